//! Who writes where, as nodes and edges: what the formats for pictures draw.

use std::collections::{HashMap, HashSet};

use super::{Inventory, InventoryRow, RowHop, Verification};
use crate::report::neutral;

/// A picture, everything in the order in which it is met.
#[derive(Debug, Default)]
pub(super) struct InventoryGraph {
    pub(super) nodes: Vec<GraphNode>,
    pub(super) edges: Vec<Edge>,
    numbers: HashMap<String, usize>,
    drawn: HashSet<Edge>,
}

/// A box.
#[derive(Debug)]
pub(super) struct GraphNode {
    pub(super) kind: GraphNodeKind,
    /// Its lines.
    pub(super) label: Vec<String>,
}

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GraphNodeKind {
    /// A configuration that sends.
    Sender,
    /// Something of the tree on the way.
    Between,
    /// What receives.
    Receiver,
}

/// An arrow between two nodes, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Empty for one without a label.
    pub(super) label: String,
}

impl InventoryGraph {
    /// The picture of an inventory.
    pub(super) fn new(inventory: &Inventory) -> Self {
        let mut graph = Self::default();
        for row in inventory.rows() {
            graph.add(row);
        }
        graph
    }

    fn add(&mut self, row: &InventoryRow) {
        let mut from = self.sender(row);
        // Only the first arrow is of this entry alone.
        let mut label = label(row);
        let between = row.way.len().saturating_sub(1);
        for hop in row.way.iter().take(between) {
            let to = self.node(key_of(hop), GraphNodeKind::Between, || {
                vec![neutral_name(&hop.name), hop.proof.place.path().to_string()]
            });
            self.edge(from, to, std::mem::take(&mut label));
            from = to;
        }
        let to = self.receiver(row);
        self.edge(from, to, label);
    }

    /// The configuration, with the container that runs it.
    fn sender(&mut self, row: &InventoryRow) -> usize {
        let path = row.place.path().to_string();
        let holder = row
            .logical
            .rsplit_once("remote_write")
            .map_or("", |(holder, _)| holder);
        let key = format!("from {path} {holder}");
        self.node(key, GraphNodeKind::Sender, || {
            let mut lines = vec![path.clone()];
            lines.extend(
                Some(holder.trim_end_matches('.').to_owned()).filter(|holder| !holder.is_empty()),
            );
            lines.extend(row.sender.as_ref().map(|hop| neutral_name(&hop.name)));
            lines
        })
    }

    /// The last thing of the way, or the host where the tree shows none.
    fn receiver(&mut self, row: &InventoryRow) -> usize {
        let known = row.known_by.is_some();
        let receiver = known.then(|| match row.certain {
            true => row.receiver(),
            false => format!("{}?", row.receiver()),
        });
        let Some(last) = row.way.last() else {
            let host = row.host.clone().unwrap_or_else(|| "no host".to_owned());
            let key = format!("to {}", host.to_ascii_lowercase());
            return self.node(key, GraphNodeKind::Receiver, || {
                std::iter::once(host).chain(receiver).collect()
            });
        };
        self.node(key_of(last), GraphNodeKind::Receiver, || {
            // Where the tree does not show who answers, the host tells it best.
            let is_answer = last.kind == "container";
            let host = row.host.clone().filter(|_| !is_answer);
            let path = last.proof.place.path();
            let lines = [neutral_name(&last.name), path.to_string()];
            host.into_iter().chain(lines).chain(receiver).collect()
        })
    }

    fn node(
        &mut self,
        key: String,
        kind: GraphNodeKind,
        lines: impl FnOnce() -> Vec<String>,
    ) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let lines = lines();
        let label = lines.iter().map(|line| neutral::line(line).into_owned());
        let label = label.collect();
        self.nodes.push(GraphNode { kind, label });
        let number = self.nodes.len();
        self.numbers.insert(key, number);
        number
    }

    fn edge(&mut self, from: usize, to: usize, label: String) {
        let edge = Edge { from, to, label };
        if self.drawn.insert(edge.clone()) {
            self.edges.push(edge);
        }
    }
}

/// `tenant team-a, plain http`.
fn label(row: &InventoryRow) -> String {
    let tenant = row.tenant.as_ref().map(|tenant| format!("tenant {tenant}"));
    let tls = match row.tls.verification {
        Verification::Verified | Verification::Unknown => None,
        Verification::Skipped => Some("certificate not verified".to_owned()),
        Verification::Plain => Some("plain http".to_owned()),
    };
    let both = tenant.into_iter().chain(tls);
    neutral::line(&both.collect::<Vec<_>>().join(", ")).into_owned()
}

/// What tells the boxes of the tree apart. A resource of an operator and values of a chart stand for a
/// Service and for what answers there, at one place.
fn key_of(hop: &RowHop) -> String {
    let place = &hop.proof.place;
    format!("{} {}:{}", hop.kind, place.path(), place.start().offset)
}

/// A name without the marks of code.
fn neutral_name(name: &str) -> String {
    name.replace('`', "")
}
