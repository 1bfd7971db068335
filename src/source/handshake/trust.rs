//! Whether a chain of certificates leads to an authority.

use std::time::Duration;

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

/// Whether the first certificate of a chain is signed by one of some authorities, with the
/// others in between; none if that is not known. Names do not count here.
pub(super) fn leads_to(chain: &[Vec<u8>], roots: &[CertificateDer<'_>], at: i64) -> Option<bool> {
    let (own, between) = chain.split_first()?;
    // Go takes a certificate that is trusted itself, whatever it may sign.
    if roots.iter().any(|root| root.as_ref() == own.as_slice()) {
        return Some(true);
    }
    let anchors: Vec<TrustAnchor<'_>> = roots
        .iter()
        .filter_map(|root| anchor_from_trusted_cert(root).ok())
        .collect();
    if anchors.is_empty() {
        return None;
    }
    let own = CertificateDer::from_slice(own);
    let between: Vec<_> = between
        .iter()
        .map(|certificate| CertificateDer::from_slice(certificate))
        .collect();
    let certificate = EndEntityCert::try_from(&own).ok()?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).ok()?));
    let verified = certificate.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &between,
        at,
        KeyUsage::server_auth(),
        None,
        None,
    );
    match verified {
        Ok(_) => Some(true),
        // A certificate that may sign others is its own authority as a rule, and this one is none
        // of those that are trusted.
        Err(Error::UnknownIssuer | Error::CaUsedAsEndEntity) => Some(false),
        // Of one between; of the first the caller knows better.
        Err(Error::CertExpired { .. } | Error::CertNotValidYet { .. }) => Some(false),
        Err(_) => None,
    }
}
