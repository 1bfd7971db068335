//! What a `ca_file` describes the issuer: a user who names one does not mean the authorities that
//! everybody trusts anyway.

use memchr::memmem;

use super::KnownIssuer;
use crate::finding::{Evidence, Place};
use crate::policy::CertificateIssuer;
use promvet_syntax::base64;

/// How common names of authorities begin, and whose they are (letsencrypt/website
/// `content/en/certificates.md`, `content/en/docs/staging-environment.md`; the older names were in
/// use until 2021).
const AUTHORITIES: &[(&[u8], CertificateIssuer)] = &[
    (b"(STAGING)", CertificateIssuer::LetsEncryptStaging),
    (b"Fake LE ", CertificateIssuer::LetsEncryptStaging),
    (b"ISRG Root ", CertificateIssuer::LetsEncryptProd),
];

/// Where systems keep the authorities that everybody trusts (Go's `crypto/x509/root_linux.go` and
/// its neighbors): such a file says nothing about one issuer.
const SYSTEM_BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
    "/etc/openssl/certs/ca-certificates.crt",
];

/// The issuer by the `ca_file` that is configured: `path` as written, at `place`; `content` of the
/// file, if it can be read. None if it names the system's authorities, or certificates of
/// different kinds.
#[must_use]
pub fn by_ca_file(path: &str, place: &Place, content: Option<&[u8]>) -> Option<KnownIssuer> {
    if path.is_empty() || is_system_bundle(path) {
        return None;
    }
    let mut kinds: Vec<_> = certificates(content.unwrap_or_default())
        .map(|der| authority(&der))
        .collect();
    kinds.dedup();
    let (issuer, message) = match kinds.as_slice() {
        [] | [None] => (
            CertificateIssuer::Private,
            "`ca_file` names a private authority",
        ),
        [Some(CertificateIssuer::LetsEncryptStaging)] => (
            CertificateIssuer::LetsEncryptStaging,
            "`ca_file` holds a certificate of Let's Encrypt's staging environment",
        ),
        [Some(CertificateIssuer::LetsEncryptProd)] => (
            CertificateIssuer::LetsEncryptProd,
            "`ca_file` holds a root of Let's Encrypt's production environment",
        ),
        _ => return None,
    };
    let evidence = Evidence {
        place: place.clone(),
        message: message.into(),
    };
    Some(KnownIssuer {
        issuer,
        evidence: vec![evidence],
    })
}

/// Whether a file holds the authorities that everybody trusts.
#[must_use]
pub fn is_system_bundle(path: &str) -> bool {
    SYSTEM_BUNDLES.contains(&path)
}

/// Whose an authority is, by the beginning of a name in a certificate.
pub(in crate::facts) fn by_name(name: &str) -> Option<CertificateIssuer> {
    let known = |(start, _): &&(&[u8], CertificateIssuer)| name.as_bytes().starts_with(start);
    AUTHORITIES.iter().find(known).map(|(_, issuer)| *issuer)
}

/// Whose a certificate is, by the common names in it: its subject's and its issuer's.
fn authority(der: &[u8]) -> Option<CertificateIssuer> {
    // The attribute type 2.5.4.3 in DER; the string's tag and length come between it and the text.
    const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];
    memmem::find_iter(der, COMMON_NAME).find_map(|at| {
        let text = der.get(at + COMMON_NAME.len() + 2..)?;
        AUTHORITIES
            .iter()
            .find(|(start, _)| text.starts_with(start))
            .map(|(_, issuer)| *issuer)
    })
}

/// The certificates of a PEM file, as bytes.
fn certificates(pem: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    memmem::find_iter(pem, BEGIN).filter_map(|at| {
        let body = pem.get(at + BEGIN.len()..)?;
        let body = body.split(|byte| *byte == b'-').next()?;
        base64::decode_spaced(std::str::from_utf8(body).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Span, Text};

    const STAGING: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBvDCCAWGgAwIBAgIUHczfQNcyQi1SJGPJV1MYGwDtZ9swCgYIKoZIzj0EAwIw\n\
MzENMAsGA1UECgwESVNSRzEiMCAGA1UEAwwZKFNUQUdJTkcpIFByZXRlbmQgUGVh\n\
ciBYMTAeFw0yNjExMjIxNzU3NTRaFw0zNjExMTkxNzU3NTRaMDMxDTALBgNVBAoM\n\
BElTUkcxIjAgBgNVBAMMGShTVEFHSU5HKSBQcmV0ZW5kIFBlYXIgWDEwWTATBgcq\n\
hkjOPQIBBggqhkjOPQMBBwNCAASyXVfK4G5G4vio5l53XwdTxbWuf0Ew/rQCpatS\n\
HXUifqJ1b2dMI6yyZ+dI07wf+o9R/ho5UJrQ0akD4o8+C+dSo1MwUTAdBgNVHQ4E\n\
FgQU7pcbZAqDN6yWFkk7gtzQ/EUYsJowHwYDVR0jBBgwFoAU7pcbZAqDN6yWFkk7\n\
gtzQ/EUYsJowDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA0Z9i\n\
DN/ZNCviUSEbC9UiZj491zhXyrUGtDaqiC2yHyQCIQC/d2ryM7kYwk1aUVCuTjjU\n\
0udlTK7+FM2Pb9ZvBuotOQ==\n\
-----END CERTIFICATE-----\n";

    const OLD_STAGING: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBpzCCAU2gAwIBAgIUXkSg135NLJgCummx01ndRL1ZdbYwCgYIKoZIzj0EAwIw\n\
KTENMAsGA1UECgwESVNSRzEYMBYGA1UEAwwPRmFrZSBMRSBSb290IFgxMB4XDTI2\n\
MTEyMjE3NTc1NFoXDTM2MTExOTE3NTc1NFowKTENMAsGA1UECgwESVNSRzEYMBYG\n\
A1UEAwwPRmFrZSBMRSBSb290IFgxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n\
9Ju6qqQd/Qnp1Jw2zzexZwFmBz4yc2XxbhIJXsOJPKWQysuD1oFAkvOWKezTwf8R\n\
lNlKCDHfMXQgElJhf3QlJaNTMFEwHQYDVR0OBBYEFLrzE0mBMGAgebn2EPJz6vaE\n\
CH6tMB8GA1UdIwQYMBaAFLrzE0mBMGAgebn2EPJz6vaECH6tMA8GA1UdEwEB/wQF\n\
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJLbmy77QVxlARvrbMI4oFmf17Ej6zPk\n\
msU3eiy1xL0DAiAszVhMO8es6JQN76xJ2nq1/nJJc7e+hlLiJFC0i+cdww==\n\
-----END CERTIFICATE-----\n";

    const PRODUCTION: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBoTCCAUegAwIBAgIUdLPlIXaOlpXtWR5qppbhSMBDIDkwCgYIKoZIzj0EAwIw\n\
JjENMAsGA1UECgwESVNSRzEVMBMGA1UEAwwMSVNSRyBSb290IFgxMB4XDTI2MTEy\n\
MjE3NTc1NFoXDTM2MTExOTE3NTc1NFowJjENMAsGA1UECgwESVNSRzEVMBMGA1UE\n\
AwwMSVNSRyBSb290IFgxMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElqmpxKAp\n\
Jt5w3hezBteJXYmE8ol23+Ssfqvv9WtTxKS65sF9Qa3Zi+brcekaLEOnTBsSwgVm\n\
LAKb8PFSyeoqo6NTMFEwHQYDVR0OBBYEFOtejAEgUn+c6MjAhShaJiR5VHMmMB8G\n\
A1UdIwQYMBaAFOtejAEgUn+c6MjAhShaJiR5VHMmMA8GA1UdEwEB/wQFMAMBAf8w\n\
CgYIKoZIzj0EAwIDSAAwRQIgctHbufq8h+asRHPRRuVgNejtG+CJn59x2DbHCB4u\n\
YqECIQDDVMQR0bUq/xfs6p6s73Upb9aglLgt2MXssm37yjYH5A==\n\
-----END CERTIFICATE-----\n";

    const OWN: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBoTCCAUegAwIBAgIUIf7l/eGRvb8MYo+Q6W8xoWmLamowCgYIKoZIzj0EAwIw\n\
JjENMAsGA1UECgwESVNSRzEVMBMGA1UEAwwMRXhhbXBsZSBSb290MB4XDTI2MTEy\n\
MjE3NTc1NFoXDTM2MTExOTE3NTc1NFowJjENMAsGA1UECgwESVNSRzEVMBMGA1UE\n\
AwwMRXhhbXBsZSBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaK9tO6JR\n\
tA4733V+34K+8qaGfblYcWQx/U4LwSvzMKq5HAMdiLFK8Sv+Sb2qH39Mlt8fq/Lj\n\
ViAFMePKmSa4RaNTMFEwHQYDVR0OBBYEFFulhC6YlaULbVBo/KS1pjQxYZhDMB8G\n\
A1UdIwQYMBaAFFulhC6YlaULbVBo/KS1pjQxYZhDMA8GA1UdEwEB/wQFMAMBAf8w\n\
CgYIKoZIzj0EAwIDSAAwRQIhANj84/EdcZ/4HJLEplmzb+Kr8Wm5FTbOrEU+4CMM\n\
tEykAiBqUNED9o0GmQZ80h2ezpQ7z+FmVa8ikZENUzQlIntdgw==\n\
-----END CERTIFICATE-----\n";

    fn issuer(path: &str, content: Option<&str>) -> Option<CertificateIssuer> {
        let text = Text::new("prometheus.yml", b"ca_file: ca.pem\n".to_vec());
        let place = Place::new(&text, Span::new(9, 15));
        let known = by_ca_file(path, &place, content.map(str::as_bytes))?;
        assert_eq!(known.evidence.len(), 1);
        assert_eq!(known.evidence[0].place.span(), place.span());
        Some(known.issuer)
    }

    #[test]
    fn the_common_name_tells_an_environment_of_lets_encrypt() {
        for (content, expected) in [
            (STAGING.to_owned(), CertificateIssuer::LetsEncryptStaging),
            (
                STAGING.replace('\n', "\r\n"),
                CertificateIssuer::LetsEncryptStaging,
            ),
            (
                format!("# (STAGING) root\n{OWN}"),
                CertificateIssuer::Private,
            ),
            (
                OLD_STAGING.to_owned(),
                CertificateIssuer::LetsEncryptStaging,
            ),
            (
                format!("{STAGING}{OLD_STAGING}"),
                CertificateIssuer::LetsEncryptStaging,
            ),
            (PRODUCTION.to_owned(), CertificateIssuer::LetsEncryptProd),
            (OWN.to_owned(), CertificateIssuer::Private),
            (format!("{OWN}{OWN}"), CertificateIssuer::Private),
            ("no certificate".to_owned(), CertificateIssuer::Private),
            (
                "-----BEGIN CERTIFICATE-----\n=\u{ff}".to_owned(),
                CertificateIssuer::Private,
            ),
        ] {
            assert_eq!(
                issuer("ca.pem", Some(&content)),
                Some(expected),
                "{content}"
            );
        }
        assert_eq!(
            issuer("/etc/prometheus/ca.pem", None),
            Some(CertificateIssuer::Private)
        );
    }

    #[test]
    fn authorities_of_different_kinds_tell_nothing() {
        assert_eq!(issuer("ca.pem", Some(&format!("{STAGING}{OWN}"))), None);
        assert_eq!(
            issuer("ca.pem", Some(&format!("{PRODUCTION}{STAGING}{OWN}"))),
            None
        );
        assert_eq!(issuer("/etc/ssl/certs/ca-certificates.crt", None), None);
        assert_eq!(issuer("", None), None);
    }
}
