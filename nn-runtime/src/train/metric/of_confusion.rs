//! Metrics whose tally is a [`Confusion`]: numbers of which classes are taken for which.

use std::borrow::Cow;

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Confusion, ConfusionMatrix, F1, Iou, Metric, PerSample, Single},
};

/// Implements metrics by their `title`, `of_tally` and `report_of`, for outputs of several classes and for a single output.
macro_rules! of_confusion {
    ($($metric:ident)*) => {
        $(
            impl PerSample for $metric {}

            of_confusion!(impl [C] $metric: Const<C>, Labels<C>, Confusion<C> {
                fn add(&self, tally: &mut Confusion<C>, output: &[E], target: LabelsView<'_, C>) {
                    tally.add_rows(output, target);
                }
            });

            of_confusion!(impl [] $metric: Const<1>, Labels<2>, Confusion<2> {
                fn add(&self, tally: &mut Confusion<2>, output: &[E], target: LabelsView<'_, 2>) {
                    tally.add_single(Single::Logit, output, target);
                }

                fn add_probabilities(&self, tally: &mut Confusion<2>, output: &[E], target: LabelsView<'_, 2>) {
                    tally.add_single(Single::Probability, output, target);
                }
            });
        )*
    };
    (impl [$($classes:ident)?] $metric:ident: $output:ty, $labels:ty, $tally:ty { $($add:item)* }) => {
        impl<$(const $classes: usize,)? E: Element> Metric<($output,), $labels, E> for $metric {
            type Tally = $tally;

            fn name(&self) -> Cow<'static, str> {
                self.title()
            }

            $($add)*

            fn value(&self, tally: &$tally) -> f64 {
                self.of_tally(tally)
            }

            fn report(&self, tally: &$tally) -> Option<String> {
                Some(self.report_of(tally))
            }
        }
    };
}

of_confusion! { ConfusionMatrix F1 Iou }
