//! Files that are loaded, whole or in part.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use ::safetensors::{SafeTensorError, tensor::Metadata, tensor::TensorInfo};

use super::{Misfit, WeightsError, WeightsFault, error::Lines, numbers::Reader};
use crate::{
    Element, Parameters,
    network::{Form, Role},
};

/// The longest header that the format allows, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// What gives a tensor of a file its name in the network.
type Rename<'a> = Box<dyn Fn(&str) -> String + 'a>;

/// How a file of weights is loaded: `Loading::new().prefix("encoder.").matching().load(&mut net, "autoencoder.safetensors")?`.
///
/// Unless an option says otherwise, the tensors of the file must be those of the network, name for name and shape for shape, and all numbers
/// finite: this is [`Weights::load`](super::Weights::load). Whatever fails, the network is as it was.
///
/// ```
/// use plumbline::{Const, io::{Loading, Weights}, layers::{Dense, Init}};
/// use rand::{SeedableRng, rngs::SmallRng};
/// let layer = |seed| {
///     Dense::<Const<3>, Const<2>>::new(Init::XavierUniform, true, &mut SmallRng::seed_from_u64(seed))
/// };
/// let (first, mut second) = (layer(1), layer(2));
/// // The file's names, as the network has them.
/// let rename = |name: &str| name.replace("kernel", "weight");
/// let loaded = Loading::new().rename(rename).load_bytes(&mut second, &first.to_bytes()?)?;
/// assert_eq!(loaded.names, ["weight", "bias"]);
/// assert_eq!(first.weight(), second.weight());
/// # Ok::<(), plumbline::io::WeightsError>(())
/// ```
#[derive(Default)]
pub struct Loading<'a> {
    prefix: String,
    rename: Option<Rename<'a>>,
    matching: bool,
    non_finite: bool,
}

impl fmt::Debug for Loading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loading")
            .field("prefix", &self.prefix)
            .field("renames", &self.rename.is_some())
            .field("matching", &self.matching)
            .field("non_finite", &self.non_finite)
            .finish()
    }
}

/// Which tensors were loaded, and which were not.
///
/// ```
/// use plumbline::io::{Loaded, Misfit};
/// let misfits = vec![Misfit::Missing { name: "fc2.bias".into(), expected: vec![10] }];
/// let loaded = Loaded { names: vec!["fc1.weight".into()], misfits };
/// assert_eq!(loaded.to_string(), "1 tensor loaded\n  missing: `fc2.bias` of shape `[10]`");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The names of the tensors that were loaded, in the order of the network.
    pub names: Vec<String>,
    /// The tensors that do not fit, which were left as they are: those of the network in its order, then those that only the file has.
    pub misfits: Vec<Misfit>,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.names.len();
        write!(f, "{count} tensor{} loaded{}", if count == 1 { "" } else { "s" }, Lines(&self.misfits))
    }
}

impl<'a> Loading<'a> {
    /// Everything must fit.
    pub fn new() -> Self {
        Loading::default()
    }

    /// Takes what fits, by name and shape, and leaves the rest as it is. [`Loaded`] says which is which. A file of which nothing fits is an error.
    #[must_use]
    pub fn matching(mut self) -> Self {
        self.matching = true;
        self
    }

    /// Takes only the tensors of the file whose names begin with `prefix`, without it: `"module."` for what PyTorch's `DataParallel` saved,
    /// `"encoder."` for a part of a network. The others are passed over.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets what gives a tensor of the file the name that it has in the network. It is asked for each name behind the
    /// [prefix](Loading::prefix), which is taken off before.
    #[must_use]
    pub fn rename(mut self, rename: impl Fn(&str) -> String + 'a) -> Self {
        self.rename = Some(Box::new(rename));
        self
    }

    /// Takes numbers that are infinite or NaN, and those beyond the range of the network's type, which become infinite. Else they are misfits.
    #[must_use]
    pub fn allow_non_finite(mut self) -> Self {
        self.non_finite = true;
        self
    }

    /// Replaces parameters of `net` by those in the file `path`.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Misfits`] as [`Weights::load`](super::Weights::load) or, for what [matches](Loading::matching), where nothing does;
    /// [`WeightsFault::Renamed`] for two tensors of one name; the others report a file that cannot be read. Nothing is changed then.
    pub fn load<E: Element>(
        &self,
        net: &mut impl Parameters<E>,
        path: impl AsRef<Path>,
    ) -> Result<Loaded, WeightsError> {
        let path = path.as_ref();
        let mut load = || {
            let file = File::open(path).map_err(WeightsFault::Io)?;
            let about = file.metadata().map_err(WeightsFault::Io)?;
            // A pipe or a device does not say how much there is.
            let length = about.is_file().then_some(about.len());
            self.read(net, BufReader::new(file), length)
        };
        load().map_err(|fault| WeightsError::new(Some(path), fault))
    }

    /// [`Loading::load`] from a file in memory.
    ///
    /// # Errors
    ///
    /// As [`Loading::load`].
    pub fn load_bytes<E: Element>(&self, net: &mut impl Parameters<E>, bytes: &[u8]) -> Result<Loaded, WeightsError> {
        self.read(net, bytes, Some(bytes.len() as u64)).map_err(|fault| WeightsError::new(None, fault))
    }

    /// The tensors of the file by their names in the network, each with its name in the file.
    fn renamed(&self, header: &Metadata) -> Result<BTreeMap<String, (String, TensorInfo)>, WeightsFault> {
        let mut tensors = BTreeMap::new();
        for original in header.offset_keys() {
            let (Some(rest), Some(info)) = (original.strip_prefix(&self.prefix), header.info(&original)) else {
                continue;
            };
            let name = self.rename.as_ref().map_or_else(|| rest.to_owned(), |rename| rename(rest));
            if let Some((first, _)) = tensors.insert(name.clone(), (original.clone(), info.clone())) {
                return Err(WeightsFault::Renamed { name, first, second: original });
            }
        }
        Ok(tensors)
    }

    /// Reads from `source`, which has `length` bytes if that is known.
    pub(in crate::io) fn read<E: Element>(
        &self,
        net: &mut impl Parameters<E>,
        mut source: impl Read,
        length: Option<u64>,
    ) -> Result<Loaded, WeightsFault> {
        let header = header(&mut source, length)?;
        let mut found = self.renamed(&header)?;
        // With the place of its tensor in the network.
        let mut misfits: Vec<(usize, Misfit)> = Vec::new();
        let mut fits = Vec::new();
        for (index, tensor) in net.parameters().enumerate() {
            let (name, expected) = (tensor.name.to_string(), tensor.shape.to_vec());
            if let (Role::Buffer, Some(layer)) = (tensor.role, name.strip_suffix("running_mean")) {
                found.remove(&format!("{layer}num_batches_tracked"));
            }
            match found.remove(&name) {
                None => misfits.push((index, Misfit::Missing { name, expected })),
                Some((_, info)) if info.shape != expected => {
                    misfits.push((index, Misfit::Shape { name, expected, found: info.shape }));
                }
                Some((_, info)) => match Reader::of(info.dtype) {
                    Some(reader) => fits.push(Fit { index, name, info, reader }),
                    None => misfits.push((index, Misfit::Type { name, found: format!("{:?}", info.dtype) })),
                },
            }
        }
        // In the order of the file, so that it is read from front to back.
        fits.sort_by_key(|fit| fit.info.data_offsets);
        let (mut at, mut ready) = (0, Vec::new());
        for fit in fits {
            let (start, end) = fit.info.data_offsets;
            skip(&mut source, start - at)?;
            at = end;
            match fit.values(net, &mut source, self.non_finite)? {
                Ok(values) => ready.push((fit.index, fit.name, values)),
                Err(misfit) => misfits.push((fit.index, misfit)),
            }
        }
        if length.is_none() {
            skip(&mut source, header.data_len() - at)?;
            if source.read(&mut [0]).map_err(WeightsFault::Io)? > 0 {
                return Err(WeightsFault::Format(SafeTensorError::MetadataIncompleteBuffer));
            }
        }
        misfits.sort_by_key(|&(index, _)| index);
        let mut misfits: Vec<Misfit> = misfits.into_iter().map(|(_, misfit)| misfit).collect();
        misfits.extend(found.into_iter().map(|(name, (_, info))| Misfit::Superfluous { name, found: info.shape }));
        let nothing = ready.is_empty() && net.tensors() > 0;
        if !misfits.is_empty() && (!self.matching || nothing) {
            return Err(WeightsFault::Misfits(misfits));
        }
        ready.sort_by_key(|&(index, ..)| index);
        let mut names = Vec::with_capacity(ready.len());
        for (index, name, values) in ready {
            net.tensor_mut(index).values.copy_from_slice(&values);
            names.push(name);
        }
        Ok(Loaded { names, misfits })
    }
}

/// A tensor of the network, and the one of the file that has its name, its shape and real numbers.
struct Fit<E> {
    index: usize,
    name: String,
    info: TensorInfo,
    reader: Reader<E>,
}

impl<E: Element> Fit<E> {
    /// Its numbers, or what keeps them from being those of the network.
    fn values(
        &self,
        net: &impl Parameters<E>,
        source: &mut impl Read,
        non_finite: bool,
    ) -> Result<Result<Vec<E>, Misfit>, WeightsFault> {
        let tensor = net.tensor(self.index);
        let (count, name) = (tensor.values.len(), || self.name.clone());
        let mut values = Vec::new();
        let memory = |_| WeightsFault::Memory { name: name(), bytes: count * size_of::<E>() };
        values.try_reserve_exact(count).map_err(memory)?;
        values.resize(count, E::zero());
        let first = self.reader.fill(source, &mut values).map_err(short)?;
        if let Some((place, found)) = first.filter(|_| !non_finite) {
            let place = indices(place, tensor.shape);
            return Ok(Err(Misfit::Value { name: name(), place, element: E::NAME, found }));
        }
        if tensor.form != Form::Unrestricted
            && let Some(place) = tensor.form.fault(tensor.shape, &values)
        {
            let width = tensor.shape.last().copied().unwrap_or(1);
            return Ok(Err(Misfit::Form { name: name(), place: [place / width, place % width] }));
        }
        Ok(Ok(values))
    }
}

/// The indices of the number at `place` in row-major order. No axis is empty, as there is such a number.
fn indices(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let index = place % size;
            place /= size;
            index
        })
        .collect();
    indices.reverse();
    indices
}

/// The header: eight bytes for its length, and as much of JSON. No more is read than is there, nor than fits the length of the file.
fn header(source: &mut impl Read, length: Option<u64>) -> Result<Metadata, WeightsFault> {
    let format = |error| Err(WeightsFault::Format(error));
    let mut bytes = Vec::new();
    source.take(8).read_to_end(&mut bytes).map_err(WeightsFault::Io)?;
    let Ok(size) = bytes[..].try_into().map(u64::from_le_bytes) else {
        return format(SafeTensorError::HeaderTooSmall);
    };
    if size > LONGEST_HEADER {
        return format(SafeTensorError::HeaderTooLarge);
    }
    if length.is_some_and(|length| size + 8 > length) {
        return format(SafeTensorError::InvalidHeaderLength);
    }
    bytes.clear();
    source.take(size).read_to_end(&mut bytes).map_err(WeightsFault::Io)?;
    if (bytes.len() as u64) < size {
        return format(SafeTensorError::InvalidHeaderLength);
    }
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => return format(SafeTensorError::InvalidHeader(error)),
    };
    let header: Metadata = match serde_json::from_str(text) {
        Ok(header) => header,
        Err(error) => return format(SafeTensorError::InvalidHeaderDeserialization(error)),
    };
    let whole = (header.data_len() as u64).checked_add(size + 8);
    if length.is_some_and(|length| whole != Some(length)) {
        return format(SafeTensorError::MetadataIncompleteBuffer);
    }
    Ok(header)
}

/// Passes over `count` bytes.
fn skip(source: &mut impl Read, count: usize) -> Result<(), WeightsFault> {
    let passed = io::copy(&mut source.take(count as u64), &mut io::sink()).map_err(WeightsFault::Io)?;
    if passed < count as u64 {
        return Err(WeightsFault::Format(SafeTensorError::MetadataIncompleteBuffer));
    }
    Ok(())
}

/// A file that ends before its header says so is a damaged one.
fn short(error: io::Error) -> WeightsFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => WeightsFault::Format(SafeTensorError::MetadataIncompleteBuffer),
        _ => WeightsFault::Io(error),
    }
}
