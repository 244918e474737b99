//! Where long runs of samplers take their threads from, and what a person sees of them.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::SamplerError;

/// Runs `f` on `count` threads of its own, as many as there are cores where that is 0, or on those of the current pool.
pub(crate) fn on_threads<T: Send>(count: Option<usize>, f: impl FnOnce() -> T + Send) -> Result<T, SamplerError> {
    let Some(count) = count else {
        return Ok(f());
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
    let pool = pool.map_err(|error| SamplerError::Threads { count, reason: error.to_string() })?;
    Ok(pool.install(f))
}

/// A bar on the terminal's error stream, which several threads may move at once: the part that is done and the time left. Nothing where it is not wanted
/// or the stream is no terminal.
pub(crate) struct Bar(Option<ProgressBar>);

const TEMPLATE: &str = "{prefix} [{bar:30}] {percent}%, {eta} left";

impl Bar {
    /// A bar of `steps` steps.
    pub(crate) fn new(wanted: bool, what: &'static str, steps: u64) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        Bar(shown.then(|| {
            let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(steps).with_style(style.progress_chars("=> ")).with_prefix(what)
        }))
    }

    pub(crate) fn step(&self, steps: usize) {
        if let Some(bar) = &self.0 {
            bar.inc(steps as u64);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
impl Bar {
    /// One that nobody sees.
    pub(super) fn hidden(steps: u64) -> Self {
        Bar(Some(ProgressBar::with_draw_target(Some(steps), indicatif::ProgressDrawTarget::hidden())))
    }

    /// The steps made, and all.
    pub(super) fn position(&self) -> Option<(u64, Option<u64>)> {
        self.0.as_ref().map(|bar| (bar.position(), bar.length()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
        assert_eq!(Bar::new(false, "", 1).position(), None);
    }

    #[test]
    fn threads_are_as_many_as_asked_for() {
        assert_eq!(on_threads(Some(3), rayon::current_num_threads), Ok(3));
        assert_eq!(on_threads(None, rayon::current_num_threads), Ok(rayon::current_num_threads()));
    }
}
