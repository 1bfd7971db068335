//! Keys that are misspelled, taken for what they were meant to be.
//!
//! What follows from a misspelled key is not reported as well: with `urll`, an endpoint has no URL,
//! and with `actoin`, a relabel rule has the default action. So everything but the key itself is
//! judged as if the key were right.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::check::Rule;
use super::rule_file::RULE_FILE;
use super::yaml::Document;
use promvet_text::{Action, Advice, Applicability, Finding, Severity, Span};

/// A document with the names that its misspelled keys were meant to be.
#[derive(Debug)]
pub struct CorrectedDocument {
    /// The document.
    pub document: Document,
    /// The values of the keys.
    values: HashSet<Span>,
}

/// A document without the misspelled keys that were found in it; none if there are none.
#[must_use]
pub fn mended(document: &Document, found: &[Finding]) -> Option<CorrectedDocument> {
    let slips = found.iter().filter(is_certain).filter_map(slip);
    let names: HashMap<Span, &str> = slips.collect();
    if names.is_empty() {
        return None;
    }
    let (document, values) = document.with_keys(&names)?;
    Some(CorrectedDocument { document, values })
}

/// Documents that were made of one document, by the keys that were misspelled for the releases and the
/// program that it was judged for.
#[derive(Debug, Default)]
pub struct CorrectedDocuments(OnceLock<Box<Correction>>);

#[derive(Debug)]
struct Correction {
    slips: Vec<(Span, String)>,
    mended: Option<CorrectedDocument>,
    others: CorrectedDocuments,
}

impl CorrectedDocuments {
    /// The document without the misspelled keys that were found in it; the document itself if there are
    /// none.
    pub fn meant<'d>(&'d self, document: &'d Document, found: &[Finding]) -> &'d Document {
        let slips = found.iter().filter(is_certain).filter_map(slip);
        let slips: Vec<_> = slips.map(|(span, name)| (span, name.to_owned())).collect();
        if slips.is_empty() {
            return document;
        }
        let mut mends = self;
        loop {
            let mend = mends.0.get_or_init(|| {
                Box::new(Correction {
                    slips: slips.clone(),
                    mended: mended(document, found),
                    others: Self::default(),
                })
            });
            if mend.slips == slips {
                let mended = mend.mended.as_ref();
                return mended.map_or(document, |mended| &mended.document);
            }
            mends = &mend.others;
        }
    }
}

/// Whether a misspelled key is one for certain, so that everything else is judged by what it was meant to
/// be: it is refused, or the edit that renames it may be made without a look.
fn is_certain(finding: &&Finding) -> bool {
    let is_safe = |advice: &Advice| advice.applicability() == Applicability::Safe;
    finding.severity == Severity::Error || finding.advice.as_ref().is_some_and(is_safe)
}

/// The misspelled key that a finding is about, and its right name.
fn slip(finding: &Finding) -> Option<(Span, &str)> {
    if finding.rule != Rule::UnknownField.name() && finding.rule != RULE_FILE {
        return None;
    }
    match finding.advice.as_ref()?.action() {
        Action::Rename { span, to } => Some((*span, to)),
        _ => None,
    }
}

/// Makes errors of the misspelled keys in sections that lack something, where unknown keys are only
/// warnings: the program may know the key, but it surely misses another one.
pub(super) fn sure_where_something_lacks(found: &mut [Finding]) {
    let lacks = |finding: &&Finding| {
        let rules = [Rule::MissingField, Rule::Conflict].map(Rule::name);
        finding.severity == Severity::Error && rules.contains(&&*finding.rule)
    };
    let mut lacking = HashSet::new();
    for finding in found.iter().filter(lacks) {
        lacking.insert(finding.keys().section());
        lacking.insert(finding.keys());
    }
    let is_sure =
        |finding: &Finding| slip(finding).is_some() && lacking.contains(&finding.keys().section());
    let sure: Vec<bool> = found.iter().map(is_sure).collect();
    for (finding, is_sure) in found.iter_mut().zip(sure) {
        if is_sure {
            finding.severity = Severity::Error;
        }
    }
}

impl CorrectedDocument {
    /// The misspelled keys among what was found in a document, and what is found without them.
    pub(super) fn findings(&self, mut found: Vec<Finding>, then: Vec<Finding>) -> Vec<Finding> {
        let is_unknown = |finding: &Finding| finding.rule == Rule::UnknownField.name();
        let unknown = found.iter().filter(|finding| is_unknown(finding));
        let unknown: HashSet<Span> = unknown.map(|finding| finding.place.span()).collect();
        let left: HashSet<_> = then.iter().filter_map(slip).collect();
        found.retain(|finding| slip(finding).is_some_and(|it| !left.contains(&it)));
        // The value belongs to a guess, so that its kind is not a second fault.
        let follows = |finding: &Finding| {
            let span = finding.place.span();
            let is_of_guess = finding.rule == Rule::WrongType.name() && self.values.contains(&span);
            // A second key of the same wrong name is reported together with the first one.
            is_of_guess || is_unknown(finding) && !unknown.contains(&span)
        };
        found.extend(then.into_iter().filter(|finding| !follows(finding)));
        found
    }
}
