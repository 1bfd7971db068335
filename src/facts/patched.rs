//! What of an object kustomizations patch, as parts of its text.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Facts;
use crate::discover::manifests;
use crate::finding::{Span, Text};
use crate::yaml::{Node, parse_all};

/// The parts of an object's text that patches change.
#[derive(Debug, Default)]
pub struct Patched {
    /// What they replace or add to.
    changed: Vec<Span>,
    /// The items of lists that they change a part of: keys that are missing there may be added.
    around: Vec<Span>,
    /// The paths of keys that are not there without them, such as `spec.endpoints`.
    added: BTreeSet<String>,
}

impl Patched {
    /// Whether a patch replaces what is at a place.
    #[must_use]
    pub fn has(&self, span: Span) -> bool {
        is_in(&self.changed, span)
    }

    /// Whether a patch adds a key that the object lacks, by its path.
    #[must_use]
    pub fn adds(&self, path: &str) -> bool {
        self.added.contains(path)
    }

    /// Whether a patch adds a key to the section of another one, by the path of that.
    #[must_use]
    pub fn adds_beside(&self, path: &str) -> bool {
        let section = path.rsplit_once('.').map(|(section, _)| section);
        let is_in = |added: &String| added.rsplit_once('.').map(|(section, _)| section) == section;
        section.is_some() && self.added.iter().any(is_in)
    }

    /// Whether a patch changes something of the same item of a list.
    #[must_use]
    pub fn is_beside(&self, span: Span) -> bool {
        is_in(&self.around, span)
    }
}

fn is_in(spans: &[Span], span: Span) -> bool {
    spans
        .iter()
        .any(|outer| outer.start <= span.start && span.end <= outer.end)
}

impl Facts<'_> {
    /// Whether a kustomization of the tree names a file as a patch.
    #[must_use]
    pub fn is_patch(&self, shown: &str) -> bool {
        let patches = self.shared.patches(&self.files);
        patches.is_patch(&self.absolute(shown))
    }

    /// What kustomizations of the tree change of an object in a file.
    #[must_use]
    pub fn patched(&self, kind: &str, name: &str, text: &Arc<Text>) -> Patched {
        let file = self.absolute(text.path());
        let patches = self.shared.patches(&self.files);
        let mut paths = patches.paths_in(kind, name, &file).peekable();
        let mut out = Patched::default();
        if paths.peek().is_none() {
            return out;
        }
        let paths: Vec<_> = paths.collect();
        let (documents, _) = parse_all(text);
        for manifest in documents.iter().flat_map(manifests) {
            if manifest.kind == kind && manifest.name == name {
                let root = manifest.root;
                paths.iter().for_each(|path| add(root, path, &mut out));
            }
        }
        out
    }
}

/// Adds the part of an object that a path leads to.
fn add(root: Node<'_>, path: &[String], out: &mut Patched) {
    let mut node = root;
    let mut span = root.span();
    let mut known = String::new();
    for part in path {
        match node.sequence() {
            Some(_) => known.push_str(&format!("[{part}]")),
            None if known.is_empty() => known.push_str(part),
            None => known.push_str(&format!(".{part}")),
        }
        let next = match (node.sequence(), part.parse::<usize>()) {
            (Some(_), Ok(number)) => node.items().nth(number).inspect(|item| {
                out.around.push(item.span());
                span = item.span();
            }),
            // An item is added: those that are there stay as they are.
            (Some(_), Err(_)) => return,
            (None, _) => node.mapping().and_then(|mapping| {
                let entry = mapping.entry(part)?;
                span = entry.key.span().join(entry.value.span());
                Some(entry.value)
            }),
        };
        match next {
            Some(next) => node = next,
            // What is not there yet changes nothing of what is.
            None => {
                out.added.insert(known);
                return;
            }
        }
    }
    out.changed.push(span);
}

/// The paths that a patch changes: those of its operations, or of the keys of a merge that hold no
/// mapping. A list of a custom resource is replaced as a whole.
pub(super) fn paths(root: Node<'_>, out: &mut Vec<Vec<String>>) {
    let of_operation = |item: Node<'_>| {
        let path = item.get("path")?.as_str()?;
        let parts = path.split('/').skip(1);
        // RFC 6901.
        let plain = |part: &str| part.replace("~1", "/").replace("~0", "~");
        Some(parts.map(plain).collect())
    };
    out.extend(root.items().filter_map(of_operation));
    merged(root, &mut Vec::new(), out);
}

/// Keys that say which object a merge is for.
const IDENTITY: &[&str] = &["apiVersion", "kind", "name", "namespace"];

fn merged(node: Node<'_>, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    let entries = node
        .mapping()
        .into_iter()
        .flat_map(|mapping| mapping.entries());
    for entry in entries {
        let is_identity = match path.as_slice() {
            [] => IDENTITY.contains(&entry.name()),
            [first] => first == "metadata" && IDENTITY.contains(&entry.name()),
            _ => false,
        };
        if is_identity || entry.name().starts_with('$') {
            continue;
        }
        path.push(entry.name().to_owned());
        match entry.value.mapping() {
            Some(_) => merged(entry.value, path, out),
            None => out.push(path.clone()),
        }
        path.pop();
    }
}
