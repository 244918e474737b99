//! Random sizes: small ones, the largest, and what has no value, in every option of every layer. Each network has an error or sizes that a
//! program can hold, and a network over a dimension parameter compiles at the sizes at which it compiles when they are written out.

use proc_macro2::TokenStream;
use proptest::prelude::*;
use syn::{BinOp, Expr, Lit, Stmt, UnOp};

use crate::check::{Outcome, check};
use crate::network::Network;
use crate::shape::{Dimension, LARGEST, Shape};
use crate::syntax;

/// Layers, each with a size left open, and the least that it may be; by the number of axes that they take.
const LAYERS: [&[(&str, i128)]; 3] = [
    &[
        ("dense(#)", 1),
        ("reshape([#, 2])", 1),
        ("repeat(#)", 1),
        ("embedding(#, 3)", 1),
        ("embedding(5, #)", 1),
        ("rbm(#)", 1),
        ("boltzmann(#)", 1),
        ("dense(3) -> [#]", 1),
    ],
    &[
        ("conv1d(#, kernel = 1)", 1),
        ("conv1d(2, kernel = #)", 1),
        ("conv1d(2, kernel = #, padding = same)", 1),
        ("conv1d(2, kernel = 2, stride = #)", 1),
        ("conv1d(2, kernel = 2, padding = #)", 0),
        ("conv1d(2, kernel = 2, dilation = #)", 1),
        ("conv1d(2, kernel = 100000, dilation = #)", 1),
        ("conv1d(2, kernel = 2, dilation = #, padding = same)", 1),
        ("conv1d(2, kernel = 1, groups = #)", 1),
        ("conv_transpose1d(2, kernel = #)", 1),
        ("conv_transpose1d(2, kernel = 2, stride = #)", 1),
        ("conv_transpose1d(2, kernel = 2, padding = #)", 0),
        ("conv_transpose1d(2, kernel = 2, stride = 2, output_padding = #)", 0),
        ("conv_transpose1d(2, kernel = 1, groups = #)", 1),
        ("max_pool1d(#)", 1),
        ("avg_pool1d(2, stride = #)", 1),
        ("lp_pool1d(2, padding = #)", 0),
        ("weighted_avg_pool1d(#)", 1),
        ("adaptive_avg_pool1d(#)", 1),
        ("dense(#, each_step = true)", 1),
        ("lstm(#)", 1),
        ("gru(#, bidirectional = true)", 1),
        ("rnn(#, layers = 2)", 1),
        ("rbm(2, visible = softmax(#))", 2),
    ],
    &[
        ("conv2d(#, kernel = 1)", 1),
        ("conv2d(2, kernel = [1, #])", 1),
        ("conv2d(2, kernel = 3, stride = [#, 1])", 1),
        ("conv2d(2, kernel = 3, padding = #)", 0),
        ("conv2d(2, kernel = 3, dilation = [1, #])", 1),
        ("conv2d(2, kernel = 1, groups = #)", 1),
        ("conv_transpose2d(2, kernel = [#, 2])", 1),
        ("conv_transpose2d(2, kernel = 2, stride = #)", 1),
        ("conv_transpose2d(2, kernel = 2, padding = [0, #])", 0),
        ("max_pool2d(#)", 1),
        ("avg_pool2d([2, #], stride = 1)", 1),
        ("max_pool2d(2, padding = #)", 0),
        ("adaptive_max_pool2d([#, 2])", 1),
    ],
];

/// A layer for a value of so many axes, with its size and the least that it may be.
fn layer(axes: usize) -> impl Strategy<Value = (String, i128)> {
    proptest::sample::select(LAYERS[axes - 1]).prop_map(|(layer, least)| (layer.to_owned(), least))
}

/// A whole number as it is written, and its value where it has one.
fn number() -> impl Strategy<Value = (String, Option<i128>)> {
    let edges =
        [65_536, 100_000, 3_000_000_000, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, 1 << 40, u64::MAX.into(), 1 << 64];
    prop_oneof![
        4 => (0_i128..12).prop_map(|n| (n.to_string(), Some(n))),
        2 => proptest::sample::select(edges.to_vec()).prop_map(|n: i128| (n.to_string(), Some(n))),
        1 => (0_i128..9, 0_i128..9).prop_map(|(a, b)| (format!("{a} - {b}"), Some(a - b))),
        1 => (0_i128..9, 0_i128..3).prop_map(|(a, b)| (format!("{a} / {b}"), a.checked_div(b))),
        1 => (1_i128..9).prop_map(|a| (format!("{a} * 4294967296"), Some(a << 32))),
    ]
}

fn parse(source: &str) -> Vec<Outcome> {
    let tokens: TokenStream = source.parse().expect("tokens");
    let (written, strays) = syntax::parse(tokens);
    assert!(strays.finish().is_ok(), "{source}");
    check(written)
}

/// The last network of the source, or how many networks have errors.
fn last(source: &str) -> Result<Box<Network>, usize> {
    let mut outcomes = parse(source);
    let errors = |outcome: &Outcome| match outcome {
        Outcome::Faulty(_, errors) => !errors.found.is_empty(),
        Outcome::Checked(_) => false,
    };
    match (outcomes.iter().filter(|outcome| errors(outcome)).count(), outcomes.pop()) {
        (0, Some(Outcome::Checked(network))) => Ok(network),
        (count, _) => Err(count),
    }
}

/// The network of one layer behind an input of the shape, made a vector of one number.
fn network(head: &str, input: &[i128], layer: &str) -> String {
    format!("{head}: {input:?} -> [1] {{ n0: {layer}; flatten; out: dense(1); }}")
}

fn is_holdable(shape: &Shape) -> bool {
    let sizes: Option<Vec<u64>> = shape.iter().map(Dimension::literal).collect();
    let product = sizes.and_then(|sizes| sizes.iter().try_fold(1_u64, |all, &size| all.checked_mul(size)));
    product.is_some_and(|product| (1..=LARGEST).contains(&product))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_size_that_is_none_is_an_error_and_never_a_panic(
        (layer, least, input) in (1_usize..4).prop_flat_map(|axes| {
            let sizes = proptest::collection::vec(prop_oneof![1_i128..9, Just(100_000), Just(3_000_000_000)], axes);
            (layer(axes), sizes).prop_map(|((layer, least), input)| (layer, least, input))
        }),
        (written, value) in number(),
    ) {
        let source = network("Net", &input, &layer.replace('#', &written));
        let valid = value.is_some_and(|value| (least..=LARGEST.into()).contains(&value));
        match last(&source) {
            Err(errors) => prop_assert_eq!(errors, 1, "{}", source),
            Ok(network) => {
                prop_assert!(valid, "{}", source);
                for stage in network.nodes.iter().flat_map(|node| &node.stages) {
                    let parameters = stage.parameters().into_iter().map(|parameter| parameter.shape);
                    let mut shapes = stage.inputs.iter().cloned().chain([stage.output.clone()]).chain(parameters);
                    prop_assert!(shapes.all(|shape| is_holdable(&shape)), "{}", source);
                }
            }
        }
    }

    #[test]
    fn a_dimension_parameter_is_held_to_what_its_number_would_be(
        (layer, input) in (1_usize..4).prop_flat_map(|axes| {
            let sizes = proptest::collection::vec(1_i128..9, axes);
            (layer(axes), sizes).prop_map(|((layer, _), input)| (layer, input))
        }),
        expression in proptest::sample::select(vec![
            "P", "P - 4", "P / 3", "8 / P", "8 / (P - 1)", "2 * P", "P * 4294967296", "P * P * P", "P - P", "5 - P", "(P + 3) / 2",
        ]),
        value in prop_oneof![0_i128..9, Just(100_000), Just(1 << 32)],
        levels in 0_usize..3,
    ) {
        // What cannot be written over a parameter at all.
        prop_assume!(!layer.contains("softmax") || expression == "P");
        let literal = network("Net", &input, &layer.replace('#', &expression.replace('P', &value.to_string())));
        let expected = last(&literal).is_ok();
        let mut source = network("Part0<P>", &input, &layer.replace('#', expression));
        for level in 0..levels {
            source += &format!("Part{}<Q>: {input:?} -> [1] {{ part: Part{level}<Q>; }}", level + 1);
        }
        source += &format!("Net: {input:?} -> [1] {{ part: Part{levels}<{value}>; }}");
        let outcomes = parse(&source);
        let checks: Option<Vec<&Network>> = outcomes.iter().map(|outcome| match outcome {
            Outcome::Checked(network) => Some(&**network),
            Outcome::Faulty(..) => None,
        }).collect();
        // A fault whatever the parameter is may be found where it is declared.
        let holds = checks.is_some_and(|networks| networks[0].checks.iter().all(|check| holds(check, value)));
        // A step of a calculation may be too large for the compiler where the macro's numbers are wide enough for the result.
        let agree = if value > 100_000 || expression.contains("4294967296") { expected || !holds } else { expected == holds };
        prop_assert!(agree, "{holds}: {source} at {value}: {literal}");
    }
}

/// Whether a statement that checks a dimension parameter finds nothing: `if !(condition) { fail(…) }`.
fn holds(check: &TokenStream, parameter: i128) -> bool {
    let statements = syn::parse::Parser::parse2(syn::Block::parse_within, check.clone()).expect("statements");
    statements.iter().all(|statement| match statement {
        Stmt::Expr(Expr::If(check), _) => evaluate(&check.cond, parameter) == Some(0),
        other => panic!("{other:?}"),
    })
}

/// What the runtime's functions on sizes give, in numbers that do not overflow; `None` for what has no value, 0 and 1 for conditions.
fn evaluate(expression: &Expr, parameter: i128) -> Option<i128> {
    let all = |expressions: &[Expr]| expressions.iter().map(|next| evaluate(next, parameter)).collect::<Vec<_>>();
    let bounded = |value: i128| Some(value).filter(|value| (0..=LARGEST.into()).contains(value));
    match expression {
        Expr::Paren(inner) => evaluate(&inner.expr, parameter),
        Expr::Unary(not) if matches!(not.op, UnOp::Not(_)) => Some(1 - evaluate(&not.expr, parameter)?),
        Expr::Binary(and) if matches!(and.op, BinOp::And(_)) => {
            Some(evaluate(&and.left, parameter)?.min(evaluate(&and.right, parameter)?))
        }
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            other => panic!("{other:?}"),
        },
        Expr::Path(path) if path.path.is_ident("P") => Some(parameter),
        Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "TOO_LARGE") => None,
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { panic!("{expression:?}") };
            let function = function.path.segments.last().expect("a name").ident.to_string();
            let listed = match call.args.first() {
                Some(Expr::Reference(list)) => match &*list.expr {
                    Expr::Array(array) => Some(all(&array.elems.iter().cloned().collect::<Vec<_>>())),
                    other => panic!("{other:?}"),
                },
                _ => None,
            };
            let operands = listed.unwrap_or_else(|| all(&call.args.iter().cloned().collect::<Vec<_>>()));
            let known: Option<Vec<i128>> = operands.iter().copied().collect();
            let condition = |holds: &dyn Fn(&[i128]) -> bool| Some(known.as_deref().is_none_or(holds).into());
            match function.as_str() {
                "sum" => bounded(known?.iter().sum()),
                "product" => known?.iter().try_fold(1_i128, |product, next| bounded(product * next)),
                "difference" => bounded(known.as_ref()?[0] - known.as_ref()?[1]),
                "quotient" => known.as_ref()?[0].checked_div(known.as_ref()?[1]),
                "quotient_up" => (known.as_ref()?[0] + known.as_ref()?[1] - 1).checked_div(known.as_ref()?[1]),
                "within" | "fits" => Some(known.is_some_and(|n| n[0] <= n[1] && n[1] <= LARGEST.into()).into()),
                "holdable" => {
                    let product =
                        known.and_then(|n| n.iter().try_fold(1_i128, |product, next| bounded(product * next)));
                    Some(product.is_some().into())
                }
                "equal" => condition(&|n| n[0] == n[1]),
                "at_most" => condition(&|n| n[0] <= n[1]),
                "divides" => condition(&|n| n[0] != 0 && n[1] % n[0] == 0),
                other => panic!("{other}"),
            }
        }
        other => panic!("{other:?}"),
    }
}
