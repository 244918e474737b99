//! p(h | v) and p(v | h) over rows.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{Hidden, Rbm, Visible},
    kernels::{
        field::{Bias, add_bias},
        four_russians,
        matmul::{Matrix, MatrixMut, matmul},
        scratch,
    },
    samplers::{Draws, each_part},
    shape::{FixedDimension, FixedShape},
};

/// The rows from which turning the weights pays.
const ROWS: usize = 64;

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// h = W s(v) for rows.
    pub(crate) fn project(&self, v: &[E], h: &mut [E]) {
        self.project_by(v, h, &[]);
    }

    /// [`Rbm::project`], with Wᵀ at hand unless `turned` is empty: states of 0 and 1 are then multiplied faster.
    pub(crate) fn project_by(&self, v: &[E], h: &mut [E], turned: &[E]) {
        let rows = h.len().checked_div(Self::HIDDEN).unwrap_or(0);
        if !turned.is_empty()
            && four_russians::product(h, v, turned, [rows, Self::VISIBLE, Self::HIDDEN], Self::threads(rows))
        {
            return;
        }
        let weight = Matrix::row_major(&self.weight, Self::HIDDEN, Self::VISIBLE).transpose();
        let multiply = |s: &[E], h: &mut [E]| {
            let s = Matrix::row_major(s, rows, Self::VISIBLE);
            matmul(MatrixMut::row_major(h, rows, Self::HIDDEN), s, weight, false);
        };
        if V::VARIANCES {
            scratch::with(v.len(), |s| {
                self.scale_visible(v, s);
                multiply(s, h);
            });
        } else {
            multiply(v, h);
        }
    }

    /// The threads that a product of `rows` rows with the weights is worth.
    fn threads(rows: usize) -> usize {
        // Below this many multiplications a second thread costs more than it saves.
        if rows.saturating_mul(Self::VISIBLE * Self::HIDDEN) < 1 << 22 { 1 } else { crate::parallel::threads() }
    }

    /// Wᵀ, for products with states of 0 and 1; nothing where the visible units have others, or there are too few rows for it to pay.
    pub(crate) fn turn(&self, rows: usize, turned: &mut Vec<E>) {
        turned.clear();
        if V::STATES > 0 && rows >= ROWS {
            turned.resize(Self::VISIBLE * Self::HIDDEN, E::zero());
            E::transpose(&self.weight, Self::VISIBLE, Self::HIDDEN, turned, Self::HIDDEN);
        }
    }

    /// s(v): v over its variances where they are learned, else v.
    pub(crate) fn scale_visible(&self, v: &[E], s: &mut [E]) {
        s.copy_from_slice(v);
        if V::VARIANCES {
            for row in s.chunks_exact_mut(Self::VISIBLE.max(1)) {
                row.iter_mut().zip(&*self.log_variance).for_each(|(s, z)| *s /= z.exp());
            }
        }
    }

    /// x = c + w · W s(v) for rows.
    pub(crate) fn hidden_fields(&self, v: &[E], h: &mut [E], w: f64) {
        self.project(v, h);
        add_bias(h, w, Bias::of(&self.hidden_bias));
    }

    /// x = c + W s(v) for rows, with what [`Rbm::turn`] gave.
    pub(crate) fn hidden_fields_by(&self, v: &[E], h: &mut [E], turned: &[E]) {
        self.project_by(v, h, turned);
        add_bias(h, 1.0, Bias::of(&self.hidden_bias));
    }

    /// u = bias + w · Wᵀ h for rows.
    pub(crate) fn visible_fields(&self, h: &[E], v: &mut [E], w: f64, bias: Bias<'_, E>) {
        let rows = v.len().checked_div(Self::VISIBLE).unwrap_or(0);
        let sizes = [rows, Self::HIDDEN, Self::VISIBLE];
        if H::STATES == 0 || !four_russians::product(v, h, &self.weight, sizes, Self::threads(rows)) {
            let weight = Matrix::row_major(&self.weight, Self::HIDDEN, Self::VISIBLE);
            let h = Matrix::row_major(h, rows, Self::HIDDEN);
            matmul(MatrixMut::row_major(v, rows, Self::VISIBLE), h, weight, false);
        }
        add_bias(v, w, bias);
    }

    /// E(h | v) over rows.
    pub(crate) fn hidden_rows(&self, v: &[E], h: &mut [E]) {
        self.hidden_fields(v, h, 1.0);
        H::means(h, self.temperature);
    }

    /// E(v | h) over rows.
    pub(crate) fn visible_rows(&self, h: &[E], v: &mut [E]) {
        self.visible_fields(h, v, 1.0, Bias::of(&self.visible_bias));
        V::means(v, self.temperature);
    }

    pub(crate) fn draw_hidden_rows(&self, v: &[E], h: &mut [E], draws: Draws) {
        self.hidden_fields(v, h, 1.0);
        H::draw(h, Self::HIDDEN, self.temperature, draws);
    }

    pub(crate) fn draw_visible_rows(&self, h: &[E], v: &mut [E], draws: Draws) {
        self.visible_fields(h, v, 1.0, Bias::of(&self.visible_bias));
        V::draw(v, Self::VISIBLE, self.temperature, &self.log_variance, draws);
    }

    /// Calls `f` with parts of the rows of `from` and `to`, of `widths` numbers each, and the index of a part's first row; on several threads where
    /// a product with the weights for each row is worth them.
    pub(crate) fn rows<T: Send>(
        from: &[E],
        to: &mut [T],
        widths: [usize; 2],
        f: impl Fn(&[E], &mut [T], usize) + Sync,
    ) {
        let rows = |numbers: usize| numbers.checked_div(widths[1]).unwrap_or(0);
        let work = rows(to.len()).saturating_mul(Self::VISIBLE * Self::HIDDEN);
        each_part(to, &mut [], &mut [], [widths[1], 0, 0], work, &|to: &mut [T], _: &mut [()], _: &mut [()], first| {
            f(&from[first * widths[0]..(first + rows(to.len())) * widths[0]], to, first);
        });
    }

    /// E(h | v): p(h = 1 | v) for Bernoulli units, the mean for others.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// rbm.weight_mut().fill(0.5);
    /// let h = rbm.hidden_means(&Batch::from_vec(vec![0.0, 1.0])?);
    /// assert!((h.as_slice()[0] - 0.622_459_3).abs() < 1e-6);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn hidden_means<D>(&self, v: &Batch<V::Input<I>, E, D>) -> Batch<H::Output<N>, E>
    where
        D: Deref<Target = [E]>,
    {
        let mut h = Batch::zeros(v.samples());
        self.hidden_means_into(v, &mut h);
        h
    }

    /// [`Rbm::hidden_means`], written over `h`, which is made anew where it has another number of samples.
    pub fn hidden_means_into<D>(&self, v: &Batch<V::Input<I>, E, D>, h: &mut Batch<H::Output<N>, E>)
    where
        D: Deref<Target = [E]>,
    {
        fit(h, v.samples());
        let widths = [Self::VISIBLE, Self::HIDDEN];
        Self::rows(v.as_slice(), h.as_mut_slice(), widths, |v, h, _| self.hidden_rows(v, h));
    }

    /// E(v | h).
    pub fn visible_means<D>(&self, h: &Batch<H::Output<N>, E, D>) -> Batch<V::Input<I>, E>
    where
        D: Deref<Target = [E]>,
    {
        let mut v = Batch::zeros(h.samples());
        self.visible_means_into(h, &mut v);
        v
    }

    /// [`Rbm::visible_means`], written over `v`, which is made anew where it has another number of samples.
    pub fn visible_means_into<D>(&self, h: &Batch<H::Output<N>, E, D>, v: &mut Batch<V::Input<I>, E>)
    where
        D: Deref<Target = [E]>,
    {
        fit(v, h.samples());
        let widths = [Self::HIDDEN, Self::VISIBLE];
        Self::rows(h.as_slice(), v.as_mut_slice(), widths, |h, v, _| self.visible_rows(h, v));
    }

    /// h ∼ p(h | v), written over `h`, which is made anew where it has another number of samples.
    pub fn draw_hidden_into<D>(&self, v: &Batch<V::Input<I>, E, D>, h: &mut Batch<H::Output<N>, E>, draws: Draws)
    where
        D: Deref<Target = [E]>,
    {
        fit(h, v.samples());
        let widths = [Self::VISIBLE, Self::HIDDEN];
        Self::rows(v.as_slice(), h.as_mut_slice(), widths, |v, h, first| {
            self.draw_hidden_rows(v, h, draws.of_chain(first));
        });
    }

    /// v ∼ p(v | h), written over `v`, which is made anew where it has another number of samples.
    pub fn draw_visible_into<D>(&self, h: &Batch<H::Output<N>, E, D>, v: &mut Batch<V::Input<I>, E>, draws: Draws)
    where
        D: Deref<Target = [E]>,
    {
        fit(v, h.samples());
        let widths = [Self::HIDDEN, Self::VISIBLE];
        Self::rows(h.as_slice(), v.as_mut_slice(), widths, |h, v, first| {
            self.draw_visible_rows(h, v, draws.of_chain(first));
        });
    }
}

/// A batch of that many samples, in the same memory where it has them.
pub(super) fn fit<S: FixedShape, E: Element>(batch: &mut Batch<S, E>, samples: usize) {
    if batch.samples() != samples {
        *batch = Batch::zeros(samples);
    }
}
