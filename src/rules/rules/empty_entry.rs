//! `rules/empty-entry`: items that name no file.

use crate::finding::{Advice, Severity};
use crate::prometheus::Config;
use crate::rules::Findings;
use crate::yaml::Node;

pub(super) fn check(config: Config<'_>, out: &mut Findings<'_>) {
    for key in ["rule_files", "scrape_config_files"] {
        let list = config.root().get(key).into_iter().flat_map(Node::items);
        for item in list {
            let Some(scalar) = item.scalar() else {
                continue;
            };
            if !scalar.is_null() && !scalar.text.is_empty() {
                continue;
            }
            let place = match item.span().is_empty() {
                true => item.parent().unwrap_or(item),
                false => item,
            };
            let message =
                format!("an empty entry of `{key}` names no file, and Prometheus ignores it");
            let finding = out.at(place, Severity::Warning, message);
            let words = "write the path, or delete the entry";
            out.push(finding.help(Advice::remove(item.span()).text(words).safe()));
        }
    }
}
