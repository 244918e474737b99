//! Terms in their simplest form.
//!
//! Every rule keeps the value of whatever is finite, to within rounding, and whether it is a number: `0 * a` stays, because a may
//! be infinite. The derivative leaves out what is zero by another way. What overflows or cancels on the way to a finite value gets its stable form, in
//! `stable`.

use super::expression::{Binary, Comparison, Function, Graph, Number, Selection, Term, Value};

impl Graph {
    pub(super) fn literal(&self, value: Value) -> Option<f64> {
        match self.term(value) {
            Term::Number(number) => Some(number.get()),
            _ => None,
        }
    }

    pub(super) fn is(&self, value: Value, number: f64) -> bool {
        self.literal(value) == Some(number)
    }

    pub(super) fn negated(&self, value: Value) -> Option<Value> {
        match self.term(value) {
            Term::Negated(inner) => Some(inner),
            _ => None,
        }
    }

    /// The number that an operation on numbers gives; one that is not finite, in `f32` too, is left to the program.
    fn folded(&mut self, number: f64) -> Option<Value> {
        (number as f32).is_finite().then(|| self.number(number))
    }

    fn fold(&mut self, a: Value, b: Value, operate: impl Fn(f64, f64) -> f64) -> Option<Value> {
        let number = operate(self.literal(a)?, self.literal(b)?);
        self.folded(number)
    }

    /// −a
    pub(super) fn negate(&mut self, a: Value) -> Value {
        match self.term(a) {
            Term::Number(number) => self.number(-number.get()),
            Term::Negated(inner) => inner,
            Term::Binary(Binary::Subtract, a, b) => self.subtract(b, a),
            Term::Binary(Binary::Multiply, a, b) if self.literal(a).is_some() => {
                let factor = self.negate(a);
                self.multiply(factor, b)
            }
            _ => self.value(Term::Negated(a)),
        }
    }

    /// a + b
    pub(super) fn add(&mut self, a: Value, b: Value) -> Value {
        if let Some(sum) = self.fold(a, b, |a, b| a + b) {
            return sum;
        }
        if let Some(stable) = self.stable_sum(a, b) {
            return stable;
        }
        match (self.negated(a), self.negated(b)) {
            _ if self.is(a, 0.0) => b,
            _ if self.is(b, 0.0) => a,
            (_, Some(b)) => self.subtract(a, b),
            (Some(a), None) => self.subtract(b, a),
            (None, None) => self.value(Term::Binary(Binary::Add, a, b)),
        }
    }

    /// a − b
    pub(super) fn subtract(&mut self, a: Value, b: Value) -> Value {
        if let Some(difference) = self.fold(a, b, |a, b| a - b) {
            return difference;
        }
        if let Some(stable) = self.stable_difference(a, b) {
            return stable;
        }
        match self.negated(b) {
            _ if self.is(b, 0.0) => a,
            _ if self.is(a, 0.0) => self.negate(b),
            Some(b) => self.add(a, b),
            None => self.value(Term::Binary(Binary::Subtract, a, b)),
        }
    }

    /// a · b, a literal first.
    pub(super) fn multiply(&mut self, a: Value, b: Value) -> Value {
        if let Some(product) = self.fold(a, b, |a, b| a * b) {
            return product;
        }
        if let Some(stable) = self.stable_product(a, b) {
            return stable;
        }
        let (a, b) = if self.literal(b).is_some() { (b, a) } else { (a, b) };
        match (self.negated(a), self.negated(b)) {
            _ if self.is(a, 1.0) => return b,
            _ if self.is(a, -1.0) => return self.negate(b),
            (Some(a), Some(b)) => return self.multiply(a, b),
            (Some(a), None) => {
                let product = self.multiply(a, b);
                return self.negate(product);
            }
            (None, Some(b)) => {
                let product = self.multiply(a, b);
                return self.negate(product);
            }
            (None, None) => {}
        }
        if let (Some(outer), Term::Binary(Binary::Multiply, inner, rest)) = (self.literal(a), self.term(b))
            && let Some(inner) = self.literal(inner)
            && (outer * inner).is_normal()
        {
            let factor = self.number(outer * inner);
            return self.multiply(factor, rest);
        }
        self.value(Term::Binary(Binary::Multiply, a, b))
    }

    /// a / b
    pub(super) fn divide(&mut self, a: Value, b: Value) -> Value {
        if let Some(quotient) = self.fold(a, b, |a, b| a / b) {
            return quotient;
        }
        if let Some(stable) = self.stable_quotient(a, b) {
            return stable;
        }
        match (self.negated(a), self.negated(b)) {
            _ if self.is(b, 1.0) => a,
            _ if self.is(b, -1.0) => self.negate(a),
            (Some(a), Some(b)) => self.divide(a, b),
            (Some(a), None) => {
                let quotient = self.divide(a, b);
                self.negate(quotient)
            }
            (None, Some(b)) => {
                let quotient = self.divide(a, b);
                self.negate(quotient)
            }
            (None, None) => self.value(Term::Binary(Binary::Divide, a, b)),
        }
    }

    /// aⁿ, small powers as products, which share their factors.
    pub(super) fn power(&mut self, a: Value, exponent: i32) -> Value {
        let folded = self.literal(a).and_then(|a| self.folded(a.powi(exponent)));
        if let Some(power) = folded {
            return power;
        }
        if let Some(logistic) = self.logistic(a).filter(|_| exponent < 0) {
            return self.power(logistic, -exponent);
        }
        match exponent {
            -1 => {
                let one = self.number(1.0);
                self.divide(one, a)
            }
            0 => self.number(1.0),
            1 => a,
            2 => self.multiply(a, a),
            3 => {
                let square = self.multiply(a, a);
                self.multiply(square, a)
            }
            4 => {
                let square = self.multiply(a, a);
                self.multiply(square, square)
            }
            _ => self.value(Term::Power(a, exponent)),
        }
    }

    /// aᵇ
    pub(super) fn powf(&mut self, a: Value, b: Value) -> Value {
        if let Some(power) = self.fold(a, b, f64::powf) {
            return power;
        }
        match self.literal(b) {
            // 1 to any power, NaN too.
            _ if self.is(a, 1.0) => a,
            Some(0.5) => self.apply(Function::Sqrt, a),
            Some(exponent) if exponent.fract() == 0.0 && exponent.abs() <= 4.0 => self.power(a, exponent as i32),
            _ => self.value(Term::Binary(Binary::Powf, a, b)),
        }
    }

    /// min(a, b) or max(a, b)
    pub(super) fn extremum(&mut self, which: Binary, a: Value, b: Value) -> Value {
        let folded = match which {
            Binary::Min => self.fold(a, b, f64::min),
            _ => self.fold(a, b, f64::max),
        };
        folded.unwrap_or_else(|| if a == b { a } else { self.value(Term::Binary(which, a, b)) })
    }

    /// f(a)
    pub(super) fn apply(&mut self, function: Function, a: Value) -> Value {
        let folded = self.literal(a).and_then(|a| self.folded(function.of(a)));
        let simple = folded.or_else(|| self.stable_call(function, a));
        simple.unwrap_or_else(|| self.value(Term::Applied(function, a)))
    }

    /// `if left … right { yes } else { no }`
    pub(super) fn select(&mut self, selection: Selection) -> Value {
        let Selection { comparison, left, right, yes, no } = selection;
        match (self.literal(left), self.literal(right)) {
            _ if yes == no => yes,
            (Some(left), Some(right)) => {
                if comparison.holds(left, right) {
                    yes
                } else {
                    no
                }
            }
            _ => self.value(Term::Selected(selection)),
        }
    }
}

impl Function {
    /// Its value, as the program computes it.
    pub(super) fn of(self, x: f64) -> f64 {
        match self {
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Sqrt => x.sqrt(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => (1.0 + (-x).exp()).recip(),
            Self::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Self::Mish => x * Self::Softplus.of(x).tanh(),
            Self::Ln1p => x.ln_1p(),
            Self::ExpM1 => x.exp_m1(),
            Self::TanhSlope => x.cosh().powi(-2),
            Self::SigmoidSlope => 0.25 * (x / 2.0).cosh().powi(-2),
            Self::MishSlope => {
                let y = Self::Softplus.of(x);
                y.tanh() + x * y.cosh().powi(-2) * Self::Sigmoid.of(x)
            }
            Self::Relu => {
                if x < 0.0 {
                    0.0
                } else {
                    x
                }
            }
            Self::Abs => x.abs(),
        }
    }
}

impl Comparison {
    /// Whether it holds, as in Rust.
    pub(super) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        }
    }
}

impl Number {
    /// Whether it is 0, of either sign.
    pub(super) fn is_zero(self) -> bool {
        self.get() == 0.0
    }
}
