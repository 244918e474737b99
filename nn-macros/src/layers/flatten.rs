//! `flatten`: any shape → `[number of elements]`.

use super::{Facts, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::report::Reported;
use crate::shape::{Operation, Shape};

/// All axes in one.
#[derive(Clone, Debug)]
pub(crate) struct Flatten;

impl Rule for Flatten {
    const ROWS: &'static [Row] =
        &[Row { name: "flatten", call: "flatten", read: |_| Ok(Layer::Flatten(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let what = || format!("the number of elements of `{}`", site.subject);
        scope.calculate(&site.tokens, what, Operation::Product, &inputs[0].shape).map(|size| vec![size])
    }

    fn lengths(&self, axis: usize, inputs: &Shape, _gives: &Shape) -> Lengths {
        if inputs.len() == 1 { Lengths::Kept(axis) } else { Lengths::Mixed }
    }

    fn reach(&self, axis: usize, inputs: &Shape, output: &Shape) -> Reach {
        Reach::in_order(axis, inputs, output)
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Reshape, layout: Layout::ByRank, model: None, output: OutputKind::Same }
    }
}
