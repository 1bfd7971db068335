//! Holds a text against the table of its dialect, and makes the native tree of it, in one pass.

mod authentication;
mod authenticator;
mod hidden;
mod jobs;
mod kinds;
mod name;
mod scalars;
mod selector;
mod spelled;
mod unknown;
mod vmagent;

use std::sync::Arc;

use super::spelling::KeySpelling;
use super::table::{DialectType, Key, MappingShape, ObjectRole};
use super::{Dialect, external_labels};
use crate::check::{Rule, has_placeholder};
use crate::edit;
use crate::yaml::{
    Document, Kind, Mapping, Node, TranslatedNode, TranslationBuilder, TranslationEntry,
};
use kinds::Wanted;
pub(in crate::dialect) use kinds::how_to_write;
pub(super) use name::name_of;
use promvet_text::{Advice, Finding, Message, Place, Severity};
use scalars::{is_left_out, is_number};
use unknown::{is_fit, misspelled};

/// What a text in a dialect means.
#[derive(Debug)]
pub struct Translation {
    /// The same as `prometheus.yml` has it.
    pub document: Document,
    /// What the dialect itself rejects.
    pub findings: Vec<Finding>,
    /// How native keys are written there.
    pub spelling: KeySpelling,
    /// Keys of Secrets and ConfigMaps that it names.
    pub references: Vec<KeyReference>,
    /// Values that the definition of the object excludes by their form, and that native rules report.
    pub refused_forms: Vec<Place>,
}

/// A key of a Secret or a ConfigMap that a text names.
#[derive(Clone, Debug)]
pub struct KeyReference {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// The name of the object.
    pub name: String,
    /// The namespace that is written beside it.
    pub namespace: Option<String>,
    /// The key in it.
    pub key: String,
    /// The key of the text whose value it is, such as `password`.
    pub field: String,
    /// Whether its value goes into the configuration as it is, as a user name or a password does;
    /// a file with several lines otherwise.
    pub is_inline: bool,
    /// Where it is named.
    pub place: Place,
    /// The path of keys to it.
    pub logical: String,
    /// The same with list items by their names.
    pub identity: String,
}

/// The value that the native tree has for a key of a Secret: present, and unknown to promvet.
/// The form of a variable, so that rules take the value for one that is filled in later.
pub const SELECTED: &str = "${KEY_OF_A_SECRET}";

/// Translates a node of a document. None if nothing native is in it.
#[must_use]
pub fn translate(
    source: &Arc<Document>,
    node: Node<'_>,
    shape: &'static MappingShape,
    part: ObjectRole,
    dialect: &'static Dialect,
) -> Option<Translation> {
    let mut translator = Translator {
        builder: TranslationBuilder::new(source),
        dialect,
        findings: Vec::new(),
        spelling: KeySpelling::default(),
        references: Vec::new(),
        refused_forms: Vec::new(),
        added_labels: Vec::new(),
    };
    let root = translator.root(node, shape, part)?;
    translator.spell_endpoints(shape, part);
    Some(Translation {
        document: translator.builder.finish(root),
        findings: translator.findings,
        spelling: translator.spelling,
        references: translator.references,
        refused_forms: translator.refused_forms,
    })
}

pub(super) struct Translator {
    pub(super) builder: TranslationBuilder,
    pub(super) dialect: &'static Dialect,
    findings: Vec<Finding>,
    spelling: KeySpelling,
    references: Vec<KeyReference>,
    pub(super) refused_forms: Vec<Place>,
    /// The external labels that the Operator adds to those that are written.
    added_labels: Vec<String>,
}

impl Translator {
    fn root(
        &mut self,
        node: Node<'_>,
        shape: &'static MappingShape,
        part: ObjectRole,
    ) -> Option<TranslatedNode> {
        let list = match part {
            ObjectRole::Rules => return self.rules(node),
            ObjectRole::Whole => {
                let added = external_labels::added(shape, node, self.dialect);
                let is_adding = added.is_some();
                self.added_labels = added.unwrap_or_default();
                let mut items = self.items(shape, node)?;
                let is_set = items.iter().any(|(native, ..)| *native == EXTERNAL_LABELS);
                // The Operator adds them even where none is written, so that `external labels` are
                // not missing; where both are turned off, it is known that they are.
                if is_adding && !is_set {
                    let names = self.added_labels.clone();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let labels = self.unknown_values(node, &names);
                    items.push((EXTERNAL_LABELS, node, labels));
                }
                let pairs = self.builder.assemble(node, items);
                return Some(self.builder.mapping(node, &pairs));
            }
            ObjectRole::Jobs => self.native(node, None)?,
            ObjectRole::NamedJobs => self.named_jobs(node)?,
            ObjectRole::Job => {
                let job = self.job(shape, node, None)?;
                self.builder.sequence(node, &[job])
            }
            ObjectRole::NativeEndpoint => {
                let entry = self.native(node, None)?;
                self.builder.sequence(node, &[entry])
            }
            ObjectRole::Endpoint => {
                let entry = self.object(shape, node)?;
                self.builder.sequence(node, &[entry])
            }
        };
        let name = match part {
            ObjectRole::Endpoint | ObjectRole::NativeEndpoint => "remote_write",
            _ => "scrape_configs",
        };
        let key = self.builder.scalar(node, name);
        Some(self.builder.mapping(node, &[(key, list)]))
    }

    fn object(&mut self, shape: &'static MappingShape, node: Node<'_>) -> Option<TranslatedNode> {
        let items = self.whole(shape, node)?;
        let pairs = self.builder.assemble(node, items);
        Some(self.builder.mapping(node, &pairs))
    }

    fn add_spelling(&mut self, shape: &'static MappingShape) {
        for key in shape.keys {
            // Of two keys for one, the longer one is an addition: `additionalRemoteWrite`.
            let is_addition = |native| {
                let mut others = shape.keys.iter().filter(|key| key.native == Some(native));
                others.any(|other| other.name.len() < key.name.len())
            };
            if let Some(native) = key.native.filter(|native| !is_addition(native)) {
                self.spelling.add(native, key.name);
            }
        }
    }

    /// What a mapping holds, judged and translated.
    fn items<'d>(
        &mut self,
        shape: &'static MappingShape,
        node: Node<'d>,
    ) -> Option<Vec<TranslationEntry<'d>>> {
        let Some(mapping) = node.mapping() else {
            // Helm drops a null key, so that it is not a fault in values.
            if !node.is_null() {
                self.wrong_kind(node, Wanted::Mapping);
            }
            return None;
        };
        let mut items = Vec::new();
        self.add_spelling(shape);
        for entry in mapping.effective() {
            let known = shape.find(entry.name());
            if known.is_none() {
                hidden::unknown_key(shape, entry);
            }
            let Some(key) = known.or_else(|| self.unknown(shape, entry)) else {
                continue;
            };
            self.translate_former_token(shape, entry);
            // Of a key that is only guessed at, a value of another kind or form is not a second fault.
            if known.is_none() && !is_fit(&key.ty, entry.value) {
                continue;
            }
            if entry.value.is_null() || shape.lax && is_falsy(entry.value) {
                continue;
            }
            // What has no counterpart itself may hold what has one.
            // The Operator groups keys that Prometheus has side by side (`tlsConfig`, `web`), so
            // that they move up.
            if let (DialectType::Object(inner), None) = (&key.ty, key.native) {
                items.extend(self.items(inner, entry.value).into_iter().flatten());
                continue;
            }
            match key.ty {
                DialectType::Authenticator => {
                    items.extend(self.authenticator(entry));
                    continue;
                }
                DialectType::Headers => {
                    self.headers(entry, &mut items);
                    continue;
                }
                _ => {}
            }
            let value = self.value(&key.ty, key, entry.value);
            let (Some(native), Some(value)) = (key.native, value) else {
                continue;
            };
            // A chart adds the items of two lists, such as `additionalRemoteWrite`.
            match items.iter_mut().find(|(name, ..)| *name == native) {
                Some((_, _, first))
                    if matches!(key.ty, DialectType::List(_) | DialectType::Set(_)) =>
                {
                    *first = self.builder.joined(entry.value, &[*first, value]);
                }
                _ => items.push((native, entry.key, value)),
            }
        }
        if std::ptr::eq(shape, &super::tables::COLLECTOR_TLS) && is_dropped(mapping) {
            items.clear();
        }
        Some(items)
    }

    /// A value of a type: its translation, if it has one.
    fn value(
        &mut self,
        ty: &'static DialectType,
        key: &'static Key,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        match ty {
            DialectType::Any if key.native.is_none() => None,
            // Sections of a configuration in a text of their own are read elsewhere.
            DialectType::Native if node.scalar().is_some() => None,
            DialectType::Any | DialectType::Native => self.native(node, Some(key)),
            DialectType::Object(shape) => self.object(shape, node),
            DialectType::List(item) => self.list(item, key, node),
            DialectType::Map(value) => self.map(value, key, node),
            DialectType::Key | DialectType::KeyOf => self.selector(ty, key, node),
            DialectType::Groups => self.groups(node),
            DialectType::Set(item) => {
                self.distinct(node);
                self.list(item, key, node)
            }
            // Its field is a text and not a pointer, so that the Operator takes an empty one for
            // none (prometheus-operator v0.93.0 `promcfg.go`, `ep.Interval != ""`).
            DialectType::Quantity => self.quantity(key, node),
            DialectType::NameOrNumber => self.name_or_number(node),
            DialectType::OptionalDuration if node.as_str() == Some("") => None,
            // A zero is left out (the same file, `generateRemoteWriteConfig`).
            DialectType::Number if is_left_out(key, node) => None,
            _ => {
                if self.is_of_kind(ty, node) {
                    self.form(ty, key, node);
                }
                self.scalar(ty, node)
            }
        }
    }

    /// A value that is native as it is.
    fn native(&mut self, node: Node<'_>, key: Option<&Key>) -> Option<TranslatedNode> {
        if node.scalar().is_none() {
            let native = key.and_then(|key| key.native);
            let written = key.map_or("", |key| key.name);
            self.spelling.add_native(node, native, written);
        }
        self.builder.copy(node)
    }

    fn list(
        &mut self,
        item: &'static DialectType,
        key: &'static Key,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let Some(list) = node.sequence() else {
            self.wrong_kind(
                node,
                match item {
                    DialectType::Object(_) => Wanted::ListOfMappings,
                    _ => Wanted::List,
                },
            );
            // A list that a template fills in is not an empty one.
            return match is_filled_in(node) {
                true => self.builder.copy(node),
                false => None,
            };
        };
        let mut items = Vec::new();
        for (number, one) in list.iter().enumerate() {
            let made = match item {
                DialectType::Object(shape) if key.native == Some("scrape_configs") => {
                    self.job(shape, one, Some(number))
                }
                DialectType::Object(shape) if key.native == Some("remote_write") => {
                    self.endpoint(shape, one)
                }
                _ => self.value(item, key, one),
            };
            items.extend(made);
        }
        Some(self.builder.sequence(node, &items))
    }

    fn map(
        &mut self,
        value: &'static DialectType,
        key: &'static Key,
        node: Node<'_>,
    ) -> Option<TranslatedNode> {
        let Some(mapping) = node.mapping() else {
            self.wrong_kind(node, Wanted::Mapping);
            return None;
        };
        let mut pairs = Vec::new();
        let added = match key.native {
            Some(EXTERNAL_LABELS) => self.added_labels.clone(),
            _ => Vec::new(),
        };
        for entry in mapping.effective() {
            if added.iter().any(|label| label == entry.name()) {
                self.reserved_label(entry);
                continue;
            }
            let made = self.value(value, key, entry.value);
            let name = made.and_then(|_| self.builder.copy(entry.key));
            pairs.extend(name.zip(made));
        }
        for label in &added {
            let name = self.builder.scalar(node, label);
            pairs.push((name, self.builder.scalar(node, SELECTED)));
        }
        Some(self.builder.mapping(node, &pairs))
    }

    /// A section with keys whose values are not known.
    /// Which keys are there matters to rules, their values do not, so that placeholders will do.
    fn unknown_values(&mut self, like: Node<'_>, keys: &[&str]) -> TranslatedNode {
        let pairs: Vec<(TranslatedNode, TranslatedNode)> = keys
            .iter()
            .map(|key| {
                (
                    self.builder.scalar(like, key),
                    self.builder.scalar(like, SELECTED),
                )
            })
            .collect();
        self.builder.mapping(like, &pairs)
    }

    /// What a mapping holds that lacks nothing. Of `spec` itself nothing is asked: the document may be
    /// a patch of kustomize, which says only what it changes; lists in one stand for the whole list.
    fn whole<'d>(
        &mut self,
        shape: &'static MappingShape,
        node: Node<'d>,
    ) -> Option<Vec<TranslationEntry<'d>>> {
        let before = self.findings.len();
        let items = self.items(shape, node)?;
        let Some(mapping) = node.mapping() else {
            return Some(items);
        };
        for key in shape.keys.iter().filter(|key| key.required) {
            if mapping
                .get(key.name)
                .is_some_and(|value| !value.is_null() || is_in_template(value))
            {
                continue;
            }
            if let Some(slip) = misspelled(shape, mapping, key) {
                // That a key is misspelled may be a guess, but not that one is missing.
                let place = slip.key.place();
                let message = format!("`{}`: unknown key", slip.name());
                let said = self.findings.iter_mut().skip(before);
                for finding in said.filter(|finding| finding.place.order() == place.order()) {
                    finding.severity = Severity::Error;
                    finding.message = self.dialect.mistyped_value(&message);
                }
                continue;
            }
            let message = self
                .dialect
                .mistyped_value(format!("`{}`: missing", key.name));
            let first = mapping.written().next().map_or(node, |entry| entry.key);
            let without = edit::without_dash(node, key.name);
            let advice = without.unwrap_or_else(|| Advice::say(format!("set `{}`", key.name)));
            self.say(
                Rule::MissingField,
                Severity::Error,
                first,
                message,
                Some(advice),
            );
            if let Some(finding) = self.findings.last_mut() {
                finding.logical = format!("{}.{}", node.path(), key.name);
                finding.identity = format!("{}.{}", node.identity(), key.name);
            }
        }
        Some(items)
    }

    pub(super) fn say(
        &mut self,
        rule: Rule,
        severity: Severity,
        node: Node<'_>,
        message: impl Into<Message>,
        advice: Option<Advice>,
    ) {
        let finding = Finding::new(rule.name(), severity, node.place(), message);
        let finding = finding.of_key(node.path(), node.identity());
        self.findings.push(match advice {
            Some(advice) => finding.help(advice),
            None => finding,
        });
    }
}

/// Whether an exporter of a Collector leaves its section `tls` out: with `insecure` and without a CA
/// (opentelemetry-collector v0.140.0 `config/configtls`, `ClientConfig.LoadTLSConfig`).
fn is_dropped(tls: Mapping<'_>) -> bool {
    let is_insecure = tls.get("insecure").and_then(Node::as_str) == Some("true");
    is_insecure && tls.get("ca_file").or_else(|| tls.get("ca_pem")).is_none()
}

/// Whether lines of a template may make a value that is empty without them.
fn is_in_template(empty: Node<'_>) -> bool {
    empty.document().text().content().contains("{{")
}

/// Whether something fills in a part of a scalar, or what looks like a flow collection.
pub(super) fn is_filled_in(node: Node<'_>) -> bool {
    has_placeholder(node)
}

/// Whether a value is false to `if` of a template of Helm.
/// Imitates `template.IsTrue` (text/template/exec.go).
pub(super) fn is_falsy(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Mapping(mapping) => mapping.written().next().is_none(),
        Kind::Sequence(list) => list.is_empty(),
        Kind::Scalar(scalar) => {
            scalar.text.is_empty()
                || scalar.as_bool() == Some(false)
                || is_number(scalar) && scalar.text.parse() == Ok(0.0)
        }
    }
}

/// Native keys whose values the Operator writes into the configuration, without trimming. What it
/// mounts as a file, such as a certificate, and lists of jobs end in a line break as files do.
const INLINE: &[&str] = &[
    "access_key",
    "bearer_token",
    "client_id",
    "client_secret",
    "credentials",
    "password",
    "secret_key",
    "username",
];

/// The labels by which the receiver distinguishes senders.
const EXTERNAL_LABELS: &str = "global.external_labels";
