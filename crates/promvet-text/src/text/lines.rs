//! The lines of a text, found when a position is asked for.

use std::sync::OnceLock;

use super::Span;
use super::columns::Columns;

/// A point in a file as people and machines name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1; a byte-order mark is not counted.
    pub column: usize,
    /// Bytes from the start of the file, from 0; a byte-order mark is counted.
    pub offset: usize,
}

/// Where lines begin, and how far the columns of long ones are counted; of a text that is handed
/// in and is always the same one.
#[derive(Default)]
pub(super) struct Lines {
    starts: OnceLock<Vec<u32>>,
    columns: Columns,
}

impl Lines {
    /// The position of an offset in a text that had a byte-order mark of `bom` bytes before it.
    pub(super) fn position(&self, content: &str, bom: usize, offset: u32) -> Position {
        let line = self.at(content, offset);
        let start = self.starts(content).get(line - 1).copied().unwrap_or(0);
        let before = start as usize..offset.max(start) as usize;
        let column = self.columns.count(content, before) + 1;
        Position {
            line,
            column,
            offset: offset as usize + bom,
        }
    }

    /// The line of an offset, from 1.
    pub(super) fn at(&self, content: &str, offset: u32) -> usize {
        self.starts(content)
            .partition_point(|&start| start <= offset)
            .max(1)
    }

    /// The bytes of a line (from 1) without its line break.
    pub(super) fn span(&self, content: &str, line: usize) -> Option<Span> {
        let lines = self.starts(content);
        let start = *lines.get(line.checked_sub(1)?)? as usize;
        let end = lines.get(line).map_or(content.len(), |&next| next as usize);
        let text = content.get(start..end).unwrap_or("");
        Some(Span::new(
            start,
            start + text.trim_end_matches(['\n', '\r']).len(),
        ))
    }

    /// Offsets of the first byte of every line. Line breaks are `\n`, `\r\n` and a lone `\r`.
    fn starts(&self, content: &str) -> &[u32] {
        self.starts.get_or_init(|| {
            let bytes = content.as_bytes();
            let mut starts = vec![0];
            starts.extend(memchr::memchr2_iter(b'\n', b'\r', bytes).filter_map(|at| {
                let crlf = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
                (!crlf).then(|| Span::new(at + 1, at + 1).start)
            }));
            starts
        })
    }
}
