//! Keys and values of programs other than Prometheus that are not their own.

use crate::support::memory;
use promvet::finding::Severity;

/// The messages above info.
fn said(name: &str, text: &str) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(&[(name, text)]));
    let found = found.iter().filter(|one| one.severity > Severity::Info);
    found.map(|one| one.message.to_string()).collect()
}

#[test]
fn keys_and_words_of_other_programs_are_judged() {
    let vector = |more: &str| {
        format!(
            "sources: {{m: {{type: internal_metrics}}}}\nsinks:\n  a:\n    type: prometheus_remote_write\n    inputs: [m]\n    endpoint: https://m.example.com/api/v1/push\n{more}"
        )
    };
    let telegraf = |more: &str| {
        format!(
            "[[outputs.http]]\n  url = \"https://m.example.com/api/v1/push\"\n  data_format = \"prometheusremotewrite\"\n{more}  [outputs.http.headers]\n    Content-Type = \"application/x-protobuf\"\n    Content-Encoding = \"snappy\"\n"
        )
    };
    let fluent = |more: &str| {
        format!(
            "[OUTPUT]\n    Name prometheus_remote_write\n    Match *\n    Host m.example.com\n    tls on\n{more}"
        )
    };
    let netdata = |destination: &str| {
        format!(
            "[prometheus_remote_write:https:a]\n    enabled = yes\n    destination = {destination}\n    remote write URL path = /api/v1/push\n"
        )
    };
    for (name, text, expected) in [
        (
            "vector.yaml",
            vector("    foo_bar: 1\n"),
            "`foo_bar`: unknown key; Vector rejects the file",
        ),
        (
            "vector.yaml",
            vector(
                "    batch: {timeout_secs: 1}\n    tenant_id: a\n    buckets: [1]\n    healthcheck: {enabled: false}\n",
            ),
            "",
        ),
        (
            "vector.yaml",
            vector("    auth: {strategy: bear, token: '${T}'}\n"),
            "`strategy`: expected",
        ),
        (
            "vector.yaml",
            vector("    auth: {strategy: bearer, token: '${T}'}\n"),
            "",
        ),
        (
            "vector.yaml",
            vector("    auth: {strategy: '${S}', token: '${T}'}\n"),
            "",
        ),
        (
            "telegraf.conf",
            telegraf("  tokn = \"x\"\n"),
            "`tokn`: unknown key; Telegraf does not start",
        ),
        (
            "telegraf.conf",
            telegraf(
                "  namepass = [\"a\"]\n  method = \"POST\"\n  tls_min_version = \"1.2\"\n  somewhat_new = 1\n",
            ),
            "",
        ),
        (
            "fluent-bit.conf",
            fluent("    Port 443\n    urii /api/v1/push\n"),
            "`urii`: unknown key; Fluent Bit does not start",
        ),
        (
            "fluent-bit.conf",
            fluent(
                "    Port 443\n    Uri /api/v1/push\n    Retry_Limit 3\n    net.keepalive on\n    add_label a b\n    tls.verify on\n",
            ),
            "",
        ),
        (
            "fluent-bit.conf",
            fluent("    Port 80a\n    Uri /api/v1/push\n"),
            "`port`",
        ),
        ("exporting.conf", netdata("m.example.com:443"), ""),
        (
            "exporting.conf",
            netdata("m.example.com:443/api/v1/push"),
            "the path is in `remote write URL path`",
        ),
    ] {
        let found = said(name, &text);
        let count = usize::from(!expected.is_empty());
        assert_eq!(found.len(), count, "{text}: {found:?}");
        assert!(
            found.iter().all(|message| message.contains(expected)),
            "{found:?}"
        );
    }
}

/// A token in the headers of k6 is a credential as any other.
#[test]
fn a_token_in_headers_of_k6_is_found() {
    let k6 = |scheme: &str, headers: &str| {
        format!(
            "services:\n  k6:\n    image: grafana/k6\n    environment:\n    - K6_PROMETHEUS_RW_SERVER_URL={scheme}://m.example.com/api/v1/push\n    - K6_PROMETHEUS_RW_HTTP_HEADERS={headers}\n"
        )
    };
    let token = "Bearer abcdefabcdef0123456789abcdef";
    for (scheme, headers, count) in [
        ("https", format!("X-A:a,Authorization:{token}"), 1),
        ("https", "X-A:a,Authorization:Bearer ${TOKEN}".to_owned(), 0),
        ("http", "authorization:Bearer ${TOKEN},X-A:a".to_owned(), 1),
        ("http", "X-A:a".to_owned(), 0),
    ] {
        let found = said("compose.yaml", &k6(scheme, &headers));
        assert_eq!(found.len(), count, "{headers}: {found:?}");
    }
}

/// Alloy expands no variable in a URL.
#[test]
fn variables_in_urls_of_alloy_are_reported() {
    let alloy = |url: &str| {
        format!("prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = {url}\n  }}\n}}\n")
    };
    for (url, count) in [
        ("\"${PUSH_URL}\"", 1),
        ("sys.env(\"PUSH_URL\")", 0),
        ("\"https://m.example.com/api/v1/push\"", 0),
        ("\"${push_url}\"", 0),
    ] {
        let found = said("config.alloy", &alloy(url));
        assert_eq!(found.len(), count, "{url}: {found:?}");
    }
}
