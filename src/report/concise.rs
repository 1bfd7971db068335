//! One line a finding: `path:line:col: severity rule message`. What could not be checked has the word
//! `unchecked` in place of severity and rule.

use std::io::{self, Write};

use super::Options;
use super::neutral;
use super::outcome::Outcome;
use super::prose::spot;

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    for it in outcome.findings() {
        let finding = &it.finding;
        let spot = spot(&finding.place);
        let severity = finding.severity.word();
        let rule = neutral::line(&finding.rule);
        let message = neutral::line(&finding.message);
        let line = format!("{spot}: {severity} {rule} {message}");
        writeln!(to, "{}", neutral::no_command(&line))?;
    }
    for it in outcome.only_unchecked() {
        let line = format!(
            "{}: unchecked {}",
            spot(&it.place),
            neutral::line(&it.reason)
        );
        writeln!(to, "{}", neutral::no_command(&line))?;
    }
    Ok(())
}
