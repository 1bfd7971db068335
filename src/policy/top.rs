//! `root`: nothing above this folder counts.

use super::form::{PolicyKey, ValueForm};
use super::sections::PolicySection;
use crate::source::is_top;

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "root",
        "The folder of this file is a separate tree: files above it are ignored.",
        ValueForm::Bool,
    ),
    read: |node, _, wrong| {
        let says = wrong.truth(node, "`root`") == Some(true);
        // Where a tree begins is found out before anything is parsed.
        if says && !is_top(node.document().text().content().as_bytes()) {
            let help = "write `root: true` on a separate line, without indentation";
            wrong.add(node, "`root`: expected `true`", Some(help.into()));
        }
    },
    add: |_, _| {},
};
