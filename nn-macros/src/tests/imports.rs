//! The direction of imports: each module imports from those above it in the list alone, and no files import each other in a circle.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The modules of the crate, each after those that it may import from.
const ORDER: &[&str] =
    &["paths", "names", "shape", "report", "syntax", "context", "map", "layers", "network", "check", "program", "emit"];

/// The folders in which files still import each other.
const MIXED: &[&str] = &["layers", "program", "emit"];

type Module = Vec<String>;

/// The crate's modules, each with the tokens of its file outside of tests.
fn modules() -> HashMap<Module, Vec<TokenTree>> {
    let mut found = HashMap::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut found);
    found
}

fn read(folder: &Path, module: &Module, found: &mut HashMap<Module, Vec<TokenTree>>) {
    for entry in fs::read_dir(folder).expect("the sources are beside the tests").map(|entry| entry.unwrap().path()) {
        let name = entry.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = || [module.as_slice(), std::slice::from_ref(&name)].concat();
        if entry.is_dir() {
            read(&entry, &inner(), found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let module = if ["mod", "lib"].contains(&name.as_str()) { module.clone() } else { inner() };
            let tokens: TokenStream = fs::read_to_string(&entry).unwrap().parse().expect("a file of Rust");
            found.insert(module, without_tests(tokens));
        }
    }
}

/// The tokens without the items behind `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> Vec<TokenTree> {
    let (mut kept, mut skipping) = (Vec::new(), false);
    for token in tokens {
        let is_end = match &token {
            TokenTree::Punct(mark) => mark.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        if skipping {
            skipping = !is_end;
        } else if token.to_string() == "[cfg(test)]" || token.to_string() == "[cfg (test)]" {
            skipping = true;
        } else {
            kept.push(token);
        }
    }
    kept
}

/// The paths in the tokens that begin with `crate` or `super`, and those of `use`, each with all its segments.
fn paths(tokens: &[TokenTree], found: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "use" => {
                let mut end = at + 1;
                while end < tokens.len() && tokens[end].to_string() != ";" {
                    end += 1;
                }
                tree(&tokens[at + 1..end], &[], found);
                at = end;
            }
            TokenTree::Ident(word) if word == "crate" || word == "super" => {
                let mut path = vec![word.to_string()];
                while let [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(next), ..] = &tokens[at + 1..]
                    && [a, b].iter().all(|mark| mark.as_char() == ':')
                {
                    path.push(next.to_string());
                    at += 3;
                }
                if path.len() > 1 {
                    found.push(path);
                }
            }
            TokenTree::Group(group) => paths(&group.stream().into_iter().collect::<Vec<_>>(), found),
            _ => {}
        }
        at += 1;
    }
}

/// The paths of a tree of `use`: `a::{b, c::d as e}`.
fn tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<Vec<String>>) {
    for branch in tokens.split(|token| token.to_string() == ",") {
        let mut path = before.to_vec();
        let mut renamed = false;
        for token in branch {
            match token {
                TokenTree::Ident(word) if word == "as" => renamed = true,
                TokenTree::Ident(word) if !renamed => path.push(word.to_string()),
                TokenTree::Group(group) => {
                    tree(&group.stream().into_iter().collect::<Vec<_>>(), &path, found);
                    path.clear();
                    break;
                }
                _ => {}
            }
        }
        if path.len() > before.len() {
            found.push(path);
        }
    }
}

/// Each module with those that it imports from, a name that is handed on being where it comes from.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let modules = modules();
    let written: HashMap<&Module, Vec<Vec<String>>> = modules
        .iter()
        .map(|(module, tokens)| {
            let mut found = Vec::new();
            paths(tokens, &mut found);
            (module, found)
        })
        .collect();
    let mut all = BTreeMap::new();
    for (module, paths) in &written {
        let mut from: BTreeSet<Module> = paths.iter().filter_map(|path| resolve(module, path, &written)).collect();
        from.remove(*module);
        all.insert((*module).clone(), from);
    }
    all
}

/// The module that a path seen from `module` leads to, if it is one of the crate.
fn resolve(module: &Module, path: &[String], written: &HashMap<&Module, Vec<Vec<String>>>) -> Option<Module> {
    let mut at = module.clone();
    match path[0].as_str() {
        "crate" => at.clear(),
        "super" | "self" => {}
        // A path of `use` without either is one into a module below, or another crate's.
        first if written.contains_key(&[at.as_slice(), &[first.to_owned()]].concat()) => {}
        _ => return None,
    }
    for segment in path {
        let inner = [at.as_slice(), std::slice::from_ref(segment)].concat();
        match segment.as_str() {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            _ if written.contains_key(&inner) => at = inner,
            name => {
                let handed =
                    written[&at].iter().find(|path| path.len() > 1 && path.last().is_some_and(|last| last == name));
                return match handed {
                    Some(path) if at != *module => resolve(&at, path, written).or(Some(at)),
                    _ => Some(at),
                };
            }
        }
    }
    Some(at)
}

#[test]
fn modules_import_from_those_before_them_alone() {
    let place = |module: &Module| ORDER.iter().position(|name| module.first().is_some_and(|first| first == name));
    let mut against = Vec::new();
    for (module, from) in imports() {
        let Some(own) = place(&module) else {
            let outside = ["tests", "snapshots", "random_networks", "random_sizes"];
            assert!(
                module.first().is_none_or(|first| outside.contains(&first.as_str())),
                "`{}` has no place in the order",
                module.join("::")
            );
            continue;
        };
        for other in from {
            if place(&other).is_none_or(|other| other > own) {
                against.push(format!("{} imports from crate::{}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(against.is_empty(), "{}", against.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut imports = imports();
    imports.retain(|module, _| {
        let is_tests = module.iter().any(|name| name == "tests");
        !is_tests && module.first().is_some_and(|first| ORDER.contains(&first.as_str()))
    });
    for (module, from) in &mut imports {
        from.retain(|other| {
            let within = |folder: &&str| module[0] == **folder && other.first() == module.first();
            !MIXED.iter().any(within)
        });
    }
    // Files that import from none that is left, or that none of them imports, are taken away until there are no more; what stays makes a circle.
    loop {
        let imported: BTreeSet<Module> = imports.values().flatten().cloned().collect();
        let before = imports.len();
        let left: BTreeSet<Module> = imports.keys().cloned().collect();
        imports.retain(|module, from| imported.contains(module) && from.iter().any(|other| left.contains(other)));
        if imports.len() == before {
            break;
        }
    }
    let circle: Vec<String> = imports
        .iter()
        .map(|(module, from)| {
            let from = from.iter().filter(|other| imports.contains_key(*other)).map(|other| other.join("::"));
            format!("{} ← {}", module.join("::"), from.collect::<Vec<_>>().join(", "))
        })
        .collect();
    assert!(circle.is_empty(), "{}", circle.join("\n"));
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let modules = imports();
    let from = |module: &[&str]| &modules[&module.iter().map(ToString::to_string).collect::<Vec<_>>()];
    let to = |module: &[&str]| module.iter().map(ToString::to_string).collect::<Vec<_>>();
    // `use crate::report::Written` is the file that defines it, `use super::cursor::next` the one beside.
    assert!(from(&["syntax", "node"]).contains(&to(&["report", "syntax"])));
    assert!(from(&["syntax", "node"]).contains(&to(&["syntax", "cursor"])));
    // In the middle of an expression, and in a list in braces.
    assert!(from(&["emit", "documentation"]).contains(&to(&["network"])));
    assert!(from(&["shape", "formula"]).contains(&to(&["names"])));
}
