//! Several metrics of one trainer, without a box for each.

use std::fmt;

use crate::{Element, Shape, data::Target, train::metric::Metric};

/// A metric's number, with its name.
///
/// ```
/// use nn_runtime::train::metric::MetricValue;
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

impl fmt::Display for MetricValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.4}", self.name, self.value)
    }
}

/// Any number of [`Metric`]s: `()` for none, `(rest, metric)` for one more.
///
/// ```
/// use nn_runtime::{Const, data::Labels, train::{Accuracy, TopK, metric::Metrics}};
/// fn takes_metrics(_: impl Metrics<(Const<10>,), Labels<10>, f32>) {}
/// takes_metrics((((), Accuracy), TopK(3)));
/// ```
#[diagnostic::on_unimplemented(
    message = "a metric of the trainer cannot compare an output of shape `{Out}` with targets `{T}`",
    note = "accuracy, top-k and confusion matrix take `Labels<N>` for an output `[N]`, R² a `Batch` of the output's shape"
)]
pub trait Metrics<Out: Shape, T: Target, E: Element>: Send + Sync {
    /// The tallies of all.
    type Tallies: Default + Send;

    /// Takes in some samples.
    fn add(&self, tallies: &mut Self::Tallies, output: &[E], target: T::View<'_>);

    /// The numbers, in order, written behind `values`.
    fn values(&self, tallies: &Self::Tallies, values: &mut Vec<MetricValue>);
}

impl<Out: Shape, T: Target, E: Element> Metrics<Out, T, E> for () {
    type Tallies = ();

    fn add(&self, (): &mut (), _: &[E], _: T::View<'_>) {}

    fn values(&self, (): &(), _: &mut Vec<MetricValue>) {}
}

impl<Out: Shape, T: Target, E: Element, L: Metrics<Out, T, E>, M: Metric<Out, T, E>> Metrics<Out, T, E> for (L, M) {
    type Tallies = (L::Tallies, M::Tally);

    fn add(&self, tallies: &mut Self::Tallies, output: &[E], target: T::View<'_>) {
        self.0.add(&mut tallies.0, output, target);
        self.1.add(&mut tallies.1, output, target);
    }

    fn values(&self, tallies: &Self::Tallies, values: &mut Vec<MetricValue>) {
        self.0.values(&tallies.0, values);
        let (metric, tally) = (&self.1, &tallies.1);
        values.push(MetricValue {
            name: metric.name().into_owned(),
            value: metric.value(tally),
            report: metric.report(tally),
        });
    }
}
