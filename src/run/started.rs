//! The files that a deployment of the tree starts Prometheus with: they are configurations whatever
//! their names, hidden ones included. What a change starts it with and cannot be followed to one is
//! listed as not checked.

mod known_files;
mod tree_files;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use known_files::{
    KnownFiles, by_environment, by_template, by_text, in_flag, is_configuration, unchecked,
};
use tree_files::{ending_alike, known, named, passed_over, real, sources};

use super::policies::Policies;
use super::request::{Request, Side};
use super::survey::{ScannedFile, Survey, walk_of};
use crate::discover::{self, EmbeddedIn, FileContent, RecognizedFile};
use crate::facts::deployment::{
    self, ArgumentSource, ManifestKey, Mention, Mentioned, ProgramStart, mentions, name_of,
};
use crate::finding::{Place, Text, Unchecked};
use crate::parallel;
use crate::source::{FoundFile, LARGEST, Tree, WalkOptions};
use crate::yaml::{Node, placeholder};

/// What settles that something could not be followed.
const SETTLE: &str =
    "run promvet on the file that it loads, or start it with a file of the repository";

/// How a file is read that a program is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StartReading {
    /// As a configuration of Prometheus if it looks like one.
    Perhaps,
    /// As a configuration of Prometheus, whatever it looks like.
    Surely,
    /// As a configuration of Grafana Alloy.
    Alloy,
}

/// What the deployments of a tree start programs with.
#[derive(Debug, Default)]
pub(super) struct StartedPrograms {
    /// The files, absolute and without links.
    files: BTreeMap<PathBuf, StartReading>,
    /// Where a change is judged, everything that is started.
    starts: Vec<ProgramStart>,
    /// Where a change is judged, what other texts of it start, and the files of the tree that may be
    /// meant.
    mentions: Vec<(Mention, Vec<PathBuf>)>,
}

impl StartedPrograms {
    /// What is started by some files. `starters` are those that may define deployments, `mentioning`
    /// are other texts of a change.
    pub(super) fn new(
        starters: &[FoundFile],
        mentioning: &[FoundFile],
        survey: &Survey,
        policies: &Policies,
        request: &Request,
        tree: &dyn Tree,
    ) -> Self {
        let mut of_roots: BTreeMap<&Path, Vec<&FoundFile>> = BTreeMap::new();
        for found in starters {
            if let Some(scope) = policies.of(found) {
                of_roots.entry(&scope.root).or_default().push(found);
            }
        }
        let mut out = Self::default();
        let mut understood = Vec::new();
        for (root, files) in of_roots {
            let sources = sources(&files, survey, request, tree);
            if request.is_gate() {
                let found = deployment::starts(tree, root, &sources);
                out.starts.extend(found.all);
                understood.extend(found.understood);
            } else {
                let found = deployment::started(tree, root, &sources).into_iter();
                let how = |is_sure| {
                    if is_sure {
                        StartReading::Surely
                    } else {
                        StartReading::Perhaps
                    }
                };
                out.files
                    .extend(found.map(|(path, is_sure)| (path, how(is_sure))));
            }
        }
        for start in &out.starts {
            if let ArgumentSource::File(path) = &start.leads {
                let how = match start {
                    ProgramStart { is_alloy: true, .. } => StartReading::Alloy,
                    ProgramStart { is_sure: true, .. } => StartReading::Surely,
                    _ => StartReading::Perhaps,
                };
                let known = out.files.entry(path.clone()).or_insert(how);
                *known = how.max(*known);
            }
        }
        if request.is_gate() {
            out.mentioned(mentioning, &understood, request, tree);
        }
        out
    }

    /// Adds what texts of a change start that are not read as deployments, and the files of the tree
    /// whose paths end as those do that they name.
    fn mentioned(
        &mut self,
        mentioning: &[FoundFile],
        understood: &[Place],
        request: &Request,
        tree: &dyn Tree,
    ) {
        let found = parallel::map(request.threads, mentioning, |found| {
            let bytes = tree.read(&found.path, LARGEST).ok()?;
            let text = Text::new(Arc::clone(&found.shown), bytes);
            let of_file = understood
                .iter()
                .filter(|place| *place.path() == found.shown);
            let spans: Vec<_> = of_file.map(Place::span).collect();
            Some(mentions(&text, &spans))
        });
        let found: Vec<Mention> = found.into_iter().flatten().flatten().collect();
        let path_of = |mention: &Mention| match &mention.what {
            Mentioned::Started(path) | Mentioned::Copied(path) | Mentioned::Named(path) => {
                Some(path.clone())
            }
            Mentioned::Variable
            | Mentioned::Held(_)
            | Mentioned::Environment
            | Mentioned::Filled
            | Mentioned::Inline
            | Mentioned::Written => None,
        };
        let paths = found.iter().filter_map(path_of);
        let names: HashSet<String> = paths.map(|path| name_of(&path).to_owned()).collect();
        let files = named(&names, request, tree);
        for mention in found {
            let path = path_of(&mention);
            // Of a path that is only named, the folder must be the same too.
            let least = match mention.what {
                Mentioned::Named(_) => 2,
                _ => 1,
            };
            let meant = path.map_or_else(Vec::new, |path| ending_alike(&path, least, &files));
            for file in &meant {
                self.files
                    .entry(file.clone())
                    .or_insert(StartReading::Perhaps);
            }
            self.mentions.push((mention, meant));
        }
    }

    /// Where a change is judged, everything that deployments start.
    pub(super) fn starts(&self) -> &[ProgramStart] {
        &self.starts
    }

    /// Where a change is judged, what its other texts start, and the files that are meant.
    pub(super) fn mentions(&self) -> &[(Mention, Vec<PathBuf>)] {
        &self.mentions
    }

    /// Those of them that were not taken for configurations.
    pub(super) fn unseen(
        &self,
        survey: &Survey,
        request: &Request,
        tree: &dyn Tree,
    ) -> Vec<(FoundFile, StartReading)> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let known = known(survey, request, &self.files, tree);
        let mut started = self.files.clone();
        started.retain(|path, _| !known.contains(path));
        if started.is_empty() {
            return Vec::new();
        }
        let how = WalkOptions {
            hidden: true,
            wanted: &|path| started.contains_key(path),
            also: None,
            ..walk_of(request)
        };
        let files = tree.walk(&request.paths, &how).files.into_iter();
        let mut files: Vec<FoundFile> = files.filter(|found| !found.named).collect();
        if request.is_gate() {
            let walked: HashSet<&PathBuf> = files.iter().map(|found| &found.path).collect();
            let rest = started.keys().filter(|path| !walked.contains(path));
            let passed_over = passed_over(rest, request, tree);
            files.extend(passed_over);
        }
        let how = |found: &FoundFile| started.get(&found.path).copied();
        let files = files.into_iter();
        files
            .filter_map(|found| Some((how(&found)?, found)))
            .map(|(how, found)| (found, how))
            .collect()
    }

    /// The files that Prometheus is started with, that the change touches, and that policy leaves out.
    pub(super) fn left_out(
        &self,
        survey: &Survey,
        request: &Request,
        tree: &dyn Tree,
    ) -> Vec<(FoundFile, Place)> {
        let excluded = survey.excluded.iter().filter(|(found, _)| {
            let real = real(found, tree);
            let is_changed = [&real, &found.path]
                .iter()
                .any(|path| request.changed.contains(*path));
            is_changed && self.files.contains_key(&real)
        });
        excluded.cloned().collect()
    }

    /// The parts of files that Prometheus is surely started with, and that do not look like
    /// configurations; and those in texts that only a start tells to be ones.
    pub(super) fn parts(
        &self,
        survey: &Survey,
        files: &[FoundFile],
        tree: &dyn Tree,
    ) -> Vec<Arc<ScannedFile>> {
        let excluded: HashSet<&Path> = survey
            .excluded
            .iter()
            .map(|(found, _)| &*found.path)
            .collect();
        let file_of = |place: &Place| {
            let mut files = files.iter();
            let found = files.find(|found| found.shown == *place.path())?;
            (!excluded.contains(&*found.path)).then_some(found)
        };
        let mut done = BTreeSet::new();
        let mut out = Vec::new();
        for start in &self.starts {
            let (place, found) = match &start.leads {
                ArgumentSource::Key(key) if start.is_sure && !is_judged(key, survey) => {
                    let Some(found) = file_of(&key.place) else {
                        continue;
                    };
                    let bytes = tree.read(&found.path, LARGEST).unwrap_or_default();
                    let text = Text::new(Arc::clone(&found.shown), bytes);
                    let what = (key.kind, &*key.name, &*key.key);
                    (&key.place, discover::started_key(&text, what))
                }
                ArgumentSource::Here(place) => {
                    let name = "prometheus.yml";
                    (place, discover::started_part(place, name, start.is_sure))
                }
                _ => continue,
            };
            let span = place.span();
            let is_new = done.insert((Arc::clone(place.path()), span.start, span.end));
            if let (Some(recognized), Some(found)) = (found, file_of(place).filter(|_| is_new)) {
                out.push(ScannedFile::started(found.clone(), recognized));
            }
        }
        out
    }

    /// What the change starts, and what could not be followed to something that was judged.
    pub(super) fn unfollowed(
        &self,
        survey: &Survey,
        request: &Request,
        tree: &dyn Tree,
    ) -> Vec<Unchecked> {
        if request.side == Some(Side::Old) {
            return Vec::new();
        }
        let judged = KnownFiles::new(survey, tree);
        let is_changed = |start: &ProgramStart| {
            let mut files = start.files.iter();
            files.any(|file| request.changed.contains(file))
        };
        let is_touched = |start: &ProgramStart| {
            let own = is_changed(start);
            let target = start.target.iter().flat_map(|target| target.ancestors());
            own || target
                .into_iter()
                .any(|path| request.changed.contains(path))
        };
        let starts = self.starts.iter().filter(|start| start.is_listed);
        let starts = starts.filter_map(|start| {
            // That a file is emptied is a finding of its own.
            let empty = || is_changed(start).then(|| judged.why_idle(start, tree))?;
            let why = judged.why_not(start, tree).or_else(empty)?;
            is_touched(start).then(|| unchecked(&start.place, &start.what, &why))
        });
        let mentions = self.mentions.iter().filter_map(|(mention, files)| {
            let what = match &mention.what {
                Mentioned::Copied(_) | Mentioned::Named(_) => return None,
                Mentioned::Held(text) => {
                    let is_listed = !judged.overlaps(&mention.place) && is_configuration(text);
                    return is_listed.then(|| by_text(&mention.place));
                }
                Mentioned::Environment => return Some(by_environment(&mention.place)),
                Mentioned::Filled => return Some(by_template(&mention.place)),
                Mentioned::Written => return Some(by_text(&mention.place)),
                Mentioned::Inline => return Some(in_flag(&mention.place)),
                Mentioned::Variable => {
                    "a variable names what Prometheus is started with".to_owned()
                }
                Mentioned::Started(path) => format!("Prometheus is started with `{path}` here"),
            };
            let is_judged = files.iter().any(|file| judged.files.contains(file));
            let why = match files.first() {
                Some(file) => format!(
                    "`{}` is not recognized as a configuration",
                    tree.shown(file)
                ),
                None => "it is not a file of the repository".to_owned(),
            };
            (!is_judged).then(|| unchecked(&mention.place, &what, &why))
        });
        let mut seen = HashSet::new();
        let all = starts.chain(mentions);
        all.filter(|unchecked| {
            let (path, start, end) = unchecked.place.order();
            seen.insert((path.to_owned(), start, end, unchecked.reason.clone()))
        })
        .collect()
    }
}

/// Whether a key was judged, or is listed as not checked already.
fn is_judged(key: &ManifestKey, survey: &Survey) -> bool {
    judged(key, survey).is_some()
}

/// What a key that was judged holds.
pub(super) fn judged<'s>(key: &ManifestKey, survey: &'s Survey) -> Option<&'s Arc<Text>> {
    let mut seen = survey.seen.iter();
    let found = seen.find(|seen| {
        let is_read = !matches!(
            seen.recognized.what,
            FileContent::Other { .. } | FileContent::Unknown
        );
        let is_it = match &seen.recognized.holder {
            Some(EmbeddedIn::Object {
                kind,
                name,
                key: own,
                ..
            }) => *kind == key.kind && *name == key.name && *own == key.key,
            Some(EmbeddedIn::Compose(name)) => key.kind == "config" && *name == key.name,
            _ => false,
        };
        let is_read = is_read && !is_filled(&seen.recognized);
        is_read && is_it && seen.found.shown == *key.place.path()
    });
    found.map(|seen| &seen.recognized.text)
}

/// Whether a configuration is nothing but a text with a placeholder, which may become anything.
fn is_filled(recognized: &RecognizedFile) -> bool {
    let FileContent::Configuration { document, .. } = &recognized.what else {
        return false;
    };
    let text = document.root().and_then(Node::scalar);
    text.is_some_and(|text| placeholder::find(text.text).next().is_some())
}

impl StartReading {
    /// What a text is that a program is started with. Where it is sure that Prometheus reads it, it is
    /// a configuration even if nothing in it looks like one; `is_gate` says that one that it only holds
    /// does not count then.
    pub(super) fn recognize(
        self,
        text: Arc<Text>,
        is_template: bool,
        is_gate: bool,
    ) -> Vec<RecognizedFile> {
        if self == Self::Alloy {
            return discover::alloy(text);
        }
        let recognized = discover::recognize(Arc::clone(&text), false, is_template);
        let is_configuration = |recognized: &RecognizedFile| {
            let what = &recognized.what;
            let is_one = matches!(
                what,
                FileContent::Configuration { .. } | FileContent::Broken { .. }
            );
            is_one && (recognized.holder.is_none() || !is_gate)
        };
        if self == Self::Perhaps || recognized.iter().any(is_configuration) {
            return recognized;
        }
        let recognized = discover::recognize(text, true, is_template).into_iter();
        recognized
            .take(1)
            .map(RecognizedFile::into_configuration)
            .collect()
    }
}
