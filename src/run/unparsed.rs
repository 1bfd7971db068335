//! Compose files, manifests, values of charts and configurations of agents that have to do with Prometheus
//! and are not YAML: what they start and configure is not known, so silence about it would look like
//! "nothing is wrong".

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::request::Request;
use super::survey::Survey;
use crate::discover::{self, FileContent, RecognizedFile};
use crate::facts::deployment::{SourceKind, kinds};
use crate::finding::{Text, Unchecked};
use crate::needle;
use crate::parallel;
use crate::schema;
use crate::source::{FoundFile, Tree};
use crate::yaml::parse_all;

/// Words of files that start or configure what is checked.
const WORDS: &[&str] = &[
    "config.file",
    "prom/prometheus",
    "prometheus.yaml",
    "prometheus.yml",
    "prometheus/prometheus",
    "promscrape.config",
    "remoteWrite",
    "remote_write",
];

/// Words of values, agents and collectors that scrape or send.
const OF_SENDERS: &[&str] = &[
    "prometheusremotewrite",
    "remoteWrite",
    "remote_write",
    "scrapeConfigs",
    "scrape_configs",
];

/// Marks of templates, which need not be YAML before something renders them.
const TAGS: &[&str] = &["{{", "{%"];

/// Those among the files that were looked at, each with the place where it stops being YAML.
pub(super) fn unparsed(request: &Request, survey: &Survey, tree: &dyn Tree) -> Vec<Unchecked> {
    let others = survey.others.iter().map(|found| (found, None));
    let seen = survey.seen.iter().filter_map(|seen| {
        let recognized = &seen.recognized;
        let is_rendered = || is_operated(recognized.text.content());
        let is_whole =
            recognized.holder.is_none() && (recognized.template.is_none() || is_rendered());
        let is_unread = matches!(
            recognized.what,
            FileContent::Unknown | FileContent::Other { .. }
        );
        (is_whole && is_unread).then_some((&seen.found, Some(recognized)))
    });
    let named = survey
        .seen
        .iter()
        .filter(|seen| matches!(seen.recognized.what, FileContent::Unread(_)));
    let named: HashSet<&Path> = named.map(|seen| &*seen.found.path).collect();
    let files: Vec<(&FoundFile, Option<&RecognizedFile>)> = others.chain(seen).collect();
    let found = parallel::map(request.threads, &files, |(found, recognized)| {
        let is_plain = discover::has_yaml_name(&found.path)
            && !discover::is_template(&found.path)
            && !discover::is_test_data(&found.shown)
            && request.selection.excludes(&found.shown).is_none();
        let is_named = || named.contains(&*found.path);
        if !is_plain || !request.lists_unread(&found.path) || is_named() {
            return None;
        }
        let text = match recognized {
            Some(recognized) => Arc::clone(&recognized.text),
            None => survey.text_of(found, tree)?,
        };
        let is_sender = || {
            let what = recognized.map(|recognized| &recognized.what);
            matches!(what, Some(FileContent::Other { kind }) if discover::is_kind_of_sender(kind))
        };
        let is_one = is_asked(found, &text, &is_sender);
        is_one.then(|| fault(&text)).flatten()
    });
    found.into_iter().flatten().collect()
}

/// Whether a file is a compose file or a manifest that says something of Prometheus, or of another kind
/// that sends.
fn is_asked(found: &FoundFile, text: &Text, is_sender: &dyn Fn() -> bool) -> bool {
    let bytes = text.content().as_bytes();
    let has = |word: &&'static str| needle::has(word, bytes);
    let is_deployment = |kind: &SourceKind| {
        use SourceKind::{Compose, Operated, Provider, Workload};
        matches!(kind, Compose | Workload | Provider | Operated)
    };
    let is_known = || {
        WORDS.iter().any(&has) && kinds(&found.path, bytes).iter().any(is_deployment)
            || OF_SENDERS.iter().any(&has) && is_sender()
    };
    is_operated(text.content()) || !TAGS.iter().any(&has) && is_known()
}

/// Whether a manifest is one of the Operator's, in which nothing but the values of alerts is filled in.
fn is_operated(content: &str) -> bool {
    let is_tag = |line: &str| {
        let mut tags = line.split("{{").skip(1);
        let is_of_alert = |tag: &str| tag.trim_start_matches(['-', ' ']).starts_with('$');
        line.contains("{%") || tags.any(|tag| !is_of_alert(tag))
    };
    let mut lines = content.lines();
    lines.any(|line| line.starts_with("apiVersion: monitoring.coreos.com/"))
        && !content.lines().any(is_tag)
}

/// Where and why a file is not YAML.
fn fault(text: &Arc<Text>) -> Option<Unchecked> {
    let (_, error) = parse_all(text);
    let finding = schema::syntax_finding(text, &error?);
    text.recognize();
    Some(Unchecked {
        cause: None,
        reason: format!(
            "its Prometheus settings are not checked: {}",
            finding.message
        ),
        place: finding.place,
        logical: String::new(),
        settle: Some("correct the YAML".to_owned()),
    })
}
