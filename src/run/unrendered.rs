//! Files that become YAML only after rendering: what is said of them, and what is not.

use std::borrow::Cow;

use crate::discover::Recognised;
use crate::finding::{Finding, Place, Severity, Span, Unchecked};
use crate::rules::Judgement;
use crate::yaml::SyntaxError;

/// Faults that may be those of the covering and not of the file: what stands in several branches
/// of a condition is read at once, and a section may be no more than a tag.
const DEPEND_ON_VALUES: &[&str] = &[
    "schema/conflict",
    "schema/crash",
    "schema/duplicate",
    "schema/missing-field",
    "schema/wrong-type",
];

const HOW_TO_SETTLE: &str = "run promvet on the rendered file too";

/// The judgement of a file that was read with its tags covered: without what depends on their
/// values, and with an info that says so.
pub(crate) fn as_far_as_it_goes(mut judgement: Judgement, recognised: &Recognised) -> Judgement {
    let depends = |finding: &Finding| DEPEND_ON_VALUES.contains(&&*finding.rule);
    judgement.findings.retain(|finding| !depends(finding));
    let message = "this file becomes YAML only after rendering: it is checked with its template \
                   tags covered, as far as that goes";
    judgement
        .findings
        .push(info(recognised, first_tag(recognised), message.into()));
    judgement
}

/// The judgement of a file that is no YAML even with its tags covered.
pub(crate) fn not_at_all(recognised: &Recognised, error: &SyntaxError) -> Judgement {
    let message = format!(
        "this file can't be checked before it is rendered: even with its template tags covered it \
         is no YAML ({})",
        error.problem
    );
    let unchecked = Unchecked {
        place: Place::new(&recognised.text, error.span),
        logical: String::new(),
        reason: "the file becomes YAML only after rendering".into(),
        settle: Some(HOW_TO_SETTLE.into()),
    };
    Judgement {
        findings: vec![info(recognised, error.span, message)],
        unchecked: vec![unchecked],
        ..Judgement::default()
    }
}

fn info(recognised: &Recognised, span: Span, message: String) -> Finding {
    Finding {
        rule: Cow::Borrowed("schema/unrendered"),
        severity: Severity::Info,
        message,
        advice: Some(HOW_TO_SETTLE.into()),
        place: Place::new(&recognised.text, span),
        logical: String::new(),
        identity: String::new(),
        evidence: Vec::new(),
        fix: None,
    }
}

/// The first tag of the text.
fn first_tag(recognised: &Recognised) -> Span {
    let content = recognised.text.content();
    let tags = ["{{", "{%", "{#", "[[", "<%"];
    let start = tags
        .iter()
        .filter_map(|tag| content.find(tag))
        .min()
        .unwrap_or(0);
    Span::new(start, (start + 2).min(content.len()))
}
