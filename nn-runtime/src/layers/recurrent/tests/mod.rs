mod naive;

use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::{
    kernels::simd::at_each_level,
    layers::testing::{assert_close, differences, values},
    network::Parameters,
    shape::{Const, Free, Product},
};

type Layer<C, const I: usize, const N: usize, const L: usize, const D: usize, E = f64> =
    Recurrent<C, Const<I>, Const<N>, L, D, E>;

type Y<const N: usize, const D: usize> = (Free, Product<Const<D>, Const<N>>);

/// A layer whose tensors are all drawn, biases and peepholes among them.
fn layer<C: Cell, const I: usize, const N: usize, const L: usize, const D: usize, E: Element>()
-> Layer<C, I, N, L, D, E> {
    let mut layer = Layer::<C, I, N, L, D, E>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(42));
    for index in 0..layer.tensors() {
        let tensor = layer.tensor_mut(index);
        if !tensor.name.to_string().starts_with("weight_hh") {
            let drawn = values::<E>(tensor.values.len(), 10 + index as u64);
            tensor.values.iter_mut().zip(drawn).for_each(|(w, drawn)| *w = drawn * E::from_f64(0.5));
        }
    }
    layer
}

/// What goes in: `start` and `end` have a number behind the state, as where one layer starts with another's end.
#[derive(Clone)]
struct Case<E> {
    samples: usize,
    steps: usize,
    lengths: Vec<usize>,
    x: Vec<E>,
    start: Vec<E>,
}

/// What comes out, and what is kept.
struct Out<E> {
    y: Vec<E>,
    end: Vec<E>,
    trace: Vec<E>,
}

/// The gradients of a [`Case`].
struct Back<E> {
    d_x: Vec<E>,
    d_start: Vec<E>,
}

impl<E: Element> Case<E> {
    fn new(samples: usize, steps: usize, inputs: usize, state: usize) -> Self {
        let (x, start) = (values(samples * steps * inputs, 1), values(samples * state, 2));
        Case { samples, steps, lengths: Vec::new(), x, start }
    }

    /// Lengths from 1 to all steps.
    fn ragged(mut self) -> Self {
        self.lengths = (0..self.samples).map(|sample| 1 + (sample * 3 + 1) % self.steps).collect();
        self
    }

    fn with_zero_start(mut self) -> Self {
        self.start.fill(E::zero());
        self
    }

    /// The length of each sample.
    fn all_lengths(&self) -> Vec<usize> {
        (0..self.samples).map(|sample| *self.lengths.get(sample).unwrap_or(&self.steps)).collect()
    }

    /// The same case from sample `from` to `to`.
    fn part(&self, from: usize, to: usize) -> Self {
        let cut = |data: &[E]| data[data.len() / self.samples * from..data.len() / self.samples * to].to_vec();
        let lengths = self.lengths.get(from..to).unwrap_or_default().to_vec();
        Case { samples: to - from, steps: self.steps, lengths, x: cut(&self.x), start: cut(&self.start) }
    }

    fn run<C: Cell, const I: usize, const N: usize, const L: usize, const D: usize>(
        &self,
        layer: &Layer<C, I, N, L, D, E>,
        train: bool,
    ) -> Out<E> {
        let Case { samples, steps, .. } = *self;
        let state = Layer::<C, I, N, L, D, E>::STATE;
        let mut y = vec![E::nan(); samples * steps * D * N];
        let mut end = vec![E::nan(); samples * (state + 1)];
        let x = View::<(Free, Const<I>), E>::sized(&self.x, samples, 16, (steps, ()));
        let start = View::<(Free,), E>::sized(&self.start, samples, 16, (state,));
        let memory =
            if train { Layer::<C, I, N, L, D, E>::trace(steps) } else { Layer::<C, I, N, L, D, E>::room(steps) };
        let mut trace = vec![E::nan(); samples * memory];
        let y_view = ViewMut::<Y<N, D>, E>::sized(&mut y, samples, 16, (steps, ()));
        let end_view = ViewMut::<(Free,), E>::sized(&mut end, samples, 16, (state + 1,));
        if train {
            layer.forward(x, y_view, &self.lengths, start, end_view, &mut trace);
        } else {
            layer.infer(x, y_view, &self.lengths, start, end_view, &mut trace);
        }
        assert!(end.chunks(state + 1).all(|row| row[state].is_nan()), "what is behind the state is not written");
        let end = end.chunks(state + 1).flat_map(|row| &row[..state]).copied().collect();
        Out { y, end, trace }
    }

    /// The gradient of Σ d (y, end), after `run`.
    fn back<C: Cell, const I: usize, const N: usize, const L: usize, const D: usize>(
        &self,
        layer: &Layer<C, I, N, L, D, E>,
        d_y: &[E],
        d_end: Option<&[E]>,
        trace: &mut [E],
    ) -> Back<E> {
        let Case { samples, steps, .. } = *self;
        let state = Layer::<C, I, N, L, D, E>::STATE;
        let (mut d_x, mut d_start) = (vec![E::nan(); self.x.len()], vec![E::nan(); self.start.len()]);
        layer.backward(
            View::<Y<N, D>, E>::sized(d_y, samples, 16, (steps, ())),
            Some(ViewMut::<(Free, Const<I>), E>::sized(&mut d_x, samples, 16, (steps, ()))),
            &self.lengths,
            d_end.map(|d_end| View::<(Free,), E>::sized(d_end, samples, 16, (state,))),
            Some(ViewMut::<(Free,), E>::sized(&mut d_start, samples, 16, (state,))),
            trace,
        );
        Back { d_x, d_start }
    }
}

/// ∂C/∂θ of all parameters, one after the other.
fn gradients<E: Element>(layer: &impl Parameters<E>) -> Vec<E> {
    layer.parameters().flat_map(|tensor| tensor.values).copied().collect()
}

/// A layer of gradients, with nothing in it that could pass for one.
fn unwritten<C: Cell, const I: usize, const N: usize, const L: usize, const D: usize, E: Element>(
    layer: &Layer<C, I, N, L, D, E>,
) -> Layer<C, I, N, L, D, E> {
    let mut gradient = layer.zeroed();
    (0..gradient.tensors()).for_each(|index| gradient.tensor_mut(index).values.fill(E::nan()));
    gradient
}

/// Values against the definition, gradients against differences.
fn check<C: Cell, const I: usize, const N: usize, const L: usize, const D: usize>(case: &Case<f64>) {
    let layer = layer::<C, I, N, L, D, f64>();
    let lengths = case.all_lengths();
    let mut out = case.run(&layer, true);
    let (y, end) = naive::outputs(&layer, &case.x, &lengths, &case.start);
    assert_close(&out.y, &y, 1e-13);
    assert_close(&out.end, &end, 1e-13);
    let inferred = case.run(&layer, false);
    assert_eq!((&inferred.y, &inferred.end), (&out.y, &out.end));

    let (d_y, d_end) = (values::<f64>(y.len(), 3), values::<f64>(end.len(), 4));
    let d: Vec<f64> = d_y.iter().chain(&d_end).copied().collect();
    let both = |(y, end): (Vec<f64>, Vec<f64>)| [y, end].concat();
    let back = case.back(&layer, &d_y, Some(&d_end), &mut out.trace);
    let by_x = differences(&case.x, &d, |x| both(naive::outputs(&layer, x, &lengths, &case.start)));
    assert_close(&back.d_x, &by_x, 1e-8);
    let by_start = differences(&case.start, &d, |start| both(naive::outputs(&layer, &case.x, &lengths, start)));
    assert_close(&back.d_start, &by_start, 1e-8);
    let mut gradient = unwritten(&layer);
    gradient.finish(&out.trace, case.samples, case.samples, case.steps);
    for index in 0..layer.tensors() {
        let expected = differences(layer.tensor(index).values, &d, |values| {
            let mut changed = layer.clone();
            changed.tensor_mut(index).values.copy_from_slice(values);
            both(naive::outputs(&changed, &case.x, &lengths, &case.start))
        });
        assert_close(gradient.tensor(index).values, &expected, 1e-8);
    }
}

/// A cell in one layer and two, one direction and both, with full and ragged lengths, from zeros and from a state.
fn check_all<C: Cell>() {
    fn forms<C: Cell, const L: usize, const D: usize>() {
        let case = Case::new(3, 4, 2, Layer::<C, 2, 3, L, D>::STATE);
        check::<C, 2, 3, L, D>(&case);
        check::<C, 2, 3, L, D>(&case.clone().ragged());
        check::<C, 2, 3, L, D>(&case.with_zero_start().ragged());
    }
    forms::<C, 1, 1>();
    forms::<C, 1, 2>();
    forms::<C, 2, 1>();
    forms::<C, 2, 2>();
    forms::<C, 3, 1>();
}

#[test]
fn an_rnn_agrees_with_its_definition() {
    check_all::<Rnn>();
}

#[test]
fn a_relu_rnn_agrees_with_its_definition() {
    check_all::<ReluRnn>();
}

#[test]
fn a_sigmoid_rnn_agrees_with_its_definition() {
    check_all::<SigmoidRnn>();
}

#[test]
fn a_linear_rnn_agrees_with_its_definition() {
    check_all::<IdentityRnn>();
}

#[test]
fn rnns_of_every_other_activation_agree_with_their_definition() {
    check_all::<LeakyReluRnn>();
    check_all::<EluRnn>();
    check_all::<SeluRnn>();
    check_all::<GeluRnn>();
    check_all::<SiluRnn>();
    check_all::<SoftplusRnn>();
}

/// The number of an activation is that of the layer, of its clones, and of its gradients.
#[test]
fn the_number_of_an_activation_counts() {
    let case = Case::<f64>::new(2, 3, 2, 3);
    let y = |slope: f64| case.run(&layer::<LeakyReluRnn, 2, 3, 1, 1, f64>().with_slope(slope).clone(), true).y;
    let rectified = case.run(&layer::<ReluRnn, 2, 3, 1, 1, f64>(), true).y;
    let linear = case.run(&layer::<IdentityRnn, 2, 3, 1, 1, f64>(), true).y;
    assert_eq!((y(0.0), y(1.0)), (rectified, linear));
    assert_eq!(y(0.01), case.run(&layer::<LeakyReluRnn, 2, 3, 1, 1, f64>(), true).y);
    let elu = layer::<EluRnn, 2, 3, 1, 1, f64>().with_scale(0.4);
    let (expected, _) = naive::outputs(&elu, &case.x, &[3, 3], &case.start);
    let mut copy = elu.zeroed();
    (0..elu.tensors()).for_each(|index| copy.tensor_mut(index).values.copy_from_slice(elu.tensor(index).values));
    assert_close(&case.run(&copy, true).y, &expected, 1e-13);
}

/// The largest slope is no smaller than any, and comes near to one.
#[test]
fn the_largest_slope_bounds_all_slopes() {
    fn check<C: Cell>(prepare: impl Fn(Layer<C, 1, 1, 1, 1, f64>) -> Layer<C, 1, 1, 1, 1, f64>) {
        let mut layer = prepare(layer::<C, 1, 1, 1, 1, f64>());
        (0..layer.tensors()).for_each(|index| layer.tensor_mut(index).values.fill(0.0));
        layer.parameter_mut("weight_ih_l0").expect("a weight").values[0] = 1.0;
        let slopes = (-1000..=1000).map(|x| {
            let case = Case { x: vec![f64::from(x) * 0.02 - 1e-9], start: vec![0.0], ..Case::new(1, 1, 1, 1) };
            let mut out = case.run(&layer, true);
            case.back(&layer, &[1.0], None, &mut out.trace).d_x[0]
        });
        let (largest, bound) = (slopes.fold(0.0, f64::max), layer.cells()[0].activation.largest_slope());
        assert!(largest <= bound && largest > bound - 1e-4, "{largest} of {bound}");
    }
    check::<Rnn>(|layer| layer);
    check::<ReluRnn>(|layer| layer);
    check::<SigmoidRnn>(|layer| layer);
    check::<IdentityRnn>(|layer| layer);
    check::<LeakyReluRnn>(|layer| layer);
    check::<LeakyReluRnn>(|layer| layer.with_slope(1.5));
    check::<EluRnn>(|layer| layer);
    check::<EluRnn>(|layer| layer.with_scale(2.5));
    check::<SeluRnn>(|layer| layer);
    check::<GeluRnn>(|layer| layer);
    check::<SiluRnn>(|layer| layer);
    check::<SoftplusRnn>(|layer| layer);
}

/// h = σ(17 + …) is 1 in f32, and its slope is e⁻¹⁷, not what 1 − h has left of it.
#[test]
fn the_slope_of_a_saturated_sigmoid_rnn_is_not_lost() {
    let mut layer = layer::<SigmoidRnn, 1, 1, 1, 1, f32>();
    (0..layer.tensors()).for_each(|index| layer.tensor_mut(index).values.fill(0.0));
    layer.parameter_mut("weight_ih_l0").expect("a weight").values[0] = 17.0;
    let case = Case { x: vec![1.0], ..Case::<f32>::new(1, 1, 1, 1) };
    let mut out = case.run(&layer, true);
    let back = case.back(&layer, &[1.0], None, &mut out.trace);
    let slope = (-17.0_f64).exp() / (1.0 + (-17.0_f64).exp()).powi(2);
    assert!((f64::from(back.d_x[0]) / (17.0 * slope) - 1.0).abs() < 1e-5, "{:?}", back.d_x);
}

#[test]
fn an_lstm_agrees_with_its_definition() {
    check_all::<Lstm>();
}

#[test]
fn an_lstm_with_peepholes_agrees_with_its_definition() {
    check_all::<PeepholeLstm>();
}

#[test]
fn a_gru_agrees_with_its_definition() {
    check_all::<Gru>();
}

/// Everything of a larger case in both precisions, on each instruction set: values against the definition, gradients against those of
/// the widest registers, which differences hold to their definition in small cases.
fn check_sizes<C: Cell, const I: usize, const N: usize>(samples: usize) {
    let case = Case::<f64>::new(samples, 3, I, Layer::<C, I, N, 1, 1>::STATE).ragged();
    let (wide, narrow) = (layer::<C, I, N, 1, 1, f64>(), layer::<C, I, N, 1, 1, f32>());
    let single = Case::<f32>::new(samples, 3, I, Layer::<C, I, N, 1, 1>::STATE).ragged();
    let (y, end) = naive::outputs(&wide, &case.x, &case.all_lengths(), &case.start);
    let d_y = values::<f64>(y.len(), 3);
    let back = |case: &Case<f64>| {
        let mut out = case.run(&wide, true);
        let back = case.back(&wide, &d_y, None, &mut out.trace);
        let mut gradient = unwritten(&wide);
        gradient.finish(&out.trace, samples, samples, 3);
        (out, back, gradients(&gradient))
    };
    let (_, expected, expected_gradient) = back(&case);
    at_each_level(|| -> Result<(), ()> {
        let (out, found, gradient) = back(&case);
        assert_close(&out.y, &y, 1e-12);
        assert_close(&out.end, &end, 1e-12);
        assert_close(&found.d_x, &expected.d_x, 1e-12);
        assert_close(&found.d_start, &expected.d_start, 1e-12);
        assert_close(&gradient, &expected_gradient, 1e-12);

        let mut out = single.run(&narrow, true);
        assert_close(&out.y, &y, 1e-5);
        assert_close(&out.end, &end, 1e-5);
        let found = single.back(&narrow, &values::<f32>(y.len(), 3), None, &mut out.trace);
        assert_close(&found.d_x, &expected.d_x, 1e-5);
        assert_close(&found.d_start, &expected.d_start, 1e-5);
        let mut gradient = unwritten(&narrow);
        gradient.finish(&out.trace, samples, samples, 3);
        assert_close(&gradients(&gradient), &expected_gradient, 1e-5);
        Ok(())
    })
    .expect("every level is checked");
}

fn check_all_sizes<C: Cell>() {
    check_sizes::<C, 1, 1>(1);
    check_sizes::<C, 3, 7>(2);
    check_sizes::<C, 5, 16>(7);
    check_sizes::<C, 17, 17>(5);
    check_sizes::<C, 16, 33>(1);
    check_sizes::<C, 4, 47>(13);
    check_sizes::<C, 2, 100>(6);
}

#[test]
fn rnns_of_sizes_around_whole_registers_agree_on_each_instruction_set() {
    check_all_sizes::<Rnn>();
    check_all_sizes::<ReluRnn>();
    check_all_sizes::<SigmoidRnn>();
    check_all_sizes::<IdentityRnn>();
    check_all_sizes::<LeakyReluRnn>();
    check_all_sizes::<EluRnn>();
    check_all_sizes::<GeluRnn>();
    check_all_sizes::<SoftplusRnn>();
}

#[test]
fn lstms_of_sizes_around_whole_registers_agree_on_each_instruction_set() {
    check_all_sizes::<Lstm>();
    check_all_sizes::<PeepholeLstm>();
}

#[test]
fn grus_of_sizes_around_whole_registers_agree_on_each_instruction_set() {
    check_all_sizes::<Gru>();
}

/// Whatever is in the padding, of x and of d_y, all that comes out is the same.
fn check_padding<C: Cell>() {
    let layer = layer::<C, 3, 5, 2, 2, f64>();
    let case = Case::new(4, 5, 3, Layer::<C, 3, 5, 2, 2>::STATE).ragged();
    let mut garbage = case.clone();
    let d_y = values::<f64>(4 * 5 * 10, 3);
    let mut garbage_d_y = d_y.clone();
    for (sample, &length) in case.lengths.iter().enumerate() {
        garbage.x[(sample * 5 + length) * 3..(sample + 1) * 5 * 3].fill(f64::NAN);
        garbage_d_y[(sample * 5 + length) * 10..(sample + 1) * 5 * 10].fill(f64::NAN);
    }
    let all = |case: &Case<f64>, d_y: &[f64]| {
        let mut out = case.run(&layer, true);
        let back = case.back(&layer, d_y, None, &mut out.trace);
        let mut gradient = unwritten(&layer);
        gradient.finish(&out.trace, 4, 4, 5);
        let flow = layer.flow(&out.trace, 4, 4, 5);
        (out.y, out.end, back.d_x, back.d_start, gradients(&gradient), flow)
    };
    let expected = all(&case, &d_y);
    assert_eq!(all(&garbage, &garbage_d_y), expected);
    assert_eq!(garbage.run(&layer, false).y, expected.0);
    for (sample, &length) in case.lengths.iter().enumerate() {
        assert!(expected.0[(sample * 5 + length) * 10..(sample + 1) * 5 * 10].iter().all(|&y| y == 0.0));
        assert!(expected.2[(sample * 5 + length) * 3..(sample + 1) * 5 * 3].iter().all(|&d| d == 0.0));
    }
}

#[test]
fn padding_changes_nothing() {
    check_padding::<Rnn>();
    check_padding::<ReluRnn>();
    check_padding::<SigmoidRnn>();
    check_padding::<IdentityRnn>();
    check_padding::<LeakyReluRnn>();
    check_padding::<SeluRnn>();
    check_padding::<SiluRnn>();
    check_padding::<SoftplusRnn>();
    check_padding::<Lstm>();
    check_padding::<PeepholeLstm>();
    check_padding::<Gru>();
}

/// The parameters' gradients and the flow do not depend on how a batch is cut.
fn check_parts<C: Cell>() {
    let layer = layer::<C, 3, 5, 2, 2, f64>();
    let case = Case::new(7, 4, 3, Layer::<C, 3, 5, 2, 2>::STATE).ragged();
    let d_y = values::<f64>(7 * 4 * 10, 3);
    let all = |part: usize| {
        let mut trace = Vec::new();
        for from in (0..7).step_by(part) {
            let to = (from + part).min(7);
            let case = case.part(from, to);
            let mut out = case.run(&layer, true);
            case.back(&layer, &d_y[from * 40..to * 40], None, &mut out.trace);
            trace.extend(out.trace);
        }
        let mut gradient = unwritten(&layer);
        gradient.finish(&trace, 7, part, 4);
        (gradients(&gradient), layer.flow(&trace, 7, part, 4))
    };
    let (expected, expected_flow) = all(7);
    for part in [1, 2, 3, 16] {
        let (found, flow) = all(part);
        assert_close(&found, &expected, 1e-13);
        for (found, expected) in flow.iter().zip(&expected_flow) {
            assert_eq!(found.name, expected.name);
            assert_close(&found.hidden, &expected.hidden, 1e-13);
            assert_close(&found.cell.clone().unwrap_or_default(), &expected.cell.clone().unwrap_or_default(), 1e-13);
        }
    }
}

#[test]
fn a_batch_in_parts_gives_the_same_gradients() {
    check_parts::<Rnn>();
    check_parts::<PeepholeLstm>();
    check_parts::<Gru>();
}

/// Steps one by one, each from the state that the one before left, are a long run.
fn check_carried<C: Cell>(samples: usize) {
    let layer = layer::<C, 3, 20, 2, 1, f64>();
    let state = Layer::<C, 3, 20, 2, 1>::STATE;
    let case = Case::<f64>::new(samples, 6, 3, state);
    let whole = case.run(&layer, false);
    let mut carried = case.start.clone();
    for t in 0..6 {
        let x = (0..samples).flat_map(|sample| &case.x[(sample * 6 + t) * 3..][..3]).copied().collect();
        let step = Case { samples, steps: 1, lengths: Vec::new(), x, start: carried };
        let out = step.run(&layer, false);
        for (sample, y) in out.y.chunks(20).enumerate() {
            assert_close(y, &whole.y[(sample * 6 + t) * 20..][..20], 1e-14);
        }
        carried = out.end;
    }
    assert_close(&carried, &whole.end, 1e-14);
}

#[test]
fn a_carried_state_continues_a_run() {
    for samples in [1, 4] {
        check_carried::<Rnn>(samples);
        check_carried::<Lstm>(samples);
        check_carried::<PeepholeLstm>(samples);
        check_carried::<Gru>(samples);
    }
}

#[test]
fn the_flow_is_the_norm_of_the_gradient_at_each_step() {
    // One unit: ∂C/∂h_t = Π (1 − h²) w over the steps after t, where only the last y counts.
    let mut layer = layer::<Rnn, 1, 1, 1, 1, f64>();
    layer.parameter_mut("weight_hh_l0").expect("a weight").values[0] = 0.5;
    let case = Case::new(1, 5, 1, 1);
    let mut out = case.run(&layer, true);
    case.back(&layer, &[0.0, 0.0, 0.0, 0.0, 1.0], None, &mut out.trace);
    let flow = layer.flow(&out.trace, 1, 1, 5);
    let mut expected = vec![1.0];
    for t in (1..5).rev() {
        expected.push(expected[expected.len() - 1] * (1.0 - out.y[t] * out.y[t]) * 0.5);
    }
    expected.reverse();
    assert_eq!((flow.len(), flow[0].name, &flow[0].cell), (1, "l0", &None));
    assert_close(&flow[0].hidden, &expected, 1e-14);

    // Backwards in time the first step is the last one.
    let case = Case::new(1, 3, 2, Layer::<Lstm, 2, 4, 1, 2>::STATE);
    let layer = self::layer::<Lstm, 2, 4, 1, 2, f64>();
    let mut out = case.run(&layer, true);
    let mut d_y = vec![0.0; 3 * 8];
    d_y[8 + 4..16].fill(1.0);
    case.back(&layer, &d_y, None, &mut out.trace);
    let flow = layer.flow(&out.trace, 1, 1, 3);
    assert_eq!((flow[1].name, flow[0].hidden.as_slice()), ("l0_reverse", &[0.0; 3][..]));
    assert!(flow[1].hidden[0] == 0.0 && flow[1].hidden[1] == 2.0 && flow[1].hidden[2] > 0.0);
    let cell = flow[1].cell.as_ref().expect("an LSTM has a memory cell");
    assert!(cell[0] == 0.0 && cell[1] > 0.0 && cell[2] > 0.0);
}

#[test]
fn parameters_have_pytorchs_names_order_and_shapes() {
    let layer = layer::<PeepholeLstm, 3, 2, 2, 2, f32>();
    let named: Vec<_> = layer.parameters().map(|t| (t.name.to_string(), t.shape.to_vec())).collect();
    let cell = |suffix: &str, inputs: usize| {
        let name = |name: &str| format!("{name}_{suffix}");
        vec![
            (name("weight_ih"), vec![8, inputs]),
            (name("weight_hh"), vec![8, 2]),
            (name("bias_ih"), vec![8]),
            (name("bias_hh"), vec![8]),
            (name("weight_peephole"), vec![3, 2]),
        ]
    };
    assert_eq!(named, [cell("l0", 3), cell("l0_reverse", 3), cell("l1", 4), cell("l1_reverse", 4)].concat());
    assert!(layer.parameters().all(|t| t.values.len() == t.shape.iter().product::<usize>()));
    assert!(layer.zeroed().parameters().all(|t| t.values.iter().all(|&w| w == 0.0)));
    assert_eq!(self::layer::<Gru, 3, 2, 1, 1, f32>().tensors(), 4);
}

#[test]
fn fresh_layers_have_orthogonal_blocks_and_zero_biases() {
    let layer = Layer::<Lstm, 3, 4, 1, 1>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(1)).with_forget_bias(1.0);
    for block in layer.cells()[0].weight_hh.outer_iter() {
        let product = block.dot(&block.t());
        assert_close(
            product.as_slice().expect("row-major"),
            ndarray::Array2::<f64>::eye(4).as_slice().expect("row-major"),
            1e-14,
        );
    }
    let bias = |name| layer.parameter(name).expect("a bias").values.to_vec();
    assert_eq!(bias("bias_ih_l0"), [[0.0; 4], [1.0; 4], [0.0; 4], [0.0; 4]].concat());
    assert_eq!(bias("bias_hh_l0"), [0.0; 16]);
}
