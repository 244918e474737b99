//! Losses of pixels against PyTorch's formulas, written out.

use crate::{
    Batch, Const, Element, Free,
    data::{Labels, PixelLabels},
    train::{Criterion, CrossEntropy, LossError, NegativeLogLikelihood, loss::Loss},
};

type Image = (Const<3>, Const<2>, Const<5>);

/// Two images of three classes, of numbers without a pattern.
fn outputs<E: Element>() -> Batch<Image, E> {
    let numbers = (0..2 * 30).map(|i| E::from_f64(f64::from((i * 37 + 11) % 29) / 7.0 - 2.0));
    Batch::from_vec(numbers.collect()).unwrap()
}

const LABELS: [i32; 20] = [0, 1, 2, 1, 255, 2, 2, 255, 0, 1, 255, 255, 1, 0, 0, 2, 1, 0, 2, 2];

fn labels() -> PixelLabels<3> {
    PixelLabels::ignoring(255, LABELS, [2, 5]).unwrap()
}

/// The same pixels as samples: their outputs, their labels, and where they come from.
fn as_samples<E: Element>(outputs: &Batch<Image, E>) -> (Batch<(Const<3>,), E>, Labels<3>, Vec<usize>) {
    let places: Vec<usize> = (0..20).filter(|&pixel| LABELS[pixel] != 255).collect();
    let at = |pixel: usize, class: usize| outputs.as_slice()[pixel / 10 * 30 + class * 10 + pixel % 10];
    let rows = places.iter().flat_map(|&pixel| [0, 1, 2].map(|class| at(pixel, class))).collect();
    (Batch::from_vec(rows).unwrap(), Labels::new(places.iter().map(|&pixel| LABELS[pixel])).unwrap(), places)
}

fn agrees<E: Element>(loss: &(impl Loss<Image, PixelLabels<3>, E> + Loss<(Const<3>,), Labels<3>, E>), tolerance: f64) {
    let outputs = outputs::<E>();
    let (rows, classes, places) = as_samples(&outputs);
    let (expected, d_rows) = loss.value_and_gradient(&rows, &classes).unwrap();
    let (found, d) = loss.value_and_gradient(&outputs, &labels()).unwrap();
    assert!((found - expected).abs().as_f64() < tolerance, "{found}, expected {expected}");
    assert!((loss.value(&outputs, &labels()).unwrap() - expected).abs().as_f64() < tolerance);
    let mut all = vec![E::zero(); 60];
    for (&pixel, d) in places.iter().zip(d_rows.as_slice().chunks_exact(3)) {
        for (class, &d) in d.iter().enumerate() {
            all[pixel / 10 * 30 + class * 10 + pixel % 10] = d;
        }
    }
    for (found, expected) in d.as_slice().iter().zip(&all) {
        assert!((*found - *expected).abs().as_f64() < tolerance, "{found}, expected {expected}");
    }
}

#[test]
fn a_pixel_is_a_sample() {
    let weighted = CrossEntropy::new().class_weights([0.5, 2.0, 1.5]).label_smoothing(0.1);
    agrees::<f64>(&CrossEntropy::new(), 1e-14);
    agrees::<f32>(&CrossEntropy::new(), 1e-6);
    agrees::<f64>(&weighted, 1e-14);
    agrees::<f32>(&weighted, 1e-6);
    agrees::<f64>(&NegativeLogLikelihood, 1e-14);
}

#[test]
fn images_without_a_pixel_that_counts_have_no_loss() {
    let labels = PixelLabels::<3>::ignoring(9, [9; 20], [2, 5]).unwrap();
    let (loss, d) = CrossEntropy::new().value_and_gradient(&outputs::<f32>(), &labels).unwrap();
    assert_eq!((loss, d.as_slice()), (0.0, &[0.0; 60][..]));
}

#[test]
fn labels_of_other_sizes_are_errors() {
    let turned = PixelLabels::<3>::from_flat([0; 20], [5, 2]).unwrap();
    let error = CrossEntropy::new().value(&outputs::<f32>(), &turned).unwrap_err();
    assert_eq!(error, LossError::Pixels { expected: [2, 5], found: [5, 2] });
    assert_eq!(error.to_string(), "expected labels for images of 2 × 5 pixels, found 5 × 2");
    let fewer = PixelLabels::<3>::from_flat([0; 16], [2, 4]).unwrap();
    let error = CrossEntropy::new().value(&outputs::<f32>(), &fewer).unwrap_err();
    assert_eq!(error, LossError::Width { expected: 30, found: 24 });
    let free = Batch::<(Const<3>, Free, Free)>::zeros_of(1, &[3, 2, 5]).unwrap();
    let one = PixelLabels::<3>::from_flat([1; 10], [2, 5]).unwrap();
    assert!((CrossEntropy::new().value(&free, &one).unwrap() - 3.0_f32.ln()).abs() < 1e-6);
}
