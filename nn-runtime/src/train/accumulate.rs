//! Sums of gradients over several batches.

use crate::{
    Element, Gradients, Trainable,
    kernels::ratings::add,
    train::{GradientError, clip::different},
};

impl<N: Trainable> Gradients<N> {
    /// Sets all numbers to 0.
    pub fn clear(&mut self) {
        for index in 0..self.tensors() {
            self.tensor_mut(index).values.fill(N::Element::from_f64(0.0));
        }
    }

    /// g ← g + `factor` · `other`, layers that are [frozen](Gradients::freeze) here left out: for steps over more samples than fit into memory at a time. Means over batches of equal size become the mean over all their samples where the factor is 1 over the
    /// number of the batches.
    ///
    /// ```
    /// use plumbline::{Batch, Const, Shape, Trainable, train::*};
    /// /// A step on the mean over two batches of as many samples.
    /// fn step<N>(net: &mut N, batches: [&Batch<N::Input>; 2], targets: [&Batch<(Const<1>,)>; 2]) -> Result<(), Box<dyn std::error::Error>>
    /// where
    ///     N: Trainable<Element = f32, Input: Shape, Output = (Const<1>,)>,
    /// {
    ///     let (mut pass, mut part, mut sum) = (net.pass(64), net.gradients(), net.gradients());
    ///     sum.clear();
    ///     for (x, t) in batches.into_iter().zip(targets) {
    ///         MeanSquaredError.step(net, x, t, &mut pass, &mut part)?;
    ///         sum.add(&part, 0.5)?;
    ///         net.update_buffers(&mut pass)?;
    ///     }
    ///     Sgd::new(0.1).step(net, &sum)?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GradientError::Parameters`] for gradients of a network with other parameters; nothing is changed then.
    pub fn add(&mut self, other: &Gradients<N>, factor: f64) -> Result<(), GradientError> {
        if let Some(error) = different(&**self, &**other) {
            return Err(error);
        }
        self.accumulate(other, factor);
        Ok(())
    }

    /// [`Gradients::add`] of gradients of the same network.
    pub(super) fn accumulate(&mut self, other: &Gradients<N>, factor: f64) {
        for index in 0..self.tensors() {
            if self.is_learned(index) {
                add(self.tensor_mut(index).values, factor, other.tensor(index).values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Parameters, Trainable,
        layers::{Dense, Init},
        train::{GradientError, testing::Mlp},
    };

    fn mlp(bias: bool) -> Mlp<f32> {
        let rng = &mut crate::network::generator(1);
        Mlp { hidden: Dense::new(Init::HeNormal, true, rng), output: Dense::new(Init::HeNormal, bias, rng) }
    }

    #[test]
    fn gradients_add_up() {
        let net = mlp(true);
        let (mut sum, mut other) = (net.gradients(), net.gradients());
        for index in 0..other.tensors() {
            sum.tensor_mut(index).values.fill(9.0);
            other.tensor_mut(index).values.iter_mut().enumerate().for_each(|(i, g)| *g = i as f32);
        }
        sum.clear();
        sum.add(&other, 0.5).unwrap();
        sum.add(&other, 0.25).unwrap();
        for tensor in sum.parameters() {
            assert!(tensor.values.iter().enumerate().all(|(i, &g)| g == 0.75 * i as f32));
        }
    }

    #[test]
    fn other_parameters_are_an_error() {
        let mut gradients = mlp(true).gradients();
        let error = gradients.add(&mlp(false).gradients(), 1.0).unwrap_err();
        assert_eq!(error, GradientError::Parameters { expected: 51, found: 48 });
    }
}
