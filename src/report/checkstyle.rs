//! Checkstyle's XML: files with errors. What could not be checked is one of the least severity.
//!
//! The form is that of Checkstyle's own XMLLogger; `severity` is one of its words `error`,
//! `warning` and `info`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::outcome::{Outcome, Reported};
use super::xml::escape;
use crate::finding::{Place, Redacted, Severity, Unchecked};

/// The version of Checkstyle whose form this is; readers look for the attribute.
const VERSION: &str = "10.0";

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(to, r#"<checkstyle version="{VERSION}">"#)?;
    let mut files: BTreeMap<&str, Vec<Item<'_>>> = BTreeMap::new();
    let findings = outcome.findings().iter().map(of_finding);
    for item in findings.chain(outcome.only_unchecked().map(of_unchecked)) {
        files.entry(item.place.path()).or_default().push(item);
    }
    for (path, items) in &files {
        writeln!(to, r#"  <file name="{}">"#, escape(path))?;
        for item in items {
            write_error(to, item)?;
        }
        writeln!(to, "  </file>")?;
    }
    writeln!(to, "</checkstyle>")
}

/// What becomes an `error`.
struct Item<'a> {
    place: &'a Place,
    severity: Severity,
    source: &'a str,
    message: String,
}

fn of_finding(it: &Reported) -> Item<'_> {
    let finding = &it.finding;
    let help = finding.help_line().unwrap_or_default();
    Item {
        place: &finding.place,
        severity: finding.severity,
        source: &finding.rule,
        message: format!("{} {help}", finding.message),
    }
}

fn of_unchecked(it: &Redacted<Unchecked>) -> Item<'_> {
    let settle = it.settle.as_deref().unwrap_or_default();
    Item {
        place: &it.place,
        severity: Severity::Info,
        source: "unchecked",
        message: format!("could not be checked: {} {settle}", it.reason),
    }
}

fn write_error(to: &mut dyn Write, item: &Item<'_>) -> io::Result<()> {
    let start = item.place.start();
    writeln!(
        to,
        r#"    <error line="{}" column="{}" severity="{}" message="{}" source="promvet.{}"/>"#,
        start.line,
        start.column,
        item.severity.word(),
        escape(item.message.trim_end()),
        escape(item.source)
    )
}
