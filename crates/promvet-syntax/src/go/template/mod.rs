//! Templates in labels and annotations of alerts, as Go's `text/template/parse` reads them.
//!
//! Prometheus parses every label and annotation of an alert when it loads a rule file, with
//! `$labels`, `$externalLabels`, `$externalURL` and `$value` defined before it. What fails only
//! when an alert fires, such as a function with the wrong arguments, passes [`check`]; [`fields`] lists what
//! a template reads, and [`calls`] the texts that it hands to functions.

mod calls;
mod fields;
mod function;
mod lexer;
mod number;
mod parse;
mod pipeline;
mod scope;

pub use calls::{Call, calls};
pub use fields::{FieldChain, fields};

use crate::Fault;

/// What is wrong with a template, for Prometheus of a release (major, minor): the first fault, as
/// Go stops there.
///
/// # Errors
/// Why Prometheus rejects the template.
pub fn check(text: &str, release: (u16, u16)) -> Result<(), Fault> {
    if !text.contains("{{") {
        return Ok(());
    }
    parse::check(text, release)
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn sound_templates_pass() {
        for text in [
            "",
            "plain } text }}",
            "{{ $labels.instance }} is at {{ $value }}",
            "{{ $value | humanize }}%",
            "{{ printf \"%.2f\" $value }}",
            "{{- if gt $value 1.0 -}} a {{- else if lt $value 0x1F }} b {{ else }} c {{- end -}}",
            "{{ range query \"up\" }}{{ .Labels.instance }}{{ break }}{{ end }}",
            "{{ range $i, $e := query `up` }}{{ $i }}{{ else }}none{{ end }}",
            "{{ with query \"up\" }}{{ . | first | value }}{{ else with $value }}x{{ end }}",
            "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
            "{{/* a comment */}}{{- /* another */ -}}",
            "{{ define \"t\" }}{{ .arg0 }}{{ end }}{{ template \"t\" (args 1 2) }}",
            "{{ block \"b\" . }}x{{ end }}",
            "{{ (query \"up\" | first).Value }}",
            "{{ index $labels \"a\" }}{{ $externalLabels.region }}{{ $externalURL }}{{ .Value }}{{ $ }}",
            "{{ if and (eq $labels.a \"b\") (not false) }}{{ end }}",
            "{{\n  $value\n}}",
            "{{ \"{{\" }} $labels.x {{ `}}` }}",
            "{{ $value | }}",
            "{{ 'a' }}{{ nil | print }}{{ -1 }}{{ +.5e3 }}{{ 1_000 }}",
        ] {
            assert_eq!(check(text, (3, 14)), Ok(()), "{text}");
        }
    }

    #[test]
    fn broken_templates_are_refused_in_their_place() {
        for (text, at, words) in [
            ("a {{ $value", "{{", "never closed"),
            ("{{ $labels.instance }", "}", "ends with"),
            ("{{ $labels.instance", "{{", "never closed"),
            ("{{ if $value }}x", "{{ if $value }}", "no `{{ end }}`"),
            (
                "{{ range query \"up\" }}{{ if . }}x{{ end }}",
                "{{ range query \"up\" }}",
                "no `{{ end }}`",
            ),
            ("x{{ end }}", "end", "no `if`, `range` or `with` is open"),
            ("{{ else }}", "else", "`else`"),
            ("{{ $label.instance }}", "$label", "not defined"),
            (
                "{{ humanise $value }}",
                "humanise",
                "unknown template function `humanise`",
            ),
            ("{{ tmpl \"x\" . }}", "tmpl", "does not exist in rules"),
            ("{{ | humanize }}", "|", "unexpected `|`; expected a value"),
            ("{{ }}", "}}", "missing"),
            ("{{ $value | 3 }}", "3", "is not a function"),
            ("{{ \"abc }}", "\"abc }}", "never closed"),
            ("{{ `abc }}", "`abc }}", "never closed"),
            ("{{ (query \"up\" }}", "(", "never closed"),
            ("{{ $value ) }}", ")", "unmatched `)`"),
            ("{{ 1x }}", "1x", "number"),
            ("{{ $labels.a-b }}", "-", "unexpected `-` after `.a`"),
            ("{{ break }}", "break", "`range`"),
            ("{{ template foo }}", "foo", "name in quotes"),
            ("{{ if }}x{{ end }}", "}}", "missing"),
            (
                "{{ $value, }}",
                ",",
                "unexpected `,`; expected `:=` or `}}`",
            ),
            ("{{ /* x }}", "/*", "comment"),
            ("{{/* x }}", "{{/* x }}", "comment"),
            (
                "{{ define \"x\" }}{{ $labels.a }}{{ end }}",
                "$labels",
                "not defined",
            ),
            ("{{ $value : 1 }}", ":", "`:=`"),
            ("{{ 'ab' }}", "'ab'", "one character"),
            ("{{ \"\\q\" }}", "\"\\q\"", "escape"),
            ("{{ \"a\".b }}", ".b", "unexpected `.b`; expected a space"),
            (
                "{{ if $value }}a{{ else }}b{{ else }}c{{ end }}",
                "else",
                "second",
            ),
            (
                "{{ with $value }}{{ $x := 1 }}{{ end }}{{ $x }}",
                "$x",
                "not defined",
            ),
        ] {
            let fault = check(text, (3, 14)).expect_err(text);
            assert_eq!(
                text.get(fault.from..fault.to),
                Some(at),
                "{text}: {}",
                fault.message
            );
            assert!(fault.message.contains(words), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn functions_came_with_releases() {
        for (text, since) in [
            ("{{ stripPort $labels.instance }}", (2, 33)),
            ("{{ humanizePercentage $value }}", (2, 11)),
            ("{{ urlQueryEscape $labels.a }}", (3, 8)),
        ] {
            assert_eq!(check(text, since), Ok(()), "{text}");
            let fault = check(text, (since.0, since.1 - 1)).expect_err(text);
            assert!(
                fault.message.contains("needs Prometheus"),
                "{}",
                fault.message
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC{0,3}|\\{\\{-?|-?\\}\\}| |\\$x|\\$value|if|else|end|range|with|define|\"a\"|:=|=|,|\\||\\(|\\)|\\.|[.]a|1|/\\*|\\*/){0,24}") {
            if let Err(fault) = check(&text, (3, 14)) {
                assert!(text.get(fault.from..fault.to).is_some(), "{fault:?}");
            }
        }
    }
}
