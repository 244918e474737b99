//! What a gzip unpacks to, within reason.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

/// The bytes that a gzip may unpack to however small it is: 64 mebibytes.
pub const UNCHECKED: u64 = 1 << 26;

/// How many times its own size a gzip of more than [`UNCHECKED`] bytes may unpack to. Images take a quarter to a fiftieth of their size; the format
/// reaches a thousandth, which means that they are blank.
pub const RATIO: u64 = 200;

/// What a gzip unpacks to, or an error that holds an [`Implausible`].
pub(super) fn unpacked(packed: impl Read) -> impl Read {
    let packed = io::BufReader::with_capacity(1 << 16, Counted { reader: packed, bytes: 0 });
    Unpacked { decoder: MultiGzDecoder::new(packed), bytes: 0 }
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// What a gzip unpacks to, as long as that is plausible.
struct Unpacked<R> {
    decoder: MultiGzDecoder<io::BufReader<Counted<R>>>,
    bytes: u64,
}

/// More than is plausible.
#[derive(Debug, thiserror::Error)]
#[error("{unpacked} bytes from {packed}")]
pub(super) struct Implausible {
    pub(super) packed: u64,
    pub(super) unpacked: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.bytes += read as u64;
        let (packed, unpacked) = (self.decoder.get_ref().get_ref().bytes, self.bytes);
        if unpacked > UNCHECKED && unpacked / RATIO > packed {
            return Err(io::Error::other(Implausible { packed, unpacked }));
        }
        Ok(read)
    }
}
