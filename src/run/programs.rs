//! What is reported about configurations of other programs, in the name of the program.

use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::finding::{Advice, Finding, Severity, rule};
use crate::yaml::{Document, Node};

/// Programs by their words in reports.
const PROGRAMS: &[(&str, &str)] = &[
    ("alloy", "Alloy"),
    ("grafana-agent", "Grafana Agent"),
    ("loki", "Loki"),
    ("newrelic", "the New Relic agent"),
    (COLLECTOR, "the Collector"),
    ("tempo", "Tempo"),
    (VECTOR, "Vector"),
    ("vmagent", "vmagent"),
];

const COLLECTOR: &str = "otel-collector";
const VECTOR: &str = "vector";

/// What native rules say that Prometheus does, of what other programs do as well.
const VERBS: &[&str] = &[
    "can",
    "cannot",
    "does",
    "drops",
    "ignores",
    "loads",
    "looks",
    "may",
    "needs",
    "never",
    "reads",
    "refuses",
    "retries",
    "runs",
    "sends",
    "shows",
    "starts",
    "takes",
    "then",
    "tries",
    "uses",
    "was",
    "is started",
];

/// What native rules say of a URL that Prometheus loads.
const LATE: &[&str] = &[
    "Prometheus loads it, and every send fails",
    "Prometheus starts, and every send fails",
];

/// Programs that expand variables only with a flag (grafana/agent v0.44.2 `internal/static/config`,
/// grafana/tempo v2.9 `cmd/tempo/main.go`, grafana/loki v3.5 `pkg/util/cfg/dynamic.go`).
const EXPANDING: &[&str] = &["grafana-agent", "loki", "tempo"];

/// The flag.
const EXPAND: &str = "config.expand-env";

/// A sentence about Prometheus as one about the program that reads the configuration.
pub(super) fn in_its_name(
    sentence: &str,
    holder: Option<&EmbeddedIn>,
    refuses: bool,
) -> Option<String> {
    let word = holder?.word();
    let (_, name) = PROGRAMS.iter().find(|(known, _)| *known == word)?;
    let mut out = sentence.to_owned();
    if refuses {
        for late in LATE {
            out = out.replace(late, &format!("{name} refuses the file"));
        }
    }
    for verb in VERBS {
        out = out.replace(&format!("Prometheus {verb} "), &format!("{name} {verb} "));
        out = out.replace(&format!("Prometheus {verb},"), &format!("{name} {verb},"));
    }
    out = out.replace("the program refuses", &format!("{name} refuses"));
    // Places in the messages about files.
    for (from, to) in [
        ("where Prometheus runs", format!("where {name} runs")),
        (
            "in which Prometheus is started",
            format!("in which {name} is started"),
        ),
    ] {
        out = out.replace(from, &to);
    }
    (out != sentence).then_some(out)
}

/// Whether the program refuses a URL when it starts: the Collector reads it with
/// `url.ParseRequestURI`, which takes `host:port/path` for a scheme, and Vector wants a scheme
/// (`src/sinks/prometheus/remote_write/config.rs`).
pub(super) fn refuses_url(finding: &Finding, holder: Option<&EmbeddedIn>) -> bool {
    let url = finding.place.text().slice(finding.place.span());
    let url = url.trim_matches(['"', '\'']);
    match holder.map(EmbeddedIn::word) {
        Some(VECTOR) => !url.contains("://"),
        Some(COLLECTOR) => {
            let host = url.split('/').next().unwrap_or(url);
            !url.starts_with('/') && !host.contains(':')
        }
        _ => false,
    }
}

/// Variables in endpoints of a program that is started without the flag that expands them.
pub(super) fn unexpanded(
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    // What is applied to a cluster is rendered before, more often than not.
    let is_file = |holder: &&EmbeddedIn| matches!(holder, EmbeddedIn::Part(_));
    let holder = holder.filter(is_file);
    let Some(holder) = holder.filter(|holder| EXPANDING.contains(&holder.word())) else {
        return Vec::new();
    };
    let shown: &str = document.text().path();
    if facts.rendered_by(shown, Some(holder)).is_some() {
        return Vec::new();
    }
    let list = document.root().and_then(|root| root.get("remote_write"));
    let entries = list.into_iter().flat_map(Node::items);
    let ways: [&[&str]; 4] = [
        &["url"],
        &["basic_auth", "username"],
        &["basic_auth", "password"],
        &["bearer_token"],
    ];
    let values = entries.flat_map(|entry| {
        let value = move |way: &&[&str]| way.iter().try_fold(entry, |node, key| node.get(key));
        ways.iter().filter_map(value).collect::<Vec<_>>()
    });
    let mut values = values
        .filter(|value| value.as_str().is_some_and(|text| text.contains("${")))
        .peekable();
    if values.peek().is_none() {
        return Vec::new();
    }
    let file = facts.absolute(document.text().path());
    let readers = facts.readers(&file, Some(holder));
    let is_without = |arguments: &crate::facts::deployment::Arguments| {
        !arguments.list.is_empty()
            && !arguments.has_gaps()
            && arguments.value("config.file").is_some()
            && arguments.flag(EXPAND).is_none()
    };
    let mut all = readers.iter().map(|one| &one.deployment.arguments);
    let Some(first) = readers.first().filter(|_| all.all(is_without)) else {
        return Vec::new();
    };
    let who = &first.deployment.name;
    let place = first
        .deployment
        .arguments
        .value("config.file")
        .map(|(_, place)| place.clone());
    let found = values.map(|value| {
        let name = value.path();
        let name = name.rsplit('.').next().unwrap_or_default();
        let message = format!(
            "`{name}`: sent as it is written, since {who} is started without `-{EXPAND}`, which expands variables"
        );
        let finding = Finding::new(rule::SCHEMA_INVALID_VALUE, Severity::Warning, value.place(), message);
        let finding = finding.of_key(value.path(), value.identity());
        let finding = finding.help(Advice::say(format!("add `-{EXPAND}=true` to its flags")));
        match &place {
            Some(place) => finding.evidence(place.clone(), "it is started here"),
            None => finding,
        }
    });
    found.collect()
}
