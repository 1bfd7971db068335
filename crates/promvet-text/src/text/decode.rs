//! From the bytes of a file to its text.

use super::Span;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether a file begins with a byte-order mark.
pub(super) fn has_mark(bytes: &[u8]) -> bool {
    [BOM, b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|mark| bytes.starts_with(mark))
}

/// The offset of the first byte that is not UTF-8, a byte-order mark not counted.
fn first_invalid(bytes: &[u8]) -> Option<u32> {
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    Some(Span::new(at - bom, at - bom).start)
}

/// What became of the bytes of a file.
pub(super) struct Decoded {
    pub(super) content: String,
    /// The length of a UTF-8 byte-order mark, which the content leaves out.
    pub(super) bom: usize,
    /// The offset in the content of the first bytes that stand for no character.
    pub(super) invalid: Option<u32>,
}

pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    if bytes.starts_with(b"\xff\xfe") {
        return utf16(&bytes, u16::from_le_bytes);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return utf16(&bytes, u16::from_be_bytes);
    }
    let invalid = first_invalid(&bytes);
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut content =
        String::from_utf8(bytes).unwrap_or_else(|broken| replace_invalid(broken.as_bytes()));
    content.drain(..bom);
    Decoded {
        content,
        bom,
        invalid,
    }
}

fn utf16(bytes: &[u8], from: fn([u8; 2]) -> u16) -> Decoded {
    let pairs = bytes.chunks_exact(2);
    let is_cut = !pairs.remainder().is_empty();
    let units = pairs
        .filter_map(|pair| pair.try_into().ok())
        .skip(1)
        .map(from);
    let mut content = String::with_capacity(bytes.len() / 2);
    let mut invalid = None;
    for c in char::decode_utf16(units) {
        if c.is_err() {
            invalid = invalid.or(Some(content.len()));
        }
        content.push(c.unwrap_or('?'));
    }
    let invalid = invalid.or_else(|| is_cut.then_some(content.len()));
    Decoded {
        content,
        bom: 0,
        invalid: invalid.map(|at| Span::new(at, at).start),
    }
}

fn replace_invalid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
}
