//! Components that the lists of a Collector's configuration name in vain
//! (opentelemetry-collector v0.140.0 `otelcol/config.go`, `Config.Validate`, and
//! `service/pipelines/config.go`, `PipelineConfig.Validate`).

use std::collections::HashSet;

use super::pipelines::is_whole;
use super::{EmbeddedIn, Finder, RecognizedFile, collector_keys, exporter_values, found};
use crate::discover::program;
use crate::finding::{Advice, Finding, MOST_OWN_NAMES, Severity, Span, nearest, placeholder, rule};
use crate::schema::dialect::SENDERS;
use crate::yaml::{Entry, Mapping, Node};

/// The lists of a pipeline: what they hold, and the sections that define it.
const LISTS: &[(&str, &str, &[&str])] = &[
    ("receivers", "receiver", &["receivers", "connectors"]),
    ("processors", "processor", &["processors"]),
    ("exporters", "exporter", &["exporters", "connectors"]),
];

impl<'d> Finder<'d> {
    /// What the pipelines and the list of extensions name in vain, apart from what is reported already.
    pub(super) fn refused_components(
        &self,
        root: Node<'d>,
        said: &[Span],
        out: &mut Vec<RecognizedFile>,
    ) {
        if !is_whole(root) {
            return;
        }
        let mut findings = refused(root);
        findings.extend(collector_keys::faults(root));
        findings.extend(exporter_values::bad_variables(root));
        findings.retain(|finding| !said.contains(&finding.place.span()));
        let holder = EmbeddedIn::Part(program::COLLECTOR);
        let why = "it has the pipelines of a Collector".to_owned();
        self.faults(root, findings, &SENDERS, (holder, why), out);
    }
}

fn refused(root: Node<'_>) -> Vec<Finding> {
    let mut out = Vec::new();
    let Some(service) = root.get("service") else {
        return out;
    };
    let started = service.get("extensions").into_iter();
    let started = started.flat_map(Node::items);
    undefined(root, started, "extension", &["extensions"], &mut out);
    let pipelines = service.get("pipelines").and_then(Node::mapping);
    for pipeline in pipelines.into_iter().flat_map(Mapping::entries) {
        for (list, noun, sections) in LISTS {
            let Some(entry) = pipeline.value.mapping().and_then(|map| map.entry(list)) else {
                out.extend(without(pipeline, list, noun));
                continue;
            };
            undefined(root, entry.value.items(), noun, sections, &mut out);
            let is_empty = entry.value.sequence().is_some() && entry.value.items().next().is_none();
            if is_empty && *list != "processors" {
                let message = format!(
                    "`{list}`: the pipeline needs at least one {noun}; the Collector rejects the file"
                );
                out.push(reported(
                    entry.key,
                    message,
                    Advice::say("name one, or remove the pipeline"),
                ));
            }
            if *list == "processors" {
                out.extend(repeated(entry.value));
            }
        }
    }
    out
}

/// A pipeline that has a list that it needs, and not the other one.
fn without(pipeline: Entry<'_>, list: &str, noun: &str) -> Option<Finding> {
    let is_needed = list != "processors" && pipeline.value.mapping().is_some();
    if !is_needed || collector_keys::has_list(pipeline.value, list) {
        return None;
    }
    let message = format!(
        "`{}`: the pipeline has no `{list}`; the Collector rejects the file",
        pipeline.name()
    );
    let advice = Advice::say(format!("name at least one {noun} in `{list}`"));
    Some(reported(pipeline.key, message, advice))
}

/// A processor that a pipeline names twice.
fn repeated(list: Node<'_>) -> Option<Finding> {
    let mut seen = HashSet::new();
    let mut names = list.items().filter(|item| item.as_str().is_some());
    let again = names.find(|item| !seen.insert(item.as_str()))?;
    let name = again.as_str().filter(|name| !placeholder::is_open(name))?;
    let message = format!(
        "`{name}`: the pipeline names this processor twice; the Collector rejects the file"
    );
    Some(reported(again, message, Advice::say("remove one of them")))
}

/// Names in a list that no section defines.
fn undefined<'d>(
    root: Node<'d>,
    items: impl Iterator<Item = Node<'d>>,
    noun: &str,
    sections: &[&str],
    out: &mut Vec<Finding>,
) {
    let present = sections.iter().filter_map(|section| root.get(section));
    let present: Vec<Node<'_>> = present.filter(|section| !section.is_null()).collect();
    // A section that is a variable may define anything.
    if present.iter().any(|section| section.mapping().is_none()) {
        return;
    }
    // Without the section, its file may be another one.
    let severity = match present.is_empty() {
        true => Severity::Warning,
        false => Severity::Error,
    };
    let maps = present.into_iter().filter_map(Node::mapping);
    let defined: Vec<&str> = maps.flat_map(Mapping::entries).map(Entry::name).collect();
    if defined.iter().any(|name| placeholder::is_open(name)) {
        return;
    }
    let known: HashSet<&str> = defined.iter().copied().collect();
    for item in items {
        let Some(name) = item.as_str() else { continue };
        if known.contains(name.trim()) || name.trim().is_empty() || placeholder::is_open(name) {
            continue;
        }
        let message = format!("`{name}`: no {noun} has this name; the Collector rejects the file");
        let near = nearest(name, defined.iter().copied().take(MOST_OWN_NAMES));
        let advice = match near {
            Some(near) => Advice::replace(item.span(), near).unsafe_(),
            None => Advice::say(format!("define `{name}` below `{noun}s`, or remove it")),
        };
        let mut finding = reported(item, message, advice);
        finding.severity = severity;
        out.push(finding);
    }
}

fn reported(node: Node<'_>, message: String, advice: Advice) -> Finding {
    found(rule::AGENTS_PIPELINE, Severity::Error, node, message).help(advice)
}
