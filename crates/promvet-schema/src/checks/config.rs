//! What concerns several sections of a configuration.

use crate::dialect::refused;
use std::collections::HashMap;

use super::global;
use crate::check::{Rule, SchemaReport};
use crate::section::Section;
use crate::tables;
use crate::words;
use crate::yaml::Entry;

const VALIDATION: &str = "metric_name_validation_scheme";
const ESCAPING: &str = "metric_name_escaping_scheme";

/// The milliseconds of a key that is set; none if it is absent, null, zero or unreadable.
/// Zero counts as absent, since `model.Duration` has no other way to say that nothing was written.
pub(super) fn explicit_millis(section: &Section<'_>, key: &str) -> Option<i64> {
    section.node(key)?;
    section.millis(key).filter(|millis| *millis != 0)
}

/// Reports that the timeout of a section is above the interval of the same or another one.
pub(super) fn exceeds(
    section: &Section<'_>,
    interval_of: Option<&Section<'_>>,
    report: &mut SchemaReport<'_>,
) {
    let Some(timeout) = section.entry("scrape_timeout") else {
        return;
    };
    let interval = interval_of.and_then(|section| section.entry("scrape_interval"));
    let shown = interval
        .and_then(|entry| entry.value.as_str())
        .unwrap_or("1m, the default");
    let said = report.at(
        Rule::Conflict,
        timeout.value,
        refused(format!(
            "`scrape_timeout` ({}) is above `scrape_interval` ({shown})",
            timeout.value.as_str().unwrap_or_default(),
        )),
    );
    let said = said.help("lower the timeout or raise the interval");
    if let Some(entry) = interval {
        said.evidence(entry.value.place(), "the interval is set here");
    }
}

/// Jobs: their own names, timeouts that fit, schemes that exist.
/// Imitates the loop over `ScrapeConfigs` in `config.Config.UnmarshalYAML`.
pub(crate) fn jobs(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let global = section.section("global");
    let mut names = HashMap::new();
    let mut any = false;
    for job in section.sections("scrape_configs") {
        any = true;
        job_of(&job, global.as_ref(), report);
        unique(&job, "job_name", &mut names, report);
    }
    if let Some(global) = global.filter(|_| any) {
        schemes_known(&global, report);
    }
}

/// Jobs of an included file. That no job of another file has the same name is for those to say
/// who see all files.
pub(crate) fn included_jobs(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let global = report.inherited_global();
    let mut names = HashMap::new();
    for job in section.sections("scrape_configs") {
        job_of(&job, global.as_ref(), report);
        unique(&job, "job_name", &mut names, report);
    }
}

/// One job, with the global section that it inherits from.
fn job_of(job: &Section<'_>, global: Option<&Section<'_>>, report: &mut SchemaReport<'_>) {
    timeout(job, global, report);
    schemes_known(job, report);
    schemes_agree(job, global, report);
}

/// Imitates `config.ScrapeConfig.Validate` ("scrape timeout greater than scrape interval for scrape
/// config with job name").
fn timeout(job: &Section<'_>, global: Option<&Section<'_>>, report: &mut SchemaReport<'_>) {
    let Some(timeout) = explicit_millis(job, "scrape_timeout") else {
        return;
    };
    let inherited = || global.map_or(Some(global::INTERVAL), global::interval);
    let (interval, from) = match job.millis("scrape_interval") {
        // A zero interval is inherited, since `config.ScrapeConfig.Validate` compares it with 0.
        Some(0) => (inherited(), global),
        own => (own, Some(job)),
    };
    if interval.is_some_and(|interval| timeout > interval) {
        exceeds(job, from, report);
    }
}

/// The two name schemes are words that the version knows. The validation scheme is compared
/// while it is decoded since 3.6.0, in any case; before, and the escaping scheme always, only
/// where a job is validated.
fn schemes_known(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(3, 6, 0) {
        compare(section, VALIDATION, report);
    }
    compare(section, ESCAPING, report);
}

/// See [`schemes_known`].
pub(crate) fn validation_scheme(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.at_least(3, 6, 0) {
        compare(section, VALIDATION, report);
    }
}

fn compare(section: &Section<'_>, key: &str, report: &mut SchemaReport<'_>) {
    let set = match key {
        VALIDATION => &tables::METRIC_NAME_VALIDATION_SCHEME,
        _ => &tables::METRIC_NAME_ESCAPING_SCHEME,
    };
    let Some(node) = section.node(key) else {
        return;
    };
    let fault = node
        .as_str()
        .and_then(|text| words::not_among(set, &format!("`{key}`"), text, section.version()));
    if let Some(fault) = fault {
        let advice = fault.advice(node);
        report.at(fault.rule, node, fault.message).help(advice);
    }
}

/// The text of a key, if it is not empty.
fn set<'d>(section: &Section<'d>, key: &str) -> Option<&'d str> {
    section.non_empty(key)?.as_str()
}

/// `allow-utf-8` needs the scheme `utf8`. A job that sets neither escapes as the global section
/// says; a job that sets the validation scheme gets the escaping that fits it since 3.6.0.
/// Imitates the end of `config.ScrapeConfig.Validate`.
fn schemes_agree(job: &Section<'_>, global: Option<&Section<'_>>, report: &mut SchemaReport<'_>) {
    if !job.at_least(3, 4, 0) {
        return;
    }
    let holder_of = |key: &str| match set(job, key) {
        Some(_) => Some(job),
        None => global.filter(|global| set(global, key).is_some()),
    };
    let own_scheme = set(job, VALIDATION).is_some();
    let Some(holder) =
        holder_of(VALIDATION).filter(|holder| set(holder, VALIDATION) == Some("legacy"))
    else {
        return;
    };
    let inherits = !own_scheme || !job.at_least(3, 6, 0);
    let escaping = match set(job, ESCAPING) {
        Some(_) => Some(job),
        None if inherits => global.filter(|global| set(global, ESCAPING).is_some()),
        None => None,
    };
    let Some(legacy) = holder.entry(VALIDATION) else {
        return;
    };
    let words =
        refused("`allow-utf-8` needs the validation scheme `utf8`, but it is `legacy` here");
    let help = "use `underscores`, `dots` or `values`, or the validation scheme `utf8`";
    if let Some(entry) = escaping.and_then(|escaping| escaping.entry(ESCAPING)) {
        if entry.value.as_str() == Some("allow-utf-8") {
            report
                .at(Rule::Conflict, entry.value, words)
                .help(help)
                .evidence(legacy.value.place(), "the validation scheme is set here");
        }
    } else if inherits
        && own_scheme
        && global.and_then(|global| set(global, VALIDATION)) != Some("legacy")
    {
        report
            .at(
                Rule::Conflict,
                legacy.value,
                "with `legacy` in a job alone, Prometheus before 3.6 still escapes names as `allow-utf-8` and rejects the file",
            )
            .help("set `metric_name_escaping_scheme: underscores` beside it");
    }
}

/// Names of remote_write and remote_read entries are their own.
/// Imitates `config.Config.UnmarshalYAML` ("found multiple remote write configs with job name").
pub(crate) fn remotes(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    for key in ["remote_write", "remote_read"] {
        let mut names = HashMap::new();
        for entry in section.sections(key) {
            unique(&entry, "name", &mut names, report);
        }
    }
}

fn unique<'d>(
    section: &Section<'d>,
    key: &'static str,
    names: &mut HashMap<&'d str, Entry<'d>>,
    report: &mut SchemaReport<'_>,
) {
    // An empty name is not compared, since Prometheus makes one of a hash then.
    let Some(entry) = section
        .entry(key)
        .filter(|_| section.non_empty(key).is_some())
    else {
        return;
    };
    let Some(name) = entry.value.as_str() else {
        return;
    };
    let Some(first) = names.get(name) else {
        names.insert(name, entry);
        return;
    };
    let place = first.value.place();
    report
        .at(
            Rule::Duplicate,
            entry.value,
            refused(format!("`{key}` {name:?} is used twice")),
        )
        .evidence(place, "it is first used here")
        .help("give every entry a different name");
}

/// Translation strategies that keep names as they are need the scheme `utf8`.
/// Imitates the end of `config.Load`, which sees both sections.
pub(crate) fn otlp_names(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let (Some(global), Some(otlp)) = (section.section("global"), section.section("otlp")) else {
        return;
    };
    let (Some(scheme), Some(strategy)) =
        (global.entry(VALIDATION), otlp.entry("translation_strategy"))
    else {
        return;
    };
    let Some(word) = strategy.value.as_str() else {
        return;
    };
    let keeps = ["NoUTF8EscapingWithSuffixes", "NoTranslation"].contains(&word);
    if keeps && scheme.value.as_str() == Some("legacy") {
        let place = scheme.value.place();
        report
            .at(
                Rule::Conflict,
                strategy.value,
                refused(format!(
                    "`{word}` needs the validation scheme `utf8`, but it is `legacy`"
                )),
            )
            .evidence(place, "the validation scheme is set here")
            .help("use `UnderscoreEscapingWithSuffixes`, or the validation scheme `utf8`");
    }
}
