//! What a setting leads to, and what is found where it is.

use std::ops::RangeInclusive;
use std::path::Path;

use super::super::request::Request;
use crate::finding::Severity;
use crate::prometheus::Config;
use crate::prometheus::endpoint::Endpoint;
use crate::run;
use crate::source::Tree;
use crate::yaml::{Mapping, Node};

/// The most names of jobs in one line, which is as wide as a terminal.
const MOST_NAMES: usize = 5;

/// The most findings that are listed: `promvet check` lists all.
const MOST_FINDINGS: usize = 10;

/// Keys of jobs that take their value from `global` (`config.ScrapeConfig.Validate`).
const INHERITED: &[&str] = &[
    "scrape_interval",
    "scrape_timeout",
    "scrape_protocols",
    "body_size_limit",
    "sample_limit",
    "target_limit",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "keep_dropped_targets",
];

/// What a setting leads to in its configuration.
pub(super) fn of(config: Config<'_>, path: &str, holder: Node<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let global = path.strip_prefix("global.").unwrap_or_default();
    if INHERITED.contains(&global) {
        out.extend(takers(config, global));
    }
    let is_label = global.split('.').next() == Some("external_labels");
    if is_label {
        let hosts: Vec<_> = config
            .remote_writes()
            .filter_map(|it| host(it.node()))
            .collect();
        if !hosts.is_empty() {
            out.push(format!(
                "added to the samples that go to {}",
                listed(&hosts)
            ));
        }
    }
    for (section, does) in [("remote_write", "sends to"), ("remote_read", "reads from")] {
        if path.starts_with(section) && path != section {
            let ways = std::iter::successors(Some(holder), |node| node.parent());
            let host = ways.filter_map(host).next();
            out.extend(host.map(|host| format!("{does} {host}")));
        }
    }
    out
}

/// The jobs without a value of their own for a key of `global`.
fn takers(config: Config<'_>, key: &str) -> Option<String> {
    let all: Vec<Mapping<'_>> = config.scrape_configs().collect();
    let is_open = |job: &&Mapping<'_>| job.get(key).is_none_or(Node::is_null);
    let name = |job: &Mapping<'_>| Some(format!("`{}`", job.get("job_name")?.as_str()?));
    let names: Vec<_> = all.iter().filter(is_open).filter_map(name).collect();
    let count = all.len();
    match (names.len(), count) {
        (_, 0) => None,
        (0, _) => Some("each job has its own".to_owned()),
        (taken, count) if taken == count => {
            Some(format!("counts for each job: {}", listed(&names)))
        }
        (taken, _) => Some(format!(
            "counts for {taken} of {count} jobs: {}",
            listed(&names)
        )),
    }
}

/// Where an entry leads.
fn host(entry: Node<'_>) -> Option<String> {
    let url = entry.get("url")?.as_str()?;
    Some(Endpoint::new(url).redacted())
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What is found in lines of a file.
pub(super) fn findings(file: &Path, lines: &RangeInclusive<usize>, tree: &dyn Tree) -> Vec<String> {
    let request = Request {
        paths: vec![file.to_path_buf()],
        ..Request::default()
    };
    let run = run::run(&request, tree);
    let shown = tree.shown(file);
    let found = run.outcome.findings().iter().map(|it| &it.finding);
    let found = found.filter(|finding| {
        let line = finding.place.start().line;
        **finding.place.path() == *shown && lines.contains(&line)
    });
    let found = found.take(MOST_FINDINGS);
    found
        .map(|finding| {
            let (line, rule) = (finding.place.start().line, &finding.rule);
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                _ => "info",
            };
            format!("line {line}: {severity} {rule}: {}", finding.message)
        })
        .collect()
}
