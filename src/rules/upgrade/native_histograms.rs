//! Native histograms that are no longer scraped.

use crate::finding::Severity;
use crate::rules::{Findings, Upgrade};

/// Settings of a job that show that its native histograms are wanted.
const SIGNS: &[&str] = &[
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "always_scrape_classic_histograms",
    "scrape_classic_histograms",
];

/// Up to 3.8 the feature flag `native-histograms` had them scraped; since 3.9 it does nothing, and
/// only the configuration decides.
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut Findings<'_>) {
    const KEY: &str = "scrape_native_histograms";
    if !upgrade.crosses(3, 9) || upgrade.global(KEY).is_some() {
        return;
    }
    for job in upgrade.jobs().filter(|job| job.get(KEY).is_none()) {
        let on = |key: &&str| {
            let scalar = job.get(key).and_then(|node| node.scalar());
            scalar.is_some_and(|scalar| scalar.as_bool() != Some(false) && scalar.text != "0")
        };
        let Some(entry) = SIGNS.iter().copied().find(|key| on(key)).and_then(|key| {
            let mapping = job.node.mapping()?;
            mapping.entry(key)
        }) else {
            continue;
        };
        let name = entry.name();
        let mut finding = out.at(
            entry.key,
            Severity::Warning,
            format!(
                "`{name}` is about native histograms, but from Prometheus 3.9 on this job scrapes \
                 none: the feature flag that turned them on does nothing any more"
            ),
        );
        finding.help = Some(
            "set scrape_native_histograms: true in the job or under `global`; Prometheus knows it \
             since 3.8"
                .into(),
        );
        out.push(finding);
    }
}
