//! The program from outside: trees in, reports and exit statuses out.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn promvet(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

fn with_input(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

const GOOD: &str = "remote_write:\n  - url: https://cortex.a.bb.opstrace.io/api/v1/push\n    bearer_token_file: token\n";
const BAD: &str =
    "remote_write:\n  - url: cortex.a.bb.opstrace.io/api/v1/push\n    bearer_token_file: token\n";

#[test]
fn the_exit_status_is_that_of_the_threshold() {
    let good = tree(&[("prometheus.yml", GOOD), ("token", "x")]);
    let bad = tree(&[("prometheus.yml", BAD), ("token", "x")]);
    let warns = tree(&[("prometheus.yml", &GOOD.replace("token\n", "/run/token\n"))]);
    for (folder, args, status) in [
        (&good, &[][..], 0),
        (&bad, &[], 1),
        (&bad, &["check"], 1),
        (&bad, &["check", "."], 1),
        (&bad, &["--fail-on", "never"], 0),
        (&warns, &[], 0),
        (&warns, &["--fail-on", "warning"], 1),
        (&good, &["--fail-on", "warning"], 0),
        (&good, &["no/such/path"], 2),
        (&bad, &[".", "no/such/path"], 2),
        (&good, &["--no-such-flag"], 2),
        (&good, &["--root", "no/such/folder"], 2),
    ] {
        let output = promvet(folder.path(), args);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{args:?}: {}{}",
            stdout(&output),
            stderr(&output)
        );
    }
}

#[test]
fn a_folder_without_configurations_is_said_on_stderr() {
    let folder = tree(&[("a.txt", "x"), ("docker-compose.yml", "services: {}\n")]);
    let output = promvet(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stderr(&output).contains("no Prometheus configuration"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_missing_path_is_named_and_the_others_are_still_checked() {
    let folder = tree(&[("prometheus.yml", BAD), ("token", "x")]);
    let output = promvet(folder.path(), &["no/such", ".", "--format", "concise"]);
    assert!(stderr(&output).contains("no/such"), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("remote-write/url-syntax"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_named_file_is_checked_whatever_its_name() {
    let folder = tree(&[("conf.txt", BAD), ("token", "x"), ("list.yml", "- 1\n")]);
    assert_eq!(promvet(folder.path(), &["conf.txt"]).status.code(), Some(1));
    assert_eq!(promvet(folder.path(), &["list.yml"]).status.code(), Some(1));
    assert_eq!(promvet(folder.path(), &["."]).status.code(), Some(0));
}

#[test]
fn a_list_of_changed_files_may_name_what_is_gone_and_what_is_no_configuration() {
    let folder = tree(&[
        ("bad.txt", BAD),
        ("broken.yml", "remote_write:\n  - url: [\n"),
        ("good.yml", GOOD),
        ("token", "x"),
        ("list.yml", "- 1\n"),
        ("docker-compose.yml", "services: {a: {image: [}}\n"),
        ("policy/promvet.yaml", "issuers: 5\n"),
    ]);
    for (paths, status) in [
        (&["list.yml", "docker-compose.yml", "gone.yml"][..], 0),
        (&["no/such/folder/prometheus.yml"], 0),
        (&["good.yml", "gone.yml"], 0),
        (&["good.yml", "bad.txt"], 1),
        (&["broken.yml"], 1),
        (&["policy/promvet.yaml"], 2),
    ] {
        let args = [&["--if-recognised"], paths].concat();
        let output = promvet(folder.path(), &args);
        let said = format!("{paths:?}: {}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert_eq!(stderr(&output).is_empty(), status != 2, "{said}");
    }
}

#[test]
fn standard_input_is_read_and_may_have_a_name() {
    let folder = tree(&[("sub/token", "x")]);
    let output = with_input(folder.path(), &["-", "--format", "concise"], BAD);
    assert!(
        stdout(&output).starts_with("<stdin>:2:10: error remote-write/url-syntax"),
        "{}",
        stdout(&output)
    );
    let named = [
        "-",
        "--stdin-filename",
        "sub/prometheus.yml",
        "--format",
        "concise",
    ];
    let output = with_input(folder.path(), &named, GOOD);
    assert_eq!(
        (
            output.status.code(),
            stdout(&output).contains("credentials/")
        ),
        (Some(0), false),
        "{}",
        stdout(&output)
    );
    let output = with_input(folder.path(), &["-", "--format", "concise"], GOOD);
    assert!(
        stdout(&output).contains("credentials/unverified"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn the_json_report_keeps_its_contract() {
    let folder = tree(&[("x/prometheus.yml", BAD), ("x/token", "x")]);
    let report = json(&promvet(folder.path(), &["--format", "json"]));
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][0];
    assert_eq!(finding["rule"], "remote-write/url-syntax");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["path"], "x/prometheus.yml");
    assert_eq!(finding["logical"], "remote_write[0].url");
    assert_eq!(
        finding["start"],
        serde_json::json!({"line": 2, "column": 10, "offset": 23})
    );
    assert_eq!(
        finding["end"]["column"],
        10 + "cortex.a.bb.opstrace.io/api/v1/push".len()
    );
    assert!(finding["fingerprint"].is_string() && finding["fix"].is_null());
    assert_eq!(report["summary"]["endpoints"], 1);
    assert_eq!(report["summary"]["configurations"], 1);
    assert_eq!(report["files"][0]["path"], "x/prometheus.yml");
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let files: Vec<_> = (0..60)
        .map(|number| {
            (
                format!("{number}/prometheus.yml"),
                if number % 2 == 0 { BAD } else { GOOD },
            )
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, content)| (path.as_str(), *content))
        .collect();
    let folder = tree(&files);
    for format in ["human", "concise", "json"] {
        let outputs: Vec<_> = ["1", "2", "7"]
            .map(|threads| {
                stdout(&promvet(
                    folder.path(),
                    &["--threads", threads, "--format", format],
                ))
            })
            .into();
        assert!(outputs[0].len() > 100);
        assert!(
            outputs.windows(2).all(|pair| pair[0] == pair[1]),
            "{format}"
        );
    }
}

#[test]
fn planted_secrets_occur_in_no_output() {
    const PLANTED: [&str; 7] = [
        "s3cret-inline",
        "s3cret-file",
        "s3cret-url",
        "s3cret-query",
        "s3cret-comment",
        "s3cret-broken",
        "s3cret-header",
    ];
    let folder = tree(&[
        ("token", "s3cret-file"),
        (
            "prometheus.yml",
            "remote_write:\n  - url: http://u:s3cret-url@example.com/api/v1/push/?token=s3cret-query\n    \
             bearer_token: s3cret-inline\n    headers: {X-Api-Key: s3cret-header}\n    \
             bearer_token_file: token\n    tls_config: {insecure_skip_verify: true}\n    # password: s3cret-comment\n    no_such_key: 1\n",
        ),
        (
            "broken/prometheus.yml",
            "remote_write:\n  - url: [\n    bearer_token: s3cret-broken\n  x\n",
        ),
    ]);
    for format in ["human", "concise", "json"] {
        for color in ["always", "never"] {
            let output = promvet(folder.path(), &["--format", format, "--color", color]);
            let all = stdout(&output) + &stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{all}");
            for secret in PLANTED {
                assert!(!all.contains(secret), "{format} shows {secret}:\n{all}");
            }
        }
    }
}

#[test]
fn one_bad_file_hides_nothing_of_the_others() {
    let folder = tree(&[
        ("a/prometheus.yml", "remote_write: [\n"),
        ("b/prometheus.yml", BAD),
        ("b/token", "x"),
        ("c/prometheus.yml", "a: &a [*a]\nscrape_configs: []\n"),
        (
            "d/prometheus.yml",
            &("scrape_configs: ".to_owned() + &"[".repeat(50_000)),
        ),
    ]);
    let output = promvet(folder.path(), &["--format", "concise"]);
    let text = stdout(&output);
    for expected in [
        "a/prometheus.yml:",
        "b/prometheus.yml:2:10",
        "c/prometheus.yml:1:",
        "d/prometheus.yml:1:",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn policy_mistakes_have_a_place_and_status_2() {
    let folder = tree(&[
        ("prometheus.yml", GOOD),
        ("promvet.yaml", "rules:\n  remote-write/url-shap: off\n"),
    ]);
    let output = promvet(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(
        said.contains("promvet.yaml:2:3") && said.contains("remote-write/url-shape"),
        "{said}"
    );
}

#[test]
fn levels_of_policy_count() {
    let folder = tree(&[
        ("prometheus.yml", BAD),
        ("token", "x"),
        ("promvet.yaml", "rules:\n  remote-write/url-syntax: off\n"),
    ]);
    assert_eq!(promvet(folder.path(), &[]).status.code(), Some(0));
    let folder = tree(&[
        ("prometheus.yml", BAD),
        ("token", "x"),
        ("promvet.yaml", "rules: {remote-write: warning}\n"),
    ]);
    assert_eq!(promvet(folder.path(), &[]).status.code(), Some(0));
    assert_eq!(
        promvet(folder.path(), &["--fail-on", "warning"])
            .status
            .code(),
        Some(1)
    );
}

#[cfg(unix)]
#[test]
fn modes_are_judged_below_root_for_prometheus_s_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let config = GOOD.replace("token\n", "/etc/prometheus/token\n");
    let folder = tree(&[
        ("conf/prometheus.yml", &config),
        ("fs/etc/prometheus/token", "x"),
    ]);
    let token = folder.path().join("fs/etc/prometheus/token");
    for part in ["fs", "fs/etc", "fs/etc/prometheus"] {
        fs::set_permissions(folder.path().join(part), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let run = || {
        stdout(&promvet(
            folder.path(),
            &["conf", "--root", "fs", "--format", "concise"],
        ))
    };
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(run().contains("credentials/world-readable"), "{}", run());
    // Whoever runs the tests owns it, and may be Prometheus's user.
    fs::set_permissions(&token, fs::Permissions::from_mode(0o000)).unwrap();
    assert!(run().contains("credentials/unreadable"), "{}", run());
    fs::remove_file(&token).unwrap();
    assert!(run().contains("credentials/missing"), "{}", run());
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let rules = stdout(&promvet(folder.path(), &["rules"]));
    assert!(
        rules
            .lines()
            .any(|line| line.starts_with("remote-write/url-shape")),
        "{rules}"
    );
    let page = stdout(&promvet(
        folder.path(),
        &["explain", "remote-write/url-shape"],
    ));
    assert!(page.contains("## What to do"), "{page}");
    let wrong = promvet(folder.path(), &["explain", "remote-write/url-shap"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        stderr(&wrong).contains("remote-write/url-shape"),
        "{}",
        stderr(&wrong)
    );
}

#[test]
fn what_is_yaml_only_after_rendering_is_checked_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let conditional = "remote_write:\n  - url: {{ url }}\n{% if a %}\n    name: a\n{% endif %}\n{% if b %}\n    \
                       name: b\n{% endif %}\n    nam: x\n";
    let output = with_input(folder.path(), &["-", "--format", "concise"], conditional);
    let text = stdout(&output);
    assert!(
        text.contains("<stdin>:2:10: info schema/unrendered"),
        "{text}"
    );
    assert!(
        text.contains("schema/unknown-field") && !text.contains("schema/duplicate"),
        "{text}"
    );
    let hopeless = "remote_write:\n  - url: {{ url }}\n  {% for %}\n - x: [\n";
    let report = json(&with_input(
        folder.path(),
        &["-", "--format", "json"],
        hopeless,
    ));
    assert_eq!(report["findings"][0]["severity"], "info", "{report}");
    assert_eq!(report["summary"]["unchecked"], 1, "{report}");
}

#[test]
fn files_say_what_they_were_taken_for() {
    let folder = tree(&[
        ("prometheus.yml", GOOD),
        (
            "am/alertmanager.yml",
            "route: {receiver: x}\nreceivers: [{name: x}]\n# remote_write\n",
        ),
    ]);
    let text = stdout(&promvet(folder.path(), &["files"]));
    assert!(text.contains("prometheus.yml: Prometheus"), "{text}");
    assert!(text.contains("Alertmanager"), "{text}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let files: Vec<_> = (0..200)
        .map(|number| format!("{number}/prometheus.yml"))
        .collect();
    let files: Vec<_> = files.iter().map(|path| (path.as_str(), BAD)).collect();
    let folder = tree(&files);
    let mut child = Command::new(env!("CARGO_BIN_EXE_promvet"))
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn the_quickstart_of_the_readme_shows_all_four_families() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = promvet(
        root,
        &["check", "fixtures/quickstart", "--format", "concise"],
    );
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn coverage_can_be_required() {
    let open = tree(&[("prometheus.yml", &GOOD.replace("token\n", "/run/t/token\n"))]);
    let settled = "mounts: [{path: /run/t, external: true}]\n";
    let run = |args: &[&str]| promvet(open.path(), args);
    assert_eq!(run(&[]).status.code(), Some(0));
    let strict = run(&["--require-coverage"]);
    assert_eq!(strict.status.code(), Some(1));
    let said = String::from_utf8_lossy(&strict.stderr).into_owned();
    assert!(said.contains("1 path was not checked"), "{said}");
    assert!(stdout(&strict).contains("mounts: [{path: /run/t, external: true}]"));
    fs::write(open.path().join("promvet.yaml"), settled).unwrap();
    assert_eq!(run(&["--require-coverage"]).status.code(), Some(0));
}

#[test]
fn what_git_tracks_is_asked_of_git() {
    let secret = "bearer_token: 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\n";
    let folder = tree(&[(
        "prometheus.yml",
        &GOOD.replace("bearer_token_file: token\n", secret),
    )]);
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        let done = git.current_dir(folder.path()).args(args).output();
        done.is_ok_and(|done| done.status.success())
    };
    if !git(&["init", "-q"]) {
        return;
    }
    let run = || {
        let out = promvet(folder.path(), &["--format", "concise"]);
        assert!(!stdout(&out).contains("9f8a7b6c"));
        (
            stdout(&out).contains("error credentials/committed"),
            out.status.code(),
        )
    };
    assert_eq!(run(), (false, Some(0)));
    assert!(git(&["add", "prometheus.yml"]));
    assert_eq!(run(), (true, Some(1)));
}
