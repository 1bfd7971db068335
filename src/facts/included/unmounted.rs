//! What a configuration names and the containers that run it do not have.

use std::collections::HashMap;

use super::check::at;
use super::{Matched, NamedPath, Purpose, Runners, mounted};
use crate::facts::credential_file::{FileLookup, Unverified};
use crate::finding::{Finding, Severity, rule};

/// The most names and patterns for one folder that are compared with what is there: each is matched with each
/// name, and no one writes more by hand.
const MOST_BESIDE: usize = 64;

/// What can lead nowhere where Prometheus runs. Of several patterns for one folder, such as `*.yml` and
/// `*.yaml`, one is spare where the others match everything.
pub(super) fn check(
    named: &[NamedPath<'_>],
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Vec<Finding> {
    let mut folders: HashMap<(Purpose, &str), Vec<&str>> = HashMap::new();
    for reference in named {
        if let Some((folder, name)) = parts(reference) {
            let known = folders.entry((reference.purpose, folder)).or_default();
            known.push(name);
        }
    }
    let mut out = Vec::new();
    for one in named {
        let beside = parts(one).and_then(|(folder, _)| folders.get(&(one.purpose, folder)));
        let beside = beside.map_or(&[][..], Vec::as_slice);
        if beside.len() > MOST_BESIDE {
            continue;
        }
        if let Some(lacking) = lacking(one, beside, runners, lookup) {
            out.push(finding(one, lacking));
        }
    }
    out
}

fn parts<'n>(reference: &NamedPath<'n>) -> Option<(&'n str, &'n str)> {
    reference.node.as_str()?.rsplit_once('/')
}

/// Whether nothing can be there where Prometheus runs, unless nothing is there here either.
fn lacking(
    reference: &NamedPath<'_>,
    beside: &[&str],
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Option<mounted::Lacking> {
    let may_differ = match &reference.matched {
        Matched::Files(_) => true,
        Matched::Unverified(why) => matches!(why, Unverified::Elsewhere | Unverified::NoFolder),
        Matched::Missing(_) | Matched::Nothing(_) | Matched::Broken(_) => false,
    };
    let question = mounted::MountQuery {
        pattern: reference.node.as_str().filter(|_| may_differ)?,
        purpose: reference.purpose,
        is_here: matches!(reference.matched, Matched::Files(_)),
        beside,
    };
    mounted::lacking(question, runners, lookup)
}

fn finding(reference: &NamedPath<'_>, lacking: mounted::Lacking) -> Finding {
    let message = format!("no file in the container matches: {}", lacking.what);
    let help = match lacking.near {
        Some(near) => format!("{near}; mount the file, or correct the path"),
        None => "mount the file there, or correct the path".to_owned(),
    };
    let mut finding = at(
        reference.node,
        rule::FILES_NO_MATCH,
        Severity::Warning,
        message,
    )
    .kind("not-mounted")
    .help(help);
    finding.evidence = lacking.evidence;
    finding
}
