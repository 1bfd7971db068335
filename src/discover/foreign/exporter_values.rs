//! Values for which a Collector rejects its file (opentelemetry-collector-contrib v0.140.0
//! `exporter/prometheusremotewriteexporter/config.go`, `Validate`; opentelemetry-collector v0.140.0
//! `config/{configtls,confighttp}`).

use promvet_syntax::go;

use super::found;
use crate::finding::{Advice, Finding, Severity, placeholder, rule};
use crate::yaml::{Kind, Mapping, Node};

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
    out.extend(SWITCHES.iter().filter_map(|way| kind(exporter, way, true)));
    out.extend(NUMBERS.iter().filter_map(|way| kind(exporter, way, false)));
    out.extend(translation(exporter));
    out.extend(headers(exporter));
    out.extend(TWICE.iter().filter_map(|names| twice(exporter, *names)));
    out.extend(versions(exporter));
    out.extend(empty_label(exporter));
    out.extend(bad_variables(exporter));
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
    // A bare number counts as nanoseconds; other faults of the first are those of durations anywhere.
    let is_number = text.parse::<i64>().is_ok();
    let is_native = way == ["timeout"] && go::duration::duration(text).is_err();
    if is_number || is_native || text.is_empty() || go::standard::is_duration(text) {
        return None;
    }
    let name = way.last()?;
    // Prometheus knows days, weeks and years.
    let what = match go::duration::duration(text) {
        Ok(_) => "has a unit that the Collector does not know; it rejects the file",
        Err(_) => "is not a duration; the Collector rejects the file",
    };
    let message = format!("`{name}`: `{text}` {what}");
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Error, node, message);
    Some(finding.help("write it with a unit and without spaces: `30s`, or `24h` for a day"))
}

/// Values that are `true` or `false`.
const SWITCHES: &[&[&str]] = &[
    &["add_metric_suffixes"],
    QUEUE_ENABLED,
    &["resource_to_telemetry_conversion", "enabled"],
    &["retry_on_failure", "enabled"],
    &["send_metadata"],
    &["target_info", "enabled"],
    &["tls", "insecure"],
];

/// Values that are whole numbers.
const NUMBERS: &[&[&str]] = &[
    &["max_batch_request_parallelism"],
    &["max_batch_size_bytes"],
    &["remote_write_queue", "num_consumers"],
    QUEUE_SIZE,
];

/// A text where a number or a truth value belongs: the decoder makes neither of it (`confmap`, without
/// `WeaklyTypedInput`).
fn kind(exporter: Node<'_>, way: &[&str], is_switch: bool) -> Option<Finding> {
    let (node, text) = text(exporter, way)?;
    let is_right = match is_switch {
        true => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        // Sixteens and thousands apart (`0x10`, `1_000`) are numbers of YAML.
        false => text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)),
    };
    if is_right || node.is_null() || text.is_empty() {
        return None;
    }
    let name = way.last()?;
    let expected = match is_switch {
        true => "`true` or `false`",
        false => "a whole number",
    };
    let message =
        format!("`{name}`: expected {expected}, found `{text}`; the Collector rejects the file");
    let finding = found(rule::SCHEMA_WRONG_TYPE, Severity::Error, node, message);
    Some(finding.help(Advice::say(format!("write {expected}"))))
}

/// Names of metrics that the first version of the protocol cannot carry (`exporter/prometheusremotewriteexporter/config.go`,
/// `Validate`).
fn translation(exporter: Node<'_>) -> Option<Finding> {
    let (node, strategy) = text(exporter, &["translation_strategy"])?;
    let is_of_second = ["NoTranslation", "NoUTF8EscapingWithSuffixes"].contains(&strategy);
    // Without it, the first version counts.
    let version = exporter.get("protobuf_message").and_then(Node::as_str);
    let is_first = version.is_none_or(|version| version == "prometheus.WriteRequest");
    if !is_of_second || !is_first {
        return None;
    }
    let message = format!(
        "`translation_strategy`: `{strategy}` needs `protobuf_message: io.prometheus.write.v2.Request`; the Collector rejects the file"
    );
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Warning, node, message);
    Some(finding.help("set `protobuf_message`, or a strategy that escapes names"))
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
pub(super) fn bad_variables(node: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    below(node, &mut |node| out.extend(bad_variable(node)));
    out
}

/// All texts below a node.
fn below<'d>(node: Node<'d>, each: &mut dyn FnMut(Node<'d>)) {
    match node.kind() {
        Kind::Mapping(map) => map.written().for_each(|entry| below(entry.value, each)),
        Kind::Sequence(list) => list.iter().for_each(|item| below(item, each)),
        Kind::Scalar(_) => each(node),
    }
}

fn bad_variable(node: Node<'_>) -> Option<Finding> {
    let text = node.as_str()?;
    let (before, rest) = text.split_once("${env:")?;
    let (inner, _) = rest.split_once('}')?;
    let name = inner.split(":-").next()?;
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_right = name.chars().all(is_sign) && !name.starts_with(|c: char| c.is_ascii_digit());
    // With a dollar before it, it is text.
    if is_right || inner.contains("${") || before.ends_with('$') {
        return None;
    }
    let message = format!(
        "`{name}` is not a name of a variable, so the Collector rejects the file from 0.104 on"
    );
    let finding = found(rule::SCHEMA_INVALID_VALUE, Severity::Warning, node, message);
    Some(finding.help("use letters, digits and `_`; a default is written `${env:NAME:-DEFAULT}`"))
}
