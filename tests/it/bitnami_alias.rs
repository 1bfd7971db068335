//! Values of bitnami's chart below the name that another chart gives it.

use crate::support::memory;
use promvet::finding::Severity;

const VALUES: &str = "metrics:\n  prometheus:\n    remoteWrite:\n    - url: http://a:hunter22@mimir.example.com/api/v1/push\n";

fn chart(repository: &str) -> String {
    format!(
        "apiVersion: v2\nname: mon\nversion: 0.1.0\ndependencies:\n- {{name: kube-prometheus, alias: metrics, version: 9.5.0, repository: '{repository}'}}\n"
    )
}

fn rules(files: &[(&str, &str)]) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(files));
    let found = found
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    found.map(|finding| finding.rule.to_string()).collect()
}

#[test]
fn an_alias_of_the_chart_is_followed() {
    let (ours, other) = (
        chart("oci://registry-1.docker.io/bitnamicharts"),
        chart("https://example.com/charts"),
    );
    let want = ["remote-write/plain-http", "credentials/in-url"];
    assert_eq!(
        rules(&[("mon/Chart.yaml", &ours), ("mon/values.yaml", VALUES)]),
        want
    );
    assert_eq!(
        rules(&[("mon/Chart.yaml", &other), ("mon/values.yaml", VALUES)]),
        [""; 0]
    );
    let values = VALUES.replace('\n', "\n        ");
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: mon}}\nspec:\n  source:\n    path: mon\n    helm:\n      values: |\n        {values}\n"
    );
    assert_eq!(
        rules(&[("mon/Chart.yaml", &ours), ("app.yaml", &application)]),
        want
    );
    let elsewhere = application.replace("path: mon", "path: other");
    assert_eq!(
        rules(&[("mon/Chart.yaml", &ours), ("app.yaml", &elsewhere)]),
        [""; 0]
    );
}
