//! What an optimizer remembers of each parameter.

use pulp::Simd;

use crate::{
    Element, Gradients, Parameters,
    kernels::{
        math::Math,
        optimizer::{Rule, update},
    },
    network::{Role, Tensor},
};

/// An optimizer that was used for one network and now gets another.
///
/// ```
/// use nn_runtime::train::OptimizerError;
/// let error = OptimizerError::Size { name: "fc1.weight".into(), expected: 12, found: 10 };
/// assert_eq!(error.to_string(), "expected 12 numbers in `fc1.weight`, as in the steps before, found 10");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptimizerError {
    /// Another number of parameters.
    #[error("expected a network of {expected} parameters, as in the steps before, found {found}")]
    Parameters {
        /// The parameters of the network before.
        expected: usize,
        /// The parameters of this one.
        found: usize,
    },
    /// A parameter of another size.
    #[error("expected {expected} numbers in `{name}`, as in the steps before, found {found}")]
    Size {
        /// The parameter.
        name: String,
        /// The size before.
        expected: usize,
        /// The size of this one.
        found: usize,
    },
    /// An option that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method that sets it.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
}

/// Checks that options are finite and not negative.
pub(super) fn check_positive(options: &[(&'static str, f64)]) -> Result<(), OptimizerError> {
    check(options, "finite and not negative", |found| found >= 0.0 && found.is_finite())
}

/// Checks that options are the parts of a running mean.
pub(super) fn check_parts(options: &[(&'static str, f64)]) -> Result<(), OptimizerError> {
    check(options, "from 0 to below 1", |found| (0.0..1.0).contains(&found))
}

fn check(options: &[(&'static str, f64)], expected: &'static str, fits: fn(f64) -> bool) -> Result<(), OptimizerError> {
    match options.iter().find(|(_, found)| !fits(*found)) {
        None => Ok(()),
        Some(&(option, found)) => Err(OptimizerError::Option { option, expected, found }),
    }
}

/// `K` numbers for each number of each parameter that is learned.
#[derive(Clone, Debug)]
pub(super) struct State<E> {
    /// One entry a parameter; none before the first step.
    tensors: Vec<Vec<Vec<E>>>,
    steps: i32,
}

impl<E> Default for State<E> {
    fn default() -> Self {
        State { tensors: Vec::new(), steps: 0 }
    }
}

/// θ ← θ − g, which moves a statistic.
#[derive(Clone, Copy)]
struct Difference;

impl<E: Math> Rule<E, 0> for Difference {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, _: &mut [E::Vector<S>; 0]) -> E::Vector<S> {
        E::sub(simd, w, g)
    }
}

/// The numbers of a tensor that a rule remembers something of.
fn remembered<E>(tensor: Tensor<'_, E>) -> usize {
    match tensor.role {
        Role::Learned => tensor.values.len(),
        Role::Statistic => 0,
    }
}

impl<E: Element> State<E> {
    /// The first call allocates; all check that `net` is the network of the calls before. Returns the number of this step, from 1.
    pub(super) fn begin<N: Parameters<E>>(
        &mut self,
        net: &N,
        slots: usize,
        initial: f64,
    ) -> Result<i32, OptimizerError> {
        // Options set after a step may ask for another number of slots.
        if self.steps == 0 || self.tensors.iter().any(|tensor| tensor.len() != slots) {
            let slot = |length| vec![E::from_f64(initial); length];
            let slots = |length: usize| (0..slots).map(|_| slot(length)).collect();
            self.tensors = net.parameters().map(|tensor| slots(remembered(tensor))).collect();
        }
        let (expected, found) = (self.tensors.len(), net.tensors());
        if expected != found {
            return Err(OptimizerError::Parameters { expected, found });
        }
        for (index, slots) in self.tensors.iter().enumerate() {
            let tensor = net.tensor(index);
            if let Some(slot) = slots.first().filter(|slot| slot.len() != remembered(tensor)) {
                let (expected, found) = (slot.len(), remembered(tensor));
                return Err(OptimizerError::Size { name: tensor.name.to_string(), expected, found });
            }
        }
        self.steps = self.steps.saturating_add(1);
        Ok(self.steps)
    }

    /// Applies `rule` to every parameter that is learned, and moves the statistics.
    pub(super) fn apply<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &mut self,
        rule: R,
        net: &mut N,
        gradients: &Gradients<N>,
    ) {
        let threads = rayon::current_num_threads();
        for (index, slots) in self.tensors.iter_mut().enumerate() {
            let (tensor, gradient) = (net.tensor_mut(index), gradients.tensor(index).values);
            let mut slots = slots.iter_mut();
            let state: [&mut [E]; K] = std::array::from_fn(|_| slots.next().map_or(&mut [][..], Vec::as_mut_slice));
            match tensor.role {
                Role::Learned => update(rule, tensor.values, gradient, state, threads),
                Role::Statistic => update(Difference, tensor.values, gradient, [], threads),
            }
        }
    }
}
