//! Endpoints that other files carry: patches of kustomize, parameters of charts, objects in values
//! and in lists.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

fn found(path: &str, text: &str) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(&[(path, text)]));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
}

/// A wrong URL is found in each of these, and a right one is silent.
#[test]
fn endpoints_are_read_where_they_are_carried() {
    for (path, text) in [
        (
            "kustomization.yaml",
            "resources: [a.yaml]\npatches:\n- target: {kind: Prometheus, name: k8s}\n  patch: |\n    - op: add\n      path: /spec/remoteWrite\n      value:\n      - url: URL\n",
        ),
        (
            "kustomization.yaml",
            "patches:\n- target: {kind: Prometheus, name: k8s}\n  patch: |-\n    - op: add\n      path: /spec/remoteWrite/-\n      value:\n        url: URL\n",
        ),
        (
            "kustomization.yaml",
            "patchesJson6902:\n- target: {group: monitoring.coreos.com, version: v1, kind: PrometheusAgent, name: k8s}\n  patch: |\n    - {op: replace, path: /spec/remoteWrite/0/url, value: 'URL'}\n",
        ),
        (
            "kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n- patch: |\n    apiVersion: monitoring.coreos.com/v1\n    kind: Prometheus\n    metadata: {name: k8s}\n    spec:\n      remoteWrite:\n      - url: URL\n",
        ),
        (
            "kustomization.yaml",
            "patchesStrategicMerge:\n- a.yaml\n- |-\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: p}\n  data:\n    prometheus.yml: |\n      remote_write:\n      - url: URL\n",
        ),
        (
            "kustomization.yaml",
            "helmCharts:\n- name: kube-prometheus-stack\n  valuesInline:\n    prometheus: {prometheusSpec: {remoteWrite: [{url: 'URL'}]}}\n",
        ),
        (
            "patches/remote-write.yaml",
            "- op: add\n  path: /spec/remoteWrite\n  value:\n  - url: URL\n",
        ),
        (
            "flux.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  patches:\n  - target: {kind: Prometheus}\n    patch: |\n      - {op: add, path: /spec/remoteWrite, value: [{url: 'URL'}]}\n",
        ),
        (
            "release.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: Prometheus}\n        patch: |\n          - {op: add, path: /spec/remoteWrite, value: [{url: 'URL'}]}\n",
        ),
        (
            "release.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  values:\n    extraManifests:\n    - apiVersion: monitoring.coreos.com/v1\n      kind: Prometheus\n      metadata: {name: k8s}\n      spec: {remoteWrite: [{url: 'URL'}]}\n",
        ),
        (
            "release.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  chartRef: {kind: OCIRepository, name: tempo}\n  values:\n    tempo: {metricsGenerator: {enabled: true, storage: {remote_write: [{url: 'URL'}]}}}\n",
        ),
        (
            "release.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  values:\n    destinations: [{name: m, type: prometheus, url: 'URL'}]\n",
        ),
        (
            "values.yaml",
            "tempo:\n  metricsGenerator:\n    enabled: true\n    remoteWriteUrl: 'URL'\n",
        ),
        (
            "values.yaml",
            "extraObjects:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: p}\n  data:\n    prometheus.yml: |\n      remote_write:\n      - url: URL\n",
        ),
        (
            "values.yaml",
            "prometheus:\n  prometheusSpec:\n    additionalRemoteWrite:\n    - url: URL\n",
        ),
        (
            "values.yaml",
            "prometheus:\n  prometheusSpec:\n    additionalConfig:\n      remoteWrite:\n      - url: URL\n",
        ),
        (
            "values.yaml",
            "prometheus:\n  prometheusSpec:\n    additionalConfigString: |-\n      remoteWrite:\n      - url: URL\n",
        ),
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      parameters:\n      - {name: 'prometheus.prometheusSpec.remoteWrite[0].url', value: 'URL'}\n",
        ),
        (
            "app.yaml",
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      sources:\n      - helm:\n          valuesObject: {prometheus: {prometheusSpec: {remoteWrite: [{name: a}]}}}\n          parameters:\n          - {name: 'prometheus.prometheusSpec.remoteWrite[0].url', value: 'URL'}\n",
        ),
        (
            "chart.yaml",
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: a}\nspec:\n  set:\n    prometheus.prometheusSpec.remoteWrite[0].url: URL\n",
        ),
        (
            "helmfile.yaml",
            "releases:\n- name: a\n  values:\n  - prometheus: {prometheusSpec: {remoteWrite: [{url: 'URL'}]}}\n",
        ),
        (
            "fleet.yaml",
            "helm:\n  chart: kube-prometheus-stack\n  values:\n    prometheus: {prometheusSpec: {remoteWrite: [{url: 'URL'}]}}\n",
        ),
        (
            "list.yaml",
            "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusList\nitems:\n- apiVersion: monitoring.coreos.com/v1\n  metadata: {name: a}\n  spec: {remoteWrite: [{url: 'URL'}]}\n",
        ),
        (
            "sync.yaml",
            "apiVersion: hive.openshift.io/v1\nkind: SelectorSyncSet\nmetadata: {name: a}\nspec:\n  resources:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: cluster-monitoring-config}\n    data:\n      config.yaml: |\n        prometheusK8s: {remoteWrite: [{url: 'URL'}]}\n",
        ),
        (
            "config.yaml",
            "enableUserWorkload: true\nprometheusK8s: {remoteWrite: [{url: 'URL'}]}\n",
        ),
        (
            "main.tf",
            "resource \"helm_release\" \"kps\" {\n  chart = \"kube-prometheus-stack\"\n  values = [<<-EOT\n    prometheus:\n      prometheusSpec:\n        remoteWrite:\n        - url: URL\n  EOT\n  ]\n}\n",
        ),
        (
            "main.tf",
            "resource \"kubectl_manifest\" \"a\" {\n  yaml_body = <<YAML\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: a}\nspec:\n  remoteWrite:\n  - url: URL\nYAML\n}\n",
        ),
        (
            "values-in-config-map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata:\n  values.yaml: |\n    prometheus:\n      prometheusSpec:\n        remoteWrite:\n        - url: URL\n",
        ),
    ] {
        let wrong = text.replace("URL", "metrics.example.com/api/v1/write");
        let reported = found(path, &wrong);
        assert!(
            reported
                .iter()
                .any(|one| one.rule == "remote-write/url-syntax"),
            "{path}\n{wrong}{reported:?}"
        );
        let right = text.replace("URL", "http://prometheus.monitoring.svc:9090/api/v1/write");
        let reported = found(path, &right);
        assert!(reported.is_empty(), "{path}\n{right}{reported:?}");
    }
}

/// What a patch of one key leaves to the object that it changes is not missing.
#[test]
fn a_patch_of_one_key_says_nothing_of_the_others() {
    let patch = "patches:\n- target: {kind: Prometheus}\n  patch: |\n    - {op: replace, path: /spec/remoteWrite/0/url, value: 'https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push'}\n";
    let reported = found("kustomization.yaml", patch);
    assert!(reported.is_empty(), "{reported:?}");
    for (path, value) in [
        ("basicAuth/password/key", "b"),
        ("basicAuth/username/name", "b"),
        ("writeRelabelConfigs/0/regex", "a.*"),
        ("writeRelabelConfigs/0/action", "keep"),
    ] {
        let patch = format!(
            "patches:\n- target: {{kind: Prometheus}}\n  patch: |\n    - {{op: replace, path: /spec/remoteWrite/0/{path}, value: {value}}}\n"
        );
        let reported = found("kustomization.yaml", &patch);
        assert!(reported.is_empty(), "{path}: {reported:?}");
    }
    let whole = patch
        .replace("0/url, value: ", "-, value: {url: ")
        .replace("push'}", "push'}}");
    let reported = found("kustomization.yaml", &whole);
    let rules: Vec<_> = reported.iter().map(|one| &*one.rule).collect();
    assert_eq!(rules, ["remote-write/credentials-missing"], "{reported:?}");
}

/// Patches of other things are left alone, and what promvet cannot read is listed.
#[test]
fn other_patches_are_left_alone() {
    for text in [
        "patches:\n- target: {kind: Deployment}\n  patch: |\n    - {op: add, path: /spec/remoteWrite, value: [{url: a}]}\n",
        "- {op: add, path: /spec/replicas, value: 2}\n",
        "- {op: test, path: /spec/remoteWrite/0/url, value: a}\n",
        "patches:\n- path: remoteWrite.yaml\n",
    ] {
        let reported = found("kustomization.yaml", text);
        assert!(reported.is_empty(), "{text}{reported:?}");
    }
    let text = "prometheus:\n  prometheusSpec:\n    additionalConfigString: |-\n      logLevel: {{ print \"debug\" | quote }}\n";
    let reported = found("values.yaml", text);
    assert!(reported.is_empty(), "{reported:?}");
    let text = "patches:\n- target: {kind: Prometheus}\n  patch: |\n    - op: add\n     path: /spec/remoteWrite\n";
    let run = memory::judged(
        &memory::at("/tree"),
        &memory::tree(&[("kustomization.yaml", text)]),
    );
    let listed = run.outcome.unchecked();
    assert_eq!(listed.len(), 1, "{listed:?}");
}

/// Monitors are patched too.
#[test]
fn patches_of_monitors_are_read() {
    for (text, words) in [
        (
            "patches:\n- target: {kind: ServiceMonitor}\n  patch: |-\n    - op: add\n      path: /spec/endpoints/0/relabelings\n      value:\n      - source_labels: [a]\n        targetLabel: node\n",
            "sourceLabels",
        ),
        (
            "patches:\n- target: {kind: PodMonitor, name: a}\n  patch: |-\n    - {op: replace, path: /spec/podMetricsEndpoints/0/interval, value: 30 seconds}\n",
            "interval",
        ),
        (
            "patches:\n- patch: |-\n    apiVersion: monitoring.coreos.com/v1\n    kind: ServiceMonitor\n    metadata: {name: a}\n    spec:\n      endpoints:\n      - port: web\n        scrape_interval: 30s\n",
            "interval",
        ),
        (
            "patches:\n- target: {kind: Prometheus}\n  patch: |-\n    - {op: add, path: /spec/retentionSize, value: 50Gi}\n",
            "50GiB",
        ),
    ] {
        let reported = found("kustomization.yaml", text);
        let [one] = &reported[..] else {
            panic!("{text}{reported:?}");
        };
        let said = format!("{} {:?}", one.message, one.help_line());
        assert!(said.contains(words), "{text}{said}");
    }
    for text in [
        "patches:\n- target: {kind: ServiceMonitor}\n  patch: |-\n    - {op: replace, path: /spec/endpoints/0/interval, value: 30s}\n",
        "patches:\n- target: {kind: PrometheusRule}\n  patch: |-\n    - {op: replace, path: /spec/groups/0/rules/0/for, value: 30m}\n",
        "patches:\n- target: {kind: Prometheus}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 2}\n",
    ] {
        let reported = found("kustomization.yaml", text);
        assert!(reported.is_empty(), "{text}{reported:?}");
    }
}
