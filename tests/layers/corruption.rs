//! The layers that corrupt: in training only, alike forward and backward, and the same on any number of threads.

use plumbline::prelude::*;

network! {
    pub Gaussian: [3, 4] -> [3, 4] { gaussian_noise(0.5); }
    pub Masking: [3, 4] -> [3, 4] { masking_noise(0.4); }
    pub SaltPepper: [3, 4] -> [3, 4] { salt_and_pepper(0.4); }
    pub GaussianImage: [3, 2, 2] -> [3, 2, 2] { gaussian_noise(0.5); }
    pub MaskingImage: [3, 2, 2] -> [3, 2, 2] { masking_noise(0.4); }
    pub SaltPepperImage: [3, 2, 2] -> [3, 2, 2] { salt_and_pepper(0.4); }

    /// Enough arithmetic for every thread.
    pub Wide: [1, 28, 28] -> [10] {
        pixels: gaussian_noise(0.2);
        conv: conv2d(4, kernel = 5, stride = 2), relu, salt_and_pepper(0.2);
        flatten;
        hidden: dense(150), tanh, masking_noise(0.3);
        logits: dense(10);
    }
}

/// More than one part, the last of them short.
const SAMPLES: usize = 203;

/// An element in inference and in two steps of training, and the gradients of 2 per element that come back from both steps.
struct Seen {
    x: f64,
    inferred: f64,
    trained: [f64; 2],
    gradients: [f64; 2],
}

/// A network's elements. None is 0 or 1, so that what was replaced can be told.
macro_rules! seen {
    ($name:ident, $seed:expr) => {{
        let x: Vec<f64> = (0..SAMPLES * 12).map(|i| 0.1 + 0.8 * (i % 101) as f64 / 101.0).collect();
        let net = $name::<f64>::initialized(1);
        let x = Batch::from_vec(x).unwrap();
        let d_y = Batch::from_vec(vec![2.0; SAMPLES * 12]).unwrap();
        let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
        pass.set_seed($seed);
        let inferred = net.forward(&x);
        let [first, second] = [(); 2].map(|()| {
            let y = net.forward_train(&x, &mut pass).to_batch();
            let d_x = net.backward(&d_y, &mut pass, &mut gradients).unwrap().to_batch();
            (y, d_x)
        });
        let seen = |i: usize| Seen {
            x: x.as_slice()[i],
            inferred: inferred.as_slice()[i],
            trained: [first.0.as_slice()[i], second.0.as_slice()[i]],
            gradients: [first.1.as_slice()[i], second.1.as_slice()[i]],
        };
        (0..SAMPLES * 12).map(seen).collect::<Vec<Seen>>()
    }};
}

/// How many elements a step changed.
fn changed(seen: &[Seen], step: usize) -> usize {
    seen.iter().filter(|seen| seen.trained[step] != seen.x).count()
}

/// What is replaced is one of `values`, with probability 0.4, and its gradient is 0; the gradient of the others passes.
fn assert_replaces(seen: &[Seen], values: &[f64]) {
    for seen in seen {
        assert_eq!(seen.inferred, seen.x, "inference leaves each element as it is");
        for (y, d_x) in seen.trained.into_iter().zip(seen.gradients) {
            if y == seen.x {
                assert_eq!(d_x, 2.0);
            } else {
                assert!(values.contains(&y), "{} became {y}", seen.x);
                assert_eq!(d_x, 0.0);
            }
        }
    }
    let n = seen.len() as f64;
    for step in [0, 1] {
        // 5 standard deviations, which one in 1.7 million counts exceeds.
        let count = changed(seen, step) as f64;
        assert!((count - 0.4 * n).abs() <= 5.0 * (n * 0.4 * 0.6).sqrt(), "{count} of {n} are replaced");
    }
    // Two steps draw independently: they agree on whether to replace with probability 0.4² + 0.6² = 0.52.
    let alike = seen.iter().filter(|seen| (seen.trained[0] == seen.x) == (seen.trained[1] == seen.x)).count() as f64;
    assert!((alike - 0.52 * n).abs() <= 5.0 * (n * 0.52 * 0.48).sqrt(), "two steps agree on {alike} of {n}");
}

fn assert_adds(seen: &[Seen]) {
    for seen in seen {
        assert_eq!(seen.inferred, seen.x, "inference leaves each element as it is");
        assert_eq!(seen.gradients, [2.0; 2]);
    }
    let n = seen.len() as f64;
    for step in [0, 1] {
        // The mean of n squares of standard normal numbers is 1 within 5 of its standard deviations, √(2 / n).
        let square = |seen: &Seen| ((seen.trained[step] - seen.x) / 0.5).powi(2);
        let mean = seen.iter().map(square).sum::<f64>() / n;
        assert!((mean - 1.0).abs() <= 5.0 * (2.0 / n).sqrt(), "the variance is {mean} of what it should be");
    }
    // As is that of n products of two independent ones 0, within 5 times 1 / √n.
    let product = |seen: &Seen| seen.trained.iter().map(|y| (y - seen.x) / 0.5).product::<f64>();
    let mean = seen.iter().map(product).sum::<f64>() / n;
    assert!(mean.abs() <= 5.0 / n.sqrt(), "two steps correlate by {mean}");
}

#[test]
fn masking_noise_is_for_training_and_alike_in_both_directions() {
    assert_replaces(&seen!(Masking, 3), &[0.0]);
    assert_replaces(&seen!(MaskingImage, 3), &[0.0]);
}

#[test]
fn salt_and_pepper_is_for_training_and_alike_in_both_directions() {
    for seen in [seen!(SaltPepper, 4), seen!(SaltPepperImage, 4)] {
        assert_replaces(&seen, &[0.0, 1.0]);
        let replaced = changed(&seen, 0) as f64;
        let salt = seen.iter().filter(|seen| seen.trained[0] == 1.0).count() as f64;
        // Equal odds, again within 5 standard deviations.
        assert!((salt - replaced / 2.0).abs() <= 5.0 * (replaced / 4.0).sqrt(), "{salt} of {replaced} are salt");
    }
}

#[test]
fn gaussian_noise_is_for_training_and_its_gradient_passes() {
    assert_adds(&seen!(Gaussian, 5));
    assert_adds(&seen!(GaussianImage, 5));
}

/// A sample's corruption is that of its index, whether its values lie in rows or with the samples innermost.
#[test]
fn layouts_and_seeds() {
    let trained = |seen: Vec<Seen>| seen.into_iter().map(|seen| seen.trained).collect::<Vec<_>>();
    assert!(trained(seen!(SaltPepper, 6)) == trained(seen!(SaltPepperImage, 6)));
    assert!(trained(seen!(Gaussian, 6)) == trained(seen!(GaussianImage, 6)));
    assert!(trained(seen!(Gaussian, 6)) != trained(seen!(Gaussian, 7)));
}

/// Outputs and gradients of two steps, as bits.
fn steps(threads: usize) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let digits = data::digits(300, 3);
        let net = Wide::new(1);
        let (mut pass, mut gradients) = (net.pass(300), net.gradients());
        pass.set_seed(9);
        let mut bits = Vec::new();
        for _ in 0..2 {
            let y = net.forward_train(digits.inputs(), &mut pass).to_batch();
            let d_x = net.backward(&y, &mut pass, &mut gradients).unwrap().to_batch();
            let parameters = gradients.parameters().flat_map(|tensor| tensor.values.to_vec());
            bits.extend(y.into_vec().into_iter().chain(d_x.into_vec()).chain(parameters).map(f32::to_bits));
        }
        bits
    })
}

#[test]
fn threads_do_not_change_a_bit() {
    let one = steps(1);
    for threads in [2, 3, 8] {
        assert!(steps(threads) == one, "{threads} threads gave other bits than one");
    }
}
