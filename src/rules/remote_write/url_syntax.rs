//! `remote-write/url-syntax`: a URL that nothing can be sent to.

use crate::finding::{PLACEHOLDER, Severity};
use crate::prometheus::endpoint::{Endpoint, FaultKind};
use crate::rules::{RemoteWriteEntry, RuleFindings};
use crate::yaml::Node;

pub(super) fn check(entry: &RemoteWriteEntry<'_>, out: &mut RuleFindings<'_>) {
    let Some(url) = entry.url() else { return };
    let endpoint = &url.endpoint;
    // Credentials have their own rule, and what Go refuses to parse is the schema's to say.
    let faults = endpoint.faults().iter();
    let ours = faults.filter(|fault| fault.kind != FaultKind::Userinfo && !fault.refused_by_go);
    for fault in ours {
        let span = url.span(fault.range.start, fault.range.end);
        let span = if fault.range.is_empty() {
            url.node.span()
        } else {
            span
        };
        let severity = match endpoint.text().is_empty() && is_values(url.node) {
            true => Severity::Warning,
            false => Severity::Error,
        };
        let mut finding = out.part(url.node, span, severity, fault.message.clone());
        finding.advice = Some(match &fault.suggestion {
            // A Prometheus at its own port takes samples at one path; a path is a guess.
            Some(right) if is_bare_prometheus(endpoint) && fault.kind == FaultKind::NoScheme => {
                url.advice(&format!("{right}/api/v1/write"), false)
            }
            Some(right) => url.advice(right, fault.is_sure),
            None if fault.kind == FaultKind::Escape => {
                "write a literal percent sign as `%25`".into()
            }
            None => "write a URL such as `https://prometheus.example.com/api/v1/write`".into(),
        });
        out.push(finding);
    }
    if entry.templated {
        return;
    }
    // A placeholder in the host is refused by Go, and then reported as such.
    if let Some(first) = endpoint.placeholders().first() {
        let span = url.span(first.start, first.end);
        let whole = endpoint.text().get(first.clone()).unwrap_or_default();
        let proof = entry.never_filled(whole);
        let severity = match proof {
            Some(_) => Severity::Error,
            None => Severity::Warning,
        };
        let message = "this placeholder is not filled in: Prometheus expands variables only in \
            `external_labels`, and uses the URL as written";
        let help = "write the value; if the file is rendered first, name it `.tmpl` or list it \
            under `templates:` in promvet.yaml";
        let mut finding = out
            .part(url.node, span, severity, message)
            .kind(PLACEHOLDER)
            .help(help);
        finding.evidence.extend(proof.into_iter().flatten());
        out.push(finding);
    }
}

/// Whether a value is in a file of values for a chart: another file, or `--set`, may fill in what is empty.
fn is_values(node: Node<'_>) -> bool {
    let text = node.document().text();
    let name = text.path().rsplit('/').next().unwrap_or_default();
    name.contains("values")
}

/// Whether a URL is nothing but the address of a Prometheus: its own port, and no path.
fn is_bare_prometheus(endpoint: &Endpoint) -> bool {
    endpoint.path().is_empty() && endpoint.port_number() == Some(9090)
}
