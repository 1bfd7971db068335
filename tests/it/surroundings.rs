//! What surrounds an endpoint: who sends, who answers, and what changes either. Each fault has its mirror,
//! a healthy tree that looks like it.

use promvet::finding::{Finding, Severity};

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

/// A kustomization that lies over `base/all.yaml`, with a patch where one is given.
fn laid_over(base: &str, kustomization: &str) -> Vec<String> {
    let over = format!("resources: [../base]\n{kustomization}");
    told(&[
        ("base/all.yaml", base),
        ("base/kustomization.yaml", "resources: [all.yaml]\n"),
        ("over/kustomization.yaml", &over),
    ])
}

fn sender_in_cluster(entry: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: mon}}\ndata:\n  prometheus.yml: |\n    remote_write: [{{{entry}}}]\n---\n"
    )
}

/// Patches of a resource of the Operator, in each way that kustomizations write them.
#[test]
fn patches_of_a_resource_may_enable_the_receiver() {
    let base = format!(
        "{}apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: central, namespace: mon}}\nspec: {{replicas: 1}}\n",
        sender_in_cluster("url: 'http://prometheus-operated.mon.svc:9090/api/v1/write'")
    );
    let patch = |target: &str, path: &str, value: &str| {
        format!(
            "patches:\n- target: {{kind: Prometheus{target}}}\n  patch: |\n    - {{op: add, path: {path}, value: {value}}}\n"
        )
    };
    assert_eq!(laid_over(&base, ""), OFF);
    let receiver = "/spec/enableRemoteWriteReceiver";
    for target in [", name: central", ""] {
        assert_eq!(laid_over(&base, &patch(target, receiver, "true")), NONE);
    }
    let arguments = "[{name: web.enable-remote-write-receiver}]";
    let more = patch("", "/spec/additionalArgs", arguments);
    assert_eq!(laid_over(&base, &more), NONE);
    // Neither has to do with it.
    for other in [
        patch("", "/spec/replicas", "2"),
        patch(", name: other", receiver, "true"),
    ] {
        assert_eq!(laid_over(&base, &other), OFF, "{other}");
    }
}

/// `images` of a kustomization set the release of what runs.
#[test]
fn the_tag_that_a_kustomization_changes_is_not_known() {
    let feature = ", '--enable-feature=remote-write-receiver'";
    let base = format!(
        "{}{}",
        sender_in_cluster("url: 'http://prometheus.mon.svc:9090/api/v1/write'"),
        server(feature)
    );
    let image = |name: &str, more: &str| format!("images: [{{name: {name}, {more}}}]\n");
    assert_eq!(laid_over(&base, ""), OFF);
    let other = image("grafana/mimir", "newTag: v2.45.0");
    assert_eq!(laid_over(&base, &other), OFF);
    for change in ["newTag: v2.45.0", "newName: example.org/gateway"] {
        let changed = image("prom/prometheus", change);
        assert_eq!(laid_over(&base, &changed), NONE, "{change}");
    }
    // Without any flag it is off in each release.
    let plain = base.replace(feature, "");
    let changed = image("prom/prometheus", "newTag: v2.45.0");
    assert_eq!(laid_over(&plain, &changed), OFF);
}

/// Names and ports that a kustomization makes.
#[test]
fn names_that_a_kustomization_makes_are_not_slips() {
    let base = |url: &str| {
        format!(
            "{}{}",
            sender_in_cluster(url),
            server(", '--web.enable-remote-write-receiver'")
        )
    };
    let near = base("url: 'http://prometheus-a.mon.svc:9090/api/v1/write'");
    let near = near.replace("prometheus-a", "promethues");
    assert_eq!(laid_over(&near, ""), UNREACHABLE);
    assert_eq!(laid_over(&near, "namePrefix: p-\n"), NONE);
    assert_eq!(laid_over(&near, "nameSuffix: '-x'\n"), NONE);
    let port = base("url: 'http://prometheus.mon.svc:8080/api/v1/write'");
    assert_eq!(laid_over(&port, ""), UNREACHABLE);
    let copied = |field: &str| {
        format!(
            "replacements:\n- source: {{kind: ConfigMap, name: p, fieldPath: data.port}}\n  targets:\n  - select: {{kind: Service, name: prometheus}}\n    fieldPaths: [{field}]\n"
        )
    };
    assert_eq!(laid_over(&port, &copied("spec.ports.0.port")), NONE);
    assert_eq!(laid_over(&port, &copied("metadata.labels.a")), UNREACHABLE);
}

/// A file of another folder that changes a service, and one that is a project of its own.
#[test]
fn a_compose_file_of_another_folder_may_be_laid_over() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--config.file=/etc/prometheus/prometheus.yml']\n  tempo:\n    image: grafana/tempo:2.9.0\n    command: -config.file=/etc/tempo/tempo.yaml\n    volumes: ['./tempo:/etc/tempo']\n";
    let found = |other: &str| {
        told(&[
            ("docker-compose.yml", compose),
            ("tempo/tempo.yaml", TEMPO),
            ("deploy/prod.yml", other),
        ])
    };
    let flag = "    command: ['--config.file=/a', '--web.enable-remote-write-receiver']\n";
    assert_eq!(found(&format!("services:\n  prometheus:\n{flag}")), NONE);
    let own = format!("services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n{flag}");
    assert_eq!(found(&own), OFF);
}

/// What listens at a port of a container, beside the program itself.
#[test]
fn ports_of_other_containers_and_of_the_machine_count() {
    let config = |port: u16| format!("remote_write: [{{url: 'http://vm:{port}/api/v1/write'}}]\n");
    let settings: &[&str] = &["Warning remote-write/receiver-settings"];
    let sender = "  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let vm = "  vm:\n    image: victoriametrics/victoria-metrics:v1.110.0\n    command: ['-httpListenAddr=:8428']\n";
    let found = |services: &str, port: u16| {
        let compose = format!("services:\n{services}");
        told(&[
            ("compose.yaml", &compose),
            ("prometheus.yml", &config(port)),
        ])
    };
    assert_eq!(found(&format!("{sender}{vm}"), 8080), settings);
    let front = "  front:\n    image: nginx:1.27\n    network_mode: 'service:vm'\n";
    assert_eq!(found(&format!("{sender}{vm}{front}"), 8080), NONE);
    // What sends from outside of the project uses the port of the machine.
    let published = format!("{vm}    ports: ['18428:8428']\n");
    assert_eq!(found(&published, 18428), NONE);
    assert_eq!(found(&format!("{sender}{published}"), 18428), UNREACHABLE);
}

/// Another program has `localhost` for itself, unless its configuration makes it listen there.
#[test]
fn localhost_of_another_program_is_itself() {
    let compose = |more: &str| {
        format!(
            "services:\n  otel:\n    image: otel/opentelemetry-collector-contrib:0.120.0\n    command: [--config=/etc/otel.yaml]\n    volumes: ['./otel.yaml:/etc/otel.yaml']\n{more}  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--web.enable-remote-write-receiver']\n    ports: ['9090:9090']\n"
        )
    };
    let config = |receiver: &str, host: &str| {
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{{receiver}}}}}}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: http://{host}:9090/api/v1/write\nservice:\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
        )
    };
    let found =
        |more: &str, config: &str| told(&[("compose.yaml", &compose(more)), ("otel.yaml", config)]);
    let local = config("", "localhost");
    assert_eq!(found("", &local), UNREACHABLE);
    assert_eq!(found("    network_mode: host\n", &local), NONE);
    let listening = config("endpoint: '0.0.0.0:9090'", "localhost");
    assert_eq!(found("", &listening), NONE);
    // A proxy by a variable resolves the name.
    let near = config("", "promethues");
    assert_eq!(found("", &near), UNREACHABLE);
    let proxy = "    environment: {HTTP_PROXY: 'http://squid:3128'}\n";
    assert_eq!(found(proxy, &near), NONE);
}

/// A flag that another file lays over the first one takes its place.
#[test]
fn the_flags_of_vmagent_are_those_of_the_last_file() {
    let vmagent = |host: &str| {
        format!(
            "  vmagent:\n    image: victoriametrics/vmagent:v1.110.0\n    command: ['-remoteWrite.url=http://{host}:9090/api/v1/write']\n"
        )
    };
    let server = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: ['--web.enable-remote-write-receiver']\n";
    let base = format!("{server}{}", vmagent("promethues"));
    assert_eq!(told(&[("compose.yaml", &base)]), UNREACHABLE);
    let over = format!("services:\n{}", vmagent("prometheus"));
    let over = over.replace("    image: victoriametrics/vmagent:v1.110.0\n", "");
    assert_eq!(
        told(&[("compose.yaml", &base), ("compose.override.yaml", &over)]),
        NONE
    );
}

/// What may serve a path or change the TLS of a request beside the manifests that are read.
#[test]
fn snippets_and_rules_of_a_mesh_are_not_in_sight() {
    let config = "remote_write: [{url: 'https://mimir.example.com/api/v1/push'}]\n";
    let ingress = |annotation: &str| {
        let manifest = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: mimir\n  namespace: a\n  annotations: {{{annotation}}}\nspec:\n  ingressClassName: nginx\n  rules:\n  - host: mimir.example.com\n    http:\n      paths:\n      - {{path: /x, pathType: Prefix, backend: {{service: {{name: mimir, port: {{number: 80}}}}}}}}\n"
        );
        told(&[("a.yaml", &manifest), ("prometheus.yml", config)])
    };
    assert_eq!(ingress(""), ["Warning network/ingress"]);
    let snippet = "nginx.ingress.kubernetes.io/server-snippet: 'location /api { return 204; }'";
    assert_eq!(ingress(snippet), NONE);

    let vm = format!(
        "{}{}",
        sender_in_cluster("url: 'http://prometheus.mon.svc:8428/api/v1/write'"),
        server("").replace(
            "prom/prometheus:v3.5.0",
            "victoriametrics/victoria-metrics:v1.110.0"
        )
    );
    let vm = vm
        .replace(
            "'--config.file=/etc/prometheus/prometheus.yml'",
            "-tls, -tlsCertFile=/a",
        )
        .replace("port: 9090", "port: 8428");
    let mesh = |host: &str| {
        format!(
            "{vm}---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: a, namespace: mon}}\nspec: {{host: {host}, trafficPolicy: {{tls: {{mode: SIMPLE}}}}}}\n"
        )
    };
    let settings: &[&str] = &["Warning remote-write/receiver-settings"];
    assert_eq!(told(&[("a.yaml", &vm)]), settings);
    assert_eq!(
        told(&[("a.yaml", &mesh("prometheus.mon.svc.cluster.local"))]),
        NONE
    );
    assert_eq!(
        told(&[("a.yaml", &mesh("other.mon.svc.cluster.local"))]),
        settings
    );
}

/// A path that a flag of Cortex moves.
#[test]
fn the_old_path_of_cortex_is_where_its_flag_puts_it() {
    let found = |path: &str, flag: &str| {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  cortex:\n    image: cortexproject/cortex:v1.18.1\n    command: [-auth.enabled=false, -server.http-listen-port=9009{flag}]\n"
        );
        let config = format!("remote_write: [{{url: 'http://cortex:9009{path}'}}]\n");
        let tree = memory::tree(&[("compose.yaml", compose), ("prometheus.yml", config)]);
        let found = memory::found("/tree", &tree);
        found.iter().any(|one| one.rule == "remote-write/url-shape")
    };
    let flag = ", -http.prefix=/legacy";
    assert!(found("/legacy/push", ""));
    assert!(!found("/legacy/push", flag));
    assert!(found("/legacy/pull", flag));
}

/// Alloy without the header that Mimir requires, and a template that may add it.
#[test]
fn a_tenant_that_alloy_does_not_name_is_an_error() {
    let mimir = "services:\n  alloy:\n    image: grafana/alloy:v1.9.0\n    command: [run, /etc/alloy/config.alloy]\n    volumes: ['./config.alloy:/etc/alloy/config.alloy']\n  mimir:\n    image: grafana/mimir:2.14.3\n    command: [-auth.multitenancy-enabled=true]\n";
    let alloy = |more: &str| {
        format!(
            "prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"http://mimir:8080/api/v1/push\"\n{more}  }}\n}}\n"
        )
    };
    let found = |more: &str| {
        let tree = memory::tree(&[("compose.yaml", mimir), ("config.alloy", &*alloy(more))]);
        let mut found = memory::found("/tree", &tree);
        found.retain(|one| one.rule == "remote-write/tenant-header");
        found.first().map(|one| one.severity)
    };
    assert_eq!(found(""), Some(Severity::Error));
    assert_eq!(
        found("    headers = {\"X-Scope-OrgID\" = sys.env(\"TENANT\")}\n"),
        None
    );
}

/// What answers is not the receiver that its name makes one guess.
#[test]
fn a_proxy_of_the_tree_may_add_the_credential() {
    let manifests = |image: &str| {
        let sender = sender_in_cluster(
            "url: 'http://token-refresher.mon.svc:8080/api/metrics/v1/test/api/v1/receive'",
        );
        let proxy = server("").replace("prom/prometheus:v3.5.0", image);
        let proxy = proxy.replace(
            "name: prometheus, namespace: mon}\nspec:\n  selector",
            "name: token-refresher, namespace: mon}\nspec:\n  selector",
        );
        format!("{sender}{proxy}").replace("port: 9090", "port: 8080")
    };
    let text = manifests("quay.io/observatorium/token-refresher:v1");
    let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
    let missing = |rule: &str| found.iter().any(|one| one.rule == rule);
    assert!(!missing("remote-write/credentials-missing"), "{found:?}");
}

/// A name or a Service of another environment of the tree is not there for this one.
#[test]
fn environments_do_not_answer_for_each_other() {
    let sender = sender_in_cluster("url: 'http://prometheus.mon.svc:9090/api/v1/write'");
    let off = server("");
    let found = |here: &str, there: &str| told(&[(here, &sender), (there, &off)]);
    for (here, there) in [
        ("clusters/eu/a.yaml", "clusters/us/b.yaml"),
        ("prod/a.yaml", "dev/b.yaml"),
        ("overlays/prod/mon/a.yaml", "overlays/dev/mon/b.yaml"),
    ] {
        assert_eq!(found(here, there), NONE, "{here} {there}");
    }
    for (here, there) in [
        ("clusters/eu/a.yaml", "clusters/eu/b.yaml"),
        ("clusters/eu/a.yaml", "base/b.yaml"),
        ("apps/a.yaml", "infra/b.yaml"),
    ] {
        assert_eq!(found(here, there), OFF, "{here} {there}");
    }
}

/// What is in front of a receiver that is known by its name alone may take a prefix off.
#[test]
fn a_prefix_before_the_path_of_a_receiver_is_a_hint() {
    for (url, severity) in [
        (
            "https://victoriametrics.example.com/vm/api/v1/write",
            Severity::Info,
        ),
        (
            "https://thanos-receive.example.com/thanos/api/v1/receive",
            Severity::Info,
        ),
        (
            "https://thanos-receive.example.com/api/v1/push",
            Severity::Warning,
        ),
    ] {
        let config = format!("remote_write: [{{url: '{url}'}}]\n");
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &config)]));
        let of_rule = found
            .iter()
            .find(|one| one.rule == "remote-write/url-shape");
        assert_eq!(of_rule.map(|one| one.severity), Some(severity), "{url}");
    }
}

/// The environment of VictoriaMetrics may hold the prefix of its paths.
#[test]
fn a_prefix_that_the_environment_sets_is_not_known() {
    let config = "remote_write: [{url: 'http://vm:8428/store/api/v1/write'}]\n";
    let compose = |command: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
             ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  vm:\n    image: \
             victoriametrics/victoria-metrics:v1.120.0\n    command: [{command}]\n    environment: \
             {{VM_http_pathPrefix: /store}}\n"
        )
    };
    let found = |command: &str| {
        let compose = compose(command);
        let tree = memory::tree(&[("prometheus.yml", config), ("compose.yaml", &compose)]);
        let found = memory::found("/tree", &tree);
        found.iter().any(|one| one.severity > Severity::Info)
    };
    assert!(!found("-envflag.enable, -envflag.prefix=VM_"));
    assert!(found("-retentionPeriod=3"));
}

/// The prefix of a Prometheus of the Operator is that of its receiver too.
#[test]
fn the_prefix_of_a_resource_is_asked_for() {
    let hub = |more: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: hub, namespace: mon}}\nspec:\n  \
             version: v3.5.0\n  enableRemoteWriteReceiver: true\n{more}"
        )
    };
    let found = |path: &str, more: &str| {
        let url = format!("url: 'http://prometheus-operated.mon.svc:9090{path}'");
        told(&[(
            "a.yaml",
            &format!("{}{}", sender_in_cluster(&url), hub(more)),
        )])
    };
    let wrong = ["Warning remote-write/receiver-settings"];
    assert_eq!(found("/api/v1/write", "  routePrefix: /prom\n"), wrong);
    assert_eq!(found("/prom/api/v1/write", "  routePrefix: /prom\n"), NONE);
    assert_eq!(
        found("/api/v1/write", "  externalUrl: 'https://h/prom'\n"),
        NONE
    );
}

/// `prometheus-operated` leads to every Prometheus of the Operator in a namespace, that of a chart too.
#[test]
fn a_chart_may_answer_beside_a_resource() {
    let resource = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, namespace: mon}\nspec: {replicas: 1}\n";
    let release = |namespace: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: kps, namespace: {namespace}}}\nspec:\n  \
             chart: {{spec: {{chart: kube-prometheus-stack}}}}\n  values: {{prometheus: {{prometheusSpec: \
             {{enableRemoteWriteReceiver: true}}}}}}\n"
        )
    };
    let sender = sender_in_cluster("url: 'http://prometheus-operated.mon.svc:9090/api/v1/write'");
    let found = |namespace: &str| {
        let all = format!("{sender}{resource}");
        told(&[("a.yaml", &all), ("kps.yaml", &release(namespace))])
    };
    assert_eq!(found("mon"), NONE);
    assert_eq!(found("other"), OFF);
}
