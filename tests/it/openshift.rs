//! The configuration of OpenShift's monitoring: its keys, and what its ConfigMaps are called.

use crate::support::memory;
use promvet::finding::Severity;

fn told(files: &[(&str, &str)]) -> Vec<(String, usize, Severity)> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|it| it.severity > Severity::Info);
    let all = found.iter();
    all.map(|it| (it.rule.to_string(), it.place.start().line, it.severity))
        .collect()
}

fn map(name: &str, namespace: &str, config: &str) -> String {
    let config: String = config.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: {namespace}\ndata:\n  config.yaml: |\n{config}"
    )
}

const CLUSTER: &str = "cluster-monitoring-config";

#[test]
fn keys_are_set_once_and_in_one_case() {
    let of = |config: &str| told(&[("a.yaml", &map(CLUSTER, "openshift-monitoring", config))]);
    let twice = "prometheusK8s: {retention: 7d}\nenableUserWorkload: true\nprometheusK8s: {retention: 8d}\n";
    assert_eq!(
        of(twice),
        [("schema/duplicate".to_owned(), 10, Severity::Error)]
    );
    let case = "prometheusK8s:\n  additionalAlertManagerConfigs: []\n";
    assert_eq!(
        of(case),
        [("schema/unknown-field".to_owned(), 9, Severity::Warning)]
    );
    assert!(of("prometheusK8s:\n  additionalAlertmanagerConfigs: []\n").is_empty());
}

#[test]
fn another_namespace_is_not_read() {
    let config = "enableUserWorkload: true\n";
    let wrong = map(CLUSTER, "monitoring", config);
    let expected = [("kubernetes/object-name".to_owned(), 5, Severity::Warning)];
    assert_eq!(told(&[("a.yaml", &wrong)]), expected);
    assert!(told(&[("a.yaml", &map(CLUSTER, "openshift-monitoring", config))]).is_empty());
    assert!(told(&[("a.yaml", &map(CLUSTER, "${NAMESPACE}", config))]).is_empty());
    // A kustomization moves it.
    let moved = "namespace: openshift-monitoring\nresources: [a.yaml]\n";
    assert!(told(&[("a.yaml", &wrong), ("kustomization.yaml", moved)]).is_empty());
    let users = map(
        "user-workload-monitoring-config",
        "openshift-monitoring",
        "prometheus: {retention: 7d}\n",
    );
    assert_eq!(told(&[("a.yaml", &users)]).len(), 1);
}

#[test]
fn a_generator_makes_the_configuration() {
    let generator = |options: &str| {
        format!(
            "namespace: a\nconfigMapGenerator:\n- name: user-workload-monitoring-config\n  files: [config.yaml]\n{options}"
        )
    };
    let config = "prometheus:\n  remoteWrite:\n  - url: a.example.com/api/v1/push\n";
    let off = "generatorOptions: {disableNameSuffixHash: true}\n";
    let of = |options: &str, config: &str| {
        told(&[
            ("kustomization.yaml", &generator(options)),
            ("config.yaml", config),
        ])
    };
    let wrong = of(off, config);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!((wrong[0].1, wrong[0].2), (3, Severity::Error));
    let right = config.replace("a.example.com", "https://a.example.com");
    assert!(of(off, &right).is_empty());
    // With a hash in its name nothing reads it; what is merged has its name elsewhere.
    let hashed = [("kubernetes/object-name".to_owned(), 3, Severity::Warning)];
    assert_eq!(of("", &right), hashed);
    assert!(of("  behavior: merge\n", &right).is_empty());
    // Another program's file of that name.
    let other = right.replace("prometheus:\n", "prometheus:\n  wal_directory: /a\n");
    let found = memory::found("/tree", &memory::tree(&[("config.yaml", &other)]));
    let speaks = |it: &promvet::finding::Finding| it.message.to_string().contains("OpenShift");
    assert!(!found.iter().any(speaks));
}
