//! What the templates of an alert do when they run: labels that change with every value, fields that
//! do not exist, texts that functions cannot use.

use std::collections::HashSet;

use super::lost::{LostLabels, label};
use super::meaning::names;
use super::report::RuleFileReport;
use crate::yaml::{Entry, Node};
use promvet_syntax::go::template::{self, Call, FieldChain};
use promvet_syntax::promql::{self, PromqlRelease};
use promvet_text::Advice;

/// `$value` in labels.
pub const VALUE_IN_LABEL: &str = "rules/value-in-label";
/// Templates that fail when the alert fires.
pub const TEMPLATE_FAILS: &str = "rules/template-fails";

pub(super) fn check(rule: Node<'_>, report: &mut RuleFileReport<'_>) {
    let mut lost = LostLabels::of(rule, report);
    for entry in names(rule, "labels") {
        check_text(entry, true, &mut lost, report);
    }
    for entry in names(rule, "annotations") {
        check_text(entry, false, &mut lost, report);
    }
    lost.finish(report);
}

/// Templates in the labels of a recording rule, which Prometheus does not expand.
/// `rules.RecordingRule.Eval` sets labels as they are written.
pub(super) fn check_recording(rule: Node<'_>, report: &mut RuleFileReport<'_>) {
    for entry in names(rule, "labels") {
        let text = entry.value.as_str().unwrap_or_default();
        // Other braces may be filled in before Prometheus reads the file.
        let fields = fields(text, report);
        let field = fields
            .iter()
            .find(|field| field.is_value() || label(field).is_some());
        let Some(field) = field else { continue };
        let message = "labels of a recording rule are not templates: this text is the label's value, braces and all";
        let at = (field.from, field.to);
        if let Some(finding) = report.warn(TEMPLATE_FAILS, entry.value, at, message) {
            finding.advice = Some("set the label in the expression, with `label_replace`".into());
        }
    }
}

/// What a template reads. A template that does not parse is reported by `files/template`, so that nothing
/// is reported about what it would do.
fn fields(text: &str, report: &RuleFileReport<'_>) -> Vec<FieldChain> {
    let release = (report.version.major, report.version.minor);
    match text.contains("{{") && template::check(text, release).is_ok() {
        true => template::fields(text),
        false => Vec::new(),
    }
}

fn check_text<'d>(
    entry: Entry<'d>,
    is_label: bool,
    lost: &mut LostLabels<'d>,
    report: &mut RuleFileReport<'_>,
) {
    let text = entry.value.as_str().unwrap_or_default();
    let fields = fields(text, report);
    if is_label && let Some(at) = fields.iter().find(|field| field.prints && field.is_value()) {
        // From `rules.AlertingRule.Eval`, which hashes the labels of each sample to find its alert.
        let message = "`$value` in a label: each new value starts another alert and resolves the one before, so `for` starts again";
        let said = report.warn(VALUE_IN_LABEL, entry.value, (at.from, at.to), message);
        if let Some(finding) = said {
            finding.advice = Some("move the value into an annotation".into());
        }
    }
    // The text breaks off at the first failure (`template.Expander.Expand`), so that later
    // fields are never reached.
    if let Some(failure) = fields.iter().find_map(fails) {
        fail(entry, failure, report);
    } else if !call_fails(entry, report) {
        lost.check(entry, &fields, report);
    }
}

fn fail(entry: Entry<'_>, failure: TemplateFailure, report: &mut RuleFileReport<'_>) {
    let at = failure.at;
    let text = entry.value.as_str().unwrap_or_default();
    let Some(finding) = report.warn(TEMPLATE_FAILS, entry.value, at, failure.message) else {
        return;
    };
    let value = entry.value.scalar().filter(|_| !entry.value.is_alias());
    let part = value.map(|scalar| scalar.part(at.0, at.1));
    let part = part.filter(|part| part.len() == at.1 - at.0);
    finding.advice = Some(match (part, failure.meant) {
        (Some(part), Some(field)) => {
            let has_dot = text.get(at.0..).is_some_and(|rest| rest.starts_with('.'));
            let dot = if has_dot { "." } else { "" };
            Advice::replace(part, format!("{dot}{field}"))
                .text(failure.help)
                .safe()
        }
        _ => failure.help.into(),
    });
}

/// Reports the first text that a function cannot use; whether there is one.
fn call_fails(entry: Entry<'_>, report: &mut RuleFileReport<'_>) -> bool {
    let text = entry.value.as_str().unwrap_or_default();
    let release = (report.version.major, report.version.minor);
    if !text.contains("{{") || template::check(text, release).is_err() {
        return false;
    }
    let calls = template::calls(text);
    let defines = |call: &&Call| matches!(&*call.function, "define" | "block");
    let defined = calls.iter().filter(defines);
    let defined: HashSet<&str> = defined.map(|call| &*call.text).collect();
    let fault = |call: &Call| match &*call.function {
        "query" => bad_query(call, release),
        "printf" if call.takes_value => bad_verb(call),
        "template" => undefined(call, &defined),
        name if name.starts_with("humanize") => not_a_number(call),
        _ => None,
    };
    let found = calls.iter().find_map(|call| Some((call, fault(call)?)));
    let Some((call, (message, help))) = found else {
        return false;
    };
    let at = (call.from, call.to);
    if let Some(finding) = report.warn(TEMPLATE_FAILS, entry.value, at, message) {
        finding.advice = Some(help.into());
    }
    true
}

/// What the text of an alert becomes where its template fails (`rules.AlertingRule.Eval`).
const BECOMES: &str = "the alert's text becomes `<error expanding template: …>`";

fn bad_query(call: &Call, (major, minor): (u16, u16)) -> Option<(String, String)> {
    let faults = promql::check(&call.text, PromqlRelease::of(major, minor));
    let fault = faults.into_iter().find(|fault| fault.flag.is_none())?;
    let message = format!("`query`: {}; {BECOMES}", fault.message);
    let help = fault
        .remedy
        .words
        .unwrap_or_else(|| "correct the expression".to_owned());
    Some((message, help))
}

/// A verb of `printf` that does not fit the value, which is a `float64` (Go, `fmt.pp.fmtFloat`).
fn bad_verb(call: &Call) -> Option<(String, String)> {
    let text = call.text.replace("%%", "");
    let (_, behind) = text.split_once('%')?;
    let verb = behind.trim_start_matches([
        '+', '-', '#', ' ', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ]);
    let verb = verb
        .chars()
        .next()
        .filter(|verb| "dscqtoOU".contains(*verb))?;
    // Another verb has another argument, or none.
    if behind.contains('%') {
        return None;
    }
    let message = format!(
        "`%{verb}` does not fit `$value`, which is a float64: the text has `%!{verb}(float64=…)`"
    );
    Some((message, "write `%.0f`, or `%g` for all digits".to_owned()))
}

fn undefined(call: &Call, defined: &HashSet<&str>) -> Option<(String, String)> {
    if defined.contains(&*call.text) {
        return None;
    }
    let message = format!(
        "the template `{}` is not defined in this text; {BECOMES}",
        call.text
    );
    let help = "write its text here: rule files do not share templates";
    Some((message, help.to_owned()))
}

/// Imitates `convertToFloat` of `template/template.go`, which takes what `strconv.ParseFloat` does.
fn not_a_number(call: &Call) -> Option<(String, String)> {
    let text = call.text.replace('_', "");
    // Hexadecimal numbers are numbers too.
    if text.parse::<f64>().is_ok() || text.to_ascii_lowercase().contains("0x") {
        return None;
    }
    let message = format!("`{}` expects a number; {BECOMES}", call.function);
    Some((message, "write `$value`".to_owned()))
}

/// Where a template breaks off when it runs.
struct TemplateFailure {
    /// Bytes of the text.
    at: (usize, usize),
    message: String,
    help: String,
    /// The field of the data that is meant.
    meant: Option<&'static str>,
}

/// Where a template breaks off when it runs, and why: then the whole text is the error
/// (`template.Expander.Expand`; the data are `Labels`, `ExternalLabels`, `ExternalURL` and `Value`).
fn fails(field: &FieldChain) -> Option<TemplateFailure> {
    const DATA: [&str; 4] = ["Labels", "ExternalLabels", "ExternalURL", "Value"];
    let at = |names: &[(String, usize, usize)]| {
        let from = names.first().map_or(field.from, |(_, from, _)| *from);
        (from, names.last().map_or(field.to, |(_, _, to)| *to))
    };
    let text = BECOMES;
    match &*field.root {
        "$labels" | "$externalLabels" if field.names.len() > 1 => {
            let names: Vec<_> = field.names.iter().map(|(name, ..)| name.as_str()).collect();
            let message = format!("labels are text and have no fields; {text}");
            let help = format!(
                "write `index {} \"{}\"` for a label with dots",
                field.root,
                names.join(".")
            );
            Some(TemplateFailure {
                at: at(field.names.get(1..)?),
                message,
                help,
                meant: None,
            })
        }
        "$value" if !field.names.is_empty() => {
            let message = format!("`$value` is a number and has no fields; {text}");
            Some(TemplateFailure {
                at: at(&field.names),
                message,
                help: "write `$value`".to_owned(),
                meant: None,
            })
        }
        "." | "$" if !field.inner => {
            let (name, from, to) = field.names.first()?;
            if DATA.contains(&name.as_str()) {
                let deep = matches!(name.as_str(), "Labels" | "ExternalLabels");
                let rest = field.names.get(if deep { 2 } else { 1 }..)?;
                rest.first()?;
                let message = format!("this value has no fields; {text}");
                return Some(TemplateFailure {
                    at: at(rest),
                    message,
                    help: "delete the field".to_owned(),
                    meant: None,
                });
            }
            let message = format!("alerts have no field `{name}`; {text}");
            let mut fields = DATA.into_iter();
            let meant = fields.find(|known| known.eq_ignore_ascii_case(name));
            let help = match meant {
                Some(known) => format!("write `.{known}`"),
                None => format!("for a label, write `$labels.{name}`"),
            };
            Some(TemplateFailure {
                at: (*from, *to),
                message,
                help,
                meant,
            })
        }
        _ => None,
    }
}
