//! The forms in which a change can bring a bad configuration: folders that .ignore names, encodings,
//! deployments that lead elsewhere. The gate shows each, and says nothing where the same change is good.
#![cfg(unix)]

use crate::changes::{BAD, BASE, COMPOSE, Deed, GOOD, gate, judge_deeds, url};
use crate::support::scratch::Scratch;

/// A compose file that starts Prometheus with a file.
fn compose(file: &str) -> String {
    COMPOSE.replace("./prometheus.yml:", &format!("{file}:"))
}

/// Begins anew with an .ignore file in the base, so that nothing of the repository is read.
fn hidden(scratch: &Scratch, files: &[(&str, &str)]) {
    scratch.write(&[(".ignore", "*\n")]);
    scratch.write(files);
    scratch.commit("Hidden");
}

const IGNORED: &[(&str, Deed)] = &[
    ("a configuration", |scratch, is_bad| {
        hidden(scratch, &[]);
        scratch.file("prometheus.yml", url(is_bad));
    }),
    ("a configuration that is added", |scratch, is_bad| {
        scratch.write(&[(".ignore", "d/\n")]);
        scratch.commit("Hidden");
        scratch.file("d/settings", url(is_bad));
    }),
    ("a configuration with its deployment", |scratch, is_bad| {
        // Nothing in it tells that it is a configuration but the deployment.
        hidden(scratch, &[("x", "{}\n"), ("compose.yml", &compose("./x"))]);
        scratch.file(
            "x",
            if is_bad {
                "remote_writ: []\n"
            } else {
                "# none\n"
            },
        );
    }),
    ("a deployment that leads elsewhere", |scratch, is_bad| {
        let files = [
            ("one", BASE),
            ("two", &url(true)),
            ("compose.yml", &compose("./one")),
        ];
        hidden(scratch, &files);
        // `one` alone would be a volume.
        let file = if is_bad { "./two" } else { "./././one" };
        scratch.file("compose.yml", compose(file));
    }),
    ("a deployment with a flag", |scratch, is_bad| {
        hidden(scratch, &[("compose.yml", COMPOSE)]);
        let flag = if is_bad { "config.fil" } else { "config.file" };
        let command = format!("    command: [--{flag}=/etc/prometheus/prometheus.yml]\n");
        scratch.file("compose.yml", format!("{COMPOSE}{command}"));
    }),
    ("jobs that it includes", |scratch, is_bad| {
        let config = "scrape_config_files: [jobs]\n";
        hidden(
            scratch,
            &[("prometheus.yml", config), ("jobs", "scrape_configs: []\n")],
        );
        let interval = if is_bad { "1mx" } else { "1m" };
        let jobs = format!("scrape_configs: [{{job_name: a, scrape_interval: {interval}}}]\n");
        scratch.file("jobs", jobs);
    }),
    ("a secret that it needs", |scratch, is_bad| {
        let config = format!("{BASE}  authorization: {{credentials_file: token}}\n");
        let compose = COMPOSE.replace("['", "['./token:/etc/prometheus/token', '");
        hidden(
            scratch,
            &[
                ("prometheus.yml", &config),
                ("token", "abc"),
                ("compose.yml", &compose),
            ],
        );
        if is_bad {
            scratch.remove("token");
        }
    }),
    (
        "only the configuration, by a file below",
        |scratch, is_bad| {
            scratch.write(&[("d/.ignore", "*.yml\n!keep.yml\n"), ("d/p.yml", BASE)]);
            scratch.commit("Hidden");
            scratch.file("d/p.yml", url(is_bad));
        },
    ),
    ("a secret in base64", |scratch, is_bad| {
        hidden(scratch, &[]);
        let value = if is_bad {
            "cmVtb3RlX3dyaXRlOgotIHVybDogZm9vCg=="
        } else {
            "YWJj"
        };
        let secret = format!("kind: Secret\nmetadata: {{name: p}}\ndata: {{a: {value}}}\n");
        scratch.file("s.yaml", secret);
    }),
    ("more than is read", |scratch, is_bad| {
        hidden(scratch, &[]);
        let padding = "# padding\n".repeat(if is_bad { 7 * 1024 * 1024 } else { 1 });
        scratch.file("prometheus.yml", format!("{BASE}{padding}"));
    }),
];

#[test]
fn a_folder_that_the_base_ignores_hides_nothing() {
    judge_deeds(IGNORED);
}

/// What .ignore names and the change does not touch is not read: it may be a vendor's.
#[test]
fn what_is_ignored_and_unchanged_stays_so() {
    let scratch = Scratch::repository(&[(".ignore", "vendor/\n"), ("prometheus.yml", BASE)]);
    scratch.file("vendor/prometheus.yml", url(true));
    scratch.commit("Base");
    scratch.file("prometheus.yml", format!("# x\n{BASE}"));
    scratch.commit("Change");
    assert_eq!(gate(&scratch), None);
    // Nor is what was bad before new, if its neighbor changes.
    scratch.file("vendor/other.yml", url(false));
    scratch.commit("Neighbor");
    assert_eq!(gate(&scratch), None);
}

const FORMS: &[(&str, Deed)] = &[
    ("a unit of systemd", |scratch, is_bad| {
        let unit = |file: &str| {
            format!("[Service]\nExecStart=/usr/bin/prometheus --config.file=/srv/etc/{file}\n")
        };
        scratch.write(&[("prometheus.service", &unit("prometheus.yml"))]);
        scratch.commit("Unit");
        scratch.remove("prometheus.yml");
        scratch.file("etc/metrics", url(is_bad));
        scratch.file("prometheus.service", unit("metrics"));
    }),
    ("a variable of .env", |scratch, is_bad| {
        scratch.write(&[
            ("compose.yml", &compose("${CONFIG}")),
            (".env", "CONFIG=./prometheus.yml\n"),
            ("one", BASE),
            ("two", &url(true)),
        ]);
        scratch.commit("Variable");
        scratch.file(
            ".env",
            if is_bad {
                "CONFIG=./two\n"
            } else {
                "CONFIG=./one\n"
            },
        );
    }),
    ("base64 in a List", |scratch, is_bad| {
        let value = if is_bad {
            "cmVtb3RlX3dyaXRlOgotIHVybDogZm9vCg=="
        } else {
            "YWJj"
        };
        let list = format!(
            "apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  metadata: {{name: p}}\n  data: {{a: {value}}}\n"
        );
        scratch.file("list.yaml", list);
    }),
    ("base64 in JSON", |scratch, is_bad| {
        let value = if is_bad {
            "cmVtb3RlX3dyaXRlOgotIHVybDogZm9vCg=="
        } else {
            "YWJj"
        };
        let secret = format!(
            "{{\"kind\": \"Secret\", \"metadata\": {{\"name\": \"p\"}}, \"data\": {{\"a\": \"{value}\"}}}}"
        );
        scratch.file("secret.json", secret);
    }),
    ("base64 over several lines with CRLF", |scratch, is_bad| {
        let value = if is_bad {
            "cmVtb3RlX3dyaXRl\r\n    OgotIHVybDogZm9vCg=="
        } else {
            "YWJj"
        };
        let secret =
            format!("kind: Secret\r\nmetadata: {{name: p}}\r\ndata:\r\n  a: |\r\n    {value}\r\n");
        scratch.file("secret.yaml", secret);
    }),
    ("UTF-16 with a byte-order mark", |scratch, is_bad| {
        let units = url(is_bad);
        let units = std::iter::once(0xfeff).chain(units.encode_utf16());
        scratch.file(
            "prometheus.yml",
            units.flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
        );
    }),
    ("UTF-16 without a byte-order mark", |scratch, is_bad| {
        // Neither Prometheus nor promvet reads it, whatever it says.
        let text = url(false);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        scratch.file(
            "prometheus.yml",
            if is_bad { wide } else { text.into_bytes() },
        );
    }),
    (
        "UTF-16 without a byte-order mark in a new file",
        |scratch, is_bad| {
            let text = url(false);
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            scratch.file("other.yml", if is_bad { wide } else { text.into_bytes() });
            scratch.write(&[("compose.yml", &compose("./other.yml"))]);
        },
    ),
    ("CRLF in a ConfigMap", |scratch, is_bad| {
        let config = url(is_bad).replace('\n', "\n    ");
        let map = format!("kind: ConfigMap\nmetadata: {{name: p}}\ndata:\n  a: |\n    {config}\n");
        scratch.file("map.yaml", map.replace('\n', "\r\n"));
    }),
    (
        "a mounted folder that is a link to a link",
        |scratch, is_bad| {
            let folder = COMPOSE.replace(
                "./prometheus.yml:/etc/prometheus/prometheus.yml",
                "./conf:/etc/prometheus",
            );
            let command = "    command: [--config.file=/etc/prometheus/settings]\n";
            scratch.write(&[
                ("a/settings", BASE),
                ("b/settings", &url(true)),
                ("compose.yml", &format!("{folder}{command}")),
            ]);
            scratch.link("current", "a");
            scratch.link("conf", "current");
            scratch.commit("Folder");
            scratch.remove("current");
            scratch.link("current", if is_bad { "b" } else { "./a" });
        },
    ),
    (
        "an environment file of a generator of kustomize",
        |scratch, is_bad| {
            scratch.write(&[
                (
                    "k/kustomization.yaml",
                    "secretGenerator:\n- name: p\n  files: [prometheus.yml=old]\n",
                ),
                ("k/old", BASE),
            ]);
            scratch.commit("Generator");
            let generator = "secretGenerator:\n- name: p\n  files: [prometheus.yml=new]\n";
            scratch.write(&[("k/kustomization.yaml", generator), ("k/new", &url(is_bad))]);
        },
    ),
    (
        "a folder with a name without an extension",
        |scratch, is_bad| {
            scratch.remove("prometheus.yml");
            scratch.file("prometheus/config", url(is_bad));
        },
    ),
];

#[test]
fn forms_of_files_hide_nothing() {
    judge_deeds(FORMS);
}

#[test]
fn a_file_that_no_one_may_read_is_shown() {
    let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
    scratch.file("other", "x");
    scratch.commit("Change");
    assert_eq!(gate(&scratch), None);
    scratch.file("prometheus.yml", url(true));
    // Root reads it nevertheless, and finds the mistake.
    scratch.chmod("prometheus.yml", 0);
    let said = gate(&scratch).unwrap();
    assert!(said.starts_with("prometheus.yml:"), "{said}");
    assert!(
        said.contains(BAD) || said.contains("files/no-longer-read"),
        "{said}"
    );
}

/// docs/policy.md says so: the base decides which overrides there are, the change where a file is.
#[test]
fn an_override_of_the_base_counts_for_what_is_moved_there() {
    let policy = "overrides: [{files: ['lab/**'], rules: {remote-write: off}}]\n";
    for (path, is_shown) in [("lab/prometheus.yml", false), ("labs/prometheus.yml", true)] {
        let files = [("promvet.yaml", policy), ("prometheus.yml", BASE)];
        let scratch = Scratch::repository(&files);
        scratch.remove("prometheus.yml");
        scratch.file(path, url(true));
        scratch.commit("Move");
        assert_eq!(gate(&scratch).is_some(), is_shown, "{path}");
    }
    assert!(url(false).contains(GOOD));
}
