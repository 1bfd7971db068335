//! Runs the examples of every rule page, with all rules on.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::sync::Arc;

use promvet::finding::rule;
use promvet::rules::{self, example};
use promvet::run::examples::run;
use promvet::schema::{Rule, rule_file, target_file};
use promvet::source::handshake::{Handshake, HandshakeFailure, HandshakeTarget, Presented, Roots};

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
    fn shake(&self, target: &HandshakeTarget) -> Result<Arc<Presented>, HandshakeFailure> {
        match target.host == SERVER {
            true => Ok(Arc::clone(&self.0)),
            false => Err(HandshakeFailure::NoAddress),
        }
    }

    fn leads_to(&self, _: &Presented, _: Roots<'_>, _: i64) -> Option<bool> {
        Some(true)
    }
}

#[test]
fn every_example_gives_the_findings_that_it_marks_and_no_others() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let network: Arc<OneServer> = Arc::new(OneServer::new());
    for page in rules::all() {
        for example in example::examples(page.text) {
            count += 1;
            let online = (page.name == "tls/certificate").then(|| Arc::clone(&network) as Arc<_>);
            let difference = run(&example, page.name, online);
            if !difference.is_none() {
                let (name, line) = (page.name, example.line);
                wrong.push(format!("rules/{name}.md:{line}\n{difference:#?}"));
            }
        }
    }
    assert!(count > 0);
    assert!(
        wrong.is_empty(),
        "{} of {count} examples:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_page_has_a_bad_and_a_good_example() {
    for page in rules::all() {
        let examples = example::examples(page.text);
        let needs_more = [
            "credentials/unreadable",
            "files/no-longer-read",
            "suppressions/added",
        ];
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

#[test]
fn every_rule_of_the_schema_has_a_page() {
    let schema = [
        Rule::Syntax,
        Rule::UnknownField,
        Rule::WrongType,
        Rule::MissingField,
        Rule::InvalidValue,
        Rule::Conflict,
        Rule::Duplicate,
        Rule::Unavailable,
        Rule::Crash,
        Rule::Deprecated,
    ];
    let files = [
        target_file::TARGET_FILE,
        rule_file::RULE_FILE,
        rule_file::PROMQL,
        rule_file::TEMPLATE,
        rule_file::DUPLICATE_RULE,
    ];
    for name in schema.map(Rule::name).iter().chain(&files) {
        assert!(rules::find(name).is_some(), "{name}");
    }
    assert_eq!(target_file::TARGET_FILE, rule::FILES_TARGET_FILE);
    assert_eq!(rule_file::RULE_FILE, rule::FILES_RULE_FILE);
}
