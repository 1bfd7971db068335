//! What a configuration names that cannot be looked at, and why.

use std::collections::HashSet;

use super::{Matched, NamedPath, Runners, mounted};
use crate::facts::credential_file::{FileLookup, Unverified};
use crate::finding::Unchecked;

/// What can't be looked at here, once for each setting and reason.
pub(super) fn unverified(
    named: &[NamedPath<'_>],
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> Vec<Unchecked> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for one in named {
        let Matched::Unverified(why) = &one.matched else {
            continue;
        };
        let pattern = one.node.as_str().unwrap_or("");
        let (reason, settle) = match why {
            Unverified::Elsewhere => elsewhere(pattern, runners, lookup),
            why => (reason(why).to_owned(), None),
        };
        if !seen.insert((one.purpose, reason.clone())) {
            continue;
        }
        out.push(Unchecked {
            cause: None,
            place: one.node.place(),
            logical: one.node.path(),
            reason: format!(
                "the files that `{}` names were not checked: {reason}",
                one.purpose.setting()
            ),
            settle: settle.map(str::to_owned),
        });
    }
    out
}

/// Why an absolute path is not looked at, and what settles it.
fn elsewhere(
    pattern: &str,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
) -> (String, Option<&'static str>) {
    let reason = mounted::why_open(pattern, runners, lookup);
    let reason = reason
        .unwrap_or_else(|| "the path is absolute, and Prometheus does not run here".to_owned());
    let settle = "run promvet with --root, or with --on-host where Prometheus runs";
    (reason, Some(settle))
}

fn reason(why: &Unverified) -> &str {
    match why {
        Unverified::Outside => "the path leads out of the tree that is checked",
        Unverified::Placeholder => "the path holds a placeholder",
        Unverified::Forbidden => "the folder may not be read",
        Unverified::NoFolder => {
            "the configuration has no folder to which a relative path could be relative"
        }
        Unverified::External(reason) => reason,
        Unverified::Kept(_) => "their folder is kept empty in the tree",
        Unverified::Ignored(_) => "git ignores them, and this checkout has none",
        _ => "where it leads is not known",
    }
}
