//! Every profile's own examples, and what holds for all of them together.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use crate::support::memory::{self, below, tree};
use promvet::facts::receiver::{
    Catalog, Hints, Profile, ReceiverKind, Recognition, ShapeFault, built_in, judge, recognize,
};
use promvet::finding::Severity;
use promvet::prometheus::endpoint::Endpoint;
use std::fs;
use std::path::Path;

/// A domain that the tree of these tests names as one of Opstrace.
const DOMAINS: &[(&str, &str)] = &[("opstrace-custom-dns", "myopstrace.powerteam.com")];

fn hints<'a>() -> Hints<'a> {
    Hints {
        receiver: None,
        domains: DOMAINS,
        image: None,
    }
}

fn judged(url: &str, hints: &Hints<'_>) -> (Vec<String>, Vec<ShapeFault>) {
    let catalog = Catalog::default();
    let endpoint = Endpoint::new(url);
    let recognition = recognize(&endpoint, &catalog, hints);
    let ids = ids(&recognition);
    (ids, judge(&endpoint, &recognition))
}

fn ids(recognition: &Recognition<'_>) -> Vec<String> {
    let all = recognition.candidates.iter();
    all.map(|one| one.profile.id.to_string()).collect()
}

fn faults(url: &str) -> Vec<ShapeFault> {
    judged(url, &hints()).1
}

fn bad_examples()
-> impl Iterator<Item = (&'static Profile, &'static str, &'static str, Hints<'static>)> {
    built_in().iter().flat_map(|profile| {
        profile.bad.iter().map(move |bad| {
            let named = Hints {
                receiver: bad.named.then_some(profile.id.as_ref()),
                ..hints()
            };
            (profile, bad.url.as_ref(), bad.fault.as_ref(), named)
        })
    })
}

#[test]
fn profiles_can_be_read() {
    assert_eq!(built_in().len(), 53);
    for profile in built_in() {
        assert_eq!(profile.check(), [], "{}", profile.id);
        assert!(!profile.good.is_empty(), "{}", profile.id);
        assert!(!profile.sources.is_empty(), "{}", profile.id);
    }
}

#[test]
fn the_docs_list_every_receiver() {
    let rows: Vec<String> = built_in()
        .iter()
        .map(|profile| {
            let kind = match profile.kind {
                ReceiverKind::Saas => "hosted",
                ReceiverKind::SelfHosted => "self-hosted",
                ReceiverKind::Adapter => "adapter",
            };
            format!("| {} | `{}` | {kind} |", profile.name, profile.id)
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/receivers.md");
    let page = fs::read_to_string(&path).unwrap();
    let head = page.find("|---").unwrap();
    let head = head + page[head..].find('\n').unwrap() + 1;
    let end = page[head..]
        .find("\n\n")
        .map_or(page.len(), |at| head + at + 1);
    let list: String = rows.iter().map(|row| format!("{row}\n")).collect();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        fs::write(&path, format!("{}{list}{}", &page[..head], &page[end..])).unwrap();
        return;
    }
    assert_eq!(&page[head..end], list);
}

#[test]
fn good_examples_are_recognized_and_have_no_fault() {
    let mut wrong = Vec::new();
    for profile in built_in() {
        for url in profile.good.iter() {
            let (candidates, faults) = judged(url, &hints());
            if !candidates.iter().any(|one| *one == profile.id) {
                wrong.push(format!("{}: {url} is taken for {candidates:?}", profile.id));
            }
            if !faults.is_empty() {
                wrong.push(format!("{}: {url}: {}", profile.id, faults[0].message));
            }
            assert_eq!(Endpoint::new(url).faults(), [], "{url}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bad_examples_name_receiver_fault_and_right_form() {
    let mut wrong = Vec::new();
    for (profile, url, words, hints) in bad_examples() {
        let (_, faults) = judged(url, &hints);
        if let Some(error) = bad_example_error(profile, words, &faults) {
            wrong.push(format!("{}: {url}: {error}", profile.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn bad_example_error(profile: &Profile, words: &str, faults: &[ShapeFault]) -> Option<String> {
    let [fault] = faults else {
        let all: Vec<_> = faults.iter().map(|fault| &fault.message).collect();
        return Some(format!("gives {} faults {all:?}", faults.len()));
    };
    let message = &fault.message;
    if fault.receiver.as_ref() != Some(&profile.id) {
        return Some(format!("is taken for {:?}: {message}", fault.receiver));
    }
    let names = message.contains(profile.short.as_ref()) || message.contains(profile.name.as_ref());
    let forms = !fault.expected.is_empty();
    let says = message.replace('`', "").contains(words);
    (!(says && names && forms)).then(|| format!("says {message}"))
}

#[test]
fn suggestions_are_right() {
    for (_, url, _, hints) in bad_examples() {
        for fault in judged(url, &hints).1 {
            let Some(suggestion) = fault.suggestion else {
                continue;
            };
            assert_eq!(Endpoint::new(&suggestion).faults(), [], "{suggestion}");
            let again = judged(&suggestion, &hints).1;
            let again: Vec<_> = again.into_iter().map(|fault| fault.message).collect();
            assert_eq!(again, Vec::<String>::new(), "{url} became {suggestion}");
        }
    }
}

#[test]
fn messages() {
    let mut shown = String::new();
    for (_, url, _, hints) in bad_examples() {
        for fault in judged(url, &hints).1 {
            let token = &url[fault.range.clone()];
            shown += &format!("{url}\n  {}\n  at {token}\n", fault.message);
            if let Some(suggestion) = fault.suggestion {
                shown += &format!("  meant {suggestion}\n");
            }
        }
    }
    insta::assert_snapshot!(shown);
}

/// Each single fault put into a right entry: where, and what is said of it.
#[test]
fn each_fault_of_an_opstrace_url_is_found_once() {
    let right = "https://cortex.default.test.opstrace.io/api/v1/push";
    assert_eq!(faults(right), []);
    let host = "cortex.default.test.opstrace.io";
    for (part, wrong, token, words) in [
        (
            "https",
            "http",
            "http",
            "https only: https://cortex.default.test.opstrace.io/api/v1/push",
        ),
        (
            host,
            "cortex.test.opstrace.io",
            "cortex.test.opstrace.io",
            "cortex.test.opstrace.io names no tenant; the receiver is Opstrace",
        ),
        (
            host,
            "cortex.opstrace.io",
            "cortex.opstrace.io",
            "https://cortex.<tenant>.<instance>.opstrace.io/api/v1/push",
        ),
        (
            "default",
            "team-a",
            "team-a",
            "https://cortex.<tenant>.test.opstrace.io/api/v1/push",
        ),
        (
            "default",
            "team_a",
            "team_a",
            "lower-case letters and digits",
        ),
        (".test.", ".x.", "x", "x is not a valid instance"),
        (
            "default",
            "a.b",
            "cortex.a.b.test.opstrace.io",
            "is not a host at which Opstrace accepts metrics",
        ),
        (
            "cortex.",
            "",
            "default.test.opstrace.io",
            "at https://cortex.default.test.opstrace.io/api/v1/push",
        ),
        (
            "cortex.default.",
            "",
            "test.opstrace.io",
            "at https://cortex.<tenant>.test.opstrace.io/api/v1/push",
        ),
        (
            "cortex",
            "loki",
            "loki.default.test.opstrace.io",
            "accepts logs",
        ),
        (
            "/api",
            "/loki/api",
            "/loki/api/v1/push",
            "Loki accepts logs",
        ),
        (
            "/api/v1/push",
            "",
            "https://cortex.default.test.opstrace.io",
            "the path is missing",
        ),
        (
            "/api/v1/push",
            "/",
            "https://cortex.default.test.opstrace.io/",
            "the path is missing",
        ),
        (
            "/v1/",
            "/prom/",
            "/api/prom/push",
            "deliberately does not serve",
        ),
        ("push", "write", "/api/v1/write", "the path of a Prometheus"),
        ("push", "push/", "/api/v1/push/", "ends in a slash"),
        ("/api", "//api", "//api/v1/push", "two slashes"),
        (
            "push",
            "push/api/v1/push",
            "/api/v1/push/api/v1/push",
            "twice",
        ),
        ("push", "query", "/api/v1/query", "answers queries"),
        ("/api", "/API", "/API/v1/push", "capital letters"),
        ("api/v1/push", "foo", "/foo", "has no path /foo"),
        (
            ".io",
            ".io.",
            "cortex.default.test.opstrace.io.",
            "ends in a dot",
        ),
    ] {
        let url = right.replacen(part, wrong, 1);
        let found = faults(&url);
        let [fault] = found.as_slice() else {
            panic!("{url}: {found:#?}")
        };
        let said = format!("{} at {}", fault.message, fault.expected).replace('`', "");
        assert!(said.contains(words), "{url}: {said}");
        assert_eq!(&url[fault.range.clone()], token, "{url}");
        assert!(fault.certain && !fault.hint, "{url}");
        assert_eq!(fault.receiver.as_deref(), Some("opstrace"), "{url}");
    }
}

#[test]
fn placeholders_match_anything_of_their_place() {
    for url in [
        "${URL}",
        "${URL}/api/v1/push",
        "https://${HOST}",
        "https://${HOST}/api/v1/push",
        "https://cortex.${TENANT}.test.opstrace.io/api/v1/push",
        "https://cortex.<tenant>.<instance>.opstrace.io/api/v1/push",
        "https://cortex.$TENANT.$(INSTANCE).opstrace.io/api/v1/push",
        "https://cortex.{{ .tenant }}.opstrace.io/api/v1/push",
        "https://${HOST_WITH_TENANT}.test.opstrace.io/api/v1/push",
        "https://cortex.default.test.opstrace.io/${PATH}",
        "https://cortex.default.test.opstrace.io${PATH}",
        "https://cortex.default.test.opstrace.io/api/${VERSION}/push",
        "{{ scheme }}://cortex.default.test.opstrace.io/api/v1/push",
        "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/<prometheus-workspace-id>/api/v1/remote_write",
        "https://aps-workspaces.${REGION}.amazonaws.com/workspaces/ws-{{ id }}/api/v1/remote_write",
        "http://influxdb:8086/api/v1/prom/write?${QUERY}",
        "http://influxdb:8086/api/v1/prom/write?db=${DB}",
        "http://vminsert:8480/insert/${ACCOUNT}/prometheus/api/v1/write",
        "https://listener.logz.io:${PORT}",
        "${GREPTIME_SCHEME:=http}://${GREPTIME_HOST:=greptimedb}:${GREPTIME_PORT:=4000}/v1/prometheus/write?db=${GREPTIME_DB:=public}",
        "http://{{ .Release.Name }}-promscale.{{ .Release.Namespace }}.svc:9201/write",
    ] {
        assert_eq!(faults(url), [], "{url}");
    }
    for (url, words) in [
        (
            "https://cortex.${TENANT}.test.opstrace.io/api/prom/push",
            "https://cortex.${TENANT}.test.opstrace.io/api/v1/push",
        ),
        (
            "http://cortex.${TENANT}.test.opstrace.io/api/v1/push",
            "https only",
        ),
        (
            "https://loki.${TENANT}.test.opstrace.io/api/v1/push",
            "is not a host at which Opstrace accepts metrics",
        ),
        (
            "https://${CELL}.grafana.net/api/v1/push",
            "the path of Cortex and Mimir",
        ),
        (
            "https://listener.logz.io:8053/${X}/y",
            "the listener has no path",
        ),
    ] {
        let found = faults(url);
        let [fault] = found.as_slice() else {
            panic!("{url}: {found:#?}")
        };
        let said = format!("{} {}", fault.message, fault.expected);
        assert!(said.contains(words), "{url}: {said}");
    }
}

#[test]
fn names_decide_between_receivers_that_share_a_path() {
    let catalog = Catalog::default();
    for (url, want) in [
        ("http://mimir:9009/api/v1/push", "mimir"),
        ("http://cortex:9009/api/v1/push", "cortex"),
        ("http://nginx.mimir.svc/api/v1/push", "mimir"),
        ("http://vmagent.monitoring.svc:8429/api/v1/write", "vmagent"),
        (
            "http://vm-victoria-metrics-single-server:8428/api/v1/write",
            "victoriametrics-single",
        ),
        ("http://prometheus:9090/api/v1/write", "prometheus-server"),
        (
            "http://prometheus-agent:9090/api/v1/write",
            "prometheus-agent",
        ),
        ("http://otel-collector:9090/api/v1/write", "otel-collector"),
        ("http://promscale:9201/write", "promscale"),
        (
            "http://thanos-receive.thanos.svc:19291/api/v1/receive",
            "thanos-receive",
        ),
        (
            "https://a.chronosphere.io/data/metrics/api/v1/prom/remote/write",
            "chronosphere",
        ),
        (
            "https://cprom.bj.baidubce.com/insert/prometheus/api/v1/write",
            "baidu-cprom",
        ),
        (
            "http://splunk-otel-collector:19291/metrics",
            "signalfx-gateway-receiver",
        ),
    ] {
        let endpoint = Endpoint::new(url);
        let recognition = recognize(&endpoint, &catalog, &hints());
        let only = recognition.only().map(|one| one.profile.id.as_ref());
        assert_eq!(only, Some(want), "{url}: {:?}", ids(&recognition));
    }
}

#[test]
fn what_shares_a_path_stays_possible() {
    let catalog = Catalog::default();
    for (url, want) in [
        (
            "http://10.0.0.1/api/v1/push",
            "cortex grafana-enterprise-metrics mimir victoriametrics-single vmagent",
        ),
        ("http://tsdb/write", "clickhouse metricbeat promscale"),
        (
            "http://10.0.0.10:9090/api/v1/prom/write",
            "influxdb-1 tencent-tmp",
        ),
        (
            "http://10.0.0.1/x/api/v1/prom/remote/write",
            "m3coordinator",
        ),
    ] {
        let endpoint = Endpoint::new(url);
        let recognition = recognize(&endpoint, &catalog, &hints());
        let decisive = recognition.decisive().iter();
        let mut found: Vec<_> = decisive.map(|one| one.profile.id.as_ref()).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), want, "{url}");
    }
}

#[test]
fn unknown_hosts_are_nobodys() {
    let catalog = Catalog::default();
    for url in [
        "https://metrics.example.com/api/v1/push",
        "https://cortex.monitoring.svc/api/v1/push",
        "https://cortex.team.example.com/api/v1/push",
        "https://grafana.net.example.com/api/prom/push",
        "https://notopstrace.io/api/v1/push",
        "https://evil-grafana.net/x",
        "http://remote1/push",
        "https://vm.monitoring.gcp.obol.tech/write",
        "http://prometheus-kafka-adapter:8080/receive",
        "http://prometheus-postgresql-adapter:9201/write",
        "http://localhost:8005/workspaces/ws-1/api/v1/remote_write",
        "http://localhost:9009/api/prom/push",
        "https://es.example.com/api/v1/write",
        "http://10.0.0.10:9090/api/v1/write",
        "http://kubernetes/api/v1/namespaces/m/services/prometheus:9090/proxy/api/v1/write",
        "https://collector.example.com/",
        "https://prometheus.example.com/api/v1/push",
        "http://otel-lgtm:9090/api/v1/write",
    ] {
        let endpoint = Endpoint::new(url);
        let recognition = recognize(&endpoint, &catalog, &hints());
        let certain = |one: &&_| -> bool {
            let one: &promvet::facts::receiver::ReceiverCandidate<'_> = one;
            one.certainty.is_certain()
        };
        assert_eq!(
            recognition.candidates.iter().filter(certain).count(),
            0,
            "{url}"
        );
        assert_eq!(judge(&endpoint, &recognition), [], "{url}");
    }
}

#[test]
fn unknown_paths_are_hints_that_hide_nothing() {
    for (url, want) in [
        ("http://remote-write-url1", "the URL has no path"),
        (
            "https://gw.example.com/api/v1/psuh",
            "`/api/v1/push`, the path of Cortex and Mimir, may be meant",
        ),
        (
            "https://gw.example.com/a/api/v1/recieve",
            "`/a/api/v1/receive`, the path of Thanos Receive",
        ),
        (
            "http://10.0.0.5/app-prometheus-1",
            "the write path after it is missing",
        ),
        (
            "https://mimir.example.com/tenant-a/remote",
            "Mimir has no path `/tenant-a/remote`",
        ),
    ] {
        let found = faults(url);
        let [fault] = found.as_slice() else {
            panic!("{url}: {found:#?}")
        };
        assert!(fault.message.contains(want), "{url}: {}", fault.message);
        assert!(
            fault.hint && fault.is_unknown_path && !fault.certain,
            "{url}"
        );
    }
    for url in [
        "http://gw.example.com/",
        "http://gw.example.com?tenant=a",
        "https://gw.example.com/ingest",
        "https://gw.example.com/receive",
        "https://gw.example.com/prometheus/v2/samples",
        "https://${GATEWAY}",
        "https://gw.example.com/api/v1/${WRITE}",
        "https://gw.example.com/api/v1/pu${SH}",
    ] {
        assert_eq!(faults(url), [], "{url}");
    }
}

#[test]
fn slips_at_receivers_known_by_name_are_faults() {
    for (url, meant) in [
        (
            "http://mimir:9009/api/v1/psuh",
            Some("http://mimir:9009/api/v1/push"),
        ),
        (
            "http://cortex-nginx/cortex/api/v1/pus",
            Some("http://cortex-nginx/cortex/api/v1/push"),
        ),
        (
            "http://thanos-receive:19291/api/v1/receiver",
            Some("http://thanos-receive:19291/api/v1/receive"),
        ),
        (
            "http://vmagent:8429/api/v1/writ",
            Some("http://vmagent:8429/api/v1/write"),
        ),
        (
            "http://m3coordinator:7201/api/v1/prom/remote/wirte",
            Some("http://m3coordinator:7201/api/v1/prom/remote/write"),
        ),
        (
            "http://vminsert:8480/insert/3/promethues/api/v1/write",
            Some("http://vminsert:8480/insert/3/prometheus/api/v1/write"),
        ),
        (
            "http://influxdb:8086/api/v1/prom/wirte?db=a",
            Some("http://influxdb:8086/api/v1/prom/write?db=a"),
        ),
        (
            "http://mimir:9009/push",
            Some("http://mimir:9009/api/v1/push"),
        ),
    ] {
        let found = faults(url);
        let [fault] = found.as_slice() else {
            panic!("{url}: {found:#?}")
        };
        assert_eq!(
            fault.suggestion.as_deref(),
            meant,
            "{url}: {}",
            fault.message
        );
        assert!(!fault.hint && !fault.certain, "{url}");
    }
}

#[test]
fn no_path_makes_an_unknown_host_a_vendors() {
    let catalog = Catalog::default();
    let mut wrong = Vec::new();
    for profile in built_in() {
        for url in profile
            .good
            .iter()
            .chain(profile.bad.iter().map(|bad| &bad.url))
        {
            let own = Endpoint::new(url);
            let path = &own.text()[own.path().start..];
            for host in [
                "metrics.example.com",
                "192.0.2.7",
                "metrics",
                "10.0.0.10:9090",
            ] {
                let endpoint = Endpoint::new(&format!("https://{host}{path}"));
                let recognition = recognize(&endpoint, &catalog, &Hints::default());
                let only_vendors = recognition
                    .decisive()
                    .iter()
                    .all(|one| one.profile.kind == ReceiverKind::Saas);
                if only_vendors && !recognition.decisive().is_empty() {
                    wrong.push(format!("{host}{path} is taken for {:?}", ids(&recognition)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mistakes_that_no_receiver_accepts_are_certain() {
    for (url, words) in [
        (
            "https://logs.example.com/loki/api/v1/push",
            "Loki accepts logs",
        ),
        (
            "https://loki.example.com/api/prom/push",
            "old Loki accepts logs",
        ),
        ("https://x.example.com/otlp/v1/metrics", "OTLP"),
        (
            "http://collector.example.com:4318/api/v1/write",
            "port 4318 is for OTLP",
        ),
        ("https://x.example.com/api/v1/query", "answers queries"),
        ("https://x.example.com/api/v1/read", "remote_read"),
        ("http://pushgateway:9091/metrics/job/x", "Pushgateway"),
        ("http://x.example.com/metrics", "is for scraping"),
        (
            "http://x.example.com/a/api/v1/push/api/v1/push",
            "holds the write path twice",
        ),
        ("http://x.example.com//api/v1/push", "two slashes in a row"),
    ] {
        let found = faults(url);
        let [fault] = found.as_slice() else {
            panic!("{url}: {found:#?}")
        };
        assert!(fault.message.contains(words), "{url}: {}", fault.message);
        assert!(fault.certain, "{url}");
    }
    for (url, meant) in [
        (
            "http://x.example.com/a/api/v1/push/api/v1/push",
            "http://x.example.com/a/api/v1/push",
        ),
        (
            "http://x.example.com//api/v1/push",
            "http://x.example.com/api/v1/push",
        ),
    ] {
        let found = faults(url);
        let suggestion = found.first().and_then(|fault| fault.suggestion.as_deref());
        assert_eq!(suggestion, Some(meant), "{url}");
    }
}

#[test]
fn policy_and_the_tree_know_more() {
    let named = Hints {
        receiver: Some("tencent-tmp"),
        ..Hints::default()
    };
    let (ids, faults) = judged("http://10.0.0.10:9090/api/v1/write", &named);
    assert_eq!(ids, ["tencent-tmp"]);
    assert!(faults[0].certain);
    let custom = "https://cortex.team-a.myopstrace.powerteam.com/api/v1/push";
    let (_, without) = judged(custom, &Hints::default());
    assert_eq!(without, []);
}

#[test]
fn systems_without_an_intake_are_named() {
    let catalog = Catalog::default();
    for (url, want) in [
        ("https://api.datadoghq.com/api/v1/series", Some("datadog")),
        (
            "http://influxdb2:8086/api/v1/prom/write?db=x",
            Some("influxdb-2-and-3"),
        ),
        ("http://mimir:9009/api/v1/push", None),
        ("https://x.datadoghq.com.example/api/v1/push", None),
    ] {
        let endpoint = Endpoint::new(url);
        let found = recognize(&endpoint, &catalog, &hints()).not_receiver;
        assert_eq!(found.map(|system| system.id.as_ref()), want, "{url}");
    }
}

#[test]
fn pages_show_an_entry_and_who_shares_the_path() {
    let catalog = Catalog::default();
    for profile in built_in() {
        let page = catalog.page(profile);
        let yaml = page.split("```yaml\n").nth(1).unwrap();
        let yaml = yaml.split("```").next().unwrap();
        let text = promvet::finding::Text::new("page.yml", yaml.as_bytes().to_vec());
        let document = promvet::yaml::parse_first(&text).unwrap();
        let entry = document.root().unwrap().get("remote_write").unwrap();
        assert!(entry.items().next().unwrap().get("url").is_some(), "{page}");
    }
    insta::assert_snapshot!(catalog.page(catalog.get("mimir").unwrap()));
}

/// The findings about a profile's own page with another URL in its entry.
fn on_page(profile: &Profile, url: &str) -> Vec<(String, Severity, String)> {
    let page = Catalog::default().page(profile);
    let yaml = page.split("```yaml\n").nth(1).unwrap();
    let yaml = yaml.split("```").next().unwrap();
    let mut config = String::new();
    for line in yaml.lines() {
        match line.split_once("- url: ") {
            Some((before, _)) => config += &format!("{before}- url: '{url}'\n"),
            None => config += &format!("{}\n", filled(line)),
        }
    }
    if !config.contains("external_labels") {
        config += "global: {external_labels: {cluster: one}}\n";
    }
    let (_, domain) = DOMAINS.first().unwrap();
    let policy = format!(
        "opstrace: {{domains: [{domain}]}}\nmounts: [{{path: /etc/prometheus, external: true}}]\n"
    );
    let tree = tree(&[("promvet.yaml", policy), ("prometheus.yml", config)]);
    let found = memory::found("/tree/prometheus.yml", &tree).into_iter();
    found
        .map(|one| {
            let help = one.help_line().unwrap_or_default();
            let said = format!("{} | {help}", one.message).replace('`', "");
            (one.rule.to_string(), one.severity, said)
        })
        .collect()
}

/// A line of a page with its `<parts>` filled in.
fn filled(line: &str) -> String {
    let Some((before, rest)) = line.split_once('<') else {
        return line.to_owned();
    };
    let after = rest.split_once('>').map_or("", |(_, after)| after);
    let value = match rest {
        _ if rest.starts_with("https URL") => "https://login.example.com/token",
        _ if rest.starts_with("region") => "us-east-1",
        _ if rest.starts_with("client") => "00000000-0000-0000-0000-000000000000",
        _ => "'12345'",
    };
    format!("{before}{value}{after}")
}

#[test]
fn nothing_is_reported_of_good_examples_with_every_rule_on() {
    let mut wrong = Vec::new();
    for profile in built_in() {
        for url in profile.good.iter() {
            for (rule, severity, message) in on_page(profile, url) {
                if severity >= Severity::Warning {
                    wrong.push(format!("{}: {url}: {rule}: {message}", profile.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules that speak of the form of a URL.
const OF_THE_URL: &[&str] = &[
    "remote-write/url-shape",
    "remote-write/redirect",
    "remote-write/plain-http",
];

#[test]
fn findings_on_bad_examples_name_receiver_fault_and_right_form() {
    let mut wrong = Vec::new();
    for (profile, url, words, hints) in bad_examples() {
        if hints.receiver.is_some() {
            continue;
        }
        let (_, faults) = judged(url, &hints);
        let found = on_page(profile, url);
        let of_url: Vec<_> = found
            .iter()
            .filter(|(rule, ..)| OF_THE_URL.contains(&rule.as_str()))
            .collect();
        let [(rule, severity, message)] = of_url.as_slice() else {
            wrong.push(format!("{}: {url}: {found:#?}", profile.id));
            continue;
        };
        let names = message.contains(&*profile.short) || message.contains(&*profile.name);
        let form = &faults[0].expected;
        if !(names && message.contains(words) && message.contains(form.as_str())) {
            wrong.push(format!(
                "{}: {url}: {words} | {form} | {message}",
                profile.id
            ));
        }
        let of_form = rule != "remote-write/plain-http";
        if of_form && faults[0].hint != (*severity == Severity::Info) {
            wrong.push(format!("{}: {url}: {severity:?}: {message}", profile.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The findings about an endpoint in a tree where something answers to names.
fn in_tree(url: &str, files: &[(&str, &str)]) -> Vec<(String, Severity, String, usize)> {
    let config =
        format!("global: {{external_labels: {{cluster: one}}}}\nremote_write:\n  - url: {url}\n");
    let tree = below(
        tree(&[(".git/HEAD", ""), ("prometheus.yml", &config)]),
        files,
    );
    let found = memory::found("/tree", &tree).into_iter().map(|one| {
        let evidence = one.evidence.len();
        (
            one.rule.to_string(),
            one.severity,
            one.message.into(),
            evidence,
        )
    });
    found.collect()
}

#[test]
fn the_image_of_what_answers_tells_the_receiver() {
    let compose = |name: &str, image: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  {name}:\n    image: {image}\n"
        )
    };
    let write = "http://tsdb-1:8080/api/v1/write";
    for (image, url, want) in [
        ("grafana/mimir:2.14.0", write, Some("the receiver is Mimir")),
        (
            "docker.io/grafana/mimir",
            write,
            Some("the receiver is Mimir"),
        ),
        ("victoriametrics/victoria-metrics", write, None),
        ("influxdb:1.8", write, Some("the receiver is InfluxDB 1.x")),
        ("acme/influxdb:1.8", write, None),
        ("acme/metrics:1", write, None),
        ("nginx", write, None),
        (
            "quay.io/thanos/thanos:v0.36",
            write,
            Some("the receiver is Thanos Receive"),
        ),
    ] {
        let compose = compose("tsdb-1", image);
        let found = in_tree(url, &[("compose.yaml", &compose)]);
        match (want, found.as_slice()) {
            (None, []) => {}
            (Some(want), [(rule, severity, message, evidence)]) => {
                assert_eq!(
                    (rule.as_str(), *severity),
                    ("remote-write/url-shape", Severity::Error)
                );
                assert!(message.contains(want), "{image}: {message}");
                assert_eq!(*evidence, 1, "{image}");
            }
            _ => panic!("{image}: {found:#?}"),
        }
    }
    for (image, system) in [
        ("influxdb:2.7", "InfluxDB"),
        ("influxdb:3-core", "InfluxDB"),
        ("grafana/loki:3.2.0", "Loki"),
        (
            "victoriametrics/victoria-logs:v1.17.0-victorialogs",
            "VictoriaLogs",
        ),
        ("opensearchproject/opensearch:2.17.0", "OpenSearch"),
        ("prom/pushgateway", "Pushgateway"),
    ] {
        let compose = compose("tsdb-1", image);
        let found = in_tree(write, &[("compose.yaml", &compose)]);
        let [(rule, severity, message, evidence)] = found.as_slice() else {
            panic!("{image}: {found:#?}")
        };
        assert_eq!(
            (rule.as_str(), *severity, *evidence),
            ("remote-write/no-intake", Severity::Error, 1)
        );
        assert!(message.contains(system), "{image}: {message}");
    }
    // Which release this is changes.
    for image in ["influxdb", "influxdb:latest"] {
        let compose = compose("tsdb-1", image);
        let found = in_tree(write, &[("compose.yaml", &compose)]);
        let [(rule, severity, ..)] = found.as_slice() else {
            panic!("{image}: {found:#?}")
        };
        assert_eq!(
            (rule.as_str(), *severity),
            ("remote-write/no-intake", Severity::Warning)
        );
    }
    for image in [
        "influxdb:${TAG}",
        "influxdb@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "acme/loki",
        "acme/opensearch",
    ] {
        let compose = compose("tsdb-1", image);
        let found = in_tree(write, &[("compose.yaml", &compose)]);
        assert!(found.is_empty(), "{image}: {found:#?}");
    }
    // Another project's names are not seen from here, and elsewhere a name means nothing.
    let own = compose("x", "nginx");
    let other = "services:\n  tsdb-1:\n    image: grafana/mimir\n";
    let files = [("compose.yaml", &*own), ("other/compose.yaml", other)];
    assert_eq!(in_tree(write, &files), []);
    // How a container is set up is not known from its image.
    let vm = compose("vm-1", "victoriametrics/victoria-metrics");
    let found = in_tree(
        "http://vm-1:8428/prefix/api/v1/write",
        &[("compose.yaml", &vm)],
    );
    assert!(
        found.iter().all(|one| one.1 < Severity::Error),
        "{found:#?}"
    );
}

#[test]
fn own_profiles_go_first() {
    let source = "id: our-metrics\nname: our metrics platform\n\
        recognised: [{host: '*.metrics.example.com'}]\n\
        urls: 'https://<team>.metrics.example.com/api/v1/push'\n\
        parts: {team: {form: '[a-z]+', is: is the short name of a team}}\n\
        credentials: [bearer]\ntls: public\n";
    let text = promvet::finding::Text::new("x.yaml", source.as_bytes().to_vec());
    let document = promvet::yaml::parse_first(&text).unwrap();
    let own = promvet::facts::receiver::read_profile(document.root().unwrap()).unwrap();
    let catalog = Catalog::new(vec![own]);
    let endpoint = Endpoint::new("https://mimir.metrics.example.com/api/prom/push");
    let recognition = recognize(&endpoint, &catalog, &Hints::default());
    assert_eq!(recognition.only().unwrap().profile.id, "our-metrics");
    let found = judge(&endpoint, &recognition);
    assert_eq!(
        found[0].suggestion.as_deref(),
        Some("https://mimir.metrics.example.com/api/v1/push")
    );
}

/// The example of docs/adding-a-receiver.md is a whole page, and its own examples are as it says.
#[test]
fn the_receiver_of_the_docs_is_one() {
    let docs = include_str!("../../docs/adding-a-receiver.md");
    let (_, page) = docs.split_once("```yaml title=a receiver\n").unwrap();
    let (page, _) = page.split_once("```").unwrap();
    let text = promvet::finding::Text::new("x.yaml", page.as_bytes().to_vec());
    let document = promvet::yaml::parse_first(&text).unwrap();
    let profile = promvet::facts::receiver::read_profile(document.root().unwrap()).unwrap();
    let (good, bad) = (profile.good.clone(), profile.bad.clone());
    let catalog = Catalog::new(vec![profile]);
    let judged = |url: &str| {
        let endpoint = Endpoint::new(url);
        let recognition = recognize(&endpoint, &catalog, &hints());
        let first = recognition.decisive().first();
        assert_eq!(first.unwrap().profile.id, "opstrace", "{url}");
        judge(&endpoint, &recognition)
    };
    assert!(!good.is_empty() && !bad.is_empty());
    for url in good.iter() {
        assert!(judged(url).is_empty(), "{url}");
    }
    for example in bad.iter() {
        let faults = judged(&example.url);
        let message = faults.first().map(|fault| fault.message.replace('`', ""));
        let is_named = message.is_some_and(|message| message.contains(&*example.fault));
        assert!(is_named && faults.len() == 1, "{}: {faults:?}", example.url);
    }
}

#[test]
fn secrets_stay_out_of_messages() {
    for url in [
        "http://user:hunter2@cortex.test.opstrace.io/api/prom/push?token=hunter2&x=1",
        "https://metric-api.newrelic.com/prometheus/v1/write?X-License-Key=hunter2",
        "http://user:hunter2@influxdb:8086/api/v1/prom/write?u=root&p=hunter2",
    ] {
        let found = faults(url);
        assert!(!found.is_empty());
        assert!(!format!("{found:?}").contains("hunter2"), "{found:#?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_url_is_judged(url in "(http|https)://(cortex|mimir|\\$\\{A\\}|grafana|logz|opstrace|<b>|[a-z]{1,3}|\\.|-|:8053|io|net){1,8}(/|//|api|v1|push|write|\\$B|\\{\\{c\\}\\}|insert|[a-z0-9]{1,3}){0,10}(\\?db=x|\\?token=y)?") {
        for fault in faults(&url) {
            assert!(url.get(fault.range.clone()).is_some());
        }
    }
}

/// What accepts remote write for a system is often called after it.
#[test]
fn a_name_of_two_systems_is_not_that_of_the_one_that_takes_nothing() {
    let catalog = Catalog::default();
    for (url, expected) in [
        ("http://loki-prometheus-server/api/v1/write", false),
        ("http://loki-gateway/api/v1/write", true),
        ("http://opensearch-data-prepper:2021/metrics", false),
        ("http://opensearch:9200/metrics", true),
        ("http://pushgateway-vm:8428/api/v1/write", false),
        ("http://prometheus-pushgateway:9091/api/v1/write", true),
        ("http://prometheus-alertmanager:9093/api/v1/write", true),
        ("http://influxdb2-telegraf:1234/receive", false),
    ] {
        let recognition = recognize(&Endpoint::new(url), &catalog, &Hints::default());
        assert_eq!(recognition.not_receiver.is_some(), expected, "{url}");
    }
    // Grafana Agent in flow mode has the path of Grafana Alloy.
    for (url, expected) in [
        ("http://grafana-agent:9999/api/v1/metrics/write", 0),
        (
            "http://grafana-agent:12345/agent/api/v1/metrics/instances",
            1,
        ),
    ] {
        let endpoint = Endpoint::new(url);
        let recognition = recognize(&endpoint, &catalog, &Hints::default());
        assert_eq!(judge(&endpoint, &recognition).len(), expected, "{url}");
    }
}

/// What the command of a container runs goes before what its name says.
#[test]
fn the_command_goes_before_the_name() {
    for (service, container, url, expected) in [
        (
            "mimir-ingester",
            "{image: 'grafana/mimir:2.14.0', command: ['-target=all']}",
            "http://mimir-ingester:8080/api/v1/push",
            None,
        ),
        (
            "mimir-ingester",
            "{image: 'grafana/mimir:2.14.0', command: ['-target=ingester']}",
            "http://mimir-ingester:8080/api/v1/push",
            Some("ingester"),
        ),
        (
            "thanos-query",
            "{image: 'thanosio/thanos:v0.36.0', command: [receive]}",
            "http://thanos-query:19291/api/v1/receive",
            None,
        ),
        (
            "thanos-query",
            "{image: 'thanosio/thanos:v0.36.0', command: [query]}",
            "http://thanos-query:19291/api/v1/receive",
            Some("query"),
        ),
    ] {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  {service}: {container}\n"
        );
        let mut found = in_tree(url, &[("compose.yaml", &*compose)]);
        found.retain(|(rule, severity, ..)| {
            rule.starts_with("remote-write/")
                && rule != "remote-write/tenant-header"
                && *severity >= Severity::Warning
        });
        match expected {
            None => assert_eq!(found, [], "{container}"),
            Some(words) => assert!(
                found.iter().any(|one| one.2.contains(words)),
                "{container}: {found:?}"
            ),
        }
    }
}

/// What is reported at warning or above of an endpoint at a service of a compose file, by rule.
fn at_service(service: &str, url: &str, files: &[(&str, &str)]) -> Vec<String> {
    let compose = format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    \
         volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  {service}\n"
    );
    let files = [files, &[("compose.yaml", &*compose)]].concat();
    let found = in_tree(url, &files).into_iter();
    let found = found.filter(|(_, severity, ..)| *severity >= Severity::Warning);
    found
        .map(|(rule, _, message, _)| format!("{rule} {message}"))
        .collect()
}

/// Remote write is a part of Elasticsearch since 9.4, and never was one of OpenSearch.
#[test]
fn releases_without_an_intake_are_reported_once() {
    let [es, os] = [
        "docker.elastic.co/elasticsearch/elasticsearch",
        "opensearchproject/opensearch",
    ];
    for (image, expected) in [
        (
            format!("{es}:8.14.0"),
            "remote-write/receiver-settings the service `s` runs Elasticsearch 8.14",
        ),
        (format!("{es}:9.4.0"), "remote-write/credentials-missing"),
        (es.to_owned(), "remote-write/credentials-missing"),
        (format!("{os}:2.11.0"), "remote-write/no-intake"),
    ] {
        let service = format!("s: {{image: '{image}'}}");
        let found = at_service(&service, "http://s:9200/_prometheus/api/v1/write", &[]);
        assert!(
            found.len() == 1 && found[0].starts_with(expected),
            "{image}: {found:?}"
        );
    }
}

/// Without `unauthorized_user`, vmauth answers no one without credentials.
#[test]
fn vmauth_wants_a_user_unless_its_file_has_one_for_anyone() {
    let service = "vmauth: {image: 'victoriametrics/vmauth:v1.102.0', command: ['-auth.config=/etc/auth.yml'], volumes: ['./auth.yml:/etc/auth.yml']}";
    let url = "http://vmauth:8427/api/v1/write";
    let users = "users: [{username: a, password: b, url_prefix: 'http://vm:8428/'}]\n";
    let anyone = "unauthorized_user: {url_prefix: 'http://vm:8428/'}\n";
    for (file, count) in [
        (Some(users.to_owned()), 1),
        (Some(anyone.to_owned()), 0),
        (Some(format!("{users}{anyone}")), 0),
        (None, 0),
    ] {
        let files: Vec<_> = file.iter().map(|text| ("auth.yml", &**text)).collect();
        let found = at_service(service, url, &files);
        let of_user = found.iter().filter(|one| one.contains("requires a user"));
        assert_eq!(of_user.count(), count, "{file:?}: {found:?}");
    }
}

/// A path of one segment is nearly one that adapters have.
#[test]
fn slips_of_paths_of_one_segment_are_hints() {
    for (path, is_slip) in [
        ("/wirte", true),
        ("/writ", true),
        ("/recieve", true),
        ("/write", false),
        ("/receive", false),
        ("/whites", false),
        ("/metrics-in", false),
    ] {
        let found = faults(&format!("https://example.com{path}"));
        assert_eq!(!found.is_empty(), is_slip, "{path}: {found:?}");
        assert!(found.iter().all(|fault| fault.hint), "{path}: {found:?}");
    }
}
