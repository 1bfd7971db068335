//! `root`: nothing above this folder counts.

use super::form::{Form, Key};
use super::sections::Section;
use crate::source::is_top;

pub(super) const SECTION: Section = Section {
    key: Key::new(
        "root",
        "The folder of this file is a separate tree: files above it are ignored.",
        Form::Bool,
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
