//! Steps scaled by the sum of all squared gradients.

use pulp::Simd;

use crate::{
    Element, Gradients, Parameters,
    kernels::{
        math::Math,
        optimizer::{Rule, larger},
    },
    train::optimizer::{
        Optimizer, OptimizerError,
        state::{State, check_epsilon, check_positive},
    },
};

/// θ ← θ − ηₜ g / (√s + ε), with g = ∂C/∂θ + λ θ, s ← s + g² and ηₜ = η / (1 + (t − 1) ρ) in step t: `torch.optim.Adagrad` (Duchi,
/// Hazan and Singer, 2011).
///
/// Defaults: ε = 10⁻¹⁰, ρ = 0, λ = 0, s = 0 before the first step.
///
/// ```
/// use plumbline::train::{Adagrad, Optimizer};
/// let optimizer: Adagrad<f32> = Adagrad::new(0.01).rate_decay(1e-3).initial(0.1);
/// assert_eq!(optimizer.rate(), 0.01);
/// ```
#[derive(Clone, Debug)]
pub struct Adagrad<E = f32> {
    rate: f64,
    rate_decay: f64,
    weight_decay: f64,
    epsilon: f64,
    initial: f64,
    state: State<E>,
}

impl<E: Element> Adagrad<E> {
    /// The rule with the learning rate η.
    pub fn new(rate: f64) -> Self {
        Adagrad { rate, rate_decay: 0.0, weight_decay: 0.0, epsilon: 1e-10, initial: 0.0, state: State::default() }
    }

    /// Sets ρ, by which the learning rate decays with the steps.
    #[must_use]
    pub fn rate_decay(self, decay: f64) -> Self {
        Adagrad { rate_decay: decay, ..self }
    }

    /// Sets λ, the weight of ½ ‖θ‖² in the cost.
    #[must_use]
    pub fn weight_decay(self, decay: f64) -> Self {
        Adagrad { weight_decay: decay, ..self }
    }

    /// Sets ε, which bounds the step where all gradients were almost 0.
    #[must_use]
    pub fn epsilon(self, epsilon: f64) -> Self {
        Adagrad { epsilon, ..self }
    }

    /// Sets s before the first step.
    #[must_use]
    pub fn initial(self, initial: f64) -> Self {
        Adagrad { initial, ..self }
    }
}

#[derive(Clone, Copy)]
struct SquareSum {
    rate: f64,
    weight_decay: f64,
    epsilon: f64,
}

impl<E: Math> Rule<E, 1> for SquareSum {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; 1]) -> E::Vector<S> {
        let g = E::mul_add(simd, E::constant(simd, self.weight_decay), w, g);
        state[0] = E::mul_add(simd, g, g, state[0]);
        let root = E::add(simd, E::sqrt_(simd, state[0]), E::constant(simd, self.epsilon));
        E::mul_add(simd, E::constant(simd, -self.rate), E::div(simd, g, root), w)
    }

    fn reads_weights(self) -> bool {
        self.weight_decay != 0.0
    }

    fn bound(self, w: f64, g: f64, state: &mut [f64; 1]) -> f64 {
        let g = g + self.weight_decay * w;
        state[0] += g * g;
        // √s may be 0 where g is not: small numbers have a square of 0. Without ε this is infinite or NaN.
        let scaled = g / self.epsilon;
        [g, state[0] + self.epsilon, scaled, self.rate * scaled].into_iter().fold(0.0, larger)
    }
}

impl<E: Element> Optimizer<E> for Adagrad<E> {
    fn rate(&self) -> f64 {
        self.rate
    }

    fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
    }

    fn restart(&mut self) {
        self.state = State::default();
    }

    fn step<N: Parameters<E>>(&mut self, net: &mut N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
        check_positive::<E>(&[
            ("rate", gradients.largest_rate(self.rate)),
            ("weight_decay", self.weight_decay),
            ("initial", self.initial),
        ])?;
        check_positive::<f64>(&[("rate_decay", self.rate_decay)])?;
        check_epsilon::<E>(self.epsilon)?;
        let (rate, decay) = (self.rate, self.rate_decay);
        let (weight_decay, epsilon) = (self.weight_decay, self.epsilon);
        let rule = |step, factor| {
            let rate = rate * factor / (1.0 + f64::from(step - 1) * decay);
            SquareSum { rate, weight_decay, epsilon }
        };
        self.state.step(net, gradients, self.initial, rule)
    }
}
