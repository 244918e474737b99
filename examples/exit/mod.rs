//! How examples end.

use std::{error::Error, process::ExitCode};

/// The code of a program that ends so; an error is printed as a person reads it.
pub(crate) fn code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
