//! HTTPRoute of the Gateway API.

use super::path::Path;
use super::{Backend, Http, Route, Routes, Served, place_of};
use crate::discover::Manifest;
use crate::yaml::{Node, placeholder};

impl Routes {
    /// gateway.networking.k8s.io/v1. Which listeners a route belongs to is the Gateway's to say.
    pub(super) fn http_route(&mut self, manifest: &Manifest<'_>) {
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
            let to = backend(rule, manifest);
            let paths = paths.into_iter().map(|path| Served {
                path,
                to: to.clone(),
            });
            let paths: Vec<_> = paths.collect();
            let filters = rule.get("filters").into_iter().flat_map(Node::items);
            let redirect = filters.filter_map(|filter| filter.get("requestRedirect"));
            let to_https = redirect
                .filter(|node| node.get("scheme").and_then(Node::as_str) == Some("https"))
                .last();
            let http = to_https.map_or(Http::Served, |redirect| {
                let status = redirect.get("statusCode").and_then(Node::as_str);
                let status = status.and_then(|text| text.parse().ok()).unwrap_or(302);
                Http::Redirected(status, redirect.place())
            });
            rules.push((paths, http));
        }
        if rules.is_empty() {
            let path = all().remove(0);
            rules.push((vec![Served { path, to: None }], Http::Served));
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
                    moved: None,
                };
                self.insert(host, route);
            }
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
        _ if is_narrow || placeholder::is_open(value) => Path::Open,
        Some("Exact") => Path::Exact(value.to_owned()),
        None | Some("PathPrefix") => Path::Prefix(value.to_owned()),
        Some(_) => Path::Open,
    }
}

/// The one Service of `backendRefs`.
fn backend(rule: Node<'_>, manifest: &Manifest<'_>) -> Option<Backend> {
    let mut all = rule.get("backendRefs")?.items();
    let (Some(only), None) = (all.next(), all.next()) else {
        return None;
    };
    let text = |key: &str| only.get(key).and_then(Node::as_str);
    if text("kind").is_some_and(|kind| kind != "Service") {
        return None;
    }
    let own = manifest.namespace;
    Some(Backend {
        service: text("name")?.to_owned(),
        namespace: text("namespace").or(own).map(str::to_owned),
        port: text("port").map(str::to_owned),
        is_of_compose: false,
        takes_target: false,
    })
}
