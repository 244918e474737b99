//! The MNIST database of handwritten digits, from its four files.

use std::path::{Path, PathBuf};

use crate::{
    ShapeError,
    data::{Dataset, Digits, LabelError, Labels},
    io::{IdxError, Images, idx::read_labels},
};

/// The training images and the test images of MNIST (LeCun, Cortes and Burges, 1998), pixels from 0 (paper) to 1 (ink), in the
/// order of the files.
///
/// `dir` holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`, each plain or, with `.gz` behind its name, as gzip.
///
/// ```no_run
/// let (train, test) = plumbline::data::mnist("data/mnist")?;
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// # Ok::<(), plumbline::data::MnistError>(())
/// ```
///
/// # Errors
///
/// [`MnistError`], with the path of the file that is missing or wrong.
pub fn mnist(dir: impl AsRef<Path>) -> Result<(Digits, Digits), MnistError> {
    let dir = dir.as_ref();
    Ok((part(dir, "train")?, part(dir, "t10k")?))
}

/// Files that are not those of MNIST.
///
/// ```
/// let error = plumbline::data::mnist("no/such/folder").unwrap_err();
/// assert!(error.to_string().starts_with("expected `no/such/folder/train-images-idx3-ubyte`"));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum MnistError {
    /// A file is there neither plain nor as gzip.
    #[error("expected `{}` or the same with `.gz` behind it, found neither", .0.display())]
    Missing(
        /// The plain file's path.
        PathBuf,
    ),
    /// A file is no sound IDX file of its kind.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// The images have another size.
    #[error("`{}`: {shape}", path.display())]
    Size {
        /// The file of images.
        path: PathBuf,
        /// The size expected and the size found.
        shape: ShapeError,
    },
    /// A label is no digit.
    #[error("`{}`: {label}", path.display())]
    Label {
        /// The file of labels.
        path: PathBuf,
        /// The label and its place.
        label: LabelError,
    },
    /// There are not as many labels as images.
    #[error("expected a label for each of the {images} images, found {labels} labels in `{}`", path.display())]
    Counts {
        /// The file of labels.
        path: PathBuf,
        /// The number of images.
        images: usize,
        /// The number of labels.
        labels: usize,
    },
}

fn part(dir: &Path, name: &str) -> Result<Digits, MnistError> {
    let path = find(dir, &format!("{name}-images-idx3-ubyte"))?;
    let images = Images::read(&path)?.to_batch().map_err(|shape| MnistError::Size { path, shape })?;
    let path = find(dir, &format!("{name}-labels-idx1-ubyte"))?;
    let labels = match Labels::new(read_labels(&path)?) {
        Ok(labels) => labels,
        Err(label) => return Err(MnistError::Label { path, label }),
    };
    let counts = (images.samples(), labels.len());
    Dataset::new(images, labels).map_err(|_| MnistError::Counts { path, images: counts.0, labels: counts.1 })
}

/// The file of that name in `dir`, or its gzip.
fn find(dir: &Path, name: &str) -> Result<PathBuf, MnistError> {
    let plain = dir.join(name);
    let packed = dir.join(format!("{name}.gz"));
    match (plain.exists(), packed.exists()) {
        (true, _) => Ok(plain),
        (false, true) => Ok(packed),
        (false, false) => Err(MnistError::Missing(plain)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A folder with files of `images` blank images, and with `labels`, that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str, side: u8, images: u8, labels: &[u8]) -> Folder {
            let dir = std::env::temp_dir().join(format!("plumbline-mnist-{test}-{}", std::process::id()));
            fs::create_dir_all(&dir).unwrap();
            for part in ["train", "t10k"] {
                let mut file = vec![0, 0, 8, 3, 0, 0, 0, images, 0, 0, 0, side, 0, 0, 0, side];
                file.resize(16 + usize::from(images) * usize::from(side).pow(2), 255);
                fs::write(dir.join(format!("{part}-images-idx3-ubyte")), file).unwrap();
                let file = [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat();
                fs::write(dir.join(format!("{part}-labels-idx1-ubyte")), file).unwrap();
            }
            Folder(dir)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn images_and_labels_come_together() {
        let folder = Folder::new("sound", 28, 3, &[1, 2, 9]);
        let (train, test) = mnist(&folder.0).unwrap();
        assert_eq!((train.len(), test.targets().get(2)), (3, Some(9)));
        assert_eq!(train.inputs().sample(0).unwrap()[0], 1.0);
    }

    #[test]
    fn files_that_do_not_fit_are_named() {
        let folder = Folder::new("label", 28, 1, &[10]);
        let error = mnist(&folder.0).unwrap_err();
        assert!(error.to_string().ends_with("-labels-idx1-ubyte`: expected labels from 0 to 9, found 10 at index 0"));
        let folder = Folder::new("counts", 28, 2, &[1]);
        assert!(matches!(mnist(&folder.0).unwrap_err(), MnistError::Counts { images: 2, labels: 1, .. }));
        let folder = Folder::new("size", 27, 1, &[1]);
        let error = mnist(&folder.0).unwrap_err();
        assert!(error.to_string().ends_with("expected samples of shape `[1, 28, 28]`, found `[1, 27, 27]`"), "{error}");
        fs::remove_file(folder.0.join("train-labels-idx1-ubyte")).unwrap();
        let folder = Folder::new("missing", 28, 1, &[1]);
        fs::remove_file(folder.0.join("t10k-labels-idx1-ubyte")).unwrap();
        assert!(matches!(mnist(&folder.0).unwrap_err(), MnistError::Missing(path) if path.starts_with(&folder.0)));
    }
}
