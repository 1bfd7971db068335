//! What the content of a credential file gives away without giving the credential away.
//!
//! Prometheus trims white space around the content of a file and sends the rest as it is; it trims
//! nothing of a value in the configuration itself (prometheus/common `config/http_config.go`).
//! Nothing of the content stays in what comes out of here but the public claims of a JWT.

mod jwt;
mod standin;

pub use jwt::{Jwt, Timing};

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
    if standin::is_one(credential) {
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

/// The shortest of all these tokens are those of AWS.
const SHORTEST_KNOWN: usize = 20;

/// What the credential itself is.
fn meaning(credential: &str, now: i64) -> Option<Observation> {
    if let Some(token) = Jwt::read(credential, now) {
        return Some(Observation::Jwt(Box::new(token)));
    }
    let known = KNOWN
        .iter()
        .find(|(start, _)| credential.starts_with(start) && credential.len() >= SHORTEST_KNOWN);
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
        && !standin::is_phrase(text)
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
