//! Contents in whose place something writes the credential.

use std::ops::Range;

use promvet_syntax::base64;

use super::KNOWN;
use crate::yaml::placeholder;

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

/// Whether a content is a placeholder or a sample.
pub(super) fn is_one(text: &str) -> bool {
    is_standin(text) || is_sample(text)
}

/// What documents have for a credential, which is read everywhere and opens nothing: jwt.io, Azurite, Stripe.
const PUBLISHED: &[&str] = &[
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
];

/// How long words of a phrase are at least, and how many percent of its letters they have.
const SHORTEST_WORD: usize = 4;
const MOST_OF_PHRASE: usize = 60;

/// Whether a text is made of words, as people write them: `Long-Lived-Access-Token`. What a generator throws
/// together has few runs of small letters, and fewer with a vowel in them.
pub(super) fn is_phrase(text: &str) -> bool {
    let is_vowel = |byte: &u8| b"aeiouyAEIOUY".contains(byte);
    let mut words = Vec::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = byte.is_ascii_uppercase() || !byte.is_ascii_alphabetic();
        if ends {
            words.push(bytes.get(from..at).unwrap_or_default());
            from = at + usize::from(!byte.is_ascii_alphabetic());
        }
    }
    words.push(bytes.get(from..).unwrap_or_default());
    words.retain(|word| word.len() >= SHORTEST_WORD && word.iter().any(is_vowel));
    let letters: usize = words.iter().map(|word| word.len()).sum();
    let all = bytes
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .count();
    words.len() > 1 && letters * 100 >= all * MOST_OF_PHRASE
}

/// Whether behind the prefix of a vendor there is no token: `glc_your_token`, `glc_<token>`, `glc_eyJ...`, or the
/// key in the documents of AWS.
fn is_sample(text: &str) -> bool {
    let mut known = KNOWN.iter();
    let rest = known.find_map(|(start, _)| text.strip_prefix(start));
    let is_marked = |rest: &str| {
        let holes: Vec<_> = placeholder::find(rest).collect();
        is_nothing_else(rest, &holes)
    };
    let is_crossed = |rest: &str| {
        rest.len() > SHORTEST_WORD && rest.bytes().all(|byte| matches!(byte, b'x' | b'X'))
    };
    text.ends_with("...")
        || text.ends_with("EXAMPLEKEY")
        || PUBLISHED.iter().any(|known| text.ends_with(known))
        || rest.is_some_and(is_crossed)
        || is_encoded(text)
        || rest.is_some_and(|rest| {
            let first = rest.get(..4).unwrap_or_default();
            first.eq_ignore_ascii_case("your") || rest.ends_with("EXAMPLE") || is_marked(rest)
        })
}

/// Whether a text is a placeholder in base64: `eW91ci10b2tlbi1oZXJl`, or an object that says that it is an example.
fn is_encoded(text: &str) -> bool {
    let bytes = base64::decode_url(text.trim_end_matches('='));
    let plain = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    plain.is_some_and(|plain| {
        let is_object = plain.starts_with('{') && plain.contains("\"example\"");
        is_object || plain.len() > SHORTEST_WORD && asks_for_yours(&plain)
    })
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
    // `put_token_here`, `will-be-replaced`
    let asks_plainly = || {
        let is_first = words.first().is_some_and(|word| is_among(word, VERBS));
        let mut named = words.iter().filter(|word| is_among(word, ASKED));
        is_first
            && named.next().is_some()
            && words.last().is_some_and(|word| is_among(word, &["here"]))
            || has(&["be", "replaced"])
    };
    let asks = || {
        let is_begun = words.first().is_some_and(|word| is_among(word, SETTING));
        has(&["TO", "BE"])
            || is_begun && has(&["BY"])
            || words.last().is_some_and(|word| is_among(word, &["HERE"]))
            || words.iter().any(|word| is_among(word, REPLACING))
    };
    are_letters && (has(&["placeholder"]) || asks_plainly() || is_shouted && asks())
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
