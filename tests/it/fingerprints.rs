//! Fingerprints name the place of a fault by identity: a fault in another place is new, and one
//! that was there stays old when it moves, is quoted, or has new neighbors.

use super::support::scratch::Scratch;

/// A file, and three texts of it: with a fault, with the same fault elsewhere, and with the fault in
/// its place again while the text around it changed.
type Case = (&'static str, String, String, String);

const BAD: &str = "remoteWrite: [{url: foo}]";
const FINE: &str = "remoteWrite: [{url: 'https://ok.example.com/api/v1/push'}]";

fn custom(kind: &str, namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: monitoring.coreos.com/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: \
         {namespace}}}\nspec: {{{spec}}}\n"
    )
}

fn config_map(namespace: &str, url: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: p, namespace: {namespace}}}\ndata:\n  \
         prometheus.yml: |\n    remote_write:\n    - url: {url}\n"
    )
}

fn component(label: &str, url: &str) -> String {
    format!(
        "prometheus.remote_write \"{label}\" {{\n  endpoint {{\n    url = \"{url}\"\n  }}\n}}\n"
    )
}

fn both(one: &str, other: &str) -> String {
    format!("{one}---\n{other}")
}

fn objects() -> Vec<Case> {
    let prometheus = |namespace, spec| custom("Prometheus", namespace, "k8s", spec);
    let ok = "https://ok.example.com/api/v1/push";
    let monitor = |name, path: &str| {
        let spec = format!(
            "selector: {{}}, endpoints: [{{port: web, relabelings: [{{action: {path}}}]}}]"
        );
        custom("ServiceMonitor", "a", name, &spec)
    };
    let rules = |items: &str| {
        custom(
            "PrometheusRule",
            "a",
            "r",
            &format!("groups: [{{name: g, rules: [{items}]}}]"),
        )
    };
    vec![
        (
            "p.yml",
            both(&prometheus("dev", BAD), &prometheus("prod", FINE)),
            both(&prometheus("dev", FINE), &prometheus("prod", BAD)),
            both(&prometheus("prod", FINE), &prometheus("dev", BAD)),
        ),
        (
            "p.yml",
            prometheus("dev", BAD),
            prometheus("prod", BAD),
            prometheus("dev", "remoteWrite: [{url: \"foo\"}]"),
        ),
        (
            "p.yml",
            custom("Prometheus", "a", "one", BAD),
            custom("Prometheus", "a", "two", BAD),
            both(
                &custom("Prometheus", "a", "two", FINE),
                &custom("Prometheus", "a", "one", BAD),
            ),
        ),
        (
            "m.yml",
            both(&monitor("one", "foo"), &monitor("two", "labelmap")),
            both(&monitor("one", "labelmap"), &monitor("two", "foo")),
            both(&monitor("two", "labelmap"), &monitor("one", "foo")),
        ),
        (
            "c.yml",
            both(&config_map("dev", "foo"), &config_map("prod", ok)),
            both(&config_map("dev", ok), &config_map("prod", "foo")),
            both(&config_map("prod", ok), &config_map("dev", "'foo'")),
        ),
        (
            "config.alloy",
            component("a", "foo") + &component("b", ok),
            component("a", ok) + &component("b", "foo"),
            component("b", ok) + &component("a", "foo"),
        ),
        (
            "r.yml",
            rules("{record: a, expr: up}, {record: r, expr: 'sum(a'}"),
            rules("{record: a, expr: up}, {record: s, expr: 'sum(a'}"),
            rules("{record: r, expr: \"sum(a\"}"),
        ),
    ]
}

fn lists() -> Vec<Case> {
    let job = |rest: &str| format!("scrape_configs:\n- job_name: one\n  {rest}\n");
    let relabel = |rules: &str| job(&format!("relabel_configs: [{rules}]"));
    let groups = |rules: &str| format!("groups:\n- name: g\n  rules: [{rules}]\n");
    vec![
        (
            "rules.yml",
            groups("{record: r, expr: 'sum(a'}"),
            groups("{record: s, expr: 'sum(a'}"),
            groups("{record: q, expr: up}, {record: r, expr: 'sum(a'}"),
        ),
        (
            "rules.yml",
            groups("{alert: A, expr: 'sum(a'}"),
            groups("{alert: B, expr: 'sum(a'}"),
            groups("{alert: C, expr: up}, {alert: A, expr: 'sum(a'}"),
        ),
        (
            "rules.yml",
            groups("{alert: A, expr: 'sum(a'}, {alert: A, expr: up, for: 1m}"),
            groups("{alert: A, expr: up}, {alert: A, expr: 'sum(a', for: 1m}"),
            groups(
                "{alert: B, expr: up}, {alert: A, expr: 'sum(a'}, {alert: A, expr: up, for: 1m}",
            ),
        ),
        (
            "prometheus.yml",
            relabel("{action: foo}"),
            relabel("{action: foo, target_label: a}"),
            relabel("{action: labeldrop, regex: a}, {action: 'foo'}"),
        ),
        (
            "prometheus.yml",
            relabel("{action: labeldrop, regex: '(a'}, {action: labelkeep, regex: b}"),
            relabel("{action: labeldrop, regex: b}, {action: labelkeep, regex: '(a'}"),
            relabel("{action: labeldrop, regex: c}, {action: labeldrop, regex: '(a'}"),
        ),
        (
            "prometheus.yml",
            job("static_configs: [{targets: ['http://a:9090']}]"),
            job("static_configs: [{targets: ['http://b:9090']}]"),
            job("static_configs: [{targets: ['c:1']}, {targets: ['d:1', \"http://a:9090\"]}]"),
        ),
        (
            "prometheus.yml",
            job(
                "static_configs: [{targets: ['http://a:9090'], labels: {x: a}}, {targets: ['a:1'], labels: {x: b}}]",
            ),
            job(
                "static_configs: [{targets: ['a:1'], labels: {x: a}}, {targets: ['http://a:9090'], labels: {x: b}}]",
            ),
            job(
                "static_configs: [{targets: ['a:1'], labels: {x: b}}, {targets: ['http://a:9090'], labels: {x: a}}]",
            ),
        ),
        (
            "prometheus.yml",
            "remote_write:\n- url: foo\n".to_owned(),
            "remote_write:\n- url: bar\n".to_owned(),
            "remote_write:\n- url: https://ok.example.com/api/v1/push\n- url: \"foo\"\n".to_owned(),
        ),
    ]
}

#[test]
fn places_of_objects_go_by_kind_namespace_and_name() {
    objects().iter().for_each(holds);
}

#[test]
fn items_of_lists_go_by_what_they_say() {
    lists().iter().for_each(holds);
}

fn holds((file, before, elsewhere, same): &Case) {
    let mut files = vec![(*file, &**before)];
    if *file == "rules.yml" {
        files.push(("prometheus.yml", "rule_files: [rules.yml]\n"));
    }
    let scratch = Scratch::repository(&files);
    let gate = [
        "--config-from",
        "main",
        "--since",
        "main",
        "--fail-on",
        "error",
    ];
    scratch.write(&[(file, same)]);
    let ran = scratch.promvet(&gate);
    assert_eq!(ran.status, Some(0), "{before}\n{same}\n{}", ran.said());
    scratch.write(&[(file, elsewhere)]);
    let ran = scratch.promvet(&gate);
    assert_eq!(ran.status, Some(1), "{before}\n{elsewhere}\n{}", ran.said());
}

/// A baseline knows the same places.
#[test]
fn entries_of_a_baseline_name_the_place() {
    let prometheus = |namespace| custom("Prometheus", namespace, "k8s", BAD);
    let scratch = Scratch::new(&[("p.yml", &prometheus("dev"))]);
    assert_eq!(scratch.promvet(&["baseline"]).status, Some(0));
    let written = scratch.read("promvet-baseline.json");
    assert!(
        written.contains("Prometheus/dev/k8s.spec.remoteWrite[foo"),
        "{written}"
    );
    let check = ["--baseline", "promvet-baseline.json"];
    assert_eq!(scratch.promvet(&check).status, Some(0));
    scratch.write(&[("p.yml", &prometheus("prod"))]);
    assert_eq!(scratch.promvet(&check).status, Some(1));
}

/// Lists, labels, targets and rules are named by their texts, and some of these are secret.
#[test]
fn places_hold_nothing_of_a_secret() {
    let found = |secret: &str| {
        let config = format!(
            "scrape_configs:\n- job_name: one\n  params: {{token: [{secret}, {{a: b}}], a: [{{}}]}}\n  \
             static_configs:\n  - targets: ['http://u:{secret}@a:1/x?token={secret}', {{a: b}}]\n    \
             labels: {{password: {secret}}}\n    foo: bar\n  relabel_configs:\n  - {{action: foo, \
             target_label: __param_token, replacement: {secret}}}\nremote_write:\n- url: \
             'ftp://u:{secret}@b/p?token={secret}'\n  headers: {{X-Api-Key: {secret}}}\n"
        );
        let scratch = Scratch::new(&[("prometheus.yml", &config)]);
        let json = scratch.json(&[]);
        let found = json["findings"].as_array().unwrap().iter();
        let names = found.map(|one| (one["rule"].to_string(), one["fingerprint"].to_string()));
        let names: Vec<_> = names.collect();
        assert_eq!(scratch.promvet(&["baseline"]).status, Some(0));
        let baseline = scratch.read("promvet-baseline.json");
        assert!(!baseline.contains(secret), "{baseline}");
        names
    };
    let one = found("hunter2");
    assert!(one.len() >= 5, "{one:?}");
    assert_eq!(one, found("another-one-that-is-much-longer"));
}
