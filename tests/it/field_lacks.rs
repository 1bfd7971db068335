//! Files that a checkout lacks and that may be where Prometheus runs all the same, each beside the real fault.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is reported at warning or above.
fn reported(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = memory::found("/tree", &memory::tree(files));
    found.retain(|one| one.severity > Severity::Info);
    found
}

/// Nothing, or one finding: how bad it is, and its rule.
#[track_caller]
fn expect(files: &[(&str, &str)], expected: Option<(Severity, &str)>) {
    let found = reported(files);
    match (expected, found.as_slice()) {
        (None, []) => {}
        (Some((severity, rule)), [one]) => {
            assert_eq!((one.severity, &*one.rule), (severity, rule), "{files:?}");
        }
        _ => panic!("{files:?}: {found:?}"),
    }
}

const MISSING: Option<(Severity, &str)> = Some((Severity::Error, "credentials/missing"));
const NO_RULES: Option<(Severity, &str)> = Some((Severity::Error, "files/missing"));

const COMPOSE: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n    - ./monitoring:/etc/prometheus\n";
const WITH_TOKEN: &str = "scrape_configs:\n- job_name: a\n  scheme: https\n  authorization: {credentials_file: token}\n  static_configs: [{targets: ['a.example.com']}]\n";
const WITH_RULES: &str = "rule_files: [rules/node.yml]\nscrape_configs:\n- job_name: a\n  static_configs: [{targets: ['b.example.com:80']}]\n";

#[test]
fn any_text_may_name_the_token_that_people_make() {
    let tree = |name: &str, content: &str, expected| {
        let files = [
            ("docker-compose.yml", COMPOSE),
            ("monitoring/prometheus.yml", WITH_TOKEN),
            (name, content),
        ];
        expect(&files, expected);
    };
    for (name, content) in [
        (
            "package.json",
            "{\"scripts\": {\"t\": \"node -e \\\"writeFileSync('monitoring/token', t)\\\"\"}}\n",
        ),
        (
            "magefile.go",
            "func T() error { return os.WriteFile(\"monitoring/token\", t, 0o400) }\n",
        ),
        (
            "setup.ps1",
            "Set-Content -Path monitoring\\token -Value $env:TOKEN\n",
        ),
        (".env.example", "# path: monitoring/token\n"),
        (".dockerignore", "monitoring/token\n"),
        (
            "README.md",
            "Create the file `monitoring/token` before the first start.\n",
        ),
        (
            "docs/setup.md",
            "    docker run -v ~/token:/etc/prometheus/token prom/prometheus\n",
        ),
        (
            "main.tf",
            "resource \"local_sensitive_file\" \"t\" {\n  filename = \"${path.module}/monitoring/token\"\n}\n",
        ),
        (
            "Taskfile.yml",
            "tasks:\n  t: {cmds: ['pass show t > {{.DIR}}/token']}\n",
        ),
    ] {
        tree(name, content, None);
    }
    for (name, content) in [
        ("README.md", "The API wants a token.\n"),
        ("README.md", "Set `credentials_file: monitoring/token`.\n"),
        ("README.md", "Create the file `monitoring/token.txt`.\n"),
        ("README.md", "Create the file `other/token`.\n"),
        ("CHANGELOG.md", "- Move `monitoring/token`.\n"),
        (
            "magefile.go",
            "os.WriteFile(\"monitoring/tokens\", t, 0o400)\n",
        ),
    ] {
        tree(name, content, MISSING);
    }
}

#[test]
fn comments_and_hooks_of_a_compose_file_may_say_who_makes_a_token() {
    let tree = |compose: &str, config: &str, expected| {
        let files = [
            ("docker-compose.yml", compose),
            ("monitoring/prometheus.yml", config),
        ];
        expect(&files, expected);
    };
    tree(COMPOSE, WITH_TOKEN, MISSING);
    let hook = format!(
        "{COMPOSE}    post_start: [{{command: [sh, -c, 'echo $$T > /etc/prometheus/token']}}]\n"
    );
    tree(&hook, WITH_TOKEN, None);
    tree(&hook.replace("/token'", "/other'"), WITH_TOKEN, MISSING);
    tree(
        &format!("{COMPOSE}    # create monitoring/token first\n"),
        WITH_TOKEN,
        None,
    );
    // The very file is mounted: its owner has it beside the checkout.
    tree(
        &format!("{COMPOSE}    - ./monitoring/token:/etc/prometheus/token:ro\n"),
        WITH_TOKEN,
        None,
    );
    let comment =
        format!("# put your token into a file called `token` beside this file\n{WITH_TOKEN}");
    tree(COMPOSE, &comment, None);
    let comment = format!("# the token of the API\n{WITH_TOKEN}");
    tree(COMPOSE, &comment, MISSING);
}

#[test]
fn any_program_may_write_rules_and_people_may_write_of_them() {
    let tree = |name: &str, content: &str, expected| {
        let files = [
            ("docker-compose.yml", COMPOSE),
            ("monitoring/prometheus.yml", WITH_RULES),
            (name, content),
        ];
        expect(&files, expected);
    };
    for (name, content) in [
        (
            "package.json",
            "{\"scripts\": {\"r\": \"node r.js > monitoring/rules/node.yml\"}}\n",
        ),
        (
            "configuration.nix",
            "environment.etc.\"prometheus/rules/node.yml\".source = ./node.yml;\n",
        ),
        (
            "init.sls",
            "/etc/prometheus/rules/node.yml:\n  file.managed: [{source: 'salt://n.j2'}]\n",
        ),
        (
            "Makefile",
            "rules:\n\tjsonnet -m monitoring/rules rules.jsonnet\n",
        ),
        ("Makefile", "rules:\n\tcp -r alerts monitoring/rules\n"),
        (
            "tasks.yml",
            "- template: {src: r.j2, dest: '/etc/prometheus/rules/{{ item }}.yml'}\n  loop: [node]\n",
        ),
        (
            "p.pkr.hcl",
            "inline = [\"aws s3 cp s3://b/rules/ /etc/prometheus/rules/ --recursive\"]\n",
        ),
    ] {
        tree(name, content, None);
    }
    let warning = Some((Severity::Warning, "files/missing"));
    tree(
        "README.md",
        "- `monitoring/rules/node.yml`: alerts of nodes\n",
        warning,
    );
    for (name, content) in [
        (
            "README.md",
            "- `monitoring/rules/disk.yml`: alerts of disks\n",
        ),
        (
            "Makefile",
            "check:\n\tpromtool check rules monitoring/rules/node.yml\n",
        ),
        // What is copied are the files that are there.
        (
            "Makefile",
            "up:\n\tcp -r monitoring/rules /etc/prometheus/rules\n",
        ),
        ("Makefile", "up:\n\tls monitoring/rules\n"),
    ] {
        tree(name, content, NO_RULES);
    }
}

#[test]
fn where_an_image_runs_is_not_in_its_dockerfile() {
    let config = WITH_TOKEN.replace(
        "credentials_file: token",
        "credentials_file: /run/secrets/token",
    );
    let dockerfile =
        "FROM prom/prometheus:v3.5.0\nCOPY prometheus.yml /etc/prometheus/prometheus.yml\n";
    let image = [
        ("Dockerfile", dockerfile),
        ("prometheus.yml", config.as_str()),
    ];
    expect(&image, None);
    let compose = (
        "docker-compose.yml",
        "services:\n  prometheus: {build: .}\n",
    );
    let not_mounted = Some((Severity::Error, "credentials/not-mounted"));
    expect(&[image[0], image[1], compose], not_mounted);
}

#[test]
fn a_script_may_run_in_the_folder_of_what_it_makes() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n    - ./prometheus.yml:/etc/prometheus/prometheus.yml\n    - ./certs:/tls:ro\n";
    let config = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: /tls/ca.pem}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";
    let tree = |name: &str, content: &str, expected| {
        let files = [
            ("docker-compose.yml", compose),
            ("prometheus.yml", config),
            ("certs/other.pem", "x"),
            (name, content),
        ];
        expect(&files, expected);
    };
    let makes = "openssl req -x509 -out ca.pem -keyout ca.key\n";
    tree("certs/gen.sh", makes, None);
    tree("certs/Makefile", &format!("all:\n\t{makes}"), None);
    tree("README.md", &format!("    cd certs\n    {makes}"), None);
    tree("README.md", "Put your `certs/ca.pem` there.\n", None);
    tree(
        "main.tf",
        "filename = \"${path.module}/certs/ca.pem\"\n",
        None,
    );
    tree("docs/a.md", &format!("    cd other\n    {makes}"), MISSING);
    tree(
        "certs/gen.sh",
        "openssl req -x509 -out root-ca.pem\n",
        MISSING,
    );
}

#[test]
fn names_that_nothing_verifies_over_http_are_told_once() {
    let config = |scheme: &str| {
        format!(
            "scrape_configs:\n- job_name: a\n  scheme: {scheme}\n  tls_config: {{server_name: 'https://b.example.com'}}\n  static_configs: [{{targets: ['10.0.0.1:80']}}]\n"
        )
    };
    expect(
        &[("prometheus.yml", &config("http"))],
        Some((Severity::Warning, "tls/unused")),
    );
    expect(
        &[("prometheus.yml", &config("https"))],
        Some((Severity::Error, "tls/server-name")),
    );
}

#[test]
fn tags_of_a_template_are_one_word_of_a_command() {
    let unit = |value: &str| {
        format!(
            "[Service]\nExecStart=/usr/bin/vmagent -promscrape.config=/etc/a.yml -remoteWrite.url={value}\n"
        )
    };
    for (name, value) in [
        ("vmagent.service.j2", "{{ vm_url }}"),
        ("vmagent.service.j2", "\"{{ vm_url }}\""),
        (
            "vmagent.service.j2",
            "http://{{ vm_host }}:8428/api/v1/write",
        ),
        ("vmagent.service.erb", "<%= @url %>"),
    ] {
        expect(&[(name, &unit(value))], None);
    }
    let fault = Some((Severity::Error, "remote-write/url-syntax"));
    expect(&[("vmagent.service", &unit("vm:8428"))], fault);
    expect(&[("vmagent.service.j2", &unit("vm:8428"))], fault);
}

#[test]
fn paths_of_windows_lead_to_another_machine() {
    let config = |path: &str| {
        WITH_TOKEN.replace(
            "credentials_file: token",
            &format!("credentials_file: '{path}'"),
        )
    };
    for path in [
        "C:\\Prometheus\\token.txt",
        "D:/certs/token",
        "\\\\server\\share\\token",
    ] {
        expect(&[("prometheus.yml", &config(path))], None);
    }
    expect(&[("prometheus.yml", &config("certs/token"))], MISSING);
    let rules = "rule_files: ['C:\\Prometheus\\rules\\a.yml', 'D:/rules/*.yml']\n";
    expect(&[("prometheus.yml", rules)], None);
}

#[test]
fn a_network_in_a_variable_may_be_any_network() {
    let tree = |network: &str, expected| {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n    networks: [mon]\n  app:\n    image: example/app:1\n    networks: ['{network}']\nnetworks: {{mon: {{}}, other: {{}}}}\n"
        );
        let config = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['app:80']}]\n";
        expect(
            &[("docker-compose.yml", &compose), ("prometheus.yml", config)],
            expected,
        );
    };
    tree("${APP_NETWORK}", None);
    tree("other", Some((Severity::Warning, "network/unreachable")));
}
