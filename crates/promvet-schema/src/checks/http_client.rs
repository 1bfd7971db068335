//! HTTP client settings (prometheus/common `config.HTTPClientConfig.Validate`).

use super::exclusive::{at_most_one, non_empty_entries, one_filled, present};
use super::headers;
use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::header;
use crate::section::Section;
use crate::yaml::Entry;

const BEARER: &[&str] = &["bearer_token", "bearer_token_file"];
const SECTIONS: &[&str] = &["basic_auth", "authorization", "oauth2"];
const JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Discoveries whose HTTP settings no release before 2.48 looked at (prometheus/prometheus #12762,
/// #12811 to #12816): what excludes each other there loads.
const LATE: &[&str] = &[
    "AzureSDConfig",
    "EC2SDConfig",
    "HTTPSDConfig",
    "LightsailSDConfig",
    "PuppetDBSDConfig",
    "UyuniSDConfig",
];

/// Whether the release calls `HTTPClientConfig.Validate` for a section.
fn is_validated(section: &Section<'_>) -> bool {
    section.at_least(2, 48, 0) || !LATE.contains(&section.of.name)
}

/// The entries that say who the client is: sections count even if they are empty.
/// The order in which `config.HTTPClientConfig.Validate` looks at them.
pub(crate) fn credentials<'d>(section: &Section<'d>) -> Vec<Entry<'d>> {
    let mut all = present(section, SECTIONS);
    all.extend(non_empty_entries(section, BEARER));
    all
}

/// At most one of basic_auth, authorization, oauth2, bearer_token and bearer_token_file.
pub(crate) fn one_credential(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if is_validated(section) {
        at_most_one(&credentials(section), report);
    }
}

/// At most one source of the user, of the password and of the credentials; the type `basic` has a
/// section of its own.
/// Imitates `config.HTTPClientConfig.Validate` ("at most one of basic_auth password, password_file
/// & password_ref must be configured").
pub(crate) fn inner_sources(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !is_validated(section) {
        return;
    }
    if let Some(basic) = section.section("basic_auth") {
        one_filled(
            &basic,
            &["username", "username_file", "username_ref"],
            report,
        );
        one_filled(
            &basic,
            &["password", "password_file", "password_ref"],
            report,
        );
    }
    let Some(authorization) = section.section("authorization") else {
        return;
    };
    let sources = ["credentials", "credentials_file", "credentials_ref"];
    one_filled(&authorization, &sources, report);
    if let Some(node) = authorization.node("type")
        && node
            .as_str()
            // `strings.ToLower(strings.TrimSpace(…))` in `config.HTTPClientConfig.Validate`, so
            // that `Basic ` is caught.
            .is_some_and(|text| text.trim().eq_ignore_ascii_case("basic"))
    {
        report
            .at(
                Rule::InvalidValue,
                node,
                refused("`authorization` cannot do basic authentication"),
            )
            .help("use `basic_auth` with `username` and `password`")
            .kind(BASIC_TYPE);
    }
}

/// The kind of the fault that an `authorization` is of the type Basic, which other clients than that of
/// Prometheus send as it is.
pub const BASIC_TYPE: &str = "basic-type";

/// What an OAuth 2.0 client needs.
/// Imitates the part `OAuth2` of `config.HTTPClientConfig.Validate`.
pub(crate) fn oauth2(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(oauth2) = section.section("oauth2").filter(|_| is_validated(section)) else {
        return;
    };
    for key in ["client_id", "token_url"] {
        if oauth2.text(key) == Some("") {
            let message = refused(format!("`oauth2` has no `{key}`"));
            report.missing(&oauth2, key, message);
        }
    }
    let secrets = ["client_secret", "client_secret_file", "client_secret_ref"];
    // prometheus/common made it optional with #547, which came with 2.51.
    if !section.at_least(2, 51, 0) && non_empty_entries(&oauth2, &secrets).is_empty() {
        report
            .missing(
                &oauth2,
                "client_secret",
                "`oauth2` has no client secret; Prometheus before 2.51 rejects the file",
            )
            .help("set `client_secret_file` or `client_secret`");
    }
    if oauth2.text("grant_type") != Some(JWT) {
        return one_filled(&oauth2, &secrets, report);
    }
    let keys = [
        "client_certificate_key",
        "client_certificate_key_file",
        "client_certificate_key_ref",
    ];
    one_filled(&oauth2, &keys, report);
    if let Some(node) = oauth2.non_empty("signature_algorithm")
        && let Some(text) = node.as_str()
        && !["RS256", "RS384", "RS512"].contains(&text)
    {
        report.at(
            Rule::InvalidValue,
            node,
            format!(
                "`{text}` is not an algorithm for signing a JWT here; expected `RS256`, \
                `RS384` or `RS512`"
            ),
        );
    }
}

/// Headers that Prometheus sets itself.
pub(crate) fn headers(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    headers::none_reserved(section, "http_headers", header::of_client, report);
}

/// Which proxy settings go together.
/// Imitates `config.ProxyConfig.Validate`.
pub(crate) fn proxy(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(2, 43, 0) || !is_validated(section) {
        return;
    }
    let url = section.entry("proxy_url");
    let url_set = section.non_empty("proxy_url").is_some();
    let from_environment = section.bool("proxy_from_environment") == Some(true);
    let environment = section.entry("proxy_from_environment");
    let no_proxy = section
        .non_empty("no_proxy")
        .and_then(|_| section.entry("no_proxy"));
    if let Some(header) = section.non_empty("proxy_connect_header")
        && header
            .mapping()
            // A length of 0 passes, since Go compares the map's length.
            .is_some_and(|map| map.written().next().is_some())
        && !from_environment
        && !url_set
    {
        let key = section.key_or_anchor("proxy_connect_header");
        report
            .at(
                Rule::Conflict,
                key,
                refused("`proxy_connect_header` is set, but there is no proxy"),
            )
            .help("set `proxy_url` or `proxy_from_environment: true`, or delete the headers");
    }
    if let Some(environment) = environment.filter(|_| from_environment) {
        if let Some(url) = url.filter(|_| url_set) {
            at_most_one(&[environment, url], report);
        }
        if let Some(no_proxy) = no_proxy {
            at_most_one(&[environment, no_proxy], report);
        }
    } else if let Some(no_proxy) = no_proxy
        && section.node("proxy_url").is_none()
    {
        report
            .at(
                Rule::Conflict,
                no_proxy.key,
                refused("`no_proxy` is set, but `proxy_url` is not"),
            )
            .help("set `proxy_url`, or delete `no_proxy`");
    }
}
