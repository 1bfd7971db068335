//! Every endpoint with what is known of it: the data of `promvet audit`, apart from its rendering.
//!
//! No value of a credential is in it, and every text of it passed through the sieve of its file.

mod csv;
mod json;
mod markdown;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::outcome::Outcome;
use super::prose::count;
use crate::finding::{Evidence, Place, Severity};

/// One endpoint: one entry of `remote_write`.
#[derive(Clone, Debug)]
pub struct Row {
    /// The URL, or the entry where it has none.
    pub place: Place,
    /// The whole entry.
    pub entry: Place,
    /// Its path of keys, such as `remote_write[0]`.
    pub logical: String,
    /// `name`.
    pub name: Option<String>,
    /// The receiver, or all that it may be; empty if nothing is known.
    pub receivers: Vec<String>,
    /// How the receiver is known, such as `host`; none if it is not.
    pub known_by: Option<&'static str>,
    /// Whether it is known for sure.
    pub certain: bool,
    /// The tenant or account that is written to.
    pub tenant: Option<String>,
    /// Where the tenant is named, such as `host` or `header X-Scope-OrgID`.
    pub tenant_in: Option<String>,
    /// Host and port as written.
    pub host: Option<String>,
    /// How it proves who it is; empty if not at all.
    pub credentials: Vec<Proof>,
    /// How the connection is protected.
    pub tls: Tls,
    /// What is dropped before sending, in words.
    pub dropped: Vec<String>,
    /// Who owns the file.
    pub owners: Vec<String>,
    /// Findings about it.
    pub findings: Figures,
    /// What about it could not be checked, in sentences.
    pub unchecked: Vec<String>,
}

/// A credential without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What it is, such as `bearer token`.
    pub kind: String,
    /// Where it is from, such as `file secrets/token`.
    pub source: String,
}

/// How a connection is protected.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Whether the receiver's certificate is verified.
    pub verification: Verification,
    /// Where the trusted certificates are from, if it is not the system.
    pub ca: Option<String>,
    /// Who signed the receiver's certificate, if that is known.
    pub issuer: Option<String>,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

/// Whether a certificate is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It is.
    Verified,
    /// It is not, by `insecure_skip_verify`.
    Skipped,
    /// There is none: plain http.
    Plain,
    /// The URL does not tell.
    Unknown,
}

impl Verification {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Skipped => "skipped",
            Self::Plain => "plain http",
            Self::Unknown => "unknown",
        }
    }
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
}

/// All endpoints, by file and place.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    rows: Vec<Row>,
    configurations: usize,
}

/// How many of all endpoints have a receiver that is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Those that have.
    pub endpoints: usize,
    /// All.
    pub of: usize,
}

impl Recognised {
    /// The share in hundredths, rounded down, so that 1.00 is all of them; none of nothing.
    #[must_use]
    pub fn hundredths(self) -> Option<usize> {
        (self.endpoints * 100).checked_div(self.of)
    }

    /// `recognised 118 of 132 endpoints (0.89)`.
    #[must_use]
    pub fn words(self) -> String {
        let Self { endpoints, of } = self;
        let all = count(of, "endpoint");
        match self.hundredths() {
            Some(share) => format!(
                "recognised {endpoints} of {all} ({}.{:02})",
                share / 100,
                share % 100
            ),
            None => "no endpoints".to_owned(),
        }
    }
}

/// How many endpoints have each value of something, the commonest first.
pub type Totals = Vec<(String, usize)>;

impl Inventory {
    /// Puts the rows in order, counts the findings of an outcome that are about each, and takes
    /// the secrets of their files out of every text.
    #[must_use]
    pub fn new(mut rows: Vec<Row>, outcome: &Outcome) -> Self {
        rows.sort_by(|a, b| a.entry.order().cmp(&b.entry.order()));
        let mut of_file: BTreeMap<String, Vec<&mut Row>> = BTreeMap::new();
        for row in &mut rows {
            row.redact();
            let path = row.place.path().to_string();
            of_file.entry(path).or_default().push(row);
        }
        for it in outcome.findings() {
            let finding = &it.finding;
            let rows = of_file.get_mut(&**finding.place.path());
            if let Some(row) = about(rows, &finding.place, &finding.logical) {
                row.findings.count(finding.severity);
            }
        }
        for it in outcome.unchecked() {
            let rows = of_file.get_mut(&**it.place.path());
            if let Some(row) = about(rows, &it.place, &it.logical) {
                row.unchecked.push(it.reason.clone());
            }
        }
        Self {
            rows,
            configurations: outcome.summary().configurations,
        }
    }

    /// The endpoints.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many configurations they are from.
    #[must_use]
    pub fn configurations(&self) -> usize {
        self.configurations
    }

    /// How many of the endpoints have a receiver that is recognised, be it one of several.
    #[must_use]
    pub fn recognised(&self) -> Recognised {
        let known = self.rows.iter().filter(|row| !row.receivers.is_empty());
        Recognised {
            endpoints: known.count(),
            of: self.rows.len(),
        }
    }

    /// The totals, each with what they are by.
    #[must_use]
    pub fn totals(&self) -> [(&'static str, Totals); 4] {
        [
            ("receiver", self.total(|row| vec![row.receiver()])),
            (
                "tenant",
                self.total(|row| vec![row.tenant().unwrap_or_else(|| "none".into())]),
            ),
            ("issuer", self.total(|row| vec![row.issuer().to_owned()])),
            (
                "credentials",
                self.total(|row| match row.credentials.as_slice() {
                    [] => vec!["none".to_owned()],
                    some => some.iter().map(|one| one.kind.clone()).collect(),
                }),
            ),
        ]
    }

    fn total(&self, values: impl Fn(&Row) -> Vec<String>) -> Totals {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in &self.rows {
            let mut values = values(row);
            values.sort();
            values.dedup();
            for value in values {
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut totals: Totals = counts.into_iter().collect();
        totals.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        totals
    }
}

/// The row that a finding is about: the one whose entry it stands in, by place or by keys.
fn about<'r, 'i>(
    rows: Option<&'r mut Vec<&'i mut Row>>,
    place: &Place,
    logical: &str,
) -> Option<&'r mut &'i mut Row> {
    let rows = rows?;
    let by_keys = |row: &&mut Row| {
        let below = logical.strip_prefix(&*row.logical);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let by_place = |row: &&mut Row| {
        let (span, entry) = (place.span(), row.entry.span());
        span.start >= entry.start && span.end <= entry.end && !span.is_empty()
    };
    let index = rows.iter().position(by_keys);
    let index = index.or_else(|| rows.iter().position(by_place))?;
    rows.get_mut(index)
}

impl Figures {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }
}

impl Row {
    /// The receivers in words.
    fn receiver(&self) -> String {
        match self.receivers.as_slice() {
            [] => "unknown".into(),
            some => some.join(" or "),
        }
    }

    /// The tenant, or that the credential decides it.
    fn tenant(&self) -> Option<String> {
        let by_credential = || {
            (self.tenant_in.as_deref() == Some("credential"))
                .then(|| "by the credential".to_owned())
        };
        self.tenant.clone().or_else(by_credential)
    }

    /// The issuer in a word.
    fn issuer(&self) -> &str {
        match (&self.tls.issuer, self.tls.verification) {
            (Some(issuer), _) => issuer,
            (None, Verification::Plain) => "none (plain http)",
            (None, _) => "unknown",
        }
    }

    /// The protection in words: `verified, CA file ca.pem, issuer private by promvet.yaml:3`.
    fn protection(&self) -> String {
        let mut words = self.tls.verification.word().to_owned();
        if let Some(ca) = &self.tls.ca {
            words.push_str(&format!(", CA {ca}"));
        }
        if let Some(issuer) = &self.tls.issuer {
            words.push_str(&format!(", issuer {issuer}"));
        }
        if let Some(proof) = self.tls.evidence.first() {
            let (path, start) = (proof.place.path(), proof.place.start());
            words.push_str(&format!(" by {path}:{}", start.line));
        }
        words
    }

    fn redact(&mut self) {
        let proofs = self
            .credentials
            .iter_mut()
            .flat_map(|proof| [&mut proof.kind, &mut proof.source]);
        let evidence = self.tls.evidence.iter_mut().map(|proof| &mut proof.message);
        let texts = [
            &mut self.name,
            &mut self.tenant,
            &mut self.tenant_in,
            &mut self.host,
            &mut self.tls.ca,
        ];
        let texts = texts.into_iter().flatten();
        for text in texts.chain(&mut self.dropped).chain(proofs).chain(evidence) {
            *text = self.place.redact(std::mem::take(text));
        }
    }
}

/// A way to write an [`Inventory`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InventoryFormat {
    /// An aligned table.
    #[default]
    Table,
    /// One object; the contract is in docs/json.md.
    Json,
    /// One object a line, each with its type.
    JsonLines,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A table for a page or a comment.
    Markdown,
}

type Writer = fn(&Inventory, &mut dyn Write, &TableOptions) -> io::Result<()>;

/// How a table for people is drawn.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Columns of the terminal; none is as wide as it needs to be.
    pub width: Option<usize>,
}

/// Every format with its name and what it is.
const FORMATS: &[(InventoryFormat, &str, &str, Writer)] = &[
    (
        InventoryFormat::Table,
        "human",
        "an aligned table, with totals",
        table::write,
    ),
    (
        InventoryFormat::Json,
        "json",
        "one object with everything, versioned",
        json::write,
    ),
    (
        InventoryFormat::JsonLines,
        "json-lines",
        "the same, one object a line",
        json::write_lines,
    ),
    (
        InventoryFormat::Csv,
        "csv",
        "one line an endpoint, for spreadsheets",
        csv::write,
    ),
    (
        InventoryFormat::Markdown,
        "markdown",
        "a table for a page or a comment",
        markdown::write,
    ),
];

impl InventoryFormat {
    /// All formats, in the order in which they are listed.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|&(format, ..)| format)
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |&(_, name, ..)| name)
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.row().map_or("", |&(_, _, about, _)| about)
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    /// Writes the inventory.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(
        self,
        inventory: &Inventory,
        to: &mut dyn Write,
        options: &TableOptions,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        if let Some((.., write)) = self.row() {
            write(inventory, &mut bytes, options)?;
        }
        to.write_all(&bytes)?;
        to.flush()
    }

    fn row(self) -> Option<&'static (Self, &'static str, &'static str, Writer)> {
        FORMATS.iter().find(|&&(format, ..)| format == self)
    }
}
