//! JSON in the words of YAML.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use promvet_text::{KeyPath, Text};

/// The same values, in a text that YAML reads as JSON means it: space between values is blanks, and
/// texts are escaped as YAML escapes. Its places are those of the file.
/// One tree for both formats, so that rules need not know which it was.
pub(super) fn as_yaml(text: &Arc<Text>) -> Arc<Text> {
    let content = text.content();
    let mut out = String::with_capacity(content.len());
    let mut segments = vec![(0, 0)];
    let mut chars = content.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                segments.push((out.len(), at));
                quoted(&mut chars, &mut out);
                let end = chars.peek().map_or(content.len(), |(at, _)| *at);
                segments.push((out.len(), end));
            }
            '\t' | '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
    }
    Text::embedded(text, out, &segments, KeyPath::default())
}

/// Writes a text whose opening quote has been read.
fn quoted(chars: &mut Peekable<CharIndices<'_>>, out: &mut String) {
    // Halves of a character that are waiting for the other half. Go puts U+FFFD for one alone.
    let mut units = Vec::new();
    out.push('"');
    while let Some((_, c)) = chars.next() {
        let c = match c {
            '"' => break,
            '\\' => match chars.next().map_or('\\', |(_, c)| c) {
                'u' => {
                    units.push(unit(chars));
                    continue;
                }
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                c => c,
            },
            c => c,
        };
        flush(&mut units, out);
        push(c, out);
    }
    flush(&mut units, out);
    out.push('"');
}

fn unit(chars: &mut Peekable<CharIndices<'_>>) -> u16 {
    let digits: String = chars.take(4).map(|(_, c)| c).collect();
    u16::from_str_radix(&digits, 16).unwrap_or(0xfffd)
}

/// Surrogates are joined as `encoding/json` does (`json.unquote`), one alone becoming U+FFFD.
fn flush(units: &mut Vec<u16>, out: &mut String) {
    for c in char::decode_utf16(units.drain(..)) {
        push(c.unwrap_or(char::REPLACEMENT_CHARACTER), out);
    }
}

fn push(c: char, out: &mut String) {
    match c {
        '"' | '\\' => out.extend(['\\', c]),
        ' '..='~' => out.push(c),
        _ => {
            // Writing into a String can't fail.
            let _ = write!(out, "\\U{:08X}", u32::from(c));
        }
    }
}
