//! How well a score separates two classes, whatever the threshold.

use std::borrow::Cow;

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Metric, PerSample},
};

/// The area under the ROC curve: the probability that a random sample of a class has a higher score than a random sample of the others, equal
/// scores counting one half, as scikit-learn's `roc_auc_score`. It is calculated from the ranks of all samples (Mann and Whitney, 1947).
///
/// The score of an output `[1]` is its number. Of `[N]` it is ln p / (1 − p) of the class, with p the softmax of the output, which may be logits or
/// log-probabilities; of probabilities it is p, after [`of_probabilities`](RocAuc::of_probabilities). The value is the mean over the classes of each against
/// the rest (for two classes both are equal); a class that all samples are of, or none, is left out. Where none remains, and for a score that is NaN, the
/// value is NaN.
///
/// It keeps a score of each sample and class until the value is calculated.
///
/// Targets: as for [`F1`](crate::train::F1).
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Metric, RocAuc}};
/// let logits = Batch::<(Const<1>,)>::from_vec(vec![-1.0, 0.5, 0.5, 2.0])?;
/// assert_eq!(RocAuc::new().measure(&logits, &Labels::<2>::new([0, 0, 1, 1])?)?, 0.875);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RocAuc {
    probabilities: bool,
}

/// The scores behind [`RocAuc`](struct@RocAuc), for each class those of all samples.
///
/// ```
/// use plumbline::train::metric::Scores;
/// assert!(Scores::default().area(0).is_nan());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    classes: Vec<Vec<Score>>,
}

/// A sample's score, and whether it is of the class.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Score {
    value: f64,
    own: bool,
}

const NAME: Cow<'static, str> = Cow::Borrowed("ROC AUC");

/// The metric without options, as [`RocAuc::new`] makes it, so that its bare name will do where no option is set.
///
/// ```
/// use plumbline::train::RocAuc;
/// assert_eq!(RocAuc, RocAuc::new());
/// ```
#[allow(non_upper_case_globals)]
pub const RocAuc: RocAuc = RocAuc::new();

impl RocAuc {
    /// The area for outputs that are logits or log-probabilities.
    pub const fn new() -> Self {
        RocAuc { probabilities: false }
    }

    /// The area for outputs that are probabilities, as a network that ends in `softmax` gives them. Of an output `[1]` it makes no difference.
    pub fn of_probabilities() -> Self {
        RocAuc { probabilities: true }
    }

    /// The score of a class.
    fn score<E: Element>(self, row: &[E], class: usize) -> f64 {
        let own = row[class].as_f64();
        if self.probabilities {
            return own;
        }
        let others = || row.iter().enumerate().filter(|(other, _)| *other != class).map(|(_, y)| y.as_f64());
        // A NaN of another class must not get lost in the maximum.
        let largest = others().fold(f64::NEG_INFINITY, |most, y| if y > most || y.is_nan() { y } else { most });
        if largest.is_infinite() {
            return own - largest;
        }
        own - largest - others().map(|y| (y - largest).exp()).sum::<f64>().ln()
    }
}

impl Scores {
    /// The area of a class against the rest; NaN where all samples are of it, or none, or where a score is NaN.
    pub fn area(&self, class: usize) -> f64 {
        let Some(scores) = self.classes.get(class) else { return f64::NAN };
        let own = scores.iter().filter(|score| score.own).count();
        let others = scores.len() - own;
        if own == 0 || others == 0 || scores.iter().any(|score| score.value.is_nan()) {
            return f64::NAN;
        }
        let mut sorted = scores.clone();
        sorted.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
        // Pairs that are in the right order, counted twice so that ties are whole numbers.
        let (mut twice, mut below) = (0_u128, 0_u128);
        // −0 and 0 are equal, though they have an order in `total_cmp`.
        for tied in sorted.chunk_by(|a, b| a.value == b.value) {
            let hits = tied.iter().filter(|score| score.own).count() as u128;
            let misses = tied.len() as u128 - hits;
            twice += hits * (2 * below + misses);
            below += misses;
        }
        twice as f64 / (2.0 * own as f64 * others as f64)
    }

    /// The mean over the classes that have samples and are not alone.
    fn mean(&self) -> f64 {
        let both = |scores: &&Vec<Score>| scores.iter().any(|score| score.own) && scores.iter().any(|score| !score.own);
        let (mut sum, mut classes) = (0.0, 0);
        for (class, _) in self.classes.iter().enumerate().filter(|(_, scores)| both(scores)) {
            sum += self.area(class);
            classes += 1;
        }
        sum / f64::from(classes)
    }

    fn of_classes(&mut self, classes: usize) -> &mut [Vec<Score>] {
        self.classes.resize(classes.max(self.classes.len()), Vec::new());
        &mut self.classes
    }
}

impl PerSample for RocAuc {}

impl<const C: usize, E: Element> Metric<(Const<C>,), Labels<C>, E> for RocAuc {
    type Tally = Scores;

    fn name(&self) -> Cow<'static, str> {
        NAME
    }

    fn add(&self, tally: &mut Scores, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            for (class, scores) in tally.of_classes(C).iter_mut().enumerate() {
                scores.push(Score { value: self.score(row, class), own: class == label });
            }
        }
    }

    fn value(&self, tally: &Scores) -> f64 {
        tally.mean()
    }

    fn report(&self, tally: &Scores) -> Option<String> {
        let line = |class| format!("class {class}: ROC AUC {:.4}", tally.area(class));
        (C > 2).then(|| (0..C).map(line).collect::<Vec<_>>().join("\n"))
    }
}

impl<E: Element> Metric<(Const<1>,), Labels<2>, E> for RocAuc {
    type Tally = Scores;

    fn name(&self) -> Cow<'static, str> {
        NAME
    }

    fn add(&self, tally: &mut Scores, output: &[E], target: LabelsView<'_, 2>) {
        for (y, label) in output.iter().zip(target.iter()) {
            tally.of_classes(1)[0].push(Score { value: y.as_f64(), own: label == 1 });
        }
    }

    fn value(&self, tally: &Scores) -> f64 {
        tally.mean()
    }
}
