//! Which releases a configuration is judged for, and what changes between them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use crate::support::memory::{self, at, tree};
use crate::support::scratch::Scratch;
use promvet::run::{Request, Run, run};
use promvet::schema::Version;

fn check(policy: &str, config: &str, asked: &[&str], agent: bool) -> Run {
    let tree = tree(&[("promvet.yaml", policy), ("prometheus.yml", config)]);
    let versions = asked.iter().map(|text| Version::parse(text).unwrap());
    let request = Request {
        versions: versions.collect(),
        agent,
        ..at("/tree/prometheus.yml")
    };
    run(&request, &tree)
}

/// `rule: message` of every finding.
fn findings(policy: &str, config: &str, asked: &[&str], agent: bool) -> Vec<String> {
    let run = check(policy, config, asked, agent);
    assert!(run.policy_errors.is_empty(), "{:?}", run.policy_errors);
    let found = memory::findings(&run).into_iter();
    found
        .map(|one| format!("{}: {}", one.rule, one.message))
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
fn a_release_that_no_one_knows_is_a_mistake_with_its_place() {
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
fn what_agents_refuse_is_reported_for_agents_only() {
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
    let named = tree(&[("prometheus-agent.yml", server)]);
    let found = memory::found("/tree/prometheus-agent.yml", &named);
    assert!(!found.iter().any(|one| one.rule == "schema/conflict"));
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
fn changes_are_reported_between_the_oldest_and_the_newest_release() {
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
fn what_relabeling_decides_is_not_a_target_without_a_port() {
    for (job, reported) in [
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
        assert_eq!(has, reported, "{job}: {found:?}");
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

/// Arguments, the exit status, and a part of what is said on standard output and standard error.
#[test]
fn the_command_line_takes_releases_and_answers_for_keys() {
    let folder = Scratch::new(&[("prometheus.yml", NEWER)]);
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
            "unknown key `remote_write.queue_confg.max_shard`; did you mean \
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
        (
            &["explain", "upgrade/nothing-near"],
            2,
            "`promvet explain upgrade` lists the group",
        ),
        (
            &["explain", "receiver:mimir"],
            0,
            "Remote write: 1.0, and 2.0 since release 2.17.",
        ),
    ] {
        let ran = folder.promvet(args);
        let both = ran.said();
        assert_eq!(ran.status, Some(status), "{args:?}: {both}");
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
        let tree = tree(&[
            ("prometheus.yml", config),
            ("compose.yaml", &compose(command)),
            ("rules.yml", "groups: []\n"),
        ]);
        let found = memory::found("/tree", &tree);
        let agent = found.iter().find(|one| one.message.contains("agent mode"));
        assert_eq!(agent.is_some(), refused, "{command}");
        if let Some(agent) = agent {
            assert_eq!(&**agent.evidence[0].place.path(), "compose.yaml");
        }
    }
}

const BETWEEN: &str = "prometheus: [2.53, 3.14]\n";

/// `path:line severity rule: message` of every finding in a tree.
fn in_tree(files: &[(&str, &str)]) -> Vec<String> {
    found_at(files, "/tree")
}

/// The same of what is at a path.
fn found_at(files: &[(&str, &str)], path: &str) -> Vec<String> {
    let line = memory::found(path, &tree(files)).into_iter().map(|one| {
        let (path, line) = (one.place.path(), one.place.start().line);
        let (severity, help) = (one.severity.word(), one.help_line().unwrap_or_default());
        format!(
            "{path}:{line} {severity} {}: {}; {help}",
            one.rule, one.message
        )
    });
    line.collect()
}

/// The findings of one rule.
fn of_rule(files: &[(&str, &str)], rule: &str) -> Vec<String> {
    let mut found = in_tree(files);
    found.retain(|one| one.contains(&format!(" {rule}: ")));
    found
}

/// Whether the given texts are parts of the findings, in order.
fn are(found: &[String], want: &[&[&str]]) -> bool {
    let mut pairs = found.iter().zip(want);
    found.len() == want.len()
        && pairs.all(|(one, parts)| parts.iter().all(|part| one.contains(part)))
}

fn compose(image: &str, command: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: {image}\n    command: [{command}]\n    \
         volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
    )
}

const PROM: &str = "prom/prometheus:v2.53.5";
const SMALL: &str = "global: {scrape_interval: 30s}\n";

#[test]
fn flags_that_a_newer_release_does_not_know_are_reported_where_they_are() {
    let path = "--config.file=/etc/prometheus/prometheus.yml";
    let refused = "do not know the flag";
    for (command, want) in [
        ("", &[][..]),
        (
            "--storage.tsdb.retention=30d",
            &[&[
                "compose.yaml:4 error",
                refused,
                "write `--storage.tsdb.retention.time`",
            ][..]],
        ),
        ("--storage.tsdb.retention, 30d", &[&["error", refused]]),
        (
            "--storage.tsdb.retention.time=30d, --storage.tsdb.retention.size=1GB",
            &[],
        ),
        (
            "--storage.tsdb.allow-overlapping-blocks",
            &[&["error", refused, "delete it"]],
        ),
        (
            "--no-storage.tsdb.allow-overlapping-blocks",
            &[&["error", refused]],
        ),
        (
            "--alertmanager.timeout=5s",
            &[&["error", refused, "alertmanagers"]],
        ),
        ("--alertmanager.notification-queue-capacity=5", &[]),
        (
            "--enable-feature=agent",
            &[&[
                "warning",
                "starts as a server",
                "write `--agent` with the upgrade; Prometheus before 3.0 does not start with it",
            ]],
        ),
        (
            "--enable-feature=agent, --agent",
            &[&["info", "`--agent` decides"]],
        ),
        (
            "--enable-feature=remote-write-receiver",
            &[&[
                "warning",
                "no longer accepts remote write",
                "; write `--web.enable-remote-write-receiver`",
            ]],
        ),
        (
            "--enable-feature=remote-write-receiver, --web.enable-remote-write-receiver",
            &[&["info"]],
        ),
        (
            "--enable-feature, otlp-write-receiver",
            &[&["warning", "web.enable-otlp-receiver"]],
        ),
        (
            "'--enable-feature=promql-at-modifier,exemplar-storage', --enable-feature=utf8-names, --enable-feature=utf8-names",
            &[
                &["info", "`promql-at-modifier`", "always on"],
                &["info", "`utf8-names`", "always on"],
            ],
        ),
        ("--enable-feature=promql-negative-offset", &[&["info"]]),
        (
            "--enable-feature=new-service-discovery-manager",
            &[&["info"]],
        ),
        ("--enable-feature=expand-external-labels", &[&["info"]]),
        ("--enable-feature=no-default-scrape-port", &[&["info"]]),
        ("--enable-feature=auto-gomemlimit", &[&["info"]]),
        ("--enable-feature=auto-gomaxprocs", &[&["info"]]),
        ("--enable-feature=concurrent-rule-eval", &[]),
        ("'${EXTRA}', '--log.level=debug'", &[]),
    ] {
        let command = match command {
            "" => path.to_owned(),
            command => format!("{path}, {command}"),
        };
        let compose = compose(PROM, &command);
        let found = |policy| {
            of_rule(
                &[
                    ("promvet.yaml", policy),
                    ("prometheus.yml", SMALL),
                    ("compose.yaml", &compose),
                ],
                "upgrade/flag",
            )
        };
        let all = found(BETWEEN);
        assert!(are(&all, want), "{command}: {all:#?}");
        for policy in [
            "{}",
            "prometheus: 3.14",
            "prometheus: [2.45, 2.53]",
            "prometheus: [3.0, 3.14]",
        ] {
            let none = found(policy);
            assert!(none.is_empty(), "{policy} {command}: {none:?}");
        }
    }
}

#[test]
fn a_tag_is_not_a_target() {
    let compose = compose("prom/prometheus:v3.5.0", "--storage.tsdb.retention=30d");
    let files = [("prometheus.yml", SMALL), ("compose.yaml", &compose)];
    assert!(of_rule(&files, "upgrade/flag").is_empty());
}

#[test]
fn only_what_runs_the_configuration_is_asked() {
    let old = "--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.retention=1d";
    let two = "services:\n  a: {image: prom/prometheus, command: [--storage.tsdb.retention=1d]}\n  \
               b: {image: prom/prometheus, command: [--storage.tsdb.retention=1d]}\n";
    let another = "services:\n  prometheus:\n    image: prom/prometheus\n    \
                   command: [--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.retention=1d]\n    \
                   volumes: ['./other.yml:/etc/prometheus/prometheus.yml']\n";
    let folder = "services:\n  prometheus:\n    image: prom/prometheus\n    \
                  command: [--config.file=/p/prometheus.yml, --storage.tsdb.retention=1d]\n    \
                  volumes: ['.:/p']\n";
    let side = "services:\n  prometheus:\n    image: prom/prometheus\n    \
                volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  \
                thanos:\n    image: quay.io/thanos/thanos\n    \
                command: [--storage.tsdb.retention=1d, --enable-feature=agent]\n    \
                volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    \
               - name: prometheus\n      image: prom/prometheus\n      args:\n        \
               - --config.file=/etc/prometheus/prometheus.yml\n        \
               - --storage.tsdb.retention=1d\n";
    for (name, file, want) in [
        ("compose.yaml", &*compose(PROM, old), 1),
        ("compose.yaml", two, 0),
        ("compose.yaml", another, 0),
        ("compose.yaml", folder, 1),
        ("compose.yaml", side, 0),
        ("compose.yaml", &compose("prom/node-exporter", old), 0),
        ("pod.yaml", pod, 1),
        (
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\nCMD [\"--storage.tsdb.retention=1d\"]\n",
            1,
        ),
    ] {
        let files = [
            ("promvet.yaml", BETWEEN),
            ("prometheus.yml", SMALL),
            ("other.yml", "scrape_configs: []\nremote_write: []\n"),
            (name, file),
        ];
        let mut found = found_at(&files, "/tree/prometheus.yml");
        found.retain(|one| one.contains("upgrade/flag"));
        assert_eq!(found.len(), want, "{file}: {found:?}");
        assert!(found.iter().all(|one| one.starts_with(name)), "{found:?}");
    }
}

#[test]
fn one_flag_is_reported_once_however_many_configurations_it_runs() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus\n    \
                   command: [--config.file=/p/none.yml, --storage.tsdb.retention=1d]\n    \
                   volumes: ['./a.yml:/p/a.yml', './b.yml:/p/b.yml']\n";
    let files = [
        ("promvet.yaml", BETWEEN),
        ("a.yml", SMALL),
        ("b.yml", SMALL),
        ("compose.yaml", compose),
    ];
    for path in ["/tree/a.yml", "/tree/b.yml", "/tree"] {
        let mut found = found_at(&files, path);
        found.retain(|one| one.contains("upgrade/flag"));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
}

#[test]
fn native_histograms_are_one_story() {
    let flag = "--enable-feature=native-histograms";
    let plain = "scrape_configs: [{job_name: a}, {job_name: b}]\n";
    let signs =
        "scrape_configs: [{job_name: a, native_histogram_bucket_limit: 5}, {job_name: b}]\n";
    let global = "global: {scrape_native_histograms: true}\nscrape_configs: [{job_name: a}]\n";
    let job = "scrape_configs: [{job_name: a, scrape_native_histograms: false}]\n";
    for (config, command, want) in [
        (
            plain,
            flag,
            &[&[
                "prometheus.yml:1 warning upgrade/native-histograms",
                "this job scrapes no native histograms",
            ][..]][..],
        ),
        (
            signs,
            flag,
            &[&[
                "prometheus.yml:1 warning upgrade/native-histograms",
                "this job scrapes no",
            ]],
        ),
        (
            global,
            flag,
            &[&[
                "compose.yaml:4 info upgrade/flag",
                "the configuration decides",
            ]],
        ),
        (job, flag, &[&["compose.yaml:4 info upgrade/flag"]]),
        (SMALL, flag, &[]),
        (plain, "--log.level=info", &[]),
        (signs, "--log.level=info", &[]),
        (
            signs,
            "'$EXTRA'",
            &[&[
                "prometheus.yml:1 warning upgrade/native-histograms",
                "is about native histograms",
            ]],
        ),
        (global, "--log.level=info", &[]),
    ] {
        let compose = compose(PROM, command);
        let mut found = in_tree(&[
            ("promvet.yaml", "prometheus: [3.8, 3.14]\n"),
            ("prometheus.yml", config),
            ("compose.yaml", &compose),
        ]);
        found.retain(|one| one.contains("upgrade/"));
        assert!(are(&found, want), "{config} {command}: {found:#?}");
    }
}

#[test]
fn what_a_feature_turned_on_before_does_not_change() {
    let config = "global: {external_labels: {cluster: a$b}}\nscrape_configs:\n  - job_name: a\n    \
                  static_configs: [{targets: [h]}]\n";
    for (feature, rule) in [
        ("expand-external-labels", "upgrade/external-labels"),
        ("no-default-scrape-port", "upgrade/default-port"),
        ("utf8-names", "upgrade/utf8-names"),
    ] {
        let with = compose(PROM, &format!("--enable-feature={feature}"));
        let without = compose(PROM, "--enable-feature=exemplar-storage");
        for (compose, reported) in [(&with, false), (&without, true)] {
            let files = [
                ("promvet.yaml", "prometheus: [2.55, 3.14]\n"),
                ("prometheus.yml", config),
                ("compose.yaml", compose),
            ];
            assert_eq!(!of_rule(&files, rule).is_empty(), reported, "{feature}");
        }
    }
}

fn rules_with(expr: &str) -> String {
    format!("groups:\n  - name: g\n    rules:\n      - record: r\n        expr: {expr}\n")
}

#[test]
fn buckets_in_expressions_are_reported_by_their_number() {
    for (expr, want) in [
        (
            r#"rate(a_bucket{le="1"}[5m])"#,
            &[&[
                "`1` is stored as `1.0`, which this does not match",
                r#"both releases run: `le=~"1([.]0)?"`"#,
            ][..]][..],
        ),
        (
            r#"a{quantile="1"}"#,
            &[&["`1.0`", r#"`quantile=~"1([.]0)?"`"#]],
        ),
        (r#"a{le="1000000"}"#, &[&[r#"`le=~"1000000|1e[+]06"`"#]]),
        (r#"a{le="0.50"}"#, &[&[r#"`le=~"0[.]50|0[.]5"`"#]]),
        (
            r#"a{le!="10"}"#,
            &[&[
                "`10.0`, which this no longer excludes",
                r#"`le!~"10([.]0)?"`"#,
            ]],
        ),
        (r#"a{le=~"1|5|0.5"}"#, &[&["`1.0`", "also `5`", "such as"]]),
        (r#"a{le!~"1|5"}"#, &[&["no longer excludes"]]),
        (r#"a{le="1"} / b{le="2"}"#, &[&["`1.0`"], &["`2.0`"]]),
        (r#"a{le=~"1([.]0)?"}"#, &[]),
        (r#"a{le=~"[0-9.]+"}"#, &[]),
        (r#"a{le=~".+"}"#, &[]),
        (r#"a{le="1.0"}"#, &[]),
        (r#"a{le="+Inf"}"#, &[]),
        (r#"a{le=""}"#, &[]),
        (r#"a{le="0.5"}"#, &[]),
        (r#"a{shard="1"}"#, &[]),
        (r#"a{le="1""#, &[]),
        (r#"sum by (le) (a) > 1"#, &[]),
        (r#"histogram_quantile(1, a)"#, &[]),
    ] {
        let rules = rules_with(&format!("'{expr}'"));
        let found = |policy| {
            of_rule(
                &[
                    ("promvet.yaml", policy),
                    ("prometheus.yml", "rule_files: ['*.rules.yml']\n"),
                    ("a.rules.yml", &rules),
                ],
                "upgrade/bucket-value",
            )
        };
        let all = found(BETWEEN);
        assert!(are(&all, want), "{expr}: {all:#?}");
        assert!(
            all.iter()
                .all(|one| one.starts_with("a.rules.yml:5 warning"))
        );
        assert!(found("prometheus: [3.0, 3.14]").is_empty(), "{expr}");
        assert!(found("prometheus: 3.14").is_empty(), "{expr}");
    }
}

#[test]
fn who_writes_the_old_form_back_need_not_change_expressions() {
    let rules = rules_with("'a{le=\"1\"} / b{quantile=\"1\"}'");
    for (relabeling, want) in [
        (
            "{source_labels: [le], regex: '(\\d+)\\.0+', target_label: le}",
            &["quantile"][..],
        ),
        (
            "{source_labels: [le], target_label: bucket}",
            &["le", "quantile"],
        ),
    ] {
        let config = format!(
            "rule_files: [r.yml]\nscrape_configs:\n  - job_name: a\n    \
             metric_relabel_configs: [{relabeling}]\n"
        );
        let files = [
            ("promvet.yaml", BETWEEN),
            ("prometheus.yml", &config),
            ("r.yml", &rules),
        ];
        let found = of_rule(&files, "upgrade/bucket-value");
        let want: Vec<_> = want.iter().map(|label| format!("`{label}=~")).collect();
        let parts: Vec<_> = want.iter().map(|part| [part.as_str()]).collect();
        let parts: Vec<_> = parts.iter().map(|part| &part[..]).collect();
        assert!(are(&found, &parts), "{relabeling}: {found:#?}");
    }
}

#[test]
fn a_rule_file_that_is_shared_is_reported_once() {
    let rules = rules_with("'a{le=\"1\"}'");
    let files = [
        ("promvet.yaml", BETWEEN),
        (
            "one/prometheus.yml",
            "rule_files: [../r.yml, '../r*.yml']\n",
        ),
        ("two/prometheus.yml", "rule_files: [../r.yml]\n"),
        ("r.yml", &rules),
    ];
    let found = of_rule(&files, "upgrade/bucket-value");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_function_that_is_gone_is_reported_once_with_its_release() {
    let files = [
        ("promvet.yaml", BETWEEN),
        ("prometheus.yml", "rule_files: [r.yml]\n"),
        ("r.yml", &rules_with("'holt_winters(a[5m], 0.5, 0.5)'")),
    ];
    let found = in_tree(&files);
    let want: &[&[&str]] = &[&[
        "r.yml:5 error files/promql: ",
        "(Prometheus 3.14.0)",
        "double_exponential_smoothing",
        "--enable-feature=promql-experimental-functions",
    ]];
    assert!(are(&found, want), "{found:#?}");
}

#[test]
fn jobs_of_included_files_are_looked_at_too() {
    let included = "scrape_configs:\n  - job_name: b\n    native_histogram_bucket_limit: 5\n    \
                    static_configs: [{targets: [h]}]\n    \
                    metric_relabel_configs: [{source_labels: [le], regex: '1', action: drop}]\n";
    for (config, want) in [
        ("scrape_config_files: [jobs/*.yml]\n", true),
        ("scrape_config_files: [other/*.yml]\n", false),
        (SMALL, false),
    ] {
        let tree = tree(&[
            ("promvet.yaml", BETWEEN),
            ("prometheus.yml", config),
            ("jobs/b.yml", included),
        ]);
        let found = memory::found("/tree/prometheus.yml", &tree);
        let found: Vec<_> = found
            .into_iter()
            .filter(|one| &**one.place.path() == "jobs/b.yml")
            .map(|one| one.rule.to_string())
            .collect();
        for rule in [
            "bucket-value",
            "content-type",
            "default-port",
            "native-histograms",
            "utf8-names",
        ] {
            let reported = found
                .iter()
                .filter(|one| **one == format!("upgrade/{rule}"));
            assert_eq!(
                reported.count(),
                usize::from(want),
                "{config} {rule}: {found:?}"
            );
        }
    }
}

#[test]
fn the_rules_of_a_config_map_are_looked_at_too() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  \
               prometheus.yml: |\n    rule_files: [r.yml]\n    scrape_configs: []\n  r.yml: |\n    \
               groups:\n      - name: g\n        rules:\n          - record: r\n            \
               expr: a{le=\"1\"}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    \
               - name: prometheus\n      image: prom/prometheus\n      args:\n        \
               - --config.file=/etc/prometheus/prometheus.yml\n        \
               - --alertmanager.timeout=1s\n      volumeMounts:\n        \
               - {name: c, mountPath: /etc/prometheus}\n  volumes:\n    \
               - {name: c, configMap: {name: p}}\n";
    let files = [
        ("promvet.yaml", BETWEEN),
        ("map.yaml", map),
        ("pod.yaml", pod),
    ];
    let found = in_tree(&files);
    let found: Vec<_> = found
        .into_iter()
        .filter(|one| one.contains("upgrade/"))
        .collect();
    let want: &[&[&str]] = &[
        &["map.yaml:13 warning upgrade/bucket-value", "`1.0`"],
        &["pod.yaml:10 error upgrade/flag", "alertmanager.timeout"],
    ];
    assert!(are(&found, want), "{found:#?}");
}

#[test]
fn what_the_including_configuration_sets_counts_for_its_jobs() {
    let job = "scrape_configs: [{job_name: b, static_configs: [{targets: [h]}]}]\n";
    let legacy = "global: {metric_name_validation_scheme: legacy}\n";
    let includes = "scrape_config_files: [jobs/*.yml]\n";
    for (global, pattern, reported) in [
        (legacy, includes, 0),
        ("", includes, 1),
        (legacy, "scrape_config_files: []\n", 1),
    ] {
        let config = format!("{global}{pattern}");
        let files = [
            ("promvet.yaml", "prometheus: [2.55, 3.14]\n"),
            ("prometheus.yml", &*config),
            ("jobs/b.yml", job),
        ];
        let names = of_rule(&files, "upgrade/utf8-names");
        assert_eq!(names.len(), reported, "{config}: {names:?}");
        let ports = of_rule(&files, "upgrade/default-port");
        assert_eq!(ports.len(), 1, "{config}: {ports:?}");
    }
}

/// What is said of a file for each of its jobs is said by one of the configurations that include it,
/// whichever that is; also where they include each other.
#[test]
fn files_that_many_configurations_include_are_reported_once() {
    let shared: Vec<_> = (0..20).map(|n| format!("c-{n}.yml")).collect();
    let mut files = vec![
        ("promvet.yaml", BETWEEN),
        (
            "jobs/x.yml",
            "scrape_configs: [{job_name: x, static_configs: [{targets: [h]}]}]\n",
        ),
    ];
    let includes = "scrape_config_files: [jobs/*.yml]\n";
    files.extend(shared.iter().map(|path| (path.as_str(), includes)));
    let ports = of_rule(&files, "upgrade/default-port");
    assert_eq!(ports.len(), 1, "{ports:?}");
    let names = of_rule(&files, "upgrade/utf8-names");
    assert_eq!(names.len(), 1, "{names:?}");

    let each: Vec<_> = (0..20)
        .map(|n| {
            format!(
                "scrape_config_files: ['c-*.yml']\nscrape_configs: [{{job_name: j{n}, \
                 static_configs: [{{targets: [h{n}]}}]}}]\n"
            )
        })
        .collect();
    let mut files = vec![("promvet.yaml", BETWEEN)];
    let contents = each.iter().map(String::as_str);
    files.extend(shared.iter().map(String::as_str).zip(contents));
    let ports = of_rule(&files, "upgrade/default-port");
    assert_eq!(ports.len(), 20, "{ports:?}");
}
