//! `templates`: files that are rendered before Prometheus reads them.

use super::form::{Form, Key};
use super::sections::Section;

pub(super) const SECTION: Section = Section {
    key: Key::new(
        "templates",
        "Patterns of files that are rendered before Prometheus reads them.",
        Form::OneOrMany(&Form::Text),
    ),
    read: |node, policy, wrong| policy.templates = wrong.paths(node, "`templates`"),
    add: |near, far| near.templates.extend(far.templates.iter().cloned()),
};
