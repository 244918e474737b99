//! Values of another rank than a layer takes.

use super::message::say;
use super::{Message, Piece, Received, bare};
use crate::shape::{Dimension, Shape};

/// A value with too many axes, or too few.
#[derive(Debug)]
pub(crate) enum Rank {
    Vector {
        subject: String,
        found: Received,
        flat: Option<Dimension>,
        /// What a global pool makes of sizes that are not known.
        pooled: Option<Dimension>,
        steps: Option<Shape>,
        /// The numbers of a row, each of which may stand for a level of a softmax unit.
        levels: Option<Dimension>,
        /// What the last step of a sequence has.
        last: Option<Dimension>,
    },
    Indices {
        subject: String,
        found: Received,
        flat: Option<Dimension>,
    },
    Steps {
        subject: String,
        found: Received,
    },
    /// A recurrent layer takes a sequence.
    Sequence {
        subject: String,
        found: Received,
        suggestion: Sequenced,
    },
    /// The features of a step are its parameters' business.
    Features {
        subject: String,
        found: Received,
    },
    Last {
        subject: String,
        found: Received,
        flat: Option<Dimension>,
        pooled: Option<Dimension>,
    },
    Spatial {
        subject: String,
        axes: &'static [usize],
        found: Received,
        reshaped: Option<Shape>,
        other: Option<&'static str>,
    },
    Matrix {
        subject: String,
        found: Received,
        matrix: Option<Shape>,
    },
    Rows {
        subject: String,
        found: Received,
        flat: Option<Dimension>,
    },
}

/// What makes a sequence of what is none.
#[derive(Debug)]
pub(crate) enum Sequenced {
    /// An input of the network is declared as one.
    Declared,
    /// Without the layer `last` before it.
    WithoutLast,
    /// A vector stands at each step.
    Repeated,
    /// The rows of an image of one channel.
    Rows(Shape),
    /// The pixels of an image `[channels, pixels]`; of one whose sizes are not known, those of a pool.
    Pixels { flat: Shape, pooled: bool },
    /// The sizes are not known.
    Unknown,
}

impl From<Rank> for Message {
    fn from(fault: Rank) -> Self {
        match fault {
            Rank::Vector { subject, found, flat, pooled, steps, levels, last } => {
                let mut message = Self::new(say!("`{subject}` takes a vector, found {found}", subject, found));
                if let Some(last) = last {
                    message = message.help(say!(
                        "put `last;` between {from} and `{subject}`: it makes {last}",
                        from = found.from,
                        subject,
                        last = vec![last]
                    ));
                }
                if let Some(flat) = flat {
                    message = message.help(say!(
                        "put `flatten;` between {from} and `{subject}`: it makes {flat}",
                        from = found.from,
                        subject,
                        flat = vec![flat]
                    ));
                }
                if let Some(pooled) = pooled {
                    message = message.help(say!(
                        "put `global_avg_pool;` between {from} and `{subject}`: it makes {pooled}",
                        from = found.from,
                        subject,
                        pooled = vec![pooled]
                    ));
                }
                if let Some(steps) = steps {
                    message = message.help(say!("`each_step = true` applies it to each row: it makes {steps}", steps));
                }
                if let Some(levels) = levels {
                    message = message.help(say!(
                        "`visible = softmax({levels})` takes each row as one unit of {levels} levels",
                        levels
                    ));
                }
                message
            }
            Rank::Indices { subject, found, flat } => {
                let message = Self::new(say!("`{subject}` takes a vector of indices, found {found}", subject, found));
                match flat {
                    Some(flat) => message.help(say!("declare {from} as {flat}", from = found.from, flat = vec![flat])),
                    None => message,
                }
            }
            Rank::Steps { subject, found } => Self::new(say!(
                "`{subject}` takes `[steps, features]` with `each_step = true`, found {found}",
                subject,
                found
            ))
            .help(say!("without `each_step` it takes a vector")),
            Rank::Sequence { subject, found, suggestion } => {
                let message =
                    Self::new(say!("`{subject}` takes a sequence `[steps, features]`, found {found}", subject, found));
                suggestion.help(message, &subject, &found)
            }
            Rank::Features { subject, found } => {
                let known = found.shape.iter().find(|size| !size.is_free()).cloned();
                let text = say!("`{subject}` needs a fixed number of features, found {found}", subject, found);
                let mut message = Self::new(text);
                if let Some(known) = known {
                    let turned = vec![Dimension::Free, known];
                    message = message.help(say!(
                        "put `transpose;` between {from} and `{subject}`: it makes {turned}, a sequence of \
                     any length",
                        from = found.from,
                        subject,
                        turned
                    ));
                }
                message.help(say!("give the network's input a known size there"))
            }
            Rank::Last { subject, found, flat, pooled } => {
                let text = say!("`{subject}` takes a sequence `[steps, features]`, found {found}", subject, found);
                let mut message = Self::new(text);
                if found.shape.len() == 1 {
                    let Received { shape, .. } = found;
                    return message.help(say!("leave it out: {shape} is no sequence, and has no last step", shape));
                }
                for (layer, made) in [("flatten", flat), ("global_avg_pool", pooled)] {
                    if let Some(made) = made {
                        message = message.help(say!("`{layer};` in its place makes {made}", layer, made = vec![made]));
                    }
                }
                message
            }
            Rank::Spatial { subject, axes, found, reshaped, other } => {
                let expected = match axes {
                    [1] => "a signal `[channels, length]`",
                    [2] => "an image `[channels, height, width]`",
                    _ => "a signal `[channels, length]` or an image `[channels, height, width]`",
                };
                let mut message =
                    Self::new(say!("`{subject}` takes {expected}, found {found}", subject, expected, found));
                if let Some(reshaped) = &reshaped {
                    let what = if reshaped.len() == 2 { "a signal" } else { "an image" };
                    message = message.help(say!(
                        "`reshape({reshaped})` before it makes {what}",
                        reshaped = bare(reshaped),
                        what
                    ));
                }
                match other {
                    Some(other) if found.shape.len() == 2 => {
                        message.help(say!("`{other}` takes signals `[channels, length]`", other))
                    }
                    Some(other) => message.help(say!("`{other}` takes images", other)),
                    None if reshaped.is_some() => message,
                    None => message.help(say!("`reshape([channels, height, width])` before it makes an image")),
                }
            }
            Rank::Matrix { subject, found, matrix } => {
                let message = Self::new(say!("`{subject}` takes two axes, found {found}", subject, found));
                match matrix {
                    Some(matrix) => message.help(say!("put `reshape({matrix})` before it", matrix = bare(&matrix))),
                    None => message,
                }
            }
            Rank::Rows { subject, found, flat } => {
                let message = Self::new(say!("`{subject}` takes `[n]` or `[steps, n]`, found {found}", subject, found));
                match flat {
                    Some(flat) => message.help(say!("put `flatten` before it: it makes {flat}", flat = vec![flat])),
                    None => message,
                }
            }
        }
    }
}

impl Sequenced {
    fn help(self, message: Message, subject: &str, found: &Received) -> Message {
        let between = |layers: Vec<Piece>, made: &Shape, what: &str| {
            say!(
                "put `{layers};` between {from} and `{subject}`: it makes {made}{what}",
                layers,
                from = found.from,
                subject,
                made,
                what
            )
        };
        let steps = Dimension::Literal(10);
        let repeated = |message: Message| {
            let made = [vec![steps.clone()], found.shape.clone()].concat();
            message.help(between(say!("repeat({steps})", steps), &made, ", the same at each step"))
        };
        match self {
            Self::Declared => {
                let declared = [vec![Dimension::Free], found.shape.clone()].concat();
                repeated(message.help(say!(
                    "declare {from} as {declared}: the first axis is time",
                    from = found.from,
                    declared
                )))
            }
            Self::WithoutLast => message.help(say!("leave out `last`: it gives one step of the sequence alone")),
            Self::Repeated => repeated(message),
            Self::Rows(rows) => {
                message.help(between(say!("reshape({rows})", rows = bare(&rows)), &rows, ", a step for each row"))
            }
            Self::Pixels { flat, pooled } => {
                let made = flat.iter().rev().cloned().collect();
                let mut layers = say!("reshape({flat}), transpose", flat = bare(&flat));
                let what = if pooled { ", a step for each bin" } else { ", a step for each pixel" };
                if pooled {
                    layers.splice(0..0, say!("adaptive_avg_pool2d([1, {pixels}]), ", pixels = &flat[1]));
                }
                message.help(between(layers, &made, what))
            }
            Self::Unknown => message.help(say!("give the network's input known sizes")),
        }
    }
}
