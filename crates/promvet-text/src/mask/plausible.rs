//! What a value may be that is not a secret: a path, a name, an id, a header.

mod header;
mod placeholder;

use super::looks;
use super::value::{is_harmless, is_words};
use placeholder::filled_in;

pub(super) use header::{is_header_name, misplaced_header, secret_header};

/// Whether a value may be the path of a file: it has a slash or a point and does not look like a
/// token, or it consists of words.
pub(super) fn is_plausible_path(value: &str) -> bool {
    let filled = filled_in(value);
    let value = &*filled;
    if let Some(path) = behind_drive(value) {
        return is_plausible_path(&path);
    }
    // `/run/secrets/x SECRET`: a path may have blanks, but each part of it has to be one.
    if value.contains(' ') && !value.contains("{{") {
        return value.split_whitespace().all(is_plausible_path);
    }
    if let Some(name) = behind_dots(value) {
        return is_plausible_path(name) || is_reference(name) && !is_uuid(name);
    }
    let token = !looks::find(value).is_empty()
        || value.split(['/', '\\', ':', ',', '=']).any(is_made_by_hand)
        || value.split(['/', '\\', '.']).any(is_jumbled)
        || value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(is_run_on);
    is_harmless(value)
        || !token && (is_words(value) || is_separated(value) && !value.contains([':', ' ']))
        || !token
            && value
                .split(':')
                .all(|part| part.contains('.') && is_separated(part))
        || !token && value.starts_with('/') && !is_shuffled(value)
}

/// The fewest letters and digits that are judged as a short token.
const SHORTEST_JUMBLED: usize = 8;

/// Whether a part of a path is a short token: digits, small letters and capitals that take turns more
/// often than in `Base64Key`.
fn is_jumbled(part: &str) -> bool {
    let has = |is: fn(&u8) -> bool| part.bytes().any(|byte| is(&byte));
    part.len() >= SHORTEST_JUMBLED
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && looks::changes(part) * 5 >= part.len() * 2
}

/// What is behind `./`, `../` or `~/`, which say nothing of what it is.
fn behind_dots(path: &str) -> Option<&str> {
    let begins = ["./", "../", "~/"];
    begins.iter().find_map(|begin| path.strip_prefix(begin))
}

/// What is behind the drive of a path of Windows, with slashes, and without the blanks that its names
/// may have.
fn behind_drive(path: &str) -> Option<String> {
    let (drive, behind) = path.split_once(':')?;
    let is_drive = drive.len() == 1 && drive.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_path = is_drive && behind.starts_with(['\\', '/']) && !behind.starts_with("//");
    is_path.then(|| behind.replace('\\', "/").replace(' ', "-"))
}

/// The fewest characters that are one run of letters and digits as no name of a file is, unless it
/// consists of words with capitals between them, and the fewest digits: a time has 14.
const SHORTEST_RUN: usize = 24;
const SHORTEST_DIGITS: usize = 15;

/// Whether letters and digits go on for longer than those of a name do.
fn is_run_on(part: &str) -> bool {
    let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
    is_number && part.len() >= SHORTEST_DIGITS
        || part.len() >= SHORTEST_RUN && !is_part(part)
        || is_base32(part)
}

/// The fewest characters that are judged by the numbers between their letters, and how many of those
/// no name has: one in capitals, and one in small letters.
const SHORTEST_BASE32: usize = 16;
const MOST_NUMBERS: usize = 2;

/// Whether a text has so many numbers between its letters as base32 has.
fn is_base32(text: &str) -> bool {
    let numbers = text
        .as_bytes()
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() && b.is_ascii_alphabetic()));
    let capitals = !text.bytes().any(|byte| byte.is_ascii_lowercase());
    let most = MOST_NUMBERS - usize::from(capitals);
    text.len() >= SHORTEST_BASE32
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && numbers.count() > most
}

/// Whether a text is what a generator makes or a person is made to think of, and so neither the name
/// of anything nor a word.
pub(super) fn is_made_up(text: &str) -> bool {
    if text.len() < SHORTEST_MADE_UP {
        return false;
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_plain && (is_run_on(text) || text.len() >= SHORTEST_RANDOM_NAME && is_shuffled(text))
        || text.len() >= SHORTEST_SHUFFLED && is_made_by_hand(text)
}

/// The length of a key in hexadecimal digits, which is shorter than a digest that is shown.
const HEX_KEY: usize = 32;

/// Whether a word in a place for secrets is one: of a generator or a person, with marks inside, or
/// of 32 hexadecimal digits.
pub(super) fn is_password(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let is_hex = word.len() == HEX_KEY
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic);
    is_hex
        || is_made_by_hand(word)
        || is_marked(word)
        || looks::has_both_cases(word) && looks::is_dense(word)
        || super::is_made_up(word)
}

/// Whether a text, or a part of it, has neither the digits nor the capitals that what is made up has, nor
/// the length.
pub(super) fn is_plainly_not_made_up(text: &str) -> bool {
    text.len() < SHORTEST_RUN
        && !text
            .bytes()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// The fewest letters and digits that take turns, more than in a short name such as `k8s1a2b3c4d5`.
const SHORTEST_RANDOM_NAME: usize = 20;

/// Whether what is between the braces of a template is not a name, so that it may be a secret.
pub(super) fn is_open(value: &str) -> bool {
    filled_in(value).contains("{{")
}

/// Whether a text may be the name of a variable: words, or capitals.
fn is_variable_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // A password may have a `$` before letters that take turns as those of no name do.
    let is_random = name.len() >= SHORTEST_BY_HAND && looks::changes(name) * 3 >= name.len();
    begins && !is_random && name.len() <= LONGEST_VARIABLE && is_name_of_variable(name)
}

/// Whether a text consists of parts of the names of variables, and was not made up.
pub(super) fn is_name_of_variable(name: &str) -> bool {
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let separates = |c: char| !c.is_ascii_alphanumeric();
    let mut parts = name.split(separates);
    !is_shuffled(name)
        && parts.all(|part| {
            !is_run_on(part)
                && !is_made_by_hand(part)
                && (is_part(part) || letters(part) && part.len() < SHORTEST_RUN)
        })
}

/// The longest name of a variable in capitals. Longer runs of capitals are keys.
const LONGEST_VARIABLE: usize = 60;

/// The shortest password that people think of, where something asks for a strong one. Most forms ask
/// for eight.
const SHORTEST_BY_HAND: usize = 8;

/// The numbers inside of names, such as `Base64Value` and `SHA256Sum`.
const NUMBERS: &[&str] = &["16", "32", "64", "128", "256", "384", "509", "512"];

/// Whether a text is a password of the kind that rules for passwords lead to: a capital, and several
/// digits in the midst of letters, or a mark at the end.
pub(super) fn is_made_by_hand(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "\"'[],{}()".contains(c));
    if text.len() < SHORTEST_BY_HAND || text.contains(char::is_whitespace) {
        return false;
    }
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let bare = text.trim_end_matches(['!', '?', '#', '$', '%', '&', '*', '^', '~']);
    let kinds = [
        u8::is_ascii_digit,
        u8::is_ascii_lowercase,
        u8::is_ascii_uppercase,
    ];
    let count = kinds.into_iter().filter(|is| has(*is)).count();
    let marked = bare.len() < text.len()
        && count > 1
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let numbered = count == 3 && {
        let letters = |part: &str| part.ends_with(|c: char| c.is_ascii_alphabetic());
        text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && inner_numbers(text).any(|(before, number)| {
                number.len() > 1 && !NUMBERS.contains(&number) && letters(before)
            })
    };
    marked || numbered
}

/// Marks that a password may have inside, and hardly anything else that letters and digits are beside.
const MARKS: &[char] = &['!', '$', '%', '&', '?', '@', '^', '~'];

/// Marks that lists, patterns and versions have too.
const OTHER_MARKS: &[char] = &['*', '+', ':', ';', '<', '>', '|'];

/// Whether a word is a password with marks inside, `P@ssw0rd-2024`: small and capital letters, digits,
/// and a mark between them. Two marks make up for the capital, and so does a `!`. Beside marks that other
/// words have too, two numbers with letters behind them are asked for.
pub(super) fn is_marked(word: &str) -> bool {
    // Most words have none of them.
    if !word.bytes().any(|byte| b"!$%&?@^~*+:;<>|".contains(&byte)) {
        return false;
    }
    let filled = filled_in(word);
    if filled != word {
        // A password may have a `$` before letters: what is around them tells.
        return is_marked(&filled.replace('$', ""));
    }
    let inner = word.trim_matches(MARKS);
    let marks = inner.chars().filter(|c| MARKS.contains(c)).count();
    let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
    let has_capital = has(u8::is_ascii_uppercase);
    let is_strong = marks > 0 && (has_capital || marks > 1 || has_mark_of_words(inner));
    let is_mixed = || {
        has_capital
            && inner.contains(OTHER_MARKS)
            && !inner.ends_with(OTHER_MARKS)
            && inner_numbers(inner).count() > 1
    };
    word.len() >= SHORTEST_BY_HAND
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && !word.contains(['/', '=', '{', '(', '[', '"', '\'', '`'])
        && (is_strong || is_mixed())
        && !is_address(word)
}

/// Whether a word has a `!` between letters and digits: `hunter2!hunter`.
fn has_mark_of_words(word: &str) -> bool {
    let is_word = |part: &str| {
        let mut bytes = part.bytes();
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    word.split_once('!')
        .is_some_and(|(before, behind)| is_word(before) && is_word(behind))
}

/// Whether a word is the address of a person, or a version of something: `me@example.com`,
/// `tool@v1.2`.
fn is_address(word: &str) -> bool {
    word.rsplit_once('@').is_some_and(|(_, host)| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        host.contains(['.', ':']) && host.chars().all(is_part)
    })
}

/// The numbers of a text that a small letter follows, each with what is before it.
fn inner_numbers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let bytes = text.as_bytes();
    let ends = (1..bytes.len()).filter(move |&at| {
        bytes.get(at).is_some_and(u8::is_ascii_lowercase)
            && bytes.get(at - 1).is_some_and(u8::is_ascii_digit)
    });
    ends.filter_map(move |end| {
        let before = text
            .get(..end)?
            .trim_end_matches(|c: char| c.is_ascii_digit());
        Some((before, text.get(before.len()..end)?))
    })
}

/// The longest name of something that holds a secret: the limit of Kubernetes (RFC 1123).
const LONGEST_REFERENCE: usize = 253;

/// The longest part of such a name that need not be a word: `k8s`, `v2`, `hu5jz`.
const LONGEST_PART: usize = 5;

/// The longest number that is an id rather than a secret: an account of AWS has 12 digits.
const LONGEST_NUMBER: usize = 12;

/// Whether a value may be what tells where a secret is: a name of words, a path, a URL, a UUID.
pub(super) fn is_reference(value: &str) -> bool {
    let value = value.trim_matches(|c: char| c.is_whitespace() || "\"'[],".contains(c));
    let value = without_hash(value);
    let separates = |c: char| "-_./:@ ,\"'*;()=!".contains(c);
    let number = value.len() <= LONGEST_NUMBER && value.bytes().all(|byte| byte.is_ascii_digit());
    let separates_words = |c: char| separates(c) && c != '!';
    let filled = filled_in(value);
    // A regular expression has these marks too.
    let marked = filled != value || value.contains(['$', '<', '%', '^']);
    let placeholder = marked
        && !is_shuffled(&filled)
        && filled
            .split(|c: char| !c.is_ascii_alphanumeric())
            .all(|part| is_part(part) && !is_made_by_hand(part));
    let known = value.contains("://") || value.starts_with("arn:") || is_uuid(value);
    is_harmless(value)
        || looks::find(value).is_empty()
            && !value
                .split(separates_words)
                .any(|word| is_made_by_hand(word) || is_marked(word))
            && !is_marked(value)
            && (number
                || placeholder
                || known
                || value.len() <= LONGEST_REFERENCE
                    && !is_shuffled(value)
                    && value.split(separates).all(is_part))
}

/// What ends the name of a Secret or ConfigMap that kustomize makes: ten of these letters and digits
/// (sigs.k8s.io/kustomize `api/hasher`, `encode`).
const HASH_LENGTH: usize = 10;
const HASH_LETTERS: &[u8] = b"bcdfghkmt2456789";

/// A name without the hash that kustomize puts behind its words: `rw-credentials-7hk2d9m4tc`.
fn without_hash(name: &str) -> &str {
    let is_hash = |hash: &str| {
        hash.len() == HASH_LENGTH && hash.bytes().all(|byte| HASH_LETTERS.contains(&byte))
    };
    let mark = name.len().checked_sub(HASH_LENGTH + 1);
    if mark.is_none_or(|at| name.as_bytes().get(at) != Some(&b'-')) {
        return name;
    }
    match name.rsplit_once('-') {
        Some((words, hash)) if is_hash(hash) && is_words(words) => words,
        _ => name,
    }
}

/// The longest word of a name and the most digits behind it: `secretsquirrels`, `id123`.
const LONGEST_NAME: usize = 16;
const MOST_DIGITS: usize = 4;

/// Whether a part of a name is a word, several with capitals between them, or too short to tell.
fn is_part(part: &str) -> bool {
    if part.len() <= LONGEST_PART {
        return part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    }
    if is_base32(part) {
        return false;
    }
    let mut from = 0;
    let bytes = part.as_bytes();
    // `OrgID`, `oauth2client`.
    let begins = |pair: &[u8]| match pair {
        [a, b] => {
            !a.is_ascii_uppercase() && b.is_ascii_uppercase()
                || a.is_ascii_digit() && b.is_ascii_lowercase()
        }
        _ => false,
    };
    let mut ends = (1..bytes.len()).filter(|at| bytes.get(at - 1..=*at).is_some_and(begins));
    loop {
        let end = ends.next().unwrap_or(part.len());
        if !part.get(from..end).is_some_and(is_word) {
            return false;
        }
        if end == part.len() {
            return true;
        }
        from = end;
    }
}

/// Whether a text is one word, perhaps with a number behind it.
fn is_word(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let vowel = letters.len() < 4
        // `httpHeaderValue1` of Grafana's data sources.
        || letters == "http"
        || letters.contains(['a', 'e', 'i', 'o', 'u', 'y', 'A', 'E', 'I', 'O', 'U', 'Y']);
    vowel
        && word.len() > 1
        && letters.len() <= LONGEST_NAME
        && word.len() - letters.len() <= MOST_DIGITS
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The bytes of a UUID, marks included.
const LENGTH_OF_UUID: usize = 36;

pub(super) fn is_uuid(value: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    value.len() == LENGTH_OF_UUID
        && value.split('-').map(str::len).eq(lengths)
        && value.split('-').all(hex)
}

/// The fewest letters and digits of a text that is judged by how they take turns. In shorter ones they
/// do by chance: `k8s-v1-2x`.
const SHORTEST_SHUFFLED: usize = 12;

/// The shortest text that is made up: the least of the bounds that [`is_made_up`] asks for.
pub(super) const SHORTEST_MADE_UP: usize = SHORTEST_SHUFFLED;

/// Whether the letters and digits of a text take turns as only those of a generator do, whatever
/// marks are between them: base64 with slashes, a key in groups of four.
pub(super) fn is_shuffled(value: &str) -> bool {
    let length = value.bytes().filter(u8::is_ascii_alphanumeric).count();
    length >= SHORTEST_SHUFFLED && looks::changes(value) * 3 >= length
}

/// Whether a value has a slash or a point with a name on one side of it that may be a file's.
fn is_separated(value: &str) -> bool {
    let has_mark = value.contains(['/', '.', '\\']);
    let mixed = |part: &str| {
        part.len() >= 12
            && part.bytes().any(|byte| byte.is_ascii_digit())
            && part.bytes().any(|byte| byte.is_ascii_uppercase())
            && part.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    // Base64 has slashes, and marks that names of files seldom have.
    let base64 = value.contains(['+', '=']) || is_shuffled(value);
    has_mark && !base64 && !value.split(['/', '.', '\\']).any(mixed)
}

#[cfg(test)]
mod tests;
