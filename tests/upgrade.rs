//! Which releases a configuration is judged for, and what changes between them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

use promvet::cli::pipeline::{Request, Run, run};
use promvet::schema::Version;
use promvet::source::Memory;

fn check(policy: &str, config: &str, asked: &[&str], agent: bool) -> Run {
    let tree = Memory::new()
        .file("/tree/promvet.yaml", policy.as_bytes().to_vec())
        .file("/tree/prometheus.yml", config.as_bytes().to_vec());
    let versions = asked.iter().map(|text| Version::parse(text).unwrap());
    let request = Request {
        paths: vec![PathBuf::from("/tree/prometheus.yml")],
        versions: versions.collect(),
        agent,
        ..Request::default()
    };
    run(&request, &tree)
}

/// `rule: message` of every finding.
fn findings(policy: &str, config: &str, asked: &[&str], agent: bool) -> Vec<String> {
    let run = check(policy, config, asked, agent);
    assert!(run.policy_errors.is_empty(), "{:?}", run.policy_errors);
    let found = run.outcome.findings().iter();
    found
        .map(|one| format!("{}: {}", one.finding.rule, one.finding.message))
        .collect()
}

const NEWER: &str = "scrape_configs: [{job_name: a, scrape_native_histograms: true}]\n";
const OLDER: &str = "scrape_configs: [{job_name: a, scrape_classic_histograms: true}]\n";

#[test]
fn the_releases_are_those_asked_for_or_those_of_the_policy_or_the_newest() {
    for (policy, asked, config, refused) in [
        ("{}", &[][..], NEWER, false),
        ("{}", &[], OLDER, true),
        ("prometheus: 2.53", &[], NEWER, true),
        ("prometheus: 2.53", &[], OLDER, false),
        ("prometheus: '3'", &[], NEWER, false),
        ("prometheus: 3.10", &[], NEWER, false),
        ("prometheus: [3.1]", &[], NEWER, true),
        ("prometheus: []", &[], NEWER, false),
        ("prometheus: 2.53", &["3.14"], NEWER, false),
        ("prometheus: 3.14", &["2.53"], NEWER, true),
        ("prometheus: [3.14, 2.53]", &[], NEWER, true),
        ("{}", &["3.14", "3.5", "3.14"], NEWER, true),
    ] {
        let found = findings(policy, config, asked, false);
        let schema = found.iter().any(|one| one.starts_with("schema/"));
        assert_eq!(schema, refused, "{policy} {asked:?}: {found:?}");
    }
}

#[test]
fn a_finding_names_the_releases_that_it_concerns() {
    let found = findings("prometheus: [2.53, 3.5, 3.14]", NEWER, &[], false);
    let schema: Vec<_> = found
        .iter()
        .filter(|one| one.starts_with("schema/"))
        .collect();
    let [only] = schema.as_slice() else {
        panic!("{found:?}")
    };
    assert!(only.ends_with("(Prometheus 2.53.5, 3.5.5)"), "{only}");
    let alone = findings("prometheus: 2.53", NEWER, &[], false);
    assert!(
        !alone.iter().any(|one| one.contains("(Prometheus")),
        "{alone:?}"
    );
}

#[test]
fn a_release_that_nobody_knows_is_a_mistake_with_its_place() {
    for (policy, line, column) in [
        ("prometheus: '4.0'", 1, 13),
        ("rules: {}\nprometheus: [3.5, 1.8]", 2, 19),
        ("prometheus: newest", 1, 13),
    ] {
        let run = check(policy, NEWER, &[], false);
        let [error] = run.policy_errors.as_slice() else {
            panic!("{policy}: {:?}", run.policy_errors)
        };
        let start = error.place.start();
        assert_eq!((start.line, start.column), (line, column), "{policy}");
        assert!(error.message.contains("2.0 to 3.14"), "{}", error.message);
    }
}

#[test]
fn only_who_runs_an_agent_is_told_what_agents_refuse() {
    let server = "global: {}\nrule_files: [a.yml]\nremote_read: [{url: 'http://h'}]\n\
                  remote_write: [{url: 'http://h/api/v1/write'}]\n";
    let refusals = |found: &[String]| {
        let conflicts = found
            .iter()
            .filter(|one| one.starts_with("schema/conflict"));
        conflicts.count()
    };
    assert_eq!(refusals(&findings("{}", server, &[], false)), 0);
    assert_eq!(refusals(&findings("{}", server, &[], true)), 2);
    assert_eq!(
        refusals(&findings("{}", server, &["2.31"], true)),
        0,
        "no agents yet"
    );
    let named = Memory::new().file("/tree/prometheus-agent.yml", server.as_bytes().to_vec());
    let request = Request {
        paths: vec![PathBuf::from("/tree/prometheus-agent.yml")],
        ..Request::default()
    };
    let run = run(&request, &named);
    let mut found = run.outcome.findings().iter();
    assert!(!found.any(|one| one.finding.rule == "schema/conflict"));
}

/// A configuration in which everything changes from 2.53 to 3.14.
const CHANGING: &str = r#"global:
  external_labels: {cluster: a$b}
scrape_configs:
  - job_name: a
    native_histogram_bucket_limit: 100
    hetzner_sd_configs: [{role: hcloud}]
    static_configs: [{targets: [h]}]
    relabel_configs:
      - {source_labels: [__meta_hetzner_datacenter], target_label: dc}
      - {source_labels: [__meta_ec2_tag_Name], regex: (.+), target_label: name}
    metric_relabel_configs:
      - {source_labels: [le], regex: '1', action: drop}
remote_write:
  - url: https://h.example.com/api/v1/write
    queue_config: {capacity: 5}
"#;

fn upgrades(policy: &str) -> Vec<String> {
    let found = findings(policy, CHANGING, &[], false);
    let own = found.iter().filter_map(|one| one.strip_prefix("upgrade/"));
    let mut own: Vec<_> = own
        .filter_map(|one| Some(one.split_once(':')?.0.to_owned()))
        .collect();
    own.sort();
    own
}

#[test]
fn changes_are_told_between_the_oldest_and_the_newest_release() {
    let all = [
        "bucket-value",
        "content-type",
        "default-port",
        "default-value",
        "dot-newline",
        "external-labels",
        "meta-label",
        "native-histograms",
        "utf8-names",
    ];
    assert_eq!(upgrades("prometheus: [2.53, 3.14]"), all);
    assert_eq!(upgrades("prometheus: [3.14, 3.5, 2.53]"), all);
    for (policy, want) in [
        ("prometheus: 3.14", &[][..]),
        ("prometheus: [3.14, 3.14.0]", &[]),
        ("{}", &[]),
        ("prometheus: [2.50, 2.53]", &[]),
        ("prometheus: [3.0, 3.5]", &[]),
        ("prometheus: [3.8, 3.9]", &["native-histograms"]),
        ("prometheus: [3.13, 3.14]", &["meta-label"]),
        (
            "prometheus: [2.43, 2.44]",
            &["default-value", "default-value"],
        ),
    ] {
        assert_eq!(upgrades(policy), want, "{policy}");
    }
}

#[test]
fn a_template_s_dollars_are_filled_in_before() {
    let policy = "prometheus: [2.53, 3.14]\ntemplates: ['*.yml']";
    assert!(!upgrades(policy).contains(&"external-labels".to_owned()));
}

#[test]
fn what_relabeling_decides_is_no_target_without_a_port() {
    for (job, told) in [
        ("static_configs: [{targets: [h]}]", true),
        ("static_configs: [{targets: ['[::1]']}]", true),
        (
            "static_configs: [{targets: ['h:80', '[::1]:80', '']}]",
            false,
        ),
        (
            "static_configs: [{targets: ['{{ host }}', '${HOST}', HOST_NAME]}]",
            false,
        ),
        (
            "static_configs: [{targets: [h], labels: {instance: i}}]",
            false,
        ),
        ("static_configs: [{targets: [h], labels: {env: i}}]", true),
        (
            "relabel_configs: [{target_label: instance, replacement: x}]\n    static_configs: [{targets: [h]}]",
            false,
        ),
        (
            "relabel_configs: [{target_label: env, replacement: x}]\n    static_configs: [{targets: [h]}]",
            true,
        ),
    ] {
        let config = format!("scrape_configs:\n  - job_name: a\n    {job}\n");
        let found = findings("prometheus: [2.53, 3.14]", &config, &[], false);
        let has = found
            .iter()
            .any(|one| one.starts_with("upgrade/default-port"));
        assert_eq!(has, told, "{job}: {found:?}");
    }
}

#[test]
fn broken_configurations_are_read_as_far_as_they_go() {
    for config in [
        "scrape_configs: a\nremote_write: 1\nglobal: []\n",
        "scrape_configs: [null, 1, {job_name: []}, {static_configs: [1, {targets: 1}]}]\n",
        "scrape_configs: [{relabel_configs: [null, {regex: '(', source_labels: le}]}]\n",
        "global: {external_labels: [a]}\nremote_write: [null, {queue_config: 1}]\n",
    ] {
        let run = check("prometheus: [2.53, 3.14]", config, &[], false);
        assert!(run.problems.is_empty(), "{config}: {:?}", run.problems);
    }
}

fn promvet(args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("prometheus.yml"), NEWER).unwrap();
    Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap()
}

/// Arguments, the exit status, and a part of what is said on standard output and standard error.
#[test]
fn the_command_line_takes_releases_and_answers_for_keys() {
    for (args, status, says) in [
        (&["--prometheus", "3.14"][..], 0, ""),
        (&["--prometheus", "3.14,2.53"], 1, "(Prometheus 2.53.5)"),
        (
            &["--prometheus", "3.14", "--prometheus", "2.53", "--agent"],
            1,
            "(Prometheus 2.53.5)",
        ),
        (&["--prometheus", "4"], 2, "(2.0 to 3.14)"),
        (&["schema"], 0, "\"title\": \"Prometheus 3.14.0\""),
        (
            &["schema", "--prometheus", "2.53"],
            0,
            "\"title\": \"Prometheus 2.53.5\"",
        ),
        (&["schema", "--prometheus", "1.8"], 2, "(2.0 to 3.14)"),
        (
            &["explain", "remote_write.queue_config.max_shards"],
            0,
            "default     50",
        ),
        (
            &["explain", "remote_write[].queue_config.max_shards"],
            0,
            "since       Prometheus 2.0",
        ),
        (&["explain", "global.scrape_interval"], 0, "default     1m"),
        (
            &["explain", "alerting.alertmanagers.api_version"],
            0,
            "v1 (until 3.0), v2",
        ),
        (
            &["explain", "remote_write.tls_config.min_version"],
            0,
            "The same key elsewhere:",
        ),
        (&["explain", "global"], 0, "scrape_interval, "),
        (
            &["explain", "remote_write.queue_confg.max_shard"],
            2,
            "there is no key `remote_write.queue_confg.max_shard`; did you mean \
             remote_write[].queue_config.max_shards?",
        ),
        (
            &["explain", "max_shards"],
            2,
            "did you mean remote_write[].queue_config.max_shards?",
        ),
        (
            &["explain", "upgrade/default-por"],
            2,
            "did you mean upgrade/default-port?",
        ),
    ] {
        let output = promvet(args);
        let both = [output.stdout, output.stderr].concat();
        let both = String::from_utf8(both).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {both}");
        assert!(both.contains(says), "{args:?}: {both}");
    }
}

#[test]
fn who_is_started_as_an_agent_is_judged_as_one() {
    let config = "remote_write:\n  - url: http://mimir:9009/api/v1/push\nrule_files: [rules.yml]\n";
    let compose = |command: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: [{command}]\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        )
    };
    for (command, refused) in [
        ("--agent", true),
        ("--config.file=/etc/prometheus/prometheus.yml", false),
    ] {
        let tree = promvet::source::Memory::new()
            .file("/tree/prometheus.yml", config)
            .file("/tree/compose.yaml", compose(command))
            .file("/tree/rules.yml", "groups: []\n");
        let request = promvet::cli::pipeline::Request {
            paths: vec![std::path::PathBuf::from("/tree")],
            ..Default::default()
        };
        let run = promvet::cli::pipeline::run(&request, &tree);
        let mut found = run.outcome.findings().iter();
        let agent = found.find(|one| one.finding.message.contains("agent mode"));
        assert_eq!(agent.is_some(), refused, "{command}");
        if let Some(agent) = agent {
            assert_eq!(&**agent.finding.evidence[0].place.path(), "compose.yaml");
        }
    }
}
