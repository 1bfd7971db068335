//! `tracing`

use super::enums;
use super::http_client::TLS;
use crate::checks::tracing;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, Enum, Float, HeaderName, HostPort, Map, Section, Text};
use crate::table::{NullItem, Struct, key};

/// `TracingConfig`
pub static TRACING: Struct = Struct {
    name: "TracingConfig",
    fields: &[
        key("client_type", Enum(&enums::TRACING_CLIENT_TYPE))
            .since(2, 34, 0)
            .default("grpc"),
        key("endpoint", HostPort).since(2, 34, 0).required(),
        key("sampling_fraction", Float).since(2, 34, 0),
        key("insecure", Bool).since(2, 34, 0),
        key("tls_config", Section(&TLS)).since(2, 34, 0),
        key("headers", Map(&HeaderName, &Text)).since(2, 34, 0),
        key("compression", Enum(&enums::TRACING_COMPRESSION)).since(2, 34, 0),
        key("timeout", Duration).since(2, 34, 0).default("0s"),
    ],
    inline: &[],
    checks: &[tracing::headers],
    null_item: NullItem::Zero,
    index: Index::new(),
};
