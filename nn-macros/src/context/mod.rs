//! What a rule may ask and tell: the scope, the site of a fault, values, constants, sizes, and the symbols that other nodes offer.

mod arithmetic;
mod constants;
mod expression;
mod part;
mod scope;
mod siblings;
mod signature;
mod site;
mod sizes;
mod symbol;

pub(crate) use expression::{Folded, fold, name};
pub(crate) use part::{Part, formula, typed};
pub(crate) use scope::Scope;
pub(crate) use siblings::Siblings;
pub(crate) use signature::{Known, known};
pub(crate) use site::{Answer, Site, Value};
pub(crate) use sizes::{Calculation, PartSizes, Sizes, part_list};
pub(crate) use symbol::{Referent, StateForm, Symbol};
