//! The rules of a repository's own: from folders to rules, from rules to findings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::policies::Policies;
use super::uses::external_labels;
use crate::facts::Facts;
use crate::finding::Text;
use crate::policy::{Policy, PolicyError};
use crate::report::OwnPage;
use crate::rules::custom::{self, ConditionContext, CustomRule, CustomRules};
use crate::rules::{Configuration, RuleJudgment};
use crate::source::{EntryKind, FoundFile, Tree};
use crate::yaml::Document;

/// The bytes that a page may have. A page is prose and examples; those of docs/policies have fewer
/// than 3,000.
const LARGEST: u64 = 1 << 20;
/// How many pages a folder may have: far more than anyone writes, so that a wrong folder, such as
/// the root of a documentation, is reported.
const MOST: usize = 1000;
/// How deep the folders of pages may be nested. The folders are part of a rule's name, which
/// people have to write in policies and suppressions.
const DEEPEST: usize = 8;

/// The ending of a page.
const PAGE: &str = "md";
/// A page for people only.
const README: &str = "readme";

/// The rules in the folders that a policy names.
pub(crate) fn named_by(policy: &Policy, tree: &dyn Tree) -> Result<CustomRules, Vec<PolicyError>> {
    let mut pages = Vec::new();
    let mut wrong = Vec::new();
    for folder in &policy.rule_folders {
        let path = tree.absolute(&folder.shown());
        if let Err(why) = gather(&path, tree, &mut pages) {
            wrong.push(PolicyError {
                message: why,
                place: folder.place.clone(),
                advice: None,
            });
        }
    }
    read(&pages, wrong)
}

/// The rules in some folders.
pub(crate) fn in_folders(
    folders: &[PathBuf],
    tree: &dyn Tree,
) -> Result<CustomRules, Vec<PolicyError>> {
    let mut pages = Vec::new();
    let mut wrong = Vec::new();
    for folder in folders {
        let path = tree.absolute(folder);
        if let Err(why) = gather(&path, tree, &mut pages) {
            let text = Text::new(tree.shown(&path), Vec::new());
            wrong.push(PolicyError::at_start(&text, why));
        }
    }
    read(&pages, wrong)
}

fn read(
    pages: &[(String, Arc<Text>)],
    mut wrong: Vec<PolicyError>,
) -> Result<CustomRules, Vec<PolicyError>> {
    let rules = CustomRules::read(pages).map_err(|mistakes| wrong.extend(mistakes));
    match rules {
        Ok(rules) if wrong.is_empty() => Ok(rules),
        _ => Err(wrong),
    }
}

type Pages = Vec<(String, Arc<Text>)>;

/// Adds the pages of a folder, each with its path in it.
fn gather(folder: &Path, tree: &dyn Tree, pages: &mut Pages) -> Result<(), String> {
    if let Err(error) = tree.list(folder) {
        return Err(format!(
            "cannot read the folder {}: {error}",
            tree.shown(folder)
        ));
    }
    descend(folder, "", DEEPEST, tree, pages)
}

fn descend(
    folder: &Path,
    prefix: &str,
    depth: usize,
    tree: &dyn Tree,
    pages: &mut Pages,
) -> Result<(), String> {
    let shown = |path: &Path| tree.shown(path);
    let listed = tree
        .list(folder)
        .map_err(|error| format!("cannot read {}: {error}", shown(folder)))?;
    for path in listed {
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or("");
        // Links are not followed: they could lead out of the tree.
        match tree.metadata(&path).map(|meta| meta.kind) {
            Ok(EntryKind::Folder) if depth > 0 => {
                let own = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or("");
                descend(&path, &format!("{prefix}{own}/"), depth - 1, tree, pages)?;
            }
            Ok(EntryKind::File) if path.extension().is_some_and(|ending| ending == PAGE) => {
                if name.eq_ignore_ascii_case(README) {
                    continue;
                }
                if pages.len() >= MOST {
                    return Err(format!("more than {MOST} rule pages found"));
                }
                let bytes = tree
                    .read(&path, LARGEST)
                    .map_err(|error| format!("cannot read {}: {error}", shown(&path)))?;
                pages.push((format!("{prefix}{name}"), Text::new(shown(&path), bytes)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether rules look at a file with these bytes that is not a configuration: a rule file.
pub(crate) fn look_at(rules: &CustomRules, bytes: &[u8]) -> bool {
    rules.look_at_rule_files() && memmem::find(bytes, b"groups").is_some()
}

/// Adds what the rules say of a configuration and of what it includes.
pub(crate) fn add(
    judgment: &mut RuleJudgment,
    configuration: &Configuration<'_>,
    rules: &CustomRules,
    template: bool,
) {
    if rules.is_empty() {
        return;
    }
    let document = configuration.config.root().node().document();
    let labels = external_labels(configuration.config);
    let policy = configuration.facts.policy();
    let environment = policy.environment_of(document.text().path(), &labels);
    let scene = ConditionContext {
        template,
        environment: environment.map(|environment| &*environment.name),
    };
    let own = custom::judge(configuration, rules, &scene);
    judgment.findings.extend(own.findings);
    judgment.unchecked.extend(own.unchecked);
}

/// What the rules say of a rule file.
pub(crate) fn of_rule_file(
    text: &Arc<Text>,
    found: &FoundFile,
    facts: &Facts<'_>,
    rules: &CustomRules,
) -> RuleJudgment {
    if !rules.look_at_rule_files() {
        return RuleJudgment::default();
    }
    let path = facts.relative(&found.path);
    custom::judge_rule_file(text, path, rules)
}

/// What the rules say of groups in a resource or in values.
pub(super) fn of_groups(
    document: &Document,
    found: &FoundFile,
    facts: &Facts<'_>,
    rules: &CustomRules,
) -> RuleJudgment {
    match rules.look_at_rule_files() {
        true => custom::judge_groups(document, facts.relative(&found.path), rules),
        false => RuleJudgment::default(),
    }
}

/// The pages of all rules that a run knew, for reports.
pub(crate) fn pages(policies: &Policies, given: Option<&CustomRules>) -> Vec<OwnPage> {
    let rules = given.into_iter().flat_map(CustomRules::all);
    let mut pages: Vec<_> = rules
        .chain(policies.scopes().flat_map(|(_, scope)| scope.own.all()))
        .map(|rule| page(rule))
        .collect();
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    pages.dedup_by(|a, b| a.name == b.name);
    pages
}

fn page(rule: &CustomRule) -> OwnPage {
    OwnPage {
        name: rule.name.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        page: rule.body().to_owned(),
    }
}
