//! What a change does to the effective configuration: the configurations of two trees, with what they
//! include, inherit and leave to defaults, compared by meaning.

mod beyond;
mod change;
mod difference;
mod own;
mod pairs;
mod relabel_lists;
mod relabeling;
mod side;
mod subject;
mod unit;
mod value;
mod wiring;

use pairs::{leaves, parts, renamed, subject_pairs, take_inherited, unit_pairs};

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::request::{Request, Side};
use super::since::with_disk;
use super::survey::walk_of;
use crate::finding::Redacted;
use crate::report::comparison::{ChangeKind, EffectiveChange, EffectiveChanges, SubjectKind};
use crate::source::{Folder, Git, GitError, Repository, Tree, collapse};
use change::{change, each_once, whole};
use difference::{ItemPair, Leaf, ShownSide};
use side::{ComparedContent, survey_of};
use subject::ComparedPart;
use unit::ComparedUnit;

/// The trees that are compared.
#[derive(Debug)]
pub(crate) struct TwoTrees {
    old: Git,
    new: Option<Git>,
    disk: Folder,
    names: (String, Option<String>),
    /// Old and new path of renamed files, as far as the index knows them.
    renames: HashMap<PathBuf, PathBuf>,
}

/// Why two trees cannot be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompareError {
    /// Git cannot show one of them.
    #[error(transparent)]
    Git(#[from] GitError),
    /// One of them, or its policy, cannot be read.
    #[error("{0}")]
    Unread(String),
}

impl TwoTrees {
    /// The tree of a revision, and that of another one or the working tree.
    ///
    /// # Errors
    /// Git cannot show one of them.
    pub(crate) fn new(
        old: &str,
        new: Option<&str>,
        request: &mut Request,
    ) -> Result<Self, CompareError> {
        let disk = Folder::here().map_err(GitError::NoGit)?;
        let repository = Repository::of(&disk, &request.paths)?;
        let tree = repository.tree_of(old)?;
        let old_git = with_disk(repository.revision(&tree)?, request);
        let new_git = match new {
            Some(new) => {
                let tree = repository.tree_of(new)?;
                Some(with_disk(repository.revision(&tree)?, request))
            }
            None => None,
        };
        let now: &dyn Tree = match &new_git {
            Some(git) => git,
            None => &disk,
        };
        for path in &request.paths {
            let at = collapse(&disk.absolute(path));
            if old_git.metadata(&at).is_err() && now.metadata(&at).is_err() {
                let why = format!("{}: it is in neither of the trees", path.display());
                return Err(CompareError::Unread(why));
            }
        }
        let walk = walk_of(request);
        let changed = repository.changed(&old_git, new_git.as_ref(), &request.paths, &walk)?;
        let renames = match new {
            Some(_) => HashMap::new(),
            None => repository.renames(&tree)?.into_iter().collect(),
        };
        request.changed = changed.files;
        request.all_tracked = changed.has_left_out;
        Ok(Self {
            old: old_git,
            new: new_git,
            disk,
            names: (old.to_owned(), new.map(str::to_owned)),
            renames,
        })
    }

    /// What differs.
    ///
    /// # Errors
    /// A tree or its policy cannot be read.
    pub(crate) fn compared(mut self, request: &Request) -> Result<EffectiveChanges, CompareError> {
        let of = |side| Request {
            side: Some(side),
            ..request.clone()
        };
        let (before, after) = (of(Side::Old), of(Side::New));
        let old = survey_of(&before, &mut self.old)?;
        let new = match &mut self.new {
            Some(git) => survey_of(&after, git)?,
            None => side::survey_of_disk(&after, &self.disk)?,
        };
        let now: &dyn Tree = match &self.new {
            Some(git) => git,
            None => &self.disk,
        };
        let facts = (old.facts(&before, &self.old), new.facts(&after, now));
        let looked = (
            ComparedContent::new(&old, &facts.0, &before, &self.old),
            ComparedContent::new(&new, &facts.1, &after, now),
        );
        let loaded = looked
            .0
            .loaded()
            .union(&looked.1.loaded())
            .cloned()
            .collect();
        let selected = looked.0.selected().and(&looked.1.selected());
        let (old_units, new_units) = (
            looked.0.units(&self.old, &loaded, &self.renames, &selected),
            looked.1.units(now, &loaded, &HashMap::new(), &selected),
        );
        let mut unread = side::unread(&old, &new);
        let failures = [Some(&self.old), self.new.as_ref()].into_iter().flatten();
        if let Some(failure) = failures.filter_map(Git::failure).next() {
            return Err(failure.into());
        }
        unread.sort();
        let compared = request.deadline.limit(|| {
            let mut found = FoundChanges::default();
            let mut configurations = 0;
            for pair in unit_pairs(&old_units, &new_units) {
                let counts =
                    |unit: Option<&ComparedUnit<'_>>| unit.is_some_and(|unit| !unit.is_rules);
                configurations += usize::from(counts(pair.0) || counts(pair.1));
                found.units(pair);
            }
            (found.finished(), configurations)
        });
        let Some((changes, configurations)) = compared else {
            let why = "the time ran out (--max-time) before everything was compared";
            return Err(CompareError::Unread(why.to_owned()));
        };
        let beyond = beyond::beyond(&old, &new, &changes);
        Ok(EffectiveChanges {
            old: self.names.0,
            new: self.names.1,
            changes,
            configurations,
            unread,
            beyond,
        })
    }
}

/// The changes so far.
#[derive(Default)]
struct FoundChanges {
    changes: Vec<EffectiveChange>,
    /// The groups of rule files that no configuration loads, which may have moved.
    moved: Vec<(ChangeKind, String, EffectiveChange)>,
}

impl FoundChanges {
    fn units(&mut self, pair: ItemPair<'_, ComparedUnit<'_>>) {
        match pair {
            (Some(old), Some(new)) => self.both(old, new),
            (Some(old), None) => self.alone(ChangeKind::Removed, old),
            (None, Some(new)) => self.alone(ChangeKind::Added, new),
            (None, None) => {}
        }
    }

    fn both(&mut self, old: &ComparedUnit<'_>, new: &ComparedUnit<'_>) {
        let mut inherited: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut out = Vec::new();
        if let (Some(before), Some(after)) = (&old.rest, &new.rest)
            && old.holder != new.holder
        {
            let is_same = old.noun == new.noun;
            let shown = |unit: &ComparedUnit<'_>, rest: &ComparedPart<'_>| {
                let text = match is_same {
                    true => unit
                        .namespace
                        .clone()
                        .unwrap_or_else(|| "not set".to_owned()),
                    false => unit.noun.clone(),
                };
                Some(ShownSide::new(text, rest.place.clone()))
            };
            let leaf = Leaf {
                key: if is_same { "namespace" } else { "name" }.to_owned(),
                old: shown(old, before),
                new: shown(new, after),
                when: None,
            };
            self.changes.push(change(new, after, leaf));
        }
        for kind in [
            SubjectKind::RemoteWrite,
            SubjectKind::RemoteRead,
            SubjectKind::Alertmanager,
            SubjectKind::Job,
        ] {
            parts(kind, (old, new), &mut inherited, &mut out);
        }
        self.groups((old, new), &mut inherited, &mut out);
        if let (Some(before), Some(after)) = (&old.rest, &new.rest) {
            for leaf in leaves(before, after) {
                let key = leaf.key.strip_prefix("global.").unwrap_or("").to_owned();
                let mut change = change(new, after, leaf);
                change.applies_to = inherited.remove(&key).unwrap_or_default();
                self.changes.push(change);
            }
        }
        self.changes.extend(out);
    }

    fn groups(
        &mut self,
        (old, new): (&ComparedUnit<'_>, &ComparedUnit<'_>),
        inherited: &mut BTreeMap<String, Vec<String>>,
        out: &mut Vec<EffectiveChange>,
    ) {
        for pair in subject_pairs(&old.groups, &new.groups) {
            match pair {
                (Some(one), Some(two)) => {
                    renamed(new, one, two, out);
                    let mut of_group = leaves(one, two);
                    take_inherited(&mut of_group, two, inherited);
                    out.extend(of_group.into_iter().map(|leaf| change(new, two, leaf)));
                    self.rules((old, one), (new, two), out);
                }
                (Some(one), None) => self.group(ChangeKind::Removed, old, one, out),
                (None, Some(two)) => self.group(ChangeKind::Added, new, two, out),
                (None, None) => {}
            }
        }
    }

    fn rules(
        &self,
        (old, one): (&ComparedUnit<'_>, &ComparedPart<'_>),
        (new, two): (&ComparedUnit<'_>, &ComparedPart<'_>),
        out: &mut Vec<EffectiveChange>,
    ) {
        let in_group = |rule: &ComparedPart<'_>, group: &ComparedPart<'_>| {
            format!("{} in group {}", rule.name, group.name)
        };
        for pair in subject_pairs(&one.parts, &two.parts) {
            match pair {
                (Some(before), Some(after)) => {
                    let named = ComparedPart {
                        name: in_group(after, two),
                        ..after.clone()
                    };
                    if before.name != after.name {
                        let name = in_group(before, one);
                        let before = ComparedPart {
                            name,
                            ..before.clone()
                        };
                        renamed(new, &before, &named, out);
                    }
                    let leaves = leaves(before, after).into_iter();
                    out.extend(leaves.map(|leaf| change(new, &named, leaf)));
                }
                (Some(rule), None) => {
                    let name = in_group(rule, one);
                    let rule = ComparedPart {
                        name,
                        ..rule.clone()
                    };
                    out.push(whole(ChangeKind::Removed, old, &rule));
                }
                (None, Some(rule)) => {
                    let name = in_group(rule, two);
                    let rule = ComparedPart {
                        name,
                        ..rule.clone()
                    };
                    out.push(whole(ChangeKind::Added, new, &rule));
                }
                (None, None) => {}
            }
        }
    }

    /// A group that is on one side only. One of a file that no configuration of the tree loads may have
    /// moved to another such file.
    fn group(
        &mut self,
        action: ChangeKind,
        unit: &ComparedUnit<'_>,
        group: &ComparedPart<'_>,
        out: &mut Vec<EffectiveChange>,
    ) {
        let change = whole(action, unit, group);
        match unit.is_rules {
            true => self.moved.push((action, group.meaning(), change)),
            false => out.push(change),
        }
    }

    /// A configuration that is on one side only: itself, and the endpoints in it.
    fn alone(&mut self, action: ChangeKind, unit: &ComparedUnit<'_>) {
        let mut out = Vec::new();
        for group in unit.groups.iter().filter(|_| unit.is_rules) {
            self.group(action, unit, group, &mut out);
        }
        if let Some(rest) = unit.rest.as_ref().filter(|_| !unit.is_rules) {
            let mut change = whole(action, unit, rest);
            let text = Some(unit.summary());
            match action {
                ChangeKind::Removed => change.old = text,
                _ => change.new = text,
            }
            self.changes.push(change);
            let is_endpoint = |it: &&ComparedPart<'_>| it.kind != SubjectKind::Job;
            let endpoints = unit.parts.iter().filter(is_endpoint);
            self.changes
                .extend(endpoints.map(|it| whole(action, unit, it)));
        }
        self.changes.extend(out);
    }

    /// All changes in order, without what only moved, each once.
    fn finished(mut self) -> Vec<Redacted<EffectiveChange>> {
        let mut left: Vec<Option<(ChangeKind, String, EffectiveChange)>> =
            std::mem::take(&mut self.moved)
                .into_iter()
                .map(Some)
                .collect();
        for at in 0..left.len() {
            let Some(Some((action, meaning, _))) = left.get(at) else {
                continue;
            };
            let is_other = |it: &Option<(ChangeKind, String, EffectiveChange)>| {
                let it = it.as_ref();
                it.is_some_and(|(other, text, _)| other != action && text == meaning)
            };
            if let Some(other) = left.iter().position(is_other) {
                for gone in [at, other] {
                    if let Some(slot) = left.get_mut(gone) {
                        *slot = None;
                    }
                }
            }
        }
        let moved = left.into_iter().flatten().map(|(_, _, change)| change);
        self.changes.extend(moved);
        let mut changes = each_once(self.changes);
        changes.sort_by(|a, b| {
            let order = |it: &EffectiveChange| {
                let is_part = !it.key.is_empty();
                (it.configuration.clone(), it.kind, it.name.clone(), is_part)
            };
            order(a).cmp(&order(b))
        });
        changes.into_iter().map(Redacted::new).collect()
    }
}
