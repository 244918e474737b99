//! The window that convolution and pooling move over a signal or an image.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

use super::runtime::argument;
use super::{Arguments, Change, Lengths};
use crate::context::{Answer, Scope, Site, Value, name};
use crate::paths;
use crate::report::{self, Argument, Mismatch, Piece, Rank, Reported, bare};
use crate::shape::{Condition, Dimension, Operation, Shape, types};

/// A window of one axis, or of two with the vertical first: every field has a size for each.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) kernel: Vec<Dimension>,
    pub(crate) stride: Vec<Dimension>,
    /// Elements added before each axis; `same` is resolved: the smaller half.
    pub(crate) before: Vec<Dimension>,
    /// Elements added after each axis; `same` is resolved: the larger half.
    pub(crate) after: Vec<Dimension>,
    pub(crate) dilation: Vec<Dimension>,
}

const ONE: Dimension = Dimension::Literal(1);
const NONE: Dimension = Dimension::Literal(0);

impl Window {
    /// How many axes it has, for [`spatial`].
    pub(super) fn axes(&self) -> &'static [usize] {
        axes(&self.kernel)
    }

    /// Its type in the runtime. A window of one axis is one row high.
    pub(super) fn runtime(&self) -> TokenStream {
        let root = paths::plumbline();
        let fields = [(&self.kernel, 1), (&self.stride, 1), (&self.before, 0), (&self.dilation, 1)];
        let sizes = fields.into_iter().flat_map(|(sizes, absent)| {
            let vertical = (sizes.len() == 1).then_some(Dimension::Literal(absent));
            vertical.into_iter().chain(sizes.iter().cloned())
        });
        let sizes: Vec<Dimension> = sizes.collect();
        // Arithmetic on a dimension parameter is a type, and no constant.
        let formula = |size: &Dimension| matches!(size, Dimension::Parameter(formula) if formula.name().is_none());
        if sizes.iter().any(formula) {
            let pairs = sizes.chunks(2).map(|pair| types::shape(&pair.to_vec()));
            return quote!(#root::layers::WindowOf<#(#pairs),*>);
        }
        let sizes = sizes.iter().map(argument);
        quote!(#root::layers::Window<#(#sizes),*>)
    }

    /// The options `stride`, `padding` and `dilation` of a layer with the given kernel.
    pub(super) fn read(
        arguments: &mut Arguments,
        kernel: Vec<Dimension>,
        stride: Vec<Dimension>,
    ) -> Result<Self, Reported> {
        let axes = kernel.len();
        let written_stride = arguments.option("stride");
        let stride = arguments.sizes_or("stride", 1, stride);
        let dilation = arguments.sizes_or("dilation", 1, vec![ONE; axes]);
        let padding = arguments.option("padding");
        if let Some(same) = padding.filter(|padding| name(padding).is_some_and(|name| name == "same")) {
            let (stride, dilation) = (stride?, dilation?);
            let at = written_stride.unwrap_or(same);
            return Self::same(arguments, at, kernel, &stride, dilation);
        }
        let padding = arguments.sizes_or("padding", 0, vec![NONE; axes])?;
        Ok(Self { kernel, stride: stride?, before: padding.clone(), after: padding, dilation: dilation? })
    }

    /// As much padding as keeps the size: `span - 1`, the larger half after.
    fn same(
        arguments: &mut Arguments,
        at: &Expr,
        kernel: Vec<Dimension>,
        stride: &[Dimension],
        dilation: Vec<Dimension>,
    ) -> Result<Self, Reported> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (kernel, dilation) in kernel.iter().zip(&dilation) {
            let span = span(arguments.scope, &arguments.call.tokens, arguments.subject, kernel, dilation)?;
            let subject = arguments.subject;
            let mut calculate = |operation, operands: [Dimension; 2]| {
                let what = || format!("the padding of `{subject}`");
                arguments.scope.calculate(&arguments.call.tokens, what, operation, &operands)
            };
            let total = calculate(Operation::Difference, [span, ONE])?;
            let smaller = calculate(Operation::Quotient, [total.clone(), Dimension::Literal(2)])?;
            let larger = calculate(Operation::QuotientUp, [total, Dimension::Literal(2)])?;
            let names = &mut arguments.scope.constants;
            before.push(names.name_size(smaller));
            after.push(names.name_size(larger));
        }
        let conditions = stride.iter().map(|stride| Condition::Equal(stride.clone(), ONE)).collect();
        let fault = || Argument::SameWithStride { stride: extent(stride), padding: option(&before) };
        arguments.scope.ask(at, None, &Condition::All(conditions), fault).holds()?;
        // Where the compiler finds another stride, that is the only error.
        let stride = vec![ONE; kernel.len()];
        Ok(Self { kernel, stride, before, after, dilation })
    }

    /// The extents that the window gives, where the kernel fits; `most_padding` bounds the padding that the help may propose.
    pub(super) fn output(
        &self,
        site: &Site,
        value: &Value,
        scope: &mut Scope,
        most_padding: Option<&[Dimension]>,
    ) -> Result<Vec<Dimension>, Reported> {
        let input = &value.shape[1..];
        let (mut spans, mut padding, mut padded) = (Vec::new(), Vec::new(), Vec::new());
        for axis in 0..input.len() {
            let (at, subject) = (&site.tokens, &site.subject);
            let span = span(scope, at, subject, &self.kernel[axis], &self.dilation[axis])?;
            // With `padding = same` it falls out of what is asked below, and its value with it.
            let calculated = self.dilation[axis].literal().is_none();
            spans.push(if calculated { scope.hold_calculated(site, span)? } else { span });
            let both = [self.before[axis].clone(), self.after[axis].clone()];
            let around = scope.calculate(at, || format!("the padding of `{subject}`"), Operation::Sum, &both)?;
            let whole = [input[axis].clone(), around.clone()];
            let what = || format!("the padded input of `{subject}`");
            padded.push(scope.calculate(at, what, Operation::Sum, &whole)?);
            padding.push(around);
        }
        let fits = spans.iter().zip(&padded).map(|(span, padded)| Condition::AtMost(span.clone(), padded.clone()));
        let fault = || self.misfit(site, input, &spans, &padded, most_padding);
        let fitting = scope.ask(&site.tokens, Some(value), &Condition::All(fits.collect()), fault);
        fitting.holds()?;
        let mut output = Vec::new();
        for axis in 0..input.len() {
            let operands = [input[axis].clone(), padding[axis].clone(), spans[axis].clone(), self.stride[axis].clone()];
            let what = || format!("what `{}` gives", site.subject);
            output.push(scope.calculate(&site.tokens, what, Operation::Window, &operands)?);
        }
        fitting.guard(output)
    }

    /// What becomes of the length of a sequence along an axis of the window.
    pub(super) fn lengths(&self, spatial: usize) -> Lengths {
        let (axis, stride) = (spatial + 1, self.stride[spatial].clone());
        let padding = Operation::Sum.of(&[self.before[spatial].clone(), self.after[spatial].clone()]);
        let span = Operation::Span.of(&[self.kernel[spatial].clone(), self.dilation[spatial].clone()]);
        let Some((padding, span)) = padding.zip(span) else { return Lengths::Mixed };
        let change = Change::Window { padding, span, stride };
        if change.is_none() { Lengths::Kept(axis) } else { Lengths::Changed(axis, change) }
    }

    /// What to say where the kernel does not fit, with the kernel and the padding that would.
    fn misfit(
        &self,
        site: &Site,
        input: &[Dimension],
        spans: &[Dimension],
        padded: &[Dimension],
        most_padding: Option<&[Dimension]>,
    ) -> Mismatch {
        let one = |dimension: &Dimension| dimension == &ONE;
        let (mut largest, mut enough) = (Vec::new(), Vec::new());
        for axis in 0..input.len() {
            let room = Operation::Difference.of(&[padded[axis].clone(), ONE]);
            let steps = room.and_then(|room| Operation::Quotient.of(&[room, self.dilation[axis].clone()]));
            largest.extend(steps.and_then(|steps| Operation::Sum.of(&[steps, ONE])));
            let lack = match (spans[axis].literal(), input[axis].literal()) {
                (Some(span), Some(input)) => Some(Dimension::Literal(span.saturating_sub(input))),
                _ => Operation::Difference.of(&[spans[axis].clone(), input[axis].clone()]),
            };
            enough.extend(lack.and_then(|lack| Operation::QuotientUp.of(&[lack, Dimension::Literal(2)])));
        }
        // Where one axis of two is too small, only numbers tell which.
        let known = |sizes: &[Dimension]| sizes.len() == input.len() && (are_equal(sizes) || numbers(sizes).is_some());
        let allowed = most_padding.is_none_or(|most| match (numbers(&enough), numbers(most)) {
            (Some(enough), Some(most)) => enough.iter().zip(&most).all(|(enough, most)| enough <= most),
            _ => false,
        });
        Mismatch::Window {
            subject: site.subject.clone(),
            kernel: extent(&self.kernel),
            dilation: (!self.dilation.iter().all(one)).then(|| times(spans)),
            padded: (padded != input).then(|| times(padded)),
            input: area(input),
            largest: known(&largest).then(|| extent(&largest)),
            padding: (allowed && known(&enough)).then(|| option(&enough)),
        }
    }

    /// Windows that lie in the padding alone have no mean and no maximum: `max_pool2d(2, padding = 2)`.
    pub(super) fn check_pool_padding(&self, site: &Site, scope: &mut Scope) -> Answer {
        let most: Vec<Dimension> = self.kernel.iter().map(half).collect();
        let fault = || Mismatch::PoolPadding {
            subject: site.subject.clone(),
            padding: extent(&self.before),
            kernel: extent(&self.kernel),
            most: option(&most),
        };
        let least = self.before.iter().zip(&most).map(|(before, most)| Condition::AtMost(before.clone(), most.clone()));
        scope.ask(&site.tokens, None, &Condition::All(least.collect()), fault)
    }
}

/// How many elements of an axis the dilated kernel of the layer `subject` spans.
fn span(
    scope: &mut Scope,
    at: &TokenStream,
    subject: &str,
    kernel: &Dimension,
    dilation: &Dimension,
) -> Result<Dimension, Reported> {
    let what = || format!("the span of the kernel of `{subject}`");
    scope.calculate(at, what, Operation::Span, &[kernel.clone(), dilation.clone()])
}

/// `⌊kernel / 2⌋`, the most padding that a pool may have.
pub(super) fn half(kernel: &Dimension) -> Dimension {
    Operation::Quotient.of(&[kernel.clone(), Dimension::Literal(2)]).unwrap_or(NONE)
}

/// How many axes there are sizes for, for [`spatial`].
pub(super) fn axes(sizes: &[Dimension]) -> &'static [usize] {
    if sizes.len() == 1 { &[1] } else { &[2] }
}

/// Asks for `[channels, length]` where a layer moves along one axis, for `[channels, height, width]` where along two, and for
/// either where it may be both.
pub(super) fn spatial(axes: &'static [usize], site: &Site, value: &Value, scope: &mut Scope) -> Result<(), Reported> {
    let found = value.shape.len() - 1;
    if axes.contains(&found) {
        return Ok(());
    }
    let reshaped = match value.shape.as_slice() {
        [length] if axes == [1] => Some(vec![ONE, length.clone()]),
        [Dimension::Literal(pixels)] => {
            let side = pixels.isqrt();
            (side * side == *pixels).then(|| vec![ONE, Dimension::Literal(side), Dimension::Literal(side)])
        }
        [height, width] => Some(vec![ONE, height.clone(), width.clone()]),
        [channels, Dimension::Literal(1), length] => Some(vec![channels.clone(), length.clone()]),
        _ => None,
    };
    let other = site.counterpart.filter(|_| found > 0);
    let (subject, found) = (site.subject.clone(), value.received());
    Err(scope.faults.add(&site.tokens, Rank::Spatial { subject, axes, found, reshaped, other }))
}

fn are_equal(sizes: &[Dimension]) -> bool {
    sizes.iter().all(|size| size == &sizes[0])
}

/// The sizes as an option takes them: one number, or `[3, 5]`.
pub(super) fn option(sizes: &[Dimension]) -> Vec<Piece> {
    if are_equal(sizes) { extent(sizes) } else { bare(&sizes.to_vec()) }
}

/// The sizes in a sentence: `5`, or `3 × 5`.
pub(super) fn extent(sizes: &[Dimension]) -> Vec<Piece> {
    if are_equal(sizes) { joined(&sizes[..1], "") } else { times(sizes) }
}

/// `5 × 5`
pub(super) fn times(sizes: &[Dimension]) -> Vec<Piece> {
    joined(sizes, " × ")
}

/// `5 × 5`, or `length 5`.
pub(super) fn area(sizes: &[Dimension]) -> Vec<Piece> {
    let length = (sizes.len() == 1).then(|| Piece::Text("length ".to_owned()));
    length.into_iter().chain(times(sizes)).collect()
}

fn joined(sizes: &[Dimension], between: &str) -> Vec<Piece> {
    report::joined(sizes.iter().cloned().map(Piece::Size), between)
}

fn numbers(sizes: &[Dimension]) -> Option<Vec<u64>> {
    sizes.iter().map(Dimension::literal).collect()
}

/// The shape of a signal or an image with other extents.
pub(super) fn resized(channels: Dimension, extents: Vec<Dimension>) -> Shape {
    [vec![channels], extents].concat()
}
