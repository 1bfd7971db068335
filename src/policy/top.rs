//! `root`: nothing above this folder counts.

use super::form::{PolicyKey, ValueForm};
use super::sections::PolicySection;
use crate::source::is_top;
use crate::yaml::Node;

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "root",
        "The folder of this file is a separate tree: files above it are ignored.",
        ValueForm::Bool,
    ),
    read: |node, _, wrong| {
        let says = wrong.truth(node, "`root`") == Some(true) && is_spelled(node);
        // Where a tree begins is found out before anything is parsed.
        if says && !is_top(node.document().text().content().as_bytes()) {
            let help = "write `root: true` on a separate line, without indentation";
            wrong.add(node, "`root`: expected `true`", Some(help.into()));
        }
    },
    add: |_, _| {},
};

/// Whether the key is written as it is called: another spelling of it is a mistake of its own.
fn is_spelled(node: Node<'_>) -> bool {
    let section = node.parent().and_then(Node::mapping);
    let key = section.and_then(|section| section.entry(SECTION.key.name));
    key.is_some_and(|entry| {
        let written = node.document().text().slice(entry.key.span());
        written.trim_matches(['"', '\'']) == SECTION.key.name
    })
}
