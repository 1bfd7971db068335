//! What differs between two sections, key by key, and which items of two lists belong together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::relabeling::{self, RelabelSide};
use super::value::{ComparedValue, SectionFields};
use crate::finding::Place;
use crate::run::LabelSet;

/// A side of a difference.
#[derive(Clone, Debug)]
pub(super) struct ShownSide {
    /// What is shown; none for a secret.
    pub(super) text: Option<String>,
    /// Where it is.
    pub(super) place: Place,
    /// Whether it is that of another section.
    pub(super) inherited: bool,
}

impl ShownSide {
    /// A text.
    pub(super) fn new(text: String, place: Place) -> Self {
        Self {
            text: Some(text),
            place,
            inherited: false,
        }
    }

    fn of(value: &ComparedValue<'_>) -> Self {
        let place = value.place().clone();
        match value {
            ComparedValue::Secret(..) => Self {
                text: None,
                place,
                inherited: false,
            },
            ComparedValue::Scalar(scalar) => Self {
                text: Some(scalar.shown.clone()),
                place,
                inherited: scalar.inherited,
            },
            ComparedValue::Map(fields, _) if fields.is_empty() => {
                Self::new("set".to_owned(), place)
            }
            _ => Self::new(value.shown(), place),
        }
    }
}

/// Something that differs.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// The path of its key.
    pub(super) key: String,
    /// What was; none if nothing was.
    pub(super) old: Option<ShownSide>,
    /// What is.
    pub(super) new: Option<ShownSide>,
    /// With which labels, for relabel rules.
    pub(super) when: Option<String>,
}

/// What differs between two sections.
pub(super) struct Differ<'c> {
    /// The labels that there are before the first relabel rule of a list, by its key.
    pub(super) labels: &'c dyn Fn(&str) -> LabelSet,
    /// What was found.
    pub(super) out: Vec<Leaf>,
}

impl Differ<'_> {
    /// Compares two sections; `at` is the path of their key, and `places` are where they are.
    pub(super) fn fields(
        &mut self,
        at: &str,
        old: (&SectionFields<'_>, &Place),
        new: (&SectionFields<'_>, &Place),
    ) {
        let keys: BTreeSet<_> = old.0.keys().chain(new.0.keys()).collect();
        for key in keys {
            let (one, two) = (old.0.get(key), new.0.get(key));
            if at == TARGETS && (one.is_none() || two.is_none()) {
                let side = |value: Option<&ComparedValue<'_>>| Some(target(key, value?));
                self.out.push(Leaf {
                    key: at.to_owned(),
                    old: side(one),
                    new: side(two),
                    when: None,
                });
                continue;
            }
            let is_plain = at != TARGETS && !key.contains(['.', '[', ' ']);
            let path = match (at.is_empty(), is_plain) {
                (true, _) => key.clone(),
                (false, true) => format!("{at}.{key}"),
                (false, false) => format!("{at}[{key}]"),
            };
            self.values(&path, (one, old.1), (two, new.1));
        }
    }

    fn values(
        &mut self,
        at: &str,
        (old, old_place): (Option<&ComparedValue<'_>>, &Place),
        (new, new_place): (Option<&ComparedValue<'_>>, &Place),
    ) {
        let rules =
            |value: Option<&ComparedValue<'_>>| matches!(value, Some(ComparedValue::Rules(..)));
        if rules(old) || rules(new) {
            return self.rules(at, (old, old_place), (new, new_place));
        }
        match (old, new) {
            (Some(ComparedValue::Map(old, was)), Some(ComparedValue::Map(new, is))) => {
                self.fields(at, (old, was), (new, is));
            }
            (None, Some(ComparedValue::Map(new, is))) if !new.is_empty() => {
                self.fields(at, (&SectionFields::new(), old_place), (new, is));
            }
            (Some(ComparedValue::Map(old, was)), None) if !old.is_empty() => {
                self.fields(at, (old, was), (&SectionFields::new(), new_place));
            }
            (Some(one @ ComparedValue::Set(old, _)), Some(two @ ComparedValue::Set(new, _))) => {
                match old.is_empty() == new.is_empty() {
                    true => self.sets(at, old, new),
                    // An empty list that is written may mean another thing than none.
                    false => self.out.push(Leaf {
                        key: at.to_owned(),
                        old: Some(ShownSide::of(one)),
                        new: Some(ShownSide::of(two)),
                        when: None,
                    }),
                }
            }
            (None, Some(ComparedValue::Set(new, _))) => self.sets(at, &[], new),
            (Some(ComparedValue::Set(old, _)), None) => self.sets(at, old, &[]),
            _ => {
                let meaning =
                    |value: Option<&ComparedValue<'_>>| value.map(ComparedValue::to_meaning);
                if meaning(old) != meaning(new) {
                    self.out.push(Leaf {
                        key: at.to_owned(),
                        old: old.map(ShownSide::of),
                        new: new.map(ShownSide::of),
                        when: None,
                    });
                }
            }
        }
    }

    fn sets(&mut self, at: &str, old: &[ComparedValue<'_>], new: &[ComparedValue<'_>]) {
        if let ([ComparedValue::Scalar(_)], [ComparedValue::Scalar(_)]) = (old, new) {
            let (old, new) = (old.first(), new.first());
            let place = |value: Option<&ComparedValue<'_>>| value.map(|it| it.place().clone());
            if let (Some(was), Some(is)) = (place(old), place(new)) {
                self.values(at, (old, &was), (new, &is));
            }
            return;
        }
        let meaning = |value: &ComparedValue<'_>| value.to_meaning();
        for pair in pairs(old, new, &[&meaning], &likeness, 0.5) {
            match pair {
                (Some(one), Some(two)) => {
                    let many = old.len() > 1 || new.len() > 1;
                    let number = new.iter().position(|item| std::ptr::eq(item, two));
                    let at = match number.filter(|_| many) {
                        Some(number) => format!("{at}[{number}]"),
                        None => at.to_owned(),
                    };
                    self.values(&at, (Some(one), one.place()), (Some(two), two.place()));
                }
                (old, new) => self.out.push(Leaf {
                    key: at.to_owned(),
                    old: old.map(ShownSide::of),
                    new: new.map(ShownSide::of),
                    when: None,
                }),
            }
        }
    }

    fn rules(
        &mut self,
        at: &str,
        (old, old_place): (Option<&ComparedValue<'_>>, &Place),
        (new, new_place): (Option<&ComparedValue<'_>>, &Place),
    ) {
        fn list<'v>(value: Option<&'v ComparedValue<'_>>, place: &Place) -> RelabelSide<'v> {
            match value {
                Some(ComparedValue::Rules(rules, place)) => RelabelSide {
                    rules,
                    place: place.clone(),
                },
                _ => RelabelSide {
                    rules: &[],
                    place: place.clone(),
                },
            }
        }
        let base = (self.labels)(at);
        let (old, new) = (list(old, old_place), list(new, new_place));
        self.out.extend(relabeling::changes(at, &old, &new, &base));
    }
}

/// The key below which [`super::subject`] puts the targets of a part.
pub(super) const TARGETS: &str = "targets";

/// A target with its labels.
fn target(address: &str, labels: &ComparedValue<'_>) -> ShownSide {
    let text = match labels {
        ComparedValue::Map(labels, _) if !labels.is_empty() => {
            let labels = labels.iter();
            let labels = labels.map(|(name, value)| format!("{name}=\"{}\"", value.shown()));
            format!("{address} {{{}}}", labels.collect::<Vec<_>>().join(", "))
        }
        _ => address.to_owned(),
    };
    ShownSide::new(text, labels.place().clone())
}

/// A pair of items that belong together, or one alone.
pub(super) type ItemPair<'t, T> = (Option<&'t T>, Option<&'t T>);

/// What names an item among others.
pub(super) type ItemName<'n, T> = &'n dyn Fn(&T) -> String;

/// As many items as are compared each with each.
const FEW: usize = 40;

/// Which items of two lists belong together: those of the same name, by the first of the names that
/// both have, then those that are most alike and at least so much. Those of an empty name have none.
pub(super) fn pairs<'t, T>(
    old: &'t [T],
    new: &'t [T],
    names: &[ItemName<'_, T>],
    likeness: &dyn Fn(&T, &T) -> f64,
    least: f64,
) -> Vec<ItemPair<'t, T>> {
    let mut left: Vec<&T> = old.iter().collect();
    let mut found: Vec<Option<&T>> = new.iter().map(|_| None).collect();
    for name in names {
        let mut named: HashMap<String, Vec<&T>> = HashMap::new();
        for item in left.iter().rev() {
            named.entry(name(item)).or_default().push(item);
        }
        let mut taken = BTreeSet::new();
        for (item, found) in new.iter().zip(&mut found).filter(|(_, it)| it.is_none()) {
            let name = name(item);
            if name.is_empty() {
                continue;
            }
            if let Some(other) = named.get_mut(&name).and_then(Vec::pop) {
                taken.insert(std::ptr::from_ref(other));
                *found = Some(other);
            }
        }
        left.retain(|item| !taken.contains(&std::ptr::from_ref(*item)));
    }
    let open = found.iter().filter(|it| it.is_none()).count();
    if open <= FEW && left.len() <= FEW {
        by_likeness(&mut left, new, &mut found, likeness, least);
    }
    let gone = left.into_iter().map(|item| (Some(item), None));
    let kept = found.iter().zip(new).map(|(old, new)| (*old, Some(new)));
    gone.chain(kept).collect()
}

fn by_likeness<'t, T>(
    left: &mut Vec<&'t T>,
    new: &'t [T],
    found: &mut [Option<&'t T>],
    likeness: &dyn Fn(&T, &T) -> f64,
    least: f64,
) {
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for (to, (item, _)) in new
            .iter()
            .zip(&*found)
            .enumerate()
            .filter(|it| it.1.1.is_none())
        {
            for (from, other) in left.iter().enumerate() {
                let alike = likeness(other, item);
                if alike >= least && best.is_none_or(|(most, ..)| alike > most) {
                    best = Some((alike, from, to));
                }
            }
        }
        let Some((_, from, to)) = best else { return };
        if let Some(found) = found.get_mut(to) {
            *found = Some(left.remove(from));
        }
    }
}

/// How much two values have in common, from 0 to 1.
pub(super) fn likeness(one: &ComparedValue<'_>, other: &ComparedValue<'_>) -> f64 {
    let (one, other) = (leaves(one), leaves(other));
    let shared = |(key, value): &(&String, &String)| other.get(*key) == Some(*value);
    let common = one.iter().filter(shared).count();
    let all = one.len() + other.len() - common;
    #[expect(clippy::cast_precision_loss, reason = "a handful of settings")]
    let share = common as f64 / all.max(1) as f64;
    share
}

/// The values of a section that it has not taken over, by their paths.
fn leaves(value: &ComparedValue<'_>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    collect(value, "", &mut out);
    out
}

fn collect(value: &ComparedValue<'_>, at: &str, out: &mut BTreeMap<String, String>) {
    match value {
        ComparedValue::Scalar(scalar) if scalar.inherited => {}
        ComparedValue::Map(fields, _) => {
            for (key, value) in fields {
                collect(value, &format!("{at}.{key}"), out);
            }
        }
        ComparedValue::Set(items, _) | ComparedValue::List(items, _) => {
            for item in items {
                out.insert(format!("{at} {}", item.to_meaning()), String::new());
            }
        }
        other => _ = out.insert(at.to_owned(), other.to_meaning()),
    }
}
