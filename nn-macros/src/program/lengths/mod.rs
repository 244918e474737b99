//! Whose lengths a value has, where it is a sequence, and along which axis: those of an input, or what layers have made of them.

mod change;
mod parts;

pub(crate) use parts::Parts;

use crate::{
    layers::{Change, Lengths, Part, time_axis},
    network::{Network, Source, Stage},
};

/// An index into [`Times::origins`].
pub(crate) type Time = usize;

/// A value that is a sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timed {
    pub(crate) time: Time,
    pub(crate) axis: usize,
}

/// Where lengths come from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// An input.
    Input(usize),
    /// A layer that changes those of another time.
    Changed(Time, Change),
    /// A network inside the network: what it takes, and the axes of time of what it takes and gives.
    Through(Time, Inner, [usize; 2]),
}

/// A network inside the network.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) part: Box<Part>,
    /// An index into [`Times::elsewhere`], where it is declared in another invocation.
    pub(crate) elsewhere: Option<usize>,
}

/// A part that only the compiler knows, and whose sequences have an axis of fixed size.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) part: Part,
    pub(crate) label: String,
    /// The stages that rely on it to keep the lengths.
    pub(crate) relied_on: Vec<[usize; 2]>,
}

/// A statement that looks for what is wrong with the lengths of a sample, or calculates what others look at.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) test: Test,
    pub(crate) kind: Kind,
}

/// What a statement does; `label` is that of the node whose layer asks.
#[derive(Debug)]
pub(crate) enum Test {
    /// It calculates the length of a time.
    Length(Time),
    /// The length of a time is too short for a layer that changes it.
    Short { time: Time, change: Change, label: String },
    /// A layer takes steps and padding together.
    Mixed { time: Time, label: String },
    /// Two times have different lengths where they come together.
    Differ { times: [Time; 2], label: String },
    /// A network inside refuses a length, or where `free` is not set, only what its branches make of it.
    Inside { time: Time, part: Box<Part>, axes: [usize; 2], free: bool, label: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It calculates a length.
    Value,
    /// It refuses a length.
    Check,
    /// It compares the lengths of branches. Over an axis of fixed size nobody need ask for them behind the stage, which this says.
    Comparison(Option<[usize; 2]>),
}

/// The times of all values.
#[derive(Debug)]
pub(crate) struct Times {
    pub(crate) origins: Vec<Origin>,
    /// For each time, those that layers have made of it.
    pub(crate) made: Vec<Vec<Time>>,
    /// For each node, those of what each stage takes.
    pub(crate) inputs: Vec<Vec<Vec<Option<Timed>>>>,
    /// For each node, those of what each stage gives.
    pub(crate) output: Vec<Vec<Option<Timed>>>,
    /// Those of the nodes' values.
    pub(crate) nodes: Vec<Option<Timed>>,
    /// Those of the outputs.
    pub(crate) outputs: Vec<Option<Timed>>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) elsewhere: Vec<Elsewhere>,
    /// Whether lengths of two inputs may meet.
    pub(crate) several: bool,
}

impl Times {
    pub(crate) fn new(network: &Network, parts: &Parts) -> Self {
        let mut times = Times {
            origins: Vec::new(),
            made: Vec::new(),
            inputs: Vec::new(),
            output: Vec::new(),
            nodes: Vec::new(),
            outputs: Vec::new(),
            statements: Vec::new(),
            elsewhere: Vec::new(),
            several: network.inputs.len() > 1,
        };
        for index in 0..network.inputs.len() {
            times.origins.push(Origin::Input(index));
            times.made.push(Vec::new());
            times.state(Kind::Value, Test::Length(index));
        }
        for (at, node) in network.nodes.iter().enumerate() {
            let sources = node.sources.iter().map(|source| match *source {
                Source::Input(index) => Some(Timed { time: index, axis: time_axis(&network.inputs[index].shape) }),
                Source::Node(index) => times.output[index].last().copied().flatten(),
            });
            let mut now: Vec<Option<Timed>> = sources.collect();
            let (mut inputs, mut output) = (Vec::new(), Vec::new());
            for (index, stage) in node.stages.iter().enumerate() {
                let given = times.after(stage, [at, index], &node.label, &now, parts);
                inputs.push(std::mem::replace(&mut now, vec![given]));
                output.push(given);
            }
            times.inputs.push(inputs);
            times.output.push(output);
        }
        for output in &network.outputs {
            let (node, timed) = (&network.nodes[output.node], times.output[output.node].last().copied().flatten());
            let told = timed.filter(|timed| timed.axis == time_axis(node.output()));
            if let Some(timed) = timed.filter(|timed| told.is_none() && node.output()[timed.axis].is_free()) {
                times.mixed(timed, &node.label);
            }
            times.outputs.push(told);
        }
        times.nodes = times.output.iter().map(|output| output.last().copied().flatten()).collect();
        times.forget_unread(network);
        times
    }

    /// Leaves out the sequences whose lengths nobody asks for: those of a fixed number of steps that end in a layer which takes them all together,
    /// as an image does, or a vector.
    fn forget_unread(&mut self, network: &Network) {
        let mut read = vec![false; network.nodes.len()];
        for (output, told) in network.outputs.iter().zip(&self.outputs) {
            read[output.node] |= told.is_some();
        }
        for (index, node) in network.nodes.iter().enumerate().rev() {
            let mut asked = read[index];
            for (at, stage) in node.stages.iter().enumerate().rev() {
                let goes_on = self.output[index][at].is_some() && asked;
                self.output[index][at] = self.output[index][at].filter(|_| asked);
                let inputs = &mut self.inputs[index][at];
                asked = goes_on || inputs.iter().flatten().next().is_some_and(|timed| reads(stage, timed.axis));
                inputs.iter_mut().for_each(|timed| *timed = timed.filter(|_| asked));
            }
            for (source, timed) in node.sources.iter().zip(&self.inputs[index][0]) {
                if let (Source::Node(source), Some(_)) = (source, timed) {
                    read[*source] = true;
                }
            }
        }
        // What branches have in common matters where somebody asks for it.
        let Times { statements, elsewhere, output, nodes, .. } = self;
        let mut uncompared = vec![false; network.nodes.len()];
        let mut asked = |[node, stage]: [usize; 2]| {
            let asked = output[node][stage].is_some();
            uncompared[node] |= !asked;
            asked
        };
        statements.retain(|statement| match statement.kind {
            Kind::Comparison(Some(place)) => asked(place),
            _ => true,
        });
        elsewhere.iter_mut().for_each(|part| part.relied_on.retain(|&place| asked(place)));
        // Whose lengths a value has is open where branches came together whose lengths nobody compares.
        for (index, node) in network.nodes.iter().enumerate() {
            let open = |source: &Source| matches!(source, Source::Node(source) if uncompared[*source]);
            uncompared[index] |= node.sources.iter().any(open);
            nodes[index] = nodes[index].filter(|_| !uncompared[index]);
        }
    }

    /// The time of what a stage gives.
    fn after(
        &mut self,
        stage: &Stage,
        place: [usize; 2],
        label: &str,
        inputs: &[Option<Timed>],
        parts: &Parts,
    ) -> Option<Timed> {
        let first = inputs.iter().position(Option::is_some)?;
        let (timed, shape) = (inputs[first]?, &stage.inputs[first]);
        let others = || inputs[first + 1..].iter().flatten();
        let free = shape[timed.axis].is_free();
        let becomes = stage.layer.lengths(timed.axis, shape, &stage.output);
        if matches!(becomes, Lengths::Mixed) || others().any(|other| other.axis != timed.axis) {
            if free {
                inputs.iter().flatten().for_each(|timed| self.mixed(*timed, label));
            }
            return None;
        }
        others().for_each(|other| self.meet([timed.time, other.time], label, place, free));
        match becomes {
            Lengths::Kept(axis) | Lengths::Walked(axis) => Some(Timed { axis, ..timed }),
            Lengths::Read | Lengths::Mixed => None,
            Lengths::Changed(axis, change) => {
                let same = self.made[timed.time].iter().copied().find(|&time| match &self.origins[time] {
                    Origin::Changed(_, other) => change.is_same(other),
                    _ => false,
                });
                if let Some(time) = same {
                    // A length that fits one fits the other.
                    return Some(Timed { time, axis });
                }
                if free {
                    let (time, change) = (timed.time, change.clone());
                    self.state(Kind::Check, Test::Short { time, change, label: label.to_owned() });
                }
                let time = self.origin(timed.time, Origin::Changed(timed.time, change));
                Some(Timed { time, axis })
            }
            Lengths::Inside(axis) => self.through(stage.layer.submodule()?, timed, axis, label, free, parts),
        }
    }

    /// The time of what a network inside gives, which may be a sequence along `axis`.
    fn through(
        &mut self,
        part: &Part,
        timed: Timed,
        axis: usize,
        label: &str,
        free: bool,
        parts: &Parts,
    ) -> Option<Timed> {
        let (known, axes) = (parts.find(&part.path), [timed.axis, axis]);
        if free || known.is_none_or(|known| known.may_differ) {
            let kind = if known.is_some_and(|known| known.may_differ) { Kind::Comparison(None) } else { Kind::Check };
            let (time, part, label) = (timed.time, Box::new(part.clone()), label.to_owned());
            self.state(kind, Test::Inside { time, part, axes, free, label });
        }
        if let Some(known) = known {
            if known.inputs != timed.axis || !known.is_sequence {
                return None;
            }
            if !known.changes {
                return Some(Timed { axis, ..timed });
            }
        }
        let same = self.made[timed.time].iter().copied().find(|&time| match &self.origins[time] {
            Origin::Through(_, other, others) => *others == axes && other.part.path == part.path,
            _ => false,
        });
        if let Some(time) = same {
            return Some(Timed { time, axis });
        }
        let elsewhere = (known.is_none() && !free).then(|| {
            self.elsewhere.push(Elsewhere { part: part.clone(), label: label.to_owned(), relied_on: Vec::new() });
            self.elsewhere.len() - 1
        });
        let inner = Inner { part: Box::new(part.clone()), elsewhere };
        let time = self.origin(timed.time, Origin::Through(timed.time, inner, axes));
        Some(Timed { time, axis })
    }

    /// Two sequences come together in a stage.
    fn meet(&mut self, [a, b]: [Time; 2], label: &str, place: [usize; 2], free: bool) {
        if a == b {
            return;
        }
        if !free && !self.several && self.are_same(a, b) {
            // The compiler is asked that each of them keeps the lengths.
            let parts: Vec<usize> = [a, b].into_iter().flat_map(|time| self.elsewhere_behind(time)).collect();
            parts.into_iter().for_each(|part| self.elsewhere[part].relied_on.push(place));
            return;
        }
        let asked = (!free && !self.several).then_some(place);
        self.state(Kind::Comparison(asked), Test::Differ { times: [a, b], label: label.to_owned() });
    }

    /// A new time that a layer makes of another, whose value for a sample follows from those before.
    fn origin(&mut self, before: Time, origin: Origin) -> Time {
        let time = self.origins.len();
        self.state(Kind::Value, Test::Length(time));
        self.origins.push(origin);
        self.made.push(Vec::new());
        self.made[before].push(time);
        time
    }

    fn state(&mut self, kind: Kind, test: Test) {
        self.statements.push(Statement { test, kind });
    }

    /// A layer that cannot keep the lengths.
    fn mixed(&mut self, timed: Timed, label: &str) {
        self.state(Kind::Check, Test::Mixed { time: timed.time, label: label.to_owned() });
    }

    /// The time that another was made of.
    pub(crate) fn before(&self, time: Time) -> Option<Time> {
        match self.origins[time] {
            Origin::Input(_) => None,
            Origin::Changed(before, _) | Origin::Through(before, ..) => Some(before),
        }
    }

    /// The time itself, and those that it was made of, up to the input's.
    pub(crate) fn way(&self, time: Time) -> impl Iterator<Item = Time> {
        std::iter::successors(Some(time), |&time| self.before(time))
    }

    /// The input that a time goes back to.
    pub(crate) fn input(&self, time: Time) -> usize {
        // Those of the inputs come first, each under its own number.
        self.way(time).last().unwrap_or(time)
    }

    /// The parts on the way to a time that only the compiler knows.
    fn elsewhere_behind(&self, time: Time) -> impl Iterator<Item = usize> {
        self.way(time).filter_map(|time| match &self.origins[time] {
            Origin::Through(_, inner, _) => inner.elsewhere,
            _ => None,
        })
    }

    /// Whether two times have the same lengths, as far as the macro knows, and if the parts that only the compiler knows keep them.
    pub(crate) fn are_same(&self, a: Time, b: Time) -> bool {
        let changes = |&time: &Time| match &self.origins[time] {
            Origin::Through(_, inner, _) => inner.elsewhere.is_none(),
            _ => true,
        };
        let [mut a, mut b] = [a, b].map(|time| self.way(time).filter(changes));
        loop {
            return match (a.next(), b.next()) {
                (Some(a), Some(b)) if a == b || self.is_same_change(a, b) => continue,
                (None, None) => true,
                _ => false,
            };
        }
    }

    /// Whether two times are made in the same way, each of the one before.
    fn is_same_change(&self, a: Time, b: Time) -> bool {
        match (&self.origins[a], &self.origins[b]) {
            (Origin::Changed(_, a), Origin::Changed(_, b)) => a.is_same(b),
            (Origin::Through(_, a, _), Origin::Through(_, b, _)) => a.part.path == b.part.path,
            _ => false,
        }
    }

    /// Whether an output is a sequence that may have other lengths than the input's.
    pub(crate) fn changes(&self, output: usize) -> bool {
        self.outputs[output].is_some_and(|timed| self.before(timed.time).is_some())
    }

    /// Whether branches may have different lengths where they come together, here or in a network inside.
    pub(crate) fn may_differ(&self) -> bool {
        self.statements.iter().any(|statement| matches!(statement.kind, Kind::Comparison(_)))
    }

    /// For each time, whether a layer asks for its lengths, or one that follows from it.
    pub(crate) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.origins.len()];
        let timed = self.inputs.iter().flatten().flatten().chain(self.output.iter().flatten());
        timed.flatten().for_each(|timed| used[timed.time] = true);
        for time in (0..used.len()).rev() {
            if let (true, Some(before)) = (used[time], self.before(time)) {
                used[before] = true;
            }
        }
        used
    }
}

/// Whether a layer asks for the lengths of what it takes, whoever asks for those of what it gives.
fn reads(stage: &Stage, axis: usize) -> bool {
    let lengths = stage.layer.lengths(axis, &stage.inputs[0], &stage.output);
    matches!(lengths, Lengths::Walked(_) | Lengths::Read | Lengths::Inside(_))
}
