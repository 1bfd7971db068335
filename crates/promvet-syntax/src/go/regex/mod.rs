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
mod tests;
