//! Reads a text, with its tags covered where it is a template.

use std::sync::Arc;

use super::super::mask::{Branches, Mask, mask};
use super::{TemplateEvidence, has_bare_tag, repeats_key};
use crate::finding::Text;
use crate::yaml::{Document, SyntaxError, SyntaxKind, parse_first, parse_masked, placeholder};
use memchr::memmem;

/// A text as far as it could be read.
pub(super) struct ReadText {
    pub(super) outcome: Result<Document, SyntaxError>,
    pub(super) masked: bool,
    pub(super) template: Option<TemplateEvidence>,
}

/// Reads a text as it is; if that is not YAML, or YAML only because `{{ x }}` happens to be a
/// mapping in a mapping, with its tags covered.
pub(super) fn read(text: &Arc<Text>, declared: Option<TemplateEvidence>) -> ReadText {
    let plain = |outcome| ReadText {
        outcome,
        masked: false,
        template: declared,
    };
    let outcome = parse_first(text);
    let readable = match &outcome {
        Ok(document) => !has_bare_tag(text, std::iter::once(document)) && !has_commented_tag(text),
        Err(error) => error.kind != SyntaxKind::Malformed,
    };
    if readable {
        return plain(outcome);
    }
    let Some((covered, has_tags)) = read_masked(text) else {
        return plain(outcome);
    };
    match (covered, outcome) {
        (Err(error), Err(_)) if declared.is_some() || has_tags => ReadText {
            outcome: Err(error),
            masked: true,
            template: declared.or(Some(TemplateEvidence::Unrendered)),
        },
        (Err(_), outcome) => plain(outcome),
        (covered, _) => ReadText {
            outcome: covered,
            masked: true,
            template: declared.or(Some(TemplateEvidence::Unrendered)),
        },
    }
}

/// Reads a text with its tags covered, and says whether it has tags of a template language. All
/// branches of conditions are read, unless together they are not YAML or repeat a key.
pub(super) fn read_masked(text: &Arc<Text>) -> Option<(Result<Document, SyntaxError>, bool)> {
    let parse = |mask: &Mask| parse_masked(text, &mask.content, &mask.holes);
    let all = mask(text.content(), Branches::All)?;
    let outcome = parse(&all);
    let clashes = outcome.as_ref().map_or(true, repeats_key);
    if all.has_branches && clashes {
        let first = mask(text.content(), Branches::First)?;
        if let Ok(document) = parse(&first) {
            return Some((Ok(document), all.has_tags));
        }
    }
    Some((outcome, all.has_tags))
}

/// Whether a tag of Octopus Deploy or Azure's pipelines is a value of its own, which to YAML is a comment:
/// `job_name: #{JobName}#`.
fn has_commented_tag(text: &Text) -> bool {
    let content = text.content();
    memmem::find_iter(content.as_bytes(), b" #{").any(|at| {
        let before = content.get(..at).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_end();
        let tag = content
            .get(at + 1..)
            .and_then(|rest| placeholder::find(rest).next());
        line.ends_with([':', '-']) && !line.contains('#') && tag.is_some_and(|tag| tag.start == 0)
    })
}
