//! What is wrong in values of the chart `prometheus`.

use super::super::super::values::SERVER_FILES;
use super::of_key;
use crate::finding::{Advice, Finding, Severity, rule};
use crate::yaml::Node;

/// `extraScrapeConfigs` as a list: the chart pastes a text (`values.schema.json` of 19.4.0 and newer).
pub(super) fn list_of_jobs(values: Node<'_>) -> Option<Finding> {
    let entry = values.mapping()?.entry("extraScrapeConfigs")?;
    let list = entry.value.sequence()?;
    list.iter().next()?;
    let message = "`extraScrapeConfigs`: expected text, found a list: the chart does not render";
    Some(
        of_key(
            entry.key,
            rule::SCHEMA_WRONG_TYPE,
            Severity::Warning,
            message.to_owned(),
        )
        .help("write a text: `extraScrapeConfigs: |`, and the list below it"),
    )
}

/// `scrapeConfigs` as a list: the chart takes a mapping since 28.0.0, and did not read it before. Values of
/// another chart may have a list there, so that something else must tell that they are for this one.
pub(super) fn list_for_mapping(values: Node<'_>, is_named: bool) -> Option<Finding> {
    const OF_THIS: &[&str] = &[
        SERVER_FILES,
        "alertmanagerFiles",
        "configmapReload",
        "extraScrapeConfigs",
    ];
    let entry = values.mapping()?.entry("scrapeConfigs")?;
    entry.value.items().next()?;
    let is_sure = is_named || OF_THIS.iter().any(|key| values.get(key).is_some());
    let message =
        "`scrapeConfigs`: since its release 28.0.0, the chart expects a mapping from names to jobs";
    let found = || {
        let severity = Severity::Warning;
        of_key(
            entry.key,
            rule::SCHEMA_WRONG_TYPE,
            severity,
            message.to_owned(),
        )
        .help(Advice::write(
            "write `<name>: {…}` for each job, or a text below `extraScrapeConfigs`",
        ))
    };
    is_sure.then(found)
}

/// Keys of `server` that take the place of others, where these are, and the others (`charts/prometheus`
/// 28.0.0 templates/cm.yaml, deploy.yaml).
const REPLACED: &[(&str, &[&str])] = &[
    ("configFromSecret", OF_CONFIGURATION),
    ("configMapOverrideName", OF_CONFIGURATION),
    (
        "defaultFlagsOverride",
        &[
            "baseURL",
            "extraArgs",
            "extraFlags",
            "prefixURL",
            "retention",
            "retentionSize",
        ],
    ),
];

const OF_CONFIGURATION: &[&str] = &[
    "exemplars",
    "global",
    "otlp",
    "remoteRead",
    "remoteWrite",
    "tsdb",
];

/// What is written in `server` although another key takes its place.
pub(super) fn unused(values: Node<'_>, server: Option<Node<'_>>) -> Vec<Finding> {
    let is_set = |node: Node<'_>| match node.scalar() {
        Some(scalar) => !scalar.is_null() && !scalar.text.is_empty(),
        None => node.items().next().is_some() || has_entries(node),
    };
    let mut out = Vec::new();
    let Some(server) = server.and_then(Node::mapping) else {
        return out;
    };
    for (by, others) in REPLACED {
        let Some(replacing) = server.entry(by).filter(|entry| is_set(entry.value)) else {
            continue;
        };
        let own = others.iter().filter_map(|key| server.entry(key));
        let jobs = values.mapping().filter(|_| *others == OF_CONFIGURATION);
        let jobs = jobs.into_iter().flat_map(|values| {
            let keys = ["extraScrapeConfigs", "scrapeConfigs"].into_iter();
            keys.filter_map(move |key| values.entry(key))
        });
        let found = own.chain(jobs).filter(|entry| is_set(entry.value));
        out.extend(found.map(|entry| {
            let message = format!(
                "`{}`: `{by}` takes its place, so it does nothing",
                entry.name()
            );
            let finding = of_key(entry.key, rule::SCHEMA_CONFLICT, Severity::Info, message);
            let finding = finding.help("delete one of the two");
            finding.evidence(replacing.key.place(), "this takes its place")
        }));
    }
    out
}

/// Flags in the place of the chart's own without the one that names the configuration. They replace
/// those of the image too, so that Prometheus looks for `prometheus.yml` where it starts, which is
/// `/prometheus` (Dockerfile of prometheus/prometheus).
pub(super) fn without_configuration(server: Node<'_>) -> Option<Finding> {
    let flags = server.mapping()?.entry("defaultFlagsOverride")?;
    let is_own = server
        .get("command")
        .is_some_and(|command| command.items().next().is_some());
    let names = |flag: Node<'_>| {
        let text = flag.as_str().unwrap_or_default();
        // A line may have several flags, and a tag may be any.
        text.contains("config.file") || text.contains("{{") || text.starts_with('@')
    };
    if is_own || flags.value.items().next().is_none() || flags.value.items().any(names) {
        return None;
    }
    let message = "`defaultFlagsOverride` has no `--config.file`: Prometheus finds no configuration and does not start";
    let finding = of_key(
        flags.key,
        rule::START_CONFIG_FILE,
        Severity::Warning,
        message.to_owned(),
    );
    Some(finding.help("add `--config.file=/etc/config/prometheus.yml`"))
}

fn has_entries(node: Node<'_>) -> bool {
    let mapping = node.mapping();
    mapping.is_some_and(|mapping| mapping.entries().next().is_some())
}
