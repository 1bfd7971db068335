//! From paths to what is there: files are found, read, and recognized.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::custom_rules;
use super::let_go::Kept;
use super::loaded::Loaded;
use super::policies::{self, Policies};
use super::request::{Request, Run, Side};
use super::started::{How, StartedPrograms};
use super::watch::WatchStage;
use crate::discover::{self, RecognizedFile, What};
use crate::facts;
use crate::facts::deployment::{
    self, is_dockerfile, is_unit, may_mention, may_start, may_start_prometheus,
};
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
    pub(crate) recognised: RecognizedFile,
    /// How it was asked for; none if it is a file that Prometheus is started with.
    asked: Option<RecognitionContext>,
    /// Its document with the names that misspelled keys were meant to be, once it is judged.
    mends: CorrectedDocuments,
    /// Whether something in the file is judged.
    is_judged: bool,
}

impl ScannedFile {
    /// Whether something in the file is judged, such as a resource in a manifest.
    pub(super) fn is_judged(&self) -> bool {
        self.is_judged
    }

    /// One that Prometheus is started with.
    pub(super) fn started(found: FoundFile, recognised: RecognizedFile) -> Arc<Self> {
        Arc::new(Self {
            found,
            recognised,
            asked: None,
            mends: CorrectedDocuments::default(),
            is_judged: false,
        })
    }

    /// Whether its text and document have to be read again to judge it.
    pub(super) fn is_let_go(&self) -> bool {
        matches!(self.recognised.what, What::LetGo { .. })
    }

    /// The same with its text and document, read again; none if they were kept, or are not what they were.
    pub(super) fn again(&self, tree: &dyn Tree) -> Option<Self> {
        if !self.is_let_go() {
            return None;
        }
        let bytes = tree.read(&self.found.path, LARGEST).ok()?;
        Some(Self {
            found: self.found.clone(),
            recognised: self.recognised.again(bytes)?,
            asked: self.asked,
            mends: CorrectedDocuments::default(),
            is_judged: self.is_judged,
        })
    }

    /// Its document without the misspelled keys that the schema found in it.
    pub(super) fn meant<'d>(&'d self, document: &'d Document, found: &[Finding]) -> &'d Document {
        self.mends.meant(document, found)
    }
}

/// What it depends on, apart from its text, what a file is recognized as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RecognitionContext {
    whatever_it_is: bool,
    is_template: bool,
}

/// The configurations that were parsed in another tree, by path: what is the same here is parsed once.
#[derive(Debug)]
pub struct ParsedAlready {
    files: HashMap<PathBuf, Arc<ScannedFile>>,
    /// What other files came to, where it cannot have changed.
    looks: Arc<HashMap<PathBuf, KnownLook>>,
}

/// What a file came to in another tree, that is the same in this one.
#[derive(Debug)]
struct KnownLook {
    found: FoundFile,
    look: SurveyedFile,
    telling: StartupFile,
}

impl ParsedAlready {
    /// Those of a survey. Of a file that holds several, the text at hand is not that of the file.
    pub(crate) fn of(survey: &Survey, request: &Request) -> Self {
        let mut files: HashMap<PathBuf, Option<Arc<ScannedFile>>> = HashMap::new();
        for seen in &survey.seen {
            let is_whole = seen.asked.is_some() && seen.recognised.holder.is_none();
            let only = is_whole.then(|| Arc::clone(seen));
            let known = files.entry(seen.found.path.clone());
            known.and_modify(|known| *known = None).or_insert(only);
        }
        let files = files.into_iter();
        Self {
            files: files
                .filter_map(|(path, seen)| Some((path, seen?)))
                .collect(),
            looks: match request.is_plain_change {
                true => Arc::clone(&survey.looks),
                false => Arc::default(),
            },
        }
    }

    /// The configuration that a file is as a whole.
    pub(super) fn at(&self, path: &Path) -> Option<&ScannedFile> {
        self.files.get(path).map(|seen| &**seen)
    }

    /// What a file came to that did not change.
    fn look(&self, found: &FoundFile, request: &Request) -> Option<(SurveyedFile, StartupFile)> {
        let known = self.looks.get(&found.path)?;
        let is_same = known.found == *found && !request.changed.contains(&found.path);
        is_same.then(|| (known.look.clone(), known.telling))
    }

    /// What a file was recognized as, if it holds these bytes there too.
    fn same(
        &self,
        found: &FoundFile,
        bytes: &[u8],
        asked: RecognitionContext,
    ) -> Option<Arc<ScannedFile>> {
        let seen = self.files.get(&found.path)?;
        let text = &seen.recognised.text;
        // What was decoded may have been other bytes.
        let is_plain = !text.has_mark() && text.not_utf8().is_none();
        let is_same = is_plain
            && seen.asked == Some(asked)
            && seen.found == *found
            && text.content().as_bytes() == bytes;
        is_same.then(|| Arc::clone(seen))
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

/// What a file may say about the configurations that programs are started with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct StartupFile {
    /// It may define a deployment.
    starts: bool,
    /// It is changed, and has a flag that names a configuration.
    mentions: bool,
}

/// What one file came to.
#[derive(Clone, Debug)]
enum SurveyedFile {
    Read(Vec<Arc<ScannedFile>>),
    Other(FoundFile),
    /// One that holds facts, with its content.
    Facts(FoundFile, Arc<Text>),
    Nothing,
    Excluded(FoundFile, Place, bool),
    Unread(FoundFile, String),
    Panic(FoundFile, Caught),
    Late(FoundFile),
}

/// Discovers and parses; none if a policy is broken, which is then noted.
pub(crate) fn survey(
    request: &Request,
    tree: &dyn Tree,
    run: &mut Run,
) -> Option<(Survey, Policies)> {
    let watch = &request.watch;
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
    let walked = watch.stage(WatchStage::Find, 0, walk);
    let may_be_gone =
        |problem: &&Problem| request.if_recognised && matches!(problem.error, ReadError::Missing);
    let named = walked.problems.iter().filter(|problem| problem.named);
    let named = named.filter(|problem| !may_be_gone(problem));
    run.problems
        .extend(named.map(|problem| format!("{}: {}", problem.shown, problem.error)));
    run.notes.extend(left_out(&walked));
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
            let look = || panics::caught(|| look_at_started(found, *how, request, policy, tree));
            let look = match request.deadline.limit(look) {
                Some(look) => {
                    look.unwrap_or_else(|caught| SurveyedFile::Panic(found.clone(), caught))
                }
                None => SurveyedFile::Late(found.clone()),
            };
            survey.add(look, run);
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
    let kept = Kept::default();
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

impl SurveyedFile {
    /// Whether another look at the same bytes comes to the same.
    fn is_lasting(&self) -> bool {
        match self {
            Self::Read(_)
            | Self::Other(_)
            | Self::Facts(..)
            | Self::Nothing
            | Self::Excluded(..) => true,
            Self::Unread(..) | Self::Panic(..) | Self::Late(_) => false,
        }
    }
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
}

impl Survey {
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

/// Reads one file as far as it is of interest, and says what it may say about the configurations that
/// programs are started with.
fn look_at(
    found: &FoundFile,
    request: &Request,
    policy: &Policy,
    own: &CustomRules,
    kept: &Kept,
    tree: &dyn Tree,
) -> (SurveyedFile, StartupFile) {
    let known = request.parsed.as_ref();
    if let Some(known) = known.and_then(|parsed| parsed.look(found, request)) {
        return known;
    }
    let is_changed = request.changed.contains(&found.path);
    if !found.named && is_dockerfile(&found.path) && !is_changed {
        let telling = StartupFile {
            starts: true,
            mentions: false,
        };
        return (SurveyedFile::Other(found.clone()), telling);
    }
    if !found.named && !is_changed && discover::is_only_named(&found.path) {
        let look = look_for_senders(found, request, policy, tree);
        return (look, StartupFile::default());
    }
    let bytes = match tree.read(&found.path, LARGEST) {
        Ok(bytes) => bytes,
        Err(ReadError::TooLarge { .. }) if !found.named && is_binary(found, tree) => {
            return (SurveyedFile::Other(found.clone()), StartupFile::default());
        }
        Err(error) => {
            let look = SurveyedFile::Unread(found.clone(), error.to_string());
            return (look, StartupFile::default());
        }
    };
    request.watch.read(bytes.len());
    // Where a change is judged, what makes ConfigMaps counts too.
    let may_tell = || request.is_gate() && !deployment::kinds(&found.path, &bytes).is_empty();
    let telling = StartupFile {
        starts: may_start(&found.path, &bytes) || may_tell(),
        // A program holds words of any kind, those of promvet itself too.
        mentions: is_changed && !looks_binary(&bytes) && may_mention(&found.path, &bytes),
    };
    let look = look_into(found, bytes, request, policy, own, kept, tree);
    (look, telling)
}

/// Looks in a file of another program for what sends by remote write, and for nothing else. One that
/// cannot be read is most likely no configuration.
fn look_for_senders(
    found: &FoundFile,
    request: &Request,
    policy: &Policy,
    tree: &dyn Tree,
) -> SurveyedFile {
    let Ok(bytes) = tree.read(&found.path, LARGEST) else {
        return SurveyedFile::Nothing;
    };
    request.watch.read(bytes.len());
    if !discover::may_send(&found.path, &bytes) {
        let starts = is_unit(&found.path) && may_start_prometheus(&bytes);
        return match starts {
            true => SurveyedFile::Other(found.clone()),
            false => SurveyedFile::Nothing,
        };
    }
    let path = tree.shown(&found.path);
    let by_policy = || policy.excludes(&path).cloned();
    if let Some(place) = request.selection.excludes(&path).or_else(by_policy) {
        return SurveyedFile::Excluded(found.clone(), place, false);
    }
    let text = Text::new(Arc::clone(&found.shown), bytes);
    match discover::senders(&text) {
        senders if senders.is_empty() => SurveyedFile::Nothing,
        senders => seen(found, senders, None),
    }
}

/// Whether a file too large to be read is not text, so that it was never meant to be read: a program
/// or an archive. A file with the name of a YAML file was, whatever it holds; one that was a
/// configuration before is reported as no longer read.
fn is_binary(found: &FoundFile, tree: &dyn Tree) -> bool {
    if discover::has_yaml_name(&found.path) {
        return false;
    }
    let first = tree.first_bytes(&found.path, FIRST as u64);
    looks_binary(&first.unwrap_or_default())
}

/// What git looks at (`buffer_is_binary`, xdiff-interface.c), in bytes.
const FIRST: usize = 8000;

/// Whether a content is not text, by its first bytes.
fn looks_binary(bytes: &[u8]) -> bool {
    let first = bytes.get(..FIRST).unwrap_or(bytes);
    let is_utf_16 = first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff");
    !is_utf_16 && first.contains(&0)
}

fn look_into(
    found: &FoundFile,
    bytes: Vec<u8>,
    request: &Request,
    policy: &Policy,
    own: &CustomRules,
    kept: &Kept,
    tree: &dyn Tree,
) -> SurveyedFile {
    let whatever_it_is = found.named && !request.if_recognised;
    // A configuration of the tree may load it, although nothing else tells that it is Prometheus's.
    let is_rules = (found.named || request.lists_rule_files) && facts::may_be_rules(&bytes);
    let is_of_interest = || {
        is_rules || discover::may_hold(&found.path, &bytes) || custom_rules::look_at(own, &bytes)
    };
    if !whatever_it_is && !is_of_interest() {
        return match facts::may_hold(&bytes) {
            true => SurveyedFile::Facts(found.clone(), Text::new(Arc::clone(&found.shown), bytes)),
            false => SurveyedFile::Nothing,
        };
    }
    let path = tree.shown(&found.path);
    let by_policy = || policy.excludes(&path).cloned();
    let out = request.selection.excludes(&path).or_else(by_policy);
    if let Some(place) = out.filter(|_| !whatever_it_is) {
        return SurveyedFile::Excluded(found.clone(), place, facts::may_hold(&bytes));
    }
    let asked = RecognitionContext {
        whatever_it_is,
        is_template: policy.is_template(&path) || is_rendered_by_helm(found, &bytes, tree),
    };
    let parsed = request.parsed.as_ref();
    if let Some(same) = parsed.and_then(|parsed| parsed.same(found, &bytes, asked)) {
        return SurveyedFile::Read(vec![same]);
    }
    let text = Text::new(Arc::clone(&found.shown), bytes);
    let mut recognised = discover::recognise(Arc::clone(&text), whatever_it_is, asked.is_template);
    // A name that says nothing of YAML can be that of a document or of source code with a
    // configuration in it.
    if !found.named && !discover::has_yaml_name(&found.path) {
        recognised.retain(|recognised| recognised.holder.is_some() || recognised.is_by_content());
        if recognised.is_empty() {
            let has_facts = facts::may_hold(text.content().as_bytes());
            return match has_facts {
                true => SurveyedFile::Facts(found.clone(), text),
                false if is_dockerfile(&found.path) => SurveyedFile::Other(found.clone()),
                false => SurveyedFile::Nothing,
            };
        }
    }
    kept.or_let_go(&mut recognised, request, policy);
    seen(found, recognised, Some(asked))
}

/// Whether a file is a template of a chart, and has tags: some are YAML as they are.
fn is_rendered_by_helm(found: &FoundFile, bytes: &[u8], tree: &dyn Tree) -> bool {
    let mut folders = found.path.ancestors().skip(1);
    let templates =
        folders.find(|folder| folder.file_name().is_some_and(|name| name == "templates"));
    let is_of_chart = |templates: &Path| {
        let chart = templates.parent().map(|folder| folder.join("Chart.yaml"));
        chart.is_some_and(|chart| tree.metadata(&chart).is_ok())
    };
    memmem::find(bytes, b"{{").is_some() && templates.is_some_and(is_of_chart)
}

/// Reads a file that Prometheus is started with.
fn look_at_started(
    found: &FoundFile,
    how: How,
    request: &Request,
    policy: &Policy,
    tree: &dyn Tree,
) -> SurveyedFile {
    let path = tree.shown(&found.path);
    if let Some(place) = policy.excludes(&path) {
        return SurveyedFile::Excluded(found.clone(), place.clone(), false);
    }
    match tree.read(&found.path, LARGEST) {
        Ok(bytes) => {
            let text = Text::new(Arc::clone(&found.shown), bytes);
            let is_template = policy.is_template(&path);
            seen(
                found,
                how.recognise(text, is_template, request.is_gate()),
                None,
            )
        }
        Err(error) => SurveyedFile::Unread(found.clone(), error.to_string()),
    }
}

fn seen(
    found: &FoundFile,
    recognised: Vec<RecognizedFile>,
    asked: Option<RecognitionContext>,
) -> SurveyedFile {
    let is_read = |part: &RecognizedFile| {
        matches!(
            part.what,
            What::Configuration { .. }
                | What::LetGo { .. }
                | What::Rules { .. }
                | What::Broken { .. }
        )
    };
    let is_judged = recognised.iter().any(is_read);
    let seen = recognised.into_iter().map(|recognised| {
        Arc::new(ScannedFile {
            found: found.clone(),
            recognised,
            asked,
            mends: CorrectedDocuments::default(),
            is_judged,
        })
    });
    SurveyedFile::Read(seen.collect())
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
