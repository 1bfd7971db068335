//! What a suppression comment says: `promvet: ignore[rule, group] reason… until 2027-01-31`.

use crate::finding::{Day, Span, nearest};

/// The text without which a file holds no suppression.
pub(crate) const NEEDLE: &str = "promvet";

/// The longest name in brackets that is looked at, in bytes: several times that of the longest rule.
const LONGEST: usize = 200;

/// What a comment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CommentScope {
    /// Its line, or what is below it.
    Here,
    /// The whole file.
    File,
}

impl CommentScope {
    /// The word in the comment.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Here => "ignore",
            Self::File => "ignore-file",
        }
    }
}

/// A rule or group in the brackets of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SuppressedName {
    /// As written.
    pub(crate) text: String,
    /// Where.
    pub(crate) span: Span,
}

/// The last day on which a suppression works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Until {
    /// As written, such as `2027-01-31`.
    pub(crate) text: String,
    /// The same.
    pub(crate) day: Day,
    /// Where.
    pub(crate) span: Span,
}

/// A suppression comment. Its spans count as those of the comment do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SuppressionComment {
    /// The comment from its `#` on, without blanks behind it.
    pub(crate) span: Span,
    /// What it is for.
    pub(crate) scope: CommentScope,
    /// What it silences.
    pub(crate) names: Vec<SuppressedName>,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Until when.
    pub(crate) until: Option<Until>,
}

impl SuppressionComment {
    /// The same with its spans counted otherwise.
    pub(super) fn moved(mut self, to: impl Fn(Span) -> Span) -> Self {
        self.span = to(self.span);
        for name in &mut self.names {
            name.span = to(name.span);
        }
        if let Some(until) = &mut self.until {
            until.span = to(until.span);
        }
        self
    }
}

/// A comment that begins like a suppression but is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// What of it is wrong.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: String,
    /// The word that is misspelled, and how it is spelled.
    pub(crate) right: Option<(Span, String)>,
}

const EXAMPLE: &str = "write `# promvet: ignore[rule]`, with a rule or a group in the brackets; a \
                       reason and `until 2027-01-31` may follow";

/// Reads a comment whose `#` is at `span.start`; none if it is about something else. In a trailing
/// comment, the suppression may follow another comment.
pub(crate) fn read(
    comment: &str,
    span: Span,
    trailing: bool,
) -> Option<Result<SuppressionComment, Malformed>> {
    let first_of_run = |at: &usize| {
        let before = comment.get(..*at).unwrap_or("");
        !before.ends_with('#')
    };
    let hashes = comment.match_indices('#').map(|(at, _)| at);
    let hashes = hashes.filter(first_of_run);
    let starts = hashes.take(if trailing { usize::MAX } else { 1 });
    let mut bodies = starts.filter_map(|at| {
        let body = comment.get(at + 1..)?.trim_start_matches('#');
        let word = body.trim_start().strip_prefix(NEEDLE)?;
        let colon = word.trim_start().strip_prefix(':');
        // Without the colon, it may be a sentence that begins with our name.
        let rest = colon.or_else(|| word.trim_start().starts_with("ignore").then_some(word))?;
        Some((at, comment.len() - rest.len()))
    });
    let (start, from) = bodies.next()?;
    let cursor = Cursor {
        comment,
        base: span.start as usize,
        start,
        end: comment.trim_end().len(),
    };
    let has_colon = comment.get(..from).is_some_and(|head| head.ends_with(':'));
    Some(cursor.directive(from, has_colon))
}

/// A comment that is being read.
struct Cursor<'c> {
    comment: &'c str,
    /// Where the comment is in its text.
    base: usize,
    /// Where the suppression begins in it.
    start: usize,
    /// Where it ends.
    end: usize,
}

impl Cursor<'_> {
    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.base + from, self.base + to)
    }

    fn text(&self, from: usize, to: usize) -> &str {
        self.comment.get(from..to).unwrap_or("")
    }

    fn malformed<T>(
        &self,
        (from, to): (usize, usize),
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<T, Malformed> {
        Err(Malformed {
            span: self.span(from, to),
            message: message.into(),
            help: help.into(),
            right: None,
        })
    }

    fn directive(&self, from: usize, has_colon: bool) -> Result<SuppressionComment, Malformed> {
        let rest = self.text(from, self.end);
        let from = from + (rest.len() - rest.trim_start().len());
        let rest = self.text(from, self.end);
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let word_end = from + rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = self.text(from, word_end);
        let scope = [CommentScope::Here, CommentScope::File]
            .into_iter()
            .find(|scope| scope.word() == word);
        let whole = (self.start, self.end);
        let Some(scope) = scope else {
            let words = [CommentScope::Here, CommentScope::File].map(CommentScope::word);
            let help = nearest(word, words).map_or_else(
                || EXAMPLE.to_owned(),
                |near| format!("write `# promvet: {near}[rule]`"),
            );
            let message = match word {
                "" => "this comment has no directive after `promvet:` and has no effect".to_owned(),
                _ => format!("unknown directive `{word}`: this comment has no effect"),
            };
            let near = nearest(word, words);
            let right = near.map(|near| (self.span(from, word_end), near.to_owned()));
            return self
                .malformed(whole, message, help)
                .map_err(|fault| Malformed { right, ..fault });
        };
        if !has_colon {
            let message = "the colon after `promvet` is missing: this comment has no effect";
            let help = format!("write `# promvet: {word}[rule]`");
            return self.malformed(whole, message, help);
        }
        let (names, behind) = self.names(word_end, word)?;
        let (reason, until) = self.reason(behind)?;
        Ok(SuppressionComment {
            span: self.span(self.start, self.end),
            scope,
            names,
            reason,
            until,
        })
    }

    /// What the brackets contains, and where they end.
    fn names(&self, from: usize, word: &str) -> Result<(Vec<SuppressedName>, usize), Malformed> {
        let whole = (self.start, self.end);
        let rest = self.text(from, self.end);
        let open = from + (rest.len() - rest.trim_start().len());
        if !self.text(open, self.end).starts_with('[') {
            let message =
                format!("this comment names no rule in brackets after `{word}` and has no effect");
            return self.malformed(whole, message, EXAMPLE);
        }
        let Some(len) = self.text(open, self.end).find(']') else {
            let message = "the bracket of this comment is not closed: it has no effect";
            return self.malformed(whole, message, EXAMPLE);
        };
        let close = open + len;
        let mut names = Vec::new();
        let mut at = open + 1;
        for part in self.text(at, close).split(',') {
            let text = part.trim();
            let start = at + (part.len() - part.trim_start().len());
            if text.len() > LONGEST {
                let message = "a name in this comment is longer than any rule's: the comment \
                    has no effect";
                return self.malformed(whole, message, EXAMPLE);
            }
            if !text.is_empty() {
                names.push(SuppressedName {
                    text: text.to_owned(),
                    span: self.span(start, start + text.len()),
                });
            }
            at += part.len() + 1;
        }
        if names.is_empty() {
            let message = "the brackets of this comment are empty: it has no effect";
            return self.malformed(whole, message, EXAMPLE);
        }
        Ok((names, close + 1))
    }

    /// What follows the brackets: why, and until when.
    fn reason(&self, from: usize) -> Result<(Option<String>, Option<Until>), Malformed> {
        let rest = self.text(from, self.end);
        let mut until = None;
        let mut reason = rest;
        // Dates are looked for from the end: words of the reason may be `until` too.
        let found = rest.rmatch_indices("until").find(|&(at, word)| {
            let before = rest.get(..at).and_then(|text| text.chars().next_back());
            let after = rest.get(at + word.len()..).unwrap_or("");
            let value = after.trim_start();
            before.is_none_or(char::is_whitespace)
                && value.len() < after.len()
                && value.starts_with(|c: char| c.is_ascii_digit())
        });
        if let Some((at, word)) = found {
            let value = rest.get(at + word.len()..).unwrap_or("").trim();
            let start = self.end - value.len();
            let span = (start, self.end);
            let date = value.split_whitespace().next().unwrap_or("");
            match Day::parse(value) {
                Some(day) => {
                    until = Some(Until {
                        text: value.to_owned(),
                        day,
                        span: self.span(span.0, span.1),
                    });
                }
                None if Day::parse(date.trim_end_matches([',', ';', '.', ':'])).is_some() => {
                    let message = "the date of this comment is not at its end: the comment has \
                        no effect";
                    return self.malformed(span, message, "write the reason before `until`");
                }
                None => {
                    let message = format!("not a date: `{date}`; this comment has no effect");
                    let help = "write year, month and day, such as `until 2027-01-31`";
                    return self.malformed(span, message, help);
                }
            }
            reason = rest.get(..at).unwrap_or("");
        }
        let reason = reason
            .trim()
            .trim_start_matches([':', '-', '–', '—'])
            .trim();
        Ok(((!reason.is_empty()).then(|| reason.to_owned()), until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(comment: &str, trailing: bool) -> Option<Result<SuppressionComment, Malformed>> {
        read(comment, Span::new(100, 100 + comment.len()), trailing)
    }

    #[test]
    fn comments_are_read() {
        for (comment, names, reason, until) in [
            ("# promvet: ignore[tls]", "tls", "", ""),
            ("#promvet:ignore[tls]", "tls", "", ""),
            ("## promvet: ignore[tls]", "tls", "", ""),
            (
                "# promvet: ignore [ tls/x , a/b ] why not",
                "tls/x a/b",
                "why not",
                "",
            ),
            ("# promvet: ignore[tls,]: see #12 ", "tls", "see #12", ""),
            (
                "# promvet: ignore[a] until 2027-01-31",
                "a",
                "",
                "2027-01-31",
            ),
            (
                "# promvet: ignore[a] — old until 2027-01-31  ",
                "a",
                "old",
                "2027-01-31",
            ),
            (
                "# promvet: ignore[a] off until migrated",
                "a",
                "off until migrated",
                "",
            ),
            (
                "# promvet: ignore[a] not until 3 until 2024-02-29",
                "a",
                "not until 3",
                "2024-02-29",
            ),
            ("# promvet: ignore-file[a] x", "a", "x", ""),
        ] {
            let directive = one(comment, false).unwrap().unwrap();
            let found: Vec<_> = directive.names.iter().map(|name| &*name.text).collect();
            assert_eq!(found.join(" "), names, "{comment}");
            assert_eq!(directive.reason.unwrap_or_default(), reason, "{comment}");
            let day = directive.until.map(|until| {
                let from = until.span.start as usize - 100;
                assert_eq!(&comment[from..from + until.text.len()], until.text);
                until.text
            });
            assert_eq!(day.unwrap_or_default(), until, "{comment}");
            for name in &directive.names {
                let from = name.span.start as usize - 100;
                assert_eq!(&comment[from..from + name.text.len()], name.text);
            }
        }
    }

    #[test]
    fn what_does_nothing_says_so() {
        for (comment, expected) in [
            ("# promvet: ignore", "names no rule in brackets"),
            ("# promvet: ignore tls because", "names no rule in brackets"),
            ("# promvet: ignore(tls)", "names no rule in brackets"),
            ("#promvet:ignore(tls)", "names no rule in brackets"),
            ("# promvet: ignore[]", "are empty"),
            ("# promvet: ignore[ , ]", "are empty"),
            ("# promvet: ignore[tls", "not closed"),
            ("# promvet: ingore[tls]", "unknown directive `ingore`"),
            (
                "# promvet: ignore_file[tls]",
                "unknown directive `ignore_file`",
            ),
            ("# promvet: disable=tls", "unknown directive `disable`"),
            (
                "# promvet:",
                "this comment has no directive after `promvet:` and has no effect",
            ),
            (
                "# promvet ignore[tls]",
                "the colon after `promvet` is missing: this comment has no effect",
            ),
            (
                "# promvet: ignore[a] until 31.01.2027",
                "not a date: `31.01.2027`",
            ),
            (
                "# promvet: ignore[a] until 2027-02-30",
                "not a date: `2027-02-30`",
            ),
            (
                "# promvet: ignore[a] until 2027-01-31 because",
                "the date of this comment is not at its end: the comment has no effect",
            ),
        ] {
            let malformed = one(comment, false).unwrap().unwrap_err();
            assert!(
                malformed.message.contains(expected),
                "{comment}: {malformed:?}"
            );
        }
        let near = one("# promvet: ingore[tls]", false).unwrap().unwrap_err();
        assert_eq!(near.help, "write `# promvet: ignore[rule]`");
    }

    #[test]
    fn other_comments_are_left_alone() {
        for (comment, trailing) in [
            ("# promvet", false),
            ("# promvet complains about this", false),
            ("# see promvet: ignore[x]", false),
            ("# - url: x # promvet: ignore[x]", false),
            ("# promvet.yaml: ignore[x]", false),
            ("# https://promvet: ignore[x]", true),
        ] {
            assert_eq!(one(comment, trailing), None, "{comment}");
        }
        let behind = one("# nosec # promvet: ignore[x]", true).unwrap().unwrap();
        assert_eq!(behind.span, Span::new(108, 128));
    }
}
