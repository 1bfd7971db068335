//! The page of a key of prometheus.yml.

use std::io::{self, Write};

use crate::schema::dialect::{self, DialectKeyPage};
use crate::schema::table::KeyDefault;
use crate::schema::{self, KeyPage, Version};

/// How many other places of a key are listed: one line.
const MOST_PLACES: usize = 8;

/// Writes the page of a key, if there is one.
pub(super) fn explained(name: &str, out: &mut dyn Write) -> io::Result<bool> {
    if let Some(page) = schema::describe(name) {
        write(&page, out)?;
    } else if let Some(page) = dialect::describe_key(name) {
        write_of_dialect(&page, out)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Writes what the schema knows of a key.
fn write(page: &KeyPage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", page.path)?;
    for (name, says) in rows(page) {
        writeln!(out, "{name:10}  {says}")?;
    }
    if !page.keys.is_empty() {
        writeln!(out, "\nKeys below it: {}.", page.keys.join(", "))?;
    }
    if !page.elsewhere.is_empty() {
        writeln!(out, "\nThe same key elsewhere:")?;
        for path in page.elsewhere.iter().take(MOST_PLACES) {
            writeln!(out, "  {path}")?;
        }
        let more = page.elsewhere.len().saturating_sub(MOST_PLACES);
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
    }
    Ok(())
}

/// Writes what the tables of the dialects know of a key.
fn write_of_dialect(page: &DialectKeyPage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", page.path)?;
    writeln!(out, "takes       {}", page.takes)?;
    if page.required {
        writeln!(out, "required    always")?;
    }
    writeln!(out, "in          {}", page.noun)?;
    if let Some((major, minor)) = page.since {
        writeln!(out, "since       Prometheus {major}.{minor}")?;
    }
    if let Some(native) = &page.native {
        writeln!(
            out,
            "becomes     `{native}`; `promvet explain {native}` has more"
        )?;
    }
    if !page.keys.is_empty() {
        writeln!(out, "\nKeys below it: {}.", page.keys.join(", "))?;
    }
    Ok(())
}

fn rows(page: &KeyPage) -> Vec<(&'static str, String)> {
    let mut rows = vec![("takes", page.takes.clone())];
    let mut add = |name, says: Option<String>| rows.extend(says.map(|says| (name, says)));
    let words = page.words.iter().map(|entry| word(entry, page.since));
    let words: Vec<_> = words.collect();
    add("words", (!words.is_empty()).then(|| words.join(", ")));
    add("default", page.default.map(default));
    add("required", page.required.map(str::to_owned));
    add(
        "since",
        Some(format!("Prometheus {}", without_zero_patch(page.since))),
    );
    let removed = page.removed;
    add(
        "removed",
        removed.map(|version| format!("in Prometheus {}", without_zero_patch(version))),
    );
    let deprecated = page.deprecated;
    add(
        "deprecated",
        deprecated.map(|(since, instead)| {
            format!("since Prometheus {}: {instead}", without_zero_patch(since))
        }),
    );
    let accident = "accepted by accident; it does nothing".to_owned();
    add("note", page.accidental.then_some(accident));
    add("flag", page.flag.map(str::to_owned));
    add("note", page.note.map(str::to_owned));
    rows
}

/// A word with the releases that do not know it although they know its key, which came in `key`.
fn word((text, since, removed): &(&str, Version, Option<Version>), key: Version) -> String {
    let since = (*since > key).then(|| format!("since {}", without_zero_patch(*since)));
    let removed = removed.map(|version| format!("until {}", without_zero_patch(version)));
    let limits: Vec<_> = since.into_iter().chain(removed).collect();
    if limits.is_empty() {
        return (*text).to_owned();
    }
    format!("{text} ({})", limits.join(", "))
}

/// A default in words: some are those of another key.
fn default(of: KeyDefault) -> String {
    match of {
        KeyDefault::Value(text) => text.to_owned(),
        KeyDefault::OfGlobal(key) => format!("that of global.{key}"),
    }
}

/// A release without its patch where that is 0.
fn without_zero_patch(version: Version) -> String {
    if version.patch == 0 {
        version.minor_name()
    } else {
        version.to_string()
    }
}
