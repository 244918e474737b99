//! What examples print while they train.

use std::io::IsTerminal;

use plumbline::train::Event;

/// Prints a line an epoch where the trainer's own display has no terminal to be on.
pub(crate) fn watch(event: &Event<'_>) {
    match event {
        Event::Epoch(epoch) if !std::io::stderr().is_terminal() => println!("{epoch}"),
        _ => {}
    }
}
