//! `kubernetes_sd_configs` (Prometheus `discovery/kubernetes/kubernetes.go`).

use super::exclusive::at_most_one;
use super::http_client;
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::{Fault, selector};
use crate::section::Section;
use crate::words;
use crate::yaml::Entry;

/// The settings of the HTTP client that differ from their defaults.
/// Imitates `reflect.DeepEqual` with `config.DefaultHTTPClientConfig` in
/// `kubernetes.SDConfig.UnmarshalYAML`.
fn custom<'d>(section: &Section<'d>) -> Option<Entry<'d>> {
    let differs = |key: &str| match key {
        "follow_redirects" | "enable_http2" => section.bool(key) == Some(false),
        "proxy_from_environment" => section.bool(key) == Some(true),
        "no_proxy" => section.non_empty(key).is_some(),
        "tls_config" => section.section(key).is_some_and(|tls| has_values(&tls)),
        _ => section.node(key).is_some(),
    };
    let plain = [
        "proxy_url",
        "proxy_connect_header",
        "http_headers",
        "follow_redirects",
        "enable_http2",
        "proxy_from_environment",
        "no_proxy",
        "tls_config",
    ];
    let other = plain.into_iter().filter(|key| differs(key));
    http_client::credentials(section)
        .into_iter()
        .chain(other.filter_map(|key| section.entry(key)))
        // The first in the text, so that the finding does not depend on the order of this list.
        .min_by_key(|entry| entry.key.span())
}

/// A section with nothing set equals the default to `reflect.DeepEqual`, since TLS settings are
/// values and not pointers.
fn has_values(section: &Section<'_>) -> bool {
    section.of.all().iter().any(|found| {
        let key = found.field.key;
        match key {
            "insecure_skip_verify" => section.bool(key) == Some(true),
            _ => section.non_empty(key).is_some(),
        }
    })
}

/// Settings of the HTTP client belong to an `api_server`, and to no kubeconfig.
/// Imitates `kubernetes.SDConfig.UnmarshalYAML` ("cannot use 'kubeconfig_file' and 'api_server'
/// simultaneously").
pub(crate) fn client(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let kubeconfig = section
        .non_empty("kubeconfig_file")
        .and_then(|_| section.entry("kubeconfig_file"));
    let server = section
        .node("api_server")
        .and_then(|_| section.entry("api_server"));
    if let (Some(kubeconfig), Some(server)) = (kubeconfig, server) {
        at_most_one(&[kubeconfig, server], report);
    }
    let Some(custom) = custom(section) else {
        return;
    };
    if let Some(kubeconfig) = kubeconfig {
        report
            .conflict(
                custom,
                kubeconfig,
                refused("`kubeconfig_file` cannot be combined with other HTTP settings"),
            )
            .help("keep `kubeconfig_file` or the other settings");
    } else if server.is_none() {
        report
            .at(
                Rule::MissingField,
                custom.key,
                refused(format!(
                    "`{}` is set, but `api_server` is not",
                    custom.name()
                )),
            )
            .help(
                "set `api_server`, or delete the settings of the client to use the service account",
            );
    }
}

/// The own namespace is known only inside the cluster.
/// Imitates `kubernetes.SDConfig.UnmarshalYAML` ("cannot use 'api_server' and
/// 'namespaces.own_namespace' simultaneously").
pub(crate) fn own_namespace(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(2, 33, 1) {
        return;
    }
    let Some(namespaces) = section.section("namespaces") else {
        return;
    };
    let Some(own) = namespaces
        .entry("own_namespace")
        .filter(|_| namespaces.bool("own_namespace") == Some(true))
    else {
        return;
    };
    let outside = section
        .node("api_server")
        .and_then(|_| section.entry("api_server"))
        .or_else(|| {
            section.non_empty("kubeconfig_file")?;
            section.entry("kubeconfig_file")
        });
    if let Some(outside) = outside {
        at_most_one(&[own, outside], report);
    }
}

/// The roles of selectors that go with a role.
/// From `allowedSelectors` in `kubernetes.SDConfig.UnmarshalYAML`.
fn allowed(role: &str, section: &Section<'_>) -> &'static [&'static str] {
    match role {
        "pod" if section.at_least(3, 11, 0) => &["pod", "node"],
        "pod" => &["pod"],
        "service" => &["service"],
        "endpoints" => &["pod", "service", "endpoints"],
        "endpointslice" => &["pod", "service", "endpointslice"],
        "node" => &["node"],
        "ingress" => &["ingress"],
        _ => &[],
    }
}

/// Selectors fit the role, are of different roles, and can be read.
pub(crate) fn selectors(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let role = section.text("role").unwrap_or("");
    let allowed = allowed(role, section);
    let mut seen: Vec<(&str, Entry<'_>)> = Vec::new();
    for one in section.sections("selectors") {
        unreadable(&one, "label", selector::label_selector, report);
        unreadable(&one, "field", selector::field_selector, report);
        let Some(entry) = one.entry("role").filter(|entry| !entry.value.is_null()) else {
            continue;
        };
        let Some(name) = entry.value.as_str().filter(|name| !name.is_empty()) else {
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
            let place = first.value.place();
            report
                .at(
                    Rule::Duplicate,
                    entry.value,
                    refused(format!("two selectors have the role `{name}`")),
                )
                .evidence(place, "the first one is here")
                .help("combine the conditions in one selector, separated by a comma");
            continue;
        }
        seen.push((name, entry));
        let known = [
            "pod",
            "service",
            "endpoints",
            "endpointslice",
            "node",
            "ingress",
        ];
        // An unknown role is reported by its own type, so that selectors are not reported as well.
        if !allowed.is_empty() && !allowed.contains(&name) && known.contains(&name) {
            let allowed = words::any_of(allowed);
            let message = refused(format!(
                "with the role `{role}`, a selector must have the role {allowed}"
            ));
            report
                .at(Rule::InvalidValue, entry.value, message)
                .help(format!("use {allowed}, or remove the selector"));
        }
    }
}

fn unreadable(
    section: &Section<'_>,
    key: &str,
    test: fn(&str) -> Result<(), Fault>,
    report: &mut SchemaReport<'_>,
) {
    if let Some(node) = section.non_empty(key) {
        report.text(node, &format!("`{key}`"), test);
    }
}
