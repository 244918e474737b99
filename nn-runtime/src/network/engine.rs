//! Cuts a batch into parts and walks them over the threads.

use crate::{
    Network,
    network::{
        common::Common,
        layout::Layout,
        learned::Learned,
        memory::{InputArray, KeptArray, Scratch},
        part::Part,
        probe::Probe,
        random::Random,
        view::LANES,
    },
    parallel,
};

/// The most shares that a batch is gathered into, and so the most threads that help with one.
const SHARES: usize = 8;

/// Bytes of values and gradients that a part should not exceed, to stay in a core's second-level cache.
const PART_BYTES: usize = 5 << 18;

/// Samples that a part has at most.
const PART_SAMPLES: usize = 64;

/// Samples of a short part up to which inference takes them one at a time instead of padding them to [`LANES`].
const SINGLES: usize = 4;

/// Floating-point operations below which a second thread costs more than it saves.
const THREAD_FLOPS: u64 = 2_000_000;

/// How a batch is cut. It depends on the network and the number of samples, never on the threads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub(super) samples: usize,
    /// Samples of each part but the last.
    pub(super) size: usize,
    pub(super) parts: usize,
    pub(super) shares: usize,
}

impl Cut {
    pub(super) fn new<E>(layout: &Layout, samples: usize) -> Cut {
        let fit = PART_BYTES / (layout.width * size_of::<E>()).max(1);
        // A large batch has a part for each share at least; a small one is not cut below a block of lanes.
        let fair = samples.div_ceil(SHARES);
        let size = fit.min(fair.max(layout.part)).clamp(LANES, PART_SAMPLES);
        // Parts of 16, 32 or 64 fill the kernels' tiles and cut the usual batches evenly.
        let size = 1 << size.ilog2();
        let parts = samples.div_ceil(size);
        Cut { samples, size, parts, shares: parts.min(SHARES) }
    }

    /// The first part of a share.
    fn part(&self, share: usize) -> usize {
        share * self.parts / self.shares
    }

    /// The first sample of a share.
    fn sample(&self, share: usize) -> usize {
        (self.part(share) * self.size).min(self.samples)
    }

    /// The threads that are worth asking.
    pub(super) fn threads(&self, layout: &Layout, passes: u64) -> usize {
        if self.shares == 1 || layout.flops * passes * (self.samples as u64) < THREAD_FLOPS {
            1
        } else {
            parallel::threads().min(self.shares)
        }
    }
}

/// Which memory a part gets for its scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slabs {
    /// One slab for each thread, used again for each of its parts: it stays in cache.
    Thread,
    /// One slab for each part, which keeps its values for a later leg or a backward pass.
    Part,
}

impl Slabs {
    /// How many they are.
    pub(super) fn count(self, cut: Cut, threads: usize) -> usize {
        match self {
            Slabs::Thread => threads,
            Slabs::Part => cut.parts,
        }
    }
}

/// Some consecutive shares of a batch, and all they write to.
pub(super) struct Work<'a, N: Network> {
    pub(super) inputs: N::Inputs<'a>,
    pub(super) kept: N::Kept<'a>,
    pub(super) scratch: &'a mut [N::Element],
    /// The numbers of one slab.
    pub(super) slab: usize,
    pub(super) slabs: Slabs,
    /// The shares' gradient buffers; empty where nothing is added up by share.
    pub(super) buffers: &'a mut [N::Element],
    /// The numbers of one such buffer.
    pub(super) buffer: usize,
    /// The shares' loss sums.
    pub(super) sums: &'a mut [f64],
    pub(super) cut: Cut,
    /// The shares: `shares.start..shares.end`.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether short parts are taken sample by sample.
    pub(super) singles: bool,
    pub(super) random: Random,
    /// The leg of the way.
    pub(super) leg: usize,
    /// What the parts tell, a row for each.
    pub(super) told: &'a mut [N::Element],
    /// What all parts of the batch told in the legs before.
    pub(super) heard: &'a [N::Element],
    /// The numbers of such a row.
    pub(super) common: usize,
    /// The sizes of free dimensions.
    pub(super) sizes: &'a [usize],
    /// The layers that learn.
    pub(super) learned: Learned<'a>,
    /// What is done at named nodes.
    pub(super) probe: Probe<'a, N::Element>,
}

impl<'a, N: Network> Work<'a, N> {
    /// Calls `f` for each part, with the buffer and the loss sum of its share, on up to `threads` threads.
    pub(super) fn walk<F>(self, threads: usize, f: &F)
    where
        F: Fn(&mut Part<'_, N>, &mut [N::Element], &mut f64) + Sync,
    {
        let cut = parallel::Cut { units: self.end - self.start, grain: 1, threads };
        parallel::halves(self, cut, &Work::split, &|work| work.walk_here(f), &|(), ()| ());
    }

    /// The first `shares`, for `left` threads, and the others.
    fn split(self, shares: usize, left: usize) -> (Self, Self) {
        let Work { cut, start, slab, .. } = self;
        let middle = start + shares;
        let samples = cut.sample(middle) - cut.sample(start);
        let slabs = match self.slabs {
            Slabs::Thread => left,
            Slabs::Part => cut.part(middle) - cut.part(start),
        };
        let (inputs, other_inputs) = self.inputs.split_at(samples);
        let (kept, other_kept) = self.kept.split_at(samples);
        let (scratch, other_scratch) = self.scratch.split_at_mut(slabs * slab);
        let (buffers, other_buffers) = self.buffers.split_at_mut((middle - start) * self.buffer);
        let (sums, other_sums) = self.sums.split_at_mut(middle - start);
        let (told, other_told) = self.told.split_at_mut((cut.part(middle) - cut.part(start)) * self.common);
        let (probe, other_probe) = self.probe.split_at(samples);
        let second = Work {
            inputs: other_inputs,
            kept: other_kept,
            scratch: other_scratch,
            buffers: other_buffers,
            sums: other_sums,
            told: other_told,
            probe: other_probe,
            start: middle,
            ..self
        };
        (Work { inputs, kept, scratch, buffers, sums, told, probe, end: middle, ..self }, second)
    }

    fn walk_here<F>(self, f: &F)
    where
        F: Fn(&mut Part<'_, N>, &mut [N::Element], &mut f64),
    {
        let Work {
            mut inputs, mut kept, scratch, slab, slabs, mut buffers, buffer: width, sums, cut, start, end, ..
        } = self;
        let (mut told, heard, common, mut probe) = (self.told, self.heard, self.common, self.probe);
        let (no_inputs, _) = inputs.split_at(0);
        let (no_rows, all) = kept.split_at(0);
        kept = all;
        let scratch = Scratch::new(scratch, 0, 0);
        let nothing = Common::new(&mut [], heard, common);
        let (random, sizes, learned) = (self.random, self.sizes, self.learned);
        let mut now = Part {
            inputs: no_inputs,
            kept: no_rows,
            sizes,
            scratch,
            first: 0,
            random,
            leg: 0,
            common: nothing,
            learned,
            probe: Probe::none(),
        };
        for (share, sum) in (start..end).zip(sums) {
            let (buffer, rest) = buffers.split_at_mut(width);
            buffers = rest;
            for part in cut.part(share)..cut.part(share + 1) {
                let (own, rest) = told.split_at_mut(common);
                told = rest;
                now.common = Common::new(own, heard, common);
                let mut first = part * cut.size;
                let past = (first + cut.size).min(cut.samples);
                let single = self.singles && past - first <= SINGLES;
                while first < past {
                    let samples = if single { 1 } else { past - first };
                    let lanes = if single { 1 } else { samples.next_multiple_of(LANES) };
                    (now.inputs, inputs) = inputs.split_at(samples);
                    (now.kept, kept) = kept.split_at(samples);
                    (now.probe, probe) = probe.split_at(samples);
                    (now.first, now.leg) = (first, self.leg);
                    let slabs_before = if slabs == Slabs::Part { part - cut.part(start) } else { 0 };
                    now.scratch.move_to(slabs_before * slab, samples, lanes);
                    f(&mut now, buffer, sum);
                    first += samples;
                }
            }
        }
    }
}
