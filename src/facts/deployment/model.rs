//! What runs which configuration, and what it mounts where.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::{Argument, Arguments, BARE_CONFIG, IMAGE_CONFIG};
use super::by_path::ByPath;
use super::image::Image;
use super::inside;
use super::kubernetes::operated::OPERATED_CONFIG;
use super::user::{DeployedRights, RunAs};
use super::writers::Writers;
use super::written::ProvidedValue;
use crate::facts::settings::WEB_FILE;
use crate::finding::{Evidence, Place};

/// What starts the containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Docker compose.
    Compose,
    /// Kubernetes.
    Kubernetes,
    /// An image built from a Dockerfile, started by something that is not in the tree.
    Image,
    /// A unit of systemd, a Quadlet of podman, or a command in a script or in another text.
    Unit,
    /// Whatever promvet.yaml describes.
    Policy,
}

/// One container that runs Prometheus, or that mounts files and may run it.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its name for people: "the service `prometheus`".
    pub name: String,
    /// What starts it.
    pub platform: Platform,
    /// Where it is defined.
    pub place: Place,
    /// The file that defines it, absolute and without links.
    pub file: PathBuf,
    /// The namespace of Kubernetes, if one is written.
    pub namespace: Option<String>,
    /// The root of the tree that the file is in.
    pub root: PathBuf,
    /// How one sees that Prometheus runs in it; none if nothing says so.
    pub prometheus: Option<Evidence>,
    /// The image, if one is named.
    pub image: Option<Image>,
    /// The image that the one it runs is built from, where a Dockerfile of the tree builds it.
    pub base: Option<Image>,
    /// The command line.
    pub arguments: Arguments,
    /// The folder that it starts in, if that is known.
    pub folder: Option<String>,
    /// The commands that make its image.
    pub commands: Vec<Argument>,
    /// The other files that it is drawn from, absolute.
    pub others: Vec<PathBuf>,
    /// Who Prometheus runs as.
    pub user: RunAs,
    /// What is mounted where. Of two at one path the later counts.
    pub mounts: Vec<Mount>,
    /// Mounts that Kubernetes would add, had it not been told to leave them out.
    pub withheld: Vec<Withheld>,
    /// The mounts by their paths, once a path is looked up.
    pub(super) by_path: ByPath,
    /// The network of its pod.
    pub pod: PodNetwork,
    /// The variables that are set for it with a value that is written down.
    pub environment: Vec<Arc<ProvidedValue>>,
    /// Why more may be mounted than is seen here; while there is a reason, a path without a mount
    /// is unknown, not missing.
    pub doubts: Vec<Evidence>,
    /// Those of the doubts by which something may be mounted below a mount that is seen.
    pub overlays: Vec<Evidence>,
    /// The containers that may write to folders of the tree, itself included.
    pub(super) writers: Arc<Writers>,
}

/// Programs other than Prometheus whose files are looked at: the last part of the image, and the folder
/// of their files.
const OTHERS: &[(&str, &str)] = &[
    ("caddy", "/etc/caddy"),
    ("influxdb", "/etc/influxdb"),
    ("nginx", "/etc/nginx"),
    ("nginx-unprivileged", "/etc/nginx"),
];

/// The flag of Thanos Receive that names its limits.
const THANOS_LIMITS: &str = "receive.limits-config-file";

/// The flag of vmauth that names who may do what.
const AUTH_FILE: &str = "auth.config";

/// Whether a container that does not run Prometheus has settings in files that are looked at. What else
/// mounts files, such as a sidecar, is not taken for what may run a configuration.
pub(super) fn has_settings(image: Option<&Image>, arguments: &Arguments, mounts: &[Mount]) -> bool {
    let last = image.and_then(|image| image.repository().rsplit('/').next());
    let mut others = OTHERS.iter().filter(|(name, _)| last == Some(*name));
    [THANOS_LIMITS, WEB_FILE, AUTH_FILE]
        .iter()
        .any(|flag| arguments.value(flag).is_some())
        || others.any(|(_, folder)| mounts.iter().any(|mount| mount.path.starts_with(folder)))
}

impl Deployment {
    /// What promvet.yaml says of a Prometheus that nothing of the tree runs: its mounts, and its
    /// user if it names one. To add such mounts to a deployment that is there, push them onto its
    /// `mounts`. `file` is promvet.yaml itself and `place` its section.
    #[must_use]
    pub fn by_policy(
        file: PathBuf,
        root: PathBuf,
        place: Place,
        user: RunAs,
        mounts: Vec<Mount>,
    ) -> Self {
        Self {
            name: "the Prometheus of promvet.yaml".to_owned(),
            platform: Platform::Policy,
            prometheus: Some(Evidence {
                place: place.clone(),
                message: "promvet.yaml says what is mounted".to_owned(),
            }),
            place,
            file,
            namespace: None,
            root,
            image: None,
            base: None,
            arguments: Arguments::default(),
            folder: None,
            commands: Vec::new(),
            others: Vec::new(),
            user,
            mounts,
            withheld: Vec::new(),
            by_path: ByPath::default(),
            pod: PodNetwork::default(),
            environment: Vec::new(),
            doubts: Vec::new(),
            overlays: Vec::new(),
            writers: Arc::default(),
        }
    }

    /// The version of Prometheus by the image's tag, such as `2.53.1`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let own = self.image.as_ref().and_then(Image::version);
        own.filter(|_| self.base.is_none())
            .or_else(|| self.base.as_ref()?.version())
    }

    /// Where `--agent` or the feature of the same meaning is set, which only releases before 3.0 know.
    #[must_use]
    pub fn agent(&self) -> Option<&Place> {
        let is_unknown = self.release().is_some_and(|release| release >= (3, 0));
        let feature = || self.arguments.feature("agent").filter(|_| !is_unknown);
        self.arguments.switch("agent").or_else(feature)
    }

    /// The path of the configuration that Prometheus is started with, where it runs: that of
    /// `--config.file`, else what the image or Prometheus itself takes.
    #[must_use]
    pub fn config_file(&self) -> String {
        let value = self.arguments.value("config.file").map(|(value, _)| value);
        let folder = self.folder.as_deref();
        let folder = folder.unwrap_or_else(|| inside::folder(BARE_CONFIG));
        let default = if self.arguments.replaces {
            inside::name(BARE_CONFIG)
        } else {
            IMAGE_CONFIG
        };
        inside::join(folder, value.unwrap_or(default))
    }

    /// Whether the Prometheus Operator runs it.
    #[must_use]
    pub fn is_operated(&self) -> bool {
        self.config_file() == OPERATED_CONFIG
    }

    /// The folder of that path.
    #[must_use]
    pub fn config_folder(&self) -> String {
        inside::folder(&self.config_file()).to_owned()
    }

    /// The image whose content is known because it is the official one or built from it.
    pub(crate) fn known_image(&self) -> Option<&Image> {
        let image = self.base.as_ref().or(self.image.as_ref())?;
        image.is_official().then_some(image)
    }
}

/// A path where Prometheus runs and where what is there comes from.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The path where Prometheus runs, absolute and clean.
    pub path: String,
    /// Where it comes from.
    pub source: MountSource,
    /// The part of the source that is mounted (`subPath`), if not the whole of it.
    pub sub_path: Option<String>,
    /// Where it is mounted.
    pub place: Place,
    /// Where the source is defined, if that is another place, with a sentence.
    pub definition: Option<Evidence>,
    /// Whether it can't be written to there.
    pub is_read_only: bool,
    /// Whether the source holds the default of a variable, which the deployment may set.
    pub is_default: bool,
}

impl Mount {
    /// A whole source at a path.
    #[must_use]
    pub fn new(path: &str, source: MountSource, place: Place) -> Self {
        Self {
            path: inside::join("/", path),
            source,
            sub_path: None,
            place,
            definition: None,
            is_read_only: false,
            is_default: false,
        }
    }
}

/// Where something that is mounted comes from.
#[derive(Clone, Debug)]
pub enum MountSource {
    /// A file or folder of the tree, mounted as it is: its own owner and mode count.
    Tree(PathBuf),
    /// A secret or config of docker compose: always one file.
    Compose(ComposeSecretOrConfig),
    /// A volume that Kubernetes fills with files.
    Keys(KeyVolume),
    /// A file or folder that was copied into the image.
    Copied(Copied),
    /// Something outside the tree.
    Outside(Outside),
    /// It can't be said: why.
    Unknown(String),
}

/// A secret or config of docker compose.
#[derive(Clone, Debug)]
pub struct ComposeSecretOrConfig {
    /// `secret` or `config`.
    pub kind: &'static str,
    /// Its name at the top level.
    pub name: String,
    /// Where its content comes from.
    pub from: ComposeOrigin,
    /// Owner and mode as they are written, where docker compose honors them: it does not for
    /// secrets and configs from files, which it bind-mounts (docs.docker.com, compose file
    /// reference, secrets). None as well where versions differ on what holds by default.
    pub rights: Option<DeployedRights>,
    /// Where `uid`, `gid` or `mode` is written although it has no effect.
    pub ignored: Option<Place>,
}

/// Where the content of a compose secret or config comes from.
#[derive(Clone, Debug)]
pub enum ComposeOrigin {
    /// `file:` in the tree.
    File(PathBuf),
    /// `environment:`, by the name of the variable, with its value in the `.env` file beside the
    /// compose file, if it has one there.
    Environment(String, Option<Arc<ProvidedValue>>),
    /// `content:`, written into the compose file.
    Content(Arc<ProvidedValue>),
    /// `external: true`, or a file outside the tree: where, for people.
    Outside(String),
}

/// A volume of files: a Secret, a ConfigMap, or several projected into one.
#[derive(Clone, Debug)]
pub struct KeyVolume {
    /// The name of the volume.
    pub name: String,
    /// What it is filled from; of two that give one file the later counts.
    pub parts: Vec<VolumeSource>,
    /// `fsGroup` of the pod, which then owns every file and may read it.
    pub fs_group: Option<u32>,
}

/// One thing that a volume is filled from.
#[derive(Clone, Debug)]
pub struct VolumeSource {
    /// What it is.
    pub kind: PartKind,
    /// The keys that are picked and the files that they become; none if all are taken.
    pub items: Option<Vec<KeyItem>>,
    /// Mode of files without a separate one.
    pub mode: u32,
    /// Where that is written, if it is.
    pub mode_place: Option<Place>,
    /// Whether the pod starts without it.
    pub optional: bool,
}

/// What part of a volume comes from.
#[derive(Clone, Debug)]
pub enum PartKind {
    /// A Secret or a ConfigMap.
    Object {
        /// `Secret` or `ConfigMap`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The manifests of the tree that make it.
        providers: Vec<Arc<Provider>>,
    },
    /// A token of the pod's service account. It belongs to the pod's user where all containers run
    /// as one (kubernetes/kubernetes `pkg/volume/projected`).
    Token {
        /// The user who owns it, if not root.
        owner: Option<u32>,
    },
    /// Something else that Kubernetes makes itself: its certificate, the pod's namespace.
    Made,
    /// A kind of source that promvet does not know: any file may come from it.
    Other(String),
}

/// A key of a Secret or ConfigMap and the file that it becomes.
#[derive(Clone, Debug)]
pub struct KeyItem {
    /// The key; for what Kubernetes makes, the path once more.
    pub key: String,
    /// The path of the file in the volume.
    pub path: String,
    /// Its mode, if it has a separate one.
    pub mode: Option<u32>,
    /// Where that is written.
    pub mode_place: Option<Place>,
    /// Where it is picked; none for what Kubernetes adds unasked.
    pub place: Option<Place>,
}

/// Something of the tree that makes a Secret or ConfigMap.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What it is: `Secret`, `SealedSecret`, `ExternalSecret`, `secretGenerator`, …
    pub kind: &'static str,
    /// `Secret` or `ConfigMap`: what comes out of it.
    pub makes: &'static str,
    /// The name of what comes out.
    pub name: String,
    /// Its namespace, if one is written.
    pub namespace: Option<String>,
    /// Where it is.
    pub place: Place,
    /// The keys.
    pub keys: BTreeMap<String, ProvidedKey>,
    /// Whether it has no other keys than these.
    pub complete: bool,
    /// What kustomize calls it in the end.
    pub renamed: Option<RenamedObject>,
}

/// The name that kustomize gives an object: with a prefix, a suffix or a hash of its content. It changes the
/// name where its own tables say that an object is named, which know no resources of the Operator
/// (kubernetes-sigs/kustomize `api/internal/konfig/builtinpluginconsts/namereference.go`).
#[derive(Clone, Debug)]
pub struct RenamedObject {
    /// The name, with `<hash>` for a hash.
    pub name: String,
    /// Whether a hash is in it.
    pub is_hashed: bool,
    /// Where that is written.
    pub place: Place,
}

/// A key of a provider.
#[derive(Clone, Debug)]
pub struct ProvidedKey {
    /// Where it is written.
    pub place: Place,
    /// The file of the tree that its value comes from, if it does.
    pub file: Option<PathBuf>,
    /// Its value, if it is there in the clear.
    pub written: Option<Arc<ProvidedValue>>,
    /// Where its value is, if that is a part of a line.
    pub here: Option<Place>,
}

/// A file or folder copied into an image.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The file or folder of the tree; none if it comes from elsewhere (another image, a URL).
    pub from: Option<PathBuf>,
    /// What `COPY` names as its source.
    pub written: String,
    /// The here-document that it comes from, if it does.
    pub here: Option<Place>,
    /// Owner and mode in the image, where `--chmod` sets the mode. Without it the mode is that of
    /// the checkout on the building machine, which no one knows here.
    pub rights: Option<DeployedRights>,
}

/// Something outside the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// A path of the machine that runs the container.
    Host(String),
    /// A named volume of docker compose, or one without a name.
    Volume(String),
    /// `emptyDir`, or `tmpfs`: filled while it runs.
    Scratch(String),
    /// A CSI driver.
    Csi(String),
    /// A PersistentVolumeClaim.
    Claim(String),
    /// What promvet.yaml calls external, with the names of the files that will be there, if it
    /// lists them.
    Policy(Option<Vec<String>>),
    /// Another kind of volume, or a side car, in words.
    Other(String),
}

impl Outside {
    /// What it is, with an article.
    #[must_use]
    pub fn noun(&self) -> String {
        match self {
            Self::Host(path) => format!("`{path}` of the machine that runs the container"),
            Self::Volume(name) if name.is_empty() => "a volume without a name".to_owned(),
            Self::Volume(name) => format!("the volume `{name}`"),
            Self::Scratch(name) if name.is_empty() => "a folder in memory".to_owned(),
            Self::Scratch(name) => format!("the emptyDir `{name}`"),
            Self::Csi(driver) => format!("a volume of the CSI driver `{driver}`"),
            Self::Claim(name) => format!("the PersistentVolumeClaim `{name}`"),
            Self::Policy(_) => "something that promvet.yaml calls external".to_owned(),
            Self::Other(words) => words.clone(),
        }
    }
}

/// A mount that would be there by default and is switched off.
#[derive(Clone, Debug)]
pub struct Withheld {
    /// Its path where Prometheus runs.
    pub path: &'static str,
    /// What switches it off.
    pub evidence: Evidence,
}

/// What is known of the network of a pod.
#[derive(Clone, Debug, Default)]
pub struct PodNetwork {
    /// The kind and the name of what makes the pod.
    pub workload: Option<(String, String)>,
    /// Whether it is sure that nothing shares `localhost` with the container.
    pub is_alone: bool,
    /// Why it does not ask the DNS of the cluster, if it does not.
    pub outside: Option<Evidence>,
}
