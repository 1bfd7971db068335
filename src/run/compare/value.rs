//! What counts in a section: values in one form, defaults and what is inherited filled in.

use std::collections::BTreeMap;
use std::path::Path;

use crate::discover::DialectWording;
use crate::finding::{Place, is_secret_name};
use crate::run::defaults::{self, HTTP2_OF_REMOTE_WRITE};
use crate::schema::alloy::{self, WORKED_OUT};
use crate::schema::dialect::SELECTED;
use crate::schema::scalar::{self, coerce};
use crate::schema::table::{Base, Field, KeyDefault, Reference as File, Struct, Type};
use crate::source::collapse;
use crate::yaml::{Kind, Mapping, Node, Scalar as YamlScalar, Style};

/// What a section holds, by key.
pub(super) type SectionFields<'d> = BTreeMap<String, ComparedValue<'d>>;

/// What is set.
#[derive(Clone, Debug)]
pub(super) enum ComparedValue<'d> {
    /// A text, a number or a switch.
    Scalar(ComparedScalar),
    /// What is never shown: what it is in truth, and where it is.
    Secret(String, Place),
    /// Keys and values.
    Map(SectionFields<'d>, Place),
    /// Items whose order does not matter.
    Set(Vec<Self>, Place),
    /// Items whose order matters.
    List(Vec<Self>, Place),
    /// Relabel rules.
    Rules(Vec<Node<'d>>, Place),
}

/// A scalar.
#[derive(Clone, Debug)]
pub(super) struct ComparedScalar {
    /// The same text for everything that means the same.
    pub(super) meaning: String,
    /// How it is shown.
    pub(super) shown: String,
    /// Where it is.
    pub(super) place: Place,
    /// Whether it is that of another section.
    pub(super) inherited: bool,
}

impl ComparedScalar {
    fn new(meaning: impl Into<String>, shown: &str, place: Place) -> Self {
        Self {
            meaning: meaning.into(),
            shown: shown
                .lines()
                .map(str::trim_end)
                .collect::<Vec<_>>()
                .join(" "),
            place,
            inherited: false,
        }
    }
}

impl<'d> ComparedValue<'d> {
    /// A text.
    pub(super) fn text(text: &str, place: Place) -> Self {
        Self::Scalar(ComparedScalar::new(text, text, place))
    }

    /// A text that means the same as others.
    pub(super) fn meaning_as(meaning: String, text: &str, place: Place) -> Self {
        Self::Scalar(ComparedScalar::new(meaning, text, place))
    }

    /// A text of a type.
    pub(super) fn of_type(ty: &Type, text: &str, place: Place) -> Self {
        Self::meaning_as(meaning_of_text(ty, text), text, place)
    }

    /// Where it is.
    pub(super) fn place(&self) -> &Place {
        match self {
            Self::Scalar(scalar) => &scalar.place,
            Self::Secret(_, place)
            | Self::Map(_, place)
            | Self::Set(_, place)
            | Self::List(_, place)
            | Self::Rules(_, place) => place,
        }
    }

    /// Whether it says as much as nothing: go-yaml decodes it to the zero value.
    fn is_zero(&self) -> bool {
        match self {
            Self::Scalar(scalar) => ["", "0", "0.0", "false"].contains(&&*scalar.meaning),
            Self::Secret(text, _) => text.is_empty(),
            Self::Map(fields, _) => fields.is_empty(),
            Self::Set(items, _) | Self::List(items, _) => items.is_empty(),
            Self::Rules(rules, _) => rules.is_empty(),
        }
    }

    /// The same text for all that means the same.
    pub(super) fn meaning(&self, out: &mut String) {
        match self {
            Self::Scalar(scalar) => out.push_str(&format!("{:?}", scalar.meaning)),
            Self::Secret(text, _) => out.push_str(&format!("secret {text:?}")),
            Self::Map(fields, _) => {
                out.push('{');
                for (key, value) in fields {
                    out.push_str(&format!("{key:?}:"));
                    value.meaning(out);
                    out.push(',');
                }
                out.push('}');
            }
            Self::Set(items, _) => {
                let mut all: Vec<_> = items.iter().map(Self::to_meaning).collect();
                all.sort_unstable();
                out.push_str(&format!("<{}>", all.join(",")));
            }
            Self::List(items, _) => {
                let all: Vec<_> = items.iter().map(Self::to_meaning).collect();
                out.push_str(&format!("[{}]", all.join(",")));
            }
            Self::Rules(rules, _) => {
                for rule in rules {
                    out.push_str(&super::relabeling::words(*rule));
                    out.push(';');
                }
            }
        }
    }

    /// The same as a text of its own.
    pub(super) fn to_meaning(&self) -> String {
        let mut out = String::new();
        self.meaning(&mut out);
        out
    }

    /// What it says, in one line without secrets.
    pub(super) fn shown(&self) -> String {
        let list = |items: &[Self]| {
            let items = items.iter().map(Self::shown);
            items.collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Scalar(scalar) => scalar.shown.clone(),
            Self::Secret(..) => "[redacted]".to_owned(),
            Self::Map(fields, _) => {
                let all = fields
                    .iter()
                    .filter(|(_, value)| !matches!(value, Self::Scalar(one) if one.inherited))
                    .map(|(key, value)| format!("{key}: {}", value.shown()));
                format!("{{{}}}", all.collect::<Vec<_>>().join(", "))
            }
            Self::Set(items, _) | Self::List(items, _) => format!("[{}]", list(items)),
            Self::Rules(rules, _) => {
                let rules = rules.iter().map(|rule| super::relabeling::words(*rule));
                rules.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// What jobs of the Operator take over from the Prometheus that selects them, and its defaults
/// (prometheus-operator v0.93.0 `pkg/apis/monitoring/v1/prometheus_types.go`).
const OF_PROMETHEUS: &[(&str, &str)] = &[("scrape_interval", "30s"), ("scrape_timeout", "10s")];

/// Sections that do something by being there, empty or not.
const BY_PRESENCE: &[&str] = &["authorization", "azuread", "google_iam", "oauth2", "sigv4"];

/// Reads the sections of one configuration.
pub(super) struct SectionReader<'d, 'c> {
    /// `global`, from which others inherit.
    pub(super) global: Option<Mapping<'d>>,
    /// In which words it is written, if not in those of `prometheus.yml`.
    pub(super) spoken: Option<&'d DialectWording>,
    /// Whether tags of templates were covered, so that the text of the tree is not that of the file.
    pub(super) masked: bool,
    /// The content of a file of the tree, by the path that names it.
    pub(super) content: &'c dyn Fn(&str) -> Option<Vec<u8>>,
}

impl<'d> SectionReader<'d, '_> {
    /// What a section holds, with what it inherits. Nulls are as good as absent.
    pub(super) fn section(&self, of: &'static Struct, node: Node<'d>) -> SectionFields<'d> {
        let mut fields = SectionFields::new();
        let Some(mapping) = node.mapping() else {
            return fields;
        };
        for entry in mapping.entries() {
            let name = entry.name();
            fields.remove(name);
            if entry.value.is_null() {
                continue;
            }
            let found = of.find(name);
            let value = match found {
                Some(found) => self.value(&found.field.ty, entry.value, name),
                // Where anchors are kept, by the habit of compose.
                None if name.starts_with("x-") || name.starts_with('.') => continue,
                None => self.any(entry.value, name),
            };
            let is_default = found.is_some_and(|found| self.is_default(of, found.field, &value));
            if !is_default && (!value.is_zero() || keeps_zero(found.map(|it| it.field), &value)) {
                fields.insert(name.to_owned(), value);
            }
        }
        self.inherit(of, node, &mut fields);
        as_authorization(&mut fields);
        fields
    }

    /// What counts for keys of a job that it does not set.
    fn inherit(&self, of: &'static Struct, node: Node<'d>, fields: &mut SectionFields<'d>) {
        of.each(&mut |found| {
            let field = found.field;
            let other = field.default.and_then(KeyDefault::of_global);
            let Some(other) = other.filter(|_| !fields.contains_key(field.key)) else {
                return;
            };
            let written = self.global.and_then(|global| global.get(other));
            let value = match written.filter(|node| !node.is_null()) {
                Some(node) => Some(self.value(&field.ty, node, other)),
                // The resource that selects a monitor has it.
                None if self.is_of_operator() => OF_PROMETHEUS.iter().find_map(|(key, text)| {
                    let meaning = "that of the Prometheus".to_owned();
                    let text = format!("{text} by default");
                    (*key == other).then(|| ComparedValue::meaning_as(meaning, &text, node.place()))
                }),
                None => {
                    let default = crate::schema::default_of(&format!("global.{other}"));
                    default.map(|text| ComparedValue::of_type(&field.ty, text, node.place()))
                }
            };
            if let Some(ComparedValue::Scalar(mut scalar)) = value {
                scalar.inherited = true;
                fields.insert(field.key.to_owned(), ComparedValue::Scalar(scalar));
            }
        });
    }

    fn is_of_operator(&self) -> bool {
        let spoken = self.spoken;
        spoken.is_some_and(|spoken| defaults::is_of_operator(spoken.dialect))
    }

    /// Whether a value is what counts where none is written.
    fn is_default(&self, of: &'static Struct, field: &Field, value: &ComparedValue<'d>) -> bool {
        let ComparedValue::Scalar(scalar) = value else {
            return false;
        };
        let of_program = defaults::in_section(self.spoken, of.name, field.key);
        let default = match (of.name, field.key) {
            ("RemoteWriteConfig", "enable_http2") => Some(HTTP2_OF_REMOTE_WRITE.1),
            _ => of_program.or(field.default.and_then(KeyDefault::value)),
        };
        default.is_some_and(|text| meaning_of_text(&field.ty, text) == scalar.meaning)
    }

    fn value(&self, ty: &Type, node: Node<'d>, name: &str) -> ComparedValue<'d> {
        let place = node.place();
        match (ty, node.kind()) {
            (Type::List(Type::Section(of)), Kind::Sequence(_)) if of.name == "RelabelConfig" => {
                ComparedValue::Rules(node.items().collect(), place)
            }
            (Type::List(item), Kind::Sequence(_)) => {
                let items = node.items().filter(|item| !item.is_null());
                let items = items.map(|node| self.value(item, node, name)).collect();
                // The first protocol that both sides know is used; all other lists are sets.
                match item {
                    Type::Enum(_) => ComparedValue::List(items, place),
                    _ => ComparedValue::Set(items, place),
                }
            }
            (Type::Map(key, item), Kind::Mapping(mapping)) => {
                let mut fields = SectionFields::new();
                for entry in mapping.entries() {
                    let name = match key {
                        Type::HeaderName => entry.name().to_ascii_lowercase(),
                        _ => entry.name().to_owned(),
                    };
                    let value = match is_secret_name(&name) {
                        true => self.hidden(entry.value),
                        false => self.value(item, entry.value, &name),
                    };
                    fields.insert(name, value);
                }
                ComparedValue::Map(fields, place)
            }
            (Type::Section(of), Kind::Mapping(_)) => {
                ComparedValue::Map(self.section(of, node), place)
            }
            (Type::Secret, Kind::Scalar(scalar)) => self.secret(node, scalar),
            (Type::File(what, base), Kind::Scalar(scalar)) => {
                let text = self.text(node, scalar);
                let path = collapse(Path::new(&text)).display().to_string();
                let content = match (what, base) {
                    (File::Log | File::Rules | File::ScrapeConfigs | File::Targets, _) => None,
                    (_, Base::Process) => None,
                    (_, Base::Config) => (self.content)(&text),
                };
                let content = content.map(|bytes| format!("\0{}", String::from_utf8_lossy(&bytes)));
                let meaning = path + &content.unwrap_or_default();
                ComparedValue::meaning_as(meaning, &text, place)
            }
            (Type::List(_) | Type::Map(..) | Type::Section(_) | Type::Any, _)
            | (_, Kind::Sequence(_) | Kind::Mapping(_)) => self.any(node, name),
            (ty, Kind::Scalar(scalar)) => {
                let text = self.text(node, scalar);
                if text == SELECTED {
                    return self.secret(node, scalar);
                }
                let meaning = meaning_of(ty, &text, scalar);
                ComparedValue::meaning_as(meaning, &text, place)
            }
        }
    }

    /// A value of no type.
    fn any(&self, node: Node<'d>, name: &str) -> ComparedValue<'d> {
        let place = node.place();
        match node.kind() {
            Kind::Scalar(scalar) if is_secret_name(name) => self.secret(node, scalar),
            Kind::Scalar(scalar) => ComparedValue::text(&self.text(node, scalar), place),
            Kind::Sequence(_) => {
                let items = node.items().map(|item| self.any(item, name));
                ComparedValue::List(items.collect(), place)
            }
            Kind::Mapping(mapping) => {
                let entries = mapping.entries();
                let fields =
                    entries.map(|it| (it.name().to_owned(), self.any(it.value, it.name())));
                ComparedValue::Map(fields.collect(), place)
            }
        }
    }

    /// A value below a name that is one of a secret.
    fn hidden(&self, node: Node<'d>) -> ComparedValue<'d> {
        match node.kind() {
            Kind::Scalar(scalar) => self.secret(node, scalar),
            _ => ComparedValue::Secret(self.any(node, "").to_meaning(), node.place()),
        }
    }

    /// A secret, or the key of an object that has it.
    fn secret(&self, node: Node<'d>, scalar: YamlScalar<'d>) -> ComparedValue<'d> {
        let place = node.place();
        if scalar.text != SELECTED {
            return ComparedValue::Secret(self.text(node, scalar), place);
        }
        let mut objects = self.spoken.iter().flat_map(|spoken| &spoken.references);
        match objects.find(|reference| reference.place.order() == place.order()) {
            Some(one) => {
                let text = format!("key {} of the {} {}", one.key, one.kind, one.name);
                ComparedValue::text(&text, place)
            }
            // What the Operator or a chart fills in is not known on either side.
            None => ComparedValue::Secret(SELECTED.to_owned(), place),
        }
    }

    /// The text of a scalar, with the tags of a template in it.
    fn text(&self, node: Node<'d>, scalar: YamlScalar<'d>) -> String {
        let written = || {
            let place = node.place();
            place.text().slice(place.span()).to_owned()
        };
        if scalar.text == WORKED_OUT {
            // Alloy works it out from this.
            return alloy::expression(&written());
        }
        match self.masked && scalar.style == Style::Plain && !node.is_alias() {
            true => written(),
            false => scalar.text.to_owned(),
        }
    }
}

/// Whether a zero value counts: where the default is another one, and in sections that do something by
/// being there.
fn keeps_zero(field: Option<&Field>, value: &ComparedValue<'_>) -> bool {
    let Some(field) = field else {
        return true;
    };
    match value {
        ComparedValue::Map(..) => BY_PRESENCE.contains(&field.key),
        _ => {
            // A job that says `false` takes nothing over: only numbers and texts are absent when they are
            // zero (`ScrapeConfig.Validate`, config/config.go, 3.14).
            match field.default {
                Some(KeyDefault::Value(value)) => !value.is_empty(),
                Some(KeyDefault::OfGlobal(_)) => matches!(field.ty, Type::Bool),
                None => false,
            }
        }
    }
}

/// Writes `bearer_token` and `bearer_token_file` as the `authorization` that they are short for
/// (`HTTPClientConfig.Validate`, prometheus/common 0.70).
fn as_authorization(fields: &mut SectionFields<'_>) {
    for (short, long) in [
        ("bearer_token", "credentials"),
        ("bearer_token_file", "credentials_file"),
    ] {
        if fields.contains_key("authorization") {
            return;
        }
        if let Some(value) = fields.remove(short) {
            let place = value.place().clone();
            let section = SectionFields::from([(long.to_owned(), value)]);
            fields.insert(
                "authorization".to_owned(),
                ComparedValue::Map(section, place),
            );
        }
    }
}

/// The meaning of a scalar of a type.
fn meaning_of(ty: &Type, text: &str, scalar: YamlScalar<'_>) -> String {
    let plain = scalar.style == Style::Plain;
    match ty {
        Type::Bool => scalar.as_bool().map(|it| it.to_string()),
        Type::Int => coerce::int(text, plain, scalar.tag)
            .ok()
            .flatten()
            .map(|it| it.to_string()),
        Type::Uint => coerce::uint(text, plain, scalar.tag)
            .ok()
            .flatten()
            .map(|it| it.to_string()),
        Type::Float => {
            let number = coerce::float(text, plain, scalar.tag).ok().flatten();
            number.map(|it| format!("{it:?}"))
        }
        _ => None,
    }
    .unwrap_or_else(|| meaning_of_text(ty, text))
}

/// The same of a text, such as that of a default.
fn meaning_of_text(ty: &Type, text: &str) -> String {
    let meaning = match ty {
        Type::Duration => scalar::duration(text)
            .ok()
            .map(|it| it.milliseconds.to_string()),
        Type::ByteSize => scalar::byte_size(text).ok().map(|it| it.to_string()),
        Type::Enum(set) if set.any_case => Some(text.to_ascii_lowercase()),
        Type::Float => text.parse::<f64>().ok().map(|it| format!("{it:?}")),
        _ => None,
    };
    meaning.unwrap_or_else(|| text.to_owned())
}
