//! Objects of Kubernetes in a document, lists taken apart.

use crate::yaml::{Document, Node};

/// How deep lists may be in lists.
const DEEPEST: usize = 4;

/// One object.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'d> {
    /// The mapping that it is.
    pub root: Node<'d>,
    /// Its kind, such as `ConfigMap`.
    pub kind: &'d str,
    /// Its name, or the beginning of one; empty if none is written.
    pub name: &'d str,
    /// Its namespace, if it is written.
    pub namespace: Option<&'d str>,
    /// Whether it is in a Template of OpenShift, which fills in parameters.
    pub in_template: bool,
}

impl<'d> Manifest<'d> {
    fn new(root: Node<'d>, in_template: bool) -> Option<Self> {
        let text = |key: &str| {
            root.get("metadata")
                .and_then(|one| one.get(key))
                .and_then(Node::as_str)
        };
        Some(Self {
            root,
            kind: root.get("kind").and_then(Node::as_str)?,
            name: text("name").or_else(|| text("generateName")).unwrap_or(""),
            namespace: text("namespace"),
            in_template,
        })
    }
}

/// The objects of a document: itself, or the items of a list or of a Template of OpenShift.
#[must_use]
pub fn manifests(document: &Document) -> Vec<Manifest<'_>> {
    let mut out = Vec::new();
    if let Some(root) = document.root() {
        collect(root, false, DEEPEST, &mut out);
    }
    out
}

fn collect<'d>(root: Node<'d>, in_template: bool, depth: usize, out: &mut Vec<Manifest<'d>>) {
    let Some(manifest) = Manifest::new(root, in_template) else {
        return;
    };
    let is_template = manifest.kind == "Template";
    let items = match is_template {
        true => root.get("objects"),
        false => root
            .get("items")
            .filter(|_| manifest.kind.ends_with("List")),
    };
    let in_template = in_template || is_template;
    match (items, depth.checked_sub(1)) {
        (Some(items), Some(depth)) => items
            .items()
            .for_each(|item| collect(item, in_template, depth, out)),
        _ => out.push(manifest),
    }
}
