//! Values that are set one by one, as Helm reads them and as templates write them.

use crate::support::memory;
use promvet::finding::Severity;

/// The rules of what is found in one file.
fn rules(text: &str) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(&[("release.yaml", text)]));
    let found = found
        .iter()
        .filter(|finding| finding.severity > Severity::Info);
    found.map(|finding| finding.rule.to_string()).collect()
}

fn parameter(name: &str, value: &str, more: &str) -> Vec<String> {
    rules(&format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: kps}}\nspec:\n  source:\n    chart: kube-prometheus-stack\n    helm:\n      parameters:\n      - {{name: 'prometheus.prometheusSpec.remoteWrite[0].url', value: 'https://mimir.example.com/api/v1/push'}}\n      - {{name: 'prometheus.prometheusSpec.{name}', value: '{value}'{more}}}\n"
    ))
}

#[test]
fn a_section_that_a_template_copies_keeps_texts() {
    let (text, wrong) = (", forceString: true", ["schema/wrong-type"]);
    // In a section that is copied.
    assert_eq!(
        parameter("remoteWrite[0].queueConfig.maxShards", "100", text),
        wrong
    );
    assert_eq!(
        parameter("remoteWrite[0].queueConfig.maxShards", "100", ""),
        [""; 0]
    );
    assert_eq!(parameter("externalLabels.a", "7", ""), wrong);
    assert_eq!(parameter("externalLabels.a", "7", text), [""; 0]);
    // Helm makes no number of these.
    for value in ["007", "1.5", "0x10"] {
        assert_eq!(parameter("externalLabels.a", value, ""), [""; 0], "{value}");
    }
    // What a misspelled key was meant to be is not judged where its value does not fit.
    assert_eq!(
        parameter("retentionTime", "5d", ""),
        ["schema/unknown-field"]
    );
    // Keys that a template writes without quotes.
    for more in ["", text] {
        assert_eq!(parameter("replicas", "2", more), [""; 0]);
        assert_eq!(parameter("scrapeInterval", "30", more), wrong);
    }
}

#[test]
fn a_misspelled_key_in_a_target_path_is_reported() {
    let release = |target: &str| {
        rules(&format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: kps}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack}}}}\n  valuesFrom:\n  - {{kind: Secret, name: s, valuesKey: u, targetPath: 'prometheus.prometheusSpec.{target}'}}\n  values: {{prometheus: {{prometheusSpec: {{retention: 5d}}}}}}\n"
        ))
    };
    assert_eq!(
        release("remoteWrite[0].bearerTokn"),
        ["schema/unknown-field"]
    );
    assert_eq!(release("logLevell"), ["schema/unknown-field"]);
    for target in [
        "remoteWrite[0].url",
        "logLevel",
        r"externalLabels.a\.b",
        r"remoteWrite[0].headers.X-Key",
    ] {
        assert_eq!(release(target), [""; 0], "{target}");
    }
}
