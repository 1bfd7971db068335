//! What a list of relabel rules makes of one set of labels.

mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use promvet_syntax::go::{Go, regex};

use super::configurations::ask;
use crate::discover::program::COLLECTOR;
use crate::finding::{Place, Redacted, nearest};
use crate::prometheus::{
    Config, Effect, Interpreter, KnownLabelValue, KnownLabels, Matches, PatternBudget, RelabelRule,
    Semantics,
};
use crate::schema::Version;
use crate::schema::dialect::ALLOY;
use crate::source::Tree;
use crate::yaml::{Document, Mapping, Node};

/// Labels by name.
pub type LabelSet = BTreeMap<String, String>;

/// Which rules are asked.
#[derive(Clone, Debug)]
pub struct RelabelQuery {
    /// The job, if the file has several.
    pub job: Option<String>,
    /// The name or the URL of an entry of `remote_write`, if the file has several.
    pub endpoint: Option<String>,
    /// The list.
    pub list: RelabelKey,
    /// The release of Prometheus.
    pub release: Version,
    /// The labels before the first rule.
    pub labels: LabelSet,
}

/// The key of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelabelKey {
    /// `relabel_configs` of a job.
    Targets,
    /// `metric_relabel_configs` of a job.
    Samples,
    /// `write_relabel_configs` of a remote_write entry.
    Written,
    /// `alert_relabel_configs` of `alerting`.
    Alerts,
}

impl RelabelKey {
    /// Every list with its key.
    pub const ALL: [(&'static str, Self); 4] = [
        ("relabel_configs", Self::Targets),
        ("metric_relabel_configs", Self::Samples),
        ("write_relabel_configs", Self::Written),
        ("alert_relabel_configs", Self::Alerts),
    ];

    /// The key.
    #[must_use]
    pub fn key(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, one)| *one == self).map_or("", |(key, _)| key)
    }
}

/// What one rule did.
#[derive(Clone, Debug)]
pub struct TracedRule {
    /// The line of the rule, from 1.
    pub line: usize,
    /// Its action.
    pub action: String,
    /// What it did, in words.
    pub effect: Redacted<String>,
    /// Whether it dropped the labels.
    pub drops: bool,
}

/// What a list did.
#[derive(Clone, Debug)]
pub struct RelabelTrace {
    /// The file.
    pub path: Arc<str>,
    /// The job or the endpoint whose rules they are; empty for alerts.
    pub of: String,
    /// The key of the list.
    pub list: &'static str,
    /// The labels before the first rule, with those that Prometheus sets.
    pub before: Redacted<LabelText>,
    /// The rules up to the one that drops.
    pub rules: Vec<TracedRule>,
    /// The labels behind the last rule; none if they were dropped. A value that is not known is `?`.
    pub after: Option<Redacted<LabelText>>,
    /// What Prometheus makes of a target then: what it scrapes, and the labels of its series.
    pub target: Option<Redacted<TargetText>>,
    /// Why Prometheus scrapes nothing, or why the scrape fails.
    pub failure: Option<&'static str>,
}

/// Labels, in a form that is masked before it is shown.
#[derive(Clone, Debug)]
pub struct LabelText {
    place: Place,
    /// Names and values, ascending.
    pub labels: Vec<(String, String)>,
}

/// A target, in a form that is masked before it is shown.
#[derive(Clone, Debug)]
pub struct TargetText {
    /// What is scraped.
    pub url: String,
    /// The labels of its series.
    pub series: LabelText,
}

impl crate::finding::Sentences for LabelText {
    fn places(&self) -> Vec<Place> {
        vec![self.place.clone()]
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        self.labels.iter_mut().map(|(_, value)| value).collect()
    }
}

impl crate::finding::Sentences for TargetText {
    fn places(&self) -> Vec<Place> {
        self.series.places()
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        let mut all = vec![&mut self.url];
        all.extend(self.series.sentences());
        all
    }
}

/// Goes through the rules of a file.
///
/// # Errors
/// What is not there, or is not a configuration, in a sentence.
pub fn trace(query: &RelabelQuery, file: &Path, tree: &dyn Tree) -> Result<RelabelTrace, String> {
    ask(file, tree, |config, document, recognized| {
        let spoken = recognized.spoken.as_ref();
        if spoken.is_some_and(|spoken| spoken.dialect.word == ALLOY.word) {
            let why = "it is of Alloy, where several components relabel one target; promvet check \
                       follows them";
            return Err(why.to_owned());
        }
        let (of, list) = section(query, config)?;
        let holder = recognized.holder.as_ref();
        let is_of_collector = holder.is_some_and(|holder| holder.word() == COLLECTOR);
        if is_of_collector && list.is_some_and(has_doubled_dollar) {
            let why = "it is of a Collector, which makes one dollar of `$$` before the rules are read; \
                       promvet check reads them so";
            return Err(why.to_owned());
        }
        traced(query, config, &of, list, document)
    })
    .into_result()
}

fn has_doubled_dollar(list: Node<'_>) -> bool {
    let texts = list.items().filter_map(|rule| rule.mapping());
    let mut texts = texts.flat_map(Mapping::entries);
    texts.any(|entry| entry.value.as_str().is_some_and(|text| text.contains("$$")))
}

/// What holds the list.
struct ListSection<'d> {
    name: String,
    mapping: Mapping<'d>,
    /// Whether the file does not say how the job is called, as with endpoints of the Operator.
    is_unnamed: bool,
}

impl<'d> ListSection<'d> {
    fn new(name: String, mapping: Mapping<'d>) -> Self {
        Self {
            name,
            mapping,
            is_unnamed: false,
        }
    }
}

fn section<'d>(
    query: &RelabelQuery,
    config: Config<'d>,
) -> Result<(ListSection<'d>, Option<Node<'d>>), String> {
    let found = match query.list {
        RelabelKey::Targets | RelabelKey::Samples => job(query, config)?,
        RelabelKey::Written => endpoint(query, config)?,
        RelabelKey::Alerts => {
            let alerting = config.root().get("alerting").and_then(Node::mapping);
            ListSection::new(String::new(), alerting.ok_or("it has no `alerting`")?)
        }
    };
    let list = found.mapping.get(query.list.key());
    Ok((found, list))
}

fn job<'d>(query: &RelabelQuery, config: Config<'d>) -> Result<ListSection<'d>, String> {
    let name = |job: &Mapping<'_>| {
        let name = job.get("job_name").and_then(Node::as_str);
        name.unwrap_or_default().to_owned()
    };
    let jobs: Vec<_> = config.scrape_configs().collect();
    let names: Vec<String> = jobs.iter().map(name).collect();
    let found = match &query.job {
        Some(wanted) => jobs.iter().find(|job| name(job) == *wanted),
        None if jobs.len() == 1 => jobs.first(),
        None if jobs.is_empty() => return Err("it has no jobs".to_owned()),
        None => return Err(format!("name a job with --job: {}", names.join(", "))),
    };
    let found = found.ok_or_else(|| {
        let wanted = query.job.as_deref().unwrap_or_default();
        match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => format!("no job is called `{wanted}`; did you mean `{near}`?"),
            None => format!("no job is called `{wanted}`; it has {}", names.join(", ")),
        }
    })?;
    let name = name(found);
    // The translation numbers what has no name.
    let number = name
        .strip_prefix("job ")
        .filter(|_| config.root().node().document().source().is_some());
    let is_unnamed = number.is_some_and(|number| number.parse::<usize>().is_ok());
    let line = || {
        found
            .entries()
            .map(|entry| entry.key.place().start().line)
            .min()
    };
    Ok(ListSection {
        name: match line().filter(|_| is_unnamed) {
            Some(line) => format!("the endpoint in line {line}"),
            None => name,
        },
        mapping: *found,
        is_unnamed,
    })
}

fn endpoint<'d>(query: &RelabelQuery, config: Config<'d>) -> Result<ListSection<'d>, String> {
    let entries: Vec<_> = config.remote_writes().collect();
    let text = |write: &crate::prometheus::RemoteWrite<'d>, key: &str| {
        write.get(key).and_then(Node::as_str).map(str::to_owned)
    };
    let found = match &query.endpoint {
        Some(wanted) => entries.iter().find(|write| {
            [text(write, "name"), text(write, "url")].contains(&Some(wanted.clone()))
        }),
        None if entries.len() == 1 => entries.first(),
        None => {
            return Err(format!(
                "it has {} entries of `remote_write`; give the name or the URL of one with --endpoint",
                entries.len()
            ));
        }
    };
    let found = found.ok_or("no entry of `remote_write` has this name or URL")?;
    let mapping = found.node().mapping().ok_or("the entry is not a mapping")?;
    let name = text(found, "name").unwrap_or_else(|| "remote_write".to_owned());
    Ok(ListSection::new(name, mapping))
}

fn traced(
    query: &RelabelQuery,
    config: Config<'_>,
    of: &ListSection<'_>,
    list: Option<Node<'_>>,
    document: &Document,
) -> Result<RelabelTrace, String> {
    let budget = PatternBudget::default();
    let rules: Vec<_> = list
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|node| RelabelRule::new(node, &budget))
        .collect();
    let mut before = query.labels.clone();
    if query.list == RelabelKey::Targets {
        for (name, value) in target::settings(of.mapping, config) {
            if name != "job" || !of.is_unnamed {
                before.entry(name).or_insert(value);
            }
        }
    }
    let applied = apply(query, &rules, &before, &budget)?;
    let place = document.place(document.root().map(Node::span).unwrap_or_default());
    let text = |labels: &LabelSet| LabelText {
        place: place.clone(),
        labels: labels.clone().into_iter().collect(),
    };
    let after = applied.after.as_ref();
    let (target, failure) = match (query.list, after) {
        (RelabelKey::Targets, Some(left)) => match target::target(left, query.release) {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        },
        (RelabelKey::Samples, Some(left)) => (None, target::rejected(&before, left)),
        _ => (None, None),
    };
    Ok(RelabelTrace {
        path: Arc::clone(document.text().path()),
        of: of.name.clone(),
        list: query.list.key(),
        before: Redacted::new(text(&before)),
        rules: applied.rules,
        after: after.map(|left| Redacted::new(text(left))),
        target: target.map(|(url, series)| {
            Redacted::new(TargetText {
                url,
                series: text(&series),
            })
        }),
        failure,
    })
}

/// What rules did.
struct AppliedRules {
    rules: Vec<TracedRule>,
    /// The labels behind the last rule; none if they were dropped.
    after: Option<LabelSet>,
}

fn apply(
    query: &RelabelQuery,
    rules: &[RelabelRule<'_>],
    before: &LabelSet,
    budget: &PatternBudget,
) -> Result<AppliedRules, String> {
    let known = before
        .iter()
        .fold(KnownLabels::default(), |labels, (name, value)| {
            labels.with(name.clone(), KnownLabelValue::only(value.clone()))
        });
    let mut interpreter = Interpreter::new(known, Semantics::of(query.release), budget);
    let mut steps = Vec::new();
    for rule in rules {
        let place = rule.node.place();
        let line = place.start().line;
        let refused = |why| format!("line {line}: {why}");
        judgeable(rule, query.release).map_err(refused)?;
        let then = values(interpreter.labels());
        let step = interpreter.step(rule);
        let dropped = step.effect == Effect::DropsAll;
        if chooses(rule) && step.matches == Matches::Sometimes {
            return Err(refused("what this rule drops is not known".to_owned()));
        }
        let now = values(interpreter.labels());
        steps.push(TracedRule {
            line,
            action: rule.action.to_string(),
            effect: Redacted::sentence(&place, effect(dropped, &step.matches, &then, &now)),
            drops: dropped,
        });
        if dropped {
            return Ok(AppliedRules {
                rules: steps,
                after: None,
            });
        }
    }
    Ok(AppliedRules {
        rules: steps,
        after: Some(values(interpreter.labels())),
    })
}

/// Whether it can be said what a rule does.
///
/// # Errors
/// Why it can't.
fn judgeable(rule: &RelabelRule<'_>, release: Version) -> Result<(), String> {
    let go = Go::of_prometheus(release.major, release.minor);
    if let Err(fault) = regex(rule.regex, go) {
        let message = &fault.message;
        return Err(format!("`regex` {message}; Prometheus rejects the file"));
    }
    match rule.foreign().next() {
        Some(entry) => Err(format!(
            "what `{}` of this rule does is not known",
            entry.name()
        )),
        None => Ok(()),
    }
}

fn chooses(rule: &RelabelRule<'_>) -> bool {
    matches!(&*rule.action, "keep" | "drop" | "keepequal" | "dropequal")
}

/// The text in the place of a value that is not known.
const UNKNOWN: &str = "?";

fn values(labels: &KnownLabels) -> LabelSet {
    let text = |value: &KnownLabelValue| match value {
        KnownLabelValue::OneOf(texts) if texts.len() == 1 => texts.iter().next().cloned(),
        _ => None,
    };
    let known = labels.known();
    known
        .map(|(name, value)| {
            let value = text(value).unwrap_or_else(|| UNKNOWN.to_owned());
            (name.to_owned(), value)
        })
        .collect()
}

/// What a rule did, in words.
fn effect(dropped: bool, matches: &Matches, then: &LabelSet, now: &LabelSet) -> String {
    if dropped {
        return "drops it".to_owned();
    }
    let set = now
        .iter()
        .filter(|(name, value)| then.get(*name) != Some(*value))
        .map(|(name, value)| format!("{name}=\"{value}\""));
    let set: Vec<_> = set.collect();
    let gone: Vec<_> = then
        .keys()
        .filter(|name| !now.contains_key(*name))
        .map(String::as_str)
        .collect();
    let mut parts = Vec::new();
    if !set.is_empty() {
        parts.push(format!("sets {}", set.join(", ")));
    }
    if !gone.is_empty() {
        parts.push(format!("removes {}", gone.join(", ")));
    }
    match (parts.is_empty(), matches) {
        (false, _) => parts.join(", "),
        (true, Matches::Never(_)) => "does not match, changes nothing".to_owned(),
        (true, Matches::Always(_)) => "matches, changes nothing".to_owned(),
        (true, Matches::Sometimes) => "changes nothing".to_owned(),
    }
}
