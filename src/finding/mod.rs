//! The words that all rooms share, and the names of findings that survive changes.

mod fingerprint;
pub mod rule;

pub use fingerprint::{Fingerprints, named_path, path_with_destinations, token_of, value};
pub use promvet_text::*;
