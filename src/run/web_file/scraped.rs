//! Jobs by which a server scrapes itself, and what its web configuration asks of them.

use super::at;
use crate::facts::deployment::Deployment;
use crate::finding::{Finding, Place, Severity};
use crate::yaml::{Document, Mapping, Node};

/// The port without `--web.listen-address`.
const PORT: &str = "9090";

/// The names of a container for itself.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

/// Keys of a job that send a credential.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "basic_auth",
    "bearer_token",
    "bearer_token_file",
    "http_headers",
    "oauth2",
];

/// The jobs of a configuration that its own server rejects.
pub(super) fn check(
    configuration: &Document,
    web: &Document,
    deployment: &Deployment,
) -> Vec<Finding> {
    let Some((root, web)) = configuration.root().zip(web.root()) else {
        return Vec::new();
    };
    let users = web.get("basic_auth_users");
    let has_users = |users: &Node<'_>| {
        let entries = users.mapping().into_iter().flat_map(Mapping::entries);
        entries.count() > 0
    };
    let users = users.filter(has_users).map(Node::place);
    let tls = web.get("tls_server_config").filter(|tls| {
        let keys = ["cert", "cert_file"];
        keys.iter().any(|key| tls.get(key).is_some())
    });
    let tls = tls.map(Node::place);
    let port = deployment.arguments.value("web.listen-address");
    let port = port.and_then(|(value, _)| value.rsplit(':').next());
    let port = port.unwrap_or(PORT);
    let jobs = root.get("scrape_configs").into_iter().flat_map(Node::items);
    // Relabeling may make another address, or another scheme.
    let jobs = jobs.filter(|job| job.get("relabel_configs").is_none());
    let found = jobs.filter_map(|job| {
        let target = own_target(job, port)?;
        let lacks = |keys: &[&str]| keys.iter().all(|key| job.get(key).is_none());
        let is_https = job.get("scheme").and_then(Node::as_str) == Some("https");
        match (&tls, &users) {
            (Some(tls), _) if !is_https => Some(refused(
                target,
                "speaks TLS: every scrape over http fails with 400",
                "set `scheme: https` and `tls_config`",
                (tls, "its certificate is set here"),
            )),
            (_, Some(users)) if lacks(CREDENTIALS) => Some(refused(
                target,
                "requires a user: every scrape fails with 401",
                "add `basic_auth`",
                (users, "its users are listed here"),
            )),
            _ => None,
        }
    });
    found.collect()
}

/// A target of a job that is the server itself.
fn own_target<'d>(job: Node<'d>, port: &str) -> Option<Node<'d>> {
    let groups = job.get("static_configs").into_iter().flat_map(Node::items);
    let targets = groups.filter_map(|group| group.get("targets"));
    let mut targets = targets.flat_map(Node::items);
    targets.find(|target| {
        let parts = target.as_str().and_then(|text| text.rsplit_once(':'));
        parts.is_some_and(|(host, own)| own == port && LOCAL.contains(&host))
    })
}

fn refused(target: Node<'_>, what: &str, help: &str, proof: (&Place, &str)) -> Finding {
    let name = target.as_str().unwrap_or_default();
    let message = format!("`{name}` is this server itself, which {what}");
    let mut finding = at(target.place(), target, message).kind("self");
    finding.severity = Severity::Warning;
    finding.help(help).evidence(proof.0.clone(), proof.1)
}
