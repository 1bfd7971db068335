//! Fingerprints: names for findings that survive moved lines and inserted neighbours.

use std::collections::HashMap;

use super::{Finding, Unchecked, without_destinations};

/// The version of what a fingerprint is made of. The first one lacked the value and the destination,
/// so that a fault in place of another one had its fingerprint.
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
    /// distinguishes them and with destinations, what stands there with secrets masked, and which one
    /// it is where several are alike. It holds nothing of a secret.
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
        self.next(&[&finding.rule, path, &finding.identity, &value])
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

/// What stands at the place of a finding, with secrets masked, if that is a part of one line.
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

/// The path of keys that a finding is accepted by, which has no destinations: what was accepted stays
/// so when an endpoint moves.
#[must_use]
pub fn accepted_at(finding: &Finding) -> String {
    without_destinations(&finding.identity)
}
