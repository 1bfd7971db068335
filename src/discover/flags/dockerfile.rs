//! Command lines of vmagent in a Dockerfile: those of the last stage (Dockerfile reference, `CMD` and
//! `ENTRYPOINT`).

use std::path::Path;
use std::sync::Arc;

use super::is_name_of;
use super::unit::spans;
use crate::finding::{Span, Text};
use crate::yaml::{Document, TranslatedNode, TranslationBuilder};

/// Names of such files; others have them as a beginning or an ending (`Dockerfile.vmagent`).
const NAMES: &[&str] = &["dockerfile", "containerfile"];

/// Whether a file is one, by its name.
pub(in crate::discover) fn is_dockerfile(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    let mut parts = name.split('.');
    let (first, last) = (parts.next(), parts.next_back());
    let is_one = |part: Option<&str>| part.is_some_and(|part| NAMES.contains(&part));
    is_one(first) || is_one(last)
}

/// An instruction: where its word is, and where the words behind it are.
struct Instruction<'t> {
    name: &'t str,
    at: Span,
    words: Vec<Span>,
}

/// The words with which the image of the last stage starts vmagent, as a list; none if it starts another
/// program.
pub(in crate::discover) fn read(text: &Arc<Text>) -> Option<Document> {
    let content = text.content();
    let word = |span: &Span| content.get(span.start as usize..span.end as usize);
    let all = instructions(content);
    let is = |one: &&Instruction<'_>, name: &str| one.name.eq_ignore_ascii_case(name);
    let from = all.iter().rposition(|one| is(&one, "FROM"))?;
    let stage = all.get(from..)?;
    let mut image = stage.first()?.words.iter().filter_map(word);
    let image = image.find(|text| !text.starts_with("--"));
    let last = |name: &str| stage.iter().rfind(|one| is(one, name));
    let (entry, command) = (last("ENTRYPOINT"), last("CMD"));
    let starting = entry.or(command)?;
    let program = |span: &Span| word(span).is_some_and(|text| is_name_of(text, "vmagent"));
    let words = || {
        [entry, command]
            .into_iter()
            .flatten()
            .flat_map(|one| &one.words)
    };
    let is_image = entry.is_none() && image.is_some_and(|image| is_name_of(image, "vmagent"));
    if !is_image && !words().any(program) {
        return None;
    }
    let mut builder = TranslationBuilder::of_text(text);
    let items: Vec<TranslatedNode> = words()
        .map(|span| builder.scalar_at(*span, word(span).unwrap_or(""), true))
        .collect();
    let span = words().copied().reduce(Span::join)?;
    let list = builder.sequence_at(span, &items);
    let key = builder.scalar_at(starting.at, starting.name, true);
    let root = builder.mapping_at(starting.at.join(span), &[(key, list)]);
    Some(builder.finish(root))
}

/// The instructions of a Dockerfile. A line ends with `\` where the next one belongs to it.
fn instructions(content: &str) -> Vec<Instruction<'_>> {
    let mut out: Vec<Instruction<'_>> = Vec::new();
    let (mut from, mut continues) = (0, false);
    for line in content.split_inclusive('\n') {
        let start = from;
        from += line.len();
        let body = line.trim_end();
        if body.trim_start().starts_with('#') || body.trim().is_empty() {
            continue;
        }
        let more = body.strip_suffix('\\');
        let body = more.unwrap_or(body);
        let mut words = items(body).map(|(a, b)| {
            (
                Span::new(start + a, start + b),
                body.get(a..b).unwrap_or(""),
            )
        });
        if !continues && let Some((at, name)) = words.next() {
            let words = Vec::new();
            out.push(Instruction { name, at, words });
        }
        continues = more.is_some();
        if let Some(last) = out.last_mut() {
            last.words.extend(words.map(|(span, _)| span));
        }
    }
    out
}

/// Where the words of a line are; in the form of a list, `CMD ["a", "b"]`, its texts.
fn items(line: &str) -> Box<dyn Iterator<Item = (usize, usize)> + '_> {
    let list = line.find('[').filter(|at| {
        let before = line.get(..*at).unwrap_or("").trim();
        !before.contains(char::is_whitespace)
    });
    // A line of a list that goes on has texts and commas alone.
    let is_rest = line.trim_start().starts_with('"') && line.trim_end().ends_with(['"', ',', ']']);
    if list.is_none() && !is_rest {
        return Box::new(spans(line));
    }
    let name = spans(line).next().filter(|_| list.is_some_and(|at| at > 0));
    let name = name.map(|(a, b)| (a, b.min(list.unwrap_or(b))));
    let mut from = list.unwrap_or(0);
    let texts = std::iter::from_fn(move || {
        let begins = from + line.get(from..)?.find('"')? + 1;
        let ends = begins + line.get(begins..)?.find('"')?;
        from = ends + 1;
        Some((begins, ends))
    });
    Box::new(name.into_iter().chain(texts))
}

#[cfg(test)]
mod tests {
    use super::super::unit::command_line;
    use super::*;

    #[test]
    fn the_last_stage_says_what_starts() {
        for (content, expected) in [
            (
                "FROM victoriametrics/vmagent:v1\nCMD [\"-a=b\", \"-c\"]\n",
                &["-a=b", "-c"][..],
            ),
            (
                "FROM alpine AS b\nFROM alpine\n# x\nENTRYPOINT [\"/vmagent-prod\"]\nCMD [ \\\n  \"-a=b\", \\\n  \"-c=d e\" ]\n",
                &["/vmagent-prod", "-a=b", "-c=d e"],
            ),
            (
                "FROM alpine\nCMD vmagent \\\n  -a=b\n",
                &["vmagent", "-a=b"],
            ),
            ("FROM victoriametrics/vmagent\nFROM nginx\nCMD -a=b\n", &[]),
            ("FROM nginx\nCMD [\"nginx\"]\n", &[]),
            ("CMD [", &[]),
        ] {
            let text = Text::new("Dockerfile", content.as_bytes().to_vec());
            let document = read(&text);
            let line = document.as_ref().and_then(command_line);
            let arguments = line.map(|line| line.arguments).unwrap_or_default();
            let found: Vec<_> = arguments.iter().map(|argument| &*argument.text).collect();
            assert_eq!(found, expected, "{content}");
        }
        assert!(is_dockerfile(Path::new("a/prometheus.Dockerfile")));
        assert!(!is_dockerfile(Path::new("a/dockerfile-notes")));
    }
}
