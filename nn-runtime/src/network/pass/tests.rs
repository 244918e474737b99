//! Lengths on their way through a batch: every part has those of its own samples.

use crate::{
    Batch, Const, Network, Parameters, Trainable,
    network::{LayerInfo, Part, Plan, Rows, RowsRef, Tensor, TensorMut, Whole, rows},
};

type Steps = (Const<4>, Const<1>);
type One = (Const<1>,);

/// Gives the length of each sample, and the same number as the gradient with respect to its steps; their sum is its gradient.
#[derive(Clone, Debug)]
struct Lengths([f64; 1]);

impl Parameters<f64> for Lengths {
    fn tensors(&self) -> usize {
        0
    }

    fn tensor(&self, _: usize) -> Tensor<'_, f64> {
        unreachable!("it is no tensor")
    }

    fn tensor_mut(&mut self, _: usize) -> TensorMut<'_, f64> {
        unreachable!("it is no tensor")
    }
}

impl Network for Lengths {
    type Element = f64;
    type Input = Steps;
    type Output = One;
    type OutputKind = crate::network::output::Unknown;
    type Inputs<'a> = [RowsRef<'a, f64>; 1];
    type Kept<'a> = [Rows<'a, f64>; 3];

    const NAME: &'static str = "Lengths";
    // Enough for a batch to be worth several threads.
    const LAYERS: &'static [LayerInfo] = &[LayerInfo {
        name: "",
        kind: "",
        inputs: &[&[4, 1]],
        output: &[1],
        parameters: 1,
        flops: 40_000,
        receptive_fields: &[],
    }];
    const PLAN: Plan<'static> =
        Plan { inputs: &[4], outputs: 1, kept: &[1, 1, 4], forward_kept: 1, part: 16, ..Plan::EMPTY };

    fn initialized(_: u64) -> Self {
        Lengths([0.0])
    }

    fn infer_part(&self, part: &mut Part<'_, Self>) {
        let lengths = part.inputs[0].lengths();
        for (sample, y) in part.kept[0].data_mut().iter_mut().enumerate() {
            *y = lengths.get(sample).map_or(0.0, |&length| length as f64);
        }
    }
}

impl Trainable for Lengths {
    fn zeroed(&self) -> Self {
        Lengths([0.0])
    }

    fn forward_part(&self, part: &mut Part<'_, Self>) {
        self.infer_part(part);
    }

    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, _: &mut [f64]) {
        if INPUTS {
            for (d_x, &length) in part.kept[2].data_mut().chunks_exact_mut(4).zip(part.inputs[0].lengths()) {
                d_x.fill(length as f64);
            }
        }
    }

    fn finish(&self, whole: Whole<'_, Self>, gradients: &mut Self) {
        gradients.0 = [whole.inputs[0].lengths().iter().sum::<usize>() as f64];
    }
}

#[test]
fn each_part_has_the_lengths_of_its_samples() {
    let (net, mut pass) = (Lengths::initialized(0), Lengths::initialized(0).pass(4));
    let mut gradients = net.gradients();
    for samples in [1, 3, 200, 17] {
        let lengths: Vec<usize> = (0..samples).map(|sample| 1 + sample * sample % 4).collect();
        let as_numbers: Vec<f64> = lengths.iter().map(|&length| length as f64).collect();
        let sum = lengths.iter().sum::<usize>() as f64;
        let x = Batch::<Steps, f64>::zeros(samples).with_lengths(lengths.clone()).unwrap();
        pass.infer(&net, &[rows(&x)], samples);
        assert_eq!((pass.output(0), pass.lengths(0)), (&as_numbers[..], &lengths[..]));

        pass.train(&net, &[rows(&x.view())], samples);
        assert_eq!((pass.output(0), pass.lengths(0)), (&as_numbers[..], &lengths[..]));
        pass.backward(&net, &[&as_numbers], samples, &mut gradients).unwrap();
        let d_x: Vec<f64> = pass.d_input(0).iter().step_by(4).copied().collect();
        assert_eq!((d_x, gradients.0, pass.lengths(0)), (as_numbers.clone(), [sum], &lengths[..]));

        gradients.0 = [0.0];
        pass.step(&net, &[rows(&x)], samples, &mut gradients, |_, _, _| 0.0);
        assert_eq!((pass.output(0), gradients.0, pass.lengths(0)), (&as_numbers[..], [sum], &lengths[..]));
    }
    let full = Batch::<Steps, f64>::zeros(3);
    pass.train(&net, &[rows(&full)], 3);
    assert_eq!((pass.output(0), pass.lengths(0)), (&[0.0; 3][..], &[][..]));
}
