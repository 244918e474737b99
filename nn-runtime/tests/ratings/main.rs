//! Collaborative filtering: ratings, their files, and restricted Boltzmann machines of them.

mod biases;
mod data;
mod files;
mod model;
mod small;
mod training;
