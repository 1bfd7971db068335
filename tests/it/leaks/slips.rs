//! The slips that put a secret where it should not be.

use super::dialect_slips::DIALECTS;

/// The entry of `remote_write` that most slips are made in.
const ENTRY: &str = "remote_write:\n- url: https://rw.example.com/api/v1/write\n";

/// One slip: `§` is the secret. To add one is to add a line to a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slip {
    /// The file that it is in.
    pub(super) path: &'static str,
    before: &'static str,
    after: &'static str,
    content: &'static str,
    /// Whether only a secret that looks like one is hidden: nothing around it tells.
    pub(super) by_look: bool,
}

impl Slip {
    pub(super) fn with(self, secret: &str) -> String {
        let content = self.content.replace('§', secret);
        format!("{}{content}{}", self.before, self.after)
    }
}

pub(super) fn all() -> Vec<Slip> {
    let entry = |by_look| {
        move |&content: &&'static str| Slip {
            path: "prometheus.yml",
            before: ENTRY,
            after: "",
            content,
            by_look,
        }
    };
    let file = |&(path, content): &(&'static str, &'static str)| Slip {
        path,
        before: "",
        after: "",
        content,
        by_look: false,
    };
    let told = ENTRIES.iter().map(entry(false));
    let looks = LOOKS.iter().map(entry(true));
    let dialects = DIALECTS.iter().flat_map(|dialect| {
        dialect.contents.iter().map(|content| Slip {
            path: dialect.path,
            before: dialect.before,
            after: dialect.after,
            content,
            by_look: false,
        })
    });
    let files = FILES.iter().map(file);
    told.chain(looks).chain(files).chain(dialects).collect()
}

/// What follows an entry of `remote_write`: the key or the position tells that it is a secret.
const ENTRIES: &[&str] = &[
    "  bearer_token: §\n",
    "  bearer_token: §\n  bogus: 1\n",
    "  bearer_token_file: §\n",
    "  bearer_token_file: aA0A+/§\n  bogus: 1\n",
    "  authorization: {credentials_file: aA0A+/§}\n",
    "  headers: §\n",
    "  headers: [§]\n",
    "  headers: {X-Whatever: [§]}\n",
    "  http_headers: {X-Whatever: {values: [§]}}\n  bogus: 1\n",
    "  http_headers:\n    X-Whatever:\n      values:\n      - §\n  bogus: 1\n",
    "  tls_config: {whatever: §}\n",
    "  license: §\n",
    "  token_ref: §\n",
    "  password_path: §\n",
    "  secret_name: §\n",
    "  basic_auth: {username: u, password: {secretKeyRef: §}}\n",
    "  basic_auth:\n    username: u\n    password:\n      valueFrom: {secretKeyRef: {name: a, key: §}}\n",
    "  auth:\n    §\n  bogus: 1\n",
    "  basic_auth: {username: u, password_file: §}\n",
    "  basic_auth: {username: u, password:§}\n",
    "  basic_auth:\n    username: u\n    password:§\n",
    "  basic_auth: {username: u, pasword: §}\n",
    "  basic_auth: {username: u, passwordd: §, x: 1}\n",
    "  basic_auth: {username: u, whatever: §}\n",
    "  basic_auth: u:§\n",
    "  basic_auth: [u, §]\n",
    "  basic_auth:\n  - u\n  - §\n",
    "  basic_auth: {username: 'u:§'}\n",
    "  basicAuth: {username: u, password: §}\n",
    "  bearer_token = §\n",
    "  bearer_token=§\n",
    "  bearer_token §\n",
    "  bearer_tokn: §\n",
    "  bearerToken: §\n",
    "  bearer-token: §\n",
    "  credential: §\n",
    "  creds: §\n",
    "  auth: §\n",
    "  jwt: §\n",
    "  pwd: §\n",
    "  api-key: §\n",
    "  authorization: §\n",
    "  authorization: Bearer §\n",
    "  authorization: {type: 'Bearer §'}\n",
    "  authorization: {credentials_file: §}\n",
    "  oauth2: {client_id: a, client_secrt: §, token_url: 'https://a.example.com/t'}\n",
    "  sigv4:\n    access_key: a\n    secret_key:§\n",
    "  headers:\n    X-License-Key:§\n",
    "  headers: {X-Api-Key: §}\n",
    "  headers: {Authorization: Bearer §}\n",
    "  bearer_token: >-\n    §\n   x\n ]\n",
    "  tls_config:\n    key: |\n      -----BEGIN PRIVATE KEY-----\n      §\n     x\n ]\n",
    "  basic_auth: {username: u, password: \"abc\n     §\"\n  x\n",
    "  ? bearer_token\n  : §\n ]\n",
    "# bearer_token: §\n- url: x:// y\n",
    "- url: https://u:§@h.example.com/x\n  bogus: 1\n",
    "- url: https://u:§#rest@h.example.com/x\n",
    "- url: https://u:§/rest@h.example.com/x\n",
    "- url: https://u:§?rest@h.example.com/x\n",
    "- url: https//u:§@h.example.com/x\n",
    "- url: https:/u:§@h.example.com/x\n",
    "- url: u:ab/§@h.example.com/x\n",
    "- url: https://h.example.com/x#token=§\n",
    "- url: https://h.example.com/x?api_key=§\n",
    "- url: https://h.example.com:§/x\n",
    "- url: https://user:pa:§@h.example.com/x\n  bogus: 1\n",
    "  authorization: {type: §}\n",
    "  bearer_token; §\n",
    "  basic_auth: {\n    username: u,\n    whatever: §,\n  }\n",
    "  headers:\n  - name: Authorization\n    value: Bearer §\n",
    "  headers:\n  - value: §\n    name: Authorization\n",
    "  http_headers:\n    X-Api-Key:\n      values: §\n",
    "  write_relabel_configs:\n  - {target_label: token, replacement: §, action: replac}\n",
    "  # curl -u user:§ https://h.example.com\n  bogus: 1\n",
    "  x-shared: &token §\n  bogus: 1\n",
    // Near misses of a key, and other ways to write one.
    "  basicAuth: {userName: u, passWord: §}\n",
    "  basic-auth: {username: u, pass-word: §}\n",
    "  clientSecret: §\n",
    "  client-secret: §\n",
    "  apiKey: §\n",
    "  API_KEY: §\n",
    "  accessToken: §\n",
    "  auth_token: §\n",
    "  secretKey: §\n",
    "  secret_access_key: §\n",
    "  private_key: §\n",
    "  passphrase: §\n",
    "  passwd: §\n",
    "  passwrod: §\n",
    "  pasword: §\n",
    "  pass: §\n",
    "  secert: §\n",
    "  tokne: §\n",
    "  bearer_tokens: [§]\n",
    "  bearertoken: §\n",
    "  bearer: §\n",
    "  credentails: §\n",
    "  credentials: §\n",
    "  basic_auth: {username: u, password_: §}\n",
    "  basic_auth: {username: u, Password: §}\n",
    "  basic_auth: {user: u, pw: §}\n",
    "  oauth2: {client_id: a, clientsecret: §}\n",
    "  oauth2: {client_id: a, secret: §}\n",
    "  azuread: {oauth: {client_id: a, client_secret: §, tenant_id: b}, cloud: AzurePublc}\n",
    "  sigv4: {region: a, access_key: b, secretkey: §}\n",
    // Separators.
    "  password :§\n",
    "  password;§\n",
    "  password => §\n",
    "  password := §\n",
    "  password= §\n",
    "  bearer_token = \"§\"\n",
    "  bearer_token = '§'\n",
    "  bearer_token:\"§\"\n",
    "  {bearer_token:§}\n",
    "  basic_auth: {username: u password: §}\n",
    "  basic_auth: {username:u,password:§}\n",
    "  basic_auth: username=u password=§\n",
    "  basic_auth: \"u:§\"\n",
    "  basic_auth: u §\n",
    "  basic_auth: [u:§]\n",
    "  basic_auth: {u: §}\n",
    "  basic_auth: §\n",
    // YAML that few people write.
    "  ? password\n  : §\n",
    "  {? password : §}\n ]\n",
    "  \"password\" : §\n  x\n",
    "  'password': §\n  bogus: 1\n",
    "  password: &p §\n  bogus: 1\n",
    "  password: !!str §\n  bogus: 1\n",
    "  password: !secret §\n  bogus: 1\n",
    "  <<: &c {password: §}\n  bogus: 1\n",
    "  password: \"§\n",
    "  password: '§\n",
    "  password: §\"\n",
    "  password: |-\n    §\n  bogus: 1\n",
    "  password: >\n\n    §\n  bogus: 1\n",
    "  password:\n\n    §\n  bogus: 1\n",
    "  password:\n  # here\n    §\n  bogus: 1\n",
    "  password: [\n    §\n  ]\n  bogus: 1\n",
    "  password: {\n    value: §\n  }\n  bogus: 1\n",
    "  basic_auth: {\"username\":\"u\",\"password\":\"§\"},\n",
    "  basic_auth:\n\tpassword: §\n",
    // Schemes.
    "  authorization: [Bearer, §]\n",
    "  authorization: {Bearer: §}\n",
    "  authorization: {bearer: §}\n",
    "  authorization: {credential: §}\n",
    "  authorization: {type: Bearer, credentials:§}\n",
    "  authorization: {credentials: {value: §}}\n",
    "  authorization: {type: Bearer, whatever: §}\n",
    "  authorization:\n    §\n  bogus: 1\n",
    "  authorization: Basic §\n",
    "  authorization: Token §\n",
    "  headers: {Authorization: 'Basic §'}\n  bogus: 1\n",
    "  headers: ['Authorization: Bearer §']\n",
    "  headers: 'X-Api-Key: §'\n",
    "  headers:\n  - Authorization: Bearer §\n",
    "  headers: {Cookie: 'session=§'}\n",
    "  headers: {X-Auth-Token: §}\n",
    "  headers: {Private-Token: §}\n",
    "  bearer_token: Bearer §\n  bogus: 1\n",
    // URLs.
    "- url: https://:§@h.example.com/x\n  bogus: 1\n",
    "- url: https://u:§@h.example.com:9090/x\n  bogus: 1\n",
    "- url: //u:§@h.example.com/x\n",
    "- url: u:§@h.example.com/x\n",
    "- url: 'https:\\\\u:§@h.example.com/x'\n",
    "- url: https;//u:§@h.example.com/x\n",
    "- url: htps://u:§@h.example.com/x\n",
    "- url: http:u:§@h.example.com/x\n",
    "- url: https:///u:§@h.example.com/x\n",
    "- url: https://u:§@\n",
    "- url: https://u:§ @h.example.com/x\n",
    "- url: https://u@e.com:§@h.example.com/x\n",
    "- url: https://u:§%40x@h.example.com/x\n  bogus: 1\n",
    "- url: https://h.example.com/x?apikey=§\n  bogus: 1\n",
    "- url: https://h.example.com/x?a=b&access_token=§&c=d\n  bogus: 1\n",
    "- url: https://h.example.com/x?password=§#y\n  bogus: 1\n",
    "- url: https://h.example.com/x#access_token=§\n",
    "- url: https://h.example.com/x?X-Amz-Signature=§\n  bogus: 1\n",
    "- url: https://h.example.com/x?sig=§\n  bogus: 1\n",
    "- url: [https://u:§@h.example.com/x]\n",
    "- url: {https: //u:§@h.example.com/x}\n",
    "- https://u:§@h.example.com/x\n",
    "  proxy_url: http://u:§@proxy.example.com:3128\n  bogus: 1\n",
    "  proxy_url: u:§@proxy.example.com:3128\n",
    "  bearer_token: https://u:§@h.example.com\n  bogus: 1\n",
    // Comments.
    "  # password=§\n  bogus: 1\n",
    "  # token: §\n  bogus: 1\n",
    "  # Authorization: Bearer §\n  bogus: 1\n",
    "  # export API_TOKEN=§\n  bogus: 1\n",
    "  # curl -H 'Authorization: Bearer §' https://h.example.com\n  bogus: 1\n",
    "  # wget --password=§ https://h.example.com\n  bogus: 1\n",
    "  # wget --password § https://h.example.com\n  bogus: 1\n",
    "  # https://u:§@h.example.com\n  bogus: 1\n",
    "  bogus: 1 # password: §\n",
    "  # promvet: ignore[schema/unknown-field] password: §\n  bogus: 1\n",
];

/// The same where only the look of the secret tells.
const LOOKS: &[&str] = &[
    "  password: {value: §}\n  bogus: 1\n",
    "  tokens:\n  - §\n  bogus: 1\n",
    "  # the old password was §\n  bogus: 1\n",
    "  name: §\n  bogus: 1\n",
    "  bogus: §\n",
    "  # §\n  bogus: 1\n",
    "  # ask for § at the desk\n  bogus: 1\n",
    "  headers: {X-Whatever: §}\n  bogus: 1\n",
    "  remote_timeout: §\n",
    "  write_relabel_configs: [{action: drop, regex: §, bogus: 1}]\n",
    "  queue_config: {max_shards: §}\n",
    "  §: bogus\n",
    "  §\n",
];

/// Whole files.
const FILES: &[(&str, &str)] = &[
    (
        "prometheus.json",
        "{\"remote_write\": [{\"url\": \"https://h.example.com/x\", \"bearer_token\": \"§\", \"bogus\": 1}]}",
    ),
    (
        "prometheus.json",
        "{\"remote_write\": [{\"url\": \"https://h.example.com/x\", \"bearer_tokn\": \"§\"}]}",
    ),
    (
        "prometheus.json",
        "{\"remote_write\": [{\"url\": \"https://h.example.com/x\", \"password\": \"§\",,}]}",
    ),
    (
        "prometheus.yml",
        "remote_write:\n[[remote_write]]\nurl = \"https://h.example.com/x\"\npassword = \"§\"\n",
    ),
    (
        "prometheus.yml",
        "global: {external_labels: {token: §}, bogus: 1}\nscrape_configs: []\n",
    ),
    ("prometheus.yml", "password: §\nscrape_configs: []\n"),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  params: {api_key: [§]}\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  params: {token: §}\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: 'h:1', token: §, bogus: 1}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: 'h:1', tokn: §}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  http_sd_configs: [{url: 'https://u:§@h.example.com/x', bogus: 1}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  openstack_sd_configs: [{role: instance, region: a, application_credential_secret: §, bogus: 1}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  ec2_sd_configs: [{region: a, secret_key: §, bogus: 1}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['https://u:§@h.example.com']}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['u:§@h.example.com']}]\n",
    ),
    (
        "prometheus.yml",
        "alerting:\n  alertmanagers:\n  - basic_auth: {username: u, pasword: §}\n",
    ),
    (
        "prometheus.yml",
        "remote_read:\n- url: https://u:§@h.example.com/x\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "tracing: {endpoint: 'h:1', headers: {x-api-key: §}, bogus: 1}\nscrape_configs: []\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    command: [--config.file=/p.yml, --remoteWrite.bearerToken=§, --bogus]\n    configs: [{source: p, target: /p.yml}]\nconfigs:\n  p:\n    content: |\n      remote_write: [{url: 'https://h.example.com/x', bogus: 1}]\n",
    ),
    (
        "compose.yml",
        "services:\n  vmagent:\n    image: victoriametrics/vmagent\n    command:\n    - -remoteWrite.url=https://u:§@h.example.com/x\n    - -remoteWrite.basicAuth.password=§\n    - -promscrape.config=/p.yml\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    environment: [API_TOKEN=§]\n    command: --config.file=/p.yml --bogus=1 --token §\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    environment: {DB_PASSWORD: §}\n    configs: [{source: p, target: /etc/prometheus/prometheus.yml}]\nconfigs:\n  p:\n    content: |\n      remote_write: [{url: 'https://h.example.com/x', bearer_tokn: §}]\n",
    ),
    (
        "deployment.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: prometheus}\nspec:\n  template:\n    spec:\n      containers:\n      - name: prometheus\n        image: prom/prometheus:v3.1.0\n        args: [--config.file=/p.yml, --bogus, '--web.token=§', --token, §]\n        env:\n        - name: DB_PASSWORD\n          value: §\n        - {value: §, name: API_KEY}\n",
    ),
    (
        "config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: |\n    remote_write:\n    - url: https://h.example.com/x\n      basic_auth: {username: u, pasword: §}\n",
    ),
    (
        "config.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: p}\nstringData:\n  token: §\n  prometheus.yml: |\n    remote_write:\n    - url: https://u:§@h.example.com/x\n      bogus: 1\n",
    ),
    (
        "config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata:\n  prometheus.yml: \"remote_write:\\n- url: https://h.example.com/x\\n  bearer_tokn: §\\n\"\n",
    ),
    (
        "values.yaml",
        "server: {extraArgs: {web.token: §}}\nalertmanager: {}\nserverFiles:\n  prometheus.yml:\n    remote_write:\n    - url: https://h.example.com/x\n      bearer_tokn: §\n",
    ),
    (
        "values.yaml",
        "prometheus:\n  prometheusSpec:\n    remoteWrite:\n    - url: https://h.example.com/x\n      basicAuth: {username: u, password: §}\n      bearerToken: §\n      bogus: 1\n",
    ),
    (
        "prometheus.yml.j2",
        "remote_write:\n- url: https://h.example.com/x\n  bearer_tokn: §\n{% if x %}\n  bogus: {{ y }}\n{% endif %}\n",
    ),
    (
        "alerts.yml",
        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up{password=\"§\"} ==\n    labels: {token: §}\n",
    ),
    (
        "promvet.yaml",
        "receivers: [{hosts: a, receiver: mimir, password: §}]\n",
    ),
];
