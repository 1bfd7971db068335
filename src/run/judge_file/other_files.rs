//! Files that are not a configuration of a sender.

use std::sync::Arc;

use super::super::request::Request;
use super::super::survey::ScannedFile;
use super::super::{custom_rules, web_file};
use super::target_of;
use crate::discover::{EmbeddedIn, RULE_FILE, TARGET_FILE, WEB_FILE};
use crate::facts::Facts;
use crate::finding::{Finding, Place, Severity, Span, Text, Unchecked, rule};
use crate::rules::RuleJudgment;
use crate::rules::custom::CustomRules;
use crate::schema::target_file::TargetFormat;
use crate::schema::{TargetReleases, rule_file, target_file};
use crate::yaml::parse_first;

/// What is said of a file that a configuration includes or names.
pub(super) fn of_other(
    kind: &'static str,
    seen: &ScannedFile,
    facts: &Facts<'_>,
    request: &Request,
    own: &CustomRules,
) -> RuleJudgment {
    let recognized = &seen.recognized;
    let mut judgment = match kind == RULE_FILE {
        true => custom_rules::of_rule_file(&recognized.text, &seen.found, facts, own),
        false => RuleJudgment::default(),
    };
    if kind == WEB_FILE && recognized.template.is_none() {
        judgment.findings.extend(web_file::check(&recognized.text));
    }
    // One that was named says nothing by being silent about it; a hook names whatever has
    // changed, and of that only what a configuration loads is ours.
    let is_meant = || match request.if_recognized {
        true => kind == RULE_FILE && facts.is_loaded(&seen.found.path),
        false => true,
    };
    if seen.found.named && !seen.is_judged() && is_meant() {
        let path = recognized.text.path();
        let target = target_of(recognized, request, facts.policy(), path, None);
        as_what_it_is(kind, &recognized.text, &target, &mut judgment);
    }
    judgment
}

/// Groups of rules about what loads and does not do what was meant: in test data it is what was
/// meant.
pub(super) const ABOUT_INTENT: &[&str] =
    &[rule::GROUP_RELABEL, rule::GROUP_RULES, rule::GROUP_SCRAPE];

/// Makes infos of what is reported about the intent behind test data that nothing in the tree runs.
pub(super) fn as_test_data(judgment: &mut RuleJudgment, seen: &ScannedFile, facts: &Facts<'_>) {
    let is_intent = |finding: &Finding| {
        finding.rule == rule::REMOTE_WRITE_PLAIN_HTTP
            || ABOUT_INTENT.contains(&rule::group_of(&finding.rule))
    };
    if !judgment.findings.iter().any(is_intent) {
        return;
    }
    let holder = seen.recognized.holder.as_ref();
    let is_idle = || facts.runners(&seen.found.path, holder).is_empty();
    if facts.is_idle_test_data(seen.recognized.text.path(), true) && is_idle() {
        let all = judgment.findings.iter_mut();
        all.filter(|finding| is_intent(finding))
            .for_each(|finding| finding.severity = Severity::Info);
    }
}

/// That a configuration in base64 is not read.
pub(super) fn encoded(
    seen: &ScannedFile,
    place: &Place,
    logical: &str,
    request: &Request,
) -> RuleJudgment {
    let mut judgment = RuleJudgment::default();
    if request.lists_unread(&seen.found.path) {
        let key = match &seen.recognized.holder {
            Some(EmbeddedIn::Object { kind: "Secret", .. }) => "stringData",
            _ => "data",
        };
        judgment.unchecked.push(Unchecked {
            cause: None,
            place: place.clone(),
            logical: logical.to_owned(),
            reason: "it is a Prometheus configuration in base64, which promvet does not read"
                .into(),
            settle: Some(format!("write it as text below `{key}`")),
        });
    }
    judgment
}

/// Judges a named file as what it is, or notes that promvet does not read its kind.
pub(super) fn as_what_it_is(
    kind: &str,
    text: &Arc<Text>,
    target: &TargetReleases,
    judgment: &mut RuleJudgment,
) {
    if kind == RULE_FILE {
        match parse_first(text) {
            Ok(document) => match rule_file::other_reader(&document) {
                Some(other) => judgment.unchecked.push(not_ours(text, other)),
                None => {
                    let found = rule_file::check(&document, target, None).findings;
                    judgment.findings.extend(found);
                }
            },
            Err(error) => judgment.findings.push(rule_file::broken(text, &error)),
        }
    } else if kind == TARGET_FILE {
        // Which job reads it, and what relabel rules that has, is not known here.
        let format = TargetFormat::of(&text.path().to_lowercase());
        let found = target_file::check_text(text, format, true, target);
        judgment.findings.extend(found);
    } else if kind != WEB_FILE {
        judgment.unchecked.push(not_ours(text, kind));
    }
}

pub(super) fn not_ours(text: &Arc<Text>, kind: &str) -> Unchecked {
    Unchecked {
        cause: None,
        place: Place::new(text, Span::default()),
        logical: String::new(),
        reason: format!("it is not a Prometheus configuration, but another file ({kind})"),
        settle: None,
    }
}
