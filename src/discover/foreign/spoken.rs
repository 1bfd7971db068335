//! In which words a configuration is written.

use std::borrow::Cow;

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
    /// What the operations of a patch write, if it is made of them.
    pub written: Vec<WrittenPart>,
    /// The release of Prometheus that it states, as it is written.
    pub release: Option<String>,
    /// Keys that not every release of the Operator or of its Prometheus knows.
    pub dated: Vec<DatedKey>,
    /// Secrets and ConfigMaps that it mounts.
    pub mounted: Vec<MountedObject>,
    /// What it selects, and by what it is selected.
    pub selecting: Option<Selecting>,
}

/// A value that an operation of a patch writes.
#[derive(Clone, Debug)]
pub struct WrittenPart {
    /// The path to it in the patch.
    pub logical: String,
    /// The path to where it is written in the object.
    pub target: String,
    /// Whether it is the value, and not what says where it is written.
    pub is_value: bool,
    /// Whether it has keys or items, so that it is there as a whole.
    pub is_section: bool,
}

impl WrittenPart {
    /// The rest of a path in the patch, if it leads to something below this.
    fn rest<'p>(&self, logical: &'p str) -> Option<&'p str> {
        let rest = logical.strip_prefix(&*self.logical)?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
    }
}

impl DialectWording {
    /// The path in the object to what a path in a patch leads to.
    #[must_use]
    pub fn target_of<'p>(&self, logical: &'p str) -> Cow<'p, str> {
        let mut parts = self.written.iter();
        let target = parts.find_map(|part| Some(part.target.clone() + part.rest(logical)?));
        target.map_or(Cow::Borrowed(logical), Cow::Owned)
    }

    /// Whether a path leads to a value that an operation writes, or to something in it.
    #[must_use]
    pub fn is_written(&self, logical: &str) -> bool {
        let mut parts = self.written.iter().filter(|part| part.is_value);
        parts.any(|part| part.rest(logical).is_some())
    }

    /// Whether a path leads to a key below what an operation writes as a whole.
    #[must_use]
    pub fn is_written_whole(&self, logical: &str) -> bool {
        let mut parts = self.written.iter().filter(|part| part.is_section);
        parts.any(|part| part.rest(logical).is_some_and(|rest| !rest.is_empty()))
    }

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
            written: Vec::new(),
            release: None,
            dated: Vec::new(),
            mounted: Vec::new(),
            selecting: None,
        };
        (document, spoken)
    }
}
