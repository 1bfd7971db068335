//! The files that the chart `prometheus` makes of its values for its server: its configuration and what
//! is beside it in the same ConfigMap (prometheus-community/helm-charts `charts/prometheus` 28.0.0
//! values.yaml, templates/cm.yaml).

use super::super::values::SERVER_FILES;
use super::values::of_key;
use crate::finding::{Advice, Finding, Severity, nearest, rule};
use crate::yaml::{Entry, Node};

/// The folder that the chart makes of `serverFiles` and `ruleFiles`, and the rule files that its own
/// values have there.
const FOLDER: &str = "/etc/config/";
const OWN_RULES: &[&str] = &[
    "alerting_rules.yml",
    "alerts",
    "recording_rules.yml",
    "rules",
];

const CONFIGURATION: &str = "prometheus.yml";

/// What is reported about the files of some values.
pub(super) fn check(values: Node<'_>) -> Vec<Finding> {
    if has_own_configuration(values) {
        return Vec::new();
    }
    let mut out = missing_rules(values);
    out.extend(unloaded(values));
    out.extend(doubled(values));
    out
}

/// Whether something else takes the place of the configuration that the chart makes.
fn has_own_configuration(values: Node<'_>) -> bool {
    let server = values.get("server");
    let keys = ["configFromSecret", "configMapOverrideName"];
    let mut filled = keys.iter().filter_map(|key| server?.get(key)?.as_str());
    filled.any(|text| !text.is_empty())
}

/// The keys that become files in that folder, without those of the chart's own values.
fn keys(values: Node<'_>) -> impl Iterator<Item = Entry<'_>> {
    let maps = [SERVER_FILES, "ruleFiles"].into_iter();
    let maps = maps.filter_map(move |key| values.get(key)?.mapping());
    maps.flat_map(|map| map.entries())
}

/// The names of the files in that folder.
fn names(values: Node<'_>) -> Vec<&str> {
    let written = keys(values).map(|entry| entry.name());
    written.chain(OWN_RULES.iter().copied()).collect()
}

/// Whether a path in a configuration of the chart is in the folder that the chart makes, where what is
/// missing is reported with the values.
pub(crate) fn is_file_of_chart(path: Node<'_>) -> bool {
    let above = std::iter::successors(path.parent(), |node| node.parent());
    let mut values = above.filter(|node| node.get(SERVER_FILES).is_some());
    let name = path.as_str().and_then(in_folder);
    let of_values = |name| Some(is_known(name, values.next()?));
    name.and_then(of_values) == Some(true)
}

/// What a path or a pattern names in that folder itself.
fn in_folder(path: &str) -> Option<&str> {
    let name = path.strip_prefix(FOLDER)?;
    (!name.contains(['/', '{', '$'])).then_some(name)
}

/// Whether the values tell that a file is there, or that it is not.
fn is_known(name: &str, values: Node<'_>) -> bool {
    is_made(name, &names(values)) || !may_be_mounted(name, values)
}

/// Whether a name or a pattern is that of one of some files.
fn is_made(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| may_name(name, known))
}

/// Whether the server mounts something in the folder itself, or may write there.
fn may_be_mounted(name: &str, values: Node<'_>) -> bool {
    let Some(server) = values.get("server") else {
        return false;
    };
    let lists = [
        "extraConfigmapMounts",
        "extraHostPathMounts",
        "extraSecretMounts",
        "extraVolumeMounts",
    ];
    let mounts = lists.iter().filter_map(|list| server.get(list));
    let mut paths = mounts
        .flat_map(Node::items)
        .filter_map(|mount| mount.get("mountPath")?.as_str());
    let path = format!("{FOLDER}{name}");
    has_own_configuration(values)
        || paths.any(|mounted| {
            mounted == path
                || is_pattern(name) && mounted.starts_with(FOLDER)
                || mounted.trim_end_matches('/') == FOLDER.trim_end_matches('/')
                || mounted.contains(['{', '$'])
        })
}

/// Rule files that no key makes.
fn missing_rules(values: Node<'_>) -> Vec<Finding> {
    let names = names(values);
    let mut out = Vec::new();
    for node in rule_files(values).into_iter().flat_map(Node::items) {
        let name = node.as_str().and_then(in_folder);
        let Some(name) = name.filter(|name| !is_made(name, &names)) else {
            continue;
        };
        if may_be_mounted(name, values) {
            continue;
        }
        let key = match is_pattern(name) {
            true => format!("key that matches `{name}`"),
            false => format!("key `{name}`"),
        };
        let message = format!("`serverFiles` has no {key}, so that no rules are loaded");
        let finding = of_key(node, rule::FILES_MISSING, Severity::Warning, message);
        out.push(match nearest(name, names.iter().copied()) {
            Some(near) => finding.help(Advice::write(format!("write `{FOLDER}{near}`"))),
            None => finding.help(format!(
                "add `{name}` to `serverFiles`, or delete this line"
            )),
        });
    }
    out
}

fn rule_files(values: Node<'_>) -> Option<Node<'_>> {
    let files = values.get(SERVER_FILES);
    files?.get(CONFIGURATION)?.get("rule_files")
}

/// Keys with rules that `rule_files` does not name. Other values may have the list where it is not among
/// these, so that only what is nearly a name of the chart's own is reported there.
fn unloaded(values: Node<'_>) -> Vec<Finding> {
    let list = rule_files(values);
    let named: Vec<&str> = match list {
        Some(list) => list.items().filter_map(Node::as_str).collect(),
        None => Vec::new(),
    };
    if list.is_some_and(|list| list.sequence().is_none()) {
        return Vec::new();
    }
    let with_rules = keys(values).filter(|entry| {
        let groups = entry.value.get("groups");
        groups.is_some_and(|groups| groups.items().next().is_some())
    });
    let mut out = Vec::new();
    for entry in with_rules {
        let name = entry.name();
        let own = nearest(name, OWN_RULES.iter().copied());
        let is_lost = match list {
            Some(_) => !named.iter().any(|pattern| may_name(pattern, name)),
            None => own.is_some() && !OWN_RULES.contains(&name),
        };
        if !is_lost {
            continue;
        }
        let message =
            format!("`{name}`: `rule_files` does not name it, so its rules are not loaded");
        let finding = of_key(entry.key, rule::FILES_MISSING, Severity::Warning, message);
        let finding = finding.kind("not-loaded");
        out.push(match (list, own) {
            (None, Some(own)) => finding.help(Advice::write(format!("write `{own}`"))),
            _ => finding.help(format!("add `{FOLDER}{name}` to `rule_files`")),
        });
    }
    out
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Whether an entry of `rule_files` is a name of a file in the folder, or a pattern that may match it.
fn may_name(pattern: &str, name: &str) -> bool {
    let name = format!("{FOLDER}{name}");
    let is_open = |c: char| "*?[{$".contains(c);
    // A relative path starts from the folder of the configuration.
    let pattern = match pattern.starts_with('/') {
        true => pattern.to_owned(),
        false => format!("{FOLDER}{pattern}"),
    };
    match pattern.find(is_open) {
        Some(at) => pattern
            .get(..at)
            .is_some_and(|fixed| name.starts_with(fixed)),
        None => pattern == name,
    }
}

/// Sections that the chart writes into the configuration itself, and where it takes them from: where they
/// are in the file too, it has them twice.
const WRITTEN: &[(&str, &str)] = &[
    ("global", "global"),
    ("remote_read", "remoteRead"),
    ("remote_write", "remoteWrite"),
];

fn doubled(values: Node<'_>) -> Vec<Finding> {
    let file = values
        .get(SERVER_FILES)
        .and_then(|files| files.get(CONFIGURATION));
    let Some(file) = file.and_then(Node::mapping) else {
        return Vec::new();
    };
    let server = values.get("server").and_then(Node::mapping);
    let found = WRITTEN.iter().filter_map(|(section, key)| {
        let second = file.entry(section)?;
        let first = server.and_then(|server| server.entry(key));
        let is_filled = |node: Node<'_>| {
            let mapping = node.mapping();
            node.items().next().is_some()
                || mapping.is_some_and(|mapping| mapping.entries().next().is_some())
        };
        let first = first.filter(|entry| is_filled(entry.value));
        // The chart has values of its own for this one.
        if first.is_none() && *section != "global" {
            return None;
        }
        let message = format!(
            "`{section}`: the chart writes `server.{key}` there too; Prometheus rejects the section twice"
        );
        let finding = of_key(second.key, rule::SCHEMA_DUPLICATE, Severity::Warning, message);
        let finding = finding.help(format!("write all of it below `server.{key}`"));
        Some(match first {
            Some(first) => finding.evidence(first.key.place(), "it is set here too"),
            None => finding,
        })
    });
    found.collect()
}
