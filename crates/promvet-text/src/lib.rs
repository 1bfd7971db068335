//! Where something is ([`Place`]), what is reported about it ([`Finding`]), how bad it is
//! ([`Severity`]), what proves it ([`Evidence`]).
//!
//! Nothing here knows YAML or Prometheus. A [`Text`] is the only way from bytes to a line and a
//! column, and the only way to a piece of the source for output, with its secrets masked.

mod advice;
mod day;
mod destination;
mod excerpt;
mod mask;
mod message;
mod nearest;
pub mod panics;
pub mod placeholder;
mod redacted;
mod sentence;
mod steps;
mod text;
pub mod work;

pub use advice::{Action, Advice, Applicability};
pub use day::Day;
pub use destination::{
    behind_userinfo, destination, of_now, only_before, only_now, with_destinations,
    without_destinations,
};
pub use excerpt::Excerpt;
pub use mask::{is_harmless_header, is_like_secret_name, is_made_up, is_secret_name};
pub use message::{Evidence, Finding, Fix, Severity, Unchecked, UncheckedCause};
pub use nearest::{MOST_OWN_NAMES, nearest, surely_meant};
pub use redacted::{Redacted, Sentences};
pub use sentence::Message;
pub use steps::KeySteps;
pub use text::{EmbeddingStyle, KeyPath, Place, Position, Quoting, Span, Text, most_bytes_alive};
