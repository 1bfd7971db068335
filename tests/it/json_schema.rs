//! The JSON Schema that is printed: valid itself, and of one mind with the walker.

use std::collections::BTreeMap;

use crate::support::recorded;
use jsonschema::Validator;
use promvet::finding::{Finding, Severity, Text};
use promvet::schema::{TargetReleases, Version, check, describe, json_schema};
use promvet::yaml::{Kind, Node, parse_first};
use serde_json::{Map, Value, json};

#[test]
fn every_schema_is_valid_against_its_metaschema() {
    for text in ["2.0", "2.19", "2.26", "2.53", "3.0", "3.5", "3.14"] {
        let schema = json_schema(Version::parse(text).unwrap());
        if let Err(error) = jsonschema::draft7::meta::validate(&schema) {
            panic!("{text}: {error} at {}", error.instance_path());
        }
        jsonschema::draft7::new(&schema).unwrap();
    }
}

/// Verdicts of the schema and of the walker on one text.
struct Verdicts {
    schema: bool,
    walker: bool,
    /// Whether the walker rejects it for what a schema can say.
    sayable: bool,
    why: String,
}

/// Whether the schema can say what the walker found: keys and kinds it can, and keys that have to
/// be there by the table of their section; what a section needs only in some places it can't.
fn is_sayable(finding: &Finding) -> bool {
    match &*finding.rule {
        "schema/unknown-field" | "schema/wrong-type" => true,
        "schema/missing-field" => {
            let parts = finding.logical.split('.');
            let parts: Vec<_> = parts
                .map(|part| part.split('[').next().unwrap_or(part))
                .collect();
            let by_table = finding.message.contains("` is ");
            let page = describe(&parts.join(".")).filter(|_| by_table);
            page.is_some_and(|page| page.required == Some("always") && page.default.is_none())
        }
        _ => false,
    }
}

/// The verdicts; none for what is not YAML or not JSON.
fn verdicts(validator: &Validator, version: Version, text: &str) -> Option<Verdicts> {
    let source = Text::new("prometheus.yml", text.as_bytes().to_vec());
    let document = parse_first(&source).ok()?;
    let value = match document.root() {
        Some(root) => as_json(root)?,
        None => Value::Null,
    };
    let findings = check(&document, &TargetReleases::of(version));
    let errors: Vec<_> = findings
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .collect();
    let wrong = validator.iter_errors(&value).next();
    Some(Verdicts {
        schema: wrong.is_none(),
        walker: errors.is_empty(),
        sayable: errors.iter().any(|one| is_sayable(one)),
        why: match wrong {
            Some(error) => format!("{} at {}", error, error.instance_path()),
            None => errors
                .iter()
                .map(|one| format!("{}: {}; ", one.rule, one.message))
                .collect(),
        },
    })
}

/// A tree as an editor sees it: YAML 1.1 in JSON. None for what has no form in it.
fn as_json(node: Node<'_>) -> Option<Value> {
    Some(match node.kind() {
        Kind::Sequence(list) => Value::Array(list.iter().map(as_json).collect::<Option<_>>()?),
        Kind::Mapping(mapping) => {
            let mut out = Map::new();
            for entry in mapping.entries() {
                let key = entry.key.as_str()?.to_owned();
                if out.insert(key, as_json(entry.value)?).is_some() {
                    return None;
                }
            }
            Value::Object(out)
        }
        // Neither a tag nor the quotes of "null", which go-yaml takes for null, are seen in JSON.
        Kind::Scalar(scalar) if scalar.tag.is_some() => return None,
        Kind::Scalar(scalar) if !scalar.is_plain() && matches!(scalar.text, "null" | "~") => {
            return None;
        }
        Kind::Scalar(scalar) if scalar.is_null() => Value::Null,
        Kind::Scalar(scalar) if !scalar.is_plain() => json!(scalar.text),
        Kind::Scalar(scalar) => match (scalar.as_bool(), number(scalar.text)) {
            (Some(value), _) => json!(value),
            (None, Some(value)) => value,
            (None, None) => json!(scalar.text),
        },
    })
}

/// A plain scalar that YAML takes for a number.
fn number(text: &str) -> Option<Value> {
    let starts = text
        .trim_start_matches(['-', '+', '.'])
        .starts_with(|c: char| c.is_ascii_digit());
    if !starts {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Value::from);
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(json!(whole));
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(json!(whole));
    }
    let value: f64 = text.parse().ok()?;
    serde_json::Number::from_f64(value).map(Value::Number)
}

#[test]
fn the_schema_and_the_walker_agree_on_cases_of_their_own() {
    let version = Version::NEWEST;
    let validator = jsonschema::draft7::new(&json_schema(version)).unwrap();
    for (text, good) in [
        ("", true),
        ("global:\nscrape_configs:\n", true),
        (
            "scrape_configs:\n  - job_name: a\n    scrape_interval: 1m30s\n    honor_labels: yes\n",
            true,
        ),
        (
            "scrape_configs:\n  - job_name: a\n    sample_limit: 10\n    static_configs:\n      - targets: [a, 1]\n",
            true,
        ),
        (
            "remote_write:\n  - url: http://h/\n    queue_config: {max_shards: 5, capacity: 1e4}\n",
            true,
        ),
        ("otlp: {promote_resource_attributes: [a]}\n", true),
        (
            "scrape_configs:\n  - job_name: a\n    kubernetes_sd_configs:\n      - role: pod\n",
            true,
        ),
        ("glboal: {}\n", false),
        ("global: {scrape_intervall: 1m}\n", false),
        ("global: []\n", false),
        ("scrape_configs: {}\n", false),
        ("scrape_configs:\n  - scrape_interval: 1m\n", false),
        (
            "scrape_configs:\n  - job_name: a\n    scrape_interval: 1 minute\n",
            false,
        ),
        (
            "scrape_configs:\n  - job_name: a\n    honor_labels: 'true'\n",
            false,
        ),
        ("remote_write:\n  - remote_timeout: 1s\n", false),
        (
            "remote_write:\n  - url: http://h/\n    queue_config: {max_shards: five}\n",
            false,
        ),
        (
            "remote_write:\n  - url: http://h/\n    queue_config: {max_shards: '5'}\n",
            false,
        ),
        (
            "scrape_configs:\n  - job_name: a\n    scrape_classic_histograms: true\n",
            false,
        ),
        (
            "alerting:\n  alertmanagers:\n    - api_version: v1\n",
            false,
        ),
        ("[]\n", false),
        ("5\n", false),
    ] {
        let verdicts = verdicts(&validator, version, text).unwrap();
        assert_eq!(verdicts.schema, good, "schema: {text}{}", verdicts.why);
        assert_eq!(verdicts.walker, good, "walker: {text}{}", verdicts.why);
    }
}

/// How many good cases of the conformance data are tried.
const GOOD_CASES: usize = 2000;

/// Good cases must pass; of the others, those whose fault a schema can name must not.
#[test]
fn the_schema_and_the_walker_agree_on_conformance_cases() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let mut validators: BTreeMap<Version, Validator> = BTreeMap::new();
    let (mut good, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for case in recorded::cases::<Value>(&shared, "cases.jsonl.gz") {
        let text = case["text"].as_str().expect("a case has a text");
        for version in [Version::new(3, 5, 3), Version::NEWEST] {
            let validator = validators
                .entry(version)
                .or_insert_with(|| jsonschema::draft7::new(&json_schema(version)).unwrap());
            let Some(verdicts) = verdicts(validator, version, text) else {
                continue;
            };
            let agrees = match (verdicts.walker, verdicts.sayable) {
                (true, _) if good < GOOD_CASES => {
                    good += 1;
                    verdicts.schema
                }
                (false, true) => {
                    refused += 1;
                    !verdicts.schema
                }
                _ => true,
            };
            if !agrees {
                wrong.push(format!(
                    "{version}, case {}: {}\n",
                    case["id"], verdicts.why
                ));
            }
        }
    }
    assert!(
        good == GOOD_CASES && refused > 1000,
        "{good} good, {refused} refused"
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        good + refused,
        wrong.iter().take(20).cloned().collect::<String>()
    );
}
