//! An extra `-`, which makes two list items of one.

use promvet_text::{Advice, Span};

use crate::yaml::Node;

/// What to do about an item that lacks a key which the item before it has: a `-` between them is one too
/// many.
#[must_use]
pub fn without_dash(item: Node<'_>, key: &str) -> Option<Advice> {
    let items = item.parent()?.sequence()?;
    let before = items.iter().take_while(|other| other.span() != item.span());
    before.last()?.get(key)?;
    let first = item.mapping()?.written().next()?.key;
    let dash = dash(first)?;
    let name = first.as_str()?;
    let help = format!("delete the `-` before `{name}`, which begins another item");
    Some(Advice::edit(vec![(dash, " ".to_owned())]).text(help).safe())
}

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
    let between = text
        .content()
        .get(before.node().span().end as usize..start)?;
    if between.lines().any(has_key_in_comment) {
        return None;
    }
    let line = text.content().get(..start)?.rsplit('\n').next()?;
    let at = line.find('-').filter(|_| line.trim() == "-")?;
    let dash = start - line.len() + at;
    Some(Span::new(dash, dash + 1))
}

/// Whether a line has a key that is commented out: it may be of the item behind it.
fn has_key_in_comment(line: &str) -> bool {
    let Some((_, comment)) = line.split_once('#') else {
        return false;
    };
    let words = comment.trim_start_matches(['#', ' ', '\t', '-']);
    let is_key = |key: &str| !key.is_empty() && !key.contains([' ', '`', '"']);
    match words.split_once(':') {
        Some((key, rest)) => is_key(key) && (rest.is_empty() || rest.starts_with(' ')),
        None => false,
    }
}
