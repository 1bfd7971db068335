//! Runs the checks over one configuration.

use std::path::Path;

use super::entry::Entry;
use super::pages::{Check, all};
use super::sink::Findings;
use super::timings::Timings;
use crate::facts::Facts;
use crate::finding::{Finding, Unchecked};
use crate::prometheus::Config;
use crate::yaml::Document;

/// What the rules say about one configuration.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub unchecked: Vec<Unchecked>,
    /// How many remote_write entries there are.
    pub endpoints: usize,
}

/// The remote_write entries of a configuration with what is known of each. What is given is as in
/// [`judge`].
#[must_use]
pub fn entries<'a>(
    document: &'a Document,
    folder: Option<&'a Path>,
    templated: bool,
    facts: &'a Facts<'a>,
) -> Vec<Entry<'a>> {
    let writes = Config::new(document).into_iter();
    writes
        .flat_map(Config::remote_writes)
        .map(|write| Entry::new(write, facts, folder, templated))
        .collect()
}

/// Judges a configuration with every rule. `folder` is where it lies, for relative paths; none for
/// standard input without a name. `templated` says that something fills in placeholders before
/// Prometheus reads the file.
#[must_use]
pub fn judge(
    document: &Document,
    folder: Option<&Path>,
    templated: bool,
    facts: &Facts<'_>,
) -> Judgement {
    judge_timed(document, folder, templated, facts, None)
}

/// The same, measuring what each rule takes, if `timings` is given. A rule that asks first for a
/// fact pays for reading it.
#[must_use]
pub fn judge_timed(
    document: &Document,
    folder: Option<&Path>,
    templated: bool,
    facts: &Facts<'_>,
    timings: Option<&Timings>,
) -> Judgement {
    let mut out = Judgement::default();
    let Some(config) = Config::new(document) else {
        return out;
    };
    let entries = entries(document, folder, templated, facts);
    out.endpoints = entries.len();
    for (index, page) in all().iter().enumerate() {
        let mut findings = Findings {
            rule: page.name,
            found: &mut out.findings,
            unchecked: &mut out.unchecked,
        };
        let mut run = || match page.check {
            Some(Check::RemoteWrite(check)) => {
                entries.iter().for_each(|entry| check(entry, &mut findings));
            }
            Some(Check::RemoteWrites(check)) => check(&entries, &mut findings),
            Some(Check::Config(check)) => check(config, &mut findings),
            None => {}
        };
        match timings {
            Some(timings) => timings.measure(index, run),
            None => run(),
        }
    }
    out
}
