//! Keys that something sets from outside of the configuration which lacks them, each beside the real fault.

use crate::support::memory;
use promvet::finding::Severity;

/// The rules of what is reported as an error.
fn errors(files: &[(&str, &str)]) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(files));
    let found = found.iter().filter(|one| one.severity == Severity::Error);
    found.map(|one| one.rule.to_string()).collect()
}

const URL: &str = "https://prometheus-prod-13-prod-us-east-0.grafana.net/api/prom/push";

#[test]
fn a_credential_may_be_set_by_a_command() {
    let config = format!("remote_write:\n- url: {URL}\n");
    let tree = |name: &str, content: &str, expected: &[&str]| {
        let files = [("prometheus.yml", config.as_str()), (name, content)];
        assert_eq!(errors(&files), expected, "{content}");
    };
    let missing = ["remote-write/credentials-missing"];
    tree(
        "a.sh",
        "yq -i '.remote_write[0].basic_auth.password = strenv(P)' prometheus.yml\n",
        &[],
    );
    tree(
        "a.sh",
        "cat >> /etc/prometheus/prometheus.yml <<EOF\n  basic_auth:\n    password: $P\nEOF\n",
        &[],
    );
    tree(
        "a.sh",
        "yq -i '.remote_write[0].url = strenv(U)' prometheus.yml\n",
        &missing,
    );
    tree(
        "a.sh",
        "cat >> other.yml <<EOF\n  basic_auth:\nEOF\n",
        &missing,
    );
}

#[test]
fn a_credential_may_be_in_what_a_release_takes_from_elsewhere() {
    let values = format!("prometheus: {{prometheusSpec: {{remoteWrite: [{{url: '{URL}'}}]}}}}\n");
    let with = values.replace(
        "'}",
        "', basicAuth: {username: {name: a, key: u}, password: {name: a, key: p}}}",
    );
    let tree = |others: &[(&str, &str)], expected: &[&str]| {
        let mut files = vec![("values.yaml", values.as_str())];
        files.extend(others);
        assert_eq!(errors(&files), expected, "{others:?}");
    };
    let missing = ["remote-write/credentials-missing"];
    let chart = "helm upgrade -i kps prometheus-community/kube-prometheus-stack";
    let set = format!(
        "{chart} -f values.yaml --set 'prometheus.prometheusSpec.remoteWrite[0].basicAuth.username.name=a'\n"
    );
    tree(&[("a.sh", &set)], &[]);
    let both = format!("{chart} -f values.yaml -f secrets.yaml\n");
    // Nothing shows what is in the other file, or it has the credential.
    tree(&[("Makefile", &both)], &[]);
    tree(&[("Makefile", &both), ("secrets.yaml", &with)], &[]);
    tree(
        &[
            ("Makefile", &both),
            ("secrets.yaml", "grafana: {enabled: false}\n"),
        ],
        &missing,
    );
    tree(
        &[("Makefile", &format!("{chart} -f values.yaml\n"))],
        &missing,
    );
    let terraform = "resource \"helm_release\" \"k\" {\n  values = [file(\"values.yaml\"), yamlencode({prometheus = {prometheusSpec = {remoteWrite = [{basicAuth = local.a}]}}})]\n}\n";
    tree(&[("main.tf", terraform)], &[]);
    let release = |path: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: k, namespace: m}}\nspec:\n  chart: {{spec: {{chart: kube-prometheus-stack, sourceRef: {{kind: HelmRepository, name: p}}}}}}\n  values:\n    {values}  valuesFrom: [{{kind: Secret, name: r, valuesKey: v, targetPath: '{path}'}}]\n"
        )
    };
    let of = |path: &str| errors(&[("release.yaml", &release(path))]);
    let path = "prometheus.prometheusSpec.remoteWrite[0].basicAuth.username.name";
    assert!(of(path).is_empty());
    assert_eq!(of("grafana.adminPassword"), missing);
}

#[test]
fn a_collector_may_take_its_credential_from_a_flag() {
    let config = format!(
        "extensions: {{basicauth: {{client_auth: {{username: '1', password: '${{env:P}}'}}}}}}\nreceivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters: {{prometheusremotewrite: {{endpoint: '{URL}'}}}}\nservice: {{extensions: [basicauth], pipelines: {{metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}}}}}\n"
    );
    let of = |flag: &str| {
        let compose = format!(
            "services:\n  otel:\n    image: otel/opentelemetry-collector-contrib:0.125.0\n    command: [--config=/a.yaml{flag}]\n    volumes: ['./a.yaml:/a.yaml']\n"
        );
        errors(&[("docker-compose.yml", &compose), ("a.yaml", &config)])
    };
    assert!(
        of(", '--set=exporters.prometheusremotewrite.auth.authenticator=basicauth'").is_empty()
    );
    assert_eq!(of(""), ["remote-write/credentials-missing"]);
}
