//! Discovery by registries of services.

use super::http_client::HTTP_CLIENT;
use crate::checks::{discovery, marathon};
use crate::index::Index;
use crate::table::Type::{Duration, File, List, Secret, Text, UrlText};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};
use crate::version::Version;

/// `EurekaSDConfig`
pub static EUREKA_SD: Struct = Struct {
    name: "EurekaSDConfig",
    fields: &[
        key("server", UrlText).since(2, 21, 0).required(),
        key("refresh_interval", Duration)
            .since(2, 21, 0)
            .default("30s"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 21, 0)],
    checks: &[discovery::server],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `KumaSDConfig`
pub static KUMA_SD: Struct = Struct {
    name: "KumaSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 29, 0)
            .default("15s"),
        key("fetch_timeout", Duration).since(2, 29, 0).default("2m"),
        key("server", UrlText).since(2, 29, 0).required(),
        key("client_id", Text).since(2, 50, 0),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 29, 0)],
    checks: &[discovery::server],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `MarathonSDConfig`
pub static MARATHON_SD: Struct = Struct {
    name: "MarathonSDConfig",
    fields: &[
        key("servers", List(&Text)).required(),
        key("refresh_interval", Duration).default("30s"),
        key("auth_token", Secret).since(2, 3, 0),
        key("auth_token_file", File(Reference::Credential, Base::Config)).since(2, 3, 0),
        key("timeout", Duration)
            .removed(2, 3, 0)
            .note("no longer in the schema"),
    ],
    inline: &[inline(&HTTP_CLIENT).later(&[
        ("basic_auth", Version::new(2, 3, 0)),
        ("proxy_url", Version::new(2, 3, 0)),
    ])],
    checks: &[marathon::tokens],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `NerveSDConfig`
pub static NERVE_SD: Struct = Struct {
    name: "NerveSDConfig",
    fields: &[
        key("servers", List(&Text)).required(),
        key("paths", List(&Text)).required(),
        key("timeout", Duration).default("10s"),
    ],
    inline: &[],
    checks: &[discovery::zookeeper],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `ServersetSDConfig`
pub static SERVERSET_SD: Struct = Struct {
    name: "ServersetSDConfig",
    fields: &[
        key("servers", List(&Text)).required(),
        key("paths", List(&Text)).required(),
        key("timeout", Duration).default("10s"),
    ],
    inline: &[],
    checks: &[discovery::zookeeper],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `UyuniSDConfig`
pub static UYUNI_SD: Struct = Struct {
    name: "UyuniSDConfig",
    fields: &[
        key("server", UrlText).since(2, 31, 0).required(),
        key("username", Text).since(2, 31, 0).required(),
        key("password", Secret).since(2, 31, 0).required(),
        key("entitlement", Text)
            .since(2, 31, 0)
            .default("monitoring_entitled"),
        key("separator", Text).since(2, 31, 0).default(","),
        key("refresh_interval", Duration)
            .since(2, 31, 0)
            .default("1m"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 31, 0)],
    checks: &[discovery::uyuni],
    null_item: NullItem::Refused,
    index: Index::new(),
};
