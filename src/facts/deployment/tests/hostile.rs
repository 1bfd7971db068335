//! Whatever is written, reading it ends, and nothing outside of the tree is looked at.

use proptest::prelude::*;

use super::*;

const PATHS: &[&str] = &[
    "/run/secrets/a",
    "a",
    "/",
    "",
    "../..",
    "/etc/prometheus/prometheus.yml",
    "${X}",
];

fn look_at_everything(world: &World) {
    for one in &world.deployments {
        for path in PATHS {
            let _ = one.resolve(&world.tree, path);
        }
        let _ = (one.version(), one.agent(), one.config_file());
    }
    for path in ["compose.yaml", "k/x.yml", "absent"] {
        let file = file(path);
        let held = HeldKey {
            kind: "ConfigMap",
            name: "a",
            namespace: None,
            key: "a",
        };
        for held in [None, Some(held)] {
            let _ = belonging(
                &world.tree,
                &world.index,
                &DeployedConfiguration { file: &file, held },
            );
        }
    }
}

#[test]
fn a_link_out_of_the_tree_shows_no_names() {
    let compose = "services:\n  p:\n    image: prom/prometheus\n    volumes: ['./s:/s']\n";
    let tree = Memory::new()
        .file("promvet.yaml", "")
        .file("compose.yml", compose)
        .link("s", "/etc")
        .file("/etc/shadow", "x");
    let text = Text::new("compose.yml", compose.as_bytes().to_vec());
    let found = read(
        &tree,
        &file(""),
        &[SourceFile::new(file("compose.yml"), text)],
    );
    for path in ["/s/shadw", "/t/shadow", "/s2/shadow"] {
        let said = said(&tree, &found[0].resolve(&tree, path));
        assert!(
            !said.contains("`shadow`") && !said.contains("s/shadow`"),
            "{path}: {said}"
        );
    }
}

#[test]
fn names_that_lead_out_of_the_tree_are_not_files_of_it() {
    let world = world(&[
        (
            "compose.yml",
            "services:\n  p: {build: {context: ../.., dockerfile: tree/Dockerfile}}\n",
        ),
        (
            "Dockerfile",
            "FROM prom/prometheus\nCOPY etc/shadow /a\nCOPY etc/* /b/\n",
        ),
    ]);
    assert_eq!(
        world.say("/a"),
        "external: the image brings it, copied from `etc/shadow`"
    );
    assert_eq!(
        world.say("/b/shadow"),
        "external: the image brings it, copied from `etc/*`"
    );
    let pod = "kind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: p, image: prom/prometheus, volumeMounts: [{name: v, mountPath: /t}]}\n  volumes: [{name: v, secret: {secretName: s}}]\n";
    let kustomization = "secretGenerator: [{name: s, files: [t=../../etc/shadow]}]\n";
    let world = self::world(&[("k/p.yaml", pod), ("k/kustomization.yaml", kustomization)]);
    assert_eq!(world.say("/t/t"), "no file, 0644 0:0");
}

#[test]
fn a_link_out_of_the_tree_shows_no_kind() {
    let compose = "services:\n  p:\n    image: prom/prometheus\n    volumes: ['./s:/s']\n";
    let says = |tree: Memory| {
        let tree = tree
            .file("promvet.yaml", "")
            .file("compose.yml", compose)
            .file("beside", "");
        let text = Text::new("compose.yml", compose.as_bytes().to_vec());
        let found = read(
            &tree,
            &file(""),
            &[SourceFile::new(file("compose.yml"), text)],
        );
        ["/s", "/s/x", "/s/beside", "/beside"]
            .map(|path| said(&tree, &found[0].resolve(&tree, path)))
    };
    let to_file = says(Memory::new().link("s", "/etc/x").file("/etc/x", ""));
    let to_folder = says(Memory::new().link("s", "/etc/x").file("/etc/x/x", ""));
    let to_nothing = says(Memory::new().link("s", "/etc/x"));
    assert_eq!(to_file, to_folder);
    assert_eq!(to_file, to_nothing);
}

#[test]
fn an_environment_file_outside_of_the_tree_is_not_read() {
    let compose = "services:\n  p:\n    image: prom/prometheus:${V}\n";
    let tree = Memory::new()
        .file("promvet.yaml", "")
        .file("compose.yml", compose)
        .link(".env", "/home/.env")
        .file("/home/.env", "V=v1.2.3");
    let text = Text::new("compose.yml", compose.as_bytes().to_vec());
    let found = read(
        &tree,
        &file(""),
        &[SourceFile::new(file("compose.yml"), text)],
    );
    assert_eq!(found[0].version(), None);
}

#[test]
fn values_of_the_environment_are_not_shown() {
    let compose = "services:\n  p:\n    image: prom/prometheus\n    command: ['--config.file=/p.yml', '--web.x=${TOKEN}']\n";
    let world = world(&[("compose.yml", compose), (".env", "TOKEN=hunter22")]);
    assert!(!format!("{:?}", world.deployments).contains("hunter22"));
}

/// Pieces of compose files, manifests and Dockerfiles, from which texts are put together that come
/// near to real ones.
const PIECES: &[&str] = &[
    "services:\n",
    "  p:\n",
    "    image: prom/prometheus\n",
    "    volumes:\n",
    "      - ./a:/a\n",
    "      - ${A\n",
    "      - {source: a, target: }\n",
    "    secrets: [a, {source: a, mode: 0999}]\n",
    "secrets:\n",
    "  a: {file: ./a}\n",
    "    extends: p\n",
    "    build: {context: ../..}\n",
    "    user: ':'\n",
    "    <<: *x\n",
    "x: &x {volumes: 3}\n",
    "kind: Deployment\n",
    "kind: Secret\n",
    "metadata: {name: a}\n",
    "data: {a: b}\n",
    "spec:\n",
    "  template:\n",
    "    spec:\n",
    "      containers:\n",
    "        - {name: c, image: prom/prometheus, volumeMounts: [{name: v, mountPath: /a, subPath: ../b}]}\n",
    "      volumes: [{name: v, secret: {secretName: a, items: [{}, {key: a}]}}]\n",
    "      volumes: [{name: v, projected: {sources: [{}, 3]}}]\n",
    "---\n",
    "FROM prom/prometheus AS a\n",
    "FROM a\n",
    "COPY [\"a\"]\n",
    "COPY --chown a b\n",
    "USER\n",
    "RUN <<EOF\n",
    "\\\n",
    "ARG A=${A:-${A}}\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", name in prop::sample::select(vec!["compose.yaml", "k/x.yml", "Dockerfile"])) {
        let with_marks = format!("services:\nkind: Secret\ncontainers:\n{text}");
        look_at_everything(&world(&[(name, &text)]));
        look_at_everything(&world(&[(name, &with_marks)]));
    }

    #[test]
    fn texts_of_pieces_are_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24), env in "[A-Z=${}:\\-\n]{0,40}") {
        let text = pieces.concat();
        look_at_everything(&world(&[("compose.yaml", &text), ("k/x.yml", &text), ("Dockerfile", &text), (".env", &env)]));
    }

    #[test]
    fn values_of_any_shape_are_read(value in "[\\[\\]{}a-z:/,.$ '\"-]{0,30}", key in prop::sample::select(vec!["volumes", "secrets", "configs", "user", "command", "extends", "build", "image", "tmpfs"])) {
        let text = format!("services:\n  p:\n    image: prom/prometheus\n    {key}: {value}\n");
        look_at_everything(&world(&[("compose.yaml", &text)]));
    }
}
