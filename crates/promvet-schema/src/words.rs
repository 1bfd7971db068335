//! How types, places and words of a set are named to people.

use super::check::Rule;
use super::table::{Enum, Type};
use super::version::Version;
use crate::yaml::{Kind, Scalar};

/// What a node is, with its article.
pub(super) fn what_is(kind: Kind<'_>) -> String {
    match kind {
        Kind::Sequence(_) => "a list".into(),
        Kind::Mapping(_) => "a mapping".into(),
        Kind::Scalar(scalar) => what_scalar_is(scalar),
    }
}

fn what_scalar_is(scalar: Scalar<'_>) -> String {
    if super::grammar::is_text(scalar) {
        "text".into()
    } else if scalar.as_bool().is_some() {
        "a boolean".into()
    } else if super::grammar::number(scalar).is_some() {
        "a number".into()
    } else {
        "a single value".into()
    }
}

/// What a text of a type is called at the head of a sentence.
pub(super) fn subject(ty: &Type) -> &'static str {
    match ty {
        Type::Duration => "this duration",
        Type::ByteSize => "this size",
        Type::Url => "this URL",
        Type::Regex => "this regular expression",
        Type::LabelName => "the name of a label",
        Type::File(..) => "this path",
        _ => "this",
    }
}

/// What a type wants, with its article.
pub(super) fn what_is_wanted(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "`true` or `false` without quotes",
        Type::Int => "a whole number without quotes",
        Type::Uint => "a whole number that is not negative, without quotes",
        Type::Float => "a number without quotes",
        Type::Text | Type::LabelValue | Type::Template => "text",
        Type::Secret => "text that is kept secret",
        Type::Duration => "a duration such as `30s`",
        Type::ByteSize => "a size such as `512MB`",
        Type::Url | Type::UrlText => "a URL",
        Type::HostPort => "an address such as `host:9090`",
        Type::Regex => "a regular expression",
        Type::LabelName => "the name of a label",
        Type::LabelTemplate => "the name of a label",
        Type::HeaderName => "the name of a header",
        Type::Uuid => "a UUID",
        Type::LabelSelector | Type::FieldSelector => "a selector such as `app=web`",
        Type::Any => "any value",
        Type::File(..) => "the path of a file",
        Type::Enum(_) => "one word",
        Type::List(item) => match item {
            Type::Section(_) => "a list of mappings",
            _ => "a list",
        },
        Type::Map(..) => "a mapping of names to values",
        Type::Section(_) => "a mapping",
    }
}

/// `in remote_write[]`, or `at the top level`.
pub(super) fn place_of(path: &str) -> String {
    if path.is_empty() {
        "at the top level".into()
    } else {
        format!("in `{path}`")
    }
}

/// `in remote_write[]`, or `at the top level`, for something that has to move.
pub(super) fn destination(path: &str) -> String {
    if path.is_empty() {
        "at the top level of the file".into()
    } else {
        format!("in `{path}`")
    }
}

/// What is wrong with a word.
pub(super) struct NotAmong {
    pub(super) rule: Rule,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// What is wrong with a word of a set in a version, if something is.
pub(super) fn not_among(set: &Enum, text: &str, version: Version) -> Option<NotAmong> {
    if text.is_empty() && set.empty {
        return None;
    }
    let same = |word: &str| word == text || set.any_case && word.eq_ignore_ascii_case(text);
    let found = set.words.iter().find(|word| same(word.text));
    if let Some(word) = found {
        if word.known(version) {
            return None;
        }
        let message = match word.removed.filter(|removed| *removed <= version) {
            Some(removed) => {
                format!("`{text}` was removed in Prometheus {removed}, which refuses the file")
            }
            None => format!(
                "`{text}` needs Prometheus {} or newer; older ones refuse the file",
                word.since
            ),
        };
        return Some(NotAmong {
            rule: Rule::Unavailable,
            message,
            help: None,
        });
    }
    let known: Vec<&str> = set
        .words
        .iter()
        .filter(|word| word.known(version))
        .map(|word| word.text)
        .collect();
    let near = known.iter().find(|word| word.eq_ignore_ascii_case(text));
    let message = if text.is_empty() {
        format!("this is empty; it has to be {}", any_of(&known))
    } else {
        format!(
            "`{text}` is not allowed here; it has to be {}",
            any_of(&known)
        )
    };
    Some(NotAmong {
        rule: Rule::InvalidValue,
        message,
        help: near.map(|word| format!("Upper and lower case matter: write `{word}`")),
    })
}

/// `` `a`, `b` or `c` ``
pub(super) fn any_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// `` `a`, `b` and `c` ``
pub(super) fn all_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
