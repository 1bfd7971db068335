//! The policies of the files that are looked at: which files of policy count for which folder.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::custom_rules;
use super::policy_files::{self, Layer, unknown_receivers, unknown_rules};
use crate::finding::Text;
use crate::parallel;
use crate::policy::{FILE_NAMES, Policy, PolicyError, RuleFolder};
use crate::rules::custom::CustomRules;
use crate::source::{FoundFile, Tree};

/// Folders up to which policy files are looked for without threads, which would take longer to
/// start than the work takes.
const FEW: usize = 64;

/// Every policy that counts for something.
#[derive(Debug)]
pub(crate) struct Policies {
    scopes: Vec<PolicyScope>,
    folders: Folders,
    layers: Vec<Layer>,
}

/// Where one policy counts.
#[derive(Debug)]
pub(crate) struct PolicyScope {
    /// The root of the tree that facts are drawn from.
    pub(crate) root: PathBuf,
    /// Everything that counts, the nearest first.
    pub(crate) policy: Policy,
    /// The files that say so, the nearest first, as numbers of layers.
    pub(crate) chain: Vec<usize>,
    /// The custom rules that it names.
    pub(crate) own: CustomRules,
}

/// The scope of each folder, by the root that its files were found under.
type Folders = HashMap<Arc<Path>, HashMap<PathBuf, usize>>;

/// Policy files by the folder that they are in.
type ByFolder = BTreeMap<PathBuf, Vec<PathBuf>>;

impl Policies {
    /// The number of the scope of a file.
    pub(crate) fn scope_of(&self, found: &FoundFile) -> usize {
        let folder = found.path.parent().unwrap_or(&found.path);
        let scopes = self.folders.get(&found.root);
        let scope = scopes.and_then(|scopes| scopes.get(folder));
        scope.copied().unwrap_or(0)
    }

    /// A scope by its number.
    pub(crate) fn scope(&self, number: usize) -> Option<&PolicyScope> {
        self.scopes.get(number)
    }

    /// The scope that a file is in.
    pub(crate) fn of(&self, found: &FoundFile) -> Option<&PolicyScope> {
        self.scope(self.scope_of(found))
    }

    /// All scopes, by their numbers.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = (usize, &PolicyScope)> {
        self.scopes.iter().enumerate()
    }

    /// The files of policy that were read.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// All policies, each as it counts in its scope.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Policy> {
        self.scopes.iter().map(|scope| &scope.policy)
    }

    /// The policy of a path that no walk found: that of the deepest tree that it is in.
    pub(crate) fn around(&self, path: &Path) -> Option<&Policy> {
        let holding = self
            .scopes
            .iter()
            .filter(|scope| path.starts_with(&scope.root));
        let deepest = holding.max_by_key(|scope| scope.root.as_os_str().len());
        deepest.map(|scope| &scope.policy)
    }
}

/// Reads the policies of all files; `named` takes the place of each of them.
pub(crate) fn read(
    named: Option<&Path>,
    files: &[FoundFile],
    threads: usize,
    tree: &dyn Tree,
) -> Result<Policies, Vec<PolicyError>> {
    gather(named, files, threads, tree).finish(tree)
}

/// The custom rules where promvet was started.
pub(crate) fn custom_rules_here(tree: &dyn Tree) -> Result<CustomRules, Vec<PolicyError>> {
    let policies = read(None, &[here(tree)], 1, tree)?;
    let scope = policies.of(&here(tree));
    Ok(scope.map_or_else(CustomRules::default, |scope| scope.own.clone()))
}

/// The folders of rules where promvet was started. They need not be there.
pub(crate) fn rule_folders_here(tree: &dyn Tree) -> Result<Vec<PathBuf>, Vec<PolicyError>> {
    let reader = gather(None, &[here(tree)], 1, tree);
    if !reader.wrong.is_empty() {
        return Err(reader.wrong);
    }
    let folders = reader
        .scopes
        .iter()
        .flat_map(|scope| &scope.policy.rule_folders);
    Ok(folders.map(RuleFolder::shown).collect())
}

/// The policy file that is nearest to where promvet was started, in that folder or above it up to the root
/// of its tree.
pub(crate) fn nearest_file(tree: &dyn Tree) -> Option<PathBuf> {
    let root = tree.root_of(tree.base());
    let folders = tree.base().ancestors();
    let inside = folders.take_while(|folder| folder.starts_with(&root));
    let mut files = inside.flat_map(|folder| FILE_NAMES.iter().map(|name| folder.join(name)));
    files.find(|path| tree.metadata(path).is_ok())
}

/// A file that could be where promvet was started.
fn here(tree: &dyn Tree) -> FoundFile {
    FoundFile {
        path: tree.base().join("prometheus.yml"),
        shown: "prometheus.yml".into(),
        root: tree.root_of(tree.base()).into(),
        named: false,
    }
}

/// Reads the policies of files, but for the rules that they name.
fn gather(
    named: Option<&Path>,
    files: &[FoundFile],
    threads: usize,
    tree: &dyn Tree,
) -> ScopeReader {
    let mut reader = ScopeReader::default();
    match named {
        Some(path) => reader.everywhere(path, files, tree),
        None => {
            let folders = folders_of(files);
            reader.present = policies_in(&folders, threads, tree);
            for found in files {
                let folder = found.path.parent().unwrap_or(&found.path);
                reader.scope(folder, &found.root, tree);
            }
        }
    }
    reader
}

/// The folders of files and all folders above them up to the roots of their trees.
fn folders_of(files: &[FoundFile]) -> Vec<PathBuf> {
    let mut out: BTreeSet<&Path> = BTreeSet::new();
    for found in files {
        let above = found.path.ancestors().skip(1);
        for folder in above.take_while(|folder| folder.starts_with(&*found.root)) {
            if !out.insert(folder) {
                break;
            }
        }
    }
    out.into_iter().map(Path::to_owned).collect()
}

/// The policy files that are in some folders.
fn policies_in(folders: &[PathBuf], threads: usize, tree: &dyn Tree) -> ByFolder {
    let look = |folder: &PathBuf| {
        let paths = FILE_NAMES.iter().map(|name| folder.join(name));
        paths
            .filter(|path| tree.metadata(path).is_ok())
            .collect::<Vec<_>>()
    };
    let threads = if folders.len() > FEW { threads } else { 1 };
    let found = parallel::map(threads, folders, look);
    let pairs = folders.iter().cloned().zip(found);
    pairs.filter(|(_, paths)| !paths.is_empty()).collect()
}

/// The scopes that have been made out so far.
#[derive(Debug, Default)]
struct ScopeReader {
    present: ByFolder,
    scopes: Vec<PolicyScope>,
    folders: Folders,
    layers: Vec<Layer>,
    /// The layers of each policy file.
    read: BTreeMap<PathBuf, Vec<usize>>,
    /// The scopes by what makes them up.
    known: HashMap<(PathBuf, Vec<usize>), usize>,
    wrong: Vec<PolicyError>,
}

impl ScopeReader {
    /// One policy for everything.
    fn everywhere(&mut self, path: &Path, files: &[FoundFile], tree: &dyn Tree) {
        let path = tree.absolute(path);
        let own = match policy_files::read(&path, None, tree) {
            Ok(layers) => self.keep(&path, layers),
            Err(wrong) => return self.wrong.extend(wrong),
        };
        for found in files {
            let folder = found.path.parent().unwrap_or(&found.path);
            let known = self.folders.get(&found.root);
            if known.is_some_and(|scopes| scopes.contains_key(folder)) {
                continue;
            }
            let scope = self.add(found.root.to_path_buf(), own.clone());
            self.note(folder, &found.root, scope);
        }
        if files.is_empty() {
            self.add(tree.base().to_owned(), own);
        }
    }

    /// The scope of a folder: that of the folder above it, with what its own policy file adds.
    fn scope(&mut self, folder: &Path, root: &Arc<Path>, tree: &dyn Tree) -> usize {
        let known = self.folders.get(root).and_then(|scopes| scopes.get(folder));
        if let Some(known) = known {
            return *known;
        }
        let own = self.present.get(folder).cloned();
        let above = || folder.parent().filter(|_| folder != &**root);
        let scope = match (own, above()) {
            (None, Some(above)) => self.scope(above, root, tree),
            (None, None) => self.add(root.to_path_buf(), Vec::new()),
            (Some(paths), above) => {
                let (mut chain, is_top) = self.layers_of(&paths, root, tree);
                let mut top = root.to_path_buf();
                if is_top {
                    folder.clone_into(&mut top);
                } else if let Some(above) = above {
                    let number = self.scope(above, root, tree);
                    if let Some(above) = self.scopes.get(number) {
                        chain.extend(&above.chain);
                        top.clone_from(&above.root);
                    }
                }
                self.add(top, chain)
            }
        };
        self.note(folder, root, scope);
        scope
    }

    fn note(&mut self, folder: &Path, root: &Arc<Path>, scope: usize) {
        let scopes = self.folders.entry(Arc::clone(root)).or_default();
        scopes.insert(folder.to_owned(), scope);
    }

    /// The layers of the policy files of a folder, and whether they say that a tree begins here.
    fn layers_of(&mut self, paths: &[PathBuf], root: &Path, tree: &dyn Tree) -> (Vec<usize>, bool) {
        let [path, rest @ ..] = paths else {
            return (Vec::new(), false);
        };
        for other in rest {
            let text = Text::new(tree.shown(other), Vec::new());
            let message = format!("{} also exists", tree.shown(path));
            let mut error = PolicyError::at_start(&text, message);
            error.advice = Some("keep one of the two: neither takes precedence".into());
            if !self.read.contains_key(other) {
                self.read.insert(other.clone(), Vec::new());
                self.wrong.push(error);
            }
        }
        let layers = match self.read.get(path) {
            Some(known) => known.clone(),
            None => match policy_files::read(path, Some(root), tree) {
                Ok(layers) => self.keep(path, layers),
                Err(wrong) => {
                    self.wrong.extend(wrong);
                    self.keep(path, Vec::new())
                }
            },
        };
        let own = layers.first().and_then(|first| self.layers.get(*first));
        let is_top = own.is_some_and(|own| own.policy.is_top());
        (layers, is_top)
    }

    fn keep(&mut self, path: &Path, layers: Vec<Layer>) -> Vec<usize> {
        let first = self.layers.len();
        self.layers.extend(layers);
        let numbers: Vec<_> = (first..self.layers.len()).collect();
        self.read.insert(path.to_owned(), numbers.clone());
        numbers
    }

    /// Brings the policies of a chain together, unless that has been done.
    fn add(&mut self, root: PathBuf, chain: Vec<usize>) -> usize {
        let key = (root, chain);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let (root, chain) = key.clone();
        self.known.insert(key, self.scopes.len());
        let mut policy = Policy::default();
        for layer in chain.iter().filter_map(|number| self.layers.get(*number)) {
            policy.add(&layer.policy);
        }
        self.wrong.extend(unknown_receivers(&policy));
        self.scopes.push(PolicyScope {
            root,
            policy,
            chain,
            own: CustomRules::default(),
        });
        self.scopes.len() - 1
    }

    /// Reads the rules that the scopes name; many of them name the same.
    fn custom_rules(&mut self, tree: &dyn Tree) {
        let mut known: HashMap<Vec<PathBuf>, CustomRules> = HashMap::new();
        for scope in &mut self.scopes {
            let folders = scope.policy.rule_folders.iter().map(RuleFolder::shown);
            let folders: Vec<_> = folders.collect();
            if let Some(own) = known.get(&folders) {
                scope.own = own.clone();
            } else {
                match custom_rules::named_by(&scope.policy, tree) {
                    Ok(own) => scope.own = own,
                    Err(wrong) => self.wrong.extend(wrong),
                }
                known.insert(folders, scope.own.clone());
            }
            let locked = scope.own.all().iter().filter_map(|rule| {
                let place = rule.no_ignore.clone()?;
                Some((rule.name.clone(), place))
            });
            scope.policy.suppressions.forbid.extend(locked);
            self.wrong.extend(unknown_rules(&scope.policy, &scope.own));
        }
    }

    fn finish(mut self, tree: &dyn Tree) -> Result<Policies, Vec<PolicyError>> {
        if self.wrong.is_empty() {
            self.custom_rules(tree);
        }
        if !self.wrong.is_empty() {
            self.wrong
                .sort_by(|a, b| a.place.order().cmp(&b.place.order()));
            self.wrong
                .dedup_by(|a, b| a.place.order() == b.place.order() && a.message == b.message);
            return Err(self.wrong);
        }
        Ok(Policies {
            scopes: self.scopes,
            folders: self.folders,
            layers: self.layers,
        })
    }
}
