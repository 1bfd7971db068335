//! ACME directories: which authority, and whether its certificates are trusted
//! (letsencrypt/website `content/en/docs/staging-environment.md`; acmesh-official/acme.sh
//! `acme.sh`; caddyserver/certmagic `acmeissuer.go`).

use crate::policy::CertificateIssuer;

/// An environment of a public authority, by the host of its directory.
#[derive(Debug)]
struct AuthorityEnvironment {
    host: &'static str,
    issuer: CertificateIssuer,
    /// What an issuer with this directory does, as a predicate.
    says: &'static str,
}

const ENVIRONMENTS: &[AuthorityEnvironment] = &[
    AuthorityEnvironment {
        host: "acme-v02.api.letsencrypt.org",
        issuer: CertificateIssuer::LetsEncryptProd,
        says: "uses Let's Encrypt's production directory",
    },
    AuthorityEnvironment {
        host: "acme-staging-v02.api.letsencrypt.org",
        issuer: CertificateIssuer::LetsEncryptStaging,
        says: "uses Let's Encrypt's staging directory",
    },
    AuthorityEnvironment {
        host: "acme-staging.api.letsencrypt.org",
        issuer: CertificateIssuer::LetsEncryptStaging,
        says: "uses Let's Encrypt's old staging directory",
    },
    AuthorityEnvironment {
        host: "acme.zerossl.com",
        issuer: CertificateIssuer::Public,
        says: "uses the directory of ZeroSSL, a public authority",
    },
    AuthorityEnvironment {
        host: "dv.acme-v02.api.pki.goog",
        issuer: CertificateIssuer::Public,
        says: "uses the production directory of Google Trust Services",
    },
    AuthorityEnvironment {
        host: "dv.acme-v02.test-api.pki.goog",
        issuer: CertificateIssuer::Staging,
        says: "uses the test directory of Google Trust Services",
    },
    AuthorityEnvironment {
        host: "acme.ssl.com",
        issuer: CertificateIssuer::Public,
        says: "uses the directory of SSL.com, a public authority",
    },
    AuthorityEnvironment {
        host: "acme-api.actalis.com",
        issuer: CertificateIssuer::Public,
        says: "uses the directory of Actalis, a public authority",
    },
    AuthorityEnvironment {
        host: "api.buypass.com",
        issuer: CertificateIssuer::Public,
        says: "uses the directory of Buypass, a public authority",
    },
    AuthorityEnvironment {
        host: "api.test4.buypass.no",
        issuer: CertificateIssuer::Staging,
        says: "uses the test directory of Buypass",
    },
];

/// Parts of a host name by which authorities mark what is for tests.
const TEST_MARKS: &[&str] = &["staging", "test-api", "test4"];

/// Who signs for an issuer with this directory, if that is known, and a predicate that says so.
pub(super) fn classify(server: &str) -> (Option<CertificateIssuer>, &'static str) {
    let host = url::Url::parse(server.trim()).ok();
    let Some(host) = host.as_ref().and_then(url::Url::host_str) else {
        return (None, "names an ACME directory that is not a URL");
    };
    if let Some(known) = ENVIRONMENTS
        .iter()
        .find(|environment| environment.host == host)
    {
        return (Some(known.issuer), known.says);
    }
    if TEST_MARKS.iter().any(|mark| host.contains(mark)) {
        let says = "uses an ACME directory for tests, as its name says";
        return (Some(CertificateIssuer::Staging), says);
    }
    (None, "uses an ACME directory that promvet does not know")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_recognized_by_their_host() {
        for (server, issuer) in [
            (
                "https://acme-v02.api.letsencrypt.org/directory",
                Some(CertificateIssuer::LetsEncryptProd),
            ),
            (
                "https://ACME-v02.api.letsencrypt.org/directory/",
                Some(CertificateIssuer::LetsEncryptProd),
            ),
            (
                "https://acme-staging-v02.api.letsencrypt.org/directory",
                Some(CertificateIssuer::LetsEncryptStaging),
            ),
            (
                "https://acme.zerossl.com/v2/DV90",
                Some(CertificateIssuer::Public),
            ),
            (
                "https://acme.ssl.com/sslcom-dv-ecc",
                Some(CertificateIssuer::Public),
            ),
            (
                "https://dv.acme-v02.api.pki.goog/directory",
                Some(CertificateIssuer::Public),
            ),
            (
                "https://dv.acme-v02.test-api.pki.goog/directory",
                Some(CertificateIssuer::Staging),
            ),
            (
                "https://api.test4.buypass.no/acme/directory",
                Some(CertificateIssuer::Staging),
            ),
            (
                "https://acme-staging.example.com/directory",
                Some(CertificateIssuer::Staging),
            ),
            // Switched off in 2021: an issuer named here issues nothing.
            ("https://acme-v01.api.letsencrypt.org/directory", None),
            ("https://pebble.pebble:14000/dir", None),
            (
                "https://acme-v02.api.letsencrypt.org.example.com/directory",
                None,
            ),
            ("acme-v02.api.letsencrypt.org", None),
            ("", None),
        ] {
            assert_eq!(classify(server).0, issuer, "{server}");
        }
    }
}
