//! The `network!` macro of plumbline.

mod check;
mod layers;
mod network;
mod paths;
mod report;
mod shape;
mod syntax;
