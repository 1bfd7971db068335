//! Extensions of an OpenTelemetry Collector that add credentials, and the exporters that name them
//! (opentelemetry-collector v0.140.0 `config/configauth`, `otelcol/config.go`).

use super::found;
use super::pipelines::{Pipelines, kind_of, severity_in};
use crate::finding::{Advice, Finding, MOST_OWN_NAMES, Severity, nearest, placeholder, rule};
use crate::yaml::{Entry, Node};

/// Extensions by which a client authenticates (opentelemetry-collector-contrib v0.140.0 `extension`).
pub(super) const OF_CLIENTS: &[&str] =
    &["basicauth", "bearertokenauth", "oauth2client", "sigv4auth"];

/// An extension with a credential that nothing names, beside an exporter without one.
pub(super) fn unnamed(root: Node<'_>, exporter: Node<'_>) -> Option<Finding> {
    let has_headers = exporter.get("headers").is_some();
    if exporter.get("auth").is_some() || has_headers || severity_in(root) != Severity::Error {
        return None;
    }
    let text = root.document().text().content();
    let mut exporters = root.get("exporters")?.mapping()?.entries();
    if exporters.nth(1).is_some() || text.contains("authenticator") {
        return None;
    }
    let is_client = |extension: &Entry<'_>| {
        let kind = kind_of(extension.name());
        let has_part = kind != "basicauth" || extension.value.get("client_auth").is_some();
        OF_CLIENTS.contains(&kind) && has_part
    };
    let mut extensions = root.get("extensions")?.mapping()?.entries();
    let extension = extensions.find(is_client)?;
    let name = extension.name();
    let list = root.get("service")?.get("extensions");
    let mut started = list.into_iter().flat_map(Node::items);
    let (node, more, to_start) = match started.find(|item| item.as_str() == Some(name)) {
        Some(item) => (item, "", ""),
        None => (
            extension.key,
            " and `service.extensions` does not start it",
            ", and add it to `service.extensions`",
        ),
    };
    let message = format!(
        "`{name}`: no exporter names it as its `authenticator`{more}, so the samples are sent without its credential"
    );
    let finding = found(rule::AGENTS_PIPELINE, Severity::Warning, node, message);
    Some(finding.help(format!(
        "set `auth: {{authenticator: {name}}}` in the exporter{to_start}"
    )))
}

/// An extension that an exporter names and that does not add its credential.
pub(super) fn authenticator(pipelines: &Pipelines<'_>, exporter: Node<'_>) -> Option<Finding> {
    let root = pipelines.root;
    let node = exporter.get("auth")?.get("authenticator")?;
    let name = node.as_str()?;
    if placeholder::find(name).next().is_some() {
        return None;
    }
    let service = root.get("service");
    let Some(extensions) = root.get("extensions").and_then(Node::mapping) else {
        // A file may be one of several; a resource is whole.
        let is_whole = root.parent().is_some() && severity_in(root) == Severity::Error;
        let message = format!(
            "`authenticator`: no extension is called `{name}`; the Collector rejects the file"
        );
        let finding = found(rule::AGENTS_PIPELINE, Severity::Error, node, message);
        let finding = finding.help(Advice::say(format!("define `{name}` below `extensions`")));
        return is_whole.then_some(finding);
    };
    if extensions.get(name).is_none() && !extensions.entries().any(|entry| entry.name() == name) {
        let message = format!(
            "`authenticator`: no extension is called `{name}`; the Collector rejects the file"
        );
        let finding = found(rule::AGENTS_PIPELINE, severity_in(root), node, message);
        let names = extensions.entries().map(Entry::name).take(MOST_OWN_NAMES);
        return Some(match nearest(name, names) {
            Some(near) => finding.help(Advice::replace(node.span(), near).unsafe_()),
            None => finding.help(Advice::say(format!("define `{name}` below `extensions`"))),
        });
    }
    if let Some(finding) = extensions
        .get(name)
        .and_then(|extension| of_server(extension, name, node))
    {
        return Some(finding);
    }
    let started = service?.get("extensions");
    let is_started =
        started.is_some_and(|list| list.items().any(|item| item.as_str() == Some(name)));
    if is_started || !pipelines.are_there || started.is_some_and(|list| list.sequence().is_none()) {
        return None;
    }
    let message = format!(
        "`authenticator`: `service.extensions` does not start `{name}`; the Collector rejects the file"
    );
    let finding = found(rule::AGENTS_PIPELINE, severity_in(root), node, message);
    Some(finding.help(Advice::say(format!("add `{name}` to `service.extensions`"))))
}

/// What is reported about an extension without the part of a client (opentelemetry-collector-contrib
/// v0.140.0 `extension/basicauthextension`): the passwords in `htpasswd` are those of a server.
fn of_server(extension: Node<'_>, name: &str, node: Node<'_>) -> Option<Finding> {
    let passwords = extension.mapping()?.entry("htpasswd")?;
    if extension.get("client_auth").is_some() {
        return None;
    }
    let message = format!(
        "`authenticator`: `{name}` has only `htpasswd`, which is for receivers; the Collector rejects the file"
    );
    let finding = found(rule::AGENTS_PIPELINE, Severity::Error, node, message);
    let finding = finding.evidence(passwords.key.place(), "it is here");
    Some(finding.help("set `client_auth` in the extension"))
}
