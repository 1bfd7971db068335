//! What a list of relabel rules makes of one set of labels.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::configurations::ask;
use crate::finding::{Place, Redacted, nearest};
use crate::prometheus::{
    Config, Effect, Interpreter, KnownLabelValue, KnownLabels, Matches, PatternBudget, RelabelRule,
    Semantics,
};
use crate::schema::Version;
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
    ask(file, tree, |config, document, _| {
        let (of, list) = section(query, config)?;
        Ok(traced(query, config, &of, list, document))
    })
    .into_result()
}

/// What holds the list, and the list.
struct ListSection<'d> {
    name: String,
    mapping: Mapping<'d>,
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
            ListSection {
                name: String::new(),
                mapping: alerting.ok_or("it has no `alerting`")?,
            }
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
    Ok(ListSection {
        name: name(found),
        mapping: *found,
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
    Ok(ListSection {
        name: text(found, "name").unwrap_or_else(|| "remote_write".to_owned()),
        mapping,
    })
}

fn traced(
    query: &RelabelQuery,
    config: Config<'_>,
    of: &ListSection<'_>,
    list: Option<Node<'_>>,
    document: &Document,
) -> RelabelTrace {
    let budget = PatternBudget::default();
    let rules: Vec<_> = list
        .into_iter()
        .flat_map(Node::items)
        .filter_map(|node| RelabelRule::new(node, &budget))
        .collect();
    let mut before = query.labels.clone();
    if query.list == RelabelKey::Targets {
        for (name, value) in settings(of.mapping, config) {
            before.entry(name).or_insert(value);
        }
    }
    let known = before
        .iter()
        .fold(KnownLabels::default(), |labels, (name, value)| {
            labels.with(name.clone(), KnownLabelValue::only(value.clone()))
        });
    let mut interpreter = Interpreter::new(known, Semantics::of(query.release), &budget);
    let mut steps = Vec::new();
    let mut dropped = false;
    for rule in &rules {
        let then = values(interpreter.labels());
        let step = interpreter.step(rule);
        dropped = step.effect == Effect::DropsAll;
        let now = values(interpreter.labels());
        let place = rule.node.place();
        steps.push(TracedRule {
            line: place.start().line,
            action: rule.action.clone(),
            effect: Redacted::sentence(&place, effect(dropped, &step.matches, &then, &now)),
            drops: dropped,
        });
        if dropped {
            break;
        }
    }
    let place = document.place(document.root().map(Node::span).unwrap_or_default());
    let left = values(interpreter.labels());
    let text = |labels: &LabelSet| LabelText {
        place: place.clone(),
        labels: labels.clone().into_iter().collect(),
    };
    let target = (query.list == RelabelKey::Targets && !dropped).then(|| target(&left));
    RelabelTrace {
        path: Arc::clone(document.text().path()),
        of: of.name.clone(),
        list: query.list.key(),
        before: Redacted::new(text(&before)),
        rules: steps,
        after: (!dropped).then(|| Redacted::new(text(&left))),
        target: target.flatten().map(|(url, series)| {
            Redacted::new(TargetText {
                url,
                series: text(&series),
            })
        }),
    }
}

/// What stands for a value that is not known, such as that of a hash.
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

/// What Prometheus sets before the first rule, where discovery does not (`scrape.PopulateLabels`,
/// 3.5).
fn settings(job: Mapping<'_>, config: Config<'_>) -> Vec<(String, String)> {
    let global = config.root().get("global").and_then(Node::mapping);
    let text = |key: &str| job.get(key).and_then(Node::as_str);
    let of_global = |key: &str| {
        global
            .and_then(|global| global.get(key))
            .and_then(Node::as_str)
    };
    let setting = |key: &str, default: &str| {
        let found = text(key).or_else(|| of_global(key)).unwrap_or(default);
        found.to_owned()
    };
    let own = |key: &str, default: &str| text(key).unwrap_or(default).to_owned();
    let mut out = vec![
        ("job".to_owned(), own("job_name", "")),
        ("__scheme__".to_owned(), own("scheme", "http")),
        (
            "__metrics_path__".to_owned(),
            own("metrics_path", "/metrics"),
        ),
        (
            "__scrape_interval__".to_owned(),
            setting("scrape_interval", "1m"),
        ),
        (
            "__scrape_timeout__".to_owned(),
            setting("scrape_timeout", "10s"),
        ),
    ];
    let params = job.get("params").and_then(Node::mapping);
    for entry in params.into_iter().flat_map(Mapping::entries) {
        let first = entry.value.items().next().and_then(Node::as_str);
        if let Some(first) = first {
            out.push((format!("__param_{}", entry.name()), first.to_owned()));
        }
    }
    out
}

/// What is scraped, and the labels of its series; none if there is no address, so that there is no
/// target.
fn target(labels: &LabelSet) -> Option<(String, LabelSet)> {
    let text = |name: &str| labels.get(name).map_or("", String::as_str);
    let address = labels.get("__address__")?;
    let params: Vec<_> = labels
        .iter()
        .filter_map(|(name, value)| Some(format!("{}={value}", name.strip_prefix("__param_")?)))
        .collect();
    let query = match params.is_empty() {
        true => String::new(),
        false => format!("?{}", params.join("&")),
    };
    let url = format!(
        "{}://{address}{}{query}",
        text("__scheme__"),
        text("__metrics_path__")
    );
    let mut series: LabelSet = labels
        .iter()
        .filter(|(name, _)| !name.starts_with("__"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    series
        .entry("instance".to_owned())
        .or_insert_with(|| address.clone());
    Some((url, series))
}
