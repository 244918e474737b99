//! Mistakes in energy-based models.

use super::arguments::listed;
use super::message::{Say, say};
use super::{Message, Piece, Received};
use crate::shape::{Dimension, Shape};

/// A mistake in the units of an energy-based model, or in what they take.
#[derive(Debug)]
pub(crate) enum Energy {
    Kind {
        side: Side,
        found: String,
        /// The kind that stands in quotes.
        quoted: Option<&'static str>,
        near: Option<&'static str>,
        all: &'static [&'static str],
    },
    /// A kind that only the other side has.
    OtherSide {
        side: Side,
        kind: &'static str,
        other: Side,
    },
    KindTakesNothing {
        side: Side,
        kind: &'static str,
    },
    GaussianTakes {
        found: String,
    },
    Variance {
        found: String,
    },
    LevelsMissing {
        side: Side,
    },
    LevelsFormula {
        formula: String,
    },
    /// Softmax units take two axes.
    Items {
        subject: String,
        levels: Dimension,
        found: Received,
        /// As many numbers as rows of levels.
        rows: Option<Shape>,
    },
    /// A row for each softmax unit, of as many numbers as it has levels.
    Levels {
        subject: String,
        levels: Dimension,
        rows: Dimension,
        found: Received,
        /// The axes in the other order, where that fits.
        turned: Option<Shape>,
    },
}

/// A side of a restricted Boltzmann machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Visible,
    Hidden,
}

/// As the option of the side.
impl Say for Side {
    fn say(&self, pieces: &mut Vec<Piece>) {
        let option = match self {
            Self::Visible => "visible",
            Self::Hidden => "hidden",
        };
        option.say(pieces);
    }
}

impl From<Energy> for Message {
    fn from(fault: Energy) -> Self {
        match fault {
            Energy::Kind { side, found, quoted, near, all } => {
                let text =
                    say!("`{side}` of `rbm` is {kinds}, found `{found}`", side, kinds = listed(all, "or"), found);
                let message = Self::new(text);
                match (quoted, near) {
                    (Some(kind), _) => message.help(say!("leave out the quotes: `{kind}`", kind)),
                    (None, Some(near)) => message.help(say!("did you mean `{near}`?", near)),
                    (None, None) if side == Side::Visible => {
                        message.help(say!("`bernoulli` is 0 or 1, `gaussian` any number, `softmax(k)` one of k levels"))
                    }
                    (None, None) => message.help(say!(
                        "`bernoulli` is 0 or 1, `relu` a number that is not negative, `gaussian` any number, \
                     `softmax(k)` one of k levels"
                    )),
                }
            }
            Energy::OtherSide { side, kind, other } => {
                Self::new(say!("`{kind}` is a kind of {other} unit, found as `{side}`", kind, other, side)).help(say!(
                    "write `{other} = {kind}`",
                    other,
                    kind
                ))
            }
            Energy::KindTakesNothing { side, kind } => Self::new(say!("`{kind}` takes no arguments", kind)).help(say!(
                "it is written `{side} = {kind}`",
                side,
                kind
            )),
            Energy::GaussianTakes { found } => {
                Self::new(say!("`gaussian` takes `variance = learned` or nothing, found `{found}`", found))
                    .help(say!("`gaussian` alone has variance 1, for data of mean 0 and variance 1"))
            }
            Energy::Variance { found } => {
                Self::new(say!("`variance` of `gaussian` is `learned`, found `{found}`", found))
                    .help(say!("`gaussian` alone has variance 1, for data of mean 0 and variance 1"))
            }
            Energy::LevelsMissing { side } => Self::new(say!("`softmax` needs the number of levels"))
                .help(say!("it is written `{side} = softmax(5)`, for units of 5 levels each", side)),
            Energy::LevelsFormula { formula } => Self::new(say!(
                "the levels of `softmax` are a number, a constant or a parameter, found `{formula}`",
                formula
            ))
            .help(say!("let a parameter of the network stand for `{formula}`", formula)),
            Energy::Items { subject, levels, found, rows } => {
                let mut message = Self::new(say!(
                    "`{subject}` takes `[items, {levels}]` with softmax units of {levels} levels, found \
                     {found}",
                    subject,
                    levels,
                    found
                ));
                if let Some(rows) = rows {
                    message = message.help(say!(
                        "put `reshape({rows})` between {from} and `{subject}`: it makes {items} items",
                        rows = super::bare(&rows),
                        from = found.from,
                        subject,
                        items = &rows[0]
                    ));
                }
                let flat = if found.shape.len() == 1 { "" } else { ", after `flatten;`" };
                message.help(say!(
                    "leave out `visible = softmax({levels})`: it then takes a vector{flat}",
                    levels,
                    flat
                ))
            }
            Energy::Levels { subject, levels, rows, found, turned } => {
                let message = Self::new(say!(
                    "`{subject}` has softmax units of {levels} levels, found rows of {rows} in {found}",
                    subject,
                    levels,
                    rows,
                    found
                ));
                match turned {
                    Some(turned) => message.help(say!(
                        "put `transpose;` between {from} and `{subject}`: it makes {turned}",
                        from = found.from,
                        subject,
                        turned
                    )),
                    None => message.help(say!("write `visible = softmax({rows})`", rows)),
                }
            }
        }
    }
}
