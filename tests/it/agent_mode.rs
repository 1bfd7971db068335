//! A configuration with rule files that something of the tree starts in agent mode, however it does:
//! Prometheus rejects it. Without `--agent`, with another file, or where a server may load it too, there
//! is nothing to say.

use crate::support::scratch::Scratch;

const CONFIG: &str =
    "rule_files: []\nremote_write:\n- url: https://mimir.example.com/api/v1/push\n";

/// How Prometheus is started with a configuration: the path of that, and the other files. `FLAG` is
/// `--agent` or another flag.
struct Way {
    name: &'static str,
    config: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const fn way(
    name: &'static str,
    config: &'static str,
    files: &'static [(&'static str, &'static str)],
) -> Way {
    Way {
        name,
        config,
        files,
    }
}

const WAYS: &[Way] = &[
    way(
        "a unit beside the configuration",
        "deploy/prometheus.yml",
        &[(
            "deploy/prometheus.service",
            "[Service]\nExecStart=/usr/local/bin/prometheus \\\n  --config.file=/etc/prometheus/prometheus.yml \\\n  FLAG\n",
        )],
    ),
    way(
        "a unit and a script that installs the configuration",
        "conf/agent.yml",
        &[
            (
                "systemd/prometheus.service",
                "[Service]\nExecStart=/usr/bin/prometheus FLAG --config.file=/etc/prometheus/prometheus.yml\n",
            ),
            (
                "install.sh",
                "#!/bin/sh\nsudo install -m 0644 conf/agent.yml /etc/prometheus/prometheus.yml\n",
            ),
        ],
    ),
    way(
        "a unit and the file system of its machine",
        "rootfs/etc/prometheus/prometheus.yml",
        &[(
            "rootfs/etc/systemd/system/prometheus.service",
            "[Service]\nExecStart=/usr/bin/prometheus FLAG --config.file /etc/prometheus/prometheus.yml\n",
        )],
    ),
    way(
        "the variables of a package",
        "etc/prometheus/prometheus.yml",
        &[(
            "etc/default/prometheus",
            "# Flags\nARGS=\"FLAG --config.file=/etc/prometheus/prometheus.yml\"\n",
        )],
    ),
    way(
        "a Quadlet",
        "prom.yml",
        &[(
            "prometheus.container",
            "[Container]\nImage=docker.io/prom/prometheus:v3.5.0\nVolume=./prom.yml:/etc/prometheus/prometheus.yml:ro,Z\nExec=--config.file=/etc/prometheus/prometheus.yml FLAG\n",
        )],
    ),
    way(
        "a unit that starts a container",
        "prom.yml",
        &[(
            "prometheus.service",
            "[Service]\nExecStart=/usr/bin/podman run --rm --name prom \\\n  -v ./prom.yml:/c/p.yml:ro \\\n  quay.io/prometheus/prometheus:v3.5.0 FLAG --config.file=/c/p.yml\n",
        )],
    ),
    way(
        "a script",
        "prometheus.yml",
        &[(
            "run.sh",
            "#!/bin/sh\nset -e\nexec ./prometheus \\\n  --config.file=\"$PWD/prometheus.yml\" \\\n  FLAG \"$@\"\n",
        )],
    ),
    way(
        "a script in another folder",
        "deploy/prometheus.yml",
        &[(
            "scripts/run",
            "#!/bin/sh\ncd deploy && prometheus FLAG --config.file=prometheus.yml >> log 2>&1 &\n",
        )],
    ),
    way(
        "docker run in a script",
        "conf/prom.yml",
        &[(
            "run.sh",
            "docker run -d --name prometheus -p 9090:9090 \\\n  -v \"$(pwd)/conf\":/etc/prometheus \\\n  prom/prometheus:v3.5.0 --config.file=/etc/prometheus/prom.yml FLAG\n",
        )],
    ),
    way(
        "docker run with --mount",
        "prom.yml",
        &[(
            "run.sh",
            "docker run --mount type=bind,src=$PWD/prom.yml,dst=/p.yml prom/prometheus --config.file=/p.yml FLAG\n",
        )],
    ),
    way(
        "a makefile",
        "prometheus.yml",
        &[(
            "Makefile",
            "run:\n\t@docker run --rm -v $(CURDIR)/prometheus.yml:/etc/prometheus/prometheus.yml prom/prometheus:v3.5.0 --config.file=/etc/prometheus/prometheus.yml FLAG\n",
        )],
    ),
    way(
        "a target that copies first",
        "etc/agent.yml",
        &[(
            "Makefile",
            "run:\n\tcp etc/agent.yml /tmp/p.yml\n\tprometheus FLAG --config.file=/tmp/p.yml\n",
        )],
    ),
    way(
        "a job of Nomad",
        "prometheus.yml",
        &[(
            "prometheus.nomad",
            "job \"p\" {\n  group \"p\" {\n    task \"p\" {\n      driver = \"docker\"\n      template {\n        data        = file(\"prometheus.yml\")\n        destination = \"local/prometheus.yml\"\n      }\n      config {\n        image = \"prom/prometheus:v3.5.0\"\n        args = [\n          \"--config.file=/etc/prometheus/prometheus.yml\",\n          \"FLAG\",\n        ]\n        volumes = [\"local/prometheus.yml:/etc/prometheus/prometheus.yml\"]\n      }\n    }\n  }\n}\n",
        )],
    ),
    way(
        "a job of Nomad without a container",
        "files/agent.yml",
        &[(
            "jobs/prometheus.hcl",
            "job \"p\" {\n  task \"p\" {\n    driver = \"exec\"\n    config {\n      command = \"/usr/bin/prometheus\"\n      args    = [\"FLAG\", \"--config.file\", \"${NOMAD_TASK_DIR}/agent.yml\"]\n    }\n    template {\n      source      = \"files/agent.yml\"\n      destination = \"local/agent.yml\"\n    }\n  }\n}\n",
        )],
    ),
    way(
        "a command of Ansible",
        "roles/prometheus/files/prometheus.yml",
        &[(
            "roles/prometheus/tasks/main.yml",
            "- name: Configuration\n  ansible.builtin.copy:\n    src: prometheus.yml\n    dest: /etc/prometheus/prometheus.yml\n- name: Start\n  ansible.builtin.command: >-\n    /usr/bin/prometheus\n    FLAG\n    --config.file=/etc/prometheus/prometheus.yml\n",
        )],
    ),
    way(
        "a unit of a role",
        "roles/prometheus/templates/prometheus.yml",
        &[
            (
                "roles/prometheus/templates/prometheus.service.j2",
                "[Service]\nExecStart={{ bin }}/prometheus \\\n  --config.file={{ conf }}/prometheus.yml \\\n  FLAG\n",
            ),
            (
                "roles/prometheus/tasks/main.yml",
                "- template:\n    src: prometheus.yml\n    dest: \"{{ conf }}/prometheus.yml\"\n",
            ),
        ],
    ),
    way(
        "a container of Ansible",
        "files/prometheus.yml",
        &[(
            "site.yml",
            "- hosts: all\n  tasks:\n  - name: Start\n    community.docker.docker_container:\n      name: prometheus\n      image: prom/prometheus:v3.5.0\n      command:\n        - --config.file=/etc/prometheus/prometheus.yml\n        - FLAG\n      volumes:\n        - \"{{ playbook_dir }}/files/prometheus.yml:/etc/prometheus/prometheus.yml:ro\"\n",
        )],
    ),
    way(
        "the entry point of an image",
        "conf/prometheus.yml",
        &[
            (
                "Dockerfile",
                "FROM prom/prometheus:v3.5.0\nCOPY conf/prometheus.yml /etc/prometheus/prometheus.yml\nCOPY run.sh /run.sh\nENTRYPOINT [\"/run.sh\"]\n",
            ),
            (
                "run.sh",
                "#!/bin/sh\nexec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml FLAG\n",
            ),
        ],
    ),
    way(
        "the entry point of a service",
        "prom.yml",
        &[
            (
                "compose.yml",
                "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    entrypoint: /run.sh\n    volumes: ['./prom.yml:/etc/prometheus/prometheus.yml', './run.sh:/run.sh']\n",
            ),
            (
                "run.sh",
                "#!/bin/sh\nexec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml FLAG\n",
            ),
        ],
    ),
    way(
        "a workflow",
        "ci/prometheus.yml",
        &[(
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n    - run: ./prometheus --config.file=ci/prometheus.yml FLAG &\n",
        )],
    ),
];

fn found(way: &Way, flag: &str) -> Scratch {
    let scratch = Scratch::new(&[(way.config, CONFIG)]);
    for (path, content) in way.files {
        scratch.file(path, content.replace("FLAG", flag));
    }
    scratch
}

#[test]
fn rule_files_of_an_agent_are_reported_however_it_is_started() {
    let config = CONFIG.replace("[]", "[rules.yml]");
    let mut wrong = Vec::new();
    for way in WAYS {
        for (flag, expected) in [
            ("--agent", true),
            ("--web.enable-lifecycle", false),
            ("--enable-feature=agent,exemplar-storage", !mentions_3(way)),
        ] {
            let scratch = found(way, flag);
            scratch.file(way.config, &config);
            scratch.file("deploy/rules.yml", "groups: []\n");
            let ran = scratch.promvet(&["--format", "concise"]);
            let is_found = ran.stdout.contains("is not allowed in agent mode");
            if is_found != expected {
                wrong.push(format!("{} ({flag}): {}", way.name, ran.said()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Prometheus 3.0 and newer do not know the feature, and start as a server.
fn mentions_3(way: &Way) -> bool {
    way.files
        .iter()
        .any(|(_, content)| content.contains(":v3."))
}

/// The rule files alone decide: an agent with none, and one with another configuration.
#[test]
fn an_agent_that_loads_another_file_says_nothing() {
    let config = CONFIG.replace("[]", "[rules.yml]");
    for (name, files) in [
        (
            "a server loads it too",
            &[(
                "run.sh",
                "case $1 in\nagent) prometheus --agent --config.file=prometheus.yml ;;\nserver) prometheus --config.file=prometheus.yml ;;\nesac\n",
            )][..],
        ),
        (
            "another file",
            &[("run.sh", "prometheus --agent --config.file=agent.yml\n")],
        ),
        (
            "two files of the name",
            &[
                (
                    "scripts/run.sh",
                    "prometheus --agent --config.file=prometheus.yml\n",
                ),
                ("scripts/prometheus.yml", "remote_write: []\n"),
            ],
        ),
        (
            "a variable names the file",
            &[("run.sh", "prometheus --agent --config.file=$CONFIG\n")],
        ),
        (
            "a template chooses",
            &[(
                "prometheus.service.j2",
                "[Service]\nExecStart=/usr/bin/prometheus {% if agent %}--agent{% endif %} --config.file=/etc/prometheus/prometheus.yml\n",
            )],
        ),
        (
            "a comment",
            &[(
                "run.sh",
                "# prometheus --agent --config.file=prometheus.yml\n",
            )],
        ),
        (
            "another program",
            &[(
                "run.sh",
                "grafana-agent --agent --config.file=prometheus.yml\nsystemctl restart prometheus\n",
            )],
        ),
        (
            "a file that another one hides",
            &[(
                "run.sh",
                "docker run -v $PWD/prometheus.yml:/etc/prometheus/prometheus.yml prom/prometheus --agent --config.file=/agent.yml\n",
            )],
        ),
        (
            "a container elsewhere",
            &[(
                "run.sh",
                "docker run prom/prometheus --agent --config.file=/etc/prometheus/prometheus.yml\n",
            )],
        ),
        (
            "a script of a container that is not in sight",
            &[
                (
                    "run.sh",
                    "prometheus --agent --config.file=/etc/prometheus/agent.yml\n",
                ),
                (
                    "compose.yml",
                    "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    entrypoint: /other.sh\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
                ),
            ],
        ),
        (
            "a server in a container",
            &[
                (
                    "run.sh",
                    "prometheus --agent --config.file=prometheus.yml\n",
                ),
                (
                    "compose.yml",
                    "services:\n  p:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n",
                ),
            ],
        ),
    ] {
        let scratch = Scratch::new(files);
        scratch.file("prometheus.yml", &config);
        scratch.file("rules.yml", "groups: []\n");
        let ran = scratch.promvet(&["--format", "concise"]);
        let is_found = ran.stdout.contains("is not allowed in agent mode");
        assert!(!is_found, "{name}: {}", ran.said());
    }
}

/// The report shows where the agent is started, and no line of the script.
#[test]
fn the_start_is_shown_as_evidence() {
    let scratch = Scratch::new(&[
        ("prometheus.yml", &CONFIG.replace("[]", "[rules.yml]")),
        (
            "run.sh",
            "TOKEN=s3cr3t-v4lu3 prometheus --agent --config.file=prometheus.yml\n",
        ),
    ]);
    let ran = scratch.promvet(&[]);
    assert!(ran.stdout.contains("run.sh:1:31"), "{}", ran.said());
    assert!(!ran.stdout.contains("s3cr3t"), "{}", ran.said());
}
