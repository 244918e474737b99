//! `rnn(n)`, `lstm(n)` and `gru(n)`: `[t, i]` → `[t, n]`, or `[t, 2n]` with `bidirectional = true`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Expr;

use super::facts::each;
use super::real::Range;
use super::runtime::{element, last};
use super::state::start_from;
use super::{Arguments, stub, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Real, Reach, Row, Rule, Runtime, Placement, States, Work};
use crate::context::{Referent, Scope, Site, StateForm, Value, name};
use crate::names::RNG;
use crate::report::{Argument, Rank, Sequenced, Reported};
use crate::shape::{Dimension, LARGEST, Operation, Shape, types};

/// A stack of layers with memory, which goes through a sequence step by step.
#[derive(Clone, Debug)]
pub(crate) struct Recurrent {
    pub(crate) cell: Cell,
    /// The units of each layer and direction.
    pub(crate) units: Dimension,
    /// From 1 to 16, each reading the one before.
    pub(crate) layers: usize,
    /// Whether half of the units go through the sequence from its end.
    pub(crate) bidirectional: bool,
    /// How each gate's block of `weight_hh` is drawn.
    pub(crate) init: Init,
    /// The node whose final state it starts from: it comes earlier and has a memory of the same form.
    pub(crate) state: Option<Ident>,
}

/// The function that the whole state of an `rnn` goes through.
#[derive(Clone, Debug)]
pub(crate) struct StateActivation {
    function: &'static StateFunction,
    argument: Option<Real>,
}

/// What is known of such a function.
#[derive(Debug)]
struct StateFunction {
    /// The user's word for it.
    name: &'static str,
    /// The marker of its cell in the runtime.
    runtime: &'static str,
    /// How it is written with its argument, what that is, and the numbers that it may be.
    argument: Option<(&'static str, &'static str, Range)>,
}

const fn function(name: &'static str, runtime: &'static str) -> StateFunction {
    StateFunction { name, runtime, argument: None }
}

/// Every elementwise activation that has a gradient.
static FUNCTIONS: [StateFunction; 10] = [
    function("tanh", "Rnn"),
    function("relu", "ReluRnn"),
    StateFunction {
        argument: Some(("leaky_relu(0.01)", "slope", Range::NotNegative)),
        ..function("leaky_relu", "LeakyReluRnn")
    },
    StateFunction { argument: Some(("elu(1.0)", "scale", Range::Positive)), ..function("elu", "EluRnn") },
    function("selu", "SeluRnn"),
    function("gelu", "GeluRnn"),
    function("silu", "SiluRnn"),
    function("softplus", "SoftplusRnn"),
    function("sigmoid", "SigmoidRnn"),
    function("identity", "IdentityRnn"),
];

/// Their names.
static NAMES: [&str; 10] =
    ["tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "sigmoid", "identity"];

/// What happens in one step.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Rnn { activation: StateActivation },
    Lstm { peephole: bool, forget_bias: Real },
    Gru,
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "number of units", ..Row::PLAIN };

impl Rule for Recurrent {
    const ROWS: &'static [Row] = &[
        Row {
            name: "rnn",
            call: "rnn(64)",
            stub: Some(|_| stub::recurrent("Rnn")),
            options: &["activation", "bidirectional", "init", "layers", "state"],
            read: |arguments| {
                let activation = StateActivation::read(arguments);
                let init = match arguments.option("init") {
                    Some(_) => arguments.init(),
                    None => Ok(Init::Orthogonal),
                };
                let cell = activation.map(|activation| Cell::Rnn { activation });
                Self::read(arguments, cell, init)
            },
            ..ROW
        },
        Row {
            name: "lstm",
            call: "lstm(64)",
            stub: Some(|_| stub::recurrent("Lstm")),
            options: &["bidirectional", "forget_bias", "layers", "peephole", "state"],
            read: |arguments| {
                let peephole = arguments.flag_or("peephole", false);
                let bias = arguments.real_option("forget_bias", Range::Finite, "forget_bias = 1.0");
                let bias = bias.map(|bias| bias.unwrap_or_else(|| Real::literal(1.0)));
                let cell = peephole.and_then(|peephole| Ok(Cell::Lstm { peephole, forget_bias: bias? }));
                Self::read(arguments, cell, Ok(Init::Orthogonal))
            },
            ..ROW
        },
        Row {
            name: "gru",
            call: "gru(64)",
            stub: Some(|_| stub::recurrent("Gru")),
            options: &["bidirectional", "layers", "state"],
            read: |arguments| Self::read(arguments, Ok(Cell::Gru), Ok(Init::Orthogonal)),
            ..ROW
        },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        let (subject, found) = (|| site.subject.clone(), || value.received());
        match value.shape.as_slice() {
            [_, features] if features.is_free() => {
                Err(scope.faults.add(&site.tokens, Rank::Features { subject: subject(), found: found() }))
            }
            [steps, _] => Ok(vec![steps.clone(), self.outputs()]),
            _ => {
                let suggestion = sequenced(value);
                Err(scope.faults.add(&site.tokens, Rank::Sequence { subject: subject(), found: found(), suggestion }))
            }
        }
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        if axis == 0 { Lengths::Walked(0) } else { Lengths::Mixed }
    }

    /// The whole past, or the whole sequence where it is bidirectional: no window of any size.
    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // For each step, a multiplication and an addition with each weight, the biases, and for each unit its activations and what joins them.
        let steps = of.inputs[0][0].clone();
        let unit = match self.cell {
            Cell::Rnn { .. } => 1,
            Cell::Lstm { .. } => 9,
            Cell::Gru => 8,
        };
        let units = each(unit * self.layers as u64, &[of.output[1].clone(), steps.clone()]);
        let parameters = self.parameters(of.inputs).into_iter().map(|parameter| {
            let factor = if parameter.shape.len() > 1 { 2 } else { 1 };
            each(factor, &[vec![steps.clone()], parameter.shape].concat())
        });
        parameters.chain([units]).collect()
    }

    fn facts(&self) -> Facts<'_> {
        let states = States { widths: self.state_widths(), from: self.state.as_ref(), bidirectional: self.bidirectional };
        Facts { work: Work::Recurrent(states), layout: Layout::ByRank, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for Recurrent {
    /// For each layer and direction `weight_ih [g · n, i]`, `weight_hh [g · n, n]`, `bias_ih [g · n]` and `bias_hh [g · n]` with g blocks,
    /// and `weight_peephole [3, n]` of an LSTM that has them.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let Some(features) = inputs[0].last() else { return Vec::new() };
        let (rows, units) = (self.times(self.cell.blocks()), &self.units);
        let mut parameters = Vec::new();
        for layer in 0..self.layers {
            let reads = if layer == 0 { features.clone() } else { self.outputs() };
            for direction in ["", "_reverse"].into_iter().take(self.directions()) {
                let mut add = |name: &str, shape: Shape| {
                    parameters.push(Parameter { name: format!("{name}_l{layer}{direction}").into(), shape });
                };
                add("weight_ih", vec![rows.clone(), reads.clone()]);
                add("weight_hh", vec![rows.clone(), units.clone()]);
                add("bias_ih", vec![rows.clone()]);
                add("bias_hh", vec![rows.clone()]);
                if matches!(self.cell, Cell::Lstm { peephole: true, .. }) {
                    add("weight_peephole", vec![Dimension::Literal(3), units.clone()]);
                }
            }
        }
        parameters
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let cell = Runtime::marker(self.cell.runtime(), of);
        let (i, n) = (last(&of.inputs[0]), types::dimension(&self.units));
        let [layers, directions] = [self.layers, self.directions()].map(|count| types::count(count).into_token_stream());
        let (init, number) = (&self.init, self.cell.number());
        let arguments = [cell, i, n, layers, directions, element()];
        Runtime::layer("Recurrent", of, &arguments, &quote!(new(#init, #RNG) #number))
    }
}

impl Recurrent {
    /// The numbers of the state that it starts from, and of its last: the state of another layer has a mark behind it.
    fn state_widths(&self) -> [Dimension; 2] {
        let states = if matches!(self.cell, Cell::Lstm { .. }) { 2 } else { 1 };
        let count = Dimension::Literal((self.layers * self.directions() * states) as u64);
        let state = types::length(&vec![count, self.units.clone()]);
        let mark = Dimension::Literal(u64::from(self.state.is_some()));
        let start = Operation::Sum.of(&[state.clone(), mark]).unwrap_or(state.clone());
        [start, state]
    }
}

impl Cell {
    /// The marker of the cell in the type of its layer.
    fn runtime(&self) -> &'static str {
        match self {
            Self::Rnn { activation } => activation.function.runtime,
            Self::Lstm { peephole: false, .. } => "Lstm",
            Self::Lstm { peephole: true, .. } => "PeepholeLstm",
            Self::Gru => "Gru",
        }
    }

    /// The call that gives the runtime's layer a number: the bias of the forget gate, the argument of the activation.
    fn number(&self) -> Option<TokenStream> {
        match self {
            Self::Rnn { activation: StateActivation { function, argument } } => {
                let ((_, what, _), number) = function.argument.as_ref().zip(argument.as_ref())?;
                let method = format_ident!("with_{what}");
                Some(quote!(.#method(#number)))
            }
            Self::Lstm { forget_bias, .. } => Some(quote!(.with_forget_bias(#forget_bias))),
            Self::Gru => None,
        }
    }
}

impl StateActivation {
    /// The option `activation`: a word, or one with a number behind it.
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        if let Some(Expr::Call(call)) = arguments.option("activation")
            && let Some(function) = name(&call.func).and_then(|name| Self::function(&name.to_string()))
            && let Some((example, what, range)) = function.argument
            && let [number] = call.args.iter().collect::<Vec<_>>()[..]
        {
            let what = format!("the {what} of `{}`", function.name);
            let argument = arguments.real(number, &what, range, example)?;
            return Ok(Self { function, argument: Some(argument) });
        }
        let word = arguments.choice("activation", &NAMES)?;
        Ok(Self { function: word.and_then(Self::function).unwrap_or(&FUNCTIONS[0]), argument: None })
    }

    fn function(name: &str) -> Option<&'static StateFunction> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }
}

impl Recurrent {
    /// What all kinds have, read for faults of its own where `cell` and `init` have one.
    fn read(arguments: &mut Arguments, cell: Result<Cell, Reported>, init: Result<Init, Reported>) -> Result<Layer, Reported> {
        let units = arguments.size();
        let units = units.and_then(|units| match &cell {
            Ok(cell) => cell.units(units, arguments),
            Err(_) => Ok(units),
        });
        let layers = arguments.count_or("layers", 16, 1);
        let bidirectional = arguments.flag_or("bidirectional", false);
        let state = arguments.node("state");
        let mut layer =
            Self { cell: cell?, units: units?, layers: layers?, bidirectional: bidirectional?, init: init?, state: None };
        if let Some(name) = state? {
            layer.units = start_from(&layer.state_form(), name, arguments)?;
            layer.state = Some(name.clone());
        }
        Ok(Layer::Recurrent(layer))
    }

    /// 1, or 2 where it is bidirectional.
    pub(crate) fn directions(&self) -> usize {
        if self.bidirectional { 2 } else { 1 }
    }

    /// The numbers that it gives for each step.
    fn outputs(&self) -> Dimension {
        self.times(self.directions() as u64)
    }

    /// A multiple of the units; too large a one is found where a shape is held against the largest.
    fn times(&self, factor: u64) -> Dimension {
        match &self.units {
            Dimension::Literal(units) => Dimension::Literal(factor * units),
            units => Operation::Product.of(&[Dimension::Literal(factor), units.clone()]).unwrap_or_else(|| units.clone()),
        }
    }

    /// The form of its state.
    fn state_form(&self) -> StateForm {
        let Self { units, layers, bidirectional, .. } = self;
        StateForm { kind: self.cell.kind(), units: units.clone(), layers: *layers, bidirectional: *bidirectional }
    }

    /// Its state, for `state`.
    pub(super) fn referent(&self) -> Referent {
        Referent::State { kind: self.cell.kind(), form: Ok(self.state_form()) }
    }
}

impl Cell {
    /// The layer's name.
    fn kind(&self) -> &'static str {
        match self {
            Self::Rnn { .. } => "rnn",
            Self::Lstm { .. } => "lstm",
            Self::Gru => "gru",
        }
    }

    /// The units, if so many have a `weight_hh` that a program can hold; where the compiler knows them alone, it is asked with the others.
    fn units(&self, units: Dimension, arguments: &mut Arguments) -> Result<Dimension, Reported> {
        let most = (LARGEST / self.blocks()).isqrt();
        let Some(found) = units.literal().filter(|&units| units > most) else { return Ok(units) };
        let fault = Argument::TooManyUnits { layer: self.kind(), most, found };
        Err(arguments.scope.faults.add(&arguments.call.positional[0], fault))
    }

    /// How many blocks of n rows its weights have.
    fn blocks(&self) -> u64 {
        match self {
            Self::Rnn { .. } => 1,
            Self::Lstm { .. } => 4,
            Self::Gru => 3,
        }
    }
}

/// What makes a sequence of a vector or an image.
fn sequenced(value: &Value) -> Sequenced {
    match value.shape.as_slice() {
        [Dimension::Literal(1), height, width] if !height.is_free() && !width.is_free() => {
            Sequenced::Rows(vec![height.clone(), width.clone()])
        }
        [channels, sizes @ ..] if !sizes.is_empty() => {
            let pixels = Operation::Product.of(sizes).filter(|pixels| !pixels.is_free());
            let (pooled, pixels) = (pixels.is_none(), pixels.unwrap_or(Dimension::Literal(10)));
            match channels.is_free() {
                true => Sequenced::Unknown,
                false => Sequenced::Pixels { flat: vec![channels.clone(), pixels], pooled },
            }
        }
        _ => match &value.producer {
            None => Sequenced::Declared,
            // The name of its node may be another, so that what is written tells.
            Some((_, tokens)) if tokens.clone().into_iter().last().is_some_and(|last| last.to_string() == "last") => {
                Sequenced::WithoutLast
            }
            Some(_) => Sequenced::Repeated,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, NAMES};

    #[test]
    fn every_function_is_named_where_a_choice_is_offered() {
        assert_eq!(FUNCTIONS.each_ref().map(|function| function.name), NAMES);
    }
}
