//! Charts that install receivers make Services, whose names, ports and settings are known where all values
//! are in sight.

use promvet::finding::Severity;

use crate::support::memory;

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}\n")).collect()
}

fn flux(chart: &str, values: &str, more: &str) -> String {
    format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: metrics, namespace: mon}}\nspec:\n  chart:\n    spec: {{chart: {chart}}}\n{more}  values:\n{}",
        indented(values, 4)
    )
}

fn argo(chart: &str, values: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: metrics}}\nspec:\n  destination: {{namespace: mon}}\n  source:\n    chart: {chart}\n    helm:\n      values: |\n{}",
        indented(values, 8)
    )
}

fn helmfile(chart: &str, values: &str) -> String {
    format!(
        "releases:\n- name: metrics\n  namespace: mon\n  chart: vendor/{chart}\n  values:\n  -\n{}",
        indented(values, 4)
    )
}

/// What is reported about an endpoint beside what installs a chart, as `severity rule`.
fn found(release: (&str, &str), url: &str, more: &str) -> Vec<String> {
    let config =
        format!("global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: {url}\n{more}");
    let tree = memory::tree(&[release, ("prometheus.yml", &config)]);
    let mut found = memory::found("/tree", &tree);
    found.retain(|one| {
        [
            "remote-write/tenant-header",
            "network/unreachable",
            "remote-write/path",
        ]
        .contains(&&*one.rule)
            || one.rule == "remote-write/receiver-settings"
    });
    found
        .iter()
        .map(|one| {
            let severity = match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                _ => "info",
            };
            format!("{severity} {}", one.rule)
        })
        .collect()
}

const DIRECT: &str = "http://metrics-mimir-distributor.mon.svc:8080/api/v1/push";
const GATEWAY: &str = "http://metrics-mimir-gateway.mon.svc/api/v1/push";

#[test]
fn values_of_mimir_say_whether_a_tenant_is_needed() {
    let many = "mimir:\n  structuredConfig:\n    multitenancy_enabled: true\n";
    let one = "mimir:\n  structuredConfig:\n    multitenancy_enabled: false\n";
    let none = "ingester: {replicas: 3}\n";
    let header = "  headers: {X-Scope-OrgID: team}\n";
    for (values, url, more, expected) in [
        (many, DIRECT, "", &["error remote-write/tenant-header"][..]),
        (many, DIRECT, header, &[]),
        (one, DIRECT, "", &[]),
        // It is the default of Mimir, which values elsewhere may change.
        (none, DIRECT, "", &["warning remote-write/tenant-header"]),
        // nginx of the chart sets a tenant.
        (many, GATEWAY, "", &[]),
        (
            "gateway: {nginx: {config: {file: x}}}\n",
            GATEWAY,
            "",
            &["info remote-write/tenant-header"],
        ),
    ] {
        for release in [
            ("release.yaml", flux("mimir-distributed", values, "")),
            ("app.yaml", argo("mimir-distributed", values)),
            ("helmfile.yaml", helmfile("mimir-distributed", values)),
        ] {
            let found = found((release.0, &release.1), url, more);
            assert_eq!(found, expected, "{} {values} {url} {more}", release.0);
        }
    }
}

/// Nothing is known of the Services where values are elsewhere or change their names.
#[test]
fn what_is_not_in_sight_is_not_judged() {
    let many = "mimir:\n  structuredConfig:\n    multitenancy_enabled: true\n";
    let more = "  valuesFrom: [{kind: ConfigMap, name: x}]\n";
    let named = format!("{many}fullnameOverride: other\n");
    for release in [
        flux("mimir-distributed", many, more),
        flux("mimir-distributed", &named, ""),
        flux("other", many, ""),
    ] {
        let found = found(("release.yaml", &release), DIRECT, "");
        assert_eq!(found, ["info remote-write/tenant-header"], "{release}");
    }
}

#[test]
fn ports_and_paths_of_the_services_are_judged() {
    let cluster = flux(
        "victoria-metrics-cluster",
        "vmselect: {replicaCount: 2}\n",
        "",
    );
    let single = flux(
        "victoria-metrics-single",
        "server: {extraArgs: {http.pathPrefix: /vm}}\n",
        "",
    );
    let host = "metrics-victoria-metrics-cluster-vminsert.mon.svc";
    let server = "metrics-victoria-metrics-single-server.mon.svc";
    for (release, url, expected) in [
        (
            &cluster,
            format!("http://{host}:8480/insert/0/prometheus/api/v1/write"),
            &[][..],
        ),
        (
            &cluster,
            format!("http://{host}:8481/insert/0/prometheus/api/v1/write"),
            &["warning network/unreachable"],
        ),
        (
            &single,
            format!("http://{server}:8428/vm/api/v1/write"),
            &[],
        ),
        (
            &single,
            format!("http://{server}:8428/api/v1/write"),
            &["warning remote-write/receiver-settings"],
        ),
    ] {
        let found = found(("release.yaml", release), &url, "");
        assert_eq!(found, expected, "{url}");
    }
}

/// nginx of the chart asks for a user where its values say so.
#[test]
fn a_gateway_with_users_wants_one() {
    let values = |enabled: &str| {
        format!(
            "gateway:\n  enabledNonEnterprise: true\n  nginx:\n    basicAuth: {{enabled: {enabled}, username: u}}\n"
        )
    };
    let user = "  basic_auth: {username: u, password_file: p}\n";
    for (enabled, more, expected) in [
        ("true", "", vec!["error remote-write/receiver-settings"]),
        ("true", user, vec![]),
        ("false", "", vec![]),
    ] {
        let release = flux("mimir-distributed", &values(enabled), "");
        let found = found(("r.yaml", &release), GATEWAY, more);
        assert_eq!(found, expected, "{enabled} {more}");
    }
}

/// Charts of Prometheus make a Service that takes samples.
#[test]
fn services_of_prometheus_charts_are_known() {
    let stack = "http://metrics-kube-prometheus-stack-prometheus.mon.svc";
    let server = "http://metrics-prometheus-server.mon.svc";
    for (chart, url, port) in [
        // Its full name has 26 characters at most.
        (
            "kube-prometheus-stack",
            "http://metrics-kube-prometheus-st-prometheus.mon.svc",
            9090,
        ),
        ("prometheus", server, 80),
    ] {
        let release = flux(chart, "a: b\n", "");
        let at = |port: u16| {
            let url = format!("{url}:{port}/api/v1/write");
            found(("r.yaml", &release), &url, "")
        };
        assert_eq!(at(port), Vec::<String>::new(), "{chart}");
        assert_eq!(at(9999), ["warning network/unreachable"], "{chart}");
    }
    let release = flux("kube-prometheus-stack", "a: b\n", "");
    let other = found(
        ("r.yaml", &release),
        &format!("{stack}:9999/api/v1/write"),
        "",
    );
    assert!(other.is_empty(), "{other:?}");
}
