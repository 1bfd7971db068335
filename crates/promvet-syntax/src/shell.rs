//! Lines for a shell, such as `command: "prometheus --agent"` of a compose file.

use std::ops::Range;

/// One word of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellWord {
    /// The word without its quotes and escapes.
    pub text: String,
    /// Where it is in the line, with them.
    pub range: Range<usize>,
}

/// The tags of templates that may have white space in them: those of Go, Jinja and ERB.
const TAGS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("<%", "%>")];

/// How long the tag of a template is that a text begins with.
#[must_use]
pub fn tag(text: &str) -> Option<usize> {
    TAGS.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?;
        Some(open.len() + inner.find(close)? + close.len())
    })
}

/// Splits a line as a shell does: at white space outside of quotes (POSIX, Shell Command Language,
/// 2.2 and 2.3). Variables and the tags of templates stay as written.
#[must_use]
pub fn words(line: &str) -> Vec<ShellWord> {
    let mut out: Vec<ShellWord> = Vec::new();
    let mut word: Option<ShellWord> = None;
    let mut quote = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        let rest = line.get(at..).unwrap_or("");
        if let Some(tag) = tag(rest).and_then(|length| rest.get(..length)) {
            let begun = word.get_or_insert_with(|| ShellWord {
                text: String::new(),
                range: at..at,
            });
            begun.text.push_str(tag);
            begun.range.end = at + tag.len();
            let more = tag.chars().count() - 1;
            chars.by_ref().take(more).for_each(drop);
            continue;
        }
        if quote.is_none() && c.is_whitespace() {
            out.extend(word.take());
            continue;
        }
        let escaped = if c == '\\' && quote != Some('\'') {
            chars.next().map(|(_, c)| c)
        } else {
            None
        };
        // A line that goes on below.
        // A backslash before a line break joins the lines (POSIX 2.2.1), so that flags over several
        // lines are one command.
        if escaped == Some('\n') {
            continue;
        }
        let begun = word.get_or_insert_with(|| ShellWord {
            text: String::new(),
            range: at..at,
        });
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None | Some('"'), '\\') => begun.text.extend(escaped),
            (_, c) => begun.text.push(c),
        }
        begun.range.end = chars.offset();
    }
    out.extend(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_outside_of_quotes() {
        for (line, expected) in [
            ("a  b", &[("a", "a"), ("b", "b")][..]),
            ("-x=\"a b\" c", &[("-x=a b", "-x=\"a b\""), ("c", "c")]),
            (
                "a \\\n  -b 'c\\d'",
                &[("a", "a"), ("-b", "-b"), ("c\\d", "'c\\d'")],
            ),
            (
                "a\\ b \"c\\\"d\" ''",
                &[("a b", "a\\ b"), ("c\"d", "\"c\\\"d\""), ("", "''")],
            ),
            ("'open end", &[("open end", "'open end")]),
            (
                "-x={{ a b }}:1 {% if c %} -y=<%= d %>",
                &[
                    ("-x={{ a b }}:1", "-x={{ a b }}:1"),
                    ("{% if c %}", "{% if c %}"),
                    ("-y=<%= d %>", "-y=<%= d %>"),
                ],
            ),
            ("{{ a", &[("{{", "{{"), ("a", "a")]),
            ("", &[]),
        ] {
            let found = words(line);
            let found: Vec<_> = found
                .iter()
                .map(|word| (&*word.text, line.get(word.range.clone()).unwrap()))
                .collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
