//! Names of secrets and their near misses, in each shape that a value may have.

use super::shown;

/// Keys that hold a secret whatever their value looks like.
const KEYS: &[&str] = &[
    "Authorization",
    "BEARER_TOKEN",
    "BearerToken",
    "Bearer_Token",
    "X-API-Key",
    "accessToken",
    "access-token",
    "account_key",
    "admin_password",
    "api-key",
    "apiKey",
    "apiToken",
    "apikey",
    "auth",
    "authentication",
    "authorisation",
    "authz",
    "auth-token",
    "authToken",
    "auth_token",
    "basic_auth_pass",
    "basic_auth_password",
    "bearer",
    "bearer-token",
    "bearerToken",
    "bearer_tokn",
    "bearer_token",
    "client-secret",
    "clientSecret",
    "client_key",
    "client_secret",
    "cookie",
    "cred",
    "credential",
    "credentials",
    "creds",
    "csrf",
    "db_password",
    "dsn",
    "encryption_key",
    "gc_token",
    "gcloud_key",
    "grafana_cloud_api_key",
    "grafana_token",
    "hmac",
    "hmac_key",
    "http_password",
    "id_token",
    "ingest_key",
    "insert_key",
    "integration_key",
    "jwt",
    "key_pem",
    "keypem",
    "license_key",
    "licenseKey",
    "master_key",
    "oauth_token",
    "otp",
    "pass",
    "pass-word",
    "pass_word",
    "passcode",
    "passphrase",
    "passw",
    "passwd",
    "password",
    "passwordText",
    "password_plain",
    "password_value",
    "passwrd",
    "pasword",
    "paswd",
    "pin",
    "plaintext_password",
    "pre_shared_key",
    "privateKey",
    "private_key",
    "proxy_pass",
    "proxy_password",
    "psk",
    "psw",
    "pswd",
    "push_token",
    "pw",
    "pwd",
    "read_token",
    "refresh_token",
    "remote_write_password",
    "rw_pass",
    "sas",
    "sas_token",
    "scrape_token",
    "secret",
    "secret-key",
    "secretAccessKey",
    "secretKey",
    "secret_key",
    "secret_value",
    "secretvalue",
    "service_key",
    "session",
    "sessionToken",
    "session_token",
    "sharedKey",
    "shared_key",
    "signing_key",
    "sigv4_secret",
    "tenant_password",
    "tenant_token",
    "tkn",
    "tok",
    "token",
    "token_value",
    "tokenvalue",
    "totp",
    "userPassword",
    "user_pass",
    "user_password",
    "userpass",
    "write_token",
    "authorization",
    "azuread",
    "basic_auth",
    "google_iam",
    "oauth2",
    "sigv4",
    "tls_config",
    "basicAuth",
    "x-api-key",
    "x_api_key",
];

/// Keys whose value is a secret only if a person or a generator made it up.
const DOUBTFUL: &[&str] = &[
    "cert_key",
    "connection_string",
    "connectionString",
    "key",
    "license",
    "login",
    "pat",
    "routing_key",
    "routingKey",
    "routingkey",
    "routng_key",
    "tls_key",
    "tls_key_pem",
    "userinfo",
    "user_info",
    "webhook",
];

/// Values as people think of them, which are neither long nor random.
const WORDS: &[&str] = &["swordfishes", "violet-anvil-puddle", "Winter-2024-Prom"];
const MADE_UP: &[&str] = &[
    "Winter2024!",
    "hunter2!hunter",
    "aX9$kd!3Lq7w",
    "9f86d081884c7d659a2feaa0c55ad015",
];

/// The shapes of a value `§` of a key `¤`.
const SHAPES: &[&str] = &[
    "  ¤: §\n",
    "  ¤: \"§\"\n",
    "  ¤: '§'\n",
    "  \"¤\": §\n",
    "  ¤:\n    §\n",
    "  ¤:\n    \"§\"\n",
    "  ¤:\n\n    §\n",
    "  ¤:\n    # of production\n    §\n",
    "  ¤: # of production\n    §\n",
    "  ¤:\n  - §\n",
    "  ¤:\n    - §\n",
    "  ¤:\n  - \"§\"\n",
    "  ¤:\n  -\n    §\n",
    "  ¤:\n  # of production\n  - §\n",
    "  ¤:\n  - a\n  - §\n",
    "  ¤: [§]\n",
    "  ¤: [a, §]\n",
    "  ¤: [\n    §\n  ]\n",
    "  ¤: [\"§\"]\n",
    "  ¤: |\n    §\n",
    "  ¤: >-\n    §\n",
    "  ¤: |-\n\n    §\n",
    "  ¤: !!str §\n",
    "  ¤: &x §\n",
    "  ¤: &x\n    §\n",
    "  ¤: !!str\n    §\n",
    "  ? ¤\n  : §\n",
    "  {url: x, ¤: §, bogus: 1}\n",
    "  {url: x, \"¤\": \"§\", bogus: 1}\n",
    "  {url: x, ¤:\n    §, bogus: 1}\n",
    "  ¤\n    : §\n",
    "  ¤ : §\n",
];

/// The shapes of a mapping in the place of a secret.
const MAPPINGS: &[&str] = &["  ¤: {value: §}\n", "  ¤:\n    value: §\n"];

/// Where an entry with such a value may be.
const PLACES: [&str; 2] = [
    "remote_write:\n- url: https://h/x\n§  bogus: 1\n",
    "data:\n  prometheus.yml: \"remote_write:\\n- url: https://h/x\\n§  bogus: 1\\n\"\n",
];

/// A mapping in a mapping with credentials.
const AZURE: [&str; 2] = [
    "azuread:\n§  cloud: AzurePublic\n",
    "data:\n  prometheus.yml: \"azuread:\\n§  cloud: AzurePublic\\n\"\n",
];

fn leaks(places: [&str; 2], shapes: &[&str], keys: &[&str], secrets: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for shape in shapes {
        for secret in secrets {
            let is_shown = |key: &&&str| {
                let entry = shape.replace('¤', key).replace('§', secret);
                let escaped = entry.replace('"', "\\\"").replace('\n', "\\n");
                [entry, escaped]
                    .iter()
                    .zip(places)
                    .any(|(entry, place)| shown(&place.replace('§', entry)).contains(secret))
            };
            let keys: Vec<_> = keys.iter().filter(is_shown).collect();
            if !keys.is_empty() {
                out.push(format!("{shape:?} {secret}: {} {keys:?}", keys.len()));
            }
        }
    }
    out
}

#[test]
fn no_shape_of_a_value_shows_the_secret_of_a_key() {
    let all: Vec<_> = WORDS.iter().chain(MADE_UP).copied().collect();
    let mut shown = leaks(PLACES, SHAPES, KEYS, &all);
    shown.extend(leaks(PLACES, MAPPINGS, KEYS, &all));
    shown.extend(leaks(AZURE, SHAPES, &["oauth"], &all));
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn no_shape_of_a_value_shows_what_is_made_up() {
    let shown = leaks(PLACES, SHAPES, DOUBTFUL, MADE_UP);
    assert!(shown.is_empty(), "{shown:#?}");
}

/// What the same keys hold that is no secret.
const HEALTHY: &[&str] = &[
    "pagerduty_configs:\n- routing_key: myteam\n",
    "key: node-role.kubernetes.io/control-plane",
    "key: prometheus-additional.yaml",
    "key:\n  - a_b\n",
    "webhook:\n  url: http://alertmanager-webhook:5001/\n  name: vprom.example.com\n",
    "login: svc-prometheus@example.com",
    "license: Apache-2.0",
    "params:\n  auth: [public_v2]\n  module: [if_mib]\n",
    "params: {auth: [public_v2], module: [if_mib]}\n",
    "params:\n  auth:\n  - public_v2\n",
    "azuread:\n  oauth:\n    client_id: 7c1f0b6e-93d4-4c55-8a27-e1d0b9f3a6c2\n  cloud: AzurePublic\n",
    "azuread: {managed_identity: {client_id: 7c1f0b6e-93d4-4c55-8a27-e1d0b9f3a6c2}, cloud: AzurePublic}\n",
    "  prometheus.yml: \"remote_write:\\n- url: https://h/x\\n  basic_auth:\\n    username: u\\n    password_file: /etc/pw\\n\"\n",
    "- name: A\n  value: x\n- name: S3_SECRET_KEY\n  valueFrom: {secretKeyRef: {name: a, key: b}}\n",
    "# jwt: RS256, issuer https://idp.example.com/realms/monitoring",
    "# see https://user@host",
    "integrity: sha512-CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYar0PUaP2SJrtP4HUJnjLHW+yBFao+02f4jSG2St9wBJg==",
    "secretary: Jane Doe",
    "auth: {authenticator: oauth2client/prod}",
    "oauth2:\n  scopes:\n  - metrics.write\n  - https://monitor.example.com/.default\n",
    "authorization:\n  credentials_file: /etc/token\n  type: Bearer\n",
    "basic_auth:\n  # of the gateway\n  username: promsend\n  password_file: /etc/pw\n",
    "volumes:\n- secret\n- token\nx: y\n",
    "{url: x, password_file:\n  /etc/pw, name: a}",
];

/// What is in no place of a value, as files that do not parse have it.
const LOST: &[&str] = &[
    "remote_write:\n- url: https://h/x\n  password: |\n§\n  bogus: 1\n",
    "remote_write:\n- url: https://h/x\n  password: >-\n      a b c\n §\n  bogus: [\n",
    "basic_auth: {username: u, password\n   : §}\n",
    "basic_auth:\n  <<: §\n",
    "remote_write:\n- {url: x, password:\n    §, x: [\n",
];

#[test]
fn no_file_that_does_not_parse_shows_a_secret() {
    let shown: Vec<_> = LOST
        .iter()
        .flat_map(|lost| MADE_UP.iter().map(|secret| lost.replace('§', secret)))
        .filter(|source| MADE_UP.iter().any(|secret| shown(source).contains(secret)))
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn what_is_no_secret_is_shown() {
    for source in HEALTHY {
        assert_eq!(shown(source), source.trim_end(), "{source}");
    }
}

/// Commands that take a password, `§` being one.
const COMMANDS: &[&str] = &[
    "command: redis-cli -a § ping",
    "test: [CMD, redis-cli, -a, §, ping]",
    "test: [\"CMD\",\"redis-cli\",\"-a\",\"§\",\"ping\"]",
    "test: [\"CMD\", \"redis-cli\", \"-h\", \"redis\", \"-a\", \"§\"]",
    "RUN docker login -u u -p § registry.example.com",
    "# docker login -u u -p §",
    "command: mongosh -u root -p § --eval x",
    "sshpass -p § ssh root@h",
    "RUN vault login §",
    "# vault login §",
    "mc alias set minio http://minio:9000 admin §",
    "test: mysqladmin ping -u root -p§",
];

#[test]
fn commands_show_no_password() {
    let shown: Vec<_> = COMMANDS
        .iter()
        .flat_map(|command| MADE_UP.iter().map(|secret| command.replace('§', secret)))
        .filter(|source| MADE_UP.iter().any(|secret| shown(source).contains(secret)))
        .collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn other_arguments_of_commands_are_shown() {
    for source in [
        "docker run -p 9090:9090 prom/prometheus",
        "command: redis-cli -h redis ping",
        "mkdir -p /etc/prometheus/rules",
        "# vault login is done by the sidecar",
        "vault login -method=kubernetes role=prometheus",
        "cp -a /etc/prometheus /backup",
        "mc alias set minio http://minio:9000 $USER $PASSWORD",
        "docker login -u u -p ${TOKEN} registry.example.com",
    ] {
        assert_eq!(shown(source), source);
    }
}

/// Comments that a password is in.
const SENTENCES: &[&str] = &[
    "# the password is §",
    "# password §",
    "# password: §",
    "# password -> §",
    "# password=§",
    "# token §",
    "# the API key is §",
    "# api key: §",
    "# Bearer §",
    "# pw §",
    "# creds admin/§",
    "# login admin / §",
    "# user admin, password §",
    "# Passwort ist §",
    "# echo -n u:§ | base64",
    "bearer_token: # §",
    "bearer_token: ${TOK} # §",
    "password_file: /etc/pw # password §",
];

/// Passwords with marks of all kinds.
const MARKED: &[&str] = &[
    "P@ssw0rd-2024",
    "Gr@fana-Pr0m-9",
    "Winter2024!",
    "Pa$$w0rd1234",
    "k9%Lm!2xQv7",
    "Zx9^mmQ2plv",
    "8%Jc2MTb^5xQ",
    "hunter2!hunter",
    "Ab:9xx-Kq2zz",
    "Ab|9xxKq2zzt",
    "Ab<9xxKq2zzt",
    "Ab;9xxKq2zzt",
    "Ab+9xxKq2zzt",
    "Rw*7hunter22",
    "aX9$kd!3Lq@7",
    "aX9$kd!3Lq7w",
];

#[test]
fn passwords_with_marks_are_hidden_in_sentences() {
    let shown: Vec<_> = SENTENCES
        .iter()
        .flat_map(|sentence| {
            let lines = MARKED
                .iter()
                .map(|secret| (*secret, sentence.replace('§', secret)));
            lines.filter(|(secret, line)| shown(line).contains(secret))
        })
        .map(|(_, line)| line)
        .collect();
    assert!(shown.is_empty(), "{} {shown:#?}", shown.len());
}

#[test]
fn words_with_marks_are_shown_in_sentences() {
    for line in [
        "# the token of Node2|Node3 expires at 10:30",
        "# password for k8s-helm: see vault",
        "# token bucket: 100 req/s, p99<2s",
        "# auth for job1;job2 and v2beta1:latest",
        "# password of tool@v1.2 and me2@example.com",
        "# the credentials are in arn:aws:secretsmanager:eu-west-1:123456789012:secret:rw-AbCdEf",
        "# token for Api|Web:v1beta1",
    ] {
        assert_eq!(shown(line), line);
    }
}

/// Names of users with a password in them, `§` being it.
const USERS: &[&str] = &[
    "basic_auth: {username: u/§}",
    "basic_auth:\n  username: u/§\n",
    "basic_auth: {username: u §}",
    "basic_auth: {username: 'u, §'}",
    "basic_auth:\n  username: u password §\n",
    "basic_auth:\n  username: u\n    §\n",
    "basic_auth:\n  username: \"u\n    §\"\n",
    "basic_auth:\n  username: |\n    u\n    §\n",
    "# user: admin §",
    "# user: admin/§",
    "# username: admin, password §",
    "# user: admin §, host h",
    "telegram_configs:\n- bot: §\n",
    "telegram_configs: [{bot: §, chat_id: 1}]",
];

/// The same where the place tells it from words.
const USERS_OF_WORDS: &[&str] = &[
    "basic_auth:\n  username: \"u\\n§\"\n",
    "basic_auth: {username: \"u\\n§\"}",
    "basic_auth:\n  username: u password §\n",
];

/// URLs that go on in the next line.
const FOLDED: &[&str] = &[
    "- url: https://u:\n    §@h/x\n",
    "- url: \"https://u:\n    §@h.example.com/x\"\n",
    "- url: >-\n    https://u:\n    §@h/x\n",
    "- url: https//u:\n    §@h/x\n",
    "- url: https://u\n    :§@h/x\n",
    "# https://u:\n# §@h/x\n",
    "x: \"remote_write:\\n- url: https://u:\\n    §@h/x\\n\"\n",
];

/// Texts and lists where a mapping of headers is expected.
const HEADERS: &[&str] = &[
    "headers: X-Key: §\n",
    "headers: §\n",
    "headers: [§]\n",
    "headers: [X-Key, §]\n",
    "headers: [\n  §\n]\n",
    "headers:\n- §\n",
    "http_headers:\n  - \"§\"\n",
    "http_headers: \"§\"\n",
    "proxy_connect_header: §\n",
    "proxy_connect_header:\n  §\n",
];

/// Passwords in the place of an address.
const ADDRESSES: &[&str] = &[
    "url: §",
    "url: '§'",
    "- url: u@§",
    "proxy_url: §",
    "{url: §, name: a}",
    "endpoint: \"§\"",
    "targets: [§]",
];

/// What has signs that no host has.
const SIGNED: &[&str] = &["Winter2024!", "hunter2!hunter", "aX9$kd!3Lq7w"];

#[test]
fn no_place_of_a_slip_shows_its_secret() {
    let all: Vec<_> = WORDS.iter().chain(MADE_UP).copied().collect();
    let mut leaks = Vec::new();
    for (slips, secrets) in [
        (USERS, MADE_UP),
        (USERS_OF_WORDS, &*all),
        (FOLDED, &*all),
        (HEADERS, &*all),
        (ADDRESSES, SIGNED),
    ] {
        for slip in slips {
            let lines = secrets
                .iter()
                .map(|secret| (secret, slip.replace('§', secret)));
            leaks.extend(lines.filter(|(secret, text)| shown(text).contains(**secret)));
        }
    }
    assert!(leaks.is_empty(), "{} {leaks:#?}", leaks.len());
}

#[test]
fn what_is_right_in_the_same_places_is_shown() {
    for source in [
        "basic_auth: {username: tenant-a/user, password_file: /etc/pw}",
        "basic_auth:\n  username: ACME/jdoe\n  password_file: /etc/pw\n",
        "basic_auth:\n  username:\n    123456\n",
        "{\"username\": \"u\\n\"}",
        "# user: prometheus, see the wiki",
        "# user: the token of the service",
        "telegram_configs:\n- bot: alerts-bot\n",
        "# see https://wiki\n# joe@example.com\n",
        "# see https://proxy:\n# joe@example.com\n",
        "- url: http://prometheus:9090\n  x: joe@example.com\n",
        "headers: {X-Scope-OrgID: tenant-a}",
        "headers:\n- \"X-Scope-OrgID: tenant-a\"\n",
        "headers: [\"X-Scope-OrgID: tenant-a\"]",
        "headers: [Content-Type, X-Scope-OrgID]",
        "headers:\n- Content-Type\n- X-Scope-OrgID\n",
        "headers: {{ headers | to_json }}",
        "headers: *shared",
        "headers = local.file.a.content",
        "headers: null",
        "allowed_headers: [x-requested-with, authorization, origin]",
        "remoteWrite.headers: 'X-Scope-OrgID: tenant-a'",
        "url: $HOST",
        "url: https://${HOST}/x",
        "url: {{ url }}",
        "targets: ['$HOST:9090', 'node-1', \"*\"]",
        "endpoint: otel-collector.monitoring.svc.cluster.local:4317",
    ] {
        assert_eq!(shown(source), source.trim_end(), "{source}");
    }
}
