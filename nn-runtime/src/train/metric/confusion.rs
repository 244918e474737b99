//! Which classes are taken for which.

use std::{borrow::Cow, fmt};

use crate::{
    Element,
    data::LabelsView,
    train::metric::{Single, largest},
};

/// Counts how often each class is taken for each other. Its number is the mean of the classes' recalls (balanced accuracy); its
/// [tally](crate::train::Metric::tally), a [`Confusion`], prints as a table.
///
/// Classes without samples are left out of the mean. The prediction is [`Accuracy`](crate::train::Accuracy)'s: the first of the largest outputs;
/// a sample with NaN among its outputs is taken for no class.
///
/// Targets: as for [`F1`](crate::train::F1).
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{ConfusionMatrix, Metric}};
/// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.1, 0.9, 0.8, 0.2, 0.7, 0.3])?;
/// let confusion = ConfusionMatrix.tally(&logits, &Labels::<2>::new([1, 1, 0])?)?;
/// assert_eq!((confusion.count(1, 0), confusion.recall(1), confusion.precision(1)), (1, Some(0.5), Some(1.0)));
/// println!("{confusion}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfusionMatrix;

impl ConfusionMatrix {
    /// The metric: the same as its bare name.
    pub const fn new() -> Self {
        ConfusionMatrix
    }

    pub(super) fn title(self) -> Cow<'static, str> {
        Cow::Borrowed("balanced accuracy")
    }

    pub(super) fn of_tally<const C: usize>(self, tally: &Confusion<C>) -> f64 {
        tally.mean(Confusion::recall)
    }

    pub(super) fn report_of<const C: usize>(self, tally: &Confusion<C>) -> String {
        tally.to_string()
    }
}

/// Samples by their class and by what they were taken for.
///
/// ```
/// use plumbline::train::Confusion;
/// let empty = Confusion::<3>::default();
/// assert_eq!((empty.samples(), empty.accuracy(), empty.recall(0)), (0, None, None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion<const C: usize> {
    /// C rows, one for each class.
    counts: Vec<u64>,
    /// The samples without a largest output, by class.
    undecided: Vec<u64>,
}

impl<const C: usize> Default for Confusion<C> {
    fn default() -> Self {
        Confusion { counts: vec![0; C * C], undecided: vec![0; C] }
    }
}

impl<const C: usize> Confusion<C> {
    /// The samples of class `class` that were taken for `predicted`; 0 for what is no class.
    pub fn count(&self, class: usize, predicted: usize) -> u64 {
        if class < C && predicted < C { self.counts[class * C + predicted] } else { 0 }
    }

    /// All samples.
    pub fn samples(&self) -> u64 {
        self.counts.iter().chain(&self.undecided).sum()
    }

    /// The part of the samples that are right.
    pub fn accuracy(&self) -> Option<f64> {
        ratio((0..C).map(|class| self.count(class, class)).sum(), self.samples())
    }

    /// The part of the samples of `class` that were taken for it.
    pub fn recall(&self, class: usize) -> Option<f64> {
        let undecided = self.undecided.get(class).copied().unwrap_or(0);
        ratio(self.count(class, class), (0..C).map(|predicted| self.count(class, predicted)).sum::<u64>() + undecided)
    }

    /// The part of the samples taken for `class` that are of it.
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), (0..C).map(|other| self.count(other, class)).sum())
    }

    /// F₁ = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; `None` where no sample is of `class` or taken for it.
    pub fn f1(&self, class: usize) -> Option<f64> {
        let [hits, false_positives, false_negatives] = self.outcomes(class);
        ratio(2 * hits, 2 * hits + false_positives + false_negatives)
    }

    /// TP / (TP + FP + FN), the intersection over the union of what is of `class` and what is taken for it; `None` where both are empty.
    pub fn iou(&self, class: usize) -> Option<f64> {
        let outcomes = self.outcomes(class);
        ratio(outcomes[0], outcomes.iter().sum())
    }

    /// True positives, false positives and false negatives of a class.
    pub(super) fn outcomes(&self, class: usize) -> [u64; 3] {
        let hits = self.count(class, class);
        let taken: u64 = (0..C).map(|other| self.count(other, class)).sum();
        let undecided = self.undecided.get(class).copied().unwrap_or(0);
        let own = (0..C).map(|predicted| self.count(class, predicted)).sum::<u64>() + undecided;
        [hits, taken - hits, own - hits]
    }

    /// The mean of a number over the classes that have it; NaN where none has.
    pub(super) fn mean(&self, of: impl Fn(&Self, usize) -> Option<f64>) -> f64 {
        let (mut sum, mut classes) = (0.0, 0);
        for value in (0..C).filter_map(|class| of(self, class)) {
            sum += value;
            classes += 1;
        }
        sum / f64::from(classes)
    }

    /// A line for each class, with a number in per cent.
    pub(super) fn lines(&self, name: &str, of: impl Fn(&Self, usize) -> Option<f64>) -> String {
        let line = |class| match of(self, class) {
            Some(value) => format!("class {class}: {name} {:.1}%", 100.0 * value),
            None => format!("class {class}: {name} -"),
        };
        (0..C).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Takes in rows of outputs.
    pub(super) fn add_rows<E: Element>(&mut self, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            self.add(label, largest(row));
        }
    }

    fn add(&mut self, class: usize, predicted: Option<usize>) {
        match predicted {
            Some(predicted) => self.counts[class * C + predicted] += 1,
            None => self.undecided[class] += 1,
        }
    }
}

impl Confusion<2> {
    /// Takes in single outputs.
    pub(super) fn add_single<E: Element>(&mut self, kind: Single, output: &[E], target: LabelsView<'_, 2>) {
        for (&y, label) in output.iter().zip(target.iter()) {
            self.add(label, kind.class(y));
        }
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl<const C: usize> fmt::Display for Confusion<C> {
    /// A row for each class, a column for each prediction, and the recalls and precisions at the edges.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.counts.iter().max().copied().unwrap_or(0);
        let width = largest.to_string().len().max(C.saturating_sub(1).to_string().len()).max(5);
        let percent = |part: Option<f64>| part.map_or_else(|| "-".into(), |part| format!("{:.1}%", 100.0 * part));
        write!(f, "{:>9} ", "class")?;
        for predicted in 0..C {
            write!(f, " {predicted:>width$}")?;
        }
        writeln!(f, "  recall")?;
        for class in 0..C {
            write!(f, "{class:>9} ")?;
            for predicted in 0..C {
                write!(f, " {:>width$}", self.count(class, predicted))?;
            }
            writeln!(f, "  {:>6}", percent(self.recall(class)))?;
        }
        write!(f, "precision ")?;
        for class in 0..C {
            write!(f, " {:>width$}", percent(self.precision(class)))?;
        }
        write!(f, "  {:>6}", percent(self.accuracy()))
    }
}
