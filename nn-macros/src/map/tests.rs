//! Random functions: simplification keeps their values, and three kinds of differentiation agree.

use proc_macro2::{Ident, Span, TokenStream};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quote::quote;

use super::expression::{Binary, Comparison, Function, Graph, Selection, Value};

/// An expression as it is written, before any simplification.
#[derive(Clone, Debug)]
enum Tree {
    Argument,
    Number(f64),
    Constant(usize),
    Negated(Box<Tree>),
    Binary(Binary, Box<[Tree; 2]>),
    Power(Box<Tree>, i32),
    Applied(Function, Box<Tree>),
    Selected(Comparison, Box<[Tree; 4]>),
}

/// Failures are shown as they are found; nothing is written.
fn runner() -> TestRunner {
    TestRunner::new(Config { cases: 3000, failure_persistence: None, ..Config::default() })
}

const CONSTANTS: [f64; 2] = [0.75, -1.5];

impl Tree {
    fn evaluate(&self, x: f64) -> f64 {
        match self {
            Self::Argument => x,
            Self::Number(number) => *number,
            Self::Constant(place) => CONSTANTS[*place],
            Self::Negated(a) => -a.evaluate(x),
            Self::Binary(binary, operands) => binary.of(operands[0].evaluate(x), operands[1].evaluate(x)),
            Self::Power(a, exponent) => a.evaluate(x).powi(*exponent),
            Self::Applied(function, a) => function.of(a.evaluate(x)),
            Self::Selected(comparison, parts) => {
                let holds = comparison.holds(parts[0].evaluate(x), parts[1].evaluate(x));
                parts[if holds { 2 } else { 3 }].evaluate(x)
            }
        }
    }

    /// The same in a graph.
    fn insert(&self, graph: &mut Graph) -> Value {
        match self {
            Self::Argument => graph.argument(),
            Self::Number(number) => graph.number(*number),
            Self::Constant(place) => {
                // Both are there, so that their places are those of `CONSTANTS`.
                let constants = [graph.constant(quote!(FIRST)), graph.constant(quote!(SECOND))];
                constants[*place]
            }
            Self::Negated(a) => {
                let a = a.insert(graph);
                graph.negate(a)
            }
            Self::Binary(binary, operands) => {
                let [a, b] = [operands[0].insert(graph), operands[1].insert(graph)];
                match binary {
                    Binary::Add => graph.add(a, b),
                    Binary::Subtract => graph.subtract(a, b),
                    Binary::Multiply => graph.multiply(a, b),
                    Binary::Divide => graph.divide(a, b),
                    Binary::Powf => graph.powf(a, b),
                    Binary::Min | Binary::Max => graph.extremum(*binary, a, b),
                }
            }
            Self::Power(a, exponent) => {
                let a = a.insert(graph);
                graph.power(a, *exponent)
            }
            Self::Applied(function, a) => {
                let a = a.insert(graph);
                graph.apply(*function, a)
            }
            Self::Selected(comparison, parts) => {
                let [left, right, yes, no] = [0, 1, 2, 3].map(|part| parts[part].insert(graph));
                graph.select(Selection { comparison: *comparison, left, right, yes, no })
            }
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let numbers = prop::sample::select(vec![-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 3.0]);
    let leaf = prop_oneof![
        4 => Just(Tree::Argument),
        2 => numbers.prop_map(Tree::Number),
        1 => (0_usize..2).prop_map(Tree::Constant),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        use Binary::{Add, Divide, Max, Min, Multiply, Powf, Subtract};
        use Comparison::{AtLeast, AtMost, Equal, Greater, Less, Unequal};
        let binaries = prop::sample::select(vec![Add, Subtract, Multiply, Divide, Powf, Min, Max]);
        let comparisons = prop::sample::select(vec![Less, AtMost, Greater, AtLeast, Equal, Unequal]);
        let functions = prop::sample::select(Function::ALL.to_vec());
        let one = inner.clone();
        prop_oneof![
            1 => one.clone().prop_map(|a| Tree::Negated(Box::new(a))),
            4 => (binaries, one.clone(), one.clone()).prop_map(|(sign, a, b)| Tree::Binary(sign, Box::new([a, b]))),
            1 => (one.clone(), -3_i32..7).prop_map(|(a, exponent)| Tree::Power(Box::new(a), exponent)),
            4 => (functions, one.clone()).prop_map(|(function, a)| Tree::Applied(function, Box::new(a))),
            1 => (comparisons, one.clone(), one.clone(), one.clone(), one)
                .prop_map(|(sign, a, b, c, d)| Tree::Selected(sign, Box::new([a, b, c, d]))),
        ]
    })
}

/// A number that is not 0, where many functions have no derivative.
fn argument() -> impl Strategy<Value = f64> {
    prop_oneof![0.05_f64..3.0, -3.0_f64..-0.05]
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

/// How much a function at `x` changes with a step so small that only ill-conditioned ones notice.
fn unsteady(f: impl Fn(f64) -> f64, x: f64) -> bool {
    let [at, above, below] = [0.0, 1e-9, -1e-9].map(|step| f(x + step));
    !at.is_finite() || !close(at, above, 1e-5) || !close(at, below, 1e-5)
}

#[test]
fn simplification_keeps_the_value() {
    let mut runner = runner();
    let compared = std::cell::Cell::new(0);
    let result = runner.run(&(tree(), argument()), |(tree, x)| {
        let mut graph = Graph::default();
        let root = tree.insert(&mut graph);
        if unsteady(|x| tree.evaluate(x), x) {
            return Ok(());
        }
        compared.set(compared.get() + 1);
        let (simple, plain) = (graph.evaluate(root, x, &CONSTANTS), tree.evaluate(x));
        prop_assert!(close(simple, plain, 1e-9), "{simple} {plain}");
        Ok(())
    });
    result.unwrap();
    assert!(compared.get() > 1500, "{}", compared.get());
}

#[test]
fn symbolic_reverse_and_numerical_derivatives_agree() {
    let mut runner = runner();
    let compared = std::cell::Cell::new(0);
    let result = runner.run(&(tree(), argument()), |(tree, x)| {
        let mut graph = Graph::default();
        let root = tree.insert(&mut graph);
        let slope = graph.derivative(root);
        let symbolic = graph.evaluate(slope, x, &CONSTANTS);
        let Some(reverse) = graph.backpropagate(root, x, &CONSTANTS) else { return Ok(()) };
        let difference = |step: f64| {
            let [above, below] = [x + step, x - step].map(|x| graph.evaluate(root, x, &CONSTANTS));
            (above - below) / (2.0 * step)
        };
        let [coarse, fine] = [1e-4, 2e-5].map(difference);
        // A kink or a pole is near, or the function runs away; the differences tell without the other two.
        let smooth = close(coarse, fine, 1e-5) && !unsteady(|x| graph.evaluate(root, x, &CONSTANTS), x);
        if !smooth || fine.abs() > 1e4 || graph.evaluate(root, x, &CONSTANTS).abs() > 1e4 {
            return Ok(());
        }
        compared.set(compared.get() + 1);
        prop_assert!(close(symbolic, reverse, 1e-9), "symbolic {symbolic}, reverse {reverse}");
        prop_assert!(close(symbolic, fine, 1e-4), "symbolic {symbolic}, numerical {fine}");
        Ok(())
    });
    result.unwrap();
    assert!(compared.get() > 1500, "{}", compared.get());
}

/// What the closure `|x| expression` is read as.
fn read(closure: TokenStream) -> super::Mapping {
    let name = Ident::new("Net", Span::call_site());
    let mut scope = crate::context::Scope::new(
        &name,
        Vec::new(),
        crate::context::Siblings::default(),
        crate::report::Faults::default(),
    );
    let written = syn::parse2(closure).unwrap();
    let mapping = super::read(&written, &mut scope);
    assert!(scope.faults.finish().is_ok());
    mapping.unwrap()
}

/// The closures of the value and of the derivative, as text.
fn printed(closure: TokenStream) -> [String; 2] {
    let mapping = read(closure);
    [mapping.value(), mapping.slope()].map(|tokens| {
        let file = syn::parse2(quote!(const F: F = #tokens;)).unwrap();
        let text = prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.strip_prefix("const F: F = |x: E| ").and_then(|text| text.strip_suffix(';'));
        text.unwrap().to_owned()
    })
}

#[test]
fn derivatives_are_as_a_person_writes_them() {
    assert_eq!(printed(quote!(|x| x)), ["x", "E::one()"]);
    assert_eq!(printed(quote!(|_| 3)), ["E::from_f64(3.0)", "E::zero()"]);
    assert_eq!(printed(quote!(|t| 3.0 * t + 1.0)), ["E::from_f64(3.0) * x + E::one()", "E::from_f64(3.0)"]);
    assert_eq!(printed(quote!(|x| x.sin())), ["x.sin()", "x.cos()"]);
    assert_eq!(printed(quote!(|x| -exp(-x))), ["-(-x).exp()", "(-x).exp()"]);
    assert_eq!(printed(quote!(|x| relu(x)))[1], "if x > E::zero() { E::one() } else { E::zero() }");
    assert_eq!(printed(quote!(|x| x.powi(6)))[1], "E::from_f64(6.0) * x.powi(5)");
    assert_eq!(printed(quote!(|x| x.powi(-2)))[1], "-E::from_f64(2.0) * x.powi(-3)");
    assert_eq!(printed(quote!(|x| x.powf(2.5)))[1], "E::from_f64(2.5) * x.powf(E::from_f64(1.5))");
    assert_eq!(printed(quote!(|x| x.sqrt()))[1], "E::one() / (E::from_f64(2.0) * x.sqrt())");
    assert_eq!(printed(quote!(|x| x - (x - 1))), ["x - (x - E::one())", "E::zero()"]);
}

#[test]
fn what_occurs_twice_is_computed_once() {
    let [value, slope] = printed(quote!(|x| {
        let t = (x * x).tanh();
        t * (x * x).tanh() + t
    }));
    assert_eq!(value, "{ let v1 = (x * x).tanh(); v1 * v1 + v1 }");
    assert_eq!((slope.matches(".tanh()").count(), slope.matches("tanh_slope").count()), (1, 1), "{slope}");
    assert_eq!(read(quote!(|x| (x + 1) * (1 + x))).operations(), 2);
    assert_eq!(read(quote!(|x| x)).operations(), 0);
}

#[test]
fn printed_text_keeps_its_parentheses() {
    let value = |closure| printed(closure)[0].clone();
    assert_eq!(value(quote!(|x| (x + A) * (x - A))), "(x + E::from_f64(__Net_0)) * (x - E::from_f64(__Net_0))");
    assert_eq!(value(quote!(|x| x / (x * A))), "x / (x * E::from_f64(__Net_0))");
    assert_eq!(value(quote!(|x| x - (2 - x))), "x - (E::from_f64(2.0) - x)");
    assert_eq!(value(quote!(|x| (-x).max(x + x))), "layers::map::max(-x, x + x)");
    assert_eq!(value(quote!(|x| (-x).sin() + (x + x).powi(5))), "(-x).sin() + (x + x).powi(5)");
    assert_eq!(value(quote!(|x| -(x * x))), "-(x * x)");
    assert_eq!(
        value(quote!(|x| (if x > 0 { x } else { A }).exp())),
        "(if x > E::zero() { x } else { E::from_f64(__Net_0) }).exp()"
    );
}

#[test]
fn slopes_at_kinks() {
    let slope = |closure, x: f64| {
        let mapping = read(closure);
        mapping.graph.evaluate(mapping.slope, x, &[])
    };
    assert_eq!(slope(quote!(|x| x.relu()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| x.abs()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| x.abs()), -2.0), -1.0);
    assert_eq!(slope(quote!(|x| x.min(6.0)), 6.0), 0.5);
    assert_eq!(slope(quote!(|x| max(x, 2 * x)), 0.0), 1.5);
    assert_eq!(slope(quote!(|x| if x >= 0 { 3 * x } else { x }), 0.0), 3.0);
    // The branch that is not taken has no part, infinite as its slope is.
    assert_eq!(slope(quote!(|x| if x > 0.0 { x.sqrt() } else { x }), 0.0), 1.0);
}

#[test]
fn what_overflows_or_cancels_gets_a_stable_form() {
    let value = |closure| printed(closure)[0].clone();
    let softplus = ["layers::map::softplus(x)", "layers::map::sigmoid(x)"];
    assert_eq!(printed(quote!(|x| (1.0 + x.exp()).ln())), softplus);
    assert_eq!(printed(quote!(|x| ln(exp(x) + 1))), softplus);
    assert_eq!(printed(quote!(|x| x.exp().ln_1p())), softplus);
    assert_eq!(printed(quote!(|x| x.softplus())), softplus);
    let mish = ["layers::map::mish(x)", "layers::map::mish_slope(x)"];
    assert_eq!(printed(quote!(|x| x * (1.0 + x.exp()).ln().tanh())), mish);
    assert_eq!(printed(quote!(|x| tanh(softplus(x)) * x)), mish);
    assert_eq!(printed(quote!(|x| x.mish())), mish);
    let sigmoid = ["layers::map::sigmoid(x)", "layers::map::sigmoid_slope(x)"];
    assert_eq!(printed(quote!(|x| 1.0 / (1.0 + (-x).exp()))), sigmoid);
    assert_eq!(printed(quote!(|x| (1.0 + (-x).exp()).powi(-1))), sigmoid);
    assert_eq!(printed(quote!(|x| x.exp() / (1.0 + x.exp()))), sigmoid);
    assert_eq!(printed(quote!(|x| 1.0 - sigmoid(-x))), sigmoid);
    assert_eq!(value(quote!(|x| x / (1.0 + (-x).exp()))), "x * layers::map::sigmoid(x)");
    assert_eq!(value(quote!(|x| (1 + exp(-x)).powi(-2))), "{ let v1 = layers::map::sigmoid(x); v1 * v1 }");
    assert_eq!(value(quote!(|x| sigmoid(x).ln())), "-layers::map::softplus(-x)");
    assert_eq!(value(quote!(|x| (1 - sigmoid(x)).ln())), "-layers::map::softplus(x)");
    assert_eq!(printed(quote!(|x| (x + 1).ln())), ["x.ln_1p()", "E::one() / (x + E::one())"]);
    assert_eq!(value(quote!(|x| (1 - x).ln())), "(-x).ln_1p()");
    assert_eq!(printed(quote!(|x| x.exp() - 1)), ["x.exp_m1()", "x.exp()"]);
    assert_eq!(value(quote!(|x| -1 + x.exp())), "x.exp_m1()");
    assert_eq!(value(quote!(|x| 1 - x.exp())), "-x.exp_m1()");
    assert_eq!(value(quote!(|x| x.exp().ln())), "x");
    assert_eq!(value(quote!(|x| (x.exp() + A.exp()).ln())).matches("softplus").count(), 1);
    assert_eq!(value(quote!(|x| (x.exp() - (-x).exp()) / ((-x).exp() + x.exp()))), "x.tanh()");
    assert_eq!(printed(quote!(|x| x.tanh()))[1], "layers::map::tanh_slope(x)");
    for root in [quote!(|x| (x * x).sqrt()), quote!(|x| x.powi(2).powf(0.5))] {
        assert_eq!(value(root), "x.abs()");
    }
    assert_eq!(value(quote!(|x| x.powi(6).sqrt())), "(x * x * x).abs()");
    // What is beyond `f32` is not calculated by the macro.
    assert_eq!(value(quote!(|x| x + 1e30 * 1e30)).matches("from_f64").count(), 2);
}

#[test]
fn an_infinite_slope_times_none_is_none() {
    let slope = |closure, x: f64| {
        let mapping = read(closure);
        mapping.graph.evaluate(mapping.slope, x, &[])
    };
    assert_eq!(slope(quote!(|x| (x * x).sqrt()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| (4 * x * x).sqrt()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| x.abs().sqrt()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| x.abs().powf(0.3)), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| (x * x).powf(0.25)), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| relu(x).sqrt()), 0.0), 0.0);
    assert_eq!(slope(quote!(|x| x.sqrt()), 0.0), f64::INFINITY);
    assert_eq!(slope(quote!(|x| x.abs().sqrt()), 4.0), 0.25);
    assert_eq!(slope(quote!(|x| (x * x).sqrt()), -2.0), -1.0);
}

#[test]
fn stable_forms_at_large_arguments() {
    let at = |closure, x: f64| {
        let mapping = read(closure);
        [mapping.value, mapping.slope].map(|value| mapping.graph.evaluate(value, x, &[]))
    };
    assert_eq!(at(quote!(|x| (1.0 + x.exp()).ln()), 1000.0), [1000.0, 1.0]);
    assert_eq!(at(quote!(|x| x * (1.0 + x.exp()).ln().tanh()), 1000.0), [1000.0, 1.0]);
    assert_eq!(at(quote!(|x| (x.exp() + (3 * x).exp()).ln()), 1000.0), [3000.0, 3.0]);
    assert_eq!(at(quote!(|x| (x.exp() + (3 * x).exp()).ln()), 0.0), [2.0_f64.ln(), 2.0]);
    assert_eq!(at(quote!(|x| sigmoid(x).ln()), -1000.0), [-1000.0, 1.0]);
    assert_eq!(at(quote!(|x| x / (1.0 + (-x).exp())), -1000.0), [0.0, 0.0]);
    assert_eq!(at(quote!(|x| x.exp() / (x.exp() + 1)), 1000.0), [1.0, 0.0]);
    let [value, slope] = at(quote!(|x| (1.0 + x.exp()).ln()), -40.0);
    let right = (-40.0_f64).exp();
    assert!((value / right - 1.0).abs() < 1e-14 && (slope / right - 1.0).abs() < 1e-14);
}
