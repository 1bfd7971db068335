//! What a change does to configurations: the data of `promvet compare`, apart from its rendering.
//!
//! Every text passed through the mask of the files on both sides, and secrets have no text.

mod human;
mod json;
mod markdown;

use std::io::{self, Write};

use super::formats::{FormatEntry, Formats};
use crate::finding::{Place, Redacted, Sentences};

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another one.
    Changed,
}

impl ChangeKind {
    /// As JSON writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Where samples or alerts are sent, or read from.
    Endpoint,
    /// How a client proves who it is.
    Credentials,
    /// Encryption and certificates.
    Tls,
    /// Whose samples they are.
    Tenant,
    /// `external_labels`.
    ExternalLabels,
    /// A job.
    Job,
    /// How often something is done, and how long it may take.
    Interval,
    /// What a job scrapes.
    Targets,
    /// Relabel rules.
    Relabeling,
    /// Rules and their groups.
    Rules,
    /// Anything else.
    Setting,
}

impl Aspect {
    /// As JSON writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Credentials => "credentials",
            Self::Tls => "tls",
            Self::Tenant => "tenant",
            Self::ExternalLabels => "external_labels",
            Self::Job => "job",
            Self::Interval => "interval",
            Self::Targets => "targets",
            Self::Relabeling => "relabeling",
            Self::Rules => "rules",
            Self::Setting => "setting",
        }
    }
}

/// Parts of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    /// The configuration itself.
    Configuration,
    /// An entry of `remote_write`.
    RemoteWrite,
    /// An entry of `remote_read`.
    RemoteRead,
    /// An entry of `alerting.alertmanagers`.
    Alertmanager,
    /// An entry of `scrape_configs`.
    Job,
    /// A group of rules.
    Group,
    /// A rule of a group.
    Rule,
}

impl SubjectKind {
    /// The path of the list that its entries are in.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Configuration => "",
            Self::RemoteWrite => "remote_write",
            Self::RemoteRead => "remote_read",
            Self::Alertmanager => "alerting.alertmanagers",
            Self::Job => "scrape_configs",
            Self::Group => "groups",
            Self::Rule => "rules",
        }
    }

    /// As JSON writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::RemoteWrite => "remote_write",
            Self::RemoteRead => "remote_read",
            Self::Alertmanager => "alertmanager",
            Self::Job => "job",
            Self::Group => "rule group",
            Self::Rule => "rule",
        }
    }
}

/// Something that a change does.
#[derive(Clone, Debug)]
pub struct EffectiveChange {
    /// What happened.
    pub action: ChangeKind,
    /// What it is about.
    pub aspect: Aspect,
    /// The configuration: its path, and what holds it.
    pub configuration: String,
    /// Other configurations in which the same happens.
    pub also_in: Vec<String>,
    /// The part of it.
    pub kind: SubjectKind,
    /// The name of the part.
    pub name: String,
    /// The path of the key in the part; empty for the part itself.
    pub key: String,
    /// What was.
    pub old: Option<String>,
    /// What is.
    pub new: Option<String>,
    /// Whether what differs is a secret, so that neither side is shown.
    pub secret: bool,
    /// With which labels relabel rules make a difference.
    pub when: Option<String>,
    /// The jobs and groups that take the setting over.
    pub applies_to: Vec<String>,
    /// Where it was.
    pub old_place: Option<Place>,
    /// Where it is.
    pub new_place: Option<Place>,
}

impl Sentences for EffectiveChange {
    fn places(&self) -> Vec<Place> {
        let places = self.old_place.iter().chain(&self.new_place);
        places.cloned().collect()
    }

    fn sentences(&mut self) -> Vec<&mut String> {
        let texts = [&mut self.name, &mut self.key].into_iter();
        texts
            .chain(&mut self.old)
            .chain(&mut self.new)
            .chain(&mut self.when)
            .chain(&mut self.applies_to)
            .collect()
    }
}

impl EffectiveChange {
    /// Where to look: where it is, or else where it was.
    fn place(&self) -> Option<&Place> {
        self.new_place.as_ref().or(self.old_place.as_ref())
    }

    /// The part in words, such as `job api`.
    fn subject(&self) -> String {
        match (self.kind, self.name.is_empty()) {
            (kind, true) => kind.word().to_owned(),
            (SubjectKind::Rule, false) => self.name.clone(),
            // The parts of a resource of the Operator have numbers: `job 0`.
            (kind, false) if self.name.starts_with(kind.word()) => self.name.clone(),
            (kind, false) => format!("{} {}", kind.word(), self.name),
        }
    }

    /// What happened to the value of the key, in words.
    fn values(&self) -> String {
        if self.secret {
            let word = match self.action {
                ChangeKind::Added => "set",
                ChangeKind::Removed => "removed",
                ChangeKind::Changed => "changed",
            };
            return word.to_owned();
        }
        match self.sides() {
            (Some(old), Some(new)) => format!("{old} → {new}"),
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => self.action.word().to_owned(),
        }
    }

    /// Both sides as people read them: one that is not written is a default.
    fn sides(&self) -> (Option<String>, Option<String>) {
        let side = |text: &Option<String>, place: &Option<Place>| match (text, place) {
            (Some(text), None) if self.action == ChangeKind::Changed => {
                Some(format!("{text} (default)"))
            }
            _ => text.clone(),
        };
        let old = side(&self.old, &self.old_place);
        (old, side(&self.new, &self.new_place))
    }
}

/// Everything that a change does.
#[derive(Clone, Debug, Default)]
pub struct EffectiveChanges {
    /// What the old tree is called.
    pub old: String,
    /// What the new tree is called; none is the working tree.
    pub new: Option<String>,
    /// What it does, in order.
    pub changes: Vec<Redacted<EffectiveChange>>,
    /// How many configurations were compared.
    pub configurations: usize,
    /// Files that could not be compared, and why.
    pub unread: Vec<(String, String)>,
    /// Files in which only something changed that is not compared, and a sentence about it.
    pub beyond: Vec<(String, String)>,
}

impl EffectiveChanges {
    /// All files that were not compared as a whole, and why.
    fn not_compared(&self) -> impl Iterator<Item = &(String, String)> {
        self.unread.iter().chain(&self.beyond)
    }
}

/// A way to write [`EffectiveChanges`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// For people.
    #[default]
    Human,
    /// For a job page or a comment.
    Markdown,
    /// For programs.
    Json,
}

type WriteComparison = fn(&EffectiveChanges, &mut dyn Write) -> io::Result<()>;

const FORMATS: Formats<ComparisonFormat, WriteComparison> = Formats(&[
    FormatEntry {
        format: ComparisonFormat::Human,
        name: "human",
        about: "a list for people",
        writer: human::write,
    },
    FormatEntry {
        format: ComparisonFormat::Markdown,
        name: "markdown",
        about: "a table for a comment on a pull request",
        writer: markdown::write,
    },
    FormatEntry {
        format: ComparisonFormat::Json,
        name: "json",
        about: "one object for programs",
        writer: json::write,
    },
]);

impl ComparisonFormat {
    /// All formats, in the order in which they are listed.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.all()
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        FORMATS.name(self)
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        FORMATS.about(self)
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.named(name)
    }

    /// Writes what a change does.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, changes: &EffectiveChanges, to: &mut dyn Write) -> io::Result<()> {
        FORMATS.write(self, to, |write, bytes| write(changes, bytes))
    }
}
