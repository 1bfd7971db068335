//! The grammar of Go's `regexp/syntax` with its Perl flags.

use std::ops::Range;

use super::class::Class;
use super::tree::{Flags, Op, Repetition, Tree};
use super::{RegexCause, RegexRefusal};
use crate::go::Go;

/// The first Go that reads `(?<name>…)`.
/// Go issue #58458 added the form of .NET and PCRE.
const SHORT_NAMES: Go = Go(22);
/// The first Go that reads the names of Unicode classes in any case, and long ones.
pub(super) const LOOSE_CLASS_NAMES: Go = Go(25);

/// The largest count of a repetition. As `maxRepeat` of regexp/syntax: `{1001}` is
/// `ErrInvalidRepeatSize`.
const MOST_COUNT: u32 = 1000;

/// Reads a wrapped pattern, in which `inner` is what the user wrote; gives the names of its groups.
/// Imitates the loop of `syntax.parse` with `syntax.Perl`, the flags of `regexp.Compile`.
pub(super) fn parse(text: &str, inner: Range<usize>, go: Go) -> Result<Vec<String>, RegexRefusal> {
    let mut parser = Parser {
        text,
        inner,
        at: 0,
        flags: Flags::default(),
        tree: Tree::new(go),
        go,
        groups: Vec::new(),
        swallows: None,
        closes_wrapper: None,
        closed_by_wrapper: None,
    };
    parser.run()?;
    Ok(parser.groups)
}

pub(super) struct Parser<'p> {
    pub(super) text: &'p str,
    inner: Range<usize>,
    pub(super) at: usize,
    pub(super) flags: Flags,
    tree: Tree,
    pub(super) go: Go,
    groups: Vec<String>,
    /// Where something begins in the pattern that ends in what Prometheus adds to it.
    swallows: Option<usize>,
    /// The parenthesis in the pattern that closes the group that Prometheus opened.
    closes_wrapper: Option<usize>,
    /// The group of the pattern that only Prometheus's own parenthesis closes.
    closed_by_wrapper: Option<usize>,
}

impl<'p> Parser<'p> {
    fn run(&mut self) -> Result<(), RegexRefusal> {
        // Where the last token began if it was a repetition: two in a row are refused.
        let mut repetition = None;
        while let Some(c) = self.peek() {
            let from = self.at;
            repetition = self.token(c, repetition)?.then_some(from);
            // The token began in the pattern and ended in what Prometheus adds, which explains a
            // parenthesis that is missing otherwise.
            if from < self.inner.end && self.at > self.inner.end {
                self.swallows = Some(from);
            }
        }
        let finished = self.tree.finish_alternatives();
        self.limit(finished)?;
        if self.tree.stack.len() == 1 {
            return Ok(());
        }
        Err(self.missing_paren())
    }

    pub(super) fn rest(&self) -> &'p str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// A refusal of what is between `from` and here.
    pub(super) fn since(&self, from: usize, cause: RegexCause) -> RegexRefusal {
        RegexRefusal::new(cause, from, self.at)
    }

    /// A refusal of everything from `from` on.
    pub(super) fn all_from(&self, from: usize, cause: RegexCause) -> RegexRefusal {
        RegexRefusal::new(cause, from, self.text.len())
    }

    /// What the tree says, as a refusal of the whole pattern.
    fn limit<T>(&self, result: Result<T, RegexCause>) -> Result<T, RegexRefusal> {
        result.map_err(|cause| RegexRefusal::new(cause, self.inner.start, self.inner.end))
    }

    /// The place of an unclosed group, or of what swallows the parenthesis that would close it.
    fn missing_paren(&self) -> RegexRefusal {
        if let Some(from) = self.swallows {
            return RegexRefusal::new(RegexCause::MissingParen, from, self.inner.end);
        }
        let mut open = self.tree.stack.iter().map(|&id| self.tree.node(id));
        let opens_at = open
            .find(|node| node.op == Op::LeftParen && node.opens_at >= self.inner.start)
            .map(|node| node.opens_at)
            .or(self.closed_by_wrapper)
            .unwrap_or(self.inner.start);
        RegexRefusal::new(RegexCause::MissingParen, opens_at, opens_at + 1)
    }

    /// Reads one token that begins with `c`; whether it is a repetition.
    fn token(&mut self, c: char, last_repetition: Option<usize>) -> Result<bool, RegexRefusal> {
        match c {
            '(' => self.open()?,
            '|' => {
                self.at += 1;
                let result = self.tree.vertical_bar();
                self.limit(result)?;
            }
            ')' => self.close()?,
            // '$' => { | All assertions are one kind here, since neither limit nor factoring tells
            // them apart.
            '^' | '$' => {
                self.at += 1;
                self.push(Op::Assertion)?;
            }
            '.' => {
                self.at += 1;
                self.push(if self.flags.dot_newline {
                    Op::Any
                } else {
                    Op::AnyButNewline
                })?;
            }
            '[' => self.class()?,
            '*' | '+' | '?' => {
                let from = self.at;
                self.at += 1;
                let (op, min, max) = match c {
                    '*' => (Op::Star, 0, None),
                    '+' => (Op::Plus, 1, None),
                    _ => (Op::Quest, 0, Some(1)),
                };
                self.repeat(op, min, max, from, last_repetition)?;
                return Ok(true);
            }
            '{' => return self.counted(last_repetition),
            '\\' => self.escape()?,
            _ => {
                self.at += c.len_utf8();
                self.literal(u32::from(c))?;
            }
        }
        Ok(false)
    }

    fn push(&mut self, op: Op) -> Result<(), RegexRefusal> {
        let result = self.tree.push_new(op);
        self.limit(result)
    }

    /// Pushes a character by its code point, which can be a surrogate: Go's escapes allow it.
    /// Imitates `syntax.parser.literal`.
    fn literal(&mut self, c: u32) -> Result<(), RegexRefusal> {
        let result = self.tree.push_literal(c, self.flags.fold);
        self.limit(result)
    }

    pub(super) fn push_class(&mut self, class: Class) -> Result<(), RegexRefusal> {
        let id = self.tree.make(Op::Class);
        self.tree.node_mut(id).class = class;
        let result = self.tree.push(id);
        self.limit(result)
    }

    fn open(&mut self) -> Result<(), RegexRefusal> {
        let from = self.at;
        if self.rest().starts_with("(?") {
            return self.perl_group();
        }
        self.at += 1;
        self.open_group(from, Some(String::new()))
    }

    /// Opens a group; one with a name, which can be empty, captures.
    fn open_group(&mut self, from: usize, name: Option<String>) -> Result<(), RegexRefusal> {
        let result = self.tree.open_group(self.flags, from, name.is_some());
        self.groups.extend(name);
        self.limit(result)
    }

    /// Imitates `syntax.parser.parseRightParen`.
    fn close(&mut self) -> Result<(), RegexRefusal> {
        let from = self.at;
        self.at += 1;
        let closed = self.tree.close_group();
        let Some((opens_at, outer)) = self.limit(closed)? else {
            let from = self.closes_wrapper.unwrap_or(from);
            return Err(RegexRefusal::new(
                RegexCause::UnexpectedParen,
                from,
                from + 1,
            ));
        };
        self.flags = outer;
        let opened_by_wrapper = opens_at < self.inner.start;
        if self.inner.contains(&from) && opened_by_wrapper {
            self.closes_wrapper = Some(from);
        } else if from >= self.inner.end && !opened_by_wrapper {
            self.closed_by_wrapper = Some(opens_at);
        }
        Ok(())
    }

    /// `(?flags)`, `(?flags:`, `(?P<name>` and `(?<name>`.
    /// Imitates `syntax.parser.parsePerlFlags`.
    fn perl_group(&mut self) -> Result<(), RegexRefusal> {
        let from = self.at;
        let rest = self.rest();
        // The lengths are Go's (`len(t) > 4`), so that `(?P<` at the end is bad Perl syntax and not
        // a bad name.
        let named = if rest.starts_with("(?P<") && rest.len() > 4 {
            Some(4)
        } else {
            (rest.starts_with("(?<") && rest.len() > 3 && self.go >= SHORT_NAMES).then_some(3)
        };
        if let Some(name_at) = named {
            return self.named_group(from, name_at);
        }
        self.at += 2;
        let mut flags = self.flags;
        let mut on = true;
        let mut saw_flag = false;
        while let Some(c) = self.next() {
            match c {
                'i' => flags.fold = on,
                'm' => flags.many_lines = on,
                's' => flags.dot_newline = on,
                'U' => flags.lazy = on,
                // A second `-` is refused, and so is one without a flag behind it
                // (`syntax.parser.parsePerlFlags`).
                '-' if on => on = false,
                ':' | ')' if on || saw_flag => {
                    if c == ':' {
                        self.open_group(from, None)?;
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            saw_flag = c != '-';
        }
        Err(self.since(from, RegexCause::PerlOp))
    }

    fn named_group(&mut self, from: usize, name_at: usize) -> Result<(), RegexRefusal> {
        let rest = self.rest();
        let Some(end) = rest.find('>') else {
            return Err(self.all_from(from, RegexCause::NamedCapture));
        };
        let name = rest.get(name_at..end).unwrap_or_default();
        self.at += end + 1;
        // Imitates `syntax.isValidCaptureName`.
        let good = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        if !good {
            return Err(self.since(from, RegexCause::NamedCapture));
        }
        self.open_group(from, Some(name.to_owned()))
    }

    /// Applies a repetition that begins at `from` and whose own characters are read.
    fn repeat(
        &mut self,
        op: Op,
        min: u32,
        max: Option<u32>,
        from: usize,
        last: Option<usize>,
    ) -> Result<(), RegexRefusal> {
        // `(?U)` swaps the two, as in `syntax.parser.repeat`.
        let lazy = self.flags.lazy != self.eat("?");
        // `a**` is `ErrInvalidRepeatOp` in Perl mode, since `a*+` means something else in Perl.
        if let Some(last) = last {
            return Err(self.since(last, RegexCause::RepeatOp));
        }
        let repetition = Repetition { op, min, max, lazy };
        match self.tree.repeat(repetition) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.since(from, RegexCause::MissingRepeatArgument)),
            Err(RegexCause::RepeatSize) => Err(self.since(from, RegexCause::RepeatSize)),
            Err(cause) => self.limit(Err(cause)),
        }
    }

    /// `{2}`, `{2,}`, `{2,3}`; a brace that is not one of these stands for itself.
    fn counted(&mut self, last: Option<usize>) -> Result<bool, RegexRefusal> {
        let from = self.at;
        let Some(Count { length, min, max }) = count(self.rest()) else {
            self.at += 1;
            self.literal(u32::from('{'))?;
            return Ok(false);
        };
        self.at += length;
        // As `syntax.parse` compares them ("Numbers were too big, or max is present and min >
        // max"); otherwise the program could be huge.
        let too_large = |count: u32| count > MOST_COUNT;
        if too_large(min) || max.is_some_and(|max| too_large(max) || min > max) {
            return Err(self.since(from, RegexCause::RepeatSize));
        }
        self.repeat(Op::Repeat, min, max, from, last)?;
        Ok(true)
    }

    /// An escape outside of a class.
    fn escape(&mut self) -> Result<(), RegexRefusal> {
        let from = self.at;
        match self.rest().as_bytes().get(1) {
            Some(b'A' | b'b' | b'B' | b'z') => {
                self.at += 2;
                self.push(Op::Assertion)
            }
            // Go knows the escape of RE2 and rejects it, because its strings are UTF-8
            // (`syntax.ErrInvalidEscape`).
            Some(b'C') => {
                self.at += 2;
                Err(self.since(from, RegexCause::Escape))
            }
            Some(b'Q') => self.quotation(),
            _ => {
                // The place that Go takes for a class before it knows whether it is one.
                let mut class = Class::default();
                if self.class_escape(&mut class)? {
                    return self.push_class(class.clean());
                }
                let c = self.char_escape()?;
                self.literal(c)
            }
        }
    }

    /// `\Q…\E`; without an end it takes all that follows.
    /// The case `Q` of `syntax.parse`.
    fn quotation(&mut self) -> Result<(), RegexRefusal> {
        self.at += 2;
        let rest = self.rest();
        let (quoted, length) = match rest.find("\\E") {
            Some(end) => (rest.get(..end).unwrap_or_default(), end + 2),
            None => (rest, rest.len()),
        };
        for c in quoted.chars() {
            self.literal(u32::from(c))?;
        }
        self.at += length;
        Ok(())
    }
}

/// The counts in braces and the length of the whole.
struct Count {
    length: usize,
    min: u32,
    max: Option<u32>,
}

/// Imitates `syntax.parser.parseRepeat`; anything else is a literal brace, so that `{a}` is text.
fn count(text: &str) -> Option<Count> {
    let inside = text.strip_prefix('{')?;
    let (min, rest) = whole_number(inside)?;
    let (max, rest) = match rest.strip_prefix(',') {
        None => (Some(min), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => {
            let (max, rest) = whole_number(rest)?;
            (Some(max), rest)
        }
    };
    let rest = rest.strip_prefix('}')?;
    Some(Count {
        length: text.len() - rest.len(),
        min,
        max,
    })
}

/// A number without leading zeros and what follows it. Large ones are not told apart.
/// Imitates `syntax.parser.parseInt`, "disallow leading zeros".
fn whole_number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().unwrap_or(u32::MAX), rest))
}
