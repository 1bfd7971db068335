//! Resources of the Prometheus Operator, values of its charts and OpenShift's monitoring: what is
//! reported, and the right form beside it, which is silent.

use crate::support::memory;
use promvet::finding::Severity;

/// What is reported at warning or above: the line, the rule and words of the message.
type Told<'c> = &'c [(usize, &'c str, &'c str)];

/// Files, and what is reported of them.
type Case<'c> = (&'c [(&'c str, &'c str)], Told<'c>);

fn reported(files: &[(&str, &str)]) -> Vec<(usize, String, String)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity > Severity::Info);
    found
        .iter()
        .map(|one| {
            (
                one.place.start().line,
                one.rule.to_string(),
                format!("{} {}", one.message, one.help_line().unwrap_or_default()),
            )
        })
        .collect()
}

fn check(cases: &[Case<'_>]) {
    for (files, expected) in cases {
        let found = reported(files);
        assert_eq!(found.len(), expected.len(), "{files:?}: {found:?}");
        for ((line, rule, words), said) in expected.iter().zip(&found) {
            assert_eq!((*line, *rule), (said.0, &*said.1), "{files:?}: {said:?}");
            assert!(said.2.contains(words), "{files:?}: {said:?}");
        }
    }
}

fn object(kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: a, namespace: shop}}\nspec:\n{spec}\n"
    )
}

/// Of each: the kind, its spec from line 5 on, and what is reported.
fn check_objects(cases: &[(&str, &str, Told<'_>)]) {
    for (kind, spec, expected) in cases {
        let text = object(kind, spec);
        check(&[(&[("a.yaml", &text)], expected)]);
    }
}

#[test]
fn rules_are_judged_as_in_rule_files() {
    let group = |rest: &str| format!("  groups:\n  - name: a\n{rest}");
    let strategy = |word: &str| {
        group(&format!(
            "    partial_response_strategy: {word}\n    rules: [{{record: a, expr: up}}]"
        ))
    };
    let annotation = |text: &str| {
        group(&format!(
            "    rules:\n    - alert: A\n      expr: sum by (job) (up) < 1\n      annotations:\n        summary: '{text}'"
        ))
    };
    check_objects(&[
        // The Operator leaves the key out for Prometheus.
        ("PrometheusRule", &strategy("abort"), &[]),
        ("PrometheusRule", &strategy("Warn"), &[]),
        (
            "PrometheusRule",
            &strategy("never"),
            &[(7, "schema/invalid-value", "abort, warn")],
        ),
        (
            "PrometheusRule",
            &annotation("{{ $labels.job }} is {{ $value }}"),
            &[],
        ),
        (
            "PrometheusRule",
            &annotation("{{ $label.job }}"),
            &[(11, "files/template", "`$label`")],
        ),
        (
            "PrometheusRule",
            &annotation("{{ $labels.instance }}"),
            &[(11, "rules/lost-label", "`instance`")],
        ),
    ]);
    let values = |text: &str| {
        format!(
            "additionalPrometheusRulesMap:\n  a:\n    groups:\n    - name: a\n      partial_response_strategy: warn\n      rules:\n      - alert: A\n        expr: up == 0\n        annotations: {{summary: '{text}'}}\n"
        )
    };
    let (right, wrong) = (
        values("{{ $labels.job }}"),
        values("{{ $labels.job | nofunc }}"),
    );
    check(&[
        (&[("values.yaml", &right)], &[]),
        (
            &[("values.yaml", &wrong)],
            &[(9, "files/template", "nofunc")],
        ),
        // Braces in a template are somebody else's.
        (&[("values.yaml.gotmpl", &wrong)], &[]),
    ]);
}

#[test]
fn empty_texts_are_absent_where_the_operator_takes_them_for_none() {
    check_objects(&[
        (
            "ServiceMonitor",
            "  selector: {}\n  endpoints: [{port: a, interval: '', scrapeTimeout: ''}]",
            &[],
        ),
        (
            "PodMonitor",
            "  selector: {}\n  podMetricsEndpoints: [{port: a, interval: ''}]",
            &[],
        ),
        (
            "Prometheus",
            "  evaluationInterval: ''",
            &[(5, "schema/invalid-value", "evaluationInterval")],
        ),
    ]);
}

#[test]
fn forms_that_the_definitions_state_are_judged() {
    check_objects(&[
        (
            "Prometheus",
            "  retentionSize: 50GiB\n  retention: 2w\n  enforcedBodySizeLimit: 10MB",
            &[],
        ),
        (
            "Prometheus",
            "  retentionSize: ${SIZE}\n  retention: ''",
            &[],
        ),
        (
            "Prometheus",
            "  retentionSize: 50Gi",
            &[(5, "schema/invalid-value", "50Gi")],
        ),
        (
            "Prometheus",
            "  retentionSize: 10G",
            &[(5, "schema/invalid-value", "10G")],
        ),
        (
            "Prometheus",
            "  enforcedBodySizeLimit: 10Mi",
            &[(5, "schema/invalid-value", "10Mi")],
        ),
        (
            "Prometheus",
            "  retention: 2weeks",
            &[(5, "schema/invalid-value", "2weeks")],
        ),
        ("Prometheus", "  secrets: [a, b]", &[]),
        (
            "Prometheus",
            "  secrets: [a, a]",
            &[(5, "schema/duplicate", "twice")],
        ),
        ("Prometheus", "  version: v3.5.0", &[]),
        ("Prometheus", "  version: 2.53.1-custom", &[]),
        (
            "Prometheus",
            "  version: latest",
            &[(5, "schema/invalid-value", "latest")],
        ),
    ]);
    let proxy = |url: &str| {
        format!(
            "  scrapeConfigSelector: {{}}\n  remoteRead:\n  - url: https://a.example.com/api/v1/read\n    proxyUrl: {url}"
        )
    };
    check_objects(&[
        ("Prometheus", &proxy("socks5://proxy.example.com:1080"), &[]),
        (
            "Prometheus",
            &proxy("proxy.example.com:3128"),
            &[(8, "schema/invalid-value", "http://")],
        ),
    ]);
}

#[test]
fn keys_are_held_against_each_other() {
    check_objects(&[
        (
            "PrometheusAgent",
            "  mode: DaemonSet\n  podMonitorSelector: {}",
            &[],
        ),
        ("PrometheusAgent", "  mode: StatefulSet\n  replicas: 2", &[]),
        (
            "PrometheusAgent",
            "  mode: DaemonSet\n  replicas: 2",
            &[(6, "schema/conflict", "DaemonSet")],
        ),
        (
            "Prometheus",
            "  scrapeClasses: [{name: a, default: true}, {name: b, default: false}]",
            &[],
        ),
        (
            "Prometheus",
            "  scrapeClasses:\n  - {name: a, default: true}\n  - {name: b, default: true}",
            &[(7, "schema/conflict", "default")],
        ),
        (
            "Prometheus",
            "  additionalArgs: [{name: query.lookback-delta, value: 10m}]",
            &[],
        ),
        (
            "Prometheus",
            "  query: {lookbackDelta: 5m}\n  additionalArgs: [{name: query.lookback-delta, value: 10m}]",
            &[(6, "schema/conflict", "query.lookback-delta")],
        ),
        (
            "Prometheus",
            "  additionalArgs: [{name: config.file, value: /a}]",
            &[(5, "schema/conflict", "config.file")],
        ),
        (
            "Prometheus",
            "  baseImage: quay.io/prometheus/prometheus",
            &[(5, "schema/deprecated", "baseImage")],
        ),
        (
            "Probe",
            "  prober: {url: 'blackbox:9115'}\n  targets: {staticConfig: {static: [a]}}",
            &[],
        ),
        (
            "Probe",
            "  prober: {url: 'http://blackbox:9115/probe'}\n  targets: {staticConfig: {static: [a]}}",
            &[(5, "schema/invalid-value", "a host and a port")],
        ),
    ]);
}

#[test]
fn keys_newer_than_the_release_are_reported() {
    check_objects(&[
        (
            "Prometheus",
            "  version: v2.55.0\n  otlp: {promoteResourceAttributes: [a]}",
            &[],
        ),
        (
            "Prometheus",
            "  otlp: {promoteResourceAttributes: [a]}",
            &[],
        ),
        (
            "Prometheus",
            "  version: v2.50.0\n  otlp: {promoteResourceAttributes: [a]}",
            &[(6, "schema/unavailable", "generates no configuration")],
        ),
        (
            "Prometheus",
            "  version: v2.45.0\n  ruleQueryOffset: 1m",
            &[(6, "schema/unavailable", "leaves it out")],
        ),
        (
            "Prometheus",
            "  version: v2.55.0\n  scrapeProtocols: [PrometheusText0.0.4, PrometheusText1.0.0]",
            &[(6, "schema/unavailable", "PrometheusText1.0.0")],
        ),
    ]);
}

#[test]
fn other_names_of_keys_are_reported() {
    check_objects(&[
        (
            "ScrapeConfig",
            "  interval: 30s\n  staticConfigs: [{targets: ['a:1']}]",
            &[(5, "schema/unknown-field", "`scrapeInterval`")],
        ),
        (
            "ScrapeConfig",
            "  path: /a\n  staticConfigs: [{targets: ['a:1']}]",
            &[(5, "schema/unknown-field", "`metricsPath`")],
        ),
        (
            "PodMonitor",
            "  selector: {}\n  endpoints: [{port: a}]",
            &[(6, "schema/unknown-field", "`podMetricsEndpoints`")],
        ),
        (
            "Prometheus",
            "  serviceMonitorSelector: {team: shop}",
            &[(5, "schema/unknown-field", "selects everything")],
        ),
        (
            "Prometheus",
            "  serviceMonitorSelector: {matchLabels: {team: shop}}",
            &[],
        ),
        (
            "PrometheusAgent",
            "  podMonitorSelector: {}\n  ruleSelector: {}",
            &[(6, "schema/unknown-field", "an agent does not")],
        ),
    ]);
}

#[test]
fn labels_that_the_operator_sets_are_worth_knowing() {
    let reported = |spec: &str| {
        let text = object("Prometheus", spec);
        let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
        let found = found.iter().filter(|one| one.rule == "schema/duplicate");
        found.map(|one| one.severity).collect::<Vec<_>>()
    };
    let labels = "  externalLabels: {prometheus: a, cluster: b}";
    assert_eq!(reported(labels), [Severity::Info]);
    assert!(reported("  externalLabels: {cluster: b}").is_empty());
    assert!(reported(&format!("  prometheusExternalLabelName: ''\n{labels}")).is_empty());
    assert!(reported(&format!("  prometheusExternalLabelName: origin\n{labels}")).is_empty());
}

#[test]
fn each_chart_has_its_own_level() {
    let release = |chart: &str, values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a, namespace: a}}\nspec:\n  chart: {{spec: {{chart: {chart}}}}}\n  values:\n{values}\n"
        )
    };
    let direct = "    prometheus:\n      remoteRead: [{url: 'https://a.example.com/api/v1/read'}]";
    let inside = "    prometheus:\n      prometheusSpec:\n        remoteRead: [{url: 'https://a.example.com/api/v1/read'}]";
    let jobs = "    prometheus:\n      additionalScrapeConfigs:\n        internal:\n          jobList: [{jobName: a, static_configs: [{targets: ['a:1']}]}]";
    let right = jobs.replace("jobName", "job_name");
    for (chart, values, expected) in [
        ("kube-prometheus-stack", inside, &[][..]),
        ("kube-prometheus", direct, &[]),
        (
            "kube-prometheus-stack",
            direct,
            &[(8, "schema/unknown-field", "`prometheusSpec`")],
        ),
        (
            "kube-prometheus",
            inside,
            &[(8, "schema/unknown-field", "no such level")],
        ),
        ("kube-prometheus", &right, &[]),
        // What another chart reads is not known.
        ("umbrella", direct, &[]),
    ] {
        let text = release(chart, values);
        check(&[(&[("release.yaml", &text)], expected)]);
    }
    let text = release("kube-prometheus", jobs);
    let found = reported(&[("release.yaml", &text)]);
    assert!(
        found
            .iter()
            .any(|one| one.0 == 10 && one.2.contains("jobName")),
        "{found:?}"
    );
    let values = |switch: &str| {
        format!("prometheus:\n  prometheusSpec:\n    ruleSelectorNilUsesHelmValues: {switch}\n")
    };
    check(&[
        (&[("values.yaml", &values("false"))], &[]),
        (
            &[("values.yaml", &values("'false'"))],
            &[(3, "schema/wrong-type", "template treats as true")],
        ),
        (
            &[(
                "values.yaml",
                "prometheus:\n  prometheusSpec: {retention: 1d}\n  externalLabels: {a: b}\n",
            )],
            &[(3, "schema/unknown-field", "`prometheusSpec`")],
        ),
    ]);
}

#[test]
fn the_config_map_of_openshift_is_known_by_its_name() {
    let map = |key: &str, text: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cluster-monitoring-config, namespace: openshift-monitoring}}\ndata:\n  {key}: |\n{text}\n"
        )
    };
    for (key, text, expected) in [
        ("config.yaml", "    enableUserWorkload: true", &[][..]),
        (
            "config.yaml",
            "    enableUserWorkloads: true",
            &[(6, "schema/unknown-field", "`enableUserWorkload`")],
        ),
        (
            "config.yaml",
            "    prometheusK8S: {retention: 1d}",
            &[(6, "schema/unknown-field", "`prometheusK8s`")],
        ),
        (
            "config.yml",
            "    prometheusK8s: {retention: 1d}",
            &[(5, "schema/unknown-field", "`config.yaml`")],
        ),
        (
            "config.yaml",
            "    prometheusK8s:\n      additionalAlertmanagerConfigs: [{scheme: https, staticConfigs: [a]}]",
            &[],
        ),
        (
            "config.yaml",
            "    prometheusK8s:\n      additionalAlertmanagerConfigs:\n      - static_configs: [a]",
            &[(8, "schema/unknown-field", "`staticConfigs`")],
        ),
    ] {
        let text = map(key, text);
        check(&[(&[("map.yaml", &text)], expected)]);
    }
    let broken = map(
        "config.yaml",
        "    prometheusK8s:\n      retention: 1d\n       a: b",
    );
    let found = reported(&[("map.yaml", &broken)]);
    assert!(
        found.iter().any(|one| one.1 == "schema/syntax"),
        "{found:?}"
    );
    // A kustomization makes the ConfigMap of it.
    check(&[(
        &[("config.yaml", "prometheusK8s:\n  remote_write: []\n")],
        &[(2, "schema/unknown-field", "`remoteWrite`")],
    )]);
}

#[test]
fn files_are_followed_through_what_the_operator_mounts() {
    let prometheus = |mounts: &str, path: &str| {
        object(
            "Prometheus",
            &format!(
                "  podMonitorSelector: {{}}\n{mounts}\n  remoteRead:\n  - url: https://a.example.com/api/v1/read\n    authorization:\n      credentialsFile: {path}"
            ),
        )
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: writer, namespace: shop}\nstringData: {token: made-up}\n";
    let listed = "  secrets: [writer]";
    let volumes = "  volumes: [{name: w, secret: {secretName: writer}}]\n  volumeMounts: [{name: w, mountPath: /etc/w}]";
    for (mounts, path, with_secret, expected) in [
        (
            listed,
            "/etc/prometheus/secrets/writer/token",
            true,
            &[][..],
        ),
        // What nothing in the tree makes is not checked.
        (listed, "/etc/prometheus/secrets/writer/token", false, &[]),
        (
            listed,
            "/etc/prometheus/secrets/writter/token",
            true,
            &["credentials/not-mounted"],
        ),
        (
            listed,
            "/etc/prometheus/secrets/writer/tokn",
            true,
            &["credentials/not-mounted"],
        ),
        (volumes, "/etc/w/token", true, &[]),
        (volumes, "/etc/v/token", true, &["credentials/not-mounted"]),
        (
            "  configMaps: [a]",
            "/etc/prometheus/configmaps/a/token",
            false,
            &[],
        ),
    ] {
        let text = prometheus(mounts, path);
        let mut files = vec![("a.yaml", text.as_str())];
        if with_secret {
            files.push(("s.yaml", secret));
        }
        let found = reported(&files);
        let rules: Vec<&str> = found.iter().map(|one| &*one.1).collect();
        assert_eq!(rules, expected, "{mounts} {path}: {found:?}");
    }
}

#[test]
fn services_of_the_operator_are_receivers() {
    let edge = |host: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: edge, namespace: edge}}\nspec:\n  podMonitorSelector: {{}}\n  externalLabels: {{cluster: a}}\n  remoteWrite:\n  - url: http://{host}:9090/api/v1/write\n"
        )
    };
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: central, namespace: shop}\nspec:\n  selector: {prometheus: a}\n  ports: [{name: web, port: 9090, targetPort: web}]\n";
    let on = object(
        "Prometheus",
        "  podMonitorSelector: {}\n  enableRemoteWriteReceiver: true",
    );
    let off = object("Prometheus", "  podMonitorSelector: {}");
    for (host, central, is_off) in [
        ("prometheus-operated.shop.svc", &off, true),
        ("prometheus-operated.shop.svc", &on, false),
        ("central.shop.svc.cluster.local", &off, true),
        ("central.shop.svc.cluster.local", &on, false),
        // Nothing of the tree is there.
        ("prometheus-operated.other.svc", &off, false),
    ] {
        let files = [
            ("edge.yaml", edge(host)),
            ("central.yaml", central.clone()),
            ("service.yaml", service.to_owned()),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let found = reported(&files);
        let said = found
            .iter()
            .any(|one| one.1 == "remote-write/receiver-not-enabled");
        assert_eq!(said, is_off, "{host}: {found:?}");
    }
}

#[test]
fn the_look_back_of_the_prometheus_counts_for_monitors() {
    let monitor = object(
        "PodMonitor",
        "  selector: {matchLabels: {app: a}}\n  podMetricsEndpoints: [{port: a, interval: 10m}]",
    );
    let short = object("Prometheus", "  podMonitorSelector: {}");
    let long = object(
        "Prometheus",
        "  podMonitorSelector: {}\n  query: {lookbackDelta: 30m}",
    );
    check(&[
        (&[("m.yaml", &monitor), ("p.yaml", &long)], &[]),
        (
            &[("m.yaml", &monitor), ("p.yaml", &short)],
            &[(6, "scrape/interval", "5m")],
        ),
    ]);
}

#[test]
fn what_rules_need_is_asked_of_what_the_operator_runs() {
    let rule = object(
        "PrometheusRule",
        "  groups:\n  - name: a\n    rules: [{record: a, expr: 'sum(rate(b_bucket{le=\"1\"}[5m]))'}]",
    );
    let newest = object("Prometheus", "  podMonitorSelector: {}\n  version: v3.5.0");
    let old = newest.replace("v3.5.0", "v2.53.0");
    let receives = newest.replace("version: v3.5.0", "enableRemoteWriteReceiver: true");
    for (prometheus, is_told) in [(&newest, true), (&old, false), (&receives, false)] {
        let found = reported(&[("r.yaml", &rule), ("p.yaml", prometheus)]);
        let said = found.iter().any(|one| one.1 == "rules/bucket-value");
        assert_eq!(said, is_told, "{prometheus}: {found:?}");
    }
}

#[test]
fn an_alertmanager_config_is_judged_as_the_operator_does() {
    let receiver = |rest: &str| {
        format!("  route: {{receiver: w}}\n  receivers:\n  - name: w\n    webhookConfigs:\n{rest}")
    };
    check_objects(&[
        (
            "AlertmanagerConfig",
            &receiver(
                "    - url: https://hook.example.com/x\n      httpConfig:\n        basicAuth:\n          username: {name: a, key: u}\n          password: {name: a, key: p}\n        tlsConfig: {ca: {secret: {name: a, key: ca}}}",
            ),
            &[],
        ),
        (
            "AlertmanagerConfig",
            "  route: {receiver: s, routes: [{receiver: 'p', matchers: [{name: a, value: b, matchType: =~}]}]}\n  receivers:\n  - name: s\n    slackConfigs: [{apiURL: {name: a, key: u}, channel: '#a', title: '{{ .CommonLabels.alertname }}'}]\n  - name: p\n    pagerdutyConfigs: [{routingKey: {name: a, key: r}, url: 'https://events.example.com'}]",
            &[],
        ),
        (
            "AlertmanagerConfig",
            &receiver(
                "    - url: https://hook.example.com/x\n      httpConfig:\n        basic_auth: {username: {name: a, key: u}}\n        tls_config: {}",
            ),
            &[
                (11, "schema/unknown-field", "`basicAuth`"),
                (12, "schema/unknown-field", "`tlsConfig`"),
            ],
        ),
        (
            "AlertmanagerConfig",
            &receiver("    - url: hook.example.com/x"),
            &[(9, "schema/invalid-value", "https://hook.example.com/x")],
        ),
        (
            "AlertmanagerConfig",
            &receiver("    - sendResolved: true"),
            &[(9, "schema/missing-field", "urlSecret")],
        ),
        (
            "AlertmanagerConfig",
            &receiver(
                "    - urlSecret: {name: a, key: u}\n      httpConfig:\n        authorization: {credentials: {name: a, key: t}}\n        bearerTokenSecret: {name: a, key: t}\n        tlsConfig: {insecureSkipVerify: true}",
            ),
            &[
                (12, "schema/conflict", "authorization"),
                (13, "tls/insecure-skip-verify", "the credential"),
            ],
        ),
        (
            "AlertmanagerConfig",
            &receiver(
                "    - url: http://hook.example.com/x\n      httpConfig:\n        bearerTokenSecret: {name: a, key: t}",
            ),
            &[(9, "credentials/plain-http", "hook.example.com")],
        ),
        (
            "AlertmanagerConfig",
            &receiver(
                "    - url: http://hook.shop.svc/x\n      httpConfig:\n        bearerTokenSecret: {name: a, key: t}",
            ),
            &[],
        ),
        (
            "AlertmanagerConfig",
            "  route: {receiver: web, routes: [{receiver: weeb}]}\n  receivers:\n  - name: web\n    opsgenieConfigs: [{apiURL: 'api.example.com', apiKey: {name: a, key: k}}]",
            &[
                (5, "schema/invalid-value", "no receiver is called `weeb`"),
                (8, "schema/invalid-value", "`https://`"),
            ],
        ),
    ]);
}

#[test]
fn keys_of_spec_beside_it_are_reported() {
    let head = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\n";
    let rules = "groups:\n- name: a\n  rules: [{record: x, expr: up}]\n";
    check(&[
        (
            &[("a.yaml", &format!("{head}{rules}"))],
            &[(4, "schema/unknown-field", "it belongs in `spec`")],
        ),
        (
            &[(
                "a.yaml",
                "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\nendpoints: [{port: web}]\n",
            )],
            &[(6, "schema/unknown-field", "it belongs in `spec`")],
        ),
    ]);
}

#[test]
fn meta_labels_of_monitors_are_those_of_their_discovery() {
    let monitor = |label: &str| {
        format!(
            "  selector: {{matchLabels: {{app: a}}}}\n  endpoints:\n  - port: web\n    relabelings: [{{sourceLabels: [{label}], targetLabel: node}}]"
        )
    };
    let pods = |label: &str| {
        format!(
            "  selector: {{matchLabels: {{app: a}}}}\n  podMetricsEndpoints:\n  - port: web\n    relabelings: [{{sourceLabels: [{label}], targetLabel: node}}]"
        )
    };
    let reported: Told<'_> = &[(8, "relabel/meta-label", "")];
    check_objects(&[
        (
            "ServiceMonitor",
            &monitor("__meta_kubernetes_pod_node_name"),
            &[],
        ),
        (
            "ServiceMonitor",
            &monitor("__meta_kubernetes_node_label_zone"),
            &[],
        ),
        (
            "ServiceMonitor",
            &monitor("__meta_kubernetes_endpointslice_port_name"),
            &[],
        ),
        ("ServiceMonitor", &monitor("__tmp_hash"), &[]),
        ("ServiceMonitor", &monitor("pod"), &[]),
        (
            "ServiceMonitor",
            &monitor("__meta_kubernetes_pod_nodename"),
            reported,
        ),
        ("PodMonitor", &pods("__meta_kubernetes_pod_node_name"), &[]),
        (
            "PodMonitor",
            &pods("__meta_kubernetes_service_name"),
            reported,
        ),
    ]);
}

#[test]
fn a_release_selects_by_its_name() {
    let release = |values: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: kps, namespace: mon}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack}}}}\n  values: {values}\n"
        )
    };
    let monitor = |labels: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: a\n  labels: {labels}\nspec:\n  selector: {{matchLabels: {{app: a}}}}\n  endpoints: [{{port: web}}]\n"
        )
    };
    let (plain, all) = (
        release("{}"),
        release("{prometheus: {prometheusSpec: {serviceMonitorSelectorNilUsesHelmValues: false}}}"),
    );
    let (own, usual, none) = (
        monitor("{release: kps}"),
        monitor("{release: kube-prometheus-stack}"),
        monitor("{app: a}"),
    );
    check(&[
        (&[("hr.yaml", &plain), ("sm.yaml", &own)], &[]),
        (
            &[("hr.yaml", &plain), ("sm.yaml", &usual)],
            &[(
                5,
                "kubernetes/near-miss",
                "the Helm release `kps` selects `kps`",
            )],
        ),
        (
            &[("hr.yaml", &plain), ("sm.yaml", &none)],
            &[(5, "kubernetes/near-miss", "release: kps")],
        ),
        (&[("hr.yaml", &plain), ("apps/sm.yaml", &none)], &[]),
        (&[("hr.yaml", &all), ("sm.yaml", &usual)], &[]),
    ]);
}

#[test]
fn ports_without_names_are_not_selected_by_name() {
    let files = |port: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, namespace: shop, labels: {{app: a}}}}\nspec: {{ports: [{{{port}}}]}}\n---\n"
        ) + &object(
            "ServiceMonitor",
            "  selector: {matchLabels: {app: a}}\n  endpoints: [{port: web}]",
        )
    };
    check(&[
        (&[("a.yaml", &files("name: web, port: 80"))], &[]),
        (
            &[("a.yaml", &files("port: 80"))],
            &[(11, "kubernetes/near-miss", "its ports have no names")],
        ),
    ]);
}

#[test]
fn templates_of_external_secrets_make_the_keys() {
    let external = |target: &str| {
        format!(
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {{name: e, namespace: shop}}\nspec:\n  target: {target}\n  data: [{{secretKey: token, remoteRef: {{key: a}}}}]\n"
        )
    };
    let prometheus = object(
        "Prometheus",
        "  serviceMonitorSelector: {}\n  externalLabels: {cluster: a}\n  remoteWrite:\n  - url: https://mimir.example.com/api/v1/push\n    authorization: {credentials: {name: w, key: token}}",
    );
    for (target, expected) in [
        ("{name: w}", &[][..]),
        ("{name: w, template: {type: Opaque}}", &[]),
        ("{name: w, template: {data: {token: '{{ .token }}'}}}", &[]),
        (
            "{name: w, template: {mergePolicy: Merge, data: {b: c}}}",
            &[],
        ),
        (
            "{name: w, template: {templateFrom: [{literal: a}], data: {b: c}}}",
            &[],
        ),
        (
            "{name: w, creationPolicy: Merge, template: {data: {b: c}}}",
            &[],
        ),
        (
            "{name: w, template: {data: {bearer: '{{ .token }}'}}}",
            &[(9, "kubernetes/secret-key", "no key `token`")],
        ),
    ] {
        check(&[(
            &[("p.yaml", &prometheus), ("e.yaml", &external(target))],
            expected,
        )]);
    }
}

/// The definition wants texts, where a rule file takes numbers too.
#[test]
fn labels_of_rules_are_texts() {
    let rule = |labels: &str| {
        format!(
            "  groups:\n  - name: a\n    rules: [{{alert: A, expr: up == 0, labels: {{severity: {labels}}}}}]"
        )
    };
    check_objects(&[
        ("PrometheusRule", &rule("'1'"), &[]),
        (
            "PrometheusRule",
            &rule("1"),
            &[(7, "schema/wrong-type", "expected text")],
        ),
    ]);
}

#[test]
fn a_probe_names_its_prober() {
    let targets = "  targets: {staticConfig: {static: [a.example.com]}}";
    check_objects(&[
        (
            "Probe",
            &format!("  prober: {{url: 'bb:9115'}}\n{targets}"),
            &[],
        ),
        ("Probe", "  prober: {path: /probe}", &[]),
        (
            "Probe",
            &format!("  prober: {{path: /probe}}\n{targets}"),
            &[(5, "schema/missing-field", "`url`: missing in `prober`")],
        ),
    ]);
}

/// The Operator passes flags and features on as they are.
#[test]
fn flags_and_features_of_a_prometheus_are_judged() {
    let spec = |rest: &str| format!("  version: v3.5.0\n  serviceMonitorSelector: {{}}\n{rest}");
    check_objects(&[
        (
            "Prometheus",
            &spec("  additionalArgs: [{name: web.enable-lifecicle}]"),
            &[(7, "start/flag", "unknown flag `--web.enable-lifecicle`")],
        ),
        (
            "Prometheus",
            &spec("  additionalArgs: [{name: --web.page-title, value: x}]"),
            &[(7, "start/flag", "the Operator adds two dashes")],
        ),
        (
            "PrometheusAgent",
            &spec("  additionalArgs: [{name: -web.page-title, value: x}]"),
            &[(7, "start/flag", "does not know `---web.page-title`")],
        ),
        (
            "Prometheus",
            &spec(
                "  additionalArgs: [{name: --web.page-title}]\n  containers: [{name: prometheus, args: [a]}]",
            ),
            &[],
        ),
        (
            "Prometheus",
            &spec("  additionalArgs: [{name: storage.tsdb.min-block-duration, value: 2hours}]"),
            &[(7, "start/flag", "min-block-duration")],
        ),
        (
            "Prometheus",
            &spec("  enableFeatures: [promql-experimental-function]"),
            &[(7, "start/feature", "unknown feature")],
        ),
        (
            "Prometheus",
            &spec(
                "  additionalArgs: [{name: web.cors.origin, value: a}, {name: storage.tsdb.min-block-duration, value: 2h}]\n  enableFeatures: [promql-experimental-functions]",
            ),
            &[],
        ),
        (
            "PrometheusAgent",
            &spec("  additionalArgs: [{name: storage.agent.retention.max-time, value: 1d}]"),
            &[],
        ),
        // The Operator turns features of old releases on by their own flags.
        ("PrometheusAgent", "  version: v2.53.0", &[]),
        (
            "PrometheusAgent",
            "  image: quay.io/prometheus/prometheus:v2.47.0",
            &[],
        ),
        ("PrometheusAgent", "  version: v3.5.0", &[]),
        (
            "Prometheus",
            "  version: v2.53.0\n  enableOTLPReceiver: true\n  serviceMonitorSelector: {}",
            &[],
        ),
    ]);
}

#[test]
fn a_server_with_the_feature_of_agents_does_not_start() {
    let path: &str = "an agent rejects `--storage.tsdb.path`";
    let args = "  containers:\n  - name: prometheus\n    args: [--config.file=/a]\n";
    let with = |rest: &str| format!("  enableFeatures: [agent]\n{rest}");
    let conflict = "schema/conflict";
    check_objects(&[
        (
            "Prometheus",
            &with("  version: v2.53.0\n"),
            &[(5, conflict, path)],
        ),
        (
            "Prometheus",
            &with(""),
            &[(5, conflict, "before Prometheus 3.0")],
        ),
        (
            "Prometheus",
            &with(&format!("  version: v2.53.0\n  ruleSelector: {{}}\n{args}")),
            &[(5, conflict, "an agent rejects `rule_files`")],
        ),
        (
            "Prometheus",
            &with(&format!("  version: v2.53.0\n{args}")),
            &[],
        ),
        ("PrometheusAgent", &with("  version: v2.53.0\n"), &[]),
        (
            "Prometheus",
            "  version: v3.4.0\n  additionalArgs: [{name: agent}]\n",
            &[(6, conflict, path)],
        ),
        (
            "Prometheus",
            "  additionalArgs: [{name: agent}]\n",
            &[(5, conflict, path)],
        ),
        (
            "Prometheus",
            "  version: v2.53.0\n  additionalArgs: [{name: enable-feature, value: agent}]\n",
            &[(6, conflict, path)],
        ),
        (
            "Prometheus",
            &format!("  version: v3.4.0\n  additionalArgs: [{{name: agent}}]\n{args}"),
            &[],
        ),
        (
            "Prometheus",
            "  version: v3.4.0\n  additionalArgs: [{name: web.page-title, value: agent}]\n",
            &[],
        ),
        (
            "Prometheus",
            "  enableFeatures: [native-histograms]\n  version: v2.53.0\n",
            &[],
        ),
    ]);
    let values = "prometheus:\n  prometheusSpec:\n    version: v2.54.1\n    enableFeatures: [agent]\n    ruleSelector: {matchLabels: {a: b}}\n";
    let agent = "agentMode";
    check(&[
        (&[("values.yaml", values)], &[(4, conflict, agent)]),
        (
            &[("values.yaml", &values.replace("v2.54.1", "v3.5.0"))],
            &[(4, "start/feature", "starts as a server")],
        ),
    ]);
}

/// The web configuration of a resource is copied into a file that Prometheus reads.
#[test]
fn the_web_configuration_of_a_prometheus_is_judged() {
    let tls = |rest: &str| {
        format!("  version: v3.5.0\n  serviceMonitorSelector: {{}}\n  web: {{tlsConfig: {rest}}}\n")
    };
    check_objects(&[
        (
            "Prometheus",
            &tls("{minVersion: TLS1.2}"),
            &[(7, "schema/invalid-value", "unknown version `TLS1.2`")],
        ),
        (
            "Prometheus",
            &tls("{minVersion: TLS12, maxVersion: TLS13}"),
            &[],
        ),
        ("PrometheusAgent", &tls("{minVersion: '${VERSION}'}"), &[]),
        (
            "Prometheus",
            &tls("{keySecrets: {name: a, key: b}}"),
            &[(7, "schema/unknown-field", "keySecrets")],
        ),
        (
            "Prometheus",
            &tls(
                "{cert: {secret: {name: a, key: b}}, keySecret: {name: a, key: c}, clientAuthType: x}",
            ),
            &[],
        ),
    ]);
    let object = |key: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: k}}\nspec:\n  version: v3.5.0\n  \
             serviceMonitorSelector: {{}}\n  web: {{tlsConfig: {{keySecret: {{name: tls, key: {key}}}}}}}\n---\n\
             apiVersion: v1\nkind: Secret\nmetadata: {{name: tls}}\nstringData: {{tls.key: x}}\n"
        )
    };
    check(&[
        (
            &[("all.yaml", &object("tls.ky"))],
            &[(7, "kubernetes/secret-key", "has no key `tls.ky`")],
        ),
        (&[("all.yaml", &object("tls.key"))], &[]),
    ]);
}

#[test]
fn what_the_operator_leaves_out_is_no_flag() {
    let unavailable = "schema/unavailable";
    let old = "  version: v2.30.0\n  enableRemoteWriteReceiver: true";
    let old_tag =
        "  image: quay.io/prometheus/prometheus:v2.30.0\n  enableRemoteWriteReceiver: true";
    check_objects(&[
        ("Prometheus", old, &[(6, unavailable, "leaves it out")]),
        (
            "Prometheus",
            "  version: v2.46.0\n  enableOTLPReceiver: true",
            &[(6, unavailable, "leaves it out")],
        ),
        (
            "Prometheus",
            "  version: v2.24.1\n  enableFeatures: [remote-write-receiver]",
            &[(6, unavailable, "leaves it out")],
        ),
        // What it passes on whatever the release.
        (
            "Prometheus",
            "  version: v2.30.0\n  additionalArgs: [{name: web.enable-remote-write-receiver}]",
            &[(6, "start/flag", "unknown before Prometheus 2.33")],
        ),
        (
            "Prometheus",
            "  version: v2.30.0\n  enableFeatures: [native-histograms]",
            &[(6, "start/feature", "unknown before Prometheus 2.40")],
        ),
        // It does not read the tag of an image.
        (
            "Prometheus",
            old_tag,
            &[(6, "start/flag", "unknown before Prometheus 2.33")],
        ),
    ]);
    let values = "prometheus:\n  prometheusSpec:\n    image: {tag: v2.30.0}\n    enableFeatures: [native-histograms]\n    enableRemoteWriteReceiver: true\n";
    let [features, receiver] = [(4, "start/feature", "2.40"), (5, "start/flag", "2.33")];
    let left_out = (5, unavailable, "leaves it out");
    check(&[(&[("values.yaml", values)], &[features, left_out])]);
    let passed = values.replace(
        "enableRemoteWriteReceiver: true",
        "additionalArgs: [{name: web.enable-remote-write-receiver}]",
    );
    check(&[(&[("values.yaml", &passed)], &[features, receiver])]);
}

#[test]
fn the_chart_runs_an_agent_where_its_values_say_so() {
    let values = |mode: &str, flag: &str| {
        format!(
            "prometheus:\n  agentMode: {mode}\n  prometheusSpec:\n    query: {{lookbackDelta: 5m}}\n    image: {{tag: v2.54.1}}\n    additionalArgs: [{{name: {flag}, value: 1h}}]\n"
        )
    };
    let [agent, server] = [
        "storage.agent.retention.max-time",
        "storage.tsdb.retention.time",
    ];
    for (mode, flag, expected) in [
        ("true", agent, None),
        ("false", server, None),
        ("true", server, Some((6, "start/flag", "an agent rejects"))),
        ("false", agent, Some((6, "start/flag", "for agents only"))),
    ] {
        let expected: Vec<_> = expected.into_iter().collect();
        check(&[(&[("values.yaml", &values(mode, flag))], &expected)]);
    }
}
