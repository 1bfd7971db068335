//! What a reverse proxy of the tree serves: nginx, with literal locations in a file of the tree.

mod nginx;

use super::Facts;
use super::routes::{Misrouted, Reason};
use super::service_match::ServiceMatch;
use crate::finding::{Evidence, Place};
use crate::prometheus::endpoint::Endpoint;

/// Where the official images of nginx read their configuration (their Dockerfiles): all of it, or the
/// server of the image.
const FILES: &[&str] = &["/etc/nginx/nginx.conf", "/etc/nginx/conf.d/default.conf"];

/// The images, without their publisher.
const IMAGES: &[&str] = &["nginx", "nginx-unprivileged"];

impl Facts<'_> {
    /// Why the nginx of the tree that answers at an endpoint does not serve its path.
    #[must_use]
    pub fn unproxied(
        &self,
        answering: &[ServiceMatch<'_>],
        endpoint: &Endpoint,
    ) -> Option<Misrouted> {
        let [only] = answering else { return None };
        let (container, deployment) = (only.container?, only.deployment?);
        let name = container.image.as_ref()?.repository().rsplit('/').next()?;
        if !IMAGES.contains(&name) || container.arguments.list.iter().any(|one| one.text == "-c") {
            return None;
        }
        // Another file may have more servers.
        let mut mounts = deployment.mounts.iter();
        let of_nginx = mounts
            .by_ref()
            .filter(|mount| mount.path.starts_with("/etc/nginx"));
        if of_nginx.count() != 1 {
            return None;
        }
        let mut files = FILES.iter();
        let text = files.find_map(|path| self.text_at(deployment, path))?;
        let host = endpoint.host_name()?;
        let path = endpoint.slice(endpoint.path());
        let path = if path.is_empty() { "/" } else { path };
        let unserved = nginx::unserved(text.content(), only.port, &host, path)?;
        let mut evidence = only.shown();
        evidence.push(Evidence {
            place: Place::new(&text, unserved.span),
            message: "this server has no location for the path".to_owned(),
        });
        Some(Misrouted {
            by: container.name.clone(),
            why: Reason::Path(unserved.paths),
            evidence,
        })
    }
}
