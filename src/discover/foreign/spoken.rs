//! In which words a configuration is written.

use super::super::selection::Selecting;
use super::mounted::MountedObject;
use crate::finding::{Finding, Place, Unchecked};
use crate::schema::dialect::{DatedKey, Dialect, KeyReference, KeySpelling, Translation};
use crate::yaml::Document;

/// In which words a configuration is written, and what is wrong with them.
#[derive(Debug)]
pub struct DialectWording {
    /// The dialect.
    pub dialect: &'static Dialect,
    /// What the dialect rejects.
    pub findings: Vec<Finding>,
    /// How native keys are written.
    pub spelling: KeySpelling,
    /// Keys of Secrets and ConfigMaps that it names.
    pub references: Vec<KeyReference>,
    /// Values that the definition of the object excludes by their form, and that native rules report.
    pub refused_forms: Vec<Place>,
    /// What of the text could not be read.
    pub unchecked: Option<Unchecked>,
    /// The program other than Prometheus that reads it, by its word in reports.
    pub program: Option<&'static str>,
    /// Whether the rest of it is somewhere else, as for a patch of one key of an endpoint.
    pub is_partial: bool,
    /// The release of Prometheus that it states, as it is written.
    pub release: Option<String>,
    /// Keys that not every release of the Operator or of its Prometheus knows.
    pub dated: Vec<DatedKey>,
    /// Secrets and ConfigMaps that it mounts.
    pub mounted: Vec<MountedObject>,
    /// What it selects, and by what it is selected.
    pub selecting: Option<Selecting>,
}

impl DialectWording {
    /// Leaves out what the dialect rejects, where it is not sure to be this one.
    pub(super) fn without_findings(&mut self) {
        self.findings.clear();
    }

    pub(super) fn new(found: Translation, dialect: &'static Dialect) -> (Document, Self) {
        let Translation {
            document,
            findings,
            spelling,
            references,
            refused_forms,
        } = found;
        let spoken = Self {
            dialect,
            findings,
            spelling,
            references,
            refused_forms,
            unchecked: None,
            program: None,
            is_partial: false,
            release: None,
            dated: Vec::new(),
            mounted: Vec::new(),
            selecting: None,
        };
        (document, spoken)
    }
}
