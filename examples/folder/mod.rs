//! Where examples look for MNIST.

use std::{env, path::PathBuf};

/// The folder that `--data` names, else the folder `mnist` of the one that `PLUMBLINE_DATA` names, if either does.
pub(crate) fn mnist(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| env::var_os("PLUMBLINE_DATA").map(|data| PathBuf::from(data).join("mnist")))
}
