//! What the tree describes the files that configurations name.

mod lost;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::Facts;
use super::credential_file::{PathQuery, PathVerdict};
use super::deployment::{
    self, Copied, DeployedConfiguration, Deployment, Deployments, HeldKey, Mount, MountSource,
    Outside, ResolvedPath, RunCertainty, RunningDeployment, VMAGENT_CONFIG,
};
use super::set_ups;
use super::settings::WEB_FILE;
use crate::discover::{EmbeddedIn, THANOS_FILE_FLAG};
use crate::finding::Place;
use crate::policy::{MountPolicy, MountedFrom};
use crate::source::{GitError, LARGEST};

/// The program, as names of its files and objects have it.
const VMAGENT_NAME: &str = "vmagent";

/// What a file is that Thanos Rule is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOfThanos {
    /// It has the key `remote_write`, so that it is read by itself.
    HasEndpoints,
    /// It has not.
    LacksKey(PathBuf),
}

impl<'t> Facts<'t> {
    /// The certificates in a file that a configuration in `folder` names, if it is in the tree.
    #[must_use]
    pub fn certificates(&self, folder: Option<&Path>, path: &str) -> Option<Vec<u8>> {
        self.files.certificates(folder?, path)
    }

    /// Whether a file that a configuration names can be read where Prometheus runs.
    #[must_use]
    pub fn file(&self, asked: &PathQuery<'_>) -> PathVerdict {
        self.files.judge(asked)
    }

    /// The time, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.files.now
    }

    /// What runs the configuration in a file, as far as the tree tells. `holder` is what it is
    /// in, if it is not the whole of the file.
    #[must_use]
    pub fn runners(&self, file: &Path, holder: Option<&EmbeddedIn>) -> Vec<RunningDeployment<'_>> {
        let Some(subject) = subject_of(file, holder) else {
            return Vec::new();
        };
        let found = deployment::belonging(self.files.tree, self.deployments(), &subject);
        match holder {
            Some(EmbeddedIn::Object { kind, name, .. }) => set_ups::own(found, file, kind, name),
            _ => found,
        }
    }

    /// What the Prometheus Operator runs of a resource or of values of a chart, and what the chart
    /// `prometheus` starts.
    #[must_use]
    pub fn operated(&self, file: &Path, holder: Option<&EmbeddedIn>) -> Vec<RunningDeployment<'_>> {
        let object = match holder {
            Some(EmbeddedIn::Resource {
                kind,
                name,
                namespace,
            }) => Some((*kind, name.as_str(), namespace.as_deref())),
            Some(EmbeddedIn::Values { .. }) => None,
            _ => return Vec::new(),
        };
        let file = self.files.tree.resolve(file).unwrap_or(file.to_owned());
        let title = match object {
            Some((kind, name, _)) => format!("the {kind} `{name}`"),
            None => String::new(),
        };
        let namespace = object.and_then(|(.., namespace)| namespace);
        let operated = self.shared.operated(&self.files);
        let charted = object.is_none().then(|| self.shared.charted(&self.files));
        let places = [Some(operated), charted].into_iter().flatten();
        let all = places.flat_map(|(all, by_file)| {
            by_file.of(&file, &title).filter_map(|index| all.get(index))
        });
        let mut found = all.filter(|one| one.namespace.as_deref() == namespace);
        // Of several values in one file it is not known which are meant.
        let (Some(first), None) = (found.next(), found.next()) else {
            return Vec::new();
        };
        vec![RunningDeployment {
            deployment: first,
            certainty: RunCertainty::Certain,
            path: first.config_file(),
            evidence: Vec::new(),
        }]
    }

    /// The commands in scripts, units and other texts that surely start Prometheus with the configuration
    /// in a file.
    #[must_use]
    pub fn commands_starting(&self, file: &Path) -> Vec<&Deployment> {
        let commands = self.shared.commands(&self.files);
        deployment::started_with(self.files.tree, commands, file)
    }

    /// Everything that the Prometheus Operator runs by the tree.
    #[must_use]
    pub fn all_operated(&self) -> &[Deployment] {
        &self.shared.operated(&self.files).0
    }

    /// The same for the files that a configuration names, which other programs read in their own
    /// containers.
    #[must_use]
    pub fn readers(&self, file: &Path, holder: Option<&EmbeddedIn>) -> Vec<RunningDeployment<'_>> {
        let (word, held) = match holder {
            Some(EmbeddedIn::Part(word)) => (word, None),
            Some(EmbeddedIn::PartOf(word, object)) => (word, held(object)),
            _ => return self.runners(file, holder),
        };
        let subject = DeployedConfiguration { file, held };
        let programs = match deployment::is_quadlet(file) {
            true => self.shared.quadlets(&self.files),
            false => self.programs(),
        };
        deployment::reading(self.files.tree, programs, &subject, word)
    }

    /// The mounts of promvet.yaml for what nothing in the tree runs.
    #[must_use]
    pub fn declared(&self) -> Option<&Deployment> {
        let declared = self.declared.get_or_init(|| self.by_policy());
        declared.as_ref()
    }

    /// Whether git tracks a file.
    ///
    /// # Errors
    /// It is in a work tree, and git can't say.
    pub fn is_tracked(&self, file: &Path) -> Result<bool, &GitError> {
        let tracked = self.shared.tracked(&self.files)?;
        Ok(tracked.is_some_and(|tracked| tracked.contains(file)))
    }

    /// The absolute form of a path as it is shown.
    #[must_use]
    pub fn absolute(&self, shown: &str) -> PathBuf {
        self.files.tree.absolute(Path::new(shown))
    }

    /// Where a vmagent, or a VictoriaMetrics, of the tree is started with the configuration in a file
    /// as its scrape configuration. `holder` is what it is in, if it is not the whole of the file.
    #[must_use]
    pub fn scraped_by_vmagent(&self, file: &Path, holder: Option<&EmbeddedIn>) -> Option<Place> {
        let tree = self.files.tree;
        let subject = subject_of(file, holder)?;
        let starts = |deployment: &Deployment| {
            let (path, place) = deployment.arguments.value(VMAGENT_CONFIG)?;
            let is_at = deployment::shows(tree, deployment, &subject, path);
            is_at.then(|| place.clone())
        };
        let found = self.deployments().all().iter().find_map(starts);
        found.or_else(|| {
            // Units are read only where one is near: what it mounts is beside it.
            let mut folders = file.ancestors().skip(1).take(2);
            let is_near = folders.any(|folder| self.shared.has_quadlet(tree, folder));
            let quadlets = is_near.then(|| self.shared.quadlets(&self.files));
            quadlets.and_then(|quadlets| quadlets.all().iter().find_map(starts))
        })
    }

    /// Where a Thanos Rule of the tree is started with the endpoints in a file. `holder` is what they are
    /// in, if it is not the whole of the file.
    #[must_use]
    pub fn given_to_thanos_rule(&self, file: &Path, holder: Option<&EmbeddedIn>) -> Option<Place> {
        let tree = self.files.tree;
        let subject = subject_of(file, holder)?;
        self.programs().all().iter().find_map(|deployment| {
            let (path, place) = deployment.arguments.value(THANOS_FILE_FLAG)?;
            let is_at = deployment::shows(tree, deployment, &subject, path);
            is_at.then(|| place.clone())
        })
    }

    /// Where a program of the tree is started with a file, by one of some flags. `holder` is what the file is
    /// in, if it is not a whole one.
    #[must_use]
    pub fn started_with(
        &self,
        flags: &[&str],
        file: &Path,
        holder: Option<&EmbeddedIn>,
    ) -> Option<Place> {
        let tree = self.files.tree;
        let subject = subject_of(file, holder)?;
        self.programs().all().iter().find_map(|deployment| {
            let of = |flag: &&str| deployment.arguments.values(flag);
            let mut named = flags.iter().flat_map(of);
            let is_at = |path: &str| deployment::shows(tree, deployment, &subject, path);
            named
                .find(|(path, _)| is_at(path))
                .map(|(_, place)| place.clone())
        })
    }

    /// Where the tree starts a program, by its word in reports.
    #[must_use]
    pub fn starts_program(&self, word: &str) -> Option<&Place> {
        let mut all = self.programs().all().iter();
        let one = all.find(|deployment| deployment::runs_program(deployment, word))?;
        Some(&one.place)
    }

    /// What the tree says about the file that the flag at a place gives to Thanos Rule.
    #[must_use]
    pub fn file_of_thanos_rule(&self, flag: &Place) -> Option<FileOfThanos> {
        let is_flag = |place: &Place| place.path() == flag.path() && place.span() == flag.span();
        let tree = self.files.tree;
        let given = |deployment: &Deployment| {
            let (path, _) = deployment.arguments.value(THANOS_FILE_FLAG)?;
            let ResolvedPath::Provided(found) = deployment.resolve(tree, path) else {
                return None;
            };
            let file = match (found.written, found.tree_file) {
                (Some(_), _) => return Some(FileOfThanos::HasEndpoints),
                (None, file) => file?,
            };
            let bytes = tree.read(&file, LARGEST).ok()?;
            let has = |word: &[u8]| memchr::memmem::find(&bytes, word).is_some();
            match has(b"remote_write") {
                true => Some(FileOfThanos::HasEndpoints),
                // A template may bring the key.
                false if has(b"{{") || has(b"{%") => None,
                false => Some(FileOfThanos::LacksKey(file)),
            }
        };
        self.programs().all().iter().find_map(|deployment| {
            let mut list = deployment.arguments.list.iter();
            let is_it = list.any(|argument| is_flag(&argument.place));
            is_it.then(|| given(deployment)).flatten()
        })
    }

    /// Whether a key of a ConfigMap that nothing in sight runs is for vmagent, by the names of both.
    #[must_use]
    pub fn is_named_for_vmagent(&self, file: &Path, holder: Option<&EmbeddedIn>) -> bool {
        let is_named = match holder {
            Some(EmbeddedIn::Object { name, key, .. }) => {
                name.contains(VMAGENT_NAME) || key.contains(VMAGENT_NAME)
            }
            None => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name.contains(VMAGENT_NAME)
            }
            _ => false,
        };
        is_named && self.runners(file, holder).is_empty()
    }

    /// Where a vmagent, or a VictoriaMetrics, of the tree is started with some scrape configuration,
    /// if nothing in sight runs this one: it may be the reader.
    #[must_use]
    pub fn may_be_scraped_by_vmagent(
        &self,
        file: &Path,
        holder: Option<&EmbeddedIn>,
    ) -> Option<Place> {
        let mut all = self.deployments().all().iter();
        let flag = all.find_map(|candidate| candidate.arguments.value(VMAGENT_CONFIG));
        let (_, place) = flag.filter(|_| self.runners(file, holder).is_empty())?;
        Some(place.clone())
    }

    /// The containers of the tree that run Prometheus, those of the chart `prometheus` included.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &Deployment> {
        let all = self.deployments().all().iter();
        let all = all.chain(&self.shared.charted(&self.files).0);
        let all = all.chain(self.all_operated());
        all.filter(|candidate| candidate.prometheus.is_some())
    }

    /// The containers of the tree that do not run Prometheus and are started with a web configuration:
    /// exporters and the like.
    pub(crate) fn exporters(&self) -> impl Iterator<Item = &Deployment> {
        let all = self.deployments().all().iter();
        all.filter(|candidate| {
            let flag = candidate.arguments.value(WEB_FILE);
            candidate.prometheus.is_none() && flag.is_some()
        })
    }

    /// A path from the root of the tree on, with forward slashes; as it is if it is elsewhere.
    #[must_use]
    pub fn relative(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.files.bounds).unwrap_or(path);
        below.to_string_lossy().replace('\\', "/")
    }

    /// A path for people.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        self.files.tree.shown(path)
    }

    /// Everything in the tree that runs Prometheus, with the mounts of promvet.yaml.
    pub(super) fn deployments(&self) -> &Deployments {
        let found = self.shared.deployments(&self.files);
        self.with_mounts_of_policy(found, &self.deployments)
    }

    /// The same for other programs that send.
    fn programs(&self) -> &Deployments {
        let found = self.shared.programs(&self.files);
        self.with_mounts_of_policy(found, &self.programs)
    }

    fn with_mounts_of_policy<'f>(
        &self,
        found: &'f Deployments,
        extended: &'f OnceLock<Deployments>,
    ) -> &'f Deployments {
        if self.policy.mounts.is_empty() {
            return found;
        }
        extended.get_or_init(|| {
            let mounts = self.mounts_of_policy();
            let mut found = found.all().to_vec();
            for object in &mut found {
                object.mounts.extend(mounts.iter().cloned());
            }
            Deployments::new(found)
        })
    }

    fn by_policy(&self) -> Option<Deployment> {
        let first = self.policy.mounts.first()?;
        let user = self.files.user.clone().unwrap_or_default();
        Some(Deployment::by_policy(
            self.absolute(first.place.path()),
            self.files.bounds.clone(),
            first.place.clone(),
            user,
            self.mounts_of_policy(),
        ))
    }

    fn mounts_of_policy(&self) -> Vec<Mount> {
        let mount = |policy: &MountPolicy| {
            let source = match &policy.from {
                // Nothing in the tree tells which owner and mode it will have when deployed.
                MountedFrom::Tree(path) => MountSource::Copied(Copied {
                    here: None,
                    from: Some(self.absolute(path)),
                    written: path.clone(),
                    rights: None,
                }),
                MountedFrom::External(files) => {
                    MountSource::Outside(Outside::Policy(files.clone()))
                }
            };
            Mount::new(&policy.path, source, policy.place.clone())
        };
        // Of two at one path the later counts in a deployment, and the first one in a policy.
        let mut seen = HashSet::new();
        let mounts = self.policy.mounts.iter().map(mount);
        mounts
            .filter(|mount| seen.insert(mount.path.clone()))
            .collect()
    }
}

/// A configuration as deployments know it; none for what is not in sight where it runs. `holder` is
/// what it is in, if it is not the whole of the file.
fn subject_of<'s>(
    file: &'s Path,
    holder: Option<&'s EmbeddedIn>,
) -> Option<DeployedConfiguration<'s>> {
    let held = match holder {
        // What Helm will make of its values is not in sight.
        Some(
            EmbeddedIn::Values { .. }
            | EmbeddedIn::Resource { .. }
            | EmbeddedIn::Part(_)
            | EmbeddedIn::PartOf(..),
        ) => return None,
        Some(holder) => held(holder),
        None => None,
    };
    Some(DeployedConfiguration { file, held })
}

/// What holds a text of an object or of a compose file.
fn held(holder: &EmbeddedIn) -> Option<HeldKey<'_>> {
    match holder {
        EmbeddedIn::Object {
            kind,
            name,
            namespace,
            key,
        } => Some(HeldKey {
            kind,
            name,
            namespace: namespace.as_deref(),
            key,
        }),
        EmbeddedIn::Compose(name) => Some(HeldKey {
            kind: "config",
            name,
            namespace: None,
            key: name,
        }),
        _ => None,
    }
}
