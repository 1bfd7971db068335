use super::*;

/// A compose file with one Prometheus and some more of the service.
fn service(more: &str) -> String {
    format!("services:\n  prometheus:\n    image: prom/prometheus:v2.53.1\n{more}")
}

const SECRETS_FOLDER: &str = "    volumes:
      - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - ./secrets:/run/secrets
";

#[test]
fn a_bound_folder_leads_to_its_files() {
    let compose = service(SECRETS_FOLDER);
    let world = world(&[
        ("deploy/compose.yaml", &compose),
        ("deploy/prometheus.yml", "global: {}"),
        ("deploy/secrets/tenant-token", "t"),
    ]);
    let one = world.only();
    assert_eq!(one.name, "the service `prometheus`");
    assert_eq!(one.version(), Some("2.53.1"));
    assert_eq!((one.user.uid, one.user.gid), (Some(65534), Some(65534)));
    assert_eq!(one.config_file(), "/etc/prometheus/prometheus.yml");
    for (path, want) in [
        (
            "/run/secrets/tenant-token",
            "deploy/secrets/tenant-token, same file",
        ),
        (
            "/run/secrets/../secrets//tenant-token",
            "deploy/secrets/tenant-token, same file",
        ),
        (
            "/run/secrets/tenant-tokn",
            "deploy/secrets/tenant-tokn, same file; near: `deploy/secrets` has a `tenant-token`",
        ),
        (
            "/run/secrets/other",
            "deploy/secrets/other, same file; near: `deploy/secrets` has `tenant-token`",
        ),
        (
            "/etc/prometheus/prometheus.yml/x",
            "not mounted; near: `/etc/prometheus/prometheus.yml` is a file there, not a folder",
        ),
        (
            "/run/secret/tenant-token",
            "not mounted; near: `/run/secrets/tenant-token` is mounted",
        ),
        (
            "/run/secret/absent",
            "not mounted; near: `/run/secrets` is mounted, from `deploy/secrets`",
        ),
        ("/somewhere/else", "not mounted; near: nothing"),
        (
            "/var/run/secrets/tenant-token",
            "unknown: `/run/secrets` is mounted, and whether `/var/run` leads to `/run` in the image is not known",
        ),
        (
            "/etc/ssl/certs/ca-certificates.crt",
            "external: the image of Prometheus brings files in that folder",
        ),
        (
            "/run/${TENANT}/token",
            "unknown: the path holds a placeholder",
        ),
    ] {
        assert_eq!(world.say(path), want, "{path}");
    }
    let found = world.provided("/run/secrets/tenant-token");
    assert_eq!(
        lines(&found.evidence),
        ["deploy/compose.yaml:6 `/run/secrets` is mounted here"]
    );
    assert_eq!(found.tree_file, Some(file("deploy/secrets/tenant-token")));
}

#[test]
fn a_relative_path_counts_from_the_configuration() {
    let compose = service(SECRETS_FOLDER);
    let world = world(&[
        ("compose.yaml", &compose),
        ("prometheus.yml", "global: {}"),
        ("token", "t"),
    ]);
    assert_eq!(
        world.say("token"),
        "not mounted; near: `token` exists, but only `prometheus.yml` of its folder is mounted"
    );
}

#[test]
fn mounts_that_are_missing_are_listed() {
    let world = world(&[
        ("compose.yaml", &service(SECRETS_FOLDER)),
        ("prometheus.yml", ""),
        ("secrets/a", ""),
    ]);
    let ResolvedPath::NotMounted(lost) = world.only().resolve(&world.tree, "/x/y") else {
        panic!()
    };
    assert_eq!(
        lost.mounts,
        [
            "`/etc/prometheus/prometheus.yml` from `prometheus.yml`",
            "`/run/secrets` from `secrets`",
        ]
    );
}

#[test]
fn every_form_of_a_volume_is_read() {
    for (entry, path, want) in [
        ("./s:/a", "/a/t", "d/s/t, same file"),
        ("../s/:/a/", "/a/t", "s/t, same file"),
        (".:/a:ro,z", "/a/t", "d/t, same file"),
        ("${DIR}:/a", "/a/t", "d/from-env/t, same file"),
        ("${NONE:-./s}:/a", "/a/t", "d/s/t, same file"),
        ("./s:${NONE:-/a}:ro", "/a/t", "d/s/t, same file"),
        ("$PWD/s:/a", "/a/t", "d/s/t, same file"),
        (
            "${NONE}/s:/a",
            "/a/t",
            "unknown: the mounted source depends on a variable that has no value here",
        ),
        (
            "./s:${NONE}",
            "/a/t",
            "unknown: the service `prometheus` may have further mounts",
        ),
        (
            "/opt/s:/a",
            "/a/t",
            "external: `/a` is `/opt/s` of the machine that runs the container",
        ),
        (
            "../../s:/a",
            "/a/t",
            "external: `/a` is `../../s` of the machine that runs the container",
        ),
        (
            "~/s:/a",
            "/a/t",
            "external: `/a` is `~/s` of the machine that runs the container",
        ),
        (
            "C:\\s:/a",
            "/a/t",
            "external: `/a` is `C:\\s` of the machine that runs the container",
        ),
        ("data:/a", "/a/t", "external: `/a` is the volume `data`"),
        ("bound:/a", "/a/t", "d/real/t, same file"),
        ("/a", "/a/t", "external: `/a` is a volume without a name"),
        (
            "{type: bind, source: ./s, target: /a}",
            "/a/t",
            "d/s/t, same file",
        ),
        (
            "{type: bind, source: s, target: /a}",
            "/a/t",
            "d/s/t, same file",
        ),
        (
            "{type: volume, source: data, target: /a}",
            "/a/t",
            "external: `/a` is the volume `data`",
        ),
        (
            "{type: tmpfs, target: /a}",
            "/a/t",
            "external: `/a` is a folder in memory",
        ),
        (
            "{type: bind, source: ./s}",
            "/a/t",
            "not mounted; near: nothing",
        ),
        ("[]", "/a/t", "not mounted; near: nothing"),
    ] {
        let entry = if entry.starts_with(['{', '[']) {
            entry.to_owned()
        } else {
            format!("'{entry}'")
        };
        let compose = service(&format!("    volumes: [{entry}]\n"))
            + "volumes:\n  data:\n  bound:\n    driver_opts: {type: none, o: 'bind,ro', device: ./real}\n";
        let world = world(&[
            ("d/docker-compose.yml", &compose),
            ("d/.env", "DIR=./from-env\n"),
            ("d/s/t", ""),
            ("d/t", ""),
            ("s/t", ""),
            ("d/from-env/t", ""),
            ("d/real/t", ""),
        ]);
        assert_eq!(world.say(path), want, "{entry}");
    }
}

#[test]
fn the_longest_mount_wins_and_the_later_of_two() {
    let compose = service("    volumes: ['./a:/s', './b:/s/deep', './c:/t', './d:/t']\n");
    let world = world(&[
        ("compose.yml", &compose),
        ("a/deep/x", ""),
        ("b/y", ""),
        ("c/x", ""),
        ("d/x", ""),
    ]);
    assert_eq!(world.say("/s/deep/y"), "b/y, same file");
    assert_eq!(
        world.say("/s/deep/x"),
        "b/x, same file; near: `b` has a `y`"
    );
    assert_eq!(world.say("/t/x"), "d/x, same file");
}

#[test]
fn secrets_and_configs_have_their_places() {
    let compose = service(
        "    user: '1000:1000'
    secrets:
      - plain
      - {source: owned, target: renamed, uid: '65534', gid: '0', mode: 0400}
      - {source: absolute, target: /etc/tokens/a}
      - {source: copied, uid: '1000', mode: 0400}
      - {source: default}
      - elsewhere
      - undefined
    configs: [conf, {source: inline, target: /etc/inline, mode: 0440, uid: '0', gid: '0'}]
",
    ) + "secrets:
  plain: {file: ./plain.txt}
  owned: {file: ./owned.txt}
  absolute: {file: ./absolute.txt}
  copied: {environment: TOKEN}
  default: {environment: TOKEN}
  elsewhere: {external: true}
configs:
  conf: {file: ./conf.yml}
  inline: {content: 'a: b'}
";
    let world = world(&[
        ("compose.yaml", &compose),
        ("plain.txt", ""),
        ("owned.txt", ""),
        ("absolute.txt", ""),
        ("conf.yml", ""),
    ]);
    for (path, want) in [
        ("/run/secrets/plain", "plain.txt, same file"),
        ("/run/secrets/renamed", "owned.txt, same file"),
        ("/etc/tokens/a", "absolute.txt, same file"),
        ("/run/secrets/copied", "no file, 0400 1000:?"),
        ("/run/secrets/default", "no file, access unknown"),
        (
            "/run/secrets/elsewhere",
            "external: the secret `elsewhere` comes from outside: it is external",
        ),
        (
            "/run/secrets/undefined",
            "unknown: `secrets` at the top level has no `undefined`, so docker compose rejects the file",
        ),
        ("/conf", "conf.yml, same file"),
        ("/etc/inline", "no file, 0440 0:0"),
        (
            "/run/secrets/plain/x",
            "not mounted; near: `/run/secrets/plain` is the secret `plain`, which is a file, not a folder",
        ),
        ("/run/secrets/owned", "not mounted; near: nothing"),
        (
            "/run/secrets/plian",
            "not mounted; near: `/run/secrets/plain` is mounted",
        ),
    ] {
        assert_eq!(world.say(path), want, "{path}");
    }
    assert_eq!(world.may_read("/run/secrets/copied"), Some(true));
    assert_eq!(world.may_read("/etc/inline"), Some(false));
    let found = world.provided("/run/secrets/renamed");
    assert_eq!(
        lines(&found.evidence),
        [
            "compose.yaml:7 `/run/secrets/renamed` is mounted here",
            "compose.yaml:16 the secret `owned` is defined here",
            "compose.yaml:7 docker compose ignores `uid`, `gid` and `mode` of a secret from a file: the file's own count",
        ]
    );
    let plain = world.provided("/run/secrets/plain");
    assert_eq!(plain.evidence.len(), 2);
}

#[test]
fn an_override_wins_over_its_base() {
    let base = service("    volumes: ['./a:/a', './b:/b']\n    user: root\n");
    let over = "services:\n  prometheus:\n    user: '1000'\n    volumes: ['./c:/b', './d:/d']\n  other: {image: x}\n";
    let world = world(&[
        ("compose.yml", &base),
        ("compose.override.yml", over),
        ("a/t", ""),
        ("c/t", ""),
        ("d/t", ""),
    ]);
    assert_eq!(world.say("/a/t"), "a/t, same file");
    assert_eq!(world.say("/b/t"), "c/t, same file");
    assert_eq!(world.say("/d/t"), "d/t, same file");
    assert_eq!(
        (world.only().user.uid, world.only().user.gid),
        (Some(1000), Some(0))
    );
}

#[test]
fn tags_reset_and_override_what_is_below() {
    let base = service("    volumes: ['./a:/a']\n    user: root\n");
    let over =
        "services:\n  prometheus:\n    volumes: !override ['./c:/c']\n    user: !reset null\n";
    let world = world(&[
        ("compose.yml", &base),
        ("compose.override.yml", over),
        ("c/t", ""),
    ]);
    assert_eq!(world.say("/a/t"), "not mounted; near: `/c/t` is mounted");
    assert_eq!(world.only().user.uid, Some(65534));
}

#[test]
fn a_file_that_may_be_laid_over_makes_doubt() {
    let base = service("");
    let over = "services:\n  prometheus:\n    volumes: ['./s:/s']\n";
    let world = world(&[("compose.yml", &base), ("compose.prod.yml", over)]);
    let one = world
        .deployments
        .iter()
        .find(|deployment| deployment.image.is_some())
        .unwrap();
    let ResolvedPath::Unknown { evidence, .. } = one.resolve(&world.tree, "/s/t") else {
        panic!()
    };
    assert_eq!(
        lines(&evidence),
        ["compose.prod.yml:2 `prometheus` may get more mounts from this file"]
    );
}

#[test]
fn services_extend_one_another() {
    let compose = service("    extends: {service: base}\n")
        + "  base:\n    image: x\n    volumes: ['./s:/s']\n    extends: base2\n  base2: {user: '7'}\n";
    let world = world(&[("compose.yml", &compose), ("s/t", "")]);
    let one = world
        .deployments
        .iter()
        .find(|deployment| deployment.prometheus.is_some())
        .unwrap();
    assert_eq!(
        said(&world.tree, &one.resolve(&world.tree, "/s/t")),
        "s/t, same file"
    );
    assert_eq!(one.user.uid, Some(7));
}

#[test]
fn services_that_extend_in_circles_end() {
    let compose = service("    extends: a\n") + "  a: {extends: b}\n  b: {extends: {service: a}}\n";
    let _ = world(&[("compose.yml", &compose)]);
    let _ = world(&[("compose.yml", &service("    extends: prometheus\n"))]);
}

#[test]
fn an_extended_service_in_another_file_makes_doubt() {
    let compose = service("    extends: {file: common.yml, service: base}\n");
    let world = world(&[("compose.yml", &compose)]);
    assert_eq!(
        world.say("/s"),
        "unknown: the service `prometheus` may have further mounts"
    );
}

#[test]
fn anchors_and_merge_keys_count() {
    let compose = format!(
        "x-common: &common\n  volumes: ['./s:/s']\n{}",
        service("    <<: *common\n")
    );
    let world = world(&[("compose.yml", &compose), ("s/t", "")]);
    assert_eq!(world.say("/s/t"), "s/t, same file");
}

#[test]
fn what_runs_prometheus_is_recognized() {
    for (definition, want) in [
        ("image: prom/prometheus", true),
        ("image: 'quay.io/prometheus/prometheus:${TAG}'", true),
        (
            "{image: acme/my-prometheus, command: [--config.file=/p.yml]}",
            true,
        ),
        (
            "{image: acme/my-prometheus, volumes: ['./p.yml:/etc/prometheus/p.yml']}",
            true,
        ),
        ("{build: ./p, command: --config.file=/p.yml}", false),
        ("image: acme/my-prometheus", false),
        ("image: prom/node-exporter", false),
        (
            "{image: grafana/promtail, command: -config.file=/etc/promtail.yml}",
            false,
        ),
        (
            "{image: prom/alertmanager, command: --config.file=/etc/alertmanager.yml}",
            false,
        ),
        ("image: victoriametrics/vmagent", false),
        ("{}", false),
        ("", false),
    ] {
        let definition = if definition.starts_with('{') {
            definition.to_owned()
        } else {
            format!("{{{definition}}}")
        };
        let world = world(&[("compose.yml", &format!("services:\n  one: {definition}\n"))]);
        let runs = world
            .deployments
            .iter()
            .any(|deployment| deployment.prometheus.is_some());
        assert_eq!(runs, want, "{definition}");
    }
    let built = world(&[(
        "compose.yml",
        "services:\n  prometheus: {build: ./p, command: --config.file=/p.yml}\n",
    )]);
    assert!(built.only().prometheus.is_some());
    assert_eq!(
        built.say("/token"),
        "unknown: the service `prometheus` may have further mounts"
    );
}

#[test]
fn what_a_custom_image_holds_is_not_known() {
    let compose = "services:\n  p:\n    image: acme/prometheus:1\n";
    let world = world(&[("compose.yml", compose)]);
    assert_eq!(
        world.say("/token"),
        "unknown: nothing is mounted there, and what the image of the service `p` holds is not known"
    );
    assert_eq!(world.only().user.uid, None);
}

#[test]
fn the_command_line_is_read() {
    let compose = service(
        "    command:
      - --config.file=/etc/prometheus/${NAME:-agent}.yml
      - --agent
      - --enable-feature=exemplar-storage,otlp-write-receiver
      - --web.enable-remote-write-receiver
",
    );
    let world = world(&[("compose.yml", &compose)]);
    let one = world.only();
    assert_eq!(one.config_file(), "/etc/prometheus/agent.yml");
    assert_eq!(one.agent().unwrap().start().line, 6);
    assert!(
        one.arguments
            .switch("web.enable-remote-write-receiver")
            .is_some()
    );
    assert_eq!(one.arguments.features().count(), 2);
    let bare = self::world(&[("compose.yml", &service("    command: --log.level=info\n"))]);
    assert_eq!(bare.only().config_file(), "/prometheus/prometheus.yml");
}

#[test]
fn a_second_base_is_not_read() {
    let world = world(&[
        ("compose.yaml", &service("")),
        ("docker-compose.yml", &service("")),
    ]);
    assert_eq!(world.deployments.len(), 1);
    assert_eq!(world.deployments[0].file, file("compose.yaml"));
}

#[test]
fn the_user_is_read() {
    for (more, want) in [
        ("    user: '1000:2000'\n", (Some(1000), Some(2000))),
        ("    user: 1000\n", (Some(1000), Some(0))),
        ("    user: root\n", (Some(0), Some(0))),
        ("    user: '${UID}:${GID}'\n", (None, None)),
        ("    user: '${UID:-7}'\n", (Some(7), Some(0))),
        ("    user: ':'\n", (None, None)),
        ("", (Some(65534), Some(65534))),
    ] {
        let world = world(&[("compose.yml", &service(more))]);
        let user = &world.only().user;
        assert_eq!((user.uid, user.gid), want, "{more}");
    }
}

#[test]
fn a_path_of_the_machine_is_reported_with_on_host() {
    for (volume, want) in [
        ("/opt/s:/a", Some("/opt/s/t")),
        ("~/s:/a", None),
        ("../../s:/a", None),
        ("data:/a", None),
    ] {
        let world = world(&[(
            "compose.yml",
            &service(&format!("    volumes: ['{volume}']\n")),
        )]);
        let ResolvedPath::External { host, .. } = world.only().resolve(&world.tree, "/a/t") else {
            panic!()
        };
        assert_eq!(host.as_deref(), want.map(Path::new), "{volume}");
    }
}

#[test]
fn mounts_of_the_policy_come_first() {
    let mut world = world(&[
        (
            "compose.yml",
            &service("    volumes: ['./s:/run/secrets']\n"),
        ),
        ("s/t", ""),
        ("local/t", ""),
    ]);
    let place = world.only().place.clone();
    let external = |files| MountSource::Outside(Outside::Policy(files));
    let mounts = vec![
        Mount::new(
            "/run/secrets/",
            MountSource::Tree(file("local")),
            place.clone(),
        ),
        Mount::new("/open", external(None), place.clone()),
        Mount::new(
            "/listed",
            external(Some(vec!["a".into(), "b".into()])),
            place.clone(),
        ),
    ];
    world.deployments[0].mounts.extend(mounts.clone());
    let alone = Deployment::by_policy(
        file("promvet.yaml"),
        file(""),
        place,
        RunAs::default(),
        mounts,
    );
    world.deployments.push(alone);
    for one in &world.deployments {
        for (path, want) in [
            ("/run/secrets/t", "local/t, same file"),
            ("/open/x", "declared"),
            ("/listed/a", "declared"),
            (
                "/listed/c",
                "not mounted; near: promvet.yaml lists `a` and `b` there",
            ),
        ] {
            assert_eq!(
                said(&world.tree, &one.resolve(&world.tree, path)),
                want,
                "{path}"
            );
        }
    }
    let alone = world.deployments[1].resolve(&world.tree, "/elsewhere");
    assert!(said(&world.tree, &alone).starts_with("unknown: nothing is mounted there"));
}
