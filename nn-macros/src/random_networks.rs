//! Random networks: what the shape rules give against a slow reference that counts.

use proptest::prelude::*;

/// A layer to append, with sizes that may or may not fit.
#[derive(Clone, Debug)]
enum Draw {
    Conv {
        channels: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: usize,
        dilation: usize,
    },
    Same {
        channels: usize,
        kernel: usize,
    },
    Pool {
        layer: &'static str,
        kernel: usize,
        stride: usize,
    },
    Transposed {
        channels: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: usize,
    },
    Bins {
        layer: &'static str,
        size: [usize; 2],
    },
    /// Each channel of an image as a signal.
    Line,
    ConvAlong {
        channels: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
    },
    PoolAlong {
        layer: &'static str,
        kernel: usize,
        stride: usize,
    },
    TransposedAlong {
        channels: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
    },
    BinsAlong {
        layer: &'static str,
        size: usize,
    },
    Global(&'static str),
    Dense(usize),
    Recurrent {
        layer: &'static str,
        units: usize,
        layers: usize,
        bidirectional: bool,
    },
    Last,
    Repeat(usize),
    Flatten,
    Activation,
    AddItself,
    ConcatItself,
}

fn draw() -> impl Strategy<Value = Draw> {
    let pair = || [1_usize..4, 1..4];
    let images = prop_oneof![Just("max_pool2d"), Just("avg_pool2d"), Just("lp_pool2d"), Just("weighted_avg_pool2d")];
    let signals = prop_oneof![Just("max_pool1d"), Just("avg_pool1d"), Just("lp_pool1d"), Just("weighted_avg_pool1d")];
    prop_oneof![
        (1_usize..5, pair(), pair(), 0_usize..3, 1_usize..3).prop_map(
            |(channels, kernel, stride, padding, dilation)| {
                Draw::Conv { channels, kernel, stride, padding, dilation }
            }
        ),
        (1_usize..5, 1_usize..5).prop_map(|(channels, kernel)| Draw::Same { channels, kernel }),
        (images, 1_usize..4, 1_usize..4).prop_map(|(layer, kernel, stride)| Draw::Pool { layer, kernel, stride }),
        (1_usize..5, pair(), pair(), 0_usize..3)
            .prop_map(|(channels, kernel, stride, padding)| { Draw::Transposed { channels, kernel, stride, padding } }),
        (prop_oneof![Just("adaptive_max_pool2d"), Just("adaptive_avg_pool2d")], pair())
            .prop_map(|(layer, size)| Draw::Bins { layer, size }),
        Just(Draw::Line),
        (1_usize..5, 1_usize..4, 1_usize..4, 0_usize..3, 1_usize..3).prop_map(
            |(channels, kernel, stride, padding, dilation)| {
                Draw::ConvAlong { channels, kernel, stride, padding, dilation }
            }
        ),
        (signals, 1_usize..4, 1_usize..4).prop_map(|(layer, kernel, stride)| Draw::PoolAlong { layer, kernel, stride }),
        (1_usize..5, 1_usize..4, 1_usize..4, 0_usize..3).prop_map(|(channels, kernel, stride, padding)| {
            Draw::TransposedAlong { channels, kernel, stride, padding }
        }),
        (prop_oneof![Just("adaptive_max_pool1d"), Just("adaptive_avg_pool1d")], 1_usize..9)
            .prop_map(|(layer, size)| Draw::BinsAlong { layer, size }),
        prop_oneof![Just("global_max_pool"), Just("global_avg_pool")].prop_map(Draw::Global),
        (1_usize..40).prop_map(Draw::Dense),
        (prop_oneof![Just("rnn"), Just("lstm"), Just("gru")], 1_usize..9, 1_usize..3, any::<bool>())
            .prop_map(|(layer, units, layers, bidirectional)| Draw::Recurrent { layer, units, layers, bidirectional }),
        Just(Draw::Last),
        (1_usize..9).prop_map(Draw::Repeat),
        Just(Draw::Flatten),
        Just(Draw::Activation),
        Just(Draw::AddItself),
        Just(Draw::ConcatItself),
    ]
}

/// The places that a window takes along an axis, counted one by one: `None` where it never fits.
fn places(size: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Option<usize> {
    let fits = |start: usize| (0..kernel).all(|tap| start + tap * dilation < size + 2 * padding);
    let count = (0..).step_by(stride).take_while(|&start| fits(start)).count();
    (count > 0).then_some(count)
}

/// The places that the windows of a transposed convolution reach along an axis, marked one by one, without the padding on both
/// sides: `None` where nothing is left.
fn reached(size: usize, kernel: usize, stride: usize, padding: usize) -> Option<usize> {
    let last = (0..size).flat_map(|place| (0..kernel).map(move |tap| place * stride + tap)).max()?;
    (last + 1).checked_sub(2 * padding).filter(|&left| left > 0)
}

/// The line that appends a layer to a value of the shape.
fn line(draw: &Draw, index: usize, shape: &[usize]) -> String {
    let before = if index == 0 { "input".to_owned() } else { format!("n{}", index - 1) };
    let layer = match draw {
        Draw::Conv { channels, kernel, stride, padding, dilation } => format!(
            "conv2d({channels}, kernel = {kernel:?}, stride = {stride:?}, padding = {padding}, dilation = {dilation})"
        ),
        Draw::Same { channels, kernel } => format!("conv2d({channels}, kernel = {kernel}, padding = same), relu"),
        Draw::Pool { layer, kernel, stride } | Draw::PoolAlong { layer, kernel, stride } => {
            format!("{layer}({kernel}, stride = {stride})")
        }
        Draw::Transposed { channels, kernel, stride, padding } => {
            format!("conv_transpose2d({channels}, kernel = {kernel:?}, stride = {stride:?}, padding = {padding})")
        }
        Draw::Bins { layer, size } => format!("{layer}({size:?})"),
        Draw::Line => format!("reshape([{}, {}])", shape[0], shape[1..].iter().product::<usize>()),
        Draw::ConvAlong { channels, kernel, stride, padding, dilation } => format!(
            "conv1d({channels}, kernel = {kernel}, stride = {stride}, padding = {padding}, dilation = {dilation})"
        ),
        Draw::TransposedAlong { channels, kernel, stride, padding } => {
            format!("conv_transpose1d({channels}, kernel = {kernel}, stride = {stride}, padding = {padding})")
        }
        Draw::BinsAlong { layer, size } => format!("{layer}({size})"),
        Draw::Global(layer) => (*layer).to_owned(),
        Draw::Dense(outputs) => format!("dense({outputs}), tanh"),
        Draw::Recurrent { layer, units, layers, bidirectional } => {
            format!("{layer}({units}, layers = {layers}, bidirectional = {bidirectional})")
        }
        Draw::Last => "last".to_owned(),
        Draw::Repeat(times) => format!("repeat({times})"),
        Draw::Flatten => "flatten".to_owned(),
        Draw::Activation => "gelu".to_owned(),
        Draw::AddItself => format!("add <- ({before}, {before})"),
        Draw::ConcatItself => format!("concat <- ({before}, {before})"),
    };
    format!("n{index}: {layer};")
}

/// The shape that a layer gives, or `None` where it does not take `shape`.
fn output(draw: &Draw, shape: &[usize]) -> Option<Vec<usize>> {
    let (image, signal) = (<[usize; 3]>::try_from(shape).ok(), <[usize; 2]>::try_from(shape).ok());
    Some(match *draw {
        Draw::Conv { channels, kernel, stride, padding, dilation } => {
            let [_, height, width] = image?;
            let height = places(height, kernel[0], stride[0], padding, dilation)?;
            vec![channels, height, places(width, kernel[1], stride[1], padding, dilation)?]
        }
        Draw::Same { channels, .. } => {
            let [_, height, width] = image?;
            vec![channels, height, width]
        }
        Draw::Transposed { channels, kernel, stride, padding } => {
            let [_, height, width] = image?;
            let height = reached(height, kernel[0], stride[0], padding)?;
            vec![channels, height, reached(width, kernel[1], stride[1], padding)?]
        }
        Draw::Bins { size, .. } => vec![image?[0], size[0], size[1]],
        Draw::Line => vec![shape[0], shape[1..].iter().product()],
        Draw::ConvAlong { channels, kernel, stride, padding, dilation } => {
            vec![channels, places(signal?[1], kernel, stride, padding, dilation)?]
        }
        Draw::PoolAlong { kernel, stride, .. } => vec![signal?[0], places(signal?[1], kernel, stride, 0, 1)?],
        Draw::TransposedAlong { channels, kernel, stride, padding } => {
            vec![channels, reached(signal?[1], kernel, stride, padding)?]
        }
        Draw::BinsAlong { size, .. } => vec![signal?[0], size],
        Draw::Global(_) => (shape.len() > 1).then(|| vec![shape[0]])?,
        Draw::Pool { kernel, stride, .. } => {
            let [channels, height, width] = image?;
            vec![channels, places(height, kernel, stride, 0, 1)?, places(width, kernel, stride, 0, 1)?]
        }
        Draw::Dense(outputs) => (shape.len() == 1).then(|| vec![outputs])?,
        Draw::Recurrent { units, bidirectional, .. } => {
            vec![signal?[0], if bidirectional { 2 * units } else { units }]
        }
        Draw::Last => vec![signal?[1]],
        Draw::Repeat(times) => (shape.len() == 1).then(|| vec![times, shape[0]])?,
        Draw::Flatten => vec![shape.iter().product()],
        Draw::Activation | Draw::AddItself => shape.to_vec(),
        Draw::ConcatItself => [&[2 * shape[0]], &shape[1..]].concat(),
    })
}

fn expansion(input: &[usize], lines: &[String], output: &[usize]) -> String {
    let source = format!("Random: {input:?} -> {output:?} {{ {} }}", lines.join("\n"));
    crate::expansion(source.parse().expect("tokens")).to_string()
}

proptest! {
    #[test]
    fn shape_rules_agree_with_counting(
        input in [1_usize..4, 3..12, 3..12],
        draws in proptest::collection::vec(draw(), 1..7),
    ) {
        let mut shape = input.to_vec();
        let mut lines = Vec::new();
        for draw in &draws {
            let next = line(draw, lines.len(), &shape);
            match output(draw, &shape) {
                Some(output) => {
                    lines.push(next);
                    shape = output;
                }
                // A layer that does not take the shape is a fault, whatever the network is said to give.
                None => {
                    let faulty = [lines.clone(), vec![next]].concat();
                    prop_assert!(expansion(&input, &faulty, &shape).contains("compile_error"), "{faulty:?}");
                }
            }
        }
        prop_assume!(!lines.is_empty());
        let right = expansion(&input, &lines, &shape);
        prop_assert!(!right.contains("compile_error"), "{lines:?} gives {shape:?}: {right}");
        let mut other = shape.clone();
        *other.last_mut().expect("a shape has an axis") += 1;
        prop_assert!(expansion(&input, &lines, &other).contains("compile_error"), "{lines:?} gives {other:?}");
    }
}
