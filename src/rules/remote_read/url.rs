//! `remote-read/url`: a URL of `remote_read` that no query can be sent to.

use crate::finding::Severity;
use crate::prometheus::Section;
use crate::prometheus::endpoint::{Endpoint, FaultKind};
use crate::rules::{Findings, HttpPart, advice};
use crate::yaml::{Node, Scalar};

/// Paths that take samples, by their last segments, and where the same server answers queries of
/// Prometheus, if it does (documentation of each, 2026-08).
const WRITES: &[(&[&str], Option<&str>)] = &[
    (&["api", "v1", "prom", "write"], Some("/api/v1/prom/read")),
    (&["api", "v1", "write"], Some("/api/v1/read")),
    (&["api", "prom", "push"], Some("/api/prom/api/v1/read")),
    (&["api", "v1", "push"], Some("/prometheus/api/v1/read")),
    (&["api", "v1", "receive"], None),
    (&["api", "v1", "remote_write"], None),
    (&["insert", "0", "prometheus"], None),
    (&["write"], Some("/read")),
];

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut Findings<'_>) {
    if part.client.section != Section::RemoteRead {
        return;
    }
    let Some(node) = part.client.node.get("url") else {
        return;
    };
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.is_null()) else {
        return;
    };
    let endpoint = part.endpoint(scalar.text);
    faults(node, scalar, &endpoint, out);
    if endpoint.is_sound() {
        for_writing(node, scalar, &endpoint, out);
    }
    if part.configuration.templated {
        return;
    }
    if let Some(first) = endpoint.placeholders().first() {
        let span = scalar.part(first.start, first.end);
        let message = "Prometheus does not expand this placeholder: it expands variables in \
                       `external_labels` only";
        let help = "write the value; or, if something renders this file first, list it under \
                    `templates:` in promvet.yaml";
        out.push(
            out.part(node, span, Severity::Warning, message)
                .kind("placeholder")
                .help(help),
        );
    }
}

/// What `remote-write/url-syntax` reports of a URL to write to.
fn faults(node: Node<'_>, scalar: Scalar<'_>, endpoint: &Endpoint, out: &mut Findings<'_>) {
    let faults = endpoint.faults().iter();
    // Credentials have a rule of their own, and the schema reports what Go refuses to parse.
    let ours = faults.filter(|fault| fault.kind != FaultKind::Userinfo && !fault.refused_by_go);
    for fault in ours {
        let span = if fault.range.is_empty() {
            node.span()
        } else {
            scalar.part(fault.range.start, fault.range.end)
        };
        let what = fault.kind.predicate();
        let message = match fault.kind {
            FaultKind::Fragment => format!("the URL {what}"),
            _ => format!("the URL {what}: Prometheus loads it, and every remote read fails"),
        };
        let mut finding = out
            .part(node, span, Severity::Error, message)
            .kind("syntax");
        let has_secret = endpoint.userinfo().is_some();
        let right = fault.suggestion.as_ref();
        finding.advice = right.map(|url| match (has_secret, fault.kind) {
            (true, _) => format!("write {url}").into(),
            (false, FaultKind::Relative) => {
                advice::value(node, url, format!("write {url}")).unsafe_()
            }
            (false, _) => advice::value(node, url, format!("write {url}")).safe(),
        });
        out.push(finding);
    }
}

fn for_writing(node: Node<'_>, scalar: Scalar<'_>, endpoint: &Endpoint, out: &mut Findings<'_>) {
    let segments: Vec<&str> = endpoint
        .segments()
        .iter()
        .map(|piece| endpoint.slice(*piece))
        .filter(|segment| !segment.is_empty())
        .collect();
    let Some((_, read)) = WRITES.iter().find(|(last, _)| segments.ends_with(last)) else {
        return;
    };
    let path = endpoint.path();
    let message = format!(
        "`{}` takes samples and answers no queries: every remote read fails",
        endpoint.slice(path)
    );
    let span = scalar.part(path.start, path.end);
    let finding = out.part(node, span, Severity::Warning, message);
    out.push(match read {
        Some(read) => {
            let words = format!("the path for reading is `{read}`");
            finding.help(advice::part(node, path.start..path.end, read, words).unsafe_())
        }
        None => finding.help("delete this entry, or write a URL that answers remote reads"),
    });
}
