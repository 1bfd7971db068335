//! The settings of HTTP clients, the same in most sections.

use super::enums;
use crate::checks::{http_client, tls};
use crate::index::Index;
use crate::table::Type::{
    Any, Bool, Enum, File, HeaderName, List, Map, Secret, Section, Text, Url, UrlText,
};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};
use crate::version::Version;

/// `HTTPClientConfig`
pub static HTTP_CLIENT: Struct = Struct {
    name: "HTTPClientConfig",
    fields: &[
        key("basic_auth", Section(&BASIC_AUTH)),
        key("authorization", Section(&AUTHORIZATION)).since(2, 26, 0),
        key("oauth2", Section(&OAUTH2)).since(2, 27, 0),
        // Superseded by `authorization` in 2.26.0, but in wide use and not announced to go: to say
        // so of every file would be noise.
        key("bearer_token", Secret),
        key(
            "bearer_token_file",
            File(Reference::Credential, Base::Config),
        ),
        key("tls_config", Section(&TLS)),
        key("follow_redirects", Bool)
            .since(2, 26, 0)
            .default("true")
            .note("default false under aws_sd_configs (no defaults applied there)"),
        key("enable_http2", Bool)
            .since(2, 35, 0)
            .default("true")
            .note("default false under remote_write and aws_sd_configs"),
        key("http_headers", Map(&HeaderName, &Section(&HTTP_HEADER)))
            .since(2, 53, 0)
            .note("reserved header names rejected"),
    ],
    inline: &[inline(&PROXY)],
    checks: &[
        http_client::one_credential,
        http_client::inner_sources,
        http_client::oauth2,
        http_client::headers,
    ],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `BasicAuth`
pub static BASIC_AUTH: Struct = Struct {
    name: "BasicAuth",
    fields: &[
        key("username", Text),
        key("username_file", File(Reference::Credential, Base::Config)).since(2, 49, 0),
        key("username_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("password", Secret),
        key("password_file", File(Reference::Credential, Base::Config)).since(2, 3, 0),
        key("password_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `Authorization`
pub static AUTHORIZATION: Struct = Struct {
    name: "Authorization",
    fields: &[
        key("type", Text).since(2, 26, 0).default("Bearer").note("trimmed; value basic (any case) rejected"),
        key("credentials", Secret).since(2, 26, 0),
        key("credentials_file", File(Reference::Credential, Base::Config)).since(2, 26, 0),
        key("credentials_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `OAuth2`
pub static OAUTH2: Struct = Struct {
    name: "OAuth2",
    fields: &[
        key("client_id", Text).since(2, 27, 0).needed("always"),
        key("client_secret", Secret).since(2, 27, 0),
        key("client_secret_file", File(Reference::Credential, Base::Config)).since(2, 27, 0),
        key("client_secret_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("client_certificate_key_id", Text).since(3, 8, 0),
        key("client_certificate_key", Secret).since(3, 8, 0),
        key("client_certificate_key_file", File(Reference::Key, Base::Process)).since(3, 8, 0),
        key("client_certificate_key_ref", Text).since(3, 8, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("grant_type", Text).since(3, 8, 0),
        key("signature_algorithm", Enum(&enums::OAUTH2_SIGNATURE_ALGORITHM)).since(3, 8, 0),
        key("iss", Text).since(3, 8, 0),
        key("audience", Text).since(3, 8, 0),
        key("claims", Map(&Text, &Any)).since(3, 8, 0),
        key("scopes", List(&Text)).since(2, 27, 0),
        key("token_url", UrlText).since(2, 27, 0).needed("always"),
        key("endpoint_params", Map(&Text, &Text)).since(2, 27, 0),
        key("tls_config", Section(&TLS)).since(2, 31, 0),
    ],
    inline: &[inline(&PROXY).since(2, 35, 0).later(&[("proxy_connect_header", Version::new(2, 43, 0))])],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `TLSConfig`
pub static TLS: Struct = Struct {
    name: "TLSConfig",
    fields: &[
        key("ca", Text).since(2, 45, 0),
        key("cert", Text).since(2, 45, 0),
        key("key", Secret).since(2, 45, 0),
        key("ca_file", File(Reference::Ca, Base::Config)),
        key("cert_file", File(Reference::Certificate, Base::Config)),
        key("key_file", File(Reference::Key, Base::Config)),
        key("ca_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("cert_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("key_ref", Text).since(2, 53, 0).note("parsed but unusable in Prometheus (no secret manager is wired): client creation fails when applied"),
        key("server_name", Text),
        key("insecure_skip_verify", Bool),
        key("min_version", Enum(&enums::TLS_VERSION)).since(2, 35, 0),
        key("max_version", Enum(&enums::TLS_VERSION)).since(2, 41, 0),
    ],
    inline: &[],
    checks: &[tls::sources, tls::pair],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `ProxyConfig`
pub static PROXY: Struct = Struct {
    name: "ProxyConfig",
    fields: &[
        key("proxy_url", Url),
        key("no_proxy", Text).since(2, 43, 0),
        key("proxy_from_environment", Bool).since(2, 43, 0),
        key("proxy_connect_header", Map(&HeaderName, &List(&Secret))).since(2, 41, 0),
    ],
    inline: &[],
    checks: &[http_client::proxy],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `HTTPHeader`
pub static HTTP_HEADER: Struct = Struct {
    name: "HTTPHeader",
    fields: &[
        key("values", List(&Text)).since(2, 53, 0),
        key("secrets", List(&Secret)).since(2, 53, 0),
        key("files", List(&File(Reference::Credential, Base::Config))).since(2, 53, 0),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};
