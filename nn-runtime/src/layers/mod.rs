//! The layers, one folder each.
