//! The kernels of layers over images and batches, compiled in this crate for each element type.

use crate::kernels::{
    batch_norm::{self, GradientSums, Moments, Normalize, NormalizeGradient},
    conv::{self, Correlate, WeightGradient},
    interleave,
    pool::{
        self, AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient, NormPool, NormPoolGradient, WeightedPool,
        WeightedPoolGradient,
    },
};

/// The kernels over images and batches of an element type. Sealed through [`crate::Element`].
///
/// They are methods of the type and not generic functions, so that they are compiled here, optimized, and not again in each crate
/// that defines a network.
pub trait Images: Sized {
    /// See [`Correlate`].
    fn correlate(job: Correlate<'_, Self>);
    /// See [`WeightGradient`].
    fn weight_gradient(job: WeightGradient<'_, Self>);
    /// See [`MaxPool`].
    fn max_pool(job: MaxPool<'_, Self>);
    /// See [`MaxPoolGradient`].
    fn max_pool_gradient(job: MaxPoolGradient<'_, Self>);
    /// See [`AveragePool`].
    fn average_pool(job: AveragePool<'_, Self>);
    /// See [`AveragePoolGradient`].
    fn average_pool_gradient(job: AveragePoolGradient<'_, Self>);
    /// See [`NormPool`].
    fn norm_pool(job: NormPool<'_, Self>);
    /// See [`NormPoolGradient`].
    fn norm_pool_gradient(job: NormPoolGradient<'_, Self>);
    /// See [`WeightedPool`].
    fn weighted_pool(job: WeightedPool<'_, Self>);
    /// See [`WeightedPoolGradient`].
    fn weighted_pool_gradient(job: WeightedPoolGradient<'_, Self>);
    /// See [`Moments`].
    fn moments(job: Moments<'_, Self>);
    /// See [`Normalize`].
    fn normalize(job: Normalize<'_, Self>);
    /// See [`GradientSums`].
    fn gradient_sums(job: GradientSums<'_, Self>);
    /// See [`NormalizeGradient`].
    fn normalize_gradient(job: NormalizeGradient<'_, Self>);
    /// Row i of `to`, of which the first `rows` numbers are set, becomes column i of `from`.
    fn transpose(from: &[Self], columns: usize, rows: usize, to: &mut [Self], width: usize);
}

macro_rules! implement {
    ($($t:ident, $transpose:ident;)*) => {
        $(impl Images for $t {
            fn correlate(job: Correlate<'_, Self>) {
                conv::correlate(job);
            }
            fn weight_gradient(job: WeightGradient<'_, Self>) {
                conv::weight_gradient(job);
            }
            fn max_pool(job: MaxPool<'_, Self>) {
                pool::max_pool(job);
            }
            fn max_pool_gradient(job: MaxPoolGradient<'_, Self>) {
                pool::run(job.sizes.lanes, job);
            }
            fn average_pool(job: AveragePool<'_, Self>) {
                pool::run(job.sizes.lanes, job);
            }
            fn average_pool_gradient(job: AveragePoolGradient<'_, Self>) {
                pool::run(job.sizes.lanes, job);
            }
            fn norm_pool(job: NormPool<'_, Self>) {
                pool::run(job.sizes.lanes, job);
            }
            fn norm_pool_gradient(job: NormPoolGradient<'_, Self>) {
                pool::run(job.sizes.lanes, job);
            }
            fn weighted_pool(job: WeightedPool<'_, Self>) {
                pool::weighted_pool(job);
            }
            fn weighted_pool_gradient(job: WeightedPoolGradient<'_, Self>) {
                pool::weighted_pool_gradient(job);
            }
            fn moments(job: Moments<'_, Self>) {
                batch_norm::moments(job);
            }
            fn normalize(job: Normalize<'_, Self>) {
                batch_norm::normalize(job);
            }
            fn gradient_sums(job: GradientSums<'_, Self>) {
                batch_norm::gradient_sums(job);
            }
            fn normalize_gradient(job: NormalizeGradient<'_, Self>) {
                batch_norm::normalize_gradient(job);
            }
            fn transpose(from: &[Self], columns: usize, rows: usize, to: &mut [Self], width: usize) {
                interleave::$transpose(from, columns, rows, to, width);
            }
        })*
    };
}

implement! {
    f32, transpose_f32;
    f64, transpose_f64;
}
