//! Mistakes in the function of a `map`.

use heck::ToShoutySnakeCase;

use super::Message;
use super::arguments::listed;
use super::message::say;
use super::shape::counted;

/// A mistake in `map(|x| expression)`.
#[derive(Debug)]
pub(crate) enum Mapped {
    NoClosure { found: Option<String> },
    Arguments { found: usize },
    Argument,
    UnknownFunction { name: String, near: Option<&'static str>, all: Vec<&'static str> },
    Count { function: String, needed: usize, found: usize, method: bool },
    Exponent { found: String },
    Number { found: String },
    Narrow { found: String },
    Variable { name: String, near: Option<String> },
    Condition,
    NoElse,
    Let { found: String },
    NoValue,
    Outside { what: String, functions: Vec<&'static str> },
}

impl From<Mapped> for Message {
    fn from(fault: Mapped) -> Self {
        match fault {
            Mapped::NoClosure { found: Some(found) } => {
                Self::new(say!("the function of `map` is a closure of one number, found `{found}`", found))
                    .help(say!("it is written `map(|x| x * x)`"))
            }
            Mapped::NoClosure { found: None } => {
                Self::new(say!("the closure of `map` is its argument and an expression, nothing else"))
                    .help(say!("it is written `map(|x| x * x)`"))
            }
            Mapped::Arguments { found: 0 } => {
                Self::new(say!("the closure of `map` takes one number, found no argument")).help(say!(
                    "it is written `map(|x| x * x)`, or `map(|_| 1.0)` for a function that does not \
                     depend on it"
                ))
            }
            Mapped::Arguments { found } => {
                Self::new(say!("the closure of `map` takes one number, found {found} arguments", found))
                    .help(say!("`map` works on each element by itself; `add` and `multiply` join several values"))
            }
            Mapped::Argument => Self::new(say!("the argument of the closure is a name alone"))
                .help(say!("it is written `map(|x| x * x)`; the type is that of the network's elements")),
            Mapped::UnknownFunction { name, near: Some(near), .. } => {
                Self::new(say!("unknown function `{name}`", name)).help(say!("did you mean `{near}`?", near))
            }
            Mapped::UnknownFunction { name, near: None, all } => {
                Self::new(say!("unknown function `{name}`: `map` has no derivative of it", name))
                    .help(say!("`map` has {list}", list = listed(&all, "and")))
            }
            Mapped::Count { function, needed, found, method } => {
                let call = match (function.as_str(), method) {
                    ("powi", true) => "x.powi(2)".to_owned(),
                    ("powi", false) => "powi(x, 2)".to_owned(),
                    (name, true) if needed == 0 => format!("x.{name}()"),
                    (name, true) => format!("x.{name}(0.5)"),
                    (name, false) if needed == 1 => format!("{name}(x)"),
                    (name, false) => format!("{name}(x, 0.5)"),
                };
                let needed = if needed == 0 { "no arguments".to_owned() } else { counted(needed, "argument") };
                Self::new(say!("`{function}` takes {needed}, found {found}", function, needed, found))
                    .help(say!("it is written `{call}`", call))
            }
            Mapped::Exponent { found } => {
                Self::new(say!("the exponent of `powi` is a whole number such as `2`, found `{found}`", found))
                    .help(say!("`powf` takes any exponent of type `f64`, as in `x.powf(1.5)`"))
            }
            Mapped::Number { found } => Self::new(say!("expected a number, found `{found}`", found))
                .help(say!("a number is written `2` or `0.5`")),
            Mapped::Narrow { found } => Self::new(say!("`{found}` is 0 or infinite in `f32`", found))
                .help(say!("a number in `map` is 0, or from `1e-45` to `3e38` in size")),
            Mapped::Variable { name, near } => {
                let message = Self::new(say!(
                    "`{name}` is neither the closure's argument, nor a `let` in it, nor a constant",
                    name
                ));
                match near {
                    Some(near) => message.help(say!("did you mean `{near}`?", near)),
                    None => message.help(say!(
                        "a constant of type `f64` can stand here: `const {name}: f64 = …;`",
                        name = name.to_shouty_snake_case()
                    )),
                }
            }
            Mapped::Condition => Self::new(say!("the condition of an `if` in `map` is one comparison"))
                .help(say!("it is written `if x < 0.0 {{ … }} else {{ … }}`")),
            Mapped::NoElse => Self::new(say!("`if` has no `else`, and so no value where its condition fails"))
                .help(say!("it is written `if x < 0.0 {{ … }} else {{ … }}`")),
            Mapped::Let { found } => Self::new(say!("expected `let name = value;`, found `{found}`", found)),
            Mapped::NoValue => Self::new(say!("a block in `map` ends with its value"))
                .help(say!("it is written `{{ let a = x * x; a + 1.0 }}`, without `;` at the end")),
            Mapped::Outside { what, functions } => Self::new(say!("`map` cannot hold {what}", what)).help(say!(
                "it holds numbers, constants of type `f64`, `+`, `-`, `*`, `/`, `let`, `if a < b {{ … \
                     }} else {{ … }}`, and {list}",
                list = listed(&functions, "and")
            )),
        }
    }
}
