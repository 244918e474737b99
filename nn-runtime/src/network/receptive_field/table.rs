//! Windows that repeat themselves.

/// After how many outputs at most a table repeats itself.
pub(super) const MOST: usize = 32;

/// The first and the last index that each output depends on. Those of output `m + period` are those of output
/// `m`, moved by `shift`; a plain window has a period of 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    period: usize,
    shift: isize,
    first: [isize; MOST],
    last: [isize; MOST],
    /// Whether the output depends on nothing: it lies between the kernels of a transposed convolution.
    empty: [bool; MOST],
}

impl Table {
    /// Each output depends on its own index.
    pub(super) const SAME: Table = Table::window(1, 1, 0, 1);

    const fn repeating(period: usize, shift: usize) -> Table {
        Table { period, shift: signed(shift), first: [0; MOST], last: [0; MOST], empty: [false; MOST] }
    }

    /// A window of `kernel` elements that lie `dilation` apart, behind `before` elements of padding.
    pub(super) const fn window(kernel: usize, stride: usize, before: usize, dilation: usize) -> Table {
        let mut table = Table::repeating(1, stride);
        table.first[0] = -signed(before);
        table.last[0] =
            signed(kernel.saturating_sub(1)).saturating_mul(signed(dilation)).saturating_sub(signed(before));
        table
    }

    /// The transpose of such a window: output m gets what the elements i with 0 ≤ m + before − i · stride <
    /// kernel spread.
    pub(super) const fn transposed(kernel: usize, stride: usize, before: usize) -> Option<Table> {
        if stride == 0 || stride > MOST {
            return None;
        }
        let mut table = Table::repeating(stride, 1);
        let mut m = 0;
        while m < stride {
            let end = signed(m).saturating_add(signed(before));
            let begin = end.saturating_sub(signed(kernel.saturating_sub(1)));
            table.first[m] = -(-begin).div_euclid(signed(stride));
            table.last[m] = end.div_euclid(signed(stride));
            table.empty[m] = table.first[m] > table.last[m];
            m += 1;
        }
        Some(table)
    }

    /// Bin i of `gives` covers ⌊i · takes / gives⌋ … ⌈(i + 1) · takes / gives⌉.
    pub(super) const fn bins(takes: usize, gives: usize) -> Option<Table> {
        let common = divisor(takes, gives);
        if common == 0 || gives / common > MOST {
            return None;
        }
        let (takes, gives) = (takes / common, gives / common);
        let mut table = Table::repeating(gives, takes);
        let mut m = 0;
        while m < gives {
            table.first[m] = signed(m.saturating_mul(takes) / gives);
            table.last[m] = signed((m + 1).saturating_mul(takes).div_ceil(gives)) - 1;
            m += 1;
        }
        Some(table)
    }

    /// After how many outputs it repeats itself.
    #[cfg(test)]
    pub(super) fn period(&self) -> usize {
        self.period
    }

    const fn slot(&self, index: isize) -> usize {
        index.rem_euclid(signed(self.period)) as usize
    }

    const fn moved(&self, index: isize) -> isize {
        index.div_euclid(signed(self.period)).saturating_mul(self.shift)
    }

    /// The first and the last index on which the outputs `from ..= to` depend; `None` for none.
    pub(super) const fn hull(&self, from: isize, to: isize) -> Option<(isize, isize)> {
        // What lies a period further repeats what was seen.
        let steps = signed(self.period) - 1;
        let (mut begin, mut end) = (from, to);
        while begin <= to && begin - from <= steps && self.empty[self.slot(begin)] {
            begin += 1;
        }
        while end >= from && to - end <= steps && self.empty[self.slot(end)] {
            end -= 1;
        }
        if begin > end || self.empty[self.slot(begin)] {
            return None;
        }
        Some((
            self.first[self.slot(begin)].saturating_add(self.moved(begin)),
            self.last[self.slot(end)].saturating_add(self.moved(end)),
        ))
    }

    /// What the outputs of a layer depend on that reads these outputs by `outer`; `None` where it repeats
    /// itself too late.
    pub(super) const fn then(&self, outer: &Table) -> Option<Table> {
        let times = self.period / divisor(self.period, outer.shift as usize);
        let period = outer.period.saturating_mul(times);
        if period > MOST {
            return None;
        }
        let periods = outer.shift.saturating_mul(signed(times)) / signed(self.period);
        let mut table = Table::repeating(period, 0);
        table.shift = self.shift.saturating_mul(periods);
        let mut m = 0;
        while m < period {
            let hull = match outer.hull(signed(m), signed(m)) {
                Some((from, to)) => self.hull(from, to),
                None => None,
            };
            match hull {
                Some((first, last)) => (table.first[m], table.last[m]) = (first, last),
                None => table.empty[m] = true,
            }
            m += 1;
        }
        Some(table.shortest())
    }

    /// What outputs depend on that read both; `None` where the two do not move alike, or repeat themselves
    /// too late.
    pub(super) const fn with(&self, other: &Table) -> Option<Table> {
        let alike = self.shift.saturating_mul(signed(other.period)) == other.shift.saturating_mul(signed(self.period));
        let times = other.period / divisor(self.period, other.period);
        let period = self.period * times;
        if !alike || period > MOST {
            return None;
        }
        let mut table = Table::repeating(period, 0);
        table.shift = self.shift.saturating_mul(signed(times));
        let mut m = 0;
        while m < period {
            let at = signed(m);
            (table.first[m], table.last[m]) = match (self.hull(at, at), other.hull(at, at)) {
                (Some(a), Some(b)) => (if a.0 < b.0 { a.0 } else { b.0 }, if a.1 > b.1 { a.1 } else { b.1 }),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => {
                    table.empty[m] = true;
                    (0, 0)
                }
            };
            m += 1;
        }
        Some(table.shortest())
    }

    /// The same table with the shortest period.
    const fn shortest(mut self) -> Table {
        let mut period = 1;
        while period < self.period {
            if self.repeats_after(period) {
                self.shift = self.shift.saturating_mul(signed(period)) / signed(self.period);
                self.period = period;
            }
            period += 1;
        }
        self
    }

    const fn repeats_after(&self, period: usize) -> bool {
        let whole = self.shift.saturating_mul(signed(period));
        if !self.period.is_multiple_of(period) || whole % signed(self.period) != 0 {
            return false;
        }
        let (shift, mut m) = (whole / signed(self.period), period);
        while m < self.period {
            let before = m - period;
            let moves = self.first[m] == self.first[before] + shift && self.last[m] == self.last[before] + shift;
            let both_empty = self.empty[m] && self.empty[before];
            if self.empty[m] != self.empty[before] || !(moves || both_empty) {
                return false;
            }
            m += 1;
        }
        true
    }

    /// The largest window, the step of all outputs where it is one, and the beginning of the first window;
    /// `None` where all are empty.
    pub(super) const fn measures(&self) -> Option<(usize, Option<usize>, isize)> {
        let (mut size, mut offset, mut m) = (0, None, 0);
        while m < self.period {
            if !self.empty[m] {
                let width = self.last[m].saturating_sub(self.first[m]).saturating_add(1) as usize;
                if width > size {
                    size = width;
                }
                if offset.is_none() {
                    offset = Some(self.first[m]);
                }
            }
            m += 1;
        }
        let stride = if self.period == 1 { Some(self.shift as usize) } else { None };
        match offset {
            Some(offset) => Some((size, stride, offset)),
            None => None,
        }
    }
}

/// Sizes are far below what the type holds.
const fn signed(size: usize) -> isize {
    if size > isize::MAX as usize { isize::MAX } else { size as isize }
}

/// The greatest common divisor.
const fn divisor(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
