//! The one walker that holds a document against the tables.

mod keys;

use crate::dialect::refused;
use promvet_text::{Advice, Span};
use std::collections::HashMap;

use super::check::{Rule, SchemaReport, advice_of, part_of};
use super::grammar;
use super::null::{self, Null};
use super::scalar::{self, Change};
use super::section::{InheritedSettings, Scheme, Section, is_null};
use super::table::{By, Enum, NullItem, Reference, Struct, Type};
use super::tables::CONFIG;
use super::unknown::Hint;
use super::version::Version;
use super::words;
use crate::yaml::{Document, Entry, Kind, Mapping, Node, Scalar, Style};

/// Walks over a document for one version.
pub(super) struct Walker<'r, 'a> {
    pub(super) report: &'r mut SchemaReport<'a>,
    pub(super) version: Version,
    /// The path of the section at hand without indexes, for hints.
    path: String,
    /// Hints that were worked out before, by section and key.
    // Remembered, since a file of another language has one unknown key in each of thousands of
    // items.
    hints: HashMap<(&'static str, String), Option<Hint>>,
}

/// Reports everything that a version rejects about a document whose root is a section.
pub(super) fn walk(
    document: &Document,
    root: &'static Struct,
    version: Version,
    report: &mut SchemaReport<'_>,
) {
    let Some(node) = document.root() else {
        return;
    };
    promvet_text::work::count(node.span().len());
    let inherited = report.inherited_global().map(|global| global.scope);
    let scope = inherited.unwrap_or_else(|| outermost(version));
    let mut walker = Walker {
        report,
        version,
        path: String::new(),
        hints: HashMap::new(),
    };
    walker.value(&Type::Section(root), node, None, scope);
}

/// The global section of a configuration, as a version reads it; one with all defaults if there
/// is none.
pub(super) fn global(document: &Document, version: Version) -> Option<Section<'_>> {
    let scope = outermost(version);
    let config = Section::new(&CONFIG, document.root()?, None, scope)?;
    let scope = scope_in(&config);
    let global = config.section("global")?;
    Some(Section { scope, ..global })
}

fn outermost(version: Version) -> InheritedSettings {
    let scheme = if version < Version::new(3, 0, 0) {
        Scheme::Legacy
    } else {
        Scheme::Utf8
    };
    InheritedSettings { version, scheme }
}

impl<'d> Walker<'_, '_> {
    /// A value of a type. `key` is the key under which it is, if it is under one.
    fn value(
        &mut self,
        ty: &Type,
        node: Node<'d>,
        key: Option<Node<'d>>,
        scope: InheritedSettings,
    ) {
        match (ty, node.kind()) {
            (Type::Section(of), kind) => match Section::new(of, node, key, scope) {
                Some(section) => self.section(section),
                None if is_null(node) => {}
                None => self.wrong_type(ty, node, key, kind),
            },
            (Type::List(item), Kind::Sequence(list)) => {
                for node in list.iter() {
                    self.item(item, node, key, scope);
                }
            }
            (Type::Map(name, value), Kind::Mapping(mapping)) => {
                self.map(name, value, mapping, scope);
            }
            (Type::Any, Kind::Mapping(mapping)) => {
                self.map(&Type::Any, &Type::Any, mapping, scope);
            }
            (Type::Any, Kind::Sequence(list)) => {
                for node in list.iter() {
                    self.value(&Type::Any, node, None, scope);
                }
            }
            // Type::Map(..), Kind::Scalar(scalar)) if is_null(node) => { | Null is an empty list or
            // map to go-yaml (`yaml.decoder.null`), so that only its tag can be wrong.
            (Type::List(_) | Type::Map(..), Kind::Scalar(scalar)) if is_null(node) => {
                self.tag(node, scalar);
            }
            (Type::List(_) | Type::Map(..), kind) => self.wrong_type(ty, node, key, kind),
            (_, Kind::Scalar(scalar)) => self.scalar(ty, node, key, scalar, scope),
            (_, kind) => self.wrong_type(ty, node, key, kind),
        }
    }

    /// What a value is called at the head of a sentence: by its key, or by the list that it is in.
    fn subject(&self, ty: &Type, key: Option<Node<'d>>) -> String {
        let list = self.path.rsplit('.').next().unwrap_or_default();
        match (key.and_then(Node::as_str), list.strip_suffix("[]")) {
            (Some(key), None) => format!("`{key}`"),
            (Some(key), Some(list)) if key == list && matches!(ty, Type::List(_)) => {
                format!("`{key}`")
            }
            (_, Some(list)) => format!("an item of `{list}`"),
            (None, None) if list.is_empty() => words::subject(ty).to_owned(),
            (None, None) => format!("a key of `{list}`"),
        }
    }

    fn wrong_type(&mut self, ty: &Type, node: Node<'d>, key: Option<Node<'d>>, kind: Kind<'d>) {
        let is = words::what_is(kind);
        let wants = words::what_is_wanted(ty);
        let said = self.report.at(
            Rule::WrongType,
            node,
            format!("{}: expected {wants}, found {is}", self.subject(ty, key)),
        );
        let Some(help) = words::how_to_write(words::form_of(ty), kind) else {
            return;
        };
        let is_of_texts = matches!(ty, Type::List(item) if !matches!(item, Type::Section(_)));
        match one_item(node).filter(|_| is_of_texts) {
            Some(edit) => said.help(Advice::edit(vec![edit]).text(help).safe()),
            None => said.help(help),
        };
    }

    /// An item of a list: null is refused in some lists, and kills Prometheus in one.
    /// Imitates what happens to a nil pointer in each list: `config.Config.UnmarshalYAML` and
    /// discoveries check some of them.
    fn item(&mut self, ty: &Type, node: Node<'d>, key: Option<Node<'d>>, scope: InheritedSettings) {
        if matches!(ty, Type::File(Reference::Targets, _)) && is_null(node) {
            let message = refused("an item of `files` is empty");
            self.report
                .at(Rule::InvalidValue, self.visible(node), message);
        }
        let Type::Section(of) = ty else {
            return self.value(ty, node, None, scope);
        };
        if !is_null(node) {
            return self.value(ty, node, None, scope);
        }
        let name = key.and_then(Node::as_str).unwrap_or("the list");
        match of.null_item {
            NullItem::Zero => {
                let anchor = self.visible(node);
                let zero = Section::zero(of, node, scope);
                self.section(Section { anchor, ..zero });
            }
            NullItem::Refused => {
                self.report
                    .at(
                        Rule::MissingField,
                        self.visible(node),
                        refused(format!("an item of `{name}` is empty")),
                    )
                    .help(
                        Advice::remove(node.span())
                            .text("write the item, or delete its `-`")
                            .safe(),
                    );
            }
            NullItem::Crash => {
                self.report
                    .at(
                        Rule::Crash,
                        self.visible(node),
                        format!(
                            "an item of `{name}` is empty; Prometheus crashes with a nil \
                            pointer dereference"
                        ),
                    )
                    .help(
                        Advice::remove(node.span())
                            .text("write the item, or delete its `-`")
                            .safe(),
                    );
            }
        }
    }

    /// A node to point at: an empty scalar has no text, so the list around it is shown.
    fn visible(&self, node: Node<'d>) -> Node<'d> {
        if node.span().is_empty() {
            node.parent().unwrap_or(node)
        } else {
            node
        }
    }

    fn section(&mut self, section: Section<'d>) {
        let scope = scope_in(&section);
        let section = Section { scope, ..section };
        if let Some(mapping) = section.node.mapping() {
            let repeated = self.duplicate_fields(&section, mapping);
            self.merges(mapping);
            for entry in mapping.entries() {
                if !repeated.contains(&entry.key.span().start) {
                    self.field(&section, entry, scope);
                }
            }
        }
        // After the keys, as in Go: `UnmarshalYAML` decodes first and looks at the struct then, so
        // that a key that is wrong is not reported as missing.
        self.required(&section);
        let report = &mut *self.report;
        for check in &section.of.lists().checks {
            check(&section, report);
        }
    }

    fn field(&mut self, section: &Section<'d>, entry: Entry<'d>, scope: InheritedSettings) {
        let Some(key) = entry.key.scalar() else {
            let kind = entry.key.kind();
            return self.wrong_type(&Type::Text, entry.key, None, kind);
        };
        self.tag(entry.key, key);
        // go-yaml decodes a null key into the empty string (`yaml.decoder.mappingStruct`), so that
        // it is an unknown key.
        let name = if is_null(entry.key) { "" } else { key.text };
        let Some(found) = section.of.find(name) else {
            if self.path.is_empty() && is_of_sops(entry) {
                return;
            }
            return self.unknown(section, entry, name);
        };
        if !found.known(self.version) {
            return self.unavailable(section, entry, found);
        }
        self.deprecated(section, entry, found.field);
        let depth = self.path.len();
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        if matches!(found.field.ty, Type::List(_)) {
            self.path.push_str("[]");
        }
        self.value(&found.field.ty, entry.value, Some(entry.key), scope);
        self.path.truncate(depth);
    }

    /// What `<<` names must be mappings: themselves, by an alias, or in a list.
    /// Imitates `yaml.decoder.merge` and `yaml.failWantMap`.
    fn merges(&mut self, mapping: Mapping<'d>) {
        if !mapping.has_merge() {
            return;
        }
        for entry in mapping.written().filter(|entry| is_merge(mapping, *entry)) {
            let bad = match entry.value.kind() {
                Kind::Mapping(_) => None,
                Kind::Sequence(list) if !entry.value.is_alias() => {
                    list.iter().find(|item| item.mapping().is_none())
                }
                _ => Some(entry.value),
            };
            if let Some(node) = bad {
                self.report.at(
                    Rule::WrongType,
                    node,
                    "`<<`: expected a mapping, an alias to one, or a list of these",
                );
            }
        }
    }

    fn map(&mut self, name: &Type, value: &Type, mapping: Mapping<'d>, scope: InheritedSettings) {
        self.merges(mapping);
        let mut seen: HashMap<&str, Entry<'d>> = HashMap::new();
        for entry in mapping.entries() {
            match entry.key.kind() {
                Kind::Scalar(_) => self.value(name, entry.key, None, scope),
                _ => {
                    self.report.at(
                        Rule::WrongType,
                        entry.key,
                        "expected text as a key, found a list or a mapping",
                    );
                    continue;
                }
            }
            self.value(value, entry.value, Some(entry.key), scope);
            if let Some(first) = seen.insert(entry.name(), entry)
                && first.key.span() != entry.key.span()
            {
                self.duplicate(first, entry);
            }
        }
    }

    /// An explicit tag that the text does not fit. Says whether something was wrong.
    fn tag(&mut self, node: Node<'d>, scalar: Scalar<'d>) -> bool {
        let Some(problem) = grammar::tag_fault(scalar) else {
            return false;
        };
        let said = self.report.at(Rule::WrongType, node, problem);
        said.help("remove the tag, or write a value that fits it");
        true
    }

    fn scalar(
        &mut self,
        ty: &Type,
        node: Node<'d>,
        key: Option<Node<'d>>,
        scalar: Scalar<'d>,
        scope: InheritedSettings,
    ) {
        if self.tag(node, scalar) {
            return;
        }
        let nullness = null::of(scalar);
        let place = if node.span().is_empty() {
            key.unwrap_or_else(|| self.visible(node))
        } else {
            node
        };
        if let Type::Enum(set) = ty {
            let subject = self.subject(ty, key);
            return self.word(set, &subject, place, scalar, nullness);
        }
        if nullness == Null::Plain || matches!(ty, Type::Any) {
            return;
        }
        if let Some(fault) = grammar::fault(ty, scalar, nullness, scope) {
            let unfilled = self.report.is_unfilled(scalar.text, |text| {
                let filled = Scalar { text, ..scalar };
                grammar::fault(ty, filled, null::of(filled), scope).is_none()
            });
            let span = match fault.rule {
                Rule::WrongType => node.span(),
                _ => part_of(node, fault.from, fault.to),
            };
            let mut remedy = fault.remedy;
            let unquoted = || unquoted(ty, node, scalar, scope);
            remedy.change = remedy.change.or_else(unquoted);
            let problem = scalar::Fault {
                from: fault.from,
                to: fault.to,
                message: String::new(),
                remedy,
            };
            let advice = advice_of(&problem, node, |text| {
                let fixed = Scalar { text, ..scalar };
                grammar::fault(ty, fixed, null::of(fixed), scope).is_none()
            });
            let message = fault.message.after(&self.subject(ty, key));
            let said = self.report.say(fault.rule, place, span, unfilled, message);
            said.advice(advice);
        }
    }

    /// Compares a scalar with a set of words.
    fn word(
        &mut self,
        set: &'static Enum,
        subject: &str,
        place: Node<'d>,
        scalar: Scalar<'d>,
        nullness: Null,
    ) {
        let skipped = match set.by {
            By::Decoder => matches!(nullness, Null::Plain | Null::Quoted),
            // The section compares the decoded text, so that null and absence are the empty one.
            By::Section => false,
            By::Check(_) => true,
        };
        if skipped {
            return;
        }
        let text = match nullness {
            Null::Plain | Null::Late => "",
            _ => scalar.text,
        };
        if let Some(fault) = words::not_among(set, subject, text, self.version) {
            let advice = fault.advice(place);
            self.report
                .at(fault.rule, place, fault.message)
                .help(advice);
        }
    }
}

/// To leave out quotes that make a text of a number or a boolean, in a text that is not YAML and has no plain
/// texts.
fn unquoted(
    ty: &Type,
    node: Node<'_>,
    scalar: Scalar<'_>,
    scope: InheritedSettings,
) -> Option<Change> {
    let is_one = matches!(ty, Type::Bool | Type::Int | Type::Uint | Type::Float);
    let plain = Scalar {
        style: Style::Plain,
        tag: None,
        ..scalar
    };
    let is_right = || grammar::fault(ty, plain, null::of(plain), scope).is_none();
    (is_one && !node.document().is_yaml() && is_right()).then_some(Change::Unquote)
}

/// Relabel rules of a job follow the job's scheme; since 3.7.0 all others follow the global
/// one, and before that no one looked at it.
fn scope_in(section: &Section<'_>) -> InheritedSettings {
    let scope = section.scope;
    let named = match section.of.name {
        "Config" => section
            .section("global")
            .and_then(|global| global.text("metric_name_validation_scheme")),
        "ScrapeConfig" => section.text("metric_name_validation_scheme"),
        _ => None,
    };
    let scheme = match named {
        Some("legacy") if section.at_least(3, 7, 0) => Scheme::Legacy,
        Some("utf8") if section.at_least(3, 0, 0) => Scheme::Utf8,
        _ => scope.scheme,
    };
    InheritedSettings { scheme, ..scope }
}

fn is_merge(mapping: Mapping<'_>, entry: Entry<'_>) -> bool {
    mapping.has_merge()
        && entry.key.scalar().is_some_and(|key| {
            key.text == "<<" && (key.is_plain() || key.tag == Some("tag:yaml.org,2002:merge"))
        })
}

/// A text as a list of it, if it is one text.
fn one_item(node: Node<'_>) -> Option<(Span, String)> {
    node.scalar().filter(|_| !node.is_alias())?;
    let span = node.content_span();
    let written = node.document().text().slice(span);
    let is_quoted = written.starts_with(['"', '\'']);
    // Some write the items behind one another.
    let is_one = is_quoted || !written.contains([',', ' ', '[', ']', '{', '}', '|', '>', '&', '!']);
    let is_plain = is_one && !written.is_empty() && !written.contains('\n');
    (is_plain && node.document().is_yaml()).then(|| (span, format!("[{written}]")))
}

/// Whether an entry is the section of SOPS, which decryption removes (getsops/sops `stores/stores.go`).
fn is_of_sops(entry: Entry<'_>) -> bool {
    let has = |key: &str| entry.value.get(key).is_some();
    entry.name() == "sops" && has("version") && has("mac")
}
