//! What an expression that stands for a size is: a number, or something for the compiler.

use syn::{BinOp, Expr, Ident, Lit, UnOp};

use crate::names;
use crate::shape::Operation;

/// An expression as the macro sees it.
#[derive(Debug, PartialEq)]
pub(crate) enum Folded {
    /// Literals only, and this is their value.
    Number(i128),
    /// Literals only, without a value: `1 / 0`.
    Undefined,
    /// It names something: the compiler evaluates it.
    Constant,
    /// No whole number in any case: `"5"`, `2.5`, `[1, 2]`.
    Other,
}

/// Folds what consists of whole literals; `2 * 14` is 28.
pub(crate) fn fold(expression: &Expr) -> Folded {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) if matches!(number.suffix(), "" | "usize") => {
                number.base10_parse().map_or(Folded::Undefined, Folded::Number)
            }
            _ => Folded::Other,
        },
        Expr::Paren(inner) => fold(&inner.expr),
        Expr::Group(inner) => fold(&inner.expr),
        Expr::Unary(unary) => match (&unary.op, fold(&unary.expr)) {
            (UnOp::Neg(_), Folded::Number(value)) => value.checked_neg().map_or(Folded::Undefined, Folded::Number),
            (_, folded @ (Folded::Other | Folded::Constant)) => folded,
            _ => Folded::Other,
        },
        Expr::Binary(binary) => match (fold(&binary.left), fold(&binary.right)) {
            (Folded::Number(a), Folded::Number(b)) => operate(&binary.op, a, b),
            (Folded::Other, _) | (_, Folded::Other) => Folded::Other,
            (Folded::Constant, _) | (_, Folded::Constant) => Folded::Constant,
            _ => Folded::Undefined,
        },
        Expr::Path(_)
        | Expr::Call(_)
        | Expr::MethodCall(_)
        | Expr::Field(_)
        | Expr::Index(_)
        | Expr::Cast(_)
        | Expr::Macro(_)
        | Expr::Block(_)
        | Expr::Const(_)
        | Expr::If(_)
        | Expr::Match(_) => Folded::Constant,
        _ => Folded::Other,
    }
}

fn operate(operator: &BinOp, a: i128, b: i128) -> Folded {
    let value = match operator {
        BinOp::Add(_) => a.checked_add(b),
        BinOp::Sub(_) => a.checked_sub(b),
        BinOp::Mul(_) => a.checked_mul(b),
        BinOp::Div(_) => a.checked_div(b),
        BinOp::Rem(_) => a.checked_rem(b),
        BinOp::Shl(_) => {
            u32::try_from(b).ok().and_then(|b| 1_i128.checked_shl(b)).and_then(|power| a.checked_mul(power))
        }
        BinOp::Shr(_) => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
        _ => return Folded::Other,
    };
    value.map_or(Folded::Undefined, Folded::Number)
}

/// Whether the expression is a single name, and which.
pub(crate) fn name(expression: &Expr) -> Option<&Ident> {
    match expression {
        Expr::Path(path) if path.attrs.is_empty() && path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// The first name in arithmetic that is in lower case, as those of variables are and those of constants are not.
pub(super) fn variable(expression: &Expr) -> Option<&Ident> {
    match expression {
        Expr::Binary(binary) => variable(&binary.left).or_else(|| variable(&binary.right)),
        Expr::Paren(inner) => variable(&inner.expr),
        Expr::Group(inner) => variable(&inner.expr),
        other => name(other).filter(|name| names::plain(name).starts_with(char::is_lowercase)),
    }
}

/// The operation on sizes that the operator stands for.
pub(crate) fn operation(operator: &BinOp) -> Option<Operation> {
    Some(match operator {
        BinOp::Add(_) => Operation::Sum,
        BinOp::Sub(_) => Operation::Difference,
        BinOp::Mul(_) => Operation::Product,
        BinOp::Div(_) => Operation::Quotient,
        _ => return None,
    })
}

/// The dimension parameters in the expression, each once.
pub(crate) fn mentioned(parameters: &[Ident], expression: &Expr, all: &mut Vec<Ident>) {
    match expression {
        Expr::Binary(binary) => {
            mentioned(parameters, &binary.left, all);
            mentioned(parameters, &binary.right, all);
        }
        Expr::Paren(inner) => mentioned(parameters, &inner.expr, all),
        Expr::Group(inner) => mentioned(parameters, &inner.expr, all),
        other => all.extend(name(other).filter(|name| parameters.contains(name) && !all.contains(name)).cloned()),
    }
}

/// Whether a dimension parameter stands in the expression.
pub(crate) fn mentions(parameters: &[Ident], expression: &Expr) -> bool {
    match expression {
        Expr::Binary(binary) => mentions(parameters, &binary.left) || mentions(parameters, &binary.right),
        Expr::Paren(inner) => mentions(parameters, &inner.expr),
        Expr::Group(inner) => mentions(parameters, &inner.expr),
        other => name(other).is_some_and(|name| parameters.contains(name)),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::{Folded, fold};

    #[test]
    fn literals_fold_and_names_are_left_to_the_compiler() {
        assert_eq!(fold(&parse_quote!(2 * 14 + 1)), Folded::Number(29));
        assert_eq!(fold(&parse_quote!((7 - 10) / 2)), Folded::Number(-1));
        assert_eq!(fold(&parse_quote!(1 << 5)), Folded::Number(32));
        assert_eq!(fold(&parse_quote!(1 / 0)), Folded::Undefined);
        assert_eq!(fold(&parse_quote!(2 * HIDDEN)), Folded::Constant);
        assert_eq!(fold(&parse_quote!(size_of::<u8>())), Folded::Constant);
        assert_eq!(fold(&parse_quote!("5")), Folded::Other);
        assert_eq!(fold(&parse_quote!(2.5 * WIDTH)), Folded::Other);
    }
}
