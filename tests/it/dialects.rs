//! One deployment, written in every dialect, with the same faults: the same finding on the right
//! token, in that dialect's words, and nothing said of the correct one.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// One endpoint as each dialect writes it. Each part is one line; `None` where a dialect has no
/// words for it.
struct Endpoint {
    url: &'static str,
    /// A password from a Secret or from a file.
    password: bool,
    /// A further line for dialects in camelCase, for those in snake_case, for Alloy, flags of vmagent,
    /// and the Collector.
    more: [&'static str; 5],
}

const RIGHT: &str = "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push";

const NOTHING: [&str; 5] = [""; 5];

type Tree = Vec<(&'static str, String)>;
type Way = (&'static str, fn(&Endpoint) -> Tree);

/// `x` indented.
fn indented(lines: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    lines.lines().map(|line| format!("{pad}{line}\n")).collect()
}

fn snake(one: &Endpoint) -> String {
    let mut out = format!("remote_write:\n- url: {}\n", one.url);
    if one.password {
        out += "  basic_auth: {username: '12345', password_file: /etc/auth/password}\n";
    }
    if !one.more[1].is_empty() {
        out += &format!("  {}\n", one.more[1]);
    }
    out
}

fn camel(one: &Endpoint) -> String {
    let mut out = format!("remoteWrite:\n- url: {}\n", one.url);
    if one.password {
        out += "  basicAuth:\n    username: {name: cloud, key: username}\n    password: {name: cloud, key: password}\n";
    }
    if !one.more[0].is_empty() {
        out += &format!("  {}\n", one.more[0]);
    }
    out
}

fn object(head: &str, spec: &str, by: usize) -> String {
    format!("{head}\n{}", indented(spec, by))
}

fn plain(one: &Endpoint) -> Tree {
    let text = format!(
        "global: {{external_labels: {{cluster: a}}}}\n{}",
        snake(one)
    );
    vec![("prometheus.yml", text)]
}

fn config_map(one: &Endpoint) -> Tree {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n    global: {external_labels: {cluster: a}}";
    vec![("cm.yaml", object(head, &snake(one), 4))]
}

fn secret(one: &Endpoint) -> Tree {
    let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: p}\nstringData:\n  prometheus.yml: |\n    global: {external_labels: {cluster: a}}";
    vec![("secret.yaml", object(head, &snake(one), 4))]
}

fn chart(one: &Endpoint) -> Tree {
    let spec = snake(one).replace("remote_write:", "remoteWrite:");
    let head = "serverFiles: {}\nserver:\n  global: {external_labels: {cluster: a}}";
    vec![("values.yaml", object(head, &spec, 2))]
}

fn resource(kind: &str, one: &Endpoint) -> Tree {
    let head = format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: p, namespace: m}}\nspec:\n  externalLabels: {{cluster: a}}"
    );
    vec![("p.yaml", object(&head, &camel(one), 2))]
}

fn prometheus(one: &Endpoint) -> Tree {
    resource("Prometheus", one)
}

fn agent(one: &Endpoint) -> Tree {
    resource("PrometheusAgent", one)
}

fn stack(one: &Endpoint) -> Tree {
    let head = "prometheus:\n  prometheusSpec:\n    externalLabels: {cluster: a}";
    vec![("values.yaml", object(head, &camel(one), 4))]
}

fn umbrella(one: &Endpoint) -> Tree {
    let head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: p}\nspec:\n  values:\n    kps:\n      prometheus:\n        prometheusSpec:\n          externalLabels: {cluster: a}";
    vec![("release.yaml", object(head, &camel(one), 10))]
}

fn openshift(one: &Endpoint) -> Tree {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-monitoring-config, namespace: openshift-monitoring}\ndata:\n  config.yaml: |\n    prometheusK8s:\n      externalLabels: {cluster: a}";
    vec![("cm.yaml", object(head, &camel(one), 6))]
}

fn monitoring_stack(one: &Endpoint) -> Tree {
    let head = "apiVersion: monitoring.rhobs/v1alpha1\nkind: MonitoringStack\nmetadata: {name: p, namespace: m}\nspec:\n  prometheusConfig:\n    externalLabels: {cluster: a}";
    vec![("stack.yaml", object(head, &camel(one), 4))]
}

fn grafana_agent(one: &Endpoint) -> Tree {
    let head = "metrics:\n  wal_directory: /tmp/wal\n  global:\n    external_labels: {cluster: a}";
    vec![("agent.yaml", object(head, &snake(one), 4))]
}

fn collector(one: &Endpoint) -> Tree {
    let mut text = format!(
        "exporters:\n  prometheusremotewrite:\n    endpoint: {}\n",
        one.url
    );
    if one.password {
        text += "    auth: {authenticator: basicauth/cloud}\n";
    }
    if !one.more[4].is_empty() {
        text += &format!("    {}\n", one.more[4]);
    }
    vec![("collector.yaml", text + "service: {pipelines: {}}\n")]
}

fn alloy(one: &Endpoint) -> Tree {
    let mut text = format!(
        "prometheus.remote_write \"cloud\" {{\n  external_labels = {{cluster = \"a\"}}\n  endpoint {{\n    url = \"{}\"\n",
        one.url
    );
    if one.password {
        text += "    basic_auth {\n      username = \"12345\"\n      password = sys.env(\"PASSWORD\")\n    }\n";
    }
    text += &indented(one.more[2], 4);
    vec![("config.alloy", text + "  }\n}\n")]
}

fn vmagent(one: &Endpoint) -> Tree {
    let mut text = format!(
        "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url={}\n",
        one.url
    );
    if one.password {
        text += "    - -remoteWrite.basicAuth.username=12345\n    - -remoteWrite.basicAuth.passwordFile=/password\n";
    }
    if !one.more[3].is_empty() {
        text += &format!("    - {}\n", one.more[3]);
    }
    vec![("compose.yaml", text)]
}

/// The flags of vmagent in one line, as compose splits it.
fn vmagent_line(one: &Endpoint) -> Tree {
    let text = vmagent(one).remove(0).1;
    let text = text.replace("command:\n    - ", "command: >-\n      ");
    vec![("compose.yaml", text.replace("\n    - ", "\n      "))]
}

/// The flags of vmagent behind a shell.
fn vmagent_shell(one: &Endpoint) -> Tree {
    let text = vmagent(one).remove(0).1;
    let (_, flags) = text.split_once("command:\n    - ").unwrap_or_default();
    let flags = flags.trim_end().replace("\n    - ", " \\\n          ");
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: registry.example.com/tools:1.0\n        args:\n        - sh\n        - -c\n        - |\n          exec /vmagent-prod ";
    vec![("deployment.yaml", format!("{head}{flags}\n"))]
}

fn tempo(one: &Endpoint) -> Tree {
    let head = "metrics_generator:\n  storage:\n    path: /tmp";
    vec![("tempo.yaml", object(head, &snake(one), 4))]
}

fn loki(one: &Endpoint) -> Tree {
    let entry = snake(one).replace("remote_write:\n- ", "");
    let entry = entry
        .lines()
        .map(|line| line.trim_start().to_owned() + "\n");
    let head = "ruler:\n  remote_write:\n    enabled: true\n    clients:\n      cloud:";
    vec![("loki.yaml", object(head, &entry.collect::<String>(), 8))]
}

fn ansible(one: &Endpoint) -> Tree {
    let text = snake(one).replace("remote_write:", "prometheus_remote_write:");
    vec![("group_vars/all.yml", text)]
}

fn agent_in_config_map(one: &Endpoint) -> Tree {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  agent.yaml: |\n    metrics:\n      wal_directory: /tmp/wal\n      global:";
    vec![("cm.yaml", object(head, &snake(one), 8))]
}

fn collector_resource(one: &Endpoint) -> Tree {
    let config = collector(one).remove(0).1;
    let head = "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {name: a}\nspec:\n  config:";
    vec![("c.yaml", object(head, &config, 4))]
}

fn vm_operator(one: &Endpoint) -> Tree {
    let head = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAgent\nmetadata: {name: a}\nspec:\n  selectAllByDefault: true";
    vec![("vm.yaml", object(head, &camel(one), 2))]
}

const WAYS: &[Way] = &[
    ("Tempo", tempo),
    ("Loki", loki),
    ("Ansible", ansible),
    ("agent in a ConfigMap", agent_in_config_map),
    ("OpenTelemetryCollector", collector_resource),
    ("VMAgent", vm_operator),
    ("plain", plain),
    ("ConfigMap", config_map),
    ("Secret", secret),
    ("chart prometheus", chart),
    ("Prometheus", prometheus),
    ("PrometheusAgent", agent),
    ("kube-prometheus-stack", stack),
    ("umbrella", umbrella),
    ("OpenShift", openshift),
    ("MonitoringStack", monitoring_stack),
    ("Grafana Agent", grafana_agent),
    ("collector", collector),
    ("Alloy", alloy),
    ("vmagent", vmagent),
    ("vmagent in a line", vmagent_line),
    ("vmagent behind a shell", vmagent_shell),
];

/// What is said of an endpoint at warning and above, but for files that are not in the tree.
fn said(way: fn(&Endpoint) -> Tree, one: &Endpoint) -> Vec<Finding> {
    let tree = way(one);
    let files: Vec<(&str, &str)> = tree.iter().map(|(path, text)| (*path, &**text)).collect();
    let mut found = memory::found("/tree", &memory::tree(&files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    let in_url = "credentials/in-url";
    found.retain(|finding| !finding.rule.starts_with("credentials/") || finding.rule == in_url);
    found
}

#[test]
fn a_right_endpoint_is_silent_in_every_dialect() {
    let right = Endpoint {
        url: RIGHT,
        password: true,
        more: NOTHING,
    };
    for (name, way) in WAYS {
        let found = said(*way, &right);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

/// Which of the further lines a way has.
fn family(name: &str) -> Option<usize> {
    Some(match name {
        "Prometheus"
        | "PrometheusAgent"
        | "kube-prometheus-stack"
        | "umbrella"
        | "OpenShift"
        | "MonitoringStack" => 0,
        "plain"
        | "ConfigMap"
        | "Secret"
        | "chart prometheus"
        | "Tempo"
        | "Grafana Agent"
        | "agent in a ConfigMap"
        | "Loki"
        | "Ansible" => 1,
        "Alloy" => 2,
        "vmagent" | "vmagent in a line" | "vmagent behind a shell" => 3,
        "collector" | "OpenTelemetryCollector" => 4,
        _ => return None,
    })
}

/// One fault: the rule that finds it, what its place shows, and how it is written. A line that is `-`
/// cannot be written there.
struct Fault {
    rule: &'static str,
    /// Alternatives, separated by `|`.
    token: &'static str,
    endpoint: Endpoint,
}

/// A fault of the URL.
fn of_url(rule: &'static str, token: &'static str, url: &'static str) -> Fault {
    let endpoint = Endpoint {
        url,
        password: !url.contains('@'),
        more: NOTHING,
    };
    Fault {
        rule,
        token,
        endpoint,
    }
}

/// A fault of another key.
fn of_key(rule: &'static str, token: &'static str, more: [&'static str; 5]) -> Fault {
    let endpoint = Endpoint {
        url: RIGHT,
        password: true,
        more,
    };
    Fault {
        rule,
        token,
        endpoint,
    }
}

fn faults() -> Vec<Fault> {
    let host = "prometheus-prod-10-prod-us-central-0.grafana.net";
    let without = Fault {
        rule: "remote-write/credentials-missing",
        token: "https://",
        endpoint: Endpoint {
            url: RIGHT,
            password: false,
            more: NOTHING,
        },
    };
    let oauth2 = of_key(
        "schema/missing-field",
        "oauth2|client",
        [
            "oauth2: {clientId: {secret: {name: c, key: i}}, clientSecret: {name: c, key: s}}",
            "oauth2: {client_id: a, client_secret_file: /s}",
            "oauth2 {\n  client_id = \"a\"\n  client_secret_file = \"/s\"\n}",
            // The URL of the tokens belongs to a flag, without which the others do nothing.
            "-",
            // An extension of its own has it.
            "-",
        ],
    );
    vec![
        of_url(
            "remote-write/url-syntax",
            host,
            "prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
        ),
        of_url(
            "remote-write/url-syntax",
            "https:/",
            "https:/prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
        ),
        of_url(
            "remote-write/url-shape",
            "/api/v1/push",
            "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/v1/push",
        ),
        of_url(
            "remote-write/plain-http",
            "http://",
            "http://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
        ),
        of_url(
            "credentials/in-url",
            "made-up",
            "https://12345:made-up@prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
        ),
        without,
        of_key(
            "tls/insecure-skip-verify",
            "true|tlsInsecureSkipVerify",
            [
                "tlsConfig: {insecureSkipVerify: true}",
                "tls_config: {insecure_skip_verify: true}",
                "tls_config {\n  insecure_skip_verify = true\n}",
                "-remoteWrite.tlsInsecureSkipVerify",
                "tls: {insecure_skip_verify: true}",
            ],
        ),
        of_key(
            "schema/unknown-field",
            "imout|imeoutt",
            [
                "remoteTimout: 30s",
                "remote_timout: 30s",
                "remote_timout = \"30s\"",
                "-remoteWrite.sendTimeoutt=30s",
                "timeoutt: 30s",
            ],
        ),
        of_key(
            "schema/invalid-value",
            "30",
            [
                "remoteTimeout: '30'",
                "remote_timeout: '30'",
                "remote_timeout = \"30\"",
                "-remoteWrite.sendTimeout=30",
                "timeout: '30'",
            ],
        ),
        of_key(
            "schema/conflict",
            "authorization|bearer|basic|password|sername",
            [
                "authorization: {credentials: {name: cloud, key: token}}",
                "authorization: {credentials_file: /token}",
                "authorization {\n  credentials_file = \"/token\"\n}",
                "-remoteWrite.bearerTokenFile=/token",
                // It has one extension for all.
                "-",
            ],
        ),
        of_key(
            "schema/invalid-value",
            "(",
            [
                "writeRelabelConfigs: [{action: drop, sourceLabels: [a], regex: '('}]",
                "write_relabel_configs: [{action: drop, source_labels: [a], regex: '('}]",
                "write_relabel_config {\n  action = \"drop\"\n  source_labels = [\"a\"]\n  regex = \"(\"\n}",
                // Rules are in a file of their own.
                "-",
                // Processors relabel.
                "-",
            ],
        ),
        of_key(
            "remote-write/relabel",
            "__name__|drop|.*",
            [
                "writeRelabelConfigs: [{action: drop, sourceLabels: [__name__], regex: '.*'}]",
                "write_relabel_configs: [{action: drop, source_labels: [__name__], regex: '.*'}]",
                "write_relabel_config {\n  action = \"drop\"\n  source_labels = [\"__name__\"]\n  regex = \".*\"\n}",
                "-",
                "-",
            ],
        ),
        of_key(
            "schema/invalid-value",
            "dropp",
            [
                "writeRelabelConfigs: [{action: dropp, sourceLabels: [a], regex: b}]",
                "write_relabel_configs: [{action: dropp, source_labels: [a], regex: b}]",
                "write_relabel_config {\n  action = \"dropp\"\n  source_labels = [\"a\"]\n  regex = \"b\"\n}",
                "-",
                "-",
            ],
        ),
        of_key(
            "schema/invalid-value",
            "Content-Type",
            [
                "headers: {Content-Type: a}",
                "headers: {Content-Type: a}",
                "headers = {\"Content-Type\" = \"a\"}",
                // Any header may be sent.
                "-",
                "-",
            ],
        ),
        of_key(
            "schema/invalid-value",
            "TLS9",
            [
                "tlsConfig: {minVersion: TLS9}",
                "tls_config: {min_version: TLS9}",
                "tls_config {\n  min_version = \"TLS9\"\n}",
                // There is no such flag.
                "-",
                // It has other words for versions.
                "-",
            ],
        ),
        of_key(
            "schema/conflict",
            "hards|5|1",
            [
                "queueConfig: {minShards: 5, maxShards: 1}",
                "queue_config: {min_shards: 5, max_shards: 1}",
                "queue_config {\n  min_shards = 5\n  max_shards = 1\n}",
                // Neither has shards.
                "-",
                "-",
            ],
        ),
        of_key(
            "schema/wrong-type",
            "maybe",
            [
                "sendExemplars: maybe",
                "send_exemplars: maybe",
                "send_exemplars = \"maybe\"",
                // Neither has such a switch.
                "-",
                "-",
            ],
        ),
        of_key(
            "schema/conflict",
            "sigv4|basic",
            [
                "sigv4: {region: eu-west-1}",
                "sigv4: {region: eu-west-1}",
                "sigv4 {\n  region = \"eu-west-1\"\n}",
                // It signs and authenticates side by side.
                "-",
                "-",
            ],
        ),
        oauth2,
        of_key(
            "schema/invalid-value",
            "V3.0|a.b",
            [
                "messageVersion: V3.0",
                "protobuf_message: a.b",
                "protobuf_message = \"a.b\"",
                // Neither has the key of Prometheus.
                "-",
                "-",
            ],
        ),
    ]
}

/// Faults that are none there: the token, the ways, and why.
const NONE_THERE: &[(&str, &[&str], &str)] = &[
    (
        "hards|5|1",
        &["Grafana Agent", "agent in a ConfigMap"],
        "the release of Prometheus in it takes them",
    ),
    (
        "V3.0|a.b",
        &["Grafana Agent", "agent in a ConfigMap"],
        "the key is newer than that release, which is what is said",
    ),
];

/// Where a fault is not found at its place.
fn unfound(fault: &Fault, name: &str, way: fn(&Endpoint) -> Tree) -> Option<String> {
    let found = said(way, &fault.endpoint);
    let fits = |finding: &Finding| {
        let text = finding.place.text();
        let line = text.slice(finding.place.span());
        let mut tokens = fault.token.split('|');
        finding.rule == fault.rule
            && tokens.any(|token| line.contains(token) || token.contains(line))
    };
    let shown: Vec<_> = found.iter().map(|one| (&one.rule, &one.message)).collect();
    let is_told = found.iter().any(fits);
    (!is_told).then(|| format!("{name} {} {}: {shown:?}", fault.rule, fault.token))
}

#[test]
fn a_fault_is_the_same_finding_in_every_dialect() {
    let (mut unwritten, mut missed) = (0, Vec::new());
    for fault in faults() {
        for (name, way) in WAYS {
            let more = &fault.endpoint.more;
            let line = match family(name) {
                Some(family) => more[family],
                // Tables of their own have other keys.
                None if more.iter().any(|line| !line.is_empty()) => continue,
                None => "",
            };
            match line {
                "-" => unwritten += 1,
                _ if NONE_THERE
                    .iter()
                    .any(|(token, ways, _)| *token == fault.token && ways.contains(name)) =>
                {
                    unwritten += 1;
                }
                _ => missed.extend(unfound(&fault, name, *way)),
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(unwritten <= 60, "{unwritten} cannot be written");
}

/// Messages name keys as the dialect writes them.
#[test]
fn messages_speak_the_words_of_the_dialect() {
    for (name, way) in WAYS {
        let one = Endpoint {
            url: RIGHT,
            password: true,
            more: [
                "tlsConfig: {insecureSkipVerify: true}",
                "tls_config: {insecure_skip_verify: true}",
                "tls_config {\n  insecure_skip_verify = true\n}",
                "-remoteWrite.tlsInsecureSkipVerify",
                "tls: {insecure_skip_verify: true}",
            ],
        };
        let found = said(*way, &one);
        let text: String = found
            .iter()
            .filter(|one| one.rule == "tls/insecure-skip-verify")
            .flat_map(|one| {
                [
                    one.message.to_string(),
                    one.help_line().unwrap_or_default().into(),
                ]
            })
            .collect();
        let is_camel = [
            "Prometheus",
            "kube",
            "umbrella",
            "OpenShift",
            "MonitoringStack",
            "vmagent",
        ];
        if is_camel.iter().any(|start| name.starts_with(start)) {
            assert!(!text.contains("insecure_skip_verify"), "{name}: {text}");
        }
    }
}

/// Resources of the Operator: what each rejects, and the correct form beside it.
#[test]
fn the_operator_has_its_own_table() {
    let head = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p, namespace: m}\nspec:\n";
    for (spec, expected) in [
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', basic_auth: {}}]",
            "schema/unknown-field",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', basicAuth: {password: abc}}]",
            "schema/wrong-type",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', remoteTimeout: 5}]",
            "schema/wrong-type",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', remoteTimeout: 5x}]",
            "schema/invalid-value",
        ),
        ("  remoteWrite: [{name: a}]", "schema/missing-field"),
        ("  externalLabels: {replica: 1}", "schema/wrong-type"),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', writeRelabelConfigs: [{action: drop, sourceLabels: [a], regex: '('}]}]",
            "schema/invalid-value",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', tlsConfig: {ca: {name: a, key: b}}}]",
            "schema/wrong-type",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', insecureSkipVerify: true}]",
            "schema/unknown-field",
        ),
        ("  scrapeInterval: 30s\n  replicas: 2", ""),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', tlsConfig: {ca: {secret: {name: a, key: b}}}}]",
            "",
        ),
        (
            "  remoteWrite: [{url: 'https://a.example.com/x', remoteTimeout: 5s, sendExemplars: true}]",
            "",
        ),
    ] {
        let text = format!("{head}{spec}\n");
        let mut found = memory::found("/tree", &memory::tree(&[("p.yaml", &text)]));
        found.retain(|one| one.severity == Severity::Error && one.rule.starts_with("schema/"));
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        match expected {
            "" => assert!(rules.is_empty(), "{spec}: {found:?}"),
            rule => assert_eq!(rules, [rule], "{spec}: {found:?}"),
        }
    }
}

/// Keys of Secrets that the tree makes.
#[test]
fn keys_of_secrets_are_followed() {
    let prometheus = |name: &str, key: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p, namespace: m}}\nspec:\n  remoteWrite:\n  - url: https://a.example.com/api/v1/write\n    authorization: {{credentials: {{name: {name}, key: {key}}}}}\n"
        )
    };
    let secret = |data: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: writer, namespace: m}}\n{data}\n")
    };
    let right = secret("stringData: {token: made-up}");
    for (name, key, secret, expected) in [
        ("writer", "token", right.clone(), None),
        ("writer", "tokn", right.clone(), Some(Severity::Error)),
        ("writter", "token", right.clone(), Some(Severity::Warning)),
        ("token", "writer", right.clone(), Some(Severity::Error)),
        // Something else fills it.
        ("writer", "token", secret("type: Opaque"), None),
        // Two names rather than a slip.
        ("writer-b", "token", right.replace("name: writer", "name: writer-a"), None),
        ("writer2", "token", right.replace("name: writer", "name: writer1"), None),
        // Made elsewhere.
        ("another", "token", right.clone(), None),
        (
            "writer",
            "token",
            right.replace("namespace: m", "namespace: other"),
            Some(Severity::Warning),
        ),
        // A program copies it.
        (
            "writer",
            "token",
            right.replace(
                "namespace: m",
                "namespace: other, annotations: {reflector.v1.k8s.emberstack.com/reflection-allowed: 'true'}",
            ),
            None,
        ),
        ("writer", "token", right.replace("made-up", "changeme"), Some(Severity::Warning)),
        ("writer", "token", right.replace("made-up", "'${TOKEN}'"), None),
        ("writer", "token", secret("data: {token: bWFkZS11cAo=}"), Some(Severity::Error)),
        ("writer", "token", secret("data: {token: bWFkZS11cA==}"), None),
        ("writer", "token", secret("stringData: {token: ''}"), Some(Severity::Error)),
        ("writer", "token", secret("stringData: {token: Bearer made-up}"), Some(Severity::Error)),
        // An ExternalSecret that takes whatever is there.
        (
            "writer",
            "token",
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: writer, namespace: m}\nspec: {target: {name: writer}, dataFrom: [{extract: {key: a}}]}\n".to_owned(),
            None,
        ),
    ] {
        let text = prometheus(name, key);
        let tree = memory::tree(&[("p.yaml", &text), ("s.yaml", &secret)]);
        let found = memory::found("/tree", &tree);
        let reported = found.iter().find(|one| one.rule == "kubernetes/secret-key");
        assert_eq!(reported.map(|one| one.severity), expected, "{name} {key} {secret}: {reported:?}");
    }
}

/// Values of the chart `prometheus`: what its templates read, and what they leave.
#[test]
fn keys_that_the_chart_does_not_read_are_reported() {
    let beside = "alertmanager: {enabled: false}\n";
    for (values, expected) in [
        (
            "server:\n  remote_write: [{url: 'https://a.example.com/api/v1/write'}]\n",
            Some("`remoteWrite`"),
        ),
        (
            "server:\n  remote_read: [{url: 'https://a.example.com/api/v1/read'}]\n",
            Some("`remoteRead`"),
        ),
        (
            "remoteWrite: [{url: 'https://a.example.com/api/v1/write'}]\nserver: {retention: 1d}\n",
            Some("`server`"),
        ),
        (
            "server:\n  remoteWrite: []\n  basic_auth: {username: a}\n",
            Some("`remoteWrite`"),
        ),
        (
            "server:\n  remoteWrite: [{url: 'https://a.example.com/api/v1/write'}]\n  retention: 1d\n",
            None,
        ),
        (
            "server:\n  image: {tag: v3.5.0}\n  extraFlags: [web.enable-lifecycle]\n",
            None,
        ),
    ] {
        let text = format!("{beside}{values}");
        let found = memory::found("/tree", &memory::tree(&[("values.yaml", &text)]));
        let reported = found.iter().find(|one| one.rule == "schema/unknown-field");
        match expected {
            Some(word) => assert!(
                reported.is_some_and(|one| one.message.contains(word)),
                "{values}: {found:?}"
            ),
            None => assert!(reported.is_none(), "{values}: {reported:?}"),
        }
    }
}

#[test]
fn rules_jobs_and_agents_in_values_of_the_chart_are_judged() {
    for (values, rule) in [
        (
            "server: {retention: 1d}\nserverFiles:\n  alerting_rules.yml:\n    groups: [{name: a, rules: [{alert: A, expr: 'up =='}]}]\n",
            Some("files/promql"),
        ),
        (
            "server: {retention: 1d}\nextraScrapeConfigs: |\n  - job_name: a\n    static_config: []\n",
            Some("schema/unknown-field"),
        ),
        (
            "server: {retention: 1d}\nscrapeConfigs:\n  app: {enabled: true, static_config: []}\n",
            Some("schema/unknown-field"),
        ),
        (
            "server: {retention: 1d}\nscrapeConfigs:\n  app: {job_name: '', static_configs: [{targets: [a]}]}\n  \
             prometheus: {enabled: false, static_config: []}\n",
            None,
        ),
        (
            "server: {retention: 1d}\nruleFiles:\n  a.yml:\n    groups: [{name: a, rules: [{record: 'a:b', exprr: up}]}]\n",
            Some("files/rule-file"),
        ),
        (
            "server:\n  extraFlags: [agent]\nserverFiles:\n  prometheus.yml:\n    rule_files: [a.yml]\n    scrape_configs: []\n",
            Some("schema/conflict"),
        ),
        (
            "server:\n  defaultFlagsOverride: [--agent]\nserverFiles:\n  prometheus.yml:\n    rule_files: [a.yml]\n    scrape_configs: []\n",
            Some("schema/conflict"),
        ),
        (
            "server:\n  defaultFlagsOverride: [--config.file=a]\nserverFiles:\n  prometheus.yml:\n    rule_files: [/etc/config/a.yml]\n    scrape_configs: []\n",
            None,
        ),
    ] {
        let text = format!("alertmanager: {{enabled: false}}\n{values}");
        let mut found = memory::found("/tree", &memory::tree(&[("values.yaml", &text)]));
        found.retain(|one| one.severity == Severity::Error);
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules.first().copied(), rule, "{values}: {found:?}");
    }
}

/// What becomes a file ends in a line break, and is right so.
#[test]
fn files_from_secrets_may_end_in_a_line_break() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: writer, namespace: m}\nstringData:\n  file: |\n    - job_name: a\n      static_configs: [{targets: ['a:1']}]\n";
    for (spec, expected) in [
        ("additionalScrapeConfigs: {name: writer, key: file}", false),
        (
            "remoteWrite: [{url: 'https://a.example.com/api/v1/write', tlsConfig: {ca: {secret: {name: writer, key: file}}}}]",
            false,
        ),
        (
            "remoteWrite: [{url: 'https://a.example.com/api/v1/write', tlsConfig: {keySecret: {name: writer, key: file}}}]",
            false,
        ),
        (
            "remoteWrite: [{url: 'https://a.example.com/api/v1/write', authorization: {credentials: {name: writer, key: file}}}]",
            true,
        ),
        (
            "remoteWrite: [{url: 'https://a.example.com/api/v1/write', oauth2: {tokenUrl: 'https://a.example.com/t', clientSecret: {name: writer, key: file}, clientId: {secret: {name: writer, key: file}}}}]",
            true,
        ),
    ] {
        let text = format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: p, namespace: m}}\nspec:\n  {spec}\n"
        );
        let tree = memory::tree(&[("p.yaml", text.as_str()), ("s.yaml", secret)]);
        let found = memory::found("/tree", &tree);
        let reported = found.iter().any(|one| one.rule == "kubernetes/secret-key");
        assert_eq!(reported, expected, "{spec}: {found:?}");
    }
}

#[test]
fn the_charts_own_keys_beside_groups_of_rules_are_left_alone() {
    let values = "prometheus: {prometheusSpec: {}}\nadditionalPrometheusRulesMap:\n  a:\n    additionalLabels: {team: x}\n    groups: [{name: a, rules: [{alert: A, expr: EXPR}]}]\nadditionalPrometheusRules:\n- name: b\n  additionalLabels: {team: x}\n  groups: [{name: b, rules: [{alert: B, expr: up == 0}]}]\n";
    for (expression, expected) in [("up == 0", 0), ("up ==", 1)] {
        let text = values.replace("EXPR", expression);
        let mut found = memory::found("/tree", &memory::tree(&[("values.yaml", &text)]));
        found.retain(|one| one.severity == Severity::Error);
        assert_eq!(found.len(), expected, "{found:?}");
    }
}

/// Other programs have a section `metrics` or `prometheus` as well.
#[test]
fn a_section_of_another_program_is_not_one_of_an_agent() {
    for text in [
        "metrics: {global: {prefix: a}, configs: [{name: a, remote_write_buffer: 1}]}\nscrape_x: 1\n",
        "prometheus: {global: {scrape_interval: 1m, imageRegistry: a}, configs: {a: b}}\n",
        "metrics: {configs: [{sink: a}]}\nremote_write_x: true\n",
    ] {
        let found = memory::found("/tree", &memory::tree(&[("app.yaml", text)]));
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn what_of_alloy_cannot_be_read_is_not_checked() {
    let head = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://a.example.com/api/v1/write\"\n  }\n}\n";
    for (more, unchecked) in [
        ("", 0),
        ("// end", 0),
        ("logging {\n  level = \"info\"\n}\n", 0),
        (
            "x = ]\nprometheus.remote_write \"b\" { endpoint { url = \"foo\" } }\n",
            1,
        ),
        ("}", 1),
    ] {
        let text = format!("{head}{more}");
        let tree = memory::tree(&[("config.alloy", &text)]);
        let run = memory::judged(&memory::at("/tree"), &tree);
        let listed = run.outcome.unchecked();
        assert_eq!(listed.len(), unchecked, "{more}: {listed:?}");
    }
}

/// What the chart does not read, and what does nothing beside another key, in each of its carriers.
#[test]
fn keys_without_effect_are_reported_in_each_carrier_of_the_chart() {
    let flux = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: p}\nspec:\n  chart: {spec: {chart: CHART}}\n  values: {server: {remote_write: [{url: 'https://a.example.com/w'}]}}\n";
    let mounted = "server:\n  extraSecretMounts: [{name: a, mountPath: /etc/secrets/a, secretName: a}]\n  remoteWrite: [{url: 'https://a.example.com/api/v1/write', authorization: {credentials_file: /etc/secrets/a/token}}]\nalertmanager: {}\n";
    for (file, text, rule) in [
        (
            "release.yaml",
            flux.replace("CHART", "prometheus"),
            Some("schema/unknown-field"),
        ),
        ("release.yaml", flux.replace("CHART", "other"), None),
        (
            "kustomization.yaml",
            "helmCharts:\n- name: prometheus\n  valuesInline: {server: {remoteWrite: [{url: 'a.example.com/api/v1/write'}]}}\n".to_owned(),
            Some("remote-write/url-syntax"),
        ),
        (
            "helmfile.yaml",
            "releases:\n- chart: prometheus-community/prometheus\n  values: [{server: {remoteWrite: [{url: 'a.example.com/api/v1/write'}]}}]\n".to_owned(),
            Some("remote-write/url-syntax"),
        ),
        (
            "values.yaml",
            "server: {retention: 1d}\nextraScrapeConfigs: [{job_name: a}]\n".to_owned(),
            Some("schema/wrong-type"),
        ),
        (
            "values.yaml",
            "alertmanager: {}\nserver: {global: {scrapeInterval: 1m, externalLabels: {a: b}}}\n".to_owned(),
            Some("schema/unknown-field"),
        ),
        (
            "values.yaml",
            "server: {retention: 1d}\nserverFiles: {alerting_rules.yml: {groups: []}, prometheus.yml: {rule_files: [/etc/config/alerts_rules.yml], scrape_configs: []}}\n".to_owned(),
            Some("files/missing"),
        ),
        (
            "values.yaml",
            "server: {retention: 1d}\nserverFiles: {prometheus.yml: {rule_files: [/etc/config/rules, /etc/config/x.yml], scrape_configs: []}}\n".to_owned(),
            Some("files/missing"),
        ),
        (
            "values.yaml",
            "server: {retention: 1d}\nserverFiles: {x.yml: {groups: []}, prometheus.yml: {rule_files: [/etc/config/rules, /etc/config/x.yml], scrape_configs: []}}\n".to_owned(),
            None,
        ),
        ("values.yaml", mounted.to_owned(), None),
    ] {
        let mut found = memory::found("/tree", &memory::tree(&[(file, &text)]));
        found.retain(|one| one.severity >= Severity::Warning);
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules.first().copied(), rule, "{text}: {found:?}");
    }
}
