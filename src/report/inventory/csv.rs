//! Comma-separated values (RFC 4180, with line feeds), one line an endpoint. What could not be checked
//! and is about no endpoint has a line with a path and the reason alone.
//!
//! Spreadsheets run what begins with certain signs as a formula; an apostrophe before it keeps it a
//! text (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Inventory, InventoryRow, TableOptions};
use crate::finding::{Redacted, Unchecked};
use crate::report::neutral;
use crate::report::prose::spot;

const HEAD: [&str; 25] = [
    "path",
    "line",
    "logical",
    "name",
    "receiver",
    "receiver_known_by",
    "receiver_certain",
    "tenant",
    "tenant_in",
    "host",
    "sender",
    "way",
    "credentials",
    "tls",
    "ca",
    "issuer",
    "issuer_known_by",
    "dropped",
    "owners",
    "errors",
    "warnings",
    "infos",
    "unchecked",
    "suppressed",
    "program",
];

pub(super) fn write(inventory: &Inventory, to: &mut dyn Write, _: &TableOptions) -> io::Result<()> {
    writeln!(to, "{}", HEAD.join(","))?;
    let rows = inventory.rows().iter().map(cells);
    for cells in rows.chain(inventory.rest().iter().map(cells_of_unchecked)) {
        let cells: Vec<_> = cells.iter().map(|cell| field(cell)).collect();
        writeln!(to, "{}", cells.join(","))?;
    }
    Ok(())
}

fn cells(row: &Redacted<InventoryRow>) -> [String; HEAD.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let credentials = row.credentials.iter();
    let credentials: Vec<_> = credentials
        .map(|proof| format!("{}: {}", proof.kind, proof.source))
        .collect();
    let evidence = row.tls.evidence.iter();
    let evidence: Vec<_> = evidence
        .map(|proof| format!("{}: {}", spot(&proof.place), proof.message))
        .collect();
    [
        row.place.path().to_string(),
        row.place.start().line.to_string(),
        row.logical.clone(),
        text(&row.name),
        row.receivers.join(" or "),
        row.known_by.unwrap_or("").to_owned(),
        row.certain.to_string(),
        text(&row.tenant),
        text(&row.tenant_in),
        text(&row.host),
        row.sender
            .as_ref()
            .map(|hop| hop.name.clone())
            .unwrap_or_default(),
        row.way(),
        credentials.join("; "),
        row.tls.verification.word().to_owned(),
        text(&row.tls.ca),
        text(&row.tls.issuer),
        evidence.join("; "),
        row.dropped.join("; "),
        row.owners.join(" "),
        row.findings.errors.to_string(),
        row.findings.warnings.to_string(),
        row.findings.infos.to_string(),
        row.unchecked.join("; "),
        row.findings.suppressed.to_string(),
        row.program.unwrap_or("Prometheus").to_owned(),
    ]
}

fn cells_of_unchecked(it: &Redacted<Unchecked>) -> [String; HEAD.len()] {
    HEAD.map(|head| match head {
        "path" => it.place.path().to_string(),
        "line" => it.place.start().line.to_string(),
        "logical" => it.logical.clone(),
        "unchecked" => it.reason.clone(),
        _ => String::new(),
    })
}

/// A text as a field.
fn field(text: &str) -> String {
    let mut text = neutral::line(text);
    if is_formula(&text) {
        text = Cow::Owned(format!("'{text}"));
    }
    // In quotes it is not a command to GitHub's runner either, whose lines begin with `::`.
    let is_command = text.trim_start().starts_with("::");
    if is_command || text.contains(['"', ',', '\n', '\r', ';']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}

/// Whether a spreadsheet would calculate it. An owner, `@org/team`, is not a formula.
fn is_formula(text: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | ' ' | '@');
    match text.chars().next() {
        Some('=' | '+' | '-' | '|' | '%' | '\t') => true,
        Some('@') => !text.chars().all(plain),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_and_no_formulas() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("a\nb", "a b"),
            ("=1+1", "'=1+1"),
            (
                "=HYPERLINK(\"x\",\"y\")",
                "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"",
            ),
            ("@SUM(1)", "'@SUM(1)"),
            ("@org/team ops@example.com", "@org/team ops@example.com"),
            (" x", "\" x\""),
            ("::error::x.yml", "\"::error::x.yml\""),
            ("a\u{1b}[2J", "a␛[2J"),
            ("", ""),
        ] {
            assert_eq!(field(text), expected);
        }
    }
}
