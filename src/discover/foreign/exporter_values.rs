//! Values for which a Collector rejects its file (opentelemetry-collector-contrib v0.140.0
//! `exporter/prometheusremotewriteexporter/config.go`, `Validate`; opentelemetry-collector v0.140.0
//! `config/{configtls,confighttp}`).

use promvet_syntax::go;

use super::found;
use crate::finding::{Advice, Finding, Severity, placeholder, rule};
use crate::yaml::{Mapping, Node};

/// Numbers, the least that each may be, and the switch without which the number is not looked at.
const LEAST: &[(&[&str], i64)] = &[
    (&["remote_write_queue", "num_consumers"], 0),
    (&["max_batch_request_parallelism"], 1),
    (&["max_batch_size_bytes"], 0),
];

/// The size of the queue, which may be 0 only where the queue is off.
const QUEUE_SIZE: &[&str] = &["remote_write_queue", "queue_size"];
const QUEUE_ENABLED: &[&str] = &["remote_write_queue", "enabled"];

/// Versions of TLS.
const VERSIONS: &[&str] = &["1.0", "1.1", "1.2", "1.3"];

/// Values that are one of some words. Newer releases may know more of those that only warn.
const WORDS: &[(&[&str], &[&str], Severity)] = &[
    (&["tls", "min_version"], VERSIONS, Severity::Error),
    (&["tls", "max_version"], VERSIONS, Severity::Error),
    (&["compression"], &["snappy"], Severity::Warning),
    (
        &["translation_strategy"],
        &[
            "UnderscoreEscapingWithSuffixes",
            "UnderscoreEscapingWithoutSuffixes",
            "NoUTF8EscapingWithSuffixes",
            "NoTranslation",
        ],
        Severity::Warning,
    ),
    (
        &["protobuf_message"],
        &["prometheus.WriteRequest", "io.prometheus.write.v2.Request"],
        Severity::Warning,
    ),
];

/// Durations of Go, which has no days.
const DURATIONS: &[&[&str]] = &[
    &["timeout"],
    &["idle_conn_timeout"],
    &["retry_on_failure", "initial_interval"],
    &["retry_on_failure", "max_interval"],
    &["retry_on_failure", "max_elapsed_time"],
];

/// What is wrong in an exporter.
pub(super) fn of_exporter(exporter: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    for (way, least) in LEAST {
        out.extend(number(exporter, way, *least));
    }
    let enabled = at(exporter, QUEUE_ENABLED).and_then(Node::as_str);
    let least = i64::from(enabled != Some("false"));
    out.extend(number(exporter, QUEUE_SIZE, least));
    for (way, words, severity) in WORDS {
        out.extend(word(exporter, way, words, *severity));
    }
    out.extend(DURATIONS.iter().filter_map(|way| duration(exporter, way)));
    out.extend(headers(exporter));
    out.extend(TWICE.iter().filter_map(|names| twice(exporter, *names)));
    out.extend(versions(exporter));
    out.extend(empty_label(exporter));
    out.extend(bad_variable(exporter));
    out
}

fn at<'d>(exporter: Node<'d>, way: &[&str]) -> Option<Node<'d>> {
    way.iter().try_fold(exporter, |node, key| node.get(key))
}

/// A value that nothing fills in.
fn text<'d>(exporter: Node<'d>, way: &[&str]) -> Option<(Node<'d>, &'d str)> {
    let node = at(exporter, way)?;
    let text = node.as_str()?;
    let is_filled = text.contains('$') || placeholder::find(text).next().is_some();
    (!is_filled).then_some((node, text))
}

fn number(exporter: Node<'_>, way: &[&str], least: i64) -> Option<Finding> {
    let (node, text) = text(exporter, way)?;
    let value = text.parse::<i64>().ok().filter(|value| *value < least)?;
    let name = way.last()?;
    let message = format!(
        "`{name}`: expected at least {least}, found {value}; the Collector rejects the file"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
    Some(finding.help(Advice::say(format!("set it to {least} or more"))))
}

fn word(exporter: Node<'_>, way: &[&str], words: &[&str], severity: Severity) -> Option<Finding> {
    let (node, text) = text(exporter, way)?;
    if text.is_empty() || words.contains(&text) {
        return None;
    }
    let name = way.last()?;
    let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let message = format!(
        "`{name}`: expected {}, found `{text}`; the Collector rejects the file",
        list.join(" or ")
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, severity, node, message);
    Some(finding.help(Advice::say(format!("write {}", list.last()?))))
}

fn duration(exporter: Node<'_>, way: &[&str]) -> Option<Finding> {
    let (node, text) = text(exporter, way)?;
    // Other faults are those of durations anywhere.
    if go::duration::duration(text).is_err() || !text.contains(['d', 'w', 'y']) {
        return None;
    }
    let name = way.last()?;
    let message = format!(
        "`{name}`: `{text}` has a unit that the Collector does not know; it rejects the file"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
    Some(finding.help("write it in hours: `24h` for a day"))
}

/// A part of TLS that may be in a file or in the configuration, and not in both (`config/configtls`,
/// `Config.Validate` and `loadCertificate`).
const TWICE: &[(&str, &str)] = &[
    ("ca_file", "ca_pem"),
    ("cert_file", "cert_pem"),
    ("key_file", "key_pem"),
];

fn twice(exporter: Node<'_>, (file, pem): (&str, &str)) -> Option<Finding> {
    let tls = exporter.get("tls")?.mapping()?;
    let set = |name: &str| {
        let entry = tls.entry(name)?;
        entry.value.as_str().filter(|text| !text.is_empty())?;
        Some(entry)
    };
    let (first, second) = (set(file)?, set(pem)?);
    if pem != "ca_pem" && super::pipelines::drops_tls(exporter).is_some() {
        return None;
    }
    let message =
        format!("only one of `{file}` and `{pem}` may be set; the Collector rejects the file");
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, second.key, message);
    let finding = finding.evidence(first.key.place(), "the other one is here");
    Some(finding.help(Advice::say(format!("remove `{file}` or `{pem}`"))))
}

fn versions(exporter: Node<'_>) -> Option<Finding> {
    let (_, least) = text(exporter, &["tls", "min_version"])?;
    let (node, most) = text(exporter, &["tls", "max_version"])?;
    let place = |version: &str| VERSIONS.iter().position(|known| *known == version);
    if place(least)? <= place(most)? {
        return None;
    }
    let message = format!(
        "`max_version`: `{most}` is below `min_version`, `{least}`; the Collector rejects the file"
    );
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, node, message);
    Some(finding.help(Advice::say(format!(
        "set `max_version` to `{least}` or above"
    ))))
}

fn headers(exporter: Node<'_>) -> Option<Finding> {
    let (node, text) = text(exporter, &["headers"])?;
    if node.is_null() || text.is_empty() {
        return None;
    }
    let message = "`headers`: expected a mapping, found a text; the Collector rejects the file";
    let rule = rule::SCHEMA_WRONG_TYPE;
    let finding = found(rule, Severity::Error, node, message.to_owned());
    Some(finding.help(Advice::write("write `headers: {NAME: VALUE}`")))
}

fn empty_label(exporter: Node<'_>) -> Option<Finding> {
    let labels = exporter.get("external_labels").and_then(Node::mapping);
    let mut labels = labels.into_iter().flat_map(Mapping::entries);
    let empty = labels.find(|label| label.value.as_str() == Some("") || label.name().is_empty())?;
    let message = format!(
        "`{}`: an external label may not be empty; the Collector rejects the file",
        empty.name()
    );
    let finding = found(
        rule::SCHEMA_INVALID_VALUE,
        Severity::Error,
        empty.value,
        message,
    );
    Some(finding.help("set a value, or remove the label"))
}

/// `${env:A-B}`: the name of a variable has letters, digits and `_` (`confmap/provider/envprovider`, since
/// 0.104).
fn bad_variable(exporter: Node<'_>) -> Option<Finding> {
    let values = exporter.mapping().into_iter().flat_map(Mapping::entries);
    let mut values = values.filter_map(|entry| Some((entry.value, entry.value.as_str()?)));
    let (node, name) = values.find_map(|(node, text)| {
        let (_, rest) = text.split_once("${env:")?;
        let (inner, _) = rest.split_once('}')?;
        let name = inner.split(":-").next()?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_right = name.chars().all(is_name) && !name.starts_with(|c: char| c.is_ascii_digit());
        (!is_right && !inner.contains("${")).then_some((node, name))
    })?;
    let message = format!(
        "`{name}` is not a name of a variable, so the Collector rejects the file from 0.104 on"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, node, message);
    Some(finding.help("use letters, digits and `_`; a default is written `${env:NAME:-DEFAULT}`"))
}
