//! From a path where Prometheus runs to where it comes from.
//!
//! The longest mount path wins, and hides whatever a shorter one has below it. "Not mounted" is
//! said only where everything is in the tree: the mounts, and what the image brings.

mod steps;

use std::path::PathBuf;
use std::sync::Arc;

use super::commands;
use super::image::Image;
use super::inside;
use super::model::{Deployment, Mount, MountSource, Platform};
use super::near;
use super::programs;
use super::user::DeployedRights;
use super::written::ProvidedValue;
use crate::facts::submodules;
use crate::finding::{Evidence, Place};
use crate::source::Tree;
use crate::yaml::placeholder;
use steps::Steps;

/// How many of the reasons why more may be mounted are shown: a Dockerfile may have hundreds, and the
/// first ones tell what to look at.
const MOST_DOUBTS: usize = 8;

/// Folders that admission webhooks mount into pods by labels, annotations or service accounts that need not
/// be in the tree, and the webhooks: aws/amazon-eks-pod-identity-webhook and the EKS Pod Identity Agent,
/// Azure/azure-workload-identity `pkg/webhook`, hashicorp/vault-k8s `agent-inject/agent`.
const INJECTED: &[(&str, &str)] = &[
    (
        "/var/run/secrets/eks.amazonaws.com",
        "the webhook of EKS for IAM roles",
    ),
    (
        "/var/run/secrets/pods.eks.amazonaws.com",
        "the webhook of EKS Pod Identity",
    ),
    (
        "/var/run/secrets/azure/tokens",
        "the webhook of Azure Workload Identity",
    ),
    ("/vault/secrets", "the Vault agent"),
];

/// Where a path comes from.
#[derive(Clone, Debug)]
pub enum ResolvedPath<'d> {
    /// From something that is in the tree.
    Provided(Provided<'d>),
    /// From nowhere: no mount holds it.
    NotMounted(NotMounted),
    /// From outside the tree.
    External {
        /// From where, as a sentence without a full stop.
        reason: String,
        /// The path on the machine that runs the container, if it comes from there: with
        /// `--on-host` it can be judged.
        host: Option<PathBuf>,
        /// How that is known.
        evidence: Vec<Evidence>,
    },
    /// From what promvet.yaml says will be there.
    Declared {
        /// Where it says so.
        evidence: Vec<Evidence>,
    },
    /// It can't be said.
    Unknown {
        /// Why, as a sentence without a full stop.
        reason: String,
        /// How that is known.
        evidence: Vec<Evidence>,
    },
}

/// A path that comes from something in the tree.
#[derive(Clone, Debug)]
pub struct Provided<'d> {
    /// The mount that holds it.
    pub mount: &'d Mount,
    /// The steps of the argument, from the mount to the source.
    pub evidence: Vec<Evidence>,
    /// The file of the tree that it is; it may be missing. It is below the root of the tree by
    /// its name alone: a link may lead out, so ask `Tree::within` before opening it.
    pub tree_file: Option<PathBuf>,
    /// What it holds, if that is written into a manifest or a compose file.
    pub written: Option<Arc<ProvidedValue>>,
    /// Owner and mode as deployed.
    pub access: Access,
    /// Where the mode is written, if it is.
    pub mode_place: Option<Place>,
    /// If `tree_file` is missing: what may have been meant, as a sentence without a full stop.
    pub near: Option<String>,
}

/// What decides who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The file in the tree is the same one, so its own owner and mode count, and those of the
    /// folders between it and the mount's source.
    SameFile,
    /// Owner and mode that the deployment sets.
    Set(DeployedRights),
    /// Nothing in the tree.
    Unknown,
}

/// What is at a path of a container.
#[derive(Clone, Debug)]
pub(crate) enum AtPath {
    /// A file of the tree with this content.
    Content(Vec<u8>),
    /// Nothing; what may have been meant, as a sentence without a full stop.
    Absent(Option<String>),
    /// It can't be said.
    Unknown,
}

/// A path that no mount holds.
#[derive(Clone, Debug, Default)]
pub struct NotMounted {
    /// What may have been meant, as a sentence without a full stop.
    pub near: Option<String>,
    /// The mounts there are, each as `` `path` from … ``.
    pub mounts: Vec<String>,
    /// The mount that hides or lacks it, and its source, if one is around it.
    pub evidence: Vec<Evidence>,
}

impl Deployment {
    /// Where a path comes from. A relative one counts from the folder of the configuration that
    /// Prometheus is started with; see `RunningDeployment::resolve` for others.
    #[must_use]
    pub fn resolve(&self, tree: &dyn Tree, path: &str) -> ResolvedPath<'_> {
        self.resolve_from(tree, inside::folder(&self.config_file()), path)
    }

    pub(super) fn resolve_from(
        &self,
        tree: &dyn Tree,
        folder: &str,
        path: &str,
    ) -> ResolvedPath<'_> {
        let is_open = |path: &str| path.contains('$') || placeholder::find(path).next().is_some();
        if is_open(path) || is_open(folder) {
            return unknown("the path holds a placeholder", Vec::new());
        }
        let path = inside::join(folder, path);
        let resolved = self.resolve_mounted(tree, &path);
        let is_missing = match &resolved {
            ResolvedPath::NotMounted(_) => true,
            ResolvedPath::Provided(found) => {
                let file = found.tree_file.as_ref().filter(|_| found.written.is_none());
                file.is_some_and(|file| !near::is_inside(self, tree, file))
            }
            _ => false,
        };
        let made = is_missing.then(|| self.made_at_start(&path)).flatten();
        made.unwrap_or(resolved)
    }

    /// Where an absolute path comes from by its mounts and the image, whatever starts the container.
    pub(in crate::facts) fn resolve_mounted(
        &self,
        tree: &dyn Tree,
        path: &str,
    ) -> ResolvedPath<'_> {
        match self.mount_around(path) {
            Some(mount) => self.look_into(tree, mount, path),
            None => self.without_mount(tree, path),
        }
    }

    /// That a file may be written by what starts the container, before Prometheus or in place of it.
    fn made_at_start(&self, path: &str) -> Option<ResolvedPath<'_>> {
        let by_command = commands::writing(self, path);
        // The first word of other programs is often a command of their own: `alloy run`.
        let is_ours = self.prometheus.is_some();
        let by_script = || {
            commands::script(&self.arguments)
                .filter(|_| is_ours)
                .cloned()
        };
        let place = by_command.or_else(by_script)?;
        let message = "this starts the container".to_owned();
        let reason = format!("what starts {} may write it", self.name);
        Some(unknown(reason, vec![Evidence { place, message }]))
    }

    fn look_into<'d>(&'d self, tree: &dyn Tree, mount: &'d Mount, path: &str) -> ResolvedPath<'d> {
        let below = inside::below(path, &mount.path).unwrap_or("");
        let steps = Steps {
            deployment: self,
            tree,
            mount,
            path,
            evidence: evidence_of(mount),
        };
        let resolved = match &mount.source {
            MountSource::Tree(source) => steps.file(source, below, Access::SameFile),
            MountSource::Copied(copied) => steps.copied(copied, below),
            MountSource::Compose(file) => steps.compose(file, below),
            MountSource::Keys(volume) => steps.key(volume, below),
            MountSource::Outside(outside) => steps.outside(outside, below),
            MountSource::Unknown(reason) => unknown(reason, steps.evidence),
        };
        if self.may_be_laid_over(tree, mount, below, &resolved) {
            return self.further_mounts(&self.overlays);
        }
        let made = self.written_by_another(tree, &resolved);
        made.or_else(|| self.of_another_checkout(tree, &resolved))
            .unwrap_or(resolved)
    }

    /// That a file which the tree lacks may be there in another one: in a submodule, or where a variable
    /// has a value.
    fn of_another_checkout(
        &self,
        tree: &dyn Tree,
        resolved: &ResolvedPath<'_>,
    ) -> Option<ResolvedPath<'_>> {
        let ResolvedPath::Provided(found) = resolved else {
            return None;
        };
        let file = found.tree_file.as_ref()?;
        if near::is_inside(self, tree, file) {
            return None;
        }
        let default = || "a variable may name another source than its default".to_owned();
        let reason = submodules::lacking(tree, &self.root, file)
            .or_else(|| found.mount.is_default.then(default))?;
        Some(unknown(reason, found.evidence.clone()))
    }

    /// That a file which the tree lacks may be written by another container with the same folder.
    fn written_by_another(
        &self,
        tree: &dyn Tree,
        resolved: &ResolvedPath<'_>,
    ) -> Option<ResolvedPath<'_>> {
        let ResolvedPath::Provided(found) = resolved else {
            return None;
        };
        let file = found.tree_file.as_ref()?;
        let is_bound = matches!(found.mount.source, MountSource::Tree(_));
        if !is_bound || near::is_inside(self, tree, file) {
            return None;
        }
        let writer = self.writers.of(file, &self.place)?;
        let reason = format!("{} may write it, which mounts the same folder", writer.name);
        Some(unknown(reason, vec![writer.evidence()]))
    }

    /// Whether what a mount lacks may be mounted below it by something that is laid over the deployment.
    fn may_be_laid_over(
        &self,
        tree: &dyn Tree,
        mount: &Mount,
        below: &str,
        resolved: &ResolvedPath<'_>,
    ) -> bool {
        if self.overlays.is_empty() || below.is_empty() {
            return false;
        }
        match (resolved, &mount.source) {
            (ResolvedPath::Provided(found), MountSource::Tree(_) | MountSource::Copied(_)) => {
                let file = found.tree_file.as_ref();
                file.is_some_and(|file| !near::is_inside(self, tree, file))
            }
            // For a mount in a volume of keys, the kubelet makes folders only (`MakeNestedMountpoints`,
            // Kubernetes 1.30).
            (ResolvedPath::NotMounted(_), MountSource::Keys(_)) => below.contains('/'),
            _ => false,
        }
    }

    fn further_mounts(&self, doubts: &[Evidence]) -> ResolvedPath<'_> {
        let reason = format!("{} may have further mounts", self.name);
        let doubts = doubts.iter().take(MOST_DOUBTS);
        unknown(reason, doubts.cloned().collect())
    }

    fn without_mount(&self, tree: &dyn Tree, path: &str) -> ResolvedPath<'_> {
        let mut withheld = self.withheld.iter();
        if let Some(one) = withheld.find(|withheld| is_or_below(path, withheld.path)) {
            return ResolvedPath::NotMounted(NotMounted {
                near: Some(one.evidence.message.clone()),
                mounts: self.shown_mounts(tree),
                evidence: vec![one.evidence.clone()],
            });
        }
        if let Some(by) = self.injecting(path) {
            let reason = format!("{by} mounts files there in pods that it is told to change");
            return unknown(reason, Vec::new());
        }
        if let Some(twin) = near::linked_twin(self, path) {
            return unknown(twin, Vec::new());
        }
        if !self.doubts.is_empty() {
            return self.further_mounts(&self.doubts);
        }
        let lost = || {
            ResolvedPath::NotMounted(NotMounted {
                near: near::of_path(self, tree, path),
                mounts: self.shown_mounts(tree),
                evidence: Vec::new(),
            })
        };
        match self.known_image() {
            None if programs::lacks(self, path) => lost(),
            None => unknown(
                format!(
                    "nothing is mounted there, and what the image of {} holds is not known",
                    self.name
                ),
                self.image.iter().map(image_evidence).collect(),
            ),
            Some(image) if Image::brings(path) => ResolvedPath::External {
                reason: "the image of Prometheus brings files in that folder".to_owned(),
                host: None,
                evidence: vec![image_evidence(image)],
            },
            Some(_) => lost(),
        }
    }

    /// The admission webhook that may mount something at a path of a pod.
    fn injecting(&self, path: &str) -> Option<&'static str> {
        let is_pod = self.platform == Platform::Kubernetes;
        let mut known = INJECTED.iter().filter(|_| is_pod);
        let (_, by) = known.find(|(folder, _)| is_or_below(path, folder))?;
        Some(by)
    }

    /// The mounts for people, sorted by path.
    pub(super) fn shown_mounts(&self, tree: &dyn Tree) -> Vec<String> {
        let mut shown: Vec<_> = self
            .mounts
            .iter()
            .map(|mount| format!("`{}` from {}", mount.path, source_noun(mount, tree)))
            .collect();
        shown.sort();
        shown.dedup();
        shown
    }
}

/// What a mount is, for people.
pub(super) fn source_noun(mount: &Mount, tree: &dyn Tree) -> String {
    let noun = match &mount.source {
        MountSource::Tree(path) => format!("`{}`", tree.shown(path)),
        MountSource::Copied(copied) => format!("`{}`, copied into the image", copied.written),
        MountSource::Compose(file) => format!("the {} `{}`", file.kind, file.name),
        MountSource::Keys(volume) => format!("the volume `{}`", volume.name),
        MountSource::Outside(outside) => outside.noun(),
        MountSource::Unknown(_) => "a source that is not known".to_owned(),
    };
    match &mount.sub_path {
        Some(sub) => format!("{noun}, but only its `{sub}`"),
        None => noun,
    }
}

/// Whether a path is at or below another, `/run` and `/var/run` taken for one.
fn is_or_below(path: &str, folder: &str) -> bool {
    let short = |path: &str| {
        path.strip_prefix("/var/run/")
            .map(|rest| format!("/run/{rest}"))
    };
    let path = short(path).unwrap_or_else(|| path.to_owned());
    let folder = short(folder).unwrap_or_else(|| folder.to_owned());
    inside::below(&path, &folder).is_some()
}

fn evidence_of(mount: &Mount) -> Vec<Evidence> {
    let here = Evidence {
        place: mount.place.clone(),
        message: format!("`{}` is mounted here", mount.path),
    };
    let mut out = vec![here];
    out.extend(mount.definition.clone());
    out
}

fn image_evidence(image: &Image) -> Evidence {
    Evidence {
        place: image.place.clone(),
        message: "the image that runs".to_owned(),
    }
}

fn unknown<'d>(reason: impl Into<String>, evidence: Vec<Evidence>) -> ResolvedPath<'d> {
    ResolvedPath::Unknown {
        reason: reason.into(),
        evidence,
    }
}
