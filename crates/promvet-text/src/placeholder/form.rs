//! What placeholders of each kind look like.

/// What a placeholder of one kind looks like: how it begins, how it ends, and what may be
/// between. An empty `close` means that it ends where the word does.
pub(super) struct PlaceholderForm {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) name: fn(&str) -> bool,
    /// Whether it counts, by what is before and after it.
    pub(super) around: fn(before: &str, name: &str, after: &str) -> bool,
}

/// Those that begin with one byte are together, which [`RANGES`] rests on; of these, the first that fits counts.
pub(super) const MARKS: &[PlaceholderForm] = &[
    // Workflows of GitHub, Doppler.
    PlaceholderForm {
        open: "${{",
        close: "}}",
        name: |name| !name.trim().is_empty(),
        around: anywhere,
    },
    PlaceholderForm {
        open: "${",
        close: "}",
        name: |name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'),
        around: anywhere,
    },
    // Azure's collector of Prometheus metrics.
    PlaceholderForm {
        open: "$$",
        close: "$$",
        name: |name| is_shouted(name) && !name.contains('-'),
        around: anywhere,
    },
    // For scripts, between delimiters: `$HOST$`, `$HOST$:9100`.
    PlaceholderForm {
        open: "$",
        close: "$",
        name: |name| {
            name.len() > 2
                && is_shouted(name)
                && !name.contains('-')
                && name.starts_with(|c: char| c.is_ascii_uppercase())
        },
        around: |before, _, after| {
            let is_joint = |c: char| "/:=@,;".contains(c) || c.is_whitespace();
            before.chars().next_back().is_none_or(is_joint)
                && after.chars().next().is_none_or(is_joint)
        },
    },
    // For `envsubst`, where it is the whole value: in a longer text `$A` may be the end of a pattern.
    PlaceholderForm {
        open: "$",
        close: "",
        name: |name| {
            is_shouted(name)
                && (name.contains('_') || name.len() > 2)
                && name.starts_with(|c: char| c.is_ascii_uppercase())
        },
        around: |before, _, after| before.is_empty() && after.is_empty(),
    },
    // In a URL or a path, as docker compose and shells expand it. A pattern has other signs before it.
    PlaceholderForm {
        open: "$",
        close: "",
        name: |name| {
            name.len() > 1 && is_shouted(name) && name.starts_with(|c: char| c.is_ascii_uppercase())
        },
        around: |before, _, _| {
            let is_path = || {
                let is_sign =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
                before.ends_with('/') && before.chars().all(is_sign)
            };
            before.contains("://") && !before.ends_with('$') || is_path()
        },
    },
    // The output of a command.
    PlaceholderForm {
        open: "$(",
        close: ")",
        name: |name| {
            let mut words = name.split_whitespace();
            words.next().is_some_and(is_identifier) && words.next().is_some()
        },
        around: anywhere,
    },
    // Azure's pipelines have names with hyphens and dots.
    PlaceholderForm {
        open: "$(",
        close: ")",
        name: |name| name.split(['-', '.']).all(is_identifier),
        around: anywhere,
    },
    // A value that SOPS encrypted.
    PlaceholderForm {
        open: "ENC[AES256_GCM,",
        close: "]",
        name: |name| name.starts_with("data:"),
        around: anywhere,
    },
    // Concourse and BOSH, where it is the whole value or is in a URL: a pattern may have two groups.
    PlaceholderForm {
        open: "((",
        close: "))",
        name: |name| name.split(['.', '/', ':', '-']).all(is_identifier),
        around: |before, _, after| before.is_empty() && after.is_empty() || before.contains("://"),
    },
    // ytt.
    PlaceholderForm {
        open: "(@=",
        close: "@)",
        name: |name| !name.trim().is_empty(),
        around: anywhere,
    },
    // Tags of Go templates that Helm leaves as they are.
    PlaceholderForm {
        open: "{{`",
        close: "`}}",
        name: |_| true,
        around: anywhere,
    },
    PlaceholderForm {
        open: "{{ `",
        close: "` }}",
        name: |_| true,
        around: anywhere,
    },
    PlaceholderForm {
        open: "{{",
        close: "}}",
        name: |_| true,
        around: anywhere,
    },
    // For `sed` and Python's `str.format`. `\p{L}` and `\x{41}` are regular expressions.
    PlaceholderForm {
        open: "{",
        close: "}",
        name: |name| {
            is_shouted(name) && name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase())
        },
        around: |before, _, _| !before.ends_with(['p', 'P', 'x', '$', '{', '#', '%']),
    },
    // The same in small letters, as documents of interfaces have it, where it is the whole value or in a URL.
    PlaceholderForm {
        open: "{",
        close: "}",
        name: |name| name.len() > 1 && name.split(['-', '.']).all(is_identifier),
        around: |before, _, after| {
            before.is_empty() && after.is_empty()
                || is_in_url(before) && !before.ends_with(['$', '{', '#', '%'])
        },
    },
    // The plugin of Argo CD for vaults: `<path:kv/data/a#key | base64decode>`.
    PlaceholderForm {
        open: "<path:",
        close: ">",
        name: |name| !name.is_empty() && !name.contains('<'),
        around: anywhere,
    },
    PlaceholderForm {
        open: "<<",
        close: ">>",
        name: is_words,
        around: anywhere,
    },
    PlaceholderForm {
        open: "<",
        close: ">",
        name: is_words,
        // `(?P<name>…)` is a regular expression.
        around: |before, _, _| !before.ends_with("?P") && !before.ends_with('?'),
    },
    // makejinja, whose delimiters leave YAML what it is.
    PlaceholderForm {
        open: "#{",
        close: "}#",
        name: |name| !name.trim().is_empty() && !name.contains(['\n', '{']),
        around: anywhere,
    },
    // Octopus Deploy and Ruby. Behind a blank it is a comment of YAML, which no scalar holds.
    PlaceholderForm {
        open: "#{",
        close: "}",
        name: |name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'),
        around: anywhere,
    },
    // VictoriaMetrics (`lib/envtemplate`).
    PlaceholderForm {
        open: "%{",
        close: "}",
        name: |name| is_shouted(name) && is_identifier(name),
        around: anywhere,
    },
    PlaceholderForm {
        open: "%%",
        close: "%%",
        name: is_shouted,
        around: anywhere,
    },
    PlaceholderForm {
        open: "%",
        close: "%",
        name: is_shouted,
        around: |_, name, after| !(starts_hex(name) && (name.len() == 2 || starts_hex(after))),
    },
    PlaceholderForm {
        open: "@@",
        close: "@@",
        name: is_shouted,
        around: anywhere,
    },
    // autoconf and Maven.
    PlaceholderForm {
        open: "@",
        close: "@",
        name: |name| is_shouted(name) && !name.contains('-'),
        around: anywhere,
    },
    // The same in lower case, which in the midst of a word are the marks of addresses:
    // `me@home@example`.
    PlaceholderForm {
        open: "@",
        close: "@",
        name: |name| is_property(name),
        around: |before, _, after| {
            let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '@'));
            apart(before.chars().next_back()) && apart(after.chars().next())
        },
    },
    PlaceholderForm {
        open: "[[",
        close: "]]",
        // `[[:alpha:]]` is a regular expression.
        // `[[__address__]]` is a list in a list.
        name: |name| {
            !name.starts_with([':', '^']) && !name.starts_with("__") && !name.trim().is_empty()
        },
        around: anywhere,
    },
    // `[REGION]`, `[YOUR REGION]`: in a URL, or the whole value unlike a class of characters.
    PlaceholderForm {
        open: "[",
        close: "]",
        name: |name| {
            name.len() > SHORTEST_ASKED && is_words(name) && !name.contains([',', ':', '.', '/'])
        },
        around: |before, name, after| {
            before.is_empty() && after.is_empty() && name.starts_with("YOUR") || is_in_url(before)
        },
    },
    PlaceholderForm {
        open: "__",
        close: "__",
        name: is_shouted,
        around: anywhere,
    },
    PlaceholderForm {
        open: "YOUR",
        close: "",
        name: |name| name.starts_with(['_', '-']) && is_shouted(name),
        around: at_word_start,
    },
    PlaceholderForm {
        open: "REPLACE",
        close: "",
        name: |name| name.is_empty() || is_shouted(name),
        around: at_word_start,
    },
    PlaceholderForm {
        open: "CHANGE",
        close: "",
        name: |name| matches!(name, "ME" | "_ME" | "-ME" | "_THIS" | "-THIS"),
        around: at_word_start,
    },
];

/// Longer than what asks for a value in brackets are `[a-z]` and the like.
const SHORTEST_ASKED: usize = 3;

/// How far before a placeholder the scheme of its URL is looked for, in bytes.
const LONGEST_URL: usize = 256;

/// Whether a text ends within a URL.
fn is_in_url(before: &str) -> bool {
    let bytes = before.as_bytes();
    let near = bytes.get(bytes.len().saturating_sub(LONGEST_URL)..);
    let near = near.unwrap_or_default();
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',');
    let begins = near.iter().rposition(is_end).map_or(0, |at| at + 1);
    let word = near.get(begins..).unwrap_or_default();
    memchr::memmem::find(word, b"://").is_some()
}

pub(super) fn anywhere(_: &str, _: &str, _: &str) -> bool {
    true
}

pub(super) fn at_word_start(before: &str, _: &str, _: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `rw_url`, `project.version`.
pub(super) fn is_property(name: &str) -> bool {
    name.split('.').all(is_identifier)
}

pub(super) fn is_words(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./:,".contains(c))
}

/// Upper case, with digits and joints.
pub(super) fn is_shouted(name: &str) -> bool {
    // Most names end at their first letter, and those that have no end in the line are long.
    name.chars().all(is_shouting) && name.chars().any(|c| c.is_ascii_uppercase())
}

pub(super) fn is_shouting(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '-'
}

pub(super) fn starts_hex(text: &str) -> bool {
    text.as_bytes()
        .get(..2)
        .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
}

/// Whether one of the [`MARKS`] may begin with a byte and the one behind it: few places of a text do.
#[inline]
pub(super) fn opens(first: u8, second: Option<&u8>) -> bool {
    // Nearly all bytes are small letters.
    if first.is_ascii_lowercase() {
        return false;
    }
    match first {
        b'$' | b'{' | b'<' | b'%' | b'@' | b'[' => true,
        b'_' => second == Some(&first),
        b'(' => matches!(second, Some(b'(' | b'@')),
        b'#' => second == Some(&b'{'),
        b'Y' => second == Some(&b'O'),
        b'R' => second == Some(&b'E'),
        b'C' => second == Some(&b'H'),
        b'E' => second == Some(&b'N'),
        _ => false,
    }
}

/// The first place from `from` on at which one of the [`MARKS`] may begin. Whole files are asked, so
/// that each byte is looked up.
#[inline]
pub(super) fn next_opening(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let rest = bytes.get(from..)?;
        let at = rest.iter().position(|byte| may_open(*byte))?;
        if opens(*rest.get(at)?, rest.get(at + 1)) {
            return Some(from + at);
        }
        from += at + 1;
    }
}

/// The [`MARKS`] that begin with a byte.
#[inline]
pub(super) fn beginning_with(byte: u8) -> &'static [PlaceholderForm] {
    let (from, to) = RANGES.get(usize::from(byte)).copied().unwrap_or((0, 0));
    MARKS.get(from..to).unwrap_or_default()
}

/// Where the marks are that begin with each byte.
static RANGES: [(usize, usize); 256] = ranges();

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is compiled"
)]
const fn ranges() -> [(usize, usize); 256] {
    let mut table = [(0, 0); 256];
    let mut at = 0;
    while at < MARKS.len() {
        let first = MARKS[at].open.as_bytes()[0] as usize;
        let (from, to) = table[first];
        assert!(
            to == 0 || to == at,
            "marks with one first byte are together"
        );
        table[first] = if to == 0 {
            (at, at + 1)
        } else {
            (from, at + 1)
        };
        at += 1;
    }
    table
}

/// Whether one of the [`MARKS`] may begin with a byte, whatever is behind it.
#[inline]
pub(super) fn may_open(byte: u8) -> bool {
    MAY_OPEN.get(usize::from(byte)).copied().unwrap_or(false)
}

static MAY_OPEN: [bool; 256] = openings();

#[expect(
    clippy::indexing_slicing,
    reason = "it runs while the program is compiled"
)]
const fn openings() -> [bool; 256] {
    let mut table = [false; 256];
    let bytes = b"#$%(<@CERY[_{";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}
