//! Tokens → what the user wrote. Parsing goes on after a fault, so that all faults come at once.

mod arguments;
mod attributes;
mod cursor;
mod header;
mod network;
mod node;
mod shape;
mod tree;

pub(crate) use cursor::is_keyword;
pub(crate) use network::parse;
pub(crate) use tree::{Call, Network, Node, Port, Shape, Size, Sources, Stage};
