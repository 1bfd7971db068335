//! Runs the checks over one configuration.

use std::path::Path;

use super::entry::Entry;
use super::material::Material;
use super::pages::{Check, all};
use super::sink::Findings;
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
    let mut out = Judgement::default();
    let Some(config) = Config::new(document) else {
        return out;
    };
    let entries: Vec<_> = config
        .remote_writes()
        .map(|write| Entry::new(write, facts, folder, templated))
        .collect();
    out.endpoints = entries.len();
    let material = Material::new(document, folder, templated, facts, &entries);
    for page in all() {
        let mut findings = Findings {
            rule: page.name,
            found: &mut out.findings,
            unchecked: &mut out.unchecked,
        };
        match page.check {
            Some(Check::RemoteWrite(check)) => {
                entries.iter().for_each(|entry| check(entry, &mut findings));
            }
            Some(Check::RemoteWrites(check)) => check(&entries, &mut findings),
            Some(Check::Config(check)) => check(config, &mut findings),
            Some(Check::File(check)) => {
                material
                    .own_files()
                    .for_each(|file| check(file, &mut findings));
            }
            Some(Check::Material(check)) => check(&material, &mut findings),
            None => {}
        }
    }
    out
}
