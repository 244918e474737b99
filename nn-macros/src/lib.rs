//! The `network!` macro of plumbline.

mod check;
mod layers;
mod network;
mod paths;
mod report;
mod shape;
mod syntax;
#[cfg(test)]
mod tests;

use check::Outcome;
use proc_macro2::TokenStream;

/// tokens → what the user wrote → the checked graph → Rust.
fn expansion(input: TokenStream) -> TokenStream {
    let (written, strays) = syntax::parse(input);
    let mut tokens = strays.finish().err().unwrap_or_default();
    for outcome in check::check(written) {
        match outcome {
            Outcome::Checked(network) => tokens.extend(network.constants.iter().cloned()),
            Outcome::Faulty(sketch, errors) => {
                tokens.extend(errors);
                tokens.extend(sketch.into_iter().flat_map(|sketch| sketch.constants));
            }
        }
    }
    tokens
}
