//! Rule files: what `rule_files` names.

pub mod promql;
