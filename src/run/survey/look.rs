//! From one file to what it comes to.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use super::ScannedFile;
use super::known::RecognitionContext;
use crate::discover::{self, FileContent, RecognizedFile};
use crate::facts;
use crate::facts::deployment::{
    self, is_dockerfile, is_unit, may_mention, may_start, may_start_prometheus,
};
use crate::finding::{Place, Text};
use crate::panics::Caught;
use crate::policy::Policy;
use crate::rules::custom::CustomRules;
use crate::run::custom_rules;
use crate::run::facts::is_asked_as_script;
use crate::run::let_go::KeptBytes;
use crate::run::request::Request;
use crate::run::started::StartReading;
use crate::schema::CorrectedDocuments;
use crate::source::{FoundFile, LARGEST, ReadError, Tree};

/// What a file may say about the configurations that programs are started with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StartupFile {
    /// It may define a deployment.
    pub(super) starts: bool,
    /// It is changed, and has a flag that names a configuration.
    pub(super) mentions: bool,
}

/// What one file came to.
#[derive(Clone, Debug)]
pub(super) enum SurveyedFile {
    Read(Vec<Arc<ScannedFile>>),
    Other(FoundFile),
    /// One that holds facts, with its content.
    Facts(FoundFile, Arc<Text>),
    Nothing,
    Excluded(FoundFile, Place, bool),
    Unread(FoundFile, String),
    Panic(FoundFile, Caught),
    Late(FoundFile),
}

impl SurveyedFile {
    /// Whether another look at the same bytes comes to the same.
    pub(super) fn is_lasting(&self) -> bool {
        match self {
            Self::Read(_)
            | Self::Other(_)
            | Self::Facts(..)
            | Self::Nothing
            | Self::Excluded(..) => true,
            Self::Unread(..) | Self::Panic(..) | Self::Late(_) => false,
        }
    }
}

/// Reads one file as far as it is of interest, and says what it may say about the configurations that
/// programs are started with.
pub(super) fn look_at(
    found: &FoundFile,
    request: &Request,
    policy: &Policy,
    own: &CustomRules,
    kept: &KeptBytes,
    tree: &dyn Tree,
) -> (SurveyedFile, StartupFile) {
    let known = request.parsed.as_ref();
    if let Some(known) = known.and_then(|parsed| parsed.look(found, request)) {
        return known;
    }
    let is_changed = request.changed.contains(&found.path);
    if !found.named && is_dockerfile(&found.path) && !is_changed {
        let telling = StartupFile {
            starts: true,
            mentions: false,
        };
        // One of vmagent has endpoints.
        let look = look_for_senders(found, request, policy, tree);
        let look = match look {
            SurveyedFile::Nothing => SurveyedFile::Other(found.clone()),
            look => look,
        };
        return (look, telling);
    }
    if !found.named && !is_changed && discover::is_only_named(&found.path) {
        let look = look_for_senders(found, request, policy, tree);
        return (look, StartupFile::default());
    }
    let bytes = match tree.read(&found.path, LARGEST) {
        Ok(bytes) => bytes,
        Err(ReadError::TooLarge { .. }) if !found.named && is_binary(found, tree) => {
            return (SurveyedFile::Other(found.clone()), StartupFile::default());
        }
        Err(error) => {
            let look = SurveyedFile::Unread(found.clone(), error.to_string());
            return (look, StartupFile::default());
        }
    };
    request.watch.read(bytes.len());
    // Where a change is judged, what makes ConfigMaps counts too.
    let may_tell = || request.is_gate() && !deployment::kinds(&found.path, &bytes).is_empty();
    let telling = StartupFile {
        starts: may_start(&found.path, &bytes) || may_tell(),
        // A program holds words of any kind, those of promvet itself too.
        mentions: is_changed && !looks_binary(&bytes) && may_mention(&found.path, &bytes),
    };
    let look = look_into(found, bytes, request, policy, own, kept, tree);
    (look, telling)
}

/// Looks in a file of another program for what sends by remote write, and for nothing else. One that
/// cannot be read is most likely no configuration.
fn look_for_senders(
    found: &FoundFile,
    request: &Request,
    policy: &Policy,
    tree: &dyn Tree,
) -> SurveyedFile {
    let Ok(bytes) = tree.read(&found.path, LARGEST) else {
        return SurveyedFile::Nothing;
    };
    request.watch.read(bytes.len());
    if !discover::may_send(&found.path, &bytes) {
        let starts = is_unit(&found.path) && may_start_prometheus(&bytes);
        return match starts {
            true => SurveyedFile::Other(found.clone()),
            false => SurveyedFile::Nothing,
        };
    }
    let path = tree.shown(&found.path);
    let by_policy = || policy.excludes(&path).cloned();
    if let Some(place) = request.selection.excludes(&path).or_else(by_policy) {
        return SurveyedFile::Excluded(found.clone(), place, false);
    }
    let text = Text::new(Arc::clone(&found.shown), bytes);
    match discover::senders(&text) {
        senders if senders.is_empty() => SurveyedFile::Nothing,
        senders => seen(found, senders, None),
    }
}

/// Whether a file too large to be read is not text, so that it was never meant to be read: a program
/// or an archive. A file with the name of a YAML file was, whatever it holds; one that was a
/// configuration before is reported as no longer read.
fn is_binary(found: &FoundFile, tree: &dyn Tree) -> bool {
    if discover::has_yaml_name(&found.path) {
        return false;
    }
    let first = tree.first_bytes(&found.path, FIRST as u64);
    looks_binary(&first.unwrap_or_default())
}

/// What git looks at (`buffer_is_binary`, xdiff-interface.c), in bytes.
const FIRST: usize = 8000;

/// Whether a content is not text, by its first bytes.
fn looks_binary(bytes: &[u8]) -> bool {
    let first = bytes.get(..FIRST).unwrap_or(bytes);
    let is_utf_16 = first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff");
    !is_utf_16 && first.contains(&0)
}

fn look_into(
    found: &FoundFile,
    bytes: Vec<u8>,
    request: &Request,
    policy: &Policy,
    own: &CustomRules,
    kept: &KeptBytes,
    tree: &dyn Tree,
) -> SurveyedFile {
    let whatever_it_is = found.named && !request.if_recognized;
    // A configuration of the tree may load it, although nothing else tells that it is Prometheus's.
    let is_rules = (found.named || request.lists_rule_files) && facts::may_be_rules(&bytes);
    let is_of_interest = || {
        is_rules || discover::may_hold(&found.path, &bytes) || custom_rules::look_at(own, &bytes)
    };
    if !whatever_it_is && !is_of_interest() {
        return match facts::may_hold(&bytes) {
            true => SurveyedFile::Facts(found.clone(), Text::new(Arc::clone(&found.shown), bytes)),
            false => SurveyedFile::Nothing,
        };
    }
    let path = tree.shown(&found.path);
    let by_policy = || policy.excludes(&path).cloned();
    let out = request.selection.excludes(&path).or_else(by_policy);
    if let Some(place) = out.filter(|_| !whatever_it_is) {
        return SurveyedFile::Excluded(found.clone(), place, facts::may_hold(&bytes));
    }
    let asked = RecognitionContext {
        whatever_it_is,
        is_template: policy.is_template(&path) || is_rendered(found, &bytes, tree),
    };
    let parsed = request.parsed.as_ref();
    if let Some(same) = parsed.and_then(|parsed| parsed.same(found, &bytes, asked)) {
        return SurveyedFile::Read(vec![same]);
    }
    let text = Text::new(Arc::clone(&found.shown), bytes);
    let mut recognized = discover::recognize(Arc::clone(&text), whatever_it_is, asked.is_template);
    // A name that says nothing of YAML can be that of a document or of source code with a
    // configuration in it.
    if !found.named && !discover::has_yaml_name(&found.path) {
        recognized.retain(|recognized| recognized.holder.is_some() || recognized.is_by_content());
        if recognized.is_empty() {
            let has_facts = facts::may_hold(text.content().as_bytes());
            return match has_facts {
                true => SurveyedFile::Facts(found.clone(), text),
                false if is_dockerfile(&found.path) => SurveyedFile::Other(found.clone()),
                false => SurveyedFile::Nothing,
            };
        }
    }
    kept.or_let_go(&mut recognized, request, policy);
    let seen = seen(found, recognized, Some(asked));
    if let SurveyedFile::Read(parts) = &seen {
        for part in parts.iter().filter(|part| part.is_let_go()) {
            let is_asked = is_asked_as_script(&found.path, text.content());
            part.is_asked_as_script.get_or_init(|| is_asked);
        }
    }
    seen
}

/// How tags begin that only Helm has: the data of alerts have neither.
const OF_HELM: &[&[u8]] = &[
    b"{{ .Values.",
    b"{{ .Release.",
    b"{{ include \"",
    b"{{- include \"",
];

/// Whether something makes another file of one before Prometheus reads it.
fn is_rendered(found: &FoundFile, bytes: &[u8], tree: &dyn Tree) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    // SOPS leaves its section beside what it encrypts.
    let is_encrypted = || has(SOPS) && has(b"sops");
    // A file beside the templates of a chart is read as it is, unless one of them says otherwise.
    let is_of_helm = || has(b"apiVersion:") && OF_HELM.iter().any(|tag| has(tag));
    is_rendered_by_helm(found, bytes, tree) || is_of_helm() || is_encrypted()
}

/// How a value begins that SOPS encrypted (getsops/sops `aes/cipher.go`).
const SOPS: &[u8] = b"ENC[AES256_GCM,";

/// Whether a file is a template of a chart, and has tags: some are YAML as they are.
fn is_rendered_by_helm(found: &FoundFile, bytes: &[u8], tree: &dyn Tree) -> bool {
    let mut folders = found.path.ancestors().skip(1);
    let templates =
        folders.find(|folder| folder.file_name().is_some_and(|name| name == "templates"));
    let is_of_chart = |templates: &Path| {
        let chart = templates.parent().map(|folder| folder.join("Chart.yaml"));
        chart.is_some_and(|chart| tree.metadata(&chart).is_ok())
    };
    memmem::find(bytes, b"{{").is_some() && templates.is_some_and(is_of_chart)
}

/// Reads a file that Prometheus is started with.
pub(super) fn look_at_started(
    found: &FoundFile,
    how: StartReading,
    request: &Request,
    policy: &Policy,
    tree: &dyn Tree,
) -> SurveyedFile {
    let path = tree.shown(&found.path);
    if let Some(place) = policy.excludes(&path) {
        return SurveyedFile::Excluded(found.clone(), place.clone(), false);
    }
    match tree.read(&found.path, LARGEST) {
        Ok(bytes) => {
            let text = Text::new(Arc::clone(&found.shown), bytes);
            let is_template = policy.is_template(&path);
            seen(
                found,
                how.recognize(text, is_template, request.is_gate()),
                None,
            )
        }
        Err(error) => SurveyedFile::Unread(found.clone(), error.to_string()),
    }
}

pub(super) fn seen(
    found: &FoundFile,
    recognized: Vec<RecognizedFile>,
    asked: Option<RecognitionContext>,
) -> SurveyedFile {
    let is_read = |part: &RecognizedFile| {
        matches!(
            part.what,
            FileContent::Configuration { .. }
                | FileContent::LetGo { .. }
                | FileContent::Rules { .. }
                | FileContent::Broken { .. }
        )
    };
    let is_judged = recognized.iter().any(is_read);
    let seen = recognized.into_iter().map(|recognized| {
        Arc::new(ScannedFile {
            found: found.clone(),
            recognized,
            asked,
            mends: CorrectedDocuments::default(),
            is_judged,
            is_asked_as_script: OnceLock::new(),
        })
    });
    SurveyedFile::Read(seen.collect())
}
