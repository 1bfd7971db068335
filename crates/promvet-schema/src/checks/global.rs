//! `global`

use super::config::{exceeds, explicit_millis};
use super::scrape;
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::grammar;
use crate::section::Section;

/// `scrape_interval` where no one sets one: a minute.
/// From `config.DefaultGlobalConfig`.
pub(super) const INTERVAL: i64 = 60_000;

/// The interval of jobs that set none, in milliseconds; none if it is unreadable.
pub(super) fn interval(global: &Section<'_>) -> Option<i64> {
    match global.millis("scrape_interval")? {
        0 => Some(INTERVAL),
        millis => Some(millis),
    }
}

/// An explicit timeout is not above the interval.
/// Imitates `config.GlobalConfig.UnmarshalYAML` ("global scrape timeout greater than scrape
/// interval").
pub(crate) fn timeout(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let (Some(timeout), Some(interval)) = (
        explicit_millis(section, "scrape_timeout"),
        interval(section),
    ) else {
        return;
    };
    if timeout > interval {
        exceeds(section, Some(section), report);
    }
}

/// The names of external labels follow the scheme in force (legacy since 3.7.0; before 3.0 there
/// no other existed).
/// Imitates the call of `Labels.Validate` in `config.GlobalConfig.UnmarshalYAML`.
pub(crate) fn external_labels(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(mapping) = section
        .node("external_labels")
        .and_then(|node| node.mapping())
    else {
        return;
    };
    let scheme = section.scope.scheme;
    for entry in mapping.entries() {
        for (node, what) in [
            (entry.key, "the label name"),
            (entry.value, "the label value"),
        ] {
            if let Some(scalar) = node.scalar().filter(|scalar| grammar::is_not_utf8(*scalar)) {
                report.text(node, what, |_| Err(grammar::not_utf8(scalar)));
            }
        }
        // go-yaml decodes null into the zero value: an empty name.
        if entry.key.is_null() {
            let message = refused("the label name is null, which is an empty name");
            let place = match entry.key.span().is_empty() {
                true => entry.value,
                false => entry.key,
            };
            report
                .at(Rule::InvalidValue, place, message)
                .help("write the name of the label");
            continue;
        }
        report.text(entry.key, "the label name", |text| {
            grammar::label_name(text, scheme)
        });
    }
}

/// See [`scrape::protocols`].
pub(crate) fn protocols(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    scrape::protocols(section, report);
}
