//! Mistakes in how a network is written.

use super::Message;
use super::message::say;

/// A mistake in the text, before anything is known of layers.
#[derive(Debug)]
pub(crate) enum Written {
    NetworkName { found: String },
    Colon { network: String },
    Arrow { network: String },
    Body { network: String },
    Shape { found: Option<String>, network: String, role: &'static str },
    Port { found: String },
    PortsUnnamed,
    PortsLoose { fixed: String },
    Dimension { found: String },
    EmptyShape,
    RankTooHigh { rank: usize },
    Attribute,
    StatedShape { found: String },
    SourcesLoose { sources: Option<String>, fixed: String },
    Late { tail: String, found: String, fixed: Option<String>, semicolon: bool },
    Unexpected { after: String, found: String, then: Option<String> },
    Stage { found: String },
    StageMissing { after: String },
    Semicolon { after: String },
    CommaOrSemicolon { after: String, found: String },
    Let { name: String },
    PartSizes { found: String, fixed: String },
    Parameter { found: String, name: String },
    EqualsForColon { name: String },
    ColonAfterName { name: String, found: String },
    Source { found: Option<String> },
    Keyword { name: String },
    ArgumentsLoose { layer: String, arguments: String },
    Value { option: String },
    Argument { found: String },
    PositionalAfterOption { argument: String },
    ColonInOption { option: String },
    Empty { network: String },
    Item { word: String, name: String },
    AttributeLast { of: &'static str },
    MarkInName { found: String, name: String },
    EqualsForSource { fixed: String },
    NoParameter { found: String },
    FreeDimension { found: String },
}

impl From<Written> for Message {
    fn from(fault: Written) -> Self {
        match fault {
            Written::NetworkName { found } => Self::new(say!("expected the name of a network, found `{found}`", found))
                .help(say!("a network is written `pub Name: [inputs] -> [outputs] {{ … }}`")),
            Written::Colon { network } => Self::new(say!("expected `:` and the shape that `{network}` takes", network))
                .help(say!("a network is written `{network}: [inputs] -> [outputs] {{ … }}`", network)),
            Written::Arrow { network } => {
                Self::new(say!("expected `->` and the shape that `{network}` gives", network))
                    .help(say!("a network is written `{network}: [inputs] -> [outputs] {{ … }}`", network))
            }
            Written::Body { network } => Self::new(say!("expected `{{` and the nodes of `{network}`", network))
                .help(say!("a network is written `{network}: [inputs] -> [outputs] {{ … }}`", network)),
            Written::Shape { found: Some(found), .. } => Self::new(say!("expected a shape, found `{found}`", found))
                .help(say!("a shape stands in brackets, such as `[10]` or `[1, 28, 28]`")),
            Written::Shape { found: None, network, role } => {
                Self::new(say!("expected the shape that `{network}` {role}", network, role))
                    .help(say!("a shape stands in brackets, such as `[10]` or `[1, 28, 28]`"))
            }
            Written::Port { found } => Self::new(say!("expected a name and its shape, found `{found}`", found))
                .help(say!("several inputs or outputs are written `(a: [3], b: [4])`, a single one `[3]`")),
            Written::PortsLoose { fixed } => Self::new(say!("inputs and outputs with names stand in parentheses"))
                .help(say!("write `{fixed}`", fixed)),
            Written::PortsUnnamed => Self::new(say!("shapes in parentheses have names"))
                .help(say!("several inputs or outputs are written `(a: [3], b: [4])`, a single one `[3]`")),
            Written::Dimension { found } => Self::new(say!("expected a dimension, found `{found}`", found))
                .help(say!("a dimension is a number, a constant expression or `_`")),
            Written::EmptyShape => {
                Self::new(say!("a shape has at least one dimension")).help(say!("a single number is `[1]`"))
            }
            Written::RankTooHigh { rank } => {
                Self::new(say!("a shape has at most three dimensions, found {rank}", rank))
                    .help(say!("the batch axis is not written; an image is `[channels, height, width]`"))
            }
            Written::Attribute => Self::new(say!("this attribute cannot be read"))
                .help(say!("an attribute is written `#[name]`, a doc comment `/// text`")),
            Written::StatedShape { found } => Self::new(say!("expected a shape after `->`, found `{found}`", found))
                .help(say!("a node states what it gives as `-> [16, 5, 5];`")),
            Written::SourcesLoose { sources: Some(sources), fixed } => {
                Self::new(say!("several sources stand in parentheses"))
                    .help(say!("write `<- ({sources})`", sources))
                    .help(say!("a layer or activation stands before the source: `{fixed}`", fixed))
            }
            Written::SourcesLoose { sources: None, fixed } => {
                Self::new(say!("a layer or activation stands before the source")).help(say!("write `{fixed}`", fixed))
            }
            Written::Late { tail, found, fixed, semicolon } => {
                let mut message = Self::new(say!("expected `;` after `{tail}`, found `{found}`", tail, found));
                if let Some(fixed) = fixed {
                    message = message.help(say!("layers and activations stand before it: `{fixed}`", fixed));
                }
                if semicolon { message.help(say!("`{tail};` ends the node", tail)) } else { message }
            }
            Written::Unexpected { after, found, then } => {
                let message =
                    Self::new(say!("expected `,`, `<-`, `->` or `;` after `{after}`, found `{found}`", after, found));
                match then {
                    Some(then) => {
                        message.help(say!("what is applied to it comes after a comma: `{after}, {then}`", after, then))
                    }
                    None => message,
                }
            }
            Written::Stage { found } => Self::new(say!("expected a layer or an activation, found `{found}`", found))
                .help(say!("a node is written `name: dense(10), relu;`")),
            Written::StageMissing { after } => {
                Self::new(say!("expected a layer or an activation after `{after}`", after))
                    .help(say!("a node is written `name: dense(10), relu;`"))
            }
            Written::Semicolon { after } => Self::new(say!("expected `;` after `{after}`", after))
                .help(say!("each node ends with `;`: `{after};`", after)),
            Written::CommaOrSemicolon { after, found } => {
                Self::new(say!("expected `,` or `;` after `{after}`, found `{found}`", after, found))
                    .help(say!("`{after}, {found}` applies both in this node", after, found))
                    .help(say!("`{after};` ends the node", after))
            }
            Written::PartSizes { found, fixed } => {
                Self::new(say!("a formula among the sizes of a part stands in braces, found `{found}`", found))
                    .help(say!("write `{fixed}`", fixed))
            }
            Written::Parameter { found, name } => {
                Self::new(say!("a dimension parameter is a name alone, found `{found}`", found))
                    .help(say!("write `{name}`", name))
            }
            Written::Let { name } => {
                Self::new(say!("a node is written without `let`")).help(say!("write `{name}: …;`", name))
            }
            Written::EqualsForColon { name } => Self::new(say!("expected `:` after the name of a node, found `=`"))
                .help(say!("write `{name}: …`", name)),
            Written::ColonAfterName { name, found } => Self::new(say!(
                "expected `:` after the name of a node, found `{found}`",
                found
            ))
            .help(say!("write `{name}: {found}(…)`", name, found)),
            Written::Source { found: Some(found) } => {
                Self::new(say!("expected the name of a source after `<-`, found `{found}`", found))
                    .help(say!("write `<- name`, or `<- (first, second)` for several"))
            }
            Written::Source { found: None } => Self::new(say!("expected the name of a source after `<-`"))
                .help(say!("write `<- name`, or `<- (first, second)` for several")),
            Written::Keyword { name } => {
                Self::new(say!("`{name}` is a keyword of Rust and cannot be a name here", name))
                    .help(say!("`{name}_` can", name))
            }
            Written::ArgumentsLoose { layer, arguments } => Self::new(say!(
                "the arguments of `{layer}` stand in parentheses",
                layer
            ))
            .help(say!("write `{layer}({arguments})`", layer, arguments)),
            Written::Value { option } => Self::new(say!("expected a value for `{option}`", option))
                .help(say!("an option is written `{option} = value`", option)),
            Written::Argument { found } => Self::new(say!("expected an argument, found `{found}`", found))
                .help(say!("arguments are written `dense(10, bias = false)`")),
            Written::PositionalAfterOption { argument } => {
                Self::new(say!("`{argument}` has no name and stands after an option", argument))
                    .help(say!("arguments without a name come first: `conv2d(6, kernel = 5)`"))
            }
            Written::ColonInOption { option } => {
                Self::new(say!("expected `=` after the option `{option}`, found `:`", option))
                    .help(say!("an option is written `{option} = value`", option))
            }
            Written::Item { word, name } => Self::new(say!("a network is written without `{word}`", word))
                .help(say!("write `{name}: [inputs] -> [outputs] {{ … }}`", name)),
            Written::AttributeLast { of } => Self::new(say!("no {of} comes after this attribute or doc comment", of))
                .help(say!("move it above the {of} that it is about, or write `//`", of)),
            Written::MarkInName { found, name } => {
                Self::new(say!("a name has letters, digits and `_`, found `{found}`", found))
                    .help(say!("write `{name}: …`", name))
            }
            Written::EqualsForSource { fixed } => {
                Self::new(say!("expected `<-` before a source, found `=`")).help(say!("write `{fixed}`", fixed))
            }
            Written::NoParameter { found } => {
                Self::new(say!("a network has dimension parameters alone, found `{found}`", found))
                    .help(say!("leave out `{found}`", found))
            }
            Written::FreeDimension { found } => {
                Self::new(say!("a size that only the running program knows is written `_`, found `{found}`", found))
                    .help(say!("write `_`, and leave out the batch axis: it is never written"))
            }
            Written::Empty { network } => Self::new(say!("`{network}` has no nodes", network))
                .help(say!("a network holds at least one, such as `out: dense(10);`")),
        }
    }
}
