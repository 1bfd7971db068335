//! The facts about the trees that are looked at, drawn from what was seen of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::containers;
use super::policies::{self, Policies, PolicyScope};
use super::policy_files::catalog;
use super::request::Request;
use super::survey::{ScannedFile, Survey, may_have_facts, walk_of};
use crate::discover::{self, FileContent, RecognizedFile};
use crate::facts::deployment::{RunAs, is_dockerfile, is_unit, may_be_command};
use crate::facts::mentioned::{self, LARGEST_TEXT, MOST_TEXTS, may_mention_files};
use crate::facts::scripts::{self, LARGEST_SCRIPT, may_be_script};
use crate::facts::{self, ByteScan, Facts, FileLookup, Shared};
use crate::finding::{Evidence, Text};
use crate::parallel;
use crate::source::{FoundFile, LARGEST, Tree, WalkOptions};

/// The facts for every scope, by its number.
pub(crate) fn all_facts<'t>(
    request: &'t Request,
    survey: &'t Survey,
    policies: &'t Policies,
    tree: &'t dyn Tree,
) -> BTreeMap<usize, Facts<'t>> {
    let sight = Arc::new(FactFiles::new(request, survey, policies, tree));
    let mut shared: BTreeMap<&Path, Arc<Shared<'_>>> = BTreeMap::new();
    let mut out = BTreeMap::new();
    let starting = containers::starting(request, survey, policies, tree);
    let seen = survey.seen.iter().map(|seen| &seen.found);
    for found in seen.chain(starting) {
        let number = policies.scope_of(found);
        let Some(scope) = policies.scope(number) else {
            continue;
        };
        out.entry(number).or_insert_with(|| {
            let shared = shared.entry(&scope.root).or_insert_with(|| {
                let texts = OnceLock::new();
                let (sight, sight_of_scripts) = (Arc::clone(&sight), Arc::clone(&sight));
                let sight_of_others = Arc::clone(&sight);
                let find = move |scan: ByteScan| {
                    let texts: &Vec<Arc<Text>> = texts.get_or_init(|| sight.texts_of(&scope.root));
                    let in_time = texts.iter().take_while(|_| !request.deadline.is_over());
                    let passing = in_time.filter(|text| scan(text.content().as_bytes()));
                    passing.cloned().collect()
                };
                let scripts = move || sight_of_scripts.scripts_of(&scope.root);
                let others = move || sight_of_others.other_texts_of(&scope.root);
                let shared = Shared::new(Box::new(find), Box::new(scripts), Box::new(others));
                Arc::new(shared.until(request.deadline))
            });
            facts_of(scope, Arc::clone(shared), request, tree)
        });
    }
    out
}

/// The facts of one tree under one policy.
fn facts_of<'t>(
    scope: &'t PolicyScope,
    shared: Arc<Shared<'t>>,
    request: &'t Request,
    tree: &'t dyn Tree,
) -> Facts<'t> {
    let policy = &scope.policy;
    let user = policy.runtime_user.as_ref().map(|user| RunAs {
        uid: Some(user.uid),
        gid: Some(user.gid),
        groups: Vec::new(),
        evidence: vec![Evidence {
            place: user.place.clone(),
            message: "policy: the user that Prometheus runs as".to_owned(),
        }],
    });
    let files = FileLookup {
        tree,
        bounds: scope.root.clone(),
        host: request.host.clone(),
        user,
        now: request.now,
        deadline: request.deadline,
    };
    let facts = Facts::new(policy, files, shared).online(request.online.clone());
    if policy.receivers.is_empty() {
        facts
    } else {
        facts.with_receivers(catalog(policy))
    }
}

/// Whether what was seen is its whole file: a part is where it is all that a Dockerfile has.
fn is_whole(seen: &ScannedFile) -> bool {
    seen.recognized.holder.is_none() || is_dockerfile(&seen.found.path)
}

/// Whether a file is a configuration and nothing else, so that no fact is in it.
pub(super) fn is_bare(recognized: &RecognizedFile) -> bool {
    let path = Path::new(&**recognized.text.path());
    // A Dockerfile with endpoints in its command line is an image too.
    if is_dockerfile(path) {
        return false;
    }
    discover::is_only_named(path)
        || match &recognized.what {
            FileContent::LetGo { .. } => true,
            FileContent::Configuration { document, .. } => {
                Arc::ptr_eq(document.text(), &recognized.text) && document.next_document().is_none()
            }
            _ => false,
        }
}

/// Whether a text is held to the end for what it may say as a script. Configurations are large, and few
/// of them say anything; other files tell where scripts are.
pub(super) fn is_asked_as_script(path: &Path, content: &str) -> bool {
    !scripts::is_configuration(content)
        || scripts::tells(content)
        || may_be_command(path, content.as_bytes())
}

/// What was seen, by where it is: put in order once, however many trees the named files are in.
struct FactFiles<'t> {
    request: &'t Request,
    survey: &'t Survey,
    policies: &'t Policies,
    tree: &'t dyn Tree,
    named: OnceLock<HashSet<PathBuf>>,
    seen: OnceLock<HashMap<&'t Path, &'t ScannedFile>>,
    of_root: OnceLock<HashMap<&'t Path, Vec<&'t FoundFile>>>,
}

impl<'t> FactFiles<'t> {
    fn new(
        request: &'t Request,
        survey: &'t Survey,
        policies: &'t Policies,
        tree: &'t dyn Tree,
    ) -> Self {
        Self {
            request,
            survey,
            policies,
            tree,
            named: OnceLock::new(),
            seen: OnceLock::new(),
            of_root: OnceLock::new(),
        }
    }

    /// The texts of a tree that may hold facts, by path. If all of the tree was walked, they are
    /// among what was seen; else the tree is walked for them.
    fn texts_of(&self, root: &Path) -> Vec<Arc<Text>> {
        let walked;
        let candidates = match self.is_walked(root) {
            true => self.of_root(root).to_vec(),
            false => {
                walked = self.walk(root);
                walked.iter().collect()
            }
        };
        let texts = parallel::map_small(self.request.threads, &candidates, |found| {
            if self.request.deadline.is_over() {
                return None;
            }
            if let Some(seen) = self.seen().get(&*found.path) {
                let text = &seen.recognized.text;
                if is_bare(&seen.recognized) {
                    return None;
                }
                return facts::may_hold(text.content().as_bytes()).then(|| Arc::clone(text));
            }
            if let Some(held) = self.survey.texts.get(&found.path) {
                return Some(Arc::clone(held));
            }
            let bytes = self.tree.read(&found.path, LARGEST).ok()?;
            facts::may_hold(&bytes).then(|| Text::new(Arc::clone(&found.shown), bytes))
        });
        let mut texts: Vec<_> = texts.into_iter().flatten().collect();
        texts.sort_by(|one, other| one.path().cmp(other.path()));
        // Several things may have been seen in one file.
        texts.dedup_by(|one, other| Arc::ptr_eq(one, other));
        texts
    }

    /// The texts of a tree that may be scripts or units, by path. They may hold anything, so no line of them
    /// is shown.
    fn scripts_of(&self, root: &Path) -> Vec<Arc<Text>> {
        let is_script = |path: &Path| may_be_script(path) || is_unit(path);
        let found = self.with_hidden(root, scripts::HIDDEN, &is_script);
        let texts = parallel::map_small(self.request.threads, &found, |found| {
            let seen = self.seen().get(&*found.path);
            let says_nothing = || seen.is_some_and(|seen| !seen.is_asked_as_script());
            if self.request.deadline.is_over() || says_nothing() {
                return None;
            }
            let bytes = self.tree.read(&found.path, LARGEST_SCRIPT).ok()?;
            let is_text = memchr::memchr(0, &bytes).is_none();
            let text = is_text.then(|| Text::new(Arc::clone(&found.shown), bytes))?;
            let is_asked = is_asked_as_script(&found.path, text.content());
            is_asked.then_some(text)
        });
        let mut texts: Vec<_> = texts.into_iter().flatten().collect();
        texts.sort_by(|one, other| one.path().cmp(other.path()));
        texts
    }

    /// The other texts of a tree that may name files, by path. No line of them is shown either.
    fn other_texts_of(&self, root: &Path) -> Vec<Arc<Text>> {
        let mut found = self.with_hidden(root, mentioned::HIDDEN, &may_mention_files);
        found.sort_by_cached_key(|found| (found.path.components().count(), found.path.clone()));
        found.truncate(MOST_TEXTS);
        let texts = parallel::map_small(self.request.threads, &found, |found| {
            if self.request.deadline.is_over() {
                return None;
            }
            let bytes = self.tree.read(&found.path, LARGEST_TEXT).ok()?;
            let is_text = memchr::memchr(0, &bytes).is_none();
            is_text.then(|| Text::new(Arc::clone(&found.shown), bytes))
        });
        texts.into_iter().flatten().collect()
    }

    /// The wanted files of a tree, those of some hidden names at its root among them.
    fn with_hidden(
        &self,
        root: &Path,
        hidden: &[&str],
        wanted: &(dyn Fn(&Path) -> bool + Sync),
    ) -> Vec<FoundFile> {
        let how = WalkOptions {
            root: Some(root),
            wanted,
            ..walk_of(self.request)
        };
        let hidden = hidden.iter().map(|name| root.join(name));
        let hidden = hidden.filter(|path| self.tree.metadata(path).is_ok());
        let named: Vec<PathBuf> = [root.to_path_buf()].into_iter().chain(hidden).collect();
        self.tree.walk(&named, &how).files
    }

    /// Whether a folder was named, or one above it.
    fn is_walked(&self, folder: &Path) -> bool {
        let named = self.named.get_or_init(|| {
            let paths = self.request.paths.iter();
            let absolute = paths.clone().map(|path| self.tree.absolute(path));
            let real = paths.filter_map(|path| self.tree.resolve(path).ok());
            absolute.chain(real).collect()
        });
        folder.ancestors().any(|folder| named.contains(folder))
    }

    /// The files in which something was seen, by their paths.
    fn seen(&self) -> &HashMap<&'t Path, &'t ScannedFile> {
        self.seen.get_or_init(|| {
            let files = self.survey.seen.iter();
            let files = files.filter(|seen| is_whole(seen));
            files.map(|seen| (&*seen.found.path, &**seen)).collect()
        })
    }

    /// The files of a tree that were walked and may hold facts.
    fn of_root(&self, root: &Path) -> &[&'t FoundFile] {
        let of_root = self.of_root.get_or_init(|| {
            let whole = self.survey.seen.iter();
            let whole = whole.filter(|seen| is_whole(seen));
            let seen = whole.map(|seen| &seen.found);
            let mut out: HashMap<&Path, Vec<&FoundFile>> = HashMap::new();
            for found in self.survey.others.iter().chain(seen) {
                if let Some(scope) = self.policies.of(found) {
                    out.entry(&scope.root).or_default().push(found);
                }
            }
            out
        });
        of_root.get(root).map_or(&[], Vec::as_slice)
    }

    /// Walks a tree for files that may hold facts.
    fn walk(&self, root: &Path) -> Vec<FoundFile> {
        let every = walk_of(self.request);
        let how = WalkOptions {
            root: Some(root),
            wanted: &|path| {
                let known = self.seen().get(path);
                may_have_facts(path) && !known.is_some_and(|seen| is_bare(&seen.recognized))
            },
            ..every
        };
        let mut files = self.tree.walk(&[root.to_path_buf()], &how).files;
        // Separate trees inside this one tell nothing of it.
        let named = self.request.config.as_deref();
        if let Ok(policies) = policies::read(named, &files, self.request.threads, self.tree) {
            files.retain(|found| policies.of(found).is_none_or(|scope| scope.root == *root));
        }
        files
    }
}
