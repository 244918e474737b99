//! A graph evaluated number by number: the value, and the derivative in reverse mode. For tests.

use std::collections::HashMap;

use super::expression::{Binary, Comparison, Function, Graph, Selection, Term, Value};

impl Graph {
    /// The value at `x`, with the user's constants given.
    pub(super) fn evaluate(&self, root: Value, x: f64, constants: &[f64]) -> f64 {
        let order = self.uses(root);
        let mut values: HashMap<Value, f64> = HashMap::new();
        for (value, _) in order {
            let of = |operand: Value| values[&operand];
            let result = match self.term(value) {
                Term::Argument => x,
                Term::Number(number) => number.get(),
                Term::Constant(place) => constants[place],
                Term::Negated(a) => -of(a),
                Term::Binary(binary, a, b) => binary.of(of(a), of(b)),
                Term::Power(a, exponent) => of(a).powi(exponent),
                Term::Applied(function, a) => function.of(of(a)),
                Term::Selected(Selection { comparison, left, right, yes, no }) => {
                    if comparison.holds(of(left), of(right)) { of(yes) } else { of(no) }
                }
            };
            values.insert(value, result);
        }
        values[&root]
    }

    /// The derivative at `x` by backpropagation: each value's adjoint, from the root down, times its local derivatives. `None`
    /// where a value or a local derivative on the way is not finite, so that the chain rule says nothing.
    pub(super) fn backpropagate(&self, root: Value, x: f64, constants: &[f64]) -> Option<f64> {
        let mut adjoints = HashMap::from([(root, 1.0_f64)]);
        let mut result = 0.0;
        for (value, _) in self.uses(root).into_iter().rev() {
            // What is not reached is a branch that is not taken.
            let Some(&adjoint) = adjoints.get(&value) else { continue };
            if !self.evaluate(value, x, constants).is_finite() {
                return None;
            }
            let of = |operand: Value| self.evaluate(operand, x, constants);
            let shares: Vec<(Value, f64)> = match self.term(value) {
                Term::Argument => {
                    result += adjoint;
                    Vec::new()
                }
                Term::Number(_) | Term::Constant(_) => Vec::new(),
                Term::Negated(a) => vec![(a, -1.0)],
                Term::Binary(binary, a, b) => {
                    let [da, db] = binary.slopes(of(a), of(b));
                    vec![(a, da), (b, db)]
                }
                Term::Power(a, exponent) => vec![(a, f64::from(exponent) * of(a).powi(exponent - 1))],
                Term::Applied(function, a) => vec![(a, function.slope(of(a)))],
                Term::Selected(Selection { comparison, left, right, yes, no }) => {
                    vec![(if comparison.holds(of(left), of(right)) { yes } else { no }, 1.0)]
                }
            };
            for (operand, local) in shares {
                let varies = self.uses(operand).iter().any(|&(value, _)| self.term(value) == Term::Argument);
                if varies && !local.is_finite() {
                    return None;
                }
                if varies {
                    *adjoints.entry(operand).or_insert(0.0) += adjoint * local;
                }
            }
        }
        Some(result)
    }
}

impl Binary {
    pub(super) fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Powf => a.powf(b),
            Self::Min | Self::Max if a.is_nan() || b.is_nan() => f64::NAN,
            Self::Min => a.min(b),
            Self::Max => a.max(b),
        }
    }

    fn slopes(self, a: f64, b: f64) -> [f64; 2] {
        let first = |first: Comparison| match (first.holds(a, b), a == b) {
            (_, true) => [0.5, 0.5],
            (true, _) => [1.0, 0.0],
            _ => [0.0, 1.0],
        };
        match self {
            Self::Add => [1.0, 1.0],
            Self::Subtract => [1.0, -1.0],
            Self::Multiply => [b, a],
            Self::Divide => [1.0 / b, -a / (b * b)],
            Self::Powf => [b * a.powf(b - 1.0), if a == 0.0 { 0.0 } else { a.powf(b) * a.ln() }],
            Self::Min => first(Comparison::Less),
            Self::Max => first(Comparison::Greater),
        }
    }
}

impl Function {
    fn slope(self, x: f64) -> f64 {
        match self {
            Self::Exp => x.exp(),
            Self::Ln => x.recip(),
            Self::Sqrt => 0.5 / x.sqrt(),
            Self::Sin => x.cos(),
            Self::Cos => -x.sin(),
            Self::Tanh => Self::TanhSlope.of(x),
            Self::Sigmoid => Self::SigmoidSlope.of(x),
            Self::Softplus => Self::Sigmoid.of(x),
            Self::Mish => Self::MishSlope.of(x),
            Self::Ln1p => (1.0 + x).recip(),
            Self::ExpM1 => x.exp(),
            Self::TanhSlope | Self::SigmoidSlope | Self::MishSlope => panic!("no value holds a derivative"),
            Self::Relu => f64::from(u8::from(x > 0.0)),
            Self::Abs => {
                if x == 0.0 {
                    0.0
                } else {
                    x.signum()
                }
            }
        }
    }
}
