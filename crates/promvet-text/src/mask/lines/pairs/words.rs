//! What the key of a pair says, and what its value may be.

use std::collections::HashSet;

use super::super::super::names::{self, Meaning};
use super::super::super::{is_made_up, looks, plausible, value};
use super::super::sections::{self, MappingContent, OpenMapping};
use crate::work;

/// The fewest bytes of a word in small letters behind `user:` that is a password rather than a group.
/// `postgres` has eight.
const SHORTEST_PASSWORD: usize = 9;

/// The names behind `&` and `*` in a text, mark included.
pub(super) fn marked_names(content: &str) -> HashSet<&str> {
    work::count(content.len());
    let mut names = HashSet::new();
    let mut behind = 0;
    for at in memchr::memchr2_iter(b'&', b'*', content.as_bytes()) {
        let name = content.get(at + 1..).unwrap_or("");
        if at < behind {
            continue;
        }
        let end = name.find(is_end_of_name).unwrap_or(name.len());
        behind = at + 1 + end;
        names.extend(content.get(at..behind));
    }
    names
}

/// What the name of an anchor ends at. A mark ends one too, although YAML allows it inside of names,
/// so that each byte is part of one name.
pub(super) fn is_end_of_name(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '}' | ']' | '&' | '*')
}

/// Whether a key is the name of a header as no setting has one: `X-Foo-Key`.
fn is_header(key: &str) -> bool {
    key.len() > 2 && (key.starts_with("X-") || key.starts_with("x-") && key.contains("key"))
}

/// Whether a key of a mapping with credentials holds another one: `oauth` of `azuread`. Elsewhere these
/// are other things.
pub(in crate::mask::lines) fn is_section_in(inside: Option<OpenMapping>, key: &str) -> bool {
    inside.is_some_and(|section| section.within == MappingContent::Credentials)
        && matches!(key.trim(), "oauth" | "sdk")
}

/// What the mapping under a key holds.
pub(super) fn within(
    pair: &value::Pair<'_>,
    inside: Option<OpenMapping>,
) -> Option<MappingContent> {
    match sections::under(pair.meaning, inside)? {
        MappingContent::Headers
            if pair.meaning == Meaning::Plain && names::may_have_id(pair.key) =>
        {
            Some(MappingContent::PlainHeader)
        }
        within => Some(within),
    }
}

/// Whether the value of a key that says nothing about it must not be shown, by where it is.
pub(super) fn is_hidden_in(
    inside: Option<OpenMapping>,
    pair: &value::Pair<'_>,
    bare: &str,
) -> bool {
    if is_header(pair.key) && !names::is_harmless_header(pair.key) {
        let is_key = is_uuid(bare) && !names::may_have_id(pair.key);
        return is_key || !plausible::is_reference(bare);
    }
    if value::is_of_environment(pair.key) && plausible::is_made_by_hand(bare) {
        return true;
    }
    if !pair.spaced {
        return false;
    }
    match inside {
        None => match pair.key {
            "separator" => is_made_up(bare),
            // What compose copies a secret from is its name, and what to is that of a file.
            "content" | "source" | "target" => {
                is_made_up(bare) && !bare.contains(['/', ':', ' ', '$', '{'])
            }
            _ => false,
        },
        Some(_) if names::is_naming(pair.key) => {
            !plausible::is_reference(bare) || plausible::is_uuid(bare)
        }
        Some(section) if section.has_credentials && section.within != MappingContent::Headers => {
            let may_be_shown = names::is_known_in_section(pair.key)
                && !(matches!(pair.key, "ca" | "cert") && plausible::is_uuid(bare))
                && (plausible::is_reference(bare)
                    || plausible::is_plausible_path(bare)
                    || value::is_prose(bare));
            !may_be_shown && !value::is_harmless(bare)
        }
        Some(section) => {
            let known =
                section.within == MappingContent::Headers && names::is_harmless_header(pair.key);
            let is_key = is_key_of_header(pair, bare, inside)
                || section.within == MappingContent::Secret
                    && plausible::is_uuid(bare)
                    && !names::may_have_id(pair.key);
            !known && (is_key || !plausible::is_reference(bare) && !value::is_prose(bare))
        }
    }
}

/// Whether a user's name has a password behind it.
pub(super) fn is_user_with_password(word: &str) -> bool {
    let (user, behind) = word.split_once(':').unwrap_or((word, ""));
    // `prometheus:prometheus`: a group is often called as its user.
    let short = (behind.len() < SHORTEST_PASSWORD || user == behind) && value::is_words(behind);
    // `digest: sha256:…` is that of an image, `digest: user:password` of ZooKeeper.
    let is_hash = word.contains("sha256:") || word.contains("sha512:");
    let url = word.contains("://") || word.starts_with("arn:") || is_hash;
    !url && !short && !value::is_harmless(behind) && !behind.starts_with(['$', '}'])
}

/// Whether a header has a UUID that is a key rather than the id of something.
pub(super) fn is_key_of_header(
    pair: &value::Pair<'_>,
    bare: &str,
    inside: Option<OpenMapping>,
) -> bool {
    let is_header = inside.is_some_and(|section| section.within == MappingContent::Headers);
    is_header && is_uuid(bare) && !names::may_have_id(pair.key)
}

/// Whether a value is a UUID, perhaps alone in a list or in the quotes of its header.
pub(super) fn is_uuid(bare: &str) -> bool {
    plausible::is_uuid(bare.trim_matches(['[', ']', '"', '\'']))
}

/// Whether a value is one word that a generator or a person made up, perhaps alone in a list.
pub(in crate::mask::lines) fn is_key(bare: &str) -> bool {
    let is_secret = |word: &str| looks::is_dense(word) || plausible::is_password(word);
    let trimmed = |word: &str| is_secret(word.trim_matches([' ', '[', ']', '"', '\'']));
    bare.split(',').any(trimmed)
}

/// Whether the name of a user has a password behind it: `admin/SECRET`, `admin SECRET`,
/// `admin password SECRET`.
pub(super) fn has_password(user: &str) -> bool {
    let mut words = user.split(['/', ' ', ',', '|']).skip(1);
    let is_secret = |word: &str| is_made_up(word) || plausible::is_password(word);
    words.clone().any(is_secret)
        || words.any(names::names_credential) && words.any(|word| !word.is_empty())
}

/// Whether a text has something behind its first line, as the name of a user never has.
pub(super) fn has_second_line(text: &str) -> bool {
    let mut lines = str::split(text, "\\n").skip(1);
    lines.any(|line| !line.trim().is_empty())
}

/// Whether what is behind a word of a comment explains it: where it is read about, or a sentence, whose
/// words are judged one by one.
pub(super) fn is_explained(value: &str) -> bool {
    let is_url = value.starts_with("http://") || value.starts_with("https://");
    is_url && !value.contains(char::is_whitespace) || value::is_prose(value)
}

/// Words that a sentence has and a passphrase lacks.
const WORDS_OF_SENTENCES: [&str; 16] = [
    "at", "by", "for", "from", "if", "in", "is", "not", "on", "see", "the", "to", "use", "via",
    "when", "with",
];

/// Whether what is behind a word of a comment is a short sentence: `token: managed by external-secrets`.
/// Its words are judged one by one.
pub(super) fn is_sentence(value: &str) -> bool {
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = value.split_whitespace().map(plain).collect();
    let is_plain = |word: &String| plausible::is_reference(word) && !plausible::is_password(word);
    words.len() > 1
        && words.iter().all(is_plain)
        && words
            .iter()
            .any(|word| WORDS_OF_SENTENCES.contains(&&**word))
}

/// Whether a comment begins with an algorithm that signs tokens (RFC 7518): `jwt: RS256, …`. Its other
/// words are judged one by one.
pub(super) fn names_algorithm(value: &str) -> bool {
    let first = value.split([' ', ',']).next().unwrap_or("");
    let (family, size) = first.split_at_checked(2).unwrap_or(("", ""));
    matches!(family, "ES" | "HS" | "PS" | "RS") && matches!(size, "256" | "384" | "512")
        || first == "EdDSA"
}

/// Kinds of authentication, as comments name them.
const KINDS_OF_AUTH: [&str; 8] = [
    "basic", "kerberos", "ldap", "mtls", "oauth2", "oidc", "saml", "sso",
];

/// Whether a comment names the kind of authentication.
pub(super) fn is_kind_of_auth(written: &str) -> bool {
    KINDS_OF_AUTH.contains(&written.trim().trim_end_matches('.'))
}

/// Whether a value is a list of names, as a job of snmp_exporter has it: `auth: [public_v2]`.
pub(super) fn is_list_of_names(written: &str) -> bool {
    let list = written
        .strip_prefix('[')
        .and_then(|list| list.split_once(']'));
    let is_name = |item: &str| {
        let item = item.trim();
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let digits = item.bytes().filter(u8::is_ascii_digit).count();
        // `snmpv3_auth`
        let is_joined = item.contains('_')
            && digits <= 2
            && item
                .bytes()
                .all(|byte| is_part(byte) || byte.is_ascii_digit());
        value::is_words(item) || is_joined
    };
    list.is_some_and(|(list, _)| list.split(',').all(is_name))
}

/// Keys of the value of what another key beside them names: a variable of a container, a header,
/// the label that a relabeling writes.
pub(super) fn is_value_of_name(key: &str) -> bool {
    matches!(key, "val" | "value" | "values" | "replacement") || names::is_slip_of_value(key)
}

/// Keys of the name that the value beside them belongs to.
pub(super) fn is_name_of_value(key: &str) -> bool {
    matches!(key, "name" | "target_label" | "targetLabel")
}

/// Keys whose value may be a secret, or say that another is, although their names don't.
pub(super) fn is_telling(key: &str) -> bool {
    is_value_of_name(key)
        || is_name_of_value(key)
        || is_header(key)
        || value::is_of_environment(key)
        || matches!(key, "source" | "target")
        || matches!(key, "content" | "regex" | "separator")
        || matches!(key, "source_labels" | "sourceLabels")
}
