//! A fault that is old is new to a program that loads the file only now.
#![cfg(unix)]

use crate::changes::gate;
use crate::support::scratch::Scratch;

const GOOD: &str = "remote_write:\n- url: https://ok.example.com/api/v1/push\n";
const BAD: &str = "remote_write:\n- url: foo\n";

/// The base holds `a/prometheus.yml`, which is good, and `b/prometheus.yml`, which is bad.
struct Change {
    name: &'static str,
    file: &'static str,
    before: &'static str,
    after: &'static str,
}

const CHANGES: &[Change] = &[
    Change {
        name: "the file that a compose file mounts",
        file: "compose.yml",
        before: "services: {p: {image: prom/prometheus, volumes: ['./a/prometheus.yml:/etc/prometheus/prometheus.yml']}}\n",
        after: "services: {p: {image: prom/prometheus, volumes: ['./b/prometheus.yml:/etc/prometheus/prometheus.yml']}}\n",
    },
    Change {
        name: "the folder that a compose file mounts",
        file: "compose.yml",
        before: "services: {p: {image: prom/prometheus, volumes: ['./a:/etc/prometheus']}}\n",
        after: "services: {p: {image: prom/prometheus, volumes: ['./b:/etc/prometheus']}}\n",
    },
    Change {
        name: "the flag",
        file: "compose.yml",
        before: "services: {p: {image: prom/prometheus, command: [--config.file=/c/a/prometheus.yml], volumes: ['.:/c']}}\n",
        after: "services: {p: {image: prom/prometheus, command: [--config.file=/c/b/prometheus.yml], volumes: ['.:/c']}}\n",
    },
    Change {
        name: "a first compose file",
        file: "compose.yml",
        before: "services: {}\n",
        after: "services: {p: {image: prom/prometheus, volumes: ['./b/prometheus.yml:/etc/prometheus/prometheus.yml']}}\n",
    },
    Change {
        name: "what an image holds",
        file: "Dockerfile",
        before: "FROM prom/prometheus\nCOPY a/prometheus.yml /etc/prometheus/\n",
        after: "FROM prom/prometheus\nCOPY b/prometheus.yml /etc/prometheus/\n",
    },
    Change {
        name: "the flag of a unit of systemd",
        file: "prometheus.service",
        before: "[Service]\nExecStart=/bin/prometheus --config.file=/srv/a/prometheus.yml\n",
        after: "[Service]\nExecStart=/bin/prometheus --config.file=/srv/b/prometheus.yml\n",
    },
    Change {
        name: "the flag in a script",
        file: "run.sh",
        before: "#!/bin/sh\nexec prometheus --config.file=a/prometheus.yml\n",
        after: "#!/bin/sh\nexec prometheus --config.file=b/prometheus.yml\n",
    },
    Change {
        name: "the key of a ConfigMap",
        file: "pod.yaml",
        before: "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: p, image: prom/prometheus, args: [--config.file=/c/a.yml], volumeMounts: [{name: c, mountPath: /c}]}\n  volumes: [{name: c, configMap: {name: c}}]\n",
        after: "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: p, image: prom/prometheus, args: [--config.file=/c/b.yml], volumeMounts: [{name: c, mountPath: /c}]}\n  volumes: [{name: c, configMap: {name: c}}]\n",
    },
];

/// The same by texts that promvet does not read as deployments, and by Dockerfiles that are built.
const NAMED: &[Change] = &[
    Change {
        name: "a second compose file",
        file: "more/compose.yml",
        before: "services: {}\n",
        after: "services: {p: {image: prom/prometheus, volumes: ['../b/prometheus.yml:/etc/prometheus/prometheus.yml']}}\n",
    },
    Change {
        name: "the folder that is built",
        file: "compose.yml",
        before: "services: {p: {build: ./a}}\n",
        after: "services: {p: {build: ./b}}\n",
    },
    Change {
        name: "an argument of what is built",
        file: "compose.yml",
        before: "services: {p: {build: {context: ., args: {CONF: a/prometheus.yml}}}}\n",
        after: "services: {p: {build: {context: ., args: {CONF: b/prometheus.yml}}}}\n",
    },
    Change {
        name: "a resource of Terraform",
        file: "main.tf",
        before: "data = { \"prometheus.yml\" = file(\"${path.module}/a/prometheus.yml\") }\n",
        after: "data = { \"prometheus.yml\" = file(\"${path.module}/b/prometheus.yml\") }\n",
    },
    Change {
        name: "a state of Salt",
        file: "init.sls",
        before: "/etc/prometheus/prometheus.yml:\n  file.managed:\n  - source: salt://a/prometheus.yml\n",
        after: "/etc/prometheus/prometheus.yml:\n  file.managed:\n  - source: salt://b/prometheus.yml\n",
    },
    Change {
        name: "a config of Swarm",
        file: "up.sh",
        before: "docker config create prom a/prometheus.yml\n",
        after: "docker config create prom b/prometheus.yml\n",
    },
    Change {
        name: "a command behind a check",
        file: "up.sh",
        before: "promtool --version && docker config create prom a/prometheus.yml\n",
        after: "promtool --version && docker config create prom b/prometheus.yml\n",
    },
    Change {
        name: "a file for values of a chart",
        file: "up.sh",
        before: "helm upgrade p ./chart --set-file server.config=./a/prometheus.yml\n",
        after: "helm upgrade p ./chart --set-file server.config=./b/prometheus.yml\n",
    },
    Change {
        name: "a service of launchd",
        file: "p.plist",
        before: "<array><string>prometheus</string><string>--config.file=/srv/a/prometheus.yml</string></array>\n",
        after: "<array><string>prometheus</string><string>--config.file=/srv/b/prometheus.yml</string></array>\n",
    },
];

const MAP: &str = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  a.yml: |\n    remote_write: [{url: 'https://ok.example.com/api/v1/push'}]\n  b.yml: |\n    remote_write: [{url: foo}]\n";

const DOCKERFILE: &str = "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n";
const BUILT: &str =
    "FROM prom/prometheus\nARG CONF=a/prometheus.yml\nCOPY $CONF /etc/prometheus/prometheus.yml\n";

fn base(change: &Change, content: &str) -> Scratch {
    Scratch::repository(&[
        ("a/prometheus.yml", GOOD),
        ("b/prometheus.yml", BAD),
        ("map.yaml", MAP),
        ("Dockerfile", BUILT),
        ("a/Dockerfile", DOCKERFILE),
        ("b/Dockerfile", DOCKERFILE),
        (change.file, content),
    ])
}

/// The findings about the URL that a change shows.
fn shown(scratch: &Scratch) -> usize {
    scratch.commit("Second");
    let said = gate(scratch).unwrap_or_default();
    said.matches("remote-write/url-syntax").count()
}

#[test]
fn what_a_change_loads_for_the_first_time_is_new() {
    for change in CHANGES.iter().chain(NAMED) {
        let scratch = base(change, change.before);
        scratch.file(change.file, change.after);
        assert_eq!(shown(&scratch), 1, "{}", change.name);
    }
}

#[test]
fn what_was_loaded_before_stays_old() {
    for change in CHANGES.iter().chain(NAMED) {
        // Both trees load it; the change is another one.
        let scratch = base(change, change.after);
        scratch.file("README", "new\n");
        assert_eq!(shown(&scratch), 0, "{}", change.name);
        // Neither does.
        let scratch = base(change, change.before);
        scratch.file("README", "new\n");
        assert_eq!(shown(&scratch), 0, "{}", change.name);
        // The file is called something else since.
        let scratch = base(change, change.after);
        if change.after.contains("b/prometheus.yml") {
            scratch.git(&["mv", "b", "c"]);
            scratch.file(
                change.file,
                change.after.replace("b/prometheus.yml", "c/prometheus.yml"),
            );
            assert_eq!(shown(&scratch), 0, "{}, renamed", change.name);
        }
    }
}

#[test]
fn a_list_of_paths_loads_nothing() {
    for (file, content) in [
        ("CODEOWNERS", "b/prometheus.yml @a\n"),
        (".prettierignore", "b/prometheus.yml\n"),
        (
            ".github/workflows/a.yml",
            "on: {push: {paths: [b/prometheus.yml]}}\njobs: {}\n",
        ),
        ("README.md", "See b/prometheus.yml\n"),
        ("run.sh", "cat /etc/b/prometheus.yml\n"),
        ("run.sh", "cat c/prometheus.yml\n"),
        (
            "gl-code-quality-report.json",
            "[{\"location\": {\"path\": \"b/prometheus.yml\"}}]\n",
        ),
        ("promvet.xml", "<testcase file=\"b/prometheus.yml\"/>\n"),
        (
            "Makefile",
            "check:\n\tpromtool check config b/prometheus.yml\n",
        ),
        (
            ".gitlab-ci.yml",
            "check: {script: [./check b/prometheus.yml]}\n",
        ),
        (
            "more/compose.yml",
            "services: {p: {image: prom/prometheus, user: root}}\n",
        ),
    ] {
        let scratch = Scratch::repository(&[("a/prometheus.yml", GOOD), ("b/prometheus.yml", BAD)]);
        scratch.file(file, content);
        assert_eq!(shown(&scratch), 0, "{file}: {content}");
    }
}

#[test]
fn what_a_link_leads_to_is_loaded() {
    for is_link_before in [true, false] {
        let scratch = Scratch::new(&[("a/prometheus.yml", GOOD), ("b/prometheus.yml", BAD)]);
        if is_link_before {
            scratch.link("prometheus.yml", "a/prometheus.yml");
        } else {
            scratch.file("prometheus.yml", GOOD);
        }
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.commit("First");
        scratch.remove("prometheus.yml");
        scratch.link("prometheus.yml", "b/prometheus.yml");
        assert_eq!(shown(&scratch), 1, "{is_link_before}");
    }
}

/// What configurations include: files of a base, and what a change writes; one without content is
/// removed.
struct Included {
    name: &'static str,
    base: &'static [(&'static str, &'static str)],
    after: &'static [(&'static str, &'static str)],
}

const GOOD_RULES: &str = "groups:\n- name: g\n  rules: [{record: r, expr: sum(a)}]\n";
const BAD_RULES: &str = "groups:\n- name: g\n  rules: [{record: r, expr: sum(a}]\n";
const GOOD_JOBS: &str = "scrape_configs:\n- job_name: g\n";
const BAD_JOBS: &str = "scrape_configs:\n- job_name: b\n  scrape_interval: 5x\n";
const GOOD_TARGETS: &str = "- targets: ['a:9090']\n";
const BAD_TARGETS: &str = "- targets: a:9090\n";
const RULES_OF_A: &str = "rule_files: [a.yml]\n";
const RULES_OF_B: &str = "rule_files: [b.yml]\n";
/// Loads what is bad, so that it is old.
const OTHER: (&str, &str) = (
    "other/prometheus.yml",
    "rule_files: [../b.yml]\nscrape_config_files: [../j.yml]\nscrape_configs:\n- job_name: o\n  \
     file_sd_configs: [{files: [../t.yml]}]\n",
);

const INCLUDED: &[Included] = &[
    Included {
        name: "scrape_config_files",
        base: &[
            ("prometheus.yml", "scrape_config_files: [a.yml]\n"),
            ("a.yml", GOOD_JOBS),
            ("j.yml", BAD_JOBS),
        ],
        after: &[("prometheus.yml", "scrape_config_files: [j.yml]\n")],
    },
    Included {
        name: "rule_files",
        base: &[
            ("prometheus.yml", RULES_OF_A),
            ("a.yml", GOOD_RULES),
            ("b.yml", BAD_RULES),
            OTHER,
        ],
        after: &[("prometheus.yml", RULES_OF_B)],
    },
    Included {
        name: "file_sd_configs",
        base: &[
            (
                "prometheus.yml",
                "scrape_configs: [{job_name: a, file_sd_configs: [{files: [a.yml]}]}]\n",
            ),
            ("a.yml", GOOD_TARGETS),
            ("t.yml", BAD_TARGETS),
            OTHER,
        ],
        after: &[(
            "prometheus.yml",
            "scrape_configs: [{job_name: a, file_sd_configs: [{files: [t.yml]}]}]\n",
        )],
    },
    Included {
        name: "a wider pattern",
        base: &[
            ("prometheus.yml", "scrape_config_files: [jobs/a*.yml]\n"),
            ("jobs/a.yml", GOOD_JOBS),
            ("jobs/b.yml", BAD_JOBS),
        ],
        after: &[("prometheus.yml", "scrape_config_files: [jobs/*.yml]\n")],
    },
    Included {
        name: "a file moves into the pattern",
        base: &[
            ("prometheus.yml", "scrape_config_files: [jobs/*.yml]\n"),
            ("jobs/a.yml", GOOD_JOBS),
            ("off/b.yml", BAD_JOBS),
        ],
        after: &[("off/b.yml", ""), ("jobs/b.yml", BAD_JOBS)],
    },
    Included {
        name: "a file gets the ending of the pattern",
        base: &[
            ("prometheus.yml", "scrape_config_files: [jobs/*.yml]\n"),
            ("jobs/a.yml", GOOD_JOBS),
            ("jobs/b.yml.off", BAD_JOBS),
        ],
        after: &[("jobs/b.yml.off", ""), ("jobs/b.yml", BAD_JOBS)],
    },
    Included {
        name: "the configuration moves to where its pattern leads elsewhere",
        base: &[
            ("x/prometheus.yml", "scrape_config_files: [j.yml]\n"),
            ("x/j.yml", GOOD_JOBS),
            ("j.yml", BAD_JOBS),
        ],
        after: &[
            ("x/prometheus.yml", ""),
            ("prometheus.yml", "scrape_config_files: [j.yml]\n"),
        ],
    },
    Included {
        name: "a configuration that is new",
        base: &[("j.yml", BAD_JOBS)],
        after: &[("prometheus.yml", "scrape_config_files: [j.yml]\n")],
    },
    Included {
        name: "another configuration, that is new",
        base: &[("b.yml", BAD_RULES), OTHER],
        after: &[("prometheus.yml", RULES_OF_B)],
    },
    Included {
        name: "what is included includes in turn",
        base: &[
            ("prometheus.yml", "scrape_config_files: [a.yml]\n"),
            ("a.yml", GOOD_JOBS),
            (
                "b.yml",
                "scrape_configs: [{job_name: b, file_sd_configs: [{files: [t.yml]}]}]\n",
            ),
            ("t.yml", BAD_TARGETS),
        ],
        after: &[("prometheus.yml", "scrape_config_files: [b.yml]\n")],
    },
    Included {
        name: "what is started includes",
        base: &[
            ("prometheus.yml", RULES_OF_B),
            ("b.yml", BAD_RULES),
            ("compose.yml", "services: {}\n"),
        ],
        after: &[(
            "compose.yml",
            "services: {p: {image: prom/prometheus, volumes: ['.:/etc/prometheus']}}\n",
        )],
    },
    Included {
        name: "a key of the same ConfigMap",
        base: &[(
            "map.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    scrape_config_files: [a.yml]\n  a.yml: |\n    scrape_configs: [{job_name: a}]\n  b.yml: |\n    scrape_configs: [{job_name: b, scrape_interval: 5x}]\n",
        )],
        after: &[(
            "map.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    scrape_config_files: [b.yml]\n  a.yml: |\n    scrape_configs: [{job_name: a}]\n  b.yml: |\n    scrape_configs: [{job_name: b, scrape_interval: 5x}]\n",
        )],
    },
    Included {
        name: "a key of the same ConfigMap that is renamed",
        base: &[(
            "map.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    rule_files: ['*.rules']\n  a.rules: |\n    groups: [{name: g, rules: [{record: r, expr: sum(a)}]}]\n  b.off: |\n    groups: [{name: h, rules: [{record: r, expr: sum(a}]}]\n",
        )],
        after: &[(
            "map.yaml",
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  prometheus.yml: |\n    rule_files: ['*.rules']\n  a.rules: |\n    groups: [{name: g, rules: [{record: r, expr: sum(a)}]}]\n  b.rules: |\n    groups: [{name: h, rules: [{record: r, expr: sum(a}]}]\n",
        )],
    },
    Included {
        name: "a file that cannot be read",
        base: &[
            ("prometheus.yml", "scrape_config_files: [a.yml]\n"),
            ("a.yml", GOOD_JOBS),
            ("b.yml", "scrape_configs: [\n"),
        ],
        after: &[("prometheus.yml", "scrape_config_files: [b.yml]\n")],
    },
];

fn write(scratch: &Scratch, files: &[(&str, &str)]) {
    for (path, content) in files {
        match *content {
            "" => scratch.remove(path),
            content => {
                scratch.file(path, content);
            }
        }
    }
}

#[test]
fn what_a_configuration_includes_for_the_first_time_is_new() {
    for change in INCLUDED {
        let scratch = Scratch::repository(change.base);
        write(&scratch, change.after);
        scratch.commit("Second");
        assert!(gate(&scratch).is_some(), "{}", change.name);
    }
}

#[test]
fn what_was_included_before_stays_old() {
    for change in INCLUDED {
        for files in [&[][..], change.after] {
            let scratch = Scratch::repository(change.base);
            write(&scratch, files);
            scratch.commit("Both have it");
            scratch.file("README", "new\n");
            scratch.commit("Second");
            assert_eq!(gate(&scratch), None, "{}", change.name);
        }
        // All of it has another folder since.
        let scratch = Scratch::new(&[]);
        let below = |files: &[(&str, &str)], folder: &str| {
            for (path, content) in files {
                write(&scratch, &[(&format!("{folder}/{path}"), content)]);
            }
        };
        below(change.base, "one");
        below(change.after, "one");
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.commit("First");
        scratch.git(&["mv", "one", "two"]);
        scratch.commit("Second");
        assert_eq!(gate(&scratch), None, "{}, renamed", change.name);
    }
}
