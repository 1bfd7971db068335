//! What surrounds an endpoint: who sends, who answers, and what changes either. Each fault has its mirror,
//! a healthy tree that looks like it.

use promvet::finding::Finding;

use crate::support::memory;

/// What the rules of networks and receivers report, as `Severity rule`; infos of the network included.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(String, &str)> = files
        .iter()
        .map(|(path, content)| (format!("/tree/{path}"), *content))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let mut found = memory::found("/tree", &memory::tree(&files));
    found.retain(|one| one.rule.starts_with("network/") || one.rule.contains("/receiver-"));
    let shown = |one: &Finding| format!("{:?} {}", one.severity, one.rule);
    found.iter().map(shown).collect()
}

const NONE: &[&str] = &[];
const UNREACHABLE: &[&str] = &["Warning network/unreachable"];
const UNKNOWN_NAME: &[&str] = &["Info network/unreachable"];
const OFF: &[&str] = &["Error remote-write/receiver-not-enabled"];

/// A compose file with a sender and Mimir.
fn beside_mimir(sender: &str) -> String {
    format!(
        "services:\n  sender:\n{sender}\n  mimir:\n    image: grafana/mimir:2.14.3\n    command: [-auth.multitenancy-enabled=false]\n"
    )
}

/// Other programs that send from a project are judged like Prometheus.
#[test]
fn names_that_other_senders_use_are_looked_for() {
    let alloy = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"http://HOST:8080/api/v1/push\"\n  }\n}\n";
    let tempo = "metrics_generator:\n  storage:\n    path: /a\n    remote_write:\n    - url: http://HOST:8080/api/v1/push\n";
    let collector = "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: http://HOST:8080/api/v1/push\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}\n";
    for (image, command, mount, text) in [
        (
            "grafana/alloy:v1.9.0",
            "run /etc/alloy/config.alloy",
            "./conf:/etc/alloy",
            ("conf/config.alloy", alloy),
        ),
        (
            "grafana/tempo:2.9.0",
            "-config.file=/etc/tempo.yaml",
            "./tempo.yaml:/etc/tempo.yaml",
            ("tempo.yaml", tempo),
        ),
        (
            "otel/opentelemetry-collector-contrib:0.120.0",
            "--config=/etc/otel.yaml",
            "./otel.yaml:/etc/otel.yaml",
            ("otel.yaml", collector),
        ),
    ] {
        let sender = |command: &str, more: &str| {
            beside_mimir(&format!(
                "    image: {image}\n    command: {command}\n    volumes: ['{mount}']\n{more}"
            ))
        };
        let found = |host: &str, compose: &str, others: &[(&str, &str)]| {
            let written = text.1.replace("HOST", host);
            let mut files = vec![("compose.yaml", compose), (text.0, &*written)];
            files.extend(others);
            told(&files)
        };
        let plain = sender(command, "");
        assert_eq!(found("mimri", &plain, &[]), UNREACHABLE, "{image}");
        assert_eq!(found("storage", &plain, &[]), UNKNOWN_NAME, "{image}");
        assert_eq!(found("mimir", &plain, &[]), NONE, "{image}");
        // The name may be there by other means.
        for more in [
            "    extra_hosts: ['mimri:10.0.0.1']\n",
            "    networks: [shared]\nnetworks: {shared: {external: true}}\n",
        ] {
            let compose = match more.contains("external") {
                true => {
                    let (service, network) = more.split_at(23);
                    format!("{}{network}", sender(command, service))
                }
                false => sender(command, more),
            };
            assert_eq!(found("mimri", &compose, &[]), NONE, "{image} {more}");
        }
        let other = ("compose.prod.yaml", "services: {mimri: {image: a}}\n");
        assert_eq!(found("mimri", &plain, &[other]), NONE, "{image}");
        // It may be started with another file of the folder.
        let open = sender("other.conf", "");
        let open = open.replace(mount, "./:/etc/sender");
        assert_eq!(found("mimri", &open, &[]), NONE, "{image}");
    }
}

#[test]
fn the_only_vmagent_of_a_file_is_judged() {
    let flag = |host: &str| {
        format!(
            "    image: victoriametrics/vmagent:v1.110.0\n    command: ['-remoteWrite.url=http://{host}:8080/api/v1/push']\n"
        )
    };
    let near = beside_mimir(&flag("mimri"));
    assert_eq!(told(&[("compose.yaml", &near)]), UNREACHABLE);
    let right = beside_mimir(&flag("mimir"));
    assert_eq!(told(&[("compose.yaml", &right)]), NONE);
}

/// A name that the sender itself has an address for is not the service's.
#[test]
fn names_with_addresses_of_their_own_are_not_judged() {
    let compose = |more: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    network_mode: host\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n{more}  mimir:\n    image: grafana/mimir:2.14.3\n    ports: ['9009:8080']\n    command: [-auth.multitenancy-enabled=false]\n"
        )
    };
    let config = "remote_write: [{url: 'http://mimir:9009/api/v1/push'}]\n";
    let found = |more: &str| told(&[("compose.yaml", &compose(more)), ("prometheus.yml", config)]);
    assert_eq!(found(""), UNREACHABLE);
    assert_eq!(found("    extra_hosts: ['mimir:127.0.0.1']\n"), NONE);
    assert_eq!(found("    extra_hosts: {mimir: 127.0.0.1}\n"), NONE);
}

const TEMPO: &str = "metrics_generator:\n  storage:\n    path: /a\n    remote_write:\n    - url: http://prometheus:9090/api/v1/write\n";

/// Two compose files start one service in two ways: what both lack is lacking.
#[test]
fn a_receiver_that_is_off_in_every_file_is_off() {
    let base = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--config.file=/etc/prometheus/prometheus.yml']\n  tempo:\n    image: grafana/tempo:2.9.0\n    command: -config.file=/etc/tempo/tempo.yaml\n    volumes: ['./tempo:/etc/tempo']\n";
    let other = |service: &str| {
        let other = format!("services:\n  prometheus:\n{service}");
        told(&[
            ("docker-compose.yml", base),
            ("docker-compose.production.yml", &other),
            ("tempo/tempo.yaml", TEMPO),
        ])
    };
    let image = "    image: prom/prometheus:v3.5.0\n";
    let off = format!("{image}    command: ['--web.enable-lifecycle']\n");
    assert_eq!(other(&off), OFF);
    let on = format!("{image}    command: ['--web.enable-remote-write-receiver']\n");
    assert_eq!(other(&on), NONE);
    // An overlay, another program, and one that a script starts.
    let over = "    command: ['--web.enable-remote-write-receiver', '--config.file=/a.yml']\n";
    assert_eq!(other(over), NONE);
    assert_eq!(other("    image: grafana/mimir:2.14.3\n"), NONE);
    assert_eq!(other(&format!("{image}    entrypoint: /start.sh\n")), NONE);
}

fn collector(namespace: &str) -> String {
    format!(
        "apiVersion: opentelemetry.io/v1alpha1\nkind: OpenTelemetryCollector\nmetadata: {{name: a, namespace: {namespace}}}\nspec:\n  config: |\n    receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\n    exporters:\n      prometheusremotewrite:\n        endpoint: http://prometheus:9090/api/v1/write\n    service:\n      pipelines:\n        metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
    )
}

fn server(flag: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: prometheus, namespace: mon}}\nspec:\n  template:\n    metadata: {{labels: {{app: prometheus}}}}\n    spec:\n      containers:\n      - name: prometheus\n        image: prom/prometheus:v3.5.0\n        args: ['--config.file=/etc/prometheus/prometheus.yml'{flag}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: prometheus, namespace: mon}}\nspec:\n  selector: {{app: prometheus}}\n  ports: [{{port: 9090}}]\n"
    )
}

/// A sender of Kubernetes is answered by the Services of its namespace, and by no compose service.
#[test]
fn a_resource_of_a_collector_is_in_the_cluster() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--config.file=/etc/prometheus/prometheus.yml', FLAG]\n";
    let flag = "'--web.enable-remote-write-receiver'";
    let found = |namespace: &str, in_pod: &str, in_compose: &str| {
        told(&[
            ("otel.yaml", &collector(namespace)),
            ("server.yaml", &server(in_pod)),
            ("docker-compose.yml", &compose.replace("FLAG", in_compose)),
        ])
    };
    assert_eq!(found("mon", "", flag), OFF);
    assert_eq!(
        found("mon", &format!(", {flag}"), "'--log.level=info'"),
        NONE
    );
    // Its short name leads nowhere from another namespace.
    assert_eq!(found("other", "", flag), UNREACHABLE);
}

/// What installs a chart says in which namespace.
#[test]
fn a_chart_is_in_the_namespace_of_what_installs_it() {
    let service = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: mimir, namespace: {namespace}}}\nspec:\n  selector: {{app: mimir}}\n  ports: [{{port: 80}}]\n"
        )
    };
    let values =
        "prometheus:\n  prometheusSpec:\n    remoteWrite: [{url: 'http://mimir/api/v1/push'}]\n";
    let indented = |by: usize| {
        let pad = " ".repeat(by);
        values
            .lines()
            .map(|line| format!("{pad}{line}\n"))
            .collect::<String>()
    };
    let flux = |more: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a, namespace: mon}}\nspec:\n  chart:\n    spec: {{chart: kube-prometheus-stack}}\n{more}  values:\n{}",
            indented(4)
        )
    };
    let argo = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a, namespace: argocd}}\nspec:\n  destination: {{namespace: mon}}\n  source:\n    chart: kube-prometheus-stack\n    helm:\n      values: |\n{}",
        indented(8)
    );
    for release in [flux(""), argo] {
        let found =
            |namespace: &str| told(&[("a.yaml", &release), ("b.yaml", &service(namespace))]);
        assert_eq!(found("store"), UNREACHABLE, "{release}");
        assert_eq!(found("mon"), NONE, "{release}");
    }
    let release = flux("  targetNamespace: store\n");
    assert_eq!(
        told(&[("a.yaml", &release), ("b.yaml", &service("store"))]),
        NONE
    );
    // Values alone do not say where they are installed.
    assert_eq!(
        told(&[("values.yaml", values), ("b.yaml", &service("store"))]),
        NONE
    );
}

/// A pod that nothing but Prometheus is in, by a manifest and by a resource of the Operator.
#[test]
fn localhost_of_a_pod_that_something_patches_is_not_judged() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: mon}\ndata:\n  prometheus.yml: |\n    remote_write: [{url: 'http://localhost:9009/api/v1/push'}]\n---\n";
    let plain = format!(
        "{config}{}",
        server("").replace(
            "        args:",
            "        volumeMounts: [{name: c, mountPath: /etc/prometheus}]\n        args:"
        )
    );
    let plain = plain.replace(
        "      containers:",
        "      volumes: [{name: c, configMap: {name: c}}]\n      containers:",
    );
    let operated = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: prometheus, namespace: mon}\nspec:\n  remoteWrite: [{url: 'http://localhost:9009/api/v1/push'}]\n";
    for (base, kind, sidecar) in [
        (
            &*plain,
            "apps/v1\nkind: Deployment",
            "  template:\n    spec:\n      containers: [{name: a, image: a:1}]\n",
        ),
        (
            operated,
            "monitoring.coreos.com/v1\nkind: Prometheus",
            "  containers: [{name: a, image: a:1}]\n",
        ),
    ] {
        let metadata = "metadata: {name: prometheus, namespace: mon}";
        let patch = format!("apiVersion: {kind}\n{metadata}\nspec:\n{sidecar}");
        let found = |patch: &str| {
            told(&[
                ("base/all.yaml", base),
                ("base/kustomization.yaml", "resources: [all.yaml]\n"),
                (
                    "over/kustomization.yaml",
                    "resources: [../base]\npatches: [{path: patch.yaml}]\n",
                ),
                ("over/patch.yaml", patch),
            ])
        };
        assert_eq!(told(&[("all.yaml", base)]), UNREACHABLE, "{kind}");
        assert_eq!(found(&patch), NONE, "{kind}");
    }
    // The reloader of the Operator listens on 8080.
    let reloader = operated.replace("9009", "8080");
    assert_eq!(told(&[("a.yaml", &reloader)]), NONE);
    let thanos = operated.replace("spec:\n", "spec:\n  thanos: {version: 0.39.0}\n");
    assert_eq!(told(&[("a.yaml", &thanos)]), NONE);
}

/// Which ports of a Service what is in front of it may name.
#[test]
fn the_port_of_the_pods_is_not_that_of_the_service() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: mimir, namespace: a}\nspec:\n  selector: {app: mimir}\n  ports: [{port: 80, targetPort: 8080}]\n---\n";
    let config = "remote_write: [{url: 'https://mimir.example.com/api/v1/push'}]\n";
    let ingress = |class: &str, port: u16| {
        format!(
            "{service}apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: mimir, namespace: a}}\nspec:\n{class}  rules:\n  - host: mimir.example.com\n    http:\n      paths:\n      - {{path: /, pathType: Prefix, backend: {{service: {{name: mimir, port: {{number: {port}}}}}}}}}\n"
        )
    };
    let route = |port: u16| {
        format!(
            "{service}apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: mimir, namespace: a}}\nspec:\n  hostnames: [mimir.example.com]\n  rules: [{{backendRefs: [{{name: mimir, port: {port}}}]}}]\n"
        )
    };
    let found = |manifests: &str| told(&[("a.yaml", manifests), ("prometheus.yml", config)]);
    let wrong: &[&str] = &["Warning network/ingress"];
    let traefik = "  ingressClassName: traefik\n";
    assert_eq!(found(&route(8080)), wrong);
    assert_eq!(found(&route(80)), NONE);
    assert_eq!(found(&ingress(traefik, 8080)), wrong);
    assert_eq!(found(&ingress(traefik, 80)), NONE);
    // ingress-nginx takes either.
    assert_eq!(found(&ingress("", 8080)), NONE);
    assert_eq!(found(&ingress("", 8081)), wrong);
}
