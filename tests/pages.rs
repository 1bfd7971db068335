//! Runs the examples of every rule page, with all rules on.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::path::PathBuf;
use std::sync::Arc;

use promvet::cli::pipeline::{Request, run};
use promvet::finding::{Finding, Severity};
use promvet::rules::{self, Expected, example};
use promvet::source::Memory;
use promvet::source::handshake::{Failure, Handshake, Presented, Roots, Target};

/// A network in which one server shows a certificate that everybody trusts, until 2026-11-20.
#[derive(Debug)]
struct OneServer(Arc<Presented>);

const SERVER: &str = "expired.example.com";

impl OneServer {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec![SERVER.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 8, 22);
        params.not_after = rcgen::date_time_ymd(2026, 11, 20);
        let certificate = params.self_signed(&key).unwrap();
        Self(Arc::new(Presented {
            chain: vec![certificate.der().to_vec()],
        }))
    }
}

impl Handshake for OneServer {
    fn shake(&self, target: &Target) -> Result<Arc<Presented>, Failure> {
        match target.host == SERVER {
            true => Ok(Arc::clone(&self.0)),
            false => Err(Failure::NoAddress),
        }
    }

    fn leads_to(&self, _: &Presented, _: Roots<'_>, _: i64) -> Option<bool> {
        Some(true)
    }
}

/// 2026-11-22, so that what depends on the day is the same every day.
fn findings(files: &[(String, String)], online: Option<Arc<dyn Handshake>>) -> Vec<Finding> {
    let mut tree = Memory::new();
    for (path, content) in files {
        tree = tree.file(format!("/tree/{path}"), content.clone().into_bytes());
    }
    let request = Request {
        paths: vec![PathBuf::from(".")],
        now: 1_795_368_963,
        online,
        ..Request::default()
    };
    let run = run(&request, &tree);
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.outcome
        .findings()
        .iter()
        .map(|reported| reported.finding.clone())
        .collect()
}

fn matches(expected: &Expected, own: &str, path: &str, finding: &Finding) -> bool {
    let (start, end) = (finding.place.start(), finding.place.end());
    let columns = expected
        .columns
        .is_none_or(|(from, to)| (start.column, end.column) == (from, to));
    let text = format!(
        "{} {}",
        finding.message,
        finding.help.as_deref().unwrap_or("")
    );
    finding.rule == expected.rule.as_deref().unwrap_or(own)
        && finding.severity == expected.severity
        && &**finding.place.path() == path
        && start.line == expected.line
        && columns
        && text.contains(&expected.says)
}

#[test]
fn every_example_gives_the_findings_that_it_marks_and_no_others() {
    let mut wrong = Vec::new();
    let mut run = 0;
    let network: Arc<OneServer> = Arc::new(OneServer::new());
    for page in rules::all() {
        for example in example::examples(page.text) {
            run += 1;
            let mut files = example.files.clone();
            files.push((example.path.clone(), example.text.clone()));
            let online = (page.name == "tls/certificate").then(|| Arc::clone(&network) as Arc<_>);
            let found = findings(&files, online);
            let missing: Vec<_> = example
                .expected
                .iter()
                .filter(|expected| {
                    !found
                        .iter()
                        .any(|one| matches(expected, page.name, &example.path, one))
                })
                .collect();
            let extra: Vec<_> = found
                .iter()
                .filter(|one| one.severity > Severity::Info)
                .filter(|one| {
                    !example
                        .expected
                        .iter()
                        .any(|expected| matches(expected, page.name, &example.path, one))
                })
                .map(|one| {
                    (
                        one.rule.clone(),
                        one.severity,
                        one.place.clone(),
                        one.place.end().column,
                        &one.message,
                        &one.help,
                    )
                })
                .collect();
            let silent_bad = example.bad && example.expected.is_empty();
            if !missing.is_empty() || !extra.is_empty() || silent_bad {
                wrong.push(format!(
                    "rules/{}.md:{}\n  missing: {missing:#?}\n  too much: {extra:#?}",
                    page.name, example.line
                ));
            }
        }
    }
    assert!(run > 0);
    assert!(
        wrong.is_empty(),
        "{} of {run} examples:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_page_has_a_bad_and_a_good_example() {
    for page in rules::all() {
        let examples = example::examples(page.text);
        let needs_more = ["credentials/unreadable", "suppressions/added"];
        let needs_files = needs_more.contains(&page.name);
        assert!(
            needs_files || examples.iter().any(|one| one.bad),
            "{} has no bad example",
            page.name
        );
        assert!(
            examples.iter().any(|one| !one.bad),
            "{} has no good example",
            page.name
        );
    }
}
