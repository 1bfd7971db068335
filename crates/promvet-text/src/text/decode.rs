//! From the bytes of a file to its text.

use super::Span;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether a file begins with a byte-order mark.
pub(super) fn has_mark(bytes: &[u8]) -> bool {
    [BOM, b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|mark| bytes.starts_with(mark))
}

/// The offset of the first byte that is not UTF-8, a byte-order mark not counted; none in UTF-16.
pub(super) fn first_invalid(bytes: &[u8]) -> Option<u32> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return None;
    }
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    Some(Span::new(at - bom, at - bom).start)
}

/// The text, and the length of the byte-order mark that stood before it.
pub(super) fn decode(bytes: Vec<u8>) -> (String, usize) {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok())
            .skip(1)
            .map(from);
        char::decode_utf16(units)
            .map(|c| c.unwrap_or('?'))
            .collect::<String>()
    };
    if bytes.starts_with(b"\xff\xfe") {
        return (utf16(u16::from_le_bytes), 0);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return (utf16(u16::from_be_bytes), 0);
    }
    let bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let mut content =
        String::from_utf8(bytes).unwrap_or_else(|broken| replace_invalid(broken.as_bytes()));
    content.drain(..bom);
    (content, bom)
}

fn replace_invalid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
}
