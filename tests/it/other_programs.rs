//! What Vector, Telegraf, Fluent Bit, Netdata, k6, Alloy and the chart k8s-monitoring take and refuse, in
//! their own words.

use crate::support::memory;
use promvet::finding::{Action, Finding, Severity};

/// The findings above info.
fn found(name: &str, text: &str) -> Vec<Finding> {
    let found = memory::found("/tree", &memory::tree(&[(name, text)])).into_iter();
    found.filter(|one| one.severity > Severity::Info).collect()
}

/// Holds the messages of texts against what they have to contain; nothing is expected of an empty one.
fn hold(name: &str, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        let said: Vec<String> = found(name, text)
            .iter()
            .map(|one| one.message.to_string())
            .collect();
        match expected.is_empty() {
            true => assert!(said.is_empty(), "{text}{said:?}"),
            false => assert!(
                said.iter().any(|message| message.contains(expected)),
                "{text}\nwanted {expected}: {said:?}"
            ),
        }
    }
}

const TOKEN: &str = "q7Zk2vX9mB4tR8wLc1Yp";

fn vector(more: &str) -> String {
    format!(
        "sources: {{m: {{type: internal_metrics}}}}\nsinks:\n  a:\n    type: prometheus_remote_write\n    inputs: [m]\n    endpoint: https://mimir.example.com/api/v1/push\n{more}"
    )
}

#[test]
fn headers_and_keys_of_vector_are_read() {
    let leak = vector(&format!(
        "    tenant_id: a\n    request: {{headers: {{Authorization: Bearer {TOKEN}}}}}\n"
    ));
    let two = vector(
        "    tenant_id: a\n    auth: {strategy: basic, user: a, password: '${T}'}\n    request: {headers: {Authorization: 'Bearer ${T}'}}\n",
    );
    let aws = vector(&format!(
        "    aws: {{region: eu-west-1}}\n    tenant_id: a\n    auth: {{strategy: aws, access_key_id: '${{K}}', secret_access_key: {TOKEN}}}\n"
    ));
    let plain = vector("    request: {headers: {X-Scope-OrgID: a, Authorization: 'Basic ${T}'}}\n")
        .replace("https://mimir", "http://mimir");
    hold(
        "vector.yaml",
        &[
            (
                &vector(
                    "    tenant_id: a\n    request: {headers: {Authorization: 'Bearer ${T}'}}\n",
                ),
                "",
            ),
            (
                &vector(
                    "    request: {headers: {X-Scope-OrgID: a, Authorization: 'Bearer ${T}'}}\n",
                ),
                "",
            ),
            (
                &vector(
                    "    tenant_id: a\n    dangerously_allow_unconfined_template_resolution: false\n",
                ),
                "",
            ),
            (&leak, "holds a secret"),
            (&two, "Vector rejects the file"),
            (&aws, "holds a secret"),
            (&plain, "plain http"),
            (
                &vector("    tenant_id: a\n    compression: lz4\n"),
                "`compression`: expected `gzip`, `snappy` or `zstd`, found `lz4`",
            ),
            (&vector("    tenant_id: a\n    compression: zstd\n"), ""),
        ],
    );
}

#[test]
fn telegraf_compresses_once_and_hides_no_secret() {
    let telegraf = |more: &str| {
        format!(
            "[[outputs.http]]\n  url = \"https://m.example.com/api/v1/push\"\n  data_format = \"prometheusremotewrite\"\n{more}  [outputs.http.headers]\n    Content-Type = \"application/x-protobuf\"\n    Content-Encoding = \"snappy\"\n"
        )
    };
    let oauth = |secret: &str| {
        telegraf(&format!(
            "  client_id = \"a\"\n  client_secret = \"{secret}\"\n  token_url = \"https://sso.example.com/token\"\n"
        ))
    };
    hold(
        "telegraf.conf",
        &[
            (&telegraf("  content_encoding = \"identity\"\n"), ""),
            (
                &telegraf("  content_encoding = \"gzip\"\n"),
                "`content_encoding`: the format compresses with snappy already",
            ),
            (&oauth("${SECRET}"), ""),
            (&oauth(TOKEN), "holds a secret"),
        ],
    );
}

#[test]
fn no_edit_writes_a_url_where_only_a_part_of_it_belongs() {
    let fluent = |host: &str, more: &str| {
        format!(
            "[OUTPUT]\n    Name prometheus_remote_write\n    Match *\n    Host {host}\n    Port 443\n    Header X-Scope-OrgID a\n{more}"
        )
    };
    let netdata = |head: &str, path: &str| {
        let destination = "mimir.example.com:443";
        format!(
            "[prometheus_remote_write:{head}a]\n    enabled = yes\n    destination = {destination}\n    remote write URL path = {path}\n    username = a\n"
        )
    };
    for (name, text, help) in [
        (
            "fluent-bit.conf",
            fluent(
                "https://mimir.example.com",
                "    Uri /api/v1/push\n    tls on\n",
            ),
            "correct `host`, `port`, `uri` and `tls`",
        ),
        (
            "fluent-bit.conf",
            fluent("mimir.example.com", "    Uri /api/v1/pusch\n    tls on\n"),
            "correct the path in `uri`",
        ),
        (
            "fluent-bit.conf",
            fluent(
                "mimir.example.com",
                "    Uri /api/v1/push\n    http_user a\n    http_passwd ${P}\n",
            ),
            "add `tls on`",
        ),
        (
            "exporting.conf",
            netdata("", "/api/v1/push"),
            "write `https:` in the name of the section",
        ),
        (
            "exporting.conf",
            netdata("https:", "/api/v1/pusch"),
            "correct the path in `remote write URL path`",
        ),
    ] {
        let found = found(name, &text);
        let advice = || found.iter().filter_map(|one| one.advice.as_ref());
        assert!(
            advice().any(|advice| advice.help().contains(help)),
            "{text}{:?}",
            advice().map(|advice| advice.help()).collect::<Vec<_>>()
        );
        let is_url = |text: &str| text.contains("http");
        assert!(
            !advice().any(
                |advice| matches!(advice.action(), Action::Replace { text, .. } if is_url(text))
            ),
            "{text}"
        );
    }
}

#[test]
fn variables_and_arguments_of_k6_are_read() {
    let compose = |more: &str| {
        format!(
            "services:\n  k6:\n    image: grafana/k6:1.2.0\n    command: run -o experimental-prometheus-rw /t.js\n    environment:\n      K6_PROMETHEUS_RW_SERVER_URL: https://vm.example.com/api/v1/write\n{more}"
        )
    };
    let header = |value: &str| {
        compose(&format!(
            "      K6_PROMETHEUS_RW_HEADERS_Authorization: Bearer {value}\n"
        ))
    };
    let key = |value: &str| {
        compose(&format!(
            "      K6_PROMETHEUS_RW_SIGV4_REGION: eu-west-1\n      K6_PROMETHEUS_RW_SIGV4_ACCESS_KEY: ${{K}}\n      K6_PROMETHEUS_RW_SIGV4_SECRET_KEY: {value}\n"
        ))
    };
    hold(
        "compose.yaml",
        &[
            (&header("${T}"), ""),
            (&header(TOKEN), "holds a secret"),
            (
                &compose("      K6_PROMETHEUS_RW_HTTP_HEADERS: 'Authorization:Basic ${B}'\n")
                    .replace(
                        "vm.example.com/api/v1/write",
                        "prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
                    ),
                "",
            ),
            (&key("${S}"), ""),
            (&key(TOKEN), "holds a secret"),
        ],
    );
    let test_run = |arguments: &str, more: &str| {
        format!(
            "apiVersion: k6.io/v1alpha1\nkind: TestRun\nmetadata: {{name: a}}\nspec:\n{arguments}  script: {{configMap: {{name: a, file: t.js}}}}\n  runner:\n{more}    env:\n    - name: K6_PROMETHEUS_RW_SERVER_URL\n      value: https://vm.example.com/api/v1/write\n"
        )
    };
    let silent = "`arguments` has no `-o experimental-prometheus-rw`";
    hold(
        "test.yaml",
        &[
            (
                &test_run("  arguments: -o experimental-prometheus-rw\n", ""),
                "",
            ),
            (
                &test_run("", "    envFrom: [{configMapRef: {name: a}}]\n"),
                "",
            ),
            (&test_run("", ""), silent),
            (&test_run("  arguments: --tag a=b\n", ""), silent),
        ],
    );
}

#[test]
fn destinations_of_k8s_monitoring_are_read() {
    let values = |more: &str| {
        format!(
            "cluster: {{name: eu}}\ndestinations:\n- name: metrics\n  type: prometheus\n  url: https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push\n{more}clusterMetrics: {{enabled: true}}\n"
        )
    };
    let oauth = |secret: &str| {
        values(&format!(
            "  auth: {{type: oauth2, oauth2: {{clientId: a, clientSecret: {secret}, tokenURL: 'https://sso.example.com/token'}}}}\n"
        ))
    };
    let basic = "  auth: {type: basic, username: '1', passwordFrom: sys.env(\"P\")}\n";
    hold(
        "values.yaml",
        &[
            (&values(basic), ""),
            (
                &values(&format!(
                    "{basic}  queueConfig: {{capacity: 5000, maxShards: 10, batchSendDeadline: 5s}}\n"
                )),
                "",
            ),
            (
                &values(&format!(
                    "{basic}  queueConfig: {{minShards: 10, maxShards: 5}}\n"
                )),
                "`minShards` (10)",
            ),
            (&oauth(TOKEN), "holds a secret"),
            (&values(""), "no credential"),
            (
                &values("  extraHeadersFrom: {Authorization: sys.env(\"A\")}\n"),
                "",
            ),
        ],
    );
}

fn alloy(scrape: &str, endpoint: &str, more: &str) -> String {
    format!(
        "prometheus.scrape \"a\" {{\n{scrape}}}\nprometheus.remote_write \"m\" {{\n{more}  endpoint {{\n    url = \"https://vm.example.com/api/v1/write\"\n{endpoint}  }}\n}}\n"
    )
}

const SCRAPE: &str = "  targets = [{\"__address__\" = \"a.example.com:9100\"}]\n  forward_to = [prometheus.remote_write.m.receiver]\n";

#[test]
fn slips_in_the_syntax_of_alloy_have_a_place() {
    let relabel = |regex: &str| {
        format!(
            "    write_relabel_config {{\n      source_labels = [\"__name__\"]\n      regex = {regex}\n      action = \"drop\"\n    }}\n"
        )
    };
    hold(
        "config.alloy",
        &[
            (&alloy(SCRAPE, &relabel("\"go_\\\\d+\""), ""), ""),
            (&alloy(SCRAPE, &relabel("`go_\\d+`"), ""), ""),
            (
                &alloy(SCRAPE, "    headers = {\n      `X-A` = \"b\",\n    }\n", ""),
                "",
            ),
            (
                &alloy(SCRAPE, &relabel("\"go_\\d+\""), ""),
                "does not have this escape",
            ),
            (
                &alloy(SCRAPE, "    queue_config { capacity = 1 }\n", ""),
                "",
            ),
            (
                &alloy(
                    SCRAPE,
                    "    queue_config { capacity = 10 max_shards = 2 }\n",
                    "",
                ),
                "expected a line break",
            ),
            (
                &alloy(SCRAPE, "    remote_timeout = \"5s\",\n", ""),
                "unexpected `,`",
            ),
            (
                &alloy(SCRAPE, "    headers {\n      \"X-A\" = \"b\"\n    }\n", ""),
                "`headers`: it is an attribute, not a block",
            ),
            (
                &alloy(SCRAPE, "", "").replace("endpoint {", "endpoint = {"),
                "`endpoint`: it is a block, not an attribute",
            ),
            (
                &alloy(SCRAPE, "    remote_timeout = \"5s\"\n", "")
                    .replace("endpoint {", "endpoint = {"),
                "a block has no `=`",
            ),
            (
                &alloy(SCRAPE, "", "").replace("endpoint {", "endpoint\n  {"),
                "the `{` of a block",
            ),
        ],
    );
}

#[test]
fn attributes_of_alloy_that_it_rejects_are_reported() {
    let scrape = |targets: &str, forward: &str| format!("{targets}{forward}");
    let targets = "  targets = [{\"__address__\" = \"a.example.com:9100\"}]\n";
    let forward = "  forward_to = [prometheus.remote_write.m.receiver]\n";
    let env =
        |literal: &str| format!("    bearer_token = coalesce(sys.env(\"TOKEN\"), \"{literal}\")\n");
    hold(
        "config.alloy",
        &[
            (&alloy(&scrape("", forward), "", ""), "`targets`: missing"),
            (
                &alloy(
                    &scrape(
                        targets,
                        "  forward_to = prometheus.remote_write.m.receiver\n",
                    ),
                    "",
                    "",
                ),
                "expected a list, found one receiver",
            ),
            (
                &alloy(
                    &scrape(
                        targets,
                        "  forward_to = [\"prometheus.remote_write.m.receiver\"]\n",
                    ),
                    "",
                    "",
                ),
                "expected receivers, found a string",
            ),
            (
                &alloy(
                    &scrape("  targets = discovery.kubernetes.gone.targets\n", forward),
                    "",
                    "",
                ),
                "",
            ),
            (
                &(alloy(
                    &scrape("  targets = discovery.kubernetes.gone.targets\n", forward),
                    "",
                    "",
                ) + "discovery.relabel \"b\" {\n  targets = []\n}\n"),
                "`gone`: no component has this label",
            ),
            (
                &alloy(
                    SCRAPE,
                    "",
                    "  wal {\n    truncate_frequency = \"0s\"\n  }\n",
                ),
                "`truncate_frequency`: it must be above 0",
            ),
            (
                &alloy(
                    SCRAPE,
                    "",
                    "  wal {\n    min_keepalive_time = \"9h\"\n  }\n",
                ),
                "`min_keepalive_time`: above",
            ),
            (
                &alloy(
                    SCRAPE,
                    "",
                    "  wal {\n    truncate_frequency = \"1h\"\n    max_keepalive_time = \"6h\"\n  }\n",
                ),
                "",
            ),
            (
                &alloy(SCRAPE, "", "").replace("//vm.example.com", "//${HOST}"),
                "`url`: Alloy does not expand variables",
            ),
            (
                &alloy(SCRAPE, "", "").replace(
                    "\"https://vm.example.com/",
                    "\"https://\" + sys.env(\"HOST\") + \"/",
                ),
                "",
            ),
            (&alloy(SCRAPE, &env(""), ""), ""),
            (
                &alloy(
                    &scrape(
                        SCRAPE,
                        "  scrape_native_histograms = true\n  scrape_protocols = [\"OpenMetricsText1.0.0\"]\n",
                    ),
                    "",
                    "",
                ),
                "`scrape_protocols` has no `PrometheusProto`",
            ),
            (
                &alloy(
                    &scrape(
                        SCRAPE,
                        "  scrape_protocols = [\"PrometheusProto\", \"PrometheusText1.0.0\"]\n",
                    ),
                    "",
                    "",
                ),
                "",
            ),
            (
                &alloy(
                    &scrape(SCRAPE, "  scrape_fallback_protocol = \"text\"\n"),
                    "",
                    "",
                ),
                "`scrape_fallback_protocol`: expected",
            ),
            (
                &alloy(
                    &scrape(SCRAPE, "  metric_name_escaping_scheme = \"allow-utf-8\"\n"),
                    "",
                    "",
                ),
                "`allow-utf-8` needs",
            ),
            (&alloy(SCRAPE, &env(TOKEN), ""), "holds a secret"),
            (
                &alloy(
                    SCRAPE,
                    &format!("    headers = {{ \"Authorization\" = \"Bearer \" + \"{TOKEN}\" }}\n"),
                    "",
                ),
                "holds a secret",
            ),
            (
                &alloy(
                    &scrape(SCRAPE, "  http_headers = { \"X-A\" = [\"b\"] }\n"),
                    "",
                    "",
                ),
                "",
            ),
            (
                &alloy(
                    &scrape(
                        SCRAPE,
                        &format!("  http_headers = {{ \"X-Api-Key\" = [\"{TOKEN}\"] }}\n"),
                    ),
                    "",
                    "",
                ),
                "holds a secret",
            ),
        ],
    );
}

#[test]
fn the_log_of_grafana_agent_is_judged() {
    let agent = |more: &str| {
        format!(
            "metrics:\n  wal_directory: /wal\n  configs:\n  - name: a\n{more}    remote_write: [{{url: 'https://vm.example.com/api/v1/write'}}]\n"
        )
    };
    hold(
        "agent.yaml",
        &[
            (
                &agent(
                    "    remote_flush_deadline: 30s\n    wal_truncate_frequency: 1h\n    min_wal_time: 5m\n",
                ),
                "",
            ),
            (
                &agent("    remote_flush_deadline: 0s\n"),
                "`remote_flush_deadline`: it must be above 0",
            ),
            (
                &agent("    wal_truncate_frequency: 0s\n"),
                "`wal_truncate_frequency`: it must be above 0",
            ),
            (
                &agent("    min_wal_time: 5h\n"),
                "`min_wal_time`: above `max_wal_time`",
            ),
        ],
    );
}
