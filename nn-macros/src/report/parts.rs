//! Networks and layers of the user's own that do not fit the network around them.

use super::arguments::stated;
use super::message::say;
use super::shape::counted;
use super::{Message, Piece, Received};
use crate::shape::{Dimension, LARGEST, Shape};

/// A mistake at the boundary of a part.
#[derive(Debug)]
pub(crate) enum PartMismatch {
    /// `takes` and `gives` are shapes in brackets.
    Takes {
        subject: String,
        input: Vec<Piece>,
        found: Received,
    },
    Gives {
        subject: String,
        path: String,
        expected: Shape,
        /// What the user did to it: `state` or `declare`.
        verb: &'static str,
        output: Vec<Piece>,
    },
    /// A size of its header that is none with the dimensions of the path.
    NoShape {
        path: String,
        written: String,
        why: String,
        values: Vec<(String, Dimension)>,
    },
    /// `_` where no size is free.
    Known {
        subject: String,
        expected: Shape,
        verb: &'static str,
    },
    Unstated {
        subject: String,
        path: String,
        output: Vec<Piece>,
    },
    Free {
        subject: String,
        path: String,
    },
    Indices {
        subject: String,
        path: String,
    },
    /// What a part makes of the lengths of sequences: others, or else none where its branches disagree.
    Lengths {
        subject: String,
        path: String,
        changes: bool,
    },
    Parameters {
        network: String,
        parameters: Vec<String>,
        path: String,
    },
    Ports {
        path: String,
        inputs: usize,
        outputs: usize,
    },
}

impl From<PartMismatch> for Message {
    fn from(fault: PartMismatch) -> Self {
        match fault {
            PartMismatch::Takes { subject, input, found } => {
                Self::new(say!("`{subject}` takes `{input}`, found {found}", subject, input, found)).help(say!(
                    "let {from} give `{input}`",
                    from = found.from,
                    input
                ))
            }
            PartMismatch::Gives { subject, path, expected, verb, output } => Self::new(say!(
                "`{subject}` is {verb}d to give {expected}, but `{path}` gives `{output}`",
                subject,
                verb,
                expected,
                path,
                output
            ))
            .help(say!("{verb} `-> {output}`", verb, output)),
            PartMismatch::NoShape { path, written, why, values } => {
                let values = stated(&values);
                let text = say!(
                    "`{path}` has a size that is no size: `{written}` is {why} for {values}",
                    path,
                    written,
                    why,
                    values
                );
                Self::new(text).help(say!(
                    "choose dimensions for which `{written}` is between 1 and {largest}",
                    written,
                    largest = LARGEST
                ))
            }
            PartMismatch::Known { subject, expected, verb } => Self::new(say!(
                "`{subject}` is {verb}d to give {expected}, but no input of the network has a free size",
                subject,
                verb,
                expected
            ))
            .help(say!("{verb} the sizes that it gives", verb)),
            PartMismatch::Unstated { subject, path, output } => Self::new(say!(
                "what `{subject}` gives is no vector and must be stated, found `{output}` from `{path}`",
                subject,
                output,
                path
            ))
            .help(say!("write `{subject}: {path} -> {output}`", subject, path, output)),
            PartMismatch::Indices { subject, path } => {
                Self::new(say!("`{subject}` (`{path}`) takes indices, and is declared elsewhere", subject, path))
                    .help(say!("declare it in the same `network!`"))
            }
            PartMismatch::Lengths { subject, path, changes } => {
                let does = if changes { "changes" } else { "may refuse" };
                Self::new(say!(
                    "`{subject}` (`{path}`) {does} lengths of sequences, and is declared elsewhere",
                    subject,
                    path,
                    does
                ))
                .help(say!("declare it in the same `network!`"))
            }
            PartMismatch::Free { subject, path } => {
                Self::new(say!("`{subject}` (`{path}`) has free dimensions, and is declared elsewhere", subject, path))
                    .help(say!("declare it in the same `network!`, or give this network's input `_` as well"))
            }
            PartMismatch::Parameters { network, parameters, path } if parameters.is_empty() => {
                Self::new(say!("`{network}` has no dimension parameters, found `{path}`", network, path))
                    .help(say!("write `{network}`", network))
            }
            PartMismatch::Parameters { network, parameters, path } => {
                let all = parameters.join(", ");
                Self::new(say!(
                    "`{network}` is declared with the dimension parameters `{all}`, found `{path}`",
                    network,
                    all,
                    path
                ))
                .help(say!("write `{network}<{all}>` with a number for each", network, all))
            }
            PartMismatch::Ports { path, inputs, outputs } => Self::new(say!(
                "a part has one input and one output, but `{path}` has {inputs} and {outputs}",
                path,
                inputs = counted(inputs, "input"),
                outputs = counted(outputs, "output")
            ))
            .help(say!("write the nodes of `{path}` in its place", path)),
        }
    }
}
