//! `scrape_configs`, one job at a time.

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::section::Section;
use crate::yaml::Node;

/// A list of protocols is not empty and names none twice.
/// Imitates `config.validateAcceptScrapeProtocols`.
pub(crate) fn protocols(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(node) = section.node("scrape_protocols") else {
        return;
    };
    let Some(list) = node.sequence() else {
        return;
    };
    if list.is_empty() {
        report
            .at(
                Rule::InvalidValue,
                node,
                refused("`scrape_protocols` is empty"),
            )
            .help("list at least one protocol, or delete `scrape_protocols`");
    }
    let mut seen: Vec<(String, Node<'_>)> = Vec::new();
    for item in list.iter() {
        let Some(name) = item.as_str() else { continue };
        // `config.validateAcceptScrapeProtocols` lowers each name, so that case does not tell two
        // apart.
        let lower = name.to_lowercase();
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == lower) {
            let place = first.place();
            report
                .at(
                    Rule::Duplicate,
                    item,
                    refused(format!("`scrape_protocols` lists `{name}` twice")),
                )
                .help("remove one of the two")
                .evidence(place, "it is first listed here");
        } else {
            seen.push((lower, item));
        }
    }
}

/// A target with a slash is an address only if relabeling takes it apart.
pub(crate) fn targets(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    slashes(section, report);
}

/// Targets with a slash in a section without relabel rules.
/// Imitates `config.checkStaticTargets`, which calls `CheckTargetAddress`. Targets of Alloy are values, which no
/// one looks at before they are scraped.
pub(super) fn slashes(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if section.non_empty("relabel_configs").is_some() {
        return;
    }
    for group in section.sections("static_configs") {
        for target in group.node("targets").into_iter().flat_map(Node::items) {
            let scalar = target.scalar();
            let Some(scalar) = scalar.filter(|_| target.document().is_yaml()) else {
                continue;
            };
            if let Some(at) = scalar.text.find('/').filter(|_| !scalar.is_null()) {
                let end = scalar.text.len();
                let span = scalar.part(at, end);
                let span = if target.is_alias() {
                    target.span()
                } else {
                    span
                };
                let help = match target.path().starts_with("alerting") {
                    true => "set `scheme` and `path_prefix` next to `static_configs`",
                    false => "set `scheme` and `metrics_path` next to `static_configs`",
                };
                report
                    .part(
                        Rule::InvalidValue,
                        target,
                        span,
                        refused("`targets`: expected `host:port`, found a slash"),
                    )
                    .help(help);
            }
        }
    }
}
