//! Training: trainers and loops, threads, autoencoders, adversarial training, energy models.

#[path = "../differences/mod.rs"]
mod differences;

mod adversarial;
mod autoencoders;
mod calls;
mod energy;
mod threads;
mod trainers;
