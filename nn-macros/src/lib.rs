//! The `network!` macro of plumbline.
