//! Reading a layer's arguments into what the layer needs.

use quote::ToTokens;
use syn::{Expr, Ident, Lit, UnOp};

use super::real::Range;
use super::{Init, Real, Row, find};
use crate::context::{Folded, Scope, fold, name};
use crate::report::{Argument, Reported, compact, nearest};
use crate::shape::{Dimension, Shape};
use crate::syntax::Call;

/// The arguments of one layer, each read once. Every reader notes its own faults and then gives nothing.
pub(crate) struct Arguments<'a> {
    pub(crate) row: &'static Row,
    pub(crate) call: &'a Call,
    /// How messages call the layer.
    pub(crate) subject: &'a str,
    /// The activation that follows in the chain, if one does.
    pub(crate) following: Option<String>,
    pub(crate) scope: &'a mut Scope,
    next: usize,
}

impl<'a> Arguments<'a> {
    /// The arguments, after the checks that need no types: their number, and the options' names.
    pub(crate) fn new(
        row: &'static Row,
        call: &'a Call,
        subject: &'a str,
        following: Option<String>,
        scope: &'a mut Scope,
    ) -> Result<Self, Reported> {
        let layer = row.name;
        let mut broken = call.broken;
        for (index, (option, _)) in call.options.iter().enumerate() {
            let text = option.to_string();
            if !row.options.contains(&text.as_str()) {
                let near = elsewhere(&text).filter(|near| row.options.contains(near));
                let near = near.or_else(|| nearest(&text, row.options.iter().copied()));
                let fault = match row.options {
                    [] => Argument::NoOptions { layer, call: row.call },
                    options if text == "return_sequences" && options.contains(&"state") => {
                        Argument::ReturnSequences { layer }
                    }
                    options => Argument::UnknownOption { layer, option: text, near, options },
                };
                broken = Some(scope.faults.add(option, fault));
            } else if call.options[..index].iter().any(|(earlier, _)| earlier == option) {
                broken = Some(scope.faults.add(option, Argument::OptionTwice { layer, option: text }));
            }
        }
        let [least, most] = row.arguments;
        if let Some(extra) = call.positional.get(most) {
            let fault = Argument::TooMany { layer, call: row.call, options: !row.options.is_empty() };
            broken = Some(scope.faults.add(extra, fault));
        }
        // An argument written as an option of a layer without any is told so, and how the layer is written.
        let named = row.options.is_empty() && !call.options.is_empty();
        if call.positional.len() < least && call.broken.is_none() && !named {
            broken = Some(too_few(row, call, scope));
        }
        match broken {
            Some(reported) => Err(reported),
            None => Ok(Self { row, call, subject, following, scope, next: 0 }),
        }
    }

    /// The next argument without a name.
    pub(super) fn next(&mut self) -> Option<&'a Expr> {
        let argument = self.call.positional.get(self.next);
        self.next += 1;
        argument
    }

    /// The next argument without a name, which must be given.
    pub(super) fn required(&mut self) -> Result<&'a Expr, Reported> {
        self.next().ok_or_else(|| too_few(self.row, self.call, self.scope))
    }

    pub(super) fn option(&self, option: &str) -> Option<&'a Expr> {
        self.call.options.iter().find(|(name, _)| name == option).map(|(_, value)| value)
    }

    /// How messages call an option.
    pub(super) fn what(&self, option: &str) -> String {
        format!("`{option}` of `{}`", self.row.name)
    }

    /// How messages call the argument without a name.
    pub(super) fn what_argument(&self) -> String {
        format!("the {} of `{}`", self.row.argument, self.row.name)
    }

    /// The next argument, a size of at least 1.
    pub(super) fn size(&mut self) -> Result<Dimension, Reported> {
        self.size_called(self.row.argument)
    }

    /// The next argument, a size of at least 1, of a layer that takes several.
    pub(super) fn size_called(&mut self, name: &str) -> Result<Dimension, Reported> {
        let what = format!("the {name} of `{}`", self.row.name);
        let argument = self.required()?;
        self.scope.size(argument, 1, &what)
    }

    /// An option that is a size of at least `least`.
    pub(super) fn size_or(&mut self, option: &str, least: u64, default: u64) -> Result<Dimension, Reported> {
        match self.option(option) {
            Some(value) => self.scope.size(value, least, &self.what(option)),
            None => Ok(Dimension::Literal(default)),
        }
    }

    /// Sizes for the axes that the layer moves along: `3` for each, or `[3, 5]` where there are two.
    pub(super) fn sizes(&mut self, value: &Expr, least: u64, what: &str) -> Result<Vec<Dimension>, Reported> {
        match value {
            Expr::Array(array) if self.row.axes > 1 && array.elems.len() == self.row.axes => {
                let sizes: Vec<_> = array.elems.iter().map(|size| self.scope.size(size, least, what)).collect();
                sizes.into_iter().collect()
            }
            other if fold(other) == Folded::Other => self.not_sizes(other, what),
            other => self.scope.size(other, least, what).map(|size| vec![size; self.row.axes]),
        }
    }

    /// Notes that what is written is no such sizes.
    pub(super) fn not_sizes(&mut self, value: &Expr, what: &str) -> Result<Vec<Dimension>, Reported> {
        let (what, found) = (what.to_owned(), compact(value));
        let fault = match (value, self.row.counterpart) {
            _ if self.row.axes > 1 => Argument::NotPair { what, found },
            (Expr::Array(_), Some(other)) => Argument::NotSingle { layer: self.row.name, what, found, other },
            _ => Argument::NotWhole { what, found },
        };
        Err(self.scope.faults.add(value, fault))
    }

    /// An option that is such sizes.
    pub(super) fn sizes_or(
        &mut self,
        option: &str,
        least: u64,
        default: Vec<Dimension>,
    ) -> Result<Vec<Dimension>, Reported> {
        match self.option(option) {
            Some(value) => self.sizes(value, least, &self.what(option)),
            None => Ok(default),
        }
    }

    /// An option that is `true` or `false`.
    pub(super) fn flag_or(&mut self, option: &str, default: bool) -> Result<bool, Reported> {
        match self.option(option) {
            None => Ok(default),
            Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Bool(_)) => match &literal.lit {
                Lit::Bool(flag) => Ok(flag.value),
                _ => unreachable!("the guard saw a bool"),
            },
            Some(other) => {
                let fault =
                    Argument::NotFlag { layer: self.row.name, option: option.to_owned(), found: compact(other) };
                Err(self.scope.faults.add(other, fault))
            }
        }
    }

    /// An option that is a number from 1 to `most` which the macro must know.
    pub(super) fn count_or(&mut self, option: &str, most: u64, default: usize) -> Result<usize, Reported> {
        let Some(value) = self.option(option) else { return Ok(default) };
        let (layer, option, found) = (self.row.name, option.to_owned(), compact(value));
        let fault = match fold(value) {
            Folded::Number(count) => match usize::try_from(count) {
                Ok(count) if (1..=most).contains(&(count as u64)) => return Ok(count),
                _ => Argument::NotWithin { layer, option, most, found: count },
            },
            folded => Argument::NotCount { layer, option, found, constant: folded == Folded::Constant },
        };
        Err(self.scope.faults.add(value, fault))
    }

    /// An option that is one of several words; `Some(None)` where it is absent.
    pub(super) fn choice(
        &mut self,
        option: &str,
        all: &'static [&'static str],
    ) -> Result<Option<&'static str>, Reported> {
        let Some(value) = self.option(option) else { return Ok(None) };
        let found = compact(value);
        if let Some(word) = all.iter().find(|word| **word == found) {
            return Ok(Some(word));
        }
        let fault = Argument::NotChoice { layer: self.row.name, option: option.to_owned(), all, found };
        Err(self.scope.faults.add(value, fault))
    }

    /// An option that is a real number within a range; `Some(None)` where it is absent.
    pub(super) fn real_option(&mut self, option: &str, range: Range, example: &str) -> Result<Option<Real>, Reported> {
        let Some(value) = self.option(option) else { return Ok(None) };
        let what = self.what(option);
        self.real(value, &what, range, example).map(Some)
    }

    /// A real number within a range.
    pub(super) fn real(&mut self, value: &Expr, what: &str, range: Range, example: &str) -> Result<Real, Reported> {
        let literal = real_literal(value);
        let found = if literal.is_some() { compact(value) } else { format!("`{}`", compact(value)) };
        let (what, example) = (what.to_owned(), example.to_owned());
        if let Some(number) = literal {
            if !range.holds(number) {
                let fault = Argument::OutOfRange { what, range: range.text(), found, example };
                return Err(self.scope.faults.add(value, fault));
            }
            if !range.holds_narrow(number) {
                let fault = Argument::OutOfRange { what, range: range.narrow_text(), found, example };
                return Err(self.scope.faults.add(value, fault));
            }
            return Ok(Real::literal(number));
        }
        if fold(value) != Folded::Constant {
            return Err(self.scope.faults.add(value, Argument::NotReal { what, found: compact(value), example }));
        }
        let tokens = self.scope.constants.name("f64", &value.to_token_stream());
        for (range_text, condition) in
            [(range.text(), range.condition(&tokens)), (range.narrow_text(), range.narrow_condition(&tokens))]
        {
            let (what, found, example) = (what.clone(), found.clone(), example.clone());
            let out = Argument::OutOfRange { what, range: range_text, found, example };
            self.scope.constants.check(&condition, &out.into(), &value.to_token_stream(), None);
        }
        Ok(Real { tokens })
    }

    /// The option `init`, or the default for the activation that follows.
    pub(super) fn init(&mut self) -> Result<Init, Reported> {
        let following = self.following.as_deref().and_then(find);
        match self.option("init") {
            Some(value) => self.init_of(value),
            None if following.is_some_and(|row| row.rectifies) => Ok(Init::HeNormal),
            None => Ok(Init::XavierUniform),
        }
    }

    /// The option `init`, or a normal distribution of this standard deviation.
    pub(super) fn init_or(&mut self, sd: f64) -> Result<Init, Reported> {
        match self.option("init") {
            Some(value) => self.init_of(value),
            None => Ok(Init::Normal(Real::literal(sd))),
        }
    }

    fn init_of(&mut self, value: &Expr) -> Result<Init, Reported> {
        let (name, arguments) = match value {
            Expr::Call(call) => (name(&call.func), Some(call.args.iter().collect::<Vec<_>>())),
            other => (name(other), None),
        };
        let text = name.map_or_else(|| compact(value), Ident::to_string);
        let fault = match (Init::named(&text), arguments.as_deref()) {
            (Some(init), None) => return Ok(init),
            (Some(_), Some(_)) => Argument::InitTakesNothing { name: text },
            (None, Some([number])) if Init::takes_number(&text) => {
                let number =
                    self.real(number, &format!("the argument of `{text}`"), Range::Positive, &format!("{text}(0.1)"))?;
                return Ok(if text == "normal" { Init::Normal(number) } else { Init::Uniform(number) });
            }
            (None, None) if real_literal(value).is_some_and(|number| number > 0.0) => {
                Argument::InitNumber { found: text }
            }
            (None, _) if Init::takes_number(&text) => Argument::InitNeedsNumber { name: text },
            (None, _) => {
                let near = Init::elsewhere(&text).or_else(|| nearest(&text, Init::NAMES.iter().copied()));
                Argument::Init { found: text, near, all: Init::NAMES }
            }
        };
        Err(self.scope.faults.add(value, fault))
    }

    /// A shape in brackets.
    pub(super) fn shape(&mut self, value: &Expr) -> Result<Shape, Reported> {
        let Expr::Array(array) = value else {
            let what = format!("the argument of `{}`", self.row.name);
            return Err(self.scope.faults.add(value, Argument::NotShape { what, found: compact(value) }));
        };
        let sizes: Vec<_> = array.elems.iter().map(|size| self.scope.size(size, 1, "a dimension")).collect();
        sizes.into_iter().collect()
    }

    /// A node's name.
    pub(super) fn node(&mut self, option: &str) -> Result<Option<&'a Ident>, Reported> {
        let Some(value) = self.option(option) else { return Ok(None) };
        if let Some(name) = name(value) {
            return Ok(Some(name));
        }
        let fault = Argument::NotName { what: self.what(option), option: option.to_owned(), found: compact(value) };
        Err(self.scope.faults.add(value, fault))
    }
}

/// Notes that a layer has fewer arguments than it needs.
fn too_few(row: &Row, call: &Call, scope: &mut Scope) -> Reported {
    scope.faults.add(&call.tokens, Argument::TooFew { layer: row.name, argument: row.argument, call: row.call })
}

/// The option that another library calls so.
fn elsewhere(option: &str) -> Option<&'static str> {
    Some(match option {
        "num_layers" | "n_layers" => "layers",
        "initial_state" | "hidden_state" | "h0" | "hx" => "state",
        "nonlinearity" => "activation",
        "recurrent_initializer" => "init",
        "bias_forget" | "unit_forget_bias" => "forget_bias",
        "use_bias" => "bias",
        _ => return None,
    })
}

/// The value of a literal, negative ones too.
fn real_literal(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Float(number) if matches!(number.suffix(), "" | "f64" | "f32") => number.base10_parse().ok(),
            Lit::Int(number) if number.suffix().is_empty() => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => real_literal(&unary.expr).map(|number| -number),
        Expr::Paren(inner) => real_literal(&inner.expr),
        Expr::Group(inner) => real_literal(&inner.expr),
        _ => None,
    }
}
