//! Native histograms that are no longer scraped.

use crate::finding::{Place, Severity};
use crate::rules::upgrade::with_places;
use crate::rules::{Job, RuleFindings, Upgrade};

/// Settings of a job that show that its native histograms are wanted.
const SIGNS: &[&str] = &[
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "always_scrape_classic_histograms",
    "scrape_classic_histograms",
];

/// The flag that had them scraped up to 3.8, and the key that decides alone since 3.9.
const FEATURE: &str = "native-histograms";
const KEY: &str = "scrape_native_histograms";

const HELP: &str = "set `scrape_native_histograms: true` in the job or under `global` \
    (Prometheus 3.8 and later)";

/// Tells once a file of all jobs that decide nothing, where the flag is in the tree; where nothing is
/// known of the command line, of those whose settings show what is wanted.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    if !upgrade.crosses(3, 9) || upgrade.never_has(FEATURE) {
        return;
    }
    if upgrade.global(KEY).is_some() {
        return;
    }
    match upgrade.feature(FEATURE) {
        Some(flag) => all_jobs(&upgrade.first_jobs_without(KEY), flag, out),
        None => upgrade.each("settings without the key", out, |jobs, out| {
            let lacking = jobs.iter().filter(|job| job.get(KEY).is_none());
            lacking.for_each(|job| by_settings(&job, out));
        }),
    }
}

fn all_jobs(jobs: &[Job<'_>], flag: &Place, out: &mut RuleFindings<'_>) {
    let anchors: Vec<_> = jobs.iter().map(Job::anchor).collect();
    let Some((first, more)) = anchors.split_first() else {
        return;
    };
    let mut finding = out
        .at(
            *first,
            Severity::Warning,
            "from Prometheus 3.9 on, this job scrapes no native histograms: the feature flag \
             that enables them no longer has an effect",
        )
        .help(HELP)
        .evidence(flag.clone(), "the feature flag");
    with_places(&mut finding, more, "this job too");
    out.push(finding);
}

fn by_settings(job: &Job<'_>, out: &mut RuleFindings<'_>) {
    let on = |key: &&str| {
        let scalar = job.get(key).and_then(|node| node.scalar());
        scalar.is_some_and(|scalar| scalar.as_bool() != Some(false) && scalar.text != "0")
    };
    let key = SIGNS.iter().copied().find(|key| on(key));
    let Some(entry) = key.and_then(|key| job.node.mapping()?.entry(key)) else {
        return;
    };
    let name = entry.name();
    let finding = out.at(
        entry.key,
        Severity::Warning,
        format!(
            "`{name}` is about native histograms, but this job scrapes none from Prometheus 3.9 \
             on: the feature flag no longer has an effect"
        ),
    );
    out.push(finding.kind("key").help(HELP));
}
