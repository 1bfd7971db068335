//! One configuration with what is known about the parts that talk to others.

use std::path::Path;

use super::entry::Entry;
use crate::facts::Facts;
use crate::prometheus::{Client, Config};
use crate::yaml::Document;

/// A configuration, its entries looked into.
#[derive(Debug)]
pub struct Configuration<'a> {
    /// The whole of it.
    pub config: Config<'a>,
    /// Its remote_write entries.
    pub entries: Vec<Entry<'a>>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads it.
    pub templated: bool,
}

impl<'a> Configuration<'a> {
    /// The configuration in a document. `folder` is where it lies, for relative paths; none for
    /// standard input without a name. `templated` says that something fills in placeholders before
    /// Prometheus reads the file. None if the document holds no mapping.
    #[must_use]
    pub fn new(
        document: &'a Document,
        folder: Option<&'a Path>,
        templated: bool,
        facts: &'a Facts<'a>,
    ) -> Option<Self> {
        let config = Config::new(document)?;
        let entries = config
            .remote_writes()
            .map(|write| Entry::new(write, facts, folder, templated))
            .collect();
        Some(Self {
            config,
            entries,
            facts,
            templated,
        })
    }
}

/// A part of a configuration that talks HTTP.
#[derive(Debug)]
pub struct HttpPart<'e, 'a> {
    /// Its settings and whom it talks to.
    pub client: Client<'a>,
    /// The same as a remote_write entry, if it is one.
    pub entry: Option<&'e Entry<'a>>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
}
