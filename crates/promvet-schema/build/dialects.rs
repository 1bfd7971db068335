//! `dialects/*.yaml` → constants.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use serde::Deserialize;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dialect {
    /// What it is called, for people who read the file.
    #[serde(rename = "dialect")]
    _dialect: String,
    /// Where its keys are from, for those who keep the file.
    sources: Vec<String>,
    kinds: Vec<Kind>,
    shapes: BTreeMap<String, BTreeMap<String, String>>,
}

/// A kind of Kubernetes objects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    group: String,
    shape: String,
    part: String,
}

/// `$OUT_DIR/dialects.rs`: one constant for each shape, and the kinds of objects.
pub(crate) fn dialects(files: &[Dialect]) -> Result<String, String> {
    let names = files.iter().flat_map(|file| file.shapes.keys());
    let mut known = HashSet::new();
    for name in names {
        if !known.insert(name.as_str()) {
            return Err(format!("two shapes named {name}"));
        }
    }
    if files.iter().any(|file| file.sources.is_empty()) {
        return Err("`sources` of a dialect is empty".to_owned());
    }
    let mut out = String::new();
    for (name, keys) in files.iter().flat_map(|file| &file.shapes) {
        let code = shape(name, keys, &known);
        out += &code.map_err(|error| format!("shape {name}: {error}"))?;
    }
    out += "/// The kinds of objects that promvet reads.\npub static KINDS: &[ObjectKind] = &[\n";
    for kind in files.iter().flat_map(|file| &file.kinds) {
        let part = match &*kind.part {
            "whole" => "Whole",
            "job" => "Job",
            "rules" => "Rules",
            other => return Err(format!("no part is named {other}")),
        };
        let _ = writeln!(
            out,
            "    ObjectKind {{ group: {:?}, kind: {:?}, shape: &{}, part: ObjectRole::{part} }},",
            kind.group,
            kind.kind,
            constant(&kind.shape),
        );
    }
    out += "];\n";
    let groups: BTreeSet<_> = files
        .iter()
        .flat_map(|file| &file.kinds)
        .map(|kind| &kind.group)
        .collect();
    out += "/// The groups of these, as `apiVersion` begins with them.\npub static API_GROUPS: &[&str] = &[\n";
    for group in groups {
        let _ = writeln!(out, "    \"{group}/\",");
    }
    out += "];\n";
    Ok(out)
}

fn shape(
    name: &str,
    keys: &BTreeMap<String, String>,
    known: &HashSet<&str>,
) -> Result<String, String> {
    let mut out = format!(
        "/// What `{name}` may hold.\npub static {}: MappingShape = MappingShape {{ keys: &[\n",
        constant(name)
    );
    let open = keys.contains_key("*");
    let lax = keys.contains_key("?");
    for (key, row) in keys
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "*" | "?"))
    {
        let (ty, native) = match row.split_once(" > ") {
            Some((ty, native)) => (ty, format!("Some({native:?})")),
            None => (&**row, "None".to_owned()),
        };
        let required = ty.ends_with('!');
        let ty = code_of(ty.trim_end_matches('!'), known)?;
        let _ = writeln!(
            out,
            "    Key {{ name: {key:?}, ty: {ty}, required: {required}, native: {native} }},"
        );
    }
    let _ = writeln!(out, "], open: {open}, lax: {lax} }};");
    Ok(out)
}

fn code_of(ty: &str, known: &HashSet<&str>) -> Result<String, String> {
    let inside = |open: &str, close: char| ty.strip_prefix(open)?.strip_suffix(close);
    let words = |words: &str| {
        let words: Vec<String> = words.split('|').map(|word| format!("{word:?}")).collect();
        words.join(", ")
    };
    if let Some(item) = inside("[", ']') {
        return Ok(format!("DialectType::List(&{})", code_of(item, known)?));
    }
    if let Some(item) = inside("<", '>') {
        return Ok(format!("DialectType::Set(&{})", code_of(item, known)?));
    }
    if let Some(value) = inside("{", '}') {
        return Ok(format!("DialectType::Map(&{})", code_of(value, known)?));
    }
    if let Some(list) = inside("enum(", ')') {
        return Ok(format!("DialectType::Enum(&[{}])", words(list)));
    }
    if let Some(list) = inside("lower(", ')') {
        return Ok(format!("DialectType::Lower(&[{}])", words(list)));
    }
    let plain = match ty {
        "any" => "Any",
        "native" => "Native",
        "text" | "url" => "Text",
        "duration" => "Duration",
        "duration?" => "OptionalDuration",
        "groups" => "Groups",
        "proxy" => "ProxyUrl",
        "http" => "HttpUrl",
        "size" => "Size",
        "number" => "Number",
        "quantity" => "Quantity",
        "name-or-number" => "NameOrNumber",
        "bool" => "Bool",
        "key" => "Key",
        "key-of" => "KeyOf",
        "headers" => "Headers",
        "authenticator" => "Authenticator",
        shape if known.contains(shape) => {
            return Ok(format!("DialectType::Object(&{})", constant(shape)));
        }
        other => return Err(format!("no type is named {other}")),
    };
    Ok(format!("DialectType::{plain}"))
}

/// `QueueConfig2` → `QUEUE_CONFIG2`.
fn constant(name: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
        before = c;
    }
    out
}
