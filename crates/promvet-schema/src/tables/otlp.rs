//! `otlp`

use super::enums;
use crate::checks::otlp;
use crate::index::Index;
use crate::table::Type::{Bool, Enum, List, Text};
use crate::table::{NullItem, Struct, key};

/// `OTLPConfig`
pub static OTLP: Struct = Struct {
    name: "OTLPConfig",
    fields: &[
        key("promote_all_resource_attributes", Bool).since(3, 5, 0),
        key("promote_resource_attributes", List(&Text)).since(2, 55, 0),
        key("ignore_resource_attributes", List(&Text)).since(3, 5, 0),
        key(
            "translation_strategy",
            Enum(&enums::OTLP_TRANSLATION_STRATEGY),
        )
        .since(3, 0, 0)
        .default("UnderscoreEscapingWithSuffixes"),
        key("keep_identifying_resource_attributes", Bool).since(3, 1, 0),
        key("convert_histograms_to_nhcb", Bool).since(3, 4, 0),
        key("promote_scope_metadata", Bool).since(3, 6, 0),
        key("label_name_underscore_sanitization", Bool)
            .since(3, 8, 0)
            .default("true"),
        key("label_name_preserve_multiple_underscores", Bool)
            .since(3, 8, 0)
            .default("true"),
    ],
    inline: &[],
    checks: &[otlp::attributes],
    null_item: NullItem::Zero,
    index: Index::new(),
};
