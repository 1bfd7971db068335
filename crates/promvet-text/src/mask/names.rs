//! What the name of a key says of its value, slips of the keyboard included.

mod known;
mod words;

use std::borrow::Cow;

use super::value::is_invisible;
use known::KnownName;
use words::{
    DOUBTFUL, GLUED_ENDS, HARMLESS_ENDS, HARMLESS_HEADERS, HIDDEN_PARTS, KEYS, KNOWN_IN_SECTIONS,
    LANGUAGES, NAMING_KEYS, OTHERS, PARTS, REFERENCE_ENDS, REFERENCES, SECTIONS, TARGETS,
    VALUE_ENDS, WORDS,
};

pub(super) use words::SECRET_NAMES;

/// Whether a key, header or query parameter of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = plain(name);
    let name = name.trim_matches(['"', '\'']).as_bytes();
    let same = |(a, b): (&u8, &u8)| match a {
        b'-' => *b == b'_',
        _ => a.to_ascii_lowercase() == *b,
    };
    SECRET_NAMES.iter().any(|end| {
        let from = name.len().checked_sub(end.len());
        let tail = from.and_then(|from| name.get(from..));
        tail.is_some_and(|tail| tail.iter().zip(end.as_bytes()).all(same))
    })
}

/// Whether a value of this name is better not shown: the name has a part that could mean a secret.
#[must_use]
pub fn is_like_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace('-', "_");
    let mut parts = SECRET_NAMES.iter().chain(HIDDEN_PARTS);
    parts.any(|part| lower.contains(part)) || Meaning::of(name).is_secret()
}

/// What the name of a key says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A secret.
    Secret,
    /// A secret, if the name is a slip: `pasword`, `creds`, `password_2`.
    NearSecret,
    /// A mapping with credentials, such as `basic_auth`.
    Section,
    /// A mapping from names of headers to their values.
    Headers,
    /// Where a secret is, or what it is called: `passwordRef`, `secret_name`.
    Reference,
    /// The path of a file.
    Path,
    /// The name of a user.
    User,
    /// The scheme of an `Authorization` header.
    Scheme,
    /// A secret only if it looks like one: `key`, `login`, `webhook`.
    Doubtful,
    /// Nothing.
    Plain,
}

impl Meaning {
    pub(super) fn of(name: &str) -> Self {
        if name.len() < 2 {
            return Self::Plain;
        }
        KnownName::of(name).meaning
    }

    fn classify(name: &Name) -> Self {
        let last = name.last();
        match last {
            // `basic: user:password` is meant for `basic_auth`.
            "username" | "user" | "basic" | "digest" => return Self::User,
            "type" | "scheme" => return Self::Scheme,
            _ if name.is_section() => return Self::Section,
            _ => {}
        }
        // `bearer_token_fil` is a path as well; `fill` and `tile` are words.
        if matches!(last, "file" | "fil" | "flie" | "fiel" | "fle" | "filename") {
            return Self::Path;
        }
        if name.text.strip_suffix("file").is_some_and(is_secret_name)
            || last == "files" && name.is_of_secret()
        {
            return Self::Path;
        }
        // The name of a Secret in values of charts.
        if name.text.ends_with("existing_secret") {
            return Self::Reference;
        }
        if is_secret_name(&name.text) {
            return Self::Secret;
        }
        if name.is_headers() {
            return Self::Headers;
        }
        let is_known = REFERENCES.contains(&last)
            || REFERENCES.contains(&&*name.text)
            // A path, or what is in the file.
            || name.text.ends_with("tls_key");
        if is_known || REFERENCE_ENDS.contains(&last) && name.is_of_secret() {
            return Self::Reference;
        }
        if HARMLESS_ENDS.contains(&last) || REFERENCE_ENDS.contains(&last) {
            return Self::Plain;
        }
        if name.is_near_secret() {
            return Self::NearSecret;
        }
        let is_doubtful = |doubtful: &&str| {
            doubtful.len() > 8 && is_near(&name.text, doubtful, 2) || name.text == **doubtful
        };
        if DOUBTFUL.iter().any(is_doubtful) {
            return Self::Doubtful;
        }
        Self::Plain
    }

    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::NearSecret)
    }
}

/// Whether a name is one that only a credential has, so that it counts wherever it is.
pub(super) fn is_strong(name: &str) -> bool {
    name.len() > 1 && KnownName::of(name).is_strong
}

/// Keys that a mapping with credentials may have, besides those that name secrets or end
/// harmlessly. The value of any other key in one is hidden.
pub(super) fn is_known_in_section(name: &str) -> bool {
    let name = Name::new(name);
    let last = name.last();
    KNOWN_IN_SECTIONS.contains(&&*name.text)
        || HARMLESS_ENDS.contains(&last)
        || REFERENCE_ENDS.contains(&last)
}

/// Words of names of credentials that mean none by themselves.
const BESIDE: [&str; 8] = [
    "access", "api", "basic", "client", "id", "key", "private", "refresh",
];

/// Whether a text consists of the words that the names of credentials have, with `_` between them.
pub(super) fn consists_of_known_words(text: &str) -> bool {
    text.split('_').all(|word| {
        [SECRET_NAMES, WORDS, PARTS, TARGETS, KEYS, &BESIDE]
            .iter()
            .any(|words| words.contains(&word))
    })
}

/// Whether a name is a slip of `value`.
pub(super) fn is_slip_of_value(name: &str) -> bool {
    name.len() > 1 && KnownName::of(name).is_slip_of_value
}

/// Whether a name is a slip of a word of five letters or more.
fn is_slip_of(name: &str, word: &str) -> bool {
    name.len() + 1 >= word.len() && name != word && is_near(name, word, 1)
}

/// Whether the key of a path or an address is a slip, under which a passphrase is not a file that waits
/// to be made: `password_flie`, `bearer_token.file`, `credentials_url`.
pub(super) fn is_slip_of_reference(key: &str) -> bool {
    let name = Name::new(key);
    let is_other = matches!(
        name.last(),
        "fil" | "flie" | "fiel" | "fle" | "url" | "urls" | "uri"
    );
    name.is_of_secret() && (is_other || key.ends_with(".file"))
}

/// Whether a key names files, and not one alone or what is in one: `ca_file`, not `file`.
pub(super) fn is_of_file(key: &str) -> bool {
    Name::new(key).words().count() > 1
}

/// Whether a key tells where a secret is, in a mapping in the place of one.
pub(super) fn is_naming(name: &str) -> bool {
    NAMING_KEYS.contains(&&*Name::new(name).text)
}

/// Whether the value of a key is an address, or a list of some.
pub(super) fn is_of_address(name: &str) -> bool {
    name.len() > 1 && KnownName::of(name).is_of_address
}

/// Whether a header of this name holds no secret.
#[must_use]
pub fn is_harmless_header(name: &str) -> bool {
    let name = Name::new(name).text;
    HARMLESS_HEADERS.iter().any(|begin| name.starts_with(begin))
}

/// Whether a key holds the headers of a request by their names, and nothing else: `http_headers`.
pub(super) fn is_of_request(name: &str) -> bool {
    matches!(
        &*Name::new(name).text,
        "headers" | "http_headers" | "proxy_connect_header"
    )
}

/// Whether a header, or another key, may have the id of something: `X-Scope-OrgID`, `tenant`.
pub(super) fn may_have_id(name: &str) -> bool {
    is_harmless_header(name)
        || matches!(
            Name::new(name).last(),
            "id" | "ids" | "org" | "organization" | "tenant" | "trace" | "uid" | "uuid"
        )
}

/// The longest name that is looked at; of longer ones the end counts. The word that tells is the last
/// one.
const LONGEST: usize = 80;

/// A key without the escapes of a text in double quotes: `"pass\x77ord"` is `password` to YAML.
fn plain(key: &str) -> Cow<'_, str> {
    if !key.contains('\\') {
        return Cow::Borrowed(key);
    }
    let mut out = String::with_capacity(key.len());
    let mut rest = key;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let mut behind = escape.chars();
        let digits = match behind.next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => 0,
        };
        let code = (digits > 0).then(|| escape.get(1..=digits)).flatten();
        let meant = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        rest = match meant {
            Some(c) => {
                out.push(c);
                escape.get(1 + digits..).unwrap_or("")
            }
            // No other escape means a letter.
            None => behind.as_str(),
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What may be around a name; the quotes of a text that was written for people are slips.
const AROUND: &str = "\"'-.$“”„‘’«»";

/// A name in lower case with `_` between its words.
struct Name {
    text: String,
}

impl Name {
    fn new(name: &str) -> Self {
        let name = &*plain(name);
        let name = name.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(c));
        let from = name.len().saturating_sub(LONGEST);
        let from = (from..name.len()).find(|at| name.is_char_boundary(*at));
        let name = name.get(from.unwrap_or(0)..).unwrap_or("");
        let mut text = String::with_capacity(name.len() + 4);
        let mut small = false;
        for c in name.chars().filter(|&c| !is_invisible(c)) {
            if c.is_ascii_uppercase() && small {
                text.push('_');
            }
            small = c.is_ascii_lowercase() || c.is_ascii_digit();
            match c {
                '-' | '.' | ' ' | '/' => text.push('_'),
                _ => text.extend(c.to_lowercase()),
            }
        }
        Self { text }
    }

    fn words(&self) -> impl DoubleEndedIterator<Item = &str> {
        let words = self.text.split('_').filter(|word| !word.is_empty());
        // `password_2` and `token1` are secrets as well.
        words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
    }

    fn last(&self) -> &str {
        self.words().next_back().unwrap_or("")
    }

    /// Whether it is one that only a credential has.
    fn is_strong(&self) -> bool {
        self.text.contains('_') && is_secret_name(&self.text)
            || matches!(
                &*self.text,
                "password" | "passwd" | "credentials" | "apikey"
            )
    }

    /// Whether these are the headers of a request: `http_headers`, `remoteWrite.headers`.
    fn is_headers(&self) -> bool {
        self.last() == "headers" || matches!(&*self.text, "header" | "proxy_connect_header")
    }

    /// Whether what is before the last word is the name of a secret: `password` of `passwordRef`.
    fn is_of_secret(&self) -> bool {
        self.text.rsplit_once('_').is_some_and(|(before, _)| {
            let meaning = Meaning::of(before);
            meaning.is_secret() || matches!(meaning, Meaning::Section | Meaning::Reference)
        })
    }

    fn is_section(&self) -> bool {
        let near = |section: &&str| {
            let most = usize::from(section.len() > 5) + usize::from(section.len() > 8);
            is_near(&self.text, section, most)
        };
        // `oauth` and `sigv2` are other things.
        SECTIONS.contains(&&*self.text)
            || self.text.starts_with("otelcol_auth_")
            // `http_tls_config`, and a label of Traefik.
            || self.text.ends_with("_tls_config")
            // `prometheus_basic_auth_users`, a variable of Ansible's collection, and `AUTH_USERS`.
            || self.text.ends_with("auth_users")
            || self.text.ends_with("basicauth_users")
            || self.text.ends_with("digestauth_users")
            // `caddy.basicauth.admin`, a label of Caddy.
            || self.text.starts_with("caddy") && self.text.contains("basicauth_")
            || SECTIONS
                .iter()
                .filter(|section| section.len() > 8)
                .any(near)
    }

    fn is_near_secret(&self) -> bool {
        let squeezed: String = self.text.chars().filter(|c| *c != '_').collect();
        if OTHERS.contains(&&*squeezed) {
            return false;
        }
        let mut words = self.words().rev();
        let (last, before) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let pair = format!("{before}{last}");
        WORDS.contains(&last)
            || LANGUAGES.contains(&last)
            || self.text.ends_with("honeycomb_team")
            || GLUED_ENDS.iter().any(|end| last.ends_with(end))
            || is_shortened(&squeezed)
            || is_shortened(last)
            || VALUE_ENDS.iter().any(|end| {
                let name = squeezed.strip_suffix(end);
                name.is_some_and(|name| name == "auth" || is_secret_name(name))
            })
            || (last == "key" && KEYS.contains(&before))
            || self.words().any(|word| PARTS.contains(&word))
            || [&*squeezed, last, &*pair].iter().any(|name| is_slip(name))
    }
}

/// The fewest consonants of a name that is written without its vowels: `tkn`.
const SHORTEST_CONSONANTS: usize = 3;

/// Whether a name is one of [`TARGETS`] without its vowels: `tkn`, `scrt`, `pswrd`.
fn is_shortened(name: &str) -> bool {
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let consonants = |name: &str| {
        let mut out: Vec<char> = name.chars().filter(|&c| !is_vowel(c)).collect();
        out.dedup();
        out
    };
    name.len() >= SHORTEST_CONSONANTS
        && name.len() <= LONGEST_SHORTENED
        && !name.contains(is_vowel)
        && TARGETS
            .iter()
            .any(|target| consonants(name) == consonants(target))
}

/// The consonants of the longest of [`TARGETS`].
const LONGEST_SHORTENED: usize = 12;

/// Whether a word of a sentence names a credential. Slips do not count: a sentence has many words.
pub(super) fn names_credential(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let name = Name::new(word);
    word.len() > 1
        && (LANGUAGES.contains(&&*name.text)
            || WORDS.contains(&&*name.text)
            || SECTIONS.contains(&&*name.text)
            || PARTS.contains(&&*name.text)
            || is_secret_name(&name.text))
}

/// Whether a name is one of [`TARGETS`] with a slip: one in short ones, two in longer ones.
fn is_slip(name: &str) -> bool {
    if OTHERS.contains(&name) {
        return false;
    }
    TARGETS
        .iter()
        .any(|target| is_near(name, target, if target.len() < 8 { 1 } else { 2 }))
}

/// Whether at most so many letters differ, swapped neighbors counting once. Slips keep the first or
/// the last letter, which rules out most names before anything is counted.
fn is_near(name: &str, target: &str, most: usize) -> bool {
    let (ours, theirs) = (name.as_bytes(), target.as_bytes());
    name.len().abs_diff(target.len()) <= most
        && (ours.first() == theirs.first() || ours.last() == theirs.last())
        && strsim::osa_distance(name, target) <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognized_and_other_names_are_left_alone() {
        for name in [
            "pasword",
            "bearer_tokn",
            "bearerToken",
            "bearer-token",
            "credential",
            "creds",
            "pwd",
            "auth",
            "jwt",
            "client_secrt",
            "clientSecret",
            "api-key",
            "X-API-Key",
            "passwrod",
            "pass_word",
            "bear_token",
            "tocken",
            "secretkey",
            "DB_PASS",
            "API_TOKEN",
            "password_2",
            "token_prod",
            "--remoteWrite.bearerToken",
            "credentails",
            "passwort",
        ] {
            assert!(Meaning::of(name).is_secret(), "{name}");
        }
        for name in [
            "url",
            "name",
            "username",
            "token_url",
            "secretName",
            "client_id",
            "targets",
            "author",
            "bearer_token_file",
            "key",
            "keys",
            "labels",
            "passed",
            "path",
            "metrics_path",
            "basic",
            "job_name",
            "region",
            "tokenizer",
            "team",
            "access",
            "taken",
            "type",
            "proxy_url",
        ] {
            assert!(!Meaning::of(name).is_secret(), "{name}");
        }
        for name in [
            "basic_auth",
            "basicAuth",
            "basic_aut",
            "authorization",
            "oauth2",
            "sigv4",
        ] {
            assert_eq!(Meaning::of(name), Meaning::Section, "{name}");
        }
        for name in [
            "password_file",
            "bearerTokenFile",
            "ca_file",
            "credentials_fil",
        ] {
            assert_eq!(Meaning::of(name), Meaning::Path, "{name}");
        }
    }
}
