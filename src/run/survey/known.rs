//! What another tree came to, so that what is the same in this one is parsed once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::look::{StartupFile, SurveyedFile};
use super::{ScannedFile, Survey};
use crate::run::request::Request;
use crate::source::FoundFile;

/// What it depends on, apart from its text, what a file is recognized as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecognitionContext {
    pub(super) whatever_it_is: bool,
    pub(super) is_template: bool,
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
pub(super) struct KnownLook {
    pub(super) found: FoundFile,
    pub(super) look: SurveyedFile,
    pub(super) telling: StartupFile,
}

impl ParsedAlready {
    /// Those of a survey. Of a file that holds several, the text at hand is not that of the file.
    pub(crate) fn of(survey: &Survey, request: &Request) -> Self {
        let mut files: HashMap<PathBuf, Option<Arc<ScannedFile>>> = HashMap::new();
        for seen in &survey.seen {
            let is_whole = seen.asked.is_some() && seen.recognized.holder.is_none();
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
    pub(in crate::run) fn at(&self, path: &Path) -> Option<&ScannedFile> {
        self.files.get(path).map(|seen| &**seen)
    }

    /// What a file came to that did not change.
    pub(super) fn look(
        &self,
        found: &FoundFile,
        request: &Request,
    ) -> Option<(SurveyedFile, StartupFile)> {
        let known = self.looks.get(&found.path)?;
        let is_same = known.found == *found && !request.changed.contains(&found.path);
        is_same.then(|| (known.look.clone(), known.telling))
    }

    /// What a file was recognized as, if it holds these bytes there too.
    pub(super) fn same(
        &self,
        found: &FoundFile,
        bytes: &[u8],
        asked: RecognitionContext,
    ) -> Option<Arc<ScannedFile>> {
        let seen = self.files.get(&found.path)?;
        let text = &seen.recognized.text;
        // What was decoded may have been other bytes.
        let is_plain = !text.has_mark() && text.not_utf8().is_none();
        let is_same = is_plain
            && seen.asked == Some(asked)
            && seen.found == *found
            && text.content().as_bytes() == bytes;
        is_same.then(|| Arc::clone(seen))
    }
}
