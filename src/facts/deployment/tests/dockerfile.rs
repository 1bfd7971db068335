use super::*;

fn image(content: &str) -> World {
    world(&[
        ("d/Dockerfile", content),
        ("d/prometheus.yml", "global: {}"),
        ("d/secrets/token", "t"),
        ("d/secrets/other", "t"),
        ("d/a.yml", ""),
    ])
}

#[test]
fn copies_are_mounts() {
    for (step, path, want) in [
        (
            "COPY prometheus.yml /etc/prometheus/",
            "/etc/prometheus/prometheus.yml",
            "d/prometheus.yml, access unknown",
        ),
        (
            "COPY prometheus.yml /etc/prometheus",
            "/etc/prometheus/prometheus.yml",
            "d/prometheus.yml, access unknown",
        ),
        (
            "COPY prometheus.yml /etc/prometheus/p.yml",
            "/etc/prometheus/p.yml",
            "d/prometheus.yml, access unknown",
        ),
        (
            "add [\"prometheus.yml\", \"/etc/prometheus/\"]",
            "/etc/prometheus/prometheus.yml",
            "d/prometheus.yml, access unknown",
        ),
        (
            "COPY *.yml /etc/x/",
            "/etc/x/a.yml",
            "d/a.yml, access unknown",
        ),
        (
            "COPY secrets /etc/secrets",
            "/etc/secrets/token",
            "d/secrets/token, access unknown",
        ),
        (
            "COPY secrets/ /etc/secrets/",
            "/etc/secrets/token",
            "d/secrets/token, access unknown",
        ),
        (
            "COPY secrets /etc/secrets",
            "/etc/secrets/tokn",
            "d/secrets/tokn, access unknown; near: `d/secrets` has a `token`",
        ),
        (
            "COPY --chmod=0400 secrets/token /t",
            "/t",
            "d/secrets/token, 0400 0:0",
        ),
        (
            "COPY --chown=65534 --chmod=400 secrets/token /t",
            "/t",
            "d/secrets/token, 0400 65534:65534",
        ),
        (
            "COPY --chown=nobody:nobody --chmod=400 secrets/token /t",
            "/t",
            "d/secrets/token, 0400 65534:65534",
        ),
        (
            "COPY --chown=nobody secrets/token /t",
            "/t",
            "d/secrets/token, access unknown",
        ),
        (
            "COPY ../../../etc/passwd /t",
            "/t",
            "d/etc/passwd, access unknown",
        ),
        (
            "COPY /secrets/token /t",
            "/t",
            "d/secrets/token, access unknown",
        ),
        (
            "WORKDIR /w\nCOPY secrets/token .",
            "/w/token",
            "d/secrets/token, access unknown",
        ),
        (
            "ARG D=secrets\nCOPY ${D}/token /t",
            "/t",
            "d/secrets/token, access unknown",
        ),
        (
            "ADD https://example.com/ca.pem /etc/ca/",
            "/etc/ca/ca.pem",
            "external: the image brings it, copied from `https://example.com/ca.pem`",
        ),
        (
            "COPY --from=tools /ca.pem /ca.pem",
            "/ca.pem",
            "external: the image brings it, copied from `/ca.pem`",
        ),
        (
            "COPY <<EOF /t\nUSER root\nEOF",
            "/t",
            "external: the image brings it, copied from `<<EOF`",
        ),
        (
            "COPY ${NONE}/token /t",
            "/t",
            "unknown: the image of `d/Dockerfile` may have further mounts",
        ),
        (
            "RUN touch /t",
            "/t",
            "unknown: the image of `d/Dockerfile` may have further mounts",
        ),
        ("COPY secrets/token /t", "/u", "not mounted; near: nothing"),
        ("", "/t", "not mounted; near: nothing"),
    ] {
        let world = image(&format!("FROM prom/prometheus:v2.53.1\n{step}\n"));
        let got = world.say(path);
        assert_eq!(got, want, "{step}");
    }
}

#[test]
fn more_copies_than_anyone_writes_are_not_looked_into() {
    for (count, want) in [
        (100, "not mounted; near: nothing"),
        (
            1000,
            "unknown: the image of `d/Dockerfile` may have further mounts",
        ),
    ] {
        for copies in [
            "COPY prometheus.yml /etc/prometheus/\n".repeat(count),
            format!("COPY {}/etc/prometheus/\n", "prometheus.yml ".repeat(count)),
        ] {
            let world = image(&format!("FROM prom/prometheus:v2.53.1\n{copies}"));
            assert_eq!(world.say("/t"), want, "{count}");
            assert!(world.only().mounts.len() <= 256);
        }
    }
}

#[test]
fn users_and_commands_are_read() {
    let world = image(
        "FROM prom/prometheus:v2.53.1\nUSER root\nUSER 1000:1000\nCMD [\"--config.file=/p.yml\", \"--agent\"]\n",
    );
    let one = world.only();
    assert_eq!((one.user.uid, one.user.gid), (Some(1000), Some(1000)));
    assert_eq!(one.config_file(), "/p.yml");
    assert!(one.agent().is_some());
    assert_eq!(one.version(), Some("2.53.1"));
    assert_eq!(image("FROM prom/prometheus\n").only().user.uid, Some(65534));
    assert_eq!(
        image("FROM prom/prometheus\nUSER prometheus\n")
            .only()
            .user
            .uid,
        None
    );
    assert_eq!(
        image("FROM prom/prometheus\n").only().config_file(),
        "/etc/prometheus/prometheus.yml"
    );
}

#[test]
fn the_last_stage_counts() {
    let world = image(
        "ARG V=v3.1.0\nFROM alpine AS build\nRUN make\nCOPY a.yml /x\nFROM prom/prometheus:${V} as base\nCOPY a.yml /y\nFROM base\n",
    );
    let one = world.only();
    assert_eq!(one.version(), Some("3.1.0"));
    assert!(one.doubts.is_empty());
    assert_eq!(world.say("/y"), "d/a.yml, access unknown");
    assert!(
        image("FROM prom/prometheus\nFROM alpine\n")
            .deployments
            .is_empty()
    );
    assert!(image("FROM golang\nCOPY . /src\n").deployments.is_empty());
    assert!(image("").deployments.is_empty());
}

#[test]
fn compose_builds_from_it() {
    let compose = "services:\n  p:\n    build: {context: ., dockerfile: docker/Dockerfile, target: prom}\n    volumes: ['./s:/s']\n";
    let dockerfile =
        "FROM prom/prometheus:v3.0.0 AS prom\nCOPY token /etc/token\nUSER 7:7\nFROM alpine\n";
    let world = world(&[
        ("compose.yml", compose),
        ("docker/Dockerfile", dockerfile),
        ("token", ""),
        ("s/t", ""),
    ]);
    let one = world.only();
    assert_eq!(one.name, "the service `p`");
    assert_eq!((one.version(), one.user.uid), (Some("3.0.0"), Some(7)));
    assert_eq!(world.say("/etc/token"), "token, access unknown");
    assert_eq!(world.say("/s/t"), "s/t, same file");
    assert!(world.say("/nowhere").starts_with("not mounted"));
}
