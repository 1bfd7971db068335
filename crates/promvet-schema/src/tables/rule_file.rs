//! Rule files, as far as the types of their values go (Prometheus `model/rulefmt`). What is wrong in
//! one is said by [`rule_file`](crate::rule_file), which reads them as version 3 of go-yaml.

use crate::index::Index;
use crate::table::Type::{Duration, Int, List, Map, Section, Text};
use crate::table::{NullItem, Struct, key};

/// `RuleGroup`
pub static GROUP: Struct = Struct {
    name: "RuleGroup",
    fields: &[
        key("name", Text),
        key("interval", Duration),
        key("query_offset", Duration),
        key("limit", Int),
        key("labels", Map(&Text, &Text)),
        key("rules", List(&Section(&RULE))),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};

/// `Rule`
pub static RULE: Struct = Struct {
    name: "Rule",
    fields: &[
        key("alert", Text),
        key("record", Text),
        key("expr", Text),
        key("for", Duration).default("0s"),
        key("keep_firing_for", Duration).default("0s"),
        key("labels", Map(&Text, &Text)),
        key("annotations", Map(&Text, &Text)),
    ],
    inline: &[],
    checks: &[],
    null_item: NullItem::Zero,
    index: Index::new(),
};
