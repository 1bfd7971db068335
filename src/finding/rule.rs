//! The names of the rules, a constant for each page: what compares or reports a rule names it by
//! these.

/// The group of a rule, such as `remote-write` of `remote-write/url-shape`.
#[must_use]
pub(crate) fn group_of(rule: &str) -> &str {
    rule.split('/').next().unwrap_or(rule)
}

include!(concat!(env!("OUT_DIR"), "/rule_ids.rs"));
