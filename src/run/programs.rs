//! What is reported about configurations of other programs, in the name of the program.

mod words;

use std::borrow::Cow;
use std::path::PathBuf;

use crate::discover::program::{
    AGENT, ALLOY, COLLECTOR, EXPAND, K6, VECTOR, VMAGENT, VariableExpansion,
};
use crate::discover::{EmbeddedIn, is_without_credentials, nodes};
use crate::facts::Facts;
use crate::facts::deployment::{Deployment, Platform};
use crate::finding::{Advice, Finding, Severity, rule};
use crate::schema::dialect::Dialect;
use crate::yaml::{Document, Entry, Node, parse_first};
pub(super) use words::in_its_name;

/// What a program does with what only some releases of Prometheus reject, or none.
pub(super) fn late(finding: &Finding, holder: Option<&EmbeddedIn>) -> Option<String> {
    let known = holder?.known_program()?;
    let name = known.name?;
    if finding.rule == rule::SCHEMA_UNAVAILABLE {
        // It has the keys of a release that is known.
        let is_agent = known.word == AGENT;
        return is_agent.then(|| format!("{name} is older, and rejects the file"));
    }
    if !refuses_url(finding, holder) {
        return None;
    }
    Some(match name {
        VMAGENT => format!("{name} does not start"),
        _ => format!("{name} rejects the file"),
    })
}

/// What the program does with a configuration that it rejects.
pub(super) fn refused(dialect: &Dialect, holder: Option<&EmbeddedIn>) -> Cow<'static, str> {
    match program(holder).filter(|_| dialect.has_readers) {
        Some(name) => format!("{name} rejects the file").into(),
        None => dialect.refused.into(),
    }
}

/// The name of a program in reports.
pub(super) fn program(holder: Option<&EmbeddedIn>) -> Option<&'static str> {
    holder?.known_program()?.name
}

/// Whether a finding rests on a default of Prometheus that the program does not share.
pub(super) fn has_another_default(finding: &Finding, holder: Option<&EmbeddedIn>) -> bool {
    finding.rule == rule::REMOTE_WRITE_RETRY
        && finding.severity == Severity::Info
        && holder
            .and_then(EmbeddedIn::known_program)
            .is_some_and(|program| program.sends_again)
}

/// Whether the program rejects a URL when it starts: the Collector reads it with
/// `url.ParseRequestURI`, which takes `host:port/path` for a scheme, Vector wants a scheme
/// (`src/sinks/prometheus/remote_write/config.rs`), and vmagent one of two (VictoriaMetrics v1.140
/// `app/vmagent/remotewrite/remotewrite.go`, `newRemoteWriteCtx`).
fn refuses_url(finding: &Finding, holder: Option<&EmbeddedIn>) -> bool {
    let url = finding.place.text().slice(finding.place.span());
    let url = url.trim_matches(['"', '\'']);
    match holder.and_then(EmbeddedIn::program) {
        Some(VMAGENT) => {
            let mut schemes = ["http:", "https:"].iter();
            !url.is_empty() && !schemes.any(|scheme| url.starts_with(scheme))
        }
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
    let Some(holder) = holder.filter(|holder| expansion(holder) == VariableExpansion::WithFlag)
    else {
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
    let mut all = readers.iter().map(|reader| &reader.deployment.arguments);
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

/// Variables that a service of compose does not set for the program in it.
pub(super) fn unset(
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) -> Vec<Finding> {
    let Some(holder) = holder.filter(|holder| expansion(holder) != VariableExpansion::Unknown)
    else {
        return Vec::new();
    };
    let with_flag = expansion(holder) == VariableExpansion::WithFlag;
    let named = nodes(document).filter_map(|node| {
        let value = node.as_str()?;
        let place = node.place();
        let text = place.text().slice(place.span()).to_owned();
        let name = variable_in(&text, holder.word())?.to_owned();
        // A value in place of a missing key has the place of others; what Alloy evaluates has no text.
        let is_here = holder.word() == ALLOY || value.contains(&*name);
        is_here.then_some((node, name))
    });
    let named: Vec<(Node<'_>, String)> = named.collect();
    if named.is_empty() {
        return Vec::new();
    }
    let file = facts.absolute(document.text().path());
    let readers = facts.readers(&file, Some(holder));
    let [reader] = readers.as_slice() else {
        return Vec::new();
    };
    let service = reader.deployment;
    let expands = || {
        let value = service.arguments.value(EXPAND);
        let is_off = value.is_some_and(|(value, _)| value == "false");
        service.arguments.flag(EXPAND).is_some() && !is_off
    };
    if !sets_all(service) || with_flag && !expands() {
        return Vec::new();
    }
    // A variable that vmagent does not find stays as it is (`lib/envtemplate/envtemplate.go`).
    let consequence = match holder.word() {
        VMAGENT => "so vmagent takes it as it is written",
        _ => "so the value is empty",
    };
    let compose = service.place.text().content();
    // The flags of vmagent are in the compose file itself.
    let elsewhere = |name: &str| compose.replace(&format!("%{{{name}}}"), "");
    let found = named
        .into_iter()
        .filter(|(_, name)| !has_word(&elsewhere(name), name));
    let found = found.map(|(node, name)| {
        let key = node.path();
        let key = key.rsplit('.').next().unwrap_or_default();
        let message = format!(
            "`{key}`: {} does not set `{name}`, {consequence}",
            service.name
        );
        let rule = rule::SCHEMA_VARIABLE;
        let finding = Finding::new(rule, Severity::Warning, node.place(), message);
        let finding = finding.of_key(node.path(), node.identity());
        let finding = finding.evidence(service.place.clone(), "it is started here");
        finding.help(Advice::say(format!("add `{name}` to its `environment`")))
    });
    found.collect()
}

/// When the program of a configuration expands variables.
fn expansion(holder: &EmbeddedIn) -> VariableExpansion {
    let program = holder.known_program();
    program.map_or(VariableExpansion::Unknown, |program| program.variables)
}

/// The variable in a value, as its program writes it: Alloy `sys.env("X")` (`env("X")` of Agent), the
/// Collector `${env:X}`, vmagent `%{X}`, the others `${X}`.
fn variable_in<'t>(text: &'t str, program: &str) -> Option<&'t str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let head = match program {
        ALLOY | COLLECTOR => None,
        VMAGENT => Some("%{"),
        _ => Some("${"),
    };
    if let Some(head) = head {
        // One with a default has `:` behind the name.
        let (name, _) = text.split_once(head)?.1.split_once('}')?;
        return (!name.is_empty() && name.chars().all(is_part)).then_some(name);
    }
    let text = text.trim_matches(['"', '\'']);
    let of_alloy = ["sys.env(\"", "env(\""].iter();
    let mut of_alloy = of_alloy.filter_map(|head| text.strip_prefix(head)?.strip_suffix("\")"));
    let of_collector = || text.strip_prefix("${env:")?.strip_suffix('}');
    let name = of_alloy.next().or_else(of_collector)?;
    name.chars().all(is_part).then_some(name)
}

/// Whether a text has a word that is not part of a longer name.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text
            .get(at + word.len()..)
            .and_then(|rest| rest.chars().next());
        !before.is_some_and(is_part) && !behind.is_some_and(is_part)
    })
}

/// Whether a service has all its variables in its compose file, in sight.
fn sets_all(service: &Deployment) -> bool {
    let text = service.place.text().content();
    // Variables of `.env` are those of the compose file.
    let is_own = |other: &PathBuf| *other == service.file || other.ends_with(".env");
    service.platform == Platform::Compose
        && (!service.environment.is_empty() || text.contains("environment:"))
        && service.others.iter().all(is_own)
        && service.base.is_none()
        && !["env_file", "extends", "include", "<<:"]
            .iter()
            .any(|word| text.contains(word))
}

/// Whether what a finding about a pipeline misses is in another file of the same configuration.
pub(super) fn is_elsewhere<'a>(
    document: &'a Document,
    holder: Option<&'a EmbeddedIn>,
    facts: &'a Facts<'_>,
) -> impl Fn(&Finding) -> bool + 'a {
    let has_more = has_more_files(document, holder, facts);
    let is_alloy = holder.is_some_and(|holder| holder.word() == ALLOY);
    move |finding| {
        let place = &finding.place;
        let reference = place.text().slice(place.span());
        has_more || is_alloy && facts.declares_elsewhere(&facts.absolute(place.path()), reference)
    }
}

/// Whether a Collector is started with several files, which it merges, or with settings in its flags: what one
/// lacks is in another.
fn has_more_files(document: &Document, holder: Option<&EmbeddedIn>, facts: &Facts<'_>) -> bool {
    let Some(holder) = holder.filter(|holder| holder.word() == COLLECTOR) else {
        return false;
    };
    let file = facts.absolute(document.text().path());
    let readers = facts.readers(&file, Some(holder));
    readers.iter().any(|reader| {
        let arguments = &reader.deployment.arguments;
        arguments.values("config").len() > 1 || arguments.value("set").is_some()
    })
}

/// What is reported about a credential that an extension adds which the image does not have: the
/// distribution `otelcol` has none (open-telemetry/opentelemetry-collector-releases v0.159
/// `distributions/otelcol/manifest.yaml`).
pub(super) fn without_extension(
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) -> Option<Finding> {
    let holder = holder.filter(|holder| holder.word() == COLLECTOR)?;
    let entry = document.root()?.get("remote_write")?.items().next()?;
    let keys = ["basic_auth", "authorization", "oauth2", "sigv4"];
    let mut keys = keys.iter().filter_map(|key| entry.mapping()?.entry(key));
    let auth = keys.find(|entry| {
        let place = entry.key.place();
        place.text().slice(place.span()) == "auth"
    })?;
    let file = facts.absolute(document.text().path());
    let readers = facts.readers(&file, Some(holder));
    let image = readers.first()?.deployment.image.as_ref()?;
    if !is_without_credentials(&image.name) || readers.len() > 1 {
        return None;
    }
    // It is defined at the top of a file; elsewhere, what names it will do.
    let whole = parse_first(auth.key.place().text()).ok();
    let root = whole.as_ref().and_then(Document::root);
    let defined = root.and_then(|root| root.get("extensions")?.mapping());
    let mut defined = defined.into_iter().flat_map(|map| map.entries());
    let is_auth = |entry: &Entry<'_>| entry.name().contains("auth");
    let key = defined.find(is_auth).map_or(auth.key, |entry| entry.key);
    let message = format!(
        "`{}`: the image `{}` has no extension that adds a credential; the Collector rejects the file",
        key.place().text().slice(key.place().span()),
        image.name
    );
    let finding = Finding::new(
        rule::AGENTS_PIPELINE,
        Severity::Warning,
        key.place(),
        message,
    );
    let finding = finding.of_key(key.path(), key.identity());
    let finding = finding.evidence(image.place.clone(), "it is started here");
    Some(finding.help("use the image `otel/opentelemetry-collector-contrib`"))
}

/// Says of a k6 that nothing in the tree lets send that it sends nothing, in place of what would become of the
/// samples (grafana/k6 `internal/cmd/outputs.go`: no output is the default).
pub(super) fn without_output(
    findings: &mut Vec<Finding>,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) {
    if holder.is_none_or(|holder| holder.word() != K6) {
        return;
    }
    let is_lost = |finding: &Finding| finding.rule == rule::REMOTE_WRITE_RECEIVER_NOT_ENABLED;
    let is_without = |finding: &Finding| finding.rule == rule::AGENTS_PIPELINE;
    if !findings
        .iter()
        .any(|finding| is_lost(finding) || is_without(finding))
    {
        return;
    }
    // A script may run the service with another command.
    if facts.is_mentioned(OUTPUTS) {
        findings.retain(|finding| !is_without(finding));
        return;
    }
    if findings.iter().any(is_without) {
        // It makes no requests then.
        let is_secret =
            |finding: &Finding| rule::group_of(&finding.rule) == rule::GROUP_CREDENTIALS;
        findings.retain(|finding| is_without(finding) || is_secret(finding));
    }
    for finding in findings.iter_mut().filter(|finding| is_lost(finding)) {
        finding.message = "k6 sends nothing: no `K6_OUT` and no `--out` names its output".into();
        finding.severity = finding.severity.min(Severity::Warning);
        finding.evidence.clear();
        let help = "set `K6_OUT: experimental-prometheus-rw`, and start Prometheus with \
                    `--web.enable-remote-write-receiver`";
        finding.advice = Some(Advice::say(help));
    }
}

/// What names the output of k6 that sends by remote write.
const OUTPUTS: &[&str] = &["K6_OUT", "prometheus-rw", "--out", "run -o", "\"-o\""];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_not_taken_for_values() {
        for (text, expected) in [
            ("sys.env(\"A_B\")", Some("A_B")),
            ("env(\"A\")", Some("A")),
            ("${env:A}", Some("A")),
            ("'${env:A}'", Some("A")),
            ("${env:A:-b}", None),
            ("https://${env:A}/x", None),
            ("sys.env(\"A\") + \"b\"", None),
            ("a", None),
        ] {
            assert_eq!(variable_in(text, ALLOY), expected, "{text}");
        }
        for (text, program, expected) in [
            ("https://${A}/x", VECTOR, Some("A")),
            ("${A:-b}", VECTOR, None),
            ("-a=%{A}", VMAGENT, Some("A")),
            ("${A}", VMAGENT, None),
        ] {
            assert_eq!(variable_in(text, program), expected, "{text}");
        }
    }
}
