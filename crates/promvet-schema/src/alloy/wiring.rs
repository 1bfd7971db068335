//! How the components of Alloy are connected, and what those look for that `prometheus.yml` has no
//! counterpart of.

use super::reader::{self, Block, Item, Value};
use super::{REMOTE_WRITE, SCRAPE};
use promvet_text::{Span, Text};

/// An attribute of a component.
#[derive(Debug)]
pub struct WiredAttribute {
    /// The component, its label, and the way to the attribute: `prometheus.scrape.a.forward_to`.
    pub path: String,
    /// What it is set to: the items of a list, or one text. Without blanks and comments.
    pub values: Vec<String>,
    /// Where that is.
    pub span: Span,
}

/// Components that the native tree has, apart from these attributes and blocks: which components they get
/// from and send to.
const TRANSLATED: &[(&str, &[&str])] = &[
    (SCRAPE, &["clustering", "forward_to", "targets"]),
    (REMOTE_WRITE, &["wal"]),
    ("discovery.relabel", &["targets"]),
    ("prometheus.relabel", &["forward_to"]),
];

/// What the names of other components begin with that find targets, or that samples go through.
const OTHERS: &[&str] = &["discovery.", "local.", "otelcol.", "prometheus.", "remote."];

/// The attributes of a text by which samples get from one component to the next.
#[must_use]
pub fn wiring(text: &Text) -> Vec<WiredAttribute> {
    let mut out = Vec::new();
    let source = text.content();
    components(source, &reader::read(source).items, "", &mut out);
    out
}

fn components(source: &str, items: &[Item], before: &str, out: &mut Vec<WiredAttribute>) {
    for item in items {
        let Item::Block(block) = item else { continue };
        let path = named(before, block);
        if matches!(&*block.name, "declare" | "foreach" | "template") {
            components(source, &block.body, &path, out);
            continue;
        }
        let row = TRANSLATED.iter().find(|(name, _)| *name == block.name);
        let is_other = || OTHERS.iter().any(|start| block.name.starts_with(start));
        match row {
            Some((_, names)) => {
                let wanted = |name: &str| names.contains(&name);
                attributes(source, block, &path, &wanted, out);
            }
            None if is_other() => attributes(source, block, &path, &|_| true, out),
            None => {}
        }
    }
}

/// The path of a block behind that of what it is in.
fn named(before: &str, block: &Block) -> String {
    let label = block.label.as_deref();
    let parts = [Some(before), Some(&*block.name), label];
    let parts: Vec<_> = parts
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect();
    parts.join(".")
}

fn attributes(
    source: &str,
    block: &Block,
    path: &str,
    wanted: &dyn Fn(&str) -> bool,
    out: &mut Vec<WiredAttribute>,
) {
    for item in &block.body {
        match item {
            Item::Attribute { name, value, .. } if wanted(name) => {
                // A job has the targets that are written down.
                let is_native = block.name == SCRAPE && name == "targets" && is_written(value);
                if !is_native {
                    out.push(WiredAttribute {
                        path: format!("{path}.{name}"),
                        values: values(source, value),
                        span: value.span(),
                    });
                }
            }
            Item::Block(inner) if wanted(&inner.name) => {
                attributes(source, inner, &named(path, inner), &|_| true, out);
            }
            _ => {}
        }
    }
}

/// Whether a list of targets is written down rather than worked out.
fn is_written(value: &Value) -> bool {
    let is_target = |item: &Value| matches!(item, Value::Object { .. });
    matches!(value, Value::List { items, .. } if !items.is_empty() && items.iter().all(is_target))
}

fn values(source: &str, value: &Value) -> Vec<String> {
    let text = |span: Span| expression(source.get(range(span)).unwrap_or_default());
    match value {
        Value::List { items, .. } => items.iter().map(|item| text(item.span())).collect(),
        Value::Text { text, .. } => vec![text.clone()],
        other => vec![text(other.span())],
    }
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// An expression without blanks, line breaks and comments outside of its texts.
#[must_use]
pub fn expression(written: &str) -> String {
    let mut out = String::new();
    for line in written.lines() {
        let mut is_text = false;
        let mut before = ' ';
        for c in line.chars() {
            if c == '"' && before != '\\' {
                is_text = !is_text;
            }
            if !is_text && c == '/' && before == '/' {
                out.pop();
                break;
            }
            if is_text || !c.is_whitespace() {
                out.push(c);
            }
            before = c;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wiring;
    use promvet_text::Text;

    #[test]
    fn attributes_that_connect_components_are_found() {
        let source = "\
discovery.kubernetes \"pods\" {
  role = \"pod\"
  namespaces { names = [\"x\", \"y\"] }
}
discovery.relabel \"pods\" {
  targets = discovery.kubernetes.pods.targets
  rule { action = \"keep\" }
}
prometheus.scrape \"a\" {
  targets = concat(discovery.relabel.pods.output, // both
                   prometheus.exporter.self.x.targets)
  forward_to = [prometheus.remote_write.m.receiver, ]
  scrape_interval = \"30s\"
}
prometheus.scrape \"b\" {
  targets = [{\"__address__\" = \"b:1\"}]
  forward_to = []
}
loki.write \"l\" { x = 1 }
prometheus.remote_write \"m\" {
  endpoint { url = \"https://m.example\" }
}
";
        let text = Text::new("c.alloy", source.as_bytes().to_vec());
        let found = wiring(&text).into_iter();
        let found: Vec<_> = found
            .map(|it| format!("{} = {}", it.path, it.values.join(" ")))
            .collect();
        assert_eq!(
            found,
            [
                "discovery.kubernetes.pods.role = pod",
                "discovery.kubernetes.pods.namespaces.names = \"x\" \"y\"",
                "discovery.relabel.pods.targets = discovery.kubernetes.pods.targets",
                "prometheus.scrape.a.targets = concat(discovery.relabel.pods.output,prometheus.exporter.self.x.targets)",
                "prometheus.scrape.a.forward_to = prometheus.remote_write.m.receiver",
                "prometheus.scrape.b.forward_to = ",
            ]
        );
    }
}
