//! Selectors that miss what they are meant for by one label, and the mirror of each case.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

fn near_misses(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

fn reported(files: &[(&str, &str)]) -> Vec<String> {
    let found = near_misses(files);
    for finding in &found {
        assert_eq!(finding.rule, "kubernetes/near-miss", "{finding:?}");
    }
    found
        .into_iter()
        .map(|finding| finding.message.into())
        .collect()
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: web, labels: LABELS}\nspec: {selector: {app: shop-pod}, ports: [{name: http, port: 80}, {name: metrics, port: 90}]}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: web}\nspec:\n  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: LABELS}\n    spec: {containers: [{name: a, image: a, ports: [{name: metrics, containerPort: 90}]}]}\n";

fn monitor(kind: &str, spec: &str) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: shop, namespace: web, labels: {{team: a}}}}\nspec: {spec}\n"
    )
}

#[test]
fn monitors_report_what_they_almost_select() {
    let of_service = |selector: &str, port: &str| {
        monitor(
            "ServiceMonitor",
            &format!("{{selector: {selector}, endpoints: [{{port: {port}}}]}}"),
        )
    };
    for (selector, port, labels, expected) in [
        ("{matchLabels: {app: shop}}", "metrics", "{app: shop}", None),
        (
            "{matchLabels: {app: shop}}",
            "metric",
            "{app: shop}",
            Some("no port `metric`"),
        ),
        (
            "{matchLabels: {app: shpo}}",
            "metrics",
            "{app: shop}",
            Some("the value `shop`, not `shpo`"),
        ),
        (
            "{matchLabels: {app: basket}}",
            "metrics",
            "{app: shop}",
            None,
        ),
        (
            "{matchLabels: {app: shop, tier: front}}",
            "metrics",
            "{app: shop}",
            Some("`tier`: the Service `shop` has the other labels"),
        ),
        (
            "{matchLabels: {app: shop, tier: front}}",
            "metrics",
            "{tier: front}",
            Some("`app`"),
        ),
        (
            "{matchLabels: {app: shop, tier: front}}",
            "metrics",
            "{app: shop, tier: front, x: y}",
            None,
        ),
        // Another value, where both have one name.
        (
            "{matchLabels: {app: shop-api, tier: front}}",
            "metrics",
            "{app: basket, tier: front}",
            Some("the value `basket`"),
        ),
        (
            "{matchLabels: {app: shop-pod}}",
            "metrics",
            "{}",
            Some("has these labels only in its pod selector"),
        ),
        ("{}", "metric", "{app: shop}", None),
        (
            "{matchExpressions: [{key: app, operator: Exists}]}",
            "metric",
            "{app: shop}",
            None,
        ),
    ] {
        let service = SERVICE.replace("LABELS", labels);
        let monitor = of_service(selector, port);
        let found = reported(&[("m.yaml", &monitor), ("s.yaml", &service)]);
        match expected {
            Some(words) => assert!(
                found.len() == 1 && found.iter().all(|one| one.contains(words)),
                "{selector} {labels}: {found:?}"
            ),
            None => assert!(found.is_empty(), "{selector} {labels}: {found:?}"),
        }
    }
}

/// A Service of another program in the same group says nothing.
#[test]
fn another_program_is_no_near_miss() {
    let service = SERVICE.replace("LABELS", "{app: basket, tier: front}");
    let service = service.replace("name: shop,", "name: basket,");
    let spec =
        "{selector: {matchLabels: {app: shop-api, tier: front}}, endpoints: [{port: metrics}]}";
    let monitor = monitor("ServiceMonitor", spec);
    let found = reported(&[("m.yaml", &monitor), ("s.yaml", &service)]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn other_namespaces_and_kustomizations_are_ruled_out() {
    let service = SERVICE.replace("LABELS", "{app: shop}");
    let slip = |more: &str| {
        monitor(
            "ServiceMonitor",
            &format!(
                "{{selector: {{matchLabels: {{app: shpo}}}}, endpoints: [{{port: metrics}}]{more}}}"
            ),
        )
    };
    let elsewhere = service.replace("namespace: web", "namespace: other");
    for (monitor, service, more, is_told) in [
        (slip(""), &service, "resources: [m.yaml]\n", true),
        (slip(""), &elsewhere, "resources: [m.yaml]\n", false),
        (
            slip(", namespaceSelector: {any: true}"),
            &elsewhere,
            "resources: []\n",
            true,
        ),
        (
            slip(", namespaceSelector: {matchNames: [other]}"),
            &elsewhere,
            "resources: []\n",
            true,
        ),
        (slip(""), &service, "commonLabels: {app: shpo}\n", false),
        (slip(""), &service, "labels:\n- pairs: {app: shpo}\n", false),
    ] {
        let files = [
            ("a/m.yaml", &*monitor),
            ("a/s.yaml", &**service),
            ("a/kustomization.yaml", more),
        ];
        let found = reported(&files);
        assert_eq!(!found.is_empty(), is_told, "{monitor}{more}: {found:?}");
    }
}

#[test]
fn pods_are_selected_by_their_own_labels() {
    let of_pods = |selector: &str, port: &str| {
        monitor(
            "PodMonitor",
            &format!(
                "{{selector: {{matchLabels: {selector}}}, podMetricsEndpoints: [{{port: {port}}}]}}"
            ),
        )
    };
    for (selector, port, expected) in [
        ("{app: shop}", "metrics", None),
        ("{app: shop}", "http", Some("no port `http`")),
        ("{app: shopp}", "metrics", Some("the value `shop`")),
        ("{app: other}", "metrics", None),
    ] {
        let deployment = DEPLOYMENT.replace("LABELS", "{app: shop}");
        let monitor = of_pods(selector, port);
        let found = reported(&[("m.yaml", &monitor), ("d.yaml", &deployment)]);
        match expected {
            Some(words) => assert!(
                found.len() == 1 && found.iter().all(|one| one.contains(words)),
                "{selector}: {found:?}"
            ),
            None => assert!(found.is_empty(), "{selector}: {found:?}"),
        }
    }
}

#[test]
fn a_prometheus_reports_what_it_almost_selects() {
    let prometheus = |spec: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: main, namespace: web}}\nspec: {{serviceAccountName: p, {spec}}}\n"
        )
    };
    let monitor = monitor(
        "ServiceMonitor",
        "{selector: {matchLabels: {a: b}}, endpoints: [{port: a}]}",
    );
    for (spec, expected) in [
        ("serviceMonitorSelector: {matchLabels: {team: a}}", None),
        ("serviceMonitorSelector: {}", None),
        (
            "serviceMonitorSelector: {matchLabels: {team: a, tier: b}}",
            Some("`tier: b`"),
        ),
        (
            "serviceMonitorSelector: {matchLabels: {release: main}}",
            Some("`release: main`"),
        ),
        ("serviceMonitorSelector: {matchLabels: {team: other}}", None),
        (
            "serviceMonitorSelector: {matchLabels: {release: a, tier: b}}",
            None,
        ),
        ("podMonitorSelector: {}", None),
        (
            "remoteWrite: [{url: 'http://prometheus.web.svc:9090/api/v1/write'}]",
            Some("nothing is sent"),
        ),
        (
            "probeSelector: {}, remoteWrite: [{url: 'http://prometheus.web.svc:9090/api/v1/write'}]",
            None,
        ),
    ] {
        let prometheus = prometheus(spec);
        let found = reported(&[("a/m.yaml", &monitor), ("a/p.yaml", &prometheus)]);
        match expected {
            Some(words) => assert!(
                found.len() == 1 && found.iter().all(|one| one.contains(words)),
                "{spec}: {found:?}"
            ),
            None => assert!(found.is_empty(), "{spec}: {found:?}"),
        }
    }
}

/// Several resources select, each by its own labels.
#[test]
fn of_several_prometheuses_the_first_that_almost_selects_is_named() {
    let prometheus = |name: &str, labels: &str| {
        format!(
            "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: {name}, namespace: web}}\nspec: {{serviceAccountName: p, serviceMonitorSelector: {{matchLabels: {labels}}}}}\n"
        )
    };
    let monitor = monitor(
        "ServiceMonitor",
        "{selector: {matchLabels: {a: b}}, endpoints: [{port: a}]}",
    )
    .replace("{team: a}", "{team: storefront, tier: b}");
    let other = prometheus("other", "{team: warehouse}");
    let many: String = (0..64)
        .map(|number| prometheus(&format!("p{number}"), &format!("{{team: team-{number}}}")))
        .collect();
    let one = prometheus("one", "{team: storefrnt}");
    let two = prometheus("two", "{team: storefornt}");
    for (all, expected) in [
        (
            format!("{other}{one}{two}"),
            Some("`one` selects `storefrnt`"),
        ),
        (
            format!("{two}{other}{one}"),
            Some("`two` selects `storefornt`"),
        ),
        (
            format!("{other}{one}{}", prometheus("right", "{team: storefront}")),
            None,
        ),
        (format!("{one}{}", prometheus("right", "{tier: b}")), None),
        (format!("{one}{}", prometheus("all", "{}")), None),
        (
            format!("{one}{}", prometheus("maybe", "{team: '{{ .team }}'}")),
            None,
        ),
        (
            format!(
                "{other}{}",
                prometheus("both", "{tier: b, team: storefrnt}")
            ),
            Some("`both` selects `storefrnt`"),
        ),
        // So many selectors differ on purpose.
        (format!("{one}{many}"), None),
    ] {
        let found = reported(&[("a/m.yaml", &monitor), ("a/p.yaml", &all)]);
        match expected {
            Some(words) => assert!(
                found.len() == 1 && found.iter().all(|one| one.contains(words)),
                "{words}: {found:?}"
            ),
            None => assert!(found.is_empty(), "{all}: {found:?}"),
        }
    }
}

#[test]
fn short_labels_that_differ_by_one_letter_are_reported_where_the_others_match() {
    let service = |labels: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: back-end, namespace: app, labels: {labels}}}\nspec: {{selector: {{a: b}}, ports: [{{name: metrics, port: 9090}}]}}\n"
        )
    };
    let monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a, namespace: app}\nspec:\n  selector: {matchLabels: {app: api, tier: back}}\n  endpoints: [{port: metrics}]\n";
    for (labels, count) in [
        ("{app: apii, tier: back}", 1),
        ("{app: ap, tier: back}", 1),
        ("{app: pai, tier: back}", 1),
        ("{app: api, tier: back}", 0),
        ("{app: apx, tier: back}", 0),
        ("{app: api2, tier: back}", 0),
        ("{app: apii, tier: front}", 0),
        ("{app: apii}", 0),
    ] {
        let found = reported(&[("a/m.yaml", monitor), ("a/s.yaml", &service(labels))]);
        assert_eq!(found.len(), count, "{labels}: {found:?}");
    }
    let prometheus = |labels: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: k8s, namespace: app}}\nspec: {{ruleSelector: {{matchLabels: {labels}}}}}\n"
        )
    };
    let rule = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r, namespace: app, labels: {role: alert-rules, env: prd}}\nspec: {groups: [{name: a, rules: [{record: b, expr: up}]}]}\n";
    for (labels, count) in [
        ("{role: alert-rules, env: prod}", 1),
        ("{role: alert-rules, env: prd}", 0),
        ("{role: alert-rules, env: dev}", 0),
        ("{env: prod}", 0),
    ] {
        let found = reported(&[("a/r.yaml", rule), ("a/p.yaml", &prometheus(labels))]);
        assert_eq!(found.len(), count, "{labels}: {found:?}");
    }
}

#[test]
fn a_prometheus_whose_selectors_are_turned_off_sends_nothing() {
    let prometheus = |more: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {{name: k8s, namespace: app}}\nspec:\n{more}  remoteWrite: [{{url: 'https://mimir.example.com/api/v1/push', headers: {{X-Scope-OrgID: a}}}}]\n"
        )
    };
    let null = "  serviceMonitorSelector: null\n  podMonitorSelector: null\n  probeSelector: null\n  scrapeConfigSelector: null\n";
    let one = null.replace("probeSelector: null", "probeSelector: {}");
    for (more, count) in [
        ("  serviceAccountName: a\n", 1),
        (null, 1),
        ("", 0),
        (&*one, 0),
    ] {
        let found = reported(&[("a/p.yaml", &prometheus(more))]);
        assert_eq!(found.len(), count, "{more}: {found:?}");
    }
    let patch = [
        ("a/p.yaml", &*prometheus("")),
        (
            "a/kustomization.yaml",
            "resources: [base]\npatches: [{path: p.yaml}]\n",
        ),
    ];
    assert!(reported(&patch).is_empty());
    assert!(reported(&[("a/patch-remote-write.yaml", &prometheus(null))]).is_empty());
}
