//! What sends by remote write and is not read: it is listed, and the summary names its kind. What other
//! programs are told by their flags and variables, where it is read.

use crate::support::memory;
use crate::support::scratch::Scratch;

const K6: &str = "services:\n  k6:\n    image: grafana/k6\n    environment:\n";

#[test]
fn other_programs_are_listed_by_their_kinds() {
    let service = |image: &str, flag: &str| {
        format!("services:\n  a:\n    image: {image}\n    command: [{flag}]\n")
    };
    for (name, content, expected) in [
        (
            "values.yaml",
            "config:\n  outputs: |\n    [OUTPUT]\n        Name prometheus_remote_write\n"
                .to_owned(),
            "not checked: 1 configuration of Fluent Bit",
        ),
        (
            "telegraf.conf",
            "[[outputs.http]]\n  data_format = \"prometheusremotewrite\"\n".to_owned(),
            "not checked: 1 configuration of Telegraf",
        ),
        (
            "compose.yaml",
            service(
                "thanosio/thanos:v0.35.0",
                "rule, '--remote-write.config-file=/rw.yaml'",
            ),
            "not checked: 1 command line of Thanos Rule",
        ),
    ] {
        let scratch = Scratch::new(&[(name, &content)]);
        let ran = scratch.promvet(&[]);
        assert!(ran.stdout.contains(expected), "{name}: {}", ran.said());
        let ran = scratch.promvet(&["--require-coverage"]);
        assert_eq!(ran.status, Some(1), "{name}: {}", ran.said());
    }
    for (name, content) in [
        (
            "fluent-bit.yaml",
            "pipeline:\n  inputs:\n  - name: prometheus_remote_write\n".to_owned(),
        ),
        (
            "compose.yaml",
            service(
                "victoriametrics/vmalert",
                "'-remoteRead.url=http://vm:8428'",
            ),
        ),
        (
            "compose.yaml",
            service("thanosio/thanos:v0.35.0", "rule, --query=a"),
        ),
    ] {
        let scratch = Scratch::new(&[(name, &content)]);
        let ran = scratch.promvet(&["--require-coverage"]);
        assert!(!ran.stdout.contains("not checked"), "{}", ran.said());
    }
}

#[test]
fn several_kinds_are_counted() {
    let telegraf = "[[outputs.http]]\n  data_format = \"prometheusremotewrite\"\n";
    let scratch = Scratch::new(&[
        ("a/telegraf.conf", telegraf),
        ("b/telegraf.conf", telegraf),
        (
            "c.service",
            "[Service]\nExecStart=/x -remoteWrite.url=http://a\n",
        ),
    ]);
    let said = scratch.promvet(&[]).stdout;
    let expected = "not checked: 2 configurations of Telegraf, 1 unit of systemd";
    assert!(said.contains(expected), "{said}");
}

/// k6 is told by a variable where to send.
#[test]
fn the_url_of_k6_is_read() {
    for (variable, expected) in [
        (
            "      K6_PROMETHEUS_RW_SERVER_URL: http://mimir:9009/api/v1/psuh\n",
            1,
        ),
        (
            "      - K6_PROMETHEUS_RW_SERVER_URL=http://mimir:9009/api/v1/psuh\n",
            1,
        ),
        (
            "      K6_PROMETHEUS_RW_SERVER_URL: http://mimir:9009/api/v1/push\n",
            0,
        ),
        ("      K6_PROMETHEUS_RW_SERVER_URL: ${K6_URL}\n", 0),
        ("      K6_OUT: experimental-prometheus-rw\n", 0),
    ] {
        let text = format!("{K6}{variable}");
        let found = memory::found("/tree", &memory::tree(&[("compose.yaml", &text)]));
        let shape = found
            .iter()
            .filter(|one| one.severity > promvet::finding::Severity::Info);
        assert_eq!(shape.count(), expected, "{variable}: {found:?}");
    }
}

/// A tree with another kind of file that has a fault is not one without anything.
#[test]
fn a_web_configuration_alone_is_something() {
    let scratch = Scratch::new(&[("web.yml", "basic_auth_users: {a: x}\n")]);
    let ran = scratch.promvet(&[]);
    assert!(ran.stdout.contains("bcrypt"), "{}", ran.said());
    let none = "no Prometheus configuration found";
    assert!(!ran.stderr.contains(none), "{}", ran.stderr);
    let scratch = Scratch::new(&[("other.yml", "a: b\n")]);
    assert!(scratch.promvet(&[]).stderr.contains(none));
}

#[test]
fn texts_in_a_config_map_that_are_not_yaml_are_listed() {
    let map = |key: &str, text: &str| {
        let lines = text.lines().map(|line| format!("    {line}\n"));
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  {key}: |\n{}",
            lines.collect::<String>()
        )
    };
    let agent = "metrics:\n  configs:\n  - name: a\n    remote_write:\n    - url: https://vm.example.com/api/v1/write\n";
    let tempo = "metrics_generator:\n  storage:\n    remote_write:\n    - url: https://vm.example.com/api/v1/write\n";
    for (key, text, noun) in [
        ("agent.yaml", agent, "this Grafana Agent"),
        ("tempo.yaml", tempo, "this Tempo"),
    ] {
        let broken = Scratch::new(&[("map.yaml", &map(key, &format!("{text}x: [a\n")))]);
        let ran = broken.promvet(&["--format", "json"]);
        assert!(
            ran.stdout
                .contains(&format!("what {noun} sends is not read")),
            "{}",
            ran.said()
        );
        let right = Scratch::new(&[("map.yaml", &map(key, text))]);
        let ran = right.promvet(&["--format", "json"]);
        assert!(!ran.stdout.contains("is not read"), "{}", ran.said());
    }
}
