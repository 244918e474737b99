//! Memory that values share, one after the other.

use crate::shape::Dimension;

/// Slots that values share, one after the other.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The widths that each slot must have room for.
    slots: Vec<Vec<Dimension>>,
    free: Vec<usize>,
}

impl Pool {
    /// A slot for `width` numbers a sample: a free one of that width, else any free one, else a new one.
    pub(super) fn take(&mut self, width: &Dimension) -> usize {
        let same = self.free.iter().position(|&slot| self.slots[slot].contains(width));
        let place = same.or_else(|| self.free.len().checked_sub(1));
        let slot = match place {
            Some(place) => self.free.remove(place),
            None => {
                self.slots.push(Vec::new());
                self.slots.len() - 1
            }
        };
        if !self.slots[slot].contains(width) {
            self.slots[slot].push(width.clone());
        }
        slot
    }

    pub(super) fn give_back(&mut self, slot: usize) {
        self.free.push(slot);
    }

    /// The widths that each slot must have room for.
    pub(super) fn into_widths(self) -> Vec<Vec<Dimension>> {
        self.slots
    }
}
