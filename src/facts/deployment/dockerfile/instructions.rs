//! The lines of a Dockerfile: continuation, comments, here-documents, the two forms of lists.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::arguments::{Argument, words};
use crate::finding::{Place, Span, Text};
use crate::work;

/// One instruction.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    /// Its word in upper case.
    pub(super) word: String,
    /// What follows the word, continued lines joined.
    pub(super) rest: String,
    /// Its first line.
    pub(super) place: Place,
    /// The here-documents that it opens, in order: their words, and where their lines are.
    pub(super) here: Vec<(String, Place)>,
}

impl Instruction {
    /// The arguments of `CMD` and `ENTRYPOINT`, in the form of a list or of a line for a shell.
    pub(super) fn arguments(&self) -> Vec<Argument> {
        let words = self.list().unwrap_or_else(|| words(&self.rest));
        let argument = |text| Argument {
            text,
            place: self.place.clone(),
        };
        words.into_iter().map(argument).collect()
    }

    /// The flags of `COPY` and `ADD`, and the paths behind them.
    pub(super) fn flags_and_paths(&self) -> (Vec<String>, Vec<String>) {
        let mut rest = self.rest.trim_start();
        let mut flags = Vec::new();
        while rest.starts_with("--") {
            let (flag, tail) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            flags.push(flag.to_owned());
            rest = tail.trim_start();
        }
        let paths = serde_json::from_str(rest)
            .ok()
            .unwrap_or_else(|| words(rest));
        (flags, paths)
    }

    /// The text of a command with the here-documents that it reads.
    pub(super) fn whole(&self) -> Argument {
        let bodies = self.here.iter();
        let bodies = bodies.map(|(_, place)| place.text().slice(place.span()));
        let parts: Vec<&str> = std::iter::once(&*self.rest).chain(bodies).collect();
        Argument {
            text: parts.join("\n"),
            place: self.place.clone(),
        }
    }

    /// The here-document that a source of `COPY` names: `<<EOF`.
    pub(super) fn here_document(&self, source: &str) -> Option<Place> {
        let named = ends_of_heredocs(source).pop_front()?;
        let mut bodies = self.here.iter();
        let found = bodies.find(|(word, _)| *word == named)?;
        Some(found.1.clone())
    }

    fn list(&self) -> Option<Vec<String>> {
        serde_json::from_str(self.rest.trim()).ok()
    }
}

/// The instructions of a Dockerfile in order.
pub(super) fn instructions(text: &Arc<Text>) -> Vec<Instruction> {
    let content = text.content();
    let mut out = Vec::new();
    let mut at = 0;
    let mut open: Option<Instruction> = None;
    let mut heredocs: VecDeque<String> = VecDeque::new();
    let mut body = 0;
    let mut escape = '\\';
    for line in content.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        work::count(line.len());
        if let Some(end) = heredocs.front() {
            if trimmed == end {
                let place = Place::new(text, Span::new(body, start));
                let last: Option<&mut Instruction> = out.last_mut();
                if let (Some(word), Some(step)) = (heredocs.pop_front(), last) {
                    step.here.push((word, place));
                }
                body = at;
            }
            continue;
        }
        if out.is_empty() && open.is_none() && escapes_with_backtick(trimmed) {
            escape = '`';
        }
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        let (part, continues) = match trimmed.strip_suffix(escape) {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        let mut step = match open.take() {
            Some(mut step) => {
                // In place: a new text for every line would cost the square of their number.
                step.rest.truncate(step.rest.trim_end().len());
                step.rest.push(' ');
                step.rest.push_str(part);
                step
            }
            None => {
                let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
                let from = start + (line.len() - line.trim_start().len());
                Instruction {
                    word: word.to_ascii_uppercase(),
                    rest: rest.to_owned(),
                    place: Place::new(text, Span::new(from, from + trimmed.len())),
                    here: Vec::new(),
                }
            }
        };
        if continues {
            open = Some(step);
            continue;
        }
        if matches!(step.word.as_str(), "COPY" | "ADD" | "RUN") {
            heredocs = ends_of_heredocs(&step.rest);
            body = at;
        }
        step.rest = step.rest.trim().to_owned();
        out.push(step);
    }
    out.extend(open);
    out
}

/// Whether a line is the directive that makes the backtick continue lines (docs.docker.com, Dockerfile
/// reference, parser directives).
fn escapes_with_backtick(line: &str) -> bool {
    let directive = line.strip_prefix('#').and_then(|line| line.split_once('='));
    directive.is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`"
    })
}

/// The words that end the here-documents which a line opens: `EOF` of `<<EOF` and `<<-"EOF"`.
fn ends_of_heredocs(line: &str) -> VecDeque<String> {
    work::count(line.len());
    let openings = line.split("<<").skip(1);
    let words = openings.filter_map(|after| {
        let after = after.strip_prefix('-').unwrap_or(after);
        let word = after
            .split(char::is_whitespace)
            .next()?
            .trim_matches(['"', '\'']);
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        is_word.then(|| word.to_owned())
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<(String, String, usize)> {
        let text = Text::new("Dockerfile", source.as_bytes().to_vec());
        let steps = instructions(&text).into_iter();
        steps
            .map(|step| (step.word, step.rest, step.place.start().line))
            .collect()
    }

    #[test]
    fn lines_are_joined_and_comments_left_out() {
        let found = read(
            "# syntax=x\nfrom a \\\n  # why\n  as b\n\nCOPY <<EOF /x\nUSER root\nEOF\nRUN true\nUSER 1\\\n",
        );
        let want = [
            ("FROM", "a as b", 2),
            ("COPY", "<<EOF /x", 6),
            ("RUN", "true", 9),
            ("USER", "1", 10),
        ];
        let want = want.map(|(word, rest, line)| (word.to_owned(), rest.to_owned(), line));
        assert_eq!(found, want);
    }

    #[test]
    fn an_open_here_document_ends_with_the_file() {
        assert_eq!(read("RUN <<EOF\nUSER root\n").len(), 1);
        assert_eq!(read("RUN cat < a << 3\nUSER root\n").len(), 2);
        assert!(read("").is_empty());
    }
}
