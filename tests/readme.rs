//! What the README shows of the compiler is what it says. Its programs are documentation tests.

use std::{fs, path::Path};

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// The first block of this kind after `heading`.
fn block<'a>(text: &'a str, heading: &str, kind: &str) -> Vec<&'a str> {
    let behind = text.lines().skip_while(|line| *line != heading);
    behind.skip_while(|line| !line.starts_with(kind)).skip(1).take_while(|line| *line != "```").collect()
}

/// The lines of a report without the numbers of the source's lines, but for those where it points.
fn report(lines: impl Iterator<Item = String>) -> Vec<String> {
    let gutter = |line: String| match line.split_once('|') {
        Some((margin, source)) if margin.trim().parse::<u32>().is_ok() || margin.trim().is_empty() => {
            format!("| {}", source.trim())
        }
        _ => line.trim().to_owned(),
    };
    lines.map(gutter).collect()
}

/// It is a front page; long tables live in `docs/`.
#[test]
fn the_page_is_short_and_names_every_example() {
    let readme = text("README.md");
    assert!(readme.lines().count() <= 160, "{} lines", readme.lines().count());
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file.ends_with(".rs") {
            assert!(readme.contains(&format!("(examples/{file})")), "the README does not name examples/{file}");
        }
    }
}

/// What the pages link to in this repository is there.
#[test]
fn links_to_files_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/tour.md",
        "docs/training.md",
        "docs/autoencoders.md",
        "docs/errors/README.md",
    ] {
        let text = text(page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or(link);
            if !file.is_empty() && !file.contains("://") {
                let path = root.join(page).parent().unwrap().join(file);
                assert!(path.exists(), "{page} links to `{link}`, which is not there");
            }
        }
    }
}

#[test]
fn the_mistake_has_the_message_that_is_shown() {
    let readme = text("README.md");
    // The program with the mistakes that the text tells of.
    let program = block(&readme, "## A network", "```rust").into_iter().filter(|line| line.trim() != "flatten;");
    let program: Vec<String> = program.map(|line| line.replace("dense(84), relu", "dense(84), rellu")).collect();
    let line_of = |node: &str| program.iter().position(|line| line.trim().starts_with(node)).unwrap() + 1;

    let test = "tests/ui/shape/two_mistakes";
    let source = text(&format!("{test}.rs"));
    let network = |lines: &mut dyn Iterator<Item = String>| -> Vec<String> {
        lines.skip_while(|line| line != "network! {").take_while(|line| line != "}").collect()
    };
    let lines = &mut source.lines().map(str::to_owned);
    assert_eq!(network(&mut program.iter().cloned()), network(lines), "{test}.rs holds the README's network");

    let mut said = text(&format!("{test}.stderr"));
    for node in ["fc1:", "fc2:"] {
        let at = source.lines().position(|line| line.trim().starts_with(node)).unwrap() + 1;
        said = said.replace(&format!("{test}.rs:{at}:"), &format!("src/main.rs:{}:", line_of(node)));
    }
    let shown = block(&readme, "## A mistake", "```text").into_iter().map(str::to_owned);
    assert_eq!(report(shown), report(said.lines().map(str::to_owned)));
}
