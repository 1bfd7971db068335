//! Documents behind the first one, which Prometheus never looks at (rule Y02).

use std::borrow::Cow;

use crate::yaml::Document;
use promvet_text::{Finding, Severity};

/// An info about a second document, if there is one.
pub(super) fn extra_document(document: &Document) -> Option<Finding> {
    let next = document.next_document()?;
    Some(Finding {
        rule: Cow::Borrowed("schema/extra-document"),
        severity: Severity::Info,
        message: "Prometheus reads only the first document of a file: what begins here is ignored"
            .into(),
        advice: Some("delete it, or move it into a file of its own".into()),
        place: document.place(next),
        logical: String::new(),
        identity: String::new(),
        evidence: Vec::new(),
        fix: None,
    })
}
