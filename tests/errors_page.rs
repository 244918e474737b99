//! The pages `docs/errors`: every error and its cure, a page for each kind, made from the compile-fail tests, so that they cannot go stale.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// The folder of the pages.
const PAGES: &str = "docs/errors";
/// The page that lists the others, and each mistake.
const INDEX: &str = "README.md";
const COMMAND: &str = "PLUMBLINE_WRITE=1 cargo test --test errors_page";

/// The kinds with a title and a word of introduction, in the page's order. A folder that is not here comes after them under
/// its own name.
const KINDS: [(&str, &str, &str); 11] = [
    ("syntax", "Syntax", "What is written is no network: a token, a name, an option or a value is missing or wrong."),
    ("graph", "Graph", "Nodes, sources and outputs that do not make one graph."),
    (
        "shape",
        "Shapes",
        "Layers that do not fit what they are given. The sizes are literals, and the macro finds the fault.",
    ),
    (
        "recurrent",
        "Sequences and states",
        "Recurrent layers, and the layers around them, that do not fit what they are given, or the layer from whose state they start.",
    ),
    (
        "constants",
        "Shapes with constants",
        "The same faults where a size is a named constant. The compiler finds them when it evaluates constants, and its \
         message begins with `evaluation panicked`.",
    ),
    (
        "parameters",
        "Shapes with dimension parameters",
        "The same faults in networks such as `Residual<C, H, W>`. What no size can mend the macro finds where the network is declared; \
         the rest the compiler finds where the network is used at sizes that do not fit.",
    ),
    (
        "free",
        "Shapes with free dimensions",
        "The same faults in networks such as `[3, _, _] -> [10]`, as far as they do not depend on the sizes that the running program has, and batches \
         that are made or taken as if those were known.",
    ),
    (
        "parts",
        "Between networks",
        "Networks inside networks, and layers of your own, that do not fit what is around them.",
    ),
    (
        "energy",
        "Energy-based models",
        "Machines whose units do not fit the data or one another, and sums over more states than can be counted.",
    ),
    (
        "training",
        "Training",
        "Networks, data, losses and metrics that do not belong together. The compiler finds these by their types.",
    ),
    (
        "adversarial",
        "Two networks against each other",
        "Generators and discriminators whose shapes do not meet, and data that neither takes.",
    ),
];

const INTRODUCTION: &str = "\
Each entry shows a mistake, what the compiler says of it, and its cure. To find a message, search this folder for its words
without the names and numbers of your own: `does not fit the`, `takes a vector, found`, `has no option`.

All faults of a network are reported at once, each where it is made, by `cargo check` and in the editor. Left out of the reports
are the compiler's notes on where the library states a bound, and on macros.
";

/// One compile-fail test.
struct Entry {
    /// The file without its ending.
    name: String,
    heading: String,
    /// What the test itself says of the cure.
    advice: String,
    program: String,
    report: String,
}

/// One error of a report.
struct Fault {
    message: String,
    /// The help that stands with the message, which is ours; the compiler's own follows the source.
    helps: Vec<String>,
}

impl Entry {
    fn read(path: &Path) -> Entry {
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let source = text(path);
        let docs: Vec<&str> = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let (heading, advice) = match docs.iter().position(|line| line.is_empty()) {
            Some(end) => (docs[..end].join(" "), docs[end + 1..].join("\n")),
            None => (docs.join(" "), String::new()),
        };
        let program = source.lines().skip(docs.len());
        let program: Vec<&str> =
            program.filter(|line| !line.starts_with("use plumbline::prelude::*;") && *line != "fn main() {}").collect();
        Entry {
            heading: heading.trim_end_matches('.').to_owned(),
            advice,
            program: program.join("\n").trim().to_owned(),
            report: report(&text(&path.with_extension("stderr"))),
            name,
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut in_message = false;
        for line in self.report.lines() {
            if let Some((_, message)) = line.split_once(": ").filter(|_| line.starts_with("error")) {
                let message = message.trim_start_matches("evaluation panicked: ").to_owned();
                faults.push(Fault { message, helps: Vec::new() });
                in_message = true;
            } else if line.trim_start().starts_with("-->") {
                in_message = false;
            } else if let (true, Some(fault)) = (in_message, faults.last_mut()) {
                let line = line.trim();
                match line.strip_prefix("= help: ") {
                    Some(help) => fault.helps.push(help.to_owned()),
                    None => fault.helps.last_mut().unwrap_or(&mut fault.message).push_str(&format!(" {line}")),
                }
            }
        }
        faults
    }

    fn write(&self, page: &mut String) {
        let Entry { name, heading, program, report, .. } = self;
        writeln!(page, "\n<a id=\"{name}\"></a>\n\n## {heading}\n").unwrap();
        writeln!(page, "```rust\n{program}\n```\n\n```text\n{report}\n```\n").unwrap();
        let faults = self.faults();
        let with_help = faults.iter().filter(|fault| !fault.helps.is_empty());
        match (&self.advice[..], &faults[..]) {
            ("", [Fault { helps, .. }]) if helps.len() == 1 => writeln!(page, "**Cure:** {}", helps[0]).unwrap(),
            ("", [Fault { helps, .. }]) => writeln!(page, "**Cure:** either\n\n* {}", helps.join("\n* ")).unwrap(),
            ("", _) => {
                writeln!(page, "**Cures:**\n").unwrap();
                with_help.for_each(|Fault { message, helps }| {
                    writeln!(page, "* {message} — {}", helps.join("; or ")).unwrap()
                });
            }
            (advice, _) => writeln!(page, "**Cure:** {advice}").unwrap(),
        }
    }
}

/// What the compiler says, without the notes that tell of the library and of the macro.
fn report(stderr: &str) -> String {
    const LEFT_OUT: [&str; 6] = [
        "note: required",
        "note: method defined here",
        "note: trait bound",
        "note: the trait",
        "help: the following other types implement",
        "help: this trait has no implementations",
    ];
    let mut report = String::new();
    let mut skipping = false;
    for line in stderr.lines() {
        if !line.starts_with([' ', '.']) && !line.starts_with(|c: char| c.is_ascii_digit()) {
            skipping = LEFT_OUT.iter().any(|note| line.starts_with(note));
        } else if line.trim_start().starts_with("= ") {
            skipping = line.contains("this error originates in the macro");
        }
        if !skipping {
            // Whose program it is does not matter to the reader; the lines are those of the test.
            let line = match line.split_once("--> tests/ui/") {
                Some((margin, place)) => {
                    format!("{margin}--> {}", place.split_once('/').map_or(place, |(_, file)| file))
                }
                None => line.to_owned(),
            };
            writeln!(report, "{}", line.trim_end()).unwrap();
        }
    }
    report.trim_end().to_owned()
}

/// The files and folders of a folder, in order.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The folders of `tests/ui` with their titles and introductions.
fn kinds(root: &Path) -> Vec<(String, String, &'static str)> {
    let folders = inside(&root.join("tests/ui")).into_iter().filter(|path| path.is_dir());
    let mut folders: Vec<String> =
        folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    folders.sort_by_key(|folder| KINDS.iter().position(|kind| kind.0 == folder).unwrap_or(KINDS.len()));
    let titled = |folder: String| match KINDS.iter().find(|kind| kind.0 == folder) {
        Some((_, title, introduction)) => (folder, (*title).to_owned(), *introduction),
        None => {
            let title = folder[..1].to_uppercase() + &folder[1..].replace('_', " ");
            (folder, title, "")
        }
    };
    folders.into_iter().map(titled).collect()
}

fn entries(root: &Path, folder: &str) -> Vec<Entry> {
    let files = inside(&root.join("tests/ui").join(folder)).into_iter();
    files.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).map(|path| Entry::read(&path)).collect()
}

/// The pages by their files: the index, and one for each kind.
fn pages(root: &Path) -> BTreeMap<String, String> {
    let head = |title: &str| format!("# {title}\n\n<!-- Written by `{COMMAND}`. -->\n");
    let mut index = format!("{}\n{INTRODUCTION}", head("Every error and its cure"));
    let mut pages = BTreeMap::new();
    for (folder, title, introduction) in kinds(root) {
        let mut page = head(&title);
        if !introduction.is_empty() {
            writeln!(page, "\n{introduction}").unwrap();
        }
        writeln!(page).unwrap();
        writeln!(index, "\n## [{title}]({folder}.md)\n").unwrap();
        let entries = entries(root, &folder);
        for Entry { name, heading, .. } in &entries {
            writeln!(page, "* [{heading}](#{name})").unwrap();
            writeln!(index, "* [{heading}]({folder}.md#{name})").unwrap();
        }
        entries.iter().for_each(|entry| entry.write(&mut page));
        pages.insert(format!("{folder}.md"), page);
    }
    pages.insert(INDEX.to_owned(), index);
    pages
}

#[test]
fn the_pages_are_what_the_tests_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join(PAGES);
    let new = pages(root);
    if env::var_os("PLUMBLINE_WRITE").is_some() {
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        new.iter().for_each(|(file, page)| fs::write(folder.join(file), page).unwrap());
    }
    let files: Vec<String> =
        inside(&folder).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(files, new.keys().cloned().collect::<Vec<_>>(), "the files of {PAGES}; write them anew: {COMMAND}");
    for (file, new) in new {
        let old = fs::read_to_string(folder.join(&file)).unwrap();
        let differs = old.lines().zip(new.lines()).position(|(old, new)| old != new);
        let line = differs.unwrap_or_else(|| old.lines().count().min(new.lines().count())) + 1;
        assert!(
            old == new,
            "{PAGES}/{file} is not what the compile-fail tests say, from line {line} on; write it anew:\n\n    {COMMAND}\n"
        );
    }
}

/// The documentation of the crate shows the pages, too.
#[test]
fn the_crate_includes_every_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    for (folder, ..) in kinds(root) {
        let page = format!("include_str!(\"../{PAGES}/{folder}.md\")");
        assert!(source.contains(&page), "src/lib.rs lacks the page of {folder}");
    }
}

#[test]
fn every_mistake_has_a_heading_of_its_own_and_a_cure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lacking = Vec::new();
    for (folder, ..) in kinds(root) {
        let entries = entries(root, &folder);
        for entry in &entries {
            let mut complain = |what: &str| lacking.push(format!("tests/ui/{folder}/{}.rs: {what}", entry.name));
            if entry.heading.is_empty() {
                complain("begin it with `//!` and what the mistake is");
            } else if entries.iter().filter(|other| other.heading == entry.heading).count() > 1 {
                complain("another file of its folder begins with the same words");
            }
            if entry.advice.is_empty() && entry.faults().iter().all(|fault| fault.helps.is_empty()) {
                complain("its error has no `help`: say the cure in a second paragraph of `//!`");
            }
        }
    }
    assert!(lacking.is_empty(), "\n{}", lacking.join("\n"));
}
