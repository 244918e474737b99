//! The nodes at which a pass begins and ends, and those whose values it captures.

use crate::{
    Element,
    kernels::layout::{from_batch_innermost, to_batch_innermost},
    network::memory::{Rows, RowsRef, Slot},
};

/// What a pass does at the named nodes of a network, for some consecutive samples. Generated code visits it wherever the value of a node is there.
#[derive(Debug)]
pub struct Probe<'a, E> {
    /// Where the values of nodes are copied to, by the nodes' indices.
    captured: Vec<(usize, Rows<'a, E>)>,
    /// The node whose value is the last one wanted.
    end: Option<usize>,
    /// The node whose value is given, in place of all before it.
    start: Option<(usize, RowsRef<'a, E>)>,
}

/// How the numbers of a value lie.
#[derive(Clone, Copy, Debug)]
enum Order {
    Rows,
    /// With so many samples innermost.
    Lanes(usize),
}

impl<'a, E: Element> Probe<'a, E> {
    /// Nothing is done at any node.
    pub fn none() -> Self {
        Probe { captured: Vec::new(), end: None, start: None }
    }

    pub(super) fn new(captured: Vec<(usize, Rows<'a, E>)>) -> Self {
        Probe { captured, ..Self::none() }
    }

    /// The same for a pass that ends at node `end`, and one that begins with values of the node `start`.
    pub(super) fn between(self, start: Option<(usize, RowsRef<'a, E>)>, end: Option<usize>) -> Self {
        Probe { start, end, ..self }
    }

    /// What is done for the first `samples` samples, and for the others.
    pub(super) fn split_at(self, samples: usize) -> (Self, Self) {
        let (captured, others) = self
            .captured
            .into_iter()
            .map(|(node, rows)| {
                let (first, second) = rows.split_at(samples);
                ((node, first), (node, second))
            })
            .unzip();
        let (start, other) = match self.start {
            Some((node, rows)) => {
                let (first, second) = rows.split_at(samples);
                (Some((node, first)), Some((node, second)))
            }
            None => (None, None),
        };
        (Probe { captured, start, ..self }, Probe { captured: others, start: other, end: self.end })
    }

    /// Whether the steps that lead to node `node` are to be gone.
    #[inline(always)]
    pub fn leads_to(&self, node: usize) -> bool {
        match self.start {
            None => true,
            Some((start, _)) => start < node,
        }
    }

    #[inline(always)]
    fn is_idle(&self) -> bool {
        self.captured.is_empty() && self.end.is_none() && self.start.is_none()
    }

    /// Writes the value that the pass begins with, or copies the value that is there; whether the pass ends.
    #[inline(never)]
    fn visit(&mut self, node: usize, data: &mut [E], order: Order) -> bool {
        if let Some((_, values)) = self.start.filter(|(start, _)| *start == node) {
            match order {
                Order::Rows => data[..values.data().len()].copy_from_slice(values.data()),
                Order::Lanes(lanes) => {
                    let (width, numbers) = (values.width(), values.data());
                    to_batch_innermost(numbers, numbers.len() / width.max(1), width, data, lanes);
                }
            }
        }
        self.capture(node, data, order)
    }

    /// Copies the value that is there, where it is wanted; whether the pass ends.
    #[inline(never)]
    fn capture(&mut self, node: usize, data: &[E], order: Order) -> bool {
        for (_, rows) in self.captured.iter_mut().filter(|(captured, _)| *captured == node) {
            let width = rows.width();
            let into = rows.data_mut();
            match order {
                Order::Rows => into.copy_from_slice(&data[..into.len()]),
                Order::Lanes(lanes) => from_batch_innermost(data, lanes, width, into),
            }
        }
        self.end == Some(node)
    }
}

impl<E: Element> RowsRef<'_, E> {
    /// What `probe` does with the value of the node `node`, which these rows are; whether the pass ends.
    #[inline(always)]
    pub fn visit(&self, probe: &mut Probe<'_, E>, node: usize) -> bool {
        !probe.is_idle() && probe.capture(node, self.data(), Order::Rows)
    }
}

impl<E: Element> Rows<'_, E> {
    /// What `probe` does with the value of the node `node`, which these rows are; whether the pass ends.
    #[inline(always)]
    pub fn visit(&mut self, probe: &mut Probe<'_, E>, node: usize) -> bool {
        !probe.is_idle() && probe.visit(node, self.data_mut(), Order::Rows)
    }
}

impl<E: Element> Slot<'_, E> {
    /// What `probe` does with the value of the node `node`, which lies here sample after sample; whether the pass ends.
    #[inline(always)]
    pub fn visit(&mut self, probe: &mut Probe<'_, E>, node: usize) -> bool {
        !probe.is_idle() && probe.visit(node, self.data_mut(), Order::Rows)
    }

    /// The same for a value with the samples innermost.
    #[inline(always)]
    pub fn visit_lanes(&mut self, probe: &mut Probe<'_, E>, node: usize) -> bool {
        let lanes = self.lanes();
        !probe.is_idle() && probe.visit(node, self.data_mut(), Order::Lanes(lanes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three samples of two numbers: what is copied from a value and written into one, in both orders, and where steps are left out.
    #[test]
    fn a_value_goes_out_and_in_in_either_order() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let (mut copied, mut lanes, mut slab) = ([0.0; 6], [0.0; 6], [9.0; 32]);
        let mut scratch = crate::network::Scratch::new(&mut slab, 3, 16);
        let [slot] = &mut scratch.slots([2]);
        let mut start = Probe::none().between(Some((4, RowsRef::new(&numbers, 2))), None);
        assert!([3, 4, 5].map(|node| start.leads_to(node)) == [false, false, true]);
        assert!(!slot.visit_lanes(&mut start, 3) && slot.data_mut()[0] == 9.0);
        assert!(!slot.visit_lanes(&mut start, 4));
        assert_eq!(slot.data_mut()[..4], [1.0, 3.0, 5.0, 0.0]);
        assert_eq!(slot.data_mut()[16..20], [2.0, 4.0, 6.0, 0.0]);

        let mut end = Probe::new(vec![(7, Rows::new(&mut lanes, 2))]).between(None, Some(7));
        assert!(!slot.visit_lanes(&mut end, 6) && slot.visit_lanes(&mut end, 7));
        let mut end = Probe::new(vec![(7, Rows::new(&mut copied, 2))]).between(None, Some(7));
        let mut rows = numbers;
        assert!(Rows::new(&mut rows, 2).visit(&mut end, 7));
        assert_eq!((lanes, copied), (numbers, numbers));
        assert!(!Rows::new(&mut rows, 2).visit(&mut Probe::none(), 7));
    }

    #[test]
    fn samples_are_split_with_what_is_done_for_them() {
        let (numbers, mut copied) = ([1.0, 2.0, 3.0], [0.0; 3]);
        let probe = Probe::new(vec![(0, Rows::new(&mut copied, 1))]);
        let (mut first, mut second) = probe.between(Some((0, RowsRef::new(&numbers, 1))), None).split_at(1);
        let mut values = [0.0; 3];
        let (head, tail) = values.split_at_mut(1);
        assert!(!Rows::new(head, 1).visit(&mut first, 0) && !Rows::new(tail, 1).visit(&mut second, 0));
        assert_eq!((values, copied), (numbers, numbers));
    }
}
