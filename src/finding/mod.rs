//! The words that all rooms share, and the names of findings that survive changes.

mod fingerprint;
pub mod rule;

pub use fingerprint::{Fingerprints, accepted_at, value};
pub use promvet_text::*;
