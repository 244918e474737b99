//! `name: stage, stage <- source -> shape;`

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::punctuated::Punctuated;
use syn::{Ident, LitInt, PathSegment, Token, token};

use super::arguments::arguments;
use super::attributes::{attributes, tokens_of};
use super::cursor::{accept, at_name_and_colon, name, next, next_text, skip_one, skip_to, within};
use super::shape::shape;
use super::tree::{Call, Node, Sources, Stage};
use crate::report::{Faults, Reported, Written, compact};

/// The node that comes next, up to and with its `;`; `None` where attributes come last. Reads at least one token.
pub(super) fn node(input: ParseStream, faults: &mut Faults) -> Option<Node> {
    let attributes = attributes(input, faults);
    if input.is_empty() {
        // `out: dense(10); /// the scores` on the last line
        if !attributes.is_empty() {
            faults.add(tokens_of(&attributes), Written::AttributeLast { of: "node" });
        }
        return None;
    }
    let before = faults.count();
    let mut node =
        Node { attributes, name: None, stages: Vec::new(), sources: Sources::Above, stated: None, broken: None };
    let mut last = TokenStream::new();
    if input.peek(Token![let]) && input.peek2(Ident) {
        // `let a = dense(3);`
        let word = skip_one(input);
        node.name = name(input, faults);
        last = node.name.to_token_stream();
        faults.add(word, Written::Let { name: last.to_string() });
        let _equals = accept::<Token![=]>(input) || accept::<Token![:]>(input);
    } else if at_name_and_colon(input) {
        node.name = name(input, faults);
        last = node.name.to_token_stream();
        accept::<Token![:]>(input);
    } else if let Some(name) = marked_name(input, faults) {
        last = name.to_token_stream();
        node.name = Some(name);
        accept::<Token![:]>(input);
    } else if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
        node.name = name(input, faults);
        last = node.name.to_token_stream();
        faults.add(&last, Written::EqualsForColon { name: last.to_string() });
        accept::<Token![=]>(input);
    }
    if node.name.is_none()
        && input.peek(Ident)
        && input.peek2(Ident)
        && (input.peek3(token::Paren) || input.peek3(Token![<-]))
    {
        // `fc1 dense(10)`, `sum add <- (a, b)`
        node.name = name(input, faults);
        last = node.name.to_token_stream();
        faults.add(
            &last,
            Written::ColonAfterName { name: last.to_string(), found: next_text(input).unwrap_or_default() },
        );
    }
    stages(input, &mut node, &mut last, faults);
    let chain = node.stages.iter().map(text_of).collect::<Vec<_>>().join(", ");
    let mut tail = Vec::new();
    if accept::<Token![<-]>(input) {
        node.sources = sources(input, &chain, &mut last, faults).map_or_else(Sources::Lost, Sources::Named);
        tail.push(format!("<- {}", compact(&last)));
    }
    if accept::<Token![->]>(input) {
        if input.peek(token::Bracket) {
            last = next(input).to_token_stream();
            node.stated = shape(input, faults).ok();
            tail.push(format!("-> {}", compact(&last)));
        } else {
            let found = skip_to(input, |input| input.peek(Token![;]));
            faults.add(&found, Written::StatedShape { found: compact(&found) });
        }
    }
    end(input, &last, &Line { chain, tail: tail.join(" ") }, faults, before);
    node.broken = faults.since(before);
    Some(node)
}

/// A name with marks in it that no name has: `fc-1: …`. It is read as the name that is meant.
fn marked_name(input: ParseStream, faults: &mut Faults) -> Option<Ident> {
    let fork = input.fork();
    let first = Ident::parse_any(&fork).ok()?;
    let (mut tokens, mut meant) = (first.to_token_stream(), first.to_string());
    while !fork.peek(Token![:]) || fork.peek(Token![::]) {
        let mark = fork.parse::<TokenTree>().ok()?;
        let TokenTree::Punct(punct) = &mark else { return None };
        // `a.b` and `a-b`, and behind the mark a word or a number.
        if !['-', '.', '/', '+'].contains(&punct.as_char()) || !(fork.peek(Ident::peek_any) || fork.peek(LitInt)) {
            return None;
        }
        let word = fork.parse::<TokenTree>().ok()?;
        meant = format!("{meant}_{word}");
        tokens.extend([mark, word]);
    }
    let name = syn::parse_str::<Ident>(&meant).ok()?;
    input.advance_to(&fork);
    faults.add(&tokens, Written::MarkInName { found: tokens.to_string().replace(' ', ""), name: meant });
    Some(Ident::new(&name.to_string(), first.span()))
}

/// A stage as it is written.
fn text_of(stage: &Stage) -> String {
    match stage {
        Stage::Layer(call) => compact(&call.tokens),
        Stage::Path(path) => compact(path),
    }
}

/// What a node has been found to hold, as text: its stages, and the source and shape behind them.
struct Line {
    chain: String,
    tail: String,
}

fn stages(input: ParseStream, node: &mut Node, last: &mut TokenStream, faults: &mut Faults) {
    loop {
        let before = faults.count();
        match stage(input, faults) {
            Some(stage) => {
                *last = match &stage {
                    Stage::Layer(call) => call.tokens.clone(),
                    Stage::Path(path) => path.to_token_stream(),
                };
                node.stages.push(stage);
            }
            None if faults.count() > before => {
                skip_to(input, |input| input.peek(Token![;]));
                return;
            }
            None => {
                let found = next(input).filter(|_| !input.peek(Token![;])).to_token_stream();
                if found.is_empty() && !last.is_empty() {
                    let after = format!("{}{}", compact(&*last), if node.stages.is_empty() { ":" } else { "," });
                    faults.add(&*last, Written::StageMissing { after });
                } else {
                    let at = next(input).to_token_stream();
                    faults.add(&at, Written::Stage { found: compact(&at) });
                }
                skip_to(input, |input| input.peek(Token![;]));
                return;
            }
        }
        if !accept::<Token![,]>(input) {
            return;
        }
    }
}

/// What follows a node must be its `;`. Where the next node's beginning can be told, reading goes on there.
fn end(input: ParseStream, last: &TokenStream, line: &Line, faults: &mut Faults, before: usize) {
    if accept::<Token![;]>(input) {
        return;
    }
    let after = compact(last);
    let next_node = at_name_and_colon(input) || input.peek(Token![#]) || input.is_empty();
    if faults.count() > before {
        // What stands here is the rest of what was reported.
    } else if next_node {
        faults.add(last, Written::Semicolon { after });
        return;
    } else if !line.tail.is_empty() && (input.peek(Token![,]) || input.peek(Ident)) {
        // A stage behind the source, where another node may begin as well.
        let semicolon = input.peek(Ident);
        accept::<Token![,]>(input);
        let late = skip_to(input, |input| input.peek(Token![;]) || at_name_and_colon(input));
        let Line { chain, tail } = line;
        let fixed = (!late.is_empty()).then(|| format!("{chain}, {} {tail}", compact(&late)));
        let at = if late.is_empty() { last.clone() } else { late };
        faults.add(&at, Written::Late { tail: tail.clone(), found: compact(&at), fixed, semicolon });
    } else if input.peek(Token![=]) && (input.peek2(Ident) || input.peek2(token::Paren)) {
        // `a: dense(4) = input;`
        let sign = skip_one(input);
        let source = skip_to(input, |input| input.peek(Token![;]) || input.peek(Token![->]));
        let fixed = format!("{} <- {}", line.chain, compact(source));
        faults.add(sign, Written::EqualsForSource { fixed });
    } else if let Some(found) = next_text(input) {
        let stage_follows = input.peek(Ident);
        if stage_follows {
            faults.add(last, Written::CommaOrSemicolon { after, found });
            return;
        }
        let at = next(input).to_token_stream();
        // `dense(3).relu()`, `dense(3) | relu`
        skip_one(input);
        let then = next(input).filter(|_| input.peek(Ident)).map(compact);
        faults.add(at, Written::Unexpected { after, found, then });
    }
    skip_to(input, |input| input.peek(Token![;]));
    accept::<Token![;]>(input);
}

fn stage(input: ParseStream, faults: &mut Faults) -> Option<Stage> {
    if !input.peek(Ident::peek_any) && !input.peek(Token![::]) {
        return None;
    }
    let text = next_text(input)?;
    let capital = text.starts_with(char::is_uppercase) && !input.peek2(token::Paren);
    if input.peek(Token![::]) || input.peek2(Token![::]) || capital {
        let fork = input.fork();
        if let Ok(path) = path(&fork) {
            input.advance_to(&fork);
            return Some(Stage::Path(path));
        }
        if input.peek2(Token![<]) {
            formulas(input, faults);
        }
        return None;
    }
    let kind = Ident::parse_any(input).ok()?;
    if let (true, Ok(group)) = (input.peek(token::Paren), input.fork().parse::<Group>()) {
        let parsed = input.parse::<Group>().is_ok();
        debug_assert!(parsed, "a group was peeked");
        let mut tokens = kind.to_token_stream();
        group.to_tokens(&mut tokens);
        let before = faults.count();
        let (positional, options) = within(group.stream(), |input| arguments(input, faults));
        let broken = faults.since(before);
        return Some(Stage::Layer(Call { kind, tokens, positional, options, broken }));
    }
    let mut call =
        Call { tokens: kind.to_token_stream(), kind, positional: Vec::new(), options: Vec::new(), broken: None };
    if input.peek(syn::Lit) || input.peek(token::Bracket) {
        let loose = skip_one(input);
        let (layer, text) = (call.kind.to_string(), compact(&loose));
        loose.to_tokens(&mut call.tokens);
        let reported = faults.add(&call.tokens, Written::ArgumentsLoose { layer, arguments: text });
        call.broken = Some(reported);
    }
    Some(Stage::Layer(call))
}

/// Reads and reports sizes of a part that are formulas: `Block<2 * 8>`.
fn formulas(input: ParseStream, faults: &mut Faults) {
    let name = skip_one(input);
    let open = skip_one(input);
    let sizes = skip_to(input, |input| input.peek(Token![>]) || input.peek(Token![;]));
    let close = skip_to(input, |input| !input.peek(Token![>]));
    let tokens: TokenStream = [name.clone(), open, sizes.clone(), close].into_iter().collect();
    let sizes: Vec<TokenTree> = sizes.into_iter().collect();
    let is_comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == ',');
    let braced = sizes.split(is_comma).map(|size| match size {
        [one] => one.to_string(),
        all => format!("{{ {} }}", compact(all.iter().cloned().collect::<TokenStream>())),
    });
    let fixed = format!("{}<{}>", compact(name), braced.collect::<Vec<_>>().join(", "));
    faults.add(&tokens, Written::PartSizes { found: compact(&tokens), fixed });
}

/// A path with arguments behind its last name alone, so that `Block <- input` ends before the arrow.
fn path(input: ParseStream) -> syn::Result<syn::Path> {
    // `Block::<4>` is `Block<4>`.
    let mut segments = Punctuated::new();
    let leading_colon = input.parse::<Option<Token![::]>>()?;
    loop {
        segments.push_value(PathSegment::from(Ident::parse_any(input)?));
        if !input.peek(Token![::]) {
            break;
        }
        let colons = input.parse::<Token![::]>()?;
        if input.peek(Token![<]) {
            break;
        }
        segments.push_punct(colons);
    }
    let mut path = syn::Path { leading_colon, segments };
    if let (true, Some(last)) = (input.peek(Token![<]) && !input.peek(Token![<-]), path.segments.last_mut()) {
        last.arguments = syn::PathArguments::AngleBracketed(input.parse()?);
    }
    Ok(path)
}

/// The names after `<-`.
fn sources(
    input: ParseStream,
    chain: &str,
    last: &mut TokenStream,
    faults: &mut Faults,
) -> Result<Vec<Ident>, Reported> {
    if let (true, Ok(group)) = (input.peek(token::Paren), input.fork().parse::<Group>()) {
        *last = skip_to(input, |input| !input.peek(token::Paren));
        return within(group.stream(), |input| {
            let mut names = Vec::new();
            while !input.is_empty() {
                names.push(source(input, &group.to_token_stream(), faults)?);
                if !accept::<Token![,]>(input) {
                    break;
                }
            }
            if names.is_empty() || !input.is_empty() {
                let rest = skip_to(input, |_| false);
                let at = if rest.is_empty() { group.to_token_stream() } else { rest };
                return Err(faults.add(&at, Written::Source { found: Some(compact(&at)) }));
            }
            Ok(names)
        });
    }
    let before = last.clone();
    *last = next(input).filter(|_| !input.peek(Token![;])).to_token_stream();
    let name = source(input, &before, faults)?;
    if input.peek(Token![,]) {
        // Several sources without their parentheses, or a stage.
        let rest = skip_to(input, |input| input.peek(Token![;]) || input.peek(Token![->]));
        let stage = compact(rest.clone()).trim_start_matches(", ").to_owned();
        let names = rest.clone().into_iter().all(|token| !matches!(token, TokenTree::Group(_)));
        let sources = names.then(|| format!("{name}{}", compact(rest.clone())));
        let fixed = format!("{chain}, {stage} <- {name}");
        return Err(faults.add(&rest, Written::SourcesLoose { sources, fixed }));
    }
    Ok(vec![name])
}

fn source(input: ParseStream, before: &TokenStream, faults: &mut Faults) -> Result<Ident, Reported> {
    if let Ok(name) = input.parse::<Ident>() {
        return Ok(name);
    }
    let found = next(input).filter(|_| !input.peek(Token![;])).to_token_stream();
    let at = if found.is_empty() { before.clone() } else { found.clone() };
    let reported = faults.add(at, Written::Source { found: (!found.is_empty()).then(|| compact(found)) });
    skip_to(input, |input| input.peek(Token![;]));
    Err(reported)
}
