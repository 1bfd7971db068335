//! A table of output formats: what every kind of report needs of it.

use std::io::{self, Write};

/// A format with what writes it.
pub(super) struct FormatEntry<F, W> {
    pub(super) format: F,
    /// The name on the command line.
    pub(super) name: &'static str,
    /// What it is, in a few words.
    pub(super) about: &'static str,
    pub(super) writer: W,
}

/// Every format `F` of a report, in the order in which they are listed, with a writer `W` each.
pub(super) struct Formats<F: 'static, W: 'static>(pub(super) &'static [FormatEntry<F, W>]);

impl<F: Copy + PartialEq, W: Copy> Formats<F, W> {
    pub(super) fn all(&self) -> impl Iterator<Item = F> + use<F, W> {
        self.0.iter().map(|entry| entry.format)
    }

    pub(super) fn name(&self, format: F) -> &'static str {
        self.entry(format).map_or("", |entry| entry.name)
    }

    pub(super) fn about(&self, format: F) -> &'static str {
        self.entry(format).map_or("", |entry| entry.about)
    }

    pub(super) fn named(&self, name: &str) -> Option<F> {
        let entry = self.0.iter().find(|entry| entry.name == name)?;
        Some(entry.format)
    }

    /// Hands over what `run` makes a writer write, at once and only if it is whole.
    pub(super) fn write(
        &self,
        format: F,
        to: &mut dyn Write,
        run: impl FnOnce(W, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        if let Some(entry) = self.entry(format) {
            run(entry.writer, &mut bytes)?;
        }
        to.write_all(&bytes)?;
        to.flush()
    }

    fn entry(&self, format: F) -> Option<&'static FormatEntry<F, W>> {
        self.0.iter().find(|entry| entry.format == format)
    }
}
