//! `embedding(vocabulary, n)`: `[t]` of indices → `[t, n]`.

use quote::quote;

use super::runtime::element;
use super::{Arguments, stub, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Work};
use crate::context::{Scope, Site, Value};
use crate::names::RNG;
use crate::report::{Rank, Structure, Reported};
use crate::shape::{Dimension, Operation, Shape, types};

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
        stub: Some(|_| stub::sized("Embedding", 2)),
        indices: true,
        read: |arguments| Self::read(arguments).map(Layer::Embedding),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        // Only what enters the network is looked through for numbers that are no indices.
        if value.producer.is_some() {
            let fault = Structure::IndicesInside { subject: site.subject.clone(), from: value.from.clone() };
            return Err(scope.faults.add(&site.tokens, fault));
        }
        let [steps] = value.shape.as_slice() else {
            let (subject, found) = (site.subject.clone(), value.received());
            let flat = Operation::Product.of(&value.shape);
            return Err(scope.faults.add(&site.tokens, Rank::Indices { subject, found, flat }));
        };
        Ok(vec![steps.clone(), self.outputs.clone()])
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis)
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        let vocabulary = Some(&self.vocabulary);
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::WholeBatch, fuses: true, tied: None, vocabulary }), layout: Layout::ByRank, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for Embedding {
    /// `weight [vocabulary, n]`
    fn parameters(&self, _takes: &[Shape]) -> Vec<Parameter> {
        vec![Parameter { name: "weight".into(), shape: vec![self.vocabulary.clone(), self.outputs.clone()] }]
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let (vocabulary, outputs) = (types::dimension(&self.vocabulary), types::dimension(&self.outputs));
        let init = &self.init;
        Runtime::layer("Embedding", of, &[vocabulary, outputs, element()], &quote!(new(#init, #RNG)))
    }
}

impl Embedding {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let vocabulary = arguments.size_called("vocabulary");
        let outputs = arguments.size_called("number of outputs");
        let init = arguments.init_or(1.0);
        Ok(Self { vocabulary: vocabulary?, outputs: outputs?, init: init? })
    }
}
