//! The window that convolution and pooling move over an image.

use syn::Expr;

use super::Arguments;
use crate::check::{Answer, Place, Scope, Value, name};
use crate::report::{Argument, Mismatch, Piece};
use crate::shape::{Condition, Dimension, Operation, Shape};

/// A window of two axes, vertical first.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) kernel: [Dimension; 2],
    pub(crate) stride: [Dimension; 2],
    /// Elements added before each axis; `same` is resolved: the smaller half.
    pub(crate) before: [Dimension; 2],
    /// Elements added after each axis; `same` is resolved: the larger half.
    pub(crate) after: [Dimension; 2],
    pub(crate) dilation: [Dimension; 2],
}

const ONE: Dimension = Dimension::Literal(1);
const NONE: Dimension = Dimension::Literal(0);

impl Window {
    /// The options `stride`, `padding` and `dilation` of a layer with the given kernel.
    pub(super) fn read(arguments: &mut Arguments, kernel: [Dimension; 2], stride: [Dimension; 2]) -> Option<Self> {
        let written_stride = arguments.option("stride");
        let stride = arguments.pair_or("stride", 1, stride);
        let dilation = arguments.pair_or("dilation", 1, [ONE, ONE]);
        let padding = arguments.option("padding");
        if let Some(same) = padding.filter(|padding| name(padding).is_some_and(|name| name == "same")) {
            let (stride, dilation) = (stride?, dilation?);
            let at = written_stride.unwrap_or(same);
            return Self::same(arguments, at, kernel, stride, dilation);
        }
        let padding = arguments.pair_or("padding", 0, [NONE, NONE])?;
        Some(Self { kernel, stride: stride?, before: padding.clone(), after: padding, dilation: dilation? })
    }

    /// As much padding as keeps the size: `span - 1`, the larger half after.
    fn same(
        arguments: &mut Arguments,
        at: &Expr,
        kernel: [Dimension; 2],
        stride: [Dimension; 2],
        dilation: [Dimension; 2],
    ) -> Option<Self> {
        let mut halves = Vec::new();
        for axis in [0, 1] {
            let span = Operation::Span.of(&[kernel[axis].clone(), dilation[axis].clone()])?;
            let total = Operation::Difference.of(&[span, ONE])?;
            let before = Operation::Quotient.of(&[total.clone(), Dimension::Literal(2)])?;
            let after = Operation::QuotientUp.of(&[total, Dimension::Literal(2)])?;
            let names = &mut arguments.scope.constants;
            halves.push([names.name_size(before), names.name_size(after)]);
        }
        let conditions = stride.iter().map(|stride| Condition::Equal(stride.clone(), ONE)).collect();
        let padding = both(&[halves[0][0].clone(), halves[1][0].clone()]);
        let fault = Argument::SameWithStride { stride: extent(&stride), padding };
        if arguments.scope.ask(at, None, &Condition::All(conditions), fault).fails() {
            return None;
        }
        // Where the compiler finds another stride, that is the only error.
        let stride = [ONE, ONE];
        let [[top, bottom], [left, right]] = <[[Dimension; 2]; 2]>::try_from(halves).ok()?;
        Some(Self { kernel, stride, before: [top, left], after: [bottom, right], dilation })
    }

    /// `[h', w']` for `[h, w]`, where the kernel fits; `most_padding` bounds the padding that the help may propose.
    pub(super) fn gives(
        &self,
        place: &Place,
        value: &Value,
        scope: &mut Scope,
        most_padding: Option<[Dimension; 2]>,
    ) -> Option<[Dimension; 2]> {
        let input = [value.shape[1].clone(), value.shape[2].clone()];
        let mut spans = Vec::new();
        let (mut padding, mut padded) = (Vec::new(), Vec::new());
        for axis in [0, 1] {
            spans.push(Operation::Span.of(&[self.kernel[axis].clone(), self.dilation[axis].clone()])?);
            padding.push(Operation::Sum.of(&[self.before[axis].clone(), self.after[axis].clone()])?);
            padded.push(Operation::Sum.of(&[input[axis].clone(), padding[axis].clone()])?);
        }
        let fits = spans.iter().zip(&padded).map(|(span, padded)| Condition::AtMost(span.clone(), padded.clone()));
        let fault = self.misfit(place, &input, &spans, &padded, most_padding);
        if scope.ask(&place.tokens, Some(value), &Condition::All(fits.collect()), fault).fails() {
            return None;
        }
        let mut gives = Vec::new();
        for axis in [0, 1] {
            let operands = [input[axis].clone(), padding[axis].clone(), spans[axis].clone(), self.stride[axis].clone()];
            gives.push(Operation::Window.of(&operands)?);
        }
        <[Dimension; 2]>::try_from(gives).ok()
    }

    /// What to say where the kernel does not fit, with the kernel and the padding that would.
    fn misfit(
        &self,
        place: &Place,
        input: &[Dimension; 2],
        spans: &[Dimension],
        padded: &[Dimension],
        most_padding: Option<[Dimension; 2]>,
    ) -> Mismatch {
        let one = |dimension: &Dimension| dimension == &ONE;
        let (mut largest, mut enough) = (Vec::new(), Vec::new());
        for axis in [0, 1] {
            let room = Operation::Difference.of(&[padded[axis].clone(), ONE]);
            let steps = room.and_then(|room| Operation::Quotient.of(&[room, self.dilation[axis].clone()]));
            largest.extend(steps.and_then(|steps| Operation::Sum.of(&[steps, ONE])));
            let lack = match (spans[axis].literal(), input[axis].literal()) {
                (Some(span), Some(input)) => Some(Dimension::Literal(span.saturating_sub(input))),
                _ => Operation::Difference.of(&[spans[axis].clone(), input[axis].clone()]),
            };
            enough.extend(lack.and_then(|lack| Operation::QuotientUp.of(&[lack, Dimension::Literal(2)])));
        }
        // Where one axis alone is too small, only numbers tell which.
        let known = |sizes: &[Dimension]| sizes.len() == 2 && (sizes[0] == sizes[1] || numbers(sizes).is_some());
        let allowed = most_padding.is_none_or(|most| match (numbers(&enough), numbers(&most)) {
            (Some(enough), Some(most)) => enough.iter().zip(&most).all(|(enough, most)| enough <= most),
            _ => false,
        });
        Mismatch::Window {
            subject: place.subject.clone(),
            kernel: extent(&self.kernel),
            dilation: (!self.dilation.iter().all(one)).then(|| times(spans)),
            padded: (padded != input).then(|| times(padded)),
            input: times(input),
            largest: known(&largest).then(|| extent(&largest)),
            padding: (allowed && known(&enough)).then(|| both(&enough)),
        }
    }

    /// Windows that lie in the padding alone have no mean and no maximum: `max_pool2d(2, padding = 2)`.
    pub(super) fn check_pool_padding(&self, place: &Place, scope: &mut Scope) -> Answer {
        let most = self.kernel.clone().map(|kernel| half(&kernel));
        let fault = Mismatch::PoolPadding {
            subject: place.subject.clone(),
            padding: extent(&self.before),
            kernel: extent(&self.kernel),
            most: both(&most),
        };
        let least = self.before.iter().zip(&most).map(|(before, most)| Condition::AtMost(before.clone(), most.clone()));
        scope.ask(&place.tokens, None, &Condition::All(least.collect()), fault)
    }
}

/// `⌊kernel / 2⌋`, the most padding that a pool may have.
pub(super) fn half(kernel: &Dimension) -> Dimension {
    Operation::Quotient.of(&[kernel.clone(), Dimension::Literal(2)]).unwrap_or(NONE)
}

/// Asks for `[channels, height, width]`.
pub(super) fn image(place: &Place, value: &Value, scope: &mut Scope) -> Option<()> {
    if value.shape.len() == 3 {
        return Some(());
    }
    let image = match value.shape.as_slice() {
        [Dimension::Literal(pixels)] => {
            let side = pixels.isqrt();
            (side * side == *pixels).then(|| vec![ONE, Dimension::Literal(side), Dimension::Literal(side)])
        }
        [height, width] => Some(vec![ONE, height.clone(), width.clone()]),
        _ => None,
    };
    let (subject, found, from) = (place.subject.clone(), value.shape.clone(), value.from.clone());
    scope.faults.add(&place.tokens, Mismatch::Image { subject, found, from, image });
    None
}

/// The sizes for two axes as an option takes them: one number, or `[3, 5]`.
pub(super) fn both(sizes: &[Dimension]) -> Vec<Piece> {
    let size = |index: usize| Piece::Size(sizes[index].clone());
    let text = |text: &str| Piece::Text(text.to_owned());
    if sizes[0] == sizes[1] { vec![size(0)] } else { vec![text("["), size(0), text(", "), size(1), text("]")] }
}

/// The sizes for two axes in a sentence: `5`, or `3 × 5`.
pub(super) fn extent(sizes: &[Dimension]) -> Vec<Piece> {
    if sizes[0] == sizes[1] { vec![Piece::Size(sizes[0].clone())] } else { times(sizes) }
}

/// `5 × 5`
pub(super) fn times(sizes: &[Dimension]) -> Vec<Piece> {
    vec![Piece::Size(sizes[0].clone()), Piece::Text(" × ".to_owned()), Piece::Size(sizes[1].clone())]
}

fn numbers(sizes: &[Dimension]) -> Option<Vec<u64>> {
    sizes.iter().map(Dimension::literal).collect()
}

/// The shape of an image with other extents.
pub(super) fn resized(channels: Dimension, [height, width]: [Dimension; 2]) -> Shape {
    vec![channels, height, width]
}
