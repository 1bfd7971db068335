//! What a host's Ingress, Route or HTTPRoute of the tree serves.

mod gateway;
mod ingress;
mod openshift;
mod path;
#[cfg(test)]
mod tests;
mod traefik;

use std::collections::HashMap;
use std::sync::Arc;

use crate::discover::{Manifest, manifests};
use crate::finding::{Evidence, Place, Text};
use crate::needle;
use crate::yaml::{parse_all, placeholder};
use path::Path;

/// Words; a file without all of one line routes no requests.
const WORDS: &[&[&str]] = &[
    &["Ingress", "host"],
    &["Route", "host"],
    &["IngressRoute"],
    &["VirtualService"],
    &["HTTPProxy"],
];

/// Kinds whose hosts and paths are read.
pub(super) const KINDS: &[&str] = &["Ingress", "Route", "HTTPRoute", "IngressRoute"];

/// Kinds of other controllers, whose paths are not worked out: a host that one of them names is not
/// judged.
const OTHERS: &[&str] = &["VirtualService", "HTTPProxy"];

/// Paths of what helps others on the same host: oauth2-proxy, and challenges of ACME.
const HELPERS: &[&str] = &["/oauth2", "/.well-known"];

/// The paths that are served; none where only helpers are, so that the rest of the host is routed by
/// something that is not in sight.
fn served(routes: &[Route]) -> Option<Vec<String>> {
    let paths = routes.iter().flat_map(|route| &route.paths);
    let mut paths: Vec<_> = paths.filter_map(|served| served.path.written()).collect();
    paths.dedup();
    let is_helper = |path: &String| HELPERS.iter().any(|helper| path.starts_with(helper));
    let has_others = paths.is_empty() || !paths.iter().all(is_helper);
    has_others.then_some(paths)
}

/// Whether a file may route requests: a scan of its bytes.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &&'static str| needle::has(word, bytes);
    let is_traefik = ["traefik", "routers"].iter().any(has) && has(&"Host(");
    is_traefik || has(&"kind") && WORDS.iter().any(|words| words.iter().all(has))
}

/// What routes requests in a tree, by host in lower case.
#[derive(Debug, Default)]
pub(super) struct Routes {
    by_host: HashMap<String, Vec<Route>>,
    /// Those of IngressRoutes: of two controllers it is not known which has the host.
    by_traefik: HashMap<String, Vec<Route>>,
    /// Whether an IngressRoute may take any host.
    takes_any: bool,
    /// The files of other controllers.
    others: Vec<Arc<Text>>,
}

/// What one manifest says of a host.
#[derive(Clone, Debug)]
struct Route {
    /// `the Ingress `a``.
    name: String,
    place: Place,
    paths: Vec<Served>,
    /// What becomes of plain http.
    http: Http,
    /// Whether https is served.
    https: bool,
    /// The status of a redirect of every request to another URL, and where it is set.
    moved: Option<(u16, Place)>,
}

/// A path that is served, and what it leads to.
#[derive(Clone, Debug)]
struct Served {
    path: Path,
    to: Option<Backend>,
}

/// A Service that requests go on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backend {
    pub(super) service: String,
    pub(super) namespace: Option<String>,
    /// The port, by number or by name.
    pub(super) port: Option<String>,
    /// Whether it is a service of the compose file that routes to it.
    pub(super) is_of_compose: bool,
    /// Whether that of the pods leads there too: a Route of OpenShift has it, and ingress-nginx takes
    /// either (kubernetes/ingress-nginx `internal/ingress/controller/controller.go`, `serviceEndpoints`).
    pub(super) takes_target: bool,
}

/// What takes the requests of an endpoint.
#[derive(Clone, Debug)]
pub(super) struct RequestHandler {
    /// `the Ingress `a``.
    pub(super) name: String,
    pub(super) place: Place,
    /// What it leads to, if that is one Service.
    pub(super) to: Option<Backend>,
}

/// What becomes of plain http.
#[derive(Clone, Debug)]
enum Http {
    Served,
    /// It is answered with a redirect to https, of this status.
    Redirected(u16, Place),
    /// Nothing answers.
    Refused(Place),
}

/// What is wrong with an endpoint for what routes its host.
#[derive(Clone, Debug)]
pub struct Misrouted {
    /// What routes the host, for people.
    pub by: String,
    /// What is wrong.
    pub why: RouteFault,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// Why requests do not arrive as they are sent.
#[derive(Clone, Debug)]
pub enum RouteFault {
    /// The path is not served; those that are.
    Path(Vec<String>),
    /// Plain http is answered with a redirect of this status.
    Redirect(u16),
    /// Every request is answered with a redirect of this status to another URL.
    Moved(u16),
    /// The Service behind it does not offer the port that it names; those that it offers.
    NoPort(String, Vec<u16>),
    /// Plain http is not served.
    NoHttp,
    /// https is not served.
    NoHttps,
}

impl Routes {
    pub(super) fn new(texts: &[Arc<Text>]) -> Self {
        let mut out = Self::default();
        for text in texts {
            // Once for all documents of a file: it may have thousands.
            let words = traefik::TraefikNames::of(text);
            for document in &parse_all(text).0 {
                if words.has_host {
                    out.traefik(document, text, words);
                }
                for manifest in manifests(document) {
                    if OTHERS.contains(&manifest.kind) {
                        out.leave_to(text);
                    }
                    if KINDS.contains(&manifest.kind) {
                        // Messages name the object, its hosts and its paths.
                        text.recognize();
                    }
                    out.add(&manifest, text);
                }
            }
        }
        out
    }

    /// Notes that the hosts that a file names are not judged.
    fn leave_to(&mut self, text: &Arc<Text>) {
        let last = self.others.last();
        if !last.is_some_and(|last| Arc::ptr_eq(last, text)) {
            self.others.push(Arc::clone(text));
        }
    }

    fn add(&mut self, manifest: &Manifest<'_>, text: &Arc<Text>) {
        match manifest.kind {
            "Ingress" => self.ingress(manifest),
            "Route" => self.route(manifest),
            "HTTPRoute" => self.http_route(manifest),
            "IngressRoute" => self.ingress_route(manifest, text),
            _ => {}
        }
    }

    fn insert(&mut self, host: &str, route: Route) {
        if host.is_empty() || placeholder::is_open(host) {
            return;
        }
        let host = host.to_ascii_lowercase();
        self.by_host.entry(host).or_default().push(route);
    }

    /// The routes of a host, if all that routes it is in sight.
    fn of_host(&self, host: &str) -> Option<&[Route]> {
        let host = host.to_ascii_lowercase();
        let routes = self.by_host.get(&host).or_else(|| {
            let (_, rest) = host.split_once('.')?;
            self.by_host.get(&format!("*.{rest}"))
        });
        let routes = match (routes, self.by_traefik.get(&host)) {
            (Some(routes), None) => routes,
            (None, Some(routes)) if !self.takes_any => routes,
            _ => return None,
        };
        let mut others = self.others.iter();
        let is_open = others.any(|text| text.content().contains(&host));
        (!is_open).then_some(routes)
    }

    /// What takes the requests for a path of a host, if that is one manifest.
    pub(super) fn way(&self, host: &str, path: &str) -> Option<RequestHandler> {
        let routes = self.of_host(host)?;
        let path = if path.is_empty() { "/" } else { path };
        let longest = routes.iter().filter_map(|route| route.fit(path)).max()?;
        let mut serving = routes
            .iter()
            .filter(|route| route.fit(path) == Some(longest));
        let first = serving.next()?;
        if serving.any(|other| other.name != first.name) {
            return None;
        }
        // A path that is unknown takes the request only if no other one does.
        let all = routes.iter().flat_map(|route| &route.paths);
        let taking = all.filter(|served| {
            longest == usize::MAX
                || served.path.serves(path) && served.path.specificity() == longest
        });
        let mut backends = taking.map(|served| &served.to);
        let to = backends.next().cloned().flatten();
        Some(RequestHandler {
            name: first.name.clone(),
            place: first.place.clone(),
            to: to.filter(|to| backends.all(|other| other.as_ref() == Some(to))),
        })
    }

    /// What is wrong with a URL of a host, if all that routes it is in sight.
    pub(super) fn judge(&self, scheme: &str, host: &str, path: &str) -> Option<Misrouted> {
        let routes = self.of_host(host)?;
        let first = routes.first()?;
        let path = if path.is_empty() { "/" } else { path };
        // The longest path that fits takes the request, in ingress-nginx and in the Gateway API.
        let longest = routes.iter().filter_map(|route| route.fit(path)).max();
        let fits = |route: &&Route| route.fit(path) == longest && longest.is_some();
        let serving: Vec<_> = routes.iter().filter(fits).collect();
        let evidence = |route: &Route, place: &Place, what: &str| {
            let here = Evidence {
                place: route.place.clone(),
                message: format!("{} routes this host", route.name),
            };
            let set = Evidence {
                place: place.clone(),
                message: what.to_owned(),
            };
            match place.order() == route.place.order() {
                true => vec![here],
                false => vec![here, set],
            }
        };
        let Some(serves) = serving.first() else {
            return Some(Misrouted {
                by: first.name.clone(),
                why: RouteFault::Path(served(routes)?),
                evidence: evidence(first, &first.place, ""),
            });
        };
        if let Some((status, place)) = &serves.moved
            && serving.len() == 1
        {
            return Some(Misrouted {
                by: serves.name.clone(),
                why: RouteFault::Moved(*status),
                evidence: evidence(serves, place, "every request is redirected"),
            });
        }
        // Of several routes, one may serve what another does not.
        let all =
            |is_so: fn(&&&Route) -> bool| serving.iter().filter(is_so).count() == serving.len();
        if scheme == "https" {
            let none = all(|route| !route.https);
            return none.then(|| Misrouted {
                by: serves.name.clone(),
                why: RouteFault::NoHttps,
                evidence: evidence(serves, &serves.place, ""),
            });
        }
        let refused = all(|route| matches!(route.http, Http::Refused(_)));
        let redirected = serving.iter().find_map(|route| match &route.http {
            Http::Redirected(status, place) => Some((route, *status, place)),
            _ => None,
        });
        match (&serves.http, redirected) {
            (Http::Refused(place), _) if refused => Some(Misrouted {
                by: serves.name.clone(),
                why: RouteFault::NoHttp,
                evidence: evidence(serves, place, "plain http is not served"),
            }),
            (_, Some((route, status, place))) => Some(Misrouted {
                by: route.name.clone(),
                why: RouteFault::Redirect(status),
                evidence: evidence(route, place, "plain http is redirected"),
            }),
            _ => None,
        }
    }
}

impl Route {
    /// How long the path is by which it serves another one; a path that is unknown may be the
    /// longest.
    fn fit(&self, path: &str) -> Option<usize> {
        let serving = self.paths.iter().filter(|paths| paths.path.serves(path));
        serving.map(|serving| serving.path.specificity()).max()
    }
}

fn place_of(manifest: &Manifest<'_>) -> Place {
    let metadata = manifest.root.get("metadata");
    let name = metadata.and_then(|metadata| metadata.get("name"));
    name.unwrap_or(manifest.root).place()
}
