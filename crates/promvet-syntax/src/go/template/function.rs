//! The functions that a template can call.

use crate::Fault;
use promvet_text::nearest;

/// Functions of Prometheus (`template/template.go`), and the release that brought each.
const FUNCTIONS: &[(&str, (u16, u16))] = &[
    ("args", (2, 0)),
    ("externalURL", (2, 0)),
    ("first", (2, 0)),
    ("graphLink", (2, 0)),
    ("humanize", (2, 0)),
    ("humanize1024", (2, 0)),
    ("humanizeDuration", (2, 0)),
    ("humanizePercentage", (2, 11)),
    ("humanizeTimestamp", (2, 0)),
    ("label", (2, 0)),
    ("match", (2, 0)),
    ("now", (3, 6)),
    ("parseDuration", (2, 32)),
    ("pathPrefix", (2, 0)),
    ("query", (2, 0)),
    ("reReplaceAll", (2, 0)),
    ("safeHtml", (2, 0)),
    ("sortByLabel", (2, 0)),
    ("stripDomain", (2, 36)),
    ("stripPort", (2, 33)),
    ("strvalue", (2, 0)),
    ("tableLink", (2, 0)),
    ("title", (2, 0)),
    ("toDuration", (3, 6)),
    ("toLower", (2, 0)),
    ("toTime", (2, 38)),
    ("toUpper", (2, 0)),
    ("urlQueryEscape", (3, 8)),
    ("value", (2, 0)),
];

/// Functions of Go's `text/template` itself.
const BUILT_IN: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or",
    "print", "printf", "println", "slice", "urlquery",
];

/// Whether a function exists; the fault stands at `from..to`.
pub(super) fn known(name: &str, release: (u16, u16), from: usize, to: usize) -> Result<(), Fault> {
    if BUILT_IN.contains(&name) {
        return Ok(());
    }
    let message = match FUNCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, since)) if release >= *since => return Ok(()),
        Some((_, (major, minor))) => {
            format!("the template function `{name}` needs Prometheus {major}.{minor} or newer")
        }
        None if name == "tmpl" => {
            "there is no function `tmpl` in rules: only console templates have it".to_owned()
        }
        None => {
            let names = FUNCTIONS
                .iter()
                .map(|(known, _)| *known)
                .chain(BUILT_IN.iter().copied());
            match nearest(name, names) {
                Some(near) => {
                    format!("there is no function `{name}` in templates; did you mean `{near}`?")
                }
                None => format!("there is no function `{name}` in templates"),
            }
        }
    };
    Err(Fault::new(from, to, message))
}
