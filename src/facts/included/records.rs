//! One series that several rule files of a configuration record.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::cache::{IncludeCache, RuleFile};
use crate::finding::{Finding, Severity, rule};
use crate::schema::rule_file::{Record, may_differ};
use crate::work;

/// The most findings about one configuration: where every rule is in two files, the first ones tell it.
const MOST: usize = 20;

/// A rule and its file.
type InFile = (PathBuf, Record);

/// The name of a series and its labels.
type Series = (String, Vec<(String, String)>);

/// The recording rules of some files, by the series that they write.
#[derive(Debug, Default)]
pub(super) struct Records {
    by_series: HashMap<Series, OfSeries>,
    /// Two rules of different files that write one series.
    pairs: Vec<(InFile, InFile)>,
    /// Whether the pairs were reported in this run: thousands of configurations may name one pattern.
    is_reported: AtomicBool,
}

/// The rules that write one series, in the order of their files.
#[derive(Debug, Default)]
struct OfSeries {
    all: Vec<InFile>,
    /// The number of the first one that is not in the first file.
    elsewhere: Option<usize>,
}

impl OfSeries {
    fn push(&mut self, rule: InFile) {
        let is_elsewhere = self.all.first().is_some_and(|first| first.0 != rule.0);
        if is_elsewhere && self.elsewhere.is_none() {
            self.elsewhere = Some(self.all.len());
        }
        self.all.push(rule);
    }

    /// The first one that is in another file: not looked for one by one, since a file may write a
    /// series a thousand times.
    fn first_beside(&self, path: &Path) -> Option<&InFile> {
        let first = self.all.first().filter(|(file, _)| file != path);
        first.or_else(|| self.all.get(self.elsewhere?))
    }
}

impl Records {
    /// Those of some files, in their order.
    pub(super) fn of<'f>(files: impl Iterator<Item = (&'f Path, &'f RuleFile)>) -> Self {
        let mut out = Self::default();
        for (path, file) in files {
            for record in &file.summary.records {
                let series = (record.name.clone(), record.labels.clone());
                let known = out.by_series.entry(series).or_default();
                if let Some(first) = known.first_beside(path) {
                    let second = (path.to_owned(), record.clone());
                    out.pairs.push((first.clone(), second));
                }
                known.push((path.to_owned(), record.clone()));
            }
        }
        out
    }

    /// The first rule of another file that writes the same series.
    fn same(&self, path: &Path, record: &Record) -> Option<&InFile> {
        work::count(1);
        let series = (record.name.clone(), record.labels.clone());
        self.by_series.get(&series)?.first_beside(path)
    }

    /// Whether no file has a recording rule.
    pub(super) fn is_empty(&self) -> bool {
        self.by_series.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &InFile> {
        self.by_series.values().flat_map(|of_series| &of_series.all)
    }
}

/// What is reported about the sets of rule files that one configuration names, and about those of texts
/// beside it: each pair of rules once in a run.
pub(super) fn repeated(
    shared: &[&Records],
    beside: &Records,
    cache: &IncludeCache,
) -> Vec<Finding> {
    let mut sorted: Vec<&Records> = shared.iter().copied().chain([beside]).collect();
    let new = sorted
        .iter()
        .filter(|set| !set.is_reported.swap(true, Ordering::Relaxed));
    let mut found: Vec<Finding> = new
        .flat_map(|set| &set.pairs)
        .filter_map(|(first, second)| said(first, second, cache))
        .collect();
    // What one set has is looked for in the larger ones, so that a set which many configurations
    // share is not gone through for each; two such sets are held against each other once in a run.
    sorted.sort_by_key(|set| set.by_series.len());
    for (number, set) in sorted.iter().enumerate() {
        let larger = sorted.get(number + 1..).unwrap_or(&[]);
        let is_shared = |set: &&Records| !std::ptr::eq(*set, beside);
        let both = sorted.get(number..).unwrap_or(&[]);
        let is_known = both.iter().all(is_shared)
            && !cache.is_new_comparison(both.iter().map(|set| std::ptr::from_ref(*set).addr()));
        if larger.is_empty() || is_known {
            continue;
        }
        let pairs = set.all().filter_map(|candidate| {
            let mut others = larger.iter();
            let other = others.find_map(|other| other.same(&candidate.0, &candidate.1))?;
            Some((candidate, other))
        });
        found.extend(pairs.filter_map(|(one, other)| match one.0 < other.0 {
            true => said(one, other, cache),
            false => said(other, one, cache),
        }));
    }
    found.sort_by(|a, b| a.order().cmp(&b.order()));
    found.truncate(MOST);
    found
}

fn said(first: &InFile, second: &InFile, cache: &IncludeCache) -> Option<Finding> {
    let ((path, record), (other, earlier)) = (second, first);
    let is_same = record.expression == earlier.expression;
    if !is_same && may_differ(&record.expression, &earlier.expression) {
        return None;
    }
    if !cache.is_new_pair(path, record.place.span(), other) {
        return None;
    }
    let severity = match is_same {
        // Both write the same samples, which does no harm.
        true => Severity::Info,
        false => Severity::Warning,
    };
    let message = format!(
        "a rule in another file of this configuration writes the metric `{}` with the same labels",
        record.name
    );
    let finding = Finding::new(
        rule::FILES_DUPLICATE_RULE,
        severity,
        record.place.clone(),
        message,
    );
    let finding = finding
        .of_key(record.logical.clone(), record.identity.clone())
        .help("delete one of the rules, or set a label that tells them apart");
    Some(finding.evidence(earlier.place.clone(), "the other rule"))
}
