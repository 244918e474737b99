//! Kernels are the ground floor: they import nothing from above.

use std::{fs, path::Path};

/// The lines of a folder's files that name something of this crate outside of it.
fn from_above(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder of this module") {
        let path = entry.expect("a file of it").path();
        if path.is_dir() {
            from_above(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("imports.rs") {
            let text = fs::read_to_string(&path).expect("a file of Rust");
            let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            let above = code.filter(|(_, line)| line.split("crate::").skip(1).any(|name| !name.starts_with("kernels")));
            found.extend(above.map(|(number, line)| format!("{}:{}: {line}", path.display(), number + 1)));
        }
    }
}

/// What it looks for, it finds.
#[test]
fn layers_import_from_beside_them() {
    let mut found = Vec::new();
    from_above(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/layers"), &mut found);
    assert!(found.iter().any(|line| line.contains("crate::")), "layers use shapes");
}

#[test]
fn kernels_import_nothing_from_above() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kernels");
    let mut found = Vec::new();
    from_above(&folder, &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
