//! From types to the grammars of their texts.

use super::check::Rule;
use super::null::Null;
use super::section::{Scheme, Scope};
use super::table::Type;
use super::words;
use crate::yaml::Scalar;

/// What is wrong with a text, and where in it.
pub(super) struct Fault {
    pub(super) rule: Rule,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) message: String,
}

/// What is wrong with a scalar that stands for a type.
pub(super) fn fault(ty: &Type, scalar: Scalar<'_>, _null: Null, _scope: Scope) -> Option<Fault> {
    let whole = |rule, message| Fault {
        rule,
        from: 0,
        to: scalar.text.len(),
        message,
    };
    let wrong = || {
        whole(
            Rule::WrongType,
            format!(
                "This is {}, but {} is expected here",
                words::what_is(crate::yaml::Kind::Scalar(scalar)),
                words::what_is_wanted(ty)
            ),
        )
    };
    match ty {
        Type::Bool => scalar.as_bool().is_none().then(wrong),
        Type::Int | Type::Uint | Type::Float => number(scalar).is_none().then(wrong),
        Type::Section(_) | Type::List(_) | Type::Map(..) => Some(wrong()),
        Type::Duration => millis(scalar.text)
            .is_none()
            .then(|| whole(Rule::InvalidValue, "bad duration".into())),
        _ => None,
    }
}

pub(super) fn tag_fault(_scalar: Scalar<'_>) -> Option<String> {
    None
}

pub(super) fn number(scalar: Scalar<'_>) -> Option<f64> {
    scalar
        .is_plain()
        .then(|| scalar.text.parse().ok())
        .flatten()
}

pub(super) fn millis(text: &str) -> Option<i64> {
    text.strip_suffix('s')
        .and_then(|t| t.parse::<i64>().ok())
        .map(|s| s * 1000)
        .or_else(|| {
            text.strip_suffix('m')
                .and_then(|t| t.parse::<i64>().ok())
                .map(|s| s * 60000)
        })
}

pub(super) fn is_label_name(text: &str, scheme: Scheme) -> bool {
    match scheme {
        Scheme::Utf8 => !text.is_empty(),
        Scheme::Legacy => {
            !text.is_empty()
                && !text.starts_with(|c: char| c.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        }
    }
}

pub(super) fn is_label_template(text: &str, _scheme: Scheme) -> bool {
    !text.is_empty()
}

pub(super) fn is_uuid(text: &str) -> bool {
    text.len() > 30
}

pub(super) fn is_byte_size(_text: &str) -> bool {
    true
}
pub(super) fn label_selector(_text: &str) -> Option<Fault> {
    None
}
pub(super) fn field_selector(_text: &str) -> Option<Fault> {
    None
}
pub(super) fn url_fault(_text: &str) -> Option<Fault> {
    None
}
pub(super) fn scheme_and_host(text: &str) -> Option<(String, String)> {
    let (a, b) = text.split_once("://").unwrap_or(("", text));
    Some((a.to_owned(), b.to_owned()))
}
pub(super) fn is_scaleway_id(text: &str) -> bool {
    text.len() > 30
}
pub(super) fn is_scaleway_access_key(text: &str) -> bool {
    text.len() > 5
}
pub(super) fn is_scaleway_zone(text: &str) -> bool {
    text.len() > 5
}
