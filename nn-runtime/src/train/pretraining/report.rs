//! What a pretraining tells.

use std::fmt;

/// The layers of a pretraining in order. Prints one line a layer.
///
/// ```
/// use plumbline::train::{PretrainReport, PretrainedLayer};
/// let layer = PretrainedLayer { number: 1, kind: "dense", inputs: 784, outputs: 100, errors: vec![0.08, 0.03] };
/// let report = PretrainReport { layers: vec![layer] };
/// assert_eq!(report.to_string(), "layer 1  dense [784] → [100]  reconstruction error 0.08000 → 0.03000 in 2 epochs");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PretrainReport {
    /// The layers.
    pub layers: Vec<PretrainedLayer>,
}

/// A layer after its pretraining.
///
/// ```
/// use plumbline::train::PretrainedLayer;
/// let layer = PretrainedLayer { number: 3, kind: "rbm", inputs: 30, outputs: 20, errors: vec![] };
/// assert_eq!(layer.to_string(), "layer 3  rbm [30] → [20]  not trained");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PretrainedLayer {
    /// Its place in the plan, from 1.
    pub number: usize,
    /// `dense` or `rbm`.
    pub kind: &'static str,
    /// The numbers that it takes.
    pub inputs: usize,
    /// The numbers that it gives.
    pub outputs: usize,
    /// After each epoch, the mean squared difference of a number that the layer takes and its reconstruction.
    pub errors: Vec<f64>,
}

impl PretrainedLayer {
    /// The reconstruction error after the last epoch.
    pub fn reconstruction_error(&self) -> Option<f64> {
        self.errors.last().copied()
    }
}

impl fmt::Display for PretrainedLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PretrainedLayer { number, kind, inputs, outputs, errors } = self;
        write!(f, "layer {number}  {kind} [{inputs}] → [{outputs}]  ")?;
        match &errors[..] {
            [] => f.write_str("not trained"),
            [only] => write!(f, "reconstruction error {only:.5} in 1 epoch"),
            [first, .., last] => write!(f, "reconstruction error {first:.5} → {last:.5} in {} epochs", errors.len()),
        }
    }
}

impl fmt::Display for PretrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, layer) in self.layers.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{layer}")?;
        }
        Ok(())
    }
}
