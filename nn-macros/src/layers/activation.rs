//! The activations: the same shape, elementwise but for the two softmaxes. A new one is a row of the table below.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::layer_norm::rows;
use super::real::Range;
use super::{
    Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Real, Reach, Row, Rule,
    Saves, Placement, Work,
};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::Shape;

/// A function that follows a layer.
#[derive(Clone, Debug)]
pub(crate) struct Activation {
    function: &'static Function,
    argument: Option<Real>,
}

/// What is known of a function.
#[derive(Debug)]
struct Function {
    /// The user's word for it.
    name: &'static str,
    /// Its type in the runtime.
    runtime: &'static str,
    form: Form,
    saves: Saves,
    output: OutputKind,
    /// The default of its argument and the numbers that it may be, where it takes one.
    argument: &'static [(f64, Range)],
}

/// How it is calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Identity,
    /// Number by number. A layer with weights calculates it along with its own output.
    Elementwise,
    /// Number by number, with a derivative that is no function of the output.
    Gated,
    /// Over the last axis of a value of rank 1 or 2.
    Rows,
    /// Number by number, without a gradient.
    Step,
}

/// The rule by which the weights before it are drawn, unless they say otherwise.
enum Scaling {
    He,
    Xavier,
}

/// The table: the user's word, the type in the runtime, the form, what the derivative is calculated from, the rule by
/// which weights before it are drawn, what its numbers are; and for one
/// with an argument how it is written, what that is, its default and range.
macro_rules! activations {
    ($($name:literal $runtime:ident $form:ident $saves:ident $scaling:ident $output:ident
        $(($call:literal $what:literal $default:literal $range:ident))?;)*) => {
        &[$(Row {
            name: $name,
            call: [$($call,)? $name][0],
            arguments: [0, [$($what,)? ""].len() - 1],
            argument: [$($what,)? ""][0],
            gradient: !matches!(Form::$form, Form::Step),
            rectifies: matches!(Scaling::$scaling, Scaling::He),
            read: |arguments| Activation::read(arguments, &Function {
                name: $name,
                runtime: stringify!($runtime),
                form: Form::$form,
                saves: Saves::$saves,
                output: OutputKind::$output,
                argument: &[$(($default, Range::$range))?],
            }),
            ..Row::PLAIN
        }),*]
    };
}

impl Rule for Activation {
    const ROWS: &'static [Row] = activations! {
        "relu"        Relu       Elementwise Output He     Numbers;
        "selu"        Selu       Elementwise Input  He     Numbers;
        "gelu"        Gelu       Gated       Input  He     Numbers;
        "silu"        Silu       Gated       Input  He     Numbers;
        "sigmoid"     Sigmoid    Elementwise Input  Xavier Sigmoid;
        "tanh"        Tanh       Elementwise Input  Xavier Numbers;
        "softplus"    Softplus   Elementwise Output He     Numbers;
        "softmax"     Softmax    Rows        Output Xavier Softmax;
        "log_softmax" LogSoftmax Rows        Output Xavier LogSoftmax;
        "sign"        Sign       Step        Output Xavier Numbers;
        "identity"    Identity   Identity    Output Xavier Same;
        "leaky_relu"  LeakyRelu  Elementwise Output He     Numbers ("leaky_relu(0.01)" "slope" 0.01 NotNegative);
        "elu"         Elu        Elementwise Input  He     Numbers ("elu(1.0)" "scale" 1.0 Positive);
    };

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        if self.function.form == Form::Rows && value.shape.len() > 2 {
            rows(&Site { subject: self.function.name.to_owned(), ..site.clone() }, value, scope)?;
        }
        Ok(value.shape.clone())
    }

    fn lengths(&self, axis: usize, inputs: &Shape, _output: &Shape) -> Lengths {
        if self.function.form == Form::Rows && axis + 1 == inputs.len() {
            Lengths::Walked(axis)
        } else {
            Lengths::Kept(axis)
        }
    }

    fn reach(&self, axis: usize, inputs: &Shape, _output: &Shape) -> Reach {
        match self.function.form {
            Form::Rows => Reach::unless_last(axis, inputs),
            _ => Reach::Same(axis),
        }
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        vec![of.output.clone()]
    }

    fn facts(&self) -> Facts<'_> {
        let work = if self.function.form == Form::Identity { Work::Identity } else { Work::Activation(self) };
        Facts { work, layout: Layout::ByRank, model: None, output: self.function.output }
    }
}

impl Activation {
    fn read(arguments: &mut Arguments, function: &'static Function) -> Result<Layer, Reported> {
        let what = arguments.what_argument();
        let argument = match (function.argument.first(), arguments.next()) {
            (Some((_, range)), Some(value)) => Some(arguments.real(value, &what, *range, arguments.row.call)?),
            (default, _) => default.map(|(default, _)| Real::literal(*default)),
        };
        Ok(Layer::Activation(Self { function, argument }))
    }

    /// Whether a layer with weights before it calculates it along with its own output.
    pub(crate) fn fuses(&self) -> bool {
        self.function.form == Form::Elementwise
    }

    /// What its derivative is calculated from. Where the output of `tanh`, `sigmoid`, `elu` or `selu` is near its limit, rounding has taken from it
    /// what the derivative is made of.
    pub(crate) fn saves(&self) -> Saves {
        self.function.saves
    }

    /// Whether the derivative of each number is a function of the output, as far as numbers are exact.
    pub(super) fn is_smooth(&self) -> bool {
        matches!(self.function.form, Form::Identity | Form::Elementwise)
    }

    /// The function of the runtime, which leads an editor from the user's word to its documentation.
    pub(crate) fn runtime(&self, kind: &Ident) -> TokenStream {
        let name = Ident::new(self.function.runtime, kind.span());
        let argument = self.argument.iter();
        quote!(#LAYERS::#name #((#argument))*)
    }
}

impl Calls for Activation {
    fn forward(&self, call: &Call) -> TokenStream {
        let (function, y) = (self.runtime(call.of.kind), &call.output);
        let copy = call.input().map(|_| call.copy());
        match (self.function.form, call.input()) {
            (Form::Rows, _) => match call.last_steps() {
                Some(steps) => quote!(#copy #function.forward_steps(#y, #steps);),
                None => quote!(#copy #function.forward(#y);),
            },
            (Form::Step, _) => quote!(#copy #function.forward(#y);),
            (Form::Identity | Form::Elementwise | Form::Gated, Some(x)) => quote!(#LAYERS::activation::apply(#function, #x, #y);),
            (Form::Identity | Form::Elementwise | Form::Gated, None) => quote!(#LAYERS::activation::forward(#function, #y);),
        }
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (function, x, y, d) = (self.runtime(call.of.kind), call.input(), &call.output, &gradient.write);
        Backward::InPlace(match (self.function.form, self.function.saves) {
            (Form::Step, _) => return Backward::Nothing,
            (Form::Rows, _) => match call.last_steps() {
                Some(steps) => quote!(#function.backward_steps(#y, #d, #steps);),
                None => quote!(#function.backward(#y, #d);),
            },
            (_, Saves::Input) => quote!(#LAYERS::activation::backward_from_input(#function, #x, #d);),
            _ => quote!(#LAYERS::activation::backward(#function, #y, #d);),
        })
    }
}
