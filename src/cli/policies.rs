//! The policies of the trees that are looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::own_rules;
use crate::finding::{Finding, Text};
use crate::policy::{FILE_NAMES, Level, Policy, PolicyError, RuleFolder};
use crate::rules;
use crate::rules::own::{OwnRule, OwnRules};
use crate::source::{Found, LARGEST, ReadError, Tree};

/// Policies by the root of their tree.
#[derive(Debug, Default)]
pub(super) struct Policies {
    by_root: BTreeMap<PathBuf, Policy>,
    none: Policy,
    own: BTreeMap<PathBuf, OwnRules>,
    no_rules: OwnRules,
}

impl Policies {
    /// The policy of a tree.
    pub(super) fn of(&self, root: &Path) -> &Policy {
        self.by_root.get(root).unwrap_or(&self.none)
    }

    /// The rules of a tree's own.
    pub(super) fn own(&self, root: &Path) -> &OwnRules {
        self.own.get(root).unwrap_or(&self.no_rules)
    }

    /// All rules that trees have of their own.
    pub(super) fn all_own(&self) -> impl Iterator<Item = &Arc<OwnRule>> {
        self.own.values().flat_map(OwnRules::all)
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
            Some(Ok((policy, own))) => {
                policies.own.insert(root.clone(), own);
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

/// What reading a policy file gives, if it is there.
type Read<T> = Option<Result<T, Vec<PolicyError>>>;

/// What `read` gives for the policy file of the tree in which promvet was started.
fn here<T: Default>(
    tree: &dyn Tree,
    read: impl Fn(&Path) -> Read<T>,
) -> Result<T, Vec<PolicyError>> {
    let root = tree.root_of(tree.base());
    let mut candidates = FILE_NAMES.iter().map(|name| root.join(name));
    let found = candidates.find_map(|path| read(&path));
    found.unwrap_or_else(|| Ok(T::default()))
}

/// The rules of its own that the tree has in which promvet was started.
pub(super) fn own_rules_here(tree: &dyn Tree) -> Result<OwnRules, Vec<PolicyError>> {
    let read = here(tree, |path| read_one(path, false, tree));
    read.map(|(_, own)| own)
}

/// The folders of rules that the tree has in which promvet was started. They need not be there.
pub(super) fn rule_folders_here(tree: &dyn Tree) -> Result<Vec<PathBuf>, Vec<PolicyError>> {
    let policy = here(tree, |path| read_policy(path, false, tree))?;
    Ok(policy.rule_folders.iter().map(RuleFolder::shown).collect())
}

/// Reads one policy file and the rules that it names.
fn read_one(path: &Path, named: bool, tree: &dyn Tree) -> Read<(Policy, OwnRules)> {
    let policy = read_policy(path, named, tree)?;
    Some(policy.and_then(|policy| {
        let own = own_rules::named_by(&policy, tree)?;
        check_names(policy, &own).map(|policy| (policy, own))
    }))
}

/// Reads one policy file.
fn read_policy(path: &Path, named: bool, tree: &dyn Tree) -> Read<Policy> {
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
    Some(Policy::read(&text, &folder))
}

/// Refuses levels for rules that do not exist.
fn check_names(policy: Policy, own: &OwnRules) -> Result<Policy, Vec<PolicyError>> {
    let known = |name: &str| {
        own.knows(name)
            || rules::all()
                .iter()
                .any(|page| page.name == name || page.group() == name)
    };
    let wrong: Vec<_> = policy
        .rules
        .iter()
        .filter(|entry| !known(&entry.name))
        .map(|entry| PolicyError {
            message: format!("there is no rule or group `{}`", entry.name),
            place: entry.place.clone(),
            help: rules::nearest_name(&entry.name)
                .or_else(|| own.nearest_name(&entry.name))
                .map(|near| format!("write `{near}`")),
        })
        .collect();
    if wrong.is_empty() {
        Ok(policy)
    } else {
        Err(wrong)
    }
}

/// Gives a finding the level that the policy sets for its rule or group; none if that is off.
pub(super) fn levelled(mut finding: Finding, policy: &Policy) -> Option<Finding> {
    let group = finding.rule.split('/').next().unwrap_or("");
    let by_name = policy
        .rules
        .iter()
        .rfind(|entry| entry.name == finding.rule);
    let entry = by_name.or_else(|| policy.rules.iter().rfind(|entry| entry.name == group));
    match entry.map(|entry| entry.level) {
        Some(Level::Off) => return None,
        Some(Level::At(severity)) => finding.severity = severity,
        None => {}
    }
    Some(finding)
}
