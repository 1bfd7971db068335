//! The suppressions of a file together with those of the texts that are in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::marks::{
    Covers, MOST, PlacedSuppression, TextSuppressions, is_thorough, may_hold, removal, too_many,
};
use crate::discover::RecognizedFile;
use crate::finding::{Place, Span, Text};
use crate::yaml::{Comment, line_of};

/// The suppressions of a file; none if it has none. `seen` is the file, and behind it the
/// configurations that are in it. `is_judged` says of other texts that are beside these, by
/// their spans in the file, whether they have to be looked into.
pub(crate) fn of_file(
    seen: &[&RecognizedFile],
    is_judged: impl Fn(Span) -> bool,
) -> Option<TextSuppressions> {
    let (first, rest) = seen.split_first()?;
    // Of Terraform nothing is read but the texts in it.
    let is_around_all = !first.text.is_embedded();
    let (file, held) = match is_around_all {
        true => (Arc::clone(&first.text), rest),
        false => {
            let in_file = Place::new(&first.text, Span::default());
            (Arc::clone(in_file.text()), seen)
        }
    };
    if held.is_empty() || !may_hold(&file) {
        return TextSuppressions::of(first).filter(|_| is_around_all);
    }
    let mut blocks = BTreeSet::new();
    let mut parts = Vec::new();
    for one in held.iter().filter(|text| text.text.is_embedded()) {
        // An alias has the text that it stands for.
        if blocks.insert(block_of(&one.text)) {
            parts.extend(TextSuppressions::of(one));
        }
    }
    for texts in held.chunk_by(|a, b| Arc::ptr_eq(&a.beside, &b.beside)) {
        let beside = texts.first().map_or(&[][..], |first| &first.beside);
        for (_, text) in beside.iter().filter(|(_, text)| may_hold(text)) {
            let block = block_of(text);
            if !blocks.contains(&block) && is_judged(block) {
                blocks.insert(block);
                parts.extend(TextSuppressions::of_text(text, false));
            }
        }
    }
    let mut all = TextSuppressions {
        text: Arc::clone(&file),
        list: Vec::new(),
        malformed: Vec::new(),
    };
    let thorough = held.iter().all(|recognized| is_thorough(recognized));
    let around = TextSuppressions::of_text(&file, thorough).filter(|_| is_around_all);
    if let Some(around) = around {
        // In a file that does not parse, what is in quotes looks like what is around.
        let is_around = |span: Span| !is_in(&blocks, span);
        let list = around.list.into_iter();
        all.list
            .extend(list.filter(|mark| is_around(mark.directive.span)));
        let malformed = around.malformed.into_iter();
        all.malformed
            .extend(malformed.filter(|malformed| is_around(malformed.span)));
    }
    for part in parts {
        all.take(part);
    }
    all.list.sort_by_key(|mark| mark.directive.span);
    all.malformed.sort_by_key(|malformed| malformed.span);
    all.cut();
    (!all.list.is_empty() || !all.malformed.is_empty()).then_some(all)
}

/// Where a text is in its file.
fn block_of(text: &Arc<Text>) -> Span {
    in_file(text, Span::new(0, text.content().len()))
}

fn in_file(text: &Arc<Text>, span: Span) -> Span {
    Place::new(text, span).span()
}

fn is_in(blocks: &BTreeSet<Span>, span: Span) -> bool {
    let up_to = Span {
        start: span.start,
        end: u32::MAX,
    };
    let last = blocks.range(..=up_to).next_back();
    last.is_some_and(|block| span.start < block.end)
}

impl TextSuppressions {
    /// Takes those of a text that is in this one.
    fn take(&mut self, part: Self) {
        let text = &part.text;
        let to = |span| in_file(text, span);
        for mut one in part.malformed {
            one.span = to(one.span);
            self.malformed.push(one);
        }
        for mark in part.list {
            let directive = mark.directive.moved(to);
            self.list.push(PlacedSuppression {
                covers: match mark.covers {
                    Covers::Inner(span) => Covers::Inner(to(span)),
                    Covers::Span(span) => Covers::Span(to(span)),
                    covers @ (Covers::File | Covers::Nothing) => covers,
                },
                removal: removal_in(
                    self.text.content(),
                    directive.span,
                    mark.trailing,
                    to(mark.removal),
                ),
                directive,
                ..mark
            });
        }
    }

    /// Leaves out those that are more than are looked at.
    fn cut(&mut self) {
        let of_list = |mark: &PlacedSuppression| (mark.directive.span, mark.directive.names.len());
        let of_malformed = self.malformed.iter().map(|malformed| (malformed.span, 1));
        let mut counts: Vec<_> = self.list.iter().map(of_list).chain(of_malformed).collect();
        counts.sort_unstable();
        let mut names = 0;
        let first_over = counts.iter().find(|(_, count)| {
            names += count;
            names > MOST
        });
        if let Some(&(from, _)) = first_over {
            self.list.retain(|mark| mark.directive.span < from);
            self.malformed.retain(|malformed| malformed.span < from);
            self.malformed.push(too_many(from));
        }
    }
}

/// What has to go of a file so that a comment of a text in it is gone. Its line goes whole, with an
/// indentation that is not part of the text; but not if something else is there, such as the rest of
/// a text in quotes.
fn removal_in(content: &str, comment: Span, trailing: bool, of_text: Span) -> Span {
    let line = line_of(content, comment.start);
    let slice = |from: u32, to: u32| content.get(from as usize..to as usize).unwrap_or("");
    let is_blank = |from, to| slice(from, to).trim().is_empty();
    if !trailing && is_blank(line.start, comment.start) && is_blank(comment.end, line.end) {
        let alone = Comment {
            span: comment,
            trailing,
        };
        return removal(content, line, alone, comment);
    }
    // Of the escape of a line break, a span of the text ends with the backslash.
    let ends_in_escape = !trailing && slice(of_text.start, of_text.end).ends_with('\\');
    let end = match slice(of_text.end, line.end).starts_with('n') {
        _ if !ends_in_escape => of_text.end,
        true => of_text.end + 1,
        false => of_text.end - 1,
    };
    Span { end, ..of_text }
}
