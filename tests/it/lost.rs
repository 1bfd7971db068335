//! Configurations in a manifest, in values or in a compose file that a change hides: what is still
//! there and is not read any more is shown, what is taken out is not.

use std::fmt::Write as _;

use crate::changes::gate;
use crate::support::scratch::Scratch;

const OK: &str = "https://mimir.example.com/api/v1/push";

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n    \
                   remote_write:\n    - url: OK\n";
const TWO: &str = "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  a.yml: |\n    remote_write:\n    - \
                   url: OK\n  b.yml: |\n    remote_write:\n    - url: OK\n";
const OPERATOR: &str = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: \
                        p}\nspec:\n  replicas: 1\n  remoteWrite:\n  - url: OK\n";
const RULES: &str = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: \
                     p}\nspec:\n  groups:\n  - name: a\n    rules:\n    - {record: a, expr: sum(a)}\n";
const COLLECTOR: &str = "receivers: {otlp: {}}\nexporters:\n  debug: {}\n  prometheusremotewrite:\n    \
                         endpoint: OK\nservice:\n  pipelines:\n    metrics: {receivers: [otlp], \
                         exporters: [debug]}\n";
const VALUES: &str = "serverFiles:\n  prometheus.yml:\n    remote_write:\n    - url: OK\n  \
                      alerting_rules.yml: {}\n";
const COMPOSE: &str = "services: {}\nconfigs:\n  p:\n    content: |\n      remote_write:\n      - url: \
                       OK\n";
const DEPLOYMENT: &str = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: \
                          {replicas: 1}\n";

/// A file of the base, what is replaced in it by what, and whether that is shown.
type Row = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    bool,
);

const TEXT: &str = "|\n    remote_write:\n    - url: OK\n";

const ROWS: &[Row] = &[
    ("another text", MAP, &[(TEXT, "'foo: 1'\n")], true),
    ("a word", MAP, &[(TEXT, "oops\n")], true),
    ("a comment", MAP, &[(TEXT, "'# nothing'\n")], true),
    ("a list", MAP, &[(TEXT, "'- url: foo'\n")], true),
    ("nothing", MAP, &[(TEXT, "''\n")], true),
    (
        "one of two",
        TWO,
        &[(
            "  a.yml: |\n    remote_write:\n    - url: OK\n",
            "  a.yml: ''\n",
        )],
        true,
    ),
    (
        "a slip in the kind",
        MAP,
        &[("kind: ConfigMap", "kind: ConfigMaps")],
        true,
    ),
    (
        "a list of the kind",
        MAP,
        &[("kind: ConfigMap", "kind: ConfigMapList"), ("OK", "foo")],
        true,
    ),
    ("a slip in data", MAP, &[("\ndata:", "\nData:")], true),
    (
        "text beside data",
        MAP,
        &[("\ndata:\n", "\ndata: {}\nspec:\n"), ("OK", "foo")],
        true,
    ),
    (
        "a template",
        MAP,
        &[(TEXT, "|\n{{ .Values.x | toYaml | indent 4 }}\n")],
        true,
    ),
    ("it does not parse", MAP, &[("\ndata:", "\ndata: [")], true),
    (
        "another group",
        OPERATOR,
        &[("coreos.com", "coreos.co")],
        true,
    ),
    (
        "a kind in small letters",
        OPERATOR,
        &[("kind: Prometheus", "kind: prometheus")],
        true,
    ),
    (
        "beside spec",
        OPERATOR,
        &[("  remoteWrite:\n  - url: OK", "remoteWrite:\n- url: OK")],
        true,
    ),
    (
        "rules of another kind",
        RULES,
        &[("kind: PrometheusRule", "kind: PrometheusRules")],
        true,
    ),
    (
        "a slip in exporters",
        COLLECTOR,
        &[("exporters:\n  debug", "exporterz:\n  debug")],
        true,
    ),
    (
        "a slip in an exporter",
        COLLECTOR,
        &[("remotewrite:", "remotewritten:")],
        true,
    ),
    (
        "exporters of another file",
        COLLECTOR,
        &[(
            "exporters:\n  debug: {}\n  prometheusremotewrite:\n    endpoint: OK\n",
            "exporters: ${file:e.yaml}\n",
        )],
        true,
    ),
    (
        "another key of values",
        VALUES,
        &[("prometheus.yml", "prometheus.yaml")],
        true,
    ),
    (
        "another key of a config",
        COMPOSE,
        &[("content", "environment")],
        true,
    ),
    // What is taken out, goes on, or is renamed and read is none of it.
    (
        "a key is deleted",
        TWO,
        &[("  a.yml: |\n    remote_write:\n    - url: OK\n", "")],
        false,
    ),
    (
        "all keys are deleted",
        MAP,
        &[(
            "data:\n  prometheus.yml: |\n    remote_write:\n    - url: OK\n",
            "",
        )],
        false,
    ),
    (
        "a key is renamed",
        MAP,
        &[("prometheus.yml", "prometheus.yaml")],
        false,
    ),
    (
        "another key is added",
        MAP,
        &[("\ndata:\n", "\ndata:\n  notes: none\n")],
        false,
    ),
    (
        "rules take its place",
        MAP,
        &[
            ("prometheus.yml", "prometheus_.yml"),
            (TEXT, "|\n    groups: []\n"),
        ],
        false,
    ),
    (
        "the object is renamed",
        MAP,
        &[("name: p", "name: q")],
        false,
    ),
    (
        "the object becomes a secret",
        MAP,
        &[("ConfigMap", "Secret"), ("\ndata:", "\nstringData:")],
        false,
    ),
    (
        "a list of objects",
        MAP,
        &[(
            MAP,
            "kind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: p}\n  data:\n    a: 'remote_write: [{url: \"OK\"}]'\n",
        )],
        false,
    ),
    (
        "another object takes its place",
        MAP,
        &[(
            MAP,
            "apiVersion: v1\nkind: Service\nmetadata: {name: p}\nspec: {ports: [{port: 9090}]}\n",
        )],
        false,
    ),
    (
        "remote write is deleted",
        OPERATOR,
        &[("  remoteWrite:\n  - url: OK\n", "")],
        false,
    ),
    (
        "remote write is emptied",
        OPERATOR,
        &[("  remoteWrite:\n  - url: OK\n", "  remoteWrite: []\n")],
        false,
    ),
    (
        "rules are deleted",
        RULES,
        &[(
            "\n  - name: a\n    rules:\n    - {record: a, expr: sum(a)}\n",
            " []\n",
        )],
        false,
    ),
    (
        "an exporter is deleted",
        COLLECTOR,
        &[("  prometheusremotewrite:\n    endpoint: OK\n", "")],
        false,
    ),
    (
        "an exporter gets a name",
        COLLECTOR,
        &[("remotewrite:", "remotewrite/a:")],
        false,
    ),
    (
        "the file is deleted from values",
        VALUES,
        &[("  prometheus.yml:\n    remote_write:\n    - url: OK\n", "")],
        false,
    ),
    (
        "values are emptied",
        VALUES,
        &[(VALUES, "server: {}\n")],
        false,
    ),
    (
        "a config is deleted",
        COMPOSE,
        &[(
            "configs:\n  p:\n    content: |\n      remote_write:\n      - url: OK\n",
            "",
        )],
        false,
    ),
    (
        "a config gets another name",
        COMPOSE,
        &[("  p:", "  q:")],
        false,
    ),
];

/// Whether the change of a row is shown, with other documents before and behind it.
fn shown(base: &str, changes: &[(&str, &str)], is_first: bool) -> Option<String> {
    let around = |content: &str| match is_first {
        true => content.replace("OK", OK),
        false => format!(
            "kind: Service\nmetadata: {{name: p}}\n---\n{}{DEPLOYMENT}",
            content.replace("OK", OK)
        ),
    };
    let mut changed = base.to_owned();
    for (from, to) in changes {
        assert!(changed.contains(from), "{from} in {changed}");
        changed = changed.replacen(from, to, 1);
    }
    let scratch = Scratch::repository(&[("deploy/file.yaml", &around(base))]);
    scratch.file("deploy/file.yaml", around(&changed));
    scratch.commit("Change");
    gate(&scratch)
}

#[test]
fn what_is_still_there_and_not_read_is_shown() {
    let mut wrong = String::new();
    for (name, base, changes, is_bad) in ROWS {
        // Values and the like have a file for themselves.
        let ways: &[bool] = if base.starts_with("apiVersion") || base.starts_with("kind") {
            &[true, false]
        } else {
            &[true]
        };
        for is_first in ways {
            let said = shown(base, changes, *is_first);
            if said.is_some() != *is_bad {
                let _ = writeln!(wrong, "{name} ({is_first}): {said:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_document_or_a_file_that_is_deleted_is_none() {
    let map = MAP.replace("OK", OK);
    let both = format!("{map}---\n{}", map.replace("name: p", "name: q"));
    for (then, now, is_shown) in [
        (&both, map.as_str(), false),
        (&both, DEPLOYMENT, false),
        (&both, "", false),
        (&map, &both, false),
        (&both, &both.replace("ConfigMap", "Configmap"), true),
        (&both, &both.replacen("ConfigMap", "Configmap", 1), true),
    ] {
        let scratch = Scratch::repository(&[("a.yaml", then)]);
        scratch.file("b.yaml", "a: b\n");
        match now {
            "" => scratch.remove("a.yaml"),
            now => scratch.file("a.yaml", now),
        }
        scratch.commit("Change");
        let said = gate(&scratch);
        assert_eq!(said.is_some(), is_shown, "{now}: {said:?}");
    }
}

#[test]
fn what_moves_to_another_file_is_none() {
    let map = MAP.replace("OK", OK);
    let scratch = Scratch::repository(&[("a.yaml", &format!("{map}{DEPLOYMENT}"))]);
    scratch.file("a.yaml", DEPLOYMENT);
    scratch.file("b.yaml", &map);
    scratch.commit("Move");
    assert_eq!(gate(&scratch), None);
    // Under another name, and with a slip.
    scratch.remove("b.yaml");
    scratch.file("c.yaml", map.replace("\ndata:", "\nData:"));
    scratch.commit("Rename");
    assert!(gate(&scratch).is_some());
}

#[test]
fn what_alloy_no_longer_reads_is_shown() {
    const SENDER: &str =
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"OK\"\n  }\n}\n";
    const SCRAPE: &str = "prometheus.scrape \"b\" {\n  targets = []\n  forward_to = [prometheus.remote_write.a.receiver]\n}\n";
    let sender = SENDER.replace("OK", OK);
    let misspelled = sender.replace("remote_write", "remote_writ");
    for (now, is_shown) in [
        (misspelled.as_str(), true),
        (&sender.replace("prometheus", "prometeus"), true),
        ("", true),
        ("// nothing\n", true),
        (&format!("/*\n{sender}*/\n"), true),
        ("hello, world\n", true),
        ("logging {\n  level = \"info\"\n}\n", false),
        (&format!("{sender}logging {{\n}}\n"), false),
    ] {
        let scratch = Scratch::repository(&[("a.alloy", &format!("{sender}{SCRAPE}"))]);
        scratch.file("a.alloy", now);
        scratch.commit("Change");
        let said = gate(&scratch);
        assert_eq!(said.is_some(), is_shown, "{now}: {said:?}");
    }
    let scratch = Scratch::repository(&[("a.alloy", &sender)]);
    scratch.remove("a.alloy");
    scratch.file("a.txt", &sender);
    scratch.commit("Move");
    assert_eq!(gate(&scratch), None);
}
