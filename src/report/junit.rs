//! JUnit XML: a suite a file, a test a finding.
//!
//! Errors and warnings are failures; infos are tests that pass and say something. A file without
//! findings is one test that passes, and what could not be checked is one that was skipped. The
//! elements and attributes are those that Jenkins (jenkins-junit.xsd) and GitLab read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::outcome::{Outcome, Reported};
use super::prose::spot;
use super::xml::escape;
use crate::finding::{Place, Severity, Unchecked};

/// What is said about one file.
#[derive(Default)]
struct Suite<'a> {
    findings: Vec<&'a Reported>,
    unchecked: Vec<&'a Unchecked>,
}

impl Suite<'_> {
    fn failures(&self) -> usize {
        self.findings.iter().filter(|it| fails(it)).count()
    }

    fn tests(&self) -> usize {
        (self.findings.len() + self.unchecked.len()).max(1)
    }
}

fn fails(it: &Reported) -> bool {
    it.finding.severity > Severity::Info
}

pub(super) fn write(outcome: &Outcome, to: &mut dyn Write, _: &Options<'_>) -> io::Result<()> {
    let mut suites: BTreeMap<&str, Suite<'_>> = BTreeMap::new();
    for file in outcome.files() {
        suites.entry(&file.path).or_default();
    }
    for it in outcome.findings() {
        let suite = suites.entry(it.finding.place.path()).or_default();
        suite.findings.push(it);
    }
    for it in outcome.unchecked() {
        suites
            .entry(it.place.path())
            .or_default()
            .unchecked
            .push(it);
    }
    let tests: usize = suites.values().map(Suite::tests).sum();
    let failures: usize = suites.values().map(Suite::failures).sum();
    let skipped = outcome.unchecked().len();
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        to,
        r#"<testsuites name="promvet" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}" time="0">"#
    )?;
    for (path, suite) in &suites {
        write_suite(to, path, suite)?;
    }
    writeln!(to, "</testsuites>")
}

fn write_suite(to: &mut dyn Write, path: &str, suite: &Suite<'_>) -> io::Result<()> {
    let path = escape(path);
    writeln!(
        to,
        r#"  <testsuite name="{path}" tests="{}" failures="{}" errors="0" skipped="{}" time="0">"#,
        suite.tests(),
        suite.failures(),
        suite.unchecked.len()
    )?;
    if suite.findings.is_empty() && suite.unchecked.is_empty() {
        writeln!(
            to,
            r#"    <testcase name="no findings" classname="{path}" file="{path}" time="0"/>"#
        )?;
    }
    for it in &suite.findings {
        write_finding(to, it)?;
    }
    for it in &suite.unchecked {
        open_case(to, "could not be checked", &it.place)?;
        let settle = it.settle.as_deref().unwrap_or("");
        let reason = escape(format!("{} {settle}", it.reason).trim_end());
        writeln!(to, r#"      <skipped message="{reason}"/>"#)?;
        writeln!(to, "    </testcase>")?;
    }
    writeln!(to, "  </testsuite>")
}

fn write_finding(to: &mut dyn Write, it: &Reported) -> io::Result<()> {
    let finding = &it.finding;
    open_case(to, &finding.rule, &finding.place)?;
    let mut text = format!("{}: {}", spot(&finding.place), finding.message);
    for proof in &finding.evidence {
        text.push_str(&format!("\n{}: {}", spot(&proof.place), proof.message));
    }
    if let Some(help) = &finding.help_line() {
        text.push_str(&format!("\n{help}"));
    }
    let text = escape(&text);
    if fails(it) {
        let severity = finding.severity.word();
        let message = escape(&finding.message);
        writeln!(
            to,
            r#"      <failure message="{message}" type="{severity}">{text}</failure>"#
        )?;
    } else {
        writeln!(to, "      <system-out>{text}</system-out>")?;
    }
    writeln!(to, "    </testcase>")
}

fn open_case(to: &mut dyn Write, title: &str, place: &Place) -> io::Result<()> {
    let start = place.start();
    let (title, path) = (escape(title), escape(place.path()));
    writeln!(
        to,
        r#"    <testcase name="{title} at {}:{}" classname="{path}" file="{path}" line="{}" time="0">"#,
        start.line, start.column, start.line
    )
}
