//! Mounts by their paths: a container may have one for each path that is looked up.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::inside;
use super::model::{Deployment, Mount};

/// For each path without a slash at its end, the place of the mount that counts. A copy of it is empty,
/// since the mounts of a copy may change.
#[derive(Debug, Default)]
pub(super) struct ByPath(OnceLock<PathIndex>);

#[derive(Debug)]
struct PathIndex {
    places: HashMap<String, usize>,
    /// How many mounts there were.
    count: usize,
}

impl Clone for ByPath {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Deployment {
    /// The mount that a path is at or below: the one with the longest path, and of several the last.
    pub(super) fn mount_around(&self, path: &str) -> Option<&Mount> {
        let index = self.by_path.0.get_or_init(|| PathIndex {
            places: places(&self.mounts),
            count: self.mounts.len(),
        });
        if index.count != self.mounts.len() {
            let around = self.mounts.iter().enumerate();
            let around = around.filter(|(_, mount)| inside::below(path, &mount.path).is_some());
            let longest = around.max_by_key(|(at, mount)| (mount.path.len(), *at));
            return longest.map(|(_, mount)| mount);
        }
        let mut folder = path;
        loop {
            if let Some(at) = index.places.get(folder) {
                return self.mounts.get(*at);
            }
            folder = folder.rsplit_once('/')?.0;
        }
    }
}

fn places(mounts: &[Mount]) -> HashMap<String, usize> {
    let mut places: HashMap<String, usize> = HashMap::new();
    for (at, mount) in mounts.iter().enumerate() {
        let path = mount.path.trim_end_matches('/').to_owned();
        places.insert(path, at);
    }
    places
}
