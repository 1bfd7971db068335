//! The gate: whatever a change does to a configuration, `--config-from BASE --since BASE` shows it.
//!
//! Each case is a change that Prometheus loads, with a control: the same change around a
//! configuration without a fault, which passes.

use super::support::scratch::Scratch;

/// A configuration with a fault, and the same without it. `HOST` stands for what differs.
const CONFIG: &str = "remote_write:\n- url: HOST\n";
const BAD: &str = "mimir/api/v1/push";
const GOOD: &str = "https://mimir.example.com/api/v1/push";

const SYNTAX: &str = "remote-write/url-syntax";
const NO_LONGER_READ: &str = "files/no-longer-read";

/// What a file holds.
#[derive(Clone, Copy)]
enum As {
    Text(&'static str),
    Utf16Le(&'static str),
    Utf16Be(&'static str),
}

impl As {
    fn bytes(self, host: &str) -> Vec<u8> {
        match self {
            Self::Text(text) => text.replace("HOST", host).into_bytes(),
            Self::Utf16Le(text) => utf_16(&text.replace("HOST", host), u16::to_le_bytes),
            Self::Utf16Be(text) => utf_16(&text.replace("HOST", host), u16::to_be_bytes),
        }
    }
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

/// The old path, the new path, and the new content.
type Change = (&'static str, &'static str, As);

const fn text(old: &'static str, new: &'static str, content: &'static str) -> Change {
    (old, new, As::Text(content))
}

const NAMES: &[Change] = &[
    text("prometheus.yml", "prometheus.yml", CONFIG),
    text("prometheus.yml", "prometheus.conf", CONFIG),
    text("prometheus.yml", "prometheus", CONFIG),
    text(
        "prometheus.yml",
        "prometheus.json",
        "{\"remote_write\": [{\"url\": \"HOST\"}]}",
    ),
    text("prometheus.yml", ".prometheus.yml", CONFIG),
    text("prometheus.yml", ".d/prometheus.yml", CONFIG),
    text("prometheus.yml", "prometheus.yml.bak", CONFIG),
    text("prometheus.yml", "prometheus.yml.old", CONFIG),
    text("prometheus.yml", "prometheus.yml.orig", CONFIG),
    text("prometheus.yml", "prometheus.yml~", CONFIG),
    text("prometheus.yml", "config", CONFIG),
    text("prometheus.yml", "config.txt", CONFIG),
    text("prometheus.yml", "config.cfg", CONFIG),
    text("prometheus.yml", "config.toml", CONFIG),
    text("prometheus.yml", "config.YML.2026-11-01", CONFIG),
    text("prometheus.yml", "a b\n.c", CONFIG),
    text("prometheus.yml", "-", CONFIG),
    text("prometheus.yml", "größe", CONFIG),
    text("prometheus.yml", "Makefile", CONFIG),
    text("prometheus.yml", "Dockerfile", CONFIG),
    text("prometheus.yml", "ignored/config.yml", CONFIG),
    text("prometheus.yml", "promvet.yaml", CONFIG),
    text("prometheus.yml", "deep/.promvet.yaml", CONFIG),
    text("prometheus.yml", "deep/.ignored/x.lock", CONFIG),
    text("prometheus.yml", ".github/x/.y/config.ini", CONFIG),
    text("none.txt", "new.lst", CONFIG),
    text("config.cfg", "config.cfg", CONFIG),
];

const KEYS: &[Change] = &[
    text(
        "config.yml",
        "config.yml",
        "\"remote\\x5fwrite\":\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "\"remote\\u005fwrite\":\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "\"\\U00000072emote_write\":\n- \"u\\x72l\": HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "? \"remote_\\\n  write\"\n: - url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "{\"remote\\x5fwrite\": [{url: \"HOST\"}]}\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "{global: {}, \"remote\\x5fwrite\": [{url: \"HOST\"}]}\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "!!binary cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "!<tag:yaml.org,2002:binary> cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "%TAG !y! tag:yaml.org,2002:\n---\n!y!binary cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "? !!binary |\n  cmVtb3RlX3dy\n  aXRl\n: - url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "\"remote\\x5fwrite\":\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "\u{feff}\"remote\\x5fwrite\":\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "!!bin%61ry cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "!<tag:yaml.org,2002:%62inary> cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "{!<tag%3Ayaml.org%2C2002%3Abinar%79> cmVtb3RlX3dyaXRl: [{url: \"HOST\"}]}\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "%TAG ! tag:yaml.org,2002:\n---\n!binar%79 cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "%TAG !e! tag:yaml.org,2002:bin\n---\n!e!ary cmVtb3RlX3dyaXRl:\n- url: HOST\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "--- {\"remote\\x5fwrite\": [{url: \"HOST\"}]}\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "<<: {remote_write: [{url: \"HOST\"}]}\n",
    ),
    text(
        "config.yml",
        "config.cfg",
        "global: {external_labels: {a: &k remote_write}}\n*k : [{url: \"HOST\"}]\n",
    ),
    text(
        "config.yml",
        "config.yml",
        "? |-\n  remote_write\n: - url: HOST\n",
    ),
    ("config.yml", "config.yml", As::Utf16Le(CONFIG)),
    ("config.yml", "config.yml", As::Utf16Be(CONFIG)),
    ("config.yml", "settings", As::Utf16Le(CONFIG)),
];

/// A repository whose base holds a configuration without a fault, and whose last commit changes it.
fn changed((old, new, content): Change, host: &str) -> Scratch {
    let scratch = Scratch::repository(&[
        (old, &CONFIG.replace("HOST", GOOD)),
        (".gitignore", "ignored/\n.ignored\n"),
    ]);
    scratch.remove(old);
    scratch.file(new, content.bytes(host));
    scratch.git(&["add", "-A", "-f"]);
    scratch
}

#[test]
fn a_change_is_judged_by_content_whatever_its_name() {
    for change in NAMES {
        shows(*change);
    }
}

#[test]
fn keys_are_read_by_value() {
    for change in KEYS {
        shows(*change);
    }
}

fn shows(change: Change) {
    let (old, new, _) = change;
    for (host, expected) in [(BAD, 1), (GOOD, 0)] {
        let scratch = changed(change, host);
        let staged = scratch.promvet(&["--config-from", "main", "--staged"]);
        assert_eq!(
            staged.status,
            Some(expected),
            "{old} -> {new}: {}",
            staged.said()
        );
        scratch.commit("Change");
        let ran = scratch.promvet(&["--config-from", "main~", "--since", "main~"]);
        assert_eq!(ran.status, Some(expected), "{old} -> {new}: {}", ran.said());
        assert_eq!(ran.stdout.contains(SYNTAX), expected == 1, "{old} -> {new}");
        assert!(!ran.stdout.contains(NO_LONGER_READ), "{old} -> {new}");
    }
}

#[test]
fn what_is_not_added_to_git_yet_counts_unless_it_is_ignored() {
    let scratch = Scratch::repository(&[(".gitignore", "ignored\n")]);
    let gate = ["--config-from", "main", "--since", "main"];
    scratch.file("ignored", CONFIG.replace("HOST", BAD));
    assert_eq!(scratch.promvet(&gate).status, Some(0));
    scratch.file("settings", CONFIG.replace("HOST", BAD));
    assert_eq!(scratch.promvet(&gate).status, Some(1));
}

const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
                       ['FILE:/etc/prometheus/prometheus.yml']\n";

/// The last commit changes a file that a deployment starts Prometheus with.
fn started(deployment: &str, file: &str, beside: (&str, &str), host: &str) -> Scratch {
    let depth = "../".repeat(deployment.matches('/').count());
    let compose = COMPOSE.replace("FILE", &format!("./{depth}{file}"));
    let scratch = Scratch::repository(&[(file, &CONFIG.replace("HOST", GOOD))]);
    scratch.write(&[(deployment, &compose), beside]);
    scratch.git(&["add", "-A", "-f"]);
    scratch.commit("Base");
    scratch.file(file, CONFIG.replace("HOST", host));
    scratch.git(&["add", "-A", "-f"]);
    scratch.commit("Change");
    scratch
}

const GATE: [&str; 4] = ["--config-from", "main~", "--since", "main~"];

#[test]
fn what_is_started_is_judged_although_it_is_ignored() {
    for file in ["prom/prometheus.yml", "prom/.x/settings"] {
        for ignore in [".ignore", ".gitignore", "prom/.ignore"] {
            let patterns = if ignore == "prom/.ignore" {
                "*\n"
            } else {
                "prom/\n"
            };
            for (host, expected) in [(BAD, 1), (GOOD, 0)] {
                let scratch = started("compose.yml", file, (ignore, patterns), host);
                for args in [&GATE[..], &GATE[2..], &GATE[..2]] {
                    let ran = scratch.promvet(args);
                    let said = ran.said();
                    assert_eq!(
                        ran.status,
                        Some(expected),
                        "{file} {ignore} {args:?}: {said}"
                    );
                }
            }
        }
    }
    // What git does not track is not part of the change.
    let scratch = started("compose.yml", "a.yml", (".gitignore", "b.yml\n"), GOOD);
    scratch.write(&[("compose.yml", &COMPOSE.replace("FILE", "./b.yml"))]);
    scratch.commit("Start another one");
    scratch.file("b.yml", CONFIG.replace("HOST", BAD));
    assert_eq!(scratch.promvet(&GATE).status, Some(0));
}

#[test]
fn what_is_started_and_excluded_is_not_checked_if_it_changed() {
    let policy = ("promvet.yaml", "exclude: ['prom/**']\n");
    let scratch = started("compose.yml", "prom/prometheus.yml", policy, BAD);
    let gate = [&GATE[..], &["--require-coverage", "--format", "concise"]].concat();
    let ran = scratch.promvet(&gate);
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    assert!(
        ran.stdout
            .contains("unchecked promvet.yaml excludes this file"),
        "{}",
        ran.said()
    );
    assert_eq!(scratch.promvet(&GATE).status, Some(0));
    scratch.file("other", "x");
    scratch.commit("Another change");
    assert_eq!(scratch.promvet(&gate).status, Some(0));
}

#[test]
fn what_is_started_is_judged_outside_of_the_paths_that_were_named() {
    for paths in [
        &["deploy"][..],
        &["deploy/compose.yml"],
        &["deploy", "other"],
    ] {
        for (host, expected) in [(BAD, 1), (GOOD, 0)] {
            let other = ("other/x.yml", "a: b\n");
            let scratch = started("deploy/compose.yml", "prom/settings", other, host);
            let ran = scratch.promvet(&[&GATE[..], paths].concat());
            assert_eq!(ran.status, Some(expected), "{paths:?}: {}", ran.said());
            // Without a comparison, what was not named is left alone.
            assert_eq!(scratch.promvet(paths).status, Some(0), "{paths:?}");
        }
    }
}

#[test]
fn a_large_file_that_changed_is_listed_although_it_was_large_before() {
    let huge = format!(
        "{}{}",
        CONFIG.replace("HOST", GOOD),
        "# padding\n".repeat(7 * 1024 * 1024)
    );
    let scratch = Scratch::repository(&[("prometheus.yml", &huge), ("a.yml", "a: b\n")]);
    let gate = [&GATE[..], &["--require-coverage"]].concat();
    scratch.file("a.yml", "a: c\n");
    scratch.commit("Another change");
    assert_eq!(scratch.promvet(&gate).status, Some(0));
    scratch.file("prometheus.yml", huge.replace(GOOD, BAD));
    scratch.commit("Change");
    assert_eq!(scratch.promvet(&gate).status, Some(1));
}

#[test]
fn text_in_documents_and_source_code_is_not_a_configuration() {
    let scratch = Scratch::repository(&[]);
    let config = CONFIG.replace("HOST", BAD);
    let fenced = format!("# Title\n\n```yaml\n{config}```\n");
    let source = format!("CONFIG = \"\"\"\n{config}\"\"\"\n");
    scratch.write(&[("README.md", &fenced), ("x.py", &source), ("x.sh", &source)]);
    scratch.commit("Change");
    let gate = ["--config-from", "main~", "--since", "main~"];
    assert_eq!(scratch.promvet(&gate).status, Some(0));
}

#[test]
fn a_plain_walk_knows_some_more_names() {
    for name in [
        "prometheus.conf",
        "prometheus.json",
        "prom.bak",
        "prometheus.yml.bak",
        "my-prom.old",
        "prometheus.yml.orig",
        "prometheus",
        "PROM",
    ] {
        for (host, expected) in [(BAD, 1), (GOOD, 0)] {
            let scratch = Scratch::new(&[(name, &CONFIG.replace("HOST", host))]);
            assert_eq!(scratch.promvet(&[]).status, Some(expected), "{name}");
        }
    }
    let bad = CONFIG.replace("HOST", BAD);
    for (name, content) in [
        ("config.conf", bad.clone()),
        ("prometheus.md", bad.clone()),
        ("prometheus.py", bad.clone()),
        ("prometheus.conf", format!("{bad}\t[")),
        ("prometheus", format!("#!/bin/sh\ncat <<X\n{bad}X\n")),
    ] {
        let scratch = Scratch::new(&[(name, &content)]);
        assert_eq!(scratch.promvet(&[]).status, Some(0), "{name} {content}");
    }
}

#[test]
fn what_git_tracks_is_looked_at_although_it_is_ignored() {
    let bad = CONFIG.replace("HOST", BAD);
    let scratch = Scratch::repository(&[(".gitignore", "prometheus.yml\n")]);
    scratch.write(&[("prometheus.yml", &bad)]);
    assert_eq!(scratch.promvet(&[]).status, Some(0));
    scratch.git(&["add", "-f", "prometheus.yml"]);
    assert_eq!(scratch.promvet(&[]).status, Some(1));
    // What only promvet ignores stays ignored.
    scratch.write(&[(".ignore", "prometheus.yml\n")]);
    assert_eq!(scratch.promvet(&[]).status, Some(0));
}

/// Contents that a file that was checked can have, and is not checked any more.
#[test]
fn a_configuration_that_is_no_longer_read_is_a_finding() {
    let good = CONFIG.replace("HOST", GOOD);
    let compose = format!("services: {{}}\n{good}");
    let unknown = format!("{good}a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\n");
    let huge = format!("{good}{}", "# padding\n".repeat(7 * 1024 * 1024));
    let gzip: &[u8] = b"\x1f\x8b\x08\x00remote_write\x00\xff";
    let broken = format!("{good}\t[");
    let cases: [(&str, &[u8]); 9] = [
        ("config.yml", b"nothing: here\n"),
        ("config.yml", b""),
        ("config.yml", compose.as_bytes()),
        ("config.yml", unknown.as_bytes()),
        ("config.yml", huge.as_bytes()),
        ("config.yml", gzip),
        ("config.gz", gzip),
        ("config.cfg", broken.as_bytes()),
        ("docs/config.txt", b"---\n# nothing\n"),
    ];
    for (path, content) in cases {
        let scratch = Scratch::repository(&[("config.yml", &good)]);
        let gate = ["--config-from", "main~", "--since", "main~"];
        let staged = ["--config-from", "main", "--staged"];
        if path != "config.yml" {
            // A rename that git sees, before the content changes.
            scratch.write(&[("config.yml", &format!("{good}{}", "# x\n".repeat(200)))]);
            scratch.commit("Pad");
            let mut longer = format!("{good}{}", "# x\n".repeat(200)).into_bytes();
            longer.splice(..good.len(), content.iter().copied());
            scratch.remove("config.yml");
            scratch.file(path, longer);
        } else {
            scratch.file(path, content);
        }
        scratch.git(&["add", "-A"]);
        let ran = scratch.promvet(&staged);
        assert_eq!(ran.status, Some(1), "{path}: {}", ran.said());
        scratch.commit("Change");
        let ran = scratch.promvet(&gate);
        assert_eq!(ran.status, Some(1), "{path}: {}", ran.said());
        assert!(
            ran.stdout.contains(NO_LONGER_READ),
            "{path}: {}",
            ran.said()
        );
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_in_whose_place_something_else_is_is_a_finding() {
    let good = CONFIG.replace("HOST", GOOD);
    for target in ["/dev/zero", "nowhere.yml", "/etc/hostname"] {
        let scratch = Scratch::repository(&[("config.yml", &good)]);
        scratch.remove("config.yml");
        scratch.link("config.yml", target);
        scratch.commit("Change");
        let ran = scratch.promvet(&["--config-from", "main~", "--since", "main~"]);
        assert_eq!(ran.status, Some(1), "{target}: {}", ran.said());
        assert!(ran.stdout.contains(NO_LONGER_READ), "{target}");
    }
}

#[test]
fn what_is_deleted_or_read_under_another_name_is_not_a_finding() {
    let good = CONFIG.replace("HOST", GOOD);
    let gate = ["--config-from", "main~", "--since", "main~"];
    for name in [None, Some("other.yml"), Some("settings"), Some(".x/y")] {
        let scratch = Scratch::repository(&[("config.yml", &good), ("a.txt", "a")]);
        scratch.remove("config.yml");
        if let Some(name) = name {
            scratch.file(name, &good);
        }
        scratch.commit("Change");
        let ran = scratch.promvet(&gate);
        assert_eq!(ran.status, Some(0), "{name:?}: {}", ran.said());
        assert!(!ran.stdout.contains(NO_LONGER_READ), "{}", ran.said());
    }
}

/// A fault in place of another one is new; a secret in place of another one is not.
#[test]
fn a_fault_in_place_of_another_one_is_new() {
    let endpoint = |rest: &str| format!("remote_write:\n- name: one\n  {rest}\n");
    let job = |rest: &str| format!("scrape_configs:\n- job_name: one\n  {rest}\n");
    for (before, after, same) in [
        (
            endpoint("url: foo"),
            endpoint("url: ftp://evil"),
            endpoint("url: foo # x"),
        ),
        (
            endpoint("url: http://one.example.com/api/v1/push\n  bearer_token: x"),
            endpoint("url: http://two.example.com/api/v1/push\n  bearer_token: x"),
            endpoint("url: http://one.example.com/api/v1/push\n  bearer_token: y"),
        ),
        (
            endpoint("url: http://u:one@example.com/api/v1/push"),
            endpoint("url: http://u:one@evil.example.com/api/v1/push"),
            endpoint("url: http://u:two-longer@example.com/api/v1/push"),
        ),
        (
            endpoint("url: https://one.example.com/a\n  bearer_token: x"),
            endpoint("url: https://one.example.com/b\n  bearer_token: x"),
            endpoint("url: https://one.example.com/a\n  bearer_token: other"),
        ),
        (
            job("scrape_interval: 1x"),
            job("scrape_interval: 1q"),
            format!("# moved\n{}", job("scrape_interval: 1x")),
        ),
        (job("foo: 1"), job("bar: 1"), format!("\n{}", job("foo: 1"))),
        // The token is the same, and the value around it is not.
        (
            job("relabel_configs: [{source_labels: [a], target_label: b, regex: '(a'}]"),
            job("relabel_configs: [{source_labels: [a], target_label: b, regex: '(c'}]"),
            job("# x\n  relabel_configs: [{source_labels: [a], target_label: b, regex: '(a'}]"),
        ),
        (
            job("relabel_configs:\n  - target_label: b\n    regex: |-\n      x\n      (a"),
            job("relabel_configs:\n  - target_label: b\n    regex: |-\n      x\n      (c"),
            job("relabel_configs:\n  - target_label: b\n    regex: |-\n        x\n        (a"),
        ),
        // The value is hidden, and its fault is another one.
        (
            endpoint("url: https://one.example.com/a\n  bearer_token: 'Bearer abcabc'"),
            endpoint("url: https://one.example.com/a\n  bearer_token: 'ENC[AES256_GCM,data:x]'"),
            endpoint("url: https://one.example.com/a\n  bearer_token: 'Bearer xyzxyzxyz'"),
        ),
        (
            job(
                "basic_auth: {username: a}\n  oauth2: {client_id: a, token_url: 'https://a.example.com'}",
            ),
            job("bearer_token: abc\n  oauth2: {client_id: a, token_url: 'https://a.example.com'}"),
            job(
                "# x\n  basic_auth: {username: b}\n  oauth2: {client_id: a, token_url: 'https://a.example.com'}",
            ),
        ),
        // The text is not YAML, in another line or in the same.
        (
            job("metrics_path: 'a"),
            job("metrics_path: [a"),
            job("metrics_path: 'a"),
        ),
    ] {
        let scratch = Scratch::repository(&[("prometheus.yml", &before)]);
        let gate = [
            "--config-from",
            "main",
            "--since",
            "main",
            "--fail-on",
            "info",
        ];
        scratch.write(&[("prometheus.yml", &same)]);
        let ran = scratch.promvet(&gate);
        assert_eq!(ran.status, Some(0), "{before}{same}{}", ran.said());
        scratch.write(&[("prometheus.yml", &after)]);
        let ran = scratch.promvet(&gate);
        assert_eq!(ran.status, Some(1), "{before}{after}{}", ran.said());
    }
}

#[test]
fn a_fingerprint_holds_nothing_of_a_secret() {
    let names = |secret: &str| {
        let config = format!(
            "remote_write:\n- url: http://user:{secret}@one.example.com/api/v1/push\n- name: two\n  \
             url: http://two.example.com/api/v1/push\n  basic_auth: {{username: u, password: {secret}}}\n"
        );
        let scratch = Scratch::new(&[("prometheus.yml", &config)]);
        let json = scratch.json(&[]);
        let found = json["findings"].as_array().unwrap().iter();
        let names = found.map(|one| (one["rule"].to_string(), one["fingerprint"].to_string()));
        names.collect::<Vec<_>>()
    };
    let one = names("hunter2");
    assert!(one.len() >= 2, "{one:?}");
    assert_eq!(one, names("another-one-that-is-much-longer"));
}

#[test]
fn an_empty_first_document_and_many_unknown_keys_are_those_of_a_configuration() {
    let config = CONFIG.replace("HOST", GOOD);
    let unknown = "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\n";
    for content in [
        format!("---\n---\n{config}"),
        format!("# Only a comment.\n---\n{config}"),
        format!("{config}{unknown}"),
        format!("global: {{scrape_interval: 1m}}\n{unknown}"),
    ] {
        let scratch = Scratch::new(&[("prometheus.yml", &content)]);
        let json = scratch.json(&[]);
        assert_eq!(json["summary"]["configurations"], 1, "{content}{json}");
    }
}

/// Prometheus loads its defaults from a first document that is empty, and says nothing.
#[test]
fn an_empty_first_document_is_an_error_before_a_configuration() {
    let config = CONFIG.replace("HOST", GOOD);
    for name in ["prometheus.yml", "settings.cfg", "prometheus.yml.j2"] {
        for (before, is_shown) in [
            ("---\n---\n", true),
            ("# Site\n---\n# x\n---\n", true),
            ("{}\n---\n", true),
            ("~\n---\n", true),
            ("---\n---\na: b\n---\n", true),
            ("---\n", false),
            ("# Site\n---\n", false),
            ("%YAML 1.1\n# x\n---\n", false),
        ] {
            let scratch = Scratch::repository(&[(name, &config)]);
            scratch.write(&[(name, &format!("{before}{config}"))]);
            scratch.commit("Change");
            let ran = scratch.promvet(&[&GATE[..], &["--fail-on", "warning"]].concat());
            let said = ran.said();
            assert_eq!(
                ran.status,
                Some(i32::from(is_shown)),
                "{name} {before}{said}"
            );
            assert_eq!(said.contains("schema/extra-document"), is_shown, "{said}");
        }
        // What follows says nothing of Prometheus, or something fills the first document.
        for content in [
            "---\n---\na: b\n".to_owned(),
            format!("{{{{ include \"x\" }}}}\n---\n{config}"),
        ] {
            let scratch = Scratch::new(&[(name, &content)]);
            let ran = scratch.promvet(&["--fail-on", "warning"]);
            assert_eq!(ran.status, Some(0), "{name} {content}{}", ran.said());
        }
    }
}

/// Formats that list what was not checked.
#[test]
fn what_is_too_large_is_not_checked_in_every_format() {
    let scratch = Scratch::new(&[]);
    let config = CONFIG.replace("HOST", GOOD);
    let huge = format!("{config}{}", "# padding\n".repeat(7 * 1024 * 1024));
    scratch.write(&[("big.yml", &huge), ("prometheus.yml", &config)]);
    for format in [
        "human",
        "json",
        "json-lines",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
        "markdown",
        "concise",
    ] {
        let ran = scratch.promvet(&["--format", format]);
        assert_eq!(ran.status, Some(0), "{format}: {}", ran.said());
        assert!(ran.stdout.contains("big.yml"), "{format}: {}", ran.said());
    }
    let ran = scratch.promvet(&["--format", "openmetrics"]);
    assert!(ran.stdout.contains("promvet_unchecked 1"), "{}", ran.said());
    for args in [&["audit"][..], &["files"]] {
        let ran = scratch.promvet(args);
        assert!(ran.stdout.contains("big.yml"), "{args:?}: {}", ran.said());
    }
    assert_eq!(scratch.promvet(&["--require-coverage"]).status, Some(1));
}

/// A line of `files` is one line, and no command to a CI system.
#[test]
fn names_of_files_are_neutralized() {
    let config = CONFIG.replace("HOST", GOOD);
    for name in [
        "::error::x.yml",
        "a\u{2028}b.yml",
        "a\u{1b}[31mb.yml",
        "a\nb.yml",
    ] {
        let scratch = Scratch::new(&[(name, &config)]);
        let ran = scratch.promvet(&["files"]);
        assert_eq!(ran.lines().len(), 1, "{name:?}");
        assert!(!ran.stdout.starts_with("::"), "{}", ran.stdout);
        assert!(!ran.stdout.contains(['\u{2028}', '\u{1b}']), "{name:?}");
        let ran = scratch.promvet(&["explain", name]);
        let said = ran.said();
        assert!(!said.lines().any(|line| line.starts_with("::")), "{said}");
        assert!(!said.contains(['\u{2028}', '\u{1b}']), "{name:?}");
    }
}

/// What a baseline of the first version accepts stays accepted; it is rewritten on request.
#[test]
fn a_baseline_of_the_first_version_is_read_as_before() {
    let endpoint =
        |url: &str| format!("remote_write:\n- name: one\n  url: {url}\n  bearer_token: x\n");
    let plain = "http://one.example.com/api/v1/push";
    let scratch = Scratch::new(&[("prometheus.yml", &endpoint(plain))]);
    let check = ["--baseline", "promvet-baseline.json", "--fail-on", "info"];
    assert_eq!(scratch.promvet(&["baseline"]).status, Some(0));
    let second = scratch.read("promvet-baseline.json");
    assert!(second.contains("\"version\": 2"), "{second}");
    let ran = scratch.promvet(&check);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    assert!(!ran.stderr.contains("version 1"), "{}", ran.stderr);
    // The fault of another endpoint with the same name is not accepted.
    scratch.write(&[(
        "prometheus.yml",
        &endpoint("http://two.example.com/api/v1/push"),
    )]);
    assert_eq!(scratch.promvet(&check).status, Some(1));

    let to = format!(" -> {plain}");
    assert!(second.contains(&to), "{second}");
    let first = second
        .replace(&to, "")
        .replace(&format!("\"value\": \"{plain}\""), "\"value\": \"http\"")
        .replace("\"version\": 2", "\"version\": 1");
    scratch.write(&[
        ("promvet-baseline.json", &first),
        ("prometheus.yml", &endpoint(plain)),
    ]);
    let ran = scratch.promvet(&check);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    assert!(
        ran.stderr.contains("`promvet baseline` rewrites it"),
        "{}",
        ran.stderr
    );
    let ran = scratch.promvet(&["baseline", "--prune"]);
    assert_eq!(
        scratch.read("promvet-baseline.json"),
        first,
        "{}",
        ran.said()
    );
    let ran = scratch.promvet(&["baseline"]);
    assert_eq!(
        scratch.read("promvet-baseline.json"),
        second,
        "{}",
        ran.said()
    );
    assert!(!ran.stdout.contains("no longer"), "{}", ran.stdout);
}

#[test]
fn a_base_whose_policy_is_a_configuration_is_named_as_the_reason() {
    let config = CONFIG.replace("HOST", GOOD);
    let scratch = Scratch::repository(&[("promvet.yaml", &config)]);
    let ran = scratch.promvet(&[]);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    let why = "promvet.yaml:1:1: `remote_write` belongs to a Prometheus configuration, and promvet reads \
               this file as its policy; give the configuration another name";
    assert!(ran.stderr.contains(why), "{}", ran.said());
    // The change that mends it: the base has no say in its own policy without --config-from.
    scratch.git(&["mv", "promvet.yaml", "prometheus.yml"]);
    scratch.commit("Rename");
    let ran = scratch.promvet(&GATE);
    assert_eq!(ran.status, Some(2), "{}", ran.said());
    assert!(ran.stderr.contains(why), "{}", ran.said());
    let note = "the policy of main~ has errors, so --config-from cannot use it";
    assert!(ran.stderr.contains(note), "{}", ran.said());
    assert!(!ran.stderr.contains("made without it"), "{}", ran.said());
    let ran = scratch.promvet(&GATE[2..]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    scratch.file("prometheus.yml", CONFIG.replace("HOST", BAD));
    let ran = scratch.promvet(&GATE[2..]);
    assert_eq!(ran.status, Some(1), "{}", ran.said());
    // A policy with one such key is a policy with a slip.
    let scratch = Scratch::new(&[("promvet.yaml", "rules: {}\nremote_write: []\n")]);
    let ran = scratch.promvet(&[]);
    assert!(
        ran.stderr.contains("unknown key `remote_write`"),
        "{}",
        ran.said()
    );
}
