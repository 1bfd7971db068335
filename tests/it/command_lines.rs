//! Command lines that start Prometheus, whether or not their configuration is in the tree, and the mirror of
//! each fault.

use crate::support::memory;
use promvet::finding::Severity;

/// Warnings and errors, as `rule path:line message`.
fn reported(files: &[(&str, &str)]) -> Vec<String> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|finding| finding.severity >= Severity::Warning);
    found
        .iter()
        .map(|one| {
            let line = one.place.start().line;
            format!("{} {}:{line} {}", one.rule, one.place.path(), one.message)
        })
        .collect()
}

fn compose(image: &str, flags: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: {image}\n    command: {flags}\n    volumes: \
         ['config:/etc/prometheus']\nvolumes: {{config: {{}}}}\n"
    )
}

/// The entry point of the official image is Prometheus, which takes flags alone.
#[test]
fn a_command_for_the_entry_point_of_the_image_is_an_error() {
    let service =
        |lines: &str| format!("services:\n  p:\n    image: prom/prometheus:v3.5.0\n{lines}");
    let pod = |lines: &str| {
        format!(
            "kind: Pod\nmetadata: {{name: p}}\nspec:\n  containers:\n  - name: p\n    image: prom/prometheus\n{lines}"
        )
    };
    let line = "sh -c \"prometheus --config.file=/c/prometheus.yml\"";
    let list = "[sh, -c, 'exec prometheus --config.file=/c/prometheus.yml']";
    let files = [
        ("compose.yml", service(&format!("    command: {line}\n")), true),
        ("compose.yml", service(&format!("    command: {list}\n")), true),
        ("compose.yml", service("    command: [/start.sh, --agent]\n"), true),
        ("compose.yml", service(&format!("    entrypoint: {list}\n")), false),
        (
            "compose.yml",
            service("    entrypoint: [/bin/sh, -c]\n    command: ['prometheus --config.file=/c/prometheus.yml']\n"),
            false,
        ),
        ("compose.yml", service("    command: ['$START', --agent]\n"), false),
        (
            "compose.yml",
            service(&format!("    command: {line}\n")).replace("prom/prometheus", "acme/prometheus"),
            false,
        ),
        (
            "compose.yml",
            service(&format!("    build: .\n    command: {line}\n")),
            false,
        ),
        ("pod.yaml", pod(&format!("    args: {list}\n")), true),
        ("pod.yaml", pod(&format!("    command: {list}\n")), false),
        (
            "pod.yaml",
            pod("    command: [sh, -c]\n    args: ['prometheus --config.file=/c/prometheus.yml']\n"),
            false,
        ),
        (
            "Dockerfile",
            format!("FROM prom/prometheus:v3.5.0\nCMD {}\n", list.replace('\'', "\"").replace("sh, -c", "\"sh\", \"-c\"")),
            true,
        ),
        (
            "Dockerfile",
            "FROM prom/prometheus:v3.5.0\nENTRYPOINT [\"sh\", \"-c\"]\nCMD [\"prometheus --config.file=/c/prometheus.yml\"]\n".to_owned(),
            false,
        ),
    ];
    for (name, content, expected) in files {
        let found = reported(&[(name, &content)]);
        let is_found = found.iter().any(|line| line.contains("entry point"));
        assert_eq!(is_found, expected, "{content}: {found:#?}");
    }
}

#[test]
fn flags_are_judged_without_a_configuration() {
    let new = "prom/prometheus:v3.5.0";
    let file = "--config.file=/etc/prometheus/prometheus.yml";
    for (image, flags, expected) in [
        (new, "--web.enable-lifecylce", Some("unknown flag")),
        (
            new,
            "--web.enable-lifecylce --storage.tsdb.path=/prometheus",
            Some("unknown flag"),
        ),
        (
            new,
            "/bin/prometheus --web.enable-lifecycle --storage.tsdb.path /prometheus",
            None,
        ),
        (
            new,
            "--web.enable-lifecycle --no-web.enable-admin-api",
            None,
        ),
        (
            new,
            "-config.file=/etc/prometheus/prometheus.yml",
            Some("has one dash"),
        ),
        (
            "prom/prometheus:v1.8.2",
            "-config.file=/etc/prometheus/prometheus.yml",
            None,
        ),
        (
            "prom/prometheus:${TAG}",
            "-config.file=/etc/prometheus/prometheus.yml",
            None,
        ),
        (
            new,
            "--log.level=info --log.level=debug",
            Some("is given twice"),
        ),
        (
            new,
            "--enable-feature=a-b --enable-feature=native-histograms",
            Some("unknown feature"),
        ),
        (new, "--web.listen-address=:1 --web.listen-address=:2", None),
        (
            new,
            "--storage.tsdb.retention.time=15days",
            Some("unknown unit"),
        ),
        (
            new,
            "--storage.tsdb.retention.time=15d --storage.tsdb.retention.size=10GB",
            None,
        ),
        (new, "--storage.tsdb.retention.time 15d", None),
        (
            new,
            "--storage.tsdb.retention.time fortnight",
            Some("`--storage.tsdb.retention.time`"),
        ),
        (new, "--storage.tsdb.retention.time=${TIME}", None),
        (
            new,
            "--storage.tsdb.retention.size=10G",
            Some("`--storage.tsdb.retention.size`"),
        ),
        (new, "--query.max-samples=1e6", None),
        (new, "--query.max-samples=many", Some("expected a number")),
        (new, "--query.max-samples=50_000_000", None),
        (new, "--log.level=verbose", Some("`--log.level`")),
        (new, "--log.level=INFO --log.format=json", None),
        (new, "--web.enable-lifecycle=true", Some("takes no value")),
        (new, "--web.enable-lifecycle true", Some("takes no value")),
        (
            new,
            "--agent --storage.tsdb.path=/p",
            Some("an agent rejects"),
        ),
        (
            new,
            "--agent --storage.agent.path=/p --web.read-timeout=5m",
            None,
        ),
        (new, "--storage.agent.path=/p", Some("for agents only")),
        (
            "prom/prometheus:v2.53.1",
            "--enable-feature=agent --storage.agent.path=/p",
            None,
        ),
        // A fork may have flags of its own.
        (
            "images.example.com/prometheus:v3.5.0",
            "--export.label.project-id=x",
            None,
        ),
    ] {
        // Without this flag, no other is of use.
        let flags = match flags.contains("config.file") {
            true => flags.to_owned(),
            false => format!("{flags} {file}"),
        };
        let found = reported(&[("/tree/compose.yaml", &compose(image, &flags))]);
        match expected {
            None => assert_eq!(found, [""; 0], "{flags}"),
            Some(what) => assert!(
                found.len() == 1 && found[0].contains(what) && found[0].starts_with("start/f"),
                "{flags}: {found:?}"
            ),
        }
    }
    let shell = |line: &str| {
        let service = compose(new, &format!("sh -c '{line}'"));
        service.replace("command:", "entrypoint:")
    };
    for line in [
        "curl --retry 3 https://example.org && exec prometheus FILE --web.enable-lifecycle | tee --append x",
        "prometheus FILE --web.enable-lifecycle; curl --retry 3 https://example.org",
    ] {
        let line = line.replace("FILE", file);
        let found = reported(&[("/tree/compose.yaml", &shell(&line))]);
        assert_eq!(found, [""; 0], "{line}");
    }
    let several = format!("if a; then prometheus {file}; else prometheus {file} --agent; fi");
    assert_eq!(
        reported(&[("/tree/compose.yaml", &shell(&several))]),
        [""; 0]
    );
}

const POD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: prometheus-config, namespace: mon}\ndata:\n  \
                   prometheus.yml: |\n    scrape_configs: []\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, \
                   namespace: mon}\nspec:\n  containers:\n    - name: prometheus\n      image: \
                   prom/prometheus:v3.5.0\n      ARGS\n      volumeMounts: [{name: c, mountPath: \
                   /etc/prometheus}]\n  volumes: [{name: c, configMap: {name: NAME ITEMS}}]\n";

#[test]
fn a_configuration_that_no_key_provides_is_missed() {
    let good = "args: [--config.file=/etc/prometheus/prometheus.yml]";
    let items = ", items: [{key: prometheus.yml, path: config.yml}]";
    let own = "prometheus-config";
    for (args, name, items, expected) in [
        (good, own, "", None),
        ("", own, "", None),
        (
            "args: [--config.file=/etc/prometheus/prom.yml]",
            own,
            "",
            Some("start/config-file"),
        ),
        (
            "command: [/bin/prometheus, --config.file=/etc/prom/x.yml]",
            own,
            "",
            Some("start/config-file"),
        ),
        (good, own, items, Some("start/config-file")),
        ("", own, items, Some("start/config-file")),
        (
            "args: [--config.file=/etc/prometheus/config.yml]",
            own,
            items,
            None,
        ),
        (
            "args: [--config.file=/etc/prometheus/$(NAME)]",
            own,
            "",
            None,
        ),
        (good, "prometheus-confg", "", Some("kubernetes/object-name")),
        (good, "promtheus-config", "", Some("kubernetes/object-name")),
        (good, "prometheus-config, optional: true", "", None),
        (good, "prometheus-confg, optional: true", "", None),
        (good, "prometheus-config2", "", None),
        (good, "grafana-config", "", None),
    ] {
        let all = POD
            .replace("ARGS", args)
            .replace("NAME", name)
            .replace(" ITEMS", items);
        let found = reported(&[("/tree/all.yaml", &all)]);
        let rules: Vec<_> = found
            .iter()
            .filter_map(|one| one.split(' ').next())
            .collect();
        assert_eq!(
            rules,
            expected.into_iter().collect::<Vec<_>>(),
            "{args} {name} {items}: {found:?}"
        );
    }
    for (made, mounted, is_slip) in [
        ("rules", "rule", true),
        ("rules", "rlues", true),
        ("alert", "alerts", true),
        ("prom", "prod", false),
        ("a", "as", false),
        ("rule1", "rule2", false),
    ] {
        let all = POD
            .replace("ARGS", good)
            .replace("name: prometheus-config", &format!("name: {made}"))
            .replace("NAME", mounted)
            .replace(" ITEMS", "");
        let found = reported(&[("/tree/all.yaml", &all)]);
        let is_named = found.iter().any(|one| one.starts_with("kubernetes/object"));
        assert_eq!(is_named, is_slip, "{made} {mounted}: {found:?}");
    }
}

#[test]
fn a_configuration_that_the_image_does_not_look_for_is_not_read() {
    let config = ("/tree/prometheus.yml", "scrape_configs: []\n");
    for (rest, count) in [
        (
            "volumes: ['./prometheus.yml:/prometheus/prometheus.yml']",
            1,
        ),
        (
            "volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']",
            0,
        ),
        ("volumes: ['./:/etc/prometheus']", 0),
        ("volumes: ['data:/prometheus', '.:/src']", 0),
        (
            "command: [--config.file=/p.yml]\n    volumes: ['./prometheus.yml:/p.yml']",
            0,
        ),
    ] {
        let compose = format!("services:\n  p:\n    image: prom/prometheus:v3.5.0\n    {rest}\n");
        let found = reported(&[("/tree/compose.yaml", &compose), config]);
        assert_eq!(found.len(), count, "{rest}: {found:?}");
    }
}

const HASH: &str = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

/// What is told of a server with a web configuration, in its folder or with the configuration alone.
fn of_web(release: &str, web: &str, config: &str, is_folder: bool) -> Vec<String> {
    let mount = match is_folder {
        true => "./conf:/etc/prometheus",
        false => "./conf/prometheus.yml:/etc/prometheus/prometheus.yml",
    };
    let compose = format!(
        "services:\n  p:\n    image: prom/prometheus:{release}\n    command: \
         [--config.file=/etc/prometheus/prometheus.yml, --web.config.file=/etc/prometheus/web.yml]\n    \
         volumes: ['{mount}']\n"
    );
    reported(&[
        ("/tree/compose.yaml", &compose),
        ("/tree/conf/prometheus.yml", config),
        ("/tree/conf/web.yml", web),
        ("/tree/conf/notes.crt", "not a certificate\n"),
        (
            "/tree/Makefile",
            "keys:\n\topenssl req -keyout conf/made.key -out conf/made.crt\n",
        ),
    ])
}

#[test]
fn web_configurations_are_judged_where_they_run() {
    let none = "scrape_configs: []\n";
    let users = format!("basic_auth_users: {{a: '{HASH}'}}\n");
    let short = format!("basic_auth_users: {{a: '{}'}}\n", &HASH[..59]);
    let tls = |name: &str| {
        format!("tls_server_config: {{cert_file: {name}.crt, key_file: {name}.key}}\n")
    };
    let own = |rest: &str| {
        format!(
            "scrape_configs: [{{job_name: p{rest}, static_configs: [{{targets: ['localhost:9090']}}]}}]\n"
        )
    };
    for (release, web, config, is_folder, count) in [
        ("v3.5.0", &*users, none, true, 0),
        ("v3.5.0", &users, none, false, 1),
        ("v3.5.0", &short, none, true, 1),
        (
            "v3.5.0",
            "rate_limit: {interval: 1s, burst: 20}\n",
            none,
            true,
            1,
        ),
        (
            "v3.8.0",
            "rate_limit: {interval: 1s, burst: 20}\n",
            none,
            true,
            0,
        ),
        ("v3.5.0", &tls("none"), none, true, 2),
        ("v3.5.0", &tls("made"), none, true, 0),
        ("v3.5.0", &tls("/run/none"), none, true, 2),
        (
            "v3.5.0",
            "tls_server_config: {cert_file: notes.crt, key_file: made.key}\n",
            none,
            true,
            1,
        ),
        ("v3.5.0", &users, &own(""), true, 1),
        (
            "v3.5.0",
            &users,
            &own(", basic_auth: {username: a, password_file: /run/x}").replace("/run/x", "web.yml"),
            true,
            0,
        ),
        (
            "v3.5.0",
            &users,
            &own("").replace("localhost:9090", "other:9090"),
            true,
            0,
        ),
        ("v3.5.0", &tls("made"), &own(""), true, 1),
        (
            "v3.5.0",
            &tls("made"),
            &own(", scheme: https, tls_config: {server_name: a}"),
            true,
            0,
        ),
    ] {
        let found = of_web(release, web, config, is_folder);
        let found: Vec<_> = found
            .iter()
            .filter(|one| !one.starts_with("credentials/"))
            .collect();
        assert_eq!(found.len(), count, "{release} {web} {config}: {found:?}");
    }
}

#[test]
fn labels_are_expanded_by_newer_releases_only() {
    let config = "global:\n  external_labels: {cluster: '${CLUSTER}'}\n";
    for (image, command, count) in [
        ("prom/prometheus:v2.45.0", "[]", 1),
        ("prom/prometheus:v3.5.0", "[]", 0),
        ("prom/prometheus", "[]", 0),
        (
            "prom/prometheus:v2.45.0",
            "[--enable-feature=expand-external-labels, --config.file=/etc/prometheus/prometheus.yml]",
            0,
        ),
    ] {
        let compose = format!(
            "services:\n  p:\n    image: {image}\n    command: {command}\n    volumes: \
             ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        )
        .replace("    command: []\n", "");
        let found = reported(&[
            ("/tree/compose.yaml", &compose),
            ("/tree/prometheus.yml", config),
        ]);
        assert_eq!(found.len(), count, "{image} {command}: {found:?}");
    }
}

#[test]
fn flags_in_values_of_the_chart_are_judged() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: p}\nspec:\n  \
                   chart: {spec: {chart: prometheus}}\n  values:\n    server: {extraArgs: {log.levle: debug}}\n";
    for (values, expected) in [
        (
            "server: {extraFlags: [web.enable-lifecylce]}\n",
            Some("unknown flag `--web.enable-lifecylce`"),
        ),
        (
            "server: {extraFlags: [enable-feature=native-histogram]}\n",
            Some("native-histogram"),
        ),
        (
            "alertmanager: {}\nserver: {extraArgs: {storage.tsdb.retention.sise: 10GB}}\n",
            Some("unknown flag"),
        ),
        (
            "server: {defaultFlagsOverride: [--config.file=/a.yml, --storage.tsdb.retention.tme=1d]}\n",
            Some("unknown flag"),
        ),
        (
            "prometheus: {alertmanager: {}, server: {retention: 15days}}\nextraArgs: {}\n",
            Some("unknown unit `days`"),
        ),
        (release, Some("unknown flag `--log.levle`")),
        (
            "server: {extraFlags: [web.enable-lifecycle], extraArgs: {log.level: debug}}\n",
            None,
        ),
        // Servers of other charts.
        (
            "server: {extraArgs: {envflag.enable: 'true', loggerFormat: json}}\n",
            None,
        ),
        (
            "server: {image: {repository: acme/tsdb}, extraFlags: [log-levle]}\n",
            None,
        ),
    ] {
        let found = reported(&[("values.yaml", values)]);
        match expected {
            Some(words) => assert!(found.join("\n").contains(words), "{values}: {found:?}"),
            None => assert_eq!(found, [] as [&str; 0], "{values}"),
        }
    }
}

/// Variables of a unit are read where it or a file of the tree sets them.
#[test]
fn variables_of_a_unit_are_filled_in() {
    let exec = "ExecStart=/usr/bin/prometheus $ARGS\n";
    let line = "--config.file=/etc/prometheus/prometheus.yml --web.enable-lifecyle";
    let unit = |lines: &str| format!("[Service]\n{lines}{exec}");
    let own = unit(&format!("Environment=\"ARGS={line}\"\n"));
    let by_file = unit("EnvironmentFile=-/etc/default/prometheus\n");
    let sets = format!("A=b\nARGS=\"{line}\"\n");
    let long =
        "ARGS=\"--config.file=/etc/prometheus/prometheus.yml \\\n  --web.enable-lifecyle\"\n";
    let files = |unit: &str, others: &[(&str, &str)]| -> Vec<(String, String)> {
        let mut all = vec![("/tree/prometheus.service".to_owned(), unit.to_owned())];
        let others = others.iter();
        all.extend(others.map(|(path, text)| (format!("/tree/{path}"), (*text).to_owned())));
        all
    };
    for (all, count) in [
        (files(&own, &[]), 1),
        (files(&own.replace("lifecyle", "lifecycle"), &[]), 0),
        (
            files(&own, &[("prometheus.service.d/a.conf", "[Service]\n")]),
            1,
        ),
        (
            files(
                &unit(&format!("Environment=A=b 'ARGS={line}'\nEnvironment=C=d\n")),
                &[],
            ),
            1,
        ),
        (files(&own.replace("$ARGS", "${ARGS}"), &[]), 0),
        (files(&own.replace("ARGS=", "OTHER="), &[]), 0),
        (files(&by_file, &[]), 0),
        (files(&by_file, &[("etc/default/prometheus", &sets)]), 1),
        (files(&by_file, &[("default/prometheus", &sets)]), 1),
        (files(&by_file, &[("prometheus", long)]), 1),
        (
            files(
                &by_file,
                &[("default/prometheus", &sets.replace("lifecyle", "lifecycle"))],
            ),
            0,
        ),
        (files(&by_file, &[("default/other", &sets)]), 0),
    ] {
        let all: Vec<_> = all.iter().map(|(path, text)| (&**path, &**text)).collect();
        let found = reported(&all);
        let flags = found.iter().filter(|one| one.starts_with("start/flag"));
        assert_eq!(flags.count(), count, "{all:?}: {found:?}");
    }
}

/// Flags in a script that runs the image are those of its entry point.
#[test]
fn flags_of_a_script_are_judged() {
    let config = ("/tree/prometheus.yml", "scrape_configs: []\n");
    let mount = "-v $PWD/prometheus.yml:/etc/prometheus/prometheus.yml";
    let flags = "--config.file=/etc/prometheus/prometheus.yml --web.enable-lifecyle";
    for (line, count) in [
        (
            format!("docker run -d {mount} prom/prometheus:v3.4.0 {flags}"),
            1,
        ),
        (
            format!("podman run {mount} docker.io/prom/prometheus:v3.4.0 \\\n  {flags}"),
            1,
        ),
        (
            format!("nerdctl run {mount} quay.io/prometheus/prometheus {flags}"),
            1,
        ),
        (
            format!("docker run {mount} prom/prometheus:v2.53.1 {flags}")
                .replace("enable-lifecyle", "enable-otlp-receiver"),
            1,
        ),
        (
            format!("docker run {mount} prom/prometheus:v3.4.0 {flags}")
                .replace("lifecyle", "lifecycle"),
            0,
        ),
        (
            format!("docker run --entrypoint sh {mount} prom/prometheus:v3.4.0 {flags}"),
            0,
        ),
        (
            format!("docker run {mount} acme/prometheus:v3.4.0 {flags}"),
            0,
        ),
        (
            format!("# docker run {mount} prom/prometheus:v3.4.0 {flags}"),
            0,
        ),
        (
            format!(
                "docker run -v /srv/p.yml:/etc/prometheus/prometheus.yml prom/prometheus {flags}"
            ),
            0,
        ),
    ] {
        let script = format!("#!/bin/sh\n{line}\n");
        let found = reported(&[config, ("/tree/run.sh", &script)]);
        let flags = found.iter().filter(|one| one.starts_with("start/flag"));
        assert_eq!(flags.count(), count, "{line}: {found:?}");
    }
}

/// A hash with a scheme of another program is no YAML without quotes, and still no variable.
#[test]
fn a_web_configuration_that_is_not_yaml_is_reported() {
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    command: [--config.file=/etc/prometheus/prometheus.yml, \
         --web.config.file=/etc/prometheus/web.yml]\n    volumes: ['./:/etc/prometheus']\n";
    for (web, count) in [
        (
            "basic_auth_users:\n  carl: {SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n",
            1,
        ),
        ("basic_auth_users:\n  carl: {HASH}more\n", 0),
        ("basic_auth_users:\n  carl: ${HASH}\n", 0),
    ] {
        let found = reported(&[
            ("/tree/prometheus.yml", "scrape_configs: []\n"),
            ("/tree/compose.yaml", compose),
            ("/tree/web.yml", web),
        ]);
        assert_eq!(found.len(), count, "{web}: {found:?}");
    }
}

/// Certificates of a Secret are read where it is mounted.
#[test]
fn certificates_of_a_mounted_secret_are_judged() {
    for (data, count) in [
        ("stringData: {tls.crt: hello, tls.key: world}", 2),
        ("data: {tls.crt: aGVsbG8K, tls.key: d29ybGQK}", 2),
        ("data: {tls.crt: '', tls.key: ''}", 0),
        ("stringData: {tls.crt: '${CERT}', tls.key: '${KEY}'}", 0),
        ("stringData: {tls.crt: REPLACE_ME, tls.key: REPLACE_ME}", 0),
        ("type: Opaque", 0),
    ] {
        let all = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  prometheus.yml: |\n    scrape_configs: []\n  \
             web.yml: |\n    tls_server_config: {{cert_file: /etc/tls/tls.crt, key_file: /etc/tls/tls.key}}\n---\n\
             apiVersion: v1\nkind: Secret\nmetadata: {{name: t}}\n{data}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: \
             p}}\nspec:\n  containers:\n    - name: p\n      image: prom/prometheus:v3.5.0\n      args: \
             [--config.file=/etc/prometheus/prometheus.yml, --web.config.file=/etc/prometheus/web.yml]\n      volumeMounts: \
             [{{name: c, mountPath: /etc/prometheus}}, {{name: t, mountPath: /etc/tls}}]\n  volumes: [{{name: c, configMap: \
             {{name: c}}}}, {{name: t, secret: {{secretName: t}}}}]\n"
        );
        let found = reported(&[("/tree/all.yaml", &all)]);
        let web = found
            .iter()
            .filter(|one| one.contains("holds no PEM block"));
        assert_eq!(web.count(), count, "{data}: {found:?}");
    }
}

/// A flag that a release does not know is one fault, whatever it would mean to a newer one.
#[test]
fn the_flag_of_agents_is_one_fault_before_3_0() {
    let flags = "[--config.file=/etc/prometheus/prometheus.yml, --agent, --storage.tsdb.path=/p, --storage.tsdb.retention.time=1d]";
    for (release, count) in [("v2.55.1", 1), ("v3.5.0", 2)] {
        let found = reported(&[(
            "/tree/compose.yaml",
            &compose(&format!("prom/prometheus:{release}"), flags),
        )]);
        assert_eq!(found.len(), count, "{release}: {found:?}");
    }
}

/// Docker makes a folder of what is mounted and missing.
#[test]
fn a_configuration_that_is_mounted_from_nowhere_is_missed() {
    let config = "scrape_configs: []\n";
    let compose = "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./config/prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let moved = ("/tree/monitoring/prometheus.yml", config);
    for (files, count) in [
        (vec![moved], 1),
        (vec![("/tree/config/prometheus.yml", config)], 0),
        // It may be made by hand, or by a script.
        (vec![], 0),
        (vec![("/tree/monitoring/other.yml", config)], 0),
        (
            vec![moved, ("/tree/up.sh", "cp $X config/prometheus.yml\n")],
            0,
        ),
        (vec![moved, ("/tree/.gitignore", "config/\n")], 0),
    ] {
        let all = [
            vec![("/tree/.git/HEAD", ""), ("/tree/compose.yaml", compose)],
            files,
        ]
        .concat();
        let found = reported(&all);
        let lost = found
            .iter()
            .filter(|one| one.starts_with("start/config-file"));
        assert_eq!(lost.count(), count, "{all:?}: {found:?}");
    }
}
