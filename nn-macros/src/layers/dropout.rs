//! `dropout(p)`: the same shape.

use super::real::Range;
use super::{Arguments, Layer, Real, Row, Rule};
use crate::check::{Place, Scope, Value};
use crate::shape::Shape;

/// In training each element is zero with probability `p`, and divided by `1 - p` otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Dropout {
    /// 0 ≤ p < 1
    pub(crate) p: Real,
}

impl Rule for Dropout {
    const ROWS: &'static [Row] = &[Row {
        name: "dropout",
        call: "dropout(0.5)",
        arguments: [1, 1],
        argument: "probability",
        read: |arguments| Self::read(arguments).map(Layer::Dropout),
        ..Row::PLAIN
    }];

    fn gives(&self, _place: &Place, takes: &[Value], _scope: &mut Scope) -> Option<Shape> {
        Some(takes[0].shape.clone())
    }
}

impl Dropout {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let (value, what) = (arguments.next()?, arguments.what_argument());
        Some(Self { p: arguments.real(value, &what, Range::Probability, arguments.row.call)? })
    }
}
