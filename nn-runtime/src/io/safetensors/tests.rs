//! Files of weights, sound and not.

use std::{fs, io::Read};

use rand::SeedableRng;

use super::*;
use crate::{
    Const,
    io::testing::Folder,
    layers::BatchNorm,
    network::{Name, Tensor, TensorMut},
};

/// Two parameters, as a dense layer has them.
#[derive(Clone, Debug, PartialEq)]
struct Layer<E> {
    weight: [E; 6],
    bias: [E; 2],
}

impl<E: Element> Layer<E> {
    fn new(first: f64) -> Self {
        let number = |index: usize| E::from_f64(first + index as f64);
        Layer { weight: std::array::from_fn(number), bias: std::array::from_fn(|index| number(index + 6)) }
    }
}

impl<E: Element> Parameters<E> for Layer<E> {
    fn tensors(&self) -> usize {
        2
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        match index {
            0 => Tensor { name: Name::new("weight").within("fc"), ..Tensor::new("weight", &[2, 3], &self.weight) },
            _ => Tensor { name: Name::new("bias").within("fc"), ..Tensor::new("bias", &[2], &self.bias) },
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        match index {
            0 => TensorMut {
                name: Name::new("weight").within("fc"),
                ..TensorMut::new("weight", &[2, 3], &mut self.weight)
            },
            _ => TensorMut { name: Name::new("bias").within("fc"), ..TensorMut::new("bias", &[2], &mut self.bias) },
        }
    }
}

fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
    let views = tensors
        .iter()
        .map(|&(name, dtype, shape, bytes)| (name, TensorView::new(dtype, shape.to_vec(), bytes).unwrap()));
    ::safetensors::serialize(views, None).unwrap()
}

#[test]
fn what_is_saved_is_loaded_bit_for_bit() {
    let folder = Folder::new("saved");
    let path = folder.0.join("net.safetensors");
    let first = Layer::<f64>::new(1.0 / 3.0);
    first.save(&path).unwrap();
    let mut second = Layer::<f64>::new(0.0);
    second.load(&path).unwrap();
    assert_eq!(first, second);
    // The file that is there is replaced, and nothing is left beside it.
    second.save(&path).unwrap();
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    assert_eq!(fs::read(&path).unwrap(), first.to_bytes().unwrap());
}

#[test]
fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
    let folder = Folder::new("blocked");
    let path = folder.0.join("net.safetensors");
    fs::create_dir(&path).unwrap();
    let error = Layer::<f32>::new(0.0).save(&path).unwrap_err();
    assert!(error.to_string().ends_with("expected a regular file to replace, or none, found a directory"), "{error}");
    assert_eq!(error.path.as_deref(), Some(path.as_path()));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn numbers_of_other_types_are_converted() {
    let mut single = Layer::<f32>::new(0.0);
    single.load_bytes(&Layer::<f64>::new(1.5).to_bytes().unwrap()).unwrap();
    assert_eq!(single, Layer::new(1.5));
    let mut double = Layer::<f64>::new(0.0);
    double.load_bytes(&Layer::<f32>::new(2.5).to_bytes().unwrap()).unwrap();
    assert_eq!(double, Layer::new(2.5));
    // 1, −2, 65504, 2⁻²⁴, 2⁻¹⁴ and ∞ in F16; 1 and −0.15625 in BF16.
    let half: Vec<u8> = [0x3c00_u16, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00].map(u16::to_le_bytes).concat();
    let brain: Vec<u8> = [0x3f80_u16, 0xbe20].map(u16::to_le_bytes).concat();
    let file = file(&[("fc.weight", Dtype::F16, &[2, 3], &half), ("fc.bias", Dtype::BF16, &[2], &brain)]);
    Loading::new().allow_non_finite().load_bytes(&mut double, &file).unwrap();
    let expected = [1.0, -2.0, 65504.0, 2_f64.powi(-24), 2_f64.powi(-14), f64::INFINITY];
    assert_eq!((double.weight, double.bias), (expected, [1.0, -0.15625]));
}

#[test]
fn every_misfit_is_listed_and_nothing_changes() {
    let zeros = [0; 64];
    let bytes = file(&[
        ("fc.weight", Dtype::F32, &[3, 2], &zeros[..24]),
        ("old.weight", Dtype::F32, &[1], &zeros[..4]),
        ("old.bias", Dtype::F32, &[2], &zeros[..8]),
    ]);
    let mut net = Layer::<f32>::new(1.0);
    let error = net.load_bytes(&bytes).unwrap_err();
    let expected = "the tensors are not those of the network:\n  \
                    misshapen: `fc.weight`, expected shape `[2, 3]`, found `[3, 2]`\n  \
                    missing: `fc.bias` of shape `[2]`\n  \
                    superfluous: `old.bias` of shape `[2]`\n  \
                    superfluous: `old.weight` of shape `[1]`";
    assert_eq!(error.to_string(), expected);
    assert_eq!(net, Layer::new(1.0));

    let mistyped = [("fc.weight", Dtype::F32, &[2, 3][..], &zeros[..24]), ("fc.bias", Dtype::I64, &[2], &zeros[..16])];
    let error = net.load_bytes(&file(&mistyped)).unwrap_err();
    let WeightsFault::Misfits(misfits) = error.fault else { panic!("{error}") };
    assert_eq!(misfits, [Misfit::Type { name: "fc.bias".into(), found: "I64".into() }]);
    assert_eq!(net, Layer::new(1.0));
}

#[test]
fn statistics_are_saved_and_pytorchs_count_of_batches_is_passed_over() {
    let bytes = [1.5_f32, -2.0].map(f32::to_le_bytes).concat();
    let names = ["weight", "bias", "running_mean", "running_var"];
    let mut tensors: Vec<(&str, Dtype, &[usize], &[u8])> =
        names.iter().map(|&name| (name, Dtype::F32, &[2][..], &bytes[..])).collect();
    tensors.push(("num_batches_tracked", Dtype::I64, &[], &[7, 0, 0, 0, 0, 0, 0, 0]));
    let mut norm = BatchNorm::<Const<2>>::new(0.1, 1e-5);
    norm.load_bytes(&file(&tensors)).unwrap();
    assert_eq!((norm.running_mean()[0], norm.running_var()[1]), (1.5, -2.0));
    let mut other = BatchNorm::<Const<2>>::new(0.1, 1e-5);
    other.load_bytes(&norm.to_bytes().unwrap()).unwrap();
    assert_eq!(other.running_mean(), norm.running_mean());
    // Where no statistics are, the count is a tensor too many.
    tensors[2].0 = "other_mean";
    let WeightsFault::Misfits(misfits) = norm.load_bytes(&file(&tensors)).unwrap_err().fault else { panic!() };
    assert_eq!(misfits.len(), 2, "{misfits:?}");
    let fc = Layer::<f32>::new(0.0);
    let counted = file(&[
        ("fc.weight", Dtype::F32, &[2, 3], &[0; 24]),
        ("fc.bias", Dtype::F32, &[2], &[0; 8]),
        ("fc.num_batches_tracked", Dtype::I64, &[], &[0; 8]),
    ]);
    assert!(fc.clone().load_bytes(&counted).is_err());
}

#[test]
fn damaged_files_are_errors() {
    let bytes = Layer::<f32>::new(1.0).to_bytes().unwrap();
    let mut net = Layer::<f32>::new(0.0);
    for length in 0..bytes.len() {
        let error = net.load_bytes(&bytes[..length]).unwrap_err();
        assert!(matches!(error.fault, WeightsFault::Format(_)), "{length} bytes: {error}");
    }
    let absurd: Vec<u8> = u64::MAX.to_le_bytes().into_iter().chain(*b"{}").collect();
    assert!(matches!(net.load_bytes(&absurd).unwrap_err().fault, WeightsFault::Format(_)));
    assert_eq!(net, Layer::new(0.0));
}

/// A file with a layer's numbers, of which one is `number`.
fn with_number(number: f64, dtype: Dtype) -> Vec<u8> {
    let mut numbers = [1.5; 8];
    numbers[5] = number;
    let bytes: Vec<u8> = match dtype {
        Dtype::F64 => numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        _ => numbers.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
    };
    let (weight, bias) = bytes.split_at(bytes.len() / 4 * 3);
    file(&[("fc.bias", dtype, &[2], bias), ("fc.weight", dtype, &[2, 3], weight)])
}

#[test]
fn numbers_that_are_not_finite_are_misfits_unless_they_are_asked_for() {
    let mut single = Layer::<f32>::new(7.0);
    let huge = with_number(1e300, Dtype::F64);
    let error = single.load_bytes(&huge).unwrap_err().to_string();
    assert!(error.ends_with("\n  out of range: `fc.weight` at [1, 2], expected a finite f32, found 1e300"), "{error}");
    assert_eq!(single, Layer::new(7.0));
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for dtype in [Dtype::F32, Dtype::F64] {
            let bytes = with_number(number, dtype);
            let error = single.load_bytes(&bytes).unwrap_err().to_string();
            let expected = format!("\n  not finite: `fc.weight` at [1, 2], expected a finite f32, found {number:e}");
            assert!(error.ends_with(&expected), "{error}");
            assert_eq!(single, Layer::new(7.0));
            let mut double = Layer::<f64>::new(7.0);
            assert!(double.load_bytes(&bytes).is_err());
            Loading::new().allow_non_finite().load_bytes(&mut double, &bytes).unwrap();
            assert_eq!(double.weight[5].to_bits() << 1, number.to_bits() << 1);
        }
    }
    // What is finite in the network's type is no misfit; what becomes infinite is taken where it is asked for.
    let mut double = Layer::<f64>::new(0.0);
    double.load_bytes(&huge).unwrap();
    Loading::new().allow_non_finite().load_bytes(&mut single, &huge).unwrap();
    assert_eq!((double.weight[5], single.weight[5]), (1e300, f32::INFINITY));
    // Of the rest of a file that matches, the tensor with the number is left out.
    let mut single = Layer::<f32>::new(7.0);
    let loaded = Loading::new().matching().load_bytes(&mut single, &huge).unwrap();
    assert_eq!((loaded.names, loaded.misfits.len()), (vec!["fc.bias".to_owned()], 1));
    assert_eq!((single.weight, single.bias), (Layer::new(7.0).weight, [1.5; 2]));
}

#[test]
fn what_fits_is_taken_by_prefix_and_under_other_names() {
    let ones = [1.0_f32; 6].map(f32::to_le_bytes).concat();
    let bytes = file(&[
        ("model.dense.kernel", Dtype::F32, &[2, 3], &ones),
        ("model.dense.offset", Dtype::F32, &[3], &ones[..12]),
        ("model.head.kernel", Dtype::F32, &[1], &ones[..4]),
        ("optimizer", Dtype::F32, &[6], &ones),
    ]);
    let rename = |name: &str| name.replace("dense", "fc").replace("kernel", "weight").replace("offset", "bias");
    let misfits = [
        Misfit::Shape { name: "fc.bias".into(), expected: vec![2], found: vec![3] },
        Misfit::Superfluous { name: "head.weight".into(), found: vec![1] },
    ];
    let mut net = Layer::<f32>::new(7.0);
    let loading = Loading::new().prefix("model.").rename(rename);
    let error = loading.load_bytes(&mut net, &bytes).unwrap_err();
    assert!(matches!(&error.fault, WeightsFault::Misfits(found) if *found == misfits), "{error}");
    assert_eq!(net, Layer::new(7.0));
    let loaded = loading.matching().load_bytes(&mut net, &bytes).unwrap();
    assert_eq!(loaded, Loaded { names: vec!["fc.weight".into()], misfits: misfits.to_vec() });
    assert_eq!((net.weight, net.bias), ([1.0; 6], Layer::new(7.0).bias));
    let expected = "1 tensor loaded\n  misshapen: `fc.bias`, expected shape `[2]`, found `[3]`\n  \
                    superfluous: `head.weight` of shape `[1]`";
    assert_eq!(loaded.to_string(), expected);

    // Without the prefix nothing fits, which is an error and not a network as it was.
    let error = Loading::new().matching().load_bytes(&mut net, &bytes).unwrap_err();
    assert!(matches!(&error.fault, WeightsFault::Misfits(found) if found.len() == 6), "{error}");
    let error = Loading::new().rename(|_| "same".to_owned()).load_bytes(&mut net, &bytes).unwrap_err();
    let expected = "expected a name of its own for each tensor, found `same` for `model.dense.kernel` and for `model.dense.offset`";
    assert_eq!(error.to_string(), expected);
    // A strict load of a part of a file is complete.
    let layer = Layer::<f32>::new(2.0).to_bytes().unwrap();
    let mut part = crate::layers::Dense::<Const<3>, Const<2>>::new(
        crate::layers::Init::Zeros,
        true,
        &mut rand::rngs::SmallRng::seed_from_u64(1),
    );
    let loaded = Loading::new().prefix("fc.").load_bytes(&mut part, &layer).unwrap();
    assert_eq!((loaded.names.len(), loaded.misfits.len(), part.weight()[[1, 2]]), (2, 0, 7.0));
}

#[test]
fn a_prefix_before_all_names_is_seen() {
    let bytes = |prefix: &str| {
        let names = [format!("{prefix}fc.weight"), format!("{prefix}fc.bias")];
        file(&[(&names[0], Dtype::F32, &[2, 3], &[0; 24]), (&names[1], Dtype::F32, &[2], &[0; 8])])
    };
    let mut net = Layer::<f32>::new(7.0);
    for loading in [Loading::new(), Loading::new().matching()] {
        let error = loading.load_bytes(&mut net, &bytes("model.")).unwrap_err().to_string();
        let help =
            "\n  help: the file has these names behind `model.`, which `Loading::new().prefix(\"model.\")` takes off";
        assert!(error.ends_with(help), "{error}");
        assert!(!loading.load_bytes(&mut net, &bytes("my_")).unwrap_err().to_string().contains("help"));
    }
    assert_eq!(net, Layer::new(7.0));
    assert_eq!(Loading::new().prefix("model.").load_bytes(&mut net, &bytes("model.")).unwrap().names.len(), 2);
}

#[test]
fn no_more_of_a_file_is_read_than_its_header_and_what_fits() {
    /// Counts what is read of a file that goes on for ever.
    struct Endless<'a>(&'a [u8], usize);
    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1 += if read > 0 { read } else { buffer.len() };
            Ok(if read > 0 { read } else { buffer.len() })
        }
    }
    let mut net = Layer::<f32>::new(1.0);
    for (start, most) in
        [(&b"\x89PNG\r\n\x1a\n"[..], 8), (&u64::MAX.to_le_bytes(), 8), (&[2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}'], 11)]
    {
        let mut source = Endless(start, 0);
        let fault = Loading::new().read(&mut net, &mut source, None).unwrap_err();
        assert!(matches!(fault, WeightsFault::Format(_)), "{fault}");
        assert!(source.1 <= most, "{} bytes", source.1);
    }
    // A header that fits no file of this length.
    let claims: Vec<u8> = 99_000_000_u64.to_le_bytes().into_iter().chain(*b"{}").collect();
    assert!(matches!(net.load_bytes(&claims).unwrap_err().fault, WeightsFault::Format(_)));
    // A pipe has no length: the whole file and nothing behind it.
    let bytes = Layer::<f32>::new(3.0).to_bytes().unwrap();
    let _: Loaded = Loading::new().read(&mut net, &bytes[..], None).unwrap();
    assert_eq!(net, Layer::new(3.0));
    let long = [&bytes[..], &[0]].concat();
    for (bytes, length) in [(&long[..], None), (&long, Some(long.len() as u64)), (&bytes[..bytes.len() - 1], None)] {
        let fault = Loading::new().read(&mut net, bytes, length).unwrap_err();
        assert!(matches!(fault, WeightsFault::Format(_)), "{fault}");
    }
    // A file that ends early although it said how long it is, as one that is being written.
    let fault = Loading::new().read(&mut net, &bytes[..bytes.len() - 9], Some(bytes.len() as u64)).unwrap_err();
    assert!(matches!(fault, WeightsFault::Format(_)), "{fault}");
    assert_eq!(net, Layer::new(3.0));
}
