//! Bytes that send a whole text to libyaml-safer.

/// Bytes looked at in one go, without a branch for each.
/// 64 bytes are a line of the cache, and the compiler makes vector instructions of the loop, so
/// that the scan costs next to nothing.
const BLOCK: usize = 64;

/// Whether a text holds control characters, line breaks beyond ASCII, a byte-order mark, or
/// characters that YAML does not allow.
pub(super) fn has_unusual_bytes(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (block, behind) = rest.split_at(rest.len().min(BLOCK));
        let suspicious = block
            .iter()
            .fold(false, |found, &byte| found | is_suspicious(byte));
        // A character may reach into the next block.
        if suspicious && is_unusual(block, behind) {
            return true;
        }
        rest = behind;
    }
    false
}

fn is_suspicious(byte: u8) -> bool {
    let control = byte < b' ' && byte != b'\n' && byte != b'\t' && byte != b'\r';
    control | (byte >= 0x7f)
}

fn is_unusual(block: &[u8], behind: &[u8]) -> bool {
    block.iter().enumerate().any(|(at, &byte)| {
        let next = |by: usize| {
            let inside = block.get(at + by);
            let byte = inside.or_else(|| behind.get(at + by - block.len()));
            byte.copied().unwrap_or(0)
        };
        match byte {
            0xc2 => next(1) < 0xa0,
            // U+2028 and U+2029.
            0xe2 => next(1) == 0x80 && matches!(next(2), 0xa8 | 0xa9),
            // U+FEFF, U+FFFE and U+FFFF.
            0xef => {
                next(1) == 0xbb && next(2) == 0xbf
                    || next(1) == 0xbf && matches!(next(2), 0xbe | 0xbf)
            }
            _ => byte < 0x80 && is_suspicious(byte),
        }
    })
}
