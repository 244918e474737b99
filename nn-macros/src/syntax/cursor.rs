//! Steps that every part of the parser takes.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::token;
use syn::{Ident, Token};

use crate::report::{Faults, Written, compact};

/// Reads the whole of `tokens`; what `read` leaves over is passed by.
pub(super) fn within<T>(tokens: TokenStream, read: impl FnOnce(ParseStream) -> T) -> T {
    let mut result = None;
    let whole = |input: ParseStream| {
        result = Some(read(input));
        skip_to(input, |_| false);
        Ok(())
    };
    // An error here is about brackets inside an expression that `read` could not read and has reported.
    let _reported = whole.parse2(tokens);
    result.expect("`parse2` calls its parser")
}

/// Reads a token where it comes next; says whether it did.
pub(super) fn accept<T: Parse + token::Token>(input: ParseStream) -> bool {
    input.parse::<Option<T>>().is_ok_and(|token| token.is_some())
}

/// The next token, unread, as text.
pub(super) fn next_text(input: ParseStream) -> Option<String> {
    next(input).map(compact)
}

/// The next token, unread.
pub(super) fn next(input: ParseStream) -> Option<TokenTree> {
    input.fork().parse::<TokenTree>().ok()
}

/// Reads on to before the first token that `stop` accepts, and returns what it read.
pub(super) fn skip_to(input: ParseStream, stop: impl Fn(ParseStream) -> bool) -> TokenStream {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !stop(input) {
        match input.parse::<TokenTree>() {
            Ok(token) => token.to_tokens(&mut skipped),
            Err(_) => break,
        }
    }
    skipped
}

/// Reads one token.
pub(super) fn skip_one(input: ParseStream) -> TokenStream {
    input.parse::<TokenTree>().map(TokenStream::from).unwrap_or_default()
}

/// `name :`, but not `name ::`.
pub(super) fn at_name_and_colon(input: ParseStream) -> bool {
    input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::])
}

/// A name, which no keyword can be; a keyword is reported and stands for itself.
pub(super) fn name(input: ParseStream, faults: &mut Faults) -> Option<Ident> {
    let name = Ident::parse_any(input).ok()?;
    if is_keyword(&name) {
        faults.add(&name, Written::Keyword { name: name.to_string() });
    }
    Some(name)
}

/// Whether Rust keeps the word for itself.
pub(crate) fn is_keyword(name: &Ident) -> bool {
    syn::parse2::<Ident>(name.to_token_stream()).is_err()
}
