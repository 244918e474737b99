//! Training: what users add from outside, trainers and loops, threads, autoencoders, adversarial training, energy models.

#[path = "../differences/mod.rs"]
mod differences;

mod adversarial;
mod autoencoders;
mod calls;
mod energy;
mod extensions;
mod threads;
mod trainers;
