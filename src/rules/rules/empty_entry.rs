//! `rules/empty-entry`: items that name no file.

use crate::finding::{Advice, Severity};
use crate::prometheus::Config;
use crate::rules::RuleFindings;
use crate::yaml::Node;
use promvet_text::Span;

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for key in ["rule_files", "scrape_config_files"] {
        let list = config.root().get(key).into_iter().flat_map(Node::items);
        for item in list {
            let Some(scalar) = item.scalar() else {
                continue;
            };
            if !scalar.is_null() && !scalar.text.is_empty() {
                continue;
            }
            let message =
                format!("an empty entry of `{key}` names no file, and Prometheus ignores it");
            let span = dash(item).unwrap_or_else(|| item.span());
            let finding = out.part(item, span, Severity::Warning, message);
            let words = "write the path, or delete the entry";
            out.push(finding.help(Advice::remove(item.span()).text(words).safe()));
        }
    }
}

/// The `-` before an item without any text.
fn dash(item: Node<'_>) -> Option<Span> {
    let span = item.span();
    let text = item.document().text();
    let before = text.content().get(..span.start as usize)?.trim_end();
    let at = before.len().checked_sub(1)?;
    let is_dash = span.is_empty() && before.ends_with('-');
    is_dash.then(|| Span::new(at, at + 1))
}
