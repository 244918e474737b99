//! The `network!` macro of plumbline.

mod layers;
mod network;
mod paths;
mod report;
mod shape;
