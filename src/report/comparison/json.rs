//! One object; the contract is in docs/compare.md.

use std::io::{self, Write};

use serde::Serialize;

use super::{EffectiveChange, EffectiveChanges};
use crate::finding::Place;
use crate::report::json::{VERSION, write_line};

#[derive(Serialize)]
struct JsonChanges<'c> {
    version: u32,
    old: &'c str,
    new: Option<&'c str>,
    configurations: usize,
    changes: Vec<JsonChange<'c>>,
    not_compared: Vec<JsonUnread<'c>>,
}

#[derive(Serialize)]
struct JsonUnread<'c> {
    path: &'c str,
    reason: &'c str,
}

#[derive(Serialize)]
struct JsonChange<'c> {
    action: &'static str,
    aspect: &'static str,
    configuration: &'c str,
    also_in: &'c [String],
    kind: &'static str,
    name: &'c str,
    key: &'c str,
    old: Option<&'c str>,
    new: Option<&'c str>,
    secret: bool,
    when: Option<&'c str>,
    applies_to: &'c [String],
    old_place: Option<JsonPlace<'c>>,
    new_place: Option<JsonPlace<'c>>,
}

#[derive(Serialize)]
struct JsonPlace<'c> {
    path: &'c str,
    line: usize,
    column: usize,
}

pub(super) fn write(changes: &EffectiveChanges, to: &mut dyn Write) -> io::Result<()> {
    let unread = changes.not_compared();
    let unread = unread.map(|(path, reason)| JsonUnread { path, reason });
    let report = JsonChanges {
        version: VERSION,
        old: &changes.old,
        new: changes.new.as_deref(),
        configurations: changes.configurations,
        changes: changes.changes.iter().map(|it| change(it)).collect(),
        not_compared: unread.collect(),
    };
    write_line(&report, to)
}

fn change(change: &EffectiveChange) -> JsonChange<'_> {
    JsonChange {
        action: change.action.word(),
        aspect: change.aspect.word(),
        configuration: &change.configuration,
        also_in: &change.also_in,
        kind: change.kind.word(),
        name: &change.name,
        key: &change.key,
        old: change.old.as_deref(),
        new: change.new.as_deref(),
        secret: change.secret,
        when: change.when.as_deref(),
        applies_to: &change.applies_to,
        old_place: change.old_place.as_ref().map(place),
        new_place: change.new_place.as_ref().map(place),
    }
}

fn place(place: &Place) -> JsonPlace<'_> {
    let start = place.start();
    JsonPlace {
        path: place.path(),
        line: start.line,
        column: start.column,
    }
}
