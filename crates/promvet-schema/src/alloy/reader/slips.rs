//! What people write in Alloy's syntax that other languages have (`syntax/parser` rejects it).

use super::super::graph::{ATTRIBUTES, GraphFault};
use super::{Block, Item, Reader};
use crate::Rule;
use promvet_text::{Advice, Severity, Span, work};

/// Something of another language, which is read as what it means.
pub(in crate::alloy) struct AlloySlip {
    pub(super) kind: SlipKind,
    span: Span,
}

/// What is meant by it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SlipKind {
    Block,
    BraceBelow,
    Colon,
    Comma,
    Equals,
    Escape,
    Hash,
    Key,
    Name,
    OneLine,
    Question,
    Quotes,
    TrailingComma,
    Unclosed,
}

/// As many are reported of a text: a configuration in another language has one in each line.
const MOST_SLIPS: usize = 20;

impl AlloySlip {
    /// What is said of it.
    pub(in crate::alloy) fn fault(self) -> GraphFault {
        let (message, advice) = match self.kind {
            SlipKind::Block => (
                "a block where a value belongs",
                "write the block on its own, and here what it exports, such as `discovery.kubernetes.pods.targets`",
            ),
            SlipKind::BraceBelow => (
                "the `{` of a block is on the line of its name",
                "move the `{` up behind the name",
            ),
            SlipKind::Colon => ("expected `=`, found `:`", "write `=`"),
            SlipKind::Comma => (
                "a line break ends the item here, and its comma is missing",
                "add a comma at the end of the line",
            ),
            SlipKind::Equals => (
                "a block has no `=` between its name and `{`",
                "remove the `=`",
            ),
            SlipKind::Escape => (
                "a string in double quotes does not have this escape",
                "write `\\\\` for a backslash, or put the string in backquotes",
            ),
            SlipKind::Hash => ("a comment begins with `//`, not `#`", "write `//`"),
            SlipKind::Key => (
                "a key with other characters than letters, digits and `_` is in quotes",
                "write it in double quotes",
            ),
            SlipKind::Name => (
                "a name has letters, digits and `_` only",
                "write `_` in place of other characters",
            ),
            SlipKind::OneLine => (
                "expected a line break before the next attribute or block",
                "write each attribute and each block on a line of its own",
            ),
            SlipKind::Question => (
                "Alloy has no operator `?`",
                "use `coalesce(…)`, which takes the first value that is not empty",
            ),
            SlipKind::Quotes => (
                "a string is in double quotes, not in single ones",
                "write `\"`",
            ),
            SlipKind::TrailingComma => (
                "unexpected `,` behind an attribute or a block",
                "remove the comma",
            ),
            SlipKind::Unclosed => ("the text ends within a block", "add the missing `}`"),
        };
        GraphFault {
            rule: Rule::Syntax.name(),
            severity: Severity::Error,
            span: self.span,
            message: format!("{message}; Alloy rejects the file"),
            advice: Advice::say(advice),
        }
    }
}

impl<'s> Reader<'s> {
    pub(super) fn slip(&mut self, kind: SlipKind, from: usize, to: usize) {
        if self.slips.len() < MOST_SLIPS {
            let span = Span::new(from, to);
            self.slips.push(AlloySlip { kind, span });
        }
    }

    /// The rest of a name with hyphens, `-Scope-OrgID` of `X-Scope-OrgID`.
    pub(super) fn hyphened(&mut self, from: usize, kind: SlipKind) -> &'s str {
        let rest = self.rest();
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let more = rest.get(..end).filter(|more| more.starts_with('-'));
        let more = more.unwrap_or_default();
        if !more.is_empty() {
            work::count(end);
            self.at += end;
            self.slip(kind, from, self.at);
        }
        more
    }

    /// Looks at what is behind a statement, which ends with its line or the body (`parser.parseBody` of Alloy).
    pub(super) fn end_of_statement(&mut self) {
        self.skip(false);
        let at = self.at;
        match self.peek() {
            Some(',') => {
                self.at += 1;
                self.slip(SlipKind::TrailingComma, at, at + 1);
            }
            Some(c) if c.is_alphabetic() || c == '_' => {
                let length = self
                    .rest()
                    .find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let end = at + length.unwrap_or(self.rest().len());
                self.slip(SlipKind::OneLine, at, end);
            }
            _ => {}
        }
    }

    /// Goes to a `{` on one of the next lines, where the name of a block is alone on its line.
    pub(super) fn brace_on_next_line(&mut self) {
        if self.peek() != Some('\n') {
            return;
        }
        let before = self.at;
        self.skip(true);
        match self.peek() {
            Some('{') => self.slip(SlipKind::BraceBelow, self.at, self.at + 1),
            _ => self.at = before,
        }
    }

    /// The body of a block behind its `{`.
    pub(super) fn body_of(&mut self, name: &str, depth: usize) -> Option<Vec<Item>> {
        let mut body = Vec::new();
        let (inner, before) = (self.at, self.slips.len());
        let is_read = self.body(depth, &mut body);
        if !ATTRIBUTES.contains(&name) {
            return is_read.map(|()| body);
        }
        // What is wrong is the block: an object has keys, which may have any characters.
        self.slips.truncate(before);
        if is_read.is_none() {
            self.at = inner;
            body.clear();
            self.skip_to_brace()?;
        }
        Some(body)
    }

    /// A block with `=` between its name and its body, from where its value was looked for in vain.
    pub(super) fn block_behind_equals(
        &mut self,
        name: &str,
        name_span: Span,
        (equals, (value, slips)): (usize, (usize, usize)),
        depth: usize,
    ) -> Option<Item> {
        self.at = value;
        self.slips.truncate(slips);
        self.skip(true);
        if !self.takes("{") {
            return None;
        }
        self.slip(SlipKind::Equals, equals, equals + 1);
        let mut body = Vec::new();
        self.body(depth, &mut body)?;
        if !self.takes("}") {
            return None;
        }
        Some(Item::Block(Block {
            name: name.to_owned(),
            name_span,
            label: None,
            span: Span::new(name_span.start as usize, self.at),
            body,
        }))
    }

    /// Passes over what is between braces, from behind the first one to the last one.
    pub(super) fn skip_to_brace(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            self.skip(true);
            match self.peek()? {
                '"' => drop(self.quoted()?),
                '`' => drop(self.raw()?),
                '}' if open == 0 => return Some(()),
                c => {
                    match c {
                        '{' => open += 1,
                        '}' => open -= 1,
                        _ => {}
                    }
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// The rest of `condition ? one : other`, as other languages have it.
    pub(super) fn choice(&mut self, depth: usize) -> Option<()> {
        let at = self.at;
        if self.takes("?") {
            self.slip(SlipKind::Question, at, at + 1);
            self.expression(depth.checked_sub(1)?)?;
            self.skip(true);
            if self.takes(":") {
                self.expression(depth.checked_sub(1)?)?;
            }
        }
        Some(())
    }
}
