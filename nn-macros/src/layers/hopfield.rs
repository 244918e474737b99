//! `hopfield`: `[i]` → `[i]`, states of −1 and 1.

use super::dense::{Otherwise, vector};
use super::{Arguments, Layer, Lengths, Parameter, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// An associative memory: the state that recall from its input ends in. It has no gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hopfield {
    /// Whether all units change at the same time; else one after the other.
    pub(crate) synchronous: bool,
}

impl Rule for Hopfield {
    const ROWS: &'static [Row] = &[Row {
        name: "hopfield",
        call: "hopfield",
        options: &["update"],
        trained: true,
        gradient: false,
        read: |arguments| Self::read(arguments).map(Layer::Hopfield),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Some(inputs[0].shape.clone())
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    /// `weight [i, i]` and `threshold [i]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let units = inputs[0].clone();
        vec![
            Parameter { name: "weight".into(), shape: [units.clone(), units.clone()].concat() },
            Parameter { name: "threshold".into(), shape: units },
        ]
    }
}

impl Hopfield {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let update = arguments.choice("update", &["asynchronous", "synchronous"])?;
        Some(Self { synchronous: update == Some("synchronous") })
    }
}
