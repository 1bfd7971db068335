//! `remote-read/url`: a URL of `remote_read` that no query can be sent to.

use crate::facts::receiver::{
    ReadPath, ReceiverCandidate, ReceiverCertainty, near_read_path, read_path,
};
use crate::finding::{PLACEHOLDER, Severity};
use crate::prometheus::ClientSection;
use crate::prometheus::endpoint::{Endpoint, FaultKind};
use crate::rules::{HttpPart, RuleFindings, advice};
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

/// Paths of Prometheus that take no remote reads, by their last segments (Prometheus 3.5
/// `web/api/v1/api.go`, `API.Register`, and `web/web.go`).
const OTHERS: &[(&[&str], &str)] = &[
    (&["api", "v1", "query"], "answers PromQL"),
    (&["api", "v1", "query_range"], "answers PromQL"),
    (&["api", "v1", "query_exemplars"], "answers PromQL"),
    (&["api", "v1", "series"], "lists series"),
    (&["api", "v1", "labels"], "lists labels"),
    (&["metrics"], "is for scraping"),
    (&["federate"], "is for scraping"),
    (&["graph"], "is a page of the web interface"),
    (&["-", "ready"], "is a probe"),
    (&["-", "healthy"], "is a probe"),
];

/// The port of a Prometheus, which may have any name.
const PROMETHEUS: u16 = 9090;

pub(super) fn check(part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
    if part.client.section != ClientSection::RemoteRead {
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
        let url = RequestUrl {
            node,
            scalar,
            endpoint: &endpoint,
        };
        let is_told = url.for_writing(out) || url.for_something_else(out) || url.doubled(out);
        if !is_told {
            url.of_receiver(part, out);
        }
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
                .kind(PLACEHOLDER)
                .help(help),
        );
    }
}

/// What `remote-write/url-syntax` reports of a URL to write to.
fn faults(node: Node<'_>, scalar: Scalar<'_>, endpoint: &Endpoint, out: &mut RuleFindings<'_>) {
    // SigNoz reads from ClickHouse like this, with a Prometheus of its own (SigNoz/prometheus `storage/clickhouse`).
    let is_clickhouse = || {
        ["clickhouse", "signoz"]
            .iter()
            .any(|word| endpoint.text().contains(word))
    };
    if endpoint.scheme_name().as_deref() == Some("tcp") && is_clickhouse() {
        return;
    }
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
        finding.advice = right.map(|url| match (has_secret, fault.is_sure) {
            (true, _) => format!("write `{url}`").into(),
            (false, false) => advice::value(node, url, format!("write `{url}`")).unsafe_(),
            (false, true) => advice::value(node, url, format!("write `{url}`")).safe(),
        });
        out.push(finding);
    }
}

/// A URL that a request can be sent to.
#[derive(Clone, Copy)]
struct RequestUrl<'u, 'a> {
    node: Node<'a>,
    scalar: Scalar<'a>,
    endpoint: &'u Endpoint,
}

impl RequestUrl<'_, '_> {
    fn segments(&self) -> Vec<&str> {
        let segments = self.endpoint.segments().iter();
        segments
            .map(|piece| self.endpoint.slice(*piece))
            .filter(|segment| !segment.is_empty())
            .collect()
    }

    /// Reports something of the path; `right` is the path to write in its place.
    fn report(
        &self,
        severity: Severity,
        message: String,
        help: String,
        right: Option<&str>,
        out: &mut RuleFindings<'_>,
    ) {
        let path = self.endpoint.path();
        let piece = match path.is_empty() {
            true => self.endpoint.authority().unwrap_or(path),
            false => path,
        };
        let span = self.scalar.part(piece.start, piece.end);
        let finding = out.part(self.node, span, severity, message);
        out.push(match right.filter(|_| !path.is_empty()) {
            Some(right) => {
                finding.help(advice::part(self.node, path.range(), right, help).unsafe_())
            }
            None => finding.help(help),
        });
    }

    fn path(&self) -> &str {
        self.endpoint.slice(self.endpoint.path())
    }

    fn for_writing(&self, out: &mut RuleFindings<'_>) -> bool {
        let segments = self.segments();
        let Some((_, read)) = WRITES.iter().find(|(last, _)| segments.ends_with(last)) else {
            return false;
        };
        let message = format!(
            "`{}` takes samples and answers no queries: every remote read fails",
            self.path()
        );
        let help = match read {
            Some(read) => format!("the path for reading is `{read}`"),
            None => "delete this entry, or write a URL that answers remote reads".to_owned(),
        };
        self.report(Severity::Warning, message, help, *read, out);
        true
    }

    fn for_something_else(&self, out: &mut RuleFindings<'_>) -> bool {
        let segments = self.segments();
        let Some((last, what)) = OTHERS.iter().find(|(last, _)| segments.ends_with(last)) else {
            return false;
        };
        let path = self.path();
        let message = format!("`{path}` {what}, not remote reads: every remote read fails");
        let before = path.trim_end_matches('/');
        let before = before.strip_suffix(&last.join("/")).unwrap_or("/");
        let right = format!("{before}api/v1/read");
        let help = format!("the path for remote reads of a Prometheus is `{right}`");
        let right = Some(right.as_str()).filter(|_| last.starts_with(&["api"]));
        self.report(Severity::Warning, message, help, right, out);
        true
    }

    /// `http.ServeMux` of Go, and with it Prometheus and Mimir, answers with a redirect, after which
    /// the client sends a GET.
    fn doubled(&self, out: &mut RuleFindings<'_>) -> bool {
        let path = self.path();
        if !path.contains("//") {
            return false;
        }
        let mut right = path.to_owned();
        while right.contains("//") {
            right = right.replace("//", "/");
        }
        let message = format!(
            "`{path}` has two slashes in a row: the answer is a redirect, and every remote read fails"
        );
        let help = format!("write `{right}`");
        self.report(Severity::Warning, message, help, Some(&right), out);
        true
    }

    /// What is known of the server that is asked.
    fn of_receiver(&self, part: &HttpPart<'_, '_>, out: &mut RuleFindings<'_>) {
        let standpoint = part.configuration.standpoint();
        let answering =
            standpoint.map_or_else(Vec::new, |standpoint| standpoint.answering(self.endpoint));
        let recognition = part.facts.recognize(self.endpoint, &answering);
        let path = self.endpoint.masked(self.endpoint.path());
        // A port alone shows what answers no reads at any path.
        let by_port = |candidate: &ReceiverCandidate<'_>| {
            let port = self.endpoint.port_or_default();
            candidate.port_fits
                && port != Some(PROMETHEUS)
                && read_path(candidate.profile, path) == Some(ReadPath::None)
        };
        let candidates = || recognition.decisive().iter();
        let is_by_port = candidates().all(by_port);
        let known = |candidate: &&ReceiverCandidate<'_>| {
            candidate.certainty >= ReceiverCertainty::Word || is_by_port
        };
        let known = candidates().filter(known);
        let verdicts: Vec<_> = known
            .map(|candidate| Some((candidate, read_path(candidate.profile, path)?)))
            .collect();
        let Some(Some((first, verdict))) = verdicts.first() else {
            if let Some(near) = near_read_path(path).filter(|_| verdicts.is_empty()) {
                let message =
                    format!("`{path}` is nearly `{near}`, at which remote reads are answered");
                let help = format!("write `{near}` if that is meant");
                self.report(Severity::Info, message, help, Some(&near), out);
            }
            return;
        };
        // Receivers of one name may differ.
        let is_one = |known: &Option<(&ReceiverCandidate<'_>, ReadPath)>| {
            known.as_ref().is_some_and(|(_, other)| other == verdict)
        };
        if !verdicts.iter().all(is_one) {
            return;
        }
        let name = &first.profile.short;
        match verdict {
            ReadPath::Right => {}
            // Its name says that it is there for reads: an adapter in front of what answers none itself, such as
            // thanos-remote-read.
            ReadPath::None if is_read_adapter(self.endpoint) => {}
            ReadPath::None => {
                let is_sure = first.certainty.is_certain()
                    || first.certainty >= ReceiverCertainty::Word
                        && self.endpoint.port_or_default() != Some(PROMETHEUS);
                let severity = match is_sure {
                    true => Severity::Warning,
                    false => Severity::Info,
                };
                let message = format!("{name} answers no remote reads: every remote read fails");
                let help = "delete this entry, and query the server itself".to_owned();
                self.report(severity, message, help, None, out);
            }
            ReadPath::Near(near) => {
                let message = format!(
                    "{name} answers remote reads at `{near}`, not at `{path}`: every remote read fails"
                );
                let help = format!("write `{near}`");
                self.report(Severity::Warning, message, help, Some(near), out);
            }
            ReadPath::Other(usual) => {
                let message = format!("{name} answers remote reads at `{usual}`");
                let help = format!("write `{usual}`, unless a proxy rewrites the path");
                self.report(Severity::Info, message, help, Some(usual), out);
            }
        }
    }
}

/// Whether an endpoint has the name of an adapter for remote reads.
fn is_read_adapter(endpoint: &Endpoint) -> bool {
    endpoint.host_name().is_some_and(|host| {
        let mut words = ["remote-read", "remoteread", "read-adapter"].iter();
        words.any(|word| host.contains(word))
    })
}
