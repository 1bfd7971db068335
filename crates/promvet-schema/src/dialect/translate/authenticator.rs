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
    /// The credential that the extension adds which an exporter names.
    pub(super) fn authenticator<'d>(&mut self, entry: Entry<'d>) -> Option<TranslationEntry<'d>> {
        let name = entry.value.get("authenticator")?.as_str()?;
        let kind = name.split('/').next()?;
        let Some(known) = AUTHENTICATORS.iter().find(|known| known.kind == kind) else {
            let (native, keys) = OTHER;
            return Some((native, entry.key, self.unknown_values(entry.key, keys)));
        };
        let settings = extension(entry, name).and_then(|extension| match known.section {
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

/// The extension of a name, in the configuration that has an exporter.
fn extension<'d>(auth: Entry<'d>, name: &str) -> Option<Node<'d>> {
    let exporter = auth.key.parent()?;
    let root = exporter.parent()?.parent()?;
    let extensions = root.get("extensions")?.mapping()?;
    extensions.get(name)
}
