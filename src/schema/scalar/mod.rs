//! The value grammars of a Prometheus configuration, read as Go reads them.
//!
//! Every function here is pure: text in, value or [`Fault`] out. A fault's message is a clause
//! that follows the name of the field ("`scrape_interval` has the unknown unit `S`"), names the
//! fault in Go's own words where Go has some, and never repeats text that could be secret.

pub mod azure;
pub mod byte_size;
pub mod coerce;
pub mod duration;
pub mod environment;
pub mod glob;
pub mod go;
pub mod header;
mod ip;
pub mod label;
pub mod number;
pub mod regex;
pub mod scaleway;
pub mod selector;
pub mod template;
pub mod timestamp;
pub mod url;
pub mod uuid;

pub use byte_size::byte_size;
pub use duration::{Duration, duration};
pub use go::Go;
pub use regex::regex;
pub use url::{GoUrl, url};

/// What is wrong with a value, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The first byte of the faulty part, counted in the scalar's text.
    pub from: usize,
    /// The byte after its last one.
    pub to: usize,
    /// A clause that can follow the name of the field.
    pub message: String,
}

impl Fault {
    pub(super) fn new(from: usize, to: usize, message: impl Into<String>) -> Self {
        Self {
            from,
            to: to.max(from),
            message: message.into(),
        }
    }

    /// A fault of the whole text.
    pub(super) fn whole(text: &str, message: impl Into<String>) -> Self {
        Self::new(0, text.len(), message)
    }

    /// The same fault in a text that stands `by` bytes into another one.
    pub(super) fn shifted(self, by: usize) -> Self {
        Self {
            from: self.from + by,
            to: self.to + by,
            ..self
        }
    }
}
