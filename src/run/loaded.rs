//! What programs of a tree load, and what that loads in turn: where a change loads a file for the first
//! time, what was wrong with it before is new to the program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::request::Request;
use super::started::{self, StartedPrograms};
use super::survey::Survey;
use crate::facts::deployment::{ArgumentSource, ProgramStart, is_dockerfile};
use crate::facts::included::{FileSet, Load};
use crate::finding::{Place, Span, Text};
use crate::rules::Configuration;
use crate::source::{EntryKind, Tree};

/// A file, or a part of one by its identity.
type LoadedName = (Arc<str>, String);

/// The numbers of what is loaded together.
type Numbers = BTreeSet<usize>;

/// What is loaded.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The bytes of parts of files.
    spans: BTreeMap<LoadedName, Span>,
    /// What programs are started with, each with the files that say so.
    programs: BTreeSet<(LoadedName, Vec<Arc<str>>)>,
    /// What configurations include, in groups: a pattern that many of them have is one.
    groups: Vec<BTreeSet<LoadedName>>,
    /// The groups of sets of files, by the addresses of these, for which they are kept.
    of_sets: HashMap<usize, (usize, Arc<FileSet>)>,
    /// The groups that each configuration includes.
    includes: BTreeMap<LoadedName, Numbers>,
}

/// What one configuration includes.
#[derive(Debug)]
pub(super) struct Loads {
    loader: LoadedName,
    all: Vec<Load>,
}

impl Loads {
    /// What a configuration includes: all of it.
    pub(super) fn of(by: &Configuration<'_>, all: Vec<Load>) -> Self {
        let root = by.config.root().node();
        let loader = (Arc::clone(root.document().text().path()), root.identity());
        Self { loader, all }
    }
}

impl Loaded {
    /// What is started, and what links among the changed files lead to.
    pub(super) fn new(
        started: &StartedPrograms,
        survey: &Survey,
        request: &Request,
        tree: &dyn Tree,
    ) -> Self {
        let mut out = Self::default();
        for start in started.starts() {
            let name = match &start.leads {
                ArgumentSource::File(path) => Some(whole(tree.shown(path))),
                ArgumentSource::Key(key) => started::judged(key, survey).map(|text| out.part(text)),
                ArgumentSource::Here(_) | ArgumentSource::Unknown(_) => None,
            };
            out.programs
                .extend(name.map(|name| (name, sayers(start, tree))));
        }
        for (mention, files) in started.mentions() {
            let by = mention.place.path();
            let names = files.iter().map(|file| whole(tree.shown(file)));
            out.programs
                .extend(names.map(|name| (name, vec![Arc::clone(by)])));
        }
        let links = request.changed.iter().filter(|path| {
            let meta = tree.metadata(path);
            meta.is_ok_and(|meta| meta.kind == EntryKind::Link)
        });
        for link in links {
            if let Ok(target) = tree.resolve(link) {
                let by = tree.shown(link).into();
                out.programs.insert((whole(tree.shown(&target)), vec![by]));
            }
        }
        out
    }

    /// The name of a text that is a part of a file.
    fn part(&mut self, text: &Arc<Text>) -> LoadedName {
        let whole = Place::new(text, Span::new(0, text.content().len()));
        let name = (Arc::clone(text.path()), text.within().identity.clone());
        self.spans.insert(name.clone(), whole.span());
        name
    }

    /// Adds what a configuration includes.
    pub(super) fn includes(&mut self, Loads { loader, all }: Loads, tree: &dyn Tree) {
        let mut parts = BTreeSet::new();
        let mut numbers = Numbers::new();
        for load in &all {
            match load {
                Load::Files(files) => {
                    numbers.insert(self.group_of(files, tree));
                }
                Load::Part(text) => {
                    parts.insert(self.part(text));
                }
            }
        }
        if !parts.is_empty() {
            numbers.insert(self.groups.len());
            self.groups.push(parts);
        }
        self.includes.entry(loader).or_default().extend(numbers);
    }

    fn group_of(&mut self, files: &Arc<FileSet>, tree: &dyn Tree) -> usize {
        let groups = &mut self.groups;
        let of_set = self.of_sets.entry(Arc::as_ptr(files).addr());
        let (number, _) = of_set.or_insert_with(|| {
            let paths = files.files().iter();
            groups.push(
                paths
                    .map(|path| (tree.shown(path).into(), String::new()))
                    .collect(),
            );
            (groups.len() - 1, Arc::clone(files))
        });
        *number
    }

    /// What of it another tree does not load. `renamed` gives the path of now for one of then.
    pub(super) fn since(
        self,
        then: &Self,
        renamed: impl Fn(&str) -> Option<String>,
    ) -> NewlyLoaded {
        let then = then.renamed(renamed);
        let mut new = self.started_since(&then);
        let none = Numbers::new();
        let mut compared: HashMap<(&Numbers, &Numbers), Vec<&LoadedName>> = HashMap::new();
        for (loader, numbers) in &self.includes {
            let before = then.includes.get(loader).unwrap_or(&none);
            let added = compared
                .entry((numbers, before))
                .or_insert_with(|| self.added(numbers, &then, before));
            new.extend(added.drain(..).cloned());
        }
        self.follow(&then, &mut new);
        let of_parts = new.iter().filter_map(|name| {
            let span = self.spans.get(name)?;
            Some((Arc::clone(&name.0), *span))
        });
        let parts = of_parts.collect();
        let files = new.into_iter().filter(|(_, part)| part.is_empty());
        NewlyLoaded {
            files: files.map(|(path, _)| path).collect(),
            parts,
        }
    }

    /// What is started now by files that do not start it in another tree.
    fn started_since(&self, then: &Self) -> BTreeSet<LoadedName> {
        let known = then.programs.iter();
        let known: HashSet<(&LoadedName, &Arc<str>)> = known
            .flat_map(|(name, by)| by.iter().map(move |by| (name, by)))
            .collect();
        let started = self.programs.iter();
        started
            .filter(|(name, by)| !by.iter().any(|by| known.contains(&(name, by))))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// What groups have that others of another tree do not.
    fn added<'s>(
        &'s self,
        numbers: &Numbers,
        then: &Self,
        before: &Numbers,
    ) -> Vec<&'s LoadedName> {
        let known: BTreeSet<&LoadedName> = before
            .iter()
            .filter_map(|earlier| then.groups.get(*earlier))
            .flatten()
            .collect();
        let groups = numbers.iter().filter_map(|number| self.groups.get(*number));
        let names = groups.flatten();
        names.filter(|name| !known.contains(name)).collect()
    }

    /// Adds what those include that are loaded for the first time, unless another one that is not has
    /// included it before.
    fn follow(&self, then: &Self, new: &mut BTreeSet<LoadedName>) {
        let mut loaders: Vec<Vec<&LoadedName>> = vec![Vec::new(); then.groups.len()];
        for (loader, numbers) in &then.includes {
            for number in numbers {
                if let Some(of_group) = loaders.get_mut(*number) {
                    of_group.push(loader);
                }
            }
        }
        let mut groups_with: HashMap<&LoadedName, Vec<usize>> = HashMap::new();
        for (number, group) in then.groups.iter().enumerate() {
            for name in group {
                groups_with.entry(name).or_default().push(number);
            }
        }
        let mut followed = Numbers::new();
        let mut left: Vec<LoadedName> = new.iter().cloned().collect();
        while let Some(loader) = left.pop() {
            let groups = self
                .of_loader(&loader)
                .filter(|number| followed.insert(*number));
            for name in groups.filter_map(|group| self.groups.get(group)).flatten() {
                let mut known_by = groups_with.get(name).into_iter().flatten();
                let is_known = known_by.any(|number| {
                    // Those that are new stay so.
                    loaders.get_mut(*number).is_some_and(|of_group| {
                        while of_group.last().is_some_and(|last| is_new_loader(last, new)) {
                            of_group.pop();
                        }
                        !of_group.is_empty()
                    })
                });
                if !is_known && new.insert(name.clone()) {
                    left.push(name.clone());
                }
            }
        }
    }

    /// The groups that the configurations in a file, or in a part of one, include.
    fn of_loader(&self, name: &LoadedName) -> impl Iterator<Item = usize> {
        let from = self.includes.range(name.clone()..);
        let of_file = from.take_while(|((path, _), _)| *path == name.0);
        let own = of_file.filter(|((_, part), _)| part.starts_with(&name.1));
        own.flat_map(|(_, numbers)| numbers.iter().copied())
    }

    /// The same under the paths of now.
    fn renamed(&self, renamed: impl Fn(&str) -> Option<String>) -> Self {
        let path_of_now =
            |path: &Arc<str>| renamed(path).map_or_else(|| Arc::clone(path), Into::into);
        let of_now = |(path, part): &LoadedName| (path_of_now(path), part.clone());
        let programs = self.programs.iter();
        let groups = self.groups.iter();
        let includes = self.includes.iter();
        Self {
            programs: programs
                .map(|(name, by)| (of_now(name), by.iter().map(path_of_now).collect()))
                .collect(),
            groups: groups
                .map(|group| group.iter().map(of_now).collect())
                .collect(),
            includes: includes
                .map(|(loader, numbers)| (of_now(loader), numbers.clone()))
                .collect(),
            ..Self::default()
        }
    }
}

/// The files that say what a program is started with. What a compose file builds it starts, not the
/// Dockerfile.
fn sayers(start: &ProgramStart, tree: &dyn Tree) -> Vec<Arc<str>> {
    let files = start.files.iter();
    let (images, others): (Vec<_>, Vec<_>) = files.partition(|file| is_dockerfile(file));
    let files = if others.is_empty() { images } else { others };
    files
        .into_iter()
        .map(|file| tree.shown(file).into())
        .collect()
}

/// The name of a file.
fn whole(shown: String) -> LoadedName {
    (shown.into(), String::new())
}

/// Whether a configuration is loaded for the first time, by its own name or that of its file.
fn is_new_loader(loader: &LoadedName, new: &BTreeSet<LoadedName>) -> bool {
    new.contains(loader) || new.contains(&(Arc::clone(&loader.0), String::new()))
}

/// What is loaded for the first time.
#[derive(Debug)]
pub(super) struct NewlyLoaded {
    files: BTreeSet<Arc<str>>,
    /// Parts of files, in their order.
    parts: BTreeSet<(Arc<str>, Span)>,
}

impl NewlyLoaded {
    /// Whether a place is in it.
    pub(super) fn holds(&self, place: &Place) -> bool {
        let at = place.span();
        let from = (Arc::clone(place.path()), Span::default());
        let of_file = self.parts.range(from..);
        let mut of_file = of_file.take_while(|(path, _)| path == place.path());
        self.files.contains(place.path())
            || of_file.any(|(_, span)| span.start <= at.start && at.end <= span.end)
    }
}
