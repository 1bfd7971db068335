//! Regular expressions, as Go's `regexp/syntax` reads them for Prometheus.
//!
//! Prometheus puts a pattern between `^(?s:` and `)$` as text (`^(?:` before 3.0) and compiles
//! the whole. So `a)|(b` is good, and a pattern that ends in the middle of a class or an escape
//! swallows the closing parenthesis. The grammar is separate, since Rust's crate
//! differs from Go's in both directions; and it keeps as much of Go's syntax tree as its limits
//! on size, depth and repetition need.

mod bracket;
mod class;
mod doubled;
mod factor;
mod limits;
mod names;
mod parse;
mod tree;

pub use doubled::doubled_backslash;

use super::Go;
use crate::Fault;

/// What a good pattern holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regex {
    /// The names of the capturing groups in order, empty for those without one. Group 0, the whole
    /// match, is not among them.
    pub groups: Vec<String>,
}

impl Regex {
    /// Whether `$name` or `$1` in a replacement names a group of this pattern. 0 is the match.
    /// `regexp.Regexp.expand` reads a name as a number only without a leading zero, so that `$01`
    /// is a name.
    #[must_use]
    pub fn has_group(&self, name: &str) -> bool {
        let by_number = name.parse::<usize>().is_ok_and(|number| {
            number <= self.groups.len() && (name == "0" || !name.starts_with('0'))
        });
        by_number || self.groups.iter().any(|group| group == name)
    }
}

/// The causes that Go tells apart, in its words.
/// The texts of `syntax.ErrorCode`, which people look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RegexCause {
    CharRange,
    Escape,
    NamedCapture,
    PerlOp,
    RepeatOp,
    RepeatSize,
    MissingBracket,
    MissingParen,
    MissingRepeatArgument,
    TrailingBackslash,
    UnexpectedParen,
    NestingDepth,
    Large,
}

impl RegexCause {
    fn words(self) -> &'static str {
        match self {
            Self::CharRange => "invalid character class range",
            Self::Escape => "invalid escape sequence",
            Self::NamedCapture => "invalid named capture",
            Self::PerlOp => "invalid or unsupported Perl syntax",
            Self::RepeatOp => "invalid nested repetition operator",
            Self::RepeatSize => "invalid repeat count",
            Self::MissingBracket => "missing closing ]",
            Self::MissingParen => "missing closing )",
            Self::MissingRepeatArgument => "missing argument to repetition operator",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::UnexpectedParen => "unexpected )",
            Self::NestingDepth => "expression nests too deeply",
            Self::Large => "expression too large",
        }
    }
}

/// A cause at a place of the wrapped text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RegexRefusal {
    cause: RegexCause,
    from: usize,
    to: usize,
}

impl RegexRefusal {
    fn new(cause: RegexCause, from: usize, to: usize) -> Self {
        Self { cause, from, to }
    }
}

/// From `relabel.NewRegexp` of Prometheus (model/relabel/relabel.go).
const PREFIX: &str = "^(?s:";
const SUFFIX: &str = ")$";

/// Reads a pattern as the Go that built a Prometheus does. The wrapper before 3.0 gives the same
/// verdict.
///
/// # Errors
/// What does not compile after wrapping.
pub fn regex(pattern: &str, go: Go) -> Result<Regex, Fault> {
    let wrapped = format!("{PREFIX}{pattern}{SUFFIX}");
    let inner = PREFIX.len()..PREFIX.len() + pattern.len();
    parse::parse(&wrapped, inner, go)
        .map(|groups| Regex { groups })
        .map_err(|refusal| explain(pattern, refusal, go))
}

/// A refusal of the wrapped text as a fault of the pattern.
fn explain(pattern: &str, refusal: RegexRefusal, go: Go) -> Fault {
    // What Prometheus adds around the pattern is not in the file, so that places there move to its
    // ends.
    let within = |at: usize| at.saturating_sub(PREFIX.len()).min(pattern.len());
    let (from, to) = (within(refusal.from), within(refusal.to));
    let part = pattern.get(from..to).unwrap_or_default();
    let words = refusal.cause.words();
    // Forty characters, so that a long class does not fill the message.
    let quoted: String = part.chars().take(40).collect();
    if let Some(plain) = plain(refusal.cause, part) {
        let message = format!("is not valid in Go (RE2): {}", plain.replace("{}", &quoted));
        return helped(Fault::new(from, to, message), refusal.cause, part);
    }
    let mut message = format!("is not valid in Go (RE2): {words}");
    // The parenthesis is the part, which the place shows.
    let is_shown = matches!(
        refusal.cause,
        RegexCause::Large | RegexCause::NestingDepth | RegexCause::MissingParen
    );
    if !quoted.is_empty() && !is_shown {
        message.push_str(&format!(" `{quoted}`"));
    }
    if let Some(why) = why(refusal.cause, part, go) {
        message.push_str("; ");
        message.push_str(why);
    }
    helped(Fault::new(from, to, message), refusal.cause, part)
}

fn helped(fault: Fault, cause: RegexCause, part: &str) -> Fault {
    match remedy(cause, part) {
        Some((help, Some(text))) => fault.help(help).surely(text),
        Some((help, None)) => fault.help(help),
        None => fault,
    }
}

/// What is said instead of Go's own words, where these name a rule of Go and not the fault: by cause
/// and by how the faulty part begins. The part itself goes to the braces.
const PLAIN: &[(RegexCause, &str, &str)] = &[
    (
        RegexCause::PerlOp,
        "(?=",
        "lookahead `(?=` is not supported",
    ),
    (
        RegexCause::PerlOp,
        "(?!",
        "lookahead `(?!` is not supported",
    ),
    (
        RegexCause::PerlOp,
        "(?>",
        "an atomic group `(?>` is not supported",
    ),
    (
        RegexCause::PerlOp,
        "(?#",
        "a comment `(?#` is not supported",
    ),
    (
        RegexCause::NamedCapture,
        "(?<=",
        "lookbehind `(?<=` is not supported",
    ),
    (
        RegexCause::NamedCapture,
        "(?<!",
        "lookbehind `(?<!` is not supported",
    ),
    (
        RegexCause::Escape,
        "\\k",
        "a backreference `{}` is not supported",
    ),
    (RegexCause::MissingParen, "(", "this group is never closed"),
    (RegexCause::UnexpectedParen, "", "this `)` has no `(`"),
    (
        RegexCause::MissingRepeatArgument,
        "",
        "nothing to repeat before `{}`",
    ),
];

fn plain(cause: RegexCause, part: &str) -> Option<&'static str> {
    let mut rows = PLAIN.iter();
    rows.find(|(of, start, _)| *of == cause && part.starts_with(start))
        .map(|(.., words)| *words)
}

/// Reasons by cause and by how the faulty part begins; the first that fits is given.
const REASONS: &[(RegexCause, &str, &str)] = &[
    (
        RegexCause::PerlOp,
        "(?<",
        "Prometheus accepts it since 2.51",
    ),
    (
        RegexCause::NamedCapture,
        "",
        "a name consists of letters, digits and underscores and ends with `>`",
    ),
    (RegexCause::Escape, "\\C", "Go cannot match single bytes"),
    (
        RegexCause::CharRange,
        "\\p",
        "Go does not know this Unicode class",
    ),
    (
        RegexCause::CharRange,
        "\\P",
        "Go does not know this Unicode class",
    ),
    (
        RegexCause::CharRange,
        "[:",
        "Go does not know this POSIX class",
    ),
    (RegexCause::CharRange, "", "its end comes before its start"),
    (
        RegexCause::RepeatSize,
        "",
        "counts go up to 1000, nested repetitions multiplied",
    ),
    (
        RegexCause::MissingParen,
        "\\",
        "it escapes the closing parenthesis that Prometheus adds",
    ),
    (RegexCause::NestingDepth, "", "Go reads up to 1000 levels"),
    (
        RegexCause::Large,
        "",
        "Go compiles up to about 3.3 million instructions",
    ),
];

/// What to write instead, and the text to write if there is but one.
fn remedy(cause: RegexCause, part: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match (cause, part) {
        (RegexCause::PerlOp, part) if part.starts_with("(?=") || part.starts_with("(?!") => (
            "use `action: drop` for what must not match, or list what must match",
            None,
        ),
        (RegexCause::PerlOp, part) if part.starts_with("(?<") && !part.starts_with("(?<=") => {
            ("write `(?P<name>…)`", None)
        }
        (RegexCause::Escape, "\\Z") => ("write `\\z`, or nothing: the pattern is anchored", None),
        (RegexCause::Escape, part) if part.starts_with("\\x") => (
            "write two hexadecimal digits, or up to `10FFFF` in braces",
            None,
        ),
        (RegexCause::Escape, part) if part.starts_with("\\u") || part.starts_with("\\U") => {
            ("write `\\x{…}` with the hexadecimal code point", None)
        }
        (RegexCause::Escape, "\\-") => ("write `-`", Some("-")),
        (RegexCause::Escape, "\\/") => ("write `/`", Some("/")),
        (RegexCause::Escape, part) if part.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) => {
            ("list the alternatives instead of a backreference", None)
        }
        (RegexCause::Escape, _) => ("remove the backslash, or write two for a literal one", None),
        (RegexCause::MissingRepeatArgument, "*") => (
            "write `.*` for any text, or `\\*` for the character",
            Some(".*"),
        ),
        (RegexCause::MissingRepeatArgument, _) => (
            "write a `.` before it, or a backslash for the character",
            None,
        ),
        (RegexCause::MissingParen, "\\") | (RegexCause::TrailingBackslash, _) => {
            ("remove the backslash, or write two for a literal one", None)
        }
        (RegexCause::MissingParen, _) => {
            ("close it with `)`, or write `\\(` for the character", None)
        }
        (RegexCause::UnexpectedParen, _) => ("remove it, or write `\\)` for the character", None),
        (RegexCause::MissingBracket, _) => {
            ("close it with `]`, or write `\\[` for the character", None)
        }
        _ => return None,
    })
}

fn why(cause: RegexCause, part: &str, go: Go) -> Option<&'static str> {
    let backreference = || {
        let digit = part.strip_prefix('\\')?.chars().next()?;
        (cause == RegexCause::Escape && digit.is_ascii_digit())
            .then_some("RE2 has no backreferences")
    };
    let possessive = || {
        (cause == RegexCause::RepeatOp && part.ends_with('+'))
            .then_some("RE2 has no possessive repetition; `+` cannot follow another repetition")
    };
    let old_name = || {
        (cause == RegexCause::CharRange
            && part.starts_with(['\\'])
            && go < parse::LOOSE_CLASS_NAMES)
            .then_some(
                "this release does not know this Unicode class; long names and other \
                letter cases are accepted since Prometheus 3.7",
            )
    };
    backreference()
        .or_else(possessive)
        .or_else(old_name)
        .or_else(|| {
            REASONS
                .iter()
                .find(|(of, start, _)| *of == cause && part.starts_with(start))
                .map(|(_, _, hint)| *hint)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Go = Go::NEWEST;

    #[test]
    fn go_accepts() {
        for pattern in [
            "",
            "a)|(b",
            ")(",
            "a)b(c)(d",
            "\\_\\-\\.\\\u{7f}",
            "a{foo}",
            "a{,3}",
            "a{2,",
            "a{01}",
            "{",
            "{}",
            "}",
            "]",
            "a]",
            "\\Q.*[\\E",
            "\\Qa\\Eb",
            "a{1000}",
            "(a{10}){100}",
            "(a{1000}|b{1000})",
            "((a{1000}){0}){1000}",
            "(a*)*",
            "(a*){1000}",
            "a??",
            "a*?",
            "a{2}?",
            "a(?i)*",
            "^*",
            "$*",
            "\\b*",
            "(|a)*",
            "(?i)a(?-i)b",
            "(?ims-U:a)",
            "(?)",
            "(?i-s)",
            "(?P<n>a)(?P<n>b)",
            "(?P<1_x>a)",
            "(?<name>a)",
            "\\pN\\PL\\p{Greek}\\P{^Lu}\\p{^L}",
            "\\p{Any}",
            "[\\pL]",
            "[[:alpha:]]",
            "[[:^space:]x]",
            "[[:foo]",
            "[a[:b]",
            "[]a]",
            "[^]a]",
            "[-a]",
            "[a-]",
            "[\\d-z]",
            "[a-\\x{10FFFF}]",
            "[--a]",
            "\\x41\\x{41}\\07\\123\\0",
            "\\a\\f\\n\\r\\t\\v\\A\\z\\B\\b\\d\\D\\s\\S\\w\\W",
            "ä+",
            "(?s).",
            "\\12",
        ] {
            assert!(
                regex(pattern, NEW).is_ok(),
                "{pattern}: {:?}",
                regex(pattern, NEW)
            );
        }
    }

    #[test]
    fn go_refuses() {
        for (pattern, place, words) in [
            ("(?=x)", 0..3, "lookahead `(?=` is not supported"),
            ("a(?!x)", 1..4, "lookahead `(?!` is not supported"),
            ("(?<=x)", 0..6, "lookbehind `(?<=` is not supported"),
            ("(?<!x>)", 0..6, "lookbehind `(?<!` is not supported"),
            ("(?>a)", 0..3, "atomic"),
            ("(?i-)", 0..5, "unsupported Perl syntax"),
            ("(?--i)", 0..4, "unsupported Perl syntax"),
            ("(?iz)", 0..4, "unsupported Perl syntax"),
            ("(?P=n)", 0..3, "unsupported Perl syntax `(?P`"),
            ("(?P<n", 0..5, "invalid named capture"),
            ("(?P<>a)", 0..5, "invalid named capture"),
            ("(?P<a-b>a)", 0..8, "invalid named capture"),
            ("(?'n'a)", 0..3, "unsupported Perl syntax"),
            (
                "a\\1",
                1..3,
                "invalid escape sequence `\\1`; RE2 has no backreferences",
            ),
            ("\\8", 0..2, "backreferences"),
            (
                "\\Z",
                0..2,
                "invalid escape sequence `\\Z`; write `\\z`, or nothing",
            ),
            ("\\y", 0..2, "invalid escape sequence"),
            ("\\é", 0..3, "invalid escape sequence"),
            ("\\C", 0..2, "single bytes"),
            ("\\xg1", 0..4, "two hexadecimal digits"),
            ("\\x{}", 0..4, "hexadecimal"),
            ("\\x{110000}", 0..9, "invalid escape sequence"),
            ("\\x{4", 0..4, "invalid escape sequence"),
            ("[\\1]", 1..3, "backreferences"),
            ("[\\b]", 1..3, "invalid escape sequence"),
            ("[z-a]", 1..4, "class range `z-a`"),
            ("[a-\\d]", 3..5, "invalid escape sequence"),
            ("[a", 0..2, "missing closing ]"),
            ("[]", 0..2, "missing closing ]"),
            ("[[:foo:]]", 1..8, "does not know this POSIX class"),
            ("\\p{Foo}", 0..7, "does not know this Unicode class"),
            ("\\pX", 0..3, "does not know this Unicode class"),
            ("\\p{Greek", 0..8, "class range"),
            ("a**", 1..3, "invalid nested repetition operator `**`"),
            ("a*??", 1..4, "invalid nested repetition operator"),
            ("a++", 1..3, "possessive"),
            ("a{2}{3}", 1..7, "nested repetition"),
            ("a{1001}", 1..7, "invalid repeat count"),
            ("a{2,1}", 1..6, "invalid repeat count"),
            ("a{0,1001}", 1..9, "invalid repeat count"),
            ("a{99999999999}", 1..14, "invalid repeat count"),
            ("(a{100}){11}", 8..12, "invalid repeat count"),
            (
                "((a{10}){10}){11}",
                13..17,
                "counts go up to 1000, nested repetitions multiplied",
            ),
            ("*a", 0..1, "nothing to repeat before `*`"),
            ("+", 0..1, "nothing to repeat before"),
            ("(?:+a)", 3..4, "nothing to repeat before"),
            ("(?i)*", 4..5, "nothing to repeat before"),
            ("a|*", 2..3, "nothing to repeat before"),
            ("{2}", 0..3, "nothing to repeat before"),
            ("(", 0..1, "this group is never closed"),
            ("a((b)", 1..2, "this group is never closed"),
            (")", 0..1, "this `)` has no `(`"),
            ("(a))b", 3..4, "this `)` has no `(`"),
            ("a)b)(", 1..2, "this `)` has no `(`"),
            ("a\\", 1..2, "escapes the closing parenthesis"),
            ("a\\Qb", 1..4, "escapes the closing parenthesis"),
        ] {
            let fault = regex(pattern, NEW).expect_err(pattern);
            let said = format!(
                "{fault}; {}",
                fault.remedy.words.as_deref().unwrap_or_default()
            );
            assert!(said.contains(words), "{pattern}: {said}");
            assert_eq!(fault.from..fault.to, place, "{pattern}: {fault}");
        }
    }

    #[test]
    fn versions_of_go_differ() {
        for (pattern, first) in [
            ("(?<n>a)", 22),
            ("\\p{Any}", 10),
            ("\\p{ASCII}", 25),
            ("\\p{greek}", 25),
            ("\\p{Uppercase_Letter}", 25),
            ("\\p{Cn}", 25),
            ("\\p{Vithkuqi}", 21),
            ("\\p{Greek}", 10),
        ] {
            assert!(regex(pattern, Go(first)).is_ok(), "{pattern}");
            assert!(
                first == 10 || regex(pattern, Go(first - 1)).is_err(),
                "{pattern}"
            );
        }
        assert!(
            regex("\\p{Garay}", NEW).is_err(),
            "Unicode 16 is not in Go 1.26"
        );
    }

    #[test]
    fn groups_have_their_names() {
        let groups = |pattern| regex(pattern, NEW).map(|regex| regex.groups);
        assert_eq!(groups("(?:a)"), Ok(vec![]));
        assert_eq!(
            groups("(a)(?P<n>b(?<m>c))"),
            Ok(vec![String::new(), "n".to_owned(), "m".to_owned()])
        );
        let regex = regex("(a)(?P<n>b)", NEW).expect("good");
        for (name, known) in [("0", true), ("1", true), ("2", true), ("n", true)] {
            assert_eq!(regex.has_group(name), known, "{name}");
        }
        for name in ["3", "01", "00", "m", "1a"] {
            assert!(!regex.has_group(name), "{name}");
        }
    }

    #[test]
    fn size_and_depth_have_limits() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(regex(&nested(900), NEW).is_ok());
        let fault = regex(&nested(1100), NEW).expect_err("deep");
        assert!(fault.message.contains("nests too deeply"), "{fault}");
        let big = format!("(?:{}){{1000}}", "(a)(b)(c)".repeat(400));
        let fault = regex(&big, NEW).expect_err("large");
        assert!(fault.message.contains("too large"), "{fault}");
        let chain: Vec<String> = (1..1500).map(|n| "a".repeat(n)).collect();
        assert!(regex(&chain.join("|"), NEW).is_ok(), "no stack overflows");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,16}|(\\(\\?[imsUP<]?|[(){}|*+?\\[\\]^$\\\\pPdQEx1-9,:=!<>aézk-]|[{]1[0,]0?[}]|\\\\[pQEx]){0,24}") {
            for go in [Go(10), NEW] {
                if let Err(fault) = regex(&text, go) {
                    assert!(text.get(fault.from..fault.to).is_some(), "{fault:?}");
                }
            }
        }
    }
}
