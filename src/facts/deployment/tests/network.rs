//! Names in networks of containers, and what answers there.

use super::*;

const PROMETHEUS: &str = "\
apiVersion: apps/v1\n\
kind: StatefulSet\n\
metadata: {name: prom, namespace: mon}\n\
spec:\n  serviceName: prom-headless\n  template:\n    metadata: {labels: {app: prom, tier: x}}\n    spec:\n      containers:\n      \
- {name: prometheus, image: 'prom/prometheus:v3.5.0', ports: [{name: web, containerPort: 9090}]}\n      \
- {name: thanos, image: 'thanosio/thanos:v0.36.0', ports: [{name: grpc, containerPort: 10901}]}\n";

/// What answers: the image and the port, or `?` where the container is not known.
fn answers(files: &[(&str, &str)], host: &str, port: u16) -> Vec<String> {
    let mut tree = Memory::new().file("promvet.yaml", "");
    for (path, content) in files {
        tree = tree.file(path, *content);
    }
    let sources: Vec<_> = files
        .iter()
        .map(|(path, content)| {
            SourceFile::new(
                tree.absolute(Path::new(path)),
                Text::new(*path, content.as_bytes().to_vec()),
            )
        })
        .collect();
    let network = network(&tree, &file(""), &sources);
    let shown = |hit: &AnsweringContainer<'_>| {
        let image = hit.container.and_then(|container| container.image.as_ref());
        format!("{}:{}", image.map_or("?", Image::repository), hit.port)
    };
    network.ask(&tree, host, port).iter().map(shown).collect()
}

#[test]
fn services_of_compose_have_several_names() {
    let files = [(
        "compose.yaml",
        "services:\n  tsdb:\n    image: grafana/mimir:2.14.0\n    container_name: mimir-1\n    hostname: metrics\n    \
         networks: {back: {aliases: [store, 'x-${UNSET}']}, front: {}}\n  built:\n    build: .\n    image: grafana/mimir\n",
    )];
    for (host, want) in [
        ("tsdb", vec!["grafana/mimir:9009"]),
        ("mimir-1", vec!["grafana/mimir:9009"]),
        ("metrics", vec!["grafana/mimir:9009"]),
        ("store", vec!["grafana/mimir:9009"]),
        ("built", vec!["?:9009"]),
        ("tsdb.default", vec![]),
        ("other", vec![]),
        ("back", vec![]),
    ] {
        assert_eq!(answers(&files, host, 9009), want, "{host}");
    }
}

#[test]
fn services_of_kubernetes_lead_to_the_container_of_a_port() {
    let service = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: prom, namespace: mon}}\nspec: {spec}\n---\n{PROMETHEUS}"
        )
    };
    let mapped = "{selector: {app: prom}, ports: [{port: 80, targetPort: web}, {port: 10901}]}";
    let headless = "{clusterIP: None, selector: {app: prom}, ports: [{port: 80, targetPort: web}]}";
    let numbered = "{selector: {app: prom}, ports: [{port: 443, targetPort: 9090}]}";
    let undeclared = "{selector: {app: prom}, ports: [{port: 443, targetPort: 4180}]}";
    let elsewhere = "{selector: {app: other}, ports: [{port: 9090}]}";
    let nothing = "{ports: [{port: 9090}]}";
    let prometheus = |port: u16| vec![format!("prom/prometheus:{port}")];
    for (spec, host, port, want) in [
        (mapped, "prom", 80, prometheus(9090)),
        (mapped, "prom.mon", 80, prometheus(9090)),
        (mapped, "prom.mon.svc", 80, prometheus(9090)),
        (mapped, "prom.mon.svc.cluster.local", 80, prometheus(9090)),
        (mapped, "prom.mon.example.com", 80, vec![]),
        (mapped, "prom.other.svc", 80, vec![]),
        (mapped, "prom.mon.svc", 9090, vec![]),
        (
            mapped,
            "prom.mon.svc",
            10901,
            vec!["thanosio/thanos:10901".to_owned()],
        ),
        (headless, "prom.mon.svc", 9090, prometheus(9090)),
        (headless, "prom.mon.svc", 80, vec!["?:80".to_owned()]),
        (headless, "prom-0.prom.mon.svc", 9090, prometheus(9090)),
        (headless, "prom-12.prom", 9090, prometheus(9090)),
        (headless, "prom-x.prom", 9090, vec![]),
        (headless, "other-0.prom.mon.svc", 9090, vec![]),
        (numbered, "prom.mon", 443, prometheus(9090)),
        (undeclared, "prom.mon", 443, vec!["?:4180".to_owned()]),
        (elsewhere, "prom.mon", 9090, vec![]),
        (nothing, "prom.mon", 9090, vec![]),
    ] {
        let source = service(spec);
        let found = answers(&[("k8s.yaml", &source)], host, port);
        assert_eq!(found, want, "{spec} {host}:{port}");
    }
}

/// A compose file whose service is started like this.
fn started(image: &str, with: &str) -> Receiving {
    let compose = format!("services:\n  prometheus:\n    image: {image}\n{with}");
    let world = world(&[("compose.yaml", &compose)]);
    world.only().receiving()
}

#[test]
fn the_command_line_tells_whether_remote_write_is_taken() {
    let sure = |missing| {
        Receiving::Off(RemoteWriteOffReason {
            missing,
            is_sure: true,
        })
    };
    let likely = |missing| {
        Receiving::Off(RemoteWriteOffReason {
            missing,
            is_sure: false,
        })
    };
    let flags = |text: &str| format!("    command: ['--config.file=/p.yml', {text}]\n");
    let official = "prom/prometheus:v2.53.1";
    for (image, with, want) in [
        (official, String::new(), sure(Missing::Flag)),
        (official, flags("--log.level=debug"), sure(Missing::Flag)),
        (
            official,
            flags("--web.enable-remote-write-receiver"),
            Receiving::Possible,
        ),
        (
            official,
            flags("--enable-feature=remote-write-receiver"),
            Receiving::Possible,
        ),
        (
            official,
            flags("'--enable-feature=a,remote-write-receiver'"),
            Receiving::Possible,
        ),
        (official, flags("--log.level=$LEVEL"), sure(Missing::Flag)),
        (official, flags("$FLAGS"), Receiving::Possible),
        (
            official,
            "    entrypoint: /run.sh\n".to_owned(),
            Receiving::Possible,
        ),
        (
            official,
            "    entrypoint: /bin/prometheus\n".to_owned(),
            sure(Missing::Flag),
        ),
        (
            official,
            "    command: ['sh', '-c', 'exec prometheus --web.enable-remote-write-receiver']\n"
                .to_owned(),
            Receiving::Possible,
        ),
        (
            official,
            "    entrypoint: ['sh', '-c', 'exec prometheus --config.file=/p.yml']\n".to_owned(),
            sure(Missing::Flag),
        ),
        (
            "prom/prometheus:v2.32.1",
            flags("--enable-feature=agent"),
            sure(Missing::Feature),
        ),
        (
            "prom/prometheus:v2.24.0",
            flags("--enable-feature=remote-write-receiver"),
            sure(Missing::Version),
        ),
        (
            "prom/prometheus:v3.0.0",
            flags("--enable-feature=remote-write-receiver"),
            sure(Missing::FlagForFeature),
        ),
        (
            "prom/prometheus:v3",
            flags("--enable-feature=remote-write-receiver"),
            sure(Missing::FlagForFeature),
        ),
        ("prom/prometheus:v2", String::new(), sure(Missing::Flag)),
        (
            "prom/prometheus",
            flags("--enable-feature=remote-write-receiver"),
            likely(Missing::FlagForFeature),
        ),
        (
            "prom/prometheus:${TAG}",
            flags("--enable-feature=remote-write-receiver"),
            Receiving::Possible,
        ),
        ("prom/prometheus", String::new(), sure(Missing::Flag)),
        ("prom/prometheus:${TAG}", String::new(), sure(Missing::Flag)),
        (
            "acme/prometheus:v3.5.0",
            String::new(),
            likely(Missing::Flag),
        ),
    ] {
        assert_eq!(started(image, &with), want, "{image} {with}");
    }
}

#[test]
fn the_port_is_that_of_the_command_line() {
    let listens = |with: &str| {
        let compose = format!("services:\n  prometheus:\n    image: prom/prometheus\n{with}");
        world(&[("compose.yaml", &compose)]).only().listens_at(9091)
    };
    assert_eq!(listens(""), Some(false));
    assert_eq!(
        listens("    command: ['--web.listen-address=:9091']\n"),
        Some(true)
    );
    assert_eq!(
        listens("    command: ['--web.listen-address=0.0.0.0:80']\n"),
        Some(false)
    );
    assert_eq!(listens("    command: ['--web.listen-address=$A']\n"), None);
}
