//! Resources of the Operator: keys that they lack, selectors of content that may be missing, lists that
//! patches replace, and native sections in values.

use crate::support::memory;
use crate::support::scratch::Scratch;
use promvet::finding::Severity;

const CORE: &str = "apiVersion: monitoring.coreos.com/v1\n";

/// What is reported at warning and above: the rules and the lines.
fn reported(files: &[(&str, &str)]) -> Vec<(String, usize, Severity)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity > Severity::Info);
    let all = found.iter();
    all.map(|it| (it.rule.to_string(), it.place.start().line, it.severity))
        .collect()
}

#[test]
fn keys_that_a_monitor_needs_are_asked_for() {
    for (kind, spec, expected) in [
        (
            "ServiceMonitor",
            "endpoints: [{port: web}]",
            Some(Severity::Error),
        ),
        ("ServiceMonitor", "selector: {}", Some(Severity::Error)),
        (
            "ServiceMonitor",
            "{selector: {}, endpoints: [{port: web}]}",
            None,
        ),
        // Told as a misspelt key.
        (
            "ServiceMonitor",
            "{selecter: {}, endpoints: [{port: web}]}",
            None,
        ),
        ("PodMonitor", "selector: {}", Some(Severity::Warning)),
        (
            "PodMonitor",
            "{selector: {}, podMetricsEndpoints: [{port: web}]}",
            None,
        ),
        ("Probe", "prober: {url: 'a:9115'}", Some(Severity::Error)),
        (
            "Probe",
            "{prober: {url: 'a:9115'}, targets: {staticConfig: {static: [a]}}}",
            None,
        ),
    ] {
        let text = format!("{CORE}kind: {kind}\nmetadata: {{name: a}}\nspec:\n  {spec}\n");
        let lacks = |files: &[(&str, &str)]| {
            let found = reported(files).into_iter();
            let mut found = found.filter(|(rule, ..)| rule == "schema/missing-field");
            found.next().map(|(.., severity)| severity)
        };
        assert_eq!(lacks(&[("a.yaml", &text)]), expected, "{spec}");
        assert_eq!(lacks(&[("tests/checks/a.yaml", &text)]), None, "{spec}");
        // A patch has what it changes.
        let kustomization = "resources: [../base]\npatches: [{path: a.yaml}]\n";
        let patch = [("k/kustomization.yaml", kustomization), ("k/a.yaml", &text)];
        assert_eq!(lacks(&patch), None, "{spec}");
        // A template may bring the rest.
        let template = format!("{text}  {{{{- include \"more\" . }}}}\n");
        assert_eq!(lacks(&[("a.yaml", &template)]), None, "{spec}");
    }
}

#[test]
fn a_list_in_a_patch_takes_the_place_of_the_other() {
    let base = format!(
        "{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec:\n  remoteWrite: [{{name: one, url: 'https://a.example.com/api/v1/write'}}]\n"
    );
    for (item, expected) in [
        ("{name: one, queueConfig: {maxShards: 10}}", 1),
        (
            "{name: one, url: 'https://b.example.com/api/v1/write', queueConfig: {maxShards: 10}}",
            0,
        ),
    ] {
        let patch = format!(
            "{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec:\n  remoteWrite: [{item}]\n"
        );
        let files = [
            ("base/kustomization.yaml", "resources: [a.yaml]\n"),
            ("base/a.yaml", &*base),
            (
                "prod/kustomization.yaml",
                "resources: [../base]\npatches: [{path: p.yaml}]\n",
            ),
            ("prod/p.yaml", &*patch),
        ];
        let found = reported(&files);
        let lacks = found.iter().filter(|(rule, _, severity)| {
            rule == "schema/missing-field" && *severity == Severity::Warning
        });
        assert_eq!(lacks.count(), expected, "{found:?}");
    }
}

#[test]
fn content_that_may_be_missing_is_not_asked_for() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: m}\nstringData: {tokn: '${X}'}\n";
    for (spec, expected) in [
        (
            "additionalScrapeConfigs: {name: a, key: token, optional: true}",
            0,
        ),
        ("additionalScrapeConfigs: {name: a, key: token}", 1),
        // It is not asked for there.
        (
            "remoteWrite: [{url: 'https://a.example.com/w', authorization: {credentials: {name: a, key: token, optional: true}}}]",
            1,
        ),
    ] {
        let text = format!(
            "{CORE}kind: Prometheus\nmetadata: {{name: p, namespace: m}}\nspec:\n  {spec}\n"
        );
        let found = reported(&[("p.yaml", &text), ("s.yaml", secret)]);
        let asked = found
            .iter()
            .filter(|(rule, ..)| rule == "kubernetes/secret-key");
        assert_eq!(asked.count(), expected, "{spec}: {found:?}");
    }
}

#[test]
fn native_sections_for_alerts_in_values_are_judged() {
    for (section, expected) in [
        (
            "additionalAlertManagerConfigs: [{staticConfigs: [{targets: ['a:9093']}]}]",
            1,
        ),
        (
            "additionalAlertManagerConfigs: [{static_configs: [{targets: ['a:9093']}]}]",
            0,
        ),
        (
            "additionalAlertRelabelConfigs: [{sourceLabels: [a], action: drop}]",
            1,
        ),
        (
            "additionalAlertRelabelConfigs: [{source_labels: [a], action: drop, regex: b}]",
            0,
        ),
    ] {
        let text = format!("prometheus:\n  prometheusSpec:\n    {section}\n");
        let found = reported(&[("values.yaml", &text)]);
        let unknown = found
            .iter()
            .filter(|(rule, ..)| rule == "schema/unknown-field");
        assert_eq!(unknown.count(), expected, "{section}: {found:?}");
    }
}

/// A Service for requests from outside, whose pods another program makes.
#[test]
fn a_way_in_is_not_the_service_that_is_scraped() {
    let monitor = format!(
        "{CORE}kind: ServiceMonitor\nmetadata: {{name: a, namespace: m}}\nspec: {{selector: {{matchLabels: {{app: a, part: b}}}}, endpoints: [{{port: http-metrics}}]}}\n"
    );
    let pods = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, namespace: m}\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: a, image: a}]}}}\n";
    for (kind, pods, expected) in [
        ("NodePort", "", 0),
        ("ClusterIP", "", 1),
        ("NodePort", pods, 1),
    ] {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, namespace: m, labels: {{app: a, part: b}}}}\nspec: {{type: {kind}, selector: {{app: a}}, ports: [{{name: dashboard, port: 80}}]}}\n"
        );
        let found = reported(&[("m.yaml", &monitor), ("s.yaml", &service), ("d.yaml", pods)]);
        let near = found
            .iter()
            .filter(|(rule, ..)| rule == "kubernetes/near-miss");
        assert_eq!(near.count(), expected, "{kind} {pods}: {found:?}");
    }
}

#[test]
fn keys_of_resources_are_explained() {
    let folder = Scratch::empty();
    let page = folder.promvet(&["explain", "Prometheus.spec.remoteWrite.basicAuth"]);
    assert_eq!(page.status, Some(0), "{}", page.stderr);
    assert!(
        page.stdout.contains("remote_write.basic_auth"),
        "{}",
        page.stdout
    );
    let wrong = folder.promvet(&["explain", "ServiceMonitor.spec.endpoint"]);
    assert_eq!(wrong.status, Some(2), "{}", wrong.stdout);
    assert!(
        wrong.stderr.contains("ServiceMonitor.spec.endpoints"),
        "{}",
        wrong.stderr
    );
}

/// A custom rule looks at rules wherever they are written.
#[test]
fn custom_rules_look_at_rules_in_resources() {
    let page = "---\nseverity: warning\nnode: alerting_rule\nwhen: '!has(self.labels)'\nmessage: the alert {self.alert} has no labels\nat: alert\n---\n# T\n";
    let group = "groups: [{name: a, rules: [{alert: A, expr: up == 0}]}]";
    let resource =
        format!("{CORE}kind: PrometheusRule\nmetadata: {{name: a}}\nspec: {{{group}}}\n");
    let values = format!(
        "prometheus: {{prometheusSpec: {{}}}}\nadditionalPrometheusRulesMap: {{a: {{{group}}}}}\n"
    );
    let folder = Scratch::new(&[
        ("promvet.yaml", "rule_folders: rules\n"),
        ("rules/acme/x.md", page),
        ("rule.yaml", &resource),
        ("values.yaml", &values),
    ]);
    let ran = folder.promvet(&["check", "--format", "concise", "."]);
    let said = ran.stdout.lines();
    let said = said.filter(|line| line.contains("acme/x the alert A has no labels"));
    assert_eq!(said.count(), 2, "{}", ran.stdout);
}

/// A release of Prometheus that knows what a newer Operator does not.
#[test]
fn what_the_prometheus_of_the_tree_evaluates_is_no_error() {
    let rule = format!(
        "{CORE}kind: PrometheusRule\nmetadata: {{name: a}}\nspec: {{groups: [{{name: a, rules: [{{record: 'a:b', expr: 'EXPR'}}]}}]}}\n"
    );
    for (version, expression, expected) in [
        (
            "v2.55.1",
            "holt_winters(up[5m], 0.5, 0.5)",
            Some(Severity::Warning),
        ),
        (
            "v3.5.0",
            "holt_winters(up[5m], 0.5, 0.5)",
            Some(Severity::Error),
        ),
        ("v2.55.1", "up ==", Some(Severity::Error)),
        ("v2.55.1", "up == 1", None),
    ] {
        let prometheus = format!(
            "{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec: {{version: {version}, ruleSelector: {{}}}}\n"
        );
        let rule = rule.replace("EXPR", expression);
        let found = reported(&[("p.yaml", &prometheus), ("r.yaml", &rule)]);
        let said = found.iter().find(|(rule, ..)| rule == "files/promql");
        assert_eq!(
            said.map(|it| it.2),
            expected,
            "{version} {expression}: {found:?}"
        );
    }
}

/// Keys of OpenShift's configuration that an older release reads, and forms that its operator passes on.
#[test]
fn configurations_of_openshift_have_their_forms() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-monitoring-config, namespace: openshift-monitoring}\ndata:\n  config.yaml: |\n";
    for (text, expected) in [
        ("    grafana: {nodeSelector: {a: b}}\n", 0),
        ("    prometheusK8s: {retentionSize: 10G}\n", 1),
        ("    prometheusK8s: {retentionSize: 10GB}\n", 0),
        ("    prometheusK8s: {logLevel: trace}\n", 1),
        (
            "    prometheusK8s: {logLevel: debug, collectionProfile: minimal}\n",
            0,
        ),
        ("    prometheusK8s: {collectionProfile: tiny}\n", 1),
    ] {
        let found = reported(&[("cm.yaml", &format!("{head}{text}"))]);
        assert_eq!(found.len(), expected, "{text}: {found:?}");
    }
}

#[test]
fn secrets_in_the_clear_are_reported() {
    let prometheus = format!(
        "{CORE}kind: Prometheus\nmetadata: {{name: p, namespace: m}}\nspec:\n  remoteWrite: [{{url: 'https://a.example.com/w', authorization: {{credentials: {{name: a, key: token}}}}}}]\n"
    );
    for (value, expected) in [
        ("kX9vQ2mLp7RzT4wY", Some("warning")),
        ("'${TOKEN}'", None),
        ("changeme", None),
    ] {
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a, namespace: m}}\nstringData: {{token: {value}}}\n"
        );
        let folder = Scratch::repository(&[("p.yaml", &prometheus), ("s.yaml", &secret)]);
        let ran = folder.promvet(&["check", "--format", "concise", "."]);
        let mut lines = ran.stdout.lines();
        let line = lines.find(|line| line.contains("credentials/committed"));
        let is_it = match (line, expected) {
            (Some(line), Some(word)) => line.contains(word),
            (line, word) => line.is_none() == word.is_none(),
        };
        assert!(is_it, "{value}: {}", ran.stdout);
    }
}

/// What a patch adds is not missing in the object that is applied.
#[test]
fn a_key_that_a_patch_adds_is_not_missing() {
    let monitor =
        format!("{CORE}kind: ServiceMonitor\nmetadata: {{name: a}}\nspec:\n  selector: {{}}\n");
    let patch = |name: &str, key: &str| {
        format!(
            "{CORE}kind: ServiceMonitor\nmetadata: {{name: {name}}}\nspec:\n  {key}: [{{port: web}}]\n"
        )
    };
    let kustomization = "resources: [../base]\npatches: [{path: monitor_patch.yaml}]\n";
    for (name, is_reported) in [("a", false), ("b", true)] {
        let patch = patch(name, "endpoints");
        let found = reported(&[
            ("base/kustomization.yaml", "resources: [monitor.yaml]\n"),
            ("base/monitor.yaml", &monitor),
            ("over/kustomization.yaml", kustomization),
            ("over/monitor_patch.yaml", &patch),
        ]);
        let of_rule = found
            .iter()
            .any(|(rule, ..)| rule == "schema/missing-field");
        assert_eq!(of_rule, is_reported, "{name}: {found:?}");
    }
}
