//! The ratings of a batch by item.

use crate::data::Rating;

/// The items that users of a batch rated, and who rated each. Costs as much as there are ratings.
#[derive(Debug)]
pub(super) struct Groups {
    /// In ascending order.
    items: Vec<usize>,
    /// Where the members of each of `items` begin, and the end.
    starts: Vec<usize>,
    members: Vec<Member>,
    /// Of every item there is: its raters so far, or where its next member goes. All 0 between batches.
    places: Vec<usize>,
}

/// Someone who rated an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The place of the user in the batch.
    pub(super) chain: usize,
    /// The place of the rating among the user's, if it is known.
    pub(super) row: Option<usize>,
}

impl Groups {
    /// Memory for batches of at most `most` ratings of `items` items.
    pub(super) fn new(items: usize, most: usize) -> Self {
        Groups {
            items: Vec::with_capacity(items),
            starts: Vec::with_capacity(items + 1),
            members: Vec::with_capacity(most),
            places: vec![0; items],
        }
    }

    /// Takes the users of a batch: their ratings, and the items that they rated beside.
    pub(super) fn gather<'a>(&mut self, users: impl Iterator<Item = (&'a [Rating], &'a [usize])> + Clone) {
        let rows = |(known, beside): (&'a [Rating], &'a [usize])| {
            let known = known.iter().enumerate().map(|(row, rating)| (rating.item, Some(row)));
            known.chain(beside.iter().map(|&item| (item, None)))
        };
        self.items.clear();
        for (item, _) in users.clone().flat_map(rows) {
            if self.places[item] == 0 {
                self.items.push(item);
            }
            self.places[item] += 1;
        }
        self.items.sort_unstable();
        self.starts.clear();
        let mut end = 0;
        for &item in &self.items {
            self.starts.push(end);
            end += std::mem::replace(&mut self.places[item], end);
        }
        self.starts.push(end);
        self.members.clear();
        self.members.resize(end, Member { chain: 0, row: None });
        for (chain, user) in users.enumerate() {
            for (item, row) in rows(user) {
                self.members[self.places[item]] = Member { chain, row };
                self.places[item] += 1;
            }
        }
        self.items.iter().for_each(|&item| self.places[item] = 0);
    }

    /// Takes all items there are, without members.
    pub(super) fn all(&mut self) {
        self.items.clear();
        self.items.extend(0..self.places.len());
        self.members.clear();
        self.starts.clear();
        self.starts.resize(self.items.len() + 1, 0);
    }

    /// The items, in ascending order.
    pub(super) fn items(&self) -> &[usize] {
        &self.items
    }

    /// Who rated the item at a place of `items`, in the order of the batch.
    pub(super) fn members(&self, place: usize) -> &[Member] {
        &self.members[self.starts[place]..self.starts[place + 1]]
    }
}
