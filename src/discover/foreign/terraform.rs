//! Texts in a configuration of Terraform that are YAML: values of a `helm_release`, manifests. Of the
//! language itself nothing is read but where its heredocs are (hashicorp/hcl v2
//! `hclsyntax/spec.md`, "Template Expressions").

use std::sync::Arc;

use super::super::embedded;
use super::{RecognizedFile, TemplateEvidence};
use crate::finding::{EmbeddingStyle, KeyPath, Quoting, Span, Text};

/// Words: every heredoc that is worth a look has one of these.
const IN_HEREDOCS: &[&str] = &[
    "remoteWrite",
    "remote_write",
    "prometheusSpec",
    "monitoring.coreos.com/",
    "prometheusremotewrite",
];

/// A heredoc: where its lines are, and how much of each is indentation that comes off.
struct Heredoc {
    lines: Vec<Span>,
    indent: usize,
    /// The block that it is in.
    block: String,
}

/// What the heredocs of a text hold, and where those are in which something was found.
pub(in crate::discover) fn read(text: &Arc<Text>) -> (Vec<RecognizedFile>, Vec<Span>) {
    let (mut found, mut spans) = (Vec::new(), Vec::new());
    if !text.path().ends_with(".tf") {
        return (found, spans);
    }
    for heredoc in heredocs(text.content()) {
        let Some(all) = heredoc.lines.iter().copied().reduce(Span::join) else {
            continue;
        };
        let source = text.slice(all);
        if !IN_HEREDOCS.iter().any(|word| source.contains(word)) {
            continue;
        }
        // References fill in what they like.
        let inside = embedded::find(&heredoc.text(text), Some(TemplateEvidence::Variables));
        if !inside.is_empty() {
            found.extend(inside);
            spans.push(all);
        }
    }
    (found, spans)
}

impl Heredoc {
    /// Its text, as Terraform has it.
    fn text(&self, host: &Arc<Text>) -> Arc<Text> {
        let mut content = String::new();
        let mut segments = Vec::new();
        for line in &self.lines {
            let whole = host.slice(*line);
            let blanks = whole.len() - whole.trim_start_matches(' ').len();
            let indent = self.indent.min(blanks);
            segments.push((content.len(), line.start as usize + indent));
            content.push_str(whole.get(indent..).unwrap_or_default());
        }
        let within = KeyPath {
            identity: self.block.clone(),
            logical: self.block.clone(),
        };
        let written = EmbeddingStyle {
            quoting: Quoting::Lines,
            doubles_dollars: false,
        };
        Text::written_in(host, content, &segments, within, written)
    }
}

fn heredocs(content: &str) -> Vec<Heredoc> {
    let mut out = Vec::new();
    let mut open: Option<(Heredoc, &str, bool)> = None;
    let mut block = String::new();
    let mut from = 0;
    for line in content.split_inclusive('\n') {
        let span = Span::new(from, from + line.len());
        from += line.len();
        if let Some((mut heredoc, word, is_flush)) = open.take() {
            if line.trim() != word {
                heredoc.lines.push(span);
                open = Some((heredoc, word, is_flush));
                continue;
            }
            if is_flush {
                let lines = heredoc.lines.iter();
                let texts =
                    lines.filter_map(|span| content.get(span.start as usize..span.end as usize));
                let texts = texts.filter(|text| !text.trim().is_empty());
                let indents = texts.map(|text| text.len() - text.trim_start_matches(' ').len());
                heredoc.indent = indents.min().unwrap_or(0);
            }
            out.push(heredoc);
            continue;
        }
        let code = line.trim();
        if code.starts_with('#') || code.starts_with("//") {
            continue;
        }
        if let Some(name) = block_of(line) {
            block = name;
        }
        let Some((_, behind)) = code.split_once("<<") else {
            continue;
        };
        let is_flush = behind.starts_with('-');
        let word = behind.trim_start_matches('-').trim();
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if is_word {
            let heredoc = Heredoc {
                lines: Vec::new(),
                indent: 0,
                block: block.clone(),
            };
            open = Some((heredoc, word, is_flush));
        }
    }
    out
}

/// The name of a block of the top level that a line opens: `resource "helm_release" "a" {`.
fn block_of(line: &str) -> Option<String> {
    if !line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let head = line.trim_end().strip_suffix('{')?;
    let words = head.split_whitespace().map(|word| word.trim_matches('"'));
    let words: Vec<&str> = words.skip(1).collect();
    (!words.is_empty()).then(|| words.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heredocs_are_found_as_terraform_has_them() {
        let content = "resource \"helm_release\" \"kps\" {\n  values = [<<-EOT\n    a:\n      b: 1\n\n    EOT\n  ]\n}\nlocals {\n  # x = <<A\n  y = <<Y\n  c: 1\nY\n}\n";
        let text = Text::recognized("main.tf", content.as_bytes().to_vec());
        let found = heredocs(content);
        let texts: Vec<_> = found
            .iter()
            .map(|hit| hit.text(&text).content().to_owned())
            .collect();
        assert_eq!(texts, ["a:\n  b: 1\n\n", "  c: 1\n"]);
        assert_eq!(found[0].block, "helm_release.kps");
        let first = found[0].text(&text);
        assert_eq!(first.position(5).line, 4);
    }
}
