//! The suppressions of one file while findings are held against them.

use std::sync::Arc;

use super::GROUP;
use super::marks::{PlacedSuppression, TextSuppressions};
use crate::discover::FileContent;
use crate::finding::rule::group_of;
use crate::finding::{Day, Finding};
use crate::policy::Policy;
use crate::run::survey::ScannedFile;
use crate::yaml::Document;

/// What becomes of a finding.
pub(super) enum SuppressionVerdict {
    /// It is reported.
    Shown,
    /// It is not.
    Hidden {
        /// The reason that is given.
        reason: Option<String>,
        /// Until when.
        until: Option<String>,
    },
}

/// What came of a name in a suppression.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many findings it is for, whether or not they are hidden.
    pub(super) met: usize,
    /// The first rule that the policy did not let it silence.
    pub(super) refused: Option<String>,
}

/// The suppressions of one file.
pub(super) struct FileSuppressions<'a> {
    pub(super) marks: TextSuppressions,
    pub(super) policy: &'a Policy,
    /// The documents of the configurations in the file.
    pub(super) documents: Vec<&'a Document>,
    /// The file, if it was looked at for itself.
    pub(super) seen: Option<&'a ScannedFile>,
    /// By suppression and name.
    pub(super) tallies: Vec<Vec<Tally>>,
    now: i64,
}

impl<'a> FileSuppressions<'a> {
    /// `seen` is the file, and behind it what it contains.
    pub(super) fn new(
        marks: TextSuppressions,
        policy: &'a Policy,
        seen: &'a [Arc<ScannedFile>],
        now: i64,
    ) -> Self {
        let documents = seen.iter().filter_map(|seen| match &seen.recognized.what {
            FileContent::Configuration { document, .. } | FileContent::Rules { document } => {
                Some(document)
            }
            _ => None,
        });
        let tallies = marks
            .list
            .iter()
            .map(|mark| vec![Tally::default(); mark.directive.names.len()])
            .collect();
        Self {
            marks,
            policy,
            documents: documents.collect(),
            seen: seen.first().map(|seen| &**seen),
            tallies,
            now,
        }
    }

    /// Holds a finding against every suppression, and notes which ones it meets.
    pub(super) fn judge(&mut self, finding: &Finding) -> SuppressionVerdict {
        let mut verdict = SuppressionVerdict::Shown;
        let group = group_of(&finding.rule);
        if group == GROUP {
            return verdict;
        }
        let forbidden = self.policy.suppressions.forbids(&finding.rule).is_some();
        let offset = finding.place.span().start;
        for (mark, tallies) in self.marks.list.iter().zip(&mut self.tallies) {
            if !mark.covers.has(offset) {
                continue;
            }
            let names = mark.directive.names.iter().zip(tallies);
            for (_, tally) in
                names.filter(|(name, _)| name.text == *finding.rule || name.text == group)
            {
                tally.met += 1;
                if forbidden {
                    let rule = finding.rule.to_string();
                    tally.refused.get_or_insert(rule);
                } else if matches!(verdict, SuppressionVerdict::Shown)
                    && !has_lapsed(mark, self.now)
                {
                    verdict = SuppressionVerdict::Hidden {
                        reason: mark.directive.reason.clone(),
                        until: mark
                            .directive
                            .until
                            .as_ref()
                            .map(|until| until.text.clone()),
                    };
                }
            }
        }
        verdict
    }
}

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Whether a suppression's last day is over, in UTC.
pub(crate) fn has_lapsed(mark: &PlacedSuppression, now: i64) -> bool {
    let until = mark.directive.until.as_ref();
    until.is_some_and(|until| Day::of(now) > until.day)
}
