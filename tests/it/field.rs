//! Trees as they are in the field: what looks like a fault and is none, each beside the real fault.

use crate::support::memory;
use promvet::finding::{Finding, Severity};

/// What is reported.
fn all(files: &[(&str, &str)]) -> Vec<Finding> {
    memory::found("/tree", &memory::tree(files))
}

/// What is reported at warning or above.
fn reported(files: &[(&str, &str)]) -> Vec<Finding> {
    let mut found = all(files);
    found.retain(|one| one.severity > Severity::Info);
    found
}

/// Nothing, or one finding: how bad it is, its rule and words of its message.
#[track_caller]
fn expect(files: &[(&str, &str)], expected: Option<(Severity, &str, &str)>) {
    let found = reported(files);
    match (expected, found.as_slice()) {
        (None, []) => {}
        (Some((severity, rule, words)), [one]) => {
            assert_eq!((one.severity, &*one.rule), (severity, rule), "{files:?}");
            assert!(one.message.contains(words), "{files:?}: {}", one.message);
        }
        _ => panic!("{files:?}: {found:?}"),
    }
}

const PLAIN: &str =
    "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['b.example.com:80']}]\n";

/// A compose file with a Prometheus that mounts its configuration from a path.
fn compose(source: &str) -> String {
    format!(
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes:\n    - {source}:/etc/prometheus/prometheus.yml\n"
    )
}

#[test]
fn names_that_say_that_their_value_comes_later_are_placeholders() {
    let write = |password: &str| {
        format!(
            "global: {{external_labels: {{a: b}}}}\nremote_write:\n- url: https://rw.example.com/api/v1/write\n  basic_auth: {{username: a, password: '{password}'}}\n"
        )
    };
    let placeholder = Some((Severity::Warning, "credentials/content", "is a placeholder"));
    let secret = Some((Severity::Warning, "credentials/committed", "holds a secret"));
    for (password, expected) in [
        ("MONITORING_PASSWORD_PLACEHOLDER", placeholder),
        ("API_KEY_HERE", placeholder),
        ("PASSWORD_TO_BE_REPLACED", placeholder),
        ("SET_BY_ANSIBLE", placeholder),
        ("Winter-Is-Here", secret),
        ("placeholder7-horse", secret),
    ] {
        expect(&[("prometheus.yml", &write(password))], expected);
    }
}

#[test]
fn paths_of_a_second_compose_file_count_from_the_first_one() {
    let other = "services:\n  app: {image: 'example/app:1'}\n";
    let compose = compose("./monitoring/prometheus.yml");
    let tree = |name: &str, content: &str, expected| {
        let files = [
            ("docker-compose.yml", other),
            ("compose/base.yml", compose.as_str()),
            ("monitoring/prometheus.yml", PLAIN),
            (name, content),
        ];
        expect(&files, expected);
    };
    let lost = Some((Severity::Warning, "start/config-file", "does not exist"));
    let command = "    docker compose -f docker-compose.yml -f compose/base.yml up -d\n";
    tree("README.md", command, None);
    tree(
        ".env",
        "COMPOSE_FILE=docker-compose.yml:compose/base.yml\n",
        None,
    );
    tree(
        "start.sh",
        "docker compose --project-directory . -f compose/base.yml up\n",
        None,
    );
    tree(
        "README.md",
        "    docker compose -f compose/base.yml up -d\n",
        lost,
    );
    tree("README.md", "Start it.\n", lost);
}

#[test]
fn files_of_a_submodule_are_not_known() {
    let compose = compose("./vendor/monitoring/prometheus.yml");
    let rules = format!("rule_files: [vendor/monitoring/rules.yml]\n{PLAIN}");
    let module =
        "[submodule \"m\"]\n\tpath = vendor/monitoring\n\turl = https://github.com/a/b.git\n";
    let tree = |modules: &str, expected| {
        let files = [
            (".gitmodules", modules),
            ("docker-compose.yml", compose.as_str()),
            ("other/prometheus.yml", PLAIN),
        ];
        expect(&files, expected);
    };
    tree(module, None);
    let other = module.replace("vendor", "third_party");
    let lost = Some((Severity::Warning, "start/config-file", "does not exist"));
    tree(&other, lost);
    let tree = |modules: &str, expected| {
        expect(
            &[(".gitmodules", modules), ("prometheus.yml", &rules)],
            expected,
        );
    };
    tree(module, None);
    let missing = Some((Severity::Error, "files/missing", "does not exist"));
    tree(&other, missing);
}

#[test]
fn the_default_of_a_variable_need_not_be_what_is_deployed() {
    let config = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: /certs/ca.pem}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";
    let tree = |source: &str, env: &str, expected| {
        let compose = format!("{}    - {source}:/certs:ro\n", compose("./prometheus.yml"));
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", config),
            ("certs/prod/ca.pem", "x"),
            (".env", env),
        ];
        expect(&files, expected);
    };
    let missing = Some((Severity::Error, "credentials/missing", "does not exist"));
    tree("./certs/${STAGE:-dev}", "A=b\n", None);
    tree("./certs/${STAGE-dev}", "A=b\n", None);
    tree("./certs/dev", "A=b\n", missing);
}

#[test]
fn the_example_of_an_env_file_names_the_release() {
    let tree = |tag: &str, example: &str, expected| {
        let compose = format!(
            "services:\n  prometheus:\n    image: prom/prometheus:{tag}\n    command: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.retention=15d']\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n"
        );
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", PLAIN),
            (".env.example", example),
        ];
        expect(&files, expected);
    };
    let unknown = Some((Severity::Warning, "start/flag", "is unknown"));
    tree("${RELEASE:-latest}", "RELEASE=v2.45.0\n", None);
    tree("${RELEASE:-latest}", "OTHER=v2.45.0\n", unknown);
    tree("latest", "RELEASE=v2.45.0\n", unknown);
}

#[test]
fn a_playbook_may_copy_what_a_folder_lacks() {
    let compose = format!("{}    - ./certs:/certs:ro\n", compose("./prometheus.yml"));
    let config = "scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: /certs/ca.pem}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";
    let tree = |item: &str, expected| {
        let playbook = format!(
            "- hosts: all\n  tasks:\n  - copy: {{src: '{{{{ item }}}}', dest: /opt/app/certs/}}\n    with_items: [{item}]\n"
        );
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", config),
            ("certs/other.pem", "x"),
            ("playbook.yml", playbook.as_str()),
        ];
        expect(&files, expected);
    };
    tree("ca.pem", None);
    let missing = Some((Severity::Error, "credentials/missing", "does not exist"));
    tree("ca-bundle.pem", missing);
}

#[test]
fn labels_that_programs_share_may_select_more_than_the_tree_has() {
    let monitor = |label: &str| {
        format!(
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: a, namespace: shop}}\nspec:\n  endpoints: [{{port: metrics}}]\n  selector: {{matchLabels: {{{label}: shop}}}}\n"
        )
    };
    let service = |label: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: shop, labels: {{{label}: shop}}}}\nspec:\n  ports: [{{name: http, port: 80}}]\n  selector: {{a: web}}\n"
        )
    };
    let release = |name: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: 'https://charts.example.com', chart: postgresql}}\n"
        )
    };
    let tree = |label: &str, path: &str, name: &str, expected| {
        let files = [
            ("a/monitor.yaml", monitor(label)),
            (path, service(label)),
            ("a/release.yaml", release(name)),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        expect(&files, expected);
    };
    let lacks = Some((
        Severity::Warning,
        "kubernetes/near-miss",
        "has no port `metrics`",
    ));
    let instance = "app.kubernetes.io/instance";
    tree(instance, "a/web.yaml", "shop", None);
    tree(instance, "b/web.yaml", "other", None);
    tree(instance, "a/web.yaml", "other", lacks);
    tree("app.kubernetes.io/name", "b/web.yaml", "shop", lacks);
}

#[test]
fn a_header_without_a_scheme_may_be_any_credential() {
    let tree = |value: &str, expected| {
        let config = format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  prometheusremotewrite:\n    endpoint: https://prometheus-prod-24-prod-eu-west-2.grafana.net/api/prom/push\n    headers: {{Authorization: '{value}'}}\nservice:\n  pipelines:\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
        );
        expect(&[("otel-collector-config.yaml", &config)], expected);
    };
    let refused = Some((
        Severity::Warning,
        "remote-write/credentials-kind",
        "a bearer token",
    ));
    tree("<YOUR AUTHORIZATION TOKEN>", None);
    tree("${env:AUTHORIZATION}", None);
    tree("Basic ${env:BASE64}", None);
    tree("basic ${env:BASE64}", None);
    tree("Bearer ${env:TOKEN}", refused);
}

#[test]
fn a_script_may_write_an_address_over_a_name() {
    let compose = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml', './rules.yml:/etc/prometheus/rules.yml']\n  alertmanager:\n    image: prom/alertmanager:v0.28.0\n    ports: ['9093:9093']\n";
    let config = "rule_files: [rules.yml]\nalerting:\n  alertmanagers:\n  - static_configs: [{targets: ['gateway_host:9093']}]\nscrape_configs: []\n";
    let rules = "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: vector(1)\n";
    let tree = |script: &str, expected| {
        let files = [
            ("docker-compose.yml", compose),
            ("prometheus.yml", config),
            ("rules.yml", rules),
            ("install.sh", script),
        ];
        let found = reported(&files);
        let found = found
            .iter()
            .filter(|one| &*one.rule == "network/unreachable");
        assert_eq!(found.count(), expected, "{script}");
    };
    tree(
        "sed -i \"s/gateway_host/$ADDRESS/g\" \"$1/prometheus.yml\"\n",
        0,
    );
    tree(
        "sed -i \"s/other_host/$ADDRESS/g\" \"$1/prometheus.yml\"\n",
        1,
    );
}

#[test]
fn compose_fills_in_the_content_of_a_config() {
    let tree = |content: &str, expected| {
        let compose = format!(
            "{}    configs: [{{source: token, target: /etc/prometheus/token}}]\nconfigs:\n  token: {{content: '{content}'}}\n",
            compose("./prometheus.yml")
        );
        let config = "scrape_configs:\n- job_name: a\n  authorization: {credentials_file: token}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", config),
        ];
        expect(&files, expected);
    };
    let placeholder = Some((Severity::Warning, "credentials/content", "is a placeholder"));
    tree("${TOKEN}", None);
    tree("changeme", placeholder);
}

#[test]
fn the_mode_that_compose_gives_by_default_is_no_fault() {
    let tree = |mode: &str, expected| {
        let compose = format!(
            "{}    configs: [{{source: token, target: /etc/prometheus/token, mode: {mode}}}]\nconfigs:\n  token: {{content: '${{TOKEN}}'}}\n",
            compose("./prometheus.yml")
        );
        let config = "scrape_configs:\n- job_name: a\n  authorization: {credentials_file: token}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", config),
        ];
        expect(&files, expected);
    };
    let open = Some((
        Severity::Warning,
        "credentials/world-readable",
        "any user can read",
    ));
    tree("0444", None);
    tree("0644", open);
}

#[test]
fn a_word_between_dollars_is_a_placeholder() {
    let tree = |file: &str, expected| {
        expect(
            &[(
                "prometheus.yml",
                &format!("rule_files: ['{file}']\n{PLAIN}"),
            )],
            expected,
        );
    };
    let missing = Some((Severity::Error, "files/missing", "does not exist"));
    tree("$RULE_FILES$", None);
    tree("RULE_FILES.yml", missing);
}

#[test]
fn a_service_may_have_the_name_of_its_namespace() {
    let tree = |host: &str, expected| {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  bearer_token_file: /var/run/token\n  static_configs: [{{targets: ['{host}:9000']}}]\n"
        );
        expect(&[("prometheus.yml", &config)], expected);
    };
    let clear = Some((Severity::Error, "credentials/plain-http", "over plain http"));
    tree("shop.shop", None);
    tree("api.minio", None);
    tree("minio.example.com", clear);
    tree("shop.market", clear);
}

#[test]
fn victoriametrics_reads_no_header_of_telegraf() {
    let tree = |url: &str, expected| {
        let config = format!(
            "[[outputs.http]]\nurl = \"{url}/api/v1/write\"\ndata_format = \"prometheusremotewrite\"\n"
        );
        expect(&[("telegraf.conf", &config)], expected);
    };
    let missing = Some((
        Severity::Warning,
        "agents/pipeline",
        "`Content-Type` is missing",
    ));
    tree("http://victoriametrics:8428", None);
    tree("http://10.0.0.1:8480/insert/0/prometheus", None);
    tree("http://prometheus:9090", missing);
}

#[test]
fn target_files_of_a_folder_that_a_program_makes_are_worth_knowing() {
    let config = "scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: ['sd/*.yaml', 'sd/*.json']}]\n";
    let count = |files: &[(&str, &str)]| {
        let found = all(files);
        let found = found.iter().filter(|one| &*one.rule == "files/no-match");
        found.map(|one| one.severity).collect::<Vec<_>>()
    };
    assert_eq!(count(&[("prometheus.yml", config)]), [Severity::Info]);
    let other = ("sd/other.txt", "x");
    assert_eq!(
        count(&[("prometheus.yml", config), other]),
        [Severity::Warning]
    );
}

/// A compose file with a Prometheus that mounts a folder with its configuration.
const OF_FOLDER: &str = "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./monitoring:/etc/prometheus']\n";

const WITH_TOKEN: &str = "scrape_configs:\n- job_name: a\n  authorization: {credentials_file: metrics_token}\n  static_configs: [{targets: ['10.0.0.1:80']}]\n";

#[test]
fn what_makes_a_credential_is_believed_whatever_is_beside_it() {
    let tree = |name: &str, content: &str, expected| {
        let files = [
            ("docker-compose.yml", OF_FOLDER),
            ("monitoring/prometheus.yml", WITH_TOKEN),
            (name, content),
        ];
        expect(&files, expected);
    };
    let missing = Some((Severity::Error, "credentials/missing", "does not exist"));
    tree(
        "setup.sh",
        "openssl rand -hex 16 > monitoring/metrics_token\n",
        None,
    );
    tree("setup.sh", "openssl rand -hex 16 > metrics_token\n", None);
    tree("setup.sh", "openssl rand -hex 16 > other_token\n", missing);
    tree("monitoring/metrics_token.example", "changeme\n", None);
    tree(
        "monitoring/metrics_token.age",
        "age-encryption.org/v1\n",
        None,
    );
    tree("monitoring/metrics_token.txt", "x\n", missing);
}

#[test]
fn a_file_that_the_tree_has_in_another_form_is_not_known() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let config = "rule_files: [rules.yml]\nscrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: ca.pem}\n  static_configs: [{targets: ['b.example.com:80']}]\n";
    let tree = |rules: &str, ca: &str| {
        let files = [
            ("prometheus.yml", config),
            ("rules.yml", rules),
            ("ca.pem", ca),
        ];
        let found = reported(&files);
        let mut rules: Vec<_> = found.iter().map(|one| one.rule.to_string()).collect();
        rules.sort();
        rules
    };
    assert!(tree(pointer, pointer).is_empty());
    assert!(tree("\0GITCRYPT\0abc\u{1}", "\0GITCRYPT\0abc\u{1}").is_empty());
    assert_eq!(tree("other", "other"), ["files/rule-file", "files/tls"]);
}

#[test]
fn what_sops_encrypts_may_be_any_value() {
    let value = "ENC[AES256_GCM,data:abcd,iv:ef=,tag:gh=,type:str]";
    let tree = |end: &str, expected| {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  static_configs: [{{targets: ['{value}']}}]\nremote_write:\n- url: {value}\n  basic_auth: {{username: {value}, password: {value}}}\n{end}"
        );
        let found = reported(&[("prometheus.yml", &config)]);
        let found = found.iter().filter(|one| one.severity == Severity::Error);
        assert_eq!(found.count(), expected, "{end}");
    };
    let section = format!("sops:\n  version: 3.8.1\n  mac: {value}\n");
    tree(&section, 0);
    tree("sops: {a: b}\n", 1);
}

#[test]
fn tags_of_helm_tell_a_template_without_its_chart() {
    let tree = |target: &str, expected| {
        let config = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  prometheus.yml: |\n    scrape_configs:\n    - job_name: a\n      static_configs: [{{targets: ['{target}']}}]\n"
        );
        expect(&[("configmap.yaml", &config)], expected);
    };
    let open = Some((Severity::Warning, "scrape/target-address", "not filled in"));
    tree("localhost:{{ .Values.service.port }}", None);
    tree("localhost:{{ port }}", open);
}

#[test]
fn fields_behind_parentheses_are_those_of_a_sample() {
    let tree = |text: &str, expected| {
        let rules = format!(
            "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    annotations: {{a: '{text}'}}\n"
        );
        let config = format!("rule_files: [rules.yml]\n{PLAIN}");
        expect(
            &[("prometheus.yml", &config), ("rules.yml", &rules)],
            expected,
        );
    };
    let fails = Some((Severity::Warning, "rules/template-fails", "no field `job`"));
    tree("{{ (first (query \"up\")).Labels.job }}", None);
    tree("{{ (index (query \"up\") 0).Labels.job }}", None);
    tree("{{ (first (query \"up\")).Labels.job }} {{ .job }}", fails);
}

#[test]
fn the_scheme_of_a_header_tells_the_credential_of_other_programs() {
    let host = "prometheus-prod-24-prod-eu-west-2.grafana.net";
    let fluent = |value: &str, expected| {
        let config = format!(
            "[OUTPUT]\n    Name prometheus_remote_write\n    Match *\n    Host {host}\n    Port 443\n    Tls On\n    Uri /api/prom/push\n    Header Authorization {value}\n"
        );
        expect(&[("fluent-bit.conf", &config)], expected);
    };
    let refused = Some((
        Severity::Warning,
        "remote-write/credentials-kind",
        "a bearer token",
    ));
    fluent("Basic ${GC}", None);
    fluent("${GC}", None);
    fluent("Bearer ${GC}", refused);
    let alloy = |more: &str, expected| {
        let config = format!(
            "prometheus.remote_write \"a\" {{\n  endpoint {{\n    url = \"https://{host}/api/prom/push\"\n    headers = {{\"Authorization\" = \"Basic \" + sys.env(\"GC\")}}\n{more}  }}\n}}\n"
        );
        expect(&[("config.alloy", &config)], expected);
    };
    let twice = Some((Severity::Warning, "schema/invalid-value", "in its place"));
    alloy("", None);
    alloy(
        "    basic_auth {\n      username = \"1\"\n      password = sys.env(\"P\")\n    }\n",
        twice,
    );
}

#[test]
fn a_database_is_one_whatever_other_files_set() {
    let base = "services:\n  redis: {image: 'redis:7-alpine'}\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']\n";
    let config = "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['redis:6379']}]\n";
    let tree = |name: &str, other: &str, expected: usize| {
        let files = [
            ("docker-compose.yml", base),
            ("prometheus.yml", config),
            (name, other),
        ];
        let found = reported(&files);
        let found = found.iter().filter(|one| &*one.rule == "scrape/no-metrics");
        assert_eq!(found.count(), expected, "{other}");
    };
    let prod = "docker-compose.prod.yml";
    tree(
        prod,
        "services:\n  redis: {command: redis-server --appendonly yes}\n",
        1,
    );
    tree(
        prod,
        &base.replace("redis:7-alpine", "docker.io/library/redis:8"),
        1,
    );
    tree(
        prod,
        "services:\n  redis: {image: 'oliver006/redis_exporter:v1'}\n",
        0,
    );
    tree(prod, "services:\n  redis: {build: ./redis}\n", 0);
    tree(prod, "services:\n  redis: {entrypoint: /exporter}\n", 0);
}

#[test]
fn a_guard_against_zero_hides_no_ratio_of_a_series_to_itself() {
    let tree = |expression: &str, expected| {
        let rules =
            format!("groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: {expression}\n");
        let config = format!("rule_files: [rules.yml]\n{PLAIN}");
        expect(
            &[("prometheus.yml", &config), ("rules.yml", &rules)],
            expected,
        );
    };
    let one = "rate(x_total{status=\"failure\"}[5m])";
    let itself = Some((Severity::Warning, "rules/self-ratio", "divided by itself"));
    for divisor in [
        "(rate(x_total[5m]) + 0.001)",
        "clamp_min(rate(x_total[5m]), 0.001)",
        "(rate(x_total[5m]) > 0)",
    ] {
        tree(&format!("{one} / {divisor}"), itself);
        tree(&format!("{one} / ignoring (status) {divisor}"), None);
        tree(&format!("rate(y_total[5m]) / {divisor}"), None);
    }
    tree(
        &format!("{one} / (rate(x_total[5m]) + rate(y_total[5m]))"),
        None,
    );
}

#[test]
fn an_address_needs_a_host() {
    let tree = |rules: &str, expected| {
        let config = format!(
            "scrape_configs:\n- job_name: a\n  kubernetes_sd_configs: [{{role: pod}}]\n  relabel_configs:\n{rules}"
        );
        expect(&[("prometheus.yml", &config)], expected);
    };
    let port = "__meta_kubernetes_pod_annotation_prometheus_io_port";
    let alone = Some((Severity::Warning, "scrape/target-address", "without a host"));
    let rule = |sources: &str, rest: &str| {
        format!("  - {{source_labels: [{sources}], target_label: __address__{rest}}}\n")
    };
    tree(&rule(port, ", regex: '(\\d+)'"), alone);
    tree(
        &rule(port, ", regex: '(.+)', replacement: '${1}:7002'"),
        alone,
    );
    tree(
        &rule(port, ", regex: '(.+)', replacement: 'exporter:$1'"),
        None,
    );
    let both = format!("__address__, {port}");
    tree(
        &rule(
            &both,
            ", regex: '([^:]+)(?::\\d+)?;(\\d+)', replacement: '$1:$2'",
        ),
        None,
    );
    let mended = rule(port, "") + &rule("__meta_kubernetes_pod_ip", ", replacement: '$1:80'");
    tree(&mended, None);
}

#[test]
fn variables_of_external_labels_have_no_defaults() {
    let compose = compose("./prometheus.yml");
    let tree = |value: &str, expected| {
        let config = format!("global: {{external_labels: {{a: '{value}'}}}}\n{PLAIN}");
        let files = [
            ("docker-compose.yml", compose.as_str()),
            ("prometheus.yml", &config),
        ];
        expect(&files, expected);
    };
    let empty = Some((Severity::Warning, "schema/variable", "knows no defaults"));
    tree("${STAGE:-dev}", empty);
    tree("${STAGE}", None);
}

#[test]
fn a_template_of_a_chart_may_put_files_beside_one() {
    let config = "rule_files: [alerts.yml]\nscrape_configs: []\n";
    let tree = |template: &str, expected| {
        let files = [
            ("chart/Chart.yaml", "name: a\nversion: 1.0.0\n"),
            ("chart/files/prometheus.yml", config),
            ("chart/templates/cm.yaml", template),
        ];
        expect(&files, expected);
    };
    let missing = Some((Severity::Error, "files/missing", "does not exist"));
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  prometheus.yml: |-\n";
    tree(
        &format!("{map}    {{{{- .Files.Get \"files/prometheus.yml\" | nindent 4 }}}}\n"),
        None,
    );
    tree(&format!("{map}    scrape_configs: []\n"), missing);
}
