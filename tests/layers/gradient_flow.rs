//! The report on vanishing and exploding gradients, against the gradients' definition.

use plumbline::{
    network::PassError,
    prelude::*,
    report::{GradientFlow, LayerFlow},
    train::LossError,
};

network! {
    Tanh: [_, 3] -> [2] { memory: rnn(6); last; out: dense(2); }
    Each: [_, 3] -> [_, 2] { memory: rnn(4); out: dense(2, each_step = true); }
    Identity: [_, 3] -> [2] { memory: rnn(6, activation = relu, init = identity); last; out: dense(2); }
    IdentityTanh: [_, 3] -> [2] { memory: rnn(6, init = identity); last; out: dense(2); }
    Gated: [_, 3] -> [2] { memory: lstm(5); last; out: dense(2); }

    Around: [_, 3] -> [2] { before: gru(4); inside: Inside; last; out: dense(2); }
    Inside: [_, 4] -> [_, 6] { memory: rnn(3, layers = 2, bidirectional = true); }

    Translator: (source: [_, 3], target: [_, 2]) -> [_, 2] {
        encoder: rnn(4) <- source;
        decoder: rnn(4, state = encoder) <- target;
        out: dense(2, each_step = true);
    }
    Plain: [3] -> [2] { out: dense(2); }
}

/// More samples than a part of a batch holds.
const SAMPLES: usize = 37;
const STEPS: usize = 6;

fn wave<S: Shape>(samples: usize, sizes: &[usize]) -> Batch<S, f64> {
    let count = samples * sizes.iter().product::<usize>();
    Batch::from_vec_of((0..count).map(|i| (i as f64 * 0.7 + 0.1).sin()).collect(), sizes).unwrap()
}

fn lengths() -> Vec<usize> {
    (0..SAMPLES).map(|sample| 1 + sample % STEPS).collect()
}

/// `memory` and `out` of a network, by loops over the definition. A state is h, and behind it, of an LSTM, c.
struct Loops {
    tensors: Vec<Vec<f64>>,
    lstm: bool,
    each_step: bool,
}

impl Loops {
    fn of<N: Network<Element = f64>>(net: &N, lstm: bool, each_step: bool) -> Loops {
        let names = [
            "memory.weight_ih_l0",
            "memory.weight_hh_l0",
            "memory.bias_ih_l0",
            "memory.bias_hh_l0",
            "out.weight",
            "out.bias",
        ];
        let tensors = names.map(|name| net.parameter(name).unwrap().values.to_vec());
        Loops { tensors: tensors.to_vec(), lstm, each_step }
    }

    fn units(&self) -> usize {
        self.tensors[4].len() / self.tensors[5].len()
    }

    fn step(&self, x: &[f64], state: &[f64]) -> Vec<f64> {
        let [w_ih, w_hh, b_ih, b_hh] = std::array::from_fn(|index| &self.tensors[index]);
        let (n, h) = (self.units(), &state[..self.units()]);
        let dot =
            |w: &[f64], x: &[f64], row: usize| -> f64 { w[row * x.len()..].iter().zip(x).map(|(w, x)| w * x).sum() };
        let z: Vec<f64> =
            (0..b_ih.len()).map(|row| dot(w_ih, x, row) + dot(w_hh, h, row) + b_ih[row] + b_hh[row]).collect();
        if !self.lstm {
            return z.iter().map(|z| z.tanh()).collect();
        }
        let gate = |index: usize, j: usize| 1.0 / (1.0 + (-z[index * n + j]).exp());
        let c: Vec<f64> = (0..n).map(|j| gate(1, j) * state[n + j] + gate(0, j) * z[2 * n + j].tanh()).collect();
        (0..n).map(|j| gate(3, j) * c[j].tanh()).chain(c.iter().copied()).collect()
    }

    fn error(&self, h: &[f64], target: &[f64]) -> f64 {
        let rows = self.tensors[4].chunks(self.units()).zip(&self.tensors[5]).zip(target);
        rows.map(|((w, b), t)| w.iter().zip(h).map(|(w, h)| w * h).sum::<f64>() + b - t).map(|e| 0.5 * e * e).sum()
    }

    /// What a sample adds to the cost from the state after step t on.
    fn cost(&self, x: &[f64], target: &[f64], t: usize, mut state: Vec<f64>) -> f64 {
        let (length, n, mut sum) = (x.len() / 3, self.units(), 0.0);
        for step in t..length {
            if step > t {
                state = self.step(&x[3 * step..3 * step + 3], &state);
            }
            if self.each_step {
                sum += self.error(&state[..n], &target[2 * step..]);
            } else if step == length - 1 {
                sum += self.error(&state[..n], target);
            }
        }
        sum
    }

    /// ‖∂C/∂h_t‖ for each step, or ‖∂C/∂c_t‖, from differences of the cost.
    fn norms(&self, x: &[Vec<f64>], targets: &[Vec<f64>], of_cells: bool) -> Vec<f64> {
        let n = self.units();
        let mut squares = vec![0.0; STEPS];
        for (x, target) in x.iter().zip(targets) {
            let mut state = vec![0.0; if self.lstm { 2 * n } else { n }];
            for t in 0..x.len() / 3 {
                state = self.step(&x[3 * t..3 * t + 3], &state);
                for j in 0..n {
                    let at = |by: f64| {
                        let mut moved = state.clone();
                        if of_cells {
                            // h = o ∘ tanh(c) goes with its c.
                            moved[n + j] += by;
                            moved[j] *= moved[n + j].tanh() / state[n + j].tanh();
                        } else {
                            moved[j] += by;
                        }
                        self.cost(x, target, t, moved)
                    };
                    let slope = (at(1e-5) - at(-1e-5)) / 2e-5 / targets.len() as f64;
                    squares[t] += slope * slope;
                }
            }
        }
        squares.into_iter().map(f64::sqrt).collect()
    }
}

fn rows<S: Shape>(x: &Batch<S, f64>) -> Vec<Vec<f64>> {
    let step = x.width() / x.sizes()[0];
    let length = |sample: usize| x.lengths().get(sample).copied().unwrap_or(x.sizes()[0]);
    (0..x.samples()).map(|sample| x.sample(sample).unwrap()[..length(sample) * step].to_vec()).collect()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs().max(1e-6));
    assert!(close, "{found:?}, {expected:?}");
}

fn shrink<N: Parameters<f64>>(net: &mut N, by: f64) {
    net.parameter_mut("memory.weight_hh_l0").unwrap().values.iter_mut().for_each(|w| *w *= by);
}

fn only(flow: GradientFlow) -> LayerFlow {
    let [layer] = flow.layers.try_into().unwrap();
    layer
}

#[test]
fn norms_are_those_of_the_definition() {
    let (x, target) = (wave::<TanhInput>(SAMPLES, &[STEPS, 3]), wave::<TanhOutput>(SAMPLES, &[2]));
    let ragged = x.clone().with_lengths(lengths()).unwrap();
    for x in [&x, &ragged] {
        let net = Tanh::<f64>::initialized(3);
        let flow = only(GradientFlow::measure(&net, &SquaredError, x, &target).unwrap());
        assert_close(&flow.hidden, &Loops::of(&net, false, false).norms(&rows(x), &rows(&target), false));
        assert!(flow.cell.is_none());

        let net = Gated::<f64>::initialized(3);
        let flow = only(GradientFlow::measure(&net, &SquaredError, x, &target).unwrap());
        let loops = Loops::of(&net, true, false);
        assert_close(&flow.hidden, &loops.norms(&rows(x), &rows(&target), false));
        assert_close(flow.cell.as_ref().unwrap(), &loops.norms(&rows(x), &rows(&target), true));
        assert!(flow.factor.is_none() && flow.bound.is_none());
        assert_eq!(flow.singular_values.len(), 4);

        let net = Each::<f64>::initialized(3);
        let target = wave::<EachOutput>(SAMPLES, &[STEPS, 2]);
        let target = if x.lengths().is_empty() { target } else { target.with_lengths(lengths()).unwrap() };
        let flow = only(GradientFlow::measure(&net, &SquaredError, x, &target).unwrap());
        assert_close(&flow.hidden, &Loops::of(&net, false, true).norms(&rows(x), &rows(&target), false));
    }
}

#[test]
fn the_gradient_of_the_last_step_stays_below_its_bound() {
    let (x, target) = (wave(SAMPLES, &[30, 3]), wave(SAMPLES, &[2]));
    for (scale, vanishes) in [(0.5, true), (1.0, true), (1.6, false)] {
        let mut net = Tanh::<f64>::initialized(3);
        shrink(&mut net, scale);
        let flow = only(GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap());
        // Drawn orthogonal, W_hh has no singular value but the scale.
        let (factor, bound) = (flow.factor.unwrap(), flow.bound.unwrap());
        assert!((factor - scale).abs() < 1e-9, "{factor}");
        assert_eq!(flow.singular_values, [("", factor)]);
        assert_eq!(bound[29], flow.hidden[29]);
        for t in 0..30 {
            let expected = factor.powi(29 - t as i32) * flow.hidden[29];
            assert!((bound[t] - expected).abs() <= 1e-12 * expected);
            assert!(flow.hidden[t] <= bound[t] * (1.0 + 1e-12), "step {t}: {} above {}", flow.hidden[t], bound[t]);
        }
        if vanishes {
            assert!(flow.hidden[0] < 0.05 * flow.hidden[29], "{:?}", flow.hidden);
        }
    }
}

/// Where sequences end at different steps, and some before the batch does, a bound that is told is one nevertheless.
#[test]
fn a_bound_holds_for_padded_sequences() {
    let target = wave(SAMPLES, &[2]);
    let net = Tanh::<f64>::initialized(3);
    for longest in [STEPS, STEPS - 1] {
        let lengths = (0..SAMPLES).map(|sample| 1 + sample % longest).collect();
        let x = wave(SAMPLES, &[STEPS, 3]).with_lengths(lengths).unwrap();
        let flow = only(GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap());
        let bound = flow.bound.iter().flatten();
        assert!(flow.hidden.iter().zip(bound).all(|(norm, bound)| *norm <= bound * (1.0 + 1e-12)), "{flow:?}");
    }
}

#[test]
fn identity_with_relu_keeps_what_tanh_loses() {
    let x = Batch::from_vec_of(
        wave::<IdentityInput>(SAMPLES, &[40, 3]).as_slice().iter().map(|x| x.abs()).collect(),
        &[40, 3],
    );
    let (x, target) = (x.unwrap(), wave(SAMPLES, &[2]));
    let positive = |weight: &mut [f64]| weight.iter_mut().for_each(|w| *w = w.abs());
    let mut net = Identity::<f64>::initialized(3);
    positive(net.parameter_mut("memory.weight_ih_l0").unwrap().values);
    let kept = only(GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap());
    let last = kept.hidden[39];
    assert!(last > 0.0 && kept.hidden.iter().all(|norm| (norm - last).abs() < 1e-12 * last), "{:?}", kept.hidden);
    assert_eq!((kept.factor, kept.bound.unwrap()), (Some(1.0), vec![last; 40]));

    // The same with W = I and tanh.
    let mut net = IdentityTanh::<f64>::initialized(3);
    positive(net.parameter_mut("memory.weight_ih_l0").unwrap().values);
    let lost = only(GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap());
    assert_eq!(lost.factor, Some(1.0));
    assert!(lost.hidden[0] < 1e-6 * lost.hidden[39], "{:?}", lost.hidden);

    // With W = 1.1 I the gradient explodes.
    let mut net = Identity::<f64>::initialized(3);
    positive(net.parameter_mut("memory.weight_ih_l0").unwrap().values);
    shrink(&mut net, 1.1);
    let flow = only(GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap());
    for pair in flow.hidden.windows(2) {
        assert!((pair[0] / pair[1] - 1.1).abs() < 1e-9);
    }
}

#[test]
fn every_layer_and_direction_of_parts_has_its_name() {
    let net = Around::<f64>::initialized(3);
    let flow = GradientFlow::measure(&net, &SquaredError, wave(SAMPLES, &[STEPS, 3]), &wave(SAMPLES, &[2])).unwrap();
    let names: Vec<&str> = flow.layers.iter().map(|layer| layer.name.as_str()).collect();
    let inside = ["inside.memory.l0", "inside.memory.l0_reverse", "inside.memory.l1", "inside.memory.l1_reverse"];
    assert_eq!(names[0], "before.l0");
    assert_eq!(names[1..], inside);
    assert!(flow.layers.iter().all(|layer| layer.hidden.len() == STEPS && layer.hidden.iter().any(|&norm| norm > 0.0)));
    let gates: Vec<&str> = flow.layers[0].singular_values.iter().map(|value| value.0).collect();
    assert_eq!(gates, ["r", "z", "n"]);
    // Of the topmost layer, which goes forward, the last step alone is read; of the one that goes back, the last step is its first.
    let (forward, reverse) = (&flow.layers[3], &flow.layers[4]);
    assert!(forward.hidden.iter().all(|&norm| norm > 0.0));
    assert!(reverse.hidden[..STEPS - 1].iter().all(|&norm| norm == 0.0) && reverse.hidden[STEPS - 1] > 0.0);

    let net = Plain::<f64>::initialized(3);
    let flow = GradientFlow::measure(&net, &SquaredError, wave(2, &[3]), &wave(2, &[2])).unwrap();
    assert!(flow.layers.is_empty() && flow.to_string().is_empty());
    assert_svg(&flow.to_svg());
}

#[test]
fn a_table_has_the_first_and_the_last_step() {
    let net = Gated::<f64>::initialized(3);
    let target = wave(4, &[2]);
    for steps in [1, 24, 25, 200] {
        let flow = GradientFlow::measure(&net, &SquaredError, wave(4, &[steps, 3]), &target).unwrap();
        let table = flow.to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "memory.l0");
        // Drawn orthogonal, each gate's block has the largest singular value 1.
        assert_eq!(lines[1], "largest singular value of W_hh: i 1.0000, f 1.0000, g 1.0000, o 1.0000");
        assert_eq!(lines[2], "");
        assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["step", "‖∂C/∂h_t‖", "‖∂C/∂c_t‖"]);
        assert!((1..=24).contains(&lines[4..].len()), "{table}");
        let LayerFlow { hidden, cell, .. } = &flow.layers[0];
        for line in &lines[4..] {
            let [step, h, c] = line.split_whitespace().collect::<Vec<_>>().try_into().unwrap();
            let t = step.parse::<usize>().unwrap() - 1;
            assert_eq!((h, c), (&*format!("{:.3e}", hidden[t]), &*format!("{:.3e}", cell.as_ref().unwrap()[t])));
        }
        assert!(lines.last().unwrap().trim_start().starts_with(&format!("{steps} ")), "{table}");
    }
}

/// Asks that every element of a drawing is closed, in order, and gives the points of each of its lines.
fn assert_svg(svg: &str) -> Vec<usize> {
    let (mut open, mut lines) = (Vec::new(), Vec::new());
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an element without an end: {piece}"));
        assert!(!text.contains('&') || text.contains(';'), "{text}");
        assert!(tag.matches('"').count().is_multiple_of(2), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        if let Some(points) = tag.strip_prefix("polyline").and_then(|tag| tag.split_once("points=\"")) {
            lines.push(points.1.split('"').next().unwrap().split_whitespace().count());
        }
    }
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>") && open.is_empty(), "{svg}");
    lines
}

#[test]
fn a_drawing_has_a_line_for_each_row() {
    let net = Around::<f64>::initialized(3);
    let flow = GradientFlow::measure(&net, &SquaredError, wave(5, &[STEPS, 3]), &wave(5, &[2])).unwrap();
    let rows = flow.layers.iter().flat_map(|layer| [Some(&layer.hidden), layer.bound.as_ref(), layer.cell.as_ref()]);
    let rows = rows.flatten().map(|row| row.iter().filter(|&&norm| norm > 0.0).count());
    let mut expected: Vec<usize> = rows.filter(|&points| points > 2).collect();
    let svg = flow.to_svg();
    let mut found: Vec<usize> = assert_svg(&svg).into_iter().filter(|&points| points > 2).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    for layer in &flow.layers {
        assert!(svg.contains(&format!("{}: ‖∂C/∂h‖", layer.name)), "{}", layer.name);
    }

    let net = Gated::<f64>::initialized(3);
    let flow = GradientFlow::measure(&net, &SquaredError, wave(5, &[STEPS, 3]), &wave(5, &[2])).unwrap();
    let svg = flow.to_svg();
    assert_eq!(assert_svg(&svg).into_iter().filter(|&points| points == STEPS).count(), 2);
    assert!(svg.contains("memory.l0: ‖∂C/∂c‖"));
    let path = std::env::temp_dir().join(format!("flow-{}.svg", std::process::id()));
    flow.save_svg(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), svg);
    std::fs::remove_file(&path).unwrap();
    assert!(flow.save_svg(path.join("no/folder.svg")).is_err());
}

/// A drawing of one row. It is made on a thread of its own, for a test that waits says nothing.
fn drawn(hidden: Vec<f64>) -> String {
    let (name, singular_values) = ("a < b & c".to_owned(), vec![("", f64::NAN)]);
    let row = LayerFlow { name, hidden, cell: None, singular_values, factor: None, bound: None };
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || send.send(GradientFlow { layers: vec![row] }.to_svg()));
    receive.recv_timeout(std::time::Duration::from_secs(20)).expect("a drawing takes no time")
}

#[test]
fn numbers_that_no_axis_has_a_place_for_are_left_out_of_a_drawing() {
    for hidden in [vec![], vec![1.0], vec![0.0; 3], vec![f64::NAN, f64::INFINITY, 0.0]] {
        let svg = drawn(hidden);
        assert_svg(&svg);
        assert!(svg.contains("a &lt; b &amp; c") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn a_gradient_that_vanishes_altogether_is_drawn() {
    // Down to the smallest of all numbers, and from one end of the range to the other.
    for ratio in [1e-3_f64, 0.1] {
        let svg = drawn((0..400).map(|step| ratio.powi(step)).collect());
        assert!(assert_svg(&svg).into_iter().any(|points| points > 100));
    }
    assert!(assert_svg(&drawn(vec![1e-300, 1.0, 1e300])).contains(&3));
    assert!(assert_svg(&drawn(vec![f64::MIN_POSITIVE / 1e10, 1.0, f64::MAX])).contains(&3));
}

#[test]
fn the_axis_of_a_drawing_has_labels_wherever_the_gradient_is() {
    let svg = drawn((0..100).map(|step| 0.5_f64.powi(step)).collect());
    let labels = svg.lines().filter_map(|line| line.trim().parse::<f64>().ok()).filter(|&label| label < 1e-20);
    assert!(labels.count() >= 1, "{svg}");
}

#[test]
fn there_is_no_flow_before_a_backward_pass() {
    let net = Tanh::<f64>::initialized(3);
    let (x, d) = (wave(4, &[STEPS, 3]), wave(4, &[2]));
    let (mut pass, mut gradients) = (net.pass(4), net.gradients());
    let none = |pass: &Pass<Tanh<f64>>| assert_eq!(GradientFlow::of(&net, pass), Err(PassError::NoBackward));
    none(&pass);
    net.forward_train(&x, &mut pass).unwrap();
    none(&pass);
    net.backward(&d, &mut pass, &mut gradients).unwrap();
    let flow = GradientFlow::of(&net, &pass).unwrap();
    assert_eq!(flow, GradientFlow::of(&net, &pass).unwrap());
    net.forward_train(&x, &mut pass).unwrap();
    none(&pass);
    net.backward(&d, &mut pass, &mut gradients).unwrap();
    assert_eq!(GradientFlow::of(&net, &pass).unwrap(), flow);
    net.forward_into(&x, &mut pass).unwrap();
    none(&pass);
    assert_eq!(
        GradientFlow::of(&net, &pass).unwrap_err().to_string(),
        "expected a backward pass, found none after the last forward pass of this `Pass`"
    );
    let error = GradientFlow::measure(&net, &SquaredError, &x, &wave::<TanhOutput>(3, &[2])).unwrap_err();
    assert_eq!(error, LossError::Samples { expected: 4, found: 3 });
}

#[test]
fn the_flow_goes_back_through_a_state_into_an_encoder() {
    let net = Translator::<f64>::initialized(3);
    let (source, target) = (wave(SAMPLES, &[STEPS, 3]), wave::<TranslatorTarget>(SAMPLES, &[4, 2]));
    let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
    net.forward_train(&source, &target, &mut pass).unwrap();
    // The cost is what the last step of the decoder says.
    let d: Vec<f64> = (0..SAMPLES * 8).map(|i| if i % 8 < 6 { 0.0 } else { 1.0 + i as f64 }).collect();
    net.backward(&Batch::from_vec_of(d, &[4, 2]).unwrap(), &mut pass, &mut gradients).unwrap();
    let flow = GradientFlow::of(&net, &pass).unwrap();
    let [encoder, decoder] = &flow.layers[..] else { panic!("{flow}") };
    assert_eq!((encoder.name.as_str(), decoder.name.as_str()), ("encoder.l0", "decoder.l0"));
    assert_eq!((encoder.hidden.len(), decoder.hidden.len()), (STEPS, 4));
    // One step further back than the decoder's first, below the bound from there.
    let first = encoder.hidden[STEPS - 1];
    assert!(first > 0.0 && first <= decoder.hidden[0] * decoder.factor.unwrap() * (1.0 + 1e-12), "{flow}");
    for layer in &flow.layers {
        let mut pairs = layer.hidden.iter().zip(layer.bound.as_ref().unwrap());
        assert!(pairs.all(|(norm, bound)| *norm <= bound * (1.0 + 1e-12)), "{flow}");
    }
}
