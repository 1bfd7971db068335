//! One series that several rule files of a configuration record.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

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
    by_series: HashMap<Series, Vec<InFile>>,
    /// Two rules of different files that write one series.
    pairs: Vec<(InFile, InFile)>,
}

impl Records {
    /// Those of some files, in their order.
    pub(super) fn of<'f>(files: impl Iterator<Item = (&'f Path, &'f RuleFile)>) -> Self {
        let mut out = Self::default();
        for (path, file) in files {
            for record in &file.summary.records {
                let series = (record.name.clone(), record.labels.clone());
                let known = out.by_series.entry(series).or_default();
                if let Some(first) = known.iter().find(|(other, _)| other != path) {
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
        let known = self.by_series.get(&series)?;
        known.iter().find(|(other, _)| other != path)
    }

    /// Whether no file has a recording rule.
    pub(super) fn is_empty(&self) -> bool {
        self.by_series.is_empty()
    }

    fn all(&self) -> impl Iterator<Item = &InFile> {
        self.by_series.values().flatten()
    }
}

/// What is reported about the sets of rule files that one configuration names: each pair of rules
/// once in a run.
pub(super) fn repeated(sets: &[&Records], cache: &IncludeCache) -> Vec<Finding> {
    let within = sets.iter().flat_map(|set| &set.pairs);
    let mut found: Vec<Finding> = within
        .filter_map(|(first, second)| said(first, second, cache))
        .collect();
    // What one set has is looked for in the larger ones, so that a set which many configurations
    // share is not gone through for each.
    let mut sorted: Vec<&&Records> = sets.iter().collect();
    sorted.sort_by_key(|set| set.by_series.len());
    for (number, set) in sorted.iter().enumerate() {
        let larger = sorted.get(number + 1..).unwrap_or(&[]);
        if larger.is_empty() {
            break;
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
