//! What is known of the files that are started, and how it is said that one cannot be followed.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{SETTLE, is_filled, is_judged, real};
use crate::discover::program::ALLOY;
use crate::discover::{self, FileContent, RecognizedFile, sets_nothing};
use crate::facts::deployment::{ArgumentSource, ProgramStart};
use crate::finding::{Place, Span, Text, Unchecked};
use crate::run::survey::Survey;
use crate::source::Tree;

/// What was judged as a configuration, or is listed as not checked already.
pub(super) struct KnownFiles<'s> {
    survey: &'s Survey,
    pub(super) files: HashSet<PathBuf>,
    /// Those of them that set nothing: Prometheus starts with them, and does nothing.
    empty: HashSet<PathBuf>,
    excluded: HashSet<PathBuf>,
}

impl<'s> KnownFiles<'s> {
    pub(super) fn new(survey: &'s Survey, tree: &dyn Tree) -> Self {
        let seen = survey.seen.iter().filter(|seen| {
            let file = &seen.recognized;
            let is_one = matches!(
                file.what,
                FileContent::Configuration { .. } | FileContent::Broken { .. }
            );
            let holder = file.holder.as_ref();
            let is_alloy = holder.is_some_and(|holder| holder.word() == ALLOY);
            is_one && (file.holder.is_none() || is_alloy) && !is_filled(file)
        });
        let seen = seen.map(|seen| &seen.found);
        let unread = survey.unread.iter().map(|(found, _)| found);
        let left_out = survey.left_out.iter().map(|(found, _)| found);
        let all = seen.chain(unread).chain(&survey.late).chain(left_out);
        let excluded = survey.excluded.iter().map(|(found, _)| found);
        let empty = survey
            .seen
            .iter()
            .filter(|seen| match &seen.recognized.what {
                FileContent::Configuration { document, .. } => {
                    let one = &seen.recognized;
                    one.holder.is_none() && !one.masked && !is_filled(one) && sets_nothing(document)
                }
                _ => false,
            });
        Self {
            survey,
            files: all.map(|found| real(found, tree)).collect(),
            empty: empty.map(|seen| real(&seen.found, tree)).collect(),
            excluded: excluded.map(|found| real(found, tree)).collect(),
        }
    }

    /// Whether something that was recognized in a file is at a place, or may be.
    pub(super) fn overlaps(&self, place: &Place) -> bool {
        let seen = self.survey.seen.iter();
        let mut of_file = seen.filter(|seen| seen.found.shown == *place.path());
        of_file.any(|seen| {
            let text = &seen.recognized.text;
            let is_read = !matches!(
                seen.recognized.what,
                FileContent::Other { .. } | FileContent::Unknown
            );
            let span = Place::new(text, Span::new(0, text.content().len())).span();
            let at = place.span();
            is_read && span.start <= at.end && at.start <= span.end
        })
    }

    /// That the file which is started sets nothing.
    pub(super) fn why_idle(&self, start: &ProgramStart, tree: &dyn Tree) -> Option<String> {
        match &start.leads {
            ArgumentSource::File(path) if self.empty.contains(path) => {
                Some(format!("`{}` sets nothing", tree.shown(path)))
            }
            _ => None,
        }
    }

    /// Why what is started was not judged; none if it was.
    pub(super) fn why_not(&self, start: &ProgramStart, tree: &dyn Tree) -> Option<String> {
        match &start.leads {
            ArgumentSource::File(path) if self.files.contains(path) => None,
            ArgumentSource::File(path) if self.excluded.contains(path) => {
                Some(format!("the policy excludes `{}`", tree.shown(path)))
            }
            ArgumentSource::File(path) => Some(format!(
                "`{}` is not recognized as a configuration",
                tree.shown(path)
            )),
            ArgumentSource::Key(key) if is_judged(key, self.survey) => None,
            ArgumentSource::Key(key) => Some(format!(
                "`{}` of the {} `{}` is not a text that promvet can read",
                key.key, key.kind, key.name
            )),
            ArgumentSource::Here(place) => {
                let mut seen = self.survey.seen.iter();
                let is_read = seen.any(|seen| {
                    let text = &seen.recognized.text;
                    let whole = Span::new(0, text.content().len());
                    let is_it = Place::new(text, whole).order() == place.order();
                    is_it && !is_filled(&seen.recognized)
                });
                (!is_read).then(|| "it is not recognized as a configuration".to_owned())
            }
            ArgumentSource::Unknown(why) => Some(why.clone()),
        }
    }
}

pub(super) fn unchecked(place: &Place, what: &str, why: &str) -> Unchecked {
    Unchecked {
        cause: None,
        place: place.clone(),
        logical: String::new(),
        reason: format!("{what}, which promvet cannot follow: {why}"),
        settle: Some(SETTLE.to_owned()),
    }
}

/// Whether a text looks like a configuration.
pub(super) fn is_configuration(text: &str) -> bool {
    let text = Text::new("prometheus.yml", text.as_bytes().to_vec());
    let found = discover::recognize(text, false, false);
    found.first().is_some_and(RecognizedFile::is_by_content)
}

pub(super) fn by_template(place: &Place) -> Unchecked {
    Unchecked {
        cause: None,
        place: place.clone(),
        logical: String::new(),
        reason: "a template fills this configuration of Prometheus, which promvet does not render"
            .to_owned(),
        settle: Some("run promvet on what Helm renders".to_owned()),
    }
}

pub(super) fn by_text(place: &Place) -> Unchecked {
    Unchecked {
        cause: None,
        place: place.clone(),
        logical: String::new(),
        reason: "a configuration of Prometheus is written into this file, where promvet does not read it"
            .to_owned(),
        settle: Some("keep it in a separate file, and copy that".to_owned()),
    }
}

pub(super) fn in_flag(place: &Place) -> Unchecked {
    Unchecked {
        cause: None,
        place: place.clone(),
        logical: String::new(),
        reason: "this flag holds what is sent by remote write, which promvet does not read here"
            .to_owned(),
        settle: Some("keep it in a separate file".to_owned()),
    }
}

pub(super) fn by_environment(place: &Place) -> Unchecked {
    Unchecked {
        cause: None,
        place: place.clone(),
        logical: String::new(),
        reason: "vmagent takes its flags from variables here, which promvet does not read"
            .to_owned(),
        settle: Some("set the flags on the command line".to_owned()),
    }
}
