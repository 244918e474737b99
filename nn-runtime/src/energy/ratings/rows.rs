//! Rows of items, in parallel.

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
    pub(super) fn each(self, items: &[usize], f: &(impl Fn(usize, usize, [&mut [E]; P]) + Sync)) {
        crate::parallel::ready();
        self.part(items, 0, f);
    }

    fn part(mut self, items: &[usize], place: usize, f: &(impl Fn(usize, usize, [&mut [E]; P]) + Sync)) {
        if items.len() <= GRAIN {
            for (place, &item) in (place..).zip(items) {
                let at = item - self.first;
                f(place, item, self.parts.each_mut().map(|(part, width)| &mut part[at * *width..(at + 1) * *width]));
            }
            return;
        }
        let (left, right) = items.split_at(items.len() / 2);
        let (first, second) = self.split_at(right[0]);
        rayon::join(|| first.part(left, place, f), || second.part(right, place + left.len(), f));
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
