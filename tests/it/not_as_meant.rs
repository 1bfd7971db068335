//! What loads and does not do what was meant, each with the form beside it that is right.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is reported at warning or above.
fn reported(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity > Severity::Info);
    found
}

/// Nothing, or the one finding: its rule, and words of its message or its help.
fn expect(files: &[(&str, &str)], expected: Option<(&str, &str)>) {
    let found = reported(files);
    let said: Vec<_> = found
        .iter()
        .map(|it| format!("{} {} | {}", it.rule, it.message, help(it)))
        .collect();
    match expected {
        None => assert!(said.is_empty(), "{files:?}: {said:?}"),
        Some((rule, words)) => {
            assert_eq!(said.len(), 1, "{files:?}: {said:?}");
            let first = said.first().map_or("", |first| &**first);
            let is_right = first.starts_with(rule) && first.contains(words);
            assert!(is_right, "{files:?}: {said:?}");
        }
    }
}

fn help(finding: &Finding) -> String {
    finding.help_line().unwrap_or_default().into_owned()
}

fn job(settings: &str, rules: &str) -> String {
    format!("scrape_configs:\n- job_name: a\n  {settings}\n  relabel_configs:\n{rules}")
}

const PODS: &str = "kubernetes_sd_configs: [{role: pod}]";
const CONSUL: &str = "consul_sd_configs: [{server: 'c.example.org:8500'}]";

#[test]
fn what_people_write_as_they_like_may_hold_the_separator() {
    let rule = |label: &str, target: &str| {
        format!(
            "  - {{source_labels: [{label}], regex: '([^;]+);([^;]+)', target_label: {target}, replacement: $2}}\n"
        )
    };
    let told = Some(("relabel/separator", "has only one label"));
    for (discovery, label, target, expected) in [
        (
            PODS,
            "__meta_kubernetes_pod_annotation_acme_ports",
            "ports",
            None,
        ),
        (
            PODS,
            "__meta_kubernetes_pod_annotation_acme_ports",
            "__address__",
            told,
        ),
        (
            PODS,
            "__meta_kubernetes_pod_annotation_prometheus_io_port",
            "port",
            told,
        ),
        (PODS, "__meta_kubernetes_pod_label_ports", "port", told),
        (PODS, "__meta_kubernetes_pod_ip", "ip", told),
        (CONSUL, "__meta_consul_service_metadata_paths", "path", None),
        (CONSUL, "__meta_consul_service_port", "port", told),
    ] {
        let config = job(discovery, &rule(label, target));
        expect(&[("prometheus.yml", &config)], expected);
    }
    let tags = "consul_sd_configs: [{server: 'c.example.org:8500', tag_separator: ';'}]";
    let keep = "  - {source_labels: [__meta_consul_tags], regex: '.*;prod;.*', action: keep}\n";
    expect(&[("prometheus.yml", &job(tags, keep))], None);
}

#[test]
fn targets_may_have_an_interval_of_their_own() {
    let rules = "groups: [{name: a, rules: [{record: a:b, expr: 'rate(x_total[1m])'}]}]\n";
    let judge = |settings: &str, more: &str, targets: &str, expected| {
        let config = format!(
            "global: {{scrape_interval: 1m, evaluation_interval: 1m}}\nrule_files: [rules.yml]\nscrape_configs:\n- job_name: a\n  {settings}\n{more}"
        );
        let files = [
            ("prometheus.yml", &*config),
            ("rules.yml", rules),
            ("t.yml", targets),
        ];
        expect(&files, expected);
    };
    let told = Some(("rules/short-range", "it has no result"));
    let plain = "- targets: ['a.example.org:1']\n";
    let timed = "- targets: ['a.example.org:1']\n  labels: {__scrape_interval__: 10s}\n";
    let rule = |label: &str| {
        format!(
            "  relabel_configs: [{{source_labels: [__meta_kubernetes_pod_annotation_a], regex: (.+), target_label: {label}}}]\n"
        )
    };
    judge(
        "static_configs: [{targets: ['a.example.org:1']}]",
        "",
        plain,
        told,
    );
    judge(
        "static_configs: [{targets: ['a.example.org:1'], labels: {__scrape_interval__: 10s}}]",
        "",
        plain,
        None,
    );
    judge(PODS, &rule("__scrape_interval__"), plain, None);
    judge(PODS, &rule("a"), plain, told);
    judge("file_sd_configs: [{files: [t.yml]}]", "", timed, None);
    judge("file_sd_configs: [{files: [t.yml]}]", "", plain, told);
    judge(
        "http_sd_configs: [{url: 'http://i.example.org/t'}]",
        "",
        plain,
        None,
    );
}

#[test]
fn a_label_of_a_discovery_keeps_its_underscores() {
    let rule = |label: &str| format!("  - {{source_labels: [{label}], target_label: pod}}\n");
    for (label, words) in [
        (
            "_meta_kubernetes_pod_name",
            "write `__meta_kubernetes_pod_name`",
        ),
        (
            "meta_kubernetes_pod_name",
            "write `__meta_kubernetes_pod_name`",
        ),
        ("_address_", "write `__address__`"),
        ("handler", "move the rule to `metric_relabel_configs`"),
    ] {
        let config = job(PODS, &rule(label));
        expect(
            &[("prometheus.yml", &config)],
            Some(("relabel/wrong-stage", words)),
        );
    }
    let tags = "oci_sd_configs: [{region: eu-frankfurt-1, compartment_ocid: ocid1.compartment.a}]";
    let tag = job(tags, &rule("__meta_oci_defined_tag_ops_team"));
    let found = reported(&[("prometheus.yml", &tag)]);
    assert!(
        found.iter().all(|it| it.rule != "relabel/meta-label"),
        "{found:?}"
    );
}

#[test]
fn an_agent_has_no_look_back() {
    let config = "scrape_configs:\n- job_name: a\n  scrape_interval: 10m\n  static_configs: [{targets: ['a.example.org:1']}]\nremote_write: [{url: 'https://w.example.org/api/v1/write'}]\n";
    for (flag, words) in [
        (
            "--agent",
            "raise the look-back where the samples are queried",
        ),
        ("--log.level=info", "raise `--query.lookback-delta`"),
    ] {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--config.file=/etc/prometheus/prometheus.yml', '{flag}']\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        );
        let found = reported(&[("prometheus.yml", config), ("compose.yaml", &compose)]);
        let said = found.iter().find(|it| it.rule == "scrape/interval");
        assert!(said.is_some_and(|it| help(it).contains(words)), "{found:?}");
    }
}

#[test]
fn a_list_of_jobs_is_not_a_configuration() {
    let list = "- job_name: api\n  static_configs:\n  - targets: ['a.example.org:9100']\n";
    let compose = |image: &str, file: &str| {
        format!(
            "services:\n  p:\n    image: {image}\n    volumes: ['./{file}:/etc/prometheus/prometheus.yml']\n"
        )
    };
    let prometheus = compose("prom/prometheus:v3.5.0", "jobs.yml");
    let found = reported(&[("jobs.yml", list), ("compose.yaml", &prometheus)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].severity, Severity::Error, "{found:?}");
    let told = Some((
        "schema/wrong-type",
        "write `scrape_configs:` above the list",
    ));
    expect(&[("prometheus.yml", list)], told);
    expect(&[("jobs.yml", list)], None);
    let headless = format!("global:\n  scrape_interval: 15s\n{list}");
    expect(
        &[("prometheus.yml", &headless)],
        Some(("schema/syntax", "write `scrape_configs:` above this line")),
    );
}

#[test]
fn rules_write_an_address_without_a_scheme() {
    let probe = |made: &str, more: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  metrics_path: /probe\n  params: {{module: [http_2xx]}}\n  static_configs: [{{targets: ['https://www.example.org']}}]\n  relabel_configs:\n  - {{source_labels: [__address__], target_label: __param_target}}\n  - {{target_label: __address__, replacement: '{made}'}}\n{more}"
        )
    };
    let strip =
        "  - {source_labels: [__address__], regex: 'https?://(.*)', target_label: __address__}\n";
    let url = Some(("scrape/target-address", "found a URL"));
    let path = Some(("scrape/target-address", "found a path"));
    for (made, more, expected) in [
        ("http://blackbox.example.org:9115", "", url),
        ("blackbox.example.org:9115/probe", "", path),
        ("blackbox.example.org:9115", "", None),
        ("http://blackbox.example.org:9115", strip, None),
    ] {
        expect(&[("prometheus.yml", &probe(made, more))], expected);
    }
}

#[test]
fn rules_for_alertmanagers_see_no_alert() {
    let config = |discovery: &str, rule: &str| {
        format!("alerting:\n  alertmanagers:\n  - {discovery}\n    relabel_configs: [{rule}]\n")
    };
    let one = "static_configs: [{targets: ['am.example.org:9093'], labels: {env: prod}}]";
    let stage = Some(("relabel/wrong-stage", "alert_relabel_configs"));
    for (discovery, rule, expected) in [
        (
            one,
            "{source_labels: [severity], regex: page, action: keep}",
            stage,
        ),
        (
            PODS,
            "{source_labels: [alertname], regex: A, action: keep}",
            stage,
        ),
        (
            one,
            "{source_labels: [env], regex: prod, action: keep}",
            None,
        ),
        (
            one,
            "{source_labels: [__address__], regex: 'am.*', action: keep}",
            None,
        ),
        (
            one,
            "{source_labels: [__address__], regex: 'pm.*', action: keep}",
            Some(("relabel/drops-everything", "every Alertmanager")),
        ),
        (
            PODS,
            "{source_labels: [__meta_kubernetes_pod_name], regex: 'am.*', action: keep}",
            None,
        ),
        (
            PODS,
            "{source_labels: [__meta_kubernetes_pod_nane], regex: 'am.*', action: keep}",
            Some(("relabel/meta-label", "__meta_kubernetes_pod_name")),
        ),
        (
            "file_sd_configs: [{files: [/etc/a/*.yml]}]",
            "{source_labels: [severity], regex: page, action: keep}",
            None,
        ),
    ] {
        expect(&[("prometheus.yml", &config(discovery, rule))], expected);
    }
}

#[test]
fn what_only_the_replacement_shows_is_a_probe() {
    let config = |port: &str, rule: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  metrics_path: /probe\n  params: {{auth_module: [client.a]}}\n  static_configs: [{{targets: ['db.example.org:3306']}}]\n  relabel_configs:\n{rule}  - {{target_label: __address__, replacement: 'x.example.org:{port}'}}\n"
        )
    };
    let rule = "  - {source_labels: [__address__], target_label: __param_target}\n";
    let told = Some(("scrape/multi-target", "nothing sets the parameter `target`"));
    expect(&[("prometheus.yml", &config("9104", ""))], told);
    expect(&[("prometheus.yml", &config("9104", rule))], None);
    expect(&[("prometheus.yml", &config("8080", ""))], None);
}

#[test]
fn the_interval_of_a_resource_is_that_of_its_monitors() {
    let resource = |more: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec:\n  serviceMonitorSelector: {{}}\n  scrapeInterval: 10m\n{more}"
        )
    };
    let told = Some(("scrape/interval", "not shorter than the look-back"));
    expect(&[("p.yaml", &resource(""))], told);
    expect(
        &[("p.yaml", &resource("  query: {lookbackDelta: 15m}\n"))],
        None,
    );
}

#[test]
fn rules_of_a_second_document_are_lost() {
    let one = "groups: [{name: a, rules: [{alert: A, expr: up == 0}]}]\n";
    let config = "rule_files: [rules.yml]\n";
    let judge = |rules: &str, expected| {
        expect(
            &[("prometheus.yml", config), ("rules.yml", rules)],
            expected,
        );
    };
    let told = Some(("files/rule-file", "remove the `---`"));
    judge(&format!("{one}---\n{one}"), told);
    judge(&format!("{one}---\n"), None);
    judge(one, None);
}

#[test]
fn a_comma_behind_a_value_is_named() {
    let judge = |interval: &str, targets: &str, expected| {
        let config = format!(
            "global: \n  scrape_interval: {interval}\nscrape_configs:\n- job_name: a\n  static_configs:\n  - targets: [{targets}]\n"
        );
        expect(&[("prometheus.yml", &config)], expected);
    };
    judge(
        "15s,",
        "'a.example.org:1'",
        Some(("schema/invalid-value", "delete the comma")),
    );
    judge(
        "15s",
        "'a.example.org:1',, 'b.example.org:1'",
        Some(("schema/syntax", "a value is missing here")),
    );
    judge("15s", "'a.example.org:1', 'b.example.org:1'", None);
}

#[test]
fn labels_with_few_values_have_no_others() {
    let told = Some(("relabel/drops-everything", ""));
    let services = "kubernetes_sd_configs: [{role: service}]";
    let ec2 = "ec2_sd_configs: [{region: eu-west-1}]";
    for (discovery, label, value, expected) in [
        (CONSUL, "__meta_consul_health", "pass", told),
        (CONSUL, "__meta_consul_health", "passing", None),
        (ec2, "__meta_ec2_instance_state", "Running", told),
        (ec2, "__meta_ec2_instance_state", "running", None),
        (
            PODS,
            "__meta_kubernetes_pod_container_port_protocol",
            "tcp",
            told,
        ),
        (
            PODS,
            "__meta_kubernetes_pod_container_port_protocol",
            "TCP",
            None,
        ),
        (
            services,
            "__meta_kubernetes_service_type",
            "clusterIP",
            told,
        ),
        (
            services,
            "__meta_kubernetes_service_type",
            "ClusterIP|NodePort",
            None,
        ),
    ] {
        let rule = format!("  - {{source_labels: [{label}], regex: {value}, action: keep}}\n");
        expect(&[("prometheus.yml", &job(discovery, &rule))], expected);
    }
}

#[test]
fn templates_of_names_are_of_the_legacy_form_before_3_2() {
    let labelmap =
        "  - {action: labelmap, regex: __meta_kubernetes_pod_label_(.+), replacement: 'k-$1'}\n";
    let replace =
        "  - {source_labels: [__address__], regex: (.+), target_label: 'bar.foo${1}bar'}\n";
    let told = Some(("schema/", "is not a valid legacy label name"));
    for (release, expected) in [("3.1", told), ("3.2", None)] {
        let policy = format!("prometheus: '{release}'\n");
        for rule in [labelmap, replace] {
            let config = job(PODS, rule);
            expect(
                &[("promvet.yaml", &policy), ("prometheus.yml", &config)],
                expected,
            );
        }
    }
}
