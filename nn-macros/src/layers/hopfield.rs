//! `hopfield`: `[i]` → `[i]`, states of −1 and 1.

use quote::quote;

use super::dense::{Otherwise, vector};
use super::facts::each;
use super::runtime::{element, last};
use super::stub::Units;
use super::{Arguments, Facts, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::E;
use crate::paths;
use crate::report::Reported;
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
        stub: Some(|around| {
            let (root, Units { count: i, .. }) = (paths::plumbline(), Units::visible(around));
            quote!(#root::energy::Hopfield<#i, #root::energy::update::Asynchronous, #E>)
        }),
        gradient: false,
        read: |arguments| Self::read(arguments).map(Layer::Hopfield),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Ok(inputs[0].shape.clone())
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // One sweep of as many as it takes until nothing changes.
        vec![[each(2, of.output), of.inputs[0].clone()].concat()]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::FixedPoint, layout: Layout::ByRank, model: Some(self), output: OutputKind::Unknown }
    }
}

impl Model for Hopfield {
    /// `weight [i, i]` and `threshold [i]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let units = inputs[0].clone();
        vec![
            Parameter { name: "weight".into(), shape: [units.clone(), units.clone()].concat() },
            Parameter { name: "threshold".into(), shape: units },
        ]
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let root = paths::plumbline();
        let update = if self.synchronous { quote!(Synchronous) } else { quote!(Asynchronous) };
        let arguments = [last(&of.inputs[0]), quote!(#root::energy::update::#update), element()];
        Runtime::energy("Hopfield", of, &arguments, &quote!(zeros()))
    }
}

impl Hopfield {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let update = arguments.choice("update", &["asynchronous", "synchronous"])?;
        Ok(Self { synchronous: update == Some("synchronous") })
    }
}
