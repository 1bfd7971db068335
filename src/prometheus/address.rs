//! The places of a configuration that name a host and a port.

use super::client::{Client, ClientSection};
use super::http_client::HttpClient;
use crate::yaml::Node;

/// A host and a port to which Prometheus connects.
#[derive(Clone, Debug)]
pub struct Address<'d> {
    /// The value that names them.
    pub node: Node<'d>,
    /// What is there.
    pub role: AddressRole,
    /// The same as a URL. It may hold a secret.
    pub url: String,
    /// The bytes of the URL before the value: the scheme of a target.
    pub prefix: usize,
}

/// What Prometheus connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRole {
    /// A server of the part itself.
    Server(ClientSection),
    /// The server that issues tokens.
    TokenUrl,
    /// A proxy.
    Proxy,
}

impl AddressRole {
    /// What fails if nothing answers.
    #[must_use]
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Server(ClientSection::RemoteWrite) => "every send fails",
            Self::Server(ClientSection::RemoteRead) => "every remote read fails",
            Self::Server(ClientSection::Scrape) => "every scrape fails",
            Self::Server(ClientSection::Alertmanager) => "no alert arrives",
            Self::Server(ClientSection::Discovery(_)) => "no targets are found",
            Self::TokenUrl => "no token is fetched",
            Self::Proxy => "every request fails",
        }
    }
}

impl<'d> Client<'d> {
    /// Everything that it surely connects to. Behind a proxy that is the proxy alone, which finds
    /// the other host (`http.Transport.connectMethodForRequest` of Go).
    #[must_use]
    pub fn addresses(&self) -> Vec<Address<'d>> {
        let mut out = Vec::new();
        if !self.http.has_proxy() {
            out.extend(self.peers().iter().filter_map(|peer| {
                let url = peer.endpoint.text();
                // The default server of a discovery is not written.
                let prefix = url.len().checked_sub(peer.node.as_str()?.len())?;
                Some(Address {
                    node: peer.node,
                    role: AddressRole::Server(self.section),
                    url: url.to_owned(),
                    prefix,
                })
            }));
        }
        out.extend(proxy(self.http));
        if let Some(oauth2) = self.http.oauth2() {
            let token_url = oauth2.token_url().filter(|_| !oauth2.http.has_proxy());
            out.extend(token_url.and_then(|node| whole(node, AddressRole::TokenUrl)));
            out.extend(proxy(oauth2.http));
        }
        out
    }
}

fn proxy(http: HttpClient<'_>) -> Option<Address<'_>> {
    whole(http.proxy_url()?, AddressRole::Proxy)
}

fn whole(node: Node<'_>, role: AddressRole) -> Option<Address<'_>> {
    Some(Address {
        node,
        role,
        url: node.as_str()?.to_owned(),
        prefix: 0,
    })
}
