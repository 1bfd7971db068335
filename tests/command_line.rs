//! The command line itself: help, completions, manual pages, progress and figures.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn promvet(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const COMMANDS: [&str; 8] = [
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
    let folder = tempfile::tempdir().unwrap();
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let args: Vec<_> = [command, flag]
                .into_iter()
                .filter(|arg| !arg.is_empty())
                .collect();
            let output = promvet(folder.path(), &args);
            assert_eq!(output.status.code(), Some(0), "{args:?}");
            let help = stdout(&output);
            let wide = help.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{args:?}");
            assert!(help.contains("Usage: promvet"), "{args:?}: {help}");
        }
    }
}

#[test]
fn completions_know_every_command_and_option() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = promvet(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = stdout(&output);
        for word in ["audit", "since", "staged"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let bash = stdout(&promvet(folder.path(), &["completions", "bash"]));
    assert!(bash.contains("openmetrics"), "{bash}");
    let wrong = promvet(folder.path(), &["completions", "cmd"]);
    assert_eq!(wrong.status.code(), Some(2));
    let mut bash = match Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() {
        Ok(bash) => bash,
        Err(error) => {
            eprintln!("skipped: bash can't be run here: {error}");
            return;
        }
    };
    let script = promvet(folder.path(), &["completions", "bash"]).stdout;
    std::io::Write::write_all(&mut bash.stdin.take().unwrap(), &script).unwrap();
    assert!(bash.wait().unwrap().success());
}

#[test]
fn manual_pages_are_made_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for command in COMMANDS {
        let args: Vec<_> = ["man", command]
            .into_iter()
            .filter(|arg| !arg.is_empty())
            .collect();
        let output = promvet(folder.path(), &args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let page = stdout(&output);
        let title = match command {
            "" => ".TH promvet".to_owned(),
            _ => format!(".TH promvet-{command}"),
        };
        assert!(page.contains(&title), "{args:?}: {page}");
    }
    let page = stdout(&promvet(folder.path(), &["man", "check"]));
    assert!(page.contains("\\-\\-since"), "{page}");
    let wrong = promvet(folder.path(), &["man", "chekc"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("no command `chekc`"));
}

#[test]
fn figures_and_times_are_told_on_stderr_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let config = "remote_write:\n  - url: mimir.example.com/api/v1/push\n";
    fs::write(folder.path().join("prometheus.yml"), config).unwrap();
    fs::write(folder.path().join("other.yml"), "a: b\n").unwrap();
    let plain = promvet(folder.path(), &["--format", "json"]);
    assert_eq!(stderr(&plain), "");
    for command in ["check", "audit"] {
        let output = promvet(folder.path(), &[command, "--stats", "--format", "json"]);
        let said = stderr(&output);
        let bytes = config.len() + "a: b\n".len();
        let first = format!("promvet: 2 files, {bytes} bytes read\n");
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
    let told = promvet(folder.path(), &["--stats", "--format", "json"]);
    assert_eq!(told.stdout, plain.stdout);
}
