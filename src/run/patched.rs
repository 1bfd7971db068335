//! What is not reported about an object that kustomizations of the tree patch.

use super::foreign::{OF_ABSENCE, OF_OTHER_KEYS};
use super::survey::ScannedFile;
use crate::discover::{EmbeddedIn, RecognizedFile};
use crate::facts::Facts;
use crate::finding::{Evidence, Finding, KeySteps, Severity, Text, rule};
use crate::rules::RuleJudgment;

/// What merges of kustomize have besides the keys of an object (kubernetes-sigs/kustomize
/// `kyaml/yaml/merge2`, and apimachinery's `strategicpatch`).
const DIRECTIVES: &[&str] = &[
    "$patch",
    "$retainKeys",
    "$setElementOrder",
    "$deleteFromPrimitiveList",
];

/// Whether a finding is about an object as a whole, while a patch holds a part of it.
fn is_of_whole(finding: &Finding) -> bool {
    let text = finding.place.text().slice(finding.place.span());
    let text = text.trim_matches(['"', '\'']);
    OF_ABSENCE.contains(&&*finding.rule)
        || *finding.rule == *rule::FILES_RULE_FILE
        || DIRECTIVES.iter().any(|word| text.starts_with(word))
}

/// Whether a patch lacks a key in an item of a list. The list takes the place of the whole other one: the
/// definitions of the resources name no key by which items are merged.
fn is_in_replaced_list(finding: &Finding, text: &Text) -> bool {
    finding.rule == rule::SCHEMA_MISSING_FIELD && is_in_list(finding, text)
}

/// Whether a finding is about something in a list of the object.
fn is_in_list(finding: &Finding, text: &Text) -> bool {
    let inner = finding.logical.strip_prefix(&*text.within().logical);
    KeySteps::of(inner.unwrap_or(&finding.logical)).is_in_list()
}

/// Takes out what a patch of a kustomization may mend: the object that is applied is another one.
pub(super) fn set_aside(judgment: &mut RuleJudgment, seen: &ScannedFile, facts: &Facts<'_>) {
    let Some(EmbeddedIn::Resource { kind, name, .. }) = &seen.recognized.holder else {
        return;
    };
    if judgment
        .findings
        .iter()
        .all(|finding| finding.severity == Severity::Info)
    {
        return;
    }
    let text = &seen.recognized.text;
    let patched = facts.patched(kind, name, text);
    // The keys that a kustomization, Flux, Argo CD and Helm's post-renderers have patches in.
    let within = KeySteps::of(&text.within().logical);
    let content = text.content().trim_start();
    let is_merge = !content.starts_with("- ") && !content.starts_with('[');
    let is_inline = within.has_any(&["patches", "patchesStrategicMerge"]);
    // What operations write is known to be a part.
    let is_patch = is_merge && (is_inline || facts.is_patch(text.path()));
    let may_be_mended = |finding: &Finding| {
        let span = finding.place.span();
        if is_patch && is_of_whole(finding) {
            return !is_in_replaced_list(finding, text);
        }
        if is_patch && OF_OTHER_KEYS.contains(&&*finding.rule) && !is_in_list(finding, text) {
            return true;
        }
        finding.place.path() == text.path()
            && (patched.has(span)
                || OF_ABSENCE.contains(&&*finding.rule)
                    && (patched.is_beside(span)
                        || patched.adds(&finding.logical)
                        || is_of_half(finding) && patched.adds_beside(&finding.logical)))
    };
    judgment.findings.retain(|finding| !may_be_mended(finding));
    let replaced = judgment.findings.iter_mut();
    for finding in replaced.filter(|finding| is_patch && is_in_replaced_list(finding, text)) {
        // Another patch may come behind it.
        finding.severity = finding.severity.min(Severity::Warning);
        finding.evidence.push(Evidence {
            place: finding.place.clone(),
            message:
                "kustomize replaces the whole list of a custom resource with that of the patch"
                    .to_owned(),
        });
    }
}

/// Takes out what is said of a list in values that a release of the tree replaces by another one, and of a key
/// that other values have which are merged with them.
pub(super) fn set_replaced_values_aside(
    judgment: &mut RuleJudgment,
    recognized: &RecognizedFile,
    facts: &Facts<'_>,
) {
    if !matches!(recognized.holder, Some(EmbeddedIn::Values { .. })) {
        return;
    }
    judgment.findings.retain(|finding| {
        if finding.severity == Severity::Info {
            return true;
        }
        match finding.keys().is_in_list() {
            true => !facts.is_replaced_in_values(&finding.place, &finding.logical),
            false => !is_completed(finding, facts),
        }
    });
}

/// Whether a finding is about a key that is not there, or about its default, and other values have it.
fn is_completed(finding: &Finding, facts: &Facts<'_>) -> bool {
    let message = finding.message.to_string();
    let is_of_default = finding.rule == rule::SCHEMA_CONFLICT && finding.evidence.is_empty();
    if !is_of_default && !OF_ABSENCE.contains(&&*finding.rule) {
        return false;
    }
    // A message names what is missing, but for half of a pair.
    let names = match is_of_half(finding) {
        true => Vec::new(),
        false => message.split('`').skip(1).step_by(2).collect(),
    };
    facts.is_completed_in_values(&finding.place, &finding.logical, &names)
}

/// Whether a finding says of a key that the other half of its pair is missing: its path leads to the key that is
/// there.
fn is_of_half(finding: &Finding) -> bool {
    let text = finding.place.text().slice(finding.place.span());
    let key = text.trim_matches(['"', '\'']);
    finding.rule == rule::SCHEMA_MISSING_FIELD && finding.keys().last() == key
}
