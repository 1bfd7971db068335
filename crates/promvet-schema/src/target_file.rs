//! Target files: what `file_sd_configs` names.
//!
//! A list of groups, each with `targets` and `labels`. YAML is read by go-yaml, strictly, any
//! scalar being a text; JSON by Go's `encoding/json`, where a text is only what is in quotes,
//! and keys may be written in any case (`discovery/targetgroup`, `discovery/file`).

use std::sync::Arc;

use crate::yaml::{Document, Entry, Kind, Mapping, Node, parse_first, placeholder};
use promvet_text::{Advice, Finding, Message, Place, Severity, Span, Text, nearest};

use super::address::{address_fault, address_password};
use super::judge::by_version;
use super::{TargetReleases, Version, edit, grammar, syntax_finding};
use crate::check::one_of_two;

mod json;
#[cfg(test)]
mod tests;

/// The rule of all findings about target files.
pub const TARGET_FILE: &str = "files/target-file";

/// The language of a target file, which its name says. A format that is read, unlike those of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFormat {
    /// `.json`
    Json,
    /// `.yml` and `.yaml`
    Yaml,
}

impl TargetFormat {
    /// The format of a file by the end of its name.
    /// `file.Discovery.readFile` switches on `strings.ToLower(filepath.Ext(…))`.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.to_ascii_lowercase().ends_with(".json") {
            Self::Json
        } else {
            Self::Yaml
        }
    }
}

const KEYS: [&str; 2] = ["targets", "labels"];

/// Everything for which file discovery rejects a target file, its syntax included. `relabeled` says
/// that the job has relabel rules, which may make addresses of other text.
#[must_use]
pub fn check_text(
    text: &Arc<Text>,
    format: TargetFormat,
    relabeled: bool,
    target: &TargetReleases,
) -> Vec<Finding> {
    let checked = |document: &Document| check(document, format, relabeled, target);
    if format == TargetFormat::Yaml {
        return match parse_first(text) {
            Ok(document) => checked(&document),
            Err(error) => vec![Finding {
                rule: TARGET_FILE.into(),
                ..syntax_finding(text, &error)
            }],
        };
    }
    // `json.Unmarshal` rejects it ("invalid character 'ï'"), since RFC 8259 lets parsers do so.
    if text.has_mark() {
        let message = "the file begins with a byte-order mark, which is not valid JSON; file \
            discovery cannot read it";
        let finding = whole(text, Span::new(0, 0), message.to_owned());
        return vec![finding.help("save it as UTF-8 without a byte-order mark")];
    }
    if let Some((span, why)) = json_fault(text.content()) {
        let message = format!("the file is not JSON: {why}; file discovery cannot read it");
        let help = "correct the JSON here, or rename the file to .yml if it is YAML";
        return vec![whole(text, span, message).help(help)];
    }
    // Not all JSON is YAML: tabs, escapes such as `\/`, bytes that are not UTF-8.
    let document = parse_first(text).or_else(|_| parse_first(&json::as_yaml(text)));
    document.map_or_else(|_| Vec::new(), |document| checked(&document))
}

fn whole(text: &Arc<Text>, span: Span, message: String) -> Finding {
    Finding::new(
        TARGET_FILE,
        Severity::Error,
        Place::new(text, span),
        message,
    )
}

/// Everything in a target file for which file discovery refuses to read it.
#[must_use]
pub fn check(
    document: &Document,
    format: TargetFormat,
    relabeled: bool,
    target: &TargetReleases,
) -> Vec<Finding> {
    let mut findings = by_version(target, |version| {
        let mut checker = Checker {
            document,
            format,
            relabeled,
            is_open: false,
            version,
            template: target.template,
            findings: Vec::new(),
        };
        checker.file();
        checker.findings
    });
    findings.extend(later(document, format));
    edit::fix(document, &mut findings);
    findings
}

/// A second document, which go-yaml does not decode (`yaml.UnmarshalStrict` in `discovery/file`).
fn later(document: &Document, format: TargetFormat) -> Option<Finding> {
    let next = document
        .next_document()
        .filter(|_| format == TargetFormat::Yaml)?;
    let message = "file discovery reads only the first document of a file: targets from here on are not scraped";
    let place = document.place(next);
    let finding = Finding::new(TARGET_FILE, Severity::Warning, place, message);
    Some(finding.help("remove the `---`, or move the targets to a separate file"))
}

/// Where a text stops being JSON, and why, if it does. YAML allows more than JSON: comments,
/// texts without quotes, commas before a bracket.
/// serde_json is as strict as `encoding/json` about what is between values, so that it finds the
/// place.
#[must_use]
pub fn json_fault(text: &str) -> Option<(Span, String)> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text
        .get(before..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or("");
    let at = line
        .char_indices()
        .map(|(at, _)| at)
        .nth(error.column().saturating_sub(1))
        .unwrap_or(line.len());
    let width = line
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or(&words).to_owned();
    Some((Span::new(before + at, before + at + width), words))
}

struct Checker<'d> {
    document: &'d Document,
    format: TargetFormat,
    relabeled: bool,
    /// Whether a placeholder in a target was reported.
    is_open: bool,
    version: Version,
    template: bool,
    findings: Vec<Finding>,
}

impl<'d> Checker<'d> {
    fn push(&mut self, node: Node<'_>, message: impl Into<Message>) -> Option<&mut Finding> {
        let unfilled = node
            .scalar()
            .is_some_and(|scalar| placeholder::find(scalar.text).next().is_some());
        if unfilled && self.template {
            return None;
        }
        let shown = if node.span().is_empty() {
            node.parent().unwrap_or(node)
        } else {
            node
        };
        let severity = if unfilled {
            Severity::Warning
        } else {
            Severity::Error
        };
        let place = self.document.place(shown.span());
        let finding = Finding::new(TARGET_FILE, severity, place, message);
        self.findings
            .push(finding.of_key(node.path(), node.identity()));
        self.findings.last_mut()
    }

    fn file(&mut self) {
        // An empty file is an empty list to `yaml.Unmarshal`, so that no target is found and
        // nothing fails.
        let Some(root) = self.document.root().filter(|root| !root.is_null()) else {
            return;
        };
        let Some(groups) = root.sequence() else {
            let found = match root.kind() {
                Kind::Mapping(_) => "a mapping",
                _ => "a scalar",
            };
            let message =
                format!("expected a list of groups with `targets` and `labels`, found {found}");
            if let Some(finding) = self.push(root, message) {
                finding.advice = Some("write `- targets: [host:port]`".into());
            }
            return;
        };
        for group in groups.iter() {
            match group.kind() {
                Kind::Mapping(mapping) => self.group(mapping),
                Kind::Scalar(scalar) if scalar.is_null() => {
                    self.push(
                        group,
                        "an item of the list is empty; file discovery rejects the file",
                    );
                }
                _ => {
                    self.push(group, "expected a mapping with `targets` and `labels`");
                }
            }
        }
    }

    fn group(&mut self, mapping: Mapping<'d>) {
        self.repeated(mapping);
        self.split(mapping);
        self.same_instance(mapping);
        for entry in mapping.entries() {
            self.tag(entry.key);
            let name = entry.name();
            let is = |key: &str| match self.format {
                // `encoding/json` matches keys without case, so that `Targets` works there.
                TargetFormat::Json => name.eq_ignore_ascii_case(key),
                TargetFormat::Yaml => name == key,
            };
            if is("targets") {
                self.targets(entry.value);
            } else if is("labels") {
                self.labels(entry.value);
            } else {
                self.unknown(mapping, entry);
            }
        }
    }

    /// A group with labels alone: an extra `-` has made two of one.
    fn split(&mut self, mapping: Mapping<'d>) {
        let Some(labels) = mapping.entry("labels") else {
            return;
        };
        if labels.value.mapping().is_none()
            || mapping.entries().any(|entry| entry.name() != "labels")
        {
            return;
        }
        let message = "this group has labels and no `targets`, so the labels apply to nothing";
        let help = match self.format {
            TargetFormat::Json => "join it with the group that has the targets",
            TargetFormat::Yaml => {
                "delete the `-` before this key, and indent it like the key above"
            }
        };
        if let Some(finding) = self.push(labels.key, message) {
            finding.severity = Severity::Warning;
            finding.advice = Some(help.into());
        }
    }

    /// One `instance` for several targets, whose series then collide.
    fn same_instance(&mut self, mapping: Mapping<'d>) {
        let instance = mapping
            .get("labels")
            .and_then(|labels| labels.get("instance"));
        let is_set = |node: &Node<'_>| node.as_str().is_some_and(|text| !text.is_empty());
        let Some(instance) = instance.filter(|node| is_set(node) && !self.relabeled) else {
            return;
        };
        let targets = mapping.get("targets").into_iter().flat_map(Node::items);
        let mut targets: Vec<_> = targets.filter_map(Node::as_str).collect();
        targets.sort_unstable();
        targets.dedup();
        if targets.len() < 2 {
            return;
        }
        let message = "all targets of this group have the same `instance`, so their series collide: samples are dropped as duplicates or out of order";
        if let Some(finding) = self.push(instance, message) {
            finding.severity = Severity::Warning;
            let help = "delete the label, or give each target its own group";
            finding.advice = Some(help.into());
        }
    }

    fn unknown(&mut self, mapping: Mapping<'d>, entry: Entry<'d>) {
        let name = entry.name();
        let message = format!("unknown key `{name}` in a group; file discovery rejects the file");
        let advice = match nearest(name, KEYS) {
            Some(near) if mapping.get(near).is_none() => {
                Advice::rename(entry.key.span(), near).safe()
            }
            Some(near) => Advice::write(format!("did you mean `{near}`? It is set already")),
            None => Advice::say(format!("move it under `labels`, as `{name}: …`")),
        };
        if let Some(finding) = self.push(entry.key, message) {
            finding.advice = Some(advice);
        }
    }

    /// JSON takes the last of several; go-yaml rejects them.
    fn repeated(&mut self, mapping: Mapping<'d>) {
        if self.format == TargetFormat::Json {
            return;
        }
        for (first, again) in mapping.repeats() {
            let message = format!(
                "`{}` is set twice; file discovery rejects the file",
                again.name()
            );
            if let Some(finding) = self.push(again.key, message) {
                finding.advice = Some(one_of_two(first, again));
            }
        }
    }

    fn targets(&mut self, node: Node<'d>) {
        let Some(list) = node.sequence() else {
            if !node.is_null() {
                let message = "`targets`: expected a list of addresses";
                if let Some(finding) = self.push(node, message) {
                    finding.advice =
                        Some("write `[host:port]`, with brackets also for one address".into());
                }
            }
            return;
        };
        for target in list.iter() {
            self.text(target, "an address");
            self.address(target);
        }
    }

    /// An address that no scrape can use: Prometheus loads the file and drops the target
    /// (`config.CheckTargetAddress`, `scrape.PopulateLabels`).
    fn address(&mut self, node: Node<'d>) {
        // Relabel rules may take the address apart, so that nothing is known of it.
        let Some(scalar) = node.scalar().filter(|_| !self.relabeled) else {
            return;
        };
        let text = node.as_str().unwrap_or("");
        let fault = address_fault(text);
        let (message, help) = match fault {
            Some((fault, _)) if !fault.is_open() || !self.template => {
                // One placeholder tells that the whole file is still to be filled in.
                let is_told = fault.is_open() && std::mem::replace(&mut self.is_open, true);
                if is_told {
                    return;
                }
                let help = match fault.is_open() {
                    true => "write the address, or fill the file in before Prometheus reads it",
                    false => fault.help(),
                };
                (fault.message(), help)
            }
            _ if text.is_empty() && placeholder::find(scalar.text).next().is_none() => (
                "an item of `targets` is empty; Prometheus drops the target",
                "delete it",
            ),
            _ => return,
        };
        if let Some(password) = address_password(scalar.text) {
            let span = scalar.part(password.start, password.end);
            self.document.text().mark_secret(span);
        }
        if let Some(finding) = self.push(node, message) {
            finding.severity = Severity::Warning;
            finding.advice = Some(help.into());
        }
    }

    /// A path with a query, which Prometheus escapes (`Target.URL`, scrape/target.go).
    fn path(&mut self, entry: Entry<'d>) {
        let text = entry.value.as_str().unwrap_or_default();
        if entry.name() != "__metrics_path__" || self.relabeled || !text.contains('?') {
            return;
        }
        let message = "`?` is sent as `%3F` in a metrics path, so the target answers 404";
        if let Some(finding) = self.push(entry.value, message) {
            finding.severity = Severity::Warning;
            finding.advice =
                Some("move the query into labels such as `__param_format: prometheus`".into());
        }
    }

    /// A tag that a text does not fit, which go-yaml rejects everywhere.
    fn tag(&mut self, node: Node<'d>) {
        let fault = node.scalar().and_then(grammar::tag_fault);
        if let Some(message) = fault.filter(|_| self.format == TargetFormat::Yaml) {
            self.push(node, message);
        }
    }

    fn labels(&mut self, node: Node<'d>) {
        let Some(mapping) = node.mapping() else {
            if !node.is_null() {
                self.push(node, "`labels`: expected a mapping of names to text");
            }
            return;
        };
        self.repeated(mapping);
        for entry in mapping.entries() {
            self.tag(entry.key);
            self.text(entry.value, "the value of a label");
            self.path(entry);
            self.name(entry);
        }
    }

    /// A label's name, in the form that the version reads.
    fn name(&mut self, entry: Entry<'d>) {
        let name = entry.name();
        let legacy = |(at, c): (usize, char)| {
            c.is_ascii_alphabetic() || c == '_' || at > 0 && c.is_ascii_digit()
        };
        if name.is_empty() {
            self.push(
                entry.key,
                "the name of a label is empty; file discovery rejects the file",
            );
        } else if self.version.major < 3 && !name.char_indices().all(legacy) {
            let message = format!(
                "`{name}` is not a valid label name before Prometheus 3; file discovery rejects \
                 the file"
            );
            self.push(entry.key, message);
        }
    }

    fn text(&mut self, node: Node<'d>, what: &str) {
        self.tag(node);
        match (node.kind(), self.format) {
            (Kind::Scalar(scalar), TargetFormat::Json)
                if scalar.is_plain() && !scalar.is_null() =>
            {
                let message =
                    format!("{what} must be a string in JSON; file discovery rejects the file");
                if let Some(finding) = self.push(node, message) {
                    finding.advice = Some(format!("write `\"{}\"`", scalar.text).into());
                }
            }
            (Kind::Scalar(_), _) => {}
            _ => {
                self.push(
                    node,
                    format!("{what}: expected text, found a list or a mapping"),
                );
            }
        }
    }
}
