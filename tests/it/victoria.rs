//! Flags of vmagent and vmalert: their values, their credentials, and who takes the place of whom.

use crate::support::memory;
use promvet::finding::{Finding, Severity, rule};

fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

/// The rules and the severities of what is reported, with the words in the messages for failures.
fn told(files: &[(&str, &str)]) -> (Vec<(String, Severity)>, String) {
    let found = found(files);
    let told = found.iter().map(|one| (one.rule.to_string(), one.severity));
    (told.collect(), format!("{files:?}: {found:?}"))
}

fn assert_told(files: &[(&str, &str)], expected: &[(&str, Severity)]) {
    let (told, words) = told(files);
    let told: Vec<(&str, Severity)> = told.iter().map(|(rule, how)| (&**rule, *how)).collect();
    assert_eq!(told, expected, "{words}");
}

const URL: &str = "-remoteWrite.url=https://metrics.example.com/api/v1/write";

fn vmagent(flags: &[&str]) -> String {
    let flags: Vec<String> = flags
        .iter()
        .map(|flag| format!("    - '{flag}'\n"))
        .collect();
    format!(
        "services:\n  agent:\n    image: victoriametrics/vmagent:v1.115.0\n    command:\n    - '{URL}'\n{}",
        flags.concat()
    )
}

#[test]
fn values_of_flags_have_the_kind_that_vmagent_reads() {
    for (flag, is_right) in [
        ("-remoteWrite.queues=8", true),
        ("-remoteWrite.queues=eight", false),
        ("-remoteWrite.queues=%{QUEUES}", true),
        ("-remoteWrite.sendTimeout=1.5s", true),
        ("-remoteWrite.sendTimeout=1d", false),
        ("-remoteWrite.flushInterval=500ms", true),
        ("-remoteWrite.flushInterval=5", false),
        ("-remoteWrite.maxDiskUsagePerURL=2GiB", true),
        ("-remoteWrite.maxDiskUsagePerURL=2 gigabytes", false),
        ("-remoteWrite.showURL=1", true),
        ("-remoteWrite.showURL=yes", false),
        ("-remoteWrite.label=zone=a,rack=7", true),
        ("-remoteWrite.label=zone", false),
        (
            "-remoteWrite.proxyURL=socks5://proxy.example.com:1080",
            true,
        ),
        ("-remoteWrite.proxyURL=proxy.example.com:1080", false),
        ("-promscrape.maxScrapeSize=64MB", true),
        ("-promscrape.maxScrapeSize=big", false),
        ("-remoteWrite.tmpDataPath=anything", true),
    ] {
        let text = vmagent(&[flag]);
        let wrong = [(rule::SCHEMA_INVALID_VALUE, Severity::Error)];
        let expected = if is_right { &wrong[..0] } else { &wrong[..] };
        assert_told(&[("compose.yaml", &text)], expected);
    }
}

#[test]
fn some_flags_exclude_each_other() {
    for (flags, is_right) in [
        (
            ["-remoteWrite.forceVMProto", "-remoteWrite.forcePromProto"],
            false,
        ),
        (
            [
                "-remoteWrite.forceVMProto",
                "-remoteWrite.forcePromProto=false",
            ],
            true,
        ),
        (
            [
                "-remoteWrite.shardByURL.labels=a",
                "-remoteWrite.shardByURL.ignoreLabels=b",
            ],
            false,
        ),
        (
            [
                "-remoteWrite.shardByURL",
                "-remoteWrite.shardByURL.labels=a",
            ],
            true,
        ),
    ] {
        let text = vmagent(&flags);
        let wrong = [(rule::SCHEMA_CONFLICT, Severity::Error)];
        let expected = if is_right { &wrong[..0] } else { &wrong[..] };
        assert_told(&[("compose.yaml", &text)], expected);
    }
}

/// A header is sent where nothing else authenticates, and what is not sent is a secret still.
#[test]
fn another_credential_takes_the_place_of_a_header() {
    let header = "-remoteWrite.headers=Authorization: Bearer QmVhcmVyLW9mLW5vdGhpbmctMTIz";
    let alone = vmagent(&[header]);
    assert_told(
        &[("compose.yaml", &alone)],
        &[(rule::CREDENTIALS_COMMITTED, Severity::Warning)],
    );
    let beside = vmagent(&[header, "-remoteWrite.bearerToken=%{TOKEN}"]);
    assert_told(
        &[("compose.yaml", &beside)],
        &[(rule::SCHEMA_CONFLICT, Severity::Warning)],
    );
    let other = vmagent(&[
        "-remoteWrite.headers=X-Rack: 7",
        "-remoteWrite.bearerToken=%{TOKEN}",
    ]);
    assert_told(&[("compose.yaml", &other)], &[]);
}

#[test]
fn keys_of_aws_on_the_command_line_are_secrets() {
    let signed = [
        "-remoteWrite.aws.useSigv4",
        "-remoteWrite.aws.region=eu-west-1",
    ];
    let secret = "-remoteWrite.aws.secretKey=Zm9yLW5vdGhpbmctYXQtYWxsLWJ1dC10ZXN0cy00Mg";
    let with_secret = vmagent(&[signed[0], signed[1], secret]);
    assert_told(
        &[("compose.yaml", &with_secret)],
        &[(rule::CREDENTIALS_COMMITTED, Severity::Warning)],
    );
    // The other half may be in the environment.
    let half = vmagent(&[signed[0], signed[1], "-remoteWrite.aws.accessKey=%{KEY}"]);
    assert_told(&[("compose.yaml", &half)], &[]);
}

#[test]
fn vmalert_reads_with_credentials_of_its_own() {
    let vmalert = |flags: &str| {
        format!(
            "services:\n  alert:\n    image: victoriametrics/vmalert:v1.115.0\n    command:\n    - -datasource.url=http://vm:8428\n    - -rule=/r.yml\n    - -remoteWrite.url=http://vm:8428\n{flags}  vm:\n    image: victoriametrics/victoria-metrics:v1.115.0\n"
        )
    };
    for flag in ["remoteRead.bearerToken", "datasource.basicAuth.password"] {
        let text = vmalert(&format!(
            "    - -{flag}=dG9rZW4tb2Ytbm90aGluZy00Mi00Mi00Mg\n"
        ));
        let reported = found(&[("compose.yaml", &text)]);
        let [finding] = reported.as_slice() else {
            panic!("{flag}: {reported:?}");
        };
        assert_eq!(&*finding.rule, rule::CREDENTIALS_COMMITTED);
        assert!(
            finding.message.to_string().contains(flag),
            "{}",
            finding.message
        );
    }
    let from_file =
        vmalert("    - -remoteRead.bearerToken=%{TOKEN}\n    - -remoteWrite.maxQueueSize=100000\n");
    assert_told(&[("compose.yaml", &from_file)], &[]);
    let wrong = vmalert("    - -remoteWrite.maxQueueSize=1e5\n");
    assert_told(
        &[("compose.yaml", &wrong)],
        &[(rule::SCHEMA_INVALID_VALUE, Severity::Error)],
    );
}

/// Flags are texts in `extraArgs`, whatever they hold.
#[test]
fn flags_of_a_resource_are_texts() {
    let resource = |flag: &str| {
        format!(
            "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAgent\nmetadata: {{name: a}}\nspec:\n  extraArgs:\n    {flag}\n  remoteWrite:\n  - url: https://metrics.example.com/api/v1/write\n    bearerTokenSecret: {{name: t, key: token}}\n"
        )
    };
    for (flag, expected) in [
        (
            "remoteWrite.tlsInsecureSkipVerify: 'true'",
            &[(rule::TLS_INSECURE_SKIP_VERIFY, Severity::Warning)][..],
        ),
        ("remoteWrite.tlsInsecureSkipVerify: 'false'", &[]),
        (
            "remoteWrite.tlsInsecureSkipVerify: true",
            &[
                (rule::SCHEMA_WRONG_TYPE, Severity::Error),
                (rule::TLS_INSECURE_SKIP_VERIFY, Severity::Warning),
            ],
        ),
        ("remoteWrite.sendTimeout: '30s'", &[]),
        (
            "remoteWrite.sendTimeout: '30'",
            &[(rule::SCHEMA_INVALID_VALUE, Severity::Error)],
        ),
    ] {
        assert_told(&[("agent.yaml", &resource(flag))], expected);
    }
}

/// The chart makes a flag of each key of an endpoint.
#[test]
fn keys_of_endpoints_of_the_chart_are_flags() {
    let chart = "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n- {name: victoria-metrics-agent, version: 0.15.0, repository: 'https://victoriametrics.github.io/helm-charts/'}\n";
    let values = |endpoint: &str| {
        format!(
            "victoria-metrics-agent:\n  config: {{scrape_configs: []}}\n  remoteWrite:\n  - url: https://metrics.example.com/api/v1/write\n    {endpoint}\n"
        )
    };
    for (endpoint, is_right) in [
        ("basicAuth.username: a", true),
        ("tlsInsecureSkipVerify: no", true),
        ("urlRelabelConfig: [{action: labeldrop, regex: a}]", true),
        ("bearerTokenFil: /etc/token", false),
        ("basicAuth: {username: a}", false),
    ] {
        let text = values(endpoint);
        let files = [("Chart.yaml", chart), ("values.yaml", &*text)];
        let (told, words) = told(&files);
        let is_told = told
            .iter()
            .any(|(rule, _)| rule == rule::SCHEMA_UNKNOWN_FIELD);
        assert_eq!(is_told, !is_right, "{words}");
    }
    let old = "victoria-metrics-agent:\n  remoteWriteUrls:\n  - metrics.example.com/api/v1/write\n  - https://b.example.com/api/v1/write\n";
    let files = [("Chart.yaml", chart), ("values.yaml", old)];
    assert_told(&files, &[(rule::REMOTE_WRITE_URL_SYNTAX, Severity::Error)]);
}

const JOBS: &str = "rule_files: [a.yml]\nscrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a.example.com:80']}]\n";

/// What a Quadlet mounts and what a Dockerfile copies is read by vmagent.
#[test]
fn files_of_quadlets_and_images_are_those_of_vmagent() {
    let unit = "[Container]\nImage=docker.io/victoriametrics/vmagent:v1.115.0\nExec=-promscrape.config=/etc/p.yml -remoteWrite.url=https://metrics.example.com/api/v1/write -remoteWrite.bearerTokenFile=/etc/t\nVolume=./p.yml:/etc/p.yml\nVolume=./t:/etc/t:ro\n";
    let image = "FROM victoriametrics/vmagent:v1.115.0\nCOPY p.yml /etc/p.yml\nCMD [\"-promscrape.config=/etc/p.yml\", \"-remoteWrite.url=https://metrics.example.com/api/v1/write\"]\n";
    let unknown = [(rule::SCHEMA_UNKNOWN_FIELD, Severity::Warning)];
    let right = JOBS.replace("rule_files: [a.yml]\n", "");
    for file in [("vmagent.container", unit), ("Dockerfile", image)] {
        assert_told(&[file, ("p.yml", JOBS), ("t", "token")], &unknown);
        assert_told(&[file, ("p.yml", &right), ("t", "token")], &[]);
    }
    // Another file is not mounted.
    let other = unit.replace("./p.yml:", "./q.yml:");
    let (told, words) = told(&[("vmagent.container", &other), ("p.yml", &right)]);
    assert!(told.is_empty(), "{words}");
}

/// A file of `scrape_config_files` is a list there, and a mapping for Prometheus.
#[test]
fn further_files_of_jobs_are_lists() {
    let compose = format!(
        "{}    - -promscrape.config=/etc/p.yml\n    volumes: ['./p.yml:/etc/p.yml', './jobs:/etc/jobs']\n",
        vmagent(&[])
    );
    let main = "scrape_config_files: [jobs/*.yml]\n";
    let list = "- job_name: a\n  static_configs: [{targets: ['a.example.com:80']}]\n";
    let of = |jobs: &str| {
        let files = [
            ("compose.yaml", &*compose),
            ("p.yml", main),
            ("jobs/a.yml", jobs),
        ];
        told(&files)
    };
    let (right, words) = of(list);
    assert!(right.is_empty(), "{words}");
    let (told, words) = of(&format!("scrape_configs:\n{list}"));
    assert!(
        told.iter().any(|(rule, _)| rule == rule::SCHEMA_WRONG_TYPE),
        "{words}"
    );
}

/// What does not decode makes vmagent reject the file, what is wrong in one job leaves the others.
#[test]
fn one_wrong_job_is_skipped() {
    let compose = format!(
        "{}    - -promscrape.config=/etc/p.yml\n    volumes: ['./p.yml:/etc/p.yml']\n",
        vmagent(&[])
    );
    for (line, then) in [
        (
            "relabel_configs: [{regex: '(', target_label: b}]",
            "vmagent skips the job",
        ),
        ("metric_path: /x", "vmagent rejects the file"),
    ] {
        let jobs = format!(
            "scrape_configs:\n- job_name: a\n  {line}\n  static_configs: [{{targets: ['a:1']}}]\n"
        );
        let reported = found(&[("compose.yaml", &compose), ("p.yml", &jobs)]);
        let is_told = |finding: &Finding| finding.message.to_string().contains(then);
        assert!(reported.iter().any(is_told), "{line}: {reported:?}");
    }
}

/// Thanos Rule ignores keys that it does not know, so that a file without the one that it reads is empty.
#[test]
fn a_file_of_thanos_rule_needs_its_key() {
    let compose = "services:\n  rule:\n    image: quay.io/thanos/thanos:v0.39.0\n    command: [rule, --remote-write.config-file=/etc/rw.yaml]\n    volumes: ['./rw.yaml:/etc/rw.yaml']\n";
    let entry = "- url: https://metrics.example.com/api/v1/write\n";
    let with = |head: &str| format!("{head}{entry}");
    for (head, is_right) in [
        ("remote_write:\n", true),
        ("remotewrite:\n", false),
        ("", false),
    ] {
        let text = with(head);
        let wrong = [(rule::AGENTS_PIPELINE, Severity::Warning)];
        let expected = if is_right { &wrong[..0] } else { &wrong[..] };
        assert_told(&[("compose.yaml", compose), ("rw.yaml", &text)], expected);
    }
}
