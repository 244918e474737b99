//! Metrics of yes or no, with numbers from 0 to 1 as targets in place of labels.

use std::borrow::Cow;

use crate::{
    Batch, BatchView, Const, Element, Shape,
    data::{Labels, LabelsView},
    shape::Dimension,
    train::{
        metric::{Accuracy, ConfusionMatrix, F1, Iou, Metric, RocAuc, of_number},
        real_steps::{RealSteps, step_of},
    },
};

/// Implements a metric of `[1]` with [`Labels<2>`](Labels) for targets of another kind.
macro_rules! numbers {
    ($($metric:ident [$($parameter:ident),*] ($($axis:ty),+);)*) => {
        $(impl<$($parameter: Dimension,)* E: Element> Metric<($($axis,)+), Batch<($($axis,)+), E>, E> for $metric {
            type Tally = <$metric as Metric<(Const<1>,), Labels<2>, E>>::Tally;

            fn name(&self) -> Cow<'static, str> {
                <$metric as Metric<(Const<1>,), Labels<2>, E>>::name(self)
            }

            fn add(&self, tally: &mut Self::Tally, output: &[E], target: BatchView<'_, ($($axis,)+), E>) {
                each_number(output, target, |y, label| {
                    <$metric as Metric<(Const<1>,), Labels<2>, E>>::add(self, tally, y, label);
                });
            }

            fn add_probabilities(&self, tally: &mut Self::Tally, output: &[E], target: BatchView<'_, ($($axis,)+), E>) {
                each_number(output, target, |y, label| {
                    <$metric as Metric<(Const<1>,), Labels<2>, E>>::add_probabilities(self, tally, y, label);
                });
            }

            fn value(&self, tally: &Self::Tally) -> f64 {
                <$metric as Metric<(Const<1>,), Labels<2>, E>>::value(self, tally)
            }

            fn report(&self, tally: &Self::Tally) -> Option<String> {
                <$metric as Metric<(Const<1>,), Labels<2>, E>>::report(self, tally)
            }
        })*
    };
}

/// Calls `f` with each output that counts, and the class of its target.
fn each_number<S: Shape, E: Element>(
    output: &[E],
    target: BatchView<'_, S, E>,
    mut f: impl FnMut(&[E], LabelsView<'_, 2>),
) {
    let step = step_of(&target);
    for (run, y) in RealSteps::of(&target).outputs(step, output) {
        let numbers = &target.as_slice()[run.start * step..run.end * step];
        for (y, &t) in y.chunks(1).zip(numbers) {
            f(y, LabelsView::new(&[of_number(t)]));
        }
    }
}

numbers! {
    ConfusionMatrix [] (Const<1>);
    F1 [] (Const<1>);
    Iou [] (Const<1>);
    RocAuc [] (Const<1>);
    ConfusionMatrix [T] (T, Const<1>);
    F1 [T] (T, Const<1>);
    Iou [T] (T, Const<1>);
    RocAuc [T] (T, Const<1>);
    Accuracy [H, W] (Const<1>, H, W);
    ConfusionMatrix [H, W] (Const<1>, H, W);
    F1 [H, W] (Const<1>, H, W);
    Iou [H, W] (Const<1>, H, W);
    RocAuc [H, W] (Const<1>, H, W);
}
