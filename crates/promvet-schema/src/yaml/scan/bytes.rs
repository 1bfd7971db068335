//! Single bytes, and the way from one token to the next.

use memchr::memchr2;

use super::Scanner;

/// Classes of bytes, as bits.
pub(super) const BLANK: u8 = 1;
pub(super) const BREAK: u8 = 2;
/// What is read behind the end of the text. A text that holds it is not read by the scanner.
pub(super) const END: u8 = 4;
pub(super) const COLON: u8 = 8;
/// What ends a plain scalar between brackets.
pub(super) const FLOW: u8 = 16;
/// What cannot begin a plain scalar.
pub(super) const INDICATOR: u8 = 32;
/// What the inside of a double-quoted scalar has to be looked at for.
pub(super) const DOUBLE: u8 = 64;
/// The same for a single-quoted one.
pub(super) const SINGLE: u8 = 128;

/// Worked out at compile time, since each byte of a file is looked up.
static CLASSES: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is compiled"
)]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let lists: [(&[u8], u8); 8] = [
        (b" \t", BLANK),
        (b"\n\r", BREAK | DOUBLE | SINGLE),
        (b"\0", END | DOUBLE | SINGLE),
        (b":", COLON),
        (b",?[]{}", FLOW),
        (b"-?:,[]{}#&*!|>'\"%@` \t\n\r\0", INDICATOR),
        (b"\"\\", DOUBLE),
        (b"'", SINGLE),
    ];
    let mut list = 0;
    while list < lists.len() {
        let (bytes, class) = lists[list];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] |= class;
            at += 1;
        }
        list += 1;
    }
    table
}

pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// A blank, a line break or the end: what has to follow an indicator.
pub(super) fn is_blankz(byte: u8) -> bool {
    class(byte) & (BLANK | BREAK | END) != 0
}

impl Scanner<'_> {
    /// The byte at a place; 0 behind the end.
    pub(super) fn byte_at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn byte(&self) -> u8 {
        self.byte_at(self.at)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The column of the current place.
    pub(super) fn column(&self) -> isize {
        isize::try_from(self.at - self.line_start).unwrap_or(isize::MAX)
    }

    /// The first place from `at` on whose byte is of one of the classes; the end is of all.
    pub(super) fn find(&self, at: usize, classes: u8) -> usize {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        let found = rest.iter().position(|&byte| class(byte) & classes != 0);
        found.map_or(self.bytes.len(), |found| at + found)
    }

    /// The first place from `at` on that is not a blank.
    pub(super) fn behind_blanks(&self, mut at: usize) -> usize {
        while class(self.byte_at(at)) & BLANK != 0 {
            at += 1;
        }
        at
    }

    /// The end of the line of `at`, in front of its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        memchr2(b'\n', b'\r', rest).map_or(self.bytes.len(), |found| at + found)
    }

    /// The place behind the line break at `at`.
    pub(super) fn behind_break(&self, at: usize) -> usize {
        if self.byte_at(at) == b'\r' && self.byte_at(at + 1) == b'\n' {
            at + 2
        } else {
            at + 1
        }
    }

    /// Skips blanks, comments and line breaks, as `yaml_parser_scan_to_next_token` does: tabs count as
    /// blanks only where no key may begin, that is up to the first line break. Says whether a line
    /// ended.
    pub(super) fn skip_to_token(&mut self, tabs: bool) -> bool {
        let mut tabs = tabs;
        let mut crossed = false;
        loop {
            match self.byte() {
                b' ' => self.at += 1,
                b'\t' if tabs => self.at += 1,
                b'#' => self.at = self.line_end(self.at),
                b'\n' | b'\r' => {
                    self.at = self.behind_break(self.at);
                    self.line_start = self.at;
                    crossed = true;
                    tabs = false;
                }
                _ => return crossed,
            }
        }
    }

    /// `-` or `.` if a document begins or ends here with three of them.
    pub(super) fn document_mark(&self) -> Option<u8> {
        let mark = self.byte();
        let is_one = self.at == self.line_start
            && matches!(mark, b'-' | b'.')
            && self.byte_at(self.at + 1) == mark
            && self.byte_at(self.at + 2) == mark
            && is_blankz(self.byte_at(self.at + 3));
        is_one.then_some(mark)
    }

    /// Whether a block entry begins here.
    pub(super) fn is_at_entry(&self) -> bool {
        self.byte() == b'-' && is_blankz(self.byte_at(self.at + 1))
    }
}
