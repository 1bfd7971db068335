//! Files of relabel rules that vmagent is started with, for what it sends.

use super::survey::ScannedFile;
use super::vmagent;
use crate::discover::program::VMAGENT;
use crate::discover::{self, EmbeddedIn, FileContent, RELABEL_FLAGS};
use crate::facts::Facts;
use crate::finding::{Finding, rule};
use crate::yaml::Document;

/// A file as vmagent reads it, if something of the tree starts that with it.
pub(super) fn taken(seen: &ScannedFile, facts: &Facts<'_>) -> Option<ScannedFile> {
    let recognized = &seen.recognized;
    let content = recognized.text.content();
    let may_be = matches!(recognized.what, FileContent::Unknown)
        && ["action:", "source_labels"]
            .iter()
            .any(|key| content.contains(key));
    if !may_be || recognized.masked {
        return None;
    }
    let holder = recognized.holder.as_ref();
    let place = facts.started_with(RELABEL_FLAGS, &seen.found.path, holder)?;
    let made = discover::as_relabel_rules(recognized, &place)?;
    Some(seen.taken_as(made))
}

/// Leaves of what is found in such a file what vmagent rejects too: rules about endpoints and samples that
/// Prometheus sends are not about it.
pub(super) fn put(
    findings: &mut Vec<Finding>,
    document: &Document,
    holder: Option<&EmbeddedIn>,
    facts: &Facts<'_>,
) {
    let is_it = holder.is_some_and(|holder| holder.word() == VMAGENT);
    let entry = || document.root()?.get("remote_write")?.items().next();
    if !is_it || entry().is_none_or(|entry| entry.get("url").is_some()) {
        return;
    }
    let file = facts.absolute(document.text().path());
    let object = match holder {
        Some(EmbeddedIn::PartOf(_, object)) => Some(&**object),
        _ => None,
    };
    let Some(place) = facts.started_with(RELABEL_FLAGS, &file, object) else {
        return;
    };
    findings.retain(|finding| match &*finding.rule {
        rule::SCHEMA_UNKNOWN_FIELD => !vmagent::OF_RULES.contains(&finding.keys().last()),
        // A rule with `if` needs no labels.
        rule::SCHEMA_MISSING_FIELD => false,
        of => rule::group_of(of) == rule::GROUP_SCHEMA,
    });
    let all = std::mem::take(findings);
    findings.extend(vmagent::as_it_reads(all, &place));
}
