//! How types, places and words of a set are named to people.

use crate::dialect::refused;
use promvet_text::{Advice, Message, nearest};

use super::check::Rule;
use super::table::{Enum, Field, Type};
use super::version::Version;
use crate::yaml::{Kind, Node, Scalar};

/// What becomes of a file with something newer than the release that reads it.
pub(crate) const OF_OLDER: &str = "older releases reject the file";

/// What a node is, with its article.
pub(super) fn what_is(kind: Kind<'_>) -> String {
    match kind {
        Kind::Sequence(_) => "a list".into(),
        Kind::Mapping(_) => "a mapping".into(),
        Kind::Scalar(scalar) => what_scalar_is(scalar),
    }
}

/// Asked of go-yaml's own reading, since `yes` is a boolean to it and text to people.
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
        Type::LabelName => "a label name",
        Type::File(..) => "this path",
        _ => "the value",
    }
}

/// What a type wants, with its article.
pub(super) fn what_is_wanted(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "`true` or `false` without quotes",
        Type::Int => "a whole number without quotes",
        Type::Uint => "a whole number from 0 up, without quotes",
        Type::Float => "a number without quotes",
        Type::Text | Type::LabelValue | Type::Template => "text",
        Type::Secret => "a secret",
        Type::Duration => "a duration such as `30s`",
        Type::ByteSize => "a size such as `512MB`",
        Type::Url | Type::UrlText => "a URL",
        Type::HostPort => "an address such as `host:9090`",
        Type::Regex => "a regular expression",
        Type::LabelName => "a label name",
        Type::LabelTemplate => "a label name",
        Type::HeaderName => "a header name",
        Type::Uuid => "a UUID",
        Type::LabelSelector | Type::FieldSelector => "a selector such as `app=web`",
        Type::Any => "any value",
        Type::File(..) => "the path of a file",
        Type::Enum(_) => "one value",
        Type::List(item) => match item {
            Type::Section(_) => "a list of mappings",
            _ => "a list",
        },
        Type::Map(..) => "a mapping of names to values",
        Type::Section(_) => "a mapping",
    }
}

/// What a value has to be, as far as it decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Number,
    Bool,
    List,
    ListOfMappings,
    Mapping,
}

/// The form of a type.
pub(super) fn form_of(ty: &Type) -> Form {
    match ty {
        Type::List(Type::Section(_)) => Form::ListOfMappings,
        Type::List(_) => Form::List,
        Type::Section(_) | Type::Map(..) => Form::Mapping,
        Type::Bool => Form::Bool,
        Type::Int | Type::Uint | Type::Float => Form::Number,
        _ => Form::Text,
    }
}

/// How a value of another kind is written so that it has the form that is wanted.
pub(crate) fn how_to_write(wanted: Form, found: Kind<'_>) -> Option<&'static str> {
    Some(match (wanted, found) {
        (Form::List, Kind::Scalar(_)) => {
            "write a list of one item as `[item]`, or as `- item` on a separate line"
        }
        (Form::ListOfMappings, Kind::Mapping(_)) => {
            "write `- ` before the first key, and indent the other keys to match"
        }
        (Form::Mapping, Kind::Sequence(_)) => "write the keys without `-`",
        (Form::Mapping, Kind::Scalar(_)) => "write `key: value` pairs below it, indented",
        (Form::List | Form::ListOfMappings, Kind::Mapping(_) | Kind::Scalar(_)) => {
            "write a list: begin each item with `- `"
        }
        (Form::Text | Form::Number | Form::Bool, Kind::Sequence(_)) => {
            "write one value, without `-` and brackets"
        }
        (Form::Text | Form::Number | Form::Bool, Kind::Mapping(_)) => {
            "write one value in place of the mapping"
        }
        (Form::Number, Kind::Scalar(_)) => "write a number such as `10`",
        (Form::Bool, Kind::Scalar(_)) => "write `true` or `false`",
        _ => return None,
    })
}

/// Of spellings that differ in nothing but case, the first one.
pub(crate) fn once_each(words: &[&'static str]) -> Vec<&'static str> {
    let mut listed: Vec<&str> = Vec::new();
    for word in words {
        if !listed.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            listed.push(word);
        }
    }
    listed
}

/// How a required key is added, or filled in if it is written already.
pub(super) fn how_to_add(field: &Field, is_written: bool, version: Version) -> String {
    /// More words than a role has are looked up by `promvet explain`.
    const MOST_WORDS: usize = 8;
    let key = field.key;
    let words = match &field.ty {
        Type::Enum(set) => known(set, version),
        _ => Vec::new(),
    };
    let example = match &field.ty {
        Type::Url | Type::UrlText => "a URL, such as `https://example.com`",
        Type::Duration | Type::ByteSize | Type::HostPort | Type::LabelSelector => {
            what_is_wanted(&field.ty)
        }
        _ => "",
    };
    match is_written {
        _ if (1..=MOST_WORDS).contains(&words.len()) => {
            format!("set `{key}` to {}", any_of(&words))
        }
        _ if !example.is_empty() => format!("set `{key}` to {example}"),
        true => format!("give `{key}` a value"),
        false => format!("add `{key}`"),
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
    pub(super) message: Message,
    /// The word that is meant, and whether it can be only this one.
    near: Option<(&'static str, bool)>,
    help: String,
}

impl NotAmong {
    /// What to do about it, at the word.
    pub(super) fn advice(&self, place: Node<'_>) -> Advice {
        match self.near {
            Some((word, _)) if place.is_alias() || place.scalar().is_none() => {
                Advice::write(format!("write `{word}`"))
            }
            Some((word, true)) => Advice::replace(place.span(), word).safe(),
            Some((word, false)) => Advice::replace(place.span(), word)
                .text(self.help.clone())
                .unsafe_(),
            None => Advice::say(&*self.help),
        }
    }
}

/// What is wrong with a word of a set in a version, if something is.
pub(super) fn not_among(
    set: &'static Enum,
    subject: &str,
    text: &str,
    version: Version,
) -> Option<NotAmong> {
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
            Some(removed) => format!(
                "{subject}: `{text}` was removed in Prometheus {removed}, which rejects the file"
            )
            .into(),
            None => Message::leading_late_to(
                format!(
                    "{subject}: `{text}` requires Prometheus {} or newer",
                    word.since
                ),
                "; ",
                OF_OLDER,
            ),
        };
        return Some(NotAmong {
            rule: Rule::Unavailable,
            message,
            // With one word left it must be the one, but a newer release may suit better, so that
            // it is not sure.
            near: match known(set, version).as_slice() {
                [only] => Some((*only, false)),
                _ => None,
            },
            help: one_of(set, version),
        });
    }
    let message = if text.is_empty() {
        refused(format!("{subject} is empty"))
    } else {
        refused(format!("{subject}: unknown value `{text}`"))
    };
    Some(NotAmong {
        rule: Rule::InvalidValue,
        message,
        near: meant(&known(set, version), text),
        help: one_of(set, version),
    })
}

fn known(set: &'static Enum, version: Version) -> Vec<&'static str> {
    let words = set.words.iter().filter(|word| word.known(version));
    words.map(|word| word.text).collect()
}

fn one_of(set: &'static Enum, version: Version) -> String {
    format!("use {}", any_of(&known(set, version)))
}

/// The word that a misspelled one means, and whether it can mean no other: in another case, or the
/// only one that is one slip away.
fn meant(known: &[&'static str], text: &str) -> Option<(&'static str, bool)> {
    // One slip makes another of the short words out of any of them.
    /// `tcp` for `udp` is not a slip, so that words of up to two letters are never sure.
    const SHORTEST: usize = 3;
    let plain = |word: &str| word.to_ascii_lowercase().replace(['-', ' '], "_");
    let text = plain(text.trim());
    if let Some(word) = known.iter().find(|word| plain(word) == text) {
        return Some((word, true));
    }
    let slips = |word: &&str| strsim::osa_distance(&plain(word), &text) <= 1;
    let mut one_slip = known.iter().copied().filter(slips);
    match (one_slip.next(), one_slip.next()) {
        (Some(word), None) if text.len() >= SHORTEST => Some((word, true)),
        (Some(word), _) => Some((word, false)),
        _ => nearest(&text, known.iter().copied()).map(|word| (word, false)),
    }
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
