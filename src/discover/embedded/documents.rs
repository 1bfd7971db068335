//! Reads the documents of a text, with its tags covered where it is a template.

use std::sync::Arc;

use memchr::memmem;

use super::super::examine::{has_bare_tag, repeats_key};
use super::super::mask::{Branches, Mask, mask};
use crate::finding::Text;
use crate::yaml::{Document, parse_all, parse_all_masked};

/// The documents of a text, as far as they can be read.
pub(in crate::discover) struct ReadableDocuments {
    pub(in crate::discover) documents: Vec<Document>,
    /// Whether the tags of a template are covered, since it is not YAML with them.
    pub(in crate::discover) masked: bool,
    /// Whether all of the text is in them.
    pub(in crate::discover) is_whole: bool,
}

pub(in crate::discover) fn documents(text: &Arc<Text>) -> ReadableDocuments {
    let made = |documents, masked, is_whole| ReadableDocuments {
        documents,
        masked,
        is_whole,
    };
    let (plain, error) = parse_all(text);
    if error.is_none() && !has_bare_tag(text, plain.iter()) {
        return made(plain, false, true);
    }
    for branches in [Branches::All, Branches::First] {
        // `[a:${b}]` does not parse either.
        let is_of_use = |mask: &Mask| mask.has_tags || error.is_some();
        let Some(mask) = mask(text.content(), branches).filter(is_of_use) else {
            break;
        };
        let (covered, error) = parse_all_masked(text, &mask.content, &mask.holes);
        if error.is_none() && !covered.iter().any(repeats_key) {
            return made(covered, true, true);
        }
    }
    match whole_ones(text) {
        Some(whole) => made(whole, true, false),
        None => made(plain, false, error.is_none()),
    }
}

/// The documents of a template that are YAML with its tags covered, where others of the file are not: two
/// blocks without `---` between them, each under a condition of its own, are one document with each key twice.
fn whole_ones(text: &Arc<Text>) -> Option<Vec<Document>> {
    let mut mask = mask(text.content(), Branches::First).filter(|mask| mask.has_tags)?;
    let mut start = 0;
    let mut out = String::with_capacity(mask.content.len());
    let mut is_any_whole = false;
    for document in documents_in(&mask.content) {
        let range = start..start + document.len();
        start = range.end;
        let (read, error) = parse_all(&Text::new("document", document.into()));
        if error.is_none() && !read.iter().any(repeats_key) {
            is_any_whole = true;
            out.push_str(document);
            continue;
        }
        mask.holes
            .retain(|hole| !range.contains(&(hole.filler.start as usize)));
        let blank = |byte| {
            if matches!(byte, b'\n' | b'\r') {
                byte
            } else {
                b' '
            }
        };
        let blanked = document.bytes().map(blank).collect();
        out.push_str(&String::from_utf8(blanked).unwrap_or_default());
    }
    let (covered, error) = parse_all_masked(text, &out, &mask.holes);
    (is_any_whole && error.is_none()).then_some(covered)
}

/// The documents of a text, each with the line that begins it.
fn documents_in(content: &str) -> impl Iterator<Item = &str> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let next = memmem::find(rest.as_bytes(), b"\n---").map_or(rest.len(), |at| at + 1);
        let (document, behind) = rest.split_at_checked(next)?;
        rest = behind;
        (!document.is_empty()).then_some(document)
    })
}
