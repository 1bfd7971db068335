//! What a server showed in a TLS handshake, where `--online` asked it.

use std::net::IpAddr;
use std::sync::Arc;

use super::issuer::{ca_file, name};
use super::{Facts, KnownIssuer};
use crate::finding::{Day, Evidence, Place};
use crate::policy::CertificateIssuer;
use crate::prometheus::RemoteWrite;
use crate::prometheus::endpoint::Endpoint;
use crate::schema::pem::ServerCertificate;
use crate::source::handshake::{Handshake, HandshakeFailure, HandshakeTarget, Presented, Roots};
use crate::yaml::Scalar;

/// Let's Encrypt's name for itself in its certificates.
const LETS_ENCRYPT: &str = "Let's Encrypt";

/// The server that an entry sends to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnlineServer {
    /// It speaks no TLS.
    Plain,
    /// It is not asked: why, as a clause.
    NotAsked(&'static str),
    /// It is asked.
    Asked(HandshakeTarget),
}

impl OnlineServer {
    /// The server behind the URL of an entry.
    #[must_use]
    pub fn new(write: RemoteWrite<'_>, endpoint: &Endpoint) -> Self {
        let Some(scheme) = endpoint.scheme_name() else {
            return Self::NotAsked("a part of its address is filled in later");
        };
        if scheme != "https" {
            return Self::Plain;
        }
        let port = match endpoint.port() {
            Some(_) => endpoint.port_number(),
            None => Some(443),
        };
        let (Some(host), Some(port)) = (endpoint.host_name(), port) else {
            return Self::NotAsked("a part of its address is filled in later");
        };
        let http = write.http();
        let by_environment = write.get("proxy_from_environment");
        let by_environment = by_environment.and_then(|node| node.scalar()?.as_bool());
        if http.proxy_url().is_some() || by_environment == Some(true) {
            return Self::NotAsked("it is reached through a proxy, which promvet does not use");
        }
        let named = http.tls().and_then(|tls| tls.get("server_name"));
        let named = named.and_then(|node| node.scalar().map(|scalar: Scalar<'_>| scalar.text));
        let name = named.filter(|name| !name.is_empty());
        if name.is_some_and(|name| !Endpoint::new(name).placeholders().is_empty()) {
            return Self::NotAsked("its `server_name` is filled in later");
        }
        let name = name.map_or_else(|| host.clone(), str::to_ascii_lowercase);
        Self::Asked(HandshakeTarget { host, port, name })
    }
}

/// What a server showed.
#[derive(Clone, Debug)]
pub struct ShownByServer {
    presented: Arc<Presented>,
    handshake: Arc<dyn Handshake>,
    /// Its own certificate.
    pub certificate: ServerCertificate,
    now: i64,
}

impl Facts<'_> {
    /// With something that asks servers for their certificates.
    #[must_use]
    pub fn online(self, handshake: Option<Arc<dyn Handshake>>) -> Self {
        Self { handshake, ..self }
    }

    /// Whether servers are asked for their certificates.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.handshake.is_some()
    }

    /// What a server shows; none if no one is asked.
    #[must_use]
    pub fn shown_by(
        &self,
        target: &HandshakeTarget,
    ) -> Option<Result<ShownByServer, HandshakeFailure>> {
        let handshake = self.handshake.as_ref()?;
        Some(handshake.shake(target).and_then(|presented| {
            let certificate = presented.chain.first();
            let certificate = certificate.and_then(|der| ServerCertificate::read(der));
            let unreadable =
                || HandshakeFailure::BrokenOff("its certificate can't be read".to_owned());
            Ok(ShownByServer {
                certificate: certificate.ok_or_else(unreadable)?,
                presented,
                handshake: Arc::clone(handshake),
                now: self.now(),
            })
        }))
    }
}

impl ShownByServer {
    /// Whether some authorities signed it; none if that is not known. Its own dates do not count
    /// here.
    #[must_use]
    pub fn is_signed_by(&self, roots: Roots<'_>) -> Option<bool> {
        let at = self.now.min(self.certificate.not_after);
        let at = at.max(self.certificate.not_before);
        self.handshake.leads_to(&self.presented, roots, at)
    }

    /// Whether it is made out to a name or an address, in lower case.
    #[must_use]
    pub fn covers(&self, wanted: &str) -> bool {
        let address: Option<IpAddr> = wanted.parse().ok();
        self.certificate.names.iter().any(|name| match address {
            Some(address) => name.parse() == Ok(address),
            None => name::covers(name, wanted),
        })
    }

    /// Whether it came without those between it and its authority.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.presented.chain.len() == 1 && !self.certificate.is_self_issued
    }

    /// Who signed it, as far as it tells. A name alone proves nothing but that it is for tests.
    #[must_use]
    pub fn issuer(&self) -> Option<CertificateIssuer> {
        let names = [&self.certificate.organization, &self.certificate.authority];
        let mut names = names.into_iter().flatten();
        if names
            .clone()
            .any(|name| ca_file::by_name(name) == Some(CertificateIssuer::LetsEncryptStaging))
        {
            return Some(CertificateIssuer::LetsEncryptStaging);
        }
        Some(match self.is_signed_by(Roots::System)? {
            true if names.any(|name| name == LETS_ENCRYPT) => CertificateIssuer::LetsEncryptProd,
            true => CertificateIssuer::Public,
            false => CertificateIssuer::Private,
        })
    }

    /// The same with its evidence: what was seen at the address in a place.
    #[must_use]
    pub fn known_issuer(&self, place: Place) -> Option<KnownIssuer> {
        let issuer = self.issuer()?;
        Some(KnownIssuer {
            issuer,
            evidence: vec![self.evidence(place)],
        })
    }

    /// What was seen at the address in a place.
    #[must_use]
    pub fn evidence(&self, place: Place) -> Evidence {
        Evidence {
            place,
            message: format!(
                "it showed a certificate signed by {}, valid until {}",
                self.certificate.signed_by(),
                Day::of(self.certificate.not_after)
            ),
        }
    }
}
