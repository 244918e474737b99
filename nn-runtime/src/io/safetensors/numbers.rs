//! The numbers of a tensor, from bytes.

use std::io::{self, Read};

use ::safetensors::Dtype;

use crate::Element;

/// How many bytes are read and converted at a time.
const CHUNK: usize = 1 << 16;

/// A number of a file: its place among those that are read, and what it is.
pub(super) type Found = (usize, f64);

/// How the numbers of a type are read: the bytes of one, and what converts those of several.
#[derive(Clone, Copy)]
pub(super) struct Reader<E> {
    /// The bytes of one number.
    pub(super) size: usize,
    /// Writes the numbers, and returns the first that is not finite once it is converted.
    convert: fn(&[u8], &mut [E]) -> Option<Found>,
}

impl<E: Element> Reader<E> {
    /// `None` for types that weights do not have.
    pub(super) fn of(dtype: Dtype) -> Option<Self> {
        Some(match dtype {
            Dtype::F16 => {
                Reader { size: 2, convert: |bytes, values| read(bytes, values, |b| half(u16::from_le_bytes(b))) }
            }
            Dtype::BF16 => Reader {
                size: 2,
                convert: |bytes, values| {
                    read(bytes, values, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16).into())
                },
            },
            Dtype::F32 => {
                Reader { size: 4, convert: |bytes, values| read(bytes, values, |b| f32::from_le_bytes(b).into()) }
            }
            Dtype::F64 => Reader { size: 8, convert: |bytes, values| read(bytes, values, f64::from_le_bytes) },
            _ => return None,
        })
    }

    /// Fills `values` from `source`, and returns the first number that is not finite: its place, and what it was in the file.
    pub(super) fn fill(&self, source: &mut impl Read, values: &mut [E]) -> io::Result<Option<Found>> {
        let mut bytes = vec![0; CHUNK.min(values.len() * self.size)];
        let mut first = None;
        for (chunk, values) in values.chunks_mut(CHUNK / self.size).enumerate() {
            let bytes = &mut bytes[..values.len() * self.size];
            source.read_exact(bytes)?;
            if let (None, Some((place, found))) = (first, (self.convert)(bytes, values)) {
                first = Some((chunk * (CHUNK / self.size) + place, found));
            }
        }
        Ok(first)
    }
}

fn read<E: Element, const N: usize>(bytes: &[u8], values: &mut [E], number: impl Fn([u8; N]) -> f64) -> Option<Found> {
    let (chunks, _) = bytes.as_chunks::<N>();
    let mut first = None;
    for (place, (value, &chunk)) in values.iter_mut().zip(chunks).enumerate() {
        let found = number(chunk);
        *value = E::from_f64(found);
        if !value.is_finite() && first.is_none() {
            first = Some((place, found));
        }
    }
    first
}

/// The number that 16 bits stand for in IEEE 754: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}
