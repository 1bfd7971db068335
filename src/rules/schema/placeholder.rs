//! `schema/placeholder`: names that are sent or stored as a placeholder that nothing fills in.

use std::ops::Range;

use crate::finding::{PLACEHOLDER, Severity};
use crate::prometheus::ClientSection;
use crate::rules::{Configuration, RuleFindings};
use crate::yaml::{Mapping, Node, placeholder};

/// The names in the settings of a client, by the keys that lead to them. Secrets are left to the
/// rules of credentials, URLs to those of URLs.
const NAMES: &[&[&str]] = &[
    &["basic_auth", "username"],
    &["oauth2", "client_id"],
    &["sigv4", "region"],
    &["sigv4", "profile"],
    &["sigv4", "role_arn"],
    &["azuread", "oauth", "client_id"],
    &["azuread", "oauth", "tenant_id"],
    &["azuread", "managed_identity", "client_id"],
    &["tls_config", "server_name"],
];

pub(super) fn check(configuration: &Configuration<'_>, out: &mut RuleFindings<'_>) {
    if configuration.templated {
        return;
    }
    for client in configuration.config.clients() {
        let names = NAMES.iter().filter_map(|way| {
            let keys = &mut way.iter();
            keys.try_fold(client.node, |node, key| node.get(key))
        });
        let headers = headers(client.node, client.section);
        for node in names.chain(headers) {
            report(configuration, node, placeholder::find_words, "sends", out);
        }
    }
    let labels = configuration.config.external_labels();
    for entry in labels.into_iter().flat_map(Mapping::entries) {
        // Words of a value are as free as the value, and Prometheus expands variables itself.
        let marked = |text: &str| {
            let found = placeholder::find(text);
            found
                .filter(|range| {
                    let whole = text.get(range.clone()).unwrap_or_default();
                    !whole.starts_with('$')
                })
                .collect()
        };
        report(configuration, entry.value, marked, "adds", out);
    }
}

/// The values of headers that are not secrets by their names.
fn headers(node: Node<'_>, section: ClientSection) -> Vec<Node<'_>> {
    let is_free = |name: &str| !crate::finding::is_secret_name(name);
    let plain = node.get("headers").filter(|_| {
        matches!(
            section,
            ClientSection::RemoteWrite | ClientSection::RemoteRead
        )
    });
    let plain = plain.and_then(Node::mapping);
    let plain = plain.into_iter().flat_map(Mapping::entries);
    let plain = plain.filter(|entry| is_free(entry.name()));
    let listed = node.get("http_headers").and_then(Node::mapping);
    let listed = listed.into_iter().flat_map(Mapping::entries);
    let listed = listed.filter(|entry| is_free(entry.name()));
    let listed = listed.filter_map(|entry| entry.value.get("values"));
    let plain = plain.map(|entry| entry.value);
    plain.chain(listed.flat_map(Node::items)).collect()
}

fn report(
    configuration: &Configuration<'_>,
    node: Node<'_>,
    find: impl Fn(&str) -> Vec<Range<usize>>,
    does: &str,
    out: &mut RuleFindings<'_>,
) {
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.is_null()) else {
        return;
    };
    let Some(first) = find(scalar.text).into_iter().next() else {
        return;
    };
    let whole = scalar.text.get(first.clone()).unwrap_or_default();
    let span = match node.is_alias() {
        true => node.span(),
        false => scalar.part(first.start, first.end),
    };
    let proof = configuration.never_filled(whole);
    // `schema/variable` reports it.
    let is_variable = whole.starts_with("${") || whole.starts_with("$(");
    if is_variable && is_capital(whole) && proof.is_some() {
        return;
    }
    let message =
        format!("`{whole}` is not filled in: Prometheus {does} the text as it is written");
    let help = "write the value; or, if something renders this file first, list it under \
                `templates:` in promvet.yaml";
    let mut finding = out.part(node, span, Severity::Warning, message).help(help);
    finding.kind = PLACEHOLDER.into();
    finding.evidence = proof.unwrap_or_default();
    out.push(finding);
}

/// Whether the name of a variable begins as those of the environment do.
fn is_capital(whole: &str) -> bool {
    let name = whole.get(2..).unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
}
