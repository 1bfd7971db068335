//! What is one thing on both sides.

use std::collections::BTreeMap;

use super::change::{change, named, whole, without_secrets};
use super::difference::{Differ, ItemName, ItemPair, Leaf, ShownSide, likeness, pairs};
use super::subject::ComparedPart;
use super::unit::ComparedUnit;
use super::value::ComparedValue;
use crate::report::comparison::{ChangeKind, EffectiveChange, SubjectKind};

/// Which configurations belong together: those of the same file and object, those whose file was renamed,
/// the same object in another file, and what says the same elsewhere.
pub(super) fn unit_pairs<'u, 'd>(
    old: &'u [ComparedUnit<'d>],
    new: &'u [ComparedUnit<'d>],
) -> Vec<ItemPair<'u, ComparedUnit<'d>>> {
    let by_file = |unit: &ComparedUnit<'_>| format!("{} {}", unit.path.display(), unit.holder);
    // A file of OpenTelemetry Collector may have several that nothing else tells apart.
    let unchanged = |unit: &ComparedUnit<'_>| format!("{} {}", by_file(unit), unit.meaning());
    let renamed = |unit: &ComparedUnit<'_>| format!("{} {}", unit.path_now.display(), unit.holder);
    let by_object = |unit: &ComparedUnit<'_>| match unit.is_object {
        true => unit.holder.clone(),
        false => String::new(),
    };
    // An object of the same name in another namespace.
    let by_noun = |unit: &ComparedUnit<'_>| match unit.is_resource {
        true => format!("{} {}", unit.path.display(), unit.noun),
        false => String::new(),
    };
    let by_meaning = |unit: &ComparedUnit<'_>| unit.meaning();
    let names: [ItemName<'_, ComparedUnit<'d>>; 6] = [
        &unchanged,
        &by_file,
        &renamed,
        &by_object,
        &by_noun,
        &by_meaning,
    ];
    pairs(old, new, &names, &|_, _| 0.0, 1.0)
}

/// Compares the parts of a kind.
pub(super) fn parts(
    kind: SubjectKind,
    (old, new): (&ComparedUnit<'_>, &ComparedUnit<'_>),
    inherited: &mut BTreeMap<String, Vec<String>>,
    out: &mut Vec<EffectiveChange>,
) {
    let (before, after) = (old.parts_of(kind), new.parts_of(kind));
    for pair in subject_pairs(&before, &after) {
        match pair {
            (Some(one), Some(two)) => {
                renamed(new, one, two, out);
                let mut leaves = leaves(one, two);
                take_inherited(&mut leaves, two, inherited);
                out.extend(leaves.into_iter().map(|leaf| change(new, two, leaf)));
            }
            (Some(one), None) => out.push(whole(ChangeKind::Removed, old, one)),
            (None, Some(two)) => out.push(whole(ChangeKind::Added, new, two)),
            (None, None) => {}
        }
    }
}

/// Which parts belong together: those that mean the same, those of the same name and URL, of the same
/// name, of the same URL, and those that are most alike.
pub(super) fn subject_pairs<'s, 'd>(
    old: &'s [ComparedPart<'d>],
    new: &'s [ComparedPart<'d>],
) -> Vec<ItemPair<'s, ComparedPart<'d>>> {
    let text = |subject: &ComparedPart<'_>, key: &str| match subject.fields.get(key) {
        Some(value) => value.to_meaning(),
        None => String::new(),
    };
    let meaning = |subject: &ComparedPart<'_>| subject.meaning();
    let by_labels = |subject: &ComparedPart<'_>| match subject.kind {
        SubjectKind::Rule => format!("{} {}", subject.name, text(subject, "labels")),
        _ => String::new(),
    };
    let by_name = |subject: &ComparedPart<'_>| subject.name.clone();
    let by_url = |subject: &ComparedPart<'_>| text(subject, "url");
    let by_address = |subject: &ComparedPart<'_>| match subject.fields.get("url") {
        Some(ComparedValue::Scalar(url)) => without_secrets(&url.shown),
        _ => String::new(),
    };
    let names: [ItemName<'_, ComparedPart<'d>>; 6] =
        [&meaning, &by_labels, &by_name, &by_url, &by_address, &named];
    let alike = |subject: &ComparedPart<'_>, other: &ComparedPart<'_>| {
        likeness(&subject.as_value(), &other.as_value())
    };
    // A part without a name is known by what is in it; one with a name is another one if it has another
    // name, unless everything else is much the same.
    let least = match new.first().or(old.first()).map(|it| it.kind) {
        Some(SubjectKind::Job | SubjectKind::Group | SubjectKind::Rule) => 0.6,
        _ if old.len() == 1 && new.len() == 1 => 0.0,
        _ => 0.3,
    };
    pairs(old, new, &names, &alike, least)
}

/// What differs in the settings of two parts.
pub(super) fn leaves(old: &ComparedPart<'_>, new: &ComparedPart<'_>) -> Vec<Leaf> {
    let labels = |key: &str| new.labels(key);
    let mut differ = Differ {
        labels: &labels,
        out: Vec::new(),
    };
    differ.fields("", (&old.fields, &old.place), (&new.fields, &new.place));
    differ.out
}

/// Takes out what a part takes over on both sides, and notes that it does.
pub(super) fn take_inherited(
    leaves: &mut Vec<Leaf>,
    subject: &ComparedPart<'_>,
    inherited: &mut BTreeMap<String, Vec<String>>,
) {
    let is_inherited = |side: &Option<ShownSide>| side.as_ref().is_some_and(|it| it.inherited);
    leaves.retain(|leaf| {
        if !(is_inherited(&leaf.old) && is_inherited(&leaf.new)) {
            return true;
        }
        let key = match (subject.kind, &*leaf.key) {
            (SubjectKind::Group, "interval") => "evaluation_interval",
            (_, key) => key,
        };
        let word = subject.kind.word();
        let name = format!("{word} {}", subject.name);
        inherited.entry(key.to_owned()).or_default().push(name);
        false
    });
}

/// That a part has another name.
pub(super) fn renamed(
    unit: &ComparedUnit<'_>,
    old: &ComparedPart<'_>,
    new: &ComparedPart<'_>,
    out: &mut Vec<EffectiveChange>,
) {
    if old.name != new.name && !(old.is_numbered && new.is_numbered) {
        let leaf = Leaf {
            key: "name".to_owned(),
            old: Some(ShownSide::new(old.name.clone(), old.place.clone())),
            new: Some(ShownSide::new(new.name.clone(), new.place.clone())),
            when: None,
        };
        let is_written = new.fields.contains_key("name") || old.fields.contains_key("name");
        if !is_written {
            out.push(change(unit, new, leaf));
        }
    }
}
