//! The files that a configuration names, and the secrets in it.

use std::collections::{HashMap, HashSet};

use super::configuration::Configuration;
use super::entry::RemoteWriteEntry;
use super::sent::{Sent, fault};
use crate::discover::{self, EmbeddedIn};
use crate::facts::deployment::RunningDeployment;
use crate::facts::token::{self, Observation};
use crate::facts::{Facts, PathQuery, PathVerdict};
use crate::finding::{Evidence, Finding, Severity, Span};
use crate::schema::{self, FileReference, InlineSecret, ReferencedValue, table};
use crate::yaml::placeholder;

/// What a configuration needs to prove who it is, looked up once for all rules.
#[derive(Debug)]
pub struct Material<'e, 'a> {
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads the configuration.
    pub templated: bool,
    /// The path of the configuration as shown.
    pub shown: &'a str,
    /// Whether it is the whole of a file.
    is_named: bool,
    holder: Option<&'a EmbeddedIn>,
    /// The files that it names. One that several parts take over from one place is here for each.
    pub files: Vec<NamedFile<'e, 'a>>,
    /// The secrets that are in it.
    pub secrets: Vec<InlineMaterial<'e, 'a>>,
    /// What runs it, as far as the tree tells; not looked for where it needs neither.
    pub runners: Vec<RunningDeployment<'a>>,
}

/// A file that a configuration names.
#[derive(Debug)]
pub struct NamedFile<'e, 'a> {
    /// The key that names it.
    pub reference: FileReference<'a>,
    /// What is known of it.
    pub judged: PathVerdict,
    /// The remote_write entry that it belongs to, if it belongs to one.
    pub entry: Option<&'e RemoteWriteEntry<'a>>,
    /// What else the tree tells.
    pub facts: &'a Facts<'a>,
    /// Whether something fills in placeholders before Prometheus reads the configuration.
    pub templated: bool,
    /// Whether nothing in sight runs the configuration.
    pub is_idle: bool,
    /// Whether it was named at this place before, by another part that takes it over.
    repeated: bool,
}

/// A secret that is in a configuration.
#[derive(Debug)]
pub struct InlineMaterial<'e, 'a> {
    /// The key that holds it.
    pub inline: InlineSecret<'a>,
    /// What it shows.
    pub content: Vec<Observation>,
    /// The remote_write entry that it belongs to, if it belongs to one.
    pub entry: Option<&'e RemoteWriteEntry<'a>>,
    /// Whether it is a plain word that a script fills in.
    pub is_filled_in: bool,
    /// Whether it was found at this place before.
    pub repeated: bool,
}

impl<'e, 'a> Material<'e, 'a> {
    /// What a configuration names and holds.
    #[must_use]
    pub fn new(configuration: &'e Configuration<'a>) -> Self {
        let facts = configuration.facts;
        let document = configuration.config.root().node().document();
        let mut holdings = schema::holdings(document);
        holdings
            .references
            .retain(|reference| is_material(reference.kind));
        let is_empty = holdings.references.is_empty() && holdings.secrets.is_empty();
        let lookup = MaterialLookup {
            configuration,
            shown: document.text().path(),
            by_span: by_span(&configuration.entries),
            runners: match is_empty {
                true => Vec::new(),
                false => runners_of(configuration),
            },
        };
        let files = lookup.files(holdings.references);
        let secrets = lookup.secrets(holdings.secrets);
        Self {
            facts,
            templated: configuration.templated,
            shown: lookup.shown,
            is_named: is_named(configuration),
            holder: configuration.holder,
            files,
            secrets,
            runners: lookup.runners,
        }
    }

    /// Whether it is in values of a chart.
    #[must_use]
    pub fn is_of_chart(&self) -> bool {
        matches!(self.holder, Some(EmbeddedIn::Values { .. }))
    }

    /// Whether the configuration is test data: what does not look live in it is of no use to anyone.
    #[must_use]
    pub fn is_test_data(&self) -> bool {
        let path = self.facts.absolute(self.shown);
        discover::is_test_data(&self.facts.relative(&path))
    }

    /// What the configuration is in, if it is not the whole of a file.
    #[must_use]
    pub fn holder(&self) -> Option<&'a EmbeddedIn> {
        self.holder
    }

    /// The proof that nothing fills in a placeholder of it, if there is one.
    #[must_use]
    pub fn never_filled(&self, whole: &str) -> Option<Vec<Evidence>> {
        match self.templated || !self.is_named {
            true => None,
            false => self.facts.never_filled(whole, self.shown, self.holder),
        }
    }

    /// Each file once for each place that names it.
    pub fn own_files(&self) -> impl Iterator<Item = &NamedFile<'e, 'a>> {
        self.files.iter().filter(|file| !file.repeated)
    }
}

impl NamedFile<'_, '_> {
    /// The key that names it, such as `authorization.credentials_file`.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.reference.setting.name
    }

    /// What it is, for the beginning of a sentence: where its content is, is said too.
    #[must_use]
    pub fn noun(&self) -> String {
        let setting = self.setting();
        match &self.judged.written {
            Some(written) => format!(
                "the file of `{setting}`, which is {} in {},",
                written.noun,
                written.place.path()
            ),
            None => format!("the file of `{setting}`"),
        }
    }

    /// What spoils the credential in it: how bad that is, its kind, and a predicate.
    #[must_use]
    pub fn fault(&self) -> Option<(Severity, &'static str, String)> {
        fault(&self.judged.content, Sent::of(self.setting()))
    }

    /// What becomes of a file that can't be read.
    #[must_use]
    pub fn consequence(&self) -> &'static str {
        consequence(&self.reference.setting)
    }

    /// An error, but where it is not sure what runs the configuration.
    #[must_use]
    pub fn severity(&self) -> Severity {
        if self.judged.doubtful {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    /// Adds to a finding how its ground is known.
    #[must_use]
    pub fn proven(&self, mut finding: Finding) -> Finding {
        finding
            .evidence
            .extend(self.judged.evidence.iter().cloned());
        finding
    }
}

impl InlineMaterial<'_, '_> {
    /// Whether it is an obvious dummy. Any other word may be somebody's password, live or weak.
    #[must_use]
    pub fn is_made_up(&self) -> bool {
        let text = self.inline.setting.node.as_str().unwrap_or("");
        !token::is_live(&self.content) && placeholder::is_dummy(text)
    }

    /// What spoils it: how bad that is, its kind, and a predicate.
    #[must_use]
    pub fn fault(&self) -> Option<(Severity, &'static str, String)> {
        fault(&self.content, Sent::of(&self.inline.setting.name))
    }

    /// What becomes of a secret that can't be used.
    #[must_use]
    pub fn consequence(&self) -> &'static str {
        consequence(&self.inline.setting)
    }
}

/// What is needed to look up the files and secrets of one configuration.
struct MaterialLookup<'e, 'a> {
    configuration: &'e Configuration<'a>,
    shown: &'a str,
    by_span: HashMap<Span, &'e RemoteWriteEntry<'a>>,
    runners: Vec<RunningDeployment<'a>>,
}

impl<'e, 'a> MaterialLookup<'e, 'a> {
    /// What is known of the files that are named.
    fn files(&self, references: Vec<FileReference<'a>>) -> Vec<NamedFile<'e, 'a>> {
        let Configuration {
            facts,
            templated,
            folder,
            holder,
            ..
        } = *self.configuration;
        let mut seen = HashSet::new();
        let files = references.into_iter().map(|reference| {
            let path = reference.setting.node.as_str().unwrap_or("");
            let judged = facts.file(&PathQuery {
                path,
                filled_in: path.split('/').any(|word| self.is_filled(word)),
                base: reference.base,
                folder,
                embedded: holder.is_some(),
                runners: &self.runners,
                declared: facts.declared(),
            });
            NamedFile {
                entry: self.entry_of(&reference.setting),
                repeated: !seen.insert(reference.setting.node.span()),
                reference,
                judged,
                facts,
                templated,
                is_idle: self.runners.is_empty(),
            }
        });
        files.collect()
    }

    /// What the secrets show.
    fn secrets(&self, secrets: Vec<InlineSecret<'a>>) -> Vec<InlineMaterial<'e, 'a>> {
        let now = self.configuration.facts.now();
        let mut seen = HashSet::new();
        let secrets = secrets.into_iter().map(|inline| {
            let node = inline.setting.node;
            let text = node.as_str().unwrap_or("");
            // A template may write a part of a credential.
            let is_rendered =
                || self.configuration.templated && placeholder::find(text).next().is_some();
            let is_filled_in = self.is_filled(text) || is_rendered();
            InlineMaterial {
                entry: self.entry_of(&inline.setting),
                is_filled_in,
                content: match is_filled_in {
                    true => vec![Observation::Placeholder],
                    false => token::observe(text.as_bytes(), now),
                },
                repeated: !seen.insert(node.span()),
                inline,
            }
        });
        secrets.collect()
    }

    /// The remote_write entry that a setting belongs to.
    fn entry_of(&self, setting: &ReferencedValue<'a>) -> Option<&'e RemoteWriteEntry<'a>> {
        let entry = self.by_span.get(&setting.owner.span()).copied();
        entry.filter(|_| setting.section == "remote_write")
    }

    /// Whether a word is one that a template or a script fills in.
    fn is_filled(&self, text: &str) -> bool {
        let configuration = self.configuration;
        let is_named_by_script = || {
            let facts = configuration.facts;
            let evidence = facts.filled_in(text, self.shown, configuration.holder);
            evidence.is_some()
        };
        placeholder::is_one_shouted_word(text) && (configuration.any_word || is_named_by_script())
    }
}

/// Entries by where they are.
fn by_span<'e, 'a>(entries: &'e [RemoteWriteEntry<'a>]) -> HashMap<Span, &'e RemoteWriteEntry<'a>> {
    let entries = entries.iter();
    entries
        .map(|entry| (entry.write.node().span(), entry))
        .collect()
}

/// Whether a configuration has a place in the tree, unlike standard input without a name.
fn is_named(configuration: &Configuration<'_>) -> bool {
    configuration.folder.is_some() || configuration.holder.is_some()
}

/// What runs a configuration, as far as the tree tells.
fn runners_of<'a>(configuration: &Configuration<'a>) -> Vec<RunningDeployment<'a>> {
    if !is_named(configuration) {
        return Vec::new();
    }
    let facts = configuration.facts;
    let document = configuration.config.root().node().document();
    let file = facts.absolute(document.text().path());
    let runners = facts.readers(&file, configuration.holder);
    match runners.is_empty() {
        true => facts.operated(&file, configuration.holder),
        false => runners,
    }
}

/// Files that Prometheus needs to prove who it is, or to know with whom it speaks.
fn is_material(kind: table::Reference) -> bool {
    use table::Reference as R;
    matches!(
        kind,
        R::Credential | R::Ca | R::Certificate | R::Key | R::Kubeconfig
    )
}

/// What fails in a section whose credential can't be used.
const FAILS: &[(&str, &str)] = &[
    ("remote_write", "every send fails"),
    ("remote_read", "every remote read fails"),
    ("alerting", "no alert reaches these Alertmanagers"),
    ("tracing", "no trace is sent"),
    ("scrape_configs", "every scrape of this job fails"),
];

/// What fails where a setting can't be used.
fn consequence(setting: &ReferencedValue<'_>) -> &'static str {
    if setting.name.contains("_sd_configs.") {
        return "the service discovery finds no targets";
    }
    let row = FAILS
        .iter()
        .find(|(section, _)| *section == setting.section);
    row.map_or("everything that needs it fails", |(_, words)| words)
}
