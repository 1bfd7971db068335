//! GitLab's code quality report: a list of issues in the form of Code Climate.
//!
//! The keys are those that GitLab 17 documents as required (docs.gitlab.com,
//! ci/testing/code_quality, "Code Quality report format"), and `content`. GitLab compares
//! fingerprints to tell new issues from old ones. It has no place for what could not be checked.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::outcome::{Outcome, Reported};
use super::{Options, json, neutral};
use crate::finding::Severity;

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

#[derive(Serialize)]
struct Content<'a> {
    body: Cow<'a, str>,
}

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = outcome.findings().iter().map(issue).collect();
    json::write_line(&issues, to)
}

fn issue(it: &Reported) -> Issue<'_> {
    let finding = &it.finding;
    Issue {
        description: neutral::line(&finding.message),
        check_name: &finding.rule,
        fingerprint: &it.fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: finding.place.path(),
            lines: Lines {
                begin: finding.place.start().line,
                end: finding.place.end().line,
            },
        },
        content: finding.help_line().map(|help| Content {
            body: neutral::all_lines(help),
        }),
    }
}
