//! What the rules of one network share: its faults, its constants, and what they need to know of its nodes.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Ident};

use super::constants::{Constants, Producer, guarded};
use super::expression::{Folded, fold, mentioned, mentions, name, operation, variable};
use super::part::Part;
use super::siblings::Siblings;
use super::site::{Answer, Site, Value};
use super::symbol::{Referent, Symbol};
use crate::paths;
use crate::report::{Argument, Faults, Found, Message, Mismatch, Reported, ResolveError, Structure, compact, nearest};
use crate::shape::{Condition, Dimension, Formula, MOST_TERMS, Operation, Shape, Verdict};

/// The state of one network's check.
pub(crate) struct Scope {
    /// The name of the network.
    network: Ident,
    pub(crate) faults: Faults,
    pub(crate) constants: Constants,
    pub(crate) parameters: Vec<Ident>,
    /// Whether their names can be those of parameters.
    pub(crate) parameters_fit: bool,
    /// The networks of the invocation.
    pub(crate) siblings: Siblings,
    /// The named nodes so far, which options may name.
    pub(crate) symbols: Vec<Symbol>,
    /// What the compiler has been asked about single sizes and shapes.
    asked: HashSet<String>,
    /// The sizes that were asked for where they are written.
    held: HashSet<String>,
    /// The dimension parameters of which the compiler has been asked whether they are at least 1.
    positive: HashSet<String>,
    /// The names of all nodes, those below too.
    pub(crate) names: Vec<String>,
    /// The words that nodes without a name begin with and that name no layer: they were probably meant as names.
    pub(crate) unknown_layers: Vec<String>,
    /// The names of the inputs.
    pub(crate) inputs: Vec<String>,
}

impl Scope {
    pub(crate) fn new(network: &Ident, parameters: Vec<Ident>, siblings: Siblings, faults: Faults) -> Self {
        let constants = Constants::new(network, parameters.clone());
        Self {
            network: network.clone(),
            faults,
            constants,
            parameters,
            parameters_fit: true,
            siblings,
            symbols: Vec::new(),
            names: Vec::new(),
            unknown_layers: Vec::new(),
            inputs: Vec::new(),
            asked: HashSet::new(),
            held: HashSet::new(),
            positive: HashSet::new(),
        }
    }

    /// Whether a layer above has a memory, so that what has two axes is probably a sequence.
    pub(crate) fn remembers(&self) -> bool {
        self.symbols.iter().any(|symbol| matches!(symbol.referent, Referent::State { .. }))
    }

    /// Notes that something is unknown for a fault that is noted later, or in another network.
    pub(crate) fn elsewhere(&mut self) -> Reported {
        self.faults.delay(&self.network, Structure::Sizeless { name: self.network.to_string() })
    }

    /// Asks for a condition. Where it fails the fault is noted; where only the compiler can tell, a check is.
    pub(crate) fn ask<M: Into<Message>>(
        &mut self,
        at: impl ToTokens,
        producer: Option<&Value>,
        condition: &Condition,
        fault: impl FnOnce() -> M,
    ) -> Answer {
        match condition.verdict() {
            Verdict::Holds => Answer::Holds,
            Verdict::Fails => Answer::Fails(self.faults.add(at, fault())),
            Verdict::Deferred(tokens) if condition.is_of_listed() => self.ask_run(&tokens, fault()),
            Verdict::Deferred(tokens) => self.ask_tokens(at, producer, &tokens, fault()),
        }
    }

    /// Asks that the shape is that of `dims`, tokens of type `&'static [usize]`.
    pub(crate) fn ask_dims(
        &mut self,
        at: impl ToTokens,
        producer: Option<&Value>,
        (dims, shape): (&TokenStream, &Shape),
        fault: impl Into<Message>,
    ) -> Answer {
        let (function, sizes) = (paths::checked("same_shape", Span::call_site()), shape.iter().map(Dimension::tokens));
        let same = quote!(#function(#dims, &[#(#sizes),*]));
        if shape.iter().any(Dimension::is_listed) {
            self.ask_run(&same, fault)
        } else {
            self.ask_tokens(at, producer, &same, fault)
        }
    }

    /// Asks the running program for a condition on its sizes, tokens of type `bool`. Before it runs nothing can be told.
    fn ask_run(&mut self, condition: &TokenStream, fault: impl Into<Message>) -> Answer {
        self.constants.sizes.rule(condition, &fault.into());
        Answer::Holds
    }

    /// Asks the compiler for a condition, tokens of type `bool`.
    pub(crate) fn ask_tokens(
        &mut self,
        at: impl ToTokens,
        producer: Option<&Value>,
        condition: &TokenStream,
        fault: impl Into<Message>,
    ) -> Answer {
        let named = self.constants.name("bool", condition);
        let open = self.constants.mentions_parameter(condition);
        let producer = producer.and_then(|value| value.producer.as_ref());
        let producer = producer.map(|(name, tokens)| Producer { name, tokens });
        self.constants.check(&named, &fault.into(), &at.to_token_stream(), producer);
        // What depends on dimension parameters is settled where they are known, and nothing before that can be told.
        if open { Answer::Holds } else { Answer::Deferred(named) }
    }

    /// Asks that a shape is of no more elements than fit; a shape that was asked before is not asked again.
    pub(crate) fn ask_holdable<M: Into<Message>>(
        &mut self,
        at: impl ToTokens,
        shape: &Shape,
        fault: impl FnOnce() -> M,
    ) -> Result<(), Reported> {
        let condition = Condition::Holdable(shape.clone());
        if let [size] = shape.as_slice()
            && self.held.contains(&size.tokens().to_string())
        {
            return Ok(());
        }
        if self.asked(&condition) { Ok(()) } else { self.ask(at, None, &condition, fault).holds() }
    }

    /// Whether the compiler has been asked for the condition already; notes that it is now.
    fn asked(&mut self, condition: &Condition) -> bool {
        match condition.verdict() {
            Verdict::Deferred(tokens) => !self.asked.insert(tokens.to_string()),
            Verdict::Holds | Verdict::Fails => false,
        }
    }

    /// A size of at least `least`, which messages call `what`.
    pub(crate) fn size(&mut self, expression: &Expr, least: u64, what: &str) -> Result<Dimension, Reported> {
        if mentions(&self.parameters, expression) {
            let size = self.formula(expression, what)?;
            return self.hold_formula(expression, size, least, what);
        }
        match fold(expression) {
            Folded::Number(value) => {
                let Ok(value) = u64::try_from(value) else {
                    // Negative, or beyond any size.
                    let found = value.to_string();
                    let fault = match value {
                        0.. => Argument::Overflow { expression: found },
                        _ => Argument::TooSmall { what: what.to_owned(), least, found },
                    };
                    return Err(self.faults.add(expression, fault));
                };
                let size = Dimension::Literal(value);
                self.hold(expression, size, least, what)
            }
            Folded::Undefined => {
                Err(self.faults.add(expression, Argument::Overflow { expression: compact(expression) }))
            }
            Folded::Constant => {
                if let Some(name) = variable(expression) {
                    // A variable by its looks: `let hidden = 16; … dense(hidden)`
                    let fault = Argument::Variable { what: what.to_owned(), name: name.to_string() };
                    return Err(self.faults.add(name, fault));
                }
                let (size, of) = self.constants.evaluate(expression);
                if of.is_empty() {
                    return self.hold(expression, size, least, what);
                }
                let found = || Found::Expression { written: compact(expression), value: size.clone(), of };
                let fault = || Argument::NotBetween { what: what.to_owned(), least, found: found() };
                self.within(expression, &size, least, fault)
            }
            Folded::Other => self.not_whole(expression, what),
        }
    }

    /// Asks that a size lies between `least` and the largest there is.
    fn hold(&mut self, at: &Expr, size: Dimension, least: u64, what: &str) -> Result<Dimension, Reported> {
        let fault = || match size.literal() {
            Some(value) if value < least => {
                Argument::TooSmall { what: what.to_owned(), least, found: value.to_string() }
            }
            Some(_) => Argument::TooLarge { what: what.to_owned(), found: size.clone() },
            None => Argument::NotBetween { what: what.to_owned(), least, found: Found::Value(size.clone()) },
        };
        self.within(at, &size, least, fault)
    }

    /// Asks that a dimension parameter is a size; where padding alone has it, it may be 0.
    pub(crate) fn ask_parameter(&mut self, name: &Ident) {
        let fits = paths::checked("fits", Span::call_site());
        let found = Dimension::Parameter(Formula::parameter(name, false));
        let fault = Argument::ParameterTooLarge { name: name.to_string(), found };
        self.constants.check(&quote!(#fits(0, #name)), &fault.into(), &name.to_token_stream(), None);
    }

    /// Calculates a size of a layer, which messages call `what`. Where it has no value the fault is noted.
    pub(crate) fn calculate(
        &mut self,
        at: impl ToTokens,
        what: impl FnOnce() -> String,
        operation: Operation,
        operands: &[Dimension],
    ) -> Result<Dimension, Reported> {
        operation.of(operands).ok_or_else(|| {
            let (written, why) = operation.lack(operands);
            self.faults.add(at, Mismatch::NoSize { what: what(), written, why })
        })
    }

    /// Asks that a size which a layer calculated has a value, where the compiler calculates it.
    pub(crate) fn hold_calculated(&mut self, site: &Site, size: Dimension) -> Result<Dimension, Reported> {
        if size.is_written() || size.is_free() || self.held.contains(&size.tokens().to_string()) {
            return Ok(size);
        }
        let within = Condition::Calculated(size.clone());
        let fault = || Mismatch::NoValue { subject: site.subject.clone(), size: size.clone() };
        let size = self.ask(&site.tokens, None, &within, fault).guard_size(size.clone())?;
        let size = self.constants.name_size(size);
        self.held.insert(size.tokens().to_string());
        Ok(size)
    }

    /// The same of arithmetic on dimension parameters.
    fn hold_formula(&mut self, at: &Expr, size: Dimension, least: u64, what: &str) -> Result<Dimension, Reported> {
        let mut names = Vec::new();
        mentioned(&self.parameters, at, &mut names);
        let parameter = |name: &Ident| Dimension::Parameter(Formula::parameter(name, false));
        let fault = || {
            let values = names.iter().map(|name| (name.to_string(), parameter(name)));
            let found = Found::Expression { written: compact(at), value: size.clone(), of: values.collect() };
            Argument::NotBetween { what: what.to_owned(), least, found }
        };
        let size = self.within(at, &size, least, fault)?;
        let Dimension::Parameter(formula) = &size else { return Ok(size) };
        match formula.name().cloned() {
            Some(name) if least > 0 => {
                self.positive.insert(name.to_string());
                Ok(Dimension::Parameter(Formula::parameter(&name, true)))
            }
            _ => Ok(size),
        }
    }

    fn within(
        &mut self,
        at: &Expr,
        size: &Dimension,
        least: u64,
        fault: impl FnOnce() -> Argument,
    ) -> Result<Dimension, Reported> {
        let within = Condition::Within(least, size.clone());
        let again = self.asked(&within);
        let answer = match within.verdict() {
            Verdict::Deferred(_) if again && within.is_of_listed() => Answer::Holds,
            Verdict::Deferred(tokens) if again => Answer::Deferred(self.constants.name("bool", &tokens)),
            _ => self.ask(at, None, &within, fault),
        };
        let size = self.constants.name_size(answer.guard_size(size.clone())?);
        self.held.insert(size.tokens().to_string());
        Ok(size)
    }

    fn not_whole(&mut self, expression: &Expr, what: &str) -> Result<Dimension, Reported> {
        Err(self.faults.add(expression, Argument::NotWhole { what: what.to_owned(), found: compact(expression) }))
    }

    /// A dimension parameter as a size.
    pub(crate) fn parameter(&self, name: &Ident) -> Dimension {
        Dimension::Parameter(Formula::parameter(name, self.positive.contains(&name.to_string())))
    }

    /// A constant as a size: where it is none, another check says so.
    pub(crate) fn written(&mut self, expression: &Expr) -> Dimension {
        let (written, _) = self.constants.evaluate(expression);
        match Condition::Within(0, written.clone()).verdict() {
            Verdict::Deferred(condition) => self.constants.name_size(guarded(&condition, written)),
            Verdict::Holds | Verdict::Fails => written,
        }
    }

    /// Arithmetic on dimension parameters.
    fn formula(&mut self, expression: &Expr, what: &str) -> Result<Dimension, Reported> {
        match expression {
            Expr::Paren(inner) => self.formula(&inner.expr, what),
            Expr::Group(inner) => self.formula(&inner.expr, what),
            Expr::Binary(binary) => {
                let Some(operation) = operation(&binary.op) else { return self.not_whole(expression, what) };
                let operands = [self.formula(&binary.left, what)?, self.formula(&binary.right, what)?];
                operation.of(&operands).ok_or_else(|| {
                    let fault = if operation.is_too_long(&operands) {
                        Argument::FormulaTooLong { what: what.to_owned(), most: MOST_TERMS }
                    } else {
                        Argument::Overflow { expression: compact(expression) }
                    };
                    self.faults.add(expression, fault)
                })
            }
            other => match name(other) {
                Some(name) if self.parameters.contains(name) => Ok(self.parameter(name)),
                _ => self.size(other, 0, what),
            },
        }
    }

    /// Notes the sizes of a part; what it gives, each free axis with a size of its own.
    pub(crate) fn part_sizes(&mut self, name: &str, part: &Part, inputs: &Shape, output: Shape) -> Shape {
        // A part without a name is a fault of its own.
        let Ok(name) = syn::parse_str::<Ident>(name) else { return output };
        self.constants.sizes.part(&name, part, inputs.clone(), output)
    }

    /// Whether sizes are free in the network.
    pub(crate) fn has_free_sizes(&self) -> bool {
        !self.constants.sizes.is_empty()
    }

    /// Asks at run time that a part gives the shape that the network goes on with.
    pub(crate) fn part_gives(&mut self, name: &str, part: &Part, output: &Shape) {
        if let Ok(name) = syn::parse_str::<Ident>(name) {
            self.constants.sizes.part_gives(&name, part, output);
        }
    }

    /// Does something whose faults are noted where it is done again; `None` where it has one.
    pub(crate) fn speculative<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, Reported>) -> Option<T> {
        let before = self.faults.count();
        let result = f(self).ok();
        self.faults.forget_after(before);
        result
    }

    /// The node above that an option of the layer `reader` names; `Err(None)` where another fault tells why there is none.
    pub(crate) fn resolve(&self, name: &str, reader: &str) -> Result<&Symbol, Option<ResolveError>> {
        if let Some(symbol) = self.symbols.iter().find(|symbol| symbol.name == name) {
            return Ok(symbol);
        }
        if self.unknown_layers.iter().any(|word| word == name) {
            return Err(None);
        }
        Err(Some(if name == reader {
            ResolveError::Itself
        } else if self.names.iter().any(|node| node == name) {
            ResolveError::Below
        } else if self.inputs.iter().any(|input| input == name) {
            ResolveError::Input
        } else {
            let near = nearest(name, self.symbols.iter().map(|symbol| symbol.name.as_str()));
            ResolveError::Unknown { near: near.map(str::to_owned) }
        }))
    }
}
