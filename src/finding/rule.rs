//! The names of the rules, a constant for each page: what compares or reports a rule names it by
//! these.

include!(concat!(env!("OUT_DIR"), "/rule_ids.rs"));
