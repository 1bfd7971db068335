//! `storage.tsdb.retention` (since 3.11.0)

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::scalar::byte_size;
use crate::section::Section;

/// A size that is not negative, a percentage up to 100.
/// Imitates `config.TSDBRetentionConfig`'s checks on load.
pub(crate) fn retention(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !section.at_least(3, 11, 0) {
        return;
    }
    if let Some(node) = section.non_empty("size")
        && node
            .as_str()
            .is_some_and(|text| byte_size(text).is_ok_and(|bytes| bytes < 0))
    {
        report
            .at(Rule::InvalidValue, node, refused("`size` is negative"))
            .help("write the size without `-`");
    }
    // Not a number is neither below nor above, and passes.
    let outside = |number: f64| !number.is_nan() && !(0.0..=100.0).contains(&number);
    if let Some(node) = section.non_empty("percentage")
        && section.number("percentage").is_some_and(outside)
    {
        report
            .at(
                Rule::InvalidValue,
                node,
                refused("`percentage` is not between 0 and 100"),
            )
            .help("write a number from 0 to 100");
    }
}
