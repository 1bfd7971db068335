//! The examples of a rule page.
//!
//! A fenced block `yaml bad` or `yaml good` is a configuration; blocks with `file=NAME` before it
//! are other files of its tree. Where the fault is in such a file, that one is the block that is
//! marked, as `yaml bad file=NAME`, and the configuration precedes it. In a bad one, a comment line below a line marks its fault:
//!
//! ```yaml
//! remote_write:
//!   - url: mimir/api/v1/push
//!     #    ^^^^^^^^^^^^^^^^^ error: scheme
//! ```
//!
//! The carets underline the token, `error` is the severity, `scheme` a part of the message; another
//! rule's finding is marked as `error[other/rule]: …`. A token that begins in one of the first two
//! columns is marked by `# <-- error: …`.

use crate::finding::Severity;

/// One example.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// The line of the page on which its block begins, from 1.
    pub line: usize,
    /// The path of the file that is good or bad: `prometheus.yml`, unless another one is named.
    pub path: String,
    /// What it contains.
    pub text: String,
    /// Other files of its tree: path and content.
    pub files: Vec<(String, String)>,
    /// What must be found, from warning upwards; nothing else may be.
    pub expected: Vec<ExpectedFinding>,
    /// Whether it is a bad one.
    pub bad: bool,
}

/// A finding that an example calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFinding {
    /// The line of the token in the example, from 1.
    pub line: usize,
    /// The columns of the token, from 1, the second one behind its end; none where only the line
    /// is said.
    pub columns: Option<(usize, usize)>,
    /// The severity.
    pub severity: Severity,
    /// The rule, if it is not the page's own.
    pub rule: Option<String>,
    /// A part of the message or the help.
    pub says: String,
}

/// The examples of a page, in order.
#[must_use]
pub fn examples(page: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut files = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let body = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.starts_with("```"));
        let body: Vec<_> = body.collect();
        let text = body
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        let words: Vec<_> = info.split_whitespace().collect();
        let name = words.iter().find_map(|word| word.strip_prefix("file="));
        let kind = words.get(1).filter(|kind| matches!(**kind, "bad" | "good"));
        if let Some(&kind) = kind {
            let expected = expectations(&body);
            let files = std::mem::take(&mut files);
            out.push(Example {
                line: number + 1,
                path: name.unwrap_or("prometheus.yml").to_owned(),
                text,
                files,
                expected,
                bad: kind == "bad",
            });
        } else if let Some(name) = name {
            files.push((name.to_owned(), text));
        }
    }
    out
}

fn expectations(lines: &[&str]) -> Vec<ExpectedFinding> {
    let mut out = Vec::new();
    let mut faulty = 0;
    for (index, line) in lines.iter().enumerate() {
        match expectation(line, faulty) {
            Some(expected) => out.push(expected),
            None => faulty = index + 1,
        }
    }
    out
}

/// The finding that a line marks on the line with the given number.
fn expectation(line: &str, faulty: usize) -> Option<ExpectedFinding> {
    let mark = line.trim_start().strip_prefix('#')?.trim_start();
    let (columns, rest) = if let Some(rest) = mark.strip_prefix("<--") {
        (None, rest)
    } else {
        let rest = mark.trim_start_matches('^');
        let start = line.chars().take_while(|c| *c != '^').count() + 1;
        let len = mark.len() - rest.len();
        (Some((start, start + len)).filter(|_| len > 0), rest)
    };
    if columns.is_none() && !mark.starts_with("<--") {
        return None;
    }
    let (severity, says) = rest.trim().split_once(':')?;
    let (word, rule) = match severity.split_once('[') {
        Some((word, rule)) => (word, Some(rule.trim_end_matches(']').to_owned())),
        None => (severity, None),
    };
    let severity = Severity::from_word(word)?;
    Some(ExpectedFinding {
        line: faulty,
        columns,
        severity,
        rule,
        says: says.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_point_at_the_line_above_them() {
        let page = "# T\n\n```yaml file=token\nx\n```\n\n```yaml bad\na:\n  - url: x\n    #    ^ error: scheme\n    \
                    # <-- warning[a/b]: other\n```\n\n```yaml good\na: 1\n```\n";
        let found = examples(page);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].files, [("token".to_owned(), "x\n".to_owned())]);
        let [first, second] = found[0].expected.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((first.line, first.columns), (2, Some((10, 11))));
        assert_eq!(
            (second.line, second.columns, second.rule.as_deref()),
            (2, None, Some("a/b"))
        );
        assert!(!found[1].bad && found[1].expected.is_empty());
    }
}
