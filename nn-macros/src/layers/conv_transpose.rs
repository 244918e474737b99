//! `conv_transpose1d(c)`: `[k, l]` → `[c, l']`; `conv_transpose2d(c)`: `[k, h, w]` → `[c, h', w']`.

use super::conv::{check_groups, operations, parameters, read_kernel, runtime};
use super::window::{area, extent, option, resized, spatial};
use super::{Arguments, stub, Change, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Window, Work};
use crate::context::{Scope, Site, Value, name};
use crate::report::{Mismatch, Reported};
use crate::shape::{Condition, Dimension, LARGEST, Operation, Shape};

/// The transpose of a convolution over the axes of its window.
#[derive(Clone, Debug)]
pub(crate) struct ConvTranspose {
    /// Output channels.
    pub(crate) channels: Dimension,
    /// The window of the convolution; its dilation is 1.
    pub(crate) window: Window,
    /// Elements of each axis behind the last that the window reaches.
    pub(crate) output_padding: Vec<Dimension>,
    /// Divides the input's channels and the output's.
    pub(crate) groups: Dimension,
    pub(crate) bias: bool,
    pub(crate) init: Init,
}

const ONE: Dimension = Dimension::Literal(1);
const NONE: Dimension = Dimension::Literal(0);

/// What both rows have.
const ROW: Row = Row {
    arguments: [1, 1],
    argument: "number of channels",
    options: &["kernel", "stride", "padding", "output_padding", "groups", "bias", "init"],
    read: |arguments| ConvTranspose::read(arguments).map(Layer::ConvTranspose),
    ..Row::PLAIN
};

impl Rule for ConvTranspose {
    const ROWS: &'static [Row] = &[
        Row { name: "conv_transpose1d", call: "conv_transpose1d(6, kernel = 2, stride = 2)", axes: 1, counterpart: Some("conv_transpose2d"), stub: Some(|_| stub::convolution("ConvTranspose1d")), ..ROW },
        Row { name: "conv_transpose2d", call: "conv_transpose2d(6, kernel = 2, stride = 2)", axes: 2, counterpart: Some("conv_transpose1d"), stub: Some(|_| stub::convolution("ConvTranspose2d")), ..ROW },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        spatial(self.window.axes(), site, value, scope)?;
        check_groups(&self.groups, &self.channels, site, value, scope);
        let stride = &self.window.stride;
        let below = self.output_padding.iter().zip(stride);
        let below = below.filter(|(padding, _)| **padding != NONE).map(|(padding, stride)| {
            let next = Operation::Sum.of(&[padding.clone(), ONE]);
            // What is above the largest is above any stride.
            let next = next.unwrap_or(Dimension::Literal(LARGEST + 1));
            Condition::AtMost(next, stride.clone())
        });
        let fault = || Mismatch::OutputPadding {
            subject: site.subject.clone(),
            output_padding: extent(&self.output_padding),
            stride: extent(stride),
        };
        let padded = scope.ask(&site.tokens, None, &Condition::All(below.collect()), fault);
        padded.holds()?;
        let (mut reaches, mut removed, mut fits) = (Vec::new(), Vec::new(), Vec::new());
        for axis in 0..stride.len() {
            let mut calculate = |what: &str, operation, operands: &[Dimension]| {
                let what = || format!("{what} `{}`", site.subject);
                scope.calculate(&site.tokens, what, operation, operands)
            };
            let steps = calculate("the steps of", Operation::Difference, &[value.shape[axis + 1].clone(), ONE])?;
            let reach = "the reach of the kernels of";
            let steps = calculate(reach, Operation::Product, &[steps, stride[axis].clone()])?;
            let kernel = self.window.kernel[axis].clone();
            let all = [steps, kernel, self.output_padding[axis].clone()];
            reaches.push(calculate(reach, Operation::Sum, &all)?);
            let both = [Dimension::Literal(2), self.window.before[axis].clone()];
            removed.push(calculate("the padding of", Operation::Product, &both)?);
            let least = calculate("the padding of", Operation::Sum, &[removed[axis].clone(), ONE])?;
            fits.push(Condition::AtMost(least, reaches[axis].clone()));
        }
        let half = |reach: &Dimension| {
            let rest = Operation::Difference.of(&[reach.clone(), ONE])?;
            Operation::Quotient.of(&[rest, Dimension::Literal(2)])
        };
        let fault = || Mismatch::TransposedPadding {
            subject: site.subject.clone(),
            padding: extent(&self.window.before),
            reach: area(&reaches),
            most: option(&reaches.iter().map(|reach| half(reach).unwrap_or(NONE)).collect::<Vec<_>>()),
        };
        let fitting = scope.ask(&site.tokens, Some(value), &Condition::All(fits), fault);
        fitting.holds()?;
        let mut sizes = Vec::new();
        for (reach, removed) in reaches.into_iter().zip(removed) {
            let what = || format!("what `{}` gives", site.subject);
            sizes.push(scope.calculate(&site.tokens, what, Operation::Difference, &[reach, removed])?);
        }
        padded.guard(resized(self.channels.clone(), fitting.guard(sizes)?))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::across_channels(axis, |spatial| {
            let window = &self.window;
            let reach = Operation::Sum.of(&[window.kernel[spatial].clone(), self.output_padding[spatial].clone()]);
            let removed = Operation::Product.of(&[Dimension::Literal(2), window.before[spatial].clone()]);
            let Some((reach, removed)) = reach.zip(removed) else { return Lengths::Mixed };
            let change = Change::Transposed { stride: window.stride[spatial].clone(), reach, removed };
            if change.is_none() { Lengths::Kept(axis) } else { Lengths::Changed(axis, change) }
        })
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::across_channels(axis, |spatial| Reach::Transposed {
            axis,
            kernel: self.window.kernel[spatial].clone(),
            stride: self.window.stride[spatial].clone(),
            before: self.window.before[spatial].clone(),
        })
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // Each element of the input takes part with all of its channel's weights.
        operations(self, of, &of.inputs[0], self.bias)
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::Accumulated, fuses: true, tied: None, vocabulary: None }), layout: Layout::Innermost, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for ConvTranspose {
    /// `weight [k, c/groups, kernel…]` and `bias [c]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let grouped = Operation::Quotient.of(&[self.channels.clone(), self.groups.clone()]);
        parameters([Some(inputs[0][0].clone()), grouped], &self.window, self.bias.then(|| self.channels.clone()))
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        runtime("ConvTranspose", of, &self.window, false, &self.groups, &self.init, self.bias)
    }
}

impl ConvTranspose {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let (ones, nones) = (vec![ONE; arguments.row.axes], vec![NONE; arguments.row.axes]);
        let channels = arguments.size();
        let kernel = read_kernel(arguments);
        let stride = arguments.sizes_or("stride", 1, ones.clone());
        let padding = match arguments.option("padding") {
            // What keeps the size of a convolution does not keep this one's.
            Some(same) if name(same).is_some_and(|name| name == "same") => {
                let what = arguments.what("padding");
                arguments.not_sizes(same, &what)
            }
            _ => arguments.sizes_or("padding", 0, nones.clone()),
        };
        let output_padding = arguments.sizes_or("output_padding", 0, nones);
        let groups = arguments.size_or("groups", 1, 1);
        let bias = arguments.flag_or("bias", true);
        let init = arguments.init();
        let padding = padding?;
        let window =
            Window { kernel: kernel?, stride: stride?, before: padding.clone(), after: padding, dilation: ones };
        let output_padding = output_padding?;
        Ok(Self { channels: channels?, window, output_padding, groups: groups?, bias: bias?, init: init? })
    }
}
