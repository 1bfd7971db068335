//! `scrape/scheme`: schemes that are neither http nor https.

use crate::finding::{Advice, Severity, nearest};
use crate::prometheus::{Config, TargetSection};
use crate::rules::{RuleFindings, advice};
use crate::yaml::{Node, placeholder};

const LABEL: &str = "__scheme__";
const SCHEMES: [&str; 2] = ["http", "https"];

pub(super) fn check(config: Config<'_>, out: &mut RuleFindings<'_>) {
    for section in config.jobs().chain(config.alertmanagers()) {
        let effect = match section.is_job {
            true => "every scrape fails",
            false => "no alert is sent",
        };
        let writers = section.relabelings().filter(|rule| rule.may_set(LABEL));
        let writers: Vec<_> = writers.collect();
        if let Some(last) = writers.last() {
            // What it writes is the scheme of every target.
            let is_it = last.is_constant()
                && last.action() == "replace"
                && last.target_label() == Some(LABEL);
            let written = last.replacement_node().filter(|_| is_it);
            written
                .into_iter()
                .for_each(|node| check_scheme(node, effect, out));
            continue;
        }
        if sets_labels_elsewhere(section) {
            continue;
        }
        // The label of a group counts before the key (`PopulateLabels`, scrape/target.go).
        let own = section.get("scheme").into_iter();
        for node in own.chain(section.group_labels(LABEL)) {
            check_scheme(node, effect, out);
        }
    }
}

/// Whether targets come from a place whose labels promvet does not know.
fn sets_labels_elsewhere(section: TargetSection<'_>) -> bool {
    let mut discoveries = section.discoveries();
    discoveries.any(|(kind, _)| matches!(kind, "file_sd_configs" | "http_sd_configs"))
}

fn check_scheme(node: Node<'_>, effect: &str, out: &mut RuleFindings<'_>) {
    let Some(scalar) = node.scalar().filter(|scalar| !scalar.text.is_empty()) else {
        return;
    };
    let text = scalar.text;
    // `url.Parse` of Go makes lower case of the scheme.
    let is_known = SCHEMES
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(text));
    if is_known || scalar.is_null() || placeholder::is_open(text) || is_filled_in(text) {
        return;
    }
    let word = text.trim_end_matches([':', '/']).to_ascii_lowercase();
    let near = nearest(&word, SCHEMES);
    let message = format!("`scheme`: expected `http` or `https`, found `{text}`; {effect}");
    let finding = out.at(node, Severity::Warning, message);
    out.push(match near {
        Some(near) => {
            finding.changed_by(advice::value(node, near, format!("write `{near}`")).safe())
        }
        None => finding.help(Advice::write("write `http` or `https`")),
    });
}

/// Whether a value is a word of several parts in capitals, such as `API_SCHEME`: no spelling of a scheme,
/// but what a script fills in.
fn is_filled_in(text: &str) -> bool {
    text.contains('_') && placeholder::is_one_shouted_word(text)
}
