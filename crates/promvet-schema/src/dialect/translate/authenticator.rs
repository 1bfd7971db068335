//! Credentials that an extension of the OpenTelemetry Collector adds, or that are written as a header.

use super::Translator;
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
const OTHER: (&str, &[&str]) = ("authorization", &["credentials"]);

/// Values that count only without a file (`basicauthextension`, `bearertokenauthextension`: the file is
/// read in their place).
const SHADOWED: &[(&str, &str)] = &[
    ("password", "password_file"),
    ("credentials", "credentials_file"),
    ("client_secret", "client_secret_file"),
    ("client_id", "client_id_file"),
    ("username", "username_file"),
];

/// The schemes of the header in which a credential stays as it is.
const SCHEMES: &[&str] = &["Bearer ", "Basic "];

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

    /// The section for a header `Authorization`.
    pub(super) fn authorization(&mut self, header: Entry<'_>) -> TranslatedNode {
        let scalar = header.value.scalar();
        let token = scalar.and_then(|scalar| {
            let mut schemes = SCHEMES.iter();
            let from = schemes
                .find_map(|scheme| scalar.text.starts_with(scheme).then_some(scheme.len()))?;
            Some((
                scalar.part(from, scalar.text.len()),
                scalar.text.get(from..)?,
            ))
        });
        let Some((span, text)) = token else {
            return self.unknown_values(header.key, &["credentials"]);
        };
        let key = self.builder.scalar(header.key, "credentials");
        let value = self.builder.part(header.value, span, text);
        self.builder.mapping(header.value, &[(key, value)])
    }
}

/// The extension of a name, in the configuration that has an exporter.
fn extension<'d>(auth: Entry<'d>, name: &str) -> Option<Node<'d>> {
    let exporter = auth.key.parent()?;
    let root = exporter.parent()?.parent()?;
    let extensions = root.get("extensions")?.mapping()?;
    extensions.get(name)
}
