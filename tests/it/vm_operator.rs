//! Endpoints of vmagent: headers, and flags of a VMAgent beside its endpoints.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

const HEAD: &str = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAgent\nmetadata: {name: a, namespace: m}\nspec:\n  selectAllByDefault: true\n";

const URL: &str = "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push";

fn found(spec: &str) -> Vec<Finding> {
    let text = format!("{HEAD}{spec}");
    let mut found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

/// What is reported, by the rules and the lines.
fn rules(found: &[Finding]) -> Vec<(&str, usize)> {
    let all = found.iter();
    all.map(|it| (&*it.rule, it.place.start().line)).collect()
}

#[test]
fn flags_beside_the_endpoints_count_for_them() {
    for (flags, expected) in [
        ("{}", vec![("remote-write/credentials-missing", 6)]),
        (
            "{remoteWrite.basicAuth.username: '1', remoteWrite.basicAuth.passwordFile: /p}",
            vec![],
        ),
        (
            "{remoteWrite.basicAuth.username: '1', remoteWrite.basicAuth.password: kq83hfkwpz02}",
            vec![("credentials/committed", 7)],
        ),
        (
            "{remoteWrite.basicAuth.username: '1', remoteWrite.basicAuth.password: '%{PASSWORD}'}",
            vec![],
        ),
        (
            "{remoteWrite.basicAuth.username: '1', remoteWrite.basicAuth.passwordFil: /p}",
            vec![
                ("remote-write/credentials-kind", 7),
                ("schema/unknown-field", 7),
            ],
        ),
        (
            "{remoteWrite.headers: 'X-A: b^^Authorization: Basic ${TOKEN}'}",
            vec![],
        ),
        (
            "{promscrape.maxScrapeSize: 64MB, memory.allowedPercent: '50'}",
            { vec![("remote-write/credentials-missing", 6)] },
        ),
    ] {
        let found = found(&format!(
            "  remoteWrite: [{{url: '{URL}'}}]\n  extraArgs: {flags}\n"
        ));
        assert_eq!(rules(&found), expected, "{flags}: {found:?}");
    }
}

#[test]
fn an_endpoint_among_the_flags_is_judged() {
    let flags = "  extraArgs:\n    remoteWrite.url: grafana.net/api/prom/push\n    remoteWrite.basicAuth.password: kq83hfkwpz02\n    remoteWrite.basicAuth.username: a\n";
    let found = found(flags);
    let expected = [("remote-write/url-syntax", 7), ("credentials/committed", 8)];
    assert_eq!(rules(&found), expected, "{found:?}");
    let message = found.first().map(|it| it.message.to_string());
    let message = message.unwrap_or_default();
    assert!(message.contains("vmagent does not start"), "{message}");
}

#[test]
fn headers_hold_credentials() {
    for (headers, expected) in [
        ("['X-A: b']", vec![("remote-write/credentials-missing", 6)]),
        ("['Authorization: Basic ${TOKEN}']", vec![]),
        ("['authorization: Basic MTIzNDU2OnBhc3N3b3Jk']", {
            vec![("credentials/committed", 6)]
        }),
        (
            "['Authorization: Bearer ${TOKEN}'], basicAuth: {username: {name: a, key: b}, password: {name: a, key: c}}",
            vec![],
        ),
    ] {
        let found = found(&format!(
            "  remoteWrite: [{{url: '{URL}', headers: {headers}}}]\n"
        ));
        assert_eq!(rules(&found), expected, "{headers}: {found:?}");
    }
}

#[test]
fn headers_of_a_command_line_hold_credentials() {
    for (flag, expected) in [
        (
            "-remoteWrite.headers=X-A:b",
            vec![("remote-write/credentials-missing", 5)],
        ),
        (
            "-remoteWrite.headers=X-A:b^^Authorization:Basic $TOKEN",
            vec![],
        ),
    ] {
        let text = format!(
            "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url={URL}\n    - '{flag}'\n"
        );
        let mut found = memory::found("/tree", &memory::tree(&[("compose.yaml", &text)]));
        found.retain(|finding| finding.severity >= Severity::Warning);
        assert_eq!(rules(&found), expected, "{flag}: {found:?}");
    }
}
