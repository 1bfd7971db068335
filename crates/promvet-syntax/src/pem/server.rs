//! The certificate that a server shows.

use super::{PemBlock, blocks, der};

/// What a server's certificate says.
#[derive(Clone, Debug)]
pub struct ServerCertificate {
    /// Seconds since 1970.
    pub not_before: i64,
    /// Seconds since 1970.
    pub not_after: i64,
    /// The names and addresses that it is made out to. The common name does not count: Go takes no
    /// notice of it since 1.15.
    /// `x509.Certificate.VerifyHostname` looks at these alone.
    pub names: Vec<String>,
    /// The organization that signed it, if it says so.
    pub organization: Option<String>,
    /// The name of the authority that signed it, if it says so.
    pub authority: Option<String>,
    /// Whether it is signed by itself.
    pub is_self_issued: bool,
}

impl ServerCertificate {
    /// Reads a certificate in DER.
    #[must_use]
    pub fn read(der: &[u8]) -> Option<Self> {
        let certificate = der::certificate(der)?;
        Some(Self {
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            names: certificate.names,
            organization: certificate.issuer.organization,
            authority: certificate.issuer.name,
            is_self_issued: certificate.is_self_issued,
        })
    }

    /// Who signed it, for people.
    #[must_use]
    pub fn signed_by(&self) -> String {
        match (&self.organization, &self.authority) {
            _ if self.is_self_issued => "itself".to_owned(),
            (Some(organization), Some(name)) => format!("{organization} ({name})"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "an authority without a name".to_owned(),
        }
    }
}

/// The certificates of a PEM file in DER.
#[must_use]
pub fn authorities(pem: &[u8]) -> Vec<Vec<u8>> {
    let found = blocks(pem).into_iter().filter(PemBlock::is_certificate);
    found.filter_map(|block| block.content).collect()
}
