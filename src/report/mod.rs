//! Findings → people and machines: one file a format.
//!
//! A format gets an [`Outcome`] and writes bytes; it decides nothing. Whatever comes from the input
//! passes through `neutral` before it reaches a person, and through [`Place::excerpt`] where it is
//! source text, so that no secret and no control character gets out.
//!
//! [`Place::excerpt`]: crate::finding::Place::excerpt

mod alike;
mod checkstyle;
mod compare;
pub mod comparison;
mod concise;
mod delivery;
mod formats;
mod github;
mod gitlab;
mod human;
pub mod inventory;
mod json;
mod json_lines;
mod junit;
mod markdown;
mod neutral;
mod openmetrics;
mod outcome;
mod patch;
mod prose;
mod relabel;
mod sarif;
mod snippet;
mod suggestions;
pub mod suppressions;
mod xml;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::finding::Severity;
use formats::{FormatEntry, Formats};

pub use delivery::{unless_closed, write_file, write_new_file};
pub use json::VERSION as JSON_VERSION;
pub use neutral::{harmless_line, harmless_lines};
pub use outcome::{
    CheckedFile, HiddenBy, Hiding, Outcome, OwnPage, Reported, RunSummary, Suppressed,
};
pub use patch::write_patch;
pub use relabel::{RelabelReport, RelabelStep};

/// What a format gets to know about rules.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo<'a> {
    /// The name, such as `remote-write/url-shape`.
    pub name: &'a str,
    /// The title of its page.
    pub title: &'a str,
    /// Its usual severity.
    pub severity: Severity,
    /// Its page in Markdown, without front matter.
    pub page: &'a str,
    /// Whether it is one of the repository's own, which is described nowhere else.
    pub own: bool,
}

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Whether to color; for [`OutcomeFormat::Human`] only.
    pub color: bool,
    /// Columns to wrap sentences at; for [`OutcomeFormat::Human`] only.
    pub width: usize,
    /// Findings only: no summary, nothing about what could not be checked; for [`OutcomeFormat::Human`]
    /// only.
    pub quiet: bool,
    /// Whether to draw with more than ASCII; for [`OutcomeFormat::Human`] only.
    pub unicode: bool,
    /// The least severity that makes the exit code 1, if one does; for [`OutcomeFormat::Junit`] only.
    pub fail_on: Option<Severity>,
    /// Whether what could not be checked makes the exit code 1; for [`OutcomeFormat::Junit`] only.
    pub unchecked_fails: bool,
    /// All rules, by name.
    pub rules: &'a [RuleInfo<'a>],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            quiet: false,
            unicode: true,
            fail_on: Some(Severity::Error),
            unchecked_fails: false,
            rules: &[],
        }
    }
}

/// A way to write an [`Outcome`]. An inventory and a comparison have formats of their own: what can be
/// written as JUnit is not a graph, and the type keeps a format from a report that has none such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeFormat {
    /// For people: sentences with the lines that they are about.
    Human,
    /// One line a finding: `path:line:col: severity rule message`.
    Concise,
    /// One object; the contract is in docs/json.md.
    Json,
    /// One object a line, each with its type.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// A summary for a job page or a comment.
    Markdown,
    /// Gauges for node_exporter's textfile collector.
    Openmetrics,
}

type WriteReport = fn(&Outcome, &mut dyn Write, &Options<'_>) -> io::Result<()>;

/// Every format with its name and what it is, in the order in which they are listed.
const FORMATS: Formats<OutcomeFormat, WriteReport> = Formats(&[
    FormatEntry {
        format: OutcomeFormat::Human,
        name: "human",
        about: "sentences with the lines that they are about",
        writer: human::write,
    },
    FormatEntry {
        format: OutcomeFormat::Concise,
        name: "concise",
        about: "one line a finding",
        writer: concise::write,
    },
    FormatEntry {
        format: OutcomeFormat::Json,
        name: "json",
        about: "one object with everything, versioned",
        writer: json::write,
    },
    FormatEntry {
        format: OutcomeFormat::JsonLines,
        name: "json-lines",
        about: "the same, one object a line",
        writer: json_lines::write,
    },
    FormatEntry {
        format: OutcomeFormat::Sarif,
        name: "sarif",
        about: "SARIF 2.1.0, for code scanning",
        writer: sarif::write,
    },
    FormatEntry {
        format: OutcomeFormat::Github,
        name: "github",
        about: "annotations in GitHub Actions",
        writer: github::write,
    },
    FormatEntry {
        format: OutcomeFormat::Gitlab,
        name: "gitlab",
        about: "GitLab's code quality report",
        writer: gitlab::write,
    },
    FormatEntry {
        format: OutcomeFormat::Junit,
        name: "junit",
        about: "JUnit XML, for test reports",
        writer: junit::write,
    },
    FormatEntry {
        format: OutcomeFormat::Checkstyle,
        name: "checkstyle",
        about: "Checkstyle XML, for review tools",
        writer: checkstyle::write,
    },
    FormatEntry {
        format: OutcomeFormat::Markdown,
        name: "markdown",
        about: "a summary for a job page or a comment",
        writer: markdown::write,
    },
    FormatEntry {
        format: OutcomeFormat::Openmetrics,
        name: "openmetrics",
        about: "gauges, for node_exporter's textfile collector",
        writer: openmetrics::write,
    },
]);

impl OutcomeFormat {
    /// Whether it shows more of a text than the lines around the places of findings: what they look like when
    /// they are fixed.
    #[must_use]
    pub fn needs_texts(self) -> bool {
        self == Self::Markdown
    }

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

    /// Writes the outcome. Whether a closed pipe is an error is for the caller to say, with
    /// [`unless_closed`].
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(
        self,
        outcome: &Outcome,
        to: &mut dyn Write,
        options: &Options<'_>,
    ) -> io::Result<()> {
        FORMATS.write(self, to, |write, bytes| write(outcome, bytes, options))
    }
}
