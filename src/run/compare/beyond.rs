//! What changed in a file of another dialect outside of the settings that are compared, such as how
//! components of Alloy are connected, or what a selector of the Operator selects.

use std::collections::{BTreeMap, BTreeSet};

use super::side::SurveyedTree;
use crate::discover::{EmbeddedIn, RecognizedFile, nodes};
use crate::finding::Redacted;
use crate::report::comparison::EffectiveChange;
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
    let is_shown = |path: &str| {
        let mut shown = changes.iter().map(|change| &*change.configuration);
        shown.any(|shown| {
            let behind = shown.strip_prefix(path);
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
        })
    };
    let both = after.into_iter().filter_map(|(path, file)| {
        let was = before.get(path)?;
        let is_same = was.text.content() == file.text.content() || meaning(was) == meaning(file);
        (!is_same && !is_shown(path)).then(|| (path.to_owned(), WHY.to_owned()))
    });
    both.collect()
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
        Some(EmbeddedIn::Part("otel-collector")) => Some(FileLanguage::Collector),
        _ if dialect == ALLOY.word => Some(FileLanguage::Alloy),
        _ if dialect == OPERATOR.word => Some(FileLanguage::Objects),
        _ => None,
    }
}

/// The same list for texts that differ in order, layout and comments alone.
fn meaning(file: &RecognizedFile) -> Vec<String> {
    let mut out = match kind_of(file) {
        Some(FileLanguage::Alloy) => lines(file.text.content()),
        Some(FileLanguage::Collector) => leaves(file, |_| true),
        Some(FileLanguage::Objects) => leaves(file, is_of_operator),
        None => Vec::new(),
    };
    out.sort_unstable();
    out
}

fn is_of_operator(document: &Document) -> bool {
    let version = document.root().and_then(|root| root.get("apiVersion"));
    let version = version.and_then(Node::as_str);
    version.is_some_and(|version| version.starts_with("monitoring.coreos.com/"))
}

/// The lines of a configuration of Alloy without blanks and comments.
fn lines(content: &str) -> Vec<String> {
    let code = content.lines().map(|line| {
        let mut is_text = false;
        let mut before = ' ';
        let mut out = String::new();
        for c in line.chars() {
            if c == '"' && before != '\\' {
                is_text = !is_text;
            }
            if !is_text && c == '/' && before == '/' {
                out.pop();
                break;
            }
            if is_text || !c.is_whitespace() {
                out.push(c);
            }
            before = c;
        }
        out.trim_end_matches(',').to_owned()
    });
    code.filter(|line| !line.is_empty()).collect()
}

/// The values of the documents that count, each with the keys to it.
fn leaves(file: &RecognizedFile, counts: impl Fn(&Document) -> bool) -> Vec<String> {
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
            Some(format!("{}={text}", without_numbers(&node.path())))
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
