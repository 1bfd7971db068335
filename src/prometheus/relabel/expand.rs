//! What a replacement becomes.

use std::borrow::Cow;

use promvet_syntax::go::expand::references;
use regex::Captures;

/// `Regexp.ExpandString` of Go: a reference to a group that the pattern lacks is empty, `$$` is a
/// dollar.
pub(super) fn expand(template: &str, captures: &Captures<'_>) -> String {
    if !template.contains('$') {
        return template.to_owned();
    }
    let mut out = String::new();
    let mut at = 0;
    for reference in references(template) {
        push_plain(&mut out, template.get(at..reference.from));
        at = reference.to;
        // Go takes a name of digits for a number unless it begins with a zero
        // (`regexp.extract`, Go 1.22).
        let is_number = reference.name.bytes().all(|byte| byte.is_ascii_digit());
        let group =
            match is_number && !(reference.name.len() > 1 && reference.name.starts_with('0')) {
                true => reference.name.parse().ok().and_then(|at| captures.get(at)),
                false => captures.name(reference.name),
            };
        out.push_str(group.map_or("", |group| group.as_str()));
    }
    push_plain(&mut out, template.get(at..));
    out
}

/// A part without references. `regexp.Regexp.expand` writes `$$` as one dollar.
fn push_plain(out: &mut String, text: Option<&str>) {
    let text = text.unwrap_or_default();
    match text.contains('$') {
        true => out.push_str(&text.replace("$$", "$")),
        false => out.push_str(text),
    }
}

/// The text of a template without references: that of every expansion.
pub(super) fn constant(template: &str) -> Option<Cow<'_, str>> {
    // Most have no dollar.
    if !template.contains('$') {
        return Some(Cow::Borrowed(template));
    }
    let text = || Cow::Owned(template.replace("$$", "$"));
    references(template).is_empty().then(text)
}

/// The text of a template whose references are to groups that a pattern of so many groups lacks, which are
/// all empty.
pub(super) fn without_groups(template: &str, groups: usize) -> Option<String> {
    let mut out = String::new();
    let mut at = 0;
    for reference in references(template) {
        let number: usize = reference.name.parse().ok()?;
        if number <= groups || reference.name.starts_with('0') {
            return None;
        }
        push_plain(&mut out, template.get(at..reference.from));
        at = reference.to;
    }
    push_plain(&mut out, template.get(at..));
    Some(out)
}

/// What every expansion of a template begins with.
pub(super) fn beginning(template: &str) -> String {
    let end = references(template)
        .first()
        .map_or(template.len(), |first| first.from);
    template.get(..end).unwrap_or_default().replace("$$", "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_what_go_makes_of_them() {
        let regex = regex::Regex::new("^(?s:(?P<host>[^:]+):(.*))$").unwrap();
        let captures = regex.captures("a:80").unwrap();
        for (template, want) in [
            ("$1-$2", "a-80"),
            ("${1}_x", "a_x"),
            ("$1_x", ""),
            ("$host/$nope", "a/"),
            ("$$1 $$$1", "$1 $a"),
            ("$9 $01 $0", "  a:80"),
            (r"\1 %1 $( $", r"\1 %1 $( $"),
        ] {
            assert_eq!(expand(template, &captures), want, "{template}");
        }
        assert_eq!(constant("a$$b").as_deref(), Some("a$b"));
        assert_eq!(constant("$1"), None);
        assert_eq!(beginning("a_$1_b"), "a_");
    }
}
