//! A file that is not what a reference, a link or an argument takes it for is named, and no line of it
//! is shown.

use std::process::Command;

use crate::support::program::{PROMVET, Ran, promvet};
use crate::support::scratch::Scratch;

use super::COMMANDS;

/// Files that are nothing that promvet reads: path, content, and what of it may be seen nowhere.
const FILES: &[(&str, &str, &[&str])] = &[
    (
        ".env",
        "DB_PASS=made-up-1\nwords of a letter\nPLAIN_NAME: gooseberry\n",
        &["made-up-1", "words of", "PLAIN_NAME", "gooseberry"],
    ),
    (
        "id_rsa",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n\
         -----END OPENSSH PRIVATE KEY-----\n",
        &["b3BlbnNz", "AEbm9uZQ", "BEGIN OPENSSH"],
    ),
    (
        "shadow",
        "root:$6$salt.salt$Vb8Kq0a1MeW2:19000:0:99999:7:::\nlp:*:19001:0:99999:7:::\n",
        &["salt.salt", "Vb8Kq0a1", "19000", "19001"],
    ),
    (
        "netrc",
        "machine h.example\n  login elderberry\n  password quince-and-medlar\n",
        &["elderberry", "quince", "medlar"],
    ),
    (
        "auths.json",
        "{\"auths\": {\"registry.example\": {\"auth\": \"ZWxkZXJiZXJyeTpxdWluY2U\"}}}\n",
        &["ZWxkZXJi", "registry.example"],
    ),
    (
        "notes.yaml",
        "# mulberry, in confidence\nsloe_plan: [damson, greengage]\nnext: {cherry-plum: mirabelle}\n",
        &["mulberry", "damson", "greengage", "mirabelle"],
    ),
    (
        "list.yml",
        "- cloudberry words\n- lingonberry words\n",
        &["cloudberry", "lingonberry"],
    ),
];

/// Files that refer to `F`: each is a path and a content.
const REFERENCES: &[&[(&str, &str)]] = &[
    &[(
        "prometheus.yml",
        "rule_files: [F]\nscrape_config_files: [F]\nscrape_configs:\n\
         - job_name: a\n  file_sd_configs: [{files: [F]}]\n  bearer_token_file: F\n\
         \u{20} tls_config: {ca_file: F, cert_file: F, key_file: F}\n\
         - job_name: b\n  basic_auth: {username: u, password_file: F}\n\
         - job_name: c\n  authorization: {credentials_file: F}\n\
         remote_write:\n- url: https://h.example/x\n  tls_config: {ca_file: F, cert_file: F, key_file: F}\n\
         \u{20} oauth2: {client_id: a, client_secret_file: F, token_url: 'https://h.example/t'}\n",
    )],
    &[
        (
            "compose.yml",
            "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    env_file: [F]\n\
             \u{20}   extends: {file: F, service: x}\n\
             \u{20}   command: [--config.file=/etc/prometheus/p.yml, --web.config.file=/etc/prometheus/w.yml]\n\
             \u{20}   volumes: ['./F:/etc/prometheus/p.yml', './F:/etc/prometheus/w.yml']\n\
             \u{20}   configs: [c]\n    secrets: [s]\n\
             configs: {c: {file: F}}\nsecrets: {s: {file: F}}\ninclude: [F]\n",
        ),
        ("p.yml", "scrape_configs: []\n"),
    ],
    &[
        (
            "Dockerfile",
            "FROM prom/prometheus:v3.1.0\nCOPY F /etc/prometheus/prometheus.yml\n\
             ADD F /etc/prometheus/rules.yml\nENV A=$(cat F)\n",
        ),
        (
            "prometheus.yml",
            "rule_files: [/etc/prometheus/rules.yml]\nscrape_configs: []\n",
        ),
    ],
    &[
        (
            "kustomization.yaml",
            "kind: Kustomization\nsecretGenerator:\n- name: s\n  files: [F]\n  envs: [F]\n\
             configMapGenerator:\n- name: c\n  files: [prometheus.yml=F]\nresources: [F]\npatches: [{path: F}]\n",
        ),
        (
            "d.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nspec:\n  template:\n    spec:\n\
             \u{20}     containers:\n      - image: prom/prometheus\n        volumeMounts: [{name: v, mountPath: /etc/prometheus}]\n\
             \u{20}     volumes: [{name: v, configMap: {name: c}}]\n",
        ),
        ("prometheus.yml", "scrape_configs: []\n"),
    ],
    &[("promvet.yaml", "extends: [F]\n")],
    &[("promvet.yaml", "rule_folders: [F]\n")],
    &[("promvet.yaml", "receivers: [{file: F}]\n")],
    &[(
        "promvet.yaml",
        "opstrace: {instances: [{name: a, config: F}]}\n",
    )],
    &[
        (
            "promvet.yaml",
            "mounts: [{path: /etc/prometheus, from: .}]\n",
        ),
        (
            "prometheus.yml",
            "rule_files: [/etc/prometheus/F]\nscrape_configs: []\n",
        ),
    ],
];

/// What shows something of a tree, whatever is in it.
const MORE: &[&[&str]] = &[
    &["files"],
    &["files", "--format", "json"],
    &["check", "--verbose"],
    &["check", "--baseline", "F"],
    &["check", "--config", "F"],
    &["check", "F"],
    &["check", "F", "--format", "json"],
    &["check", "F", "--format", "sarif"],
    &["check", "--if-recognised", "F"],
    &["audit", "F"],
    &["config", "F"],
    &["suppressions", "F"],
    &["test", "F"],
    &["explain", "F"],
    &["baseline"],
];

/// Which words of a file a tree's commands show.
fn shown(scratch: &Scratch, file: &str, words: &[&str], commands: &[&[&str]]) -> Vec<String> {
    let mut out = Vec::new();
    for command in commands {
        let arguments: Vec<String> = command.iter().map(|it| it.replace('F', file)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut said = promvet(scratch.path(), &arguments).said();
        let baseline = scratch.at("promvet-baseline.json");
        if !baseline.is_symlink() {
            said.push_str(&std::fs::read_to_string(baseline).unwrap_or_default());
        }
        let seen = words.iter().filter(|word| said.contains(**word));
        out.extend(seen.map(|word| format!("{}: {word}\n{said}", arguments.join(" "))));
    }
    out
}

#[test]
fn no_line_of_a_file_that_is_something_else_is_shown() {
    for (number, references) in REFERENCES.iter().enumerate() {
        for (turn, (file, content, words)) in FILES.iter().enumerate() {
            let scratch = Scratch::new(&[(file, content)]);
            for (path, reference) in *references {
                scratch.file(path, reference.replace('F', file));
            }
            // Each pair meets the format that quotes most, and in turn a part of the others.
            let others = COMMANDS
                .iter()
                .chain(MORE)
                .skip((number + turn) % 8)
                .step_by(8);
            let commands: Vec<&[&str]> = others.copied().chain([&["check"][..]]).collect();
            assert_eq!(
                shown(&scratch, file, words, &commands),
                Vec::<String>::new(),
                "{file}"
            );
        }
    }
}

/// Names under which promvet reads a file whatever is in it.
#[cfg(unix)]
const NAMES: &[&str] = &[
    "prometheus.yml",
    "compose.yml",
    "Dockerfile",
    "promvet.yaml",
    "promvet-baseline.json",
    "CODEOWNERS",
    "rules/acme/page.md",
    "alerts.rules.yml",
];

#[cfg(unix)]
#[test]
fn a_link_under_the_name_of_something_else_shows_nothing() {
    for (turn, (file, content, words)) in FILES.iter().enumerate() {
        for (number, name) in NAMES.iter().enumerate() {
            let scratch = Scratch::new(&[(file, content), ("rules/acme/README.md", "")]);
            let up = "../".repeat(name.matches('/').count());
            std::os::unix::fs::symlink(format!("{up}{file}"), scratch.at(name)).unwrap();
            let others = COMMANDS
                .iter()
                .chain(MORE)
                .skip((number + turn) % 8)
                .step_by(8);
            let commands: Vec<&[&str]> = others.copied().chain([&["check", "."][..]]).collect();
            assert_eq!(
                shown(&scratch, name, words, &commands),
                Vec::<String>::new(),
                "{name} → {file}"
            );
        }
    }
}

/// The output for a configuration on standard input.
#[cfg(unix)]
fn fed(scratch: &Scratch, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(PROMVET);
    command.current_dir(scratch.path()).args(arguments);
    Ran::fed(&mut command, input).unwrap().said()
}

#[cfg(unix)]
#[test]
fn no_link_out_of_the_repository_is_followed_where_the_user_chose_no_names() {
    let config = "rule_files: [r.yml]\nscrape_config_files: [s.yml]\nscrape_configs:\n\
        - job_name: a\n  file_sd_configs: [{files: [t.json]}]\n";
    let outside = Scratch::new(&[
        ("prometheus.yml", config),
        ("r.yml", "groups:\n- name: elderberry\n  damson: 1\n"),
        (
            "s.yml",
            "scrape_configs:\n- job_name: elderberry\n  damson: 1\n",
        ),
        (
            "t.json",
            "[{\"targets\": [\"elderberry:x\"], \"damson\": 1}]",
        ),
    ]);
    let scratch = Scratch::new(&[("sub/prometheus.yml", config)]);
    scratch.git(&["init", "-q"]);
    for (link, to) in [
        ("linked.yml", "prometheus.yml"),
        ("folder", ""),
        ("sub/r.yml", "r.yml"),
        ("sub/s.yml", "s.yml"),
        ("sub/t.json", "t.json"),
    ] {
        std::os::unix::fs::symlink(outside.at(to), scratch.at(link)).unwrap();
    }
    // Somebody who names a link means what it leads to.
    let named = promvet(scratch.path(), &["check", "folder"]).said();
    assert!(named.contains("damson"), "{named}");
    let mut outputs = vec![promvet(scratch.path(), &["check", "."]).said()];
    for path in [
        "linked.yml",
        "folder",
        "folder/prometheus.yml",
        "sub/prometheus.yml",
        "sub",
    ] {
        outputs.push(promvet(scratch.path(), &["check", "--if-recognised", path]).said());
        outputs.push(fed(
            &scratch,
            &["check", "--stdin-filename", path, "-"],
            config,
        ));
        outputs.push(fed(
            &scratch,
            &["check", "--stdin-filename", "x.yml", "-", path],
            config,
        ));
    }
    for said in outputs {
        assert!(
            !said.contains("elderberry") && !said.contains("damson"),
            "{said}"
        );
    }
}

/// Compose files that take `${API_TOKEN}` from a `.env` file, which is not in the repository.
const FILLED_IN: &[&str] = &[
    "    command: --config.file=${API_TOKEN}\n",
    "    command: [--config.file=/etc/${API_TOKEN}.yml]\n",
    "    command: ['--${API_TOKEN}', '--log.level=${API_TOKEN}']\n",
    "    volumes: ['./prometheus.yml:/etc/prometheus/${API_TOKEN}']\n",
    "    volumes: ['./${API_TOKEN}:/etc/prometheus/prometheus.yml']\n",
    "    volumes: ['${API_TOKEN}:/etc/prometheus/', './prometheus.yml:/etc/prometheus/prometheus.yml']\n",
    "    configs: ['${API_TOKEN}']\n",
    "    configs: [{source: '${API_TOKEN}', target: /etc/prometheus/prometheus.yml}]\n",
    "    configs: [{source: c, target: '/x/${API_TOKEN}'}]\nconfigs: {c: {file: prometheus.yml}}\n",
    "    secrets: ['${API_TOKEN}']\n    working_dir: /${API_TOKEN}\n    command: [--config.file=p.yml]\n",
    "    extends: {service: '${API_TOKEN}', file: '${API_TOKEN}'}\n",
];

#[test]
fn what_compose_takes_from_an_environment_file_is_not_shown() {
    for (turn, rest) in FILLED_IN.iter().enumerate() {
        for secret in [
            "made-up-secret",
            "Kagiba642bomogo!",
            "4a5f0c1d8be24f7791c3a6d2e0f9b788",
        ] {
            // A word is a secret by the name of its variable, others whatever the name is.
            let name = if secret.starts_with("made") {
                "API_TOKEN"
            } else {
                "WHATEVER"
            };
            let compose = format!("services:\n  p:\n    image: prom/prometheus\n{rest}");
            let scratch = Scratch::new(&[
                (".env", &format!("{name}={secret}\n")),
                ("compose.yml", &compose.replace("API_TOKEN", name)),
                (
                    "prometheus.yml",
                    "remote_write:\n- url: https://h.example.com/x\n  bearer_token_file: /run/tok\n",
                ),
            ]);
            let others = COMMANDS.iter().chain(MORE).skip(turn % 8).step_by(8);
            let commands: Vec<&[&str]> = others.copied().chain([&["check"][..]]).collect();
            let seen = shown(&scratch, "compose.yml", &[secret], &commands);
            assert_eq!(seen, Vec::<String>::new(), "{rest}");
        }
    }
}

/// Values that are shown of a file in the repository, or could be taken for such.
const PLAIN: &[(&str, &str)] = &[
    ("PGPASS", "correct-horse-battery"),
    ("LOGIN", "hunter2"),
    ("WHATEVER", "/damson/elderberry"),
    ("TAG", "elderberry"),
];

#[test]
fn an_environment_file_that_is_not_in_the_repository_is_not_shown() {
    for (name, value) in PLAIN {
        for is_ignored in [true, false] {
            let compose = format!(
                "services:\n  p:\n    image: prom/prometheus\n    command: --config.file=${{{name}}}\n"
            );
            let scratch = Scratch::new(&[
                (".gitignore", if is_ignored { ".env\n" } else { "" }),
                ("compose.yml", &compose),
                (
                    "prometheus.yml",
                    "remote_write:\n- url: https://h.example.com/x\n",
                ),
            ]);
            scratch.git(&["init", "-q"]);
            scratch.commit("First");
            scratch.file(".env", format!("{name}={value}\n"));
            let seen = shown(&scratch, "compose.yml", &[value], &[&["check"]]);
            assert_eq!(seen, Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn a_path_of_an_environment_file_is_shown() {
    let scratch = Scratch::new(&[
        (".env", "CONFIG=/srv/conf/prometheus.yml\n"),
        (
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    command: --config.file=${CONFIG}\n",
        ),
        ("prometheus.yml", "scrape_configs: []\n"),
    ]);
    let said = promvet(scratch.path(), &["check"]).said();
    assert!(said.contains("/srv/conf/prometheus.yml"), "{said}");
}

#[test]
fn a_file_that_is_something_else_is_named_and_not_quoted() {
    let scratch = Scratch::new(&[
        (".env", "DB_PASS=made-up-1\nwords of a letter\n"),
        (
            "prometheus.yml",
            "rule_files: [.env]\nscrape_config_files: [.env]\nscrape_configs: []\n",
        ),
    ]);
    let said = promvet(scratch.path(), &["check"]).said();
    assert!(said.contains(".env:1"), "{said}");
    for words in ["made-up-1", "words of a letter"] {
        assert!(!said.contains(words), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_leads_to_where_the_system_shows_itself() {
    let config = "rule_files: [environ, proc/self/environ, /proc/self/environ]\n\
        scrape_config_files: [environ]\n\
        scrape_configs:\n\
        - job_name: a\n  file_sd_configs: [{files: [environ.json]}]\n  tls_config: {ca_file: environ}\n";
    let scratch = Scratch::new(&[("prometheus.yml", config)]);
    for (link, to) in [
        ("environ", "/proc/self/environ"),
        ("environ.json", "/proc/self/environ"),
        ("linked.yml", "/proc/self/environ"),
        ("proc", "/proc"),
    ] {
        std::os::unix::fs::symlink(to, scratch.at(link)).unwrap();
    }
    for named in [
        ".",
        "linked.yml",
        "proc",
        "/proc/self/environ",
        "/sys/kernel",
    ] {
        let said = promvet(scratch.path(), &["check", named]).said();
        // Every process of a test has it.
        assert!(!said.contains("CARGO"), "{named}: {said}");
    }
    let said = promvet(scratch.path(), &["check", "linked.yml"]).said();
    assert!(said.contains("/proc, /sys or /dev"), "{said}");
}
