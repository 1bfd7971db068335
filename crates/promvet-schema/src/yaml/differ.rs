//! In what two readings of a text differ.

use super::document::{Document, NodeContent, SyntaxError, SyntaxKind};
use super::parse::Documents;

/// The first difference between what the scanner read and what libyaml-safer did.
pub(super) fn difference(
    ours: &Documents,
    theirs: &Result<Documents, SyntaxError>,
) -> Option<String> {
    let (theirs, error) = match theirs {
        // libyaml-safer gave up for its own reasons, so that there is nothing to compare with.
        Err(error) if error.kind == SyntaxKind::Unread => return None,
        Ok((_, Some(error))) if error.kind == SyntaxKind::Unread => return None,
        Ok((documents, error)) => (documents, error),
        Err(error) => {
            return Some(format!(
                "libyaml-safer refuses: {error} at {:?}",
                error.span
            ));
        }
    };
    if let Some(error) = error {
        return Some(format!(
            "libyaml-safer refuses: {error} at {:?}",
            error.span
        ));
    }
    if ours.0.len() != theirs.len() {
        return Some(format!("{} documents, not {}", ours.0.len(), theirs.len()));
    }
    let pairs = ours.0.iter().zip(theirs);
    pairs
        .into_iter()
        .find_map(|(ours, theirs)| between(ours, theirs))
}

fn between(ours: &Document, theirs: &Document) -> Option<String> {
    if ours.next_document() != theirs.next_document() {
        return Some(format!(
            "the next document is at {:?}, not {:?}",
            ours.next_document(),
            theirs.next_document()
        ));
    }
    if ours.end != theirs.end {
        return Some(format!("it ends at {}, not {}", ours.end, theirs.end));
    }
    let count = ours.len().max(theirs.len());
    (0..count).find_map(|id| {
        let (our, their) = (node(ours, id), node(theirs, id));
        (our != their).then(|| format!("node {id} is {our}, not {their}"))
    })
}

/// Everything that is known of a node.
fn node(document: &Document, id: usize) -> String {
    let Some(id) = u32::try_from(id).ok().filter(|_| id < document.len()) else {
        return "missing".to_owned();
    };
    let node = document.node(id);
    let what = match node.data {
        NodeContent::Scalar { value, style } => format!("{style:?} {:?}", document.value(value)),
        NodeContent::Sequence(_) => format!("sequence {:?}", document.links_of(id)),
        NodeContent::Mapping { keys, .. } => {
            format!("mapping {:?} merge {}", document.links_of(id), keys.merge)
        }
        NodeContent::Alias(target) => format!("alias of {target}"),
    };
    let tag = document.tag(node);
    format!(
        "{what} at {:?} below {} tagged {tag:?}",
        node.span, node.parent
    )
}
