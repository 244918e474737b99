//! Steps scaled by the gradient's running mean square.

use pulp::Simd;

use crate::{
    Element, Gradients, Parameters,
    kernels::{
        math::Math,
        optimizer::{Rule, larger},
    },
    train::optimizer::{
        Optimizer, OptimizerError,
        state::{State, check_epsilon, check_parts, check_positive},
    },
};

/// θ ← θ − η b, with g = ∂C/∂θ + λ θ, v ← α v + (1 − α) g² and b ← μ b + g / (√v + ε): `torch.optim.RMSprop` (Tieleman and Hinton, 2012).
///
/// Defaults: α = 0.99, ε = 10⁻⁸, μ = 0, λ = 0.
///
/// ```
/// use plumbline::train::{Optimizer, RmsProp};
/// let optimizer: RmsProp<f32> = RmsProp::new(1e-3).alpha(0.9).momentum(0.9);
/// assert_eq!(optimizer.rate(), 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct RmsProp<E = f32> {
    rule: MeanSquare,
    state: State<E>,
}

impl<E: Element> RmsProp<E> {
    /// The rule with the learning rate η.
    pub fn new(rate: f64) -> Self {
        let rule = MeanSquare { rate, alpha: 0.99, epsilon: 1e-8, momentum: 0.0, weight_decay: 0.0 };
        RmsProp { rule, state: State::default() }
    }

    /// Sets α, which says how long the mean square remembers.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.rule.alpha = alpha;
        self
    }

    /// Sets ε, which bounds the step where the gradient is almost 0.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }

    /// Sets μ, the part of the last step that goes on.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.rule.momentum = momentum;
        self
    }

    /// Sets λ, the weight of ½ ‖θ‖² in the cost.
    #[must_use]
    pub fn weight_decay(mut self, decay: f64) -> Self {
        self.rule.weight_decay = decay;
        self
    }
}

#[derive(Clone, Copy, Debug)]
struct MeanSquare {
    rate: f64,
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    weight_decay: f64,
}

impl<E: Math> Rule<E, 2> for MeanSquare {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; 2]) -> E::Vector<S> {
        let g = E::mul_add(simd, E::constant(simd, self.weight_decay), w, g);
        let [v, b] = state;
        let square = E::mul(simd, E::mul(simd, E::constant(simd, 1.0 - self.alpha), g), g);
        *v = E::mul_add(simd, E::constant(simd, self.alpha), *v, square);
        let scaled = E::div(simd, g, E::add(simd, E::sqrt_(simd, *v), E::constant(simd, self.epsilon)));
        *b = E::mul_add(simd, E::constant(simd, self.momentum), *b, scaled);
        E::mul_add(simd, E::constant(simd, -self.rate), *b, w)
    }

    fn reads_weights(self) -> bool {
        self.weight_decay != 0.0
    }

    fn bound(self, w: f64, g: f64, state: &mut [f64; 2]) -> f64 {
        let g = g + self.weight_decay * w;
        let [v, b] = state;
        *v = self.alpha * *v + (1.0 - self.alpha) * g * g;
        // √v may be 0 where g is not: small numbers have a square of 0. Without ε this is infinite or NaN.
        let scaled = g / self.epsilon;
        *b = self.momentum * *b + scaled;
        [g, g * g, v.sqrt() + self.epsilon, scaled, self.rate * *b].into_iter().fold(0.0, larger)
    }
}

impl<E: Element> Optimizer<E> for RmsProp<E> {
    fn rate(&self) -> f64 {
        self.rule.rate
    }

    fn set_rate(&mut self, rate: f64) {
        self.rule.rate = rate;
    }

    fn restart(&mut self) {
        self.state = State::default();
    }

    fn step<N: Parameters<E>>(&mut self, net: &mut N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
        let MeanSquare { rate, alpha, epsilon, momentum, weight_decay } = self.rule;
        check_positive::<E>(&[
            ("rate", gradients.largest_rate(rate)),
            ("weight_decay", weight_decay),
            ("momentum", momentum),
        ])?;
        check_epsilon::<E>(epsilon)?;
        check_parts::<E>(&[("alpha", alpha)])?;
        let rule = self.rule;
        self.state.step(net, gradients, 0.0, |_, factor| MeanSquare { rate: rate * factor, ..rule })
    }
}
