//! Every field of the Operator's CustomResourceDefinitions with a good and with bad values, compared with what
//! the schema in the definition takes. The definitions are in the folder that `PROMVET_SHARED` names.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::memory;
use crate::support::recorded;
use promvet::finding::{Severity, Text};
use promvet::yaml::{Node, parse_first};

/// Parts of pods and volumes that promvet does not look into, and the status.
const NOT_JUDGED: &[&str] = &[
    "affinity",
    "containers",
    "dnsConfig",
    "emptyDir",
    "ephemeral",
    "excludedFromEnforcement",
    "hostAliases",
    "imagePullSecrets",
    "initContainers",
    "nodeSelector",
    "podMetadata",
    "podTemplate",
    "resources",
    "securityContext",
    "storage",
    "tolerations",
    "topologySpreadConstraints",
    "updateStrategy",
    "volumeClaimTemplate",
    "volumeMounts",
    "volumes",
];

/// What is not told: rules are judged as those of a file are, where a number is a name too.
const TAKEN: &[&str] = &["PrometheusRule.groups.[].name: 5"];

/// A field: the way to it, where `[]` is an item of a list, and its schema.
struct Field<'s> {
    way: Vec<String>,
    schema: Node<'s>,
}

fn fields<'s>(schema: Node<'s>, way: &mut Vec<String>, out: &mut Vec<Field<'s>>) {
    let properties = schema.get("properties").and_then(Node::mapping);
    for entry in properties.into_iter().flat_map(|map| map.entries()) {
        let (name, inner) = (entry.name(), entry.value);
        if NOT_JUDGED.contains(&name) {
            continue;
        }
        way.push(name.to_owned());
        out.push(Field {
            way: way.clone(),
            schema: inner,
        });
        fields(inner, way, out);
        if let Some(items) = inner.get("items") {
            way.push("[]".to_owned());
            fields(items, way, out);
            way.pop();
        }
        way.pop();
    }
}

/// Values that a schema does not take, as flow collections and scalars of YAML.
fn bad(schema: Node<'_>) -> Vec<&'static str> {
    let is_open = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
    if is_open {
        return Vec::new();
    }
    if schema.get("x-kubernetes-int-or-string").is_some() {
        return vec!["{a: b}"];
    }
    let kind = schema.get("type").and_then(Node::as_str).unwrap_or("");
    let mut out = match kind {
        "string" => vec!["{a: b}", "5"],
        "integer" | "number" => vec!["abc", "[1]"],
        "boolean" => vec!["abc", "5"],
        "array" => vec!["abc"],
        "object" => vec!["abc"],
        _ => Vec::new(),
    };
    if schema.get("enum").is_some() {
        out.push("zzz");
    }
    if schema.get("minimum").and_then(Node::as_str) == Some("0") {
        out.push("-1");
    }
    out
}

/// A document with one value at a way, and the line of its key.
fn resource(head: &str, way: &[String], value: &str) -> (String, usize) {
    let mut out = head.to_owned();
    let mut indent = 2;
    let mut is_item = false;
    for (at, part) in way.iter().enumerate() {
        if part == "[]" {
            is_item = true;
            continue;
        }
        let pad = " ".repeat(indent);
        let dash = if is_item { "- " } else { "" };
        out += &format!("{pad}{dash}{part}:");
        out += &match at + 1 == way.len() {
            true => format!(" {value}\n"),
            false => "\n".to_owned(),
        };
        indent += 2 * (1 + usize::from(is_item));
        is_item = false;
    }
    let line = out.lines().count();
    (out, line)
}

/// Resources in one file, each with a bad value, and the lines of these.
#[derive(Default)]
struct Batch {
    text: String,
    lines: Vec<(usize, String)>,
}

/// How many resources are judged together: each run has a cost of its own.
const TOGETHER: usize = 200;

impl Batch {
    fn add(&mut self, (text, line): (String, usize), what: String) {
        let before = self.text.lines().count();
        self.lines.push((before + line, what));
        self.text += &text;
        self.text += "---\n";
    }

    /// Takes what is judged out, and says of which values nothing is told.
    fn silent(&mut self) -> Vec<String> {
        let Self { text, lines } = std::mem::take(self);
        let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
        let grave = found.iter().filter(|it| it.severity > Severity::Info);
        let told: BTreeSet<usize> = grave.map(|it| it.place.start().line).collect();
        let silent = lines.into_iter().filter(|(line, _)| !told.contains(line));
        silent.map(|(_, what)| what).collect()
    }
}

#[test]
fn bad_values_of_all_fields_are_told() {
    let Some(shared) = recorded::folder() else {
        return;
    };
    let folder = Path::new(&shared).join("facts/operator/crd");
    let mut silent = Vec::new();
    let mut batch = Batch::default();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        let document = parse_first(&Text::new("crd.yaml", content)).unwrap();
        let definition = document.root().unwrap();
        let spec = definition.get("spec").unwrap();
        let group = spec.get("group").and_then(Node::as_str).unwrap();
        let kind = spec.get("names").unwrap().get("kind").unwrap();
        let kind = kind.as_str().unwrap();
        if group != "monitoring.coreos.com" || kind == "Alertmanager" {
            continue;
        }
        let version = spec.get("versions").unwrap().items().next().unwrap();
        let name = version.get("name").and_then(Node::as_str).unwrap();
        let schema = version
            .get("schema")
            .unwrap()
            .get("openAPIV3Schema")
            .unwrap();
        let schema = schema.get("properties").unwrap().get("spec").unwrap();
        let head =
            format!("apiVersion: {group}/{name}\nkind: {kind}\nmetadata: {{name: NAME}}\nspec:\n");
        let mut all = Vec::new();
        fields(schema, &mut Vec::new(), &mut all);
        for field in &all {
            for value in bad(field.schema) {
                count += 1;
                let head = head.replace("NAME", &format!("a{count}"));
                let what = format!("{kind}.{}: {value}", field.way.join("."));
                batch.add(resource(&head, &field.way, value), what);
                if batch.lines.len() == TOGETHER {
                    silent.extend(batch.silent());
                }
            }
        }
    }
    silent.extend(batch.silent());
    silent.sort();
    assert!(count > 1000, "{count}");
    assert_eq!(
        silent,
        TAKEN,
        "{} of {count} bad values are not told",
        silent.len()
    );
}
