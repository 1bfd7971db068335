//! A flowchart in the language of Mermaid (mermaid.js.org/syntax/flowchart.html).

use std::io::{self, Write};

use super::graph::{GraphNodeKind, InventoryGraph};
use super::{Inventory, TableOptions};

pub(super) fn write(inventory: &Inventory, to: &mut dyn Write, _: &TableOptions) -> io::Result<()> {
    let graph = InventoryGraph::new(inventory);
    writeln!(to, "flowchart LR")?;
    for (number, node) in (1..).zip(&graph.nodes) {
        let lines: Vec<_> = node.label.iter().map(|line| escaped(line)).collect();
        let (open, close) = match node.kind {
            GraphNodeKind::Sender => ("[", "]"),
            GraphNodeKind::Between => ("[/", "/]"),
            GraphNodeKind::Receiver => ("(", ")"),
        };
        writeln!(to, "  n{number}{open}\"{}\"{close}", lines.join("<br/>"))?;
    }
    for edge in &graph.edges {
        match edge.label.as_str() {
            "" => writeln!(to, "  n{} --> n{}", edge.from, edge.to)?,
            label => writeln!(
                to,
                "  n{} -->|\"{}\"| n{}",
                edge.from,
                escaped(label),
                edge.to
            )?,
        }
    }
    Ok(())
}

/// A text between quotes: what quotes, HTML and Markdown give a meaning to is written as a number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '*' | '_' | '~' | '%' | '|' | '{' | '}' => {
                out.push_str(&format!("#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
