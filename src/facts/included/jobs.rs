//! Scrape jobs that several files bring in.

use std::collections::HashMap;

use super::FileSet;
use super::check::at;
use crate::finding::{Finding, Severity, rule};
use crate::yaml::{Document, Node};

/// The most findings about jobs that several files of one configuration define: of files that include
/// each other, and all define the same job, each would describe each.
const MOST: usize = 20;

/// The files that an entry of `scrape_config_files` names.
#[derive(Debug)]
pub(super) struct IncludedJobFiles<'d> {
    /// The entry.
    pub(super) by: Node<'d>,
    pub(super) files: &'d FileSet,
}

fn jobs(document: &Document) -> impl Iterator<Item = (&str, Node<'_>)> {
    let jobs = document.root().and_then(|root| root.get("scrape_configs"));
    jobs.into_iter().flat_map(Node::items).filter_map(|job| {
        let name = job.get("job_name")?;
        Some((name.as_str().filter(|text| !text.is_empty())?, name))
    })
}

/// Jobs whose name another file has used before. Within one file the schema has reported them.
pub(super) fn repeated<'d>(main: &'d Document, included: &[IncludedJobFiles<'d>]) -> Vec<Finding> {
    let mut first: HashMap<&str, Node<'_>> = HashMap::new();
    if included.is_empty() {
        return Vec::new();
    }
    for (name, node) in jobs(main) {
        first.entry(name).or_insert(node);
    }
    let mut findings = Vec::new();
    for (number, file) in included.iter().enumerate() {
        let before = included.get(..number).unwrap_or(&[]);
        let known = file.files.jobs(|document| jobs(document).collect());
        let of_others = first
            .iter()
            .filter(|(name, _)| known.files_of.contains_key(**name));
        let mut others: Vec<_> = of_others.map(|(name, node)| (*name, *node)).collect();
        others.sort_by_key(|(_, node)| node.span());
        for (name, node) in others {
            findings.extend(again(name, Some(node), file, before));
        }
        let among = known
            .repeated
            .iter()
            .filter(|name| !first.contains_key(name.as_str()));
        for name in among {
            findings.extend(again(name, None, file, before));
        }
        findings.extend(both(file, before));
        // What only one list of files has needs no list of all jobs.
        if included.len() > 1 {
            let names = known.files_of.keys().map(String::as_str);
            let new = names.filter(|name| !first.contains_key(name));
            let new = new.filter_map(|name| Some((name, named(file.files, name).next()?.1)));
            let new: Vec<_> = new.collect();
            first.extend(new);
        }
        if findings.len() >= MOST {
            break;
        }
    }
    findings.truncate(MOST);
    findings
}

/// The same where the other files are keys of ConfigMaps.
pub(super) fn repeated_elsewhere(main: &Document, others: &[Document]) -> Vec<Finding> {
    let mut first: HashMap<&str, Node<'_>> = jobs(main).collect();
    let mut findings = Vec::new();
    for document in others {
        let known = first.clone();
        for (name, node) in jobs(document) {
            match known.get(name) {
                Some(other) => findings.push(defined_again(name, node, *other)),
                // Within one file the schema reports it.
                None => drop(first.entry(name).or_insert(node)),
            }
        }
    }
    findings.truncate(MOST);
    findings
}

fn defined_again(name: &str, node: Node<'_>, other: Node<'_>) -> Finding {
    let message = format!(
        "the job `{name}` is also defined in another file of the same configuration; Prometheus refuses to start"
    );
    let finding = at(node, rule::FILES_DUPLICATE_JOB, Severity::Error, message);
    let finding = finding.help("rename or remove one of the two jobs");
    finding.evidence(other.place(), "the first job of this name")
}

/// The jobs of a name in files, with the numbers of the files.
fn named<'d>(files: &'d FileSet, name: &str) -> impl Iterator<Item = (usize, Node<'d>)> {
    let known = files.jobs(|document| jobs(document).collect());
    let mut numbers = known.files_of.get(name).cloned().unwrap_or_default();
    numbers.dedup();
    let name = name.to_owned();
    numbers.into_iter().flat_map(move |number| {
        let document = files.document(number).map(|(_, document)| document);
        let all = document.into_iter().flat_map(|document| jobs(document));
        let named = all.filter(|(of, _)| *of == name);
        named.map(|(_, node)| (number, node)).collect::<Vec<_>>()
    })
}

/// The jobs of a name in files that another file has too: the one of `first`, else the first of them.
fn again<'d>(
    name: &str,
    first: Option<Node<'d>>,
    included: &IncludedJobFiles<'d>,
    before: &[IncludedJobFiles<'_>],
) -> Vec<Finding> {
    let is_before = |number: usize| {
        let path = included.files.files().get(number);
        path.is_some_and(|path| before.iter().any(|other| other.files.contains(path)))
    };
    let mut jobs = named(included.files, name).filter(|(number, _)| !is_before(*number));
    let (of, other) = match first {
        Some(node) => (None, node),
        None => match jobs.next() {
            Some((number, node)) => (Some(number), node),
            None => return Vec::new(),
        },
    };
    let jobs = jobs.filter(|(number, _)| Some(*number) != of);
    let findings = jobs
        .take(MOST)
        .map(|(_, node)| defined_again(name, node, other));
    findings.collect()
}

/// Files that an earlier pattern matches too.
fn both(included: &IncludedJobFiles<'_>, before: &[IncludedJobFiles<'_>]) -> Vec<Finding> {
    if before.is_empty() {
        return Vec::new();
    }
    let numbers = 0..included.files.files().len();
    let twice = numbers.filter_map(|number| {
        let (path, document) = included.files.document(number)?;
        let earlier = before.iter().find(|other| other.files.contains(path))?;
        twice(document, included.by, earlier.by)
    });
    twice.take(MOST).collect()
}

/// A file that two patterns match brings all of its jobs twice.
fn twice(document: &Document, by: Node<'_>, before: Node<'_>) -> Option<Finding> {
    jobs(document).next()?;
    let name = document.text().path();
    let message = format!(
        "`{name}` is included twice, so each of its jobs exists twice; Prometheus refuses to start"
    );
    let finding = at(by, rule::FILES_DUPLICATE_JOB, Severity::Error, message);
    let finding = finding.help("remove one of the two entries");
    Some(finding.evidence(before.place(), "it is first included here"))
}
