//! Dockerfiles: what they copy into an image of Prometheus, and who runs in it.

mod instructions;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobBuilder;
use memchr::memmem;

use self::instructions::{Instruction, instructions};
use super::Home;
use super::arguments::{Argument, Arguments, VMAGENT_CONFIG, words};
use super::by_path::ByPath;
use super::folder_of;
use super::image::{Image, PrometheusLikelihood};
use super::inside;
use super::model::{Copied, Deployment, Mount, MountSource, Platform, PodNetwork};
use super::scan::{SourceFile, names_prometheus};
use super::user::{DeployedRights, RunAs, group_in_official_image};
use super::variables::EnvVariables;
use crate::finding::{Evidence, KeyPath, Place, Text};
use crate::yaml::{Dollars, Node, embedded};

/// The largest file that is read as a Dockerfile although its name does not say so, in bytes: those
/// that people write are far smaller.
const LARGEST_DOCKERFILE: u64 = 256 * 1024;

/// How many stages may build on each other. BuildKit has no limit; people write a handful, and a circle
/// must end.
const MOST_STAGES: usize = 64;

/// How many files and folders may be copied into a stage. Each path of a configuration is compared
/// with all of them, and so are files that may be the configuration; images in use copy a handful.
const MOST_COPIED: usize = 256;

/// Folders that the official image has, so that a file copied to one goes into it.
const FOLDERS: &[&str] = &[
    "/",
    "/etc",
    "/etc/prometheus",
    "/prometheus",
    "/tmp",
    "/usr/share/prometheus",
];

/// The Dockerfiles of a tree, and which of them something builds from.
pub(super) struct Builds<'f> {
    home: Home<'f>,
    files: &'f [SourceFile],
    by_path: HashMap<&'f Path, &'f SourceFile>,
    used: HashSet<&'f Path>,
}

impl<'f> Builds<'f> {
    pub(super) fn new(home: Home<'f>, files: &'f [SourceFile]) -> Self {
        Self {
            home,
            files,
            by_path: files.iter().map(|file| (&*file.path, file)).collect(),
            used: HashSet::new(),
        }
    }

    /// The image that a Dockerfile builds with a folder as its context.
    pub(super) fn build(
        &mut self,
        dockerfile: &Path,
        context: &Path,
        target: Option<&str>,
    ) -> Option<Deployment> {
        let Some(file) = self.by_path.get(dockerfile) else {
            let file = self.under_another_name(dockerfile)?;
            return read(self.home, &file, context, target);
        };
        self.used.insert(&file.path);
        read(self.home, file, context, target)
    }

    /// A Dockerfile whose name does not say so.
    fn under_another_name(&self, path: &Path) -> Option<SourceFile> {
        let tree = self.home.tree;
        if !self.home.every || !self.home.holds(path) {
            return None;
        }
        let bytes = tree.read(path, LARGEST_DOCKERFILE).ok()?;
        let text = Text::new(tree.shown(path), bytes);
        Some(SourceFile::new(path.to_owned(), text))
    }

    /// The image that a Dockerfile in a compose file builds (`dockerfile_inline`).
    pub(super) fn inline(
        &self,
        file: &Path,
        node: Node<'_>,
        context: &Path,
        target: Option<&str>,
    ) -> Option<Deployment> {
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = embedded(node, within, Dollars::Doubled).filter(|_| self.home.every)?;
        let file = SourceFile::new(file.to_owned(), text);
        read(self.home, &file, context, target)
    }

    /// The images of Prometheus that nothing of the tree runs. Their context is taken to be the
    /// folder of the Dockerfile, as it is most often.
    pub(super) fn unused(&self) -> Vec<Deployment> {
        let unused = self
            .files
            .iter()
            .filter(|file| !self.used.contains(&*file.path))
            .filter(|file| self.home.every || may_matter(file.bytes()));
        let images = unused.filter_map(|file| read(self.home, file, &folder_of(&file.path), None));
        let is_vmagent = |image: &Deployment| image.arguments.value(VMAGENT_CONFIG).is_some();
        images
            .filter(|image| self.home.every || image.prometheus.is_some() || is_vmagent(image))
            .collect()
    }
}

/// Whether a Dockerfile may build an image of Prometheus, or of vmagent: a scan of its bytes.
fn may_matter(bytes: &[u8]) -> bool {
    names_prometheus(bytes) || memmem::find(bytes, VMAGENT_CONFIG.as_bytes()).is_some()
}

/// The image of the last stage, or of the one named.
fn read(
    home: Home<'_>,
    file: &SourceFile,
    context: &Path,
    target: Option<&str>,
) -> Option<Deployment> {
    if file.is_late() {
        return None;
    }
    let steps = instructions(&file.text);
    let mut stages: Vec<BuildStage> = Vec::new();
    let mut arguments = EnvVariables::default();
    for step in &steps {
        if step.word == "FROM" {
            if stages.len() >= MOST_STAGES {
                return None;
            }
            let stage = BuildStage::begin(step, &arguments, &stages)?;
            file.text.recognize();
            stages.push(stage);
            continue;
        }
        match stages.last_mut() {
            Some(stage) => stage.apply(step, home, context),
            None => note_variables(&mut arguments, step),
        }
    }
    let named = |stage: &&BuildStage| stage.name.as_deref() == target;
    let stage = match target {
        Some(_) => stages.iter().find(named)?,
        None => stages.last()?,
    };
    Some(stage.clone().finish(home, file))
}

/// One stage while its instructions are applied.
#[derive(Clone)]
struct BuildStage {
    name: Option<String>,
    base: Image,
    variables: EnvVariables,
    folder: String,
    user: Option<(String, Place)>,
    entrypoint: Option<Vec<Argument>>,
    command: Option<Vec<Argument>>,
    mounts: Vec<Mount>,
    doubts: Vec<Evidence>,
    commands: Vec<Argument>,
}

impl BuildStage {
    fn begin(step: &Instruction, arguments: &EnvVariables, stages: &[Self]) -> Option<Self> {
        let all = words(&step.rest);
        let mut words = all.iter().filter(|word| !word.starts_with("--"));
        let image = words.next()?;
        let image = arguments.expand(image).unwrap_or_else(|| image.clone());
        let name = words
            .next()
            .filter(|word| word.eq_ignore_ascii_case("as"))
            .and(words.next());
        let name = name.map(|name| name.to_ascii_lowercase());
        let lower = image.to_ascii_lowercase();
        if let Some(earlier) = stages
            .iter()
            .find(|stage| stage.name.as_ref() == Some(&lower))
        {
            return Some(Self {
                name,
                ..earlier.clone()
            });
        }
        Some(Self {
            name,
            base: Image {
                name: image,
                place: step.place.clone(),
            },
            variables: arguments.clone(),
            folder: "/prometheus".to_owned(),
            user: None,
            entrypoint: None,
            command: None,
            mounts: Vec::new(),
            doubts: Vec::new(),
            commands: Vec::new(),
        })
    }

    fn apply(&mut self, step: &Instruction, home: Home<'_>, context: &Path) {
        match step.word.as_str() {
            "ARG" | "ENV" => note_variables(&mut self.variables, step),
            "WORKDIR" => {
                let path = self.expanded(step.rest.trim());
                self.folder = inside::join(&self.folder, &path);
            }
            "USER" => self.user = Some((self.expanded(step.rest.trim()), step.place.clone())),
            "ENTRYPOINT" => {
                // The image's own command goes with its own entry point only.
                self.entrypoint = Some(step.arguments());
                self.command = Some(self.command.take().unwrap_or_default());
            }
            "CMD" => self.command = Some(step.arguments()),
            "COPY" | "ADD" => self.copy(step, home, context),
            "RUN" => {
                self.commands.push(step.whole());
                self.doubts.push(Evidence {
                    place: step.place.clone(),
                    message: "a command may make files while the image is built".to_owned(),
                });
            }
            _ => {}
        }
    }

    fn expanded(&self, text: &str) -> String {
        self.variables
            .expand(text)
            .unwrap_or_else(|| text.to_owned())
    }

    fn copy(&mut self, step: &Instruction, home: Home<'_>, context: &Path) {
        match self.copied(step, home, context) {
            Some(mounts) if self.mounts.len() + mounts.len() <= MOST_COPIED => {
                if step.word == "ADD" {
                    self.mounts
                        .retain(|earlier| !mounts.iter().any(|mount| may_hide(mount, earlier)));
                }
                self.mounts.extend(mounts);
            }
            _ => self.doubts.push(Evidence {
                place: step.place.clone(),
                message: "what is copied here is not known".to_owned(),
            }),
        }
    }

    /// What a `COPY` or `ADD` puts where; none if a variable without a value hides it.
    fn copied(&self, step: &Instruction, home: Home<'_>, context: &Path) -> Option<Vec<Mount>> {
        let (flags, paths) = step.flags_and_paths();
        let flag = |name: &str| {
            let mut values = flags
                .iter()
                .filter_map(|flag| flag.strip_prefix(name)?.strip_prefix('='));
            values.next().map(|value| self.expanded(value))
        };
        let paths: Option<Vec<_>> = paths
            .iter()
            .map(|path| self.variables.expand(path))
            .collect();
        let paths = paths?;
        let (target, sources) = paths.split_last()?;
        let rights = rights(flag("--chmod"), flag("--chown"));
        let to = inside::join(&self.folder, target);
        let is_folder = to == self.folder || FOLDERS.contains(&to.as_str());
        let into = target.ends_with('/') || is_folder || sources.len() > 1;
        let mut out = Vec::new();
        for source in sources {
            let unpacked = step.word == "ADD" && is_unpacked(source);
            let foreign = source.contains("://")
                || unpacked
                || source.starts_with("<<")
                || !context.starts_with(home.root);
            let files = if foreign || flag("--from").is_some() {
                vec![None]
            } else {
                let files = sources_in(home, context, source).into_iter();
                files.map(Some).collect()
            };
            for from in files {
                let path = match unpacked {
                    true => to.clone(),
                    false => place_of(home, source, from.as_deref(), &to, into),
                };
                let copied = Copied {
                    from,
                    written: source.clone(),
                    here: step.here_document(source),
                    rights,
                };
                let place = step.place.clone();
                out.push(Mount::new(&path, MountSource::Copied(copied), place));
            }
        }
        Some(out)
    }

    fn finish(self, home: Home<'_>, file: &SourceFile) -> Deployment {
        let place = self.base.place.clone();
        let replaces = self.command.is_some();
        let for_entry_point = self.entrypoint.is_none();
        let mut list = self.entrypoint.unwrap_or_default();
        list.extend(self.command.unwrap_or_default());
        let looks = self.base.prometheus_likelihood();
        let flagged = list.iter().any(|item| item.text.contains("config.file"));
        let runs = looks == PrometheusLikelihood::Surely
            || looks == PrometheusLikelihood::Perhaps && (flagged || !self.mounts.is_empty());
        Deployment {
            name: format!("the image of `{}`", home.tree.shown(&file.path)),
            platform: Platform::Image,
            namespace: None,
            prometheus: runs.then(|| Evidence {
                place: place.clone(),
                message: "the image is built from one of Prometheus".to_owned(),
            }),
            place,
            file: file.path.clone(),
            root: home.root.to_owned(),
            image: None,
            user: user_of(&self.base, self.user),
            base: Some(self.base),
            arguments: Arguments {
                list,
                replaces,
                for_entry_point,
            },
            folder: Some(self.folder),
            commands: self.commands,
            others: Vec::new(),
            mounts: self.mounts,
            withheld: Vec::new(),
            by_path: ByPath::default(),
            pod: PodNetwork::default(),
            environment: Vec::new(),
            doubts: self.doubts,
            overlays: Vec::new(),
            writers: Arc::default(),
        }
    }
}

/// Where a source ends up: a folder's content goes into the target, a file goes there under its
/// name if the target is a folder.
fn place_of(home: Home<'_>, source: &str, from: Option<&Path>, to: &str, into: bool) -> String {
    // What is not in the tree may be a folder too, but for what a URL leads to.
    let is_folder = match from {
        Some(from) => home.holds(from) && home.tree.list(from).is_ok(),
        None => !source.contains("://") && !source.starts_with("<<"),
    };
    let own = from
        .and_then(Path::file_name)
        .and_then(|name| name.to_str());
    let written = source.trim_start_matches(['<', '-']);
    let name = own.unwrap_or_else(|| inside::name(written));
    if (into || source.contains(['*', '?'])) && !is_folder {
        inside::join(to, name)
    } else {
        to.to_owned()
    }
}

/// Who runs in an image: as `USER` says, else as the base image does.
fn user_of(base: &Image, written: Option<(String, Place)>) -> RunAs {
    let official = base.official_user();
    let (uid, gid, place, message) = match written {
        Some((name, place)) => {
            let (uid, gid) = RunAs::of_text(&name, |uid| {
                official.and_then(|_| group_in_official_image(uid))
            });
            (uid, gid, place, "the image runs as this user")
        }
        None => (
            official,
            official,
            base.place.clone(),
            "the image that it is built from sets the user",
        ),
    };
    RunAs {
        uid,
        gid,
        groups: Vec::new(),
        evidence: vec![Evidence {
            place,
            message: message.to_owned(),
        }],
    }
}

/// `--chmod=0440` and `--chown=user:group`; without `--chown` root owns what is copied.
fn rights(chmod: Option<String>, chown: Option<String>) -> Option<DeployedRights> {
    let mode = u32::from_str_radix(chmod?.trim(), 8).ok()?;
    let (uid, gid) = match chown {
        // A group that is not named is the user's own number here, other than for USER.
        Some(text) => RunAs::of_text(&text, Some),
        None => (Some(0), Some(0)),
    };
    Some(DeployedRights { mode, uid, gid })
}

/// `ARG NAME=default` and `ENV NAME=value`.
fn note_variables(variables: &mut EnvVariables, step: &Instruction) {
    if !matches!(step.word.as_str(), "ARG" | "ENV") {
        return;
    }
    for word in words(&step.rest) {
        let Some((name, value)) = word.split_once('=') else {
            continue;
        };
        let value = variables.expand(value);
        variables.set(name, value);
    }
}

/// The files of a context that a source names, wildcards expanded; what is not there is kept by
/// its name, so that it can be reported.
fn sources_in(home: Home<'_>, context: &Path, source: &str) -> Vec<PathBuf> {
    let path = inside_context(context, source);
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("");
    if !name.contains(['*', '?']) {
        return vec![path];
    }
    let glob = GlobBuilder::new(name).literal_separator(true).build();
    let (Ok(glob), Some(folder)) = (glob, path.parent()) else {
        return Vec::new();
    };
    let matcher = glob.compile_matcher();
    // A link could lead out of the tree.
    if !home.holds(folder) {
        return Vec::new();
    }
    let files = home.tree.list(folder).unwrap_or_default().into_iter();
    files
        .filter(|file| file.file_name().is_some_and(|name| matcher.is_match(name)))
        .collect()
}

/// A source counts from the context, even if it begins with a slash, and never leaves it.
fn inside_context(context: &Path, source: &str) -> PathBuf {
    let below = inside::join("/", source);
    inside::on_disk(context, below.trim_start_matches('/'))
}

/// Whether what is unpacked later may replace what was copied before.
fn may_hide(unpacked: &Mount, earlier: &Mount) -> bool {
    let MountSource::Copied(copied) = &unpacked.source else {
        return false;
    };
    let below = earlier.path.strip_prefix(&*unpacked.path);
    is_unpacked(&copied.written) && below.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether `ADD` puts what is in a source into the target, not the source itself: archives, and git
/// repositories (reference of Dockerfiles, "ADD").
fn is_unpacked(source: &str) -> bool {
    const ARCHIVES: [&str; 8] = [
        ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst",
    ];
    let is_remote = source.contains("://");
    let repository = source.split('#').next().unwrap_or(source);
    let is_archive = ARCHIVES.iter().any(|end| source.ends_with(end));
    source.starts_with("git@") || repository.ends_with(".git") || is_archive && !is_remote
}
