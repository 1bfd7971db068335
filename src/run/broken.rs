//! Configurations that are not YAML: what is reported about the parts of them that are whole.

use crate::finding::{Finding, rule};
use crate::rules::{self, RuleJudgment};

/// The judgment of the whole parts without what may rest on the absence of something, which may be in
/// the parts that could not be read.
pub(super) fn without_what_rests_on_the_rest(mut judgment: RuleJudgment) -> RuleJudgment {
    let findings = [&mut judgment.findings, &mut judgment.of_included];
    for findings in findings {
        findings.retain(|finding| !rests_on_the_rest(finding));
        // Nothing could tell whether the file is right afterwards.
        let why = "the file is not YAML: correct that first";
        findings
            .iter_mut()
            .for_each(|finding| finding.withhold(why));
    }
    judgment.unchecked.clear();
    // Programs do not start with such a file, whatever their flags are.
    judgment.started.clear();
    judgment
}

fn rests_on_the_rest(finding: &Finding) -> bool {
    match rules::find(&finding.rule) {
        // Two things that exclude each other, the second of them a default.
        Some(page) if page.name == rule::SCHEMA_CONFLICT => finding.evidence.is_empty(),
        Some(page) => page.needs_whole,
        // A custom rule may ask for anything in the configuration.
        None => true,
    }
}
