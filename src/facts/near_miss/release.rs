//! What a Prometheus of a chart almost selects: objects of its release.

use std::collections::{BTreeMap, HashMap};

use super::{NearMisses, found, is_near, is_one_letter};
use crate::discover::{Label, Namespaces, RELEASE, Selecting, Selector};
use crate::finding::{Advice, Finding};

/// How many different selectors of one kind are looked at: a tree with more of them has labels that
/// differ by a few letters on purpose, and each object would be compared with each.
const MOST_SELECTORS: usize = 64;

/// What the Prometheuses of a tree select of one kind.
#[derive(Debug, Default)]
pub(super) struct Choices {
    /// Whether a selector with expressions, or one of unknown namespaces, may select anything.
    is_unknown: bool,
    /// The labels that are selected by, each list once.
    by_labels: BTreeMap<Vec<(String, String)>, Vec<ByLabels>>,
}

/// One that selects by labels: the number of the Prometheus, and that of the choice.
type ByLabels = (usize, usize);

impl Choices {
    /// Those of each kind.
    pub(super) fn of(prometheuses: &[(Selecting, String)]) -> HashMap<&'static str, Self> {
        let mut out: HashMap<&'static str, Self> = HashMap::new();
        for (number, (prometheus, _)) in prometheuses.iter().enumerate() {
            for (choice, (kind, selector, namespaces)) in prometheus.choices.iter().enumerate() {
                let of_kind = out.entry(*kind).or_default();
                match selector {
                    Selector::Null => {}
                    Selector::Unknown => of_kind.is_unknown = true,
                    Selector::Labels(labels) => {
                        of_kind.is_unknown |= *namespaces == Namespaces::Unknown;
                        let pairs = labels.iter();
                        let pairs = pairs.map(|label| (label.name.clone(), label.value.clone()));
                        let same = of_kind.by_labels.entry(pairs.collect()).or_default();
                        same.push((number, choice));
                    }
                }
            }
        }
        out
    }
}

impl NearMisses<'_> {
    /// What is reported about a monitor or rules that no Prometheus of the tree selects, and one
    /// almost.
    pub(super) fn chosen(&self) -> Option<Finding> {
        let choices = self.tree.choices.get(self.selecting.kind)?;
        if self.tree.is_patched || choices.is_unknown || choices.by_labels.len() > MOST_SELECTORS {
            return None;
        }
        // Those that select by one label more than there is, and the number of that label.
        let mut almost: Vec<(ByLabels, usize)> = Vec::new();
        for (labels, same) in &choices.by_labels {
            let numbered = labels.iter().enumerate();
            let missing: Vec<usize> = numbered
                .filter(|(_, label)| !self.has_own(label))
                .map(|(at, _)| at)
                .collect();
            match *missing {
                // A selector without labels selects everything.
                [] => return None,
                [at] if labels
                    .get(at)
                    .is_some_and(|label| self.may_be_meant(label, labels.len())) =>
                {
                    almost.extend(same.iter().map(|one| (*one, at)));
                }
                _ => {}
            }
        }
        almost.sort_unstable();
        almost.into_iter().find_map(|((number, choice), at)| {
            let (prometheus, folder) = self.tree.prometheuses.get(number)?;
            let (_, selector, namespaces) = prometheus.choices.get(choice)?;
            let Selector::Labels(labels) = selector else {
                return None;
            };
            let is_in = self.is_of(prometheus, namespaces);
            let label = labels.get(at).filter(|_| is_in)?;
            self.nearly_chosen(prometheus, label, folder, labels.len())
        })
    }

    /// Whether the object is in a namespace that a Prometheus looks into.
    fn is_of(&self, prometheus: &Selecting, namespaces: &Namespaces) -> bool {
        match namespaces {
            Namespaces::All => true,
            Namespaces::Own => {
                prometheus.namespace == self.selecting.namespace || self.sets_namespace
            }
            Namespaces::Named(names) => {
                let own = self.selecting.namespace.as_ref();
                own.is_none_or(|own| names.contains(own))
            }
            Namespaces::Unknown => false,
        }
    }

    /// Whether a selector's label may be meant by what the object has: none of the name, or one whose
    /// value is a slip for it or the usual name of a release. `count` labels are selected by.
    fn may_be_meant(&self, (name, value): &(String, String), count: usize) -> bool {
        let own = self.selecting.labels.iter().find(|own| own.name == *name);
        own.is_none_or(|own| is_slip(&own.value, value, count) || USUAL.contains(&&*own.value))
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
        let own = self
            .selecting
            .labels
            .iter()
            .find(|own| own.name == label.name);
        let site = &self.selecting.labels_site;
        let (kind, name) = (prometheus.kind, &prometheus.name);
        let (message, place, advice) = match own {
            Some(own)
                if is_slip(&own.value, &label.value, count) || self.is_usual(prometheus, own) =>
            {
                (
                    format!(
                        "`{}`: the {kind} `{name}` selects `{}`, not `{}`, so it leaves this {} out",
                        label.name, label.value, own.value, self.selecting.kind
                    ),
                    &own.place,
                    Advice::replace(own.place.span(), label.value.clone()).unsafe_(),
                )
            }
            // Without the label it may be for another Prometheus, unless all are in one folder.
            None if count > 1 || folder == self.folder => (
                format!(
                    "`labels`: the {kind} `{name}` selects by `{}: {}`, so it leaves this {} out",
                    label.name, label.value, self.selecting.kind
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
        release.kind == RELEASE && USUAL.contains(&&*own.value) && self.tree.releases == 1
    }

    fn has_own(&self, (name, value): &(String, String)) -> bool {
        let mut own = self.selecting.labels.iter();
        own.any(|own| own.name == *name && own.value == *value)
    }

    /// What is reported about a Prometheus that sends, and for which the Operator makes no
    /// configuration.
    pub(super) fn sends_nothing(&self) -> Option<Finding> {
        let site = self.selecting.sends.as_ref()?;
        let of_jobs = self
            .selecting
            .choices
            .iter()
            .filter(|(kind, ..)| *kind != "PrometheusRule");
        let is_null =
            |(_, selector, _): &(&str, Selector, Namespaces)| matches!(selector, Selector::Null);
        let same = self.tree.names.get(&self.selecting.name);
        let is_repeated = same.is_some_and(|count| *count > 1);
        // In a patch, `null` removes a selector that the object below it has.
        let path = site.place.path().to_ascii_lowercase();
        let may_be_patch = self.tree.has_patches || path.contains("patch");
        let is_whole = self.selecting.is_whole || self.selecting.is_turned_off && !may_be_patch;
        if self.tree.is_patched || is_repeated || !is_whole || !of_jobs.clone().all(is_null) {
            return None;
        }
        let message = "`remoteWrite`: no selector of monitors is set, so the Operator writes no configuration and nothing is sent";
        let advice = Advice::say("add `serviceMonitorSelector: {}` to select all ServiceMonitors");
        Some(found(&site.place, site, message.to_owned()).help(advice))
    }
}

/// Whether the value of a label is a slip for one of those that are selected by.
fn is_slip(value: &str, wanted: &str, count: usize) -> bool {
    is_near(value, wanted) || count > 1 && is_one_letter(value, wanted)
}

/// Names of releases of kube-prometheus-stack in its documentation and in tutorials.
const USUAL: &[&str] = &[
    "kube-prometheus",
    "kube-prometheus-stack",
    "prometheus",
    "prometheus-operator",
    "prometheus-stack",
];
