//! The derivative, rule by rule.
//!
//! Where a function has no derivative: relu′(0) = 0, abs′(0) = 0, and min and max of equal operands take half of each one's, as
//! PyTorch's do. `if` has the derivative of the branch that it takes. Where the slope of √a or aᵇ is infinite and that of a is 0, their product is 0.

use std::collections::HashMap;

use super::expression::{Binary, Comparison, Function, Graph, Selection, Term, Value};

impl Graph {
    /// The derivative of `root` with respect to the argument.
    pub(super) fn derivative(&mut self, root: Value) -> Value {
        // `None` is a derivative of zero everywhere.
        let mut known: HashMap<Value, Option<Value>> = HashMap::new();
        for (value, _) in self.uses(root) {
            let slope = self.rule(value, |operand| known[&operand]);
            let slope = slope.filter(|&slope| !matches!(self.term(slope), Term::Number(number) if number.is_zero()));
            known.insert(value, slope);
        }
        match known[&root] {
            Some(slope) => slope,
            None => self.number(0.0),
        }
    }

    /// The derivative of a value, given those of its operands.
    fn rule(&mut self, value: Value, known: impl Fn(Value) -> Option<Value>) -> Option<Value> {
        match self.term(value) {
            Term::Argument => Some(self.number(1.0)),
            Term::Number(_) | Term::Constant(_) => None,
            Term::Negated(a) => known(a).map(|da| self.negate(da)),
            Term::Binary(binary, a, b) => self.binary(binary, value, [a, b], [known(a), known(b)]),
            Term::Power(a, exponent) => {
                let da = known(a)?;
                let (factor, power) = (self.number(f64::from(exponent)), self.power(a, exponent - 1));
                let slope = self.multiply(factor, power);
                Some(self.multiply(slope, da))
            }
            Term::Applied(function, a) => {
                let da = known(a)?;
                Some(self.chain(function, value, a, da))
            }
            Term::Selected(selection) => {
                let (yes, no) = (known(selection.yes), known(selection.no));
                self.selected(selection, yes, no)
            }
        }
    }

    fn binary(
        &mut self,
        binary: Binary,
        value: Value,
        [a, b]: [Value; 2],
        [da, db]: [Option<Value>; 2],
    ) -> Option<Value> {
        match binary {
            Binary::Add => self.sum(da, db),
            Binary::Subtract => {
                let db = db.map(|db| self.negate(db));
                self.sum(da, db)
            }
            Binary::Multiply => {
                let first = da.map(|da| self.multiply(da, b));
                let second = db.map(|db| self.multiply(a, db));
                self.sum(first, second)
            }
            // (a / b)′ = (a′ − (a / b) b′) / b
            Binary::Divide => {
                let second = db.map(|db| {
                    let product = self.multiply(value, db);
                    self.negate(product)
                });
                let numerator = self.sum(da, second)?;
                Some(self.divide(numerator, b))
            }
            Binary::Powf => self.powf_rule(value, [a, b], [da, db]),
            Binary::Min => self.extremum_rule(Comparison::Less, [a, b], [da, db]),
            Binary::Max => self.extremum_rule(Comparison::Greater, [a, b], [da, db]),
        }
    }

    /// (aᵇ)′ = b aᵇ⁻¹ a′ + aᵇ ln a b′, the second term 0 where a is.
    fn powf_rule(&mut self, value: Value, [a, b]: [Value; 2], [da, db]: [Option<Value>; 2]) -> Option<Value> {
        let first = da.map(|da| {
            let one = self.number(1.0);
            let less = self.subtract(b, one);
            let power = self.powf(a, less);
            let slope = self.multiply(b, power);
            let slope = self.multiply(slope, da);
            // Exponents from 1 on have a finite slope at 0.
            if self.literal(b).is_some_and(|b| b >= 1.0) { slope } else { self.unless_zero(da, slope) }
        });
        let second = db.map(|db| {
            let logarithm = self.apply(Function::Ln, a);
            let slope = self.multiply(value, logarithm);
            let slope = self.multiply(slope, db);
            let zero = self.number(0.0);
            self.select(Selection { comparison: Comparison::Equal, left: a, right: zero, yes: zero, no: slope })
        });
        self.sum(first, second)
    }

    /// a′ where `comparison` holds for a and b, b′ where it holds for b and a, their mean otherwise.
    fn extremum_rule(
        &mut self,
        comparison: Comparison,
        [a, b]: [Value; 2],
        [da, db]: [Option<Value>; 2],
    ) -> Option<Value> {
        let sum = self.sum(da, db)?;
        let half = self.number(0.5);
        let mean = self.multiply(half, sum);
        let (da, db) = (self.or_zero(da), self.or_zero(db));
        if da == db {
            return Some(da);
        }
        let no = self.select(Selection { comparison, left: b, right: a, yes: db, no: mean });
        Some(self.select(Selection { comparison, left: a, right: b, yes: da, no }))
    }

    /// f(a)′ = f′(a) a′, for `value` = f(a).
    fn chain(&mut self, function: Function, value: Value, a: Value, da: Value) -> Value {
        let zero = self.number(0.0);
        let one = self.number(1.0);
        let slope = match function {
            Function::Exp => value,
            Function::Ln => return self.divide(da, a),
            Function::Sqrt => {
                let two = self.number(2.0);
                let twice = self.multiply(two, value);
                let slope = self.divide(da, twice);
                return self.unless_zero(da, slope);
            }
            Function::Sin => self.apply(Function::Cos, a),
            Function::Cos => {
                let sine = self.apply(Function::Sin, a);
                self.negate(sine)
            }
            // From a and not from the value, which has rounded away what is left near its limits.
            Function::Tanh => self.apply(Function::TanhSlope, a),
            Function::Sigmoid => self.apply(Function::SigmoidSlope, a),
            Function::Softplus => self.apply(Function::Sigmoid, a),
            Function::Mish => self.apply(Function::MishSlope, a),
            Function::Ln1p => {
                let sum = self.add(one, a);
                return self.divide(da, sum);
            }
            Function::ExpM1 => self.apply(Function::Exp, a),
            Function::TanhSlope | Function::SigmoidSlope | Function::MishSlope => {
                unreachable!("the derivative of a derivative is not taken")
            }
            Function::Relu => {
                let comparison = Comparison::Greater;
                return self.select(Selection { comparison, left: a, right: zero, yes: da, no: zero });
            }
            Function::Abs => {
                let minus = self.number(-1.0);
                let no =
                    self.select(Selection { comparison: Comparison::Less, left: a, right: zero, yes: minus, no: zero });
                self.select(Selection { comparison: Comparison::Greater, left: a, right: zero, yes: one, no })
            }
        };
        self.multiply(slope, da)
    }

    /// `slope`, 0 where its factor `da` is.
    fn unless_zero(&mut self, da: Value, slope: Value) -> Value {
        let zero = self.number(0.0);
        self.select(Selection { comparison: Comparison::Equal, left: da, right: zero, yes: zero, no: slope })
    }

    fn selected(&mut self, selection: Selection, yes: Option<Value>, no: Option<Value>) -> Option<Value> {
        if yes.is_none() && no.is_none() {
            return None;
        }
        let (yes, no) = (self.or_zero(yes), self.or_zero(no));
        Some(self.select(Selection { yes, no, ..selection }))
    }

    fn sum(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.add(a, b)),
            (one, other) => one.or(other),
        }
    }

    fn or_zero(&mut self, value: Option<Value>) -> Value {
        value.unwrap_or_else(|| self.number(0.0))
    }
}
