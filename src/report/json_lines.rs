//! One object a line, each with its `type`: for pipes and logs. The objects are those of
//! docs/json.md.

use std::io::{self, Write};

use serde::Serialize;

use super::Options;
use super::json::{self, JsonFile, JsonFinding, JsonSummary, JsonSuppressed, JsonUnchecked};
use super::outcome::Outcome;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Report { version: u32 },
    File(JsonFile<'a>),
    Finding(JsonFinding<'a>),
    Unchecked(JsonUnchecked<'a>),
    Suppressed(JsonSuppressed<'a>),
    Summary(JsonSummary),
}

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let version = json::VERSION;
    json::write_line(&Line::Report { version }, to)?;
    for file in json::files(outcome) {
        json::write_line(&Line::File(file), to)?;
    }
    for it in outcome.findings() {
        json::write_line(&Line::Finding(json::finding(it)), to)?;
    }
    for it in outcome.unchecked() {
        json::write_line(&Line::Unchecked(json::unchecked(it)), to)?;
    }
    for it in outcome.suppressed() {
        json::write_line(&Line::Suppressed(json::suppressed(it)), to)?;
    }
    json::write_line(&Line::Summary(json::summary(outcome.summary())), to)
}
