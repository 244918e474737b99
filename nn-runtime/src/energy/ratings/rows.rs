//! Rows of items, in parallel.

use crate::parallel::{self, Cut};

/// How many items a thread takes at least.
const GRAIN: usize = 16;

/// Consecutive items, each with a row in every part: parameters, and what is remembered of them.
pub(super) struct Rows<'a, E, const P: usize> {
    /// The index of the first item.
    pub(super) first: usize,
    /// The numbers of all items, and how many of them an item has.
    pub(super) parts: [(&'a mut [E], usize); P],
}

impl<E: Send, const P: usize> Rows<'_, E, P> {
    /// Calls `f` with the place in `items`, the item and its rows, for each of `items`, which are in ascending order. Costs as much as there are items.
    pub(super) fn each<'i>(self, items: &'i [usize], f: &(impl Fn(usize, usize, [&mut [E]; P]) + Sync)) {
        let cut = Cut { units: items.len(), grain: GRAIN, threads: parallel::threads() };
        let split = |(rows, items, place): (Self, &'i [usize], usize), middle, _| {
            let (left, right) = items.split_at(middle);
            let (first, second) = rows.split_at(right[0]);
            ((first, left, place), (second, right, place + middle))
        };
        let run = |(mut rows, items, place): (Self, &'i [usize], usize)| {
            for (place, &item) in (place..).zip(items) {
                let at = item - rows.first;
                f(place, item, rows.parts.each_mut().map(|(part, width)| &mut part[at * *width..(at + 1) * *width]));
            }
        };
        parallel::halves((self, items, 0), cut, &split, &run, &|(), ()| ());
    }

    fn split_at(self, item: usize) -> (Self, Self) {
        let at = item - self.first;
        let mut rest: [(&mut [E], usize); P] = std::array::from_fn(|_| (Default::default(), 0));
        let mut rests = rest.iter_mut();
        let parts = self.parts.map(|(part, width)| {
            let (left, right) = part.split_at_mut(at * width);
            if let Some(rest) = rests.next() {
                *rest = (right, width);
            }
            (left, width)
        });
        (Rows { first: self.first, parts }, Rows { first: item, parts: rest })
    }
}
