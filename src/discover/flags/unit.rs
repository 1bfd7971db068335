//! Command lines in units of systemd and Quadlets of podman (systemd.service(5), podman-systemd.unit(5)).

use std::sync::Arc;

use promvet_syntax::shell;

use super::{CommandLine, ContainerArgument, FLAGS, is_name_of};
use crate::finding::{Span, Text};
use crate::yaml::{Document, TranslatedNode, TranslationBuilder};

/// The keys that hold command lines.
const KEYS: &[&str] = &["ExecStart", "Exec"];

/// A program that a unit starts.
#[derive(Debug)]
pub(crate) struct UnitProgram {
    /// The key of its command line.
    pub(crate) key: Span,
    /// The words of that.
    pub(crate) words: Vec<Span>,
    /// The image of a Quadlet.
    pub(crate) image: Option<Span>,
}

/// What a unit starts if it is a program of this name.
pub(crate) fn started(content: &str, program: &str) -> Option<UnitProgram> {
    let image = image(content);
    let name = image.and_then(|span| content.get(range(span)));
    let is_image = name.is_some_and(|name| is_name_of(name, program));
    let (key, words) = commands(content).into_iter().find(|(key, words)| {
        let first = words.first().and_then(|span| content.get(range(*span)));
        let first = first
            .unwrap_or("")
            .trim_start_matches(['-', '@', ':', '+', '!']);
        match content.get(range(*key)) {
            Some("Exec") => is_image,
            _ => is_name_of(first, program),
        }
    })?;
    let image = image.filter(|_| content.get(range(key)) == Some("Exec"));
    Some(UnitProgram { key, words, image })
}

/// The words of a variable that a unit sets, and where they are; of several assignments the last counts
/// (systemd.exec(5), `Environment=`).
pub(crate) fn variable(content: &str, name: &str) -> Option<Vec<Span>> {
    let lines = assignments(content, "Environment=");
    let found = lines.flat_map(|(start, line)| {
        let words = spans(line).filter_map(move |(from, to)| {
            let value = line.get(from..to)?.strip_prefix(name)?.strip_prefix('=')?;
            let begins = start + to - value.len();
            let inner = spans(value).map(move |(a, b)| Span::new(begins + a, begins + b));
            Some(inner.collect())
        });
        words.collect::<Vec<_>>()
    });
    found.last()
}

/// The files of variables that a unit reads (`EnvironmentFile=`).
pub(crate) fn environment_files(content: &str) -> impl Iterator<Item = &str> {
    let lines = assignments(content, "EnvironmentFile=");
    lines.map(|(_, line)| {
        line.trim()
            .trim_start_matches('-')
            .trim_matches(['"', '\''])
    })
}

/// The values of a key of a unit, and where they begin.
pub(crate) fn assignments<'c>(
    content: &'c str,
    key: &'static str,
) -> impl Iterator<Item = (usize, &'c str)> {
    let mut from = 0;
    content.split_inclusive('\n').filter_map(move |line| {
        let start = from;
        from += line.len();
        Some((start + key.len(), line.trim_end().strip_prefix(key)?))
    })
}

/// The name of the image of a Quadlet.
fn image(content: &str) -> Option<Span> {
    let mut from = 0;
    content.split_inclusive('\n').find_map(|line| {
        let start = from;
        from += line.len();
        let name = line.strip_prefix("Image=")?.trim();
        let begins = start + line.find(name)?;
        Some(Span::new(begins, begins + name.len()))
    })
}

/// The words of the command line, as a list; none if nothing starts vmagent.
pub(in crate::discover) fn read(text: &Arc<Text>) -> Option<Document> {
    let content = text.content();
    let UnitProgram { key, words, .. } = started(content, "vmagent")?;
    let mut builder = TranslationBuilder::of_text(text);
    let written = words.iter().map(|span| {
        let word = content.get(range(*span)).unwrap_or("");
        (*span, word.to_owned())
    });
    let written: Vec<(Span, String)> = written.collect();
    let more = by_variables(content, &written);
    let items: Vec<TranslatedNode> = written
        .iter()
        .chain(&more)
        .map(|(span, word)| builder.scalar_at(*span, word, true))
        .collect();
    let all = words.iter().copied().reduce(Span::join).unwrap_or(key);
    let list = builder.sequence_at(all, &items);
    let name = builder.scalar_at(key, content.get(range(key)).unwrap_or(""), true);
    let root = builder.mapping_at(key.join(all), &[(name, list)]);
    Some(builder.finish(root))
}

/// The flags that variables of the unit are (`lib/envflag/envflag.go` of VictoriaMetrics): their values, with
/// the flag before them.
fn by_variables(content: &str, words: &[(Span, String)]) -> Vec<(Span, String)> {
    let flag = |word: &str| word.trim_start_matches('-').to_owned();
    let names = || words.iter().map(|(_, word)| flag(word));
    if !names().any(|name| name == "envflag.enable" || name == "envflag.enable=true") {
        return Vec::new();
    }
    let prefix = names().find_map(|name| Some(name.strip_prefix("envflag.prefix=")?.to_owned()));
    let prefix = prefix.unwrap_or_default();
    let set = FLAGS.iter().filter_map(|(flag, _)| {
        let words = variable(content, &format!("{prefix}{}", flag.replace('.', "_")))?;
        let span = words.into_iter().reduce(Span::join)?;
        let value = content.get(range(span))?;
        Some((span, format!("-{flag}={value}")))
    });
    set.collect()
}

/// The command line that was read.
pub(in crate::discover) fn command_line(document: &Document) -> Option<CommandLine<'_>> {
    let root = document.root()?;
    let list = root.mapping()?.entries().next()?.value;
    let arguments = list.items().map(|node| ContainerArgument {
        text: node.as_str().unwrap_or("").to_owned(),
        node,
        span: node.span(),
    });
    Some(CommandLine {
        container: root,
        arguments: arguments.collect(),
    })
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// The keys of command lines and the words behind them. A line ends with `\` where the next one
/// belongs to it.
fn commands(content: &str) -> Vec<(Span, Vec<Span>)> {
    let mut out: Vec<(Span, Vec<Span>)> = Vec::new();
    let (mut from, mut continues) = (0, false);
    for line in content.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let body = line.trim_end();
        let more = body.strip_suffix('\\');
        let body = more.unwrap_or(body);
        let mut at = 0;
        if !continues {
            let key = body.split_once('=').map(|(key, _)| key);
            match key.filter(|key| KEYS.contains(key)) {
                Some(key) => {
                    out.push((Span::new(start, start + key.len()), Vec::new()));
                    at = key.len() + 1;
                    continues = more.is_some();
                }
                None => continue,
            }
        } else {
            continues = more.is_some();
        }
        if let Some((_, words)) = out.last_mut() {
            let rest = body.get(at..).unwrap_or("");
            words.extend(spans(rest).map(|(a, b)| Span::new(start + at + a, start + at + b)));
        }
    }
    out
}

/// Where the words of a line are, without the quotes around whole words.
pub(super) fn spans(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = line.get(from..)?;
        let begins = from + rest.find(|c: char| !c.is_whitespace())?;
        let word = line.get(begins..)?;
        let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''));
        if let Some(quote) = quote
            && let Some(end) = word.get(1..).and_then(|inner| inner.find(quote))
        {
            from = begins + end + 2;
            return Some((begins + 1, begins + 1 + end));
        }
        from = begins + end_of_word(word);
        Some((begins, from))
    })
}

/// Where a word ends: at white space, but not within a tag of a template.
fn end_of_word(text: &str) -> usize {
    let mut skipped = 0;
    let is_end = |&(at, c): &(usize, char)| {
        if at < skipped {
            return false;
        }
        skipped = at + text.get(at..).and_then(shell::tag).unwrap_or(0);
        c.is_whitespace()
    };
    let end = text.char_indices().find(is_end);
    end.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_read_over_several_lines() {
        for (name, content, expected) in [
            (
                "a.service",
                "[Service]\nExecStart=/usr/bin/vmagent \\\n  -a=b \\\n  '-c=d e'\nRestart=always\n",
                &["/usr/bin/vmagent", "-a=b", "-c=d e"][..],
            ),
            (
                "a.container",
                "[Container]\nImage=docker.io/victoriametrics/vmagent:v1\nExec=-a=b\n",
                &["-a=b"],
            ),
            ("a.container", "[Container]\nImage=x/y\nExec=-a=b\n", &[]),
            ("a.service", "ExecStart=/usr/bin/other -a=b\n", &[]),
            (
                "a.service.j2",
                "ExecStart=/usr/bin/vmagent -a={{ b c }} -d={{e}}\n",
                &["/usr/bin/vmagent", "-a={{ b c }}", "-d={{e}}"],
            ),
        ] {
            let text = Text::new(name, content.as_bytes().to_vec());
            let document = read(&text);
            let line = document.as_ref().and_then(command_line);
            let arguments = line.map(|line| line.arguments).unwrap_or_default();
            let found: Vec<_> = arguments.iter().map(|argument| &*argument.text).collect();
            assert_eq!(found, expected, "{content}");
        }
    }
}
