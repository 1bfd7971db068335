//! Only what a change made worse.

use std::collections::HashMap;

use super::outcome::Outcome;
use crate::finding::{Fingerprints, Place, Severity, Unchecked};

impl Outcome {
    /// Leaves out what an older outcome has too, by fingerprint; a finding that became graver is
    /// new, and so is one in a place that `is_new` accepts. `renamed` gives the path that a file
    /// has now, if it had another one.
    pub fn keep_new(
        &mut self,
        older: &Self,
        renamed: impl Fn(&str) -> Option<String>,
        is_new: impl Fn(&Place) -> bool,
    ) {
        let known = fingerprints(older, &renamed);
        let before = self.findings.len();
        self.findings.retain(|it| {
            let was = known.get(&it.fingerprint);
            was.is_none_or(|&was| was < it.finding.severity) || is_new(&it.finding.place)
        });
        self.older = Some(before - self.findings.len());
        let mut known = unchecked(older, &renamed);
        self.unchecked.retain(|it| {
            let key = (it.place.path().to_string(), it.reason.clone());
            match known.get_mut(&key) {
                Some(_) if is_new(&it.place) => true,
                Some(left @ 1..) => {
                    *left -= 1;
                    false
                }
                _ => true,
            }
        });
    }
}

/// The fingerprints of an outcome as they are under the paths of now, with the severities.
fn fingerprints(
    outcome: &Outcome,
    renamed: impl Fn(&str) -> Option<String>,
) -> HashMap<String, Severity> {
    let mut fingerprints = Fingerprints::default();
    let mut out: HashMap<String, Severity> = HashMap::new();
    // What is hidden counts where several are alike, as it does in the names of now; but it was
    // not shown, so it is new where it is shown.
    let shown = outcome.findings().iter().map(|it| (it, true));
    let hidden = outcome.suppressed().iter().map(|it| (&it.reported, false));
    let mut all: Vec<_> = shown.chain(hidden).collect();
    all.sort_by(|(a, _), (b, _)| a.finding.order().cmp(&b.finding.order()));
    for (it, shown) in all {
        let finding = &it.finding;
        let path = now(finding.place.path(), &renamed);
        let fingerprint = fingerprints.at(finding, &path);
        if shown {
            out.insert(fingerprint, finding.severity);
        }
    }
    out
}

/// How often each reason was given for each file.
fn unchecked(
    outcome: &Outcome,
    renamed: impl Fn(&str) -> Option<String>,
) -> HashMap<(String, String), usize> {
    let mut out = HashMap::new();
    for it in outcome.unchecked() {
        let Unchecked { place, reason, .. } = &**it;
        *out.entry((now(place.path(), &renamed), reason.clone()))
            .or_insert(0) += 1;
    }
    out
}

fn now(path: &str, renamed: impl Fn(&str) -> Option<String>) -> String {
    renamed(path).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{finding, marked};
    use crate::report::{HiddenBy, Hiding};

    fn outcome(findings: &[(&str, Severity)]) -> Outcome {
        let findings = findings.iter().map(|&(path, severity)| {
            let (_, place) = marked(path, "⟦a⟧: b");
            finding("x/y", severity, place, "a", "m")
        });
        Outcome::new(findings.collect(), vec![], vec![], 0)
    }

    #[test]
    fn what_was_hidden_and_is_shown_is_new() {
        let hiding = || Hiding {
            by: HiddenBy::Comment,
            reason: None,
            until: None,
        };
        let two = [("a", Severity::Error), ("a", Severity::Error)];
        let mut before = outcome(&two);
        let mut first = true;
        before.hide(|_| std::mem::take(&mut first).then(hiding));
        let mut now = outcome(&two);
        now.keep_new(&before, |_| None, |_| false);
        assert_eq!(now.findings().len(), 1);
        let mut hidden = outcome(&two);
        hidden.hide(|_| Some(hiding()));
        hidden.keep_new(&before, |_| None, |_| false);
        assert_eq!((hidden.findings().len(), hidden.suppressed().len()), (0, 2));
    }

    #[test]
    fn what_was_there_is_silent_and_what_grew_is_not() {
        let (warning, error) = (Severity::Warning, Severity::Error);
        for (before, after, left) in [
            (&[][..], &[("a", error)][..], 1),
            (&[("a", error)], &[("a", error)], 0),
            (&[("a", error)], &[("a", warning)], 0),
            (&[("a", warning)], &[("a", error)], 1),
            (&[("a", error)], &[("b", error)], 1),
            (&[("old", error)], &[("new", error)], 0),
            (&[("old", error)], &[("new", error), ("new", error)], 1),
            (&[("a", error)], &[("a", error), ("a", error)], 1),
            (&[("a", error), ("a", error)], &[("a", error)], 0),
        ] {
            let mut now = outcome(after);
            let renamed = |path: &str| (path == "old").then(|| "new".to_owned());
            now.keep_new(&outcome(before), renamed, |_| false);
            let summary = now.summary();
            assert_eq!(now.findings().len(), left, "{before:?} {after:?}");
            assert_eq!(summary.older, Some(after.len() - left));
        }
    }
}
