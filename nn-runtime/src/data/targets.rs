//! Targets for networks with several outputs: a tuple with one for each.

use std::ops::Range;

use crate::{
    Batch, Element, Shape, ShapeError,
    data::{Labels, PixelLabels, StepLabels, Target},
    train::TupleOf,
};

/// Targets of several outputs, the one of output `I`, counted from 0, among them: a tuple, or other targets, which are those of output 0.
///
/// ```
/// use plumbline::{Batch, Const, data::{Labels, Target, TargetAt}};
/// type Both = (Labels<3>, Batch<(Const<1>,)>);
/// let both: Both = (Labels::new([2, 0])?, Batch::from_vec(vec![0.5, 1.5])?);
/// let values = <Both as TargetAt<1>>::at(both.rows(1..2));
/// assert_eq!(values.as_slice(), [1.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "there are no targets for an output {I} in `{Self}`",
    label = "the data have no targets for such an output",
    note = "a network with several outputs takes a tuple with targets for each, counted from 0"
)]
pub trait TargetAt<const I: usize>: Target {
    /// The targets of the output.
    type Part: Target;

    /// The targets of the output, for the same samples.
    fn at(view: Self::View<'_>) -> <Self::Part as Target>::View<'_>;
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Target),*> Target for ($($name,)*) {
            type View<'a> = ($($name::View<'a>,)*);
            type As<Other: Element> = ($($name::As<Other>,)*);

            fn samples(&self) -> usize {
                [$(self.$index.samples()),*].into_iter().max().unwrap_or(0)
            }

            fn other_than(&self, samples: usize) -> Option<usize> {
                None$(.or(self.$index.other_than(samples)))*
            }

            fn width_other_than(&self, output: usize, width: usize) -> Option<usize> {
                match output {
                    $($index => self.$index.width_other_than(0, width),)*
                    _ => None,
                }
            }

            fn length(&self, output: usize, sample: usize) -> Option<usize> {
                match output {
                    $($index => self.$index.length(0, sample),)*
                    _ => None,
                }
            }

            fn rows(&self, range: Range<usize>) -> Self::View<'_> {
                ($(self.$index.rows(range.clone()),)*)
            }

            fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
                // All of them, so that an error leaves every part empty.
                [$(self.$index.gather(indices, &mut into.$index)),*].into_iter().collect()
            }

            fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
                Ok(($(self.$index.select(indices)?,)*))
            }

            fn cast<Other: Element>(&self) -> Self::As<Other> {
                ($(self.$index.cast::<Other>(),)*)
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);

/// No targets: of an output that is compared with nothing.
impl Target for () {
    type View<'a> = ();
    type As<Other: Element> = ();

    fn samples(&self) -> usize {
        0
    }

    fn other_than(&self, _samples: usize) -> Option<usize> {
        None
    }

    fn rows(&self, _range: Range<usize>) {}

    fn gather(&self, _indices: &[usize], _into: &mut Self) -> Result<(), ShapeError> {
        Ok(())
    }

    fn select(&self, _indices: &[usize]) -> Result<(), ShapeError> {
        Ok(())
    }

    fn cast<Other: Element>(&self) {}
}

/// Targets that are no tuple: those of the first output. The others have none.
macro_rules! alone {
    ($([$($generics:tt)*] $targets:ty;)*) => {
        $(
            impl<$($generics)*> TupleOf<2> for $targets {}
            impl<$($generics)*> TupleOf<3> for $targets {}
            impl<$($generics)*> TupleOf<4> for $targets {}

            impl<$($generics)*> TargetAt<0> for $targets {
                type Part = $targets;

                fn at(view: Self::View<'_>) -> <Self::Part as Target>::View<'_> {
                    view
                }
            }

            alone!(@none 1, [$($generics)*] $targets);
            alone!(@none 2, [$($generics)*] $targets);
            alone!(@none 3, [$($generics)*] $targets);
        )*
    };
    (@none $output:literal, [$($generics:tt)*] $targets:ty) => {
        impl<$($generics)*> TargetAt<$output> for $targets {
            type Part = ();

            fn at(_: Self::View<'_>) -> <Self::Part as Target>::View<'_> {}
        }
    };
}

alone! {
    [] ();
    [S: Shape, E: Element] Batch<S, E>;
    [const C: usize] Labels<C>;
    [const C: usize] StepLabels<C>;
    [const C: usize] PixelLabels<C>;
}

/// Hands a macro each place of each tuple of outputs.
macro_rules! each_place {
    ($given:ident) => {
        $given! {
            0 A of (A, B);
            1 B of (A, B);
            0 A of (A, B, C);
            1 B of (A, B, C);
            2 C of (A, B, C);
            0 A of (A, B, C, D);
            1 B of (A, B, C, D);
            2 C of (A, B, C, D);
            3 D of (A, B, C, D);
        }
    };
}
pub(crate) use each_place;

macro_rules! at {
    ($($index:tt $part:ident of ($($name:ident),*);)*) => {
        $(impl<$($name: Target),*> TargetAt<$index> for ($($name,)*) {
            type Part = $part;

            fn at(view: Self::View<'_>) -> $part::View<'_> {
                view.$index
            }
        })*
    };
}

each_place!(at);

#[cfg(test)]
mod tests {
    use crate::{
        Batch, Const, ShapeError,
        data::{Dataset, DatasetError, Labels, Target},
    };

    type Three = (Labels<9>, Batch<(Const<2>,)>, Labels<5>);

    fn three(samples: [usize; 3]) -> Three {
        let values = (0..2 * samples[1]).map(|i| i as f32).collect();
        (Labels::new(0..samples[0]).unwrap(), Batch::from_vec(values).unwrap(), Labels::new(0..samples[2]).unwrap())
    }

    #[test]
    fn parts_stay_together() {
        let targets = three([4; 3]);
        let view = targets.rows(1..9);
        assert_eq!((view.0.as_slice(), view.1.as_slice()), (&[1, 2, 3][..], &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0][..]));
        let selected = targets.select(&[3, 0]).unwrap();
        assert_eq!(selected.0, Labels::new([3, 0]).unwrap());
        assert_eq!((selected.1.as_slice(), selected.2), (&[6.0, 7.0, 0.0, 1.0][..], Labels::new([3, 0]).unwrap()));
        assert_eq!(targets.cast::<f64>().1.as_slice()[7], 7.0_f64);
    }

    #[test]
    fn no_targets_go_with_any_number_of_samples() {
        let targets = ((), Labels::<9>::new([0, 1, 2]).unwrap(), ());
        assert_eq!((targets.samples(), targets.other_than(3), targets.other_than(2)), (3, None, Some(3)));
        assert_eq!(targets.rows(1..3).1.as_slice(), [1, 2]);
        assert!(Dataset::new(Batch::<(Const<1>,)>::zeros(3), targets).is_ok());
        let data = Dataset::new(Batch::<(Const<1>,)>::zeros(3), ()).unwrap();
        assert_eq!((data.len(), data.split(0.5).unwrap().0.len(), data.shuffled(1).len()), (3, 2, 3));
    }

    #[test]
    fn an_index_past_the_end_leaves_every_part_empty() {
        let (targets, mut into) = (three([4; 3]), three([2; 3]));
        let error = targets.gather(&[1, 4], &mut into).unwrap_err();
        assert_eq!(error, ShapeError::Samples { expected: 4, found: 5 });
        assert_eq!((into.0.len(), into.1.samples(), into.2.len()), (0, 0, 0));
    }

    #[test]
    fn every_part_has_a_target_for_each_input() {
        for (counts, targets) in [([4, 3, 3], 4), ([3, 5, 3], 5), ([3, 3, 0], 0)] {
            let error = Dataset::new(Batch::<(Const<1>,)>::zeros(3), three(counts)).unwrap_err();
            assert_eq!(error, DatasetError::Targets { inputs: 3, targets });
        }
        assert!(Dataset::new(Batch::<(Const<1>,)>::zeros(3), three([3; 3])).is_ok());
    }
}
