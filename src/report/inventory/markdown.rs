//! Tables for a page or a comment, in which nothing comes alive.

use std::io::{self, Write};

use super::table::{Column, scope, shown};
use super::{Inventory, TableOptions};
use crate::report::markdown::{code, inert};
use crate::report::prose::{count, spot};

/// The most bytes of the table; what is beyond it is counted. GitHub takes comments of 65,536 characters,
/// and the totals follow.
const LONGEST: usize = 55_000;

/// The most lines of one kind of total: more would take the place of the table.
const MOST_TOTALS: usize = 20;

pub(super) fn write(inventory: &Inventory, to: &mut dyn Write, _: &TableOptions) -> io::Result<()> {
    writeln!(to, "## promvet: {}\n", scope(inventory))?;
    let columns = shown(inventory);
    if !inventory.rows().is_empty() {
        write_rows(inventory, &columns, to)?;
    }
    if !inventory.rows().is_empty() {
        writeln!(to, "\npromvet {}.", inventory.recognized().words())?;
    }
    write_ways(inventory, to)?;
    for (what, totals) in inventory.totals() {
        if totals.is_empty() {
            continue;
        }
        writeln!(to, "\n| {what} | endpoints |\n|---|---|")?;
        for (value, endpoints) in totals.iter().take(MOST_TOTALS) {
            writeln!(to, "| {} | {endpoints} |", inert(value))?;
        }
        if let Some(left @ 1..) = totals.len().checked_sub(MOST_TOTALS) {
            writeln!(to, "| {left} more | |")?;
        }
    }
    if !inventory.rest().is_empty() {
        writeln!(to, "\n### Could not be checked\n")?;
        for it in inventory.rest().iter().take(MOST_TOTALS) {
            writeln!(to, "- {} {}", code(&spot(&it.place)), inert(&it.reason))?;
        }
        if let Some(left @ 1..) = inventory.rest().len().checked_sub(MOST_TOTALS) {
            writeln!(to, "- and {} more", count(left, "place"))?;
        }
    }
    Ok(())
}

/// What of the tree is on the way to each endpoint.
fn write_ways(inventory: &Inventory, to: &mut dyn Write) -> io::Result<()> {
    let rows = inventory.rows().iter().filter(|row| !row.way.is_empty());
    let ways: Vec<_> = rows.collect();
    if ways.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n### On the way\n")?;
    for row in ways.iter().take(MOST_TOTALS) {
        writeln!(to, "- {}: {}", code(&spot(&row.place)), inert(&row.way()))?;
    }
    if let Some(left @ 1..) = ways.len().checked_sub(MOST_TOTALS) {
        writeln!(to, "- and {} more", count(left, "endpoint"))?;
    }
    Ok(())
}

fn write_rows(inventory: &Inventory, columns: &[&Column], to: &mut dyn Write) -> io::Result<()> {
    let heads: Vec<_> = columns.iter().map(|column| column.head).collect();
    writeln!(to, "| {} |", heads.join(" | "))?;
    writeln!(to, "|{}", "---|".repeat(heads.len()))?;
    let (mut written, mut left) = (0, 0);
    for row in inventory.rows() {
        let cells = columns.iter().map(|column| match (column.cell)(row) {
            text if text.is_empty() => text,
            text if column.is_literal => code(&text),
            text => inert(&text),
        });
        let line = format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
        if written + line.len() > LONGEST {
            left += 1;
            continue;
        }
        written += line.len();
        to.write_all(line.as_bytes())?;
    }
    if left > 0 {
        writeln!(
            to,
            "\nAnd {} that did not fit here.",
            count(left, "endpoint")
        )?;
    }
    Ok(())
}
