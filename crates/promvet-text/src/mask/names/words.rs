//! The words that names of keys consist of.

/// Ends of key and header names whose values are secrets, in lower case with `_` for `-`.
pub(in super::super) const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "credentials",
    "apikey",
    "api_key",
    "secret_key",
    "account_key",
    "private_key",
    "key_pem",
    "access_key",
    "license_key",
    "key_data",
    "service_account_json",
    "insert_key",
    "authorization",
    "cookie",
    "dsn",
    "client_key",
    "signature",
];

/// Parts of names that say too little for a judgment, and enough to hide the value.
pub(in super::super) const HIDDEN_PARTS: &[&str] = &["auth", "assertion"];

/// The names of the mappings with credentials; a mapping for TLS holds a key.
pub(in super::super) const SECTIONS: &[&str] = &[
    "basic_auth",
    "authorization",
    "oauth2",
    "sigv4",
    "azuread",
    "azure_ad",
    "google_iam",
    "tls_config",
    "basicauth",
    "basic_auth_users",
    "http_client_config",
    // Blocks of the Collector's extensions.
    "bearertokenauth",
    "client_auth",
    "oauth2client",
    "sigv4auth",
];

pub(in super::super) const KNOWN_IN_SECTIONS: &[&str] = &[
    "ca",
    "cert",
    "cloud",
    "endpoint_params",
    "insecure_skip_verify",
    "managed_identity",
    "max_version",
    "min_version",
    "no_proxy",
    "oauth",
    "optional",
    "profile",
    "proxy_connect_header",
    "proxy_from_environment",
    "region",
    "role_arn",
    "scopes",
    "sdk",
    "tls_config",
    "use_fips_sts_endpoint",
    "workload_identity",
    // The Operator's references: `password: {name: x, key: y}`.
    "config_map",
    "key",
    "secret",
];

/// Last words of names that are not secrets, whatever is before them: `token_ttl`, `auth_enabled`.
pub(in super::super) const HARMLESS_ENDS: &[&str] = &[
    "algorithm",
    "attempts",
    "count",
    "disabled",
    "enabled",
    "encryption",
    "expiry",
    "files",
    "format",
    "interval",
    "length",
    "limit",
    "method",
    "methods",
    "mode",
    "policy",
    "rotation",
    "size",
    "timeout",
    "total",
    "ttl",
    "version",
];

/// Last words of names that tell where a secret is, or what it is called: `token_url`,
/// `secret_name`, `passwordRef`. The secret itself is put there by mistake.
pub(in super::super) const REFERENCE_ENDS: &[&str] = &[
    "arn",
    "audience",
    "bucket",
    "class",
    "endpoint",
    "header",
    "headers",
    "id",
    "ids",
    "issuer",
    "name",
    "names",
    "namespace",
    "path",
    "paths",
    "prefix",
    "provider",
    "ref",
    "refs",
    "region",
    "scheme",
    "selector",
    "server",
    "service",
    "store",
    "suffix",
    "uri",
    "url",
    "urls",
];

/// Names whose value is a name, a path or a mapping more often than a secret, and is shown if it
/// looks like one: `license: Apache-2.0`, `tls: {insecure: true}`.
pub(in super::super) const REFERENCES: &[&str] = &[
    // Of SNMP: `public`.
    "community",
    "licence",
    "license",
    "secrets",
    "secure_json_data",
    "tls",
    "tls_server_config",
];

/// Keys that tell where a secret is, in a mapping in the place of a secret: `password: {name: x, key: y}`.
pub(in super::super) const NAMING_KEYS: &[&str] = &["config_map", "key", "name", "secret"];

/// Beginnings of the names of headers that hold no secret.
pub(in super::super) const HARMLESS_HEADERS: &[&str] = &[
    "accept",
    "access_control",
    "cache_control",
    "connection",
    "content",
    "host",
    "origin",
    "referer",
    "strict_transport",
    "thanos_tenant",
    "user_agent",
    "x_content",
    "x_forwarded",
    "x_frame",
    "x_prometheus",
    "x_scope",
    "x_tenant",
    "x_xss",
];

/// Words that mean a secret at the end of a name or as all of it.
pub(in super::super) const WORDS: &[&str] = &[
    "auth",
    "authentication",
    "authn",
    "auths",
    "authz",
    "authtoken",
    "bearer",
    "cred",
    "creds",
    "credz",
    "csrf",
    "hmac",
    "jwt",
    "keypem",
    "otp",
    "pass",
    "passcode",
    "passkey",
    "passphrase",
    "passw",
    "pin",
    "psk",
    "psw",
    "pswd",
    "pw",
    "pwd",
    "salt",
    "sas",
    "secr",
    "session",
    "sessionid",
    "tok",
    "totp",
];

/// Names whose value is a secret, the name of something, or a mapping.
pub(in super::super) const DOUBTFUL: &[&str] = &[
    // Of Telegram.
    "bot",
    "connection_string",
    "key",
    "login",
    "pat",
    // The team of VictorOps, and the key of PagerDuty.
    "routing_key",
    "user_info",
    "userinfo",
    "webhook",
];

/// Words for a password in other languages, as comments and keys have them.
pub(in super::super) const LANGUAGES: &[&str] = &[
    "clave",
    "contrasena",
    "contraseña",
    "haslo",
    "hasło",
    "heslo",
    "jelszó",
    "kennwort",
    "losenord",
    "lösenord",
    "mdp",
    "parola",
    "passe",
    "passwort",
    "salasana",
    "senha",
    "wachtwoord",
    "пароль",
    "パスワード",
    "密码",
    "密碼",
];

/// Last words of keys whose value is an address: what is behind a colon in it is a port.
pub(in super::super) const ADDRESS_ENDS: &[&str] = &[
    "addr",
    "address",
    "addresses",
    "endpoint",
    "endpoints",
    "host",
    "server",
    "servers",
    "target",
    "targets",
    "uri",
    "url",
    "urls",
];

/// Ends of words that mean a secret where the words of a name are not kept apart: `userpass`.
pub(in super::super) const GLUED_ENDS: &[&str] = &[
    "userpass",
    "dbpass",
    "rootpass",
    "adminpass",
    "mypass",
    "authpass",
    "requirepass",
    "pwd",
    "creds",
    "tkn",
];

/// What may be behind a name without changing what it means: `auth_value`, `passwordstring`.
pub(in super::super) const VALUE_ENDS: &[&str] =
    &["data", "info", "str", "string", "text", "val", "value"];

/// What comes before `key` in the name of a secret.
pub(in super::super) const KEYS: &[&str] = &[
    "aes",
    "app",
    "application",
    "auth",
    "cert",
    "deploy",
    "encryption",
    "gcloud",
    "gpg",
    "hmac",
    "honeycomb",
    "ingest",
    "ingestion",
    "instrumentation",
    "integration",
    "master",
    "newrelic",
    "relic",
    "rsa",
    "secret",
    "service",
    "shared",
    "session",
    "signing",
    "ssh",
    "subscription",
    "user",
    "widget",
    "write",
];

/// Words that mean a secret wherever they are in a name.
pub(in super::super) const PARTS: &[&str] = &[
    "apikey",
    "credential",
    "credentials",
    "passwd",
    "password",
    "pwd",
    "secret",
    "token",
];

/// Names, without what keeps their words apart, that have recognizable slips.
pub(in super::super) const TARGETS: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "authkey",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "credential",
    "credentials",
    "licensekey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "servicekey",
    "signingkey",
    "token",
    "userkey",
];

/// Names that are near one of [`TARGETS`] and are something else.
pub(in super::super) const OTHERS: &[&str] = &[
    "passed",
    "taken",
    "secretary",
    "broken",
    "tokens",
    "secrets",
    "accesslog",
];
