//! What a run found: the input of every format.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::finding::Unchecked;
use crate::finding::{Finding, Place, Severity, fingerprint};

/// A finding with its fingerprint.
#[derive(Clone, Debug)]
pub struct Reported {
    /// What is said.
    pub finding: Finding,
    /// What names it across runs: 16 hexadecimal digits.
    pub fingerprint: String,
}

/// A file that was recognised and checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckedFile {
    /// The path as shown.
    pub path: Arc<str>,
    /// What it was recognised as, such as `prometheus`.
    pub dialect: String,
    /// How many Prometheus configurations it holds; 0 for a policy file and its like.
    pub configurations: usize,
}

/// The page of a rule of the repository's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnPage {
    /// The name of the rule.
    pub name: String,
    /// The title of the page.
    pub title: String,
    /// Its usual severity.
    pub severity: Severity,
    /// The page in Markdown, without front matter.
    pub page: String,
}

/// The figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were recognised and checked.
    pub files: usize,
    /// Prometheus configurations in them.
    pub configurations: usize,
    /// Entries of `remote_write`.
    pub endpoints: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Places that could not be judged.
    pub unchecked: usize,
    /// Findings that are left out since they are older than what is reported; none if nothing was
    /// compared.
    pub older: Option<usize>,
}

/// What a run found, in the order in which it is shown.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub(super) findings: Vec<Reported>,
    files: Vec<CheckedFile>,
    pub(super) unchecked: Vec<Unchecked>,
    endpoints: usize,
    own_pages: Vec<OwnPage>,
    pub(super) older: Option<usize>,
}

impl Outcome {
    /// Sorts everything, names the findings, and takes out of every sentence the secrets of the
    /// texts that it is about.
    #[must_use]
    pub fn new(
        mut findings: Vec<Finding>,
        mut files: Vec<CheckedFile>,
        mut unchecked: Vec<Unchecked>,
        endpoints: usize,
    ) -> Self {
        findings.sort_by(|a, b| a.order().cmp(&b.order()));
        files.sort();
        unchecked.sort_by(|a, b| (a.place.order(), &a.reason).cmp(&(b.place.order(), &b.reason)));
        // A file that two configurations include is judged with each of them.
        unchecked.dedup_by(|a, b| a.place.order() == b.place.order() && a.reason == b.reason);
        for one in &mut unchecked {
            redact(&one.place, &mut one.reason);
            one.settle.iter_mut().for_each(|it| redact(&one.place, it));
        }
        Self {
            findings: name(findings),
            files,
            unchecked,
            endpoints,
            own_pages: Vec::new(),
            older: None,
        }
    }

    /// The same with the pages of the repository's own rules.
    #[must_use]
    pub fn with_own_pages(self, own_pages: Vec<OwnPage>) -> Self {
        Self { own_pages, ..self }
    }

    /// The pages of the repository's own rules, by name.
    #[must_use]
    pub fn own_pages(&self) -> &[OwnPage] {
        &self.own_pages
    }

    /// The findings by path, place, rule and message.
    #[must_use]
    pub fn findings(&self) -> &[Reported] {
        &self.findings
    }

    /// The files by path.
    #[must_use]
    pub fn files(&self) -> &[CheckedFile] {
        &self.files
    }

    /// What could not be judged, by path and place.
    #[must_use]
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.unchecked
    }

    /// Keeps the findings that `keep` accepts. Fingerprints stay as they are.
    pub fn retain(&mut self, keep: impl FnMut(&Reported) -> bool) {
        self.findings.retain(keep);
    }

    /// The worst severity, if anything was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|it| it.finding.severity).max()
    }

    /// The figures.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let paths: HashSet<&str> = self.files.iter().map(|file| &*file.path).collect();
        let count = |severity| {
            let of = |it: &&Reported| it.finding.severity == severity;
            self.findings.iter().filter(of).count()
        };
        Summary {
            files: paths.len(),
            configurations: self.files.iter().map(|file| file.configurations).sum(),
            endpoints: self.endpoints,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            unchecked: self.unchecked.len(),
            older: self.older,
        }
    }
}

/// Takes the secrets of a finding's texts out of its sentences, and gives it its fingerprint.
fn name(findings: Vec<Finding>) -> Vec<Reported> {
    let mut seen: HashMap<(String, String, String), usize> = HashMap::new();
    let named = findings.into_iter().map(|mut finding| {
        let key = (
            finding.rule.to_string(),
            finding.place.path().to_string(),
            finding.identity.clone(),
        );
        let nth = seen.entry(key).or_insert(0);
        let fingerprint = fingerprint(&finding, *nth);
        *nth += 1;
        redact_finding(&mut finding);
        Reported {
            finding,
            fingerprint,
        }
    });
    named.collect()
}

fn redact_finding(finding: &mut Finding) {
    let proofs = finding.evidence.iter().map(|proof| proof.place.clone());
    let places: Vec<Place> = std::iter::once(finding.place.clone())
        .chain(proofs)
        .collect();
    let sentences = std::iter::once(&mut finding.message)
        .chain(&mut finding.help)
        .chain(finding.evidence.iter_mut().map(|proof| &mut proof.message))
        .chain(finding.fix.iter_mut().map(|fix| &mut fix.title));
    for sentence in sentences {
        places.iter().for_each(|place| redact(place, sentence));
    }
}

fn redact(place: &Place, sentence: &mut String) {
    *sentence = place.redact(std::mem::take(sentence));
}
