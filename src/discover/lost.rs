//! Configurations in a file that its later version still holds, but not as configurations: a key
//! under another name, a text that says nothing, a kind with a slip.
//!
//! What is gone as a whole, a document, an object, an entry, is not lost: it was taken out.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::embedded::{documents, recognize};
use super::examine::{FileContent, RecognizedFile, examine};
use super::foreign;
use super::names;
use crate::finding::{Place, Span, Text, nearest};
use crate::yaml::{Document, Entry, Kind, Mapping, Node, parse_all};

/// The sections for which a configuration in other words is read.
const SECTIONS: &[&str] = &["remote_write", "remote_read", "scrape_configs", "groups"];

/// Which share of the words of a value another one has that goes on with it. A renamed key keeps
/// most of them, an unrelated one shares few.
const SAME: (usize, usize) = (1, 2);

/// Whether the first text is not a configuration itself, but holds some.
#[must_use]
pub(crate) fn only_holds(text: &Arc<Text>) -> bool {
    let found = recognize(Arc::clone(text), false, false);
    let is_own = |recognized: &RecognizedFile| {
        recognized.holder.is_none()
            && matches!(
                recognized.what,
                FileContent::Configuration { .. } | FileContent::Broken { .. }
            )
    };
    !found.iter().any(is_own) && found.iter().any(|hit| hit.holder.is_some())
}

/// What the first text holds a configuration in, and the second one holds without one, as a path of
/// keys and why. `judged` are parts of the second one that are judged although nothing in them tells
/// what they are.
#[must_use]
pub(crate) fn lost(old: &Arc<Text>, new: &Arc<Text>, judged: &[Span]) -> Option<String> {
    if names::is_alloy(old.path().as_ref().as_ref()) && foreign::begins_as_alloy(old.content()) {
        return lost_alloy(old, new);
    }
    let slots = slots(old);
    let mut read = self::slots(new);
    read.extend(judged.iter().map(|span| ConfigurationPart {
        span: *span,
        is_text: true,
    }));
    if slots.is_empty() {
        return None;
    }
    let was = documents(old).documents;
    let now = documents(new);
    if !now.masked
        && let Some(error) = parse_all(new).1
        && read.len() < slots.len()
    {
        return Some(format!("it does not parse: {}", error.problem));
    }
    let was = was.iter().filter_map(Document::root).collect();
    let now = now.documents.iter().filter_map(Document::root).collect();
    let versions = Versions::new(was, now, &read);
    slots.iter().find_map(|slot| versions.lost(slot))
}

/// A configuration of Alloy whose text is still there, while none of it is read any more.
/// Components that are gone while others stay were taken out.
fn lost_alloy(old: &Arc<Text>, new: &Arc<Text>) -> Option<String> {
    let is_read = |text: &Arc<Text>| {
        let found = recognize(Arc::clone(text), false, true);
        // A text with faults of syntax alone is recognized too, with nothing in it.
        let sets_some = |document: &Document| {
            let root = document.root().and_then(Node::mapping);
            root.is_some_and(|root| root.written().next().is_some())
        };
        let is_part = |recognized: &RecognizedFile| match &recognized.what {
            FileContent::Configuration { document, .. } => sets_some(document),
            _ => false,
        };
        found.iter().any(is_part)
    };
    if !is_read(old) {
        return None;
    }
    // "illegal UTF-8 encoding" (syntax/scanner/scanner.go of grafana/alloy).
    if old.not_utf8().is_none() && new.not_utf8().is_some() {
        return Some("it is not UTF-8".into());
    }
    if is_read(new) {
        return None;
    }
    let content = without_blocks(new.content());
    let lines = content.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut headers = lines.clone().filter(|line| line.ends_with('{'));
    let misspelled = headers.clone().find_map(misspelled_sender);
    if let Some(name) = misspelled {
        return Some(format!(
            "`{name}` is not a component that Alloy has with this form"
        ));
    }
    if lines.next().is_none() {
        return Some("it is empty".into());
    }
    let has_block = headers.any(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    (!has_block).then(|| "it is not a configuration of Alloy".into())
}

/// A text without comments of the form `/* … */`.
fn without_blocks(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// Components beside `prometheus.remote_write` whose names are near to it, or begin like it.
const COMPONENTS: [&str; 6] = [
    SENDER,
    "prometheus.relabel",
    "prometheus.scrape",
    "prometheus.receive_http",
    "prometheus.write_queue",
    "loki.write",
];
const SENDER: &str = "prometheus.remote_write";

/// The name of a block that is meant to be `prometheus.remote_write`, misspelled or without a label.
fn misspelled_sender(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c)))?;
    let (name, rest) = line.split_at_checked(end)?;
    let meant = nearest(name, COMPONENTS) == Some(SENDER);
    let has_label = rest.trim_start().starts_with('"');
    (meant && (name != SENDER || !has_label)).then_some(name)
}

/// A part of a file that is read as a configuration.
struct ConfigurationPart {
    span: Span,
    /// Whether it is a text of its own in the file.
    is_text: bool,
}

fn slots(text: &Arc<Text>) -> Vec<ConfigurationPart> {
    let found = recognize(Arc::clone(text), false, false).into_iter();
    found
        .filter(|hit| hit.holder.is_some())
        .flat_map(|part| slots_of(&part))
        .collect()
}

fn slots_of(file: &RecognizedFile) -> Vec<ConfigurationPart> {
    let (FileContent::Configuration { document, .. } | FileContent::Rules { document }) =
        &file.what
    else {
        let is_broken = matches!(file.what, FileContent::Broken { .. });
        return Vec::from_iter(is_broken.then(|| whole(&file.text)));
    };
    if file.text.is_embedded() {
        return vec![whole(&file.text)];
    }
    let sections = SECTIONS.iter();
    let sections = sections.filter_map(|name| document.root()?.get(name));
    let spans: Vec<Span> = sections.map(|node| node.place().span()).collect();
    let slot = |span| ConfigurationPart {
        span,
        is_text: false,
    };
    spans.into_iter().map(slot).collect()
}

fn whole(text: &Arc<Text>) -> ConfigurationPart {
    let all = Span::new(0, text.content().len());
    ConfigurationPart {
        span: Place::new(text, all).span(),
        is_text: true,
    }
}

/// Two versions of a file, each as the roots of its documents, and what is read in the second one.
struct Versions<'o, 'n> {
    was: Vec<Node<'o>>,
    /// What goes on with each of them.
    roots: Vec<Option<Node<'n>>>,
    /// Where each place begins that is read, ascending, and where the furthest so far ends.
    read: Vec<(u32, u32)>,
    /// What goes on with the items of a list, by the place of its earlier version.
    items: RefCell<HashMap<Span, Counterparts<'n>>>,
    /// The entries of a mapping that its earlier version lacks, by the place of that.
    fresh: RefCell<HashMap<Span, Rc<Vec<Entry<'n>>>>>,
    budget: Budget,
}

type Counterparts<'n> = Rc<Vec<Option<Node<'n>>>>;

impl<'o, 'n> Versions<'o, 'n> {
    fn new(was: Vec<Node<'o>>, now: Vec<Node<'n>>, read: &[ConfigurationPart]) -> Self {
        let mut spans: Vec<_> = read
            .iter()
            .map(|slot| (slot.span.start, slot.span.end))
            .collect();
        spans.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut spans {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        let budget = Budget::default();
        Self {
            roots: counterparts(&was, &now, &budget),
            was,
            read: spans,
            items: RefCell::default(),
            fresh: RefCell::default(),
            budget,
        }
    }

    /// What is left of a slot.
    fn lost(&self, slot: &ConfigurationPart) -> Option<String> {
        let (root, way) = self.way(slot)?;
        let mut at = (*self.roots.get(root)?)?;
        let mut levels = Vec::new();
        for step in &way {
            levels.push((step.parent, at));
            match self.goes_to(step, at) {
                Some(next) => at = next,
                None => return self.renamed(&levels, step),
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

    /// The document of a slot, and the steps from its root on.
    fn way(&self, slot: &ConfigurationPart) -> Option<(usize, Vec<PathStep<'o>>)> {
        let start = slot.span.start;
        let behind = self.was.partition_point(|root| root.span().start <= start);
        let root = behind.checked_sub(1)?;
        let mut parent = *self.was.get(root)?;
        let mut way: Vec<PathStep<'o>> = Vec::new();
        while slot.is_text || way.is_empty() || parent.span().start != start {
            let member = parent.last_member(start);
            let found = member.and_then(|index| Some((index, parent.member(index)?)));
            let Some((index, (key, child))) = found.filter(|(_, (_, child))| {
                let span = child.span();
                span.start <= start && start < span.end
            }) else {
                break;
            };
            way.push(PathStep {
                parent,
                index,
                name: key.and_then(Node::as_str).unwrap_or_default(),
                child,
            });
            parent = child;
        }
        Some((root, way))
    }

    /// The child of a node that goes on with a child of its earlier version.
    fn goes_to(&self, step: &PathStep<'o>, now: Node<'n>) -> Option<Node<'n>> {
        if step.parent.mapping().is_some() {
            return now.get(step.name);
        }
        let mut items = self.items.borrow_mut();
        let found = items.entry(step.parent.span()).or_insert_with(|| {
            let was: Vec<_> = step.parent.items().collect();
            let now: Vec<_> = now.items().collect();
            Rc::new(counterparts(&was, &now, &self.budget))
        });
        *found.get(step.index)?
    }

    /// What a node became whose key is gone: something new beside it, or beside what it was in.
    fn renamed(&self, levels: &[(Node<'o>, Node<'n>)], step: &PathStep<'o>) -> Option<String> {
        let name = step.name;
        let (parent, now) = *levels.last()?;
        if parent.mapping().is_some() && now.mapping().is_none() && !now.is_null() {
            return Some(format!("`{}` is not a mapping any more", path_of(now)));
        }
        levels.iter().find_map(|(was, now)| {
            let fresh = self.fresh(*was, *now);
            let mut new = fresh.iter();
            let found = new.find(|entry| {
                !self.is_read(entry.value)
                    && self.budget.allows()
                    && goes_on(name, step.child, entry.name(), entry.value)
            })?;
            Some(format!(
                "`{}` is not recognized as one, and `{name}` is gone",
                path_of(found.value)
            ))
        })
    }

    fn fresh(&self, was: Node<'o>, now: Node<'n>) -> Rc<Vec<Entry<'n>>> {
        let mut fresh = self.fresh.borrow_mut();
        let found = fresh.entry(was.span()).or_insert_with(|| {
            let known = was.mapping().into_iter().flat_map(Mapping::entries);
            let known: HashSet<_> = known.map(|entry| entry.name()).collect();
            let entries = now.mapping().into_iter().flat_map(Mapping::entries);
            let is_new =
                |entry: &Entry<'_>| !known.contains(entry.name()) && !entry.value.is_null();
            Rc::new(entries.filter(is_new).collect())
        });
        Rc::clone(found)
    }

    /// Whether a part of it is read, or it is in one.
    fn is_read(&self, node: Node<'_>) -> bool {
        let span = node.span();
        let before = self.read.partition_point(|(start, _)| *start < span.end);
        let last = before.checked_sub(1).and_then(|last| self.read.get(last));
        last.is_some_and(|(_, furthest)| span.start < *furthest)
    }
}

/// A step from a node to one of its entries or items.
struct PathStep<'d> {
    parent: Node<'d>,
    index: usize,
    /// The key of the entry; empty for an item.
    name: &'d str,
    child: Node<'d>,
}

/// How many pairs of what is gone and what is new are compared by their words in one file: 256 with
/// 256 of them, more than a change renames by hand. Each costs what the two are long.
struct Budget(Cell<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(256 * 256))
    }
}

impl Budget {
    fn allows(&self) -> bool {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// What goes on with each item: the later one of the same name; then, among those that are new, one
/// of the same name and another kind, one that is alike, or the only one.
fn counterparts<'n>(was: &[Node<'_>], now: &[Node<'n>], budget: &Budget) -> Vec<Option<Node<'n>>> {
    let mut by_name: HashMap<(String, String), Node<'n>> = HashMap::new();
    for item in now {
        by_name.entry(name_of(*item)).or_insert(*item);
    }
    let names: Vec<_> = was.iter().map(|item| name_of(*item)).collect();
    let known: HashSet<_> = names.iter().collect();
    let new = now.iter().filter(|item| !known.contains(&name_of(**item)));
    let new: Vec<Node<'n>> = new.copied().collect();
    let mut by_second: HashMap<String, Node<'n>> = HashMap::new();
    for item in &new {
        by_second.entry(name_of(*item).1).or_insert(*item);
    }
    let found = was.iter().zip(&names).map(|(item, name)| {
        let same = by_name.get(name).copied();
        let of_name = || {
            by_second
                .get(&name.1)
                .filter(|_| !name.1.is_empty())
                .copied()
        };
        let alike = || {
            let mut new = new.iter();
            new.find(|node| budget.allows() && is_alike(*item, **node))
                .copied()
        };
        let only = || match &*new {
            [only] if was.len() == now.len() => Some(*only),
            _ => None,
        };
        same.or_else(of_name).or_else(alike).or_else(only)
    });
    found.collect()
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
    matches!(examine(text, false, false).what, FileContent::Other { .. })
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
