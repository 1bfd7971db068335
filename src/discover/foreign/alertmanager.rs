//! An AlertmanagerConfig: what its keys say of each other. The Operator leaves a resource out that
//! does not pass (prometheus-operator v0.93.0 `pkg/alertmanager/validation/v1alpha1/validation.go`, and
//! `HTTPConfig.Validate` of `pkg/apis/monitoring/v1alpha1/alertmanager_config_types.go`).

use super::super::flags::domain;
use super::found;
use crate::finding::{Advice, Finding, Place, Severity, nearest, placeholder, rule};
use crate::yaml::{Entry, Node};

/// What follows from each of these faults.
const REJECTED: &str = "the Operator rejects the resource";

/// Keys of `httpConfig` that hold a credential; it may have one of them.
const CREDENTIALS: &[&str] = &["authorization", "basicAuth", "bearerTokenSecret", "oauth2"];

/// As deep as routes in routes are looked at; people write three or four levels.
const DEEPEST_ROUTE: usize = 32;

/// Keys of an integration, and of its client, whose value is a URL.
const ADDRESSES: &[&str] = &[
    "apiURL",
    "apiUrl",
    "clientURL",
    "proxyURL",
    "proxyUrl",
    "url",
];

/// What is reported about the keys of a resource; `is_patch` says that operations write them into one.
pub(super) fn check(spec: Node<'_>, is_patch: bool) -> Vec<Finding> {
    let mut out = Vec::new();
    let receivers: Vec<Node<'_>> = items(spec, "receivers").collect();
    out.extend(names_twice(&receivers));
    for receiver in &receivers {
        let lists = receiver.mapping().into_iter().flat_map(|map| map.entries());
        for list in lists.filter(|entry| entry.name().ends_with("Configs")) {
            for config in list.value.items() {
                integration(list.name(), config, &mut out);
            }
        }
    }
    // A patch may have routes alone.
    if let Some(route) = spec
        .get("route")
        .filter(|_| !receivers.is_empty() && !is_patch)
    {
        routes(route, &receivers, DEEPEST_ROUTE, &mut out);
    }
    out
}

fn items<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = Node<'d>> {
    node.get(key).into_iter().flat_map(Node::items)
}

fn names_twice(receivers: &[Node<'_>]) -> Option<Finding> {
    let names: Vec<Node<'_>> = receivers
        .iter()
        .filter_map(|receiver| receiver.get("name"))
        .collect();
    let twice = |(index, name): (usize, &Node<'_>)| {
        let before = names.get(..index)?;
        let text = name.as_str()?;
        let first = before.iter().find(|other| other.as_str() == Some(text))?;
        let message = format!("`name`: another receiver is called `{text}`; {REJECTED}");
        let finding = found(rule::SCHEMA_DUPLICATE, Severity::Error, *name, message);
        let finding = finding.evidence(first.place(), "it is here");
        Some(finding.help("give it another name"))
    };
    names.iter().enumerate().find_map(twice)
}

/// An integration of a receiver, such as a webhook.
fn integration(kind: &str, config: Node<'_>, out: &mut Vec<Finding>) {
    let url = config.get("url").or_else(|| config.get("apiURL"));
    if kind == "webhookConfigs" {
        out.extend(webhook(config));
    }
    out.extend(written_credentials(config));
    out.extend(config.get("tlsConfig").map(certificate).unwrap_or_default());
    let Some(http) = config.get("httpConfig") else {
        return;
    };
    out.extend(two_credentials(http));
    out.extend(http.get("tlsConfig").map(certificate).unwrap_or_default());
    let url = url.and_then(Node::as_str);
    let credential = CREDENTIALS.iter().find_map(|key| entry(http, key));
    out.extend(in_the_clear(
        config,
        url.filter(|_| kind == "webhookConfigs"),
        credential,
    ));
    let is_clear = url.is_some_and(|url| url.starts_with("http://"));
    out.extend(unverified(http, credential).filter(|_| !is_clear));
}

/// The address of a webhook.
fn webhook(config: Node<'_>) -> Option<Finding> {
    let Some(url) = entry(config, "url") else {
        if config.mapping()?.entry("urlSecret").is_some() {
            return None;
        }
        let first = config.mapping()?.written().next()?;
        let message = format!("`url`: missing, and no `urlSecret` is set; {REJECTED}");
        let finding = found(
            rule::SCHEMA_MISSING_FIELD,
            Severity::Error,
            first.key,
            message,
        );
        return Some(finding.help("set `url` or `urlSecret`"));
    };
    let text = url.value.as_str()?;
    if text.is_empty()
        || is_open(text)
        || text.starts_with("http://")
        || text.starts_with("https://")
    {
        return None;
    }
    let message = format!("`url`: expected a URL with `http://` or `https://`; {REJECTED}");
    let rule = rule::SCHEMA_INVALID_VALUE;
    let finding = found(rule, Severity::Error, url.value, message);
    Some(match text.contains("://") {
        true => finding.help(Advice::write("write `https://` or `http://`")),
        false => {
            finding.help(Advice::replace(url.value.span(), format!("https://{text}")).unsafe_())
        }
    })
}

/// Credentials in the URLs of an integration and of its client.
fn written_credentials(config: Node<'_>) -> Vec<Finding> {
    let http = config.get("httpConfig");
    let token = http
        .and_then(|http| http.get("oauth2"))
        .and_then(|oauth2| entry(oauth2, "tokenUrl"));
    let holders = std::iter::once(config).chain(http);
    let urls =
        holders.flat_map(|holder| ADDRESSES.iter().filter_map(move |key| entry(holder, key)));
    urls.chain(token).filter_map(written_credential).collect()
}

/// A password in a URL, which the client of Alertmanager sends as it does one of `basicAuth`.
fn written_credential(url: Entry<'_>) -> Option<Finding> {
    let scalar = url.value.scalar()?;
    let text = url.value.as_str()?;
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    if password.is_empty() || is_open(user) {
        return None;
    }
    let start = scheme.len() + "://".len();
    let span = scalar.part(start, start + user.len());
    let text = url.value.document().text();
    text.mark_secret(span);
    let is_clear = scheme == "http" && domain(&format!("http://{host}")).is_some();
    let (rule, severity, message) = match is_clear {
        true => (
            rule::CREDENTIALS_PLAIN_HTTP,
            Severity::Error,
            format!(
                "`{}`: the password in the URL is sent over plain HTTP: anyone on the network path to {host} can read it",
                url.name()
            ),
        ),
        false => (
            rule::CREDENTIALS_IN_URL,
            Severity::Warning,
            format!(
                "`{}`: the URL holds a user name and a password: anyone who can read this file can use them",
                url.name()
            ),
        ),
    };
    let finding = Finding::new(rule, severity, Place::new(text, span), message);
    let finding = finding.of_key(url.value.path(), url.value.identity());
    Some(finding.help("name a Secret in `httpConfig.basicAuth`, and change the password"))
}

fn two_credentials(http: Node<'_>) -> Option<Finding> {
    let mut all = CREDENTIALS.iter().filter_map(|key| entry(http, key));
    let (first, second) = (all.next()?, all.next()?);
    let message = format!(
        "`{}`: `{}` is set too, and only one of them may be; {REJECTED}",
        second.name(),
        first.name()
    );
    let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, second.key, message);
    let finding = finding.evidence(first.key.place(), "it is set here");
    Some(finding.help("remove one of them"))
}

/// A certificate without its key, or the other way around, and a part that is in two objects
/// (prometheus-operator v0.93.0 `pkg/apis/monitoring/v1/tls_types.go`, `SafeTLSConfig.Validate`).
fn certificate(tls: Node<'_>) -> Vec<Finding> {
    let is_set = |key: &str| {
        let entry = entry(tls, key)?;
        entry.value.mapping()?.written().next()?;
        Some(entry)
    };
    let half = match (is_set("cert"), is_set("keySecret")) {
        (Some(cert), None) => Some((cert, "keySecret")),
        (None, Some(key)) => Some((key, "cert")),
        _ => None,
    };
    let half = half.map(|(entry, other)| {
        let message = format!(
            "`{}`: `{other}` is missing, and only both together are used; {REJECTED}",
            entry.name()
        );
        let finding = found(
            rule::SCHEMA_MISSING_FIELD,
            Severity::Error,
            entry.key,
            message,
        );
        finding.help(format!("set `{other}`, or remove this key"))
    });
    let twice = ["ca", "cert"].into_iter().filter_map(|key| {
        let map = entry(tls, key)?.value;
        let (secret, other) = (entry(map, "secret")?, entry(map, "configMap")?);
        let message = format!("`{key}`: `secret` and `configMap` are both set; {REJECTED}");
        let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, other.key, message);
        let finding = finding.evidence(secret.key.place(), "it is set here");
        Some(finding.help("remove one of them"))
    });
    half.into_iter().chain(twice).collect()
}

/// A credential that goes over plain http to a public host.
fn in_the_clear(
    config: Node<'_>,
    url: Option<&str>,
    credential: Option<Entry<'_>>,
) -> Option<Finding> {
    let (url, credential) = url.zip(credential)?;
    let rest = url.strip_prefix("http://").filter(|_| !is_open(url))?;
    domain(url)?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let message = format!(
        "`url`: a credential is sent over plain HTTP: anyone on the network path to {host} can read it"
    );
    let rule = rule::CREDENTIALS_PLAIN_HTTP;
    let finding = found(rule, Severity::Error, config.get("url")?, message);
    let finding = finding.evidence(credential.key.place(), "it is sent with every alert");
    Some(finding.help(Advice::write("write `https://`")))
}

/// A certificate that is not verified.
fn unverified(http: Node<'_>, credential: Option<Entry<'_>>) -> Option<Finding> {
    let tls = http.get("tlsConfig")?;
    let skip = entry(tls, "insecureSkipVerify")?;
    if skip.value.as_str() != Some("true") {
        return None;
    }
    let (severity, what) = match credential {
        Some(_) => (Severity::Warning, "the credential and the alerts"),
        None => (Severity::Info, "the alerts"),
    };
    let ca = entry(tls, "ca");
    let message = format!(
        "`insecureSkipVerify`: the certificate is not verified: an attacker on the network can read {what}"
    );
    let rule = rule::TLS_INSECURE_SKIP_VERIFY;
    let finding = found(rule, severity, skip.value, message);
    Some(match ca {
        Some(ca) => finding
            .evidence(ca.key.place(), "this authority is never asked")
            .help(Advice::remove(skip.key.span()).unsafe_()),
        None => finding.help("remove this line, and set `ca` if the issuer is private"),
    })
}

/// Receivers that routes name.
fn routes(route: Node<'_>, receivers: &[Node<'_>], depth: usize, out: &mut Vec<Finding>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let names = || {
        receivers
            .iter()
            .filter_map(|receiver| receiver.get("name")?.as_str())
    };
    if let Some(receiver) = route.get("receiver")
        && let Some(text) = receiver.as_str()
        && !text.is_empty()
        && !is_open(text)
        && names().all(|name| name != text && !is_open(name))
    {
        let message = format!("`receiver`: no receiver is called `{text}`; {REJECTED}");
        let rule = rule::SCHEMA_INVALID_VALUE;
        let finding = found(rule, Severity::Error, receiver, message);
        out.push(match nearest(text, names()) {
            Some(near) => finding.help(Advice::replace(receiver.span(), near).unsafe_()),
            None => finding.help("name one of `receivers`"),
        });
    }
    items(route, "routes").for_each(|node| routes(node, receivers, depth, out));
}

fn is_open(text: &str) -> bool {
    placeholder::find(text).next().is_some() || text.contains(['{', '$'])
}

fn entry<'d>(node: Node<'d>, key: &str) -> Option<Entry<'d>> {
    let entry = node.mapping()?.entry(key)?;
    (!entry.value.is_null()).then_some(entry)
}
