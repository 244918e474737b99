//! The files that `generate.py` writes, and comparison with what they hold.

use std::{fs, path::PathBuf};

use plumbline::{Batch, Element, Network, Shape};
use safetensors::{Dtype, SafeTensors};

/// How far f64 may be from PyTorch's f64: both round, in different orders.
pub(crate) const DOUBLE: f64 = 1e-12;

/// How far f32 may be from PyTorch's f64.
pub(crate) const SINGLE: f64 = 1e-5;

/// A file of tensors.
pub(crate) struct Fixture {
    bytes: Vec<u8>,
}

impl Fixture {
    pub(crate) fn open(name: &str) -> Fixture {
        Fixture { bytes: fs::read(path(name)).unwrap() }
    }

    /// The names of the tensors that begin with `prefix`, without it.
    pub(crate) fn names(&self, prefix: &str) -> Vec<String> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        file.names().into_iter().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    pub(crate) fn shape(&self, name: &str) -> Vec<usize> {
        SafeTensors::deserialize(&self.bytes).unwrap().tensor(name).unwrap().shape().to_vec()
    }

    /// A tensor of real numbers.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        match tensor.dtype() {
            Dtype::F32 => words(tensor.data()).map(|word| f32::from_le_bytes(word).into()).collect(),
            Dtype::F64 => words(tensor.data()).map(f64::from_le_bytes).collect(),
            other => panic!("`{name}` holds {other:?}"),
        }
    }

    /// A tensor of 64-bit integers.
    pub(crate) fn integers(&self, name: &str) -> Vec<i64> {
        let file = SafeTensors::deserialize(&self.bytes).unwrap();
        let tensor = file.tensor(name).unwrap();
        assert_eq!(tensor.dtype(), Dtype::I64, "`{name}`");
        words(tensor.data()).map(i64::from_le_bytes).collect()
    }

    pub(crate) fn batch<S: Shape, E: Element>(&self, name: &str) -> Batch<S, E> {
        let sizes = &self.shape(name)[1..];
        Batch::from_vec_of(self.numbers(name).into_iter().map(E::from_f64).collect(), sizes)
            .unwrap_or_else(|error| panic!("`{name}`: {error}"))
    }

    /// A network with the parameters `prefix…`, which are all and no more.
    pub(crate) fn network<N: Network>(&self, prefix: &str) -> N {
        let mut net = N::initialized(0);
        assert_eq!(net.tensors(), self.names(prefix).len());
        for index in 0..net.tensors() {
            let tensor = net.tensor_mut(index);
            let name = format!("{prefix}{}", tensor.name);
            assert_eq!(tensor.shape, self.shape(&name), "`{name}`");
            let numbers = self.numbers(&name);
            tensor.values.iter_mut().zip(numbers).for_each(|(value, number)| *value = N::Element::from_f64(number));
        }
        net
    }

    /// Asserts that `found` is the tensor `name` to within `tolerance`.
    pub(crate) fn assert_close<E: Element>(&self, name: &str, found: &[E], tolerance: f64) {
        let expected = self.numbers(name);
        assert_eq!(expected.len(), found.len(), "`{name}` in {}", E::NAME);
        let scale = expected.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
        for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
            let error = (expected - found.as_f64()).abs();
            // Written so that NaN fails.
            assert!(
                error <= tolerance * scale,
                "`{name}` at {index} in {}: expected {expected:e}, found {:e}, {:.1e} apart",
                E::NAME,
                found.as_f64(),
                error / scale,
            );
        }
    }
}

pub(crate) fn path(name: &str) -> PathBuf {
    let file = format!("tests/against_pytorch/fixtures/{name}.safetensors");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
