//! The gate of a pull request, told from outside: scratch repositories, branches, and what promvet
//! says of them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A scratch repository with one commit on `main`.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn new(files: &[(&str, &str)]) -> Self {
        let scratch = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.write(files);
        scratch.commit("First");
        scratch
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (path, content) in files {
            let path = self.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn git(&self, args: &[&str]) -> Output {
        git(self.path(), args)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    fn promvet(&self, args: &[&str]) -> Output {
        promvet(self.path(), args)
    }

    /// Status and the lines of the findings.
    fn found(&self, args: &[&str]) -> (i32, Vec<String>) {
        let output = self.promvet(&[args, &["--format", "concise"]].concat());
        assert_eq!(stderr(&output), "", "{args:?}");
        let lines = stdout(&output).lines().map(str::to_owned).collect();
        (output.status.code().unwrap(), lines)
    }
}

fn git(folder: &Path, args: &[&str]) -> Output {
    let output = Command::new("git")
        .current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([
            ("GIT_AUTHOR_NAME", "Somebody"),
            ("GIT_AUTHOR_EMAIL", "somebody@example.com"),
            ("GIT_COMMITTER_NAME", "Somebody"),
            ("GIT_COMMITTER_EMAIL", "somebody@example.com"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    output
}

fn promvet(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const OLD: &str = "\
remote_write:
  - name: old
    url: mimir.example.com/api/v1/push
";
const GOOD: &str = "\
remote_write:
  - name: prod
    url: https://cortex.prod.acme.opstrace.io/api/v1/push
    bearer_token_file: token
";

#[test]
fn a_bad_branch_is_stopped_and_its_fix_goes_through() {
    let repository = Scratch::new(&[
        ("old/prometheus.yml", OLD),
        ("prod/prometheus.yml", GOOD),
        ("prod/token", "x"),
    ]);
    let gate = ["--since", "main", "--format", "github"];

    repository.git(&["checkout", "-q", "-b", "add-staging"]);
    let added = "  - name: staging\n    url: cortex.staging.acme.opstrace.io/api/v1/push\n    bearer_token_file: token\n";
    // An inserted neighbour and a comment move the lines of what was there.
    let bad = GOOD.replace(
        "  - name: prod",
        &format!("  # Two.\n{added}  - name: prod"),
    );
    repository.write(&[("prod/prometheus.yml", &bad)]);
    repository.commit("Write to staging too");
    let stopped = repository.promvet(&gate);
    assert_eq!(
        (
            stopped.status.code(),
            stderr(&stopped),
            stdout(&stopped).lines().count()
        ),
        (Some(1), String::new(), 1)
    );
    insta::assert_snapshot!("the_gate", stdout(&stopped));

    repository.write(&[(
        "prod/prometheus.yml",
        &bad.replace("url: cortex", "url: https://cortex"),
    )]);
    repository.commit("Give the URL its scheme");
    let green = repository.promvet(&gate);
    assert_eq!(
        (green.status.code(), stdout(&green)),
        (Some(0), String::new())
    );
    let people = stdout(&repository.promvet(&["--since", "main"]));
    assert_eq!(
        people,
        "No new findings in 2 configurations; 3 endpoints; 1 older finding not shown.\n"
    );
    assert_eq!(repository.found(&[]).0, 1);
}

#[test]
fn renamed_files_keep_their_history() {
    let bad = OLD.to_owned() + "# A comment, so that there is something to know the file by.\n";
    let repository = Scratch::new(&[("a/prometheus.yml", &bad), ("b/x.txt", "x")]);
    repository.git(&["mv", "a/prometheus.yml", "b/prometheus.yml"]);
    repository.commit("Move");
    for args in [&[][..], &["b"], &["b/prometheus.yml"]] {
        let all = [args, &["--since", "HEAD~"]].concat();
        assert_eq!(repository.found(&all), (0, vec![]), "{args:?}");
    }
    let worse = bad.replace("push\n", "push\n    bearer_token_file: none\n");
    repository.write(&[("b/prometheus.yml", &worse)]);
    repository.commit("Make it worse");
    let (status, lines) = repository.found(&["--since", "HEAD~2"]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(lines[0].contains("credentials/missing"), "{lines:?}");
    repository.git(&["mv", "b/prometheus.yml", "c.yml"]);
    assert_eq!(repository.found(&["--staged"]), (0, vec![]));
}

#[test]
fn a_deleted_secret_elsewhere_is_new_in_an_untouched_configuration() {
    let repository = Scratch::new(&[
        (
            "conf/prometheus.yml",
            &GOOD.replace("file: token", "file: ../secrets/token"),
        ),
        ("secrets/token", "x"),
        ("old/prometheus.yml", OLD),
    ]);
    fs::remove_file(repository.path().join("secrets/token")).unwrap();
    let (status, lines) = repository.found(&["--since", "main"]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(
        lines[0].starts_with("conf/prometheus.yml:4:24: error credentials/missing"),
        "{lines:?}"
    );
    assert_eq!(
        repository.found(&["--staged"]),
        (0, vec![]),
        "not yet in the index"
    );
    repository.git(&["add", "-A"]);
    assert_eq!(repository.found(&["--staged"]).1, lines);
    assert_eq!(repository.found(&["--since", "main", "conf"]).1, lines);
    assert_eq!(repository.found(&["--since", "main", "old"]).0, 0);
}

#[test]
fn a_changed_issuer_elsewhere_is_new_in_an_untouched_configuration() {
    let config = format!("{GOOD}    tls_config: {{insecure_skip_verify: true}}\n");
    let issuer = |word: &str| format!("tenants: [prod]\ncert_issuer: {word}\nnode_count: 3\n");
    let repository = Scratch::new(&[
        ("conf/prometheus.yml", &config),
        ("conf/token", "x"),
        ("acme.yaml", &issuer("letsencrypt-staging")),
    ]);
    let warns = ["--fail-on", "warning", "--since", "main"];
    assert_eq!(repository.found(&warns), (0, vec![]));
    repository.write(&[("acme.yaml", &issuer("letsencrypt-prod"))]);
    let (status, lines) = repository.found(&warns);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(
        lines[0].contains("error tls/insecure-skip-verify"),
        "{lines:?}"
    );
    fs::remove_file(repository.path().join("acme.yaml")).unwrap();
    let (status, lines) = repository.found(&warns);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(
        lines[0].contains("warning tls/insecure-skip-verify"),
        "{lines:?}"
    );
}

#[test]
fn what_is_staged_is_what_counts() {
    let repository = Scratch::new(&[("prometheus.yml", GOOD), ("token", "x")]);
    let bad = GOOD.replace("https://", "");
    repository.write(&[("prometheus.yml", &bad)]);
    assert_eq!(repository.found(&["--staged"]), (0, vec![]));
    repository.git(&["add", "-A"]);
    repository.write(&[("prometheus.yml", GOOD)]);
    let (status, lines) = repository.found(&["--staged"]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert_eq!(repository.found(&["--since", "main"]), (0, vec![]));
    // Before the first commit, everything is new.
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    fs::write(folder.path().join("prometheus.yml"), bad).unwrap();
    git(folder.path(), &["add", "-A"]);
    let first = promvet(folder.path(), &["--staged", "--format", "concise"]);
    assert_eq!(first.status.code(), Some(1), "{}", stderr(&first));
}

#[cfg(unix)]
#[test]
fn a_hook_stops_a_commit() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = Scratch::new(&[("conf/prometheus.yml", GOOD), ("conf/token", "x")]);
    let hook = repository.path().join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\nexec {} --staged conf\n",
        env!("CARGO_BIN_EXE_promvet")
    );
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = || {
        Command::new("git")
            .current_dir(repository.path())
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            // With a path, git hands the hook an index of its own.
            .args(["commit", "-q", "-m", "Break it", "conf/prometheus.yml"])
            .output()
            .unwrap()
    };
    repository.write(&[("conf/prometheus.yml", &GOOD.replace("https://", ""))]);
    let stopped = commit();
    assert!(!stopped.status.success());
    let said = stdout(&stopped) + &stderr(&stopped);
    assert!(said.contains("remote-write/url-syntax"), "{said}");
    repository.write(&[("conf/prometheus.yml", &format!("# Fine.\n{GOOD}"))]);
    let passed = commit();
    assert!(
        passed.status.success(),
        "{}{}",
        stdout(&passed),
        stderr(&passed)
    );
}

#[test]
fn what_git_can_not_show_is_told_with_what_to_do() {
    let repository = Scratch::new(&[("prometheus.yml", OLD)]);
    repository.commit("Second");
    let failing = |folder: &Path, args: &[&str], expected: &[&str]| {
        let output = promvet(folder, args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert_eq!(stdout(&output), "", "{args:?}");
        for part in expected {
            assert!(said.contains(part), "{args:?}: {said}");
        }
    };
    let here = repository.path();
    failing(
        here,
        &["--since", "no-such"],
        &["no revision no-such", "git fetch"],
    );
    failing(here, &["--since", ""], &["no revision was given"]);
    failing(here, &["--since=--output=x"], &["no revision"]);
    failing(here, &["--since", "main", "-"], &["standard input"]);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("prometheus.yml"), OLD).unwrap();
    failing(
        outside.path(),
        &["--since", "main"],
        &["not in a git work tree"],
    );
    let other = outside.path().join("prometheus.yml");
    let other = ["--since", "main", ".", other.to_str().unwrap()];
    failing(
        here,
        &other,
        &["is not in the git repository", "one repository"],
    );

    let url = format!("file://{}", here.display());
    git(
        outside.path(),
        &["clone", "-q", "--depth", "1", &url, "shallow"],
    );
    let shallow = outside.path().join("shallow");
    failing(
        &shallow,
        &["--since", "HEAD~1"],
        &["fetch-depth: 0", "--unshallow"],
    );
    let whole = promvet(&shallow, &["--since", "origin/main"]);
    assert_eq!(whole.status.code(), Some(0), "{}", stderr(&whole));
    git(&shallow, &["checkout", "-q", "-b", "work"]);
    git(&shallow, &["branch", "-q", "-D", "main"]);
    failing(&shallow, &["--since", "main"], &["there is origin/main"]);

    git(here, &["config", "uploadpack.allowFilter", "true"]);
    git(
        outside.path(),
        &[
            "clone",
            "-q",
            "--no-checkout",
            "--filter=blob:none",
            &url,
            "partial",
        ],
    );
    let partial = outside.path().join("partial");
    failing(&partial, &["--since", "main"], &["--filter"]);
}

#[test]
fn the_work_tree_may_be_seen_from_anywhere() {
    let repository = Scratch::new(&[
        ("a/deep/prometheus.yml", OLD),
        ("a/größe \"x\"/prometheus.yml", OLD),
        ("b/prometheus.yml", GOOD),
        ("b/token", "x"),
    ]);
    let new = format!("{OLD}    bearer_token_file: none\n");
    repository.write(&[
        ("a/deep/prometheus.yml", &new),
        ("a/größe \"x\"/prometheus.yml", &new),
    ]);
    let outside = tempfile::tempdir().unwrap();
    for (folder, path, shown) in [
        (repository.path().to_owned(), ".", "a/deep/prometheus.yml:"),
        (
            repository.path().join("a/deep"),
            "..",
            "../deep/prometheus.yml:",
        ),
        (
            repository.path().join("b"),
            "../a",
            "../a/deep/prometheus.yml:",
        ),
        (
            outside.path().to_owned(),
            repository.path().to_str().unwrap(),
            "../",
        ),
    ] {
        let output = promvet(&folder, &["--since", "main", "--format", "concise", path]);
        let lines: Vec<_> = stdout(&output).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 2, "{folder:?}: {lines:?}{}", stderr(&output));
        assert!(lines[0].starts_with(shown), "{lines:?}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains("credentials/missing"))
        );
    }
}

#[test]
fn files_that_are_ignored_stay_so_in_a_tree_of_git() {
    let repository = Scratch::new(&[(".ignore", "testdata\n"), ("x", "x")]);
    repository.write(&[
        ("testdata/prometheus.yml", OLD),
        (".hidden/prometheus.yml", OLD),
    ]);
    repository.git(&["add", "-A"]);
    let count = |args: &[&str]| repository.promvet(&[args, &["--format", "concise"]].concat());
    assert_eq!(stdout(&count(&["--staged"])), "");
    assert_eq!(
        stdout(&count(&["--staged", "--no-ignore"])).lines().count(),
        1
    );
    assert_eq!(stdout(&count(&["--staged", "--hidden"])).lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_followed_in_a_tree_of_git() {
    let inner = Scratch::new(&[("prometheus.yml", OLD)]);
    let repository = Scratch::new(&[
        (
            "conf/prometheus.yml",
            &GOOD.replace("file: token", "file: link/token"),
        ),
        ("secrets/token", "x"),
    ]);
    std::os::unix::fs::symlink("../secrets", repository.path().join("conf/link")).unwrap();
    let path = inner.path().to_str().unwrap();
    repository.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        path,
        "sub",
    ]);
    repository.commit("Link");
    repository.git(&["rm", "-q", "--cached", "secrets/token"]);
    let (status, lines) = repository.found(&["--staged"]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(lines[0].contains("credentials/missing"), "{lines:?}");
    repository.git(&["add", "-A"]);
    assert_eq!(repository.found(&["--staged"]), (0, vec![]));
    assert_eq!(repository.found(&["--since", "HEAD"]), (0, vec![]));
    let all = repository.found(&[]).1;
    assert!(all.iter().any(|line| line.starts_with("sub/")), "{all:?}");
}

#[test]
fn a_policy_that_was_broken_before_does_not_stop_its_repair() {
    let repository = Scratch::new(&[("prometheus.yml", OLD), ("promvet.yaml", "no_such: 1\n")]);
    repository.write(&[("promvet.yaml", "rules: {}\n")]);
    let output = repository.promvet(&["--since", "main", "--format", "concise"]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), String::new())
    );
    let said = stderr(&output);
    assert!(said.contains("promvet.yaml of main has mistakes"), "{said}");
}
