//! An aligned table as wide as the terminal, and the totals below it. Where the terminal is too
//! narrow for a table, every endpoint is a block of lines. Nothing is cut.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::{Inventory, InventoryRow, TableOptions};
use crate::finding::Redacted;
use crate::report::neutral;
use crate::report::prose::{count, spot};

/// A column: what is over it and what is in it.
pub(super) struct Column {
    pub(super) head: &'static str,
    pub(super) cell: fn(&Redacted<InventoryRow>) -> String,
    /// Whether it holds names and not sentences.
    pub(super) is_literal: bool,
}

/// All columns.
const COLUMNS: &[Column] = &[
    Column {
        head: "where",
        cell: |row| format!("{}:{}", row.place.path(), row.place.start().line),
        is_literal: true,
    },
    Column {
        head: "name",
        cell: |row| row.name.clone().unwrap_or_default(),
        is_literal: true,
    },
    Column {
        head: "program",
        cell: |row| row.program.unwrap_or_default().to_owned(),
        is_literal: false,
    },
    Column {
        head: "receiver",
        cell: receiver,
        is_literal: false,
    },
    Column {
        head: "tenant",
        cell: |row| row.tenant().unwrap_or_default(),
        is_literal: true,
    },
    Column {
        head: "host",
        cell: |row| row.host.clone().unwrap_or_default(),
        is_literal: true,
    },
    Column {
        head: "credentials",
        cell: credentials,
        is_literal: false,
    },
    Column {
        head: "TLS",
        cell: |row| row.protection(),
        is_literal: false,
    },
    Column {
        head: "dropped",
        cell: |row| row.dropped.join("; "),
        is_literal: true,
    },
    Column {
        head: "owner",
        cell: |row| row.owners.join(" "),
        is_literal: true,
    },
    Column {
        head: "findings",
        cell: findings,
        is_literal: false,
    },
    Column {
        head: "unchecked",
        cell: |row| match row.unchecked.len() {
            0 => String::new(),
            some => some.to_string(),
        },
        is_literal: false,
    },
];

/// What is between two columns.
const GAP: usize = 2;

/// The narrowest that a column is made, if its head is not wider: below that, tables do not help.
const NARROWEST: usize = 10;

/// The most values of one kind of total: more would push the table off the screen.
const MOST_TOTALS: usize = 20;

/// `Mimir (by host)`; with a question mark where it is not sure.
fn receiver(row: &Redacted<InventoryRow>) -> String {
    let mark = if row.certain { "" } else { "?" };
    match row.known_by {
        Some(by) => format!("{}{mark} (by {by})", row.receiver()),
        None => row.receiver(),
    }
}

fn credentials(row: &Redacted<InventoryRow>) -> String {
    let each = row.credentials.iter();
    let each: Vec<_> = each
        .map(|proof| format!("{}: {}", proof.kind, proof.source))
        .collect();
    if each.is_empty() {
        "none".into()
    } else {
        each.join("; ")
    }
}

/// `2 errors, 1 warning`.
fn findings(row: &Redacted<InventoryRow>) -> String {
    let figures = [
        (row.findings.errors, "error"),
        (row.findings.warnings, "warning"),
        (row.findings.infos, "info"),
    ];
    let some = figures.into_iter().filter(|(n, _)| *n > 0);
    let some = some.map(|(n, word)| count(n, word));
    let hidden = row.findings.suppressed;
    let hidden = (hidden > 0).then(|| format!("{hidden} suppressed"));
    some.chain(hidden).collect::<Vec<_>>().join(", ")
}

/// `12 endpoints in 5 configurations`.
pub(super) fn scope(inventory: &Inventory) -> String {
    format!(
        "{} in {}",
        count(inventory.rows().len(), "endpoint"),
        count(inventory.configurations(), "configuration")
    )
}

/// The columns that say something of any endpoint.
pub(super) fn shown(inventory: &Inventory) -> Vec<&'static Column> {
    let says = |column: &&Column| {
        let mut cells = inventory.rows().iter().map(column.cell);
        cells.any(|cell| !cell.is_empty())
    };
    COLUMNS.iter().filter(says).collect()
}

pub(super) fn write(
    inventory: &Inventory,
    to: &mut dyn Write,
    options: &TableOptions,
) -> io::Result<()> {
    let columns = shown(inventory);
    let rows: Vec<Vec<String>> = inventory
        .rows()
        .iter()
        .map(|row| {
            let cells = columns.iter().map(|column| (column.cell)(row));
            cells
                .map(|cell| neutral::line(&cell).into_owned())
                .collect()
        })
        .collect();
    let heads: Vec<String> = columns.iter().map(|column| column.head.into()).collect();
    match widths(&heads, &rows, options.width) {
        Some(widths) => write_table(&heads, &rows, &widths, to)?,
        None => write_blocks(&heads, &rows, to)?,
    }
    if !rows.is_empty() {
        writeln!(to)?;
    }
    write_ways(inventory, to)?;
    write_totals(inventory, to)?;
    write_unchecked(inventory, to)?;
    let recognized = match inventory.rows() {
        [] => String::new(),
        _ => format!("; {}", inventory.recognized().words()),
    };
    writeln!(to, "{}{recognized}.", scope(inventory))
}

/// How wide each column is: as wide as its widest cell if there is room, else the widest ones give
/// way; none if a table has no room.
fn widths(heads: &[String], rows: &[Vec<String>], room: Option<usize>) -> Option<Vec<usize>> {
    let mut widths: Vec<usize> = heads.iter().map(|head| head.width()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let Some(room) = room else {
        return Some(widths);
    };
    let room = room.checked_sub(GAP * widths.len().saturating_sub(1))?;
    let least = |width: &usize| (*width).min(NARROWEST);
    if widths.iter().map(least).sum::<usize>() > room {
        return None;
    }
    // One column after the other: a table has a dozen columns, and a terminal some hundreds.
    while widths.iter().sum::<usize>() > room {
        let widest = widths.iter_mut().max_by_key(|width| **width)?;
        *widest -= 1;
    }
    Some(widths)
}

fn write_table(
    heads: &[String],
    rows: &[Vec<String>],
    widths: &[usize],
    to: &mut dyn Write,
) -> io::Result<()> {
    let folds = |row: &Vec<String>| {
        let mut cells = row.iter().zip(widths);
        cells.any(|(cell, width)| cell.width() > *width)
    };
    let apart = rows.iter().any(folds);
    if !rows.is_empty() {
        let heads: Vec<String> = heads.iter().map(|head| head.to_uppercase()).collect();
        write_row(&heads, widths, to)?;
    }
    for (number, row) in rows.iter().enumerate() {
        if apart && number > 0 {
            writeln!(to)?;
        }
        write_row(row, widths, to)?;
    }
    Ok(())
}

fn write_row(cells: &[String], widths: &[usize], to: &mut dyn Write) -> io::Result<()> {
    let cells = cells.iter().zip(widths);
    let folded: Vec<Vec<String>> = cells.map(|(cell, width)| fold(cell, *width)).collect();
    let height = folded.iter().map(Vec::len).max().unwrap_or(0);
    for number in 0..height {
        let mut line = String::new();
        for (cell, width) in folded.iter().zip(widths) {
            let part = cell.get(number).map_or("", String::as_str);
            let pad = width.saturating_sub(part.width()) + GAP;
            line.push_str(part);
            line.push_str(&" ".repeat(pad));
        }
        writeln!(to, "{}", neutral::no_command(line.trim_end()))?;
    }
    Ok(())
}

/// A cell in lines of at most `width` columns, broken behind spaces and slashes, and anywhere in
/// what is longer.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in text.split_inclusive([' ', '/', '.', ',', ';', '-', '_', '@']) {
        add(piece, width, &mut lines);
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn add(piece: &str, width: usize, lines: &mut Vec<String>) {
    let bare = piece.trim_end().width();
    let fits = |line: &String| line.width() + bare <= width;
    match lines.last_mut() {
        Some(line) if fits(line) => line.push_str(piece),
        _ if bare <= width => lines.push(piece.to_owned()),
        _ => {
            for c in piece.chars() {
                let c = c.to_string();
                match lines.last_mut() {
                    Some(line) if line.width() + c.width() <= width => line.push_str(&c),
                    _ => lines.push(c),
                }
            }
        }
    }
}

/// Every endpoint as lines of `head  text`.
fn write_blocks(heads: &[String], rows: &[Vec<String>], to: &mut dyn Write) -> io::Result<()> {
    let width = heads.iter().map(|head| head.width()).max().unwrap_or(0);
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            writeln!(to)?;
        }
        for (head, cell) in heads.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            writeln!(to, "{head:width$}  {cell}")?;
        }
    }
    Ok(())
}

/// What of the tree is on the way to each endpoint: too long for a column.
fn write_ways(inventory: &Inventory, to: &mut dyn Write) -> io::Result<()> {
    let rows = inventory.rows().iter().filter(|row| !row.way.is_empty());
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(to, "On the way:")?;
    for row in rows {
        writeln!(to, "  {}", neutral::line(&spot(&row.place)))?;
        for hop in row.hops() {
            writeln!(to, "    {}", neutral::line(&hop))?;
        }
    }
    writeln!(to)
}

fn write_totals(inventory: &Inventory, to: &mut dyn Write) -> io::Result<()> {
    for (what, totals) in inventory.totals() {
        if totals.is_empty() {
            continue;
        }
        writeln!(to, "By {what}:")?;
        let digits = totals.first().map_or(1, |(_, n)| n.to_string().len());
        for (value, n) in totals.iter().take(MOST_TOTALS) {
            writeln!(to, "  {n:>digits$}  {}", neutral::line(value))?;
        }
        if let Some(left @ 1..) = totals.len().checked_sub(MOST_TOTALS) {
            writeln!(to, "  and {left} more")?;
        }
        writeln!(to)?;
    }
    Ok(())
}

/// What could not be checked, each reason once.
fn write_unchecked(inventory: &Inventory, to: &mut dyn Write) -> io::Result<()> {
    let of_row = |row: &'_ Redacted<InventoryRow>| -> Vec<(String, String)> {
        let reasons = row.unchecked.iter();
        reasons
            .map(|reason| (spot(&row.place), reason.clone()))
            .collect()
    };
    let rest = inventory.rest().iter();
    let rest = rest.map(|it| (spot(&it.place), it.reason.clone()));
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (place, reason) in inventory.rows().iter().flat_map(of_row).chain(rest) {
        match reasons.iter_mut().find(|(said, _)| *said == reason) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => reasons.push((reason, vec![place])),
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(to, "Could not be checked:")?;
    for (reason, places) in reasons {
        let first = places.first().map_or("", String::as_str);
        let more = match places.len() {
            0 | 1 => String::new(),
            all => format!(" and {}", count(all - 1, "other")),
        };
        writeln!(to, "  {first}{more}: {}", neutral::line(&reason))?;
    }
    writeln!(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fold_where_they_can() {
        for (text, width, expected) in [
            ("short", 9, &["short"][..]),
            (
                "prod/eu/prometheus.yml:3",
                11,
                &["prod/eu/", "prometheus.", "yml:3"],
            ),
            ("tenant-api-token", 7, &["tenant-", "api-", "token"]),
            ("bearer token: file x", 12, &["bearer", "token: file", "x"]),
            ("日本語日本語", 5, &["日本", "語日", "本語"]),
            ("", 9, &[""]),
        ] {
            assert_eq!(fold(text, width), expected, "{text}");
        }
    }

    #[test]
    fn the_widest_columns_give_way_first() {
        let heads = ["a", "b", "c"].map(String::from);
        let row = |lens: [usize; 3]| lens.map(|len| "x".repeat(len)).to_vec();
        for (lens, room, expected) in [
            ([5, 10, 30], None, Some(vec![5, 10, 30])),
            ([5, 10, 30], Some(49), Some(vec![5, 10, 30])),
            ([5, 10, 30], Some(40), Some(vec![5, 10, 21])),
            ([5, 20, 30], Some(35), Some(vec![5, 13, 13])),
            ([5, 20, 30], Some(29), Some(vec![5, 10, 10])),
            ([5, 20, 30], Some(28), None),
            ([5, 20, 30], Some(3), None),
        ] {
            assert_eq!(
                widths(&heads, &[row(lens)], room),
                expected,
                "{lens:?} {room:?}"
            );
        }
    }
}
