//! Pictures in a terminal.

use plumbline::report::Picture;

/// Draws pictures side by side.
pub(crate) fn show(pictures: impl Iterator<Item = Picture>) {
    if let Some(row) = pictures.reduce(Picture::beside) {
        println!("{row}");
    }
}
