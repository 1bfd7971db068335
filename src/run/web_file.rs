//! The web configuration of Prometheus and its exporters, as far as it is judged: what is refused at
//! start (prometheus/exporter-toolkit `web/handler.go`, `validateUsers` and `validateHeaderConfig`, and
//! `web/tls_config.go`, `ConfigToTLSConfig`, 0.17), and what is accepted and does not do what was meant.

mod files;
mod runners;
mod scraped;

use std::sync::Arc;

use crate::finding::{Finding, Place, Severity, Text, nearest, rule};
use crate::schema;
use crate::yaml::{Mapping, Node, parse_first, placeholder};

pub(super) use runners::{of_deployment, of_runners};

/// The characters of salt and digest behind the cost (golang.org/x/crypto/bcrypt `encodedSaltSize` and
/// `encodedHashSize`).
const DIGEST: usize = 53;

/// A certificate and its key, as files and inline.
const PAIRS: &[(&[&str], &[&str], &str)] = &[
    (&["cert_file", "cert"], &["key_file", "key"], "key_file"),
    (&["key_file", "key"], &["cert_file", "cert"], "cert_file"),
];

/// Keys that people write for others: the section, the key, and what is meant.
const OTHERS: &[(&str, &str, &str)] = &[
    ("", "tls_config", "tls_server_config"),
    ("", "basic_auth", "basic_auth_users"),
    ("tls_server_config", "ca_file", "client_ca_file"),
    ("tls_server_config", "ca", "client_ca"),
];

/// All keys of a web configuration.
const SECTIONS: &[&str] = &[
    "tls_server_config",
    "http_server_config",
    "basic_auth_users",
    "rate_limit",
];

/// Cipher suites that Go calls insecure since 1.22: what was built with an older one takes them.
const OLD_SUITES: &[&str] = &[
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
];

/// One of these is asked for by HTTP/2 (RFC 7540, 9.2.2; golang.org/x/net `http2.ConfigureServer`).
const HTTP2_SUITES: &[&str] = &[
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
];

/// The versions of TLS, from the oldest on.
const VERSIONS: &[&str] = &["TLS10", "TLS11", "TLS12", "TLS13"];

/// The headers that `http_server_config` may set, and the values of those that have few.
const HEADERS: &[(&str, &[&str])] = &[
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
    ("Content-Security-Policy", &[]),
];

/// The costs that bcrypt allows (golang.org/x/crypto/bcrypt `MinCost` and `MaxCost`).
const COSTS: std::ops::RangeInclusive<u32> = 4..=31;

/// Schemes of hashes of other programs (`htpasswd -s`), which look like placeholders.
const SCHEMES: &[&str] = &["{SHA}", "{SSHA}", "{CRYPT}"];

/// How texts end that say what belongs in their place: `password-goes-here`.
const SAYS_WHERE: &[&str] = &[" here", "-here", "_here"];

/// The shortest hash of bcrypt, in bytes (golang.org/x/crypto/bcrypt `minHashSize`).
const SHORTEST_HASH: usize = 59;

/// Hides the hashes of all users, since the lines around a finding may show those of others. A
/// section of another name may be a misspelled `basic_auth_users`.
fn hide_users(text: &Text, root: Node<'_>) {
    let entries = root.mapping().into_iter().flat_map(Mapping::entries);
    let of_users = entries
        .filter(|entry| entry.name() == "basic_auth_users" || !SECTIONS.contains(&entry.name()));
    for entry in of_users {
        match entry.value.mapping() {
            Some(users) => {
                for user in users.entries() {
                    text.mark_secret(user.value.span());
                }
            }
            None => text.mark_secret(entry.value.span()),
        }
    }
}

/// What is wrong with a web configuration.
pub(super) fn check(text: &Arc<Text>) -> Vec<Finding> {
    let Ok(document) = parse_first(text) else {
        return Vec::new();
    };
    let Some(root) = document.root() else {
        return Vec::new();
    };
    // Alertmanager's `--cluster.tls-config` has this section too (`cluster/tls_config.go`).
    if root.get("tls_client_config").is_some() {
        return Vec::new();
    }
    let of_table = schema::check_web_file(&document);
    let mended = schema::mended(&document, &of_table);
    let meant = mended.as_ref().map_or(&document, |mended| &mended.document);
    let root = meant.root().unwrap_or(root);
    let users = root.get("basic_auth_users").and_then(Node::mapping);
    let users = users.into_iter().flat_map(Mapping::entries);
    hide_users(text, root);
    let program = program_of(text.path()).unwrap_or("Prometheus");
    let mut found: Vec<Finding> = users
        .filter_map(|user| password(user.value, program))
        .collect();
    let tls_section = root.get("tls_server_config");
    found.extend(tls_section.and_then(|section| halves(section, program)));
    found.extend(
        of_table
            .into_iter()
            .filter_map(|finding| refused(finding, text, program)),
    );
    found.extend(
        tls_section
            .into_iter()
            .flat_map(|section| tls(section, program)),
    );
    found.extend(cipher_faults(root));
    let headers = root
        .get("http_server_config")
        .and_then(|part| part.get("headers"));
    let of_headers = |section| header_faults(section, program);
    found.extend(headers.into_iter().flat_map(of_headers));
    found.extend(root.get("rate_limit").and_then(no_burst));
    found
}

/// Other programs with a web configuration, by their names in paths.
const PROGRAMS: &[&str] = &["alertmanager", "pushgateway"];

/// The program that a web configuration belongs to by its folder or its name, if that is not Prometheus:
/// an exporter goes by the name that is written.
fn program_of(path: &str) -> Option<&str> {
    path.rsplit('/').find_map(program_in)
}

fn program_in(part: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let word = part.split(|c| !is_word(c)).next()?;
    let at = word.find("exporter").filter(|at| *at > 0);
    let exporter = at.and_then(|at| part.get(..at + "exporter".len()));
    exporter.or_else(|| {
        let mut programs = PROGRAMS.iter().copied();
        programs.find(|program| word.starts_with(program))
    })
}

/// What the table of the schema says, under the rule of these files.
fn refused(mut finding: Finding, text: &Text, program: &str) -> Option<Finding> {
    let (section, key) = finding
        .logical
        .rsplit_once('.')
        .unwrap_or(("", &finding.logical));
    let is_unknown = finding.rule == rule::SCHEMA_UNKNOWN_FIELD;
    let meant = OTHERS
        .iter()
        .find(|(of, other, _)| is_unknown && *of == section && *other == key)
        .map(|(.., meant)| format!("did you mean `{meant}`?"));
    // Other programs have files with one of these sections among their own.
    let is_ours = !section.is_empty() || text.path().contains("web");
    let is_near = nearest(key, SECTIONS.iter().copied()).is_some();
    if is_unknown && !is_ours && !is_near && meant.is_none() {
        return None;
    }
    finding.rule = rule::FILES_WEB_CONFIGURATION.into();
    // The table knows the file, and not the program that reads it.
    let put = |text: &str| text.to_owned();
    finding.message = finding
        .message
        .reworded(put, Some(&does_not_start(program)));
    Some(match meant {
        Some(meant) => finding.help(meant),
        None => finding,
    })
}

/// What a fault in the file leads to.
fn does_not_start(program: &str) -> String {
    format!("{program} does not start")
}

fn tls(node: Node<'_>, program: &str) -> Vec<Finding> {
    let faults = [
        client_ca(node, program),
        versions(node),
        no_certificate(node),
    ];
    faults.into_iter().flatten().collect()
}

/// Names that newer releases reject, and lists with which HTTP/2 does not start.
fn cipher_faults(root: Node<'_>) -> Vec<Finding> {
    let tls = root.get("tls_server_config");
    let Some((tls, list)) = tls.and_then(|tls| Some((tls, tls.get("cipher_suites")?))) else {
        return Vec::new();
    };
    let text = |item: Node<'_>| item.as_str().unwrap_or_default().to_owned();
    let old = list
        .items()
        .filter(|item| OLD_SUITES.contains(&&*text(*item)));
    let mut found: Vec<Finding> = old
        .map(|item| {
            let message = format!(
                "`cipher_suites`: releases built with Go 1.22 or later reject `{}`, which is insecure",
                text(item)
            );
            warning(at(item.place(), item, message), "remove it")
        })
        .collect();
    if found.is_empty() && !list.items().any(|item| placeholder::is_open(&text(item))) {
        found.extend(no_http2_suite(root, tls, list));
    }
    found
}

fn no_http2_suite(root: Node<'_>, tls: Node<'_>, list: Node<'_>) -> Option<Finding> {
    let has = |name: &str| list.items().any(|item| item.as_str() == Some(name));
    let http2 = root
        .get("http_server_config")
        .and_then(|http| http.get("http2"));
    let is_off =
        http2.is_some_and(|node| node.scalar().and_then(|scalar| scalar.as_bool()) != Some(true));
    // With TLS 1.3 alone, the list is not used.
    let is_newest = tls
        .get("min_version")
        .is_some_and(|node| node.as_str() != Some("TLS12"));
    let has_certificate = ["cert", "cert_file"]
        .iter()
        .any(|key| tls.get(key).is_some());
    let is_empty = list.items().next().is_none();
    if is_off
        || is_newest
        || is_empty
        || !has_certificate
        || HTTP2_SUITES.iter().any(|name| has(name))
    {
        return None;
    }
    let message =
        "`cipher_suites` has none of those that HTTP/2 needs: the web server does not start";
    let help =
        "add `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`, or set `http_server_config.http2: false`";
    Some(at(list.place(), list, message.to_owned()).help(help))
}

/// `ConfigToTLSConfig` rejects authorities for clients that are not asked for a certificate.
fn client_ca(node: Node<'_>, program: &str) -> Option<Finding> {
    let keys = ["client_ca_file", "client_ca"].into_iter();
    let authority = keys
        .filter_map(|key| node.mapping()?.entry(key))
        .find(|entry| entry.value.as_str().is_some_and(|text| !text.is_empty()))?;
    let kind = node.get("client_auth_type").and_then(Node::as_str);
    let is_none = matches!(kind, None | Some("" | "NoClientCert"));
    is_none.then(|| {
        let is_set = kind.is_some_and(|kind| !kind.is_empty());
        let asks = if is_set {
            "asks for no certificate"
        } else {
            "is not set"
        };
        let message = format!(
            "`{}` is set, but `client_auth_type` {asks}; {}",
            authority.name(),
            does_not_start(program)
        );
        let help = "set `client_auth_type: RequireAndVerifyClientCert`";
        at(authority.key.place(), authority.value, message).help(help)
    })
}

/// A lowest version above the highest loads, and no client can connect.
fn versions(node: Node<'_>) -> Option<Finding> {
    let rank = |key: &str, default: usize| match node.get(key).filter(|node| !node.is_null()) {
        None => Some(default),
        Some(value) => VERSIONS
            .iter()
            .position(|name| value.as_str() == Some(name)),
    };
    // The defaults are TLS 1.2 and TLS 1.3.
    let (lowest, highest) = (rank("min_version", 2)?, rank("max_version", 3)?);
    let entry = node.mapping()?.entry("max_version")?;
    (lowest > highest).then(|| {
        let message =
            "`max_version` is below the lowest version, TLS12 by default: no client can connect";
        let finding = at(entry.value.place(), entry.value, message.to_owned());
        warning(finding, "set `min_version` too, or remove `max_version`")
    })
}

/// Settings of TLS without a certificate leave the server on plain http, without an error.
fn no_certificate(node: Node<'_>) -> Option<Finding> {
    let mapping = node.mapping()?;
    let names = ["cert", "cert_file", "key", "key_file"];
    let mut entries = mapping.entries();
    let has = names.iter().any(|name| node.get(name).is_some());
    let authority = ["client_ca", "client_ca_file"]
        .iter()
        .any(|name| node.get(name).is_some());
    let first = entries.next().filter(|_| !has && !authority)?;
    let message = "`tls_server_config` without a certificate: the server stays on plain http";
    let finding = at(first.key.place(), first.value, message.to_owned());
    Some(warning(finding, "add `cert_file` and `key_file`"))
}

fn header_faults(node: Node<'_>, program: &str) -> Vec<Finding> {
    let entries = node.mapping().into_iter().flat_map(Mapping::entries);
    let faults = entries.filter_map(|entry| {
        let known = HEADERS.iter().find(|(name, _)| *name == entry.name());
        let Some((name, values)) = known else {
            let same = |(name, _): &&(&str, _)| name.eq_ignore_ascii_case(entry.name());
            let (fault, help) = match HEADERS.iter().find(same) {
                Some((name, _)) => (
                    "names of headers are case-sensitive here",
                    format!("write `{name}`"),
                ),
                None => (
                    "this header cannot be set here",
                    "remove it, and set it in a proxy".to_owned(),
                ),
            };
            let message = format!("`{}`: {fault}; {}", entry.name(), does_not_start(program));
            return Some(at(entry.key.place(), entry.value, message).help(help));
        };
        let text = text_of(entry.value)?;
        let is_wrong = !values.is_empty() && !values.contains(&text) && !placeholder::is_open(text);
        is_wrong.then(|| {
            let end = does_not_start(program);
            let message = format!("`{name}`: unknown value `{text}`; {end}");
            let values = values.join("` or `");
            let help = format!("write `{values}`");
            at(entry.value.place(), entry.value, message).help(help)
        })
    });
    faults.collect()
}

/// An interval without a burst answers 429 to every request.
fn no_burst(node: Node<'_>) -> Option<Finding> {
    let interval = node.mapping()?.entry("interval")?;
    let has_interval = interval.value.as_str().is_some_and(|text| {
        !text.is_empty()
            && text
                .trim_start_matches('0')
                .starts_with(|c: char| c.is_ascii_digit() || c == '.')
    });
    let burst = node.get("burst").and_then(Node::as_str).unwrap_or("0");
    (has_interval && burst == "0").then(|| {
        let message =
            "`rate_limit` has an interval and no `burst`: every request is answered with 429";
        let finding = at(interval.key.place(), interval.value, message.to_owned());
        warning(
            finding,
            "set `burst` to the number of requests that may come at once",
        )
    })
}

fn warning(finding: Finding, help: &str) -> Finding {
    let mut finding = finding.help(help);
    finding.severity = Severity::Warning;
    finding
}

/// The text of a value; a null is read as an empty one.
fn text_of(node: Node<'_>) -> Option<&str> {
    if node.is_null() {
        Some("")
    } else {
        node.as_str()
    }
}

fn password(node: Node<'_>, program: &str) -> Option<Finding> {
    let text = text_of(node)?;
    let is_other = SCHEMES.iter().any(|scheme| text.starts_with(scheme));
    let is_filled = text.contains("${")
        || !placeholder::find_words(text).is_empty()
        || placeholder::is_description(text)
        || SAYS_WHERE.iter().any(|end| text.ends_with(end));
    let is_open = is_filled && !is_other;
    if is_open {
        return None;
    }
    if is_hash(text) {
        return wrong_length(node, text);
    }
    let message = format!(
        "`basic_auth_users`: this password is not a bcrypt hash; {}",
        does_not_start(program)
    );
    Some(at(node.place(), node, message).help("write its hash, from `htpasswd -nBC 10`"))
}

/// A hash that loads, and that no password has: bcrypt compares salt and digest of 53 characters.
fn wrong_length(node: Node<'_>, text: &str) -> Option<Finding> {
    let digest = text.rsplit('$').next().unwrap_or_default();
    (digest.len() != DIGEST).then(|| {
        let message = format!(
            "the bcrypt hash ends in {} characters instead of {DIGEST}: no password matches it",
            digest.len()
        );
        let finding = at(node.place(), node, message);
        warning(finding, "write the whole hash, from `htpasswd -nBC 10`")
    })
}

/// golang.org/x/crypto/bcrypt `newFromHash`: `$2`, an optional minor version, `$`, two digits, `$`.
fn is_hash(text: &str) -> bool {
    let rest = text.strip_prefix("$2").unwrap_or_default();
    let rest = rest
        .strip_prefix(|c: char| c.is_ascii_lowercase())
        .unwrap_or(rest);
    let cost = rest.strip_prefix('$').and_then(|rest| rest.get(..3));
    let cost = cost.and_then(|cost| cost.strip_suffix('$')?.parse::<u32>().ok());
    text.len() >= SHORTEST_HASH && cost.is_some_and(|cost| COSTS.contains(&cost))
}

/// A certificate without its key, or a key without its certificate.
fn halves(tls: Node<'_>, program: &str) -> Option<Finding> {
    let mapping = tls.mapping()?;
    let is_set = |keys: &[&str]| {
        let mut nodes = keys.iter().filter_map(|key| tls.get(key));
        nodes.any(|node| node.as_str().is_some_and(|text| !text.is_empty()))
    };
    let (has, _, lacks) = PAIRS
        .iter()
        .find(|(one, other, _)| is_set(one) && !is_set(other))?;
    let entry = has.iter().find_map(|key| mapping.entry(key))?;
    let message = format!(
        "`{}` is set without `{lacks}`; {}",
        entry.name(),
        does_not_start(program)
    );
    Some(at(entry.key.place(), entry.value, message).help(format!("add `{lacks}`")))
}

fn at(place: Place, node: Node<'_>, message: String) -> Finding {
    Finding::new(
        rule::FILES_WEB_CONFIGURATION,
        Severity::Error,
        place,
        message,
    )
    .of_key(node.path(), node.identity())
}

#[cfg(test)]
mod tests;
