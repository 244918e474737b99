//! Forward passes, gradients, losses and optimizers against the numbers that PyTorch calculates. See `README.md`.

mod batch_norms;
mod fixture;
mod layers;
mod losses;
mod networks;
mod optimizers;
mod signals;
