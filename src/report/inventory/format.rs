//! The ways to write an inventory.

use std::io::{self, Write};

use super::{Inventory, csv, dot, json, markdown, mermaid, table};
use crate::report::formats::{FormatEntry, Formats};

/// A way to write an [`Inventory`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InventoryFormat {
    /// An aligned table.
    #[default]
    Table,
    /// One object; the contract is in docs/json.md.
    Json,
    /// One object a line, each with its type.
    JsonLines,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A table for a page or a comment.
    Markdown,
    /// A graph for Graphviz.
    Dot,
    /// A flowchart for Mermaid.
    Mermaid,
}

/// How a table for people is drawn.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Columns of the terminal; none is as wide as it needs to be.
    pub width: Option<usize>,
}

type WriteInventory = fn(&Inventory, &mut dyn Write, &TableOptions) -> io::Result<()>;

/// Every format with its name and what it is.
const FORMATS: Formats<InventoryFormat, WriteInventory> = Formats(&[
    FormatEntry {
        format: InventoryFormat::Table,
        name: "human",
        about: "an aligned table, with totals",
        writer: table::write,
    },
    FormatEntry {
        format: InventoryFormat::Json,
        name: "json",
        about: "one object with everything, versioned",
        writer: json::write,
    },
    FormatEntry {
        format: InventoryFormat::JsonLines,
        name: "json-lines",
        about: "the same, one object a line",
        writer: json::write_lines,
    },
    FormatEntry {
        format: InventoryFormat::Csv,
        name: "csv",
        about: "one line an endpoint, for spreadsheets",
        writer: csv::write,
    },
    FormatEntry {
        format: InventoryFormat::Markdown,
        name: "markdown",
        about: "a table for a page or a comment",
        writer: markdown::write,
    },
    FormatEntry {
        format: InventoryFormat::Dot,
        name: "dot",
        about: "a graph of who writes where, for Graphviz",
        writer: dot::write,
    },
    FormatEntry {
        format: InventoryFormat::Mermaid,
        name: "mermaid",
        about: "the same as a flowchart, for Mermaid",
        writer: mermaid::write,
    },
]);

impl InventoryFormat {
    /// All formats, in the order in which they are listed.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.all()
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        FORMATS.name(self)
    }

    /// What it is, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        FORMATS.about(self)
    }

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.named(name)
    }

    /// Writes the inventory.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(
        self,
        inventory: &Inventory,
        to: &mut dyn Write,
        options: &TableOptions,
    ) -> io::Result<()> {
        FORMATS.write(self, to, |write, bytes| write(inventory, bytes, options))
    }
}
