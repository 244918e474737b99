//! Each mistake in a network, with the error that it gets. One file of `tests/ui` a mistake.

use std::{
    env,
    path::Path,
    process::{Command, ExitCode},
};

/// `trybuild` takes the package under test from this variable: `plumbline` at the root, and so the paths of its reports begin there.
const PACKAGE: &str = "CARGO_MANIFEST_DIR";

/// The flags of `trybuild` for the cases. For the dependencies it leaves the width out, and would so check all of them twice; of both sets this
/// one takes precedence.
const FLAGS: (&str, [&str; 6]) =
    ("CARGO_ENCODED_RUSTFLAGS", ["--cfg", "trybuild", "--verbose", "-A", "dead_code", "--diagnostic-width=140"]);

#[test]
fn every_mistake_gets_its_own_error() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    if env::var_os(PACKAGE).is_none_or(|package| Path::new(&package) != root) {
        // The same test once more, with these variables.
        let mut again = Command::new(env::current_exe().unwrap());
        again.args(env::args_os().skip(1)).env(PACKAGE, root).env(FLAGS.0, FLAGS.1.join("\x1f")).current_dir(root);
        return if again.status().unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/syntax/*.rs");
    cases.compile_fail("tests/ui/graph/*.rs");
    cases.compile_fail("tests/ui/shape/*.rs");
    cases.compile_fail("tests/ui/recurrent/*.rs");
    cases.compile_fail("tests/ui/constants/*.rs");
    cases.compile_fail("tests/ui/parts/*.rs");
    cases.compile_fail("tests/ui/parameters/*.rs");
    cases.compile_fail("tests/ui/free/*.rs");
    cases.compile_fail("tests/ui/training/*.rs");
    cases.compile_fail("tests/ui/energy/*.rs");
    cases.compile_fail("tests/ui/adversarial/*.rs");
    // A size without a value in every option of every layer.
    cases.compile_fail("tests/sizes/*.rs");
    ExitCode::SUCCESS
}
