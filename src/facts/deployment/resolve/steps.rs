//! From a mount to what is at a path in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Access, NotMounted, Provided, ResolvedPath};
use crate::facts::deployment::keys::VolumeFile;
use crate::facts::deployment::model::{
    ComposeOrigin, ComposeSecretOrConfig, Copied, Deployment, KeyVolume, Mount, Outside,
};
use crate::facts::deployment::written::ProvidedValue;
use crate::facts::deployment::{inside, near};
use crate::finding::{Evidence, Place};
use crate::source::Tree;

/// The way from a mount to what is at a path in it.
pub(super) struct Steps<'d, 't> {
    pub(super) deployment: &'d Deployment,
    pub(super) tree: &'t dyn Tree,
    pub(super) mount: &'d Mount,
    pub(super) path: &'t str,
    pub(super) evidence: Vec<Evidence>,
}

impl<'d> Steps<'d, '_> {
    fn provided(
        self,
        tree_file: Option<PathBuf>,
        access: Access,
        near: Option<String>,
    ) -> ResolvedPath<'d> {
        ResolvedPath::Provided(Provided {
            mount: self.mount,
            evidence: self.evidence,
            tree_file,
            written: None,
            access,
            mode_place: None,
            near,
        })
    }

    /// A file whose content is written down elsewhere, if it is seen where.
    fn written(self, written: Option<Arc<ProvidedValue>>, access: Access) -> ResolvedPath<'d> {
        match self.provided(None, access, None) {
            ResolvedPath::Provided(found) => ResolvedPath::Provided(Provided { written, ..found }),
            other => other,
        }
    }

    fn not_mounted(self, near: Option<String>) -> ResolvedPath<'d> {
        let near = near.or_else(|| near::of_path(self.deployment, self.tree, self.path));
        ResolvedPath::NotMounted(NotMounted {
            near,
            mounts: self.deployment.shown_mounts(self.tree),
            evidence: self.evidence,
        })
    }

    /// A file of the tree at or below `source`. What a link leads to outside of the tree is not
    /// looked at.
    pub(super) fn file(self, source: &Path, below: &str, access: Access) -> ResolvedPath<'d> {
        let below = self.whole(below);
        let (deployment, tree) = (self.deployment, self.tree);
        if !below.is_empty() && near::is_file(deployment, tree, source) {
            let near = format!("`{}` is a file there, not a folder", self.mount.path);
            return self.not_mounted(Some(near));
        }
        let file = inside::on_disk(source, &below);
        let near = near::in_folder(deployment, tree, &file);
        self.provided(Some(file), access, near)
    }

    /// A path in the mount as a path in its source.
    fn whole(&self, below: &str) -> String {
        match (&self.mount.sub_path, below) {
            (Some(sub), "") => sub.clone(),
            (Some(sub), below) => format!("{sub}/{below}"),
            (None, below) => below.to_owned(),
        }
    }

    pub(super) fn copied(self, copied: &Copied, below: &str) -> ResolvedPath<'d> {
        let access = copied.rights.map_or(Access::Unknown, Access::Set);
        let place = copied.rights.map(|_| self.mount.place.clone());
        match &copied.from {
            Some(from) => with_mode(self.file(from, below, access), place),
            None => ResolvedPath::External {
                reason: format!("the image brings it, copied from `{}`", copied.written),
                host: None,
                evidence: self.evidence,
            },
        }
    }

    pub(super) fn compose(mut self, file: &ComposeSecretOrConfig, below: &str) -> ResolvedPath<'d> {
        if !below.is_empty() {
            let near = format!(
                "`{}` is the {} `{}`, which is a file, not a folder",
                self.mount.path, file.kind, file.name
            );
            return self.not_mounted(Some(near));
        }
        if let Some(place) = &file.ignored {
            self.evidence.push(Evidence {
                place: place.clone(),
                message: format!(
                    "docker compose ignores `uid`, `gid` and `mode` of a {} from a file: the file's own count",
                    file.kind
                ),
            });
        }
        let access = file.rights.map_or(Access::Unknown, Access::Set);
        let place = file.rights.map(|_| self.mount.place.clone());
        match &file.from {
            ComposeOrigin::File(path) => self.file(path, "", Access::SameFile),
            ComposeOrigin::Content(written) => {
                with_mode(self.written(Some(Arc::clone(written)), access), place)
            }
            ComposeOrigin::Environment(variable, written) => {
                self.evidence.push(Evidence {
                    place: self.mount.place.clone(),
                    message: format!("its content is the environment variable `{variable}`"),
                });
                with_mode(self.written(written.clone(), access), place)
            }
            ComposeOrigin::Outside(whence) => ResolvedPath::External {
                reason: format!("the {} `{}` comes from {whence}", file.kind, file.name),
                host: None,
                evidence: self.evidence,
            },
        }
    }

    pub(super) fn key(mut self, volume: &'d KeyVolume, below: &str) -> ResolvedPath<'d> {
        let wanted = self.whole(below);
        let wanted = wanted.strip_prefix("..data/").unwrap_or(&wanted).to_owned();
        if wanted.is_empty() {
            return self.provided(None, Access::Unknown, None);
        }
        match volume.find(&wanted) {
            VolumeFile::File {
                rights,
                mode_place,
                steps,
                tree_file,
                written,
            } => {
                self.evidence.extend(steps);
                let access = Access::Set(rights);
                let resolved = match tree_file {
                    Some(file) => self.provided(Some(file), access, None),
                    None => self.written(written, access),
                };
                with_mode(resolved, mode_place)
            }
            VolumeFile::Outside(reason) => ResolvedPath::External {
                reason,
                host: None,
                evidence: self.evidence,
            },
            // The path of an item may have folders.
            VolumeFile::Nowhere { .. } if volume.has_folder(&wanted) => {
                self.provided(None, Access::Unknown, None)
            }
            VolumeFile::Nowhere { near, steps } => {
                self.evidence.extend(steps);
                self.not_mounted(Some(near))
            }
        }
    }

    pub(super) fn outside(self, outside: &Outside, below: &str) -> ResolvedPath<'d> {
        if let Outside::Policy(Some(files)) = outside
            && !below.is_empty()
            && !files.iter().any(|file| file == below)
        {
            let names = near::listed(files.iter().map(String::as_str));
            return self.not_mounted(Some(format!("promvet.yaml lists {names} there")));
        }
        if let Outside::Policy(_) = outside {
            return ResolvedPath::Declared {
                evidence: self.evidence,
            };
        }
        ResolvedPath::External {
            reason: format!("`{}` is {}", self.mount.path, outside.noun()),
            host: match outside {
                Outside::Host(path) if path.starts_with('/') => {
                    Some(inside::on_disk(Path::new(path), &self.whole(below)))
                }
                _ => None,
            },
            evidence: self.evidence,
        }
    }
}

/// The same with the place where its mode is written.
fn with_mode(resolved: ResolvedPath<'_>, mode_place: Option<Place>) -> ResolvedPath<'_> {
    match resolved {
        ResolvedPath::Provided(found) => ResolvedPath::Provided(Provided {
            mode_place,
            ..found
        }),
        other => other,
    }
}
