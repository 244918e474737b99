//! Steepest descent.

use pulp::Simd;

use crate::{
    Element, Gradients, Parameters,
    kernels::{math::Math, optimizer::Rule},
    train::optimizer::{
        Optimizer, OptimizerError,
        state::{State, check_positive},
    },
};

/// θ ← θ − η g, with g = ∂C/∂θ + λ θ and, with momentum, b ← μ b + g and b (or g + μ b, Nesterov) in place of g: `torch.optim.SGD`.
///
/// Defaults: μ = 0, λ = 0.
///
/// ```
/// use plumbline::train::{Optimizer, Sgd};
/// let sgd: Sgd<f32> = Sgd::new(0.05).momentum(0.9).nesterov(true).weight_decay(1e-4);
/// assert_eq!(sgd.rate(), 0.05);
/// ```
#[derive(Clone, Debug)]
pub struct Sgd<E = f32> {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    weight_decay: f64,
    state: State<E>,
}

impl<E: Element> Sgd<E> {
    /// Descent with the learning rate η.
    pub fn new(rate: f64) -> Self {
        Sgd { rate, momentum: 0.0, nesterov: false, weight_decay: 0.0, state: State::default() }
    }

    /// Sets μ, the part of the last step that goes on.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Sgd { momentum, ..self }
    }

    /// Looks ahead along the momentum. Without momentum it changes nothing.
    #[must_use]
    pub fn nesterov(self, nesterov: bool) -> Self {
        Sgd { nesterov, ..self }
    }

    /// Sets λ, the weight of ½ ‖θ‖² in the cost.
    #[must_use]
    pub fn weight_decay(self, decay: f64) -> Self {
        Sgd { weight_decay: decay, ..self }
    }
}

#[derive(Clone, Copy)]
struct Plain {
    rate: f64,
    weight_decay: f64,
}

impl<E: Math> Rule<E, 0> for Plain {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, _: &mut [E::Vector<S>; 0]) -> E::Vector<S> {
        let g = E::mul_add(simd, E::constant(simd, self.weight_decay), w, g);
        E::mul_add(simd, E::constant(simd, -self.rate), g, w)
    }

    fn reads_weights(self) -> bool {
        self.weight_decay != 0.0
    }

    fn bound(self, w: f64, g: f64, _: &mut [f64; 0]) -> f64 {
        let g = g + self.weight_decay * w;
        g.max(self.rate * g)
    }
}

#[derive(Clone, Copy)]
struct Momentum {
    plain: Plain,
    momentum: f64,
    nesterov: bool,
}

impl<E: Math> Rule<E, 1> for Momentum {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; 1]) -> E::Vector<S> {
        let (mu, minus_rate) = (E::constant(simd, self.momentum), E::constant(simd, -self.plain.rate));
        let g = E::mul_add(simd, E::constant(simd, self.plain.weight_decay), w, g);
        state[0] = E::mul_add(simd, mu, state[0], g);
        let step = if self.nesterov { E::mul_add(simd, mu, state[0], g) } else { state[0] };
        E::mul_add(simd, minus_rate, step, w)
    }

    fn reads_weights(self) -> bool {
        Rule::<E, 0>::reads_weights(self.plain)
    }

    fn bound(self, w: f64, g: f64, state: &mut [f64; 1]) -> f64 {
        let g = g + self.plain.weight_decay * w;
        state[0] = self.momentum * state[0] + g;
        let step = g + (1.0 + self.momentum) * state[0];
        step.max(self.plain.rate * step)
    }
}

impl<E: Element> Optimizer<E> for Sgd<E> {
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
            ("momentum", self.momentum),
            ("weight_decay", self.weight_decay),
        ])?;
        let (rate, weight_decay) = (self.rate, self.weight_decay);
        let plain = |factor| Plain { rate: rate * factor, weight_decay };
        if self.momentum == 0.0 {
            self.state.step(net, gradients, 0.0, |_, factor| plain(factor))
        } else {
            let (momentum, nesterov) = (self.momentum, self.nesterov);
            self.state.step(net, gradients, 0.0, |_, factor| Momentum { plain: plain(factor), momentum, nesterov })
        }
    }
}
