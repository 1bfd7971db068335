//! The other discoveries, a few lines each.

use super::exclusive::{at_most_one, non_empty_entries, one_filled, present};
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::{self, GoUrl, scaleway};
use crate::section::Section;
use crate::yaml::Node;

/// A server that is not blank, and one set of credentials: `username` stands for `basic_auth`,
/// `token` for `authorization`.
/// Imitates `consul.SDConfig.UnmarshalYAML`.
pub(crate) fn consul(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    blank_server(section, report);
    let old = non_empty_entries(section, &["username", "password"]);
    let basic = present(section, &["basic_auth"]);
    if let (Some(old), Some(basic)) = (old.first(), basic.first()) {
        at_most_one(&[*old, *basic], report);
    }
    if let Some(token) = non_empty_entries(section, &["token"]).first() {
        let mut others = present(section, &["authorization", "oauth2"]);
        others.extend(non_empty_entries(
            section,
            &["bearer_token", "bearer_token_file"],
        ));
        // One of them proves the conflict; that they exclude each other is said by the HTTP
        // client's check, so that it is not said twice.
        others.truncate(1);
        others.push(*token);
        at_most_one(&others, report);
    }
}

/// A server that is not blank.
/// Imitates `nomad.SDConfig.UnmarshalYAML`.
pub(crate) fn nomad(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    blank_server(section, report);
}

/// Both trim it (`strings.TrimSpace`) before they compare, so that blanks are empty too.
fn blank_server(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section
        .text("server")
        .is_some_and(|text| text.trim().is_empty())
    {
        report
            .missing(section, "server", refused("`server` is empty"))
            .help("write the address as `host:port`");
    }
}

/// What `OAuth`, the default, needs.
/// Imitates `azure.SDConfig.UnmarshalYAML` and `azure.validateAuthParam`.
pub(crate) fn azure(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.text("authentication_method") != Some("OAuth") {
        return;
    }
    for key in ["tenant_id", "client_id", "client_secret"] {
        if section.text(key) == Some("") {
            let message = refused(format!(
                "`{key}` is required with the authentication method `OAuth`"
            ));
            report
                .missing(section, key, message)
                .help(format!("set `{key}`"));
        }
    }
}

/// Only SRV records name ports.
/// Imitates `dns.SDConfig.UnmarshalYAML` ("a port is required in DNS-SD configs for all record
/// types except SRV").
pub(crate) fn dns(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(kind) = section.text("type").map(str::to_uppercase) else {
        return;
    };
    let portless = ["A", "AAAA", "MX", "NS"].contains(&kind.as_str());
    if portless
        && section
            .number("port")
            // go-yaml cuts floats to integers, so that `0.5` is port 0.
            .is_some_and(|port| port.trunc() == 0.0)
    {
        report
            .missing(
                section,
                "port",
                refused(format!(
                    "`port` is missing: records of type {kind} have no port"
                )),
            )
            .help("set `port`");
    }
}

/// A URL with a scheme and a host.
pub(crate) fn server(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    absolute(section, "server", false, report);
}

/// A URL with the scheme http or https and a host.
pub(crate) fn http(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    absolute(section, "url", true, report);
}

/// Imitates `http.SDConfig.UnmarshalYAML` ("URL is missing", "URL scheme must be 'http' or
/// 'https'", "host is missing in URL") and those like it.
fn absolute(section: &Section<'_>, key: &str, web: bool, report: &mut SchemaReport<'_>) {
    let Some(node) = section
        .non_empty(key)
        .filter(|node| node.scalar().is_some())
    else {
        return;
    };
    let problem = |text: &str| match scalar::url(text) {
        Err(fault) => Some(fault),
        Ok(url) => not_absolute(&url, web).map(|words| scalar::Fault::whole(text, words)),
    };
    report
        .text(node, &format!("`{key}`"), |text| {
            problem(text).map_or(Ok(()), Err)
        })
        .help_otherwise("write it like `http://host:port`");
}

fn not_absolute(url: &GoUrl<'_>, web: bool) -> Option<&'static str> {
    if url.scheme.is_empty() {
        Some("has no scheme")
    } else if web && !url.has_scheme("http") && !url.has_scheme("https") {
        Some("has a scheme other than `http` and `https`")
    } else if url.host.is_empty() {
        Some("has no host")
    } else {
        None
    }
}

/// The value of a key, if it can be read as a URL; says so if not.
/// Several discoveries call `url.Parse` and look no further, so that relative URLs pass.
fn parsed<'d>(
    section: &Section<'d>,
    key: &str,
    report: &mut SchemaReport<'_>,
) -> Option<(Node<'d>, GoUrl<'d>)> {
    let node = section.non_empty(key)?;
    match scalar::url(node.scalar()?.text) {
        Ok(url) => Some((node, url)),
        Err(_) => {
            report
                .text(node, &format!("`{key}`"), |text| {
                    scalar::url(text).map(drop)
                })
                .help_otherwise("write it like `http://host:port`");
            None
        }
    }
}

/// A host that can be read as a URL.
/// Imitates `moby.DockerSDConfig.UnmarshalYAML`.
pub(crate) fn docker(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    parsed(section, "host", report);
}

/// A server that can be read as a URL.
/// Imitates `uyuni.SDConfig.UnmarshalYAML`.
pub(crate) fn uyuni(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    parsed(section, "server", report);
}

/// Keys that are given in exactly one of two ways.
/// Imitates `scaleway.SDConfig.UnmarshalYAML` ("one of secret_key & secret_key_file must be
/// configured").
pub(crate) fn secret_key(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let ways = ["secret_key", "secret_key_file"];
    one_filled(section, &ways, report);
    if ways.iter().all(|key| section.text(key) == Some("")) {
        report
            .missing(
                section,
                "secret_key",
                refused("neither `secret_key` nor `secret_key_file` is set"),
            )
            .help("set `secret_key_file`");
    }
}

/// A region that is not explicitly empty.
/// The default is set before decoding, so that only an explicit empty text is at fault.
pub(crate) fn region(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.text("region") == Some("") {
        report
            .missing(section, "region", refused("`region` is empty"))
            .help("write the region, or delete `region`");
    }
}

/// Scaleway's own formats.
/// Imitates the checks of `scw.NewClient` of scaleway-sdk-go, which
/// `scaleway.SDConfig.UnmarshalYAML` calls.
pub(crate) fn scaleway_formats(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    type Test = fn(&str) -> Result<(), scalar::Fault>;
    let formats: [(&str, Test); 5] = [
        ("project_id", scaleway::uuid),
        ("secret_key", scaleway::uuid),
        ("access_key", scaleway::access_key),
        ("zone", scaleway::zone),
        ("api_url", scaleway::api_url),
    ];
    for (key, test) in formats {
        if let Some(node) = section.non_empty(key) {
            report.text(node, &format!("`{key}`"), test);
        }
    }
}

/// An endpoint or a region.
/// Imitates `stackit.SDConfig.UnmarshalYAML`.
pub(crate) fn stackit(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.text("endpoint") == Some("") && section.text("region") == Some("") {
        report
            .missing(
                section,
                "region",
                refused("`region` and `endpoint` are both empty"),
            )
            .help("set `region` or `endpoint`");
    }
    parsed(section, "endpoint", report);
}

/// Paths in ZooKeeper begin with a slash.
/// Imitates `zookeeper.ServersetSDConfig.UnmarshalYAML` and `NerveSDConfig`'s ("serverset SD config
/// paths must begin with '/'").
pub(crate) fn zookeeper(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    for item in section.node("paths").into_iter().flat_map(Node::items) {
        let Some(scalar) = item.scalar() else {
            continue;
        };
        if !scalar.as_str().unwrap_or("").starts_with('/') {
            let node = if item.span().is_empty() {
                section.key_or_anchor("paths")
            } else {
                item
            };
            report.at(
                Rule::InvalidValue,
                node,
                refused("a path must begin with `/`"),
            );
        }
    }
}
