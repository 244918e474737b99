//! Expressions of one argument as a graph in which no operation occurs twice.

use std::collections::HashMap;

use proc_macro2::TokenStream;

/// A value: a place in its [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Value(usize);

/// How a value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    /// The argument of the closure.
    Argument,
    Number(Number),
    /// A constant of the user's, an index into [`Graph::constants`].
    Constant(usize),
    Negated(Value),
    Binary(Binary, Value, Value),
    /// An integer power.
    Power(Value, i32),
    Applied(Function, Value),
    Selected(Selection),
}

/// A literal, equal to itself bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number(u64);

/// An operation on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Powf,
    Min,
    Max,
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Exp,
    Ln,
    Sqrt,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    Relu,
    Abs,
    /// ln(1 + eˣ)
    Softplus,
    /// x tanh(ln(1 + eˣ))
    Mish,
    /// ln(1 + x)
    Ln1p,
    /// eˣ − 1
    ExpM1,
    /// tanh′, sigmoid′ and mish′, which stand in derivatives only.
    TanhSlope,
    SigmoidSlope,
    MishSlope,
}

/// `if left comparison right { yes } else { no }`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Selection {
    pub(crate) comparison: Comparison,
    pub(crate) left: Value,
    pub(crate) right: Value,
    pub(crate) yes: Value,
    pub(crate) no: Value,
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Unequal,
}

/// Values, each after those that it is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    terms: Vec<Term>,
    known: HashMap<Term, Value>,
    /// The user's constants, each an expression of type `f64`.
    pub(crate) constants: Vec<TokenStream>,
}

impl Number {
    pub(crate) fn new(number: f64) -> Self {
        Self(number.to_bits())
    }

    pub(crate) fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl Function {
    /// Those that a user can write.
    pub(crate) const ALL: [Self; 13] = [
        Self::Exp,
        Self::Ln,
        Self::Sqrt,
        Self::Sin,
        Self::Cos,
        Self::Tanh,
        Self::Sigmoid,
        Self::Relu,
        Self::Abs,
        Self::Softplus,
        Self::Mish,
        Self::Ln1p,
        Self::ExpM1,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Sqrt => "sqrt",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Relu => "relu",
            Self::Abs => "abs",
            Self::Softplus => "softplus",
            Self::Mish => "mish",
            Self::Ln1p => "ln_1p",
            Self::ExpM1 => "exp_m1",
            Self::TanhSlope => "tanh_slope",
            Self::SigmoidSlope => "sigmoid_slope",
            Self::MishSlope => "mish_slope",
        }
    }
}

impl Graph {
    /// The value of a term: the one that is there, if it is.
    pub(super) fn value(&mut self, term: Term) -> Value {
        let mirrored = match term {
            Term::Binary(sign @ (Binary::Add | Binary::Multiply), a, b) => Term::Binary(sign, b, a),
            other => other,
        };
        if let Some(&known) = self.known.get(&term).or_else(|| self.known.get(&mirrored)) {
            return known;
        }
        let value = Value(self.terms.len());
        self.terms.push(term);
        self.known.insert(term, value);
        value
    }

    pub(crate) fn term(&self, value: Value) -> Term {
        self.terms[value.0]
    }

    pub(crate) fn argument(&mut self) -> Value {
        self.value(Term::Argument)
    }

    pub(crate) fn number(&mut self, number: f64) -> Value {
        self.value(Term::Number(Number::new(number)))
    }

    /// A constant of the user's, of type `f64`.
    pub(crate) fn constant(&mut self, tokens: TokenStream) -> Value {
        let text = tokens.to_string();
        let place = self.constants.iter().position(|known| known.to_string() == text);
        let place = place.unwrap_or_else(|| {
            self.constants.push(tokens);
            self.constants.len() - 1
        });
        self.value(Term::Constant(place))
    }

    /// What `root` is made of, itself the last, and how often each is used.
    pub(crate) fn uses(&self, root: Value) -> Vec<(Value, usize)> {
        let mut counts = vec![0_usize; root.0 + 1];
        counts[root.0] = 1;
        for index in (0..=root.0).rev() {
            // Operands come before what they make up, so that the count of this value is final.
            if counts[index] > 0 {
                for operand in self.terms[index].operands() {
                    counts[operand.0] += 1;
                }
            }
        }
        counts
            .into_iter()
            .enumerate()
            .filter(|&(_, count)| count > 0)
            .map(|(index, count)| (Value(index), count))
            .collect()
    }

    /// How many operations `root` takes.
    pub(crate) fn operations(&self, root: Value) -> u64 {
        self.uses(root).into_iter().map(|(value, _)| self.term(value).operations()).sum()
    }
}

impl Term {
    /// The values that it is made of.
    pub(crate) fn operands(self) -> Vec<Value> {
        match self {
            Self::Argument | Self::Number(_) | Self::Constant(_) => Vec::new(),
            Self::Negated(a) | Self::Power(a, _) | Self::Applied(_, a) => vec![a],
            Self::Binary(_, a, b) => vec![a, b],
            Self::Selected(Selection { left, right, yes, no, .. }) => vec![left, right, yes, no],
        }
    }

    fn operations(self) -> u64 {
        u64::from(!self.operands().is_empty())
    }
}
