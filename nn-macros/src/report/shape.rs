//! Shapes that do not meet.

use super::message::{apart, say};
use super::{Message, Piece, Received, bare};
use crate::shape::{Dimension, LARGEST, Operation, Shape};

/// A mistake in the sizes of a network.
#[derive(Debug)]
pub(crate) enum Mismatch {
    FixedParameter {
        subject: String,
        name: String,
        found: Received,
        /// Whether it comes from a layer.
        inside: bool,
    },
    Window {
        subject: String,
        kernel: Vec<Piece>,
        dilation: Option<Vec<Piece>>,
        padded: Option<Vec<Piece>>,
        input: Vec<Piece>,
        largest: Option<Vec<Piece>>,
        padding: Option<Vec<Piece>>,
    },
    PoolPadding {
        subject: String,
        padding: Vec<Piece>,
        kernel: Vec<Piece>,
        most: Vec<Piece>,
    },
    OutputPadding {
        subject: String,
        output_padding: Vec<Piece>,
        stride: Vec<Piece>,
    },
    TransposedPadding {
        subject: String,
        padding: Vec<Piece>,
        reach: Vec<Piece>,
        most: Vec<Piece>,
    },
    Groups {
        channels: Dimension,
        groups: Dimension,
        subject: String,
        from: Option<String>,
        near: Option<String>,
    },
    Reshape {
        subject: String,
        found: Received,
        elements: Dimension,
        target: Shape,
        product: Dimension,
        suggestion: Option<String>,
    },
    Axis {
        axis: usize,
        rank: usize,
    },
    ConcatRank {
        subject: String,
        first: Received,
        other: Received,
        flat: Option<(String, Dimension)>,
    },
    Concat {
        subject: String,
        axis: usize,
        first: Received,
        other: Received,
        other_axis: Option<usize>,
    },
    Equal {
        subject: String,
        verb: &'static str,
        first: Received,
        other: Received,
    },
    Declared {
        network: String,
        port: Option<String>,
        declared: Shape,
        node: String,
        output: Shape,
        suggestion: Option<String>,
    },
    Stated {
        node: String,
        stated: Shape,
        output: Shape,
    },
    /// A size that a layer's sizes lead to, and that has no value.
    NoSize {
        what: String,
        written: String,
        why: String,
    },
    /// The same where the compiler calculates it.
    NoValue {
        subject: String,
        size: Dimension,
    },
    Elements {
        shape: Shape,
        what: String,
    },
    Parameters {
        subject: String,
        name: String,
        shape: Shape,
    },
}

impl From<Mismatch> for Message {
    fn from(fault: Mismatch) -> Self {
        match fault {
            Mismatch::FixedParameter { subject, name, found, inside } => {
                let rank = found.shape.len();
                let message = Self::new(say!(
                    "the `{name}` of `{subject}` needs known sizes, found {found}",
                    name,
                    subject,
                    found
                ));
                message.help(match rank {
                    1 if inside => say!(
                        "`global_avg_pool;`, or an adaptive pool, in front of {from} makes the sizes known \
                     whatever the input has",
                        from = found.from
                    ),
                    _ => say!("give the network's input a known size there"),
                })
            }
            Mismatch::Window { subject, kernel, dilation, padded, input, largest, padding } => {
                let dilated = dilation.map(|spans| say!(", dilated to {spans},", spans)).unwrap_or_default();
                let padded = padded.map(|padded| say!(", padded to {padded}", padded)).unwrap_or_default();
                let text = say!(
                    "kernel {kernel}{dilated} does not fit the {input} input of `{subject}`{padded}",
                    kernel,
                    dilated,
                    input,
                    subject,
                    padded
                );
                let message = Self::new(text);
                match (largest, padding) {
                    (Some(largest), Some(padding)) => message.help(say!(
                        "the largest kernel that fits is {largest}; with `padding = {padding}`, {kernel} does",
                        largest,
                        padding,
                        kernel
                    )),
                    (Some(largest), None) => message.help(say!("the largest kernel that fits is {largest}", largest)),
                    (None, Some(padding)) => {
                        message.help(say!("with `padding = {padding}`, {kernel} does", padding, kernel))
                    }
                    (None, None) => message,
                }
            }
            Mismatch::PoolPadding { subject, padding, kernel, most } => Self::new(say!(
                "padding {padding} is more than half the kernel {kernel} of `{subject}`",
                padding,
                kernel,
                subject
            ))
            .help(say!("a window would hold padding alone; at most `padding = {most}`", most)),
            Mismatch::OutputPadding { subject, output_padding, stride } => Self::new(say!(
                "output padding {output_padding} is not below the stride {stride} of `{subject}`",
                output_padding,
                stride,
                subject
            ))
            .help(say!("it makes up for what a stride leaves over, which is less than one step")),
            Mismatch::TransposedPadding { subject, padding, reach, most } => Self::new(say!(
                "padding {padding} leaves nothing of the {reach} that `{subject}` makes",
                padding,
                reach,
                subject
            ))
            .help(say!("at most `padding = {most}`: it is taken away from both ends of an axis", most)),
            Mismatch::Groups { channels, groups, subject, from, near } => {
                let whose = match from {
                    Some(from) => say!(" of {from}", from),
                    None => say!(" that `{subject}` makes", subject),
                };
                let message = Self::new(say!(
                    "{channels} channels{whose} do not divide into {groups} groups",
                    channels,
                    whose,
                    groups
                ));
                match near {
                    Some(near) => message.help(say!("`groups` may be {near}", near)),
                    None => message.help(say!("`groups` may be any divisor of {channels}", channels)),
                }
            }
            Mismatch::Reshape { subject, found, elements, target, product, suggestion } => {
                let message = Self::new(say!(
                    "`{subject}` makes {target} of {product} elements, found {found} of {elements} from \
                     {from}",
                    subject,
                    target,
                    product,
                    found = found.shape,
                    elements,
                    from = found.from
                ));
                match suggestion {
                    Some(suggestion) => {
                        message.help(say!("`reshape({suggestion})` has {elements}", suggestion, elements))
                    }
                    None => message.help(say!("choose dimensions whose product is {elements}", elements)),
                }
            }
            Mismatch::Axis { axis, rank } => {
                let message = Self::new(say!(
                    "there is no axis {axis} in a shape of {dimensions}",
                    axis,
                    dimensions = counted(rank, "dimension")
                ));
                if rank == 1 {
                    message.help(say!("its one axis is 0: the batch is not counted"))
                } else {
                    message.help(say!("its axes are 0 to {last}: the batch is not counted", last = rank - 1))
                }
            }
            Mismatch::ConcatRank { subject, first, other, flat } => {
                let message = Self::new(say!(
                    "`{subject}` joins shapes of equal rank, found {first} and {other}",
                    subject,
                    first,
                    other
                ));
                match flat {
                    Some((from, flat)) => {
                        message.help(say!("put `flatten;` after {from}: it makes {flat}", from, flat = vec![flat]))
                    }
                    None => message,
                }
            }
            Mismatch::Concat { subject, axis, first, other, other_axis } => {
                let [first_found, other_found] = apart(&first.shape, &other.shape);
                let message = Self::new(say!(
                    "`{subject}` joins shapes that are equal but for axis {axis}, found {first_found} \
                     from {first_from} and {other_found} from {other_from}",
                    subject,
                    axis,
                    first_found,
                    first_from = first.from,
                    other_found,
                    other_from = other.from
                ));
                if let Some(other_axis) = other_axis {
                    return message
                        .help(say!("they are equal but for axis {other_axis}: `axis = {other_axis}`", other_axis));
                }
                let mut fitting = first.shape;
                fitting[axis] = other.shape[axis].clone();
                let [fitting, _] = apart(&fitting, &other.shape);
                message.help(say!("let {from} give {fitting}", from = other.from, fitting))
            }
            Mismatch::Equal { subject, verb, first, other } => {
                let (first_from, other_from) = (first.from, other.from);
                let [first, other] = apart(&first.shape, &other.shape);
                let message = Self::new(say!(
                    "`{subject}` {verb} equal shapes, found {first} from {first_from} and {other} from \
                     {other_from}",
                    subject,
                    verb,
                    first,
                    first_from,
                    other,
                    other_from
                ));
                message.help(say!(
                    "let {other_from} give {first}, or {first_from} give {other}",
                    other_from,
                    first,
                    first_from,
                    other
                ))
            }
            Mismatch::Declared { network, port, declared, node, output, suggestion } => {
                let message = Self::new(match &port {
                    None => {
                        say!(
                            "`{network}` is declared to give {declared}, but `{node}` gives {output}",
                            network,
                            declared,
                            node,
                            output
                        )
                    }
                    Some(port) => {
                        say!(
                            "the output `{port}` is declared as {declared}, but its node gives {output}",
                            port,
                            declared,
                            output
                        )
                    }
                });
                let declare = match port {
                    None => say!("declare `-> {output}`", output = bare(&output)),
                    Some(port) => say!("declare `{port}: {output}`", port, output = bare(&output)),
                };
                match suggestion {
                    Some(suggestion) => message.help(say!("{declare}, or {suggestion}", declare, suggestion)),
                    None => message.help(declare),
                }
            }
            Mismatch::Stated { node, stated, output } => {
                Self::new(say!("`{node}` is stated to give {stated}, but gives {output}", node, stated, output))
                    .help(say!("state `-> {output}`", output = bare(&output)))
            }
            Mismatch::NoSize { what, written, why } => {
                Self::new(say!("{what}, `{written}`, is {why}", what, written, why)).help(bounds())
            }
            Mismatch::NoValue { subject, size } => {
                Self::new(say!("a size that `{subject}` gives is {size}", subject, size)).help(bounds())
            }
            Mismatch::Elements { shape, what } => too_large(say!("{what} {shape}", what, shape), &shape),
            Mismatch::Parameters { subject, name, shape } => {
                too_large(say!("the {name} {shape} of `{subject}`", name, shape, subject), &shape)
            }
        }
    }
}

/// Between what a size lies.
fn bounds() -> Vec<Piece> {
    say!("a size is a whole number from 0 to {largest}", largest = LARGEST)
}

/// A shape of too many elements, with the first dimension that would do where one does for sure.
fn too_large(what: Vec<Piece>, shape: &Shape) -> Message {
    let message =
        Message::new(say!("{what} has more elements than the largest allowed, {largest}", what, largest = LARGEST));
    // Of several constants the product alone may be too large.
    let sure = shape.len() == 2 || shape[1..].iter().all(|size| size.literal().is_some());
    let rest = Operation::Product.of(&shape[1..]).filter(|_| sure);
    let most = rest.and_then(|rest| Operation::Quotient.of(&[Dimension::Literal(LARGEST), rest]));
    match most.filter(|most| most.literal() != Some(0)) {
        Some(most) => message.help(say!("its first dimension may be {most} at most", most)),
        None => message,
    }
}

/// `1 layer`, `2 layers`
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
