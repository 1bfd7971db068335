//! What is known of the labels of targets or samples.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use super::pattern::RelabelPattern;

/// What is known of the value of a label. The empty text and an absent label are the same to
/// relabeling (`labels.Builder.Set`: "Empty labels are the same as missing labels").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownLabelValue {
    /// One of these; shared, since most values are copied from label to label as they are.
    OneOf(PossibleValues),
    /// A list that begins and ends with this text, or empty.
    Edged(String),
    /// Any text but the empty one.
    Present,
    /// Any text.
    Any,
}

/// The texts that a value may be.
pub(super) type PossibleValues = Arc<BTreeSet<String>>;

/// The name of a label, or how it begins: most that are known before a list are Prometheus's own.
type LabelKey = Cow<'static, str>;

/// A value that may be more texts than this is taken for any: they are copied for every pair of
/// labels that is joined. Jobs seldom have more static targets.
pub(super) const MOST_TEXTS: usize = 256;

/// How many rules by name are remembered: each is asked for every label that is not known by name.
const MOST_FILTERS: usize = 64;

impl KnownLabelValue {
    /// One text; the empty one stands for an absent label.
    #[must_use]
    pub fn only(text: impl Into<String>) -> Self {
        Self::OneOf(Arc::new(BTreeSet::from([text.into()])))
    }

    /// No label.
    #[must_use]
    pub fn absent() -> Self {
        static EMPTY: LazyLock<PossibleValues> =
            LazyLock::new(|| Arc::new(BTreeSet::from([String::new()])));
        Self::OneOf(Arc::clone(&EMPTY))
    }

    /// Whether the label surely does not exist.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::OneOf(texts) if texts.iter().all(String::is_empty))
    }

    /// Whether the label surely exists.
    #[must_use]
    pub fn is_present(&self) -> bool {
        match self {
            Self::OneOf(texts) => !texts.contains(""),
            Self::Present => true,
            Self::Edged(_) | Self::Any => false,
        }
    }

    /// Whether a text may be the value.
    #[must_use]
    pub fn allows(&self, text: &str) -> bool {
        match self {
            Self::OneOf(texts) => texts.contains(text),
            Self::Edged(edge) => {
                text.is_empty() || text.starts_with(&**edge) && text.ends_with(&**edge)
            }
            Self::Present => !text.is_empty(),
            Self::Any => true,
        }
    }

    /// What is known where it is one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::OneOf(one), Self::OneOf(two)) if one == two => Self::OneOf(one),
            (Self::OneOf(mut one), Self::OneOf(two)) => {
                Arc::make_mut(&mut one).extend(Arc::unwrap_or_clone(two));
                Self::one_of(one)
            }
            (one, two) if one == two => one,
            (Self::Edged(edge), other) | (other, Self::Edged(edge)) if other.is_absent() => {
                Self::Edged(edge)
            }
            (one, two) if one.is_present() && two.is_present() => Self::Present,
            _ => Self::Any,
        }
    }

    /// What is known of it where the label exists.
    pub(super) fn if_present(self) -> Self {
        match self {
            Self::OneOf(mut texts) => {
                if texts.contains("") {
                    Arc::make_mut(&mut texts).remove("");
                }
                Self::OneOf(texts)
            }
            Self::Edged(edge) => Self::Edged(edge),
            Self::Present | Self::Any => Self::Present,
        }
    }

    /// One of several, as far as they are few.
    pub(super) fn one_of(texts: PossibleValues) -> Self {
        match texts.len() {
            0..=MOST_TEXTS => Self::OneOf(texts),
            _ if texts.contains("") => Self::Any,
            _ => Self::Present,
        }
    }
}

/// What is known of all labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownLabels {
    /// Shared until it changes, as are the others: lists of one kind begin with the same labels.
    named: Arc<BTreeMap<LabelKey, KnownLabelValue>>,
    /// Beginnings of names that may exist besides.
    families: Arc<BTreeSet<LabelKey>>,
    /// Beginnings of names that surely do not exist, though a family allows them.
    gone: Arc<BTreeSet<LabelKey>>,
    /// Whether any name may exist besides that does not begin with two underscores.
    plain: bool,
    /// What rules by name have left of the labels besides: those that match, or those that don't.
    filters: Vec<(RelabelPattern, bool)>,
}

impl KnownLabels {
    /// Sets what is known of a label.
    #[must_use]
    pub fn with(mut self, name: impl Into<LabelKey>, value: KnownLabelValue) -> Self {
        Arc::make_mut(&mut self.named).insert(name.into(), value);
        self
    }

    /// With labels that may exist besides: all whose names begin so.
    #[must_use]
    pub fn with_family(mut self, beginning: impl Into<LabelKey>) -> Self {
        Arc::make_mut(&mut self.families).insert(beginning.into());
        self
    }

    /// Without the labels of a family whose names begin so.
    #[must_use]
    pub fn without(mut self, beginning: impl Into<LabelKey>) -> Self {
        Arc::make_mut(&mut self.gone).insert(beginning.into());
        self
    }

    /// With labels that may exist besides: all but those whose names begin with two underscores.
    #[must_use]
    pub fn with_plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// Labels that are not known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default().with_family("").with_plain()
    }

    /// What is known of a label.
    #[must_use]
    pub fn get(&self, name: &str) -> KnownLabelValue {
        if let Some(value) = self.named.get(name) {
            return value.clone();
        }
        let passes = |(pattern, keeps): &(RelabelPattern, bool)| pattern.matches(name) == *keeps;
        match self.may_be_unnamed(name) && self.filters.iter().all(passes) {
            true => KnownLabelValue::Any,
            false => KnownLabelValue::absent(),
        }
    }

    /// Whether a label surely does not exist.
    #[must_use]
    pub fn is_absent(&self, name: &str) -> bool {
        match self.named.get(name) {
            Some(value) => value.is_absent(),
            None => self.get(name).is_absent(),
        }
    }

    fn may_be_unnamed(&self, name: &str) -> bool {
        let mut families = self.families.iter();
        let allows = self.plain && !name.starts_with("__")
            || families.any(|start| name.starts_with(&**start));
        allows && !self.is_gone(name)
    }

    /// Whether no label has a name that begins so, unless it is known by name.
    #[must_use]
    pub fn is_gone(&self, beginning: &str) -> bool {
        self.gone
            .iter()
            .any(|start| beginning.starts_with(&**start))
    }

    /// Whether any label may have any name.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.families.contains("")
    }

    /// Whether a label is listed by its name, and may exist.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.named.get(name).is_some_and(|value| !value.is_absent())
    }

    /// The labels that are known by name and may exist.
    pub fn known(&self) -> impl Iterator<Item = (&str, &KnownLabelValue)> {
        let named = self.named.iter().filter(|(_, value)| !value.is_absent());
        named.map(|(name, value)| (&**name, value))
    }

    /// Beginnings of names that may exist besides.
    pub fn families(&self) -> impl Iterator<Item = &str> {
        self.families.iter().map(|start| &**start)
    }

    /// Whether any name may exist that does not begin with two underscores.
    #[must_use]
    pub fn has_plain(&self) -> bool {
        self.plain
    }

    /// What it costs to go through those that are known by name: long names count for several.
    pub(super) fn cost(&self) -> u64 {
        let names = self.named.keys();
        names.map(|name| 1 + name.len() as u64 / 16).sum()
    }

    /// Whether labels may exist that are not known by name.
    #[must_use]
    pub fn has_others(&self) -> bool {
        self.plain || !self.families.is_empty()
    }

    pub(super) fn set(&mut self, name: &str, value: KnownLabelValue) {
        let named = Arc::make_mut(&mut self.named);
        match named.get_mut(name) {
            Some(known) => *known = value,
            None => _ = named.insert(name.to_owned().into(), value),
        }
    }

    /// Any label whose name begins so may now exist and have any value.
    pub(super) fn weaken(&mut self, beginning: &str) {
        Arc::make_mut(&mut self.named)
            .iter_mut()
            .filter(|(name, _)| name.starts_with(beginning))
            .for_each(|(_, value)| *value = KnownLabelValue::Any);
        // A label that is set behind a rule by name is there, whatever that rule dropped.
        self.filters.clear();
        Arc::make_mut(&mut self.gone)
            .retain(|gone| !gone.starts_with(beginning) && !beginning.starts_with(&**gone));
        Arc::make_mut(&mut self.families).insert(beginning.to_owned().into());
        if beginning.is_empty() {
            self.plain = true;
        }
    }

    /// Any label but those with two underscores may now exist and have another value.
    pub(super) fn weaken_plain(&mut self) {
        let plain = Arc::make_mut(&mut self.named).iter_mut();
        for (_, value) in plain.filter(|(name, _)| !name.starts_with("__")) {
            *value = match value.is_present() {
                true => KnownLabelValue::Present,
                false => KnownLabelValue::Any,
            };
        }
        self.filters.clear();
        self.plain = true;
    }

    /// Any label may be gone.
    pub(super) fn doubt(&mut self) {
        for value in Arc::make_mut(&mut self.named).values_mut() {
            *value = std::mem::replace(value, KnownLabelValue::Any).or(KnownLabelValue::absent());
        }
    }

    /// What a rule by name leaves: the labels that match, or those that don't.
    pub(super) fn filter(&mut self, pattern: &RelabelPattern, keeps: bool) {
        for (name, value) in Arc::make_mut(&mut self.named) {
            if pattern.matches(name) != keeps {
                *value = KnownLabelValue::absent();
            }
        }
        // A rule that is not remembered only makes less certain: a label that it drops counts as one
        // that may exist.
        if self.has_others() && self.filters.len() < MOST_FILTERS {
            self.filters.push((pattern.clone(), keeps));
        }
    }

    /// What is known where it is one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let names: BTreeSet<_> = self.named.keys().chain(other.named.keys()).collect();
        let named: BTreeMap<_, _> = names
            .into_iter()
            .map(|name| (name.clone(), self.get(name).or(other.get(name))))
            .collect();
        let families: BTreeSet<_> = self.families.union(&other.families).cloned().collect();
        let gone: BTreeSet<_> = self.gone.intersection(&other.gone).cloned().collect();
        // A filter holds where it holds for both; it is seldom that there is one before a list.
        Self {
            named: Arc::new(named),
            families: Arc::new(families),
            gone: Arc::new(gone),
            plain: self.plain || other.plain,
            filters: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_joined_as_far_as_they_are_known() {
        let two = KnownLabelValue::only("a").or(KnownLabelValue::only("b"));
        assert!(two.allows("a") && two.allows("b") && !two.allows("c") && two.is_present());
        assert_eq!(
            KnownLabelValue::only("a").or(KnownLabelValue::Present),
            KnownLabelValue::Present
        );
        assert_eq!(
            KnownLabelValue::absent().or(KnownLabelValue::Present),
            KnownLabelValue::Any
        );
        let edged = KnownLabelValue::Edged(",".to_owned());
        assert_eq!(edged.clone().or(KnownLabelValue::absent()), edged);
        assert!(edged.allows(",a,") && edged.allows("") && !edged.allows("a"));
    }

    #[test]
    fn labels_that_are_not_named_are_absent_unless_a_family_allows_them() {
        let labels = KnownLabels::default()
            .with("job", KnownLabelValue::only("a"))
            .with_family("__meta_x_");
        assert!(labels.get("other").is_absent());
        assert_eq!(labels.get("__meta_x_y"), KnownLabelValue::Any);
        let both = labels.or(KnownLabels::default().with_plain());
        assert_eq!(both.get("other"), KnownLabelValue::Any);
        assert!(both.get("job").allows("a"));
        assert!(both.get("__address__").is_absent());
    }
}
