//! Names in UTF-8.

use crate::finding::Severity;
use crate::rules::upgrade::with_places;
use crate::rules::{Job, RuleFindings, Upgrade};

/// Since 3.0 names may hold any UTF-8, and targets are asked for them unescaped.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    const KEY: &str = "metric_name_validation_scheme";
    if !upgrade.crosses(3, 0) || upgrade.always_has("utf8-names") {
        return;
    }
    let jobs = upgrade.first_jobs_without(KEY);
    let jobs: Vec<_> = jobs.iter().map(Job::anchor).collect();
    let Some((first, more)) = jobs.split_first() else {
        return;
    };
    let mut finding = out.at(
        *first,
        Severity::Info,
        "from Prometheus 3.0 on, names of metrics and labels can be any UTF-8: `http.requests` \
         is no longer stored as `http_requests`",
    );
    finding.advice = Some(
        "if queries, rules or receivers are not ready, set `metric_name_validation_scheme: \
         legacy` under `global` (Prometheus 2.55 and later)"
            .into(),
    );
    with_places(&mut finding, more, "this job too");
    out.push(finding);
}
