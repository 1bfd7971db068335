//! Every endpoint with what is known of it: the data of `promvet audit`, apart from its rendering.
//!
//! No value of a credential is in it, and every text of it passed through the sieve of its file.

mod csv;
mod dot;
mod format;
mod graph;
mod json;
mod markdown;
mod mermaid;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod totals;

use std::collections::BTreeMap;

use super::outcome::Outcome;
use crate::finding::{Place, Redacted, Unchecked};

pub use format::{InventoryFormat, TableOptions};
pub use row::{Figures, InventoryRow, Proof, RowHop, RowTls, Verification};
pub use totals::{RecognizedCount, Totals};

/// All endpoints, by file and place.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    rows: Vec<Redacted<InventoryRow>>,
    /// What could not be checked and is about none of the endpoints, such as a file that can't be
    /// read.
    rest: Vec<Redacted<Unchecked>>,
    configurations: usize,
}

impl Inventory {
    /// Puts the rows in order, counts the findings of an outcome that are about each, and takes
    /// the secrets of their files out of every text.
    #[must_use]
    pub fn new(mut rows: Vec<InventoryRow>, outcome: &Outcome) -> Self {
        rows.sort_by(|a, b| a.entry.order().cmp(&b.entry.order()));
        let mut of_file: BTreeMap<String, Vec<&mut InventoryRow>> = BTreeMap::new();
        for row in &mut rows {
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
        for it in outcome.suppressed() {
            let finding = &it.reported.finding;
            let rows = of_file.get_mut(&**finding.place.path());
            if let Some(row) = about(rows, &finding.place, &finding.logical) {
                row.findings.suppressed += 1;
            }
        }
        let mut rest = Vec::new();
        for it in outcome.unchecked() {
            let rows = of_file.get_mut(&**it.place.path());
            match about(rows, &it.place, &it.logical) {
                Some(row) => row.unchecked.push(it.reason.clone()),
                None => rest.push(it.clone()),
            }
        }
        Self {
            rows: rows.into_iter().map(Redacted::new).collect(),
            rest,
            configurations: outcome.summary().configurations,
        }
    }

    /// The endpoints.
    #[must_use]
    pub fn rows(&self) -> &[Redacted<InventoryRow>] {
        &self.rows
    }

    /// What could not be checked and is about none of them.
    #[must_use]
    pub fn rest(&self) -> &[Redacted<Unchecked>] {
        &self.rest
    }

    /// How many configurations they are from.
    #[must_use]
    pub fn configurations(&self) -> usize {
        self.configurations
    }
}

/// The row that a finding is about: the one whose entry it is in, by place or by keys.
fn about<'r, 'i>(
    rows: Option<&'r mut Vec<&'i mut InventoryRow>>,
    place: &Place,
    logical: &str,
) -> Option<&'r mut &'i mut InventoryRow> {
    let rows = rows?;
    let by_keys = |row: &&mut InventoryRow| {
        let below = logical.strip_prefix(&*row.logical);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let by_place = |row: &&mut InventoryRow| {
        let (span, entry) = (place.span(), row.entry.span());
        span.start >= entry.start && span.end <= entry.end && !span.is_empty()
    };
    let index = rows.iter().position(by_keys);
    let index = index.or_else(|| rows.iter().position(by_place))?;
    rows.get_mut(index)
}
