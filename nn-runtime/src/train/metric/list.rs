//! Several metrics of one trainer, without a box for each.

use std::fmt;

use crate::{
    Element,
    data::{Target, TargetAt},
    network::output::OutputKinds,
    train::{OutputAt, metric::Metric},
};

/// A metric's number, with its name.
///
/// ```
/// use plumbline::train::metric::MetricValue;
/// let value = MetricValue { name: "accuracy".into(), value: 0.98765, report: None };
/// assert_eq!(value.to_string(), "accuracy 0.9877");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MetricValue {
    /// The metric's name.
    pub name: String,
    /// Its number.
    pub value: f64,
    /// What it has to say beyond the number: the table of a confusion matrix.
    pub report: Option<String>,
}

impl MetricValue {
    /// A number of output `index`, one of several: `loss of class`.
    pub(crate) fn of_output(name: &str, index: usize, outputs: &[&'static str], value: f64) -> Self {
        let name = match outputs.get(index) {
            Some(output) => format!("{name} of {output}"),
            None => format!("{name} of output {index}"),
        };
        MetricValue { name, value, report: None }
    }
}

impl fmt::Display for MetricValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.4}", self.name, self.value)
    }
}

/// Any number of [`Metric`]s: `()` for none, `(rest, metric)` for one more, [`OnOutput`] for one more of one output of several.
///
/// ```
/// use plumbline::{Const, data::Labels, train::{Accuracy, TopK, metric::Metrics}};
/// fn takes_metrics(_: impl Metrics<(Const<10>,), Labels<10>, f32>) {}
/// takes_metrics((((), Accuracy), TopK(3)));
/// ```
#[diagnostic::on_unimplemented(
    message = "a metric of the trainer cannot compare an output of shape `{Out}` with targets `{T}`",
    note = "metrics of classes take `Labels<N>` for an output `[N]`, `StepLabels<N>` for a sequence `[T, N]` and `PixelLabels<N>` for an image \
            `[N, H, W]`; R² and the mean absolute error take a `Batch` of the output's shape"
)]
pub trait Metrics<Out, T: Target, E: Element>: Send + Sync {
    /// The tallies of all.
    type Tallies: Default + Send;

    /// Takes in some samples; `outputs` gives the rows of an output, `K` says what it is.
    fn add<'a, K: OutputKinds>(
        &self,
        tallies: &mut Self::Tallies,
        outputs: impl Fn(usize) -> &'a [E] + Copy,
        target: T::View<'_>,
    );

    /// The numbers, in order, written behind `values`; `names` are those of several outputs.
    fn values(&self, tallies: &Self::Tallies, names: &[&'static str], values: &mut Vec<MetricValue>);
}

impl<Out, T: Target, E: Element> Metrics<Out, T, E> for () {
    type Tallies = ();

    fn add<'a, K: OutputKinds>(&self, (): &mut (), _: impl Fn(usize) -> &'a [E] + Copy, _: T::View<'_>) {}

    fn values(&self, (): &(), _: &[&'static str], _: &mut Vec<MetricValue>) {}
}

impl<Out, T: Target, E: Element, L: Metrics<Out, T, E>, M: Metric<Out, T, E>> Metrics<Out, T, E> for (L, M) {
    type Tallies = (L::Tallies, M::Tally);

    fn add<'a, K: OutputKinds>(
        &self,
        tallies: &mut Self::Tallies,
        outputs: impl Fn(usize) -> &'a [E] + Copy,
        target: T::View<'_>,
    ) {
        self.0.add::<K>(&mut tallies.0, outputs, target);
        add_to::<K, _, _, _, _>(&self.1, 0, &mut tallies.1, outputs(0), target);
    }

    fn values(&self, tallies: &Self::Tallies, names: &[&'static str], values: &mut Vec<MetricValue>) {
        self.0.values(&tallies.0, names, values);
        let (metric, tally) = (&self.1, &tallies.1);
        values.push(MetricValue {
            name: metric.name().into_owned(),
            value: metric.value(tally),
            report: metric.report(tally),
        });
    }
}

/// Takes in some samples of output `index`.
fn add_to<K: OutputKinds, Out, T: Target, E: Element, M: Metric<Out, T, E>>(
    metric: &M,
    index: usize,
    tally: &mut M::Tally,
    output: &[E],
    target: T::View<'_>,
) {
    if K::is_of_sigmoid(index) {
        metric.add_probabilities(tally, output, target);
    } else {
        metric.add(tally, output, target);
    }
}

/// The metrics `L`, and `M` of output `I` alone, counted from 0. Its name ends in the output's: `accuracy of class`.
/// [`Trainer::metric_on`](crate::train::Trainer::metric_on) makes it.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Accuracy, metric::{Metrics, OnOutput}}};
/// type Outputs = ((Const<1>,), (Const<10>,));
/// type Targets = (Batch<(Const<1>,)>, Labels<10>);
/// fn takes_metrics(_: impl Metrics<Outputs, Targets, f32>) {}
/// takes_metrics(OnOutput::<1, _, _>::new((), Accuracy));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OnOutput<const I: usize, L, M> {
    rest: L,
    metric: M,
}

impl<const I: usize, L, M> OnOutput<I, L, M> {
    /// The metrics `rest` and one more.
    pub fn new(rest: L, metric: M) -> Self {
        OnOutput { rest, metric }
    }
}

impl<const I: usize, Out, T, E, L, M> Metrics<Out, T, E> for OnOutput<I, L, M>
where
    Out: OutputAt<I>,
    T: TargetAt<I>,
    E: Element,
    L: Metrics<Out, T, E>,
    M: Metric<Out::Part, T::Part, E>,
{
    type Tallies = (L::Tallies, M::Tally);

    fn add<'a, K: OutputKinds>(
        &self,
        tallies: &mut Self::Tallies,
        outputs: impl Fn(usize) -> &'a [E] + Copy,
        target: T::View<'_>,
    ) {
        self.rest.add::<K>(&mut tallies.0, outputs, target);
        add_to::<K, _, _, _, _>(&self.metric, I, &mut tallies.1, outputs(I), T::at(target));
    }

    fn values(&self, tallies: &Self::Tallies, names: &[&'static str], values: &mut Vec<MetricValue>) {
        self.rest.values(&tallies.0, names, values);
        let (metric, tally) = (&self.metric, &tallies.1);
        let value = MetricValue::of_output(&metric.name(), I, names, metric.value(tally));
        values.push(MetricValue { report: metric.report(tally), ..value });
    }
}
