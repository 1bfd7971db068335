//! Labels and ports by which a resource of the Prometheus Operator selects almost, but not quite,
//! what is in the tree.
//!
//! What it selects may be made anywhere, so that no match at all says nothing. Only a near miss is
//! reported: an object that differs in one label, or that has the labels and lacks the port
//! (prometheus-operator v0.93.0 `pkg/prometheus/promcfg.go`, `generateServiceMonitorConfig`, and
//! `resource_selector.go`, `selectObjects`).

mod ports;
mod release;
mod selectables;

use std::collections::BTreeMap;

use super::Facts;
use super::selected::is_slip;
use crate::discover::{FindingSite, Label, Namespaces, Selecting, Selector};
use crate::finding::{Advice, Finding, Place, Severity, nearest, rule};
use ports::lacks_port;
use selectables::{Indexed, Selectable, UNNAMED};
pub(super) use selectables::{Selectables, may_hold};

/// As many names as a message lists.
const MOST_LISTED: usize = 5;

/// How many values of a label are compared by their letters: more than a tree has of one that names
/// programs. Each is compared with the value that is looked for.
const MOST_VALUES: usize = 512;

/// Labels that name a program.
const NAMING: &[&str] = &["app", "app.kubernetes.io/name", "k8s-app", "name"];

impl Facts<'_> {
    /// What a resource almost selects, or is almost selected by.
    #[must_use]
    pub fn near_misses(&self, selecting: &Selecting, folder: &str) -> Vec<Finding> {
        let near = NearMisses {
            tree: self.shared.selectables(),
            sets_namespace: self.shared.sets_namespace(),
            selecting,
            folder,
        };
        let mut out = near.targets();
        out.extend(near.chosen());
        out.extend(near.sends_nothing());
        out
    }
}

struct NearMisses<'t> {
    tree: &'t Selectables,
    sets_namespace: bool,
    selecting: &'t Selecting,
    folder: &'t str,
}

impl NearMisses<'_> {
    /// What is reported about the Services or pods that a monitor selects.
    fn targets(&self) -> Vec<Finding> {
        let Some((Selector::Labels(labels), namespaces, site)) = &self.selecting.targets else {
            return Vec::new();
        };
        let (indexed, noun) = match self.selecting.kind {
            "ServiceMonitor" => (&self.tree.services, "Service"),
            _ => (&self.tree.pods, "pod template of the"),
        };
        if labels.is_empty() || self.tree.is_patched {
            return Vec::new();
        }
        let some = indexed.with_some(&indexed.by_label, labels);
        let matching: Vec<&Selectable> = some
            .iter()
            .copied()
            .filter(|it| self.may_be_in(it, namespaces))
            .filter(|it| labels.iter().all(|label| has(&it.labels, label)))
            .collect();
        if !matching.is_empty() {
            if matching.iter().all(|it| self.is_way_in(it)) {
                return Vec::new();
            }
            let may_be_more = self.may_select_more(&matching, labels);
            let ports = self.selecting.ports.iter();
            return ports
                .filter_map(|port| {
                    lacks_port(&matching, (&port.name, &port.site), noun, may_be_more)
                })
                .collect();
        }
        // The cluster brings Services of its own there, such as that of its DNS.
        let is_of_cluster = |name: &String| name == "kube-system" || name.starts_with("openshift-");
        if matches!(namespaces, Namespaces::Named(names) if names.iter().any(is_of_cluster)) {
            return Vec::new();
        }
        let near = || {
            let near = some.iter().copied().filter(|it| self.is_in(it, namespaces));
            near.filter_map(|it| self.misses(it, labels, site, noun))
                .next()
        };
        let by_pods = || self.selects_pods(labels, namespaces, site);
        let slip = || self.slip(indexed, labels, namespaces, noun);
        near().or_else(slip).or_else(by_pods).into_iter().collect()
    }

    /// Whether labels that many programs share may select something that is made elsewhere: by a release
    /// that they name, or since what the tree has is not beside the monitor.
    fn may_select_more(&self, matching: &[&Selectable], labels: &[Label]) -> bool {
        let mut named = labels.iter().filter(|label| NAMING.contains(&&*label.name));
        let is_installed = || {
            labels
                .iter()
                .any(|label| self.tree.installed.contains(&label.value))
        };
        named.next().is_none()
            && (is_installed() || matching.iter().all(|it| it.folder != self.folder))
    }

    /// Whether a Service lets requests in from outside, to pods that something else makes: the Service
    /// that is scraped is made there too.
    fn is_way_in(&self, it: &Selectable) -> bool {
        it.is_way_in && {
            let pods = self.tree.pods.all.iter();
            let mut pods = pods.map(|pod| &pod.labels);
            !pods.any(|labels| {
                it.selects
                    .iter()
                    .all(|(name, value)| labels.get(name) == Some(value))
            })
        }
    }

    /// A label that one object lacks of several.
    fn misses(
        &self,
        it: &Selectable,
        labels: &[Label],
        site: &FindingSite,
        noun: &str,
    ) -> Option<Finding> {
        let mut missing = labels.iter().filter(|label| !has(&it.labels, label));
        let (Some(label), None) = (missing.next(), missing.next()) else {
            return None;
        };
        if labels.len() < 2 || self.tree.added.contains(&label.name) {
            return None;
        }
        let others = labels.iter().filter(|other| other.name != label.name);
        let is_named = others.clone().any(|other| NAMING.contains(&&*other.name));
        let same_name = it.name == self.selecting.name;
        let kind = &it.kind;
        let noun = noun_of(noun, kind);
        let message = match it.labels.get(&label.name) {
            None if is_named || same_name => format!(
                "`{}`: the {noun} `{}` has the other labels, but not this one; no targets are found",
                label.name, it.name
            ),
            Some(value)
                if same_name
                    || is_near(value, &label.value)
                    || is_one_letter(value, &label.value) =>
            {
                format!(
                    "`{}`: the {noun} `{}` has the value `{value}`, not `{}`; no targets are found",
                    label.name, it.name, label.value
                )
            }
            _ => return None,
        };
        let finding = found(&label.place, site, message);
        let finding = finding.evidence(it.place.clone(), "it is here");
        Some(match it.labels.get(&label.name) {
            Some(value) => {
                finding.help(Advice::replace(label.place.span(), value.clone()).unsafe_())
            }
            None => finding.help(Advice::say(
                "add the label there, or take it out of the selector",
            )),
        })
    }

    /// A value that differs in a few letters, where it is the only label.
    fn slip(
        &self,
        indexed: &Indexed,
        labels: &[Label],
        namespaces: &Namespaces,
        noun: &str,
    ) -> Option<Finding> {
        let [label] = labels else { return None };
        let values = indexed.values.get(&label.name)?;
        if values.len() > MOST_VALUES || self.tree.added.contains(&label.name) {
            return None;
        }
        let near = nearest(&label.value, values.iter().map(String::as_str));
        let near = near.filter(|near| is_near(near, &label.value))?;
        let key = (label.name.clone(), near.to_owned());
        let indexes = indexed.by_label.get(&key)?.iter();
        let mut its = indexes.filter_map(|index| indexed.all.get(*index));
        let it = its.find(|it| self.is_in(it, namespaces))?;
        let noun = noun_of(noun, &it.kind);
        let message = format!(
            "`{}`: the {noun} `{}` has the value `{near}`, not `{}`; no targets are found",
            label.name, it.name, label.value
        );
        let (_, _, site) = self.selecting.targets.as_ref()?;
        let finding = found(&label.place, site, message).evidence(it.place.clone(), "it is here");
        Some(finding.help(Advice::replace(label.place.span(), near).unsafe_()))
    }

    /// A Service that has the labels in the selector of its pods, but not in its own metadata.
    fn selects_pods(
        &self,
        labels: &[Label],
        namespaces: &Namespaces,
        site: &FindingSite,
    ) -> Option<Finding> {
        if self.selecting.kind != "ServiceMonitor" {
            return None;
        }
        let services = &self.tree.services;
        let some = services.with_some(&services.by_selected, labels);
        let it = some.into_iter().find(|it| {
            self.is_in(it, namespaces)
                && labels.iter().all(|label| has(&it.selects, label))
                && !labels
                    .iter()
                    .any(|label| self.tree.added.contains(&label.name))
        })?;
        let message = format!(
            "`selector`: the Service `{}` has these labels only in its pod selector, not in its own metadata: no targets are found",
            it.name
        );
        let finding = found(&site.place, site, message).evidence(it.place.clone(), "it is here");
        Some(finding.help(Advice::say(
            "give the Service these labels in its `metadata.labels`",
        )))
    }

    /// Whether an object may be in one of the selected namespaces.
    fn may_be_in(&self, it: &Selectable, namespaces: &Namespaces) -> bool {
        let own = match (namespaces, &it.namespace) {
            _ if self.sets_namespace => return true,
            (Namespaces::All | Namespaces::Unknown, _) | (_, None) => return true,
            (Namespaces::Named(names), Some(namespace)) => return names.contains(namespace),
            (Namespaces::Own, Some(namespace)) => namespace,
        };
        self.selecting
            .namespace
            .as_ref()
            .is_none_or(|ours| ours == own)
    }

    /// Whether an object is sure to be in one of them: by its namespace, or beside the resource.
    fn is_in(&self, it: &Selectable, namespaces: &Namespaces) -> bool {
        let is_beside = it.folder == self.folder;
        self.may_be_in(it, namespaces)
            && match namespaces {
                Namespaces::All => true,
                Namespaces::Named(_) => it.namespace.is_some() || is_beside,
                Namespaces::Own => {
                    it.namespace.is_some() && it.namespace == self.selecting.namespace || is_beside
                }
                Namespaces::Unknown => false,
            }
    }
}

fn noun_of(noun: &str, kind: &str) -> String {
    if noun == kind {
        kind.to_owned()
    } else {
        format!("{noun} {kind}")
    }
}

fn has(labels: &BTreeMap<String, String>, label: &Label) -> bool {
    labels.get(&label.name) == Some(&label.value)
}

/// Whether a value is a slip for another one, rather than the name of something else.
fn is_near(value: &str, wanted: &str) -> bool {
    value != wanted && nearest(wanted, [value]).is_some() && is_slip(wanted, value)
}

/// Whether a value has one letter more or less than another one, or two in the other order. Where all other
/// labels match, that tells a slip in words that are too short for [`is_near`]: `prd`, `k8`. Other letters or
/// digits in the same places tell environments apart.
fn is_one_letter(value: &str, wanted: &str) -> bool {
    let (short, long) = match value.len() <= wanted.len() {
        true => (value, wanted),
        false => (wanted, value),
    };
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    let mut added = sorted(long);
    for byte in short.bytes() {
        if let Some(at) = added.iter().position(|other| *other == byte) {
            added.remove(at);
        }
    }
    let is_same = short.len() == long.len() && added.is_empty();
    let is_more =
        short.len() + 1 == long.len() && matches!(*added, [byte] if byte.is_ascii_alphabetic());
    short.len() >= SHORTEST_WORD
        && value != wanted
        && (is_same || is_more)
        && strsim::damerau_levenshtein(short, long) == 1
}

/// The fewest letters of a word that another one may be a slip for: `a` and `ab` are names of their own.
const SHORTEST_WORD: usize = 2;

fn found(place: &Place, site: &FindingSite, message: String) -> Finding {
    let finding = Finding::new(
        rule::KUBERNETES_NEAR_MISS,
        Severity::Warning,
        place.clone(),
        message,
    );
    finding.of_key(site.logical.clone(), site.identity.clone())
}
