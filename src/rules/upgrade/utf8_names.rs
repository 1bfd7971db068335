//! Names in UTF-8.

use crate::finding::Severity;
use crate::rules::upgrade::with_places;
use crate::rules::{Findings, Job, Upgrade};

/// Since 3.0 names may hold any UTF-8, and targets are asked for them unescaped.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut Findings<'_>) {
    const KEY: &str = "metric_name_validation_scheme";
    if !upgrade.crosses(3, 0) || upgrade.always_has("utf8-names") {
        return;
    }
    let jobs = upgrade.jobs_without(KEY);
    let jobs: Vec<_> = jobs.iter().map(Job::anchor).collect();
    let Some((first, more)) = jobs.split_first() else {
        return;
    };
    let mut finding = out.at(
        *first,
        Severity::Info,
        "From Prometheus 3.0 on names of metrics and labels may hold any UTF-8 and come as the \
         target knows them: `http.requests` is no longer `http_requests`, and names that were \
         refused are stored",
    );
    finding.advice = Some(
        "if queries, rules and receivers are not ready for it, set metric_name_validation_scheme: \
         legacy under `global`, which Prometheus knows since 2.55"
            .into(),
    );
    with_places(&mut finding, more, "this job too");
    out.push(finding);
}
