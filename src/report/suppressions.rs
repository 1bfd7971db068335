//! The suppressions of a tree, for people and machines.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr as _;

use super::json::{VERSION, write_line};
use super::neutral;
use crate::finding::Redacted;

/// A suppression.
#[derive(Clone, Debug, Serialize)]
pub struct ListedSuppression {
    /// The file as it is shown.
    pub path: String,
    /// The line of the comment, from 1.
    pub line: usize,
    /// The path of keys to what it is for; empty for a whole file.
    pub logical: String,
    /// Whether it is for the whole file.
    pub whole_file: bool,
    /// Whether it is for all of a configuration that is in the file, at the path of keys.
    #[serde(skip)]
    pub whole_part: bool,
    /// The rules and groups that it silences.
    pub rules: Vec<String>,
    /// Why.
    #[serde(serialize_with = "unwrapped")]
    pub reason: Option<Redacted<String>>,
    /// The last day on which it works, such as `2027-01-31`.
    pub until: Option<String>,
    /// Whether that day is over.
    pub lapsed: bool,
    /// Days since its line was committed; none if git does not know.
    pub age_days: Option<i64>,
}

fn unwrapped<S: Serializer>(reason: &Option<Redacted<String>>, to: S) -> Result<S::Ok, S::Error> {
    reason.as_deref().serialize(to)
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    suppressions: &'a [ListedSuppression],
}

/// Writes one object; docs/json.md is its contract.
///
/// # Errors
/// What the writer says.
pub fn write_json(list: &[ListedSuppression], to: &mut dyn Write) -> io::Result<()> {
    let list = List {
        version: VERSION,
        suppressions: list,
    };
    write_line(&list, to)
}

/// Between two columns.
const GAP: usize = 2;

const HEADS: [&str; 5] = ["WHERE", "RULES", "UNTIL", "AGE", "REASON"];

/// Writes an aligned table, and how many there are.
///
/// # Errors
/// What the writer says.
pub fn write_table(list: &[ListedSuppression], to: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 5]> = list.iter().map(cells).collect();
    let mut widths = HEADS.map(|head| head.width());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    if !rows.is_empty() {
        write_row(&HEADS.map(str::to_owned), &widths, to)?;
        for row in &rows {
            write_row(row, &widths, to)?;
        }
        writeln!(to)?;
    }
    let lapsed = list.iter().filter(|item| item.lapsed).count();
    let lapsed = match lapsed {
        0 => String::new(),
        lapsed => format!("; {lapsed} lapsed"),
    };
    writeln!(
        to,
        "{}{lapsed}.",
        super::prose::count(list.len(), "suppression")
    )
}

fn cells(suppression: &ListedSuppression) -> [String; 5] {
    let age = match suppression.age_days {
        None => String::new(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    let until = match (&suppression.until, suppression.lapsed) {
        (Some(until), true) => format!("{until} (lapsed)"),
        (Some(until), false) => until.clone(),
        (None, _) => String::new(),
    };
    let file = match (suppression.whole_file, suppression.whole_part) {
        (true, _) => " (whole file)".to_owned(),
        (_, true) => format!(" (whole file in {})", suppression.logical),
        _ => String::new(),
    };
    [
        format!("{}:{}", suppression.path, suppression.line),
        format!("{}{file}", suppression.rules.join(", ")),
        until,
        age,
        suppression.reason.as_deref().cloned().unwrap_or_default(),
    ]
    .map(|cell| neutral::line(&cell).into_owned())
}

fn write_row(cells: &[String; 5], widths: &[usize; 5], to: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width - cell.width().min(*width) + GAP));
    }
    writeln!(to, "{}", neutral::no_command(line.trim_end()))
}
