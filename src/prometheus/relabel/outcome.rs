//! What relabeling makes of a static target.

use std::collections::BTreeMap;

use super::{Effect, Interpreter, Labels, RelabelRule, Semantics, Value};
use crate::prometheus::endpoint::has_placeholder;
use crate::prometheus::patterns::PatternBudget;
use crate::prometheus::targets::TargetSection;
use crate::schema::Version;
use crate::yaml::{Mapping, Node};

/// A static target, as far as everything is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The labels of its series.
    pub labels: BTreeMap<String, String>,
    /// What it is scraped by: address, path, parameters. Two targets that have all of it in common are one
    /// (`Target.hash` of scrape/target.go).
    pub scraped: BTreeMap<String, String>,
}

/// Settings that are not followed, since they have defaults elsewhere.
const UNFOLLOWED: &[&str] = &["__scrape_interval__", "__scrape_timeout__"];

/// What the rules of a job make of one target of a group; none if it is dropped, or something is not
/// known. Imitates `PopulateLabels` of scrape/target.go, Prometheus 3.14.
#[must_use]
pub fn outcome<'d>(
    job: TargetSection<'d>,
    group: Node<'d>,
    target: &str,
    rules: &[RelabelRule<'d>],
    budget: &PatternBudget,
) -> Option<Outcome> {
    let before = before(job, group, target)?;
    let semantics = Semantics::of(Version::NEWEST);
    let mut interpreter = Interpreter::new(before, semantics, budget);
    for rule in rules {
        let step = interpreter.step(rule);
        let chooses = matches!(&*rule.action, "keep" | "drop" | "keepequal" | "dropequal");
        let is_known = match step.effect {
            Effect::DropsAll => false,
            Effect::KeepsAll | Effect::DropsNothing => true,
            Effect::SetsNothing | Effect::Other => !chooses,
        };
        if !is_known {
            return None;
        }
    }
    after(interpreter.labels())
}

fn before(job: TargetSection<'_>, group: Node<'_>, target: &str) -> Option<Labels> {
    let mut labels: BTreeMap<String, &str> = BTreeMap::new();
    labels.insert(
        "__scheme__".to_owned(),
        job.text("scheme").unwrap_or("http"),
    );
    let path = job.text("metrics_path").unwrap_or("/metrics");
    labels.insert("__metrics_path__".to_owned(), path);
    labels.insert("job".to_owned(), job.text("job_name")?);
    let params = job.get("params").and_then(Node::mapping);
    for entry in params.into_iter().flat_map(Mapping::entries) {
        let first = entry.value.items().next().and_then(Node::as_str);
        labels.insert(format!("__param_{}", entry.name()), first.unwrap_or(""));
    }
    let own = group.get("labels").and_then(Node::mapping);
    for entry in own.into_iter().flat_map(Mapping::entries) {
        labels.insert(entry.name().to_owned(), entry.value.as_str()?);
    }
    labels.insert("__address__".to_owned(), target);
    if target.is_empty() || labels.values().any(|value| has_placeholder(value)) {
        return None;
    }
    let mut known = Labels::default();
    for name in UNFOLLOWED {
        known = known.with(*name, Value::Present);
    }
    let labels = labels.into_iter();
    Some(labels.fold(known, |known, (name, value)| {
        known.with(name, Value::only(value))
    }))
}

fn after(known: &Labels) -> Option<Outcome> {
    if known.has_others() {
        return None;
    }
    let mut out = Outcome {
        labels: BTreeMap::new(),
        scraped: BTreeMap::new(),
    };
    for (name, value) in known.known() {
        let text = match value {
            Value::OneOf(texts) if texts.len() == 1 => texts.first()?,
            _ if UNFOLLOWED.contains(&name) => continue,
            _ => return None,
        };
        let to = match name.starts_with("__") {
            true if name.starts_with("__meta_") => continue,
            true => &mut out.scraped,
            false => &mut out.labels,
        };
        to.insert(name.to_owned(), text.clone());
    }
    let address = out.scraped.get("__address__")?.clone();
    out.labels.entry("instance".to_owned()).or_insert(address);
    Some(out)
}
