//! Documents behind the first one, which Prometheus never looks at (rule Y02).

use crate::yaml::Document;
use promvet_text::{Finding, Severity};

/// The rule about them.
const EXTRA_DOCUMENT: &str = "schema/extra-document";

/// An info about a second document, if there is one.
pub(super) fn extra_document(document: &Document) -> Option<Finding> {
    let next = document.next_document()?;
    let finding = Finding::new(
        EXTRA_DOCUMENT,
        Severity::Info,
        document.place(next),
        "Prometheus reads only the first document of a file: this one is ignored",
    );
    Some(finding.help("delete it, or move it to a separate file"))
}
