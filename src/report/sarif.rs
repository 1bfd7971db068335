//! SARIF 2.1.0 (OASIS, errata 01), for code scanning.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::outcome::{HiddenBy, Outcome, Reported, Suppressed};
use super::{Options, RuleInfo, json as report, neutral};
use crate::finding::{Finding, Fix, Place, Redacted, Severity, Unchecked};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What relative paths are relative to: the folder in which promvet was started.
const BASE: &str = "%SRCROOT%";

/// The key of fingerprints, with the version of how they are made.
const FINGERPRINT: &str = "promvet/v2";

/// The notification for what could not be checked.
const UNCHECKED: &str = "unchecked";

/// A log, its keys in the order in which all others are.
#[derive(Serialize)]
struct Log<N, R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [SarifRun<N, R>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<N, R> {
    column_kind: &'static str,
    invocations: [Invocation<N>; 1],
    original_uri_base_ids: Value,
    results: R,
    tool: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<N> {
    execution_successful: bool,
    tool_execution_notifications: N,
}

/// A list whose items are made when they are written: all at once take many times the memory of
/// the findings that they show.
struct Streamed<F>(F);

impl<F, I> Serialize for Streamed<F>
where
    F: Fn() -> I,
    I: Iterator<Item = Value>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

pub(super) fn write(
    outcome: &Outcome,
    to: &mut dyn Write,
    options: &Options<'_>,
) -> io::Result<()> {
    let index: HashMap<&str, usize> = options
        .rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (rule.name, index))
        .collect();
    let results = || {
        let shown = outcome.findings().iter().map(|it| result(it, &index));
        let hidden = outcome.suppressed().iter();
        shown.chain(hidden.map(|it| suppressed(it, &index)))
    };
    let run = SarifRun {
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: Streamed(|| outcome.unchecked().iter().map(notification)),
        }],
        original_uri_base_ids: json!({
            BASE: { "description": { "text": "The folder in which promvet was started." } }
        }),
        results: Streamed(results),
        tool: json!({ "driver": driver(options.rules) }),
    };
    let log = Log {
        schema: SCHEMA,
        runs: [run],
        version: "2.1.0",
    };
    report::write_line(&log, to)
}

fn driver(rules: &[RuleInfo<'_>]) -> Value {
    json!({
        "name": "promvet",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        "notifications": [{
            "id": UNCHECKED,
            "name": "CouldNotBeChecked",
            "shortDescription": { "text": "A place that could not be judged." },
            "fullDescription": {
                "text": "promvet could not check this place; it may be right or wrong."
            },
            "help": { "text": "The message says why, and what would settle it." },
        }],
    })
}

fn rule(rule: &RuleInfo<'_>) -> Value {
    let group = rule.name.split('/').next().unwrap_or(rule.name);
    let mut object = json!({
        "id": rule.name,
        "name": pascal(rule.name),
        "shortDescription": { "text": sentence(rule.title) },
        "fullDescription": { "text": sentence(rule.title) },
        "help": { "text": rule.page, "markdown": rule.page },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": ["prometheus", group],
            "problem.severity": problem(rule.severity),
        },
    });
    if let (Some(fields), false) = (object.as_object_mut(), rule.own) {
        let repository = env!("CARGO_PKG_REPOSITORY");
        let page = format!("{repository}/blob/main/rules/{}.md", rule.name);
        fields.insert("helpUri".into(), page.into());
    }
    object
}

fn result(it: &Reported, rules: &HashMap<&str, usize>) -> Value {
    let finding = &it.finding;
    let mut text = message(&finding.message);
    if let Some(help) = &finding.help_line() {
        let _ = write!(text, "\n{}", message(help));
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(&finding.place, &finding.logical)],
        "partialFingerprints": { FINGERPRINT: it.fingerprint },
    });
    let Some(object) = result.as_object_mut() else {
        return result;
    };
    if let Some(&index) = rules.get(&*finding.rule) {
        object.insert("ruleIndex".into(), index.into());
    }
    if !finding.evidence.is_empty() {
        object.insert("relatedLocations".into(), related(finding));
    }
    if let Some(fix) = finding.fix.as_ref().and_then(|it| fixed(finding, it)) {
        object.insert("fixes".into(), json!([fix]));
    }
    result
}

/// A result with why it is hidden (section 3.27.23).
fn suppressed(it: &Suppressed, rules: &HashMap<&str, usize>) -> Value {
    let mut result = result(&it.reported, rules);
    let kind = match it.hiding.by {
        HiddenBy::Comment => "inSource",
        HiddenBy::Baseline => "external",
    };
    let mut suppression = json!({ "kind": kind, "status": "accepted" });
    if let (Some(object), Some(reason)) = (suppression.as_object_mut(), &it.hiding.reason) {
        let until = it.hiding.until.as_deref();
        let until = until.map_or(String::new(), |until| format!(" (until {until})"));
        let text = format!("{}{until}", message(reason));
        object.insert("justification".into(), text.into());
    }
    if let Some(object) = result.as_object_mut() {
        object.insert("suppressions".into(), json!([suppression]));
    }
    result
}

fn related(finding: &Redacted<Finding>) -> Value {
    let related = finding.evidence.iter().enumerate().map(|(id, proof)| {
        json!({
            "id": id + 1,
            "physicalLocation": physical(&proof.place),
            "message": { "text": message(&proof.message) },
        })
    });
    related.collect()
}

fn fixed(finding: &Redacted<Finding>, fix: &Fix) -> Option<Value> {
    if report::shows_secret(&finding.place, fix) {
        return None;
    }
    let replacements = fix.edits.iter().map(|(span, text)| {
        json!({
            "deletedRegion": region(&finding.place.sibling(*span)),
            "insertedContent": { "text": text },
        })
    });
    let mut object = json!({
        "description": { "text": message(&fix.title) },
        "artifactChanges": [{
            "artifactLocation": artifact(finding.place.path()),
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    });
    // SARIF has no word for it, and viewers show the description only.
    if !fix.safe
        && let Some(map) = object.as_object_mut()
    {
        let text = format!(
            "{} (unsafe: it may change what the configuration means)",
            fix.title
        );
        map.insert("description".into(), json!({ "text": message(&text) }));
        map.insert("properties".into(), json!({ "applicability": "unsafe" }));
    }
    Some(object)
}

/// What could not be checked: a notification of the one invocation.
fn notification(it: &Redacted<Unchecked>) -> Value {
    let mut text = message(&it.reason);
    if let Some(settle) = &it.settle {
        let _ = write!(text, "\n{}", message(settle));
    }
    json!({
        "descriptor": { "id": UNCHECKED, "index": 0 },
        "level": "note",
        "message": { "text": text },
        "locations": [location(&it.place, &it.logical)],
    })
}

fn location(place: &Place, logical: &str) -> Value {
    let mut location = json!({ "physicalLocation": physical(place) });
    if let (Some(object), false) = (location.as_object_mut(), logical.is_empty()) {
        let logical = json!([{ "fullyQualifiedName": neutral::line(logical), "kind": "member" }]);
        object.insert("logicalLocations".into(), logical);
    }
    location
}

fn physical(place: &Place) -> Value {
    json!({ "artifactLocation": artifact(place.path()), "region": region(place) })
}

/// `endColumn` is the column after the last character, as ours is.
fn region(place: &Place) -> Value {
    let (start, end) = (place.start(), place.end());
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn artifact(path: &str) -> Value {
    if let Some(path) = path.strip_prefix('/') {
        return json!({ "uri": format!("file:///{}", encoded(path)) });
    }
    match path.split_once(':') {
        Some((drive, path)) if drive.len() == 1 && path.starts_with('/') => {
            json!({ "uri": format!("file:///{drive}:{}", encoded(path)) })
        }
        _ => json!({ "uri": encoded(path), "uriBaseId": BASE }),
    }
}

/// A path as a relative reference (RFC 3986): all but unreserved characters and `/` are encoded.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// A sentence of a finding, in which nothing is a link (section 3.11.6).
fn message(text: &str) -> String {
    neutral::lines(text).replace("](", "] (")
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// The word that GitHub sorts by.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "recommendation",
        other => other.word(),
    }
}

/// `RemoteWriteUrlShape` for `remote-write/url-shape`.
fn pascal(name: &str) -> String {
    let words = name.split(['/', '-']);
    let words = words.filter_map(|word| {
        let mut chars = word.chars();
        let first = chars.next()?.to_ascii_uppercase();
        Some(std::iter::once(first).chain(chars).collect::<String>())
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        for (path, expected) in [
            (
                "a/b.yml",
                json!({ "uri": "a/b.yml", "uriBaseId": "%SRCROOT%" }),
            ),
            (
                "a:b c/ü#?.yml",
                json!({ "uri": "a%3Ab%20c/%C3%BC%23%3F.yml", "uriBaseId": "%SRCROOT%" }),
            ),
            ("/etc/p.yml", json!({ "uri": "file:///etc/p.yml" })),
            ("C:/p.yml", json!({ "uri": "file:///C:/p.yml" })),
        ] {
            assert_eq!(artifact(path), expected);
        }
    }

    #[test]
    fn rules_have_a_name_in_one_word() {
        assert_eq!(pascal("remote-write/url-shape"), "RemoteWriteUrlShape");
    }
}
