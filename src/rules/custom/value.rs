//! Nodes as CEL sees them: numbers and booleans as Prometheus types them, secrets without their
//! content.

use std::collections::HashMap;

use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
};
use cel::common::value::Val;

use super::facts::WantedFacts;
use crate::finding::is_secret_name;
use crate::prometheus::endpoint::{Endpoint, is_secret_parameter};
use crate::schema::counting;
use crate::schema::scalar::coerce;
use crate::schema::scalar::number::{ResolvedScalar, resolve};
use crate::schema::table::{Field, KeyDefault, Struct, Type, WrittenKey};
use crate::yaml::{Kind, Mapping, Node, Scalar, Style};

/// A CEL value that borrows from a document.
pub(super) type CelValue<'d> = Box<dyn Val + 'd>;

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

/// How deep values are looked into. No section of the schema is nested so deep.
const DEEPEST: usize = 32;

/// Sections that are there with their defaults even if no one writes them.
const ALWAYS_THERE: &[&str] = &["GlobalConfig", "QueueConfig", "MetadataConfig", "TLSConfig"];

/// Reads nodes.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeReader<'r, 'd> {
    /// Whether what is not written has its default.
    pub(super) effective: bool,
    /// The `global` section that defaults come from.
    pub(super) global: Option<Node<'d>>,
    /// Which keys of the section a caller asks for.
    pub(super) wanted: &'r WantedFacts<'r>,
}

impl<'d> NodeReader<'_, 'd> {
    /// A section: a mapping whose keys are known.
    pub(super) fn section(self, of: &'static Struct, node: Node<'d>) -> CelValue<'d> {
        self.value(&Type::Section(of), node, 0)
    }

    fn value(self, ty: &Type, node: Node<'d>, depth: usize) -> CelValue<'d> {
        if depth > DEEPEST {
            return Box::new(CelNull);
        }
        match node.kind() {
            Kind::Scalar(scalar) => leaf(ty, scalar),
            Kind::Sequence(list) => {
                let item = match ty {
                    Type::List(item) => item,
                    Type::Secret => &Type::Secret,
                    _ => &Type::Any,
                };
                let items = list.iter().map(|node| self.value(item, node, depth + 1));
                Box::new(CelList::from(items.collect::<Vec<_>>()))
            }
            Kind::Mapping(mapping) => Box::new(CelMap::from(self.map(ty, mapping, depth))),
        }
    }

    fn map(
        self,
        ty: &Type,
        mapping: Mapping<'d>,
        depth: usize,
    ) -> HashMap<CelMapKey<'d>, CelValue<'d>> {
        let mut out = HashMap::new();
        for entry in counting(mapping) {
            // A key without a value is to Prometheus as if it were not there.
            if !entry.value.is_null() && self.wants(entry.name(), depth) {
                let ty = type_of(ty, entry.name());
                out.insert(name(entry.name()), self.value(&ty, entry.value, depth + 1));
            }
        }
        if let (true, Type::Section(of)) = (self.effective, ty) {
            self.fill(of, &mut out, depth);
        }
        out
    }

    fn wants(self, key: &str, depth: usize) -> bool {
        depth > 0 || self.wanted.has(key)
    }

    /// Adds what counts where nothing is written.
    fn fill(
        self,
        of: &'static Struct,
        out: &mut HashMap<CelMapKey<'d>, CelValue<'d>>,
        depth: usize,
    ) {
        let mut add = |found: WrittenKey| {
            let key = name(found.field.key);
            if found.field.removed.is_none()
                && !out.contains_key(&key)
                && let Some(value) = self.absent(found.field, depth)
            {
                out.insert(key, value);
            }
        };
        match self.wanted {
            // Of the many keys that a section has, few are asked for.
            WantedFacts::Keys(keys) if depth == 0 => {
                keys.iter().filter_map(|key| of.find(key)).for_each(add);
            }
            _ => of.each(&mut add),
        }
    }

    /// What counts for a key that is not written; none where that is nothing at all.
    fn absent(self, field: &'static Field, depth: usize) -> Option<CelValue<'d>> {
        if let Some(inherited) = field.default.and_then(KeyDefault::of_global) {
            let global = crate::schema::tables::CONFIG.find("global")?.field.ty;
            let Type::Section(global) = global else {
                return None;
            };
            let field = global.find(inherited)?.field;
            let written = self.global.and_then(|node| node.get(inherited));
            return match written.filter(|node| !node.is_null()) {
                Some(node) => Some(self.value(&field.ty, node, depth + 1)),
                None => self.absent(field, depth),
            };
        }
        let default = field.default.and_then(KeyDefault::value);
        Some(match &field.ty {
            Type::Bool => Box::new(CelBool::from(default == Some("true"))),
            Type::Int | Type::Uint => {
                let number = default.and_then(|text| text.parse().ok());
                Box::new(CelInt::from(number.unwrap_or(0_i64)))
            }
            Type::Float => {
                let number = default.and_then(|text| text.parse().ok());
                Box::new(CelDouble::from(number.unwrap_or(0.0_f64)))
            }
            Type::List(_) => Box::new(CelList::from(Vec::new())),
            Type::Map(..) => Box::new(CelMap::from(HashMap::new())),
            Type::Section(of) if ALWAYS_THERE.contains(&of.name) => {
                let mut out = HashMap::new();
                self.fill(of, &mut out, depth + 1);
                Box::new(CelMap::from(out))
            }
            Type::Section(_) | Type::Secret | Type::File(..) | Type::Any => return None,
            Type::Url | Type::UrlText => return None,
            Type::Duration if default.is_none() => Box::new(CelString::from("0s")),
            _ => Box::new(CelString::from(default.unwrap_or(""))),
        })
    }
}

/// The type of the value of a key.
fn type_of(ty: &Type, key: &str) -> Type {
    let found = match ty {
        Type::Section(of) => of.find(key).map_or(Type::Any, |found| found.field.ty),
        Type::Map(_, value) => **value,
        Type::Secret => Type::Secret,
        _ => Type::Any,
    };
    let names_secret = !matches!(ty, Type::Section(_)) && is_secret_name(key);
    match found {
        Type::Any if is_secret_name(key) => Type::Secret,
        Type::Text | Type::List(Type::Text) if names_secret || is_parameter(ty, key) => {
            Type::Secret
        }
        other => other,
    }
}

/// Whether it is a parameter of a scrape that carries a secret: the only lists of texts in a map.
fn is_parameter(ty: &Type, key: &str) -> bool {
    matches!(ty, Type::Map(_, Type::List(Type::Text))) && is_secret_parameter(key)
}

fn name(text: &str) -> CelMapKey<'_> {
    CelMapKey::String(CelString::from(text))
}

/// A scalar.
fn leaf<'d>(ty: &Type, scalar: Scalar<'d>) -> CelValue<'d> {
    let plain = scalar.style == Style::Plain;
    let (text, tag) = (scalar.text, scalar.tag);
    let typed: Option<CelValue<'d>> = match ty {
        Type::Bool => boxed(
            coerce::boolean(text, plain, tag)
                .ok()
                .flatten()
                .map(CelBool::from),
        ),
        Type::Int | Type::Uint => boxed(
            coerce::int(text, plain, tag)
                .ok()
                .flatten()
                .map(CelInt::from),
        ),
        Type::Float => boxed(
            coerce::float(text, plain, tag)
                .ok()
                .flatten()
                .map(CelDouble::from),
        ),
        Type::Any => any(scalar, plain),
        Type::Secret if !text.is_empty() => Some(Box::new(CelString::from(REDACTED))),
        Type::Url | Type::UrlText if text.contains(['@', '?']) => {
            Some(Box::new(CelString::from(Endpoint::new(text).redacted())))
        }
        _ => None,
    };
    typed.unwrap_or_else(|| Box::new(CelString::from(text)))
}

fn boxed<'d, T: Val + 'd>(value: Option<T>) -> Option<CelValue<'d>> {
    value.map(|value| Box::new(value) as CelValue<'d>)
}

/// A scalar that the schema says nothing about, as go-yaml takes it.
fn any<'d>(scalar: Scalar<'d>, plain: bool) -> Option<CelValue<'d>> {
    match resolve(scalar.text, plain, scalar.tag).ok()? {
        ResolvedScalar::Null => Some(Box::new(CelNull)),
        ResolvedScalar::Bool(value) => Some(Box::new(CelBool::from(value))),
        ResolvedScalar::Int(value) => Some(Box::new(CelInt::from(value))),
        ResolvedScalar::Float(value) => Some(Box::new(CelDouble::from(value))),
        _ => None,
    }
}

/// A text by itself.
pub(super) fn text<'d>(text: impl Into<String>) -> CelValue<'d> {
    Box::new(CelString::from(text.into()))
}

/// A map with these entries.
pub(super) fn record<'d>(entries: Vec<(&'static str, CelValue<'d>)>) -> CelValue<'d> {
    let entries = entries.into_iter().map(|(key, value)| (name(key), value));
    Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
}

/// The same with keys of the user.
pub(super) fn map<'d>(entries: Vec<(String, CelValue<'d>)>) -> CelValue<'d> {
    let entries = entries.into_iter();
    let entries = entries.map(|(key, value)| (CelMapKey::String(CelString::from(key)), value));
    Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
}

/// A list.
pub(super) fn list<'d>(items: Vec<CelValue<'d>>) -> CelValue<'d> {
    Box::new(CelList::from(items))
}
