//! Terms that overflow or cancel on the way to a finite value, in a form that does not.
//!
//! ln(1 + eᵃ) is infinite in `f32` from a = 89 on, and its derivative there is ∞ / ∞; softplus is neither. Derivatives are of what these rules give.

use super::expression::{Binary, Function, Graph, Term, Value};

impl Graph {
    /// a of f(a).
    fn operand(&self, function: Function, value: Value) -> Option<Value> {
        match self.term(value) {
            Term::Applied(found, a) if found == function => Some(a),
            _ => None,
        }
    }

    /// a of 1 + a.
    fn beyond_one(&self, value: Value) -> Option<Value> {
        match self.term(value) {
            Term::Binary(Binary::Add, a, b) if self.is(a, 1.0) => Some(b),
            Term::Binary(Binary::Add, a, b) if self.is(b, 1.0) => Some(a),
            _ => None,
        }
    }

    /// 1 / (1 + eᵃ) = sigmoid(−a), for the value 1 + eᵃ.
    pub(super) fn logistic(&mut self, value: Value) -> Option<Value> {
        let a = self.beyond_one(value).and_then(|power| self.operand(Function::Exp, power))?;
        let a = self.negate(a);
        Some(self.apply(Function::Sigmoid, a))
    }

    /// −1 + eᵃ
    pub(super) fn stable_sum(&mut self, a: Value, b: Value) -> Option<Value> {
        let power = if self.is(a, -1.0) { b } else { Some(a).filter(|_| self.is(b, -1.0))? };
        let a = self.operand(Function::Exp, power)?;
        Some(self.apply(Function::ExpM1, a))
    }

    /// eᵃ − 1, 1 − eᵃ and 1 − sigmoid(a) = sigmoid(−a)
    pub(super) fn stable_difference(&mut self, a: Value, b: Value) -> Option<Value> {
        if self.is(b, 1.0) {
            let a = self.operand(Function::Exp, a)?;
            return Some(self.apply(Function::ExpM1, a));
        }
        if !self.is(a, 1.0) {
            return None;
        }
        if let Some(a) = self.operand(Function::Exp, b) {
            let less = self.apply(Function::ExpM1, a);
            return Some(self.negate(less));
        }
        let a = self.operand(Function::Sigmoid, b)?;
        let a = self.negate(a);
        Some(self.apply(Function::Sigmoid, a))
    }

    /// a tanh(softplus(a)) = mish(a), which is a number at −∞ too.
    pub(super) fn stable_product(&mut self, a: Value, b: Value) -> Option<Value> {
        let inner = |b| self.operand(Function::Tanh, b).and_then(|y| self.operand(Function::Softplus, y));
        if inner(b) == Some(a) {
            return Some(self.apply(Function::Mish, a));
        }
        (inner(a) == Some(b)).then(|| self.apply(Function::Mish, b))
    }

    /// eᵇ / (1 + eᵇ) = sigmoid(b), other a / (1 + eᵇ) = a sigmoid(−b), and (eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ) = tanh(a).
    pub(super) fn stable_quotient(&mut self, a: Value, b: Value) -> Option<Value> {
        if let Some(power) = self.beyond_one(b).filter(|&power| power == a)
            && let Some(b) = self.operand(Function::Exp, power)
        {
            return Some(self.apply(Function::Sigmoid, b));
        }
        if let Some(logistic) = self.logistic(b) {
            return Some(self.multiply(a, logistic));
        }
        let (Term::Binary(Binary::Subtract, up, down), Term::Binary(Binary::Add, left, right)) =
            (self.term(a), self.term(b))
        else {
            return None;
        };
        let same = [left, right] == [up, down] || [right, left] == [up, down];
        let [up, down] = [up, down].map(|power| self.operand(Function::Exp, power));
        let (up, down) = (up.filter(|_| same)?, down?);
        (self.negate(up) == down).then(|| self.apply(Function::Tanh, up))
    }

    /// f(a) where a has a form that f goes with.
    pub(super) fn stable_call(&mut self, function: Function, a: Value) -> Option<Value> {
        match function {
            Function::Ln => self.logarithm(a),
            Function::Ln1p => {
                let a = self.operand(Function::Exp, a)?;
                Some(self.apply(Function::Softplus, a))
            }
            // √a² = |a|
            Function::Sqrt => {
                let root = match self.term(a) {
                    Term::Binary(Binary::Multiply, left, right) if left == right => left,
                    Term::Power(base, exponent) if exponent % 2 == 0 => self.power(base, exponent / 2),
                    _ => return None,
                };
                Some(self.apply(Function::Abs, root))
            }
            _ => None,
        }
    }

    /// ln eᵃ = a, ln sigmoid(a) = −softplus(−a), ln(1 + a), ln(1 − a) and ln(eᵃ + eᵇ)
    fn logarithm(&mut self, value: Value) -> Option<Value> {
        if let Some(a) = self.operand(Function::Exp, value) {
            return Some(a);
        }
        if let Some(a) = self.operand(Function::Sigmoid, value) {
            let minus = self.negate(a);
            let loss = self.apply(Function::Softplus, minus);
            return Some(self.negate(loss));
        }
        if let Some(a) = self.beyond_one(value) {
            return Some(self.apply(Function::Ln1p, a));
        }
        match self.term(value) {
            Term::Binary(Binary::Subtract, one, a) if self.is(one, 1.0) => {
                let minus = self.negate(a);
                Some(self.apply(Function::Ln1p, minus))
            }
            Term::Binary(Binary::Add, a, b) => {
                let (a, b) = (self.operand(Function::Exp, a)?, self.operand(Function::Exp, b)?);
                // max(a, b) + softplus(−|a − b|)
                let largest = self.extremum(Binary::Max, a, b);
                let distance = self.subtract(a, b);
                let distance = self.apply(Function::Abs, distance);
                let minus = self.negate(distance);
                let rest = self.apply(Function::Softplus, minus);
                Some(self.add(largest, rest))
            }
            _ => None,
        }
    }
}
