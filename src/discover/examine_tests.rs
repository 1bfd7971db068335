//! What is recognized as what.

use proptest::prelude::*;

use super::*;

fn look(path: &str, source: &str) -> RecognizedFile {
    examine(Text::new(path, source.as_bytes().to_vec()), false, false)
}

/// One word for what a file is.
fn word(recognized: &RecognizedFile) -> &'static str {
    match &recognized.what {
        FileContent::Configuration { dialect, .. } => dialect.word(),
        FileContent::Broken { .. } => "broken",
        FileContent::Rules { .. } => "rules",
        FileContent::Other { kind } => kind,
        FileContent::Encoded { .. } => "encoded",
        FileContent::Unread(_) => "unread",
        FileContent::LetGo { .. } => "let go",
        FileContent::Unknown => "unknown",
    }
}

#[test]
fn configurations_are_recognized_by_their_sections() {
    for (source, expected, why) in [
        (
            "global:\n  scrape_interval: 15s\nscrape_configs: []\n",
            "server",
            "top-level keys global, scrape_configs",
        ),
        (
            "remote_write:\n  - url: http://m/push\n",
            "fragment",
            "top-level key remote_write",
        ),
        (
            "scrape_configs:\n  - job_name: a\n",
            "fragment",
            "top-level key scrape_configs",
        ),
        (
            "rule_files: [a.yml]\n",
            "fragment",
            "top-level key rule_files",
        ),
        (
            "scrape_config_files: [a.yml]\n",
            "fragment",
            "top-level key scrape_config_files",
        ),
        (
            "{\"remote_write\": [{\"url\": \"http://m\"}]}",
            "fragment",
            "top-level key remote_write",
        ),
        (
            "remote_write: {url: x}\n",
            "fragment",
            "top-level key remote_write",
        ),
        ("remote_write:\n", "fragment", "top-level key remote_write"),
        (
            "global: {evaluation_interval: 1m}\n",
            "fragment",
            "top-level key global",
        ),
        (
            "alerting: {alertmanagers: []}\n",
            "fragment",
            "top-level key alerting",
        ),
        (
            "storage: {tsdb: {out_of_order_time_window: 1h}}\n",
            "fragment",
            "top-level key storage",
        ),
        (
            "otlp: {translation_strategy: NoTranslation}\n",
            "fragment",
            "top-level key otlp",
        ),
        (
            "scrape_configs: []\nremote_write: []\nsrape: 1\nx-anchors: {}\n",
            "server",
            "top-level keys scrape_configs, remote_write",
        ),
        (
            "global: {scrape_interval: 1m}\nscrape_confgs: []\nremotewrites: []\n",
            "fragment",
            "top-level key global",
        ),
        (
            "\u{feff}remote_write: []\r\n",
            "fragment",
            "top-level key remote_write",
        ),
        (
            "remote_write: []\n---\nkind: x\napiVersion: y\n",
            "fragment",
            "top-level key remote_write",
        ),
    ] {
        let found = look("x/config.yml", source);
        assert_eq!((word(&found), &*found.why), (expected, why), "{source}");
        assert_eq!((found.template, found.masked), (None, false), "{source}");
    }
}

#[test]
fn agents_are_known_by_name_and_by_what_they_lack() {
    let agent = "global: {scrape_interval: 1m}\nscrape_configs: []\nremote_write: []\n";
    for (path, source, expected) in [
        ("prometheus-agent.yml", agent.to_owned(), "agent"),
        ("agent/prometheus.yml", agent.to_owned(), "agent"),
        ("agent/x/prometheus.yml", agent.to_owned(), "server"),
        ("magenta.yml", agent.to_owned(), "server"),
        ("agent.yml", format!("{agent}rule_files: []\n"), "server"),
        (
            "agent.yml",
            "global: {scrape_interval: 1m}\nscrape_configs: []\n".into(),
            "server",
        ),
    ] {
        assert_eq!(word(&look(path, &source)), expected, "{path}: {source}");
    }
}

/// Promtail without clients has no key of its own left, and a job of Prometheus may be called like it.
#[test]
fn a_promtail_is_known_by_its_name_and_logs() {
    let jobs = |files: &str| {
        format!("scrape_configs:\n  - job_name: a\n    file_sd_configs: [{{files: [{files}]}}]\n")
    };
    let kind =
        |path: &str, files: &str| word(&look(path, &jobs(files))) == "Promtail configuration";
    assert!(kind("roles/a/promtail-audit.yml.j2", "/var/log/*.log"));
    assert!(!kind("scrape/promtail.yml", "targets.yml"));
    assert!(!kind("scrape/audit.yml", "/var/log/*.log"));
}

#[test]
fn neighbors_are_not_mistaken() {
    for (source, expected) in [
        (
            "global: {resolve_timeout: 5m}\nroute: {receiver: a}\nreceivers: [{name: a}]\n",
            "Alertmanager configuration",
        ),
        (
            "server: {http_listen_port: 9080}\npositions: {filename: p}\nclients: []\nscrape_configs: []\n",
            "Promtail configuration",
        ),
        (
            "scrape_configs:\n  - job_name: a\n    pipeline_stages: []\n",
            "Promtail configuration",
        ),
        (
            "scrape_configs:\n  - job_name: a\n  - job_name: b\n    journal: {}\n",
            "Promtail configuration",
        ),
        (
            "auth_enabled: false\nschema_config: {}\nruler: {}\n",
            "Loki configuration",
        ),
        (
            "global: {scrape_timeout: 40s, min_interval: 0s}\ntarget: {data_source_name: 'x'}\n",
            "SQL exporter configuration",
        ),
        (
            "global: {scrape_timeout: 40s}\ncollector_files: ['*.collector.yml']\n",
            "SQL exporter configuration",
        ),
        (
            "distributor: {}\nstorage: {trace: {}}\nmetrics_generator: {storage: {remote_write: []}}\n",
            "Tempo configuration",
        ),
        (
            "multitenancy_enabled: false\nblocks_storage: {tsdb: {dir: /x}}\n",
            "Cortex or Mimir configuration",
        ),
        (
            "server: {}\nmetrics:\n  global: {remote_write: []}\n  configs: []\n",
            "Grafana Agent configuration",
        ),
        (
            "host_filter: false\nscrape_configs: []\nremote_write: []\n",
            "Grafana Agent instance",
        ),
        (
            "services:\n  prometheus: {command: --storage.tsdb.path=/x}\n",
            "compose file",
        ),
        (
            "on: push\njobs: {a: {runs-on: x}}\nenv: {scrape_configs: 1}\n",
            "GitHub workflow",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  prometheus.yml: |\n    scrape_configs: []\n",
            "Kubernetes manifest",
        ),
        (
            "receivers:\n  prometheus: {config: {scrape_configs: []}}\nexporters: {}\nservice: {pipelines: {}}\n",
            "OpenTelemetry Collector configuration",
        ),
        ("groups:\n  - name: a\n    rules: []\n", "rule file"),
        (
            "rule_files: [a.yml]\nevaluation_interval: 1m\ntests: []\n",
            "unit tests of rules",
        ),
        ("- targets: [a:1]\n  labels: {scrape_x: y}\n", "target file"),
        (
            "- job_name: a\n  scrape_interval: 1m\n",
            "list of scrape configurations",
        ),
        (
            "modules: {http_2xx: {prober: http}}\n",
            "blackbox exporter configuration",
        ),
        (
            "auths: {}\nmodules: {if_mib: {}}\n",
            "SNMP exporter configuration",
        ),
        (
            "nameOverride: x\nglobal: {scrape_interval: 1m}\n",
            "Helm values",
        ),
        (
            "prometheus: {prometheusSpec: {remoteWrite: []}}\n",
            "Helm values",
        ),
        (
            "tenants: [a]\ncert_issuer: letsencrypt-prod\n",
            "Opstrace instance configuration",
        ),
        ("global: {imageRegistry: x}\n", "unknown"),
        ("global:\n", "unknown"),
        (
            "tracing: {enabled: false}\nserver: {log_level: info}\n",
            "unknown",
        ),
        (
            "storage: {path: /x}\nalerting: {enabled: true}\n",
            "unknown",
        ),
        ("a: 1\nb: 1\nc: 1\nd: 1\nrule_files: []\n", "unknown"),
        (
            "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nrule_files: []\nremote_write: [{url: x}]\n",
            "fragment",
        ),
        (
            "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nrule_files: []\nremote_write: [x]\n",
            "unknown",
        ),
        ("remote_write\n", "unknown"),
        ("", "unknown"),
        ("# remote_write: []\n", "unknown"),
        ("a: 1\n---\nremote_write: []\n", "unknown"),
    ] {
        let found = look("x/config.yml", source);
        assert_eq!(word(&found), expected, "{source}");
    }
    assert_eq!(
        word(&look("promvet.yaml", "templates: []\nscrape_configs: []\n")),
        "promvet policy"
    );
    assert_eq!(
        word(&look("d/promvet.yaml", "global: {}\nscrape_configs: []\n")),
        word(&look("d/x.yaml", "global: {}\nscrape_configs: []\n"))
    );
}

#[test]
fn a_telling_name_helps_where_sections_are_misspelled_or_empty() {
    for (path, source, expected) in [
        ("prometheus.yml", "remotewrite:\n  - url: x\n", "fragment"),
        ("prometheus.yml", "global:\nscrape-configs:\n", "server"),
        ("config.yml", "remotewrite:\n  - url: x\n", "unknown"),
        (
            "prometheus.yml",
            "prometheus_version: 3\nprometheus_port: 1\n",
            "unknown",
        ),
        (
            "prometheus.yml",
            "apiVersion: 1\ndatasources: []\n",
            "Grafana provisioning file",
        ),
        ("prometheus.yml", "", "unknown"),
    ] {
        assert_eq!(word(&look(path, source)), expected, "{path}: {source}");
    }
}

#[test]
fn what_does_not_parse_is_ours_by_name_or_by_a_key_in_column_1() {
    for (path, source, expected) in [
        ("prometheus.yml", "a: [\n", "broken"),
        ("eu-prom.yml", "\tglobal:\n", "broken"),
        ("remote-write.yaml.sample", "- a\nb: c\n", "broken"),
        ("config.yml", "x: [\nremote_write:\n  - url: x\n", "broken"),
        (
            "config.yml",
            "global:\n  scrape_interval: 1m\n x: [\n",
            "broken",
        ),
        ("config.yml", "scrape_configs: &a\n  - *a\n", "broken"),
        ("config.yml", "x: [\n  remote_write: 1\n", "unknown"),
        ("config.yml", "x: [\n# remote_write:\n", "unknown"),
        ("config.yml", "global: [\n  imageRegistry: x\n", "unknown"),
        ("config.yml", "a: [\n", "unknown"),
        (
            "prometheus.yml",
            "apiVersion: v1\nkind: Service\nspec: [\n",
            "Kubernetes manifest",
        ),
        (
            "prometheus.yml",
            "services:\n  prometheus: [\n",
            "compose file",
        ),
        (
            "x.yml",
            "server: [\npositions: x\nscrape_configs:\n",
            "Promtail configuration",
        ),
        (
            "x.yml",
            "route:\n  receiver: a\nreceivers: [\nglobal:\n  scrape_interval: 1m\n",
            "Alertmanager configuration",
        ),
        ("prometheus-rules.yml", "groups:\n  - a: [\n", "rule file"),
    ] {
        let found = look(path, source);
        assert_eq!(word(&found), expected, "{path}: {source}");
    }
    let found = look("config.yml", "x: [\nremote_write:\n  - url: x\n");
    assert_eq!(
        found.why,
        "it does not parse, but line 2 begins with remote_write"
    );
}

#[test]
fn a_named_file_is_checked_whatever_it_is() {
    for (source, expected, looks_like) in [
        ("remote_write: []\n", "fragment", None),
        ("a: 1\n", "server", None),
        ("", "server", None),
        ("services: {}\n", "compose file", None),
        ("a: [\n", "broken", None),
        ("services: [\n", "broken", Some("compose file")),
    ] {
        let text = Text::new("x.txt", source.as_bytes().to_vec());
        let found = examine(text, true, false);
        assert_eq!(
            (word(&found), found.looks_like),
            (expected, looks_like),
            "{source}"
        );
    }
}

#[test]
fn a_named_file_of_another_tool_is_what_it_is() {
    for (path, source, expected) in [
        (
            "kustomization.yaml",
            "resources: [a.yml]\n",
            "kustomization",
        ),
        ("a.yml", "configMapGenerator: []\n", "kustomization"),
        ("a.yml", "releases: [{name: a}]\n", "helmfile"),
        ("package.json", "{\"name\": \"a\"}\n", "package manifest"),
        ("a.yml", "mappings: []\n", "configuration of an exporter"),
        // A section of Prometheus, the slip of one, and the name of a configuration say more.
        ("a.yml", "resources: []\nscrape_configs: []\n", "fragment"),
        ("a.yml", "resources: []\nscrape_config: []\n", "server"),
        ("prometheus.yml", "resources: []\n", "server"),
        ("a.yml", "resource: []\n", "server"),
    ] {
        let text = Text::new(path, source.as_bytes().to_vec());
        assert_eq!(
            word(&examine(text, true, false)),
            expected,
            "{path}: {source}"
        );
    }
    let text = Text::new("kustomization.yaml", b"resources: [a.yml]\n".to_vec());
    assert_eq!(word(&examine(text, false, false)), "unknown");
}

#[test]
fn templates_are_known_by_suffix_by_policy_and_by_need() {
    use TemplateEvidence::{Policy, Suffix, Unrendered};
    for (path, source, policy, expected) in [
        (
            "a.yml.j2",
            "remote_write: [{url: 'http://{{ x }}'}]\n",
            false,
            (Some(Suffix), false),
        ),
        (
            "a.yml.j2",
            "remote_write: []\n",
            false,
            (Some(Suffix), false),
        ),
        (
            "a.yml.j2",
            "remote_write:\n  - url: {{ x }}\n",
            false,
            (Some(Suffix), true),
        ),
        ("a.yml", "remote_write: []\n", true, (Some(Policy), false)),
        (
            "a.yml",
            "remote_write: [{url: '${X}'}]\n",
            false,
            (None, false),
        ),
        (
            "a.yml.example",
            "remote_write: [{url: '${X}'}]\n",
            false,
            (Some(Suffix), false),
        ),
        (
            "a.yml",
            "remote_write:\n  - url: {{ x }}\n",
            false,
            (Some(Unrendered), true),
        ),
        (
            "a.yml",
            "remote_write:\n  - url: [[ x ]]\n",
            false,
            (Some(Unrendered), true),
        ),
        (
            "a.yml",
            "{% if x %}\nremote_write: []\n{% endif %}\n",
            false,
            (Some(Unrendered), true),
        ),
        (
            "a.yml",
            "remote_write: []\n${SCRAPES}\n",
            false,
            (Some(Unrendered), true),
        ),
        (
            "a.yml",
            "scrape_configs:\n  - static_configs: [{targets: [${X}]}]\n",
            false,
            (Some(Unrendered), true),
        ),
    ] {
        let text = Text::new(path, source.as_bytes().to_vec());
        let found = examine(text, false, policy);
        assert_eq!((found.template, found.masked), expected, "{source}");
        assert_eq!(word(&found), "fragment", "{source}");
    }
}

#[test]
fn a_masked_file_keeps_its_values_and_places() {
    let source = "{% for r in rs %}\nremote_write:\n  - url: {{ r.url }}/push\n\
                  {% endfor %}\n    name: \"{{ n }}\"\n";
    let found = look("a.yml", source);
    let FileContent::Configuration { document, .. } = &found.what else {
        panic!("{found:?}");
    };
    let entry = document
        .root()
        .unwrap()
        .get("remote_write")
        .unwrap()
        .items()
        .next()
        .unwrap();
    let url = entry.get("url").unwrap();
    assert_eq!(url.as_str(), Some("{{ r.url }}/push"));
    assert_eq!(url.place().start().line, 3);
    assert_eq!(document.text().slice(url.span()), "{{ r.url }}/push");
    assert_eq!(
        url.place().excerpt(0).text.trim(),
        "- url: {{ r.url }}/push"
    );
    assert_eq!(entry.get("name").unwrap().as_str(), Some("{{ n }}"));
}

#[test]
fn branches_that_exclude_each_other_do_not_repeat_keys() {
    let source = "remote_write:\n  - url: a\n{% if x %}\n    name: b\n{% else %}\n    name: c\n{% endif %}\n";
    let found = look("a.yml.j2", source);
    let FileContent::Configuration { document, .. } = &found.what else {
        panic!("{found:?}");
    };
    let entry = document
        .root()
        .unwrap()
        .get("remote_write")
        .unwrap()
        .items()
        .next()
        .unwrap();
    assert_eq!(entry.get("name").unwrap().as_str(), Some("b"));
    assert_eq!(entry.mapping().unwrap().written().count(), 2);

    let source = "remote_write:\n{% if x %}\n  - url: a\n{% else %}\n  - url: b\n{% endif %}\n";
    let found = look("a.yml.j2", source);
    let FileContent::Configuration { document, .. } = &found.what else {
        panic!("{found:?}");
    };
    assert_eq!(
        document
            .root()
            .unwrap()
            .get("remote_write")
            .unwrap()
            .items()
            .count(),
        2
    );
}

#[test]
fn a_template_that_stays_broken_says_that_it_is_one() {
    let source = "remote_write: [\n{% if x %}\n";
    let found = look("a.yml", source);
    assert_eq!(
        (word(&found), found.template),
        ("broken", Some(TemplateEvidence::Unrendered))
    );
    // A variable of the shell is not a reason to forgive a fault.
    let source = "remote_write:\n  - url: ${X}\n b: 1\n";
    let found = look("a.yml", source);
    assert_eq!((word(&found), found.template), ("broken", None));
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{{ x }}", "{{", "}}", "{% if x %}", "{% else %}", "{% endif %}", "[[", "]]", "${A}",
            "\n", "\r", " ", "  ", "\t", "remote_write:", "scrape_configs:", "global:", "url:", "-",
            ":", "a", "&a", "*a", "<<: ", "|", ">", "\"", "'", "#", "---", "...", "ä", "\u{feff}",
            "!", "[", "]", "{", "}", ",", "\0", "@X@", "? ",
        ]), 0..50),
        named in any::<bool>(),
        name in prop::sample::select(vec!["a.yml", "prometheus.yml", "a.yml.j2", ""]),
    ) {
        let source = parts.concat();
        let text = Text::new(name, source.clone().into_bytes());
        let found = examine(text, named, false);
        if let FileContent::Configuration { document, .. } = &found.what {
            for node in nodes(document) {
                prop_assert!(node.span().end as usize <= found.text.content().len());
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = examine(Text::new("prometheus.yml.j2", bytes), true, false);
    }
}
