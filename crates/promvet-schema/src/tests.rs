//! What is found in small configurations, and what is not.

use super::*;
use crate::yaml::parse_first;
use promvet_text::{Severity, Text};

/// The findings at warning or above, as `line:column rule`, and the document's own text.
fn found(source: &str, target: &TargetReleases) -> Vec<String> {
    let text = Text::new("p.yml", source.as_bytes().to_vec());
    let document = parse_first(&text).unwrap();
    let findings = check(&document, target);
    findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info)
        .map(|finding| {
            let at = finding.place.start();
            let rule = finding.rule.trim_start_matches("schema/");
            format!("{}:{} {rule}", at.line, at.column)
        })
        .collect()
}

fn newest(source: &str) -> Vec<String> {
    found(source, &TargetReleases::default())
}

#[test]
fn several_faults_are_all_found_and_each_once() {
    for (source, want) in [
        (
            "global:\n  scrape_interval: 1x\nremote_write:\n- ulr: a\n",
            vec!["2:21 invalid-value", "4:3 unknown-field"],
        ),
        (
            "scrape_configs:\n- job_name: a\n  honor_labels: 'true'\n- job_name: a\n  sample_limit: -1\n",
            vec!["3:17 wrong-type", "4:13 duplicate", "5:17 wrong-type"],
        ),
        (
            "remote_write:\n- url: http://h\n  tls_config: {cert_file: a, min_version: TLS14}\n  queue_config: {max_shards: many}\n",
            vec![
                "3:16 missing-field",
                "3:43 invalid-value",
                "4:30 wrong-type",
            ],
        ),
        (
            "remote_read:\n- null\n- url: http://h:x\n  headers: {Host: a}\n",
            vec![
                "2:3 missing-field",
                "3:16 invalid-value",
                "4:13 invalid-value",
            ],
        ),
    ] {
        assert_eq!(newest(source), want, "{source}");
    }
}

#[test]
fn an_alias_repeats_no_fault() {
    let source = "scrape_configs:\n- &a\n  job_name: a\n  scheme: [x]\n- <<: *a\n  job_name: b\n- <<: *a\n  job_name: c\n";
    assert_eq!(newest(source), ["4:11 wrong-type"]);
}

#[test]
fn a_wrong_type_is_not_missing_too() {
    for source in [
        "remote_write:\n- url: [a]\n",
        "scrape_configs:\n- job_name: {}\n",
        "scrape_configs:\n- job_name: a\n  dns_sd_configs:\n  - names: a\n",
        "tracing: {endpoint: []}\n",
    ] {
        let found = newest(source);
        assert!(
            matches!(found.as_slice(), [one] if one.ends_with("wrong-type")),
            "{source} {found:?}"
        );
    }
}

#[test]
fn null_and_empty_sections_are_what_prometheus_makes_of_them() {
    for source in [
        "global:\n",
        "global: {}\nruntime:\n",
        "alerting: {}\n",
        "scrape_configs:\nrule_files:\nremote_write:\nremote_read:\n",
        "rule_files: [null]\n",
        "scrape_configs: [{job_name: a, static_configs: [{}]}]\n",
        "scrape_configs: [{job_name: a, consul_sd_configs: [{}]}]\n",
        "tracing:\n",
        "otlp:\n",
        "otlp: {}\n",
        "storage: {exemplars: {}}\n",
        "remote_write: [{url: 'http://h', queue_config: {}}]\n",
        "remote_write: [{url: 'http://h', metadata_config: }]\n",
        "remote_write: [{url: 'http://h', basic_auth: , authorization: {}}]\n",
        "remote_write: [{url: ''}]\n",
        "scrape_configs: [{job_name: a, honor_timestamps: }]\n",
        "global: {scrape_interval: ~}\n",
        "",
        "# nothing\n",
        "null\n",
    ] {
        assert_eq!(newest(source), Vec::<String>::new(), "{source}");
    }
    for (source, want) in [
        ("remote_write: {}\n", "wrong-type"),
        ("scrape_configs: [null]\n", "missing-field"),
        ("alerting: {alertmanagers: [null]}\n", "crash"),
        (
            "scrape_configs: [{job_name: a, static_configs: [~]}]\n",
            "missing-field",
        ),
        (
            "scrape_configs: [{job_name: a, relabel_configs: [null]}]\n",
            "missing-field",
        ),
        (
            "scrape_configs: [{job_name: a, relabel_configs: [{}]}]\n",
            "missing-field",
        ),
        ("tracing: {}\n", "missing-field"),
        (
            "remote_write: [{url: 'http://h', queue_config: }]\n",
            "invalid-value",
        ),
        (
            "remote_write: [{url: 'http://h', oauth2: {client_id: a}}]\n",
            "missing-field",
        ),
        (
            "scrape_configs: [{job_name: a, relabel_configs: [{action: , target_label: a}]}]\n",
            "missing-field",
        ),
        ("global: {scrape_interval: Null}\n", "invalid-value"),
        ("[]\n", "wrong-type"),
        ("x\n", "wrong-type"),
    ] {
        let found = newest(source);
        assert!(
            matches!(found.as_slice(), [one] if one.ends_with(want)),
            "{source} {found:?}"
        );
    }
}

#[test]
fn merges_apply_in_order_and_are_not_duplicates() {
    let base = "scrape_configs:\n- &a {job_name: a, scheme: http}\n";
    for (rest, want) in [
        ("- {<<: *a, job_name: b, scheme: https}\n", vec![]),
        // A merge behind the key wins over it.
        ("- {job_name: b, <<: *a}\n", vec!["2:17 duplicate"]),
        ("- {<<: 1, job_name: b}\n", vec!["3:8 wrong-type"]),
        ("- {job_name: b, job_name: c}\n", vec!["3:17 duplicate"]),
    ] {
        assert_eq!(newest(&format!("{base}{rest}")), want, "{rest}");
    }
}

#[test]
fn findings_say_which_versions_they_concern() {
    let source = "scrape_configs:\n- job_name: a\n  extra_scrape_metrics: true\n  scheme: []\n";
    let target = TargetReleases {
        versions: vec![Version::new(3, 5, 3), Version::NEWEST],
        ..TargetReleases::default()
    };
    let text = Text::new("p.yml", source.as_bytes().to_vec());
    let findings = check(&parse_first(&text).unwrap(), &target);
    let messages: Vec<&str> = findings
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    let [unavailable, wrong] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    assert!(
        unavailable.contains("needs Prometheus 3.10.0")
            && unavailable.ends_with("(Prometheus 3.5.3)")
    );
    assert!(
        !wrong.contains("3.5.3") && !wrong.contains("3.14.0"),
        "{wrong}"
    );
}

#[test]
fn agents_refuse_what_servers_do() {
    let source = "rule_files: [a.yml]\nalerting: {alertmanagers: [{}]}\nremote_read: []\n";
    let agent = TargetReleases {
        agent: true,
        ..TargetReleases::default()
    };
    assert_eq!(found(source, &agent), ["1:1 conflict", "2:12 conflict"]);
    assert_eq!(newest(source), Vec::<String>::new());
}

#[test]
fn placeholders_are_warnings_and_silent_in_templates() {
    let source =
        "remote_write:\n- url: https://${HOST}/push\n  queue_config: {max_shards: ${SHARDS}}\n";
    let text = Text::new(
        "p.yml",
        source
            .replace("{max_shards: ${SHARDS}}", "\n    max_shards: ${SHARDS}")
            .into_bytes(),
    );
    let document = parse_first(&text).unwrap();
    let findings = check(&document, &TargetReleases::default());
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Warning),
        "{findings:?}"
    );
    assert_eq!(findings.len(), 2);
    let template = TargetReleases {
        template: true,
        ..TargetReleases::default()
    };
    assert!(check(&document, &template).is_empty());
    // Wrong with any word in its place.
    let broken = "remote_write:\n- url: ht tp://${HOST}/push\n";
    assert_eq!(newest(broken), ["2:13 invalid-value"]);
}

#[test]
fn included_files_inherit_the_global_section() {
    let main = Text::new("m.yml", b"global: {scrape_interval: 5s}\n".to_vec());
    let main = parse_first(&main).unwrap();
    let source =
        "scrape_configs:\n- job_name: a\n  scrape_timeout: 8s\n- job_name: a\nglobal: {}\n";
    let text = Text::new("i.yml", source.as_bytes().to_vec());
    let findings = check_included(
        &parse_first(&text).unwrap(),
        &main,
        &TargetReleases::default(),
    );
    let rules: Vec<&str> = findings.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(
        rules,
        [
            "schema/conflict",
            "schema/duplicate",
            "schema/unknown-field"
        ]
    );
}

#[test]
fn words_depend_on_the_version() {
    let source = "alerting:\n  alertmanagers:\n  - api_version: v1\n";
    let old = TargetReleases::of(Version::new(2, 53, 0));
    assert_eq!(found(source, &old), Vec::<String>::new());
    assert_eq!(newest(source), ["3:18 unavailable"]);
}

#[test]
fn messages_never_show_a_secret() {
    let source = "remote_write:\n- url: http://me:hunter2@h:x/\n  basic_auth: {password: {a: hunter2}}\n  bearer_token: [hunter2]\n";
    let text = Text::new("p.yml", source.as_bytes().to_vec());
    let findings = check(&parse_first(&text).unwrap(), &TargetReleases::default());
    assert!(findings.len() >= 3, "{findings:?}");
    for finding in findings {
        let all = format!("{} {:?}", finding.message, finding.help_line());
        assert!(!all.contains("hunter2"), "{all}");
    }
}

#[test]
fn urls_of_discoveries_are_judged_with_their_placeholders_filled_in() {
    let of = |url: &str| {
        let source =
            format!("scrape_configs:\n- job_name: a\n  http_sd_configs:\n  - url: '{url}'\n");
        let text = Text::new("p.yml", source.into_bytes());
        let findings = check(&parse_first(&text).unwrap(), &TargetReleases::default());
        findings.iter().map(|finding| finding.severity).max()
    };
    for (url, severity) in [
        ("http://a:80:90/", None),
        ("http://::1/", None),
        ("http://a/${X}", None),
        ("${URL}", Some(Severity::Warning)),
        ("http://${HOST}/a b", Some(Severity::Warning)),
        ("h2c://${HOST}/a", Some(Severity::Error)),
        ("http:///a/${X}", Some(Severity::Error)),
        ("a/b", Some(Severity::Error)),
    ] {
        assert_eq!(of(url), severity, "{url}");
    }
}

#[test]
fn older_releases_look_at_less_and_ask_for_more() {
    let conflict = "  - {url: http://a, basic_auth: {username: u}, bearer_token: t}\n";
    let http = format!("scrape_configs:\n- job_name: a\n  http_sd_configs:\n{conflict}");
    let dns = "scrape_configs:\n- job_name: a\n  digitalocean_sd_configs:\n  - {basic_auth: {username: u}, bearer_token: t}\n";
    let public = "remote_write:\n- {url: http://a, oauth2: {client_id: a, token_url: http://t}}\n";
    for (source, version, refused) in [
        (http.as_str(), "2.47.2", false),
        (http.as_str(), "2.48.0", true),
        (dns, "2.47.2", true),
        (public, "2.50.1", true),
        (public, "2.51.0", false),
    ] {
        let target = TargetReleases::of(Version::parse(version).unwrap());
        assert_eq!(
            !found(source, &target).is_empty(),
            refused,
            "{version} {source}"
        );
    }
}
