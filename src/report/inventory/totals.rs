//! How many endpoints there are of each kind.

use std::collections::BTreeMap;

use super::{Inventory, InventoryRow};
use crate::finding::Redacted;
use crate::report::prose::count;

/// An endpoint with more candidates is not recognized: nothing follows from such a list.
const MOST_CANDIDATES: usize = 3;

/// How many of all endpoints have a receiver that is recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecognizedCount {
    /// Those that have.
    pub endpoints: usize,
    /// All.
    pub of: usize,
}

impl RecognizedCount {
    /// The share in hundredths, rounded down, so that 1.00 is all of them; none of nothing.
    #[must_use]
    pub fn hundredths(self) -> Option<usize> {
        (self.endpoints * 100).checked_div(self.of)
    }

    /// `recognized 118 of 132 endpoints (0.89)`.
    #[must_use]
    pub fn words(self) -> String {
        let Self { endpoints, of } = self;
        let all = count(of, "endpoint");
        match self.hundredths() {
            Some(share) => format!(
                "recognized {endpoints} of {all} ({}.{:02})",
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
    /// How many of the endpoints have a receiver that is recognized, be it one of a few.
    #[must_use]
    pub fn recognized(&self) -> RecognizedCount {
        let known = self
            .rows
            .iter()
            .filter(|row| (1..=MOST_CANDIDATES).contains(&row.receivers.len()));
        RecognizedCount {
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
                    some => some
                        .iter()
                        .map(|credential| credential.kind.clone())
                        .collect(),
                }),
            ),
        ]
    }

    fn total(&self, values: impl Fn(&Redacted<InventoryRow>) -> Vec<String>) -> Totals {
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
