//! What people write in Alloy's syntax that other languages have (`syntax/parser` rejects it).

use super::super::graph::GraphFault;
use super::Reader;
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
    Colon,
    Comma,
    Hash,
    Key,
    Name,
    Question,
    Quotes,
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
            SlipKind::Colon => ("expected `=`, found `:`", "write `=`"),
            SlipKind::Comma => (
                "a line break ends the item here, and its comma is missing",
                "add a comma at the end of the line",
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
            SlipKind::Question => (
                "Alloy has no operator `?`",
                "use `coalesce(…)`, which takes the first value that is not empty",
            ),
            SlipKind::Quotes => (
                "a string is in double quotes, not in single ones",
                "write `\"`",
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
