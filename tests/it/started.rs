//! What a deployment of the tree starts Prometheus with is judged whatever its name, and so is what
//! git tracks although it is ignored.

use crate::support::scratch::Scratch;

const CONFIG: &str = "remote_write:\n- url: HOST\n";
const BAD: &str = "mimir/api/v1/push";
const GOOD: &str = "https://mimir.example.com/api/v1/push";

/// Files, by path; `FILE` is the configuration that Prometheus is started with.
type Deployment = &'static [(&'static str, &'static str)];

const COMPOSE: Deployment = &[(
    "compose.yml",
    "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    command: \
     [--config.file=/etc/prometheus/prometheus.yml]\n    volumes: \
     ['./FILE:/etc/prometheus/prometheus.yml:ro']\n",
)];

const WITHOUT_FLAG: Deployment = &[(
    "compose.yml",
    "services:\n  metrics:\n    image: prom/prometheus\n    volumes: \
     ['./FILE:/etc/prometheus/prometheus.yml']\n",
)];

const FOLDER: Deployment = &[(
    "compose.yml",
    "services:\n  prometheus:\n    image: prom/prometheus\n    command: \
     --config.file=/c/FILE\n    volumes: ['.:/c']\n",
)];

const CONFIGS: Deployment = &[(
    "compose.yml",
    "services:\n  prometheus:\n    image: prom/prometheus\n    configs: [{source: p, target: \
     /etc/prometheus/prometheus.yml}]\nconfigs:\n  p: {file: ./FILE}\n",
)];

const DOCKERFILE: Deployment = &[(
    "Dockerfile",
    "FROM prom/prometheus:v3.5.0\nCOPY FILE /etc/prometheus/prometheus.yml\n",
)];

const KUSTOMIZE: Deployment = &[
    (
        "kustomization.yaml",
        "resources: [deployment.yaml]\ngeneratorOptions: {disableNameSuffixHash: \
         true}\nconfigMapGenerator:\n- name: prom\n  files: [prometheus.yml=FILE]\n",
    ),
    (
        "deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  template:\n    \
         spec:\n      containers:\n      - name: prometheus\n        image: prom/prometheus\n        \
         args: [--config.file=/c/prometheus.yml]\n        volumeMounts: [{name: c, mountPath: \
         /c}]\n      volumes: [{name: c, configMap: {name: prom}}]\n",
    ),
];

const VMAGENT: Deployment = &[(
    "compose.yml",
    "services:\n  agent:\n    image: victoriametrics/vmagent\n    command: \
     [-promscrape.config=/c.yml, '-remoteWrite.url=https://vm.example.com/api/v1/write']\n    \
     volumes: ['./FILE:/c.yml']\n",
)];

fn deploy(scratch: &Scratch, deployment: Deployment, file: &str) {
    for (path, content) in deployment {
        scratch.file(path, content.replace("FILE", file));
    }
}

#[test]
fn a_plain_walk_judges_what_a_deployment_starts() {
    for deployment in [
        COMPOSE,
        WITHOUT_FLAG,
        FOLDER,
        CONFIGS,
        DOCKERFILE,
        KUSTOMIZE,
    ] {
        for file in ["other.cfg", ".hidden/a.b/x"] {
            for (host, expected) in [(BAD, 1), (GOOD, 0)] {
                let scratch = Scratch::new(&[(file, &CONFIG.replace("HOST", host))]);
                assert_eq!(scratch.promvet(&[]).status, Some(0), "{file}");
                deploy(&scratch, deployment, file);
                let ran = scratch.promvet(&[]);
                assert_eq!(ran.status, Some(expected), "{file}: {}", ran.said());
            }
        }
    }
}

/// The configuration is there and has no fault that is new: what is new is that it is started.
#[test]
fn a_deployment_that_begins_to_start_another_file_shows_its_faults() {
    for deployment in [COMPOSE, FOLDER, CONFIGS, DOCKERFILE, KUSTOMIZE] {
        for file in ["other.cfg", ".hidden/settings"] {
            let good = CONFIG.replace("HOST", GOOD);
            let scratch = Scratch::repository(&[("prometheus.yml", &good)]);
            scratch.file(file, CONFIG.replace("HOST", BAD));
            deploy(&scratch, deployment, "prometheus.yml");
            scratch.commit("Base");
            deploy(&scratch, deployment, file);
            scratch.git(&["add", "-A"]);
            let staged = scratch.promvet(&["--config-from", "main", "--staged"]);
            assert_eq!(staged.status, Some(1), "{file}: {}", staged.said());
            scratch.commit("Change");
            let gate = ["--config-from", "main~", "--since", "main~"];
            let ran = scratch.promvet(&gate);
            assert_eq!(ran.status, Some(1), "{file}: {}", ran.said());
            scratch.file(file, &good);
            scratch.commit("Mend");
            let ran = scratch.promvet(&["--config-from", "main~2", "--since", "main~2"]);
            assert_eq!(ran.status, Some(0), "{file}: {}", ran.said());
            // Back to the first one: the other one is a file like any other again.
            deploy(&scratch, deployment, "prometheus.yml");
            scratch.commit("Back");
            let ran = scratch.promvet(&gate);
            assert_eq!(ran.status, Some(0), "{file}: {}", ran.said());
        }
    }
}

/// What Prometheus is started with is a configuration, even if nothing in it looks like one.
#[test]
fn what_does_not_look_like_a_configuration_is_one_where_the_official_image_reads_it() {
    for (content, expected) in [
        ("remote_wirte: []\n", 1),
        ("nothing: here\n", 1),
        ("a: [\n", 1),
        ("", 0),
        // It looks like something else, and Prometheus rejects it.
        ("services: {}\nremote_write: []\n", 1),
        ("route: {receiver: a}\nreceivers: [{name: a}]\n", 1),
    ] {
        let scratch = Scratch::new(&[("settings", content)]);
        deploy(&scratch, COMPOSE, "settings");
        let ran = scratch.promvet(&[]);
        assert_eq!(ran.status, Some(expected), "{content}: {}", ran.said());
        // Another image may read anything.
        let compose = COMPOSE[0]
            .1
            .replace("prom/prometheus:v3.5.0", "acme/metrics");
        scratch.file("compose.yml", compose.replace("FILE", "settings"));
        let ran = scratch.promvet(&[]);
        let syntax = content == "a: [\n";
        assert!(ran.status == Some(0) || syntax, "{content}: {}", ran.said());
    }
}

/// Prometheus rejects a list of jobs and a manifest, whatever is in them.
#[test]
fn what_only_holds_a_configuration_is_none_where_prometheus_is_started_with_it() {
    let good = CONFIG.replace("HOST", GOOD);
    let map = format!(
        "kind: ConfigMap\nmetadata: {{name: p}}\ndata:\n  a: '{{remote_write: [{{url: \"{GOOD}\"}}]}}'\n"
    );
    for (content, expected) in [
        ("- job_name: a\n  static_configs: [{targets: ['a:1']}]\n", 1),
        (&*map, 1),
        (&*good, 0),
    ] {
        let scratch = Scratch::repository(&[("x.cfg", &good)]);
        deploy(&scratch, COMPOSE, "x.cfg");
        scratch.commit("Base");
        scratch.file("x.cfg", content);
        scratch.file("other", "x");
        scratch.commit("Change");
        let ran = scratch.promvet(&["--config-from", "main~", "--since", "main~"]);
        assert_eq!(ran.status, Some(expected), "{content}: {}", ran.said());
    }
}

#[test]
fn what_something_else_is_started_with_is_left_alone() {
    let bad = CONFIG.replace("HOST", BAD);
    for image in [
        "prom/alertmanager",
        "prom/blackbox-exporter",
        "grafana/mimir",
    ] {
        let scratch = Scratch::new(&[("settings", &bad)]);
        let compose = format!(
            "services:\n  x:\n    image: {image}\n    command: [--config.file=/etc/x.yml]\n    \
             volumes: ['./settings:/etc/x.yml']\n"
        );
        scratch.file("compose.yml", compose);
        assert_eq!(scratch.promvet(&[]).status, Some(0), "{image}");
    }
}

#[test]
fn what_is_left_out_stays_so_whatever_is_started() {
    let bad = CONFIG.replace("HOST", BAD);
    for (path, content) in [
        (".ignore", "settings\n"),
        (".gitignore", "settings\n"),
        ("promvet.yaml", "exclude: [settings]\n"),
    ] {
        let scratch = Scratch::repository(&[(path, content)]);
        scratch.file("settings", &bad);
        deploy(&scratch, COMPOSE, "settings");
        let ran = scratch.promvet(&[]);
        assert_eq!(ran.status, Some(0), "{path}: {}", ran.said());
    }
}

#[test]
fn a_scrape_configuration_of_vmagent_is_judged() {
    let bad = "scrape_configs:\n- job_name: a\n  scrape_interval: 1x\n";
    let scratch = Scratch::new(&[("settings", bad)]);
    deploy(&scratch, VMAGENT, "settings");
    // What vmagent rejects is not known for sure, so it is a warning.
    let ran = scratch.promvet(&[]);
    assert!(ran.stdout.contains("settings:3:21"), "{}", ran.said());
}

/// Git is asked only if there is something that it could track.
#[test]
fn what_git_tracks_in_an_ignored_folder_is_looked_at() {
    let bad = CONFIG.replace("HOST", BAD);
    for file in ["build/prometheus.yml", "build/a/b/config.yml", "x.yml"] {
        let scratch = Scratch::repository(&[(".gitignore", "build/\nx.yml\n!build/a\n")]);
        scratch.file(file, &bad);
        assert_eq!(scratch.promvet(&[]).status, Some(0), "{file}");
        scratch.git(&["add", "-f", file]);
        let ran = scratch.promvet(&[]);
        assert_eq!(ran.status, Some(1), "{file}: {}", ran.said());
        // Its neighbors that git does not track stay ignored.
        scratch.file(file, CONFIG.replace("HOST", GOOD));
        scratch.file("build/other.yml", &bad);
        scratch.file("build/a/other.yml", &bad);
        let ran = scratch.promvet(&[]);
        assert_eq!(ran.status, Some(0), "{file}: {}", ran.said());
        // From a folder below too, and as the last commit governs it.
        scratch.file(file, &bad);
        scratch.commit("Track");
        let ran = scratch.promvet(&["--config-from", "main"]);
        assert_eq!(ran.status, Some(1), "{file}: {}", ran.said());
        scratch.file(".ignore", "*.yml\n");
        assert_eq!(scratch.promvet(&[]).status, Some(0), "{file}");
    }
}
