use super::*;

/// Who runs a file: names, how sure, and the path, one a line.
fn runs(world: &World, subject: &DeployedConfiguration<'_>) -> Vec<String> {
    let found = belonging(&world.tree, &world.index, subject);
    let line = |deployment: &RunningDeployment<'_>| {
        format!(
            "{:?} {} at {}",
            deployment.certainty, deployment.deployment.name, deployment.path
        )
    };
    found.iter().map(line).collect()
}

fn of_file(world: &World, path: &str) -> Vec<String> {
    let file = file(path);
    runs(
        world,
        &DeployedConfiguration {
            file: &file,
            held: None,
        },
    )
}

fn compose(name: &str, more: &str) -> String {
    format!("services:\n  {name}:\n    image: prom/prometheus\n{more}")
}

#[test]
fn the_one_that_mounts_it_runs_it() {
    let both = compose(
        "a",
        "    volumes: ['./a.yml:/etc/prometheus/prometheus.yml']\n",
    ) + "  b:\n    image: prom/prometheus\n    command: --config.file=/conf/b.yml\n    volumes: ['./conf:/conf']\n";
    let world = world(&[
        ("compose.yml", &both),
        ("a.yml", ""),
        ("conf/b.yml", ""),
        ("conf/c.yml", ""),
        ("lost.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "a.yml"),
        ["Certain the service `a` at /etc/prometheus/prometheus.yml"]
    );
    assert_eq!(
        of_file(&world, "conf/b.yml"),
        ["Certain the service `b` at /conf/b.yml"]
    );
    // Mounted with its folder, but Prometheus is started with another, as both are.
    assert_eq!(of_file(&world, "conf/c.yml"), Vec::<String>::new());
    assert_eq!(of_file(&world, "lost.yml"), Vec::<String>::new());
}

#[test]
fn a_file_mounted_beside_is_likely() {
    let text = compose("a", "    volumes: ['./x.yml:/etc/prometheus/other.yml']\n");
    let world = world(&[("compose.yml", &text), ("x.yml", "")]);
    assert_eq!(
        of_file(&world, "x.yml"),
        ["Likely the service `a` at /etc/prometheus/other.yml"]
    );
}

#[test]
fn what_a_longer_mount_hides_is_not_run() {
    let text = compose(
        "a",
        "    volumes: ['./conf:/etc/prometheus', './real.yml:/etc/prometheus/prometheus.yml']\n",
    );
    let world = world(&[
        ("compose.yml", &text),
        ("conf/prometheus.yml", ""),
        ("real.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "real.yml"),
        ["Certain the service `a` at /etc/prometheus/prometheus.yml"]
    );
    assert_eq!(of_file(&world, "conf/prometheus.yml"), Vec::<String>::new());
}

#[test]
fn the_only_one_around_is_taken() {
    let text = compose("a", "");
    let world = world(&[
        ("x/compose.yml", &text),
        ("x/deep/p.yml", ""),
        ("y/p.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "x/deep/p.yml"),
        ["Likely the service `a` at /etc/prometheus/prometheus.yml"]
    );
    assert_eq!(of_file(&world, "y/p.yml"), Vec::<String>::new());
}

#[test]
fn of_several_around_each_is_doubtful() {
    let world = world(&[
        (
            "compose.yml",
            &(compose("a", "") + "  b: {image: prom/prometheus}\n"),
        ),
        ("p.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "p.yml"),
        [
            "Doubtful the service `a` at /etc/prometheus/prometheus.yml",
            "Doubtful the service `b` at /etc/prometheus/prometheus.yml",
        ]
    );
}

#[test]
fn a_file_that_is_made_later_excludes_no_one() {
    let text = compose(
        "a",
        "    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
    );
    let world = world(&[("compose.yml", &text), ("prometheus.yml.tmpl", "")]);
    assert_eq!(
        of_file(&world, "prometheus.yml.tmpl"),
        ["Likely the service `a` at /etc/prometheus/prometheus.yml"]
    );
}

#[test]
fn a_program_that_is_not_prometheus_runs_what_it_mounts() {
    let text = "services:\n  a:\n    build: .\n    volumes: ['./p.yml:/p.yml']\n";
    let world = world(&[("compose.yml", text), ("p.yml", ""), ("q.yml", "")]);
    assert_eq!(
        of_file(&world, "p.yml"),
        ["Likely the service `a` at /p.yml"]
    );
    assert_eq!(of_file(&world, "q.yml"), Vec::<String>::new());
}

const POD: &str = "kind: StatefulSet
metadata: {name: prom, namespace: NAMESPACE}
spec:
  template:
    spec:
      containers:
        - name: c
          image: prom/prometheus
          volumeMounts: [{name: v, mountPath: /etc/prometheus}]
      volumes: [{name: v, configMap: {name: conf}}]
";

#[test]
fn a_config_map_is_found_by_name_and_namespace() {
    let map = "kind: ConfigMap\nmetadata: {name: conf, namespace: a}\ndata: {prometheus.yml: 'global: {}', rules.yml: ''}\n";
    let pods = [
        ("k/a.yaml", POD.replace("NAMESPACE", "a")),
        ("k/b.yaml", POD.replace("NAMESPACE", "b")),
    ];
    let world = world(&[
        (pods[0].0, &pods[0].1),
        (pods[1].0, &pods[1].1),
        ("k/map.yaml", map),
    ]);
    let path = file("k/map.yaml");
    let held = |namespace, key| HeldKey {
        kind: "ConfigMap",
        name: "conf",
        namespace,
        key,
    };
    let of = |held| {
        runs(
            &world,
            &DeployedConfiguration {
                file: &path,
                held: Some(held),
            },
        )
    };
    assert_eq!(
        of(held(Some("a"), "prometheus.yml")),
        ["Certain the container `c` of the StatefulSet `prom` at /etc/prometheus/prometheus.yml"]
    );
    let found = belonging(
        &world.tree,
        &world.index,
        &DeployedConfiguration {
            file: &path,
            held: Some(held(Some("a"), "prometheus.yml")),
        },
    );
    assert_eq!(found[0].deployment.file, file("k/a.yaml"));
    assert_eq!(
        said(&world.tree, &found[0].resolve(&world.tree, "rules.yml")),
        "no file, 0644 0:0"
    );
    assert!(said(&world.tree, &found[0].resolve(&world.tree, "token")).starts_with("not mounted"));
}

#[test]
fn a_generated_config_map_is_found_by_its_file() {
    let kustomization = "configMapGenerator: [{name: conf, files: [prometheus.yml=p.yml]}]\n";
    let world = world(&[
        ("k/a.yaml", &POD.replace("NAMESPACE", "a")),
        ("k/kustomization.yaml", kustomization),
        ("k/p.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "k/p.yml"),
        ["Certain the container `c` of the StatefulSet `prom` at /etc/prometheus/prometheus.yml"]
    );
}

#[test]
fn an_image_runs_what_is_copied_into_it() {
    let world = world(&[
        (
            "d/Dockerfile",
            "FROM prom/prometheus\nADD prometheus.yml /etc/prometheus/\n",
        ),
        ("d/prometheus.yml", ""),
    ]);
    assert_eq!(
        of_file(&world, "d/prometheus.yml"),
        ["Certain the image of `d/Dockerfile` at /etc/prometheus/prometheus.yml"]
    );
}
