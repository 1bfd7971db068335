//! What a configuration includes, seen together with what runs it, told from outside.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// A tree of files.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self { folder }
    }

    fn told(&self, args: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_promvet"))
            .current_dir(self.folder.path())
            .args(args)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The findings from warning upwards, one a line.
    fn found(&self) -> Vec<String> {
        let told = self.told(&["check", "--format", "concise"]);
        let lines = told.lines().filter(|line| !line.contains(": info "));
        lines.map(str::to_owned).collect()
    }
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
                command(", '--enable-feature=agent-x,promql-experimental-functions'"),
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
        // One of two that may run it is no evidence.
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
                    "FROM prom/prometheus:v3.5.0\nCOPY prometheus.yml /etc/prometheus/\n\
                     CMD [\"--config.file=/etc/prometheus/prometheus.yml\", \"{FLAG}\"]\n"
                ),
            )],
            Said::Nothing,
        ),
    ] {
        let mut tree = vec![("prometheus.yml", MAIN), ("rules/a.yml", SORTED)];
        tree.extend(files.iter().map(|(path, text)| (*path, text.as_str())));
        let found = Scratch::new(&tree).found();
        let of_rule: Vec<_> = found
            .iter()
            .filter(|line| line.contains(" files/promql "))
            .collect();
        let said = match of_rule.as_slice() {
            [] => Said::Nothing,
            [one] if one.contains("does not turn it on") => Said::Lacks,
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
        // Nothing is known of what runs this one: what is known of the other is told.
        ("a/prometheus.yml", &MAIN.replace("rules/", "../rules/")),
        ("rules/a.yml", SORTED),
        ("compose.yml", &compose),
    ]);
    let told = tree.told(&["check", "--format", "json"]);
    for words in [
        "\"path\":\"compose.yml\",\"start\":{\"line\":7,\"column\":61",
        "the service `prometheus` is started here, without the feature",
        "add `promql-experimental-functions`",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(told.matches("\"files/promql\"").count(), 1, "{told}");
}
