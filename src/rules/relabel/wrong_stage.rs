//! Labels that do not exist yet, or no longer, where a rule looks for them.

use crate::finding::Severity;
use crate::prometheus::{Effect, MatchReason, Matches, RelabelRule, RuleOutcome, setters};
use crate::rules::relabel::{RelabelList, RelabelStage, TARGET_SETTINGS, dropped};
use crate::rules::{RuleFindings, advice};

pub(super) fn check(list: &RelabelList<'_, '_>, out: &mut RuleFindings<'_>) {
    for (rule, step) in list.steps() {
        let chooses = matches!(&*rule.action, "keep" | "drop");
        if list.stage == RelabelStage::Written && chooses {
            // `remote-write/relabel` reports those.
            continue;
        }
        reads(list, rule, step, out);
        by_name(list, rule, step, out);
        sets(list, rule, out);
    }
}

/// Rules that read a label of another stage.
fn reads(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
    out: &mut RuleFindings<'_>,
) {
    let of_samples = reads_sample_label(list, rule, step);
    for (at, node) in rule.source_nodes().enumerate() {
        let Some(label) = node.as_str().filter(|_| step.absent.contains(&at)) else {
            continue;
        };
        let elsewhere = list.is_of_other_stage(label);
        if !(elsewhere || of_samples && list.is_of_samples(label)) || fills_in(rule) {
            continue;
        }
        let message = format!(
            "{}{}",
            does_not_exist(list.stage, label),
            effect(list, step)
        );
        let severity = match step.effect {
            Effect::DropsAll => Severity::Error,
            _ => Severity::Warning,
        };
        out.push(out.at(node, severity, message).kind("read").help(
            match meant(list.stage, label) {
                Some(right) => advice::value(node, &right, format!("write `{right}`")).unsafe_(),
                None => help(list.stage, label).into(),
            },
        ));
        return;
    }
}

/// Whether a rule looks at labels of samples only, which no target has.
fn reads_sample_label(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
) -> bool {
    let sees_none = matches!(
        list.stage,
        RelabelStage::Targets | RelabelStage::Alertmanagers
    );
    if !sees_none || list.shared && step.effect != Effect::DropsAll {
        return false;
    }
    let none = !rule.sources.is_empty() && step.absent.len() == rule.sources.len();
    match (&*rule.action, &step.matches) {
        ("keep" | "drop", Matches::Never(_)) => none,
        ("replace", Matches::Never(MatchReason::Absent | MatchReason::Known(_))) => none,
        ("replace", Matches::Always(MatchReason::AnyText)) => {
            none && rule.sources.len() == 1 && rule.replacement == "$1"
        }
        _ => false,
    }
}

/// Whether a rule sets a label where another one is absent, or whatever the other one is.
fn fills_in(rule: &RelabelRule<'_>) -> bool {
    let pattern = rule.pattern();
    let is_constant = || {
        rule.action == "replace" && !rule.replacement.is_empty() && !rule.replacement.contains('$')
    };
    pattern.is_some_and(|pattern| {
        let empty = rule.separator.repeat(rule.sources.len().saturating_sub(1));
        pattern.matches(&empty) && (!pattern.matches_all() || is_constant())
    })
}

fn does_not_exist(stage: RelabelStage, label: &str) -> String {
    match stage {
        RelabelStage::Targets if label == "instance" => {
            "targets get `instance` after these rules, so it does not exist here".to_owned()
        }
        RelabelStage::Targets => format!("`{label}` does not exist before the scrape"),
        RelabelStage::Samples => format!("`{label}` does not exist after the scrape"),
        RelabelStage::Written => format!("`{label}` does not exist when samples are sent"),
        RelabelStage::Alerts if label == "__name__" => "alerts have no `__name__`".to_owned(),
        RelabelStage::Alerts => {
            format!("`{label}` does not exist on alerts: it is a label of targets")
        }
        RelabelStage::Alertmanagers => {
            format!("`{label}` does not exist here: these rules choose Alertmanagers, not alerts")
        }
    }
}

fn effect(list: &RelabelList<'_, '_>, step: &RuleOutcome) -> String {
    match step.effect {
        Effect::DropsAll => format!(": this rule drops {}", dropped(list.stage)),
        Effect::DropsNothing => ": this rule drops nothing".to_owned(),
        Effect::SetsNothing => ": this rule never sets its label".to_owned(),
        Effect::KeepsAll | Effect::Other => ": this rule sees an empty string".to_owned(),
    }
}

/// The label of targets that is meant where underscores are missing: `_meta_…` and `_address_`.
fn meant(stage: RelabelStage, label: &str) -> Option<String> {
    let bare = label.trim_matches('_');
    if stage != RelabelStage::Targets {
        return None;
    }
    if bare.starts_with("meta_") {
        return Some(format!("__{bare}")).filter(|right| !setters(right).is_empty());
    }
    let setting = format!("__{bare}__");
    let is_meant = bare != label && TARGET_SETTINGS.contains(&&*setting);
    is_meant.then_some(setting)
}

fn help(stage: RelabelStage, label: &str) -> String {
    match stage {
        RelabelStage::Targets if label == "instance" => "read `__address__`".to_owned(),
        RelabelStage::Targets => "move the rule to `metric_relabel_configs`".to_owned(),
        RelabelStage::Samples => format!(
            "copy `{label}` to an ordinary label in `relabel_configs`, or move the rule there"
        ),
        RelabelStage::Alerts if label == "__name__" => "read `alertname`".to_owned(),
        RelabelStage::Alertmanagers if matches!(label, "job" | "instance") => {
            "read `__address__`, or a label of the discovery".to_owned()
        }
        RelabelStage::Alertmanagers => "move the rule to `alert_relabel_configs`".to_owned(),
        _ => format!("copy `{label}` to an ordinary label in `relabel_configs` of the job"),
    }
}

/// Rules for names of labels that do not exist here.
fn by_name(
    list: &RelabelList<'_, '_>,
    rule: &RelabelRule<'_>,
    step: &RuleOutcome,
    out: &mut RuleFindings<'_>,
) {
    let Some(pattern) = rule.pattern().filter(|_| step.names_nothing) else {
        return;
    };
    let (message, help) = match (list.stage, &*rule.action) {
        (RelabelStage::Targets, "labeldrop") if !list.shared => {
            let Some(texts) = pattern.texts() else {
                return;
            };
            if texts
                .iter()
                .any(|name| name.starts_with("__") || name == "instance")
            {
                return;
            }
            let names: Vec<_> = texts.iter().map(|name| format!("`{name}`")).collect();
            (
                format!(
                    "this rule drops nothing: targets have no label {} before the scrape",
                    names.join(", ")
                ),
                "move the rule to `metric_relabel_configs`",
            )
        }
        (RelabelStage::Samples | RelabelStage::Written | RelabelStage::Alerts, "labelmap") => {
            let mut beginnings = pattern.beginnings().unwrap_or_default();
            beginnings.retain(|start| !start.starts_with("__meta_"));
            if !beginnings.is_empty() {
                return;
            }
            (
                "this rule copies nothing: `__meta_` labels do not exist after the scrape"
                    .to_owned(),
                "move the rule to `relabel_configs`",
            )
        }
        _ => return,
    };
    out.push(
        out.at(rule.place(), Severity::Warning, message)
            .kind("name")
            .help(help),
    );
}

/// Settings of targets that are set when the scrape is over.
fn sets(list: &RelabelList<'_, '_>, rule: &RelabelRule<'_>, out: &mut RuleFindings<'_>) {
    let Some(label) = rule.target.filter(|_| list.stage == RelabelStage::Samples) else {
        return;
    };
    let is_setting = TARGET_SETTINGS.contains(&label) || label.starts_with("__param_");
    let stays = list
        .after
        .as_ref()
        .is_some_and(|after| !after.get(label).is_absent());
    let writes = matches!(
        &*rule.action,
        "replace" | "hashmod" | "lowercase" | "uppercase"
    );
    if is_setting && stays && writes {
        let node = rule.first_of(&["target_label"]);
        let message = format!(
            "`{label}` is set after the scrape: it changes no request, and is stored with every series"
        );
        let help = "move the rule to `relabel_configs`";
        out.push(
            out.at(node, Severity::Warning, message)
                .kind("set")
                .help(help),
        );
    }
}
