//! Selectors, numbers, certificates and Alertmanagers of resources of the Operator, and where values of its
//! charts are.

use crate::support::memory;
use promvet::finding::Severity;

const CORE: &str = "apiVersion: monitoring.coreos.com/v1\n";

/// What is reported at warning and above: the severity and the message.
fn told(files: &[(&str, &str)]) -> Vec<(Severity, String)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|it| it.severity > Severity::Info);
    let all = found.iter();
    all.map(|it| (it.severity, it.message.to_string()))
        .collect()
}

fn of(kind: &str, spec: &str) -> Vec<(Severity, String)> {
    let text = format!("{CORE}kind: {kind}\nmetadata: {{name: a}}\nspec:\n{spec}");
    told(&[("a.yaml", &text)])
}

fn error(message: &str) -> Vec<(Severity, String)> {
    vec![(Severity::Error, message.to_owned())]
}

#[test]
fn requirements_of_selectors_have_the_values_of_their_operators() {
    let monitor = |requirement: &str| {
        let spec = format!(
            "  selector: {{matchExpressions: [{{key: app, {requirement}}}]}}\n  endpoints: [{{port: web}}]\n"
        );
        of("ServiceMonitor", &spec)
    };
    let missing = "`values`: missing, and `In` needs them; the Operator leaves this resource out";
    assert_eq!(monitor("operator: In"), error(missing));
    assert_eq!(monitor("operator: In, values: []"), error(missing));
    assert_eq!(monitor("operator: Exists, values: [a]").len(), 1);
    assert_eq!(monitor("operator: in, values: [a]").len(), 1);
    for right in [
        "operator: In, values: [a]",
        "operator: Exists",
        "operator: '{{ o }}'",
    ] {
        assert!(monitor(right).is_empty(), "{right}");
    }
    assert_eq!(
        of(
            "Prometheus",
            "  ruleSelector: {matchExpressions: [{key: a, operator: NotIn}]}\n"
        ),
        error("`values`: missing, and `NotIn` needs them; the Operator generates no configuration")
    );
}

#[test]
fn numbers_below_zero_and_mappings_for_ports_are_told() {
    let scrape = |port: &str| {
        let text = format!(
            "apiVersion: monitoring.coreos.com/v1alpha1\nkind: ScrapeConfig\nmetadata: {{name: a}}\nspec:\n  ec2SDConfigs: [{{region: a, port: {port}}}]\n"
        );
        told(&[("a.yaml", &text)])
    };
    assert_eq!(
        scrape("-1"),
        [(
            Severity::Warning,
            "`port`: expected 0 or more, found `-1`; the API server rejects the object".to_owned()
        )]
    );
    assert!(scrape("80").is_empty());
    let monitor = |port: &str| {
        let spec = format!("  selector: {{}}\n  endpoints: [{{targetPort: {port}}}]\n");
        of("ServiceMonitor", &spec)
    };
    assert_eq!(
        monitor("{a: b}"),
        error(
            "`targetPort`: expected a name or a number, found a mapping; the API server rejects the object"
        )
    );
    assert!(monitor("8080").is_empty());
    assert!(monitor("web").is_empty());
}

#[test]
fn an_authorization_of_a_monitor_has_credentials() {
    let monitor = "  selector: {}\n  endpoints: [{port: web, authorization: {type: Bearer}}]\n";
    let found = of("ServiceMonitor", monitor);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Severity::Error);
    assert!(
        found[0].1.contains("leave this resource out"),
        "{}",
        found[0].1
    );
    let old = "kind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: 'quay.io/prometheus-operator/prometheus-operator:v0.80.0'}]}}}\n";
    let text = format!("{CORE}kind: ServiceMonitor\nmetadata: {{name: a}}\nspec:\n{monitor}");
    let found = told(&[("a.yaml", &text), ("o.yaml", old)]);
    assert_eq!(found[0].0, Severity::Warning);
    assert!(found[0].1.contains("no token is sent"), "{}", found[0].1);
}

#[test]
fn certificates_of_alertmanagers_receivers_have_their_keys() {
    let config = |tls: &str| {
        let text = format!(
            "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nmetadata: {{name: a}}\nspec:\n  receivers:\n  - name: a\n    webhookConfigs: [{{url: 'https://a.example.com', httpConfig: {{tlsConfig: {{{tls}}}}}}}]\n"
        );
        told(&[("a.yaml", &text)])
    };
    let (cert, key) = (
        "cert: {secret: {name: a, key: b}}",
        "keySecret: {name: a, key: c}",
    );
    assert_eq!(config(cert).len(), 1);
    assert_eq!(config(key).len(), 1);
    assert!(config(&format!("{cert}, {key}")).is_empty());
    assert_eq!(
        config("ca: {secret: {name: a, key: b}, configMap: {name: a, key: b}}").len(),
        1
    );
}

#[test]
fn alertmanagers_of_a_resource_are_judged_as_those_of_prometheus() {
    let manager = |keys: &str| {
        let spec = format!(
            "  alerting: {{alertmanagers: [{{name: a, namespace: b, port: web{keys}}}]}}\n"
        );
        of("Prometheus", &spec)
    };
    assert!(manager("").is_empty());
    assert!(manager(", apiVersion: v2, scheme: HTTP, pathPrefix: /a, timeout: 5s").is_empty());
    let regex = manager(", relabelings: [{sourceLabels: [a], regex: '('}]");
    assert!(
        regex.iter().any(|(severity, message)| {
            *severity == Severity::Error
                && message.contains("the Operator generates no configuration")
        }),
        "{regex:?}"
    );
    let spec = "  alerting: {alertmanagers: [{name: a, namespace: b, port: web, scheme: https, tlsConfig: {insecureSkipVerify: true}}]}\n";
    let text = format!("{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec:\n{spec}");
    let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
    assert!(found.iter().any(|it| it.rule == "tls/insecure-skip-verify"));
}

#[test]
fn parameters_of_a_chart_are_values() {
    let application = |parameters: &str| {
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  source:\n    chart: kube-prometheus-stack\n    helm:\n      parameters:\n{parameters}"
        );
        told(&[("a.yaml", &text)])
    };
    let one = |name: &str, value: &str| {
        application(&format!(
            "      - {{name: 'prometheus.prometheusSpec.{name}', value: \"{value}\"}}\n"
        ))
    };
    assert_eq!(one("retentionSize", "10G").len(), 1);
    let unknown = one("scrapeIntervall", "30s");
    assert_eq!(unknown.len(), 1);
    assert!(
        unknown[0].1.contains("the chart ignores it"),
        "{}",
        unknown[0].1
    );
    for (name, value) in [
        ("retentionSize", "10GB"),
        ("replicas", "2"),
        ("enableAdminAPI", "true"),
        ("externalLabels.cluster", "a"),
    ] {
        assert!(one(name, value).is_empty(), "{name}");
    }
    let nested = one("remoteWrite[0].basic_auth.username.name", "x");
    assert!(
        nested
            .iter()
            .any(|(_, message)| message.contains("the API server drops it")),
        "{nested:?}"
    );
}

#[test]
fn values_are_found_two_charts_down() {
    let values = |url: &str| {
        format!(
            "platform:\n  kube-prometheus-stack:\n    prometheus:\n      prometheusSpec:\n        remoteWrite: [{{url: '{url}/api/v1/write'}}]\n"
        )
    };
    assert_eq!(told(&[("values.yaml", &values("a.example.com"))]).len(), 1);
    assert!(told(&[("values.yaml", &values("https://a.example.com"))]).is_empty());
}

#[test]
fn a_level_of_another_chart_is_told_in_values_of_bitnamis() {
    let chart = |repository: &str| {
        format!(
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- {{name: kube-prometheus, repository: '{repository}', version: 9.0.0}}\n"
        )
    };
    let values = "kube-prometheus:\n  prometheus:\n    prometheusSpec:\n      remoteWrite: [{url: a.example.com/api/v1/write}]\n";
    let of = |repository: &str| {
        let chart = chart(repository);
        told(&[("Chart.yaml", &chart), ("values.yaml", values)])
    };
    let found = of("oci://registry-1.docker.io/bitnamicharts");
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("ignores all of it"), "{}", found[0].1);
    // Another chart by an alias or a name.
    let found = of("https://charts.example.com");
    assert!(
        found
            .iter()
            .all(|(_, message)| !message.contains("ignores all of it"))
    );
}

#[test]
fn values_of_bitnamis_beside_the_level_of_another_chart_are_judged() {
    let chart = |repository: &str| {
        format!(
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- {{name: kube-prometheus, repository: '{repository}', version: 11.3.11}}\n"
        )
    };
    let of = |level: &str, keys: &str| {
        let chart = chart("oci://registry-1.docker.io/bitnamicharts");
        let values = format!("kube-prometheus:\n  prometheus:\n{level}{keys}");
        told(&[("Chart.yaml", &chart), ("values.yaml", &values)])
    };
    let level = "    prometheusSpec:\n      remoteWrite: []\n";
    let wrong = "    remoteWrite:\n    - url: https://mimir.example.com/api/v1/push\n      headers: {X-Scope-OrgID: a}\n      basic_auth: {}\n    additionalScrapeConfigs:\n      enabled: true\n      type: internal\n      internal: {jobList: [{job_name: a, scrapeInterval: 10s}]}\n";
    let alone = of("", wrong);
    assert_eq!(alone.len(), 2, "{alone:?}");
    let mut beside = of(level, wrong);
    beside.retain(|(_, message)| !message.contains("ignores all of it"));
    assert_eq!(beside, alone);
    let right = wrong
        .replace("      basic_auth: {}\n", "")
        .replace(", scrapeInterval: 10s", "");
    assert_eq!(of(level, &right).len(), 1);
    assert!(of("", &right).is_empty());
}

#[test]
fn the_operator_adds_labels_for_bitnamis_chart_too() {
    let all = |more: &str| {
        let text = format!(
            "operator: {{enabled: true}}\nprometheus:\n  enabled: true\n{more}  remoteWrite: [{{url: 'https://mimir.example.com/api/v1/push', headers: {{X-Scope-OrgID: a}}}}]\nkubelet: {{enabled: true}}\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("values.yaml", &text)]));
        found
            .into_iter()
            .map(|it| it.rule.into_owned())
            .collect::<Vec<_>>()
    };
    assert!(all("").is_empty());
    let both = "  prometheusExternalLabelNameClear: true\n  replicaExternalLabelNameClear: true\n";
    assert_eq!(all(both), ["remote-write/external-labels"]);
    let of_resource = |more: &str| {
        let text = format!(
            "{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec:\n  serviceMonitorSelector: {{}}\n{more}  remoteWrite: [{{url: 'https://mimir.example.com/api/v1/push', headers: {{X-Scope-OrgID: a}}}}]\n"
        );
        memory::found("/tree", &memory::tree(&[("a.yaml", &text)])).len()
    };
    let replica = "  replicaExternalLabelName: ''\n";
    let both = format!("{replica}  prometheusExternalLabelName: ''\n");
    assert_eq!(of_resource(&both), 1);
    assert_eq!(of_resource(replica), 0);
    assert_eq!(
        of_resource(&format!("{both}  externalLabels: {{cluster: a}}\n")),
        0
    );
}

#[test]
fn the_release_of_a_resource_counts_for_labels() {
    let spec =
        |version: &str| format!("  version: {version}\n  externalLabels: {{'clus-ter': a}}\n");
    assert_eq!(of("Prometheus", &spec("v2.50.0")).len(), 1);
    assert!(of("Prometheus", &spec("v3.5.0")).is_empty());
}

#[test]
fn comments_in_heredocs_suppress() {
    let file = |comment: &str| {
        format!(
            "resource \"helm_release\" \"kps\" {{\n  chart = \"kube-prometheus-stack\"\n  values = [<<-EOT\n    prometheus:\n      prometheusSpec:\n        remoteWrite:\n          - url: a.example.com/api/v1/push{comment}\n    EOT\n  ]\n}}\n"
        )
    };
    let of = |comment: &str| told(&[("main.tf", &file(comment))]).len();
    assert_eq!(of(""), 1);
    assert_eq!(
        of(" # promvet: ignore[remote-write/url-syntax] a proxy adds it"),
        0
    );
    // Another rule: the finding, and that the comment is for nothing.
    assert_eq!(of(" # promvet: ignore[tls/unused] a proxy adds it"), 2);
}
