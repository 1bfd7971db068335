//! `consul_sd_configs` and `nomad_sd_configs`

use super::http_client::HTTP_CLIENT;
use crate::checks::discovery;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, HostPort, List, Map, Secret, Text, UrlText};
use crate::table::{NullItem, Struct, inline, key};
use crate::version::Version;

/// Until 2.28.0 there was only `tls_config`.
const CLIENT: &[(&str, Version)] = &[
    ("basic_auth", Version::new(2, 28, 0)),
    ("authorization", Version::new(2, 28, 0)),
    ("oauth2", Version::new(2, 28, 0)),
    ("bearer_token", Version::new(2, 28, 0)),
    ("bearer_token_file", Version::new(2, 28, 0)),
    ("follow_redirects", Version::new(2, 28, 0)),
    ("proxy_url", Version::new(2, 28, 0)),
];

/// `ConsulSDConfig`
pub static CONSUL_SD: Struct = Struct {
    name: "ConsulSDConfig",
    fields: &[
        key("server", HostPort).default("localhost:8500"),
        key("path_prefix", Text).since(2, 45, 0),
        key("token", Secret),
        key("datacenter", Text),
        key("namespace", Text).since(2, 28, 0),
        key("partition", Text).since(2, 40, 0),
        key("tag_separator", Text).default(","),
        key("scheme", Text).default("http"),
        key("username", Text).deprecated(2, 28, 0, "use `basic_auth`"),
        key("password", Secret).deprecated(2, 28, 0, "use `basic_auth`"),
        key("allow_stale", Bool).since(2, 3, 0).default("true"),
        key("refresh_interval", Duration)
            .since(2, 3, 0)
            .default("30s"),
        key("services", List(&Text)),
        key("tags", List(&Text))
            .since(2, 9, 0)
            .deprecated(3, 0, 0, "use `filter`"),
        key("node_meta", Map(&Text, &Text))
            .since(2, 3, 0)
            .deprecated(3, 0, 0, "use `filter`"),
        key("filter", Text).since(3, 0, 0),
        key("health_filter", Text).since(3, 11, 2),
        key("tag", Text)
            .since(2, 3, 0)
            .removed(2, 9, 0)
            .note("no longer in the schema"),
    ],
    inline: &[inline(&HTTP_CLIENT).later(CLIENT)],
    checks: &[discovery::consul],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `NomadSDConfig`
pub static NOMAD_SD: Struct = Struct {
    name: "NomadSDConfig",
    fields: &[
        key("allow_stale", Bool).since(2, 37, 0).default("true"),
        key("namespace", Text).since(2, 37, 0).default("default"),
        key("refresh_interval", Duration)
            .since(2, 37, 0)
            .default("1m"),
        key("region", Text).since(2, 37, 0).default("global"),
        key("server", UrlText)
            .since(2, 37, 0)
            .default("http://localhost:4646"),
        key("tag_separator", Text).since(2, 37, 0).default(","),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 37, 0)],
    checks: &[discovery::nomad],
    null_item: NullItem::Refused,
    index: Index::new(),
};
