//! The functions that users write in `map(|x| expression)`, and their derivatives.
//!
//! The closure is read into a graph in which nothing occurs twice; every term goes through `simplify` on its way in. The
//! derivative grows in the same graph, so that it shares what it has in common with the value. What is printed computes each
//! value once.

mod derivative;
#[cfg(test)]
mod evaluate;
mod expression;
mod mapping;
mod print;
mod read;
mod simplify;
mod stable;
#[cfg(test)]
mod tests;

pub(crate) use mapping::Mapping;
pub(crate) use read::read;
