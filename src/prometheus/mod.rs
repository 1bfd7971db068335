//! Typed, spanned, lenient views of a configuration.
//!
//! A wrong type reads as absent, because the schema has already said so. Views are names for
//! nodes: copying them is free, and every value keeps its place.

mod address;
mod client;
mod config;
mod destination;
pub mod endpoint;
mod http_client;
mod patterns;
mod relabel;
mod static_group;
pub mod targets;
mod written_rule;

pub use address::{Address, AddressRole};
pub use client::{Client, ClientSection, Peer};
pub use config::{Config, Header, RemoteWrite};
pub use destination::Destination;
pub use http_client::{ClientCredential, CredentialKind, HttpClient, OAuth2, TlsConfig};
pub use patterns::PatternBudget;
pub use relabel::{
    Discovered, Effect, Interpreter, KnownLabelValue, KnownLabels, MatchReason, Matches, MetaLabel,
    RuleOutcome, Semantics, discovered, lists_of, setters,
};
pub use relabel::{RelabelPattern, RelabelRule, TargetOutcome, differ_in_instance, outcome};
pub use static_group::StaticGroup;
pub use targets::TargetSection;
pub use written_rule::WrittenRule;
