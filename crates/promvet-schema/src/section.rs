//! A section as Prometheus sees it after decoding: defaults filled in, null as zero, keys that
//! the version does not know left out.

use super::grammar;
use super::null::{self, Null};
use super::table::{Struct, Type};
use super::version::Version;
use crate::yaml::{Entry, Kind, Mapping, Node};

/// Which names metrics and labels may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `[a-zA-Z_][a-zA-Z0-9_]*`
    Legacy,
    /// Any text that is not empty.
    Utf8,
}

/// What a section takes over from those around it.
#[derive(Clone, Copy, Debug)]
pub struct InheritedSettings {
    /// The release that is judged.
    pub version: Version,
    /// The names that relabel rules may write here.
    pub scheme: Scheme,
}

/// A section of a configuration, read for one version.
/// Checks ask for values and not for nodes, so that null, absence and defaults are told apart in
/// one place.
#[derive(Clone, Copy)]
pub struct Section<'d> {
    /// What the schema knows about it.
    pub of: &'static Struct,
    /// The node that it was read from.
    pub node: Node<'d>,
    /// Where to point when something is missing in it.
    pub anchor: Node<'d>,
    /// What it takes over.
    pub scope: InheritedSettings,
    pub(super) mapping: Option<Mapping<'d>>,
}

impl<'d> Section<'d> {
    /// The section of a node: a mapping, or null in a spelling that reaches the decoder. `key` is
    /// the key under which it is.
    #[must_use]
    pub fn new(
        of: &'static Struct,
        node: Node<'d>,
        key: Option<Node<'d>>,
        scope: InheritedSettings,
    ) -> Option<Self> {
        let mapping = node.mapping();
        let zero = || {
            node.scalar()
                .is_some_and(|scalar| null::of(scalar) == Null::Late)
        };
        if mapping.is_none() && !zero() {
            return None;
        }
        let first = mapping.and_then(|mapping| mapping.written().next());
        let anchor = key.or(first.map(|entry| entry.key)).unwrap_or(node);
        Some(Self {
            of,
            node,
            anchor,
            scope,
            mapping,
        })
    }

    /// A section in which everything is zero.
    /// go-yaml makes the zero struct for a null item and calls no `UnmarshalYAML`, so that defaults
    /// are not set (`yaml.decoder.sequence`).
    #[must_use]
    pub fn zero(of: &'static Struct, node: Node<'d>, scope: InheritedSettings) -> Self {
        Self {
            of,
            node,
            anchor: node,
            scope,
            mapping: None,
        }
    }

    /// The release that is judged.
    #[must_use]
    pub fn version(&self) -> Version {
        self.scope.version
    }

    /// Whether the release is this one or newer.
    #[must_use]
    pub fn at_least(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.version() >= Version::new(major, minor, patch)
    }

    /// The section under a key of this one, if it is there and not null.
    #[must_use]
    pub fn section(&self, key: &str) -> Option<Self> {
        let Type::Section(of) = self.of.find(key)?.field.ty else {
            return None;
        };
        let entry = self.entry(key)?;
        Self::new(of, entry.value, Some(entry.key), self.scope)
    }

    /// The sections in a list under a key of this one; null and wrong items are left out.
    pub fn sections(&self, key: &str) -> impl Iterator<Item = Self> + use<'d> {
        let of = match self.of.find(key).map(|found| found.field.ty) {
            Some(Type::List(Type::Section(of))) => Some(*of),
            _ => None,
        };
        let scope = self.scope;
        self.node(key)
            .into_iter()
            .flat_map(Node::items)
            .filter_map(move |item| Self::new(of?, item, None, scope))
    }

    /// The entry of a key that the release knows, null or not.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<Entry<'d>> {
        // Most keys are absent, which the mapping says sooner than the table.
        let entry = self.mapping?.entry(key)?;
        let found = self.of.find(key)?;
        found.known(self.version()).then_some(entry)
    }

    /// The value of a key, if it is there and not null.
    #[must_use]
    pub fn node(&self, key: &str) -> Option<Node<'d>> {
        self.entry(key)
            .map(|entry| entry.value)
            .filter(|node| !is_null(*node))
    }

    /// The value of a key, if it is there and not empty: no null, no empty text or list.
    #[must_use]
    pub fn non_empty(&self, key: &str) -> Option<Node<'d>> {
        self.node(key).filter(|node| match node.kind() {
            Kind::Scalar(scalar) => !scalar.text.is_empty(),
            Kind::Sequence(list) => !list.is_empty(),
            Kind::Mapping(_) => true,
        })
    }

    /// The key as written, or else where something missing is pointed at.
    #[must_use]
    pub fn key_or_anchor(&self, key: &str) -> Node<'d> {
        self.entry(key).map_or(self.anchor, |entry| entry.key)
    }

    /// The text of a key after decoding: its default if it is absent, empty if it is null; none
    /// if it is not a scalar.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'d str> {
        match self.entry(key) {
            // A section that is zero has no defaults, since its `UnmarshalYAML` was not called.
            None if self.mapping.is_none() => Some(""),
            None => Some(self.default(key).unwrap_or("")),
            Some(entry) if is_null(entry.value) => Some(""),
            Some(entry) => entry.value.scalar().map(|scalar| scalar.text),
        }
    }

    /// The boolean of a key after decoding; none if it is not a boolean.
    #[must_use]
    pub fn bool(&self, key: &str) -> Option<bool> {
        match self.entry(key) {
            None if self.mapping.is_none() => Some(false),
            None => Some(self.default(key) == Some("true")),
            Some(entry) if is_null(entry.value) => Some(false),
            Some(entry) => entry.value.scalar()?.as_bool(),
        }
    }

    /// The number of a key after decoding; none if it is not a number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.entry(key) {
            None if self.mapping.is_none() => Some(0.0),
            None => Some(
                self.default(key)
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0.0),
            ),
            Some(entry) if is_null(entry.value) => Some(0.0),
            Some(entry) => grammar::number(entry.value.scalar()?),
        }
    }

    /// The milliseconds of a key after decoding; none if it is not a duration.
    #[must_use]
    pub fn millis(&self, key: &str) -> Option<i64> {
        match self.text(key)? {
            "" => self.node(key).is_none().then_some(0),
            text => grammar::millis(text),
        }
    }

    fn default(&self, key: &str) -> Option<&'static str> {
        // Inherited values are not known to the section, so that a check asks the section that has
        // them.
        self.of.find(key)?.field.default?.value()
    }
}

/// Whether a node is null in any spelling.
pub(super) fn is_null(node: Node<'_>) -> bool {
    let is_null = |scalar| matches!(null::of(scalar), Null::Plain | Null::Late);
    node.may_be_null() && node.scalar().is_some_and(is_null)
}
