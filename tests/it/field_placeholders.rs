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

#[test]
fn phrases_and_published_samples_are_no_random_secrets() {
    let committed = |token: &str| {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  scheme: https\n  bearer_token: '{token}'\n  static_configs: [{{targets: ['b.example.com:80']}}]\n"
        );
        let found = memory::found("/tree", &memory::tree(&[("prometheus.yml", &config)]));
        let found = found
            .iter()
            .find(|one| &*one.rule == "credentials/committed");
        found.map(|one| one.message.to_string())
    };
    let is_live = |token: &str| committed(token).is_some_and(|message| message.contains("random"));
    for token in [
        "Long-Lived-Access-Token",
        "MyVerySecretTokenForLocalDev",
        "Metrics_Reader_Token_V2",
        "This-Is-A-Test-Token-123",
    ] {
        assert!(!is_live(token), "{token}: {:?}", committed(token));
    }
    for token in [
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AKIAXXXXXXXXXXXXXXXX",
        "eW91ci10b2tlbi1oZXJl",
        "eyJrIjoiZXhhbXBsZSJ9",
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
    ] {
        assert_eq!(committed(token), None, "{token}");
    }
    for token in [
        "q7Zt2LmX9vB4nKc8RwYp3sHd",
        "AKIAQ3EGXZ7LMNOP2RST",
        "Xk9-TokenQ7z2Lm4vB8nKc",
    ] {
        assert!(committed(token).is_some(), "{token}");
    }
}
