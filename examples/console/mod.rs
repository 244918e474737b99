//! What examples print while they train, and how they end.

use std::{error::Error, io::IsTerminal, process::ExitCode};

use plumbline::train::Event;

/// Prints a line an epoch where the trainer's own display has no terminal to be on.
pub(crate) fn watch(event: &Event<'_>) {
    match event {
        Event::Epoch(epoch) if !std::io::stderr().is_terminal() => println!("{epoch}"),
        _ => {}
    }
}

/// How the process ends; an error is printed as a person reads it.
pub(crate) fn exit(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
