//! Names of labels, and what relabeling may write to.

use crate::Fault;

/// Checks a label name under the UTF-8 scheme of Prometheus 3: anything but the empty text.
/// Imitates `model.ValidationScheme.IsValidLabelName`.
///
/// # Errors
/// The empty name.
pub fn utf8_name(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(
            Fault::new(0, 0, "is empty, which is not a valid label name")
                .help("write a name, or remove the entry"),
        );
    }
    Ok(())
}

/// Checks a label name under the legacy scheme: `[a-zA-Z_][a-zA-Z0-9_]*`.
/// Imitates `model.LabelName.IsValidLegacy`.
///
/// # Errors
/// Other names, with the first character that does not fit.
pub fn legacy_name(text: &str) -> Result<(), Fault> {
    utf8_name(text)?;
    let bad = text
        .char_indices()
        .find(|&(at, c)| !(is_word(c) && (at > 0 || !c.is_ascii_digit())));
    bad.map_or(Ok(()), |(at, c)| Err(bad_character(at, c)))
}

/// Whether relabeling takes a text for a template: it holds a dollar.
/// `relabel.varInRegexTemplate` looks for a dollar before anything else (model/relabel/relabel.go).
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains('$')
}

/// Checks a template of a label name under the legacy scheme, for `target_label` of `replace` and
/// `replacement` of `labelmap`: letters, digits, underscores, and `$1`, `$name` or `${name}`; no
/// digit comes first.
/// Imitates `relabel.relabelTargetLegacy`.
///
/// # Errors
/// Other texts, with the first character that does not fit.
pub fn legacy_template(text: &str) -> Result<(), Fault> {
    utf8_name(text)?;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        at += match c {
            '$' => reference_length(text.get(at + 1..).unwrap_or_default())
                .map(|length| length + 1)
                .ok_or_else(|| {
                    Fault::new(
                        at,
                        at + 1,
                        "is not a valid label name: `$` must be followed by a number, a name or \
                         `{name}`",
                    )
                    .help("write `$1` or `${1}`, or remove the `$`")
                })?,
            c if is_word(c) && (at > 0 || !c.is_ascii_digit()) => 1,
            c => return Err(bad_character(at, c)),
        };
    }
    Ok(())
}

/// The length of what can follow a dollar.
fn reference_length(text: &str) -> Option<usize> {
    let word = |text: &str| text.chars().take_while(|c| is_word(*c)).count();
    let length = match text.strip_prefix('{') {
        Some(inside) => {
            let length = word(inside);
            inside.get(length..)?.starts_with('}').then_some(length + 2)
        }
        None => Some(word(text)),
    };
    length.filter(|length| *length > 0 && !text.starts_with("{}"))
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

fn bad_character(at: usize, c: char) -> Fault {
    let (why, help) = if c.is_ascii_digit() {
        (
            "it cannot begin with a digit",
            "put a letter or `_` before it",
        )
    } else {
        (
            "it consists of letters, digits and underscores",
            "write `_` in its place",
        )
    };
    Fault::new(
        at,
        at + c.len_utf8(),
        format!("is not a valid legacy label name: unexpected {c:?}, {why}"),
    )
    .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "_", "A9_z", "__meta_x"] {
            assert_eq!(legacy_name(name), Ok(()), "{name}");
            assert_eq!(utf8_name(name), Ok(()), "{name}");
        }
        for (name, at) in [
            ("9a", 0),
            ("a-b", 1),
            ("a.b", 1),
            ("ä", 0),
            ("a b", 1),
            ("$1", 0),
        ] {
            let fault = legacy_name(name).expect_err(name);
            assert_eq!(fault.from, at, "{name}");
            assert_eq!(utf8_name(name), Ok(()), "{name}");
        }
        assert!(legacy_name("").is_err());
        assert!(utf8_name("").is_err());
    }

    #[test]
    fn templates() {
        for text in [
            "a",
            "$1",
            "${1}",
            "a_${name}_b",
            "$name",
            "$1$2",
            "a9$1",
            "${a}9",
            "_$_",
        ] {
            assert_eq!(legacy_template(text), Ok(()), "{text}");
        }
        for (text, place) in [
            ("", 0..0),
            ("9$1", 0..1),
            ("$", 0..1),
            ("a$", 1..2),
            ("$$1", 0..1),
            ("${}", 0..1),
            ("${1", 0..1),
            ("${a-b}", 0..1),
            ("a-$1", 1..2),
            ("$1-", 2..3),
            ("$é", 0..1),
            ("${1}é", 4..6),
        ] {
            let fault = legacy_template(text).expect_err(text);
            assert_eq!(fault.from..fault.to, place, "{text}: {fault}");
        }
        assert!(is_template("a$b"));
        assert!(!is_template("ab"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[$a1{}_é-]{0,10}") {
            if let Err(fault) = legacy_template(&text) {
                assert!(text.get(fault.from..fault.to).is_some());
            }
            let _ = legacy_name(&text);
        }

        #[test]
        fn templates_are_what_prometheus_matches(text in "[$a1{}_-]{0,8}") {
            let grammar = regex::Regex::new(
                r"^(?:(?:[a-zA-Z_]|\$(?:\{[0-9A-Za-z_]+\}|[0-9A-Za-z_]+))+[0-9A-Za-z_]*)+$",
            )
            .expect("a good pattern");
            assert_eq!(legacy_template(&text).is_ok(), grammar.is_match(&text), "{text}");
        }
    }
}
