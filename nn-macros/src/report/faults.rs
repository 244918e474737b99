//! The collector of a network's faults.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use super::Message;

/// The faults found so far. Dropping it unread is a bug of the macro, which a panic brings to light.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
    /// The first fault that another one explains.
    delayed: Option<Fault>,
    read: bool,
}

#[derive(Clone, Debug)]
struct Fault {
    at: TokenStream,
    message: Message,
}

/// The token that a fault was noted. Only noting one makes it, so that whoever holds it has nothing to report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported(());

/// What the check of a network found.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    /// The errors in the order of the source.
    pub(crate) found: TokenStream,
    /// The error to show where nothing else shows one.
    pub(crate) delayed: TokenStream,
}

/// Proof that a network's check found no fault.
#[derive(Debug)]
pub(crate) struct NoFault(());

impl Faults {
    /// Notes a fault in the tokens `at`, all of which the error underlines.
    pub(crate) fn add(&mut self, at: impl ToTokens, message: impl Into<Message>) -> Reported {
        self.found.push(Fault { at: at.to_token_stream(), message: message.into() });
        Reported(())
    }

    /// Notes a fault that another one explains, found later or in another network: it is shown where no other is.
    pub(crate) fn delay(&mut self, at: impl ToTokens, message: impl Into<Message>) -> Reported {
        self.delayed.get_or_insert_with(|| Fault { at: at.to_token_stream(), message: message.into() });
        Reported(())
    }

    /// Whether a fault was noted after the first `count`.
    pub(crate) fn since(&self, count: usize) -> Option<Reported> {
        (self.found.len() > count).then_some(Reported(()))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Takes back what was noted after the first `count`.
    pub(crate) fn forget_after(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// The errors, or the proof that there are none.
    pub(crate) fn finish(mut self) -> Result<NoFault, Errors> {
        self.read = true;
        let delayed = self.delayed.take();
        if self.found.is_empty() && delayed.is_none() {
            return Ok(NoFault(()));
        }
        self.found.sort_by_key(|fault| position(ends(&fault.at)[0]));
        let found = self.found.drain(..).map(Fault::into_tokens).collect();
        Err(Errors { found, delayed: delayed.map(Fault::into_tokens).unwrap_or_default() })
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        assert!(self.read || std::thread::panicking(), "faults were dropped unread");
    }
}

impl Fault {
    /// An error of the macro's own, or one of the compiler's where the message needs a size that only it knows.
    fn into_tokens(self) -> TokenStream {
        match self.message.text() {
            Some(text) => syn::Error::new_spanned(self.at, text).to_compile_error(),
            None => {
                let failure = self.message.failure(ends(&self.at));
                quote!(const _: () = #failure;)
            }
        }
    }
}

/// Line and column; outside the compiler, in tests, there are none.
fn position(span: Span) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}

/// Where tokens begin and where they end.
pub(crate) fn ends(tokens: &TokenStream) -> [Span; 2] {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    [first, spans.last().unwrap_or(first)]
}
