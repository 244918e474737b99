//! A network that reads a sequence and declares its input without the time axis.

use plumbline::prelude::*;

network! {
    pub Forecast: [3] -> [1] {
        memory: lstm(32);
        last;
        out: dense(1);
    }

    pub Pair: (series: [3], place: [2]) -> [1] {
        memory: gru(32) <- series;
        end: last;
        both: concat <- (end, place);
        out: dense(1);
    }
}

fn main() {}
