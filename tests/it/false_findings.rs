//! Look-alikes that stay silent, each beside the real fault that is reported.

use crate::support::memory;
use promvet::finding::Severity;

/// The worst that is said of a tree, and the rules that say it.
fn worst(files: &[(&str, &str)]) -> (Option<Severity>, Vec<String>) {
    let found = memory::found("/tree", &memory::tree(files));
    let worst = found.iter().map(|finding| finding.severity).max();
    let of_worst = found.iter().filter(|one| Some(one.severity) == worst);
    (worst, of_worst.map(|one| one.rule.to_string()).collect())
}

/// Whether nothing is said but what is worth knowing.
fn assert_silent(files: &[(&str, &str)]) {
    let (severity, rules) = worst(files);
    assert!(severity <= Some(Severity::Info), "{rules:?} {files:?}");
}

fn assert_reported(files: &[(&str, &str)], severity: Severity, rule: &str) {
    let (found, rules) = worst(files);
    assert_eq!(found, Some(severity), "{rules:?} {files:?}");
    assert!(rules.iter().any(|one| one == rule), "{rules:?} {files:?}");
}

/// Whether a tree is silent, and one thing in it is listed as not checked.
fn assert_not_checked(files: &[(&str, &str)]) {
    assert_silent(files);
    let run = memory::judged(&memory::at("/tree"), &memory::tree(files));
    assert_eq!(run.outcome.unchecked().len(), 1, "{files:?}");
}

fn writes_to(url: &str, more: &str) -> String {
    format!("global: {{external_labels: {{cluster: a}}}}\nremote_write:\n- url: {url}\n{more}")
}

#[test]
fn placeholders_are_silent_in_templates_and_warnings_elsewhere() {
    let password = "  basic_auth: {username: USER, password: PASS}\n";
    for url in [
        "https://prometheus-prod-XX-XX.grafana.net/api/prom/push",
        "REMOTE_WRITE_URL",
        "https://{HOST}/api/v1/write",
        "https://@HOST@/api/v1/write",
    ] {
        let text = writes_to(&format!("'{url}'"), password);
        for name in [
            "prometheus.yml.tpl",
            "prometheus.yml.in",
            "prometheus.yml.example",
        ] {
            assert_silent(&[(name, &text)]);
        }
    }
    let crossed = writes_to(
        "https://prometheus-prod-XX-XX.grafana.net/api/prom/push",
        "  basic_auth: {username: '123456', password: made-up}\n",
    );
    let (severity, rules) = worst(&[("prometheus.yml", &crossed)]);
    assert!(severity <= Some(Severity::Warning), "{rules:?}");
    // A word in capitals is a host as good as any other where nothing fills it in.
    let bare = writes_to("REMOTE_WRITE_URL", "");
    assert_reported(
        &[("prometheus.yml", &bare)],
        Severity::Error,
        "remote-write/url-syntax",
    );
}

#[test]
fn tags_and_blocks_in_values_are_placeholders() {
    let with = |interval: &str, url: &str, password: &str| {
        format!(
            "global:\n  scrape_interval: {interval}\n  external_labels: {{cluster: a}}\n\
             remote_write:\n- url: {url}\n  basic_auth:\n    username: a\n    password: {password}\n"
        )
    };
    for (ending, interval, url, password) in [
        ("erb", "<%= @interval %>", "<%= @url %>", "<%= @password %>"),
        (
            "erb",
            "<%= @every %>s",
            "https://<%= @host %>:<%= @port %>/api/v1/write",
            "\"<%= e['password'] %>\"",
        ),
        (
            "ctmpl",
            "30s",
            "{{ key \"rw/url\" }}",
            "{{ with secret \"kv/rw\" }}{{ .Data.password }}{{ end }}",
        ),
        (
            "j2",
            "{% if fast %}10s{% else %}60s{% endif %}",
            "{% if a %}https://a.example.com/api/v1/write{% else %}https://b.example.com/api/v1/write{% endif %}",
            "'{% for p in parts %}{{ p }}{% endfor %}'",
        ),
        (
            "tftpl",
            "%{ if fast }10s%{ else }60s%{ endif }",
            "https://${host}/api/v1/write",
            "%{ if a }${a}%{ else }${b}%{ endif }",
        ),
        (
            "in",
            "@interval@",
            "https://@rw_host@/api/v1/write",
            "@rw.password@",
        ),
        ("in", "SCRAPE_INTERVAL", "REMOTE_WRITE_URL", "\"${A}${B}\""),
        (
            "tpl",
            "your-interval",
            "https://XXXX/api/v1/write",
            "'prefix-{{ p }}'",
        ),
    ] {
        let name = format!("prometheus.yml.{ending}");
        assert_silent(&[(&name, &with(interval, url, password))]);
    }
    for (name, interval) in [
        ("prometheus.yml", "SCRAPE_INTERVAL"),
        ("prometheus.yml.in", "30x"),
        ("prometheus.yml.j2", "'{% if a %}10s{% endif %}x'"),
    ] {
        let url = "https://a.example.com/api/v1/write";
        let text = with(interval, url, "'{{ p }}'");
        assert_reported(&[(name, &text)], Severity::Error, "schema/invalid-value");
    }
    let text = with("30s", "https://a.example.com/api/v1/write", "Hunter2horse");
    assert_reported(
        &[("prometheus.yml.j2", &text)],
        Severity::Warning,
        "credentials/committed",
    );
}

/// The official image with the configuration mounted as it is.
const AS_IT_IS: &str = "\
services:
  prometheus:
    image: prom/prometheus:v3.5.0
    volumes: ['./conf/prometheus.yml:/etc/prometheus/prometheus.yml']
";

#[test]
fn a_word_in_capitals_is_a_placeholder_where_a_script_fills_it_in() {
    let url = writes_to("REMOTE_WRITE_URL", "");
    let password = writes_to(
        "https://rw.example.com/api/v1/write",
        "  basic_auth: {username: RW_USER, password: RW_PASSWORD}\n",
    );
    let host = writes_to("https://RW_HOST/api/v1/write", "");
    for (script, reported) in [
        (
            (
                "conf/run.sh",
                "sed -i \"s|REMOTE_WRITE_URL|$URL|; s/RW_USER/u/; s/RW_PASSWORD/p/; s/RW_HOST/h/\" \"$1\"\n",
            ),
            false,
        ),
        (
            (
                "Makefile",
                "render:\n\tREMOTE_WRITE_URL=x RW_USER=a RW_PASSWORD=b RW_HOST=c yq -i . conf/prometheus.yml\n",
            ),
            false,
        ),
        (
            (
                "playbook.yml",
                "- hosts: all\n  tasks:\n  - replace: {path: conf/prometheus.yml, regexp: REMOTE_WRITE_URL}\n  - replace: {regexp: RW_USER}\n  - replace: {regexp: RW_PASSWORD}\n  - replace: {regexp: RW_HOST}\n",
            ),
            false,
        ),
        (
            (
                ".github/workflows/deploy.yml",
                "jobs:\n  a:\n    steps:\n    - run: sed -i s#REMOTE_WRITE_URL#x#\\;s#RW_USER#u#\\;s#RW_PASSWORD#p#\\;s#RW_HOST#h# f\n",
            ),
            false,
        ),
        // It names the words, and fills in nothing.
        (
            (
                "conf/run.sh",
                "echo REMOTE_WRITE_URL RW_USER RW_PASSWORD RW_HOST\n",
            ),
            true,
        ),
        // It fills in something else.
        (
            ("conf/run.sh", "sed s/MY_REMOTE_WRITE_URL/x/ a.yml\n"),
            true,
        ),
    ] {
        let with = |text: &str| {
            memory::found(
                "/tree",
                &memory::tree(&[script, ("conf/prometheus.yml", text)]),
            )
        };
        let has = |text: &str, rule: &str| {
            let found = with(text);
            let mut reported = found.iter().filter(|one| one.severity > Severity::Info);
            reported.any(|one| one.rule == rule)
        };
        assert_eq!(has(&url, "remote-write/url-syntax"), reported, "{script:?}");
        assert_eq!(
            has(&password, "credentials/content"),
            reported,
            "{script:?}"
        );
        if !reported {
            assert!(!has(&host, "remote-write/url-syntax"), "{script:?}");
        }
    }
}

#[test]
fn a_rendered_file_is_silent_and_the_script_is_the_evidence() {
    let text = writes_to(
        "https://${RW_HOST}/api/v1/write",
        "  authorization: {credentials: '${RW_TOKEN}'}\n",
    );
    let script = (
        "run.sh",
        "#!/bin/sh\nenvsubst < conf/prometheus.yml > /etc/p.yml\n",
    );
    let files = [script, ("conf/prometheus.yml", text.as_str())];
    let found = memory::found("/tree", &memory::tree(&files));
    assert!(
        found.iter().all(|one| one.severity == Severity::Info),
        "{found:?}"
    );
    let rendered = found
        .iter()
        .find(|one| one.rule == "schema/unrendered")
        .unwrap();
    let evidence = rendered.evidence.first().unwrap();
    assert_eq!(
        (&**evidence.place.path(), evidence.place.start().line),
        ("run.sh", 2)
    );
    // What is wrong whatever the values are is still reported.
    let slip = format!("{text}scrape_config: []\n");
    assert_reported(
        &[script, ("conf/prometheus.yml", &slip)],
        Severity::Error,
        "schema/unknown-field",
    );
}

#[test]
fn a_placeholder_is_an_error_only_where_nothing_can_fill_it_in() {
    let url = writes_to("https://${RW_HOST}/api/v1/write", "");
    let token = writes_to(
        "https://rw.example.com/api/v1/write",
        "  authorization: {credentials: '${RW_TOKEN}'}\n",
    );
    let severity = |files: &[(&str, &str)], text: &str, rule: &str| {
        let mut files = files.to_vec();
        files.push(("conf/prometheus.yml", text));
        let found = memory::found("/tree", &memory::tree(&files));
        found
            .iter()
            .find(|one| one.rule == rule)
            .map(|one| one.severity)
    };
    let with = |files: &[(&str, &str)]| {
        let of_url = severity(files, &url, "remote-write/url-syntax");
        assert_eq!(
            of_url,
            severity(files, &token, "credentials/content"),
            "{files:?}"
        );
        of_url
    };
    let own_entry = format!("{AS_IT_IS}    entrypoint: [/render.sh]\n");
    let own_command = format!("{AS_IT_IS}    command: [sh, -c, '/render && prometheus']\n");
    let flags = format!("{AS_IT_IS}    command: [--config.file=/etc/prometheus/prometheus.yml]\n");
    let own_image = AS_IT_IS.replace("prom/prometheus", "registry.example.com/prometheus");
    let helper =
        format!("{AS_IT_IS}  helper:\n    image: busybox\n    volumes: ['./conf:/conf']\n");
    let compose = |text| [("compose.yaml", text)];
    assert_eq!(with(&compose(AS_IT_IS)), Some(Severity::Error));
    assert_eq!(with(&compose(&flags)), Some(Severity::Error));
    for other in [&own_entry, &own_command, &own_image, &helper] {
        assert_eq!(with(&compose(other)), Some(Severity::Warning), "{other}");
    }
    assert_eq!(with(&[]), Some(Severity::Warning));
    for script in [
        ("deploy.sh", "export RW_HOST=a RW_TOKEN=b\n"),
        ("deploy.sh", "./render conf/prometheus.yml\n"),
        ("Makefile", "all:\n\t./render conf/\n"),
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {path: conf/}}\n",
        ),
    ] {
        let files = [("compose.yaml", AS_IT_IS), script];
        assert_eq!(with(&files), Some(Severity::Warning), "{script:?}");
    }
    let other = [
        ("compose.yaml", AS_IT_IS),
        ("up.sh", "docker compose up -d\n"),
    ];
    assert_eq!(with(&other), Some(Severity::Error));
    // In a manifest something that is not in sight may fill it in.
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n{}",
        url.lines()
            .map(|line| format!("    {line}\n"))
            .collect::<String>()
    );
    let found = memory::found("/tree", &memory::tree(&[("map.yaml", &map)]));
    assert!(
        found.iter().all(|one| one.severity <= Severity::Warning),
        "{found:?}"
    );
}

#[test]
fn braces_without_quotes_are_a_placeholder_and_no_mapping() {
    let with = |value: &str| {
        format!("scrape_configs:\n- job_name: a\n  authorization:\n    credentials: {value}\n")
    };
    let (severity, rules) = worst(&[("prometheus.yml", &with("{SCRAPE_TOKEN}"))]);
    assert!(severity <= Some(Severity::Warning), "{rules:?}");
    let mapping = with("{file: x}");
    assert_reported(
        &[("prometheus.yml", &mapping)],
        Severity::Error,
        "schema/wrong-type",
    );
}

#[test]
fn files_of_other_programs_are_recognized_by_their_keys() {
    for (name, text) in [
        (
            "agent.yml",
            "global: {scrape_interval: 1m, remote_write: [{url: 'http://a'}]}\nconfigs: [{name: a}]\n",
        ),
        (
            "parca.yaml",
            "object_storage: {bucket: {type: FILESYSTEM}}\nscrape_configs:\n- {job_name: a, scrape_timeout: 75s}\n",
        ),
        (
            "promxy.yml",
            "global: {evaluation_interval: 5s}\npromxy: {server_groups: [{static_configs: [{targets: [a]}]}]}\n",
        ),
    ] {
        assert_silent(&[(name, text)]);
    }
    let slip = "global: {scrape_interval: 1m, remote_write: []}\nscrape_configs: []\n";
    assert_reported(
        &[("prometheus.yml", slip)],
        Severity::Error,
        "schema/unknown-field",
    );
}

const VMAGENT: &str = "\
services:
  vmagent:
    image: victoriametrics/vmagent:v1.101.0
    command: [-promscrape.config=/p/prometheus.yml, '-remoteWrite.url=http://vm:8428/api/v1/write']
    volumes: ['./p:/p']
";

#[test]
fn what_vmagent_reads_may_have_its_keys() {
    let jobs = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n  stream_parse: true\n  relabel_configs:\n  - {if: '{a=\"b\"}', action: drop}\n";
    assert_silent(&[("compose.yaml", VMAGENT), ("p/prometheus.yml", jobs)]);
    assert_reported(
        &[("p/prometheus.yml", jobs)],
        Severity::Error,
        "schema/unknown-field",
    );
    let list = "scrape_config_files: [jobs.yml]\n";
    let included = "- {job_name: a}\n";
    let files = [
        ("compose.yaml", VMAGENT),
        ("p/prometheus.yml", list),
        ("p/jobs.yml", included),
    ];
    assert_silent(&files);
    let slip = "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - {actoin: drop}\n";
    let files = [("compose.yaml", VMAGENT), ("p/prometheus.yml", slip)];
    assert_reported(&files, Severity::Warning, "schema/unknown-field");
    // It takes a URL for an address.
    let url = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n  relabel_configs:\n  - {target_label: __address__, replacement: 'http://b:9115'}\n";
    assert_silent(&[("compose.yaml", VMAGENT), ("p/prometheus.yml", url)]);
    let files = [("p/prometheus.yml", url)];
    assert_reported(&files, Severity::Warning, "scrape/target-address");
}

/// A vmagent in Kubernetes whose configuration is a key of a ConfigMap, and one whose image has it.
const VMAGENT_OF_KUBERNETES: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: agent, namespace: vm}
data:
  scrape.yml: |
    scrape_configs:
    - job_name: a
      stream_parse: true
      static_configs: [{targets: ['a:9100']}]
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: vm}
spec:
  template:
    spec:
      containers:
      - name: agent
        image: victoriametrics/vmagent:v1.110.0
        args: ['--promscrape.config=/conf/scrape.yml', '--remoteWrite.url=http://vm:8428/api/v1/write']
        volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: agent}}]
";

#[test]
fn vmagent_reads_keys_of_config_maps_and_files_of_its_image() {
    assert_silent(&[("all.yaml", VMAGENT_OF_KUBERNETES)]);
    let other = VMAGENT_OF_KUBERNETES.replace("/conf/scrape.yml", "/conf/other.yml");
    assert_reported(
        &[("all.yaml", &other)],
        Severity::Error,
        "schema/unknown-field",
    );
    let other =
        VMAGENT_OF_KUBERNETES.replace("configMap: {name: agent}", "configMap: {name: other}");
    assert_not_checked(&[("all.yaml", &other)]);
    let jobs = "scrape_configs:\n- job_name: a\n  stream_parse: true\n  static_configs: [{targets: ['a:1']}]\n";
    let image = "FROM victoriametrics/vmagent:v1.110.0\nCOPY jobs.yml /etc/prom.yml\nCMD \
                 [\"-promscrape.config=/etc/prom.yml\"]\n";
    assert_silent(&[("jobs.yml", jobs), ("Dockerfile", image)]);
    let compose = "services:\n  agent:\n    build: .\n    command: \
                   ['-promscrape.config=/etc/prom.yml']\n";
    let image = "FROM victoriametrics/vmagent:v1.110.0\nCOPY jobs.yml /etc/prom.yml\n";
    let files = [
        ("jobs.yml", jobs),
        ("Dockerfile", image),
        ("compose.yaml", compose),
    ];
    assert_silent(&files);
    assert_not_checked(&files[..2]);
}

#[test]
fn manifests_that_something_moves_may_share_a_namespace() {
    let manifests = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: prom, namespace: mon}
data:
  prometheus.yml: |
    global: {external_labels: {cluster: a}}
    remote_write: [{url: 'http://hub:9090/api/v1/write'}]
---
apiVersion: v1
kind: Service
metadata: {name: hub, namespace: obs}
spec: {selector: {app: hub}, ports: [{port: 9090}]}
";
    let flux = |more: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: m}}\n\
             spec: {{path: ./m{more}}}\n"
        )
    };
    let (moving, plain) = (flux(", targetNamespace: prod"), flux(""));
    for mover in [
        (
            "m/kustomization.yaml",
            "namespace: prod\nresources: [a.yaml]\n",
        ),
        ("flux.yaml", &*moving),
    ] {
        assert_silent(&[("m/a.yaml", manifests), mover]);
    }
    for other in [
        ("m/kustomization.yaml", "resources: [a.yaml]\n"),
        ("flux.yaml", &*plain),
    ] {
        let files = [("m/a.yaml", manifests), other];
        assert_reported(&files, Severity::Warning, "network/unreachable");
    }
}

#[test]
fn an_issuer_is_proven_only_where_nothing_is_between() {
    let with = |more: &str| {
        let url = "https://metric-api.newrelic.com/prometheus/v1/write?prometheus_server=a";
        writes_to(
            url,
            &format!(
                "  authorization: {{credentials_file: t}}\n  tls_config: {{insecure_skip_verify: true{more}\n"
            ),
        )
    };
    for (more, severity) in [
        ("}", Severity::Error),
        ("}\n  proxy_url: http://proxy:3128", Severity::Warning),
        (", ca_file: ca.pem}", Severity::Warning),
        (", server_name: other.example.com}", Severity::Warning),
        (", server_name: metric-api.newrelic.com}", Severity::Error),
    ] {
        let text = with(more);
        let files = [
            ("prometheus.yml", text.as_str()),
            ("t", "made-up-value"),
            ("ca.pem", "x"),
        ];
        let found = memory::found("/tree", &memory::tree(&files));
        let skip = found
            .iter()
            .find(|one| one.rule == "tls/insecure-skip-verify");
        assert_eq!(
            skip.map(|one| one.severity),
            Some(severity),
            "{more} {found:?}"
        );
    }
}

#[test]
fn an_unknown_host_of_a_known_vendor_is_a_warning_without_an_edit() {
    for (host, severity) in [
        ("canary-metric-api.newrelic.com", Some(Severity::Warning)),
        ("metric-api.newrelic.com", None),
    ] {
        let text = writes_to(&format!("https://{host}/prometheus/v1/write"), "");
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &text)]));
        let shape = found
            .iter()
            .find(|one| one.rule == "remote-write/url-shape");
        assert_eq!(shape.map(|one| one.severity), severity, "{host} {found:?}");
        let help = shape.and_then(|one| one.help_line());
        let expected = ", or name the receiver under `receivers` in promvet.yaml";
        assert!(
            help.is_none_or(|help| help.ends_with(expected)),
            "{found:?}"
        );
        assert!(shape.is_none_or(|one| one.fix.is_none()), "{found:?}");
    }
}

#[test]
fn a_named_file_is_judged_as_what_it_is() {
    let named = |name: &str, text: &str| {
        let tree = memory::tree(&[(name, text)]);
        let run = memory::judged(&memory::at(&format!("/tree/{name}")), &tree);
        let worst = memory::findings(&run).iter().map(|one| one.severity).max();
        (worst, run.outcome.unchecked().len())
    };
    assert_eq!(named("docker-compose.yml", "services: {}\n"), (None, 1));
    assert_eq!(
        named("alertmanager.yml", "route: {receiver: a}\nreceivers: []\n"),
        (None, 1)
    );
    let rules =
        |expr: &str| format!("groups: [{{name: g, rules: [{{record: a, expr: '{expr}'}}]}}]\n");
    assert_eq!(named("rules.yml", &rules("sum(up)")), (None, 0));
    assert_eq!(
        named("rules.yml", &rules("sum(up")),
        (Some(Severity::Error), 0)
    );
    // The same with a key or an expression of another program.
    let of_loki = "rate({app=\"a\"} |= \"error\" [5m]) > 1";
    assert_eq!(named("rules.yml", &rules(of_loki)), (None, 1));
    let of_thanos = "groups: [{name: g, partial_response_strategy: abort, rules: []}]\n";
    assert_eq!(named("rules.yml", of_thanos), (None, 1));
    let slip = "groups: [{name: g, intervall: 1m, rules: []}]\n";
    assert_eq!(named("rules.yml", slip), (Some(Severity::Error), 0));
    assert_eq!(named("targets.yml", "- targets: [a:1]\n"), (None, 0));
    assert_eq!(
        named("targets.yml", "- targets: a\n"),
        (Some(Severity::Error), 0)
    );
}

#[test]
fn made_up_secrets_of_test_data_are_reported_once_for_a_folder() {
    let text = writes_to(
        "https://foo.example.com/api/v1/write",
        "  basic_auth: {username: user, password: a-secret}\n  tls_config: {cert_file: /path/to/c, key_file: /path/to/k}\n",
    );
    assert_silent(&[("internal/testdata/remote.yaml", &text)]);
    let (severity, _) = worst(&[("deploy/remote.yaml", &text)]);
    assert_eq!(severity, Some(Severity::Warning));
    // A weak password may be somebody's own.
    let weak = text.replace("a-secret", "hunter2-shop");
    let (severity, _) = worst(&[("internal/testdata/remote.yaml", &weak)]);
    assert_eq!(severity, Some(Severity::Warning));
    let live = text.replace("a-secret", "glc_eyJvIjoiMTIzIn0aB3dE5fG7hI9jK1lM");
    let (severity, _) = worst(&[("internal/testdata/remote.yaml", &live)]);
    assert!(severity >= Some(Severity::Warning));
}

#[test]
fn a_rule_file_that_something_mounts_is_not_missing() {
    let main = "rule_files: [node.rules.yml]\nscrape_configs: []\n";
    let compose = "\
configs: {rules: {file: ./rules/node.rules.yml}}
services:
  prometheus:
    image: registry.example.com/prometheus:v1
    command: [--config.file=/etc/prometheus/prometheus.yml]
    configs: [{source: rules, target: /etc/prometheus/node.rules.yml}]
";
    let rules = "groups: []\n";
    let files = [
        ("conf/prometheus.yml", main),
        ("rules/node.rules.yml", rules),
        ("docker-compose.yml", compose),
    ];
    assert_silent(&files);
    let alone = [("conf/prometheus.yml", main)];
    assert_reported(&alone, Severity::Error, "files/missing");
}

#[test]
fn the_flag_of_a_receiver_names_the_header_of_the_tenant() {
    let compose = |flag: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  \
             receive:\n    image: quay.io/thanos/thanos:v0.37.2\n    command: [receive{flag}]\n"
        )
    };
    let of_scope = ", --receive.tenant-header=X-Scope-OrgID";
    let quoted = ", '--receive.tenant-header=\"THANOS-TENANT\"'";
    let open = ", '--receive.tenant-header=${HEADER:?}'";
    for (host, flag, header, reported) in [
        ("receive", of_scope, "X-Scope-OrgID", false),
        ("receive", of_scope, "x-scope-orgid", false),
        ("receive", of_scope, "THANOS-TENANT", true),
        ("receive", "", "X-Scope-OrgID", true),
        ("receive", "", "THANOS-TENANT", false),
        ("receive", quoted, "THANOS-TENANT", true),
        ("receive", open, "X-Scope-OrgID", false),
        ("receive", open, "THANOS-TENANT", false),
        // What answers there is not in the tree, and may be the receiver that is.
        ("thanos.example.com", of_scope, "X-Scope-OrgID", false),
        ("thanos.example.com", of_scope, "THANOS-TENANT", false),
        ("thanos.example.com", "", "X-Scope-OrgID", true),
    ] {
        let url = format!("http://{host}:19291/api/v1/receive");
        let main = writes_to(&url, &format!("  headers: {{{header}: team-a}}\n"));
        let tree = memory::tree(&[("prometheus.yml", &main), ("compose.yaml", &compose(flag))]);
        let found = memory::found("/tree", &tree);
        let is_told = found.iter().any(|one| {
            one.rule == "remote-write/tenant-header" && one.severity == Severity::Warning
        });
        assert_eq!(is_told, reported, "{host} {flag} {header} {found:?}");
    }
}

#[test]
fn verification_without_a_credential_speaks_of_none() {
    for (more, speaks) in [
        ("", false),
        ("  authorization: {credentials_file: t}\n", true),
        ("  headers: {X-Api-Key: a}\n", true),
        ("  headers: {X-Scope-OrgID: a}\n", false),
    ] {
        let more = format!("{more}  tls_config: {{insecure_skip_verify: true}}\n");
        let text = writes_to("https://rw.internal/api/v1/write", &more);
        let found = memory::found(
            "/tree",
            &memory::tree(&[("prometheus.yml", text.as_str()), ("t", "x")]),
        );
        let rule = "tls/insecure-skip-verify";
        let skip = found.iter().find(|one| one.rule == rule);
        let message = skip.map(|one| one.message.as_str().to_owned());
        let message = message.unwrap_or_default();
        assert!(message.contains("samples"), "{found:?}");
        assert_eq!(message.contains("credential"), speaks, "{message}");
    }
}

#[test]
fn a_missing_rule_file_is_an_error_only_where_nothing_can_put_it_there() {
    let main = "rule_files: [rules/node.yml]\nscrape_configs: []\n";
    let compose = |image: &str, volume: &str| {
        format!("services:\n  prometheus:\n    image: {image}\n    volumes: ['./conf/{volume}']\n")
    };
    let official = "prom/prometheus:v3.5.0";
    let own = "registry.example.com/monitoring/prometheus:v1";
    let file = "prometheus.yml:/etc/prometheus/prometheus.yml";
    let folder = ":/etc/prometheus";
    for (image, volume, reported) in [
        (official, file, true),
        (official, folder, true),
        (own, file, false),
        // The folder of the tree hides that of the image.
        (own, folder, true),
    ] {
        let compose = compose(image, volume);
        let files = [
            ("conf/prometheus.yml", main),
            ("compose.yaml", compose.as_str()),
        ];
        match reported {
            true => assert_reported(&files, Severity::Error, "files/missing"),
            false => assert_silent(&files),
        }
    }
    let pod = |volume: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: p\n    \
             image: prom/prometheus:v3.5.0\n    volumeMounts: [{{name: r, mountPath: /etc/prometheus/rules}}]\n  \
             volumes: [{{name: r, {volume}}}]\n"
        )
    };
    let mounted = pod("configMap: {name: rules}");
    let files = [
        ("conf/prometheus.yml", main),
        ("pod.yaml", mounted.as_str()),
    ];
    assert_silent(&files);
    let copied = "FROM prom/prometheus:v3.5.0\nCOPY rules /etc/prometheus/rules\n";
    let files = [
        ("conf/prometheus.yml", main),
        ("rules/node.yml", "groups: []\n"),
        ("Dockerfile", copied),
    ];
    assert_silent(&files);
    let files = [
        ("conf/prometheus.yml", main),
        ("rules/other.yml", "groups: []\n"),
        ("Dockerfile", copied),
    ];
    assert_reported(&files, Severity::Error, "files/missing");
}

#[test]
fn a_tag_elsewhere_in_the_file_hides_no_configuration() {
    let map = |head: &str, job: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n{head}data:\n  prometheus.yml: |\n    scrape_configs:\n{job}"
        )
    };
    let right = "    - job_name: a\n      scrape_interval: 15s\n";
    let slip = "    - job_name: a\n      scrape_intervall: 15s\n";
    let values = |head: &str, key: &str| {
        format!(
            "{head}serverFiles:\n  prometheus.yml:\n    scrape_configs:\n    - {{job_name: a, {key}: 15s}}\n"
        )
    };
    let terraform = |key: &str| {
        format!(
            "scrape_configs:\n%{{ for job in jobs ~}}\n- job_name: ${{job}}\n  {key}: 15s\n%{{ endfor ~}}\n"
        )
    };
    let steered = format!("    {{{{- if .Values.more }}}}\n{slip}    {{{{- end }}}}\n");
    for (name, good, bad) in [
        (
            "cm.yaml",
            map("  name: {{ .Release.Name }}-p\n", right),
            map("  name: {{ .Release.Name }}-p\n", slip),
        ),
        (
            "cm.yaml",
            map("  labels:\n    {{- include \"x\" . | nindent 4 }}\n", right),
            map(
                "  labels:\n    {{- include \"x\" . | nindent 4 }}\n",
                &steered,
            ),
        ),
        (
            "values.yaml",
            values("replicas: {{ replicas }}\n", "scrape_interval"),
            values("replicas: {{ replicas }}\n", "scrape_intervall"),
        ),
        (
            "prometheus.yml.tftpl",
            terraform("scrape_interval"),
            terraform("scrape_intervall"),
        ),
    ] {
        assert_silent(&[(name, &good)]);
        assert_reported(&[(name, &bad)], Severity::Error, "schema/unknown-field");
        let found = memory::found("/tree", &memory::tree(&[(name, &bad)]));
        let reported = found
            .iter()
            .find(|one| one.rule == "schema/unknown-field")
            .unwrap();
        let line = bad
            .lines()
            .position(|line| line.contains("intervall"))
            .unwrap();
        assert_eq!(reported.place.start().line, line + 1, "{bad}");
    }
}

#[test]
fn a_placeholder_in_a_string_of_promql_is_a_part_of_the_string() {
    let rules =
        |expr: &str| format!("groups: [{{name: g, rules: [{{record: a, expr: '{expr}'}}]}}]\n");
    let main = "rule_files: [r.yml]\nscrape_configs: []\n";
    for expr in [
        "up{a=\"{{x}}\"}",
        "up{a=\"${x}\"}",
        "up{a=\"<id>\", b=~\"[[x]]\"}",
    ] {
        assert_silent(&[("prometheus.yml", main), ("r.yml", &rules(expr))]);
        let open = rules(&format!("sum({expr}"));
        let files = [("prometheus.yml", main), ("r.yml", open.as_str())];
        assert_reported(&files, Severity::Error, "files/promql");
    }
    for list in ["[[__address__]]", "[[]]"] {
        let file = format!(
            "scrape_configs:\n- job_name: a\n  relabel_configs:\n  - {{source_labels: {list}, target_label: x}}\n"
        );
        assert_reported(
            &[("prometheus.yml", &file)],
            Severity::Error,
            "schema/wrong-type",
        );
    }
}

#[test]
fn a_file_that_a_script_writes_is_not_missing() {
    let main = "rule_files: [gen.yml, 'rules/*.yml']\nscrape_configs: []\n";
    for (script, reported) in [
        (
            (
                "Makefile",
                "gen.yml:\n\tjsonnet a > gen.yml\nall:\n\tjsonnet -m rules/ a\n",
            ),
            false,
        ),
        (("gen.py", "open('gen.yml')\nopen('rules/a.yml')\n"), false),
        (
            (
                "Makefile",
                "check:\n\tpromtool check rules gen.yml rules/*.yml\n",
            ),
            true,
        ),
        (
            (
                "Makefile",
                "all:\n\tjsonnet a > regen.yml\n\tjsonnet -m myrules/ a\n",
            ),
            true,
        ),
        (
            (
                "other.yml",
                "rule_files: [gen.yml, 'rules/*.yml']\nscrape_configs: []\n",
            ),
            true,
        ),
    ] {
        let tree = memory::tree(&[("prometheus.yml", main), script]);
        let found = memory::found("/tree/prometheus.yml", &tree);
        for rule in ["files/missing", "files/no-match"] {
            assert_eq!(
                found.iter().any(|one| one.rule == rule),
                reported,
                "{script:?} {rule}"
            );
        }
    }
}

#[test]
fn files_of_test_data_and_examples_need_not_be_there() {
    let text = "rule_files: [first.rules]\nscrape_configs:\n- job_name: a\n  basic_auth: {username: a, password_file: valid_password}\n";
    let severity = |name: &str, more: &[(&str, &str)], rule: &str| {
        let files: Vec<_> = more.iter().copied().chain([(name, text)]).collect();
        let found = memory::found("/tree", &memory::tree(&files));
        found
            .iter()
            .find(|one| one.rule == rule)
            .map(|one| one.severity)
    };
    for (name, rules, credential) in [
        ("config/testdata/a.yml", None, None),
        (
            "docs/examples/a.yml",
            Some(Severity::Error),
            Some(Severity::Warning),
        ),
        ("deploy/a.yml", Some(Severity::Error), Some(Severity::Error)),
    ] {
        assert_eq!(severity(name, &[], "files/missing"), rules, "{name}");
        assert_eq!(
            severity(name, &[], "credentials/missing"),
            credential,
            "{name}"
        );
    }
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./testdata:/etc/prometheus']\n";
    let run = [("compose.yaml", compose)];
    assert_eq!(
        severity("testdata/prometheus.yml", &run, "files/missing"),
        Some(Severity::Error)
    );
}

#[test]
fn a_relative_path_in_a_template_starts_at_the_folder_of_the_result() {
    let text = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: ../tls/ca.crt}\n  static_configs: [{targets: ['a:1']}]\n";
    for name in [
        "templates/prometheus.yml.tpl",
        "templates/prometheus.yml.j2",
    ] {
        assert_silent(&[(name, text)]);
    }
    let plain = [("conf/prometheus.yml", text)];
    assert_reported(&plain, Severity::Error, "credentials/missing");
}

/// Values of the chart victoria-metrics-alert, which has a `server` and an `alertmanager` too.
#[test]
fn values_of_vmalert_are_not_those_of_prometheus() {
    let server =
        "alertmanager: {enabled: false}\nserver:\n  remoteWrite: {url: 'http://vm:8428'}\n";
    let vmalert = format!("{server}  datasource: {{url: 'http://vm:8428'}}\n  notifier: {{}}\n");
    assert_silent(&[("charts/a/values.yaml", &vmalert)]);
    let prometheus = format!("{server}  retention: 1d\n");
    let files = [("charts/a/values.yaml", &*prometheus)];
    assert_reported(&files, Severity::Error, "schema/wrong-type");
}

#[test]
fn an_entry_may_replace_what_a_merge_key_brings() {
    let rules = "  metric_relabel_configs:\n  - &one\n    source_labels: [__name__]\n    regex: a_.*\n    action: drop\n  - <<: *one\n    regex: b_.*\n";
    let jobs = format!("- job_name: a\n  static_configs: [{{targets: ['a:1']}}]\n{rules}");
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a, namespace: b}\nspec:\n  selector: {matchLabels: {app: a}}\n  endpoints:\n  - &one\n    port: a\n    interval: 30s\n  - <<: *one\n    port: b\n";
    assert_silent(&[("scrape.yml", &jobs)]);
    assert_silent(&[("monitor.yaml", monitor)]);
    let twice = jobs.replace("    regex: b_.*\n", "    regex: b_.*\n    regex: c_.*\n");
    assert_reported(
        &[("scrape.yml", &twice)],
        Severity::Error,
        "schema/duplicate",
    );
}

#[test]
fn an_empty_mapping_in_values_is_no_endpoint() {
    let values = "alertmanager: {enabled: false}\nserver:\n  retention: 1d\n  remoteWrite: ";
    let empty = format!("{values}{{}}\n");
    assert_silent(&[("charts/a/values.yaml", &empty)]);
    let one = format!("{values}{{url: 'http://a:1/api/v1/write'}}\n");
    let files = [("charts/a/values.yaml", &*one)];
    assert_reported(&files, Severity::Error, "schema/wrong-type");
}

#[test]
fn keys_under_two_conditions_of_a_template_are_no_conflict() {
    let head = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {}\n  endpoints:\n  - port: {{ .Values.port }}\n";
    let (file, secret) = (
        "    bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token\n",
        "    bearerTokenSecret: {name: a, key: b}\n",
    );
    let apart = format!(
        "{head}    {{{{- if .Values.file }}}}\n{file}    {{{{- end }}}}\n    {{{{- with .Values.secret }}}}\n{secret}    {{{{- end }}}}\n"
    );
    assert_silent(&[("chart/templates/monitor.yaml", &apart)]);
    let together = format!("{head}{file}{secret}");
    let files = [("chart/templates/monitor.yaml", &*together)];
    assert_reported(&files, Severity::Error, "schema/conflict");
}

#[test]
fn what_a_test_asserts_of_a_cluster_is_no_manifest() {
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    ~.rules: {labels: {a: b}}\n";
    assert_silent(&[("test/01-assert.yaml", rule)]);
    assert_reported(
        &[("deploy/rules.yaml", rule)],
        Severity::Error,
        "files/rule-file",
    );
}

#[test]
fn a_deployment_beside_its_config_map_is_the_one_that_mounts_it() {
    let setup = |mounts: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: prometheus}}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n    - job_name: a\n      scheme: https\n      tls_config: {{ca_file: /certs/ca.pem}}\n      static_configs: [{{targets: ['a:1']}}]\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: prometheus}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: prom/prometheus:v3.5.0\n        args: [--config.file=/etc/config/prometheus.yml]\n        volumeMounts:\n        - {{name: config, mountPath: /etc/config}}\n{mounts}      volumes:\n      - {{name: config, configMap: {{name: prometheus}}}}\n      - {{name: certs, emptyDir: {{}}}}\n"
        )
    };
    let right = setup("        - {name: certs, mountPath: /certs}\n");
    let wrong = setup("");
    let errors = |path: &str| {
        let files = [("a.yaml", &*right), ("b.yaml", &*wrong)];
        let found = memory::found("/tree", &memory::tree(&files));
        let of_file = found.iter().filter(|one| one.place.path().ends_with(path));
        of_file
            .filter(|one| one.severity == Severity::Error)
            .count()
    };
    assert_eq!(errors("a.yaml"), 0);
    assert_eq!(errors("b.yaml"), 1);
}

#[test]
fn test_data_does_what_was_meant_unless_something_runs_it() {
    let text = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n  relabel_configs: [{action: drop}]\n";
    assert_silent(&[("testdata/prometheus.yml", text)]);
    let reported = |files: &[(&str, &str)]| {
        assert_reported(files, Severity::Error, "relabel/drops-everything");
    };
    reported(&[("deploy/prometheus.yml", text)]);
    let compose = AS_IT_IS.replace("./conf/", "./testdata/");
    reported(&[
        ("testdata/prometheus.yml", text),
        ("compose.yaml", &compose),
    ]);
}

#[test]
fn the_collector_fills_in_variables_and_halves_dollars() {
    let text = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['$NODE_IP:1']}]\n  relabel_configs:\n  - {source_labels: [__address__], regex: '(.*):.*', target_label: a, replacement: '$$1'}\n";
    assert_silent(&[("otel-collector/prometheus.yml", text)]);
    let files = [("deploy/prometheus.yml", text)];
    assert_reported(&files, Severity::Warning, "scrape/target-address");
    assert_reported(&files, Severity::Warning, "relabel/replacement");
}

#[test]
fn a_variable_that_is_the_whole_value_is_a_placeholder() {
    let with = |interval: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  scrape_interval: {interval}\n  static_configs: [{{targets: ['a:1']}}]\n"
        )
    };
    for interval in ["$$SCRAPE_INTERVAL$$", "$SCRAPE_INTERVAL"] {
        let (severity, rules) = worst(&[("prometheus.yml", &with(interval))]);
        assert!(severity <= Some(Severity::Warning), "{interval}: {rules:?}");
    }
    let plain = with("$30s");
    assert_reported(
        &[("prometheus.yml", &plain)],
        Severity::Error,
        "schema/invalid-value",
    );
}

#[test]
fn a_list_of_jobs_may_be_for_the_vmagent_of_the_tree() {
    let files = [
        ("p/prometheus.yml", "scrape_config_files: [jobs.yml]\n"),
        (
            "p/jobs.yml",
            "- job_name: a\n  static_configs: [{targets: ['a:1']}]\n",
        ),
    ];
    assert_reported(&files, Severity::Error, "schema/wrong-type");
    let other = VMAGENT.replace("./p:", "./other:");
    assert_silent(&[files[0], files[1], ("compose.yaml", &other)]);
    let ours = AS_IT_IS.replace("./conf/", "./p/");
    let both = [
        files[0],
        files[1],
        ("vm/compose.yaml", &other),
        ("compose.yaml", &ours),
    ];
    assert_reported(&both, Severity::Error, "schema/wrong-type");
}

#[test]
fn rules_that_only_vmalert_evaluates_are_metricsql() {
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, namespace: b}\nspec:\n  groups:\n  - name: a\n    rules:\n    - {alert: A, expr: 'increase(max(up)[5m]) > 0'}\n";
    let vmalert = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlert\nmetadata: {name: a, namespace: b}\nspec: {}\n";
    let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a, namespace: b}\nspec: {ruleSelector: {}}\n";
    assert_reported(&[("r.yaml", rule)], Severity::Error, "files/promql");
    assert_silent(&[("r.yaml", rule), ("vmalert.yaml", vmalert)]);
    let both = [
        ("r.yaml", rule),
        ("vmalert.yaml", vmalert),
        ("p.yaml", prometheus),
    ];
    assert_reported(&both, Severity::Error, "files/promql");
}

#[test]
fn two_files_of_test_data_are_one_info() {
    let job = |password: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  basic_auth: {{username: a, password: {password}}}\n"
        )
    };
    let (one, two) = (job("fake"), job("test-license-key"));
    let files = [
        ("a/testdata/1.yml", one.as_str()),
        ("a/testdata/2.yml", &two),
        ("b/fixtures/1.yml", &one),
        ("b/1.golden.yml", &two),
    ];
    let found = memory::found("/tree", &memory::tree(&files));
    let reported = found
        .iter()
        .filter(|one| one.rule == "credentials/test-data");
    let reported: Vec<_> = reported
        .map(|one| (one.severity, one.help_line().unwrap_or_default()))
        .collect();
    assert_eq!(reported.len(), 3, "{found:?}");
    assert!(
        reported
            .iter()
            .all(|(severity, _)| *severity == Severity::Info),
        "{reported:?}"
    );
    let help = "leave the folder out with `exclude: [\"a/testdata/**\"]` in promvet.yaml";
    assert!(
        reported.iter().any(|(_, line)| line == help),
        "{reported:?}"
    );
    assert!(
        found.iter().all(|one| one.rule != "credentials/committed"),
        "{found:?}"
    );
    let files = [("examples/1.yml", one.as_str())];
    assert_reported(&files, Severity::Warning, "credentials/committed");
}

#[test]
fn an_endpoint_is_a_duplicate_only_if_the_same_is_sent_twice() {
    let with = |first: &str, second: &str| {
        let url = "https://rw.example.com/api/v1/write";
        format!(
            "global: {{external_labels: {{cluster: a}}}}\nremote_write:\n- {{url: '{url}', name: a{first}}}\n- {{url: '{url}', name: b{second}}}\n"
        )
    };
    let is_told = |text: &str| {
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", text)]));
        found
            .iter()
            .any(|one| one.rule == "remote-write/duplicate-endpoint")
    };
    let second = ", protobuf_message: io.prometheus.write.v2.Request";
    let first = ", protobuf_message: prometheus.WriteRequest";
    let half = |action: &str| {
        format!(", write_relabel_configs: [{{source_labels: [a], regex: x.*, action: {action}}}]")
    };
    for (one, two, reported) in [
        ("", second, false),
        (first, second, false),
        ("", first, true),
        (second, second, true),
        (&*half("keep"), &*half("drop"), false),
        (&*half("keep"), &*half("keep"), true),
    ] {
        assert_eq!(is_told(&with(one, two)), reported, "{one} {two}");
    }
}

#[test]
fn what_is_deprecated_is_silent_where_an_older_release_runs() {
    let text =
        "scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: 'a:8500', tags: [web]}]\n";
    let reported = |image: Option<&str>| {
        let compose = format!(
            "services:\n  p:\n    image: prom/prometheus:{}\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
            image.unwrap_or_default()
        );
        let mut files = vec![("prometheus.yml", text)];
        files.extend(image.map(|_| ("compose.yaml", compose.as_str())));
        let found = memory::found("/tree", &memory::tree(&files));
        let found = found
            .into_iter()
            .find(|one| one.rule == "schema/deprecated");
        found.map(|one| one.message)
    };
    for image in [None, Some("v3.5.0")] {
        assert!(reported(image).is_some_and(|message| message.contains("since Prometheus 3.0.0")));
    }
    assert_eq!(reported(Some("v2.53.1")), None);
}

#[test]
fn what_only_a_prometheus_before_2_reads_is_left_alone() {
    let old = "scrape_configs:\n- job_name: a\n  target_groups: [{targets: ['b:80']}]\n";
    let compose = |image: &str, flags: &str| {
        format!(
            "services:\n  p:\n    image: {image}\n    command: [{flags}]\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        )
    };
    let flags = "-config.file=/etc/prometheus/prometheus.yml, -storage.local.path=/data";
    for (image, flags) in [
        ("prom/prometheus:v1.2.3", ""),
        ("prom/prometheus:0.16.1", ""),
        ("example.com/team/prometheus", flags),
    ] {
        let text = compose(image, flags);
        assert_silent(&[("prometheus.yml", old), ("compose.yml", &text)]);
    }
    for image in [
        "prom/prometheus:v2.53.0",
        "prom/prometheus",
        "example.com/team/prometheus:v1",
    ] {
        let text = compose(image, "");
        let files = [("prometheus.yml", old), ("compose.yml", text.as_str())];
        assert_reported(&files, Severity::Error, "schema/unknown-field");
    }
}

#[test]
fn help_for_a_target_with_a_path_names_the_key_of_its_section() {
    let help = |text: &str| {
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", text)]));
        let help = found.iter().find_map(promvet::finding::Finding::help_line);
        help.unwrap_or_default().into_owned()
    };
    let alerting = "alerting: {alertmanagers: [{static_configs: [{targets: ['am:9093/prefix']}]}]}\nscrape_configs: []\n";
    assert!(help(alerting).contains("`path_prefix`"));
    let scraped =
        "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:9093/metrics']}]}]\n";
    assert!(help(scraped).contains("`metrics_path`"));
}

#[test]
fn a_web_configuration_is_judged_in_the_tree_and_named() {
    let hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";
    let with = |password: &str| format!("basic_auth_users:\n  one: {hash}\n  two: {password}\n");
    assert_silent(&[("web.yml", &with(hash))]);
    assert_silent(&[("web.yml", &with("${HASH}"))]);
    let plain = with("hunter2-shop");
    assert_reported(
        &[("web.yml", &plain)],
        Severity::Error,
        "files/web-configuration",
    );
    let tree = memory::tree(&[("web.yml", &plain)]);
    assert_eq!(memory::found("/tree/web.yml", &tree).len(), 1);
}

#[test]
fn audits_say_what_prometheus_will_do_and_call_an_empty_tenant_empty() {
    let text = "remote_write:\n- url: https://mimir.example.com/api/v1/push\n  headers: {X-Scope-OrgID: ''}\n- url: https://c.example.com/api/v1/write\n";
    let folder = crate::support::scratch::Scratch::new(&[("prometheus.yml", text)]);
    let ran = folder.promvet(&["audit"]);
    let said = &ran.stdout;
    assert!(
        said.contains("verifies") && !said.contains("verified"),
        "{said}"
    );
    assert!(said.contains("(empty)"), "{said}");
    // `/api/v1/write` is a path of seven receivers.
    assert!(said.contains("recognized 1 of 2 endpoints"), "{said}");
}

/// What today's silences must not hide: each change of a silent tree is a fault again.
#[test]
fn what_fills_in_or_writes_a_file_is_recognized() {
    let job = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n";
    let plain = "services:\n  p: {image: 'prom/prometheus:v3.5.0', volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']}\n";
    // A scheme that a script fills in, and a slip.
    assert_silent(&[("prometheus.yml", &format!("{job}  scheme: API_SCHEME\n"))]);
    for scheme in ["HTPPS", "ftp"] {
        let text = format!("{job}  scheme: {scheme}\n");
        assert_reported(
            &[("prometheus.yml", &text)],
            Severity::Warning,
            "scrape/scheme",
        );
    }
    // A shell that writes the file that Prometheus is started with, and one that writes another.
    let shell = |to: &str| {
        format!(
            "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n    entrypoint: [/bin/sh, -c]\n    command:\n    - |\n      sed s/a/b/ /etc/prometheus/prometheus.yml > {to}\n      exec prometheus --config.file=/tmp/prometheus.yml\n"
        )
    };
    assert_silent(&[
        ("prometheus.yml", job),
        ("compose.yml", &shell("/tmp/prometheus.yml")),
    ]);
    assert_reported(
        &[
            ("prometheus.yml", job),
            ("compose.yml", &shell("/tmp/o.yml")),
        ],
        Severity::Warning,
        "start/config-file",
    );
    // The same words to fill in on both sides, and a variable that nothing expands.
    let of =
        |password: &str| format!("{job}  basic_auth: {{username: a, password: '{password}'}}\n");
    let with =
        |value: &str| plain.replace("volumes:", &format!("environment: ['P={value}'], volumes:"));
    let twin = [
        ("prometheus.yml", of("EnterPassword")),
        ("compose.yml", with("EnterPassword")),
    ];
    let twin = twin.each_ref().map(|(path, text)| (*path, &**text));
    assert_reported(&twin, Severity::Warning, "credentials/content");
    let alone = [
        ("prometheus.yml", of("EnterPassword")),
        ("compose.yml", plain.to_owned()),
    ];
    let alone = alone.each_ref().map(|(path, text)| (*path, &**text));
    assert_reported(&alone, Severity::Error, "credentials/content");
    // An example beside a rule file that is not there.
    let rules = "rule_files: [alerts.yml]\nscrape_configs: []\n";
    let groups = "groups: []\n";
    for (beside, severity) in [
        ("alerts.example.yml", Severity::Warning),
        ("alerts.yml.sample", Severity::Warning),
        ("example.yml", Severity::Error),
    ] {
        let files = [("prometheus.yml", rules), (beside, groups)];
        assert_reported(&files, severity, "files/missing");
    }
}

/// A fault that several places share is reported once, and two faults twice.
#[test]
fn one_fault_is_reported_once() {
    let count = |files: &[(&str, &str)], rule: &str| {
        let all = memory::found("/tree", &memory::tree(files));
        all.iter().filter(|one| one.rule == rule).count()
    };
    let compose = "services:\n  p: {image: 'prom/prometheus:v3.5.0', volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']}\n";
    let job = |name: &str, folder: &str| {
        format!(
            "- job_name: {name}\n  kubernetes_sd_configs: [{{role: node}}]\n  scheme: https\n  tls_config: {{ca_file: {folder}/ca.crt}}\n  bearer_token_file: {folder}/token\n"
        )
    };
    for (folder, expected) in [
        ("/var/run/secrets/kubernetes.io/serviceaccount", 1),
        ("/etc/cluster", 4),
    ] {
        let text = format!("scrape_configs:\n{}{}", job("a", folder), job("b", folder));
        let files = [("prometheus.yml", &*text), ("compose.yml", compose)];
        assert_eq!(
            count(&files, "credentials/not-mounted"),
            expected,
            "{folder}"
        );
    }
    let targets = "[{\"targets\": [\"${A}:1\", \"${B}:1\"]}]";
    let files = [
        (
            "prometheus.yml",
            "scrape_configs: [{job_name: a, file_sd_configs: [{files: [t.json]}]}]\n",
        ),
        ("t.json", targets),
    ];
    assert_eq!(count(&files, "files/target-file"), 1);
}

#[test]
fn placeholders_of_pipelines_plugins_and_generators_are_known() {
    let compose = |url: &str| {
        format!(
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    \
             - --remoteWrite.url={url}\n"
        )
    };
    let filled = compose("https://metrics.$DOMAIN:$METRICS_PORT/api/v1/write");
    assert_silent(&[("compose.yaml", &filled)]);
    let wrong = compose("https://metrics.example.com:port/api/v1/write");
    assert_reported(
        &[("compose.yaml", &wrong)],
        Severity::Error,
        "schema/invalid-value",
    );
    let set = |value: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: m}}\nspec:\n  \
             generators: [{{clusters: {{}}}}]\n  template:\n    spec:\n      source:\n        chart: \
             kube-prometheus-stack\n        helm:\n          values: |\n            prometheus:\n              \
             prometheusSpec:\n                externalLabels: {{cluster: a}}\n                remoteWrite:\n                \
             - url: https://h.example.com/api/v1/write\n                  writeRelabelConfigs:\n                  \
             - targetLabel: cluster\n                    replacement: {value}\n"
        )
    };
    assert_silent(&[("set.yaml", &set("{{name}}"))]);
    assert_reported(
        &[("set.yaml", &set("{name: a}"))],
        Severity::Error,
        "schema/wrong-type",
    );
    let values = |targets: &str, token: &str| {
        format!(
            "prometheus:\n  prometheusSpec:\n    additionalScrapeConfigs:\n    - job_name: a\n      \
             static_configs:\n      - targets: {targets}\n      authorization:\n        credentials: {token}\n"
        )
    };
    let vault = "<path:vaults/abc/items/def#token | base64decode>";
    assert_silent(&[("values.yaml", &values(vault, vault))]);
    assert_reported(
        &[("values.yaml", &values("a:1", vault))],
        Severity::Error,
        "schema/wrong-type",
    );
    let template = |password: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: agent}}\ndata:\n  prometheus.yml: |\n    \
             global: {{external_labels: {{cluster: a}}}}\n    remote_write:\n    - url: \
             https://h.example.com/api/v1/write\n      basic_auth:\n        username: a\n        password: \
             {password}\n"
        )
    };
    let chart = (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: a\nversion: 0.1.0\n",
    );
    // It is not a secret, and something may fill it in.
    let of_azure = template("$(Grafana-Metrics.API-Key)");
    assert_reported(
        &[chart, ("chart/templates/map.yaml", &of_azure)],
        Severity::Warning,
        "credentials/content",
    );
    let committed = template("kVb29xLq0Zt7Rm4Yp1Wd");
    assert_reported(
        &[chart, ("chart/templates/map.yaml", &committed)],
        Severity::Warning,
        "credentials/committed",
    );
}

#[test]
fn a_file_that_a_chart_fills_in_is_a_template() {
    let chart = (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: a\nversion: 0.1.0\n",
    );
    let file =
        "scrape_configs:\n- job_name: app\n  static_configs:\n  - targets: ['{{ .Values.url }}']\n";
    let map = |reads: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: p}}\ndata:\n  prometheus.yml: |-\n{reads}\n"
        )
    };
    let filled = map("{{ tpl (.Files.Get \"files/prometheus.yml\") . | indent 4 }}");
    let copied = map("{{ .Files.Get \"files/prometheus.yml\" | indent 4 }}");
    let path = "chart/files/prometheus.yml";
    assert_silent(&[chart, (path, file), ("chart/templates/map.yaml", &filled)]);
    assert_reported(
        &[chart, (path, file), ("chart/templates/map.yaml", &copied)],
        Severity::Warning,
        "scrape/target-address",
    );
}

#[test]
fn the_placeholders_of_an_entry_are_one_finding() {
    let text = "global: {external_labels: {cluster: a}}\nremote_write:\n- url: https://<host>.example.com/api/v1/write\n  \
                basic_auth:\n    username: <user>\n    password: <password>\n- url: \
                https://h.example.com/api/v1/write\n  basic_auth:\n    username: <user>\n    password: <password>\n";
    let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", text)]));
    let warnings = found.iter().filter(|one| one.severity == Severity::Warning);
    let warnings: Vec<_> = warnings
        .map(|one| (one.place.start().line, one.evidence.len()))
        .collect();
    assert_eq!(warnings, [(3, 2), (9, 1)]);
}

#[test]
fn another_secret_is_proposed_only_if_it_may_be_meant() {
    let reference = "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nmetadata: {name: a, \
                     namespace: m}\nspec:\n  route: {receiver: p}\n  receivers:\n  - name: p\n    pushoverConfigs:\n    \
                     - token: {name: alertmanager-secret, key: token}\n      userKey: {name: alertmanager-secret, key: token}\n";
    let secret = |name: &str, key: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: m}}\nstringData: {{{key}: abc}}\n"
        )
    };
    let near = secret("alertmanger-secret", "token");
    assert_reported(
        &[("a.yaml", reference), ("s.yaml", &near)],
        Severity::Warning,
        "kubernetes/secret-key",
    );
    for (name, key) in [
        ("alertmanger-secret", "other"),
        ("cert-manager-secret", "token"),
        ("alertmanager-grafana", "token"),
    ] {
        let other = secret(name, key);
        assert_silent(&[("a.yaml", reference), ("s.yaml", &other)]);
    }
}

#[test]
fn a_job_that_measures_a_line_may_be_slow() {
    let job = |name: &str| {
        format!(
            "scrape_configs:\n- job_name: {name}\n  scrape_interval: 30m\n  static_configs:\n  - targets: [h.example.com:1]\n"
        )
    };
    assert_silent(&[("prometheus.yml", &job("speedtest"))]);
    assert_reported(
        &[("prometheus.yml", &job("node"))],
        Severity::Warning,
        "scrape/interval",
    );
}

#[test]
fn a_chart_of_the_tree_may_read_keys_of_its_own() {
    let values = "prometheus:\n  prometheusSpec:\n    ownTargets: []\n";
    let chart = (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: a\nversion: 0.1.0\n",
    );
    let template = |key: &str| {
        format!("{{{{- range .Values.prometheus.prometheusSpec.{key} }}}}\n{{{{- end }}}}\n")
    };
    let (own, other) = (template("ownTargets"), template("ownTargetsToo"));
    let path = "chart/templates/own/targets.yaml";
    assert_silent(&[chart, (path, &own), ("chart/values.yaml", values)]);
    for files in [
        &[chart, (path, &other), ("chart/values.yaml", values)][..],
        &[chart, (path, &own), ("values.yaml", values)],
    ] {
        assert_reported(files, Severity::Warning, "schema/unknown-field");
    }
}

/// A base of kustomize: what an overlay patches is not what is applied.
#[test]
fn what_a_kustomization_patches_is_not_reported() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: x}}\n  endpoints:\n  - port: web\n    path: /federate\n    params: {}\n";
    let stack = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  externalLabels: {cluster: a}\n  remoteWrite:\n  - name: x\n    url:\n";
    let rules = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\nspec:\n  groups: {}\n";
    let base = "resources: [monitor.yaml, stack.yaml, rules.yaml]\n";
    let overlay = |patches: &str| format!("resources: [../base]\npatches:\n{patches}");
    let op = |kind: &str, name: &str, path: &str| {
        format!(
            "- target: {{kind: {kind}, name: {name}}}\n  patch: |\n    - {{op: replace, path: {path}, value: x}}\n"
        )
    };
    let (endpoint, url, groups) = (
        op("ServiceMonitor", "a", "/spec/endpoints/0/params"),
        op("Prometheus", "p", "/spec/remoteWrite/0/url"),
        op("PrometheusRule", "r", "/spec/groups"),
    );
    let tree = |overlay: &str| {
        memory::found(
            "/tree",
            &memory::tree(&[
                ("base/kustomization.yaml", base),
                ("base/monitor.yaml", monitor),
                ("base/stack.yaml", stack),
                ("base/rules.yaml", rules),
                ("prod/kustomization.yaml", overlay),
            ]),
        )
    };
    let in_base = |overlay: &str| {
        let found = tree(overlay).into_iter().filter(|finding| {
            finding.severity > Severity::Info && finding.place.path().starts_with("base/")
        });
        let mut rules: Vec<_> = found.map(|finding| finding.rule.into_owned()).collect();
        rules.sort();
        rules
    };
    let all = ["files/rule-file", "schema/missing-field", "scrape/federate"];
    assert_eq!(
        in_base(&overlay(&format!("{endpoint}{url}{groups}"))),
        [""; 0]
    );
    // Each patch mends what it is for, and nothing else.
    assert_eq!(in_base(&overlay(&endpoint)), all[..2]);
    assert_eq!(in_base(&overlay(&url)), [all[0], all[2]]);
    let others = [
        op("ServiceMonitor", "b", "/spec/endpoints/0/params"),
        op("Prometheus", "p", "/spec/remoteWrite/1/url"),
        op("PrometheusRule", "r", "/metadata/labels"),
    ];
    assert_eq!(in_base(&overlay(&others.concat())), all);
    // A merge changes its own keys.
    let merge = "- patch: |\n    kind: PrometheusRule\n    metadata: {name: r}\n    spec: {groups: [{name: a, rules: []}]}\n";
    assert_eq!(in_base(&overlay(merge)), all[1..]);
}

/// Prometheus normalizes what it scrapes, not what rules write.
#[test]
fn recorded_metrics_keep_their_labels_and_may_be_absent() {
    let file = |rules: &str| format!("groups:\n- name: a\n  rules:\n{rules}");
    let buckets = |metric: &str| {
        file(&format!(
            "  - {{record: 'x:y', expr: 'sum({metric}{{le=\"5\"}})'}}\n"
        ))
    };
    let config = ("prometheus.yml", "rule_files: [rules.yml]\n");
    assert_silent(&[config, ("rules.yml", &buckets("job:latency:rate5m"))]);
    assert_reported(
        &[config, ("rules.yml", &buckets("latency_bucket"))],
        Severity::Warning,
        "rules/bucket-value",
    );
    let alert = "  - {alert: A, expr: 'shield != bool 0'}\n";
    let record = "  - {record: shield, expr: 'a > 1'}\n";
    assert_silent(&[config, ("rules.yml", &file(&format!("{alert}{record}")))]);
    assert_reported(
        &[config, ("rules.yml", &file(alert))],
        Severity::Warning,
        "rules/always-fires",
    );
}

/// What a template writes decides.
#[test]
fn tags_of_templates_keep_rules_and_keys_apart() {
    let chart = ("Chart.yaml", "apiVersion: v2\nname: x\nversion: 0.1.0\n");
    let rule = |by: &str, code: &str| {
        format!(
            "    - record: 'verb:requests:increase1h'\n      expr: sum by ({by}code) (increase(requests{{{code}}}[1h]))\n"
        )
    };
    let rules = |by: &str, codes: [&str; 2]| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: a}}\nspec:\n  groups:\n  - name: a\n    rules:\n{}{}",
            rule(by, codes[0]),
            rule(by, codes[1])
        )
    };
    let range = "{{ range $.Values.labels }}{{ . }},{{ end }}";
    let codes = ["code=~\"2..\"", "code=~\"3..\""];
    assert_silent(&[chart, ("templates/rules.yaml", &rules(range, codes))]);
    assert_reported(
        &[("rules.yaml", &rules("", ["a=\"b\"", "c=\"d\""]))],
        Severity::Warning,
        "files/duplicate-rule",
    );

    let probe = |schemes: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Probe\nmetadata:\n  name: {{{{ .Release.Name }}}}\nspec:\n  tlsConfig: {{ca: {{secret: {{name: a, key: b}}}}}}\n  prober:\n    url: minio:9000\n{schemes}  targets: {{staticConfig: {{static: [a]}}}}\n"
        )
    };
    let either = "    {{- if .Values.tls }}\n    scheme: https\n    {{- else }}\n    scheme: http\n    {{- end }}\n";
    assert_silent(&[chart, ("templates/probe.yaml", &probe(either))]);
    assert_reported(
        &[
            chart,
            ("templates/probe.yaml", &probe("    scheme: http\n")),
        ],
        Severity::Warning,
        "tls/unused",
    );

    let monitor = |begin: &str, end: &str| {
        format!(
            "{begin}apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: {{{{ .name }}}}\nspec:\n  selector: {{matchLabels: {{app: x}}}}\n  endpoints: [{{port: web}}]\n  metricRelabelings: []\n{end}"
        )
    };
    for (begin, end, severity) in [
        (
            "{{- range .Values.more }}\n---\n{{- if .on }}\n",
            "{{- end }}\n{{- end }}\n",
            Severity::Warning,
        ),
        (
            "{{- range .Values.more }}\n---\n",
            "{{- end }}\n",
            Severity::Error,
        ),
        ("{{- if .Values.on }}\n", "{{- end }}\n", Severity::Error),
        (
            "{{- range .Values.more }}\n{{- end }}\n---\n",
            "",
            Severity::Error,
        ),
    ] {
        let text = monitor(begin, end);
        assert_reported(
            &[chart, ("templates/a.yaml", &text)],
            severity,
            "schema/unknown-field",
        );
    }
}

/// A platform has Services that no tree shows.
#[test]
fn a_written_namespace_is_wrong_only_where_its_services_are_in_sight() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-monitoring-config, namespace: openshift-monitoring}\ndata:\n  config.yaml: |\n    prometheusK8s:\n      remoteWrite:\n      - url: http://refresher.openshift-monitoring.svc.cluster.local/api/v1/receive\n";
    let service = |name: &str, namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{ports: [{{port: 80}}], selector: {{app: a}}}}\n"
        )
    };
    let elsewhere = service("refresher", "observability");
    assert_silent(&[("config.yaml", config), ("service.yaml", &elsewhere)]);
    let own = service("other", "openshift-monitoring");
    assert_reported(
        &[
            ("config.yaml", config),
            ("service.yaml", &elsewhere),
            ("own.yaml", &own),
        ],
        Severity::Warning,
        "network/unreachable",
    );
}

#[test]
fn crossed_out_and_replaced_passwords_are_no_secrets() {
    let agent = |password: &str| {
        writes_to(
            "https://prometheus-prod-24-prod-eu-west-2.grafana.net/api/prom/push",
            &format!("  basic_auth: {{username: '123456', password: {password}}}\n"),
        )
    };
    let says = |files: &[(&str, &str)]| {
        let found = memory::found("/tree", &memory::tree(files));
        found
            .iter()
            .any(|finding| finding.rule == "credentials/committed")
    };
    assert!(!says(&[(
        "prometheus.yml",
        &agent("glc_xxxxxxxxxxxxxxxxxxxxxxxx==")
    )]));
    assert!(says(&[(
        "prometheus.yml",
        &agent("glc_eyJrIjoiNGY1YTZiN2M4ZDllMGYx")
    )]));
    assert!(says(&[("prometheus.yml", &agent("glc_xxxx"))]));
    let script = (
        "install.ps1",
        "(Get-Content prometheus.yml) -replace 'dummypass', $password | Set-Content prometheus.yml\n",
    );
    let dummy = agent("dummypass");
    assert!(!says(&[("prometheus.yml", &dummy), script]));
    // Whatever fills it in is not in sight.
    assert_reported(
        &[("prometheus.yml", &dummy)],
        Severity::Warning,
        "credentials/content",
    );
    assert!(says(&[("prometheus.yml", &agent("dummypass-7f3a9c"))]));
}

#[test]
fn what_alloy_takes_for_a_value_stops_no_file() {
    let alloy = |address: &str| {
        format!(
            "prometheus.scrape \"a\" {{\n  targets = [{{\"__address__\" = \"{address}\"}}]\n  forward_to = [prometheus.remote_write.a.receiver]\n}}\nprometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"http://mimir:9009/api/v1/push\"\n    headers = {{\"X-Scope-OrgID\" = \"a\"}}\n  }}\n}}\n"
        )
    };
    assert_reported(
        &[("config.alloy", &alloy("http://localhost:8080"))],
        Severity::Warning,
        "scrape/target-address",
    );
    assert_silent(&[("config.alloy", &alloy("localhost:8080"))]);
    let native =
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:80/metrics']}]\n";
    assert_reported(
        &[("prometheus.yml", native)],
        Severity::Error,
        "schema/invalid-value",
    );
}

#[test]
fn a_manifest_with_the_name_of_alloy_is_a_manifest() {
    let inner = "    prometheus.remote_write \"a\" {\n      endpoint {\n        url = \"http://mimir:9009/api/v1/psuh\"\n      }\n    }\n";
    let manifest = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  config.alloy: |\n{inner}"
    );
    assert_reported(
        &[("config.alloy", &manifest)],
        Severity::Warning,
        "remote-write/url-shape",
    );
    assert_reported(
        &[(
            "config.alloy",
            "prometheus.remote_write \"a\" {\n  endpoint: {}\n}\n",
        )],
        Severity::Error,
        "schema/syntax",
    );
}

#[test]
fn vmagent_expands_its_own_variables_and_shows_no_url() {
    let file = |password: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  basic_auth: {{username: a, password: '{password}'}}\n  static_configs: [{{targets: ['a:9187']}}]\n  scheme: https\n"
        )
    };
    let compose = |url: &str| {
        format!(
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.125.0\n    volumes: ['./vmagent.yaml:/etc/vmagent.yaml']\n    command: ['-promscrape.config=/etc/vmagent.yaml', '-remoteWrite.url={url}']\n"
        )
    };
    let plain = compose("http://victoriametrics:8428/api/v1/write");
    assert_silent(&[
        ("vmagent.yaml", &file("%{PASSWORD}")),
        ("compose.yaml", &plain),
    ]);
    assert_reported(
        &[
            ("vmagent.yaml", &file("hunter22")),
            ("compose.yaml", &plain),
        ],
        Severity::Warning,
        "credentials/committed",
    );
    let scrape = "scrape_configs: []\n";
    let of = |userinfo: &str| compose(&format!("https://{userinfo}@vm.example.com/api/v1/write"));
    assert_silent(&[
        ("vmagent.yaml", scrape),
        ("compose.yaml", &of("${USER}:${PASSWORD}")),
    ]);
    assert_reported(
        &[
            ("vmagent.yaml", scrape),
            ("compose.yaml", &of("team:hunter22")),
        ],
        Severity::Warning,
        "credentials/in-url",
    );
}

#[test]
fn the_tenant_that_a_program_adds_itself_is_not_missing() {
    let compose = "services:\n  mimir:\n    image: grafana/mimir:2.11.0\n    command: ['--config.file=/etc/mimir.yaml']\n    volumes: ['./mimir.yaml:/etc/mimir.yaml']\n";
    let mimir = "target: all\nserver: {http_listen_port: 9009}\nblocks_storage: {filesystem: {dir: /data}}\n";
    let tempo = |more: &str, storage: &str| {
        format!(
            "target: all\n{more}distributor: {{}}\nmetrics_generator:\n  storage:\n    path: /a\n{storage}    remote_write: [{{url: 'http://mimir:9009/api/v1/push'}}]\n"
        )
    };
    let loki = |more: &str| {
        format!(
            "schema_config: {{configs: []}}\nruler:\n  remote_write:\n    enabled: true\n{more}    clients: {{a: {{url: 'http://mimir:9009/api/v1/push'}}}}\n"
        )
    };
    let with = |name: &str, text: &str| {
        worst(&[
            ("compose.yml", compose),
            ("mimir.yaml", mimir),
            (name, text),
        ])
    };
    let missing = |found: (Option<Severity>, Vec<String>)| {
        found.0 == Some(Severity::Warning)
            && found
                .1
                .iter()
                .any(|rule| rule == "remote-write/tenant-header")
    };
    assert!(missing(with("tempo.yaml", &tempo("", ""))));
    assert!(!missing(with(
        "tempo.yaml",
        &tempo("multitenancy_enabled: true\n", "")
    )));
    assert!(missing(with(
        "tempo.yaml",
        &tempo(
            "multitenancy_enabled: true\n",
            "    remote_write_add_org_id_header: false\n"
        )
    )));
    assert!(!missing(with("loki.yaml", &loki(""))));
    assert!(missing(with(
        "loki.yaml",
        &loki("    add_org_id_header: false\n")
    )));
}

#[test]
fn a_patch_is_a_part_of_an_object() {
    let rules = |more: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {{name: a}}\nspec:\n  groups:\n  - name: a\n    rules:\n    - alert: A\n      {more}\n"
        )
    };
    let base = rules("expr: up == 0");
    let patch = rules("$patch: delete");
    let named = "resources: [base.yaml]\npatches: [{path: patch.yaml}]\n";
    assert_silent(&[
        ("kustomization.yaml", named),
        ("base.yaml", &base),
        ("patch.yaml", &patch),
    ]);
    assert_reported(
        &[
            ("kustomization.yaml", "resources: [base.yaml, patch.yaml]\n"),
            ("base.yaml", &base),
            ("patch.yaml", &patch),
        ],
        Severity::Error,
        "files/rule-file",
    );
}

#[test]
fn a_target_file_that_a_script_writes_is_filled_in() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['.:/etc/prometheus']\n";
    let config =
        "scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [minio-targets.json]}]\n";
    let targets = "[{\"targets\": [\"nas.${DOMAIN}:9000\"]}]";
    let files = [
        ("compose.yml", compose),
        ("prometheus.yml", config),
        ("minio-targets.json", targets),
    ];
    assert_reported(&files, Severity::Warning, "files/target-file");
    let script = ("deploy.sh", "#!/bin/sh\nprintf '[]' > minio-targets.json\n");
    let [one, two, three] = files;
    assert_silent(&[one, two, three, script]);
}

#[test]
fn what_no_alert_and_no_sample_is_lost_by_is_worth_knowing() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  other:\n    image: nginx\n";
    let config = |rules: &str| {
        format!(
            "{rules}alerting: {{alertmanagers: [{{static_configs: [{{targets: ['localhost:9093']}}]}}]}}\nscrape_configs: []\n"
        )
    };
    assert_silent(&[
        ("compose.yml", compose),
        ("prometheus.yml", &config("rule_files:\n")),
    ]);
    let with_rules = config("rule_files: [/etc/prometheus/rules/*.yml]\n");
    assert_reported(
        &[("compose.yml", compose), ("prometheus.yml", &with_rules)],
        Severity::Warning,
        "network/unreachable",
    );
    let relabel = |regex: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['a:80']}}]\n  relabel_configs: [{{source_labels: [__address__], target_label: b, {regex}replacement: '$1$2'}}]\n"
        )
    };
    assert_silent(&[("prometheus.yml", &relabel(""))]);
    assert_reported(
        &[("prometheus.yml", &relabel("regex: '(.+):.+', "))],
        Severity::Warning,
        "relabel/replacement",
    );
}

#[test]
fn what_an_unknown_host_of_a_vendor_requires_is_not_known() {
    let of = |url: &str| worst(&[("prometheus.yml", &writes_to(url, ""))]);
    let (severity, _) = of("https://metrics.last9.io/metrics/abc/sender/shop/write");
    assert!(severity <= Some(Severity::Warning));
    let (severity, rules) = of("https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push");
    assert_eq!(severity, Some(Severity::Error));
    assert!(
        rules
            .iter()
            .any(|rule| rule == "remote-write/credentials-missing")
    );
}

#[test]
fn what_the_values_of_a_chart_leave_out_is_worth_knowing() {
    let template = "{{- range .Values.extra }}\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: a\nspec:\n  selector: {}\n  endpoints:\n  - port: a\n  relabelings:\n  - action: drop\n{{- end }}\n";
    let chart = "apiVersion: v2\nname: a\nversion: 1.0.0\n";
    let of = |values: &str, more: &[(&'static str, &'static str)]| {
        let mut files = vec![
            ("chart/Chart.yaml", chart),
            ("chart/templates/monitor.yaml", template),
            ("chart/values.yaml", values),
        ];
        files.extend(more);
        worst(&files).0
    };
    assert_eq!(of("extra: []\n", &[]), Some(Severity::Info));
    assert_eq!(of("other: 1\n", &[]), Some(Severity::Info));
    assert!(of("extra: [{}]\n", &[]) > Some(Severity::Info));
    // A file beside them turns it on.
    let beside = ("chart/values-prod.yaml", "extra: [{name: a}]\n");
    assert!(of("extra: []\n", &[beside]) > Some(Severity::Info));
}

#[test]
fn an_exporter_beside_one_to_the_same_host_loses_nothing() {
    let of = |endpoint: &str| {
        let text = format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  otlphttp/m: {{endpoint: '{endpoint}'}}\n  prometheusremotewrite:\n    endpoint: http://mimir:8080/api/v1/push\n    headers: {{X-Scope-OrgID: a}}\nservice:\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [otlphttp/m]}}\n"
        );
        worst(&[("otel-collector.yaml", &text)])
    };
    assert!(of("http://mimir:8080/otlp").0 <= Some(Severity::Info));
    let (severity, rules) = of("http://tempo:4318");
    assert_eq!(severity, Some(Severity::Warning));
    assert_eq!(rules, ["agents/pipeline"]);
}

#[test]
fn openshift_adds_a_key_to_the_folder_of_the_service_account() {
    let count = |files: &[(&str, &str)], rule: &str| {
        let all = memory::found("/tree", &memory::tree(files));
        all.iter().filter(|one| one.rule == rule).count()
    };
    let workload = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus:v3.0.1\n        args: [--config.file=/etc/prometheus/prometheus.yml]\n        volumeMounts: [{name: c, mountPath: /etc/prometheus}]\n      volumes: [{name: c, configMap: {name: pc}}]\n";
    for (key, expected) in [("service-ca.crt", 0), ("service-cb.crt", 1)] {
        let file = format!("/var/run/secrets/kubernetes.io/serviceaccount/{key}");
        let map = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: pc}}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n    - job_name: a\n      scheme: https\n      tls_config: {{ca_file: {file}}}\n      kubernetes_sd_configs: [{{role: node}}]\n"
        );
        let both = format!("{map}---\n{workload}");
        assert_eq!(
            count(&[("d.yaml", &both)], "credentials/not-mounted"),
            expected
        );
        let operated = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec:\n  remoteWrite: [{{url: 'https://r.example.com/api/v1/write', tlsConfig: {{caFile: {file}}}}}]\n"
        );
        assert_eq!(
            count(&[("p.yaml", &operated)], "credentials/not-mounted"),
            expected
        );
    }
}

#[test]
fn an_empty_credential_counts_as_none() {
    let write = |rest: &str| writes_to("https://r.example.com/api/v1/write", rest);
    let empty = write("  authorization: {type: Bearer, credentials: ''}\n");
    let rule = "credentials/authorization-empty";
    assert_reported(&[("prometheus.yml", &empty)], Severity::Warning, rule);
    let set = write("  authorization: {type: Bearer, credentials_file: /etc/token}\n");
    assert_silent(&[("prometheus.yml", &set)]);
}

#[test]
fn vmauth_may_answer_without_a_user() {
    let open = writes_to("http://vmauth:8427/api/v1/write", "");
    assert_silent(&[("prometheus.yml", &open)]);
}

#[test]
fn a_target_has_no_comma() {
    let job = |rest: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['a:9100,b:9100']}}]\n{rest}"
        )
    };
    let rule = "scrape/target-address";
    assert_reported(&[("prometheus.yml", &job(""))], Severity::Warning, rule);
    let cut = "  relabel_configs: [{source_labels: [__address__], regex: '(.*),.*', target_label: __address__}]\n";
    assert_silent(&[("prometheus.yml", &job(cut))]);
}

/// makejinja puts values between `#{` and `}#`, which are comments to YAML elsewhere.
#[test]
fn values_of_makejinja_are_filled_in() {
    let release = |retention: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec:\n  \
             retention: \"{retention}\"\n"
        )
    };
    assert_silent(&[(
        "prometheus.yaml.j2",
        &release("#{ retention | default('7d') }#"),
    )]);
    assert_reported(
        &[("prometheus.yaml.j2", &release("7 parsecs"))],
        Severity::Error,
        "schema/invalid-value",
    );
}

const PROBES: &str = "scrape_configs:\n- job_name: probe_https\n  metrics_path: /probe\n  params:\n    \
                      module: [https_2xx]\n  static_configs:\n  - targets:\n{% for name in names %}\n    \
                      - https://{{ name }}/\n{% endfor %}\n";

/// What a template brings in a line of its own may be any key of the job around it.
#[test]
fn a_tag_alone_in_a_line_may_bring_what_a_job_lacks() {
    for call in ["{{ probe_relabel() }}\n", "  {{ probe_relabel() }}\n"] {
        let text =
            format!("{PROBES}{call}- job_name: b\n  static_configs: [{{targets: ['b:1']}}]\n");
        assert_silent(&[("prometheus.yml.j2", &text)]);
    }
    for text in [
        PROBES.to_owned(),
        // The tag belongs to the next job.
        format!(
            "{PROBES}- job_name: b\n  static_configs: [{{targets: ['b:1']}}]\n  {{{{ more }}}}\n"
        ),
    ] {
        assert_reported(
            &[("prometheus.yml.j2", &text)],
            Severity::Warning,
            "scrape/multi-target",
        );
    }
}

/// The text of a macro is where the macro is called.
#[test]
fn what_a_macro_holds_is_not_judged_where_it_is_defined() {
    let body = "    relabel_configs:\n    - source_labels: [__address__]\n      target_label: a\n";
    let jobs = "scrape_configs:\n- job_name: b\n  static_configs: [{targets: ['b:1']}]\n";
    let text = format!("{{% macro more(x) -%}}\n{body}{{%- endmacro %}}\n{jobs}");
    assert_silent(&[("prometheus.yml.j2", &text)]);
    let text = format!("{{% if x %}}\n{body}{{% endif %}}\n{jobs}");
    let (severity, _) = worst(&[("prometheus.yml.j2", &text)]);
    assert_eq!(severity, Some(Severity::Error), "{text}");
}

/// A file that nothing runs may be meant for another set-up than the one that has the name.
#[test]
fn a_sender_that_nothing_runs_may_belong_elsewhere() {
    let alloy = "prometheus.remote_write \"local\" {\n  endpoint {\n    \
                 url = \"http://prometheus:9090/api/v1/write\"\n  }\n}\n";
    let server = "services:\n  prometheus:\n    image: prom/prometheus:v3.9.1\n    \
                  command: [--config.file=/etc/prometheus/prometheus.yml]\n";
    let sender = "  alloy:\n    image: grafana/alloy:v1.9.0\n    volumes: ['./config.alloy:/etc/alloy/config.alloy']\n    command: [run, /etc/alloy/config.alloy]\n";
    let rule = "remote-write/receiver-not-enabled";
    let alone = [("config.alloy", alloy), ("compose.yaml", server)];
    assert_reported(&alone, Severity::Warning, rule);
    let together = format!("{server}{sender}");
    let together = [("config.alloy", alloy), ("compose.yaml", &together)];
    assert_reported(&together, Severity::Error, rule);
}

/// What is switched off is off without its key too.
#[test]
fn an_unknown_section_that_is_switched_off_is_worth_knowing_only() {
    let values = |switch: &str| {
        format!(
            "prometheus:\n  prometheusSpec:\n    retention: 15d\n    ingress:\n      enabled: {switch}\n\
             grafana:\n  enabled: true\n"
        )
    };
    assert_silent(&[("kube-prometheus-stack-values.yaml", &values("false"))]);
    assert_reported(
        &[("kube-prometheus-stack-values.yaml", &values("true"))],
        Severity::Warning,
        "schema/unknown-field",
    );
}

/// git's marks break the file, and are called what they are.
#[test]
fn marks_of_a_merge_conflict_are_named() {
    let group = "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n";
    let conflict = format!("<<<<<<< HEAD\n# rules\n{group}=======\n{group}>>>>>>> 60870ae\n");
    let includes = "rule_files: [alerts.yml]\nscrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n";
    let tree = [("prometheus.yml", includes), ("alerts.yml", &conflict)];
    let found = memory::found("/tree", &memory::tree(&tree));
    let said = |finding: &&promvet::finding::Finding| finding.message.contains("merge conflict");
    assert_eq!(found.iter().filter(said).count(), 1, "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
    let jobs =
        "<<<<<<< HEAD\nscrape_configs:\n- job_name: a\n=======\nscrape_configs: []\n>>>>>>> b\n";
    let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", jobs)]));
    assert!(found.iter().any(|one| said(&one)), "{found:?}");
    // An underline of seven signs is text.
    let healthy = format!("# <<<<<<< HEAD\n{group}");
    assert_silent(&[("alerts.yml", &healthy)]);
}

/// Files for two places that repeat a service change nothing of it, whichever is started.
#[test]
fn a_service_that_two_files_set_up_alike_is_judged() {
    let both = |other: &str| {
        let server = |command: &str| {
            format!(
                "services:\n  prometheus:\n    image: prom/prometheus:v3.7.3\n    command: {command}\n  \
                 tempo:\n    image: grafana/tempo:2.9.0\n    command: [-config.file=/etc/tempo.yaml]\n    \
                 volumes: ['./tempo.yaml:/etc/tempo.yaml:ro']\n"
            )
        };
        let base = server("['--config.file=/etc/prometheus/prometheus.yml']");
        worst(&[
            ("docker-compose.yaml", &base),
            ("docker-compose-swarm.yaml", &server(other)),
            ("tempo.yaml", TEMPO),
        ])
    };
    let (severity, rules) = both("\n    - --config.file=/etc/prometheus/prometheus.yml");
    assert_eq!(severity, Some(Severity::Error), "{rules:?}");
    assert_eq!(rules, ["remote-write/receiver-not-enabled"]);
    let (severity, rules) = both(
        "['--config.file=/etc/prometheus/prometheus.yml', '--web.enable-remote-write-receiver']",
    );
    assert!(severity <= Some(Severity::Info), "{rules:?}");
}

const TEMPO: &str = "metrics_generator:\n  storage:\n    path: /tmp/a\n    remote_write:\n    - url: \
                     http://prometheus:9090/api/v1/write\n";

/// The compose file that mounts what sends decides who answers, and not one of a folder above.
#[test]
fn the_project_that_mounts_a_sender_decides() {
    let project = |flag: &str, mounts: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.7.3\n    command: \
             ['--config.file=/etc/prometheus/prometheus.yml'{flag}]\n{mounts}"
        )
    };
    let mounts = "  tempo:\n    image: grafana/tempo:2.9.0\n    command: [-config.file=/etc/tempo.yaml]\n    \
                  volumes: ['./tempo.yaml:/etc/tempo.yaml:ro']\n";
    let flag = ", '--web.enable-remote-write-receiver'";
    let rule = "remote-write/receiver-not-enabled";
    let (with, without) = (project(flag, ""), project("", mounts));
    let tree = [
        ("docker-compose-v2.yml", &*with),
        ("trial/docker-compose.yml", &without),
        ("trial/tempo.yaml", TEMPO),
    ];
    assert_reported(&tree, Severity::Error, rule);
    let (with, without) = (project(flag, mounts), project("", ""));
    let tree = [
        ("docker-compose-v2.yml", &*without),
        ("trial/docker-compose.yml", &with),
        ("trial/tempo.yaml", TEMPO),
    ];
    assert_silent(&tree);
}

/// A wrong indentation is one fault, however many rules it moves.
#[test]
fn rules_among_groups_are_one_fault() {
    let rule = "record: a:b:c\n    expr: sum(up)\n";
    let dedented = format!("groups:\n  - name: a\n    rules:\n  - {rule}  - {rule}");
    let nested = "groups:\n- name: a\n  rules:\n  - record: a:b:c\n    expr: sum(up)\n  - name: b\n    interval: 1m\n    rules:\n    - record: a:b:d\n      expr: sum(up)\n";
    for (text, said) in [
        (&*dedented, "a rule among the groups"),
        (nested, "a group among the rules"),
    ] {
        let tree = [
            ("prometheus.yml", "rule_files: [rules.yml]\n"),
            ("rules.yml", text),
        ];
        let found = memory::found("/tree", &memory::tree(&tree));
        let messages: Vec<_> = found.iter().map(|one| one.message.to_string()).collect();
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with(said), "{messages:?}");
    }
    let named = "groups:\n- name: a\n  expr: up\n  rules: []\n";
    let tree = [
        ("prometheus.yml", "rule_files: [rules.yml]\n"),
        ("rules.yml", named),
    ];
    assert_reported(&tree, Severity::Error, "files/rule-file");
}

/// A configuration beside a compose file that mounts another one is not what it runs, though the other one
/// is made elsewhere.
#[test]
fn a_mount_of_a_missing_file_elsewhere_is_not_a_mount_of_the_neighbor() {
    let compose = |source: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v2.45.0\n    volumes:\n      \
             - {source}:/etc/prometheus/prometheus.yml:ro\n    command: \
             ['--config.file=/etc/prometheus/prometheus.yml']\n"
        )
    };
    let newer = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:9100']}]\nstorage:\n  \
                 tsdb: {retention: {time: 15d}}\n";
    let tree = |source: &str| {
        worst(&[
            ("docs/prometheus.yml", newer),
            ("docs/compose.yaml", &compose(source)),
        ])
    };
    let (severity, rules) = tree("../k8s/prometheus-config.yaml");
    assert!(severity <= Some(Severity::Info), "{rules:?}");
    let (severity, rules) = tree("./prometheus.yml");
    assert_eq!(severity, Some(Severity::Error), "{rules:?}");
}

/// VictoriaMetrics has no look-back: it takes the interval from the samples.
#[test]
fn slow_scrapes_of_victoria_metrics_have_no_gaps() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  \
                   selector: {matchLabels: {app: a}}\n  endpoints: [{port: metrics, interval: 60m}]\n";
    let stack = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: vm}\nspec:\n  \
                 chart:\n    spec:\n      chart: victoria-metrics-k8s-stack\n";
    assert_silent(&[("monitor.yaml", monitor), ("vm.yaml", stack)]);
    let rule = "scrape/interval";
    assert_reported(&[("monitor.yaml", monitor)], Severity::Warning, rule);
    let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec: {serviceMonitorSelector: {}}\n";
    let tree = [
        ("monitor.yaml", monitor),
        ("p.yaml", prometheus),
        ("vm.yaml", stack),
    ];
    assert_reported(&tree, Severity::Warning, rule);
}

/// Where a Service has the port of a database alone, the port of the exporter is missing.
#[test]
fn the_port_of_a_database_is_not_proposed_for_metrics() {
    let advice = |only: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: db, labels: {{app: db}}}}\nspec:\n  ports:\n  \
             - {{name: {only}, port: 5432}}\n  selector: {{app: db}}\n---\napiVersion: \
             monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: db}}\nspec:\n  selector: \
             {{matchLabels: {{app: db}}}}\n  endpoints: [{{port: metrics}}]\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
        let found: Vec<_> = found
            .iter()
            .filter(|one| one.rule == "kubernetes/near-miss")
            .filter_map(|one| Some(one.advice.as_ref()?.help().into_owned()))
            .collect();
        found.join(" ")
    };
    assert!(
        advice("postgresql").starts_with("add the port"),
        "{}",
        advice("postgresql")
    );
    assert_eq!(advice("http"), "write `http`");
}

/// What a template adds to a list may follow a name without a blank.
#[test]
fn an_exporter_is_named_before_a_tag() {
    let collector = |named: &str| {
        format!(
            "receivers: {{otlp: {{}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: \
             https://a.example.com/api/v1/write\nservice:\n  pipelines:\n    metrics:\n      \
             receivers: [otlp]\n      exporters: [{named}{{{{ if .Values.x }}}}, otlphttp/b{{{{ end }}}}]\n"
        )
    };
    let named = collector("prometheusremotewrite");
    assert_silent(&[("collector.yaml.tpl", &named)]);
    let other = collector("otlphttp/a");
    let rule = "agents/pipeline";
    assert_reported(&[("collector.yaml.tpl", &other)], Severity::Warning, rule);
}

/// Parca's file has jobs too, of profiles.
#[test]
fn a_file_of_parca_is_not_a_configuration() {
    let jobs = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n";
    let parca = format!("debug_info:\n  bucket: {{type: FILESYSTEM}}\n{jobs}");
    assert_silent(&[("parca.yaml", &parca)]);
    let other = format!("debug_infos: 1\n{jobs}");
    let rule = "schema/unknown-field";
    assert_reported(&[("prometheus.yml", &other)], Severity::Error, rule);
}

/// The form of a monitor's `namespaceSelector` in a selector of labels is dropped, and means the same.
#[test]
fn any_in_a_selector_of_values_selects_everything() {
    let values = |selector: &str| {
        format!(
            "prometheus:\n  prometheusSpec:\n    retention: 15d\n    ruleSelector: {{}}\n    \
             ruleNamespaceSelector: {{{selector}}}\ngrafana: {{enabled: true}}\n"
        )
    };
    let name = "kube-prometheus-stack-values.yaml";
    assert_silent(&[(name, &values("any: true"))]);
    let rule = "schema/unknown-field";
    assert_reported(&[(name, &values("team: a"))], Severity::Error, rule);
}

/// Grafana Cloud takes the instance and the token as a bearer token too.
#[test]
fn a_bearer_token_that_names_the_instance_is_accepted() {
    let writes = |credentials: &str| {
        let url = "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push";
        writes_to(
            url,
            &format!("  authorization: {{credentials: '{credentials}'}}\n"),
        )
    };
    let of = |credentials: &str| {
        let text = writes(credentials);
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &text)]));
        found
            .iter()
            .any(|one| one.rule == "remote-write/credentials-kind")
    };
    assert!(!of("436764:glc_abc"));
    assert!(of("glc_abc"));
}

/// What a script of the tree names it may write; what nothing names is missing.
#[test]
fn a_credential_file_that_a_script_writes_is_unchecked() {
    let sends = writes_to(
        "https://r.example.com/api/v1/write",
        "  authorization: {credentials_file: tok.txt}\n",
    );
    let rule = "credentials/missing";
    let script = "#!/bin/sh\necho \"$TOKEN\" > tok.txt\nprometheus --config.file=prometheus.yml\n";
    assert_silent(&[("prometheus.yml", &sends), ("setup.sh", script)]);
    let short = sends.replace("tok.txt", "conf/tok");
    let script = "#!/bin/sh\nprintf %s \"$TOKEN\" > ./conf/tok\n";
    assert_silent(&[("prometheus.yml", &short), ("setup.sh", script)]);
    let other = "#!/bin/sh\nprometheus --config.file=prometheus.yml\n";
    let tree = [("prometheus.yml", &*sends), ("setup.sh", other)];
    assert_reported(&tree, Severity::Error, rule);
}

/// A service with `volumes_from` has mounts that are written elsewhere.
#[test]
fn mounts_of_other_containers_are_not_known() {
    let sends = writes_to(
        "https://r.example.com/api/v1/write",
        "  authorization: {credentials_file: /sec/pw}\n",
    );
    let compose = |more: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.4.0\n    volumes: \
             ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n{more}  secrets:\n    image: busybox\n    \
             volumes: ['/srv/sec:/sec']\n"
        )
    };
    let with = compose("    volumes_from: [secrets]\n");
    assert_silent(&[("prometheus.yml", &sends), ("compose.yaml", &with)]);
    let without = compose("");
    let tree = [("prometheus.yml", &*sends), ("compose.yaml", &without)];
    assert_reported(&tree, Severity::Error, "credentials/not-mounted");
}

/// A Secret that is empty in the tree is there for a Certificate to fill.
#[test]
fn an_empty_secret_of_a_certificate_is_filled() {
    let server = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k, namespace: m}\nspec:\n  \
                  externalLabels: {cluster: a}\n  web: {tlsConfig: {keySecret: {name: t, key: tls.key}, \
                  cert: {secret: {name: t, key: tls.crt}}}}\n---\napiVersion: v1\nkind: Secret\nmetadata: \
                  {name: t, namespace: m}\ntype: kubernetes.io/tls\ndata: {tls.crt: \"\", tls.key: \"\"}\n";
    let certificate = "---\napiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: m}\nspec: \
                       {secretName: t, dnsNames: [a], issuerRef: {name: i}}\n";
    let both = format!("{server}{certificate}");
    assert_silent(&[("p.yaml", &both)]);
    assert_reported(
        &[("p.yaml", server)],
        Severity::Error,
        "kubernetes/secret-key",
    );
}

/// What runs in a container at its start, or an agent beside it, may write a credential.
#[test]
fn hooks_and_agents_may_write_a_credential() {
    let sends = |path: &str| {
        let credentials = format!("  authorization: {{credentials_file: {path}}}\n");
        writes_to("https://r.example.com/api/v1/write", &credentials)
    };
    let (tmp, etc) = (sends("/tmp/pw"), sends("/etc/tok/token"));
    let compose = |more: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.4.0\n    volumes: \
             ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n{more}"
        )
    };
    let hook = compose("    post_start: [{command: sh -c 'echo a > /tmp/pw', user: root}]\n");
    assert_silent(&[("prometheus.yml", &tmp), ("compose.yaml", &hook)]);
    let rule = "credentials/not-mounted";
    let tree = [("prometheus.yml", &*tmp), ("compose.yaml", &compose(""))];
    assert_reported(&tree, Severity::Error, rule);
    let pod = |annotation: &str| {
        let config = etc.replace('\n', "\n    ");
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: prom, namespace: m}}\ndata:\n  prometheus.yml: \
             |\n    {config}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: p, namespace: m}}\nspec:\n  \
             template:\n    metadata:\n      annotations:\n        vault.hashicorp.com/agent-inject: 'true'\n        \
             {annotation}: /etc/tok\n    spec:\n      containers:\n      - name: prometheus\n        image: \
             prom/prometheus:v3.4.0\n        volumeMounts: [{{name: c, mountPath: /etc/prometheus}}]\n      \
             volumes: [{{name: c, configMap: {{name: prom}}}}]\n"
        )
    };
    let own = pod("vault.hashicorp.com/secret-volume-path-token");
    assert_silent(&[("k.yaml", &own)]);
    let other = pod("vault.hashicorp.com/agent-inject-secret-token");
    assert_reported(&[("k.yaml", &other)], Severity::Error, rule);
}

/// That an older major release lacks a preview is sure; which minor one brought it is less so.
#[test]
fn a_release_without_an_intake_is_an_error_by_its_major_number() {
    let text = writes_to(
        "http://s:9200/_prometheus/api/v1/write",
        "  authorization: {type: ApiKey, credentials_file: key}\n",
    );
    for (tag, severity) in [("8.14.0", Severity::Error), ("9.2.0", Severity::Warning)] {
        let compose = format!(
            "services:\n  s:\n    image: docker.elastic.co/elasticsearch/elasticsearch:{tag}\n  prometheus:\n    \
             image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml', \
             './key:/etc/prometheus/key']\n"
        );
        let tree = [
            ("prometheus.yml", &*text),
            ("key", "a2V5OnNlY3JldA=="),
            ("compose.yaml", &compose),
        ];
        assert_reported(&tree, severity, "remote-write/receiver-settings");
    }
}

/// Who writes sections of Prometheus into the values of its chart names the file so.
#[test]
fn values_with_sections_of_prometheus_are_no_configuration() {
    let sections = "global: {scrape_interval: 15s}\nscrape_configs: [{job_name: a, static_configs: \
                    [{targets: ['a:1']}]}]\n";
    let values = format!("{sections}alertmanager: {{service: {{enabled: true}}}}\n");
    assert_silent(&[("prometheus-values.yaml", &values)]);
    let rule = "schema/unknown-field";
    assert_reported(&[("prometheus.yml", &values)], Severity::Error, rule);
    // Without a key of a chart, the name alone says little.
    let slip = sections.replace("targets", "target");
    assert_reported(&[("prometheus-values.yaml", &slip)], Severity::Error, rule);
}

/// Who keeps two ways to install a program has its Service with the ports of either.
#[test]
fn a_service_beside_values_of_a_chart_may_have_other_ports() {
    let values = "prometheus:\n  prometheusSpec:\n    additionalScrapeConfigs:\n    - job_name: a\n      \
                  static_configs: [{targets: ['rabbitmq.rabbit.svc:9419']}]\n";
    let manifest = "apiVersion: v1\nkind: Service\nmetadata: {name: rabbitmq, namespace: rabbit}\nspec: {selector: \
                    {app: r}, ports: [{port: 5672}]}\n";
    let both = [
        ("values-stack.yaml", values),
        ("rabbitmq/standalone.yaml", manifest),
        ("rabbitmq/values-ha.yaml", "replicaCount: 3\n"),
    ];
    assert_silent(&both);
    assert_reported(&both[..2], Severity::Warning, "network/unreachable");
    // Those of another program say nothing of it.
    let other = [("values.yaml", values), ("rabbit.yaml", manifest)];
    assert_reported(&other, Severity::Warning, "network/unreachable");
}

/// Paths of a service that another one extends count from its own file.
#[test]
fn an_extended_service_has_the_paths_of_its_file() {
    let extended = "services:\n  prometheus:\n    image: prom/prometheus:v3.4.0\n    volumes: \
                    ['./prometheus/prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let own = "services:\n  prometheus:\n    extends: {file: ./monitoring/compose.part.yml, service: prometheus}\n";
    let config =
        "scrape_configs: [{job_name: a, static_configs: [{targets: ['localhost:9090']}]}]\n";
    let tree = |path: &'static str| {
        [
            ("docker-compose.yml", own),
            ("monitoring/compose.part.yml", extended),
            (path, config),
        ]
    };
    assert_silent(&tree("monitoring/prometheus/prometheus.yml"));
    assert_reported(
        &tree("prometheus/prometheus.yml"),
        Severity::Warning,
        "start/config-file",
    );
}

#[test]
fn paths_of_an_included_file_count_from_its_project_directory() {
    let part = "services:\n  prometheus:\n    image: prom/prometheus:v3.4.0\n    volumes: \
                ['./conf/prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let config =
        "scrape_configs: [{job_name: a, static_configs: [{targets: ['localhost:9090']}]}]\n";
    let tree = |include: &'static str| {
        [
            ("compose.yaml", include),
            ("docker/monitoring.yml", part),
            ("conf/prometheus.yml", config),
        ]
    };
    for include in [
        "include:\n- {path: [docker/monitoring.yml], project_directory: .}\n",
        "include:\n- {path: docker/monitoring.yml, project_directory: .}\n",
    ] {
        assert_silent(&tree(include));
    }
    for include in [
        "include: [docker/monitoring.yml]\n",
        "include: [{path: docker/monitoring.yml}]\n",
        "include: [{path: docker/other.yml, project_directory: .}]\n",
    ] {
        assert_reported(&tree(include), Severity::Warning, "start/config-file");
    }
}

#[test]
fn blanks_behind_a_reference_of_alloy_are_not_part_of_it() {
    let alloy = |reference: &str, targets: &str| {
        format!(
            "prometheus.scrape \"a\" {{\n  targets = {targets}\n  forward_to = {reference}\n}}\ndiscovery.kubernetes \
             \"p\" {{ role = \"pod\" }}\nprometheus.remote_write \"w\" {{\n  endpoint {{ url = \
             \"https://h.example.com/api/v1/push\" }}\n}}\n"
        )
    };
    let targets = "concat( discovery.kubernetes.p.targets , [] )";
    for reference in [
        "[ prometheus.remote_write.w.receiver ]",
        "[prometheus.remote_write.w.receiver , ]",
        "[\n    prometheus.remote_write.w.receiver ,\n  ]",
    ] {
        assert_silent(&[("config.alloy", &alloy(reference, targets))]);
    }
    let found = memory::found(
        "/tree",
        &memory::tree(&[(
            "config.alloy",
            &*alloy("[ prometheus.remote_write.w.reciever ]", targets),
        )]),
    );
    let [finding] = found.as_slice() else {
        panic!("{found:?}");
    };
    let message = finding.message.to_string();
    assert!(message.starts_with("`reciever`:"), "{message}");
}

#[test]
fn a_template_of_the_tree_makes_the_file_that_is_missing() {
    let rules = "rule_files: [rules/a.yml]\nscrape_configs: []\n";
    let token = "remote_write:\n- url: https://metrics.example.com/api/v1/write\n  bearer_token_file: secrets/token\n";
    for (config, rule, made) in [
        (
            rules,
            "files/missing",
            &[
                "rules/a.yml.j2",
                "rules/a.jsonnet",
                "templates/a.yml.tmpl",
                "rules/templates/a.yml.erb",
            ][..],
        ),
        (
            token,
            "credentials/missing",
            &[
                "secrets/token.tpl",
                "secrets/token.eyaml",
                "templates/token.ctmpl",
            ][..],
        ),
    ] {
        for path in made {
            let files = [("prometheus.yml", config), (*path, "x\n")];
            let found = memory::found("/tree", &memory::tree(&files));
            let mut rules = found.iter().map(|one| &*one.rule);
            assert!(!rules.any(|of| of == rule), "{path}: {found:?}");
        }
        for other in ["rules/b.yml.j2", "other/a.yml.j2", "secrets/b.tpl"] {
            let files = [("prometheus.yml", config), (other, "x\n")];
            assert_reported(&files, Severity::Error, rule);
        }
    }
}

#[test]
fn a_program_of_the_tree_may_replace_a_word() {
    let config = "remote_write:\n- url: REMOTE_WRITE_URL\n";
    for (path, text) in [
        (
            "cmd/main.go",
            "s = strings.ReplaceAll(s, \"REMOTE_WRITE_URL\", url)\n",
        ),
        (
            "setup.ts",
            "text = text.replace('REMOTE_WRITE_URL', url);\n",
        ),
        (
            "Setup.java",
            "text = text.replace(\"REMOTE_WRITE_URL\", url);\n",
        ),
        (
            "default.nix",
            "substituteAll { src = ./p.yml; } # REMOTE_WRITE_URL\n",
        ),
    ] {
        assert_silent(&[("prometheus.yml", config), (path, text)]);
    }
    for (path, text) in [
        ("cmd/main.go", "url := os.Getenv(\"REMOTE_WRITE_URL\")\n"),
        (
            "cmd/main.go",
            "s = strings.ReplaceAll(s, \"OTHER_URL\", url)\n",
        ),
    ] {
        let files = [("prometheus.yml", config), (path, text)];
        assert_reported(&files, Severity::Error, "remote-write/url-syntax");
    }
}

/// Alloy reads all files of a folder as one configuration, and people copy those of several folders together.
#[test]
fn another_file_of_alloy_may_declare_a_component() {
    let base = "prometheus.scrape \"a\" {\n  targets = [{__address__ = \"a:1\"}]\n  forward_to = \
                [prometheus.relabel.b.receiver]\n}\nprometheus.relabel \"b\" {\n  forward_to = \
                [prometheus.relabel.c.receiver]\n  rule {\n    target_label = \"os\"\n    replacement = \"x\"\n  }\n}\n\
                prometheus.remote_write \"w\" {\n  endpoint { url = \"https://h.example.com/api/v1/push\" }\n}\n";
    let other = |label: &str| {
        format!(
            "prometheus.relabel \"{label}\" {{\n  forward_to = [prometheus.remote_write.w.receiver]\n}}\n"
        )
    };
    let (declared, not) = (other("c"), other("d"));
    for path in ["linux/labels.alloy", "common/labels.alloy"] {
        let rules = |text: &str| {
            let files = [("linux/base.alloy", base), (path, text)];
            let found = memory::found("/tree", &memory::tree(&files));
            let of_rule = found.iter().filter(|one| &*one.rule == "agents/pipeline");
            let of_reference =
                of_rule.filter(|one| one.message.to_string().contains("has this label"));
            of_reference.count()
        };
        assert_eq!(rules(&declared), 0, "{path}");
        assert_eq!(rules(&not), 1, "{path}");
    }
    // The keys of a ConfigMap become files of one folder.
    let indented = |text: &str| {
        text.lines()
            .map(|line| format!("    {line}\n"))
            .collect::<String>()
    };
    let map = |other: &str| {
        let (base, other) = (indented(base), indented(other));
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  base.alloy: |\n{base}  more.alloy: |\n{other}"
        )
    };
    for (text, count) in [(map(&declared), 0), (map(&not), 1)] {
        let found = memory::found("/tree", &memory::tree(&[("map.yaml", &text)]));
        let of_rule = found.iter().filter(|one| &*one.rule == "agents/pipeline");
        let of_reference = of_rule.filter(|one| one.message.to_string().contains("has this label"));
        assert_eq!(of_reference.count(), count);
    }
}

/// A section that sends nothing on purpose, beside a header with the secret.
#[test]
fn an_empty_authorization_beside_a_secret_header_is_an_info() {
    let job = |header: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  authorization: {{type: ''}}\n  http_headers: {{X-Secret: {header}}}\n  \
             static_configs: [{{targets: ['a:1']}}]\n"
        )
    };
    let rule = "credentials/authorization-empty";
    let (secret, plain) = (job("{files: [/s/h]}"), job("{values: [x]}"));
    assert_reported(&[("prometheus.yml", &secret)], Severity::Info, rule);
    assert_reported(&[("prometheus.yml", &plain)], Severity::Warning, rule);
}

/// Files that people put into a folder of the tree by hand are there where Prometheus runs.
#[test]
fn a_folder_that_is_kept_empty_is_filled_later() {
    let config = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: /certs/ca.pem}\n  \
                  static_configs: [{targets: ['10.0.0.1:9090']}]\n";
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.4.0\n    volumes: \
                   ['./prometheus.yml:/etc/prometheus/prometheus.yml', './certs:/certs:ro']\n";
    let tree = |path: &'static str| {
        [
            ("prometheus.yml", config),
            ("compose.yml", compose),
            (path, ""),
        ]
    };
    for keeper in ["certs/.gitkeep", "certs/README.md"] {
        assert_silent(&tree(keeper));
    }
    assert_reported(
        &tree("certs/other.pem"),
        Severity::Error,
        "credentials/missing",
    );
    let rules = "rule_files: [rules/*.yml]\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n";
    assert_silent(&[("prometheus.yml", rules), ("rules/.gitkeep", "")]);
    assert_reported(
        &[("prometheus.yml", rules)],
        Severity::Warning,
        "files/no-match",
    );
}
