//! `scrape/metrics-path`: paths with a query, a fragment or a scheme.

use std::ops::Range;

use crate::finding::Severity;
use crate::prometheus::Config;
use crate::rules::RuleFindings;
use crate::yaml::{Node, placeholder};

const LABEL: &str = "__metrics_path__";

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for job in config.jobs() {
        // A rule may cut off what does not belong into the path.
        let writers: Vec<_> = job
            .relabelings()
            .filter(|rule| rule.may_set(LABEL))
            .collect();
        if writers.is_empty() {
            let paths = job.get("metrics_path").into_iter();
            for node in paths.chain(job.group_labels(LABEL)) {
                check_path(node, out);
            }
        } else if let [rule] = writers.as_slice()
            && rule.target_label() == Some(LABEL)
            && let Some(replacement) = rule.replacement_node()
        {
            check_path(replacement, out);
        }
    }
}

fn check_path(node: Node<'_>, out: &mut RuleFindings<'_>) {
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.is_null()) else {
        return;
    };
    let Some((message, help, at)) = fault(scalar.text) else {
        return;
    };
    let span = match node.is_alias() {
        true => node.span(),
        false => scalar.part(at.start, at.end),
    };
    out.push(out.part(node, span, Severity::Warning, message).help(help));
}

/// Prometheus puts the path into `url.URL.Path`, where Go escapes `?` and `#` (`Target.URL`,
/// scrape/target.go).
fn fault(text: &str) -> Option<(String, String, Range<usize>)> {
    let within = |at: usize| placeholder::find(text).any(|range| range.contains(&at));
    for scheme in ["http://", "https://"] {
        if text.starts_with(scheme) {
            return Some((
                "expected a path, found a URL: Prometheus uses it as the path, and the target answers 404"
                    .into(),
                "write only the path; set the host in `targets`, and the scheme in `scheme`"
                    .into(),
                0..text.len(),
            ));
        }
    }
    let mut signs = text.char_indices();
    let (at, sign) = signs.find(|&(at, c)| matches!(c, '?' | '#') && !within(at))?;
    let escaped = if sign == '?' { "%3F" } else { "%23" };
    let query = text.get(at + 1..).unwrap_or_default();
    let help = match (sign, params(query)) {
        ('?', Some(params)) => format!("move the query into the job's `params: {{{params}}}`"),
        ('?', None) => "move the query into the job's `params`".into(),
        _ => "delete the fragment".into(),
    };
    Some((
        format!("`{sign}` is sent as `{escaped}` in a metrics path, so the target answers 404"),
        help,
        at..text.len(),
    ))
}

/// The query as `params`, if it is short and plain and has nothing that may be secret.
fn params(query: &str) -> Option<String> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 40
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
    };
    let mut pairs: Vec<(&str, Vec<&str>)> = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        if !plain(name) || !plain(value) || crate::finding::is_secret_name(name) {
            return None;
        }
        match pairs.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(value),
            None => pairs.push((name, vec![value])),
        }
    }
    let shown = pairs
        .iter()
        .map(|(name, values)| format!("{name}: [{}]", values.join(", ")));
    Some(shown.collect::<Vec<_>>().join(", "))
}
