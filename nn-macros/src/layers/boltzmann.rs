//! `boltzmann(n)`: `[i]` → `[n]`.

use quote::quote;

use super::dense::{Otherwise, vector};
use super::facts::each;
use super::runtime::{element, last};
use super::stub::Units;
use super::{Arguments, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::{E, RNG};
use crate::paths;
use crate::report::{Argument, Reported};
use crate::shape::{Dimension, Operation, Shape, types};

/// A Boltzmann machine with all connections, which gives the mean-field probabilities of its hidden units. It has no gradient.
#[derive(Clone, Debug)]
pub(crate) struct Boltzmann {
    /// Hidden units.
    pub(crate) units: Dimension,
    pub(crate) init: Init,
}

impl Rule for Boltzmann {
    const ROWS: &'static [Row] = &[Row {
        name: "boltzmann",
        call: "boltzmann(10)",
        arguments: [1, 1],
        argument: "number of hidden units",
        options: &["init"],
        stub: Some(|around| {
            let (root, Units { count: i, .. }, Units { count: n, .. }) = (paths::plumbline(), Units::visible(around), Units::hidden(around));
            quote!(#root::energy::Boltzmann<#i, #n, #E>)
        }),
        gradient: false,
        read: |arguments| Self::read(arguments).map(Layer::Boltzmann),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        let visible = &inputs[0].shape[0];
        if let (None, Some(i), Some(n)) = (self.all(visible), visible.literal(), self.units.literal()) {
            return Err(scope.faults.add(&site.tokens, Argument::Overflow { expression: format!("{i} + {n}") }));
        }
        Ok(vec![self.units.clone()])
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // One sweep over the hidden units, of as many as it takes until nothing changes.
        self.all(&of.inputs[0][0]).map(|all| [each(2, of.output), vec![all]].concat()).into_iter().collect()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::FixedPoint, layout: Layout::ByRank, model: Some(self), output: OutputKind::Unknown }
    }
}

impl Model for Boltzmann {
    /// `weight [i + n, i + n]` and `bias [i + n]`, the visible units first.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let Some(all) = self.all(&inputs[0][0]) else { return Vec::new() };
        vec![
            Parameter { name: "weight".into(), shape: vec![all.clone(), all.clone()] },
            Parameter { name: "bias".into(), shape: vec![all] },
        ]
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let (init, sizes) = (&self.init, [last(&of.inputs[0]), types::dimension(&self.units), element()]);
        Runtime::energy("Boltzmann", of, &sizes, &quote!(new(#init, #RNG)))
    }
}

impl Boltzmann {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let units = arguments.size();
        let init = arguments.init_or(0.01);
        Ok(Self { units: units?, init: init? })
    }

    /// Visible and hidden units; `None` where they are more than any size may be, which is reported.
    fn all(&self, visible: &Dimension) -> Option<Dimension> {
        Operation::Sum.of(&[visible.clone(), self.units.clone()])
    }
}
