//! `scrape/federate`: jobs that federate without what the other server needs.

use crate::finding::{Advice, Severity};
use crate::prometheus::{Config, TargetSection};
use crate::rules::RuleFindings;
use crate::schema::rule_file::promql::{self, NodeKind, PromqlRelease};
use crate::yaml::{Entry, Mapping, Node, placeholder};

const PARAMETER: &str = "match[]";

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for job in config.jobs() {
        let path = job
            .get("metrics_path")
            .and_then(|node| Some((node, node.as_str()?)));
        let Some((path, _)) = path.filter(|(_, text)| is_federate(text)) else {
            continue;
        };
        if job.may_have_more() {
            continue;
        }
        selectors(job, path, out);
        labels(job, path, out);
    }
}

fn is_federate(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next() == Some("federate")
}

/// `/federate` answers without a sample if nothing is selected (web/federate.go).
fn selectors(job: TargetSection<'_>, path: Node<'_>, out: &mut RuleFindings<'_>) {
    let params = job.get("params").and_then(Node::mapping);
    let entry = params.and_then(|params| params.entry(PARAMETER));
    let given = entry.map_or(0, |entry| entry.value.items().count());
    let by_label = job.may_set("__param_match[]")
        || job.group_labels("__param_match[]").next().is_some()
        || job.get("file_sd_configs").is_some()
        || job.get("http_sd_configs").is_some();
    if given == 0 {
        if by_label || path.as_str().is_some_and(|text| text.contains('?')) {
            return;
        }
        let near = params.and_then(nearly);
        let place = near.map_or(path, |entry| entry.key);
        let message = "`/federate` returns nothing without the parameter `match[]`";
        let help = match near {
            Some(entry) => Advice::rename(entry.key.span(), PARAMETER)
                .text(format!("write `match[]` in place of `{}`", entry.name()))
                .safe(),
            None => "add `params: {'match[]': ['{job=\"…\"}']}`".into(),
        };
        out.push(
            out.at(place, Severity::Warning, message)
                .kind("params")
                .help(help),
        );
    }
    for node in entry.into_iter().flat_map(|entry| entry.value.items()) {
        let text = node.as_str().unwrap_or_default();
        if placeholder::find(text).next().is_some() || is_selector(text) {
            continue;
        }
        let message = "`match[]` takes a selector, and this is not one; every scrape fails";
        let help = "write a selector such as `{job=\"…\"}` or `{__name__=~\"job:.*\"}`";
        out.push(
            out.at(node, Severity::Warning, message)
                .kind("selector")
                .help(help),
        );
    }
}

/// A parameter that is spelled almost like it.
fn nearly(params: Mapping<'_>) -> Option<Entry<'_>> {
    let letters = |name: &str| -> String {
        name.chars()
            .filter(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase()
    };
    params.entries().find(|entry| {
        matches!(
            &*letters(entry.name()),
            "match" | "matches" | "matcher" | "matchers"
        )
    })
}

fn is_selector(text: &str) -> bool {
    let dialect = PromqlRelease::of(3, 14);
    let Some(tree) = promql::tree(text, dialect) else {
        return false;
    };
    tree.root()
        .is_some_and(|root| root.kind() == NodeKind::Selector)
}

/// Without `honor_labels` the labels of the source that clash are renamed.
fn labels(job: TargetSection<'_>, path: Node<'_>, out: &mut RuleFindings<'_>) {
    let restores = job
        .get("metric_relabel_configs")
        .into_iter()
        .flat_map(Node::items);
    let restores =
        restores.flat_map(|rule| rule.get("source_labels").into_iter().flat_map(Node::items));
    let mut restores = restores.filter_map(Node::as_str);
    if job.get("honor_labels").is_some() || restores.any(|label| label.starts_with("exported_")) {
        return;
    }
    let message = "without `honor_labels: true`, `job` and `instance` of the federated series are renamed to `exported_job` and `exported_instance`";
    let finding = out.at(path, Severity::Info, message).kind("labels");
    let words = "set `honor_labels: true`, or `false` if this is meant";
    let advice = Advice::insert(path.span(), "honor_labels", "true").text(words);
    out.push(finding.help(advice.unsafe_()));
}
