//! An extra `-`, which makes two list items of one.

use promvet_text::Span;

use crate::yaml::Node;

/// The `-` before a key, if the item before is a mapping with its keys in the same column, and none
/// of these is in both.
#[must_use]
pub fn dash(key: Node<'_>) -> Option<Span> {
    let item = key.parent()?;
    let list = item.parent()?;
    let mut before = None;
    for other in list.items() {
        if other.span() == item.span() {
            break;
        }
        before = Some(other);
    }
    let before = before?.mapping()?;
    let text = key.document().text();
    let column = |node: Node<'_>| {
        let start = node.span().start as usize;
        let line = text.content().get(..start)?.rsplit('\n').next()?;
        Some(line.len())
    };
    let above = before.written().next()?.key;
    let is_in_both = item
        .mapping()?
        .entries()
        .any(|entry| before.get(entry.name()).is_some());
    if is_in_both || column(above)? != column(key)? {
        return None;
    }
    let start = key.span().start as usize;
    // A key that is commented out may be of this item.
    let between = text
        .content()
        .get(before.node().span().end as usize..start)?;
    if between.contains('#') {
        return None;
    }
    let line = text.content().get(..start)?.rsplit('\n').next()?;
    let at = line.find('-').filter(|_| line.trim() == "-")?;
    let dash = start - line.len() + at;
    Some(Span::new(dash, dash + 1))
}
