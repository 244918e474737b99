//! Kernels, layers, trainers and data of plumbline.
