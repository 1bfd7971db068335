//! Values of flags with which vmagent and vmalert do not start (VictoriaMetrics v1.140
//! `app/vmagent/remotewrite/{remotewrite,client,relabel}.go`, `lib/flagutil/{array,bytes}.go`).

use std::sync::Arc;

use promvet_syntax::go;

use super::known::{FlagKind, kind_of};
use super::{ContainerArgument, WrittenFlag, flags, values, written};
use crate::finding::{Advice, Finding, Place, Severity, rule};
use crate::yaml::{Document, Style};

/// What is wrong with values, for a program of VictoriaMetrics.
pub(super) fn faults(
    source: &Arc<Document>,
    arguments: &[ContainerArgument<'_>],
    program: &str,
) -> Vec<Finding> {
    let mut out: Vec<Finding> = written(arguments)
        .iter()
        .filter_map(|flag| of_flag(source, flag, program))
        .collect();
    out.extend(pairs(source, arguments, program));
    out
}

/// A form of texts.
struct TextForm {
    flag: &'static str,
    /// What a value has that is right.
    sign: &'static str,
    expected: &'static str,
    help: &'static str,
}

/// Texts that have a form (`newHTTPClient` and `initLabelsGlobal`).
const FORMS: &[TextForm] = &[
    TextForm {
        flag: "remoteWrite.label",
        sign: "=",
        expected: "`NAME=VALUE`",
        help: "write `NAME=VALUE`",
    },
    TextForm {
        flag: "remoteWrite.proxyURL",
        sign: "://",
        expected: "a URL with a scheme",
        help: "write `http://`, `https://` or `socks5://` before it",
    },
];

fn of_flag(source: &Arc<Document>, flag: &WrittenFlag<'_, '_>, program: &str) -> Option<Finding> {
    let kind = kind_of(flag.name)?;
    let form = FORMS.iter().find(|form| form.flag == flag.name);
    let (expected, help) = match (kind, form) {
        (FlagKind::Switch, _) => ("`true` or `false`", "write `true` or `false`"),
        (FlagKind::Number, _) => ("a whole number", "write a whole number"),
        (FlagKind::Duration, _) => (
            "a duration of Go",
            "write it with a unit: `30s`, `5m`, or `24h` for a day",
        ),
        (FlagKind::Size, _) => ("a size", "write it with a unit: `512MiB`, `1GB`"),
        (FlagKind::Text, Some(form)) => (form.expected, form.help),
        (FlagKind::Text, None) => return None,
    };
    let is_wrong = |value: &&str| match kind {
        FlagKind::Switch => go::standard::truth(value).is_none(),
        FlagKind::Number => value.parse::<i64>().is_err(),
        FlagKind::Duration => !go::standard::is_duration(value),
        FlagKind::Size => !is_size(value),
        FlagKind::Text => form.is_some_and(|form| !value.contains(form.sign)),
    };
    let all = values(flag.value).into_iter();
    let all = all.filter_map(|range| flag.value.get(range));
    let all = all.map(|value| value.trim_matches(['"', '\'', '`']));
    // An empty one is the default of its URL; a placeholder may become anything.
    let mut all = all.filter(|value| !value.is_empty() && !value.contains(['$', '%', '{', '<']));
    let wrong = all.find(is_wrong)?;
    if kind == FlagKind::Switch && is_truth_of_yaml(flag) {
        return None;
    }
    let message = format!(
        "`-{}`: expected {expected}, found `{wrong}`; {program} does not start",
        flag.name
    );
    Some(reported(source, flag, rule::SCHEMA_INVALID_VALUE, message).help(Advice::say(help)))
}

/// Whether a value of a mapping is a truth value to YAML 1.1, which charts and Ansible read it with and write as
/// `true` or `false`.
fn is_truth_of_yaml(flag: &WrittenFlag<'_, '_>) -> bool {
    let words = ["yes", "no", "on", "off", "y", "n"];
    let whole = flag
        .node
        .scalar()
        .filter(|scalar| scalar.text == flag.value);
    whole.is_some_and(|scalar| {
        let mut words = words.iter();
        scalar.style == Style::Plain && words.any(|word| scalar.text.eq_ignore_ascii_case(word))
    })
}

/// Whether a text is a size: a number, with a unit of ten or of two, whatever the letter case.
fn is_size(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let units = ["kib", "mib", "gib", "tib", "kb", "mb", "gb", "tb"];
    let mut numbers = units.iter().filter_map(|unit| text.strip_suffix(unit));
    numbers.next().unwrap_or(&text).parse::<f64>().is_ok()
}

/// Flags that exclude each other.
const PAIRS: &[(&str, &str)] = &[
    ("remoteWrite.forcePromProto", "remoteWrite.forceVMProto"),
    ("remoteWrite.mdx.enable", "remoteWrite.shardByURL"),
    (
        "remoteWrite.shardByURL.ignoreLabels",
        "remoteWrite.shardByURL.labels",
    ),
];

fn pairs(
    source: &Arc<Document>,
    arguments: &[ContainerArgument<'_>],
    program: &str,
) -> Vec<Finding> {
    let all = flags(arguments);
    let is_set = |flag: &&WrittenFlag<'_, '_>| {
        kind_of(flag.name) != Some(FlagKind::Switch)
            || go::standard::truth(flag.value) == Some(true)
    };
    let set = |name: &str| {
        let mut given = all.iter().filter(|flag| flag.name == name);
        // Several values are those of several URLs.
        let first = given.next().filter(is_set);
        first.filter(|_| given.next().is_none())
    };
    let found = PAIRS.iter().filter_map(|(first, second)| {
        let (other, flag) = (set(first)?, set(second)?);
        let message =
            format!("only one of `-{first}` and `-{second}` may be set; {program} does not start");
        let finding = reported(source, flag, rule::SCHEMA_CONFLICT, message);
        let there = Place::new(source.text(), other.span);
        let finding = finding.evidence(there, "the other one is here");
        Some(finding.help(Advice::say("remove one of them")))
    });
    found.collect()
}

fn reported(
    source: &Arc<Document>,
    flag: &WrittenFlag<'_, '_>,
    broken: &'static str,
    message: String,
) -> Finding {
    let place = Place::new(source.text(), flag.span);
    let finding = Finding::new(broken, Severity::Error, place, message);
    finding.of_key(flag.node.path(), flag.node.identity())
}

#[cfg(test)]
mod tests {
    use super::is_size;

    #[test]
    fn sizes_have_units_of_ten_or_of_two() {
        for text in ["0", "1e6", "500MB", "1.5GiB", "1kb", "10tib"] {
            assert!(is_size(text), "{text}");
        }
        for text in ["many", "1 gigabyte", "MB", "5PB"] {
            assert!(!is_size(text), "{text}");
        }
    }
}
