//! In which words a configuration is written.

use crate::finding::{Finding, Unchecked};
use crate::schema::dialect::{Dialect, Reference, Spelling, Translation};
use crate::yaml::Document;

/// In which words a configuration is written, and what is wrong with them.
#[derive(Debug)]
pub struct Spoken {
    /// The dialect.
    pub dialect: &'static Dialect,
    /// What the dialect refuses.
    pub findings: Vec<Finding>,
    /// How native keys are written.
    pub spelling: Spelling,
    /// Keys of Secrets and ConfigMaps that it names.
    pub references: Vec<Reference>,
    /// What of the text could not be read.
    pub unchecked: Option<Unchecked>,
}

impl Spoken {
    pub(super) fn new(found: Translation, dialect: &'static Dialect) -> (Document, Self) {
        let Translation {
            document,
            findings,
            spelling,
            references,
        } = found;
        let spoken = Self {
            dialect,
            findings,
            spelling,
            references,
            unchecked: None,
        };
        (document, spoken)
    }
}
