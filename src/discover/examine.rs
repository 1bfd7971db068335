//! The judgment of one file.

mod read;

use std::sync::Arc;

use memchr::memmem;

use super::bystanders;
use super::embedded_in::EmbeddedIn;
use super::foreign::DialectWording;
use super::kinds::{
    OutlineClass, classify, classify_text, has_nearly_section, nearly_ours, telling_key,
};
use super::names;
use super::outline::Outline;
use crate::finding::{Place, Text, Unchecked};
use crate::yaml::{
    Document, Kind, Mapping, Node, SoundParts, SyntaxError, parse_all, parse_first, placeholder,
    whole_parts,
};
use read::{ReadText, read};

/// What a file was recognized as.
#[derive(Debug)]
pub struct RecognizedFile {
    /// Its text.
    pub text: Arc<Text>,
    /// What it is.
    pub what: FileContent,
    /// Why, as a sentence without its full stop.
    pub why: String,
    /// Whether something renders it before Prometheus reads it, and how that is known.
    pub template: Option<TemplateEvidence>,
    /// Whether it was read with its template tags covered, since it is not YAML with them.
    pub masked: bool,
    /// What holds it, if it is not a separate file.
    pub holder: Option<EmbeddedIn>,
    /// The other texts of what holds it, by their keys.
    pub beside: Arc<[(String, Arc<Text>)]>,
    /// The kind of file that it looks like, if it is checked only because it was named.
    pub looks_like: Option<&'static str>,
    /// In which words it is written, if not in those of `prometheus.yml`.
    pub spoken: Option<Arc<DialectWording>>,
}

impl RecognizedFile {
    /// A whole file that nothing renders and nothing holds, in the words of Prometheus.
    pub(crate) fn new(text: Arc<Text>, what: FileContent, why: impl Into<String>) -> Self {
        Self {
            text,
            what,
            why: why.into(),
            template: None,
            masked: false,
            holder: None,
            beside: Arc::default(),
            looks_like: None,
            spoken: None,
        }
    }
}

/// What a file is.
#[derive(Debug)]
pub enum FileContent {
    /// A Prometheus configuration.
    Configuration {
        /// What sort of one.
        dialect: ConfigurationKind,
        /// Its first document.
        document: Document,
    },
    /// The same as a whole file, whose text and document were let go until it is judged.
    LetGo {
        /// What sort of one.
        dialect: ConfigurationKind,
    },
    /// A Prometheus configuration that does not parse.
    Broken {
        /// Where it stops being YAML; if tags were covered, with them covered.
        error: SyntaxError,
        /// What is whole in it before and behind that place, if it can be known and is a
        /// configuration.
        whole: Option<SoundParts>,
    },
    /// Groups of rules in a larger file.
    Rules {
        /// The groups, as a rule file has them.
        document: Document,
    },
    /// A configuration in base64, which is not read.
    Encoded {
        /// Its value.
        place: Place,
        /// The path of keys that leads to it.
        logical: String,
    },
    /// A part of a file that sends metrics or has to do with it, and is not read.
    Unread(Unchecked),
    /// Something else that is known.
    Other {
        /// What it is called, such as `Alertmanager configuration`.
        kind: &'static str,
    },
    /// Nothing that is known.
    Unknown,
}

/// Sorts of Prometheus configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigurationKind {
    /// A whole configuration for a server.
    Server,
    /// A whole configuration for a server in agent mode.
    Agent,
    /// Some sections only, which are made part of a configuration elsewhere.
    Fragment,
}

impl RecognizedFile {
    /// The same as the configuration that Prometheus takes it for, whatever it looks like.
    #[must_use]
    pub(crate) fn into_configuration(mut self) -> Self {
        self.why = "Prometheus is started with it".into();
        if matches!(self.what, FileContent::Other { .. } | FileContent::Unknown)
            && let Ok(document) = parse_first(&self.text)
        {
            let dialect = ConfigurationKind::Server;
            self.what = FileContent::Configuration { dialect, document };
        }
        self
    }

    /// The same without its text and document, if it is a plain configuration: the whole of a file that
    /// nothing renders and that is written in Prometheus's own words.
    pub(crate) fn let_go(&mut self) {
        if let FileContent::Configuration { dialect, .. } = self.what {
            self.what = FileContent::LetGo { dialect };
            self.text = Text::recognized(Arc::clone(self.text.path()), Vec::new());
        }
    }

    /// What was let go, read again; none if it is not what it was.
    pub(crate) fn again(&self, bytes: Vec<u8>) -> Option<Self> {
        let FileContent::LetGo { dialect } = self.what else {
            return None;
        };
        let text = Text::recognized(Arc::clone(self.text.path()), bytes);
        let document = parse_first(&text).ok()?;
        let is_one = document.root().is_some_and(|root| root.mapping().is_some());
        is_one.then(|| {
            Self::new(
                text,
                FileContent::Configuration { dialect, document },
                String::new(),
            )
        })
    }

    /// Whether it can be let go, as far as it is known from itself.
    pub(crate) fn is_plain(&self) -> bool {
        let FileContent::Configuration { document, .. } = &self.what else {
            return false;
        };
        let root = document.root().and_then(Node::mapping);
        Arc::ptr_eq(document.text(), &self.text)
            && document.next_document().is_none()
            && root.is_some_and(|root| root.entries().next().is_some())
            && !sets_nothing(document)
            && self.template.is_none()
            && !self.masked
            && self.holder.is_none()
            && self.beside.is_empty()
            && self.looks_like.is_none()
            && self.spoken.is_none()
    }

    /// Whether it is a configuration by its content alone, so that the name of its file does not
    /// matter: it parses, and what is below a section is a list or a mapping. `remote_write: to
    /// be done` is a note.
    #[must_use]
    pub fn is_by_content(&self) -> bool {
        let FileContent::Configuration { document, .. } = &self.what else {
            return matches!(self.what, FileContent::Unread(_));
        };
        let root = document.root().and_then(Node::mapping);
        if sets_nothing(document) {
            // The documents that follow say what it is.
            return true;
        }
        let mut entries = root.into_iter().flat_map(Mapping::entries);
        entries.any(|entry| !matches!(entry.value.kind(), Kind::Scalar(_)))
    }
}

impl ConfigurationKind {
    /// The word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Agent => "agent",
            Self::Fragment => "fragment",
        }
    }
}

/// How it is known that a file is rendered before Prometheus reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateEvidence {
    /// Its name ends like a template's.
    Suffix,
    /// The policy lists it.
    Policy,
    /// It becomes YAML only by rendering.
    Unrendered,
    /// docker compose, OpenShift or a chart fills in variables.
    Variables,
}

/// Judges one file. `named` says that the file itself was named by the user: then it is checked
/// whatever it holds. `template_by_policy` says that the policy lists it as a template.
#[must_use]
pub fn examine(text: Arc<Text>, named: bool, template_by_policy: bool) -> RecognizedFile {
    let path: Arc<str> = Arc::clone(text.path());
    examine_as(text, &path, named, template_by_policy)
}

/// Judges a text as a file of the path given.
pub(super) fn examine_as(
    text: Arc<Text>,
    path: &str,
    named: bool,
    template_by_policy: bool,
) -> RecognizedFile {
    let declared = if names::is_template(path.as_ref()) {
        Some(TemplateEvidence::Suffix)
    } else {
        template_by_policy.then_some(TemplateEvidence::Policy)
    };
    let ReadText {
        outcome,
        masked,
        template,
    } = read(&text, declared);
    let (what, why, looks_like) = match outcome {
        Ok(document) => judge(document, path, named),
        Err(error) => judge_broken(error, &text, path, named),
    };
    let what = match what {
        FileContent::Broken { error, .. } if looks_like.is_none() && !masked => {
            FileContent::Broken {
                whole: whole_configuration(&text, &error, path),
                error,
            }
        }
        what => what,
    };
    RecognizedFile {
        text,
        what,
        why,
        template,
        masked,
        holder: None,
        beside: Arc::default(),
        looks_like,
        spoken: None,
    }
}

pub(super) type Judgment = (FileContent, String, Option<&'static str>);

/// Why a file counts that nothing but the user takes for a configuration. An author who
/// chooses the names, such as that of a pull request whose files a hook checks, may choose any file.
pub(super) const NAMED: &str = "it was named on the command line";

pub(super) fn judge(document: Document, path: &str, named: bool) -> Judgment {
    let outline = Outline::of(&document);
    let by_name = names::is_ours(path.as_ref());
    let nearly = by_name.then(|| nearly_ours(&outline)).flatten();
    let class = classify_text(&outline, path, document.text());
    if !matches!(class, OutlineClass::Unknown) || has_nearly_section(&outline) {
        document.text().recognize();
    } else if outline.has_words_for_keys() {
        document.text().recognize_words();
    }
    match class {
        OutlineClass::Ours {
            sections,
            server_only,
        } => {
            let dialect = dialect_of(&sections, server_only, path);
            let what = FileContent::Configuration { dialect, document };
            (what, format!("top-level {}", keys(&sections)), None)
        }
        // What it is says what it is judged as, named or not.
        OutlineClass::Neighbor { kind, .. } if named => {
            (FileContent::Other { kind }, NAMED.into(), None)
        }
        OutlineClass::Neighbor { kind, keys: found } => {
            (FileContent::Other { kind }, has(found), None)
        }
        OutlineClass::Unknown if nearly.is_some() => {
            let sections = nearly.unwrap_or_default();
            let dialect = dialect_of(&sections, false, path);
            let what = FileContent::Configuration { dialect, document };
            let why = "it has the name of a Prometheus configuration, and keys like one";
            (what, why.into(), None)
        }
        // Prometheus loads the first document, and so none of the others.
        OutlineClass::Unknown if is_empty_before(&document, path, by_name) => {
            document.text().recognize();
            let what = FileContent::Configuration {
                dialect: ConfigurationKind::Fragment,
                document,
            };
            let why = "its first document is empty, and another one or its name is that of a \
                       Prometheus configuration";
            (what, why.into(), None)
        }
        OutlineClass::Unknown if named => {
            if let Some(kind) = bystanders::kind_of(&outline, path)
                && !has_nearly_section(&outline)
            {
                return (FileContent::Other { kind }, NAMED.into(), None);
            }
            let what = FileContent::Configuration {
                dialect: ConfigurationKind::Server,
                document,
            };
            (what, NAMED.into(), None)
        }
        OutlineClass::Unknown => {
            let why = "it has no section of a Prometheus configuration".into();
            (FileContent::Unknown, why, None)
        }
    }
}

/// Whether a document is empty, or a mapping without keys.
pub(crate) fn sets_nothing(document: &Document) -> bool {
    document.root().is_none_or(|root| {
        let mapping = root.mapping();
        root.is_null() || mapping.is_some_and(|mapping| mapping.entries().next().is_none())
    })
}

/// Whether a document is empty and a configuration follows, which Prometheus does not read: it has
/// the name of one, or what follows is one.
fn is_empty_before(document: &Document, path: &str, by_name: bool) -> bool {
    if !sets_nothing(document) || document.next_document().is_none() {
        return false;
    }
    let is_ours = |document: &Document| {
        let outline = Outline::of(document);
        matches!(classify(&outline, path), OutlineClass::Ours { .. })
    };
    by_name || parse_all(document.text()).0.iter().skip(1).any(is_ours)
}

fn judge_broken(error: SyntaxError, text: &Text, path: &str, named: bool) -> Judgment {
    let outline = Outline::of_lines(text.content());
    let neighbor = match classify(&outline, path) {
        OutlineClass::Neighbor { kind, keys } => Some((kind, keys)),
        _ => None,
    };
    let broken = FileContent::Broken { error, whole: None };
    let is_by_name = || names::is_candidate(path.as_ref()) && has_nearly_section(&outline);
    let telling = telling_key(&outline);
    if neighbor.is_some() || telling.is_some() || is_by_name() {
        text.recognize();
    }
    match (neighbor, telling) {
        (Some((kind, _)), _) if named => (broken, NAMED.into(), Some(kind)),
        (Some((kind, keys)), _) => (FileContent::Other { kind }, has(keys), None),
        (None, Some((key, line))) => {
            let why = format!("it does not parse, but line {line} begins with {key}");
            (broken, why, None)
        }
        (None, None) if names::is_ours(path.as_ref()) => {
            let why = "it does not parse, but has the name of a Prometheus configuration";
            (broken, why.into(), None)
        }
        (None, None) if named => (broken, NAMED.into(), None),
        (None, None) => {
            let why = "it does not parse, and has no section of a Prometheus configuration";
            (FileContent::Unknown, why.into(), None)
        }
    }
}

/// What is whole in a configuration that does not parse.
fn whole_configuration(text: &Arc<Text>, error: &SyntaxError, path: &str) -> Option<SoundParts> {
    let whole = whole_parts(text, error)?;
    let class = classify(&Outline::of(&whole.document), path);
    matches!(class, OutlineClass::Ours { .. }).then_some(whole)
}

/// A whole configuration has `global`, or targets to scrape, and something else.
fn dialect_of(sections: &[&str], server_only: bool, path: &str) -> ConfigurationKind {
    let has = |name: &str| sections.contains(&name);
    let targets = has("scrape_configs") || has("scrape_config_files");
    if sections.len() < 2 || !(has("global") || targets) {
        return ConfigurationKind::Fragment;
    }
    let file_and_folder = path.rsplit('/').take(2);
    let mut words = file_and_folder.flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    if has("remote_write") && !server_only && words.any(|word| word == "agent") {
        ConfigurationKind::Agent
    } else {
        ConfigurationKind::Server
    }
}

fn keys(names: &[&str]) -> String {
    match names {
        [name] => format!("key {name}"),
        _ => format!("keys {}", names.join(", ")),
    }
}

fn has(names: &[&str]) -> String {
    if names.is_empty() {
        "recognized by its name".into()
    } else {
        format!("it has the {}", keys(names))
    }
}

/// All nodes of a document as written, aliases not followed.
pub(crate) fn nodes(document: &Document) -> impl Iterator<Item = Node<'_>> {
    let mut stack: Vec<Node<'_>> = document.root().into_iter().collect();
    std::iter::from_fn(move || {
        let node = stack.pop()?;
        if !node.is_alias() {
            match node.kind() {
                Kind::Scalar(_) => {}
                Kind::Sequence(list) => stack.extend(list.iter()),
                Kind::Mapping(mapping) => {
                    stack.extend(mapping.written().flat_map(|entry| [entry.key, entry.value]));
                }
            }
        }
        Some(node)
    })
}

/// Parses the text of a template: with its tags covered, unless it is YAML as it is.
///
/// # Errors
/// It is not YAML with its tags covered either.
pub(crate) fn parse_template(text: &Arc<Text>) -> Result<Document, SyntaxError> {
    read(text, None).outcome
}

/// Whether a `{{ x }}` or `[[ x ]]` without quotes was read as YAML in one of the documents of a
/// text: Prometheus has neither a mapping as a key nor a list in a list.
pub(super) fn has_bare_tag<'d>(
    text: &Text,
    mut documents: impl Iterator<Item = &'d Document>,
) -> bool {
    let content = text.content().as_bytes();
    let may_have = memmem::find(content, b"{{").is_some() || memmem::find(content, b"[[").is_some();
    may_have && documents.any(is_tagged)
}

fn is_tagged(document: &Document) -> bool {
    nodes(document).any(|node| {
        let written = document.text().slice(node.span());
        match node.kind() {
            Kind::Mapping(mapping) => {
                written.starts_with("{{")
                    && mapping.written().any(|entry| entry.key.mapping().is_some())
            }
            Kind::Sequence(list) => placeholder::begins_bracket_tag(written) && list.len() == 1,
            Kind::Scalar(_) => false,
        }
    })
}

pub(super) fn repeats_key(document: &Document) -> bool {
    nodes(document).filter_map(Node::mapping).any(|mapping| {
        let mut names: Vec<_> = mapping.written().map(|entry| entry.name()).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair.first() == pair.last())
    })
}

#[cfg(test)]
#[path = "examine_tests.rs"]
mod tests;
