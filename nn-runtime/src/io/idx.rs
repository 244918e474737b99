//! Images and labels in the IDX format, in which the MNIST files come (LeCun, Cortes and Burges): plain or gzip.
//!
//! A file is two zero bytes, the type of its numbers, its number of axes, the length of each axis as a big-endian
//! 32-bit integer, and then the numbers. Nothing in a header is believed before the bytes behind it were read, so a
//! damaged file costs an error and never the memory that it claims to need. Nor does a small gzip cost the memory of what it unpacks to: beyond
//! [`UNCHECKED`] bytes, no more is unpacked than [`RATIO`] times what was read.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
};

use crate::{
    Batch, Element, ShapeError,
    io::{
        Origin,
        gzip::{Implausible, unpacked},
    },
    shape::{Const, Dimension, Dims},
};

pub use super::gzip::{RATIO, UNCHECKED};

/// The bytes that the numbers of one file may take up, unpacked: one gibibyte.
pub const LIMIT: u64 = 1 << 30;

/// The code of unsigned bytes, the only type of images and labels.
const UNSIGNED_BYTE: u8 = 0x08;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Grey images of one size, a byte a pixel.
///
/// ```
/// use plumbline::{Const, io::Images};
/// let file = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255];
/// let images = Images::from_reader(&file[..])?;
/// assert_eq!((images.count(), images.rows(), images.columns()), (1, 1, 2));
/// assert_eq!(images.to_batch::<Const<1>, Const<2>, f32>()?.as_slice(), [0.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    count: usize,
    rows: usize,
    columns: usize,
    pixels: Vec<u8>,
}

impl Images {
    /// The images of a file, plain or gzip.
    ///
    /// # Errors
    ///
    /// [`IdxError`] where the file cannot be read or does not hold images and nothing else.
    pub fn read(path: impl AsRef<Path>) -> Result<Images, IdxError> {
        let path = path.as_ref();
        open(path).and_then(Images::parse).map_err(|fault| IdxError::new(Some(path), fault))
    }

    /// The images that `reader` yields, plain or gzip.
    ///
    /// # Errors
    ///
    /// As [`Images::read`].
    pub fn from_reader(reader: impl Read) -> Result<Images, IdxError> {
        Images::parse(reader).map_err(|fault| IdxError::new(None, fault))
    }

    fn parse(reader: impl Read) -> Result<Images, IdxFault> {
        let ([count, rows, columns], pixels) = parse(reader)?;
        if rows == 0 || columns == 0 {
            return Err(IdxFault::NoPixels { rows, columns });
        }
        Ok(Images { count, rows, columns, pixels })
    }

    /// The number of images.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The height of an image.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The width of an image.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The pixels, image after image, row after row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The images as a batch, with 0 … 255 scaled to 0 … 1.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Sample`] where the images are not `H` × `W`, [`ShapeError::Memory`] where there is no memory for the numbers.
    pub fn to_batch<H: Dimension, W: Dimension, E: Element>(&self) -> Result<Batch<(Const<1>, H, W), E>, ShapeError> {
        if (self.rows, self.columns) != (H::SIZE, W::SIZE) {
            let (expected, found) = (vec![1, H::SIZE, W::SIZE], vec![1, self.rows, self.columns]);
            return Err(ShapeError::Sample { expected, found });
        }
        let mut numbers = Vec::new();
        let memory = |_| ShapeError::Memory { numbers: self.pixels.len(), bytes: size_of::<E>() };
        numbers.try_reserve_exact(self.pixels.len()).map_err(memory)?;
        numbers.extend(self.pixels.iter().map(|&pixel| E::from_f64(f64::from(pixel) / 255.0)));
        Batch::from_vec_of(numbers, &[1, self.rows, self.columns])
    }
}

/// The labels of a file, plain or gzip.
///
/// ```no_run
/// let labels = plumbline::io::idx::read_labels("mnist/train-labels-idx1-ubyte.gz")?;
/// # Ok::<(), plumbline::io::IdxError>(())
/// ```
///
/// # Errors
///
/// [`IdxError`] where the file cannot be read or does not hold labels and nothing else.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<u8>, IdxError> {
    let path = path.as_ref();
    let labels = open(path).and_then(parse::<1>);
    Ok(labels.map_err(|fault| IdxError::new(Some(path), fault))?.1)
}

/// The labels that `reader` yields, plain or gzip.
///
/// ```
/// let labels = plumbline::io::idx::labels_from_reader(&[0, 0, 8, 1, 0, 0, 0, 2, 7, 4][..])?;
/// assert_eq!(labels, [7, 4]);
/// # Ok::<(), plumbline::io::IdxError>(())
/// ```
///
/// # Errors
///
/// As [`read_labels`].
pub fn labels_from_reader(reader: impl Read) -> Result<Vec<u8>, IdxError> {
    Ok(parse::<1>(reader).map_err(|fault| IdxError::new(None, fault))?.1)
}

/// A file that is not what was asked for.
///
/// ```
/// use plumbline::io::{IdxFault, Images};
/// let labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
/// let error = Images::from_reader(&labels[..]).unwrap_err();
/// assert!(matches!(error.fault, IdxFault::Axes { expected: 3, found: 1 }));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", Origin(path.as_deref()))]
pub struct IdxError {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub fault: IdxFault,
}

impl IdxError {
    fn new(path: Option<&Path>, fault: IdxFault) -> Self {
        IdxError { path: path.map(Path::to_path_buf), fault }
    }
}

/// What is wrong with a file in the IDX format.
#[derive(Debug, thiserror::Error)]
pub enum IdxFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// The gzip stream is damaged.
    #[error("expected a sound gzip stream, found a damaged one: {0}")]
    Gzip(io::Error),
    /// The file does not begin as IDX files do.
    #[error("expected an IDX file, which begins with two zero bytes, found {found:02x?}")]
    Magic {
        /// The first bytes.
        found: [u8; 2],
    },
    /// The numbers are no unsigned bytes.
    #[error("expected unsigned bytes (type 0x08), found type {found:#04x}")]
    Type {
        /// The code of the type.
        found: u8,
    },
    /// Another number of axes: images in place of labels, or the reverse.
    #[error("expected {}, found {}", content(*expected), content(*found))]
    Axes {
        /// The number of axes of what was asked for.
        expected: usize,
        /// The number of axes of what the file holds.
        found: usize,
    },
    /// Images without pixels.
    #[error("expected images, found images of {rows} × {columns} pixels")]
    NoPixels {
        /// The height.
        rows: usize,
        /// The width.
        columns: usize,
    },
    /// The header claims more than [`LIMIT`] bytes.
    #[error("expected at most {LIMIT} bytes, found a header that claims {}", Dims(claimed))]
    TooLarge {
        /// The length of each axis.
        claimed: Vec<usize>,
    },
    /// A gzip that unpacks to far more than images and labels do.
    #[error(
        "expected at most {RATIO} times the {packed} bytes read so far, found {unpacked} bytes; a file that is sound can be unpacked before"
    )]
    Bomb {
        /// The bytes of the file that were read.
        packed: u64,
        /// The bytes that they unpacked to.
        unpacked: u64,
    },
    /// There is no memory for the numbers.
    #[error("expected memory for {bytes} bytes, found too little")]
    Memory {
        /// The bytes that there are at least.
        bytes: u64,
    },
    /// The file ends early.
    #[error("expected {expected} bytes of {part}, found {found}: the file is truncated")]
    Truncated {
        /// What ends early, `"header"` or `"data"`.
        part: &'static str,
        /// The bytes that belong there.
        expected: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// The file goes on after the numbers that its header announces.
    #[error("expected {expected} bytes of data, found more behind them")]
    Oversized {
        /// The bytes that the header announces.
        expected: u64,
    },
}

/// What a file with so many axes holds.
fn content(axes: usize) -> String {
    match axes {
        1 => "labels (1 axis)".to_owned(),
        3 => "images (3 axes)".to_owned(),
        axes => format!("numbers with {axes} axes"),
    }
}

fn open(path: &Path) -> Result<File, IdxFault> {
    File::open(path).map_err(IdxFault::Io)
}

/// The lengths of the axes, and the numbers.
fn parse<const AXES: usize>(mut reader: impl Read) -> Result<([usize; AXES], Vec<u8>), IdxFault> {
    let start = bytes(&mut reader, 2, IdxFault::Io)?;
    let gzip = start == GZIP;
    let whole = Cursor::new(start).chain(reader);
    if gzip { parse_plain(unpacked(whole), gzip_fault) } else { parse_plain(whole, IdxFault::Io) }
}

/// An error of the decoder: of the stream, unless the file below it failed.
fn gzip_fault(error: io::Error) -> IdxFault {
    if let Some(&Implausible { packed, unpacked }) = error.get_ref().and_then(|error| error.downcast_ref()) {
        return IdxFault::Bomb { packed, unpacked };
    }
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            IdxFault::Gzip(error)
        }
        _ => IdxFault::Io(error),
    }
}

fn parse_plain<const AXES: usize>(
    mut reader: impl Read,
    fault: fn(io::Error) -> IdxFault,
) -> Result<([usize; AXES], Vec<u8>), IdxFault> {
    let magic = header::<4>(&mut reader, fault)?;
    if magic[..2] != [0, 0] {
        return Err(IdxFault::Magic { found: [magic[0], magic[1]] });
    }
    if magic[2] != UNSIGNED_BYTE {
        return Err(IdxFault::Type { found: magic[2] });
    }
    if usize::from(magic[3]) != AXES {
        return Err(IdxFault::Axes { expected: AXES, found: magic[3].into() });
    }
    let mut axes = [0; AXES];
    for axis in &mut axes {
        let length = u32::from_be_bytes(header::<4>(&mut reader, fault)?);
        *axis = usize::try_from(length).unwrap_or(usize::MAX);
    }
    let claimed = axes.iter().try_fold(1_u64, |product, &axis| product.checked_mul(u64::try_from(axis).ok()?));
    let expected = claimed.filter(|&bytes| bytes <= LIMIT).ok_or(IdxFault::TooLarge { claimed: axes.to_vec() })?;
    // One byte more than announced, to see whether the file goes on.
    let data = bytes(&mut reader, expected + 1, fault)?;
    match data.len() as u64 {
        found if found < expected => Err(IdxFault::Truncated { part: "data", expected, found }),
        found if found > expected => Err(IdxFault::Oversized { expected }),
        _ => Ok((axes, data)),
    }
}

fn header<const N: usize>(reader: &mut impl Read, fault: fn(io::Error) -> IdxFault) -> Result<[u8; N], IdxFault> {
    let bytes = bytes(reader, N as u64, fault)?;
    let found = bytes.len() as u64;
    bytes.try_into().map_err(|_| IdxFault::Truncated { part: "header", expected: N as u64, found })
}

/// Up to `count` bytes. The memory grows with what is there, not with what is asked for, and never beyond that.
fn bytes(reader: &mut impl Read, count: u64, fault: fn(io::Error) -> IdxFault) -> Result<Vec<u8>, IdxFault> {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        // As much again as there is.
        let more = (bytes.len() as u64).max(1 << 16).min(count - bytes.len() as u64);
        if usize::try_from(more).ok().and_then(|more| bytes.try_reserve_exact(more).ok()).is_none() {
            return Err(IdxFault::Memory { bytes: bytes.len() as u64 + more });
        }
        let read = reader.take(more).read_to_end(&mut bytes).map_err(fault)?;
        if read as u64 != more || bytes.len() as u64 == count {
            return Ok(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    /// The smallest files: 2 images of 2 × 3 pixels, and 2 labels.
    const HEADER: [u8; 16] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 4];

    fn images() -> Vec<u8> {
        HEADER.into_iter().chain(10..22).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn fault(bytes: &[u8]) -> IdxFault {
        Images::from_reader(bytes).unwrap_err().fault
    }

    #[test]
    fn plain_and_gzip_hold_the_same() {
        let expected = Images { count: 2, rows: 2, columns: 3, pixels: (10..22).collect() };
        assert_eq!(Images::from_reader(&images()[..]).unwrap(), expected);
        assert_eq!(Images::from_reader(&gzip(&images())[..]).unwrap(), expected);
        assert_eq!(labels_from_reader(&gzip(&LABELS)[..]).unwrap(), [7, 4]);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let (plain, packed) = (images(), gzip(&images()));
        for length in 0..plain.len() {
            let found = fault(&plain[..length]);
            assert!(matches!(found, IdxFault::Truncated { .. }), "{length} bytes: {found}");
        }
        for length in 2..packed.len() {
            let found = fault(&packed[..length]);
            assert!(matches!(found, IdxFault::Gzip(_)), "{length} packed bytes: {found}");
        }
    }

    #[test]
    fn bytes_behind_the_data_are_an_error() {
        let mut long = images();
        long.push(0);
        assert!(matches!(fault(&long), IdxFault::Oversized { expected: 12 }));
        assert!(matches!(fault(&gzip(&long)), IdxFault::Oversized { expected: 12 }));
        let mut packed = gzip(&images());
        packed.extend(b"garbage behind the stream");
        assert!(matches!(fault(&packed), IdxFault::Gzip(_)));
    }

    #[test]
    fn a_damaged_stream_is_an_error() {
        let mut packed = gzip(&images());
        let checksum = packed.len() - 6;
        packed[checksum] ^= 1;
        assert!(matches!(fault(&packed), IdxFault::Gzip(_)));
    }

    #[test]
    fn other_contents_are_named() {
        assert_eq!(fault(&LABELS).to_string(), "expected images (3 axes), found labels (1 axis)");
        let error = labels_from_reader(&images()[..]).unwrap_err();
        assert_eq!(error.to_string(), "expected labels (1 axis), found images (3 axes)");
        assert!(matches!(fault(b"\x89PNG...."), IdxFault::Magic { found: [0x89, b'P'] }));
        assert!(matches!(fault(&[0, 0, 0x0d, 3]), IdxFault::Type { found: 0x0d }));
        assert!(matches!(fault(&[0, 0, 8, 255]), IdxFault::Axes { expected: 3, found: 255 }));
        let empty = [0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 28];
        assert!(matches!(fault(&empty), IdxFault::NoPixels { rows: 0, columns: 28 }));
    }

    #[test]
    fn absurd_headers_cost_no_memory() {
        let absurd = [0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255];
        assert!(matches!(fault(&absurd), IdxFault::TooLarge { .. }));
        // Claims just what is allowed and holds nothing.
        let claims = [0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 0, 128, 0, 0, 0, 128];
        assert!(matches!(fault(&claims), IdxFault::Truncated { expected: LIMIT, found: 0, .. }));
    }

    #[test]
    fn a_gzip_bomb_is_read_no_further_than_its_header_says() {
        /// A file with endless zeros behind it.
        struct Endless(Cursor<Vec<u8>>, u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let read = self.0.read(buffer)?;
                if read > 0 {
                    return Ok(read);
                }
                buffer.fill(0);
                self.1 += buffer.len() as u64;
                Ok(buffer.len())
            }
        }
        let mut endless = Endless(Cursor::new(images()), 0);
        let error = Images::from_reader(&mut endless).unwrap_err();
        assert!(matches!(error.fault, IdxFault::Oversized { expected: 12 }));
        assert!(endless.1 < 1 << 20, "read {} bytes", endless.1);
        let mut bomb = images();
        bomb.resize(50 << 20, 0);
        assert!(matches!(fault(&gzip(&bomb)), IdxFault::Oversized { expected: 12 }));
    }

    #[test]
    fn a_gzip_that_claims_a_gibibyte_is_unpacked_as_far_as_is_plausible() {
        // 65,536 blank images of 128 × 128 pixels, of which the first eighth is there.
        let mut blank = vec![0, 0, 8, 3, 0, 1, 0, 0, 0, 0, 0, 128, 0, 0, 0, 128];
        blank.resize(128 << 20, 0);
        let packed = gzip(&blank);
        let IdxFault::Bomb { packed: read, unpacked } = fault(&packed) else { panic!("{}", fault(&packed)) };
        assert!(unpacked < UNCHECKED + (1 << 26) && read <= packed.len() as u64, "{unpacked} bytes from {read}");
        // Labels in order are as well packed, but there are never that many.
        let mut labels = vec![0, 0, 8, 1, 0, 16, 0, 0];
        labels.resize(8 + (1 << 20), 3);
        let packed = gzip(&labels);
        assert!(packed.len() < 8000);
        assert_eq!(labels_from_reader(&packed[..]).unwrap().len(), 1 << 20);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Images::read("no/such/file").unwrap_err();
        assert!(error.to_string().starts_with("`no/such/file`: cannot be read: "), "{error}");
    }

    #[test]
    fn images_of_another_size_do_not_become_a_batch() {
        let error = Images::from_reader(&images()[..]).unwrap().to_batch::<Const<28>, Const<28>, f32>().unwrap_err();
        assert_eq!(error.to_string(), "expected samples of shape `[1, 28, 28]`, found `[1, 2, 3]`");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), at in 0_usize..28, value: u8) {
            let _: Result<_, IdxError> = Images::from_reader(&bytes[..]);
            let mut file = images();
            file[at] = value;
            if let Ok(images) = Images::from_reader(&file[..]) {
                prop_assert_eq!(images.pixels().len(), images.count() * images.rows() * images.columns());
            }
        }
    }
}
