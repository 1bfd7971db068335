//! Credentials that an extension of the OpenTelemetry Collector adds, or that are written as a header.

use super::{SELECTED, Translator};
use crate::dialect::table::MappingShape;
use crate::dialect::tables;
use crate::yaml::{Entry, Node, TranslatedNode, TranslationEntry};

/// An extension that adds a credential (opentelemetry-collector-contrib v0.140.0
/// `extension/*authextension`).
struct Authenticator {
    kind: &'static str,
    native: &'static str,
    /// The section of the extension with the keys of a client, if they are in one.
    section: Option<&'static str>,
    shape: &'static MappingShape,
    /// The native keys that are there, whatever is known of the extension.
    keys: &'static [&'static str],
}

const AUTHENTICATORS: &[Authenticator] = &[
    Authenticator {
        kind: "basicauth",
        native: "basic_auth",
        section: Some("client_auth"),
        shape: &tables::COLLECTOR_BASIC_CLIENT,
        keys: &["username", "password"],
    },
    Authenticator {
        kind: "bearertokenauth",
        native: "authorization",
        section: None,
        shape: &tables::COLLECTOR_BEARER,
        keys: &["credentials"],
    },
    Authenticator {
        kind: "oauth2client",
        native: "oauth2",
        section: None,
        shape: &tables::COLLECTOR_OAUTH2,
        keys: &["client_id", "client_secret", "token_url"],
    },
    Authenticator {
        kind: "sigv4auth",
        native: "sigv4",
        section: None,
        shape: &tables::COLLECTOR_SIGV4,
        keys: &["region"],
    },
];

/// The extension that sets headers, a credential among them.
const SETTER: &str = "headers_setter";

/// Any other extension: what it adds is not known.
const OTHER: (&str, &[&str]) = ("authorization", &["type", "credentials"]);

/// Values that count only without a file (`basicauthextension`, `bearertokenauthextension`: the file is
/// read in their place).
const SHADOWED: &[(&str, &str)] = &[
    ("password", "password_file"),
    ("credentials", "credentials_file"),
    ("client_secret", "client_secret_file"),
    ("client_id", "client_id_file"),
    ("username", "username_file"),
];

impl Translator {
    /// What the extension adds which an exporter names.
    pub(super) fn authenticator<'d>(&mut self, entry: Entry<'d>) -> Vec<TranslationEntry<'d>> {
        let name = entry.value.get("authenticator").and_then(Node::as_str);
        let Some((kind, settings)) = name.and_then(|name| extension_of(entry, name)) else {
            return Vec::new();
        };
        let list = settings.filter(|_| kind == SETTER);
        let Some((settings, list)) = list.and_then(|it| Some((it, it.get("headers")?))) else {
            return self.credential(entry, kind, settings).into_iter().collect();
        };
        let mut out = self.set_headers(entry, list);
        // It sets headers of its own over those of another one.
        let other = settings.get("additional_auth").and_then(Node::as_str);
        let other = other.and_then(|name| extension_of(entry, name));
        if let Some((kind, settings)) = other.filter(|_| !out.iter().any(is_credential)) {
            out.extend(self.credential(entry, kind, settings));
        }
        out
    }

    /// The headers that an extension sets, from values or from what was received
    /// (`extension/headerssetterextension/config.go`).
    fn set_headers<'d>(&mut self, entry: Entry<'d>, list: Node<'d>) -> Vec<TranslationEntry<'d>> {
        let mut out = Vec::new();
        let mut pairs = Vec::new();
        for item in list.items() {
            let Some(key) = item.get("key") else { continue };
            let value = item.get("value").or_else(|| item.get("default_value"));
            let is_credential = key
                .as_str()
                .unwrap_or("")
                .eq_ignore_ascii_case("authorization");
            match (value, is_credential) {
                (Some(value), true) => {
                    let header = Entry {
                        key,
                        value,
                        merged: false,
                    };
                    let (native, _, made) = self.authorization(header);
                    out.push((native, entry.key, made));
                }
                (None, true) => {
                    let (native, keys) = OTHER;
                    out.push((native, entry.key, self.unknown_values(entry.key, keys)));
                }
                (value, false) => {
                    let value = match value {
                        Some(value) => self.builder.copy(value),
                        None => Some(self.builder.scalar(key, SELECTED)),
                    };
                    pairs.extend(self.builder.copy(key).zip(value));
                }
            }
        }
        let exporter = entry.key.parent();
        let has_own = exporter.is_some_and(|exporter| exporter.get("headers").is_some());
        if !pairs.is_empty() && !has_own {
            out.push(("headers", entry.key, self.builder.mapping(list, &pairs)));
        }
        out
    }

    fn credential<'d>(
        &mut self,
        entry: Entry<'d>,
        kind: &str,
        settings: Option<Node<'d>>,
    ) -> Option<TranslationEntry<'d>> {
        let Some(known) = AUTHENTICATORS.iter().find(|known| known.kind == kind) else {
            let (native, keys) = OTHER;
            return Some((native, entry.key, self.unknown_values(entry.key, keys)));
        };
        let settings = settings.and_then(|extension| match known.section {
            Some(section) => extension.get(section),
            None => Some(extension),
        });
        let settings = settings.filter(|settings| settings.mapping().is_some());
        let value = settings.and_then(|settings| self.written(known, entry.key, settings));
        let value = value.unwrap_or_else(|| self.unknown_values(entry.key, known.keys));
        Some((known.native, entry.key, value))
    }

    /// What is written in an extension; nothing if it is not a credential.
    fn written(
        &mut self,
        known: &Authenticator,
        like: Node<'_>,
        settings: Node<'_>,
    ) -> Option<TranslatedNode> {
        let mut items = self.items(known.shape, settings)?;
        // Of several tokens, an exporter sends the first (`bearertokenauthextension`, `RoundTripper`).
        let tokens = settings.mapping().and_then(|map| map.entry("tokens"));
        let first = tokens.and_then(|tokens| Some((tokens.key, tokens.value.items().next()?)));
        if let Some((key, first)) = first.filter(|_| settings.get("token").is_none()) {
            let value = self.builder.copy(first);
            items.extend(value.map(|value| ("credentials", key, value)));
        }
        let there: Vec<&str> = items.iter().map(|(native, ..)| *native).collect();
        let is_shadowed = |native: &str| {
            let mut rows = SHADOWED.iter();
            rows.any(|(value, file)| *value == native && there.contains(file))
        };
        items.retain(|(native, ..)| !is_shadowed(native));
        // What Prometheus has in another section, it does not need here.
        let pairs: Vec<_> = items
            .into_iter()
            .map(|(native, key, value)| (self.builder.scalar(key, native), value))
            .collect();
        (!pairs.is_empty()).then(|| self.builder.mapping(like, &pairs))
    }

    /// The section for a header `Authorization`. A user name is in the same text as its password; without
    /// a scheme it is not known what a server is asked to take.
    pub(super) fn authorization<'d>(&mut self, header: Entry<'d>) -> TranslationEntry<'d> {
        let value = header.value;
        let Some(scalar) = value.scalar() else {
            let unknown = self.unknown_values(header.key, &["type", "credentials"]);
            return ("authorization", header.key, unknown);
        };
        let (scheme, token) = match scalar.text.split_once(' ') {
            Some((scheme, token)) if is_scheme(scheme) && !token.contains(' ') => (scheme, token),
            _ => (SELECTED, scalar.text),
        };
        let span = scalar.part(scalar.text.len() - token.len(), scalar.text.len());
        let token = self.builder.part(value, span, token);
        let (native, first, last) = match scheme.eq_ignore_ascii_case("basic") {
            true => ("basic_auth", ("username", SELECTED), "password"),
            false => ("authorization", ("type", scheme), "credentials"),
        };
        let mut text = |text: &str| self.builder.scalar(header.key, text);
        let pairs = [(text(first.0), text(first.1)), (text(last), token)];
        (native, header.key, self.builder.mapping(value, &pairs))
    }
}

/// Whether a word may be the scheme of the header: `Bearer`, `ApiKey`.
fn is_scheme(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether an entry is a credential, and not headers.
fn is_credential((native, ..): &TranslationEntry<'_>) -> bool {
    *native != "headers"
}

/// The kind of an extension by its name, and its settings, if they are in the configuration of an exporter.
fn extension_of<'d>(auth: Entry<'d>, name: &'d str) -> Option<(&'d str, Option<Node<'d>>)> {
    let kind = name.split('/').next()?;
    let exporter = auth.key.parent();
    let root = exporter.and_then(|exporter| exporter.parent()?.parent());
    let extensions = root.and_then(|root| root.get("extensions")?.mapping());
    Some((kind, extensions.and_then(|extensions| extensions.get(name))))
}
