//! Reads what a configuration pulls in and says what is wrong with it.

mod scrape_configs;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use super::cache::RuleFile;
use super::needs::Needs;
use super::nothing::{is_covered, is_spare, severity_of_nothing};
use super::set::RuleSet;
use super::unverified::unverified;
use super::{
    FileSet, IncludeCache, Matched, NamedPath, Purpose, Runners, SiblingFiles, find, intervals,
    jobs, kind_of, mounted, recognize, records, tls, unmounted,
};
use crate::discover::{self, is_file_of_chart};
use crate::facts::credential_file::FileLookup;
use crate::facts::deployment::{RunCertainty, RunningDeployment};
use crate::finding::{Finding, Message, Place, Severity, Span, Text, Unchecked, rule};
use crate::prometheus::TargetSection;
use crate::schema::rule_file::{self, RuleFileSummary};
use crate::schema::target_file::{self, TargetFormat};
use crate::schema::{Scheme, TargetReleases};
use crate::source::{EntryKind, LARGEST};
use crate::yaml::{Document, Node, parse_first};

/// What was found in the files that a configuration pulls in.
#[derive(Debug, Default)]
pub struct CheckedIncludes {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub unchecked: Vec<Unchecked>,
    /// Where files of `scrape_config_files` have jobs below the key `scrape_configs`.
    pub with_section: Vec<Place>,
}

/// Checks everything that a configuration in `folder` pulls in; one without a folder may have files
/// `beside` it.
#[must_use]
pub fn check(
    document: &Document,
    folder: Option<&Path>,
    beside: Option<&SiblingFiles<'_>>,
    runners: &Runners<'_>,
    lookup: &FileLookup<'_>,
    target: &TargetReleases,
    cache: &IncludeCache,
) -> CheckedIncludes {
    let mut checker = IncludeChecker {
        main: document,
        runners,
        lookup,
        target,
        cache,
        names: names(document),
        beside: Vec::new(),
        jobs: Vec::new(),
        out: CheckedIncludes::default(),
    };
    let mut named = find(document, folder, runners, lookup, cache);
    if target.template {
        // What is rendered first may be read in another folder.
        named.retain(|named| !matches!(named.matched, Matched::Missing(_) | Matched::Nothing(_)));
    }
    if !target.template {
        let found = unmounted::check(&named, runners, lookup);
        checker.out.findings.extend(found);
    }
    if let Some(beside) = beside {
        named.retain(|named| !checker.beside(named, beside));
    }
    named.retain(|named| !checker.elsewhere(named));
    // What the chart makes of the same values is checked there.
    named.retain(|named| !is_file_of_chart(named.node));
    // Of the patterns of one job that match nothing, one is reported.
    let mut said = HashSet::new();
    for reference in &named {
        let is_idle = matches!(reference.matched, Matched::Nothing(_));
        let is_spare =
            is_idle && folder.is_some_and(|folder| is_covered(reference, &named, folder, lookup));
        let list = reference.node.parent().map(|list| list.span());
        let mut is_repeated =
            || is_idle && reference.purpose == Purpose::Targets && !said.insert(list);
        if !is_spare && !is_repeated() {
            checker.named(reference);
        }
    }
    named.retain(|named| !is_spare(named, runners, lookup));
    checker.out.unchecked = unverified(&named, runners, lookup);
    let included = checker.scrape_configs(&named);
    checker.together(&named);
    checker
        .out
        .findings
        .extend(jobs::repeated(document, &included));
    // Another overlay of the same ConfigMap may have other jobs.
    let is_sure = |runner: &RunningDeployment<'_>| {
        runner.certainty == RunCertainty::Certain && runner.deployment.doubts.is_empty()
    };
    let is_only_one = matches!(runners.as_slice(), [only] if is_sure(only));
    if !target.template && is_only_one {
        let found = jobs::repeated_elsewhere(document, &checker.jobs);
        checker.out.findings.extend(found);
    }
    checker
        .out
        .findings
        .extend(tls::check(document, folder, lookup));
    checker.out
}

/// The name scheme that the configuration sets.
fn names(document: &Document) -> Option<Scheme> {
    let scheme = document
        .root()?
        .get("global")?
        .get("metric_name_validation_scheme")?;
    match scheme.as_str()? {
        "legacy" => Some(Scheme::Legacy),
        "utf8" => Some(Scheme::Utf8),
        _ => None,
    }
}

struct IncludeChecker<'c, 'r> {
    main: &'c Document,
    runners: &'c Runners<'r>,
    lookup: &'c FileLookup<'c>,
    target: &'c TargetReleases,
    cache: &'c IncludeCache,
    names: Option<Scheme>,
    /// What is known of rule files that are not files of the tree.
    beside: Vec<(PathBuf, RuleFile)>,
    /// Files of `scrape_config_files` that are not files of the tree. They are checked where they are.
    jobs: Vec<Document>,
    out: CheckedIncludes,
}

impl IncludeChecker<'_, '_> {
    fn named(&mut self, reference: &NamedPath<'_>) {
        match &reference.matched {
            Matched::Missing(path) => self.missing(reference, path),
            Matched::Nothing(path) => {
                let message = format!(
                    "no file matches {path}{}",
                    consequence_for(reference.purpose)
                );
                let severity = severity_of_nothing(reference.purpose, path, self.lookup);
                let finding = at(reference.node, rule::FILES_NO_MATCH, severity, message);
                self.out
                    .findings
                    .push(finding.kind("nothing").help(remedy(reference.purpose)));
            }
            Matched::Files(files) => self.files(reference, files),
            Matched::Broken(fault) => {
                let message = format!("the pattern {}; Prometheus cannot use it", fault.message);
                self.out.findings.push(
                    at(
                        reference.node,
                        rule::FILES_NO_MATCH,
                        Severity::Error,
                        message,
                    )
                    .kind("pattern"),
                );
            }
            Matched::Unverified(_) => {}
        }
    }

    /// Checks rule files that are beside the configuration; whether there are any.
    fn beside(&mut self, reference: &NamedPath<'_>, beside: &SiblingFiles<'_>) -> bool {
        let texts = match reference.purpose {
            Purpose::Rules => beside.matching(reference.node.as_str().unwrap_or("")),
            Purpose::ScrapeConfigs | Purpose::Targets => Vec::new(),
        };
        for text in &texts {
            let file = self.rules(text, self.target);
            // Several texts may be in one file.
            let number = self.beside.len();
            self.beside
                .push((PathBuf::from(format!("{}#{number}", text.path())), file));
        }
        !texts.is_empty()
    }

    /// Checks rule files and target files that are written into manifests; whether there are any. Jobs
    /// there are configurations of their own, and checked as such.
    fn elsewhere(&mut self, reference: &NamedPath<'_>) -> bool {
        if matches!(reference.matched, Matched::Files(_)) {
            return false;
        }
        let pattern = reference.node.as_str().unwrap_or("");
        let texts = mounted::texts(pattern, self.runners, self.lookup);
        for (name, text) in &texts {
            let start = Place::new(text, Span::default()).span().start;
            let path = PathBuf::from(format!("{}#{start}", text.path()));
            let target = TargetReleases {
                template: self.target.template || discover::is_template(&path),
                ..self.target.clone()
            };
            match reference.purpose {
                Purpose::Targets if self.cache.is_new(&path) => {
                    let format = TargetFormat::of(&name.to_lowercase());
                    let relabeled = is_relabeled(reference.node);
                    let found = target_file::check_text(text, format, relabeled, &target);
                    self.out.findings.extend(found);
                }
                Purpose::Targets => {}
                Purpose::ScrapeConfigs => self.jobs.extend(parse_first(text)),
                Purpose::Rules => self.rules_elsewhere(&path, text, &target),
            }
        }
        !texts.is_empty()
    }

    fn rules_elsewhere(&mut self, path: &Path, text: &Arc<Text>, target: &TargetReleases) {
        let cache = self.cache;
        let file = cache.rule_file(path, self.names, || self.rules(text, target));
        let is_new = !self.beside.iter().any(|(other, _)| other == path);
        if let Some(file) = file.get().filter(|_| is_new) {
            self.beside.push((path.to_owned(), file.clone()));
        }
    }

    /// Checks rules, and returns what has to be known of them.
    fn rules(&mut self, text: &Arc<Text>, target: &TargetReleases) -> RuleFile {
        let parsed = match target.template {
            true => discover::parse_template(text),
            false => parse_first(text),
        };
        match parsed {
            Ok(document) => {
                let checked = rule_file::check(&document, target, self.names);
                self.out.findings.extend(checked.findings);
                return RuleFile {
                    needs: checked.needs,
                    summary: match target.template {
                        true => RuleFileSummary::default(),
                        false => rule_file::summary(&document),
                    },
                };
            }
            Err(_) if target.template => {}
            Err(error) => self.out.findings.push(rule_file::broken(text, &error)),
        }
        RuleFile::default()
    }

    /// What only all files of the configuration tell together. What is not met where it runs is said
    /// each time: another one may be run otherwise.
    fn together(&mut self, named: &[NamedPath<'_>]) {
        let legacy = self.names == Some(Scheme::Legacy);
        let of = |purpose| named.iter().filter(move |named| named.purpose == purpose);
        let files = |named: &NamedPath<'_>| match &named.matched {
            Matched::Files(files) => Some(Arc::clone(files)),
            _ => None,
        };
        let mut sets: Vec<_> = of(Purpose::Rules).filter_map(files).collect();
        let mut seen = HashSet::new();
        sets.retain(|set| seen.insert(Arc::as_ptr(set)));
        let known: Vec<_> = sets
            .iter()
            .filter_map(|set| set.known_rules(legacy))
            .collect();
        let beside = RuleSet::of(
            self.beside
                .iter()
                .map(|(path, file)| (path.as_path(), file)),
        );
        let all = || known.iter().copied().chain([&beside]);
        if all().all(|set| set.needs.is_empty() && set.records.is_empty()) {
            return;
        }
        // What jobs in manifests scrape, and how often, is not worked out.
        let included = of(Purpose::ScrapeConfigs).map(files);
        let included: Option<Vec<_>> = match self.jobs.is_empty() {
            true => included.collect(),
            false => None,
        };
        let group = all().filter_map(|set| set.shortest_interval).min();
        let shortest = OnceCell::new();
        let needs = Needs {
            main: self.main,
            runners: self.runners,
            shortest: &|| {
                let find = || {
                    let may_set = |named| self.may_set_interval(named);
                    let of_targets = of(Purpose::Targets).any(may_set);
                    intervals::shortest(self.main, included.as_deref()?, group, of_targets)
                };
                shortest.get_or_init(find).clone()
            },
        };
        let unmet = all().flat_map(|set| &set.needs);
        let unmet: Vec<_> = unmet.filter_map(|need| needs.unmet(need)).collect();
        self.out.findings.extend(unmet);
        let shared: Vec<_> = known.iter().map(|set| &set.records).collect();
        let repeated = records::repeated(&shared, &beside.records, self.cache);
        self.out.findings.extend(repeated);
    }

    /// Whether a target file may set the interval of its targets: its text has the label, or it is not
    /// in sight.
    fn may_set_interval(&self, named: &NamedPath<'_>) -> bool {
        let Matched::Files(files) = &named.matched else {
            return true;
        };
        let label = intervals::LABEL.as_bytes();
        let tree = self.lookup.tree;
        files.sets_interval(|path| {
            let content = tree.read(path, LARGEST);
            content.is_ok_and(|content| memmem::find(&content, label).is_some())
        })
    }

    fn missing(&mut self, reference: &NamedPath<'_>, path: &str) {
        let example = self.example_of(path);
        // Target files are often written by something else while Prometheus runs, and an example is
        // there to be copied where Prometheus runs.
        let severity = match (reference.purpose, &example) {
            (Purpose::Targets, Some(_)) => Severity::Info,
            (Purpose::Targets, None) | (_, Some(_)) => Severity::Warning,
            _ => Severity::Error,
        };
        let message = format!(
            "the file `{path}` does not exist{}",
            consequence_for(reference.purpose)
        );
        let finding = at(reference.node, rule::FILES_MISSING, severity, message);
        self.out.findings.push(match example {
            Some(example) => finding.help(format!("copy `{example}` to this name, and fill it in")),
            None => finding.help(remedy(reference.purpose)),
        });
    }

    /// The example that people copy to the name of a missing file.
    fn example_of(&self, path: &str) -> Option<String> {
        let tree = self.lookup.tree;
        let file = tree.absolute(Path::new(path));
        let name = file.file_name()?.to_str()?;
        let folder = file.parent()?;
        let examples = self.cache.examples(folder, || {
            let beside = tree.list(folder).unwrap_or_default();
            let names = beside.iter().filter_map(|path| path.file_name()?.to_str());
            let mut examples = HashMap::new();
            for example in names {
                for copy in discover::copies_of_example(example) {
                    examples.entry(copy).or_insert_with(|| example.to_owned());
                }
            }
            examples
        });
        examples.get(name).cloned()
    }

    fn files(&mut self, reference: &NamedPath<'_>, files: &FileSet) {
        let lookup = self.lookup;
        for (path, kind) in files.irregular(|path| kind_of(path, lookup)) {
            let noun = kind.map_or("nothing", EntryKind::noun);
            let shown = lookup.tree.shown(path);
            let message = format!("`{shown}` is {noun}, not a file; Prometheus cannot read it");
            self.out.findings.push(
                at(
                    reference.node,
                    rule::FILES_MISSING,
                    Severity::Error,
                    message,
                )
                .kind("not-a-file"),
            );
        }
        match reference.purpose {
            Purpose::Rules => {
                let legacy = self.names == Some(Scheme::Legacy);
                files.rules(legacy, || {
                    let of_each = files.regular().map(|path| (path, self.rule_file(path)));
                    let of_each: Vec<_> = of_each.collect();
                    let of_each = of_each.iter();
                    RuleSet::of(of_each.filter_map(|(path, file)| Some((*path, file.get()?))))
                });
            }
            Purpose::Targets => files.targets(|| {
                for path in files.regular().filter(|path| self.cache.is_new(path)) {
                    self.target_file(path, is_relabeled(reference.node));
                }
            }),
            Purpose::ScrapeConfigs => {}
        }
    }

    /// Checks a rule file, unless it has been checked in this way, and returns what is known of it.
    fn rule_file(&mut self, path: &Path) -> Arc<OnceLock<RuleFile>> {
        let cache = self.cache;
        cache.rule_file(path, self.names, || {
            let text = self.read_plain(path);
            text.map_or_else(RuleFile::default, |text| {
                self.rules(&text, &self.target_of(path))
            })
        })
    }

    fn target_file(&mut self, path: &Path, relabeled: bool) {
        if let Some(text) = self.read_plain(path) {
            let format = TargetFormat::of(&text.path().to_lowercase());
            let found = target_file::check_text(&text, format, relabeled, &self.target_of(path));
            self.out.findings.extend(found);
        }
    }

    /// The text of a file, and why it is not what Prometheus reads, if it is not.
    fn read(&self, path: &Path) -> Option<(Arc<Text>, Option<&'static str>)> {
        let bytes = self.lookup.tree.read(path, LARGEST).ok()?;
        let stored = recognize::stored_as(&bytes);
        Some((recognize::text(path, bytes, self.lookup.tree), stored))
    }

    /// The text of a file that Prometheus reads as it is.
    fn read_plain(&mut self, path: &Path) -> Option<Arc<Text>> {
        let (text, stored) = self.read(path)?;
        let Some(reason) = stored else {
            return Some(text);
        };
        self.out.unchecked.push(Unchecked {
            cause: None,
            place: Place::new(&text, Span::default()),
            logical: String::new(),
            reason: reason.to_owned(),
            settle: None,
        });
        None
    }

    /// The same versions; whether the included file is rendered first follows from its name.
    fn target_of(&self, path: &Path) -> TargetReleases {
        TargetReleases {
            template: discover::is_template(path),
            ..self.target.clone()
        }
    }
}

/// Whether relabel rules of the job that names files may make another address of a target's.
fn is_relabeled(node: Node<'_>) -> bool {
    let mut above = std::iter::successors(Some(node), |node| node.parent());
    let job = above.find(|node| node.get("relabel_configs").is_some());
    let job = job.and_then(|node| TargetSection::new(node, true));
    job.is_some_and(|job| job.may_replace_address() || job.may_set("__metrics_path__"))
}

/// A finding about a node of a configuration.
pub(super) fn at(
    node: Node<'_>,
    rule: &'static str,
    severity: Severity,
    message: impl Into<Message>,
) -> Finding {
    Finding::new(rule, severity, node.place(), message).of_key(node.path(), node.identity())
}

/// What becomes of Prometheus without a file, for the end of a message.
pub(super) fn consequence_for(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Rules => ": Prometheus starts without these rules",
        Purpose::ScrapeConfigs => ": Prometheus starts without these jobs",
        Purpose::Targets => ": the job has no targets from it",
    }
}

/// What to do about a file that is not there.
pub(super) fn remedy(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Rules | Purpose::ScrapeConfigs => "correct the path, or delete the entry",
        Purpose::Targets => "correct the path, unless something writes the file later",
    }
}
