//! Boltzmann learning: what is to be learned how.

use std::{fmt, ops::Deref, time::Duration};

use crate::{
    Batch, Element,
    energy::{
        Boltzmann, BoltzmannLearner, EnergyError, FewTogether,
        train::{Options, common_options, lines},
    },
    shape::FixedDimension,
    train::{Flow, Optimizer, Schedule, Sgd},
};

/// Boltzmann learning (Ackley, Hinton and Sejnowski, 1985): steepest descent on −ln p(v) by ∂ ln p(v) / ∂Wᵢⱼ = (⟨sᵢ sⱼ⟩ given v − ⟨sᵢ sⱼ⟩ over the machine) / T,
/// and the same of single units for the biases, with [`sampled`](BoltzmannLearning::sampled) or [`exact`](BoltzmannLearning::exact) statistics.
///
/// Defaults: steepest descent with the learning rate 0.1 by any optimizer of [`train`](crate::train), 1 epoch, batches of 100 in a new random order in
/// each, seed 0, no decay, progress shown where the error stream is a terminal. Gradients are means over a batch. Equal seeds give equal bits, whatever the number of threads; a step by sampled statistics
/// allocates nothing after the first.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Boltzmann, BoltzmannLearning}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// // The third unit is the exclusive or of the others, which no pair of units tells: it takes a hidden one.
/// let xor = Batch::from_vec(vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0])?;
/// let mut machine: Boltzmann<Const<3>, Const<1>> = Boltzmann::new(Init::Normal(0.5), &mut StdRng::seed_from_u64(1));
/// let report = BoltzmannLearning::exact().rate(2.0).momentum(0.9).epochs(300).fit(&mut machine, &xor)?;
/// // No machine has more than −ln 4.
/// assert!(machine.log_likelihood_exact(&xor) > -(4.0_f64.ln()) - 0.05);
/// assert!(report.epochs[299].log_likelihood > report.epochs[0].log_likelihood);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BoltzmannLearning<S = SampledStatistics, O = Sgd<f32>> {
    statistics: S,
    optimizer: O,
    options: Options<BoltzmannEpoch>,
}

/// Statistics over all states of a machine of at most 24 units: [`BoltzmannLearning::exact`].
#[derive(Clone, Copy, Debug)]
pub struct ExactStatistics;

/// Statistics over Gibbs chains: [`BoltzmannLearning::sampled`].
#[derive(Clone, Copy, Debug)]
pub struct SampledStatistics {
    pub(super) chains: usize,
    pub(super) sweeps: usize,
    pub(super) mean_field: bool,
}

impl<E: Element> BoltzmannLearning<ExactStatistics, Sgd<E>> {
    /// Learning by sums over all states, of the hidden units for each sample and of all units for the machine. For more than 24 units,
    /// [`fit`](BoltzmannLearning::fit) does not compile.
    pub fn exact() -> Self {
        BoltzmannLearning { statistics: ExactStatistics, optimizer: Sgd::new(0.1), options: Options::new() }
    }
}

impl<E: Element> BoltzmannLearning<SampledStatistics, Sgd<E>> {
    /// Learning by samples, 10 sweeps in each step: of `chains` persistent chains for the machine (Younes, 1989), which start at random states and go on from
    /// step to step, and of a chain for each sample of the batch, with its visible units held fixed, which starts at a draw of the hidden units by their
    /// mean-field probabilities.
    pub fn sampled(chains: usize) -> Self {
        let statistics = SampledStatistics { chains, sweeps: 10, mean_field: false };
        BoltzmannLearning { statistics, optimizer: Sgd::new(0.1), options: Options::new() }
    }
}

impl<O> BoltzmannLearning<SampledStatistics, O> {
    /// Sets the sweeps of the chains in a step, at least 1.
    #[must_use]
    pub fn sweeps(mut self, sweeps: usize) -> Self {
        self.statistics.sweeps = sweeps;
        self
    }

    /// Takes the mean-field probabilities themselves for the hidden units given the data, in place of samples: the gradient is then that of a lower bound
    /// of ln p(v) (Salakhutdinov and Hinton, 2009), with less noise.
    #[must_use]
    pub fn mean_field(mut self) -> Self {
        self.statistics.mean_field = true;
        self
    }

    /// Trains `machine` on the samples of `data`.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::{Boltzmann, BoltzmannLearning}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<4>, Const<0>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// // Two patterns.
    /// let data = Batch::from_vec([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]].as_flattened().repeat(50))?;
    /// BoltzmannLearning::sampled(100).epochs(300).fit(&mut machine, &data)?;
    /// // Better than −1; no machine has more than −ln 2.
    /// assert!(machine.log_likelihood_exact(&data) > -1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that is not 0 or 1, [`EnergyError::Empty`] for no samples, [`EnergyError::Option`] for an option without a
    /// meaning, [`EnergyError::Diverged`] where a gradient or a parameter leaves the finite
    /// numbers, with the model as it was before that step.
    pub fn fit<I, N, E, D>(
        self,
        machine: &mut Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannReport, EnergyError>
    where
        I: FixedDimension,
        N: FixedDimension,
        E: Element,
        O: Optimizer<E>,
        D: Deref<Target = [E]>,
    {
        self.start(machine, data)?.fit(machine, data)
    }

    /// What a loop of your own steps with.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    pub fn start<I, N, E, D>(
        self,
        machine: &Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannLearner<I, N, E, O>, EnergyError>
    where
        I: FixedDimension,
        N: FixedDimension,
        E: Element,
        O: Optimizer<E>,
        D: Deref<Target = [E]>,
    {
        BoltzmannLearner::new(machine, data, self.optimizer, Some(self.statistics), self.options)
    }
}

impl<O> BoltzmannLearning<ExactStatistics, O> {
    /// Trains `machine` on the samples of `data`.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that is not 0 or 1, [`EnergyError::Empty`] for no samples, [`EnergyError::Option`] for an option without a
    /// meaning, [`EnergyError::Diverged`] where a gradient or a parameter leaves the finite
    /// numbers, with the model as it was before that step.
    pub fn fit<I, N, E, D>(
        self,
        machine: &mut Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannReport, EnergyError>
    where
        I: FixedDimension + FewTogether<N>,
        N: FixedDimension,
        E: Element,
        O: Optimizer<E>,
        D: Deref<Target = [E]>,
    {
        self.start(machine, data)?.fit(machine, data)
    }

    /// What a loop of your own steps with.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    pub fn start<I, N, E, D>(
        self,
        machine: &Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannLearner<I, N, E, O>, EnergyError>
    where
        I: FixedDimension + FewTogether<N>,
        N: FixedDimension,
        E: Element,
        O: Optimizer<E>,
        D: Deref<Target = [E]>,
    {
        BoltzmannLearner::new(machine, data, self.optimizer, None, self.options)
    }
}

common_options!(BoltzmannLearning [S] { statistics }, BoltzmannEpoch);

/// A training of a [`Boltzmann`] machine, epoch by epoch.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Boltzmann, BoltzmannLearning}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0])?;
/// let report = BoltzmannLearning::exact().epochs(3).fit(&mut machine, &data)?;
/// // Before the first step each of the four states of two bits has the probability ¼.
/// assert!((report.epochs[0].log_likelihood.unwrap_or(0.0) + 4.0_f64.ln()).abs() < 1e-6);
/// assert!(report.epochs[2].moment_gap < report.epochs[0].moment_gap);
/// println!("{report}");
/// assert_eq!(report.to_string().lines().count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoltzmannReport {
    /// The epochs in order.
    pub epochs: Vec<BoltzmannEpoch>,
}

/// The epochs, a line each.
impl fmt::Display for BoltzmannReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(f, &self.epochs)
    }
}

/// One pass over the data.
///
/// ```
/// use plumbline::energy::BoltzmannEpoch;
/// let duration = std::time::Duration::from_millis(1500);
/// let epoch = BoltzmannEpoch { epoch: 3, rate: 0.05, moment_gap: 0.0625, log_likelihood: Some(-1.5), duration };
/// assert_eq!(epoch.to_string(), "epoch 3  rate 0.05  moment gap 0.06250  ln p(v) -1.5000  1.5 s");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BoltzmannEpoch {
    /// From 1.
    pub epoch: usize,
    /// The learning rate.
    pub rate: f64,
    /// How far the machine's statistics are from those of the data: the root of the mean square of the differences in ⟨sᵢ⟩ and ⟨sᵢ sⱼ⟩, i < j, of a batch before
    /// its step, averaged over the batches. Where statistics are sampled it does not go below their noise.
    pub moment_gap: f64,
    /// The mean of ln p(v) of a batch before its step, averaged over the batches, where statistics are exact.
    pub log_likelihood: Option<f64>,
    /// The time that the steps took.
    pub duration: Duration,
}

impl fmt::Display for BoltzmannEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No more digits than a schedule's rates need.
        let rate = (self.rate * 1e6).round() / 1e6;
        write!(f, "epoch {}  rate {rate}  moment gap {:.5}", self.epoch, self.moment_gap)?;
        if let Some(log_likelihood) = self.log_likelihood {
            write!(f, "  ln p(v) {log_likelihood:.4}")?;
        }
        write!(f, "  {:.1} s", self.duration.as_secs_f64())
    }
}
