//! What a tree tells whatever the policy: found and read once, however many policies there are in
//! the tree.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::command_output::CommandOutputs;
use super::compose_mounts::ComposeMounts;
use super::credential_file::FileLookup;
use super::deployment::{
    self, ContainerNetworks, Deployment, DeploymentSources, Deployments, Objects, Platform,
    SourceFile,
};
use super::issuer::cert_manager::{self, Manifests};
use super::layers::Layers;
use super::mentioned::NamingTexts;
use super::near_miss::{self, Selectables};
use super::operated::ByFile;
use super::opstrace::{self, Instance};
use super::patches::{self, Patches};
use super::routes::{self, Routes};
use super::scripts::{Scripts, may_be_script};
use super::{
    ByteScan, Find, FindScripts, FindTexts, StatedRelease, TenantFlag, namespaces,
    operator_release, pulled_in, rule_evaluator, stated_releases,
};
use crate::deadline::Deadline;
use crate::finding::{Place, Text};
use crate::source::{GitError, Tree};
use crate::yaml::{Document, parse_first};

/// What all [`super::Facts`] about one tree share.
pub struct Shared<'t> {
    find: Find<'t>,
    find_scripts: FindScripts<'t>,
    find_texts: FindTexts<'t>,
    deadline: Deadline,
    instances: OnceLock<Vec<Instance>>,
    manifests: OnceLock<Manifests>,
    deployments: OnceLock<Deployments>,
    operated: OnceLock<(Vec<Deployment>, ByFile)>,
    charted: OnceLock<(Vec<Deployment>, ByFile)>,
    programs: OnceLock<Deployments>,
    sources: OnceLock<DeploymentSources>,
    sets_namespace: OnceLock<bool>,
    objects: OnceLock<Objects>,
    network: OnceLock<ContainerNetworks>,
    tenant_flags: OnceLock<Vec<TenantFlag>>,
    loaders: OnceLock<Vec<Document>>,
    routes: OnceLock<Routes>,
    patches: OnceLock<Patches>,
    layers: OnceLock<Layers>,
    selectables: OnceLock<Selectables>,
    vmalert_alone: OnceLock<Option<Place>>,
    operator_release: OnceLock<Option<u16>>,
    stated_releases: OnceLock<Vec<StatedRelease>>,
    script_texts: OnceLock<Vec<Arc<Text>>>,
    quadlets: OnceLock<Deployments>,
    quadlet_folders: Mutex<HashMap<PathBuf, bool>>,
    scripts: OnceLock<Scripts>,
    naming: OnceLock<NamingTexts>,
    commands: OnceLock<Deployments>,
    pub(super) command_outputs: CommandOutputs,
    pub(super) compose_mounts: ComposeMounts,
    tracked: OnceLock<Result<Option<BTreeSet<PathBuf>>, GitError>>,
}

impl fmt::Debug for Shared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("instances", &self.instances)
            .field("manifests", &self.manifests)
            .finish_non_exhaustive()
    }
}

impl<'t> Shared<'t> {
    /// `find` is called when the first endpoint asks for a fact that is in another file,
    /// `find_scripts` when the first placeholder is looked at, or the first command, `find_texts` when the
    /// first file is missing.
    #[must_use]
    pub fn new(find: Find<'t>, find_scripts: FindScripts<'t>, find_texts: FindTexts<'t>) -> Self {
        Self {
            find,
            find_scripts,
            find_texts,
            deadline: Deadline::default(),
            instances: OnceLock::new(),
            manifests: OnceLock::new(),
            deployments: OnceLock::new(),
            operated: OnceLock::new(),
            charted: OnceLock::new(),
            programs: OnceLock::new(),
            sources: OnceLock::new(),
            sets_namespace: OnceLock::new(),
            objects: OnceLock::new(),
            network: OnceLock::new(),
            tenant_flags: OnceLock::new(),
            loaders: OnceLock::new(),
            routes: OnceLock::new(),
            patches: OnceLock::new(),
            layers: OnceLock::new(),
            selectables: OnceLock::new(),
            vmalert_alone: OnceLock::new(),
            operator_release: OnceLock::new(),
            stated_releases: OnceLock::new(),
            script_texts: OnceLock::new(),
            quadlets: OnceLock::new(),
            quadlet_folders: Mutex::default(),
            scripts: OnceLock::new(),
            naming: OnceLock::new(),
            commands: OnceLock::new(),
            command_outputs: CommandOutputs::default(),
            compose_mounts: ComposeMounts::default(),
            tracked: OnceLock::new(),
        }
    }

    /// The same, which reads no further file when the time has run out: whatever rests on it then is
    /// not to be reported.
    #[must_use]
    pub fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Whether there is time for another file.
    fn has_time(&self) -> bool {
        !self.deadline.is_over()
    }

    pub(super) fn instances(&self) -> &[Instance] {
        self.instances.get_or_init(|| {
            let texts = self.texts(opstrace::may_be_instance);
            let in_time = texts.iter().take_while(|_| self.has_time());
            in_time.filter_map(opstrace::read).collect()
        })
    }

    pub(super) fn manifests(&self) -> &Manifests {
        self.manifests
            .get_or_init(|| Manifests::until(&self.texts(cert_manager::may_hold), self.deadline))
    }

    /// Everything in the tree that runs Prometheus.
    pub(super) fn deployments(&self, files: &FileLookup<'_>) -> &Deployments {
        self.deployments.get_or_init(|| {
            let mut all = self.sources(files).deployments(files.tree);
            let in_cluster = |one: &&mut Deployment| one.platform == Platform::Kubernetes;
            for deployment in all.iter_mut().filter(in_cluster) {
                self.forget_tag(deployment, files);
            }
            Deployments::new(all)
        })
    }

    /// Takes away the tag of an image that a kustomization changes: several may, each in its own way.
    fn forget_tag(&self, deployment: &mut Deployment, files: &FileLookup<'_>) {
        let Some(image) = deployment.image.as_mut() else {
            return;
        };
        let patches = self.patches(files);
        if patches
            .image_in(image.repository(), &deployment.file)
            .is_some()
        {
            image.name = format!("{}:${{TAG}}", image.repository());
        }
    }

    /// What the Prometheus Operator runs by resources and values of the tree, and where in it what a
    /// file says is.
    pub(super) fn operated(&self, files: &FileLookup<'_>) -> &(Vec<Deployment>, ByFile) {
        self.operated.get_or_init(|| {
            let sources = self.sources(files);
            // Without resources of the Operator, no ConfigMap has to be parsed for them.
            let all = match sources.has_operated() {
                true => sources.operated(files.tree, self.objects(files)),
                false => Vec::new(),
            };
            let by_file = ByFile::new(&all);
            (all, by_file)
        })
    }

    /// What the chart `prometheus` starts by values of the tree, likewise.
    pub(super) fn charted(&self, files: &FileLookup<'_>) -> &(Vec<Deployment>, ByFile) {
        self.charted.get_or_init(|| {
            let sources = self.sources(files);
            // Without values of the chart, no ConfigMap has to be parsed for it.
            let all = match sources.has_charts() {
                true => sources.charted(files.tree, self.objects(files)),
                false => Vec::new(),
            };
            let by_file = ByFile::new(&all);
            (all, by_file)
        })
    }

    /// Everything in the tree that runs another program that sends.
    pub(super) fn programs(&self, files: &FileLookup<'_>) -> &Deployments {
        self.programs
            .get_or_init(|| Deployments::new(self.sources(files).programs(files.tree)))
    }

    /// Whether a folder has a Quadlet of podman. Each folder is listed once, however many files of it are asked
    /// for.
    pub(super) fn has_quadlet(&self, tree: &dyn Tree, folder: &Path) -> bool {
        let mut known = self
            .quadlet_folders
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(has) = known.get(folder) {
            return *has;
        }
        let files = tree.list(folder).unwrap_or_default();
        let has = files.iter().any(|file| deployment::is_quadlet(file));
        known.insert(folder.to_owned(), has);
        has
    }

    /// The other programs in Quadlets of podman.
    pub(super) fn quadlets(&self, files: &FileLookup<'_>) -> &Deployments {
        self.quadlets.get_or_init(|| {
            let texts = self.script_texts();
            Deployments::new(deployment::of_quadlets(files.tree, &files.bounds, texts))
        })
    }

    /// The names by which containers of the tree are reached.
    pub(super) fn network(&self, files: &FileLookup<'_>) -> &ContainerNetworks {
        self.network.get_or_init(|| self.sources(files).network())
    }

    /// The headers that the receivers of the tree read the tenant from, by their flags.
    pub(super) fn tenant_flags(&self, files: &FileLookup<'_>) -> &[TenantFlag] {
        self.tenant_flags.get_or_init(|| {
            let containers = self.network(files).containers(files.tree);
            containers.filter_map(TenantFlag::of).collect()
        })
    }

    /// What routes requests to hosts.
    pub(super) fn routes(&self) -> &Routes {
        self.routes
            .get_or_init(|| Routes::new(&self.texts(routes::may_hold)))
    }

    /// What changes objects after their manifests.
    pub(super) fn patches(&self, files: &FileLookup<'_>) -> &Patches {
        self.patches
            .get_or_init(|| Patches::new(files, &self.texts(patches::may_hold)))
    }

    /// What releases of charts lay over other values.
    pub(super) fn layers(&self, files: &FileLookup<'_>) -> &Layers {
        self.layers
            .get_or_init(|| Layers::new(files, &|scan| self.texts(scan)))
    }

    /// What labels select, and what selects by labels.
    pub(super) fn selectables(&self) -> &Selectables {
        self.selectables
            .get_or_init(|| Selectables::new(&self.texts(near_miss::may_hold)))
    }

    /// Where the tree runs vmalert, if nothing in it runs Prometheus.
    pub(super) fn vmalert_alone(&self) -> Option<&Place> {
        let find = || rule_evaluator::vmalert(&self.texts(rule_evaluator::may_tell));
        self.vmalert_alone.get_or_init(find).as_ref()
    }

    /// The minor release of the Prometheus Operator that the tree installs.
    pub(super) fn operator_release(&self) -> Option<u16> {
        let find = || operator_release::newest(&self.texts(operator_release::may_tell));
        *self.operator_release.get_or_init(find)
    }

    /// The releases of the Operator that the tree states.
    pub(super) fn stated_releases(&self) -> &[StatedRelease] {
        self.stated_releases
            .get_or_init(|| stated_releases::all(&self.texts(stated_releases::may_state)))
    }

    /// The files of the tree that name rule files, those that are configurations and nothing else
    /// left out if they are judged anyway.
    pub(super) fn loaders(&self) -> &[Document] {
        self.loaders.get_or_init(|| {
            let texts = self.texts(pulled_in::names_rules);
            let in_time = texts.iter().take_while(|_| self.has_time());
            let documents = in_time.filter_map(|text| parse_first(text).ok());
            documents.collect()
        })
    }

    /// All that makes Secrets and ConfigMaps in the tree.
    pub(super) fn objects(&self, files: &FileLookup<'_>) -> &Objects {
        self.objects
            .get_or_init(|| self.sources(files).objects(files.tree))
    }

    /// Whether something in the tree puts manifests into another namespace than they name.
    pub(super) fn sets_namespace(&self) -> bool {
        let find = || {
            let texts = self.texts(namespaces::may_move);
            texts.iter().any(namespaces::moves)
        };
        *self.sets_namespace.get_or_init(find)
    }

    /// The scripts that may fill in placeholders.
    pub(super) fn scripts(&self) -> &Scripts {
        self.scripts.get_or_init(|| {
            // A unit names files and fills in nothing.
            let texts = self.script_texts().iter();
            let scripts = texts.filter(|text| may_be_script(Path::new(&**text.path())));
            Scripts::new(scripts.cloned().collect())
        })
    }

    /// The texts of any kind that may name files which the tree lacks.
    pub(super) fn naming(&self) -> &NamingTexts {
        self.naming.get_or_init(|| {
            let others = (self.find_texts)();
            NamingTexts::new(self.scripts().all(), others)
        })
    }

    /// What commands in scripts, units and other texts start Prometheus with.
    pub(super) fn commands(&self, files: &FileLookup<'_>) -> &Deployments {
        self.commands.get_or_init(|| {
            let texts = self.script_texts();
            Deployments::new(deployment::of_texts(files.tree, &files.bounds, texts))
        })
    }

    /// The texts that may be scripts or units.
    fn script_texts(&self) -> &[Arc<Text>] {
        self.script_texts.get_or_init(|| (self.find_scripts)())
    }

    /// The files that may describe deployments.
    fn sources(&self, files: &FileLookup<'_>) -> &DeploymentSources {
        self.sources.get_or_init(|| {
            let source = |text: Arc<Text>| {
                let path = files.tree.absolute(text.path().as_ref().as_ref());
                SourceFile::new(path, text).until(self.deadline)
            };
            // Each is asked for all kinds by [`DeploymentSources::new`], once.
            let texts = self.texts(|_| true).into_iter();
            let sources: Vec<_> = texts.map(source).collect();
            DeploymentSources::new(files.tree, &files.bounds, &sources)
        })
    }

    /// The files that git tracks; none outside of a work tree.
    pub(super) fn tracked(
        &self,
        files: &FileLookup<'_>,
    ) -> Result<Option<&BTreeSet<PathBuf>>, &GitError> {
        let find = || files.tree.tracked_by_git(&files.bounds);
        self.tracked.get_or_init(find).as_ref().map(Option::as_ref)
    }

    fn texts(&self, scan: ByteScan) -> Vec<Arc<Text>> {
        (self.find)(scan)
    }
}
