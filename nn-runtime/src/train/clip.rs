//! Bounds on gradients, and the search for what is no number in them.

use crate::{Element, Gradients, Parameters, Trainable, kernels::sum, network::Tensor};

/// A gradient that cannot be clipped, or stepped by.
///
/// ```
/// use plumbline::train::GradientError;
/// let error = GradientError::NotFinite { name: "fc1.weight".into(), index: 3, found: f64::NAN };
/// assert_eq!(error.to_string(), "expected finite gradients, found NaN at index 3 of `fc1.weight`");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GradientError {
    /// Infinity or NaN.
    #[error("expected finite gradients, found {found} at index {index} of `{name}`")]
    NotFinite {
        /// The parameter.
        name: String,
        /// The index in the parameter, row-major.
        index: usize,
        /// The number found.
        found: f64,
    },
    /// Gradients of a network with other parameters.
    #[error("expected gradients of {expected} numbers, found {found}")]
    Parameters {
        /// The numbers of all parameters of these gradients.
        expected: usize,
        /// The numbers of the others.
        found: usize,
    },
    /// A factor of a layer's learning rate that is negative, infinite or NaN.
    #[error("expected a factor of a learning rate that is finite and not negative, found {found}")]
    LearningRate {
        /// The factor.
        found: f64,
    },
    /// A bound that is negative or NaN.
    #[error("expected a bound for gradients that is not negative, found {found}")]
    Bound {
        /// The bound.
        found: f64,
    },
}

impl<N: Trainable> Gradients<N> {
    /// ‖g‖ = √Σ g² over all numbers of all parameters that are learned; those that are [frozen](Gradients::freeze) are not.
    ///
    /// # Errors
    ///
    /// [`GradientError::NotFinite`] for the first number that is infinite or NaN.
    pub fn norm(&self) -> Result<f64, GradientError> {
        let tensors =
            || (0..self.tensors()).filter(|&index| self.is_learned(index)).map(|index| self.tensor(index).values);
        let squares: f64 = tensors().map(sum::squares).sum();
        if squares.is_finite() {
            return Ok(squares.sqrt());
        }
        self.check_finite()?;
        // Only the squares overflow, in the element's precision.
        Ok(tensors().flatten().fold(0.0, |norm: f64, g| norm.hypot(g.as_f64())))
    }

    /// g ← g · min(1, `bound` / (‖g‖ + 10⁻⁶)): one factor for all parameters, so the direction stays. Returns ‖g‖ as it was. `torch.nn.utils.clip_grad_norm_`.
    ///
    /// # Errors
    ///
    /// [`GradientError`] for a number that is infinite or NaN, or such a bound; the gradients are as before then.
    pub fn clip_norm(&mut self, bound: f64) -> Result<f64, GradientError> {
        check_bound(bound)?;
        let norm = self.norm()?;
        let factor = bound / (norm + 1e-6);
        if factor >= 1.0 {
            return Ok(norm);
        }
        if is_normal::<N::Element>(factor) {
            let factor = N::Element::from_f64(factor);
            self.change(|g| *g *= factor);
        } else {
            // In the element's precision the factor would be 0, or lose digits.
            self.change(|g| *g = N::Element::from_f64(g.as_f64() * factor));
        }
        Ok(norm)
    }

    /// g ← min(max(g, −`bound`), `bound`), each number on its own. `torch.nn.utils.clip_grad_value_`.
    ///
    /// # Errors
    ///
    /// [`GradientError`] for a number that is infinite or NaN, or such a bound; the gradients are as before then.
    pub fn clip_value(&mut self, bound: f64) -> Result<(), GradientError> {
        check_bound(bound)?;
        self.check_finite()?;
        let bound = N::Element::from_f64(bound);
        self.change(|g| {
            *g = if *g > bound {
                bound
            } else if *g < -bound {
                -bound
            } else {
                *g
            }
        });
        Ok(())
    }

    /// Looks for infinity and NaN.
    ///
    /// # Errors
    ///
    /// [`GradientError::NotFinite`] for the first.
    pub fn check_finite(&self) -> Result<(), GradientError> {
        for index in (0..self.tensors()).filter(|&index| self.is_learned(index)) {
            let tensor = self.tensor(index);
            if !sum::all_finite(tensor.values) {
                return Err(first_not_finite(&tensor));
            }
        }
        Ok(())
    }

    fn change(&mut self, f: impl Fn(&mut N::Element)) {
        for index in 0..self.tensors() {
            if self.is_learned(index) {
                self.tensor_mut(index).values.iter_mut().for_each(&f);
            }
        }
    }
}

/// The first number of a gradient that is not finite, known to exist.
pub(super) fn first_not_finite<E: Element>(gradient: &Tensor<'_, E>) -> GradientError {
    let mut numbers = gradient.values.iter().map(|g| g.as_f64()).enumerate();
    let (index, found) = numbers.find(|(_, g)| !g.is_finite()).unwrap_or((0, f64::NAN));
    GradientError::NotFinite { name: gradient.name.to_string(), index, found }
}

/// The error for gradients that have not the same parameters.
pub(super) fn different<E: Element>(a: &impl Parameters<E>, b: &impl Parameters<E>) -> Option<GradientError> {
    let same = a.tensors() == b.tensors() && a.parameters().zip(b.parameters()).all(|(a, b)| a.shape == b.shape);
    let count = |tensors: usize, tensor: &dyn Fn(usize) -> usize| (0..tensors).map(tensor).sum();
    let expected = count(a.tensors(), &|index| a.tensor(index).values.len());
    (!same).then(|| GradientError::Parameters {
        expected,
        found: count(b.tensors(), &|index| b.tensor(index).values.len()),
    })
}

/// Whether a number keeps its digits as an `E`.
fn is_normal<E: Element>(x: f64) -> bool {
    E::from_f64(x).is_normal()
}

fn check_bound(bound: f64) -> Result<(), GradientError> {
    if bound >= 0.0 { Ok(()) } else { Err(GradientError::Bound { found: bound }) }
}

#[cfg(test)]
mod tests {
    use crate::{
        Network, Parameters, Trainable,
        train::{GradientError, testing::Mlp},
    };

    fn gradients() -> crate::Gradients<Mlp<f32>> {
        let mut gradients = Mlp::initialized(1).gradients();
        gradients.tensor_mut(0).values[1] = 3.0;
        gradients.tensor_mut(2).values[0] = -4.0;
        gradients
    }

    #[test]
    fn the_norm_is_over_all_parameters() {
        let mut gradients = gradients();
        assert_eq!(gradients.clip_norm(10.0), Ok(5.0));
        assert_eq!((gradients.tensor(0).values[1], gradients.tensor(2).values[0]), (3.0, -4.0));
        assert_eq!(gradients.clip_norm(1.0), Ok(5.0));
        let clipped = [gradients.tensor(0).values[1], gradients.tensor(2).values[0]];
        assert!((clipped[0] - 0.6).abs() < 1e-6 && (clipped[1] + 0.8).abs() < 1e-6, "{clipped:?}");
    }

    #[test]
    fn a_norm_beyond_the_elements_range_is_right() {
        let mut gradients = gradients();
        gradients.tensor_mut(0).values[1] = 3e30;
        gradients.tensor_mut(2).values[0] = 4e30;
        let norm = gradients.norm().unwrap();
        assert!((norm / 5e30 - 1.0).abs() < 1e-6, "{norm}");
    }

    #[test]
    fn values_are_clipped_one_by_one() {
        let mut gradients = gradients();
        gradients.clip_value(3.5).unwrap();
        assert_eq!((gradients.tensor(0).values[1], gradients.tensor(2).values[0]), (3.0, -3.5));
    }

    #[test]
    fn what_is_not_finite_is_named_and_left_alone() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut gradients = gradients();
            gradients.tensor_mut(2).values[5] = bad;
            let errors = [gradients.clip_norm(1.0).unwrap_err(), gradients.clip_value(1.0).unwrap_err()];
            for error in errors {
                let GradientError::NotFinite { name, index, found } = error else { panic!("{error}") };
                assert_eq!((name.as_str(), index), ("output.weight", 5));
                assert_eq!(found.to_string(), bad.to_string());
            }
            assert_eq!((gradients.tensor(0).values[1], gradients.tensor(2).values[0]), (3.0, -4.0));
        }
        assert_eq!(gradients().clip_value(-1.0), Err(GradientError::Bound { found: -1.0 }));
    }
}
