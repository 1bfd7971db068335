//! Spellings of placeholders, each beside the real fault.

use crate::support::memory;
use promvet::finding::Severity;

/// How many errors are reported of a value.
fn errors(name: &str, content: &str) -> usize {
    let found = memory::found("/tree", &memory::tree(&[(name, content)]));
    let found = found.iter().filter(|one| one.severity == Severity::Error);
    let found = found.filter(|one| !one.rule.contains("credentials"));
    found.count()
}

#[test]
fn parts_of_urls_are_asked_for_in_many_ways() {
    for (url, expected) in [
        (
            "https://aps-workspaces.{region}.amazonaws.com/workspaces/{workspace-id}/api/v1/remote_write",
            0,
        ),
        (
            "https://prometheus-prod-[YOUR REGION].grafana.net/api/prom/push",
            0,
        ),
        ("https://[region].rw.example.com/api/v1/push", 0),
        (
            "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-.../api/v1/remote_write",
            0,
        ),
        ("https://prometheus-….grafana.net/api/prom/push", 0),
        ("http://mimir:{port}/api/v1/push", 0),
        ("http://mimir:your-port/api/v1/push", 0),
        ("http://mimir:xxxx/api/v1/push", 0),
        ("<<url>>", 0),
        ("http://mimir:port/api/v1/push", 1),
        ("http://a..example.com/api/v1/push", 1),
        ("http://[::1/api/v1/push", 1),
        ("http://a{b/api/v1/push", 1),
    ] {
        let config = format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: '{url}'\n  basic_auth: {{username: a, password_file: /etc/p}}\n"
        );
        let found = errors("prometheus.yml", &config);
        assert_eq!(found > 0, expected > 0, "{url}: {found}");
    }
}

#[test]
fn a_variable_without_quotes_may_be_any_value() {
    let config = |value: &str| {
        format!(
            "global: {{scrape_interval: {value}}}\nscrape_configs:\n- job_name: a\n  static_configs:\n  - targets: ['b.example.com:80']\n"
        )
    };
    for value in [
        "{interval}",
        "$INTERVAL",
        "'{scrape_interval}'",
        "<<interval>>",
    ] {
        assert_eq!(
            errors("prometheus.yml.template", &config(value)),
            0,
            "{value}"
        );
        assert_eq!(errors("prometheus.yml", &config(value)), 0, "{value}");
    }
    for value in ["{interval: 5m}", "{a, b}", "interval", "[15s]"] {
        assert_eq!(errors("prometheus.yml", &config(value)), 1, "{value}");
    }
}
