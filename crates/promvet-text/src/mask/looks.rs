//! Secrets by the look of a text alone: whatever the key, and in sentences as well.

use std::ops::Range;

use super::marks::Marks;
use crate::work;

/// Beginnings of tokens that no other word has (the rules of gitleaks 8.18, and vendors'
/// documents). An access key of AWS (`AKIA…`) is a name, not a secret.
const PREFIXES: &[&str] = &[
    "glc_",
    "glsa_",
    "glpat-",
    "gldt-",
    "glrt-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xapp-",
    "sk_live_",
    "rk_live_",
    "sk-proj-",
    "hvs.",
    "hvb.",
    "hvr.",
    "dop_v1_",
    "doo_v1_",
    "npm_",
    "pypi-",
    "AIza",
    "ya29.",
    "NRAK-",
    "NRII-",
    "NRIQ-",
    "NRJS-",
    "NRRA-",
    "dt0c01.",
    "dt0s01.",
    "SG.",
    "shpat_",
    "lin_api_",
    "pul-",
    "dapi",
    "hf_",
    "sntrys_",
    "sntryu_",
    "AGE-SECRET-KEY-1",
    "xaat-",
    "shpss_",
    "hcaik_",
];

/// The fewest characters behind a prefix: what is shorter is a word.
const SHORTEST_REST: usize = 10;

/// The schemes of an `Authorization` header that a token is behind, and words of comments that
/// a password does: `# the password was …`.
const SCHEMES: &[&str] = &[
    "bearer", "basic", "token", "apikey", "api-key", "splunk", "password", "passwd", "pwd", "pw",
];

/// Words that may be between such a word and what it announces.
const FILLERS: &[&str] = &["is", "was", "to", "="];

/// The fewest characters of a token behind a scheme: prose says "basic auth".
const SHORTEST_TOKEN: usize = 8;

/// The fewest characters of a token that no scheme announces: those of a JSON web token, and fewer
/// than the shortest prefix has with what is behind it.
const SHORTEST_ALONE: usize = 12;

/// The fewest characters of a random text, as in gitleaks' generic rule.
const SHORTEST_RANDOM: usize = 20;

/// The fewest characters of a word in which letters and digits take turns: one of names, such as
/// `prometheus2`, is shorter or has fewer turns.
const SHORTEST_DENSE: usize = 12;

/// The fewest small and capital letters of a random text: one in a hundred of the shortest has
/// fewer, and a digest with a mark at its end, such as `diff-0a1b…R12`, has fewer too.
const FEWEST_LETTERS: usize = 3;

/// Byte ranges of what looks like a secret, ascending.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    // Each of them has a digit, or capitals beside small letters.
    if !Marks::of(text).has(Marks::DIGIT | Marks::CAPITAL) {
        return out;
    }
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut scheme = false;
    while at < bytes.len() {
        let (run, length) = run_at(bytes, at);
        work::count(length);
        if run == 0 {
            let byte = bytes.get(at).copied().unwrap_or(0);
            scheme = scheme && matches!(byte, b' ' | b'\t' | b':' | b'"' | b'\'');
            at += length.max(1);
            continue;
        }
        let word = text.get(at..at + run).unwrap_or("");
        if scheme && is_token(word) {
            out.push(at..at + run);
        } else if run >= SHORTEST_ALONE && !is_integrity(word) && has_digit_or_capital(word) {
            let found = out.len();
            words(word, at, &mut out);
            if out.len() > found && is_arn(text, at) {
                out.truncate(found);
            }
        }
        scheme = scheme && FILLERS.contains(&word)
            || SCHEMES
                .iter()
                .any(|scheme| word.eq_ignore_ascii_case(scheme));
        at += run;
    }
    out
}

/// What the digests begin with that browsers and lock files compare (W3C, Subresource Integrity).
const INTEGRITIES: [&str; 3] = ["sha256-", "sha384-", "sha512-"];

fn is_integrity(run: &str) -> bool {
    INTEGRITIES.iter().any(|begin| run.starts_with(begin))
}

/// Whether a byte is one of those that tokens consist of.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')
}

/// Whether a run of characters has what every secret has that is known by its look alone.
fn has_digit_or_capital(run: &str) -> bool {
    run.bytes()
        .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// How many bytes of what tokens are made of begin at an offset, without the points at their end
/// and with them.
fn run_at(bytes: &[u8], at: usize) -> (usize, usize) {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let length = rest.iter().take_while(|byte| is_part(**byte)).count();
    // A sentence ends in a point, a token does not.
    let run = rest.get(..length).unwrap_or(&[]);
    let points = run.iter().rev().take_while(|byte| **byte == b'.').count();
    (length - points, length)
}

/// The secrets in one run of characters.
fn words(run: &str, offset: usize, out: &mut Vec<Range<usize>>) {
    if let Some(from) = jwt(run) {
        out.push(offset + from..offset + run.len());
        return;
    }
    let mut at = 0;
    for piece in run.split_inclusive(['/', '=']) {
        let word = piece.trim_end_matches(['/', '=']);
        if let Some(length) = run.get(at..).and_then(prefixed) {
            out.push(offset + at..offset + at + length);
        } else {
            let mut from = at;
            for part in word.split_inclusive('.') {
                let bare = part.trim_end_matches('.');
                if is_random(bare) || is_long_key(bare) && !run.starts_with(STORE) {
                    out.push(offset + from..offset + from + bare.len());
                }
                from += part.len();
            }
        }
        at += piece.len();
    }
    grow(run, offset, out);
    // Base64 with slashes in it, as AWS's secret keys have: no path, since no part is a word.
    if out.last().is_none_or(|last| last.start < offset)
        && !run.starts_with('/')
        && !run.contains(['.', '_', '-'])
        && is_random(run)
    {
        out.push(offset..offset + run.len());
    }
}

/// The length of a token that begins with a vendor's prefix, slashes of base64 included.
fn prefixed(run: &str) -> Option<usize> {
    if let Some(length) = prefixed_hex(run) {
        return Some(length);
    }
    let first = run.bytes().next()?;
    let mut prefixes = PREFIXES.iter();
    let prefix = prefixes
        .find(|prefix| prefix.bytes().next() == Some(first) && run.starts_with(**prefix))?;
    let rest = run.get(prefix.len()..)?;
    let mut pieces = rest.split('/').take(MOST_PIECES);
    let mut length = pieces.next()?.trim_end_matches('=').len();
    for piece in pieces.take_while(|piece| is_of_base64(piece.trim_end_matches('='))) {
        length += 1 + piece.len();
    }
    let token = rest.get(..length)?;
    (length >= SHORTEST_REST && is_mixed(token)).then_some(prefix.len() + length)
}

/// Beginnings of keys that go on with 32 hexadecimal digits: Mailgun's, and those of Twilio.
const BEFORE_HEX: [&str; 2] = ["key-", "SK"];

/// The length of such a key.
fn prefixed_hex(run: &str) -> Option<usize> {
    let (prefix, rest) = BEFORE_HEX
        .iter()
        .find_map(|prefix| Some((prefix, run.strip_prefix(prefix)?)))?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
    let digits = rest.bytes().take_while(is_part).count();
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits == 32 && is_hex(rest.get(..digits)?)).then(|| prefix.len() + digits)
}

/// How many pieces beside what was found are looked at on each side. One character of base64 in 64 is
/// a slash: a key of 512 bits has one or two.
const MOST_PIECES: usize = 4;

/// Extends what was found in a run over the slashes of base64: what is beside it there and is not the
/// word of a path is a part of it.
fn grow(run: &str, offset: usize, out: &mut [Range<usize>]) {
    for range in out
        .iter_mut()
        .rev()
        .take_while(|range| range.start >= offset)
    {
        let (mut from, mut to) = (range.start - offset, range.end - offset);
        for _ in 0..MOST_PIECES {
            let before = run.get(..from).and_then(|before| before.strip_suffix('/'));
            let Some(before) = before else { break };
            let piece = before.rsplit('/').next().unwrap_or("");
            if !is_of_base64(piece) {
                break;
            }
            work::count(piece.len());
            from -= piece.len() + 1;
        }
        for _ in 0..MOST_PIECES {
            let behind = run.get(to..).and_then(|behind| behind.strip_prefix('/'));
            let Some(behind) = behind else { break };
            let piece = behind.split('/').next().unwrap_or("");
            if !is_of_base64(piece.trim_end_matches('=')) {
                break;
            }
            work::count(piece.len());
            to += piece.len() + 1;
        }
        *range = offset + from..offset + to;
    }
}

/// Whether a piece between slashes may be one of base64 rather than a word of a path.
fn is_of_base64(piece: &str) -> bool {
    let marks = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+';
    let has = |is: fn(&u8) -> bool| piece.bytes().any(|byte| is(&byte));
    let letters = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    !piece.is_empty()
        && piece.bytes().all(marks)
        && (piece.len() < 3 || letters || has(|byte| *byte == b'+') || is_mixed(piece))
}

/// Where a JSON web token begins: base64 of `{"`.
fn jwt(run: &str) -> Option<usize> {
    let at = run.find("eyJ")?;
    let before = run.get(..at)?;
    let token = run.get(at..)?;
    let begins = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
    let is_long = token.len() >= SHORTEST_ALONE;
    (begins && is_long && (token.contains('.') || token.len() >= SHORTEST_RANDOM)).then_some(at)
}

/// Whether a text of a token's characters is one behind the name of a scheme.
fn is_token(word: &str) -> bool {
    word.len() >= SHORTEST_TOKEN && is_mixed(word)
}

/// Whether letters and digits, or small and capital letters inside of the word, are mixed.
fn is_mixed(word: &str) -> bool {
    let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
    let digit = has(u8::is_ascii_digit);
    let inner_capital = word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    has(u8::is_ascii_alphabetic) && digit || inner_capital && has(u8::is_ascii_lowercase)
}

/// Whether a text is one that only a generator makes: digits, small and capital letters, taking
/// turns as words and numbers do not. Digests, UUIDs and revisions have one kind of letters.
pub(super) fn is_random(text: &str) -> bool {
    let count = |test: fn(&u8) -> bool| text.bytes().filter(test).count();
    text.len() >= SHORTEST_RANDOM
        && count(u8::is_ascii_digit) > 0
        && count(u8::is_ascii_lowercase) >= FEWEST_LETTERS
        && count(u8::is_ascii_uppercase) >= FEWEST_LETTERS
        && changes(text) * 4 >= text.len()
        && !is_address(text)
}

/// Where Nix keeps things under names that look like keys.
const STORE: &str = "/nix/store/";

/// The lengths of keys in small letters and digits: those of Logz.io and Honeycomb have 32.
const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 30..=40;

/// The fewest digits behind a letter in such a key; a name has one or two.
const FEWEST_TURNS: usize = 6;

/// Whether a text is a key in small letters and digits, and not a digest in hexadecimal ones.
fn is_long_key(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let turns = || {
        let pairs = text.as_bytes().windows(2);
        pairs
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_digit()))
            .count()
    };
    KEY_LENGTHS.contains(&text.len())
        && text.bytes().all(is_part)
        && text.bytes().any(|byte| byte > b'f')
        && turns() >= FEWEST_TURNS
}

/// Whether a text is an address of Ethereum, whose capitals are a checksum (EIP-55).
fn is_address(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or("");
    digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text is one word of letters and digits that take turns: under a name that may mean a
/// secret, and may mean something else.
pub(super) fn is_dense(text: &str) -> bool {
    text.len() >= SHORTEST_DENSE
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && is_mixed(text)
        && changes(text) * 4 >= text.len()
}

/// Whether a text has small letters and capitals.
pub(super) fn has_both_cases(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)
}

/// How often digits, small and capital letters take turns. A capital that begins a word is not a
/// turn of its own: `KubePodNotReady`.
pub(super) fn changes(text: &str) -> usize {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    let mut before = None;
    let classes = text.bytes().filter_map(class);
    let is_turn = |class: u8| match before.replace(class) {
        Some(before) => before != class && (before, class) != (2, 1),
        None => false,
    };
    classes.map(is_turn).filter(|turns| *turns).count()
}

/// Whether what is at an offset is part of an ARN, whose names of roles end in random letters.
fn is_arn(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    let from = before
        .bytes()
        .rev()
        .take(200)
        .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\''))
        .count();
    before
        .get(at - from..)
        .is_some_and(|word| word.contains("arn:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = text.to_owned();
        for range in find(text).into_iter().rev() {
            out.replace_range(range, "#");
        }
        out
    }

    #[test]
    fn tokens_are_found_by_their_look() {
        for (text, expected) in [
            (
                "x eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2ln y",
                "x # y",
            ),
            ("`glc_eyJvIjoiMTIzNDU2In0`", "`#`"),
            ("ghp_0123456789abcdefABCDEF0123456789abcd", "#"),
            ("Bearer Zq7madeupSecret9", "Bearer #"),
            (
                "Authorization: Basic dTpzZWNyZXQ=",
                "Authorization: Basic #",
            ),
            (
                "https://h.example/hook/T0aB1cD2eF3gH4iJ5kL6mN7",
                "https://h.example/hook/#",
            ),
            ("wJalrXUtnF3MI/K7MD3NG/bPxRf1CY3XAMPL3K3Y", "#"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn names_of_things_stay_readable() {
        for text in [
            "image: quay.io/prometheus/prometheus@sha256:aec0fcd48ea6a3ac7a8aa1d2dd3d4d3f1e5e0b7c2e33e5d1a1b2c3d4e5f60718",
            "id: 123e4567-e89b-12d3-a456-426614174000",
            "ref: 5f2d8a1c0b9e7f6d4c3b2a190817263544536271",
            "role_arn: arn:aws:iam::123456789012:role/eksctl-x-NodeInstanceRole-1A2B3C4D5E6F7G",
            "https://prometheus-prod-10-prod-us-central-0.grafana.net/api/prom/push",
            "alert: KubePersistentVolumeFillingUp2Days",
            "https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d/api/v1/remote_write",
            "basic authentication needs a bearer token",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            "__meta_kubernetes_pod_annotation_prometheus_io_scrape",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
