//! PEM files and tokens.

use promvet::facts::token;
use promvet_syntax::pem::{self, PemRole, ServerCertificate};

use super::within;

/// A time at which certificates are judged: 2026-01-01.
const NOW: i64 = 1_767_225_600;

/// Any bytes as the file of a certificate, a key or a token: no message repeats a line of it.
pub fn material(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // What could be a piece of a key.
    let lines = text.lines().map(str::trim).filter(|line| {
        line.len() >= 24
            && line
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
    });
    let lines: Vec<_> = lines.collect();
    for role in [PemRole::Authorities, PemRole::Certificate, PemRole::Key] {
        let faults = within(bytes.len(), 10_000, 50, || pem::check(role, bytes, NOW));
        for fault in &faults {
            let shown = lines.iter().find(|line| fault.message.contains(**line));
            assert_eq!(shown, None, "{}", fault.message);
        }
        assert_eq!(pem::check(role, bytes, NOW), faults, "the same file twice");
    }
    if let Some(is_pair) = pem::is_pair(bytes, bytes) {
        assert_eq!(pem::is_pair(bytes, bytes), Some(is_pair));
    }
    for der in pem::authorities(bytes) {
        assert!(der.len() <= bytes.len());
    }
    let _ = ServerCertificate::read(bytes);
    let observed = token::observe(bytes, NOW);
    assert_eq!(token::observe(bytes, NOW), observed, "the same token twice");
}
