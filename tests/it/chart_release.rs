//! Jobs in values of the chart `prometheus`, by the release of the chart that something in the tree names.

use crate::support::scratch::Scratch;

const JOBS: &str = "server:\n  retention: 1d\nscrapeConfigs:\n  app:\n    static_config: []\n";

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}\n")).collect()
}

fn flux(version: &str) -> (&'static str, String) {
    let head = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: p}}\nspec:\n  chart:\n    spec: {{chart: prometheus, version: {version}}}\n  values:\n"
    );
    ("release.yaml", head + &indented(JOBS, 4))
}

fn argo(version: &str) -> (&'static str, String) {
    let head = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: p}}\nspec:\n  source:\n    chart: prometheus\n    targetRevision: {version}\n    helm:\n      values: |\n"
    );
    ("app.yaml", head + &indented(JOBS, 8))
}

fn helmfile(version: &str) -> (&'static str, String) {
    let head = format!(
        "releases:\n- name: p\n  chart: prometheus-community/prometheus\n  version: {version}\n  values:\n  -\n"
    );
    ("helmfile.yaml", head + &indented(JOBS, 4))
}

/// The rules of the schema that report something, from lines such as `path:1:2: error rule message`.
fn rules(scratch: &Scratch) -> Vec<String> {
    let lines = scratch.promvet(&["--format", "concise"]).lines();
    let rules = lines.iter().filter_map(|line| line.split(' ').nth(2));
    let rules = rules.filter(|rule| rule.starts_with("schema/"));
    rules.map(str::to_owned).collect()
}

#[test]
fn the_release_of_the_chart_says_whether_jobs_are_read() {
    for make in [flux, argo, helmfile] {
        for (version, expected) in [
            ("27.1.0", "schema/unavailable"),
            ("28.0.0", "schema/unknown-field"),
            ("'*'", "schema/unknown-field"),
        ] {
            let (name, content) = make(version);
            let scratch = Scratch::new(&[(name, &content)]);
            assert_eq!(rules(&scratch), [expected], "{name} {version}");
        }
    }
}

#[test]
fn the_release_is_shown() {
    let chart = "apiVersion: v2\nname: a\nversion: 0.1.0\ndependencies: [{name: prometheus, version: 27.0.0, repository: 'https://prometheus-community.github.io/helm-charts'}]\n";
    let values = format!("prometheus:\n{}", indented(JOBS, 2));
    let scratch = Scratch::new(&[("Chart.yaml", chart), ("values.yaml", &values)]);
    let said = scratch.promvet(&["--format", "concise"]).said();
    assert!(said.contains("release 27.0.0 of the chart"), "{said}");
}

#[test]
fn a_chart_that_needs_this_one_says_so_too() {
    let values = format!("prometheus:\n{}", indented(JOBS, 2));
    let chart = |version: &str, repository: &str| {
        format!(
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- name: prometheus\n  version: '{version}'\n  repository: {repository}\n"
        )
    };
    let community = "https://prometheus-community.github.io/helm-charts";
    for (name, files, expected) in [
        (
            "an old one",
            vec![("a/Chart.yaml", chart("^27.0.0", community))],
            "schema/unavailable",
        ),
        (
            "a new one",
            vec![("a/Chart.yaml", chart("28.1.0", community))],
            "schema/unknown-field",
        ),
        (
            "a locked one",
            vec![
                ("a/Chart.yaml", chart(">=25.0.0", community)),
                ("a/Chart.lock", chart("27.3.0", community)),
            ],
            "schema/unavailable",
        ),
        (
            "one of another publisher",
            vec![(
                "a/Chart.yaml",
                chart("1.0.0", "oci://registry-1.docker.io/bitnamicharts"),
            )],
            "schema/unknown-field",
        ),
        ("none", vec![], "schema/unknown-field"),
    ] {
        let scratch = Scratch::new(&[("a/values.yaml", &values)]);
        for (path, content) in files {
            scratch.file(path, content);
        }
        assert_eq!(rules(&scratch), [expected], "{name}");
    }
}

#[test]
fn a_list_of_jobs_is_reported_where_the_chart_is_known() {
    let list = "scrapeConfigs:\n- job_name: a\n  static_configs: [{targets: ['a:1']}]\n";
    for (values, expected) in [
        (
            format!("server: {{retention: 1d}}\nserverFiles: {{}}\n{list}"),
            1,
        ),
        (format!("server: {{port: 1}}\nagent: {{}}\n{list}"), 0),
    ] {
        let scratch = Scratch::new(&[("values.yaml", &values)]);
        let found = rules(&scratch);
        let count = found
            .iter()
            .filter(|rule| *rule == "schema/wrong-type")
            .count();
        assert_eq!(count, expected, "{values}: {found:?}");
    }
}

/// What the chart puts into its folder is there, its own files included.
#[test]
fn rule_files_of_the_chart_count_as_there() {
    for (path, expected) in [
        ("/etc/config/alerting_rules.yml", 0),
        ("/etc/config/rules", 0),
        ("/etc/config/more.yml", 0),
        // It is reported as missing.
        ("/etc/config/elsewhere.yml", 0),
        ("/etc/config/folder/elsewhere.yml", 1),
        ("/etc/other/alerting_rules.yml", 1),
    ] {
        let values = format!(
            "server: {{retention: 1d}}\nserverFiles:\n  more.yml: {{groups: []}}\n  prometheus.yml:\n    rule_files: [{path}]\n    scrape_configs: []\n"
        );
        let scratch = Scratch::new(&[("values.yaml", &values)]);
        let report = scratch.json(&[]);
        let unchecked = report["unchecked"].as_array().unwrap().len();
        assert_eq!(unchecked, expected, "{path}: {report:#}");
    }
}
