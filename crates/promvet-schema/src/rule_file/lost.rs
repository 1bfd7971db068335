//! Labels in the templates of an alert that the expression does not return.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entries::{entry, text};
use super::expression::ALWAYS_EMPTY;
use super::meaning::names;
use super::report::RuleFileReport;
use crate::yaml::{Entry, Node};
use promvet_syntax::go::template::FieldChain;
use promvet_syntax::promql::{self, Loss, NodeKind, PromqlRelease, Tree};
use promvet_text::Severity;

/// Labels that the expression does not return.
pub const LOST_LABEL: &str = "rules/lost-label";

/// How many labels are looked up in one expression: each takes as long as the expression. No alert that
/// people write reads as many.
const MOST_LABELS: usize = 100;

/// Labels that only rules set: they route and describe alerts. Other labels of a rule, such as `cluster`,
/// may well be labels of its series too.
const OF_RULES: &[&str] = &[
    "alertname",
    "channel",
    "dashboard",
    "description",
    "notify",
    "owner",
    "page",
    "pager",
    "priority",
    "receiver",
    "runbook",
    "runbook_url",
    "severity",
    "squad",
    "summary",
    "team",
    "urgency",
];

/// What is in the names of metrics that have such labels themselves: series about events and findings
/// have a `severity`.
const ABOUT_EVENTS: &[&str] = &[
    "alarm", "alert", "event", "finding", "incident", "issue", "log", "message", "problem", "vuln",
];

/// How names of metrics begin whose labels are known: those of the common exporters and clients have none that
/// rules set.
const KNOWN: &[&str] = &[
    "alertmanager_",
    "apiserver_",
    "blackbox_",
    "cadvisor_",
    "certmanager_",
    "container_",
    "coredns_",
    "etcd_",
    "go_",
    "grafana_",
    "haproxy_",
    "http_",
    "jvm_",
    "kube_",
    "kubelet_",
    "machine_",
    "mongodb_",
    "mysql_",
    "nginx_",
    "node_",
    "pg_",
    "probe_",
    "process_",
    "prometheus_",
    "rabbitmq_",
    "redis_",
    "scrape_",
    "traefik_",
    "up",
    "windows_",
];

/// Where the pages of alerts are that projects publish together with their rules. What is not right in
/// their texts is theirs to mend.
const OF_PROJECTS: &[&str] = &[
    "https://runbooks.prometheus-operator.dev/",
    "https://github.com/kubernetes-monitoring/kubernetes-mixin/",
];

/// What is known of the labels of one alert.
pub(super) struct LostLabels<'d> {
    rule: Node<'d>,
    expression: &'d str,
    tree: Option<Tree>,
    asked: BTreeMap<String, Option<Loss>>,
    /// Labels that were reported: the expression loses each once.
    said: BTreeSet<String>,
    /// Labels that the expression loses, which are reported together: one slip loses all of them.
    together: Vec<LostLabel<'d>>,
    /// The labels that the rule adds, once one is asked for.
    added: OnceCell<HashMap<&'d str, Entry<'d>>>,
}

/// A label that a template reads and the expression does not return.
struct LostLabel<'d> {
    name: String,
    loss: Loss,
    entry: Entry<'d>,
    at: (usize, usize),
}

/// The label that `$labels.x` or `index $labels "x"` names.
pub(super) fn label(field: &FieldChain) -> Option<&(String, usize, usize)> {
    match &*field.root {
        "$labels" => field.names.first(),
        "." | "$" if !field.inner => {
            let first = field.names.first()?;
            (first.0 == "Labels").then(|| field.names.get(1))?
        }
        _ => None,
    }
}

impl<'d> LostLabels<'d> {
    pub(super) fn of(rule: Node<'d>, report: &RuleFileReport<'_>) -> Self {
        let dialect = PromqlRelease::of(report.version.major, report.version.minor);
        let expression = text(rule, "expr");
        let mut texts = names(rule, "labels");
        texts.extend(names(rule, "annotations"));
        let is_template = |entry: &Entry<'_>| {
            let text = entry.value.as_str();
            text.is_some_and(|text| text.contains("{{"))
        };
        let tree = match texts.iter().any(is_template) {
            true => promql::tree(expression, dialect),
            false => None,
        };
        Self {
            rule,
            expression,
            tree,
            asked: BTreeMap::new(),
            said: BTreeSet::new(),
            together: Vec::new(),
            added: OnceCell::new(),
        }
    }

    /// Notes the labels that a template reads and the expression does not return.
    pub(super) fn check(
        &mut self,
        entry: Entry<'d>,
        fields: &[FieldChain],
        report: &mut RuleFileReport<'_>,
    ) {
        let name = |field: &FieldChain| label(field).map(|(name, ..)| name.clone());
        let tested = fields.iter().filter(|field| field.tested);
        // What an `if` asks for may be missing, in its body too.
        let mut done: BTreeSet<_> = tested.filter_map(name).collect();
        for field in fields {
            let Some((name, from, to)) = label(field) else {
                continue;
            };
            if self.said.contains(name) || !done.insert(name.clone()) {
                continue;
            }
            let loss = self.loss(name);
            let is_added = name == "alertname" || self.added(name).is_some();
            let at = (*from, *to);
            if is_added && (loss.is_some() || self.is_of_rule_alone(name)) {
                self.said.insert(name.clone());
                self.say_added(name, entry, at, report);
            } else if let Some(loss) = loss {
                self.said.insert(name.clone());
                self.together.push(LostLabel {
                    name: name.clone(),
                    loss,
                    entry,
                    at,
                });
            }
        }
    }

    /// Reports a label that only the rule itself adds.
    fn say_added(
        &self,
        name: &str,
        entry: Entry<'d>,
        at: (usize, usize),
        report: &mut RuleFileReport<'_>,
    ) {
        let message = format!(
            "`{name}` is a label that this rule adds, and `$labels` has only labels of the expression; the text is empty"
        );
        let help = match name {
            "alertname" => "write the name of the alert itself",
            _ => "write the value of the label itself",
        };
        self.say(entry, at, message, help.to_owned(), report);
    }

    /// Reports what was noted, once for all labels that are lost in one way.
    pub(super) fn finish(&self, report: &mut RuleFileReport<'_>) {
        let mut done: Vec<Loss> = Vec::new();
        for first in &self.together {
            if done.contains(&first.loss) {
                continue;
            }
            done.push(first.loss);
            // Then nothing matches, and the alert has no text at all.
            let expr = entry(self.rule, "expr").map(|entry| entry.value.span());
            if first.loss == Loss::OneSide
                && expr.is_some_and(|span| report.has(ALWAYS_EMPTY, span))
            {
                continue;
            }
            let same = self
                .together
                .iter()
                .filter(|label| label.loss == first.loss);
            let names: Vec<&str> = same.map(|lost| lost.name.as_str()).collect();
            let (message, help) = lost(&names, first.loss);
            self.say(first.entry, first.at, message, help, report);
        }
    }

    fn say(
        &self,
        entry: Entry<'d>,
        at: (usize, usize),
        message: String,
        help: String,
        report: &mut RuleFileReport<'_>,
    ) {
        let is_published = self.is_published();
        if let Some(finding) = report.warn(LOST_LABEL, entry.value, at, message) {
            finding.advice = Some(help.into());
            if is_published {
                finding.severity = Severity::Info;
            }
        }
    }

    fn loss(&mut self, name: &str) -> Option<Loss> {
        let root = self.tree.as_ref().and_then(Tree::root)?;
        if let Some(known) = self.asked.get(name) {
            return *known;
        }
        if self.asked.len() >= MOST_LABELS {
            return None;
        }
        let loss = promql::loss(root, self.expression, name);
        self.asked.insert(name.to_owned(), loss);
        loss
    }

    /// Whether a project publishes the alert together with the page that explains it.
    fn is_published(&self) -> bool {
        let mut annotations = names(self.rule, "annotations").into_iter();
        let page = annotations.find(|entry| entry.name() == "runbook_url");
        let page = page.and_then(|entry| entry.value.as_str());
        page.is_some_and(|page| OF_PROJECTS.iter().any(|of| page.starts_with(of)))
    }

    /// The value of a label that the rule adds.
    fn added(&self, name: &str) -> Option<&'d str> {
        // Of two with one name the first, as before the file is refused for it.
        let all = || {
            let labels = names(self.rule, "labels").into_iter().rev();
            labels.map(|entry| (entry.name(), entry)).collect()
        };
        self.added.get_or_init(all).get(name)?.value.as_str()
    }

    /// Whether no series of the expression has a label that rules set. Recorded series, and series about
    /// alerts, may have it.
    fn is_of_rule_alone(&self, name: &str) -> bool {
        let expression = self.expression.to_ascii_lowercase();
        let is_written = self
            .added(name)
            .is_none_or(|value| !value.is_empty() && !value.contains("{{"));
        if !is_written
            || !OF_RULES.contains(&name)
            || expression.contains(name)
            || ABOUT_EVENTS.iter().any(|word| expression.contains(word))
        {
            return false;
        }
        let Some(root) = self.tree.as_ref().and_then(Tree::root) else {
            return false;
        };
        let is_plain = |node: promql::Node<'_>| {
            let span = node.head();
            let metric = self.expression.get(span.start as usize..span.end as usize);
            metric.is_some_and(|metric| {
                // Nothing that is scraped has the name of an alert.
                let is_known = name == "alertname" && !metric.is_empty() || is_known(metric);
                is_known && !metric.contains(':')
            })
        };
        let mut all = root.below().chain([root]);
        all.all(|node| node.kind() != NodeKind::Selector || is_plain(node))
    }
}

/// Whether a metric is one of a program whose labels are known.
pub(super) fn is_known(metric: &str) -> bool {
    KNOWN.iter().any(|known| match known.ends_with('_') {
        true => metric.starts_with(known),
        false => metric == *known,
    })
}

/// What is said of labels that are lost in one way, and what to do.
fn lost(names: &[&str], loss: Loss) -> (String, String) {
    match names {
        ["__name__"] => (
            "the expression does not return the metric's name; the text is empty".to_owned(),
            help(loss, "__name__"),
        ),
        [name] => (
            format!("the expression does not return the label `{name}`; the text is empty"),
            help(loss, name),
        ),
        names => {
            let listed = format!("`{}`", names.join("`, `"));
            let help = match loss {
                Loss::Aggregated => {
                    format!("aggregate `by ({})`, or delete them here", names.join(", "))
                }
                Loss::By => "add them to `by`, or delete them here".to_owned(),
                _ => "delete them here".to_owned(),
            };
            (
                format!("the expression does not return the labels {listed}; the texts are empty"),
                help,
            )
        }
    }
}

fn help(loss: Loss, name: &str) -> String {
    match loss {
        // An aggregation without `by` has no labels at all, so that there is no list to add to.
        Loss::Aggregated => format!("aggregate `by ({name})`, or delete the label here"),
        Loss::By => format!("add `{name}` to `by`, or delete it here"),
        Loss::Without | Loss::Ignoring if name == "__name__" => {
            "write the name of the metric".to_owned()
        }
        Loss::Without => format!("remove `{name}` from `without`, or delete it here"),
        Loss::On => format!("add `{name}` to `on`, write `group_left`, or delete the label here"),
        Loss::Ignoring => format!("remove `{name}` from `ignoring`, or delete it here"),
        Loss::OneSide => format!(
            "add `{name}` to the other side too, or match the sides with `on (…)` and `group_left`"
        ),
        Loss::Absent => format!(
            "compare `{name}` in the selector with one `=`, or delete it here: `absent` has no other labels"
        ),
        Loss::Name => "write the name of the metric".to_owned(),
        Loss::Buckets | Loss::Excluded | Loss::Number => "delete the label here".to_owned(),
    }
}
