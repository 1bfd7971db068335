//! Values that something fills in later, in the places where people write them, each beside the real
//! fault.

use crate::support::memory;
use promvet::finding::Severity;

/// The rules of what is reported at warning or above.
fn rules(files: &[(&str, &str)]) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(files));
    let found = found.iter().filter(|one| one.severity > Severity::Info);
    found.map(|one| one.rule.to_string()).collect()
}

#[test]
fn tags_of_templates_are_one_word_of_a_command_line() {
    let unit =
        |url: &str| format!("[Service]\nExecStart=/usr/bin/vmagent -remoteWrite.url={url}\n");
    for url in [
        "{{ vm_url }}",
        "http://{{ vm_host }}:8428/api/v1/write",
        "\"{{ vm_url }}\"",
        "<%= @url %>",
    ] {
        let found = rules(&[("roles/vmagent/templates/vmagent.service.j2", &unit(url))]);
        assert_eq!(found, [""; 0], "{url}");
    }
    let found = rules(&[("vmagent.service", &unit("vm:8428"))]);
    assert_eq!(found, ["remote-write/url-syntax"]);
    let compose = |url: &str| {
        format!(
            "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command: -remoteWrite.url={url} -promscrape.config=/p.yml\n    volumes: ['./p.yml:/p.yml']\n"
        )
    };
    let found = rules(&[("docker-compose.yml.j2", &compose("{{ vm_url }}"))]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn tags_in_rule_files_of_templates_are_covered() {
    let rules_with = |value: &str| {
        format!(
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up == 0\n    for: {value}\n    labels:\n      severity: {value}\n"
        )
    };
    let main = |name: &str| {
        format!(
            "rule_files: [{name}]\nscrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['b.example.com:80']}}]\n"
        )
    };
    let tag = rules_with("{{ for_time }}");
    let found = rules(&[
        ("prometheus.yml", &main("rules.yml.j2")),
        ("rules.yml.j2", &tag),
    ]);
    assert_eq!(found, [""; 0]);
    let inner = |text: &str| text.replace('\n', "\n    ");
    let map = |rules: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: r}}\ndata:\n  prometheus.yml: |\n    {}\n  rules.yml: |\n    {}\n",
            inner(&main("rules.yml")),
            inner(rules)
        )
    };
    assert_eq!(rules(&[("cm.yaml.j2", &map(&tag))]), [""; 0]);
    let found = rules(&[("cm.yaml", &map(&rules_with("5 minutes")))]);
    assert_eq!(found, ["files/rule-file"]);
}

#[test]
fn values_in_the_form_of_other_tools_are_placeholders() {
    let text = |value: &str| {
        format!(
            "global: {{scrape_interval: {value}}}\nscrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['b.example.com:80']}}]\n"
        )
    };
    for value in [
        "$INTERVAL",
        "<<interval>>",
        "<interval>",
        "$SCRAPE_INTERVAL",
    ] {
        let found = rules(&[("prometheus.yml.template", &text(value))]);
        assert_eq!(found, [""; 0], "{value}");
    }
    let found = rules(&[("prometheus.yml.template", &text("often"))]);
    assert_eq!(found, ["schema/invalid-value"]);
    // To YAML the name is a comment.
    let job = |name: &str| {
        format!(
            "scrape_configs:\n- job_name: {name}\n  static_configs: [{{targets: ['b.example.com:80']}}]\n"
        )
    };
    let found = rules(&[("prometheus.yml", &job("#{JobName}#"))]);
    assert_eq!(found, [""; 0]);
    let found = rules(&[("prometheus.yml", &job("# a name"))]);
    assert_eq!(found, ["schema/missing-field"]);
}

#[test]
fn a_list_that_is_filled_in_is_not_an_empty_one() {
    let monitor = |labels: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: a}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n  endpoints:\n  - port: http\n    relabelings:\n    - regex: '9187'\n      action: keep\n{labels}"
        )
    };
    let chart = (
        "chart/Chart.yaml",
        "apiVersion: v2\nname: a\nversion: 1.0.0\n",
    );
    let with = |labels: &str| rules(&[chart, ("chart/templates/sm.yaml", &monitor(labels))]);
    let tag = "      sourceLabels: {{ .Values.sourceLabels }}\n";
    assert_eq!(with(tag), [""; 0]);
    assert_eq!(with(""), ["relabel/drops-everything"]);
    let collector = |exporter: &str| {
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  debug: {{}}\n  prometheusremotewrite: {{endpoint: 'https://m.example.com/api/v1/push'}}\nservice:\n  pipelines:\n    metrics:\n      receivers: [otlp]\n      exporters: [{exporter}]\n"
        )
    };
    let with = |name: &str, exporter: &str| rules(&[(name, &collector(exporter))]);
    assert_eq!(with("otel.yaml.j2", "'{{ exporter }}'"), [""; 0]);
    assert_eq!(with("otel.yaml", "'${env:EXPORTER}'"), [""; 0]);
    assert_eq!(with("otel.yaml", "debug"), ["agents/pipeline"]);
}

#[test]
fn settings_of_tls_fail_nothing_over_plain_http() {
    let job = |scheme: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n{scheme}  tls_config: {{server_name: 'https://b.example.com'}}\n  static_configs: [{{targets: ['b.example.com:80']}}]\n"
        )
    };
    assert_eq!(rules(&[("prometheus.yml", &job(""))]), ["tls/unused"]);
    let found = rules(&[("prometheus.yml", &job("  scheme: https\n"))]);
    assert_eq!(found, ["tls/server-name"]);
}

#[test]
fn k6_sends_only_where_it_is_told_to() {
    let with = |command: &str| {
        let text = format!(
            "services:\n  k6:\n    image: grafana/k6:1.0.0\n    environment:\n    - K6_PROMETHEUS_RW_SERVER_URL=metrics.example.com:9090\n    command: {command}\n"
        );
        rules(&[("compose.yaml", &text)])
    };
    assert_eq!(with("run -o statsd /scripts/main.js"), [""; 0]);
    assert_eq!(with("run /scripts/main.js"), ["agents/pipeline"]);
    assert_eq!(with("k6 run --vus 5 main.js"), ["agents/pipeline"]);
    let found = with("run -o experimental-prometheus-rw main.js");
    assert_eq!(found, ["remote-write/url-syntax"]);
}

#[test]
fn a_collector_sends_a_token_of_any_scheme() {
    let text = |scheme: &str, program: &str| match program {
        "collector" => format!(
            "extensions:\n  bearertokenauth/a: {{scheme: {scheme}, token: '${{env:T}}'}}\nreceivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  prometheusremotewrite: {{endpoint: 'https://m.example.com/api/v1/push', auth: {{authenticator: bearertokenauth/a}}}}\nservice:\n  extensions: [bearertokenauth/a]\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
        ),
        _ => format!(
            "remote_write:\n- url: https://m.example.com/api/v1/push\n  authorization: {{type: {scheme}, credentials_file: /var/run/t}}\n"
        ),
    };
    assert_eq!(
        rules(&[("otel.yaml", &text("Basic", "collector"))]),
        [""; 0]
    );
    let found = rules(&[("prometheus.yml", &text("Basic", ""))]);
    assert_eq!(found, ["schema/invalid-value"]);
}

#[test]
fn a_variable_may_be_the_name_that_is_looked_for() {
    let compose = |network: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n    networks: [monitoring]\n  app:\n    image: me/app\n    networks: ['{network}']\nnetworks:\n  monitoring: {{}}\n  web: {{}}\n"
        )
    };
    let main = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['app:8080']}]\n";
    let with = |network: &str| {
        rules(&[
            ("docker-compose.yml", &compose(network)),
            ("prometheus.yml", main),
        ])
    };
    assert_eq!(with("${APP_NETWORK}"), [""; 0]);
    assert_eq!(with("web"), ["network/unreachable"]);
    let monitor = |port: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, labels: {{app: a}}}}\nspec:\n  selector: {{app: a}}\n  ports: [{{name: '{port}', port: 80}}, {{name: other, port: 81}}]\n---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: a}}\nspec:\n  selector: {{matchLabels: {{app: a}}}}\n  endpoints: [{{port: metrics}}]\n"
        )
    };
    assert_eq!(rules(&[("k.yaml", &monitor("${PORT_NAME}"))]), [""; 0]);
    assert_eq!(
        rules(&[("k.yaml", &monitor("web"))]),
        ["kubernetes/near-miss"]
    );
}

#[test]
fn a_port_is_a_number_and_there_is_one() {
    let target = |target: &str| {
        let text = format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['{target}']}}]\n"
        );
        rules(&[("prometheus.yml", &text)])
    };
    assert_eq!(target("b.example.com:http"), ["scrape/target-address"]);
    assert_eq!(target("b.example.com:9100"), [""; 0]);
    assert_eq!(target("[::1a]:9100"), [""; 0]);
    let node = |role: &str, regex: &str| {
        let text = format!(
            "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{{role: {role}}}]\n  relabel_configs:\n  - source_labels: [__address__]\n    regex: '{regex}'\n    target_label: __address__\n    replacement: '${{1}}:9100'\n"
        );
        rules(&[("prometheus.yml", &text)])
    };
    assert_eq!(node("node", "(.+)"), ["scrape/target-address"]);
    assert_eq!(node("node", "([^:]+)(?::\\d+)?"), [""; 0]);
    assert_eq!(node("pod", "(.+)"), [""; 0]);
}
