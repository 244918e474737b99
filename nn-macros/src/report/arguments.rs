//! Mistakes in a layer's name, its arguments and its options.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::message::say;
use super::{Message, Piece, nearest};
use crate::shape::{Dimension, LARGEST};

/// A mistake in what one layer is given.
#[derive(Debug)]
pub(crate) enum Argument {
    UnknownLayer { name: String, meant: Meant },
    Variable { what: String, name: String },
    FormulaTooLong { what: String, most: usize },
    PartFormula { formula: String, network: String, parameters: Vec<String> },
    PartCalled { name: String, parameters: Vec<String>, arguments: Vec<String> },
    ParameterTwice { name: String },
    ParameterName { name: String },
    NoOptions { layer: &'static str, call: &'static str },
    UnknownOption { layer: &'static str, option: String, near: Option<&'static str>, options: &'static [&'static str] },
    ReturnSequences { layer: &'static str },
    OptionTwice { layer: &'static str, option: String },
    TooMany { layer: &'static str, call: &'static str, options: bool },
    TooFew { layer: &'static str, argument: &'static str, call: &'static str },
    Required { layer: &'static str, option: &'static str, call: &'static str },
    NotWhole { what: String, found: String },
    NotPair { what: String, found: String },
    NotSingle { layer: &'static str, what: String, found: String, other: &'static str },
    NotFlag { layer: &'static str, option: String, found: String },
    NotReal { what: String, found: String, example: String },
    NotShape { what: String, found: String },
    NotAxis { layer: &'static str, found: String, constant: bool },
    NotCount { layer: &'static str, option: String, found: String, constant: bool },
    NotWithin { layer: &'static str, option: String, most: u64, found: i128 },
    TooManyUnits { layer: &'static str, most: u64, found: u64 },
    NotChoice { layer: &'static str, option: String, all: &'static [&'static str], found: String },
    NotName { what: String, option: String, found: String },
    TooSmall { what: String, least: u64, found: String },
    TooLarge { what: String, found: Dimension },
    ParameterTooLarge { name: String, found: Dimension },
    NotBetween { what: String, least: u64, found: Found },
    Overflow { expression: String },
    OutOfRange { what: String, range: &'static str, found: String, example: String },
    Init { found: String, near: Option<&'static str>, all: &'static [&'static str] },
    InitNeedsNumber { name: String },
    InitNumber { found: String },
    InitTakesNothing { name: String },
    SameWithStride { stride: Vec<Piece>, padding: Vec<Piece> },
    InitTied { name: String, source: String },
}

/// What a message offers in place of a word: layers to write, or how to say what it means.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Meant {
    pub(crate) near: Option<String>,
    pub(crate) hint: Option<String>,
}

/// A size that is out of range.
#[derive(Debug)]
pub(crate) enum Found {
    /// A constant.
    Value(Dimension),
    /// An expression over dimension parameters or constants, its value, and theirs.
    Expression { written: String, value: Dimension, of: Vec<(String, Dimension)> },
}

impl Found {
    /// `0`, `` `N = 0` ``, or `` `P - 4`, below zero for `P = 1` ``.
    pub(super) fn pieces(self) -> Vec<Piece> {
        let (written, value, of) = match self {
            Self::Value(value) => return vec![Piece::Number(value)],
            Self::Expression { written, value, of } => (written, value, of),
        };
        match of.as_slice() {
            [(name, _)] if *name == written => stated(&of),
            _ => say!("`{written}`, {value} for {stated}", written, value, stated = stated(&of)),
        }
    }
}

/// The values of dimension parameters, or of constants: `` `C = 3`, `H = 8` ``.
pub(super) fn stated(values: &[(String, Dimension)]) -> Vec<Piece> {
    let all = values.iter().map(|(name, value)| {
        let value = vec![Piece::Number(value.clone())];
        say!("`{name} = {value}`", name, value)
    });
    all.collect::<Vec<_>>().join(&Piece::Text(", ".to_owned()))
}

impl From<Argument> for Message {
    fn from(fault: Argument) -> Self {
        match fault {
            Argument::Variable { what, name } => {
                let constant = name.to_shouty_snake_case();
                Self::new(say!("{what} is a number or a constant, found the variable `{name}`", what, name))
                    .help(say!("a constant can stand here: `const {constant}: usize = …;` and `{constant}`", constant))
            }
            Argument::FormulaTooLong { what, most } => Self::new(say!(
                "{what} is a formula of more than {most} products when it is multiplied out",
                what,
                most
            ))
            .help(say!("declare a dimension parameter for the size itself")),
            Argument::UnknownLayer { name, meant: Meant { hint: Some(hint), .. } } => {
                Self::new(say!("unknown layer `{name}`", name)).help(say!("{hint}", hint))
            }
            Argument::UnknownLayer { name, meant: Meant { near, .. } } => {
                let message = Self::new(say!("unknown layer `{name}`", name));
                let own = "a network or layer of your own starts with a capital";
                match near {
                    // Written with a capital and with arguments, as other libraries do.
                    Some(near) if name.starts_with(char::is_uppercase) => {
                        message.help(say!("did you mean `{near}`?", near))
                    }
                    None if name.starts_with(char::is_uppercase) => message
                        .help(say!("layers are written in lower case, such as `dense(10)`"))
                        .help(say!("a network or layer of your own stands without parentheses: `{name}`", name)),
                    Some(near) => message.help(say!("did you mean `{near}`? {own}", near, own)),
                    None => message.help(say!("{own}", own)),
                }
            }
            Argument::PartFormula { formula, network, parameters } => {
                let taken = |letter: &&str| parameters.iter().all(|name| name != letter);
                let free = ["D", "K", "M", "N", "P"].into_iter().find(taken).unwrap_or("Size");
                Self::new(say!("the size of a part is a parameter, a number or a constant, found `{formula}`", formula))
                    .help(say!(
                        "let a parameter stand for `{formula}`: `{network}<{parameters}, {free}>`",
                        formula,
                        network,
                        parameters = parameters.join(", "),
                        free
                    ))
            }
            Argument::PartCalled { name, .. } if !name.starts_with(char::is_uppercase) => {
                let capital = name.to_upper_camel_case();
                Self::new(say!("a network begins with a capital where it is a part, found `{name}`", name))
                    .help(say!("call it `{capital}`", capital))
            }
            Argument::PartCalled { name, parameters, arguments } => {
                let given = if arguments.len() == parameters.len() { arguments } else { parameters };
                let part = if given.is_empty() { name.clone() } else { format!("{name}<{}>", given.join(", ")) };
                Self::new(say!("`{name}` is a network and stands without parentheses", name))
                    .help(say!("write `{part}`", part))
            }
            Argument::ParameterTwice { name } => {
                Self::new(say!("the dimension parameter `{name}` is declared twice", name))
                    .help(say!("`{name}2` is free", name))
            }
            Argument::ParameterName { name } => {
                let capital = name.to_shouty_snake_case();
                Self::new(say!("a dimension parameter begins with a capital, found `{name}`", name))
                    .help(say!("write `{capital}`", capital))
            }
            Argument::NoOptions { layer, call } => {
                Self::new(say!("`{layer}` has no options", layer)).help(say!("it is written `{call}`", call))
            }
            Argument::UnknownOption { layer, option, near, options } => {
                let message = Self::new(say!("`{layer}` has no option `{option}`", layer, option));
                let options = listed(options, "and");
                match near {
                    Some(near) => {
                        message.help(say!("did you mean `{near}`? `{layer}` has {options}", near, layer, options))
                    }
                    None => message.help(say!("`{layer}` has {options}", layer, options)),
                }
            }
            Argument::ReturnSequences { layer } => {
                Self::new(say!("`{layer}` has no option `return_sequences`: it gives every step", layer))
                    .help(say!("leave it out; `last;` after the layer keeps the last step alone"))
            }
            Argument::OptionTwice { layer, option } => {
                Self::new(say!("the option `{option}` of `{layer}` is given twice", option, layer))
                    .help(say!("remove one of the two"))
            }
            Argument::TooMany { layer, call, options } => {
                let message = Self::new(say!("too many arguments for `{layer}`", layer));
                if options {
                    message.help(say!("it is written `{call}`: everything else is an option with a name", call))
                } else {
                    message.help(say!("it is written `{call}`", call))
                }
            }
            Argument::TooFew { layer, argument, call } => {
                Self::new(say!("`{layer}` needs the {argument}", layer, argument))
                    .help(say!("it is written `{call}`", call))
            }
            Argument::Required { layer, option, call } => {
                Self::new(say!("`{layer}` needs `{option}`", layer, option)).help(say!("it is written `{call}`", call))
            }
            Argument::NotWhole { what, found } => {
                Self::new(say!("{what} is a whole number, found `{found}`", what, found)).help(whole(&found))
            }
            Argument::NotPair { what, found } => {
                Self::new(say!("{what} is a whole number or `[vertical, horizontal]`, found `{found}`", what, found))
                    .help(whole(&found))
            }
            Argument::NotSingle { layer, what, found, other } => {
                Self::new(say!("{what} is one whole number, found `{found}`", what, found)).help(say!(
                    "`{layer}` moves along one axis; `{other}` takes `[vertical, horizontal]`",
                    layer,
                    other
                ))
            }
            Argument::NotFlag { layer, option, found } => {
                Self::new(say!("`{option}` of `{layer}` is `true` or `false`, found `{found}`", option, layer, found))
                    .help(say!("write `{option} = true` or `{option} = false`", option))
            }
            Argument::NotReal { what, found, example } => {
                Self::new(say!("{what} is a number, found `{found}`", what, found))
                    .help(say!("it is written `{example}`", example))
            }
            Argument::NotShape { what, found } => Self::new(say!("{what} is a shape, found `{found}`", what, found))
                .help(say!("write `reshape([1, 28, 28])`")),
            Argument::NotAxis { layer, found, constant } => {
                let message =
                    Self::new(say!("`axis` of `{layer}` is a number such as `0`, found `{found}`", layer, found));
                message.help(if constant {
                    say!("the shapes depend on it, so that the macro must know it")
                } else {
                    say!("axes are counted from 0, without the batch: those of an image are 0, 1 and 2")
                })
            }
            Argument::NotCount { layer, option, found, constant } => {
                let text =
                    say!("`{option}` of `{layer}` is a number such as `2`, found `{found}`", option, layer, found);
                let message = Self::new(text);
                message.help(if constant {
                    say!("write the number: the parameters depend on it, so that the macro must know it")
                } else {
                    whole(&found)
                })
            }
            Argument::NotWithin { layer, option, most, found } => {
                let text =
                    say!("`{option}` of `{layer}` is from 1 to {most}, found {found}", option, layer, most, found);
                Self::new(text).help(if found < 1 {
                    say!("write `{option} = 1`", option)
                } else {
                    say!("write `{option} = {most}`, and put the others into a second `{layer}`", option, most, layer)
                })
            }
            Argument::TooManyUnits { layer, most, found } => Self::new(say!(
                "the number of units of `{layer}` is from 1 to {most}, found {found}",
                layer,
                most,
                found
            ))
            .help(say!(
                "of more units, the weights between them have more elements than the largest allowed, \
                     {largest}",
                largest = LARGEST
            )),
            Argument::NotChoice { layer, option, all, found } => {
                let text = say!(
                    "`{option}` of `{layer}` is {choices}, found `{found}`",
                    option,
                    layer,
                    choices = listed(all, "or"),
                    found
                );
                let quoted = all.iter().find(|word| found.trim_matches('"') == **word);
                let near = nearest(&found, all.iter().copied());
                Self::new(text).help(match (quoted, near) {
                    (Some(word), _) => say!("leave out the quotes: `{word}`", word),
                    (None, Some(near)) => say!("did you mean `{option} = {near}`?", option, near),
                    (None, None) => {
                        let written: Vec<String> = all.iter().map(|word| format!("{option} = {word}")).collect();
                        say!(
                            "write {choices}",
                            choices = listed(&written.iter().map(String::as_str).collect::<Vec<_>>(), "or")
                        )
                    }
                })
            }
            Argument::NotName { what, option, found } => {
                let message = Self::new(say!("{what} is the name of a node, found `{found}`", what, found));
                match found.trim_matches('"') {
                    name if name != found => message.help(say!("leave out the quotes: `{name}`", name)),
                    _ => message.help(say!("a name is written as it is: `{option} = encoder`", option)),
                }
            }
            Argument::TooSmall { what, least, found } => {
                Self::new(say!("{what} is at least {least}, found {found}", what, least, found))
            }
            Argument::TooLarge { what, found } => {
                Self::new(say!("{what} is at most {largest}, found {found}", what, largest = LARGEST, found))
            }
            Argument::ParameterTooLarge { name, found } => {
                let found = vec![Piece::Number(found)];
                Self::new(say!(
                    "the dimension parameter `{name}` is at most {largest}, found {found}",
                    name,
                    largest = LARGEST,
                    found
                ))
            }
            Argument::NotBetween { what, least, found } => Self::new(say!(
                "{what} is between {least} and {largest}, found {found}",
                what,
                least,
                largest = LARGEST,
                found = found.pieces()
            )),
            Argument::Overflow { expression } => {
                Self::new(say!("`{expression}` has no value that a size can have", expression))
                    .help(say!("a size is a whole number from 0 to {largest}", largest = LARGEST))
            }
            Argument::OutOfRange { what, range, found, example } => {
                Self::new(say!("{what} is {range}, found {found}", what, range, found))
                    .help(say!("it is written `{example}`", example))
            }
            Argument::Init { found, near, all } => {
                let message = Self::new(say!("unknown initialization `{found}`", found));
                match near {
                    Some(near) => message.help(say!("did you mean `{near}`?", near)),
                    None => message.help(say!("`init` is {choices}", choices = listed(all, "or"))),
                }
            }
            Argument::InitNeedsNumber { name } => {
                Self::new(say!("`{name}` needs a number", name)).help(say!("it is written `init = {name}(0.1)`", name))
            }
            Argument::InitNumber { found } => Self::new(say!("`init` is a distribution, found `{found}`", found))
                .help(say!("write `init = normal({found})` or `init = uniform({found})`", found)),
            Argument::InitTakesNothing { name } => {
                Self::new(say!("`{name}` takes no arguments", name)).help(say!("it is written `init = {name}`", name))
            }
            Argument::SameWithStride { stride, padding } => {
                Self::new(say!("`padding = same` keeps the size only with stride 1, found stride {stride}", stride))
                    .help(say!("`padding = {padding}` pads as much on every side", padding))
            }
            Argument::InitTied { name, source } => {
                Self::new(say!("`{name}` uses the weight of `{source}` and draws none of its own", name, source))
                    .help(say!("leave `init` out, or give it to `{source}`", source))
            }
        }
    }
}

/// What to write in place of something that only looks like a number.
fn whole(found: &str) -> Vec<Piece> {
    let digits = found.trim_matches('"');
    if digits != found && digits.parse::<u64>().is_ok() {
        return say!("leave out the quotes: `{digits}`", digits);
    }
    match digits.parse::<f64>() {
        Ok(value) if value > 0.0 && value.fract() == 0.0 => say!("write `{whole}`", whole = format!("{value:.0}")),
        Ok(value) if value > 1.0 => {
            say!(
                "the nearest are `{below}` and `{above}`",
                below = format!("{:.0}", value.floor()),
                above = format!("{:.0}", value.ceil())
            )
        }
        _ => say!("a size is written as a number or a constant expression, such as `3` or `2 * WIDTH`"),
    }
}

/// `` `a`, `b` and `c` ``
pub(super) fn listed(names: &[&str], conjunction: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} {conjunction} {last}", all.join(", ")),
    }
}
