//! The program from outside: trees in, reports and exit statuses out.

use std::process::Stdio;

use crate::support::program::{ROOT, Ran, promvet, promvet_command};
use crate::support::scratch::Scratch;

const GOOD: &str = "remote_write:\n  - url: https://cortex.a.bb.opstrace.io/api/v1/push\n    bearer_token_file: token\n";
const BAD: &str =
    "remote_write:\n  - url: cortex.a.bb.opstrace.io/api/v1/push\n    bearer_token_file: token\n";

#[test]
fn the_exit_status_is_that_of_the_threshold() {
    let good = Scratch::new(&[("prometheus.yml", GOOD), ("token", "x")]);
    let bad = Scratch::new(&[("prometheus.yml", BAD), ("token", "x")]);
    let warns = Scratch::new(&[(
        "prometheus.yml",
        &GOOD.replace("_file: token\n", ": abcdefgh\n"),
    )]);
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
        let ran = folder.promvet(args);
        assert_eq!(
            ran.status,
            Some(status),
            "{args:?}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn a_folder_without_configurations_is_reported_on_stderr() {
    let folder = Scratch::new(&[("a.txt", "x"), ("docker-compose.yml", "services: {}\n")]);
    let ran = folder.promvet(&[]);
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.stderr.contains("no Prometheus configuration"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_missing_path_is_named_and_the_others_are_still_checked() {
    let folder = Scratch::new(&[("prometheus.yml", BAD), ("token", "x")]);
    let ran = folder.promvet(&["no/such", ".", "--format", "concise"]);
    assert!(ran.stderr.contains("no/such"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("remote-write/url-syntax"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_named_file_is_checked_whatever_its_name() {
    let folder = Scratch::new(&[("conf.txt", BAD), ("token", "x"), ("list.yml", "- 1\n")]);
    assert_eq!(folder.promvet(&["conf.txt"]).status, Some(1));
    assert_eq!(folder.promvet(&["list.yml"]).status, Some(1));
    assert_eq!(folder.promvet(&["."]).status, Some(0));
}

#[test]
fn a_list_of_changed_files_may_name_what_is_gone_and_what_is_not_a_configuration() {
    let folder = Scratch::new(&[
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
        let ran = folder.promvet(&args);
        let said = format!("{paths:?}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.status, Some(status), "{said}");
        assert_eq!(ran.stderr.is_empty(), status != 2, "{said}");
    }
}

#[test]
fn standard_input_is_read_and_may_have_a_name() {
    let folder = Scratch::new(&[("sub/token", "x")]);
    let ran = folder.promvet_fed(&["-", "--format", "concise"], BAD);
    assert!(
        ran.stdout
            .starts_with("<stdin>:2:10: error remote-write/url-syntax"),
        "{}",
        ran.stdout
    );
    let named = [
        "-",
        "--stdin-filename",
        "sub/prometheus.yml",
        "--format",
        "concise",
    ];
    let ran = folder.promvet_fed(&named, GOOD);
    assert_eq!(
        (ran.status, ran.stdout.contains("credentials/")),
        (Some(0), false),
        "{}",
        ran.stdout
    );
    let ran = folder.promvet_fed(&["-", "--format", "concise"], GOOD);
    assert!(
        ran.stdout.contains("credentials/unverified"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_json_report_keeps_its_contract() {
    let folder = Scratch::new(&[("x/prometheus.yml", BAD), ("x/token", "x")]);
    let report = folder.json(&[]);
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
    assert!(finding["fingerprint"].is_string());
    let fixed = "https://cortex.a.bb.opstrace.io/api/v1/push";
    assert_eq!(finding["fix"]["edits"][0]["text"], fixed, "{finding:#}");
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
    let folder = Scratch::new(&files);
    for format in ["human", "concise", "json"] {
        let outputs: Vec<_> = ["1", "2", "7"]
            .map(|threads| {
                folder
                    .promvet(&["--threads", threads, "--format", format])
                    .stdout
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
    let folder = Scratch::new(&[
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
            let ran = folder.promvet(&["--format", format, "--color", color]);
            let all = ran.stdout + &ran.stderr;
            assert_eq!(ran.status, Some(1), "{all}");
            for secret in PLANTED {
                assert!(!all.contains(secret), "{format} shows {secret}:\n{all}");
            }
        }
    }
}

#[test]
fn one_bad_file_hides_nothing_of_the_others() {
    let folder = Scratch::new(&[
        ("a/prometheus.yml", "remote_write: [\n"),
        ("b/prometheus.yml", BAD),
        ("b/token", "x"),
        ("c/prometheus.yml", "a: &a [*a]\nscrape_configs: []\n"),
        (
            "d/prometheus.yml",
            &("scrape_configs: ".to_owned() + &"[".repeat(50_000)),
        ),
    ]);
    let ran = folder.promvet(&["--format", "concise"]);
    let text = ran.stdout;
    for expected in [
        "a/prometheus.yml:",
        "b/prometheus.yml:2:10",
        "c/prometheus.yml:1:",
        "d/prometheus.yml:1:",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert_eq!(ran.status, Some(1));
}

#[test]
fn policy_mistakes_have_a_place_and_status_2() {
    let folder = Scratch::new(&[
        ("prometheus.yml", GOOD),
        ("promvet.yaml", "rules:\n  remote-write/url-shap: off\n"),
    ]);
    let ran = folder.promvet(&[]);
    assert_eq!(ran.status, Some(2));
    let said = ran.stderr;
    assert!(
        said.contains("promvet.yaml:2:3") && said.contains("remote-write/url-shape"),
        "{said}"
    );
}

#[test]
fn levels_of_policy_count() {
    let folder = Scratch::new(&[
        ("prometheus.yml", BAD),
        ("token", "x"),
        ("promvet.yaml", "rules:\n  remote-write/url-syntax: off\n"),
    ]);
    assert_eq!(folder.promvet(&[]).status, Some(0));
    let folder = Scratch::new(&[
        ("prometheus.yml", BAD),
        ("token", "x"),
        ("promvet.yaml", "rules: {remote-write: warning}\n"),
    ]);
    assert_eq!(folder.promvet(&[]).status, Some(0));
    assert_eq!(folder.promvet(&["--fail-on", "warning"]).status, Some(1));
}

#[cfg(unix)]
#[test]
fn modes_are_judged_below_root_for_prometheus_s_user() {
    let config = GOOD.replace("token\n", "/etc/prometheus/token\n");
    let folder = Scratch::new(&[
        ("conf/prometheus.yml", &config),
        ("fs/etc/prometheus/token", "x"),
    ]);
    let token = "fs/etc/prometheus/token";
    for part in ["fs", "fs/etc", "fs/etc/prometheus"] {
        folder.chmod(part, 0o755);
    }
    let run = || {
        folder
            .promvet(&["conf", "--root", "fs", "--format", "concise"])
            .stdout
    };
    folder.chmod(token, 0o644);
    assert!(run().contains("credentials/world-readable"), "{}", run());
    // The user who runs the tests owns it, and may be Prometheus's user.
    folder.chmod(token, 0o000);
    assert!(run().contains("credentials/unreadable"), "{}", run());
    folder.remove(token);
    assert!(run().contains("credentials/missing"), "{}", run());
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = Scratch::empty();
    let rules = folder.promvet(&["rules"]).stdout;
    assert!(
        rules
            .lines()
            .any(|line| line.starts_with("remote-write/url-shape")),
        "{rules}"
    );
    let page = folder
        .promvet(&["explain", "remote-write/url-shape"])
        .stdout;
    assert!(page.contains("## What to do"), "{page}");
    let wrong = folder.promvet(&["explain", "remote-write/url-shap"]);
    assert_eq!(wrong.status, Some(2));
    assert!(
        wrong.stderr.contains("remote-write/url-shape"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn what_is_yaml_only_after_rendering_is_checked_as_far_as_it_goes() {
    let folder = Scratch::empty();
    let conditional = "remote_write:\n  - url: {{ url }}\n{% if a %}\n    name: a\n{% endif %}\n{% if b %}\n    \
                       name: b\n{% endif %}\n    nam: x\n";
    let ran = folder.promvet_fed(&["-", "--format", "concise"], conditional);
    let text = ran.stdout;
    assert!(
        text.contains("<stdin>:2:10: info schema/unrendered"),
        "{text}"
    );
    assert!(
        text.contains("schema/unknown-field") && !text.contains("schema/duplicate"),
        "{text}"
    );
    let hopeless = "remote_write:\n  - url: {{ url }}\n  {% for %}\n - x: [\n";
    let report = folder
        .promvet_fed(&["-", "--format", "json"], hopeless)
        .json();
    assert_eq!(report["findings"][0]["severity"], "info", "{report}");
    assert_eq!(report["summary"]["unchecked"], 1, "{report}");
}

#[test]
fn files_say_what_they_were_taken_for() {
    let folder = Scratch::new(&[
        ("prometheus.yml", GOOD),
        (
            "am/alertmanager.yml",
            "route: {receiver: x}\nreceivers: [{name: x}]\n# remote_write\n",
        ),
    ]);
    let text = folder.promvet(&["files"]).stdout;
    assert!(text.contains("prometheus.yml: Prometheus"), "{text}");
    assert!(text.contains("Alertmanager"), "{text}");
}

#[test]
fn standard_input_that_does_not_end_ends_the_run() {
    let folder = Scratch::empty();
    let mut child = promvet_command(folder.path())
        .args(["check", "--max-time", "1s", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    let ran: Ran = child.wait_with_output().unwrap().into();
    drop(open);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    assert!(ran.stderr.contains("standard input: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("--max-time"), "{}", ran.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_a_failure() {
    let folder = Scratch::empty();
    for args in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let ran = Ran::of(
            promvet_command(folder.path())
                .args(args)
                .stdout(full.unwrap()),
        );
        assert_eq!(ran.status, Some(2), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let files: Vec<_> = (0..200)
        .map(|number| format!("{number}/prometheus.yml"))
        .collect();
    let files: Vec<_> = files.iter().map(|path| (path.as_str(), BAD)).collect();
    let folder = Scratch::new(&files);
    let mut child = promvet_command(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_ne!(ran.status, Some(2), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_quickstart_of_the_readme_shows_all_four_families() {
    let ran = promvet(
        ROOT,
        &["check", "fixtures/quickstart", "--format", "concise"],
    );
    assert_eq!(ran.status, Some(1));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn coverage_can_be_required() {
    let open = Scratch::new(&[("prometheus.yml", &GOOD.replace("token\n", "/run/t/token\n"))]);
    let settled = "mounts: [{path: /run/t, external: true}]\n";
    let run = |args: &[&str]| open.promvet(args);
    assert_eq!(run(&[]).status, Some(0));
    let strict = run(&["--require-coverage"]);
    assert_eq!(strict.status, Some(1));
    let said = &strict.stderr;
    assert!(said.contains("1 path was not checked"), "{said}");
    let words: Vec<_> = strict.stdout.split_whitespace().collect();
    let help = "mounts: [{path: /run/t, external: true}]";
    assert!(words.join(" ").contains(help), "{}", strict.stdout);
    open.file("promvet.yaml", settled);
    assert_eq!(run(&["--require-coverage"]).status, Some(0));
}

#[test]
fn what_git_tracks_is_asked_of_git() {
    let secret = "bearer_token: 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c\n";
    let folder = Scratch::new(&[(
        "prometheus.yml",
        &GOOD.replace("bearer_token_file: token\n", secret),
    )]);
    folder.git(&["init", "-q"]);
    let run = || {
        let out = folder.promvet(&["--format", "concise"]);
        assert!(!out.stdout.contains("9f8a7b6c"));
        (
            out.stdout.contains("error credentials/committed"),
            out.status,
        )
    };
    assert_eq!(run(), (false, Some(0)));
    folder.git(&["add", "prometheus.yml"]);
    assert_eq!(run(), (true, Some(1)));
}
