//! Weights to and from safetensors files, under PyTorch's names and layouts.
//!
//! A file made here loads into the PyTorch module of the same names with `load_state_dict(load_file(path))`, and the
//! reverse. Running statistics are among the parameters; the `num_batches_tracked` that PyTorch writes beside them is passed over, for
//! nothing is calculated from it.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use ::safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use crate::{
    Element, Parameters,
    io::Origin,
    network::{Form, Role, Tensor},
    shape::Dims,
};

/// Saves and loads whatever has [`Parameters`]: `net.save("lenet.safetensors")?`.
///
/// ```
/// use nn_runtime::{Const, io::Weights, layers::{Dense, Init}};
/// use rand::{SeedableRng, rngs::SmallRng};
/// let layer = |seed| {
///     Dense::<Const<3>, Const<2>>::new(Init::XavierUniform, true, &mut SmallRng::seed_from_u64(seed))
/// };
/// let (first, mut second) = (layer(1), layer(2));
/// second.load_bytes(&first.to_bytes()?)?;
/// assert_eq!(first.weight(), second.weight());
/// # Ok::<(), nn_runtime::io::WeightsError>(())
/// ```
pub trait Weights<E: Element>: Parameters<E> {
    /// Writes every parameter to the file `path`, all or nothing: a file that is there stays whole until the new one
    /// is complete.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Io`] where the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), WeightsError>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let save = || replace(path, &to_bytes(self)?).map_err(WeightsFault::Io);
        save().map_err(|fault| WeightsError::new(Some(path), fault))
    }

    /// Replaces every parameter by the one of that name in the file `path`. Numbers in `F16`, `BF16`, `F32` and `F64` are
    /// converted to the network's type.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Misfits`] lists every tensor that is missing, superfluous, of another shape or form, or not of real
    /// numbers; the others report a file that cannot be read. Nothing is changed unless everything fits.
    fn load(&mut self, path: impl AsRef<Path>) -> Result<(), WeightsError>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(WeightsFault::Io);
        let load = |bytes: Vec<u8>| load_bytes(self, &bytes);
        bytes.and_then(load).map_err(|fault| WeightsError::new(Some(path), fault))
    }

    /// The file that [`Weights::save`] writes, in memory.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Format`] where the names do not fit the format's header.
    fn to_bytes(&self) -> Result<Vec<u8>, WeightsError>
    where
        Self: Sized,
    {
        to_bytes(self).map_err(|fault| WeightsError::new(None, fault))
    }

    /// [`Weights::load`] from a file in memory.
    ///
    /// # Errors
    ///
    /// As [`Weights::load`].
    fn load_bytes(&mut self, bytes: &[u8]) -> Result<(), WeightsError>
    where
        Self: Sized,
    {
        load_bytes(self, bytes).map_err(|fault| WeightsError::new(None, fault))
    }
}

impl<E: Element, P: Parameters<E>> Weights<E> for P {}

/// Weights that cannot be saved or loaded.
///
/// ```
/// use nn_runtime::io::{WeightsError, WeightsFault};
/// let fault = WeightsFault::Io(std::io::ErrorKind::PermissionDenied.into());
/// let error = WeightsError { path: Some("net.safetensors".into()), fault };
/// assert_eq!(error.to_string(), "`net.safetensors`: cannot be read or written: permission denied");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", Origin(path.as_deref()))]
pub struct WeightsError {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub fault: WeightsFault,
}

impl WeightsError {
    fn new(path: Option<&Path>, fault: WeightsFault) -> Self {
        WeightsError { path: path.map(Path::to_path_buf), fault }
    }
}

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
pub enum WeightsFault {
    /// The file cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Io(io::Error),
    /// The bytes are no sound safetensors file.
    #[error("expected a safetensors file, found a damaged or another one: {0}")]
    Format(SafeTensorError),
    /// The tensors are not those of the network.
    #[error("the tensors are not those of the network:{}", Lines(.0))]
    Misfits(Vec<Misfit>),
}

/// A tensor of a file that is not as the network has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The network has it, the file has not.
    #[error("missing: `{name}` of shape `{}`", Dims(expected))]
    Missing {
        /// Its name.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
    },
    /// The file has it, the network has not.
    #[error("superfluous: `{name}` of shape `{}`", Dims(found))]
    Superfluous {
        /// Its name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
    },
    /// The shapes differ.
    #[error("misshapen: `{name}`, expected shape `{}`, found `{}`", Dims(expected), Dims(found))]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// Its shape in the file.
        found: Vec<usize>,
    },
    /// The file's numbers are not real numbers of 16, 32 or 64 bits.
    #[error("mistyped: `{name}`, expected F16, BF16, F32 or F64, found {found}")]
    Type {
        /// Its name.
        name: String,
        /// The format's name for its type.
        found: String,
    },
    /// The network's matrix is symmetric with zeros on its diagonal, the file's is not.
    #[error(
        "unsymmetric: `{name}`, expected a symmetric matrix with zeros on the diagonal, found another one at {place:?}"
    )]
    Form {
        /// Its name.
        name: String,
        /// The row and the column of the first number that is not as that.
        place: [usize; 2],
    },
}

/// A line for each.
struct Lines<'a>(&'a [Misfit]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|misfit| write!(f, "\n  {misfit}"))
    }
}

fn to_bytes<E: Element>(net: &impl Parameters<E>) -> Result<Vec<u8>, WeightsFault> {
    let dtype = if size_of::<E>() == 8 { Dtype::F64 } else { Dtype::F32 };
    let tensors: Vec<_> = net
        .parameters()
        .map(|tensor| {
            let bytes = match dtype {
                Dtype::F64 => tensor.values.iter().flat_map(|x| x.as_f64().to_le_bytes()).collect(),
                // An f32 goes through f64 unchanged.
                _ => tensor.values.iter().flat_map(|x| (x.as_f64() as f32).to_le_bytes()).collect::<Vec<u8>>(),
            };
            (tensor.name.to_string(), tensor.shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| Ok((name, TensorView::new(dtype, shape.to_vec(), bytes)?)));
    let views = views.collect::<Result<Vec<_>, _>>().map_err(WeightsFault::Format)?;
    // Loaders of the PyTorch world ask for this entry.
    let about = [("format".to_owned(), "pt".to_owned())].into();
    ::safetensors::serialize(views, Some(about)).map_err(WeightsFault::Format)
}

fn load_bytes<E: Element>(net: &mut impl Parameters<E>, bytes: &[u8]) -> Result<(), WeightsFault> {
    let file = SafeTensors::deserialize(bytes).map_err(WeightsFault::Format)?;
    let mut found: BTreeMap<&str, TensorView<'_>> = file.iter().collect();
    let mut misfits = Vec::new();
    let mut fits = Vec::new();
    for tensor in net.parameters() {
        let (name, expected) = (tensor.name.to_string(), tensor.shape.to_vec());
        if let (Role::Statistic, Some(layer)) = (tensor.role, name.strip_suffix("running_mean")) {
            found.remove(format!("{layer}num_batches_tracked").as_str());
        }
        match (found.remove(name.as_str()), &expected) {
            (None, _) => misfits.push(Misfit::Missing { name, expected }),
            (Some(view), expected) if view.shape() != expected => {
                misfits.push(Misfit::Shape { name, expected: expected.clone(), found: view.shape().to_vec() });
            }
            (Some(view), _) => match reader(view.dtype()) {
                Some(reader) => {
                    misfits.extend(unsymmetric(&tensor, &view, reader));
                    fits.push((view, reader));
                }
                None => misfits.push(Misfit::Type { name, found: format!("{:?}", view.dtype()) }),
            },
        }
    }
    let superfluous = |(name, view): (&str, TensorView<'_>)| Misfit::Superfluous {
        name: name.to_owned(),
        found: view.shape().to_vec(),
    };
    misfits.extend(found.into_iter().map(superfluous));
    if !misfits.is_empty() {
        return Err(WeightsFault::Misfits(misfits));
    }
    for (index, (view, reader)) in fits.into_iter().enumerate() {
        let tensor = net.tensor_mut(index);
        reader(view.data(), tensor.values);
    }
    Ok(())
}

/// What keeps the numbers of `view` from having the form that `tensor` has.
fn unsymmetric<E: Element>(tensor: &Tensor<'_, E>, view: &TensorView<'_>, reader: Reader<E>) -> Option<Misfit> {
    if tensor.form == Form::Unrestricted {
        return None;
    }
    let mut values = vec![E::zero(); tensor.values.len()];
    reader(view.data(), &mut values);
    let place = tensor.form.fault(tensor.shape, &values)?;
    let width = tensor.shape.last().copied().unwrap_or(1);
    Some(Misfit::Form { name: tensor.name.to_string(), place: [place / width, place % width] })
}

/// Converts the bytes of a tensor to its numbers.
type Reader<E> = fn(&[u8], &mut [E]);

/// How numbers of a type are read; `None` for types that weights do not have.
fn reader<E: Element>(dtype: Dtype) -> Option<Reader<E>> {
    match dtype {
        Dtype::F16 => Some(|bytes, values| read(bytes, values, |b| half(u16::from_le_bytes(b)))),
        Dtype::BF16 => Some(|bytes, values| {
            read(bytes, values, |b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16).into());
        }),
        Dtype::F32 => Some(|bytes, values| read(bytes, values, |b| f32::from_le_bytes(b).into())),
        Dtype::F64 => Some(|bytes, values| read(bytes, values, f64::from_le_bytes)),
        _ => None,
    }
}

fn read<E: Element, const N: usize>(bytes: &[u8], values: &mut [E], number: impl Fn([u8; N]) -> f64) {
    let (chunks, _) = bytes.as_chunks::<N>();
    for (value, &chunk) in values.iter_mut().zip(chunks) {
        *value = E::from_f64(number(chunk));
    }
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

/// Writes a file beside `path` and renames it, so that `path` is at every moment the old file or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    let beside = path.with_file_name(beside);
    let write = || {
        let mut file = fs::File::create_new(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    let written = write();
    if written.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists) {
        // The first error is the one to report, whether or not there is something to clear away.
        let _: io::Result<()> = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Const,
        layers::BatchNorm,
        network::{Name, TensorMut},
    };

    /// Two parameters, as a dense layer has them.
    #[derive(Clone, Debug, PartialEq)]
    struct Layer<E> {
        weight: [E; 6],
        bias: [E; 2],
    }

    impl<E: Element> Layer<E> {
        fn new(first: f64) -> Self {
            let number = |index: usize| E::from_f64(first + index as f64);
            Layer { weight: std::array::from_fn(number), bias: std::array::from_fn(|index| number(index + 6)) }
        }
    }

    impl<E: Element> Parameters<E> for Layer<E> {
        fn tensors(&self) -> usize {
            2
        }

        fn tensor(&self, index: usize) -> Tensor<'_, E> {
            match index {
                0 => Tensor { name: Name::new("weight").within("fc"), ..Tensor::new("weight", &[2, 3], &self.weight) },
                _ => Tensor { name: Name::new("bias").within("fc"), ..Tensor::new("bias", &[2], &self.bias) },
            }
        }

        fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
            match index {
                0 => TensorMut {
                    name: Name::new("weight").within("fc"),
                    ..TensorMut::new("weight", &[2, 3], &mut self.weight)
                },
                _ => TensorMut { name: Name::new("bias").within("fc"), ..TensorMut::new("bias", &[2], &mut self.bias) },
            }
        }
    }

    fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
        let views = tensors
            .iter()
            .map(|&(name, dtype, shape, bytes)| (name, TensorView::new(dtype, shape.to_vec(), bytes).unwrap()));
        ::safetensors::serialize(views, None).unwrap()
    }

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("plumbline-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn what_is_saved_is_loaded_bit_for_bit() {
        let folder = Folder::new("saved");
        let path = folder.0.join("net.safetensors");
        let first = Layer::<f64>::new(1.0 / 3.0);
        first.save(&path).unwrap();
        let mut second = Layer::<f64>::new(0.0);
        second.load(&path).unwrap();
        assert_eq!(first, second);
        // The file that is there is replaced, and nothing is left beside it.
        second.save(&path).unwrap();
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
        assert_eq!(fs::read(&path).unwrap(), first.to_bytes().unwrap());
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
        let folder = Folder::new("blocked");
        let path = folder.0.join("net.safetensors");
        fs::create_dir(&path).unwrap();
        let error = Layer::<f32>::new(0.0).save(&path).unwrap_err();
        assert!(matches!(error.fault, WeightsFault::Io(_)), "{error}");
        assert_eq!(error.path.as_deref(), Some(path.as_path()));
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn numbers_of_other_types_are_converted() {
        let mut single = Layer::<f32>::new(0.0);
        single.load_bytes(&Layer::<f64>::new(1.5).to_bytes().unwrap()).unwrap();
        assert_eq!(single, Layer::new(1.5));
        let mut double = Layer::<f64>::new(0.0);
        double.load_bytes(&Layer::<f32>::new(2.5).to_bytes().unwrap()).unwrap();
        assert_eq!(double, Layer::new(2.5));
        // 1, −2, 65504, 2⁻²⁴, 2⁻¹⁴ and ∞ in F16; 1 and −0.15625 in BF16.
        let half: Vec<u8> = [0x3c00_u16, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00].map(u16::to_le_bytes).concat();
        let brain: Vec<u8> = [0x3f80_u16, 0xbe20].map(u16::to_le_bytes).concat();
        let file = file(&[("fc.weight", Dtype::F16, &[2, 3], &half), ("fc.bias", Dtype::BF16, &[2], &brain)]);
        double.load_bytes(&file).unwrap();
        let expected = [1.0, -2.0, 65504.0, 2_f64.powi(-24), 2_f64.powi(-14), f64::INFINITY];
        assert_eq!((double.weight, double.bias), (expected, [1.0, -0.15625]));
    }

    #[test]
    fn every_misfit_is_listed_and_nothing_changes() {
        let zeros = [0; 64];
        let bytes = file(&[
            ("fc.weight", Dtype::F32, &[3, 2], &zeros[..24]),
            ("old.weight", Dtype::F32, &[1], &zeros[..4]),
            ("old.bias", Dtype::F32, &[2], &zeros[..8]),
        ]);
        let mut net = Layer::<f32>::new(1.0);
        let error = net.load_bytes(&bytes).unwrap_err();
        let expected = "the tensors are not those of the network:\n  \
                        misshapen: `fc.weight`, expected shape `[2, 3]`, found `[3, 2]`\n  \
                        missing: `fc.bias` of shape `[2]`\n  \
                        superfluous: `old.bias` of shape `[2]`\n  \
                        superfluous: `old.weight` of shape `[1]`";
        assert_eq!(error.to_string(), expected);
        assert_eq!(net, Layer::new(1.0));

        let mistyped =
            [("fc.weight", Dtype::F32, &[2, 3][..], &zeros[..24]), ("fc.bias", Dtype::I64, &[2], &zeros[..16])];
        let error = net.load_bytes(&file(&mistyped)).unwrap_err();
        let WeightsFault::Misfits(misfits) = error.fault else { panic!("{error}") };
        assert_eq!(misfits, [Misfit::Type { name: "fc.bias".into(), found: "I64".into() }]);
        assert_eq!(net, Layer::new(1.0));
    }

    #[test]
    fn statistics_are_saved_and_pytorchs_count_of_batches_is_passed_over() {
        let bytes = [1.5_f32, -2.0].map(f32::to_le_bytes).concat();
        let names = ["weight", "bias", "running_mean", "running_var"];
        let mut tensors: Vec<(&str, Dtype, &[usize], &[u8])> =
            names.iter().map(|&name| (name, Dtype::F32, &[2][..], &bytes[..])).collect();
        tensors.push(("num_batches_tracked", Dtype::I64, &[], &[7, 0, 0, 0, 0, 0, 0, 0]));
        let mut norm = BatchNorm::<Const<2>>::new(0.1, 1e-5);
        norm.load_bytes(&file(&tensors)).unwrap();
        assert_eq!((norm.running_mean()[0], norm.running_var()[1]), (1.5, -2.0));
        let mut other = BatchNorm::<Const<2>>::new(0.1, 1e-5);
        other.load_bytes(&norm.to_bytes().unwrap()).unwrap();
        assert_eq!(other.running_mean(), norm.running_mean());
        // Where no statistics are, the count is a tensor too many.
        tensors[2].0 = "other_mean";
        let WeightsFault::Misfits(misfits) = norm.load_bytes(&file(&tensors)).unwrap_err().fault else { panic!() };
        assert_eq!(misfits.len(), 2, "{misfits:?}");
        let fc = Layer::<f32>::new(0.0);
        let counted = file(&[
            ("fc.weight", Dtype::F32, &[2, 3], &[0; 24]),
            ("fc.bias", Dtype::F32, &[2], &[0; 8]),
            ("fc.num_batches_tracked", Dtype::I64, &[], &[0; 8]),
        ]);
        assert!(fc.clone().load_bytes(&counted).is_err());
    }

    #[test]
    fn damaged_files_are_errors() {
        let bytes = Layer::<f32>::new(1.0).to_bytes().unwrap();
        let mut net = Layer::<f32>::new(0.0);
        for length in 0..bytes.len() {
            let error = net.load_bytes(&bytes[..length]).unwrap_err();
            assert!(matches!(error.fault, WeightsFault::Format(_)), "{length} bytes: {error}");
        }
        let absurd: Vec<u8> = u64::MAX.to_le_bytes().into_iter().chain(*b"{}").collect();
        assert!(matches!(net.load_bytes(&absurd).unwrap_err().fault, WeightsFault::Format(_)));
        assert_eq!(net, Layer::new(0.0));
    }
}
