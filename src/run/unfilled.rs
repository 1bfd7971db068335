//! Words in URLs of resources of the Prometheus Operator that ask for a value. The Operator fills in what its
//! definitions select, so that a placeholder of another form may be filled in; these are in no language.

use super::survey::ScannedFile;
use crate::discover::TemplateEvidence;
use crate::facts::Facts;
use crate::finding::{Advice, Finding, PLACEHOLDER, Severity, Span, rule};
use crate::prometheus::endpoint::Endpoint;
use crate::rules::RuleJudgment;
use crate::schema::dialect::{OPENSHIFT, OPERATOR, OPERATOR_VALUES};
use crate::yaml::{Document, Node};

/// Adds a warning for each URL with one, where nothing of the tree is seen to render the file.
pub(super) fn add(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let recognized = &seen.recognized;
    let of_operator = [OPERATOR.word, OPERATOR_VALUES.word, OPENSHIFT.word];
    let spoken = recognized.spoken.as_ref();
    let is_one = spoken.is_some_and(|spoken| of_operator.contains(&spoken.dialect.word));
    let shown: &str = document.text().path();
    let is_rendered = || {
        recognized.masked
            || recognized.template != Some(TemplateEvidence::Variables)
            || recognized.text.content().contains("{{")
            || facts
                .rendered_by(shown, recognized.holder.as_ref())
                .is_some()
    };
    let list = document.root().and_then(|root| root.get("remote_write"));
    let urls = list.into_iter().flat_map(Node::items);
    let urls = urls.filter_map(|entry| entry.get("url"));
    let found: Vec<Finding> = urls.filter(|_| is_one).filter_map(unfilled).collect();
    if !found.is_empty() && !is_rendered() {
        judgment.findings.extend(found);
    }
}

fn unfilled(url: Node<'_>) -> Option<Finding> {
    let text = url.as_str()?;
    let endpoint = Endpoint::new(text);
    let mut placeholders = endpoint.placeholders().iter();
    let range = placeholders.find(|range| {
        let word = text.get((*range).clone()).unwrap_or_default();
        word.starts_with('<')
            || word
                .chars()
                .all(|c| c.is_ascii_alphabetic() || "-_".contains(c))
    })?;
    // Only a plain text is written as it is read.
    let span = url.span();
    let is_plain = url.document().text().slice(span) == text;
    let span = match is_plain {
        true => {
            let from = span.start as usize;
            Span::new(from + range.start, from + range.end)
        }
        false => span,
    };
    let message = "this placeholder is not filled in: Prometheus uses the URL as written, and every send fails";
    let place = url.document().place(span);
    let finding = Finding::new(
        rule::REMOTE_WRITE_URL_SYNTAX,
        Severity::Warning,
        place,
        message,
    );
    let finding = finding.of_key(url.path(), url.identity()).kind(PLACEHOLDER);
    Some(finding.help(Advice::say(
        "write the value; if the file is rendered first, list it under `templates:` in promvet.yaml",
    )))
}
