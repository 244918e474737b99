//! Sums over all states of the smaller side.

use std::ops::Deref;

use rayon::prelude::*;

use crate::{
    Batch, Element,
    check::{Piece, fail},
    energy::{
        Enumerable, Few, FewLevels, Hidden, Rbm, Visible,
        rbm::energies::LogSum,
        units::{Bernoulli, Softmax},
    },
    shape::{FixedDimension, FixedShape},
};

/// The side whose states are summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::energy) enum Side {
    Visible,
    Hidden,
}

/// The states of a side at most: 2²⁴.
const LARGEST: u128 = 1 << 24;

/// `states`^`units`, or more than [`LARGEST`] where it is that.
const fn states(states: usize, units: usize) -> u128 {
    if states == 0 {
        return LARGEST + 1;
    }
    let (mut count, mut unit) = (1_u128, 0);
    while unit < units && count <= LARGEST {
        count *= states as u128;
        unit += 1;
    }
    count
}

/// All states of one side, in an order in which one unit changes at a time.
struct Enumeration {
    units: usize,
    states: usize,
    /// The numbers of a unit.
    levels: usize,
    level: fn(usize) -> Option<usize>,
    /// For each number of the side, what it adds to the fields of the other.
    columns: Vec<f64>,
    /// For each number of the side, what it adds to −E / T by itself.
    own: Vec<f64>,
    /// The fields of the other side where all of this are 0.
    base: Vec<f64>,
    /// Units that a part of the enumeration leaves as they are.
    fixed: usize,
}

/// One state of the side.
struct State<'a> {
    digits: &'a [usize],
    own: f64,
    fields: &'a [f64],
}

impl Enumeration {
    fn parts(&self) -> usize {
        self.states.pow(self.fixed as u32)
    }

    fn add(&self, unit: usize, state: usize, sign: f64, own: &mut f64, fields: &mut [f64]) {
        if let Some(level) = (self.level)(state) {
            let number = unit * self.levels + level;
            *own += sign * self.own[number];
            let column = &self.columns[number * fields.len()..(number + 1) * fields.len()];
            fields.iter_mut().zip(column).for_each(|(field, w)| *field += sign * w);
        }
    }

    /// Visits the states of one part: the first units as the part's number says, the others in the order of Gray's reflected code (Knuth, The Art
    /// of Computer Programming 4A, 7.2.1.1, algorithm H).
    fn visit(&self, part: usize, mut f: impl FnMut(State<'_>)) {
        let mut digits = vec![0; self.units];
        let (mut fields, mut own) = (self.base.clone(), 0.0);
        let mut rest = part;
        for (unit, digit) in digits.iter_mut().enumerate() {
            if unit < self.fixed {
                *digit = rest % self.states;
                rest /= self.states;
            }
            self.add(unit, *digit, 1.0, &mut own, &mut fields);
        }
        let free = self.units - self.fixed;
        let mut focus: Vec<usize> = (0..=free).collect();
        let mut up = vec![true; free];
        loop {
            f(State { digits: &digits, own, fields: &fields });
            let place = std::mem::take(&mut focus[0]);
            if place == free {
                return;
            }
            let unit = self.fixed + place;
            let (before, after) = (digits[unit], if up[place] { digits[unit] + 1 } else { digits[unit] - 1 });
            self.add(unit, before, -1.0, &mut own, &mut fields);
            self.add(unit, after, 1.0, &mut own, &mut fields);
            digits[unit] = after;
            if after == 0 || after + 1 == self.states {
                up[place] = !up[place];
                focus[place] = focus[place + 1];
                focus[place + 1] = place + 1;
            }
        }
    }
}

/// Means over the model, or over data: of h s(v)ᵀ, of s(v), of h, and, where variances are learned, of −∂E/∂z with z = ln σ².
#[derive(Clone, Debug)]
pub struct Statistics {
    pub(crate) weight: Vec<f64>,
    pub(crate) visible: Vec<f64>,
    pub(crate) hidden: Vec<f64>,
    pub(crate) variance: Vec<f64>,
}

impl Statistics {
    fn add(&mut self, other: &Statistics) {
        let add = |to: &mut Vec<f64>, from: &[f64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        add(&mut self.weight, &other.weight);
        add(&mut self.visible, &other.visible);
        add(&mut self.hidden, &other.hidden);
        add(&mut self.variance, &other.variance);
    }
}

/// Exact sums of a model whose hidden side has few units.
///
/// A model whose visible side has few has the same methods by [`ExactByVisible`], which the prelude brings into scope. For one with neither the call does not
/// compile, and says why.
impl<I: FixedDimension, N: Few, V: Visible, E: Element> Rbm<I, N, V, Bernoulli, E> {
    /// ln Z, exactly: a sum over all states of the side that has fewer, the other side summed out, in `f64`. The states of a side are at most 2²⁴; for a
    /// larger model the call does not compile. Its cost grows with the states times the units of the other side.
    ///
    /// ```
    /// use plumbline::{Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: Rbm<Const<784>, Const<10>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// assert!((rbm.log_partition_exact() - 794.0 * 2.0_f64.ln()).abs() < 1e-9);
    /// ```
    ///
    /// ```compile_fail,E0277
    /// use plumbline::{energy::Rbm, layers::Init, prelude::*};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: Rbm<Const<784>, Const<500>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// rbm.log_partition_exact();
    /// ```
    pub fn log_partition_exact(&self) -> f64 {
        self.log_sum_over(Self::SIDE)
    }

    /// The mean of ln p(v) over the samples, exactly. For a model too large for [`Rbm::log_partition_exact`] the call does not compile.
    pub fn log_likelihood_exact<D>(&self, v: &Batch<V::Input<I>, E, D>) -> f64
    where
        D: Deref<Target = [E]>,
    {
        self.log_likelihood(v, self.log_sum_over(Self::SIDE))
    }
}

/// Exact sums of a model whose hidden side has few softmax units.
impl<I: FixedDimension, N: FewLevels<K>, V: Visible, const K: usize, E: Element> Rbm<I, N, V, Softmax<K>, E> {
    /// ln Z, exactly, as for hidden units that are 0 or 1: K^N states are at most 2²⁴.
    ///
    /// ```
    /// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, Softmax}}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// type Topics = Rbm<Const<784>, Const<4>, Bernoulli, Softmax<10>>;
    /// let rbm = Topics::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// assert!((rbm.log_partition_exact() - (784.0 * 2.0_f64.ln() + 4.0 * 10.0_f64.ln())).abs() < 1e-9);
    /// ```
    pub fn log_partition_exact(&self) -> f64 {
        self.log_sum_over(Self::SIDE)
    }

    /// The mean of ln p(v) over the samples, exactly. For a model too large for [`log_partition_exact`](Self::log_partition_exact) the call does not compile.
    pub fn log_likelihood_exact<D>(&self, v: &Batch<V::Input<I>, E, D>) -> f64
    where
        D: Deref<Target = [E]>,
    {
        self.log_likelihood(v, self.log_sum_over(Self::SIDE))
    }
}

/// Exact sums of a model whose visible side has few units, whatever its hidden side has: [`Rbm::log_partition_exact`] and
/// [`Rbm::log_likelihood_exact`] for it. The prelude brings it into scope.
///
/// ```
/// use plumbline::{energy::Rbm, layers::Init, prelude::*};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rbm: Rbm<Const<10>, Const<784>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
/// assert!((rbm.log_partition_exact() - 794.0 * 2.0_f64.ln()).abs() < 1e-9);
/// assert!((rbm.log_likelihood_exact(&Batch::zeros(3)) + 10.0 * 2.0_f64.ln()).abs() < 1e-9);
/// ```
pub trait ExactByVisible {
    /// The element of its parameters.
    type Element: Element;
    /// The shape of a visible sample.
    type Sample: FixedShape;

    /// ln Z, exactly.
    fn log_partition_exact(&self) -> f64
    where
        Self: Enumerable;

    /// The mean of ln p(v) over the samples, exactly.
    fn log_likelihood_exact<D>(&self, v: &Batch<Self::Sample, Self::Element, D>) -> f64
    where
        Self: Enumerable,
        D: Deref<Target = [Self::Element]>;
}

#[diagnostic::do_not_recommend]
impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> ExactByVisible for Rbm<I, N, V, H, E> {
    type Element = E;
    type Sample = V::Input<I>;

    fn log_partition_exact(&self) -> f64
    where
        Self: Enumerable,
    {
        self.log_sum_over(Self::SIDE)
    }

    fn log_likelihood_exact<D>(&self, v: &Batch<V::Input<I>, E, D>) -> f64
    where
        Self: Enumerable,
        D: Deref<Target = [E]>,
    {
        self.log_likelihood(v, self.log_sum_over(Self::SIDE))
    }
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// The side with fewer states. Its evaluation is the check that there is one with few enough, which bounds do not tell of a few softmax units of many
    /// levels. It happens in the methods that users call and nowhere else, so that the compiler's error points there.
    pub(in crate::energy) const SIDE: Side = {
        let (visible, hidden) = (states(V::STATES, I::SIZE), states(H::STATES, N::SIZE));
        if visible > LARGEST && hidden > LARGEST {
            fail(&[
                Piece::Text(
                    "exact enumeration takes a side of at most 2^24 states, such as 24 Bernoulli units, found ",
                ),
                Piece::Size(I::SIZE),
                Piece::Text(" visible "),
                Piece::Text(V::NAME),
                Piece::Text(" and "),
                Piece::Size(N::SIZE),
                Piece::Text(" hidden "),
                Piece::Text(H::NAME),
                Piece::Text(
                    " units; `log_partition_ais` estimates the partition function of a model of any size, and `ContrastiveDivergence` trains it",
                ),
            ])
        }
        if visible <= hidden { Side::Visible } else { Side::Hidden }
    };

    /// [`Rbm::SIDE`]'s check, for other methods that users call.
    pub(in crate::energy) const ENUMERABLE: () = {
        let _ = Self::SIDE;
    };

    fn enumeration(&self, side: Side) -> Enumeration {
        let numbers = |values: &[E]| values.iter().map(|x| x.as_f64()).collect::<Vec<_>>();
        let (weight, visible, hidden) =
            (numbers(&self.weight), numbers(&self.visible_bias), numbers(&self.hidden_bias));
        let over = |bias: &[f64]| bias.iter().map(|x| x / self.temperature).collect();
        let (units, states) = match side {
            Side::Visible => (I::SIZE, V::STATES),
            Side::Hidden => (N::SIZE, H::STATES),
        };
        // Up to 64 parts, by the sizes alone.
        let mut fixed = 0;
        while fixed < units && states.pow(fixed as u32 + 1) <= 64 && states > 1 {
            fixed += 1;
        }
        match side {
            Side::Visible => {
                let transposed = (0..Self::VISIBLE).flat_map(|i| weight.iter().skip(i).step_by(Self::VISIBLE));
                Enumeration {
                    units,
                    states,
                    levels: V::LEVELS,
                    level: V::level,
                    columns: transposed.copied().collect(),
                    own: over(&visible),
                    base: hidden,
                    fixed,
                }
            }
            Side::Hidden => Enumeration {
                units,
                states,
                levels: H::LEVELS,
                level: H::level,
                columns: weight,
                own: over(&hidden),
                base: visible,
                fixed,
            },
        }
    }

    /// ln of a state's part of Z.
    fn log_weight(&self, side: Side, state: &State<'_>, bias: &[f64], variances: &[f64]) -> f64 {
        state.own
            + match side {
                Side::Visible => self.log_sum_hidden(state.fields.iter().copied()),
                Side::Hidden => V::log_sum(state.fields, bias, variances, self.temperature),
            }
    }

    fn biases(&self) -> [Vec<f64>; 2] {
        [&self.visible_bias, &self.log_variance].map(|values| values.iter().map(|x| x.as_f64()).collect())
    }

    /// ln Z by a sum over the states of that side.
    pub(in crate::energy) fn log_sum_over(&self, side: Side) -> f64 {
        let (enumeration, [bias, variances]) = (self.enumeration(side), self.biases());
        let part = |part| {
            let mut sum = LogSum::default();
            enumeration.visit(part, |state| sum.add(self.log_weight(side, &state, &bias, &variances)));
            sum
        };
        crate::parallel::ready();
        let parts: Vec<LogSum> = (0..enumeration.parts()).into_par_iter().map(part).collect();
        let mut sum = LogSum::default();
        parts.into_iter().for_each(|part| sum.merge(part));
        sum.total()
    }

    fn no_statistics() -> Statistics {
        Statistics {
            weight: vec![0.0; Self::HIDDEN * Self::VISIBLE],
            visible: vec![0.0; Self::VISIBLE],
            hidden: vec![0.0; Self::HIDDEN],
            variance: vec![0.0; if V::VARIANCES { Self::VISIBLE } else { 0 }],
        }
    }

    /// The means over the model, by two sums over all states.
    pub(in crate::energy) fn exact_statistics(&self) -> Statistics {
        let side = Self::SIDE;
        let (enumeration, [bias, variances]) = (self.enumeration(side), self.biases());
        let log_partition = self.log_sum_over(side);
        let part = |part| {
            let mut sums = Self::no_statistics();
            enumeration.visit(part, |state| {
                let p = (self.log_weight(side, &state, &bias, &variances) - log_partition).exp();
                match side {
                    Side::Visible => self.add_visible(&mut sums, &state, p),
                    Side::Hidden => self.add_hidden(&mut sums, &state, p, &bias, &variances),
                }
            });
            sums
        };
        crate::parallel::ready();
        let parts: Vec<Statistics> = (0..enumeration.parts()).into_par_iter().map(part).collect();
        let mut sums = Self::no_statistics();
        parts.iter().for_each(|part| sums.add(part));
        sums
    }

    /// Adds a visible state of probability `p`.
    fn add_visible(&self, sums: &mut Statistics, state: &State<'_>, p: f64) {
        let mut means = state.fields.to_vec();
        H::means(&mut means, self.temperature);
        sums.hidden.iter_mut().zip(&means).for_each(|(sum, h)| *sum += p * h);
        for (unit, &digit) in state.digits.iter().enumerate() {
            if let Some(level) = V::level(digit) {
                let i = unit * V::LEVELS + level;
                sums.visible[i] += p;
                sums.weight.iter_mut().skip(i).step_by(Self::VISIBLE).zip(&means).for_each(|(sum, h)| *sum += p * h);
            }
        }
    }

    /// Adds a hidden state of probability `p`.
    fn add_hidden(&self, sums: &mut Statistics, state: &State<'_>, p: f64, bias: &[f64], variances: &[f64]) {
        let mut means = state.fields.to_vec();
        V::means(&mut means, self.temperature);
        for (i, sum) in sums.variance.iter_mut().enumerate() {
            // −∂E/∂z = (v − b)² / 2σ² − v u / σ², with the mean of v²: σ² T + E(v)².
            let (variance, m, u) = (variances[i].exp(), means[i], state.fields[i] - bias[i]);
            *sum += p * ((variance * self.temperature + (m - bias[i]).powi(2)) / 2.0 - m * u) / variance;
        }
        if V::VARIANCES {
            means.iter_mut().zip(variances).for_each(|(v, z)| *v /= z.exp());
        }
        sums.visible.iter_mut().zip(&means).for_each(|(sum, v)| *sum += p * v);
        for (unit, &digit) in state.digits.iter().enumerate() {
            if let Some(level) = H::level(digit) {
                let j = unit * H::LEVELS + level;
                sums.hidden[j] += p;
                let row = &mut sums.weight[j * Self::VISIBLE..(j + 1) * Self::VISIBLE];
                row.iter_mut().zip(&means).for_each(|(sum, v)| *sum += p * v);
            }
        }
    }
}
