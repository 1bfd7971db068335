//! What a run found: the input of every format.

use std::collections::HashSet;
use std::sync::Arc;

use crate::finding::{Finding, Fingerprints, Redacted, Severity, Span, Unchecked};

/// A finding with its fingerprint.
///
/// Its sentences were masked: one that was not does not fit in here, and so in no report.
///
/// ```compile_fail,E0308
/// # use promvet::{finding::Finding, report::Reported};
/// fn leak(finding: Finding) -> Reported {
///     Reported { finding, fingerprint: String::new() }
/// }
/// ```
///
/// ```
/// # use promvet::{finding::{Finding, Redacted}, report::Reported};
/// fn report(finding: Finding) -> Reported {
///     Reported { finding: Redacted::new(finding), fingerprint: String::new() }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Reported {
    /// What is said.
    pub finding: Redacted<Finding>,
    /// What names it across runs: 16 hexadecimal digits.
    pub fingerprint: String,
}

/// What hides a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HiddenBy {
    /// A comment in its file.
    Comment,
    /// The baseline.
    Baseline,
}

impl HiddenBy {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Baseline => "baseline",
        }
    }
}

/// Why a finding is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hiding {
    /// What hides it.
    pub by: HiddenBy,
    /// The reason that is given.
    pub reason: Option<Redacted<String>>,
    /// The last day on which it is hidden, such as `2027-01-31`.
    pub until: Option<String>,
}

/// A finding that is hidden.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding as it would be reported.
    pub reported: Reported,
    /// Why it is not.
    pub hiding: Hiding,
}

/// A file that was recognized and checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckedFile {
    /// The path as shown.
    pub path: Arc<str>,
    /// What it was recognized as, such as `prometheus`.
    pub dialect: String,
    /// How many Prometheus configurations it holds; 0 for a policy file and the like.
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
pub struct RunSummary {
    /// Files that were recognized and checked.
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
    /// Findings that are hidden by comments or by a baseline.
    pub suppressed: usize,
    /// Findings that `--fix` fixes.
    pub fixable: usize,
    /// Findings that only `--fix=unsafe` fixes.
    pub fixable_unsafe: usize,
}

/// What a run found, in the order in which it is shown.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub(super) findings: Vec<Reported>,
    pub(super) suppressed: Vec<Suppressed>,
    files: Vec<CheckedFile>,
    pub(super) unchecked: Vec<Redacted<Unchecked>>,
    endpoints: usize,
    custom_pages: Vec<OwnPage>,
    pub(super) older: Option<usize>,
    incomplete: bool,
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
        Self {
            findings: name(findings),
            suppressed: Vec::new(),
            files,
            unchecked: unchecked.into_iter().map(Redacted::new).collect(),
            endpoints,
            custom_pages: Vec::new(),
            older: None,
            incomplete: false,
        }
    }

    /// The same with the pages of the repository's custom rules.
    #[must_use]
    pub fn with_custom_pages(self, custom_pages: Vec<OwnPage>) -> Self {
        Self {
            custom_pages,
            ..self
        }
    }

    /// The same, incomplete if `is` says so: there was no time to check all files.
    #[must_use]
    pub fn incomplete(self, is: bool) -> Self {
        Self {
            incomplete: is,
            ..self
        }
    }

    /// Whether there was no time to check all files.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// The pages of the repository's custom rules, by name.
    #[must_use]
    pub fn custom_pages(&self) -> &[OwnPage] {
        &self.custom_pages
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
    pub fn unchecked(&self) -> &[Redacted<Unchecked>] {
        &self.unchecked
    }

    /// What could not be judged and is not the subject of a finding at the same place.
    pub(super) fn only_unchecked(&self) -> impl Iterator<Item = &Redacted<Unchecked>> {
        let findings = self.findings.iter().map(|it| &it.finding.place);
        let said: HashSet<(&str, Span)> = findings
            .map(|place| (&**place.path(), place.span()))
            .collect();
        let unchecked = self.unchecked.iter();
        unchecked.filter(move |it| !said.contains(&(&**it.place.path(), it.place.span())))
    }

    /// The findings that are hidden, by path, place, rule and message.
    #[must_use]
    pub fn suppressed(&self) -> &[Suppressed] {
        &self.suppressed
    }

    /// Hides the findings for which `hiding` has something to say. Fingerprints stay as they are.
    pub fn hide(&mut self, mut hiding: impl FnMut(&Reported) -> Option<Hiding>) {
        let all = std::mem::take(&mut self.findings);
        for reported in all {
            match hiding(&reported) {
                Some(hiding) => self.suppressed.push(Suppressed { reported, hiding }),
                None => self.findings.push(reported),
            }
        }
        let order = |a: &Suppressed, b: &Suppressed| {
            let (a, b) = (&a.reported.finding, &b.reported.finding);
            a.order().cmp(&b.order())
        };
        self.suppressed.sort_by(order);
    }

    /// Adds findings of rules that no earlier one is of.
    pub fn add(&mut self, mut findings: Vec<Finding>) {
        findings.sort_by(|a, b| a.order().cmp(&b.order()));
        self.findings.extend(name(findings));
        self.findings
            .sort_by(|a, b| a.finding.order().cmp(&b.finding.order()));
    }

    /// Keeps the findings that `keep` accepts. Fingerprints stay as they are.
    pub fn retain(&mut self, keep: impl FnMut(&Reported) -> bool) {
        self.findings.retain(keep);
    }

    /// Keeps the findings of rules that `keep` accepts, hidden ones too.
    pub fn retain_rules(&mut self, keep: impl Fn(&str) -> bool) {
        self.findings
            .retain(|reported| keep(&reported.finding.rule));
        self.suppressed
            .retain(|suppressed| keep(&suppressed.reported.finding.rule));
    }

    /// The worst severity, if anything was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|it| it.finding.severity).max()
    }

    /// The figures.
    #[must_use]
    pub fn summary(&self) -> RunSummary {
        let paths: HashSet<&str> = self.files.iter().map(|file| &*file.path).collect();
        let count = |severity| {
            let of = |it: &&Reported| it.finding.severity == severity;
            self.findings.iter().filter(of).count()
        };
        let fixes = |safe| {
            let fixes = self
                .findings
                .iter()
                .filter_map(|it| it.finding.fix.as_ref());
            fixes.filter(|fix| fix.safe == safe).count()
        };
        RunSummary {
            files: paths.len(),
            configurations: self.files.iter().map(|file| file.configurations).sum(),
            endpoints: self.endpoints,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            unchecked: self.unchecked.len(),
            older: self.older,
            suppressed: self.suppressed.len(),
            fixable: fixes(true),
            fixable_unsafe: fixes(false),
        }
    }
}

/// Takes the secrets of a finding's texts out of its sentences, and gives it its fingerprint.
fn name(findings: Vec<Finding>) -> Vec<Reported> {
    let mut fingerprints = Fingerprints::default();
    let named = findings.into_iter().map(|finding| {
        // A fingerprint holds no secret: a short one could be found out by trying.
        let finding = Redacted::new(finding);
        let fingerprint = fingerprints.of(&finding);
        Reported {
            finding,
            fingerprint,
        }
    });
    named.collect()
}
