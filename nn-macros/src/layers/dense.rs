//! `dense(n)`: `[i]` → `[n]`, or `[t, i]` → `[t, n]` with `each_step = true`.

use proc_macro2::Ident;
use quote::quote;

use super::facts::each;
use super::runtime::{element, last};
use super::{Arguments, stub, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Work};
use crate::context::{Referent, Scope, Site, Symbol, Value};
use crate::names::RNG;
use crate::report::{Argument, Naming, Rank, Reported};
use crate::shape::{Condition, Dimension, Operation, Shape};

/// An affine map of the last axis.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// Outputs.
    pub(crate) outputs: Dimension,
    pub(crate) bias: bool,
    pub(crate) each_step: bool,
    pub(crate) weight: Weight,
}

/// Where a dense layer's weight comes from.
#[derive(Clone, Debug)]
pub(crate) enum Weight {
    /// Its own, drawn so.
    Own(Init),
    /// Another layer's, transposed; this layer then has a bias at most.
    Tied(Tied),
}

/// The dense layer whose weight is used transposed: `weight [n, i]` there serves `[n]` → `[i]` here.
#[derive(Clone, Debug)]
pub(crate) struct Tied {
    /// Its node, which comes earlier.
    pub(crate) name: Ident,
    /// `[n, i]`
    pub(crate) weight: Result<Shape, Reported>,
}

impl Rule for Dense {
    const ROWS: &'static [Row] = &[Row {
        name: "dense",
        call: "dense(10)",
        arguments: [1, 1],
        argument: "number of outputs",
        options: &["bias", "each_step", "init", "tied"],
        stub: Some(|_| stub::sized("Dense", 2)),
        read: |arguments| Self::read(arguments).map(Layer::Dense),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        if self.each_step && value.shape.len() != 2 {
            let (subject, found) = (site.subject.clone(), value.received());
            return Err(scope.faults.add(&site.tokens, Rank::Steps { subject, found }));
        }
        if !self.each_step {
            vector(site, value, scope, Otherwise::Steps(&self.outputs))?;
        }
        let features = value.shape.len() - 1;
        let mut output = value.shape[..features].to_vec();
        output.push(match &self.weight {
            Weight::Own(_) => self.outputs.clone(),
            Weight::Tied(tied) => tied.check(site, value, &self.outputs, scope)?,
        });
        Ok(output)
    }

    fn lengths(&self, axis: usize, inputs: &Shape, _gives: &Shape) -> Lengths {
        Lengths::unless_last(axis, inputs)
    }

    fn reach(&self, axis: usize, inputs: &Shape, _output: &Shape) -> Reach {
        Reach::unless_last(axis, inputs)
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        let Weight::Tied(Tied { weight: Ok(weight), .. }) = &self.weight else { return };
        if let ([taken], [n, i]) = (inputs, weight.as_slice()) {
            taken.splice(taken.len() - 1.., [n.clone()]);
            output.splice(output.len() - 1.., [i.clone()]);
        }
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        let products = [last_axis(&of.inputs[0]), of.output].concat();
        [Some(each(2, &products)), self.bias.then(|| of.output.clone())].into_iter().flatten().collect()
    }

    fn facts(&self) -> Facts<'_> {
        let tied = match &self.weight {
            Weight::Tied(tied) => Some(&tied.name),
            Weight::Own(_) => None,
        };
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::WholeBatch, fuses: true, tied, vocabulary: None }), layout: Layout::ByRank, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for Dense {
    /// `weight [n, i]` unless tied, and `bias [n]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let features = inputs[0].last().filter(|_| matches!(self.weight, Weight::Own(_)));
        let weight = features.map(|features| vec![self.outputs.clone(), features.clone()]);
        let weight = weight.map(|shape| Parameter { name: "weight".into(), shape });
        let bias = self.bias.then(|| Parameter { name: "bias".into(), shape: vec![self.outputs.clone()] });
        weight.into_iter().chain(bias).collect()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let (bias, sizes) = (self.bias, [last(&of.inputs[0]), last(of.output), element()]);
        match &self.weight {
            Weight::Own(init) => Runtime::layer("Dense", of, &sizes, &quote!(new(#init, #bias, #RNG))),
            Weight::Tied(_) => Runtime::layer("TiedDense", of, &sizes, &quote!(new(#bias))),
        }
    }
}

/// The size of the last axis.
fn last_axis(shape: &Shape) -> &[Dimension] {
    &shape[shape.len() - 1..]
}

impl Dense {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let outputs = arguments.size();
        let bias = arguments.flag_or("bias", true);
        let each_step = arguments.flag_or("each_step", false);
        let tied = arguments.node("tied");
        let init = arguments.init();
        let weight = match tied? {
            None => Weight::Own(init?),
            Some(name) => {
                if let Some(init) = arguments.option("init") {
                    let fault =
                        Argument::InitTied { name: arguments.subject.to_owned(), source: name.to_string() };
                    arguments.scope.faults.add(init, fault);
                }
                Weight::Tied(Tied::find(name, arguments)?)
            }
        };
        Ok(Self { outputs: outputs?, bias: bias?, each_step: each_step?, weight })
    }

    /// Its weight, for `tied`.
    pub(super) fn referent(&self, inputs: &[Shape]) -> Referent {
        match &self.weight {
            Weight::Tied(tied) => Referent::TiedWeight { to: tied.name.to_string() },
            Weight::Own(_) => {
                let features = inputs[0][inputs[0].len() - 1].clone();
                Referent::Weight(Ok(vec![self.outputs.clone(), features]))
            }
        }
    }
}

impl Tied {
    /// The layer of that name, if `tied` may name it.
    fn find(name: &Ident, arguments: &mut Arguments) -> Result<Self, Reported> {
        let (text, scope) = (name.to_string(), &mut *arguments.scope);
        let fault = match scope.resolve(&text, arguments.subject) {
            Ok(Symbol { referent: Referent::Weight(weight), .. }) => {
                return Ok(Self { name: name.clone(), weight: weight.clone() });
            }
            Ok(Symbol { referent: Referent::TiedWeight { to }, .. }) => Naming::TiedTwice { name: text, original: to.clone() },
            Ok(_) => Naming::TiedKind { name: text },
            Err(Some(error)) => Naming::Tied { name: text, error },
            Err(None) => return Err(scope.elsewhere()),
        };
        Err(scope.faults.add(name, fault))
    }

    /// `weight [n, i]` makes `[i]` of `[n]` when it is used transposed: the size that was asked for, if it is the one that the weight makes.
    fn check(&self, site: &Site, value: &Value, outputs: &Dimension, scope: &mut Scope) -> Result<Dimension, Reported> {
        // Where it is unknown, its own fault is reported.
        let Ok([n, i]) = self.weight.as_deref() else { return Ok(outputs.clone()) };
        let (subject, source) = (|| site.subject.clone(), || self.name.to_string());
        let weight = || vec![n.clone(), i.clone()];
        let inputs = value.shape[value.shape.len() - 1].clone();
        let fault = || Naming::TiedTakes {
            subject: subject(),
            source: source(),
            weight: weight(),
            inputs: n.clone(),
            found: value.received(),
        };
        let taken = scope.ask(&site.tokens, Some(value), &Condition::Equal(n.clone(), inputs), fault);
        let fault = || Naming::TiedGives {
            subject: subject(),
            source: source(),
            weight: weight(),
            output: i.clone(),
            found: outputs.clone(),
        };
        let given = scope.ask(&site.tokens, None, &Condition::Equal(i.clone(), outputs.clone()), fault);
        taken.holds()?;
        given.holds()?;
        let what = || format!("the size of what `{}` gives", site.subject);
        scope.calculate(&site.tokens, what, Operation::Same, &[outputs.clone(), i.clone()])
    }
}

/// What a layer that takes a vector can do with two axes.
#[derive(Clone, Copy)]
pub(super) enum Otherwise<'a> {
    /// With `each_step` it makes so many outputs at each step.
    Steps(&'a Dimension),
    /// With `visible = softmax(k)` each row is a unit of k levels.
    Levels,
    Nothing,
}

/// Asks for a vector; the help says what `flatten` makes of it, and for rank 2 what the layer can do with it otherwise.
pub(super) fn vector(site: &Site, value: &Value, scope: &mut Scope, otherwise: Otherwise) -> Result<(), Reported> {
    if value.shape.len() == 1 {
        return Ok(());
    }
    // Only what makes known features is offered.
    let (steps, levels) = match (value.shape.as_slice(), otherwise) {
        ([steps, features], Otherwise::Steps(outputs)) if !features.is_free() => {
            (Some(vec![steps.clone(), outputs.clone()]), None)
        }
        ([_, levels], Otherwise::Levels) if !levels.is_free() => (None, Some(levels.clone())),
        _ => (None, None),
    };
    let pooled = match value.shape.as_slice() {
        [channels, sizes @ ..] if !channels.is_free() && sizes.iter().any(Dimension::is_free) => Some(channels.clone()),
        _ => None,
    };
    let last = match value.shape.as_slice() {
        [_, features] if !features.is_free() && scope.remembers() => Some(features.clone()),
        _ => None,
    };
    let fault = Rank::Vector {
        subject: site.subject.clone(),
        found: value.received(),
        flat: Operation::Product.of(&value.shape).filter(|flat| !flat.is_free()),
        pooled,
        steps,
        levels,
        last,
    };
    Err(scope.faults.add(&site.tokens, fault))
}
