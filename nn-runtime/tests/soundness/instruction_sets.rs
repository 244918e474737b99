//! The same on the narrower instruction sets, each in a process of its own: the choice is made once.

use std::{
    env,
    process::{Command, Output},
};

const VARIABLE: &str = "PLUMBLINE_ISA";

/// The tests of this program whose names begin with `tests`, on an instruction set.
fn again(tests: &str, name: &str) -> Output {
    let program = env::current_exe().expect("this program has a path");
    Command::new(program).args([tests, "--test-threads=1"]).env(VARIABLE, name).output().expect("it starts again")
}

fn text(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

#[test]
fn layers_run_on_each() {
    // One of those processes.
    if env::var_os(VARIABLE).is_some() {
        return;
    }
    let mut names = vec!["scalar"];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        names.push("v3");
    }
    for name in names {
        let output = again("odd_sizes::", name);
        assert!(output.status.success() && !text(&output).contains(" 0 passed"), "{name}: {}", text(&output));
    }
}

#[test]
fn another_name_is_told_which_there_are() {
    for name in ["avx", "V3", "scalar "] {
        let output = again("odd_sizes::dense_layers", name);
        let text = text(&output);
        let expected = "expected an instruction set of this processor in PLUMBLINE_ISA, `scalar`";
        assert!(!output.status.success() && text.contains(expected), "{text}");
        assert!(text.contains(&format!("found `{name}`")), "{text}");
    }
}
