//! Keys in the paths of messengers' URLs.

use std::ops::Range;

use super::super::value;
use super::{is_end, window};

/// Schemes of URLs that consist of the key of a messenger (containrrr/shoutrrr `pkg/services`), as
/// Watchtower and other programs beside Prometheus take them.
pub(super) const MESSENGERS: [&str; 12] = [
    "bark",
    "discord",
    "gotify",
    "ifttt",
    "join",
    "mattermost",
    "opsgenie",
    "pushbullet",
    "pushover",
    "rocketchat",
    "teams",
    "telegram",
];

/// The keys in the URL of a messenger, whose scheme ends at `at`.
pub(super) fn of_messenger(line: &str, at: usize) -> Option<Range<usize>> {
    let before = line.get(..at)?;
    let letters = before
        .bytes()
        .rev()
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let scheme = before.get(at - letters..)?;
    if matches!(scheme, "http" | "https") {
        return None;
    }
    let rest = window(line, at + 3).filter(|_| MESSENGERS.contains(&scheme))?;
    let url = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?;
    let is_shown = url.contains(['$', '{']) || url.split(['/', '@', '?']).all(value::is_words);
    (!is_shown).then(|| at + 3..at + 3 + url.len())
}
