//! The same in a text with a part that is not YAML, line by line.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::unread_text;
use super::{KEYS, is_exporter, lines_of};
use crate::discover::examine::{FileContent, RecognizedFile};
use crate::finding::{Place, Span, Text, Unchecked};
use crate::yaml::parse_all;

/// Marks of templates, which need not be YAML before something renders them.
const TAGS: &[&str] = &["{{", "{%", "<%", "${"];

/// As many are named in one text.
const MOST: usize = 20;

/// A line with a key or a flag: where it begins, how far it is indented, and what is in it.
struct Line<'t> {
    start: usize,
    number: usize,
    indent: usize,
    is_item: bool,
    text: &'t str,
}

/// What sends in a text and is neither read nor named.
pub(in crate::discover) fn leftover_lines(
    text: &Arc<Text>,
    found: &[RecognizedFile],
) -> Vec<RecognizedFile> {
    let known = lines_of(found);
    let lines: Vec<Line<'_>> = lines(text.content()).collect();
    let signs = lines.iter().enumerate();
    let signs = signs.filter(|(at, line)| is_sign(line, lines.get(..*at), lines.get(at + 1..)));
    let signs = signs.filter(|(at, line)| !is_known(&known, line, lines.get(at + 1..)));
    let mut signs = signs.peekable();
    if signs.peek().is_none() {
        return Vec::new();
    }
    // Without tags it is a slip of the writer.
    if !TAGS.iter().any(|tag| text.content().contains(tag))
        && let (_, Some(error)) = parse_all(text)
    {
        return vec![unread_text(
            text,
            &error,
            "its Prometheus settings are not checked",
        )];
    }
    text.recognize();
    let named = signs.map(|(_, line)| {
        let key = key_of(line.text).unwrap_or("remoteWrite.url");
        let reason = format!(
            "`{key}` sends by remote write, in a part that is not YAML as it is written here"
        );
        RecognizedFile::new(
            Arc::clone(text),
            FileContent::Unread(Unchecked {
                cause: None,
                place: Place::new(text, Span::new(line.start, line.start + line.text.len())),
                logical: String::new(),
                reason: reason.clone(),
                settle: None,
            }),
            reason,
        )
    });
    named.take(MOST).collect()
}

/// The lines that are neither empty nor a comment nor a tag alone.
fn lines(content: &str) -> impl Iterator<Item = Line<'_>> {
    let mut from = 0;
    let all = content.split_inclusive('\n').enumerate();
    let all = all.map(move |(index, line)| {
        let bare = line.trim_start_matches(['-', ' ']);
        let indent = line.len() - bare.len();
        let written = Line {
            start: from + indent,
            number: index + 1,
            indent,
            is_item: line.trim_start().starts_with("- "),
            text: bare.trim_end(),
        };
        from += line.len();
        written
    });
    all.filter(|line| {
        let is_tag = line.text.starts_with("{{") || line.text.starts_with("{%");
        !line.text.is_empty() && !line.text.starts_with('#') && !is_tag
    })
}

/// The key that a line begins with.
fn key_of(text: &str) -> Option<&str> {
    let (key, behind) = text.split_once(':')?;
    let key = key.trim_matches(['"', '\'']);
    let is_key = !key.is_empty() && !key.contains([' ', '{', '`', '(']);
    (is_key && (behind.is_empty() || behind.starts_with(' '))).then_some(key)
}

/// The lines below one.
fn below<'l, 't>(
    line: &Line<'_>,
    rest: Option<&'l [Line<'t>]>,
) -> impl Iterator<Item = &'l Line<'t>> {
    let indent = line.indent;
    let rest = rest.unwrap_or_default().iter();
    // A list may have the indentation of its key.
    rest.take_while(move |next| next.indent > indent || next.is_item && next.indent == indent)
}

fn is_sign(line: &Line<'_>, before: Option<&[Line<'_>]>, rest: Option<&[Line<'_>]>) -> bool {
    if line.text.starts_with("remoteWrite.url=") && line.indent > 0 {
        return true;
    }
    let Some(key) = key_of(line.text) else {
        return false;
    };
    if is_exporter(key) {
        let mut above = before.unwrap_or_default().iter().rev();
        let parent = above.find(|other| other.indent < line.indent);
        return parent.and_then(|parent| key_of(parent.text)) == Some("exporters")
            && below(line, rest).next().is_some();
    }
    let is_url = |line: &Line<'_>| {
        let value = line.text.strip_prefix("url:").map(str::trim);
        value.is_some_and(|value| !value.is_empty() && !["\"\"", "''"].contains(&value))
    };
    KEYS.contains(&key) && below(line, rest).any(is_url)
}

fn is_known(known: &BTreeSet<usize>, line: &Line<'_>, rest: Option<&[Line<'_>]>) -> bool {
    let last = below(line, rest)
        .last()
        .map_or(line.number, |last| last.number);
    known.range(line.number..=last).next().is_some()
}
