//! Files of other programs that send, read with the consequences that they have there.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is found in a tree, from warnings on: places, rules, severities and messages.
fn told(files: &[(&str, &str)]) -> Vec<(String, String, Severity, String)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity >= Severity::Warning);
    let line = |one: &Finding| {
        let path = one.place.path();
        let name = path.rsplit('/').next().unwrap_or(path);
        format!("{name}:{}", one.place.start().line)
    };
    let told = found.iter();
    told.map(|one| {
        (
            line(one),
            one.rule.to_string(),
            one.severity,
            one.message.to_string(),
        )
    })
    .collect()
}

/// A tree in which one thing is told, at a place, with some words in it.
fn assert_told(files: &[(&str, &str)], place: &str, severity: Severity, words: &str) {
    match &*told(files) {
        [(at, _, how, message)] => {
            assert_eq!((&**at, *how), (place, severity), "{message}");
            assert!(message.contains(words), "{message}");
        }
        other => panic!("{place} {words}: {other:?}"),
    }
}

fn assert_silent(files: &[(&str, &str)]) {
    let told = told(files);
    assert!(told.is_empty(), "{files:?}: {told:?}");
}

/// A service of Thanos Rule with its file of endpoints.
const RULER: &str = "services:\n  ruler:\n    image: quay.io/thanos/thanos:v0.37.2\n    command: [rule, --query=a, --remote-write.config-file=/etc/thanos/rw.yaml]\n    volumes: ['./rw.yaml:/etc/thanos/rw.yaml']\n";

#[test]
fn the_file_of_thanos_rule_is_read_as_it_reads_it() {
    let entry = |more: &str| {
        format!("remote_write:\n- url: https://receive.example.com/api/v1/receive\n{more}")
    };
    let tree = |more: &str| entry(more);
    for (more, place, severity, words) in [
        (
            "  basicAuth: {username: a}\n",
            "rw.yaml:3",
            Severity::Warning,
            "Thanos Rule ignores it",
        ),
        (
            "  basic_auth: {username: a, password: '${PW}'}\n",
            "rw.yaml:3",
            Severity::Warning,
            "only `$(PW)`",
        ),
        (
            "  remote_timeout: 1x\n",
            "rw.yaml:3",
            Severity::Error,
            "Thanos Rule does not start",
        ),
    ] {
        let text = tree(more);
        assert_told(
            &[("compose.yaml", RULER), ("rw.yaml", &text)],
            place,
            severity,
            words,
        );
    }
    for more in [
        "",
        "  basic_auth: {username: a, password: $(PW)}\n",
        "  name: receive\n",
    ] {
        assert_silent(&[("compose.yaml", RULER), ("rw.yaml", &tree(more))]);
    }
    // Nothing says that Thanos Rule reads it.
    let camel = tree("  basicAuth: {username: a}\n");
    let told = told(&[("rw.yaml", &camel)]);
    let [(_, _, severity, message)] = &*told else {
        panic!("{told:?}")
    };
    assert_eq!(*severity, Severity::Error);
    assert!(message.contains("Prometheus rejects the file"), "{message}");
}

#[test]
fn a_file_of_thanos_rule_without_endpoints_is_told() {
    assert_told(
        &[("compose.yaml", RULER), ("rw.yaml", "remote_write: []\n")],
        "rw.yaml:1",
        Severity::Warning,
        "no endpoint",
    );
}

/// The endpoints may be in the flag itself.
#[test]
fn endpoints_in_a_flag_of_thanos_rule_are_read() {
    let service = |flags: &str| {
        format!(
            "services:\n  ruler:\n    image: quay.io/thanos/thanos:v0.37.2\n    command:\n    - rule\n{flags}"
        )
    };
    let inline = |host: &str| {
        service(&format!(
            "    - |-\n      --remote-write.config=remote_write:\n        - url: {host}/api/v1/receive\n"
        ))
    };
    assert_told(
        &[("compose.yaml", &inline("thanos-receive:19291"))],
        "compose.yaml:8",
        Severity::Error,
        "has no scheme",
    );
    assert_silent(&[("compose.yaml", &inline("http://thanos-receive:19291"))]);
    let apart = |host: &str| {
        service(&format!(
            "    - --remote-write.config\n    - 'remote_write: [{{url: \"{host}/api/v1/receive\"}}]'\n"
        ))
    };
    assert_told(
        &[("compose.yaml", &apart("thanos-receive:19291"))],
        "compose.yaml:7",
        Severity::Error,
        "has no scheme",
    );
    let both = service(
        "    - --remote-write.config-file=/rw.yaml\n    - '--remote-write.config=remote_write: [{url: \"http://a/api/v1/receive\"}]'\n",
    );
    assert_told(
        &[("compose.yaml", &both)],
        "compose.yaml:7",
        Severity::Error,
        "Thanos Rule does not start",
    );
}

/// A Collector with an extension and an exporter that names it.
fn collector(extension: &str, exporter: &str) -> String {
    format!(
        "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://mimir.example.com/api/v1/push\n{exporter}extensions:\n{extension}service:\n  extensions: [a]\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
    )
    .replace("[a]", match extension.trim_start().split(':').next() {
        Some("bearertokenauth") => "[bearertokenauth]",
        Some("basicauth/rw") => "[basicauth/rw]",
        _ => "[health_check]",
    })
}

/// A credential in an extension of a Collector is one of the exporter that names it.
#[test]
fn credentials_in_extensions_of_a_collector_are_read() {
    let bearer = "    auth: {authenticator: bearertokenauth}\n";
    let basic = "    auth: {authenticator: basicauth/rw}\n";
    for (extension, exporter, line, severity, words) in [
        (
            "  bearertokenauth: {token: 9f8a7s6d5f4g3h2j1k0l9q8w7e6r}\n",
            bearer,
            7,
            Severity::Warning,
            "`auth.token` holds a secret",
        ),
        (
            "  basicauth/rw: {client_auth: {username: u, password: 9f8a7s6d5f4g3h2j1k0l9q8w7e6r}}\n",
            basic,
            7,
            Severity::Warning,
            "password` holds a secret",
        ),
        (
            "  health_check: {}\n",
            "    headers: {Authorization: 'Bearer 9f8a7s6d5f4g3h2j1k0l9q8w7e6r'}\n",
            5,
            Severity::Warning,
            "holds a secret",
        ),
        (
            "  basicauth/rw: {client_auth: {username: u, passwd: '${env:P}'}}\n",
            basic,
            7,
            Severity::Warning,
            "`passwd`",
        ),
        (
            "  basicauth/rw: {htpasswd: {file: /etc/htpasswd}}\n",
            basic,
            5,
            Severity::Error,
            "only `htpasswd`",
        ),
    ] {
        let text = collector(extension, exporter);
        let place = format!("collector.yaml:{line}");
        assert_told(&[("collector.yaml", &text)], &place, severity, words);
    }
    for (extension, exporter) in [
        ("  bearertokenauth: {token: '${env:TOKEN}'}\n", bearer),
        (
            "  bearertokenauth: {filename: /run/token, token: x}\n",
            bearer,
        ),
        (
            "  basicauth/rw: {client_auth: {username: u, password: '${env:P}'}}\n",
            basic,
        ),
        (
            "  health_check: {}\n",
            "    headers: {Authorization: 'Bearer ${env:TOKEN}'}\n",
        ),
    ] {
        assert_silent(&[("collector.yaml", &collector(extension, exporter))]);
    }
}

/// Values for which the Collector does not start, beside those that it takes.
#[test]
fn values_that_a_collector_rejects_are_errors() {
    for (wrong, right) in [
        (
            "remote_write_queue: {queue_size: 0}",
            "remote_write_queue: {enabled: false, queue_size: 0}",
        ),
        (
            "remote_write_queue: {num_consumers: -1}",
            "remote_write_queue: {num_consumers: 0}",
        ),
        (
            "max_batch_request_parallelism: 0",
            "max_batch_request_parallelism: 1",
        ),
        ("tls: {min_version: TLS12}", "tls: {min_version: '1.2'}"),
        ("timeout: 1d", "timeout: 24h"),
        ("headers: 'X-Scope-OrgID: a'", "headers: {X-Scope-OrgID: a}"),
        (
            "external_labels: {cluster: ''}",
            "external_labels: {cluster: a}",
        ),
        ("compression: gzip", "compression: snappy"),
        (
            "proxy_url: 'http://${env:A-B}'",
            "proxy_url: 'http://${env:A:-b}'",
        ),
    ] {
        let text = |line: &str| collector("  health_check: {}\n", &format!("    {line}\n"));
        let told = told(&[("collector.yaml", &text(wrong))]);
        let [(place, _, _, message)] = &*told else {
            panic!("{wrong}: {told:?}")
        };
        assert_eq!(place, "collector.yaml:5", "{wrong}");
        assert!(
            message.contains("the Collector rejects the file") || message.contains("it rejects"),
            "{message}"
        );
        assert_silent(&[("collector.yaml", &text(right))]);
    }
}

/// New Relic's configurator makes an endpoint of a key, and ignores what it does not know.
#[test]
fn the_configurator_of_new_relic_is_read() {
    let file = |line: &str| {
        format!("newrelic_remote_write:\n  {line}\ncommon: {{scrape_interval: 30s}}\n")
    };
    for (wrong, severity, words) in [
        (
            "license_key: eu01xx9f3b1c55e8a7d2096e4be31cFFNRAL",
            Severity::Warning,
            "`license_key` holds a secret",
        ),
        (
            "url: https://metric-api.newrelic.com/prometheus/v1/write",
            Severity::Warning,
            "the New Relic agent ignores it",
        ),
        (
            "extra_write_relabel_configs: [{source_labels: [__name__], regex: 'kube_(?!pod).*', action: keep}]",
            Severity::Error,
            "`regex`",
        ),
    ] {
        assert_told(
            &[("config.yaml", &file(wrong))],
            "config.yaml:2",
            severity,
            words,
        );
        let values = format!("cluster: prod\nconfig:\n  newrelic_remote_write:\n    {wrong}\n");
        assert_told(
            &[("values.yaml", &values)],
            "values.yaml:4",
            severity,
            words,
        );
    }
    assert_silent(&[("config.yaml", &file("license_key: ${LICENSE_KEY}"))]);
    assert_silent(&[("config.yaml", &file("proxy_url: http://proxy:3128"))]);
    assert_silent(&[("config.yaml", &file("data_source_name: a"))]);
}

/// Flags of vmagent in variables of Ansible, and the ones that it rejects or that do nothing.
#[test]
fn flags_in_other_places_are_read() {
    let ansible = |url: &str| {
        format!(
            "vmagent_service_args:\n  promscrape.config: /etc/p.yml\n  remoteWrite.url: '{url}'\n"
        )
    };
    assert_told(
        &[("group_vars/all.yml", &ansible("victoria:8428/api/v1/write"))],
        "all.yml:3",
        Severity::Error,
        "has no scheme",
    );
    assert_silent(&[(
        "group_vars/all.yml",
        &ansible("http://victoria:8428/api/v1/write"),
    )]);
    let service = |image: &str, flags: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/{image}:v1.110.0\n    command:\n{flags}"
        )
    };
    for (image, flags, line, severity, words) in [
        (
            "vmagent",
            "    - -remoteWrite.url=http://vm:8428/api/v1/write\n    - -remoteWrite.headers=X-Scope-OrgID\n",
            6,
            Severity::Error,
            "without `:`",
        ),
        (
            "vmalert",
            "    - -remoteWrite.url=vm:8428\n",
            5,
            Severity::Error,
            "has no scheme",
        ),
        (
            "vmalert",
            "    - -remoteWrite.url=http://vm:8428/api/v1/write\n",
            5,
            Severity::Warning,
            "vmalert appends",
        ),
    ] {
        let text = service(image, flags);
        assert_told(
            &[("compose.yaml", &text)],
            &format!("compose.yaml:{line}"),
            severity,
            words,
        );
    }
    for (image, flags) in [
        (
            "vmagent",
            "    - -remoteWrite.url=http://vm:8428/api/v1/write\n    - '-remoteWrite.headers=X-Scope-OrgID: a'\n",
        ),
        ("vmalert", "    - -remoteWrite.url=http://vm:8428\n"),
        (
            "vmalert",
            "    - -remoteWrite.url=http://vm:8428/api/v1/write\n    - -remoteWrite.disablePathAppend\n",
        ),
    ] {
        assert_silent(&[("compose.yaml", &service(image, flags))]);
    }
}

/// Sections of Grafana's programs around the endpoints.
#[test]
fn sections_of_grafanas_programs_are_judged_as_they_read_them() {
    let tempo = |line: &str| {
        format!(
            "storage: {{trace: {{backend: local}}}}\nmetrics_generator:\n  storage:\n    path: /wal\n{line}    remote_write: [{{url: 'http://prometheus:9090/api/v1/write'}}]\n"
        )
    };
    let loki =
        |lines: &str| format!("schema_config: {{configs: []}}\nruler:\n  remote_write:\n{lines}");
    let client = |more: &str| {
        format!(
            "    enabled: true\n    clients:\n      a:\n        url: http://prometheus:9090/api/v1/write\n{more}"
        )
    };
    let instance = |url: &str| {
        format!(
            "name: a\nhost_filter: false\nscrape_configs: []\nremote_write: [{{url: '{url}'}}]\n"
        )
    };
    for (name, text, line, severity, words) in [
        (
            "tempo.yaml",
            tempo("    remote_write_flush_deadlin: 1m\n"),
            5,
            Severity::Warning,
            "Tempo rejects the file",
        ),
        (
            "loki.yaml",
            loki("    enabled: true\n"),
            4,
            Severity::Error,
            "`clients`: missing",
        ),
        (
            "loki.yaml",
            loki(&client("        headers: {X-Scope-OrgID: ops}\n")),
            8,
            Severity::Warning,
            "Loki drops this header",
        ),
        (
            "agent-1.yaml",
            instance("cortex:9009/api/prom/push"),
            4,
            Severity::Error,
            "has no scheme",
        ),
    ] {
        assert_told(&[(name, &text)], &format!("{name}:{line}"), severity, words);
    }
    for (name, text) in [
        (
            "tempo.yaml",
            tempo("    remote_write_flush_deadline: 1m\n    wal: {}\n"),
        ),
        ("loki.yaml", loki("    enabled: false\n")),
        (
            "loki.yaml",
            loki(&client("        headers: {X-Team: ops}\n")),
        ),
        ("agent-1.yaml", instance("http://cortex:9009/api/prom/push")),
    ] {
        assert_silent(&[(name, &text)]);
    }
}

/// A fragment for Grafana Agent has `remote_write` in its `global`.
#[test]
fn a_fragment_beside_an_agent_is_no_error() {
    let fragment = "global:\n  scrape_interval: 15s\n  remote_write: [{url: 'http://prometheus:9090/api/v1/write'}]\n";
    let compose = "services:\n  agent: {image: 'grafana/agent:v0.43.0', command: ['-config.file=/etc/agent/agent.yaml']}\n";
    let told_of =
        |files: &[(&str, &str)]| told(files).into_iter().map(|one| one.2).collect::<Vec<_>>();
    assert_eq!(told_of(&[("custom.yml", fragment)]), [Severity::Error]);
    assert_eq!(
        told_of(&[("custom.yml", fragment), ("compose.yaml", compose)]),
        [Severity::Warning]
    );
}

/// Durations with days, and keys of Prometheus, for which Alloy does not start.
#[test]
fn what_only_prometheus_takes_is_an_error_in_alloy() {
    let file = |line: &str| {
        format!(
            "prometheus.scrape \"a\" {{\n  targets = []\n  forward_to = [prometheus.remote_write.a.receiver]\n}}\nprometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"http://mimir:9009/api/v1/push\"\n    {line}\n  }}\n}}\n"
        )
    };
    for (wrong, right) in [
        ("remote_timeout = \"1d\"", "remote_timeout = \"24h\""),
        (
            "write_relabel_configs = []",
            "write_relabel_config { action = \"keep\" }",
        ),
        (
            "basic_auth { username_file = \"/u\" }",
            "basic_auth {\n username = \"a\"\n password_file = \"/p\"\n }",
        ),
    ] {
        let told_of = |line: &str| {
            let mut all = told(&[("config.alloy", &file(line))]);
            all.retain(|one| one.3.contains("Alloy"));
            all
        };
        let told = told_of(wrong);
        assert!(
            matches!(&*told, [(place, _, Severity::Error, _)] if place == "config.alloy:8"),
            "{wrong}: {told:?}"
        );
        assert!(told_of(right).is_empty(), "{right}: {:?}", told_of(right));
    }
}

/// What Prometheus rejects, and these programs take.
/// A configuration of Alloy with a job, an endpoint, and more components.
fn alloy(endpoint: &str, more: &str) -> String {
    format!(
        "prometheus.scrape \"node\" {{\n  targets = [{{\"__address__\" = \"node:9100\"}}]\n  forward_to = [prometheus.remote_write.m.receiver]\n}}\nprometheus.remote_write \"m\" {{\n  endpoint {{\n    url = \"https://m.example.com/api/v1/push\"\n    {endpoint}\n  }}\n}}\n{more}"
    )
}

/// Each fault of Alloy's configuration with the form that is right.
#[test]
fn what_alloy_rejects_is_told_at_its_place() {
    let monitors = |line: &str| {
        format!(
            "prometheus.operator.servicemonitors \"s\" {{\n  forward_to = [prometheus.remote_write.m.receiver]\n  {line}\n}}\n"
        )
    };
    let otlp = |exporter: &str| {
        format!(
            "otelcol.receiver.otlp \"d\" {{\n  output {{\n    metrics = [otelcol.exporter.prometheus.{exporter}.input]\n  }}\n}}\notelcol.exporter.prometheus \"d\" {{\n  forward_to = [prometheus.remote_write.m.receiver]\n}}\n"
        )
    };
    let secret = "remote.kubernetes.secret \"a\" {\n  namespace = \"m\"\n  name = \"rw\"\n}\n";
    let token = "bearer_token = remote.kubernetes.secret.a.data[\"token\"]";
    let url = "https://m.example.com";
    let choice = format!("name = sys.env(\"A\") != \"\" ? \"{url}\" : \"b\"");
    let queue = |name: &str, part: &str| {
        format!("{name} \"q\" {{\n  endpoint {part}{{\n    url = \"{url}/api/v1/push\"\n  }}\n}}\n")
    };
    let forward = |to: &str| {
        format!(
            "prometheus.receive_http \"r\" {{\n  forward_to = [prometheus.remote_write.m{to}]\n}}\n"
        )
    };
    for (wrong, line, severity, words, right) in [
        (
            alloy("headers {\n      X-Scope-OrgID = \"a\"\n    }", ""),
            8,
            Severity::Error,
            "an attribute, not a block",
            alloy("headers = {\n      \"X-Scope-OrgID\" = \"a\",\n    }", ""),
        ),
        (
            alloy("headers = {X-Scope-OrgID = \"a\"}", ""),
            8,
            Severity::Error,
            "is in quotes",
            alloy("headers = {X_Scope_OrgID = \"a\"}", ""),
        ),
        (
            alloy(&choice, ""),
            8,
            Severity::Error,
            "no operator `?`",
            alloy("name = coalesce(sys.env(\"A\"), \"b\")", ""),
        ),
        (
            alloy("", &otlp("dd")),
            13,
            Severity::Warning,
            "no `otelcol.exporter.prometheus` has this label",
            alloy("", &otlp("d")),
        ),
        (
            alloy("", &monitors("namespace = [\"a\"]")),
            13,
            Severity::Warning,
            "`namespace`: unknown attribute",
            alloy("", &monitors("namespaces = [\"a\"]")),
        ),
        (
            alloy("", &forward("")),
            12,
            Severity::Error,
            "the component, not its receiver",
            alloy("", &forward(".receiver")),
        ),
        (
            alloy(token, ""),
            8,
            Severity::Warning,
            "`a`: no component has this label",
            alloy(token, secret),
        ),
        (
            alloy("", &queue("prometheus.write.queue", "\"a\" ")),
            11,
            Severity::Warning,
            "newer releases of Alloy do not have it",
            alloy("", ""),
        ),
    ] {
        let place = format!("config.alloy:{line}");
        assert_told(&[("config.alloy", &wrong)], &place, severity, words);
        assert_silent(&[("config.alloy", &right)]);
    }
}

/// What an attribute reads is judged like the native key for it.
#[test]
fn credentials_that_alloy_reads_are_looked_for() {
    let file =
        "local.file \"t\" {\n  filename = \"/etc/alloy/secrets/token\"\n  is_secret = true\n}\n";
    let read = alloy("bearer_token = local.file.t.content", file);
    let compose = |mounts: &str| {
        format!(
            "services:\n  alloy:\n    image: grafana/alloy:v1.8.0\n    command: [run, /etc/alloy/config.alloy]\n    volumes: ['./config.alloy:/etc/alloy/config.alloy'{mounts}]\n  node: {{image: prom/node-exporter}}\n"
        )
    };
    let tree = |compose: &str, expected: Option<(&str, Severity, &str)>| {
        let files = [("config.alloy", &*read), ("docker-compose.yml", compose)];
        match expected {
            Some((place, severity, words)) => assert_told(&files, place, severity, words),
            None => assert_silent(&files),
        }
    };
    tree(
        &compose(""),
        Some((
            "config.alloy:12",
            Severity::Error,
            "`bearer_token`: no mount of the service `alloy`",
        )),
    );
    tree(&compose(", '/srv/secrets:/etc/alloy/secrets:ro'"), None);
    let object = "remote.kubernetes.secret \"a\" {\n  namespace = \"m\"\n  name = \"rw\"\n}\n";
    let read = alloy(
        "bearer_token = remote.kubernetes.secret.a.data[\"token\"]",
        object,
    );
    let made = |key: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: rw, namespace: m}}\nstringData:\n  {key}: ${{TOKEN}}\n"
        )
    };
    assert_told(
        &[("k/config.alloy", &read), ("k/s.yaml", &made("password"))],
        "config.alloy:8",
        Severity::Warning,
        "the Secret `rw` has no key `token`; Alloy does not start",
    );
    assert_silent(&[("k/config.alloy", &read), ("k/s.yaml", &made("token"))]);
    // The Secret of another cluster.
    assert_silent(&[("k/config.alloy", &read), ("l/s.yaml", &made("password"))]);
}

/// A variable that the service does not set, with the flags of those that need one to expand it.
#[test]
fn variables_that_a_service_does_not_set_are_told() {
    let agent = "metrics:\n  configs:\n  - name: a\n    remote_write:\n    - url: ${RW_URL}\n";
    let tempo =
        "metrics_generator:\n  storage:\n    path: /wal\n    remote_write:\n    - url: ${RW_URL}\n";
    let vector = "sources: {h: {type: host_metrics}}\nsinks:\n  a:\n    type: prometheus_remote_write\n    inputs: [h]\n    endpoint: ${RW_URL}\n";
    for (file, text, image, flags, place) in [
        (
            "agent.yaml",
            agent,
            "grafana/agent:v0.43.0",
            "-config.file=/etc/agent.yaml, -config.expand-env",
            "agent.yaml:5",
        ),
        (
            "tempo.yaml",
            tempo,
            "grafana/tempo:2.6.1",
            "-config.file=/etc/tempo.yaml, -config.expand-env=true",
            "tempo.yaml:5",
        ),
        (
            "vector.yaml",
            vector,
            "timberio/vector:0.43.0-alpine",
            "--config, /etc/vector.yaml",
            "vector.yaml:6",
        ),
    ] {
        let compose = |name: &str| {
            format!(
                "services:\n  a:\n    image: {image}\n    command: [{flags}]\n    environment: ['{name}=https://m.example.com/api/v1/push']\n    volumes: ['./{file}:/etc/{file}']\n"
            )
        };
        let tree = |name: &str| {
            [
                (file, text.to_owned()),
                ("docker-compose.yml", compose(name)),
            ]
        };
        let files = tree("RW_ULR");
        let files = files.each_ref().map(|(name, text)| (*name, &**text));
        assert_told(&files, place, Severity::Warning, "does not set `RW_URL`");
        let files = tree("RW_URL");
        assert_silent(&files.each_ref().map(|(name, text)| (*name, &**text)));
    }
    let vmagent = |name: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url=https://m.example.com/api/v1/write\n    - -remoteWrite.bearerToken=%{{TOKEN}}\n    environment: {{{name}: '${{T}}'}}\n"
        )
    };
    assert_told(
        &[("docker-compose.yml", &vmagent("TOKE"))],
        "docker-compose.yml:6",
        Severity::Warning,
        "takes it as it is written",
    );
    assert_silent(&[("docker-compose.yml", &vmagent("TOKEN"))]);
}

/// Faults of vmagent and VictoriaMetrics, with what is right.
#[test]
fn flags_that_do_something_else_are_told() {
    let image = |image: &str, flags: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/{image}\n    command:\n    - -remoteWrite.url=https://a.example.com/api/v1/write\n{flags}"
        )
    };
    let vmagent = |flags: &str| image("vmagent:v1.110.0", flags);
    let two = "    - -remoteWrite.url=https://b.example.org/api/v1/write\n";
    let three = format!("{two}    - -remoteWrite.url=https://c.example.net/api/v1/write\n");
    let token = "    - -remoteWrite.bearerToken=%{T}\n";
    let header = "    - '-remoteWrite.headers=Authorization: Bearer %{T}'\n";
    for (wrong, line, words, right) in [
        (
            image("victoria-metrics:v1.110.0", ""),
            5,
            "a flag of vmagent; VictoriaMetrics does not start",
            vmagent(""),
        ),
        (
            vmagent(&format!("{three}{token}{token}")),
            9,
            "2 values for 3 URLs",
            vmagent(&format!("{three}{token}{token}{token}")),
        ),
        (
            vmagent(&format!("{two}{header}")),
            7,
            "every URL gets it",
            vmagent(&format!("{two}{header}{header}")),
        ),
        (
            vmagent(
                "    - -remoteWrite.basicAuth.username=a\n    - -remoteWrite.basicAuth.password=%{A},%{B}\n",
            ),
            7,
            "the comma begins the value of the next URL",
            vmagent(
                "    - -remoteWrite.basicAuth.username=a\n    - -remoteWrite.basicAuth.password='%{A},%{B}'\n",
            ),
        ),
    ] {
        let place = format!("docker-compose.yml:{line}");
        assert_told(
            &[("docker-compose.yml", &wrong)],
            &place,
            Severity::Warning,
            words,
        );
        assert_silent(&[("docker-compose.yml", &right)]);
    }
    let file = |url: &str| {
        format!(
            "FROM victoriametrics/vmagent:v1.110.0\nCMD [\"-remoteWrite.url={url}/api/v1/write\"]\n"
        )
    };
    assert_told(
        &[("Dockerfile", &file("vm:8428"))],
        "Dockerfile:2",
        Severity::Error,
        "no scheme",
    );
    assert_silent(&[("Dockerfile", &file("http://vm:8428"))]);
    let object = |flag: &str| {
        format!(
            "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAgent\nmetadata: {{name: a}}\nspec:\n  remoteWrite:\n  - url: https://a.example.com/api/v1/write\n  - url: https://b.example.org/api/v1/write\n  extraArgs:\n    {flag}\n"
        )
    };
    assert_told(
        &[("v.yaml", &object("remoteWrite.bearerToken: '%{T}'"))],
        "v.yaml:9",
        Severity::Warning,
        "every URL gets it",
    );
    assert_silent(&[("v.yaml", &object("remoteWrite.queues: '8'"))]);
}

/// What is set, and does nothing or stops the program, with what is right.
#[test]
fn settings_that_lead_nowhere_are_told() {
    let k6 = |command: &str| {
        format!(
            "services:\n  k6:\n    image: grafana/k6:0.54.0\n    command: {command}\n    environment:\n      K6_PROMETHEUS_RW_SERVER_URL: https://m.example.com/api/v1/push\n"
        )
    };
    let agent = |frequency: &str| {
        format!(
            "metrics:\n  configs:\n  - name: a\n    wal_truncate_frequency: {frequency}\n    scrape_configs: [{{job_name: a, static_configs: [{{targets: ['a:9100']}}]}}]\n    remote_write: [{{url: https://m.example.com/api/v1/push}}]\n"
        )
    };
    let tempo = |more: &str| {
        format!(
            "server: {{http_listen_port: 3200}}\nmetrics_generator:\n  storage:\n    path: /wal\n    remote_write: [{{url: https://m.example.com/api/v1/push}}]\n{more}"
        )
    };
    let vector = |compression: &str| {
        format!(
            "sources: {{h: {{type: host_metrics}}}}\nsinks:\n  a:\n    type: prometheus_remote_write\n    inputs: [h]\n    compression: {compression}\n    endpoint: https://m.example.com/api/v1/push\n"
        )
    };
    let collector = |auth: &str| {
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nextensions: {{bearertokenauth: {{token: '${{env:T}}'}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://m.example.com/api/v1/push\n{auth}service:\n  extensions: [bearertokenauth]\n  pipelines: {{metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}}}\n"
        )
    };
    for (file, wrong, line, severity, words, right) in [
        (
            "docker-compose.yml",
            k6("run /s.js"),
            6,
            Severity::Warning,
            "k6 is run without `-o experimental-prometheus-rw`",
            k6("run -o experimental-prometheus-rw /s.js"),
        ),
        (
            "agent.yaml",
            agent("30s"),
            4,
            Severity::Error,
            "shorter than the scrape interval of `a`; Grafana Agent rejects the file",
            agent("1h"),
        ),
        (
            "tempo.yaml",
            tempo(""),
            5,
            Severity::Warning,
            "Tempo generates nothing to send",
            tempo("overrides: {defaults: {metrics_generator: {processors: [span-metrics]}}}\n"),
        ),
        (
            "vector.yaml",
            vector("gzip"),
            6,
            Severity::Warning,
            "the receiver rejects every request",
            vector("snappy"),
        ),
        (
            "collector.yaml",
            collector(""),
            7,
            Severity::Warning,
            "no exporter names it as its `authenticator`",
            collector("    auth: {authenticator: bearertokenauth}\n"),
        ),
    ] {
        let place = format!("{file}:{line}");
        assert_told(&[(file, &wrong)], &place, severity, words);
        assert_silent(&[(file, &right)]);
    }
    // A script may run the service with another command.
    assert_silent(&[
        ("docker-compose.yml", &k6("run /s.js")),
        (
            "run.sh",
            "docker compose run k6 run -o experimental-prometheus-rw /s.js\n",
        ),
    ]);
    // A setting of k6 may choose the output.
    assert_silent(&[("docker-compose.yml", &k6("run -c k6.json /s.js"))]);
}

/// The image and the variables of a Collector's resource.
#[test]
fn the_container_of_a_collector_is_looked_at() {
    let resource = |image: &str, variable: &str| {
        format!(
            "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {{name: c}}\nspec:\n  image: otel/{image}:0.110.0\n  env: [{{name: {variable}, value: x}}]\n  config:\n    receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\n    extensions: {{bearertokenauth: {{token: '${{env:T}}'}}}}\n    exporters:\n      prometheusremotewrite:\n        endpoint: https://m.example.com/api/v1/push\n        auth: {{authenticator: bearertokenauth}}\n        external_labels: {{a: '${{env:CLUSTER}}', b: '${{env:POD_NAME}}', c: '${{env:X:-y}}'}}\n    service:\n      extensions: [bearertokenauth]\n      pipelines: {{metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}}}\n"
        )
    };
    let contrib = "opentelemetry-collector-contrib";
    assert_told(
        &[("c.yaml", &resource("opentelemetry-collector", "CLUSTER"))],
        "c.yaml:13",
        Severity::Warning,
        "has no extension that adds a credential",
    );
    assert_told(
        &[("c.yaml", &resource(contrib, "CLUSTR"))],
        "c.yaml:14",
        Severity::Warning,
        "`CLUSTER`: `env` does not set it",
    );
    assert_silent(&[("c.yaml", &resource(contrib, "CLUSTER"))]);
}

/// A file of relabel rules that vmagent is started with; its own actions and conditions are right.
#[test]
fn files_of_relabel_rules_are_read() {
    let compose = "services:\n  a:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url=https://m.example.com/api/v1/write\n    - -remoteWrite.urlRelabelConfig=/etc/relabel.yml\n    volumes: ['./relabel.yml:/etc/relabel.yml']\n";
    let rules = |regex: &str| {
        format!(
            "- source_labels: [__name__]\n  regex: '{regex}'\n  action: drop\n- if: '{{a=\"b\"}}'\n  action: keep_metrics\n- target_label: __tmp_x\n  replacement: a\n"
        )
    };
    let tree = |regex: &str| {
        [
            ("docker-compose.yml", compose.to_owned()),
            ("relabel.yml", rules(regex)),
        ]
    };
    let files = tree("go_(?!gc).*");
    let files = files.each_ref().map(|(name, text)| (*name, &**text));
    assert_told(&files, "relabel.yml:2", Severity::Warning, "`regex`");
    let files = tree("go_.*");
    assert_silent(&files.each_ref().map(|(name, text)| (*name, &**text)));
    // Nothing shows what reads it.
    assert_silent(&[("relabel.yml", &rules("go_(?!gc).*"))]);
}

/// Endpoints that variables of a unit or of a workflow set, and what is named.
#[test]
fn endpoints_in_variables_are_read() {
    let unit = |url: &str| {
        format!(
            "[Service]\nExecStart=/usr/bin/vmagent -envflag.enable -envflag.prefix=vm_\nEnvironment=\"vm_remoteWrite_url={url}\"\n"
        )
    };
    let workflow = |url: &str| {
        format!(
            "on: push\njobs:\n  k6:\n    runs-on: ubuntu-latest\n    steps:\n    - run: k6 run -o experimental-prometheus-rw s.js\n      env: {{K6_PROMETHEUS_RW_SERVER_URL: '{url}'}}\n"
        )
    };
    let good = "https://m.example.com/api/v1/write";
    for (file, text, line) in [
        ("vmagent.service.j2", unit("vm:8428/api/v1/write"), 3),
        ("agent.service", unit("vm:8428/api/v1/write"), 3),
        (
            ".github/workflows/k6.yml",
            workflow("m.example.com/api/v1/write"),
            7,
        ),
    ] {
        let name = file.rsplit('/').next().unwrap();
        let place = format!("{name}:{line}");
        assert_told(&[(file, &text)], &place, Severity::Error, "no scheme");
    }
    assert_silent(&[("vmagent.service.j2", &unit("{{ url }}"))]);
    assert_silent(&[(".github/workflows/k6.yml", &workflow(good))]);
}

#[test]
fn what_a_program_takes_is_no_fault() {
    let vmagent = |flags: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n{flags}"
        )
    };
    let twice = "    - -remoteWrite.url=http://vm:8428/api/v1/write\n    - -remoteWrite.url=http://vm:8428/api/v1/write\n";
    let amp = "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-12345678-1234-1234-1234-123456789012/api/v1/remote_write";
    let signed = |signs: &str| {
        format!(
            "    - -remoteWrite.url={amp}\n    - -remoteWrite.url=http://vm:8428/api/v1/write\n{signs}    - -remoteWrite.aws.region=us-east-1\n    - -remoteWrite.bearerToken=,${{T}}\n"
        )
    };
    let headers = "    - -remoteWrite.url=http://mimir:9009/api/v1/push\n    - '-remoteWrite.headers=X-Scope-OrgID:a'\n";
    assert_silent(&[("compose.yaml", &vmagent(twice))]);
    assert_silent(&[("compose.yaml", &vmagent(headers))]);
    let on = signed("    - -remoteWrite.aws.useSigv4=true,false\n");
    assert_silent(&[("compose.yaml", &vmagent(&on))]);
    // Nothing is signed without the switch.
    let off = told(&[("compose.yaml", &vmagent(&signed("")))]);
    assert!(
        matches!(&*off, [(place, ..)] if place == "compose.yaml:5"),
        "{off:?}"
    );
    let shell = "services:\n  a:\n    image: victoriametrics/vmagent:v1.110.0\n    entrypoint: /bin/sh\n    command: [-c, 'exec /vmagent-prod -remoteWrite.url=$${RW_URL} -remoteWrite.url=http://$$HOST:8428/api/v1/write']\n";
    assert_silent(&[("compose.yaml", shell)]);
    let chart = "destinations:\n- name: a\n  type: prometheus\n  url: http://mimir:9009/api/v1/push\n  tenantId: a\n  extraHeaders: {X-A: b}\n";
    assert_silent(&[("values.yaml", chart)]);
    let alloy = "prometheus.scrape \"a\" {\n  targets = []\n  forward_to = [prometheus.remote_write.a.receiver]\n}\nprometheus.remote_write \"a\" {\n  endpoint {\n    url = \"http://mimir:9009/api/v1/push\"\n    headers = {\"X-Prometheus-Remote-Write-Version\" = \"0.1.0\"}\n  }\n}\n";
    assert_silent(&[("config.alloy", alloy)]);
    let telegraf = "[[outputs.http]]\nurl = \"https://m.example.com/api/v1/push\"\ndata_format = \"prometheusremotewrite\"\nusername = \"u\"\npassword = \"${P}\"\n[outputs.http.headers]\nContent-Type = \"application/x-protobuf\"\nContent-Encoding = \"snappy\"\nX-Prometheus-Remote-Write-Version = \"0.1.0\"\nAuthorization = \"Bearer ${T}\"\n";
    assert_silent(&[("telegraf.conf", telegraf)]);
    let vault = "prometheus_remote_write:\n- url: http://mimir:9009/api/v1/push\n  bearer_token: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6162\n";
    assert_silent(&[("group_vars/all.yml", vault)]);
    let azure = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ama-metrics-prometheus-config-node}\ndata:\n  prometheus-config: |\n    scrape_configs:\n    - job_name: a\n      static_configs: [{targets: ['$NODE_IP:9100']}]\n";
    assert_silent(&[("ama.yaml", azure)]);
    assert_told(
        &[(
            "ama.yaml",
            &azure.replace("prometheus-config: |", "prometheus.yml: |"),
        )],
        "ama.yaml:5",
        Severity::Warning,
        "only the key `prometheus-config`",
    );
}

/// A file with a key that only vmagent has is not one of Prometheus for sure.
#[test]
fn keys_of_vmagent_are_its_signs() {
    for line in [
        "stream_parse: true",
        "series_limit: 10",
        "relabel_configs: [{if: '{a=\"b\"}', action: drop}]",
    ] {
        let text = format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['a:1']}}]\n  {line}\n"
        );
        assert_silent(&[("scrape.yml", &text)]);
        let compose = "services:\n  p: {image: 'prom/prometheus:v3.5.0', command: ['--config.file=/p.yml'], volumes: ['./scrape.yml:/p.yml']}\n";
        let read = told(&[("scrape.yml", &text), ("compose.yaml", compose)]);
        assert!(
            read.iter().any(|one| one.2 == Severity::Error),
            "{line}: {read:?}"
        );
    }
    let compose = "services:\n  a:\n    image: victoriametrics/vmagent\n    command: [-promscrape.config=/s.yml, '-remoteWrite.url=http://vm:8428/api/v1/write']\n    volumes: ['./scrape.yml:/s.yml']\n";
    let job = |line: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['a:1']}}]\n  {line}\n"
        )
    };
    for line in [
        "scrape_interval: 1.5m",
        "scrape_interval: 5s\n  scrape_timeout: 10s",
        "relabel_configs: [{source_labels: [a], regex: [b, c], action: drop}]",
    ] {
        assert_silent(&[("compose.yaml", compose), ("scrape.yml", &job(line))]);
    }
    assert_told(
        &[
            ("compose.yaml", compose),
            ("scrape.yml", &job("metric_path: /x")),
        ],
        "scrape.yml:4",
        Severity::Warning,
        "vmagent rejects the file",
    );
    assert_told(
        &[
            ("compose.yaml", compose),
            (
                "scrape.yml",
                &job("basic_auth: {username: a, password: '${PW}'}"),
            ),
        ],
        "scrape.yml:4",
        Severity::Warning,
        "only `%{PW}`",
    );
}

/// Comments of Alloy hide findings as those of YAML do.
#[test]
fn suppressions_work_in_alloy() {
    let file = |before: &str, behind: &str| {
        format!(
            "prometheus.scrape \"a\" {{\n  targets = []\n  forward_to = [prometheus.remote_write.a.receiver]\n}}\nprometheus.remote_write \"a\" {{\n  endpoint {{\n{before}    url = \"mimir:9009/api/v1/push\"{behind}\n  }}\n}}\n"
        )
    };
    assert_eq!(told(&[("config.alloy", &file("", ""))]).len(), 1);
    for text in [
        file("", " // promvet: ignore[remote-write/url-syntax] lab"),
        file("    // promvet: ignore[remote-write/url-syntax] lab\n", ""),
        format!(
            "// promvet: ignore-file[remote-write/url-syntax] lab\n{}",
            file("", "")
        ),
    ] {
        assert_silent(&[("config.alloy", &text)]);
    }
    // One that hides nothing is one too many, in Alloy and in TOML.
    let idle = file(" // promvet: ignore[tls/insecure-skip-verify] lab\n", "");
    let idle = idle.replace("mimir:9009", "http://mimir:9009");
    let toml = |comment: &str| {
        format!(
            "[sources.a]\ntype = \"internal_metrics\"\n[sinks.b]\ntype = \"prometheus_remote_write\"\ninputs = \
             [\"a\"]\n{comment}endpoint = \"http://mimir:9009/api/v1/push\"\n"
        )
    };
    let unused = toml("# promvet: ignore[tls/insecure-skip-verify] lab\n");
    for (path, text, has) in [
        ("config.alloy", &*idle, true),
        ("vector.toml", &*unused, true),
        ("vector.toml", &*toml(""), false),
    ] {
        let told = memory::found("/tree", &memory::tree(&[(path, text)]));
        let unused = told.iter().any(|one| one.rule == "suppressions/unused");
        assert_eq!(unused, has, "{path}: {told:?}");
    }
}

/// Variables of k6 beside its URL, values of the chart of vmagent, and resources that hold Alloy.
#[test]
fn endpoints_in_further_places_are_read() {
    let k6 = |more: &str| {
        format!(
            "services:\n  a:\n    image: grafana/k6\n    environment:\n      K6_OUT: experimental-prometheus-rw\n      K6_PROMETHEUS_RW_SERVER_URL: https://mimir.example.com/api/v1/push\n{more}"
        )
    };
    let run = |url: &str| {
        format!(
            "apiVersion: k6.io/v1alpha1\nkind: TestRun\nmetadata: {{name: t}}\nspec:\n  arguments: -o experimental-prometheus-rw\n  runner:\n    env: [{{name: K6_PROMETHEUS_RW_SERVER_URL, value: '{url}'}}]\n"
        )
    };
    let chart = |more: &str| {
        format!(
            "remoteWrite:\n- url: https://a.example.com/api/v1/write\n{more}config: {{scrape_configs: []}}\n"
        )
    };
    let alloy = |url: &str| {
        format!(
            "apiVersion: collectors.grafana.com/v1alpha1\nkind: Alloy\nmetadata: {{name: a}}\nspec:\n  alloy:\n    configMap:\n      content: |\n        prometheus.scrape \"a\" {{\n          targets = []\n          forward_to = [prometheus.remote_write.a.receiver]\n        }}\n        prometheus.remote_write \"a\" {{\n          endpoint {{\n            url = \"{url}\"\n          }}\n        }}\n"
        )
    };
    let agent = |url: &str| {
        format!(
            "metrics:\n  wal_directory: /w\n  configs:\n  - name: a\n    remote_write: [{{url: '{url}'}}]\n"
        )
    };
    for (name, text, line, severity, words) in [
        (
            "compose.yaml",
            k6(
                "      K6_PROMETHEUS_RW_USERNAME: u\n      K6_PROMETHEUS_RW_PASSWORD: 9f8a7s6d5f4g3h2j1k0l9q8w7e6r\n",
            ),
            8,
            Severity::Warning,
            "holds a secret",
        ),
        (
            "compose.yaml",
            k6("      K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY: 'true'\n"),
            7,
            Severity::Warning,
            "not verified",
        ),
        (
            "run.yaml",
            run("prometheus:9090/api/v1/write"),
            7,
            Severity::Error,
            "has no scheme",
        ),
        (
            "values.yaml",
            chart("  basicAuth.username: u\n  basicAuth.password: 9f8a7s6d5f4g3h2j1k0l9q8w7e6r\n"),
            4,
            Severity::Warning,
            "holds a secret",
        ),
        (
            "values.yaml",
            chart(
                "- url: https://b.example.net/api/v1/write\nextraArgs: {remoteWrite.bearerTokenFile: /t}\n",
            ),
            4,
            Severity::Warning,
            "every URL gets it",
        ),
        (
            "a.yaml",
            alloy("mimir:9009/api/v1/push"),
            14,
            Severity::Error,
            "has no scheme",
        ),
        (
            "agent.yaml",
            agent("http://${MY-HOST}:9009/api/prom/push"),
            5,
            Severity::Warning,
            "the hyphen",
        ),
    ] {
        assert_told(&[(name, &text)], &format!("{name}:{line}"), severity, words);
    }
    for (name, text) in [
        (
            "compose.yaml",
            k6("      K6_PROMETHEUS_RW_USERNAME: u\n      K6_PROMETHEUS_RW_PASSWORD: ${P}\n"),
        ),
        ("run.yaml", run("http://prometheus:9090/api/v1/write")),
        ("values.yaml", chart("")),
        ("a.yaml", alloy("http://mimir:9009/api/v1/push")),
        ("agent.yaml", agent("http://${MY_HOST}:9009/api/prom/push")),
    ] {
        assert_silent(&[(name, &text)]);
    }
}

/// What sends and is not read is named.
#[test]
fn further_senders_are_named() {
    for (name, text) in [
        (
            "values.yaml",
            "kind: DaemonSet\nconfig:\n  outputs: |\n    [OUTPUT]\n        Name prometheus_remote_write\n        Host a\n",
        ),
        (
            "output.yaml",
            "apiVersion: fluentbit.fluent.io/v1alpha2\nkind: ClusterOutput\nmetadata: {name: p}\nspec:\n  prometheusRemoteWrite: {host: a, port: 443}\n",
        ),
        (
            "gmp.yaml",
            "apiVersion: monitoring.googleapis.com/v1\nkind: OperatorConfig\nmetadata: {name: config}\nexports: [{url: 'http://a/api/v1/push'}]\n",
        ),
        (
            "rules.yaml",
            "apiVersion: loki.grafana.com/v1\nkind: RulerConfig\nmetadata: {name: r}\nspec:\n  remoteWrite: {enabled: true, client: {name: a, url: 'http://a/api/v1/push'}}\n",
        ),
        (
            "adot.yaml",
            "receivers: {}\nexporters:\n  awsprometheusremotewrite: {endpoint: 'https://a/api/v1/remote_write'}\nservice: {pipelines: {}}\n",
        ),
        (
            "amazon-cloudwatch-agent.json",
            "{\"metrics\": {\"metrics_destinations\": {\"amp\": {\"workspace_id\": \"ws-1\"}}}}\n",
        ),
        (
            "vector.nix",
            "{ services.vector.settings.sinks.p = { type = \"prometheus_remote_write\"; }; }\n",
        ),
    ] {
        let run = memory::judged(&memory::at("/tree"), &memory::tree(&[(name, text)]));
        assert_eq!(run.outcome.unchecked().len(), 1, "{name}");
    }
}

/// Programs whose files are TOML, or sections with keys.
#[test]
fn outputs_in_other_forms_are_read() {
    let vector = |lines: &str| {
        format!("[sinks.p]\ntype = \"prometheus_remote_write\"\ninputs = [\"m\"]\n{lines}")
    };
    let headers = "[outputs.http.headers]\nContent-Type = \"application/x-protobuf\"\nContent-Encoding = \"snappy\"\nX-Prometheus-Remote-Write-Version = \"0.1.0\"\n";
    let telegraf = |lines: &str, headers: &str| {
        format!("[[outputs.http]]\ndata_format = \"prometheusremotewrite\"\n{lines}{headers}")
    };
    let fluent = |lines: &str| {
        format!(
            "[SERVICE]\n    Flush 1\n[OUTPUT]\n    Name prometheus_remote_write\n    Host mimir.example.com\n{lines}"
        )
    };
    let yaml = |lines: &str| {
        format!(
            "pipeline:\n  outputs:\n  - name: prometheus_remote_write\n    host: mimir.example.com\n{lines}"
        )
    };
    let netdata = |head: &str, lines: &str| {
        format!("[{head}]\n    enabled = yes\n{lines}    remote write URL path = /api/v1/push\n")
    };
    let held = |text: &str, key: &str| {
        let lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: |\n{lines}"
        )
    };
    let right = "url = \"http://mimir:9009/api/v1/push\"\n";
    let wrong = "url = \"mimir:9009/api/v1/push\"\n";
    for (name, text, line, severity, words) in [
        (
            "vector.toml",
            vector("endpoint = \"mimir:9009/api/v1/push\"\n"),
            4,
            Severity::Error,
            "Vector rejects the file",
        ),
        (
            "vector.toml",
            vector(
                "endpoint = \"https://mimir.example.com/api/v1/push\"\ntls.verify_certificate = false\n",
            ),
            5,
            Severity::Warning,
            "not verified",
        ),
        (
            "telegraf.conf",
            telegraf(wrong, headers),
            3,
            Severity::Error,
            "has no scheme",
        ),
        (
            "telegraf.conf",
            telegraf(right, ""),
            2,
            Severity::Warning,
            "`Content-Type` is missing",
        ),
        (
            "fluent-bit.conf",
            fluent("    Port 443\n    Uri /api/v1/push\n"),
            6,
            Severity::Warning,
            "443 without",
        ),
        (
            "fluent-bit.conf",
            fluent("    Port 443\n    Tls on\n    Tls.verify off\n    Uri /api/v1/push\n"),
            8,
            Severity::Warning,
            "not verified",
        ),
        (
            "fluent-bit.yaml",
            yaml("    port: 443\n    tls: on\n"),
            4,
            Severity::Warning,
            "path",
        ),
        (
            "exporting.conf",
            netdata(
                "prometheus_remote_write:a",
                "    destination = http://mimir:9009\n",
            ),
            3,
            Severity::Warning,
            "only a host",
        ),
        (
            "a.yaml",
            held(
                &vector("endpoint = \"mimir:9009/api/v1/push\"\n"),
                "vector.toml",
            ),
            9,
            Severity::Error,
            "Vector rejects the file",
        ),
    ] {
        assert_told(&[(name, &text)], &format!("{name}:{line}"), severity, words);
    }
    for (name, text) in [
        (
            "vector.toml",
            vector("endpoint = \"http://mimir:9009/api/v1/push\"\n"),
        ),
        (
            "vector.toml",
            "[sources.a]\ntype = \"prometheus_remote_write\"\naddress = \"0.0.0.0:9090\"\n"
                .to_owned(),
        ),
        ("telegraf.conf", telegraf(right, headers)),
        (
            "fluent-bit.conf",
            fluent("    Port 443\n    Tls on\n    Uri /api/v1/push\n    Header X-Scope-OrgID a\n"),
        ),
        (
            "fluent-bit.yaml",
            yaml("    port: 443\n    tls: on\n    uri: /api/v1/push\n"),
        ),
        (
            "exporting.conf",
            netdata(
                "prometheus_remote_write:https:a",
                "    destination = mimir.example.com:443\n",
            ),
        ),
        (
            "exporting.conf",
            netdata(
                "prometheus_remote_write:a",
                "    destination = mimir:9009\n",
            )
            .replace("yes", "no"),
        ),
        ("a.yaml", held(&telegraf(right, headers), "telegraf.conf")),
    ] {
        assert_silent(&[(name, &text)]);
    }
}

/// Variables with a prefix that stand for flags of vmagent.
#[test]
fn variables_with_a_prefix_are_flags() {
    let compose = |url: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/vmagent:v1.110.0\n    command: [-envflag.enable, -envflag.prefix=VM_]\n    environment:\n      VM_remoteWrite_url: '{url}'\n"
        )
    };
    assert_told(
        &[("compose.yaml", &compose("vm:8428/api/v1/write"))],
        "compose.yaml:6",
        Severity::Error,
        "has no scheme",
    );
    assert_silent(&[("compose.yaml", &compose("http://vm:8428/api/v1/write"))]);
}

/// What cannot be checked is so where the program runs.
#[test]
fn reasons_name_the_program() {
    let text = "storage: {trace: {backend: local}}\nmetrics_generator:\n  storage:\n    path: /wal\n    remote_write:\n    - url: https://mimir.example.com/api/v1/push\n      headers: {X-Scope-OrgID: a}\n      tls_config: {ca_file: /etc/ca.crt}\n";
    let run = memory::judged(&memory::at("/tree"), &memory::tree(&[("tempo.yaml", text)]));
    let reasons: Vec<_> = run
        .outcome
        .unchecked()
        .iter()
        .map(|one| one.reason.clone())
        .collect();
    assert!(
        reasons
            .iter()
            .all(|reason| !reason.contains("Prometheus runs")),
        "{reasons:?}"
    );
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("where Tempo runs")),
        "{reasons:?}"
    );
}

/// Checks of Prometheus that programs with clients or queues of their own do not have.
#[test]
fn what_only_prometheus_checks_is_no_fault_elsewhere() {
    let vmagent = "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.120.0\n    command: ['-remoteWrite.url=https://m.example.com/api/v1/write', '-remoteWrite.headers=User-Agent:a']\n";
    let fluent_bit = "pipeline:\n  inputs: [{name: node_exporter_metrics}]\n  outputs:\n  - name: prometheus_remote_write\n    match: '*'\n    host: m.example.com\n    port: 443\n    uri: /api/v1/write\n    tls: on\n    http_user: a\n    http_passwd: ${PW}\n    header: [User-Agent a, Authorization Bearer ${T}]\n";
    let alloy = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://m.example.com/api/v1/push\"\n    http_headers = {\"X-A\" = [\"b\"]}\n    queue_config {\n      min_shards = 5\n      max_shards = 2\n    }\n  }\n}\n";
    let errors = |path: &str, text: &str| {
        let mut all = told(&[(path, text)]);
        all.retain(|(_, _, severity, _)| *severity == Severity::Error);
        all
    };
    for (path, text) in [
        ("compose.yaml", vmagent),
        ("fluent-bit.yaml", fluent_bit),
        ("config.alloy", alloy),
    ] {
        assert_eq!(errors(path, text), [], "{path}");
    }
    let prometheus = "remote_write:\n- url: https://m.example.com/api/v1/push\n  headers: {User-Agent: a}\n  queue_config: {min_shards: 5, max_shards: 2}\n";
    assert_eq!(errors("prometheus.yml", prometheus).len(), 2);
}
