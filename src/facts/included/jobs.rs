//! Scrape jobs that several files bring in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::at;
use crate::finding::{Finding, Severity, rule};
use crate::yaml::{Document, Node};

/// A file that `scrape_config_files` names.
#[derive(Debug)]
pub(super) struct Included<'d> {
    pub(super) path: PathBuf,
    /// The entry that names it.
    pub(super) by: Node<'d>,
    pub(super) document: Arc<Document>,
}

fn jobs(document: &Document) -> impl Iterator<Item = (&str, Node<'_>)> {
    let jobs = document.root().and_then(|root| root.get("scrape_configs"));
    jobs.into_iter().flat_map(Node::items).filter_map(|job| {
        let name = job.get("job_name")?;
        Some((name.as_str().filter(|text| !text.is_empty())?, name))
    })
}

/// Jobs whose name another file has used before. Within one file the schema has told them.
pub(super) fn repeated(main: &Document, included: &[Included<'_>]) -> Vec<Finding> {
    if included.is_empty() {
        return Vec::new();
    }
    let mut first: HashMap<&str, (Option<usize>, Node<'_>)> = HashMap::new();
    for (name, node) in jobs(main) {
        first.entry(name).or_insert((None, node));
    }
    let mut paths: HashMap<&Path, &Included<'_>> = HashMap::new();
    let mut findings = Vec::new();
    for (index, file) in included.iter().enumerate() {
        if let Some(before) = paths.insert(&file.path, file) {
            findings.extend(twice(file, before));
            paths.insert(&file.path, before);
            continue;
        }
        for (name, node) in jobs(&file.document) {
            let &mut (from, other) = first.entry(name).or_insert((Some(index), node));
            if from != Some(index) {
                let message = format!(
                    "the job `{name}` is also defined in another file of the same configuration; Prometheus refuses to start"
                );
                let finding = at(node, rule::FILES_DUPLICATE_JOB, Severity::Error, message);
                findings.push(finding.evidence(other.place(), "the first job of this name"));
            }
        }
    }
    findings
}

/// A file that two patterns match brings all of its jobs twice.
fn twice(file: &Included<'_>, before: &Included<'_>) -> Option<Finding> {
    jobs(&file.document).next()?;
    let name = file.document.text().path();
    let message = format!(
        "{name} is included twice, so each of its jobs exists twice; Prometheus refuses to start"
    );
    let finding = at(file.by, rule::FILES_DUPLICATE_JOB, Severity::Error, message);
    Some(finding.evidence(before.by.place(), "it is first included here"))
}
