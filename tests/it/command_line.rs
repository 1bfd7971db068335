//! The command line itself: help, completions, manual pages, progress and figures.

use std::process::Command;

use crate::support::program::Ran;
use crate::support::scratch::Scratch;

const COMMANDS: [&str; 9] = [
    "receivers",
    "check",
    "audit",
    "files",
    "explain",
    "rules",
    "completions",
    "man",
    "",
];

#[test]
fn help_fits_eighty_columns() {
    let folder = Scratch::empty();
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let args: Vec<_> = [command, flag]
                .into_iter()
                .filter(|arg| !arg.is_empty())
                .collect();
            let ran = folder.promvet(&args);
            assert_eq!(ran.status, Some(0), "{args:?}");
            let help = ran.stdout;
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{args:?}");
            assert!(help.contains("Usage: promvet"), "{args:?}: {help}");
        }
    }
}

#[test]
fn completions_know_every_command_and_option() {
    let folder = Scratch::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.promvet(&["completions", shell]);
        assert_eq!(ran.status, Some(0), "{shell}");
        let script = ran.stdout;
        for word in ["audit", "since", "staged"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let bash = folder.promvet(&["completions", "bash"]).stdout;
    assert!(bash.contains("openmetrics"), "{bash}");
    let wrong = folder.promvet(&["completions", "cmd"]);
    assert_eq!(wrong.status, Some(2));
    match Ran::fed(Command::new("bash").arg("-n"), &bash) {
        Ok(read) => assert_eq!(read.status, Some(0), "{}", read.stderr),
        Err(error) => eprintln!("skipped: bash can't be run here: {error}"),
    }
}

#[test]
fn manual_pages_are_made_for_every_command() {
    let folder = Scratch::empty();
    for command in COMMANDS {
        let args: Vec<_> = ["man", command]
            .into_iter()
            .filter(|arg| !arg.is_empty())
            .collect();
        let ran = folder.promvet(&args);
        assert_eq!(ran.status, Some(0), "{args:?}");
        let page = ran.stdout;
        let title = match command {
            "" => ".TH promvet".to_owned(),
            _ => format!(".TH promvet-{command}"),
        };
        assert!(page.contains(&title), "{args:?}: {page}");
    }
    let page = folder.promvet(&["man", "check"]).stdout;
    assert!(page.contains("\\-\\-since"), "{page}");
    let wrong = folder.promvet(&["man", "chekc"]);
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.stderr.contains("unknown command `chekc`"));
}

#[test]
fn figures_and_times_are_reported_on_stderr_when_asked() {
    let config = "remote_write:\n  - url: mimir.example.com/api/v1/push\n";
    let folder = Scratch::new(&[("prometheus.yml", config), ("other.yml", "a: b\n")]);
    let plain = folder.promvet(&["--format", "json"]);
    assert_eq!(plain.stderr, "");
    for command in ["check", "audit"] {
        let ran = folder.promvet(&[command, "--stats", "--format", "json"]);
        let said = ran.stderr;
        let bytes = config.len() + "a: b\n".len();
        let first = format!("promvet: 2 files, {bytes} bytes read; ");
        assert!(said.starts_with(&first), "{said}");
        for part in [
            "Time by stage:",
            " ms  finding files",
            " ms  checking configurations",
            "Time by rule",
            " ms  remote-write/url-syntax",
            " ms  schema",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let reported = folder.promvet(&["--stats", "--format", "json"]);
    assert_eq!(reported.stdout, plain.stdout);
}

#[test]
fn files_lists_rule_files() {
    let rules = "groups:\n- name: a\n  rules:\n  - alert: X\n    expr: up == 0\n";
    let folder = Scratch::new(&[("rules/a.yml", rules), ("other.yml", "hello: 1\n")]);
    let ran = folder.promvet(&["files"]);
    assert_eq!(
        ran.lines(),
        ["rules/a.yml: rule file: it has the key groups"]
    );
    // They are judged with the configuration that loads them.
    let said = folder.promvet(&["check"]).said();
    assert!(said.contains("no Prometheus configuration found"), "{said}");
}

#[test]
fn what_was_meant_is_hinted_at() {
    let folder = Scratch::repository(&[("prometheus.yml", "global: {}\n")]);
    for (args, says) in [
        (&["check", "--fix", "unsafe"][..], "write --fix=unsafe"),
        (
            &["compare", "HEAD", "HEAD", "prometheus.yml"],
            "write `--` before files and folders",
        ),
        (
            &["compare", "HEAD", "prometheus.yml"],
            "promvet compare HEAD -- prometheus.yml",
        ),
        (
            &["check", "--select", "tls/insecure"],
            "did you mean `tls/insecure-skip-verify`?",
        ),
        (&["check", "--select", "tls/*"], "did you mean `tls`?"),
    ] {
        let ran = folder.promvet(args);
        assert_eq!(ran.status, Some(2), "{args:?}: {}", ran.said());
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.said());
    }
}
