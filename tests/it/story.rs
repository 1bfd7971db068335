//! The gate of a pull request, told from outside: scratch repositories, branches, and what promvet
//! says of them.

use std::path::Path;

use crate::support::program::{PROMVET, Ran, git, git_command, promvet};
use crate::support::scratch::Scratch;

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
/// A secret that looks live.
const SECRET: &str = "bearer_token: 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c";

#[test]
fn a_bad_branch_is_stopped_and_its_fix_goes_through() {
    let repository = Scratch::repository(&[
        ("old/prometheus.yml", OLD),
        ("prod/prometheus.yml", GOOD),
        ("prod/token", "x"),
    ]);
    let gate = ["--since", "main", "--format", "github"];

    repository.git(&["checkout", "-q", "-b", "add-staging"]);
    let added = "  - name: staging\n    url: cortex.staging.acme.opstrace.io/api/v1/push\n    bearer_token_file: token\n";
    // An inserted neighbor and a comment move the lines of what was there.
    let bad = GOOD.replace(
        "  - name: prod",
        &format!("  # Two.\n{added}  - name: prod"),
    );
    repository.write(&[("prod/prometheus.yml", &bad)]);
    repository.commit("Write to staging too");
    let stopped = repository.promvet(&gate);
    assert_eq!(
        (
            stopped.status,
            stopped.stderr,
            stopped.stdout.lines().count()
        ),
        (Some(1), String::new(), 1)
    );
    insta::assert_snapshot!("the_gate", stopped.stdout);

    repository.write(&[(
        "prod/prometheus.yml",
        &bad.replace("url: cortex", "url: https://cortex"),
    )]);
    repository.commit("Give the URL its scheme");
    let green = repository.promvet(&gate);
    assert_eq!((green.status, green.stdout), (Some(0), String::new()));
    // The older finding is in a file that the change can't reach, which is not judged.
    let people = repository.promvet(&["--since", "main"]).stdout;
    assert_eq!(
        people,
        "No new findings in 2 configurations; 3 endpoints.\n"
    );
    assert_eq!(repository.found(&[]).0, 1);
}

#[test]
fn renamed_files_keep_their_history() {
    let bad = OLD.to_owned() + "# A comment, so that there is something to know the file by.\n";
    let repository = Scratch::repository(&[("a/prometheus.yml", &bad), ("b/x.txt", "x")]);
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
    let repository = Scratch::repository(&[
        (
            "conf/prometheus.yml",
            &GOOD.replace("file: token", "file: ../secrets/token"),
        ),
        ("secrets/token", "x"),
        ("old/prometheus.yml", OLD),
    ]);
    repository.remove("secrets/token");
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
    let repository = Scratch::repository(&[
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
    repository.remove("acme.yaml");
    let (status, lines) = repository.found(&warns);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert!(
        lines[0].contains("warning tls/insecure-skip-verify"),
        "{lines:?}"
    );
}

#[test]
fn what_is_staged_is_what_counts() {
    let repository = Scratch::repository(&[("prometheus.yml", GOOD), ("token", "x")]);
    let bad = GOOD.replace("https://", "");
    repository.write(&[("prometheus.yml", &bad)]);
    assert_eq!(repository.found(&["--staged"]), (0, vec![]));
    repository.git(&["add", "-A"]);
    repository.write(&[("prometheus.yml", GOOD)]);
    let (status, lines) = repository.found(&["--staged"]);
    assert_eq!((status, lines.len()), (1, 1), "{lines:?}");
    assert_eq!(repository.found(&["--since", "main"]), (0, vec![]));
    // Before the first commit, everything is new.
    let folder = Scratch::empty();
    folder.git(&["init", "-q"]);
    folder.file("prometheus.yml", bad);
    folder.git(&["add", "-A"]);
    let first = folder.promvet(&["--staged", "--format", "concise"]);
    assert_eq!(first.status, Some(1), "{}", first.stderr);
}

#[cfg(unix)]
#[test]
fn a_hook_stops_a_commit() {
    let repository = Scratch::repository(&[("conf/prometheus.yml", GOOD), ("conf/token", "x")]);
    let hook = ".git/hooks/pre-commit";
    repository.file(hook, format!("#!/bin/sh\nexec {PROMVET} --staged conf\n"));
    repository.chmod(hook, 0o755);
    let commit = || {
        // With a path, git hands the hook a separate index.
        let args = ["commit", "-q", "-m", "Break it", "conf/prometheus.yml"];
        Ran::of(git_command(repository.path()).args(args))
    };
    repository.write(&[("conf/prometheus.yml", &GOOD.replace("https://", ""))]);
    let stopped = commit();
    assert_ne!(stopped.status, Some(0));
    let said = stopped.said();
    assert!(said.contains("remote-write/url-syntax"), "{said}");
    repository.write(&[("conf/prometheus.yml", &format!("# Fine.\n{GOOD}"))]);
    let passed = commit();
    assert_eq!(passed.status, Some(0), "{}", passed.said());
}

#[test]
fn what_git_can_not_show_is_reported_with_what_to_do() {
    let repository = Scratch::repository(&[("prometheus.yml", OLD)]);
    repository.commit("Second");
    let failing = |folder: &Path, args: &[&str], expected: &[&str]| {
        let ran = promvet(folder, args);
        let said = ran.stderr;
        assert_eq!(ran.status, Some(2), "{args:?}: {said}");
        assert_eq!(ran.stdout, "", "{args:?}");
        for part in expected {
            assert!(said.contains(part), "{args:?}: {said}");
        }
    };
    let here = repository.path();
    failing(
        here,
        &["--since", "no-such"],
        &["revision no-such not found", "git fetch"],
    );
    failing(here, &["--since", ""], &["no revision was given"]);
    failing(
        here,
        &["--since=--output=x"],
        &["revision --output=x not found"],
    );
    failing(here, &["--since", "main", "-"], &["standard input"]);
    let outside = Scratch::new(&[("prometheus.yml", OLD)]);
    failing(
        outside.path(),
        &["--since", "main"],
        &["not in a git work tree"],
    );
    let other = outside.at("prometheus.yml");
    let other = ["--since", "main", ".", other.to_str().unwrap()];
    failing(
        here,
        &other,
        &["is not in the git repository", "one repository"],
    );

    let url = format!("file://{}", here.display());
    outside.git(&["clone", "-q", "--depth", "1", &url, "shallow"]);
    let shallow = outside.at("shallow");
    failing(
        &shallow,
        &["--since", "HEAD~1"],
        &["fetch-depth: 0", "--unshallow"],
    );
    let whole = promvet(&shallow, &["--since", "origin/main"]);
    assert_eq!(whole.status, Some(0), "{}", whole.stderr);
    git(&shallow, &["checkout", "-q", "-b", "work"]);
    git(&shallow, &["branch", "-q", "-D", "main"]);
    failing(
        &shallow,
        &["--since", "main"],
        &["did you mean origin/main?"],
    );

    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    outside.git(&["clone", "-q", "-n", "--filter=blob:none", &url, "partial"]);
    let partial = outside.at("partial");
    failing(&partial, &["--since", "main"], &["--filter"]);
}

#[test]
fn the_work_tree_may_be_seen_from_anywhere() {
    let repository = Scratch::repository(&[
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
    let outside = Scratch::empty();
    for (folder, path, shown) in [
        (repository.path().to_owned(), ".", "a/deep/prometheus.yml:"),
        (repository.at("a/deep"), "..", "../deep/prometheus.yml:"),
        (repository.at("b"), "../a", "../a/deep/prometheus.yml:"),
        (
            outside.path().to_owned(),
            repository.path().to_str().unwrap(),
            "../",
        ),
    ] {
        let ran = promvet(&folder, &["--since", "main", "--format", "concise", path]);
        let lines = ran.lines();
        assert_eq!(lines.len(), 2, "{folder:?}: {lines:?}{}", ran.stderr);
        assert!(lines[0].starts_with(shown), "{lines:?}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains("credentials/missing"))
        );
    }
}

#[test]
fn files_that_a_change_adds_are_judged_though_they_are_ignored() {
    let repository = Scratch::repository(&[(".ignore", "testdata\n"), ("x", "x")]);
    repository.write(&[
        ("testdata/prometheus.yml", OLD),
        (".hidden/prometheus.yml", OLD),
    ]);
    repository.git(&["add", "-A"]);
    let paths = |args: &[&str]| {
        let (_, lines) = repository.found(args);
        let paths = lines.iter().filter_map(|line| line.split(':').next());
        paths.map(str::to_owned).collect::<Vec<_>>()
    };
    let (hidden, ignored) = (".hidden/prometheus.yml", "testdata/prometheus.yml");
    // What a change adds is looked at though it is hidden, or named by `.ignore`.
    assert_eq!(paths(&["--staged"]), [hidden, ignored]);
    assert_eq!(paths(&["--staged", "--no-ignore"]), [hidden, ignored]);
    assert_eq!(paths(&["--staged", "--hidden"]), [hidden, ignored]);
    repository.commit("Add");
    let all = ["--staged", "--since", "HEAD~"];
    assert_eq!(paths(&all), [hidden, ignored]);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_followed_in_a_tree_of_git() {
    let inner = Scratch::repository(&[("prometheus.yml", OLD)]);
    let repository = Scratch::repository(&[
        (
            "conf/prometheus.yml",
            &GOOD.replace("file: token", "file: link/token"),
        ),
        ("secrets/token", "x"),
    ]);
    repository.link("conf/link", "../secrets");
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
    let repository =
        Scratch::repository(&[("prometheus.yml", OLD), ("promvet.yaml", "no_such: 1\n")]);
    repository.write(&[("promvet.yaml", "rules: {}\n")]);
    let ran = repository.promvet(&["--since", "main", "--format", "concise"]);
    assert_eq!((ran.status, ran.stdout), (Some(0), String::new()));
    let said = ran.stderr;
    assert!(said.contains("promvet.yaml of main has errors"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_hook_sees_what_would_be_committed() {
    let repository = Scratch::repository(&[("prometheus.yml", GOOD), ("token", "x")]);
    let hook = format!("#!/bin/sh\nexec {PROMVET} check --staged\n");
    repository.file(".git/hooks/pre-commit", hook);
    repository.chmod(".git/hooks/pre-commit", 0o755);
    repository.write(&[
        ("prometheus.yml", &format!("{GOOD}# a comment\n")),
        ("b/prometheus.yml", &GOOD.replace("https://", "")),
    ]);
    repository.git(&["add", "-A"]);
    let commit = |path: &str| {
        let args = ["commit", "-q", "-m", "Next", "--", path];
        Ran::of(git_command(repository.path()).args(args))
    };
    let ran = commit("b");
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    assert!(ran.said().contains("has no scheme"), "{}", ran.said());
    // The index that git shows this hook is another one than that of `git add`.
    let ran = commit("prometheus.yml");
    assert_eq!(ran.status, Some(0), "{}", ran.said());
}

#[test]
fn every_kind_of_repository_and_of_revision_is_read() {
    let config = GOOD.replace("bearer_token_file: token", SECRET);
    let found = |scratch: &Scratch, folder: &str, revision: &str| {
        let ran = promvet(
            scratch.at(folder),
            &["check", "--since", revision, "--format", "concise"],
        );
        assert_eq!(ran.status, Some(1), "{folder} {revision}: {}", ran.said());
        ran.lines().len()
    };
    for init in [
        &["--object-format=sha1"][..],
        &["--object-format=sha256"],
        &["--ref-format=reftable"],
    ] {
        let scratch = Scratch::new(&[("r/prometheus.yml", GOOD), ("r/token", "x")]);
        let git = |args: &[&str]| git(scratch.at("r"), args);
        let args = [&["init", "-q", "-b", "main"], init].concat();
        if Ran::of(git_command(scratch.at("r")).args(args)).status != Some(0) {
            // This git is too old for it.
            continue;
        }
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", "First"]);
        git(&["tag", "-a", "-m", "One", "v1"]);
        git(&["branch", "team/first"]);
        git(&["worktree", "add", "-q", "../w"]);
        git(&["pack-refs", "--all"]);
        git(&["branch", "--set-upstream-to=team/first"]);
        git(&["branch", "later"]);
        scratch.write(&[("r/prometheus.yml", &config), ("w/prometheus.yml", &config)]);
        git(&["commit", "-q", "-a", "-m", "Second"]);
        for revision in [
            "HEAD~",
            "HEAD^1",
            "v1",
            "v1^{}",
            "team/first",
            "later",
            "refs/heads/later",
            "main@{1}",
            "@{upstream}",
            "@{u}",
            "HEAD^{/First}",
        ] {
            assert_eq!(found(&scratch, "r", revision), 1, "{init:?} {revision}");
        }
        for revision in ["HEAD", "w", "later"] {
            if init == ["--ref-format=reftable"] {
                let ran = promvet(scratch.at("w"), &["check", "--since", revision]);
                assert_eq!(ran.status, Some(2), "{revision}: {}", ran.said());
                assert!(ran.stderr.contains("not supported"), "{}", ran.stderr);
            } else {
                assert_eq!(found(&scratch, "w", revision), 1, "{init:?} {revision}");
            }
        }
    }
}
