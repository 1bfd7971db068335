//! What has to hold for any input of any reader, one function for each kind of reader.
//!
//! The fuzz targets call these functions with what libFuzzer invents. The test `fuzz_corpus` of the
//! crate `promvet` includes this file and calls them with the corpus, on stable Rust.

mod agents;
mod deployments;
mod grammars;
mod masking;
mod material;
mod policies;
mod promql;
mod reports;
mod rule_files;
mod templates;
mod yaml;

use std::ops::Range;
use std::sync::Arc;

use promvet::finding::{Place, Text};
use promvet::work;

pub use agents::agents;
pub use deployments::deployments;
pub use grammars::grammars;
pub use masking::masking;
pub use material::material;
pub use policies::policies;
pub use promql::promql;
pub use reports::{one_report, reports};
pub use rule_files::rule_files;
pub use templates::templates;
pub use yaml::yaml;

/// Lets panics of the YAML parser pass, which are caught where it is called and reported as a failure
/// of promvet: libFuzzer ends the process at every other one, caught or not.
pub fn expect_caught_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |location| location.file());
            if !file.contains("libyaml-safer") {
                end(panic);
            }
        }));
    });
}

/// A function that is given what a file holds, and panics where something does not hold.
pub type Reader = fn(&[u8]);

/// Every reader by the name of its fuzz target.
pub const READERS: &[(&str, Reader)] = &[
    ("agents", agents),
    ("deployments", deployments),
    ("grammars", grammars),
    ("masking", masking),
    ("material", material),
    ("policies", policies),
    ("promql", promql),
    ("reports", reports),
    ("rule_files", rule_files),
    ("templates", templates),
    ("yaml", yaml),
];

/// What reading a text as YAML may take at once, and for each byte.
const YAML: (u64, u64) = (250_000, 150);

/// The text that a file of these bytes has.
fn text_of(bytes: &[u8]) -> Arc<Text> {
    Text::new("a.yml", bytes.to_vec())
}

/// Bytes `range` are a part of `text` that begins and ends between characters.
fn assert_inside(text: &str, range: Range<usize>, what: &str) {
    assert!(
        text.get(range.clone()).is_some(),
        "{what} at {range:?} of {} bytes",
        text.len()
    );
}

/// A place is a part of its file.
fn assert_place(place: &Place, what: &str) {
    let span = place.span();
    let range = span.start as usize..span.end as usize;
    assert_inside(place.text().content(), range, what);
    let (start, end) = (place.start(), place.end());
    assert!(start.line >= 1 && start.column >= 1, "{what} at {place:?}");
    assert!(start.offset <= end.offset, "{what} at {place:?}");
}

/// The counted work of `read` is at most `base` steps and `each` for each of `bytes`. Both leave a
/// factor of five and more over what the corpus takes. What takes the square of the length exceeds
/// them within the 4,096 bytes that libFuzzer tries: 16 million steps.
///
/// Reading YAML that is nested as deep as it may be takes most of [`YAML`] (`yaml::parse`, `LOOKS`).
fn within<T>(bytes: usize, base: u64, each: u64, read: impl FnOnce() -> T) -> T {
    let (out, steps) = work::of(read);
    let most = base + each * bytes as u64;
    assert!(steps <= most, "{steps} steps for {bytes} bytes, not {most}");
    out
}
