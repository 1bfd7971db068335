//! `otlp`

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;
use crate::yaml::Node;

const PROMOTE: &str = "promote_resource_attributes";
const IGNORE: &str = "ignore_resource_attributes";
const ALL: &str = "promote_all_resource_attributes";

/// Lists of attributes name something, and nothing twice; they fit the switch for all.
/// Imitates `config.OTLPConfig.UnmarshalYAML`.
pub(crate) fn attributes(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let all = section.bool(ALL);
    for key in [PROMOTE, IGNORE] {
        names(section, key, report);
    }
    if all == Some(true)
        && section.non_empty(PROMOTE).is_some()
        && let (Some(one), Some(other)) = (section.entry(ALL), section.entry(PROMOTE))
    {
        let message = refused(format!("`{PROMOTE}` cannot be set with `{ALL}: true`"));
        report
            .conflict(one, other, message)
            .help("remove one of the two");
    }
    if all == Some(false) && section.non_empty(IGNORE).is_some() {
        report
            .at(
                Rule::Conflict,
                section.key_or_anchor(IGNORE),
                refused(format!("`{IGNORE}` works only with `{ALL}: true`")),
            )
            .help(format!("set `{ALL}: true`, or delete `{IGNORE}`"));
    }
}

fn names(section: &Section<'_>, key: &str, report: &mut SchemaReport<'_>) {
    let mut seen: Vec<(&str, Node<'_>)> = Vec::new();
    for item in section.node(key).into_iter().flat_map(Node::items) {
        let Some(scalar) = item.scalar() else {
            continue;
        };
        // `config.sanitizeAttributes` trims before it compares, so that ` a` and `a` are twice.
        let name = scalar.as_str().unwrap_or("").trim();
        if name.is_empty() {
            let node = if item.span().is_empty() {
                section.key_or_anchor(key)
            } else {
                item
            };
            report
                .at(
                    Rule::InvalidValue,
                    node,
                    refused(format!("an item of `{key}` is empty")),
                )
                .help("write the item, or delete its `-`");
        } else if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
            let place = first.place();
            report
                .at(
                    Rule::Duplicate,
                    item,
                    refused(format!("the attribute `{name}` is listed twice")),
                )
                .help("remove one of the two")
                .evidence(place, "it is first listed here");
        } else {
            seen.push((name, item));
        }
    }
}
