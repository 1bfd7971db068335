//! Labels of compose services, and IngressRoutes, by which Traefik 2 and 3 route requests. Only rules of literal hosts and
//! paths are read (doc.traefik.io/traefik/routing/routers).

use std::sync::Arc;

use super::path::Path;
use super::{Backend, Http, Route, Routes, Served, place_of};
use crate::discover::Manifest;
use crate::finding::Text;
use crate::yaml::{Document, Mapping, Node, placeholder};

/// What the whole of a file names.
#[derive(Clone, Copy)]
pub(super) struct TraefikNames {
    pub(super) has_host: bool,
    has_routers: bool,
    names_provider: bool,
}

impl TraefikNames {
    pub(super) fn of(text: &Text) -> Self {
        let content = text.content();
        Self {
            has_host: content.contains("Host("),
            has_routers: content.contains("routers"),
            names_provider: content.contains("providers.file"),
        }
    }
}

impl Routes {
    /// What the labels of a compose file route. `text` is the whole of the file.
    pub(super) fn traefik(&mut self, document: &Document, text: &Arc<Text>, words: TraefikNames) {
        let root = document.root();
        let Some(services) = root
            .and_then(|root| root.get("services"))
            .and_then(Node::mapping)
        else {
            // Routers of a file provider, which are not worked out.
            if words.has_routers {
                self.leave_to(text);
            }
            return;
        };
        // Files may have more routers for the same hosts.
        let mut is_open = words.names_provider;
        for service in services.entries() {
            let labels = labels(service.value);
            if labels
                .iter()
                .any(|(name, value, _)| *name == "traefik.enable" && *value == "false")
            {
                continue;
            }
            for &(name, value, node) in &labels {
                let router = name
                    .strip_prefix("traefik.http.routers.")
                    .and_then(|rest| rest.strip_suffix(".rule"));
                let Some(router) = router else { continue };
                let Some((hosts, path)) = rule(value) else {
                    is_open = true;
                    continue;
                };
                let to = of_compose(service.name(), router, &labels);
                for host in hosts {
                    let route = Route {
                        name: format!("the Traefik router `{router}`"),
                        place: node.place(),
                        paths: vec![Served {
                            path: path.clone(),
                            to: to.clone(),
                        }],
                        // Which of them an entry point serves, its own settings say.
                        http: Http::Served,
                        https: true,
                        moved: None,
                    };
                    self.insert(host, route);
                }
            }
        }
        if is_open {
            self.leave_to(text);
        }
    }
}

impl Routes {
    /// What an IngressRoute routes (doc.traefik.io/traefik, IngressRoute).
    pub(super) fn ingress_route(&mut self, manifest: &Manifest<'_>, text: &Arc<Text>) {
        let spec = manifest.root.get("spec");
        let routes = spec.and_then(|spec| spec.get("routes"));
        for route in routes.into_iter().flat_map(Node::items) {
            let written = route.get("match").and_then(Node::as_str);
            let Some((hosts, path)) = written.and_then(rule) else {
                self.leave_to(text);
                let is_literal = written.is_some_and(|written| written.contains("Host("));
                self.takes_any |= !is_literal || placeholder::is_open(written.unwrap_or_default());
                continue;
            };
            for host in hosts {
                let of_host = self.by_traefik.entry(host.to_ascii_lowercase());
                of_host.or_default().push(Route {
                    name: format!("the IngressRoute `{}`", manifest.name),
                    place: place_of(manifest),
                    paths: vec![Served {
                        path: path.clone(),
                        to: service_of(route, manifest),
                    }],
                    // Which of them an entry point serves, its own settings say.
                    http: Http::Served,
                    https: true,
                    moved: None,
                });
            }
        }
    }
}

/// The one Service of a route.
fn service_of(route: Node<'_>, manifest: &Manifest<'_>) -> Option<Backend> {
    let mut all = route.get("services")?.items();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let text = |key: &str| only.get(key).and_then(Node::as_str);
    if text("kind").is_some_and(|kind| kind != "Service") {
        return None;
    }
    Some(Backend {
        service: text("name")?.to_owned(),
        namespace: text("namespace").or(manifest.namespace).map(str::to_owned),
        port: text("port").map(str::to_owned),
        is_of_compose: false,
        takes_target: false,
    })
}

/// The labels of a service: name, value, and where the value is.
fn labels<'d>(service: Node<'d>) -> Vec<(&'d str, &'d str, Node<'d>)> {
    let deploy = service
        .get("deploy")
        .and_then(|deploy| deploy.get("labels"));
    let mut out = Vec::new();
    for node in service.get("labels").into_iter().chain(deploy) {
        let pairs = node.mapping().into_iter().flat_map(Mapping::entries);
        out.extend(
            pairs.filter_map(|entry| Some((entry.name(), entry.value.as_str()?, entry.value))),
        );
        out.extend(node.items().filter_map(|item| {
            let (name, value) = item.as_str()?.split_once('=')?;
            Some((name.trim(), value.trim(), item))
        }));
    }
    out
}

/// The service whose labels define a router, if the router leads to it: it names no other service of
/// Traefik (doc.traefik.io/traefik, Docker, "Service definition").
fn of_compose(service: &str, router: &str, labels: &[(&str, &str, Node<'_>)]) -> Option<Backend> {
    let names_service = format!("traefik.http.routers.{router}.service");
    let mut ports = labels.iter().filter(|(name, ..)| {
        name.starts_with("traefik.http.services.") && name.ends_with(".loadbalancer.server.port")
    });
    let port = ports.next().map(|(_, port, _)| (*port).to_owned());
    let is_only = ports.next().is_none();
    let names_other = labels.iter().any(|(name, ..)| *name == names_service);
    (is_only && !names_other).then(|| Backend {
        service: service.to_owned(),
        namespace: None,
        port,
        is_of_compose: true,
        takes_target: false,
    })
}

/// The hosts and the path of a rule, if it consists of those.
fn rule(text: &str) -> Option<(Vec<&str>, Path)> {
    if placeholder::is_open(text) {
        return None;
    }
    let mut hosts = Vec::new();
    let mut path = None;
    for part in text.split("&&") {
        let (name, values) = part.trim().strip_suffix(')')?.split_once('(')?;
        let values = values.split(',').map(literal).collect::<Option<Vec<_>>>()?;
        match (name, values.as_slice()) {
            ("Host", _) if hosts.is_empty() => hosts = values,
            ("PathPrefix", [only]) if path.is_none() => {
                path = Some(Path::Begins((*only).to_owned()))
            }
            ("Path", [only]) if path.is_none() => path = Some(Path::Exact((*only).to_owned())),
            _ => return None,
        }
    }
    let all = || Path::Prefix("/".to_owned());
    (!hosts.is_empty()).then(|| (hosts, path.unwrap_or_else(all)))
}

/// A text in backticks or quotes.
fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    ['`', '"'].into_iter().find_map(|mark| {
        let inner = text.strip_prefix(mark)?.strip_suffix(mark)?;
        (!inner.contains(['`', '"', '(', ')', '{'])).then_some(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literal_rules_are_read() {
        for (text, want) in [
            ("Host(`a.example.com`)", Some("a.example.com Prefix(\"/\")")),
            (
                "Host(`a.example.com`) && PathPrefix(`/api`)",
                Some("a.example.com Begins(\"/api\")"),
            ),
            ("Path(`/x`) && Host(`a`, `b`)", Some("a b Exact(\"/x\")")),
            ("Host(`a`) || Host(`b`)", None),
            ("(Host(`a`))", None),
            ("Host(`a`) && Headers(`X`, `y`)", None),
            ("HostRegexp(`.*`)", None),
            ("PathPrefix(`/x`)", None),
            ("Host(`${DOMAIN}`)", None),
        ] {
            let found = rule(text).map(|(hosts, path)| format!("{} {path:?}", hosts.join(" ")));
            assert_eq!(found.as_deref(), want, "{text}");
        }
    }
}
