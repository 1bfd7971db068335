//! The tables as Rust.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::form::{By, Include, Key, Required, Section, Source, Tables, Version, Word, Words};

/// `$OUT_DIR/tables.rs`: one constant for each section and each set of words.
pub(crate) fn tables(tables: &Tables) -> Result<String, String> {
    let names = Names::new(tables)?;
    let mut out = String::new();
    for section in &tables.sections {
        let code = section_code(section, &names);
        out += &code.map_err(|error| format!("section {}: {error}", section.section))?;
    }
    for words in &tables.enums {
        let code = words_code(words);
        out += &code.map_err(|error| format!("enum {}: {error}", words.r#enum))?;
    }
    Ok(out)
}

/// What may be named in a type.
struct Names<'t> {
    sections: HashSet<&'t str>,
    enums: HashSet<&'t str>,
}

impl<'t> Names<'t> {
    fn new(tables: &'t Tables) -> Result<Self, String> {
        let mut names = Self {
            sections: HashSet::new(),
            enums: HashSet::new(),
        };
        for section in &tables.sections {
            if !names.sections.insert(&section.section) {
                return Err(format!("two sections named {}", section.section));
            }
        }
        for words in &tables.enums {
            if !names.enums.insert(&words.r#enum) {
                return Err(format!("two enums named {}", words.r#enum));
            }
        }
        Ok(names)
    }

    fn section(&self, name: &str) -> Result<String, String> {
        let known = self.sections.contains(name);
        known
            .then(|| format!("&{}", constant(name)))
            .ok_or_else(|| format!("no section is named {name}"))
    }

    fn words(&self, name: &str) -> Result<String, String> {
        let known = self.enums.contains(name);
        known
            .then(|| format!("&{}", name.to_uppercase()))
            .ok_or_else(|| format!("no enum is named {name}"))
    }
}

/// The constant of a section: `RemoteWriteConfig` is `REMOTE_WRITE`, and `HTTPHeader` is
/// `HTTP_HEADER`.
fn constant(section: &str) -> String {
    let name = match section.strip_suffix("Config") {
        Some("") | None => section,
        Some(name) => name,
    };
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if begins {
            out.push('_');
        }
        out.extend(if letter == ' ' { '_' } else { letter }.to_uppercase());
    }
    out
}

fn section_code(section: &Section, names: &Names<'_>) -> Result<String, String> {
    let mut fields = String::new();
    for key in &section.keys {
        let code = key_code(key, names);
        fields += &code.map_err(|error| format!("key {}: {error}", key.key))?;
    }
    let mut includes = String::new();
    for include in &section.includes {
        includes += &include_code(include, names)?;
    }
    let checks: String = section
        .checks
        .iter()
        .map(|check| format!("crate::checks::{check}, "))
        .collect();
    Ok(format!(
        "/// `{name}`, as <{source}> has it.\n\
         pub static {constant}: Struct = Struct {{\n    name: {name:?},\n    fields: &[\n{fields}    ],\n    \
         inline: &[{includes}],\n    checks: &[{checks}],\n    null_item: NullItem::{null:?},\n    \
         index: SectionIndex::new(),\n}};\n",
        name = section.section,
        source = section.source.0,
        constant = constant(&section.section),
        null = section.null_item,
    ))
}

fn key_code(key: &Key, names: &Names<'_>) -> Result<String, String> {
    sourced(key.removed, key.source.as_ref())?;
    let mut code = format!(
        "        key({:?}, {})",
        key.key,
        type_code(&key.r#type, names)?
    );
    let mut add = |call: String| {
        code.push('.');
        code += &call;
    };
    if let Some(since) = key.since {
        add(format!("since({})", numbers(since)));
    }
    if let Some(removed) = key.removed {
        add(format!("removed({})", numbers(removed)));
    }
    match key.required {
        Required::No => {}
        Required::Present => add("present()".to_owned()),
        Required::Filled => add("required()".to_owned()),
    }
    if let Some(deprecated) = &key.deprecated {
        let (since, instead) = (numbers(deprecated.since), &deprecated.instead);
        add(format!("deprecated({since}, {instead:?})"));
        if let Some(key) = &deprecated.successor {
            add(format!("successor({key:?})"));
        }
    }
    if key.accidental {
        add("accidental()".to_owned());
    }
    let texts = [
        ("needed", &key.needed),
        ("default", &key.default),
        ("inherits", &key.inherits),
        ("flag", &key.flag),
        ("note", &key.note),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            add(format!("{name}({text:?})"));
        }
    }
    Ok(code + ",\n")
}

/// What a newer release no longer has, its source no longer has either: such a row has a source of
/// its own.
fn sourced(removed: Option<Version>, source: Option<&Source>) -> Result<(), String> {
    match (removed, source) {
        (Some(_), None) => Err("a removed row needs a `source` that has it".to_owned()),
        _ => Ok(()),
    }
}

fn include_code(include: &Include, names: &Names<'_>) -> Result<String, String> {
    let mut code = format!("inline({})", names.section(&include.section)?);
    if let Some(since) = include.since {
        write!(code, ".since({})", numbers(since)).map_err(|error| error.to_string())?;
    }
    if !include.later.is_empty() {
        let later = include.later.iter();
        let later: String = later
            .map(|(key, since)| format!("({key:?}, {}), ", version(*since)))
            .collect();
        write!(code, ".later(&[{later}])").map_err(|error| error.to_string())?;
    }
    if !include.checked {
        code += ".unchecked()";
    }
    Ok(code + ", ")
}

fn words_code(words: &Words) -> Result<String, String> {
    let mut rows = String::new();
    for word in &words.words {
        let code = word_code(word);
        rows += &code.map_err(|error| format!("word {}: {error}", word.word))?;
    }
    Ok(format!(
        "/// `{name}`, as <{source}> has it.\n\
         pub(crate) static {constant}: Enum = Enum {{\n    name: {name:?},\n    words: &[\n{rows}    ],\n    \
         any_case: {any_case},\n    empty: {empty},\n    by: {by},\n}};\n",
        name = words.r#enum,
        source = words.source.0,
        constant = words.r#enum.to_uppercase(),
        any_case = words.any_case,
        empty = words.empty,
        by = by_code(words)?,
    ))
}

fn by_code(words: &Words) -> Result<String, String> {
    match (words.by, words.always_since) {
        (By::Check, since) => {
            let since = since.map_or_else(
                || "None".to_owned(),
                |since| format!("Some({})", version(since)),
            );
            Ok(format!("By::Check({since})"))
        }
        (_, Some(_)) => Err("`always_since` without `by: check`".to_owned()),
        (by, None) => Ok(format!("By::{by:?}")),
    }
}

fn word_code(word: &Word) -> Result<String, String> {
    sourced(word.removed, word.source.as_ref())?;
    let mut code = format!("        word({:?})", word.word);
    for (name, version) in [("since", word.since), ("removed", word.removed)] {
        if let Some(version) = version {
            write!(code, ".{name}({})", numbers(version)).map_err(|error| error.to_string())?;
        }
    }
    Ok(code + ",\n")
}

/// `list<section<RelabelConfig>>` → `Type::List(&Type::Section(&RELABEL))`
fn type_code(text: &str, names: &Names<'_>) -> Result<String, String> {
    let Some((name, arguments)) = text.split_once('<') else {
        return Ok(format!("Type::{}", camel(text)));
    };
    let arguments = arguments
        .strip_suffix('>')
        .ok_or_else(|| format!("type {text}: expected `>` at the end"))?;
    let pair = || {
        let pair = arguments.split_once(", ");
        pair.ok_or_else(|| format!("type {text}: expected two types with `, ` between them"))
    };
    Ok(match name {
        "list" => format!("Type::List(&{})", type_code(arguments, names)?),
        "map" => {
            let (key, value) = pair()?;
            let (key, value) = (type_code(key, names)?, type_code(value, names)?);
            format!("Type::Map(&{key}, &{value})")
        }
        "file" => {
            let (kind, base) = pair()?;
            let (kind, base) = (camel(kind), camel(base));
            format!("Type::File(Reference::{kind}, Base::{base})")
        }
        "section" => format!("Type::Section({})", names.section(arguments)?),
        "enum" => format!("Type::Enum({})", names.words(arguments)?),
        _ => {
            return Err(format!(
                "type {text}: expected list, map, file, section or enum"
            ));
        }
    })
}

/// `label_name` → `LabelName`
fn camel(text: &str) -> String {
    let mut upper = true;
    let mut out = String::new();
    for letter in text.chars() {
        if letter == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}

fn numbers(Version(major, minor, patch): Version) -> String {
    format!("{major}, {minor}, {patch}")
}

fn version(version: Version) -> String {
    format!("Version::new({})", numbers(version))
}
