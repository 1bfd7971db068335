//! Route of OpenShift.

use super::path::Path;
use super::{Backend, Http, Route, Routes, Served, place_of};
use crate::discover::Manifest;
use crate::yaml::{Node, placeholder};

impl Routes {
    /// route.openshift.io/v1: without `tls`, the router serves plain http only; with it, what
    /// `insecureEdgeTerminationPolicy` says, which is `None` by default.
    pub(super) fn route(&mut self, manifest: &Manifest<'_>) {
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
                paths: vec![Served {
                    path: match placeholder::is_open(path) {
                        true => Path::Open,
                        false => Path::Prefix(path.to_owned()),
                    },
                    to: backend(spec, manifest),
                }],
                http,
                https: tls.is_some(),
                moved: None,
            },
        );
    }
}

/// `to`, unless others take a share of the requests.
fn backend(spec: Node<'_>, manifest: &Manifest<'_>) -> Option<Backend> {
    if spec.get("alternateBackends").is_some() {
        return None;
    }
    let port = spec.get("port").and_then(|port| port.get("targetPort"));
    Some(Backend {
        service: spec.get("to")?.get("name")?.as_str()?.to_owned(),
        namespace: manifest.namespace.map(str::to_owned),
        port: port.and_then(Node::as_str).map(str::to_owned),
        is_of_compose: false,
        takes_target: true,
    })
}
