//! The policies of the trees that are looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, Text};
use crate::policy::{FILE_NAMES, Policy, PolicyError};
use crate::rules;
use crate::source::{Found, LARGEST, ReadError, Tree};

/// Policies by the root of their tree.
#[derive(Debug, Default)]
pub(super) struct Policies {
    by_root: BTreeMap<PathBuf, Policy>,
    none: Policy,
}

impl Policies {
    /// The policy of a tree.
    pub(super) fn of(&self, root: &Path) -> &Policy {
        self.by_root.get(root).unwrap_or(&self.none)
    }
}

/// Reads the policies of all trees that the files lie in; `named` takes the place of each of them.
pub(super) fn read(
    named: Option<&Path>,
    files: &[Found],
    tree: &dyn Tree,
) -> Result<Policies, Vec<PolicyError>> {
    let mut policies = Policies::default();
    let mut wrong = Vec::new();
    let roots = files.iter().map(|found| found.root.to_path_buf());
    for root in roots.chain(named.map(|_| PathBuf::new())) {
        if policies.by_root.contains_key(&root) {
            continue;
        }
        let candidates: Vec<_> = match named {
            Some(path) => vec![path.to_path_buf()],
            None => FILE_NAMES.iter().map(|name| root.join(name)).collect(),
        };
        match candidates
            .iter()
            .find_map(|path| read_one(path, named.is_some(), tree))
        {
            Some(Ok(policy)) => {
                policies.by_root.insert(root, policy);
            }
            Some(Err(errors)) => {
                wrong.extend(errors);
                policies.by_root.insert(root, Policy::default());
            }
            None => {}
        }
        if named.is_some() && !wrong.is_empty() {
            break;
        }
    }
    if wrong.is_empty() {
        Ok(policies)
    } else {
        Err(wrong)
    }
}

/// Reads one policy file, if it is there.
fn read_one(path: &Path, named: bool, tree: &dyn Tree) -> Option<Result<Policy, Vec<PolicyError>>> {
    let shown = tree.shown(path);
    let bytes = match tree.read(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(ReadError::Missing) if !named => return None,
        Err(error) => {
            let text = Text::new(shown, Vec::new());
            let message = format!("the policy file can't be read: {error}");
            return Some(Err(vec![PolicyError::at_start(&text, message)]));
        }
    };
    let text = Text::new(shown.as_str(), bytes);
    let folder = shown
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    Some(Policy::read(&text, &folder).and_then(check_names))
}

/// Refuses levels for rules that do not exist.
fn check_names(policy: Policy) -> Result<Policy, Vec<PolicyError>> {
    let known = |name: &str| {
        rules::all()
            .iter()
            .any(|page| page.name == name || page.group() == name)
    };
    let wrong: Vec<_> = policy
        .rule_levels()
        .filter(|entry| !known(&entry.name))
        .map(|entry| PolicyError {
            message: format!("there is no rule or group `{}`", entry.name),
            place: entry.place.clone(),
            help: rules::nearest_name(&entry.name).map(|near| format!("write `{near}`")),
        })
        .collect();
    if wrong.is_empty() {
        Ok(policy)
    } else {
        Err(wrong)
    }
}

/// Gives a finding the level that the policy sets for its rule or group; none if that is off.
pub(super) fn levelled(mut finding: Finding, policy: &Policy, now: i64) -> Option<Finding> {
    if let Some(entry) = policy.level_of(&finding.rule, finding.place.path()) {
        finding.severity = entry.level.on(now)?;
    }
    Some(finding)
}
