//! Discoveries of Amazon Web Services.

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;

/// Up to 3.13 a missing region has to come from the environment of Prometheus, or it is refused;
/// `aws_sd_configs` looks for one since 3.10.0.
/// Imitates `aws.EC2SDConfig.UnmarshalYAML` and its siblings, which ask the metadata service for a
/// region.
pub(crate) fn region(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let general = section.of.name == "AWSSDConfig";
    let looked_for = !section.at_least(3, 14, 0) && (!general || section.at_least(3, 10, 0));
    if looked_for && section.text("region") == Some("") {
        report
            .missing(
                section,
                "region",
                "`region` is missing; Prometheus before 3.14 rejects the file unless it runs on AWS",
            )
            .help("set `region`");
    }
}

/// Filters of EC2 have values.
/// Imitates `aws.EC2SDConfig.UnmarshalYAML` ("EC2 SD configuration filter values cannot be empty").
pub(crate) fn filters(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    for filter in section.sections("filters") {
        let wrong = filter
            .node("values")
            .is_some_and(|node| node.sequence().is_none());
        if !wrong && filter.non_empty("values").is_none() {
            report
                .missing(&filter, "values", refused("a filter needs `values`"))
                .help("list the values, or delete the filter");
        }
    }
    let empty = section
        .node("filters")
        .into_iter()
        .flat_map(crate::yaml::Node::items);
    for item in empty.filter(|item| item.is_null()) {
        report
            .at(
                Rule::MissingField,
                item.parent().unwrap_or(item),
                refused("a filter needs `values`"),
            )
            .help("write the filter, or delete its `-`");
    }
}
