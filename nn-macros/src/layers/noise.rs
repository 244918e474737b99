//! `dropout(p)`, `gaussian_noise(sd)`, `masking_noise(p)` and `salt_and_pepper(p)`: the same shape, changed in training only.

use super::real::Range;
use super::{Arguments, Layer, Lengths, Real, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// A layer that is random in training and hands its values on otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    pub(crate) kind: NoiseKind,
    /// The probability, or the standard deviation.
    pub(crate) amount: Real,
}

/// What happens to each element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoiseKind {
    /// Zero with probability `p`, and divided by `1 - p` otherwise.
    Dropout,
    /// A normal number is added.
    Gaussian,
    /// Zero with probability `p`.
    Masking,
    /// 0 or 1 with probability `p`.
    SaltAndPepper,
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "probability", ..Row::PLAIN };

impl Rule for Noise {
    const ROWS: &'static [Row] = &[
        Row {
            name: "dropout",
            call: "dropout(0.5)",
            read: |arguments| Self::read(arguments, NoiseKind::Dropout, Range::Probability),
            ..ROW
        },
        Row {
            name: "gaussian_noise",
            call: "gaussian_noise(0.3)",
            argument: "standard deviation",
            read: |arguments| Self::read(arguments, NoiseKind::Gaussian, Range::NotNegative),
            ..ROW
        },
        Row {
            name: "masking_noise",
            call: "masking_noise(0.3)",
            read: |arguments| Self::read(arguments, NoiseKind::Masking, Range::Probability),
            ..ROW
        },
        Row {
            name: "salt_and_pepper",
            call: "salt_and_pepper(0.1)",
            read: |arguments| Self::read(arguments, NoiseKind::SaltAndPepper, Range::Probability),
            ..ROW
        },
    ];

    fn output(&self, _site: &Site, inputs: &[Value], _scope: &mut Scope) -> Option<Shape> {
        Some(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }
}

impl Noise {
    fn read(arguments: &mut Arguments, kind: NoiseKind, range: Range) -> Option<Layer> {
        let (value, what) = (arguments.next()?, arguments.what_argument());
        let amount = arguments.real(value, &what, range, arguments.row.call)?;
        Some(Layer::Noise(Self { kind, amount }))
    }
}
