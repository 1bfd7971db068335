//! The words that all rooms share, and the names of findings that survive changes.

mod fingerprint;
pub mod rule;

pub use fingerprint::{fingerprint, fingerprint_at};
pub use promvet_text::*;
