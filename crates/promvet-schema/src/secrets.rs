//! Marks what must never be shown: values of secret keys, whatever the version.

use super::scalar;
use super::table::{Struct, Type};
use super::tables::CONFIG;
use crate::yaml::{Document, Kind, Node, Scalar};
use promvet_text::{is_harmless_header, is_like_secret_name};

/// Marks every secret of a configuration: values of secret keys, passwords in URLs, headers and
/// parameters with telling names.
/// Whatever the release, since a secret in a key that a release does not know is a secret still.
pub fn mark_secrets(document: &Document) {
    if let Some(root) = document.root() {
        section(&CONFIG, root);
    }
}

fn section(of: &'static Struct, node: Node<'_>) {
    let Some(mapping) = node.mapping() else {
        return;
    };
    for entry in mapping.written() {
        if entry.name() == "<<" {
            merged(of, entry.value);
        } else if let Some(found) = of.find(entry.name()) {
            value(&found.field.ty, entry.value);
        }
    }
}

fn merged(of: &'static Struct, node: Node<'_>) {
    match node.kind() {
        Kind::Mapping(_) => section(of, node),
        Kind::Sequence(list) => list.iter().for_each(|item| section(of, item)),
        Kind::Scalar(_) => {}
    }
}

fn value(ty: &Type, node: Node<'_>) {
    match (ty, node.kind()) {
        (Type::Section(of), _) => section(of, node),
        (Type::List(item), Kind::Sequence(list)) => list.iter().for_each(|node| value(item, node)),
        (Type::Secret, _) => hide(node),
        (Type::Map(_, item), Kind::Mapping(mapping)) => {
            for entry in mapping.written() {
                match item {
                    // Type::Any if is_like_secret_name | A name that is nearly one counts, since
                    // what is masked too much costs a word and what is shown costs a secret.
                    Type::Text | Type::Any if is_like_secret_name(entry.name()) => {
                        hide(entry.value)
                    }
                    // `proxy_connect_header: {Host: [a]}`
                    Type::List(_) if is_harmless_header(entry.name()) => {}
                    _ => value(item, entry.value),
                }
            }
        }
        (Type::Url | Type::UrlText, Kind::Scalar(scalar)) => hide_userinfo(node, scalar),
        _ => {}
    }
}

/// Marks all scalars of a node: a secret may have been given as something else by mistake.
pub(crate) fn hide(node: Node<'_>) {
    match node.kind() {
        Kind::Scalar(scalar) if !scalar.is_null() && !is_selected(node) => {
            node.document().text().mark_secret(scalar.inner_span());
        }
        Kind::Scalar(_) => {}
        Kind::Sequence(list) => list.iter().for_each(hide),
        Kind::Mapping(mapping) => mapping.written().for_each(|entry| hide(entry.value)),
    }
}

/// Whether a value stands for a mapping that selects a key of a Secret: the names in that are not secret, and
/// what else may be in it was marked when it was read.
fn is_selected(node: Node<'_>) -> bool {
    let selector = node.made_of();
    selector.is_some_and(|selector| selector.mapping().is_some())
}

fn hide_userinfo(node: Node<'_>, scalar: Scalar<'_>) {
    let userinfo = match scalar::url(scalar.text) {
        Ok(url) => url.userinfo,
        // A URL that does not parse is masked by the look of its line, so that nothing is lost
        // here.
        Err(_) => None,
    };
    let Some((user, password)) = userinfo.and_then(|userinfo| userinfo.split_once(':')) else {
        return;
    };
    let Some(at) = scalar.text.find(user) else {
        return;
    };
    let from = at + user.len() + 1;
    let span = scalar.part(from, from + password.len());
    node.document().text().mark_secret(span);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse_first;
    use promvet_text::Text;

    #[test]
    fn secrets_are_marked_wherever_they_are() {
        let source = "\
base: &base
  bearer_token: one
remote_write:
- <<: *base
  url: http://u:two@h/
  basic_auth: {username: me, password: 'three'}
  headers: {X-Api-Key: four, X-Tenant: shown}
  http_headers:
    A: {secrets: [five], values: [seen]}
  proxy_connect_header: {Host: [plain], X-A: [eight]}
  oauth2:
    endpoint_params: {client_assertion: six, audience: open}
scrape_configs:
- consul_sd_configs:
  - token: seven
  http_sd_configs:
  - url: http://h/?a=plain
";
        let text = Text::new("p.yml", source.as_bytes().to_vec());
        let document = parse_first(&text).unwrap();
        mark_secrets(&document);
        let mut found: Vec<&str> = text
            .secrets()
            .iter()
            .map(|span| text.slice(*span))
            .collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "eight", "five", "four", "one", "seven", "six", "three", "two"
            ]
        );
    }
}
