//! A key with its value in one line, and what a value may be.

mod extent;

pub(super) use extent::{
    FlowMappingEnds, closing_brace, closing_quote, is_block_header, is_mapping, is_tag, plain_len,
    unquoted, untagged,
};

use super::names::{self, Meaning};
use super::{is_variable, plausible};
use crate::work;

/// The most bytes of a value that are looked at to judge it. A line may have as many keys as it has
/// bytes, and each of them may seem to have the rest of the line for its value: without a limit,
/// the work grows with the square of the line. The longest tokens in use, those of Kubernetes'
/// service accounts, have about 1,000 bytes; a longer value counts to the end of its line.
const LONGEST_VALUE: usize = 1024;

/// A line, with what every key in it asks for.
pub(super) struct KeyLine<'l> {
    pub(super) body: &'l str,
    /// Where the first character is that neither indents nor comments out.
    pub(super) begins: usize,
    /// Whether the line is a comment.
    pub(super) is_comment: bool,
    /// Where its comment begins; its end if it has none.
    pub(super) comment: usize,
    /// Whether the line begins with a flow mapping.
    is_flow: bool,
}

impl<'l> KeyLine<'l> {
    pub(super) fn new(body: &'l str) -> Self {
        let bytes = body.as_bytes();
        let is_lead = |byte: &u8| matches!(byte, b' ' | b'\t' | b'#' | b'-' | b'?');
        let mut begins = bytes.iter().take_while(|byte| is_lead(byte)).count();
        if bytes.get(begins).is_some_and(|byte| !byte.is_ascii()) {
            let lead = [' ', '\t', '#', '-', '?', '\u{feff}'];
            begins = body.len() - body.trim_start_matches(lead).len();
        }
        let blanks = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let first = bytes.iter().find(|byte| !blanks(byte));
        Self {
            body,
            begins,
            comment: comment(body, begins),
            is_comment: first == Some(&b'#'),
            is_flow: body.trim_start().starts_with('{'),
        }
    }
}

/// The most places in a line that are asked whether a comment begins there. Each look reads the rest of
/// the line.
const MOST_COMMENTS: usize = 4;

/// Where the comment behind what a line says begins: at a `#` behind a blank and outside of quotes.
fn comment(body: &str, begins: usize) -> usize {
    if memchr::memchr(b'#', body.as_bytes()).is_none() {
        return body.len();
    }
    let marks = memchr::memmem::find_iter(body.as_bytes(), b" #");
    let is_even =
        |before: &[u8], quote| memchr::memchr_iter(quote, before).count().is_multiple_of(2);
    let found = marks
        .filter(|at| *at >= begins)
        .take(MOST_COMMENTS)
        .find(|at| {
            work::count(*at);
            let before = body.as_bytes().get(..*at).unwrap_or(&[]);
            is_even(before, b'"') && is_even(before, b'\'')
        });
    found.map_or(body.len(), |at| at + 1)
}

/// Characters that are not seen, and change a key for a parser.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// As much of a text as is looked at to judge a value that begins there.
pub(super) fn window(text: &str) -> &str {
    let end = super::floor(text, LONGEST_VALUE);
    work::count(end);
    text.get(..end).unwrap_or("")
}

/// The longest key that is looked at, in bytes. A long line is read back from each of its colons.
const LONGEST_KEY: usize = 80;

/// The longest key in quotes that is looked at, in bytes: `bearer_token_file` has 17 letters, and the
/// longest escape of one has 10 bytes.
const LONGEST_QUOTED: usize = 200;

/// The shortest text of a matcher that is looked at: shorter ones are names of namespaces.
const SHORTEST_TEXT: usize = 8;

/// The shortest of the keys that count wherever they are, in bytes. Shorter ones are words of prose:
/// `pass`.
const SHORTEST_STRONG: usize = 6;

/// The fewest bytes of a secret that is glued to its key. What is shorter is an ending of the key:
/// `passwords`.
const SHORTEST_GLUED: usize = 4;

/// A key and where its value begins.
pub(super) struct Pair<'l> {
    pub(super) key: &'l str,
    /// The column of the key: what is deeper belongs to its value.
    pub(super) column: usize,
    /// Where the value begins.
    pub(super) value: usize,
    /// Whether it is in a flow mapping or another list in one line.
    pub(super) flow: bool,
    /// Whether white space or a quote keeps the mark and the value apart, as YAML wants it.
    pub(super) spaced: bool,
    /// Whether it is at the beginning of a line or of an item.
    pub(super) leads: bool,
    pub(super) meaning: Meaning,
}

/// The key before the mark at an offset, and the value behind it; none if this is not a pair whose
/// value might be a secret.
pub(super) fn pair<'l>(
    line: &KeyLine<'l>,
    at: usize,
    mark: char,
    flow: bool,
    in_section: bool,
) -> Option<Pair<'l>> {
    let body = line.body;
    let (before, rest) = sides(body, at, mark)?;
    let (from, key) = key_before(before)?;
    let lead = body.get(..from)?;
    // The parameters of URLs end at other marks.
    if mark == '=' && lead.ends_with(['?', '&', '#']) {
        return None;
    }
    let begins = from <= line.begins;
    let in_flow = lead
        .trim_end_matches([' ', '\t'])
        .ends_with(['{', ',', '[', '(', ';', '&', '|', '\r']);
    let is_mark = |c: char| matches!(c, ':' | '=' | '>' | '~');
    let written = match rest.trim_start_matches(is_blank) {
        text if is_block_header(window(text)) => text,
        _ => rest.trim_start_matches(|c: char| is_mark(c) || is_blank(c)),
    };
    let value = body.len() - written.len();
    let spaced = rest.is_empty()
        || rest.starts_with(is_blank)
        || before.ends_with(['"', '\''])
        || mark == '：';
    if !(mark == '=' || spaced || begins || in_flow) && key.len() < SHORTEST_STRONG {
        return None;
    }
    let (column, meaning) = meaning_of(key, from, lead);
    let keyed = begins || in_flow || names::is_strong(key);
    let counts = match mark {
        // `whatever = "x"` in a block with credentials.
        '=' if in_section && (begins || in_flow) => true,
        // A relabel rule of Alloy, and a variable of an environment.
        '=' if begins && ALLOY_RELABEL.contains(&key) => true,
        '=' if is_of_environment(key) => true,
        // `{token="x"}` is a matcher of PromQL, `password = "x"` is a setting.
        '=' if flow && rest.starts_with(['"', '\'']) => {
            names::is_strong(key)
                || meaning.is_secret() && is_telling(unquoted(window(written), true))
        }
        // A matcher has its pattern in quotes; behind `-flag=~/` is a path.
        '=' if rest.strip_prefix('~').is_some_and(is_quoted) => {
            flow && meaning.is_secret() && is_telling(unquoted(window(written), true))
        }
        '=' => {
            meaning != Meaning::Plain && (keyed || rest.starts_with(|c: char| !c.is_whitespace()))
        }
        _ if spaced => true,
        _ => {
            keyed
                && meaning != Meaning::Plain
                && meaning != Meaning::Scheme
                && plain_len(window(written), flow) >= SHORTEST_GLUED
        }
    };
    counts.then_some(Pair {
        key,
        column,
        value,
        flow: flow && (!begins || line.is_flow),
        spaced,
        leads: begins || in_flow,
        meaning,
    })
}

/// The keys of a relabel rule, which a block of Alloy gives values with `=`.
const ALLOY_RELABEL: [&str; 5] = [
    "source_labels",
    "target_label",
    "regex",
    "replacement",
    "separator",
];

/// Whether a key is the name of a variable of an environment: capitals.
pub(super) fn is_of_environment(key: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    key.len() > 2 && key.bytes().all(is_part)
}

/// What is before a mark and behind it; none if the mark belongs to a URL or compares.
fn sides(body: &str, at: usize, mark: char) -> Option<(&str, &str)> {
    let before = body.get(..at)?.trim_end_matches(is_blank);
    let rest = body.get(at + mark.len_utf8()..)?;
    if rest.starts_with("//") || mark == '=' && rest.starts_with('=') {
        return None;
    }
    // `token!="x"` is a matcher of PromQL, `password==x` a slip.
    let before = match (mark, before.strip_suffix('=')) {
        ('=', Some(key)) if !rest.starts_with(char::is_whitespace) => key,
        ('=', _) => before.strip_suffix('!').unwrap_or(before),
        _ => before,
    };
    Some((before, rest))
}

/// What a key means, and where the name begins that says so: the key at `from`, or what `lead` has
/// before a slash.
fn meaning_of(key: &str, from: usize, lead: &str) -> (usize, Meaning) {
    match lead.strip_suffix('/').and_then(key_before) {
        // The Collector names a component `basicauth/client`.
        Some((at, kind)) if Meaning::of(kind) == Meaning::Section => (at, Meaning::Section),
        _ => (from, Meaning::of(key)),
    }
}

/// The key before a colon, whatever it consists of, and where it begins, if it is where YAML has one:
/// at the beginning of a line or of an item.
pub(super) fn key_of_yaml<'l>(line: &KeyLine<'l>, at: usize) -> Option<(usize, &'l str)> {
    let body = line.body;
    let behind = body.get(at + 1..)?;
    if line.is_comment || at >= line.comment || !(behind.is_empty() || behind.starts_with(is_blank))
    {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "\"'{[(,".contains(c);
    let before = body.get(..at)?.trim_end_matches(is_blank);
    let before = before.trim_end_matches(['"', '\'']);
    let oldest = before.len().saturating_sub(LONGEST_QUOTED);
    let oldest = (oldest..before.len()).find(|from| before.is_char_boundary(*from))?;
    work::count(before.len() - oldest);
    let key = before.get(oldest..)?.rsplit(ends).next()?;
    let from = before.len() - key.len();
    let lead = body.get(..from)?.trim_end_matches(['"', '\'', ' ', '\t']);
    let is_first = from <= line.begins + 1 || lead.ends_with(['{', '[', ',']);
    (is_first && !key.is_empty()).then_some((from, key))
}

/// Whether the text of a matcher of PromQL is a secret rather than a name or a pattern.
pub(super) fn is_telling(text: &str) -> bool {
    let pattern = |c: char| matches!(c, '.' | '*' | '+' | '|' | '(' | ')' | '[' | '^');
    // A secret may have the marks of a pattern.
    let is_shuffled = !text.contains(['|', '(', '[', '\\', ' ']) && plausible::is_shuffled(text);
    super::looks::is_dense(text)
        || is_shuffled
        || text.len() >= SHORTEST_TEXT && !text.contains(pattern) && !plausible::is_reference(text)
}

/// The key that a text ends with, quoted or not, and where it begins.
fn key_before(before: &str) -> Option<(usize, &str)> {
    let bytes = before.as_bytes();
    let oldest = bytes.len().saturating_sub(LONGEST_KEY);
    if let Some(quote @ (b'"' | b'\'')) = bytes.last() {
        // A key may consist of escapes.
        let oldest = bytes.len().saturating_sub(LONGEST_QUOTED);
        let inside = bytes.get(oldest..bytes.len() - 1)?;
        let key = memchr::memrchr(*quote, inside)
            .map(|from| oldest + from)
            .and_then(|from| Some((from, before.get(from + 1..before.len() - 1)?)));
        // `"a": 1, password": x` lacks a quote.
        return key
            .filter(|(_, key)| !key.contains([',', '{']) && !key.contains(": "))
            .or_else(|| {
                key_before(
                    before
                        .get(..before.len() - 1)?
                        .trim_end_matches(['"', '\'']),
                )
            });
    }
    // Letters of other alphabets look like those that are meant.
    let part = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii()
    };
    // `basic_auth[password]`
    if bytes.last() == Some(&b']') {
        let inside = bytes.get(oldest..bytes.len() - 1)?;
        let open = oldest + memchr::memrchr(b'[', inside)?;
        let key = before.get(open + 1..bytes.len() - 1)?;
        let key = key.trim_matches(['"', '\'']);
        let lead = before.get(..open)?.bytes().rev();
        let length = lead
            .take(LONGEST_KEY)
            .take_while(|byte| part(&byte))
            .count();
        let is_name = !key.is_empty() && key.bytes().all(|byte| part(&&byte));
        return is_name.then_some((open - length, key));
    }
    // `(password)`, `**password**`
    let before = before.trim_end_matches([')', '>', '`', '*']);
    let bytes = before.as_bytes();

    let length = bytes
        .iter()
        .rev()
        .take(LONGEST_KEY)
        .take_while(part)
        .count();
    let from = bytes.len() - length;
    let key = before.get(from..)?;
    // `-password` is an item that lacks a blank; `--password` is an argument.
    (!key.is_empty()).then_some((from, key))
}

/// Values that no credential has: nothing, truth values, short numbers, durations, variables,
/// mappings.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let number = value.len() <= 6
        && value.starts_with(|c: char| c.is_ascii_digit())
        && value
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len()
            <= 2;
    value.is_empty()
        || number
        || value == "[]"
        || is_path_of_words(value)
        || matches!(
            value,
            "null" | "~" | "true" | "false" | "yes" | "no" | "on" | "off" | "none"
        )
        || value.starts_with('{') && !(value.starts_with("{{") && plausible::is_open(value))
        || is_block_header(value)
        || is_variable(value)
}

/// Whether a value is an absolute path whose parts are words, such as `/jwt/jwt.hex`.
pub(super) fn is_path_of_words(value: &str) -> bool {
    value
        .strip_prefix('/')
        .is_some_and(|path| path.contains('/') && path.split(['/', '.']).all(is_words))
}

/// Whether a value is a sentence: several words that do not mix letters and digits.
pub(super) fn is_prose(value: &str) -> bool {
    let mut words = value.split_whitespace();
    let plain = |word: &str| !word.bytes().any(|byte| byte.is_ascii_digit());
    value.split_whitespace().count() >= 4 && words.all(plain)
}

/// Whether a text may be the name of a rule or of a group of rules.
pub(super) fn is_rule(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_/".contains(&byte);
    matches!(name, "*" | "") || name.bytes().all(plain) && plausible::is_reference(name)
}

/// Whether a value consists of words in lower case with marks between them, as a passphrase does.
pub(super) fn is_passphrase(value: &str) -> bool {
    value.contains(['-', '_']) && is_words(value)
}

/// The longest name of a scheme but for AWS's: `Api-Token`, `Negotiate`.
const LONGEST_SCHEME: usize = 12;

/// Whether a value may be the scheme of an `Authorization` header.
pub(super) fn is_scheme(value: &str) -> bool {
    value.is_empty()
        || is_variable(value)
        || value == "AWS4-HMAC-SHA256"
        || value.len() <= LONGEST_SCHEME
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

/// The longest word of a path that has neither a slash nor a point, as long as `authentication`: longer ones
/// are seldom words.
const LONGEST_WORD: usize = 14;

/// Whether a value consists of words in lower case, joined by `-` or `_`.
pub(super) fn is_words(value: &str) -> bool {
    value.split(['-', '_']).all(|word| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        let vowel = letters.len() < 4 || letters.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        !word.is_empty()
            && letters.len() <= LONGEST_WORD
            && digits <= 2
            && vowel
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

fn is_quoted(text: &str) -> bool {
    text.trim_start().starts_with(['"', '\'', '`', '\\'])
}
