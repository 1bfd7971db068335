//! One object with everything, or one object a line. docs/json.md is the contract.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::{Inventory, InventoryRow, RowHop, TableOptions, Totals};
use crate::finding::Redacted;
use crate::report::json::{JsonPosition, JsonUnchecked, VERSION, unchecked, write_line};
use crate::report::neutral;

#[derive(Serialize)]
struct JsonInventory<'a> {
    version: u32,
    endpoints: Vec<JsonEndpoint<'a>>,
    unchecked: Vec<JsonUnchecked<'a>>,
    totals: JsonTotals,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine<'a> {
    Inventory { version: u32 },
    Endpoint(Box<JsonEndpoint<'a>>),
    Unchecked(JsonUnchecked<'a>),
    Totals(JsonTotals),
}

#[derive(Serialize)]
struct JsonEndpoint<'a> {
    path: &'a str,
    start: JsonPosition,
    logical: &'a str,
    name: Option<Cow<'a, str>>,
    program: &'static str,
    receiver: Receiver<'a>,
    tenant: Option<Cow<'a, str>>,
    tenant_in: Option<Cow<'a, str>>,
    host: Option<Cow<'a, str>>,
    sender: Option<JsonHop<'a>>,
    way: Vec<JsonHop<'a>>,
    credentials: Vec<JsonCredential<'a>>,
    tls: JsonTls<'a>,
    dropped: Vec<Cow<'a, str>>,
    owners: Vec<Cow<'a, str>>,
    findings: Findings,
    unchecked: Vec<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Receiver<'a> {
    names: Vec<Cow<'a, str>>,
    known_by: Option<&'static str>,
    certain: bool,
}

#[derive(Serialize)]
struct JsonHop<'a> {
    kind: &'static str,
    name: Cow<'a, str>,
    path: &'a str,
    start: JsonPosition,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonCredential<'a> {
    kind: Cow<'a, str>,
    source: Cow<'a, str>,
}

#[derive(Serialize)]
struct JsonTls<'a> {
    verification: &'static str,
    ca: Option<Cow<'a, str>>,
    issuer: Option<Cow<'a, str>>,
    evidence: Vec<JsonInventoryEvidence<'a>>,
}

#[derive(Serialize)]
struct JsonInventoryEvidence<'a> {
    path: &'a str,
    start: JsonPosition,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct Findings {
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct JsonTotals {
    endpoints: usize,
    configurations: usize,
    #[serde(rename = "recognised")]
    recognized: JsonRecognized,
    by: Vec<JsonBy>,
}

#[derive(Serialize)]
struct JsonRecognized {
    endpoints: usize,
    of: usize,
    share: Option<f64>,
}

#[derive(Serialize)]
struct JsonBy {
    what: &'static str,
    values: Vec<JsonValue>,
}

#[derive(Serialize)]
struct JsonValue {
    value: String,
    endpoints: usize,
}

pub(super) fn write(inventory: &Inventory, to: &mut dyn Write, _: &TableOptions) -> io::Result<()> {
    let report = JsonInventory {
        version: VERSION,
        endpoints: inventory.rows().iter().map(endpoint).collect(),
        unchecked: inventory.rest().iter().map(unchecked).collect(),
        totals: totals(inventory),
    };
    write_line(&report, to)
}

pub(super) fn write_lines(
    inventory: &Inventory,
    to: &mut dyn Write,
    _: &TableOptions,
) -> io::Result<()> {
    write_line(&JsonLine::Inventory { version: VERSION }, to)?;
    for row in inventory.rows() {
        write_line(&JsonLine::Endpoint(Box::new(endpoint(row))), to)?;
    }
    for it in inventory.rest() {
        write_line(&JsonLine::Unchecked(unchecked(it)), to)?;
    }
    write_line(&JsonLine::Totals(totals(inventory)), to)
}

fn endpoint(row: &Redacted<InventoryRow>) -> JsonEndpoint<'_> {
    let evidence = row.tls.evidence.iter().map(|proof| JsonInventoryEvidence {
        path: proof.place.path(),
        start: proof.place.start().into(),
        message: neutral::lines(&proof.message),
    });
    let credentials = row.credentials.iter().map(|proof| JsonCredential {
        kind: neutral::line(&proof.kind),
        source: neutral::line(&proof.source),
    });
    JsonEndpoint {
        path: row.place.path(),
        start: row.place.start().into(),
        logical: &row.logical,
        name: optional(&row.name),
        program: row.program.unwrap_or("Prometheus"),
        receiver: Receiver {
            names: list(&row.receivers),
            known_by: row.known_by,
            certain: row.certain,
        },
        tenant: optional(&row.tenant),
        tenant_in: optional(&row.tenant_in),
        host: optional(&row.host),
        sender: row.sender.as_ref().map(hop),
        way: row.way.iter().map(hop).collect(),
        credentials: credentials.collect(),
        tls: JsonTls {
            verification: row.tls.verification.word(),
            ca: optional(&row.tls.ca),
            issuer: optional(&row.tls.issuer),
            evidence: evidence.collect(),
        },
        dropped: list(&row.dropped),
        owners: list(&row.owners),
        findings: Findings {
            errors: row.findings.errors,
            warnings: row.findings.warnings,
            infos: row.findings.infos,
            suppressed: row.findings.suppressed,
        },
        unchecked: list(&row.unchecked),
    }
}

fn hop(hop: &RowHop) -> JsonHop<'_> {
    let place = &hop.proof.place;
    JsonHop {
        kind: hop.kind,
        name: neutral::line(&hop.name),
        path: place.path(),
        start: place.start().into(),
        message: neutral::lines(&hop.proof.message),
    }
}

fn optional(text: &Option<String>) -> Option<Cow<'_, str>> {
    text.as_deref().map(neutral::line)
}

fn list(texts: &[String]) -> Vec<Cow<'_, str>> {
    texts.iter().map(|text| neutral::line(text)).collect()
}

fn recognized(inventory: &Inventory) -> JsonRecognized {
    let recognized = inventory.recognized();
    let share = recognized.hundredths();
    JsonRecognized {
        endpoints: recognized.endpoints,
        of: recognized.of,
        // At most 100, which a f64 holds.
        share: share
            .and_then(|share| u32::try_from(share).ok())
            .map(|share| f64::from(share) / 100.0),
    }
}

fn totals(inventory: &Inventory) -> JsonTotals {
    let values = |totals: Totals| {
        let values = totals.into_iter().map(|(value, endpoints)| JsonValue {
            value: neutral::line(&value).into_owned(),
            endpoints,
        });
        values.collect()
    };
    let by = inventory.totals().into_iter().map(|(what, totals)| JsonBy {
        what,
        values: values(totals),
    });
    JsonTotals {
        endpoints: inventory.rows().len(),
        configurations: inventory.configurations(),
        recognized: recognized(inventory),
        by: by.collect(),
    }
}
