//! The closure that the user wrote → a graph. Reading goes on after a fault, so that all faults come at once.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{BinOp, Block, Expr, ExprClosure, ExprIf, Ident, Lit, Pat, Stmt, Type, UnOp};

use super::expression::{Binary, Comparison, Function, Graph, Selection, Value};
use super::mapping::Mapping;
use crate::context::{Scope, name};
use crate::report::{Mapped, Reported, compact, nearest};

/// Functions of two arguments.
const PAIRS: [&str; 4] = ["powi", "powf", "min", "max"];

/// Every function.
fn names() -> impl Iterator<Item = &'static str> {
    Function::ALL.into_iter().map(Function::name).chain(PAIRS)
}

/// The function that another library calls so.
fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "log" => "ln",
        "pow" => "powf",
        "maximum" => "max",
        "minimum" => "min",
        "logistic" | "expit" => "sigmoid",
        "log1p" => "ln_1p",
        "expm1" => "exp_m1",
        _ => return None,
    })
}

/// Reads `|x| expression`; faults are noted in the scope.
pub(crate) fn read(written: &Expr, scope: &mut Scope) -> Result<Mapping, Reported> {
    let Expr::Closure(closure) = written else {
        return Err(scope.faults.add(written, Mapped::NoClosure { found: Some(compact(written)) }));
    };
    let mut reader = Reader { graph: Graph::default(), names: Vec::new(), scope };
    let argument = reader.argument(closure);
    let value = reader.value(&closure.body);
    argument?;
    Ok(Mapping::new(reader.graph, value?))
}

struct Reader<'a> {
    graph: Graph,
    /// What names stand for, the innermost last.
    names: Vec<(Ident, Result<Value, Reported>)>,
    scope: &'a mut Scope,
}

impl Reader<'_> {
    fn fault<T>(&mut self, at: impl ToTokens, fault: Mapped) -> Result<T, Reported> {
        Err(self.scope.faults.add(at, fault))
    }

    /// The closure's one argument: `|x|`, or `|_|` for a function that does not depend on it.
    fn argument(&mut self, closure: &ExprClosure) -> Result<(), Reported> {
        let value = self.graph.argument();
        for input in &closure.inputs {
            self.names.extend(named(input).into_iter().map(|name| (name.clone(), Ok(value))));
        }
        let head = closure.capture.is_some() || closure.asyncness.is_some() || !closure.attrs.is_empty();
        let typed = matches!(closure.output, syn::ReturnType::Type(..));
        match (closure.inputs.first(), closure.inputs.iter().nth(1)) {
            (Some(_), Some(second)) => self.fault(second, Mapped::Arguments { found: closure.inputs.len() }),
            (None, _) => self.fault(closure, Mapped::Arguments { found: 0 }),
            (Some(first), None) if plain(first).is_none() && !matches!(first, Pat::Wild(_)) => {
                self.fault(first, Mapped::Argument)
            }
            _ if head || typed => self.fault(closure, Mapped::NoClosure { found: None }),
            _ => Ok(()),
        }
    }

    fn value(&mut self, written: &Expr) -> Result<Value, Reported> {
        match written {
            Expr::Lit(literal) => self.literal(written, &literal.lit),
            Expr::Paren(inner) => self.value(&inner.expr),
            Expr::Group(inner) => self.value(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                let a = self.value(&unary.expr)?;
                Ok(self.graph.negate(a))
            }
            Expr::Binary(binary) => {
                let operate = match binary.op {
                    BinOp::Add(_) => Graph::add,
                    BinOp::Sub(_) => Graph::subtract,
                    BinOp::Mul(_) => Graph::multiply,
                    BinOp::Div(_) => Graph::divide,
                    _ => return self.outside(written),
                };
                let (a, b) = (self.value(&binary.left), self.value(&binary.right));
                Ok(operate(&mut self.graph, a?, b?))
            }
            Expr::Path(_) => self.name(written, written),
            Expr::Cast(cast) if is_f64(&cast.ty) && self.is_constant(&cast.expr) => self.name(&cast.expr, written),
            Expr::Call(call) => match name(&call.func) {
                Some(name) => self.call(name, None, &call.args.iter().collect::<Vec<_>>(), written),
                None => {
                    for argument in &call.args {
                        let _reported = self.value(argument);
                    }
                    let last = match &*call.func {
                        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
                        _ => None,
                    };
                    self.unknown(&call.func, compact(&call.func), &last.unwrap_or_default())
                }
            },
            Expr::MethodCall(call) if call.turbofish.is_none() => {
                self.call(&call.method, Some(&call.receiver), &call.args.iter().collect::<Vec<_>>(), written)
            }
            Expr::If(branch) => self.branch(branch),
            Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => self.block(&block.block),
            _ => self.outside(written),
        }
    }

    fn literal(&mut self, written: &Expr, literal: &Lit) -> Result<Value, Reported> {
        let number = match literal {
            Lit::Float(number) if matches!(number.suffix(), "" | "f32" | "f64") => number.base10_parse::<f64>().ok(),
            Lit::Int(number) if number.suffix().is_empty() => number.base10_digits().parse().ok(),
            _ => None,
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) if fits(number) => Ok(self.graph.number(number)),
            Some(_) => self.fault(written, Mapped::Narrow { found: compact(written) }),
            None => self.fault(written, Mapped::Number { found: compact(written) }),
        }
    }

    /// The argument, what a `let` has named, or a constant, whose value is `written`: itself, or its conversion.
    fn name(&mut self, path: &Expr, written: &Expr) -> Result<Value, Reported> {
        if let Some(name) = name(path) {
            if let Some((_, value)) = self.names.iter().rev().find(|(known, _)| known == name) {
                return *value;
            }
            if !self.is_constant(path) {
                let text = name.to_string();
                let known: Vec<String> = self.names.iter().map(|(name, _)| name.to_string()).collect();
                let near = nearest(&text, known.iter().map(String::as_str)).filter(|_| text.len() > 1);
                let near = near.map(str::to_owned);
                return self.fault(path, Mapped::Variable { name: text, near });
            }
        }
        let constant = self.scope.constants.name("f64", &written.to_token_stream());
        let known = self.graph.constants.len();
        let value = self.graph.constant(constant.clone());
        if self.graph.constants.len() > known {
            let narrow = Mapped::Narrow { found: compact(written) };
            self.scope.constants.check(&fits_condition(&constant), &narrow.into(), &written.to_token_stream(), None);
        }
        Ok(value)
    }

    /// Whether an expression is a path that can be a constant's: one of several parts, or a name in capitals.
    fn is_constant(&self, path: &Expr) -> bool {
        let starts_small = |text: &str| text.starts_with(|first: char| first.is_lowercase() || first == '_');
        match name(path) {
            Some(name) => !starts_small(&name.to_string()) && self.names.iter().all(|(known, _)| known != name),
            None => matches!(path, Expr::Path(_)),
        }
    }

    /// `receiver.name(arguments)` or `name(arguments)`.
    fn call(
        &mut self,
        name: &Ident,
        receiver: Option<&Expr>,
        written: &[&Expr],
        whole: &Expr,
    ) -> Result<Value, Reported> {
        let text = name.to_string();
        let arguments: Vec<&Expr> = receiver.into_iter().chain(written.iter().copied()).collect();
        let function = Function::ALL.into_iter().find(|function| function.name() == text);
        let needed = match function {
            Some(_) => 1,
            None if PAIRS.contains(&text.as_str()) => 2,
            None => {
                for argument in arguments {
                    let _reported = self.value(argument);
                }
                return self.unknown(name, text.clone(), &text);
            }
        };
        // The exponent of `powi` is a literal and no value.
        let values = if text == "powi" { 1 } else { arguments.len() };
        let values: Vec<Result<Value, Reported>> =
            arguments.iter().take(values).map(|argument| self.value(argument)).collect();
        if arguments.len() != needed {
            let (found, method) = (written.len(), receiver.is_some());
            let needed = if method { needed - 1 } else { needed };
            return self.fault(whole, Mapped::Count { function: text, needed, found, method });
        }
        if text == "powi" {
            let found = || compact(arguments[1]);
            let exponent = match exponent(arguments[1]) {
                Some(exponent) => Ok(exponent),
                None => self.fault(arguments[1], Mapped::Exponent { found: found() }),
            };
            return Ok(self.graph.power(values[0]?, exponent?));
        }
        match (function, values.as_slice()) {
            (Some(function), &[a]) => Ok(self.graph.apply(function, a?)),
            (None, &[a, b]) if text == "powf" => Ok(self.graph.powf(a?, b?)),
            (None, &[a, b]) => {
                let which = if text == "min" { Binary::Min } else { Binary::Max };
                Ok(self.graph.extremum(which, a?, b?))
            }
            _ => unreachable!("the number of arguments was checked"),
        }
    }

    fn unknown(&mut self, at: impl ToTokens, name: String, last: &str) -> Result<Value, Reported> {
        let near = elsewhere(last).or_else(|| nearest(last, names()));
        self.fault(at, Mapped::UnknownFunction { name, near, all: names().collect() })
    }

    /// `if a < b { … } else { … }`
    fn branch(&mut self, written: &ExprIf) -> Result<Value, Reported> {
        let condition = self.condition(&written.cond);
        let yes = self.block(&written.then_branch);
        let Some((_, other)) = &written.else_branch else {
            return self.fault(written, Mapped::NoElse);
        };
        let no = self.value(other);
        let (comparison, left, right) = condition?;
        Ok(self.graph.select(Selection { comparison, left, right, yes: yes?, no: no? }))
    }

    /// One comparison.
    fn condition(&mut self, written: &Expr) -> Result<(Comparison, Value, Value), Reported> {
        let compared = match written {
            Expr::Paren(inner) => return self.condition(&inner.expr),
            Expr::Group(inner) => return self.condition(&inner.expr),
            Expr::Binary(binary) => comparison(&binary.op).map(|comparison| (comparison, binary)),
            _ => None,
        };
        let Some((comparison, binary)) = compared else {
            return self.fault(written, Mapped::Condition);
        };
        let (left, right) = (self.value(&binary.left), self.value(&binary.right));
        Ok((comparison, left?, right?))
    }

    /// `{ let a = …; … value }`
    fn block(&mut self, block: &Block) -> Result<Value, Reported> {
        let outer = self.names.len();
        let (mut result, mut broken) = (None, None);
        for (index, statement) in block.stmts.iter().enumerate() {
            match statement {
                Stmt::Local(local) => {
                    let init = local.init.as_ref().filter(|init| init.diverge.is_none());
                    match (plain(&local.pat), init) {
                        (Some(name), Some(init)) => {
                            let value = self.value(&init.expr);
                            self.names.push((name.clone(), value));
                        }
                        _ => {
                            let reported = self.scope.faults.add(local, Mapped::Let { found: compact(local) });
                            // What uses it has no fault of its own.
                            let names = named(&local.pat).into_iter();
                            self.names.extend(names.map(|name| (name.clone(), Err(reported))));
                            broken = Some(reported);
                        }
                    }
                }
                Stmt::Expr(value, None) if index + 1 == block.stmts.len() => {
                    result = Some(self.value(value));
                }
                Stmt::Expr(value, _) => {
                    broken = self.outside(value).err();
                }
                Stmt::Macro(_) | Stmt::Item(_) => {
                    let what = if matches!(statement, Stmt::Macro(_)) { "a macro call" } else { "an item" };
                    let fault = Mapped::Outside { what: what.to_owned(), functions: names().collect() };
                    broken = Some(self.scope.faults.add(statement, fault));
                }
            }
        }
        self.names.truncate(outer);
        match (broken, result) {
            (Some(reported), _) => Err(reported),
            (None, Some(value)) => value,
            (None, None) => self.fault(block, Mapped::NoValue),
        }
    }

    /// Notes that something has no place in a `map`.
    fn outside(&mut self, written: &Expr) -> Result<Value, Reported> {
        let what = match written {
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => "a loop".to_owned(),
            Expr::Macro(_) => "a macro call".to_owned(),
            Expr::Closure(_) => "a closure".to_owned(),
            Expr::Assign(_) => "an assignment".to_owned(),
            Expr::Match(_) => "`match`".to_owned(),
            Expr::Cast(_) => "a conversion".to_owned(),
            Expr::Binary(binary) if comparison(&binary.op).is_some() => "a comparison outside of `if`".to_owned(),
            other => format!("`{}`", compact(other)),
        };
        self.fault(written, Mapped::Outside { what, functions: names().collect() })
    }
}

/// The name of a pattern that is nothing else.
fn plain(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() => {
            Some(&name.ident)
        }
        _ => None,
    }
}

/// The names that a pattern gives, as far as it is simple.
fn named(pattern: &Pat) -> Vec<&Ident> {
    match pattern {
        Pat::Ident(name) => vec![&name.ident],
        Pat::Type(typed) => named(&typed.pat),
        Pat::Reference(inner) => named(&inner.pat),
        Pat::Paren(inner) => named(&inner.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().flat_map(named).collect(),
        _ => Vec::new(),
    }
}

/// Whether `f32` has a number near this one, or it is infinite or none by itself.
fn fits(number: f64) -> bool {
    let narrow = number as f32;
    !number.is_finite() || narrow.is_finite() && (narrow != 0.0 || number == 0.0)
}

/// The same for a constant, of type `bool`.
fn fits_condition(constant: &TokenStream) -> TokenStream {
    let (finite, narrow) = (quote!(#constant - #constant == 0.0), quote!((#constant as ::core::primitive::f32)));
    quote!(!(#finite) || #narrow - #narrow == 0.0 && (#narrow != 0.0 || #constant == 0.0))
}

fn is_f64(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident("f64"))
}

fn comparison(operator: &BinOp) -> Option<Comparison> {
    Some(match operator {
        BinOp::Lt(_) => Comparison::Less,
        BinOp::Le(_) => Comparison::AtMost,
        BinOp::Gt(_) => Comparison::Greater,
        BinOp::Ge(_) => Comparison::AtLeast,
        BinOp::Eq(_) => Comparison::Equal,
        BinOp::Ne(_) => Comparison::Unequal,
        _ => return None,
    })
}

/// The value of a whole literal, negative ones too.
fn exponent(written: &Expr) -> Option<i32> {
    match written {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) if matches!(number.suffix(), "" | "i32") => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => exponent(&unary.expr).map(|exponent| -exponent),
        Expr::Paren(inner) => exponent(&inner.expr),
        Expr::Group(inner) => exponent(&inner.expr),
        _ => None,
    }
}
