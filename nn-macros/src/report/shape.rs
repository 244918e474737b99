//! Shapes that do not meet.

use super::message::{apart, say};
use super::{Message, Piece, bare};
use crate::shape::{Dimension, LARGEST, Operation, Shape};

/// A mistake in the sizes of a network.
#[derive(Debug)]
pub(crate) enum Mismatch {
    FixedParameter {
        subject: String,
        name: String,
        found: Shape,
        from: String,
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
        from: String,
        found: Shape,
        elements: Dimension,
        target: Shape,
        product: Dimension,
        cure: Option<String>,
    },
    Axis {
        axis: usize,
        rank: usize,
    },
    ConcatRank {
        subject: String,
        first: Shape,
        first_from: String,
        other: Shape,
        other_from: String,
        flat: Option<(String, Dimension)>,
    },
    Concat {
        subject: String,
        axis: usize,
        first: Shape,
        first_from: String,
        other: Shape,
        other_from: String,
        other_axis: Option<usize>,
    },
    Equal {
        subject: String,
        verb: &'static str,
        first: Shape,
        first_from: String,
        other: Shape,
        other_from: String,
    },
    Declared {
        network: String,
        port: Option<String>,
        declared: Shape,
        node: String,
        output: Shape,
        cure: Option<String>,
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
            Mismatch::FixedParameter { subject, name, found, from, inside } => {
                let rank = found.len();
                let message = Self::new(say![
                    "the `",
                    name,
                    "` of `",
                    subject,
                    "` needs known sizes, found ",
                    found,
                    " from ",
                    from
                ]);
                message.help(match rank {
                    1 if inside => say![
                        "`global_avg_pool;`, or an adaptive pool, in front of ",
                        from,
                        " makes the sizes known whatever the input has"
                    ],
                    _ => say!["give the network's input a known size there"],
                })
            }
            Mismatch::Window { subject, kernel, dilation, padded, input, largest, padding } => {
                let mut text = say!["kernel ", kernel];
                if let Some(spans) = dilation {
                    text.extend(say![", dilated to ", spans, ","]);
                }
                text.extend(say![" does not fit the ", input, " input of `", subject, "`"]);
                if let Some(padded) = padded {
                    text.extend(say![", padded to ", padded]);
                }
                let mut message = Self::new(text);
                message = match (largest, padding) {
                    (Some(largest), Some(padding)) => message.help(say![
                        "the largest kernel that fits is ",
                        largest,
                        "; with `padding = ",
                        padding,
                        "`, ",
                        kernel,
                        " does"
                    ]),
                    (Some(largest), None) => message.help(say!["the largest kernel that fits is ", largest]),
                    (None, Some(padding)) => message.help(say!["with `padding = ", padding, "`, ", kernel, " does"]),
                    (None, None) => message,
                };
                message
            }
            Mismatch::PoolPadding { subject, padding, kernel, most } => {
                Self::new(say!["padding ", padding, " is more than half the kernel ", kernel, " of `", subject, "`"])
                    .help(say!["a window would hold padding alone; at most `padding = ", most, "`"])
            }
            Mismatch::OutputPadding { subject, output_padding, stride } => Self::new(say![
                "output padding ",
                output_padding,
                " is not below the stride ",
                stride,
                " of `",
                subject,
                "`"
            ])
            .help(say!["it makes up for what a stride leaves over, which is less than one step"]),
            Mismatch::TransposedPadding { subject, padding, reach, most } => {
                Self::new(say!["padding ", padding, " leaves nothing of the ", reach, " that `", subject, "` makes"])
                    .help(say!["at most `padding = ", most, "`: it is taken away from both ends of an axis"])
            }
            Mismatch::Groups { channels, groups, subject, from, near } => {
                let whose = match from {
                    Some(from) => say![" of ", from],
                    None => say![" that `", subject, "` makes"],
                };
                let message = Self::new(say![&channels, " channels", whose, " do not divide into ", groups, " groups"]);
                match near {
                    Some(near) => message.help(say!["`groups` may be ", near]),
                    None => message.help(say!["`groups` may be any divisor of ", channels]),
                }
            }
            Mismatch::Reshape { subject, from, found, elements, target, product, cure } => {
                let message = Self::new(say![
                    "`",
                    subject,
                    "` makes ",
                    target,
                    " of ",
                    product,
                    " elements, found ",
                    found,
                    " of ",
                    &elements,
                    " from ",
                    from
                ]);
                match cure {
                    Some(cure) => message.help(say!["`reshape(", cure, ")` has ", elements]),
                    None => message.help(say!["choose dimensions whose product is ", elements]),
                }
            }
            Mismatch::Axis { axis, rank } => {
                let message =
                    Self::new(say!["there is no axis ", axis, " in a shape of ", rank, plural(" dimension", rank)]);
                if rank == 1 {
                    message.help(say!["its one axis is 0: the batch is not counted"])
                } else {
                    message.help(say!["its axes are 0 to ", rank - 1, ": the batch is not counted"])
                }
            }
            Mismatch::ConcatRank { subject, first, first_from, other, other_from, flat } => {
                let message = Self::new(say![
                    "`",
                    subject,
                    "` joins shapes of equal rank, found ",
                    first,
                    " from ",
                    first_from,
                    " and ",
                    other,
                    " from ",
                    other_from
                ]);
                match flat {
                    Some((from, flat)) => message.help(say!["put `flatten;` after ", from, ": it makes ", vec![flat]]),
                    None => message,
                }
            }
            Mismatch::Concat { subject, axis, first, first_from, other, other_from, other_axis } => {
                let [first_found, other_found] = apart(&first, &other);
                let message = Self::new(say![
                    "`",
                    subject,
                    "` joins shapes that are equal but for axis ",
                    axis,
                    ", found ",
                    first_found,
                    " from ",
                    first_from,
                    " and ",
                    other_found,
                    " from ",
                    &other_from
                ]);
                if let Some(other_axis) = other_axis {
                    return message.help(say![
                        "they are equal but for axis ",
                        other_axis,
                        ": `axis = ",
                        other_axis,
                        "`"
                    ]);
                }
                let mut fitting = first;
                fitting[axis] = other[axis].clone();
                let [fitting, _] = apart(&fitting, &other);
                message.help(say!["let ", other_from, " give ", fitting])
            }
            Mismatch::Equal { subject, verb, first, first_from, other, other_from } => {
                let [first, other] = apart(&first, &other);
                let message = Self::new(say![
                    "`",
                    subject,
                    "` ",
                    verb,
                    " equal shapes, found ",
                    &first,
                    " from ",
                    &first_from,
                    " and ",
                    &other,
                    " from ",
                    &other_from
                ]);
                message.help(say!["let ", other_from, " give ", first, ", or ", first_from, " give ", other])
            }
            Mismatch::Declared { network, port, declared, node, output, cure } => {
                let message = Self::new(match &port {
                    None => {
                        say!["`", network, "` is declared to give ", &declared, ", but `", node, "` gives ", &output]
                    }
                    Some(port) => {
                        say!["the output `", port, "` is declared as ", &declared, ", but its node gives ", &output]
                    }
                });
                let declare = match port {
                    None => say!["declare `-> ", bare(&output), "`"],
                    Some(port) => say!["declare `", port, ": ", bare(&output), "`"],
                };
                match cure {
                    Some(cure) => message.help([declare, say![", or ", cure]].concat()),
                    None => message.help(declare),
                }
            }
            Mismatch::Stated { node, stated, output } => {
                Self::new(say!["`", node, "` is stated to give ", stated, ", but gives ", &output]).help(say![
                    "state `-> ",
                    bare(&output),
                    "`"
                ])
            }
            Mismatch::NoSize { what, written, why } => {
                Self::new(say![what, ", `", written, "`, is ", why]).help(bounds())
            }
            Mismatch::NoValue { subject, size } => {
                Self::new(say!["a size that `", subject, "` gives is ", size]).help(bounds())
            }
            Mismatch::Elements { shape, what } => too_large(say![what, " ", &shape], &shape),
            Mismatch::Parameters { subject, name, shape } => {
                too_large(say!["the ", name, " ", &shape, " of `", subject, "`"], &shape)
            }
        }
    }
}

/// Between what a size lies.
fn bounds() -> Vec<Piece> {
    say!["a size is a whole number from 0 to ", LARGEST]
}

/// A shape of too many elements, with the first dimension that would do where one does for sure.
fn too_large(what: Vec<Piece>, shape: &Shape) -> Message {
    let message = Message::new([what, say![" has more elements than the largest allowed, ", LARGEST]].concat());
    // Of several constants the product alone may be too large.
    let sure = shape.len() == 2 || shape[1..].iter().all(|size| size.literal().is_some());
    let rest = Operation::Product.of(&shape[1..]).filter(|_| sure);
    let most = rest.and_then(|rest| Operation::Quotient.of(&[Dimension::Literal(LARGEST), rest]));
    match most.filter(|most| most.literal() != Some(0)) {
        Some(most) => message.help(say!["its first dimension may be ", most, " at most"]),
        None => message,
    }
}

pub(super) fn plural(word: &str, count: usize) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
