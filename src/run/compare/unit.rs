//! What is compared as one: a configuration, or rules that no configuration loads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::subject::ComparedPart;
use crate::discover::{DialectWording, EmbeddedIn};
use crate::report::comparison::SubjectKind;

/// A configuration, or rules that none of the tree loads.
pub(super) struct ComparedUnit<'d> {
    /// Its file.
    pub(super) path: PathBuf,
    /// What its file is called on the other side.
    pub(super) path_now: PathBuf,
    /// What holds it, in words; empty for a separate file.
    pub(super) holder: String,
    /// Whether that is an object that is known by its name in any file.
    pub(super) is_object: bool,
    /// Whether that is a resource of an operator.
    pub(super) is_resource: bool,
    /// The name of what holds it, such as `the ServiceMonitor api`.
    pub(super) noun: String,
    /// The namespace of that.
    pub(super) namespace: Option<String>,
    /// What it is called.
    pub(super) shown: String,
    /// Whether it is rules only.
    pub(super) is_rules: bool,
    /// Everything but what follows.
    pub(super) rest: Option<ComparedPart<'d>>,
    /// Its jobs, endpoints and Alertmanagers.
    pub(super) parts: Vec<ComparedPart<'d>>,
    /// Its groups of rules.
    pub(super) groups: Vec<ComparedPart<'d>>,
    pub(super) spoken: Option<&'d DialectWording>,
}

impl<'d> ComparedUnit<'d> {
    pub(super) fn new(path: &Path, shown: &str, renames: &HashMap<PathBuf, PathBuf>) -> Self {
        Self {
            path: path.to_owned(),
            path_now: renames.get(path).map_or(path, |now| now).to_owned(),
            holder: String::new(),
            is_object: false,
            is_resource: false,
            noun: "a separate file".to_owned(),
            namespace: None,
            shown: shown.to_owned(),
            is_rules: false,
            rest: None,
            parts: Vec::new(),
            groups: Vec::new(),
            spoken: None,
        }
    }

    pub(super) fn held_by(mut self, holder: Option<&EmbeddedIn>) -> Self {
        if let Some(holder) = holder {
            self.holder = format!("{holder:?}");
            self.is_resource = matches!(holder, EmbeddedIn::Resource { .. });
            self.is_object = self.is_resource || matches!(holder, EmbeddedIn::Object { .. });
            self.noun = holder.noun().replace('`', "");
            self.namespace = holder.namespace().map(str::to_owned);
            self.shown = format!("{}, {}", self.shown, self.noun);
        }
        self
    }

    /// Its parts of a kind.
    pub(super) fn parts_of(&self, kind: SubjectKind) -> Vec<ComparedPart<'d>> {
        let parts = self.parts.iter().filter(|it| it.kind == kind);
        parts.cloned().collect()
    }

    /// The same text for all that means the same.
    pub(super) fn meaning(&self) -> String {
        let all = self.rest.iter().chain(&self.parts).chain(&self.groups);
        let mut all: Vec<_> = all.map(ComparedPart::meaning).collect();
        all.sort_unstable();
        all.join("\n")
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        let has_settings = |rest: &ComparedPart<'_>| !rest.fields.is_empty();
        self.parts.is_empty()
            && self.groups.is_empty()
            && !self.rest.as_ref().is_some_and(has_settings)
    }

    /// What is in it, in a few words.
    pub(super) fn summary(&self) -> String {
        let count = |kind: SubjectKind, word: &str| {
            let all = self.parts.iter().chain(&self.groups);
            match all.filter(|it| it.kind == kind).count() {
                0 => None,
                1 => Some(format!("1 {word}")),
                more => Some(format!("{more} {word}s")),
            }
        };
        let parts = [
            count(SubjectKind::RemoteWrite, "endpoint"),
            count(SubjectKind::Job, "job"),
            count(SubjectKind::Group, "rule group"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// A key in the words of the dialect.
    pub(super) fn spelled(&self, key: &str) -> String {
        match self.spoken {
            Some(spoken) => {
                let put = spoken.spelling.put(&format!("`{key}`"));
                put.trim_matches('`').to_owned()
            }
            None => key.to_owned(),
        }
    }
}
