//! Layers and functions that other libraries have: a suggestion is for what is meant, or there is none.

use plumbline::prelude::*;

network! {
    pub Image: [3, 8, 8] -> [10] {
        pad(1);
        c: conv(8, kernel = 3), prelu;
        upsample(2);
        pool(2);
        attention(4);
        conv3d(4);
        out: dense(10);
    }

    pub Signal: [3, 8] -> [10] { mean_pool(2); flatten; out: dense(10); }

    pub Sampled: [3, 8] -> [10] { pool(2); flatten; out: dense(10); }

    pub Vector: [3] -> [10] { a: dense(4), sin; matmul(4); out: dense(10); }
}

fn main() {}
