//! Files that are replaced as a whole.

use std::{
    ffi::OsStr,
    fs::{self, File, FileType, Metadata, OpenOptions},
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::WeightsFault;

/// The symbolic links that are followed one after the other, as many as Linux follows.
const LINKS: usize = 40;

/// The names that are tried for a file of parts. Each is random, so that a second try is hardly ever needed.
const NAMES: usize = 100;

/// The letters of the random part of such a name.
const RANDOM: usize = 16;

/// Writes a file beside `path` and renames it, so that `path` is at every moment the old file or the new one.
///
/// Whoever writes holds a lock on the file beside, which goes with the process: what is there without a lock is what a dead process left, and the
/// next one removes it.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), WeightsFault> {
    let target = follow(path).map_err(WeightsFault::Io)?;
    let old = replaceable(&target)?;
    let write = || {
        let name = target.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        remove_dead(folder, name);
        let mut part = Part::create(folder, name, old.is_some())?;
        part.file.write_all(bytes)?;
        if let Some(old) = &old {
            adopt(&part.file, old)?;
        }
        part.file.sync_all()?;
        fs::rename(&part.path, &target)?;
        part.renamed = true;
        Ok(())
    };
    write().map_err(WeightsFault::Io)
}

/// Where `path` leads to once symbolic links are followed, whether or not there is something.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            // No link, or nothing at all.
            Err(_) => return Ok(target),
        }
    }
    // The system says it best.
    Err(fs::metadata(path).err().unwrap_or_else(|| io::ErrorKind::InvalidInput.into()))
}

/// What is known of the file that is to be replaced, if there is one and it may be.
fn replaceable(target: &Path) -> Result<Option<Metadata>, WeightsFault> {
    match fs::metadata(target) {
        Ok(old) if !old.is_file() => Err(WeightsFault::Kind { found: kind(old.file_type()) }),
        Ok(old) => {
            // To rename over it would take no right to write to it, but whoever took that right away meant it to stay.
            OpenOptions::new().write(true).open(target).map_err(WeightsFault::Io)?;
            Ok(Some(old))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(WeightsFault::Io(error)),
    }
}

fn kind(found: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_char_device() || found.is_block_device() {
            return "a device";
        }
        if found.is_fifo() {
            return "a pipe";
        }
        if found.is_socket() {
            return "a socket";
        }
    }
    if found.is_dir() { "a directory" } else { "something else" }
}

/// Gives `file` the owner of the old one, if the system lets us, and its permissions.
fn adopt(file: &File, old: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
            // Mostly the superuser's right: without it the file is the writer's, as every new file.
            let _: io::Result<()> = fchown(file, Some(old.uid()), Some(old.gid()));
        }
    }
    file.set_permissions(old.permissions())
}

/// A file beside the target, which is removed unless it was renamed.
struct Part {
    file: File,
    path: PathBuf,
    renamed: bool,
}

impl Part {
    /// One that others may not read before its permissions are set, where it is `private`.
    fn create(folder: &Path, name: &OsStr, private: bool) -> io::Result<Part> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if private {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        #[cfg(not(unix))]
        let _ = private;
        for _ in 0..NAMES {
            let mut beside = std::ffi::OsString::from(".");
            beside.push(name);
            beside.push(format!(".{:0RANDOM$x}.part", RandomState::new().build_hasher().finish()));
            let path = folder.join(beside);
            let file = match options.open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            match file.try_lock() {
                // Another save may have found the file before it was locked, and removed it.
                Ok(()) if !is_at(&file, &path) => continue,
                Err(fs::TryLockError::WouldBlock) => continue,
                // Where files cannot be locked, nobody removes what has no lock.
                Ok(()) | Err(fs::TryLockError::Error(_)) => return Ok(Part { file, path, renamed: false }),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.renamed {
            // The first error is the one to report, whether or not there is something to clear away.
            let _: io::Result<()> = fs::remove_file(&self.path);
        }
    }
}

/// Whether `path` still leads to `file`.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |about: Metadata| (about.dev(), about.ino());
        file.metadata().map(place).ok() == fs::metadata(path).map(place).ok()
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Removes what saves of the file `name` left behind whose processes are no more. What cannot be looked at stays.
fn remove_dead(folder: &Path, name: &OsStr) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_part(&entry.file_name(), name)) {
        if entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = OpenOptions::new().read(true).write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            // A live save that has not locked its file yet sees that it is gone, and takes another.
            let _: io::Result<()> = fs::remove_file(entry.path());
        }
    }
}

/// Whether a file of that name is one that [`Part::create`] makes for `name`.
fn is_part(file: &OsStr, name: &OsStr) -> bool {
    let rest = file.as_encoded_bytes().strip_prefix(b".").and_then(|rest| rest.strip_prefix(name.as_encoded_bytes()));
    let random = rest.and_then(|rest| rest.strip_prefix(b".")).and_then(|rest| rest.strip_suffix(b".part"));
    random.is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::testing::Folder;

    fn parts(folder: &Folder) -> usize {
        fs::read_dir(&folder.0)
            .unwrap()
            .filter(|entry| is_part(&entry.as_ref().unwrap().file_name(), "net".as_ref()))
            .count()
    }

    #[test]
    fn what_dead_saves_left_is_removed_and_what_live_ones_write_is_not() {
        let folder = Folder::new("parts");
        let path = folder.0.join("net");
        // A part of a killed save, of a live one, of another file's save, and files of users that are named nearly so.
        fs::write(folder.0.join(".net.0123456789abcdef.part"), "half").unwrap();
        let live = Part::create(&folder.0, "net".as_ref(), false).unwrap();
        let others = [".net2.0123456789abcdef.part", ".net.0123456789abcdef", ".net.0123456789abcdeg.part", "net.part"];
        others.iter().for_each(|name| fs::write(folder.0.join(name), "other").unwrap());
        replace(&path, b"whole").unwrap();
        assert_eq!((fs::read(&path).unwrap(), parts(&folder)), (b"whole".to_vec(), 1));
        assert!(live.path.exists() && others.iter().all(|name| folder.0.join(name).exists()));
        drop(live);
        assert_eq!(parts(&folder), 0);
    }

    #[test]
    fn many_saves_at_once_each_write_a_whole_file() {
        let folder = Folder::new("many");
        let path = folder.0.join("net");
        std::thread::scope(|scope| {
            for byte in 0..4_u8 {
                let path = &path;
                scope.spawn(move || (0..50).for_each(|_| replace(path, &[byte; 5000]).unwrap()));
            }
        });
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.len() == 5000 && bytes.iter().all(|&byte| byte == bytes[0]));
        assert_eq!(parts(&folder), 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay_and_devices_are_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = Folder::new("links");
        let at = |name: &str| folder.0.join(name);
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        let set = |name: &str, mode| fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir(at("runs")).unwrap();
        // A link to a link to a file in another folder, and one to a file that is not there yet.
        for (link, to) in [("latest", "second"), ("second", "runs/7"), ("new", "runs/8"), ("round", "round")] {
            symlink(to, at(link)).unwrap();
        }
        fs::write(at("runs/7"), "old").unwrap();
        set("runs/7", 0o600);
        for link in ["latest", "new"] {
            replace(&at(link), b"new").unwrap();
            assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink());
        }
        assert_eq!((fs::read("/dev/null").unwrap(), fs::read(at("runs/7")).unwrap()), (vec![], b"new".to_vec()));
        assert_eq!((fs::read(at("runs/8")).unwrap(), mode("runs/7")), (b"new".to_vec(), 0o600));
        // What is new has the permissions of any new file.
        fs::write(at("other"), "").unwrap();
        assert_eq!(mode("runs/8"), mode("other"));
        set("other", 0o640);
        replace(&at("other"), b"new").unwrap();
        assert_eq!(mode("other"), 0o640);

        assert!(matches!(replace(&at("round"), b"new"), Err(WeightsFault::Io(_))));
        symlink("/dev/null", at("null")).unwrap();
        for (path, expected) in
            [(at("null"), "a device"), ("/dev/null".into(), "a device"), (at("runs"), "a directory")]
        {
            let error = replace(&path, b"new").unwrap_err();
            assert!(matches!(error, WeightsFault::Kind { found } if found == expected), "{error}");
        }
        assert!(fs::symlink_metadata("/dev/null").is_ok_and(|null| !null.is_file()));
    }
}
