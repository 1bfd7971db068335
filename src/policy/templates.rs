//! `templates`: files that are rendered before Prometheus reads them.

use super::form::{PolicyKey, ValueForm};
use super::sections::PolicySection;

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "templates",
        "Patterns of files that are rendered before Prometheus reads them.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    read: |node, policy, wrong| policy.templates = wrong.paths(node, "`templates`"),
    add: |near, far| near.templates.extend(far.templates.iter().cloned()),
};
