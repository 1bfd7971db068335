//! Faults that a tree has all the evidence for, each with the form beside it that is right.

use crate::support::memory;
use promvet::finding::Severity;

/// The rules that report something at warning or above, with their messages.
fn reported(files: &[(&str, &str)]) -> Vec<(String, Severity, String)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity > Severity::Info);
    let lines = found.iter();
    lines
        .map(|one| (one.rule.to_string(), one.severity, one.message.to_string()))
        .collect()
}

/// Nothing, or the one finding: its rule and words of its message.
fn expect(files: &[(&str, &str)], expected: Option<(&str, &str)>) {
    let found = reported(files);
    match (expected, found.as_slice()) {
        (None, []) => {}
        (Some((rule, words)), [(by, _, message)]) => {
            assert_eq!(by, rule, "{files:?}: {message}");
            assert!(message.contains(words), "{files:?}: {message}");
        }
        _ => panic!("{files:?}: {found:?}"),
    }
}

#[test]
fn a_meta_label_in_a_replacement_is_text() {
    let config = |replacement: &str, action: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{{role: pod}}]\n  relabel_configs:\n  - {{source_labels: [__meta_kubernetes_pod_ip], action: {action}, target_label: __address__, replacement: '{replacement}'}}\n"
        )
    };
    let rule = Some(("relabel/replacement", "plain text"));
    for (replacement, expected) in [
        ("__meta_kubernetes_pod_ip:9100", rule),
        ("${1}:9100", None),
        ("meta_kubernetes", None),
    ] {
        let text = config(replacement, "replace");
        expect(&[("prometheus.yml", &text)], expected);
    }
    let map = "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{role: pod}]\n  relabel_configs:\n  - {action: labelmap, regex: __meta_kubernetes_pod_annotation_(.+), replacement: '__meta_kubernetes_pod_label_$1'}\n";
    expect(&[("prometheus.yml", map)], None);
}

#[test]
fn the_address_of_tokens_is_not_another_of_the_issuer() {
    let config = |path: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: https://metrics.example.com/api/v1/write\n  oauth2: {{client_id: a, client_secret_file: /etc/a/secret, token_url: 'https://login.example.com/{path}'}}\n"
        )
    };
    let rule = Some(("credentials/token-url", "gives no tokens"));
    for (path, expected) in [
        ("oauth2/authorize", rule),
        (".well-known/openid-configuration", rule),
        ("oauth2/token", None),
        ("authorize/token", None),
        ("oauth2/preauthorize", None),
    ] {
        let text = config(path);
        expect(&[("prometheus.yml", &text)], expected);
    }
}

/// `latest` is Prometheus 3, unless it was pulled before.
#[test]
fn the_feature_of_the_receiver_does_nothing_in_the_newest_release() {
    let compose = |image: &str, flag: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus{image}\n    command: [--config.file=/etc/prometheus/prometheus.yml, {flag}]\n    volumes: [./server.yml:/etc/prometheus/prometheus.yml]\n  other:\n    image: prom/prometheus:v3.5.0\n    volumes: [./prometheus.yml:/etc/prometheus/prometheus.yml]\n"
        )
    };
    let sender = "global: {external_labels: {a: b}}\nremote_write:\n- url: http://prometheus:9090/api/v1/write\n";
    let feature = "--enable-feature=remote-write-receiver";
    for (image, flag, expected) in [
        (":latest", feature, Some(Severity::Warning)),
        ("", feature, Some(Severity::Warning)),
        (":v3.5.0", feature, Some(Severity::Error)),
        (":v2.53.0", feature, None),
        (":${TAG}", feature, None),
        (":latest", "--web.enable-remote-write-receiver", None),
    ] {
        let compose = compose(image, flag);
        let found = reported(&[
            ("compose.yaml", &compose),
            ("prometheus.yml", sender),
            ("server.yml", "scrape_configs: []\n"),
        ]);
        let mut found = found.iter();
        let off = found.find(|(rule, ..)| rule == "remote-write/receiver-not-enabled");
        assert_eq!(off.map(|one| one.1), expected, "{image} {flag}: {off:?}");
    }
}

#[test]
fn hashes_of_other_programs_are_refused_in_web_configurations() {
    let rule = Some(("files/web-configuration", "not a bcrypt hash"));
    for (hash, expected) in [
        ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", rule),
        ("$apr1$abcdefgh$0123456789012345678901", rule),
        ("{HASH}", None),
        ("${HASH}", None),
    ] {
        let text = format!("basic_auth_users: {{a: '{hash}'}}\n");
        expect(&[("web.yml", &text)], expected);
    }
}

/// Exporters have the same file, which their own flag names, whatever its name and its keys.
#[test]
fn the_web_configuration_of_an_exporter_is_judged() {
    let compose = |name: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: [./prometheus.yml:/etc/prometheus/prometheus.yml]\n  node:\n    image: prom/node-exporter:v1.8.0\n    volumes: [./{name}:/etc/{name}]\n    command: [--web.config.file=/etc/{name}]\n"
        )
    };
    let config = ("prometheus.yml", "scrape_configs: []\n");
    let hash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
    let right = format!("basic_auth_users: {{a: '{hash}'}}\n");
    let wrong = right.replace("basic_auth_users", "basic_auth_user");
    let plain = "basic_auth_users: {a: x}\n";
    let rule = |words| Some(("files/web-configuration", words));
    for (name, content, expected) in [
        ("node.yml", &*right, None),
        ("node.yml", &*wrong, rule("basic_auth_user")),
        ("node.conf", plain, rule("bcrypt")),
        ("node.yml", plain, rule("bcrypt")),
        ("node.yml", "a: b\n", None),
    ] {
        let compose = compose(name);
        expect(
            &[("compose.yaml", &compose), config, (name, content)],
            expected,
        );
    }
}

/// Beside targets that are services, a name that no service has is told; alone it may be a machine.
#[test]
fn a_target_without_a_service_is_a_hint() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
         ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  api: {image: acme/api, expose: [8080]}\n";
    for (targets, compose, expected) in [
        ("'api:8080', 'node-exporter:9100'", compose.to_owned(), 1),
        ("'api:8080', 'apii:8080'", compose.to_owned(), 1),
        ("'node-exporter:9100'", compose.to_owned(), 0),
        ("'api:8080', 'node.example.com:9100'", compose.to_owned(), 0),
        (
            "'api:8080', 'node-exporter:9100'",
            compose
                .replace("expose: [8080]", "extra_hosts: [a:1.1.1.1]")
                .replace(
                    "v3.5.0\n",
                    "v3.5.0\n    extra_hosts: ['node-exporter:10.0.0.1']\n",
                ),
            0,
        ),
    ] {
        let config = format!(
            "scrape_configs: [{{job_name: a, static_configs: [{{targets: [{targets}]}}]}}]\n"
        );
        let files = [
            ("/tree/prometheus.yml", &*config),
            ("/tree/compose.yaml", &*compose),
        ];
        let mut found = memory::found("/tree", &memory::tree(&files));
        found.retain(|one| one.severity == Severity::Info && one.rule == "network/unreachable");
        assert_eq!(found.len(), expected, "{targets}: {found:?}");
    }
}

/// What is reported of an alert with an expression.
fn reported_of_alert(expr: &str) -> Vec<(String, Severity, String)> {
    let rules = format!("groups: [{{name: a, rules: [{{alert: A, expr: \"{expr}\"}}]}}]\n");
    reported(&[
        (
            "/tree/prometheus.yml",
            "rule_files: [rules.yml]\nscrape_configs: []\n",
        ),
        ("/tree/rules.yml", &rules),
    ])
}

/// Comparisons and matches that never hold, whatever the series are.
#[test]
fn an_expression_that_is_always_empty_is_reported() {
    for (expr, is_empty) in [
        ("count(up) == 0", true),
        ("0 == count(up)", true),
        ("count by (job) (up) < 1", true),
        ("(count(up) == 0) and on() hour() > 5", true),
        ("count(up) == 0 unless up", true),
        ("up and hour() == 2", true),
        ("a_total{code='500'} / a_total{code='200'}", true),
        (
            "rate(a_total{code='5'}[5m]) > 2 * rate(b_total{code='2'}[5m])",
            true,
        ),
        ("a_total{code='5'} and b_total{code='2'}", true),
        ("a_total{code='5'} unless b_total{code='2'}", false),
        ("a_total{code='5'} or b_total{code='2'}", false),
        (
            "a_total{code='5'} / ignoring (code) a_total{code='2'}",
            false,
        ),
        ("a_total{code='5'} / on (job) a_total{code='2'}", false),
        ("a_total{code='5'} / a_total{code=~'2'}", false),
        ("a_total{code='5'} / a_total{job='2'}", false),
        ("sum(a_total{code='5'}) / sum(a_total{code='2'})", false),
        ("hour() == 2 and rate(a_total[5m]) > 1", true),
        ("rate(a_total[5m]) > 1 and day_of_week() > 0", true),
        ("count(up) <= 1", false),
        ("count(up) < 2", false),
        ("count(up) == bool 0", false),
        ("count(up) == 0 or absent(up)", false),
        ("count(up) > 0", false),
        ("sum(up) == 0", false),
        ("(count(up) or vector(0)) == 0", false),
        ("up and on() hour() == 2", false),
        ("up and ignoring(job) hour() == 2", false),
        ("sum(up) and hour() == 2", false),
        ("job:up:sum and hour() == 2", false),
        ("up and hour(up) == 2", false),
        ("vector(1) and hour() == 2", false),
        ("up unless hour() == 2", false),
        ("label_replace(up, 'a', 'b', '', '') and hour() == 2", false),
        // What is scraped has `job` and `instance`.
        (
            "node_load15 > count by (instance) (node_cpu_seconds_total{mode='idle'}) * 0.8",
            true,
        ),
        (
            "rate(node_disk_io_time_seconds_total[5m]) / sum(node_filesystem_size_bytes) > 1",
            true,
        ),
        ("avg by (job) (up) < up", true),
        (
            "node_load15 > on (instance) group_left count by (instance) (node_cpu_seconds_total)",
            false,
        ),
        (
            "node_load15 > ignoring (cpu) count without (cpu) (node_cpu_seconds_total)",
            false,
        ),
        (
            "node_load15 > count without (cpu) (node_cpu_seconds_total)",
            false,
        ),
        (
            "node_load15 > count by (job, instance) (node_cpu_seconds_total)",
            false,
        ),
        ("node_load15 > scalar(count(node_cpu_seconds_total))", false),
        ("node_load15 > topk(1, node_load1)", false),
        ("node_load15 > time()", false),
        ("http_requests > sum by (instance) (http_requests)", false),
        ("my_metric > sum by (instance) (my_metric)", false),
        (
            "instance:node_load15:rate > sum by (instance) (node_load15)",
            false,
        ),
    ] {
        let found = reported_of_alert(expr);
        let of_rule = found
            .iter()
            .filter(|(rule, ..)| rule == "rules/always-empty");
        assert_eq!(of_rule.count(), usize::from(is_empty), "{expr}: {found:?}");
    }
}

/// What is left on both sides is what to match by.
#[test]
fn the_advice_names_labels_that_both_sides_have() {
    for (expr, words) in [
        (
            "node_load15 > count by (instance) (node_cpu_seconds_total{mode='idle'})",
            "`on (instance) group_left`",
        ),
        (
            "node_load1 / clamp_min(count by (instance) (node_cpu_seconds_total{mode='idle'}), 1)",
            "`on (instance) group_left`",
        ),
        (
            "node_load1 / sqrt(sum(node_cpu_seconds_total))",
            "`on () group_left`",
        ),
        (
            "apiserver_requests > 0 and histogram_quantile(0.1, sum by (job, le) (rate(a_bucket[5m]))) < 9",
            "`on (job)`",
        ),
    ] {
        let text = format!("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: \"{expr}\"\n");
        let config = "rule_files: [r.yml]\n";
        let files = [("prometheus.yml", config), ("r.yml", &*text)];
        let found = memory::found("/tree", &memory::tree(&files));
        let mut helps = found.iter().filter_map(|it| it.help_line());
        assert!(helps.any(|help| help.contains(words)), "{expr}: {found:?}");
    }
}

/// Series that match themselves, so that nothing is compared.
#[test]
fn a_ratio_of_a_series_and_itself_is_reported() {
    for (expr, is_reported) in [
        (
            "rate(a_total{code=~'5..'}[5m]) / rate(a_total[5m]) > 0.05",
            true,
        ),
        (
            "1 - (rate(a_total{code='500'}[5m]) / rate(a_total[5m]))",
            true,
        ),
        (
            "rate(a_total{code='200'}[5m]) * 100 / rate(a_total[5m]) < 99",
            true,
        ),
        (
            "rate(a_total[5m]) - rate(a_total{code='500'}[5m]) > 1",
            true,
        ),
        (
            "rate(a_total{code='500'}[5m]) > 0.1 * rate(a_total[5m])",
            true,
        ),
        ("(a_total{code='500', job='b'}) / (a_total{job='b'})", true),
        ("rate(a_total{code='500'}[5m]) / rate(b_total[5m])", false),
        ("rate(a_total{code='500'}[5m]) / rate(a_total[1h])", false),
        (
            "rate(a_total{code='500'}[5m]) / increase(a_total[5m])",
            false,
        ),
        (
            "rate(a_total{code='500'}[5m]) / rate(a_total[5m] offset 1d)",
            false,
        ),
        (
            "rate(a_total{code='500'}[5m]) / rate(a_total[5m] @ 1000)",
            false,
        ),
        (
            "a_total{code='500'} / ignoring (code) group_left a_total",
            false,
        ),
        (
            "a_total{code='500'} / on (job) sum by (job) (a_total)",
            false,
        ),
        ("sum(a_total{code='500'}) / sum(a_total)", false),
        ("a_total{code='500'} / sum(a_total)", false),
        ("a_total{code='500'} / a_total{job='b'}", false),
        ("a_total / a_total", false),
        ("a_total{code='500'} + a_total", false),
        ("a_total{code='500'} or a_total", false),
        ("({code='500'}) / ({code='500', job='a'})", false),
    ] {
        let found = reported_of_alert(expr);
        let of_rule = found.iter().filter(|(rule, ..)| rule == "rules/self-ratio");
        assert_eq!(
            of_rule.count(),
            usize::from(is_reported),
            "{expr}: {found:?}"
        );
    }
}

#[test]
fn tempo_takes_no_samples_at_its_own_port() {
    let write =
        |url: &str| format!("global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: {url}\n");
    let rule = Some((
        "remote-write/no-intake",
        "Tempo does not accept remote write",
    ));
    for (url, expected) in [
        ("http://tempo:3200/api/v1/push", rule),
        (
            "http://tempo-distributor.tracing.svc:3200/api/v1/write",
            rule,
        ),
        ("http://mimir:3200/api/v1/push", None),
        ("http://tempo:9009/api/v1/push", None),
    ] {
        expect(&[("prometheus.yml", &write(url))], expected);
    }
}

#[test]
fn alloy_has_not_every_component_that_one_may_think_of() {
    let write = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://rw.example.com/api/v1/write\"\n  }\n}\n";
    let scrape = |more: &str| {
        format!(
            "{write}prometheus.scrape \"a\" {{\n  targets = discovery.kubernetes.pods.targets\n  forward_to = [prometheus.remote_write.a.receiver]\n}}\n{more}\n"
        )
    };
    let unknown = |name: &'static str| Some(("schema/unknown-field", name));
    for (more, expected) in [
        (
            "prometheus.rules \"a\" {\n}",
            unknown("`prometheus.rules`: unknown component"),
        ),
        (
            "prometheus.remotewrite \"b\" {\n}",
            unknown("`prometheus.remotewrite`"),
        ),
        (
            "otelcol.exporter.prometheusremotewrite \"a\" {\n}",
            unknown("`otelcol.exporter.prometheusremotewrite`"),
        ),
        ("prometheus.exporter.unix \"a\" {\n}", None),
        (
            "prometheus.operator.podmonitors \"a\" {\n  forward_to = [prometheus.remote_write.a.receiver]\n}",
            None,
        ),
        (
            "import.git \"prometheus\" {\n}\nprometheus.rules \"a\" {\n}",
            None,
        ),
    ] {
        expect(&[("config.alloy", &scrape(more))], expected);
    }
}

#[test]
fn a_block_is_no_value_in_alloy() {
    let write = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://rw.example.com/api/v1/write\"\n  }\n}\n";
    let scrape = |targets: &str| {
        format!(
            "prometheus.scrape \"a\" {{\n  targets = {targets}\n  forward_to = [prometheus.remote_write.a.receiver]\n}}\n{write}"
        )
    };
    let block = Some(("schema/syntax", "a block where a value belongs"));
    for (targets, expected) in [
        (
            "discovery.kubernetes \"pods\" {\n    role = \"pod\"\n  }",
            block,
        ),
        (
            "discovery.kubernetes.pods {\n    role = \"pod\"\n  }",
            block,
        ),
        ("discovery.kubernetes.pods.targets", None),
        (
            "concat(discovery.kubernetes.pods.targets, [{__address__ = \"a:1\"}])",
            None,
        ),
    ] {
        expect(&[("config.alloy", &scrape(targets))], expected);
    }
}

#[test]
fn a_document_of_a_template_that_cannot_be_read_hides_no_other() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"a.name\" . }}\ndata:\n  prometheus.yml: |-\n    scrape_configs:\n    - job_name: a\n      static_configs: [{targets: ['http://a:9090/metrics']}]\n";
    let claim = |name: &str| {
        format!(
            "{{{{- if .Values.{name}.enabled }}}}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {name}\n{{{{- end }}}}\n"
        )
    };
    let target = Some(("schema/invalid-value", "expected `host:port`"));
    let twice = format!("{}{}", claim("a"), claim("b"));
    for rest in [claim("a"), twice, "a: [\n".to_owned()] {
        for text in [format!("{map}---\n{rest}"), format!("{rest}---\n{map}")] {
            expect(&[("templates/monitoring.yaml", &text)], target);
        }
    }
}

#[test]
fn the_loopback_of_a_container_is_its_own_in_every_network() {
    let config =
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['localhost:9100']}]\n";
    let compose = |network: &str, of_service: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n    {of_service}\nnetworks:\n  m: {network}\n"
        )
    };
    let own = Some(("network/unreachable", "is the service `prometheus` itself"));
    for (network, of_service, expected) in [
        ("{driver: bridge}", "networks: [m]", own),
        ("{driver: overlay, name: all}", "networks: [m]", own),
        ("{external: true}", "networks: [m]", own),
        ("{external: true, name: host}", "networks: [m]", None),
        ("{external: true, name: $NETWORK}", "networks: [m]", None),
        ("{}", "network_mode: host", None),
    ] {
        let text = compose(network, of_service);
        expect(
            &[("prometheus.yml", config), ("compose.yml", &text)],
            expected,
        );
    }
    // Another compose file of the folder may be laid over it, or run a guest in its network.
    let text = compose("{driver: bridge}", "networks: [m]");
    for (other, expected) in [
        ("  broker: {image: kafka}\n", own),
        ("  prometheus: {network_mode: host}\n", None),
        (
            "  exporter: {image: e, network_mode: 'service:prometheus'}\n",
            None,
        ),
        (
            "  exporter: {image: e, network_mode: 'container:p'}\n",
            None,
        ),
    ] {
        let other = format!("services:\n{other}");
        let files = [
            ("prometheus.yml", config),
            ("compose.yml", &*text),
            ("compose.other.yml", &*other),
        ];
        expect(&files, expected);
    }
}

/// `command` of Kubernetes is the entry point, that of compose its arguments.
#[test]
fn a_flag_is_no_program() {
    let pod = |arguments: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: prometheus\n    image: prom/prometheus:v3.5.0\n{arguments}    volumeMounts: [{{name: c, mountPath: /etc/prometheus}}]\n  volumes: [{{name: c, configMap: {{name: c}}}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  prometheus.yml: |\n    scrape_configs: []\n"
        )
    };
    let flag = "'--config.file=/etc/prometheus/prometheus.yml'";
    for (arguments, expected) in [
        (
            format!("    command: [{flag}]\n"),
            Some(("start/flag", "`--config.file` is started as a program")),
        ),
        (format!("    args: [{flag}]\n"), None),
        (format!("    command: [/bin/prometheus, {flag}]\n"), None),
        (
            format!("    command: [/bin/prometheus]\n    args: [{flag}]\n"),
            None,
        ),
    ] {
        expect(&[("a.yaml", &pod(&arguments))], expected);
    }
    let compose = format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: [{flag}]\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
    );
    let files = [
        ("compose.yaml", compose.as_str()),
        ("prometheus.yml", "scrape_configs: []\n"),
    ];
    expect(&files, None);
}

#[test]
fn a_separator_that_means_something_in_a_pattern_is_escaped() {
    for (separator, right) in [
        (",", "`.*,prod,.*`"),
        ("|", r"`.*\|prod\|.*`"),
        (".", r"`.*\.prod\..*`"),
    ] {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  consul_sd_configs: [{{server: 'c:8500', tag_separator: '{separator}'}}]\n  relabel_configs:\n  - {{source_labels: [__meta_consul_tags], regex: prod, action: keep}}\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &config)]));
        let mut helps = found.iter().filter_map(|it| it.help_line());
        assert!(
            helps.any(|help| help.contains(right)),
            "{separator}: {found:?}"
        );
    }
}

/// A plain host name has no SRV records, so that without `port` it would be found nowhere.
#[test]
fn a_port_beside_a_plain_name_needs_the_type_of_an_address() {
    for (name, right) in [
        ("web.example.org", Some("type: A")),
        ("_m._tcp.example.org", None),
    ] {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  dns_sd_configs:\n  - names: ['{name}']\n    port: 9100\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &config)]));
        let mut fixes = found.iter().filter_map(|it| it.fix.as_ref());
        let fix = fixes.find(|fix| !fix.safe).unwrap();
        let written: String = fix.edits.iter().map(|(_, text)| &**text).collect();
        assert_eq!(
            written.contains("type: A"),
            right.is_some(),
            "{name}: {written}"
        );
    }
}

/// Who follows the advice about the port has no use for a network in common.
#[test]
fn a_port_without_metrics_is_all_that_is_said_of_a_target() {
    let compose = "services:\n  redis:\n    image: redis:7\n    networks: [data]\n  prometheus:\n    image: \
                   prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n    \
                   networks: [monitoring]\nnetworks: {data: , monitoring: }\n";
    let scrapes = |target: &str| {
        format!(
            "scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: ['{target}']\n"
        )
    };
    let rules_of = |target: &str| -> Vec<String> {
        let config = scrapes(target);
        let found = reported(&[("prometheus.yml", &config), ("compose.yaml", compose)]);
        found.into_iter().map(|(rule, ..)| rule).collect()
    };
    assert_eq!(rules_of("redis:6379"), ["scrape/no-metrics"]);
    assert_eq!(rules_of("redis:9121"), ["network/unreachable"]);
}

/// Sections that are flags of the command line.
#[test]
fn flags_written_as_sections_are_named() {
    let config = "web: {enable-lifecycle: true}\nquery: {timeout: 2m}\nlog: {level: debug}\nstorage:\n  tsdb:\n    \
                  no-lockfile: true\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n";
    let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", config)]));
    let helps: Vec<_> = found.iter().filter_map(|it| it.help_line()).collect();
    for flag in ["--web.", "--query.", "--log.", "--storage.tsdb.no-lockfile"] {
        assert!(
            helps.iter().any(|help| help.contains(flag)),
            "{flag} {helps:?}"
        );
    }
}

/// A list with nothing in it can be anywhere.
#[test]
fn an_empty_list_at_the_wrong_place_of_values_is_an_info() {
    let values = |list: &str| {
        format!(
            "prometheus:\n  prometheusSpec: {{retention: 10d}}\n  additionalScrapeConfigs: {list}\n"
        )
    };
    for (list, severity) in [
        ("[]", Severity::Info),
        (
            "[{job_name: a, static_configs: [{targets: ['a:1']}]}]",
            Severity::Warning,
        ),
    ] {
        let found = memory::found("/tree", &memory::tree(&[("values.yaml", &values(list))]));
        let key = found.iter().find(|it| &*it.rule == "schema/unknown-field");
        assert_eq!(key.map(|it| it.severity), Some(severity), "{list}");
    }
}
