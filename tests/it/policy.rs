//! promvet.yaml from outside: which files of policy count for which file, what each section does,
//! and what is said of entries that match nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't go on says so by panicking"
)]

use std::fmt::Write as _;
use std::fs;

use crate::support::memory;
use crate::support::program::{ROOT, promvet};
use crate::support::report::{self, text};
use crate::support::scratch::Scratch;
use promvet::finding::Text;
use promvet::policy::{Policy, json_schema};
use promvet::yaml::{Kind, Node, parse_first};
use serde_json::{Map, Value, json};

/// A folder with files in it, which `.git` makes a tree.
fn tree(files: &[(&str, &str)]) -> Scratch {
    let tree = Scratch::new(files);
    fs::create_dir(tree.at(".git")).unwrap();
    tree
}

/// Findings as `path:line: severity rule`, sorted as they are printed.
fn findings(tree: &Scratch, args: &[&str]) -> Vec<String> {
    let line = |one: &Value| {
        let (path, rule, severity) = (text(one, "path"), text(one, "rule"), text(one, "severity"));
        format!("{path}:{}: {severity} {rule}", one["start"]["line"])
    };
    let report = tree.json(args);
    report::findings(&report).iter().map(line).collect()
}

/// What `promvet config` says, as `key: value (path:line)`.
fn settings(tree: &Scratch, path: &str) -> Vec<String> {
    let line = |one: &Value| {
        let (key, value, path) = (text(one, "key"), text(one, "value"), text(one, "path"));
        format!("{key}: {value} ({path}:{})", one["line"])
    };
    let report = tree.json(&["config", path]);
    report::list(&report, "settings").iter().map(line).collect()
}

/// One finding: `remote-write/url-syntax`, an error, on line 2.
const NO_SCHEME: &str =
    "remote_write:\n  - url: mimir/api/v1/push\nglobal:\n  external_labels: {env: prod}\n";
/// No finding at all.
const GOOD: &str = "remote_write:\n  - url: https://prometheus.example.com/api/v1/write\nglobal:\n  external_labels: {env: prod}\n";

#[test]
fn nearer_files_add_to_farther_ones() {
    let tree = tree(&[
        (
            "promvet.yaml",
            "prometheus: \"2.53.1\"\nruntime_user: 1\nissuers:\n  - hosts: \"*.example.com\"\n    issuer: public\n",
        ),
        ("a/.promvet.yaml", "runtime_user: 2\nrules:\n  tls: info\n"),
        (
            "a/b/promvet.yaml",
            "issuers:\n  - hosts: x.example.com\n    issuer: private\nrules:\n  tls/min-version: off\n",
        ),
        ("a/b/c/prometheus.yml", GOOD),
        ("a/prometheus.yml", GOOD),
        ("prometheus.yml", GOOD),
    ]);
    assert_eq!(
        settings(&tree, "a/b/c/prometheus.yml"),
        [
            "prometheus: 2.53.1 (promvet.yaml:1)",
            "rule: tls: info (a/.promvet.yaml:3)",
            "rule: tls/min-version: off (a/b/promvet.yaml:5)",
            "runtime_user: 2:2 (a/.promvet.yaml:1)",
            "issuer: private for x.example.com (a/b/promvet.yaml:3)",
            "issuer: public for *.example.com (promvet.yaml:5)",
        ]
    );
    assert_eq!(
        settings(&tree, "prometheus.yml"),
        [
            "prometheus: 2.53.1 (promvet.yaml:1)",
            "runtime_user: 1:1 (promvet.yaml:2)",
            "issuer: public for *.example.com (promvet.yaml:5)",
        ]
    );
    let said = tree.promvet(&["config", "a/prometheus.yml"]).stdout;
    assert!(
        said.contains("policy: a/.promvet.yaml, then promvet.yaml")
            && said.contains("runtime_user")
            && said.contains("a/.promvet.yaml:1"),
        "{said}"
    );
}

#[test]
fn a_file_is_judged_alike_however_it_is_named() {
    let tree = tree(&[
        ("promvet.yaml", "rules:\n  remote-write: warning\n"),
        ("team/promvet.yaml", "rules:\n  tls: off\n"),
        ("team/prometheus.yml", NO_SCHEME),
    ]);
    let want = ["team/prometheus.yml:2: warning remote-write/url-syntax"];
    for args in [
        &["."][..],
        &["team"],
        &["team/prometheus.yml"],
        &["--threads", "1"],
        &["--threads", "8"],
    ] {
        assert_eq!(findings(&tree, args), want, "{args:?}");
    }
    let inside = tree.promvet_in("team", &["--format", "concise"]);
    assert!(inside.stdout.contains("warning"), "{}", inside.stdout);
}

#[test]
fn a_tree_of_its_own_takes_nothing_from_above() {
    let tree = tree(&[
        ("promvet.yaml", "rules:\n  remote-write: off\n"),
        ("own/promvet.yaml", "root: true\n"),
        ("own/prometheus.yml", NO_SCHEME),
        ("prometheus.yml", NO_SCHEME),
    ]);
    let want = ["own/prometheus.yml:2: error remote-write/url-syntax"];
    for args in [&["."][..], &["own"], &["own/prometheus.yml"]] {
        assert_eq!(findings(&tree, args), want, "{args:?}");
    }
}

#[test]
fn a_named_policy_takes_the_place_of_all_others() {
    let tree = tree(&[
        ("promvet.yaml", "rules:\n  remote-write: off\n"),
        ("team/promvet.yaml", "no_such_key: 1\n"),
        ("team/prometheus.yml", NO_SCHEME),
        ("other.yaml", "rules:\n  remote-write/url-syntax: info\n"),
    ]);
    assert_eq!(
        findings(&tree, &["--config", "other.yaml"]),
        ["team/prometheus.yml:2: info remote-write/url-syntax"]
    );
    let gone = tree.promvet(&["--config", "gone.yaml"]);
    assert_eq!(gone.status, Some(2));
    assert!(
        gone.stderr
            .contains("gone.yaml: cannot read the policy file: no such file or folder"),
        "{}",
        gone.stderr
    );
}

/// Policies that end with status 2, and what is said.
#[test]
fn mistakes_are_reported_with_their_place() {
    for (policy, want) in [
        (
            "issurs: []\n",
            "promvet.yaml:1:1: unknown key `issurs` in promvet.yaml; write `issuers`",
        ),
        (
            "root: yes\n",
            "promvet.yaml:1:7: `root`: expected `true` or `false`",
        ),
        (
            "{root: true}\n",
            "promvet.yaml:1:8: `root`: expected `true`; write `root: true` on a separate line",
        ),
        (
            "rules: {no/such: off}\n",
            "promvet.yaml:1:9: unknown rule or group `no/such`",
        ),
        (
            "rules: {tls: sometimes}\n",
            "promvet.yaml:1:14: not a level: `sometimes`",
        ),
        (
            "rules: {tls: error from 2027-02-30}\n",
            "not a level: `error from 2027-02-30`",
        ),
        (
            "rules: {tls: off, tls: info}\n",
            "promvet.yaml:1:19: `tls` is set twice",
        ),
        (
            "overrides: [{files: a}]\n",
            "promvet.yaml:1:13: an entry of `overrides` needs `rules`",
        ),
        (
            "overrides: [{files: '[', rules: {}}]\n",
            "not a valid pattern: unclosed character class",
        ),
        (
            "environments: [{name: prod}]\n",
            "an environment needs `files` or `labels`",
        ),
        ("environments: [{files: a}]\n", "needs `name`"),
        (
            "profile: strikt\n",
            "promvet.yaml:1:10: unknown profile; write `strict`",
        ),
        (
            "requires: '>=99'\nfuture: 1\n",
            "this policy is for promvet >=99, and this is promvet",
        ),
        (
            "requires: new\n",
            "promvet.yaml:1:11: `requires` is not a range of releases",
        ),
        (
            "extends: gone.yaml\n",
            "promvet.yaml:1:10: cannot read `gone.yaml`: no such file or folder",
        ),
        (
            "extends: ../up.yaml\n",
            "promvet.yaml:1:10: cannot read `../up.yaml`",
        ),
        (
            "extends: /etc/hostname\n",
            "promvet.yaml:1:10: `/etc/hostname` leads out of the tree",
        ),
        (
            "extends: promvet.yaml\n",
            "`promvet.yaml` extends this file, which extends it",
        ),
        (
            "extends: {path: base.yaml, sha256: abc}\n",
            "`sha256`: expected 64 hexadecimal digits",
        ),
        (
            "extends: {path: base.yaml, sha256: '0000000000000000000000000000000000000000000000000000000000000000'}\n",
            "promvet.yaml:1:36: `base.yaml` has changed: its SHA-256 is 4cc58b26006ed387",
        ),
        (
            "extends: [bad.yaml]\n",
            "bad.yaml:1:1: unknown key `bad` in promvet.yaml",
        ),
        ("receivers: [{id: x, name: y}]\n", "a receiver's profile: "),
        (
            "receivers: [{file: gone.yaml}]\n",
            "promvet.yaml:1:20: cannot read `gone.yaml`: no such file or folder",
        ),
        (
            "receivers: [{hosts: a, receiver: mimr}]\n",
            "unknown receiver `mimr`; write `mimir`",
        ),
        ("receivers: [{hosts: a}]\n", "needs `receiver`"),
        (
            "receivers: [a]\n",
            "promvet.yaml:1:13: an entry of `receivers`: expected a mapping",
        ),
        (
            "rules: {}\n---\nrules: {}\n",
            "promvet.yaml is one document",
        ),
        ("a: [\n", "not valid YAML: did not find"),
    ] {
        let tree = tree(&[
            ("promvet.yaml", policy),
            ("base.yaml", "profile: strict\n"),
            ("bad.yaml", "bad: 1\n"),
            ("prometheus.yml", GOOD),
        ]);
        let ran = tree.promvet(&[]);
        let said = ran.stderr;
        assert_eq!(ran.status, Some(2), "{policy}: {said}");
        assert!(said.contains(want), "{policy}: {said}");
        assert_eq!(said.lines().count(), 1, "{policy}: {said}");
    }
}

/// No pattern makes promvet fail, however long it is and whatever is nested in it.
#[test]
fn hostile_patterns_are_read_or_refused() {
    for (pattern, status) in [
        ("?".repeat(1024), 0),
        ("[!a-z]".repeat(150), 0),
        ("{a,b}".repeat(200), 0),
        ("?".repeat(5000), 2),
        ("{".repeat(1000), 2),
        (format!("{}a{}", "{".repeat(500), "}".repeat(500)), 2),
        ("**/".repeat(340), 0),
    ] {
        let policy = format!("exclude: '{pattern}'\nrules: {{policy: off}}\n");
        let tree = tree(&[("promvet.yaml", &policy), ("prometheus.yml", GOOD)]);
        let ran = tree.promvet(&[]);
        let start: String = pattern.chars().take(9).collect();
        assert_eq!(ran.status, Some(status), "{start} {}", ran.stderr);
    }
}

#[test]
fn two_policies_in_one_folder_have_no_order() {
    let tree = tree(&[
        ("a/promvet.yaml", ""),
        ("a/.promvet.yaml", ""),
        ("a/b/prometheus.yml", GOOD),
        ("a/prometheus.yml", GOOD),
    ]);
    let ran = tree.promvet(&[]);
    assert_eq!(ran.status, Some(2));
    assert_eq!(
        ran.stderr,
        "promvet: a/.promvet.yaml: a/promvet.yaml also exists; keep one of the two: \
         neither takes precedence\n"
    );
}

#[cfg(unix)]
#[test]
fn a_policy_that_is_a_link_out_of_the_tree_tells_nothing() {
    let outside = Scratch::new(&[("secret", "hunter2: 1\n")]);
    let tree = tree(&[("prometheus.yml", GOOD)]);
    tree.link("promvet.yaml", outside.at("secret"));
    let ran = tree.promvet(&[]);
    assert_eq!(ran.status, Some(2));
    let said = ran.stderr;
    assert!(
        said.contains("leads out of the tree") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn a_policy_builds_upon_others() {
    let base = "extends: more.yaml\nrules:\n  remote-write: info\nexclude: \"old/**\"\n";
    let tree = tree(&[
        ("team/promvet.yaml", "extends:\n  - ../vendor/base.yaml\n"),
        ("vendor/base.yaml", base),
        (
            "vendor/more.yaml",
            "runtime_user: 7\nrules:\n  remote-write: off\n",
        ),
        ("team/old/prometheus.yml", NO_SCHEME),
        ("team/prometheus.yml", NO_SCHEME),
        ("old/prometheus.yml", NO_SCHEME),
    ]);
    // Patterns count from the folder of the policy that is built, not from that of its parts; and
    // what is shared need not be of use everywhere.
    assert_eq!(
        findings(&tree, &["."]),
        [
            "old/prometheus.yml:2: error remote-write/url-syntax",
            "team/prometheus.yml:2: info remote-write/url-syntax",
        ]
    );
    assert_eq!(
        settings(&tree, "team/prometheus.yml"),
        [
            "rule: remote-write: info (vendor/base.yaml:3)",
            "runtime_user: 7:7 (vendor/more.yaml:1)",
        ]
    );
}

#[test]
fn a_pinned_policy_is_read_while_it_is_the_same() {
    // sha256sum of the text.
    let pin = "4CC58B26006ED387E338B78CECBAA5B33A7966DFBCE62519607DFD131CE8125B";
    let policy = format!("extends:\n  path: base.yaml\n  sha256: {pin}\n");
    let tree = tree(&[
        ("promvet.yaml", &policy),
        ("base.yaml", "profile: strict\n"),
        ("prometheus.yml", GOOD),
    ]);
    assert_eq!(
        settings(&tree, "prometheus.yml"),
        ["profile: strict (base.yaml:1)"]
    );
}

#[test]
fn policies_do_not_build_upon_each_other_without_end() {
    let chain = |length: usize| {
        let tree = tree(&[
            ("promvet.yaml", "extends: p1.yaml\n"),
            ("prometheus.yml", GOOD),
        ]);
        for number in 1..=length {
            let next = format!("extends: p{}.yaml\n", number + 1);
            let text = if number == length { "" } else { &next };
            tree.file(&format!("p{number}.yaml"), text);
        }
        tree.promvet(&[])
    };
    assert_eq!(chain(15).status, Some(0));
    let deep = chain(40);
    assert_eq!(deep.status, Some(2));
    assert!(
        deep.stderr.contains("more than 16 levels deep"),
        "{}",
        deep.stderr
    );
    // Two ways to one file at each step would be 2^15 ways.
    let tree = tree(&[
        ("promvet.yaml", "extends: p1.yaml\n"),
        ("prometheus.yml", GOOD),
    ]);
    for number in 1..=14 {
        let next = number + 1;
        let text = format!("extends: [p{next}.yaml, ./p{next}.yaml]\n");
        tree.file(&format!("p{number}.yaml"), text);
    }
    tree.file("p15.yaml", "extends: p3.yaml\n");
    let circle = tree.promvet(&[]);
    assert_eq!(circle.status, Some(2));
    assert_eq!(circle.stderr.lines().count(), 1, "{}", circle.stderr);
    assert!(
        circle
            .stderr
            .contains("p15.yaml:1:10: `p3.yaml` extends this file, which extends it"),
        "{}",
        circle.stderr
    );
}

#[test]
fn files_are_left_out_where_they_are_not_named() {
    let tree = tree(&[
        (
            "promvet.yaml",
            "include: [\"a/**\", \"b/**\"]\nexclude:\n  - \"a/old/*\"\n",
        ),
        ("b/promvet.yaml", "exclude: \"x.yml\"\n"),
        ("a/prometheus.yml", NO_SCHEME),
        ("a/old/prometheus.yml", NO_SCHEME),
        ("b/x.yml", NO_SCHEME),
        ("b/y.yml", NO_SCHEME),
        ("c/prometheus.yml", NO_SCHEME),
    ]);
    let found = |args: &[&str]| {
        let found = findings(&tree, args);
        let path = |line: &String| line.split(':').next().unwrap().to_owned();
        found.iter().map(path).collect::<Vec<_>>()
    };
    assert_eq!(found(&["."]), ["a/prometheus.yml", "b/y.yml"]);
    assert_eq!(found(&["c", "b"]), ["b/y.yml"]);
    assert_eq!(
        found(&["c/prometheus.yml", "b/x.yml"]),
        ["b/x.yml", "c/prometheus.yml"]
    );
    assert_eq!(
        found(&["--if-recognised", "c/prometheus.yml", "b/x.yml", "b/y.yml"]),
        ["b/y.yml"]
    );
    let files = tree.promvet(&["files"]).stdout;
    for line in [
        "a/old/prometheus.yml: not checked: promvet.yaml:3 leaves it out",
        "b/x.yml: not checked: b/promvet.yaml:1 leaves it out",
        "c/prometheus.yml: not checked: promvet.yaml:1 leaves it out",
    ] {
        assert!(files.contains(line), "{files}");
    }
    let only = tree.promvet(&["files", "--only-configurations"]).stdout;
    assert!(!only.contains("not checked"), "{only}");
}

#[test]
fn a_file_that_is_left_out_is_not_checked_by_way_of_another() {
    let config = format!("{GOOD}rule_files: [\"rules/*.yml\"]\n");
    let rules = "groups:\n  - name: a\n    rules:\n      - {record: a, expr: 'sum('}\n";
    let tree = tree(&[
        ("promvet.yaml", "rules: {tls: off}\n"),
        ("prometheus.yml", &config),
        ("rules/old.yml", rules),
    ]);
    let want = ["rules/old.yml:4: error files/promql"];
    assert_eq!(findings(&tree, &["."]), want);
    tree.file("promvet.yaml", "exclude: rules/old.yml\n");
    for args in [&["."][..], &["prometheus.yml"]] {
        assert!(findings(&tree, args).is_empty(), "{args:?}");
    }
    let named = findings(&tree, &[".", "rules/old.yml"]);
    assert!(named.contains(&want[0].to_owned()), "{named:?}");
}

#[test]
fn a_broken_policy_of_the_base_does_not_hide_what_a_change_makes_worse() {
    let tree = Scratch::repository(&[
        ("promvet.yaml", "extends: base.yaml\n"),
        ("base.yaml", "no_such_key: 1\n"),
        ("prometheus.yml", NO_SCHEME),
    ]);
    tree.file("base.yaml", "rules: {tls: off}\n");
    tree.file("new.yml", NO_SCHEME);
    assert_eq!(
        findings(&tree, &["--since", "main"]),
        ["new.yml:2: error remote-write/url-syntax"]
    );
}

#[test]
fn levels_are_for_files_and_from_days() {
    let tree = tree(&[
        (
            "promvet.yaml",
            "rules:\n  remote-write: warning\n  remote-write/url-syntax: error from 2027-01-31\n\
             overrides:\n  - files: \"lab/**\"\n    rules: {remote-write: off}\n  - files: \"**\"\n    \
             rules: {remote-write: info}\n",
        ),
        ("lab/prometheus.yml", NO_SCHEME),
        ("prometheus.yml", NO_SCHEME),
        (
            "team/promvet.yaml",
            "rules:\n  remote-write/url-syntax: warning from 2027-01-31\n",
        ),
        ("team/prometheus.yml", NO_SCHEME),
    ]);
    for (now, want) in [("2027-01-30", "info"), ("2027-01-31", "warning")] {
        assert_eq!(
            findings(&tree, &["--now", now]),
            [
                "prometheus.yml:2: info remote-write/url-syntax".to_owned(),
                format!("team/prometheus.yml:2: {want} remote-write/url-syntax"),
            ],
            "{now}"
        );
    }
    tree.file(
        "promvet.yaml",
        "rules:\n  remote-write/url-syntax: error from 2027-01-31\n",
    );
    for (now, want, status) in [("2027-01-30", "warning", 0), ("2027-01-31", "error", 1)] {
        let found = findings(&tree, &["--now", now, "prometheus.yml"]);
        assert!(found[0].contains(want), "{now} {found:?}");
        let ran = tree.promvet(&["--now", now, "prometheus.yml"]);
        assert_eq!(ran.status, Some(status), "{now}");
    }
}

#[test]
fn an_environment_is_known_by_files_and_labels() {
    let tree = tree(&[
        (
            "promvet.yaml",
            "environments:\n  - name: lab\n    files: \"lab/**\"\n  - name: production\n    labels: {env: \"prod*\"}\n",
        ),
        ("lab/prometheus.yml", GOOD),
        ("prometheus.yml", GOOD),
        ("other.yml", "remote_write: []\n"),
    ]);
    for (path, want) in [
        (
            "lab/prometheus.yml",
            &["environment: lab (promvet.yaml:2)"][..],
        ),
        (
            "prometheus.yml",
            &["environment: production (promvet.yaml:4)"],
        ),
        ("other.yml", &[]),
    ] {
        assert_eq!(settings(&tree, path), want, "{path}");
    }
}

const RECEIVER: &str = "id: house\nname: The house's receiver\nkind: self_hosted\nrecognised:\n  - host: metrics.example.org\ncredentials: [none]\nurls:\n  - https://<host>/ingest/<team>\nparts:\n  team: {form: '[a-z]+', is: is a team's name}\n";

#[test]
fn custom_receivers_go_first() {
    let inline: String = RECEIVER
        .lines()
        .fold(String::from("receivers:\n"), |mut out, line| {
            let mark = if line.starts_with("id:") {
                "  - "
            } else {
                "    "
            };
            let _ = writeln!(out, "{mark}{line}");
            out
        });
    let bad = "remote_write:\n  - url: https://metrics.example.org/push/ops\nglobal:\n  external_labels: {env: prod}\n";
    for (policy, at) in [
        (&*inline, "promvet.yaml"),
        ("receivers:\n  - file: house.yaml\n", "x"),
        ("rule_folders: [ours]\n", "a folder of rules"),
    ] {
        let tree = tree(&[
            ("promvet.yaml", policy),
            ("house.yaml", RECEIVER),
            ("ours/receivers/house.yaml", RECEIVER),
            ("ours/receivers/README.md", "# What these are"),
            ("prometheus.yml", bad),
            ("good/prometheus.yml", &bad.replace("/push/", "/ingest/")),
        ]);
        assert_eq!(
            findings(&tree, &[]),
            ["prometheus.yml:2: error remote-write/url-shape"],
            "{at}"
        );
    }
    let wrong = tree(&[
        ("promvet.yaml", "receivers:\n  - file: house.yaml\n"),
        ("house.yaml", "id: house\nnam: x\n"),
        ("prometheus.yml", GOOD),
    ]);
    let ran = wrong.promvet(&[]);
    assert_eq!(ran.status, Some(2));
    assert!(
        ran.stderr
            .contains("house.yaml:2:1: a receiver's profile: unknown key `nam`; expected"),
        "{}",
        ran.stderr
    );
}

#[test]
fn profiles_beside_rules_are_read_strictly_and_need_not_be_used() {
    let tree = tree(&[
        ("promvet.yaml", "rule_folders: [ours]\n"),
        ("ours/receivers/house.yml", RECEIVER),
        ("prometheus.yml", GOOD),
    ]);
    assert_eq!(findings(&tree, &[]), [""; 0]);
    for (profile, said) in [
        (
            "id: house\nnam: x\n",
            "ours/receivers/house.yml:2:1: a receiver's profile: unknown key `nam`; expected",
        ),
        ("id: [\n", "ours/receivers/house.yml is not valid YAML"),
    ] {
        tree.file("ours/receivers/house.yml", profile);
        let ran = tree.promvet(&[]);
        assert_eq!(ran.status, Some(2));
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn policy_says_which_receiver_a_host_is() {
    let config = "remote_write:\n  - url: https://metrics.example.org/api/prom/push\nglobal:\n  external_labels: {env: prod}\n";
    let tree = tree(&[("prometheus.yml", config)]);
    let shape = |found: Vec<String>| found.iter().any(|one| one.contains("url-shape"));
    assert!(!shape(findings(&tree, &[])));
    let policy = "receivers:\n  - hosts: \"metrics.*\"\n    receiver: mimir\n";
    tree.file("promvet.yaml", policy);
    let found = findings(&tree, &[]);
    assert!(shape(found.clone()), "{found:?}");
}

#[test]
fn a_profile_says_how_much_is_reported() {
    let config = "remote_write:\n  - url: https://prometheus.example.com/api/v1/write\n    tls_config: {min_version: TLS10}\nglobal:\n  external_labels: {env: prod}\n";
    let tree = tree(&[("prometheus.yml", config)]);
    let severity = |args: &[&str]| {
        let found = findings(&tree, args);
        let found = found.iter().find(|one| one.contains("tls/min-version"));
        found.map(|line| line.split(' ').nth(1).unwrap().to_owned())
    };
    let write = |policy: &str| tree.file("promvet.yaml", policy);
    assert_eq!(severity(&[]).as_deref(), Some("warning"));
    assert_eq!(severity(&["--profile", "strict"]).as_deref(), Some("error"));
    assert_eq!(severity(&["--profile", "audit"]).as_deref(), Some("error"));
    write("profile: strict\n");
    assert_eq!(severity(&[]).as_deref(), Some("error"));
    assert_eq!(
        severity(&["--profile", "default"]).as_deref(),
        Some("warning")
    );
    write("profile: strict\nrules: {tls: info}\n");
    assert_eq!(severity(&[]).as_deref(), Some("info"));
    let rules = tree.promvet(&["rules"]).stdout;
    let line = rules
        .lines()
        .find(|line| line.starts_with("tls/min-version"));
    let words: Vec<_> = line.unwrap().split_whitespace().collect();
    assert_eq!(words[1..4], ["warning", "stable", "0.1.0"]);
}

const PUSH: &str = "remote_write:\n  - url: https://mimir.example.com/api/v1/push\n    authorization:\n      credentials_file: /etc/prometheus/secrets/token\nglobal:\n  external_labels: {env: prod}\n";

/// Policies, and the lines of their entries that match nothing.
#[test]
fn entries_that_match_nothing_are_found() {
    for (policy, want) in [
        ("rules: {tls: off}\nruntime_user: 5\n", &[][..]),
        (
            "mounts: [{path: /etc/prometheus/secrets, external: true}]\n",
            &[],
        ),
        ("mounts: [{path: /etc/prometheus, external: true}]\n", &[]),
        (
            "mounts:\n  - {path: /etc/prometheus, external: true}\n  - {path: /etc/prom, external: true}\n",
            &[3],
        ),
        (
            "mounts:\n  - {path: /etc/prometheus, external: true}\n  - {path: /etc/prometheus, from: s}\n",
            &[3],
        ),
        ("mounts: [{path: /, external: true}]\n", &[]),
        (
            "mounts: [{path: /etc/prometheus/secrets/token, external: true}]\n",
            &[],
        ),
        (
            "mounts:\n  - {path: /etc/prometheus/, external: true}\n  - {path: /etc/prometheus/secrets/tok, external: true}\n",
            &[3],
        ),
        (
            "issuers: [{hosts: '*.example.com', issuer: private}]\n",
            &[],
        ),
        (
            "issuers: [{hosts: [a.org, mimir.example.com], issuer: private}]\n",
            &[],
        ),
        (
            "issuers: [{hosts: '*.example.org', issuer: private}]\n",
            &[1],
        ),
        (
            "issuers:\n  - {hosts: '*.example.com', issuer: private}\n  - {hosts: mimir.example.com, issuer: public}\n",
            &[3],
        ),
        ("exclude: ['vendor/**', 'old/**']\n", &[1]),
        ("exclude: 'ignored/**'\n", &[]),
        ("include: ['*.yml', 'gone.yml']\n", &[1]),
        ("templates:\n  - '*.tmpl'\n  - old/*\n", &[2]),
        (
            "overrides:\n  - {files: '*.yml', rules: {tls: off}}\n  - {files: '*.yaml.j2', rules: {tls: off}}\n",
            &[3],
        ),
        (
            "environments:\n  - {name: prod, labels: {env: prod}}\n  - {name: dev, labels: {env: dev}}\n",
            &[3],
        ),
        (
            "environments: [{name: prod, files: 'old/*'}, {name: rest, files: '**'}]\n",
            &[],
        ),
        (
            "receivers: [{hosts: mimir.example.com, receiver: mimir}]\n",
            &[],
        ),
        (
            "receivers: [{hosts: mimir.example.org, receiver: mimir}]\n",
            &[1],
        ),
        (
            "opstrace: {instances: {a: old/none.yaml}, domains: [example.com, example.org]}\n",
            &[1, 1],
        ),
    ] {
        let tree = tree(&[
            ("promvet.yaml", policy),
            ("prometheus.yml", PUSH),
            ("old/prometheus.yml", GOOD),
            (".gitignore", "ignored/\n"),
        ]);
        let unused = |args: &[&str]| {
            let found = findings(&tree, args);
            let own = found.iter().filter(|one| one.ends_with("policy/unused"));
            let line = |one: &String| one.split(':').nth(1).unwrap().parse::<i32>().unwrap();
            own.map(line).collect::<Vec<_>>()
        };
        assert_eq!(unused(&["."]), want, "{policy}");
        assert_eq!(unused(&["--threads", "7"]), want, "{policy}");
        for part in [
            &["prometheus.yml"][..],
            &["old"],
            &["--config", "promvet.yaml"],
        ] {
            assert!(unused(part).is_empty(), "{policy} {part:?}");
        }
    }
}

/// Policies whose entries may be of use although nothing shows it.
#[test]
fn nothing_is_reported_of_entries_where_that_is_not_known() {
    let templated = PUSH.replace("mimir.example.com", "${HOST}");
    let relative = PUSH.replace("/etc/prometheus/secrets/token", "secrets/token");
    let lost = "mounts: [{path: /etc/prometheus/secret, external: true}]\n";
    let pulls = format!("{GOOD}scrape_config_files: [\"jobs/*\"]\n");
    for (policy, config) in [
        (
            "issuers: [{hosts: a.example.org, issuer: private}]\n",
            &*templated,
        ),
        (
            "mounts: [{path: /etc/prometheus, external: true}]\n",
            &relative,
        ),
        ("mounts: [{path: /srv/secrets, from: s}]\n", &relative),
        ("mounts: [{path: /secrets/token, from: s}]\n", &relative),
        // The path has no target, which the finding there reports.
        (lost, PUSH),
        (
            "issuers: [{hosts: a.example.org, issuer: private}]\n",
            "remote_write:\n  - url: [\n",
        ),
        (
            "issuers: [{hosts: a.example.org, issuer: private}]\n",
            &pulls,
        ),
    ] {
        let tree = tree(&[("promvet.yaml", policy), ("prometheus.yml", config)]);
        let found = findings(&tree, &[]);
        let unused = found.iter().any(|one| one.contains("policy/unused"));
        assert!(!unused, "{policy} {found:?}");
    }
}

#[test]
fn a_relative_path_uses_the_mounts_that_end_like_it() {
    let relative = PUSH.replace("/etc/prometheus/secrets/token", "secrets/token");
    let policy = "mounts:\n  - {path: /srv/secrets, from: s}\n  - {path: /srv/secret, from: s}\n  - {path: /srv/token, from: s}\n";
    let tree = tree(&[
        ("promvet.yaml", policy),
        ("prometheus.yml", &relative),
        ("secrets/token", "a.b.c"),
    ]);
    let found = findings(&tree, &[]);
    let unused: Vec<_> = found
        .iter()
        .filter(|one| one.contains("policy/unused"))
        .collect();
    assert!(
        unused.len() == 2 && unused[0].contains(":3:") && unused[1].contains(":4:"),
        "{found:?}"
    );
}

#[test]
fn the_level_of_an_unused_entry_can_be_set() {
    let tree = tree(&[
        (
            "promvet.yaml",
            "exclude: none/*\nrules: {policy/unused: error}\n",
        ),
        (
            "sub/promvet.yaml",
            "exclude: none/*\nrules: {policy: off}\n",
        ),
        ("prometheus.yml", GOOD),
        ("sub/prometheus.yml", GOOD),
    ]);
    assert_eq!(
        findings(&tree, &[]),
        ["promvet.yaml:1: error policy/unused"]
    );
}

/// A policy as an editor sees it: YAML 1.2 in JSON.
fn as_json(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Sequence(list) => Value::Array(list.iter().map(as_json).collect()),
        Kind::Mapping(mapping) => {
            let pairs = mapping
                .entries()
                .map(|entry| (entry.name().to_owned(), as_json(entry.value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Kind::Scalar(scalar) if scalar.is_null() => Value::Null,
        Kind::Scalar(scalar) if !scalar.is_plain() => json!(scalar.text),
        Kind::Scalar(scalar) => match (scalar.text, scalar.text.parse::<f64>()) {
            ("true", _) => json!(true),
            ("false", _) => json!(false),
            (_, Ok(number)) => json!(number),
            (text, _) => json!(text),
        },
    }
}

#[test]
fn the_schema_and_the_reader_are_of_one_mind() {
    let schema = json_schema();
    if let Err(error) = jsonschema::draft7::meta::validate(&schema) {
        panic!("{error} at {}", error.instance_path());
    }
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for (policy, want) in [
        ("", true),
        ("{}", true),
        ("[]", false),
        ("rules:", true),
        ("nothing: 1", false),
        ("root: true", true),
        ("root: yes", false),
        ("requires: '>=0.1'", true),
        ("requires: []", false),
        ("extends: a.yaml", true),
        ("extends: [a.yaml, {path: b.yaml}]", true),
        ("extends: {path: a, sha256: 12}", false),
        ("extends: {sha256: a}", false),
        ("prometheus: 3.5", true),
        ("prometheus: ['2.53', 3.10]", true),
        ("prometheus: new", false),
        ("prometheus: {a: 1}", false),
        ("profile: audit", true),
        ("profile: loud", false),
        ("rules: {tls: off}", true),
        ("rules: {tls: error from 2027-01-31}", true),
        ("rules: {tls: info from 2027-01-31}", false),
        ("rules: {tls: loud}", false),
        ("rules: {tls: 5}", false),
        ("rules: {tls: }", false),
        ("rules: [tls]", false),
        ("overrides: [{files: a, rules: {tls: info}}]", true),
        ("overrides: [{files: a}]", false),
        ("overrides: {files: a, rules: {}}", false),
        ("include: a", true),
        ("include: [a, b]", true),
        ("exclude: {a: b}", false),
        ("exclude: ['']", false),
        ("environments: [{name: a, files: b, labels: {c: d}}]", true),
        ("environments: [{files: b}]", false),
        ("environments: [{name: a, files: b, label: c}]", false),
        ("mounts: [{path: /a, from: b}]", true),
        ("mounts: [{path: /a, external: true, files: [b]}]", true),
        ("mounts: [{path: a, from: b}]", false),
        ("mounts: [{from: b}]", false),
        ("mounts: [{path: /a, external: maybe}]", false),
        ("runtime_user: 5", true),
        ("runtime_user: '5:6'", true),
        ("runtime_user: -5", false),
        ("runtime_user: root", false),
        ("issuers: [{hosts: a, issuer: public}]", true),
        ("issuers: [{hosts: a, issuer: me}]", false),
        ("issuers: [{hosts: a}]", false),
        ("issuers: [null]", false),
        ("receivers: [{hosts: a, receiver: mimir}]", true),
        ("receivers: [{file: a}]", true),
        ("receivers: [{file: a, hosts: b}]", false),
        ("receivers: [{id: a, name: b, urls: [c]}]", true),
        ("receivers: [a]", false),
        ("opstrace: {instances: {a: b}, domains: c}", true),
        ("opstrace: {instances: [a]}", false),
        ("opstrace: {instance: {a: b}}", false),
        ("templates: a", true),
        ("templates: {a: b}", false),
    ] {
        let text = Text::new("promvet.yaml", policy.as_bytes().to_vec());
        let read = Policy::read(&text, "");
        assert_eq!(
            read.is_ok(),
            want,
            "the reader on {policy}: {:?}",
            read.err()
        );
        let document = parse_first(&text).unwrap();
        let value = document.root().map_or(Value::Null, as_json);
        assert_eq!(validator.is_valid(&value), want, "the schema on {policy}");
    }
    let printed = promvet(ROOT, &["schema", "--policy"]);
    assert_eq!(printed.json(), schema);
}

#[test]
fn a_starter_is_written_from_what_is_found() {
    let config = "remote_write:\n  - url: https://metrics.example.com/api/v1/write\n    tls_config: {insecure_skip_verify: true}\n    authorization: {credentials_file: /var/run/secrets/token}\n";
    let tree = tree(&[
        (
            "ops/compose.yaml",
            "services:\n  prometheus:\n    image: prom/prometheus:v2.53.1\n    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml\"]\n",
        ),
        ("ops/prometheus.yml", config),
        ("loose/prometheus.yml", config),
    ]);
    let before = findings(&tree, &[]);
    let ran = tree.promvet(&["init"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "wrote promvet.yaml for 2 configurations\n  to fill in: `mounts` for /var/run/secrets\n  \
         to fill in: `issuers` for metrics.example.com\n"
    );
    let text = tree.read("promvet.yaml");
    for part in [
        "\n  - \"2.53.1\" # ops/compose.yaml:3\n",
        "\n#   # loose/prometheus.yml:3 skips verification\n#   - hosts: \"metrics.example.com\"\n",
        "\n#   # loose/prometheus.yml:4 names a file there\n#   - path: \"/var/run/secrets\"\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(findings(&tree, &[]).len(), before.len());
    let again = tree.promvet(&["init"]);
    assert_eq!(again.status, Some(2));
    assert!(again.stderr.contains("promvet.yaml already exists"));
    assert_eq!(tree.read("promvet.yaml"), text);
    // What is commented out is right too, once the marks are gone.
    let filled: String = text
        .lines()
        .map(|line| {
            let rest = line.strip_prefix("# ").unwrap_or(line);
            let is_yaml = rest.starts_with(' ') || rest.ends_with(':');
            let kept = if is_yaml && !rest.contains("`") {
                rest
            } else {
                line
            };
            format!("{kept}\n")
        })
        .collect();
    tree.file("promvet.yaml", &filled);
    let ran = tree.promvet(&["config", "loose/prometheus.yml"]);
    assert_eq!(ran.status, Some(0), "{}\n{filled}", ran.stderr);
    let said = ran.stdout;
    for part in [
        "private for metrics.example.com",
        "/var/run/secrets from outside",
        "remote-write/queue: off",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_starter_keeps_servers_apart_and_weakens_no_issuer() {
    let skips = |url: &str| {
        format!("remote_write:\n  - url: {url}\n    tls_config: {{insecure_skip_verify: true}}\n")
    };
    let compose = |tag: &str| {
        format!(
            "services:\n  prometheus:\n    image: prom/prometheus:{tag}\n    volumes: [\"./prometheus.yml:/etc/prometheus/prometheus.yml\"]\n"
        )
    };
    let vendor = skips("https://metric-api.newrelic.com/prometheus/v1/write?prometheus_server=a");
    let own = skips("https://metrics.example.com/api/v1/write");
    let tree = tree(&[
        ("a/compose.yaml", &compose("v2.53.1")),
        ("a/prometheus.yml", &vendor),
        ("b/compose.yaml", &compose("v3.5.0")),
        ("b/prometheus.yml", &own),
    ]);
    let ran = tree.promvet(&["init"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let text = tree.read("promvet.yaml");
    assert!(!text.contains("newrelic"), "{text}");
    assert!(text.contains("metrics.example.com"), "{text}");
    assert!(!text.contains("\nprometheus:"), "{text}");
    for part in [
        "  - files: \"a/prometheus.yml\"\n    prometheus:\n      - \"2.53.1\"",
        "  - files: \"b/prometheus.yml\"\n    prometheus:\n      - \"3.5.0\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_starter_of_an_empty_folder_loads_too() {
    let tree = tree(&[("x/.gitkeep", "")]);
    let ran = tree.promvet(&["init", "x"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    tree.file("x/prometheus.yml", GOOD);
    assert!(findings(&tree, &[]).is_empty());
    assert_eq!(tree.promvet(&["init", "nowhere"]).status, Some(2));
    tree.file(".promvet.yaml", "");
    let hidden = tree.promvet(&["init"]);
    assert!(hidden.stderr.contains(".promvet.yaml already exists"));
}

#[test]
fn config_is_about_one_file() {
    let tree = tree(&[("prometheus.yml", GOOD)]);
    let ran = tree.promvet(&["config", "prometheus.yml"]);
    assert!(ran.stdout.contains("no promvet.yaml applies"));
    assert!(!ran.stdout.contains("image"));
    let compose = "services:\n  p:\n    image: prom/prometheus:v2.45.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    tree.file("compose.yml", compose);
    let ran = tree.promvet(&["config", "prometheus.yml"]);
    assert!(
        ran.stdout.contains("image  2.45.0  compose.yml:3"),
        "{}",
        ran.stdout
    );
    for path in [".", "gone.yml"] {
        let ran = tree.promvet(&["config", path]);
        assert_eq!(ran.status, Some(2), "{path}");
        assert_eq!(ran.stderr.lines().count(), 1, "{path}: {}", ran.stderr);
    }
}

#[test]
fn every_example_of_the_reference_loads() {
    let page = fs::read_to_string("docs/policy.md").unwrap();
    let mut count = 0;
    for block in page.split("```yaml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let text = Text::new("promvet.yaml", block.as_bytes().to_vec());
        if let Err(wrong) = Policy::read(&text, "") {
            panic!("{block}: {wrong:?}");
        }
        count += 1;
    }
    let schema = json_schema();
    let keys = schema["properties"].as_object().unwrap();
    for key in keys.keys() {
        assert!(
            page.contains(&format!("`{key}`")),
            "{key} is not documented"
        );
    }
    assert!(count >= keys.len() / 2, "{count}");
}

/// A repository's own profile says where the settings of its own program are.
#[test]
fn a_repositorys_own_profile_names_the_settings_of_its_program() {
    let profile = "id: hub\nname: Hub\nrecognised: [{image: acme/hub}]\n\
                   urls: ['http[s]://<host>[<prefix*>]/in']\n\
                   credentials: [none]\nprogram:\n  images: [{name: acme/hub, port: 7000}]\n  paths: [/in]\n  \
                   settings: {port: {flag: listen}, prefix: {flag: base}}\n";
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    \
                   volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n  \
                   hub:\n    image: acme/hub:1\n    command: [--listen=:7001, --base=/hub]\n";
    for (url, want) in [
        ("http://hub:7001/hub/in", None),
        ("http://hub:7001/in", Some("below `/hub`")),
        ("http://hub:7000/hub/in", Some("listens on port 7001")),
    ] {
        let config = format!("remote_write:\n  - url: {url}\n");
        let tree = memory::tree(&[
            ("promvet.yaml", "receivers: [{file: hub.yaml}]\n"),
            ("hub.yaml", profile),
            ("compose.yaml", compose),
            ("prometheus.yml", &config),
        ]);
        let found = memory::found("/tree/prometheus.yml", &tree);
        let messages: Vec<_> = found.iter().map(|one| one.message.as_str()).collect();
        match want {
            None => assert!(messages.is_empty(), "{url}: {messages:?}"),
            Some(words) => {
                assert_eq!(messages.len(), 1, "{url}: {messages:?}");
                assert!(messages[0].contains(words), "{url}: {messages:?}");
            }
        }
    }
}

#[test]
fn overrides_name_the_releases_of_some_files() {
    let config = "global: {metric_name_validation_scheme: utf8}\n";
    let policy = "prometheus: '3.5'\noverrides:\n  - files: 'legacy/**'\n    prometheus: '2.53'\n";
    let tree = memory::tree(&[
        ("promvet.yaml", policy),
        ("prometheus.yml", config),
        ("legacy/prometheus.yml", config),
        // The nearest file decides.
        ("legacy/new/promvet.yaml", "prometheus: '3.5'\n"),
        ("legacy/new/prometheus.yml", config),
    ]);
    for (path, rules) in [
        ("/tree/prometheus.yml", &[][..]),
        ("/tree/legacy/prometheus.yml", &["schema/unavailable"]),
        ("/tree/legacy/new/prometheus.yml", &[]),
    ] {
        let found = memory::found(path, &tree);
        let found: Vec<_> = found.iter().map(|one| one.rule.to_string()).collect();
        assert_eq!(found, rules, "{path}");
    }
}
