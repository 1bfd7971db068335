//! Texts of other programs in a file.

use std::sync::Arc;

use super::{Finder, RecognizedFile, TemplateEvidence, alloy_in, is_alloy};
use crate::discover::examine::FileContent;
use crate::finding::{KeyPath, Text, Unchecked};
use crate::schema;
use crate::yaml::{Dollars, Node, SyntaxError, embedded, parse_first};

/// What a text in a file is of other programs: a configuration of Alloy, or what sends.
pub(in crate::discover) fn in_text(
    node: Node<'_>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let mut out = Vec::new();
    let words = ["remote_write", "prometheusremotewrite", "scrape_configs"];
    let may_hold = node.as_str().is_some_and(|text| {
        let mut words = words.iter();
        words.any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
    });
    let within = KeyPath {
        identity: node.identity(),
        logical: node.path(),
    };
    let text = may_hold.then(|| embedded(node, within, Dollars::Doubled));
    let Some(text) = text.flatten() else {
        return out;
    };
    if is_alloy(&text) {
        return alloy_in(&text, template);
    }
    match parse_first(&text) {
        Ok(document) => {
            let document = Arc::new(document);
            if let Some(root) = document.root() {
                let finder = Finder::new(&document, template);
                finder.senders(root, &mut out);
            }
        }
        Err(error) => out.extend(broken_sender(&text, &error)),
    }
    out
}

/// Words that are together in the configuration of one program, and what is not read of it.
const BROKEN: &[(&[&str], &str)] = &[
    (
        &["exporters:", "prometheusremotewrite"],
        "what this Collector sends is not read",
    ),
    (
        &["metrics_generator:", "remote_write:"],
        "what this Tempo sends is not read",
    ),
    (
        &["\n  configs:", "remote_write:", "metrics:"],
        "what this Grafana Agent sends is not read",
    ),
    (
        &["\n  configs:", "remote_write:", "prometheus:"],
        "what this Grafana Agent sends is not read",
    ),
];

/// A text of a program that sends which is not YAML, and which no tags of a template make so.
pub(super) fn broken_sender(text: &Arc<Text>, error: &SyntaxError) -> Option<RecognizedFile> {
    let has = |word: &&str| text.content().contains(*word);
    let (_, what) = BROKEN.iter().find(|(words, _)| words.iter().all(has))?;
    (!has(&"{{")).then(|| unread_text(text, error, what))
}

/// A text that sends and is not YAML.
pub(super) fn unread_text(text: &Arc<Text>, error: &SyntaxError, what: &str) -> RecognizedFile {
    let fault = schema::syntax_finding(text, error);
    text.recognize();
    let unchecked = Unchecked {
        cause: None,
        place: fault.place,
        logical: text.within().logical.clone(),
        reason: format!("{what}: {}", fault.message),
        settle: Some("correct the YAML".to_owned()),
    };
    RecognizedFile::new(
        Arc::clone(text),
        FileContent::Unread(unchecked),
        "it sends by remote write, and is not YAML",
    )
}
