//! Everything that Prometheus refuses to load, by version.
//!
//! The [`tables`] say what each release accepts; one walker holds a document against them and
//! collects everything that is wrong at once. Whether Prometheus loads a file is exactly this: no
//! error among these findings.

mod address;
pub mod alloy;
mod check;
mod checks;
mod describe;
pub mod dialect;
pub mod edit;
mod extra;
mod grammar;
pub mod index;
mod json;
mod judge;
mod mend;
mod null;
mod quotes;
mod references;
pub mod rule_file;
pub mod scalar;
mod secrets;
mod section;
pub mod sections;
mod slips;
mod syntax;
pub mod table;
pub mod tables;
pub mod target_file;
pub mod toml;
mod unknown;
mod version;
mod walk;
mod words;
pub mod yaml;

pub use address::{TargetAddressFault, address_fault, address_password};
pub use check::{Check, FindingDraft, Rule, SchemaReport};
pub use checks::headers::RESERVED_HEADER;
pub use checks::http_client::BASIC_TYPE;
pub use checks::remote_write::QUEUE;
pub use describe::{KeyPage, default_of, describe, suggest};
pub use json::json_schema;
pub use judge::{check, check_included, check_web_file, configuration};
pub use mend::{CorrectedDocument, CorrectedDocuments, mended};
pub use promvet_syntax::pem;
pub use references::{FileReference, Holdings, InlineSecret, ReferencedValue, counting, holdings};
pub use secrets::mark_secrets;
pub use section::{InheritedSettings, Scheme, Section};
pub use syntax::syntax_finding;
pub use version::{TargetReleases, UnknownVersion, Version};

#[cfg(test)]
mod tests;
