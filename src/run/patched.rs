//! What is not reported about an object that kustomizations of the tree patch.

use super::foreign::OF_ABSENCE;
use super::survey::ScannedFile;
use crate::discover::EmbeddedIn;
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::rules::Judgement;

/// Takes out what a patch of a kustomization may mend: the object that is applied is another one.
pub(super) fn set_aside(judgement: &mut Judgement, seen: &ScannedFile, facts: &Facts<'_>) {
    let Some(EmbeddedIn::Resource { kind, name, .. }) = &seen.recognised.holder else {
        return;
    };
    if judgement
        .findings
        .iter()
        .all(|finding| finding.severity == Severity::Info)
    {
        return;
    }
    let text = &seen.recognised.text;
    let patched = facts.patched(kind, name, text);
    let may_be_mended = |finding: &Finding| {
        let span = finding.place.span();
        finding.place.path() == text.path()
            && (patched.has(span)
                || OF_ABSENCE.contains(&&*finding.rule) && patched.is_beside(span))
    };
    judgement.findings.retain(|finding| !may_be_mended(finding));
}
