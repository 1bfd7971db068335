//! A graph in the language of Graphviz (graphviz.org/doc/info/lang.html).

use std::io::{self, Write};

use super::graph::{GraphNodeKind, InventoryGraph};
use super::{Inventory, TableOptions};

pub(super) fn write(inventory: &Inventory, to: &mut dyn Write, _: &TableOptions) -> io::Result<()> {
    let graph = InventoryGraph::new(inventory);
    writeln!(to, "digraph promvet {{")?;
    writeln!(to, "  rankdir=LR;")?;
    writeln!(to, "  node [shape=box];")?;
    for (number, node) in (1..).zip(&graph.nodes) {
        let lines: Vec<_> = node.label.iter().map(|line| escaped(line)).collect();
        let style = match node.kind {
            GraphNodeKind::Sender => "",
            GraphNodeKind::Between => ", style=dashed",
            GraphNodeKind::Receiver => ", style=rounded",
        };
        writeln!(to, "  n{number} [label=\"{}\"{style}];", lines.join("\\n"))?;
    }
    for edge in &graph.edges {
        write!(to, "  n{} -> n{}", edge.from, edge.to)?;
        match edge.label.as_str() {
            "" => writeln!(to, ";")?,
            label => writeln!(to, " [label=\"{}\"];", escaped(label))?,
        }
    }
    writeln!(to, "}}")
}

/// A text between quotes. Graphviz reads escapes and HTML entities in labels.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            // `##[` is a command to a runner of Azure Pipelines.
            '#' => out.push_str("&#35;"),
            c => out.push(c),
        }
    }
    out
}
