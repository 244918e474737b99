//! A layer of the user's own between shapes that are not its own.

use plumbline::prelude::*;
use plumbline::Layer;

#[derive(Clone, Debug)]
pub struct Negative<E = f32>(std::marker::PhantomData<E>);

impl<E: Element> Layer for Negative<E> {
    type Element = E;
    type Input = (Const<8>,);
    type Output = (Const<8>,);

    fn drawn(_: &mut rand::rngs::StdRng) -> Self {
        Negative(std::marker::PhantomData)
    }

    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = -x);
    }

    fn backward_sample(&self, _: &[E], _: &[E], d_y: &[E], d_x: &mut [E], _: &mut [E]) {
        d_x.iter_mut().zip(d_y).for_each(|(d_x, &d_y)| *d_x = -d_y);
    }
}

plumbline::layer!(Negative);

network! {
    pub Net: [16] -> [10] {
        hidden: dense(10), tanh;
        negative: Negative;
    }
}

fn main() {}
