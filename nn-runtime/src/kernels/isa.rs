//! The instruction set that kernels run on.
//!
//! It is the widest of the processor, or the one that the environment variable `PLUMBLINE_ISA` names: tests and benchmarks go through them with it.
//! The variable is read once, before the first kernel runs.

use std::sync::OnceLock;

use pulp::Arch;

/// The variable that names an instruction set.
const VARIABLE: &str = "PLUMBLINE_ISA";

#[cfg(not(test))]
pub(crate) use chosen as arch;
#[cfg(test)]
pub(crate) use tests::{arch, at_each_level};

/// The instruction set of this process.
///
/// # Panics
///
/// Where the variable names none of this processor's.
#[inline]
pub(crate) fn chosen() -> Arch {
    static CHOSEN: OnceLock<Arch> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let name = std::env::var_os(VARIABLE).unwrap_or_default();
        named(&name.to_string_lossy()).unwrap_or_else(|message| panic!("{message}"))
    })
}

/// The instruction sets that kernels are compiled for and this processor has, from the narrowest to the widest.
fn available() -> Vec<(&'static str, Arch)> {
    #[allow(unused_mut)]
    let mut sets = vec![("scalar", Arch::Scalar)];
    #[cfg(target_arch = "x86_64")]
    {
        sets.extend(pulp::x86::V3::try_new().map(|v3| ("v3", Arch::V3(v3))));
        sets.extend(pulp::x86::V4::try_new().map(|v4| ("v4", Arch::V4(v4))));
    }
    #[cfg(target_arch = "aarch64")]
    sets.extend(pulp::aarch64::Neon::try_new().map(|neon| ("neon", Arch::Neon(neon))));
    sets
}

/// The instruction set of a name; without one, the widest.
fn named(name: &str) -> Result<Arch, String> {
    if name.is_empty() {
        return Ok(Arch::new());
    }
    let sets = available();
    sets.iter().find(|(known, _)| *known == name).map(|&(_, arch)| arch).ok_or_else(|| {
        let names: Vec<String> = sets.iter().map(|(known, _)| format!("`{known}`")).collect();
        format!("expected an instruction set of this processor in {VARIABLE}, {}, found `{name}`", names.join(" or "))
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static OF_THREAD: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    pub(crate) fn arch() -> Arch {
        OF_THREAD.get().unwrap_or_else(chosen)
    }

    /// Calls `f` with the kernels of this thread kept to each instruction set in turn, until one fails.
    pub(crate) fn at_each_level<T>(mut f: impl FnMut() -> Result<(), T>) -> Result<(), T> {
        let result = available().into_iter().try_for_each(|(_, level)| {
            OF_THREAD.set(Some(level));
            f()
        });
        OF_THREAD.set(None);
        result
    }

    #[test]
    fn names_are_those_of_the_processor_and_others_are_told_which_there_are() {
        assert!(matches!(named("scalar"), Ok(Arch::Scalar)));
        let widest = available().last().map(|(name, _)| *name).unwrap();
        for (name, arch) in [("", Arch::new()), (widest, Arch::new())] {
            assert_eq!(format!("{:?}", named(name).unwrap()), format!("{arch:?}"), "{name}");
        }
        let message = named("avx").unwrap_err();
        assert!(
            message.starts_with("expected an instruction set of this processor in PLUMBLINE_ISA, `scalar`"),
            "{message}"
        );
        assert!(message.ends_with("found `avx`"), "{message}");
        assert!(available().iter().all(|(name, _)| message.contains(&format!("`{name}`"))), "{message}");
    }
}
