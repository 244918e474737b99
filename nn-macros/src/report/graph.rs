//! Mistakes in names, and in what feeds what.

use super::Message;
use super::arguments::listed;
use super::message::say;
use crate::shape::LARGEST;

/// A mistake in a network's graph.
#[derive(Debug)]
pub(crate) enum Structure {
    NetworkTwice {
        name: String,
    },
    NameTwice {
        name: String,
    },
    OutputTwice {
        name: String,
    },
    DerivedTwice {
        name: String,
    },
    NameOfInput {
        name: String,
    },
    Unnamed {
        kind: String,
        call: String,
        suggestion: String,
    },
    TwoTrained {
        first: String,
        second: String,
        call: String,
        suggestion: String,
    },
    UnknownSource {
        name: String,
        near: Option<String>,
        all: Vec<String>,
    },
    SourceBelow {
        name: String,
        reader: String,
    },
    SourceItself {
        name: String,
    },
    SourceUnnamed {
        kind: String,
    },
    WhichInput {
        reader: String,
        all: Vec<String>,
    },
    InputOfSeveral {
        all: Vec<String>,
    },
    Unread {
        label: String,
        named: bool,
        next: Option<String>,
    },
    UnreadInput {
        name: String,
    },
    NotANode {
        name: String,
        near: Option<String>,
        all: Vec<String>,
    },
    OutputIsInput {
        name: String,
    },
    OneSource {
        kind: String,
        sources: Vec<String>,
    },
    SeveralSources {
        kind: String,
        example: Option<[String; 2]>,
    },
    SeveralMidChain {
        kind: String,
        before: String,
    },
    /// Another number of sources than two; `None` for one.
    TwoSources {
        kind: String,
        roles: [&'static str; 2],
        found: Option<usize>,
        example: Option<[String; 2]>,
    },
    TwoMidChain {
        kind: String,
        roles: [&'static str; 2],
        before: String,
    },
    ContainsItself {
        name: String,
    },
    IndicesInside {
        subject: String,
        from: String,
    },
    Sizeless {
        name: String,
    },
}

impl From<Structure> for Message {
    fn from(fault: Structure) -> Self {
        match fault {
            Structure::NetworkTwice { name } => {
                Self::new(say!("two networks have the name `{name}`", name)).help(say!("`{name}2` is free", name))
            }
            Structure::Sizeless { name } => {
                Self::new(say!("a size in `{name}` has no value that a size can have", name))
                    .help(say!("a size is a whole number from 0 to {largest}", largest = LARGEST))
            }
            Structure::NameTwice { name } => {
                Self::new(say!("the name `{name}` is used twice", name)).help(say!("`{name}_2` is free", name))
            }
            Structure::OutputTwice { name } => Self::new(say!("the output `{name}` is declared twice", name))
                .help(say!("leave it out, or hand it on under another name: `{name}_2: identity <- {name};`", name)),
            Structure::DerivedTwice { name } => {
                Self::new(say!("a network derives `{name}` by itself", name)).help(say!("leave out `{name}`", name))
            }
            Structure::NameOfInput { name } => {
                Self::new(say!("the name `{name}` means the network's input and cannot be a node's", name))
                    .help(say!("`{name}_2` is free", name))
            }
            Structure::Unnamed { kind, call, suggestion } => {
                Self::new(say!("`{kind}` has parameters and needs a name", kind)).help(say!(
                    "`{suggestion}: {call}` makes it a field and names its parameters in saved files",
                    suggestion,
                    call
                ))
            }
            Structure::TwoTrained { first, second, call, suggestion } => Self::new(say!(
                "a node holds one layer with parameters, found `{second}` after `{first}`",
                second,
                first
            ))
            .help(say!("end the node before it: `; {suggestion}: {call}`", suggestion, call)),
            Structure::UnknownSource { name, near, all } => {
                let message = Self::new(say!("no node or input has the name `{name}`", name));
                suggestion(message, near, &all)
            }
            Structure::SourceBelow { name, reader } => {
                Self::new(say!("`{name}` comes after `{reader}`, which reads it", name, reader)).help(say!(
                    "move `{name}` above `{reader}`: each node reads what stands above it",
                    name,
                    reader
                ))
            }
            Structure::SourceItself { name } => {
                Self::new(say!("`{name}` reads itself", name)).help(say!("each node reads what stands above it"))
            }
            Structure::SourceUnnamed { kind } => Self::new(say!("no node or input has the name `{kind}`", kind))
                .help(say!("name the node to read it: `{kind}1: {kind}`", kind)),
            Structure::WhichInput { reader, all } => {
                let first = all.first().cloned().unwrap_or_default();
                Self::new(say!(
                    "`{reader}` is the first node and the network has {count} inputs",
                    reader,
                    count = all.len()
                ))
                .help(say!("say which it takes: `<- {first}`", first))
            }
            Structure::InputOfSeveral { all } => {
                Self::new(say!("`input` names the input of a network that has only one"))
                    .help(say!("the inputs here are {list}", list = quoted(&all)))
            }
            Structure::Unread { label, named, next } => {
                let message = Self::new(say!("nothing reads `{label}`", label));
                match (named, next) {
                    (true, Some(next)) => {
                        message.help(say!("remove it, or let a node read it: `{next}` with `<- {label}`", next, label))
                    }
                    _ => message.help(say!("remove it, or name it and let a node read it with `<-`")),
                }
            }
            Structure::UnreadInput { name } => Self::new(say!("no node reads the input `{name}`", name))
                .help(say!("let a node read it with `<- {name}`, or remove it", name)),
            Structure::NotANode { name, near, all } => {
                let message = Self::new(say!("the output `{name}` is no node", name));
                suggestion(message, near, &all)
            }
            Structure::OutputIsInput { name } => Self::new(say!("the output `{name}` is an input", name))
                .help(say!("a node hands it on: `copy: identity <- {name};`", name)),
            Structure::OneSource { kind, sources } => {
                Self::new(say!("`{kind}` takes one source, found {count}", kind, count = sources.len())).help(say!(
                    "put `concat <- ({sources});` before it, or `add` or `multiply`",
                    sources = sources.join(", ")
                ))
            }
            Structure::SeveralSources { kind, example } => {
                let [first, second] = example.unwrap_or_else(|| ["first".to_owned(), "second".to_owned()]);
                Self::new(say!("`{kind}` takes two sources or more, found one", kind)).help(say!(
                    "name them: `{kind} <- ({first}, {second})`",
                    kind,
                    first,
                    second
                ))
            }
            Structure::SeveralMidChain { kind, before } => Self::new(say!(
                "`{kind}` takes two sources or more, but stands after `{before}` in a chain",
                kind,
                before
            ))
            .help(say!("give it a node of its own: `{kind} <- (first, second);`", kind)),
            Structure::TwoSources { kind, roles: [a, b], found, example } => {
                let found = found.map_or_else(|| "one".to_owned(), |found| found.to_string());
                let [first, second] = example.unwrap_or_else(|| [a.to_owned(), b.to_owned()]);
                Self::new(say!("`{kind}` takes two sources, `{a}` and `{b}`, found {found}", kind, a, b, found))
                    .help(say!("name them: `{kind} <- ({first}, {second})`", kind, first, second))
            }
            Structure::TwoMidChain { kind, roles: [a, b], before } => Self::new(say!(
                "`{kind}` takes two sources, `{a}` and `{b}`, but stands after `{before}` in a chain",
                kind,
                a,
                b,
                before
            ))
            .help(say!("give it a node of its own: `{kind} <- ({a}, {b});`", kind, a, b)),
            Structure::ContainsItself { name } => Self::new(say!("`{name}` contains itself", name))
                .help(say!("a network holds layers, and networks other than itself")),
            Structure::IndicesInside { subject, from } => Self::new(say!(
                "`{subject}` takes indices, which only an input of the network has, found {from}",
                subject,
                from
            ))
            .help(say!("let it read the input: `<- input`, or the name of one")),
        }
    }
}

pub(super) fn suggestion(message: Message, near: Option<String>, all: &[String]) -> Message {
    match near {
        Some(near) => message.help(say!("did you mean `{near}`?", near)),
        None if all.is_empty() => message,
        None => message.help(say!("there are {list}", list = quoted(all))),
    }
}

pub(super) fn quoted(names: &[String]) -> String {
    listed(&names.iter().map(String::as_str).collect::<Vec<_>>(), "and")
}
