//! The files that the chart `prometheus` makes of its values.

use crate::support::memory;
use promvet::finding::Severity;

/// What is reported of some values at warning or above: the line, the rule and the message.
fn reported(values: &str) -> Vec<(usize, String, String)> {
    let head = "alertmanager: {enabled: false}\nserver:\n  retention: 1d\n";
    let tree = memory::tree(&[("values.yaml", &format!("{head}{values}"))]);
    let mut found = memory::found("/tree", &tree);
    found.retain(|one| one.severity > Severity::Info);
    let lines = found.iter().map(|one| {
        let line = one.place.start().line - 3;
        (line, one.rule.to_string(), one.message.to_string())
    });
    lines.collect()
}

const RULES: &str = "    groups: [{name: a, rules: [{record: 'a:b', expr: up}]}]\n";

#[test]
fn rule_files_and_keys_belong_together() {
    let with = |list: &str, key: &str| {
        format!("serverFiles:\n  {key}:\n{RULES}  prometheus.yml:\n    rule_files: [{list}]\n")
    };
    for (values, expected) in [
        (with("/etc/config/mine.yml", "mine.yml"), None),
        (with("/etc/config/*.yml", "mine.yml"), None),
        (with("mine.yml", "mine.yml"), None),
        (
            with("/etc/config/mine.yml, /etc/config/other.yml", "mine.yml"),
            Some((5, "no key `other.yml`")),
        ),
        (
            with("/etc/config/mine.yml, /etc/config/rf*.yml", "mine.yml"),
            Some((5, "no key that matches `rf*.yml`")),
        ),
        (
            format!(
                "{}ruleFiles:\n  rf1.yml: |\n{RULES}",
                with("/etc/config/mine.yml, /etc/config/rf*.yml", "mine.yml")
            ),
            None,
        ),
        (
            format!(
                "  extraConfigmapMounts:\n  - {{name: a, mountPath: /etc/config/rf1.yml, configMap: a}}\n{}",
                with("/etc/config/mine.yml, /etc/config/rf*.yml", "mine.yml")
            ),
            None,
        ),
        (
            with("/etc/config/alerts", "mine.yml"),
            Some((2, "`rule_files` does not name it")),
        ),
        (
            format!("serverFiles:\n  alerting_rule.yml:\n{RULES}"),
            Some((2, "`rule_files` does not name it")),
        ),
        (format!("serverFiles:\n  alerting_rules.yml:\n{RULES}"), None),
        // Other values may name it.
        (format!("serverFiles:\n  mine.yml:\n{RULES}"), None),
        (
            "  extraConfigmapMounts:\n  - {name: a, mountPath: /etc/config/a.yml, subPath: a.yml, configMap: a}\nserverFiles:\n  prometheus.yml:\n    rule_files: [/etc/config/a.yml]\n".to_owned(),
            None,
        ),
        (
            "  configMapOverrideName: own\nserverFiles:\n  prometheus.yml:\n    rule_files: [/etc/config/a.yml]\n".to_owned(),
            None,
        ),
    ] {
        let found = reported(&values);
        match (expected, found.as_slice()) {
            (None, []) => {}
            (Some((line, words)), [(at, rule, message)]) => {
                assert_eq!((*at, &**rule), (line, "files/missing"), "{values}");
                assert!(message.contains(words), "{values}: {message}");
            }
            _ => panic!("{values}: {found:?}"),
        }
    }
}

#[test]
fn sections_that_the_chart_writes_are_not_there_twice() {
    let remote = "  remoteWrite: [{url: 'https://mimir.example.com/api/v1/push', headers: {X-Scope-OrgID: a}}]\n";
    let file = |section: &str| format!("serverFiles:\n  prometheus.yml:\n    {section}\n");
    let own = file(
        "remote_write: [{url: 'https://mimir2.example.com/api/v1/push', headers: {X-Scope-OrgID: a}}]",
    );
    for (values, expected) in [
        (file("global: {scrape_interval: 30s}"), 1),
        (file("rule_files: []"), 0),
        (format!("{remote}{own}"), 1),
        (own.clone(), 0),
        (format!("  remoteWrite: []\n{own}"), 0),
        (
            format!(
                "  configMapOverrideName: x\n{}",
                file("global: {scrape_interval: 30s}")
            ),
            0,
        ),
    ] {
        let found = reported(&values);
        let doubled = found
            .iter()
            .filter(|(_, rule, _)| rule == "schema/duplicate");
        assert_eq!(doubled.count(), expected, "{values}: {found:?}");
    }
}

/// The chart copies its endpoints into the configuration.
#[test]
fn a_key_of_the_wrong_case_is_reported_once() {
    let values = "  remoteWrite:\n  - url: https://mimir.example.com/api/v1/push\n    headers: {X-Scope-OrgID: a}\n    remoteTimeout: 30s\n";
    for more in ["", "serverFiles:\n  prometheus.yml:\n    rule_files: []\n"] {
        let found = reported(&format!("{values}{more}"));
        let [(4, rule, message)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(rule, "schema/unknown-field");
        assert!(message.contains("Prometheus rejects the file"), "{message}");
    }
}
