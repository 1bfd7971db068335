//! A tree as bytes and metadata. Nothing else opens a file.
