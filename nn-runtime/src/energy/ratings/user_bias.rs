//! The bias of a user, which follows from their ratings.

use crate::{
    Element,
    data::Rating,
    kernels::aligned::Aligned,
    network::{Tensor, TensorMut},
};

/// β = s Σ_{i ∈ S} (k_i − m_i) / (|S| + λ): by how much a user's levels exceed those that are expected of the items, shrunk towards 0, for few ratings more.
#[derive(Clone, Debug)]
pub(super) struct UserBias<E> {
    /// m, [items].
    mean_level: Aligned<E>,
    /// [s, λ].
    scale: Aligned<E>,
    items: [usize; 1],
}

impl<E: Element> UserBias<E> {
    /// That of a model in which it is 0.
    pub(super) fn zeros(items: usize) -> Self {
        UserBias { mean_level: Aligned::zeros(items), scale: Aligned::zeros(2), items: [items] }
    }

    /// Sets m, s and λ.
    pub(super) fn set(&mut self, mean_levels: impl Iterator<Item = f64>, scale: f64, penalty: f64) {
        self.mean_level.iter_mut().zip(mean_levels).for_each(|(own, mean)| *own = E::from_f64(mean));
        self.scale.copy_from_slice(&[scale, penalty].map(E::from_f64));
    }

    /// β of a user with these ratings; 0 for no ratings.
    pub(super) fn of(&self, known: &[Rating]) -> f64 {
        if known.is_empty() {
            return 0.0;
        }
        let [scale, penalty] = [0, 1].map(|place| self.scale[place].as_f64());
        let above: f64 = known.iter().map(|r| r.level as f64 - self.mean_level[r.item].as_f64()).sum();
        scale * above / (known.len() as f64 + penalty)
    }

    pub(super) fn mean_level(&self) -> Tensor<'_, E> {
        Tensor::buffer("mean_level", &self.items, &self.mean_level)
    }

    pub(super) fn mean_level_mut(&mut self) -> TensorMut<'_, E> {
        TensorMut::buffer("mean_level", &self.items, &mut self.mean_level)
    }

    pub(super) fn scale(&self) -> Tensor<'_, E> {
        Tensor::buffer("user_scale", &[2], &self.scale)
    }

    pub(super) fn scale_mut(&mut self) -> TensorMut<'_, E> {
        TensorMut::buffer("user_scale", &[2], &mut self.scale)
    }
}

/// p(k) ∝ exp(f_k) becomes exp(f_k + β k), for each row of K fields.
pub(super) fn tilt<E: Element>(fields: &mut [E], levels: usize, bias: f64) {
    if bias != 0.0 {
        for row in fields.chunks_exact_mut(levels) {
            row.iter_mut().enumerate().for_each(|(k, field)| *field += E::from_f64(bias * k as f64));
        }
    }
}
