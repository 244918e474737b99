//! `conv_transpose2d(c)`: `[k, h, w]` → `[c, h', w']`.

use super::conv2d::{check_groups, read_kernel};
use super::window::{both, extent, image, resized, times};
use super::{Arguments, Init, Layer, Parameter, Row, Rule, Window};
use crate::check::{Place, Scope, Value, name};
use crate::report::{Argument, Mismatch, compact};
use crate::shape::{Condition, Dimension, Operation, Shape};

/// The transpose of a convolution over two axes.
#[derive(Clone, Debug)]
pub(crate) struct ConvTranspose2d {
    /// Output channels.
    pub(crate) channels: Dimension,
    /// The window of the convolution; its dilation is 1.
    pub(crate) window: Window,
    /// Rows and columns behind the last that the window reaches.
    pub(crate) output_padding: [Dimension; 2],
    /// Divides the input's channels and the output's.
    pub(crate) groups: Dimension,
    pub(crate) bias: bool,
    pub(crate) init: Init,
}

const ONE: Dimension = Dimension::Literal(1);
const NONE: Dimension = Dimension::Literal(0);

impl Rule for ConvTranspose2d {
    const ROWS: &'static [Row] = &[Row {
        name: "conv_transpose2d",
        call: "conv_transpose2d(6, kernel = 2, stride = 2)",
        arguments: [1, 1],
        argument: "number of channels",
        options: &["kernel", "stride", "padding", "output_padding", "groups", "bias", "init"],
        trained: true,
        read: |arguments| Self::read(arguments).map(Layer::ConvTranspose2d),
        ..Row::PLAIN
    }];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        let value = &takes[0];
        image(place, value, scope)?;
        check_groups(&self.groups, &self.channels, place, value, scope);
        let stride = &self.window.stride;
        let below = self.output_padding.iter().zip(stride);
        let below = below.filter(|(padding, _)| **padding != NONE).map(|(padding, stride)| {
            let next = Operation::Sum.of(&[padding.clone(), ONE])?;
            Some(Condition::AtMost(next, stride.clone()))
        });
        let fault = Mismatch::OutputPadding {
            subject: place.subject.clone(),
            output_padding: extent(&self.output_padding),
            stride: extent(stride),
        };
        let padded = scope.ask(&place.tokens, None, &Condition::All(below.collect::<Option<_>>()?), fault);
        if padded.fails() {
            return None;
        }
        let (mut reaches, mut removed, mut fits) = (Vec::new(), Vec::new(), Vec::new());
        for axis in [0, 1] {
            let steps = Operation::Difference.of(&[value.shape[axis + 1].clone(), ONE])?;
            let steps = Operation::Product.of(&[steps, stride[axis].clone()])?;
            let kernel = self.window.kernel[axis].clone();
            reaches.push(Operation::Sum.of(&[steps, kernel, self.output_padding[axis].clone()])?);
            removed.push(Operation::Product.of(&[Dimension::Literal(2), self.window.before[axis].clone()])?);
            fits.push(Condition::AtMost(Operation::Sum.of(&[removed[axis].clone(), ONE])?, reaches[axis].clone()));
        }
        let half = |reach: &Dimension| {
            let rest = Operation::Difference.of(&[reach.clone(), ONE])?;
            Operation::Quotient.of(&[rest, Dimension::Literal(2)])
        };
        let most: Option<Vec<Dimension>> = reaches.iter().map(half).collect();
        let fault = Mismatch::TransposedPadding {
            subject: place.subject.clone(),
            padding: extent(&self.window.before),
            reach: times(&reaches),
            most: both(&most?),
        };
        if scope.ask(&place.tokens, Some(value), &Condition::All(fits), fault).fails() {
            return None;
        }
        let size = |axis: usize| Operation::Difference.of(&[reaches[axis].clone(), removed[axis].clone()]);
        padded.guard(resized(self.channels.clone(), [size(0)?, size(1)?]))
    }

    /// `weight [k, c/groups, kh, kw]` and `bias [c]`.
    fn parameters(&self, takes: &[Shape]) -> Vec<Parameter> {
        let grouped = Operation::Quotient.of(&[self.channels.clone(), self.groups.clone()]);
        let [vertical, horizontal] = self.window.kernel.clone();
        let weight = grouped.map(|grouped| vec![takes[0][0].clone(), grouped, vertical, horizontal]);
        let weight = weight.map(|shape| Parameter { name: "weight", shape });
        let bias = self.bias.then(|| Parameter { name: "bias", shape: vec![self.channels.clone()] });
        weight.into_iter().chain(bias).collect()
    }
}

impl ConvTranspose2d {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let channels = arguments.size();
        let kernel = read_kernel(arguments);
        let stride = arguments.pair_or("stride", 1, [ONE, ONE]);
        let padding = match arguments.option("padding") {
            // What keeps the size of a convolution does not keep this one's.
            Some(same) if name(same).is_some_and(|name| name == "same") => {
                let fault = Argument::NotPair { what: arguments.what("padding"), found: compact(same) };
                arguments.scope.faults.add(same, fault);
                None
            }
            _ => arguments.pair_or("padding", 0, [NONE, NONE]),
        };
        let output_padding = arguments.pair_or("output_padding", 0, [NONE, NONE]);
        let groups = arguments.size_or("groups", 1, 1);
        let bias = arguments.flag_or("bias", true);
        let init = arguments.init();
        let padding = padding?;
        let window = Window {
            kernel: kernel?,
            stride: stride?,
            before: padding.clone(),
            after: padding,
            dilation: [ONE, ONE],
        };
        let output_padding = output_padding?;
        Some(Self { channels: channels?, window, output_padding, groups: groups?, bias: bias?, init: init? })
    }
}
