//! Files of sections with keys: those of Fluent Bit, whose keys end at white space, and of Netdata, with `=`.

use std::sync::Arc;

use crate::yaml::{Document, TranslatedNode, TranslationBuilder};
use promvet_text::{Span, Text};

/// The key under which a section has its name.
pub const SECTION: &str = "[section]";

/// The sections of a text as a list of mappings, keys in lower case; `ends_key` is what is behind a key.
#[must_use]
pub fn read(text: &Arc<Text>, ends_key: fn(char) -> bool) -> Document {
    let mut builder = TranslationBuilder::of_text(text);
    let mut sections = Vec::new();
    let mut pairs: Vec<(TranslatedNode, TranslatedNode)> = Vec::new();
    let mut begin: Option<Span> = None;
    let mut from = 0;
    for line in text.content().split_inclusive('\n') {
        let start = from + (line.len() - line.trim_start().len());
        from += line.len();
        let written = line.trim();
        let span = Span::new(start, start + written.len());
        if written.is_empty() || written.starts_with(['#', ';', '@']) {
            continue;
        }
        if let Some(name) = written
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            finish(&mut builder, &mut sections, begin.replace(span), &mut pairs);
            let key = builder.scalar_at(span, SECTION, true);
            let inner = Span::new(start + 1, start + written.len() - 1);
            pairs.push((key, builder.scalar_at(inner, name, true)));
            continue;
        }
        let Some(end) = written.find(ends_key).filter(|_| begin.is_some()) else {
            continue;
        };
        let (name, rest) = written.split_at(end);
        let value = rest.trim_start_matches(|c: char| c.is_whitespace() || ends_key(c));
        let key = Span::new(start, start + name.trim_end().len());
        let name = name.trim_end().to_ascii_lowercase();
        let to = start + written.len();
        let value_span = Span::new(to - value.len(), to);
        let key = builder.scalar_at(key, &name, true);
        pairs.push((key, builder.scalar_at(value_span, value, true)));
    }
    finish(&mut builder, &mut sections, begin, &mut pairs);
    let whole = Span::new(0, text.content().len());
    let root = builder.sequence_at(whole, &sections);
    builder.finish(root)
}

fn finish(
    builder: &mut TranslationBuilder,
    sections: &mut Vec<TranslatedNode>,
    begin: Option<Span>,
    pairs: &mut Vec<(TranslatedNode, TranslatedNode)>,
) {
    if let Some(begin) = begin {
        sections.push(builder.mapping_at(begin, pairs));
    }
    pairs.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_their_keys() {
        let source = "[SERVICE]\n  Flush 1\n# [OUTPUT]\n[OUTPUT]\n    Name  prometheus_remote_write\n    Header A b c\n";
        let text = Text::new("a.conf", source.as_bytes().to_vec());
        let document = read(&text, char::is_whitespace);
        let sections: Vec<_> = document.root().unwrap().items().collect();
        let [service, output] = &*sections else {
            panic!("{}", sections.len())
        };
        assert_eq!(service.get("flush").unwrap().as_str(), Some("1"));
        assert_eq!(output.get(SECTION).unwrap().as_str(), Some("OUTPUT"));
        let header = output.get("header").unwrap();
        assert_eq!(text.slice(header.span()), "A b c");
        let netdata = Text::new(
            "b.conf",
            b"[a:b]\n  remote write URL path = /api\n".to_vec(),
        );
        let document = read(&netdata, |c| c == '=');
        let section = document.root().unwrap().items().next().unwrap();
        assert_eq!(
            section.get("remote write url path").unwrap().as_str(),
            Some("/api")
        );
    }
}
