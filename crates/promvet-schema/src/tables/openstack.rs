//! `openstack_sd_configs` and `triton_sd_configs`

use super::enums;
use super::http_client::TLS;
use crate::checks::oci;
use crate::index::Index;
use crate::table::Type::{Bool, Duration, Enum, Int, List, Secret, Section, Text, UrlText};
use crate::table::{NullItem, Struct, key};

/// `OpenStackSDConfig`
pub static OPENSTACK_SD: Struct = Struct {
    name: "OpenStackSDConfig",
    fields: &[
        key("identity_endpoint", UrlText),
        key("username", Text),
        key("userid", Text),
        key("password", Secret),
        key("project_name", Text),
        key("project_id", Text),
        key("domain_name", Text),
        key("domain_id", Text),
        key("application_credential_name", Text).since(2, 7, 0),
        key("application_credential_id", Text).since(2, 7, 0),
        key("application_credential_secret", Secret).since(2, 7, 0),
        key("role", Enum(&enums::OPENSTACK_ROLE)).required(),
        key("region", Text).required(),
        key("refresh_interval", Duration).default("1m"),
        key("port", Int).default("80"),
        key("all_tenants", Bool).since(2, 5, 0),
        key("tls_config", Section(&TLS)).since(2, 5, 0),
        key("availability", Enum(&enums::OPENSTACK_AVAILABILITY))
            .since(2, 20, 0)
            .default("public"),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Refused,
    index: Index::new(),
};

/// `TritonSDConfig`
pub static TRITON_SD: Struct = Struct {
    name: "TritonSDConfig",
    fields: &[
        key("account", Text).required(),
        key("role", Enum(&enums::TRITON_ROLE))
            .since(2, 19, 0)
            .default("container"),
        key("dns_suffix", Text).required(),
        key("endpoint", Text).required(),
        key("groups", List(&Text)).since(2, 5, 0),
        key("port", Int).default("9163"),
        key("refresh_interval", Duration).default("1m"),
        key("tls_config", Section(&TLS)),
        key("version", Int).default("1"),
    ],
    inline: &[],
    checks: &[oci::positive_refresh],
    null_item: NullItem::Refused,
    index: Index::new(),
};
