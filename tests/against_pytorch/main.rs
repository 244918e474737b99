//! Forward passes, gradients, losses and optimizers against the numbers that PyTorch calculates. See `README.md`.

mod batch_norms;
mod embeddings;
mod fixture;
mod graphs;
mod layers;
mod losses;
mod losses_over_time;
mod networks;
mod optimizers;
mod random_layers;
mod recurrent;
mod signals;
mod windows;
mod without_gradient;
