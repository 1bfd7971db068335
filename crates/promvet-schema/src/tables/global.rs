//! `global`

use super::enums;
use crate::checks::{config, global};
use crate::index::Index;
use crate::table::Type::{Bool, ByteSize, Duration, Enum, File, LabelValue, List, Map, Text, Uint};
use crate::table::{Base, NullItem, Reference, Struct, key};

/// `GlobalConfig`
pub static GLOBAL: Struct = Struct {
    name: "GlobalConfig",
    fields: &[
        key("scrape_interval", Duration).default("1m"),
        key("scrape_timeout", Duration).default("10s").note("default is min(10s, scrape_interval); must not exceed scrape_interval"),
        key("scrape_protocols", List(&Enum(&enums::SCRAPE_PROTOCOL))).since(2, 49, 0).flag("default gets PrometheusProto first with --enable-feature=created-timestamp-zero-ingestion or st-storage").note("when unset: derived per job from scrape_native_histograms"),
        key("evaluation_interval", Duration).default("1m"),
        key("rule_query_offset", Duration).since(2, 53, 0).default("0s"),
        key("query_log_file", File(Reference::Log, Base::Config)).since(2, 16, 0),
        key("scrape_failure_log_file", File(Reference::Log, Base::Config)).since(2, 55, 0),
        key("external_labels", Map(&Text, &LabelValue)).note("only place where ${VAR} / $VAR expansion happens (values only)"),
        key("body_size_limit", ByteSize).since(2, 45, 0).default("0B"),
        key("sample_limit", Uint).since(2, 45, 0),
        key("target_limit", Uint).since(2, 45, 0),
        key("label_limit", Uint).since(2, 45, 0),
        key("label_name_length_limit", Uint).since(2, 45, 0),
        key("label_value_length_limit", Uint).since(2, 45, 0),
        key("keep_dropped_targets", Uint).since(2, 47, 0),
        key("metric_name_validation_scheme", Enum(&enums::METRIC_NAME_VALIDATION_SCHEME)).since(2, 55, 0).default("utf8"),
        key("metric_name_escaping_scheme", Enum(&enums::METRIC_NAME_ESCAPING_SCHEME)).since(3, 4, 0).default("allow-utf-8").note("when empty: underscores if validation scheme is legacy, else allow-utf-8"),
        key("scrape_native_histograms", Bool).since(3, 8, 0),
        key("convert_classic_histograms_to_nhcb", Bool).since(3, 4, 0),
        key("always_scrape_classic_histograms", Bool).since(3, 5, 0),
        key("extra_scrape_metrics", Bool).since(3, 10, 0).flag("default flips to true with --enable-feature=extra-scrape-metrics"),
    ],
    inline: &[],
    checks: &[config::validation_scheme, global::timeout, global::external_labels, global::protocols],
    null_item: NullItem::Zero,
    index: Index::new(),
};
