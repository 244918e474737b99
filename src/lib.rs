//! Neural networks whose shapes are checked by the compiler.
