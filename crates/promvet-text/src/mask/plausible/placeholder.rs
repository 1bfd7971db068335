//! What is filled in later: placeholders and variables.

use std::borrow::Cow;

use super::{is_name_of_variable, is_part, is_variable_name};

/// A value with a letter for each place to be filled in: `${NAME}`, `$NAME`, `$(name)`, `$1`,
/// `<name>`, `%name%`, `%(name)s`, `@NAME@`, `{{ name }}`. A password may have each of these marks, so
/// what is between them has to be a name, and what is around them counts as it is.
pub(super) fn filled_in(value: &str) -> Cow<'_, str> {
    let marks = ['$', '{', '<', '%', '@'];
    if !value.contains(marks) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(marks) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let length = placeholder(behind).unwrap_or(0);
        rest = behind.get(length.max(1)..).unwrap_or("");
        out.push_str(if length > 0 {
            "a"
        } else {
            behind.get(..1).unwrap_or("")
        });
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The most bytes of a placeholder: a template of Helm may have functions.
pub(super) const LONGEST_PLACEHOLDER: usize = 160;

/// The length of the placeholder that a text begins with.
pub(super) fn placeholder(text: &str) -> Option<usize> {
    let text = text.get(..super::super::floor(text, LONGEST_PLACEHOLDER))?;
    // Variables of shells may have a default in their braces.
    for (open, close) in [
        ("${{", "}}"),
        ("{{", "}}"),
        ("${", "}"),
        ("$(", ")"),
        ("%(", ")s"),
    ] {
        if let Some(behind) = text.strip_prefix(open) {
            let (inside, _) = behind.split_once(close)?;
            let is_name = |word: &str| is_name_of_variable(word);
            let mut words = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let is_placeholder = words.all(is_name) && has_plain_literals(inside);
            return is_placeholder.then_some(open.len() + inside.len() + close.len());
        }
    }
    if let Some(behind) = text.strip_prefix('$') {
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = behind.get(..end.unwrap_or(behind.len()))?;
        let group = (1..3).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_digit());
        return (group || is_variable_name(name)).then_some(1 + name.len());
    }
    let (open, behind) = text.split_at_checked(1)?;
    let close = match open {
        "<" => '>',
        "%" => '%',
        "@" => '@',
        _ => return None,
    };
    let (name, _) = behind.split_once(close)?;
    let mut words = name.split([' ', '-', '.']).filter(|word| !word.is_empty());
    let is_name = words.all(is_variable_name) && !name.is_empty();
    let may_have_blanks = close == '>' || !name.contains(' ');
    (is_name && may_have_blanks).then_some(name.len() + 2)
}

/// Whether each text in quotes consists of words: `{{ pw | default("SECRET") }}` holds a secret.
pub(super) fn has_plain_literals(inside: &str) -> bool {
    let mut literals = inside.split(['"', '\'', '`']).skip(1).step_by(2);
    literals.all(|text| {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .all(is_part)
    })
}
