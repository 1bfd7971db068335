//! What a Prometheus of a chart almost selects: objects of its release.

use super::{NearMisses, found, is_near};
use crate::discover::{Label, Namespaces, RELEASE, Selecting, Selector};
use crate::finding::{Advice, Finding};

impl NearMisses<'_> {
    /// What is reported about a monitor or rules that no Prometheus of the tree selects, and one
    /// almost.
    pub(super) fn chosen(&self) -> Option<Finding> {
        if self.tree.is_patched || self.tree.prometheuses.is_empty() {
            return None;
        }
        let mut near = None;
        for (prometheus, folder) in &self.tree.prometheuses {
            let choices = prometheus.choices.iter();
            let of_kind = choices.filter(|(kind, ..)| *kind == self.one.kind);
            for (_, selector, namespaces) in of_kind {
                let Selector::Labels(labels) = selector else {
                    // A selector with expressions may select it, and none at all says nothing.
                    if matches!(selector, Selector::Unknown) {
                        return None;
                    }
                    continue;
                };
                let is_own = prometheus.namespace == self.one.namespace;
                let is_in = match namespaces {
                    Namespaces::All => true,
                    Namespaces::Own => is_own || self.sets_namespace,
                    Namespaces::Named(names) => self
                        .one
                        .namespace
                        .as_ref()
                        .is_none_or(|own| names.contains(own)),
                    Namespaces::Unknown => return None,
                };
                let missing: Vec<&Label> =
                    labels.iter().filter(|label| !self.has_own(label)).collect();
                match *missing {
                    [] => return None,
                    [label] if is_in => {
                        near = near.or_else(|| {
                            self.nearly_chosen(prometheus, label, folder, labels.len())
                        });
                    }
                    _ => {}
                }
            }
        }
        near
    }

    fn nearly_chosen(
        &self,
        prometheus: &Selecting,
        label: &Label,
        folder: &str,
        count: usize,
    ) -> Option<Finding> {
        if self.tree.added.contains(&label.name) {
            return None;
        }
        let own = self.one.labels.iter().find(|own| own.name == label.name);
        let site = &self.one.labels_site;
        let (kind, name) = (prometheus.kind, &prometheus.name);
        let (message, place, advice) = match own {
            Some(own) if is_near(&own.value, &label.value) || self.is_usual(prometheus, own) => (
                format!(
                    "`{}`: the {kind} `{name}` selects `{}`, not `{}`, so it leaves this {} out",
                    label.name, label.value, own.value, self.one.kind
                ),
                &own.place,
                Advice::replace(own.place.span(), label.value.clone()).unsafe_(),
            ),
            // Without the label it may be for another Prometheus, unless all are in one folder.
            None if count > 1 || folder == self.folder => (
                format!(
                    "`labels`: the {kind} `{name}` selects by `{}: {}`, so it leaves this {} out",
                    label.name, label.value, self.one.kind
                ),
                &site.place,
                Advice::say(format!("add the label `{}: {}`", label.name, label.value)),
            ),
            _ => return None,
        };
        let finding = found(place, site, message).help(advice);
        Some(finding.evidence(label.place.clone(), "it selects by this label"))
    }

    /// Whether a label has the name that people give a release, and the only one of the tree has
    /// another.
    fn is_usual(&self, release: &Selecting, own: &Label) -> bool {
        let releases = self.tree.prometheuses.iter();
        let releases = releases.filter(|(one, _)| one.kind == RELEASE);
        release.kind == RELEASE && USUAL.contains(&&*own.value) && releases.count() == 1
    }

    fn has_own(&self, label: &Label) -> bool {
        let mut own = self.one.labels.iter();
        own.any(|own| own.name == label.name && own.value == label.value)
    }

    /// What is reported about a Prometheus that sends, and for which the Operator makes no
    /// configuration.
    pub(super) fn sends_nothing(&self) -> Option<Finding> {
        let site = self.one.sends.as_ref()?;
        let of_jobs = self
            .one
            .choices
            .iter()
            .filter(|(kind, ..)| *kind != "PrometheusRule");
        let is_null =
            |(_, selector, _): &(&str, Selector, Namespaces)| matches!(selector, Selector::Null);
        let same = self.tree.prometheuses.iter();
        let same = same
            .filter(|(other, _)| other.name == self.one.name)
            .count();
        if self.tree.is_patched || same > 1 || !of_jobs.clone().all(is_null) {
            return None;
        }
        let message = "`remoteWrite`: no selector of monitors is set, so the Operator writes no configuration and nothing is sent";
        let advice = Advice::say("add `serviceMonitorSelector: {}` to select all ServiceMonitors");
        Some(found(&site.place, site, message.to_owned()).help(advice))
    }
}

/// Names of releases of kube-prometheus-stack in its documentation and in tutorials.
const USUAL: &[&str] = &[
    "kube-prometheus",
    "kube-prometheus-stack",
    "prometheus",
    "prometheus-operator",
    "prometheus-stack",
];
