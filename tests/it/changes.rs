//! Ways to change a repository so that Prometheus will read something bad: the gate shows each, and
//! says nothing where the same change is good.

use std::fmt::Write as _;

use crate::support::scratch::Scratch;

pub(crate) const BAD: &str = "mimir/api/v1/push";
pub(crate) const GOOD: &str = "https://mimir.example.com/api/v1/push";
pub(crate) const BASE: &str = "remote_write:\n- url: https://mimir.example.com/api/v1/push\n";

/// A change of the repository that holds [`BASE`] as `prometheus.yml`, and what its base has beside.
struct Change {
    name: &'static str,
    base: &'static [(&'static str, &'static str)],
    /// Files that are written, with `URL` in place of the URL; a file without content is removed.
    files: &'static [(&'static str, &'static str)],
}

const fn change(name: &'static str, files: &'static [(&'static str, &'static str)]) -> Change {
    Change {
        name,
        base: &[],
        files,
    }
}

const CONFIG: &str = "remote_write:\n- url: URL\n";
const GONE: (&str, &str) = ("prometheus.yml", "");
pub(crate) const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: \
                       ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";

const CHANGES: &[Change] = &[
    change("edited", &[("prometheus.yml", CONFIG)]),
    change("another ending", &[GONE, ("prometheus.yaml", CONFIG)]),
    change("a template", &[GONE, ("prometheus.yml.j2", CONFIG)]),
    change("a template of YAML", &[GONE, ("p.yaml.tmpl", CONFIG)]),
    change("another case", &[GONE, ("PROMETHEUS.YML", CONFIG)]),
    change("no ending", &[GONE, ("etc/metrics", CONFIG)]),
    change("a dotted folder", &[GONE, (".deploy/a.d/p.yml", CONFIG)]),
    change("the name of a backup", &[GONE, ("p.yml~", CONFIG)]),
    change("in an ignored folder", &[GONE, ("build/p.yml", CONFIG)]),
    change(
        "the file becomes a folder",
        &[GONE, ("prometheus.yml/x", CONFIG)],
    ),
    change("a file beside it", &[("second", CONFIG)]),
    change(
        "line ends of Windows",
        &[("prometheus.yml", "remote_write:\r\n- url: URL\r\n")],
    ),
    change(
        "a byte-order mark",
        &[("prometheus.yml", "\u{feff}remote_write:\n- url: URL\n")],
    ),
    change(
        "JSON",
        &[
            GONE,
            ("config.json", "{\"remote_write\":[{\"url\":\"URL\"}]}"),
        ],
    ),
    change(
        "JSON with escapes",
        &[GONE, ("x", "{\"remote\\u005fwrite\":[{\"url\":\"URL\"}]}")],
    ),
    change(
        "flow style",
        &[("prometheus.yml", "{remote_write: [{url: \"URL\"}]}\n")],
    ),
    change(
        "a second document",
        &[("prometheus.yml", "remote_write:\n- url: URL\n---\na: b\n")],
    ),
    change(
        "a directive",
        &[(
            "prometheus.yml",
            "%YAML 1.1\n---\nremote_write:\n- url: URL\n...\n",
        )],
    ),
    change(
        "template tags",
        &[(
            "prometheus.yml",
            "{{ if .x }}\nremote_write:\n- url: URL\n{{ end }}\n",
        )],
    ),
    change(
        "an anchor",
        &[("prometheus.yml", "remote_write:\n- &a\n  url: URL\n")],
    ),
    change(
        "a merge key",
        &[("prometheus.yml", "remote_write:\n- <<: {url: \"URL\"}\n")],
    ),
    change(
        "a merge of an alias",
        &[(
            "prometheus.yml",
            "global: &g {scrape_interval: 1m}\nscrape_configs:\n- job_name: a\n  params: {a: [&u \"URL\"]}\nremote_write:\n- url: *u\n",
        )],
    ),
    change(
        "tags",
        &[(
            "prometheus.yml",
            "!!map\n!!str remote_write: !!seq\n- url: !!str URL\n",
        )],
    ),
    change(
        "a tab",
        &[("prometheus.yml", "remote_write:\t\n- url:\tURL\t\n")],
    ),
    change(
        "quoted with escapes",
        &[(
            "prometheus.yml",
            "'remote_write':\n- \"\\x75rl\": \"URL\"\n",
        )],
    ),
    change(
        "over two lines",
        &[(
            "prometheus.yml",
            "remote_write:\n-\n  url:\n    \"\\\n    URL\"\n",
        )],
    ),
    change(
        "a block",
        &[("prometheus.yml", "remote_write:\n- url: >-\n    URL\n")],
    ),
    change(
        "a complex key",
        &[("prometheus.yml", "? remote_write\n:\n- ? url\n  : URL\n")],
    ),
    change(
        "base64",
        &[("prometheus.yml", "!!binary cmVtb3RlX3dyaXRl:\n- url: URL\n")],
    ),
    change(
        "in a ConfigMap",
        &[
            GONE,
            (
                "k8s/map.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  other.key: |\n    remote_write:\n    - url: URL\n",
            ),
        ],
    ),
    change(
        "in a List",
        &[
            GONE,
            (
                "k8s/map.yaml",
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: p}\n  data:\n    a: \"remote_write: [{url: 'URL'}]\"\n",
            ),
        ],
    ),
    change(
        "in a Secret",
        &[
            GONE,
            (
                "k8s/secret.yaml",
                "kind: Secret\nmetadata: {name: p}\nstringData:\n  a: |\n    remote_write:\n    - url: URL\n",
            ),
        ],
    ),
    change(
        "in Helm values",
        &[
            GONE,
            (
                "values.yaml",
                "serverFiles:\n  prometheus.yml:\n    remote_write:\n    - url: URL\n",
            ),
        ],
    ),
    change(
        "in values of another alias",
        &[
            GONE,
            (
                "values.yaml",
                "metrics:\n  serverFiles:\n    prometheus.yml:\n      remote_write:\n      - url: URL\n",
            ),
        ],
    ),
    change(
        "in values without the file",
        &[
            GONE,
            (
                "values.yaml",
                "serverFiles: {}\nserver:\n  remoteWrite:\n  - url: URL\n",
            ),
        ],
    ),
    change(
        "in a compose file",
        &[
            GONE,
            (
                "compose.yaml",
                "services: {}\nconfigs:\n  p:\n    content: |\n      remote_write:\n      - url: URL\n",
            ),
        ],
    ),
    change(
        "values under a name that says nothing",
        &[
            GONE,
            (
                "settings",
                "serverFiles:\n  prometheus.yml:\n    remote_write:\n    - url: URL\n",
            ),
        ],
    ),
    Change {
        name: "a rule file that is included",
        base: &[],
        files: &[
            ("prometheus.yml", "rule_files: [rules/*.x]\n"),
            (
                "rules/a.x",
                "groups:\n- name: a\n  rules:\n  - {record: a, expr: \"sum(a) BAD\"}\n",
            ),
        ],
    },
    Change {
        name: "a file of scrape jobs that is included",
        base: &[
            ("prometheus.yml", "scrape_config_files: [jobs/*]\n"),
            ("jobs/a", "scrape_configs: []\n"),
        ],
        files: &[(
            "jobs/b",
            "scrape_configs:\n- job_name: a\n  scrape_interval: 1mBAD\n",
        )],
    },
    Change {
        name: "an override of compose",
        base: &[("compose.yaml", COMPOSE)],
        files: &[
            (
                "compose.override.yaml",
                "services:\n  prometheus:\n    volumes: ['./other.cfg:/etc/prometheus/prometheus.yml']\n",
            ),
            ("other.cfg", CONFIG),
        ],
    },
    Change {
        name: "a key of a ConfigMap that is renamed",
        base: &[(
            "map.yaml",
            "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n    remote_write:\n    - url: https://mimir.example.com/api/v1/push\n",
        )],
        files: &[(
            "map.yaml",
            "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  x: |\n    remote_write:\n    - url: URL\n",
        )],
    },
    Change {
        name: "git is told that it is binary",
        base: &[],
        files: &[
            (".gitattributes", "* binary -diff\n"),
            ("prometheus.yml", CONFIG),
        ],
    },
    Change {
        name: "left out by a new .ignore",
        base: &[],
        files: &[(".ignore", "*\n"), ("prometheus.yml", CONFIG)],
    },
    Change {
        name: "left out by a new .gitignore",
        base: &[],
        files: &[(".gitignore", "*\n"), ("prometheus.yml", CONFIG)],
    },
    Change {
        name: "a policy that leaves it out",
        base: &[],
        files: &[
            ("promvet.yaml", "exclude: ['**']\n"),
            ("prometheus.yml", CONFIG),
        ],
    },
    Change {
        name: "a policy that switches the rule off",
        base: &[("promvet.yaml", "rules: {remote-write: error}\n")],
        files: &[
            ("promvet.yaml", "rules: {remote-write: off}\n"),
            ("prometheus.yml", CONFIG),
        ],
    },
    Change {
        name: "a policy of a folder below",
        base: &[],
        files: &[
            GONE,
            ("a/promvet.yaml", "root: true\nrules: {remote-write: off}\n"),
            ("a/p.yml", CONFIG),
        ],
    },
];

impl Change {
    fn repository(&self) -> Scratch {
        let scratch = Scratch::repository(&[(".gitignore", "build/\n"), ("prometheus.yml", BASE)]);
        scratch.write(self.base);
        scratch.commit("Base");
        scratch
    }

    fn apply(&self, scratch: &Scratch, is_bad: bool) {
        for (path, content) in self.files {
            if content.is_empty() {
                scratch.remove(path);
                continue;
            }
            let url = if is_bad { BAD } else { GOOD };
            let content = content.replace("URL", url);
            scratch.file(path, content.replace("BAD", if is_bad { "x" } else { "" }));
        }
        scratch.git(&["add", "-A", "-f"]);
        scratch.commit("Change");
    }
}

/// What the gate says of the last commit: nothing, or why it does not end with 0.
pub(crate) fn gate(scratch: &Scratch) -> Option<String> {
    let ran = scratch.promvet(&[
        "--config-from",
        "main~",
        "--since",
        "main~",
        "--require-coverage",
        "--format",
        "concise",
    ]);
    match ran.status {
        Some(0) => None,
        Some(1) => Some(ran.said()),
        other => panic!("{other:?}: {}", ran.said()),
    }
}

fn judge(changes: &[Change]) {
    let mut wrong = String::new();
    for change in changes {
        for is_bad in [true, false] {
            let scratch = change.repository();
            change.apply(&scratch, is_bad);
            let said = gate(&scratch);
            if said.is_some() != is_bad {
                let _ = writeln!(wrong, "{} ({is_bad}): {said:?}", change.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn changes_of_one_kind_after_the_other_are_shown() {
    let (first, second) = CHANGES.split_at(CHANGES.len() / 2);
    assert!(CHANGES.len() >= 40, "{}", CHANGES.len());
    std::thread::scope(|scope| {
        scope.spawn(|| judge(first));
        scope.spawn(|| judge(second));
    });
}

/// Does something to the repository, and commits it.
pub(crate) type Deed = fn(&Scratch, bool);

pub(crate) fn url(is_bad: bool) -> String {
    CONFIG.replace("URL", if is_bad { BAD } else { GOOD })
}

const DEEDS: &[(&str, Deed)] = &[
    ("a file that may be executed", |scratch, is_bad| {
        scratch.file("prometheus.yml", url(is_bad));
        scratch.chmod("prometheus.yml", 0o755);
    }),
    ("a link to a new file", |scratch, is_bad| {
        scratch.file("data/x", url(is_bad));
        scratch.remove("prometheus.yml");
        scratch.link("prometheus.yml", "data/x");
    }),
    ("a link that leads elsewhere", |scratch, is_bad| {
        // Both are there already, and neither has the name of a configuration.
        scratch.file("one", url(false));
        scratch.file("two", url(true));
        scratch.remove("prometheus.yml");
        scratch.link("prometheus.yml", "one");
        scratch.commit("Link");
        scratch.remove("prometheus.yml");
        scratch.link("prometheus.yml", if is_bad { "two" } else { "./one" });
    }),
    ("a link in an odd place", |scratch, is_bad| {
        scratch.file("one", url(is_bad));
        scratch.commit("Before");
        scratch.link("active", "one");
    }),
    ("a submodule that moves on", |scratch, is_bad| {
        scratch.file("sub/prometheus.yml", url(false));
        scratch.git(&["-C", "sub", "init", "-q", "-b", "main"]);
        scratch.git(&["-C", "sub", "add", "-A"]);
        scratch.git(&["-C", "sub", "commit", "-q", "-m", "One"]);
        scratch.commit("Submodule");
        scratch.file("sub/prometheus.yml", url(is_bad));
        scratch.git(&["-C", "sub", "commit", "-qa", "--allow-empty", "-m", "Two"]);
    }),
    ("a secret that is deleted", |scratch, is_bad| {
        let config = format!("{BASE}  authorization: {{credentials_file: token}}\n");
        scratch.write(&[
            ("prometheus.yml", &config),
            ("token", "abc"),
            ("compose.yml", COMPOSE),
        ]);
        let compose = COMPOSE.replace("['", "['./token:/etc/prometheus/token', '");
        scratch.file("compose.yml", compose);
        scratch.git(&["rm", "-q", "--cached", "--ignore-unmatch", "token"]);
        scratch.commit("Secret");
        if is_bad {
            scratch.remove("token");
        }
    }),
    ("a comment that accepts it", |scratch, is_bad| {
        // The comment is a warning, unless the policy of the base asks for approval.
        scratch.write(&[("promvet.yaml", "rules: {suppressions/added: error}\n")]);
        scratch.commit("Policy");
        let url = url(is_bad);
        let comment = if is_bad {
            " # promvet: ignore[remote-write] x"
        } else {
            ""
        };
        scratch.file("prometheus.yml", format!("{}{comment}\n", url.trim_end()));
    }),
    ("a baseline that accepts it", |scratch, is_bad| {
        scratch.file("prometheus.yml", url(is_bad));
        scratch.write(&[("promvet.yaml", "suppressions: {baseline: b.json}\n")]);
        scratch.promvet(&["baseline", "--baseline", "b.json"]);
    }),
    ("more than is read", |scratch, is_bad| {
        let padding = "# padding\n".repeat(if is_bad { 7 * 1024 * 1024 } else { 1 });
        scratch.file("prometheus.yml", format!("{BASE}{padding}"));
    }),
    ("a new file that is more than is read", |scratch, is_bad| {
        let padding = "# padding\n".repeat(if is_bad { 7 * 1024 * 1024 } else { 1 });
        scratch.file("settings", format!("{BASE}{padding}"));
    }),
    ("a long line before it", |scratch, is_bad| {
        let padding = "x".repeat(300_000);
        scratch.file("settings", format!("# {padding}\n{}", url(is_bad)));
    }),
    ("all in one long line", |scratch, is_bad| {
        let url = if is_bad { BAD } else { GOOD };
        let padding = " ".repeat(200_000);
        scratch.file(
            "x",
            format!(
                "{{scrape_configs: [{{job_name: a}}],{padding}remote_write: [{{url: \"{url}\"}}]}}"
            ),
        );
    }),
    ("a key that is written twice", |scratch, is_bad| {
        let again = if is_bad { "remote_write: []\n" } else { "" };
        scratch.file("prometheus.yml", format!("{BASE}{again}"));
    }),
    ("a large program", |scratch, is_bad| {
        // The program alone is not a finding; a bad configuration beside it is.
        scratch.file("tool", [0x7f, b'E', b'L', b'F', 0].repeat(14 * 1024 * 1024));
        scratch.file("prometheus.yml", url(is_bad));
    }),
    ("the base64 of a Secret", |scratch, is_bad| {
        // It is not decoded, so it is listed where a configuration was before.
        let secret = "kind: Secret\nmetadata: {name: p}\ndata: {a: cmVtb3RlX3dyaXRl}\n";
        scratch.file("prometheus.yml", if is_bad { secret } else { BASE });
    }),
    (
        "a configuration in base64 in a Secret",
        |scratch, is_bad| {
            // What is in base64 is not read, whatever it holds; a change of it is listed.
            let secret = |value: &str| {
                format!("kind: Secret\nmetadata: {{name: p}}\ndata: {{a: {value}}}\n")
            };
            scratch.file("s.yaml", secret("cmVtb3RlX3dyaXRlOiBbXQo="));
            scratch.commit("Secret");
            if is_bad {
                scratch.file("s.yaml", secret("cmVtb3RlX3dyaXRlOgotIHVybDogZm9vCg=="));
            } else {
                scratch.file("other", "x");
            }
        },
    ),
    ("a configuration in binaryData", |scratch, is_bad| {
        let value = if is_bad {
            "cmVtb3RlX3dyaXRlOgotIHVybDogZm9vCg=="
        } else {
            "iVBORw0KGgo="
        };
        scratch.file(
            "map.yaml",
            format!("kind: ConfigMap\nmetadata: {{name: p}}\nbinaryData:\n  x: |\n    {value}\n"),
        );
    }),
    (
        "a compressed configuration in a Secret",
        |scratch, is_bad| {
            let key = if is_bad {
                "prometheus.yaml.gz"
            } else {
                "backup.gz"
            };
            scratch.file(
            "s.yaml",
            format!("kind: Secret\nmetadata: {{name: p}}\ndata: {{{key}: H4sIAAAAAAAAAwMAAAAAAAAAAAA=}}\n"),
        );
        },
    ),
    ("escapes in keys in a ConfigMap", |scratch, is_bad| {
        let url = if is_bad { BAD } else { GOOD };
        scratch.file(
            "map.yaml",
            format!(
                "kind: \"Config\\x4dap\"\nmetadata: {{name: p}}\ndata:\n  x: |\n    \"remote\\x5fwrite\":\n    - url: {url}\n"
            ),
        );
    }),
    (
        "a folder that is mounted through a link",
        |scratch, is_bad| {
            let compose = COMPOSE.replace(
                "./prometheus.yml:/etc/prometheus/prometheus.yml",
                "./conf:/etc/prometheus",
            );
            scratch.write(&[
                ("a/prometheus.yml", BASE),
                ("b/prometheus.yml", BASE),
                ("compose.yml", &compose),
            ]);
            scratch.link("conf", "a");
            scratch.commit("Folder");
            scratch.remove("conf");
            scratch.link("conf", "b");
            scratch.file("b/prometheus.yml", url(is_bad));
        },
    ),
    ("a file of a generator of kustomize", |scratch, is_bad| {
        scratch.file(
            "k/kustomization.yaml",
            "configMapGenerator:\n- name: p\n  files: [prometheus.yml=settings]\n",
        );
        scratch.file("k/settings", url(is_bad));
    }),
    ("an empty first document", |scratch, is_bad| {
        let before = if is_bad { "---\n---\n" } else { "---\n" };
        scratch.file("prometheus.yml", format!("{before}{BASE}"));
    }),
    (
        "moved to where the policy of the base is looser",
        |scratch, is_bad| {
            // What the base says of a folder counts for what is moved there.
            scratch.write(&[(
                "promvet.yaml",
                "overrides: [{files: ['old/**'], rules: {tls: off}}]\n",
            )]);
            scratch.commit("Policy");
            scratch.remove("prometheus.yml");
            scratch.file("old/prometheus.yml", url(is_bad));
        },
    ),
    ("UTF-16 with another name", |scratch, is_bad| {
        let units = url(is_bad);
        let units = std::iter::once(0xfeff).chain(units.encode_utf16());
        scratch.remove("prometheus.yml");
        scratch.file(
            "conf.d/x",
            units.flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        );
    }),
    ("line ends of the old Mac", |scratch, is_bad| {
        scratch.file("prometheus.yml", url(is_bad).replace('\n', "\r"));
    }),
    ("in a config of compose with a file", |scratch, is_bad| {
        scratch.remove("prometheus.yml");
        scratch.file("x", url(is_bad));
        scratch.file(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    configs: [{source: p, target: /etc/prometheus/prometheus.yml}]\nconfigs: {p: {file: ./x}}\n",
        );
    }),
    ("renamed to the name of a policy", |scratch, is_bad| {
        scratch.remove("prometheus.yml");
        scratch.file("a/.promvet.yaml", url(is_bad));
    }),
];

/// Does each deed to a repository, once badly and once well, and expects the gate to tell them apart.
#[cfg(unix)]
pub(crate) fn judge_deeds(deeds: &[(&str, Deed)]) {
    let mut wrong = String::new();
    for (name, deed) in deeds {
        for is_bad in [true, false] {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            deed(&scratch, is_bad);
            scratch.commit("Change");
            let said = gate(&scratch);
            if said.is_some() != is_bad {
                let _ = writeln!(wrong, "{name} ({is_bad}): {said:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[cfg(unix)]
#[test]
fn other_deeds_are_shown_too() {
    let (first, second) = DEEDS.split_at(DEEDS.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| judge_deeds(first));
        scope.spawn(|| judge_deeds(second));
    });
}

/// The rules and paths of what a comparison with the commit before reports.
fn new_findings(repository: &Scratch) -> Vec<(String, String)> {
    let report = repository
        .promvet(&["--since", "HEAD~1", "--format", "json"])
        .json();
    let findings = crate::support::report::findings(&report).iter();
    let text = |one: &serde_json::Value, key| crate::support::report::text(one, key).to_owned();
    findings
        .map(|one| (text(one, "rule"), text(one, "path")))
        .collect()
}

/// What another Prometheus stores late counts for those that send to it, however it is written, and
/// whatever else is in its file.
#[test]
fn a_window_behind_an_anchor_touches_those_that_send_there() {
    let sender = "global: {external_labels: {cluster: a}}\nremote_write: [{url: 'http://prom-b:9090/api/v1/write'}]\n\
                  storage: {tsdb: {out_of_order_time_window: 1h}}\n";
    let compose = "services:\n  prom-b:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./b:/etc/prometheus']\n    \
                   command: [--config.file=/etc/prometheus/prometheus.yml, --web.enable-remote-write-receiver]\n";
    for storage in [
        "storage: {tsdb: {out_of_order_time_window: 2h}}\n",
        "storage: &s {tsdb: {out_of_order_time_window: 2h}}\n",
        "storage: {tsdb: {out_of_order_time_window: &w 2h}}\n",
        "x-own: 1\nstorage: {tsdb: {out_of_order_time_window: 2h}}\n",
    ] {
        let receiver = format!("scrape_configs: []\n{storage}");
        let repository = Scratch::repository(&[
            ("a/prometheus.yml", sender),
            ("b/prometheus.yml", &receiver),
            ("compose.yaml", compose),
        ]);
        repository.write(&[("b/prometheus.yml", &receiver.replace("2h", "1m"))]);
        repository.commit("Store nothing late");
        let found = new_findings(&repository);
        let expected = (
            "remote-write/receiver-limits".to_owned(),
            "a/prometheus.yml".to_owned(),
        );
        assert!(found.contains(&expected), "{storage} {found:?}");
    }
}

/// What is found in a file that several configurations include is found for each of them.
#[test]
fn an_old_finding_in_a_shared_file_stays_old() {
    let rules = "groups: [{name: g, rules: [{record: 'a-b', expr: up}]}]\n";
    let plain = "rule_files: [../s/r.yml]\nscrape_configs: [{job_name: x}]\n";
    let legacy = format!("global: {{metric_name_validation_scheme: legacy}}\n{plain}");
    let repository = Scratch::repository(&[
        ("a/prometheus.yml", &legacy),
        ("b/prometheus.yml", plain),
        ("s/r.yml", rules),
    ]);
    repository.write(&[("b/prometheus.yml", &legacy)]);
    repository.commit("Take names of old only");
    assert_eq!(new_findings(&repository), []);
    // What no other configuration has found before is new.
    let repository = Scratch::repository(&[("b/prometheus.yml", plain), ("s/r.yml", rules)]);
    repository.write(&[("b/prometheus.yml", &legacy)]);
    repository.commit("Take names of old only");
    let expected = ("files/rule-file".to_owned(), "s/r.yml".to_owned());
    assert!(new_findings(&repository).contains(&expected));
}
