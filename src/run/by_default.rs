//! What is reported in parts of a chart's templates that its own values leave out.

use std::ops::Range;

use crate::discover::RecognizedFile;
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::rules::RuleJudgment;

/// A part of a template that is written only if values are set, and their paths: all of them have to be.
struct Guarded<'t> {
    range: Range<usize>,
    paths: Vec<Vec<&'t str>>,
}

/// For so many parts of one template, and paths of one condition, the values are asked: each costs reading them.
const MOST_PARTS: usize = 16;
const MOST_PATHS: usize = 4;

/// Makes infos of findings in parts that the chart's own values leave out, and that nothing beside them turns
/// on: who copied a chart from somewhere else does not write its templates.
pub(super) fn put(judgment: &mut RuleJudgment, recognized: &RecognizedFile, facts: &Facts<'_>) {
    let text = &recognized.text;
    let is_grave = |finding: &Finding| {
        finding.severity > Severity::Info && finding.place.path() == text.path()
    };
    let is_template = recognized.masked || recognized.template.is_some();
    if !is_template || !judgment.findings.iter().any(is_grave) {
        return;
    }
    let grave = judgment.findings.iter().filter(|finding| is_grave(finding));
    let mut places: Vec<usize> = grave
        .map(|finding| finding.place.span().start as usize)
        .collect();
    places.sort_unstable();
    let mut left_out = guarded(text.content());
    left_out.retain(|part| {
        let next = places.partition_point(|at| *at < part.range.start);
        places.get(next).is_some_and(|at| *at < part.range.end)
    });
    left_out.truncate(MOST_PARTS);
    left_out.retain(|part| {
        let mut paths = part.paths.iter().take(MOST_PATHS);
        paths.any(|path| facts.is_left_out_by_chart(text.path(), path))
    });
    for finding in &mut judgment.findings {
        let at = finding.place.span().start as usize;
        if is_grave(finding) && left_out.iter().any(|part| part.range.contains(&at)) {
            finding.severity = Severity::Info;
        }
    }
}

/// The parts of a template under conditions and in loops about values alone, up to their `else`.
fn guarded(content: &str) -> Vec<Guarded<'_>> {
    let mut out = Vec::new();
    let mut open: Vec<Option<Guarded<'_>>> = Vec::new();
    for (at, _) in content.match_indices("{{") {
        let Some(tag) = content
            .get(at + 2..)
            .and_then(|rest| rest.split("}}").next())
        else {
            continue;
        };
        let tag = tag.trim_matches(|c: char| c == '-' || c.is_whitespace());
        let (word, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        match word {
            "if" | "with" | "range" => open.push(Some(Guarded {
                range: at..at,
                paths: paths_of(rest),
            })),
            "define" | "block" => open.push(None),
            "else" | "end" => {
                let opened = open.last_mut().and_then(Option::take);
                out.extend(opened.map(|opened| Guarded {
                    range: opened.range.start..at,
                    ..opened
                }));
                if word == "end" {
                    open.pop();
                }
            }
            _ => {}
        }
    }
    out
}

/// The values that a condition or a loop rests on: `.Values.a.b`, `$x := .Values.a`, `and .Values.a .Values.b`.
fn paths_of(expression: &str) -> Vec<Vec<&str>> {
    let expression = expression
        .rsplit_once(":=")
        .map_or(expression, |(_, value)| value)
        .trim();
    let alone = expression.strip_prefix("and ").unwrap_or(expression);
    let all: Option<Vec<_>> = alone.split_whitespace().map(path_of).collect();
    all.filter(|all| all.len() == 1 || alone.len() < expression.len())
        .unwrap_or_default()
}

fn path_of(word: &str) -> Option<Vec<&str>> {
    let path = word.strip_prefix('$').unwrap_or(word);
    let path = path.strip_prefix(".Values.")?;
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let keys: Vec<&str> = path.split('.').collect();
    let are_keys = keys
        .iter()
        .all(|key| !key.is_empty() && key.chars().all(is_sign));
    are_keys.then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::{guarded, paths_of};

    #[test]
    fn conditions_about_values_alone_have_paths() {
        assert_eq!(paths_of(".Values.a.b"), [["a", "b"]]);
        assert_eq!(paths_of("$i, $one := $.Values.a"), [["a"]]);
        assert_eq!(paths_of("and .Values.a .Values.b"), [["a"], ["b"]]);
        for other in [
            ".a.b",
            "not .Values.a",
            "or .Values.a .Values.b",
            "and .Values.a (not .Values.b)",
            "eq .Values.a \"b\"",
            ".Values.a | default 1",
            "",
        ] {
            assert!(paths_of(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn parts_end_at_their_else_or_end() {
        let content = "a{{ if .Values.b }}c{{ range .Values.d }}e{{ end }}{{ else }}f{{- end }}g";
        let found = guarded(content);
        let parts: Vec<_> = found
            .iter()
            .map(|part| &content[part.range.clone()])
            .collect();
        assert_eq!(
            parts,
            [
                "{{ range .Values.d }}e",
                "{{ if .Values.b }}c{{ range .Values.d }}e{{ end }}"
            ]
        );
        assert!(guarded("{{ end }}{{ else }}{{ if .Values.a }}").is_empty());
    }
}
