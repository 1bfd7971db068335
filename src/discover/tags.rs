//! The tags of template languages in a text: Jinja, Go templates and languages made from them
//! (consul-template, confd, Helm, Nomad), Handlebars, ERB, Terraform, and what the shell and
//! envsubst replace.

use std::ops::Range;

use memchr::memmem;

use crate::yaml::placeholder;
pub(super) use crate::yaml::placeholder::role::TagRole;
use crate::yaml::placeholder::role::{of_erb, of_expression, of_statement};

/// The longest tag in bytes; what is longer is a bracket that no one closed.
const LONGEST: usize = 16 * 1024;

/// The longest stretch without brackets that is searched for other placeholders, in bytes: no one writes
/// longer lines by hand.
const LONGEST_LINE: usize = 4096;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) span: Range<usize>,
    pub(super) role: TagRole,
    /// Whether its brackets are those of a template language, and not of the shell.
    pub(super) bracketed: bool,
}

struct TagBrackets {
    open: &'static str,
    close: &'static str,
    role: fn(&str) -> Option<TagRole>,
}

const BRACKETS: &[TagBrackets] = &[
    TagBrackets {
        open: "{{",
        close: "}}",
        role: |inner| Some(of_expression(inner)),
    },
    TagBrackets {
        open: "{%",
        close: "%}",
        role: |inner| Some(of_statement(inner).unwrap_or(TagRole::Silent)),
    },
    TagBrackets {
        open: "{#",
        close: "#}",
        role: |_| Some(TagRole::Silent),
    },
    TagBrackets {
        open: "<%",
        close: "%>",
        role: |inner| Some(of_erb(inner)),
    },
    TagBrackets {
        open: "[[",
        close: "]]",
        // A list in a list, `[[]]`, `[[__address__]]` and `[[:alpha:]]` are none.
        role: |inner| {
            let is_list = inner.contains(['[', ']', ':', ','])
                || inner.starts_with("__")
                || inner.trim().is_empty();
            (!is_list).then(|| of_expression(inner))
        },
    },
];

/// A directive of Terraform, `%{ if x ~}`, whose brace is at a byte.
fn terraform_at(text: &str, at: usize) -> Option<Tag> {
    let start = at.checked_sub(1)?;
    let inner = text.get(start..)?.strip_prefix("%{")?;
    let line = inner.get(..LONGEST_LINE.min(inner.len())).unwrap_or(inner);
    let line = line.split('\n').next().unwrap_or(line);
    let length = line.find('}')?;
    let role = of_statement(inner.get(..length)?)?;
    Some(Tag {
        span: start..at + 1 + length + 1,
        role,
        bracketed: true,
    })
}

/// All tags of a text, ascending, without overlap.
pub(super) fn find(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut closes = [Some(0); BRACKETS.len()];
    let mut at = 0;
    let mut plain_from = 0;
    while let Some(next) = memchr::memchr3(b'{', b'<', b'[', rest(text, at)).map(|next| at + next) {
        let directive = terraform_at(text, next).filter(|tag| tag.span.start >= plain_from);
        match directive.or_else(|| bracket_at(text, next, &mut closes)) {
            Some(tag) => {
                find_bare(text, plain_from..tag.span.start, &mut tags);
                at = tag.span.end;
                plain_from = at;
                tags.push(tag);
            }
            None => at = next + 1,
        }
    }
    find_bare(text, plain_from..text.len(), &mut tags);
    tags
}

fn rest(text: &str, from: usize) -> &[u8] {
    text.as_bytes().get(from..).unwrap_or(&[])
}

/// The tag with brackets that begins at a byte. `closes` remembers where the next closing bracket
/// of each kind is, so that a text full of opening ones is searched only once.
fn bracket_at(text: &str, at: usize, closes: &mut [Option<usize>]) -> Option<Tag> {
    let start = rest(text, at);
    let fits = |(_, brackets): &(usize, &TagBrackets)| start.starts_with(brackets.open.as_bytes());
    let (kind, brackets) = BRACKETS.iter().enumerate().find(fits)?;
    let from = at + brackets.open.len();
    let close = brackets.close.as_bytes();
    let known = closes.get_mut(kind)?;
    if known.as_ref().is_some_and(|&known| known < from) {
        *known = memmem::find(rest(text, from), close).map(|found| from + found);
    }
    let mut end = (*known)?;
    let inner = rest(text, from).get(..end - from)?;
    if inner.len() < LONGEST && memchr::memchr_iter(b'"', inner).count() % 2 == 1 {
        // The closing bracket is in quotes; the tag goes on to the next one of its line.
        let ahead = rest(text, end + 1);
        let ahead = ahead.get(..LONGEST_LINE).unwrap_or(ahead);
        let line = ahead.split(|byte| *byte == b'\n').next().unwrap_or(ahead);
        end = memmem::find(line, close).map_or(end, |found| end + 1 + found);
    }
    let inner = text.get(from..end).filter(|inner| inner.len() < LONGEST)?;
    Some(Tag {
        span: at..end + close.len(),
        role: (brackets.role)(inner)?,
        bracketed: true,
    })
}

/// Placeholders without such brackets: `${X}`, `%X%`, `__X__`, `@X@`.
fn find_bare(text: &str, range: Range<usize>, tags: &mut Vec<Tag>) {
    let mut at = range.start;
    for line in text.get(range).unwrap_or("").split_inclusive('\n') {
        if line.len() <= LONGEST_LINE {
            let found = placeholder::find(line).filter(|found| !is_bracket(line, found));
            let mut spans: Vec<_> = found
                .map(|found| at + found.start..at + found.end)
                .collect();
            spans.sort_by_key(|span| span.start);
            for span in spans {
                if tags
                    .last()
                    .is_none_or(|last: &Tag| last.span.end <= span.start)
                {
                    tags.push(Tag {
                        span,
                        role: TagRole::Value,
                        bracketed: false,
                    });
                }
            }
        }
        at += line.len();
    }
}

/// Whether a placeholder begins with brackets that have been judged already.
fn is_bracket(line: &str, found: &Range<usize>) -> bool {
    let begins = |open: &str| {
        line.get(found.start..)
            .is_some_and(|rest| rest.starts_with(open))
    };
    begins("{{") || begins("[[")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str) -> Vec<(&str, TagRole)> {
        let tags = find(text);
        tags.into_iter()
            .map(|tag| (&text[tag.span], tag.role))
            .collect()
    }

    #[test]
    fn tags_of_many_languages_are_found() {
        use TagRole::{Close, Else, Open, Silent, Value};
        for (text, expected) in [
            ("a: {{ x }}", vec![("{{ x }}", Value)]),
            ("{%- if x -%}", vec![("{%- if x -%}", Open)]),
            ("{% elif y %}", vec![("{% elif y %}", Else)]),
            ("{% endfor %}", vec![("{% endfor %}", Close)]),
            ("{% set a = 1 %}", vec![("{% set a = 1 %}", Silent)]),
            ("{# why #}", vec![("{# why #}", Silent)]),
            (
                "{{- range .x }}{{ end }}",
                vec![("{{- range .x }}", Open), ("{{ end }}", Close)],
            ),
            ("{{ $a := 1 }}", vec![("{{ $a := 1 }}", Silent)]),
            (
                "{{ $a }}{{ end.x }}",
                vec![("{{ $a }}", Value), ("{{ end.x }}", Value)],
            ),
            (
                "{{/* why */}}{{#if x}}{{/if}}",
                vec![
                    ("{{/* why */}}", Silent),
                    ("{{#if x}}", Open),
                    ("{{/if}}", Close),
                ],
            ),
            (
                "<%= x %><% if y %><% end %>",
                vec![
                    ("<%= x %>", Value),
                    ("<% if y %>", Open),
                    ("<% end %>", Close),
                ],
            ),
            (
                "%{ if x ~}%{ else }%{~ endfor ~} 5%{x}",
                vec![
                    ("%{ if x ~}", Open),
                    ("%{ else }", Else),
                    ("%{~ endfor ~}", Close),
                ],
            ),
            ("[[ x ]] [[:alpha:]] [[a, b]]", vec![("[[ x ]]", Value)]),
            ("{{ \"}}\" }}", vec![("{{ \"}}\" }}", Value)]),
            ("${A} @B@ a@b.c@d", vec![("${A}", Value), ("@B@", Value)]),
            ("{{ a\nb }}", vec![("{{ a\nb }}", Value)]),
            ("{a: b} [c] <d", vec![]),
        ] {
            assert_eq!(roles(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_that_no_one_closes_cost_little() {
        assert_eq!(find(&"{{".repeat(200_000)).len(), 0);
        assert_eq!(find(&"${".repeat(200_000)).len(), 0);
        assert_eq!(find(&"{{\"}}".repeat(100_000)).len(), 50_000);
    }
}
