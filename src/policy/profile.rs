//! `profile`: how much is reported.

use super::form::{PolicyKey, ValueForm};
use super::sections::PolicySection;

/// How much is reported where no level of the policy says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportingProfile {
    /// The stable rules at their usual severity: what no one would argue with.
    #[default]
    Default,
    /// Rules that are new too, and what a team would want to forbid as an error.
    Strict,
    /// Everything: rules that are on their way out too, and what could not be checked.
    Audit,
}

impl ReportingProfile {
    /// The words of promvet.yaml and the command line.
    pub const WORDS: &[(&'static str, Self)] = &[
        ("default", Self::Default),
        ("strict", Self::Strict),
        ("audit", Self::Audit),
    ];

    /// As promvet.yaml and `--profile` write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, profile)| *profile == self)
            .map_or("", |(word, _)| word)
    }
}

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "profile",
        "How much is reported where `rules` do not say otherwise.",
        ValueForm::Words(|| {
            ReportingProfile::WORDS
                .iter()
                .map(|(word, _)| *word)
                .collect()
        }),
    ),
    read: |node, policy, wrong| {
        let known = wrong.word(node, "profile", ReportingProfile::WORDS);
        policy.profile = known.map(|profile| (profile, node.place()));
    },
    add: |near, far| {
        if near.profile.is_none() {
            near.profile.clone_from(&far.profile);
        }
    },
};
