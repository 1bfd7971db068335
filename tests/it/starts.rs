//! What a change starts Prometheus with: the gate follows it to the file or the text, whatever that is
//! called and however it is started, and lists what it cannot follow.
#![cfg(unix)]

use std::fmt::Write as _;

use crate::changes::{BAD, BASE, GOOD, gate, url};
use crate::support::scratch::Scratch;

/// Files by their paths.
type Files = &'static [(&'static str, &'static str)];

/// A way to start Prometheus with `x.cfg`, which is in the base and is not read there.
struct Started {
    name: &'static str,
    base: Files,
    change: Files,
}

const fn started(name: &'static str, change: Files) -> Started {
    Started {
        name,
        base: &[],
        change,
    }
}

const FOLLOWED: &[Started] = &[
    started(
        "a Dockerfile whose lines a backtick continues",
        &[(
            "Dockerfile",
            "# escape=`\nFROM prom/prometheus\nCOPY x.cfg `\n  /etc/prometheus/prometheus.yml\n",
        )],
    ),
    started(
        "a relative path in the folder of the image",
        &[(
            "Dockerfile",
            "FROM prom/prometheus\nWORKDIR /w\nCOPY x.cfg .\nCMD [\"--config.file=x.cfg\"]\n",
        )],
    ),
    started(
        "an entry point in another image",
        &[(
            "Dockerfile",
            "FROM alpine\nCOPY x.cfg /p\nENTRYPOINT [\"/bin/prometheus\", \"--config.file=/p\"]\n",
        )],
    ),
    started(
        "an entry point for a shell",
        &[(
            "Dockerfile",
            "FROM alpine\nCOPY x.cfg /p\nENTRYPOINT exec /bin/prometheus --config.file=/p\n",
        )],
    ),
    started(
        "a Dockerfile in a compose file",
        &[(
            "compose.yml",
            "services:\n  p:\n    build:\n      context: .\n      dockerfile_inline: |\n        \
             FROM prom/prometheus\n        COPY x.cfg /etc/prometheus/prometheus.yml\n",
        )],
    ),
    started(
        "a Dockerfile with another name",
        &[
            (
                "compose.yml",
                "services:\n  p:\n    build: {context: ., dockerfile: img}\n",
            ),
            (
                "img",
                "FROM prom/prometheus\nCOPY x.cfg /etc/prometheus/prometheus.yml\n",
            ),
        ],
    ),
    Started {
        name: "another stage of a Dockerfile",
        base: &[
            (
                "Dockerfile",
                "FROM prom/prometheus AS a\nCOPY prometheus.yml /etc/prometheus/\n\
                 FROM prom/prometheus AS b\nCOPY x.cfg /etc/prometheus/prometheus.yml\n",
            ),
            (
                "compose.yml",
                "services:\n  p:\n    build: {context: ., target: a}\n",
            ),
        ],
        change: &[(
            "compose.yml",
            "services:\n  p:\n    build: {context: ., target: b}\n",
        )],
    },
    started(
        "an entry point in a compose file",
        &[(
            "compose.yml",
            "services:\n  p:\n    image: alpine\n    entrypoint: [/bin/prometheus, --config.file=/x]\n    \
             volumes: ['./x.cfg:/x']\n",
        )],
    ),
    started(
        "an image with a name that says nothing",
        &[(
            "compose.yml",
            "services:\n  p:\n    image: registry.example.com/mon:1\n    command: [--config.file=/x]\n    \
             volumes: ['./x.cfg:/x']\n",
        )],
    ),
    started(
        "a secret of a compose file",
        &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    command: [--config.file=/run/secrets/c]\n    \
             secrets: [c]\nsecrets: {c: {file: ./x.cfg}}\n",
        )],
    ),
    Started {
        name: "a compose file that is laid over another one",
        base: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    volumes: ['.:/c']\n    \
             command: [--config.file=/c/prometheus.yml]\n",
        )],
        change: &[(
            "compose.prod.yml",
            "services:\n  p:\n    command: [--config.file=/c/x.cfg]\n",
        )],
    },
    started(
        "a compose file whose name does not say so",
        &[(
            "stack.prod",
            "services:\n  p:\n    image: prom/prometheus\n    \
             volumes: ['./x.cfg:/etc/prometheus/prometheus.yml']\n",
        )],
    ),
    started(
        "a quadlet",
        &[(
            "p.container",
            "[Container]\nImage=docker.io/prom/prometheus\nVolume=./x.cfg:/x:ro\nExec=--config.file=/x\n",
        )],
    ),
    started(
        "a unit of systemd",
        &[(
            "p.service",
            "[Service]\nExecStart=/usr/bin/prometheus \\\n  --config.file=/srv/x.cfg\n",
        )],
    ),
    started(
        "a job of Nomad",
        &[(
            "p.nomad",
            "config {\n  image = \"prom/prometheus\"\n  args = [\"--config.file=/local/x.cfg\"]\n}\n",
        )],
    ),
    started(
        "docker run in a Makefile",
        &[(
            "Makefile",
            "run:\n\tdocker run -v $(PWD)/x.cfg:/etc/prometheus/prometheus.yml prom/prometheus\n",
        )],
    ),
    started(
        "a workflow",
        &[(
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n    - run: prometheus --config.file x.cfg\n",
        )],
    ),
    started(
        "a ConfigMap that kubectl makes",
        &[(
            "up.sh",
            "kubectl create configmap p --from-file=prometheus.yml=x.cfg\n",
        )],
    ),
    started(
        "a task of Ansible",
        &[(
            "site.yml",
            "- hosts: all\n  tasks:\n  - copy:\n      src: x.cfg\n      \
             dest: /etc/prometheus/prometheus.yml\n",
        )],
    ),
    started(
        "a generator of kustomize alone",
        &[(
            "kustomization.yaml",
            "configMapGenerator:\n- name: p\n  files: [prometheus.yml=x.cfg]\n",
        )],
    ),
    started(
        "a file of a chart",
        &[(
            "chart/templates/c.yaml",
            "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |-\n\
             {{ .Files.Get \"x.cfg\" | indent 4 }}\n",
        )],
    ),
];

#[test]
fn what_a_change_starts_is_followed() {
    let mut wrong = String::new();
    for Started { name, base, change } in FOLLOWED {
        for is_bad in [true, false] {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            scratch.write(base);
            scratch.file("x.cfg", url(is_bad));
            scratch.commit("Base");
            scratch.write(change);
            scratch.commit("Change");
            let said = gate(&scratch);
            let is_found = said.as_ref().is_some_and(|said| said.contains(BAD));
            if is_found != is_bad || said.is_some() != is_bad {
                let _ = writeln!(wrong, "{name} ({is_bad}): {said:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A change that cannot be followed, and one like it that can, or that starts nothing.
struct Unfollowed {
    name: &'static str,
    base: Files,
    bad: Files,
    good: Files,
}

const COMPOSE: &str = "services:\n  p:\n    image: prom/prometheus\n    \
    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
const DOCKERFILE: &str = "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n";
const POD: &str = "kind: Pod\nmetadata: {name: prom}\nspec:\n  containers:\n  - name: p\n    \
    image: prom/prometheus\n    args: [--config.file=/c/x]\n    \
    volumeMounts: [{name: v, mountPath: /c}]\n  volumes:\n  - name: v\n    configMap: {name: cm}\n";
const MAP: &str = "kind: ConfigMap\nmetadata: {name: cm}\ndata:\n  x: |\n    remote_write:\n    \
    - url: https://mimir.example.com/api/v1/push\n";

const UNFOLLOWED: &[Unfollowed] = &[
    Unfollowed {
        name: "a file of an earlier stage",
        base: &[],
        bad: &[(
            "Dockerfile",
            "FROM alpine AS a\nCOPY prometheus.yml /x\nFROM prom/prometheus\n\
             COPY --from=a /x /etc/prometheus/prometheus.yml\n",
        )],
        good: &[("Dockerfile", DOCKERFILE)],
    },
    Unfollowed {
        name: "a command that writes over a file",
        base: &[("Dockerfile", DOCKERFILE)],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n\
             RUN sed -i s/mimir/x/ /etc/prometheus/prometheus.yml\n",
        )],
        good: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n\
             RUN promtool check config /etc/prometheus/prometheus.yml\n",
        )],
    },
    Unfollowed {
        name: "a command that makes a file",
        base: &[],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nRUN echo 'a: 1' > /etc/prometheus/prometheus.yml\n",
        )],
        good: &[(
            "Dockerfile",
            "FROM prom/prometheus\nRUN mkdir /etc/prometheus/rules\n",
        )],
    },
    Unfollowed {
        name: "a file from a server",
        base: &[],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nADD https://example.com/p /etc/prometheus/prometheus.yml\n",
        )],
        good: &[("Dockerfile", DOCKERFILE)],
    },
    Unfollowed {
        name: "an archive that is unpacked",
        base: &[("Dockerfile", DOCKERFILE), ("c.tar.gz", "x")],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n\
             ADD c.tar.gz /etc/prometheus/\n",
        )],
        good: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\nADD c.tar.gz /usr/share/\n",
        )],
    },
    Unfollowed {
        name: "a git repository",
        base: &[("Dockerfile", DOCKERFILE)],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nADD https://git.example.com/a/b.git#main:etc /etc/prometheus/\n",
        )],
        good: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n\
             ADD https://git.example.com/a/b.git#main /src/\n",
        )],
    },
    Unfollowed {
        name: "a configuration that sets nothing",
        base: &[("Dockerfile", DOCKERFILE), ("empty.yml", "# nothing\n")],
        bad: &[(
            "Dockerfile",
            "FROM prom/prometheus\nCOPY empty.yml /etc/prometheus/prometheus.yml\n",
        )],
        good: &[("README.md", "new\n")],
    },
    Unfollowed {
        name: "an image that brings its configuration",
        base: &[("Dockerfile", DOCKERFILE)],
        bad: &[(
            "Dockerfile",
            "FROM registry.example.com/acme-prometheus\nCMD [\"--config.file=/p.yml\"]\n",
        )],
        good: &[(
            "Dockerfile",
            "# ours\nFROM prom/prometheus\nCOPY prometheus.yml /etc/prometheus/\n",
        )],
    },
    Unfollowed {
        name: "a shell that writes the file first",
        base: &[("compose.yml", COMPOSE)],
        bad: &[(
            "compose.yml",
            "services:\n  p:\n    image: registry.example.com/prometheus\n    entrypoint: \
             [sh, -c, 'echo a > /tmp/p; exec prometheus --config.file=/tmp/p']\n",
        )],
        good: &[(
            "compose.yml",
            "services:\n  p:\n    image: registry.example.com/prometheus\n    volumes: ['.:/c']\n    \
             entrypoint: [sh, -c, 'ls; exec prometheus --config.file=/c/prometheus.yml']\n",
        )],
    },
    Unfollowed {
        name: "an entry point that is a script",
        base: &[("compose.yml", COMPOSE)],
        bad: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    entrypoint: /run\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
        )],
        good: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    user: root\n    \
             volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
        )],
    },
    Unfollowed {
        name: "a volume of the machine",
        base: &[("compose.yml", COMPOSE)],
        bad: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    volumes: ['conf:/etc/prometheus']\n\
             volumes: {conf: {}}\n",
        )],
        good: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    volumes: ['.:/etc/prometheus']\n",
        )],
    },
    Unfollowed {
        name: "a config from a variable",
        base: &[],
        bad: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    \
             configs: [{source: c, target: /etc/prometheus/prometheus.yml}]\n\
             configs: {c: {environment: PROMETHEUS}}\n",
        )],
        good: &[(
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    \
             configs: [{source: c, target: /etc/prometheus/prometheus.yml}]\n\
             configs: {c: {file: prometheus.yml}}\n",
        )],
    },
    Unfollowed {
        name: "a ConfigMap that is elsewhere",
        base: &[("pod.yaml", POD), ("map.yaml", MAP)],
        bad: &[(
            "pod.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec:\n  containers:\n  - name: p\n    \
             image: prom/prometheus\n    args: [--config.file=/c/x]\n    \
             volumeMounts: [{name: v, mountPath: /c}]\n  volumes:\n  - name: v\n    \
             configMap: {name: other}\n",
        )],
        good: &[(
            "map.yaml",
            "kind: ConfigMap\nmetadata: {name: cm}\ndata:\n  x: 'global: {}'\n",
        )],
    },
    Unfollowed {
        name: "a folder of the node",
        base: &[("map.yaml", MAP)],
        bad: &[(
            "pod.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec:\n  containers:\n  - name: p\n    \
             image: prom/prometheus\n    args: [--config.file=/c/x]\n    \
             volumeMounts: [{name: v, mountPath: /c}]\n  volumes:\n  - name: v\n    \
             hostPath: {path: /srv}\n",
        )],
        good: &[("pod.yaml", POD)],
    },
    Unfollowed {
        name: "a variable that the pod takes from a Secret",
        base: &[("map.yaml", MAP)],
        bad: &[(
            "pod.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec:\n  containers:\n  - name: p\n    \
             image: prom/prometheus\n    args: ['--config.file=$(C)']\n    \
             env: [{name: C, valueFrom: {secretKeyRef: {name: s, key: c}}}]\n    \
             volumeMounts: [{name: v, mountPath: /c}]\n  volumes:\n  - name: v\n    \
             configMap: {name: cm}\n",
        )],
        good: &[(
            "pod.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec:\n  containers:\n  - name: p\n    \
             image: prom/prometheus\n    args: ['--config.file=$(C)']\n    \
             env: [{name: C, value: /c/x}]\n    \
             volumeMounts: [{name: v, mountPath: /c}]\n  volumes:\n  - name: v\n    \
             configMap: {name: cm}\n",
        )],
    },
    Unfollowed {
        name: "a key that is not a text",
        base: &[("pod.yaml", POD), ("map.yaml", MAP)],
        bad: &[(
            "map.yaml",
            "kind: ConfigMap\nmetadata: {name: cm}\nbinaryData: {x: b29wcwo=}\n",
        )],
        good: &[(
            "map.yaml",
            "kind: ConfigMap\nmetadata: {name: cm}\ndata: {x: 'scrape_configs: []'}\n",
        )],
    },
    Unfollowed {
        name: "an environment file of a generator",
        base: &[("pod.yaml", POD)],
        bad: &[
            (
                "kustomization.yaml",
                "configMapGenerator:\n- name: cm\n  envs: [e]\n",
            ),
            ("e", "x={\"remote_wirte\": []}\n"),
        ],
        good: &[(
            "kustomization.yaml",
            "configMapGenerator:\n- name: cm\n  files: [x=prometheus.yml]\n",
        )],
    },
    Unfollowed {
        name: "a patch of the volumes",
        base: &[("pod.yaml", POD), ("map.yaml", MAP)],
        bad: &[(
            "patch.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec:\n  volumes: [{name: v, configMap: {name: o}}]\n  \
             containers: [{name: p}]\n",
        )],
        good: &[(
            "patch.yaml",
            "kind: Pod\nmetadata: {name: prom}\nspec: {priority: 1}\n",
        )],
    },
    Unfollowed {
        name: "a patch in a kustomization",
        base: &[("pod.yaml", POD), ("map.yaml", MAP)],
        bad: &[(
            "kustomization.yaml",
            "resources: [pod.yaml]\npatches:\n- target: {kind: Pod, name: prom}\n  patch: |-\n    \
             - {op: replace, path: /spec/volumes/0/configMap/name, value: other}\n",
        )],
        good: &[(
            "kustomization.yaml",
            "resources: [pod.yaml]\npatches:\n- target: {kind: Pod, name: prom}\n  patch: |-\n    \
             - {op: replace, path: /metadata/labels/a, value: other}\n",
        )],
    },
    Unfollowed {
        name: "an object of a kind that is not known",
        base: &[],
        bad: &[(
            "rollout.yaml",
            "kind: Rollout\nspec: {template: {spec: {containers: [{image: prom/prometheus,\n  \
             args: [--config.file=/c/none.cfg]}]}}}\n",
        )],
        good: &[(
            "rollout.yaml",
            "kind: Rollout\nspec: {template: {spec: {containers: [{image: prom/prometheus,\n  \
             args: [--config.file=/c/prometheus.yml]}]}}}\n",
        )],
    },
    Unfollowed {
        name: "a variable in a unit of systemd",
        base: &[],
        bad: &[(
            "p.service.d/o.conf",
            "[Service]\nExecStart=/usr/bin/prometheus --config.file=$CONFIG\n",
        )],
        good: &[(
            "p.service.d/o.conf",
            "[Service]\nExecStart=/usr/bin/prometheus --config.file=/etc/prometheus/prometheus.yml\n",
        )],
    },
    Unfollowed {
        name: "a key that a template fills",
        base: &[],
        bad: &[(
            "templates/c.yaml",
            "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n\
             {{ toYaml .Values.config | indent 4 }}\n",
        )],
        good: &[(
            "templates/c.yaml",
            "kind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n    \
             {{- if .Values.scrape }}\n    scrape_configs: []\n    {{- end }}\n",
        )],
    },
    Unfollowed {
        name: "flags of vmagent in variables",
        base: &[],
        bad: &[(
            "compose.yml",
            "services:\n  v:\n    image: victoriametrics/vmagent\n    command: [-envflag.enable]\n    \
             environment: {remoteWrite_url: foo}\n",
        )],
        good: &[(
            "compose.yml",
            "services:\n  v:\n    image: victoriametrics/vmagent\n    \
             command: ['-remoteWrite.url=https://vm.example.com/api/v1/write']\n",
        )],
    },
    Unfollowed {
        name: "a text that cloud-init writes",
        base: &[],
        bad: &[(
            "user-data",
            "#cloud-config\nwrite_files:\n- path: /etc/prometheus/prometheus.yml\n  content: |\n    \
             remote_write: [{url: foo}]\n",
        )],
        good: &[(
            "user-data",
            "#cloud-config\nwrite_files:\n- path: /etc/motd\n  content: |\n    hello\n",
        )],
    },
    Unfollowed {
        name: "a key of an object whose kind is not known",
        base: &[],
        bad: &[(
            "secret.yaml",
            "kind: ExternalSecret\nspec:\n  target:\n    template:\n      data:\n        prometheus.yml: |\n          \
             remote_write: [{url: foo}]\n",
        )],
        good: &[(
            "secret.yaml",
            "kind: ExternalSecret\nspec:\n  target:\n    template:\n      data:\n        prometheus.yml: |\n          \
             see elsewhere\n",
        )],
    },
    Unfollowed {
        name: "a key of an object in a task of Ansible",
        base: &[],
        bad: &[(
            "site.yml",
            "- hosts: all\n  tasks:\n  - k8s:\n      definition:\n        kind: ConfigMap\n        data:\n          \
             prometheus.yaml: |\n            remote_write: [{url: foo}]\n",
        )],
        good: &[(
            "site.yml",
            "- hosts: all\n  tasks:\n  - k8s:\n      definition:\n        kind: ConfigMap\n        data:\n          \
             prometheus.yaml.md: |\n            remote_write: [{url: foo}]\n",
        )],
    },
];

#[test]
fn what_cannot_be_followed_is_listed() {
    let mut wrong = String::new();
    for case in UNFOLLOWED {
        for (is_bad, files) in [(true, case.bad), (false, case.good)] {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            scratch.write(case.base);
            scratch.commit("Base");
            scratch.write(files);
            scratch.commit("Change");
            let said = gate(&scratch);
            let is_listed = said
                .as_ref()
                .is_some_and(|said| said.contains(": unchecked "));
            if is_listed != is_bad || said.is_some() != is_bad {
                let _ = writeln!(wrong, "{} ({is_bad}): {said:?}", case.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is not a configuration, and what Prometheus therefore rejects or loads without its
/// settings.
const CONTENTS: &[&str] = &[
    "oops",
    "foo: 1",
    "remote_wirte: [{url: foo}]",
    "- job_name: a",
    "{kind: ConfigMap, metadata: {name: a}, data: {}}",
    "<html></html>",
];

/// Files with a content that Prometheus is started with.
type CarrierFiles = fn(&str) -> Vec<(&'static str, String)>;

const HOLDERS: &[(&str, CarrierFiles)] = &[
    ("a file", |content| {
        vec![
            ("compose.yml", COMPOSE.replace("prometheus.yml:", "x.cfg:")),
            ("x.cfg", content.to_owned()),
        ]
    }),
    ("a key of a ConfigMap", |content| {
        let map =
            format!("kind: ConfigMap\nmetadata: {{name: cm}}\ndata:\n  x: |\n    {content}\n");
        vec![("pod.yaml", POD.to_owned()), ("map.yaml", map)]
    }),
    ("a literal of a generator", |content| {
        let literal = format!("configMapGenerator:\n- name: cm\n  literals: ['x={content}']\n");
        vec![
            ("pod.yaml", POD.to_owned()),
            ("kustomization.yaml", literal),
        ]
    }),
    ("a config of a compose file", |content| {
        let service = "services:\n  p:\n    image: prom/prometheus\n    \
            configs: [{source: c, target: /etc/prometheus/prometheus.yml}]\n";
        let config = format!("configs:\n  c:\n    content: |\n      {content}\n");
        vec![("compose.yml", format!("{service}{config}"))]
    }),
    ("a here-document", |content| {
        let copy = "FROM prom/prometheus\nCOPY <<EOF /etc/prometheus/prometheus.yml\n";
        vec![("Dockerfile", format!("{copy}{content}\nEOF\n"))]
    }),
];

#[test]
fn what_is_started_is_judged_whatever_it_looks_like() {
    let mut wrong = String::new();
    let good = format!("{{remote_write: [{{url: {GOOD:?}}}]}}");
    for (name, holder) in HOLDERS {
        for content in CONTENTS.iter().chain([&&*good]) {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            for (path, content) in holder(content) {
                scratch.file(path, content);
            }
            scratch.commit("Change");
            let said = gate(&scratch);
            if said.is_some() != (*content != good) {
                let _ = writeln!(wrong, "{name} ({content}): {said:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_configuration_that_loses_all_it_said_is_a_finding() {
    for (content, is_shown) in [("", true), ("# none\n", true), ("global: {}\n", false)] {
        let scratch = Scratch::repository(&[
            ("x.cfg", BASE),
            ("compose.yml", &COMPOSE.replace("prometheus.yml:", "x.cfg:")),
        ]);
        scratch.commit("Base");
        scratch.file("x.cfg", content);
        scratch.commit("Change");
        let said = gate(&scratch);
        assert_eq!(said.is_some(), is_shown, "{content:?}: {said:?}");
    }
}

/// A repository whose folder `conf` is mounted, and then a submodule that is not checked out.
#[test]
fn a_submodule_that_is_not_checked_out_is_shown() {
    let compose =
        "services:\n  p:\n    image: prom/prometheus\n    volumes: ['./conf:/etc/prometheus']\n";
    let link = |scratch: &Scratch, commit: &str| {
        let entry = format!("160000,{},conf", commit.repeat(40));
        scratch.git(&["update-index", "--add", "--cacheinfo", &entry]);
        scratch.git(&["commit", "-q", "-m", "Submodule"]);
    };
    let scratch = Scratch::repository(&[("compose.yml", compose), ("conf/prometheus.yml", BASE)]);
    scratch.remove("conf/prometheus.yml");
    scratch.git(&["rm", "-q", "--cached", "conf/prometheus.yml"]);
    link(&scratch, "1");
    let said = gate(&scratch).unwrap_or_default();
    assert!(said.contains("conf/prometheus.yml"), "{said}");
    assert!(said.contains("files/no-longer-read"), "{said}");
    // It moves on.
    link(&scratch, "2");
    let said = gate(&scratch).unwrap_or_default();
    assert!(said.contains("compose.yml:4:15: unchecked"), "{said}");
    // Something else changes.
    scratch.git(&["commit", "-q", "--allow-empty", "-m", "Other"]);
    assert_eq!(gate(&scratch), None);
}

/// docs/ci.md says so.
#[test]
fn what_is_moved_out_of_what_is_checked_is_listed() {
    let scratch = Scratch::repository(&[("prom/prometheus.yml", BASE), ("prom/a.yml", BASE)]);
    scratch.remove("prom/prometheus.yml");
    scratch.file("other/prometheus.yml", BASE);
    scratch.commit("Move");
    let ran = scratch.promvet(&["--since", "main~", "--format", "concise", "prom"]);
    assert_eq!(ran.status, Some(0), "{}", ran.said());
    let expected = "other/prometheus.yml:1:1: unchecked";
    assert!(ran.said().starts_with(expected), "{}", ran.said());
    assert_eq!(gate(&scratch), None);
}

/// Configurations of other programs, in the forms that a change may give them.
const OTHERS: &[(&str, &str)] = &[
    (
        "app.yaml",
        "kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: p}\nspec:\n  source:\n    helm:\n      \
         values: |\n        server: {remoteWrite: [{url: 'URL'}]}\n        serverFiles: {}\n",
    ),
    (
        "app.yaml",
        "kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: p}\nspec:\n  source:\n    helm:\n      \
         valuesObject:\n        server: {remoteWrite: [{url: 'URL'}]}\n        serverFiles: {}\n",
    ),
    (
        "values.yaml",
        "prometheus:\n  prometheusSpec:\n    additionalConfig: {remoteWrite: [{url: 'URL'}]}\n",
    ),
    (
        "values.yaml",
        "prometheus:\n  prometheusSpec:\n    additionalConfigString: |\n      remoteWrite:\n      \
         - url: URL\n",
    ),
    (
        "cfg.hcl",
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"URL\"\n  }\n}\n",
    ),
    (
        "config.alloy.tmpl",
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"URL\"\n  }\n}\n",
    ),
    (
        "map.yaml",
        "kind: ConfigMap\nmetadata: {name: a}\ndata:\n  config: |\n    \
         prometheus.remote_write \"a\" {\n      endpoint {\n        url = \"URL\"\n      }\n    }\n",
    ),
    (
        "compose.yml",
        "services: {}\nconfigs:\n  c:\n    content: |\n      prometheus.remote_write \"a\" {\n        \
         endpoint {\n          url = \"URL\"\n        }\n      }\n",
    ),
    (
        "compose.yml",
        "services: {}\nconfigs:\n  c:\n    content: |\n      exporters:\n        \
         prometheusremotewrite: {endpoint: 'URL'}\n      service: {pipelines: {}}\n",
    ),
];

#[test]
fn other_programs_are_read_in_every_form() {
    let mut wrong = String::new();
    for (path, content) in OTHERS {
        for (url, is_bad) in [(BAD, true), (GOOD, false)] {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            scratch.file(path, content.replace("URL", url));
            scratch.commit("Change");
            let said = gate(&scratch);
            if said.is_some() != is_bad {
                let _ = writeln!(wrong, "{path} ({is_bad}): {said:?}\n{content}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The file is there and is not read; what is new is that Alloy gets it.
#[test]
fn a_configuration_of_alloy_is_read_where_it_is_mounted() {
    for (command, target) in [
        ("[run, /etc/alloy/config.alloy]", "/etc/alloy/config.alloy"),
        ("[run, /cfg]", "/cfg"),
    ] {
        for is_bad in [true, false] {
            let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
            let url = if is_bad { BAD } else { GOOD };
            let alloy = format!(
                "prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = {url:?}\n  }}\n}}\n"
            );
            scratch.file("cfg.hcl", alloy);
            scratch.commit("Base");
            let compose = format!(
                "services:\n  a:\n    image: grafana/alloy:v1.5.0\n    command: {command}\n    \
                 volumes: ['./cfg.hcl:{target}']\n"
            );
            scratch.file("compose.yml", compose);
            scratch.commit("Change");
            let said = gate(&scratch);
            assert_eq!(said.is_some(), is_bad, "{target}: {said:?}");
        }
    }
}

/// Flags of other programs, and starts that the change has nothing to do with.
#[test]
fn what_is_none_of_its_business_is_not_listed() {
    let flags = "services:\n  a:\n    image: prom/alertmanager\n    command: [--config.file=/x]\n  \
        b:\n    image: grafana/loki\n    command: -config.file=/x\n  c:\n    image: \
        registry.example.com/acme/snmp-exporter\n    command: [--config.file=/x]\n";
    for (path, content) in [
        ("compose.yml", flags),
        ("README.md", "Run `prometheus --config.file=x.yml`.\n"),
        ("a.go", "exec(\"prometheus\", \"--config.file=x.yml\")\n"),
        ("run.sh", "# prometheus --config.file=x.cfg\n"),
        (
            "alertmanager.service",
            "ExecStart=/usr/bin/prometheus-alertmanager --config.file=/etc/prometheus/a.yml\n",
        ),
        (
            "Dockerfile",
            "FROM prom/prometheus:v3.5.0\nUSER root\nRUN apk add curl\n",
        ),
        (
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus:v3.5.0\n",
        ),
        (
            "compose.yml",
            "services:\n  p:\n    image: prom/prometheus\n    entrypoint: [promtool, check, config, /x]\n",
        ),
    ] {
        let scratch = Scratch::repository(&[("prometheus.yml", BASE)]);
        scratch.file(path, content);
        scratch.commit("Change");
        assert_eq!(gate(&scratch), None, "{path}");
    }
    // It could not be followed before, and the change does not touch it.
    let scratch = Scratch::repository(&[("prometheus.yml", BASE), ("pod.yaml", POD)]);
    scratch.file("other.yml", "a: 1\n");
    scratch.commit("Change");
    assert_eq!(gate(&scratch), None);
}

/// A program holds words of any kind; that of promvet has those of every way to start Prometheus.
#[test]
fn a_program_that_a_change_brings_starts_nothing() {
    let scratch = Scratch::repository(&[("prometheus.yml", "global: {}\n")]);
    let line = "prometheus --config.file=$CONFIG --web.listen-address=:9090\n";
    let said = |content: String| {
        scratch.file("bin/tool", content);
        let ran = scratch.promvet(&["--since", "HEAD", "--require-coverage"]);
        ran.said().contains("bin/tool")
    };
    assert!(said(format!("#!/bin/sh\n{line}")));
    assert!(!said(format!("\u{7f}ELF\0\n{line}")));
}
