//! From paths to what is there: files are found, read, and recognized.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

mod known;
mod look;
mod patch_files;

pub use self::known::ParsedAlready;
use self::known::{KnownLook, RecognitionContext};
use self::look::{StartupFile, SurveyedFile, look_at, look_at_started};
use super::facts::is_asked_as_script;
use super::let_go::KeptBytes;
use super::loaded::Loaded;
use super::policies::{self, Policies};
use super::request::{Request, Run, Side};
use super::started::{StartReading, StartedPrograms};
use super::watch::WatchStage;
use crate::discover::{self, FileContent, RecognizedFile};
use crate::facts::deployment::is_dockerfile;
use crate::finding::{Finding, Place, Text, Unchecked};
use crate::panics::{self, Caught};
use crate::parallel;
use crate::policy::Policy;
use crate::rules::custom::CustomRules;
use crate::schema::CorrectedDocuments;
use crate::source::{FoundFile, LARGEST, Problem, ReadError, Tree, WalkOptions, Walked, leads_out};
use crate::yaml::Document;

/// A file, or a configuration in one, and what it was recognized as.
#[derive(Debug)]
pub(crate) struct ScannedFile {
    /// The file.
    pub(crate) found: FoundFile,
    /// What it is.
    pub(crate) recognized: RecognizedFile,
    /// How it was asked for; none if it is a file that Prometheus is started with.
    asked: Option<RecognitionContext>,
    /// Its document with the names that misspelled keys were meant to be, once it is judged.
    mends: CorrectedDocuments,
    /// Whether something in the file is judged.
    is_judged: bool,
    /// Whether the file is asked as a script, once that is known.
    is_asked_as_script: OnceLock<bool>,
}

impl ScannedFile {
    /// Whether something in the file is judged, such as a resource in a manifest.
    pub(super) fn is_judged(&self) -> bool {
        self.is_judged
    }

    /// One that Prometheus is started with.
    pub(super) fn started(found: FoundFile, recognized: RecognizedFile) -> Arc<Self> {
        Arc::new(Self {
            found,
            recognized,
            asked: None,
            mends: CorrectedDocuments::default(),
            is_judged: false,
            is_asked_as_script: OnceLock::new(),
        })
    }

    /// Whether the file has to be read as a script: not if it is a configuration that says nothing as one.
    /// Its text is asked once, before it is let go.
    pub(super) fn is_asked_as_script(&self) -> bool {
        let text = &self.recognized.text;
        let is_asked = || match &self.recognized.what {
            FileContent::Configuration { document, .. } if Arc::ptr_eq(document.text(), text) => {
                is_asked_as_script(&self.found.path, text.content())
            }
            _ => true,
        };
        *self.is_asked_as_script.get_or_init(is_asked)
    }

    /// Whether its text and document have to be read again to judge it.
    pub(super) fn is_let_go(&self) -> bool {
        matches!(self.recognized.what, FileContent::LetGo { .. })
    }

    /// The same with its text and document, read again; none if they were kept, or are not what they were.
    pub(super) fn again(&self, tree: &dyn Tree) -> Option<Self> {
        if !self.is_let_go() {
            return None;
        }
        let bytes = tree.read(&self.found.path, LARGEST).ok()?;
        Some(Self {
            found: self.found.clone(),
            recognized: self.recognized.again(bytes)?,
            asked: self.asked,
            mends: CorrectedDocuments::default(),
            is_judged: self.is_judged,
            is_asked_as_script: OnceLock::new(),
        })
    }

    /// The same as another program takes it.
    pub(super) fn taken_as(&self, recognized: RecognizedFile) -> Self {
        Self {
            found: self.found.clone(),
            recognized,
            asked: self.asked,
            mends: CorrectedDocuments::default(),
            is_judged: true,
            is_asked_as_script: OnceLock::new(),
        }
    }

    /// Its document without the misspelled keys that the schema found in it.
    pub(super) fn meant<'d>(&'d self, document: &'d Document, found: &[Finding]) -> &'d Document {
        self.mends.meant(document, found)
    }
}

/// How many bytes of files with facts are kept from when they are looked at to when they are needed. Most
/// repositories have less in all their manifests.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// Everything that was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The files that may hold a configuration, by shown path.
    pub(crate) seen: Vec<Arc<ScannedFile>>,
    /// The other files that may hold facts.
    pub(crate) others: Vec<FoundFile>,
    /// What some of them hold, so that they are read once.
    pub(crate) texts: HashMap<PathBuf, Arc<Text>>,
    /// How many bytes that is.
    held: usize,
    /// What each file came to, if another tree is looked at after this one.
    looks: Arc<HashMap<PathBuf, KnownLook>>,
    /// Candidates that could not be read.
    pub(crate) unread: Vec<(FoundFile, String)>,
    /// Files for which there was no time.
    pub(crate) late: Vec<FoundFile>,
    /// Whether there was no time to find all files.
    pub(crate) incomplete: bool,
    /// What was named.
    pub(crate) named: Vec<PathBuf>,
    /// Everything that was walked.
    pub(crate) walked: Vec<FoundFile>,
    /// The files that policy leaves out, by shown path, and where it says so.
    pub(crate) excluded: Vec<(FoundFile, Place)>,
    /// Those of them that a deployment starts Prometheus with, if a change is judged.
    pub(crate) left_out: Vec<(FoundFile, Place)>,
    /// What a change starts a program with, and what could not be followed to something that is judged.
    pub(crate) unfollowed: Vec<Unchecked>,
}

/// The files of a run; what is not read is noted.
fn walk(request: &Request, tree: &dyn Tree, run: &mut Run) -> Walked {
    let (paths, outward): (Vec<PathBuf>, Vec<PathBuf>) = request
        .paths
        .iter()
        .cloned()
        .partition(|path| !(request.stays_inside && leads_out(tree, path)));
    run.notes.extend(outward.iter().map(|path| {
        let shown = tree.shown(path);
        format!("{shown} is not read: a link to it leads out of the repository")
    }));
    let walk = || tree.walk(&paths, &walk_of(request));
    let walked = request.watch.stage(WatchStage::Find, 0, walk);
    let may_be_gone =
        |problem: &&Problem| request.if_recognized && matches!(problem.error, ReadError::Missing);
    let named = walked.problems.iter().filter(|problem| problem.named);
    let named = named.filter(|problem| !may_be_gone(problem));
    run.problems
        .extend(named.map(|problem| format!("{}: {}", problem.shown, problem.error)));
    run.notes.extend(left_out(&walked));
    walked
}

/// Discovers and parses; none if a policy is broken, which is then noted.
pub(crate) fn survey(
    request: &Request,
    tree: &dyn Tree,
    run: &mut Run,
) -> Option<(Survey, Policies)> {
    let walked = walk(request, tree, run);
    let mut files = walked.files;
    let mut policies = policies_of(&files, request, tree, run)?;
    let looks = look_at_all(&files, request, &policies, tree);
    let mut survey = Survey::default();
    let (mut starters, mut mentioning) = (Vec::new(), Vec::new());
    let mut known = HashMap::new();
    for (found, (look, telling)) in files.iter().zip(looks) {
        if telling.starts && (!found.named || request.side.is_some()) {
            starters.push(found.clone());
        }
        if telling.mentions {
            mentioning.push(found.clone());
        }
        if request.side == Some(Side::Old) && look.is_lasting() {
            let seen = KnownLook {
                found: found.clone(),
                look: look.clone(),
                telling,
            };
            known.insert(found.path.clone(), seen);
        }
        survey.add(look, run);
    }
    survey.looks = known.into();
    patch_files::read(&mut survey, &mut files, &policies, request, tree);
    let started = StartedPrograms::new(&starters, &mentioning, &survey, &policies, request, tree);
    let unseen = started.unseen(&survey, request, tree);
    if !unseen.is_empty() {
        files.extend(unseen.iter().map(|(found, _)| found.clone()));
        files.sort_by(|a, b| (&a.shown, &a.path).cmp(&(&b.shown, &b.path)));
        files.dedup();
        policies = policies_of(&files, request, tree, run)?;
        for (found, how) in &unseen {
            let none = Policy::default();
            let policy = policies.of(found).map_or(&none, |scope| &scope.policy);
            survey.add(look_in_time(found, *how, request, policy, tree), run);
        }
    }
    if request.is_gate() {
        survey.left_out = started.left_out(&survey, request, tree);
        survey.seen.extend(started.parts(&survey, &files, tree));
        survey.unfollowed = started.unfollowed(&survey, request, tree);
        run.loaded = Loaded::new(&started, &survey, request, tree);
    }
    survey
        .seen
        .sort_by(|a, b| a.found.shown.cmp(&b.found.shown));
    survey.incomplete = walked.incomplete;
    survey.named.clone_from(&request.paths);
    survey.walked = files;
    Some((survey, policies))
}

/// Reads a file that Prometheus is started with, if there is time left.
fn look_in_time(
    found: &FoundFile,
    how: StartReading,
    request: &Request,
    policy: &Policy,
    tree: &dyn Tree,
) -> SurveyedFile {
    let look = || panics::caught(|| look_at_started(found, how, request, policy, tree));
    match request.deadline.limit(look) {
        Some(look) => look.unwrap_or_else(|caught| SurveyedFile::Panic(found.clone(), caught)),
        None => SurveyedFile::Late(found.clone()),
    }
}

fn policies_of(
    files: &[FoundFile],
    request: &Request,
    tree: &dyn Tree,
    run: &mut Run,
) -> Option<Policies> {
    let config = request.config.as_deref();
    let tree = request.gate.policy_tree(tree);
    match policies::read(config, files, request.threads, tree) {
        Ok(policies) => Some(policies),
        Err(errors) => {
            if let Some(base) = &request.gate.config_from {
                run.notes.push(format!(
                    "the policy of {} has errors, so --config-from cannot use it: fix it in a change that \
                     is checked without --config-from",
                    base.name()
                ));
            }
            run.policy_errors = errors;
            None
        }
    }
}

/// What each file comes to, and what it may say about the configurations that programs are started with.
fn look_at_all(
    files: &[FoundFile],
    request: &Request,
    policies: &Policies,
    tree: &dyn Tree,
) -> Vec<(SurveyedFile, StartupFile)> {
    let watch = &request.watch;
    let none = Policy::default();
    let kept = KeptBytes::default();
    let look = |found: &FoundFile| {
        if request.deadline.is_over() {
            return (SurveyedFile::Late(found.clone()), StartupFile::default());
        }
        let policy = policies.of(found).map_or(&none, |scope| &scope.policy);
        let own = custom_rules_of(found, request, policies);
        let look = || panics::caught(|| look_at(found, request, policy, own, &kept, tree));
        let look = request.deadline.limit(look);
        watch.step();
        let Some(look) = look else {
            return (SurveyedFile::Late(found.clone()), StartupFile::default());
        };
        look.unwrap_or_else(|caught| {
            (
                SurveyedFile::Panic(found.clone(), caught),
                StartupFile::default(),
            )
        })
    };
    watch.stage(WatchStage::Read, files.len(), || {
        parallel::map(request.threads, files, look)
    })
}

impl Survey {
    fn add(&mut self, look: SurveyedFile, run: &mut Run) {
        match look {
            SurveyedFile::Read(seen) => self.seen.extend(seen),
            SurveyedFile::Other(found) => self.others.push(found),
            SurveyedFile::Facts(found, text) => {
                self.hold(&found, text);
                self.others.push(found);
            }
            SurveyedFile::Excluded(found, place, has_facts) => {
                if has_facts {
                    self.others.push(found.clone());
                }
                self.excluded.push((found, place));
            }
            SurveyedFile::Unread(found, why) if found.named => {
                run.problems.push(format!("{}: {why}", found.shown));
            }
            SurveyedFile::Unread(found, why) => self.unread.push((found, why)),
            SurveyedFile::Panic(found, caught) => {
                run.problems.push(own_fault(&found.shown, Some(&caught)))
            }
            SurveyedFile::Late(found) => self.late.push(found),
            SurveyedFile::Nothing => {}
        }
    }

    /// Keeps what a file holds, while there is room.
    fn hold(&mut self, found: &FoundFile, text: Arc<Text>) {
        let held = self.held.saturating_add(text.content().len());
        if held <= MOST_HELD {
            self.held = held;
            self.texts.insert(found.path.clone(), text);
        }
    }

    /// What a file holds that holds facts; it is read again if it was not kept.
    pub(crate) fn text_of(&self, found: &FoundFile, tree: &dyn Tree) -> Option<Arc<Text>> {
        let held = self.texts.get(&found.path).map(Arc::clone);
        held.or_else(|| {
            let bytes = tree.read(&found.path, LARGEST).ok()?;
            Some(Text::new(Arc::clone(&found.shown), bytes))
        })
    }
}

/// What is reported about the ignore files that a walk left out.
pub(crate) fn left_out(walked: &Walked) -> impl Iterator<Item = String> {
    let files = walked.left_out.iter();
    files.map(|(shown, why)| {
        format!(
            "{shown} is ignored, so the files that it lists are \
        checked: {why}"
        )
    })
}

/// The sentence for a fault of promvet itself on a file or a tree; where it happened, if it was a
/// panic.
pub(crate) fn own_fault(shown: &str, caught: Option<&Caught>) -> String {
    let at = caught.map_or(String::new(), |caught| format!(" at {caught}"));
    format!("{shown}: promvet failed on it{at}; this is a bug in promvet, please report it")
}

/// How a request walks.
pub(crate) fn walk_of(request: &Request) -> WalkOptions<'_> {
    WalkOptions {
        hidden: request.hidden,
        no_ignore: request.no_ignore,
        all_tracked: request.all_tracked,
        threads: request.threads,
        deadline: request.deadline,
        root: None,
        wanted: &|path| may_have_facts(path) || discover::is_only_named(path),
        also: Some(&request.changed),
    }
}

/// Whether a file may hold a configuration that promvet reads, or facts about one, by its name.
pub(crate) fn may_have_facts(path: &Path) -> bool {
    discover::is_candidate(path) || is_dockerfile(path)
}

/// The custom rules for the tree of a file.
pub(crate) fn custom_rules_of<'r>(
    found: &FoundFile,
    request: &'r Request,
    policies: &'r Policies,
) -> &'r CustomRules {
    static NONE: CustomRules = CustomRules::none();
    let given = request.own.as_deref();
    given
        .or_else(|| policies.of(found).map(|scope| &scope.own))
        .unwrap_or(&NONE)
}
