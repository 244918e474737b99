//! `rbm(n)`: `[i]` → `[n]`; with `visible = softmax(k)` from `[items, k]`, and with `hidden = softmax(k)` to `[n, k]`.

use quote::{ToTokens, quote};
use syn::{Expr, Lit};

use super::dense::{Otherwise, vector};
use super::facts::each;
use super::runtime::{argument, element};
use super::stub::Units;
use super::{Arguments, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Work};
use crate::context::{Scope, Site, Value, name};
use crate::names::{E, RNG};
use crate::paths;
use crate::report::{Energy, compact, nearest, Reported, Side};
use crate::shape::{Condition, Dimension, Operation, Shape, types};

/// A restricted Boltzmann machine, which gives the mean of its hidden units.
#[derive(Clone, Debug)]
pub(crate) struct Rbm {
    /// Hidden units.
    pub(crate) units: Dimension,
    pub(crate) visible: Visible,
    pub(crate) hidden: Hidden,
    pub(crate) init: Init,
}

/// A kind of visible unit.
#[derive(Clone, Debug)]
pub(crate) enum Visible {
    Bernoulli,
    Gaussian,
    /// With a variance of its own, which is learned.
    GaussianVariance,
    /// One of so many levels, a row of the sample for each unit.
    Softmax(Dimension),
}

/// A kind of hidden unit.
#[derive(Clone, Debug)]
pub(crate) enum Hidden {
    Bernoulli,
    Relu,
    Gaussian,
    /// One of so many levels, a row of what the layer gives for each unit.
    Softmax(Dimension),
}

/// How the kinds of each side are written.
const VISIBLE: &[&str] = &["bernoulli", "gaussian", "gaussian(variance = learned)", "softmax(k)"];
const HIDDEN: &[&str] = &["bernoulli", "relu", "gaussian", "softmax(k)"];

impl Rule for Rbm {
    const ROWS: &'static [Row] = &[Row {
        name: "rbm",
        call: "rbm(500)",
        arguments: [1, 1],
        argument: "number of hidden units",
        options: &["hidden", "init", "visible"],
        stub: Some(|around| {
            let (root, visible, hidden) = (paths::plumbline(), Units::visible(around), Units::hidden(around));
            let ([i, n], kinds) = ([visible.count, hidden.count], [visible.kind, hidden.kind]);
            let [visible, hidden] = kinds.map(|kind| quote!(#root::energy::units::#kind));
            quote!(#root::energy::Rbm<#i, #n, #visible, #hidden, #E>)
        }),
        read: |arguments| Self::read(arguments).map(Layer::Rbm),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        match &self.visible {
            Visible::Softmax(levels) => levelled(site, &inputs[0], levels, scope)?,
            Visible::Bernoulli => vector(site, &inputs[0], scope, Otherwise::Levels)?,
            Visible::Gaussian | Visible::GaussianVariance => vector(site, &inputs[0], scope, Otherwise::Nothing)?,
        }
        Ok(self.hidden_shape())
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn unify(&self, inputs: &mut [Shape], _gives: &mut Shape) {
        if let (Visible::Softmax(levels), [taken]) = (&self.visible, inputs) {
            taken.splice(taken.len() - 1.., [levels.clone()]);
        }
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        let weight = [of.output.clone(), of.inputs[0].clone()].concat();
        vec![each(2, &weight), each(2, of.output)]
    }

    fn facts(&self) -> Facts<'_> {
        let output = match self.hidden {
            Hidden::Bernoulli => OutputKind::Sigmoid,
            Hidden::Softmax(_) => OutputKind::Softmax,
            Hidden::Relu | Hidden::Gaussian => OutputKind::Numbers,
        };
        let gradient = WeightGradient::Finished;
        let work = Work::Weights(Weights { gradient, fuses: false, tied: None, vocabulary: None });
        Facts { work, layout: Layout::ByRank, model: Some(self), output }
    }
}

impl Model for Rbm {
    /// `weight [n, i]`, `visible_bias [i]` and `hidden_bias [n]`, and `visible_log_variance [i]` where variances are learned; for softmax units `[items, k]`
    /// stands in place of `[i]`, or `[n, k]` in place of `[n]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let (units, visible) = (self.hidden_shape(), inputs[0].clone());
        let weight = [units.clone(), visible.clone()].concat();
        let variance = matches!(self.visible, Visible::GaussianVariance).then(|| visible.clone());
        let own = [("weight", weight), ("visible_bias", visible), ("hidden_bias", units)];
        let all = own.into_iter().chain(variance.map(|shape| ("visible_log_variance", shape)));
        all.map(|(name, shape)| Parameter { name: name.into(), shape }).collect()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let (root, init) = (paths::plumbline(), &self.init);
        let softmax = |levels| {
            let levels = argument(levels);
            quote!(Softmax<#levels>)
        };
        let visible = match &self.visible {
            Visible::Bernoulli => quote!(Bernoulli),
            Visible::Gaussian => quote!(Gaussian),
            Visible::GaussianVariance => quote!(GaussianVariance),
            Visible::Softmax(levels) => softmax(levels),
        };
        let hidden = match &self.hidden {
            Hidden::Bernoulli => quote!(Bernoulli),
            Hidden::Relu => quote!(Relu),
            Hidden::Gaussian => quote!(Gaussian),
            Hidden::Softmax(levels) => softmax(levels),
        };
        let [visible, hidden] = [visible, hidden].map(|unit| quote!(#root::energy::units::#unit));
        let (i, n) = (types::dimension(&of.inputs[0][0]), types::dimension(&self.units));
        Runtime::energy("Rbm", of, &[i, n, visible, hidden, element()], &quote!(new(#init, #RNG)))
    }
}

impl Rbm {
    /// `[n]`, or `[n, k]`.
    fn hidden_shape(&self) -> Shape {
        let levels = match &self.hidden {
            Hidden::Softmax(levels) => Some(levels.clone()),
            _ => None,
        };
        [Some(self.units.clone()), levels].into_iter().flatten().collect()
    }

    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let units = arguments.size();
        let visible = match arguments.option("visible") {
            Some(value) => visible(value, arguments),
            None => Ok(Visible::Bernoulli),
        };
        let hidden = match arguments.option("hidden") {
            Some(value) => hidden(value, arguments),
            None => Ok(Hidden::Bernoulli),
        };
        let init = arguments.init_or(0.01);
        Ok(Self { units: units?, visible: visible?, hidden: hidden?, init: init? })
    }
}

/// `bernoulli`, `gaussian`, `gaussian(variance = learned)` or `softmax(5)`.
fn visible(value: &Expr, arguments: &mut Arguments) -> Result<Visible, Reported> {
    let (text, inside) = kind(value);
    let fault = match (text.as_str(), inside.as_deref()) {
        ("bernoulli", None) => return Ok(Visible::Bernoulli),
        ("gaussian", None) => return Ok(Visible::Gaussian),
        ("gaussian", Some([Expr::Assign(variance)])) if name(&variance.left).is_some_and(|name| name == "variance") => {
            if name(&variance.right).is_some_and(|name| name == "learned") {
                return Ok(Visible::GaussianVariance);
            }
            let fault = Energy::Variance { found: compact(&variance.right) };
            return Err(arguments.scope.faults.add(&variance.right, fault));
        }
        ("gaussian", Some(_)) => Energy::GaussianTakes { found: compact(value) },
        ("softmax", inside) => return levels(Side::Visible, value, inside, arguments).map(Visible::Softmax),
        ("bernoulli", Some(_)) => Energy::KindTakesNothing { side: Side::Visible, kind: "bernoulli" },
        ("relu", _) => Energy::OtherSide { side: Side::Visible, kind: "relu", other: Side::Hidden },
        _ => unknown(Side::Visible, value, &text, VISIBLE),
    };
    Err(arguments.scope.faults.add(value, fault))
}

/// The levels of `softmax(5)`.
fn levels(side: Side, value: &Expr, inside: Option<&[Expr]>, arguments: &mut Arguments) -> Result<Dimension, Reported> {
    let fault = match inside {
        Some([levels]) => {
            let size = arguments.scope.size(levels, 2, "the number of levels of `softmax`")?;
            match &size {
                // It is a constant of the units' type, where stable Rust takes no arithmetic.
                Dimension::Parameter(formula) if formula.name().is_none() => {
                    Energy::LevelsFormula { formula: compact(levels) }
                }
                _ => return Ok(size),
            }
        }
        _ => Energy::LevelsMissing { side },
    };
    Err(arguments.scope.faults.add(value, fault))
}

/// `bernoulli`, `relu`, `gaussian` or `softmax(5)`.
fn hidden(value: &Expr, arguments: &mut Arguments) -> Result<Hidden, Reported> {
    let (text, inside) = kind(value);
    if text == "softmax" {
        return levels(Side::Hidden, value, inside.as_deref(), arguments).map(Hidden::Softmax);
    }
    let found = match text.as_str() {
        "bernoulli" => Some(("bernoulli", Hidden::Bernoulli)),
        "relu" => Some(("relu", Hidden::Relu)),
        "gaussian" => Some(("gaussian", Hidden::Gaussian)),
        _ => None,
    };
    let fault = match (found, inside) {
        (Some((_, hidden)), None) => return Ok(hidden),
        (Some((kind, _)), Some(_)) => Energy::KindTakesNothing { side: Side::Hidden, kind },
        (None, _) => unknown(Side::Hidden, value, &text, HIDDEN),
    };
    Err(arguments.scope.faults.add(value, fault))
}

/// The kind's word, and what stands in its parentheses.
fn kind(value: &Expr) -> (String, Option<Vec<Expr>>) {
    let (word, inside) = match value {
        Expr::Call(call) => (&*call.func, Some(call.args.iter().cloned().collect())),
        other => (other, None),
    };
    (name(word).map_or_else(|| compact(word), ToString::to_string), inside)
}

fn unknown(side: Side, value: &Expr, word: &str, all: &'static [&'static str]) -> Energy {
    let quoted = match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => all.iter().copied().find(|kind| *kind == text.value()),
            _ => None,
        },
        _ => None,
    };
    let near = elsewhere(word, side).or_else(|| nearest(word, all.iter().copied()));
    Energy::Kind { side, found: compact(value.to_token_stream()), quoted, near, all }
}

/// The kind that another library, or the literature, calls so.
fn elsewhere(word: &str, side: Side) -> Option<&'static str> {
    Some(match (word.to_lowercase().as_str(), side) {
        ("binary" | "sigmoid" | "logistic" | "bool" | "binomial", _) => "bernoulli",
        ("normal" | "real" | "linear" | "continuous", _) => "gaussian",
        ("ratings", Side::Visible) | ("categorical" | "multinomial" | "one_hot" | "onehot" | "potts", _) => "softmax(5)",
        ("rectified" | "nrelu" | "rectified_linear", Side::Hidden) => "relu",
        _ => return None,
    })
}

/// Asks for `[items, k]`.
fn levelled(site: &Site, value: &Value, levels: &Dimension, scope: &mut Scope) -> Result<(), Reported> {
    let [items, rows] = value.shape.as_slice() else {
        let rows = Operation::Product.of(&value.shape).and_then(|all| match (all.literal(), levels.literal()) {
            (Some(all), Some(levels)) if all % levels == 0 => {
                Some(vec![Dimension::Literal(all / levels), Dimension::Literal(levels)])
            }
            _ => None,
        });
        let fault = Energy::Items {
            subject: site.subject.clone(),
            levels: levels.clone(),
            found: value.received(),
            rows,
        };
        return Err(scope.faults.add(&site.tokens, fault));
    };
    // Where it is free the parameters' rule says so.
    if rows.is_free() {
        return Ok(());
    }
    let fault = || Energy::Levels {
        subject: site.subject.clone(),
        levels: levels.clone(),
        rows: rows.clone(),
        found: value.received(),
        turned: (items == levels).then(|| vec![rows.clone(), items.clone()]),
    };
    let equal = scope.ask(&site.tokens, Some(value), &Condition::Equal(levels.clone(), rows.clone()), fault);
    equal.holds()
}
