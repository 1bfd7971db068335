//! Selectors of a key in a Secret or a ConfigMap.

use super::kinds::Wanted;
use super::{INLINE, KeyReference, SELECTED, Translator, hidden, name_of};
use crate::check::Rule;
use crate::dialect::table::{DialectType, Key};
use crate::secrets;
use crate::yaml::{Entry, Node, TranslatedNode};
use promvet_text::{Advice, Severity, nearest};

/// What a selector holds.
const PARTS: [(&str, &DialectType); 3] = [
    ("name", &DialectType::Text),
    ("key", &DialectType::Text),
    ("optional", &DialectType::Bool),
];

/// Keys whose selectors may name what is not there.
const OPTIONAL: &[&str] = &[
    "additionalAlertManagerConfigs",
    "additionalAlertRelabelConfigs",
    "additionalScrapeConfigs",
];

impl Translator {
    /// A selector of a key of a Secret or a ConfigMap.
    pub(super) fn selector(
        &mut self,
        ty: &'static DialectType,
        key: &Key,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let is_inline = key.native.is_some_and(|native| INLINE.contains(&native));
        let form = match ty {
            DialectType::KeyOf => "`secret: {name, key}` or `configMap: {name, key}`",
            _ => "`{name, key}` of a Secret",
        };
        let Some(mapping) = node.mapping() else {
            // What is written where a Secret is named may be the secret itself.
            secrets::hide(node);
            self.wrong_kind(node, Wanted::Selector(form));
            return Some(self.builder.scalar(node, SELECTED));
        };
        hidden::selector(node);
        match ty {
            DialectType::KeyOf => {
                for entry in mapping.entries() {
                    match (entry.name(), entry.value.mapping()) {
                        ("secret", Some(_)) => self.reference("Secret", is_inline, entry.value),
                        ("configMap", Some(_)) => {
                            self.reference("ConfigMap", is_inline, entry.value)
                        }
                        ("name" | "key", _) => {
                            // A key that the definition does not have here, and that may be left out.
                            let message = self.dialect.unknown_key(format!(
                                "`{}`: `{}` belongs below `secret` or `configMap`",
                                name_of(node),
                                entry.name()
                            ));
                            let advice = Advice::write(format!(
                                "write `{0}: {{secret: {{name, key}}}}`, or the same with `configMap`",
                                name_of(node)
                            ));
                            let key = entry.key;
                            self.say(Rule::WrongType, Severity::Error, key, message, Some(advice));
                            break;
                        }
                        ("secret" | "configMap", None) if !entry.value.is_null() => {
                            secrets::hide(entry.value);
                            self.wrong_kind(entry.value, Wanted::Selector("`{name, key}`"));
                        }
                        ("secret" | "configMap", None) => {}
                        (name, _) => {
                            let message = self.dialect.unknown_key(format!(
                                "`{name}`: unknown key; expected `secret` or `configMap`"
                            ));
                            let advice = renamed(entry, &["secret", "configMap"]);
                            let key = entry.key;
                            self.say(Rule::UnknownField, Severity::Error, key, message, advice);
                        }
                    }
                }
            }
            _ => self.reference("Secret", is_inline, node),
        }
        // An empty selector is none.
        let is_empty = mapping
            .entries()
            .all(|entry| entry.value.as_str() == Some(""));
        (!is_empty).then(|| self.builder.scalar(node, SELECTED))
    }

    pub(super) fn reference(&mut self, kind: &'static str, is_inline: bool, node: Node<'_>) {
        let text = |key: &str| node.get(key).and_then(Node::as_str).unwrap_or("");
        let (name, key) = (text("name"), text("key"));
        if let Some(mapping) = node.mapping() {
            // Other keys are dropped by the API server (pruning), so that the selector would select
            // something else.
            let strange = |entry: &Entry<'_>| !matches!(entry.name(), "name" | "key" | "optional");
            if let Some(entry) = mapping.entries().find(strange) {
                let message = self.dialect.unknown_key(format!(
                    "`{}`: unknown key; a selector has `name` and `key`",
                    entry.name()
                ));
                let advice = renamed(entry, &["name", "key", "optional"]);
                self.say(
                    Rule::UnknownField,
                    Severity::Error,
                    entry.key,
                    message,
                    advice,
                );
                return;
            }
        }
        for (key, ty) in PARTS {
            let value = node.get(key).filter(|value| !value.is_null());
            value.and_then(|value| self.scalar(ty, value));
        }
        // The content may be missing: the Operator asks for it in these alone (`pkg/k8s/secrets.go`).
        let is_optional = OPTIONAL.contains(&&*name_of(node))
            && node.get("optional").and_then(Node::as_str) == Some("true");
        if is_optional {
            return;
        }
        if key.is_empty() && !name.is_empty() {
            let message = self
                .dialect
                .mistyped_value(format!("`{}`: no `key`", name_of(node)));
            let advice = Advice::say(format!("add the `key` of the {kind} that holds it"));
            self.say(
                Rule::MissingField,
                Severity::Error,
                node,
                message,
                Some(advice),
            );
        }
        if !name.is_empty() && !key.is_empty() {
            self.references.push(KeyReference {
                kind,
                name: name.to_owned(),
                namespace: None,
                key: key.to_owned(),
                field: name_of(node),
                is_inline,
                place: node.place(),
                logical: node.path(),
                identity: node.identity(),
            });
        }
    }
}

/// The name that an unknown key is meant to have.
fn renamed(entry: Entry<'_>, names: &[&'static str]) -> Option<Advice> {
    let meant = nearest(entry.name(), names.iter().copied());
    Some(match meant {
        Some(name) => Advice::rename(entry.key.span(), name),
        None => Advice::say("remove it, or correct its name"),
    })
}
