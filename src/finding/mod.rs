//! The words that all rooms share, and the names of findings that survive changes.

mod fingerprint;
pub mod rule;

pub use fingerprint::{Fingerprints, named_path, path_with_destinations, token_of, value};
pub use promvet_text::*;

/// The kind of the findings about placeholders that nothing fills in.
pub const PLACEHOLDER: &str = "placeholder";
