//! Dollars in external labels.

use crate::finding::Severity;
use crate::rules::{RuleFindings, Upgrade};
use crate::schema::scalar::environment::{ExpandedText, expansions};

/// Since 3.0 values of `global.external_labels` are expanded (flag `expand-external-labels`
/// before).
pub(super) fn check(upgrade: &Upgrade<'_>, out: &mut RuleFindings<'_>) {
    let expanded = upgrade.always_has("expand-external-labels");
    if !upgrade.crosses(3, 0) || upgrade.templated || expanded {
        return;
    }
    let Some(labels) = upgrade
        .global("external_labels")
        .and_then(|node| node.mapping())
    else {
        return;
    };
    for entry in labels.entries() {
        let Some(scalar) = entry.value.scalar() else {
            continue;
        };
        for expansion in expansions(scalar.text) {
            let written = scalar.text.get(expansion.from..expansion.to);
            let written = written.unwrap_or_default();
            // A variable in braces or capitals was hardly meant as text: the flag is set already,
            // or something fills it in.
            let meant = match expansion.becomes {
                ExpandedText::Variable(name) => written.starts_with("${") || is_capitals(name),
                ExpandedText::Dollar | ExpandedText::Nothing => false,
            };
            let severity = if meant {
                Severity::Info
            } else {
                Severity::Warning
            };
            let becomes = match expansion.becomes {
                ExpandedText::Dollar => "a single dollar".to_owned(),
                ExpandedText::Nothing => "nothing".to_owned(),
                ExpandedText::Variable(name) => {
                    format!("the environment variable `{name}`, or nothing if it is not set")
                }
            };
            let span = match entry.value.is_alias() {
                true => entry.value.span(),
                false => scalar.part(expansion.from, expansion.to),
            };
            let mut finding = out.part(
                entry.value,
                span,
                severity,
                format!(
                    "from Prometheus 3.0 on, `{written}` becomes {becomes}: the label `{}` of every \
                     series changes",
                    entry.name()
                ),
            );
            finding.advice = Some(
                "write `$$` for a literal dollar from 3.0 on; older releases expand only with \
                 `--enable-feature=expand-external-labels`"
                    .into(),
            );
            out.push(finding);
        }
    }
}

/// Whether a name is written as those of environment variables are.
fn is_capitals(name: &str) -> bool {
    let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(known)
}
