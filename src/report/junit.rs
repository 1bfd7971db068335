//! JUnit XML: a suite a file, a test a finding.
//!
//! What makes the exit code 1 is a failure (`--fail-on`, `--require-coverage`); other findings are tests
//! that pass and say something. A file without findings is one test that passes, and what could not be
//! checked is one that was skipped. The elements and attributes are those that Jenkins
//! (jenkins-junit.xsd) and GitLab read.
//!
//! Both compare runs by the names of tests, so a name holds no line: it is the rule and the path of
//! keys, in which list items go by their names.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use super::Options;
use super::outcome::{Outcome, Reported};
use super::prose::spot;
use super::xml::escape;
use crate::finding::{Place, Redacted, Unchecked, named_path};

/// What is reported about one file.
#[derive(Default)]
struct Suite<'a> {
    findings: Vec<&'a Reported>,
    unchecked: Vec<&'a Redacted<Unchecked>>,
}

impl Suite<'_> {
    fn failures(&self, options: &Options<'_>) -> usize {
        let findings = self.findings.iter();
        let failures = findings.filter(|it| options.fails(it)).count();
        failures + self.unchecked.len() - self.skipped(options)
    }

    fn skipped(&self, options: &Options<'_>) -> usize {
        match options.unchecked_fails {
            true => 0,
            false => self.unchecked.len(),
        }
    }

    fn tests(&self) -> usize {
        (self.findings.len() + self.unchecked.len()).max(1)
    }
}

impl Options<'_> {
    /// Whether a finding makes the exit code 1.
    fn fails(&self, it: &Reported) -> bool {
        self.fail_on
            .is_some_and(|least| it.finding.severity >= least)
    }
}

pub(super) fn write(
    outcome: &Outcome,
    to: &mut dyn Write,
    options: &Options<'_>,
) -> io::Result<()> {
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
    let failures: usize = suites.values().map(|suite| suite.failures(options)).sum();
    let skipped: usize = suites.values().map(|suite| suite.skipped(options)).sum();
    writeln!(to, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        to,
        r#"<testsuites name="promvet" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}" time="0">"#
    )?;
    for (path, suite) in &suites {
        write_suite(to, path, suite, options)?;
    }
    writeln!(to, "</testsuites>")
}

fn write_suite(
    to: &mut dyn Write,
    path: &str,
    suite: &Suite<'_>,
    options: &Options<'_>,
) -> io::Result<()> {
    let path = escape(path);
    let mut names = TestNames::default();
    writeln!(
        to,
        r#"  <testsuite name="{path}" tests="{}" failures="{}" errors="0" skipped="{}" time="0">"#,
        suite.tests(),
        suite.failures(options),
        suite.skipped(options)
    )?;
    if suite.findings.is_empty() && suite.unchecked.is_empty() {
        writeln!(
            to,
            r#"    <testcase name="no findings" classname="{path}" file="{path}" time="0"/>"#
        )?;
    }
    for it in &suite.findings {
        let title = names.next(&it.finding.rule, &named_path(&it.finding));
        open_case(to, &title, &it.finding.place)?;
        write_finding(to, it, options.fails(it))?;
    }
    for it in &suite.unchecked {
        let title = names.next("could not be checked", &without_indexes(&it.logical));
        open_case(to, &title, &it.place)?;
        let settle = it.settle.as_deref().unwrap_or("");
        let reason = escape(format!("{} {settle}", it.reason).trim_end());
        match options.unchecked_fails {
            true => writeln!(
                to,
                r#"      <failure message="{reason}" type="unchecked">{reason}</failure>"#
            )?,
            false => writeln!(to, r#"      <skipped message="{reason}"/>"#)?,
        }
        writeln!(to, "    </testcase>")?;
    }
    writeln!(to, "  </testsuite>")
}

/// A path of keys whose list items have no numbers, which inserted neighbors would move:
/// `scrape_configs[].proxy_url`.
fn without_indexes(path: &str) -> String {
    let mut parts = path.split('[');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let rest = part.get(digits..).filter(|rest| rest.starts_with(']'));
        out.push('[');
        out.push_str(rest.unwrap_or(part));
    }
    out
}

/// The names of the tests of a suite.
#[derive(Default)]
struct TestNames {
    /// How many were called so already.
    given: HashMap<String, usize>,
}

impl TestNames {
    /// The name of the next test: where several are alike, they are counted.
    fn next(&mut self, what: &str, at: &str) -> String {
        let name = match at {
            "" => what.to_owned(),
            at => format!("{what} at {at}"),
        };
        let count = self.given.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            nth => format!("{name} ({nth})"),
        }
    }
}

fn write_finding(to: &mut dyn Write, it: &Reported, fails: bool) -> io::Result<()> {
    let finding = &it.finding;
    let mut text = format!("{}: {}", spot(&finding.place), finding.message);
    for proof in &finding.evidence {
        text.push_str(&format!("\n{}: {}", spot(&proof.place), proof.message));
    }
    if let Some(help) = &finding.help_line() {
        text.push_str(&format!("\n{help}"));
    }
    let text = escape(&text);
    if fails {
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
        r#"    <testcase name="{title}" classname="{path}" file="{path}" line="{}" time="0">"#,
        start.line
    )
}

#[cfg(test)]
mod tests {
    use super::without_indexes;

    #[test]
    fn list_items_have_no_numbers() {
        for (path, expected) in [
            ("scrape_configs[0].proxy_url", "scrape_configs[].proxy_url"),
            ("a[12][3]", "a[][]"),
            (
                "data[\"prometheus.yml\"].global",
                "data[\"prometheus.yml\"].global",
            ),
            ("data[\"[1]\"]", "data[\"[]\"]"),
            ("", ""),
        ] {
            assert_eq!(without_indexes(path), expected);
        }
    }
}
