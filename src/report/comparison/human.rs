//! A list: a paragraph for each configuration, in it one for each part.

use std::io::{self, Write};

use super::{ChangeKind, EffectiveChange, EffectiveChanges, SubjectKind};
use crate::finding::Redacted;
use crate::report::neutral;
use crate::report::prose::count;

/// How many changes of one key are listed, such as the targets of a job that is filled by a program.
const MOST_OF_KEY: usize = 8;

/// How many names are listed.
const MOST_NAMES: usize = 5;

pub(super) fn write(changes: &EffectiveChanges, to: &mut dyn Write) -> io::Result<()> {
    let mut line = |text: String| writeln!(to, "{}", neutral::harmless_line(text.trim_end()));
    let mut rest = &*changes.changes;
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|it| it.configuration == first.configuration);
        let (of_one, behind) = rest.split_at(same.count());
        rest = behind;
        line(first.configuration.clone())?;
        for text in configuration(of_one) {
            line(text)?;
        }
        line(String::new())?;
    }
    for (path, why) in &changes.unread {
        line(format!("{path} was not compared: {why}"))?;
    }
    for (path, what) in &changes.beyond {
        line(format!("{path} {what}"))?;
    }
    line(summary(changes))
}

/// `3 changes in 2 of 5 configurations: 1 endpoint, 2 rules`.
pub(super) fn summary(changes: &EffectiveChanges) -> String {
    let all = count(changes.configurations, "configuration");
    if changes.changes.is_empty() {
        return format!("No effective change in {all}.");
    }
    let mut touched: Vec<_> = changes.changes.iter().map(|it| &it.configuration).collect();
    touched.dedup();
    let mut aspects: Vec<(&str, usize)> = Vec::new();
    for change in &changes.changes {
        let word = change.aspect.word();
        match aspects.iter_mut().find(|(known, _)| *known == word) {
            Some((_, number)) => *number += 1,
            None => aspects.push((word, 1)),
        }
    }
    let aspects: Vec<_> = aspects
        .into_iter()
        .map(|(word, number)| format!("{word} {number}"))
        .collect();
    format!(
        "{} in {} of {all}: {}.",
        count(changes.changes.len(), "effective change"),
        touched.len(),
        aspects.join(", ")
    )
}

fn configuration(changes: &[Redacted<EffectiveChange>]) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let is_same = |it: &&Redacted<EffectiveChange>| {
            it.kind == first.kind && it.name == first.name && !first.key.is_empty()
        };
        let number = rest.iter().take_while(is_same).count().max(1);
        let (of_one, behind) = rest.split_at(number);
        rest = behind;
        let place = first.place().map(|place| {
            let line = place.start().line;
            let was = if first.new_place.is_none() {
                "was "
            } else {
                ""
            };
            match first.configuration.starts_with(&**place.path()) {
                true => format!("  ({was}line {line})"),
                false => format!("  ({was}{}:{line})", place.path()),
            }
        });
        let sign = match (first.key.is_empty(), first.action) {
            (true, ChangeKind::Added) => '+',
            (true, ChangeKind::Removed) => '-',
            _ => '~',
        };
        let text = match first.key.is_empty() {
            true if first.old.is_none() && first.new.is_none() => String::new(),
            true => format!(": {}", first.values()),
            false => String::new(),
        };
        let also = match &*first.also_in {
            [] => String::new(),
            also => format!("; also in {}", names(also)),
        };
        let place = place.unwrap_or_default();
        let subject = match first.kind {
            SubjectKind::Configuration if !first.key.is_empty() => "settings".to_owned(),
            _ => first.subject(),
        };
        out.push(format!("  {sign} {subject}{text}{place}{also}"));
        if !first.key.is_empty() {
            out.extend(keys(of_one));
        }
    }
    out
}

fn keys(changes: &[Redacted<EffectiveChange>]) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = changes;
    let family = |it: &EffectiveChange| (it.key.clone(), it.action);
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|it| family(it) == family(first));
        let (of_one, behind) = rest.split_at(same.count());
        rest = behind;
        out.extend(of_one.iter().take(MOST_OF_KEY).map(|it| key(it)));
        if let Some(more @ 1..) = of_one.len().checked_sub(MOST_OF_KEY) {
            let (family, action) = family(first);
            out.push(format!("      {more} more {} of {family}", action.word()));
        }
    }
    out
}

fn key(change: &EffectiveChange) -> String {
    let sign = match change.action {
        ChangeKind::Added => '+',
        ChangeKind::Removed => '-',
        ChangeKind::Changed => ' ',
    };
    let retargeted = match (change.kind, &*change.key, change.action) {
        (SubjectKind::RemoteWrite | SubjectKind::RemoteRead, "url", ChangeKind::Changed) => {
            "  (retargeted)"
        }
        _ => "",
    };
    let when = change.when.as_ref().map(|when| format!(" with {when}"));
    let applies = match &*change.applies_to {
        [] => String::new(),
        all => format!("  (for {})", names(all)),
    };
    let (key, when) = (&change.key, when.unwrap_or_default());
    format!(
        "    {sign} {key}{when}: {}{retargeted}{applies}",
        change.values()
    )
}

/// `a, b and 3 more`.
pub(super) fn names(all: &[String]) -> String {
    let listed: Vec<_> = all.iter().take(MOST_NAMES).map(String::as_str).collect();
    match all.len().checked_sub(MOST_NAMES) {
        Some(more @ 1..) => format!("{} and {more} more", listed.join(", ")),
        _ => listed.join(", "),
    }
}
