//! What the macro knows of a layer stands in the layer's file, and nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder of the crate's sources, and those of the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the sources are beside the tests").map(|entry| entry.unwrap().path());
    entries.flat_map(|entry| if entry.is_dir() { files(&entry) } else { vec![entry] }).collect()
}

/// The variants of `Layer` that a text names.
fn named(text: &str) -> Vec<String> {
    let behind = text.split("Layer::").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        rest[..end].to_owned()
    });
    behind.filter(|name| name.starts_with(char::is_uppercase)).collect()
}

#[test]
fn no_stage_behind_the_layers_names_one() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = ["check", "program", "emit"].map(|folder| files(&sources.join(folder)));
    let all: Vec<PathBuf> = folders.into_iter().flatten().chain([sources.join("network.rs")]).collect();
    assert!(all.len() > 20, "{} files", all.len());
    for file in all {
        let found = named(&fs::read_to_string(&file).expect("a file of Rust"));
        assert!(found.is_empty(), "{} names {found:?}: let the layer answer for itself", file.display());
    }
    assert_eq!(
        named("match layer { Layer::Dense(_) => Layer::from(part), _ => layers::Layer::Part }"),
        ["Dense", "Part"]
    );
}
