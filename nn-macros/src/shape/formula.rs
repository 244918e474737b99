//! Arithmetic on dimension parameters, in a form in which equal expressions are the same: sums of products with whole coefficients.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::operation::{LARGEST, Operation};
use crate::{names::SIZES, paths};

/// The products that a formula is multiplied out to at most: sizes have a few, and each stands wherever the size does.
pub(crate) const MOST_TERMS: usize = 256;

/// Σ coefficient · atom · atom · …, over dimension parameters and what no sum of products can say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Formula {
    /// The atoms of each product in order, and its coefficient, which is not 0.
    terms: BTreeMap<Vec<Atom>, i128>,
}

/// No coefficient is larger, so that arithmetic with two of them stays in range; the largest size is far below.
const BEYOND: i128 = 1 << 100;

/// A factor.
#[derive(Clone, Debug)]
enum Atom {
    /// A dimension parameter, and whether it is known to be at least 1: it may be 0 where it is used as padding alone.
    Parameter { name: Ident, positive: bool },
    /// A size that only the running program knows: its place in the network's list of sizes.
    Free(usize),
    /// A constant of the user's.
    Constant(TokenStream),
    /// `⌊a / b⌋`, or `⌈a / b⌉` where `up`.
    Quotient { a: Formula, b: Formula, up: bool },
}

/// What an atom is compared by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Parameter(&'a Ident),
    Free(usize),
    Constant(String),
    Quotient { a: &'a Formula, b: &'a Formula, up: bool },
}

impl Atom {
    fn key(&self) -> Key<'_> {
        match self {
            Self::Parameter { name, .. } => Key::Parameter(name),
            Self::Free(index) => Key::Free(*index),
            Self::Constant(tokens) => Key::Constant(tokens.to_string()),
            Self::Quotient { a, b, up } => Key::Quotient { a, b, up: *up },
        }
    }
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Atom {}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Formula {
    /// A dimension parameter; `positive` where the compiler is asked that it is at least 1.
    pub(crate) fn parameter(name: &Ident, positive: bool) -> Self {
        Self::atom(Atom::Parameter { name: name.clone(), positive })
    }

    /// A size that only the running program knows.
    pub(crate) fn free(index: usize) -> Self {
        Self::atom(Atom::Free(index))
    }

    fn atom(atom: Atom) -> Self {
        Self { terms: BTreeMap::from([(vec![atom], 1)]) }
    }

    pub(super) fn number(value: i128) -> Self {
        let terms = if value == 0 { BTreeMap::new() } else { BTreeMap::from([(Vec::new(), value)]) };
        Self { terms }
    }

    /// A constant of the user's, or the compiler's.
    pub(super) fn constant(tokens: &TokenStream) -> Self {
        Self::atom(Atom::Constant(tokens.clone()))
    }

    /// The operation on formulas; `None` where a number in it is beyond all bounds, or it divides by zero.
    pub(super) fn apply(operation: Operation, operands: &[Self]) -> Option<Self> {
        let one = Self::number(1);
        match (operation, operands) {
            (Operation::Sum, all) => all.iter().try_fold(Self::number(0), |sum, next| sum.plus(next, 1)),
            (Operation::Product, all) => all.iter().try_fold(one, |product, next| product.times(next)),
            (Operation::Difference, [a, b]) => a.plus(b, -1),
            (Operation::Quotient, [a, b]) => a.over(b, false),
            (Operation::QuotientUp, [a, b]) => a.over(b, true),
            (Operation::Span, [kernel, dilation]) => kernel.plus(&one, -1)?.times(dilation)?.plus(&one, 1),
            // Which are equal is asked for elsewhere.
            (Operation::Same, [first, ..]) => Some(first.clone()),
            (Operation::Window, [input, padding, span, stride]) => {
                input.plus(padding, 1)?.plus(span, -1)?.over(stride, false)?.plus(&one, 1)
            }
            _ => None,
        }
    }

    /// Whether nothing in it is a dimension parameter, or known to the running program alone.
    pub(super) fn is_constant(&self) -> bool {
        !self.mentions(&|atom| matches!(atom, Atom::Parameter { .. } | Atom::Free(_)))
    }

    /// The number, where it is one.
    pub(super) fn value(&self) -> Option<i128> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    /// Whether it is a parameter or a free size, and nothing else.
    pub(super) fn is_written(&self) -> bool {
        let mut terms = self.terms.iter();
        let (Some((atoms, 1)), None) = (terms.next(), terms.next()) else { return false };
        matches!(atoms.as_slice(), [Atom::Parameter { .. } | Atom::Free(_)])
    }

    /// Whether a factor of that kind stands anywhere in it.
    fn mentions(&self, kind: &dyn Fn(&Atom) -> bool) -> bool {
        self.terms.keys().flatten().any(|atom| match atom {
            Atom::Quotient { a, b, .. } => kind(atom) || a.mentions(kind) || b.mentions(kind),
            _ => kind(atom),
        })
    }

    /// Whether only the running program knows its value.
    pub(crate) fn is_free(&self) -> bool {
        self.mentions(&|atom| matches!(atom, Atom::Free(_)))
    }

    /// Whether it divides, so that what is calculated from it would repeat it.
    pub(crate) fn divides(&self) -> bool {
        self.mentions(&|atom| matches!(atom, Atom::Quotient { .. }))
    }

    /// `self + sign · other`
    pub(super) fn plus(&self, other: &Self, sign: i128) -> Option<Self> {
        let mut terms = self.terms.clone();
        for (atoms, coefficient) in &other.terms {
            let sum = terms.entry(atoms.clone()).or_insert(0);
            *sum = Some(*sum + sign * coefficient).filter(|sum| sum.abs() <= BEYOND)?;
            if *sum == 0 {
                terms.remove(atoms);
            }
        }
        Some(Self { terms })
    }

    /// Whether the product of these has more terms than a formula may have.
    pub(super) fn is_too_long(operands: impl Iterator<Item = Self>) -> bool {
        let mut product = Self::number(1);
        for operand in operands {
            if product.terms.len() * operand.terms.len() > MOST_TERMS {
                return true;
            }
            product = product.times(&operand).unwrap_or(product);
        }
        false
    }

    fn times(&self, other: &Self) -> Option<Self> {
        if self.terms.len() * other.terms.len() > MOST_TERMS {
            return None;
        }
        let mut product = Self::number(0);
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let mut atoms = [left.as_slice(), right].concat();
                atoms.sort();
                let coefficient = a.checked_mul(*b).filter(|product| product.abs() <= BEYOND)?;
                product = product.plus(&Self { terms: BTreeMap::from([(atoms, coefficient)]) }, 1)?;
            }
        }
        Some(product)
    }

    /// `⌊self / other⌋` or `⌈self / other⌉`: what divides comes out of the brackets.
    fn over(&self, other: &Self, up: bool) -> Option<Self> {
        if other.value() == Some(0) {
            return None;
        }
        let [(divisor, factor)] = other.terms.iter().collect::<Vec<_>>()[..] else {
            return Some(if self == other { Self::number(1) } else { self.undivided(other, up) });
        };
        let (mut whole, mut rest) = (Self::number(0), Self::number(0));
        for (atoms, &coefficient) in &self.terms {
            let term = |atoms: Vec<Atom>, coefficient: i128| Self { terms: BTreeMap::from([(atoms, coefficient)]) };
            match without(atoms, divisor) {
                Some(left) if coefficient % factor == 0 => whole = whole.plus(&term(left, coefficient / factor), 1)?,
                _ => rest = rest.plus(&term(atoms.clone(), coefficient), 1)?,
            }
        }
        match (rest.value(), other.value()) {
            (Some(rest), Some(divisor)) => {
                let quotient = if up { -(-rest).div_euclid(divisor) } else { rest.div_euclid(divisor) };
                whole.plus(&Self::number(quotient), 1)
            }
            (Some(0), None) => Some(whole),
            _ if rest.is_never_negative() => whole.plus(&rest.undivided(other, up), 1),
            // Alone it could be less than zero, and have no value, where the whole has one: `(4 - P) / 2` is not `2 + (0 - P) / 2`.
            _ => Some(self.undivided(other, up)),
        }
    }

    fn undivided(&self, other: &Self, up: bool) -> Self {
        Self::atom(Atom::Quotient { a: self.clone(), b: other.clone(), up })
    }

    /// Whether it is at least 0 for all parameters, as far as the signs tell.
    pub(super) fn is_never_negative(&self) -> bool {
        let least = self.terms.iter().map(|(atoms, &coefficient)| {
            let at_least_one = |atom: &Atom| matches!(atom, Atom::Parameter { positive: true, .. } | Atom::Free(_));
            let grows = atoms.iter().all(|atom| !matches!(atom, Atom::Quotient { .. }));
            let at_least = if grows && atoms.iter().all(at_least_one) { coefficient } else { 0 };
            if atoms.is_empty() { Some(coefficient) } else { (coefficient > 0 && grows).then_some(at_least) }
        });
        least.sum::<Option<i128>>().is_some_and(|least| least >= 0)
    }

    /// Whether each coefficient is a multiple of the number.
    pub(super) fn is_multiple_of(&self, number: u64) -> bool {
        number != 0 && self.terms.values().all(|coefficient| coefficient % i128::from(number) == 0)
    }

    /// Whether each product holds the other formula, which is a product itself.
    pub(super) fn is_product_with(&self, other: &Self) -> bool {
        let [(divisor, 1)] = other.terms.iter().map(|(atoms, factor)| (atoms, *factor)).collect::<Vec<_>>()[..] else {
            return false;
        };
        self.terms.keys().all(|atoms| without(atoms, divisor).is_some())
    }

    /// An expression of type `usize`, over the parameters by name; constant where no size in it is free.
    pub(crate) fn tokens(&self) -> TokenStream {
        self.write(
            &|atom| match atom {
                Atom::Parameter { name, .. } => quote!(#name),
                Atom::Free(index) => {
                    let index = Literal::usize_unsuffixed(*index);
                    quote!(#SIZES[#index])
                }
                Atom::Constant(tokens) => tokens.clone(),
                Atom::Quotient { .. } => unreachable!("a quotient is written as its sides"),
            },
            &|value| match usize::try_from(value).ok().filter(|_| value <= i128::from(LARGEST)) {
                Some(value) => quote!(#value),
                None => paths::checked("TOO_LARGE", Span::call_site()),
            },
            &|operation, operands| operation.call(operands),
        )
    }

    /// A type whose size it is.
    pub(crate) fn kind(&self) -> TokenStream {
        let root = paths::plumbline();
        if self.is_free() {
            return quote!(#root::Free);
        }
        self.write(
            &|atom| match atom {
                Atom::Constant(tokens) => quote!(#root::Const<{ #tokens }>),
                Atom::Parameter { name, .. } => quote!(#root::Const<{ #name }>),
                Atom::Free(_) | Atom::Quotient { .. } => {
                    unreachable!("none is free, and a quotient is written as its sides")
                }
            },
            &|value| {
                if value > i128::from(LARGEST) {
                    let beyond = paths::checked("TOO_LARGE", Span::call_site());
                    return quote!(#root::Const<{ #beyond }>);
                }
                let value = Literal::u128_unsuffixed(value.unsigned_abs());
                quote!(#root::Const<#value>)
            },
            &|operation, operands| {
                let name = Ident::new(operation.kind(), Span::call_site());
                let [first, rest @ ..] = operands else { return TokenStream::new() };
                rest.iter().fold(first.clone(), |left, right| quote!(#root::shape::#name<#left, #right>))
            },
        )
    }

    /// The name of a parameter that it is.
    pub(crate) fn name(&self) -> Option<&Ident> {
        match self.terms.iter().next() {
            Some((atoms, 1)) if self.terms.len() == 1 => match atoms.as_slice() {
                [Atom::Parameter { name, .. }] => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// Prints it, the terms with negative coefficients as a difference.
    fn write(
        &self,
        simple: &dyn Fn(&Atom) -> TokenStream,
        number: &dyn Fn(i128) -> TokenStream,
        apply: &dyn Fn(Operation, &[TokenStream]) -> TokenStream,
    ) -> TokenStream {
        let joined = |operation, operands: Vec<TokenStream>| match operands.as_slice() {
            [one] => one.clone(),
            _ => apply(operation, &operands),
        };
        let side = |negative: bool| {
            let terms = self.terms.iter().filter(|(_, coefficient)| (**coefficient < 0) == negative);
            let terms: Vec<TokenStream> = terms
                .map(|(atoms, coefficient)| {
                    let coefficient = coefficient.abs();
                    let mut factors: Vec<TokenStream> = Vec::new();
                    if coefficient != 1 || atoms.is_empty() {
                        factors.push(number(coefficient));
                    }
                    factors.extend(atoms.iter().map(|atom| match atom {
                        Atom::Quotient { a, b, up } => {
                            let operation = if *up { Operation::QuotientUp } else { Operation::Quotient };
                            let sides = [a, b].map(|side| side.write(simple, number, apply));
                            apply(operation, &sides)
                        }
                        _ => simple(atom),
                    }));
                    joined(Operation::Product, factors)
                })
                .collect();
            terms
        };
        let (above, below) = (side(false), side(true));
        let above = if above.is_empty() { number(0) } else { joined(Operation::Sum, above) };
        if below.is_empty() { above } else { apply(Operation::Difference, &[above, joined(Operation::Sum, below)]) }
    }
}

/// The atoms that are left when those of the divisor are taken away, if all of them are there.
fn without(atoms: &[Atom], divisor: &[Atom]) -> Option<Vec<Atom>> {
    let mut left = atoms.to_vec();
    for atom in divisor {
        let place = left.iter().position(|other| other == atom)?;
        left.remove(place);
    }
    Some(left)
}

/// As a person writes it: `2 * C`, `H - 2`, `(H - 3) / 2 + 1`; `_` where only the running program knows the value, or, where
/// asked for the alternate form, `_ - 2`.
impl std::fmt::Display for Formula {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_free() && !f.alternate() {
            return f.write_str("_");
        }
        let mut terms: Vec<_> = self.terms.iter().collect();
        // Numbers come last, and a positive term first.
        terms.sort_by_key(|(atoms, coefficient)| (atoms.is_empty(), **coefficient < 0));
        for (index, (atoms, coefficient)) in terms.into_iter().enumerate() {
            match (index, *coefficient < 0) {
                (0, false) => {}
                (0, true) => f.write_str("-")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            let size = coefficient.abs();
            let mut factors: Vec<String> = Vec::new();
            if size != 1 || atoms.is_empty() {
                factors.push(size.to_string());
            }
            factors.extend(atoms.iter().map(|atom| match atom {
                Atom::Parameter { name, .. } => name.to_string(),
                Atom::Constant(_) | Atom::Free(_) => "_".to_owned(),
                Atom::Quotient { a, b, .. } => {
                    let side = |side: &Formula| {
                        let text = format!("{side:#}");
                        if text.contains(' ') { format!("({text})") } else { text }
                    };
                    format!("{} / {}", side(a), side(b))
                }
            }));
            f.write_str(&factors.join(" * "))?;
        }
        if self.terms.is_empty() { f.write_str("0") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::Ident;

    use super::Formula;
    use crate::shape::{Condition, Dimension, Operation, Verdict};

    fn parameter(name: &str) -> Dimension {
        Dimension::Parameter(Formula::parameter(&Ident::new(name, Span::call_site()), true))
    }

    fn text(dimension: &Dimension) -> String {
        match dimension {
            Dimension::Parameter(formula) => formula.to_string(),
            Dimension::Literal(value) => value.to_string(),
            _ => "?".to_owned(),
        }
    }

    fn apply(operation: Operation, operands: &[Dimension]) -> Dimension {
        operation.of(operands).unwrap()
    }

    #[test]
    fn equal_expressions_have_one_form() {
        let (h, literal) = (parameter("H"), Dimension::Literal);
        let window = |padding, span, stride| {
            apply(Operation::Window, &[h.clone(), literal(padding), literal(span), literal(stride)])
        };
        assert_eq!(text(&window(2, 3, 1)), "H");
        assert_eq!(text(&window(0, 3, 1)), "H - 2");
        assert_eq!(text(&window(2, 3, 2)), "(H - 1) / 2 + 1");
        let double = apply(Operation::Product, &[literal(2), h.clone()]);
        assert_eq!(text(&double), "2 * H");
        assert_eq!(text(&apply(Operation::Quotient, &[double.clone(), literal(2)])), "H");
        assert_eq!(text(&apply(Operation::Quotient, &[double.clone(), h.clone()])), "2");
        assert_eq!(apply(Operation::Sum, &[h.clone(), h.clone()]), double);
        let odd = apply(Operation::Sum, &[double, literal(3)]);
        assert_eq!(text(&apply(Operation::Quotient, &[odd.clone(), literal(2)])), "H + 1");
        assert_eq!(text(&apply(Operation::QuotientUp, &[odd, literal(2)])), "H + 2");
        assert_eq!(text(&apply(Operation::Difference, &[h.clone(), h.clone()])), "0");
        let less = apply(Operation::Difference, &[literal(4), h.clone()]);
        assert_eq!(text(&apply(Operation::Quotient, &[less, literal(2)])), "(-H + 4) / 2");
        let product = apply(Operation::Product, &[h.clone(), parameter("C")]);
        assert_eq!(product, apply(Operation::Product, &[parameter("C"), h]));
    }

    #[test]
    fn conditions_are_settled_where_the_parameters_do_not_matter() {
        let (h, literal) = (parameter("H"), Dimension::Literal);
        let less = apply(Operation::Difference, &[h.clone(), literal(2)]);
        let verdict = |condition: Condition| match condition.verdict() {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Deferred(_) => "deferred",
        };
        assert_eq!(verdict(Condition::Equal(h.clone(), less.clone())), "fails");
        assert_eq!(verdict(Condition::Equal(h.clone(), parameter("W"))), "deferred");
        assert_eq!(verdict(Condition::AtMost(less.clone(), h.clone())), "holds");
        assert_eq!(verdict(Condition::AtMost(literal(1), h.clone())), "holds");
        assert_eq!(verdict(Condition::AtMost(literal(3), h.clone())), "deferred");
        assert_eq!(verdict(Condition::AtMost(h.clone(), less)), "fails");
        let double = apply(Operation::Product, &[literal(2), h.clone()]);
        assert_eq!(verdict(Condition::Divides(literal(2), double.clone())), "holds");
        assert_eq!(verdict(Condition::Divides(h.clone(), double)), "holds");
        assert_eq!(verdict(Condition::Divides(literal(4), h)), "deferred");
    }
}
