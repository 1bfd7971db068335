//! Typed, spanned, lenient views of a configuration.
