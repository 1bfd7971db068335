//! `remote_read`

use super::http_client::HTTP_CLIENT;
use crate::checks::remote_write;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, HeaderName, LabelName, LabelValue, Map, Text, Uint, Url};
use crate::table::{NullItem, Struct, inline, key};

/// `RemoteReadConfig`
pub static REMOTE_READ: Struct = Struct {
    name: "RemoteReadConfig",
    fields: &[
        key("url", Url).present(),
        key("remote_timeout", Duration).default("1m"),
        key("chunked_read_limit", Uint)
            .since(2, 55, 0)
            .default("50000000"),
        key("headers", Map(&HeaderName, &Text)).since(2, 26, 0),
        key("read_recent", Bool),
        key("name", Text).since(2, 15, 0),
        key("required_matchers", Map(&LabelName, &LabelValue)).since(2, 1, 0),
        key("filter_external_labels", Bool)
            .since(2, 34, 0)
            .default("true"),
    ],
    inline: &[inline(&HTTP_CLIENT)],
    checks: &[remote_write::headers],
    null_item: NullItem::Refused,
    index: Index::new(),
};
