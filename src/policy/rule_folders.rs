//! `rule_folders`: where the pages of this repository's custom rules are.

use std::path::{Component, Path, PathBuf};

use super::form::{PolicyKey, ValueForm};
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// A folder of rule pages.
#[derive(Clone, Debug)]
pub struct RuleFolder {
    /// As written: relative to the policy file that names it.
    pub path: String,
    /// Where it is named.
    pub place: Place,
}

impl RuleFolder {
    /// Its path from where promvet was started.
    #[must_use]
    pub fn shown(&self) -> PathBuf {
        let file = Path::new(&**self.place.path());
        let folder = file.parent().unwrap_or(Path::new(""));
        folder.join(&self.path)
    }
}

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "rule_folders",
        "Folders of pages with custom rules, relative to this file.",
        ValueForm::OneOrMany(&ValueForm::Text),
    ),
    read: |node, policy, wrong| policy.rule_folders = read(node, wrong),
    add: |near, far| near.rule_folders.extend(far.rule_folders.iter().cloned()),
};

/// One folder or a list of them.
fn read(node: Node<'_>, wrong: &mut Mistakes) -> Vec<RuleFolder> {
    let mut out = Vec::new();
    for (text, node) in wrong.texts(node, "`rule_folders`") {
        let mut parts = Path::new(text).components();
        if parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            out.push(RuleFolder {
                path: text.to_owned(),
                place: node.place(),
            });
        } else {
            let help = "write a folder of the tree, relative to the policy file that names it";
            wrong.add(
                node,
                "a rule folder leads out of the tree",
                Some(help.into()),
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::finding::Text;
    use crate::policy::Policy;

    #[test]
    fn folders_are_relative_to_the_policy_and_stay_in_the_tree() {
        for (source, expected) in [
            ("rule_folders: rules", Ok(vec!["a/rules"])),
            ("rule_folders: [./x/y, z]", Ok(vec!["a/./x/y", "a/z"])),
            ("rule_folders: []", Ok(vec![])),
            ("rule_folders: ../x", Err(1)),
            ("rule_folders: [/etc, ok, '']", Err(2)),
            ("rule_folders: {a: b}", Err(1)),
        ] {
            let text = Text::new("a/promvet.yaml", source.as_bytes().to_vec());
            let found = Policy::read(&text, "a/").map(|policy| {
                let shown = policy.rule_folders.iter().map(super::RuleFolder::shown);
                shown
                    .map(|path| path.to_string_lossy().into_owned())
                    .collect::<Vec<_>>()
            });
            let expected = expected.map(|all| all.into_iter().map(str::to_owned).collect());
            assert_eq!(found.map_err(|wrong| wrong.len()), expected, "{source}");
        }
    }
}
