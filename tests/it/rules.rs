//! What the pages' examples can't say: infos, evidence in other files, and what must stay silent.

use crate::support::memory::{self, tree};
use promvet::finding::{Evidence, Finding};

/// The findings on a tree of configurations, all severities.
fn findings(files: &[(&str, &str)]) -> Vec<Finding> {
    memory::found("/tree", &tree(files))
}

/// The findings of a rule, as `severity token`.
fn shown(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let found = findings(files);
    let of_rule = found.iter().filter(|one| one.rule == rule);
    of_rule
        .map(|one| {
            let excerpt = one.place.excerpt(0);
            let token = excerpt.text.get(excerpt.start..excerpt.start + excerpt.len);
            format!("{} {}", one.severity.word(), token.unwrap_or(""))
        })
        .collect()
}

fn one(config: &str) -> Vec<(&str, &str)> {
    vec![("prometheus.yml", config)]
}

fn entry(url: &str, rest: &str) -> String {
    format!("remote_write:\n  - url: {url}\n{rest}")
}

/// Entries, and what a rule says of each: nothing, or `severity token`.
fn table(rule: &str, cases: &[(&str, &str, &str)]) {
    for (url, rest, want) in cases {
        let found = shown(rule, &one(&entry(url, rest))).join("; ");
        assert_eq!(found, *want, "{rule}: {url} {rest}");
    }
}

#[test]
fn tenant_headers_are_missed_only_where_nothing_else_can_set_them() {
    let mimir = "http://mimir:9009/api/v1/push";
    table(
        "remote-write/tenant-header",
        &[
            (mimir, "", "info http://mimir:9009/api/v1/push"),
            (mimir, "    headers: {x-scope-orgid: a}\n", ""),
            (mimir, "    headers: {X-Scope-OrgID: '${TENANT}'}\n", ""),
            (mimir, "    basic_auth: {username: a, password: b}\n", ""),
            (
                mimir,
                "    headers: {X-Scope-OrgID: 'a|b'}\n",
                "warning 'a|b'",
            ),
            // Who that is, is not known.
            (
                "http://metrics:9009/api/v1/push",
                "    headers: {THANOS-TENANT: a}\n",
                "",
            ),
            ("https://example.com/api/v1/push", "", ""),
            ("http://thanos-receive:19291/api/v1/receive", "", ""),
            (
                "http://thanos-receive:19291/api/v1/receive",
                "    headers: {THANOS-TENANT: a}\n",
                "",
            ),
            (
                "http://thanos-receive:19291/api/v1/receive",
                "    headers: {X-Scope-OrgID: a}\n",
                "warning X-Scope-OrgID",
            ),
            (
                "http://victoriametrics:8428/api/v1/write",
                "    headers: {X-Team: a}\n",
                "",
            ),
            // The URL is wrong: that comes first.
            (
                "http://mimir:9009/api/prom/push",
                "    headers: {THANOS-TENANT: a}\n",
                "",
            ),
        ],
    );
}

#[test]
fn versions_of_remote_write_are_judged_where_the_receiver_is_known() {
    let v2 = "    protobuf_message: io.prometheus.write.v2.Request\n";
    let v1 = "    protobuf_message: prometheus.WriteRequest\n";
    table(
        "remote-write/protobuf-message",
        &[
            ("http://mimir:9009/api/v1/push", v2, ""),
            ("http://thanos-receive:19291/api/v1/receive", v2, ""),
            ("http://somewhere:1/api/v1/write", v2, ""),
            ("http://somewhere:1/api/v1/write", "", ""),
            ("http://influxdb:8086/api/v1/prom/write?db=a", v1, ""),
            (
                "http://influxdb:8086/api/v1/prom/write?db=a",
                v2,
                "warning io.prometheus.write.v2.Request",
            ),
            (
                "http://cortex:9009/api/v1/push",
                v2,
                "info io.prometheus.write.v2.Request",
            ),
            (
                "http://otel-collector:9090/api/v1/write",
                v1,
                "warning prometheus.WriteRequest",
            ),
            (
                "http://otel-collector:9090/api/v1/write",
                "    protobuf_message: ${MESSAGE}\n",
                "",
            ),
        ],
    );
}

#[test]
fn redirects_are_one_fault() {
    for (url, rule) in [
        ("http://mimir:9009/api//v1/push", "remote-write/redirect"),
        ("http://victoriametrics:8428//api/v1/write", ""),
        (
            "http://metric-api.newrelic.com/prometheus/v1/write?prometheus_server=a",
            "remote-write/redirect",
        ),
        (
            "http://thanos-receive:19291/api/v1/receive/",
            "remote-write/redirect",
        ),
        ("http://mimir:9009/api/v1/write", "remote-write/url-shape"),
    ] {
        let found = findings(&one(&entry(url, "")));
        let of_url = ["remote-write/redirect", "remote-write/url-shape"];
        let rules: Vec<_> = found.iter().map(|one| &*one.rule).collect();
        let rules: Vec<_> = rules
            .into_iter()
            .filter(|one| of_url.contains(one))
            .collect();
        assert_eq!(rules.join(" "), rule, "{url}");
    }
}

#[test]
fn queues_are_judged_by_what_is_written() {
    let url = "http://mimir:9009/api/v1/push";
    let queue = |text: &str| format!("    queue_config: {{{text}}}\n");
    for (text, want) in [
        ("", ""),
        (
            "capacity: 2500, max_shards: 200, max_samples_per_send: 500",
            "",
        ),
        (
            "capacity: 10000, max_shards: 50, max_samples_per_send: 5000",
            "",
        ),
        ("capacity: 1000", "info 1000"),
        ("max_samples_per_send: 20000", "info 20000"),
        ("capacity: 100, max_samples_per_send: 101", "info 100"),
        ("capacity: 100, max_samples_per_send: 100", ""),
        ("max_shards: 5000", "warning 5000"),
        ("capacity: 0", ""),
        ("capacity: '${CAPACITY}'", ""),
        (
            "capacity: 9223372036854775807",
            "warning 9223372036854775807",
        ),
    ] {
        let rest = queue(text);
        table("remote-write/queue", &[(url, &rest, want)]);
    }
}

#[test]
fn retries_are_advised_towards_public_services_only() {
    let grafana = "https://prometheus-us-central1.grafana.net/api/prom/push";
    let queue = |value: &str| format!("    queue_config: {{retry_on_http_429: {value}}}\n");
    table(
        "remote-write/retry",
        &[
            (
                grafana,
                "",
                "info https://prometheus-us-central1.grafana.net/api/prom/push",
            ),
            (grafana, &queue("true"), ""),
            (grafana, &queue("${RETRY}"), ""),
            (grafana, &queue("no"), "warning no"),
            ("http://mimir:9009/api/v1/push", &queue("false"), ""),
            (
                "https://cortex.a.b1.opstrace.io/api/v1/push",
                &queue("false"),
                "",
            ),
        ],
    );
}

#[test]
fn a_prometheus_that_writes_to_another_is_not_itself() {
    let with = |jobs: &str, url: &str| {
        format!("scrape_configs:\n{jobs}remote_write: [{{url: '{url}'}}]\n")
    };
    let job = |name: &str, target: &str| {
        format!("  - {{job_name: {name}, static_configs: [{{targets: ['{target}']}}]}}\n")
    };
    let own = job("prometheus", "localhost:9090");
    for (jobs, url, count) in [
        (own.clone(), "http://localhost:9090/api/v1/write", 1),
        (own.clone(), "http://[::1]:9090/prometheus/api/v1/write", 1),
        (own.clone(), "http://localhost:9091/api/v1/write", 0),
        (own.clone(), "http://prometheus:9090/api/v1/write", 0),
        (own.clone(), "http://localhost:9090/api/v1/push", 0),
        (
            job("node", "localhost:9090"),
            "http://localhost:9090/api/v1/write",
            0,
        ),
        (
            own.clone() + &job("prometheus-agent", "localhost:9095"),
            "http://localhost:9090/api/v1/write",
            0,
        ),
    ] {
        let found = shown("remote-write/self-write", &one(&with(&jobs, url)));
        assert_eq!(found.len(), count, "{jobs} {url}");
    }
}

#[test]
fn entries_for_other_series_or_tenants_are_not_duplicates() {
    let two =
        |first: &str, second: &str| format!("remote_write:\n  - {{{first}}}\n  - {{{second}}}\n");
    let url = "url: 'http://mimir:9009/api/v1/push'";
    for (first, second, count) in [
        (url.to_owned(), format!("{url}, name: b"), 1),
        (format!("{url}, name: a"), format!("{url}, name: a"), 0),
        (
            url.to_owned(),
            "url: 'http://mimir:9010/api/v1/push'".to_owned(),
            0,
        ),
        (
            url.to_owned(),
            format!("{url}, basic_auth: {{username: b, password: c}}"),
            0,
        ),
        (
            url.to_owned(),
            format!("{url}, headers: {{X-Scope-OrgID: b}}"),
            0,
        ),
        (
            url.to_owned(),
            format!("{url}, write_relabel_configs: [{{regex: a, action: labeldrop}}]"),
            0,
        ),
        (
            format!("{url}, headers: {{a: b, c: d}}"),
            format!("{url}, headers: {{c: 'd', a: b}}, remote_timeout: 5s"),
            1,
        ),
    ] {
        let config = two(&first, &second);
        let found = shown("remote-write/duplicate-endpoint", &one(&config));
        assert_eq!(found.len(), count, "{config} {found:?}");
    }
}

#[test]
fn lists_of_relabel_rules_may_be_long() {
    let keep = |pattern: &str| format!("{{source_labels: [n], regex: '{pattern}', action: keep}}");
    let drop = |label: usize| format!("{{source_labels: [l{label}], regex: a, action: drop}}");
    let replace = |label: usize| format!("{{target_label: m{label}, replacement: a}}");
    let many = 0..20_000;
    let keeps = many.clone().map(|n| keep(&format!("z|a{n}")));
    let last = "{source_labels: [n], action: keep}".to_owned();
    let keeps: Vec<_> = keeps.chain([last]).collect();
    let mixed: Vec<_> = many.flat_map(|n| [drop(n), replace(n)]).collect();
    for (rules, want) in [
        (&keeps, &["info keep"][..]),
        (&mixed, &[]),
        (&vec![keep("a|b"), keep("c")], &["error 'c'"]),
    ] {
        let rules = rules.iter().map(|rule| format!("      - {rule}\n"));
        let rest = format!("    write_relabel_configs:\n{}", rules.collect::<String>());
        let config = entry("https://mimir.example.com/api/v1/push", &rest);
        assert_eq!(shown("remote-write/relabel", &one(&config)), want);
    }
}

#[test]
fn relabeling_is_judged_only_where_it_is_certain() {
    for (rules, want) in [
        ("{source_labels: [a], regex: '.+', action: drop}", ""),
        (
            "{source_labels: [__name__], regex: '.+', action: drop}",
            "error '.+'",
        ),
        ("{source_labels: [a], action: DROP}", "error DROP"),
        ("{source_labels: [a], regex: '${R}', action: drop}", ""),
        ("{source_labels: [a], action: keep}", "info keep"),
        ("{source_labels: [a], regex: '', action: keep}", ""),
        ("{regex: x, action: drop}", "warning x"),
        ("{regex: x, action: keep}", "error x"),
        ("{regex: '', action: drop}", "error ''"),
        ("{source_labels: [a, b], regex: 'x;y', action: keep}", ""),
        (
            "{source_labels: [a, b], separator: '', regex: 'xy', action: keep}",
            "",
        ),
        (
            "{source_labels: [a, b], separator: '/', regex: 'x;y', action: keep}",
            "error 'x;y'",
        ),
        (
            "{source_labels: [__meta_x], regex: x, action: keep}",
            "error x",
        ),
        (
            "{source_labels: [__address__, __meta_x], regex: '.*;.*', action: drop}",
            "error '.*;.*'",
        ),
        ("{source_labels: [__tmp], regex: x, action: keep}", ""),
        (
            "{target_label: __meta_x, replacement: x}, {source_labels: [__meta_x], regex: x, action: keep}",
            "",
        ),
        (
            "{source_labels: [a], regex: x|y, action: keep}, {source_labels: [a], regex: z, action: keep}",
            "error z",
        ),
        (
            "{source_labels: [a], regex: x|y, action: keep}, {source_labels: [b], regex: z, action: keep}",
            "",
        ),
        (
            "{source_labels: [a], regex: x|y, action: keep}, {target_label: a, replacement: z}, \
             {source_labels: [a], regex: z, action: keep}",
            "",
        ),
        (
            "{source_labels: [a], regex: x|y, action: keep}, {regex: a, action: labeldrop}, \
             {source_labels: [a], regex: '', action: keep}",
            "",
        ),
        (
            "{source_labels: [a], regex: 'x.*', action: drop}, {source_labels: [a], regex: xa|xb, action: keep}",
            "error xa|xb",
        ),
        (
            "{source_labels: [a], regex: xa|xb, action: keep}, {source_labels: [a], regex: 'x.*', action: drop}",
            "error 'x.*'",
        ),
        (
            "{source_labels: [a], regex: 'x.*', action: keep}, {source_labels: [a], regex: xa|y, action: keep}",
            "",
        ),
        ("{regex: '__.*', action: labeldrop}", "error '__.*'"),
        ("{regex: '__meta.*', action: labeldrop}", ""),
        ("{regex: '__name__|job', action: labelkeep}", ""),
    ] {
        let rest = format!("    write_relabel_configs: [{rules}]\n");
        table(
            "remote-write/relabel",
            &[("http://mimir:9009/api/v1/push", &rest, want)],
        );
    }
}

/// A configuration with external labels and a job.
fn sender(labels: &str, target: &str, url: &str) -> String {
    format!(
        "global: {{external_labels: {{{labels}}}}}\nscrape_configs: [{{job_name: node, static_configs: \
         [{{targets: ['{target}']}}]}}]\nremote_write: [{{url: '{url}'}}]\n"
    )
}

#[test]
fn configurations_are_compared_by_labels_destination_and_targets() {
    const RULE: &str = "remote-write/external-labels";
    let url = "https://mimir.example.com/api/v1/push";
    let first = sender("a: b", "localhost:1", url);
    for (second, want) in [
        (first.clone(), "warning"),
        (sender("a: c", "localhost:1", url), ""),
        (sender("a: '${HOSTNAME}'", "localhost:1", url), ""),
        (sender("a: b", "localhost:2", url), ""),
        (
            sender(
                "a: b",
                "localhost:1",
                "https://MIMIR.example.com:443/api/v1/push",
            ),
            "warning",
        ),
        (
            sender(
                "a: b",
                "localhost:1",
                "https://mimir.example.com/b/api/v1/push",
            ),
            "",
        ),
        (format!("remote_write: [{{url: '{url}'}}]\n"), ""),
    ] {
        let files = [
            ("a/prometheus.yml", &*first),
            ("b/prometheus.yml", &*second),
        ];
        let found = shown(RULE, &files);
        let severities: Vec<_> = found
            .iter()
            .filter_map(|one| one.split(' ').next())
            .collect();
        assert_eq!(severities.join(" "), want, "{second} {found:?}");
    }
    let inside = sender("a: b", "localhost:1", "http://mimir:9009/api/v1/push");
    let found = shown(
        RULE,
        &[("a/prometheus.yml", &inside), ("b/prometheus.yml", &inside)],
    );
    assert!(
        matches!(found.as_slice(), [one] if one.starts_with("info")),
        "{found:?}"
    );
    let found = shown(RULE, &one(&sender("", "localhost:1", url)));
    assert_eq!(found, [format!("info '{url}'")]);
}

#[test]
fn a_group_of_many_is_one_finding_with_five_places() {
    let same = sender(
        "a: b",
        "localhost:1",
        "https://mimir.example.com/api/v1/push",
    );
    let names: Vec<_> = (0..300).map(|n| format!("{n:03}/prometheus.yml")).collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), same.as_str()))
        .collect();
    let found = findings(&files);
    let of_rule: Vec<_> = found
        .iter()
        .filter(|one| one.rule == "remote-write/external-labels")
        .collect();
    let [group] = of_rule.as_slice() else {
        panic!("{of_rule:?}")
    };
    let sends = |one: &&Evidence| one.message == "this one sends to the same tenant";
    assert_eq!(group.evidence.iter().filter(sends).count(), 5);
    assert!(
        group.message.starts_with("299 other configurations"),
        "{}",
        group.message
    );
}

const INSTANCE: &str = "tenants: [shop, bank]\nnode_count: 3\n";

fn tenant(host: &str) -> String {
    format!(
        "global: {{external_labels: {{a: b}}}}\nremote_write: [{{url: 'https://{host}/api/v1/push', bearer_token: abcdefgh}}]\n"
    )
}

#[test]
fn opstrace_hosts_are_compared_with_the_instances_of_the_tree() {
    let named = "opstrace: {instances: {acme: ops/acme.yaml}}\n";
    let own = "tenants: [shop]\ncustom_dns_name: metrics.acme.example\n";
    for (host, policy, instance, want) in [
        ("cortex.shop.acme.opstrace.io", "", INSTANCE, ""),
        (
            "cortex.shopp.acme.opstrace.io",
            "",
            INSTANCE,
            "opstrace/unknown-tenant warning",
        ),
        (
            "cortex.shopp.acme.opstrace.io",
            named,
            INSTANCE,
            "opstrace/unknown-tenant error",
        ),
        ("cortex.shopp.acme.opstrace.io", "", "a: 1\n", ""),
        (
            "cortex.system.acme.opstrace.io",
            named,
            INSTANCE,
            "opstrace/system-tenant warning",
        ),
        (
            "cortex.shop.acme.opstrace.io",
            named,
            own,
            "opstrace/instance-domain error",
        ),
        ("cortex.shop.acme.opstrace.io", "", own, ""),
        ("cortex.shop.metrics.acme.example", "", own, ""),
        (
            "cortex.bank.metrics.acme.example",
            "",
            own,
            "opstrace/unknown-tenant error",
        ),
        ("cortex.bank.metrics.other.example", "", own, ""),
        // The URL is wrong: that comes first.
        ("cortex.sh-op.acme.opstrace.io", named, INSTANCE, ""),
    ] {
        let config = tenant(host);
        let policy = format!("{policy}rules: {{credentials: info}}\n");
        let files = [
            ("promvet.yaml", &*policy),
            ("ops/acme.yaml", instance),
            ("prometheus.yml", &*config),
        ];
        let found = findings(&files);
        let found = found.iter().filter(|one| one.rule.starts_with("opstrace/"));
        let found: Vec<_> = found
            .map(|one| format!("{} {}", one.rule, one.severity.word()))
            .collect();
        assert_eq!(found.join("; "), want, "{host}");
    }
}

#[test]
fn an_open_instance_is_reported_once_with_its_proof() {
    let open = "tenants: [shop, bank]\ndata_api_authentication_disabled: true\n";
    let (shop, bank) = (
        entry("https://cortex.shop.acme.opstrace.io/api/v1/push", ""),
        entry("https://cortex.bank.acme.opstrace.io/api/v1/push", ""),
    );
    let files = [
        ("ops/acme.yaml", open),
        ("a/prometheus.yml", &*shop),
        ("b/prometheus.yml", &*bank),
    ];
    let found = findings(&files);
    let of_rule: Vec<_> = found
        .iter()
        .filter(|one| one.rule == "opstrace/open-instance")
        .collect();
    let [one] = of_rule.as_slice() else {
        panic!("{of_rule:?}")
    };
    let proof: Vec<_> = one.evidence.iter().map(|one| &**one.place.path()).collect();
    assert!(
        proof[0].ends_with("ops/acme.yaml") && proof[1].ends_with("b/prometheus.yml"),
        "{proof:?}"
    );
}

#[test]
fn jobs_are_judged_by_where_their_targets_are() {
    const RULES: [&str; 2] = ["tls/insecure-skip-verify", "tls/ca-and-skip"];
    let job = |rest: &str| {
        format!(
            "scrape_configs:\n  - job_name: a\n    tls_config: {{insecure_skip_verify: true}}\n{rest}"
        )
    };
    let public = "    static_configs: [{targets: ['a.example.com']}]\n";
    let inside = "    static_configs: [{targets: ['a.svc', '10.0.0.1']}]\n";
    let https = "    scheme: https\n";
    let secret = "    bearer_token_file: /t\n";
    for (parts, want) in [
        (vec![public], ""),
        (vec![https, public], "info"),
        (vec![https, secret, public], "warning"),
        (vec![https, secret, inside], "info"),
        (
            vec![https, secret, "    kubernetes_sd_configs: [{role: pod}]\n"],
            "info",
        ),
        (
            vec![
                https,
                secret,
                public,
                "    relabel_configs: [{target_label: __address__, replacement: 'box:1'}]\n",
            ],
            "info",
        ),
    ] {
        let config = job(&parts.concat());
        let found = findings(&one(&config));
        let found = found.iter().filter(|one| RULES.contains(&&*one.rule));
        let found: Vec<_> = found.map(|one| one.severity.word()).collect();
        assert_eq!(found.join(" "), want, "{config}");
    }
}

#[test]
fn credentials_of_jobs_in_the_clear_are_errors_outside_only() {
    let job = |target: &str, rest: &str| {
        format!(
            "scrape_configs:\n  - job_name: a\n    static_configs: [{{targets: ['{target}']}}]\n{rest}"
        )
    };
    let secret = "    basic_auth: {username: a, password_file: /p}\n";
    for (target, rest, count) in [
        ("a.example.com:9100", secret, 1),
        (
            "a.example.com:9100",
            "    http_headers: {X-Api-Key: {files: [/k]}}\n",
            1,
        ),
        ("a.example.com:9100", "", 0),
        (
            "a.example.com:9100",
            "    tls_config: {cert_file: /c, key_file: /k}\n",
            0,
        ),
        ("10.1.2.3:9100", secret, 0),
        ("node.monitoring.svc:9100", secret, 0),
        ("${HOST}:9100", secret, 0),
    ] {
        let found = shown("credentials/plain-http", &one(&job(target, rest)));
        assert_eq!(found.len(), count, "{target} {rest}");
    }
}

#[test]
fn names_to_verify_are_wrong_only_for_sure() {
    let tls = |name: &str| format!("    tls_config: {{server_name: '{name}'}}\n");
    let grafana = "https://prometheus-us-central1.grafana.net/api/prom/push";
    let (own, other, port) = (tls("x.grafana.net"), tls("x.example.com"), tls("a:443"));
    table(
        "tls/server-name",
        &[
            (grafana, &own, ""),
            (grafana, &other, "error 'x.example.com'"),
            ("https://10.0.0.1/api/v1/push", &other, ""),
            ("https://10.0.0.1/api/v1/push", &port, "error 'a:443'"),
            ("https://10.0.0.1/api/v1/push", &tls("2001:db8::1"), ""),
            ("https://10.0.0.1/api/v1/push", &tls("${NAME}:443"), ""),
        ],
    );
}

#[test]
fn secrets_of_compared_entries_stay_hidden() {
    let config = "remote_write:\n  - {url: 'http://u:hunter22@mimir:9009/api/v1/push', proxy_url: 'http://u:hunter33@proxy.example.com'}\n  - {url: 'http://u:hunter22@mimir:9009/api/v1/push', name: b}\n";
    let found = findings(&one(config));
    assert!(
        found
            .iter()
            .any(|one| one.rule == "remote-write/duplicate-endpoint")
    );
    for finding in found {
        let said = format!(
            "{} {:?} {}",
            finding.message,
            finding.help_line(),
            finding.place.excerpt(3).text
        );
        assert!(!said.contains("hunter"), "{said}");
    }
}
