//! Recurrent layers as other libraries call them.

use plumbline::prelude::*;

network! {
    pub Classes: [20, 8] -> [16] {
        a: LSTM(16);
        b: GRU(16);
        c: RNN(16);
        d: SimpleRNN(16);
        e: elman(16);
        f: lstm_cell(16);
        g: bilstm(16);
        h: TimeDistributed(16);
        last;
    }

    pub Repeated: [8] -> [20, 16] {
        repeat_vector(20);
        memory: gru(16);
    }
}

fn main() {}
