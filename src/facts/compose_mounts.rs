//! What the services of a compose file mount, for questions about each placeholder of a file that one of
//! them mounts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::deployment::{Deployment, on_disk};
use crate::finding::Text;
use crate::yaml::{Mapping, Node, parse_first};

/// A file or a folder that a service mounts.
#[derive(Debug)]
struct ServiceMount {
    /// The name of the service, in backticks.
    service: String,
    /// None if a variable tells.
    source: Option<PathBuf>,
}

/// A compose file, and what it mounts; none if it does not parse.
type MountsOfFile = (Arc<Text>, Option<Arc<[ServiceMount]>>);

/// What compose files mount that were asked for, by the addresses of their texts.
#[derive(Debug, Default)]
pub(super) struct ComposeMounts(Mutex<HashMap<usize, MountsOfFile>>);

impl ComposeMounts {
    /// Whether another service of the compose file mounts a file too, and may rewrite it.
    pub(super) fn is_shared(&self, deployment: &Deployment, file: &Path) -> bool {
        let Some(mounted) = self.of(deployment) else {
            return true;
        };
        let is_other = |mounted: &&ServiceMount| !deployment.name.contains(&mounted.service);
        mounted.iter().filter(is_other).any(|mounted| {
            let source = mounted.source.as_deref();
            source.is_none_or(|source| file.starts_with(source))
        })
    }

    fn of(&self, deployment: &Deployment) -> Option<Arc<[ServiceMount]>> {
        let text = deployment.place.text();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let find = || {
            let folder = deployment.file.parent().unwrap_or(Path::new(""));
            (Arc::clone(text), mounted(text, folder))
        };
        let (_, mounted) = all.entry(Arc::as_ptr(text).addr()).or_insert_with(find);
        mounted.clone()
    }
}

fn mounted(text: &Arc<Text>, folder: &Path) -> Option<Arc<[ServiceMount]>> {
    let document = parse_first(text).ok()?;
    let services = document.root().and_then(|root| root.get("services"));
    let services = services.and_then(Node::mapping).into_iter();
    let of_service = services.flat_map(Mapping::entries).flat_map(|service| {
        let name = format!("`{}`", service.name());
        let volumes = service.value.get("volumes").into_iter();
        let sources = volumes.flat_map(Node::items).filter_map(|volume| {
            let written = volume.get("source").unwrap_or(volume).as_str();
            let source = written
                .and_then(|text| text.split(':').next())
                .unwrap_or("");
            // A name without a slash is a volume of its own.
            let is_path = source.contains('/') || source.starts_with('.');
            match source.contains('$') {
                true => Some(None),
                false => is_path.then(|| Some(on_disk(folder, source))),
            }
        });
        let sources: Vec<_> = sources.collect();
        sources.into_iter().map(move |source| ServiceMount {
            service: name.clone(),
            source,
        })
    });
    Some(of_service.collect())
}
