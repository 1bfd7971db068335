//! A JSON Schema of a configuration, for editors.
//!
//! It says as much as JSON Schema can: keys, kinds, sets of words, forms of durations and sizes,
//! what has to be there. It never rejects what Prometheus loads, as far as YAML can be told from
//! its JSON: quotes are lost there, so that `"10"` for a number is a string, and `yes` a boolean.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::table::{By, Enum, KeyDefault, NullItem, Reference, Required, Struct, Type, WrittenKey};
use super::tables::CONFIG;
use super::version::Version;

/// As `model.ParseDuration` reads it; at least one unit is seen to by `minLength`.
/// Units in order and each once, since `model.ParseDuration` rejects `1m1h` and `1h1h`.
const DURATION: &str =
    "^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$";

/// As `units.ParseBase2Bytes` reads it, without telling the two families of units apart.
const SIZE: &str = "^[+-]?(0|([0-9.]+([KMGTPE]i?)?B)+)$";

/// A pattern with stars only in the last part of the path.
const PATTERN: &str = "^[^*]*(\\*[^/]*)?$";

/// A pattern of files with targets.
const TARGETS: &str = "^[^*]*(\\*[^/]*)?\\.(json|yml|yaml|JSON|YML|YAML)$";

/// The JSON Schema (draft 7, which editors know) of `prometheus.yml` for a version.
/// Draft 7, since yaml-language-server and IntelliJ read no newer one completely.
#[must_use]
pub fn json_schema(version: Version) -> Value {
    let mut out = Writer {
        version,
        definitions: BTreeMap::new(),
    };
    let root = out.reference(&CONFIG);
    let definitions: Map<String, Value> = out.definitions.into_iter().collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": format!("urn:promvet:prometheus:{version}"),
        "title": format!("Prometheus {version}"),
        "allOf": [root],
        "definitions": definitions,
    })
}

struct Writer {
    version: Version,
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    /// A reference to the definition of a section, which is written when it is first asked for.
    fn reference(&mut self, of: &'static Struct) -> Value {
        let name = of.name.to_owned();
        if !self.definitions.contains_key(&name) {
            // Noted before it is written, so that a section that contains itself does not recurse
            // for ever.
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.section(of);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn section(&mut self, of: &'static Struct) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for found in of.all() {
            if !found.known(self.version) {
                continue;
            }
            // What has a default is there even if no one writes it.
            if found.field.required != Required::No && found.field.default.is_none() {
                required.push(found.field.key);
            }
            properties.insert(found.field.key.to_owned(), self.key(found));
        }
        json!({
            // An empty section is null in YAML, and Prometheus loads it, so that editors must not
            // mark it.
            "type": ["object", "null"],
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }

    fn key(&mut self, found: WrittenKey) -> Value {
        let field = found.field;
        let mut all = vec![self.value(&field.ty)];
        match field.required {
            Required::No => {}
            Required::Present => all.push(json!({ "not": { "type": "null" } })),
            // JSON Schema has no word for empty, so that the empty values are listed.
            Required::Filled => all.push(json!({
                "not": { "enum": [null, "", []] }
            })),
        }
        let mut out = json!({ "allOf": all });
        let mut say = |key: &str, value: Value| {
            if let Some(object) = out.as_object_mut() {
                object.insert(key.to_owned(), value);
            }
        };
        say("description", json!(self.description(found)));
        if let Some(default) = field.default.and_then(KeyDefault::value) {
            say("default", json!(default));
        }
        if matches!(field.ty, Type::Secret) {
            // So that editors and generators that know the keyword do not show the value.
            say("writeOnly", json!(true));
        }
        out
    }

    fn description(&self, found: WrittenKey) -> String {
        let field = found.field;
        let mut parts = Vec::new();
        if field.accidental {
            parts.push("Accepted by accident; does nothing.".to_owned());
        }
        if let Some((since, instead)) = field.deprecated.filter(|(since, _)| *since <= self.version)
        {
            parts.push(format!("Deprecated since {since}: {instead}."));
        }
        if let Some(when) = field.needed {
            parts.push(format!("Required: {when}."));
        }
        parts.extend(field.flag.map(|flag| format!("{flag}.")));
        parts.extend(field.note.map(|note| format!("{note}.")));
        if found.since > Version::OLDEST {
            parts.push(format!("Since Prometheus {}.", found.since));
        }
        parts.join(" ")
    }

    fn value(&mut self, ty: &Type) -> Value {
        match ty {
            Type::Any => json!({}),
            Type::Bool => json!({ "type": ["boolean", "null"] }),
            Type::Float => json!({ "type": ["number", "null"] }),
            Type::Int => json!({
                "type": ["number", "null"],
                "minimum": i64::MIN,
                "maximum": i64::MAX,
            }),
            Type::Uint => json!({
                "type": ["number", "null"],
                "maximum": u64::MAX,
                "not": { "type": "integer", "exclusiveMaximum": 0 },
            }),
            Type::Duration => text(json!({ "pattern": DURATION, "minLength": 1 })),
            Type::ByteSize => text(json!({ "pattern": SIZE })),
            Type::LabelName if self.version.major < 3 => {
                text(json!({ "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$" }))
            }
            Type::LabelName => text(json!({ "minLength": 1 })),
            Type::File(Reference::Rules | Reference::ScrapeConfigs, _) => {
                text(json!({ "pattern": PATTERN }))
            }
            Type::File(Reference::Targets, _) => json!({ "type": "string", "pattern": TARGETS }),
            Type::Enum(set) => self.words(set),
            Type::List(item) => self.list(item),
            Type::Map(name, value) => {
                // Only the empty name is refused whatever the release, so that nothing more is
                // asked.
                let names = match name {
                    Type::LabelName => json!({ "minLength": 1 }),
                    _ => json!({}),
                };
                json!({
                    "type": ["object", "null"],
                    "propertyNames": names,
                    "additionalProperties": self.value(value),
                })
            }
            Type::Section(of) => self.reference(of),
            _ => text(json!({})),
        }
    }

    fn list(&mut self, item: &Type) -> Value {
        let mut items = self.value(item);
        // A null item that passes is a section in which everything is zero.
        if let Type::Section(of) = item
            && (of.null_item != NullItem::Zero || self.has_required(of))
        {
            items = json!({ "allOf": [items, { "type": "object" }] });
        }
        json!({ "type": ["array", "null"], "items": items })
    }

    fn has_required(&self, of: &'static Struct) -> bool {
        let mut all = of.all().into_iter();
        all.any(|found| found.known(self.version) && found.field.required != Required::No)
    }

    fn words(&self, set: &Enum) -> Value {
        // What is refused only beside some other key is not reported here.
        if let By::Check(always) = set.by
            && always.is_none_or(|since| self.version < since)
        {
            return text(json!({}));
        }
        let known = set.words.iter().filter(|word| word.known(self.version));
        let mut forms: Vec<Value> = if set.any_case {
            known
                .map(|word| json!({ "type": "string", "pattern": any_case(word.text) }))
                .collect()
        } else {
            let mut words: Vec<&str> = known.map(|word| word.text).collect();
            if set.empty {
                words.push("");
            }
            vec![json!({ "enum": words })]
        };
        if set.empty || set.by == By::Decoder {
            forms.push(json!({ "type": "null" }));
        }
        json!({ "anyOf": forms })
    }
}

/// Text of some form, or null. JSON has lost how a number or a boolean was written, so of those
/// only the kind is looked at.
/// `external_labels: {a: 1}` loads, since go-yaml takes the source text of a scalar for a string.
fn text(form: Value) -> Value {
    let mut out = json!({ "type": ["string", "number", "boolean", "null"] });
    if let (Some(out), Value::Object(form)) = (out.as_object_mut(), form) {
        out.extend(form);
    }
    out
}

/// A pattern for a word in any case: `^[aA][bB]$`.
/// JSON Schema has no flag for case, so that each letter is a class.
fn any_case(word: &str) -> String {
    let letters = word.chars().map(|c| {
        let (lower, upper) = (c.to_ascii_lowercase(), c.to_ascii_uppercase());
        format!("[{lower}{upper}]")
    });
    format!("^{}$", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse_first;
    use crate::{TargetReleases, check};
    use promvet_text::{Severity, Text};

    /// The part of JSON Schema that is used here.
    fn valid(root: &Value, schema: &Value, value: &Value) -> bool {
        let Some(schema) = schema.as_object() else {
            return schema.as_bool().unwrap_or(true);
        };
        schema.iter().all(|(word, says)| match word.as_str() {
            "$ref" => {
                let name = says.as_str().unwrap().rsplit('/').next().unwrap();
                valid(root, &root["definitions"][name], value)
            }
            "allOf" => says
                .as_array()
                .unwrap()
                .iter()
                .all(|schema| valid(root, schema, value)),
            "anyOf" => says
                .as_array()
                .unwrap()
                .iter()
                .any(|schema| valid(root, schema, value)),
            "not" => !valid(root, says, value),
            "enum" => says.as_array().unwrap().contains(value),
            "type" => match says {
                Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
                kind => is(kind, value),
            },
            "minimum" => value.as_f64().is_none_or(|n| n >= says.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= says.as_f64().unwrap()),
            "exclusiveMaximum" => value.as_f64().is_none_or(|n| n < says.as_f64().unwrap()),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.len() as u64 >= says.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| {
                regex::Regex::new(says.as_str().unwrap())
                    .unwrap()
                    .is_match(text)
            }),
            "required" => value.as_object().is_none_or(|object| {
                says.as_array()
                    .unwrap()
                    .iter()
                    .all(|key| object.contains_key(key.as_str().unwrap()))
            }),
            "properties" => value.as_object().is_none_or(|object| {
                object
                    .iter()
                    .all(|(key, value)| says.get(key).is_none_or(|says| valid(root, says, value)))
            }),
            "additionalProperties" => value.as_object().is_none_or(|object| {
                let known = schema.get("properties");
                object
                    .iter()
                    .filter(|(key, _)| known.is_none_or(|known| known.get(key).is_none()))
                    .all(|(_, value)| says != &json!(false) && valid(root, says, value))
            }),
            "propertyNames" => value
                .as_object()
                .is_none_or(|object| object.keys().all(|key| valid(root, says, &json!(key)))),
            "items" => value
                .as_array()
                .is_none_or(|list| list.iter().all(|item| valid(root, says, item))),
            "$schema" | "$id" | "title" | "definitions" | "description" | "default"
            | "writeOnly" => true,
            other => panic!("unknown word {other}"),
        })
    }

    fn is(kind: &Value, value: &Value) -> bool {
        match kind.as_str().unwrap() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "number" => value.is_number(),
            "integer" => value.is_i64() || value.is_u64(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("{other}"),
        }
    }

    /// JSON is YAML, so that the walker can judge the same texts.
    #[test]
    fn the_schema_and_the_walker_agree() {
        let version = Version::NEWEST;
        let schema = json_schema(version);
        for (text, good) in [
            ("{}", true),
            (r#"{"global": null, "scrape_configs": []}"#, true),
            (
                r#"{"scrape_configs": [{"job_name": 1.5, "honor_labels": true}]}"#,
                true,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "sample_limit": -1}]}"#,
                false,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "sample_limit": "1"}]}"#,
                false,
            ),
            (r#"{"scrape_configs": [{}]}"#, false),
            (r#"{"scrape_configs": [{"job_name": ""}]}"#, false),
            (r#"{"scrape_configs": [null]}"#, false),
            (r#"{"scrape_configs": {"job_name": "a"}}"#, false),
            (
                r#"{"scrape_configs": [{"job_name": "a", "scrape_interval": "1m30s"}]}"#,
                true,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "scrape_interval": "1.5m"}]}"#,
                false,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "scrape_interval": ""}]}"#,
                false,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "body_size_limit": "5MB"}]}"#,
                true,
            ),
            (
                r#"{"scrape_configs": [{"job_name": "a", "body_size_limit": "5mb"}]}"#,
                false,
            ),
            (r#"{"remote_write": [{"url": ""}]}"#, true),
            (r#"{"remote_write": [{"url": null}]}"#, false),
            (
                r#"{"remote_write": [{"url": "http://h", "tls_config": {"min_version": "TLS9"}}]}"#,
                false,
            ),
            (
                r#"{"alerting": {"alertmanagers": [{"api_version": "v1"}]}}"#,
                false,
            ),
            (
                r#"{"alerting": {"alertmanagers": [{"api_version": null}]}}"#,
                true,
            ),
            (
                r#"{"alerting": {"alert_relabel_configs": [{"action": "KEEP"}]}}"#,
                true,
            ),
            (
                r#"{"alerting": {"alert_relabel_configs": [{"action": "kept"}]}}"#,
                false,
            ),
            (r#"{"tracing": {}}"#, false),
            (
                r#"{"scrape_configs": [{"job_name": "a", "ovhcloud_sd_configs": [{"application_key":
                    "a", "application_secret": "b", "consumer_key": "c", "service": "vps"}]}]}"#,
                true,
            ),
            (
                r#"{"tracing": {"endpoint": "a:1", "compression": null}}"#,
                true,
            ),
            (r#"{"rule_files": ["a/*.yml", null]}"#, true),
            (r#"{"rule_files": ["a/*/b.yml"]}"#, false),
            (r#"{"x-anchors": {}}"#, false),
            (r#"{"otlp": {"translation_strategy": ""}}"#, true),
            (
                r#"{"storage": {"tsdb": {"outofordertimewindow": 1}}}"#,
                true,
            ),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(valid(&schema, &schema, &value), good, "schema: {text}");
            let source = Text::new("p.yml", text.as_bytes().to_vec());
            let findings = check(&parse_first(&source).unwrap(), &TargetReleases::of(version));
            let refused = findings
                .iter()
                .any(|finding| finding.severity == Severity::Error);
            assert_eq!(!refused, good, "walker: {text} {findings:?}");
        }
    }

    #[test]
    fn keys_follow_the_version() {
        let knows = |version: &str| {
            let schema = json_schema(Version::parse(version).unwrap());
            schema["definitions"]["Config"]["properties"]
                .get("otlp")
                .is_some()
        };
        assert!(!knows("2.53") && knows("3.0"));
    }
}
