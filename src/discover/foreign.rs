//! Configurations in other words than those of `prometheus.yml`: objects of the Prometheus Operator
//! and operators like it, values of charts that make them, OpenShift's monitoring, other programs
//! that send by remote write.

mod agent_log;
mod alertmanager;
mod alloy;
mod arguments;
mod azure;
mod chart_files;
mod classes;
mod collector_components;
mod collector_extensions;
mod collector_keys;
mod collector_resource;
mod containers;
mod exporter_values;
mod expressions;
mod grafana;
mod halves;
mod in_text;
mod kustomize;
mod laid_over;
mod leftover;
mod merged;
mod mounted;
mod objects;
mod openshift;
mod operations;
mod outputs;
mod own_keys;
mod pipelines;
mod relabel_list;
mod release;
mod required;
mod senders;
mod spoken;
mod terraform;
mod thanos;
mod together;
mod values;

use std::sync::Arc;

use super::embedded_in::EmbeddedIn;
use super::examine::{ConfigurationKind as Sort, FileContent, RecognizedFile, TemplateEvidence};
use super::flags;
use super::manifest::manifests;
use super::others;
use crate::discover::program;
use crate::finding::{Finding, KeyPath, Message, Severity, Text, Unchecked, UncheckedCause};
use crate::schema::dialect::table::{self, MappingShape, ObjectRole};
use crate::schema::dialect::{
    Dialect, KeySpelling, NATIVE, Translation, VMAGENT, VMALERT, tables, translate,
};
use crate::yaml::{Document, Dollars, Node, TranslationBuilder, embedded, parse_first};

pub(crate) use alloy::is_alloy;
use alloy::may_be_alloy;
pub(super) use alloy::{alloy_in, begins_as_alloy};
pub(crate) use chart_files::is_file_of_chart;
pub(crate) use collector_resource::is_without_credentials;
pub(super) use in_text::in_text;
use in_text::{broken_sender, unread_text};
pub(crate) use kustomize::patch_file;
pub use laid_over::LaidValue;
pub(crate) use laid_over::{LaidOver, as_bitnami, as_bitnami_by_alias, lay_over};
pub(super) use leftover::{leftover, leftover_lines};
pub use merged::Reading;
pub use mounted::MountedObject;
pub(super) use outputs::read as outputs;
pub(crate) use relabel_list::{RELABEL_FLAGS, as_relabel_rules};
pub use spoken::DialectWording;
pub(super) use terraform::read as terraform;
pub(crate) use thanos::{FILE_FLAG as THANOS_FILE_FLAG, as_thanos_rule_reads, names_file};

/// Words: every file with a configuration in another dialect holds one of these, or the group of an object.
pub(super) const WORDS: &[&str] = &[
    "cluster-monitoring-config",
    "user-workload-monitoring-config",
    "prometheusK8s",
    "prometheusSpec",
    "PrometheusRulesMap",
    "prometheusremotewrite",
    "metrics_generator",
    "destinations:",
    "extra_remote_write",
    "newrelic_remote_write",
    "additionalRemoteWrites",
    "kind: PodMonitor",
    "kind: Prometheus",
    "kind: ServiceMonitor",
    "jobList",
    "serverFiles",
    "extraScrapeConfigs",
    "scrapeConfigs",
    "externalLabels",
    "ruleFiles",
    "defaultFlagsOverride",
    "remote_read",
    "remoteWrite",
    "wal_directory",
    "host_filter",
    "remote_write",
    "job_name",
    "remoteWrite.url",
    "remoteWrite_url",
    "promscrape.config",
    "K6_PROMETHEUS_RW_SERVER_URL",
    "remote-write.config",
    "RemoteWrite",
    "externalVM",
    "remote:",
    "monitoring.googleapis.com",
];

/// All of them in a document.
pub(super) fn find(
    document: &Arc<Document>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let Some(root) = document.root() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for manifest in manifests(document) {
        out.extend(flags_in(document, manifest.root, template));
        let filled = manifest.in_template.then_some(TemplateEvidence::Variables);
        let finder = Finder::new(document, template.or(filled));
        finder.object(manifest, &mut out);
    }
    let finder = Finder::new(document, template);
    if root.get("kind").is_none() {
        out.extend(flags_in(document, root, template));
        finder.values(root, None, &mut out);
        finder.senders(root, &mut out);
        finder.kustomization(root, &mut out);
        finder.files_of_values(root, &mut out);
        finder.openshift_file(root, &mut out);
        finder.operations(root, None, &mut out);
    } else if root.get("apiVersion").is_none() {
        // Values of a chart that say which kind it makes.
        finder.fluent_bit(root, &mut out);
    }
    out
}

/// Endpoints on command lines of vmagent.
fn flags_in(
    document: &Arc<Document>,
    root: Node<'_>,
    template: Option<TemplateEvidence>,
) -> Vec<RecognizedFile> {
    let finder = Finder::new(document, template);
    let mut out = Vec::new();
    finder.containers(root, &mut out);
    for line in flags::containers(root, "vmalert") {
        let mut spelling = KeySpelling::default();
        let Some(native) = flags::translate_vmalert(document, &line, &mut spelling) else {
            continue;
        };
        let findings = flags::faults_of_vmalert(document, &line);
        let found = with_flags(native, findings, spelling);
        let why = "it starts vmalert".to_owned();
        out.push(finder.recognized(found, &VMALERT, EmbeddedIn::Part("vmalert"), why));
    }
    for line in flags::containers(root, "vmagent") {
        out.extend(vmagent(&finder, &line));
    }
    for line in flags::containers(root, "victoria-metrics") {
        let Some(finding) = flags::of_single(document, &line) else {
            continue;
        };
        let native = flags::nothing(document, &line);
        let found = with_flags(native, vec![finding], KeySpelling::default());
        let why = "it starts VictoriaMetrics".to_owned();
        out.push(finder.recognized(found, &VMAGENT, EmbeddedIn::Part(program::VMAGENT), why));
    }
    out
}

/// Endpoints on the command line of a unit of systemd, a Quadlet or a Dockerfile that starts vmagent.
pub(super) fn unit_in(text: &Arc<Text>) -> Option<RecognizedFile> {
    let is_dockerfile = flags::dockerfile::is_dockerfile(text.path().as_ref().as_ref());
    let document = Arc::new(match is_dockerfile {
        true => flags::dockerfile::read(text)?,
        false => flags::unit::read(text)?,
    });
    let line = flags::unit::command_line(&document)?;
    let is_template = super::names::is_template(text.path().as_ref().as_ref());
    let template = is_template.then_some(TemplateEvidence::Suffix);
    vmagent(&Finder::new(&document, template), &line)
}

/// What a command line of vmagent makes; nothing if it neither sends nor is wrong.
fn vmagent<'d>(finder: &Finder<'d>, line: &flags::CommandLine<'d>) -> Option<RecognizedFile> {
    let document = finder.document;
    let mut findings = flags::faults(document, line);
    // Templates may add what is missing.
    let is_whole = finder.template.is_none();
    findings.extend(flags::no_url(document, line).filter(|_| is_whole));
    if findings.is_empty() && !flags::sends(line) {
        return None;
    }
    let native = flags::translate(document, line);
    let found = with_flags(native, findings, KeySpelling::default());
    let why = "it starts vmagent".to_owned();
    Some(finder.recognized(found, &VMAGENT, EmbeddedIn::Part(program::VMAGENT), why))
}

/// A native tree that is spoken of in flags.
fn with_flags(
    document: Document,
    findings: Vec<Finding>,
    mut spelling: KeySpelling,
) -> Translation {
    flags::spelling().for_each(|(native, flag)| spelling.add(native, flag));
    Translation {
        document,
        findings,
        spelling,
        references: Vec::new(),
        refused_forms: Vec::new(),
    }
}

/// A list of jobs: what `additionalScrapeConfigs` of the Operator names.
pub(super) fn jobs(
    document: Document,
    template: Option<TemplateEvidence>,
) -> Option<RecognizedFile> {
    let document = Arc::new(document);
    let root = document.root()?;
    let finder = Finder::new(&document, template);
    let found = finder.place(root, &table::ANY, ObjectRole::Jobs, &NATIVE)?;
    Some(finder.recognized(
        found,
        &NATIVE,
        EmbeddedIn::Part("scrape-configs"),
        "a list of jobs".into(),
    ))
}

/// What looks for them in one document.
struct Finder<'d> {
    document: &'d Arc<Document>,
    template: Option<TemplateEvidence>,
    /// Whether the rest of what is found is somewhere else.
    is_partial: bool,
    /// Whether operations write it into an object.
    is_patch: bool,
}

impl<'d> Finder<'d> {
    fn new(document: &'d Arc<Document>, template: Option<TemplateEvidence>) -> Self {
        Self {
            document,
            template,
            is_partial: false,
            is_patch: false,
        }
    }

    /// The same for another document, such as one in a text of its own.
    fn within<'e>(&self, document: &'e Arc<Document>) -> Finder<'e> {
        Finder {
            document,
            template: self.template,
            is_partial: self.is_partial,
            is_patch: self.is_patch,
        }
    }

    /// The same for what is only a part.
    fn partly(&self, is_partial: bool) -> Self {
        Finder {
            is_partial: self.is_partial || is_partial,
            ..*self
        }
    }

    /// The same for what operations write.
    fn patching(&self) -> Self {
        Finder {
            is_patch: true,
            ..*self
        }
    }

    /// A text of its own, as a document.
    fn inside(&self, node: Node<'d>) -> Option<Arc<Document>> {
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = embedded(node, within, Dollars::Plain)?;
        Some(Arc::new(parse_first(&text).ok()?))
    }

    /// A program or a resource that sends and is not read.
    fn unread_sender(&self, node: Node<'_>, noun: &str) -> RecognizedFile {
        let mut file = self.unread(node, &others::reason(noun), None);
        if let FileContent::Unread(unchecked) = &mut file.what {
            unchecked.cause = Some(UncheckedCause::unread(noun));
        }
        file
    }

    /// What sends at a node, or may do so, and is not read.
    fn unread(&self, node: Node<'_>, reason: &str, settle: Option<&str>) -> RecognizedFile {
        let unchecked = Unchecked {
            cause: None,
            place: node.place(),
            logical: node.path(),
            reason: reason.to_owned(),
            settle: settle.map(str::to_owned),
        };
        RecognizedFile::new(
            Arc::clone(self.document.text()),
            FileContent::Unread(unchecked),
            reason.to_owned(),
        )
    }

    /// What is wrong in a part of a document that is not read otherwise.
    fn faults(
        &self,
        node: Node<'d>,
        findings: Vec<Finding>,
        dialect: &'static Dialect,
        (holder, why): (EmbeddedIn, String),
        out: &mut Vec<RecognizedFile>,
    ) {
        if findings.is_empty() {
            return;
        }
        let mut builder = TranslationBuilder::new(self.document);
        let root = builder.mapping(node, &[]);
        let found = Translation {
            document: builder.finish(root),
            findings,
            spelling: KeySpelling::default(),
            references: Vec::new(),
            refused_forms: Vec::new(),
        };
        out.push(self.recognized(found, dialect, holder, why));
    }

    fn part(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        part: ObjectRole,
        dialect: &'static Dialect,
        holder: EmbeddedIn,
        out: &mut Vec<RecognizedFile>,
    ) {
        let found = self.place(node, shape, part, dialect);
        let why = format!("{} is part of {}", node.path(), holder.noun());
        out.extend(found.map(|found| self.recognized(found, dialect, holder, why)));
    }

    fn place(
        &self,
        node: Node<'d>,
        shape: &'static MappingShape,
        part: ObjectRole,
        dialect: &'static Dialect,
    ) -> Option<Translation> {
        translate(self.document, node, shape, part, dialect)
    }

    fn recognized(
        &self,
        found: Translation,
        dialect: &'static Dialect,
        holder: EmbeddedIn,
        why: String,
    ) -> RecognizedFile {
        let (document, spoken) = DialectWording::new(found, dialect);
        self.made(
            FileContent::Configuration {
                dialect: Sort::Fragment,
                document,
            },
            spoken,
            holder,
            why,
        )
    }

    fn rules(
        &self,
        found: Translation,
        dialect: &'static Dialect,
        holder: EmbeddedIn,
        why: String,
    ) -> RecognizedFile {
        let (document, spoken) = DialectWording::new(found, dialect);
        RecognizedFile {
            // Nothing fills in the braces of alerts, and rules name no keys of Secrets.
            template: self.template,
            ..self.made(FileContent::Rules { document }, spoken, holder, why)
        }
    }

    fn made(
        &self,
        what: FileContent,
        spoken: DialectWording,
        holder: EmbeddedIn,
        why: String,
    ) -> RecognizedFile {
        let spoken = DialectWording {
            is_partial: self.is_partial,
            program: holder.program(),
            ..spoken
        };
        RecognizedFile {
            // A selector is filled in by the Operator, and so may anything else be.
            template: Some(self.template.unwrap_or(TemplateEvidence::Variables)),
            holder: Some(holder),
            spoken: Some(Arc::new(spoken)),
            ..RecognizedFile::new(Arc::clone(self.document.text()), what, why)
        }
    }
}

/// What is reported about a node.
fn found(
    rule: &'static str,
    severity: Severity,
    node: Node<'_>,
    message: impl Into<Message>,
) -> Finding {
    Finding::new(rule, severity, node.place(), message).of_key(node.path(), node.identity())
}

/// Whether a file may hold one of these.
pub(super) fn may_hold(text: &Text) -> bool {
    let bytes = text.content().as_bytes();
    let mut words = WORDS.iter().chain(tables::API_GROUPS);
    words.any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
}
