//! Files with bytes changed, cut off and put in: whatever is in them, reading gives what they hold or an error, and a network that was not loaded is as
//! it was.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::{collection::vec, prelude::*};
use rand::{SeedableRng, rngs::SmallRng};

use super::{Images, Loading, RatingsReader, Weights, idx};
use crate::{
    Const, Parameters,
    layers::{Dense, Init},
};

type Layer = Dense<Const<3>, Const<2>>;

fn layer(seed: u64) -> Layer {
    Layer::new(Init::XavierUniform, true, &mut SmallRng::seed_from_u64(seed))
}

/// What is done to a file: at a place, so many bytes are replaced by others.
fn edits() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    // Digits and what stands between values in a header or a line are likelier to make another file that is nearly sound.
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"0123456789,:;\"\n\r\t[]{}-.eFI\xef".to_vec())];
    vec((any::<usize>(), 0..4_usize, vec(byte, 0..4)), 1..5)
}

fn edit(mut file: Vec<u8>, edits: Vec<(usize, usize, Vec<u8>)>, cut: bool) -> Vec<u8> {
    for (place, count, bytes) in edits {
        let start = place % (file.len() + 1);
        let end = (start + count).min(file.len());
        file.splice(start..end, bytes);
        if cut && place % 7 == 0 {
            file.truncate(start);
        }
    }
    file
}

/// The bits of all parameters.
fn bits(layer: &Layer) -> Vec<u32> {
    layer.parameters().flat_map(|tensor| tensor.values).map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn weights_are_loaded_or_left(edits in edits(), cut: bool, matching: bool, any_number: bool) {
        let file = edit(layer(1).to_bytes().unwrap(), edits, cut);
        let mut loading = Loading::new().rename(|name| name.replace('7', "w"));
        if matching {
            loading = loading.matching();
        }
        if any_number {
            loading = loading.allow_non_finite();
        }
        let mut net = layer(2);
        match loading.load_bytes(&mut net, &file) {
            Ok(loaded) => {
                prop_assert!(matching || loaded.misfits.is_empty());
                prop_assert!(any_number || net.parameters().all(|tensor| tensor.values.iter().all(|x| x.is_finite())));
            }
            Err(_) => prop_assert_eq!(bits(&net), bits(&layer(2))),
        }
        // Without a length the same is found.
        let mut other = layer(2);
        let _ = loading.read(&mut other, &file[..], None);
        prop_assert_eq!(bits(&other), bits(&net));
    }

    #[test]
    fn images_are_whole_or_none(edits in edits(), cut: bool, packed: bool, edited_before: bool) {
        let mut file = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
        file.extend(10..22);
        if edited_before {
            file = edit(file, edits.clone(), cut);
        }
        if packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&file).unwrap();
            file = encoder.finish().unwrap();
        }
        if !edited_before {
            file = edit(file, edits, cut);
        }
        if let Ok(images) = Images::from_reader(&file[..]) {
            prop_assert_eq!(images.pixels().len(), images.count() * images.rows() * images.columns());
            let _ = images.to_batch::<Const<2>, Const<3>, f32>();
        }
        let _ = idx::labels_from_reader(&file[..]);
    }

    #[test]
    fn ratings_are_of_their_scale(edits in edits(), cut: bool, layout in 0..4_usize) {
        let text = "user,item,rating,time\n1,\"a, b\",3,5\n1,c,4.5,6\n2,c,5,2005-04-02 23:53:47\n";
        let file = edit(text.replace(',', [",", ";", "\t", "::"][layout]).into_bytes(), edits, cut);
        for reader in [RatingsReader::new(), RatingsReader::csv(), RatingsReader::new().without_header()] {
            if let Ok(ratings) = reader.from_reader(&file[..]) {
                prop_assert!(ratings.iter().all(|(_, rating)| rating.level < ratings.scale().levels()));
                prop_assert!(ratings.level_counts().unwrap().iter().sum::<usize>() == ratings.len() && !ratings.is_empty());
            }
        }
    }
}
