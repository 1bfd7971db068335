//! What the manifests say, against what the program does.

use std::path::Path;

use promvet::discover::is_candidate;
#[cfg(unix)]
use promvet::finding::Text;
#[cfg(unix)]
use promvet::yaml::{Node, parse_first};
use regex::Regex;

#[cfg(unix)]
use crate::support::program::Ran;
#[cfg(unix)]
use crate::support::scratch::Scratch;

/// The patterns of files in a text, as pre-commit takes them.
fn patterns(text: &str) -> Vec<Regex> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("files: "))
        .filter_map(|pattern| Regex::new(pattern).ok())
        .collect()
}

#[test]
fn the_hook_is_given_what_may_be_yaml_by_its_name() {
    let manifest = patterns(include_str!("../../.pre-commit-hooks.yaml"));
    let page = patterns(include_str!("../../docs/ci.md"));
    assert_eq!((manifest.len(), page.len()), (2, 1));
    for (name, expected) in [
        ("prometheus.yml", true),
        ("deploy/prod/Prometheus.YAML", true),
        ("prometheus.yml.j2", true),
        ("prometheus.yaml.tmpl", true),
        ("prometheus.yml.tpl", true),
        ("prometheus.yml.template", true),
        ("prometheus.yml.example", true),
        ("prometheus.yml.sample", true),
        ("prometheus.yml.default", true),
        ("a b/ümlaut.yml", true),
        ("prometheus.yml.tftpl", true),
        ("prometheus.json", true),
        ("prometheus.yml.bak", true),
        ("etc/prometheus", true),
        ("my.prometheus.conf", true),
        ("prometheus/package.json", false),
        ("prometheus.md", false),
        ("prometheus/Makefile", false),
        ("prometheus.yml/README.md", false),
        ("prometheus.j2", false),
        ("yml", false),
        ("prometheus.yml.j2.j2", false),
    ] {
        assert_eq!(is_candidate(Path::new(name)), expected, "{name}");
        for pattern in manifest.iter().chain(&page) {
            assert_eq!(pattern.is_match(name), expected, "{pattern}: {name}");
        }
    }
}

/// The script of a step of the action, by its name.
#[cfg(unix)]
fn script(step: &str) -> Option<String> {
    let text = Text::new("action.yml", include_bytes!("../../action.yml").to_vec());
    let document = parse_first(&text).ok()?;
    let mut steps = document.root()?.get("runs")?.get("steps")?.items();
    let name = |one: &Node<'_>| one.get("name").and_then(Node::as_str) == Some(step);
    let run = steps.find(name)?.get("run")?;
    Some(run.as_str()?.to_owned())
}

/// The check of the action, as the runner starts it, with a promvet in its place that ends with one
/// of two codes: with the first one where a SARIF file is asked for.
#[cfg(unix)]
fn acted(codes: (i32, i32), inputs: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let scratch = Scratch::empty();
    let (sarif, other) = codes;
    let fake = format!(
        "#!/bin/sh\nfor arg; do echo \"$arg\" >> called; done\necho -- >> called\n\
         case \"$*\" in *sarif=*) exit {sarif};; esac\nexit {other}\n"
    );
    scratch.write(&[
        ("bin/promvet", &fake),
        ("step.sh", &script("Check").unwrap_or_default()),
        ("output", ""),
    ]);
    scratch.chmod("bin/promvet", 0o755);
    let path = format!("{}:{}", scratch.at("bin").display(), env!("PATH"));
    let mut command = std::process::Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-eo", "pipefail", "step.sh"])
        .current_dir(scratch.path())
        .env("PATH", path)
        .env("GITHUB_OUTPUT", scratch.at("output"))
        .env("GITHUB_STEP_SUMMARY", scratch.at("summary"))
        .env("RUNNER_TEMP", scratch.path())
        .envs([
            ("PATHS", "."),
            ("ARGS", ""),
            ("SINCE", ""),
            ("SARIF", ""),
            ("SUMMARY", "true"),
        ])
        .envs(inputs.iter().copied());
    let ran = Ran::of(&mut command);
    let called = std::fs::read_to_string(scratch.at("called")).unwrap_or_default();
    (ran.status, scratch.read("output"), called)
}

#[cfg(unix)]
#[test]
fn the_action_ends_as_promvet_does() {
    for (codes, sarif, status, uploads) in [
        ((0, 0), "false", 0, false),
        ((0, 1), "false", 1, false),
        ((0, 2), "false", 2, false),
        ((0, 0), "true", 0, true),
        ((1, 0), "true", 0, true),
        ((1, 1), "true", 1, true),
        ((2, 0), "true", 2, false),
        ((2, 1), "true", 2, false),
        ((2, 2), "true", 2, false),
        ((0, 137), "true", 2, true),
        ((0, 127), "false", 2, false),
    ] {
        let (code, output, _) = acted(codes, &[("SARIF", sarif)]);
        let case = format!("{codes:?} {sarif}: {output}");
        assert_eq!(code, Some(status), "{case}");
        assert!(output.contains(&format!("status={status}\n")), "{case}");
        assert_eq!(output.contains("sarif="), uploads, "{case}");
    }
}

#[cfg(unix)]
#[test]
fn the_action_passes_its_inputs_on() {
    let inputs = [
        ("PATHS", "a b\n\nc\n"),
        ("ARGS", "--config-from HEAD^1 --root 'x y'"),
        ("SINCE", "HEAD^1"),
        ("SUMMARY", "false"),
    ];
    let (code, _, called) = acted((0, 0), &inputs);
    assert_eq!(code, Some(0), "{called}");
    let words: Vec<_> = called.lines().collect();
    let expected = [
        "check",
        "--format",
        "github",
        "--since",
        "HEAD^1",
        "--config-from",
        "HEAD^1",
        "--root",
        "x y",
        "--",
        "a b",
        "c",
        "--",
    ];
    assert_eq!(words, expected);
    let (code, output, called) = acted((0, 0), &[("ARGS", "--fail-on 'info")]);
    assert_eq!(
        (code, output.as_str(), called.as_str()),
        (Some(2), "status=2\n", "")
    );
}
