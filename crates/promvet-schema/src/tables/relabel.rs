//! Relabel rules.

use super::enums;
use crate::checks::relabel;
use crate::index::Index;
use crate::table::Type::{Enum, LabelName, LabelTemplate, List, Regex, Template, Text, Uint};
use crate::table::{NullItem, Struct, key};

/// `RelabelConfig`
pub static RELABEL: Struct = Struct {
    name: "RelabelConfig",
    fields: &[
        key("source_labels", List(&LabelName)).note("validated with the UTF-8 rule (any non-empty valid UTF-8) since 3.0, never with the legacy scheme"),
        key("separator", Text).default(";"),
        key("regex", Regex).default("(.*)").note("fully anchored as ^(?s:RE)$; RE2; null means match-empty regex from 3.x"),
        key("modulus", Uint).needed("non-zero for action hashmod"),
        key("target_label", LabelTemplate).needed("for actions replace, hashmod, lowercase, uppercase, keepequal, dropequal"),
        key("replacement", Template).default("$1"),
        key("action", Enum(&enums::RELABEL_ACTION)).default("replace"),
    ],
    inline: &[],
    checks: &[relabel::rule],
    null_item: NullItem::Refused,
    index: Index::new(),
};
