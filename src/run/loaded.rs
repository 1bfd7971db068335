//! What programs of a tree load: where a change loads a file for the first time, what was wrong with it
//! before is new to the program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::request::Request;
use super::started::{self, Started};
use super::survey::Survey;
use crate::facts::deployment::{Key, Leads};
use crate::finding::{Place, Span};
use crate::source::{EntryKind, Tree};

/// A file, or a key of a manifest or a compose file, by what it is called.
type Name = (Arc<str>, Option<[String; 3]>);

/// What is loaded; of keys, the bytes of their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded(BTreeMap<Name, Option<Span>>);

impl Loaded {
    /// What is started, and what links among the changed files lead to.
    pub(super) fn new(
        started: &Started,
        survey: &Survey,
        request: &Request,
        tree: &dyn Tree,
    ) -> Self {
        let mut out = Self::default();
        for start in started.starts() {
            match &start.leads {
                Leads::File(path) => out.file(tree.shown(path)),
                Leads::Key(key) => out.key(key, survey),
                Leads::Here(_) | Leads::Unknown(_) => {}
            }
        }
        for file in started.mentioned_files() {
            out.file(tree.shown(file));
        }
        let links = request.changed.iter().filter(|path| {
            let meta = tree.metadata(path);
            meta.is_ok_and(|meta| meta.kind == EntryKind::Link)
        });
        for target in links.filter_map(|link| tree.resolve(link).ok()) {
            out.file(tree.shown(&target));
        }
        out
    }

    fn file(&mut self, shown: String) {
        self.0.insert((shown.into(), None), None);
    }

    fn key(&mut self, key: &Key, survey: &Survey) {
        let Some(text) = started::judged(key, survey) else {
            return;
        };
        let value = Place::new(text, Span::new(0, text.content().len()));
        let name = [key.kind.to_owned(), key.name.clone(), key.key.clone()];
        let whole = (Arc::clone(key.place.path()), Some(name));
        self.0.insert(whole, Some(value.span()));
    }

    /// What of it another tree does not load. `renamed` gives the path of now for one of then.
    pub(super) fn since(self, then: &Self, renamed: impl Fn(&str) -> Option<String>) -> Self {
        let known = then.0.keys().map(|(path, key)| {
            let path = renamed(path).map_or_else(|| Arc::clone(path), Into::into);
            (path, key.clone())
        });
        let known: BTreeSet<Name> = known.collect();
        let new = self.0.into_iter().filter(|(name, _)| !known.contains(name));
        Self(new.collect())
    }

    /// Whether a place is in it.
    pub(super) fn holds(&self, place: &Place) -> bool {
        let from = (Arc::clone(place.path()), None);
        let at = place.span();
        let of_file = self
            .0
            .range(from..)
            .take_while(|((path, _), _)| path == place.path());
        of_file
            .into_iter()
            .any(|(_, span)| span.is_none_or(|span| span.start <= at.start && at.end <= span.end))
    }
}
