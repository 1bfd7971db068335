//! What a reverse proxy of the tree serves: nginx and Caddy, with literal paths in a file of the tree.

mod caddy;
mod nginx;

use super::Facts;
use super::routes::{Misrouted, RouteFault};
use super::service_match::ServiceMatch;
use std::sync::Arc;

use crate::finding::{Evidence, Place, Span, Text};
use crate::prometheus::endpoint::Endpoint;

/// A path that no location has.
#[derive(Debug, PartialEq, Eq)]
struct Unserved {
    /// The server.
    span: Span,
    /// The paths that it serves.
    paths: Vec<String>,
}

/// A redirect of a path.
#[derive(Debug, PartialEq, Eq)]
struct Redirected {
    /// What sends it.
    span: Span,
    status: u16,
    /// Whether it leads to https.
    to_https: bool,
}

/// Where a text passes a path of a host on to that is asked for at a port: the place, the host and the port.
type FindUpstream = fn(&str, u16, &str, &str) -> Option<(Span, String, u16)>;

/// A program whose configuration is read.
struct Proxy {
    /// Its images, without their publisher.
    images: &'static [&'static str],
    /// Where the official images read their configuration (their Dockerfiles): all of it, or the
    /// server of the image.
    files: &'static [&'static str],
    /// The folder in which another file may have more servers.
    folder: &'static str,
    /// The argument by which another file is read.
    flag: &'static str,
    unserved: fn(&str, u16, &str, &str) -> Option<Unserved>,
    redirected: fn(&str, u16, &str, &str) -> Option<Redirected>,
    /// Where it passes a path on to, if that is read.
    upstream: Option<FindUpstream>,
}

const PROXIES: &[Proxy] = &[
    Proxy {
        images: &["nginx", "nginx-unprivileged"],
        files: &["/etc/nginx/nginx.conf", "/etc/nginx/conf.d/default.conf"],
        folder: "/etc/nginx",
        flag: "-c",
        unserved: nginx::unserved,
        redirected: nginx::redirected,
        upstream: Some(nginx::upstream),
    },
    Proxy {
        images: &["caddy"],
        files: &["/etc/caddy/Caddyfile"],
        folder: "/etc/caddy",
        flag: "--config",
        unserved: caddy::unserved,
        redirected: caddy::redirected,
        upstream: None,
    },
];

/// What a proxy passes requests on to.
pub(super) struct Upstream {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) proof: Evidence,
}

impl Facts<'_> {
    /// What the proxy of the tree passes requests for an endpoint on to as they are: it sets no header that
    /// may name a tenant.
    pub(super) fn upstream(
        &self,
        service: &ServiceMatch<'_>,
        endpoint: &Endpoint,
    ) -> Option<Upstream> {
        let (proxy, text) = self.proxy_file(service)?;
        let upstream = proxy.upstream?;
        let host = endpoint.host_name()?;
        let path = endpoint.slice(endpoint.path());
        let (span, host, port) = upstream(text.content(), service.port, &host, path)?;
        text.recognize();
        let message = "requests are passed on here, without a header for the tenant".to_owned();
        Some(Upstream {
            host,
            port,
            proof: Evidence {
                place: Place::new(&text, span),
                message,
            },
        })
    }

    /// The proxy that a container runs, and the only file that it reads.
    fn proxy_file(&self, service: &ServiceMatch<'_>) -> Option<(&'static Proxy, Arc<Text>)> {
        if !service.changes.is_empty() {
            return None;
        }
        let (container, deployment) = (service.container?, service.deployment?);
        let name = container.image.as_ref()?.repository().rsplit('/').next()?;
        let mut proxies = PROXIES.iter();
        let proxy = proxies.find(|proxy| proxy.images.contains(&name))?;
        let mut arguments = container.arguments.list.iter();
        if arguments.any(|argument| argument.text.starts_with(proxy.flag)) {
            return None;
        }
        let mounts = deployment.mounts.iter();
        let own = mounts.filter(|mount| mount.path.starts_with(proxy.folder));
        if own.count() != 1 {
            return None;
        }
        let mut files = proxy.files.iter();
        let text = files.find_map(|path| self.text_at(deployment, path))?;
        Some((proxy, text))
    }

    /// Why the reverse proxy of the tree that answers at an endpoint does not serve its path.
    #[must_use]
    pub fn unproxied(
        &self,
        answering: &[ServiceMatch<'_>],
        endpoint: &Endpoint,
    ) -> Option<Misrouted> {
        let [only] = answering else { return None };
        let container = only.container?;
        let (proxy, text) = self.proxy_file(only)?;
        let host = endpoint.host_name()?;
        let path = endpoint.slice(endpoint.path());
        let path = if path.is_empty() { "/" } else { path };
        if let Some(found) = (proxy.redirected)(text.content(), only.port, &host, path) {
            text.recognize();
            let mut evidence = only.shown();
            evidence.push(Evidence {
                place: Place::new(&text, found.span),
                message: "the redirect is here".to_owned(),
            });
            let is_plain = endpoint.scheme_name().as_deref() == Some("http");
            return Some(Misrouted {
                by: container.name.clone(),
                why: match found.to_https && is_plain {
                    true => RouteFault::Redirect(found.status),
                    false => RouteFault::Moved(found.status),
                },
                evidence,
            });
        }
        let unserved = (proxy.unserved)(text.content(), only.port, &host, path)?;
        text.recognize();
        let mut evidence = only.shown();
        evidence.push(Evidence {
            place: Place::new(&text, unserved.span),
            message: "this server has no location for the path".to_owned(),
        });
        Some(Misrouted {
            by: container.name.clone(),
            why: RouteFault::Path(unserved.paths),
            evidence,
        })
    }
}
