//! What `map` cannot differentiate, each an error of its own.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [3] {
        repeated:  map(|x| { for _ in 0..3 { x; } x });
        called:    map(|x| dbg!(x));
        remainder: map(|x| x % 2.0 + (x as f64));
        matched:   map(|x| match x { 0.0 => 1.0, _ => x });
        one_sided: map(|x| if x < 0.0 { x });
        both:      map(|x| if x > 0.0 && x < 1.0 { x } else { 1.0 });
        changing:  map(|x| { let mut a = x; a * a });
        ended:     map(|x| { let a = x; });
        compared:  map(|x| x * (x > 0.0));
        text:      map(|x| x + "1");
    }
}

fn main() {}
