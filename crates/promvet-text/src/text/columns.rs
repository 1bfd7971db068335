//! Counting characters in long lines: a line of megabytes may have a finding every few bytes, and
//! is not counted anew for each.

use std::ops::Range;
use std::sync::OnceLock;

/// Bytes from one milestone to the next.
const STRIDE: usize = 4096;

/// How many characters precede each multiple of [`STRIDE`] bytes; counted when a long line
/// asks for it.
#[derive(Debug, Default)]
pub(super) struct Columns(OnceLock<Vec<usize>>);

impl Columns {
    /// How many characters begin in a range of bytes of a text, which is always the same one.
    pub(super) fn count(&self, text: &str, range: Range<usize>) -> usize {
        let bytes = text.as_bytes();
        let end = range.end.min(bytes.len());
        if end.saturating_sub(range.start) <= STRIDE {
            return beginning(bytes.get(range.start..end).unwrap_or(&[]));
        }
        let before = |at: usize| {
            let milestones = self.0.get_or_init(|| milestones(bytes));
            let index = at / STRIDE;
            let rest = bytes.get(index * STRIDE..at).unwrap_or(&[]);
            milestones.get(index).copied().unwrap_or(0) + beginning(rest)
        };
        before(end) - before(range.start)
    }
}

fn milestones(bytes: &[u8]) -> Vec<usize> {
    let mut total = 0;
    let mut out = vec![0];
    for block in bytes.chunks(STRIDE) {
        total += beginning(block);
        out.push(total);
    }
    out
}

/// The characters that begin among some bytes of UTF-8: all but the bytes that continue one.
pub(super) fn beginning(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_count_as_characters_do() {
        let text = "aé€😀\n".repeat(3000);
        let columns = Columns::default();
        let starts: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        for from in starts.iter().step_by(701) {
            for to in starts.iter().filter(|to| *to >= from).step_by(997) {
                let expected = text[*from..*to].chars().count();
                assert_eq!(columns.count(&text, *from..*to), expected, "{from} {to}");
            }
        }
        assert_eq!(columns.count("", 0..0), 0);
        assert_eq!(columns.count("ab", 1..9), 1);
    }
}
