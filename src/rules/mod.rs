//! The engine, and the native checks, one file a rule, named as its page.
//!
//! A rule is a page in `rules/`; the build lists the pages and the checks in this folder and
//! makes one table of them. A check sees one node with its facts and says what it finds; it does
//! no I/O, and knows neither its own name nor other rules.

mod advice;
mod configuration;
pub mod custom;
mod engine;
mod entry;
pub mod example;
mod material;
mod online;
mod pages;
mod prefixed;
mod relabel;
mod sent;
mod sink;
mod start;
mod timings;
mod tree;
mod upgrade;

pub use configuration::{ConfigContext, Configuration, HttpPart};
pub use engine::{RuleJudgment, judge};
pub use entry::{EntryUrl, RemoteWriteEntry};
pub use example::ExpectedFinding;
pub use material::{InlineMaterial, Material, NamedFile};
pub use online::Authorities;
pub use pages::{NativeCheck, RulePage, Status, TreeCheck, all, find, nearest_name};
pub use relabel::{LoadedBy, RelabelList, RelabelStage, judge_relabel};
pub use sink::RuleFindings;
pub use start::{PrometheusStart, judge_container, judge_start};
pub use timings::Timings;
pub use tree::{AloneFindings, Common, judge_alone, judge_together, number_of};
pub use upgrade::{Job, ScrapeJobs, Upgrade, judge_upgrade, without_included_jobs};

/// How many other places a finding shows: a reader compares a few of them, and the audit lists all.
pub(crate) const SHOWN: usize = 5;
