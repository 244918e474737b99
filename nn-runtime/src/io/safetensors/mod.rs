//! Weights to and from safetensors files, under PyTorch's names and layouts.
//!
//! A file made here loads into the PyTorch module of the same names with `load_state_dict(load_file(path))`, and the
//! reverse. Running statistics are among the parameters; the `num_batches_tracked` that PyTorch writes beside them is passed over, for
//! nothing is calculated from it.
//!
//! [`Weights`] saves and loads a network whose names and shapes are those of the file. [`Loading`] takes what fits of a file, part of a file,
//! and files with other names.

mod error;
mod load;
mod numbers;
#[cfg(test)]
mod tests;

use std::path::Path;

use ::safetensors::{Dtype, tensor::TensorView};

use crate::{Element, Parameters, io::replace::replace};

pub use error::{Misfit, WeightsError, WeightsFault};
pub use load::{Loaded, Loading};

/// Saves and loads whatever has [`Parameters`]: `net.save("lenet.safetensors")?`.
///
/// ```
/// use plumbline::{Const, io::Weights, layers::{Dense, Init}};
/// use rand::{SeedableRng, rngs::SmallRng};
/// let layer = |seed| {
///     Dense::<Const<3>, Const<2>>::new(Init::XavierUniform, true, &mut SmallRng::seed_from_u64(seed))
/// };
/// let (first, mut second) = (layer(1), layer(2));
/// second.load_bytes(&first.to_bytes()?)?;
/// assert_eq!(first.weight(), second.weight());
/// # Ok::<(), plumbline::io::WeightsError>(())
/// ```
pub trait Weights<E: Element>: Parameters<E> {
    /// Writes every parameter to the file `path`, all or nothing: a file that is there stays whole until the new one
    /// is complete, in a file beside it whose name begins with a dot and ends with `.part`.
    ///
    /// Where `path` is a symbolic link, the file that it leads to is replaced and the link stays. A file that is replaced hands on its
    /// permissions and, where the system allows it, its owner; one that may not be written to is not replaced. Parts that killed saves of the
    /// same file left behind are removed; those of saves that are still running are not.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Io`] where the file cannot be written, [`WeightsFault::Kind`] where `path` is no regular file but, say, a device.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), WeightsError>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let save = || replace(path, &to_bytes(self)?);
        save().map_err(|fault| WeightsError::new(Some(path), fault))
    }

    /// Replaces every parameter by the one of that name in the file `path`. Numbers in `F16`, `BF16`, `F32` and `F64` are
    /// converted to the network's type.
    ///
    /// The file's header is read first, and of the numbers only those that are asked for.
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Misfits`] lists every tensor that is missing, superfluous, of another shape or form, not of real numbers, or with a number that
    /// is not finite in the network's type; the others report a file that cannot be read. Nothing is changed unless everything fits.
    /// [`Loading`] has the options.
    fn load(&mut self, path: impl AsRef<Path>) -> Result<(), WeightsError>
    where
        Self: Sized,
    {
        Loading::new().load(self, path).map(drop)
    }

    /// Replaces the parameters that the file `path` has under the same name and of the same shape, leaves the others as they are, and returns which
    /// is which: PyTorch's `load_state_dict(state, strict=False)`, where a tensor of another shape is listed and left out as well.
    ///
    /// ```
    /// use plumbline::{Const, io::{Misfit, Weights}, layers::{Dense, Init}};
    /// use rand::{SeedableRng, rngs::SmallRng};
    /// let rng = &mut SmallRng::seed_from_u64(1);
    /// let old = Dense::<Const<3>, Const<2>>::new(Init::XavierUniform, true, rng);
    /// let mut new = Dense::<Const<4>, Const<2>>::new(Init::XavierUniform, true, rng);
    /// # let path = std::env::temp_dir().join(format!("plumbline-matching-{}", std::process::id()));
    /// old.save(&path)?;
    /// let loaded = new.load_matching(&path)?;
    /// # std::fs::remove_file(&path)?;
    /// assert_eq!(loaded.names, ["bias"]);
    /// let expected = Misfit::Shape { name: "weight".into(), expected: vec![2, 4], found: vec![2, 3] };
    /// assert_eq!(loaded.misfits, [expected]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WeightsFault::Misfits`] where no tensor fits at all, so that a forgotten prefix does not pass for a network that was loaded; else as
    /// [`Weights::load`] for a file that cannot be read. Nothing is changed then.
    fn load_matching(&mut self, path: impl AsRef<Path>) -> Result<Loaded, WeightsError>
    where
        Self: Sized,
    {
        Loading::new().matching().load(self, path)
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
        Loading::new().load_bytes(self, bytes).map(drop)
    }
}

impl<E: Element, P: Parameters<E>> Weights<E> for P {}

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
