//! `reshape([..])`: any shape → the given one, of as many elements.

use super::{Arguments, Facts, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::report::{Mismatch, Written, Reported};
use crate::shape::{Condition, Dimension, Operation, Shape};

/// The same elements in the same order under another shape.
#[derive(Clone, Debug)]
pub(crate) struct Reshape {
    pub(crate) shape: Shape,
}

impl Rule for Reshape {
    const ROWS: &'static [Row] = &[Row {
        name: "reshape",
        call: "reshape([1, 28, 28])",
        arguments: [1, 1],
        argument: "shape",
        read: |arguments| Self::read(arguments).map(Layer::Reshape),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        let (at, elements) = (&site.tokens, || format!("the number of elements of `{}`", site.subject));
        let product = scope.calculate(at, elements, Operation::Product, &self.shape)?;
        let elements = scope.calculate(at, elements, Operation::Product, &value.shape)?;
        let fault = || Mismatch::Reshape {
            subject: site.subject.clone(),
            found: value.received(),
            elements: elements.clone(),
            target: self.shape.clone(),
            product: product.clone(),
            suggestion: self.suggestion(&elements),
        };
        scope.ask(&site.tokens, Some(value), &Condition::Equal(product.clone(), elements.clone()), fault).guard(self.shape.clone())
    }

    fn lengths(&self, axis: usize, inputs: &Shape, output: &Shape) -> Lengths {
        // The numbers stay in their order: steps stay steps where all sizes up to time are the same, or all from it on.
        let behind = inputs.len() - axis;
        if output.get(..=axis) == inputs.get(..=axis) {
            Lengths::Kept(axis)
        } else if output.len() >= behind && output[output.len() - behind..] == inputs[axis..] {
            Lengths::Kept(output.len() - behind)
        } else {
            Lengths::Mixed
        }
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

impl Reshape {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let value = arguments.required()?;
        let shape = arguments.shape(value)?;
        let fault = match shape.len() {
            0 => Written::EmptyShape,
            1..=3 => return Ok(Self { shape }),
            rank => Written::RankTooHigh { rank },
        };
        Err(arguments.scope.faults.add(value, fault))
    }

    /// The target with its first axis mended, or else its last.
    fn suggestion(&self, elements: &Dimension) -> Option<String> {
        let elements = elements.literal()?;
        let sizes: Vec<u64> = self.shape.iter().map(Dimension::literal).collect::<Option<_>>()?;
        let mended = [0, sizes.len() - 1].into_iter().find_map(|axis| {
            let mut mended = sizes.clone();
            mended.remove(axis);
            let others = Operation::Product.of_numbers(&mended).filter(|&others| others > 0)?;
            mended.insert(axis, elements / others);
            (mended[axis] > 0 && elements % others == 0).then_some(mended)
        })?;
        let sizes: Vec<String> = mended.iter().map(u64::to_string).collect();
        Some(format!("[{}]", sizes.join(", ")))
    }
}
