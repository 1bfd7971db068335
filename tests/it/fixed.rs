//! What `--fix` makes of mistakes that people make, file by file.

use crate::support::scratch::Scratch;

/// Asserts what becomes of a file with the fixes of a level, and that a second run changes nothing.
fn becomes(level: &str, files: &[(&str, &str)], path: &str, after: &str) {
    let folder = Scratch::new(files);
    let ran = folder.promvet(&["check", level, "."]);
    assert_eq!(folder.read(path), after, "{}", ran.said());
    let again = folder.promvet(&["check", level, "--diff", "."]);
    assert_eq!(again.stdout, "", "a second run changes {path}");
}

fn fixed(path: &str, before: &str, after: &str) {
    becomes("--fix", &[(path, before)], path, after);
}

const JOBS: &str = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:80']}]\n  metric_relabel_configs:\n  - source_labels: [a]\n    target_label: b\n    replacement: ";

#[test]
fn values_get_the_quotes_that_yaml_needs() {
    for (value, quoted) in [
        ("*_total", "'*_total'"),
        ("*_total # all", "'*_total' # all"),
        ("%2F.*", "'%2F.*'"),
        ("@shop", "'@shop'"),
        ("a: b", "'a: b'"),
    ] {
        let text = |value: &str| format!("{JOBS}{value}\n");
        fixed("prometheus.yml", &text(value), &text(quoted));
        // In braces and in a ConfigMap too.
        let flow = |value: &str| format!("global: {{external_labels: {{a: {value}, b: c}}}}\n");
        if !value.contains(['#', ':', '%']) {
            fixed("prometheus.yml", &flow(value), &flow(quoted));
        }
        let map = |value: &str| {
            let text = text(value);
            let lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n{lines}"
            )
        };
        fixed("map.yaml", &map(value), &map(quoted));
    }
    let keep = |regex: &str| {
        format!(
            "{JOBS}b\n    action: replace\n  - source_labels: [a]\n    regex: {regex}\n    action: keep\n"
        )
    };
    for (regex, quoted) in [("[a-z]+", "'[a-z]+'"), ("{a|b}.*", "'{a|b}.*'")] {
        fixed("prometheus.yml", &keep(regex), &keep(quoted));
    }
    let labels = |value: &str| format!("global:\n  external_labels:\n    d: {value}\n    e: f\n");
    fixed("prometheus.yml", &labels("a: b"), &labels("'a: b'"));
    // An anchor that may be misspelled, and what a script fills in.
    for left in ["@TEXT@", "{{ .Values.text }}"] {
        let text = format!("{JOBS}{left}\n");
        fixed("prometheus.yml", &text, &text);
    }
    let text = "scrape_configs:\n- job_name: a\n  scrape_interval: *default\n";
    fixed("prometheus.yml", text, text);
    let text = format!("x: &total_ a\n{JOBS}*_total\n");
    fixed("prometheus.yml", &text, &text);
}

#[test]
fn expressions_and_annotations_get_quotes() {
    let rules = |expr: &str, text: &str| {
        format!(
            "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: {expr}\n    annotations:\n      summary: {text}\n"
        )
    };
    for (expr, text, new_expr, new_text) in [
        (
            "{job=\"x\"}",
            "{{ $labels.x }}",
            "'{job=\"x\"}'",
            "'{{ $labels.x }}'",
        ),
        (
            "{job=\"x\"} > 1",
            "{{ $labels.x }} isn't up",
            "'{job=\"x\"} > 1'",
            "'{{ $labels.x }} isn''t up'",
        ),
        (
            "\"up{job=\"x\"} == 0\"",
            "\"{{ printf \"%.0f\" $value }}\"",
            "'up{job=\"x\"} == 0'",
            "'{{ printf \"%.0f\" $value }}'",
        ),
        (
            "up == 0",
            "Down: {{ $labels.x }}",
            "up == 0",
            "'Down: {{ $labels.x }}'",
        ),
    ] {
        let config = ("prometheus.yml", "rule_files: [rules.yml]\n");
        let (before, after) = (rules(expr, text), rules(new_expr, new_text));
        becomes(
            "--fix",
            &[config, ("rules.yml", &before)],
            "rules.yml",
            &after,
        );
    }
}

#[test]
fn kinds_of_resources_are_put_right_by_quotes() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: p}\nspec:\n  selector: {matchLabels: {a: 5, b: true}}\n  endpoints:\n  - port: web\n    honorLabels: \"true\"\n    metricRelabelings:\n    - {sourceLabels: [a], action: drop, regex: 5}\n";
    let expected = monitor
        .replace("{a: 5, b: true}", "{a: \"5\", b: \"true\"}")
        .replace("\"true\"\n", "true\n")
        .replace("regex: 5", "regex: \"5\"");
    fixed("monitor.yaml", monitor, &expected);
    // The name of a port is not its number.
    let port = monitor.replace("port: web", "port: 8080");
    fixed(
        "monitor.yaml",
        &port,
        &expected.replace("port: web", "port: 8080"),
    );
    let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  replicas: \"2\"\n  paused: 'false'\n  retention: 10 d # days\n  retentionSize: 50 Gi\n  version: 2.40\n  externalLabels: {cluster: 5}\n";
    let expected = prometheus
        .replace("\"2\"", "2")
        .replace("'false'", "false")
        .replace("10 d", "10d")
        .replace("50 Gi", "50GiB")
        .replace("2.40", "\"2.40\"")
        .replace("cluster: 5", "cluster: \"5\"");
    fixed("prometheus.yaml", prometheus, &expected);
    // A duration needs a unit, which quotes do not give.
    let interval = expected.replace("paused", "scrapeInterval: 30\n  paused");
    fixed("prometheus.yaml", &interval, &interval);
    let files = [("prometheus.yaml", &*interval)];
    let expected = interval.replace(": 30\n", ": 30s\n");
    becomes("--fix=unsafe", &files, "prometheus.yaml", &expected);
    let alloy = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://h.example.com/api/v1/push\"\n    tls_config {\n      insecure_skip_verify = \"true\"\n    }\n  }\n}\n";
    fixed("a.alloy", alloy, &alloy.replace("\"true\"", "true"));
}

#[test]
fn slips_in_resources_and_alloy_are_corrected_where_one_word_is_meant() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: p}\nspec:\n  selector: {}\n  endpoints:\n  - prot: web # the port\n    scrapeTimeot: 5s\n    metricRelabelings:\n    - {sourceLabels: [a], action: drpo, regex: b}\n";
    let expected = monitor
        .replace("prot:", "port:")
        .replace("scrapeTimeot", "scrapeTimeout")
        .replace("drpo", "drop");
    fixed("monitor.yaml", monitor, &expected);
    let alloy = "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://mimir.example.com/api/v1/push\"\n    headers = { \"X-Scope-Org-ID\" = \"shop\" } // whose\n  }\n}\n";
    fixed("a.alloy", alloy, &alloy.replace("Org-ID", "OrgID"));
}

#[test]
fn no_two_names_become_one() {
    let headers = "remote_write:\n- url: https://mimir.example.com/api/v1/push\n  headers:\n    X-Scope-OrgID: shop\n    X-Scope-Org-Id: shop\n";
    fixed("prometheus.yml", headers, headers);
    // One of two slips is put right, and the other is left to its author.
    let twice = "remote_write:\n- url: https://a.example.com/api/v1/write\n  remoteTimeout: 5s\n  remote_timout: 6s\n";
    let folder = Scratch::new(&[("prometheus.yml", twice)]);
    folder.promvet(&["check", "--fix", "."]);
    let after = folder.read("prometheus.yml");
    assert!(after.matches("remote_timeout:").count() <= 1, "{after}");
}

#[test]
fn a_part_becomes_a_whole_configuration() {
    let part = "global:\n  scrape_interval: 15s\nscrape_config:\n- job_name: x\n  static_configs: [{targets: ['a:1']}]\n";
    fixed(
        "prometheus.yml",
        part,
        &part.replace("scrape_config:", "scrape_configs:"),
    );
}

#[test]
fn an_extra_dash_is_removed() {
    let config = "remote_write:\n  - url: https://a.example.com/api/v1/write\n  # who\n    remote_timeout: 5s\n  - basic_auth: {username: a, password_file: b} # one\nscrape_configs:\n  - job_name: a\n  - static_configs:\n    - targets: ['a:80']\n";
    let expected = config
        .replace("- basic", "  basic")
        .replace("- static", "  static");
    let files = [("prometheus.yml", config), ("b", "")];
    becomes("--fix", &files, "prometheus.yml", &expected);
    let folder = Scratch::new(&files);
    let found = folder
        .promvet(&["check", ".", "--format", "concise"])
        .stdout;
    assert_eq!(found.matches("schema/missing-field").count(), 2, "{found}");
    let commented = "remote_write:\n  - url: https://a.example.com/api/v1/write  # Mimir\n  # who: us and them\n  # and others\n  - remote_timeout: 5s\n";
    fixed(
        "prometheus.yml",
        &commented.replace("  # who: us and them\n", ""),
        &commented
            .replace("  # who: us and them\n", "")
            .replace("- remote", "  remote"),
    );
    fixed("prometheus.yml", commented, commented);
    let resource = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  remoteWrite:\n  - url: https://a.example.com/api/v1/push\n  - basicAuth:\n      username: {name: s, key: u}\n      password: {name: s, key: p}\n";
    let expected = resource.replace("- basic", "  basic");
    fixed("p.yaml", resource, &expected);
    // Both items have the key, or the item has a comment of its own.
    for left in [
        "remote_write:\n- url: https://a.example.com/api/v1/write\n  remote_timeout: 1s\n- remote_timeout: 5s\n",
        "remote_write:\n- url: https://a.example.com/api/v1/write\n# url: https://b.example.com\n- remote_timeout: 5s\n",
    ] {
        fixed("prometheus.yml", left, left);
    }
}

#[test]
fn misspelled_flags_are_corrected() {
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.1.0\n    command: [\"--config.fil=/etc/prometheus/prometheus.yml\", \"--web.enable-lifecycel\"]\n    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml\"]\n  v:\n    image: victoriametrics/vmagent:v1.100.0\n    command:\n    - -remotewrite.url=https://h.example.com/api/v1/write # where\n    - \"--remoteWrite.tmpDataPth=/x\"\n";
    let expected = compose
        .replace("config.fil=", "config.file=")
        .replace("lifecycel", "lifecycle")
        .replace("remotewrite.url", "remoteWrite.url")
        .replace("tmpDataPth", "tmpDataPath");
    let files = [("compose.yaml", compose), ("prometheus.yml", JOBS)];
    let folder = Scratch::new(&files);
    let found = folder
        .promvet(&["check", ".", "--format", "concise"])
        .stdout;
    assert!(!found.contains("`-remoteWrite.url`: missing"), "{found}");
    becomes("--fix", &files, "compose.yaml", &expected);
    let image = "FROM prom/prometheus:v3.1.0\nCOPY prometheus.yml /etc/prometheus/prometheus.yml\nCMD [\"--config.file=/etc/prometheus/prometheus.yml\", \"--storage.tsdb.retention=10d\"]\n";
    let files = [("Dockerfile", image), ("prometheus.yml", JOBS)];
    let expected = image.replace("retention=", "retention.time=");
    becomes("--fix", &files, "Dockerfile", &expected);
    let unit = "[Service]\nExecStart=/usr/bin/vmagent -remotewrite.url=https://h.example.com/api/v1/write \\\n  -remoteWrite.tmpDataPth=/x\n";
    let expected = unit
        .replace("remotewrite.url", "remoteWrite.url")
        .replace("tmpDataPth", "tmpDataPath");
    fixed("vmagent.service", unit, &expected);
}

/// A key that decides about TLS or the tenant is added in resources and in Alloy too.
#[test]
fn keys_are_added_in_other_dialects() {
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n    tlsConfig:\n      caFile: /ca\n  - {port: w, tlsConfig: {caFile: /b}}\n";
    let expected = monitor
        .replace("caFile: /ca\n", "caFile: /ca\n    scheme: https\n")
        .replace("{caFile: /b}}", "{caFile: /b}, scheme: https}");
    becomes("--fix=unsafe", &[("m.yaml", monitor)], "m.yaml", &expected);
    becomes("--fix", &[("m.yaml", monitor)], "m.yaml", monitor);
    let alloy = "prometheus.scrape \"a\" {\n  targets    = [{\"__address__\" = \"a:1\"}]\n  forward_to = [prometheus.remote_write.m.receiver]\n  tls_config { ca_file = \"/ca\" }\n}\nprometheus.remote_write \"m\" {\n  endpoint {\n    url = \"https://mimir.example.com/api/v1/push\"\n  }\n}\n";
    let expected = alloy.replace("\"/ca\" }\n", "\"/ca\" }\n  scheme = \"https\"\n");
    becomes("--fix=unsafe", &[("c.alloy", alloy)], "c.alloy", &expected);
    let entry = |rest: &str| format!("    - url: https://mimir.example.com/api/v1/push\n{rest}");
    let resource = |rest: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: a}}\nspec:\n  remoteWrite:\n{}{}      name: b\n",
            entry("      headers: {X-Scope-OrgID: shop}\n"),
            entry(rest)
        )
    };
    let expected = resource("      headers: {X-Scope-OrgID: 'shop'}\n");
    becomes(
        "--fix=unsafe",
        &[("p.yaml", &resource(""))],
        "p.yaml",
        &expected,
    );
}

/// What is not fixed although the help says what to write is named with the reason.
#[test]
fn a_reason_is_given_where_nothing_is_written() {
    let template = "global:\n  scrape_intervall: {{ interval }}\nscrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:80']}]\n";
    let image = "FROM prom/prometheus:v3.5.0\nCOPY prometheus.yml /etc/prometheus/\nCMD [\"--config.file=/etc/prometheus/prometheus.yml\", \\\n     \"--web.enable-lifecylce\"]\n";
    let config = "global: {scrape_interval: 15s}\n";
    for (files, says) in [
        (
            &[("prometheus.yml.j2", template)][..],
            "prometheus.yml.j2:2:3: not fixed: the file is a template",
        ),
        (
            &[("Dockerfile", image), ("prometheus.yml", config)],
            "Dockerfile:3:1: not fixed: ",
        ),
    ] {
        let ran = Scratch::new(files).promvet(&["check", "--fix", "."]);
        assert!(ran.stderr.contains(says), "{}", ran.said());
    }
    let broken = "scrape_configs: [\n";
    let folder = Scratch::new(&[("prometheus.yml", broken)]);
    let ran = folder.promvet(&["check", "--add-ignores", "why", "."]);
    assert!(
        ran.stderr.contains("the file cannot be parsed"),
        "{}",
        ran.said()
    );
    let late = "scrape_configs:\n- job_name: a\n  scheme: htp\n";
    let folder = Scratch::new(&[("prometheus.yml", late)]);
    let ran = folder.promvet(&["check", "--add-ignores", "x until 2020-01-01", "."]);
    assert!(ran.stderr.contains("2020-01-01 is over"), "{}", ran.said());
    assert_eq!(folder.read("prometheus.yml"), late);
}

/// One text where a list belongs is a list of it.
#[test]
fn one_text_becomes_a_list() {
    let config = |labels: &str| {
        format!("{JOBS}c\n  - source_labels: {labels}\n    regex: x\n    action: drop\n")
    };
    fixed(
        "prometheus.yml",
        &config("__name__ # all"),
        &config("[__name__] # all"),
    );
    fixed("prometheus.yml", &config("\"a\""), &config("[\"a\"]"));
    fixed("prometheus.yml", &config("a, b"), &config("a, b"));
}

/// Fixes of one line are one suggestion.
#[test]
fn suggestions_of_a_line_are_one_block() {
    let config = "global:\n  scrape_intervall: 15 s\nscrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:80']}]\n";
    let folder = Scratch::new(&[("prometheus.yml", config)]);
    let ran = folder.promvet(&["check", "--format", "markdown", "."]);
    assert_eq!(
        ran.stdout.matches("```suggestion").count(),
        1,
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("```suggestion\n  scrape_interval: 15s\n```"),
        "{}",
        ran.stdout
    );
}

/// `agent` was a feature, and is a flag since 3.0.
#[test]
fn no_feature_of_another_release_is_written() {
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.1.0\n    command: [\"--config.file=/etc/prometheus/prometheus.yml\", \"--enable-feature=agnet\"]\n    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml\"]\n";
    let files = [("compose.yaml", compose), ("prometheus.yml", JOBS)];
    becomes("--fix=unsafe", &files, "compose.yaml", compose);
    let said = Scratch::new(&files).promvet(&["check", "."]).stdout;
    assert!(said.contains("did you mean `--agent`?"), "{said}");
    let old = compose.replace("v3.1.0", "v2.50.0");
    let files = [("compose.yaml", &*old), ("prometheus.yml", JOBS)];
    let expected = old.replace("agnet", "agent");
    becomes("--fix=unsafe", &files, "compose.yaml", &expected);
}

#[test]
fn schemes_are_added_where_one_is_sure() {
    for (url, safe, unsafe_) in [
        ("https//h.example.com/p", "https://h.example.com/p", ""),
        ("https;//h.example.com/p", "https://h.example.com/p", ""),
        ("http:\\\\h.example.com/p", "http://h.example.com/p", ""),
        ("h.example.com/p", "https://h.example.com/p", ""),
        ("htps://h.example.com/p", "https://h.example.com/p", ""),
        ("10.0.0.1:9090/p", "http://10.0.0.1:9090/p", ""),
        ("my_prom:9090/p", "http://my_prom:9090/p", ""),
        ("localhost:9009/p", "http://localhost:9009/p", ""),
        ("h.example.com:8428/p", "", "http://h.example.com:8428/p"),
        ("h.example.com:9009/p", "", "http://h.example.com:9009/p"),
        ("tcp://h.example.com/p", "", "http://h.example.com/p"),
        ("8.8.8.8:9090/p", "", "http://8.8.8.8:9090/p"),
    ] {
        let text = |url: &str| format!("remote_write:\n- url: {url}\n");
        let safe = if safe.is_empty() { url } else { safe };
        fixed("prometheus.yml", &text(url), &text(safe));
        let unsafe_ = if unsafe_.is_empty() { safe } else { unsafe_ };
        let before = text(url);
        becomes(
            "--fix=unsafe",
            &[("prometheus.yml", &*before)],
            "prometheus.yml",
            &text(unsafe_),
        );
    }
    let spaced = "remote_write:\n- url: \" https://h.example.com/p\"\n";
    fixed("prometheus.yml", spaced, &spaced.replace("\" h", "\"h"));
}

/// What is below `server` is beside the files that the chart mounts.
#[test]
fn values_of_the_chart_are_changed_everywhere() {
    let values = "server:\n  remoteWrite:\n    - url: mimir.example.com/api/v1/push\n      remote_timeout: 30 s\n  global:\n    scrape_intervall: 15s\nserverFiles:\n  prometheus.yml:\n    scrape_configs:\n      - job_name: a\n        static_config:\n          - targets: ['a:80']\n";
    let expected = values
        .replace("url: m", "url: https://m")
        .replace("30 s", "30s")
        .replace("intervall", "interval")
        .replace("static_config:", "static_configs:");
    fixed("values.yaml", values, &expected);
}

#[test]
fn a_tenant_is_added_where_the_other_entries_name_it() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  mimir:\n    image: grafana/mimir:2.17.0\n    command: [-auth.multitenancy-enabled=true]\n";
    let config = |more: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: http://mimir:8080/api/v1/push\n  headers: {{X-Scope-OrgID: shop}}\n- url: http://mimir:8080/api/v1/push # two\n  remote_timeout: 5s\n{more}"
        )
    };
    let other = "- url: http://mimir:8080/api/v1/push\n  remote_timeout: 6s\n  headers:\n    X-Scope-OrgID: other\n";
    let added = "# two\n  headers: {X-Scope-OrgID: 'shop'}\n";
    for (more, header) in [("", added), (other, "# two\n")] {
        let config = config(more);
        let files = [("compose.yaml", compose), ("prometheus.yml", &*config)];
        let expected = config.replace("# two\n", header);
        becomes("--fix=unsafe", &files, "prometheus.yml", &expected);
        becomes("--fix", &files, "prometheus.yml", &config);
    }
}

#[test]
fn a_token_file_becomes_authorization_where_the_operator_deprecates_it() {
    let prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec:\n  externalLabels: {a: b}\n  remoteWrite:\n  - url: https://h.example.com/api/v1/write\n    bearerTokenFile: /etc/prometheus/secrets/a/token # it\n";
    let expected = prometheus.replace(
        "bearerTokenFile: /etc/prometheus/secrets/a/token",
        "authorization: {credentialsFile: /etc/prometheus/secrets/a/token}",
    );
    let files = [("p.yaml", prometheus)];
    becomes("--fix=unsafe", &files, "p.yaml", &expected);
    becomes("--fix", &files, "p.yaml", prometheus);
    // The `authorization` of a monitor takes no file.
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: p}\nspec:\n  selector: {}\n  endpoints:\n  - port: web\n    bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token\n";
    let found = Scratch::new(&[("m.yaml", monitor)]).promvet(&["check", "."]);
    assert!(!found.stdout.contains("deprecated"), "{}", found.stdout);
}

/// A key that takes something else was not meant.
#[test]
fn no_key_is_renamed_whose_value_does_not_fit() {
    let text =
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['a:80']}]\nstage: d\n";
    fixed("prometheus.yml", text, text);
}
