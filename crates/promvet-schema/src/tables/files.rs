//! Discovery by DNS, by files and by HTTP.

use super::enums;
use super::http_client::HTTP_CLIENT;
use crate::checks::discovery;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, Enum, File, Int, List, Text, UrlText};
use crate::table::{Base, NullItem, Reference, Struct, inline, key};

/// `DNSSDConfig`
pub static DNS_SD: Struct = Struct {
    name: "DNSSDConfig",
    fields: &[
        key("names", List(&Text)).required(),
        key("refresh_interval", Duration).default("30s"),
        key("type", Enum(&enums::DNS_TYPE)).default("SRV"),
        key("port", Int).needed("non-zero unless type is SRV"),
    ],
    inline: &[],
    checks: &[discovery::dns],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `FileSDConfig`
pub static FILE_SD: Struct = Struct {
    name: "FileSDConfig",
    fields: &[
        key("files", List(&File(Reference::Targets, Base::Config))).required(),
        key("refresh_interval", Duration).default("5m"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `HTTPSDConfig`
pub static HTTP_SD: Struct = Struct {
    name: "HTTPSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 28, 0)
            .default("1m"),
        key("url", UrlText).since(2, 28, 0).required(),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 28, 0)],
    checks: &[discovery::http],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `PuppetDBSDConfig`
pub static PUPPETDB_SD: Struct = Struct {
    name: "PuppetDBSDConfig",
    fields: &[
        key("refresh_interval", Duration)
            .since(2, 31, 0)
            .default("1m"),
        key("url", UrlText).since(2, 31, 0).required(),
        key("query", Text).since(2, 31, 0).required(),
        key("include_parameters", Bool).since(2, 31, 0),
        key("port", Int).since(2, 31, 0).default("80"),
    ],
    inline: &[inline(&HTTP_CLIENT).since(2, 31, 0)],
    checks: &[discovery::http],
    null_item: NullItem::Refused,
    index: Index::new(),
};
