//! What is wrong, in words: every message of the macro is here, one file for each kind of mistake.

mod arguments;
mod energy;
mod faults;
mod graph;
mod map;
mod message;
mod naming;
mod near;
mod parts;
mod rank;
mod shape;
mod syntax;

pub(crate) use arguments::{Argument, Found, Meant};
pub(crate) use energy::{Energy, Side};
pub(crate) use faults::{Errors, Faults, NoFault, Reported, ends};
pub(crate) use graph::Structure;
pub(crate) use map::Mapped;
pub(crate) use message::{Message, Piece, Received, bare, compact, joined};
pub(crate) use naming::{Naming, ResolveError};
pub(crate) use near::nearest;
pub(crate) use parts::PartMismatch;
pub(crate) use rank::{Rank, Sequenced};
pub(crate) use shape::Mismatch;
pub(crate) use syntax::Written;
