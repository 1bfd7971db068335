//! Sentences about resources of the Operator are written in its words, whatever keys the text has.

use crate::support::memory;

const CORE: &str = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  serviceMonitorSelector: {}\n";

/// The places of an endpoint.
const WAYS: &[fn(&str) -> String] = &[
    |endpoint| format!("{CORE}  remoteWrite: [{endpoint}]\n"),
    |endpoint| {
        format!(
            "prometheus:\n  prometheusSpec:\n    serviceMonitorSelector: {{}}\n    remoteWrite: [{endpoint}]\n"
        )
    },
    |endpoint| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: cluster-monitoring-config, namespace: openshift-monitoring}}\ndata:\n  config.yaml: |\n    prometheusK8s:\n      remoteWrite:\n      - {endpoint}\n"
        )
    },
];

/// What is reported about an endpoint in each place: the rules, the sentences and the advice.
fn said(endpoint: &str) -> Vec<(String, String)> {
    let of = |way: &fn(&str) -> String| {
        let text = way(endpoint);
        let found = memory::found("/tree", &memory::tree(&[("a.yaml", &text)]));
        found.into_iter().map(|finding| {
            let help = finding.advice.map(|advice| advice.help().into_owned());
            let text = format!("{} | {}", finding.message, help.unwrap_or_default());
            (finding.rule.into_owned(), text)
        })
    };
    WAYS.iter().flat_map(of).collect()
}

const GOOGLE: &str =
    "https://monitoring.googleapis.com/v1/projects/p/location/global/prometheus/api/v1/write";

#[test]
fn advice_names_keys_that_the_text_does_not_have() {
    let aws = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-12345678-1234-1234-1234-123456789012/api/v1/remote_write";
    let retry = said(&format!("{{url: '{aws}', sigv4: {{region: eu-west-1}}}}"));
    let retry: Vec<_> = retry
        .iter()
        .filter(|it| it.0 == "remote-write/retry")
        .collect();
    assert_eq!(retry.len(), WAYS.len());
    for (_, text) in retry {
        assert!(text.starts_with("`retryOnRateLimit` is off"), "{text}");
        assert!(
            text.ends_with("set `retryOnRateLimit: true` in `queueConfig`"),
            "{text}"
        );
    }
    let all = [
        format!("{{url: '{aws}'}}"),
        format!("{{url: '{GOOGLE}'}}"),
        format!("{{url: '{GOOGLE}', basicAuth: {{username: {{name: a, key: u}}, password: {{name: a, key: p}}}}}}"),
        "{url: 'https://a.westeurope-1.metrics.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24'}".to_owned(),
        "{url: 'https://u:pass-7Gx2@mimir.example.com/api/v1/push'}".to_owned(),
        "{url: 'https://a.westeurope-1.metrics.ingest.monitor.azure.com/dataCollectionRules/dcr-1/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24', basicAuth: {username: {name: a, key: u}, password: {name: a, key: p}}}".to_owned(),
        "{url: 'https://mimir.example.com/api/v1/push', tlsConfig: {insecureSkipVerify: true}}".to_owned(),
    ];
    for endpoint in all {
        for (rule, text) in said(&endpoint) {
            for native in [
                "retry_on",
                "google_iam",
                "azuread",
                "password_file",
                "protobuf_",
                "ca_file",
                "external_labels",
                "enable-feature",
            ] {
                assert!(!text.contains(native), "{rule}: {text}");
            }
        }
    }
}

#[test]
fn versions_of_remote_write_are_judged_by_the_words_of_the_operator() {
    let rules = |more: &str| {
        let auth = "oauth2: {clientId: {secret: {name: a, key: b}}, clientSecret: {name: a, key: c}, tokenUrl: 'https://a.example.com/t'}";
        let found = said(&format!(
            "{{url: '{GOOGLE}', {auth}{more}, queueConfig: {{}}}}"
        ));
        let message = found
            .into_iter()
            .filter(|it| it.0 == "remote-write/protobuf-message");
        message.map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert!(rules(", messageVersion: V2.0").is_empty());
    for missing in [rules(""), rules(", messageVersion: V1.0")] {
        assert_eq!(missing.len(), WAYS.len());
        for text in missing {
            assert!(text.starts_with("`messageVersion`: "), "{text}");
            assert!(text.contains("write `messageVersion: V2.0`"), "{text}");
        }
    }
}

#[test]
fn words_in_urls_that_ask_for_a_value_are_reported_in_every_place() {
    for (url, is_told) in [
        ("https://CHANGEME/api/v1/push", true),
        ("https://<host>/api/v1/push", true),
        ("https://mimir.example.com/REPLACE_ME/api/v1/push", true),
        ("https://${MIMIR_HOST}/api/v1/push", false),
        ("https://$(MIMIR_HOST)/api/v1/push", false),
        ("https://{{ .Values.host }}/api/v1/push", false),
        ("https://mimir.example.com/api/v1/push", false),
    ] {
        let found = said(&format!("{{url: '{url}', headers: {{X-Scope-OrgID: a}}}}"));
        let rules: Vec<&str> = found.iter().map(|(rule, _)| &**rule).collect();
        let expected = if is_told { WAYS.len() } else { 0 };
        assert_eq!(
            rules,
            vec!["remote-write/url-syntax"; expected],
            "{url}: {found:?}"
        );
    }
    let text = WAYS[0]("{url: 'https://CHANGEME/api/v1/push', headers: {X-Scope-OrgID: a}}");
    let script = "#!/bin/sh\nsed \"s/CHANGEME/$HOST/\" a.yaml | kubectl apply -f -\n";
    let found = memory::found(
        "/tree",
        &memory::tree(&[("a.yaml", &*text), ("apply.sh", script)]),
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn placeholders_in_base64_are_not_filled_in() {
    let resource = WAYS[0](
        "{url: 'https://mimir.example.com/api/v1/push', headers: {X-Scope-OrgID: a}, authorization: {credentials: {name: t, key: ph}}}",
    );
    let of = |data: &str| {
        let secret = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: t}}\n{data}\n");
        let found = memory::found(
            "/tree",
            &memory::tree(&[("a.yaml", &resource), ("s.yaml", &secret)]),
        );
        let rules = found.into_iter().map(|finding| finding.rule.into_owned());
        rules.collect::<Vec<_>>()
    };
    // `CHANGEME`, `changeme` and `${TOKEN}`
    for encoded in ["Q0hBTkdFTUU=", "Y2hhbmdlbWU=", "JHtUT0tFTn0="] {
        let data = format!("data: {{ph: {encoded}}}");
        assert_eq!(of(&data), ["kubernetes/secret-key"], "{encoded}");
    }
    assert!(of("stringData: {ph: '${TOKEN}'}").is_empty());
    assert!(of("data: {ph: '${TOKEN_IN_BASE64}'}").is_empty());
}

/// An endpoint with a bearer token and one more key.
fn beside_token(key: &str) -> String {
    format!(
        "{{url: 'https://mimir.example.com/api/v1/push', headers: {{X-Scope-OrgID: a}}, authorization: {{credentials: {{name: a, key: b}}}}, {key}}}"
    )
}

#[test]
fn a_credential_that_is_dropped_excludes_no_other() {
    let basic = "{username: {name: a, key: u}, password: {name: a, key: p}}";
    let conflicts = |key: &str| {
        let all = said(&beside_token(&format!("{key}: {basic}")));
        let conflicts = all.iter().filter(|(rule, _)| rule == "schema/conflict");
        (conflicts.count(), all)
    };
    let (none, all) = conflicts("basic_auth");
    assert_eq!(none, 0, "{all:?}");
    assert!(all.iter().any(|(_, text)| text.contains("`basicAuth`")));
    let (each, all) = conflicts("basicAuth");
    assert_eq!(each, WAYS.len(), "{all:?}");
}

#[test]
fn a_selector_of_an_authority_one_level_too_high_is_an_unknown_key() {
    let all = said(
        "{url: 'https://mimir.example.com/api/v1/push', headers: {X-Scope-OrgID: a}, tlsConfig: {ca: {name: a, key: b}}}",
    );
    let of_ca: Vec<&String> = all
        .iter()
        .map(|(_, text)| text)
        .filter(|text| text.contains("belongs below `secret`"))
        .collect();
    assert_eq!(of_ca.len(), WAYS.len(), "{all:?}");
    let rejected = |text: &&&String| text.contains("API server rejects");
    assert_eq!(of_ca.iter().filter(rejected).count(), 0, "{of_ca:?}");
}
