//! Arithmetic on dimensions: folded where they are numbers, a call into `plumbline::check` where they are constants.

use proc_macro2::TokenStream;

use super::dimension::Dimension;
use super::formula::{Formula, MOST_TERMS};
use super::operation::{LARGEST, Operation};

impl Operation {
    /// The result for any dimensions; `None` where it is undefined, which some rule has then reported.
    pub(crate) fn of(self, operands: &[Dimension]) -> Option<Dimension> {
        if operands.contains_free() {
            return Some(Dimension::Free);
        }
        if let Some(numbers) = operands.iter().map(Dimension::literal).collect::<Option<Vec<_>>>() {
            return self.of_numbers(&numbers).map(Dimension::Literal);
        }
        if operands.iter().any(|operand| matches!(operand, Dimension::Parameter(_))) {
            let formulas = operands.iter().map(Dimension::formula).collect::<Option<Vec<_>>>()?;
            return Dimension::of(Formula::apply(self, &formulas)?);
        }
        if let Some(simple) = self.simplified(operands) {
            return Some(simple);
        }
        Some(Dimension::Constant(self.tokens(operands)))
    }

    /// Whether it is a product of sums that has more terms than a formula may have.
    pub(crate) fn is_too_long(self, operands: &[Dimension]) -> bool {
        self == Self::Product && Formula::is_too_long(operands.iter().filter_map(Dimension::formula))
    }

    /// The operation as a person writes it, and why it has no value.
    pub(crate) fn lack(self, operands: &[Dimension]) -> (String, String) {
        let text = |operand: &Dimension| match operand {
            Dimension::Literal(value) => value.to_string(),
            Dimension::Parameter(formula) => {
                let text = formula.to_string();
                if text.contains(' ') { format!("({text})") } else { text }
            }
            Dimension::Constant(_) | Dimension::Free => "_".to_owned(),
        };
        let all: Vec<String> = operands.iter().map(text).collect();
        let written = match (self, all.as_slice()) {
            (Self::Sum, all) => all.join(" + "),
            (Self::Product, all) => all.join(" * "),
            (Self::Difference, all) => all.join(" - "),
            (Self::Quotient | Self::QuotientUp, all) => all.join(" / "),
            (Self::Span, [kernel, dilation]) => format!("{dilation} * ({kernel} - 1) + 1"),
            (Self::Window, [input, padding, span, stride]) => format!("({input} + {padding} - {span}) / {stride} + 1"),
            (_, all) => all.join(", "),
        };
        let numbers: Option<Vec<u64>> = operands.iter().map(Dimension::literal).collect();
        let why = match (self, numbers.as_deref()) {
            (Self::Difference, Some([a, b])) if a < b => "below zero".to_owned(),
            (Self::Quotient | Self::QuotientUp, Some([_, 0])) => "divided by zero".to_owned(),
            _ if self.is_too_long(operands) => format!("multiplied out to more than {MOST_TERMS} products"),
            _ => format!("above {LARGEST}"),
        };
        (written, why)
    }

    /// Equalities that hold whatever the value: `1 · x` and `x + 0` are `x`, and so is `h + 2 - 3 + 1`.
    fn simplified(self, operands: &[Dimension]) -> Option<Dimension> {
        match (self, operands) {
            (Self::Window, [input, Dimension::Literal(padding), Dimension::Literal(span), Dimension::Literal(1)]) => {
                (padding + 1 == *span).then(|| input.clone())
            }
            (Self::Quotient | Self::QuotientUp, [a, Dimension::Literal(1)]) => Some(a.clone()),
            (Self::Difference, [a, Dimension::Literal(0)]) => Some(a.clone()),
            (Self::Same, [first, rest @ ..]) => rest.iter().all(|next| next == first).then(|| first.clone()),
            (Self::Sum, all) => only_other(all, 0),
            (Self::Product, all) => only_other(all, 1),
            _ => None,
        }
    }

    /// The call that computes it in a constant.
    pub(crate) fn tokens(self, operands: &[Dimension]) -> TokenStream {
        self.call(&operands.iter().map(Dimension::tokens).collect::<Vec<_>>())
    }
}

/// The one operand that is not the literal `neutral`, where there is one alone.
fn only_other(operands: &[Dimension], neutral: u64) -> Option<Dimension> {
    let mut others = operands.iter().filter(|operand| operand.literal() != Some(neutral));
    let other = others.next()?;
    others.next().is_none().then(|| other.clone())
}

trait ContainsFree {
    fn contains_free(&self) -> bool;
}

impl ContainsFree for [Dimension] {
    fn contains_free(&self) -> bool {
        self.iter().any(|dimension| matches!(dimension, Dimension::Free))
    }
}
