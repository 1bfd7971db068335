//! The endpoints of Thanos Rule, which are in a file or a flag of their own (thanos-io/thanos v0.39
//! `cmd/thanos/rule.go`: `yaml.Unmarshal`, which ignores unknown keys, into one key `remote_write`).

use std::sync::Arc;

use super::{EmbeddedIn, FileContent, Finder, RecognizedFile, found};
use crate::finding::{Advice, Finding, KeyPath, Place, Severity, Unchecked, UncheckedCause, rule};
use crate::schema::dialect::table::ObjectRole;
use crate::schema::dialect::{THANOS, Translation, tables};
use crate::yaml::{Dollars, Node, TranslationBuilder, embedded, parse_first, parse_masked};

/// The flag that names the file.
pub(crate) const FILE_FLAG: &str = "remote-write.config-file";

/// The flag that holds the endpoints themselves.
const TEXT_FLAG: &str = "remote-write.config";

/// What a command line that is not read is called.
const NOUN: &str = "a command line of Thanos Rule";

/// Its word in reports.
const WORD: &str = "thanos-rule";

/// Whether something that is not read is a command line that names a file.
pub(crate) fn names_file(unchecked: &Unchecked) -> bool {
    matches!(
        unchecked.cause,
        Some(UncheckedCause::Unread {
            names_file: true,
            ..
        })
    )
}

/// A file as Thanos Rule reads it; `place` is where it is started with that.
pub(crate) fn as_thanos_rule_reads(
    recognized: &RecognizedFile,
    place: &Place,
) -> Option<RecognizedFile> {
    let document = Arc::new(parse_first(&recognized.text).ok()?);
    let root = document.root()?;
    let finder = Finder::new(&document, recognized.template);
    recognized.text.recognize();
    let mut made = finder.endpoints_of_thanos(root)?;
    // Nothing fills in what a template does not.
    made.template = recognized.template;
    if let (Some(object), holder) = (&recognized.holder, &mut made.holder) {
        object.around(holder);
    }
    made.beside = Arc::clone(&recognized.beside);
    made.why = format!("{} starts Thanos Rule with it", place.path());
    Some(made)
}

impl<'d> Finder<'d> {
    /// What a container of Thanos Rule sends.
    pub(super) fn thanos_rule(&self, container: Node<'d>, out: &mut Vec<RecognizedFile>) {
        let lists = ["entrypoint", "command", "args"].into_iter();
        let lists = lists.filter_map(|key| container.get(key));
        let arguments: Vec<Node<'d>> = lists
            .flat_map(|list| {
                // A whole line may be one text.
                let line = list.scalar().map(|_| list);
                line.into_iter().chain(list.items())
            })
            .collect();
        let file = arguments.iter().find(|node| names(**node, FILE_FLAG));
        let texts = arguments.iter().enumerate();
        let mut texts = texts.filter(|(_, node)| names(**node, TEXT_FLAG));
        let text = texts.next();
        if let (Some(file), Some((_, text))) = (file, text) {
            let message = format!(
                "`--{TEXT_FLAG}` and `--{FILE_FLAG}` are both set; Thanos Rule does not start"
            );
            let finding = found(rule::SCHEMA_CONFLICT, Severity::Error, *text, message);
            let finding = finding.evidence(file.place(), "it is set here");
            let finding = finding.help(Advice::say("remove one of them"));
            let why = "it starts Thanos Rule".to_owned();
            let holder = (EmbeddedIn::Part(WORD), why);
            self.faults(container, vec![finding], &THANOS, holder, out);
        }
        let inline = text.and_then(|(at, node)| {
            let next = arguments.get(at + 1).copied();
            self.text_of_thanos(*node, next)
        });
        match (inline, text.map(|(_, node)| node).or(file)) {
            (Some(read), _) => out.push(read),
            (None, Some(flag)) => {
                let mut listed = self.unread_sender(*flag, NOUN);
                if let FileContent::Unread(unchecked) = &mut listed.what {
                    let (noun, names_file) = (NOUN.to_owned(), true);
                    unchecked.cause = Some(UncheckedCause::Unread { noun, names_file });
                }
                out.push(listed);
            }
            (None, None) => {}
        }
    }

    /// The endpoints in the flag itself, or in the argument after it.
    fn text_of_thanos(&self, flag: Node<'d>, next: Option<Node<'d>>) -> Option<RecognizedFile> {
        let is_compose = self.document.root()?.get("services").is_some();
        let dollars = match is_compose {
            true => Dollars::Doubled,
            false => Dollars::Plain,
        };
        let written = flag.as_str()?;
        let (node, head) = match written.split_once('=') {
            Some((name, _)) => (flag, name.len() + 1),
            None => (next?, 0),
        };
        let within = KeyPath {
            identity: node.identity(),
            logical: node.path(),
        };
        let text = embedded(node, within, dollars)?;
        // A comment of the same length in place of the flag leaves the rest where it is.
        let value = text.content().get(head..)?;
        let masked = match head.checked_sub(2) {
            Some(width) => format!("#{:width$}\n{value}", ""),
            None => value.to_owned(),
        };
        let document = Arc::new(parse_masked(&text, &masked, &[]).ok()?);
        text.recognize();
        let root = document.root()?;
        self.within(&document).endpoints_of_thanos(root)
    }

    fn endpoints_of_thanos(&self, root: Node<'d>) -> Option<RecognizedFile> {
        let shape = &tables::THANOS_RULE;
        let mut made = match root.mapping() {
            Some(_) => self.place(root, shape, ObjectRole::Whole, &THANOS)?,
            None => {
                let mut builder = TranslationBuilder::new(self.document);
                let root = builder.mapping(root, &[]);
                Translation {
                    document: builder.finish(root),
                    findings: Vec::new(),
                    spelling: Default::default(),
                    references: Vec::new(),
                    refused_forms: Vec::new(),
                }
            }
        };
        made.findings.extend(sends_nothing(root));
        made.findings.extend(ignored(root));
        let why = format!("it is the file of --{FILE_FLAG}");
        Some(self.recognized(made, &THANOS, EmbeddedIn::Part(WORD), why))
    }
}

/// Whether an argument is a flag, or a line with it.
fn names(node: Node<'_>, flag: &str) -> bool {
    let is_it = |word: &str| {
        let name = word.split('=').next().unwrap_or(word);
        name.strip_prefix("--") == Some(flag)
    };
    node.as_str()
        .is_some_and(|text| text.split_whitespace().any(is_it))
}

/// What is reported about a file without the one key that is read.
fn sends_nothing(root: Node<'_>) -> Option<Finding> {
    let Some(mapping) = root.mapping() else {
        let kind = match root.sequence() {
            Some(_) => "a list",
            None => "a text",
        };
        let message =
            format!("expected the key `remote_write`, found {kind}; Thanos Rule does not start");
        let finding = found(rule::SCHEMA_WRONG_TYPE, Severity::Error, root, message);
        return Some(finding.help(Advice::write("write `remote_write:` above the list")));
    };
    let list = mapping.get("remote_write");
    if list.is_some_and(|list| {
        list.items().next().is_some() || list.scalar().is_some_and(|_| !list.is_null())
    }) {
        return None;
    }
    let first = mapping.written().next()?;
    let node = list.map_or(first.key, |_| first.key);
    let message =
        "`remote_write`: no endpoint, so Thanos Rule neither sends its samples nor keeps them";
    let finding = found(
        rule::AGENTS_PIPELINE,
        Severity::Warning,
        node,
        message.to_owned(),
    );
    Some(finding.help("name an endpoint in `remote_write`, or start it without this file"))
}

/// Settings that the program replaces: it sends no metadata (`remote.NewStorage` without a source of it).
fn ignored(root: Node<'_>) -> Vec<Finding> {
    let entries = root.get("remote_write").into_iter().flat_map(Node::items);
    let set = entries.filter_map(|entry| entry.mapping()?.entry("metadata_config"));
    set.map(|entry| {
        let message = "`metadata_config`: Thanos Rule sends no metadata, and ignores it".to_owned();
        found(
            rule::SCHEMA_UNKNOWN_FIELD,
            Severity::Info,
            entry.key,
            message,
        )
        .help("remove it")
    })
    .collect()
}
