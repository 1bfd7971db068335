//! The configurations of one file, for the commands that answer a question about it.

use std::path::Path;
use std::sync::Arc;

use crate::discover::{FileContent, RecognizedFile, recognize};
use crate::finding::{Place, Text};
use crate::prometheus::Config;
use crate::schema;
use crate::source::{LARGEST, Tree};
use crate::yaml::{Document, parse_first};

/// What came of a question.
pub(super) enum Answered<T> {
    /// The answer.
    Found(T),
    /// No configuration has an answer: what the last one says.
    Refused(String),
    /// The file cannot be read or holds no configuration, in a sentence.
    NoConfiguration(String),
}

impl<T> Answered<T> {
    /// The answer, or why there is none.
    pub(super) fn into_result(self) -> Result<T, String> {
        match self {
            Self::Found(found) => Ok(found),
            Self::Refused(why) | Self::NoConfiguration(why) => Err(why),
        }
    }
}

/// What the first configuration of a file that has an answer says.
pub(super) fn ask<T>(
    file: &Path,
    tree: &dyn Tree,
    mut answer: impl FnMut(Config<'_>, &Document, &RecognizedFile) -> Result<T, String>,
) -> Answered<T> {
    let shown = tree.shown(file);
    let bytes = match tree.read(file, LARGEST) {
        Ok(bytes) => bytes,
        Err(why) => return Answered::Refused(format!("{shown}: {why}")),
    };
    let mut wrong = None;
    let text = Text::new(shown.clone(), bytes);
    for recognized in recognize(Arc::clone(&text), true, false) {
        let FileContent::Configuration { document, .. } = &recognized.what else {
            continue;
        };
        let Some(config) = Config::new(document) else {
            continue;
        };
        schema::mark_secrets(document);
        match answer(config, document, &recognized) {
            Ok(found) => return Answered::Found(found),
            // What sends in a file of another program is often above what scrapes.
            Err(why) => wrong = Some(why),
        }
    }
    match wrong {
        Some(why) => Answered::Refused(format!("{shown}: {why}")),
        None => Answered::NoConfiguration(format!("{shown}: {}", why_none(file, &text))),
    }
}

/// Why a file holds no configuration.
fn why_none(file: &Path, text: &Arc<Text>) -> String {
    let is_yaml = file
        .extension()
        .is_some_and(|end| end == "yml" || end == "yaml");
    let broken = parse_first(text).err().filter(|_| is_yaml);
    match broken {
        Some(error) => {
            let line = Place::new(text, error.span).start().line;
            format!("line {line}: not valid YAML: {}", error.problem)
        }
        None => "it is not a configuration of Prometheus".to_owned(),
    }
}
