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

const MAP: &str = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  a.yml: |\n    remote_write: [{url: 'https://ok.example.com/api/v1/push'}]\n  b.yml: |\n    remote_write: [{url: foo}]\n";

fn base(change: &Change, content: &str) -> Scratch {
    Scratch::repository(&[
        ("a/prometheus.yml", GOOD),
        ("b/prometheus.yml", BAD),
        ("map.yaml", MAP),
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
    for change in CHANGES {
        let scratch = base(change, change.before);
        scratch.file(change.file, change.after);
        assert_eq!(shown(&scratch), 1, "{}", change.name);
    }
}

#[test]
fn what_was_loaded_before_stays_old() {
    for change in CHANGES {
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
