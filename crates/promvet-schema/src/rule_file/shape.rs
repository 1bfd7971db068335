//! Which keys a rule file has, and what kind their values have (`rulefmt.RuleGroups`).

use super::entries::{bad_merges, entries};
use super::report::{RULE_FILE, RuleFileReport};
use crate::check::{advice_of, one_of_two};
use crate::dialect::refused;
use crate::quotes;
use crate::scalar;
use crate::slips;
use crate::words::OF_OLDER;
use crate::yaml::{Document, Entry, Kind, Mapping, Node, Scalar, parse_all};
use promvet_text::{Advice, Message, nearest};

/// What a value is.
#[derive(Clone, Copy)]
enum FieldType {
    Text,
    Duration,
    Integer,
    /// Names and texts.
    Map,
    List(&'static RuleSection),
}

/// A mapping with known keys.
struct RuleSection {
    name: &'static str,
    fields: &'static [RuleField],
}

/// A key, and the release that brought it.
struct RuleField {
    key: &'static str,
    shape: FieldType,
    since: (u16, u16),
}

const fn field(key: &'static str, shape: FieldType) -> RuleField {
    RuleField {
        key,
        shape,
        since: (2, 0),
    }
}

static FILE: RuleSection = RuleSection {
    name: "a rule file",
    fields: &[field("groups", FieldType::List(&GROUP))],
};

static GROUP: RuleSection = RuleSection {
    name: "a group",
    fields: &[
        field("name", FieldType::Text),
        field("interval", FieldType::Duration),
        RuleField {
            since: (2, 53),
            ..field("query_offset", FieldType::Duration)
        },
        RuleField {
            since: (2, 31),
            ..field("limit", FieldType::Integer)
        },
        field("rules", FieldType::List(&RULE)),
        RuleField {
            since: (3, 0),
            ..field("labels", FieldType::Map)
        },
    ],
};

static RULE: RuleSection = RuleSection {
    name: "a rule",
    fields: &[
        field("record", FieldType::Text),
        field("alert", FieldType::Text),
        field("expr", FieldType::Text),
        field("for", FieldType::Duration),
        RuleField {
            since: (2, 42),
            ..field("keep_firing_for", FieldType::Duration)
        },
        field("labels", FieldType::Map),
        field("annotations", FieldType::Map),
    ],
};

/// Keys that others than Prometheus know.
/// Checked before resemblance, since a key of Thanos is not a misspelled key of Prometheus.
const FOREIGN: &[(&str, &str)] = &[
    (
        "partial_response_strategy",
        "remove it: only Thanos reads it",
    ),
    (
        "namespace",
        "remove it: only mimirtool and cortextool read it",
    ),
    ("source_tenants", "remove it: only Mimir and Cortex read it"),
    (
        "evaluation_delay",
        "write `query_offset`, which is its name in Prometheus",
    ),
    (
        "align_evaluation_time_on_interval",
        "remove it: only Mimir reads it",
    ),
    ("remote_write", "remove it: only Loki reads it in a group"),
    ("concurrency", "remove it: only vmalert reads it"),
    ("tenant", "remove it: only vmalert reads it"),
    ("params", "remove it: only vmalert reads it"),
    (
        "kind",
        "name a file with the content of its `spec`: the Operator reads the resource itself",
    ),
    (
        "apiVersion",
        "name a file with the content of its `spec`: Prometheus reads no Kubernetes resources",
    ),
    (
        "rule_files",
        "name a rule file: this is a Prometheus configuration",
    ),
    (
        "scrape_configs",
        "name a rule file: this is a Prometheus configuration",
    ),
    (
        "route",
        "name a rule file: this is a configuration of Alertmanager",
    ),
    (
        "receivers",
        "name a rule file: this is a configuration of Alertmanager",
    ),
];

/// What to do about tests of rules, which have keys of a configuration (`cmd/promtool/unittest.go`,
/// `unitTestFile`).
const UNIT_TEST: &str = "name a rule file: this one is for `promtool test rules`; a pattern such as \
    `*.yml` must not match it";

/// What is reported about rules as Prometheus 1.x read them.
pub(super) const OLD: &str =
    "the file has rules in the syntax of Prometheus 1.x, which Prometheus 2.0 and newer reject";
/// What to do about them.
pub(super) const OLD_HELP: &str =
    "write them as YAML, with `groups:`, `rules:`, `alert:` or `record:`, and `expr:`";

pub(super) fn check(report: &mut RuleFileReport<'_>) {
    if let Some(span) = slips::old_rule(report.document.text().content())
        && let Some(root) = report
            .document
            .root()
            .filter(|root| root.mapping().is_none())
    {
        let place = report.document.place(span);
        if let Some(finding) = report.at(root, OLD) {
            finding.place = place;
            finding.advice = Some(OLD_HELP.into());
        }
        return;
    }
    if let Some(next) = report.document.next_document()
        && let Some(root) = report.document.root()
    {
        // From `rulefmt.Parse`, which decodes one document and takes `io.EOF` for an empty file.
        let message = "Prometheus reads only the first document of a rule file: the rules of \
            this one are ignored";
        let place = report.document.place(next);
        let said = match loses_rules(report.document) && !report.template {
            true => report.warn_at(RULE_FILE, root, message),
            false => report.info(RULE_FILE, root, message),
        };
        if let Some(finding) = said {
            finding.place = place;
            let help =
                "remove the `---` and the second `groups:`, or move the rules to a separate file";
            finding.advice = Some(help.into());
        }
    }
    let Some(root) = report.document.root().filter(|root| !root.is_null()) else {
        return;
    };
    match root.mapping().and_then(of_another_file) {
        Some((mapping, key)) => unknown(&FILE, mapping, key, report),
        None => section(&FILE, root, report),
    }
}

/// Whether a later document has rules that nothing reads. mimirtool and cortextool read all documents,
/// whose rules have a `namespace` (`rules.ParseBytes`, grafana/mimir pkg/mimirtool/rules).
fn loses_rules(document: &Document) -> bool {
    let (documents, _) = parse_all(document.text());
    let mut roots = documents.iter().filter_map(Document::root);
    let has_namespace = |root: Node<'_>| root.get("namespace").is_some();
    if roots.clone().any(has_namespace) {
        return false;
    }
    let groups = roots.by_ref().skip(1).filter_map(|root| root.get("groups"));
    groups
        .into_iter()
        .any(|groups| groups.items().next().is_some())
}

/// Keys that tell by themselves what a file is; its other keys are not worth a word then.
const OF_OTHER_FILES: &[&str] = &[
    "route",
    "receivers",
    "apiVersion",
    "kind",
    "rule_fields",
    "rule_files",
    "scrape_configs",
    "tests",
];

/// The key that tells that a file is of another kind, and holds no rules besides.
fn of_another_file(mapping: Mapping<'_>) -> Option<(Mapping<'_>, Entry<'_>)> {
    if mapping.get("groups").is_some() {
        return None;
    }
    let mut keys = OF_OTHER_FILES.iter();
    let key = keys.find_map(|key| mapping.entry(key))?;
    Some((mapping, key))
}

/// Imitates `yaml.Decoder.KnownFields` of go-yaml v3, which `rulefmt.Parse` sets.
fn section(of: &'static RuleSection, node: Node<'_>, report: &mut RuleFileReport<'_>) {
    let Some(mapping) = node.mapping() else {
        let expected = format!("expected a mapping with {}, found {}", keys(of), noun(node));
        // The place shows that it is the whole file.
        let is_file = of.name == FILE.name;
        let message = match is_file {
            true => expected,
            false => format!("{}: {expected}", of.name),
        };
        let help = match node.sequence() {
            Some(_) if is_file => "write `groups:` above the list, and indent the list",
            Some(_) => "write the keys without `-`",
            None => "write `key: value` pairs",
        };
        if let Some(finding) = report.at(node, message) {
            finding.advice = Some(help.into());
        }
        return;
    };
    keys_of(mapping, report);
    for entry in entries(mapping)
        .into_iter()
        .filter(|entry| entry.key.scalar().is_some())
    {
        match of.fields.iter().find(|field| field.key == entry.name()) {
            None => unknown(of, mapping, entry, report),
            Some(field) if (report.version.major, report.version.minor) < field.since => {
                let (major, minor) = field.since;
                let fault = format!("`{}` needs Prometheus {major}.{minor} or newer", field.key);
                let message = Message::leading_late_to(fault, "; ", OF_OLDER);
                if let Some(finding) = report.at(entry.key, message) {
                    finding.advice = Some(NEWER.into());
                }
            }
            Some(field) => value(field, entry.value, report),
        }
    }
}

fn keys(of: &RuleSection) -> String {
    let keys: Vec<_> = of
        .fields
        .iter()
        .map(|field| format!("`{}`", field.key))
        .collect();
    match keys.as_slice() {
        [only] => format!("the key {only}"),
        _ => format!("the keys {}", keys.join(", ")),
    }
}

fn unknown(
    of: &RuleSection,
    mapping: Mapping<'_>,
    entry: Entry<'_>,
    report: &mut RuleFileReport<'_>,
) {
    let name = entry.name();
    let message = refused(format!("unknown key `{name}` in {}", of.name));
    let known = |section: &RuleSection| section.fields.iter().any(|field| field.key == name);
    let is_of_file = std::ptr::eq(of, &FILE);
    if is_of_file && OF_OTHER_FILES.contains(&name) {
        // The file is known for what it is, so that its keys may be shown.
        entry.key.document().text().recognize_words();
    }
    let foreign = FOREIGN.iter().find(|(key, _)| *key == name);
    let foreign = match is_of_file && mapping.get("tests").is_some() {
        true => Some(UNIT_TEST),
        false => foreign.map(|(_, help)| *help),
    };
    let near = nearest(name, of.fields.iter().map(|field| field.key));
    let is_free = |key: &str| mapping.get(key).is_none();
    let advice = match (foreign, near) {
        (Some(help), _) => Advice::say(help),
        (_, Some(near)) if is_free(near) => Advice::rename(entry.key.span(), near).safe(),
        (_, Some(near)) => Advice::write(format!("did you mean `{near}`? It is set already")),
        _ => {
            let mut sections = [&FILE, &GROUP, &RULE].into_iter();
            Advice::say(match sections.find(|section| known(section)) {
                Some(section) => format!("move `{name}`: it belongs in {}", section.name),
                None => format!("remove it; {} has {}", of.name, keys(of)),
            })
        }
    };
    if let Some(finding) = report.at(entry.key, message) {
        finding.advice = Some(advice);
    }
}

/// Keys that no mapping can have, whatever it is for.
fn keys_of(mapping: Mapping<'_>, report: &mut RuleFileReport<'_>) {
    for value in bad_merges(mapping) {
        report.at(
            value,
            "`<<`: expected a mapping, an alias to one, or a list of these",
        );
    }
    repeated(mapping, report);
    for entry in entries(mapping) {
        if entry.key.scalar().is_none() {
            let message = format!("expected text as a key, found {}", noun(entry.key));
            report.at(entry.key, message);
        }
    }
}

/// "mapping key already defined" of go-yaml v3, whose decoder rejects duplicates since 3.0.
fn repeated(mapping: Mapping<'_>, report: &mut RuleFileReport<'_>) {
    for (first, again) in mapping.repeats() {
        let message = refused(format!("`{}` is set twice", again.name()));
        if let Some(finding) = report.at(again.key, message) {
            finding.evidence.push(promvet_text::Evidence {
                place: first.key.place(),
                message: "it is first set here".into(),
            });
            finding.advice = Some(one_of_two(first, again));
        }
    }
}

/// Whether an item of a list of groups is a rule.
pub(super) fn is_rule_among_groups(node: Node<'_>) -> bool {
    misplaced(&GROUP, node)
}

/// Whether an item of a list of rules is a group.
pub(super) fn is_group_among_rules(node: Node<'_>) -> bool {
    misplaced(&RULE, node)
}

/// Whether an item has what belongs to the other list, and nothing that belongs to its own.
fn misplaced(of: &'static RuleSection, item: Node<'_>) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| item.get(key).is_some());
    let (of_group, of_rule) = (["rules", "name"], ["record", "alert", "expr"]);
    match std::ptr::eq(of, &GROUP) {
        true => has(&of_rule) && !has(&of_group),
        false => item.get("rules").is_some() && !has(&of_rule),
    }
}

/// Null is the zero value of any field (`yaml.decoder.null`), so that it passes.
fn value(field: &RuleField, node: Node<'_>, report: &mut RuleFileReport<'_>) {
    if node.is_null() {
        return;
    }
    match (field.shape, node.kind()) {
        (FieldType::Text, Kind::Scalar(_)) => {}
        (FieldType::Duration, Kind::Scalar(scalar)) => duration(field.key, node, scalar, report),
        (FieldType::Integer, Kind::Scalar(scalar)) => integer(field.key, node, scalar, report),
        (FieldType::Map, Kind::Mapping(mapping)) => map(field.key, mapping, report),
        (FieldType::List(of), Kind::Sequence(list)) => {
            let is_misplaced = |item: &Node<'_>| misplaced(of, *item);
            // One wrong indentation is one fault, however many items it moves.
            if let Some(first) = list.iter().find(is_misplaced) {
                let (message, help) = match std::ptr::eq(of, &GROUP) {
                    true => (
                        "a rule among the groups",
                        "indent the rules: they are the items of `rules` in a group",
                    ),
                    false => (
                        "a group among the rules",
                        "move the group out: it is an item of `groups`",
                    ),
                };
                let key = first
                    .mapping()
                    .and_then(|mapping| entries(mapping).into_iter().next());
                let node = key.map_or(first, |entry| entry.key);
                if let Some(finding) = report.at(node, refused(message)) {
                    finding.advice = Some(help.into());
                }
            }
            let items = list.iter().filter(|item| !item.is_null());
            for item in items.filter(|item| !is_misplaced(item)) {
                section(of, item, report);
            }
        }
        (wanted, _) => {
            let wants = match wanted {
                FieldType::Text => "text",
                FieldType::Duration => "a duration such as `5m`",
                FieldType::Integer => "a whole number",
                FieldType::Map => "a mapping of names to text",
                FieldType::List(_) => "a list",
            };
            let message = format!("`{}`: expected {wants}, found {}", field.key, noun(node));
            if let Some(finding) = report.at(node, message) {
                let quoted = matches!(wanted, FieldType::Text).then(|| quotes::around(node));
                finding.advice = Some(quoted.flatten().unwrap_or_else(|| {
                    match wanted {
                        FieldType::Map => "write `name: text` pairs, without `-`",
                        FieldType::List(_) => "write a list: begin each item with `- `",
                        _ => "write one value, without `-` and keys",
                    }
                    .into()
                }));
            }
        }
    }
}

fn duration(key: &str, node: Node<'_>, scalar: Scalar<'_>, report: &mut RuleFileReport<'_>) {
    let fault = match scalar::duration(scalar.text) {
        Err(fault) => fault,
        Ok(duration)
            if duration.compound && (report.version.major, report.version.minor) < (2, 21) =>
        {
            scalar::Fault::whole(
                scalar.text,
                "has more than one unit, which requires Prometheus 2.21 or newer",
            )
        }
        Ok(_) => return,
    };
    let advice = advice_of(&fault, node, |text| scalar::duration(text).is_ok());
    let message = fault.about(&format!("`{key}`"));
    let finding = report.part(RULE_FILE, node, (fault.from, fault.to), message);
    if let Some(finding) = finding {
        finding.advice = advice;
    }
}

fn integer(key: &str, node: Node<'_>, scalar: Scalar<'_>, report: &mut RuleFileReport<'_>) {
    if let Err(fault) = scalar::coerce::int(scalar.text, scalar.is_plain(), scalar.tag) {
        let advice = advice_of(&fault, node, |_| true);
        if let Some(finding) = report.at(node, fault.about(&format!("`{key}`"))) {
            finding.advice = advice;
        }
    }
}

fn map(key: &str, mapping: Mapping<'_>, report: &mut RuleFileReport<'_>) {
    keys_of(mapping, report);
    for entry in entries(mapping) {
        if entry.value.scalar().is_none() {
            let message = format!(
                "a value of `{key}`: expected text, found {}",
                noun(entry.value)
            );
            if let Some(finding) = report.at(entry.value, message) {
                let quoted = quotes::around(entry.value);
                finding.advice =
                    Some(quoted.unwrap_or_else(|| "write one text, in quotes if need be".into()));
            }
        }
    }
}

/// What to do about a key of newer releases.
const NEWER: &str = "remove it, or correct the releases under `prometheus` in promvet.yaml";

fn noun(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Scalar(_) => "a single value",
        Kind::Sequence(_) => "a list",
        Kind::Mapping(_) => "a mapping",
    }
}
