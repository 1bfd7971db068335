//! What the releases of a target reject, each fault once.

use std::collections::HashMap;

use promvet_text::{Finding, Span};

use super::check::SchemaReport;
use super::version::{TargetReleases, Version};
use super::yaml::Document;
use super::{edit, extra, mend, table, tables, walk};

/// Everything in a configuration that the versions of a target reject, in the order of the text.
/// A finding that concerns only some of several versions says which.
#[must_use]
pub fn check(document: &Document, target: &TargetReleases) -> Vec<Finding> {
    let mut findings = judge(document, &tables::CONFIG, None, target);
    // Once and not for each release, since all of them read the first document alone.
    findings.extend(extra::extra_document(document, target));
    edit::fix(document, &mut findings);
    findings
}

/// The same for a file that `scrape_config_files` of `main` names.
#[must_use]
pub fn check_included(
    document: &Document,
    main: &Document,
    target: &TargetReleases,
) -> Vec<Finding> {
    let mut findings = judge(document, &tables::SCRAPE_CONFIG_FILE, Some(main), target);
    edit::fix(document, &mut findings);
    findings
}

/// What the file of `--web.config.file` is refused for, as far as its keys and their types say: each
/// exporter reads it with its own version of exporter-toolkit, so no release matters.
#[must_use]
pub fn check_web_file(document: &Document) -> Vec<Finding> {
    let mut findings = judge(
        document,
        &tables::WEB_FILE,
        None,
        &TargetReleases::of(Version::NEWEST),
    );
    edit::fix(document, &mut findings);
    findings
}

/// What the schema knows about a configuration as a whole.
#[must_use]
pub fn configuration() -> &'static table::Struct {
    &tables::CONFIG
}

fn judge(
    document: &Document,
    root: &'static table::Struct,
    main: Option<&Document>,
    target: &TargetReleases,
) -> Vec<Finding> {
    by_version(target, |version| {
        let look = |document: &Document| {
            let global = main.and_then(|main| walk::global(main, version));
            let mut report = SchemaReport::new(document, target, global);
            walk::walk(document, root, version, &mut report);
            report.into_findings()
        };
        let mut found = look(document);
        if target.open {
            mend::sure_where_something_lacks(&mut found);
        }
        match mend::mended(document, &found) {
            Some(mended) => mended.findings(found, look(&mended.document)),
            None => found,
        }
    })
}

/// What is found for each version of a target, each fault once, in the order of the text. One that
/// concerns only some of several versions says which.
/// Releases are judged one by one, since defaults and checks differ in more than the keys.
pub(crate) fn by_version(
    target: &TargetReleases,
    mut look: impl FnMut(Version) -> Vec<Finding>,
) -> Vec<Finding> {
    let mut merged = VersionedFindings::default();
    for &version in &target.versions {
        for finding in look(version) {
            merged.add(finding, version);
        }
    }
    let all = target.versions.len();
    let mut findings: Vec<Finding> = merged
        .found
        .into_iter()
        .map(|(mut finding, versions)| {
            // A fault of all releases needs no list, so that the usual case stays short.
            if versions.len() < all {
                let names: Vec<String> = versions.iter().map(Version::to_string).collect();
                let which = format!(" (Prometheus {})", names.join(", "));
                finding.message.push_str(&which);
            }
            finding
        })
        .collect();
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    findings
}

/// Findings with the versions that they concern.
#[derive(Default)]
struct VersionedFindings {
    found: Vec<(Finding, Vec<Version>)>,
    /// Which of them are at a span.
    at: HashMap<Span, Vec<usize>>,
}

impl VersionedFindings {
    /// The same fault in another version is the same finding, even if its words name other
    /// versions.
    fn add(&mut self, finding: Finding, version: Version) {
        // Compared at one place only, since a file may have thousands of faults.
        let near = self.at.entry(finding.place.span()).or_default();
        let same = |index: usize, words: bool| {
            self.found.get(index).is_some_and(|(other, versions)| {
                other.rule == finding.rule
                    && other.logical == finding.logical
                    && !versions.contains(&version)
                    && (!words || other.message == finding.message)
            })
        };
        let found = near
            .iter()
            .find(|index| same(**index, true))
            .or_else(|| near.iter().find(|index| same(**index, false)))
            .copied();
        match found.and_then(|index| self.found.get_mut(index)) {
            Some((_, versions)) => versions.push(version),
            None => {
                near.push(self.found.len());
                self.found.push((finding, vec![version]));
            }
        }
    }
}
