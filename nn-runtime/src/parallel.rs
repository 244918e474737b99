//! The threads that work is spread over.
//!
//! They are those of the [`rayon`] pool that the calling thread belongs to, or of the program's global pool. No result depends on their number.
//! Where the system refuses threads, and in the child of a `fork`, which has none but the one that forked, the calling thread does all work
//! itself: it becomes a pool of one.
//!
//! A pool that this module has started knows its process. One that the program has started may have been left behind in the process that this one was
//! forked from: it is asked once, before the first work, and where it does not answer in [`PATIENCE`] its threads are taken to be gone.

use std::{
    cell::Cell,
    error::Error,
    process,
    sync::{
        atomic::{AtomicU8, AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    time::Duration,
};

#[cfg(all(test, target_os = "linux"))]
mod alone;

/// The process that asked for threads first; 0 before.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// Whether the global pool has threads in that process.
static POOL: AtomicU8 = AtomicU8::new(UNKNOWN);

/// The time that the program's pool has to take up a first task. One that is at work for longer is as good as none: results are the same.
const PATIENCE: Duration = Duration::from_secs(1);

const UNKNOWN: u8 = 0;
const RUNNING: u8 = 1;
const REFUSED: u8 = 2;

thread_local! {
    /// Whether this thread has been made a pool of one.
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Lets the calling thread hand work to [`rayon`]: after this, no function of it panics for want of threads, or waits for threads that do not
/// exist. It must come before any of them that may be called outside of a pool.
pub(crate) fn ready() {
    if rayon::current_thread_index().is_none() && !has_pool() {
        be_alone();
    }
}

/// The threads that there are to share work with, this one among them.
pub(crate) fn threads() -> usize {
    ready();
    rayon::current_num_threads()
}

/// How work is cut between threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// What there is of it.
    pub(crate) units: usize,
    /// The units that a thread takes at least: every piece but the last is a multiple of it.
    pub(crate) grain: usize,
    /// The threads at most.
    pub(crate) threads: usize,
}

/// `run` of all of `work`, on several threads where there is enough of it. `split` gives the first so many units of it, for so many of the threads, and
/// the others; `merge` puts together what `run` gives for two neighbours, the first first. Allocates nothing.
pub(crate) fn halves<W: Send, R: Send>(
    work: W,
    cut: Cut,
    split: &(impl Fn(W, usize, usize) -> (W, W) + Sync),
    run: &(impl Fn(W) -> R + Sync),
    merge: &(impl Fn(R, R) -> R + Sync),
) -> R {
    let Cut { units, grain, threads } = cut;
    let left = threads / 2;
    let middle = if left == 0 {
        0
    } else {
        (units / threads * left + units % threads * left / threads).max(1).next_multiple_of(grain)
    };
    if middle == 0 || middle >= units {
        return run(work);
    }
    let (first, second) = split(work, middle, left);
    let (before, behind) =
        (Cut { units: middle, threads: left, ..cut }, Cut { units: units - middle, threads: threads - left, ..cut });
    let (a, b) = rayon::join(|| halves(first, before, split, run, merge), || halves(second, behind, split, run, merge));
    merge(a, b)
}

/// Calls `f` once on every thread that work is shared with.
pub(crate) fn broadcast(f: impl Fn() + Sync) {
    ready();
    // A thread that forked is a part of its pool still, whose other threads are gone and would never answer. Of a pool that is not known to be
    // of another process the number of threads tells it, unless the child of the fork has started as many.
    if ALONE.get() || is_forked() || tasks().is_some_and(|tasks| tasks < rayon::current_num_threads()) {
        f();
    } else {
        rayon::broadcast(|_| f());
    }
}

/// Whether this process is the child of one that had asked for threads.
fn is_forked() -> bool {
    let own = process::id();
    match PROCESS.compare_exchange(0, own, Relaxed, Relaxed) {
        Ok(_) => false,
        Err(first) => first != own,
    }
}

/// Whether the global pool has threads in this process. The first call starts it.
fn has_pool() -> bool {
    if is_forked() {
        return false;
    }
    if POOL.load(Relaxed) == UNKNOWN {
        POOL.store(if start() { RUNNING } else { REFUSED }, Relaxed);
    }
    POOL.load(Relaxed) == RUNNING
}

/// Starts the global pool unless the program has.
fn start() -> bool {
    match rayon::ThreadPoolBuilder::new().build_global() {
        Ok(()) => true,
        // Refused by the system.
        Err(error) if error.source().is_some() => false,
        Err(_) => is_running(),
    }
}

/// Whether the global pool that the program has started is there: its start may have failed, or been in a process that this one was forked from.
fn is_running() -> bool {
    // It panics where the start failed.
    let Ok(threads) = std::panic::catch_unwind(rayon::current_num_threads) else { return false };
    // The pool's and this one. There may be as many that are others, so that it is asked, too.
    tasks().is_none_or(|tasks| tasks > threads) && answers()
}

/// Whether the global pool takes up a task.
fn answers() -> bool {
    let (sender, receiver) = mpsc::channel();
    rayon::spawn(move || {
        // Nobody listens any more to an answer that comes too late.
        let _ = sender.send(());
    });
    receiver.recv_timeout(PATIENCE).is_ok()
}

/// The threads of this process, where the system tells.
fn tasks() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").ok().map(Iterator::count)
}

/// Makes the calling thread a pool of one, for as long as it lives.
fn be_alone() {
    if let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
        // It ends with its thread.
        std::mem::forget(pool);
        ALONE.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, halves};

    #[test]
    fn all_work_is_done_once_and_in_pieces_of_the_grain() {
        for units in [0, 1, 2, 7, 16, 33, 100] {
            for (grain, threads) in [(1, 1), (1, 2), (1, 3), (4, 8), (16, 5)] {
                let pieces = halves(
                    0..units,
                    Cut { units, grain, threads },
                    &|work, middle, _| (work.start..work.start + middle, work.start + middle..work.end),
                    &|work| vec![work],
                    &|mut a, b| {
                        a.extend(b);
                        a
                    },
                );
                assert!(pieces.len() <= threads);
                assert_eq!(pieces.iter().cloned().flatten().collect::<Vec<_>>(), (0..units).collect::<Vec<_>>());
                assert!(pieces.iter().rev().skip(1).all(|piece| piece.len() % grain == 0 && !piece.is_empty()));
            }
        }
    }
}
