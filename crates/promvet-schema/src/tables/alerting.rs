//! `alerting`

use super::enums;
use super::http_client::HTTP_CLIENT;
use super::relabel::RELABEL;
use super::remote_write::SIGV4;
use super::scrape::DISCOVERY;
use crate::checks::alerting;
use crate::index::Index;
use crate::table::Type::{Duration, Enum, List, Section, Text};
use crate::table::{NullItem, Struct, inline, key};

/// `AlertingConfig`
pub static ALERTING: Struct = Struct {
    name: "AlertingConfig",
    fields: &[
        key("alert_relabel_configs", List(&Section(&RELABEL))),
        key("alertmanagers", List(&Section(&ALERTMANAGER))),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `AlertmanagerConfig`
pub static ALERTMANAGER: Struct = Struct {
    name: "AlertmanagerConfig",
    fields: &[
        key("sigv4", Section(&SIGV4)).since(2, 48, 0),
        key("scheme", Text).default("http"),
        key("path_prefix", Text),
        key("timeout", Duration).default("10s"),
        key("api_version", Enum(&enums::ALERTMANAGER_API_VERSION))
            .since(2, 11, 0)
            .default("v2"),
        key("relabel_configs", List(&Section(&RELABEL))),
        key("alert_relabel_configs", List(&Section(&RELABEL))).since(2, 51, 0),
    ],
    inline: &[inline(&HTTP_CLIENT), inline(&DISCOVERY)],
    checks: &[alerting::sigv4, alerting::targets],
    null_item: NullItem::Crash,
    index: Index::new(),
};
