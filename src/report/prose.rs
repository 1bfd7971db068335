//! Small pieces of English that several formats share.

use std::collections::{BTreeMap, HashSet};

use super::outcome::{Outcome, RunSummary};
use crate::finding::{Place, UncheckedCause};

/// `1 error`, `2 errors`.
pub(super) fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// `path:line:col`, fit for one line of output.
pub(super) fn spot(place: &Place) -> String {
    let start = place.start();
    let path = super::neutral::line(place.path());
    format!("{path}:{}:{}", start.line, start.column)
}

/// The figures of a run in one line, without a full stop.
pub(super) fn summary(outcome: &Outcome) -> String {
    let figures = outcome.summary();
    let mut line = found(&figures);
    line.push_str(&scope(outcome, &figures));
    let has_configuration = figures.configurations > 0 || outcome.findings().is_empty();
    if has_configuration && figures.configurations != figures.files {
        line.push_str(&format!(
            "; {}",
            count(figures.configurations, "configuration")
        ));
    }
    // Rule files and web configurations have no endpoints.
    if has_configuration {
        line.push_str(&format!("; {}", count(figures.endpoints, "endpoint")));
    }
    if figures.unchecked > 0 {
        line.push_str(&format!("; {}", unchecked(outcome)));
    }
    if figures.suppressed > 0 {
        line.push_str(&format!("; {} suppressed", figures.suppressed));
    }
    if let Some(older @ 1..) = figures.older {
        line.push_str(&format!("; {} not shown", count(older, "older finding")));
    }
    line
}

/// What could not be checked: kinds of files that are not read, and paths.
fn unchecked(outcome: &Outcome) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let all = outcome.unchecked();
    let nouns = all.iter().filter_map(|it| match &it.cause {
        Some(UncheckedCause::Unread { noun, .. }) => Some(noun.as_str()),
        _ => None,
    });
    nouns.for_each(|noun| *kinds.entry(noun).or_default() += 1);
    let left = all.len() - kinds.values().sum::<usize>();
    if kinds.is_empty() {
        return format!("{} could not be checked", count(left, "path"));
    }
    let paths = (left > 0).then(|| count(left, "path"));
    let kinds = kinds.into_iter().map(|(noun, n)| count_of(n, noun));
    let list: Vec<_> = kinds.chain(paths).collect();
    format!("not checked: {}", list.join(", "))
}

/// `2 configurations of Vector`, from `a configuration of Vector`.
fn count_of(n: usize, noun: &str) -> String {
    let bare = noun.strip_prefix("a ").unwrap_or(noun);
    match bare.split_once(' ') {
        Some((word, rest)) => format!("{} {rest}", count(n, word)),
        None => count(n, bare),
    }
}

/// How many of the findings can be fixed, and how; none if none can.
pub(super) fn fixable(figures: &RunSummary) -> Option<String> {
    match (figures.fixable, figures.fixable_unsafe) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} fixable with `--fix`")),
        (0, more) => Some(format!("{more} fixable with `--fix=unsafe`")),
        (safe, more) => Some(format!(
            "{safe} fixable with `--fix`, {more} more with `--fix=unsafe`"
        )),
    }
}

/// `3 errors, 1 warning`.
pub(super) fn found(figures: &RunSummary) -> String {
    let found: Vec<String> = [
        (figures.errors, "error"),
        (figures.warnings, "warning"),
        (figures.infos, "info"),
    ]
    .into_iter()
    .filter(|&(n, _)| n > 0)
    .map(|(n, word)| count(n, word))
    .collect();
    if found.is_empty() && figures.older.is_some() {
        "No new findings".into()
    } else if found.is_empty() {
        "No findings".into()
    } else {
        found.join(", ")
    }
}

/// ` in 2 of 14 configurations`; of files, where a file holds none or several of them.
fn scope(outcome: &Outcome, figures: &RunSummary) -> String {
    let word = if figures.configurations == figures.files {
        "configuration"
    } else {
        "file"
    };
    let all = count(figures.files, word);
    let checked: HashSet<&str> = outcome.files().iter().map(|file| &*file.path).collect();
    let found = outcome.findings().iter();
    let found: HashSet<&str> = found.map(|it| &**it.finding.place.path()).collect();
    // A web configuration that was named is not one of the configurations.
    if checked.is_empty() && !found.is_empty() {
        return format!(" in {}", count(found.len(), "file"));
    }
    match found.intersection(&checked).count() {
        0 => format!(" in {all}"),
        n if n == figures.files => format!(" in {all}"),
        n => format!(" in {n} of {all}"),
    }
}

/// A text broken at its spaces into lines of at most `width` characters, where its words allow it.
/// Line breaks of the text stay.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 40);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in line.split(' ') {
            let len = word.chars().count();
            if column > 0 && column + 1 + len > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += len;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_broken() {
        assert_eq!(
            wrap("see https://a-b.example.com/x now\n- one", 10),
            "see\nhttps://a-b.example.com/x\nnow\n- one"
        );
        assert_eq!(wrap("", 10), "");
    }
}
