//! The widths of a network's memory, those of the networks inside it among them.

use crate::{network::Plan, shape::FREE};

/// What a pass needs memory for, as numbers a sample.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The width of each input.
    pub(super) inputs: Vec<usize>,
    /// The values kept for the whole batch: the network's own, then those of each network inside it.
    pub(super) kept: Vec<Kept>,
    /// The layers with memory: the network's own, then those of each network inside it.
    pub(super) memories: Vec<Memory>,
    /// The number of outputs.
    pub(super) outputs: usize,
    /// How many of the network's own kept values belong to the forward pass.
    pub(super) forward_kept: usize,
    /// The width of a part's scratch in training.
    pub(super) train_scratch: usize,
    /// The width of a part's scratch in inference.
    pub(super) infer_scratch: usize,
    /// The numbers of a share's gradient buffer.
    pub(super) share: usize,
    /// Samples of a part below which cutting a batch further does not pay.
    pub(super) part: usize,
    /// How often the parts of a batch meet in a forward pass of training, and in a backward pass.
    pub(super) meetings: usize,
    /// The numbers that a part tells the others there.
    pub(super) common: usize,
    /// Numbers of values and gradients in training.
    pub(super) width: usize,
    /// Floating-point operations of a forward pass.
    pub(super) flops: u64,
}

/// A value kept for the whole batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) width: usize,
    pub(super) role: Role,
}

/// The places of a layer's states among the kept values.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// The layer's name, those of the networks around it in front.
    pub(super) name: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// When a kept value is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// In every pass.
    Forward,
    /// In training.
    Backward,
    /// In a backward pass that goes on to the inputs.
    InputGradient,
}

impl Layout {
    /// The layout of a plan; sizes that it does not know count as nothing.
    pub(super) fn new(plan: &Plan<'_>, flops: u64) -> Self {
        let mut layout = Layout {
            inputs: Vec::new(),
            kept: Vec::new(),
            memories: Vec::new(),
            outputs: plan.outputs,
            forward_kept: plan.forward_kept,
            train_scratch: 0,
            infer_scratch: 0,
            share: plan.share,
            part: plan.part,
            meetings: plan.meetings,
            common: plan.common,
            width: 0,
            flops,
        };
        layout.read(plan, flops);
        memories(plan, "", 0, &mut layout.memories);
        layout
    }

    /// Takes over the widths of a plan for other sizes. Allocates nothing.
    pub(super) fn read(&mut self, plan: &Plan<'_>, flops: u64) {
        let known = |&width: &usize| if width == FREE { 0 } else { width };
        self.inputs.clear();
        self.inputs.extend(plan.inputs.iter().map(known));
        self.kept.clear();
        own(plan, Role::InputGradient, &mut self.kept);
        self.kept.iter_mut().for_each(|kept| kept.width = known(&kept.width));
        (self.train_scratch, self.infer_scratch) = (plan.train_scratch, plan.infer_scratch);
        (self.width, self.flops) = (plan.width(), flops);
    }
}

/// The kept values of a plan, then those of the plans inside. A network around another one needs the gradient with respect to its input
/// in any case.
fn own(plan: &Plan<'_>, input_gradient: Role, kept: &mut Vec<Kept>) {
    let d_inputs = plan.forward_kept + plan.outputs..plan.forward_kept + plan.outputs + plan.inputs.len();
    kept.extend(plan.kept.iter().enumerate().map(|(index, &width)| {
        let role = if index < plan.forward_kept {
            Role::Forward
        } else if d_inputs.contains(&index) {
            input_gradient
        } else {
            Role::Backward
        };
        Kept { width, role }
    }));
    for part in plan.parts {
        own(part, Role::Backward, kept);
    }
}

/// The layers with memory of a plan whose kept values begin at `first`; where those of the next plan begin.
fn memories(plan: &Plan<'_>, prefix: &str, first: usize, all: &mut Vec<Memory>) -> usize {
    let (count, past) = (plan.states.len(), first + plan.forward_kept);
    all.extend(plan.states.iter().enumerate().map(|(index, name)| Memory {
        name: format!("{prefix}{name}"),
        start: past - 2 * count + index,
        end: past - count + index,
    }));
    plan.parts
        .iter()
        .fold(first + plan.kept.len(), |first, part| memories(part, &format!("{prefix}{}.", part.name), first, all))
}
