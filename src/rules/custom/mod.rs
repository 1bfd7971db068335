//! Custom rules: pages with a condition in CEL, in a folder of the repository.
//!
//! A page is read once (`page`): its condition is parsed within bounds (`syntax`), checked
//! against the schema (`check`), and rewritten so that it pays for what it does (`budget`).
//! Then it is held against every node of its kind (`engine`). What a condition rests on and is not
//! known makes it neither true nor false: the node is then not checked, and that is reported.

mod budget;
mod check;
mod engine;
mod facts;
mod message;
mod mutants;
mod nodes;
mod page;
mod subject;
mod syntax;
mod value;
mod verdict;

#[cfg(test)]
mod tests;

pub use engine::{ConditionContext, judge, judge_groups, judge_rule_file};
pub use mutants::{Mutant, mutants};
pub use nodes::{DocumentForm, RuleNodeKind};
pub use page::{CustomRule, Unknown};

use std::sync::Arc;

use crate::finding::{Text, nearest};
use crate::policy::PolicyError;

/// The group of pages that are not in a subfolder.
const GROUP: &str = "own";

/// The rules of a repository, by name.
#[derive(Clone, Debug, Default)]
pub struct CustomRules {
    rules: Vec<Arc<CustomRule>>,
}

impl CustomRules {
    /// Reads pages. Each comes with its path below the folder that holds it, without its ending.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(pages: &[(String, Arc<Text>)]) -> Result<Self, Vec<PolicyError>> {
        let Some((_, first)) = pages.first() else {
            return Ok(Self::none());
        };
        syntax::with_room(|| Self::read_here(pages)).unwrap_or_else(|| {
            let message = "there is not enough memory to read rules".to_owned();
            Err(vec![PolicyError::at_start(first, message)])
        })
    }

    fn read_here(pages: &[(String, Arc<Text>)]) -> Result<Self, Vec<PolicyError>> {
        let mut rules: Vec<Arc<CustomRule>> = Vec::new();
        let mut wrong = Vec::new();
        for (path, text) in pages {
            let name = if path.contains('/') {
                path.clone()
            } else {
                format!("{GROUP}/{path}")
            };
            let refuse = |message: String| PolicyError::at_start(text, message);
            if let Some(why) = fault_of_name(&name) {
                wrong.push(refuse(why));
            } else if rules.iter().any(|rule| rule.name == name) {
                wrong.push(refuse(format!("another page is also named `{name}`")));
            } else {
                match page::read(name, text) {
                    Ok(rule) => rules.push(Arc::new(rule)),
                    Err(mistakes) => wrong.extend(mistakes),
                }
            }
        }
        rules.sort_by(|a, b| a.name.cmp(&b.name));
        if wrong.is_empty() {
            Ok(Self { rules })
        } else {
            Err(wrong)
        }
    }

    /// No rules.
    #[must_use]
    pub const fn none() -> Self {
        Self { rules: Vec::new() }
    }

    /// Only these rules.
    #[must_use]
    pub fn of(mut rules: Vec<Arc<CustomRule>>) -> Self {
        rules.sort_by(|a, b| a.name.cmp(&b.name));
        Self { rules }
    }

    /// The rules, by name.
    #[must_use]
    pub fn all(&self) -> &[Arc<CustomRule>] {
        &self.rules
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<CustomRule>> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// Whether a rule or a group has this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.name == name || rule.group() == name)
    }

    /// The name of a rule that is most like a wrong one.
    #[must_use]
    pub fn nearest_name(&self, name: &str) -> Option<&str> {
        nearest(name, self.rules.iter().map(|rule| &*rule.name))
    }

    /// Whether a rule looks at rule files.
    #[must_use]
    pub fn look_at_rule_files(&self) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.node.is_of_rule_files())
    }
}

/// Why a rule can't have this name.
#[must_use]
pub fn fault_of_name(name: &str) -> Option<String> {
    if super::find(name).is_some() {
        return Some(format!(
            "`{name}` is the name of a built-in rule; rename the page"
        ));
    }
    let sound = |part: &str| {
        let mut chars = part.chars();
        let first = chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
        first && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let parts: Vec<_> = name.split('/').collect();
    let fine = parts.len() > 1 && parts.iter().all(|part| sound(part));
    (!fine).then(|| {
        "a rule is named by the path of its page, such as `acme/no-inline-secrets`: letters, digits, \
         `-`, `_` and `.`, with slashes between them"
            .to_owned()
    })
}
