//! Relabel rules (Prometheus `model/relabel/relabel.go`, `Validate`).

use crate::check::{Rule, SchemaReport};
use crate::dialect::refused;
use crate::grammar;
use crate::section::Section;

const NEEDS_TARGET: &[&str] = &[
    "replace",
    "hashmod",
    "lowercase",
    "uppercase",
    "keepequal",
    "dropequal",
];

/// Everything that depends on the action.
/// Imitates `relabel.Config.Validate`.
pub(crate) fn rule(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(action) = section.text("action").map(str::to_lowercase) else {
        return;
    };
    let action = action.as_str();
    if action.is_empty() {
        // `relabel.Config.UnmarshalYAML` rejects a null action since 2.30 ("relabel action cannot be
        // empty").
        if section.node("action").is_none() && section.at_least(2, 30, 0) {
            report
                .missing(section, "action", refused("`action` is empty"))
                .help("delete `action` to get `replace`, or name one");
        }
        return;
    }
    modulus(action, section, report);
    target_label(action, section, report);
    match action {
        "lowercase" | "uppercase" => only_default(action, &["replacement"], section, report),
        "keepequal" | "dropequal" => {
            unwanted(
                action,
                "regex",
                section.entry("regex").is_some(),
                section,
                report,
            );
            only_default(
                action,
                &["modulus", "separator", "replacement"],
                section,
                report,
            );
        }
        "labeldrop" | "labelkeep" => {
            let sources = section.node("source_labels").is_some();
            unwanted(action, "source_labels", sources, section, report);
            let others = ["target_label", "modulus", "separator", "replacement"];
            only_default(action, &others, section, report);
        }
        "labelmap" => labelmap(section, report),
        _ => {}
    }
}

fn modulus(action: &str, section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let zero = section
        .number("modulus")
        // go-yaml cuts floats to integers, so that `0.9` is a modulus of 0.
        .is_some_and(|number| (0.0..1.0).contains(&number));
    if action == "hashmod" && zero {
        report
            .missing(
                section,
                "modulus",
                refused("`hashmod` requires a `modulus` above zero"),
            )
            .help("set `modulus` to the number of shards");
    }
}

fn target_label(action: &str, section: &Section<'_>, report: &mut SchemaReport<'_>) {
    if !NEEDS_TARGET.contains(&action) {
        return;
    }
    let Some(target) = section.text("target_label") else {
        return;
    };
    let Some(node) = section.non_empty("target_label") else {
        report
            .missing(
                section,
                "target_label",
                refused(format!("`{action}` requires a `target_label`")),
            )
            .help("set `target_label` to the label that gets the result");
        return;
    };
    let (scheme, version) = (section.scope.scheme, section.version());
    // `relabel.Config.Validate` lets only `replace` fill in groups, since the others write to a
    // fixed label.
    let template = action == "replace" && target.contains('$');
    report.text(node, "`target_label`", |text| {
        if template {
            grammar::label_template(text, scheme, version)
        } else {
            grammar::label_name(text, scheme)
        }
    });
}

/// Imitates `relabel.Config.Validate` ("is invalid 'replacement' for labelmap action").
fn labelmap(section: &Section<'_>, report: &mut SchemaReport<'_>) {
    let Some(replacement) = section.text("replacement") else {
        return;
    };
    let (scheme, version) = (section.scope.scheme, section.version());
    let subject = "`replacement`, which `labelmap` turns into a label name,";
    if let Some(node) = section.non_empty("replacement") {
        report.text(node, subject, |text| {
            grammar::label_template(text, scheme, version)
        });
    } else if replacement.is_empty() {
        let message = refused("`labelmap` requires a `replacement`");
        report.missing(section, "replacement", message);
    }
}

/// Reports keys whose value differs from the default.
/// `relabel.Config.Validate` compares with `DefaultRelabelConfig`, so that the default may be
/// written out.
fn only_default(action: &str, keys: &[&str], section: &Section<'_>, report: &mut SchemaReport<'_>) {
    for key in keys {
        let differs = match *key {
            "modulus" => section
                .number(key)
                .is_some_and(|number| number.trunc() != 0.0),
            "separator" => section.text(key).is_some_and(|text| text != ";"),
            "replacement" => section.text(key).is_some_and(|text| text != "$1"),
            _ => section.non_empty(key).is_some(),
        };
        unwanted(
            action,
            key,
            differs && section.entry(key).is_some(),
            section,
            report,
        );
    }
}

fn unwanted(
    action: &str,
    key: &str,
    set: bool,
    section: &Section<'_>,
    report: &mut SchemaReport<'_>,
) {
    let Some(entry) = section.entry(key).filter(|_| set) else {
        return;
    };
    let uses = match action {
        "labeldrop" | "labelkeep" => ", which takes only `regex`",
        "lowercase" | "uppercase" => "",
        _ => ", which takes only `source_labels` and `target_label`",
    };
    let said = report.at(
        Rule::Conflict,
        entry.key,
        refused(format!(
            "`{key}` is not allowed with `action: {action}`{uses}"
        )),
    );
    let said = said.help(format!("delete `{key}`"));
    if let Some(entry) = section.entry("action") {
        said.evidence(entry.value.place(), format!("the action is `{action}`"));
    }
}
