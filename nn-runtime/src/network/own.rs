//! What [`layer!`](crate::layer!) calls.

use std::marker::PhantomData;

use crate::{
    BatchLayer, Shape,
    network::{
        LayerContext, LayerInfo, Learned, Plan, Random, Rows, RowsRef, Scratch, Shares, Steps, Tensor, TensorMut,
        WeightGradient, generator,
    },
    shape::product,
};

/// The plan of a layer as a network: its output, the gradient with respect to that, and the one with respect to its input are kept.
#[derive(Debug)]
pub struct Own<L>(PhantomData<L>);

impl<L: BatchLayer> Own<L> {
    /// The plan.
    pub const PLAN: Plan<'static> = Plan {
        inputs: &[L::Input::LEN],
        outputs: 1,
        kept: &[L::Output::LEN, L::Output::LEN, L::Input::LEN],
        forward_kept: 1,
        train_scratch: L::WORKSPACE,
        infer_scratch: L::WORKSPACE,
        share: match L::WEIGHT_GRADIENT {
            WeightGradient::Accumulated => count(L::PARAMETERS),
            WeightGradient::WholeBatch => 0,
        },
        part: 64,
        ..Plan::EMPTY
    };

    /// Whether its output is a sequence of the input's lengths.
    pub const TIMES: &'static [Option<usize>] = if L::KEEPS_STEPS {
        assert!(L::Input::DIMS[0] == L::Output::DIMS[0], "a layer that keeps its steps gives as many as it takes");
        &[Some(0)]
    } else {
        &[]
    };
}

/// The layer's row in the table of layers.
pub const fn info<L: BatchLayer>(name: &'static str) -> LayerInfo {
    LayerInfo {
        name,
        kind: name,
        inputs: const { &[L::Input::DIMS] },
        output: L::Output::DIMS,
        parameters: count(L::PARAMETERS),
        flops: L::OPERATIONS,
        receptive_fields: &[],
    }
}

/// The numbers in all parameters of a layer.
const fn count(parameters: &[(&'static str, &'static [usize])]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < parameters.len() {
        sum += product(parameters[i].1);
        i += 1;
    }
    sum
}

/// The parameter `index`.
pub fn tensor<L: BatchLayer>(layer: &L, index: usize) -> Tensor<'_, L::Element> {
    let (name, shape) = L::PARAMETERS[index];
    Tensor::new(name, shape, layer.values(index))
}

/// The parameter `index`, to change.
pub fn tensor_mut<L: BatchLayer>(layer: &mut L, index: usize) -> TensorMut<'_, L::Element> {
    let (name, shape) = L::PARAMETERS[index];
    TensorMut::new(name, shape, layer.values_mut(index))
}

/// A layer with fresh parameters.
///
/// # Panics
///
/// Where a parameter has not as many numbers as its shape says: a mistake in the layer, which no data can cause.
pub fn init<L: BatchLayer>(seed: u64) -> L {
    let layer = L::init(&mut generator(seed));
    for (index, &(name, shape)) in L::PARAMETERS.iter().enumerate() {
        let (expected, found) = (product(shape), layer.values(index).len());
        assert!(expected == found, "expected {expected} numbers in the parameter `{name}` of a layer, found {found}");
    }
    layer
}

/// The layer with every parameter zero.
pub fn zeroed<L: BatchLayer>(layer: &L) -> L {
    let mut zeroed = layer.clone();
    for index in 0..L::PARAMETERS.len() {
        zeroed.values_mut(index).fill(L::Element::default());
    }
    zeroed
}

/// Forward over a part, whose first sample is `first`.
pub fn forward<L: BatchLayer>(
    layer: &L,
    training: bool,
    [x]: [RowsRef<'_, L::Element>; 1],
    [y, ..]: [&mut Rows<'_, L::Element>; 3],
    scratch: &mut Scratch<'_, L::Element>,
    (random, first): (Random, usize),
) {
    let [workspace] = &mut scratch.slots([L::WORKSPACE]);
    let (lengths, workspace) = (x.lengths(), workspace.data_mut());
    let mut context = LayerContext { training, lengths, first, random, workspace, gradient: &mut [] };
    layer.forward(x.data(), y.data_mut(), &mut context);
    clear::<L>(x, y);
}

/// Sets the padding of what the layer gives, or of a gradient, to 0, where the layer keeps its steps.
fn clear<L: BatchLayer>(x: RowsRef<'_, L::Element>, rows: &mut Rows<'_, L::Element>) {
    if L::KEEPS_STEPS && !x.lengths().is_empty() {
        let (count, width) = (L::Output::DIMS[0], L::Output::LEN);
        let steps = Steps::new(x.lengths(), count, width / count.max(1));
        steps.fill_rows(rows.data_mut(), width, L::Element::default());
    }
}

/// Backward over a part, whose first sample is `first`.
pub fn backward<const INPUTS: bool, L: BatchLayer>(
    layer: &L,
    [x]: [RowsRef<'_, L::Element>; 1],
    [y, d_y, d_x]: [&mut Rows<'_, L::Element>; 3],
    scratch: &mut Scratch<'_, L::Element>,
    (random, first): (Random, usize),
    gradient: &mut [L::Element],
) {
    clear::<L>(x, d_y);
    let [workspace] = &mut scratch.slots([L::WORKSPACE]);
    let (lengths, workspace) = (x.lengths(), workspace.data_mut());
    let mut context = LayerContext { training: true, lengths, first, random, workspace, gradient };
    let d_x = INPUTS.then_some(d_x.data_mut());
    layer.backward(x.data(), y.data(), d_y.data_mut(), d_x, &mut context);
}

/// The parameters' gradients where they are wanted: summed over the shares, or calculated over the whole batch.
pub fn finish<L: BatchLayer>(
    layer: &L,
    [x]: [RowsRef<'_, L::Element>; 1],
    [_, d_y, _]: [&mut Rows<'_, L::Element>; 3],
    shares: &Shares<'_, L::Element>,
    learned: Learned<'_>,
    gradients: &mut L,
) {
    if !learned.any() {
        return;
    }
    if L::WEIGHT_GRADIENT == WeightGradient::WholeBatch {
        return layer.weight_gradient(x.data(), d_y.data(), gradients);
    }
    let mut start = 0;
    for index in 0..L::PARAMETERS.len() {
        let values = gradients.values_mut(index);
        let length = values.len();
        shares.within(start).sum_into([[values]], [Learned::ALL]);
        start += length;
    }
}
