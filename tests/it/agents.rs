//! Agents and collectors: what does not fit together in their own configurations.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

fn found(path: &str, text: &str) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(&[(path, text)]));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

/// What a Collector rejects or leaves unused, as a change of a right configuration.
#[test]
fn components_of_a_collector_fit_together() {
    let right = "extensions:\n  health_check: {}\n  basicauth/cloud: {client_auth: {username: '1', password: '${env:P}'}}\nreceivers:\n  prometheus:\n    config:\n      scrape_configs:\n      - job_name: a\n        static_configs: [{targets: ['a:1']}]\n        relabel_configs:\n        - {source_labels: [__address__], regex: '(.*):.*', target_label: b, replacement: $$1}\nexporters:\n  debug: {}\n  prometheusremotewrite:\n    endpoint: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push\n    auth: {authenticator: basicauth/cloud}\nservice:\n  extensions: [basicauth/cloud]\n  pipelines:\n    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}\n";
    let reported = found("collector.yaml", right);
    assert!(reported.is_empty(), "{reported:?}");
    for (from, to, rule, severity) in [
        (
            "exporters: [prometheusremotewrite]",
            "exporters: [debug]",
            "agents/pipeline",
            Severity::Warning,
        ),
        (
            "exporters: [prometheusremotewrite]",
            "exporters: [prometheusremotewrite/cloud]",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "    metrics: {",
            "    traces: {",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "authenticator: basicauth/cloud",
            "authenticator: basicauth/clod",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "  extensions: [basicauth/cloud]\n",
            "",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "extensions: [basicauth/cloud]",
            "extensions: [health_check]",
            "agents/pipeline",
            Severity::Error,
        ),
        (
            "    auth:",
            "    sending_queue: {enabled: true}\n    auth:",
            "schema/unknown-field",
            Severity::Error,
        ),
        (
            "    auth:",
            "    tls: {insecure: true, insecure_skip_verify: true}\n    auth:",
            "schema/invalid-value",
            Severity::Warning,
        ),
        (
            "replacement: $$1",
            "replacement: '${1}'",
            "schema/invalid-value",
            Severity::Error,
        ),
        (
            "replacement: $$1",
            "replacement: $$2",
            "relabel/replacement",
            Severity::Warning,
        ),
        (
            "      scrape_configs:",
            "      rule_files: [a.yml]\n      scrape_configs:",
            "schema/unknown-field",
            Severity::Error,
        ),
    ] {
        let reported = found("collector.yaml", &right.replace(from, to));
        let shown: Vec<_> = reported
            .iter()
            .map(|one| (&*one.rule, one.severity))
            .collect();
        assert_eq!(shown, [(rule, severity)], "{to}: {reported:?}");
    }
    // What is in another file, or in what a chart adds, is not missing for sure.
    for (from, to) in [
        (
            "service:\n  extensions: [basicauth/cloud]\n  pipelines:\n    metrics: {receivers: [prometheus], exporters: [prometheusremotewrite]}\n",
            "",
        ),
        ("replacement: $$1", "replacement: $1"),
        ("replacement: $$1", "replacement: '$${1}'"),
        ("replacement: $$1", "replacement: a"),
    ] {
        let reported = found("collector.yaml", &right.replace(from, to));
        assert!(reported.is_empty(), "{to}: {reported:?}");
    }
}

/// What `Config.Validate` of the Collector rejects, and what it does not.
#[test]
fn components_that_a_collector_does_not_define_are_reported() {
    let right = "receivers:\n  otlp: {protocols: {grpc: {}}}\nprocessors:\n  batch: {}\nconnectors:\n  count: {}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://m.example.com/api/v1/write\nextensions:\n  pprof: {}\nservice:\n  extensions: [pprof]\n  pipelines:\n    metrics: {receivers: [otlp, count], processors: [batch], exporters: [prometheusremotewrite]}\n    traces: {receivers: [otlp], exporters: [count]}\n";
    let pipeline = |text: &str| {
        let found = found("otel.yaml", text).into_iter();
        let found = found.filter(|finding| finding.rule == "agents/pipeline");
        found
            .map(|finding| (finding.severity, finding.message.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(pipeline(right), []);
    for (from, to, expected) in [
        (
            "[otlp, count]",
            "[otlpp]",
            "`otlpp`: no receiver has this name",
        ),
        (
            "[batch]",
            "[batchh]",
            "`batchh`: no processor has this name",
        ),
        (
            "[batch]",
            "[batch, batch]",
            "`batch`: the pipeline names this processor twice",
        ),
        (
            "[prometheusremotewrite]",
            "[prometheusremotewrite, debug]",
            "`debug`: no exporter has this name",
        ),
        (
            "[prometheusremotewrite]",
            "[prometheusremotewrite, prometheusremotewrite/eu]",
            "`prometheusremotewrite/eu`: no exporter has this name",
        ),
        (
            "[prometheusremotewrite]",
            "[prometheusremotewrit]",
            "`prometheusremotewrit`: no exporter has this name",
        ),
        (
            "[otlp, count]",
            "[]",
            "`receivers`: the pipeline needs at least one receiver",
        ),
        (
            "[pprof]",
            "[pprof, zpages]",
            "`zpages`: no extension has this name",
        ),
    ] {
        let reported = pipeline(&right.replace(from, to));
        let [(Severity::Error, message)] = &*reported else {
            panic!("{to}: {reported:?}");
        };
        assert!(message.starts_with(expected), "{to}: {message}");
        assert!(
            message.ends_with("; the Collector rejects the file"),
            "{to}: {message}"
        );
    }
    // Another file, a template or a chart may define them.
    for (from, to) in [
        ("[batch]", "['${env:PROCESSOR}']"),
        (
            "processors:\n  batch: {}",
            "processors: ${file:processors.yaml}",
        ),
        ("[batch]", "[]"),
        ("  batch: {}", "  {{ .Values.processors }}"),
    ] {
        let reported = pipeline(&right.replace(from, to));
        assert_eq!(reported, [], "{to}");
    }
    let without = right.replace("processors:\n  batch: {}\n", "");
    assert!(
        matches!(&*pipeline(&without), [(Severity::Warning, _)]),
        "{without}"
    );
    let values = right
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<String>();
    let values = format!("config:\n{}", values.replace("[batch]", "[memory_limiter]"));
    assert_eq!(pipeline(&values), []);
    let service = "services:\n  otel:\n    image: otel/opentelemetry-collector-contrib:0.140.0\n    command: ['--config=/a.yaml', '--config=/b.yaml']\n    volumes: ['./otel.yaml:/a.yaml', './b.yaml:/b.yaml']\n";
    let files = [
        ("otel.yaml", right.replace("[batch]", "[other]")),
        ("compose.yaml", service.to_owned()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, &**text));
    let several = memory::found("/tree", &memory::tree(&files));
    assert!(
        several
            .iter()
            .all(|finding| finding.rule != "agents/pipeline"),
        "{several:?}"
    );
}

/// An exporter without an endpoint has one of its own.
#[test]
fn an_exporter_without_an_endpoint_sends_to_its_default() {
    let head = "receivers:\n  otlp: {protocols: {grpc: {}}}\nexporters:\n  prometheusremotewrite:";
    let rest = "\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}\n";
    for (value, severity) in [
        ("", Some(Severity::Error)),
        (" {}", Some(Severity::Error)),
        ("\n    external_labels: {a: b}", Some(Severity::Error)),
        ("\n    endpoint: https://m.example.com/api/v1/write", None),
    ] {
        let reported = found("otel.yaml", &format!("{head}{value}{rest}"));
        let reported = reported
            .iter()
            .filter(|finding| finding.rule == "schema/missing-field");
        let said: Vec<_> = reported
            .map(|finding| (finding.severity, finding.message.to_string()))
            .collect();
        let expected = severity.map(|severity| {
            (
                severity,
                "`endpoint`: not set, so its default counts, `http://some.url:9411/api/prom/push`"
                    .to_owned(),
            )
        });
        assert_eq!(said, Vec::from_iter(expected), "{value}");
    }
    // In values of a chart it takes away what the chart has.
    let values = format!("{head}{rest}")
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect::<String>();
    let reported = found("values.yaml", &format!("config:\n{values}"));
    assert!(reported.is_empty(), "{reported:?}");
}

/// Credentials of extensions get to an exporter that names them, and to no other.
#[test]
fn extensions_that_no_exporter_names_are_reported() {
    let right = "receivers:\n  otlp: {protocols: {grpc: {}}}\nextensions:\n  basicauth/a: {client_auth: {username: a, password: '${env:P}'}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://m.example.com/api/v1/write\n    auth: {authenticator: basicauth/a}\nservice:\n  extensions: [basicauth/a]\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}\n";
    let without = right.replace("    auth: {authenticator: basicauth/a}\n", "");
    let is_server = without.replace(
        "client_auth: {username: a, password: '${env:P}'}",
        "htpasswd: {file: /a}",
    );
    for (text, expected) in [
        (right.to_owned(), None),
        (without.clone(), Some("`authenticator`, so the samples")),
        (
            without.replace("  extensions: [basicauth/a]\n", ""),
            Some("`service.extensions` does not start it"),
        ),
        (is_server, None),
    ] {
        let reported = found("otel.yaml", &text);
        let mut pipeline = reported
            .iter()
            .filter(|finding| finding.rule == "agents/pipeline");
        let said = pipeline.next().map(|finding| finding.message.to_string());
        match expected {
            Some(word) => assert!(
                said.as_ref().is_some_and(|said| said.contains(word)),
                "{text}{said:?}"
            ),
            None => assert!(said.is_none(), "{text}{said:?}"),
        }
    }
}

#[test]
fn a_credential_that_vmagent_sends_to_every_url_is_reported() {
    let head = "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n";
    for (first, second, credentials, is_told) in [
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            true,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.com/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "http://vm-1:8428/x",
            "http://vm-2:8428/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "http://a.m.svc.cluster.local:8428/x",
            "https://b.example.com/x",
            "    - -remoteWrite.bearerToken=${T}\n",
            false,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "    - -remoteWrite.bearerToken=${T}\n    - -remoteWrite.bearerToken=${U}\n",
            false,
        ),
        (
            "https://a.example.com/x",
            "https://b.example.net/x",
            "",
            false,
        ),
    ] {
        let text = format!(
            "{head}    - -remoteWrite.url={first}\n    - -remoteWrite.url={second}\n{credentials}"
        );
        let reported = found("compose.yaml", &text);
        let reported = reported
            .iter()
            .any(|one| one.rule == "agents/shared-credential");
        assert_eq!(reported, is_told, "{text}");
    }
}

/// What sends and is not read is named.
#[test]
fn programs_that_are_not_read_are_listed() {
    for (path, text) in [
        (
            "cm.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  vector.toml: |\n    [sinks.a]\n    type = \"prometheus_remote_write\"\n    endpoint = {{ .url }}\n",
        ),
        (
            "alert.yaml",
            "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMAlert\nmetadata: {name: a}\nspec: {remoteWrite: {url: 'http://a'}}\n",
        ),
    ] {
        let tree = memory::tree(&[(path, text)]);
        let run = memory::judged(&memory::at("/tree"), &tree);
        let listed = run.outcome.unchecked();
        assert_eq!(listed.len(), 1, "{path}: {listed:?}");
    }
}

#[test]
fn sinks_of_vector_and_instances_of_the_agent_operator_are_read() {
    for (path, text) in [
        (
            "vector.yaml",
            "sources: {}\nsinks:\n  a:\n    type: prometheus_remote_write\n    endpoint: metrics.example.com/x\n",
        ),
        (
            "values.yaml",
            "customConfig:\n  sinks:\n    a: {type: prometheus_remote_write, endpoint: metrics.example.com/x}\n",
        ),
        (
            "agent.yaml",
            "apiVersion: monitoring.grafana.com/v1alpha1\nkind: MetricsInstance\nmetadata: {name: a}\nspec: {remoteWrite: [{url: metrics.example.com/x}]}\n",
        ),
    ] {
        let reported = found(path, text);
        let rules: Vec<_> = reported.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules, ["remote-write/url-syntax"], "{path}: {reported:?}");
    }
}

#[test]
fn instances_of_the_agent_have_names_of_their_own() {
    let head = "  wal_directory: /tmp\n  configs:\n";
    for (text, rule) in [
        (
            format!("metrics:\n{head}  - name: a\n    scrape_configs: []\n"),
            None,
        ),
        (
            format!("metrics:\n{head}  - host_filter: true\n    scrape_configs: []\n"),
            Some("schema/missing-field"),
        ),
        (
            format!(
                "metrics:\n{head}  - {{name: a, scrape_configs: []}}\n  - {{name: a, scrape_configs: []}}\n"
            ),
            Some("schema/duplicate"),
        ),
        (
            format!(
                "metrics:\n{head}  - {{name: a, scrape_configs: []}}\nprometheus:\n{head}  - {{name: b, scrape_configs: []}}\n"
            ),
            Some("schema/conflict"),
        ),
    ] {
        let reported = found("agent.yaml", &text);
        let rules: Vec<_> = reported.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules, Vec::from_iter(rule), "{text}{reported:?}");
    }
}

/// What a walk finds in files of programs whose configurations are only named: each place that sends,
/// and nothing of what only scrapes.
#[test]
fn a_walk_lists_what_sends_in_files_that_are_only_named() {
    for (path, text, sends) in [
        (
            "main.tf",
            "set {\n  name = \"server.remoteWrite[0].url\"\n}\n",
            true,
        ),
        ("main.tf", "remote_write = []\n", false),
        (
            "main.tf",
            "scrape_configs = [{ job_name = \"a\" }]\n",
            false,
        ),
        (
            "live/terragrunt.hcl",
            "remote_write = [{ url = \"a\" }]\n",
            true,
        ),
        (
            "host.nix",
            "services.prometheus.remoteWrite = [{ url = \"a\"; }];\n",
            true,
        ),
        (
            "host.nix",
            "services.prometheus.scrapeConfigs = [{ job_name = \"a\"; }];\n",
            false,
        ),
        (
            "vector.toml",
            "[sinks.a]\ntype = \"prometheus_remote_write\"\nendpoint = {{ url }}\n",
            true,
        ),
        (
            "telegraf.conf",
            "[[outputs.http]]\ndata_format = \"prometheusremotewrite\"\n",
            true,
        ),
        (
            "telegraf.conf",
            "[[inputs.http]]\ndata_format = \"prometheus\"\n",
            false,
        ),
        (
            "vm.service",
            "[Service]\nExecStart=/run.sh -remoteWrite.url=http://a\n",
            true,
        ),
        (
            "vm.container",
            "[Container]\nExec=-remoteWrite.url=http://a\n",
            true,
        ),
        ("main.libsonnet", "{ remoteWrite+: [{ url: 'a' }] }\n", true),
        (
            "vendor/prom/main.libsonnet",
            "{ remoteWrite+: [{ url: 'a' }] }\n",
            false,
        ),
        // Source code is not looked at.
        ("main.rs", "let remote_write = [\"a\"];\n", false),
        (
            "tempo.yaml",
            "apiVersion: tempo.grafana.com/v1alpha1\nkind: TempoStack\nmetadata: {name: a}\nspec:\n  extraConfig:\n    tempo:\n      metrics_generator:\n        storage:\n          remote_write: [{url: 'http://a/api/v1/write'}]\n",
            true,
        ),
        (
            "tempo.yaml",
            "apiVersion: tempo.grafana.com/v1alpha1\nkind: TempoStack\nmetadata: {name: a}\nspec: {remoteWrite: []}\n",
            false,
        ),
    ] {
        let run = memory::judged(&memory::at("/tree"), &memory::tree(&[(path, text)]));
        let listed = run.outcome.unchecked();
        assert_eq!(!listed.is_empty(), sends, "{path} {text}: {listed:?}");
        assert!(memory::findings(&run).is_empty(), "{path} {text}");
    }
}

/// The files that other programs name are looked for where those programs run.
#[test]
fn files_are_followed_into_the_containers_of_other_programs() {
    let flags = "services:\n  v:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url=https://a.example.com/api/v1/write\n    - -remoteWrite.bearerTokenFile=/run/secrets/t\n    secrets: [t]\nsecrets: {t: {file: ./t}}\n";
    let alloy = "prometheus.remote_write \"m\" {\n  endpoint {\n    url = \"https://mimir.example.org/api/v1/push\"\n    bearer_token_file = \"/run/secrets/t\"\n  }\n}\n";
    let alloy_compose = "services:\n  alloy:\n    image: grafana/alloy:v1.5.0\n    command: [run, /etc/alloy]\n    volumes: ['./alloy:/etc/alloy']\n    secrets: [t]\nsecrets: {t: {file: ./t}}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: v}\nspec:\n  containers:\n  - name: v\n    image: victoriametrics/vmagent:v1.110.0\n    args: ['-remoteWrite.url=https://a.example.com/api/v1/write', -remoteWrite.bearerTokenFile=/s/token]\n    volumeMounts: [{name: s, mountPath: /s}]\n  volumes: [{name: s, secret: {secretName: s}}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {token: abcdefgh}\n";
    for (files, expected) in [
        (
            vec![
                ("compose.yaml", flags.to_owned()),
                ("t", "abcdefgh".to_owned()),
            ],
            None,
        ),
        (
            vec![
                ("compose.yaml", flags.replace("    secrets: [t]\n", "")),
                ("t", "abcdefgh".to_owned()),
            ],
            Some("credentials/not-mounted"),
        ),
        (
            vec![
                ("alloy/config.alloy", alloy.to_owned()),
                ("compose.yaml", alloy_compose.to_owned()),
                ("t", "abcdefgh".to_owned()),
            ],
            None,
        ),
        (
            vec![
                ("alloy/config.alloy", alloy.to_owned()),
                (
                    "compose.yaml",
                    alloy_compose.replace("    secrets: [t]\n", ""),
                ),
                ("t", "abcdefgh".to_owned()),
            ],
            Some("credentials/not-mounted"),
        ),
        (
            vec![("alloy/config.alloy", alloy.to_owned())],
            Some("credentials/unverified"),
        ),
        (vec![("pod.yaml", pod.to_owned())], None),
        (
            vec![("pod.yaml", pod.replace("{token:", "{tokn:"))],
            Some("credentials/not-mounted"),
        ),
    ] {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        let reported = memory::found("/tree", &memory::tree(&files));
        let about = reported.iter().find(|one| {
            one.rule.starts_with("credentials/") && one.rule != "credentials/committed"
        });
        assert_eq!(
            about.map(|one| &*one.rule),
            expected,
            "{files:?} {reported:?}"
        );
    }
}

/// Values of a list are those of several flags.
#[test]
fn lists_of_vmagent_are_split_at_commas() {
    for (urls, tokens, is_told) in [
        (
            "https://a.example.com/x,https://b.example.net/x",
            "${A},${B}",
            false,
        ),
        (
            "https://a.example.com/x,https://b.example.net/x",
            "${A}",
            true,
        ),
        (
            "https://a.example.com/x,https://b.example.net/x",
            "${A:-}${B}",
            true,
        ),
        ("https://a.example.com/x", "${A:-x,y}", false),
    ] {
        let text = format!(
            "services:\n  agent:\n    image: victoriametrics/vmagent:v1.110.0\n    command:\n    - -remoteWrite.url={urls}\n    - -remoteWrite.bearerToken={tokens}\n"
        );
        let reported = found("compose.yaml", &text);
        let rules: Vec<_> = reported.iter().map(|one| &*one.rule).collect();
        let shared = is_told.then_some("agents/shared-credential");
        assert_eq!(
            rules,
            shared.into_iter().collect::<Vec<_>>(),
            "{text} {reported:?}"
        );
    }
}

/// What programs that take Prometheus's sections, or send by flags, reject or leave out themselves: for
/// each text the rules that it breaks at warning level or above.
#[test]
fn other_programs_are_judged_by_what_they_accept() {
    let collector = |line: &str| {
        format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://metrics.example.com/api/v1/write\n    {line}\nservice: {{pipelines: {{metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}}}}}\n"
        )
    };
    let service = |image: &str, arguments: &str| {
        format!(
            "services:\n  a:\n    image: victoriametrics/{image}:v1.110.0\n    command: [{arguments}]\n"
        )
    };
    let loki = |remote: &str| format!("auth_enabled: false\nruler:\n  remote_write: {remote}\n");
    let agent = |rest: &str| format!("metrics:\n  wal_directory: /tmp/w\n{rest}");
    let url = "https://metrics.example.com/api/v1/write";
    let flag = format!("'-remoteWrite.url={url}'");
    for (path, text, expected) in [
        ("c.yaml", collector("timeout: 5s"), vec![]),
        ("c.yaml", collector("foo: 1"), vec!["schema/unknown-field"]),
        ("c.yaml", collector("tls: {server_name_overrid: a}"), vec!["schema/unknown-field"]),
        ("c.yaml", collector("remote_write_queue: {num_consumer: 1}"), vec!["schema/unknown-field"]),
        ("c.yaml", collector("remote_write_queue: {num_consumers: 1}"), vec![]),
        ("c.yaml", collector("").replace(url, "$URL"), vec!["schema/invalid-value"]),
        ("c.yaml", collector("").replace(url, "${env:URL}"), vec![]),
        ("c.yaml", service("vmagent", &flag), vec![]),
        ("c.yaml", service("vmagent", &format!("{flag}, -remoteWrite.usernamee=a")), vec!["schema/unknown-field"]),
        ("c.yaml", service("vmagent", &format!("{flag}, -promscrap.config=/a")), vec!["schema/unknown-field"]),
        ("c.yaml", service("vmagent", &format!("{flag}, -remoteWrite.showURL, 'true'")), vec!["schema/invalid-value"]),
        ("c.yaml", service("vmagent", &format!("{flag}, -remoteWrite.showURL=true, -httpListenAddr=:1")), vec![]),
        ("c.yaml", service("vmagent", "-promscrape.config=/a, -envflag.enable"), vec![]),
        ("c.yaml", service("vmalert", &flag), vec!["remote-write/url-shape"]),
        ("c.yaml", service("vmalert", &format!("{flag}, -remoteWrite.disablePathAppend")), vec![]),
        ("c.yaml", service("vmalert", "'-remoteWrite.url=https://metrics.example.com'"), vec![]),
        ("vmagent.service", format!("[Service]\nExecStart=/usr/bin/vmagent \\\n  -remoteWrite.url={url}\n"), vec![]),
        ("vmagent.service", "[Service]\nExecStart=/usr/bin/vmagent \\\n  -remoteWrite.url=metrics.example.com/api/v1/write\n".to_owned(), vec!["remote-write/url-syntax"]),
        ("l.yaml", loki("{enabled: true, clients: {a: {url: 'https://metrics.example.com/api/v1/write'}}}"), vec![]),
        ("l.yaml", loki("{clients: {a: {url: 'https://metrics.example.com/api/v1/write'}}}"), vec!["agents/pipeline"]),
        ("l.yaml", loki("{enabled: true, clients: [{url: 'https://metrics.example.com/api/v1/write'}]}"), vec!["schema/wrong-type"]),
        ("l.yaml", loki("{enabled: true, client: {url: 'https://metrics.example.com/api/v1/write'}}"), vec![]),
        ("l.yaml", loki("{enabled: true, add_org_id: true, clients: {a: {url: 'https://metrics.example.com/api/v1/write'}}}"), vec!["schema/unknown-field"]),
        ("l.yaml", loki("{enabled: true, clients: {a: {url: 'https://metrics.example.com/api/v1/write', bearer_token: '${T}'}}}"), vec!["schema/invalid-value"]),
        ("t.yaml", format!("metrics_generator:\n  storage:\n    remote_write: [{{url: '{url}'}}]\n"), vec![]),
        ("t.yaml", format!("metrics_generator:\n  remote_write: [{{url: '{url}'}}]\n"), vec!["schema/unknown-field"]),
        ("a.yaml", agent(&format!("  global: {{remote_write: [{{url: '{url}'}}]}}\n")), vec![]),
        ("a.yaml", agent(&format!("  remote_write: [{{url: '{url}'}}]\n")), vec!["schema/unknown-field"]),
        ("a.yaml", agent("integrations: {node_exporter: {enabled: true}}\n"), vec!["agents/pipeline"]),
        ("a.yaml", agent("integrations: {node_exporter: {enabled: false}}\n"), vec![]),
        ("a.yaml", agent(&format!("  configs: [{{name: a, remote_write: [{{url: '{url}', protobuf_message: io.prometheus.write.v2.Request}}]}}]\n")), vec!["schema/unavailable"]),
        ("play.yml", format!("- hosts: all\n  vars:\n    prometheus_remote_write: [{{url: '{url}'}}]\n"), vec![]),
        ("play.yml", "- hosts: all\n  vars:\n    prometheus_remote_write: [{url: metrics.example.com/api/v1/write}]\n".to_owned(), vec!["remote-write/url-syntax"]),
    ] {
        let reported = found(path, &text);
        let rules: Vec<_> = reported.iter().map(|one| &*one.rule).collect();
        assert_eq!(rules, expected, "{text}\n{reported:?}");
    }
}

/// What Alloy rejects of a text, as a change of a right one.
#[test]
fn texts_that_alloy_refuses_are_reported() {
    let right = "discovery.relabel \"t\" {\n  targets = []\n  rule {\n    source_labels = [\"__scrape_interval__\"]\n    regex = \"\"\n    replacement = \"60s\"\n    target_label = \"__scrape_interval__\"\n  }\n}\nprometheus.scrape \"a\" {\n  targets = [{\"__address__\" = \"a:9100\", team = \"x\"}]\n  forward_to = [prometheus.relabel.r.receiver]\n}\nprometheus.relabel \"r\" {\n  forward_to = [prometheus.remote_write.m.receiver]\n  rule {\n    regex = \"pod\"\n    action = \"labeldrop\"\n  }\n}\nlocal.file \"pw\" {\n  filename = \"/x\"\n}\nprometheus.remote_write \"m\" {\n  endpoint {\n    url = \"https://metrics.example.com/api/v1/write\"\n    bearer_token = local.file.pw.content\n  }\n}\n";
    let reported = found("config.alloy", right);
    assert!(reported.is_empty(), "{reported:?}");
    for (from, to, rule) in [
        ("discovery", "# a\ndiscovery", "schema/syntax"),
        ("filename = \"/x\"", "filename = '/x'", "schema/syntax"),
        ("filename =", "filename:", "schema/syntax"),
        (
            "[prometheus.relabel.r.receiver]",
            "[\n    prometheus.relabel.r.receiver\n  ]",
            "schema/syntax",
        ),
        (
            "remote_write \"m\" {",
            "remote_write \"m-1\" {",
            "schema/syntax",
        ),
        ("local.file \"pw\" {", "local.file {", "schema/syntax"),
        (
            "local.file \"pw\" {",
            "local.file \"pw\" {\n}\nlocal.file \"pw\" {",
            "schema/duplicate",
        ),
        (
            "local.file.pw.content",
            "local.file.passwd.content",
            "agents/pipeline",
        ),
        (
            "local.file.pw.content",
            "\"${TOKEN}\"",
            "schema/invalid-value",
        ),
        ("[prometheus.relabel.r.receiver]", "[]", "agents/pipeline"),
        (
            "  forward_to = [prometheus.relabel",
            "  scrape_interval = \"5s\"\n  forward_to = [prometheus.relabel",
            "schema/conflict",
        ),
        (
            "  forward_to = [prometheus.relabel",
            "  job_nam = \"5s\"\n  forward_to = [prometheus.relabel",
            "schema/unknown-field",
        ),
        (
            "  forward_to = [prometheus.relabel",
            "  metrics_path = \"/a?b\"\n  forward_to = [prometheus.relabel",
            "scrape/metrics-path",
        ),
        ("\"labeldrop\"", "\"remove\"", "schema/invalid-value"),
        ("\"pod\"", "\"po(d\"", "schema/invalid-value"),
    ] {
        let reported = found("config.alloy", &right.replacen(from, to, 1));
        assert!(
            reported.iter().any(|one| one.rule == rule),
            "{to}: {reported:?}"
        );
    }
}

fn reported(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    let said = |one: &Finding| (one.rule.to_string(), one.message.to_string());
    found.iter().map(said).collect()
}

/// Files, and the rule and words of what is reported, if anything is.
type Case<'c> = (&'c [(&'c str, &'c str)], Option<(&'c str, &'c str)>);

fn check_reported(cases: &[Case<'_>]) {
    for (files, expected) in cases {
        let reported = reported(files);
        let fits = match (expected, &reported[..]) {
            (None, []) => true,
            (Some((rule, words)), [(said, message)]) => said == rule && message.contains(words),
            _ => false,
        };
        assert!(fits, "{files:?}: {reported:?}");
    }
}

/// Units of systemd and Quadlets that start Prometheus.
#[test]
fn flags_of_units_are_judged() {
    let flag = |rest: &str| {
        format!(
            "[Service]\nExecStart=/usr/local/bin/prometheus \\\n  --config.file=/etc/prometheus/prometheus.yml \\\n  {rest}\n"
        )
    };
    let quadlet = |rest: &str| {
        format!(
            "[Container]\nImage=docker.io/prom/prometheus:v3.5.0\nExec=--config.file=/etc/prometheus/prometheus.yml {rest}\n"
        )
    };
    let unknown = Some(("start/flag", "unknown flag"));
    check_reported(&[
        (
            &[(
                "prometheus.service",
                &flag("--storage.tsdb.retension.time=30d"),
            )],
            unknown,
        ),
        (
            &[(
                "prometheus.service",
                &flag("--storage.tsdb.retention.time=30d"),
            )],
            None,
        ),
        (
            &[(
                "prometheus.service",
                &flag("--agent --storage.tsdb.path=/x"),
            )],
            Some(("start/flag", "storage.tsdb.path")),
        ),
        (&[("prometheus.service", &flag("$OPTIONS --nope"))], None),
        (
            &[(
                "prometheus.container",
                &quadlet("--web.enable-remote-write-reciever"),
            )],
            unknown,
        ),
        (
            &[("prometheus.container", &quadlet("--web.enable-lifecycle"))],
            None,
        ),
        // Releases before 2.0.
        (
            &[(
                "prometheus.service",
                "[Service]\nExecStart=/usr/bin/prometheus -config.file=/etc/p.yml --nope\n",
            )],
            None,
        ),
        (
            &[(
                "node.service",
                "[Service]\nExecStart=/usr/bin/node_exporter --nope # prometheus\n",
            )],
            None,
        ),
    ]);
}

/// Variables that the compose file does not set, and extensions that the image does not have.
#[test]
fn what_a_service_lacks_is_reported() {
    let alloy = |name: &str| {
        format!(
            "prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"https://metrics.example.com/api/v1/write\"\n    basic_auth {{\n      username = \"a\"\n      password = sys.env(\"{name}\")\n    }}\n  }}\n}}\n"
        )
    };
    let compose = |rest: &str| {
        format!(
            "services:\n  alloy:\n    image: grafana/alloy:v1.5.0\n    command: [run, /etc/alloy/config.alloy]\n    volumes: ['./config.alloy:/etc/alloy/config.alloy']\n    {rest}\n"
        )
    };
    let collector = |tag: &str| {
        format!(
            "services:\n  otel:\n    image: otel/{tag}\n    command: [--config=/etc/otel.yaml]\n    volumes: ['./otel.yaml:/etc/otel.yaml']\n"
        )
    };
    let otel = "extensions: {basicauth: {client_auth: {username: a, password: '${env:P:-x}'}}}\nreceivers: {otlp: {protocols: {grpc: {}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://metrics.example.com/api/v1/write\n    auth: {authenticator: basicauth}\nservice: {extensions: [basicauth], pipelines: {metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}}}\n";
    let set = compose("environment: {PASS: abc}");
    check_reported(&[
        (
            &[("compose.yaml", &set), ("config.alloy", &alloy("PASSWORD"))],
            Some(("schema/variable", "does not set `PASSWORD`")),
        ),
        (
            &[("compose.yaml", &set), ("config.alloy", &alloy("PASS"))],
            None,
        ),
        (
            &[
                ("compose.yaml", &compose("env_file: [.env]")),
                ("config.alloy", &alloy("PASSWORD")),
            ],
            None,
        ),
        (
            &[
                ("compose.yaml", &compose("restart: always")),
                ("config.alloy", &alloy("PASSWORD")),
            ],
            None,
        ),
        (
            &[
                (
                    "compose.yaml",
                    &collector("opentelemetry-collector:0.110.0"),
                ),
                ("otel.yaml", otel),
            ],
            Some(("agents/pipeline", "no extension")),
        ),
        (
            &[
                (
                    "compose.yaml",
                    &collector("opentelemetry-collector-contrib:0.110.0"),
                ),
                ("otel.yaml", otel),
            ],
            None,
        ),
    ]);
}

/// A vmagent without an endpoint does not start.
#[test]
fn vmagent_needs_an_endpoint() {
    let compose = |flags: &str| {
        format!(
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.110.0\n    command: [{flags}]\n"
        )
    };
    let missing = Some(("schema/missing-field", "`-remoteWrite.url`: missing"));
    check_reported(&[
        (
            &[("compose.yaml", &compose("-promscrape.config=/a.yml"))],
            missing,
        ),
        (
            &[(
                "compose.yaml",
                &compose(
                    "-promscrape.config=/a.yml, '-remoteWrite.url=http://vm:8428/api/v1/write'",
                ),
            )],
            None,
        ),
        (
            &[(
                "compose.yaml",
                &compose("-promscrape.config=/a.yml, -envflag.enable"),
            )],
            None,
        ),
        (
            &[(
                "compose.yaml",
                &compose("-promscrape.config=/a.yml, '$FLAGS'"),
            )],
            None,
        ),
    ]);
}

/// Azure's agent for managed Prometheus takes jobs alone.
#[test]
fn a_config_map_of_azure_has_jobs_alone() {
    let object = |rest: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: ama-metrics-prometheus-config, namespace: kube-system}}\ndata:\n  prometheus-config: |\n    global: {{external_labels: {{cluster: a}}}}\n    scrape_configs:\n    - job_name: a\n      static_configs: [{{targets: ['a:9100']}}]\n{rest}"
        )
    };
    let sends = object("    remote_write: [{url: 'https://metrics.example.com/api/v1/write'}]\n");
    check_reported(&[
        (&[("cm.yaml", &object(""))], None),
        (
            &[("cm.yaml", &sends)],
            Some(("schema/unknown-field", "Azure's agent drops")),
        ),
    ]);
}

/// Vector has the switch the other way round.
#[test]
fn vector_may_skip_verification() {
    let sink = |tls: &str| {
        format!(
            "sinks:\n  m:\n    type: prometheus_remote_write\n    inputs: [h]\n    endpoint: https://metrics.example.com/api/v1/write\n    tls: {{{tls}}}\n"
        )
    };
    check_reported(&[
        (&[("vector.yaml", &sink("verify_certificate: true"))], None),
        (
            &[("vector.yaml", &sink("verify_certificate: false"))],
            Some(("tls/insecure-skip-verify", "not verified")),
        ),
    ]);
}
/// Which programs drop what a rate limit turned away, if nothing is said about it.
#[test]
fn the_rate_limit_of_a_service_counts_where_the_program_gives_up() {
    let url = "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push";
    let native = format!(
        "- url: {url}\n  basic_auth: {{username: '1', password_file: /etc/token}}\n  queue_config: "
    );
    let of_agent = native.replace('\n', "\n    ");
    let of_alloy = |queue: &str| {
        format!(
            "prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"{url}\"\n    queue_config {{ {queue} }}\n  }}\n}}\n"
        )
    };
    let severity = |path: &str, text: &str| {
        let all = memory::found("/tree", &memory::tree(&[(path, text)]));
        let mut of_rule = all.iter().filter(|one| one.rule == "remote-write/retry");
        of_rule.next().map(|finding| finding.severity)
    };
    for (path, text, expected) in [
        (
            "prometheus.yml",
            format!("remote_write:\n{native}{{}}\n"),
            Some(Severity::Info),
        ),
        (
            "prometheus.yml",
            format!("remote_write:\n{native}{{retry_on_http_429: false}}\n"),
            Some(Severity::Warning),
        ),
        (
            "agent.yaml",
            format!("metrics:\n  global:\n    remote_write:\n    {of_agent}{{}}\n"),
            None,
        ),
        ("config.alloy", of_alloy(""), None),
        (
            "config.alloy",
            of_alloy("retry_on_http_429 = false"),
            Some(Severity::Warning),
        ),
        (
            "collector.yaml",
            format!(
                "exporters:\n  prometheusremotewrite:\n    endpoint: {url}\nservice:\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
            ),
            None,
        ),
    ] {
        assert_eq!(severity(path, &text), expected, "{path}:\n{text}");
    }
}

/// A variable in a string of Alloy is sent as it is written, unless a template is rendered first.
#[test]
fn variables_in_templates_of_alloy_are_left_to_what_renders_them() {
    let text = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://metrics.example.com/api/v1/write\"\n    basic_auth {\n      username = \"${NAME}\"\n      password = sys.env(\"P\")\n    }\n  }\n}\n";
    for (path, expected) in [
        ("config.alloy", vec!["schema/invalid-value"]),
        ("config.alloy.tpl", vec![]),
        ("config.alloy.outside.template", vec![]),
    ] {
        let reported = found(path, text);
        let rules: Vec<_> = reported.iter().map(|finding| &*finding.rule).collect();
        assert_eq!(rules, expected, "{path}: {reported:?}");
    }
}

/// An action that only vmagent has tells who reads a file, unless Prometheus is seen to run it.
#[test]
fn actions_of_vmagent_set_a_file_aside() {
    let jobs = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n  relabel_configs:\n  - {action: keep_if_equal, source_labels: [a, b]}\n";
    let compose = "services:\n  p: {image: 'prom/prometheus:v3.5.0', volumes: ['./jobs.yml:/etc/prometheus/prometheus.yml']}\n";
    let alone = found("jobs.yml", jobs);
    assert!(alone.is_empty(), "{alone:?}");
    let mut run = memory::found(
        "/tree",
        &memory::tree(&[("jobs.yml", jobs), ("compose.yml", compose)]),
    );
    run.retain(|finding| finding.rule == "schema/invalid-value");
    assert_eq!(run.len(), 1, "{run:?}");
}

/// Behind a long part that two names of flags share, everything is like each other.
#[test]
fn another_flag_of_vmagent_is_proposed_only_if_it_may_be_meant() {
    let says = |flag: &str, words: Option<&str>| {
        let compose = format!(
            "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.102.0\n    command: ['-remoteWrite.url=https://vm.example.com/api/v1/write', '{flag}']\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("compose.yml", &*compose)]));
        let unknown = found
            .iter()
            .filter(|one| &*one.rule == "schema/unknown-field");
        let helps: Vec<_> = unknown.filter_map(|one| one.help_line()).collect();
        assert_eq!(helps.len(), 1, "{flag}: {found:?}");
        match words {
            Some(meant) => assert!(helps[0].contains(meant), "{flag}: {helps:?}"),
            None => assert!(helps[0].starts_with("remove it"), "{flag}: {helps:?}"),
        }
    };
    for flag in [
        "-remoteWrite.basicAuth.tlsSkipVerify=true",
        "-remoteWrite.insecureSkipVerify",
    ] {
        says(flag, Some("`-remoteWrite.tlsInsecureSkipVerify`"));
    }
    says(
        "-remoteWrite.basicAuth.pasword=x",
        Some("`-remoteWrite.basicAuth.password`"),
    );
    says("-remoteWrite.basicAuth.nothing=x", None);
}

#[test]
fn credentials_in_destinations_of_k8s_monitoring_are_read() {
    let of = |auth: &str| {
        let values = format!(
            "cluster: {{name: a}}\ndestinations:\n- name: a\n  type: prometheus\n  url: https://prometheus-prod-58-prod-eu-central-0.grafana.net/api/prom/push\n  auth: {auth}\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("values.yaml", &*values)]));
        let rules = found
            .iter()
            .filter(|finding| finding.severity > Severity::Info);
        rules
            .map(|finding| finding.rule.to_string())
            .collect::<Vec<_>>()
    };
    let committed = ["credentials/committed"];
    assert_eq!(
        of("{type: basic, username: '1', password: hunter22}"),
        committed
    );
    assert_eq!(of("{username: '1', password: hunter22}"), committed);
    assert_eq!(
        of("{type: bearerToken, bearerToken: hunter22}"),
        ["remote-write/credentials-kind", "credentials/committed"]
    );
    // What is empty there comes from a Secret, and what the type does not name is left over.
    for other in [
        "{type: basic, username: '1', password: ''}",
        "{type: basic, username: '1', passwordFrom: x}",
        "{type: bearerToken, bearerToken: '', username: '', password: ''}",
        "{type: sigv4, sigv4: {region: eu-west-1}}",
        "{type: none}",
    ] {
        assert!(of(other).is_empty(), "{other}");
    }
}

/// A block under the native name of its list does not make the list twice.
#[test]
fn a_misspelled_block_of_alloy_is_reported_once() {
    let text = "prometheus.remote_write \"m\" {\n  endpoint {\n    url = \"https://m.example.com/api/v1/write\"\n    write_relabel_config {\n      action = \"drop\"\n      source_labels = [\"a\"]\n      regex = \"b\"\n    }\n    write_relabel_configs {\n      action = \"drop\"\n      source_labels = [\"c\"]\n      regex = \"d\"\n    }\n  }\n}\n";
    let reported = found("config.alloy", text);
    let about: Vec<_> = reported
        .iter()
        .filter(|finding| finding.message.contains("write_relabel_configs"))
        .map(|finding| finding.message.to_string())
        .collect();
    assert_eq!(about.len(), 1, "{about:?}");
    let alone = text.replace("write_relabel_configs", "write_relabel_config");
    let reported = found("config.alloy", &alone);
    assert!(
        reported
            .iter()
            .all(|finding| finding.severity < Severity::Error),
        "{reported:?}"
    );
}

/// What one file of a Collector lacks may be in another one.
#[test]
fn an_endpoint_may_be_in_a_second_file_of_a_collector() {
    let file = "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {prometheusremotewrite: {timeout: 5s}}\nservice: {pipelines: {metrics: {receivers: [otlp], exporters: [prometheusremotewrite]}}}\n";
    let with = |command: &str| {
        let compose = format!(
            "services:\n  otel:\n    image: otel/opentelemetry-collector-contrib:0.120.0\n    command: [{command}]\n    volumes: ['./a.yaml:/a.yaml', './b.yaml:/b.yaml']\n"
        );
        let other =
            "exporters: {prometheusremotewrite: {endpoint: 'https://m.example.com/api/v1/push'}}\n";
        let files = [
            ("a.yaml", file),
            ("b.yaml", other),
            ("compose.yaml", &*compose),
        ];
        let found = memory::found("/tree", &memory::tree(&files));
        let lacks = |one: &&Finding| one.rule == "schema/missing-field";
        found.iter().filter(lacks).count()
    };
    assert_eq!(with("'--config=/a.yaml'"), 1);
    assert_eq!(with("'--config=/a.yaml', '--config=/b.yaml'"), 0);
}
