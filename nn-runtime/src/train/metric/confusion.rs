//! Which classes are taken for which.

use std::{borrow::Cow, fmt};

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Metric, largest},
};

/// Counts how often each class is taken for each other. Its number is the mean of the classes' recalls (balanced accuracy); its
/// [tally](Metric::tally), a [`Confusion`], prints as a table.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`.
///
/// ```
/// use nn_runtime::{Batch, Const, data::Labels, train::{ConfusionMatrix, Metric}};
/// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.1, 0.9, 0.8, 0.2, 0.7, 0.3])?;
/// let confusion = ConfusionMatrix.tally(&logits, &Labels::<2>::new([1, 1, 0])?)?;
/// assert_eq!((confusion.count(1, 0), confusion.recall(1), confusion.precision(1)), (1, Some(0.5), Some(1.0)));
/// println!("{confusion}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfusionMatrix;

/// Samples by their class and by what they were taken for.
///
/// ```
/// use nn_runtime::train::Confusion;
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

    fn add(&mut self, class: usize, predicted: Option<usize>) {
        match predicted {
            Some(predicted) => self.counts[class * C + predicted] += 1,
            None => self.undecided[class] += 1,
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

impl<const C: usize, E: Element> Metric<(Const<C>,), Labels<C>, E> for ConfusionMatrix {
    type Tally = Confusion<C>;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("balanced accuracy")
    }

    fn add(&self, tally: &mut Confusion<C>, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            tally.add(label, largest(row));
        }
    }

    fn value(&self, tally: &Confusion<C>) -> f64 {
        let (mut sum, mut classes) = (0.0, 0);
        for recall in (0..C).filter_map(|class| tally.recall(class)) {
            sum += recall;
            classes += 1;
        }
        sum / f64::from(classes)
    }

    fn report(&self, tally: &Confusion<C>) -> Option<String> {
        Some(tally.to_string())
    }
}
