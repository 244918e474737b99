//! Tasks in the child of a fork, for tests. Here because such a child is made by unsafe code.

use std::{io, os::unix::process::CommandExt, process::Command};

/// What a child answers whose task has found what it should.
pub(crate) const SAME: i32 = 77;
const OTHER: i32 = 78;

/// [`SAME`] where `task` is done, with the result that it should have, in the child of a fork by the calling thread.
pub(crate) fn in_a_child(task: impl Fn() -> bool + Send + Sync + 'static) -> Option<i32> {
    let mut command = Command::new("never-run");
    let child = move || Err(io::Error::from_raw_os_error(if task() { SAME } else { OTHER }));
    // SAFETY: the closure runs in the child between its fork and the start of a program, which its error prevents. It allocates, which the C
    // library of Linux keeps possible there, and takes no lock that another thread may have held: it waits for no thread of the parent, as the
    // tests show.
    unsafe { command.pre_exec(child) };
    command.spawn().err().and_then(|error| error.raw_os_error())
}
