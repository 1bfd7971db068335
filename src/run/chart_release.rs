//! Jobs below `scrapeConfigs` in values of the chart `prometheus`, which reads them since 28.0.0
//! (prometheus-community/helm-charts `charts/prometheus` values.yaml): what an older release ignores is
//! neither right nor wrong.

use super::survey::ScannedFile;
use crate::discover::{EmbeddedIn, chart_versions};
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity, Text, rule};
use crate::rules::RuleJudgment;
use crate::yaml::{Document, parse_all};

/// The first release of the chart that reads the key.
const SINCE: u64 = 28;

/// Puts one warning in the place of what was found in jobs that the release of the chart does not read.
pub(super) fn set_unread_jobs_aside(
    judgment: &mut RuleJudgment,
    document: &Document,
    seen: &ScannedFile,
    facts: &Facts<'_>,
) {
    let is_in_values = matches!(seen.recognized.holder, Some(EmbeddedIn::Values { .. }));
    let jobs = document.root().filter(|_| is_in_values);
    let Some(jobs) = jobs.filter(|root| root.path().ends_with("scrapeConfigs")) else {
        return;
    };
    let at = jobs.place();
    let Some((release, place)) = release(&at, facts) else {
        return;
    };
    if major(&release).is_none_or(|major| major >= SINCE) {
        return;
    }
    let message = format!(
        "`scrapeConfigs`: release {release} of the chart does not read it: nothing is scraped by these jobs"
    );
    let finding = Finding::new(rule::SCHEMA_UNAVAILABLE, Severity::Warning, at, message);
    let finding = finding.of_key(jobs.path(), jobs.identity());
    let finding =
        finding.help("write the jobs below `extraScrapeConfigs`, or use release 28.0.0 or newer");
    judgment.findings = vec![finding.evidence(place, "the release of the chart")];
    judgment.unchecked.clear();
}

/// The most charts in one file whose surroundings are looked at: each costs reading the whole of it.
const MOST_CHARTS: usize = 32;

/// Whether a file has no more charts than those, by the keys that their values have.
pub(super) fn has_few_charts(text: &Text) -> bool {
    ["server:", "scrapeConfigs:"].iter().all(|key| {
        let mut found = text.content().match_indices(key);
        found.nth(MOST_CHARTS).is_none()
    })
}

/// The release of the chart that values are for: that of what carries them, or of the chart around them
/// that needs it.
pub(super) fn release(at: &Place, facts: &Facts<'_>) -> Option<(String, Place)> {
    if !has_few_charts(at.text()) {
        return None;
    }
    let (documents, _) = parse_all(at.text());
    let mut carried = documents.iter().flat_map(chart_versions);
    match (carried.next(), carried.next()) {
        (Some(version), None) => Some((version.as_str()?.to_owned(), version.place())),
        (Some(_), Some(_)) => None,
        (None, _) => facts.chart_dependency(at.path(), "prometheus"),
    }
}

/// The number before the first dot of a release, or of a range that stays below the next one.
pub(super) fn major(release: &str) -> Option<u64> {
    let bare = release.trim().trim_start_matches(['^', '~', '=', 'v']);
    let is_range = bare.contains(['>', '<', '|', ',', ' ']);
    let first = bare.split('.').next().filter(|_| !is_range)?;
    first.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_one_major_are_known() {
        for (release, expected) in [
            ("27.1.0", Some(27)),
            ("^27.0.0", Some(27)),
            ("~28.1", Some(28)),
            ("27.x.x", Some(27)),
            ("v27", Some(27)),
            (">=25.0.0 <28.0.0", None),
            ("*", None),
            ("{{ version }}", None),
        ] {
            assert_eq!(major(release), expected, "{release}");
        }
    }
}
