//! Typed, spanned, lenient views of a configuration.

pub mod endpoint;
