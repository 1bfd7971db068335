//! Files that a configuration names and that the container it runs in does not have, and the mirror of
//! each case.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is reported as missing in the container, as `path:line message`.
fn lacking(files: &[(&str, &str)]) -> Vec<String> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    let reported = |one: &Finding| {
        let what = one.message.split("runs: ").nth(1).unwrap_or(&one.message);
        format!("{}:{} {what}", one.place.path(), one.place.start().line)
    };
    found.iter().map(reported).collect()
}

const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n";
const RULES: (&str, &str) = ("/tree/alerts.yml", "groups: []\n");

fn compose(volumes: &str) -> String {
    format!("{COMPOSE}      - ./prometheus.yml:/etc/prometheus/prometheus.yml\n{volumes}")
}

#[test]
fn what_only_lies_beside_the_configuration_is_not_in_the_container() {
    let alone = compose("");
    let whole = format!("{COMPOSE}      - .:/etc/prometheus\n");
    let volume = compose("      - rules:/etc/prometheus/rules\n");
    let both = compose("      - ./alerts.yml:/etc/prometheus/alerts.yml\n");
    let other = compose("      - ./alerts.yml:/etc/alerts/alert.yml\n");
    for (compose, pattern, expected) in [
        (
            &alone,
            "alerts.yml",
            Some("nothing is mounted at `/etc/prometheus/alerts.yml`"),
        ),
        (
            &alone,
            "/etc/prometheus/alerts.yml",
            Some("nothing is mounted at"),
        ),
        (
            &alone,
            "alert*.yml",
            Some("`/etc/prometheus` in the service `prometheus` has"),
        ),
        (
            &other,
            "/etc/alerts/alerts.yml",
            Some("nothing is mounted at `/etc/alerts/alerts.yml`"),
        ),
        (&whole, "alerts.yml", None),
        (&whole, "alert*.yml", None),
        (&volume, "/etc/prometheus/rules/*.yml", None),
        (&both, "alerts.yml", None),
        (&both, "/etc/prometheus/alert*.yml", None),
        (&both, "/etc/prometheus/alerts.yml", None),
    ] {
        let config = format!("rule_files: ['{pattern}']\nscrape_configs: []\n");
        let tree = [
            ("/tree/prometheus.yml", &*config),
            RULES,
            ("/tree/compose.yaml", compose),
        ];
        let found = lacking(&tree);
        match expected {
            None => assert_eq!(found, [""; 0], "{pattern} with {compose}"),
            Some(what) => assert!(
                found.len() == 1 && found[0].contains(what),
                "{pattern} with {compose}: {found:?}"
            ),
        }
    }
}

#[test]
fn an_image_has_what_is_copied_into_it() {
    let config = (
        "/tree/prometheus.yml",
        "rule_files: [alerts.yml]\nscrape_configs: []\n",
    );
    let from = "FROM prom/prometheus:v3.5.0\nCOPY prometheus.yml /etc/prometheus/\n";
    for (rest, files, count) in [
        ("", &[config, RULES][..], 1),
        ("COPY alerts.yml /etc/prometheus/\n", &[config, RULES], 0),
        ("COPY . /etc/prometheus\n", &[config, RULES], 0),
        (
            "RUN wget -P /etc/prometheus https://example.org/alerts.yml\n",
            &[config, RULES],
            0,
        ),
    ] {
        let dockerfile = format!("{from}{rest}");
        let tree = [files, &[("/tree/Dockerfile", &*dockerfile)]].concat();
        assert_eq!(lacking(&tree).len(), count, "{rest}: {:?}", lacking(&tree));
    }
}

/// A pod with the ConfigMap `prom` at /etc/prometheus and what is named besides.
fn pod(config: &str, others: &str, mounts: &str, volumes: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: prom}}\ndata:\n  prometheus.yml: |\n    \
         {config}\n{others}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: prom}}\nspec:\n  \
         selector: {{matchLabels: {{app: prom}}}}\n  template:\n    metadata: {{labels: {{app: prom}}}}\n    \
         spec:\n      containers:\n        - name: prometheus\n          image: prom/prometheus:v3.5.0\n          \
         args: [--config.file=/etc/prometheus/prometheus.yml]\n          volumeMounts:\n            \
         - {{name: c, mountPath: /etc/prometheus{mounts}\n      volumes:\n        \
         - {{name: c, configMap: {{name: prom}}}}\n{volumes}"
    )
}

const MAP: &str =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata:\n  a.yml: |\n    ";
const AT: &str = "}\n            - {name: m, mountPath: /etc/more}";
const MORE: &str = "        - {name: m, configMap: {name: more}}\n";

#[test]
fn keys_of_a_config_map_are_the_files_of_its_mount() {
    let rules = format!("{MAP}groups: []\n");
    let jobs = format!("{MAP}scrape_configs: []\n");
    let targets = format!("{MAP}- targets: [a.example.org:80]\n");
    let sd = "scrape_configs: [{job_name: a, file_sd_configs: [{files: ['/etc/more/*.END']}]}]";
    let json = sd.replace("END", "json");
    let yml = sd.replace("END", "yml");
    let scratch = "        - {name: m, emptyDir: {}}\n";
    for (config, others, mounts, volumes, count) in [
        ("rule_files: [/etc/more/*.yaml]", &*rules, AT, MORE, 1),
        ("rule_files: [/etc/more/*.yml]", &rules, AT, MORE, 0),
        (
            "rule_files: [/etc/more/*.yml, /etc/more/*.yaml]",
            &rules,
            AT,
            MORE,
            0,
        ),
        ("rule_files: [/etc/more/b.yml]", &rules, AT, MORE, 1),
        ("rule_files: [/etc/more/*.yaml]", "", AT, scratch, 0),
        // The ConfigMap may be made anywhere.
        ("rule_files: [/etc/more/*.yaml]", "", AT, MORE, 0),
        (
            "scrape_config_files: [/etc/more/*.yaml]",
            &jobs,
            AT,
            MORE,
            1,
        ),
        ("scrape_config_files: [/etc/more/*.yml]", &jobs, AT, MORE, 0),
        (&json, &targets, AT, MORE, 1),
        (&yml, &targets, AT, MORE, 0),
        (
            "rule_files: [/etc/prometheus/b.yml]",
            "  b.yaml: 'groups: []'\n",
            "}",
            "",
            1,
        ),
        (
            "rule_files: [/etc/prometheus/b.yml]",
            "  b.yml: 'groups: []'\n",
            "}",
            "",
            0,
        ),
        // Only one key is mounted.
        (
            "rule_files: [/etc/prometheus/b.yml]",
            "  b.yml: 'groups: []'\n",
            "/prometheus.yml, subPath: prometheus.yml}",
            "",
            1,
        ),
    ] {
        let all = pod(config, others, mounts, volumes);
        let found = lacking(&[("/tree/all.yaml", &all)]);
        assert_eq!(found.len(), count, "{config} {others} {mounts}: {found:?}");
    }
}

#[test]
fn target_files_of_a_config_map_are_checked() {
    let config = "scrape_configs: [{job_name: a, file_sd_configs: [{files: ['/etc/more/*.yml']}]}]";
    for (targets, expected) in [
        (
            "- {targets: ['a.example.org:80'], label: {}}\n",
            Some("tree/all.yaml:13"),
        ),
        ("- {targets: ['a.example.org:80'], labels: {a: b}}\n", None),
    ] {
        let all = pod(config, &format!("{MAP}{targets}"), AT, MORE);
        let found = lacking(&[("/tree/all.yaml", &all)]);
        let reported: Vec<_> = found
            .iter()
            .map(|one| one.get(..16).unwrap_or(one))
            .collect();
        assert_eq!(
            reported,
            expected.into_iter().collect::<Vec<_>>(),
            "{targets}: {found:?}"
        );
    }
}

#[test]
fn jobs_of_a_config_map_are_those_of_the_configuration() {
    let config = "scrape_config_files: ['/etc/more/*.yml']\n    scrape_configs: [{job_name: a, static_configs: [{targets: ['b.example.org:80']}]}]";
    for (job, expected) in [("a", vec!["tree/all.yaml:15"]), ("b", vec![])] {
        let jobs = format!(
            "{MAP}scrape_configs:\n      - job_name: {job}\n        static_configs: [{{targets: ['a.example.org:80']}}]\n"
        );
        let all = pod(config, &jobs, AT, MORE);
        let found = lacking(&[("/tree/all.yaml", &all)]);
        let places: Vec<_> = found
            .iter()
            .map(|one| one.split(' ').next().unwrap_or(one))
            .collect();
        assert_eq!(places, expected, "{job}: {found:?}");
    }
}

/// A target file that is a key of a mounted ConfigMap, in JSON too, is read whatever it lacks.
#[test]
fn target_files_in_a_config_map_are_read() {
    let deployment = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  selector: {matchLabels: {app: p}}\n  template:\n    metadata: {labels: {app: p}}\n    spec:\n      containers:\n      - name: p\n        image: prom/prometheus:v3.5.0\n        args: [--config.file=/etc/prometheus/prometheus.yml]\n        volumeMounts:\n        - {name: c, mountPath: /etc/prometheus}\n        - {name: t, mountPath: /etc/targets}\n      volumes:\n      - {name: c, configMap: {name: c}}\n      - {name: t, configMap: {name: t}}\n";
    let map = |key: &str, content: &str| {
        let ending = key.rsplit('.').next().unwrap();
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n    - job_name: a\n      file_sd_configs: [{{files: ['/etc/targets/a*.{ending}']}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: t}}\ndata:\n  {key}: |\n    {content}\n{deployment}"
        )
    };
    for (key, content, expected) in [
        ("a.json", "[{\"targets\": [\"a:80\"]}]", 0),
        ("a.json", "[{\"target\": [\"a:80\"]}]", 1),
        ("a.yml", "- targets: ['a:80']", 0),
        ("a.yml", "- target: ['a:80']", 1),
    ] {
        let text = map(key, content);
        let tree = memory::tree(&[("/tree/k.yaml", &text)]);
        let run = memory::judged(&memory::at("/tree"), &tree);
        let found = run.outcome.findings();
        assert_eq!(found.len(), expected, "{key} {content}: {found:?}");
        let unchecked = run.outcome.unchecked();
        assert!(unchecked.is_empty(), "{key} {content}: {unchecked:?}");
    }
}

/// The credential files and rule files that are reported as missing, in any severity above info.
fn missing(files: &[(&str, &str)]) -> Vec<String> {
    let found = memory::found("/tree", &memory::tree(files));
    let missing = found.iter().filter(|finding| {
        finding.severity >= Severity::Warning
            && ["credentials/", "files/"]
                .iter()
                .any(|prefix| finding.rule.starts_with(prefix))
    });
    missing.map(|finding| finding.rule.to_string()).collect()
}

const SENDS: &str = "global: {external_labels: {cluster: a}}\nremote_write:\n- url: https://r.example.com/api/v1/write\n  authorization: {credentials_file: /etc/prometheus/extra/token}\n";

/// `docker compose -f a -f b` may mount a folder or a file below a mount of the first file.
#[test]
fn another_compose_file_may_mount_below_a_mount() {
    let base = format!("{COMPOSE}      - ./prom:/etc/prometheus\n");
    let other = |more: &str| format!("services:\n  prometheus:\n    {more}\n");
    for (more, is_reported) in [
        ("volumes: ['./secrets:/etc/prometheus/extra']", false),
        (
            "secrets: [{source: a, target: /etc/prometheus/extra/token}]",
            false,
        ),
        ("restart: always", true),
    ] {
        let other = other(more);
        let files = [
            ("docker-compose.yml", base.as_str()),
            ("docker-compose.prod.yml", &other),
            ("prom/prometheus.yml", SENDS),
        ];
        let expected: &[&str] = if is_reported {
            &["credentials/missing"]
        } else {
            &[]
        };
        assert_eq!(missing(&files), expected, "{more}");
    }
    let variable = format!("{base}      - ./secrets:${{FOLDER}}\n");
    let files = [
        ("compose.yml", variable.as_str()),
        ("prom/prometheus.yml", SENDS),
    ];
    assert_eq!(missing(&files), [""; 0]);
}

/// So may a patch below a volume of keys: a folder, since the kubelet makes no file there.
#[test]
fn a_patch_may_mount_below_a_mount() {
    let whole =
        "{name: p}\nspec:\n  template:\n    spec:\n      containers:\n      - name: p\n        ";
    let patch = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {whole}volumeMounts: [{{name: x, mountPath: /etc/prometheus/extra}}]\n"
    );
    let json = "- {op: add, path: /spec/template/spec/containers/0/volumeMounts/-, value: {name: x, mountPath: /etc/prometheus/extra}}\n";
    let image = "- {op: replace, path: /spec/template/spec/containers/0/image, value: 'prom/prometheus:v3.5.1'}\n";
    let by_target = "patches: [{path: patch.yaml, target: {kind: Deployment, name: prom}}]\n";
    let of_file = "resources: [../base]\npatches: [{path: patch.yaml}]\n";
    let patch = patch.replace("{name: p}", "{name: prom}");
    let rules = "rule_files: [/etc/prometheus/extra/*.yml]\n    ";
    let token = "/etc/prometheus/extra/token";
    for (kustomization, patch, path, expected) in [
        (of_file, patch.as_str(), token, &[][..]),
        (by_target, json, token, &[]),
        (
            by_target,
            image,
            token,
            &["files/no-match", "credentials/not-mounted"],
        ),
        (
            of_file,
            &patch,
            "/etc/prometheus/token",
            &["credentials/not-mounted"],
        ),
    ] {
        let config = SENDS.replace("/etc/prometheus/extra/token", path);
        let config = format!("{rules}{}", config.trim_end().replace('\n', "\n    "));
        let all = pod(&config, "", "}", "");
        let files = [
            ("base/all.yaml", all.as_str()),
            ("prod/kustomization.yaml", kustomization),
            ("prod/patch.yaml", patch),
        ];
        assert_eq!(missing(&files), expected, "{kustomization}{patch}{path}");
    }
}

#[test]
fn a_patch_of_the_operators_resource_may_mount_below_a_mount() {
    let resource = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k}\nspec:\n  externalLabels: {cluster: a}\n  volumes: [{name: v, secret: {secretName: one}}]\n  volumeMounts: [{name: v, mountPath: /etc/sec}]\n  remoteWrite: [{url: 'https://r.example.com/api/v1/write', authorization: {credentialsFile: /etc/sec/extra/token}}]\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: one}\nstringData: {a: kdkdkdkQ9dk}\n";
    let patch = |spec: &str| {
        format!(
            "resources: [p.yaml]\npatches:\n- patch: |\n    apiVersion: monitoring.coreos.com/v1\n    kind: Prometheus\n    metadata: {{name: k}}\n    spec: {spec}\n"
        )
    };
    for (spec, is_reported) in [
        (
            "{volumeMounts: [{name: w, mountPath: /etc/sec/extra}]}",
            false,
        ),
        ("{replicas: 2}", true),
    ] {
        let kustomization = patch(spec);
        let files = [("p.yaml", resource), ("kustomization.yaml", &kustomization)];
        let found = missing(&files);
        let is_found = found.iter().any(|rule| rule == "credentials/not-mounted");
        assert_eq!(is_found, is_reported, "{spec}: {found:?}");
    }
}

/// A file of its own that is mounted from elsewhere may match a pattern beside the configuration.
#[test]
fn a_pattern_may_match_a_file_that_is_mounted_alone() {
    let config = "rule_files: ['rules/*.yml']\nscrape_configs: []\n";
    for (path, is_reported) in [
        ("/etc/prometheus/rules/r.yml", false),
        ("/etc/prometheus/rules/r.json", true),
        ("/etc/prometheus/other/r.yml", true),
    ] {
        let compose =
            format!("{COMPOSE}      - ./prom:/etc/prometheus\n      - /srv/r.yml:{path}\n");
        let files = [
            ("compose.yml", compose.as_str()),
            ("prom/prometheus.yml", config),
        ];
        let expected: &[&str] = if is_reported {
            &["files/no-match"]
        } else {
            &[]
        };
        assert_eq!(missing(&files), expected, "{path}");
    }
}

/// Jobs of a mounted ConfigMap are read however their list is written.
#[test]
fn jobs_of_a_config_map_leave_nothing_unchecked() {
    let config = "scrape_config_files: ['/etc/more/*.yml']\n    scrape_configs: []";
    for (jobs, unchecked) in [
        (
            "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1']}]}]\n",
            0,
        ),
        (
            "scrape_configs:\n    - {job_name: a, static_configs: [{targets: ['a:1']}]}\n",
            0,
        ),
        ("a: b\n", 1),
    ] {
        let all = pod(config, &format!("{MAP}{jobs}"), AT, MORE);
        let run = memory::judged(&memory::at("/tree"), &memory::tree(&[("all.yaml", &all)]));
        let found = run.outcome.unchecked();
        assert_eq!(found.len(), unchecked, "{jobs}: {found:?}");
    }
}

/// Of several patterns for one folder each is judged by the files that no other matches.
#[test]
fn of_several_patterns_each_is_judged() {
    let keys = |names: &[&str]| {
        let keys = names.iter().map(|name| {
            format!(
                "  {name}: |\n    groups: [{{name: a, rules: [{{record: 'a:b', expr: up}}]}}]\n"
            )
        });
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more}}\ndata:\n{}",
            keys.collect::<String>()
        )
    };
    for (patterns, names, count, unchecked) in [
        (
            "'/etc/more/*.rulez', '/etc/more/*.yaml'",
            &["a.rules", "b.yaml"][..],
            1,
            0,
        ),
        ("'/etc/more/*.yml', '/etc/more/*.yaml'", &["b.yaml"], 0, 0),
        ("'/etc/more/*.yml', '/etc/more/b.yaml'", &["b.yaml"], 0, 0),
        (
            "'/etc/more/*.rules', '/etc/more/*.yaml'",
            &["a.rules", "b.yaml"],
            0,
            0,
        ),
        ("'/etc/more/*.yml'", &["b.yaml"], 1, 0),
    ] {
        let config = format!("rule_files: [{patterns}]\n    scrape_configs: []");
        let all = pod(&config, &keys(names), AT, MORE);
        let files = memory::tree(&[("all.yaml", &all)]);
        let run = memory::judged(&memory::at("/tree"), &files);
        let mut found = run.outcome.findings().to_vec();
        found.retain(|finding| finding.finding.severity >= Severity::Warning);
        assert_eq!(found.len(), count, "{patterns} {names:?}: {found:?}");
        let left = run.outcome.unchecked();
        assert_eq!(left.len(), unchecked, "{patterns} {names:?}: {left:?}");
    }
}

/// A file that the tree lacks may be written by another container that mounts its folder.
#[test]
fn another_service_may_write_a_file() {
    let config = "remote_write: [{url: 'https://r.example.com/api/v1/write', basic_auth: {username: a, \
         password_file: /etc/gen/pw}}]\n";
    for (other, is_missing) in [
        ("{image: alpine, volumes: ['./gen:/s']}", false),
        ("{image: alpine, volumes: ['./:/s']}", false),
        (
            "{image: alpine, volumes: [{type: bind, source: ./gen, target: /s}]}",
            false,
        ),
        (
            "{image: grafana/grafana, entrypoint: [sh, -c, x], volumes: ['./gen:/s']}",
            false,
        ),
        ("{image: alpine, volumes: ['./gen:/s:ro']}", true),
        (
            "{image: alpine, volumes: [{type: bind, source: ./gen, target: /s, read_only: true}]}",
            true,
        ),
        ("{image: alpine, volumes: ['./other:/s']}", true),
        ("{image: grafana/grafana, volumes: ['./gen:/s']}", true),
        ("{image: alpine}", true),
    ] {
        let compose = format!(
            "services:\n  init: {other}\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n      - \
             ./prometheus.yml:/etc/prometheus/prometheus.yml\n      - ./gen:/etc/gen\n"
        );
        let files = [
            ("/tree/prometheus.yml", config),
            ("/tree/gen/x", "a\n"),
            ("/tree/compose.yaml", &*compose),
        ];
        let mut found = memory::found("/tree", &memory::tree(&files));
        found.retain(|finding| finding.rule == "credentials/missing");
        assert_eq!(found.len(), usize::from(is_missing), "{other}: {found:?}");
    }
}

/// Admission webhooks mount files that no manifest names.
#[test]
fn webhooks_may_mount_files() {
    for (path, is_missing) in [
        (
            "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
            false,
        ),
        (
            "/run/secrets/pods.eks.amazonaws.com/serviceaccount/token",
            false,
        ),
        ("/var/run/secrets/azure/tokens/azure-identity-token", false),
        ("/vault/secrets/token", false),
        ("/var/run/secrets/other/token", true),
        ("/vault/token", true),
    ] {
        let config = format!(
            "remote_write: [{{url: 'https://r.example.com/api/v1/write', authorization: {{credentials_file: {path}}}}}]"
        );
        let all = pod(&config, "", "}", "");
        let mut found = memory::found("/tree", &memory::tree(&[("all.yaml", &all)]));
        found.retain(|finding| finding.rule == "credentials/not-mounted");
        assert_eq!(found.len(), usize::from(is_missing), "{path}: {found:?}");
    }
}

/// What starts a container may write a file before Prometheus reads it.
#[test]
fn what_starts_the_container_may_write_a_file() {
    let config = "remote_write: [{url: 'https://r.example.com/api/v1/write', basic_auth: {username: a, \
         password_file: /tmp/pw}}]\n";
    let run = "/bin/prometheus --config.file=/etc/prometheus/prometheus.yml";
    for (lines, is_missing) in [
        (
            format!("    entrypoint: sh -c 'echo \"$$PW\" > /tmp/pw; exec {run}'\n"),
            false,
        ),
        (
            format!("    entrypoint: [sh, -c, 'cp /x /tmp/pw && exec {run}']\n"),
            false,
        ),
        ("    entrypoint: /entry.sh\n".to_owned(), false),
        (format!("    entrypoint: [sh, -c, 'exec {run}']\n"), true),
        (
            format!("    entrypoint: [sh, -c, 'mkdir -p /tmp/data; exec {run}']\n"),
            true,
        ),
        (String::new(), true),
    ] {
        let compose =
            format!("{COMPOSE}      - ./prometheus.yml:/etc/prometheus/prometheus.yml\n{lines}");
        let files = [
            ("/tree/prometheus.yml", config),
            ("/tree/compose.yaml", &*compose),
        ];
        let mut found = memory::found("/tree", &memory::tree(&files));
        found.retain(|finding| finding.rule == "credentials/not-mounted");
        assert_eq!(found.len(), usize::from(is_missing), "{lines}: {found:?}");
    }
    let config = "remote_write: [{url: 'https://r.example.com/api/v1/write', authorization: {credentials_file: /tmp/pw}}]";
    let all = pod(config, "", "}", "");
    let hook = "          lifecycle: {postStart: {exec: {command: [sh, -c, 'echo x > /tmp/pw']}}}\n          args:";
    for (all, is_missing) in [(all.replace("          args:", hook), false), (all, true)] {
        let mut found = memory::found("/tree", &memory::tree(&[("all.yaml", &all)]));
        found.retain(|finding| finding.rule == "credentials/not-mounted");
        assert_eq!(found.len(), usize::from(is_missing), "{all}: {found:?}");
    }
}

/// Of several patterns for one folder beside the configuration, one that matches is enough where all files are
/// matched.
#[test]
fn a_spare_pattern_beside_the_configuration_is_no_fault() {
    for (patterns, files, count) in [
        ("'rules/*.yml', 'rules/*.yaml'", &["rules/a.yml"][..], 0),
        ("'rules/*.yml', './rules/*.yaml'", &["rules/a.yml"], 0),
        (
            "'rules/*.rules', 'rules/*.yaml'",
            &["rules/a.yml", "rules/b.yaml"],
            1,
        ),
        ("'rules/*.yaml'", &["rules/a.yml"], 1),
        ("'rules/*.yml', 'alerts/*.yml'", &["rules/a.yml"], 1),
    ] {
        let config = format!("rule_files: [{patterns}]\nscrape_configs: []\n");
        let mut tree = vec![("/tree/prometheus.yml".to_owned(), config)];
        tree.extend(
            files
                .iter()
                .map(|file| (format!("/tree/{file}"), "groups: []\n".to_owned())),
        );
        let mut found = memory::found("/tree", &memory::tree(&tree));
        found.retain(|finding| finding.rule == "files/no-match");
        assert_eq!(found.len(), count, "{patterns} {files:?}: {found:?}");
    }
}
