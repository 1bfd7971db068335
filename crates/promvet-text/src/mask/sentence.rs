//! Taking secrets out of sentences.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::names::{Meaning, SECRET_NAMES, consists_of_known_words};
use super::{REDACTED, Span, Text, looks, urls, value};

/// The shortest secret that is looked for in sentences; shorter ones would hit ordinary words.
const SHORTEST: usize = 6;

/// The length of a part of a secret that is taken out where the rest of it is not quoted, as when
/// a sentence names the port of a URL: eight characters of a token are a quarter of most. Parts
/// that could be words count from [`WORDY_PART`] on.
const PART: usize = 8;
const WORDY_PART: usize = 14;

/// The largest text that nothing may be repeated of whose words are listed, in bytes: the lists take
/// several times its length. Of a larger one everything in backticks is taken out, whatever it is.
const LARGEST: usize = 1 << 20;

/// The shortest word of such a text that is taken out between backticks, where sentences quote.
const SHORTEST_QUOTED: usize = 3;

/// What is looked for in sentences about a text.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    /// Whole secrets, by how they begin.
    whole: BTreeMap<[u8; SHORTEST], Vec<Box<str>>>,
    parts: HashSet<[u8; PART]>,
    wordy: HashSet<[u8; WORDY_PART]>,
    quoted: Quoted,
}

/// What is taken out between backticks, besides secrets.
#[derive(Debug, Default)]
enum Quoted {
    #[default]
    Nothing,
    Words(HashSet<Box<str>>),
    Everything,
}

impl Needles {
    /// The needles of the spans of a text.
    pub(crate) fn new(text: &Text, spans: &[Span]) -> Self {
        let mut needles = Self::default();
        for &span in spans {
            for line in text.slice(span).lines() {
                needles.add(line);
                // A sentence has the lines of a text that is written in one.
                if line.contains("\\n") {
                    line.split("\\n").for_each(|line| needles.add(line));
                }
            }
        }
        needles.sort();
        needles
    }

    /// The needles of a text that must not be quoted. A plain word of it is taken out only between
    /// backticks: elsewhere the sentence may use it itself.
    pub(crate) fn of_all(text: &Text, spans: &[Span]) -> Self {
        if text.content().len() > LARGEST {
            return Self {
                quoted: Quoted::Everything,
                ..Self::default()
            };
        }
        let mut needles = Self::default();
        let mut quoted = HashSet::new();
        for line in text.content().lines().map(str::trim) {
            if !is_plain(line) {
                needles.add_whole(line);
            }
            for word in line.split(separates).filter(|word| !word.is_empty()) {
                if !is_plain(word) {
                    needles.add(word);
                }
                if word.len() >= SHORTEST_QUOTED {
                    quoted.insert(word.into());
                }
            }
        }
        needles.quoted = Quoted::Words(quoted);
        for &span in spans {
            for line in text.slice(span).lines() {
                needles.add(line);
            }
        }
        needles.sort();
        needles
    }

    fn add(&mut self, secret: &str) {
        let Some(secret) = self.add_whole(secret) else {
            return;
        };
        // Folders are those of other files as well.
        if is_path_of_words(secret) {
            return;
        }
        for piece in without_flags(secret) {
            if piece.len() < secret.len() {
                self.add_whole(piece);
            }
            let bytes = piece.as_bytes();
            self.parts.extend(windows::<PART>(bytes).filter(is_telling));
            let one_word = |part: &[u8; WORDY_PART]| !part.contains(&b' ');
            self.wordy
                .extend(windows::<WORDY_PART>(bytes).filter(one_word));
        }
    }

    /// Adds a secret whose parts don't count; what was added of it.
    fn add_whole<'s>(&mut self, secret: &'s str) -> Option<&'s str> {
        let secret = secret.trim().trim_matches(['"', '\'', '[', ']', '{', '}']);
        let &beginning = secret.as_bytes().first_chunk()?;
        // `password: password` is a secret that every sentence about passwords would give away.
        if SECRET_NAMES.contains(&&*secret.to_ascii_lowercase())
            || Meaning::of(secret).is_secret() && consists_of_known_words(secret)
        {
            return None;
        }
        self.whole.entry(beginning).or_default().push(secret.into());
        Some(secret)
    }

    fn sort(&mut self) {
        for alike in self.whole.values_mut() {
            // A longer secret comes before one that it begins with.
            alike.sort_unstable_by(|a, b| b.cmp(a));
            alike.dedup();
        }
    }

    /// Where secrets are in a sentence.
    fn find(&self, sentence: &str, out: &mut Vec<Range<usize>>) {
        self.find_quoted(sentence, out);
        if self.whole.is_empty() {
            return;
        }
        let mut behind = 0;
        for (at, _) in sentence.char_indices() {
            let Some(rest) = sentence.get(at..) else {
                break;
            };
            let Some(beginning) = rest.as_bytes().first_chunk() else {
                break;
            };
            if at < behind {
                continue;
            }
            let alike = self.whole.get(beginning).map_or(&[][..], Vec::as_slice);
            if let Some(secret) = alike.iter().find(|secret| rest.starts_with(&***secret)) {
                behind = at + secret.len();
                if !is_own_word(sentence, at..behind) {
                    out.push(at..behind);
                }
            }
        }
        let bytes = sentence.as_bytes();
        let parts = windows::<PART>(bytes).enumerate();
        let parts = parts.filter(|(_, part)| self.parts.contains(part));
        out.extend(parts.map(|(at, _)| at..at + PART));
        let wordy = windows::<WORDY_PART>(bytes).enumerate();
        let wordy = wordy.filter(|(_, part)| self.wordy.contains(part));
        out.extend(wordy.map(|(at, _)| at..at + WORDY_PART));
    }

    /// Where words of the text are between backticks, or between the quotes of a path of keys.
    fn find_quoted(&self, sentence: &str, out: &mut Vec<Range<usize>>) {
        if !matches!(self.quoted, Quoted::Nothing) {
            self.find_between('`', sentence, out);
            self.find_between('"', sentence, out);
        }
    }

    fn find_between(&self, quote: char, sentence: &str, out: &mut Vec<Range<usize>>) {
        let is_hidden = |word: &str| match &self.quoted {
            Quoted::Nothing => false,
            Quoted::Words(words) => !KEYS.contains(&word) && words.contains(word),
            Quoted::Everything => !word.is_empty(),
        };
        let mut at = 0;
        for (number, piece) in sentence.split(quote).enumerate() {
            if number % 2 == 1 {
                let mut start = at;
                for word in piece.split_inclusive(separates) {
                    let bare = word.trim_end_matches(separates);
                    if is_hidden(bare) {
                        out.push(start..start + bare.len());
                    }
                    start += word.len();
                }
            }
            at += piece.len() + 1;
        }
    }
}

/// Keys that sentences ask for, which say nothing of a text that has them.
const KEYS: &[&str] = &[
    "alert",
    "expr",
    "groups",
    "receivers",
    "record",
    "route",
    "rules",
];

/// Words that promvet writes itself, and that may be passwords too.
const OWN_WORDS: &[&str] = &[
    "alertmanager",
    "cluster",
    "collector",
    "configuration",
    "container",
    "default",
    "docker",
    "endpoint",
    "example",
    "exporter",
    "grafana",
    "kubernetes",
    "machine",
    "metrics",
    "monitoring",
    "namespace",
    "operator",
    "password",
    "prometheus",
    "receiver",
    "remote",
    "samples",
    "secret",
    "server",
    "service",
    "target",
    "targets",
    "vmagent",
];

/// Whether a plain word of a sentence is not the secret that it is like: promvet writes it itself, outside
/// of what it quotes, or it is a part of a longer name (`rocketchat-mongodb`), which says as little.
fn is_own_word(sentence: &str, range: Range<usize>) -> bool {
    let part = |range: Range<usize>| sentence.get(range).unwrap_or_default();
    let word = part(range.clone());
    let before = part(0..range.start);
    let behind = part(range.end..sentence.len());
    if !is_plain(word) {
        return false;
    }
    if !before.matches('`').count().is_multiple_of(2) {
        let joint = |c: char| matches!(c, '-' | '_');
        let is_joined = |mut chars: Box<dyn Iterator<Item = char> + '_>| {
            chars.next().is_some_and(joint) && chars.next().is_some_and(char::is_alphanumeric)
        };
        return is_joined(Box::new(before.chars().rev())) || is_joined(Box::new(behind.chars()));
    }
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';');
    let is_apart =
        before.chars().next_back().is_none_or(is_edge) && behind.chars().next().is_none_or(is_edge);
    let is_known = || OWN_WORDS.iter().any(|own| own.eq_ignore_ascii_case(word));
    is_apart && before.len() + behind.len() > 0 && is_known()
}

/// Whether a text is an absolute path of several small words.
fn is_path_of_words(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || matches!(c, '/' | '.' | '-' | '_');
    text.starts_with('/') && text.matches('/').count() > 2 && text.chars().all(is_part)
}

/// A secret that goes on to the end of a command line, without the flags behind it: what they are called
/// is not secret, what they are set to is.
fn without_flags(secret: &str) -> impl Iterator<Item = &str> {
    let mut pieces = secret.split(" -");
    let first = pieces.next().into_iter();
    first.chain(pieces.map(|piece| match piece.split_once('=') {
        Some((name, value)) if is_flag(name) => value,
        _ => piece,
    }))
}

/// The name of a flag, without its first dash.
fn is_flag(name: &str) -> bool {
    let name = name.strip_prefix('-').unwrap_or(name);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_part)
}

/// Whether a character separates words.
fn separates(c: char) -> bool {
    c.is_whitespace() || "=:,;\"'`{}[]()".contains(c)
}

/// Whether a text is a word that a sentence may have of its own, such as the name of a program.
fn is_plain(text: &str) -> bool {
    let rest = text.strip_prefix(|c: char| c.is_ascii_uppercase());
    rest.unwrap_or(text)
        .bytes()
        .all(|byte| byte.is_ascii_lowercase())
}

fn windows<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes
        .windows(N)
        .filter_map(|window| window.first_chunk().copied())
}

/// Whether a part of a secret is not a word: it has a digit beside a letter, or a capital inside.
fn is_telling(part: &[u8; PART]) -> bool {
    let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = part
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    let small = part.iter().any(u8::is_ascii_lowercase);
    let capital = part.iter().skip(1).any(u8::is_ascii_uppercase);
    digits > 0 && letters > 0 || small && capital && digits + letters == PART
}

/// How often a sentence is looked at again: what was taken out of it may leave a secret beside what
/// separates it from a name, as in `pass"x"word: y`. Each look but the last takes something out, so
/// nearly every sentence needs two.
const LOOKS: usize = 8;

/// Removes from a sentence every secret of a text, and whatever looks like one.
pub(crate) fn redact(text: &Text, mut sentence: String) -> String {
    for _ in 0..LOOKS {
        let ranges = secrets(text, &sentence);
        if ranges.is_empty() {
            break;
        }
        let redacted = without(&sentence, ranges);
        if redacted == sentence {
            break;
        }
        sentence = redacted;
    }
    sentence
}

/// Where secrets are in a sentence.
fn secrets(text: &Text, sentence: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    text.needles().find(sentence, &mut ranges);
    ranges.extend(looks::find(sentence));
    ranges.extend(urls::find(sentence));
    let own = suppressions(sentence);
    ranges.retain(|range| {
        !own.iter()
            .any(|own| own.start <= range.start && range.end <= own.end)
    });
    ranges
}

/// Where promvet's own comments name rules: a word of such a name may be a secret elsewhere.
fn suppressions(sentence: &str) -> Vec<Range<usize>> {
    const BEGINS: &str = "promvet: ignore[";
    let begins = memchr::memmem::find_iter(sentence.as_bytes(), BEGINS);
    let lists = begins.filter_map(|at| {
        let from = at + BEGINS.len();
        let list = sentence.get(from..)?.split(']').next()?;
        let is_rule = |name: &str| name.contains('/') && value::is_rule(name.trim());
        list.split(',')
            .all(is_rule)
            .then_some(at..from + list.len())
    });
    lists.collect()
}

/// A sentence with ranges of it replaced; what touches is replaced together.
fn without(sentence: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(sentence.len());
    let mut at = 0;
    let mut hidden = false;
    for range in ranges {
        let start = boundary(sentence, range.start, false);
        let end = boundary(sentence, range.end, true);
        if end <= at {
            continue;
        }
        if start > at {
            out.push_str(sentence.get(at..start).unwrap_or(""));
            hidden = false;
        }
        if !hidden
            && !sentence
                .get(start..end)
                .is_some_and(|part| REDACTED.contains(part))
        {
            out.push_str(REDACTED);
            hidden = true;
        } else if !hidden {
            out.push_str(sentence.get(start.max(at)..end).unwrap_or(""));
        }
        at = end;
    }
    out.push_str(sentence.get(at..).unwrap_or(""));
    out
}

/// The nearest boundary of a character at or before an offset, or at or behind it.
fn boundary(text: &str, mut at: usize, behind: bool) -> usize {
    while !text.is_char_boundary(at) {
        at = if behind { at + 1 } else { at.saturating_sub(1) };
    }
    at
}
