//! Secrets on command lines, in comments and scripts as well: `curl -u user:password`,
//! `--password SECRET`.

use std::ops::Range;

use super::marks::Marks;
use super::names::Meaning;
use super::plausible::{is_made_by_hand, is_password, is_reference, is_uuid, secret_header};
use super::value::is_harmless;
use super::{is_made_up, is_variable, looks};
use crate::work;

/// The most bytes of a flag with its value that are looked at. Lines of minified files are longer, and
/// each of their marks is asked.
const LONGEST: usize = 2048;

/// Flags whose value is a user and a password.
const USER: &[&str] = &["-u", "--user"];

/// Flags whose value is a header.
const HEADER: &[&str] = &["-H", "--header"];

/// The value of a header, if it must not be shown.
fn value_of_header(header: &str) -> Option<&str> {
    let header = header.split(['"', '\'', '`']).next()?;
    let (_, value) = header.split_once(':')?;
    let value = value.split_whitespace().next_back()?;
    secret_header(header).map(|_| value)
}

/// Byte ranges of the secrets behind the flags of one line.
pub(super) fn find(line: &str, marks: Marks) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut behind = 0;
    for dash in memchr::memchr_iter(b'-', line.as_bytes()) {
        let before = line.as_bytes().get(..dash).and_then(|it| it.last());
        let begins = before.is_none_or(|byte| b" \t\"'`(=".contains(byte));
        // An item of a list.
        let is_alone = line.as_bytes().get(dash + 1) == Some(&b' ');
        if begins
            && !is_alone
            && dash >= behind
            && let Some(range) = value_of(line, dash)
        {
            behind = range.end;
            out.push(range);
        }
    }
    if !marks.has(Marks::COMMAND) {
        return out;
    }
    let strings = memchr::memmem::find_iter(line.as_bytes(), "<<< ");
    out.extend(strings.filter_map(|at| word_at(line, at + 4)));
    for command in ["echo ", "printf "] {
        let begins = memchr::memmem::find_iter(line.as_bytes(), command);
        out.extend(begins.filter_map(|at| written(line, at + command.len())));
    }
    out
}

/// The one word that a command writes to a file, if it may be a secret: `echo SECRET > /run/token`.
fn written(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let rest = rest.get(..super::floor(rest, LONGEST))?;
    work::count(rest.len().min(64));
    let said = rest.get(..rest.find(['>', '|', ';', '&'])?)?;
    let is_option =
        |word: &&str| word.starts_with('-') || word.trim_matches(['"', '\'']).starts_with('%');
    let mut words = said.split_whitespace().skip_while(is_option);
    let (word, None) = (words.next()?, words.next()) else {
        return None;
    };
    let bare = word.trim_matches(['"', '\'', '\\']);
    let from = at + said.rfind(bare)?;
    may_be_secret(bare).then(|| from..from + bare.len())
}

/// Whether a word that is written to a file may be a secret.
fn may_be_secret(word: &str) -> bool {
    let is_name = is_reference(word) && !is_uuid(word);
    !(is_harmless(word) || is_variable(word) || is_name || word.contains(':'))
}

/// The end mark of a here-document that a line begins and writes to the file of a secret:
/// `cat <<EOF > /run/secrets/token`, `COPY <<EOF /run/secrets/token`.
pub(super) fn here_document(line: &str) -> Option<Range<usize>> {
    let at = memchr::memmem::find(line.as_bytes(), b"<<")? + 2;
    let rest = line.get(at..)?;
    let rest = rest.get(..super::floor(rest, LONGEST))?;
    work::count(rest.len());
    let word = rest.trim_start_matches(['-', ' ', '"', '\'', '\\']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = word.find(|c| !is_part(c)).unwrap_or(word.len());
    let from = at + rest.len() - word.len();
    // Where it is written to is before it or behind.
    let begins = at.saturating_sub(LONGEST);
    let before = line.get(begins..at).unwrap_or("");
    let words = before.split_whitespace().chain(rest.split_whitespace());
    let mut paths = words.filter(|word| word.contains('/'));
    let is_of_secret = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or("");
        path.contains("/secrets/") || Meaning::of(name).is_secret()
    };
    (length > 0 && paths.any(is_of_secret)).then(|| from..from + length)
}

/// Whether a line of such a document is one word that is not the name of anything.
pub(super) fn is_secret_line(line: &str) -> bool {
    !line.contains(char::is_whitespace) && may_be_secret(line)
}

/// The word at an offset, if it may be a secret: `cat > /run/token <<< SECRET`.
fn word_at(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let rest = rest.get(..super::floor(rest, LONGEST))?;
    let word = rest.trim_start().trim_start_matches(['"', '\'']);
    let from = at + rest.len() - word.len();
    let word = word.split(is_end).next()?;
    work::count(word.len());
    may_be_secret(word).then(|| from..from + word.len())
}

/// The fewest bytes of a password that counts wherever the name of a secret is before it. Shorter words
/// are values of ordinary options too.
const SHORTEST_PASSWORD: usize = 12;

/// The same for one that a user and a colon are right before. What is shorter is a port or a tag.
const SHORTEST_BEHIND_USER: usize = 8;

/// The passwords behind a user and a colon, in a word of their own: `admin:SECRET`.
pub(super) fn behind_users(line: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = line.as_bytes();
    memchr::memchr_iter(b':', bytes).filter_map(move |colon| {
        let rest = bytes.get(colon + 1..)?;
        let rest = rest.get(..rest.len().min(LONGEST_PASSWORD))?;
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"!?#$%&*^~".contains(byte);
        let length = rest.iter().take_while(is_part).count();
        let is_over = rest
            .get(length)
            .is_none_or(|byte| b" \t\"'`,])}".contains(byte));
        let before = bytes.get(..colon)?.last()?;
        let is_user = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-');
        if !is_user || length < SHORTEST_BEHIND_USER || !is_over {
            return None;
        }
        work::count(length);
        let password = line.get(colon + 1..colon + 1 + length)?;
        let is_dense = || looks::is_dense(password) && looks::has_both_cases(password);
        let is_long = length >= SHORTEST_PASSWORD && is_made_up(password);
        let is_secret = is_made_by_hand(password) && (is_long || is_user_alone(bytes, colon))
            || is_dense() && is_user_alone(bytes, colon);
        is_secret.then(|| colon + 1..colon + 1 + length)
    })
}

/// Whether the user before a colon is not the end of something longer, such as the name of an image.
fn is_user_alone(bytes: &[u8], colon: usize) -> bool {
    let before = bytes.get(..colon).unwrap_or(&[]);
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = before
        .iter()
        .rev()
        .take(LONGEST_PASSWORD)
        .take_while(is_part)
        .count();
    let begins = before.len() - length;
    let lead = begins.checked_sub(1).and_then(|at| before.get(at));
    lead.is_none_or(|byte| b" \t\"'`=,[(#".contains(byte))
}

/// The passwords in words of their own that are somewhere behind the name of a secret, whatever is
/// between: `htpasswd -b web.yml admin SECRET`, `label_replace(up, "token", "SECRET", …)`.
pub(super) fn behind_names(line: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut at, mut asked, mut is_named) = (0, 0, false);
    // Nothing else but a user is behind it.
    let mut is_htpasswd = false;
    for word in line.split_inclusive(char::is_whitespace) {
        let bare = word.trim_matches(|c: char| c.is_whitespace() || "\"'`,;()[]{}".contains(c));
        let password = bare.rsplit('=').next().unwrap_or("");
        let is_long = (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.len());
        let is_behind = is_htpasswd
            && (SHORTEST_BEHIND_USER..=LONGEST_PASSWORD).contains(&password.len())
            && password.bytes().any(|byte| byte.is_ascii_digit())
            && is_password(password);
        is_htpasswd |= bare.ends_with("htpasswd");
        if is_behind || is_long && is_made_by_hand(password) && is_made_up(password) {
            let before = line.get(asked..at).unwrap_or("");
            is_named = is_named || before.split_whitespace().any(names_secret);
            asked = at;
            let from = at + word.find(bare).unwrap_or(0) + bare.len() - password.len();
            if is_named {
                out.push(from..from + password.len());
            }
        }
        at += word.len();
    }
    out
}

/// Whether a word of a command is the name of a secret, or of a header that may hold one.
fn names_secret(word: &str) -> bool {
    let name = word.trim_matches(|c: char| "\"'`,;()[]{}-".contains(c));
    let meaning = Meaning::of(name);
    meaning.is_secret() || meaning == Meaning::Section || name.starts_with("X-")
}

/// The most bytes of a password that are looked at behind a user. Longer ones are tokens, which are
/// known by their look.
const LONGEST_PASSWORD: usize = 64;

/// The defaults of variables with the names of secrets: `${ADMIN_PASSWORD-SECRET}`, as compose and shells
/// have them (docs.docker.com, interpolation).
pub(super) fn defaults(line: &str) -> impl Iterator<Item = Range<usize>> {
    memchr::memmem::find_iter(line.as_bytes(), b"${").filter_map(|open| {
        let rest = line.get(open + 2..)?;
        let rest = rest.get(..super::floor(rest, LONGEST))?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_part(c))?;
        work::count(length);
        let (name, behind) = rest.split_at(length);
        let marks = [":-", "-", ":=", "="];
        let mark = marks.iter().find(|mark| behind.starts_with(**mark))?;
        let value = behind.get(mark.len()..)?.split('}').next()?;
        let is_secret = Meaning::of(name).is_secret() && !is_harmless(value);
        let from = open + 2 + length + mark.len();
        (is_secret && !value.starts_with('$')).then(|| from..from + value.len())
    })
}

/// What `sed` puts in the place of the name of a secret: `s/TOKEN/SECRET/`.
pub(super) fn substituted(line: &str) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let begins = memchr::memmem::find(bytes, b"sed ")?;
    // `s/`, `s|`, `s#`, whatever is between the parts.
    let at = memchr::memchr_iter(b's', bytes).find(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let behind = bytes.get(at + 1);
        *at > begins
            && before.is_some_and(|byte| b" \"'".contains(byte))
            && behind.is_some_and(u8::is_ascii_punctuation)
    })?;
    let mark = line.get(at + 1..)?.chars().next()?;
    let rest = line.get(at + 2..)?;
    let (name, behind) = rest.get(..super::floor(rest, LONGEST))?.split_once(mark)?;
    let value = behind.split(mark).next()?;
    let plain = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let from = at + 2 + name.len() + 1;
    let is_secret = Meaning::of(plain).is_secret() && may_be_secret(value) || is_password(value);
    is_secret.then(|| from..from + value.len())
}

/// The secret behind the flag at an offset.
fn value_of(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let rest = rest.get(..super::floor(rest, LONGEST))?;
    work::count(rest.len().min(64));
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (flag, behind) = rest.split_at(end);
    let flag = flag.trim_end_matches(['"', '\'', ',']);
    let behind = behind.trim_start().trim_start_matches(['"', '\'']);
    let value = behind.split(is_end).next()?;
    let start = at + rest.len() - behind.len();
    // `-fu user:SECRET`, `-uuser:SECRET` of curl.
    if let Some(range) = glued_user(flag, value) {
        let from = if range.0 { start } else { at };
        return Some(from + range.1.start..from + range.1.end);
    }
    if let Some((name, literal)) = flag.strip_prefix(LITERAL).and_then(|it| it.split_once('='))
        && is_secret_literal(name, literal)
    {
        let from = at + LITERAL.len() + name.len() + 1;
        return Some(from..from + literal.len());
    }
    // `-pSECRET` of mysql.
    if let Some(glued) = flag.strip_prefix("-p")
        && !flag.starts_with("--")
        && is_made_up(glued)
    {
        return Some(at + 2..at + flag.len());
    }
    // `redis-cli -a SECRET`
    let secret = if matches!(flag, "-p" | "-a") && is_made_up(value) {
        value
    } else if HEADER.contains(&flag) {
        value_of_header(behind)?
    } else if USER.contains(&flag) {
        let (user, password) = value.split_once(':')?;
        // `docker run -u 1000:1000`
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number(user) && password.len() <= user.len() && is_number(password) {
            return None;
        }
        password
    } else if takes_secret(flag).is_some_and(|certain| certain || !is_reference(value))
        && !is_harmless(value)
        && !value.starts_with('-')
    {
        value
    } else {
        return None;
    };
    let end = if HEADER.contains(&flag) {
        start + behind.find(secret)? + secret.len()
    } else {
        start + value.len()
    };
    (!secret.is_empty() && !is_variable(secret)).then(|| end - secret.len()..end)
}

/// The password of a user that follows other short options, or the option itself: in the value where
/// the first is true, else in the flag.
fn glued_user(flag: &str, value: &str) -> Option<(bool, Range<usize>)> {
    let letters = flag
        .strip_prefix('-')
        .filter(|rest| !rest.starts_with('-'))?;
    let is_combined = letters.len() > 1
        && letters.len() <= MOST_LETTERS
        && letters.ends_with('u')
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    let password = |text: &str| {
        let (user, password) = text.split_once(':')?;
        let is_user = !user.is_empty() && !user.contains(['/', '.']);
        let is_secret = is_user && !is_variable(password) && !is_harmless(password);
        is_secret.then(|| user.len() + 1..text.len())
    };
    if is_combined {
        return Some((true, password(value)?));
    }
    let glued = letters.strip_prefix('u')?;
    let range =
        password(glued).filter(|_| is_made_up(glued.split(':').next_back().unwrap_or("")))?;
    Some((false, range.start + 2..range.end + 2))
}

/// The flag by which kubectl takes a key of a Secret and its value.
const LITERAL: &str = "--from-literal=";

/// Whether the value of a key of a Secret must not be shown.
fn is_secret_literal(name: &str, value: &str) -> bool {
    let is_shown = is_reference(value) && !is_uuid(value);
    let is_hidden = is_password(value) || !is_shown && Meaning::of(name) != Meaning::User;
    is_hidden && !is_variable(value) && !value.starts_with('$')
}

/// The most short options in one word: `-fsSLu`.
const MOST_LETTERS: usize = 6;

/// What ends a value.
fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ')' | ']')
}

/// Whether the value of a flag is a secret, for certain or if it looks like one; none for other
/// words. One dash alone begins an item of a list.
pub(super) fn takes_secret(flag: &str) -> Option<bool> {
    let name = flag.trim_start_matches('-');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.len() < 2 || name.len() == flag.len() || !name.chars().all(plain) {
        return None;
    }
    match Meaning::of(name) {
        Meaning::Secret => Some(true),
        // `--auth basic`, `--token-id ci`.
        Meaning::NearSecret | Meaning::Reference | Meaning::Headers => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_flags_are_found() {
        for (line, expected) in [
            ("curl -u user:abcdefgh x", &["abcdefgh"][..]),
            ("curl --user 'user:abcdefgh' x", &["abcdefgh"]),
            (
                "# wget --password abcdefgh --user u:ijklmnop x",
                &["abcdefgh", "ijklmnop"],
            ),
            ("x --web.token 12345678", &["12345678"]),
            ("x --token --password=a -u $USER:$PASS", &[]),
            ("x --token ${TOKEN} --token-file a", &[]),
            ("['-license', 'aB3dE6gH9jK2mN5p']", &["aB3dE6gH9jK2mN5p"]),
            ("- password abcdefgh", &[]),
            ("vmagent -license aB3dE6gH9jK2mN5p", &["aB3dE6gH9jK2mN5p"]),
            ("x --auth basic --token-id ci", &[]),
            ("a -token", &[]),
        ] {
            let found = find(line, Marks::of(line)).into_iter();
            let found: Vec<&str> = found.map(|it| &line[it]).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
