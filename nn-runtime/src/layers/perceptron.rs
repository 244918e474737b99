//! A threshold unit and its learning rule.

use std::{marker::PhantomData, ops::Deref};

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use rand::Rng;

use crate::{
    Batch, Element, Shape, ShapeError,
    layers::Init,
    network::{Parameters, Tensor, TensorMut, View, ViewMut},
    shape::{Const, Dimension},
};

/// y = 1 where w · x + b > 0, else −1 (Rosenblatt, 1958).
///
/// `weight` [1, I] and `bias` \[1\]. It has no gradient; [`Perceptron::learn`] is its rule.
///
/// ```
/// use plumbline::{Batch, Const, layers::{Init, Perceptron}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let x = Batch::<(Const<2>,), f64>::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
/// let and = Batch::<(Const<1>,), f64>::from_vec(vec![-1.0, -1.0, -1.0, 1.0])?;
/// let mut unit = Perceptron::<Const<2>, f64>::new(Init::Zeros, &mut StdRng::seed_from_u64(42));
/// let report = unit.learn(&x, &and, 0.1, 100)?;
/// assert!(report.converged);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Perceptron<I, E = f32> {
    weight: Vec<E>,
    bias: Vec<E>,
    sizes: PhantomData<fn(I)>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<I, E: Clone> Clone for Perceptron<I, E> {
    fn clone(&self) -> Self {
        Perceptron { weight: self.weight.clone(), bias: self.bias.clone(), sizes: PhantomData }
    }
}

impl<I, E: std::fmt::Debug> std::fmt::Debug for Perceptron<I, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Perceptron").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

/// How [`Perceptron::learn`] went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerceptronReport {
    /// The mistakes of each epoch.
    pub mistakes: Vec<usize>,
    /// Whether the last epoch was free of mistakes: the two classes are separated.
    pub converged: bool,
}

/// What [`Perceptron::learn`] cannot learn from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PerceptronError {
    /// The samples and the targets differ in number.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A target is not one of the two outputs.
    #[error("expected targets of -1 or 1, found {found} for sample {sample}")]
    Target {
        /// The index of the sample.
        sample: usize,
        /// Its target.
        found: f64,
    },
}

impl<I: Dimension, E: Element> Perceptron<I, E> {
    /// A unit with weights drawn by `init` and a bias of zero.
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        let mut weight = vec![E::zero(); I::SIZE];
        init.fill(&mut weight, <(Const<1>, I)>::DIMS, rng);
        Perceptron { weight, bias: vec![E::zero()], sizes: PhantomData }
    }

    /// The same unit with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Perceptron { weight: vec![E::zero(); I::SIZE], bias: vec![E::zero()], sizes: PhantomData }
    }

    /// w, [1, I].
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((1, I::SIZE), &self.weight).expect("a weight fills its shape")
    }

    /// w, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut2<'_, E> {
        ArrayViewMut2::from_shape((1, I::SIZE), &mut self.weight).expect("a weight fills its shape")
    }

    /// b, \[1\].
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.bias)
    }

    /// 1 where w · x + b > 0, else −1.
    fn answer(&self, x: &[E]) -> E {
        let net = self.weight.iter().zip(x).fold(self.bias[0], |sum, (&w, &x)| sum + w * x);
        if net > E::zero() { E::one() } else { -E::one() }
    }

    /// y = 1 where w · x + b > 0, else −1.
    pub fn forward(&self, x: View<'_, (I,), E>, mut y: ViewMut<'_, (Const<1>,), E>) {
        for (sample, y) in y.data_mut().iter_mut().enumerate() {
            *y = self.answer(x.sample(sample));
        }
    }

    /// Rosenblatt's rule: after each mistake on a sample x with target t, w += rate · t · x and b += rate · t. Takes the samples in
    /// order, up to `epochs` times, and stops after an epoch free of mistakes. Where the classes can be separated by a plane, the number of
    /// mistakes is bounded (Novikoff, 1962); where they cannot, the report says that it did not converge.
    ///
    /// # Errors
    ///
    /// [`PerceptronError`] where `x` and `targets` differ in their number of samples or a target is neither −1 nor 1; then nothing
    /// is learnt.
    pub fn learn<D, T>(
        &mut self,
        x: &Batch<(I,), E, D>,
        targets: &Batch<(Const<1>,), E, T>,
        rate: E,
        epochs: usize,
    ) -> Result<PerceptronReport, PerceptronError>
    where
        D: Deref<Target = [E]>,
        T: Deref<Target = [E]>,
    {
        if x.samples() != targets.samples() {
            return Err(ShapeError::Samples { expected: x.samples(), found: targets.samples() }.into());
        }
        if let Some(sample) = targets.as_slice().iter().position(|t| t.abs() != E::one()) {
            return Err(PerceptronError::Target { sample, found: targets.as_slice()[sample].as_f64() });
        }
        let mut report = PerceptronReport { mistakes: Vec::new(), converged: false };
        while report.mistakes.len() < epochs && !report.converged {
            let mut mistakes = 0;
            for (x, &target) in x.as_slice().chunks_exact(I::SIZE.max(1)).zip(targets.as_slice()) {
                if self.answer(x) != target {
                    mistakes += 1;
                    let step = rate * target;
                    self.weight.iter_mut().zip(x).for_each(|(w, &x)| *w += step * x);
                    self.bias[0] += step;
                }
            }
            report.mistakes.push(mistakes);
            report.converged = mistakes == 0;
        }
        Ok(report)
    }
}

impl<I: Dimension, E: Element> Parameters<E> for Perceptron<I, E> {
    fn tensors(&self) -> usize {
        2
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        match index {
            0 => Tensor::new("weight", <(Const<1>, I)>::DIMS, &self.weight),
            1 => Tensor::new("bias", <(Const<1>,)>::DIMS, &self.bias),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        match index {
            0 => TensorMut::new("weight", <(Const<1>, I)>::DIMS, &mut self.weight),
            1 => TensorMut::new("bias", <(Const<1>,)>::DIMS, &mut self.bias),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    type Unit = Perceptron<Const<2>, f64>;

    fn unit() -> Unit {
        Unit::new(Init::Zeros, &mut StdRng::seed_from_u64(42))
    }

    fn inputs() -> Batch<(Const<2>,), f64> {
        Batch::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]).expect("four samples")
    }

    fn targets(of: [f64; 4]) -> Batch<(Const<1>,), f64> {
        Batch::from_vec(of.to_vec()).expect("four targets")
    }

    fn answers(unit: &Unit) -> [f64; 4] {
        let mut y = [0.0; 4];
        unit.forward(View::new(inputs().as_slice(), 4, 16), ViewMut::new(&mut y, 4, 16));
        y
    }

    const AND: [f64; 4] = [-1.0, -1.0, -1.0, 1.0];
    const OR: [f64; 4] = [-1.0, 1.0, 1.0, 1.0];
    const XOR: [f64; 4] = [-1.0, 1.0, 1.0, -1.0];

    #[test]
    fn the_notes_weights_give_and_and_or() {
        let mut unit = unit();
        unit.weight_mut().fill(0.5);
        unit.bias_mut()[0] = -0.8;
        assert_eq!(answers(&unit), AND);
        unit.bias_mut()[0] = -0.3;
        assert_eq!(answers(&unit), OR);
    }

    #[test]
    fn separable_classes_are_learnt() {
        for target in [AND, OR] {
            let mut unit = unit();
            let report = unit.learn(&inputs(), &targets(target), 0.1, 100).expect("valid targets");
            assert!(report.converged && report.mistakes.len() < 100);
            assert_eq!(report.mistakes.last(), Some(&0));
            assert_eq!(answers(&unit), target);
        }
    }

    #[test]
    fn xor_is_reported_not_to_converge() {
        let report = unit().learn(&inputs(), &targets(XOR), 0.1, 100).expect("valid targets");
        assert!(!report.converged && report.mistakes.len() == 100 && report.mistakes.iter().all(|&m| m > 0));
    }

    #[test]
    fn targets_of_other_values_and_numbers_are_refused() {
        let mut unit = unit();
        let error = unit.learn(&inputs(), &targets([0.0, 1.0, 1.0, 1.0]), 0.1, 10).expect_err("a target of 0");
        assert_eq!(error.to_string(), "expected targets of -1 or 1, found 0 for sample 0");
        let three = Batch::from_vec(vec![1.0; 3]).expect("three targets");
        let error = unit.learn(&inputs(), &three, 0.1, 10).expect_err("three targets");
        assert_eq!(error.to_string(), "expected 4 samples, found 3");
        assert_eq!(unit.weight(), ndarray::array![[0.0, 0.0]]);
    }
}
