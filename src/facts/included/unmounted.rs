//! What a configuration names and the containers that run it do not have.

use super::check::at;
use super::{Matched, Named, Purpose, Runners, glob, mounted};
use crate::facts::credential_file::{Lookup, Unverified};
use crate::finding::{Finding, Severity, rule};

/// What can lead nowhere where Prometheus runs. Of several patterns for one folder, such as `*.yml` and
/// `*.yaml`, one that matches is enough.
pub(super) fn check(
    named: &[Named<'_>],
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
) -> Vec<Finding> {
    let lacking: Vec<_> = named
        .iter()
        .map(|named| lacking(named, runners, lookup))
        .collect();
    let matched: Vec<_> = named
        .iter()
        .zip(&lacking)
        .filter(|(_, lacking)| lacking.is_none())
        .filter_map(|(one, _)| folder_of_pattern(one))
        .collect();
    let mut out = Vec::new();
    for (one, lacking) in named.iter().zip(lacking) {
        let is_spare = folder_of_pattern(one).is_some_and(|own| matched.contains(&own));
        if let Some(lacking) = lacking.filter(|_| !is_spare) {
            out.push(finding(one, lacking));
        }
    }
    out
}

fn folder_of_pattern<'n>(one: &Named<'n>) -> Option<(Purpose, &'n str)> {
    let (folder, name) = one.node.as_str()?.rsplit_once('/')?;
    glob::is_pattern(name).then_some((one.purpose, folder))
}

/// Whether nothing can be there where Prometheus runs, unless nothing is there here either.
fn lacking(
    one: &Named<'_>,
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
) -> Option<mounted::Lacking> {
    let may_differ = match &one.matched {
        Matched::Files(_) => true,
        Matched::Unverified(why) => matches!(why, Unverified::Elsewhere | Unverified::NoFolder),
        Matched::Missing(_) | Matched::Nothing(_) | Matched::Broken(_) => false,
    };
    let question = mounted::Question {
        pattern: one.node.as_str().filter(|_| may_differ)?,
        purpose: one.purpose,
        is_here: matches!(one.matched, Matched::Files(_)),
    };
    mounted::lacking(question, runners, lookup)
}

fn finding(one: &Named<'_>, lacking: mounted::Lacking) -> Finding {
    let message = format!("no file where Prometheus runs: {}", lacking.what);
    let help = match lacking.near {
        Some(near) => format!("{near}; mount the file, or correct the path"),
        None => "mount the file there, or correct the path".to_owned(),
    };
    let mut finding = at(one.node, rule::FILES_NO_MATCH, Severity::Warning, message)
        .kind("not-mounted")
        .help(help);
    finding.evidence = lacking.evidence;
    finding
}
