//! From advice to edits: only the tree knows indentation, quoting, comments and embedding.

mod dash;
mod foreign;
mod merge;

use std::sync::Arc;

use promvet_text::{Action, Applicability, Finding, Fix, Span, Text};

pub use dash::{dash, without_dash};
pub use merge::{MergedEdits, PlannedEdit, merged};

use crate::yaml::{Document, Kind, Node, Style, parse_first};

/// Why no edit could be made of an advice.
/// Each reason is shown to people (`unfixed`), so that they know why `--fix` left a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    /// The advice is for people.
    #[error("it is advice in words")]
    Words,
    /// No node has the span.
    #[error("no value is there")]
    NotFound,
    /// Writing the value there would need another style of the value.
    #[error("the value is written in a style that the edit does not keep")]
    Style,
    /// An alias has the value of its anchor, which may have other uses.
    #[error("it is the value of an anchor, which has to be changed there")]
    Alias,
    /// Removing it would leave its list or mapping empty, or take a comment with it.
    #[error("nothing else would be left there")]
    Only,
    /// The text is folded or escaped in the file around it.
    #[error("the text is folded or escaped in the file around it")]
    Embedded,
    /// The text is not YAML, and is written there in a way that the edit does not keep.
    #[error("the file is not YAML, and the edit does not keep what is written there")]
    Foreign,
}

/// Edits of one file: spans and what replaces them, ascending, without overlap.
pub type Edits = Vec<(Span, String)>;

/// The edits that an advice means, as changes of the outermost file.
///
/// # Errors
///
/// If no edit can be made that keeps everything else as it is.
pub fn edits(document: &Document, action: &Action) -> Result<Edits, Declined> {
    let edits = match action {
        Action::Edit(edits) => edits.clone(),
        Action::Write | Action::Say => return Err(Declined::Words),
        // Spans mean other syntax there, so that nothing below applies.
        _ if !document.is_yaml() => vec![foreign::edit(document, action)?],
        Action::Replace { span, text } | Action::Rename { span, to: text } => {
            vec![replaced(document, *span, text)?]
        }
        Action::Remove { span } => vec![removed(document, *span)?.1],
        Action::Insert { after, key, value } => vec![inserted(document, *after, key, value)?],
    };
    let text = document.text();
    // An embedded text is escaped or indented by its host, so that an edit has to be written in the
    // host's way.
    let outer = edits
        .into_iter()
        .map(|(span, new)| text.outer_edit(span, new).ok_or(Declined::Embedded));
    outer.collect()
}

/// Turns the advice of findings in a document into changes, where one can be made that keeps
/// everything else as it is. A translation has its keys in other words than its text, so its
/// findings are changed by [`fix_translated`].
pub fn fix(document: &Document, findings: &mut [Finding]) {
    if document.is_yaml() && document.source().is_none() {
        fix_in(document, findings);
    }
}

/// The same for a translation, once advice is in the words of its text.
pub fn fix_translated(document: &Document, findings: &mut [Finding]) {
    match document.source() {
        Some(source) => fix_in(source, findings),
        None => fix_in(document, findings),
    }
}

fn fix_in(document: &Document, findings: &mut [Finding]) {
    let outermost = document.place(Span::default());
    for finding in findings {
        let Some(advice) = &finding.advice else {
            continue;
        };
        // Advice for another file is left to that file's own run, so that no file is changed twice.
        let is_here = Arc::ptr_eq(finding.place.text(), outermost.text());
        if finding.fix.is_some() || !is_here || advice.applicability() == Applicability::Display {
            continue;
        }
        match edits(document, advice.action()) {
            Ok(edits) => {
                finding.fix = Some(Fix {
                    title: advice.help().into_owned(),
                    edits,
                    safe: advice.applicability() == Applicability::Safe,
                    from: left(document, advice.action()),
                });
            }
            Err(Declined::Words) => {}
            Err(why) => finding.unfixed = Some(why.to_string()),
        }
    }
}

/// What an action takes an entry out of, and how many entries that has.
/// Two fixes that each remove an entry may together empty the mapping, so that the merge counts
/// them.
fn left(document: &Document, action: &Action) -> Option<(Span, usize)> {
    let Action::Remove { span } = action else {
        return None;
    };
    if !document.is_yaml() {
        return None;
    }
    let (holder, _) = removed(document, *span).ok()?;
    Some((document.place(holder.span()).span(), holder.member_count()))
}

/// The text with edits made, which are ascending and do not overlap.
#[must_use]
pub fn apply(text: &str, edits: &Edits) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, new) in edits {
        out.push_str(text.get(done..span.start as usize).unwrap_or(""));
        out.push_str(new);
        done = span.end as usize;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

/// A scalar, or a part of one, written anew in its own style.
fn replaced(document: &Document, span: Span, text: &str) -> Result<(Span, String), Declined> {
    let node = node_at(document, span).ok_or(Declined::NotFound)?;
    let scalar = node.scalar().ok_or(Declined::NotFound)?;
    let source = document.text();
    let whole = node.content_span();
    if node.is_alias() {
        return Err(Declined::Alias);
    }
    if span == node.span() && matches!(scalar.style, Style::Literal | Style::Folded) {
        return unfolded(document, whole, text);
    }
    if span == node.span() {
        return Ok((whole, written(text, scalar.style, in_flow(node))?));
    }
    let new = match scalar.style {
        Style::Plain => {
            let before = Span {
                start: whole.start,
                end: span.start,
            };
            let after = Span {
                start: span.end,
                end: whole.end,
            };
            let all = format!("{}{text}{}", source.slice(before), source.slice(after));
            // A part may make the whole something else, such as a number, so that the whole is
            // tested.
            if !is_plain(&all, in_flow(node)) {
                return Err(Declined::Style);
            }
            text.to_owned()
        }
        Style::SingleQuoted => text.replace('\'', "''"),
        Style::DoubleQuoted => escaped(text),
        Style::Literal | Style::Folded if !text.contains('\n') => text.to_owned(),
        Style::Literal | Style::Folded => return Err(Declined::Style),
    };
    Ok((span, new))
}

/// A block scalar as a text on the line of its key.
/// A block scalar is replaced as a whole, since its lines cannot be known from the text.
fn unfolded(document: &Document, span: Span, text: &str) -> Result<(Span, String), Declined> {
    let source = document.text().slice(span);
    // A comment may be behind the mark.
    let (head, _) = source.split_once('\n').ok_or(Declined::Style)?;
    if !head.starts_with(['|', '>']) || head.contains('#') {
        return Err(Declined::Style);
    }
    let end = source.trim_end_matches([' ', '\n', '\r']).len();
    let span = Span::new(span.start as usize, span.start as usize + end);
    Ok((span, written(text, Style::Plain, false)?))
}

/// A text as a scalar of a style; plain texts are quoted where they must be.
fn written(text: &str, style: Style, flow: bool) -> Result<String, Declined> {
    if text.contains(['\n', '\r']) {
        return Err(Declined::Style);
    }
    Ok(match style {
        Style::Plain if is_plain(text, flow) => text.to_owned(),
        Style::Plain | Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted => format!("\"{}\"", escaped(text)),
        Style::Literal | Style::Folded => return Err(Declined::Style),
    })
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Whether a text reads as itself without quotes, inside of `[]` and `{}` too if it has to.
/// Asked of the parser itself, since the rules for plain scalars fill pages of the YAML
/// specification.
fn is_plain(text: &str, flow: bool) -> bool {
    let around = if flow {
        format!("k: [{text}]")
    } else {
        format!("k: {text}")
    };
    let source = Text::new("", around.into_bytes());
    let Ok(document) = parse_first(&source) else {
        return false;
    };
    let Some(value) = document.root().and_then(|root| root.get("k")) else {
        return false;
    };
    let value = if flow {
        value.items().next()
    } else {
        Some(value)
    };
    value
        .and_then(Node::scalar)
        .is_some_and(|scalar| scalar.style == Style::Plain && scalar.text == text)
}

/// Whether a node is in a flow collection.
fn in_flow(node: Node<'_>) -> bool {
    std::iter::successors(node.parent(), |node| node.parent()).any(is_flow)
}

/// Whether a list or mapping is written in brackets or braces.
fn is_flow(node: Node<'_>) -> bool {
    let text = node.document().text().slice(node.span());
    !matches!(node.kind(), Kind::Scalar(_)) && text.starts_with(['[', '{'])
}

/// The innermost node that holds a span.
/// By halves (`last_member`), since a document may have very many nodes and each finding asks.
fn node_at(document: &Document, span: Span) -> Option<Node<'_>> {
    let holds = |node: &Node<'_>| node.span().start <= span.start && span.end <= node.span().end;
    // A part of the document may be taken for its root, and findings be about others.
    let tops = std::iter::successors(document.root(), |node| node.parent());
    let mut at = tops.last().filter(holds)?;
    loop {
        let member = match at.is_alias() {
            true => None,
            false => at
                .last_member(span.start)
                .and_then(|index| at.member(index)),
        };
        let inner = member.and_then(|(key, value)| key.into_iter().chain([value]).find(holds));
        match inner {
            Some(inner) => at = inner,
            None => return Some(at),
        }
    }
}

/// What an entry of a mapping or an item of a list covers, with its neighbors.
struct Member<'d> {
    holder: Node<'d>,
    span: Span,
    before: Option<Span>,
    after: Option<Span>,
}

fn member_at(document: &Document, span: Span) -> Option<Member<'_>> {
    let node = node_at(document, span)?;
    let holder = node.parent()?;
    let at = holder.last_member(span.start)?;
    let member = holder.member_span(at).filter(|it| span.end <= it.end)?;
    Some(Member {
        holder,
        span: member,
        before: at
            .checked_sub(1)
            .and_then(|before| holder.member_span(before)),
        after: holder.member_span(at + 1),
    })
}

/// An entry or item taken out, and what it is taken out of.
fn removed(document: &Document, span: Span) -> Result<(Node<'_>, (Span, String)), Declined> {
    let member = member_at(document, span).ok_or(Declined::NotFound)?;
    if member.before.is_none() && member.after.is_none() {
        // The last one of its mapping: what held it goes with it, if that is an entry itself.
        let holder = member.holder;
        let is_entry = holder.parent().is_some_and(|it| it.mapping().is_some());
        // An empty item would be null, which means something else in many lists, so that nothing is
        // removed.
        if !is_entry || holder.sequence().is_some() {
            return Err(Declined::Only);
        }
        return removed(document, holder.span());
    }
    let gone = if is_flow(member.holder) {
        flow_gap(&member)
    } else {
        block_gap(document, &member)?
    };
    Ok((member.holder, (gone, String::new())))
}

/// The comma goes with the entry: that behind it, or, for the last one, that before it; otherwise
/// two would be left.
fn flow_gap(member: &Member<'_>) -> Span {
    match (member.after, member.before) {
        (Some(after), _) => Span {
            start: member.span.start,
            end: after.start,
        },
        (None, Some(before)) => Span {
            start: before.end,
            end: member.span.end,
        },
        (None, None) => member.span,
    }
}

fn block_gap(document: &Document, member: &Member<'_>) -> Result<Span, Declined> {
    let content = document.text().content();
    let start = member.span.start as usize;
    let line = content
        .get(..start)
        .and_then(|it| it.rfind('\n'))
        .map_or(0, |at| at + 1);
    let lead = content.get(line..start).unwrap_or("");
    let end = line_end(content, member.span.end as usize);
    let is_first = if is_item(member) {
        lead.trim() == "-"
    } else {
        lead.trim().is_empty()
    };
    let gone = content.get(line..end).unwrap_or("#");
    // A comment may be about the entry or about the next one, so that people decide.
    if gone.lines().any(|line| line.trim_start().starts_with('#')) {
        return Err(Declined::Only);
    }
    if is_first {
        return Ok(Span::new(line, end));
    }
    // What is empty may have its place in another line.
    if is_item(member) && !lead.trim_end().ends_with('-') {
        return Err(Declined::Only);
    }
    // The first entry of a list item: the next one moves up behind the dash.
    let after = member.after.ok_or(Declined::Only)?;
    let between = content
        .get(member.span.end as usize..after.start as usize)
        .unwrap_or("#");
    if between.contains('#') {
        return Err(Declined::Only);
    }
    Ok(Span {
        start: member.span.start,
        end: after.start,
    })
}

fn is_item(member: &Member<'_>) -> bool {
    member.holder.sequence().is_some()
}

/// The offset behind the line break that ends the line of `at`; `at` itself at the start of a line.
fn line_end(content: &str, at: usize) -> usize {
    if at > 0 && content.as_bytes().get(at - 1) == Some(&b'\n') {
        return at;
    }
    let rest = content.get(at..).unwrap_or("");
    rest.find('\n')
        .map_or(content.len(), |newline| at + newline + 1)
}

/// An entry added behind another one.
fn inserted(
    document: &Document,
    after: Span,
    key: &str,
    value: &str,
) -> Result<(Span, String), Declined> {
    let member = member_at(document, after).ok_or(Declined::NotFound)?;
    if member.holder.mapping().is_none() {
        return Err(Declined::NotFound);
    }
    let at = |offset: usize| Span::new(offset, offset);
    if is_flow(member.holder) {
        return Ok((at(member.span.end as usize), format!(", {key}: {value}")));
    }
    let content = document.text().content();
    let start = member.span.start as usize;
    let line = content
        .get(..start)
        .and_then(|it| it.rfind('\n'))
        .map_or(0, |at| at + 1);
    let lead = content.get(line..start).unwrap_or("");
    // The dash of a list item counts as indentation.
    let indent: String = lead.chars().map(|_| ' ').collect();
    let end = line_end(content, member.span.end as usize);
    // The file's own line ends are kept, so that a diff shows one line.
    let break_ = if content.get(..end).is_some_and(|it| it.ends_with("\r\n")) {
        "\r\n"
    } else {
        "\n"
    };
    if content.get(..end).is_some_and(|it| it.ends_with('\n')) {
        Ok((at(end), format!("{indent}{key}: {value}{break_}")))
    } else {
        Ok((at(end), format!("{break_}{indent}{key}: {value}")))
    }
}

#[cfg(test)]
mod tests;
