//! The commands in a text, as words with their places: lines of shells, makefiles and units, and the
//! blocks that describe a container in HCL and YAML.

use std::path::Path;

use promvet_syntax::shell;

use super::super::image::{Image, PrometheusLikelihood};
use crate::finding::{Place, Span, Text};

/// A word of a command.
#[derive(Clone, Debug)]
pub(super) struct CommandWord {
    /// The word without quotes, brackets and commas around it.
    pub(super) text: String,
    /// Where it is.
    pub(super) span: Span,
}

impl CommandWord {
    /// The last part of it as a path.
    pub(super) fn name(&self) -> &str {
        let last = self.text.rsplit('/').next().unwrap_or(&self.text);
        // In a makefile it is what hides the command.
        last.trim_start_matches('@')
    }
}

/// Words that end a command of a shell or begin the next one.
const SEPARATORS: &[&str] = &[
    ";", ";;", "&", "&&", "|", "||", "then", "do", "else", "{", "}", "(", ")", "#",
];

/// What begins a block in HCL that describes one container.
const BLOCKS: &[&str] = &["task ", "resource ", "container "];

/// Endings of files in HCL.
const HCL: &[&str] = &["hcl", "nomad", "tf"];

/// Marks of templates that choose between parts of a text.
const CHOICES: &[&str] = &["{%", "%{", "{{ if", "{{- if", "{{if"];

/// Whether a part of a text is chosen by a template, so that it is not known what is left of it.
pub(super) fn is_chosen(text: &str) -> bool {
    CHOICES.iter().any(|mark| text.contains(mark))
}

pub(super) fn ending(path: &Path) -> &str {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.unwrap_or_default()
}

pub(super) fn is_hcl(path: &Path) -> bool {
    HCL.contains(&ending(path))
}

pub(super) fn is_yaml(path: &Path) -> bool {
    matches!(ending(path), "yml" | "yaml")
}

/// The commands for a shell in a text.
pub(super) fn commands(path: &Path, content: &str) -> Vec<Vec<CommandWord>> {
    let lines = logical_lines(content, is_yaml(path)).into_iter();
    let lines = lines.filter_map(|(from, to)| Some((from, content.get(from..to)?)));
    let lines = lines.filter(|(_, line)| !is_comment(line) && !is_chosen(line));
    lines
        .flat_map(|(from, line)| segments(pieces(from, line)))
        .collect()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['#', ';']) || line.starts_with("//")
}

/// The words of a part of a text that starts at a place.
pub(super) fn pieces(from: usize, part: &str) -> Vec<CommandWord> {
    let mut out: Vec<CommandWord> = Vec::new();
    let mut is_open = false;
    for word in shell::words(part) {
        let span = Span::new(from + word.range.start, from + word.range.end);
        match out.last_mut().filter(|_| is_open) {
            Some(last) => {
                last.text = format!("{} {}", last.text, word.text);
                last.span = last.span.join(span);
            }
            None => out.push(CommandWord {
                text: word.text,
                span,
            }),
        }
        is_open = out.last().is_some_and(|last| is_begun(&last.text));
    }
    for piece in &mut out {
        piece.text = bare(&piece.text).to_owned();
    }
    out
}

/// Whether a tag of a template or a command in a word goes on behind a space: `{{ folder }}`, `$(cat x)`.
fn is_begun(word: &str) -> bool {
    let goes_on = |open: &str, close: &str| match (word.rfind(open), word.rfind(close)) {
        (Some(begin), end) => end.is_none_or(|end| end < begin),
        (None, _) => false,
    };
    goes_on("{{", "}}") || goes_on("$(", ")")
}

/// A word without what a list in JSON, HCL or YAML has around it.
fn bare(word: &str) -> &str {
    word.trim_start_matches('[')
        .trim_end_matches([',', ']'])
        .trim_matches(['"', '\''])
}

/// Commands are parted by operators and by words such as `then`.
fn segments(words: Vec<CommandWord>) -> Vec<Vec<CommandWord>> {
    let mut out = vec![Vec::new()];
    for mut word in words {
        if SEPARATORS.contains(&&*word.text) {
            out.push(Vec::new());
            continue;
        }
        let ends = word.text.ends_with(';');
        if ends {
            word.text.pop();
        }
        if let Some(last) = out.last_mut() {
            last.push(word);
        }
        if ends {
            out.push(Vec::new());
        }
    }
    out.retain(|command| !command.is_empty());
    out
}

/// Where the lines of a text begin and end, with those that a backslash joins, and in YAML those that
/// `>` folds into one.
fn logical_lines(content: &str, is_yaml: bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut lines = physical_lines(content).into_iter().peekable();
    while let Some((from, line)) = lines.next() {
        let mut to = from + line.len();
        let mut last = line;
        while last.ends_with('\\') {
            let Some((next, line)) = lines.next() else {
                break;
            };
            (to, last) = (next + line.len(), line);
        }
        if is_yaml && [">", ">-", ">+"].iter().any(|mark| line.ends_with(mark)) {
            let indent = indent_of(line);
            let is_in = |line: &str| line.trim().is_empty() || indent_of(line) > indent;
            let begin = lines.peek().map_or(to, |(from, _)| *from);
            while let Some((next, line)) = lines.next_if(|(_, line)| is_in(line)) {
                to = next + line.len();
            }
            out.push((begin.min(to), to));
            continue;
        }
        out.push((from, to));
    }
    out
}

/// The lines of a text without line breaks and spaces at their ends, and where they begin.
fn physical_lines(content: &str) -> Vec<(usize, &str)> {
    let mut from = 0;
    let lines = content.split_inclusive('\n').map(|line| {
        let begins = from;
        from += line.len();
        (begins, line.trim_end())
    });
    lines.collect()
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Where the blocks are that describe containers in a text.
pub(super) fn blocks(path: &Path, text: &Text) -> Vec<(usize, usize)> {
    let content = text.content();
    let lines = physical_lines(content);
    match is_hcl(path) {
        true => braced(&lines, content.len()),
        false if is_yaml(path) => indented(&lines),
        false => Vec::new(),
    }
}

/// The blocks in braces; the whole text if there are none.
fn braced(lines: &[(usize, &str)], end: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (from, line) in lines {
        let begins = BLOCKS
            .iter()
            .any(|word| line.trim_start().starts_with(word));
        let (begin, depth) = match open {
            Some(open) => open,
            None if begins && line.contains('{') => (*from, 0),
            None => continue,
        };
        let more = line.matches('{').count();
        let depth = (depth + more).saturating_sub(line.matches('}').count());
        open = (depth > 0).then_some((begin, depth));
        if depth == 0 {
            out.push((begin, from + line.len()));
        }
    }
    if out.is_empty() {
        out.push((0, end));
    }
    out
}

/// The mappings of YAML that name an image of Prometheus.
fn indented(lines: &[(usize, &str)]) -> Vec<(usize, usize)> {
    let image = |line: &str| {
        let bare = line.trim_start_matches([' ', '-']);
        let name = bare.strip_prefix("image:")?.trim();
        let indent = line.len() - bare.len();
        is_image(name.trim_matches(['"', '\''])).then_some(indent)
    };
    let is_in = |line: &str, indent: usize| line.trim().is_empty() || indent_of(line) >= indent;
    let begins = |line: &str, indent: usize| {
        let bare = line.trim_start_matches([' ', '-']);
        line.trim_start().starts_with('-') && line.len() - bare.len() == indent
    };
    let found = lines.iter().enumerate().filter_map(|(at, (_, line))| {
        let indent = image(line)?;
        let (mut first, mut last) = (at, at);
        while !begins(lines.get(first)?.1, indent) {
            let before = first.checked_sub(1).and_then(|at| lines.get(at));
            if !before.is_some_and(|(_, line)| is_in(line, indent) || begins(line, indent)) {
                break;
            }
            first -= 1;
        }
        while let Some((_, line)) = lines.get(last + 1)
            && is_in(line, indent)
        {
            last += 1;
        }
        let ((from, _), (to, line)) = (lines.get(first)?, lines.get(last)?);
        Some((*from, to + line.len()))
    });
    found.collect()
}

/// Whether a word is the name of an image of Prometheus and not a path.
pub(super) fn is_image(word: &str) -> bool {
    let image = Image {
        name: word.to_owned(),
        place: Place::new(&Text::new("", Vec::new()), Span::default()),
    };
    let is_path = word.starts_with(['/', '.', '$', '{', '~', '-']) || word.contains(":/");
    !is_path && image.prometheus_likelihood() == PrometheusLikelihood::Surely
}

/// The words of a block, those of comments left out, without keys that are joined to their values as in
/// `Volume=`.
pub(super) fn words_of_block(content: &str, (from, to): (usize, usize)) -> Vec<CommandWord> {
    let block = content.get(from..to).unwrap_or_default();
    let lines = physical_lines(block).into_iter();
    let lines = lines.filter(|(_, line)| !is_comment(line));
    let words = lines.flat_map(|(at, line)| pieces(from + at, line));
    words.map(without_key).collect()
}

fn without_key(piece: CommandWord) -> CommandWord {
    let joined = piece.text.split_once('=');
    let value = joined.filter(|(key, value)| {
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_key && !value.is_empty() && !matches!(*key, "src" | "source" | "type")
    });
    match value {
        Some((_, value)) => CommandWord {
            text: bare(value).to_owned(),
            ..piece
        },
        None => piece,
    }
}
