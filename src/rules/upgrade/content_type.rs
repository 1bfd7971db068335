//! Scrapes without a content type.

use crate::finding::Severity;
use crate::rules::upgrade::with_places;
use crate::rules::{Job, RuleFindings, Upgrade};

/// Since 3.0 a response without a content type that is known fails the scrape.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    const KEY: &str = "fallback_scrape_protocol";
    if !upgrade.crosses(3, 0) {
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
        "from Prometheus 3.0 on, the scrape of a target with a missing or unknown content type \
         fails; before, it is read as text",
    );
    finding.advice = Some(
        "for a job with such targets, set `fallback_scrape_protocol: PrometheusText0.0.4` once \
         no release before 3.0 loads the file"
            .into(),
    );
    with_places(&mut finding, more, "this job too");
    out.push(finding);
}
