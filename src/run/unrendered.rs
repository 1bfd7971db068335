//! Files that become YAML only after rendering: what is reported about them, and what is not.

use crate::discover::Recognised;
use crate::finding::{Finding, Place, Severity, Span, Unchecked, rule};
use crate::rules::{self, Judgement};
use crate::yaml::SyntaxError;

const HOW_TO_SETTLE: &str = "run promvet on the rendered file too";

/// The judgement of a file that was read with its tags covered: without what depends on their
/// values, and with an info that says so.
pub(crate) fn as_far_as_it_goes(mut judgement: Judgement, recognised: &Recognised) -> Judgement {
    let needs_values =
        |finding: &Finding| rules::find(&finding.rule).is_some_and(|page| page.needs_values);
    judgement.findings.retain(|finding| !needs_values(finding));
    judgement
        .of_included
        .retain(|finding| !needs_values(finding));
    // What is seen is not what the file holds, so that no one should change it by machine.
    for finding in &mut judgement.findings {
        finding.fix = None;
    }
    let message = "this file is YAML only after rendering: it is checked with its template tags \
        masked, as far as possible";
    judgement
        .findings
        .push(info(recognised, first_tag(recognised), message.into()));
    judgement
}

/// How tags of templates begin.
const TAGS: &[&str] = &["{{", "{%", "{#", "[[", "<%", "%{"];

/// Words that begin or end a part of a template which may be left out.
const OF_BLOCKS: &[&str] = &["if", "else", "elif", "end", "with", "range", "for"];

/// Takes out what is reported about two keys that a template may never write together.
pub(crate) fn without_alternatives(judgement: &mut Judgement, recognised: &Recognised) {
    if recognised.masked || recognised.template.is_some() {
        judgement
            .findings
            .retain(|finding| !may_exclude_each_other(finding, recognised));
    }
}

/// Whether a finding is about keys that a condition of the template may keep apart.
fn may_exclude_each_other(finding: &Finding, recognised: &Recognised) -> bool {
    if ![rule::SCHEMA_CONFLICT, rule::SCHEMA_DUPLICATE].contains(&&*finding.rule) {
        return false;
    }
    let own = finding.place.span().start as usize;
    let mut others = finding
        .evidence
        .iter()
        .map(|evidence| evidence.place.span().start as usize);
    others.any(|other| {
        let content = recognised.text.content();
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

/// The judgement of a file that is not YAML even with its tags covered.
pub(crate) fn not_at_all(recognised: &Recognised, error: &SyntaxError) -> Judgement {
    let message = format!(
        "this file cannot be checked before it is rendered: even with its template tags masked \
         it is not YAML ({})",
        error.problem
    );
    let unchecked = Unchecked {
        place: Place::new(&recognised.text, error.span),
        logical: String::new(),
        reason: "the file is YAML only after rendering".into(),
        settle: Some(HOW_TO_SETTLE.into()),
    };
    Judgement {
        findings: vec![info(recognised, error.span, message)],
        unchecked: vec![unchecked],
        ..Judgement::default()
    }
}

fn info(recognised: &Recognised, span: Span, message: String) -> Finding {
    let place = Place::new(&recognised.text, span);
    Finding::new(rule::SCHEMA_UNRENDERED, Severity::Info, place, message).help(HOW_TO_SETTLE)
}

/// The first tag of the text.
fn first_tag(recognised: &Recognised) -> Span {
    let content = recognised.text.content();
    let start = TAGS
        .iter()
        .filter_map(|tag| content.find(tag))
        .min()
        .unwrap_or(0);
    Span::new(start, (start + 2).min(content.len()))
}
