//! Words of credentials that are made up, or asked for.

/// Words of made-up credentials.
const DUMMIES: &[&str] = &[
    "dummy", "example", "fake", "mock", "sample", "secret", "test", "testing",
];

/// What a made-up credential is called besides.
const KINDS: &[&str] = &[
    "a",
    "access",
    "admin",
    "api",
    "bearer",
    "client",
    "credential",
    "credentials",
    "key",
    "license",
    "my",
    "pass",
    "password",
    "some",
    "the",
    "token",
    "user",
    "username",
];

/// Words behind the name of a credential in a text that asks for one.
const BEHIND: &[&str] = &["be", "belongs", "comes", "goes", "here", "must", "should"];

/// Whether a text says which credential belongs in its place, as `node_exporter password` does: several
/// words of letters, and the last one names the kind.
#[must_use]
pub fn is_description(text: &str) -> bool {
    let is_word = |word: &str| {
        word.chars()
            .all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '\''))
    };
    let words: Vec<_> = text.split(' ').collect();
    // `salted password must be here`
    let is_behind = |word: &&&str| BEHIND.iter().any(|known| known.eq_ignore_ascii_case(word));
    let last = words.iter().rev().find(|word| !is_behind(word));
    let last = last.copied().unwrap_or_default();
    words.len() > 1
        && words.iter().all(|word| !word.is_empty() && is_word(word))
        && KINDS
            .iter()
            .any(|kind| kind.len() > 2 && kind.eq_ignore_ascii_case(last))
}

/// Words that mark a placeholder: `dummypass`. The others may be weak passwords.
const PRETENDED: &[&str] = &["dummy"];

/// Whether a credential is made up for a test or an example: `fake`, `test-license-key`,
/// `a-secret`. Of nothing but such words: anything else may be a password.
#[must_use]
pub fn is_dummy(text: &str) -> bool {
    is_made_of(text, DUMMIES)
}

/// Whether a credential says by itself that it is not one: `dummypass`.
#[must_use]
pub fn is_pretended(text: &str) -> bool {
    is_made_of(text, PRETENDED)
}

/// Whether a text has one of some words for what is made up, and nothing else but names of credentials.
fn is_made_of(text: &str, dummies: &[&str]) -> bool {
    let is_among =
        |word: &str, words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let bare = |word: &str| {
        word.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .map(bare)
        .filter(|word| !word.is_empty());
    let mut made_up = false;
    // `mysecret` is two words.
    let mut known_word = |word: &str| {
        let dummy = is_among(word, dummies);
        made_up |= dummy;
        dummy || is_among(word, KINDS)
    };
    let known = words.all(|word| {
        let mut splits = (1..word.len()).filter_map(|at| word.split_at_checked(at));
        let parts = splits.find(|(one, two)| {
            let is_known = |word| is_among(word, dummies) || is_among(word, KINDS);
            is_known(one) && is_known(two)
        });
        match parts {
            Some((one, two)) => known_word(one) & known_word(two),
            None => known_word(&word),
        }
    });
    known && made_up
}

/// `replace_with_bcrypt_hash`, `enter-your-token`, `EnterPassword`: nothing but what a credential is
/// called behind the verb, since `enter-sandman` may be a password or a host.
pub(super) fn asks_to_be_replaced(word: &str) -> bool {
    let mut parts = parts(word).filter(|part| !part.is_empty());
    let is_among =
        |part: &str, list: &[&str]| list.iter().any(|item| item.eq_ignore_ascii_case(part));
    let verb = parts.next();
    if !verb.is_some_and(|verb| is_among(verb, &["enter", "replace"])) {
        return false;
    }
    let mut rest = parts.peekable();
    rest.peek().is_some() && rest.all(|part| is_among(part, KINDS) || is_among(part, FILLERS))
}

/// Words around the name of a credential in a text that asks for one.
const FILLERS: &[&str] = &[
    "actual", "bcrypt", "by", "hash", "here", "me", "real", "secret", "this", "value", "with",
    "your",
];

/// The words of a name, which joints or capitals divide: `EnterPassword`, `replace_with_token`.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split(['_', '-']).flat_map(|joined| {
        let mut from = 0;
        let humps = joined.char_indices().zip(joined.chars().skip(1));
        let cuts: Vec<usize> = humps
            .filter(|((_, before), after)| before.is_lowercase() && after.is_uppercase())
            .map(|((at, before), _)| at + before.len_utf8())
            .chain([joined.len()])
            .collect();
        cuts.into_iter().filter_map(move |to| {
            let part = joined.get(from..to);
            from = to;
            part
        })
    })
}
