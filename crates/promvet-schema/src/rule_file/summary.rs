//! What other files of a configuration want to know of a rule file.

use super::entries::{entry, text};
use super::meaning::own_and_inherited;
use crate::scalar;
use crate::yaml::{Document, Node, placeholder};
use promvet_text::Place;

/// What is kept of a rule file once it has been checked.
#[derive(Clone, Debug, Default)]
pub struct RuleFileSummary {
    /// Its recording rules.
    pub records: Vec<Record>,
    /// The shortest `interval` of its groups, in milliseconds.
    pub shortest_interval: Option<i64>,
}

/// A recording rule.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of the metric.
    pub name: String,
    /// Its labels with those of its group, in order.
    pub labels: Vec<(String, String)>,
    /// What it records.
    pub expression: String,
    /// Where its name is written.
    pub place: Place,
    /// The path of keys that leads there.
    pub logical: String,
    /// The same for fingerprints.
    pub identity: String,
}

/// What is kept of a rule file. Rules whose name is filled in later are left out.
#[must_use]
pub fn summary(document: &Document) -> RuleFileSummary {
    let mut out = RuleFileSummary::default();
    let groups = document.root().and_then(|root| entry(root, "groups"));
    for group in groups.into_iter().flat_map(|groups| groups.value.items()) {
        let interval = scalar::duration(text(group, "interval")).ok();
        let interval = interval
            .map(|interval| interval.milliseconds)
            // Zero means the global interval, as `rules.Manager.LoadGroups` reads it, so that it is
            // not the shortest.
            .filter(|milliseconds| *milliseconds > 0);
        let shortest = out.shortest_interval.into_iter().chain(interval).min();
        out.shortest_interval = shortest;
        let rules = entry(group, "rules");
        let rules = rules.into_iter().flat_map(|rules| rules.value.items());
        out.records
            .extend(rules.filter_map(|rule| record(group, rule)));
    }
    out
}

fn record(group: Node<'_>, rule: Node<'_>) -> Option<Record> {
    let node = entry(rule, "record")?.value;
    let name = node.as_str().filter(|name| !name.is_empty())?;
    let is_open = |text: &str| placeholder::find(text).next().is_some();
    let labels = own_and_inherited(group, rule);
    // Two names that are filled in later cannot be compared, so that neither counts.
    if is_open(name) || labels.iter().any(|(_, value)| is_open(value)) {
        return None;
    }
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(Record {
        name: name.to_owned(),
        labels: labels.into_iter().map(owned).collect(),
        expression: text(rule, "expr").to_owned(),
        place: node.place(),
        logical: node.path(),
        identity: node.identity(),
    })
}
