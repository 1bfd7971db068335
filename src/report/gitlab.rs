//! GitLab's code quality report: a list of issues in the form of Code Climate.
//!
//! The keys are those that GitLab 17 documents as required (docs.gitlab.com,
//! ci/testing/code_quality, "Code Quality report format"), and `content`. GitLab compares
//! fingerprints to tell new issues from old ones. It has no place for what could not be checked, which
//! is an issue of the least severity.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::outcome::{Outcome, Reported};
use super::{Options, json, neutral};
use crate::finding::{Fingerprints, Place, Redacted, Severity, Unchecked};

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    fingerprint: Cow<'a, str>,
    severity: &'static str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: usize,
    end: usize,
}

#[derive(Serialize)]
struct Content<'a> {
    body: Cow<'a, str>,
}

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let unchecked = outcome.only_unchecked();
    let unchecked = unchecked.map(|it| unchecked_issue(it, fingerprints.of_unchecked(it)));
    let findings = outcome.findings().iter().map(issue);
    let issues: Vec<Issue<'_>> = findings.chain(unchecked).collect();
    json::write_line(&issues, to)
}

fn unchecked_issue(it: &Redacted<Unchecked>, fingerprint: String) -> Issue<'_> {
    Issue {
        description: format!("could not be checked: {}", neutral::line(&it.reason)).into(),
        check_name: "unchecked",
        fingerprint: fingerprint.into(),
        severity: "info",
        location: location(&it.place),
        content: it.settle.as_deref().map(|settle| Content {
            body: neutral::lines(settle),
        }),
    }
}

fn location(place: &Place) -> Location<'_> {
    Location {
        path: place.path(),
        lines: GitlabLines {
            begin: place.start().line,
            end: place.end().line,
        },
    }
}

fn issue(it: &Reported) -> Issue<'_> {
    let finding = &it.finding;
    Issue {
        description: neutral::line(&finding.message),
        check_name: &finding.rule,
        fingerprint: it.fingerprint.as_str().into(),
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: location(&finding.place),
        content: finding.help_line().map(|help| Content {
            body: neutral::all_lines(help),
        }),
    }
}
