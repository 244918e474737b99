//! `embedding(vocabulary, n)`: `[t]` of indices → `[t, n]`.

use super::{Arguments, Init, Layer, Lengths, Parameter, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::report::{Rank, Structure};
use crate::shape::{Dimension, Operation, Shape};

/// A row of the weight for each index.
#[derive(Clone, Debug)]
pub(crate) struct Embedding {
    /// The rows that an index may choose from.
    pub(crate) vocabulary: Dimension,
    /// The numbers of a row.
    pub(crate) outputs: Dimension,
    pub(crate) init: Init,
}

impl Rule for Embedding {
    const ROWS: &'static [Row] = &[Row {
        name: "embedding",
        call: "embedding(1000, 16)",
        arguments: [2, 2],
        argument: "vocabulary and the number of outputs",
        options: &["init"],
        trained: true,
        read: |arguments| Self::read(arguments).map(Layer::Embedding),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        let value = &inputs[0];
        // Only what enters the network is looked through for numbers that are no indices.
        if value.producer.is_some() {
            let fault = Structure::IndicesInside { subject: site.subject.clone(), from: value.from.clone() };
            scope.faults.add(&site.tokens, fault);
            return None;
        }
        let [steps] = value.shape.as_slice() else {
            let (subject, found) = (site.subject.clone(), value.shape.clone());
            let flat = Operation::Product.of(&value.shape);
            let from = value.from.clone();
            scope.faults.add(&site.tokens, Rank::Indices { subject, found, from, flat });
            return None;
        };
        Some(vec![steps.clone(), self.outputs.clone()])
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    /// `weight [vocabulary, n]`
    fn parameters(&self, _takes: &[Shape]) -> Vec<Parameter> {
        vec![Parameter { name: "weight".into(), shape: vec![self.vocabulary.clone(), self.outputs.clone()] }]
    }
}

impl Embedding {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let vocabulary = arguments.size_called("vocabulary");
        let outputs = arguments.size_called("number of outputs");
        let init = arguments.init_or(1.0);
        Some(Self { vocabulary: vocabulary?, outputs: outputs?, init: init? })
    }
}
