//! What changed in a file of another dialect outside of the settings that are compared, such as how
//! components of Alloy are connected, or what a selector of the Operator selects.

use std::collections::{BTreeMap, BTreeSet};

use super::side::SurveyedTree;
use crate::discover::program::COLLECTOR;
use crate::discover::{EmbeddedIn, RecognizedFile, nodes};
use crate::finding::{Place, Redacted};
use crate::report::comparison::EffectiveChange;
use crate::schema::alloy;
use crate::schema::dialect::{ALLOY, OPERATOR};
use crate::yaml::{Document, Node, parse_all};

/// What is said of such a file, after its path.
const WHY: &str = "changed, but not in a setting that promvet compares";

/// The files of both trees in which something changed that no effective change shows.
pub(super) fn beyond(
    old: &SurveyedTree,
    new: &SurveyedTree,
    changes: &[Redacted<EffectiveChange>],
) -> Vec<(String, String)> {
    let (before, after) = (files(old), files(new));
    let both = after.into_iter().filter_map(|(path, file)| {
        let was = before.get(path)?;
        if was.text.content() == file.text.content() {
            return None;
        }
        let old = changes.iter().filter_map(|it| it.old_place.as_ref());
        let new = changes.iter().filter_map(|it| it.new_place.as_ref());
        let (one, two) = (meaning(was), meaning(file));
        let is_more = has_more(&one, &two, path, old) || has_more(&two, &one, path, new);
        is_more.then(|| (path.to_owned(), WHY.to_owned()))
    });
    both.collect()
}

/// What is written, and in which line.
type Written = (String, usize);

/// Whether one side of a file has what the other one lacks, and no change is in that line.
fn has_more<'p>(
    these: &[Written],
    those: &[Written],
    path: &str,
    places: impl Iterator<Item = &'p Place>,
) -> bool {
    let places = places.filter(|place| &**place.path() == path);
    let shown: Vec<_> = places
        .map(|place| place.start().line..=place.end().line)
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (text, line) in these {
        let count = counts.entry(text).or_default();
        // One that a change shows is not among those that the other side has.
        *count += usize::from(!shown.iter().any(|lines| lines.contains(line)));
    }
    for (text, _) in those {
        counts
            .entry(text)
            .and_modify(|count| *count = count.saturating_sub(1));
    }
    counts.values().any(|count| *count > 0)
}

/// The files that are in such a dialect as a whole, by shown path.
fn files(tree: &SurveyedTree) -> BTreeMap<&str, &RecognizedFile> {
    let seen = tree.survey.seen.iter();
    let files = seen.filter(|seen| kind_of(&seen.recognized).is_some());
    files
        .map(|seen| (&*seen.found.shown, &seen.recognized))
        .collect()
}

/// Languages of files in which more counts than is compared.
#[derive(Clone, Copy)]
enum FileLanguage {
    Alloy,
    Collector,
    Objects,
}

fn kind_of(file: &RecognizedFile) -> Option<FileLanguage> {
    let dialect = file.spoken.as_ref()?.dialect.word;
    if file.text.is_embedded() {
        return None;
    }
    match &file.holder {
        Some(EmbeddedIn::Part(COLLECTOR)) => Some(FileLanguage::Collector),
        _ if dialect == ALLOY.word => Some(FileLanguage::Alloy),
        _ if dialect == OPERATOR.word => Some(FileLanguage::Objects),
        _ => None,
    }
}

/// The same list, in some order, for texts that differ in order, layout and comments alone.
fn meaning(file: &RecognizedFile) -> Vec<Written> {
    match kind_of(file) {
        Some(FileLanguage::Alloy) => lines(file.text.content()),
        Some(FileLanguage::Collector) => leaves(file, |_| true),
        Some(FileLanguage::Objects) => leaves(file, is_of_operator),
        None => Vec::new(),
    }
}

fn is_of_operator(document: &Document) -> bool {
    let version = document.root().and_then(|root| root.get("apiVersion"));
    let version = version.and_then(Node::as_str);
    version.is_some_and(|version| version.starts_with("monitoring.coreos.com/"))
}

/// The lines of a configuration of Alloy without blanks and comments.
fn lines(content: &str) -> Vec<Written> {
    let code = content.lines().enumerate().map(|(number, line)| {
        let line = alloy::expression(line);
        (line.trim_end_matches(',').to_owned(), number + 1)
    });
    code.filter(|(line, _)| !line.is_empty()).collect()
}

/// What names an object.
const NAMES: &[&str] = &["metadata.name", "metadata.namespace"];

/// The values of the documents that count, each with the keys to it.
fn leaves(file: &RecognizedFile, counts: impl Fn(&Document) -> bool) -> Vec<Written> {
    let (documents, _) = parse_all(&file.text);
    let mut out = Vec::new();
    for document in documents.iter().filter(|document| counts(document)) {
        let keys: BTreeSet<_> = nodes(document)
            .filter_map(Node::mapping)
            .flat_map(|mapping| mapping.written().map(|entry| entry.key.span().start))
            .collect();
        let scalars = nodes(document).filter(|node| !keys.contains(&node.span().start));
        out.extend(scalars.filter_map(|node| {
            let text = match node.scalar() {
                Some(scalar) => scalar.text,
                // What is empty may mean everything.
                None if node.items().next().is_none() && node.mapping().is_none_or(is_empty) => "",
                None => return None,
            };
            let line = node.place().start().line;
            let path = without_numbers(&node.path());
            // An object of another name or namespace is shown as one.
            let is_name = NAMES.iter().any(|name| path.ends_with(name));
            (!is_name).then(|| (format!("{path}={text}"), line))
        }));
    }
    out
}

fn is_empty(mapping: crate::yaml::Mapping<'_>) -> bool {
    mapping.written().next().is_none()
}

/// A path without the places of items in their lists.
fn without_numbers(path: &str) -> String {
    let mut out = String::new();
    let mut parts = path.split('[');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("[]");
        out.push_str(part.split_once(']').map_or("", |(_, rest)| rest));
    }
    out
}
