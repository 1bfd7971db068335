//! Files that become YAML only after rendering: what is reported about them, and what is not.

use std::ops::Range;

use crate::discover::RecognizedFile;
use crate::finding::{Finding, Place, Severity, Span, Unchecked, rule};
use crate::rules::{self, RuleJudgment};
use crate::yaml::SyntaxError;

const HOW_TO_SETTLE: &str = "run promvet on the rendered file too";

/// The judgment of a file that was read with its tags covered: without what depends on their
/// values, and with an info that says so.
pub(crate) fn as_far_as_it_goes(
    mut judgment: RuleJudgment,
    recognized: &RecognizedFile,
) -> RuleJudgment {
    let needs_values =
        |finding: &Finding| rules::find(&finding.rule).is_some_and(|page| page.needs_values);
    judgment.findings.retain(|finding| !needs_values(finding));
    judgment
        .of_included
        .retain(|finding| !needs_values(finding));
    // What is seen is not what the file holds, so that no one should change it by machine.
    for finding in &mut judgment.findings {
        finding.withhold("the file is a template, and is read with its tags masked");
    }
    let message = "this file is YAML only after rendering: it is checked with its template tags \
        masked, as far as possible";
    judgment
        .findings
        .push(info(recognized, first_tag(recognized), message.into()));
    judgment
}

/// How tags of templates begin.
const TAGS: &[&str] = &["{{", "{%", "{#", "[[", "<%", "%{"];

/// Words that begin or end a part of a template which may be left out.
const OF_BLOCKS: &[&str] = &["if", "else", "elif", "end", "with", "range", "for"];

/// Takes out what is reported about two keys that a template may never write together, and makes warnings
/// of errors under conditions in loops.
pub(crate) fn as_alternatives(judgment: &mut RuleJudgment, recognized: &RecognizedFile) {
    if recognized.masked || recognized.template.is_some() {
        under_conditions(judgment, recognized);
        let findings = &mut judgment.findings;
        findings.retain(|finding| !may_exclude_each_other(finding, recognized));
        let is_of_scheme = |finding: &Finding| OF_SCHEME.contains(&&*finding.rule);
        if findings.iter().any(is_of_scheme) && has_two_schemes(recognized.text.content()) {
            findings.retain(|finding| !is_of_scheme(finding));
        }
    }
}

/// Whether a condition of a template decides about [`SCHEME`]: it is before an `else` and behind it.
fn has_two_schemes(content: &str) -> bool {
    let has_else = |part: &str| {
        let mut tags = part.split("{{").skip(1);
        tags.any(|tag| tag.trim_start_matches(['-', ' ']).starts_with("else"))
    };
    let parts: Vec<_> = content.split(SCHEME).collect();
    // What is before the first one and behind the last one is not between two.
    let between = parts.get(1..parts.len().saturating_sub(1));
    between.is_some_and(|between| between.iter().copied().any(has_else))
}

/// The key by which a job connects with TLS or without.
const SCHEME: &str = "scheme:";

/// Rules about what [`SCHEME`] makes of the settings beside it: where it has two values, either may count.
const OF_SCHEME: &[&str] = &[rule::TLS_UNUSED, rule::CREDENTIALS_PLAIN_HTTP];

/// How loops of templates begin, conditions, and other blocks that have an end.
const LOOPS: &[&str] = &["range", "for"];
const CONDITIONS: &[&str] = &["if", "with"];
const BLOCKS: &[&str] = &["block", "define"];

/// Makes warnings of errors under a condition in a loop of a template: whether anything is written there
/// depends on an item that most values do not have.
fn under_conditions(judgment: &mut RuleJudgment, recognized: &RecognizedFile) {
    let mut errors = judgment.findings.iter_mut();
    if !errors.any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let conditions = conditions(recognized.text.content());
    for finding in &mut judgment.findings {
        let at = finding.place.span().start as usize;
        let is_own = finding.place.path() == recognized.text.path();
        let next = conditions.partition_point(|range| range.end <= at);
        if is_own
            && conditions
                .get(next)
                .is_some_and(|range| range.contains(&at))
        {
            finding.severity = finding.severity.min(Severity::Warning);
        }
    }
}

/// A block of a template that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenBlock {
    Loop,
    /// The outermost condition in a loop, and where it begins.
    Condition(usize),
    Other,
}

/// Where the outermost conditions in loops of a template are, in the order of the text.
fn conditions(content: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut open, mut loops, mut is_in_one) = (Vec::new(), 0_usize, false);
    for (at, _) in content.match_indices('{') {
        let tag = content
            .get(at + 1..)
            .and_then(|rest| rest.strip_prefix(['{', '%']));
        let Some(tag) = tag else { continue };
        let tag = tag.trim_start_matches(['-', '~', ' ', '\n']);
        let end = tag.find(|c: char| !c.is_ascii_alphabetic());
        let word = tag.get(..end.unwrap_or(tag.len())).unwrap_or("");
        if LOOPS.contains(&word) {
            loops += 1;
            open.push(OpenBlock::Loop);
        } else if CONDITIONS.contains(&word) && loops > 0 && !is_in_one {
            is_in_one = true;
            open.push(OpenBlock::Condition(at));
        } else if CONDITIONS.contains(&word) || BLOCKS.contains(&word) {
            open.push(OpenBlock::Other);
        } else if word.starts_with("end") {
            match open.pop() {
                Some(OpenBlock::Loop) => loops -= 1,
                Some(OpenBlock::Condition(from)) => {
                    is_in_one = false;
                    out.push(from..at);
                }
                Some(OpenBlock::Other) | None => {}
            }
        }
    }
    out
}

/// Whether a finding is about keys that a condition of the template may keep apart.
fn may_exclude_each_other(finding: &Finding, recognized: &RecognizedFile) -> bool {
    if ![rule::SCHEMA_CONFLICT, rule::SCHEMA_DUPLICATE].contains(&&*finding.rule) {
        return false;
    }
    let own = finding.place.span().start as usize;
    let mut others = finding
        .evidence
        .iter()
        .map(|evidence| evidence.place.span().start as usize);
    others.any(|other| {
        let content = recognized.text.content();
        let between = content.get(own.min(other)..own.max(other)).unwrap_or("");
        TAGS.iter().any(|tag| {
            let mut behind = between.split(tag).skip(1);
            behind.any(|text| {
                let text = text.trim_start_matches(['-', '~', ' ']);
                OF_BLOCKS.iter().any(|word| text.starts_with(word))
            })
        })
    })
}

/// The judgment of a file that is not YAML even with its tags covered.
pub(crate) fn not_at_all(recognized: &RecognizedFile, error: &SyntaxError) -> RuleJudgment {
    let message = format!(
        "this file cannot be checked before it is rendered: even with its template tags masked \
         it is not YAML ({})",
        error.problem
    );
    let unchecked = Unchecked {
        cause: None,
        place: Place::new(&recognized.text, error.span),
        logical: String::new(),
        reason: "the file is YAML only after rendering".into(),
        settle: Some(HOW_TO_SETTLE.into()),
    };
    RuleJudgment {
        findings: vec![info(recognized, error.span, message)],
        unchecked: vec![unchecked],
        ..RuleJudgment::default()
    }
}

fn info(recognized: &RecognizedFile, span: Span, message: String) -> Finding {
    let place = Place::new(&recognized.text, span);
    Finding::new(rule::SCHEMA_UNRENDERED, Severity::Info, place, message).help(HOW_TO_SETTLE)
}

/// The first tag of the text.
fn first_tag(recognized: &RecognizedFile) -> Span {
    let content = recognized.text.content();
    let start = TAGS
        .iter()
        .filter_map(|tag| content.find(tag))
        .min()
        .unwrap_or(0);
    Span::new(start, (start + 2).min(content.len()))
}
