//! Steps scaled by running moments of the gradient.

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

/// θ ← θ − η m̂ / (√v̂ + ε), with g = ∂C/∂θ + λ θ, m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², and, in step t,
/// m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ): `torch.optim.Adam` (Kingma and Ba, 2015).
///
/// Defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0.
///
/// ```
/// use plumbline::train::{Adam, Optimizer};
/// let adam: Adam<f32> = Adam::new(1e-3).betas(0.9, 0.99);
/// assert_eq!(adam.rate(), 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct Adam<E = f32> {
    moments: Moments,
    weight_decay: f64,
    state: State<E>,
}

/// [`Adam`] whose decay shrinks the parameters by themselves, θ ← (1 − η λ) θ before each step, and leaves the moments alone:
/// `torch.optim.AdamW` (Loshchilov and Hutter, 2019).
///
/// Defaults: as [`Adam`], but λ = 0.01.
///
/// ```
/// use plumbline::train::{AdamW, Optimizer};
/// let adam: AdamW<f32> = AdamW::new(1e-3).weight_decay(0.05);
/// assert_eq!(adam.rate(), 1e-3);
/// ```
#[derive(Clone, Debug)]
pub struct AdamW<E = f32> {
    moments: Moments,
    weight_decay: f64,
    state: State<E>,
}

#[derive(Clone, Copy, Debug)]
struct Moments {
    rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
}

impl Moments {
    fn new(rate: f64) -> Self {
        Moments { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }

    fn rule(&self, step: i32, coupled_decay: f64, decoupled_decay: f64) -> Moment {
        Moment {
            step: self.rate / (1.0 - self.beta1.powi(step)),
            correction: 1.0 / (1.0 - self.beta2.powi(step)).sqrt(),
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            coupled_decay,
            keep: 1.0 - self.rate * decoupled_decay,
        }
    }
}

/// Both optimizers share their builders and their step, but for the decay.
macro_rules! implement {
    ($name:ident, $default_decay:literal, $rule:expr) => {
        impl<E: Element> $name<E> {
            /// The rule with the learning rate η.
            pub fn new(rate: f64) -> Self {
                $name { moments: Moments::new(rate), weight_decay: $default_decay, state: State::default() }
            }

            /// Sets β₁ and β₂, which say how long the moments remember.
            #[must_use]
            pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
                (self.moments.beta1, self.moments.beta2) = (beta1, beta2);
                self
            }

            /// Sets ε, which bounds the step where the gradient is almost 0.
            #[must_use]
            pub fn epsilon(mut self, epsilon: f64) -> Self {
                self.moments.epsilon = epsilon;
                self
            }

            /// Sets λ.
            #[must_use]
            pub fn weight_decay(self, decay: f64) -> Self {
                $name { weight_decay: decay, ..self }
            }
        }

        impl<E: Element> Optimizer<E> for $name<E> {
            fn rate(&self) -> f64 {
                self.moments.rate
            }

            fn set_rate(&mut self, rate: f64) {
                self.moments.rate = rate;
            }

            fn restart(&mut self) {
                self.state = State::default();
            }

            fn step<N: Parameters<E>>(&mut self, net: &mut N, gradients: &Gradients<N>) -> Result<(), OptimizerError> {
                let Moments { rate, beta1, beta2, epsilon } = self.moments;
                check_positive::<E>(&[("rate", gradients.largest_rate(rate)), ("weight_decay", self.weight_decay)])?;
                check_epsilon::<E>(epsilon)?;
                check_parts::<E>(&[("beta1", beta1), ("beta2", beta2)])?;
                let (moments, decay) = (self.moments, self.weight_decay);
                let rule: fn(&Moments, i32, f64) -> Moment = $rule;
                self.state.step(net, gradients, 0.0, |step, factor| {
                    rule(&Moments { rate: rate * factor, ..moments }, step, decay)
                })
            }
        }
    };
}

implement!(Adam, 0.0, |moments, step, decay| moments.rule(step, decay, 0.0));
implement!(AdamW, 0.01, |moments, step, decay| moments.rule(step, 0.0, decay));

/// θ − η m̂ / (√v̂ + ε) with the corrections of m and v put into factors.
#[derive(Clone, Copy)]
struct Moment {
    /// η / (1 − β₁ᵗ)
    step: f64,
    /// 1 / √(1 − β₂ᵗ)
    correction: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    /// λ in the gradient.
    coupled_decay: f64,
    /// 1 − η λ for the parameter itself.
    keep: f64,
}

impl<E: Math> Rule<E, 2> for Moment {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; 2]) -> E::Vector<S> {
        let g = E::mul_add(simd, E::constant(simd, self.coupled_decay), w, g);
        let w = E::mul(simd, E::constant(simd, self.keep), w);
        let [m, v] = state;
        *m = E::mul_add(simd, E::constant(simd, self.beta1), *m, E::mul(simd, E::constant(simd, 1.0 - self.beta1), g));
        let square = E::mul(simd, E::mul(simd, E::constant(simd, 1.0 - self.beta2), g), g);
        *v = E::mul_add(simd, E::constant(simd, self.beta2), *v, square);
        let root =
            E::mul_add(simd, E::sqrt_(simd, *v), E::constant(simd, self.correction), E::constant(simd, self.epsilon));
        E::mul_add(simd, E::constant(simd, -self.step), E::div(simd, *m, root), w)
    }

    fn reads_weights(self) -> bool {
        self.coupled_decay != 0.0
    }

    fn bound(self, w: f64, g: f64, state: &mut [f64; 2]) -> f64 {
        // A weight must not grow by its decay.
        if self.keep.abs() > 1.0 {
            return f64::INFINITY;
        }
        let g = g + self.coupled_decay * w;
        let [m, v] = state;
        *m = self.beta1 * *m + (1.0 - self.beta1) * g;
        *v = self.beta2 * *v + (1.0 - self.beta2) * g * g;
        let root = v.sqrt() * self.correction;
        // √v may be 0 where m is not: small numbers have a square of 0. Without ε this is infinite or NaN.
        let ratio = *m / self.epsilon;
        let bounds = [g, g * g, root + self.epsilon, ratio, self.step, self.step * ratio, self.correction];
        bounds.into_iter().fold(0.0, larger)
    }
}
