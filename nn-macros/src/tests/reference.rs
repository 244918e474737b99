//! The reference of the language against the rows that the macro goes by.

use std::{fs, path::Path};

use crate::layers;

/// A file of the repository.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names at the beginnings of what stands in backticks: `dense(n)`. Paths and types are no names of layers.
fn names(line: &str) -> Vec<String> {
    let quoted = line.split('`').skip(1).step_by(2);
    let name = |quoted: &str| {
        let end = quoted.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(quoted.len());
        let is_layer = quoted.starts_with(|c: char| c.is_ascii_lowercase()) && !quoted[end..].starts_with("::");
        is_layer.then(|| quoted[..end].to_owned())
    };
    quoted.filter_map(name).collect()
}

/// The first column of the first table after `heading`.
fn first_column(text: &str, heading: &str) -> Vec<String> {
    let behind = &text[text.find(heading).unwrap_or_else(|| panic!("there is no `{heading}`"))..];
    let rows = behind.lines().skip_while(|line| !line.contains("|---")).skip(1);
    let rows = rows.map_while(|line| line.trim_start_matches("/// ").strip_prefix("| "));
    rows.filter_map(|row| row.split(" | ").next()).flat_map(names).collect()
}

/// The sections of the typing rules: the layers named in a heading of the third level, and what follows.
fn sections() -> Vec<(Vec<String>, String)> {
    let text = text("docs/language/layers.md");
    let sections = text.split("\n### ").skip(1).map(|section| {
        let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
        let body = body.split("\n## ").next().unwrap_or(body);
        (names(heading), body.to_owned())
    });
    sections.collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

fn all() -> Vec<String> {
    sorted(layers::names().map(str::to_owned).collect())
}

#[test]
fn each_layer_has_a_section_and_a_row_where_layers_are_listed() {
    let documented = sections().into_iter().flat_map(|(names, _)| names).collect();
    assert_eq!(sorted(documented), all(), "the headings of docs/language/layers.md");
    let listed = first_column(&text("nn-macros/src/lib.rs"), "/// # Layers");
    assert_eq!(sorted(listed), all(), "the table in nn-macros/src/lib.rs");
    let listed = first_column(&text("docs/language/layers.md"), "## All layers");
    let layers = layers::names().filter(|name| !layers::is_activation(name)).map(str::to_owned).collect();
    assert_eq!(sorted(listed), sorted(layers), "the table in docs/language/layers.md");
}

#[test]
fn each_section_has_an_example_and_the_options_that_there_are() {
    for (names, body) in sections() {
        let listed = if body.contains("| option |") { first_column(&body, "| option |") } else { Vec::new() };
        for name in &names {
            let row = layers::find(name).unwrap_or_else(|| panic!("there is no layer `{name}`"));
            let options: Vec<String> = row.options.iter().map(|&option| option.to_owned()).collect();
            assert_eq!(sorted(listed.clone()), sorted(options), "the options of `{name}` in docs/language/layers.md");
        }
        let examples: Vec<&str> = body.split("```rust\n").skip(1).filter_map(|code| code.split("```").next()).collect();
        assert!(!examples.is_empty(), "docs/language/layers.md has no example of {names:?}");
    }
}

#[test]
fn the_grammar_is_the_same_in_both_places() {
    let source = text("nn-macros/src/lib.rs");
    let own =
        source.lines().skip_while(|line| !line.starts_with("/// # Grammar")).skip_while(|line| *line != "/// ```text");
    let own: Vec<&str> =
        own.skip(1).map_while(|line| line.strip_prefix("/// ")).take_while(|line| *line != "```").collect();
    let reference = text("docs/language/grammar.md");
    let block: Vec<&str> =
        reference.lines().skip_while(|line| *line != "```text").skip(1).take_while(|line| *line != "```").collect();
    assert!(!own.is_empty());
    assert_eq!(own, block, "the grammar in nn-macros/src/lib.rs, and that in docs/language/grammar.md");
}
