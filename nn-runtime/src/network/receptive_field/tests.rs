//! Tables against the sets of indices themselves.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::table::Table;

/// A layer over an endless axis.
#[derive(Clone, Copy, Debug)]
enum Layer {
    Window { kernel: usize, stride: usize, before: usize, dilation: usize },
    Transposed { kernel: usize, stride: usize, before: usize },
    Bins { takes: usize, gives: usize },
}

impl Layer {
    fn table(self) -> Table {
        match self {
            Self::Window { kernel, stride, before, dilation } => Table::window(kernel, stride, before, dilation),
            Self::Transposed { kernel, stride, before } => Table::transposed(kernel, stride, before).unwrap(),
            Self::Bins { takes, gives } => Table::bins(takes, gives).unwrap(),
        }
    }

    /// The indices that output `m` reads.
    fn reads(self, m: isize) -> Vec<isize> {
        match self {
            Self::Window { kernel, stride, before, dilation } => (0..kernel as isize)
                .map(|tap| m * stride as isize - before as isize + tap * dilation as isize)
                .collect(),
            Self::Transposed { kernel, stride, before } => {
                let spread = |i: isize| (0..kernel as isize).contains(&(m + before as isize - i * stride as isize));
                let near = (m + before as isize).div_euclid(stride as isize);
                (near - kernel as isize..=near).filter(|&i| spread(i)).collect()
            }
            Self::Bins { takes, gives } => {
                let (takes, gives) = (takes as isize, gives as isize);
                let end = -(-(m + 1) * takes).div_euclid(gives);
                ((m * takes).div_euclid(gives)..end).collect()
            }
        }
    }
}

/// What output `m` of the last of these layers depends on in the input of the first.
fn depends(layers: &[Layer], m: isize) -> BTreeSet<isize> {
    match layers.split_last() {
        None => [m].into(),
        Some((last, before)) => last.reads(m).into_iter().flat_map(|index| depends(before, index)).collect(),
    }
}

fn ends(set: &BTreeSet<isize>) -> Option<(isize, isize)> {
    Some((*set.first()?, *set.last()?))
}

fn table(layers: &[Layer]) -> Option<Table> {
    layers.iter().try_fold(Table::SAME, |table, layer| table.then(&layer.table()))
}

fn layer() -> impl Strategy<Value = Layer> {
    prop_oneof![
        3 => (1_usize..4, 1_usize..4, 0_usize..3, 1_usize..3)
            .prop_map(|(kernel, stride, before, dilation)| Layer::Window { kernel, stride, before, dilation }),
        // Kernels that leave no gap: a dilated window over gaps may meet nothing else.
        1 => (1_usize..4, 0_usize..2, 0_usize..3)
            .prop_map(|(stride, more, before)| Layer::Transposed { kernel: stride + more, stride, before }),
        1 => (1_usize..8, 1_usize..5).prop_map(|(takes, gives)| Layer::Bins { takes, gives }),
    ]
}

proptest! {
    #[test]
    fn tables_hold_the_ends_of_what_outputs_depend_on(layers in prop::collection::vec(layer(), 0..5)) {
        let Some(table) = table(&layers) else { return Ok(()) };
        let mut widest = 0;
        for m in 0..32 {
            let expected = ends(&depends(&layers, m)).unwrap();
            prop_assert_eq!(table.hull(m, m), Some(expected), "output {}", m);
            widest = widest.max(expected.1 - expected.0 + 1);
        }
        let (size, stride, offset) = table.measures().unwrap();
        prop_assert_eq!(size as isize, widest);
        prop_assert_eq!(offset, ends(&depends(&layers, 0)).unwrap().0);
        let firsts: Vec<isize> = (0..33).map(|m| ends(&depends(&layers, m)).unwrap().0).collect();
        let lasts: Vec<isize> = (0..33).map(|m| ends(&depends(&layers, m)).unwrap().1).collect();
        let step = |ends: &[isize], by: isize| ends.windows(2).all(|pair| pair[1] - pair[0] == by);
        match stride {
            Some(stride) => prop_assert!(step(&firsts, stride as isize) && step(&lasts, stride as isize)),
            None => prop_assert!(!step(&firsts, firsts[1] - firsts[0]) || !step(&lasts, firsts[1] - firsts[0])),
        }
    }

    #[test]
    fn the_union_of_two_branches_holds_the_ends_of_both(
        one in prop::collection::vec(layer(), 0..3),
        other in prop::collection::vec(layer(), 0..3),
    ) {
        let (Some(a), Some(b)) = (table(&one), table(&other)) else { return Ok(()) };
        let union = |m: isize| ends(&depends(&one, m).union(&depends(&other, m)).copied().collect()).unwrap();
        // Branches move alike where a thousand outputs further both have moved equally far.
        let moves = |layers: &[Layer]| ends(&depends(layers, 0)).unwrap().0 - ends(&depends(layers, 2520)).unwrap().0;
        let transposed = one.iter().chain(&other).any(|layer| matches!(layer, Layer::Transposed { .. }));
        match a.with(&b) {
            Some(table) => (0..32).try_for_each(|m| {
                prop_assert_eq!(table.hull(m, m), Some(union(m)), "output {}", m);
                Ok(())
            })?,
            None => prop_assert!(transposed || moves(&one) != moves(&other) || both_repeat_late(&a, &b)),
        }
    }
}

/// Whether the union of both repeats itself too late for a table.
fn both_repeat_late(a: &Table, b: &Table) -> bool {
    (1..=super::table::MOST).all(|period| period % a.period() != 0 || period % b.period() != 0)
}

#[test]
fn a_transposed_convolution_with_gaps_leaves_outputs_that_depend_on_nothing() {
    let table = Table::transposed(1, 2, 0).unwrap();
    assert_eq!([0, 1, 2].map(|m| table.hull(m, m)), [Some((0, 0)), None, Some((1, 1))]);
    // A window over them sees those between the gaps, and one that meets gaps alone nothing.
    let over = table.then(&Table::window(2, 1, 0, 1)).unwrap();
    assert_eq!([0, 1, 2].map(|m| over.hull(m, m)), [Some((0, 0)), Some((1, 1)), Some((1, 1))]);
    let gaps = table.then(&Table::window(1, 2, 1, 1)).unwrap();
    assert!((0..4).all(|m| gaps.hull(m, m).is_none()) && gaps.measures().is_none());
}

#[test]
fn what_goes_down_and_up_again_moves_like_its_input() {
    let down = Table::window(2, 2, 0, 1);
    let up = Table::transposed(2, 2, 0).unwrap();
    let around = (0..5).fold(Table::SAME, |table, _| table.then(&down).unwrap());
    let around = (0..5).fold(around, |table, _| table.then(&up).unwrap());
    assert_eq!([0, 31, 32].map(|m| around.hull(m, m)), [Some((0, 31)), Some((0, 31)), Some((32, 63))]);
    assert_eq!(around.with(&Table::SAME).unwrap().measures(), Some((32, None, 0)));
    // Further down than a table repeats itself.
    assert!(around.then(&up).is_some_and(|table| table.then(&up).is_none()) || around.then(&up).is_none());
}
