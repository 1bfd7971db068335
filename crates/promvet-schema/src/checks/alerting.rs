//! `alerting.alertmanagers`

use super::exclusive::at_most_one;
use super::{http_client, scrape};
use crate::check::SchemaReport;
use crate::section::Section;

/// sigv4 excludes the HTTP credentials.
/// Imitates `config.AlertmanagerConfig.UnmarshalYAML`.
pub(crate) fn sigv4(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.node("sigv4").is_none() {
        return;
    }
    let mut all = http_client::credentials(section);
    // Two credentials are reported by the HTTP client's own check, so that one is enough here.
    all.truncate(1);
    all.extend(section.entry("sigv4"));
    at_most_one(&all, report);
}

/// A target with a slash is an address only if relabeling takes it apart.
pub(crate) fn targets(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    scrape::slashes(section, report);
}
