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
