//! The web configuration of Prometheus and its exporters, as far as it is judged: what is refused at
//! start (prometheus/exporter-toolkit `web/handler.go`, `validateUsers`, and `web/tls_config.go`,
//! `ConfigToTLSConfig`, 0.14).

use std::sync::Arc;

use crate::finding::{Finding, Place, Severity, Text, rule};
use crate::yaml::{Mapping, Node, parse_first, placeholder};

/// A certificate and its key, as files and inline.
const PAIRS: &[(&[&str], &[&str], &str)] = &[
    (&["cert_file", "cert"], &["key_file", "key"], "key_file"),
    (&["key_file", "key"], &["cert_file", "cert"], "cert_file"),
];

/// The shortest hash of bcrypt, in bytes (golang.org/x/crypto/bcrypt `minHashSize`).
const SHORTEST_HASH: usize = 59;

/// What is wrong with a web configuration.
pub(super) fn check(text: &Arc<Text>) -> Vec<Finding> {
    let Ok(document) = parse_first(text) else {
        return Vec::new();
    };
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let users = root.get("basic_auth_users").and_then(Node::mapping);
    let users = users.into_iter().flat_map(Mapping::entries);
    // The lines around a finding may show the hashes of others.
    let users = users.inspect(|user| text.mark_secret(user.value.span()));
    let mut found: Vec<Finding> = users.filter_map(|user| password(user.value)).collect();
    found.extend(root.get("tls_server_config").and_then(halves));
    found
}

fn password(node: Node<'_>) -> Option<Finding> {
    let text = node.as_str()?;
    let is_open = text.contains("${") || placeholder::find(text).next().is_some();
    if is_hash(text) || is_open {
        return None;
    }
    let message = "the password is not a bcrypt hash: Prometheus refuses the web configuration and does \
                   not start";
    let help = "write its hash, from `htpasswd -nBC 10`";
    Some(at(node.place(), node, message.to_owned()).help(help))
}

/// golang.org/x/crypto/bcrypt `newFromHash`: `$2`, an optional minor version, `$`, two digits, `$`.
fn is_hash(text: &str) -> bool {
    let rest = text.strip_prefix("$2").unwrap_or_default();
    let rest = rest
        .strip_prefix(|c: char| c.is_ascii_lowercase())
        .unwrap_or(rest);
    let cost = rest.strip_prefix('$').and_then(|rest| rest.get(..3));
    let is_cost =
        |cost: &str| cost.ends_with('$') && cost.bytes().take(2).all(|byte| byte.is_ascii_digit());
    text.len() >= SHORTEST_HASH && cost.is_some_and(is_cost)
}

/// A certificate without its key, or a key without its certificate.
fn halves(tls: Node<'_>) -> Option<Finding> {
    let mapping = tls.mapping()?;
    let is_set = |keys: &[&str]| {
        let mut nodes = keys.iter().filter_map(|key| tls.get(key));
        nodes.any(|node| node.as_str().is_some_and(|text| !text.is_empty()))
    };
    let (has, _, lacks) = PAIRS
        .iter()
        .find(|(one, other, _)| is_set(one) && !is_set(other))?;
    let entry = has.iter().find_map(|key| mapping.entry(key))?;
    let message = format!(
        "`{}` is set without `{lacks}`: Prometheus refuses the web configuration and does not start",
        entry.name()
    );
    Some(at(entry.key.place(), entry.value, message).help(format!("add `{lacks}`")))
}

fn at(place: Place, node: Node<'_>, message: String) -> Finding {
    Finding::new(
        rule::FILES_WEB_CONFIGURATION,
        Severity::Error,
        place,
        message,
    )
    .of_key(node.path(), node.identity())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        let text = Text::new("web.yml", source.as_bytes().to_vec());
        check(&text).into_iter().map(|one| one.logical).collect()
    }

    #[test]
    fn what_is_refused_at_start_is_found() {
        let hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
        for (source, want) in [
            (format!("basic_auth_users: {{a: '{hash}', b: '{hash}'}}\n"), vec![]),
            ("basic_auth_users: {a: '${HASH}', b: '<hash>'}\n".to_owned(), vec![]),
            ("basic_auth_users: {a: hunter2}\n".to_owned(), vec!["basic_auth_users.a"]),
            (
                "basic_auth_users: {a: '$1$x$Q5auhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZVcEd00UAVLDeSia'}\n".to_owned(),
                vec!["basic_auth_users.a"],
            ),
            ("tls_server_config: {cert_file: a, key_file: b}\n".to_owned(), vec![]),
            ("tls_server_config: {cert: a, key_file: b}\n".to_owned(), vec![]),
            ("tls_server_config: {min_version: TLS13}\n".to_owned(), vec![]),
            (
                "tls_server_config: {cert_file: a}\n".to_owned(),
                vec!["tls_server_config.cert_file"],
            ),
            (
                "tls_server_config: {key: a}\n".to_owned(),
                vec!["tls_server_config.key"],
            ),
        ] {
            assert_eq!(found(&source), want, "{source}");
        }
    }
}
