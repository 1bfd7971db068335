//! Nothing that a tree contains or configures is executed: repositories that do their best to start
//! a program, and every way to promvet that leads to git.
//!
//! Each trap is sprung once by git itself, so that it is known to work.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on panics"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(debug_assertions)]
use std::time::{Duration, Instant};

use crate::support::program::{Ran, git_command, promvet, promvet_command};
use crate::support::scratch::Scratch;

/// A configuration with a secret that looks live, and a comment whose age is asked of git.
const CONFIG: &str = "# promvet: ignore-file[credentials/in-url] reason: a test\n\
    remote_write:\n\
    - url: https://mimir.example.com/api/v1/push\n  \
      authorization:\n    \
        credentials: 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\n";

/// Keys of git's configuration that name a program, and what makes git use them.
const PROGRAMS: &[&str] = &[
    "alias.cat-file",
    "alias.ls-files",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.clean",
    "filter.trap.process",
    "filter.trap.smudge",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.trap.driver",
    "pager.blame",
    "pager.diff",
    "pager.ls-files",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "remote.origin.vcs",
    "uploadpack.packObjectsHook",
];

/// A folder that nothing happens outside of, with a program that leaves a mark.
struct Trap {
    scratch: Scratch,
    mark: PathBuf,
    program: String,
}

impl Trap {
    /// A repository `pr` whose files were changed since its one commit, so that git has a reason to
    /// look into them.
    fn new() -> Self {
        let scratch = Scratch::empty();
        let mark = scratch.at("EXECUTED");
        scratch.file(
            "program",
            format!("#!/bin/sh\ntouch '{}'\n", mark.display()),
        );
        scratch.chmod("program", 0o755);
        let program = scratch.at("program").display().to_string();
        let trap = Self {
            scratch,
            mark,
            program,
        };
        trap.write("prometheus.yml", CONFIG);
        trap.write("other.yml", "a: 1\n");
        trap.write(".gitattributes", "* filter=trap diff=trap merge=trap\n");
        trap.git(&["init", "-q", "-b", "main"]);
        trap.git(&["add", "-A"]);
        trap.git(&["commit", "-q", "-m", "First"]);
        trap.write("other.yml", "a: 2\n");
        trap
    }

    fn at(&self, path: &str) -> PathBuf {
        self.scratch.at("pr").join(path)
    }

    fn write(&self, path: &str, content: &str) {
        self.scratch.file(&format!("pr/{path}"), content);
    }

    fn git(&self, args: &[&str]) {
        let ran = Ran::of(git_command(self.at("")).args(args));
        assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stderr);
    }

    /// Adds keys to the repository's configuration, as an archive could come with.
    fn configure(&self, keys: &[(&str, &str)]) {
        for (key, value) in keys {
            self.git(&["config", "--local", key, value]);
        }
    }

    /// A URL that makes git run a command once it lacks an object.
    fn remote(&self) -> String {
        format!("ext::sh -c touch% {}", self.mark.display())
    }

    /// The text of a configuration whose remote is asked for every object that is missing.
    fn promisor(&self) -> Vec<(&'static str, String)> {
        vec![
            ("core.repositoryFormatVersion", "1".into()),
            ("extensions.partialClone", "origin".into()),
            ("remote.origin.url", self.remote()),
            ("remote.origin.promisor", "true".into()),
            ("protocol.ext.allow", "always".into()),
        ]
    }

    /// Whether the program has run; forgets it.
    fn is_sprung(&self) -> bool {
        fs::remove_file(&self.mark).is_ok()
    }

    /// Lets git itself do something that springs the trap.
    fn spring(&self, folder: &str, args: &[&str]) {
        // That git fails afterwards is anyway.
        let ran = Ran::of(git_command(self.at(folder)).args(args));
        assert!(
            self.is_sprung(),
            "git {args:?} does not spring it: {}",
            ran.said()
        );
    }

    /// Starts promvet in every way in a folder; none may spring the trap.
    fn withstood(&self, folder: &str) {
        for args in WAYS {
            let ran = promvet(self.at(folder), args);
            assert!(ran.status.is_some(), "{args:?} in {folder:?}");
            assert!(!self.is_sprung(), "{args:?} in {folder:?}: {}", ran.said());
        }
        let mut stdin = promvet_command(self.at(folder));
        stdin.args(["check", "--stdin-filename", "prometheus.yml", "-"]);
        let ran = Ran::fed(&mut stdin, CONFIG).unwrap();
        assert!(
            !self.is_sprung(),
            "standard input in {folder:?}: {}",
            ran.said()
        );
        // From elsewhere, with the folder as a path.
        let named = self.at(folder).display().to_string();
        for args in [
            &["check"][..],
            &["check", "--since", "HEAD"],
            &["check", "--staged"],
            &["check", "--config-from", "HEAD"],
            &["audit"],
            &["suppressions"],
            &["baseline", "--baseline", "/dev/null/none"],
        ] {
            let args = [args, &[&named]].concat();
            let ran = promvet(self.scratch.path(), &args);
            assert!(!self.is_sprung(), "{args:?}: {}", ran.said());
        }
    }

    /// The rules of the errors that are found in `pr`, when the trap was not sprung.
    fn errors(&self) -> String {
        let ran = promvet(self.at(""), &["check", "--format", "concise"]);
        assert!(!self.is_sprung());
        ran.stdout
    }

    /// Git was asked, and its answer counts.
    fn knows_what_is_tracked(&self) {
        let found = self.errors();
        assert!(found.contains("error credentials/committed"), "{found}");
    }
}

/// Every subcommand that looks at a tree, with every option that leads to git.
const WAYS: &[&[&str]] = &[
    &["check"],
    &["check", "prometheus.yml"],
    &["check", "--if-recognised", "prometheus.yml"],
    &["check", "--require-coverage"],
    &["check", "--since", "HEAD"],
    &["check", "--since", "main", "--require-coverage"],
    &["check", "--since", "main~9"],
    &["check", "--since", "no-such"],
    &["check", "--since", ""],
    &["check", "--staged"],
    &["check", "--staged", "--since", "HEAD"],
    &["check", "--config-from", "HEAD"],
    &["check", "--config-from", "HEAD", "--since", "HEAD"],
    &["check", "--config-from", "HEAD", "--staged"],
    &["check", "--hidden", "--no-ignore"],
    &["audit"],
    &["audit", "--format", "json"],
    &["suppressions"],
    &["suppressions", "--format", "json"],
    &["files"],
    &["config", "prometheus.yml"],
    &["test"],
    &["rules"],
    &["explain", "credentials/committed"],
    &["init"],
    &["baseline"],
    &["baseline", "--prune"],
    &["check", "--fix", "--diff"],
    &["check", "--add-ignores", "later", "--diff"],
    &["compare", "HEAD"],
    &["compare", "HEAD", "HEAD"],
    &["why", "prometheus.yml:1"],
    &["relabel", "prometheus.yml", "{a=\"b\"}"],
];

/// Makes an index with a folder that is collapsed, and whose content is nowhere.
fn sparse_index(trap: &Trap) -> PathBuf {
    let donor = trap.scratch.at("donor");
    fs::create_dir(&donor).unwrap();
    let git = |args: &[&str]| {
        let ran = Ran::of(git_command(&donor).args(args));
        assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stderr);
    };
    git(&["init", "-q", "-b", "main"]);
    for folder in ["a", "b"] {
        fs::create_dir(donor.join(folder)).unwrap();
        fs::write(donor.join(folder).join("x"), folder).unwrap();
    }
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "First"]);
    git(&["sparse-checkout", "init", "--cone", "--sparse-index"]);
    git(&["sparse-checkout", "set", "a"]);
    donor.join(".git")
}

/// Writes a folder that git takes for a bare repository, with a configuration.
fn bare(trap: &Trap, folder: &str, config: &[(&str, String)]) {
    let donor = sparse_index(trap);
    for path in ["objects/.keep", "refs/.keep"] {
        trap.write(&format!("{folder}/{path}"), "");
    }
    trap.write(&format!("{folder}/HEAD"), "ref: refs/heads/main\n");
    fs::create_dir_all(trap.at(folder).join("info")).unwrap();
    for file in ["index", "info/sparse-checkout"] {
        fs::copy(donor.join(file), trap.at(folder).join(file)).unwrap();
    }
    let file = trap.at(folder).join("config").display().to_string();
    let own = [
        ("core.repositoryFormatVersion", "0".to_owned()),
        ("core.bare", "false".to_owned()),
        ("core.worktree", ".".to_owned()),
        ("core.sparseCheckout", "true".to_owned()),
        ("core.sparseCheckoutCone", "true".to_owned()),
        ("index.sparse", "true".to_owned()),
    ];
    for (key, value) in own.iter().chain(config) {
        trap.git(&["config", "--file", &file, key, value]);
    }
    trap.write(&format!("{folder}/promvet.yaml"), "root: true\n");
    trap.write(&format!("{folder}/prometheus.yml"), CONFIG);
    trap.git(&["add", "-A", "-f"]);
    trap.git(&["commit", "-q", "-m", "Our team"]);
}

#[test]
fn a_folder_that_looks_like_a_bare_repository() {
    let trap = Trap::new();
    bare(&trap, "team", &trap.promisor());
    trap.spring("team", &["ls-files"]);
    trap.withstood("team");
    trap.withstood("");
    let found = trap.errors();
    let own = found.lines().any(|line| {
        line.starts_with("team/prometheus.yml") && line.contains("error credentials/committed")
    });
    assert!(own, "the repository around it knows its files: {found}");
}

#[test]
fn a_folder_that_looks_like_a_bare_repository_with_a_file_system_monitor() {
    let trap = Trap::new();
    bare(&trap, "team", &[("core.fsmonitor", trap.program.clone())]);
    trap.spring("team", &["status"]);
    trap.withstood("team");
    trap.withstood("team/objects");
}

#[test]
fn a_file_system_monitor() {
    let trap = Trap::new();
    trap.configure(&[("core.fsmonitor", &trap.program)]);
    trap.spring("", &["status"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn filters() {
    for kind in ["clean", "process"] {
        let trap = Trap::new();
        trap.configure(&[(&format!("filter.trap.{kind}"), &trap.program)]);
        trap.spring("", &["diff"]);
        trap.withstood("");
        trap.knows_what_is_tracked();
    }
    let trap = Trap::new();
    trap.configure(&[("filter.trap.smudge", &trap.program)]);
    trap.spring("", &["cat-file", "--filters", "HEAD:other.yml"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn programs_that_show_differences() {
    for key in ["diff.external", "diff.trap.command", "diff.trap.textconv"] {
        let trap = Trap::new();
        trap.configure(&[(key, &trap.program)]);
        trap.spring("", &["diff"]);
        trap.withstood("");
        trap.knows_what_is_tracked();
    }
}

#[test]
fn a_partial_clone_that_lacks_an_object() {
    let trap = Trap::new();
    let id = Ran::of(git_command(trap.at("")).args(["rev-parse", "HEAD:other.yml"])).stdout;
    let (folder, file) = id.trim_end().split_at(2);
    fs::remove_file(trap.at(".git/objects").join(folder).join(file)).unwrap();
    for (key, value) in trap.promisor() {
        trap.configure(&[(key, &value)]);
    }
    trap.spring("", &["cat-file", "-p", "HEAD:other.yml"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn a_sparse_index_in_a_partial_clone() {
    let trap = Trap::new();
    let donor = sparse_index(&trap);
    for file in ["index", "info/sparse-checkout"] {
        fs::copy(donor.join(file), trap.at(".git").join(file)).unwrap();
    }
    for (key, value) in trap.promisor() {
        trap.configure(&[(key, &value)]);
    }
    let sparse = [
        ("core.sparseCheckout", "true"),
        ("core.sparseCheckoutCone", "true"),
        ("index.sparse", "true"),
    ];
    trap.configure(&sparse);
    trap.spring("", &["ls-files"]);
    trap.withstood("");
    is_not_checked(&trap, &std::env::var("PATH").unwrap(), "ls-files");
}

#[test]
fn configuration_that_is_included() {
    for section in ["include.path", "includeIf.gitdir:**.path"] {
        let trap = Trap::new();
        trap.write("evil", &format!("[core]\n\tfsmonitor = {}\n", trap.program));
        trap.configure(&[(section, "../evil")]);
        trap.spring("", &["status"]);
        trap.withstood("");
        trap.knows_what_is_tracked();
    }
}

#[test]
fn configuration_of_a_work_tree() {
    let trap = Trap::new();
    trap.configure(&[
        ("core.repositoryFormatVersion", "1"),
        ("extensions.worktreeConfig", "true"),
    ]);
    trap.write(
        ".git/config.worktree",
        &format!("[core]\n\tfsmonitor = {}\n", trap.program),
    );
    trap.spring("", &["status"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn a_work_tree_that_is_elsewhere() {
    let trap = Trap::new();
    let elsewhere = trap.scratch.at("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for file in ["prometheus.yml", "other.yml", ".gitattributes"] {
        fs::copy(trap.at(file), elsewhere.join(file)).unwrap();
    }
    trap.configure(&[
        ("core.worktree", elsewhere.to_str().unwrap()),
        ("filter.trap.clean", &trap.program),
    ]);
    trap.spring("", &["diff", "HEAD"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn alternates() {
    let trap = Trap::new();
    trap.git(&["clone", "-q", ".", "lender"]);
    let lent = trap.at("lender/.git/objects").display().to_string();
    trap.write(".git/objects/info/alternates", &format!("{lent}\n"));
    trap.configure(&[("core.alternateRefsCommand", &trap.program)]);
    trap.spring("", &["rev-list", "--alternate-refs"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

/// Git reads the file that names borrowed folders to its end.
#[test]
fn alternates_without_an_end() {
    for elsewhere in ["", "lender/.git/objects"] {
        let trap = Trap::new();
        trap.git(&["clone", "-q", ".", "lender"]);
        let endless = |file: PathBuf| {
            let _ = fs::remove_file(&file);
            std::os::unix::fs::symlink("/dev/zero", file).unwrap();
        };
        if elsewhere.is_empty() {
            endless(trap.at(".git/objects/info/alternates"));
        } else {
            let lent = trap.at(elsewhere);
            trap.write(
                ".git/objects/info/alternates",
                &format!("{}\n", lent.display()),
            );
            endless(lent.join("info/alternates"));
        }
        let ran = promvet(trap.at(""), &["check", "--since", "HEAD"]);
        assert_eq!(ran.status, Some(2), "{}", ran.said());
        let said = ran.said();
        assert!(said.contains("objects/info/alternates: it is"), "{said}");
    }
}

/// Git opens packs, graphs and lists of borrowed objects before it looks for an object, and would
/// wait for ever at a named pipe.
#[test]
fn pipes_in_place_of_objects() {
    for file in [
        "pack/pack-1234567890123456789012345678901234567890.idx",
        "pack/multi-pack-index",
        "info/commit-graph",
        "info/commit-graphs/commit-graph-chain",
    ] {
        let trap = Trap::new();
        let path = trap.at(".git/objects").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success(), "{file}");
        let started = Instant::now();
        let ran = promvet(trap.at(""), &["check", "--since", "HEAD"]);
        assert!(started.elapsed() < Duration::from_secs(30), "{file}");
        assert_eq!(ran.status, Some(2), "{file}: {}", ran.said());
        assert!(
            ran.said().contains(": it is a device, pipe or socket"),
            "{}",
            ran.said()
        );
    }
}

#[test]
fn a_submodule() {
    let trap = Trap::new();
    let inner = trap.at("sub");
    trap.write("sub/prometheus.yml", CONFIG);
    let git = |args: &[&str]| {
        let ran = Ran::of(git_command(&inner).args(args));
        assert_eq!(ran.status, Some(0), "{args:?}: {}", ran.stderr);
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "First"]);
    let module = "[submodule \"sub\"]\n\tpath = sub\n\turl = ";
    trap.write(".gitmodules", &format!("{module}{}\n", trap.remote()));
    trap.git(&["add", "-A"]);
    trap.git(&["commit", "-q", "-m", "Second"]);
    git(&["config", "core.fsmonitor", &trap.program]);
    git(&["config", "filter.trap.clean", &trap.program]);
    git(&["config", "diff.external", &trap.program]);
    trap.spring("", &["status"]);
    trap.withstood("");
    trap.withstood("sub");
    trap.knows_what_is_tracked();
}

#[test]
fn hooks() {
    for elsewhere in [false, true] {
        let trap = Trap::new();
        let folder = if elsewhere { "hooks" } else { ".git/hooks" };
        for hook in [
            "fsmonitor-watchman",
            "post-checkout",
            "post-index-change",
            "pre-commit",
            "query-watchman",
            "reference-transaction",
        ] {
            let hook = format!("pr/{folder}/{hook}");
            trap.scratch.file(&hook, trap.scratch.read("program"));
            trap.scratch.chmod(&hook, 0o755);
        }
        if elsewhere {
            trap.configure(&[("core.hooksPath", "hooks")]);
        }
        trap.spring("", &["add", "-A"]);
        trap.write("other.yml", "a: 3\n");
        trap.withstood("");
        trap.knows_what_is_tracked();
    }
}

#[test]
fn a_file_that_says_where_its_repository_is() {
    let trap = Trap::new();
    fs::rename(trap.at(".git"), trap.at("evil")).unwrap();
    trap.write(".git", "gitdir: evil\n");
    trap.configure(&[("core.fsmonitor", &trap.program)]);
    trap.spring("", &["status"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

#[test]
fn every_key_that_names_a_program() {
    let trap = Trap::new();
    for key in PROGRAMS {
        trap.configure(&[(key, &trap.program)]);
    }
    trap.configure(&[
        ("core.repositoryFormatVersion", "1"),
        ("log.showSignature", "true"),
        ("filter.trap.required", "true"),
        ("submodule.recurse", "true"),
        ("blame.ignoreRevsFile", "prometheus.yml"),
    ]);
    trap.spring("", &["status"]);
    trap.withstood("");
    trap.knows_what_is_tracked();
}

/// A folder with a program `git` in it that does something before it becomes the real one.
fn wrapped(trap: &Trap, script: &str) -> String {
    let real = Ran::of(Command::new("sh").args(["-c", "command -v git"])).stdout;
    let script = script.replace("GIT", real.trim_end());
    trap.scratch
        .file("bin/git", format!("#!/bin/sh\n{script}\n"));
    trap.scratch.chmod("bin/git", 0o755);
    trap.scratch.at("bin").display().to_string()
}

fn with_path(folder: &Path, path: &str, args: &[&str]) -> Ran {
    Ran::of(promvet_command(folder).env("PATH", path).args(args))
}

/// What could not be asked of git is listed, and counted by `--require-coverage`.
fn is_not_checked(trap: &Trap, path: &str, reason: &str) {
    let ran = with_path(&trap.at(""), path, &["check", "--format", "json"]);
    let json = ran.json();
    let unchecked = json["unchecked"].as_array().unwrap();
    let said = |entry: &&serde_json::Value| entry.to_string().contains(reason);
    assert_eq!(unchecked.iter().filter(said).count(), 1, "{json:#}");
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let ran = with_path(&trap.at(""), path, &["check", "--require-coverage"]);
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    let ran = with_path(&trap.at(""), path, &["check", "--since", "HEAD"]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    assert!(ran.stderr.contains(reason), "{}", ran.said());
}

#[test]
fn without_git_the_secrets_that_it_may_track_are_not_checked() {
    let trap = Trap::new();
    is_not_checked(&trap, "/nonexistent", "git");
}

#[test]
fn a_git_that_is_too_old_is_as_good_as_none() {
    let trap = Trap::new();
    let mark = trap.mark.display();
    for version in ["2.31.8", "1.8.3.1", "no version"] {
        let script = format!(
            "case \"$*\" in *version*) echo git version {version};; *) touch '{mark}'; exec GIT \"$@\";; esac"
        );
        let path = wrapped(&trap, &script);
        is_not_checked(&trap, &path, "2.32");
        assert!(!trap.is_sprung(), "{version}: it was asked all the same");
    }
    for version in [
        "2.32.0",
        "2.39.5 (Apple Git-154)",
        "2.45.1.windows.1",
        "3.0.0-rc1",
    ] {
        let script = format!(
            "case \"$*\" in *version*) echo 'git version {version}';; *) exec GIT \"$@\";; esac"
        );
        let path = wrapped(&trap, &script);
        let ran = with_path(&trap.at(""), &path, &["check", "--format", "concise"]);
        let found = ran.stdout;
        assert!(
            found.contains("error credentials/committed"),
            "{version}: {found}"
        );
    }
}

/// A git that does not end, at each of its commands in turn, is ended, and what it would know is not
/// checked. Only a program for tests can be told to wait for less than a minute.
#[test]
#[cfg(debug_assertions)]
fn a_git_that_does_not_end_is_ended() {
    for slow in ["version", "ls-files", "rev-parse", "cat-file"] {
        let trap = Trap::new();
        let script = format!("case \"$*\" in *{slow}*) exec sleep 60;; *) exec GIT \"$@\";; esac");
        let path = format!("{}:/usr/bin:/bin", wrapped(&trap, &script));
        let ran = |args: &[&str]| {
            let mut command = promvet_command(trap.at(""));
            command.env("PATH", &path);
            command.env("PROMVET_TEST_GIT_MILLISECONDS", "300");
            let started = Instant::now();
            let ran = Ran::of(command.args(args));
            // Each command that does not end is waited for once.
            assert!(started.elapsed() < Duration::from_secs(30), "{slow}");
            ran
        };
        let since = ran(&["check", "--since", "HEAD"]);
        if slow != "ls-files" {
            assert_eq!(since.status, Some(2), "{slow}: {}", since.said());
            let said = format!("git {slow} did not end");
            assert!(since.stderr.contains(&said), "{slow}: {}", since.said());
        }
        if matches!(slow, "version" | "ls-files") {
            let check = ran(&["check", "--format", "json"]);
            let unchecked = check.json()["unchecked"].to_string();
            let said = format!("git {slow} did not end");
            assert!(unchecked.contains(&said), "{slow}: {unchecked}");
            let covered = ran(&["check", "--require-coverage"]);
            assert_eq!(covered.status, Some(1), "{slow}: {}", covered.said());
        }
    }
}

#[test]
fn the_version_of_git_is_asked_once() {
    let trap = Trap::new();
    let path = wrapped(&trap, "echo \"$*\" >>\"$0.log\"\nexec GIT \"$@\"");
    let args = ["check", "--since", "HEAD", "--config-from", "HEAD"];
    let ran = with_path(&trap.at(""), &path, &args);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let log = trap.scratch.read("bin/git.log");
    let asked = log.lines().filter(|line| line.ends_with("version"));
    assert_eq!(asked.count(), 1, "{log}");
}

/// The switches that newer releases of git have are a second lock: the first one holds without.
#[test]
fn nothing_is_executed_by_a_git_that_does_not_know_the_newer_switches() {
    let trap = Trap::new();
    let id = Ran::of(git_command(trap.at("")).args(["rev-parse", "HEAD:other.yml"])).stdout;
    let (folder, file) = id.trim_end().split_at(2);
    fs::remove_file(trap.at(".git/objects").join(folder).join(file)).unwrap();
    for key in PROGRAMS {
        trap.configure(&[(key, &trap.program)]);
    }
    for (key, value) in trap.promisor() {
        trap.configure(&[(key, &value)]);
    }
    let script = "unset GIT_NO_LAZY_FETCH GIT_OPTIONAL_LOCKS\n\
        while [ \"$1\" = -c ]; do shift 2; done\nexec GIT \"$@\"";
    let path = wrapped(&trap, script);
    trap.spring("", &["status"]);
    for args in WAYS {
        let ran = with_path(&trap.at(""), &format!("{path}:/usr/bin:/bin"), args);
        assert!(!trap.is_sprung(), "{args:?}: {}", ran.said());
    }
    trap.knows_what_is_tracked();
}

/// Git opens references, the index and its configuration whatever they are.
#[test]
fn named_pipes_keep_nothing_waiting() {
    let pipe = |trap: &Trap, path: &str| {
        let _ = fs::remove_file(trap.at(path));
        let made = Command::new("mkfifo").arg(trap.at(path)).status();
        assert!(made.unwrap().success());
    };
    let trap = Trap::new();
    for path in [
        ".git/FETCH_HEAD",
        ".git/config",
        ".git/packed-refs",
        ".git/refs/heads/pipe",
        ".git/shallow",
    ] {
        pipe(&trap, path);
    }
    trap.knows_what_is_tracked();
    let ran = promvet(trap.at(""), &["check", "--since", "main"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let ran = promvet(trap.at(""), &["check", "--since", "pipe"]);
    assert!(
        ran.stderr.contains("revision pipe not found"),
        "{}",
        ran.said()
    );
    pipe(&trap, ".git/index");
    is_not_checked(&trap, &std::env::var("PATH").unwrap(), "the index is");
}

/// A line of something else that a link leads to is not in what git says, since git never sees it.
#[test]
fn what_is_not_a_reference_is_not_shown() {
    let trap = Trap::new();
    trap.scratch
        .file("netrc", "machine example.com password hunter2\n");
    trap.scratch
        .link("pr/.git/packed-refs", trap.scratch.at("netrc"));
    trap.scratch
        .link("pr/.git/refs/heads/link", trap.scratch.at("netrc"));
    for revision in ["link", "no-such", "main"] {
        let ran = promvet(trap.at(""), &["check", "--since", revision]);
        assert!(!ran.said().contains("hunter2"), "{}", ran.said());
        let expected = if revision == "main" { 0 } else { 2 };
        assert_eq!(ran.status, Some(expected), "{}", ran.said());
    }
}

/// Only the superuser can give a repository to somebody else.
#[test]
fn a_repository_of_another_user_is_refused_unless_the_user_calls_it_safe() {
    let trap = Trap::new();
    for path in ["", ".git"] {
        if std::os::unix::fs::chown(trap.at(path), Some(12345), None).is_err() {
            return;
        }
    }
    let path = std::env::var("PATH").unwrap();
    is_not_checked(&trap, &path, "belongs to another user");
    let top = fs::canonicalize(trap.at("")).unwrap();
    for (safe, expected) in [
        (top.display().to_string(), true),
        (format!("{}/*", top.parent().unwrap().display()), true),
        ("*".into(), true),
        ("/elsewhere".into(), false),
        (String::new(), false),
    ] {
        let config = format!("[safe]\n\tdirectory = \"{safe}\"\n");
        trap.scratch.file("gitconfig", config);
        let mut command = promvet_command(trap.at(""));
        command.env("GIT_CONFIG_GLOBAL", trap.scratch.at("gitconfig"));
        let found = Ran::of(command.args(["check", "--format", "concise"])).stdout;
        let is_known = found.contains("error credentials/committed");
        assert_eq!(is_known, expected, "{safe}: {found}");
    }
    // What the repository says of itself does not count.
    trap.write(".git/config", "[safe]\n\tdirectory = *\n");
    is_not_checked(&trap, &path, "belongs to another user");
}

/// A file that a filter keeps encrypted in git is unchanged although its bytes differ, and no filter
/// is needed to know that.
#[test]
fn a_file_behind_a_filter_is_not_a_change() {
    let trap = Trap::new();
    trap.configure(&[("filter.trap.clean", "sed s/9f8a7b6c.*/encrypted/")]);
    trap.write("prometheus.yml", CONFIG);
    std::thread::sleep(std::time::Duration::from_millis(50));
    trap.git(&["add", "-A"]);
    trap.git(&["commit", "-q", "-m", "Second"]);
    let stored = Ran::of(git_command(trap.at("")).args(["cat-file", "-p", "HEAD:prometheus.yml"]));
    assert!(stored.stdout.contains("encrypted"), "{}", stored.stdout);
    trap.configure(&[("filter.trap.clean", &trap.program)]);
    let ran = promvet(
        trap.at(""),
        &["check", "--since", "HEAD", "--format", "concise"],
    );
    assert_eq!((ran.status, &*ran.stdout), (Some(0), ""), "{}", ran.stderr);
    assert!(!trap.is_sprung());
}

/// What is done to a folder `.git`.
type Damage = fn(&Path);

/// What git refuses as a repository tells nothing of what it tracks, and that is said.
#[test]
fn a_repository_that_git_refuses_is_listed_as_not_checked() {
    let damages: [(&str, Damage); 5] = [
        ("HEAD", |git| fs::remove_file(git.join("HEAD")).unwrap()),
        ("objects", |git| {
            fs::remove_dir_all(git.join("objects")).unwrap();
        }),
        ("refs", |git| fs::remove_dir_all(git.join("refs")).unwrap()),
        ("commondir", |git| {
            fs::write(git.join("commondir"), "nowhere\n").unwrap();
        }),
        ("extension", |git| {
            let config =
                "[core]\n\trepositoryformatversion = 0\n[extensions]\n\tobjectformat = sha256\n";
            fs::write(git.join("config"), config).unwrap();
        }),
    ];
    for (name, damage) in &damages {
        let named = "remote_write:\n- url: https://h.example.com/x\n  bearer_token_file: tok\n";
        let secret = ("tok", "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\n");
        let scratch = Scratch::repository(&[("prometheus.yml", named), secret]);
        let whole = scratch.promvet(&["check", "--format", "concise"]);
        assert!(
            whole.said().contains("error credentials/committed"),
            "{}",
            whole.said()
        );
        damage(&scratch.at(".git"));
        let ran = scratch.promvet(&["check", "--format", "concise", "--require-coverage"]);
        assert_eq!(ran.status, Some(1), "{name}: {}", ran.said());
        assert!(
            ran.said().contains(": unchecked "),
            "{name}: {}",
            ran.said()
        );
    }
}

/// What is too large to be read is not unpacked, under however many names an archive has it.
#[test]
fn an_object_that_is_too_large_is_not_unpacked() {
    let scratch = Scratch::repository(&[]);
    let size: u64 = 80 << 20;
    let large = fs::File::create(scratch.at("large")).unwrap();
    large.set_len(size).unwrap();
    let hashed = git_command(scratch.path())
        .args(["hash-object", "-w", "large"])
        .output()
        .unwrap();
    let id = String::from_utf8(hashed.stdout).unwrap();
    fs::remove_file(scratch.at("large")).unwrap();
    for number in 0..40 {
        let entry = format!("100644,{},d{number}/prometheus.yml", id.trim());
        scratch.git(&["update-index", "--add", "--cacheinfo", &entry]);
    }
    // Whatever of the object git reads now cannot be unpacked; its head can.
    let object = scratch.at(&format!(".git/objects/{}/{}", &id[..2], id[2..].trim()));
    let mut bytes = fs::read(&object).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::remove_file(&object).unwrap();
    fs::write(&object, bytes).unwrap();
    let said = scratch
        .promvet(&["check", "--staged", "--format", "json"])
        .said();
    assert_eq!(said.matches("is larger than").count(), 40, "{said}");
}
