//! Gradients against differences.

use std::fmt;

use crate::{
    Pass, Trainable,
    data::{Columns, InputsOf, Target},
    network::Role,
    train::{
        LossError, Objective,
        loss::{enter, lengths_of, scales_for, term},
    },
};

/// ∂C/∂θ by backpropagation against (C(θ + h) − C(θ − h)) / 2h, for the learned parameters of a network and its inputs, in training.
///
/// The difference is taken at h = 1e-4, 1e-5 and 1e-6, until halving h changes it by less than a millionth. Where it never does,
/// or where the differences to the left and to the right stay apart as h shrinks, a kink of the function lies there (the corner of a
/// ReLU, two equal maxima) and the entry is left out and counted. Layers that draw random numbers draw the same ones for each
/// evaluation.
///
/// ```
/// use plumbline::{Batch, prelude::*, train::GradientCheck};
/// network! { Sum: (a: [3], b: [3]) -> [2] { sum: add <- (a, b); out: dense(2), tanh; } }
/// let net = Sum::<f64>::initialized(1);
/// let (a, b) = (Batch::from_vec(vec![0.1, 0.2, 0.3])?, Batch::from_vec(vec![0.5, -0.4, 0.0])?);
/// // One input is a `&Batch`, several are a tuple.
/// let report = GradientCheck::new().entries(50).run(&net, (&a, &b), &Batch::zeros(1), &MeanSquaredError)?;
/// assert!(report.error() < 1e-6, "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientCheck {
    entries: usize,
}

/// What a [`GradientCheck`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientReport {
    /// The entry with the largest error, if any was compared.
    pub worst: Option<GradientEntry>,
    /// The entries compared.
    pub compared: usize,
    /// The entries left out because they lie on a kink.
    pub kinks: usize,
}

/// One number of a gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientEntry {
    /// The parameter's name, or `input`; of several inputs `input 0`, `input 1`, …
    pub name: String,
    /// The place in it; for an input, the sample first.
    pub index: Vec<usize>,
    /// By backpropagation.
    pub analytic: f64,
    /// By differences.
    pub numeric: f64,
}

impl GradientEntry {
    /// |analytic − numeric|, relative to the larger of the two, or to 1e-4 where both are smaller: differences of a
    /// function near 1 are exact to about 1e-11.
    pub fn error(&self) -> f64 {
        (self.analytic - self.numeric).abs() / self.analytic.abs().max(self.numeric.abs()).max(1e-4)
    }
}

impl GradientReport {
    /// The largest error, 0 where nothing was compared.
    pub fn error(&self) -> f64 {
        self.worst.as_ref().map_or(0.0, GradientEntry::error)
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} entries compared, {} on kinks", self.compared, self.kinks)?;
        if let Some(worst) = &self.worst {
            write!(f, "; worst `{}` {:?}: backpropagation {:e}, ", worst.name, worst.index, worst.analytic)?;
            write!(f, "differences {:e}, relative error {:.1e}", worst.numeric, worst.error())?;
        }
        Ok(())
    }
}

/// [`GradientCheck`] with its defaults. `x` is a `&Batch`, or a tuple of them for a network with several inputs.
///
/// # Errors
///
/// [`LossError`] where the batch, the targets and the loss do not go together.
pub fn gradient_check<N, L, T, X>(net: &N, x: X, target: &T, loss: &L) -> Result<GradientReport, LossError>
where
    N: Trainable<Element = f64>,
    L: Objective<N::Output, T, f64>,
    T: Target,
    X: InputsOf<N::Input, f64>,
{
    GradientCheck::new().run(net, x, target, loss)
}

impl Default for GradientCheck {
    fn default() -> Self {
        GradientCheck::new()
    }
}

impl GradientCheck {
    /// A check of up to 200 entries of each parameter and of each input.
    pub fn new() -> Self {
        GradientCheck { entries: 200 }
    }

    /// The most entries to compare of each parameter and of each input, spread evenly over it.
    #[must_use]
    pub fn entries(self, entries: usize) -> Self {
        GradientCheck { entries }
    }

    /// Compares. `x` is a `&Batch`, or a tuple of them for a network with several inputs.
    ///
    /// # Errors
    ///
    /// [`LossError`] where the batch, the targets and the loss do not go together.
    pub fn run<N, L, T, X>(&self, net: &N, x: X, target: &T, loss: &L) -> Result<GradientReport, LossError>
    where
        N: Trainable<Element = f64>,
        L: Objective<N::Output, T, f64>,
        T: Target,
        X: InputsOf<N::Input, f64>,
    {
        let (mut net, mut x) = (net.clone(), x.to_columns());
        let (mut pass, mut gradients) = (net.pass(1), net.gradients());
        pass.set_seed(0);
        let (entries, inputs) = x.entries();
        let samples = enter(&mut pass, &entries[..inputs])?;
        let lengths = |output| lengths_of::<N>(output, |input| entries[input].lengths());
        let scales = scales_for(loss, samples, |output| pass.output_width(output), lengths, target)?;
        let terms = |pass: &Pass<N>, d_outputs: &mut [Vec<f64>]| -> f64 {
            let mut cost = 0.0;
            for (index, (d_output, &scale)) in d_outputs.iter_mut().zip(scales.as_ref()).enumerate() {
                let output = pass.output(index);
                d_output.resize(output.len(), 0.0);
                cost += term(loss, index, output, target.rows(0..target.samples()), scale, d_output);
            }
            cost
        };
        let mut d_outputs = vec![Vec::new(); scales.as_ref().len()];
        let train = |pass: &mut Pass<N>, net: &N, x: &Columns<f64>| {
            let (rows, inputs) = x.rows(0..samples);
            pass.train(net, &rows[..inputs], samples);
        };
        train(&mut pass, &net, &x);
        let cost = terms(&pass, &mut d_outputs);
        let slices: Vec<&[f64]> = d_outputs.iter().map(Vec::as_slice).collect();
        let backward = pass.backward(&net, &slices, samples, &mut gradients);
        backward.expect("the gradient is of the forward pass before it");
        let d_inputs: Vec<Vec<f64>> = (0..inputs).map(|input| pass.d_input(input).to_vec()).collect();
        let mut evaluate = |net: &N, x: &Columns<f64>| {
            pass.set_seed(0);
            train(&mut pass, net, x);
            terms(&pass, &mut d_outputs)
        };
        let mut report = GradientReport { worst: None, compared: 0, kinks: 0 };
        for tensor in 0..net.tensors() {
            let analytic = gradients.tensor(tensor);
            // The forward pass in training does not depend on buffers.
            if analytic.role == Role::Buffer {
                continue;
            }
            for place in self.places(analytic.values.len()) {
                let old = net.tensor(tensor).values[place];
                let numeric = derivative(old, cost, |value| {
                    net.tensor_mut(tensor).values[place] = value;
                    evaluate(&net, &x)
                });
                net.tensor_mut(tensor).values[place] = old;
                let index = index_of(place, analytic.shape);
                report.add(analytic.name.to_string(), index, analytic.values[place], numeric);
            }
        }
        for (input, d_input) in d_inputs.iter().enumerate() {
            let name = if inputs == 1 { "input".to_owned() } else { format!("input {input}") };
            let shape: Vec<usize> = std::iter::once(samples).chain(x.0[input].sizes().iter().copied()).collect();
            for place in self.places(d_input.len()) {
                let old = x.0[input].numbers()[place];
                let numeric = derivative(old, cost, |value| {
                    x.0[input].numbers_mut()[place] = value;
                    evaluate(&net, &x)
                });
                x.0[input].numbers_mut()[place] = old;
                report.add(name.clone(), index_of(place, &shape), d_input[place], numeric);
            }
        }
        Ok(report)
    }

    fn places(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let count = self.entries.min(length);
        (0..count).map(move |i| i * length / count)
    }
}

impl GradientReport {
    fn add(&mut self, name: String, index: Vec<usize>, analytic: f64, numeric: Option<f64>) {
        let Some(numeric) = numeric else {
            self.kinks += 1;
            return;
        };
        self.compared += 1;
        let entry = GradientEntry { name, index, analytic, numeric };
        // An error that is not a number is the worst of all.
        let error = entry.error();
        if self.worst.as_ref().is_none_or(|worst| error.is_nan() || error > worst.error()) {
            self.worst = Some(entry);
        }
    }
}

/// The derivative at `x` of `f`, which is `center` there; `None` at a kink.
fn derivative(x: f64, center: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    // The mean of the differences to both sides, and how far they are apart.
    let mut differences = |h: f64| {
        let (right, left) = ((f(x + h) - center) / h, (center - f(x - h)) / h);
        ((right + left) / 2.0, (right - left).abs())
    };
    for h in [1e-4, 1e-5, 1e-6] {
        let ((wide, wide_apart), (narrow, narrow_apart)) = (differences(h), differences(h / 2.0));
        let size = wide.abs().max(narrow.abs());
        if (wide - narrow).abs() <= 1e-6 * size.max(1e-4) || !wide.is_finite() {
            // With a second derivative, half the step halves the distance; with a kink at x it stays.
            if narrow_apart > 0.75 * wide_apart && narrow_apart > 1e-6 * size.max(1e-2) {
                return None;
            }
            // What is left of the error is of the fourth order in h (Richardson, 1911).
            return Some((4.0 * narrow - wide) / 3.0);
        }
    }
    None
}

fn index_of(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &size) in index.iter_mut().zip(shape).rev() {
        *i = place % size;
        place /= size;
    }
    index
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, FixedShape, Network, Trainable,
        data::{Labels, LabelsView},
        train::{
            AbsoluteError, Criterion, CrossEntropy, GradientCheck, Loss, LossError, SquaredError, gradient_check,
            testing::{Input, Mlp, Output},
        },
    };

    fn waves<S: FixedShape>(samples: usize) -> Batch<S, f64> {
        Batch::from_vec((0..samples * S::LEN).map(|i| (1.7 * i as f64 + 0.3).sin()).collect()).unwrap()
    }

    fn labels() -> Labels<3> {
        Labels::new((0..19).map(|i| i % 3)).unwrap()
    }

    #[test]
    fn right_gradients_are_right() {
        let (net, x) = (Mlp::<f64>::initialized(5), waves::<Input>(19));
        let report = gradient_check(&net, &x, &waves::<Output>(19), &SquaredError).unwrap();
        assert!(report.error() < 1e-7, "{report}");
        assert_eq!((report.compared, report.kinks), (24 + 27 + 38, 0));
        let report = GradientCheck::new().entries(3).run(&net, &x, &labels(), &CrossEntropy::new()).unwrap();
        assert!(report.error() < 1e-7, "{report}");
        assert_eq!(report.compared, 5 * 3);
    }

    /// [`CrossEntropy`] with a gradient that is a hundred times too large for the last class.
    #[derive(Clone, Debug)]
    struct Wrong;

    impl Criterion for Wrong {
        type Takes = crate::train::loss::AnyOutput;
    }

    impl Loss<Output, Labels<3>, f64> for Wrong {
        fn part(&self, output: &[f64], target: LabelsView<'_, 3>, scale: f64, mut d: Option<&mut [f64]>) -> f64 {
            let right = CrossEntropy::new();
            let value = Loss::<Output, Labels<3>, f64>::part(&right, output, target, scale, d.as_deref_mut());
            d.into_iter().flatten().skip(2).step_by(3).for_each(|d| *d *= 100.0);
            value
        }
    }

    #[test]
    fn a_wrong_gradient_is_found_and_named() {
        // Without hidden values only the bias of the last class has a gradient that is wrong.
        let net = Mlp::<f64>::initialized(5).zeroed();
        let labels = Labels::<3>::new([0; 19]).unwrap();
        let report = gradient_check(&net, waves::<Input>(19), &labels, &Wrong).unwrap();
        let worst = report.worst.unwrap();
        assert_eq!((worst.name.as_str(), worst.index.as_slice()), ("output.bias", &[2][..]));
        assert!((worst.analytic / worst.numeric - 100.0).abs() < 1e-4 && worst.error() > 0.9);
    }

    #[test]
    fn kinks_within_the_step_are_stepped_around_and_kinks_at_the_point_left_out() {
        // With all weights 0 the output is the bias, and the loss has a kink where it meets the target.
        let mut net = Mlp::<f64>::initialized(5).zeroed();
        let (x, targets) = (waves::<Input>(1), Batch::<Output, f64>::zeros(1));
        let report = gradient_check(&net, &x, &targets, &AbsoluteError).unwrap();
        assert_eq!((report.kinks, report.error()), (3, 0.0));
        // A kink within the first two steps only.
        net.output.bias_mut().fill(3e-6);
        let report = gradient_check(&net, &x, &targets, &AbsoluteError).unwrap();
        assert_eq!(report.kinks, 0, "{report}");
        assert!(report.error() < 1e-7, "{report}");
    }

    #[test]
    fn what_does_not_go_together_is_an_error() {
        let net = Mlp::<f64>::initialized(5);
        let error = gradient_check(&net, waves::<Input>(2), &waves::<Output>(1), &SquaredError).unwrap_err();
        assert_eq!(error, LossError::Samples { expected: 2, found: 1 });
    }
}
