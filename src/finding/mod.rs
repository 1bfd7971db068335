//! The words that all rooms share, and the names of findings that survive changes.

mod fingerprint;
pub mod rule;

pub use fingerprint::{Fingerprints, named_path, path_with_destinations, token_of, value};
pub use promvet_text::*;

/// The kind of the findings about placeholders that nothing fills in.
pub const PLACEHOLDER: &str = "placeholder";

/// A number with a comma between its thousands.
pub(crate) fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
