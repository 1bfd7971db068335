//! Credentials that a component reads from elsewhere: `local.file`, whose file is one of Prometheus's
//! `*_file` keys, and `remote.kubernetes.secret`, whose key is one of a Secret.

use std::collections::BTreeMap;

use super::reader::{Block, Item, Value};
use promvet_text::Span;

/// Attributes that hold a credential, and the native keys for a file that has it. The native key has the
/// section that it is in, as messages name it.
const IN_FILES: &[(&str, &str, &str)] = &[
    (
        "authorization",
        "credentials",
        "authorization.credentials_file",
    ),
    ("basic_auth", "password", "basic_auth.password_file"),
    ("oauth2", "client_secret", "oauth2.client_secret_file"),
    ("tls_config", "ca_pem", "tls_config.ca_file"),
    ("tls_config", "cert_pem", "tls_config.cert_file"),
    ("tls_config", "key_pem", "tls_config.key_file"),
    ("", "bearer_token", "bearer_token_file"),
];

/// The native key for a file, for an attribute of a block.
pub(super) fn native(block: &str, attribute: &str) -> Option<(&'static str, &'static str)> {
    let fits =
        |row: &&(&str, &str, &str)| row.1 == attribute && (row.0 == block || row.0.is_empty());
    let (_, written, native) = IN_FILES.iter().find(fits)?;
    Some((*written, *native))
}

/// The files of a text by the labels of the components that read them.
#[derive(Default)]
pub(super) struct LocalFiles {
    paths: BTreeMap<String, Option<(String, Span)>>,
}

impl LocalFiles {
    /// Those of a body and of what is in it. A label that occurs twice, in two modules, counts as none.
    pub(super) fn of(items: &[Item]) -> Self {
        let mut files = Self::default();
        files.collect(items);
        files
    }

    fn collect(&mut self, items: &[Item]) {
        for item in items {
            let Item::Block(block) = item else { continue };
            match (&*block.name, &block.label) {
                ("local.file", Some(label)) => {
                    let found = text(block, "filename").map(|(text, span)| (text.to_owned(), span));
                    let other = self.paths.insert(label.clone(), found);
                    if other.is_some() {
                        self.paths.insert(label.clone(), None);
                    }
                }
                ("declare", _) => self.collect(&block.body),
                _ => {}
            }
        }
    }

    /// The file whose content an expression is, and where its path is written.
    pub(super) fn content(&self, expression: &str) -> Option<(&str, Span)> {
        let label = expression.strip_prefix("local.file.")?;
        let label = label.strip_suffix(".content")?;
        let (path, span) = self.paths.get(label)?.as_ref()?;
        Some((path, *span))
    }
}

/// A key of a Secret or of a ConfigMap that an expression reads.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadKey {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// The namespace of the object.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The key in it.
    pub key: String,
    /// The attribute that is set to it.
    pub field: String,
    /// Where the key is read.
    pub span: Span,
}

/// Components that read an object of Kubernetes, and its kind.
const OBJECTS: &[(&str, &str)] = &[
    ("remote.kubernetes.configmap", "ConfigMap"),
    ("remote.kubernetes.secret", "Secret"),
];

/// The keys that the expressions of a text read.
pub(super) fn keys(source: &str, items: &[Item]) -> Vec<ReadKey> {
    let mut objects = BTreeMap::new();
    for item in items {
        let Item::Block(block) = item else { continue };
        let kind = OBJECTS.iter().find(|(name, _)| *name == block.name);
        if let (Some((_, kind)), Some(label)) = (kind, &block.label)
            && let Some((name, _)) = text(block, "name")
            && let Some((namespace, _)) = text(block, "namespace")
        {
            let head = format!("{}.{label}.data[\"", block.name);
            objects.insert(head, (*kind, namespace, name));
        }
    }
    let mut out = Vec::new();
    if !objects.is_empty() {
        read_in(source, items, &objects, &mut out);
    }
    out
}

type Objects<'i> = BTreeMap<String, (&'static str, &'i str, &'i str)>;

fn read_in(source: &str, items: &[Item], objects: &Objects<'_>, out: &mut Vec<ReadKey>) {
    for item in items {
        let (name, value) = match item {
            Item::Block(block) => {
                read_in(source, &block.body, objects, out);
                continue;
            }
            Item::Attribute { name, value, .. } => (name, value),
        };
        let Value::Expression { span } = value else {
            continue;
        };
        let text = source.get(span.start as usize..span.end as usize);
        let text = text.unwrap_or_default();
        // Such as `convert.nonsensitive(…)`.
        let inner = text
            .split_once('(')
            .map_or(text, |(_, rest)| rest.trim_end_matches(')'));
        let found = objects.iter().find_map(|(head, object)| {
            Some((
                inner.trim().strip_prefix(&**head)?.strip_suffix("\"]")?,
                object,
            ))
        });
        if let Some((key, (kind, namespace, object))) = found {
            out.push(ReadKey {
                kind,
                namespace: (*namespace).to_owned(),
                name: (*object).to_owned(),
                key: key.to_owned(),
                field: name.clone(),
                span: *span,
            });
        }
    }
}

/// The text that an attribute of a block is set to.
fn text<'b>(block: &'b Block, wanted: &str) -> Option<(&'b str, Span)> {
    block.body.iter().find_map(|item| match item {
        Item::Attribute {
            name,
            value: Value::Text { text, span },
            ..
        } if name == wanted => Some((&**text, *span)),
        _ => None,
    })
}
