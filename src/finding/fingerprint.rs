//! Fingerprints: names for findings that survive moved lines and inserted neighbours.

use std::collections::{HashMap, HashSet};

use super::{Finding, Unchecked, with_destinations, without_destinations};

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
    /// distinguishes them and with destinations, what is there with secrets masked, the kind of
    /// fault, and which one it is where several are alike. It holds nothing of a secret.
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
        let kind = kind(finding, &value);
        self.next(&[&finding.rule, path, &finding.identity, &value, &kind])
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

/// The kind of fault, which tells two faults of one rule at one place apart: the words of the message
/// without what they are about (quotations, paths, hosts, numbers, and the words of the value and of
/// the places), which may have another name or place in another tree. The message has had its secrets
/// taken out before.
fn kind(finding: &Finding, value: &str) -> String {
    let places = finding.evidence.iter().map(|proof| &**proof.place.path());
    let about = places.chain([&**finding.place.path(), &finding.identity, value]);
    let about: HashSet<&str> = about
        .flat_map(|text| text.split(|c: char| !c.is_alphabetic()))
        .collect();

    let quoted = finding.message.split('`').enumerate();
    let words = quoted.filter(|(number, _)| number % 2 == 0);
    let words = words.flat_map(|(_, text)| text.split_whitespace());
    let words = words.map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()));
    let is_plain = |word: &&str| word.chars().all(char::is_alphabetic) && !word.is_empty();
    let is_own = |word: &&str| is_plain(word) && !about.contains(word);
    words.filter(is_own).collect::<Vec<_>>().join(" ")
}

/// What is at the place of a finding, with secrets masked, if that is a part of one line.
#[must_use]
pub fn value(finding: &Finding) -> String {
    let place = &finding.place;
    if place.start().line != place.end().line {
        return String::new();
    }
    let excerpt = place.excerpt_within(0, 4 * LONGEST);
    let end = excerpt.start + excerpt.len;
    let text = excerpt.text.get(excerpt.start..end).unwrap_or("");
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

    fn of(message: &str) -> String {
        let place = Place::new(&Text::new("a.yml", b"x".to_vec()), Span::default());
        Fingerprints::default().of(&Finding::new("a/b", Severity::Error, place, message))
    }

    #[test]
    fn kinds_of_faults_differ_and_what_they_are_about_does_not() {
        let missing = of("`token_file`: a/b.txt of one.example.com is missing since 12 days");
        assert_eq!(
            missing,
            of("`other`: c.txt of two.example.com is missing since 3 days")
        );
        assert_ne!(
            missing,
            of("`token_file`: a/b.txt of one.example.com is empty since 12 days")
        );
    }
}
