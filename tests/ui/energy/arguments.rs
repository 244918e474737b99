//! Numbers of units, options and values that energy-based layers do not have.

use plumbline::prelude::*;

network! {
    None: [8] -> [4] { rbm: rbm(0); }
    Missing: [8] -> [4] { rbm: rbm; }
    Fraction: [8] -> [4] { rbm: rbm(4.5); }
    Both: [8] -> [4] { rbm: rbm(8, 4); }
    Option: [8] -> [4] { rbm: rbm(4, visibel = gaussian); }
    Bias: [8] -> [4] { rbm: rbm(4, bias = false); }
    EachStep: [3, 8] -> [3, 4] { rbm: rbm(4, each_step = true); }
    Init: [8] -> [4] { rbm: rbm(4, init = 0.01); }
    Deviation: [8] -> [4] { rbm: rbm(4, init = normal(-0.01)); }
    Machine: [8] -> [4] { machine: boltzmann(0); }
    Units: [8] -> [4] { machine: boltzmann; }
    Visible: [8] -> [4] { machine: boltzmann(4, visible = gaussian); }
    Memory: [8] -> [8] { memory: hopfield(8); }
    Update: [8] -> [8] { memory: hopfield(update = random); }
    Quoted: [8] -> [8] { memory: hopfield(update = "synchronous"); }
    Drawn: [8] -> [8] { memory: hopfield(init = zeros); }
}

fn main() {}
