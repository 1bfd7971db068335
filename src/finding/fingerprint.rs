//! Fingerprints: names for findings that survive moved lines and inserted neighbors.

use std::collections::HashMap;

use super::{Finding, Place, Unchecked, of_now, with_destinations, without_destinations};

/// The version of what a fingerprint is made of. The first one lacked the value, the destination and
/// the kind of fault, so that a fault in place of another one had its fingerprint.
const VERSION: &str = "2";

/// The longest value that counts, in characters; what is longer is cut. Of long lines a part is looked
/// at in which it has room.
const LONGEST: usize = 200;

/// 64-bit FNV-1a (draft-eastlake-fnv), which never changes between releases or platforms.
fn fnv1a(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// Gives the findings of a run their fingerprints, in the order in which they are shown.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// How many are alike so far.
    seen: HashMap<u64, usize>,
}

impl Fingerprints {
    /// The fingerprint of the next finding: rule, path, the path of keys with list items by what
    /// distinguishes them and with destinations, the value with secrets masked, the kind of fault, and
    /// which one it is where several are alike. It holds nothing of a secret, and no words of the
    /// message.
    pub fn of(&mut self, finding: &Finding) -> String {
        self.at(finding, finding.place.path())
    }

    /// The fingerprint of the next place that could not be checked.
    pub fn of_unchecked(&mut self, it: &Unchecked) -> String {
        let path = it.place.path();
        self.next(&["unchecked", path, &it.logical, &it.reason])
    }

    /// The fingerprint that it would have under another path: that of a renamed file.
    pub fn at(&mut self, finding: &Finding, path: &str) -> String {
        let value = value(finding);
        self.next(&[
            &finding.rule,
            path,
            &of_now(&finding.identity),
            &value,
            &finding.kind,
        ])
    }

    fn next(&mut self, what: &[&str]) -> String {
        let mut parts = vec![VERSION];
        parts.extend(what);
        let nth = self.seen.entry(fnv1a(&parts)).or_default();
        let which = nth.to_string();
        *nth += 1;
        parts.push(&which);
        format!("{:016x}", fnv1a(&parts))
    }
}

/// What a finding is about, with secrets masked: the whole value that its token is a part of, if that
/// is in one line and not too long; else the token, or the lines that it is in if the value takes several.
#[must_use]
pub fn value(finding: &Finding) -> String {
    let Some(whole) = &finding.whole else {
        return unquoted(token(&finding.place));
    };
    if whole.start().line != whole.end().line {
        return lines(&finding.place);
    }
    let value = token(whole);
    match value.chars().count() < LONGEST {
        true => unquoted(value),
        false => unquoted(token(&finding.place)),
    }
}

/// A value without its quotes, which are not part of it.
fn unquoted(value: String) -> String {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    match (inside('"'), inside('\'')) {
        (Some(text), _) if !text.contains('\\') => text.to_owned(),
        (_, Some(text)) => text.replace("''", "'"),
        _ => value,
    }
}

/// What is at the place of a finding, with secrets masked, if that is a part of one line: what
/// baselines of version 1 name.
#[must_use]
pub fn token_of(finding: &Finding) -> String {
    token(&finding.place)
}

fn token(place: &Place) -> String {
    if place.start().line != place.end().line {
        return String::new();
    }
    let excerpt = place.excerpt_within(0, 4 * LONGEST);
    let end = excerpt.start + excerpt.len;
    let text = excerpt.text.get(excerpt.start..end).unwrap_or("");
    text.chars().take(LONGEST).collect()
}

/// The lines of a place, with secrets masked, without their indentation.
fn lines(place: &Place) -> String {
    let excerpt = place.excerpt_within(0, 4 * LONGEST);
    let lines = excerpt.text.lines().map(str::trim);
    let text = lines.collect::<Vec<_>>().join("\n");
    text.chars().take(LONGEST).collect()
}

/// The path of keys of a finding, in which list items go by what distinguishes them, without
/// destinations.
#[must_use]
pub fn named_path(finding: &Finding) -> String {
    without_destinations(&finding.identity)
}

/// The same with destinations, for people: `remote_write[one -> https://mimir/api].url`.
#[must_use]
pub fn path_with_destinations(finding: &Finding) -> String {
    with_destinations(&finding.identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Place, Severity, Span, Text};

    fn place(text: &str, span: (usize, usize)) -> Place {
        let text = Text::recognized("a.yml", text.as_bytes().to_vec());
        Place::new(&text, Span::new(span.0, span.1))
    }

    fn of(finding: &Finding) -> String {
        Fingerprints::default().of(finding)
    }

    #[test]
    fn the_words_of_a_message_do_not_count() {
        let finding = |message: &str| {
            let place = place("url: foo", (5, 8));
            Finding::new("a/b", Severity::Error, place, message)
        };
        let one = finding("`url` is wrong");
        let other = finding("something else entirely").help("other help");
        assert_eq!(of(&one), of(&other));
        assert_ne!(of(&one), of(&other.kind("scheme")));
    }

    #[test]
    fn the_whole_value_counts() {
        let finding = |text: &str, token, (start, end): (usize, usize)| {
            let place = place(text, token);
            let whole = place.sibling(Span::new(start, end));
            Finding::new("a/b", Severity::Error, place, "wrong").within(whole)
        };
        let in_line = |text| finding(text, (7, 8), (7, 9));
        assert_ne!(of(&in_line("regex: (a")), of(&in_line("regex: (c")));
        let in_block = |text| finding(text, (12, 13), (8, 16));
        let one = of(&in_block("expr: |\n  a\n  (b\n"));
        assert_ne!(one, of(&in_block("expr: |\n  a\n  (c\n")));
        assert_eq!(one, of(&in_block("expr: |\n  x\n  (b\n")));
    }
}
