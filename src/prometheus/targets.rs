//! Jobs and Alertmanagers: how they find their targets, and what relabeling makes of these.

use std::borrow::Cow;

use super::config::Config;
use super::static_group::StaticGroup;
use super::written_rule::WrittenRule;
use crate::yaml::placeholder::role::{TagRole, of_expression};
use crate::yaml::{Mapping, Node};

/// An entry of `scrape_configs` or of `alerting.alertmanagers`.
#[derive(Clone, Copy, Debug)]
pub struct TargetSection<'d> {
    /// The entry itself.
    pub node: Node<'d>,
    /// Whether it is a job.
    pub is_job: bool,
    entry: Mapping<'d>,
}

impl<'d> Config<'d> {
    /// The jobs, null ones left out.
    pub fn jobs(self) -> impl Iterator<Item = TargetSection<'d>> {
        let list = self.root().get("scrape_configs").into_iter();
        let jobs = list.flat_map(Node::items);
        jobs.filter_map(|node| TargetSection::new(node, true))
    }

    /// The entries of `alertmanagers`, null ones left out.
    pub fn alertmanagers(self) -> impl Iterator<Item = TargetSection<'d>> {
        let alerting = self.root().get("alerting").into_iter();
        let list = alerting.filter_map(|node| node.get("alertmanagers"));
        let managers = list.flat_map(Node::items);
        managers.filter_map(|node| TargetSection::new(node, false))
    }
}

impl<'d> TargetSection<'d> {
    /// The view of an entry.
    #[must_use]
    pub fn new(node: Node<'d>, is_job: bool) -> Option<Self> {
        let entry = node.mapping()?;
        Some(Self {
            node,
            is_job,
            entry,
        })
    }

    /// A key of the entry, if it is there and not null.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entry.get(key).filter(|node| !node.is_null())
    }

    /// The text of a key.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'d str> {
        self.get(key).and_then(Node::as_str)
    }

    /// The keys of the entry, written or merged.
    pub fn keys(self) -> impl Iterator<Item = Node<'d>> {
        self.entry.entries().map(|entry| entry.key)
    }

    /// Where to point when a finding is about the entry: its name, or its first key.
    #[must_use]
    pub fn anchor(self) -> Node<'d> {
        let first = || self.entry.written().next().map(|entry| entry.key);
        let name = self.get("job_name").filter(|_| self.is_job);
        name.or_else(first).unwrap_or(self.node)
    }

    /// Whether a tag of a template is alone in one of its lines: what it brings may be any key of the entry.
    #[must_use]
    pub fn may_have_more(self) -> bool {
        let content = self.node.document().text().content();
        let start = self.node.span().start as usize;
        let (Some(before), Some(rest)) = (content.get(..start), content.get(start..)) else {
            return false;
        };
        let column = start - before.rfind('\n').map_or(0, |at| at + 1);
        let belongs = |line: &str| {
            let bare = line.trim_start();
            bare.is_empty() || bare.starts_with(['#', '{']) || line.len() - bare.len() >= column
        };
        let mut lines = rest.lines().skip(1).take_while(|line| belongs(line));
        lines.any(|line| {
            let tag = line
                .trim()
                .strip_prefix("{{")
                .and_then(|tag| tag.strip_suffix("}}"));
            tag.is_some_and(|tag| of_expression(tag) == TagRole::Value)
        })
    }

    /// The rules of `relabel_configs`.
    pub fn relabelings(self) -> impl Iterator<Item = WrittenRule<'d>> {
        let list = self.get("relabel_configs").into_iter();
        list.flat_map(Node::items).filter_map(WrittenRule::new)
    }

    /// The groups of `static_configs`.
    pub fn groups(self) -> impl Iterator<Item = StaticGroup<'d>> {
        let list = self.get("static_configs").into_iter();
        list.flat_map(Node::items).map(|node| StaticGroup { node })
    }

    /// The static targets of all groups.
    pub fn targets(self) -> impl Iterator<Item = Node<'d>> {
        self.groups().flat_map(StaticGroup::targets)
    }

    /// The values of a label that the groups of `static_configs` set.
    pub fn group_labels(self, name: &str) -> impl Iterator<Item = Node<'d>> {
        let groups = self.groups();
        groups.filter_map(move |group| group.label(name))
    }

    /// Whether a relabel rule may set a label.
    #[must_use]
    pub fn may_set(self, label: &str) -> bool {
        self.relabelings().any(|rule| rule.may_set(label))
    }

    /// Whether an address may be taken as something else than what is scraped: a relabel rule may
    /// replace it, or select targets by it.
    #[must_use]
    pub fn may_replace_address(self) -> bool {
        const ADDRESS: &str = "__address__";
        self.relabelings()
            .any(|rule| rule.may_set(ADDRESS) || rule.selects() && rule.reads(ADDRESS))
    }

    /// Whether the entry has no discovery. An empty list in brackets is meant so, and what looks like
    /// another spelling of a discovery is the schema's to report.
    #[must_use]
    pub fn finds_nothing(self) -> bool {
        // Most jobs have these.
        if self.get("static_configs").is_some() {
            return false;
        }
        self.keys().all(|key| {
            let name = key.as_str().unwrap_or_default();
            if is_discovery(name) {
                return self.get(name).is_none();
            }
            let like = name.contains("_sd_") || name.contains("static") || name.contains("target");
            let is_setting = matches!(name, "target_limit" | "keep_dropped_targets");
            is_setting || !(like || self.is_misspelled_discovery(name))
        })
    }

    /// Whether a key may be meant for a discovery: of all keys of an entry, only those and the lists of
    /// relabel rules hold a list of mappings.
    fn is_misspelled_discovery(self, name: &str) -> bool {
        let items = self.get(name).into_iter().flat_map(Node::items);
        !name.ends_with("relabel_configs") && items.into_iter().any(|item| item.mapping().is_some())
    }

    /// The discovery lists of the entry, with their keys.
    pub fn discoveries(self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        let names = self.keys().filter_map(Node::as_str);
        let names = names.filter(|name| is_discovery(name));
        names.filter_map(move |name| Some((name, self.get(name)?)))
    }
}

/// Whether a key of a job is a list of a discovery.
/// `discovery.RegisterConfig` appends `_sd_configs` to the name of each; static targets have a key of
/// their own.
#[must_use]
pub fn is_discovery(key: &str) -> bool {
    key == "static_configs" || key.ends_with("_sd_configs")
}

/// A text in lower case. Actions are asked for in every rule of every job, and are seldom written in
/// upper case.
pub(super) fn lower_case(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}
