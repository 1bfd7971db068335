//! How gravely a finding is reported: by the levels of the policy, else by the profile.

use super::request::Request;
use crate::finding::{Finding, Severity};
use crate::policy::{Policy, ReportingProfile};
use crate::rules::{self, Status};

/// What levels depend on beside the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Levels {
    /// The profile that was asked for, instead of the policy's.
    pub(crate) profile: Option<ReportingProfile>,
    /// The time, in seconds since 1970: some levels rise on a day.
    pub(crate) now: i64,
}

impl Levels {
    /// What was asked for.
    pub(crate) fn asked(request: &Request) -> Self {
        Self {
            profile: request.profile,
            now: request.now,
        }
    }

    /// The finding as it has to be reported; none if it is not.
    pub(crate) fn of(self, mut finding: Finding, policy: &Policy) -> Option<Finding> {
        let by_policy = policy.profile.as_ref().map(|(profile, _)| *profile);
        let profile = self.profile.or(by_policy).unwrap_or_default();
        let level = policy.level_of(&finding.rule, finding.place.path());
        let named = level.is_some_and(|level| level.name == finding.rule);
        let status = rules::find(&finding.rule).map(|page| page.status);
        if !(named || runs(status, profile)) {
            return None;
        }
        finding.severity = match level {
            Some(level) => level.level.on(self.now)?,
            None => usual(&finding, profile),
        };
        Some(finding)
    }
}

/// Whether a rule reports anything in a profile, if no level names it.
fn runs(status: Option<Status>, profile: ReportingProfile) -> bool {
    match status {
        Some(Status::Preview) => profile >= ReportingProfile::Strict,
        Some(Status::Deprecated) => profile == ReportingProfile::Audit,
        Some(Status::Stable) | None => true,
    }
}

/// The severity of a finding in a profile.
fn usual(finding: &Finding, profile: ReportingProfile) -> Severity {
    let page = rules::find(&finding.rule).filter(|_| profile >= ReportingProfile::Strict);
    // What is milder than that has a reason of its own.
    let lifted = |page: &rules::RulePage| page.severity.min(Severity::Warning);
    match page.and_then(|page| Some((lifted(page), page.strict?))) {
        Some((lifted, strict)) if finding.severity == lifted => strict,
        _ => finding.severity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_has_rules_by_their_status() {
        for (status, want) in [
            (Some(Status::Preview), [false, true, true]),
            (Some(Status::Stable), [true, true, true]),
            (Some(Status::Deprecated), [false, false, true]),
            (None, [true, true, true]),
        ] {
            let profiles = ReportingProfile::WORDS.iter().map(|(_, profile)| *profile);
            let found: Vec<_> = profiles.map(|profile| runs(status, profile)).collect();
            assert_eq!(found, want, "{status:?}");
        }
    }
}
