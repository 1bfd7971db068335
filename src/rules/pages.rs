//! The table of rules.

use super::{
    Common, Configuration, HttpPart, Material, NamedFile, PrometheusStart, RelabelList,
    RemoteWriteEntry, RuleFindings, Upgrade,
};
use crate::finding::{Severity, nearest, rule};
use crate::prometheus::Config;

/// A native check, by what it looks at.
#[derive(Clone, Copy, Debug)]
pub enum NativeCheck {
    /// Every `remote_write` entry.
    RemoteWrite(fn(&RemoteWriteEntry<'_>, &mut RuleFindings<'_>)),
    /// All `remote_write` entries of a configuration together.
    RemoteWrites(fn(&[RemoteWriteEntry<'_>], &mut RuleFindings<'_>)),
    /// Every configuration.
    Config(fn(Config<'_>, &mut RuleFindings<'_>)),
    /// The same with what the tree says about it.
    Configuration(fn(&Configuration<'_>, &mut RuleFindings<'_>)),
    /// Every file with something secret that a configuration names, or that a client needs.
    File(fn(&NamedFile<'_, '_>, &mut RuleFindings<'_>)),
    /// All these files, and the secrets that are in the configuration itself.
    Material(fn(&Material<'_, '_>, &mut RuleFindings<'_>)),
    /// Everything that talks HTTP: remote_write, remote_read, jobs, Alertmanagers, service
    /// discoveries.
    HttpClient(fn(&HttpPart<'_, '_>, &mut RuleFindings<'_>)),
    /// All configurations of a tree together.
    Tree(TreeCheck),
    /// Every list of relabel rules.
    Relabel(fn(&RelabelList<'_, '_>, &mut RuleFindings<'_>)),
    /// Every configuration that several releases have to load.
    Upgrade(fn(&Upgrade<'_>, &mut RuleFindings<'_>)),
    /// Everything of the tree that starts Prometheus with a configuration, or may.
    Start(fn(&PrometheusStart<'_>, &mut RuleFindings<'_>)),
}

/// A check of all configurations of a tree together. Only those that have something in common are at hand at
/// once.
#[derive(Clone, Copy, Debug)]
pub struct TreeCheck {
    /// What it finds in some configurations. It finds the same in all of a tree as in each of them alone,
    /// if no two have in common what it compares.
    pub check: fn(&[Configuration<'_>], &mut RuleFindings<'_>),
    /// What it compares a configuration by.
    pub in_common: fn(&Configuration<'_>) -> Vec<Common>,
}

/// How settled a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is new and may still change.
    Preview,
    /// It is here to stay.
    Stable,
    /// It is on its way out.
    Deprecated,
}

impl Status {
    /// As the front matter writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }
}

/// A rule: its page, and the check that runs it. Rules without a check are reported by the room
/// that notices the fault on its way (the schema's walker, for one).
#[derive(Clone, Copy, Debug)]
pub struct RulePage {
    /// The name, such as `remote-write/url-shape`.
    pub name: &'static str,
    /// The title of the page.
    pub title: &'static str,
    /// The usual severity.
    pub severity: Severity,
    /// The kind of node that it looks at.
    pub node: &'static str,
    /// The release that brought it.
    pub since: &'static str,
    /// Whether it offers fixes.
    pub fixable: bool,
    /// How settled it is.
    pub status: Status,
    /// The severity that its warnings have in the profile `strict`, if it is another one.
    pub strict: Option<Severity>,
    /// The rules whose warnings about the same key this one makes redundant.
    pub echoes: &'static [&'static str],
    /// Whether it can be judged only where no value is still to be filled in.
    pub needs_values: bool,
    /// Whether it can be judged only where the whole configuration could be read.
    pub needs_whole: bool,
    /// Whether of two findings at one place the one with more evidence stays alone.
    pub evidence_settles: bool,
    /// The whole page, front matter included.
    pub text: &'static str,
    /// The check.
    pub check: Option<NativeCheck>,
}

impl RulePage {
    /// The page without its front matter.
    #[must_use]
    pub fn body(&self) -> &'static str {
        let rest = self.text.strip_prefix("---\n").unwrap_or(self.text);
        rest.split_once("\n---\n")
            .map_or(rest, |(_, body)| body)
            .trim_start()
    }

    /// The group, such as `remote-write`.
    #[must_use]
    pub fn group(&self) -> &'static str {
        rule::group_of(self.name)
    }
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules, by name.
#[must_use]
pub fn all() -> &'static [RulePage] {
    PAGES
}

/// The rule of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static RulePage> {
    PAGES.iter().find(|page| page.name == name)
}

/// The name of a rule or group that is most like a wrong one. In a long name, the group alone would
/// make every rule of it similar.
#[must_use]
pub fn nearest_name(name: &str) -> Option<&'static str> {
    let is_alike = |found: &&str| match (name.split_once('/'), found.split_once('/')) {
        (Some((group, rule)), Some((same, other))) if group == same => {
            nearest(rule, [other]).is_some()
        }
        _ => true,
    };
    nearest(name, PAGES.iter().map(|page| page.name))
        .filter(is_alike)
        .or_else(|| nearest(name, PAGES.iter().map(RulePage::group)))
        .or_else(|| {
            let last = |page: &RulePage| page.name.rsplit('/').next() == Some(name);
            PAGES.iter().find(|page| last(page)).map(|page| page.name)
        })
}
