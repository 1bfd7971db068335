//! Rule files: what `rule_files` names.

pub mod promql;
pub mod template;
