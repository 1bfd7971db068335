//! What a host's Ingress, Route or HTTPRoute of the tree serves.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;

use crate::discover::{Manifest, manifests};
use crate::finding::{Evidence, Place, Text};
use crate::yaml::{Mapping, Node, parse_all, placeholder};

/// Words; a file without all of one line routes no requests.
const WORDS: &[&[&str]] = &[
    &["Ingress", "host"],
    &["Route", "host"],
    &["IngressRoute"],
    &["VirtualService"],
    &["HTTPProxy"],
];

/// Kinds of other controllers, whose paths are not worked out: a host that one of them names is not
/// judged.
const OTHERS: &[&str] = &["IngressRoute", "VirtualService", "HTTPProxy"];

/// Whether a file may route requests: a scan of its bytes.
pub(super) fn may_hold(bytes: &[u8]) -> bool {
    let has = |word: &&str| memmem::find(bytes, word.as_bytes()).is_some();
    has(&"kind") && WORDS.iter().any(|words| words.iter().all(has))
}

/// What routes requests in a tree, by host in lower case.
#[derive(Debug, Default)]
pub(super) struct Routes {
    by_host: HashMap<String, Vec<Route>>,
    /// The files of other controllers.
    others: Vec<Arc<Text>>,
}

/// What one manifest says of a host.
#[derive(Clone, Debug)]
struct Route {
    /// `the Ingress `a``.
    name: String,
    place: Place,
    paths: Vec<Path>,
    /// What becomes of plain http.
    http: Http,
    /// Whether https is served.
    https: bool,
}

/// A path that is served.
#[derive(Clone, Debug)]
enum Path {
    Exact(String),
    /// The path and what is below it.
    Prefix(String),
    /// Whatever begins so, in the middle of a segment too: a `location` of nginx.
    Begins(String),
    /// It cannot be told.
    Open,
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
    pub why: Reason,
    /// What shows it.
    pub evidence: Vec<Evidence>,
}

/// Why requests do not arrive as they are sent.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The path is not served; those that are.
    Path(Vec<String>),
    /// Plain http is answered with a redirect of this status.
    Redirect(u16),
    /// Plain http is not served.
    NoHttp,
    /// https is not served.
    NoHttps,
}

impl Routes {
    pub(super) fn new(texts: &[Arc<Text>]) -> Self {
        let mut out = Self::default();
        for text in texts {
            for document in &parse_all(text).0 {
                for manifest in manifests(document) {
                    if OTHERS.contains(&manifest.kind) {
                        out.others.push(Arc::clone(text));
                    }
                    out.add(&manifest);
                }
            }
        }
        out
    }

    fn add(&mut self, manifest: &Manifest<'_>) {
        match manifest.kind {
            "Ingress" => self.ingress(manifest),
            "Route" => self.route(manifest),
            "HTTPRoute" => self.http_route(manifest),
            _ => {}
        }
    }

    fn insert(&mut self, host: &str, route: Route) {
        if host.is_empty() || is_open(host) {
            return;
        }
        let host = host.to_ascii_lowercase();
        self.by_host.entry(host).or_default().push(route);
    }

    /// networking.k8s.io/v1, and how ingress-nginx reads it (its annotations, `ssl-redirect`).
    fn ingress(&mut self, manifest: &Manifest<'_>) {
        let Some(spec) = manifest.root.get("spec") else {
            return;
        };
        let nginx = Nginx::of(manifest, spec);
        let has_default = spec.get("defaultBackend").or(spec.get("backend")).is_some();
        let rules = spec.get("rules").into_iter().flat_map(Node::items);
        for rule in rules {
            let Some(host) = rule.get("host").and_then(Node::as_str) else {
                continue;
            };
            let paths = rule.get("http").and_then(|http| http.get("paths"));
            let mut paths: Vec<_> = paths
                .into_iter()
                .flat_map(Node::items)
                .map(|node| nginx.path(node))
                .collect();
            if has_default || paths.is_empty() {
                paths.push(Path::Open);
            }
            let has_tls = tls_hosts(spec).any(|name| name.eq_ignore_ascii_case(host));
            let http = match nginx.redirect(has_tls) {
                Some((status, place)) => {
                    Http::Redirected(status, place.unwrap_or_else(|| place_of(manifest)))
                }
                None => Http::Served,
            };
            self.insert(
                host,
                Route {
                    name: format!("the Ingress `{}`", manifest.name),
                    place: place_of(manifest),
                    paths,
                    http,
                    // Controllers show a default certificate where none is named.
                    https: true,
                },
            );
        }
    }

    /// route.openshift.io/v1: without `tls`, the router serves plain http only; with it, what
    /// `insecureEdgeTerminationPolicy` says, which is `None` by default.
    fn route(&mut self, manifest: &Manifest<'_>) {
        let api = manifest.root.get("apiVersion").and_then(Node::as_str);
        let Some(spec) = manifest
            .root
            .get("spec")
            .filter(|_| api.is_some_and(|api| api.starts_with("route.openshift.io/")))
        else {
            return;
        };
        let Some(host) = spec.get("host").and_then(Node::as_str) else {
            return;
        };
        let tls = spec.get("tls").filter(|tls| !tls.is_null());
        let http = match tls {
            None => Http::Served,
            Some(tls) => {
                let policy = tls.get("insecureEdgeTerminationPolicy");
                let place = policy.unwrap_or(tls).place();
                match policy.and_then(Node::as_str) {
                    Some("Allow") => Http::Served,
                    // The router answers 302 (openshift/router, haproxy-config.template).
                    Some("Redirect") => Http::Redirected(302, place),
                    Some("None" | "") | None => Http::Refused(place),
                    Some(_) => return,
                }
            }
        };
        let path = spec.get("path").and_then(Node::as_str).unwrap_or("/");
        self.insert(
            host,
            Route {
                name: format!("the Route `{}`", manifest.name),
                place: place_of(manifest),
                paths: vec![match is_open(path) {
                    true => Path::Open,
                    false => Path::Prefix(path.to_owned()),
                }],
                http,
                https: tls.is_some(),
            },
        );
    }

    /// gateway.networking.k8s.io/v1. Which listeners a route belongs to is the Gateway's to say.
    fn http_route(&mut self, manifest: &Manifest<'_>) {
        let Some(spec) = manifest.root.get("spec") else {
            return;
        };
        // Without rules or matches, everything is served.
        let all = || vec![Path::Prefix("/".to_owned())];
        let mut rules = Vec::new();
        for rule in spec.get("rules").into_iter().flat_map(Node::items) {
            let matches = rule.get("matches").into_iter().flat_map(Node::items);
            let found: Vec<_> = matches.map(of_match).collect();
            let paths = if found.is_empty() { all() } else { found };
            let filters = rule.get("filters").into_iter().flat_map(Node::items);
            let redirect = filters.filter_map(|filter| filter.get("requestRedirect"));
            let to_https = redirect
                .filter(|one| one.get("scheme").and_then(Node::as_str) == Some("https"))
                .last();
            let http = to_https.map_or(Http::Served, |redirect| {
                let status = redirect.get("statusCode").and_then(Node::as_str);
                let status = status.and_then(|text| text.parse().ok()).unwrap_or(302);
                Http::Redirected(status, redirect.place())
            });
            rules.push((paths, http));
        }
        if rules.is_empty() {
            rules.push((all(), Http::Served));
        }
        let hosts = spec.get("hostnames").into_iter().flat_map(Node::items);
        for host in hosts.filter_map(Node::as_str) {
            for (paths, http) in &rules {
                let route = Route {
                    name: format!("the HTTPRoute `{}`", manifest.name),
                    place: place_of(manifest),
                    paths: paths.clone(),
                    http: http.clone(),
                    https: true,
                };
                self.insert(host, route);
            }
        }
    }

    /// What is wrong with a URL of a host, if all that routes it is in sight.
    pub(super) fn judge(&self, scheme: &str, host: &str, path: &str) -> Option<Misrouted> {
        let host = host.to_ascii_lowercase();
        let routes = self.by_host.get(&host).or_else(|| {
            let (_, rest) = host.split_once('.')?;
            self.by_host.get(&format!("*.{rest}"))
        })?;
        let first = routes.first()?;
        let mut others = self.others.iter();
        if others.any(|text| text.content().contains(&host)) {
            return None;
        }
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
            let paths = routes.iter().flat_map(|route| &route.paths);
            let mut paths: Vec<_> = paths.filter_map(Path::written).collect();
            paths.dedup();
            return Some(Misrouted {
                by: first.name.clone(),
                why: Reason::Path(paths),
                evidence: evidence(first, &first.place, ""),
            });
        };
        // Of several routes, one may serve what another does not.
        let all =
            |is_so: fn(&&&Route) -> bool| serving.iter().filter(is_so).count() == serving.len();
        if scheme == "https" {
            let none = all(|route| !route.https);
            return none.then(|| Misrouted {
                by: serves.name.clone(),
                why: Reason::NoHttps,
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
                why: Reason::NoHttp,
                evidence: evidence(serves, place, "plain http is not served"),
            }),
            (_, Some((route, status, place))) => Some(Misrouted {
                by: route.name.clone(),
                why: Reason::Redirect(status),
                evidence: evidence(route, place, "plain http is redirected"),
            }),
            _ => None,
        }
    }
}

/// What annotations and the class of an Ingress say where ingress-nginx reads it.
struct Nginx<'d> {
    annotations: Option<Mapping<'d>>,
    is_nginx: bool,
}

/// The beginning of the annotations of ingress-nginx.
const NGINX: &str = "nginx.ingress.kubernetes.io/";

impl<'d> Nginx<'d> {
    fn of(manifest: &Manifest<'d>, spec: Node<'d>) -> Self {
        let metadata = manifest.root.get("metadata");
        let annotations = metadata
            .and_then(|metadata| metadata.get("annotations"))
            .and_then(Node::mapping);
        let class = spec.get("ingressClassName").and_then(Node::as_str);
        let old = annotations.and_then(|map| map.get("kubernetes.io/ingress.class"));
        let class = class.or(old.and_then(Node::as_str));
        Self {
            annotations,
            is_nginx: class.is_some_and(|class| class.contains("nginx")),
        }
    }

    fn get(&self, name: &str) -> Option<Node<'d>> {
        self.annotations?.get(&format!("{NGINX}{name}"))
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).and_then(Node::as_str) == Some(value)
    }

    /// The status of a redirect of plain http, and the annotation that asks for it.
    fn redirect(&self, has_tls: bool) -> Option<(u16, Option<Place>)> {
        // The default of `http-redirect-code` in the controller's ConfigMap.
        const STATUS: u16 = 308;
        if self.is("force-ssl-redirect", "true") {
            let place = self.get("force-ssl-redirect").map(Node::place);
            return Some((STATUS, place));
        }
        let is_off = self.is("ssl-redirect", "false");
        (self.is_nginx && has_tls && !is_off).then_some((STATUS, None))
    }

    fn path(&self, node: Node<'_>) -> Path {
        let Some(path) = node.get("path").and_then(Node::as_str) else {
            return Path::Prefix("/".to_owned());
        };
        let kind = node.get("pathType").and_then(Node::as_str);
        let is_pattern = self.is("use-regex", "true")
            || self.get("rewrite-target").is_some() && path.contains(['(', '*', '[', '$']);
        if is_pattern || is_open(path) {
            return Path::Open;
        }
        match kind {
            Some("Exact") => Path::Exact(path.to_owned()),
            Some("Prefix") => Path::Prefix(path.to_owned()),
            // What others make of it is the controller's own; most take it for a beginning.
            _ if path.contains(['(', '*', '[', '$', '^', '.']) => Path::Open,
            _ => Path::Begins(path.to_owned()),
        }
    }
}

fn of_match(node: Node<'_>) -> Path {
    let path = node.get("path");
    let value = path
        .and_then(|path| path.get("value"))
        .and_then(Node::as_str)
        .unwrap_or("/");
    let kind = path
        .and_then(|path| path.get("type"))
        .and_then(Node::as_str);
    // A match by method or header is more than a path.
    let is_narrow = ["headers", "queryParams", "method"]
        .iter()
        .any(|key| node.get(key).is_some());
    match kind {
        _ if is_narrow || is_open(value) => Path::Open,
        Some("Exact") => Path::Exact(value.to_owned()),
        None | Some("PathPrefix") => Path::Prefix(value.to_owned()),
        Some(_) => Path::Open,
    }
}

impl Route {
    /// How long the path is by which it serves another one; a path that cannot be told may be the
    /// longest.
    fn fit(&self, path: &str) -> Option<usize> {
        let serving = self.paths.iter().filter(|one| one.serves(path));
        let lengths = serving.map(|one| match one {
            Path::Open => usize::MAX,
            Path::Exact(own) | Path::Prefix(own) | Path::Begins(own) => own.len(),
        });
        lengths.max()
    }
}

impl Path {
    fn serves(&self, path: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Exact(own) => own == path,
            Self::Begins(own) => path.starts_with(own.as_str()),
            Self::Prefix(own) => {
                let own = own.trim_end_matches('/');
                let rest = path.strip_prefix(own);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }

    fn written(&self) -> Option<String> {
        match self {
            Self::Open => None,
            Self::Exact(path) | Self::Prefix(path) | Self::Begins(path) => Some(path.clone()),
        }
    }
}

fn tls_hosts<'d>(spec: Node<'d>) -> impl Iterator<Item = &'d str> {
    let tls = spec.get("tls").into_iter().flat_map(Node::items);
    let hosts = tls.filter_map(|one| one.get("hosts"));
    hosts.flat_map(Node::items).filter_map(Node::as_str)
}

fn place_of(manifest: &Manifest<'_>) -> Place {
    let metadata = manifest.root.get("metadata");
    let name = metadata.and_then(|metadata| metadata.get("name"));
    name.unwrap_or(manifest.root).place()
}

fn is_open(text: &str) -> bool {
    text.contains('$') || placeholder::find(text).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(source: &str, url: (&str, &str, &str)) -> Option<String> {
        let text = Text::new("r.yaml", source.as_bytes().to_vec());
        let found = Routes::new(&[text]).judge(url.0, url.1, url.2)?;
        Some(match found.why {
            Reason::Path(paths) => format!("path {}", paths.join(" ")),
            Reason::Redirect(status) => format!("redirect {status}"),
            Reason::NoHttp => "no http".to_owned(),
            Reason::NoHttps => "no https".to_owned(),
        })
    }

    #[test]
    fn each_kind_of_route_tells_what_it_serves() {
        let ingress = |more: &str, path: &str| {
            format!(
                "kind: Ingress\nmetadata: {{name: a{more}}}\nspec: {{rules: [{{host: a.example.com, http: {{paths: [{path}]}}}}]}}\n"
            )
        };
        let route = |tls: &str| {
            format!(
                "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {{name: a}}\nspec: {{host: a.example.com{tls}}}\n"
            )
        };
        let http_route = |rules: &str| {
            format!(
                "kind: HTTPRoute\nmetadata: {{name: a}}\nspec: {{hostnames: [a.example.com], rules: [{rules}]}}\n"
            )
        };
        let force = ", annotations: {nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"}";
        let regex = ", annotations: {nginx.ingress.kubernetes.io/use-regex: \"true\"}";
        let redirect = "{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}";
        let old = redirect.trim_start_matches('{');
        let traefik = "---\nkind: IngressRoute\nmetadata: {name: b}\nspec: {routes: [{match: 'Host(`a.example.com`)'}]}\n";
        let push = "/api/v1/push";
        for (source, scheme, want) in [
            (ingress("", "{path: /, pathType: Prefix}"), "http", None),
            (ingress("", "{path: /api, pathType: Prefix}"), "http", None),
            (
                ingress("", "{path: /api, pathType: Exact}"),
                "https",
                Some("path /api"),
            ),
            (
                ingress("", "{path: /metrics, pathType: Prefix}"),
                "https",
                Some("path /metrics"),
            ),
            (
                ingress(force, "{path: /, pathType: Prefix}"),
                "http",
                Some("redirect 308"),
            ),
            (ingress(force, "{path: /, pathType: Prefix}"), "https", None),
            (
                ingress(regex, "{path: /x, pathType: Prefix}"),
                "https",
                None,
            ),
            (
                ingress(
                    "",
                    "{path: '/x(/|$)(.*)', pathType: ImplementationSpecific}",
                ),
                "https",
                None,
            ),
            (
                ingress("", "{path: /metrics, pathType: Prefix}") + traefik,
                "https",
                None,
            ),
            (route(""), "http", None),
            (route(""), "https", Some("no https")),
            (route(", tls: {termination: edge}"), "http", Some("no http")),
            (
                route(", tls: {insecureEdgeTerminationPolicy: Redirect}"),
                "http",
                Some("redirect 302"),
            ),
            (
                route(", tls: {insecureEdgeTerminationPolicy: Allow}"),
                "http",
                None,
            ),
            (
                route(", path: /other, tls: {termination: edge}"),
                "https",
                Some("path /other"),
            ),
            (http_route("{backendRefs: [{name: a}]}"), "https", None),
            (
                http_route("{matches: [{path: {value: /api}}]}"),
                "https",
                None,
            ),
            (
                http_route("{matches: [{path: {type: Exact, value: /api}}]}"),
                "https",
                Some("path /api"),
            ),
            (
                http_route("{matches: [{path: {type: RegularExpression, value: /x.*}}]}"),
                "https",
                None,
            ),
            (http_route(redirect), "http", Some("redirect 301")),
            // The redirect is of other paths.
            (
                http_route(&format!(
                    "{{matches: [{{path: {{value: /old}}}}], {old}, {{matches: [{{path: {{value: /api}}}}]}}"
                )),
                "http",
                None,
            ),
            (
                http_route(&format!(
                    "{redirect}, {{matches: [{{path: {{value: /api}}}}]}}"
                )),
                "http",
                None,
            ),
            (
                ingress("", "{path: /api/v1/pu, pathType: ImplementationSpecific}"),
                "https",
                None,
            ),
            (
                ingress("", "{path: /api/v1/pu, pathType: Prefix}"),
                "https",
                Some("path /api/v1/pu"),
            ),
        ] {
            let found = judged(&source, (scheme, "a.example.com", push));
            assert_eq!(found.as_deref(), want, "{scheme} {source}");
            assert_eq!(judged(&source, (scheme, "b.example.com", push)), None);
        }
    }

    #[test]
    fn prefixes_end_at_a_slash() {
        let prefix = |path: &str| Path::Prefix(path.to_owned());
        for (own, path, want) in [
            ("/", "/api/v1/push", true),
            ("/api", "/api/v1/push", true),
            ("/api/", "/api", true),
            ("/api", "/apis", false),
            ("/api/v1/push", "/api/v1/push/", true),
        ] {
            assert_eq!(prefix(own).serves(path), want, "{own} {path}");
        }
        let exact = Path::Exact("/api/v1/receive/".to_owned());
        assert!(!exact.serves("/api/v1/receive"));
    }
}
