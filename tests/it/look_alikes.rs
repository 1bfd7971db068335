//! Files of other programs and of older releases, and values that stand for others: each beside the real
//! fault that looks the same.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is reported at warning or above.
fn reported(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity > Severity::Info);
    found
}

/// Nothing, or one finding: how bad it is, its rule and words of its message.
fn expect(files: &[(&str, &str)], expected: Option<(Severity, &str, &str)>) {
    let found = reported(files);
    match (expected, found.as_slice()) {
        (None, []) => {}
        (Some((severity, rule, words)), [one]) => {
            assert_eq!((one.severity, &*one.rule), (severity, rule), "{files:?}");
            assert!(one.message.contains(words), "{files:?}: {}", one.message);
        }
        _ => panic!("{files:?}: {found:?}"),
    }
}

#[test]
fn a_password_that_says_it_is_none_is_a_placeholder() {
    let write = |password: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: https://rw.example.com/api/v1/write\n  basic_auth: {{username: a, password: '{password}'}}\n"
        )
    };
    let placeholder = Some((Severity::Warning, "credentials/content", "is a placeholder"));
    let secret = Some((Severity::Warning, "credentials/committed", "holds a secret"));
    for (password, expected) in [
        ("xx", placeholder),
        ("dummypass", placeholder),
        ("changeme-secure-password", placeholder),
        ("change-it", placeholder),
        ("pass", placeholder),
        ("token", secret),
        ("xy", secret),
        ("dummy-horse", secret),
        ("fake-api-key", secret),
        ("changing-horses", secret),
        ("admin", secret),
        ("password1", secret),
        ("passport", secret),
    ] {
        expect(&[("prometheus.yml", &write(password))], expected);
    }
}

#[test]
fn an_instance_and_a_variable_are_no_secret() {
    let write = |token: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push\n  authorization: {{credentials: '{token}'}}\n"
        )
    };
    let placeholder = Some((Severity::Warning, "credentials/content", "is a placeholder"));
    let secret = Some((Severity::Warning, "credentials/committed", "holds a secret"));
    for (token, expected) in [
        ("436764:$RW_TOKEN", placeholder),
        ("436764:${RW_TOKEN}", placeholder),
        ("436764:hunter2horse", secret),
    ] {
        expect(&[("prometheus.yml", &write(token))], expected);
    }
}

#[test]
fn profilers_scrape_in_their_own_files() {
    let jobs = "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod}]\n  scrape_interval: 30s\n  scrape_timeout: 1m\n";
    let map = |key: &str| {
        let text = jobs.replace('\n', "\n    ");
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: |\n    {text}\n"
        )
    };
    let conflict = Some((Severity::Error, "schema/conflict", "is above"));
    for (name, expected) in [
        ("conprof.yaml", None),
        ("parca.yml", None),
        ("prometheus.yml", conflict),
    ] {
        expect(&[(name, jobs)], expected);
        expect(&[("cm.yaml", &map(name))], expected);
    }
}

#[test]
fn a_role_or_a_script_may_run_a_prometheus_before_2() {
    let old = "scrape_configs:\n- job_name: a\n  target_groups: [{targets: ['b:80']}]\n";
    let unknown = Some((Severity::Error, "schema/unknown-field", "target_groups"));
    let template = "roles/prometheus/templates/prometheus.yml.j2";
    for (file, content, expected) in [
        (
            "roles/prometheus/defaults/main.yml",
            "prometheus_version: 0.16.1\n",
            None,
        ),
        (
            "roles/prometheus/vars/main.yml",
            "a: b\nprometheus_version: \"v1.8.2\"\n",
            None,
        ),
        (
            "roles/prometheus/defaults/main.yml",
            "prometheus_version: 2.53.0\n",
            unknown,
        ),
        (
            "roles/other/defaults/main.yml",
            "prometheus_version: 0.16.1\n",
            unknown,
        ),
        (
            "roles/docker/defaults/main.yml",
            "docker_prometheus_image: prom/prometheus\ndocker_prometheus_image_tag: 0.16.1\n",
            None,
        ),
        (
            "group_vars/all.yml",
            "prometheus_image: \"prom/prometheus\"\nprometheus_tag: 'v1.8.2'\n",
            None,
        ),
        (
            "group_vars/all.yml",
            "prometheus_image: prom/prometheus\nprometheus_tag: v2.53.0\n",
            unknown,
        ),
        (
            "group_vars/all.yml",
            "prometheus_image: prom/prometheus\nalertmanager_tag: v0.26.0\n",
            unknown,
        ),
    ] {
        expect(&[(template, old), (file, content)], expected);
    }
    let script = |image: &str, flags: &str, from: &str| {
        format!("docker run -d -v $(pwd)/{from}:/etc/prometheus \\\n  {image} \\\n {flags}\n")
    };
    let flags = " -config.file=/etc/prometheus/prometheus.yml -storage.local.path=/data";
    for (image, flags, from, expected) in [
        ("example.com/team/prometheus:v1.4.1", flags, "conf", None),
        ("prom/prometheus:v1.8.2", "", "conf", None),
        (
            "example.com/team/prometheus:v1.4.1",
            flags,
            "other",
            unknown,
        ),
        (
            "prom/prometheus:v2.53.0",
            " --config.file=/etc/prometheus/prometheus.yml",
            "conf",
            unknown,
        ),
        // Loki has one dash too, and may be started by the same script.
        (
            "prom/prometheus:v2.53.0",
            " --web.enable-lifecycle\ndocker run grafana/loki:3.0.0 -config.file=/etc/loki/loki.yml",
            "conf",
            unknown,
        ),
    ] {
        let text = script(image, flags, from);
        expect(&[("conf/prometheus.yml", old), ("run.sh", &text)], expected);
    }
    let rules = "container:cpu:sum = sum by (instance) (irate(cpu[1m]))\n";
    let text = script("example.com/team/prometheus:v1.4.1", flags, "conf");
    let config = "rule_files: [docker.rules]\nscrape_configs: []\n";
    let mut files = vec![
        ("conf/prometheus.yml", config),
        ("conf/docker.rules", rules),
    ];
    let of_1 = Some((Severity::Error, "files/rule-file", "Prometheus 1.x"));
    expect(&files, of_1);
    files.push(("run.sh", &text));
    expect(&files, None);
}

#[test]
fn a_script_may_write_the_flags_of_a_unit() {
    let unit = |user: &str| {
        format!(
            "[Service]\nExecStart=/usr/bin/vmagent -remoteWrite.basicAuth.username={user} -remoteWrite.url=\n"
        )
    };
    let sed = "cp vmagent.service /etc/systemd/system/\nsed -i \"s|-remoteWrite.url=.*|-remoteWrite.url=$1|g\" /etc/systemd/system/vmagent.service\n";
    let empty = |severity| {
        Some((
            severity,
            "schema/missing-field",
            "`remoteWrite.url` is empty",
        ))
    };
    let plain = unit("prom");
    expect(&[("vmagent.service", &plain)], empty(Severity::Error));
    expect(&[("vmagent.service", &plain), ("install.sh", sed)], None);
    let other = sed.replace("vmagent", "other");
    let files = [("vmagent.service", plain.as_str()), ("install.sh", &other)];
    expect(&files, empty(Severity::Error));
    expect(
        &[("vmagent.service", &unit("VM_USERNAME"))],
        empty(Severity::Warning),
    );
}

#[test]
fn a_web_configuration_is_that_of_the_program_of_its_folder() {
    let text = "basic_auth_users:\n  a: hunter2horse\n";
    for (path, program) in [
        ("web.yml", "Prometheus does not start"),
        (
            "windows_exporter/web-config.yml",
            "windows_exporter does not start",
        ),
        ("node-exporter/web.yml", "node-exporter does not start"),
        (
            "roles/blackbox_exporter/files/web.yml",
            "blackbox_exporter does not start",
        ),
        ("alertmanager/web.yml", "alertmanager does not start"),
        ("node_exporter_web.yml", "node_exporter does not start"),
    ] {
        let expected = Some((Severity::Error, "files/web-configuration", program));
        expect(&[(path, text)], expected);
    }
    let asked = "basic_auth_users:\n  a: salted password must be here\n";
    expect(&[("web.yml", asked)], None);
}

#[test]
fn an_image_is_the_same_with_the_registry_that_is_meant() {
    let config = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['redis:6379']}]\n";
    let compose = |image: &str| {
        format!(
            "services:\n  redis: {{image: '{image}'}}\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        )
    };
    let one = compose("redis:7-alpine");
    let own = Some((Severity::Warning, "scrape/no-metrics", "port 6379 of Redis"));
    for (image, expected) in [
        ("docker.io/library/redis:7-alpine", own),
        ("library/redis:7-alpine", own),
        ("example.com/redis-with-metrics:7", None),
    ] {
        let other = compose(image).replace("./prometheus.yml", "./other.yml");
        let files = [
            ("prometheus.yml", config),
            ("other.yml", "scrape_configs: []\n"),
            ("docker-compose.yml", one.as_str()),
            ("docker-compose.production.yml", other.as_str()),
        ];
        expect(&files, expected);
    }
}

#[test]
fn a_switch_of_an_older_chart_that_is_off_changes_nothing() {
    let values = |key: &str| {
        format!(
            "prometheusOperator: {{enabled: true}}\nprometheus:\n  prometheusSpec:\n    retention: 10d\n    {key}\n"
        )
    };
    let unknown = Some((Severity::Warning, "schema/unknown-field", "unknown key"));
    for (key, expected) in [
        ("additionalScrapeConfigsExternal: false", None),
        ("additionalScrapeConfigsExternal: true", unknown),
        ("ruleSelectorNilUsesHelmValue: false", unknown),
    ] {
        expect(&[("values.yaml", &values(key))], expected);
    }
}

#[test]
fn values_of_a_chart_of_its_own_are_no_collector() {
    let values = "exporters:\n  prometheusremotewrite:\n    enabled: true\n    endpoint: http://prometheus:9090/api/v1/write\n";
    let template = |body: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  relay.yaml: |\n{body}"
        )
    };
    let asks = template(
        "    {{- if .Values.exporters.prometheusremotewrite.enabled }}\n    exporters: {prometheusremotewrite: {endpoint: '{{ .Values.exporters.prometheusremotewrite.endpoint }}'}}\n    {{- end }}\n",
    );
    let prints = template("    exporters: {{- toYaml .Values.exporters | nindent 6 }}\n");
    let unknown = Some((Severity::Error, "schema/unknown-field", "`enabled`"));
    let chart = ("Chart.yaml", "apiVersion: v2\nname: a\nversion: 0.1.0\n");
    for (template, expected) in [(&asks, None), (&prints, unknown)] {
        let files = [
            chart,
            ("values.yaml", values),
            ("templates/a.yaml", template.as_str()),
        ];
        expect(&files, expected);
    }
}

#[test]
fn profiles_are_scraped_by_pyroscope() {
    let map = |key: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  scrape-configs.yaml: |\n    scrape_configs:\n    - job_name: a\n      {key}: [cpu]\n      kubernetes_sd_configs: [{{role: pod}}]\n"
        )
    };
    let unknown = Some((Severity::Error, "schema/unknown-field", "`profiles`"));
    expect(&[("cm.yaml", &map("enabled_profiles"))], None);
    expect(&[("cm.yaml", &map("profiles"))], unknown);
    let agent = |key: &str| {
        format!(
            "{key}\nscrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['b:80']}}]\n"
        )
    };
    for key in [
        "target: agent",
        "client: {url: 'http://phlare:4100', tenant_id: a}",
    ] {
        expect(&[("config/prometheus.yml", &agent(key))], None);
    }
    let unknown = Some((Severity::Error, "schema/unknown-field", "`targets`"));
    expect(
        &[("config/prometheus.yml", &agent("targets: agent"))],
        unknown,
    );
}

#[test]
fn a_label_for_the_moment_that_is_never_set_is_not_stored() {
    let rules = |more: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['b:80']}}]\n  metric_relabel_configs:\n  - source_labels: [__name__]\n    regex: http_.*\n    target_label: __tmp_http\n{more}"
        )
    };
    let removed = Some((
        Severity::Warning,
        "relabel/replacement",
        "`__tmp_http` is removed",
    ));
    expect(&[("prometheus.yml", &rules(""))], removed);
    let stored = Some((Severity::Warning, "relabel/temporary-label", "`__tmp_http`"));
    expect(
        &[("prometheus.yml", &rules("    replacement: a\n"))],
        stored,
    );
}

#[test]
fn a_collector_makes_one_dollar_of_two() {
    let receiver = |replacement: &str| {
        format!(
            "receivers:\n  prometheus:\n    config:\n      scrape_configs:\n      - job_name: a\n        static_configs: [{{targets: ['a:1', 'b:1']}}]\n        relabel_configs:\n        - {{source_labels: [__address__], regex: '(.*):.*', target_label: instance, replacement: '{replacement}'}}\nexporters:\n  prometheusremotewrite: {{endpoint: 'https://m.example.com/api/v1/write'}}\nservice:\n  pipelines:\n    metrics: {{receivers: [prometheus], exporters: [prometheusremotewrite]}}\n"
        )
    };
    for group in ["$${1}", "$$1"] {
        expect(&[("otel.yaml", &receiver(group))], None);
    }
    let same = Some((
        Severity::Warning,
        "scrape/same-labels",
        "ends with the same labels",
    ));
    expect(&[("otel.yaml", &receiver("all"))], same);
}

#[test]
fn what_drops_all_samples_by_name_may_be_meant() {
    let job = |rule: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['b:9115']}}]\n  metric_relabel_configs:\n  - {rule}\n"
        )
    };
    let drops = Some((
        Severity::Error,
        "relabel/drops-everything",
        "drops every sample",
    ));
    for (rule, expected) in [
        ("{source_labels: [__name__], regex: .*, action: drop}", None),
        ("{source_labels: [__name__], action: drop}", drops),
        (
            "{source_labels: [__name__], regex: .*, action: drop}\n  - {target_label: a, replacement: b}",
            drops,
        ),
        ("{source_labels: [le], regex: .*, action: drop}", drops),
        (
            "{source_labels: [__name__], regex: '', action: keep}",
            drops,
        ),
    ] {
        expect(&[("prometheus.yml", &job(rule))], expected);
    }
}

#[test]
fn the_path_of_an_item_may_have_folders() {
    let deployment = |path: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: p, namespace: m}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus:v3.5.0\n        volumeMounts: [{{name: c, mountPath: /etc/prometheus}}]\n      volumes:\n      - name: c\n        configMap:\n          name: p\n          items: [{{key: prometheus.yml, path: prometheus.yml}}, {{key: a.alert, path: {path}}}]\n"
        )
    };
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: m}\ndata:\n  prometheus.yml: |\n    rule_files: ['/etc/prometheus/alerts/*.alert']\n    scrape_configs: []\n  a.alert: |\n    groups: [{name: a, rules: [{alert: Down, expr: up == 0}]}]\n";
    let nothing = Some((Severity::Warning, "files/no-match", "nothing is mounted at"));
    for (path, expected) in [("alerts/a.alert", None), ("a.alert", nothing)] {
        let files = [
            ("deployment.yaml", deployment(path)),
            ("cm.yaml", map.to_owned()),
        ];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        expect(&files, expected);
    }
}

#[test]
fn rules_of_an_older_chart_are_for_its_prometheus() {
    let rules = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, labels: {release: k}}\nspec:\n  groups:\n  - name: a\n    rules:\n    - record: b\n      expr: sum(rate(apiserver_request_duration_seconds_bucket{le=\"1\"}[5m]))\n";
    let release = |version: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: k, namespace: m}}\nspec:\n  chart:\n    spec:\n      chart: kube-prometheus-stack\n      version: {version}\n"
        )
    };
    let bucket = Some((Severity::Warning, "rules/bucket-value", "stores the bucket"));
    for (version, expected) in [("56.9.0", None), ("75.1.0", bucket)] {
        let text = release(version);
        expect(&[("rules.yaml", rules), ("release.yaml", &text)], expected);
    }
    let own = "apiVersion: v2\nname: kube-prometheus-stack\nversion: 46.8.0\n";
    expect(
        &[("templates/rules.yaml", rules), ("Chart.yaml", own)],
        None,
    );
}

#[test]
fn an_exporter_may_be_asked_about_itself() {
    let job = |target: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  metrics_path: /probe\n  params: {{module: [http_2xx]}}\n  static_configs: [{{targets: ['{target}']}}]\n  relabel_configs:\n  - {{source_labels: [__address__], target_label: __param_target}}\n"
        )
    };
    let asks = Some((
        Severity::Warning,
        "scrape/multi-target",
        "asks the target itself",
    ));
    for (target, expected) in [("bb.example.net:9115", None), ("www.example.net:443", asks)] {
        let text = job(target);
        expect(&[("prometheus.yml", &text)], expected);
    }
}

#[test]
fn labels_of_metrics_that_are_not_known_may_be_what_rules_set() {
    let rule = |metric: &str| {
        format!(
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: increase({metric}[1h]) > 0\n    labels: {{severity: warning}}\n    annotations: {{summary: 'it is {{{{ $labels.severity }}}}'}}\n"
        )
    };
    let added = Some((
        Severity::Warning,
        "rules/lost-label",
        "is a label that this rule adds",
    ));
    for (metric, expected) in [
        ("app_bus_errors_total", None),
        ("node_bus_errors_total", added),
    ] {
        let text = rule(metric);
        let files = [
            ("prometheus.yml", "rule_files: [rules.yml]\n"),
            ("rules.yml", &text),
        ];
        expect(&files, expected);
    }
}

#[test]
fn programs_of_grafana_have_a_server() {
    let other =
        "server: {http_listen_port: 4040}\nstorage: {tsdb: {path: /tmp/a}}\ndistributor: {}\n";
    expect(&[("config.yaml", other)], None);
    let slip = "servers: {http_listen_port: 4040}\nscrape_configs: []\n";
    let unknown = Some((Severity::Error, "schema/unknown-field", "`servers`"));
    expect(&[("prometheus.yml", slip)], unknown);
}

#[test]
fn two_marks_around_a_name_are_a_placeholder() {
    let compose = |interval: &str| {
        format!(
            "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    entrypoint: [/bin/sh, -c, \"sed -e 's|@@EVERY@@|15s|' /p.yml.tmpl > /tmp/p.yml\"]\n    configs: [{{source: p, target: /p.yml.tmpl}}]\nconfigs:\n  p:\n    content: |\n      global:\n        scrape_interval: {interval}\n      scrape_configs: []\n"
        )
    };
    let invalid = Some((Severity::Error, "schema/invalid-value", "`scrape_interval`"));
    for (interval, expected) in [("@@EVERY@@", None), ("every", invalid)] {
        expect(&[("compose.yml", &compose(interval))], expected);
    }
}

#[test]
fn of_several_set_ups_that_in_the_folder_counts() {
    let map = |rules: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: p, namespace: m}}\ndata:\n  prometheus.yml: |\n    rule_files: [{rules}]\n    scrape_configs: []\n  a.yml: |\n    groups: []\n"
        )
    };
    let deployment = |at: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: p, namespace: m}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus:v3.5.0\n        args: ['--config.file={at}/prometheus.yml']\n        volumeMounts: [{{name: c, mountPath: {at}}}]\n      volumes: [{{name: c, configMap: {{name: p}}}}]\n"
        )
    };
    let nothing = Some((Severity::Warning, "files/no-match", "nothing is mounted at"));
    for (rules, expected) in [("/etc/one/a*.yml", None), ("/etc/two/a*.yml", nothing)] {
        let files = [
            ("one/config.yaml", map(rules)),
            ("one/deployment.yaml", deployment("/etc/one")),
            ("two/config.yaml", map("/etc/two/a*.yml")),
            ("two/deployment.yaml", deployment("/etc/two")),
        ];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        expect(&files, expected);
    }
}

#[test]
fn values_that_do_not_set_a_key_do_not_turn_it_on() {
    let template = "apiVersion: monitoring.coreos.com/v1\nkind: ThanosRuler\nmetadata: {name: a}\nspec:\n  replicas: 1\n  queryEndpoints: [a:1]\n  {{- if .Values.ruler.image.sha }}\n  sha: {{ .Values.ruler.image.sha }}\n  {{- end }}\n";
    let own = "ruler: {image: {sha: ''}}\n";
    let unknown = Some((Severity::Warning, "schema/unknown-field", "`sha`"));
    for (other, expected) in [
        ("other: {sha: abc}\n", None),
        ("ruler: {image: {sha: ''}}\n", None),
        ("ruler: {image: {sha: abc}}\n", unknown),
    ] {
        let files = [
            ("Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("values.yaml", own),
            ("other.values.yaml", other),
            ("templates/ruler.yaml", template),
        ];
        expect(&files, expected);
    }
}

#[test]
fn what_mounts_another_file_runs_another_configuration() {
    let config = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: /var/run/a/ca.crt}\n  kubernetes_sd_configs: [{role: pod}]\n";
    let compose = |file: &str| {
        format!(
            "services:\n  dev:\n    image: alpine\n    command: sleep 1\n    volumes: ['.:/workspace']\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./{file}:/etc/prometheus/prometheus.yml']\n"
        )
    };
    let mounted = Some((
        Severity::Error,
        "credentials/not-mounted",
        "`tls_config.ca_file`",
    ));
    for (file, expected) in [
        ("monitoring/prometheus-dev.yml", None),
        ("deploy/prometheus.yml", mounted),
    ] {
        let text = compose(file);
        let files = [("deploy/prometheus.yml", config), ("compose.yml", &text)];
        let mut found = reported(&files);
        found.retain(|one| one.rule != "start/config-file");
        let of = |finding: &Finding| (finding.severity, finding.rule.to_string());
        let found: Vec<_> = found.iter().map(of).collect();
        let expected = expected.map(|(severity, rule, _)| (severity, rule.to_owned()));
        assert_eq!(found, Vec::from_iter(expected), "{file}");
    }
}

#[test]
fn settings_of_exporters_are_no_configuration() {
    let text = "global: {scrape_interval: 15s}\ncollectors: {cpu: true}\n";
    let unknown = Some((Severity::Error, "schema/unknown-field", "`collectors`"));
    for (path, expected) in [
        ("node-exporter/node-exporter.yml", None),
        ("monitoring/prometheus.yml", unknown),
    ] {
        expect(&[(path, text)], expected);
    }
}

#[test]
fn openobserve_may_have_a_prefix() {
    let write = |path: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: http://openobserve:5080{path}\n  basic_auth: {{username: a, password_file: /etc/a}}\n"
        )
    };
    let wrong = Some((Severity::Warning, "remote-write/url-shape", "OpenObserve"));
    for (path, expected) in [
        ("/openobserve/api/a/prometheus/api/v1/write", None),
        ("/openobserve/prometheus/api/v1/write", wrong),
    ] {
        expect(&[("prometheus.yml", &write(path))], expected);
    }
}

#[test]
fn a_configuration_of_alertmanager_is_named_once() {
    let other = "route: {receiver: a}\nreceivers: [{name: a}]\ninhibit_rules: []\n";
    let config = "rule_files: [alertmanager.yml]\nscrape_configs: []\n";
    let files = [("prometheus.yml", config), ("alertmanager.yml", other)];
    let found = reported(&files);
    let help = found.iter().map(|one| one.help_line().unwrap_or_default());
    let help: Vec<_> = help.collect();
    assert_eq!(
        help,
        ["name a rule file: this is a configuration of Alertmanager"],
        "{found:?}"
    );
}

#[test]
fn a_database_is_read_over_tcp_by_signoz_alone() {
    let read = |url: &str| format!("remote_read:\n- url: {url}\n");
    let own = read("tcp://clickhouse:9000/signoz_metrics");
    expect(&[("prometheus.yml", &own)], None);
    let other = read("tcp://prometheus.example.com:9090/api/v1/read");
    let wrong = (
        Severity::Error,
        "remote-read/url",
        "every remote read fails",
    );
    expect(&[("prometheus.yml", &other)], Some(wrong));
}

#[test]
fn a_project_directory_may_be_above_the_compose_file() {
    let compose = |source: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n    - {source}:/etc/prometheus/prometheus.yml\n"
        )
    };
    let config =
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['b.example.com:80']}]\n";
    let tree = |source: &str, expected| {
        let compose = compose(source);
        let files = [
            ("apps/monitoring/compose.yaml", compose.as_str()),
            ("apps/monitoring/prometheus/prometheus.yml", config),
        ];
        expect(&files, expected);
    };
    tree("./prometheus/prometheus.yml", None);
    tree("./apps/monitoring/prometheus/prometheus.yml", None);
    let lost = Some((Severity::Warning, "start/config-file", "does not exist"));
    tree("./prom/prometheus.yml", lost);
    let compose = compose("./config/prometheus.yml");
    let files = [
        ("apps/compose.yaml", compose.as_str()),
        ("config/prometheus.yml", config),
    ];
    expect(&files, lost);
}

#[test]
fn target_files_that_git_ignores_are_where_prometheus_runs() {
    let config = "scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [custom.yml]}]\n";
    let tree = |ignores: &str, expected| {
        expect(
            &[(".gitignore", ignores), ("prometheus.yml", config)],
            expected,
        );
    };
    tree("custom.yml\n", None);
    let missing = Some((
        Severity::Warning,
        "files/missing",
        "`custom.yml` does not exist",
    ));
    tree("other.yml\n", missing);
}

#[test]
fn services_of_the_cluster_itself_are_in_no_tree() {
    let tree = |namespace: &str, expected| {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: dns, namespace: {namespace}, labels: {{app: dns}}}}\nspec:\n  ports: [{{name: metrics, port: 9153}}]\n  selector: {{k8s-app: kube-dns}}\n"
        );
        let monitor = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: dns, namespace: monitoring}}\nspec:\n  endpoints: [{{port: metrics}}]\n  namespaceSelector: {{matchNames: [{namespace}]}}\n  selector: {{matchLabels: {{k8s-app: kube-dns}}}}\n"
        );
        expect(&[("a.yaml", &service), ("b.yaml", &monitor)], expected);
    };
    tree("kube-system", None);
    let near = Some((
        Severity::Warning,
        "kubernetes/near-miss",
        "only in its pod selector",
    ));
    tree("shop", near);
}

#[test]
fn a_file_beside_its_template_is_what_the_template_became() {
    let config = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['$NODE_1:80']}]\n";
    let tree = |template: &str, content: &str, expected| {
        let files = [("m/prometheus.yml", config), (template, content)];
        expect(&files, expected);
    };
    let filled = config.replace("$NODE_1", "${NODE_1}");
    tree("m/prometheus.yml.template", &filled, None);
    let variable = Some((
        Severity::Warning,
        "scrape/target-address",
        "does not expand variables",
    ));
    tree(
        "m/prometheus.yml.template",
        "scrape_configs: []\n",
        variable,
    );
    tree("n/prometheus.yml.template", "NODE_1\n", variable);
}
