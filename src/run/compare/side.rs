//! One of the two trees: its configurations with everything that they include.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::CompareError;
use super::own::{self, SelectedLabels};
use super::relabel_lists::{self, RelabelFile};
use super::subject::{ComparedPart, SubjectSource};
use super::unit::ComparedUnit;
use super::value::{ComparedValue, SectionFields, SectionReader};
use super::wiring::{self, Wiring};
use crate::discover::{DialectWording, FileContent, RULE_FILE};
use crate::facts::included::{IncludedDocuments, Matched, Purpose};
use crate::facts::{self, Facts};
use crate::finding::Text;
use crate::policy::PolicyError;
use crate::report::comparison::SubjectKind;
use crate::run::facts::all_facts;
use crate::run::policies::Policies;
use crate::run::request::{Request, Run};
use crate::run::survey::{ScannedFile, Survey, survey};
use crate::schema::{self, table::Type};
use crate::source::{Folder, Git, LARGEST, Tree, collapse};
use crate::yaml::{Document, Mapping, Node, parse_first};

/// The largest credential or certificate whose content is compared: a bundle of all public authorities
/// has some 250 kB.
const LARGEST_MATERIAL: u64 = 1024 * 1024;

/// What a tree was found to hold.
pub(super) struct SurveyedTree {
    pub(super) survey: Survey,
    policies: Policies,
}

impl SurveyedTree {
    /// The facts about it.
    pub(super) fn facts<'t>(
        &'t self,
        request: &'t Request,
        tree: &'t dyn Tree,
    ) -> BTreeMap<usize, Facts<'t>> {
        all_facts(request, &self.survey, &self.policies, tree)
    }
}

/// Looks at the tree of a revision. A policy of it that cannot be read is left out.
pub(super) fn survey_of(request: &Request, git: &mut Git) -> Result<SurveyedTree, CompareError> {
    let mut forgotten = HashSet::new();
    loop {
        let mut run = Run::default();
        if let Some((survey, policies)) = survey(request, git, &mut run) {
            return surveyed(survey, policies, &run);
        }
        let Some(error) = run.policy_errors.first() else {
            return Err(CompareError::Unread(run.problems.join("; ")));
        };
        let path = error.place.path();
        if request.config.is_some() || !forgotten.insert(Arc::clone(path)) {
            return Err(of_policy(error));
        }
        git.forget(path);
    }
}

/// Looks at the working tree.
pub(super) fn survey_of_disk(
    request: &Request,
    disk: &Folder,
) -> Result<SurveyedTree, CompareError> {
    let mut run = Run::default();
    match survey(request, disk, &mut run) {
        Some((survey, policies)) => surveyed(survey, policies, &run),
        None => Err(match run.policy_errors.first() {
            Some(error) => of_policy(error),
            None => CompareError::Unread(run.problems.join("; ")),
        }),
    }
}

fn surveyed(survey: Survey, policies: Policies, run: &Run) -> Result<SurveyedTree, CompareError> {
    if let Some(problem) = run.problems.first() {
        return Err(CompareError::Unread(problem.clone()));
    }
    if survey.incomplete || !survey.late.is_empty() {
        let why = "the time ran out (--max-time) before everything was read";
        return Err(CompareError::Unread(why.to_owned()));
    }
    Ok(SurveyedTree { survey, policies })
}

fn of_policy(error: &PolicyError) -> CompareError {
    let error = crate::finding::Redacted::new(error.clone());
    let line = error.place.start().line;
    CompareError::Unread(format!("{}:{line}: {}", error.place.path(), error.message))
}

/// Files that are read differently on both sides and are not YAML on one of them.
pub(super) fn unread(old: &SurveyedTree, new: &SurveyedTree) -> Vec<(String, String)> {
    let broken = |side: &SurveyedTree| -> BTreeMap<String, (Arc<Text>, String)> {
        let seen = side.survey.seen.iter();
        let found = seen.filter_map(|seen| match &seen.recognized.what {
            FileContent::Broken { error, .. } => {
                let finding = schema::syntax_finding(&seen.recognized.text, error);
                let line = finding.place.start().line;
                let why = format!("it is not YAML, see line {line}");
                let text = Arc::clone(&seen.recognized.text);
                Some((seen.found.shown.to_string(), (text, why)))
            }
            _ => None,
        });
        found.collect()
    };
    let (before, after) = (broken(old), broken(new));
    let is_same = |path: &String| {
        let content = |side: &BTreeMap<String, (Arc<Text>, String)>| {
            side.get(path).map(|(text, _)| text.content().to_owned())
        };
        content(&before).is_some() && content(&before) == content(&after)
    };
    let reported = |side: &BTreeMap<String, (Arc<Text>, String)>, which: &str| -> Vec<_> {
        let all = side.iter().filter(|(path, _)| !is_same(path));
        all.map(|(path, (_, why))| (path.clone(), format!("{which} the change, {why}")))
            .collect()
    };
    let mut out = reported(&before, "before");
    out.extend(reported(&after, "after"));
    let unread = new.survey.unread.iter();
    out.extend(unread.map(|(found, why)| (found.shown.to_string(), why.clone())));
    out
}

/// A configuration, and what it includes.
struct ConfigurationWithIncludes<'s> {
    seen: &'s ScannedFile,
    document: &'s Document,
    documents: IncludedDocuments,
    /// What paths and patterns lead to, by the numbers of their nodes.
    files: HashMap<u32, Vec<PathBuf>>,
    purposes: Vec<(Purpose, PathBuf)>,
}

/// Everything that was looked at.
pub(super) struct ComparedContent<'s> {
    ones: Vec<ConfigurationWithIncludes<'s>>,
    target_files: HashMap<PathBuf, Arc<Document>>,
    /// Rule files that changed, and rules in manifests.
    rules: Vec<(&'s ScannedFile, RulesOf<'s>)>,
    /// Rule files that changed and are not among what was seen.
    files: Vec<(PathBuf, Document)>,
    none: HashMap<u32, Vec<PathBuf>>,
    /// Files that differ: of others, what is compared beside the settings of Prometheus is the same.
    changed: Arc<BTreeSet<PathBuf>>,
    /// How components are connected in files of Alloy and of a Collector.
    wirings: Vec<Wiring<'s>>,
    /// Lists of relabel rules in files that changed.
    relabelings: Vec<RelabelFile>,
}

enum RulesOf<'s> {
    Seen(&'s Document),
    Parsed(Box<Document>),
}

impl RulesOf<'_> {
    fn document(&self) -> &Document {
        match self {
            Self::Seen(document) => document,
            Self::Parsed(document) => document,
        }
    }
}

impl<'s> ComparedContent<'s> {
    /// Reads what the configurations of a tree include.
    pub(super) fn new(
        of: &'s SurveyedTree,
        facts: &'s BTreeMap<usize, Facts<'s>>,
        request: &Request,
        tree: &dyn Tree,
    ) -> Self {
        let mut out = Self {
            ones: Vec::new(),
            target_files: HashMap::new(),
            rules: Vec::new(),
            files: Vec::new(),
            none: HashMap::new(),
            changed: Arc::clone(&request.changed),
            wirings: wiring::all(&of.survey.seen, &request.changed),
            relabelings: relabel_lists::all(&request.changed, tree),
        };
        let mut known = HashSet::new();
        for seen in &of.survey.seen {
            known.insert(seen.found.path.clone());
            let Some(facts) = facts.get(&of.policies.scope_of(&seen.found)) else {
                continue;
            };
            match &seen.recognized.what {
                FileContent::Configuration { document, .. } => out.look(seen, document, facts),
                FileContent::Rules { document } => {
                    schema::mark_secrets(document);
                    out.rules.push((seen, RulesOf::Seen(document)));
                }
                FileContent::Other { kind } if *kind == RULE_FILE => {
                    if let Ok(document) = parse_first(&seen.recognized.text) {
                        let document = RulesOf::Parsed(Box::new(document));
                        out.rules.push((seen, document));
                    }
                }
                _ => {}
            }
        }
        for path in request.changed.iter().filter(|path| !known.contains(*path)) {
            out.files.extend(rule_file(path, tree));
        }
        out
    }

    fn look(&mut self, seen: &'s ScannedFile, document: &'s Document, facts: &Facts<'_>) {
        schema::mark_secrets(document);
        let holder = seen.recognized.holder.as_ref();
        let folder = seen.found.path.parent().filter(|_| holder.is_none());
        let mut files = HashMap::new();
        let mut purposes = Vec::new();
        for named in facts.named_files(document, folder, holder) {
            let Matched::Files(found) = &named.matched else {
                continue;
            };
            let paths = found.files().to_vec();
            purposes.extend(paths.iter().map(|path| (named.purpose, path.clone())));
            if named.purpose == Purpose::Targets {
                for path in &paths {
                    if let Some(document) = facts.included_document(path) {
                        self.target_files.insert(path.clone(), document);
                    }
                }
            }
            files.insert(named.node.number(), paths);
        }
        self.ones.push(ConfigurationWithIncludes {
            seen,
            document,
            documents: facts.documents(document, folder, &seen.recognized),
            files,
            purposes,
        });
    }

    /// The files that are part of a configuration.
    pub(super) fn loaded(&self) -> HashSet<PathBuf> {
        let all = self.ones.iter().flat_map(|side| &side.purposes);
        let all = all.filter(|(purpose, _)| *purpose != Purpose::Targets);
        all.map(|(_, path)| path.clone()).collect()
    }

    /// The labels by which resources of the Operator are selected.
    pub(super) fn selected(&self) -> SelectedLabels {
        let mut out = SelectedLabels::default();
        let spoken = self.ones.iter().map(|one| &one.seen.recognized.spoken);
        spoken.flatten().for_each(|spoken| out.add(spoken));
        out
    }

    /// The configurations, without those that are a part of another one.
    pub(super) fn units<'d>(
        &'d self,
        tree: &dyn Tree,
        loaded: &HashSet<PathBuf>,
        renames: &HashMap<PathBuf, PathBuf>,
        selected: &SelectedLabels,
    ) -> Vec<ComparedUnit<'d>> {
        let own = self.loaded();
        let ones = self.ones.iter();
        let ones = ones.filter(|looked| {
            looked.seen.recognized.holder.is_some() || !own.contains(&looked.seen.found.path)
        });
        let mut out: Vec<_> = ones
            .map(|looked| self.unit(looked, tree, renames, selected))
            // What is wrong with a text as a whole has a document with nothing in it.
            .filter(|unit| unit.spoken.is_none() || !unit.is_empty())
            .collect();
        let beside: Vec<&Arc<Text>> = self
            .ones
            .iter()
            .flat_map(|side| side.documents.rules_beside.iter().map(Document::text))
            .collect();
        for (seen, document) in &self.rules {
            let text = &seen.recognized.text;
            let is_beside = beside.iter().any(|other| Arc::ptr_eq(other, text));
            let is_file = seen.recognized.holder.is_none();
            if !(is_beside || is_file && loaded.contains(&seen.found.path)) {
                let unit = ComparedUnit::new(&seen.found.path, &seen.found.shown, renames)
                    .held_by(seen.recognized.holder.as_ref());
                let spoken = seen.recognized.spoken.as_deref();
                let mut unit = self.of_rules(unit, document.document(), spoken);
                if spoken.is_some() && self.changed.contains(&seen.found.path) {
                    unit.rest = own::of_rules(document.document(), selected);
                }
                out.push(unit);
            }
        }
        for (path, document) in &self.files {
            if !loaded.contains(path) {
                let unit = ComparedUnit::new(path, document.text().path(), renames);
                out.push(self.of_rules(unit, document, None));
            }
        }
        out.extend(self.beside(renames));
        out
    }

    /// What is compared beside configurations and rules.
    fn beside<'d>(&'d self, renames: &HashMap<PathBuf, PathBuf>) -> Vec<ComparedUnit<'d>> {
        let wirings = self.wirings.iter().map(|wiring| {
            let found = &wiring.seen.found;
            let unit = ComparedUnit::new(&found.path, &found.shown, renames);
            let mut unit = unit.held_by(wiring.seen.recognized.holder.as_ref());
            unit.holder.push_str(" wiring");
            unit.rest = Some(wiring.part.clone());
            unit.is_rules = true;
            unit
        });
        let lists = self.relabelings.iter().filter_map(|list| {
            let rules = list.rules()?;
            let place = rules.place();
            let unit = ComparedUnit::new(&list.path, place.path(), renames);
            let mut unit = unit.held_by(list.holder.as_ref());
            let value = ComparedValue::Rules(rules.items().collect(), place.clone());
            unit.rest = Some(ComparedPart {
                kind: SubjectKind::Configuration,
                name: String::new(),
                is_numbered: false,
                fields: SectionFields::from([("relabel_configs".to_owned(), value)]),
                place,
                parts: Vec::new(),
            });
            unit.is_rules = true;
            Some(unit)
        });
        wirings.chain(lists).collect()
    }

    fn of_rules<'d>(
        &'d self,
        mut unit: ComparedUnit<'d>,
        document: &'d Document,
        spoken: Option<&'d DialectWording>,
    ) -> ComparedUnit<'d> {
        let source = SubjectSource {
            document,
            reader: SectionReader {
                global: None,
                spoken: None,
                masked: false,
                content: &|_| None,
            },
            files: &self.none,
            target_files: &self.target_files,
        };
        unit.groups = source.groups(None);
        unit.is_rules = true;
        unit.spoken = spoken;
        unit
    }

    fn unit<'d>(
        &'d self,
        configuration: &'d ConfigurationWithIncludes<'_>,
        tree: &dyn Tree,
        renames: &HashMap<PathBuf, PathBuf>,
        selected: &SelectedLabels,
    ) -> ComparedUnit<'d> {
        let recognized = &configuration.seen.recognized;
        let found = &configuration.seen.found;
        let holder = recognized.holder.as_ref();
        let spoken = recognized.spoken.as_deref();
        let folder = found.path.parent().filter(|_| holder.is_none());
        let content = |text: &str| {
            let path = collapse(&folder?.join(text));
            let is_inside = !Path::new(text).is_absolute()
                && tree.within(&path, &[&found.root]).unwrap_or(false);
            is_inside.then(|| tree.read(&path, LARGEST_MATERIAL).ok())?
        };
        let global = configuration
            .document
            .root()
            .and_then(|root| root.get("global"));
        let global: Option<Mapping<'d>> = global.and_then(Node::mapping);
        let source =
            |document: &'d Document, files: &'d HashMap<u32, Vec<PathBuf>>| SubjectSource {
                document,
                reader: SectionReader {
                    global,
                    spoken,
                    masked: recognized.masked,
                    content: &content,
                },
                files,
                target_files: &self.target_files,
            };
        let mut unit = ComparedUnit::new(&found.path, &found.shown, renames).held_by(holder);
        unit.spoken = spoken;
        let main = source(configuration.document, &configuration.files);
        for kind in [
            SubjectKind::RemoteWrite,
            SubjectKind::RemoteRead,
            SubjectKind::Alertmanager,
            SubjectKind::Job,
        ] {
            unit.parts.extend(main.parts(kind));
        }
        for document in configuration
            .documents
            .scrape_configs
            .iter()
            .flat_map(|set| set.parsed())
        {
            let included = source(document, &self.none);
            unit.parts.extend(included.parts(SubjectKind::Job));
        }
        unit.rest = main.rest();
        if let Some(spoken) = spoken.filter(|_| self.changed.contains(&found.path)) {
            own::add(&mut unit, configuration.document, spoken, holder, selected);
        }
        let interval = evaluation_interval(global, configuration.document);
        let sets = configuration
            .documents
            .rules
            .iter()
            .flat_map(|set| set.parsed());
        for document in sets.chain(&configuration.documents.rules_beside) {
            schema::mark_secrets(document);
            let rules = source(document, &self.none);
            unit.groups.extend(rules.groups(interval.as_ref()));
        }
        unit
    }
}

/// How often rules are evaluated whose group does not say it.
fn evaluation_interval<'d>(
    global: Option<Mapping<'d>>,
    document: &'d Document,
) -> Option<ComparedValue<'d>> {
    let written = global.and_then(|global| global.get("evaluation_interval"));
    let written = written.and_then(|node| Some((node.as_str()?, node.place())));
    let root = document.root()?;
    // `DefaultGlobalConfig` (config/config.go, 3.14).
    let (text, place) = written.unwrap_or_else(|| ("1m", root.place()));
    match ComparedValue::of_type(&Type::Duration, text, place) {
        ComparedValue::Scalar(mut scalar) => {
            scalar.inherited = true;
            Some(ComparedValue::Scalar(scalar))
        }
        other => Some(other),
    }
}

/// A file of the tree, if rules are in it.
fn rule_file(path: &Path, tree: &dyn Tree) -> Option<(PathBuf, Document)> {
    let bytes = tree.read(path, LARGEST).ok()?;
    if !facts::may_be_rules(&bytes) {
        return None;
    }
    let text = Text::new(tree.shown(path), bytes);
    let document = parse_first(&text).ok()?;
    let groups = document.root()?.get("groups")?;
    let has_rules = |group: Node<'_>| group.get("rules").is_some_and(|it| it.sequence().is_some());
    if !groups.items().any(has_rules) {
        return None;
    }
    document.text().recognize();
    Some((path.to_owned(), document))
}
