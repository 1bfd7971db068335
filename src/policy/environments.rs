//! `environments`: where configurations run, by their path or by their external labels.

use super::Policy;
use super::form::{PolicyKey, ValueForm};
use super::pattern::Glob;
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// One entry of `environments`.
#[derive(Clone, Debug)]
pub struct EnvironmentPolicy {
    /// Its name, such as `production`.
    pub name: String,
    /// Patterns of files, at least one must match; none if the path does not matter.
    pub files: Option<Vec<Glob>>,
    /// Patterns of the values of external labels, all must match.
    pub labels: Vec<(String, Glob)>,
    /// Where the name is.
    pub place: Place,
}

impl EnvironmentPolicy {
    fn holds(&self, path: &str, labels: &[(&str, &str)]) -> bool {
        let of_file = |globs: &Vec<Glob>| globs.iter().any(|glob| glob.matches(path));
        let has = |(name, glob): &(String, Glob)| {
            let mut labels = labels.iter();
            labels.any(|(label, value)| label == name && glob.matches(value))
        };
        self.files.as_ref().is_none_or(of_file) && self.labels.iter().all(has)
    }
}

impl Policy {
    /// The environment of a configuration, by its path for people and its external labels: the
    /// first entry whose conditions all hold.
    #[must_use]
    pub fn environment_of(
        &self,
        path: &str,
        labels: &[(&str, &str)],
    ) -> Option<&EnvironmentPolicy> {
        let mut entries = self.environments.iter();
        entries.find(|entry| entry.holds(path, labels))
    }
}

const KEYS: &[PolicyKey] = &[
    PolicyKey::new(
        "name",
        "What it is called, such as production.",
        ValueForm::Text,
    )
    .required(),
    PolicyKey::new(
        "files",
        "Patterns of files that belong to it.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    PolicyKey::new(
        "labels",
        "Patterns of the values of external labels that configurations of it have.",
        ValueForm::Map(&ValueForm::Text),
    ),
];

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "environments",
        "Where configurations run; the first entry whose conditions all hold applies.",
        ValueForm::List(&ValueForm::Fields(KEYS)),
    ),
    read: |node, policy, wrong| {
        let items = wrong.items(node, "`environments`").into_iter();
        policy.environments = items.filter_map(|item| entry(item, wrong)).collect();
    },
    add: |near, far| near.environments.extend(far.environments.iter().cloned()),
};

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<EnvironmentPolicy> {
    let fields = wrong.fields(item, "an entry of `environments`", KEYS)?;
    let name = fields.get("name")?;
    let labels = match fields.get("labels") {
        None => Vec::new(),
        Some(node) => labels(node, wrong)?,
    };
    let files = fields.get("files").map(|node| wrong.paths(node, "`files`"));
    if files.is_none() && labels.is_empty() {
        let help = "write the patterns of its files, or of its external labels";
        let message = "an environment needs `files` or `labels`";
        wrong.add(item, message, Some(help.into()));
        return None;
    }
    Some(EnvironmentPolicy {
        name: wrong.text(name, "`name`")?.to_owned(),
        files,
        labels,
        place: name.place(),
    })
}

fn labels(node: Node<'_>, wrong: &mut Mistakes) -> Option<Vec<(String, Glob)>> {
    let Some(mapping) = node.mapping() else {
        wrong.add(
            node,
            "`labels`: expected a mapping of external labels to patterns",
            None,
        );
        return None;
    };
    let mut out = Vec::new();
    for entry in mapping.entries() {
        let Some(text) = wrong.text(entry.value, "the pattern of a label") else {
            continue;
        };
        let glob = wrong.any(text, entry.value);
        out.extend(glob.map(|glob| (entry.name().to_owned(), glob)));
    }
    Some(out)
}
