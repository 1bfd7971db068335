use super::super::examine::ConfigurationKind;
use super::*;
use crate::finding::{of_now, without_destinations};

fn recognized(source: &str, named: bool) -> Vec<RecognizedFile> {
    let text = Text::new("x.yaml", source.as_bytes().to_vec());
    recognize(text, named, false)
}

/// What holds each configuration, the path to its first URL, and where that is.
fn found(source: &str) -> Vec<String> {
    let all = recognized(source, false);
    let url = |recognized: &RecognizedFile| {
        let word = recognized.holder.as_ref()?.word();
        let FileContent::Configuration { document, .. } = &recognized.what else {
            return Some(format!("{word} broken"));
        };
        let entries = document.root()?.get("remote_write");
        let first = entries.and_then(|entries| entries.items().next());
        let Some(url) = first.and_then(|entry| entry.get("url")) else {
            return Some(word.to_owned());
        };
        let (path, place) = (url.path(), url.place());
        Some(format!(
            "{word} {path} {}:{}",
            place.start().line,
            place.start().column
        ))
    };
    all.iter().filter_map(url).collect()
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\n";

#[test]
fn configurations_are_found_where_they_are() {
    for (source, expected) in [
        (
            format!("{HEAD}data:\n  prometheus.yml: |\n    remote_write:\n      - url: x\n"),
            "configmap data[\"prometheus.yml\"].remote_write[0].url 7:14",
        ),
        (
            format!("{HEAD}data:\n  a: |-2 # why\n     remote_write:\n      - url: x\n"),
            "configmap data.a.remote_write[0].url 7:14",
        ),
        (
            format!("{HEAD}data:\n  a: 'remote_write: [{{url: x}}]'\n"),
            "configmap data.a.remote_write[0].url 5:28",
        ),
        (
            format!("{HEAD}data:\n  a: \"remote_write:\\n- url: x\\n\"\n"),
            "configmap data.a.remote_write[0].url 5:29",
        ),
        (
            format!("{HEAD}data:\n  a: >\n    remote_write:\n\n    - url: x\n"),
            "configmap data.a.remote_write[0].url 8:12",
        ),
        (
            "kind: Namespace\nmetadata: {name: a}\n---\n".to_owned()
                + HEAD
                + "data:\n  a: |\n    remote_write:\n    - url: x\n",
            "configmap data.a.remote_write[0].url 10:12",
        ),
        (
            "kind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: a}\n  data:\n    a: |\n      remote_write:\n      - url: x\n".to_owned(),
            "configmap items[0].data.a.remote_write[0].url 8:14",
        ),
        (
            "kind: Secret\nmetadata: {name: a}\nstringData:\n  a: |\n    remote_write:\n    - url: x\n".to_owned(),
            "secret stringData.a.remote_write[0].url 6:12",
        ),
        (
            "serverFiles:\n  prometheus.yml:\n    remote_write:\n    - url: x\n".to_owned(),
            "helm-values serverFiles[\"prometheus.yml\"].remote_write[0].url 4:12",
        ),
        (
            "global: {}\nprometheus:\n  serverFiles:\n    prometheus.yml:\n      remote_write:\n      - url: x\n".to_owned(),
            "helm-values prometheus.serverFiles[\"prometheus.yml\"].remote_write[0].url 6:14",
        ),
        (
            "kind: HelmRelease\nspec:\n  values:\n    serverFiles: {prometheus.yml: {remote_write: [{url: x}]}}\n".to_owned(),
            "helm-values spec.values.serverFiles[\"prometheus.yml\"].remote_write[0].url 4:57",
        ),
        (
            "server: {remoteWrite: [{url: x}]}\nserverFiles: {}\n".to_owned(),
            "helm-values server.remoteWrite[0].url 1:30",
        ),
        (
            "serverFiles:\n  prometheus.yml: {scrape_configs: []}\nserver:\n  image: y\n  remoteWrite: [{url: x}]\n".to_owned(),
            "helm-values server.remoteWrite[0].url 5:23",
        ),
        (
            "kind: HelmRelease\nspec:\n  values:\n    prometheus:\n      server: {global: {}, remoteWrite: [{url: x}]}\n".to_owned(),
            "helm-values spec.values.prometheus.server.remoteWrite[0].url 5:48",
        ),
        (
            "services: {}\nconfigs:\n  prom:\n    content: |\n      # $$\n      remote_write:\n      - url: x$$\n".to_owned(),
            "compose configs.prom.content.remote_write[0].url 7:14",
        ),
        (
            format!("{HEAD}data:\n  prometheus.yml: |\n    global:\n    \tscrape_interval: 1m\n"),
            "configmap broken",
        ),
    ] {
        assert_eq!(found(&source), [expected], "{source}");
    }
    // What is in both is there twice, which is a fault of the values.
    let doubled = "server: {remoteWrite: [{url: y}]}\nserverFiles: {prometheus.yml: {remote_write: [{url: x}]}}\n";
    let expected = "helm-values serverFiles[\"prometheus.yml\"].remote_write[0].url 2:53";
    let found = found(doubled);
    assert!(
        found.len() == 2 && found.iter().any(|one| one == expected),
        "{found:?}"
    );
}

#[test]
fn what_is_none_is_left_alone() {
    for source in [
        // Rules, Alertmanager.
        format!("{HEAD}data:\n  rules.yml: |\n    groups: [{{name: a, rules: []}}]\n  # scrape_\n"),
        format!(
            "{HEAD}data:\n  a.yml: |\n    route: {{receiver: a}}\n    receivers: [{{name: remote_write}}]\n"
        ),
        format!("{HEAD}data:\n  notes: 'remote_write is the key'\n  prometheus.yml: ''\n"),
        format!("{HEAD}data: [remote_write]\n"),
        format!("{HEAD}data: {{a: {{remote_write: []}}}}\n"),
        "kind: Secret\nmetadata: {name: a}\ndata: {a: remote_write}\nstringData:\n".to_owned(),
        "serverFiles: {alerting_rules.yml: {}, prometheus.yml: {}}\n# scrape_\n".to_owned(),
        "services: {}\nconfigs: {a: {file: scrape_configs.yml}}\n".to_owned(),
        // Other charts have a server.
        "server: {remoteWrite: [], global: {scrape_interval: 1m}}\n".to_owned(),
        "serverFiles: {}\nremoteWrite: [{url: x}]\n".to_owned(),
    ] {
        assert_eq!(found(&source), Vec::<String>::new(), "{source}");
        assert_eq!(recognized(&source, false).len(), 1);
    }
}

#[test]
fn what_the_chart_adds_is_a_part_unless_its_file_is_there() {
    for (source, expected, template) in [
        (
            "server: {global: {scrape_interval: 1m}, remoteWrite: [{url: x}]}\nserverFiles: {}\n",
            ConfigurationKind::Fragment,
            None,
        ),
        (
            "server: {global: {scrape_interval: 1m}, remoteWrite: [{url: x}]}\nserverFiles: {prometheus.yml: {scrape_configs: []}}\n",
            ConfigurationKind::Server,
            None,
        ),
        (
            "server: {remoteRead: [{url: 'http://{{ .Values.x }}'}]}\nserverFiles: {}\n",
            ConfigurationKind::Fragment,
            Some(TemplateEvidence::Variables),
        ),
    ] {
        let all = recognized(source, false);
        let [_, one] = &*all else {
            panic!("{source}: {all:?}");
        };
        let FileContent::Configuration { dialect, document } = &one.what else {
            panic!("{source}: {one:?}");
        };
        assert_eq!((*dialect, one.template), (expected, template), "{source}");
        let global = document.root().unwrap().get("global");
        assert_eq!(global.is_some(), template.is_none(), "{source}");
    }
}

#[test]
fn a_manifest_that_was_named_is_one_if_a_configuration_is_in_it() {
    let source = format!("{HEAD}data:\n  a: 'remote_write: []'\n");
    let all = recognized(&source, true);
    assert_eq!(all.len(), 2);
    assert!(
        matches!(all[0].what, FileContent::Other { .. }),
        "{:?}",
        all[0]
    );
    let values = "monitoring: {serverFiles: {prometheus.yml: {scrape_configs: []}}}\n";
    let all = recognized(values, true);
    assert_eq!(all.len(), 2);
    assert!(matches!(all[0].what, FileContent::Unknown), "{:?}", all[0]);
    let all = recognized(HEAD, true);
    assert!(
        matches!(all[0].what, FileContent::Other { .. }),
        "{:?}",
        all[0]
    );
}

#[test]
fn of_two_objects_with_one_key_fingerprints_differ() {
    let one = |name| {
        format!("kind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: 'remote_write: []'}}\n")
    };
    let all = recognized(&format!("{}---\n{}", one("p"), one("q")), false);
    let identities: Vec<_> = all
        .iter()
        .map(|candidate| &*candidate.text.within().identity)
        .collect();
    let now: Vec<_> = identities.iter().map(|path| of_now(path)).collect();
    assert_eq!(now, ["", "ConfigMap/p.data.a", "ConfigMap/q.data.a"]);
    let before: Vec<_> = identities
        .iter()
        .map(|path| without_destinations(path))
        .collect();
    assert_eq!(before, now);
}
