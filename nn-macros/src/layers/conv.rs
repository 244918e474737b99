//! `conv1d(c)`: `[k, l]` → `[c, l']`; `conv2d(c)`: `[k, h, w]` → `[c, h', w']`.

use quote::quote;

use super::facts::each;
use super::runtime::{element, images, over_axes};
use super::window::{resized, spatial};
use super::{Arguments, stub, Facts, Init, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Window, Work};
use crate::context::{Scope, Site, Value};
use crate::names::RNG;
use crate::paths;
use crate::report::{Argument, Mismatch, Reported};
use crate::shape::{Condition, Dimension, Operation, Shape, types};

/// A convolution over the axes of its window.
#[derive(Clone, Debug)]
pub(crate) struct Conv {
    /// Output channels.
    pub(crate) channels: Dimension,
    pub(crate) window: Window,
    /// Divides the input's channels and the output's.
    pub(crate) groups: Dimension,
    pub(crate) bias: bool,
    /// Whether the kernel is turned around in all axes.
    pub(crate) flip: bool,
    pub(crate) init: Init,
}

/// What both rows have.
const ROW: Row = Row {
    arguments: [1, 1],
    argument: "number of channels",
    options: &["kernel", "stride", "padding", "dilation", "groups", "bias", "flip", "init"],
    read: |arguments| Conv::read(arguments).map(Layer::Conv),
    ..Row::PLAIN
};

impl Rule for Conv {
    const ROWS: &'static [Row] = &[
        Row {
            name: "conv1d",
            call: "conv1d(6, kernel = 5)",
            axes: 1,
            counterpart: Some("conv2d"),
            stub: Some(|_| stub::convolution("Conv1d")),
            ..ROW
        },
        Row {
            name: "conv2d",
            call: "conv2d(6, kernel = 5)",
            axes: 2,
            counterpart: Some("conv1d"),
            stub: Some(|_| stub::convolution("Conv2d")),
            ..ROW
        },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        spatial(self.window.axes(), site, value, scope)?;
        check_groups(&self.groups, &self.channels, site, value, scope);
        let extents = self.window.output(site, value, scope, None)?;
        Ok(resized(self.channels.clone(), extents))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::across_channels(axis, |spatial| self.window.lengths(spatial))
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::across_channels(axis, |spatial| self.window.reach(spatial))
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        operations(self, of, of.output, self.bias)
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::Accumulated, fuses: true, tied: None, vocabulary: None }), layout: Layout::Innermost, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for Conv {
    /// `weight [c, k/groups, kernel…]` and `bias [c]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let grouped = Operation::Quotient.of(&[inputs[0][0].clone(), self.groups.clone()]);
        parameters([Some(self.channels.clone()), grouped], &self.window, self.bias.then(|| self.channels.clone()))
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        runtime("Conv", of, &self.window, self.flip, &self.groups, &self.init, self.bias)
    }
}

/// An operation for each weight at each pixel, of the input or the output, and one for each bias.
pub(super) fn operations(layer: &impl Model, of: &Placement, pixels: &Shape, bias: bool) -> Vec<Product> {
    let weight = layer.parameters(of.inputs).into_iter().next().map(|weight| weight.shape).unwrap_or_default();
    let products = [each(2, &weight), pixels[1..].to_vec()].concat();
    [Some(products), bias.then(|| of.output.clone())].into_iter().flatten().collect()
}

/// The type of a convolution, `name` without its axes.
pub(super) fn runtime(
    name: &str,
    of: &Placement,
    window: &Window,
    flip: bool,
    groups: &Dimension,
    init: &Init,
    bias: bool,
) -> Runtime {
    let ([x, y], root, window) = (images(of), paths::plumbline(), window.runtime());
    let window = if flip { quote!(#root::layers::Flipped<#window>) } else { window };
    let arguments = [x, y, window, types::dimension(groups), element()];
    Runtime::layer(&over_axes(name, of), of, &arguments, &quote!(new(#init, #bias, #RNG)))
}

impl Conv {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let channels = arguments.size();
        let kernel = read_kernel(arguments);
        let groups = arguments.size_or("groups", 1, 1);
        let bias = arguments.flag_or("bias", true);
        let flip = arguments.flag_or("flip", false);
        let init = arguments.init();
        let ones = vec![Dimension::Literal(1); arguments.row.axes];
        // Without a kernel the other options are still read for faults of their own.
        let window = Window::read(arguments, kernel.clone().unwrap_or_else(|_| ones.clone()), ones);
        kernel?;
        Ok(Self { channels: channels?, window: window?, groups: groups?, bias: bias?, flip: flip?, init: init? })
    }
}

/// A weight of the given channels and the window's kernel, and a bias.
pub(super) fn parameters(
    channels: [Option<Dimension>; 2],
    window: &Window,
    bias: Option<Dimension>,
) -> Vec<Parameter> {
    let channels: Option<Vec<Dimension>> = channels.into_iter().collect();
    let weight = channels.map(|channels| Parameter { name: "weight".into(), shape: [channels, window.kernel.clone()].concat() });
    let bias = bias.map(|channels| Parameter { name: "bias".into(), shape: vec![channels] });
    weight.into_iter().chain(bias).collect()
}

/// The option `kernel`, which must be given.
pub(super) fn read_kernel(arguments: &mut Arguments) -> Result<Vec<Dimension>, Reported> {
    if let Some(kernel) = arguments.option("kernel") {
        let what = arguments.what("kernel");
        return arguments.sizes(kernel, 1, &what);
    }
    let fault = Argument::Required { layer: arguments.row.name, option: "kernel", call: arguments.row.call };
    Err(arguments.scope.faults.add(&arguments.call.tokens, fault))
}

/// Groups divide the channels that a layer takes, and those that it gives.
pub(super) fn check_groups(groups: &Dimension, output: &Dimension, site: &Site, value: &Value, scope: &mut Scope) {
    for (channels, from) in [(&value.shape[0], Some(&value.from)), (output, None)] {
        let condition = Condition::Divides(groups.clone(), channels.clone());
        let fault = || Mismatch::Groups {
            channels: channels.clone(),
            groups: groups.clone(),
            subject: site.subject.clone(),
            from: from.cloned(),
            near: common_divisors(&value.shape[0], output),
        };
        scope.ask(&site.tokens, None, &condition, fault);
    }
}

/// What divides both numbers of channels, where the macro knows them and it is little.
fn common_divisors(taken: &Dimension, given: &Dimension) -> Option<String> {
    let (taken, given) = (taken.literal()?, given.literal()?);
    let least = taken.min(given);
    if least > 4096 {
        return None;
    }
    let divides = |divisor: &u64| taken % divisor == 0 && given % divisor == 0;
    let all: Vec<String> = (1..=least).filter(divides).map(|divisor| divisor.to_string()).collect();
    match all.split_last()? {
        (one, []) => Some(one.clone()),
        (last, others) => (others.len() < 12).then(|| format!("{} or {last}", others.join(", "))),
    }
}
