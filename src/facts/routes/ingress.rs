//! Ingress, as ingress-nginx reads it.

use super::path::Path;
use super::{Backend, Http, Route, Routes, Served, place_of};
use crate::discover::Manifest;
use crate::finding::Place;
use crate::yaml::{Mapping, Node, placeholder};

impl Routes {
    /// networking.k8s.io/v1, and how ingress-nginx reads it (its annotations, `ssl-redirect`).
    pub(super) fn ingress(&mut self, manifest: &Manifest<'_>) {
        let Some(spec) = manifest.root.get("spec") else {
            return;
        };
        let nginx = Nginx::of(manifest, spec);
        let default = spec.get("defaultBackend").or(spec.get("backend"));
        let rules = spec.get("rules").into_iter().flat_map(Node::items);
        for rule in rules {
            let Some(host) = rule.get("host").and_then(Node::as_str) else {
                continue;
            };
            let paths = rule.get("http").and_then(|http| http.get("paths"));
            let mut paths: Vec<_> = paths
                .into_iter()
                .flat_map(Node::items)
                .map(|node| Served {
                    path: nginx.path(node),
                    to: node
                        .get("backend")
                        .and_then(|to| nginx.backend(to, manifest)),
                })
                .collect();
            if default.is_some() || paths.is_empty() {
                paths.push(Served {
                    path: Path::Open,
                    to: default.and_then(|to| nginx.backend(to, manifest)),
                });
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
                    moved: nginx.moved(),
                },
            );
        }
    }
}

/// What annotations and the class of an Ingress say where ingress-nginx reads it.
struct Nginx<'d> {
    annotations: Option<Mapping<'d>>,
    is_nginx: bool,
    takes_target: bool,
}

/// Classes whose controllers know the ports of Services alone (traefik/traefik
/// `pkg/provider/kubernetes/ingress/kubernetes.go`, `getServicePort`; kubernetes-sigs/
/// aws-load-balancer-controller `pkg/k8s/service_utils.go`, `LookupServicePort`).
const STRICT: &[&str] = &["alb", "traefik"];

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
            takes_target: !class.is_some_and(|class| STRICT.contains(&class)),
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

    /// The status of a redirect of all requests to another URL (ingress-nginx, annotations `redirect`):
    /// 301 and 302 unless another code is set.
    fn moved(&self) -> Option<(u16, Place)> {
        let kinds = [("permanent-redirect", 301), ("temporal-redirect", 302)];
        kinds.into_iter().find_map(|(name, status)| {
            let node = self.get(name)?;
            let code = self.get(&format!("{name}-code")).and_then(Node::as_str);
            let code = code.and_then(|code| code.parse().ok());
            Some((code.unwrap_or(status), node.place()))
        })
    }

    /// `service` of networking.k8s.io/v1, or the keys of `extensions/v1beta1`.
    fn backend(&self, node: Node<'_>, manifest: &Manifest<'_>) -> Option<Backend> {
        let (name, port) = match node.get("service") {
            Some(service) => {
                let port = service.get("port");
                let port = port.and_then(|port| port.get("number").or(port.get("name")));
                (service.get("name"), port)
            }
            None => (node.get("serviceName"), node.get("servicePort")),
        };
        Some(Backend {
            service: name.and_then(Node::as_str)?.to_owned(),
            namespace: manifest.namespace.map(str::to_owned),
            port: port.and_then(Node::as_str).map(str::to_owned),
            is_of_compose: false,
            takes_target: self.takes_target,
        })
    }

    fn path(&self, node: Node<'_>) -> Path {
        let Some(path) = node.get("path").and_then(Node::as_str) else {
            return Path::Prefix("/".to_owned());
        };
        let kind = node.get("pathType").and_then(Node::as_str);
        let is_pattern = self.is("use-regex", "true")
            || self.get("rewrite-target").is_some() && path.contains(['(', '*', '[', '$']);
        if is_pattern || self.get("server-snippet").is_some() || placeholder::is_open(path) {
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

fn tls_hosts<'d>(spec: Node<'d>) -> impl Iterator<Item = &'d str> {
    let tls = spec.get("tls").into_iter().flat_map(Node::items);
    let hosts = tls.filter_map(|tls| tls.get("hosts"));
    hosts.flat_map(Node::items).filter_map(Node::as_str)
}
