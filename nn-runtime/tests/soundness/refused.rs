//! Sizes and types that lie are refused, wherever safe code can bring them in. Those that the compiler sees are in `tests/ui/layers`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nn_runtime::{
    Batch, Const, Element, Free, Shape, ShapeError,
    kernels::matmul::{Matmul, Matrix, MatrixMut},
    layers::{Conv2d, ConvTranspose2d, Dense, Identity, Init, MaxPool2d, Relu, Window},
    network::abi::{View, ViewMut},
    shape::FixedShape,
};
use rand::{SeedableRng, rngs::StdRng};

type Three = Window<3, 3, 1, 1, 1, 1, 1, 1>;

/// The message of the panic.
fn refused(f: impl FnOnce()) -> String {
    let reason = catch_unwind(AssertUnwindSafe(f)).expect_err("it went through");
    match reason.downcast::<String>() {
        Ok(text) => *text,
        Err(reason) => (*reason.downcast::<&str>().expect("a message")).to_owned(),
    }
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

#[test]
fn products_whose_sizes_do_not_agree() {
    let (a, b, mut c) = ([1.0_f32; 12], [1.0_f32; 12], [0.0_f32; 12]);
    let c = &mut c[..];
    let message = refused(|| {
        let (left, right) = (Matrix::row_major(&a, 3, 4), Matrix::row_major(&b, 4, 3));
        f32::product(MatrixMut::row_major(c, 4, 3), left, right, false);
    });
    assert_eq!(message, "expected factors of 4 × 4 and 4 × 3 for a product of 4 × 3, found 3 × 4 and 4 × 3");
    // Strides whose products wrap around: one row may have any.
    for (rows, stride) in [(3, 1 << 63), (5, 1 << 62), (9, usize::MAX / 8 + 1)] {
        refused(|| {
            let (left, right) = (Matrix::strided(&a, 1, 4, stride, 1), Matrix::row_major(&b, 4, 1));
            f32::product(MatrixMut::row_major(c, rows, 1), left, right, false);
        });
    }
    // No row of very many terms.
    refused(|| {
        let (left, right) =
            (Matrix::row_major(&a[..0], 0, 1 << 60), Matrix::row_major(&b[..0], 0, 1 << 60).transpose());
        f32::product(MatrixMut::row_major(&mut c[..4], 4, 1), left, right, false);
    });
}

/// Kernels that a bound on the element brings into scope.
fn transpose<E: Element>(columns: usize, rows: usize, width: usize) {
    let (from, mut to) = (vec![E::one(); 64], vec![E::zero(); 128]);
    E::transpose(&from, columns, rows, &mut to, width);
}

#[test]
fn transposes_whose_strides_wrap_around() {
    for columns in [usize::MAX / 7 + 2, usize::MAX / 3 + 2, usize::MAX / 7 + 5, 1 << 63, usize::MAX] {
        refused(|| transpose::<f32>(columns, 8, 8));
        refused(|| transpose::<f64>(columns, 4, 8));
    }
    transpose::<f32>(8, 8, 8);
}

/// A shape that says one thing to the compiler and another to the running program.
struct Lying<const HEIGHT: usize, const WIDTH: usize>;

impl<const HEIGHT: usize, const WIDTH: usize> Shape for Lying<HEIGHT, WIDTH> {
    const DIMS: &'static [usize] = &[1, 4, 4];
    type Extent = ();
    type Sizes = [usize; 3];

    fn sizes((): ()) -> [usize; 3] {
        [1, HEIGHT, WIDTH]
    }

    fn extent(_: &[usize]) -> Option<()> {
        Some(())
    }

    fn len((): ()) -> usize {
        1
    }
}

impl<const HEIGHT: usize, const WIDTH: usize> FixedShape for Lying<HEIGHT, WIDTH> {}

fn lying_convolution<const H: usize, const W: usize, const H2: usize, const W2: usize>(lanes: usize) {
    let samples = lanes;
    let (x, d, mut y) = (vec![1.0_f32; lanes], vec![1.0_f32; lanes], vec![0.0_f32; lanes]);
    let view = View::<Lying<H, W>, f32>::new(&x, samples, lanes);
    let gradient = View::<Lying<H2, W2>, f32>::new(&d, samples, lanes);
    let layer = Conv2d::<Lying<H, W>, Lying<H2, W2>, Three>::new(Init::Zeros, true, &mut rng());
    refused(|| layer.forward(view, ViewMut::new(&mut y, samples, lanes), Relu));
    let mut share = vec![0.0; 10];
    refused(|| {
        let (mut d_y, mut d_x) = (d.clone(), x.clone());
        let d_x = Some(ViewMut::new(&mut d_x, samples, lanes));
        layer.backward(view, gradient, ViewMut::new(&mut d_y, samples, lanes), d_x, &mut share, Relu);
    });
    let turned = ConvTranspose2d::<Lying<H, W>, Lying<H2, W2>, Three>::new(Init::Zeros, true, &mut rng());
    refused(|| turned.forward(view, ViewMut::new(&mut y, samples, lanes), Relu));
    let pool = MaxPool2d::<Lying<H, W>, Lying<H2, W2>, Three>::new();
    refused(|| pool.forward(view, ViewMut::new(&mut y, samples, lanes)));
}

#[test]
fn images_of_other_sizes_than_their_type_says() {
    // The product of the sizes is 0 in 64 bits.
    for lanes in [1, 16] {
        lying_convolution::<4, 4, { 1 << 60 }, 16>(lanes);
        lying_convolution::<{ 1 << 60 }, 16, 4, 4>(lanes);
        lying_convolution::<{ 1 << 32 }, { 1 << 32 }, 4, 4>(lanes);
        lying_convolution::<5, 5, 5, 5>(lanes);
        lying_convolution::<{ usize::MAX }, { usize::MAX }, { usize::MAX - 2 }, { usize::MAX }>(lanes);
    }
}

#[test]
fn free_axes_longer_than_memory() {
    type Image = (Const<1>, Free, Free);
    let layer = Conv2d::<Image, Image, Three>::new(Init::Zeros, true, &mut rng());
    for (height, width) in [(1 << 60, 16), (1 << 32, 1 << 32), (usize::MAX, 1), (usize::MAX - 2, 3)] {
        refused(|| _ = View::<Image, f32>::sized(&[], 1, 16, ((), height, width)));
        // Beside an axis of no pixels they take up no memory.
        let empty = |data| View::<Image, f32>::sized(data, 1, 16, ((), height.min(1 << 32), 0));
        let y = ViewMut::<Image, f32>::sized(&mut [], 1, 16, ((), height.min(1 << 32), 0));
        layer.forward(empty(&[]), y, Identity);
    }
    assert_eq!(
        refused(|| _ = View::<(Const<2>,), f32>::new(&[0.0; 4], 1 << 63, 16)),
        "expected values that memory can hold, found 9223372036854775808 of `[2]`"
    );
}

#[test]
fn values_of_other_layers() {
    let layer = Dense::<Const<5>, Const<3>>::new(Init::Zeros, true, &mut rng());
    let (x, mut y) = ([1.0; 5], [0.0; 3]);
    refused(|| {
        let y = ViewMut::<(Const<3>,), f32>::new(&mut y[..0], 0, 16);
        layer.forward::<(Const<5>,), _, _>(View::new(&x, 1, 16), y, Identity);
    });
}

#[test]
fn batches_larger_than_memory() {
    let expected = "expected a batch that memory can hold, found 9223372036854775808 samples of shape `[2]`";
    assert_eq!(refused(|| _ = Batch::<(Const<2>,)>::zeros(1 << 63)), expected);
    let error = Batch::<(Free,)>::zeros_of(1 << 63, &[2]).unwrap_err();
    assert_eq!(error, ShapeError::TooManySamples { samples: 1 << 63, sizes: vec![2] });
    assert_eq!(error.to_string(), expected);
    // As many as there are numbers of, and still more than any memory has.
    assert!(Batch::<(Const<2>,), f64>::zeros_of(1 << 58, &[2]).is_err());
    assert!(Batch::<(Const<1>, Const<3>), f64>::zeros_of(usize::MAX, &[1, 3]).is_err());
    assert!(Batch::<(Free,)>::zeros_of(usize::MAX, &[0]).is_err());
    assert_eq!(Batch::<(Free,)>::zeros_of(5, &[0]).unwrap().samples(), 5);
    // Axes whose product wraps around beside one of no elements.
    let empty = Batch::<(Free, Free, Free)>::zeros_of(5, &[1 << 32, 1 << 32, 0]).unwrap();
    assert_eq!((empty.width(), empty.sample(4), empty.rows(1..3).samples()), (0, Some(&[][..]), 2));
    assert_eq!(
        Batch::<(Free, Free)>::zeros_of(1, &[1 << 40, 1 << 40]).unwrap_err(),
        ShapeError::TooLarge { found: vec![1 << 40, 1 << 40] }
    );
}

#[test]
fn an_empty_vocabulary_has_no_index() {
    let error = ShapeError::Index { vocabulary: 0, sample: 1, position: 2, found: 3.0 };
    let message = "expected no number, for the vocabulary is empty, found 3 at position 2 of sample 1";
    assert_eq!(error.to_string(), message);
    let error = ShapeError::Index { vocabulary: 1, sample: 1, position: 2, found: 3.0 };
    assert_eq!(error.to_string(), "expected a whole number from 0 to 0, found 3 at position 2 of sample 1");
}
