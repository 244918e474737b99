//! Optimizers of the user's own.

use std::fmt::Debug;

use crate::{
    Element, Gradients, Parameters,
    parallel::{self, Cut},
    train::{
        GradientError,
        optimizer::{Optimizer, OptimizerError, state::check_positive},
    },
};

/// One step of a rule: the learning rate of the layer and how often it has been applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuleStep {
    /// The optimizer's learning rate times the [layer's factor](Gradients::scale_learning_rate).
    pub learning_rate: f64,
    /// The step of the parameter, from 1.
    pub number: i32,
}

/// How one number of a parameter changes: all that an optimizer of your own has to say. [`Elementwise`] makes an [`Optimizer`] of it.
///
/// ```
/// use plumbline::{Element, train::{Elementwise, RuleStep, UpdateRule}};
///
/// /// θ ← θ − η sign(g) (Riedmiller and Braun, 1992, without its adaption).
/// #[derive(Clone, Debug)]
/// struct SignDescent;
///
/// impl<E: Element> UpdateRule<E> for SignDescent {
///     type State = [E; 0];
///     fn update(&self, step: RuleStep, weight: E, gradient: E, _: &mut [E; 0]) -> E {
///         let sign = if gradient == E::zero() { E::zero() } else { gradient.signum() };
///         weight - E::from_f64(step.learning_rate) * sign
///     }
/// }
///
/// let optimizer: Elementwise<SignDescent> = Elementwise::new(SignDescent, 1e-3);
/// ```
pub trait UpdateRule<E: Element>: Clone + Debug + Send + Sync {
    /// What it remembers of each number, zeros at first: `[E; 2]` for two moments.
    type State: Copy + Default + Debug + AsRef<[E]> + Send + Sync;

    /// Whether the options have a meaning.
    ///
    /// # Errors
    ///
    /// [`OptimizerError::Option`] for the first that has none.
    fn check(&self) -> Result<(), OptimizerError> {
        Ok(())
    }

    /// The new weight, from the old one, its gradient and its state, which is updated. It runs on several threads at once, and each number knows of no
    /// other.
    fn update(&self, step: RuleStep, weight: E, gradient: E, state: &mut Self::State) -> E;
}

/// The [`Optimizer`] of an [`UpdateRule`]. As the built-in ones it makes no step that leaves the finite numbers, for which it applies the rule twice; it
/// allocates in its first step alone, leaves what is frozen as it is, and gives the same bits on any number of threads.
#[derive(Clone, Debug)]
pub struct Elementwise<R: UpdateRule<E>, E: Element = f32> {
    rule: R,
    learning_rate: f64,
    /// One entry a parameter; none before the first step.
    tensors: Vec<Remembered<R::State>>,
}

/// What is remembered of a parameter.
#[derive(Clone, Debug)]
struct Remembered<S> {
    states: Vec<S>,
    steps: i32,
}

/// Numbers that one thread updates: below it, a second thread costs more than it saves.
const CHUNK: usize = 1 << 14;

fn cut(units: usize) -> Cut {
    Cut { units, grain: CHUNK, threads: if units < 2 * CHUNK { 1 } else { parallel::threads() } }
}

impl<R: UpdateRule<E>, E: Element> Elementwise<R, E> {
    /// The optimizer with a learning rate.
    pub fn new(rule: R, learning_rate: f64) -> Self {
        Elementwise { rule, learning_rate, tensors: Vec::new() }
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    /// Makes room before the first step, and asks that `net` has the parameters of the steps before.
    fn prepare<N: Parameters<E>>(&mut self, net: &N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
        if self.tensors.is_empty() {
            self.tensors.resize(net.tensors(), Remembered { states: Vec::new(), steps: 0 });
        }
        let (expected, found) = (self.tensors.len(), net.tensors());
        if expected != found {
            return Err(OptimizerError::Parameters { expected, found });
        }
        for (index, own) in self.tensors.iter_mut().enumerate().filter(|(index, _)| gradients.is_learned(*index)) {
            let tensor = net.tensor(index);
            let (expected, found) = (own.states.len(), tensor.values.len());
            if own.steps == 0 {
                own.states.resize(found, R::State::default());
            } else if expected != found {
                return Err(OptimizerError::Size { name: tensor.name.to_string(), expected, found });
            }
        }
        Ok(())
    }

    /// Asks that the step leaves everything finite.
    fn try_out<N: Parameters<E>>(&self, net: &N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
        for (index, own) in self.tensors.iter().enumerate().filter(|(index, _)| gradients.is_learned(*index)) {
            let (tensor, gradient) = (net.tensor(index), gradients.tensor(index).values);
            let step = self.rule_step(own, gradients, index);
            let broken = |place: usize| {
                let mut state = own.states[place];
                let weight = self.rule.update(step, tensor.values[place], gradient[place], &mut state);
                state.as_ref().iter().copied().chain([weight]).find(|x| !x.is_finite())
            };
            let fails = |place: &usize| !gradient[*place].is_finite() || broken(*place).is_some();
            let first = parallel::halves(
                0..gradient.len(),
                cut(gradient.len()),
                &|places, middle, _| (places.start..places.start + middle, places.start + middle..places.end),
                &|mut places| places.find(fails),
                &Option::or,
            );
            let Some(index) = first else { continue };
            let name = tensor.name.to_string();
            return Err(match gradient[index] {
                g if !g.is_finite() => GradientError::NotFinite { name, index, found: g.as_f64() }.into(),
                _ => OptimizerError::Overflow { name, index, found: broken(index).map_or(f64::NAN, |x| x.as_f64()) },
            });
        }
        Ok(())
    }

    fn rule_step<N>(&self, own: &Remembered<R::State>, gradients: &Gradients<N>, index: usize) -> RuleStep {
        let learning_rate = self.learning_rate * gradients.learning_rate_factor(index);
        RuleStep { learning_rate, number: own.steps.saturating_add(1) }
    }
}

impl<R: UpdateRule<E>, E: Element> Optimizer<E> for Elementwise<R, E> {
    fn rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn restart(&mut self) {
        self.tensors.clear();
    }

    fn step<N: Parameters<E>>(&mut self, net: &mut N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
        check_positive::<E>(&[("rate", gradients.largest_rate(self.learning_rate))])?;
        self.rule.check()?;
        self.prepare(net, gradients)?;
        self.try_out(net, gradients)?;
        for index in (0..self.tensors.len()).filter(|&index| gradients.is_learned(index)) {
            let step = self.rule_step(&self.tensors[index], gradients, index);
            let (rule, own) = (&self.rule, &mut self.tensors[index]);
            let (weights, gradient) = (net.tensor_mut(index).values, gradients.tensor(index).values);
            parallel::halves(
                (weights, gradient, &mut own.states[..]),
                cut(gradient.len()),
                &|(weights, gradient, states), middle, _| {
                    let (weights, other_weights) = weights.split_at_mut(middle);
                    let (gradient, other_gradient) = gradient.split_at(middle);
                    let (states, other_states) = states.split_at_mut(middle);
                    ((weights, gradient, states), (other_weights, other_gradient, other_states))
                },
                &|(weights, gradient, states)| {
                    for ((weight, &gradient), state) in weights.iter_mut().zip(gradient).zip(states) {
                        *weight = rule.update(step, *weight, gradient, state);
                    }
                },
                &|(), ()| (),
            );
            own.steps = own.steps.saturating_add(1);
        }
        Ok(())
    }
}
