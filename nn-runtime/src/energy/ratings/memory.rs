//! Momentum and decay of parameters that only some steps touch.

use crate::{
    Element, Parameters,
    energy::{EnergyError, RatingRbm},
    kernels::{
        optimizer::{larger, largest, safe_bound},
        ratings::{add, mix},
    },
    shape::FixedDimension,
};

use super::{chain::Chain, groups::Groups, rows::Rows};

/// v of each parameter, and up to which step θ and v are as they should be.
#[derive(Clone, Debug)]
pub(super) struct Memory<E> {
    momentum: f64,
    l2: f64,
    /// Of the weights, the visible biases and D.
    velocity: [Vec<E>; 3],
    hidden_velocity: Vec<E>,
    /// The steps that each item's parameters have seen.
    settled: Vec<u64>,
    /// The steps that there were.
    pub(super) steps: u64,
    /// Bounds of the magnitudes of the parameters and of v, also of what items still miss.
    reach: [f64; 2],
}

/// The linear map (θ, v) ↦ (a θ + b v, c θ + d v), [a, b, c, d].
type Map = [f64; 4];

/// v ← μ v + λ θ and θ ← θ − η v: a step without a gradient.
fn free_step(rate: f64, momentum: f64, decay: f64) -> Map {
    [1.0 - rate * decay, -rate * momentum, decay, momentum]
}

/// The map made `count` times.
fn power(mut map: Map, mut count: u64) -> Map {
    let times = |[a, b, c, d]: Map, [e, f, g, h]: Map| [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
    let mut result = [1.0, 0.0, 0.0, 1.0];
    while count > 0 {
        if count % 2 == 1 {
            result = times(result, map);
        }
        map = times(map, map);
        count /= 2;
    }
    result
}

impl<E: Element> Memory<E> {
    pub(super) fn new<N: FixedDimension, const K: usize>(rbm: &RatingRbm<N, K, E>, momentum: f64, l2: f64) -> Self {
        let zeros = |length: usize| vec![E::zero(); length];
        let lengths = [rbm.weight.len(), rbm.visible_bias.len(), rbm.rated.as_deref().map_or(0, <[E]>::len)];
        let (velocity, hidden_velocity) = (lengths.map(zeros), zeros(N::SIZE));
        Memory {
            momentum,
            l2,
            velocity,
            hidden_velocity,
            settled: vec![0; rbm.items()],
            steps: 0,
            reach: [f64::NAN; 2],
        }
    }

    /// Asks that a model has the parameters that are remembered; that it has their items is known.
    pub(super) fn check<N: FixedDimension, const K: usize>(&self, rbm: &RatingRbm<N, K, E>) -> Result<(), EnergyError> {
        let expected = self.velocity[2].len() == rbm.items() * N::SIZE;
        if rbm.is_conditional() != expected {
            return Err(EnergyError::Conditional { expected });
        }
        Ok(())
    }

    /// Looks how large the parameters and v are, once no item misses steps.
    ///
    /// # Errors
    ///
    /// The name of a parameter that is infinite or NaN, or of which v is, and the number.
    pub(super) fn measure<N: FixedDimension, const K: usize>(
        &mut self,
        rbm: &RatingRbm<N, K, E>,
    ) -> Result<(), (String, f64)> {
        let velocities = self.velocity.iter().chain([&self.hidden_velocity]);
        let velocity = velocities.map(|v| largest(v, 1)).fold(0.0, larger);
        let mut sizes = rbm.parameters().map(|tensor| largest(tensor.values, 1)).enumerate();
        let first = sizes.next().unwrap_or_default();
        let (place, parameter) = sizes.fold(first, |a, b| if a.1.is_nan() || a.1 >= b.1 { a } else { b });
        // At least 1, so that the factors of steps that are taken at once are bounded as well.
        self.reach = [parameter, velocity].map(|x| larger(x, 1.0));
        match self.reach.into_iter().find(|x| !x.is_finite()) {
            None => Ok(()),
            Some(found) => Err((rbm.tensor(place).name.to_string(), found)),
        }
    }

    /// Whether the next step surely leaves everything finite, which is then supposed to be taken.
    pub(super) fn is_safe(&mut self, rate: f64) -> bool {
        let [parameter, velocity] = self.reach;
        // What users say of a number is a mean of differences of probabilities.
        let velocity = self.momentum * velocity + self.l2 * parameter + 2.0;
        let next = [parameter + rate * velocity, velocity];
        let safe = next.iter().all(|&bound| bound <= safe_bound::<E>());
        if safe {
            self.reach = next;
        }
        safe
    }

    /// Brings the parameters of `items`, in ascending order, to where the steps so far have left them, all since their last one at once.
    pub(super) fn settle<N: FixedDimension, const K: usize>(
        &mut self,
        rbm: &mut RatingRbm<N, K, E>,
        items: &[usize],
        rate: f64,
    ) {
        let Memory { momentum, l2, settled, steps, .. } = self;
        let (decaying, lasting) = (free_step(rate, *momentum, *l2), free_step(rate, *momentum, 0.0));
        rows(rbm, &mut self.velocity).each(items, &|_, item, [w, b, d, w_velocity, b_velocity, d_velocity]| {
            let missed = *steps - settled[item];
            if missed > 0 {
                let map = power(decaying, missed);
                mix(w, w_velocity, map);
                mix(d, d_velocity, map);
                mix(b, b_velocity, power(lasting, missed));
            }
        });
        items.iter().for_each(|&item| settled[item] = *steps);
    }

    /// A step on what the chains say of the items that were gathered, which are settled. `level` is that of the data at a chain's row.
    pub(super) fn learn<N: FixedDimension, const K: usize>(
        &mut self,
        rbm: &mut RatingRbm<N, K, E>,
        groups: &Groups,
        chains: &[Chain<E>],
        rate: f64,
        level: impl Fn(usize, usize) -> usize + Sync,
    ) {
        let (momentum, l2, share) = (self.momentum, self.l2, 1.0 / chains.len() as f64);
        let begin = |decay| [1.0, 0.0, decay, momentum];
        let end = [1.0, -rate, 0.0, 1.0];
        rows(rbm, &mut self.velocity).each(groups.items(), &|place, _, [w, b, d, w_slope, b_slope, d_slope]| {
            mix(w, w_slope, begin(l2));
            mix(d, d_slope, begin(l2));
            mix(b, b_slope, begin(0.0));
            for member in groups.members(place) {
                let chain = &chains[member.chain];
                if let Some(row) = member.row {
                    let (of_data, of_model) = (level(member.chain, row), chain.level(row));
                    add(&mut w_slope[of_data * N::SIZE..][..N::SIZE], -share, chain.data());
                    add(&mut w_slope[of_model * N::SIZE..][..N::SIZE], share, chain.model());
                    b_slope[of_data] -= E::from_f64(share);
                    b_slope[of_model] += E::from_f64(share);
                }
                if !d.is_empty() {
                    add(d_slope, -share, chain.data());
                    add(d_slope, share, chain.model());
                }
            }
            mix(w, w_slope, end);
            mix(d, d_slope, end);
            mix(b, b_slope, end);
        });
        self.steps += 1;
        groups.items().iter().for_each(|&item| self.settled[item] = self.steps);

        let (bias, slope) = (&mut rbm.hidden_bias, &mut self.hidden_velocity);
        mix(bias, slope, begin(0.0));
        for chain in chains {
            add(slope, -share, chain.data());
            add(slope, share, chain.model());
        }
        mix(bias, slope, end);
    }
}

/// The parameters of items and what is remembered of them.
fn rows<'a, N: FixedDimension, const K: usize, E: Element>(
    rbm: &'a mut RatingRbm<N, K, E>,
    velocity: &'a mut [Vec<E>; 3],
) -> Rows<'a, E, 6> {
    let [w, b, d] = rbm.item_rows();
    let [w_velocity, b_velocity, d_velocity] = velocity;
    let velocities: [(&mut [E], usize); 3] = [(w_velocity, w.1), (b_velocity, b.1), (d_velocity, d.1)];
    let [w_velocity, b_velocity, d_velocity] = velocities;
    Rows { first: 0, parts: [w, b, d, w_velocity, b_velocity, d_velocity] }
}
