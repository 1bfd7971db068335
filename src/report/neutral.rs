//! Text from the input, made harmless: no control characters, no terminal escapes, nothing that
//! turns the direction of a line or can't be seen, and no commands to the service that runs a job.

use std::borrow::Cow;

/// Characters that are invisible or change how their neighbors are shown, as ranges: soft hyphen,
/// Arabic letter mark, zero-width space and direction marks, line and paragraph separators,
/// embeddings and overrides, word joiner to isolates, byte-order mark, interlinear annotations, and
/// tags (Unicode 16, Cf and Zl and Zp, less the joiners that scripts and emoji need).
const UNSEEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200b}'),
    ('\u{200e}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Whether a character must not reach a terminal or a log as it is.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control() || (c >= '\u{ad}' && UNSEEN.iter().any(|&(from, to)| (from..=to).contains(&c)))
}

/// A text on one line: line breaks and tabs become spaces, whatever else is hostile is shown by its
/// Unicode picture or its number.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    replaced(
        text,
        Breaks {
            line: ' ',
            tab: ' ',
        },
    )
}

/// A text that may have several lines: line breaks become `\n`, tabs become spaces.
pub(super) fn lines(text: &str) -> Cow<'_, str> {
    replaced(
        text,
        Breaks {
            line: '\n',
            tab: ' ',
        },
    )
}

/// [`lines`] of a text that may be owned already.
pub(super) fn all_lines(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => lines(text),
        Cow::Owned(text) => lines(&text).into_owned().into(),
    }
}

/// Adds source text to what is there already: as [`lines`], but tabs stay, since what draws it knows
/// their width.
pub(super) fn add_source(text: &str, out: &mut String) {
    let breaks = Breaks {
        line: '\n',
        tab: '\t',
    };
    add(text, breaks, out);
}

/// Lines that are commands to GitHub's runner are those that begin with this, after white space
/// (actions/runner, ActionCommand.TryParseV2).
const COMMAND: &str = "::";

/// A line of output that is not a command: the first colon of one is shown by its number.
pub(super) fn no_command(line: &str) -> Cow<'_, str> {
    match line.trim_start().strip_prefix(COMMAND) {
        Some(rest) => {
            let indent = line.len() - line.trim_start().len();
            let indent = line.get(..indent).unwrap_or("");
            Cow::Owned(format!("{indent}\\u{{3a}}:{rest}"))
        }
        None => Cow::Borrowed(line),
    }
}

/// A text from the input as one line of output.
#[must_use]
pub fn harmless_line(text: &str) -> String {
    no_command(&line(text)).into_owned()
}

/// A text that holds some of the input as lines of output.
#[must_use]
pub fn harmless_lines(text: &str) -> String {
    let lines = lines(text);
    let lines: Vec<_> = lines.split('\n').map(no_command).collect();
    lines.join("\n")
}

/// What line breaks and tabs become.
#[derive(Clone, Copy)]
struct Breaks {
    line: char,
    tab: char,
}

fn replaced(text: &str, breaks: Breaks) -> Cow<'_, str> {
    if !text.contains(is_hostile) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    add(text, breaks, &mut out);
    Cow::Owned(out)
}

fn add(text: &str, breaks: Breaks, out: &mut String) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push(breaks.line),
            '\t' => out.push(breaks.tab),
            '[' if opens_command(out) => out.extend(c.escape_unicode()),
            _ if is_hostile(c) => picture(c, out),
            _ => out.push(c),
        }
    }
}

/// Whether a bracket behind this text would make a command of it: `##[error]`,
/// `##vso[task.setvariable]`, `##teamcity[…]`, anywhere in a line.
fn opens_command(before: &str) -> bool {
    before
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .ends_with("##")
}

/// `␛` for an escape; `\u{202e}` for what has no picture.
fn picture(c: char, out: &mut String) {
    let picture = match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        None => out.extend(c.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_shown_not_sent() {
        for (text, expected) in [
            ("plain ü 日本 👩‍🔧", "plain ü 日本 👩‍🔧"),
            ("a\x1b[31mb", "a␛[31mb"),
            ("a\r\nb\nc\rd\te", "a b c d e"),
            ("\u{7f}\0", "␡␀"),
            ("\u{9b}x\u{202e}y\u{2066}", "\\u{9b}x\\u{202e}y\\u{2066}"),
            ("### [x] ##vso[y", "### [x] ##vso\\u{5b}y"),
            ("a\u{feff}\u{200b}\u{2028}", "a\\u{feff}\\u{200b}\\u{2028}"),
        ] {
            assert_eq!(line(text), expected);
        }
        assert_eq!(no_command("  ::error::x"), "  \\u{3a}:error::x");
        assert_eq!(no_command("a ::error::x"), "a ::error::x");
        assert_eq!(lines("a\r\nb\tc\rd\x07"), "a\nb c\nd␇");
        assert_eq!(harmless_line("::a\n::b\u{2028}"), "\\u{3a}:a ::b\\u{2028}");
        assert_eq!(harmless_lines("a\r\n ::b\x1b"), "a\n \\u{3a}:b␛");
        let mut source = "##".to_owned();
        add_source("[a\r\nb\tc\rd\x07", &mut source);
        assert_eq!(source, "##\\u{5b}a\nb\tc\nd␇");
    }
}
