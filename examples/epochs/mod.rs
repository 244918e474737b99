//! What examples print while an energy-based model trains.

use std::{fmt::Display, io::IsTerminal};

/// Prints an epoch where the training's own display has no terminal to be on.
pub(crate) fn watch(epoch: &impl Display) {
    if !std::io::stderr().is_terminal() {
        println!("{epoch}");
    }
}
