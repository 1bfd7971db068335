//! Configurations in a file that its later version still holds, but not as configurations: a key
//! under another name, a text that says nothing, a kind with a slip.
//!
//! What is gone as a whole, a document, an object, an entry, is not lost: it was taken out.

use std::collections::HashSet;
use std::sync::Arc;

use super::embedded::{documents, recognise};
use super::examine::{Recognised, What, examine};
use super::names;
use crate::finding::{Place, Span, Text, nearest};
use crate::yaml::{Document, Kind, Mapping, Node, parse_all};

/// The sections for which a configuration in other words is read.
const SECTIONS: &[&str] = &["remote_write", "remote_read", "scrape_configs", "groups"];

/// Which share of the words of a value another one has that goes on with it. A renamed key keeps
/// most of them, an unrelated one shares few.
const SAME: (usize, usize) = (1, 2);

/// Whether the first text is not a configuration itself, but holds some.
#[must_use]
pub(crate) fn only_holds(text: &Arc<Text>) -> bool {
    let found = recognise(Arc::clone(text), false, false);
    let is_own = |one: &Recognised| {
        one.holder.is_none() && matches!(one.what, What::Configuration { .. } | What::Broken { .. })
    };
    !found.iter().any(is_own) && found.iter().any(|one| one.holder.is_some())
}

/// What the first text holds a configuration in, and the second one holds without one, as a path of
/// keys and why.
#[must_use]
pub(crate) fn lost(old: &Arc<Text>, new: &Arc<Text>) -> Option<String> {
    if names::is_alloy(old.path().as_ref().as_ref()) {
        return lost_alloy(old, new);
    }
    let slots = slots(old);
    let read = self::slots(new);
    if slots.is_empty() {
        return None;
    }
    let (was, _) = documents(old);
    let (now, is_masked) = documents(new);
    if !is_masked
        && let Some(error) = parse_all(new).1
        && read.len() < slots.len()
    {
        return Some(format!("it does not parse: {}", error.problem));
    }
    let versions = Versions {
        was: was.iter().filter_map(Document::root).collect(),
        now: now.iter().filter_map(Document::root).collect(),
        read: read.iter().map(|slot| slot.span).collect(),
    };
    slots.iter().find_map(|slot| versions.lost(slot))
}

/// A configuration of Alloy that is still there, under a name that is not read as one.
fn lost_alloy(old: &Arc<Text>, new: &Arc<Text>) -> Option<String> {
    let is_one = names::is_alloy(new.path().as_ref().as_ref());
    let holds = new.content().contains("prometheus.remote_write");
    let held = recognise(Arc::clone(old), false, false).len() > 1;
    (!is_one && held && holds).then(|| "its name is not that of a configuration of Alloy".into())
}

/// A part of a file that is read as a configuration.
struct Slot {
    span: Span,
    /// Whether it is a text of its own in the file.
    is_text: bool,
}

fn slots(text: &Arc<Text>) -> Vec<Slot> {
    let found = recognise(Arc::clone(text), false, false).into_iter();
    found
        .filter(|one| one.holder.is_some())
        .flat_map(|one| slots_of(&one))
        .collect()
}

fn slots_of(one: &Recognised) -> Vec<Slot> {
    let (What::Configuration { document, .. } | What::Rules { document }) = &one.what else {
        let is_broken = matches!(one.what, What::Broken { .. });
        return Vec::from_iter(is_broken.then(|| whole(&one.text)));
    };
    if one.text.is_embedded() {
        return vec![whole(&one.text)];
    }
    let sections = SECTIONS.iter();
    let sections = sections.filter_map(|name| document.root()?.get(name));
    let spans: Vec<Span> = sections.map(|node| node.place().span()).collect();
    let slot = |span| Slot {
        span,
        is_text: false,
    };
    spans.into_iter().map(slot).collect()
}

fn whole(text: &Arc<Text>) -> Slot {
    let all = Span::new(0, text.content().len());
    Slot {
        span: Place::new(text, all).span(),
        is_text: true,
    }
}

/// Two versions of a file, each as the roots of its documents, and what is read in the second one.
struct Versions<'o, 'n> {
    was: Vec<Node<'o>>,
    now: Vec<Node<'n>>,
    read: Vec<Span>,
}

impl<'o, 'n> Versions<'o, 'n> {
    /// What is left of a slot.
    fn lost(&self, slot: &Slot) -> Option<String> {
        let (index, way) = self.way(slot)?;
        let mut at = counterpart(&self.was, index, &self.now)?;
        let mut levels = Vec::new();
        for (parent, child) in way.iter().zip(way.iter().skip(1)) {
            levels.push((*parent, at));
            match step(*parent, *child, at) {
                Some(next) => at = next,
                None => return self.renamed(&levels, *child),
            }
        }
        if self.is_read(at) {
            return None;
        }
        let is_empty = match at.kind() {
            Kind::Scalar(scalar) => !slot.is_text && scalar.text.trim().is_empty() || at.is_null(),
            Kind::Sequence(list) => list.is_empty(),
            Kind::Mapping(map) => map.written().next().is_none(),
        };
        let is_lost = slot.is_text || !is_empty;
        is_lost.then(|| format!("`{}` is not recognized as one", path_of(at)))
    }

    /// The document of a slot, and the nodes from its root on.
    fn way(&self, slot: &Slot) -> Option<(usize, Vec<Node<'o>>)> {
        let holds = |node: &Node<'_>| {
            let span = node.span();
            span.start <= slot.span.start && slot.span.start < span.end
        };
        let mut roots = self.was.iter().enumerate();
        let (index, root) = roots.find(|(_, root)| holds(root))?;
        let mut way = vec![*root];
        loop {
            let last = *way.last()?;
            if !slot.is_text && last.span().start == slot.span.start && way.len() > 1 {
                break;
            }
            let Some(next) = children(last).find(holds) else {
                break;
            };
            way.push(next);
        }
        Some((index, way))
    }

    /// What a node became whose key is gone: something new beside it, or beside what it was in.
    fn renamed(&self, levels: &[(Node<'o>, Node<'n>)], gone: Node<'o>) -> Option<String> {
        let (parent, now) = *levels.last()?;
        let name = key_of(parent, gone);
        if parent.mapping().is_some() && now.mapping().is_none() && !now.is_null() {
            return Some(format!("`{}` is not a mapping any more", path_of(now)));
        }
        levels.iter().find_map(|(was, now)| {
            let known = names_of(was.mapping());
            let entries = now.mapping()?.entries();
            let mut new = entries.filter(|entry| !known.contains(entry.name()));
            let found = new.find(|entry| {
                !entry.value.is_null()
                    && !self.is_read(entry.value)
                    && goes_on(name, gone, entry.name(), entry.value)
            })?;
            Some(format!(
                "`{}` is not recognized as one, and `{name}` is gone",
                path_of(found.value)
            ))
        })
    }

    /// Whether a part of it is read, or it is in one.
    fn is_read(&self, node: Node<'_>) -> bool {
        let span = node.span();
        let mut read = self.read.iter();
        read.any(|one| one.start < span.end && span.start < one.end)
    }
}

fn children<'d>(node: Node<'d>) -> impl Iterator<Item = Node<'d>> {
    let entries = node.mapping().into_iter().flat_map(Mapping::written);
    let values = entries.map(|entry| entry.value);
    values.chain(node.items())
}

fn names_of<'d>(mapping: Option<Mapping<'d>>) -> HashSet<&'d str> {
    let entries = mapping.into_iter().flat_map(Mapping::entries);
    entries.map(|entry| entry.name()).collect()
}

/// The key of a value; empty for an item of a list.
fn key_of<'d>(parent: Node<'d>, child: Node<'d>) -> &'d str {
    let mut entries = parent.mapping().into_iter().flat_map(Mapping::written);
    let entry = entries.find(|entry| entry.value.span() == child.span());
    entry.map_or("", |entry| entry.name())
}

/// The child of a node that goes on with a child of its earlier version.
fn step<'n>(parent: Node<'_>, child: Node<'_>, now: Node<'n>) -> Option<Node<'n>> {
    if parent.mapping().is_some() {
        return now.get(key_of(parent, child));
    }
    let was: Vec<Node<'_>> = parent.items().collect();
    let index = was.iter().position(|item| item.span() == child.span())?;
    counterpart(&was, index, &now.items().collect::<Vec<_>>())
}

/// Which of the later items goes on with an earlier one: that of the same name; then, among those
/// that are new, one that is alike, or the only one.
fn counterpart<'n>(was: &[Node<'_>], index: usize, now: &[Node<'n>]) -> Option<Node<'n>> {
    let item = was.get(index)?;
    let name = name_of(*item);
    if let Some(same) = now.iter().find(|one| name_of(**one) == name) {
        return Some(*same);
    }
    let known: HashSet<_> = was.iter().map(|one| name_of(*one)).collect();
    let new = now.iter().filter(|one| !known.contains(&name_of(**one)));
    let new: Vec<Node<'n>> = new.copied().collect();
    let alike = new.iter().find(|one| {
        let (_, was) = &name;
        let (_, now) = name_of(**one);
        !was.is_empty() && *was == now || is_alike(*item, **one)
    });
    match (alike, &*new) {
        (Some(alike), _) => Some(*alike),
        (None, [only]) if was.len() == now.len() => Some(*only),
        (None, _) => None,
    }
}

/// What names an item: the kind and the name of an object, a name, a text.
fn name_of(node: Node<'_>) -> (String, String) {
    let text = |node: Option<Node<'_>>| node.and_then(Node::as_str).unwrap_or("").to_owned();
    if node.scalar().is_some() {
        return (String::new(), text(Some(node)));
    }
    let metadata = node.get("metadata");
    let name = metadata.and_then(|metadata| metadata.get("name"));
    let name = name.or_else(|| node.get("name"));
    (
        text(node.get("kind")),
        text(name.or_else(|| node.get("job_name"))),
    )
}

/// Whether a new key takes the place of one that is gone.
fn goes_on(name: &str, gone: Node<'_>, new: &str, value: Node<'_>) -> bool {
    // The other way in which docker compose takes the text of a config from the change itself.
    if (name, new) == ("content", "environment") {
        return true;
    }
    // What it was in has another name.
    if value.get(name).is_some_and(|moved| !moved.is_null()) {
        return true;
    }
    let is_near = name.eq_ignore_ascii_case(new) || nearest(name, [new]).is_some();
    (is_near || is_alike(gone, value)) && !is_of_another_kind(new, value)
}

/// Whether a text is known to be something else, such as a rule file.
fn is_of_another_kind(name: &str, value: Node<'_>) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    let text = Text::new(name, text.as_bytes().to_vec());
    matches!(examine(text, false, false).what, What::Other { .. })
}

fn is_alike(was: Node<'_>, now: Node<'_>) -> bool {
    let words = |node: Node<'_>| -> HashSet<String> {
        let source = node.document().text().slice(node.span());
        let words = source.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| word.len() > 2);
        words.map(str::to_ascii_lowercase).collect()
    };
    let (was, now) = (words(was), words(now));
    let common = was.intersection(&now).count();
    let (part, whole) = SAME;
    common > 1 && common * whole >= was.len().max(now.len()) * part
}

fn path_of(node: Node<'_>) -> String {
    let path = node.path();
    if path.is_empty() {
        "the document".into()
    } else {
        path
    }
}
