//! Values that a release lays over others: a list in a lower layer is not what is rendered.

use crate::support::memory;
use promvet::finding::Severity;

const WRONG: &str = "prometheus:\n  prometheusSpec:\n    remoteWrite:\n    - url: https://prometheus-prod-01-eu-west-0.grafana.net/api/prom\n";
const RIGHT: &str = "prometheus:\n  prometheusSpec:\n    remoteWrite:\n    - url: https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push\n      basicAuth: {username: {name: g, key: u}, password: {name: g, key: p}}\n";
const OTHER: &str = "prometheus:\n  prometheusSpec:\n    retention: 1d\n";

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}\n")).collect()
}

fn config_map(name: &str, values: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: m}}\ndata:\n  values.yaml: |\n{}",
        indented(values, 4)
    )
}

const RELEASE: &str = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: kps, namespace: m}\nspec:\n  chart: {spec: {chart: kube-prometheus-stack}}\n";

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: kps}\nspec:\n  sources:\n  - chart: kube-prometheus-stack\n    helm:\n";

/// How many errors there are with something laid over the wrong list.
fn errors(files: &[(&str, String)]) -> usize {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, &**text)).collect();
    let mut found = memory::found("/tree", &memory::tree(&files));
    found.retain(|finding| finding.severity == Severity::Error);
    found.len()
}

type Tree = Vec<(&'static str, String)>;

/// A way to lay values over others.
type Way = (&'static str, fn(&str) -> Tree);

const WAYS: &[Way] = &[
    ("objects of Flux", |over| {
        let from = "  valuesFrom: [{kind: ConfigMap, name: base}, {kind: ConfigMap, name: prod}]\n";
        vec![
            ("release.yaml", format!("{RELEASE}{from}")),
            ("base.yaml", config_map("base", WRONG)),
            ("prod.yaml", config_map("prod", over)),
        ]
    }),
    ("values of Flux", |over| {
        let from = "  valuesFrom: [{kind: ConfigMap, name: base}]\n  values:\n";
        vec![
            (
                "release.yaml",
                format!("{RELEASE}{from}{}", indented(over, 4)),
            ),
            ("base.yaml", config_map("base", WRONG)),
        ]
    }),
    ("helmfile", |over| {
        let release = "releases:\n- {name: kps, chart: pc/kube-prometheus-stack, values: [base.yaml, prod.yaml]}\n";
        vec![
            ("helmfile.yaml", release.to_owned()),
            ("base.yaml", WRONG.to_owned()),
            ("prod.yaml", over.to_owned()),
        ]
    }),
    ("files of Argo CD", |over| {
        let files = "      valueFiles: [$values/base.yaml, $values/prod.yaml]\n  - {repoURL: a, ref: values}\n";
        vec![
            ("app.yaml", format!("{APPLICATION}{files}")),
            ("base.yaml", WRONG.to_owned()),
            ("prod.yaml", over.to_owned()),
        ]
    }),
    ("values of Argo CD", |over| {
        let files = "      valueFiles: [$values/base.yaml]\n      values: |\n";
        vec![
            (
                "app.yaml",
                format!("{APPLICATION}{files}{}", indented(over, 8)),
            ),
            ("base.yaml", WRONG.to_owned()),
        ]
    }),
    ("kustomize", |over| {
        let charts = "helmCharts:\n- {name: kube-prometheus-stack, valuesFile: base.yaml, additionalValuesFiles: [prod.yaml]}\n";
        vec![
            ("kustomization.yaml", charts.to_owned()),
            ("base.yaml", WRONG.to_owned()),
            ("prod.yaml", over.to_owned()),
        ]
    }),
];

#[test]
fn a_list_that_another_layer_replaces_is_not_judged() {
    for (name, way) in WAYS {
        assert_eq!(errors(&way(RIGHT)), 0, "{name}");
        let without = errors(&way(OTHER));
        assert!(without > 0, "{name}");
        // The list that counts is judged.
        assert!(errors(&way(WRONG)) >= without, "{name}");
    }
}

#[test]
fn a_layer_of_two_releases_is_judged_if_one_uses_it() {
    let both = "releases:\n- {name: a, chart: pc/kube-prometheus-stack, values: [base.yaml, prod.yaml]}\n- {name: b, chart: pc/kube-prometheus-stack, values: [base.yaml, other.yaml]}\n";
    let files = [
        ("helmfile.yaml", both.to_owned()),
        ("base.yaml", WRONG.to_owned()),
        ("prod.yaml", RIGHT.to_owned()),
        ("other.yaml", OTHER.to_owned()),
    ];
    assert!(errors(&files) > 0);
}

/// Sections that need two keys, and the two.
const PAIRS: &[(&str, &str, &str)] = &[
    (
        "tracingConfig",
        "{clientType: grpc}",
        "{endpoint: 'otel:4317'}",
    ),
    (
        "apiserverConfig",
        "{host: 'https://k.example.com', tlsConfig: {ca: {secret: {name: a}}}}",
        "{tlsConfig: {ca: {secret: {key: a}}}}",
    ),
];

#[test]
fn a_key_that_another_layer_has_is_not_missing() {
    for (section, one, other) in PAIRS {
        let values =
            |value: &str| format!("prometheus:\n  prometheusSpec:\n    {section}: {value}\n");
        for (name, way) in WAYS {
            let with = |over: &str| {
                let mut files = way(over);
                for (_, content) in &mut files {
                    *content = content
                        .replace(WRONG, &values(one))
                        .replace(&indented(WRONG, 4), &indented(&values(one), 4));
                }
                errors(&files)
            };
            assert_eq!(with(&values(other)), 0, "{name} {section}");
            // Another key of the section does not help.
            assert!(
                with("prometheus: {prometheusSpec: {retention: 5d}}\n") > 0,
                "{name} {section}"
            );
        }
        let beside =
            |name: &str, content: String| errors(&[("values.yaml", values(one)), (name, content)]);
        assert_eq!(beside("values-prod.yaml", values(other)), 0, "{section}");
        assert!(beside("values-prod.yaml", values("{}")) > 0, "{section}");
    }
}
