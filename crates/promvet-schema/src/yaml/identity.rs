//! The place of a node by identity: what a fingerprint names it by.
//!
//! Objects go by kind, namespace and name, list items by what they say, so that an inserted neighbor
//! leaves the place of another item as it was. Baselines of version 1 have paths without these parts,
//! and with the indexes that they replace: both are in the text, between marks.

use std::fmt::Write as _;

use super::document::NodeContent;
use super::node::Node;
use promvet_text::{behind_userinfo, destination, only_before, only_now};

/// How many items of a list are counted among equals: each is compared with all before it, and some
/// callers ask for every item, which is 2,000 comparisons at most. Fingerprints count what is left.
const MOST_COUNTED: usize = 64;

/// How many scalars of a list tell it apart: a list may be asked for by each of its items, and all
/// scalars of it each time would be the square of them. Fingerprints count what is left.
const MOST_WORDS: usize = 32;

/// What tells service discovery and similar items apart, most telling first.
/// Keys that differ between discoveries of one job, since most other settings are the same in all
/// of them.
const TELLING: &[&str] = &[
    "role",
    "server",
    "api_server",
    "host",
    "datacenter",
    "region",
    "port",
    "targetPort",
    "path",
    "scheme",
    "refresh_interval",
    "files",
    "names",
];

/// The object that the document of a node is: `ConfigMap/monitoring/prometheus.`.
pub(super) fn object(root: Node<'_>) -> String {
    match object_name(root) {
        Some(name) => only_now(&format!("{name}.")),
        None => String::new(),
    }
}

fn object_name(node: Node<'_>) -> Option<String> {
    let text = |node: Node<'_>, key| Some(node.get(key)?.as_str()?.to_owned());
    let kind = text(node, "kind")?;
    let metadata = node.get("metadata")?;
    let name = text(metadata, "name").or_else(|| text(metadata, "generateName"))?;
    Some(match text(metadata, "namespace") {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    })
}

/// An item of a list, `index` being its place there: `way` leads from the root to the node that is
/// named, and `depth` is where the item is on it.
pub(super) fn item(way: &[Node<'_>], depth: usize, key: &str, index: usize) -> String {
    let Some(&item) = way.get(depth) else {
        return index.to_string();
    };
    let below = way.get(depth + 1..).unwrap_or_default();
    let named = Named { key, below };
    let first = first_name(item);
    let own = named.name(item);
    let count = match (&own, item.parent()) {
        (Some(own), Some(list)) => named.nth_of(own, list, index),
        _ => 0,
    };
    let mut out = match (first, own) {
        (Some(first), _) => first,
        (None, Some(own)) => only_now(&own) + &only_before(&index.to_string()),
        (None, None) => index.to_string(),
    };
    if count > 0 {
        out.push_str(&only_now(&format!(" #{}", count + 1)));
    }
    out
}

/// The name of version 1, and where it leads: `job_name`, `name`, or `url` without what could be
/// secret in it.
fn first_name(item: Node<'_>) -> Option<String> {
    let named = ["job_name", "name"]
        .into_iter()
        .find_map(|key| item.get(key)?.as_str());
    let url = item.get("url").and_then(Node::as_str);
    let name = named.or_else(|| url.map(bare))?.to_owned();
    let leads = url.filter(|url| named.is_some() || url.contains('@') || url.contains("%40"));
    Some(match leads {
        Some(url) => name + &destination(url),
        None => name,
    })
}

/// An address without user, password and query.
/// A password or token must not get into a fingerprint, since baselines are committed.
fn bare(url: &str) -> &str {
    behind_userinfo(url.split(['?', '#']).next().unwrap_or(url))
}

/// How items of a list are named.
struct Named<'n, 'd> {
    /// The key of the list.
    key: &'n str,
    /// What leads from the item to the node.
    below: &'n [Node<'d>],
}

impl Named<'_, '_> {
    fn name(&self, item: Node<'_>) -> Option<String> {
        if let Some(text) = item.as_str() {
            return Some(bare(text).to_owned());
        }
        item.mapping()?;
        if let Some(object) = object_name(item) {
            return Some(object);
        }
        first_name(item)
            .or_else(|| rule(item))
            .or_else(|| {
                self.key
                    .to_lowercase()
                    .contains("relabel")
                    .then(|| relabeling(item))
            })
            .or_else(|| self.targets(item))
            .or_else(|| telling(item))
    }

    /// A group of targets goes by its labels, and by its targets unless one of them is named.
    fn targets(&self, item: Node<'_>) -> Option<String> {
        let targets = item.get("targets")?;
        let labels = item.get("labels").and_then(Node::mapping);
        let labels = labels.into_iter().flat_map(|map| map.entries());
        let mut labels: Vec<_> = labels
            .filter_map(|label| Some(format!("{}={}", label.name(), label.value.as_str()?)))
            .collect();
        labels.sort_unstable();
        let mut out = format!("{{{}}}", labels.join(","));
        match self.target() {
            // Only a group that has the target is an equal one.
            Some(target) if !has(targets, target) => return None,
            Some(_) => {}
            None => {
                let _ = write!(out, " {}", words(targets));
            }
        }
        Some(out)
    }

    /// The target that is named, if one is.
    fn target(&self) -> Option<&str> {
        let [list, target] = self.below else {
            return None;
        };
        list.sequence()?;
        target.as_str()
    }

    /// How many equal items are before an item of a list.
    fn nth_of(&self, own: &str, list: Node<'_>, index: usize) -> usize {
        if index > MOST_COUNTED {
            return 0;
        }
        let before = list.items().take(index);
        before
            .filter(|item| self.name(*item).as_deref() == Some(own))
            .count()
    }
}

fn has(list: Node<'_>, text: &str) -> bool {
    list.items().any(|item| item.as_str() == Some(text))
}

/// A rule of a group.
fn rule(item: Node<'_>) -> Option<String> {
    ["record", "alert"]
        .into_iter()
        .find_map(|key| Some(format!("{key} {}", item.get(key)?.as_str()?)))
}

/// A relabel rule by what it says; Prometheus takes `replace` where no action is written.
fn relabeling(item: Node<'_>) -> String {
    let text = |keys: [&str; 2]| {
        let found = keys.into_iter().find_map(|key| item.get(key));
        found.map(words).unwrap_or_default()
    };
    let action = item.get("action").and_then(Node::as_str);
    format!(
        "{} {} {} -> {}",
        action.unwrap_or("replace"),
        text(["source_labels", "sourceLabels"]),
        text(["regex", "if"]),
        text(["target_label", "targetLabel"])
    )
}

fn telling(item: Node<'_>) -> Option<String> {
    let found = TELLING.iter().filter_map(|key| item.get(key));
    let words: Vec<_> = found.map(words).filter(|it| !it.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// A scalar, or the scalars of a list.
fn words(node: Node<'_>) -> String {
    let items = node.items().filter_map(Node::as_str).take(MOST_WORDS);
    let all = node.as_str().into_iter().chain(items).map(bare);
    all.collect::<Vec<_>>().join(",")
}

/// The nodes from the root to a node.
pub(super) fn way(node: Node<'_>) -> Vec<Node<'_>> {
    let mut way = vec![node];
    while let Some(parent) = way.last().and_then(|node| node.parent()) {
        way.push(parent);
    }
    way.reverse();
    way
}

/// The key of the list that is at a depth of the way.
pub(super) fn key_of_list<'d>(way: &[Node<'d>], depth: usize) -> &'d str {
    let Some(above) = depth.checked_sub(1).and_then(|depth| way.get(depth)) else {
        return "";
    };
    match (way.get(depth), &above.data().data) {
        (Some(list), NodeContent::Mapping { .. }) => above.key_of(*list),
        _ => "",
    }
}
