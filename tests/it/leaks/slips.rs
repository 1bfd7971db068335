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
    pub(super) reported: Told,
}

/// What tells that there is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Its key or its position, whatever it looks like.
    Place,
    /// Nothing but its look.
    Look,
    /// That a person made it up where a name is expected.
    Person,
}

impl Slip {
    pub(super) fn with(self, secret: &str) -> String {
        let content = self.content.replace('§', secret);
        format!("{}{content}{}", self.before, self.after)
    }
}

pub(super) fn all() -> Vec<Slip> {
    let entry = |reported| {
        move |&content: &&'static str| Slip {
            path: "prometheus.yml",
            before: ENTRY,
            after: "",
            content,
            reported,
        }
    };
    let file = |&(path, content): &(&'static str, &'static str)| Slip {
        path,
        before: "",
        after: "",
        content,
        reported: Told::Place,
    };
    let reported = ENTRIES.iter().map(entry(Told::Place));
    let looks = LOOKS.iter().map(entry(Told::Look));
    let people = BY_PERSON.iter().map(|slip| Slip {
        reported: Told::Person,
        ..file(slip)
    });
    let dialects = DIALECTS.iter().flat_map(|dialect| {
        dialect.contents.iter().map(|content| Slip {
            path: dialect.path,
            before: dialect.before,
            after: dialect.after,
            content,
            reported: Told::Place,
        })
    });
    let files = FILES.iter().map(file);
    reported
        .chain(looks)
        .chain(people)
        .chain(files)
        .chain(dialects)
        .collect()
}

/// What follows an entry of `remote_write`: the key or the position tells that it is a secret.
const ENTRIES: &[&str] = &[
    "- url: https://h.example.com/api/v1/prom/write?db=a&u=b&p=§\n  bogus: 1\n",
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
    "- url: https://u/§@h/x\n  bogus: 1\n",
    "- url: https://u: § @ h.example.com/x\n  bogus: 1\n",
    "- url: \"https://u: § @ h.example.com/x\"\n  bogus: 1\n",
    "- url: https://u:\n    §@h.example.com/x\n  bogus: 1\n",
    "- url: \"https://u:\n    §@h.example.com/x\"\n  bogus: 1\n",
    "  # https://u: § @ h.example.com/x\n  bogus: 1\n",
    "  # https://u/§@h/x\n  bogus: 1\n",
    "  # https://u:\n  # §@h/x\n  bogus: 1\n",
    "  basic_auth: {username: \"u\\n§\", bogus: 1}\n",
    "  basic_auth: {username: u password §, bogus: 1}\n",
    "  headers: X-Key: §\n",
    "  headers: [X-Key, §]\n",
    "  headers:\n  - §\n",
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
    // Keys with escapes, or with other blanks around their colon.
    "  \"pass\\x77ord\": §\n  bogus: 1\n",
    "  \"bearer\\u005ftokn\": §\n  bogus: 1\n",
    "  ? \"pass\\x77ord\"\n  : §\n  bogus: 1\n",
    "  password\u{a0}: §\n  bogus: 1\n",
    // No key, or a secret for one, in a mapping with credentials.
    "  basic_auth: {admin,§}\n",
    "  basic_auth: {§}\n",
    "  basic_auth: {§: x}\n",
    "  basic_auth:\n    §: x\n",
    "  password: {§: x}\n",
    "  azuread: {oauth: §}\n",
    "  azuread:\n    managed_identity: §\n",
    // What is below a near miss of a key, and blanks in a URL.
    "  pasword:\n    §\n  bogus: 1\n",
    "  creds:\n  - §\n  bogus: 1\n",
    "  passwrd:\n    # of production\n    \"§\"\n  bogus: 1\n",
    "  authorization:\n  - §\n  bogus: 1\n",
    "  {url: x, password:\n    §, bogus: 1}\n",
    "  password\n    : §\n",
    "- url: https://u: §@h/x\n  bogus: 1\n",
    "- url: \"https://u : §@h/x\"\n  bogus: 1\n",
    "- url: https://§:@h/x\n  bogus: 1\n",
    "- url: https://Bearer §@h/x\n  bogus: 1\n",
    "  basic_auth: |\n    u\n    §\n",
    "  basic_auth[password]: §\n",
    "  basic: u:§\n",
    "  http_headers: {X-A: §}\n",
    "  http_headers: [X-A, §]\n",
    "  http_headers: {X-A: {files: [§]}}\n",
    "  proxy_connect_header: §\n",
    "  bearer_token_file: {§}\n",
    "  bearer_token_file: {value: §}\n",
    "  bearer_token_file: $§\n",
    "  bearer_token_file: ./§\n",
    "  bearer_token_file: /run/secrets/x § y\n",
    "  bearertokenfile: §\n",
    // Short names.
    "  tkn: §\n",
    "  credz: §\n",
    "  secr: §\n",
    "  scrt: §\n",
    "  auths: §\n",
    "  authn: §\n",
    "  auth_header: §\n",
    "  auth_value: §\n",
    "  apiKeyRef: §\n",
    "  userpass: §\n",
    "  ssh_key: §\n",
    "  hmac: §\n",
    "  otp: §\n",
    "  pin: §\n",
    "  session: §\n",
    "  salt: §\n",
    "  X-Honeycomb-Team: §\n",
    // What is beside a secret, or lost its indentation.
    "  password: \n§\n  x: 1\n",
    "  password: a #§\n",
    "  password: a # §\n",
    "  {password: a, §}\n",
    "  data_source_name: 'root:§@(h:3306)/'\n",
    // Comments.
    "  # basic_auth u §\n  bogus: 1\n",
    "  # pw is §\n  bogus: 1\n",
    "  # pw §\n  bogus: 1\n",
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
    // Values that go on below, and paths that are none.
    "  bearer_token_file: |\n    §\n",
    "  basic_auth:\n    username: u\n    password_file: >\n      §\n",
    "  authorization:\n    credentials_file: |+\n      §\n\n",
    "  bearer_token_file: C:\\§\n",
    "  bearer_token_file: ~/§\n",
    "  bearer_token_file: $x-§\n",
    "  bearer_token_file: <x>§\n",
    "  bearer_token_files: [§]\n",
    "  bearer_token_files:\n  - §\n",
    // Half a quote, brackets and what is not seen around a key.
    "  bearer_token\": §\n  bogus: 1\n",
    "  basic_auth\": §\n  bogus: 1\n",
    "  authorization:\n    credentials\": §\n  bogus: 1\n",
    "  [password]: §\n  bogus: 1\n",
    "  (password): §\n  bogus: 1\n",
    "  <password>: §\n  bogus: 1\n",
    "  `password`: §\n  bogus: 1\n",
    "  password==§\n",
    "  password\u{200b}: §\n  bogus: 1\n",
    "  pass\u{200b}word: §\n  bogus: 1\n",
    "  p\u{430}ssword: §\n  bogus: 1\n",
    // What is behind a value that is none.
    "  password: # §\n  bogus: 1\n",
    "  password: null # §\n  bogus: 1\n",
    "  # client_secret:\n  # §\n  bogus: 1\n",
    "  #- credentials §\n  bogus: 1\n",
    "  token: {name: §<>}\n  bogus: 1\n",
    "  bogus: 1 # promvet: ignore[§]\n",
    "  # promvet: ignore[schema/unknown-field, §] why\n  bogus: 1\n",
    "  tls_config:\n    ca_file: a.pem # see §\n  bogus: 1\n",
    // Flow mappings that lack a colon.
    "- {url: https://h.example.com/x, bearer_token §}\n",
    "- {url: https://h.example.com/x, authorization: {credentials §}}\n",
    "- {url: https://h.example.com/x, oauth2: {client_id: a, client_secret §}}\n",
    "- {\"url\": \"https://h.example.com/x\", \"bearer_token §\"}\n",
    "- {url: https://h.example.com/x, authorization Bearer §}\n",
    // URLs whose userinfo has a slash, or is where a port belongs, and what has no name in them.
    "- url: https://u/§@h.example.com/x\n  bogus: 1\n",
    "- url: https://h.example.com:u:§\n  bogus: 1\n",
    "- url: https://u:§\n  bogus: 1\n",
    "- url: https://h.example.com/x?token%3D§\n  bogus: 1\n",
    "- url: https://h.example.com/x?auth:§\n  bogus: 1\n",
    "- url: https://h.example.com/x?§\n  bogus: 1\n",
    "- url: https://h.example.com/x#§\n  bogus: 1\n",
    "- url: https://h.example.com/token/§/x\n  bogus: 1\n",
    "- url: https://hooks.example.com/services/T000/B000/§\n  bogus: 1\n",
    "- url: https://h.example.com/api/v1/push/§\n  bogus: 1\n",
    "- url: https://h.example.com/x;§\n  bogus: 1\n",
    "- url: https://h.example.com/x?a=1&§\n  bogus: 1\n",
    "  bearer_token_file: '{{ token | default(\"§\") }}'\n  bogus: 1\n",
    "  proxy_url: http://u/§@proxy.example.com:3128\n  bogus: 1\n",
    // Relabel rules for labels with the name of a secret.
    "  write_relabel_configs: [{source_labels: [password], regex: §, action: dropp}]\n",
    "  write_relabel_configs: [{regex: §, source_labels: [a, api_token], action: dropp}]\n",
    "  write_relabel_configs:\n  - source_labels:\n    - password\n    regex: §\n    action: dropp\n",
    // Behind a path, and lists and texts that are broken off.
    "  bearer_token_file: /etc/tok\n    §\n  bogus: 1\n",
    "  bearer_token_file: /etc/tok # TODO use §\n  bogus: 1\n",
    "  bearer_token: [a,\n  §,\n  bogus: 1\n",
    "  bearer_token: a\\\n  §\n  bogus: 1\n",
    // Comments.
    "  basic_auth:\n    # §\n    password_file: a.txt\n  bogus: 1\n",
    "  # promvet: ignore[nosuch/rule] api key: §\n  bogus: 1\n",
    "  # login is u / §\n  bogus: 1\n",
    // Quotes that were written for people, and a section that is called otherwise.
    "  “bearer_token”: §\n  bogus: 1\n",
    "  http_client_config:\n    x: §\n  bogus: 1\n",
    // Marks in the place of an `@`.
    "  proxy_url: user:§(at)proxy.example.com:3128\n  bogus: 1\n",
    "  proxy_url: user:§[at]proxy.example.com:3128\n  bogus: 1\n",
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
    "  password: {{ §a }}\n  bogus: 1\n",
    "  headers: {§: x}\n  bogus: 1\n",
];

/// Whole files in which a secret that nothing else looks like is where a name is expected.
const BY_PERSON: &[(&str, &str)] = &[
    (
        "prometheus.yml",
        "remote_write:\n- url: https://§/api/v1/write\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://u@§/api/v1/write\n  bogus: 1\n",
    ),
    ("prometheus.yml", "remote_write:\n- url: §\n  bogus: 1\n"),
    ("prometheus.yml", "remote_write:\n- url: u@§\n  bogus: 1\n"),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  proxy_url: §\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  basic_auth: {username: u/§, bogus: 1}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  basic_auth:\n    username: u\n      §\n    bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  # user: admin §\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  # u: § @ h/x\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  # admin / §\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  headers: {X-Foo: §}\n  bogus: 1\n",
    ),
    (
        "compose.yaml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.5.0\n    environment:\n      AUTH_USERS: admin:§\n      X: ${ADMIN_PASSWORD-§}\n    command: [--bogus]\n",
    ),
    (
        "Dockerfile",
        "FROM prom/prometheus:v3.5.0\nRUN sed -i 's|REPLACE_ME|§|' /etc/prometheus/prometheus.yml\nCMD [\"--bogus\"]\n",
    ),
    (
        "config.alloy",
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://u:\" + \"§\" + \"@h.example.com/x\"\n    bogus = 1\n  }\n}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  bearer_token_file: /etc/tok:§\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  bearer_token_file: /etc/tok,§\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  write_relabel_configs:\n  - {source_labels: [secret], regex: '(§|b)', action: keeep}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  write_relabel_configs:\n  - {source_labels: [secret], regex: '^§$', action: keeep}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  write_relabel_configs:\n  - {target_label: password, separator: §, bogus: 1}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  write_relabel_configs:\n  - {action: labelmap, regex: 'password_§', bogus: 1}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  # mysql -u root -p§\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  # sshpass -p § ssh h\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  basic_auth: {username: 'admin/§', bogus: 1}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  basic_auth: {username: 'admin §', bogus: 1}\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: '§@h.example.com/x'\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://u§:@h.example.com/x\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com@user:§\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://user:§(at)h.example.com/x\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "remote_write:\n- url: https://h.example.com/x\n  proxy_url: http://u/§@p\n  bogus: 1\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['h:80?x=§']}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['h:80/§']}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  static_configs: [{targets: ['u/§@h:80']}]\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  nerve_sd_configs: [{servers: ['h:1'], paths: ['/u:§'], bogus: 1}]\n",
    ),
    (
        "config.alloy",
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = \"https://h.example.com/x\"\n    write_relabel_config {\n      source_labels = [\"token\"]\n      regex = \"§\"\n      bogus = 1\n    }\n  }\n}\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    environment: [RWPASS=§]\n    command: ['u:§', '--bogus']\n    labels: ['traefik.http.middlewares.a.digestauth.users=u:r:§']\n",
    ),
    (
        "compose.yml",
        "services:\n  vmagent:\n    image: victoriametrics/vmagent:v1.100.0\n    command:\n    - -remoteWrite.url=https://h.example.com/x\n    - -remoteWrite.oauth2.clientID=a:§\n    - -bogus\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    environment: {FOO: §}\n    command: [--bogus]\n    labels: {caddy.basicauth.admin: '§'}\n",
    ),
    (
        "Dockerfile",
        "FROM prom/prometheus:v3.1.0\nRUN sed -i s/TOKEN/§/ /etc/prometheus/prometheus.yml\nCMD [\"--bogus\"]\n",
    ),
    (
        "Dockerfile",
        "FROM prom/prometheus:v3.1.0\nENV API_TOKEN §\nCOPY <<EOF /run/secrets/tok\n§\nEOF\nCMD [\"--bogus\"]\n",
    ),
    (
        "Dockerfile",
        "FROM prom/prometheus:v3.1.0\nRUN htpasswd -nbB admin § > /etc/prometheus/web.yml\nCMD [\"--bogus\"]\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    command: sh -c 'redis-cli --requirepass § && prometheus --bogus'\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  params: {key: [§]}\n  bogus: 1\n",
    ),
    (
        "alerts.yml",
        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: label_replace(up, \"token\", \"§\", \"\", \"\") ==\n",
    ),
];

/// Whole files.
const FILES: &[(&str, &str)] = &[
    (
        "config.alloy",
        "prometheus.remote_write \"a\" {\n  endpoint {\n    url = string.format(\"https://%s:%s@h.example.com/x\", \"u\", \"§\")\n    bogus = 1\n  }\n}\n",
    ),
    (
        "prometheus.json",
        "{\"remote_write\":[{\"url\":\"https://h.example.com/x\",\"pass\\u0077ord\":\"§\",\"x\":1}]}",
    ),
    (
        "rule.yaml",
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n  - name: a\n    rules:\n    - alert: A\n      expr: up{token=\"§\"} ==\n",
    ),
    (
        "alerts.yml",
        "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: up{a!=\"b\", token=~\"§\"} ==\n",
    ),
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
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  params: {§: api_token}\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  consul_sd_configs:\n  - server: h:1\n    §: x\n",
    ),
    (
        "prometheus.yml",
        "scrape_configs:\n- job_name: a\n  serverset_sd_configs: [{servers: ['h:1'], paths: [/a], digest: 'u:§', bogus: 1}]\n",
    ),
    (
        "compose.yml",
        "services:\n  prometheus:\n    image: prom/prometheus:v3.1.0\n    command: sh -c 'echo § > /run/secrets/tok && prometheus --bogus'\n    secrets: [{source: §, target: tok}]\n    labels: ['traefik.http.middlewares.a.basicauth.users=u:§']\n",
    ),
    (
        "Dockerfile",
        "FROM prom/prometheus:v3.1.0\nRUN echo § > /run/tok\nCMD [\"--bogus\"]\n",
    ),
    ("promvet.yaml", "prometheus: §\n"),
    ("promvet.yaml", "levels: {schema: §}\n"),
    (
        "promvet.yaml",
        "receivers: [{hosts: a, receiver: mimir, password: §}]\n",
    ),
];
