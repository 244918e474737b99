//! Mistakes in options that name another node: `tied` and `state`.

use super::graph::{quoted, suggestion};
use super::message::say;
use super::shape::counted;
use super::{Message, Piece, Received};
use crate::shape::{Dimension, Shape};

/// A mistake in what an option names.
#[derive(Debug)]
pub(crate) enum Naming {
    Tied {
        name: String,
        error: ResolveError,
    },
    TiedKind {
        name: String,
    },
    TiedTwice {
        name: String,
        original: String,
    },
    /// What `contractive_penalty` reads; `near` is a node above that it could read.
    NotEncoder {
        subject: String,
        from: String,
        near: Option<String>,
    },
    TiedGives {
        subject: String,
        source: String,
        weight: Shape,
        output: Dimension,
        found: Dimension,
    },
    TiedTakes {
        subject: String,
        source: String,
        weight: Shape,
        inputs: Dimension,
        found: Received,
    },
    /// `reader` is of the kind that it asks for, `others` are the nodes above that are so too.
    State {
        reader: String,
        kind: &'static str,
        name: String,
        error: ResolveError,
        others: Vec<String>,
    },
    StateNone {
        kind: &'static str,
        name: String,
        others: Vec<String>,
    },
    StateKind {
        reader: String,
        kind: &'static str,
        name: String,
        of: &'static str,
    },
    StateUnits {
        reader: String,
        kind: &'static str,
        name: String,
        has: Dimension,
        found: Dimension,
    },
    StateLayers {
        reader: String,
        name: String,
        has: usize,
        found: usize,
    },
    StateDirections {
        reader: String,
        name: String,
        bidirectional: bool,
    },
}

/// Why an option finds no node of a name above it.
#[derive(Debug)]
pub(crate) enum ResolveError {
    /// It is the layer's own.
    Itself,
    /// It is that of a node below.
    Below,
    /// It is an input's.
    Input,
    Unknown {
        near: Option<String>,
    },
}

impl From<Naming> for Message {
    fn from(fault: Naming) -> Self {
        match fault {
            Naming::Tied { name, error } => match error {
                ResolveError::Itself => Self::new(say!("`{name}` is tied to itself", name))
                    .help(say!("`tied` names another `dense` layer above")),
                ResolveError::Below => Self::new(say!("`{name}` comes after the layer that is tied to it", name))
                    .help(say!("tie the later of the two to the earlier")),
                ResolveError::Input => Self::new(say!("{input} has no weight to tie to", input = input(&name)))
                    .help(say!("`tied` names a `dense` layer above")),
                ResolveError::Unknown { near } => {
                    suggestion(Self::new(say!("no node has the name `{name}`", name)), near, &[])
                }
            },
            Naming::TiedKind { name } => {
                Self::new(say!("`{name}` is no `dense` layer and has no weight to tie to", name))
                    .help(say!("`tied` names a `dense` layer above"))
            }
            Naming::NotEncoder { subject, from, near } => {
                let message = Self::new(say!(
                    "`{subject}` takes the value of a node with one `dense` layer, a weight of its own \
                     and at most one activation, found {from}",
                    subject,
                    from
                ));
                match near {
                    Some(near) => message.help(say!("let it read `{near}`: `contractive_penalty <- {near}`", near)),
                    None => message.help(say!("it reads a node like `encoder: dense(64), sigmoid;`, whose activation is `identity`, `relu`, `leaky_relu`, `elu`, \
                         `selu`, `sigmoid`, `softplus` or `tanh`")),
                }
            }
            Naming::TiedTwice { name, original } => {
                Self::new(say!("`{name}` is tied to `{original}` and has no weight of its own", name, original)).help(
                    say!(
                        "`dense(…)` without `tied` has the transposed shape; `tied` names a layer with its \
                     own weight"
                    ),
                )
            }
            Naming::TiedGives { subject, source, weight, output, found } => Self::new(say!(
                "`{subject}` is tied to `{source}`, whose weight is {weight}: it gives {output}, \
                     found {found}",
                subject,
                source,
                weight,
                output = vec![output.clone()],
                found = vec![found]
            ))
            .help(say!("write `dense({output}, tied = {source})`", output, source)),
            Naming::TiedTakes { subject, source, weight, inputs, found } => Self::new(say!(
                "`{subject}` is tied to `{source}`, whose weight is {weight}: it takes {inputs}, \
                     found {found}",
                subject,
                source,
                weight,
                inputs = vec![inputs.clone()],
                found
            ))
            .help(say!(
                "let {from} give {inputs}, or leave out `tied = {source}`",
                from = found.from,
                inputs = vec![inputs],
                source
            )),
            Naming::State { reader, kind, name, error, others } => match error {
                ResolveError::Itself => {
                    carried(Self::new(say!("`{name}` starts from its own state", name)), kind, &others)
                }
                ResolveError::Below => {
                    Self::new(say!("`{name}` comes after `{reader}`, which starts from its state", name, reader))
                        .help(say!("move `{name}` above `{reader}`", name, reader))
                }
                ResolveError::Input => {
                    carried(Self::new(say!("{input} has no state to start from", input = input(&name))), kind, &others)
                }
                ResolveError::Unknown { near } => {
                    let message = Self::new(say!("no node has the name `{name}`", name));
                    match near {
                        Some(_) => suggestion(message, near, &[]),
                        None => message.help(names(kind, &others)),
                    }
                }
            },
            Naming::StateNone { kind, name, others } => {
                Self::new(say!("`{name}` is no recurrent layer and has no state to start from", name))
                    .help(names(kind, &others))
            }
            Naming::StateKind { reader, kind, name, of } => Self::new(say!(
                "`{reader}` starts from the state of {a_kind} layer, found `{name}`, which is {a_of}",
                reader,
                a_kind = article(kind),
                name,
                a_of = article(of)
            ))
            .help(say!("write `{of}` here, or `{kind}` at `{name}`", of, kind, name)),
            Naming::StateUnits { reader, kind, name, has, found } => Self::new(say!(
                "`{reader}` starts from the state of `{name}`, which has {has} units, found {found}",
                reader,
                name,
                has,
                found
            ))
            .help(say!("write `{kind}({has}, state = {name})`", kind, has, name)),
            Naming::StateLayers { reader, name, has, found } => Self::new(say!(
                "`{reader}` starts from the state of `{name}`, which has {layers}, found {found}",
                reader,
                name,
                layers = counted(has, "layer"),
                found
            ))
            .help(say!(
                "write `layers = {has}`, or give `{name}` {layers}",
                has,
                name,
                layers = counted(found, "layer")
            )),
            Naming::StateDirections { reader, name, bidirectional: true } => Self::new(say!(
                "`{reader}` starts from the state of `{name}`, which is bidirectional, found one \
                     direction",
                reader,
                name
            ))
            .help(say!("write `bidirectional = true`, or leave it out at `{name}`", name)),
            Naming::StateDirections { reader, name, bidirectional: false } => Self::new(say!(
                "`{reader}` starts from the state of `{name}`, which goes in one direction, found \
                     `bidirectional = true`",
                reader,
                name
            ))
            .help(say!("leave out `bidirectional = true`, or give it to `{name}`", name)),
        }
    }
}

/// How messages call an input that an option names.
fn input(name: &str) -> String {
    if name == "input" { "the input".to_owned() } else { format!("the input `{name}`") }
}

/// What `state` may name.
fn names(kind: &str, others: &[String]) -> Vec<Piece> {
    match others {
        [] => say!("there is no `{kind}` layer above: leave out `state` to start from zeros", kind),
        others => say!("`state` names {a_kind} layer above: {list}", a_kind = article(kind), list = quoted(others)),
    }
}

/// What to write where a state of the program's own was probably meant.
fn carried(message: Message, kind: &str, others: &[String]) -> Message {
    let message = if others.is_empty() { message } else { message.help(names(kind, others)) };
    message.help(say!(
        "leave out `state`: one that the program carries from batch to batch goes in by \
                     `forward_from`"
    ))
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['l', 'r']) { "an" } else { "a" };
    format!("{article} `{kind}`")
}
