//! How much of the gradient reaches each step of a sequence.

use std::{fmt, io, path::Path};

use ndarray::ArrayView2;

use crate::{
    Element, Pass, Shape, Trainable,
    data::{AsTarget, InputsOf},
    layers::{MemoryCell, StateActivation},
    network::{PassError, Remembered},
    report::chart,
    train::{Loss, LossError, loss::checked_step},
};

/// ‖∂C/∂h_t‖ for each step t of each layer with memory, beside the bound (β_W β_s)^(T−t) ‖∂C/∂h_T‖: whether the gradient vanishes or explodes on its
/// way back.
///
/// h_t is the state after step t, T the last step, C the cost of a batch; norms are taken over all units and samples. β_W is the largest singular
/// value of W_hh and β_s the bound of the activation's slope, so that ‖∂h_T/∂h_t‖ ≤ (β_W β_s)^(T−t) (Pascanu, Mikolov & Bengio, 2013; course notes,
/// vanishing and exploding gradients). What the cost says of steps before the last comes on top: where it depends on those too, the norm may lie
/// above the bound. Gated layers have no bound of this kind; of an LSTM the way through its cells is told as well, ‖∂C/∂c_t‖.
///
/// Printed, it is a table; [`GradientFlow::to_svg`] draws it.
///
/// ```
/// use plumbline::report::{GradientFlow, LayerFlow};
/// // What `GradientFlow::measure` gives for a network whose gradient is halved at every step.
/// let layer = LayerFlow {
///     name: "memory.l0".to_owned(),
///     hidden: vec![0.25, 0.5, 1.0],
///     cell: None,
///     singular_values: vec![("", 0.6)],
///     factor: Some(0.6),
///     bound: Some(vec![0.36, 0.6, 1.0]),
/// };
/// let flow = GradientFlow { layers: vec![layer] };
/// assert_eq!(flow.to_string(), "\
/// memory.l0
/// largest singular value of W_hh: 0.6000
///
///   step    ‖∂C/∂h_t‖        bound
///      1     2.500e-1     3.600e-1
///      2     5.000e-1     6.000e-1
///      3      1.000e0      1.000e0
/// ");
/// assert!(flow.to_svg().starts_with("<svg"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradientFlow {
    /// Each layer and direction, in order.
    pub layers: Vec<LayerFlow>,
}

/// The gradients with respect to the states of one layer in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerFlow {
    /// The name of its node, and its own behind it: `memory.l0`, `memory.l0_reverse`.
    pub name: String,
    /// ‖∂C/∂h_t‖ for each step, in the order of time.
    pub hidden: Vec<f64>,
    /// ‖∂C/∂c_t‖ likewise, where there are cells.
    pub cell: Option<Vec<f64>>,
    /// The name of each gate and the largest singular value of its block of W_hh; one without a name where there are no gates.
    pub singular_values: Vec<(&'static str, f64)>,
    /// β_W β_s, where there are no gates.
    pub factor: Option<f64>,
    /// (β_W β_s)^(T−t) ‖∂C/∂h_T‖ for each step, where there are no gates and all sequences end at the same step. The reverse direction begins with the
    /// last step, so that its T is the first.
    pub bound: Option<Vec<f64>>,
}

impl GradientFlow {
    /// The flow of the cost of a batch, or of a tuple of batches for several inputs: a forward and a backward pass, and a look at them.
    ///
    /// # Errors
    ///
    /// As [`Criterion::step`](crate::train::Criterion::step).
    pub fn measure<N, L, X, A>(net: &N, loss: &L, x: X, target: &A) -> Result<Self, LossError>
    where
        N: Trainable<Output: Shape>,
        X: InputsOf<N::Input, N::Element>,
        A: AsTarget,
        L: Loss<N::Output, A::Owned, N::Element>,
    {
        let (mut pass, mut gradients) = (net.pass(1), net.gradients());
        checked_step(loss, net, &x, target, &mut pass, &mut gradients)?;
        Ok(GradientFlow::of(net, &pass).expect("a training step goes backward"))
    }

    /// The flow of the last backward pass: of several losses, of a loss of your own, in the middle of a training.
    ///
    /// # Errors
    ///
    /// [`PassError::NoBackward`] where none came after the last forward pass.
    pub fn of<N: Trainable>(net: &N, pass: &Pass<N>) -> Result<Self, PassError> {
        let mut layers = Vec::new();
        for memory in net.memories() {
            layers.extend(flows(&memory, pass)?);
        }
        Ok(GradientFlow { layers })
    }

    /// The norms and bounds over the steps as a drawing, logarithmic upwards; a norm of 0 has no place there.
    pub fn to_svg(&self) -> String {
        chart::of_flow(&self.layers)
    }

    /// Writes [`GradientFlow::to_svg`] to a file.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn save_svg(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, self.to_svg())
    }
}

fn flows<N: Trainable>(memory: &Remembered<'_, N::Element>, pass: &Pass<N>) -> Result<Vec<LayerFlow>, PassError> {
    let traced = pass.trace(memory)?;
    let steps = memory.layer.steps(traced.width);
    let flows = memory.layer.flow(traced.numbers, traced.samples, traced.part, steps);
    let (cells, ragged) = (memory.layer.cells(), pass.is_ragged());
    Ok(cells
        .iter()
        .zip(flows)
        .map(|(cell, flow)| {
            let singular_values = singular_values(cell);
            let gated = cell.activation == StateActivation::Gates;
            let factor = singular_values.first().filter(|_| !gated);
            let factor = factor.map(|(_, value)| value * cell.activation.largest_slope());
            let reverse = cell.name.ends_with("reverse");
            // Sequences that end at different steps have no last step in common; in the reverse direction all end with the first.
            let bound = factor.filter(|_| reverse || !ragged).map(|factor| bound(&flow.hidden, factor, reverse));
            let name = format!("{}.{}", memory.name, cell.name);
            LayerFlow { name, hidden: flow.hidden, cell: flow.cell, singular_values, factor, bound }
        })
        .collect())
}

/// The bound for each step, from the norm at the one that the layer comes to last.
fn bound(hidden: &[f64], factor: f64, reverse: bool) -> Vec<f64> {
    let last = hidden.len().saturating_sub(1);
    let from = hidden.get(if reverse { 0 } else { last }).copied().unwrap_or(0.0);
    (0..hidden.len()).map(|t| from * factor.powi(if reverse { t } else { last - t } as i32)).collect()
}

fn singular_values<E: Element>(cell: &MemoryCell<'_, E>) -> Vec<(&'static str, f64)> {
    let blocks = cell.weight_hh.outer_iter();
    let gated = cell.activation == StateActivation::Gates;
    let name = |index: usize| cell.gates.get(index).copied().filter(|_| gated).unwrap_or("");
    blocks.enumerate().map(|(index, block)| (name(index), largest_singular_value(block))).collect()
}

/// The largest singular value of W: the root of the largest eigenvalue of WᵀW, by the power method in `f64`, from every unit vector's sum.
fn largest_singular_value<E: Element>(w: ArrayView2<'_, E>) -> f64 {
    let w = w.mapv(|x| x.as_f64());
    // Away from a symmetric start, which could be perpendicular to what is sought.
    let mut v = ndarray::Array1::from_shape_fn(w.ncols(), |i| 1.0 + (i as f64 * 0.618).fract());
    let mut value = 0.0;
    for _ in 0..10_000 {
        v /= v.dot(&v).sqrt();
        let u = w.dot(&v);
        let now = u.dot(&u).sqrt();
        v = w.t().dot(&u);
        if !(now - value).is_normal() || (now - value).abs() <= 1e-14 * now {
            return now;
        }
        value = now;
    }
    value
}

/// The steps that a table shows of a long sequence.
const SHOWN: usize = 24;

impl fmt::Display for GradientFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            layer.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for LayerFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        let values = self.singular_values.iter();
        let values: Vec<String> =
            values.map(|(gate, value)| format!("{gate}{}{value:.4}", if gate.is_empty() { "" } else { " " })).collect();
        writeln!(f, "largest singular value of W_hh: {}\n", values.join(", "))?;
        write!(f, "{:>6}  {:>11}", "step", "‖∂C/∂h_t‖")?;
        if self.bound.is_some() {
            write!(f, "  {:>11}", "bound")?;
        }
        if self.cell.is_some() {
            write!(f, "  {:>11}", "‖∂C/∂c_t‖")?;
        }
        writeln!(f)?;
        let steps = self.hidden.len();
        let each = steps.div_ceil(SHOWN).max(1);
        for t in (0..steps).filter(|t| (steps - 1 - t).is_multiple_of(each)) {
            write!(f, "{:>6}  {:>11.3e}", t + 1, self.hidden[t])?;
            for more in [&self.bound, &self.cell].into_iter().flatten() {
                write!(f, "  {:>11.3e}", more[t])?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_singular_value_is_that_of_known_matrices() {
        let of = |w: &[[f64; 2]; 2]| largest_singular_value(ndarray::arr2(w).view());
        assert!((of(&[[3.0, 0.0], [0.0, -4.0]]) - 4.0).abs() < 1e-12);
        assert!((of(&[[0.0, 2.0], [0.0, 0.0]]) - 2.0).abs() < 1e-12);
        // √((30 + √(30² − 4·4)) / 2) of [[1, 2], [3, 4]].
        assert!((of(&[[1.0, 2.0], [3.0, 4.0]]) - 5.464_985_704_219_043).abs() < 1e-12);
        assert_eq!(of(&[[0.0; 2]; 2]), 0.0);
        assert!((of(&[[1.0, 0.0], [0.0, 1.0]]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_bound_falls_away_from_the_step_that_comes_last() {
        assert_eq!(bound(&[1.0, 1.0, 4.0], 0.5, false), [1.0, 2.0, 4.0]);
        assert_eq!(bound(&[8.0, 1.0, 1.0], 0.5, true), [8.0, 4.0, 2.0]);
        assert!(bound(&[], 0.5, false).is_empty());
    }
}
