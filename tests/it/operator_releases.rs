//! Which release of the Operator and of Prometheus a tree states, and keys that are newer.

use crate::support::memory;
use promvet::finding::Severity;

const CORE: &str = "apiVersion: monitoring.coreos.com/v1\n";
const OPERATOR: &str = "kind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: 'quay.io/prometheus-operator/prometheus-operator:v0.60.1'}]}}}\n";
const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: prometheuses.monitoring.coreos.com\n  annotations:\n    operator.prometheus.io/version: 0.60.1\n";
const NEWER: &str = "kind: Deployment\nspec: {template: {spec: {containers: [{name: a, image: 'quay.io/prometheus-operator/prometheus-operator:v0.93.0'}]}}}\n";

/// What is reported as newer than what is installed.
fn newer(files: &[(&str, &str)]) -> Vec<String> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.rule == "schema/unavailable");
    assert!(found.iter().all(|it| it.severity == Severity::Warning));
    found.iter().map(|it| it.message.to_string()).collect()
}

fn prometheus(spec: &str) -> String {
    format!("{CORE}kind: Prometheus\nmetadata: {{name: a}}\nspec:\n{spec}")
}

#[test]
fn keys_that_the_operator_of_the_tree_does_not_know_are_told() {
    let resource = prometheus("  retention: 1d\n  scrapeClasses: [{name: a, relabelings: []}]\n");
    let told = [
        "`scrapeClasses`: needs Operator 0.72 or newer, and 0.60 is installed; kubectl rejects it, and Helm drops it",
    ];
    let with = |files: &[(&str, &str)]| {
        let mut all = vec![("p.yaml", &*resource)];
        all.extend(files);
        newer(&all)
    };
    assert_eq!(with(&[("o.yaml", OPERATOR)]), told);
    assert_eq!(with(&[("crd.yaml", DEFINITION)]), told);
    assert_eq!(
        with(&[("o.yaml", OPERATOR), ("crd.yaml", DEFINITION)]),
        told
    );
    // Nothing states a release, a newer one does, or several do.
    assert!(with(&[]).is_empty());
    assert!(with(&[("o.yaml", NEWER)]).is_empty());
    assert!(with(&[("a/o.yaml", OPERATOR), ("b/o.yaml", NEWER)]).is_empty());
    let other = "kind: Kustomization\nresources: ['github.com/prometheus-operator/kube-prometheus?ref=main']\n";
    assert!(with(&[("o.yaml", OPERATOR), ("kustomization.yaml", other)]).is_empty());
    let open = OPERATOR.replace("v0.60.1", "${VERSION}");
    assert!(with(&[("o.yaml", OPERATOR), ("x.yaml", &open)]).is_empty());
}

#[test]
fn the_release_of_a_chart_states_both() {
    let release = |version: &str, spec: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: a}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack{version}}}}}\n  values:\n    prometheus:\n      prometheusSpec:\n{spec}"
        )
    };
    let spec = "        scrapeClasses: [{name: a}]\n        remoteWrite: [{url: 'https://a.example.com/w', roundRobinDNS: true}]\n";
    assert_eq!(
        newer(&[("a.yaml", &release(", version: 45.8.0", spec))]),
        [
            "`scrapeClasses`: needs Operator 0.72 or newer, and 0.63 is installed; the chart ignores it",
            "`roundRobinDNS`: needs Operator 0.81 or newer, and 0.63 is installed; the API server drops it",
        ]
    );
    assert!(newer(&[("a.yaml", &release(", version: 81.0.0", spec))]).is_empty());
    assert!(newer(&[("a.yaml", &release(", version: '>=45.0.0'", spec))]).is_empty());
    assert!(newer(&[("a.yaml", &release("", spec))]).is_empty());
    // Its own file counts, whatever others state.
    let own = release(", version: 45.x", spec);
    assert_eq!(newer(&[("a.yaml", &own), ("b.yaml", NEWER)]).len(), 2);
    // The image of the Operator is another one.
    let image = format!("{spec}    prometheusOperator: {{image: {{tag: v0.93.0}}}}\n");
    assert!(newer(&[("a.yaml", &release(", version: 45.8.0", &image))]).is_empty());
    // The chart around the values says it.
    let needs = "apiVersion: v2\nname: a\ndependencies:\n- {name: kube-prometheus-stack, version: 45.8.0, repository: 'https://a.example.com'}\n";
    let values = "kube-prometheus-stack:\n  prometheus:\n    prometheusSpec:\n      scrapeClasses: [{name: a}]\n";
    assert_eq!(
        newer(&[("c/Chart.yaml", needs), ("c/values.yaml", values)]).len(),
        1
    );
    // Prometheus 2.42 comes with this release.
    let old = "        keepDroppedTargets: 5\n";
    assert_eq!(
        newer(&[("a.yaml", &release(", version: 45.8.0", old))]).len(),
        1
    );
    let of_prometheus = "        remoteWrite: [{url: 'https://a.example.com/w', sendNativeHistograms: true}]\n        retention: 1d\n        externalUrl: a\n        tsdb: {outOfOrderTimeWindow: 1m}\n";
    assert!(newer(&[("a.yaml", &release(", version: 70.0.0", of_prometheus))]).is_empty());
}

#[test]
fn the_tag_of_the_image_states_a_release() {
    let values = |image: &str| {
        format!(
            "prometheus:\n  prometheusSpec:\n    {image}\n    scrapeProtocols: [PrometheusProto]\n"
        )
    };
    assert_eq!(
        newer(&[("values.yaml", &values("image: {tag: v2.40.0}"))]),
        [
            "`scrapeProtocols`: needs Prometheus 2.49 or newer, and `image.tag` is `v2.40.0`: the Operator leaves it out"
        ]
    );
    for right in [
        "image: {tag: v3.5.0}",
        "image: {tag: main}",
        "image: {tag: ''}",
        "image: {tag: v2.40.0}\n    version: v3.5.0",
    ] {
        assert!(
            newer(&[("values.yaml", &values(right))]).is_empty(),
            "{right}"
        );
    }
    // The Operator writes it for 2.55, and Prometheus has it since 3.1.
    let sigv4 = "  remoteWrite: [{url: 'https://a.example.com/w', sigv4: {region: a, useFIPSSTSEndpoint: true}}]\n";
    let of = |version: &str| {
        newer(&[(
            "p.yaml",
            &prometheus(&format!("  version: {version}\n{sigv4}")),
        )])
    };
    assert_eq!(
        of("v2.55.0"),
        [
            "`useFIPSSTSEndpoint`: needs Prometheus 3.1 or newer, and `version` is `v2.55.0`: Prometheus rejects the configuration"
        ]
    );
    assert!(of("v3.1.0").is_empty());
}

#[test]
fn an_image_of_another_release_than_the_version_is_told() {
    for (image, is_told) in [
        ("quay.io/prometheus/prometheus:v2.40.0", true),
        ("quay.io/prometheus/prometheus:v3.5.1-distroless", false),
        ("example.com/own:v2.40.0", false),
        ("quay.io/prometheus/prometheus", false),
    ] {
        let text = prometheus(&format!("  version: v3.5.0\n  image: {image}\n"));
        let found = memory::found("/tree", &memory::tree(&[("p.yaml", &text)]));
        let is = |it: &promvet::finding::Finding| {
            it.rule == "schema/conflict" && it.severity == Severity::Info
        };
        assert_eq!(found.iter().any(is), is_told, "{image}");
    }
}

#[test]
fn actions_newer_than_the_release_are_reported() {
    let endpoint = |version: &str, action: &str| {
        let relabeling = format!("{{action: {action}, sourceLabels: [a], targetLabel: b}}");
        prometheus(&format!(
            "  version: {version}\n  remoteWrite: [{{url: 'https://a.example.com/w', writeRelabelConfigs: [{relabeling}]}}]\n"
        ))
    };
    for (version, action, since) in [
        ("v2.35.0", "lowercase", Some("2.36")),
        ("v2.40.0", "KeepEqual", Some("2.41")),
        ("v2.36.0", "lowercase", None),
        ("v2.41.0", "keepequal", None),
        ("v2.30.0", "keep", None),
    ] {
        let text = endpoint(version, action);
        let said: Vec<String> = since
            .map(|since| {
                format!(
                    "`{action}`: needs Prometheus {since} or newer, and `version` is `{version}`: Prometheus rejects the configuration"
                )
            })
            .into_iter()
            .collect();
        assert_eq!(newer(&[("a.yaml", &text)]), said, "{version} {action}");
    }
}
