//! `extends`: other files that a policy extends.

use super::form::{PolicyKey, ValueForm};
use super::read::Mistakes;
use super::sections::PolicySection;
use crate::finding::Place;
use crate::yaml::Node;

/// A file that a policy extends.
#[derive(Clone, Debug)]
pub struct Extends {
    /// Its path, relative to the file that says so.
    pub path: String,
    /// The SHA-256 that its content must have, in lower-case hexadecimal digits.
    pub sha256: Option<(String, Place)>,
    /// Where the path is.
    pub place: Place,
}

const PATH: PolicyKey = PolicyKey::new(
    "path",
    "The file, relative to the one that says so.",
    ValueForm::Text,
)
.required();

const KEYS: &[PolicyKey] = &[
    PATH,
    PolicyKey::new(
        "sha256",
        "The SHA-256 of its content, so that a change to it is noticed.",
        ValueForm::Matching("^[0-9a-fA-F]{64}$"),
    ),
];

const ENTRY: ValueForm = ValueForm::Either(&[ValueForm::Text, ValueForm::Fields(KEYS)]);

pub(super) const SECTION: PolicySection = PolicySection {
    key: PolicyKey::new(
        "extends",
        "Files of the repository that this policy extends; this file takes precedence.",
        ValueForm::OneOrMany(&ENTRY),
    ),
    read: |node, policy, wrong| {
        let items = match node.sequence() {
            Some(list) => list.iter().collect(),
            None => vec![node],
        };
        let entries = items.into_iter().filter_map(|item| entry(item, wrong));
        policy.extends = entries.collect();
    },
    add: |near, far| near.extends.extend(far.extends.iter().cloned()),
};

fn entry(item: Node<'_>, wrong: &mut Mistakes) -> Option<Extends> {
    if item.scalar().is_some() {
        return file(item, None, wrong);
    }
    let fields = wrong.fields(item, "an entry of `extends`", KEYS)?;
    let pin = match fields.get("sha256") {
        None => None,
        Some(node) => Some((pin(node, wrong)?, node.place())),
    };
    file(fields.get(PATH.name)?, pin, wrong)
}

fn file(node: Node<'_>, sha256: Option<(String, Place)>, wrong: &mut Mistakes) -> Option<Extends> {
    let path = wrong.text(node, "the path of a policy")?;
    Some(Extends {
        path: path.to_owned(),
        sha256,
        place: node.place(),
    })
}

fn pin(node: Node<'_>, wrong: &mut Mistakes) -> Option<String> {
    let text = node.as_str().unwrap_or("");
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(text.to_ascii_lowercase());
    }
    let help = "run `sha256sum FILE` to get them";
    wrong.add(
        node,
        "`sha256`: expected 64 hexadecimal digits",
        Some(help.into()),
    );
    None
}
