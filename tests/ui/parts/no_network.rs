//! A part that is neither a network nor a layer.
//!
//! Declare `Scale` by `network!`, or implement `plumbline::Layer` for it and write `plumbline::layer!(Scale);`.

use plumbline::prelude::*;

#[derive(Clone, Debug)]
pub struct Scale<E = f32>(E);

network! {
    pub Net: [8] -> [8] { scale: Scale; }
}

fn main() {}
