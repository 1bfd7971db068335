use super::super::Place;
use super::*;
use crate::work;

mod shapes;

fn shown(source: &str) -> String {
    let text = Text::recognized("x.yml", source.as_bytes().to_vec());
    let end = source.len();
    Place::new(&text, Span::new(0, end)).excerpt(10).text
}

#[test]
fn secrets_are_masked_by_the_look_of_the_line() {
    for (source, expected) in [
        ("bearer_token: abc def # x", "bearer_token: [redacted] # x"),
        ("# password: 'ab#c'", "# password: [redacted]"),
        (
            "bearer_token_file: /etc/token",
            "bearer_token_file: /etc/token",
        ),
        (
            "{credentials: abc, url: x}",
            "{credentials: [redacted], url: x}",
        ),
        (
            "url: https://u:pass@host/x",
            "url: https://u:[redacted]@host/x",
        ),
        (
            "url: http://h/x?db=a&token=abc",
            "url: http://h/x?db=a&token=[redacted]",
        ),
        ("X-Api-Key: abc", "X-Api-Key: [redacted]"),
        ("password:\n  abc\nx: y", "password:\n  [redacted]\nx: y"),
        (
            "credentials: |\n  abc\n  def\nx: y",
            "credentials: |\n  [redacted]\n  [redacted]\nx: y",
        ),
        ("token:\n  name: x", "token:\n  name: x"),
        (
            "{\"token\": \"a,\\\"b\", \"url\": \"x\"}",
            "{\"token\": [redacted], \"url\": \"x\"}",
        ),
        (
            "{\"token\":\"abc\",\"url\":\"x\"}",
            "{\"token\":[redacted],\"url\":\"x\"}",
        ),
        ("password: \"a\"b\"", "password: [redacted]"),
        ("password: \"${PASS_1}\" # x", "password: \"${PASS_1}\" # x"),
        (
            "password: {{ .Values.pass }}",
            "password: {{ .Values.pass }}",
        ),
        ("password: ${PASS:-hunter2}", "password: [redacted]"),
        ("password: {{ \"hunter2\" }}", "password: [redacted]"),
        ("password: x${PASS}", "password: [redacted]"),
        ("password: ${}", "password: [redacted]"),
        (
            "url: https://u:pa/ss#w@host/x",
            "url: https://u:[redacted]@host/x",
        ),
        ("url: https://host:9090/@x", "url: https://host:9090/@x"),
        ("url: https://host/a@b", "url: https://host/a@b"),
        ("password_flie: so-much-rain", "password_flie: [redacted]"),
        (
            "credentials_url: so-much-rain",
            "credentials_url: [redacted]",
        ),
        (
            "bearer_token.file: so_much",
            "bearer_token.file: [redacted]",
        ),
        (
            "secret: \"abc\" # so-much-rain",
            "secret: [redacted] # [redacted]",
        ),
        (
            "#- credentials g/VmtcRAKFp+yBqiXw==",
            "#- credentials [redacted]",
        ),
        (
            "# clientSecret glc_q2viP/VmtcRAKFp+yBqiXw==",
            "# clientSecret [redacted]",
        ),
        ("password: {{ a3f9a1c77e2b84d06 }}", "password: [redacted]"),
        (
            "params: {3f9a1c77e2b84d06a5c19e0f7d2b6a8843c1f0e9: a}",
            "params: {[redacted]: a}",
        ),
        ("12345678901234567890: a", "[redacted]: a"),
        ("- Kagiba642bomogo!: a", "- [redacted]: a"),
        (
            "{a: 1, \"Kagiba642bomogo!\": a}",
            "{a: 1, \"[redacted]\": a}",
        ),
        (
            "metric_name_escaping_scheme_of_all: dots",
            "metric_name_escaping_scheme_of_all: dots",
        ),
        (
            "additionalScrapeConfigurationsOfAll: {a: b}",
            "additionalScrapeConfigurationsOfAll: {a: b}",
        ),
        (
            "bearer_token_ref: BUGXVAXEJA6ZOLUABQ6YOBZEIJ3CAWKV",
            "bearer_token_ref: [redacted]",
        ),
        ("123e4567-e89b-12d3-a456-426614174000: a", "[redacted]: a"),
    ] {
        assert_eq!(shown(source), expected);
    }
}

/// Secrets of each kind: of a person, of a generator in hex, in base64, in letters.
const SECRETS: &[&str] = &[
    "Kagiba642bomogo!",
    "3f9a1c77e2b84d06a5c19e0f7d2b6a8843c1f0e9",
    "r6BxLEts9q/R/Zp0sk5Z8wQ1mTn4vX7yHc2Jd6bKfUoEiAs=",
    "qwzxkjhgtrplmvbncdsfqwzx",
];

/// Where `§` is a secret by its key, its position or a word beside it.
const HIDDEN: &[&str] = &[
    "{\"url\":\"https://h.example.com/x\",\"pass\\u0077ord\":\"§\",\"x\":1}",
    "\"pass\\x77ord\": §",
    "\"bearer\\u005ftokn\": §",
    "? \"pass\\x77ord\"\n: §",
    "\"\\U00000070\\U00000061\\U00000073\\U00000073\\U00000077\\U0000006f\\U00000072\\U00000064\": §",
    "password\u{a0}: §",
    "password:\u{a0}§",
    "basic_auth: {admin,§}",
    "basic_auth: {admin, \"§\"}",
    "basic_auth: {§}",
    "basic_auth: {§: x}",
    "basic_auth:\n  §: x",
    "basic_auth: {u:§}",
    "password: {§: x}",
    "password:\n  §: x",
    "bearer_token_file: $§",
    "bearer_token_file: ./§",
    "bearer_token_file: ../§",
    "bearer_token_file: {§}",
    "bearer_token_file: {value: §}",
    "bearer_token_file:\n  value: §",
    "bearer_token_file: /run/secrets/x § y",
    "bearertokenfile: §",
    "http_headers: {X-A: {files: [§]}}",
    "http_headers:\n  X-A:\n    files:\n    - §",
    "http_headers: {X-A: §}",
    "http_headers: [X-A, §]",
    "http_headers = {\"X-A\" = [\"§\"]}",
    "headers = {\"X-A\" = concat(\"§\")}",
    "headers: {X-A: §}",
    "proxy_connect_header: §",
    "proxy_connect_header: {X-A: [§]}",
    "endpoint: h:§",
    "targets: ['h:§']",
    "azuread: {oauth: §}",
    "azureAd: {oauth: §}",
    "azuread:\n  managed_identity: §",
    "consulSDConfigs: [{tokenRef: §}]",
    "tkn: §",
    "credz: §",
    "secr: §",
    "scrt: §",
    "auths: §",
    "authn: §",
    "auth_header: §",
    "auth_value: §",
    "apiKeyRef: §",
    "userpass: §",
    "ssh_key: §",
    "hmac: §",
    "otp: §",
    "pin: §",
    "session: §",
    "salt: §",
    "basic: u:§",
    "basic_auth[password]: §",
    "basic_auth['password']: §",
    "x:\n    password: \n§\n  x: 1",
    "expr: up{token=\"§\"} ==",
    "expr: up{token=~\"§\"} ==",
    "expr: up{a=\"b\", token!=\"§\"} ==",
    "password: a #§",
    "password: a # §",
    "{password: a, §}",
    "basic_auth: |\n  u\n  §",
    "# basic_auth u §",
    "x: 1 # basic_auth u §",
    "# pw is §",
    "# pw §",
    "data_source_name: 'root:§@(h:3306)/'",
    "X-Honeycomb-Team: §",
    "bearer_token_file: |\n  §",
    "password_file: >\n  §",
    "- basic_auth:\n    password_file: |\n      §\n",
    "pasword: |\n  §",
    "secret_name: |\n  §",
    "bearer_token_file: C:\\§",
    "bearer_token_file: $x-§",
    "bearer_token_file: <x>§",
    "bearer_token\": §",
    "basic_auth\": §",
    "{\"a\": 1, bearer_token\": §}",
    "authorization:\n  credentials\": §",
    "[password]: §",
    "(password): §",
    "<password>: §",
    "`password`: §",
    "**password**: §",
    "password==§",
    "password\u{200b}: §",
    "pass\u{200b}word: §",
    "password:\u{200b}§",
    "p\u{430}ssword: §",
    "password: # §",
    "password: null # §",
    "bearer_token_files: [§]",
    "bearer_token_files:\n- §",
    "bearer_token_files:\n- /run/a\n- §",
    "# client_secret:\n# §",
    "# client_secret:\n#   §",
    "#- credentials §",
    "token: {name: §<>}",
    "x: 1 # promvet: ignore[§]",
    "# promvet: ignore[schema/unknown-field, §] why",
    "tls_config:\n  ca_file: a.pem # see §",
    // Flow mappings that lack a colon.
    "- {url: https://h.example.com/x, bearer_token §}",
    "authorization: {credentials §}",
    "oauth2: {client_id: a, client_secret §}",
    "{\"url\": \"x\", \"bearer_token §\"}",
    "- {bearer_token §, url: x}",
    "- {url: x, authorization Bearer §}",
    "- {url: x, bearer_token_file §}",
    "{\n  url: x, password §\n}",
    // Relabel rules.
    "- {source_labels: [password], regex: §, action: dropp}",
    "- {regex: §, source_labels: [a, token]}",
    "- source_labels: [password]\n  regex: §",
    "- source_labels:\n  - a\n  - password\n  action: drop\n  regex: §",
    "- regex: '§'\n  sourceLabels:\n  - api_token",
    // Deployments.
    "RUN echo § > /run/tok",
    "command: sh -c 'echo -n \"§\" > /run/secrets/tok && prometheus'",
    "- traefik.http.middlewares.a.basicauth.users=u:§",
    "traefik.http.middlewares.a.basicauth.users: u:§",
    "- {name: PASSWORD, vlaue: §}",
    "secrets: [§]",
    "secrets:\n- §",
    "server: {http_tls_config: {key: §}}",
    "- {digest: 'u:§'}",
    // Behind a path.
    "bearer_token_file: /etc/tok\n    §",
    "bearer_token_file: /etc/tok # TODO use §",
    // Lists and texts that are broken off.
    "  bearer_token: [a,\n  §,\n  bogus: 1",
    "  bearer_token: a\\\n  §\n",
    // Headers outside of their mapping.
    "headers:\nX-Foo-Key: §",
    // Comments.
    "basic_auth:\n    # §\n    password_file: a.txt",
    "# promvet: ignore[nosuch/rule] api key: §",
    "# login is u / §",
    // Command lines.
    "ENV API_TOKEN §",
    "cat > /run/secrets/tok <<< §",
    "command: [--bogus, -H, 'X-Key: §']",
    "tee /run/tok <<< §",
    "COPY <<EOF /run/secrets/tok\n§\nEOF",
    "RUN cat <<-'EOF' > /run/api_token\n  §\nEOF",
    // Other names of what holds a secret.
    "“bearer_token”: §",
    "http_client_config:\n  x: §",
    "http_client_config: {x: §}",
    "secureJsonData: {x: §}",
    "secureJsonData:\n  x: §",
    "- name: API_TOKEN\n  val: §",
    "labels: {caddy.basicauth.admin: '§'}",
    "- caddy.basicauth.admin=§",
    "labels: ['traefik.http.middlewares.a.digestauth.users=u:r:§']",
    "proxy_url: user:§(at)proxy:3128",
    "proxy_url: user:§[at]proxy:3128",
    "proxy_url: user:§＠proxy:3128",
];

/// Every slip with every secret.
pub(super) fn slips() -> impl Iterator<Item = String> {
    let slips = HIDDEN.iter().chain(BY_PERSON).chain(BY_UUID);
    let secrets = SECRETS.iter().chain([&UUID]);
    slips.flat_map(move |slip| secrets.clone().map(|secret| slip.replace('§', secret)))
}

/// The same where the secret has the marks of a pattern or of a variable.
#[test]
fn secrets_with_marks_are_hidden() {
    for (slip, secret) in [
        ("bearer_token_file: §", "ZEqznkcRW$ANpWuRvZ7.7yy9"),
        (
            "consulSDConfigs: [{server: c, tokenRef: §}]",
            "DKp69FUxC$CpmRA6Xjp*pfy2",
        ),
        (
            "- {source_labels: [password], regex: §}",
            "KYNfeTk578rAfisJUPqpngrUEdVGt",
        ),
        ("expr: 'up{token=\"§\"'", "tR7vQ2mZx9.LkP4wB8nYc"),
        ("'match[]': ['{token=\"§\"}']", "x9RSf4ZFd*cn3SkZZvg*4sjd"),
        ("- targets: ['h.example.com:§']", "x9RSf4ZFd*cn3SkZZvg*4sjd"),
        ("secrets: [{source: §, target: tok}]", "Kagiba642bomogo!"),
        ("url: https://§@h.example.com/x", "3P5eAAfXBJ/p13sVdZfbdGDH"),
    ] {
        let out = shown(&slip.replace('§', secret));
        assert!(
            !out.contains(&secret[..8]) && !out.contains(&secret[12..]),
            "{out}"
        );
    }
}

/// Where only what nothing else looks like is a secret.
const BY_PERSON: &[&str] = &[
    "bearer_token_file: /etc/tok:§",
    "bearer_token_file: /etc/tok,§",
    "- {source_labels: [secret], regex: '(§|b)', action: keeep}",
    "- {source_labels: [secret], regex: '^§$'}",
    "- {source_labels: [secret, x], regex: '.*;§'}",
    "- {target_label: password, separator: §}",
    "- {action: labelmap, regex: 'password_§'}",
    "write_relabel_config {\n  target_label = \"token\"\n  replacement = \"§\"\n}",
    "write_relabel_config {\n  source_labels = [\"token\"]\n  regex = \"§\"\n}",
    "environment: [RWPASS=§]",
    "environment: {FOO: §}",
    "# mysql -u root -p§",
    "# sshpass -p § ssh h",
    "basic_auth_users:\n  # admin: §",
    "RUN sed -i 's/TOKEN/§/' /etc/prometheus/prometheus.yml",
    "sed s/TOKEN/§/ x",
    "sed s,TOKEN,§, x",
    "sed s#TOKEN#§# x",
    "command: ['u:§', '--bogus']",
    "- -remoteWrite.oauth2.clientID=a:§",
    "paths: ['/u:§']",
    "secrets: [{source: tok, target: §}]",
    "routing_key: §",
    "content: §",
    "basic_auth: {username: 'admin/§'}",
    "basic_auth: {username: 'admin §'}",
    "proxy_url = \"http://u/§@p\"",
    "- targets: ['h:80?x=§']",
    "- targets: ['h:80/§']",
    "- targets: ['u/§@h:80']",
    "url: '§@h.example.com/x'",
    "url: https://u§:@h.example.com/x",
    "params: {key: [§]}",
    "htpasswd -nbB admin § > /etc/web",
    "redis-server --requirepass §",
    "aws configure set aws_secret_access_key §",
    "kubectl create secret generic x --from-literal=foo=§",
    "proxy_set_header X-Foo-Key \"§\";",
    "basicauth admin §",
    "expr: label_replace(up, \"token\", \"§\", \"\", \"\")",
    "healthcheck: {test: curl -fu admin:§ http://localhost:9090/-/healthy}",
    "HEALTHCHECK CMD curl -uadmin:§ localhost:9090",
    "test: redis-cli -a § ping",
    "# kubectl create secret generic x --from-literal=rw=§",
    "# Kennwort: §",
    "# mot de passe : §",
    "# contraseña: §",
    "# 密码：§",
    "# пароль - §",
    "senha: §",
    "# basic auth admin:§",
    "- url: https://<u>:<§>@h.example.com/x",
    "- url: 'https://\"u\":\"§\"@h.example.com/x'",
    "- url: https://h.example.com/api/v1/prom/write?db=a&u=admin&p=§",
    "prometheus_basic_auth_users:\n  admin: §",
];

/// Passwords with marks inside, in comments that name them.
const MARKED: &[&str] = &[
    "P@ssw0rd-2024",
    "Pa$$w0rd1234",
    "k9%Lm!2xQv7",
    "Zx9^mmQ2plv",
    "Gr@fana-Pr0m-9",
];

#[test]
fn passwords_with_marks_are_hidden_in_comments() {
    for secret in MARKED {
        for comment in [
            "# the password is §",
            "# token for grafana cloud: §",
            "  # pw §",
            "# admin password for grafana: §",
            "# creds admin:§",
            "# curl -fu admin:§ h",
        ] {
            let out = shown(&comment.replace('§', secret));
            let parts = secret.as_bytes().windows(5);
            for part in parts.map(|part| std::str::from_utf8(part).unwrap()) {
                assert!(!out.contains(part), "{out}");
            }
        }
    }
}

/// What people write beside a configuration with a short password, or a key of 32 digits: whatever the
/// key, the place tells that there is a secret.
const SHORT: &[&str] = &[
    "# admin / §",
    "# promsend/§",
    "#   user | §",
    "AUTH_USERS: admin:§",
    "- DATA_SOURCE_NAME=system/§@oracle:1521/xe",
    "X: ${ADMIN_PASSWORD-§}",
    "- PROM_TOKEN=${PROM_TOKEN:=§}",
    "- homepage.widget.key=§",
    "WATCHTOWER_NOTIFICATION_URL: gotify://gotify.example.com/§",
    "url: https://§:x-oauth-basic@github.com/a/b.git",
    "client_key_data: §",
    "key_data: §",
    "passkey: §",
    "serviceAccountJson: §",
    "newrelic_key: §",
    "honeycomb_key: §",
    "community: §",
    "- -remoteWrite.tlsKey=§",
    "connection_string: InstrumentationKey=§;IngestionEndpoint=https://x.example.com/",
    "headers: {X-Foo: §}",
    "kubectl create secret generic x --from-literal=rw=§",
    "RUN sed -i \"s|REPLACE_ME|§|\" /etc/prometheus/prometheus.yml",
    "RUN sed -i 's~OLD~§~g' /etc/prometheus/prometheus.yml",
    "RUN htpasswd -bBn admin '§' > web.yml",
    "RUN printf '§' > /etc/prometheus/token",
    "REDIS_ARGS=--requirepass §",
    "prometheus.yml: \"remote_write:\\n- url: https://h/x\\n  basic_auth:\\n  - u\\n  - §\\n  bogus: 1\\n\"",
    "url = \"https://u:\" + \"§\" + \"@h\"",
    "url = \"https://u:\" + \"§@h.example.com/x\"",
];

/// The same for passwords alone: 32 digits may be something else there.
const PASSWORDS: &[&str] = &[
    "# admin:§",
    "# basic auth admin:§",
    "# htpasswd admin:§",
    "# old value: §",
    "# echo -n u:§ | base64",
    "environment: [AUTH_FOR=admin:§]",
];

#[test]
fn short_passwords_are_hidden_where_the_place_tells() {
    let passwords = ["Winter2024!", "Gr@fana-Pr0m-9", "aB3dE6gH9jK2mN5pQ8"];
    let key = "9f86d081884c7d659a2feaa0c55ad015";
    let mut seen = Vec::new();
    let mut look = |slip: &&str, secret: &str| {
        let out = shown(&slip.replace('§', secret));
        let parts = secret.as_bytes().windows(5);
        let mut parts = parts.map(|part| std::str::from_utf8(part).unwrap());
        if parts.any(|part| out.contains(part)) {
            seen.push(out);
        }
    };
    for secret in passwords {
        SHORT
            .iter()
            .chain(PASSWORDS)
            .for_each(|slip| look(slip, secret));
    }
    SHORT.iter().for_each(|slip| look(slip, key));
    assert!(seen.is_empty(), "{seen:#?}");
}

/// Keys by their look alone, or by the path of the URL that they are in.
#[test]
fn keys_of_services_are_hidden() {
    for (line, expected) in [
        ("x: key-9f86d081884c7d659a2feaa0c55ad015", "x: [redacted]"),
        ("x: SK9f86d081884c7d659a2feaa0c55ad015", "x: [redacted]"),
        ("x: k8aku35s3x10elxbbcvg645jcn0ivgxv", "x: [redacted]"),
        (
            "url: https://events.pagerduty.com/integration/9f86d081884c7d659a2feaa0c55ad015/enqueue",
            "url: https://events.pagerduty.com/integration/[redacted]/enqueue",
        ),
        (
            "url: https://hc-ping.com/af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f",
            "url: https://hc-ping.com/[redacted]",
        ),
        (
            "url: https://mm.example.com/hooks/xk4jd8fhs9ak3jdhf7sk2jdh4a",
            "url: https://mm.example.com/hooks/[redacted]",
        ),
        (
            "url: https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/9f86d081884c7d659a2feaa0c55ad015/c",
            "url: https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/[redacted]/c",
        ),
    ] {
        assert_eq!(shown(line), expected);
    }
}

const UUID: &str = "af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f";

/// Where a UUID is one too.
const BY_UUID: &[&str] = &[
    "authorization: {credentials §}",
    "metadata_config: {send: true, authorization §}",
    "google_iam: {key: §}",
    "tls_config: {ca: §}",
    "bearer_token_file: ../§",
    "RUN printf '%s' '§' > /run/secrets/tok",
    "http_headers: {X-Key: {secrets: §}}",
    "http_headers: {X-Key: {values: [§]}}",
    "http_headers:\n  X-Key:\n    values: [§]",
    "http_headers:\n  X-Key:\n    values:\n    - §",
    "headers: {X-Key: §}",
    "headers: ['X-Key: §']",
    "extra_headers:\n- 'X-Key: §'",
    "bearer_token_file: {name: §}",
    "secrets:\n  a: §",
    "X-Foo-Key: §",
    "routing_key: §",
    "slack_api_url: https://hooks.slack.com/services/T0/B0/§",
];

#[test]
fn what_is_made_up_is_hidden() {
    for slip in BY_PERSON {
        let out = shown(&slip.replace('§', "Kagiba642bomogo!"));
        assert!(!out.contains("642bomogo"), "{out}");
    }
    for slip in BY_UUID {
        let out = shown(&slip.replace('§', UUID));
        assert!(!out.contains("af882e2f"), "{out}");
    }
    for path in [
        ".aB3dE6gH9",
        "aB3dE6gH9/",
        "etc/aB3dE6gH9/tok",
        "./aB3dE6gH9.pem",
    ] {
        let out = shown(&format!("bearer_token_file: {path}"));
        assert!(!out.contains("aB3dE6gH9"), "{out}");
    }
}

#[test]
fn what_the_same_keys_hold_otherwise_is_shown() {
    for line in [
        "- {url: x, basic_auth: {username: u, password_file: a.txt}}",
        "summary: '{{ $labels.x }}, credentials expired, token refreshed'",
        "description: see {a, password policy}",
        "- source_labels: [__meta_kubernetes_secret_token]\n  regex: (.+)-prod",
        "- source_labels:\n  - token\n  regex: true|yes\n- regex: prometheus_replica",
        "RUN echo prometheus:x:65534 >> /etc/passwd && echo \"$TOKEN\" > /run/tok",
        "secrets: [api_token, {source: grafana-cloud, target: tok, mode: 0440}]",
        "secrets:\n  tok:\n    file: ./secrets/tok.txt\n    external: true",
        "secrets: inherit",
        "digest: sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f1e5e0b7c2e33e5d1a1b2c3d4e5f60718",
        "expr: up{token=~\"foo.*|bar.+\", job=\"a.b-c\"}",
        "source: ./prometheus.yml",
        "bearer_token_file: /etc/tok # mounted by the chart",
        "bearer_token_file: /etc/tok\n# next\nurl: x",
        "- bearer_token_file: /etc/tok\n  url: https://h.example.com/x\n  name: a",
        "basic_auth:\n  # required\n  password_file: a.txt",
        "ENV PATH /usr/local/bin:/bin",
        "environment: [TZ=Europe/Berlin, GOMAXPROCS=4]",
        "environment: {TAG: v3.1.0-rc.1, NODE_NAME: node-1a}",
        "sed -i 's/TOKEN/$TOKEN/' prometheus.yml",
        "mkdir -p /etc/prometheus && cp -pr a b && docker run -p 9090:9090 x",
        "http_headers:\n  X-Scope-OrgID:\n    values: [af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f]",
        "http_headers: {X-Org-Id: {values: [af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f]}}",
        "headers: ['X-Tenant: af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f']",
        "headers:\n  organization: af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f",
        "secrets:\n  client_id: af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f",
        "http_client_config:\n  follow_redirects: true\n  enable_http2: false\n  proxy_url: http://p.example.com:3128",
        "COPY <<EOF /etc/prometheus/prometheus.yml\nremote_write:\nEOF",
        "RUN cat <<EOF > /run/secrets/tok\n$TOKEN\nEOF",
        "- targets: ['h:80/metrics', 'db-1.example.com:9187/probe']",
        "- -remoteWrite.oauth2.clientID=grafana:prometheus",
        "image: minio/minio:RELEASE.2024-01-01T00-00-00Z",
        "target: /etc/prometheus/prometheus.yml",
        "secureJsonData:\n  httpHeaderValue1: tenant-1",
        "content: hello",
        "basic_auth: {username: 'admin/team a', password_file: a.txt}",
        "val: 12",
        "X-Org-Id: af882e2f-0d4a-4d4e-9f3b-2a1b3c4d5e6f",
        "routing_key: node_metrics",
        "expr: label_replace(up, \"token\", \"$1\", \"instance\", \"(.+):9090\")",
        "mail: oncall-2@team.example.com",
        "curl -H 'Content-Type: application/json' -H \"X-Scope-OrgID: team-a\" https://h/x",
        "separator: ;",
        "# the password of oncall-2@Team.example.com is in the vault",
        "# the token is for actions/checkout@v4, see prometheus#1234",
        "# the password is ${RW_PASSWORD}, set by Ansible 2.9",
        "# the token expires in 30d, at 95% of http_requests_total{code=~\"5..\"}",
        "url: http://h/x?db=a&p=2",
        "docker run -u 1000:1000 -a stdin x && ls -lu a",
        "# clave primaria id-2024",
        "rule {\n  source_labels = [\"__address__\"]\n  regex = \"(.+):9090\"\n  target_label = \"token\"\n  replacement = \"$1\"\n}",
        "key_file: /etc/ssl/Base64Key/oauth2proxy.pem",
        "params: {auth: [public_v2, snmpv3_auth], module: [if_mib]}",
        "params:\n  auth: [public_v3]",
        "secretName: thanos-objstore-config-7hk2d9m4tc",
        "existingSecret: rw-token-5g9ckd8h2m",
        "TOKEN: ${RW_TOKEN:?set RW_TOKEN}",
        "- RW_TOKEN=${RW_TOKEN:?the token of remote write}",
        "password: ${RW_PASSWORD?missing}",
        "user: prometheus:prometheus",
        "url: https://promsend@rw.example.com/api/v1/write",
        "# auth = oidc",
        "# jwt: RS256, see docs",
        "# otp: not used",
        "# token: managed by external-secrets",
        "password_encryption: scram-sha-256",
        "community: public",
        "tls_key: /etc/ssl/tls.key",
        "- job:K8sNodes:rate5m",
        "/nix/store/xk4jd8fhs9ak3jdhf7sk2jdh4a1b2c3d-prometheus-3.1",
        "url: https://hooks.example.com/hooks/pre-commit",
        "# teams://alerts",
        "# md5: 9f86d081884c7d659a2feaa0c55ad015",
        "# sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f1e5e0b7c2e33e5d1a1b2c3d4e5f60718",
        "# see kube-prometheus-stack / values.yaml",
        "source: 'git::https://h.example/x?ref=4a5f0c1d8be24f7791c3a6d2e0f9b788d1a3ce9c'",
    ] {
        assert_eq!(shown(line), line);
    }
}

#[test]
fn slips_hide_what_a_person_and_what_a_generator_makes() {
    let mut seen = Vec::new();
    for slip in HIDDEN {
        for secret in SECRETS {
            let out = shown(&slip.replace('§', secret));
            let parts = secret.as_bytes().windows(8);
            let parts = parts.map(|part| std::str::from_utf8(part).unwrap());
            if parts.into_iter().any(|part| out.contains(part)) {
                seen.push(out);
            }
        }
    }
    assert!(seen.is_empty(), "{seen:#?}");
}

/// Pieces of a line that could each begin something that goes on to
/// the end of the line.
const PIECES: &[&str] = &[
    "&",
    "?a",
    "password: ",
    "password: a #",
    "://",
    "://a:b/",
    "://a@",
    "a:",
    "a=",
    "'",
    "\"",
    "a: {",
    "credentials: {",
    "basic_auth: {",
    "basic_auth: {}, ",
    "password: null ",
    "name: ",
    "{name: a, value: b}",
    "k: v, ",
    "; a=b",
    "?token=",
    "&token=a",
    ".",
    "a.",
    "-",
    " - ",
    " &a b",
    "password: *a ",
    "& ",
    "# ",
    "a\\",
    "eyJ",
    "BEGIN ",
    "--user a:b ",
    "\"a\":\"b\",",
    "：",
    "[a, ",
    "user: a:",
    "type: a",
    "x_file: a ",
    "Bearer a1",
    "arn:a1B2c3D4e5F6g7H8",
    "@",
    "a@b:c ",
];

/// Holds the work for lines of each piece behind a beginning to their length.
fn work_grows_with_a_line_behind(before: &str) {
    let work = |piece: &str, length: usize| {
        let line = format!("{before}{}", piece.repeat(length / piece.len()));
        work::of(|| lexical_secrets(&line)).1.max(1)
    };
    for piece in PIECES {
        let (once, twice) = (work(piece, 6_000), work(piece, 12_000));
        assert!(
            twice * 10 < once * 23 || twice < 120_000,
            "{before:?} {piece:?}: {once}, {twice}"
        );
    }
}

// Tests of their own, since each takes seconds in a program that is not optimized.

#[test]
fn the_work_grows_with_the_length_of_a_line() {
    work_grows_with_a_line_behind("");
}

#[test]
fn the_work_grows_with_the_length_of_a_line_in_a_section() {
    work_grows_with_a_line_behind("a: b\nbasic_auth:\n  ");
}

#[test]
fn the_work_grows_with_the_length_of_a_flow_mapping() {
    work_grows_with_a_line_behind("{");
}

#[test]
fn the_work_grows_with_the_length_of_a_secret() {
    work_grows_with_a_line_behind("password: ");
}

#[test]
fn the_work_grows_with_the_length_of_a_line_behind_blanks() {
    work_grows_with_a_line_behind("          ");
}

#[test]
fn aliases_are_looked_up_at_once() {
    let work = |lines: usize| work::of(|| lexical_secrets(&"password: *a\n".repeat(lines))).1;
    assert!(work(20_000) * 10 < work(10_000) * 23);
}

#[test]
fn places_stay_true_behind_a_mask() {
    let source = "a: {password: abcdefghijkl, url: here}";
    let text = Text::recognized("x.yml", source.as_bytes().to_vec());
    let at = source.find("here").unwrap();
    let excerpt = Place::new(&text, Span::new(at, at + 4)).excerpt(0);
    assert_eq!(
        &excerpt.text[excerpt.start..excerpt.start + excerpt.len],
        "here"
    );
}

#[test]
fn sentences_lose_the_secrets_of_the_tree() {
    let text = Text::recognized("x.yml", b"x: hunter2-hunter2".to_vec());
    text.mark_secret(Span::new(3, 18));
    assert_eq!(
        redact(
            &text,
            "got hunter2-hunter2, ühunter2-hunter2hunter2-".into()
        ),
        "got [redacted], ü[redacted]"
    );
}

/// What someone is to do is not a password.
#[test]
fn sentences_lose_the_lines_of_a_secret_that_is_written_in_one() {
    let text = Text::recognized("x.yml", b"username: \"u\\nswordfishes\"".to_vec());
    assert_eq!(
        redact(&text, "`username` is u swordfishes".into()),
        "`username` is u [redacted]"
    );
}

#[test]
fn sentences_lose_a_secret_that_ends_like_the_name_of_one() {
    for (secret, expected) in [
        ("swordfishtoken", "`bearer_token`: [redacted] is short"),
        ("my_own_secret", "`bearer_token`: [redacted] is short"),
        ("bearer_token", "`bearer_token`: bearer_token is short"),
        ("password", "`bearer_token`: password is short"),
    ] {
        let source = format!("bearer_token: {secret}");
        let text = Text::recognized("x.yml", source.into_bytes());
        let sentence = format!("`bearer_token`: {secret} is short");
        assert_eq!(redact(&text, sentence), expected);
    }
}

#[test]
fn a_sentence_behind_a_user_is_readable() {
    let sentence = "# TODO(user): The option insecureSkipVerify: true is not recommended\n";
    assert_eq!(lexical_secrets(sentence), []);
}
