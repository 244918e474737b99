//! Networks as a whole: names, constants, dimension parameters, free sizes, graphs, networks within networks.

#[path = "../differences/mod.rs"]
mod differences;

mod constants;
mod free;
mod generic;
mod generic_layers;
mod inside;
mod maps;
mod names;
mod nodes;
mod parts;
mod several_inputs;
mod several_outputs;
