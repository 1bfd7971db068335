//! What a configuration includes, seen together with what runs it, told from outside.

use crate::support::memory;
use crate::support::scratch::Scratch;

fn reported(tree: &Scratch, args: &[&str]) -> String {
    let ran = tree.promvet(args);
    assert_eq!(ran.stderr, "", "{args:?}");
    ran.stdout
}

/// The findings from warning upwards, one a line.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let (_, mut lines) = Scratch::new(files).found(&["check"]);
    lines.retain(|line| !line.contains(": info "));
    lines
}

const MAIN: &str = "scrape_configs: [{job_name: a}]\nrule_files: [rules/*.yml]\n";
const SORTED: &str = "\
groups:
  - name: g
    rules:
      - record: sorted
        expr: sort_by_label(up, \"job\")
";
const FLAG: &str = "--enable-feature=promql-experimental-functions";

fn compose(service: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n      \
         - ./prometheus.yml:/etc/prometheus/prometheus.yml\n      - ./rules:/etc/prometheus/rules\n{service}"
    )
}

fn command(flags: &str) -> String {
    compose(&format!(
        "    command: [--config.file=/etc/prometheus/prometheus.yml{flags}]\n"
    ))
}

fn stateful_set(args: &str) -> String {
    let args = match args.contains("config.file") {
        true => args.to_owned(),
        false => format!("--config.file=/etc/prometheus/prometheus.yml, {args}"),
    };
    format!(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: prometheus}}\nspec:\n  template:\n    \
         spec:\n      containers:\n        - name: prometheus\n          \
         image: quay.io/prometheus/prometheus:v3.5.0\n          args: [{args}]\n"
    )
}

/// What is said of an expression that needs a feature: nothing, that the flag may be missing, or
/// that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    MayLack,
    Lacks,
}

#[test]
fn a_feature_is_asked_of_what_runs_the_configuration() {
    let script = "    entrypoint: [/start.sh]\n";
    for (files, want) in [
        (vec![], Said::MayLack),
        (
            vec![("compose.yml", command(&format!(", {FLAG}")))],
            Said::Nothing,
        ),
        (
            vec![(
                "compose.yml",
                command(", '--enable-feature=exemplar-storage,promql-experimental-functions'"),
            )],
            Said::Nothing,
        ),
        (vec![("compose.yml", command(""))], Said::Lacks),
        (
            vec![(
                "compose.yml",
                command(", --enable-feature=exemplar-storage"),
            )],
            Said::Lacks,
        ),
        // The image's own command has no features.
        (vec![("compose.yml", compose(""))], Said::Lacks),
        // What is filled in or added elsewhere may hold the flag.
        (vec![("compose.yml", command(", $EXTRA"))], Said::MayLack),
        (vec![("compose.yml", compose(script))], Said::MayLack),
        (
            vec![(
                "compose.yml",
                compose("").replace("prom/prometheus:v3.5.0", "acme/prometheus-with-flags"),
            )],
            Said::MayLack,
        ),
        (
            vec![
                ("compose.yml", command("")),
                (
                    "compose.prod.yml",
                    format!("services:\n  prometheus:\n    command: [{FLAG}]\n"),
                ),
            ],
            Said::MayLack,
        ),
        (vec![("set.yml", stateful_set(FLAG))], Said::Nothing),
        (
            vec![("set.yml", stateful_set("--web.enable-lifecycle"))],
            Said::Lacks,
        ),
        // One of two that may run it is not evidence.
        (
            vec![
                ("a.yml", stateful_set(FLAG)),
                (
                    "b.yml",
                    stateful_set("--web.enable-lifecycle")
                        .replace("{name: prometheus}", "{name: b}"),
                ),
            ],
            Said::MayLack,
        ),
        (
            vec![
                ("a.yml", stateful_set(FLAG)),
                (
                    "b.yml",
                    stateful_set(FLAG).replace("{name: prometheus}", "{name: b}"),
                ),
            ],
            Said::Nothing,
        ),
        (
            vec![(
                "Dockerfile",
                format!(
                    "FROM prom/prometheus:v3.5.0\nCOPY . /etc/prometheus/\n\
                     CMD [\"--config.file=/etc/prometheus/prometheus.yml\", \"{FLAG}\"]\n"
                ),
            )],
            Said::Nothing,
        ),
    ] {
        let mut tree = vec![("prometheus.yml", MAIN), ("rules/a.yml", SORTED)];
        tree.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
        let found = found(&tree);
        let of_rule: Vec<_> = found
            .iter()
            .filter(|line| line.contains(" files/promql "))
            .collect();
        let said = match of_rule.as_slice() {
            [] => Said::Nothing,
            [one] if one.contains("which the command line lacks") => Said::Lacks,
            [one] if one.contains(FLAG) => Said::MayLack,
            more => panic!("{files:?}: {more:?}"),
        };
        assert_eq!(said, want, "{files:?}: {found:?}");
        assert_eq!(found.len(), of_rule.len(), "{files:?}: {found:?}");
    }
}

#[test]
fn a_command_line_without_the_feature_is_shown() {
    let compose = command(", --enable-feature=exemplar-storage");
    let tree = Scratch::new(&[
        ("prometheus.yml", MAIN),
        // Nothing is known of what runs this one: what is known of the other is reported.
        ("a/prometheus.yml", &MAIN.replace("rules/", "../rules/")),
        ("rules/a.yml", SORTED),
        ("compose.yml", &compose),
    ]);
    let reported = reported(&tree, &["check", "--format", "json"]);
    for words in [
        "\"path\":\"compose.yml\",\"start\":{\"line\":7,\"column\":61",
        "the service `prometheus` is started here, without the feature",
        "add `,promql-experimental-functions` to `--enable-feature`",
    ] {
        assert!(reported.contains(words), "{words}: {reported}");
    }
    assert_eq!(
        reported.matches("\"files/promql\"").count(),
        1,
        "{reported}"
    );
}

const BROKEN: &str = "groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]\n";

/// A configuration with one path of rule files.
fn including(path: &str) -> String {
    format!("scrape_configs: [{{job_name: a}}]\nrule_files: ['{path}']\n")
}

/// A service that mounts these.
fn mounting(volumes: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
         [./prometheus.yml:/etc/prometheus/prometheus.yml, {volumes}]\n"
    )
}

#[test]
fn paths_where_prometheus_runs_are_followed_through_mounts() {
    let place = "alerts/a.yml:1:50: error files/promql";
    let policy = "mounts:\n  - path: /etc/prometheus/rules\n    from: alerts\n";
    let kustomization =
        "configMapGenerator:\n  - name: c\n    files: [prometheus.yml, alerts/a.yml]\n";
    let volumes = "{name: c, configMap: {name: c}}";
    let set = stateful_set("--config.file=/etc/prometheus/prometheus.yml").replace(
        "      containers:",
        &format!("      volumes: [{volumes}]\n      containers:"),
    ) + "          volumeMounts: [{name: c, mountPath: /etc/prometheus}]\n";
    let dockerfile = "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\nCOPY alerts /etc/prometheus/rules\n";
    for (path, files, want) in [
        (
            "/etc/prometheus/rules/*.yml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some(place),
        ),
        (
            "/etc/prometheus/rules/a.yml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some(place),
        ),
        (
            "/etc/prometheus/rule[rs]/?.yml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some(place),
        ),
        // One by one, under a separate name.
        (
            "/etc/prometheus/rules/*.yml",
            vec![(
                "compose.yml",
                mounting("./alerts/a.yml:/etc/prometheus/rules/b.yml"),
            )],
            Some(place),
        ),
        // Relative to the configuration where it is mounted, and not where it is.
        (
            "rules/*.yml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some(place),
        ),
        (
            "/etc/prometheus/rules/*.yml",
            vec![("Dockerfile", dockerfile.to_owned())],
            Some(place),
        ),
        (
            "/etc/prometheus/a*.yml",
            vec![
                ("kustomization.yml", kustomization.to_owned()),
                ("set.yml", set.clone()),
            ],
            Some(place),
        ),
        (
            "/etc/prometheus/rules/*.yml",
            vec![("promvet.yaml", policy.to_owned())],
            Some(place),
        ),
        ("/etc/prometheus/rules/*.yml", vec![], None),
        (
            "/etc/prometheus/other/*.yml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some("prometheus.yml:2:14: warning files/no-match"),
        ),
        (
            "/etc/prometheus/rules/*.yaml",
            vec![("compose.yml", mounting("./alerts:/etc/prometheus/rules"))],
            Some("prometheus.yml:2:14: warning files/no-match"),
        ),
        // What is mounted over it hides it.
        (
            "/etc/prometheus/rules/*.yml",
            vec![(
                "compose.yml",
                mounting("./alerts:/etc/prometheus/rules, ./sound.yml:/etc/prometheus/rules/a.yml"),
            )],
            None,
        ),
        (
            "/etc/prometheus/rules/*.yml",
            vec![(
                "compose.yml",
                mounting("./alerts:/etc/prometheus/rules, rules:/etc/prometheus/rules"),
            )],
            None,
        ),
        // From a volume: no one knows what is in it.
        (
            "rules/*.yml",
            vec![("compose.yml", mounting("rules:/etc/prometheus/rules"))],
            None,
        ),
        (
            "/etc/prometheus/rules/*.yml",
            vec![("compose.yml", mounting("'${RULES}:/etc/prometheus/rules'"))],
            None,
        ),
        // Out of the tree.
        (
            "/etc/prometheus/rules/*.yml",
            vec![("compose.yml", mounting("../alerts:/etc/prometheus/rules"))],
            None,
        ),
        // One of two may run it, and only that one mounts the rules.
        (
            "/etc/prometheus/rules/*.yml",
            vec![
                (
                    "a/compose.yml",
                    mounting("../alerts:/etc/prometheus/rules")
                        .replace("./prometheus.yml", "./other.yml"),
                ),
                (
                    "a/other.yml",
                    "scrape_configs: [{job_name: b}]\n".to_owned(),
                ),
            ],
            None,
        ),
    ] {
        let main = including(path);
        let mut tree = vec![
            ("prometheus.yml", main.as_str()),
            ("alerts/a.yml", BROKEN),
            ("sound.yml", "groups: []\n"),
        ];
        tree.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
        let found = found(&tree);
        let of_rules: Vec<_> = found
            .iter()
            .filter(|line| !line.contains("schema/"))
            .collect();
        match (of_rules.as_slice(), want) {
            ([], None) => {}
            ([one], Some(want)) if one.starts_with(want) => {}
            (more, _) => panic!("{path} {files:?}: {more:?}"),
        }
    }
}

#[test]
fn jobs_of_two_deployments_are_not_duplicates() {
    let job = "scrape_configs: [{job_name: node}]\n";
    let service = |name: &str, jobs: &str| {
        format!(
            "  {name}:\n    image: prom/prometheus:v3.5.0\n    volumes: \
             [./prometheus.yml:/etc/prometheus/prometheus.yml, ./{jobs}:/etc/prometheus/jobs]\n"
        )
    };
    let main =
        "scrape_configs: [{job_name: a}]\nscrape_config_files: [/etc/prometheus/jobs/*.yml]\n";
    let files = |other: &str| {
        let services = format!(
            "services:\n{}{}",
            service("one", "one"),
            service("two", other)
        );
        found(&[
            ("prometheus.yml", main),
            ("one/a.yml", job),
            ("one/b.yml", "scrape_configs: [{job_name: a}]\n"),
            ("two/a.yml", job),
            ("compose.yml", &services),
        ])
    };
    assert_eq!(files("two"), Vec::<String>::new());
    let found = files("one");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("one/b.yml:1:29: error files/duplicate-job"),
        "{found:?}"
    );
}

#[test]
fn a_comment_for_a_whole_embedded_configuration_is_listed_as_one() {
    let tree = Scratch::new(&[(
        "map.yml",
        "apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  prometheus.yml: |
    # promvet: ignore-file[tls]
    # promvet: ignore[remote-write]
    remote_write: [{url: 'https://mimir.example.com/api/v1/push'}]
",
    )]);
    let table = reported(&tree, &["suppressions"]);
    let rows: Vec<_> = table.lines().skip(1).take(2).map(str::trim).collect();
    assert_eq!(
        rows,
        [
            "map.yml:6  tls (whole file in data[\"prometheus.yml\"])",
            "map.yml:7  remote-write"
        ]
    );
}

/// AWS has its readers write the queue into the values and the URL on the command line of helm.
#[test]
fn values_may_leave_the_url_to_the_command_line() {
    for list in [
        "[{queue_config: {max_shards: 200}}]",
        "[{remote_timeout: 5s}]",
        "[{url: }]",
        "[{remote_timeout: 5s}, {url: 'http://localhost:1/'}]",
    ] {
        let values = format!("server:\n  remoteWrite: {list}\nserverFiles: {{}}\n");
        let main = "scrape_configs: [{job_name: a}]\n";
        let found = found(&[("values.yaml", &values), ("prometheus.yml", main)]);
        assert_eq!(found, Vec::<String>::new(), "{list}");
    }
}

/// A rule file as a hook names it: only what a configuration of the tree loads is ours.
#[test]
fn a_changed_rule_file_is_checked_if_a_configuration_loads_it() {
    const BROKEN: &str = "groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]\n";
    const GLOB: &str = "rule_files: [rules/*.yml]\n";
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n      \
                   - ./conf:/etc/prometheus\n      - ./alerts:/rules\n";
    let absolute = "rule_files: [/rules/*.yml]\n";
    for (files, named, is_told) in [
        (
            &[("prometheus.yml", GLOB), ("rules/a.yml", BROKEN)][..],
            "rules/a.yml",
            true,
        ),
        (&[("rules/a.yml", BROKEN)], "rules/a.yml", false),
        (
            &[("prometheus.yml", GLOB), ("loki/a.yml", BROKEN)],
            "loki/a.yml",
            false,
        ),
        (
            &[
                ("compose.yaml", compose),
                ("conf/prometheus.yml", absolute),
                ("alerts/a.yml", BROKEN),
                (".git/HEAD", "ref: refs/heads/main\n"),
            ],
            "alerts/a.yml",
            true,
        ),
    ] {
        let ran = Scratch::new(files).promvet(&["check", "--if-recognized", named]);
        assert_eq!(
            ran.stdout.contains("files/promql"),
            is_told,
            "{named}: {}",
            ran.stdout
        );
    }
}

#[test]
fn rules_in_another_configmap_are_checked_where_they_are_mounted() {
    let manifest = |mount: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: prom, namespace: mon}}\ndata:\n  \
             prometheus.yml: |\n    rule_files: [/rules/*.yml]\n    scrape_configs: [{{job_name: a, static_configs: [{{targets: ['a:80']}}]}}]\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: alerts, namespace: mon}}\ndata:\n  \
             a.yml: |\n    groups: [{{name: a, rules: [{{alert: A, expr: 'sum('}}]}}]\n---\n\
             apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: prom, namespace: mon}}\nspec:\n  template:\n    spec:\n      \
             containers:\n        - name: prometheus\n          image: prom/prometheus:v3.5.0\n          \
             args: [--config.file=/cfg/prometheus.yml]\n          volumeMounts: [{{name: c, mountPath: /cfg}}, {{name: r, mountPath: {mount}}}]\n      \
             volumes: [{{name: c, configMap: {{name: prom}}}}, {{name: r, configMap: {{name: alerts}}}}]\n"
        )
    };
    let reported = |mount: &str| {
        let found = found(&[("all.yaml", &manifest(mount))]);
        found
            .iter()
            .any(|line| line.contains("all.yaml:14") && line.contains("files/promql"))
    };
    assert!(reported("/rules"));
    assert!(!reported("/alerts"));
}

#[test]
fn one_record_in_two_files_is_reported_once() {
    let rules =
        |expr: &str| format!("groups: [{{name: g, rules: [{{record: 'a:b', expr: '{expr}'}}]}}]\n");
    let main = "rule_files: [one.yml, two.yml]\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n";
    let other = "rule_files: ['*o.yml', one.yml]\nscrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n";
    for (first, second, want) in [
        ("sum(a)", "sum(b)", 1),
        ("sum(a)", "sum(a)", 0),
        ("sum(a{x=\"1\"})", "sum(a{x=\"2\"})", 0),
    ] {
        let found = found(&[
            ("prometheus.yml", main),
            ("prometheus-2.yml", other),
            ("one.yml", &rules(first)),
            ("two.yml", &rules(second)),
        ]);
        assert_eq!(found.len(), want, "{first} {second}: {found:?}");
    }
}

#[test]
fn short_ranges_are_reported_by_the_configuration_that_loads_them() {
    const RULES: &str =
        "groups: [{name: g, rules: [{record: 'a:b', expr: 'sum(rate(a_total[1m]))'}]}]\n";
    const FAST: &str = "groups: [{name: g, interval: 10s, rules: [{record: 'a:c', expr: 'a'}]}]\n";
    let main = |global: &str, job: &str, more: &str| {
        format!(
            "global: {{{global}}}\nrule_files: ['r*.yml']\n{more}scrape_configs:\n  - job_name: a\n    static_configs: [{{targets: ['a:80']}}]\n{job}"
        )
    };
    let run = |flags: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: [--config.file=/etc/prometheus/prometheus.yml{flags}]\n    volumes: ['.:/etc/prometheus']\n"
        )
    };
    for (main, more, want) in [
        (main("", "", ""), None, 1),
        (main("scrape_interval: 40s", "", ""), None, 1),
        (main("scrape_interval: 30s", "", ""), None, 0),
        (main("", "    scrape_interval: 15s\n", ""), None, 0),
        (main("evaluation_interval: 15s", "", ""), None, 0),
        (
            main(
                "",
                "",
                "remote_read: [{url: 'http://a.example/api/v1/read'}]\n",
            ),
            None,
            0,
        ),
        (main("", "", ""), Some(("r2.yml", FAST.to_owned())), 0),
        (main("", "", ""), Some(("compose.yaml", run(""))), 1),
        (
            main("", "", ""),
            Some(("compose.yaml", run(", --web.enable-remote-write-receiver"))),
            0,
        ),
    ] {
        let mut files = vec![("prometheus.yml", main.as_str()), ("r.yml", RULES)];
        files.extend(more.iter().map(|(path, text)| (*path, text.as_str())));
        let found = found(&files);
        let reported = found
            .iter()
            .filter(|line| line.contains("rules/short-range"))
            .count();
        assert_eq!(reported, want, "{main} {more:?}: {found:?}");
    }
}

/// A range contains its start before 3.0.
#[test]
fn a_subquery_of_one_step_is_short_only_where_the_range_is_open() {
    let rules = "groups: [{name: a, rules: [{record: 'a:b', expr: 'rate(x[1m:1m])'}]}]\n";
    let main = "rule_files: [r.yml]\n";
    let run = |release: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:{release}\n    volumes: ['.:/etc/prometheus']\n"
        )
    };
    for (release, want) in [("v2.45.0", 0), ("v3.5.0", 1)] {
        let compose = run(release);
        let files = [
            ("prometheus.yml", main),
            ("r.yml", rules),
            ("compose.yaml", compose.as_str()),
        ];
        let found = found(&files);
        let reported = found
            .iter()
            .filter(|line| line.contains("rules/short-range"));
        assert_eq!(reported.count(), want, "{release}: {found:?}");
    }
}

#[test]
fn a_web_configuration_is_found_by_its_flag() {
    const MAIN: &str = "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n";
    let run = |flag: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: [--config.file=/etc/prometheus/prometheus.yml{flag}]\n    volumes: ['.:/etc/prometheus']\n"
        )
    };
    let named = run(", --web.config.file=/etc/prometheus/https.yml");
    for (compose, content, want) in [
        (&named, "tls_config: {cert_file: a}\n", true),
        (&run(""), "tls_config: {cert_file: a}\n", false),
        // Anything else that a flag names is not told about.
        (&named, "DB_HOST: a\nDB_PASSWORD: b\n", false),
    ] {
        let found = found(&[
            ("prometheus.yml", MAIN),
            ("compose.yaml", compose),
            ("https.yml", content),
        ]);
        let reported = found
            .iter()
            .any(|line| line.contains("files/web-configuration"));
        assert_eq!(reported, want, "{content}: {found:?}");
    }
}

/// The name of the file does not matter, nor whether the configuration beside it is in the tree.
#[test]
fn a_web_configuration_is_judged_wherever_it_is_named() {
    const PLAIN: &str = "basic_auth_user: {a: hunter2}\n";
    const HASH: &str =
        "basic_auth_users:\n  a: $2y$10$P22TH78rs28Ce810UvF2w.P9feQo6W3A5Buu/oQuvgfbE6ElE5Ffv\n";
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    command: [--config.file=/data/p.yml, --web.config.file=/w/access]\n    volumes: ['./access:/w/access', 'data:/data']\nvolumes: {data: {}}\n";
    let pod = |content: &str| {
        format!(
            "kind: ConfigMap\nmetadata: {{name: w}}\ndata:\n  access: |\n    {content}---\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: p\n    image: prom/prometheus:v3.5.0\n    args: [--config.file=/data/p.yml, --web.config.file=/w/access]\n    volumeMounts: [{{name: w, mountPath: /w}}, {{name: d, mountPath: /data}}]\n  volumes: [{{name: w, configMap: {{name: w}}}}, {{name: d, emptyDir: {{}}}}]\n",
            content = content.replace('\n', "\n    ").trim_end_matches(' ')
        )
    };
    let unit = "[Service]\nExecStart=/usr/bin/prometheus --config.file=/etc/prometheus/p.yml --web.config.file=/etc/prometheus/access\n";
    let quadlet = "[Container]\nImage=docker.io/prom/prometheus:v3.5.0\nVolume=./access:/w/access:ro\nExec=--config.file=/data/p.yml --web.config.file=/w/access\n";
    for (content, expected) in [(PLAIN, true), (HASH, false), ("", false)] {
        let of_pod = pod(content);
        for files in [
            &[("compose.yml", compose), ("access", content)][..],
            &[("pod.yaml", &of_pod)],
            &[("p.service", unit), ("access", content)],
            &[("p.container", quadlet), ("access", content)],
        ] {
            let found = memory::found("/tree", &memory::tree(files));
            let mut found = found.iter();
            let is_found = found.any(|one| one.rule == "files/web-configuration");
            assert_eq!(is_found, expected, "{files:#?}");
        }
    }
    // What is something else is named at the flag, and nothing of it is shown.
    let files = [
        ("compose.yml", compose),
        ("access", "DB_PASSWORD: hunter2\n"),
    ];
    let found = memory::found("/tree", &memory::tree(&files));
    let start: Vec<_> = found
        .iter()
        .filter(|one| one.rule == "start/config-file")
        .collect();
    assert!(
        start.len() == 1 && start[0].place.path().ends_with("compose.yml"),
        "{found:?}"
    );
    assert!(
        !format!("{found:?}").contains("DB_PASSWORD: hunter2"),
        "{found:?}"
    );
}

#[test]
fn a_web_configuration_in_a_secret_is_checked_and_its_users_are_hidden() {
    const HASH: &str = "$2y$10$P22TH78rs28Ce810UvF2w.P9feQo6W3A5Buu/oQuvgfbE6ElE5Ffv";
    let run = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prom}\ndata:\n  prometheus.yml: |\n    scrape_configs: [{job_name: a, static_configs: [{targets: ['a:80']}]}]\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: prom}\nspec:\n  template:\n    spec:\n      containers:\n      - name: prometheus\n        image: prom/prometheus:v3.5.0\n        args: [--config.file=/etc/prometheus/prometheus.yml, --web.config.file=/web/web.yml]\n        volumeMounts: [{name: c, mountPath: /etc/prometheus}, {name: w, mountPath: /web}]\n      volumes: [{name: c, configMap: {name: prom}}, {name: w, secret: {secretName: web}}]\n";
    for (section, want) in [
        ("tls_server_config: {cert_file: a.crt}", true),
        ("http_server_config: {http2: true}", false),
        ("database: {password: a}", false),
    ] {
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: web}}\nstringData:\n  web.yml: |\n    basic_auth_users:\n      admin: {HASH}\n    {section}\n"
        );
        let files = [("all.yaml", run), ("secret.yaml", &secret)];
        let found = memory::found("/tree", &memory::tree(&files));
        let of_web = |one: &&promvet::finding::Finding| one.rule == "files/web-configuration";
        let reported = found.iter().filter(of_web);
        let reported: Vec<_> = reported
            .filter(|one| one.message.contains("cert_file"))
            .collect();
        assert_eq!(!reported.is_empty(), want, "{section}: {found:?}");
        assert!(!format!("{found:?}").contains(HASH), "{section}");
    }
}

/// However many configurations name the same sets of rule files, each pair of rules is reported once.
#[test]
fn a_series_that_two_rule_files_write_is_reported_once_in_a_run() {
    let rules = "groups: [{name: a, rules: [{record: b, expr: up}]}]\n";
    let twice = "groups: [{name: a, rules: [{record: c, expr: up}, {record: c, expr: up}]}]\n";
    let main = "rule_files: ['a/*.yml', 'b/*.yml']\n";
    let only = "rule_files: ['c/*.yml']\n";
    let tree = Scratch::new(&[
        ("prometheus-1.yml", main),
        ("prometheus-2.yml", main),
        ("prometheus-3.yml", "rule_files: ['b/*.yml']\n"),
        ("prometheus-4.yml", only),
        ("prometheus-5.yml", only),
        ("a/1.yml", rules),
        ("b/2.yml", rules),
        ("b/3.yml", rules),
        ("c/4.yml", twice),
        ("c/5.yml", &rules.replace("record: b", "record: c")),
    ]);
    for threads in ["1", "4"] {
        let (_, mut lines) = tree.found(&["check", "--threads", threads]);
        lines.retain(|line| line.contains("a rule in another file"));
        let files: Vec<_> = lines.iter().map(|line| &line[..7]).collect();
        assert_eq!(files, ["b/2.yml", "b/3.yml", "c/5.yml"], "{lines:?}");
    }
}
