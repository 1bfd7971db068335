//! Words that stand for a value which something else fills in before Prometheus reads the file.

use std::ops::Range;

use memchr::memmem;

/// The longest placeholder, in bytes between its marks: an opening mark without an end in sight
/// opens nothing.
const LONGEST: usize = 512;

/// What a placeholder of one kind looks like: how it begins, how it ends, and what may stand
/// between. An empty `close` means that it ends where the word does.
struct Shape {
    open: &'static str,
    close: &'static str,
    name: fn(&str) -> bool,
    /// Whether it counts, by what stands before and after it.
    around: fn(before: &str, name: &str, after: &str) -> bool,
}

const SHAPES: &[Shape] = &[
    Shape {
        open: "${",
        close: "}",
        name: |name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'),
        around: anywhere,
    },
    Shape {
        open: "$(",
        close: ")",
        name: is_identifier,
        around: anywhere,
    },
    Shape {
        open: "{{",
        close: "}}",
        name: |_| true,
        around: anywhere,
    },
    Shape {
        open: "[[",
        close: "]]",
        // `[[:alpha:]]` is a regular expression.
        name: |name| !name.starts_with([':', '^']) && !name.trim().is_empty(),
        around: anywhere,
    },
    Shape {
        open: "<",
        close: ">",
        name: is_words,
        // `(?P<name>…)` is a regular expression.
        around: |before, _, _| !before.ends_with("?P") && !before.ends_with('?'),
    },
    Shape {
        open: "__",
        close: "__",
        name: is_shouted,
        around: anywhere,
    },
    Shape {
        open: "%",
        close: "%",
        name: is_shouted,
        around: |_, name, after| !(starts_hex(name) && (name.len() == 2 || starts_hex(after))),
    },
    Shape {
        open: "YOUR",
        close: "",
        name: |name| name.starts_with(['_', '-']) && is_shouted(name),
        around: at_word_start,
    },
    Shape {
        open: "REPLACE",
        close: "",
        name: |name| name.is_empty() || is_shouted(name),
        around: at_word_start,
    },
    Shape {
        open: "CHANGE",
        close: "",
        name: |name| matches!(name, "ME" | "_ME" | "-ME" | "_THIS" | "-THIS"),
        around: at_word_start,
    },
];

fn anywhere(_: &str, _: &str, _: &str) -> bool {
    true
}

fn at_word_start(before: &str, _: &str, _: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_words(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./:".contains(c))
}

/// Upper case, with digits and joints.
fn is_shouted(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && name.chars().all(is_shouting)
}

fn is_shouting(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '-'
}

fn starts_hex(text: &str) -> bool {
    text.as_bytes()
        .get(..2)
        .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
}

/// Whether one of the [`SHAPES`] begins with a byte: few bytes of a text do.
fn opens(byte: u8) -> bool {
    matches!(
        byte,
        b'$' | b'{' | b'[' | b'<' | b'_' | b'%' | b'Y' | b'R' | b'C'
    )
}

/// The places in a text that something else has to fill in before it means anything:
/// `${VAR}`, `$(VAR)`, `{{ … }}`, `[[ … ]]`, `<some words>`, `__VAR__`, `%VAR%`, `YOUR_…`,
/// `REPLACE…` and `CHANGEME`. References to groups of a regular expression (`$1`, `${1}`) are
/// none, nor are label names such as `__address__`.
pub fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.as_bytes().get(from..)?;
            from += rest.iter().position(|byte| opens(*byte))?;
            if let Some(length) = SHAPES.iter().find_map(|shape| length_at(shape, text, from)) {
                let found = from..from + length;
                from = found.end;
                return Some(found);
            }
            from += 1;
        }
    })
}

/// How many bytes of the text, from a place on, are a placeholder of a shape.
fn length_at(shape: &Shape, text: &str, at: usize) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let inner = rest.strip_prefix(shape.open)?;
    let length = if shape.close.is_empty() {
        inner.find(|c| !is_shouting(c)).unwrap_or(inner.len())
    } else {
        let near = inner.as_bytes().get(..LONGEST).unwrap_or(inner.as_bytes());
        memmem::find(near, shape.close.as_bytes())?
    };
    let (name, after) = inner.split_at_checked(length)?;
    let after = after.get(shape.close.len()..)?;
    ((shape.name)(name) && (shape.around)(before, name, after))
        .then_some(shape.open.len() + length + shape.close.len())
}

/// Texts with more placeholders are filled with one word throughout: each combination of two words
/// is another reading of the text.
const FEW: usize = 2;

/// Texts with more bytes are not tried: with every word, a text is read some forty times.
const TRIED: usize = 16 * 1024;

/// Whether a text has placeholders, and is good with some of `words` in their place.
pub fn is_unfilled(text: &str, words: &[&str], good: impl Fn(&str) -> bool) -> bool {
    let holes: Vec<_> = find(text).collect();
    if holes.is_empty() || text.len() > TRIED {
        return !holes.is_empty();
    }
    if words
        .iter()
        .any(|word| good(&filled(text, &holes, word, word)))
    {
        return true;
    }
    (2..=FEW).contains(&holes.len())
        && words.iter().any(|first| {
            let others = words.iter().filter(|other| *other != first);
            others
                .clone()
                .any(|other| good(&filled(text, &holes, first, other)))
        })
}

/// The text with one word for the first placeholder and another for the rest.
fn filled(text: &str, holes: &[Range<usize>], first: &str, other: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (number, hole) in holes.iter().enumerate() {
        out.push_str(text.get(at..hole.start).unwrap_or_default());
        out.push_str(if number == 0 { first } else { other });
        at = hole.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::{SHAPES, find, opens};

    fn found(text: &str) -> Vec<&str> {
        find(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn every_shape_begins_with_what_is_looked_for() {
        let firsts: Vec<_> = SHAPES
            .iter()
            .filter_map(|one| one.open.bytes().next())
            .collect();
        assert_eq!(firsts.len(), SHAPES.len());
        assert!((0..=255).all(|byte| opens(byte) == firsts.contains(&byte)));
    }

    #[test]
    fn finds_what_is_to_be_filled_in() {
        for (text, want) in [
            ("https://${HOST}/x", vec!["${HOST}"]),
            (
                "${HOST:-localhost}:${PORT}",
                vec!["${HOST:-localhost}", "${PORT}"],
            ),
            ("$(POD_NAME)", vec!["$(POD_NAME)"]),
            ("a{{ .Values.x }}b", vec!["{{ .Values.x }}"]),
            ("[[ tenant ]]", vec!["[[ tenant ]]"]),
            ("https://<your host>/push", vec!["<your host>"]),
            ("<token>", vec!["<token>"]),
            ("__TENANT__", vec!["__TENANT__"]),
            ("%HOST%:9090", vec!["%HOST%"]),
            ("YOUR_API_KEY", vec!["YOUR_API_KEY"]),
            ("key=REPLACE_ME;", vec!["REPLACE_ME"]),
            ("REPLACEME", vec!["REPLACEME"]),
            ("CHANGEME", vec!["CHANGEME"]),
            ("é{{ x }}é", vec!["{{ x }}"]),
        ] {
            assert_eq!(found(text), want, "{text}");
        }
    }

    #[test]
    fn leaves_what_only_looks_like_it() {
        for text in [
            "",
            "$1",
            "${1}",
            "$$",
            "__address__",
            "__meta_kubernetes_pod_name",
            "[[:alpha:]]+",
            "[^[:space:]]",
            "(?P<name>x)",
            "(?<name>x)",
            "a<b",
            "1 < 2 > 1",
            "a%20b%20c",
            "%C3%A9",
            "%E4%BD%A0",
            "{{ open",
            "yours truly",
            "IRREPLACEABLE",
            "https://example.com/a?b=c",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
