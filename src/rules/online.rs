//! What the server of an entry showed, where it was asked.

use super::entry::RemoteWriteEntry;
use crate::facts::online::{OnlineServer, ShownByServer};
use crate::facts::{KnownIssuer, issuer};
use crate::source::handshake::HandshakeFailure;

impl RemoteWriteEntry<'_> {
    /// The server that it sends to; none if the URL has no target.
    #[must_use]
    pub fn server(&self) -> Option<OnlineServer> {
        Some(OnlineServer::new(self.write, &self.sound_url()?.endpoint))
    }

    /// What its server showed; none if it was not asked.
    #[must_use]
    pub fn shown(&self) -> Option<Result<ShownByServer, HandshakeFailure>> {
        if !self.facts.is_online() {
            return None;
        }
        match self.server()? {
            OnlineServer::Asked(target) => self.facts.shown_by(&target),
            OnlineServer::Plain | OnlineServer::NotAsked(_) => None,
        }
    }

    /// Who signed the receiver's certificate, by what was seen of it.
    pub(super) fn issuer_seen(&self) -> Option<KnownIssuer> {
        let place = self.url()?.node.place();
        self.shown()?.ok()?.known_issuer(place)
    }

    /// The certificates of the authorities that it trusts instead of the system's, in DER.
    #[must_use]
    pub fn authorities(&self) -> Authorities {
        let authority = self.write.http().tls().and_then(|tls| tls.authority());
        let Some(entry) = authority else {
            return Authorities::System;
        };
        let text = entry.value.as_str().filter(|text| !text.is_empty());
        let pem = match (entry.name(), text) {
            (_, None) => return Authorities::Unknown,
            ("ca_file", Some(path)) if issuer::ca_file::is_system_bundle(path) => {
                return Authorities::System;
            }
            ("ca_file", Some(path)) => self.certificates(path),
            ("ca", Some(text)) => Some(text.as_bytes().to_vec()),
            _ => None,
        };
        let read = pem.map(|pem| crate::schema::pem::authorities(&pem));
        match read.filter(|list| !list.is_empty()) {
            Some(list) => Authorities::These(list),
            None => Authorities::Unknown,
        }
    }
}

/// Whom an entry trusts to sign certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorities {
    /// Those of the machine that Prometheus runs on.
    System,
    /// These, in DER.
    These(Vec<Vec<u8>>),
    /// Those of a file that can't be read here.
    Unknown,
}
