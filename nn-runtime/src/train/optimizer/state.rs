//! What an optimizer remembers of each parameter.

use crate::{
    Element, Gradients, Parameters,
    kernels::optimizer::{Probe, Rule, WITHIN, all_within, larger, largest, probe, safe_bound, update},
    network::{NotFinite, Role, Tensor},
    train::{GradientError, clip::first_not_finite},
};

/// A step that an optimizer does not make. The network and the optimizer are as they were before it.
///
/// ```
/// use plumbline::train::OptimizerError;
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
    /// A gradient that is infinite or NaN.
    #[error(transparent)]
    Gradient(#[from] GradientError),
    /// A step that would make a parameter, or what the optimizer remembers of it, infinite or NaN.
    #[error(
        "expected a step that leaves `{name}` finite, found {found} at index {index}; a lower learning rate may help"
    )]
    Overflow {
        /// The parameter.
        name: String,
        /// The index in the parameter, row-major.
        index: usize,
        /// What the parameter, or what is remembered of it, would have become.
        found: f64,
    },
}

/// Trainers move the buffers in the step of their optimizer.
impl From<NotFinite> for OptimizerError {
    fn from(NotFinite { name, index, found }: NotFinite) -> Self {
        OptimizerError::Overflow { name, index, found }
    }
}

/// Checks that options are not negative, and finite as numbers of the network's type.
pub(super) fn check_positive<E: Element>(options: &[(&'static str, f64)]) -> Result<(), OptimizerError> {
    let expected = match E::NAME {
        "f32" => "finite in f32 and not negative",
        _ => "finite and not negative",
    };
    check(options, expected, |found| found >= 0.0 && E::from_f64(found).is_finite())
}

/// Checks that options are the parts of a running mean, as numbers of the network's type.
pub(super) fn check_parts<E: Element>(options: &[(&'static str, f64)]) -> Result<(), OptimizerError> {
    let expected = match E::NAME {
        "f32" => "from 0 to below 1 in f32",
        _ => "from 0 to below 1",
    };
    check(options, expected, |found| (0.0..1.0).contains(&found) && E::from_f64(found) < E::one())
}

/// Checks ε: it may be 0, but a larger one must not be rounded to it.
pub(super) fn check_epsilon<E: Element>(epsilon: f64) -> Result<(), OptimizerError> {
    let options = [("epsilon", epsilon)];
    check_positive::<E>(&options)?;
    check(&options, "0 or a number that is not rounded to 0", |found| found == 0.0 || E::from_f64(found) > E::zero())
}

fn check(options: &[(&'static str, f64)], expected: &'static str, fits: fn(f64) -> bool) -> Result<(), OptimizerError> {
    match options.iter().find(|(_, found)| !fits(*found)) {
        None => Ok(()),
        Some(&(option, found)) => Err(OptimizerError::Option { option, expected, found }),
    }
}

/// The most numbers that a rule remembers of a number.
const SLOTS: usize = 2;

/// `K` numbers for each number of each parameter that is learned.
#[derive(Clone, Debug)]
pub(super) struct State<E> {
    /// One entry a parameter; none before the first step.
    tensors: Vec<Remembered<E>>,
    /// No number of a slot has a larger magnitude.
    largest: [f64; SLOTS],
    steps: i32,
}

/// What a rule remembers of a parameter.
#[derive(Clone, Debug)]
struct Remembered<E> {
    /// A number of each kind for each of its numbers; none yet for a parameter that has been frozen from the first step on.
    slots: Vec<Vec<E>>,
    /// The steps that it has made.
    steps: i32,
}

impl<E: Element> Remembered<E> {
    fn new(slots: usize, length: usize, initial: f64) -> Self {
        Remembered { slots: vec![vec![E::from_f64(initial); length]; slots], steps: 0 }
    }

    fn slices<const K: usize>(&self) -> [&[E]; K] {
        std::array::from_fn(|k| self.slots.get(k).map_or(&[][..], Vec::as_slice))
    }
}

impl<E> Default for State<E> {
    fn default() -> Self {
        State { tensors: Vec::new(), largest: [0.0; SLOTS], steps: 0 }
    }
}

/// The numbers of a tensor that a rule remembers something of.
fn remembered<E>(tensor: Tensor<'_, E>) -> usize {
    match tensor.role {
        Role::Parameter => tensor.values.len(),
        Role::Buffer => 0,
    }
}

impl<E: Element> State<E> {
    /// One step by the rule that belongs to its number, from 1, and to the factor of the learning rate, for all parameters that are learned;
    /// buffers and what is frozen stay. The first step allocates, and all check that `net` is the network of the steps before, that the
    /// gradients are finite, and that the step leaves everything finite. Where it does not, nothing is changed.
    ///
    /// A rule must be the bolder the lower its number and the larger the factor: its bounds do not become smaller.
    pub(super) fn step<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &mut self,
        net: &mut N,
        gradients: &Gradients<N>,
        initial: f64,
        rule: impl Fn(i32, f64) -> R,
    ) -> Result<(), OptimizerError> {
        const { assert!(K <= SLOTS) };
        self.prepare(net, gradients, K, initial)?;
        let rule_of =
            |tensor: &Remembered<E>, index| rule(tensor.steps.saturating_add(1), gradients.learning_rate_factor(index));
        let threads = crate::parallel::threads();
        let mut reach: [f64; K] = std::array::from_fn(|k| self.largest[k]);
        let (mut earliest, mut fastest) = (i32::MAX, 0.0_f64);
        for (index, tensor) in self.tensors.iter().enumerate().filter(|(index, _)| gradients.is_learned(*index)) {
            earliest = earliest.min(tensor.steps.saturating_add(1));
            fastest = fastest.max(gradients.learning_rate_factor(index));
        }
        let boldest = rule(earliest, fastest);
        if !self.is_ordinary(boldest, net, gradients, &mut reach, threads)
            && !self.is_safe(boldest, net, gradients, &mut reach, threads)?
        {
            reach = self.try_out(rule_of, net, gradients, threads)?;
        }
        for (largest, reach) in self.largest.iter_mut().zip(reach) {
            // What is frozen keeps its state.
            *largest = if gradients.any_frozen() { larger(*largest, reach) } else { reach };
        }
        self.apply(rule_of, net, gradients, threads);
        self.steps = self.steps.saturating_add(1);
        Ok(())
    }

    /// Makes room before the first step, and asks that `net` has the parameters of the steps before.
    fn prepare<N: Parameters<E>>(
        &mut self,
        net: &N,
        gradients: &Gradients<N>,
        slots: usize,
        initial: f64,
    ) -> Result<(), OptimizerError> {
        // Options set after a step may ask for another number of slots.
        if self.steps == 0 || self.tensors.iter().any(|tensor| tensor.slots.len() != slots) {
            let length = |index| if gradients.is_learned(index) { net.tensor(index).values.len() } else { 0 };
            self.tensors = (0..net.tensors()).map(|index| Remembered::new(slots, length(index), initial)).collect();
            self.largest = [E::from_f64(initial).as_f64(); SLOTS];
        }
        let (expected, found) = (self.tensors.len(), net.tensors());
        if expected != found {
            return Err(OptimizerError::Parameters { expected, found });
        }
        for (index, own) in self.tensors.iter_mut().enumerate() {
            let tensor = net.tensor(index);
            let (expected, found) = (own.slots.first().map(Vec::len), remembered(tensor));
            if expected == Some(0) && own.steps == 0 && found > 0 {
                // It has been frozen from the first step on.
                if gradients.is_learned(index) {
                    *own = Remembered::new(slots, found, initial);
                    self.largest = self.largest.map(|largest| larger(largest, E::from_f64(initial).as_f64()));
                }
            } else if let Some(expected) = expected.filter(|&expected| expected != found) {
                return Err(OptimizerError::Size { name: tensor.name.to_string(), expected, found });
            }
        }
        Ok(())
    }

    /// Whether a look at the gradients, as fast as one can be, shows that a step leaves everything finite. Where it does, `reach`, which holds bounds of
    /// the state, gets those after the step.
    fn is_ordinary<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &self,
        rule: R,
        net: &N,
        gradients: &Gradients<N>,
        reach: &mut [f64; K],
        threads: usize,
    ) -> bool {
        let (mut after, safe) = (*reach, safe_bound::<E>());
        // Where the options let numbers of such a size overflow, a closer look is needed in any case.
        let bound = rule.bound(WITHIN, WITHIN, &mut after);
        let bounded = WITHIN <= safe && bound <= safe && after.iter().all(|&bound| bound <= safe);
        let ordinary = bounded
            && (0..net.tensors()).filter(|&index| gradients.is_learned(index)).all(|index| {
                let tensor = net.tensor(index);
                let reads = rule.reads_weights();
                (gradients.is_bounded(index) || all_within(gradients.tensor(index).values, threads))
                    && (!reads || all_within(tensor.values, threads))
            });
        if ordinary {
            *reach = after;
        }
        ordinary
    }

    /// Whether bounds show that a step leaves everything finite. It takes one look at the gradients, and at the weights where the rule does.
    /// `reach` holds bounds of the state, and gets those after the step.
    fn is_safe<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &self,
        rule: R,
        net: &N,
        gradients: &Gradients<N>,
        reach: &mut [f64; K],
        threads: usize,
    ) -> Result<bool, OptimizerError> {
        let (mut most, mut weights) = (0.0_f64, 0.0_f64);
        for index in (0..net.tensors()).filter(|&index| gradients.is_learned(index)) {
            let (tensor, gradient) = (net.tensor(index), gradients.tensor(index));
            let found = largest(gradient.values, threads);
            if found.is_nan() {
                return Err(first_not_finite(&gradient).into());
            }
            most = larger(most, found);
            if rule.reads_weights() {
                weights = larger(weights, largest(tensor.values, threads));
            }
        }
        let safe = safe_bound::<E>();
        Ok(rule.bound(weights, most, reach) <= safe && reach.iter().chain([&most]).all(|&bound| bound <= safe))
    }

    /// What the state would come to, with nothing changed.
    fn try_out<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &self,
        rule: impl Fn(&Remembered<E>, usize) -> R,
        net: &N,
        gradients: &Gradients<N>,
        threads: usize,
    ) -> Result<[f64; K], OptimizerError> {
        let mut whole = Probe { finite: true, largest: [0.0; K] };
        for (index, own) in self.tensors.iter().enumerate().filter(|(index, _)| gradients.is_learned(*index)) {
            let (tensor, gradient) = (net.tensor(index), gradients.tensor(index).values);
            let (rule, state) = (rule(own, index), own.slices::<K>());
            let found = probe(rule, tensor.values, gradient, state, threads);
            if !found.finite {
                return Err(overflow(rule, tensor, gradient, state));
            }
            whole = whole.and(found);
        }
        Ok(whole.largest)
    }

    /// Applies `rule` to every parameter that is learned.
    fn apply<N: Parameters<E>, R: Rule<E, K>, const K: usize>(
        &mut self,
        rule: impl Fn(&Remembered<E>, usize) -> R,
        net: &mut N,
        gradients: &Gradients<N>,
        threads: usize,
    ) {
        for (index, own) in self.tensors.iter_mut().enumerate().filter(|(index, _)| gradients.is_learned(*index)) {
            let (tensor, gradient) = (net.tensor_mut(index), gradients.tensor(index).values);
            let rule = rule(own, index);
            let mut slots = own.slots.iter_mut();
            let state: [&mut [E]; K] = std::array::from_fn(|_| slots.next().map_or(&mut [][..], Vec::as_mut_slice));
            update(rule, tensor.values, gradient, state, threads);
            own.steps = own.steps.saturating_add(1);
        }
    }
}

/// Looks for the first number that `rule` would make infinite or NaN, known to exist.
fn overflow<E: Element, R: Rule<E, K>, const K: usize>(
    rule: R,
    tensor: Tensor<'_, E>,
    gradient: &[E],
    state: [&[E]; K],
) -> OptimizerError {
    let one = |index: usize| {
        let state: [&[E]; K] = state.map(|slice| &slice[index..=index]);
        (&tensor.values[index..=index], &gradient[index..=index], state)
    };
    let is_finite = |index: usize| {
        let (w, g, state) = one(index);
        probe(rule, w, g, state, 1).finite
    };
    let index = (0..tensor.values.len()).find(|&index| !is_finite(index)).unwrap_or(0);
    let (w, g, state) = one(index);
    let mut w = [w[0]];
    let mut state = state.map(|slice| [slice[0]]);
    update(rule, &mut w, g, state.each_mut().map(|slot| &mut slot[..]), 1);
    let results = w.into_iter().chain(state.into_iter().flatten());
    let found = results.map(E::as_f64).find(|x| !x.is_finite()).unwrap_or(f64::NAN);
    OptimizerError::Overflow { name: tensor.name.to_string(), index, found }
}
