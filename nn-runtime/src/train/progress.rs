//! What a person sees while a network trains.

use std::{
    fmt::{self, Write},
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// A bar over the whole training on the terminal's error stream: epoch, loss, samples/s, time left; and a line for each epoch that is
/// done. Nothing where it is not wanted or the stream is no terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    epochs: usize,
    drawn: Instant,
}

/// The time between two changes of the text.
const INTERVAL: Duration = Duration::from_millis(100);

const TEMPLATE: &str = "{prefix} [{bar:30}] {samples_per_second} samples/s, {eta} left  {msg}";

impl Progress {
    pub(crate) fn new(wanted: bool, epochs: usize, samples: usize) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        let bar = shown.then(|| {
            let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
            let speed = |state: &ProgressState, text: &mut dyn Write| {
                // A bar that cannot be written to has no one to tell.
                let _ = write!(text, "{:.0}", state.per_sec());
            };
            let style = style.with_key("samples_per_second", speed).progress_chars("=> ");
            ProgressBar::new(epochs.saturating_mul(samples) as u64).with_style(style)
        });
        let mut progress = Progress { bar, epochs, drawn: Instant::now() };
        progress.begin(1);
        progress
    }

    /// The same for a training that has so many epochs behind it.
    pub(crate) fn after(mut self, epochs: usize) -> Self {
        self.epochs = self.epochs.saturating_add(epochs);
        self.begin(epochs.saturating_add(1));
        self
    }

    pub(crate) fn begin(&mut self, epoch: usize) {
        if let Some(bar) = &self.bar {
            bar.set_prefix(format!("epoch {epoch}/{}", self.epochs));
        }
    }

    /// `message` is what the bar says beside its numbers.
    pub(crate) fn step(&mut self, samples: usize, message: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.inc(samples as u64);
            if self.drawn.elapsed() >= INTERVAL {
                self.drawn = Instant::now();
                bar.set_message(message());
            }
        }
    }

    pub(crate) fn end(&mut self, epoch: &impl fmt::Display) {
        if let Some(bar) = &self.bar {
            bar.println(epoch.to_string());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TEMPLATE;

    #[test]
    fn the_template_is_one() {
        assert!(indicatif::ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
