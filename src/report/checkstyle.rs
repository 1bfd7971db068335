//! Checkstyle's XML: files with errors. It has no place for what could not be checked.
//!
//! The form is that of Checkstyle's own XMLLogger; `severity` is one of its words `error`,
//! `warning` and `info`.

use std::io::{self, Write};

use super::Options;
use super::outcome::{Outcome, Reported};
use super::xml::escape;

/// The version of Checkstyle whose form this is; readers look for the attribute.
const VERSION: &str = "10.0";

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(to, r#"<checkstyle version="{VERSION}">"#)?;
    let path = |it: &Reported| it.finding.place.path().clone();
    for file in outcome.findings().chunk_by(|a, b| path(a) == path(b)) {
        let Some(first) = file.first() else { continue };
        writeln!(to, r#"  <file name="{}">"#, escape(&path(first)))?;
        for it in file {
            write_error(to, it)?;
        }
        writeln!(to, "  </file>")?;
    }
    writeln!(to, "</checkstyle>")
}

fn write_error(to: &mut dyn Write, it: &Reported) -> io::Result<()> {
    let finding = &it.finding;
    let start = finding.place.start();
    let help = finding.help_line().unwrap_or_default();
    let message = format!("{} {help}", finding.message);
    writeln!(
        to,
        r#"    <error line="{}" column="{}" severity="{}" message="{}" source="promvet.{}"/>"#,
        start.line,
        start.column,
        finding.severity.word(),
        escape(message.trim_end()),
        escape(&finding.rule)
    )
}
