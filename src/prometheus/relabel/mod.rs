//! Relabel rules: views of them, what can be proved of their patterns, and what a list of them does
//! to labels that are known, unknown or one of several.

mod discoveries;
mod expand;
mod interpret;
mod labels;
mod outcome;
mod pattern;
mod signs;

#[cfg(test)]
mod naive_tests;

pub use discoveries::{Discovered, MetaLabel, discovered, lists_of, setters};
pub use interpret::{Effect, Interpreter, MatchReason, Matches, RuleOutcome, Semantics};
pub use labels::{KnownLabelValue, KnownLabels};
pub use outcome::{TargetOutcome, differ_in_instance, outcome};
pub use pattern::RelabelPattern;

use std::borrow::Cow;
use std::cell::OnceCell;

use super::patterns::PatternBudget;
use super::targets::lower_case;
use crate::yaml::{Entry, Mapping, Node};

/// Whether it is a key of a rule (`model/relabel/relabel.go` of Prometheus, `Config`).
fn is_key(name: &str) -> bool {
    matches!(
        name,
        "action"
            | "modulus"
            | "regex"
            | "replacement"
            | "separator"
            | "source_labels"
            | "target_label"
    )
}

/// One rule of a list such as `write_relabel_configs`.
#[derive(Clone, Debug)]
pub struct RelabelRule<'d> {
    /// The rule itself.
    pub node: Node<'d>,
    /// `action` in lower case; `replace` if none is written.
    pub action: Cow<'d, str>,
    /// `source_labels`.
    pub sources: Vec<&'d str>,
    /// `separator`.
    pub separator: &'d str,
    /// `target_label`.
    pub target: Option<&'d str>,
    /// `replacement`.
    pub replacement: &'d str,
    /// `regex`.
    pub regex: &'d str,
    pattern: OnceCell<Option<RelabelPattern>>,
    is_plain: bool,
    budget: &'d PatternBudget,
}

impl<'d> RelabelRule<'d> {
    /// The view of a mapping; its pattern is paid for from the budget of its file.
    #[must_use]
    pub fn new(node: Node<'d>, budget: &'d PatternBudget) -> Option<Self> {
        // Each key is found on one way through the mapping: there are rules in every job.
        let mut keys = RuleKeys::default();
        node.mapping()?.entries().for_each(|entry| keys.add(entry));
        let scalar = |key: Option<Node<'d>>| key.filter(|node| node.scalar().is_some());
        let text = |key: Option<Node<'d>>| scalar(key).and_then(Node::as_str);
        // A null overwrites the default with nothing (gopkg.in/yaml.v2 decodes it as the zero value).
        let or_null = |key: Option<Node<'d>>, default: &'d str| match scalar(key) {
            Some(node) if node.is_null() => "",
            Some(node) => node.as_str().unwrap_or(default),
            None => default,
        };
        let action = text(keys.action).unwrap_or("replace");
        let sources = keys.sources.into_iter().flat_map(Node::items);
        let sources: Vec<&str> = sources.filter_map(Node::as_str).collect();
        Some(Self {
            node,
            action: lower_case(action),
            separator: or_null(keys.separator, ";"),
            target: text(keys.target).filter(|target| !target.is_empty()),
            replacement: or_null(keys.replacement, "$1"),
            regex: or_null(keys.regex, "(.*)"),
            pattern: OnceCell::new(),
            is_plain: !keys.has_foreign && keys.lists_sources(sources.len()),
            sources,
            budget,
        })
    }

    /// `regex`, if something is known of it: not where it holds a placeholder, can't be read, or
    /// costs too much.
    #[must_use]
    pub fn pattern(&self) -> Option<&RelabelPattern> {
        let read = || RelabelPattern::new(self.regex, self.budget);
        self.pattern.get_or_init(read).as_ref()
    }

    /// Whether everything that it does is in sight: it has no key that Prometheus does not know, and
    /// no list of labels where something else is written.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether a `replace` writes the empty text whatever it matches, and so removes its target.
    #[must_use]
    pub fn is_always_empty(&self) -> bool {
        let groups = self.pattern().map(RelabelPattern::groups);
        let text = groups.and_then(|groups| expand::without_groups(self.replacement, groups));
        text.is_some_and(|text| text.is_empty())
    }

    /// What a dialect adds to the keys of Prometheus, such as `if` of vmagent.
    pub fn foreign(&self) -> impl Iterator<Item = Entry<'d>> + use<'d> {
        let entries = self.node.mapping().into_iter().flat_map(Mapping::entries);
        entries.filter(|entry| !is_key(entry.name()))
    }

    /// The nodes of `source_labels`.
    pub fn source_nodes(&self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let list = self.node.get("source_labels").into_iter();
        list.flat_map(Node::items)
    }

    /// What has to be pointed at: the regex, or else the action, or the rule.
    #[must_use]
    pub fn place(&self) -> Node<'d> {
        self.first_of(&["regex", "action"])
    }

    /// The value of the first of the keys that is there, or the rule.
    #[must_use]
    pub fn first_of(&self, keys: &[&str]) -> Node<'d> {
        let mut found = keys
            .iter()
            .filter_map(|key| self.node.get(key).filter(|node| !node.is_null()));
        found.next().unwrap_or(self.node)
    }
}

/// The values of the keys of a rule; of several of one name, the last one counts.
#[derive(Default)]
struct RuleKeys<'d> {
    action: Option<Node<'d>>,
    sources: Option<Node<'d>>,
    separator: Option<Node<'d>>,
    target: Option<Node<'d>>,
    replacement: Option<Node<'d>>,
    regex: Option<Node<'d>>,
    /// Whether there is a key that Prometheus does not know.
    has_foreign: bool,
}

impl<'d> RuleKeys<'d> {
    fn add(&mut self, entry: Entry<'d>) {
        let name = entry.name();
        let value = match name {
            "action" => &mut self.action,
            "source_labels" => &mut self.sources,
            "separator" => &mut self.separator,
            "target_label" => &mut self.target,
            "replacement" => &mut self.replacement,
            "regex" => &mut self.regex,
            _ => {
                self.has_foreign |= !is_key(name);
                return;
            }
        };
        *value = Some(entry.value);
    }

    /// Whether `source_labels` is a list of so many names and of nothing else, if it is there.
    fn lists_sources(&self, names: usize) -> bool {
        self.sources.is_none_or(|node| {
            node.is_null() || node.sequence().is_some_and(|list| list.len() == names)
        })
    }
}
