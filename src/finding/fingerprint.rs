//! Fingerprints: names for findings that survive moved lines and inserted neighbours.

use super::Finding;

/// 64-bit FNV-1a (draft-eastlake-fnv), which never changes between releases or platforms.
fn fnv1a(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The fingerprint of a finding: rule, path and named logical path, and which one it is where
/// several are alike (`nth` counts from 0). It holds no value of the file.
#[must_use]
pub fn fingerprint(finding: &Finding, nth: usize) -> String {
    fingerprint_at(finding, finding.place.path(), nth)
}

/// The fingerprint that a finding would have under another path: that of a renamed file.
#[must_use]
pub fn fingerprint_at(finding: &Finding, path: &str, nth: usize) -> String {
    let nth = nth.to_string();
    format!(
        "{:016x}",
        fnv1a(&[&finding.rule, path, &finding.identity, &nth])
    )
}
