//! Reads what a configuration pulls in and says what is wrong with it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    FileSet, IncludeCache, Matched, Named, Purpose, Runners, SiblingFiles, find, jobs, kind_of,
    mounted, needs, recognize, tls,
};
use crate::discover;
use crate::facts::credential_file::{Lookup, Unverified};
use crate::finding::{Finding, Severity, Text, Unchecked, rule};
use crate::prometheus::TargetSection;
use crate::schema::rule_file::{self, Need};
use crate::schema::target_file::{self, Format};
use crate::schema::{self, Scheme, Target};
use crate::source::{EntryKind, LARGEST};
use crate::yaml::{Document, Node, parse_first};

/// What was found in the files that a configuration pulls in.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub unchecked: Vec<Unchecked>,
}

/// Checks everything that a configuration in `folder` pulls in; one without a folder may have files
/// `beside` it.
#[must_use]
pub fn check(
    document: &Document,
    folder: Option<&Path>,
    beside: Option<&SiblingFiles<'_>>,
    runners: &Runners<'_>,
    lookup: &Lookup<'_>,
    target: &Target,
    cache: &IncludeCache,
) -> Checked {
    let mut checker = Checker {
        main: document,
        runners,
        lookup,
        target,
        cache,
        names: names(document),
        out: Checked::default(),
    };
    let mut named = find(document, folder, runners, lookup, cache);
    if target.template {
        // What is rendered first may be read in another folder.
        named.retain(|one| !matches!(one.matched, Matched::Missing(_) | Matched::Nothing(_)));
    }
    if let Some(beside) = beside {
        named.retain(|one| !checker.beside(one, beside));
    }
    for one in &named {
        checker.named(one);
        if !target.template {
            checker.unmounted(one);
        }
    }
    checker.out.unchecked = unverified(&named);
    let included = checker.scrape_configs(&named);
    checker
        .out
        .findings
        .extend(jobs::repeated(document, &included));
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

struct Checker<'c, 'r> {
    main: &'c Document,
    runners: &'c Runners<'r>,
    lookup: &'c Lookup<'c>,
    target: &'c Target,
    cache: &'c IncludeCache,
    names: Option<Scheme>,
    out: Checked,
}

impl Checker<'_, '_> {
    fn named(&mut self, one: &Named<'_>) {
        match &one.matched {
            Matched::Missing(path) => self.missing(one, path),
            Matched::Nothing(path) => {
                let message = format!("no file matches {path}");
                let finding = at(one.node, rule::FILES_NO_MATCH, Severity::Warning, message);
                self.out
                    .findings
                    .push(finding.help(consequence(one.purpose)));
            }
            Matched::Files(files) => self.files(one, files),
            Matched::Broken(fault) => {
                let message = format!("the pattern {}; Prometheus cannot use it", fault.message);
                self.out.findings.push(at(
                    one.node,
                    rule::FILES_NO_MATCH,
                    Severity::Error,
                    message,
                ));
            }
            Matched::Unverified(_) => {}
        }
    }

    /// Says that nothing can be there where Prometheus runs, unless nothing is there here either.
    fn unmounted(&mut self, one: &Named<'_>) {
        let may_differ = match &one.matched {
            Matched::Files(_) => true,
            Matched::Unverified(why) => matches!(why, Unverified::Elsewhere | Unverified::NoFolder),
            Matched::Missing(_) | Matched::Nothing(_) | Matched::Broken(_) => false,
        };
        let pattern = one.node.as_str().unwrap_or("");
        let lacking = || mounted::lacking(pattern, one.purpose, self.runners, self.lookup);
        let Some(lacking) = may_differ.then(lacking).flatten() else {
            return;
        };
        let message = format!("no file where Prometheus runs: {}", lacking.what);
        let mut finding = at(one.node, rule::FILES_NO_MATCH, Severity::Warning, message)
            .help(consequence(one.purpose));
        finding.evidence = lacking.evidence;
        self.out.findings.push(finding);
    }

    /// Checks rule files that are beside the configuration; whether there are any.
    fn beside(&mut self, one: &Named<'_>, beside: &SiblingFiles<'_>) -> bool {
        let texts = match one.purpose {
            Purpose::Rules => beside.matching(one.node.as_str().unwrap_or("")),
            Purpose::ScrapeConfigs | Purpose::Targets => Vec::new(),
        };
        for text in &texts {
            let needs = self.rules(text, self.target);
            self.needs(&needs);
        }
        !texts.is_empty()
    }

    /// Checks rules, and returns what they need.
    fn rules(&mut self, text: &Arc<Text>, target: &Target) -> Vec<Need> {
        match parse_first(text) {
            Ok(document) => {
                let checked = rule_file::check(&document, target, self.names);
                self.out.findings.extend(checked.findings);
                return checked.needs;
            }
            Err(_) if target.template => {}
            Err(error) => self.out.findings.push(rule_file::broken(text, &error)),
        }
        Vec::new()
    }

    /// Says what is not met where the configuration runs, each time: another one may be run
    /// otherwise.
    fn needs(&mut self, needs: &[Need]) {
        let runners = self.runners;
        let unmet = needs.iter().filter_map(|need| needs::unmet(need, runners));
        self.out.findings.extend(unmet);
    }

    fn missing(&mut self, one: &Named<'_>, path: &str) {
        // Target files are often written by something else while Prometheus runs.
        let severity = if one.purpose == Purpose::Targets {
            Severity::Warning
        } else {
            Severity::Error
        };
        let message = format!("the file {path} does not exist");
        let finding = at(one.node, rule::FILES_MISSING, severity, message);
        self.out
            .findings
            .push(finding.help(consequence(one.purpose)));
    }

    fn files(&mut self, one: &Named<'_>, files: &FileSet) {
        let lookup = self.lookup;
        for (path, kind) in files.irregular(|path| kind_of(path, lookup)) {
            let noun = kind.map_or("nothing", EntryKind::noun);
            let shown = lookup.tree.shown(path);
            let message = format!("{shown} is {noun}, not a file; Prometheus cannot read it");
            self.out
                .findings
                .push(at(one.node, rule::FILES_MISSING, Severity::Error, message));
        }
        match one.purpose {
            Purpose::Rules => {
                let legacy = self.names == Some(Scheme::Legacy);
                let needs = files.needs(legacy, || {
                    let of_each = files.regular().map(|path| self.rule_file(path));
                    of_each.collect::<Vec<_>>().concat()
                });
                self.needs(needs);
            }
            Purpose::Targets => files.targets(|| {
                for path in files.regular().filter(|path| self.cache.is_new(path)) {
                    self.target_file(path, is_relabeled(one.node));
                }
            }),
            Purpose::ScrapeConfigs => {}
        }
    }

    /// Checks a rule file, unless it has been checked in this way, and returns what it needs.
    fn rule_file(&mut self, path: &Path) -> Vec<Need> {
        let cache = self.cache;
        let needs = cache.needs(path, self.names, || {
            let text = self.read(path);
            text.map_or_else(Vec::new, |text| self.rules(&text, &self.target_of(path)))
        });
        needs.get().cloned().unwrap_or_default()
    }

    fn target_file(&mut self, path: &Path, relabeled: bool) {
        if let Some(text) = self.read(path) {
            let format = Format::of(&text.path().to_lowercase());
            let found = target_file::check_text(&text, format, relabeled, &self.target_of(path));
            self.out.findings.extend(found);
        }
    }

    fn read(&self, path: &Path) -> Option<Arc<Text>> {
        let bytes = self.lookup.tree.read(path, LARGEST).ok()?;
        Some(recognize::text(path, bytes, self.lookup.tree))
    }

    /// The same versions; whether the included file is rendered first follows from its name.
    fn target_of(&self, path: &Path) -> Target {
        Target {
            template: discover::is_template(path),
            ..self.target.clone()
        }
    }

    /// Says once why a file of scrape jobs can't be parsed.
    fn broken(&mut self, path: &Path) {
        let part = (path.to_owned(), None, "broken".to_owned());
        let (findings, _) = self.cache.first_findings(part, || {
            let text = self.read(path);
            let finding = text.and_then(|text| {
                let error = parse_first(&text).err()?;
                Some(schema::syntax_finding(&text, &error))
            });
            finding.into_iter().collect()
        });
        self.out.findings.extend(findings);
    }

    /// Checks included scrape jobs as a part of the whole, and returns the files with what names
    /// them.
    fn scrape_configs<'n>(&mut self, named: &'n [Named<'n>]) -> Vec<jobs::Included<'n>> {
        let inherited = self.main.root().and_then(|root| root.get("global"));
        let inherited = inherited.map(|global| self.main.text().slice(global.span()).to_owned());
        let mut included: Vec<jobs::Included<'n>> = Vec::new();
        for one in named
            .iter()
            .filter(|one| one.purpose == Purpose::ScrapeConfigs)
        {
            let Matched::Files(files) = &one.matched else {
                continue;
            };
            let (cache, lookup) = (self.cache, self.lookup);
            let documents = files.documents(|path| cache.read.document(path, lookup));
            files.broken(|| {
                let broken = documents.filter(|(_, document)| document.is_none());
                broken.for_each(|(path, _)| self.broken(path));
            });
            let is_before = |path: &Path| included.iter().any(|other| other.files.contains(path));
            let part = (
                PathBuf::new(),
                inherited.clone(),
                format!("{:?}", self.target),
            );
            let (of_each, is_first) = files.of_each(part, || {
                let numbers = 0..files.files().len();
                let numbers = numbers
                    .filter(|number| self.part(files, *number, inherited.as_ref(), &is_before));
                numbers.collect()
            });
            if !is_first {
                for number in of_each.get().into_iter().flatten() {
                    self.part(files, *number, inherited.as_ref(), &is_before);
                }
            }
            included.push(jobs::Included {
                by: one.node,
                files,
            });
        }
        included
    }

    /// Checks a file of scrape jobs as a part of the whole, unless one of the files before is the
    /// same; whether something else is said of it in each configuration.
    fn part(
        &mut self,
        files: &FileSet,
        number: usize,
        inherited: Option<&String>,
        is_before: &dyn Fn(&Path) -> bool,
    ) -> bool {
        let Some((path, document)) = files.document(number) else {
            return false;
        };
        let target = self.target_of(path);
        let part = (path.to_owned(), inherited.cloned(), format!("{target:?}"));
        let check = || schema::check_included(document, self.main, &target);
        let (findings, of_each) = self.cache.first_findings(part, check);
        // One that two patterns match is told once.
        if !is_before(path) {
            self.out.findings.extend(findings);
        }
        of_each
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
    message: impl Into<String>,
) -> Finding {
    Finding::new(rule, severity, node.place(), message).of_key(node.path(), node.identity())
}

fn consequence(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Rules => {
            "correct the path, or delete the entry: Prometheus starts without these rules and \
             does not report it"
        }
        Purpose::ScrapeConfigs => {
            "correct the path, or delete the entry: Prometheus starts without these jobs and \
             does not report it"
        }
        Purpose::Targets => "until something writes such a file, the job has no targets from it",
    }
}

/// What can't be looked at here, once for each setting and reason.
fn unverified(named: &[Named<'_>]) -> Vec<Unchecked> {
    let mut seen = HashSet::new();
    let first = named.iter().filter_map(|one| match &one.matched {
        Matched::Unverified(why) if seen.insert((one.purpose, why)) => Some((one, why)),
        _ => None,
    });
    first
        .map(|(one, why)| {
            let (reason, settle) = match why {
                Unverified::Elsewhere => (
                    "the path is absolute, and Prometheus does not run here",
                    Some("run promvet with --root, or with --on-host where Prometheus runs"),
                ),
                Unverified::Outside => ("the path leads out of the tree that is checked", None),
                Unverified::Placeholder => ("the path holds a placeholder", None),
                Unverified::Forbidden => ("the folder may not be read", None),
                Unverified::NoFolder => (
                    "the configuration has no folder to which a relative path could be relative",
                    None,
                ),
                _ => ("where it leads is not known", None),
            };
            Unchecked {
                place: one.node.place(),
                logical: one.node.path(),
                reason: format!(
                    "the files that `{}` names were not checked: {reason}",
                    one.purpose.setting()
                ),
                settle: settle.map(str::to_owned),
            }
        })
        .collect()
}
