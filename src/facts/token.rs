//! What the content of a credential file gives away without giving the credential away.
//!
//! Prometheus trims white space around the content of a file and sends the rest as it is; it trims
//! nothing of a value in the configuration itself (prometheus/common `config/http_config.go`).
//! Nothing of the content stays in what comes out of here but the public claims of a JWT.

mod jwt;

pub use jwt::{Jwt, Timing};

use std::ops::Range;

use crate::yaml::placeholder;

/// The most that is looked at, in bytes. Whatever is longer is not a credential.
pub const MOST_CONTENT: usize = 64 * 1024;

/// One thing that a content shows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observation {
    /// Nothing but white space: Prometheus sends an empty credential.
    Empty,
    /// It is longer than [`MOST_CONTENT`]; nothing else was looked at.
    TooLong,
    /// It begins with a byte-order mark, which is not white space and is sent.
    ByteOrderMark,
    /// It is not UTF-8.
    NotUtf8,
    /// It begins with the name of an authentication scheme, which Prometheus puts before it once
    /// more.
    Scheme(&'static str),
    /// It has this many lines; with more than one, no request can be made.
    Lines(usize),
    /// White space is inside of its one line.
    InnerWhiteSpace,
    /// Control characters other than white space: no request can be made.
    ControlCharacters,
    /// White space before or after it, which only matters for values in the configuration itself.
    OuterWhiteSpace {
        /// Whether a line break is among it: then no request can be made.
        line_break: bool,
    },
    /// It has to be filled in.
    Placeholder,
    /// It is in a manifest where base64 is asked for, and is not base64.
    NotBase64,
    /// It is encrypted, by this tool.
    Encrypted(&'static str),
    /// A PEM block, such as `CERTIFICATE` or `PRIVATE KEY`.
    Pem(String),
    /// A token of a kind that is recognized by how it begins.
    Known(&'static str),
    /// The hash of a password, as a server keeps it, by this function.
    Hash(&'static str),
    /// Letters and digits as only a generator throws them together.
    Random,
    /// A JSON web token. Boxed, as it is far larger than the others.
    Jwt(Box<Jwt>),
}

/// How encrypted files begin, or what they contain, and by which tool.
const ENCRYPTED_STARTS: &[(&[u8], &str)] = &[
    (b"\0GITCRYPT\0", "git-crypt"),
    (b"ENC[AES256_GCM,", "SOPS"),
    (b"$ANSIBLE_VAULT;", "Ansible Vault"),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
    (b"age-encryption.org/v1", "age"),
    (b"-----BEGIN PGP MESSAGE-----", "PGP"),
];

/// What SOPS leaves in each file that it encrypts: a value, and its own section.
const SOPS: &[&str] = &["ENC[AES256_GCM,", "sops"];

/// Schemes that Prometheus or the setting adds by itself.
const SCHEMES: &[&str] = &["Bearer", "Basic"];

/// Beginnings of tokens and what they are for (the rules of gitleaks, and vendors' documents).
const KNOWN: &[(&str, &str)] = &[
    ("glc_", "a Grafana Cloud access policy token"),
    ("glsa_", "a Grafana service account token"),
    ("eyJrIjoi", "an old Grafana API key"),
    ("NRAK-", "a New Relic user key"),
    ("NRJS-", "a New Relic browser key"),
    ("NRII-", "a New Relic insert key"),
    ("NRIQ-", "a New Relic query key"),
    ("NRRA-", "a New Relic REST key"),
    ("AKIA", "an AWS access key"),
    ("ASIA", "a temporary AWS access key"),
    ("ya29.", "a Google access token"),
];

/// Contents that stand for a credential, in lower case without `-`, `_`, `.` and spaces.
const STANDINS: &[&str] = &[
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "placeholder",
    "todo",
    "tbd",
    "fixme",
    "dummy",
    "yourtoken",
    "yourtokenhere",
    "yourpassword",
    "yourpasswordhere",
    "yourapikey",
    "yourapikeyhere",
    "yoursecret",
    "yoursecrethere",
    "tokenhere",
    "passwordhere",
    "inserttokenhere",
    "tokengoeshere",
    "redacted",
    // What the setting asks for, and nothing else.
    "accesstoken",
    "apikey",
    "apitoken",
    "pass",
];

/// How placeholders begin, whatever follows: `changeme-secure-password`.
const TO_CHANGE: &[&str] = &["changeme", "changethis", "changeit"];

/// How a text begins that asks for a credential, and how it ends.
const VERBS: &[&str] = &["add", "enter", "insert", "paste", "put"];
const ASKED: &[&str] = &[
    "credentials",
    "key",
    "passphrase",
    "password",
    "secret",
    "token",
];

/// Words of names that say that something writes another value: alone, and before `BY`.
const REPLACING: &[&str] = &["CHANGEME", "REPLACE", "REPLACED", "REPLACEME"];
const SETTING: &[&str] = &["FILLED", "GENERATED", "INJECTED", "PROVIDED", "SET"];

/// What a content shows, in a fixed order. `now` is the time in seconds since 1970.
#[must_use]
pub fn observe(content: &[u8], now: i64) -> Vec<Observation> {
    if content.len() > MOST_CONTENT {
        return vec![Observation::TooLong];
    }
    let encrypted = ENCRYPTED_STARTS
        .iter()
        .find(|(start, _)| content.starts_with(start));
    if let Some((_, tool)) = encrypted {
        return vec![Observation::Encrypted(tool)];
    }
    let (mut out, content) = match content.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (vec![Observation::ByteOrderMark], rest),
        None => (Vec::new(), content),
    };
    let Ok(text) = std::str::from_utf8(content) else {
        out.push(Observation::NotUtf8);
        return out;
    };
    if SOPS.iter().all(|word| text.contains(word)) {
        return vec![Observation::Encrypted("SOPS")];
    }
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        let inner = text.find(trimmed).unwrap_or(0);
        let (before, rest) = text.split_at_checked(inner).unwrap_or(("", text));
        let after = rest.get(trimmed.len()..).unwrap_or("");
        let line_break = [before, after]
            .iter()
            .any(|part| part.contains(['\n', '\r']));
        out.push(Observation::OuterWhiteSpace { line_break });
    }
    if trimmed.is_empty() {
        out.push(Observation::Empty);
        return out;
    }
    if let Some(label) = pem_label(trimmed) {
        out.push(Observation::Pem(label));
        return out;
    }
    let scheme = SCHEMES
        .iter()
        .find_map(|scheme| Some((*scheme, after_scheme(trimmed, scheme)?)));
    out.extend(scheme.map(|(scheme, _)| Observation::Scheme(scheme)));
    let credential = scheme.map_or(trimmed, |(_, credential)| credential);
    if let Some(function) = hash(credential) {
        out.push(Observation::Hash(function));
        return out;
    }
    if is_standin(credential) {
        out.push(Observation::Placeholder);
        return out;
    }
    out.extend(shape(credential));
    out.extend(meaning(credential, now));
    out
}

/// The function whose output a text is, alone or behind a user and a colon as `htpasswd` writes it.
/// Lengths and alphabets are those of crypt(5), so that no password is taken for one.
fn hash(text: &str) -> Option<&'static str> {
    let text = text.rsplit_once(':').map_or(text, |(_, hash)| hash);
    let is_crypt = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/';
    let mut parts = text.strip_prefix('$')?.split('$');
    let (kind, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !third.chars().all(is_crypt) {
        return None;
    }
    match kind {
        "2a" | "2b" | "2x" | "2y" => {
            let is_cost = second.len() == 2 && second.bytes().all(|byte| byte.is_ascii_digit());
            (is_cost && third.len() == 53).then_some("bcrypt")
        }
        "apr1" => (second.len() <= 8 && third.len() == 22).then_some("MD5 (`htpasswd -m`)"),
        _ => None,
    }
}

/// What is odd about the characters.
fn shape(credential: &str) -> Vec<Observation> {
    let mut out = Vec::new();
    let lines = credential.lines().count();
    if lines > 1 {
        out.push(Observation::Lines(lines));
    } else if credential.contains(|c: char| c.is_whitespace() && c != '\r') {
        out.push(Observation::InnerWhiteSpace);
    }
    // A carriage return within a line breaks a header as a line break does.
    let odd = |line: &str| line.chars().any(|c| c.is_control() && c != '\t');
    if credential.lines().any(odd) {
        out.push(Observation::ControlCharacters);
    }
    out
}

/// What the credential itself is.
fn meaning(credential: &str, now: i64) -> Option<Observation> {
    if let Some(token) = Jwt::read(credential, now) {
        return Some(Observation::Jwt(Box::new(token)));
    }
    let known = KNOWN
        .iter()
        .find(|(start, _)| credential.starts_with(start));
    known
        .map(|(_, what)| Observation::Known(what))
        .or_else(|| is_random(credential).then_some(Observation::Random))
}

/// Whether what a content shows makes it a usable secret: none that has to be
/// filled in, encrypted, or over.
#[must_use]
pub fn is_live(content: &[Observation]) -> bool {
    content.iter().any(|observation| match observation {
        Observation::Known(_) | Observation::Random => true,
        Observation::Jwt(token) => !matches!(token.timing, Timing::Expired(_)),
        Observation::Pem(label) => {
            label.ends_with("PRIVATE KEY") && !label.starts_with("ENCRYPTED")
        }
        _ => false,
    })
}

/// The fewest characters of a generated token, and the fewest bits that two of them carry
/// (gitleaks' generic rule asks for the same: 3.5 bits each).
const SHORTEST_RANDOM: usize = 20;
const FEWEST_BITS_OF_TWO: u64 = 7;

fn is_random(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+/=_-.".contains(c);
    text.len() >= SHORTEST_RANDOM
        && text.chars().all(plain)
        && changes(text) * 4 >= text.len()
        && 2 * bits(text.as_bytes()) >= (FEWEST_BITS_OF_TWO * text.len() as u64) << FRACTION
}

/// How often digits, small and capital letters take turns: words and dates keep them apart.
fn changes(text: &str) -> usize {
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    };
    let classes: Vec<u8> = text.as_bytes().iter().filter_map(class).collect();
    let next = classes.iter().skip(1);
    classes.iter().zip(next).filter(|(a, b)| a != b).count()
}

/// Shannon's entropy of all bytes together, in bits, as a binary fraction of [`FRACTION`] digits:
/// in whole numbers it is the same on every machine, and no library of mathematics is loaded.
fn bits(bytes: &[u8]) -> u64 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let weight = |count: u32| u64::from(count) * log2(count);
    weight(counts.iter().sum()).saturating_sub(counts.into_iter().map(weight).sum())
}

/// The digits of a logarithm after the point. A text of a thousand characters then has an error of a few
/// hundredths of a bit, far below what separates words from made-up secrets.
const FRACTION: u32 = 16;

/// The binary logarithm, as a binary fraction; 0 for 0. Each squaring yields a digit.
fn log2(number: u32) -> u64 {
    let Some(whole) = number.checked_ilog2() else {
        return 0;
    };
    let mut power = u64::from(number) << (31 - whole);
    let mut log = u64::from(whole);
    for _ in 0..FRACTION {
        power = (power * power) >> 31;
        let digit = power >> 32;
        power >>= digit;
        log = log << 1 | digit;
    }
    log
}

/// What follows a scheme and white space.
fn after_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (word, rest) = text.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(char::is_whitespace)?;
    word.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

/// Whether a whole text is a placeholder. One inside of a longer text may be part of a password.
fn is_standin(text: &str) -> bool {
    // `your-horse-battery-staple` may be a passphrase; what asks for a credential is recognized below.
    if !text.starts_with("your") && is_nothing_else(text, &placeholder::find_words(text)) {
        return true;
    }
    let bare: String = text.chars().filter(|c| !is_joint(*c)).collect();
    let bare = bare.to_ascii_lowercase();
    let masked = |c: char| bare.len() >= 2 && bare.chars().all(|other| other == c);
    STANDINS.contains(&bare.as_str())
        || TO_CHANGE.iter().any(|word| bare.starts_with(word))
        || asks_for_yours(text)
        || is_to_be_filled_in(text)
        || is_variable(text)
        || is_variable_of_instance(text)
        || placeholder::is_pretended(text)
        || placeholder::is_description(text)
        || masked('x')
        || masked('*')
        || is_crossed_out(text)
        || !text.is_empty() && bare.is_empty()
}

/// Whether a text is the prefix of a vendor and a run of `x`, with what base64 ends in: `glc_xxxxxxxx==`.
fn is_crossed_out(text: &str) -> bool {
    /// As in `sk-xxxxxxxx`; a shorter run may be part of a name.
    const SHORTEST: usize = 8;
    let Some((prefix, rest)) = text.trim_end_matches('=').split_once(is_joint) else {
        return false;
    };
    let is_crossed = |c: char| matches!(c, 'x' | 'X' | '*');
    prefix.len() < SHORTEST
        && prefix.chars().all(|c| c.is_ascii_alphanumeric())
        && rest.len() >= SHORTEST
        && rest.chars().all(|c| is_crossed(c) || is_joint(c))
}

/// Whether there are placeholders in a text and only marks between them: `${USER}:${PASSWORD}`.
fn is_nothing_else(text: &str, holes: &[Range<usize>]) -> bool {
    let mut at = 0;
    let mut gaps = holes.iter().map(|hole| {
        let gap = text.get(at..hole.start);
        at = hole.end;
        gap
    });
    let is_bare = |gap: Option<&str>| gap.is_some_and(|gap| !gap.contains(char::is_alphanumeric));
    !holes.is_empty() && gaps.all(is_bare) && is_bare(text.get(at..))
}

/// Whether a text is the name of a variable: `$API_TOKEN` for `envsubst`, or `SHOP_API_TOKEN`, in
/// whose place a script writes the credential.
fn is_variable(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_name = |name: &str| {
        name.len() > 2
            && name.chars().all(is_sign)
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let asks = |name: &str| {
        let last = name.rsplit_once('_').map(|(_, last)| last);
        last.is_some_and(|last| is_among(last, ASKED))
    };
    match text.strip_prefix('$') {
        Some(name) => is_name(name),
        None => is_name(text) && asks(text),
    }
}

/// Whether a name in capitals says that its value comes later: `API_KEY_PLACEHOLDER`, `API_KEY_HERE`,
/// `PASSWORD_TO_BE_REPLACED`, `SET_BY_ANSIBLE`. The word placeholder says so in small letters too.
fn is_to_be_filled_in(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(is_joint)
        .filter(|word| !word.is_empty())
        .collect();
    let is_letters = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let are_letters = words.len() > 1 && words.iter().all(is_letters);
    let is_shouted = !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let has = |wanted: &[&str]| {
        let mut runs = words.windows(wanted.len());
        runs.any(|run| {
            run.iter()
                .zip(wanted)
                .all(|(word, wanted)| word.eq_ignore_ascii_case(wanted))
        })
    };
    let asks = || {
        let is_begun = words.first().is_some_and(|word| is_among(word, SETTING));
        has(&["TO", "BE"])
            || is_begun && has(&["BY"])
            || words.last().is_some_and(|word| is_among(word, &["HERE"]))
            || words.iter().any(|word| is_among(word, REPLACING))
    };
    are_letters && (has(&["placeholder"]) || is_shouted && asks())
}

/// Whether a text is a number and a variable, as where a bearer token begins with the instance that it is
/// for: `436764:$TOKEN`.
fn is_variable_of_instance(text: &str) -> bool {
    text.split_once(':').is_some_and(|(number, token)| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (is_variable(token) || is_nothing_else(token, &placeholder::find_words(token)))
    })
}

/// Whether a text asks for what belongs in its place: `your Grafana Cloud API key`.
fn asks_for_yours(text: &str) -> bool {
    let mut words = text.split(is_joint).filter(|word| !word.is_empty());
    let mut first = words.next();
    if first.is_some_and(|word| is_among(word, VERBS)) {
        first = words.next();
    }
    let mut last = words.next_back();
    if last.is_some_and(|word| is_among(word, &["here"])) {
        last = words.next_back();
    }
    first.is_some_and(|word| is_among(word, &["your"]))
        && last.is_some_and(|word| is_among(word, ASKED))
}

fn is_among(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// What keeps words apart in a placeholder.
fn is_joint(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | ' ')
}

/// The label of the first PEM block, if the text begins with one.
fn pem_label(text: &str) -> Option<String> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let (label, _) = rest.split_once("-----")?;
    let is_label = label.len() <= 64
        && label
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ');
    is_label.then(|| label.to_owned())
}

#[cfg(test)]
mod tests;
