//! Scalars as go-yaml reads them, beside the grammars of their texts.

pub mod coerce;
pub mod number;
pub mod timestamp;

pub use promvet_syntax::go::{
    Duration, Go, GoUrl, byte_size, duration, environment, expand as template, glob, regex, url,
};
pub use promvet_syntax::{Change, Fault, Remedy};
pub use promvet_syntax::{azure, header, label, scaleway, selector, uuid};
